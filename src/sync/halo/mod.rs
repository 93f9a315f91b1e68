//! HaloPSA both ways. Inward, what people there did; outward, what was decided here; never a person's edit
//! overwritten, never a record made twice.
//!
//! - `wanted`: what a target should say there, from golden records and leads. Pure over a view.
//! - `absorb`: one remote record held against its last look, and taken over. One desk.
//! - `pull`: pages of changes, in order client, site, user, ticket.
//! - `push`: the outbox, in the same order: look, compare, write what differs, remember.

mod absorb;
mod pull;
mod push;
mod wanted;

pub use absorb::Conflicts;

use super::{Core, bus::Event, state};
use crate::{
    domain::{Text, Timestamp},
    halopsa::{FieldSpec, Halo, Missing, StageSpec, Tenant},
    net::{Class, NetError},
    store::{Held, StoreError},
};
use serde::Serialize;
use std::{sync::Arc, time::Duration};
use tokio::sync::Mutex;

/// The cell that remembers the tenant by name.
const TENANT: &str = "halo:tenant";
/// How long a syncer's lease lasts without renewal: it renews before each page and each batch.
const LEASE: Duration = Duration::from_secs(120);

/// The longest wait for a call budget; HaloPSA counts over 5 minutes.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// The lease is renewed this often while waiting.
const NAP: Duration = Duration::from_secs(20);

/// What one sync did.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Report {
    /// Remote records that changed something here.
    pub pulled: u64,
    /// Remote records made or changed.
    pub pushed: u64,
    /// Fields that both sides had changed.
    pub conflicts: u64,
    /// Writes still on the way.
    pub pending: u64,
    /// Writes that need a person.
    pub dead: u64,
}

/// Why a sync ended early. What was done by then is kept.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// HaloPSA, or the way to it.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The tenant lacks what we need.
    #[error("HaloPSA is not set up for Leadloom yet: {0}")]
    NotSetUp(Text),
    /// Another process is at it.
    #[error("{0} is syncing just now; its changes arrive here too")]
    Busy(Text),
}

/// How the engine behaves; from configuration.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// How far each pull reaches back before the last.
    pub overlap: Duration,
    /// How often a write is tried before a person is asked.
    pub attempts: u32,
    /// What becomes of fields that both sides changed.
    pub conflicts: Conflicts,
    /// How long an answer that got lost is waited for before it is looked for: HaloPSA's search lags behind its writes.
    pub settle: Duration,
    /// Look for our reference before a create that may have been sent before. Only a test that proves the look is
    /// needed ever switches it off.
    pub look_first: bool,
}

/// What the tenant should have.
#[derive(Clone, Debug)]
pub struct Needs {
    /// Ticket types and statuses by stage.
    pub stages: Vec<StageSpec>,
    /// Custom fields.
    pub fields: Vec<FieldSpec>,
}

/// The engine. Cheap to clone.
#[derive(Clone)]
pub struct HaloSync {
    core: Core,
    halo: Halo,
    needs: Arc<Needs>,
    manner: Manner,
    holder: Arc<str>,
    /// The lease keeps processes apart; this keeps the tasks of one process apart.
    turn: Arc<Mutex<()>>,
}

impl HaloSync {
    /// Over that core and client. `holder` names this process in the lease.
    pub fn new(core: Core, halo: Halo, needs: Needs, manner: Manner, holder: &str) -> Self {
        Self { core, halo, needs: Arc::new(needs), manner, holder: holder.into(), turn: Arc::default() }
    }

    /// The client.
    pub fn client(&self) -> &Halo {
        &self.halo
    }

    /// One sync: pull, push, or both. Only one process syncs at a time; within one process the second waits for the
    /// first. Dropped half-way it leaves the lease behind: call [`HaloSync::let_go`].
    pub async fn once(&self, pull: bool, push: bool) -> Result<Report, SyncError> {
        let _turn = self.turn.lock().await;
        let held = self.lease().await?;
        let done = self.both(pull, push).await;
        self.let_go().await?;
        let words = done.as_ref().err().map(ToString::to_string);
        let now = self.core.clock.now();
        self.core.store.write(move |desk| state::set_trouble(desk, words.as_deref(), now)).await?;
        tracing::debug!(token = held.token, "lease returned");
        self.core.bus.tell(Event::Changed);
        done
    }

