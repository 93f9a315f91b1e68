//! How fast the simulators are: they must never be what a benchmark measures. Run with
//! `cargo test --release --test it sim::speed -- --ignored --nocapture`.

use super::http;
use leadloom::sim::{RateLimits, Sim, SimConfig};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The slowest of a few, after one that builds the source's view.
async fn slowest(mut ask: impl AsyncFnMut() -> Value) -> Duration {
    ask().await;
    let mut worst = Duration::ZERO;
    for _ in 0..20 {
        let began = Instant::now();
        ask().await;
        worst = worst.max(began.elapsed());
    }
    worst
}

#[tokio::test]
#[ignore = "measures; worth something in release builds only"]
async fn pages_of_a_large_world() {
    let began = Instant::now();
    let mut config = SimConfig { people: 10_000, rate_limits: RateLimits::Off, ..SimConfig::default() };
    config.halo.customers_percent = 100;
    let sim = Sim::start(config).await.unwrap();
    let start = began.elapsed();
    let client = http();
    let env: std::collections::HashMap<_, _> = sim.env().into_iter().collect();
    let form =
        [("grant_type", "client_credentials"), ("client_id", &env["HALOPSA_CLIENT_ID"]), ("client_secret", &env["HALOPSA_CLIENT_SECRET"])];
    let token: Value = client.post(format!("{}/token", env["HALOPSA_AUTH_URL"])).form(&form).send().await.unwrap().json().await.unwrap();
    let users = format!("{}/Users?pageinate=true&page_no=3&page_size=100&order=id", env["HALOPSA_API_URL"]);
    let users = slowest(async || {
        client.get(&users).bearer_auth(token["access_token"].as_str().unwrap()).send().await.unwrap().json().await.unwrap()
    })
    .await;
    let search = format!("{}/api/v1/mixed_people/api_search", env["APOLLO_BASE_URL"]);
    let body = json!({"person_titles": ["IT Director"], "organization_num_employees_ranges": ["51,200", "201,500"], "per_page": 100});
    let apollo = slowest(async || {
        client.post(&search).header("x-api-key", "sim-apollo-key").json(&body).send().await.unwrap().json().await.unwrap()
    })
    .await;
    let line = json!({"people": 10_000, "start_ms": start.as_millis(), "halo_users_page_ms": users.as_secs_f64() * 1000.0, "apollo_search_ms": apollo.as_secs_f64() * 1000.0});
    println!("{line}");
    let limit = Duration::from_millis(if cfg!(debug_assertions) { 1000 } else { 25 });
    assert!(users < limit && apollo < limit, "{line}");
}
