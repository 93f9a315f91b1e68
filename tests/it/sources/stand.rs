//! A house whose clock runs fast, so that the sources' own pace costs no patience, and what tests ask of it.

use crate::house::House;
use futures_util::future::BoxFuture;
use leadloom::{
    ambient::RandomIds,
    config::{Environment, Overrides, load},
    domain::{Clock, Draft, RunId, RunState, Source, Timestamp},
    net::Nap,
    services::{ImportFrom, ImportRequest, Opening, RunView, Services, Session, Tuning},
    sim::{RateLimits, Server, Sim, SimConfig},
    store::Store,
};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

/// All that have an API.
pub const SOURCES: [Source; 8] = [
    Source::Apollo,
    Source::ZoomInfo,
    Source::Hunter,
    Source::Lusha,
    Source::Seamless,
    Source::Lead411,
    Source::RocketReach,
    Source::UpLead,
];

/// A clock that runs so many times faster than the wall's, and waits accordingly. Time-outs of calls stay real.
pub struct Fast {
    began: Instant,
    from: Timestamp,
    factor: u32,
    ahead: AtomicI64,
    /// Milliseconds that any call is waited for at least, however fast the clock runs.
    patience: AtomicI64,
}

impl Fast {
    pub fn new(factor: u32) -> Arc<Self> {
        Self::starting(leadloom::ambient::SystemClock.now(), factor)
    }

    /// Going on where another process's clock stands.
    pub fn starting(from: Timestamp, factor: u32) -> Arc<Self> {
        Arc::new(Self { began: Instant::now(), from, factor, ahead: AtomicI64::new(0), patience: AtomicI64::new(10_000) })
    }

    /// Waits less long for an answer; for tests of those that never come.
    pub fn hurry(&self) {
        self.patience.store(1000, Ordering::SeqCst);
    }

    /// Leaps ahead.
    pub fn advance(&self, by: Duration) {
        self.ahead.fetch_add(by.as_micros() as i64, Ordering::SeqCst);
    }
}

impl Clock for Fast {
    fn now(&self) -> Timestamp {
        let run = self.began.elapsed().as_micros() as i64 * i64::from(self.factor);
        Timestamp::from_micros(self.from.as_micros() + run + self.ahead.load(Ordering::SeqCst))
    }
}

impl Nap for Fast {
    fn nap(&self, wait: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(wait / self.factor))
    }

    /// Not shorter than a busy machine needs for an honest answer.
    fn real(&self, wait: Duration) -> Duration {
        (wait / self.factor).max(Duration::from_millis(self.patience.load(Ordering::SeqCst) as u64))
    }
}

/// Simulators and services that share one fast clock.
pub struct Stand {
    pub clock: Arc<Fast>,
    pub house: House,
}

/// Sixty times: a minute's budget a second.
pub const FACTOR: u32 = 60;

impl Stand {
    /// Without the simulators' limits on requests; our own budgets hold.
    pub async fn new(people: usize) -> Self {
        Self::with(people, RateLimits::Off, FACTOR, |_| {}).await
    }

    pub async fn with(people: usize, rate_limits: RateLimits, factor: u32, change: impl FnOnce(&mut SimConfig)) -> Self {
        let clock = Fast::new(factor);
        let mut config = SimConfig { people, rate_limits, clock: clock.clone(), ..SimConfig::default() };
        change(&mut config);
        let sim = Sim::start(config).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("leadloom.toml"), "").unwrap();
        let me = open(home.path(), &sim, &clock).session("kim");
        Self { clock, house: House { sim, home, me } }
    }

    pub fn server(&self, source: Source) -> Server {
        self.house.sim.source(source).unwrap()
    }

    /// An import to its end, however it ends.
    pub async fn ended(&self, source: Source, limit: u64) -> RunView {
        let id = self.house.me.start_import(&request(source, limit)).await.unwrap();
        self.house.me.wait_for(id).await.unwrap()
    }

    /// An import that ends well.
    pub async fn import(&self, source: Source, limit: u64) -> RunView {
        let run = self.ended(source, limit).await;
        assert_eq!(run.run.state, RunState::Done, "{source}: {:?}", run.run.error);
        let sum: u64 = leadloom::services::outcomes(&run.run.counters).iter().map(|(_, count)| count).sum();
        assert_eq!(sum, run.run.counters.read, "{source}: the counters add up to what was read");
        run
    }

    /// What was understood of the rows of a run.
    pub async fn drafts(&self, run: RunId) -> Vec<Draft> {
        drafts(&self.house.me, self.house.home.path(), run).await
    }
}

/// A search of anybody, with their employers where they cost extra.
pub fn request(source: Source, limit: u64) -> ImportRequest {
    let set = match source {
        Source::Apollo | Source::RocketReach => vec![("company_details".to_owned(), "yes".to_owned())],
        _ => Vec::new(),
    };
    ImportRequest { from: ImportFrom::Provider { source, search: None, set }, limit: Some(limit) }
}

/// What was understood of the rows of a run in that folder.
pub async fn drafts(me: &Session, home: &Path, run: RunId) -> Vec<Draft> {
    let store = store(home);
    let (mut drafts, mut after) = (Vec::new(), None);
    loop {
        let page = me.run_records(run, None, after, 500).await.unwrap();
        let Some(last) = page.last() else { return drafts };
        after = Some(last.record);
        for row in &page {
            let id = row.record;
            drafts.push(store.read(move |view| view.record(id)).await.unwrap().unwrap().draft);
        }
    }
}

/// The database of a folder, as a second process would open it.
pub fn store(home: &Path) -> Store {
    Store::open(&home.join("data/database.db")).unwrap()
}

/// The services of a house on that clock, as another process on the same folder would open them.
pub fn open(home: &Path, sim: &Sim, clock: &Arc<Fast>) -> Services {
    open_at(home, sim, clock.clone(), clock.clone())
}

/// The same with any clock and any way to wait.
pub fn open_at(home: &Path, sim: &Sim, clock: Arc<dyn Clock>, nap: Arc<dyn Nap>) -> Services {
    let env = sim.env();
    let variables = env.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    open_in(home, &Environment::of(home, variables), clock, nap)
}

/// The same in any environment.
pub fn open_in(home: &Path, environment: &Environment, clock: Arc<dyn Clock>, nap: Arc<dyn Nap>) -> Services {
    let overrides = Overrides { home: Some(home.to_owned()), ..Overrides::default() };
    let loaded = load(environment, &overrides).unwrap();
    Services::open_with(Opening { loaded, clock, ids: Arc::new(RandomIds) }, Tuning { nap: Some(nap), ..Tuning::default() }).unwrap()
}