    /// Gives the lease back, if this process has it.
    pub async fn let_go(&self) -> Result<(), StoreError> {
        let (name, holder) = (state::LEASE, self.holder.clone());
        self.core.store.write(move |desk| desk.release_lease(name, &holder)).await
    }

    async fn both(&self, pull: bool, push: bool) -> Result<Report, SyncError> {
        let tenant = self.tenant().await?;
        let mut report = Report::default();
        // Whoever is there already must be known before anybody is made.
        let unread = push && self.core.store.read(state::pulled_at).await.map_err(|error: StoreError| error)?.is_none();
        if pull || unread {
            self.pull(&tenant, &mut report).await?;
        }
        if push {
            self.push(&tenant, &mut report).await?;
        }
        let counts = self.core.store.read(|view| view.outbox_counts()).await.map_err(|error: StoreError| error)?;
        (report.pending, report.dead) = (counts.pending, counts.dead);
        Ok(report)
    }

    async fn lease(&self) -> Result<Held, SyncError> {
        let (holder, now) = (self.holder.clone(), self.core.clock.now());
        let taken = self
            .core
            .store
            .write(move |desk| match desk.take_lease(state::LEASE, &holder, now, LEASE)? {
                Some(held) => Ok::<_, StoreError>(Ok(held)),
                None => Ok(Err(desk.lease(state::LEASE, now)?.map_or_else(|| Text::new("another process"), |(who, _)| Text::from(who)))),
            })
            .await?;
        taken.map_err(SyncError::Busy)
    }

    /// The tenant by name: remembered, or discovered and remembered.
    async fn tenant(&self) -> Result<Tenant, SyncError> {
        let known = self.core.store.read(|view| view.cell(TENANT)).await.map_err(|error: StoreError| error)?;
        let known = known.and_then(|json| serde_json::from_str::<Tenant>(&json).ok());
        let tenant = match known {
            Some(tenant) => tenant,
            None => self.discover().await?,
        };
        let lacks: Vec<String> = tenant.missing.iter().filter(|missing| missing.can_be_created()).map(ToString::to_string).collect();
        match lacks.first() {
            None => Ok(tenant),
            Some(first) => {
                let more = if lacks.len() > 1 { format!(" (and {} more)", lacks.len() - 1) } else { String::new() };
                Err(SyncError::NotSetUp(Text::from(format!("{first}{more} Run `leadloom setup`."))))
            }
        }
    }

    /// Looks up every name the engine needs and remembers the answers.
    pub async fn discover(&self) -> Result<Tenant, SyncError> {
        let tenant = self.halo.discover(&self.needs.stages, &self.needs.fields).await?;
        let json = serde_json::to_string(&tenant).map_err(|error| StoreError::Sql(error.to_string()))?;
        let now = self.core.clock.now();
        self.core.store.write(move |desk| desk.set_cell(TENANT, Some(&json), now)).await?;
        Ok(tenant)
    }

    /// Creates what is missing and can be created; answers what that was and what remains.
    pub async fn set_up(&self) -> Result<(Tenant, Vec<Missing>), SyncError> {
        let before = self.discover().await?;
        let created: Vec<Missing> = before.missing.into_iter().filter(Missing::can_be_created).collect();
        for missing in &created {
            self.halo.create_missing(missing).await?;
        }
        Ok((self.discover().await?, created))
    }

    /// A used-up budget ends by itself: waits as long as it asks, keeping the lease. Everything else ends the sync.
    async fn wait_out(&self, error: NetError) -> Result<(), SyncError> {
        let wait = error.wait().filter(|wait| error.class() == Class::RateLimited && *wait <= PATIENCE).ok_or(error)?;
        let words = format!("HaloPSA's call budget is used up; going on in {} s", wait.as_secs() + 1);
        self.core.bus.tell(Event::Said(Text::from(words)));
        tracing::info!(seconds = wait.as_secs(), "waiting for HaloPSA's call budget");
        let until = self.now().plus(wait);
        while self.now() < until {
            self.lease().await?;
            tokio::time::sleep(NAP.min(until.since(self.now()))).await;
        }
        Ok(())
    }

    fn now(&self) -> Timestamp {
        self.core.clock.now()
    }
}

/// The login is refused, the budget is gone, the service rests: nothing else will get through either.
fn ends_all(error: &NetError) -> bool {
    matches!(
        error.class(),
        Class::Auth | Class::Permission | Class::Setup | Class::Quota | Class::Resting | Class::RateLimited | Class::Unreachable
    )
}
