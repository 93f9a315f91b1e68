//! One contact or company, whole.

use crate::domain::{
    CompanyId, ContactSummary, DecisionId, Golden, Lead, Operation, RecordId, ReviewId, Source, StageChange, Text, Timestamp,
};
use serde::Serialize;

/// A record opened.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RecordView {
    /// As lists show it.
    pub summary: ContactSummary,
    /// Every field with where it came from and what lost.
    pub golden: Golden,
    /// Its lead on the board, if it has one.
    pub lead: Option<Lead>,
    /// The lead's way so far.
    pub stages: Vec<StageChange>,
    /// What it is made of.
    pub members: Vec<MemberView>,
    /// What was decided about it, newest first.
    pub history: Vec<HistoryRow>,
    /// Its HaloPSA records.
    pub halo: HaloLinks,
    /// The open question about it, if there is one.
    pub question: Option<ReviewId>,
    /// The golden company.
    pub company: Option<CompanyId>,
}

/// A source record that a contact is made of.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct MemberView {
    /// Which.
    pub record: RecordId,
    /// From where.
    pub source: Source,
    /// The source's id of it.
    pub external_id: Text,
    /// When we got it.
    pub seen_at: Timestamp,
    /// The source's own date.
    pub dated: Option<Timestamp>,
    /// Its quality.
    pub quality: u8,
    /// How it came to belong here: "founded it", "joined by kim", "matched, +18.2 bits".
    pub joined: Text,
}

/// A line of history.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct HistoryRow {
    /// The decision.
    pub decision: DecisionId,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Text,
    /// What, in a line.
    pub words: Text,
    /// Taken back since.
    pub undone: bool,
    /// `Ok` when it can be taken back now, else why not.
    pub undoable: Result<(), Text>,
}

/// What HaloPSA has of a contact.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct HaloLinks {
    /// Client.
    pub client: Option<i64>,
    /// User.
    pub user: Option<i64>,
    /// Ticket of the lead.
    pub ticket: Option<i64>,
    /// Where the ticket can be opened in a browser.
    pub url: Option<Text>,
    /// Writes on the way.
    pub pending: Vec<Operation>,
}
