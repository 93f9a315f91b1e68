//! Who is who: normal forms, blocking keys, comparison levels, bits, clusters, survivorship. Absent: I/O, the clock, chance.
//!
//! A draft becomes [`Prepared`]; a [`Matcher`] finds whom it could be and answers with a [`Verdict`]; the same
//! index and scores serve [`dedupe`] for many records at once. Evidence is counted in bits against the best other
//! explanation (a colleague, a namesake), which is why two people of one firm do not become one.

mod alike;
pub mod calibrate;
mod cluster;
mod company;
pub mod dedupe;
mod explain;
mod firm;
mod fold;
mod index;
pub mod learn;
mod lexicon;
mod mailbox;
mod matcher;
mod memory;
pub mod metrics;
mod model;
mod name;
mod pattern;
mod person;
mod place;
mod postings;
mod prepared;
mod registry;
pub mod revision;
mod settings;
mod snapshot;
mod subject;
pub mod survivorship;
mod tables;
mod title;
mod verdict;

pub use firm::Companies;
pub use matcher::{Generic, Matcher};
pub use model::{Curve, Model, Weights};
pub use pattern::Pattern;
pub use person::People;
pub use prepared::Prepared;
pub use settings::Settings;
pub use snapshot::SnapshotError;
pub use subject::Subject;
pub use verdict::{MOST_ASKED, Scored, Verdict, Vetoes};
