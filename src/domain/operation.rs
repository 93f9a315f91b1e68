//! Operations: intended writes to HaloPSA, kept in the outbox until HaloPSA has them.
//!
//! An operation names what to bring in step, not the bytes to send: the engine computes those from the golden
//! record, the last seen remote state and the operation's intent at the moment of sending. So two intents for
//! one entity are one operation, and sending twice sends nothing.

use super::{CompanyId, ContactId, DecisionId, LeadId, OperationId, Text, Timestamp, Uuid};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is written. The order is the order of sending: a ticket needs its user, a user its site, a site its client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "entity", content = "id")]
pub enum Target {
    /// A company as a HaloPSA client.
    Client(CompanyId),
    /// Its main site.
    Site(CompanyId),
    /// A contact as a HaloPSA user.
    User(ContactId),
    /// A lead as a HaloPSA ticket.
    Ticket(LeadId),
}

impl Target {
    /// Its name in the store and in logs.
    pub const fn entity(&self) -> &'static str {
        match self {
            Self::Client(_) => "client",
            Self::Site(_) => "site",
            Self::User(_) => "user",
            Self::Ticket(_) => "ticket",
        }
    }

    /// Our id of it.
    pub const fn uuid(&self) -> Uuid {
        match self {
            Self::Client(id) | Self::Site(id) => id.0,
            Self::User(id) => id.0,
            Self::Ticket(id) => id.0,
        }
    }

    /// The words of whoever waits for it to be there.
    pub fn awaited(&self) -> Text {
        Text::from(format!("waits for {self}"))
    }

    /// The target of that kind and id.
    pub fn of(entity: &str, id: Uuid) -> Option<Self> {
        Some(match entity {
            "client" => Self::Client(CompanyId(id)),
            "site" => Self::Site(CompanyId(id)),
            "user" => Self::User(ContactId(id)),
            "ticket" => Self::Ticket(LeadId(id)),
            _ => return None,
        })
    }

    /// The external reference that marks the HaloPSA record as ours; searched for before every create.
    pub fn reference(&self) -> String {
        format!("leadloom:{}:{}", self.entity(), self.uuid().simple())
    }

    /// Reads [`Target::reference`].
    pub fn from_reference(reference: &str) -> Option<Self> {
        let mut parts = reference.strip_prefix("leadloom:")?.split(':');
        let (entity, id) = (parts.next()?, parts.next()?);
        Self::of(entity, Uuid::try_parse(id).ok()?)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = self.uuid().simple().to_string();
        write!(f, "{} {}", self.entity(), &hex[24..])
    }
}

/// What is to become of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Exists and says what the golden record says.
    Upsert,
    /// Is inactive (its contact was folded into another).
    Deactivate,
}

/// Where an operation stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationState {
    /// Waits for its time: the hold after a decision, or a retry's back-off.
    Waiting,
    /// Somebody is sending it; if its lease runs out nobody knows whether it arrived, and it is looked for first.
    Sending,
    /// Will not be sent again without a person.
    Dead,
}

/// One intended write. A finished one is deleted; its trace is the journal and the link.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Operation {
    /// Its id.
    pub id: OperationId,
    /// What.
    pub target: Target,
    /// To become what.
    pub intent: Intent,
    /// Where it stands.
    pub state: OperationState,
    /// Not before then.
    pub not_before: Timestamp,
    /// How often it was sent.
    pub attempts: u32,
    /// What went wrong last.
    pub last_error: Option<Text>,
    /// The decision it follows from.
    pub decision: Option<DecisionId>,
    /// When it was first wanted.
    pub created_at: Timestamp,
    /// Fencing token: a sender that lost its lease cannot settle.
    pub token: u64,
}
