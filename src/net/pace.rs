//! Who may call now: rolling budgets, holds asked for by the service, and the breaker, for one service at a time.
//!
//! [`State`] decides and is plain data: a store keeps it in a row and changes it in one transaction, so that a
//! budget holds over processes and restarts. [`MemoryPace`] keeps it in this process.

use super::{
    Limit, MAX_RETRY_AFTER, Turn, Verdict, Window,
    breaker::Breaker,
    window::{self},
};
use crate::domain::{Clock, Text, Timestamp};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

/// A group of calls of a service that share limits, such as one endpoint.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lane {
    /// Its name. [`Lane::ALL`] is asked for every call.
    pub name: Cow<'static, str>,
    /// All of them hold.
    pub limits: Vec<Limit>,
}

impl Lane {
    /// The lane of all calls of a service.
    pub const ALL: &'static str = "all";

    /// A lane of that name.
    pub const fn new(name: &'static str, limits: Vec<Limit>) -> Self {
        Self { name: Cow::Borrowed(name), limits }
    }
}

/// The answer to the wish to make one call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grant {
    /// Make it now; it has been counted.
    Go,
    /// The budget, or the service, says not before then.
    WaitUntil(Timestamp),
    /// The service is down; nobody calls before then.
    Rest(Timestamp),
}

/// How a call ended, as far as the pace is concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The service answered, whatever it said.
    Answered,
    /// It did not, or only with its own trouble.
    Failed,
    /// It asked for no more calls before then.
    Held(Timestamp),
}

/// Everything that is remembered about the pace of one service.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    windows: BTreeMap<String, Window>,
    /// What each window is held against, for whoever wants to know what is left.
    limits: BTreeMap<String, Limit>,
    holds: BTreeMap<String, Timestamp>,
    breaker: Breaker,
}

impl State {
    /// Asks for one call in all of `lanes` at once.
    pub fn take(&mut self, lanes: &[Lane], now: Timestamp) -> Grant {
        // A hold far beyond what may be asked for was set before the clock went back.
        self.holds.retain(|_, until| *until > now && until.since(now) <= MAX_RETRY_AFTER);
        let held = lanes.iter().filter_map(|lane| self.holds.get(&*lane.name)).max();
        if let Some(until) = held {
            return Grant::WaitUntil(*until);
        }
        let limits: Vec<(String, Limit)> = lanes
            .iter()
            .flat_map(|lane| lane.limits.iter().map(|limit| (format!("{}/{}us", lane.name, limit.per.as_micros()), *limit)))
            .collect();
        let mut windows: Vec<Window> = limits.iter().map(|(key, _)| self.windows.remove(key).unwrap_or_default()).collect();
        let only: Vec<Limit> = limits.iter().map(|(_, limit)| *limit).collect();
        let before = windows.clone();
        let mut grant = match window::take(&mut windows, &only, now) {
            Turn::Now => Grant::Go,
            Turn::WaitUntil(until) => Grant::WaitUntil(until),
        };
        // The breaker comes last: asking it may send the probe, which must then really go.
        if grant == Grant::Go
            && let Verdict::Rest(until) = self.breaker.ask(now)
        {
            grant = Grant::Rest(until);
            windows = before;
        }
        for ((key, limit), window) in limits.into_iter().zip(windows) {
            self.limits.insert(key.clone(), limit);
            self.windows.insert(key, window);
        }
        grant
    }

    /// The limit that is nearest to its end, and how many calls it leaves at `now`; `None` before the first call.
    pub fn left(&self, now: Timestamp) -> Option<(u32, Limit)> {
        let one = |(key, limit): (&String, &Limit)| {
            (limit.calls.saturating_sub(self.windows.get(key).map_or(0, |window| window.used_at(now, *limit))), *limit)
        };
        let all = self.limits.iter().map(one);
        // Among limits that are equally free the one that takes longest to recover.
        all.min_by(|(left, limit), (other, than)| {
            let part = |left: u32, limit: &Limit| f64::from(left) / f64::from(limit.calls.max(1));
            part(*left, limit).total_cmp(&part(*other, than)).then(than.per.cmp(&limit.per))
        })
    }

