//! How fast the simulators are: they must never be what a benchmark measures. Run with
//! `cargo test --release --test it sim::speed -- --ignored --nocapture`.

use super::http;
use leadloom::sim::{RateLimits, Sim, SimConfig};
use serde_json::{Value, json};
use std::time::Instant;

/// Processor time of this thread so far in milliseconds, where the system tells (Linux); else the wall clock. Client and
/// simulators share the thread, so other programs do not disturb the figure.
fn spent(began: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|line| line.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| began.elapsed().as_secs_f64() * 1000.0, |nanos| nanos / 1e6)
}

/// One request and its answer, client included, after one that builds the source's view.
async fn milliseconds(mut ask: impl AsyncFnMut() -> Value) -> f64 {
    const TIMES: u32 = 100;
    ask().await;
    let began = Instant::now();
    let before = spent(began);
    for _ in 0..TIMES {
        ask().await;
    }
    (spent(began) - before) / f64::from(TIMES)
}

#[tokio::test]
#[ignore = "measures; worth something in release builds only"]
async fn pages_of_a_large_world() {
    let began = Instant::now();
    let before = spent(began);
    let mut config = SimConfig { people: 10_000, rate_limits: RateLimits::Off, ..SimConfig::default() };
    config.halo.customers_percent = 100;
    let sim = Sim::start(config).await.unwrap();
    let start = spent(began) - before;
    let client = http();
    let env: std::collections::HashMap<_, _> = sim.env().into_iter().collect();
    let form =
        [("grant_type", "client_credentials"), ("client_id", &env["HALOPSA_CLIENT_ID"]), ("client_secret", &env["HALOPSA_CLIENT_SECRET"])];
    let token: Value = client.post(format!("{}/token", env["HALOPSA_AUTH_URL"])).form(&form).send().await.unwrap().json().await.unwrap();
    let users = format!("{}/Users?pageinate=true&page_no=3&page_size=100&order=id", env["HALOPSA_API_URL"]);
    let users = milliseconds(async || {
        client.get(&users).bearer_auth(token["access_token"].as_str().unwrap()).send().await.unwrap().json().await.unwrap()
    })
    .await;
    let search = format!("{}/api/v1/mixed_people/api_search", env["APOLLO_BASE_URL"]);
    let body = json!({"person_titles": ["IT Director"], "organization_num_employees_ranges": ["51,200", "201,500"], "per_page": 100});
    let apollo = milliseconds(async || {
        client.post(&search).header("x-api-key", "sim-apollo-key").json(&body).send().await.unwrap().json().await.unwrap()
    })
    .await;
    let line = json!({"people": 10_000, "start_ms": start, "halo_users_page_ms": users, "apollo_search_ms": apollo});
    println!("{line}");
    let limit = if cfg!(debug_assertions) { 500.0 } else { 8.0 };
    assert!(users < limit && apollo < limit, "{line}");
}
