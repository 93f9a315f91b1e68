//! The writer thread. Jobs that wait together are committed together: one `BEGIN IMMEDIATE`, a savepoint each,
//! one fsync. A job hears of its success only after the commit. When nobody waits, the search index catches up.

use super::{Desk, View};
use crate::store::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{self, RecvTimeoutError},
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::sync::{oneshot, watch};

/// Jobs that may wait before callers do.
const QUEUE: usize = 256;
/// Jobs per commit.
const GROUP: usize = 64;
/// A group ends when it has run this long, so that a key press behind an import waits one group, not many.
const GROUP_TIME: Duration = Duration::from_millis(40);

/// Nobody waits when nobody came for so long.
const QUIET: Duration = Duration::from_millis(100);

/// Runs at the desk, or hears why there is none; answers whether to keep what it did and whom to tell once that
/// is durable.
type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) -> (bool, Tell) + Send>;
type Tell = Box<dyn FnOnce(Option<StoreError>) + Send>;

pub(super) struct Writer {
    jobs: Option<mpsc::SyncSender<Job>>,
    written: watch::Receiver<u64>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(db: Connection) -> Self {
        let (jobs, queue) = mpsc::sync_channel::<Job>(QUEUE);
        let (bump, written) = watch::channel(0);
        let thread = std::thread::Builder::new().name("store".into()).spawn(move || serve(&db, &queue, &bump)).ok();
        Self { jobs: Some(jobs), written, thread }
    }

    pub(super) fn written(&self) -> watch::Receiver<u64> {
        self.written.clone()
    }

    /// `None` when the writer is gone or `work` panicked.
    pub(super) async fn run<T, E>(&self, work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static) -> Option<Result<T, E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            let done = db.map_err(E::from).and_then(work);
            let keep = done.is_ok();
            let tell: Tell = Box::new(move |failed| {
                let answer = match failed {
                    Some(error) if keep => Err(error.into()),
                    _ => done,
                };
                // A caller that gave up waiting does not need the answer; the work stays done.
                drop(tell.send(answer));
            });
            (keep, tell)
        });
        let mut job = Some(job);
        let jobs = self.jobs.as_ref()?;
        while let Some(waiting) = job.take() {
            match jobs.try_send(waiting) {
                Ok(()) => {}
                Err(mpsc::TrySendError::Full(back)) => {
                    job = Some(back);
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                Err(mpsc::TrySendError::Disconnected(_)) => return None,
            }
        }
        told.await.ok()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        // The last handle may go inside a job, on the writer's own thread: then that ends when the job has.
        let own = |thread: &JoinHandle<()>| thread.thread().id() == std::thread::current().id();
        if let Some(thread) = self.thread.take().filter(|thread| !own(thread)) {
            // A panicked writer thread has nothing left to say; its callers were told "closed".
            drop(thread.join());
        }
    }
}

fn serve(db: &Connection, queue: &mpsc::Receiver<Job>, bump: &watch::Sender<u64>) {
    // What an earlier process did not come to is there too.
    let mut behind = true;
    loop {
        let first = match if behind { queue.recv_timeout(QUIET) } else { queue.recv().map_err(RecvTimeoutError::from) } {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => {
                behind = catch_up(db).unwrap_or_else(|error| {
                    tracing::warn!(%error, "the search index could not be filled; what it lacks is looked through");
                    false
                });
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let before = db.total_changes();
        if let Err(error) = db.execute_batch("BEGIN IMMEDIATE") {
            let (_, tell) = first(Err(StoreError::from(error)));
            tell(None);
            continue;
        }
        let started = Instant::now();
        let mut tells = Vec::new();
        let mut next = Some(first);
        let mut kept = false;
        while let Some(job) = next.take() {
            // A panicked job's caller sees the dropped channel.
            if let Ok((keep, tell)) = attempt(db, job) {
                kept |= keep;
                tells.push(tell);
            }
            if tells.len() < GROUP && started.elapsed() < GROUP_TIME {
                next = queue.try_recv().ok();
            }
        }
        // Many only ask.
        behind |= db.total_changes() != before;
        let failed = db.execute_batch("COMMIT").err().map(StoreError::from);
        if failed.is_some() && !db.is_autocommit() {
            drop(db.execute_batch("ROLLBACK"));
        }
        if kept && failed.is_none() {
            bump.send_modify(|n| *n += 1);
        }
        for tell in tells {
            tell(failed.clone());
        }
    }
    drop(db.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)"));
}

/// Fills the search index a little further; answers whether there may be more to do.
fn catch_up(db: &Connection) -> Result<bool, StoreError> {
    let transaction = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
    let more = Desk { view: View { db } }.extend_search()?;
    transaction.commit()?;
    Ok(more)
}

struct Panicked;

fn attempt(db: &Connection, job: Job) -> Result<(bool, Tell), Panicked> {
    if let Err(error) = db.execute_batch("SAVEPOINT job") {
        return Ok(job(Err(StoreError::from(error))));
    }
    let done = catch_unwind(AssertUnwindSafe(|| job(Ok(db))));
    let keep = matches!(done, Ok((true, _)));
    let ended = db.execute_batch(if keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" });
    let (keep, tell) = done.map_err(|_| Panicked)?;
    Ok(match ended {
        Ok(()) => (keep, tell),
        Err(error) => (false, Box::new(move |_| tell(Some(StoreError::from(error))))),
    })
}
