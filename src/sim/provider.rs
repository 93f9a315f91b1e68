//! What the simulated sources have in common: an account with switches, a memory that dumps hold, a bill, windows,
//! and the source's view of the world. Absent: any one API's words.

use super::{
    server::{
        Service, Window,
        call::{Call, Reply},
        limit::Rolling,
        lock,
        post::Postbox,
        reconfigure,
    },
    view::{LazyView, Ledger, SourceView},
    world::World,
};
use crate::domain::{Source, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// One source's rules: how its account answers.
pub(crate) trait Api: Send + Sync + 'static {
    /// Whose view of the world is served.
    const SOURCE: Source;
    /// The account's login and switches.
    type Config: Serialize + DeserializeOwned + Send;
    /// What changes by use and belongs into a dump.
    type Memory: Serialize + DeserializeOwned + Default + Send;

    /// Answers one request.
    fn answer(account: &mut Account<Self::Config, Self::Memory>, view: &SourceView, call: &Call) -> Reply;
    /// How this API refuses a bad login.
    fn unauthorized(config: &Self::Config) -> Reply;
    /// How this API says "too many requests".
    fn too_many(config: &Self::Config) -> Reply;
    /// How this API fails inside a 200.
    fn error_inside() -> Reply;
}

/// One customer's account.
pub(crate) struct Account<C, M> {
    pub(crate) config: C,
    pub(crate) memory: M,
    pub(crate) ledger: Ledger,
    /// Requests let through lately, by what the limits count.
    pub(crate) windows: BTreeMap<String, Rolling>,
    pub(crate) post: Postbox,
}

impl<C, M> Account<C, M> {
    /// Lets a request through all windows of `what`, or says how long until there is room.
    pub(crate) fn admit(&mut self, what: &str, now: Timestamp, windows: &[Window]) -> Result<(), Duration> {
        self.windows.entry(what.to_owned()).or_default().admit(now, windows)
    }

    /// Requests still free in a window of `what`.
    pub(crate) fn room(&self, what: &str, now: Timestamp, window: Window) -> u32 {
        let used = self.windows.get(what).map_or(0, |rolling| rolling.used(now, window));
        window.requests.saturating_sub(used)
    }
}

/// What a dump holds.
#[derive(Serialize, Deserialize)]
struct Dump<M> {
    ledger: Ledger,
    memory: M,
}

/// A simulated source.
pub(crate) struct Provider<A: Api> {
    account: Mutex<Account<A::Config, A::Memory>>,
    view: LazyView,
}

impl<A: Api> Provider<A> {
    pub(crate) fn new(world: &Arc<World>, config: A::Config, post: Postbox) -> Self {
        let account = Account { config, memory: A::Memory::default(), ledger: Ledger::default(), windows: BTreeMap::new(), post };
        Self { account: Mutex::new(account), view: LazyView::new(Arc::clone(world), A::SOURCE) }
    }
}

impl<A: Api> Service for Provider<A> {
    fn answer(&self, call: &Call) -> Reply {
        A::answer(&mut lock(&self.account), &self.view.get(), call)
    }

    fn unauthorized(&self) -> Reply {
        A::unauthorized(&lock(&self.account).config)
    }

    fn too_many(&self) -> Reply {
        A::too_many(&lock(&self.account).config)
    }

    fn error_inside(&self) -> Reply {
        A::error_inside()
    }

    fn dump(&self) -> Value {
        let account = lock(&self.account);
        let dump = Dump { ledger: account.ledger.clone(), memory: &account.memory };
        serde_json::to_value(dump).unwrap_or_default()
    }

    fn load(&self, state: Value) -> Result<(), String> {
        let dump: Dump<A::Memory> = serde_json::from_value(state).map_err(|error| error.to_string())?;
        let mut account = lock(&self.account);
        (account.ledger, account.memory) = (dump.ledger, dump.memory);
        Ok(())
    }

    /// `{"id": …, "set": {"title": "CTO"}}`: the source learns something new about a person; its record is fresh then,
    /// unless `days_old` is set too. Not part of a dump.
    fn edit(&self, change: Value) -> Result<Value, String> {
        let (Some(who), Some(set)) = (change["id"].as_str(), change["set"].as_object()) else {
            return Err("id and set are expected".to_owned());
        };
        let mut set = set.clone();
        set.entry("days_old").or_insert(Value::from(0));
        self.view.edit(who, &set).map(|()| Value::Null)
    }

    fn config(&self) -> Value {
        serde_json::to_value(&lock(&self.account).config).unwrap_or_default()
    }

    fn configure(&self, change: Value) -> Result<Value, String> {
        reconfigure(&mut lock(&self.account).config, change)
    }

    fn billed(&self) -> f64 {
        lock(&self.account).ledger.credits()
    }
}
