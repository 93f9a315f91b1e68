//! Strict copies of the documented APIs on real HTTP, fed from one made-up world. What the real API would refuse or
//! silently ignore, these refuse or silently ignore; the client code cannot tell them from the real thing.
//!
//! [`Sim::start`] runs all of them on free ports of 127.0.0.1, [`Sim::env`] says where. Tests reach behind the HTTP by
//! the handles; other processes by the doors under `/_sim` (`server/admin.rs`). Absent: store, sync, services.
#![allow(clippy::needless_pass_by_value, reason = "`json!` borrows what it is given, so every builder of an answer would be flagged")]

pub mod apollo;
mod dice;
pub mod export;
pub mod halo;
pub mod hunter;
mod server;
mod sighting;
mod view;
pub mod world;

pub use server::{Fault, MAX_LOGGED, Planned, Request, RetryAfter, Server, Twist, Window};
pub use sighting::{CompanySeen, MailState, Sighting, company_seen, sightings};

use crate::{ambient::SystemClock, domain::Clock};
use apollo::{ApolloConfig, ApolloService};
use halo::{HaloConfig, HaloHandle, HaloService};
use hunter::{HunterConfig, HunterService};
use server::{Service, SimClock, post::Postbox};
use std::{io, sync::Arc};
use tokio_util::sync::CancellationToken;
use world::World;

/// What to simulate.
pub struct SimConfig {
    /// The world's seed.
    pub seed: u64,
    /// How many people live in it.
    pub people: usize,
    /// A few people have names that attack screens, logs and files.
    pub hostile: bool,
    /// Where time comes from: tokens, windows, stamps, ages.
    pub clock: Arc<dyn Clock>,
    /// Rate limits as documented, or none.
    pub rate_limits: RateLimits,
    /// The tenant.
    pub halo: HaloConfig,
    /// The Apollo account.
    pub apollo: ApolloConfig,
    /// The Hunter account.
    pub hunter: HunterConfig,
}

/// Whether limits on requests hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RateLimits {
    /// As each API documents them.
    Documented,
    /// None: for measuring speed.
    Off,
}

impl Default for SimConfig {
    fn default() -> Self {
        Self {
            seed: 42,
            people: 2000,
            hostile: false,
            clock: Arc::new(SystemClock),
            rate_limits: RateLimits::Documented,
            halo: HaloConfig::default(),
            apollo: ApolloConfig::default(),
            hunter: HunterConfig::default(),
        }
    }
}

/// All simulators, running until dropped or shut down.
pub struct Sim {
    world: Arc<World>,
    halo: HaloHandle,
    apollo: Server,
    hunter: Server,
    env: Vec<(&'static str, String)>,
    stop: CancellationToken,
}

impl Sim {
    /// Makes the world and starts the servers.
    pub async fn start(config: SimConfig) -> io::Result<Self> {
        let SimConfig { seed, people, hostile, clock, rate_limits, mut halo, mut apollo, mut hunter } = config;
        let clock = Arc::new(SimClock::new(clock));
        let world = Arc::new(World::new(seed, people, clock.now(), hostile));
        let stop = CancellationToken::new();
        if rate_limits == RateLimits::Off {
            halo.limit = None;
            (apollo.unlimited, hunter.unlimited) = (true, true);
        }
        let secrets = [
            ("HALOPSA_TENANT", halo.tenant.clone()),
            ("HALOPSA_CLIENT_ID", halo.client_id.clone()),
            ("HALOPSA_CLIENT_SECRET", halo.client_secret.clone()),
            ("HALOPSA_WEBHOOK_SECRET", halo.webhook_secret.clone()),
            ("APOLLO_API_KEY", apollo.api_key.clone()),
            ("HUNTER_API_KEY", hunter.api_key.clone()),
        ];
        let run = async |service: Arc<dyn Service>, mail| Server::start(service, mail, Arc::clone(&clock), stop.clone()).await;

        let (post, mail) = Postbox::new();
        let service = Arc::new(HaloService::new(&world, halo, Arc::clone(&clock), post));
        let halo = HaloHandle { server: run(Arc::clone(&service) as Arc<dyn Service>, mail).await?, service };
        let (post, mail) = Postbox::new();
        let apollo = run(Arc::new(ApolloService::new(Arc::clone(&world), apollo, post)), mail).await?;
        let hunter = run(Arc::new(HunterService::new(Arc::clone(&world), hunter)), Postbox::new().1).await?;

        let base = halo.base_url();
        let mut env = vec![
            ("HALOPSA_BASE_URL", base.clone()),
            ("HALOPSA_AUTH_URL", format!("{base}/auth")),
            ("HALOPSA_API_URL", format!("{base}/api")),
            ("APOLLO_BASE_URL", apollo.base_url()),
            ("HUNTER_BASE_URL", hunter.base_url()),
        ];
        env.extend(secrets);
        Ok(Self { world, halo, apollo, hunter, env, stop })
    }

    /// The environment that points Leadloom at these simulators: names and values.
    pub fn env(&self) -> Vec<(String, String)> {
        self.env.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    /// HaloPSA.
    pub fn halo(&self) -> HaloHandle {
        self.halo.clone()
    }

    /// Apollo.
    pub fn apollo(&self) -> Server {
        self.apollo.clone()
    }

    /// Hunter.
    pub fn hunter(&self) -> Server {
        self.hunter.clone()
    }

    /// The truth behind all sources.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// Stops listening. Dropping does the same.
    pub fn shutdown(&self) {
        self.stop.cancel();
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
