//! What an operator may set about intake: weights, thresholds, defaults. Reading the file is configuration's work.

use super::Problem;
use crate::domain::{Country, Field, Source};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The `[intake]` table of the configuration.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Points per part of the quality score; they add up to 100.
    pub weights: Weights,
    /// Where a score passes, and where it is rejected.
    pub thresholds: Thresholds,
    /// The country (two letters) of telephone numbers whose row names none; empty to refuse such numbers.
    #[schemars(with = "Option<String>")]
    pub default_region: Option<Country>,
    /// How to read `03/04/2026`.
    pub date_order: DateOrder,
    /// How far a source is trusted, 0 to 100, where that differs from the built-in figure.
    #[schemars(with = "BTreeMap<String, u8>")]
    pub reliability: BTreeMap<Source, u8>,
    /// Fields without which a record goes to the review queue, whatever its score.
    #[schemars(with = "Vec<String>")]
    pub required: Vec<Field>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            weights: Weights::default(),
            thresholds: Thresholds::default(),
            // Ten digits without a country are read as North American (requirements 4.14).
            default_region: Country::parse("US"),
            date_order: DateOrder::default(),
            reliability: BTreeMap::new(),
            required: Vec::new(),
        }
    }
}

impl Settings {
    /// What cannot be right, each with its key.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let Weights { email, phone, completeness, freshness, reliability, enrichment } = self.weights;
        let sum: u32 = [email, phone, completeness, freshness, reliability, enrichment].into_iter().map(u32::from).sum();
        if sum != 100 {
            problems.push(Problem::new("intake.weights", format!("the weights add up to {sum}, not to 100")));
        }
        let Thresholds { pass, reject } = self.thresholds;
        if pass > 100 || reject > pass {
            problems
                .push(Problem::new("intake.thresholds", format!("reject ({reject}) must not be above pass ({pass}), nor pass above 100")));
        }
        for (source, trust) in self.reliability.iter().filter(|(_, trust)| **trust > 100) {
            problems.push(Problem::new(format!("intake.reliability.{}", source.key()), format!("{trust} is above 100")));
        }
        problems
    }

    /// How far `source` is trusted, 0 to 100.
    pub fn reliability(&self, source: Source) -> u8 {
        self.reliability.get(&source).copied().unwrap_or(source.reliability())
    }
}

/// Points per part of the score (product's defaults, after requirements 6.5).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the parts are described at domain::Quality")]
pub struct Weights {
    pub email: u8,
    pub phone: u8,
    pub completeness: u8,
    pub freshness: u8,
    pub reliability: u8,
    pub enrichment: u8,
}

impl Default for Weights {
    fn default() -> Self {
        Self { email: 25, phone: 20, completeness: 20, freshness: 15, reliability: 10, enrichment: 10 }
    }
}

/// At `pass` and above a record passes; below `reject` it is rejected; between them a person decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "described above")]
pub struct Thresholds {
    pub pass: u8,
    pub reject: u8,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { pass: 70, reject: 40 }
    }
}

/// Which part of `03/04/2026` is the day, where the numbers themselves do not tell.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// March 4, as the sources write.
    #[default]
    MonthFirst,
    /// 3 April.
    DayFirst,
}
