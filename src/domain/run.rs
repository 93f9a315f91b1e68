//! Runs: one import or one sync, with counters that add up.

use super::{RunId, Source, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a run stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Working, or it was when the process died: it can be resumed.
    Running,
    /// A person paused it.
    Paused,
    /// A person stopped it; it can be resumed.
    Stopped,
    /// All read.
    Done,
    /// Ended early with what it had: limit, budget or credits.
    Part,
    /// Ended by an error; it can be resumed.
    Failed,
    /// Ended because the source refused the login; it can be resumed.
    Refused,
}

impl RunState {
    /// Its name in the store and in JSON.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Done => "done",
            Self::Part => "part",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }

    /// The state of that name.
    pub fn from_key(key: &str) -> Option<Self> {
        let all = [Self::Running, Self::Paused, Self::Stopped, Self::Done, Self::Part, Self::Failed, Self::Refused];
        all.into_iter().find(|state| state.key() == key)
    }
}

/// What became of the rows read. All but `read` add up to `read`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Counters {
    /// Rows read.
    pub read: u64,
    /// New contacts.
    pub created: u64,
    /// Known contacts that learnt something.
    pub enriched: u64,
    /// Nothing new.
    pub unchanged: u64,
    /// Waiting for a person.
    pub review: u64,
    /// Too weak; kept and listed.
    pub rejected: u64,
    /// On the do-not-contact list.
    pub suppressed: u64,
    /// Could not be read; listed with line and reason.
    pub failed: u64,
}

impl Counters {
    /// One row that ended so.
    pub fn count(&mut self, outcome: Outcome) {
        self.read += 1;
        *match outcome {
            Outcome::Created => &mut self.created,
            Outcome::Enriched => &mut self.enriched,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Review => &mut self.review,
            Outcome::Rejected => &mut self.rejected,
            Outcome::Suppressed => &mut self.suppressed,
            Outcome::Failed => &mut self.failed,
        } += 1;
    }

    /// Adds another run's.
    pub fn add(&mut self, other: Self) {
        self.read += other.read;
        self.created += other.created;
        self.enriched += other.enriched;
        self.unchanged += other.unchanged;
        self.review += other.review;
        self.rejected += other.rejected;
        self.suppressed += other.suppressed;
        self.failed += other.failed;
    }
}

/// What became of one row.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A new contact.
    Created,
    /// A known contact learnt something.
    Enriched,
    /// Nothing new.
    Unchanged,
    /// A person is asked.
    Review,
    /// Too weak.
    Rejected,
    /// Not to be contacted.
    Suppressed,
    /// Not readable.
    Failed,
}

impl Outcome {
    /// Its name in the store and in JSON.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Enriched => "enriched",
            Self::Unchanged => "unchanged",
            Self::Review => "review",
            Self::Rejected => "rejected",
            Self::Suppressed => "suppressed",
            Self::Failed => "failed",
        }
    }
}

/// One import.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// From where.
    pub source: Source,
    /// Where it stands.
    pub state: RunState,
    /// What was asked for: search, limit, file, mapping. JSON that only the import engine reads.
    pub request: String,
    /// How far it has come; opaque to all but the source.
    pub cursor: Option<String>,
    /// Pages fetched.
    pub pages: u32,
    /// What became of the rows.
    pub counters: Counters,
    /// How many rows there are in all, where the source says so.
    pub total: Option<u64>,
    /// What went wrong, in a sentence that says what to do.
    pub error: Option<Text>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Who started it.
    pub actor: Text,
}
