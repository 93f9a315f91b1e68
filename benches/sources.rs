//! Importing from each of the eight sources alone and from all of them at once, with the documented limits on requests.
//!
//! `cargo bench --bench sources` prints one JSON object: seconds alone, seconds together, their ratio to the slowest alone,
//! peak memory, and what the simulators refused. `LEADLOOM_BENCH_PEOPLE` sets how many people each (1000 unless set). Time is
//! simulated so that budgets of minutes and hours pass in reasonable time: the clock of both sides runs `LEADLOOM_BENCH_SPEED`
//! times the wall's (20 unless set); seconds are the wall's. `LEADLOOM_BENCH_LIMITS=off` takes the limits of both sides away
//! and lets the clock run so fast that polls cost nothing: then it measures this program. Each part runs in a process of its
//! own with the simulators in it, so memory is that of both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use futures_util::future::{BoxFuture, join_all};
use leadloom::{
    ambient::{RandomIds, SystemClock},
    config::{Environment, Overrides, load},
    domain::{Clock, RunState, Source, Timestamp},
    net::Nap,
    services::{ImportFrom, ImportRequest, Opening, Services, Session, Tuning},
    sim::{RateLimits, Sim, SimConfig},
};
use serde_json::{Value as Json, json};
use std::{
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

const SOURCES: [Source; 8] = [
    Source::Apollo,
    Source::ZoomInfo,
    Source::Hunter,
    Source::Lusha,
    Source::Seamless,
    Source::Lead411,
    Source::RocketReach,
    Source::UpLead,
];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    match args.iter().position(|arg| arg == "--part").map(|at| args[at + 1].as_str()) {
        Some(part) => measure(part),
        None => all(),
    }
}

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

fn people() -> u64 {
    setting("LEADLOOM_BENCH_PEOPLE", 1000)
}

fn has_limits() -> bool {
    std::env::var("LEADLOOM_BENCH_LIMITS").as_deref() != Ok("off")
}

fn speed() -> u32 {
    if has_limits() { setting("LEADLOOM_BENCH_SPEED", 20) as u32 } else { 2000 }
}

fn all() {
    let alone: Vec<(Source, Json)> = SOURCES.into_iter().map(|source| (source, run(source.key()))).collect();
    let together = run("all");
    let seconds = |json: &Json| json["seconds"].as_f64().unwrap();
    let slowest = alone.iter().map(|(_, json)| seconds(json)).fold(0.0, f64::max);
    let sum: f64 = alone.iter().map(|(_, json)| seconds(json)).sum();
    let alone: serde_json::Map<String, Json> = alone.into_iter().map(|(source, json)| (source.key().to_owned(), json)).collect();
    let ratio = seconds(&together) / slowest;
    println!(
        "{}",
        json!({"people_each": people(), "speed": speed(), "limits": if has_limits() { "documented" } else { "off" }, "alone": alone,
            "together": together, "sum_alone": rounded(sum), "ratio_to_slowest": rounded(ratio)})
    );
}

fn run(part: &str) -> Json {
    let output = Command::new(std::env::current_exe().unwrap()).args(["--part", part]).output().unwrap();
    assert!(output.status.success(), "{part}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs so many times faster than the wall's clock, and waits accordingly. Time-outs stay real.
struct Fast {
    began: Instant,
    from: Timestamp,
    factor: u32,
}

impl Clock for Fast {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.from.as_micros() + self.began.elapsed().as_micros() as i64 * i64::from(self.factor))
    }
}

impl Nap for Fast {
    fn nap(&self, wait: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(wait / self.factor))
    }
}

fn measure(part: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    println!("{}", runtime.block_on(measured(part)));
}

async fn measured(part: &str) -> Json {
    let clock = Arc::new(Fast { began: Instant::now(), from: SystemClock.now(), factor: speed() });
    let rate_limits = if has_limits() { RateLimits::Documented } else { RateLimits::Off };
    // The poorest source sees a good third of the world.
    let config = SimConfig { people: people() as usize * 3 + 200, rate_limits, clock: clock.clone(), ..SimConfig::default() };
    let sim = Sim::start(config).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let budget = if has_limits() { String::new() } else { SOURCES.map(unlimited).join("") };
    std::fs::write(home.path().join("leadloom.toml"), budget).unwrap();
    let env = sim.env();
    let variables = env.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let overrides = Overrides { home: Some(home.path().to_owned()), ..Overrides::default() };
    let loaded = load(&Environment::of(home.path(), variables), &overrides).unwrap();
    let opening = Opening { loaded, clock: clock.clone(), ids: Arc::new(RandomIds) };
    let me = Services::open_with(opening, Tuning { nap: Some(clock), ..Tuning::default() }).unwrap().session("bench");
    let chosen: Vec<Source> = SOURCES.into_iter().filter(|source| part == "all" || source.key() == part).collect();
    // The simulators make their views when first asked; that is not the import's time.
    for source in &chosen {
        import(&me, *source, 1).await;
        sim.source(*source).unwrap().clear_requests();
    }
    let started = Instant::now();
    let runs = join_all(chosen.iter().map(|source| import(&me, *source, people()))).await;
    let seconds = started.elapsed().as_secs_f64();
    let refused = |source: &Source| sim.source(*source).unwrap().requests().iter().filter(|request| request.status == 429).count();
    let calls = |source: &Source| sim.source(*source).unwrap().requests().len();
    json!({"seconds": rounded(seconds), "read": runs.iter().sum::<u64>(), "calls": chosen.iter().map(calls).sum::<usize>(),
        "refused": chosen.iter().map(refused).sum::<usize>(), "peak_mb": peak_mb()})
}

fn unlimited(source: Source) -> String {
    format!("[sources.{}]\nbudget = {{ requests = 1000000, per = \"1s\" }}\n", source.key())
}

/// Reads `limit` people, fewer where the source shows fewer.
async fn import(me: &Session, source: Source, limit: u64) -> u64 {
    let request = ImportRequest { from: ImportFrom::Provider { source, search: None, set: Vec::new() }, limit: Some(limit) };
    let id = me.start_import(&request).await.unwrap();
    let run = me.wait_for(id).await.unwrap().run;
    assert_eq!(run.state, RunState::Done, "{source}: {:?}", run.error);
    run.counters.read
}

fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// Highest resident memory so far; only Linux tells it this way.
fn peak_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}
