//! The services as the console's desk: one arm a question, one arm a command, and nothing else.

use super::{
    ConsoleError, Leaving, Options,
    desk::{Answer, Command, Desk, Failure, Pending, Query, Told, Verb},
    folder,
};
use crate::{
    domain::{Clock, Outcome},
    services::{Event, MergeChoice, ReviewVerb, ServiceError, Session},
    telemetry::Ring,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::broadcast;
use tracing::warn;

/// Cards of a stage that come with the board: more than any window shows at first.
const CARDS: u32 = 60;
/// Runs shown of a source.
const RUNS: u32 = 20;
/// Records and unreadable rows shown of a run.
const ROWS: u32 = 500;
/// Writes shown of the outbox.
const OPERATIONS: u32 = 500;
/// For how long "later" puts a question off.
const LATER: Duration = Duration::from_secs(24 * 60 * 60);
/// Under what name the screens' memory is kept.
pub const MEMORY: &str = "console";

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        Self::new(&error.to_string())
    }
}

impl Desk for Session {
    fn ask(&self, query: Query) -> Pending<Result<Answer, Failure>> {
        let session = self.clone();
        Box::pin(async move { Ok(answer(&session, query).await?) })
    }

    fn tell(&self, command: Command) -> Pending<Result<Told, Failure>> {
        let session = self.clone();
        Box::pin(async move { Ok(obey(&session, command).await?) })
    }

    fn events(&self) -> broadcast::Receiver<Event> {
        self.subscribe()
    }

    fn remember(&self, memory: String) -> Pending<()> {
        let session = self.clone();
        Box::pin(async move { complain(Session::remember(&session, MEMORY, &memory).await) })
    }

    fn leave(&self) -> Pending<()> {
        let session = self.clone();
        Box::pin(async move {
            complain(session.looked().await);
            complain(session.release_claims().await);
        })
    }
}

/// The console goes on without; the log says why.
fn complain(result: Result<(), ServiceError>) {
    if let Err(error) = result {
        warn!(%error, "the screens' memory could not be kept");
    }
}

async fn answer(session: &Session, query: Query) -> Result<Answer, ServiceError> {
    Ok(match query {
        Query::Status => Answer::Status(session.status().await?),
        Query::Home => Answer::Home(session.home().await?),
        Query::Queue { filter, after, limit } => {
            let rows = session.review_page(&filter, after, limit).await?;
            let (total, counts) = match after {
                None => (Some(session.review_count(&filter).await?), session.review_counts().await?),
                Some(_) => (None, Vec::new()),
            };
            Answer::Queue { rows, total, counts }
        }
        Query::Question(id) => Answer::Question(Box::new(session.question(id).await?)),
        Query::Alike(id) => Answer::Alike(session.alike(id).await?),
        Query::Preview { review, choice } => Answer::Preview(Box::new(session.merge_preview(review, &choice).await?)),
        Query::Board(filter) => Answer::Board(session.board(&filter, CARDS).await?),
        Query::Cards { position, filter, after } => {
            let cards = session.cards(&position, &filter, Some(after), CARDS).await?;
            Answer::Cards(position, cards)
        }
        Query::Card(lead) => Answer::Card(Box::new(session.card(lead).await?)),
        Query::Sources => Answer::Sources(session.sources().await?),
        Query::Runs(source) => Answer::Runs(session.runs(Some(source), None, RUNS).await?),
        Query::RunRows { run, outcome } => Answer::RunRows {
            records: session.run_records(run, outcome, None, ROWS).await?,
            failures: if matches!(outcome, None | Some(Outcome::Failed)) { session.row_errors(run, None, ROWS).await? } else { Vec::new() },
        },
        Query::Plan(request) => Answer::Plan(Box::new(session.plan_import(&request).await?)),
        Query::DryRun(request) => Answer::Plan(Box::new(session.dry_run(&request).await?)),
        Query::Gaps(request) => Answer::Gaps(Box::new(session.plan_enrich(&request).await?)),
        Query::Folder(path) => Answer::Folder(folder::read(path).await),
        Query::People { text, after, limit } => Answer::People(session.search(&text, after, limit).await?),
        Query::Sync => Answer::Sync(session.sync_state().await?),
        Query::Operations { dead } => Answer::Operations { dead, operations: session.operations(dead, OPERATIONS).await? },
        Query::Record(id) => Answer::Record(Box::new(session.record(id).await?)),
        Query::Raw(id) => Answer::Raw(session.raw(id).await?),
        Query::Undoable => Answer::Undoable(session.last_undoable().await?),
    })
}

