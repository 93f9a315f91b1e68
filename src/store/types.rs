//! What goes in and out of the verbs, besides the domain's own words.

use super::{Result, StoreError};
use crate::domain::{
    CompanyId, ContactId, DecisionId, Draft, Fields, Fingerprint, Intent, LeadId, Lifecycle, OperationId, Origin, Outcome, Position,
    RecordId, ReviewId, ReviewKind, RunId, Source, StageKey, Target, Text, Timestamp,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// Where a record of a known source id stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// The newest snapshot.
    pub record: RecordId,
    /// What it says, to see whether a new one says anything else.
    pub fingerprint: Fingerprint,
    /// What became of it when it came in.
    pub outcome: Outcome,
    /// The golden company of its employer, for a person; itself, for a company.
    pub company: Option<CompanyId>,
}

/// A draft spelt out as the store keeps it: work that needs no desk, so that it is done before there is one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordText {
    /// Its values, JSON.
    pub fields: String,
    /// Which of them a person set in HaloPSA, JSON; `None` for none.
    pub edited: Option<String>,
    /// What is wrong with it, JSON; `None` for nothing.
    pub defects: Option<String>,
    /// How good it is, JSON.
    pub quality: String,
    /// Equal for two drafts that say the same.
    pub says: Fingerprint,
}

impl RecordText {
    /// Of this draft.
    pub fn of(draft: &Draft) -> Result<Self> {
        Ok(Self {
            fields: to_json("record", &draft.fields)?,
            edited: (!draft.edited.is_empty()).then(|| to_json("record", &draft.edited)).transpose()?,
            defects: (!draft.defects.is_empty()).then(|| to_json("record", &draft.defects)).transpose()?,
            quality: to_json("record", &draft.quality)?,
            says: draft.fingerprint(),
        })
    }
}

/// JSON text of a value; what we store always serialises.
pub(super) fn to_json(what: &'static str, value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::unreadable(what, error))
}

/// One change of membership, in the order in which they happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moved {
    /// Its place in the feed.
    pub seq: i64,
    /// Which record.
    pub record: RecordId,
    /// Where it belongs since, as the bare id of a contact or company; `None` when it left.
    pub entity: Option<crate::domain::Uuid>,
}

/// A membership with the decision that made it (`None`: the record founded its contact).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Membership {
    /// Which record.
    pub record: RecordId,
    /// By which decision.
    pub decision: Option<DecisionId>,
    /// Since when.
    pub at: Timestamp,
}

/// A raw page that was stored and not yet taken in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredPage {
    /// Its number.
    pub page: u32,
    /// Its rows as they came, JSON.
    pub rows: String,
}

/// A row that could not be read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RowFailure {
    /// Its line in the file, or its number in the answer.
    pub line: u64,
    /// Why, in a sentence.
    pub reason: Text,
    /// What stood there, cut short.
    pub raw: String,
}

/// A record of a run, as lists show it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RunRecord {
    /// Which.
    pub record: RecordId,
    /// What became of it.
    pub outcome: Outcome,
    /// Its name, or its e-mail.
    pub name: Text,
    /// Its company.
    pub company: Text,
    /// Its contact now.
    pub contact: Option<ContactId>,
}

/// What the review list shows of an item.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ReviewRow {
    /// Which.
    pub id: ReviewId,
    /// What is asked.
    pub kind: ReviewKind,
    /// Incoming name.
    pub name: Text,
    /// Incoming company.
    pub company: Text,
    /// Incoming e-mail.
    pub email: Text,
    /// Why.
    pub reason: Text,
    /// From where.
    pub source: Source,
    /// Incoming quality.
    pub quality: u8,
    /// Sorting weight.
    pub priority: i32,
    /// Equal for items that one decision can settle.
    pub pattern: u64,
    /// When it arose.
    pub created_at: Timestamp,
    /// Somebody else has it open.
    pub claimed_by: Option<Text>,
}

/// What a review item's list columns are filled from.
#[derive(Clone, PartialEq, Debug)]
pub struct ReviewFace {
    /// Incoming name.
    pub name: Text,
    /// Incoming company.
    pub company: Text,
    /// Incoming e-mail.
    pub email: Text,
    /// From where.
    pub source: Source,
    /// Incoming quality.
    pub quality: u8,
}

/// Which review items.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ReviewFilter {
    /// Only these; `None` for all kinds.
    pub kind: Option<ReviewKind>,
    /// Only with this text in name, company, e-mail or reason.
    pub text: String,
    /// Only of this pattern.
    pub pattern: Option<u64>,
    /// Only from this source.
    pub source: Option<Source>,
}

/// Where a page of review items continues.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReviewKey {
    /// The last row's weight.
    pub priority: i32,
    /// The last row's id.
    pub id: ReviewId,
}

/// A card on the board.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Card {
    /// Which lead.
    pub lead: LeadId,
    /// Whose.
    pub contact: ContactId,
    /// Where.
    pub position: Position,
    /// Since when.
    pub since: Timestamp,
    /// Contact's name.
    pub name: Text,
    /// Contact's company.
    pub company: Text,
    /// Contact's quality.
    pub quality: u8,
    /// Who works on it.
    pub owner: Option<Text>,
    /// Lists it is on.
    pub tags: Vec<Text>,
    /// A command that names an older version is refused.
    pub version: u32,
}

