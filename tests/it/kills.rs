//! kill -9 at random moments during import, decisions and push: real processes that die, on one database and one
//! simulated tenant. What comes out in the end is what an undisturbed run makes; and without the look before a create
//! that may have been sent, the same deaths make doubles. The child is this very test binary.

use super::house::{AT_ONCE, House};
use leadloom::{
    ambient::{RandomIds, SystemClock},
    config::{Environment, Overrides, load},
    domain::{Clock, RunState, Source, Timestamp},
    services::{ImportFrom, ImportRequest, Kind, MergeChoice, Opening, ReviewFilter, Services, Session, Tuning},
    sim::{
        Fault, Planned, RateLimits, Sim, SimConfig,
        halo::{HaloHandle, Table},
    },
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

/// Tells the test binary to be the child: the folder to work in.
const WORK_IN: &str = "KILLS_WORK_IN";
/// How many lives came before this one: each one's clock is further on, so that leases and claims of the dead are over.
const LIVES: &str = "KILLS_LIVES";
/// Creates without looking first.
const BLIND: &str = "KILLS_BLIND";
/// Between two lives, by their clocks.
const AGE: Duration = Duration::from_secs(600);
/// People that the import asks for.
const PEOPLE: u64 = 150;
/// How many lives are cut short.
const KILLS: u64 = 50;

/// What the child says when it comes to a part.
const IMPORTING: &str = "now importing";
const PUSHING: &str = "now pushing";
/// It is killed right after one of its next calls, of an import or of a push: at most this many of them get through.
const CALLS: (usize, usize) = (4, 8);
/// The simulators answer this late, so that a death falls between a write and its answer.
const LATE: u32 = 40;

struct Later(Duration);

impl Clock for Later {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(self.0)
    }
}

/// Works where the parent says, when told so; otherwise does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker() {
    let Some(home) = std::env::var_os(WORK_IN).map(PathBuf::from) else { return };
    let lives: u32 = std::env::var(LIVES).unwrap().parse().unwrap();
    let overrides = Overrides { home: Some(home), ..Overrides::default() };
    let loaded = load(&Environment::of_process(), &overrides).unwrap();
    let opening = Opening { loaded, clock: Arc::new(Later(AGE * lives)), ids: Arc::new(RandomIds) };
    let blind = std::env::var_os(BLIND).is_some();
    let services = Services::open_with(opening, Tuning { look_first: !blind, ..Tuning::default() }).unwrap();
    work(&services.session("kim")).await;
}

/// The whole job, from wherever the last life left it.
async fn work(me: &Session) {
    if me.sync_state().await.unwrap().pulled_at.is_none() {
        me.setup(false).await.unwrap();
    }
    println!("{IMPORTING}");
    let run = match me.runs(None, None, 1).await.unwrap().pop() {
        None => {
            let from = ImportFrom::Provider { source: Source::Apollo, search: None, set: Vec::new() };
            Some(me.start_import(&ImportRequest { from, limit: Some(PEOPLE) }).await.unwrap())
        }
        Some(view) if view.run.state != RunState::Done => {
            me.resume_run(view.run.id).await.unwrap();
            Some(view.run.id)
        }
        Some(_) => None,
    };
    if let Some(run) = run {
        let view = me.wait_for(run).await.unwrap();
        assert_eq!(view.run.state, RunState::Done, "{:?}", view.run.error);
    }
    for item in me.review_page(&ReviewFilter::default(), None, 1000).await.unwrap() {
        let choice = MergeChoice::default();
        match me.accept(item.id, &choice).await {
            Err(error) if error.kind() == Kind::Changed => drop(me.accept(item.id, &choice).await.unwrap()),
            accepted => drop(accepted.unwrap()),
        }
    }
    println!("{PUSHING}");
    // Without reading what changed since the first look: a pull would find our references too, and nothing would show
    // what the look before a create is good for.
    me.sync(false, true).await.unwrap();
}

