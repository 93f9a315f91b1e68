//! The simulators against the checklists of the API notes, point by point, over real HTTP.

mod halo;

use leadloom::{
    ambient::ManualClock,
    domain::Timestamp,
    sim::{Sim, SimConfig},
};
use std::sync::Arc;

/// Small, repeatable, on a clock that stands until it is moved.
pub async fn start(change: impl FnOnce(&mut SimConfig)) -> Sim {
    let clock = ManualClock::new(Timestamp::parse("2026-11-02T09:14:03.417Z").unwrap());
    let mut config = SimConfig { people: 600, clock: Arc::new(clock), ..SimConfig::default() };
    change(&mut config);
    Sim::start(config).await.unwrap()
}

/// One client for all: it follows no redirects and keeps connections.
pub fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}
