//! What the services answer: ready for a screen, a table or JSON. No front end computes from these; it shows them.

pub use crate::config::Role;
use crate::domain::{
    Choice, CompanyId, ContactId, ContactSummary, Counters, DecisionId, Defect, Evidence, Field, Golden, Lead, Lifecycle, Operation,
    Outcome, Position, Quality, RecordId, ReviewId, ReviewItem, ReviewKind, Run, RunState, Source, SourceRecord, StageChange, StageKey,
    Text, Timestamp, Value,
};
use crate::matching::calibrate::{Audit, ENOUGH};
pub use crate::store::{BoardFilter, Card, CardKey, OutboxCounts, ReviewFilter, ReviewKey, ReviewRow, RowFailure, RunRecord, StageCount};
pub use crate::sync::{bus::Event, halo::Report as SyncReport};
use serde::Serialize;
use std::{path::PathBuf, time::Duration};

/// The header line of every screen.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Status {
    /// Open questions.
    pub queue: u64,
    /// Writes on the way to HaloPSA, and those that need a person.
    pub outbox: OutboxCounts,
    /// How HaloPSA is doing.
    pub halo: HaloState,
    /// Last finished pull.
    pub pulled_at: Option<Timestamp>,
    /// Imports under way.
    pub running: u32,
}

/// How HaloPSA is doing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "why")]
pub enum HaloState {
    /// No address or login configured.
    NotConfigured,
    /// Nothing was tried yet.
    Unknown,
    /// The last call went well.
    Ok,
    /// The last call failed; the sentence says why and what to do.
    Trouble(Text),
}

/// The Home screen.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Home {
    /// Open questions by kind.
    pub reviews: Vec<(ReviewKind, u64)>,
    /// How merges made without asking turned out.
    pub auto_merges: AutoMerges,
    /// Cards by lifecycle.
    pub pipeline: Vec<LifecycleCount>,
    /// Cards that stand longer than the configured time.
    pub stuck: u64,
    /// Writes to HaloPSA.
    pub outbox: OutboxCounts,
    /// The sources.
    pub sources: Vec<SourceState>,
    /// Who did what since this person last looked, most first.
    pub since: Vec<Deed>,
    /// When this person last looked.
    pub last_look: Option<Timestamp>,
    /// People known.
    pub contacts: u64,
}

/// How merges made without asking turned out, by those of them that a person looked at. The bounds are Wilson's: the
/// share lies under `at_least` once in twenty times, and over `at_most` once in twenty.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize)]
pub struct AutoMerges {
    /// How many were looked at.
    pub checked: u32,
    /// How many of them were wrong.
    pub wrong: u32,
    /// How many wait to be looked at.
    pub open: u64,
    /// The share that was right, 0 to 1, once enough were looked at to tell.
    pub right: Option<f64>,
    /// What it is at least.
    pub at_least: Option<f64>,
    /// What it is at most.
    pub at_most: Option<f64>,
}

impl AutoMerges {
    pub(super) fn new(audit: Audit, open: u64) -> Self {
        let told = |value: Option<f64>| value.filter(|_| audit.tells());
        let (right, at_least, at_most) = (told(audit.precision()), told(audit.at_least()), told(audit.at_most()));
        Self { checked: audit.checked, wrong: audit.wrong, open, right, at_least, at_most }
    }

    /// In a sentence; nothing where none was looked at and none waits.
    pub fn words(&self) -> Option<String> {
        let Self { checked, wrong, .. } = *self;
        Some(match (self.numbers(), checked) {
            (Some((right, low, high)), _) => format!("auto-merges {right} % right ({low}-{high} %) of {checked}"),
            (None, 0) if self.open == 0 => return None,
            (None, 0) => "auto-merges: none was looked at yet".to_owned(),
            (None, _) => format!("auto-merges {} of {checked} right: too few to tell, {ENOUGH} do", checked - wrong),
        })
    }

    /// The same in 36 cells.
    pub fn short(&self) -> Option<String> {
        let Self { checked, wrong, .. } = *self;
        Some(match (self.numbers(), checked) {
            (Some((right, low, high)), _) => format!("auto-merge {right} % ({low}-{high}) of {checked}"),
            (None, 1..) => format!("auto-merge {} of {checked} right: too few", checked - wrong),
            (None, 0) => return self.words(),
        })
    }

