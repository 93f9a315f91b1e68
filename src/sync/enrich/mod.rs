//! Filling gaps: people who are known and lack something, and the sources that are asked for it, one after another,
//! until one knows. What they answer is a run's pages like any other's. Absent: which source is asked for what (that is
//! configured), and understanding the answers (`ingest` does).
//!
//! Read in this order: [`steps`] (who is asked for what, when), `gaps` (what somebody lacks, and what is known of
//! them), `memory` (what was asked before), [`plan()`] (what it may cost), `feed` (asking).

mod feed;
mod gaps;
mod memory;
mod plan;

pub use feed::{Enrichment, Sources};
pub use plan::{Plan, StepPlan, plan};

use crate::{
    domain::{ContactId, Field, Source, Timestamp},
    providers::{Prices, Reveal},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// People of one request at most: a request is kept whole with its run.
pub const MOST_PEOPLE: usize = 2000;

/// How long what a source said, or did not know, holds: it is not asked the same again (requirements 5.10: e-mail 30 days).
pub const HOLDS: Duration = Duration::from_secs(30 * 24 * 3600);

/// Whose gaps are to be filled, and how.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Whose.
    pub contacts: Vec<ContactId>,
    /// Who is asked for what, in order.
    pub steps: Vec<Step>,
    /// A value that we have had for longer than since then counts as a gap.
    pub stale_before: Option<Timestamp>,
}

/// One source's turn.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Step {
    /// Who is asked.
    pub source: Source,
    /// What kind of question it is.
    pub ask: Ask,
    /// For which fields; whoever lacks none of them is not asked about.
    pub fields: Vec<Field>,
}

/// What a source is asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// What it knows of the person.
    Person,
    /// The same, and telephone numbers, which it sells apart.
    Numbers,
    /// Whether mail to the address arrives.
    Check,
}

impl Ask {
    /// What one such question costs at most.
    fn price(self, prices: &Prices) -> crate::net::Credits {
        match self {
            Self::Person => prices.person,
            Self::Numbers => prices.person + prices.numbers.unwrap_or_default(),
            Self::Check => prices.check.unwrap_or_default(),
        }
    }

    fn reveal(self) -> Reveal {
        if self == Self::Numbers { Reveal::Numbers } else { Reveal::Person }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Numbers => "numbers",
            Self::Check => "check",
        }
    }
}

/// The turns in which sources are asked for these fields: first everybody's first choice, then the second, and so on. A
/// source that is the choice of several fields in one turn is asked once for all of them.
pub fn steps(chains: &BTreeMap<Field, Vec<Source>>, fields: &[Field]) -> Vec<Step> {
    let chain = |field: &Field| chains.get(field).map_or(&[][..], Vec::as_slice);
    let turns = fields.iter().map(|field| chain(field).len()).max().unwrap_or_default();
    let mut steps: Vec<Step> = Vec::new();
    for turn in 0..turns {
        let begun = steps.len();
        // Checks last: an address that was found a moment ago can be checked in the same turn.
        let (checks, others): (Vec<Field>, Vec<Field>) = fields.iter().partition(|field| **field == Field::EmailStatus);
        for field in others.into_iter().chain(checks) {
            let Some(source) = chain(&field).get(turn).copied() else { continue };
            let ask = match field {
                Field::EmailStatus => Ask::Check,
                Field::Phone | Field::Mobile => Ask::Numbers,
                _ => Ask::Person,
            };
            let same = |step: &&mut Step| step.source == source && (step.ask == Ask::Check) == (ask == Ask::Check);
            match steps[begun..].iter_mut().find(same) {
                Some(step) => {
                    step.ask = step.ask.max(ask);
                    step.fields.push(field);
                }
                None => steps.push(Step { source, ask, fields: vec![field] }),
            }
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_has_one_turn_for_all_fields_of_that_turn() {
        use Source::{Apollo, Hunter, Lusha};
        let chains = BTreeMap::from([
            (Field::EmailStatus, vec![Hunter]),
            (Field::Email, vec![Apollo, Hunter]),
            (Field::Phone, vec![Lusha, Apollo]),
            (Field::Mobile, vec![Lusha]),
        ]);
        let all = steps(&chains, &[Field::EmailStatus, Field::Email, Field::Phone, Field::Mobile]);
        let step = |source, ask, fields: &[Field]| Step { source, ask, fields: fields.to_vec() };
        assert_eq!(
            all,
            [
                step(Apollo, Ask::Person, &[Field::Email]),
                step(Lusha, Ask::Numbers, &[Field::Phone, Field::Mobile]),
                step(Hunter, Ask::Check, &[Field::EmailStatus]),
                step(Hunter, Ask::Person, &[Field::Email]),
                step(Apollo, Ask::Numbers, &[Field::Phone]),
            ]
        );
        assert_eq!(steps(&chains, &[Field::JobTitle]), []);
    }
}
