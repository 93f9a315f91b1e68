//! Saved searches that start by themselves: once, whoever looks after them, and a start that was missed is made up for once.

use super::stand::{Fast, open};
use leadloom::{
    domain::{RunState, Source},
    services::{Keeper, RunView, Session},
    sim::{Fault, Planned, RateLimits, Sim, SimConfig},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const DAY: Duration = Duration::from_secs(24 * 3600);

struct Place {
    clock: Arc<Fast>,
    sim: Sim,
    home: TempDir,
}

impl Place {
    /// With a search that starts daily, half a day from now: so that no test stands on the edge.
    async fn new() -> Self {
        let clock = Fast::new(60);
        let config = SimConfig { people: 300, rate_limits: RateLimits::Off, clock: clock.clone(), ..SimConfig::default() };
        let sim = Sim::start(config).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let local = jiff::tz::TimeZone::system().to_datetime(jiff::Timestamp::now());
        let hour = (local.hour() + 12) % 24;
        let settings = format!(
            "[import]\nlimit = 40\n[sources.apollo.searches.daily]\nschedule = \"30 {hour} * * *\"\n[sources.apollo.searches.plain]\nq_keywords = \"it\"\n"
        );
        std::fs::write(home.path().join("leadloom.toml"), settings).unwrap();
        Self { clock, sim, home }
    }

    /// Another process on the same folder.
    fn process(&self) -> Session {
        open(self.home.path(), &self.sim, &self.clock).session("kim")
    }
}

async fn runs(me: &Session) -> Vec<RunView> {
    me.runs(Some(Source::Apollo), None, 50).await.unwrap()
}

/// Until so many runs are done, and a while longer for one too many.
async fn done(me: &Session, count: usize) {
    let began = Instant::now();
    loop {
        let runs = runs(me).await;
        assert!(runs.len() <= count, "{}", runs.len());
        if runs.len() == count && runs.iter().all(|view| view.run.state == RunState::Done) {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", runs.iter().map(|view| view.run.state).collect::<Vec<_>>());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Two looks of every keeper.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(runs(me).await.len(), count);
}

async fn leave(keeper: Keeper, me: &Session) {
    keeper.stop().await;
    me.let_go().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_due_start_happens_once_for_all_processes_and_a_missed_one_is_made_up_for_once() {
    let place = Place::new().await;
    let (one, two) = (place.process(), place.process());
    let (keeps, keeps_too) = (one.keep(), two.keep());
    done(&one, 0).await;
    let apollo = one.sources().await.unwrap().into_iter().find(|state| state.source == Source::Apollo).unwrap();
    let [daily, plain] = &apollo.searches[..] else { panic!("{:?}", apollo.searches) };
    assert!(daily.next.is_some_and(|next| next > one.now() && next < one.now().plus(DAY)) && daily.last.is_none(), "{daily:?}");
    assert!(plain.next.is_none() && plain.schedule.is_none(), "{plain:?}");

    place.clock.advance(DAY);
    done(&one, 1).await;
    let run = runs(&one).await.remove(0);
    assert_eq!((run.what.as_str(), run.run.actor.as_str(), run.run.counters.read), ("daily", "schedule", 40));
    let apollo = one.sources().await.unwrap().into_iter().find(|state| state.source == Source::Apollo).unwrap();
    assert_eq!(apollo.searches[0].last, Some((run.run.started_at, RunState::Done)));
    assert!(apollo.rate.is_some_and(|(left, of, _)| left <= of), "{:?}", apollo.rate);

    // Nobody is there for five days.
    leave(keeps, &one).await;
    leave(keeps_too, &two).await;
    place.clock.advance(DAY * 5);
    done(&one, 1).await;
    let (three, four) = (place.process(), place.process());
    let (keeps, keeps_too) = (three.keep(), four.keep());
    done(&three, 2).await;
    leave(keeps, &three).await;
    leave(keeps_too, &four).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scheduled_run_that_a_process_left_behind_is_gone_on_with() {
    let place = Place::new().await;
    let one = place.process();
    let keeps = one.keep();
    done(&one, 0).await;
    // Its second page lets wait for itself; then the process goes.
    place.sim.apollo().plan(Planned::next(Fault::Late { millis: 3000 }).at("POST /api/v1/people/bulk_match").after(1));
    place.clock.advance(DAY);
    let began = Instant::now();
    while place.sim.apollo().count("POST /api/v1/people/bulk_match") < 2 {
        assert!(began.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    leave(keeps, &one).await;
    assert_eq!(runs(&one).await[0].run.state, RunState::Running);
    let two = place.process();
    let keeps = two.keep();
    done(&two, 1).await;
    assert_eq!(runs(&two).await[0].run.counters.read, 40);
    leave(keeps, &two).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_does_not_wait_for_halopsa() {
    let place = Place::new().await;
    let one = place.process();
    place.sim.halo().plan(Planned::next(Fault::Late { millis: 600_000 }).always());
    let keeps = one.keep();
    let began = Instant::now();
    while place.sim.halo().requests().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(15), "the sync has not begun");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    place.clock.advance(DAY);
    done(&one, 1).await;
    leave(keeps, &one).await;
}
