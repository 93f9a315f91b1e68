//! Leads: one contact's way through Lead, Prospect and Opportunity.

use super::{ContactId, LeadId, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The three lifecycles.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// Found, being contacted.
    Lead,
    /// Interested, being qualified.
    Prospect,
    /// A deal.
    Opportunity,
}

impl Lifecycle {
    /// All of them, in order.
    pub const ALL: &'static [Self] = &[Self::Lead, Self::Prospect, Self::Opportunity];

    /// Its name in configuration and the store.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Prospect => "prospect",
            Self::Opportunity => "opportunity",
        }
    }

    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Lead => "Lead",
            Self::Prospect => "Prospect",
            Self::Opportunity => "Opportunity",
        }
    }
}

impl fmt::Display for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

impl FromStr for Lifecycle {
    type Err = ();
    fn from_str(raw: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|lifecycle| lifecycle.key().eq_ignore_ascii_case(raw)).ok_or(())
    }
}

/// A stage's key in `workflows.toml`, such as `researching`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StageKey(pub Text);

impl StageKey {
    /// From its name.
    pub fn new(key: &str) -> Self {
        Self(Text::new(key))
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A place on the board.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Position {
    /// Which lifecycle.
    pub lifecycle: Lifecycle,
    /// Which of its stages.
    pub stage: StageKey,
}

impl Position {
    /// A stage of a lifecycle.
    pub fn new(lifecycle: Lifecycle, stage: &str) -> Self {
        Self { lifecycle, stage: StageKey::new(stage) }
    }
}

/// `lead/researching`.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.lifecycle.key(), self.stage)
    }
}

/// A lead. What was asked for on its way (budget, pain points, value) are fields of its contact.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lead {
    /// Its id.
    pub id: LeadId,
    /// Whose.
    pub contact: ContactId,
    /// Where on the board.
    pub position: Position,
    /// Since when there.
    pub since: Timestamp,
    /// Who works on it.
    pub owner: Option<Text>,
    /// Lists it is on.
    pub tags: Vec<Text>,
    /// Folded into another contact's lead by a merge; off the board until that is undone.
    pub folded: bool,
    /// Rises with each change.
    pub version: u32,
    /// When it began.
    pub created_at: Timestamp,
}

/// One step of a lead's history.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StageChange {
    /// Where it came from.
    pub from: Position,
    /// Where it went.
    pub to: Position,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Text,
}
