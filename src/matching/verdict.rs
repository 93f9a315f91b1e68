//! What the matcher answers.

use super::{pattern::Pattern, subject::Subject};
use crate::domain::{Bits, RecordId, Veto, Zone};
use serde::{Deserialize, Serialize};

/// A set of vetoes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Vetoes(u8);

impl Vetoes {
    const ALL: [Veto; 6] = [Veto::TwoMailboxes, Veto::TwoLinkedIn, Veto::NotSame, Veto::TwoHaloRecords, Veto::Generation, Veto::Cluster];

    /// Adds a veto where `holds`.
    pub fn put(&mut self, veto: Veto, holds: bool) {
        self.0 |= u8::from(holds) << veto as u8;
    }

    /// Whether it is in.
    pub const fn has(self, veto: Veto) -> bool {
        self.0 >> veto as u8 & 1 == 1
    }

    /// None of them.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// All of them.
    pub fn list(self) -> Vec<Veto> {
        Self::ALL.into_iter().filter(|veto| self.has(*veto)).collect()
    }

    /// All but one.
    #[must_use]
    pub const fn without(self, veto: Veto) -> Self {
        Self(self.0 & !(1 << veto as u8))
    }
}

/// A contact or company that a record may be, and how likely. Light: no texts, made by the million.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scored<S: Subject> {
    /// Whose member the record was held against.
    pub owner: S::Owner,
    /// That member: the one that fits best.
    pub record: RecordId,
    /// Bits for "the same", prior included.
    pub score: Bits,
    /// The levels, for "31 more like this".
    pub pattern: Pattern,
    /// What forbids auto.
    pub vetoes: Vetoes,
    /// What follows.
    pub zone: Zone,
    /// Where the member stands in the index.
    pub(super) slot: u32,
}

/// What to do with a record.
#[derive(Clone, PartialEq, Debug)]
pub enum Verdict<S: Subject> {
    /// Nobody we know.
    New,
    /// Somebody we know, certain enough to join without asking.
    Same(Scored<S>),
    /// A person should look: the likeliest first, at most [`MOST_ASKED`].
    Ask(Vec<Scored<S>>),
}

/// A question lists no more candidates than this.
pub const MOST_ASKED: usize = 8;
