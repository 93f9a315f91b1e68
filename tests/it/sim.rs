//! The simulators against the checklists of the API notes, point by point, over real HTTP.
#![allow(
    clippy::float_cmp,
    clippy::similar_names,
    clippy::duration_suboptimal_units,
    reason = "bills are exact; seconds read as in the notes"
)]

mod apollo;
mod export;
mod faults;
mod halo;
mod hunter;
mod lead411;
mod lusha;
mod rocketreach;
mod seamless;
mod speed;
mod uplead;
mod zoominfo;

use leadloom::{
    ambient::ManualClock,
    domain::{Source, Timestamp},
    sim::{Server, Sighting, Sim, SimConfig, sightings},
};
use reqwest::{Method, header::HeaderMap};
use serde_json::Value;
use std::{ops::Deref, sync::Arc};

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

/// A source's simulator and somebody who calls it with fixed headers.
pub struct Caller {
    pub sim: Sim,
    server: Server,
    pub people: Vec<Sighting>,
    http: reqwest::Client,
    headers: Vec<(&'static str, String)>,
}

impl Deref for Caller {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.server
    }
}

impl Caller {
    pub async fn start(source: Source, headers: &[(&'static str, &str)], change: impl FnOnce(&mut SimConfig)) -> Self {
        let sim = start(change).await;
        let people = sightings(sim.world(), source);
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { server: sim.source(source).unwrap(), people, http: http(), headers, sim }
    }

    /// Other headers from now on.
    pub fn with(&mut self, headers: &[(&'static str, &str)]) {
        self.headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    }

    pub async fn full(&self, method: Method, path: &str, body: Option<Value>) -> (u16, HeaderMap, Value) {
        let mut request = self.http.request(method, format!("{}{path}", self.server.base_url()));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        (status, headers, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let (status, _, body) = self.full(Method::GET, path, None).await;
        (status, body)
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let (status, _, body) = self.full(Method::POST, path, Some(body)).await;
        (status, body)
    }

    /// Somebody that the test describes.
    pub fn someone(&self, test: impl Fn(&Sighting) -> bool) -> &Sighting {
        self.people.iter().find(|seen| seen.person.is_some() && seen.company.is_some() && test(seen)).expect("somebody like that")
    }

    /// Whether they asked not to be processed.
    pub fn objected(&self, seen: &Sighting) -> bool {
        seen.person.is_some_and(|id| self.sim.world().people[id as usize].claimed)
    }

    /// The host name of their employer.
    pub fn domain(&self, seen: &Sighting) -> String {
        self.sim.world().companies[seen.company.unwrap() as usize].domain.clone()
    }
}

/// Collects what is posted to it.
pub struct Receiver {
    /// Where.
    pub url: String,
    inbox: tokio::sync::mpsc::Receiver<Received>,
}

/// One delivery: headers and body.
pub type Received = (axum::http::HeaderMap, Value);

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

#[tokio::test]
async fn the_environment_names_are_the_products() {
    let sim = start(|_| {}).await;
    let env = sim.env();
    let mut names: Vec<_> = env.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let expected = [
        "APOLLO_API_KEY",
        "APOLLO_BASE_URL",
        "HALOPSA_API_URL",
        "HALOPSA_AUTH_URL",
        "HALOPSA_BASE_URL",
        "HALOPSA_CLIENT_ID",
        "HALOPSA_CLIENT_SECRET",
        "HALOPSA_TENANT",
        "HALOPSA_WEBHOOK_SECRET",
        "HUNTER_API_KEY",
        "HUNTER_BASE_URL",
        "LEAD411_BASE_URL",
        "LEAD411_PASSWORD",
        "LEAD411_USERNAME",
        "LUSHA_API_KEY",
        "LUSHA_BASE_URL",
        "ROCKETREACH_API_KEY",
        "ROCKETREACH_BASE_URL",
        "SEAMLESS_API_KEY",
        "SEAMLESS_BASE_URL",
        "UPLEAD_API_KEY",
        "UPLEAD_BASE_URL",
        "ZOOMINFO_BASE_URL",
        "ZOOMINFO_CLIENT_ID",
        "ZOOMINFO_CLIENT_SECRET",
    ];
    assert_eq!(names, expected);
    let bases: std::collections::HashSet<_> = env.iter().filter(|(name, _)| name.ends_with("BASE_URL")).map(|(_, url)| url).collect();
    assert_eq!(bases.len(), 9, "a port each");
    assert!(bases.iter().all(|url| url.starts_with("http://127.0.0.1:") && !url.ends_with('/')));
}

#[tokio::test]
async fn a_redirect_leads_to_a_stranger_who_writes_down_what_came() {
    let sim = start(|_| {}).await;
    let to = format!("{}/stolen", sim.stranger().base_url());
    sim.apollo().plan(leadloom::sim::Planned::next(leadloom::sim::Fault::Redirect { to: to.clone() }));
    let url = format!("{}/api/v1/auth/health", sim.apollo().base_url());
    let careful = http().get(&url).header("x-api-key", "secret").send().await.unwrap();
    assert_eq!((careful.status().as_u16(), sim.stranger().requests().len()), (302, 0));
    http().get(&to).header("x-api-key", "secret").send().await.unwrap();
    let seen = &sim.stranger().requests()[0];
    assert!(seen.path == "/stolen" && seen.headers.contains(&"x-api-key".to_owned()));
}