    /// Percentages, the bounds rounded outwards.
    fn numbers(&self) -> Option<(String, String, String)> {
        let percent = |share: f64, round: fn(f64) -> f64| {
            let tenths = round(share * 1000.0) / 10.0;
            if tenths >= 100.0 { "100".to_owned() } else { format!("{tenths:.1}") }
        };
        // One wrong one is not "100 % right", however many were looked at.
        let right: fn(f64) -> f64 = if self.wrong == 0 { f64::round } else { f64::floor };
        Some((percent(self.right?, right), percent(self.at_least?, f64::floor), percent(self.at_most?, f64::ceil)))
    }
}

/// How many cards a lifecycle holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LifecycleCount {
    /// Which.
    pub lifecycle: Lifecycle,
    /// How many on the way (exits left out).
    pub cards: u64,
    /// How many moved or came in today.
    pub today: u64,
}

/// "kim merged 41".
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Deed {
    /// Who, or which rule.
    pub actor: Text,
    /// What.
    pub action: Text,
    /// How often.
    pub times: u64,
}

/// One source on the Imports screen.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SourceState {
    /// Which.
    pub source: Source,
    /// How it stands.
    pub state: SourceStanding,
    /// In words where there is something to say: the last error, when it may go on.
    pub note: Text,
    /// The latest run.
    pub last: Option<Run>,
    /// Saved searches, by name.
    pub searches: Vec<SearchState>,
    /// Credits left: under our own ceiling, else what the source said last.
    pub credits: Option<i64>,
    /// Calls that our own budget leaves for now, where it is nearest to its end: left, of how many, in how long.
    pub rate: Option<(u32, u32, Duration)>,
}

/// A saved search.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SearchState {
    /// Its name.
    pub name: Text,
    /// When it starts by itself, as it is configured.
    pub schedule: Option<Text>,
    /// Its latest run: when it began, and how it stands.
    pub last: Option<(Timestamp, RunState)>,
    /// When it starts next by itself.
    pub next: Option<Timestamp>,
}

/// How a source stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceStanding {
    /// No key configured; only its files can be imported.
    NotConfigured,
    /// Comes by file only.
    FileOnly,
    /// Ready.
    Idle,
    /// An import is under way.
    Running,
    /// Waits for a rate limit.
    Waiting,
    /// A person paused it.
    Paused,
    /// The login was refused.
    Refused,
    /// The last run failed.
    Failed,
}

/// A run with what a screen shows beside it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RunView {
    /// The run.
    pub run: Run,
    /// Where its rows come from, in words: a search's name, a file's name.
    pub what: Text,
    /// Rows a second over the last moments; 0 when it is not running.
    pub rate: f32,
    /// How long it may still take, where that can be told.
    pub left: Option<Duration>,
    /// It is at work in this process.
    pub here: bool,
}

/// An import somebody asks for.
#[derive(Clone, PartialEq, Debug)]
pub struct ImportRequest {
    /// From where.
    pub from: ImportFrom,
    /// No more rows than this.
    pub limit: Option<u64>,
}

/// From where an import comes.
#[derive(Clone, PartialEq, Debug)]
pub enum ImportFrom {
    /// A provider's search.
    Provider {
        /// Which provider.
        source: Source,
        /// A saved search's name; the source's default search when absent.
        search: Option<Text>,
        /// Filters on top of it.
        set: Vec<(String, String)>,
    },
    /// A file.
    File {
        /// Where it lies.
        path: PathBuf,
        /// Whose export it is, when the person knows better than the header.
        source: Option<Source>,
        /// A mapping file.
        mapping: Option<PathBuf>,
    },
}

/// What an import would do, without doing it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ImportPlan {
    /// Whose rows they are.
    pub source: Source,
    /// How many rows, where that can be told.
    pub rows: Option<u64>,
    /// How many credits at most, for a provider.
    pub credits: Option<u64>,
    /// For a file: how each column is understood.
    pub columns: Vec<ColumnPlan>,
    /// In words: how sure the recognition is, what is missing.
    pub notes: Vec<Text>,
}

