//! The console's side of the door: every question and every command it has, as data. `Desk` is who answers: the
//! services in the product, canned answers in tests. Absent: any rule; those are behind the door.

use crate::{
    domain::{
        Choice, ContactId, ContactSummary, DecisionId, LeadId, OperationId, Outcome, Position, RecordId, ReviewId, ReviewKind, RunId,
        Source, Text,
    },
    services::{
        Batch, Board, BoardFilter, Card, CardKey, CardView, Check, Done, EnrichPlan, EnrichRequest, Event, HistoryRow, Home, ImportPlan,
        ImportRequest, MergeChoice, MergePreview, Moved, OperationView, Question, RecordView, ReviewFilter, ReviewKey, ReviewRow,
        RowFailure, RunRecord, RunView, SourceState, Status, SyncReport, SyncState,
    },
};
use std::{future::Future, path::PathBuf, pin::Pin};
use tokio::sync::broadcast;

/// What can be asked.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "each names what its answer shows")]
pub enum Query {
    Status,
    Home,
    /// The first page comes with how many there are in all.
    Queue {
        filter: ReviewFilter,
        after: Option<ReviewKey>,
        limit: u32,
    },
    Question(ReviewId),
    Alike(ReviewId),
    Preview {
        review: ReviewId,
        choice: MergeChoice,
    },
    Board(BoardFilter),
    Cards {
        position: Position,
        filter: BoardFilter,
        after: CardKey,
    },
    Card(LeadId),
    Sources,
    Runs(Source),
    /// What became of a run's rows: those of one outcome, or all.
    RunRows {
        run: RunId,
        outcome: Option<Outcome>,
    },
    Plan(ImportRequest),
    /// The same, and what would become of every row: it takes as long as reading them.
    DryRun(ImportRequest),
    /// What filling gaps would take.
    Gaps(EnrichRequest),
    /// The files of a folder; none: where the person is.
    Folder(Option<PathBuf>),
    People {
        text: String,
        after: Option<(u8, ContactId)>,
        limit: u32,
    },
    Sync,
    Operations {
        dead: bool,
    },
    Record(ContactId),
    Raw(RecordId),
    Undoable,
}

/// What is answered, one for each question.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "each answers the question of its name")]
pub enum Answer {
    Status(Status),
    Home(Home),
    Queue { rows: Vec<ReviewRow>, total: Option<u64>, counts: Vec<(ReviewKind, u64)> },
    Question(Box<Question>),
    Alike(Vec<ReviewRow>),
    Preview(Box<MergePreview>),
    Board(Board),
    Cards(Position, Vec<Card>),
    Card(Box<CardView>),
    Sources(Vec<SourceState>),
    Runs(Vec<RunView>),
    RunRows { records: Vec<RunRecord>, failures: Vec<RowFailure> },
    Plan(Box<ImportPlan>),
    Gaps(Box<EnrichPlan>),
    Folder(Folder),
    People(Vec<ContactSummary>),
    Sync(SyncState),
    Operations { dead: bool, operations: Vec<OperationView> },
    Record(Box<RecordView>),
    Raw(String),
    Undoable(Option<HistoryRow>),
}

/// A folder as the file picker shows it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Folder {
    /// Where.
    pub path: PathBuf,
    /// Folders first, then files that can be imported, by name.
    pub entries: Vec<FolderEntry>,
    /// Entries that are not listed because there are too many.
    pub left_out: usize,
}

/// One of its entries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FolderEntry {
    /// Its name, printable.
    pub name: Text,
    /// Where it is.
    pub path: PathBuf,
    /// A folder, or a file of so many bytes.
    pub size: Option<u64>,
}

/// What can be told.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "each names what it does")]
pub enum Command {
    Accept {
        review: ReviewId,
        choice: MergeChoice,
    },
    Decide {
        reviews: Vec<ReviewId>,
        verb: Verb,
    },
    /// Keeps the question for this person while it is open; others see whose it is.
    Claim(ReviewId),
    Release,
    /// The last decision of this person, or that one.
    Undo(Option<DecisionId>),
    Redo,
    Edit {
        contact: ContactId,
        version: u32,
        choices: Vec<Choice>,
    },
    Move {
        lead: LeadId,
        to: Position,
        choices: Vec<Choice>,
        version: Option<u32>,
    },
    Forward(LeadId),
    Back(LeadId),
    Own {
        lead: LeadId,
        owner: Option<Text>,
    },
    Import(ImportRequest),
    /// Keeps what a file's columns mean for the next file with these columns.
    KeepMapping(PathBuf),
    /// Asks sources for what is lacking, for so many credits at most.
    FillGaps {
        request: EnrichRequest,
        agreed: u64,
    },
    Pause(RunId),
    Resume(RunId),
    Stop(RunId),
    Test(Source),
    Sync,
    Retry(OperationId),
}

/// A decision that can be made for many at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the name says it")]
pub enum Verb {
    Accept,
    Create,
    Drop,
    Later,
}

impl Verb {
    /// In the imperative.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Create => "create",
            Self::Drop => "drop",
            Self::Later => "put off",
        }
    }
}

/// What a command gives back.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the name says it")]
pub enum Told {
    Done(Done),
    Batch(Batch),
    Claimed { by_other: Option<Text> },
    Moved(Moved),
    Started(Source),
    Asking(RunId),
    Kept(PathBuf),
    Checked(Check),
    Synced(SyncReport),
    Quiet,
}

/// Why something did not happen, ready to be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// What happened, to what, and what to do.
    pub words: Text,
}

impl Failure {
    /// In these words.
    pub fn new(words: &str) -> Self {
        Self { words: Text::new(words) }
    }
}

/// A future that owns what it needs.
pub type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Who answers.
pub trait Desk: Send + Sync {
    /// Answers a question. It may be dropped unfinished.
    fn ask(&self, query: Query) -> Pending<Result<Answer, Failure>>;
    /// Does something, wholly or not at all.
    fn tell(&self, command: Command) -> Pending<Result<Told, Failure>>;
    /// What happens meanwhile.
    fn events(&self) -> broadcast::Receiver<Event>;
    /// Keeps what the screens remember.
    fn remember(&self, memory: String) -> Pending<()>;
    /// The console is being left: gives back what was kept for this person.
    fn leave(&self) -> Pending<()>;
}