    /// Tells how a call in `lane` ended.
    pub fn report(&mut self, lane: &str, outcome: Outcome, now: Timestamp) {
        match outcome {
            Outcome::Answered => self.breaker.succeeded(),
            Outcome::Failed => self.breaker.failed(now),
            Outcome::Held(until) => {
                self.breaker.succeeded();
                let until = until.min(now.plus(MAX_RETRY_AFTER));
                let hold = self.holds.entry(lane.to_owned()).or_default();
                *hold = until.max(*hold);
            }
        }
    }
}

/// The pace could not be asked, because where it is kept could not be read.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the call budget cannot be read: {0}")]
pub struct PaceError(pub Text);

/// Asked before each call and told after it. Never waits: waiting is the client's business.
pub trait Pace: Send + Sync {
    /// May `service` be called once, in all these lanes?
    fn take<'a>(&'a self, service: &'a str, lanes: &'a [Lane]) -> BoxFuture<'a, Result<Grant, PaceError>>;

    /// A call in `lane` ended so. What cannot be written down is lost without harm.
    fn report<'a>(&'a self, service: &'a str, lane: &'a str, outcome: Outcome) -> BoxFuture<'a, ()>;
}

/// The pace of one process: for one-off use and tests.
pub struct MemoryPace {
    clock: Arc<dyn Clock>,
    states: Mutex<HashMap<String, State>>,
}

impl MemoryPace {
    /// Remembers nothing yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, states: Mutex::default() }
    }

    fn with<T>(&self, service: &str, change: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        change(states.entry(service.to_owned()).or_default(), self.clock.now())
    }
}

impl Pace for MemoryPace {
    fn take<'a>(&'a self, service: &'a str, lanes: &'a [Lane]) -> BoxFuture<'a, Result<Grant, PaceError>> {
        Box::pin(async move { Ok(self.with(service, |state, now| state.take(lanes, now))) })
    }

    fn report<'a>(&'a self, service: &'a str, lane: &'a str, outcome: Outcome) -> BoxFuture<'a, ()> {
        Box::pin(async move { self.with(service, |state, now| state.report(lane, outcome, now)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    #[test]
    fn a_hold_stops_its_lane_only_and_ends() {
        let (search, enrich) = ([Lane::new("search", vec![])], [Lane::new("enrich", vec![])]);
        let mut state = State::default();
        state.report("search", Outcome::Held(at(30)), at(0));
        assert_eq!(state.take(&search, at(1)), Grant::WaitUntil(at(30)));
        assert_eq!(state.take(&enrich, at(1)), Grant::Go);
        assert_eq!(state.take(&search, at(30)), Grant::Go);
    }

    #[test]
    fn an_absurd_hold_and_a_clock_set_back_cost_minutes() {
        let lane = [Lane::new("search", vec![])];
        let mut state = State::default();
        state.report("search", Outcome::Held(at(10_000_000)), at(0));
        assert_eq!(state.take(&lane, at(1)), Grant::WaitUntil(at(900)));
        state.report("search", Outcome::Held(at(100_000)), at(99_990));
        assert_eq!(state.take(&lane, at(5)), Grant::Go, "set before the clock went back");
    }

    #[test]
    fn a_resting_service_costs_no_budget() {
        let lane = [Lane::new(Lane::ALL, vec![Limit::new(1, 3600)])];
        let mut state = State::default();
        for _ in 0..5 {
            state.report(Lane::ALL, Outcome::Failed, at(0));
        }
        assert_eq!(state.take(&lane, at(1)), Grant::Rest(at(30)));
        assert_eq!(state.take(&lane, at(31)), Grant::Go, "the one call of this hour is the probe");
    }

    #[test]
    fn state_survives_json_and_a_changed_limit() {
        let mut state = State::default();
        let lane = |calls| [Lane::new("search", vec![Limit::new(calls, 60)])];
        assert_eq!(state.take(&lane(1), at(0)), Grant::Go);
        let json = serde_json::to_string(&state).unwrap();
        let mut state: State = serde_json::from_str(&json).unwrap();
        assert!(matches!(state.take(&lane(1), at(0)), Grant::WaitUntil(_)));
        assert_eq!(state.take(&lane(2), at(0)), Grant::Go);
    }
}