/// How a column of a file is understood.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ColumnPlan {
    /// Its name in the file.
    pub column: Text,
    /// The field it fills, where it is just one field.
    pub field: Option<Field>,
    /// What it becomes, in words; empty: it is kept in the raw row only.
    pub meaning: Text,
    /// How sure, 0 to 100.
    pub sure: u8,
    /// A value from the file.
    pub sample: Text,
}

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

/// The board: lifecycles, each with its stages and the first cards of each.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Board {
    /// In order.
    pub lanes: Vec<Lane>,
    /// Cards in all.
    pub cards: u64,
    /// Cards that stand too long.
    pub stuck: u64,
}

/// One lifecycle on the board.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Lane {
    /// Which.
    pub lifecycle: Lifecycle,
    /// Its stages in order, exits last.
    pub stages: Vec<StageLane>,
}

/// One stage on the board.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct StageLane {
    /// Its key.
    pub stage: StageKey,
    /// Its title.
    pub title: Text,
    /// No way leads on from here.
    pub exit: bool,
    /// How many cards it holds.
    pub count: u64,
    /// The first of them, longest there first.
    pub cards: Vec<Card>,
}

/// What a card needs to move on.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct CardView {
    /// The card.
    pub card: Card,
    /// Its contact.
    pub contact: ContactSummary,
    /// Where it may go, forward first.
    pub ways: Vec<WayView>,
    /// It has stood longer than the configured time.
    pub stuck: bool,
}

/// A way a card may go.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct WayView {
    /// Where to.
    pub to: Position,
    /// That stage's title.
    pub title: Text,
    /// What it asks for and is still missing.
    pub missing: Vec<FormField>,
    /// Conditions that do not hold, in words.
    pub unmet: Vec<Text>,
    /// Leads into the next lifecycle.
    pub converts: bool,
}

/// A field a form asks for.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FormField {
    /// Which.
    pub field: Field,
    /// What it holds now.
    pub value: Option<Value>,
    /// What it may hold, when that is a list.
    pub options: Vec<Text>,
}

/// A move's outcome.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Moved {
    /// It moved.
    Done(Done),
    /// It did not, and why: fields to fill in, conditions that do not hold.
    Refused {
        /// Where it was to go.
        to: Position,
        /// Fields that are missing; filling them in and moving again may do.
        missing: Vec<FormField>,
        /// Conditions that do not hold.
        unmet: Vec<Text>,
    },
}

/// The Sync screen.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SyncState {
    /// How HaloPSA is doing.
    pub halo: HaloState,
    /// Who syncs just now (`None`: nobody).
    pub syncing: Option<Text>,
    /// Last finished pull.
    pub pulled_at: Option<Timestamp>,
    /// Outbox figures.
    pub outbox: OutboxCounts,
    /// Linked records by kind.
    pub linked: Vec<(Text, u64)>,
}

/// A write on its way, or a dead letter.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct OperationView {
    /// The operation.
    pub operation: Operation,
    /// What it writes, in a line.
    pub words: Text,
    /// Its contact, where there is one.
    pub contact: Option<ContactId>,
}

/// A line of `doctor`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Check {
    /// What was looked at.
    pub what: Text,
    /// How it is.
    pub verdict: Verdict,
    /// What was found, and what to do.
    pub words: Text,
}

/// How a check came out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Fine.
    Ok,
    /// Works, but look at it.
    Warn,
    /// Does not work.
    Fail,
}

/// What `setup` found and did.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct SetupReport {
    /// What was found, by name.
    pub found: Vec<Text>,
    /// What was created, or would be.
    pub created: Vec<Text>,
    /// What is missing and cannot be created by us, with what to do.
    pub missing: Vec<Text>,
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

/// Outcomes by number, for tables.
pub fn outcomes(counters: &Counters) -> [(Outcome, u64); 7] {
    [
        (Outcome::Created, counters.created),
        (Outcome::Enriched, counters.enriched),
        (Outcome::Unchanged, counters.unchanged),
        (Outcome::Review, counters.review),
        (Outcome::Rejected, counters.rejected),
        (Outcome::Suppressed, counters.suppressed),
        (Outcome::Failed, counters.failed),
    ]
}