async fn obey(session: &Session, command: Command) -> Result<Told, ServiceError> {
    Ok(match command {
        Command::Accept { review, choice } => Told::Done(session.accept(review, &choice).await?),
        Command::Decide { reviews, verb } => match (reviews.as_slice(), verb) {
            ([review], Verb::Accept) => Told::Done(session.accept(*review, &MergeChoice::default()).await?),
            ([review], Verb::Create) => Told::Done(session.create_new(*review).await?),
            ([review], Verb::Drop) => Told::Done(session.drop_record(*review).await?),
            ([review], Verb::Later) => Told::Done(session.defer(*review, LATER).await?),
            (many, verb) => Told::Batch(session.decide_many(many, review_verb(verb)).await?),
        },
        Command::Claim(review) => Told::Claimed { by_other: session.claim(review).await? },
        Command::Release => {
            session.release_claims().await?;
            Told::Quiet
        }
        Command::Undo(None) => Told::Done(session.undo().await?),
        Command::Undo(Some(decision)) => Told::Done(session.undo_decision(decision).await?),
        Command::Redo => Told::Done(session.redo().await?),
        Command::Edit { contact, version, choices } => Told::Done(session.edit(contact, version, &choices).await?),
        Command::Move { lead, to, choices, version } => Told::Moved(session.move_card(lead, &to, &choices, version).await?),
        Command::Forward(lead) => Told::Moved(session.forward(lead, &[]).await?),
        Command::Back(lead) => Told::Moved(session.back(lead).await?),
        Command::Own { lead, owner } => {
            session.own(lead, owner.as_ref()).await?;
            Told::Quiet
        }
        Command::Import(request) => {
            let run = session.start_import(&request).await?;
            Told::Started(session.run(run).await?.run.source)
        }
        Command::KeepMapping(path) => Told::Kept(session.keep_mapping(&path, None, None, None).await?),
        Command::FillGaps { request, agreed } => Told::Asking(session.start_enrich(&request, agreed).await?),
        Command::Pause(run) => {
            session.pause_run(run).await?;
            Told::Quiet
        }
        Command::Resume(run) => {
            session.resume_run(run).await?;
            Told::Quiet
        }
        Command::Stop(run) => {
            session.stop_run(run).await?;
            Told::Quiet
        }
        Command::Test(source) => Told::Checked(session.test_login(source).await?),
        Command::Sync => Told::Synced(session.sync_now().await?),
        Command::Retry(operation) => {
            session.retry(operation).await?;
            Told::Quiet
        }
    })
}

fn review_verb(verb: Verb) -> ReviewVerb {
    match verb {
        Verb::Accept => ReviewVerb::Accept,
        Verb::Create => ReviewVerb::Create,
        Verb::Drop => ReviewVerb::Drop,
        Verb::Later => ReviewVerb::Defer(LATER),
    }
}

/// Runs the console for `session`, with what its person's screens remembered.
pub async fn open(options: Options, session: Session, ring: Ring, clock: Arc<dyn Clock>) -> Result<Leaving, ConsoleError> {
    let memory = match session.recall(MEMORY).await {
        Ok(memory) => memory.unwrap_or_default(),
        Err(error) => {
            warn!(%error, "the screens' memory could not be read");
            String::new()
        }
    };
    super::run(Options { memory, ..options }, Arc::new(session), ring, clock).await
}
