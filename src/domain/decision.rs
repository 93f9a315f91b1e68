//! Decisions: what somebody or a rule decided, and its inverse. A decision is data, kept for ever.

use super::{ContactId, DecisionId, Field, LeadId, Position, RecordId, ReviewId, SuppressionKey, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who decided.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person, by login name.
    Person(Text),
    /// A rule of this program: `import`, `sync`, `workflow`.
    Rule(Text),
}

impl Actor {
    /// A rule called `name`.
    pub fn rule(name: &str) -> Self {
        Self::Rule(Text::new(name))
    }

    /// Its name.
    pub fn name(&self) -> &Text {
        match self {
            Self::Person(name) | Self::Rule(name) => name,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

/// A field and the value a person chose for it, as text; `None` empties it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Choice {
    /// Which field.
    pub field: Field,
    /// The value's text form.
    pub value: Option<Text>,
}

/// What was decided. Each variant holds enough to undo it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// A record became a new contact with a new lead.
    Create {
        /// The record.
        record: RecordId,
        /// Its contact.
        contact: ContactId,
        /// Its lead.
        lead: Option<LeadId>,
        /// Who it is not, though it looked so.
        not: Vec<ContactId>,
    },
    /// A record joined a known contact.
    Join {
        /// The record.
        record: RecordId,
        /// The contact.
        contact: ContactId,
        /// Values chosen by hand.
        choices: Vec<Choice>,
    },
    /// A record was turned away.
    Drop {
        /// The record.
        record: RecordId,
    },
    /// One contact was folded into another.
    Merge {
        /// The contact that went.
        from: ContactId,
        /// The contact that stayed.
        into: ContactId,
        /// The records that moved.
        records: Vec<RecordId>,
        /// The lead that was closed with it.
        lead: Option<LeadId>,
        /// Values chosen by hand.
        choices: Vec<Choice>,
    },
    /// Fields of a contact were set by hand.
    Edit {
        /// The contact.
        contact: ContactId,
        /// The new values.
        choices: Vec<Choice>,
    },
    /// A card moved.
    Move {
        /// The lead.
        lead: LeadId,
        /// From where.
        from: Position,
        /// To where.
        to: Position,
        /// Values asked for by the move.
        choices: Vec<Choice>,
        /// The suppression written with it (Do Not Contact).
        suppressed: Vec<SuppressionKey>,
    },
    /// A question was put off.
    Defer {
        /// Until then.
        until: Timestamp,
    },
    /// A conflict was settled in favour of HaloPSA or of us.
    Settle {
        /// The contact.
        contact: ContactId,
        /// The values that stay.
        choices: Vec<Choice>,
    },
    /// A merge that was made without asking was looked at, and is right.
    Confirm {
        /// The decision that made it.
        join: DecisionId,
        /// The contact.
        contact: ContactId,
    },
    /// A merge that was made without asking was looked at, and is wrong: the record has a contact of its own since.
    Refute {
        /// The decision that made it.
        join: DecisionId,
        /// The record, as its source says it now.
        record: RecordId,
        /// The contact that it is not.
        contact: ContactId,
        /// Its own contact.
        own: ContactId,
        /// That one's lead.
        lead: LeadId,
    },
    /// An earlier decision was taken back.
    Undo {
        /// That decision.
        decision: DecisionId,
    },
}

impl Action {
    /// Its name in the store, the journal and JSON.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Join { .. } => "join",
            Self::Drop { .. } => "drop",
            Self::Merge { .. } => "merge",
            Self::Edit { .. } => "edit",
            Self::Move { .. } => "move",
            Self::Defer { .. } => "defer",
            Self::Settle { .. } => "settle",
            Self::Confirm { .. } => "confirm",
            Self::Refute { .. } => "refute",
            Self::Undo { .. } => "undo",
        }
    }

    /// The contact whose history it belongs to.
    pub const fn contact(&self) -> Option<ContactId> {
        match self {
            Self::Create { contact, .. }
            | Self::Join { contact, .. }
            | Self::Edit { contact, .. }
            | Self::Settle { contact, .. }
            | Self::Confirm { contact, .. }
            | Self::Refute { contact, .. }
            | Self::Merge { into: contact, .. } => Some(*contact),
            Self::Drop { .. } | Self::Move { .. } | Self::Defer { .. } | Self::Undo { .. } => None,
        }
    }
}

/// One decision.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// The question it answers, when there was one.
    pub review: Option<ReviewId>,
    /// What was decided.
    #[serde(flatten)]
    pub action: Action,
    /// The decision that took it back, once there is one.
    pub undone_by: Option<DecisionId>,
}
