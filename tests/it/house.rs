//! A whole house for a test: simulators on loopback, a database in a temporary folder, services over both.

use leadloom::{
    ambient::{RandomIds, SystemClock},
    config::{Environment, Overrides, load},
    domain::{RunState, Source, Text},
    services::{ImportFrom, ImportRequest, Opening, RunView, Services, Session},
    sim::{RateLimits, Sim, SimConfig},
};
use std::{path::Path, sync::Arc};
use tempfile::TempDir;

pub struct House {
    pub sim: Sim,
    pub home: TempDir,
    pub me: Session,
}

impl House {
    pub async fn with(people: usize, settings: &str) -> Self {
        let sim = Sim::start(SimConfig { people, rate_limits: RateLimits::Off, ..SimConfig::default() }).await.unwrap();
        Self::over(sim, settings)
    }

    /// Over running simulators, with these lines in `leadloom.toml`.
    pub fn over(sim: Sim, settings: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("leadloom.toml"), settings).unwrap();
        let services = open(home.path(), &sim);
        let me = services.session("kim");
        Self { sim, home, me }
    }

    pub async fn import(&self, source: Source, limit: u64, set: &[(&str, &str)]) -> RunView {
        let set = set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        self.run(ImportRequest { from: ImportFrom::Provider { source, search: None, set }, limit: Some(limit) }).await
    }

    pub async fn import_file(&self, path: &Path) -> RunView {
        self.run(ImportRequest { from: ImportFrom::File { path: path.to_owned(), source: None, mapping: None }, limit: None }).await
    }

    async fn run(&self, request: ImportRequest) -> RunView {
        let id = self.me.start_import(&request).await.unwrap();
        let run = self.me.wait_for(id).await.unwrap();
        assert_eq!(run.run.state, RunState::Done, "{:?}", run.run.error.as_ref().map(Text::as_str));
        let counters = run.run.counters;
        let sum: u64 = leadloom::services::outcomes(&counters).iter().map(|(_, count)| count).sum();
        assert_eq!(sum, counters.read, "the counters add up to what was read: {counters:?}");
        run
    }
}

/// The services of a house, as a second process on the same folder would open them.
pub fn open(home: &Path, sim: &Sim) -> Services {
    let env = sim.env();
    let variables = env.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let overrides = Overrides { home: Some(home.to_owned()), ..Overrides::default() };
    let loaded = load(&Environment::of(home, variables), &overrides).unwrap();
    Services::open(Opening { loaded, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) }).unwrap()
}

/// No waiting for the hold, and a budget that no test uses up: tests push at once.
pub const AT_ONCE: &str = "[halopsa]\nhold = \"0s\"\nbudget = { requests = 100000, per = \"5m\" }\n";
