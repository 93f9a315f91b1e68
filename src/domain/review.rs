//! Questions for a person.

use super::{Candidate, ContactId, DecisionId, RecordId, ReviewId, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewKind {
    /// Is the incoming record somebody we know?
    Duplicate,
    /// Is this record good enough?
    LowQuality,
    /// HaloPSA and we changed the same field differently: whose value stays?
    Conflict,
    /// A record was merged without asking: was that right? Its id is that of the decision it asks about.
    Audit,
}

impl ReviewKind {
    /// All of them, in the order in which screens list them.
    pub const ALL: &'static [Self] = &[Self::Duplicate, Self::LowQuality, Self::Conflict, Self::Audit];

    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::LowQuality => "low quality",
            Self::Conflict => "conflict",
            Self::Audit => "audit",
        }
    }

    /// Its name in the store and on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::LowQuality => "low_quality",
            Self::Conflict => "conflict",
            Self::Audit => "audit",
        }
    }
}

/// Where an item stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// Waits for a decision.
    Open,
    /// Put off until then.
    Later(Timestamp),
    /// Decided.
    Done(DecisionId),
}

/// What the question is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// An incoming record that belongs to no contact yet; for an audit, one that was merged without asking.
    Record(RecordId),
    /// A contact that is already known.
    Contact(ContactId),
}

/// Somebody has it open on a screen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Claim {
    /// Who.
    pub by: Text,
    /// Until when, unless renewed.
    pub until: Timestamp,
}

/// One question.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ReviewItem {
    /// Its id.
    pub id: ReviewId,
    /// What is asked.
    pub kind: ReviewKind,
    /// About what.
    pub about: About,
    /// Who it may be, likeliest first.
    pub candidates: Vec<Candidate>,
    /// Why it is asked, in a line.
    pub reason: Text,
    /// Equal for items that one decision can settle together; 0 for none.
    pub pattern: u64,
    /// Higher comes first.
    pub priority: i32,
    /// When it arose.
    pub created_at: Timestamp,
    /// Where it stands.
    pub state: ReviewState,
    /// Who has it open.
    pub claim: Option<Claim>,
}
