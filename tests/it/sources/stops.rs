//! Pausing and dying in the middle of any source's import, then going on: no row lost, none fetched or billed twice beyond
//! the page that was under way.

use super::{
    faults::routes,
    stand::{Fast, SOURCES, Stand, drafts, open, open_in, request, store},
};
use futures_util::future::join_all;
use leadloom::{
    config::Environment,
    domain::{Clock as _, RunId, RunState, Source, Timestamp},
    services::{ImportFrom, ImportRequest, Session},
    sim::{Fault, Planned, RateLimits, Sim},
};
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Three pages of a hundred, but for Hunter, whose pages are companies.
const PEOPLE: u64 = 230;
const WORLD: usize = 700;
/// People paid for in one page at most, with the employers bought beside them.
const PAGE: f64 = 200.0;
/// How many times faster than the wall's the clocks run: budgets are not what is tested here.
const SPEED: u32 = 600;
/// What is waited for takes no longer on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a source bills for these people when nothing happens.
async fn plain_bills() -> Vec<f64> {
    let stand = Stand::with(WORLD, RateLimits::Off, SPEED, |_| {}).await;
    join_all(SOURCES.map(|source| stand.import(source, PEOPLE))).await;
    SOURCES.iter().map(|source| stand.server(*source).billed()).collect()
}

/// The second page lets wait for itself that long, so that there is a middle to stop in.
fn linger(stand: &Stand, source: Source, millis: u32) {
    stand.server(source).plan(Planned::next(Fault::Late { millis }).at(routes(source)[0]).after(1));
}

