//! The documented limits on requests, held in every rolling window as the simulators count them, by a clock that only waits
//! move. Each source by itself: what a wait skips would else make another's calls arrive late.

use super::stand::{SOURCES, open_at, request};
use futures_util::future::BoxFuture;
use leadloom::{
    ambient::ManualClock,
    domain::{Clock, RunState, Source, Timestamp},
    net::Nap,
    sim::{RateLimits, Sim, SimConfig},
};
use std::{sync::Arc, time::Duration};

/// Moves the clock instead of waiting, once what is under way has arrived.
struct Leaps(Arc<ManualClock>);

impl Nap for Leaps {
    fn nap(&self, wait: Duration) -> BoxFuture<'static, ()> {
        let clock = self.0.clone();
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            clock.advance(wait);
        })
    }
}

/// Requests that start so, at most so many in so many seconds: documented for the smallest plan, or where nothing is
/// documented what we keep to.
const fn limits(source: Source) -> &'static [(&'static str, usize, u64)] {
    match source {
        Source::Apollo => &[("POST /api/v1/mixed_people", 200, 60), ("POST /api/v1/people/bulk_match", 1000, 60)],
        Source::ZoomInfo => &[("", 5, 1)],
        Source::Hunter => &[("GET /v2/domain-search", 15, 1), ("GET /v2/domain-search", 500, 60)],
        Source::Lusha => &[("POST /v3/contacts/prospecting", 5, 1), ("POST /v3/contacts/enrich", 5, 1)],
        Source::Seamless => &[
            ("POST /api/client/v1/search/contacts", 60, 60),
            ("POST /api/client/v1/contacts/research", 60, 60),
            ("GET /api/client/v1/contacts/research/poll", 60, 60),
        ],
        Source::Lead411 => &[("", 2, 1)],
        Source::RocketReach => &[
            ("", 10, 1),
            ("POST /api/v2/person/search", 15, 60),
            ("POST /api/v2/bulkLookup", 10, 60),
            ("GET /api/v2/company/lookup", 15, 60),
        ],
        _ => &[("", 500, 60)],
    }
}

/// Sources whose import below meets one of its limits, so that holding it is more than luck.
const MET: [Source; 4] = [Source::ZoomInfo, Source::Hunter, Source::Lead411, Source::RocketReach];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_documented_limit_is_passed_in_any_rolling_window() {
    for source in SOURCES {
        let clock = Arc::new(ManualClock::new(Timestamp::parse("2026-11-03T09:00:30Z").unwrap()));
        let as_clock: Arc<dyn Clock> = clock.clone();
        let config = SimConfig { people: 500, rate_limits: RateLimits::Documented, clock: as_clock.clone(), ..SimConfig::default() };
        let sim = Sim::start(config).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let me = open_at(home.path(), &sim, as_clock, Arc::new(Leaps(clock))).session("kim");
        let id = me.start_import(&request(source, 120)).await.unwrap();
        let run = me.wait_for(id).await.unwrap().run;
        assert_eq!((run.state, run.counters.read), (RunState::Done, 120), "{source}: {:?}", run.error);
        let server = sim.source(source).unwrap();
        let refused = server.requests().iter().filter(|request| request.status == 429).count();
        assert_eq!(refused, 0, "{source} refused calls");
        let mut met = false;
        for (route, most, seconds) in limits(source) {
            let peak = server.peak(route, Duration::from_secs(*seconds));
            assert!(peak <= *most, "{source}: {peak} × {route:?} in {seconds} s, {most} are allowed");
            met |= peak == *most;
        }
        assert!(met || !MET.contains(&source), "{source} never came near its limit");
    }
}
