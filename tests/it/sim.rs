//! The simulators against the checklists of the API notes, point by point, over real HTTP.
#![allow(
    clippy::float_cmp,
    clippy::similar_names,
    clippy::duration_suboptimal_units,
    reason = "bills are exact; seconds read as in the notes"
)]

mod apollo;
mod export;
mod halo;
mod hunter;

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

/// Collects what is posted to it.
pub struct Receiver {
    /// Where.
    pub url: String,
    inbox: tokio::sync::mpsc::Receiver<Received>,
}

/// One delivery: headers and body.
pub type Received = (axum::http::HeaderMap, serde_json::Value);

impl Receiver {
    pub async fn start() -> Self {
        let (post, inbox) = tokio::sync::mpsc::channel(100);
        let take = move |headers: axum::http::HeaderMap, body: String| async move {
            post.send((headers, serde_json::from_str(&body).unwrap())).await.unwrap();
            "thanks"
        };
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/hook?token=x", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(take)).await.unwrap() });
        Self { url, inbox }
    }

    pub async fn next(&mut self) -> Received {
        tokio::time::timeout(std::time::Duration::from_secs(10), self.inbox.recv()).await.expect("a delivery").unwrap()
    }
}