fn worker(home: &Path, sim: &Sim, lives: u64, blind: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["kills::the_worker", "--exact", "--nocapture", "--test-threads", "1"]);
    command.env_clear().envs(sim.env()).env(WORK_IN, home).env(LIVES, lives.to_string());
    if blind {
        command.env(BLIND, "1");
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

async fn simulators() -> Sim {
    let sim = Sim::start(SimConfig { people: 250, rate_limits: RateLimits::Off, ..SimConfig::default() }).await.unwrap();
    sim.halo().plan(Planned::next(Fault::Late { millis: LATE }).at("POST /api").always());
    sim.apollo().plan(Planned::next(Fault::Late { millis: LATE }).always());
    sim
}

/// Lives and dies, then lives to the end. Answers how many were killed at work.
fn live(home: &Path, sim: &Sim, kills: u64, blind: bool) -> u64 {
    std::fs::write(home.join("leadloom.toml"), AT_ONCE).unwrap();
    let mut chance = StdRng::seed_from_u64(9);
    let mut killed = 0;
    for life in 0..kills {
        let importing = chance.random_bool(0.3);
        let part = if importing { IMPORTING } else { PUSHING };
        let calls = || sim.apollo().count("") + sim.halo().count("POST /api");
        let mut child = worker(home, sim, life, blind);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let _reached_or_ended = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains(part)));
        let last = calls() + chance.random_range(1..=if importing { CALLS.0 } else { CALLS.1 });
        while calls() < last && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        killed += u64::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        sim.halo().advance(AGE);
    }
    let last = worker(home, sim, kills, blind).wait_with_output().unwrap();
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stderr));
    killed
}

/// What people see in HaloPSA, without its ids: how often each thing is there.
fn made(halo: &HaloHandle) -> BTreeMap<(&'static str, String), usize> {
    let mut all = BTreeMap::new();
    for (table, what, keys) in [
        (Table::Client, "client", &["name"][..]),
        (Table::Site, "site", &["client_name", "name"]),
        (Table::Users, "user", &["client_name", "firstname", "surname", "emailaddress"]),
        (Table::Tickets, "ticket", &["client_name", "user_name", "summary", "status_id"]),
    ] {
        for record in halo.all(table) {
            let words: Vec<String> = keys.iter().map(|key| record[*key].to_string()).collect();
            *all.entry((what, words.join(" "))).or_default() += 1;
        }
    }
    all
}

async fn contacts(me: &Session) -> BTreeSet<String> {
    let all = me.search("example", None, 10_000).await.unwrap();
    all.into_iter().map(|one| format!("{} {} {}", one.name, one.email, one.sources)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_deaths_lose_nothing_and_double_nothing() {
    let calm = House::over(simulators().await, AT_ONCE);
    work(&calm.me).await;

    let sim = simulators().await;
    let home = tempfile::tempdir().unwrap();
    let place = home.path().to_owned();
    let (sim, killed) = tokio::task::spawn_blocking(move || {
        let killed = live(&place, &sim, KILLS, false);
        (sim, killed)
    })
    .await
    .unwrap();
    assert!(killed >= KILLS / 4, "only {killed} died at work");

    let (expected, got) = (made(&calm.sim.halo()), made(&sim.halo()));
    let now = |what| got.get(what).copied().unwrap_or_default();
    let differs: Vec<_> =
        expected.iter().filter(|(what, count)| now(what) != **count).map(|(what, count)| (what, count, now(what))).collect();
    let extra: Vec<_> = got.keys().filter(|what| !expected.contains_key(what)).collect();
    let reborn = super::house::open(home.path(), &sim).session("kim");
    let mut left = reborn.operations(false, 5).await.unwrap();
    left.extend(reborn.operations(true, 5).await.unwrap());
    assert!(
        differs.is_empty() && extra.is_empty(),
        "left over: {left:#?}; what, in peace, now: {differs:?}; never made in peace: {extra:?}"
    );
    let run = reborn.runs(None, None, 1).await.unwrap().remove(0).run;
    assert_eq!(run.counters.read, PEOPLE);
    assert_eq!(contacts(&reborn).await, contacts(&calm.me).await);
    assert!(
        reborn.doctor().await.unwrap().iter().take(2).all(|check| check.verdict == leadloom::services::Verdict::Ok),
        "file and journal are whole"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_looking_first_the_same_deaths_make_doubles() {
    let sim = simulators().await;
    let home = tempfile::tempdir().unwrap();
    let place = home.path().to_owned();
    let sim = tokio::task::spawn_blocking(move || {
        live(&place, &sim, KILLS, true);
        sim
    })
    .await
    .unwrap();
    assert!(made(&sim.halo()).values().any(|count| *count > 1), "the deaths above prove nothing");
}
