//! Questions, and merges before they are made.

use crate::domain::{
    Choice, ContactId, ContactSummary, DecisionId, Defect, Evidence, Field, Quality, ReviewId, ReviewItem, SourceRecord, Text, Value,
};
use serde::Serialize;
use std::time::Duration;

/// A question, ready to be decided.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Question {
    /// The item.
    pub item: ReviewItem,
    /// What came in.
    pub incoming: SourceRecord,
    /// Its name for titles.
    pub name: Text,
    /// Its quality with its parts.
    pub quality: Quality,
    /// What is wrong with it.
    pub defects: Vec<Defect>,
    /// Who it may be, likeliest first.
    pub candidates: Vec<CandidateView>,
    /// What `a` would do.
    pub suggestion: Suggestion,
    /// How many open items one decision could settle with this one.
    pub alike: u64,
}

/// Somebody an incoming record may be.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct CandidateView {
    /// The contact as lists show it.
    pub contact: ContactSummary,
    /// Its HaloPSA user, if it has one.
    pub halo_user: Option<i64>,
    /// Why.
    pub evidence: Evidence,
}

/// What accepting does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "do", content = "contact")]
pub enum Suggestion {
    /// The record joins that contact.
    Join(ContactId),
    /// The record becomes a new contact.
    Create,
    /// The record was merged into that contact without asking, and stays there.
    Keep(ContactId),
}

/// A merge before it is made: what each field would become and what HaloPSA would be told.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct MergePreview {
    /// The contact that stays.
    pub into: ContactSummary,
    /// What the incoming side is called: "Apollo.io 8842", "contact 1a2b3c4d".
    pub incoming: Text,
    /// Every field that either side knows, differing ones first, in table order.
    pub rows: Vec<MergeRow>,
    /// The result in a line.
    pub result: Text,
    /// Fields of the HaloPSA user that would be written.
    pub writes: Vec<Field>,
    /// The HaloPSA user it would be written to.
    pub halo_user: Option<i64>,
}

/// One field of a merge.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct MergeRow {
    /// Which.
    pub field: Field,
    /// The standing contact's value.
    pub left: Option<Value>,
    /// Where that comes from: "HaloPSA, edited", "Hunter.io 2026-03-01".
    pub left_from: Text,
    /// The incoming value.
    pub right: Option<Value>,
    /// Where that comes from.
    pub right_from: Text,
    /// What it becomes.
    pub result: Option<Value>,
    /// Whose value that is.
    pub takes: Takes,
    /// Why, in words.
    pub why: Text,
}

impl MergeRow {
    /// The sides say different things, or one says nothing.
    pub fn differs(&self) -> bool {
        self.left != self.right
    }
}

/// Whose value a field takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// Both say so.
    Same,
    /// The standing contact's.
    Left,
    /// The incoming one.
    Right,
    /// Both, united.
    Both,
    /// Something else: typed by a person, or from a third source.
    Other,
}

/// What one decision may carry besides its kind.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct MergeChoice {
    /// The candidate to join; the likeliest when absent.
    pub candidate: Option<ContactId>,
    /// Fields whose value the person chose.
    pub choices: Vec<Choice>,
}

/// What to do with many questions at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReviewVerb {
    /// What each suggests.
    Accept,
    /// A new contact of each.
    Create,
    /// Turn each away.
    Drop,
    /// Put each off.
    Defer(Duration),
}

/// A decision was made.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Done {
    /// Which; `undo` takes it.
    pub decision: DecisionId,
    /// What happened, for the hint row: "merged Ann Stone into #48112; goes out in 10 s, u takes it back".
    pub words: Text,
    /// The contact it was about, where there is one.
    pub contact: Option<ContactId>,
}

/// Many decisions were made.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Batch {
    /// Those that went well, in order.
    pub done: Vec<DecisionId>,
    /// Those that did not, with the reason.
    pub failed: Vec<(ReviewId, Text)>,
}
