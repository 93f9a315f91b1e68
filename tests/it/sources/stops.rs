//! Pausing and dying in the middle of any source's import, then going on: no row lost, none fetched or billed twice beyond
//! the page that was under way.

use super::{
    faults::routes,
    stand::{SOURCES, Stand, drafts, open, request, store},
};
use futures_util::future::join_all;
use leadloom::{
    domain::{RunId, RunState, Source},
    services::Session,
    sim::{Fault, Planned, RateLimits, Sim},
};
use std::{collections::HashSet, path::Path, time::Duration};

/// Three pages of a hundred, but for Hunter, whose pages are companies.
const PEOPLE: u64 = 230;
const WORLD: usize = 700;
/// People paid for in one page at most, with the employers bought beside them.
const PAGE: f64 = 200.0;

/// What a source bills for these people when nothing happens.
async fn plain_bills() -> Vec<f64> {
    let stand = Stand::with(WORLD, RateLimits::Off, 600, |_| {}).await;
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
    let began = std::time::Instant::now();
    loop {
        let now = store.read(move |view| view.run_of(run)).await.unwrap().unwrap();
        if now.pages >= least {
            return;
        }
        assert!(now.state == RunState::Running && began.elapsed() < Duration::from_secs(60), "{:?} {:?}", now.state, now.error);
        tokio::time::sleep(Duration::from_millis(2)).await;
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
    let again = me.start_import(&request(sim, source, PEOPLE)).await.unwrap();
    let again = me.wait_for(again).await.unwrap().run.counters;
    assert_eq!((again.read, again.created, again.enriched, again.review), (PEOPLE, 0, 0, 0), "{source}: {again:?}");
    // Lusha's searches cost each time, a credit for 25 people of a page; people and employers are not paid for again.
    let searches = if source == Source::Lusha { 12.0 } else { 0.0 };
    if source != Source::Hunter {
        let again = sim.source(source).unwrap().billed();
        assert!(again <= billed + searches, "{source}: nobody is paid for the second time: {again} after {billed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_import_goes_on_and_costs_what_it_costs_without_a_pause() {
    let bills = plain_bills().await;
    let stand = Stand::with(WORLD, RateLimits::Off, 600, |_| {}).await;
    let one = async |source: Source, bill: f64| {
        linger(&stand, source, 3000);
        let (me, home) = (&stand.house.me, stand.house.home.path());
        let run = me.start_import(&request(&stand.house.sim, source, PEOPLE)).await.unwrap();
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_whose_process_died_goes_on_and_pays_for_one_page_more_at_most() {
    let bills = plain_bills().await;
    let stand = Stand::with(WORLD, RateLimits::Off, 600, |_| {}).await;
    let one = async |source: Source, bill: f64| {
        // It dies long before that answer comes.
        linger(&stand, source, 60_000);
        let home = tempfile::tempdir().unwrap();
        // Its own runtime: whatever it was doing ends with it, between two instructions.
        let process = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (me, wanted) = (open(home.path(), &stand.house.sim, &stand.clock).session("kim"), request(&stand.house.sim, source, PEOPLE));
        let run = process.spawn(async move { me.start_import(&wanted).await.unwrap() }).await.unwrap();
        pages(home.path(), run, 1).await;
        process.shutdown_background();
        let held = store(home.path()).read(move |view| view.run_of(run)).await.unwrap().unwrap();
        assert!(held.state == RunState::Running && held.counters.read < PEOPLE, "{source} was too quick to die");

        // The dead one's lease runs out.
        stand.clock.advance(Duration::from_secs(120));
        let me = open(home.path(), &stand.house.sim, &stand.clock).session("kim");
        me.resume_run(run).await.unwrap();
        let ended = me.wait_for(run).await.unwrap().run;
        assert_eq!(ended.state, RunState::Done, "{source}: {:?}", ended.error);
        let billed = stand.server(source).billed();
        assert!(billed <= bill + PAGE, "{source}: {billed} instead of {bill}");
        whole(&me, &stand.house.sim, home.path(), source, run).await;
    };
    join_all(SOURCES.into_iter().zip(bills).map(|(source, bill)| one(source, bill))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_employer_is_bought_once_by_all_processes() {
    let calm = Stand::with(WORLD, RateLimits::Off, 600, |_| {}).await;
    calm.import(Source::Lusha, 300).await;
    let stand = Stand::with(WORLD, RateLimits::Off, 600, |_| {}).await;
    for limit in [100, 300] {
        // Another process: what it remembers is what lies in the folder.
        let me = open(stand.house.home.path(), &stand.house.sim, &stand.clock).session("kim");
        let run = me.start_import(&request(&stand.house.sim, Source::Lusha, limit)).await.unwrap();
        assert_eq!(me.wait_for(run).await.unwrap().run.state, RunState::Done);
    }
    // The first page is searched twice: a credit for 25 people. The employers of the first hundred work for later ones too.
    let (billed, once) = (stand.server(Source::Lusha).billed(), calm.server(Source::Lusha).billed());
    assert!(billed <= once + 4.0, "{billed} instead of {once}");
}