/// Which cards.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct BoardFilter {
    /// Only this owner's.
    pub owner: Option<Text>,
    /// Only on this list.
    pub tag: Option<Text>,
    /// Only with this text in name or company.
    pub text: String,
}

/// How many cards a stage holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StageCount {
    /// Which lifecycle.
    pub lifecycle: Lifecycle,
    /// Which stage.
    pub stage: StageKey,
    /// How many.
    pub cards: u64,
}

/// Where a page of cards continues: the last card's time and id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CardKey {
    /// Since when the last card stood there.
    pub since: Timestamp,
    /// The last card.
    pub lead: LeadId,
}

/// What the store keeps of a golden contact besides its members.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContactFace {
    /// Display name.
    pub name: Text,
    /// Title.
    pub title: Text,
    /// Company name.
    pub company: Text,
    /// Golden company.
    pub company_id: Option<CompanyId>,
    /// Primary e-mail.
    pub email: Text,
    /// Primary number.
    pub phone: Text,
    /// Score.
    pub quality: u8,
    /// Number of members.
    pub sources: u16,
    /// Folded text that search looks in.
    pub folded_text: String,
    /// Of the golden values: equal when nothing changed.
    pub fingerprint: Fingerprint,
}

/// What the store keeps of a golden company besides its members.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompanyFace {
    /// Name without legal form.
    pub name: Text,
    /// Main domain.
    pub domain: Text,
    /// Country code.
    pub country: Text,
    /// Of the golden values.
    pub fingerprint: Fingerprint,
}

/// What we know of a HaloPSA record.
#[derive(Clone, PartialEq, Debug)]
pub struct Link {
    /// Its id there.
    pub halo_id: i64,
    /// The HaloPSA id of what it hangs under: a user's site, a site's client, a ticket's user.
    pub parent: Option<i64>,
    /// Its fields as last seen: the base of the three-way compare.
    pub base: Fields,
    /// Which of them we wrote ourselves; the others a person wrote there.
    pub ours: BTreeSet<crate::domain::Field>,
    /// A ticket's place on the board as last seen.
    pub position: Option<Position>,
    /// Deactivated there, by anybody.
    pub inactive: bool,
    /// Deactivated by us: an undo may activate it again.
    pub shelved: bool,
    /// Its own time stamp as last seen.
    pub last_update: Option<Timestamp>,
}

/// A lease somebody holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Held {
    /// Fencing token: rises with each holder.
    pub token: u64,
    /// Until when, unless renewed.
    pub until: Timestamp,
}

/// A wanted write, as its row begins.
pub struct Want<'a> {
    /// Names the operation.
    pub id: OperationId,
    /// What is to be written.
    pub target: &'a Target,
    /// How.
    pub intent: Intent,
    /// Not before then.
    pub not_before: Timestamp,
    /// Because of this decision.
    pub decision: Option<DecisionId>,
    /// When it is wanted.
    pub now: Timestamp,
}

/// How the outbox stands.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct OutboxCounts {
    /// Waiting or on the way.
    pub pending: u64,
    /// Need a person.
    pub dead: u64,
    /// When the oldest pending one was first wanted.
    pub oldest: Option<Timestamp>,
}

/// Where a record came from and what stood there.
#[derive(Clone, PartialEq, Debug)]
pub struct RawRow {
    /// Which page and row.
    pub origin: Origin,
    /// The page's rows, JSON.
    pub rows: String,
}

/// One decision as a person's undo list needs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undoable {
    /// Which.
    pub decision: DecisionId,
    /// The run of the record it was about, if any.
    pub run: Option<RunId>,
}

/// How merges made without asking turned out.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct AuditTally {
    /// How many a person looked at.
    pub checked: u32,
    /// How many of them were taken back.
    pub wrong: u32,
    /// How many wait to be looked at.
    pub open: u64,
}

/// An audit that waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenAudit {
    /// The item.
    pub review: ReviewId,
    /// The record that was merged.
    pub record: RecordId,
    /// Somebody has it open, or had it a moment ago.
    pub claimed: bool,
}

/// What a person said of a pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answer {
    /// How it compared.
    pub pattern: u64,
    /// By which model.
    pub model: u32,
    /// They are the same.
    pub same: bool,
    /// Asked about after they had been merged without asking.
    pub audit: bool,
}

/// What a version of the matching model was learnt from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelCause {
    /// Many records came in.
    Records,
    /// People answered questions.
    Answers,
}

impl ModelCause {
    /// All.
    pub const ALL: [Self; 2] = [Self::Records, Self::Answers];

    /// Its name in the store.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Answers => "answers",
        }
    }
}

/// A version of the matching model.
#[derive(Clone, PartialEq, Debug)]
pub struct ModelVersion {
    /// Its number; evidence names it.
    pub version: u32,
    /// When it was learnt.
    pub made_at: Timestamp,
    /// Why.
    pub cause: ModelCause,
    /// From how many pairs of records.
    pub pairs: u64,
    /// From how many answers.
    pub answers: u64,
    /// For which comparisons.
    pub rules: u64,
    /// Whether it was taken into use.
    pub taken: bool,
    /// Why not.
    pub refused: Option<Text>,
    /// What moved against the version before, in words, farthest first.
    pub moved: Vec<Text>,
    /// The model, JSON.
    pub body: String,
}
