//! Strict copies of the documented APIs on real HTTP, fed from one made-up world. What the real API would refuse or
//! silently ignore, these refuse or silently ignore; the client code cannot tell them from the real thing.
//!
//! [`Sim::start`] runs all of them on free ports of 127.0.0.1, [`Sim::env`] says where. Tests reach behind the HTTP by
//! the handles; other processes by the doors under `/_sim` (`server/admin.rs`).
//!
//! | where | what |
//! |---|---|
//! | `world` | companies and people as they are, from one seed |
//! | `sighting`, `view` | what one source knows of them, with its gaps and mistakes |
//! | `server` | socket, request log, windows, faults, callbacks, the doors for tests |
//! | `halo` | HaloPSA |
//! | `provider` | what the sources have in common; then a room each: `apollo`, `zoominfo`, `hunter`, `lusha`, `seamless`, `lead411`, `rocketreach`, `uplead` |
//! | `export` | the same world as the files that the sources export |
//! | `truth` | who is behind the ids that a source hands out, to measure matching |
//! | `stranger` | a host that nobody configured, for redirects |
//!
//! Absent: store, sync, services, and the clients' code: both sides follow the API notes, so each finds the other's mistakes.
#![allow(clippy::needless_pass_by_value, reason = "`json!` borrows what it is given, so every builder of an answer would be flagged")]

pub mod apollo;
mod dice;
pub mod export;
pub mod halo;
pub mod hunter;
pub mod lead411;
pub mod lusha;
mod provider;
pub mod rocketreach;
pub mod seamless;
mod server;
mod sighting;
mod stranger;
mod truth;
pub mod uplead;
mod view;
pub mod world;
pub mod zoominfo;

pub use server::{Fault, MAX_LOGGED, Planned, Request, RetryAfter, Server, Twist, Window};
pub use sighting::{CompanySeen, MailState, Sighting, company_seen, sightings};
pub use truth::truth;

use crate::{
    ambient::SystemClock,
    domain::{Clock, Source},
};
use apollo::{Apollo, ApolloConfig};
use halo::{HaloConfig, HaloHandle, HaloService};
use hunter::{Hunter, HunterConfig};
use lead411::{Lead411, Lead411Config};
use lusha::{Lusha, LushaConfig};
use provider::{Api, Provider};
use rocketreach::{RocketReach, RocketReachConfig};
use seamless::{Seamless, SeamlessConfig};
use server::{Service, SimClock, post::Postbox};
use std::{io, sync::Arc};
use tokio_util::sync::CancellationToken;
use uplead::{UpLead, UpLeadConfig};
use world::World;
use zoominfo::{ZoomInfo, ZoomInfoConfig};

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
    /// Whether limits on requests hold.
    pub rate_limits: RateLimits,
    /// The tenant.
    pub halo: HaloConfig,
    /// The Apollo account.
    pub apollo: ApolloConfig,
    /// The ZoomInfo app.
    pub zoominfo: ZoomInfoConfig,
    /// The Hunter account.
    pub hunter: HunterConfig,
    /// The Lusha account.
    pub lusha: LushaConfig,
    /// The Seamless.AI organisation.
    pub seamless: SeamlessConfig,
    /// The Lead411 account.
    pub lead411: Lead411Config,
    /// The RocketReach account.
    pub rocketreach: RocketReachConfig,
    /// The UpLead account.
    pub uplead: UpLeadConfig,
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
            zoominfo: ZoomInfoConfig::default(),
            hunter: HunterConfig::default(),
            lusha: LushaConfig::default(),
            seamless: SeamlessConfig::default(),
            lead411: Lead411Config::default(),
            rocketreach: RocketReachConfig::default(),
            uplead: UpLeadConfig::default(),
        }
    }
}

impl SimConfig {
    /// Takes every limit on requests away.
    fn lift_limits(&mut self) {
        (self.halo.limit, self.seamless.limit, self.lead411.limit, self.uplead.limit) = (None, None, None, None);
        (self.apollo.unlimited, self.hunter.unlimited, self.zoominfo.unlimited, self.rocketreach.unlimited) = (true, true, true, true);
        self.lusha.limits = [None; 3];
    }