/// Until the run has landed that many pages.
async fn pages(home: &Path, run: RunId, least: u32) {
    let store = store(home);
    let began = Instant::now();
    loop {
        let now = store.read(move |view| view.run_of(run)).await.unwrap().unwrap();
        if now.pages >= least {
            return;
        }
        assert!(now.state == RunState::Running && began.elapsed() < PATIENCE, "{:?} {:?}", now.state, now.error);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// The run that a process begins in an empty folder.
async fn begun(home: &Path) -> RunId {
    let began = Instant::now();
    loop {
        assert!(began.elapsed() < PATIENCE, "nothing was begun");
        tokio::time::sleep(Duration::from_millis(10)).await;
        if !home.join("data/database.db").exists() {
            continue;
        }
        let runs = store(home).read(|view| view.runs(None, None, 1)).await;
        if let Some(run) = runs.unwrap_or_default().first() {
            return run.id;
        }
    }
}

async fn whole(me: &Session, sim: &Sim, home: &Path, source: Source, run: RunId) {
    let ended = me.wait_for(run).await.unwrap().run;
    assert_eq!((ended.state, ended.counters.read), (RunState::Done, PEOPLE), "{source}: {:?} {:?}", ended.error, ended.counters);
    let sum: u64 = leadloom::services::outcomes(&ended.counters).iter().map(|(_, count)| count).sum();
    assert_eq!(sum, PEOPLE, "{source}: {:?}", ended.counters);
    let drafts = drafts(me, home, run).await;
    let ids: HashSet<&str> = drafts.iter().map(|draft| draft.external_id.as_str()).collect();
    assert_eq!(ids.len(), drafts.len(), "{source}: nobody twice");
    // The same people as without a stop: whoever is missing would be new now.
    let billed = sim.source(source).unwrap().billed();
    let again = me.start_import(&request(source, PEOPLE)).await.unwrap();
    let again = me.wait_for(again).await.unwrap().run.counters;
    assert_eq!((again.read, again.created, again.enriched, again.review), (PEOPLE, 0, 0, 0), "{source}: {again:?}");
    // Lusha's searches cost each time, a credit for 25 people of a page; people and employers are not paid for again.
    let searches = if source == Source::Lusha { 12.0 } else { 0.0 };
    let again = sim.source(source).unwrap().billed();
    assert!(again <= billed + searches, "{source}: nobody is paid for the second time: {again} after {billed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_import_goes_on_and_costs_what_it_costs_without_a_pause() {
    let bills = plain_bills().await;
    let stand = Stand::with(WORLD, RateLimits::Off, SPEED, |_| {}).await;
    let one = async |source: Source, bill: f64| {
        linger(&stand, source, 3000);
        let (me, home) = (&stand.house.me, stand.house.home.path());
        let run = me.start_import(&request(source, PEOPLE)).await.unwrap();
        pages(home, run, 1).await;
        me.pause_run(run).await.unwrap();
        let paused = me.wait_for(run).await.unwrap().run;
        assert_eq!(paused.state, RunState::Paused, "{source}");
        assert!(paused.counters.read < PEOPLE, "{source} was too quick to pause");
        let (made, billed) = (stand.server(source).requests().len(), stand.server(source).billed());
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!((stand.server(source).requests().len(), stand.server(source).billed()), (made, billed), "{source}: a pause is a pause");
        me.resume_run(run).await.unwrap();
        let ended = me.wait_for(run).await.unwrap().run;
        assert_eq!(ended.state, RunState::Done, "{source}: {:?}", ended.error);
        assert!((stand.server(source).billed() - bill).abs() < 0.001, "{source}: {} instead of {bill}", stand.server(source).billed());
        whole(me, &stand.house.sim, home, source, run).await;
    };
    join_all(SOURCES.into_iter().zip(bills).map(|(source, bill)| one(source, bill))).await;
}

/// Tells the test binary to be the child: the folder to work in, what the clock says, the source, and how to ask it.
const WORK_IN: &str = "STOPS_WORK_IN";
const WORK_AT: &str = "STOPS_WORK_AT";
const WORK_ON: &str = "STOPS_WORK_ON";
const WORK_SET: &str = "STOPS_WORK_SET";

/// Imports what the parent says, when told so, or goes on with what the last life left; otherwise does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker() {
    let Some(home) = std::env::var_os(WORK_IN).map(PathBuf::from) else { return };
    let at = Timestamp::from_micros(std::env::var(WORK_AT).unwrap().parse().unwrap());
    let source: Source = std::env::var(WORK_ON).unwrap().parse().unwrap();
    let set: Vec<(String, String)> = serde_json::from_str(&std::env::var(WORK_SET).unwrap()).unwrap();
    let wanted = ImportRequest { from: ImportFrom::Provider { source, search: None, set }, limit: Some(PEOPLE) };
    let clock = Fast::starting(at, SPEED);
    let me = open_in(&home, &Environment::of_process(), clock.clone(), clock).session("kim");
    let run = match me.runs(None, None, 1).await.unwrap().first() {
        Some(left) => {
            me.resume_run(left.run.id).await.unwrap();
            left.run.id
        }
        None => me.start_import(&wanted).await.unwrap(),
    };
    let ended = me.wait_for(run).await.unwrap().run;
    assert_eq!(ended.state, RunState::Done, "{:?}", ended.error);
}

fn worker(home: &Path, stand: &Stand, source: Source) -> Child {
    let ImportFrom::Provider { set, .. } = request(source, PEOPLE).from else { unreachable!() };
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["sources::stops::the_worker", "--exact", "--nocapture", "--test-threads", "1"]);
    command.env_clear().envs(stand.house.sim.env()).env(WORK_IN, home).env(WORK_AT, stand.clock.now().as_micros().to_string());
    command.env(WORK_ON, source.key()).env(WORK_SET, serde_json::to_string(&set).unwrap());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_whose_process_is_killed_goes_on_and_pays_for_one_page_more_at_most() {
    let bills = plain_bills().await;
    let stand = Stand::with(WORLD, RateLimits::Off, SPEED, |_| {}).await;
    let one = async |source: Source, bill: f64| {
        // It dies long before that answer comes.
        linger(&stand, source, 60_000);
        let home = tempfile::tempdir().unwrap();
        let mut first = worker(home.path(), &stand, source);
        let run = begun(home.path()).await;
        pages(home.path(), run, 1).await;
        first.kill().unwrap();
        first.wait().unwrap();
        let held = store(home.path()).read(move |view| view.run_of(run)).await.unwrap().unwrap();
        assert!(held.state == RunState::Running && held.counters.read < PEOPLE, "{source} was too quick to die");

        // Whoever comes next finds that the one before is dead, and goes on at once.
        let second = worker(home.path(), &stand, source);
        let second = tokio::task::spawn_blocking(move || second.wait_with_output().unwrap()).await.unwrap();
        assert!(second.status.success(), "{source}: {}", String::from_utf8_lossy(&second.stderr));
        let billed = stand.server(source).billed();
        assert!(billed <= bill + PAGE, "{source}: {billed} instead of {bill}");
        let me = open(home.path(), &stand.house.sim, &stand.clock).session("kim");
        whole(&me, &stand.house.sim, home.path(), source, run).await;
    };
    join_all(SOURCES.into_iter().zip(bills).map(|(source, bill)| one(source, bill))).await;
}
