//! Import runs: fetch a page, land it raw with its cursor, take it in; pause, stop and resume at any page. The
//! fetcher and the taker work side by side over a short queue, so that a file is read while the page before is
//! matched, and a provider is asked while the page before is written.

use super::{
    Core,
    bus::Event,
    ingest::{Seen, ready, take_page},
    shelf::put_notes,
};
use crate::{
    domain::{Actor, Counters, Run, RunId, RunState, Text, Timestamp},
    intake::{
        Intake, Mapping,
        raw::{Asked, Form, RawPage, Rows},
    },
    net::Nap,
    store::{Result, StoreError, View},
};
use futures_util::{
    future::BoxFuture,
    stream::{self, StreamExt as _},
};
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::sync::{mpsc, watch};

/// Pages between fetcher and taker.
const QUEUE: usize = 2;
/// How long a worker's lease on its run lasts without renewal; it renews with each page and while it waits.
const LEASE: Duration = Duration::from_secs(60);
/// A wait that a source asks for and that is longer than this ends the run in part: it can be resumed then.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// How long one page may be waited for in all, before the run ends in part.
const STANDSTILL: Duration = Duration::from_secs(60 * 60);
/// Naps while waiting, so that a pause or stop is noticed.
const NAP: Duration = Duration::from_secs(1);

/// Where pages come from: a provider's search, or a file.
pub trait Feed: Send + Sync {
    /// The page at `cursor` (the first when absent).
    fn page<'a>(&'a self, cursor: Option<&'a str>) -> BoxFuture<'a, std::result::Result<RawPage, FeedError>>;

    /// How its pages follow one another.
    fn order(&self) -> Order {
        Order::Ahead
    }
}

/// How pages follow one another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// The next is fetched while the one before is taken in.
    Ahead,
    /// The next is asked for when all before it are taken in: what they brought decides what is asked.
    InTurn,
}

/// A page could not be had. Pages before it are kept.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{words}")]
pub struct FeedError {
    /// What happened and what to do.
    pub words: Text,
    /// What follows for the run.
    pub then: Then,
}

/// What follows from a page that could not be had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Then {
    /// The same page may be had after this long: the source said so, or our own budget does.
    Wait(Duration),
    /// The source is in trouble; the same page may be had after this long. A run that has not got anything yet fails.
    Again(Duration),
    /// Budget or credits are gone: the run ends with what it has and can be resumed.
    End,
    /// Somebody has to mend something.
    Fail,
    /// Somebody has to mend the login.
    Refuse,
}

/// A run at work: what it reads and how it is understood.
#[derive(Clone)]
pub struct Job {
    /// The run, as it was started or as it stands.
    pub run: RunId,
    /// Where its pages come from.
    pub feed: Arc<dyn Feed>,
    /// What rows mean.
    pub intake: Arc<Intake>,
    /// Which of its mappings.
    pub mapping: Arc<Mapping>,
    /// No more rows than this.
    pub limit: Option<u64>,
    /// For whom.
    pub actor: Actor,
    /// Waits, in step with the clock.
    pub nap: Arc<dyn Nap>,
    /// Names this worker in the run's lease.
    pub holder: String,
}

/// Runs at work, anywhere.
pub fn running(view: &View<'_>, now: Timestamp) -> Result<Vec<RunId>> {
    Ok(view.leases(PREFIX, now)?.iter().filter_map(|name| name.strip_prefix(PREFIX)?.parse().ok()).collect())
}

/// Gives a run's lease back, if `holder` has it.
pub async fn let_go(core: &Core, run: RunId, holder: String) -> Result<()> {
    core.store.write(move |desk| desk.release_lease(&lease_name(run), &holder)).await
}

const PREFIX: &str = "run:";

fn lease_name(run: RunId) -> String {
    format!("{PREFIX}{run}")
}

/// Works on a run until it ends, is paused, or is stopped. Two workers on one run are impossible: the second is
/// refused by the lease, and a page that is not the next is refused by the store.
pub async fn work(core: &Core, job: Job) -> Result<Run> {
    if !hold(core, &job).await? {
        return Err(StoreError::Stale { what: format!("run {}", job.run.short()) });
    }
    tracing::info!(run = %job.run, "import at work");
    let (pages, queue) = mpsc::channel(QUEUE);
    let (told, taken_in) = watch::channel(0);
    let (fetched, taken) = tokio::join!(fetch(core, &job, pages, taken_in), take(core, &job, queue, told));
    let end = match (fetched, taken) {
        (_, Err(error)) | (Err(error), Ok(())) => End::Failed(Text::from(error.to_string())),
        (Ok(end), Ok(())) => end,
    };
    let run = finish(core, &job, end).await?;
    core.bus.tell(Event::Progress { run: run.id, source: run.source, counters: run.counters, state: run.state });
    Ok(run)
}

