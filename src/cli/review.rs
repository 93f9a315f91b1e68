//! `leadloom review`: what may be typed after it.

use super::{Assignment, IdText, value};
use crate::domain::{Period, ReviewKind};
use clap::{Subcommand, builder::PossibleValuesParser};

/// The review queue: records that need a person's decision
///
/// Ids are shown by `review list`; the end of an id is enough where it is the only one. Every decision can be undone.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  leadloom review list --kind duplicate
  leadloom review show 3fa9c07e
  leadloom review accept 3fa9c07e 77d01b2c
  leadloom review later 3fa9c07e --for \"7 days\"
  leadloom review undo")]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do with the queue.
#[derive(Subcommand, Clone, Debug)]
pub enum Command {
    /// What waits, most important first
    List {
        /// Only this kind
        #[arg(long, value_parser = kinds())]
        kind: Option<String>,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// One item: both sides, the evidence, and what is suggested
    Show {
        /// The item
        id: IdText,
    },
    /// Do what is suggested: merge a duplicate, keep a weak record
    Accept {
        /// The items
        #[arg(required = true)]
        ids: Vec<IdText>,
        /// Merge into this contact instead of the suggested one
        #[arg(long, value_name = "CONTACT")]
        into: Option<IdText>,
        /// Keep this value for a field; may be given several times
        #[arg(long = "set", value_name = "FIELD=VALUE")]
        choices: Vec<Assignment>,
    },
    /// Do the opposite: not a duplicate, so create it; too weak, so drop it
    Reject {
        /// The items
        #[arg(required = true)]
        ids: Vec<IdText>,
    },
    /// Put it off
    Later {
        /// The items
        #[arg(required = true)]
        ids: Vec<IdText>,
        /// For how long
        #[arg(long = "for", value_name = "TIME", default_value = "1 day", value_parser = value::period)]
        period: Period,
    },
    /// Take back a decision, also one that has reached HaloPSA
    Undo {
        /// The decision; your latest unless given
        decision: Option<IdText>,
    },
}

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(ReviewKind::ALL.iter().map(|kind| kind.key()))
}
