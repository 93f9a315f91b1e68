//! The keeper: what goes on by itself while a console or `sync --watch` is open. Questions that were put off come back,
//! other processes' writes are told to the screens, HaloPSA is read every `[sync] poll` and written when a write is due,
//! saved searches start when their schedule says so, and what follows from records that came in is done. Each of these is a
//! task of its own: none waits for another.

use super::{Kind, Result, Role, Services, Session, SyncReport, schedules};
use crate::{domain::Timestamp, sync::bus::Event};
use std::time::{Duration, Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How often the keeper looks around. Putting off, holding and polling count in seconds and more.
const TICK: Duration = Duration::from_secs(1);
/// How long it leaves HaloPSA alone after a failure; doubled with each further one.
const REST: Duration = Duration::from_secs(15);
/// How soon after the last time it looks again at what follows from records that came in.
const FOLLOW_UP: Duration = Duration::from_secs(5);
/// It rests for so many times as long as that took, so that a large queue does not keep a core busy.
const SHARE: u32 = 10;
/// The longest rest.
const LONG_REST: Duration = Duration::from_secs(600);

/// A keeper at work. [`Keeper::stop`] ends it in order.
pub struct Keeper {
    stop: CancellationToken,
    jobs: TaskTracker,
}

impl Session {
    /// Sets a keeper to work in this process. Somebody who may only look gets one that leaves HaloPSA and the
    /// sources alone.
    pub fn keep(&self) -> Keeper {
        let (stop, jobs) = (CancellationToken::new(), TaskTracker::new());
        jobs.spawn(look_around(self.clone(), stop.clone()));
        if self.role() >= Role::Operator {
            jobs.spawn(follow_up(self.clone(), stop.clone()));
            jobs.spawn(start_searches(self.clone(), stop.clone()));
            if self.services.halo.is_ok() {
                jobs.spawn(Syncs { me: self.clone(), failures: 0, again_at: None }.run(stop.clone()));
            }
        }
        jobs.close();
        Keeper { stop, jobs }
    }

    /// Gives back what this process holds, so that another can go on with it at once.
    pub async fn let_go(&self) {
        self.services.let_go().await;
    }
}

impl Keeper {
    /// Stops; a sync under way is left between two calls or in the middle of one, which the next sync mends.
    pub async fn stop(self) {
        self.stop.cancel();
        self.jobs.wait().await;
    }
}

impl Services {
    async fn let_go(&self) {
        if let Ok(halo) = &self.halo
            && let Err(error) = halo.let_go().await
        {
            tracing::warn!(%error, "the sync's lease could not be given back; it ends by itself");
        }
        self.imports.let_go(&self.core).await;
    }
}

/// Rests that long; false when the keeper is to stop.
async fn rests(pause: Duration, stop: &CancellationToken) -> bool {
    stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_some()
}

/// Tells the screens what other processes wrote, and brings back the questions that were put off.
async fn look_around(me: Session, stop: CancellationToken) {
    let mut version = None;
    loop {
        if let Err(error) = look(&me, &mut version).await {
            tracing::warn!(%error, "the keeper could not look around");
        }
        if !rests(TICK, &stop).await {
            return;
        }
    }
}

async fn look(me: &Session, version: &mut Option<i64>) -> Result<()> {
    let now = me.services.core.store.data_version().await?;
    if version.replace(now).is_some_and(|before| before != now) {
        me.services.core.bus.tell(Event::Changed);
    }
    if me.role() >= Role::Operator {
        me.wake().await?;
    }
    Ok(())
}

/// Starts saved searches when their schedules say so.
async fn start_searches(me: Session, stop: CancellationToken) {
    let planned = schedules::planned(&me.services.config);
    if planned.is_empty() {
        return;
    }
    let mut due_at: Option<Timestamp> = None;
    loop {
        if due_at.is_none_or(|at| at <= me.now()) {
            due_at = Some(me.start_due(&planned).await);
        }
        if !rests(TICK, &stop).await {
            return;
        }
    }
}

/// HaloPSA, read and written when that is due.
struct Syncs {
    me: Session,
    failures: u32,
    /// Not before this, after a failure.
    again_at: Option<Timestamp>,
}

impl Syncs {
    async fn run(mut self, stop: CancellationToken) {
        // One under way may wait for HaloPSA for minutes.
        while stop.run_until_cancelled(self.sync()).await.is_some() && rests(TICK, &stop).await {}
    }

    /// Reads or writes if one of them is due.
    async fn sync(&mut self) {
        match self.due().await {
            Ok((false, false)) => {}
            Ok((pull, push)) => {
                let outcome = self.me.sync(pull, push).await;
                self.took(outcome);
            }
            Err(error) => tracing::warn!(%error, "the keeper could not see what is due"),
        }
    }

    /// What is due: reading, writing.
    async fn due(&self) -> Result<(bool, bool)> {
        let now = self.me.now();
        if self.again_at.is_some_and(|at| now < at) {
            return Ok((false, false));
        }
        let pause = self.me.services.config.sync.poll.0;
        let state = self.me.sync_state().await?;
        let pull = state.pulled_at.is_none_or(|at| now.since(at) >= pause);
        let push = self.me.next_write_at().await?.is_some_and(|at| at <= now);
        Ok((pull || push, push))
    }

    fn took(&mut self, outcome: Result<SyncReport>) {
        match outcome {
            Ok(_) => (self.failures, self.again_at) = (0, None),
            // Another process does it; its writes arrive here as they are made.
            Err(error) if error.kind() == Kind::Stale => self.again_at = Some(self.me.now().plus(REST)),
            Err(error) => {
                let rest = REST.saturating_mul(1 << self.failures.min(8)).min(LONG_REST);
                tracing::warn!(%error, rest = rest.as_secs(), "sync failed; it is tried again after a rest");
                self.failures += 1;
                self.again_at = Some(self.me.now().plus(rest));
            }
        }
    }
}

/// What follows from records that came in, done again and again beside everything else.
async fn follow_up(me: Session, stop: CancellationToken) {
    loop {
        let begun = Instant::now();
        me.follow_up(&stop).await;
        let rest = FOLLOW_UP.max(begun.elapsed() * SHARE);
        if !rests(rest, &stop).await {
            return;
        }
    }
}