/// How fetching ended.
enum End {
    /// All there is, or all that was asked for.
    All,
    /// Paused or stopped by a person; the state says which.
    Asked,
    /// With what it has.
    Part(Text),
    /// Somebody has to mend something.
    Failed(Text),
    /// Somebody has to mend the login.
    Refused(Text),
}

async fn hold(core: &Core, job: &Job) -> Result<bool> {
    let (name, holder, now) = (lease_name(job.run), job.holder.clone(), core.clock.now());
    let held = core.store.write(move |desk| desk.take_lease(&name, &holder, now, LEASE)).await?;
    Ok(held.is_some())
}

/// Whether to fetch another page: nobody paused or stopped the run, and it is ours. A look at the store is enough for
/// that as long as the lease holds, which landing a page renews: a page waits for the writer once, not twice.
async fn goes_on(core: &Core, job: &Job) -> Result<bool> {
    let (id, holder, now) = (job.run, job.holder.clone(), core.clock.now());
    let (state, ours) = core
        .store
        .read(move |view| {
            let run = view.run_of(id)?.ok_or(StoreError::NotFound { what: "run", id: id.to_string() })?;
            Ok::<_, StoreError>((run.state, view.lease(&lease_name(id), now)?.is_some_and(|(who, _)| who == holder)))
        })
        .await?;
    Ok(state == RunState::Running && (ours || hold(core, job).await?))
}

async fn standing(core: &Core, id: RunId) -> Result<Run> {
    core.store.read(move |view| view.run_of(id)?.ok_or(StoreError::NotFound { what: "run", id: id.to_string() })).await
}

/// Pages that an earlier worker landed and did not take in come first, then new ones.
async fn fetch(core: &Core, job: &Job, pages: mpsc::Sender<(u32, RawPage)>, mut taken_in: watch::Receiver<u32>) -> Result<End> {
    let id = job.run;
    let mut sent: u32 = 0;
    let run = standing(core, id).await?;
    let mut seen = run.counters.read;
    for page in core.store.read(move |view| view.waiting_pages(id)).await? {
        let stored = core.store.read(move |view| view.page(id, page)).await?;
        let Some(raw) = stored.and_then(|stored| serde_json::from_str::<RawPage>(&stored.rows).ok()) else { continue };
        seen += rows_of(&raw);
        sent += 1;
        if pages.send((page, raw)).await.is_err() {
            return Ok(End::All);
        }
    }
    let (mut cursor, mut number) = (run.cursor, run.pages);
    let (mut waited, mut got_any) = (Duration::ZERO, false);
    if number > 0 && cursor.is_none() {
        return Ok(End::All);
    }
    loop {
        if job.limit.is_some_and(|limit| seen >= limit) {
            return Ok(End::All);
        }
        if !goes_on(core, job).await? {
            return Ok(End::Asked);
        }
        if job.feed.order() == Order::InTurn && taken_in.wait_for(|taken| *taken >= sent).await.is_err() {
            return Ok(End::All);
        }
        let mut raw = match job.feed.page(cursor.as_deref()).await {
            Ok(raw) => raw,
            Err(FeedError { words, then: Then::Fail }) => return Ok(End::Failed(words)),
            Err(FeedError { words, then: Then::Refuse }) => return Ok(End::Refused(words)),
            Err(FeedError { words, then: Then::End }) => return Ok(End::Part(words)),
            Err(FeedError { words, then: Then::Again(_) }) if !got_any => return Ok(End::Failed(resumable(&words))),
            Err(FeedError { words, then: Then::Wait(wait) | Then::Again(wait) }) => {
                waited += wait;
                if wait > PATIENCE || waited > STANDSTILL {
                    return Ok(End::Part(resumable(&words)));
                }
                let shown = Text::from(format!("{words} It is tried again in {} s.", wait.as_secs_f64().ceil()));
                if wait_out(core, job, wait, &shown).await? {
                    continue;
                }
                return Ok(End::Asked);
            }
        };
        (waited, got_any) = (Duration::ZERO, true);
        if let Some(limit) = job.limit {
            truncate(&mut raw, limit.saturating_sub(seen));
        }
        seen += rows_of(&raw);
        land(core, job, number, &raw).await?;
        cursor = raw.next.clone();
        sent += 1;
        if pages.send((number, raw)).await.is_err() {
            return Ok(End::All);
        }
        number += 1;
        if cursor.is_none() {
            return Ok(End::All);
        }
    }
}

/// What happened, and that it is not the end.
fn resumable(words: &Text) -> Text {
    Text::from(format!("{words} Resume the run when that is over: it goes on where it stopped."))
}

/// Rows, unreadable ones, and those that need not be fetched: all that counts as read.
fn rows_of(raw: &RawPage) -> u64 {
    (raw.rows.len() + raw.bad.len()) as u64 + u64::from(raw.skipped)
}

fn truncate(raw: &mut RawPage, left: u64) {
    let left = usize::try_from(left).unwrap_or(usize::MAX);
    match &mut raw.rows {
        Rows::Objects(rows) => rows.truncate(left),
        Rows::Table { rows, .. } => rows.truncate(left),
    }
    let left = left.saturating_sub(raw.rows.len());
    raw.bad.truncate(left);
    raw.skipped = raw.skipped.min(u32::try_from(left - raw.bad.len()).unwrap_or(u32::MAX));
}

