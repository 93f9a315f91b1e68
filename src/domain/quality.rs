//! How good a record is: a score of 0 to 100 with its parts, a grade, and named defects.

use super::{Field, Text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Points per part of the score, each already weighted, so that they add up to the score.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct Quality {
    /// Of 25: deliverable e-mail.
    pub email: f32,
    /// Of 20: a number that reaches the person.
    pub phone: f32,
    /// Of 20: names, e-mail, title, company known.
    pub completeness: f32,
    /// Of 15: how lately the source checked it.
    pub freshness: f32,
    /// Of 10: how far the source is trusted.
    pub reliability: f32,
    /// Of 10: LinkedIn, size, industry, growth known.
    pub enrichment: f32,
}

impl Quality {
    /// Every part with its name, in the order in which screens list them.
    pub fn parts(&self) -> [(&'static str, f32); 6] {
        [
            ("e-mail", self.email),
            ("phone", self.phone),
            ("completeness", self.completeness),
            ("freshness", self.freshness),
            ("source", self.reliability),
            ("enrichment", self.enrichment),
        ]
    }

    /// The whole score, 0 to 100.
    pub fn score(&self) -> u8 {
        self.parts().iter().map(|(_, points)| points).sum::<f32>().round().clamp(0.0, 100.0) as u8
    }

    /// Its grade.
    pub fn grade(&self) -> Grade {
        match self.score() {
            90.. => Grade::A,
            80.. => Grade::B,
            70.. => Grade::C,
            60.. => Grade::D,
            _ => Grade::F,
        }
    }
}

/// A from 90, B from 80, C from 70, D from 60, else F.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "school grades")]
pub enum Grade {
    A,
    B,
    C,
    D,
    F,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// How bad a defect is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The record cannot be used as it is.
    Error,
    /// A person should know.
    Warning,
}

/// Something wrong with one field, in a sentence.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Defect {
    /// How bad.
    pub severity: Severity,
    /// Where, when it is one field's fault.
    pub field: Option<Field>,
    /// What is wrong; names the value where that helps.
    pub sentence: Text,
}
