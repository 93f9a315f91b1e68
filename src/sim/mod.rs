//! Strict copies of the documented APIs on real HTTP, fed from one made-up world. What the real API would refuse or
//! silently ignore, these refuse or silently ignore; the client code cannot tell them from the real thing.
//!
//! [`Sim::start`] runs all of them on free ports of 127.0.0.1, [`Sim::env`] says where. Tests reach behind the HTTP by
//! the handles; other processes by the doors under `/_sim` (`server/admin.rs`). Absent: store, sync, services.

mod dice;
pub mod halo;
mod server;
mod sighting;
pub mod world;

pub use server::{Fault, MAX_LOGGED, Planned, Request, RetryAfter, Server, Twist, Window};
pub use sighting::{CompanySeen, MailState, Sighting, company_seen, sightings};

use crate::{ambient::SystemClock, domain::Clock};
use halo::{HaloConfig, HaloHandle, HaloService};
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
        }
    }
}

/// All simulators, running until dropped or shut down.
pub struct Sim {
    world: Arc<World>,
    halo: HaloHandle,
    halo_config: HaloConfig,
    stop: CancellationToken,
}

impl Sim {
    /// Makes the world and starts the servers.
    pub async fn start(config: SimConfig) -> io::Result<Self> {
        let clock = Arc::new(SimClock::new(config.clock));
        let world = Arc::new(World::new(config.seed, config.people, clock.now(), config.hostile));
        let stop = CancellationToken::new();
        let free = config.rate_limits == RateLimits::Off;

        let mut halo_config = config.halo;
        if free {
            halo_config.limit = None;
        }
        let (post, mail) = Postbox::new();
        let service = Arc::new(HaloService::new(&world, halo_config.clone(), Arc::clone(&clock), post));
        let server = Server::start(Arc::clone(&service) as Arc<dyn Service>, mail, Arc::clone(&clock), stop.clone()).await?;
        let halo = HaloHandle { server, service };

        Ok(Self { world, halo, halo_config, stop })
    }

    /// The environment that points Leadloom at these simulators: names and values.
    pub fn env(&self) -> Vec<(String, String)> {
        let halo = self.halo.base_url();
        let config = &self.halo_config;
        [
            ("HALOPSA_BASE_URL", halo.clone()),
            ("HALOPSA_AUTH_URL", format!("{halo}/auth")),
            ("HALOPSA_API_URL", format!("{halo}/api")),
            ("HALOPSA_TENANT", config.tenant.clone()),
            ("HALOPSA_CLIENT_ID", config.client_id.clone()),
            ("HALOPSA_CLIENT_SECRET", config.client_secret.clone()),
            ("HALOPSA_WEBHOOK_SECRET", config.webhook_secret.clone()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    /// HaloPSA.
    pub fn halo(&self) -> HaloHandle {
        self.halo.clone()
    }

    /// The truth behind all sources.
    pub fn world(&self) -> &World {
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