/// Keeps a page as it came, what its source notes with it, and the lease.
async fn land(core: &Core, job: &Job, number: u32, raw: &RawPage) -> Result<()> {
    let rows = serde_json::to_string(raw).map_err(|error| StoreError::Sql(error.to_string()))?;
    let (id, cursor, total) = (job.run, raw.next.clone(), raw.total.map(|total| job.limit.map_or(total, |limit| total.min(limit))));
    let (holder, notes, now) = (job.holder.clone(), raw.notes.clone(), core.clock.now());
    core.store
        .write(move |desk| {
            desk.take_lease(&lease_name(id), &holder, now, LEASE)?;
            put_notes(desk, &notes, now)?;
            desk.land_page(id, number, &rows, cursor.as_deref(), total)
        })
        .await
}

/// Waits as a source asks; the run says so meanwhile. False when it was paused or stopped.
async fn wait_out(core: &Core, job: &Job, wait: Duration, words: &Text) -> Result<bool> {
    let (id, shown) = (job.run, words.clone());
    core.store.write(move |desk| desk.set_run_state(id, RunState::Running, None, Some(&shown))).await?;
    let until = core.clock.now().plus(wait);
    while core.clock.now() < until {
        job.nap.nap(NAP.min(until.since(core.clock.now()))).await;
        if standing(core, id).await?.state != RunState::Running || !hold(core, job).await? {
            return Ok(false);
        }
    }
    core.store.write(move |desk| desk.set_run_state(id, RunState::Running, None, None)).await?;
    Ok(true)
}

/// The next pages are understood while one is taken in.
async fn take(core: &Core, job: &Job, queue: mpsc::Receiver<(u32, RawPage)>, told: watch::Sender<u32>) -> Result<()> {
    let raw = stream::unfold(queue, async |mut queue| queue.recv().await.map(|page| (page, queue)));
    let seen = Arc::new(Seen::default());
    let understand = |(number, raw): (u32, RawPage)| {
        let (intake, mapping, now) = (job.intake.clone(), mapping(job, raw.asked), core.clock.now());
        let (worker, seen) = (core.clone(), seen.clone());
        let work = tokio::task::spawn_blocking(move || ready(&intake, &mapping, &worker.rules, &seen, &raw, now));
        async move { (number, work.await) }
    };
    let mut pages = pin!(raw.map(understand).buffered(QUEUE));
    while let Some((number, prepared)) = pages.next().await {
        let prepared = prepared.map_err(|_| StoreError::Sql("a page could not be understood: a defect of this program".into()))??;
        let counted = take_page(core, job.run, number, job.actor.clone(), prepared).await?;
        let run = standing(core, job.run).await?;
        let Counters { read, created, enriched, review, .. } = counted;
        tracing::info!(run = %job.run, page = number, read, created, enriched, review, "page taken in");
        core.bus.tell(Event::Progress { run: run.id, source: run.source, counters: run.counters, state: run.state });
        told.send_modify(|taken| *taken += 1);
    }
    Ok(())
}

/// What the rows of a page mean: as the run says, unless they are answers of somebody else, or in our own words.
fn mapping(job: &Job, asked: Option<Asked>) -> Arc<Mapping> {
    match asked {
        None => job.mapping.clone(),
        Some(Asked { source, form: Form::Source }) => Arc::new(job.intake.mapping(source).clone()),
        Some(Asked { source, form: Form::Fields }) => Arc::new(Mapping::of_fields(source)),
    }
}

async fn finish(core: &Core, job: &Job, end: End) -> Result<Run> {
    let (id, holder, now) = (job.run, job.holder.clone(), core.clock.now());
    let run = core
        .store
        .write(move |desk| {
            let stands = desk.run_of(id)?.ok_or(StoreError::NotFound { what: "run", id: id.to_string() })?;
            let (state, words) = match end {
                End::All => (RunState::Done, None),
                End::Asked => (stands.state, None),
                End::Part(words) => (RunState::Part, Some(words)),
                End::Failed(words) => (RunState::Failed, Some(words)),
                End::Refused(words) => (RunState::Refused, Some(words)),
            };
            let finished = (!matches!(state, RunState::Running | RunState::Paused)).then_some(now);
            desk.set_run_state(id, state, finished, words.as_ref())?;
            desk.release_lease(&lease_name(id), &holder)?;
            desk.run_of(id)?.ok_or(StoreError::NotFound { what: "run", id: id.to_string() })
        })
        .await?;
    let Counters { read, created, enriched, unchanged, review, rejected, suppressed, failed } = run.counters;
    tracing::info!(run = %id, state = run.state.key(), read, created, enriched, unchanged, review, rejected, suppressed, failed, "import ended");
    Ok(run)
}