    /// Logins, by the environment names that the product reads.
    fn logins(&self) -> Vec<(&'static str, String)> {
        vec![
            ("HALOPSA_TENANT", self.halo.tenant.clone()),
            ("HALOPSA_CLIENT_ID", self.halo.client_id.clone()),
            ("HALOPSA_CLIENT_SECRET", self.halo.client_secret.clone()),
            ("HALOPSA_WEBHOOK_SECRET", self.halo.webhook_secret.clone()),
            ("APOLLO_API_KEY", self.apollo.api_key.clone()),
            ("ZOOMINFO_CLIENT_ID", self.zoominfo.client_id.clone()),
            ("ZOOMINFO_CLIENT_SECRET", self.zoominfo.client_secret.clone()),
            ("HUNTER_API_KEY", self.hunter.api_key.clone()),
            ("LUSHA_API_KEY", self.lusha.api_key.clone()),
            ("SEAMLESS_API_KEY", self.seamless.api_key.clone()),
            ("LEAD411_USERNAME", self.lead411.username.clone()),
            ("LEAD411_PASSWORD", self.lead411.password.clone()),
            ("ROCKETREACH_API_KEY", self.rocketreach.api_key.clone()),
            ("UPLEAD_API_KEY", self.uplead.api_key.clone()),
        ]
    }
}

/// All simulators, running until dropped or shut down.
pub struct Sim {
    world: Arc<World>,
    halo: HaloHandle,
    sources: Vec<(Source, Server)>,
    stranger: Server,
    logins: Vec<(&'static str, String)>,
    stop: CancellationToken,
}

impl Sim {
    /// Makes the world and starts the servers.
    pub async fn start(mut config: SimConfig) -> io::Result<Self> {
        if config.rate_limits == RateLimits::Off {
            config.lift_limits();
        }
        let logins = config.logins();
        let clock = Arc::new(SimClock::new(Arc::clone(&config.clock)));
        let world = Arc::new(World::new(config.seed, config.people, clock.now(), config.hostile));
        let ground = Ground { world: Arc::clone(&world), clock: Arc::clone(&clock), stop: CancellationToken::new() };

        let (post, mail) = Postbox::new();
        let service = Arc::new(HaloService::new(&world, config.halo, Arc::clone(&clock), post));
        let halo = HaloHandle { server: ground.serve(Arc::clone(&service) as Arc<dyn Service>, mail).await?, service };
        let sources = vec![
            ground.open::<Apollo>(config.apollo).await?,
            ground.open::<ZoomInfo>(config.zoominfo).await?,
            ground.open::<Hunter>(config.hunter).await?,
            ground.open::<Lusha>(config.lusha).await?,
            ground.open::<Seamless>(config.seamless).await?,
            ground.open::<Lead411>(config.lead411).await?,
            ground.open::<RocketReach>(config.rocketreach).await?,
            ground.open::<UpLead>(config.uplead).await?,
        ];
        let stranger = ground.serve(Arc::new(stranger::Stranger), Postbox::new().1).await?;
        Ok(Self { world, halo, sources, stranger, logins, stop: ground.stop })
    }

    /// The environment that points Leadloom at these simulators: names and values.
    pub fn env(&self) -> Vec<(String, String)> {
        let base = self.halo.base_url();
        let halo = [("BASE", base.clone()), ("AUTH", format!("{base}/auth")), ("API", format!("{base}/api"))];
        let halo = halo.into_iter().map(|(which, url)| (format!("HALOPSA_{which}_URL"), url));
        let sources = self.sources.iter().map(|(source, server)| (format!("{}_BASE_URL", source.key().to_uppercase()), server.base_url()));
        let logins = self.logins.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        halo.chain(sources).chain(logins).collect()
    }

    /// HaloPSA.
    pub fn halo(&self) -> HaloHandle {
        self.halo.clone()
    }

    /// The API of a source; `None` for those that only have files.
    pub fn source(&self, source: Source) -> Option<Server> {
        self.sources.iter().find(|(known, _)| *known == source).map(|(_, server)| server.clone())
    }

    /// Apollo.
    pub fn apollo(&self) -> Server {
        self.sources[0].1.clone()
    }

    /// Hunter.
    pub fn hunter(&self) -> Server {
        self.sources[2].1.clone()
    }

    /// A host that nobody configured, for redirects to point at.
    pub fn stranger(&self) -> Server {
        self.stranger.clone()
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

/// What every server stands on.
struct Ground {
    world: Arc<World>,
    clock: Arc<SimClock>,
    stop: CancellationToken,
}

impl Ground {
    async fn serve(&self, service: Arc<dyn Service>, mail: tokio::sync::mpsc::Receiver<server::post::Delivery>) -> io::Result<Server> {
        Server::start(service, mail, Arc::clone(&self.clock), self.stop.clone()).await
    }

    async fn open<A: Api>(&self, config: A::Config) -> io::Result<(Source, Server)> {
        let (post, mail) = Postbox::new();
        let server = self.serve(Arc::new(Provider::<A>::new(&self.world, config, post)), mail).await?;
        Ok((A::SOURCE, server))
    }
}
