//! RocketReach's standard API as its notes describe it: paths with and without a trailing slash, facets that are always
//! arrays, lookups that take a while and are free the second time. Absent: Universal Credits, which answer 403 here.

mod lookup;
mod search;
mod show;

pub(crate) use show::{grade, level};

use super::{
    dice::Dice,
    provider::{Account, Api},
    server::{
        Window,
        call::{Call, Reply},
    },
    view::SourceView,
};
use crate::domain::{Source, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The account and its switches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RocketReachConfig {
    /// The key.
    pub api_key: String,
    /// The plan, which sets the limits.
    pub plan: RocketReachPlan,
    /// No limits at all, for measuring speed.
    pub unlimited: bool,
    /// Standard lookups: e-mail addresses.
    pub lookups: u64,
    /// Premium lookups: telephone numbers too.
    pub premium_lookups: u64,
    /// Checks of an address.
    pub verifications: u64,
    /// Polls until a slow lookup is done.
    pub polls: u32,
    /// Search answers are a bare array, as the specification says.
    pub bare_arrays: bool,
    /// Finished lookups are posted here.
    pub webhook_url: String,
    /// Signs them; unsigned when empty.
    pub webhook_secret: String,
}

impl Default for RocketReachConfig {
    fn default() -> Self {
        Self {
            api_key: "sim-rocketreach-key".to_owned(),
            plan: RocketReachPlan::Custom,
            unlimited: false,
            lookups: 100_000,
            premium_lookups: 100_000,
            verifications: 10_000,
            polls: 2,
            bare_arrays: false,
            webhook_url: String::new(),
            webhook_secret: String::new(),
        }
    }
}

/// Plans with different limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are RocketReach's")]
pub enum RocketReachPlan {
    Essentials,
    Pro,
    Ultimate,
    Custom,
}

/// What limits count together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Search,
    Lookup,
    Bulk,
    Verify,
    Other,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::Search => "person_search",
            Self::Lookup => "person_lookup",
            Self::Bulk => "bulk_lookup",
            Self::Verify => "email_verify",
            Self::Other => "other",
        }
    }
}

const MINUTE: u32 = 60;
const HOUR: u32 = 3600;
const DAY: u32 = 86_400;
const MONTH: u32 = 30 * DAY;

impl RocketReachPlan {
    /// Section 12 of the notes.
    fn windows(self, action: Action) -> Vec<Window> {
        let four = |a, b, c, d| vec![Window::new(a, MINUTE), Window::new(b, HOUR), Window::new(c, DAY), Window::new(d, MONTH)];
        match (action, self) {
            (Action::Search, Self::Essentials) => four(15, 50, 500, 10_000),
            (Action::Search, Self::Pro) => four(30, 250, 750, 15_000),
            (Action::Search, Self::Ultimate) => four(60, 500, 1000, 20_000),
            (Action::Search, Self::Custom) => four(100, 1000, 10_000, 200_000),
            (Action::Lookup, Self::Essentials) => four(15, 100, 500, 5000),
            (Action::Lookup, Self::Pro) => four(50, 300, 1500, 20_000),
            (Action::Lookup, Self::Ultimate) => four(100, 1000, 3000, 50_000),
            (Action::Lookup, Self::Custom) => four(250, 2500, 10_000, 200_000),
            (Action::Bulk, Self::Custom) => vec![Window::new(10, MINUTE), Window::new(100, HOUR), Window::new(1000, DAY)],
            (Action::Bulk, _) => vec![Window::new(10, MINUTE), Window::new(25, HOUR), Window::new(100, DAY)],
            (Action::Verify, _) => vec![Window::new(10, 1), Window::new(300, MINUTE)],
            (Action::Other, _) => Vec::new(),
        }
    }
}

/// All plans: so many requests a second over everything.
const GLOBAL: Window = Window::new(10, 1);

/// What changes by use.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Profiles that were looked up with e-mail, with numbers: again is free.
    paid: BTreeSet<String>,
    /// Lookups that are not done: polls so far.
    running: BTreeMap<String, u32>,
    /// Finished profiles whose numbers may be shown.
    with_phones: BTreeSet<String>,
    lookups: u64,
    premium: u64,
    companies: u64,
    verifications: u64,
    requests: u64,
}

type Inner = Account<RocketReachConfig, Memory>;

/// The simulator's rules.
pub(crate) enum RocketReach {}

/// Status and body of a refusal.
struct Refusal(u16, Value);

type Answer = Result<Reply, Refusal>;

fn refuse<T>(status: u16, detail: &str, code: &str) -> Result<T, Refusal> {
    Err(Refusal(status, json!({"detail": detail, "error_code": code})))
}

impl Inner {
    fn route(&mut self, view: &SourceView, call: &Call) -> Answer {
        let Some(path) = call.path.strip_prefix("/api/v2") else { return refuse(404, "Not found.", "not_found") };
        // Django: a slash too many or too few is another path.
        match (call.method.as_str(), path) {
            ("GET", "/account/") => Ok(Reply::json(200, self.account(call.at))),
            ("POST", "/person/search" | "/search") => self.search_people(view, call),
            ("POST", "/searchCompany") => self.search_companies(view, call),
            ("GET", "/person/lookup") => self.lookup(view, call),
            ("GET", "/profile-company/lookup") => self.lookup_both(view, call),
            ("GET", "/person/checkStatus") => self.check(view, call),
            ("POST", "/bulkLookup") => self.bulk(view, call),
            ("GET", "/company/lookup/") => self.company(view, call),
            ("POST", "/email/verify/") => self.verify(view, call),
            (_, path) if path.starts_with("/universal/") => {
                refuse(403, "Your account does not use universal credits.", "permission_denied")
            }
            _ => refuse(404, "Not found.", "not_found"),
        }
    }

    fn account(&self, now: Timestamp) -> Value {
        let credit = |name: &str, allocated: u64, used: u64| json!({"credit_type": name, "allocated": allocated, "used": used, "remaining": allocated.saturating_sub(used)});
        let mut limits = Vec::new();
        for action in [Action::Search, Action::Lookup, Action::Bulk, Action::Verify] {
            let names = [(MINUTE, "minute"), (HOUR, "hour"), (DAY, "day"), (MONTH, "month")];
            for window in self.config.plan.windows(action) {
                let Some((_, duration)) = names.iter().find(|(seconds, _)| *seconds == window.seconds) else { continue };
                let left = self.room(action.name(), now, window);
                limits.push(json!({"action": action.name(), "duration": duration, "limit": window.requests,
                    "used": window.requests - left, "remaining": left}));
            }
        }
        json!({
            "id": 123_456, "first_name": "Rosa", "last_name": "Delgado", "email": "rosa.delgado@msp.example", "state": "registered",
            "credit_usage": [
                credit("standard_lookup", self.config.lookups, self.memory.lookups),
                credit("premium_lookup", self.config.premium_lookups, self.memory.premium),
                json!({"credit_type": "person_export", "allocated": "inf", "used": 0, "remaining": "inf"}),
                json!({"credit_type": "company_export", "allocated": "inf", "used": self.memory.companies, "remaining": "inf"}),
            ],
            "rate_limits": limits,
        })
    }
}

fn action_of(call: &Call) -> Action {
    match call.path.trim_start_matches("/api/v2") {
        "/person/search" | "/search" | "/searchCompany" => Action::Search,
        "/person/lookup" | "/profile-company/lookup" | "/company/lookup/" => Action::Lookup,
        "/bulkLookup" => Action::Bulk,
        "/email/verify/" => Action::Verify,
        _ => Action::Other,
    }
}

fn throttled(wait: Duration) -> Reply {
    let seconds = wait.as_secs().max(1);
    let detail = format!("Request was throttled. Expected available in {seconds} seconds.");
    Reply::json(429, json!({"detail": detail, "error_code": "throttled"})).with("retry-after", seconds.to_string())
}

impl Api for RocketReach {
    const SOURCE: Source = Source::RocketReach;
    type Config = RocketReachConfig;
    type Memory = Memory;

    fn answer(inner: &mut Inner, view: &SourceView, call: &Call) -> Reply {
        let key = if call.header("api-key").is_empty() { call.query.get("api_key").unwrap_or_default() } else { call.header("api-key") };
        if key.is_empty() {
            let detail = "Anonymous requests are not allowed. Please use the test API key.";
            return Reply::json(401, json!({"detail": detail, "error_code": "not_authenticated"}));
        }
        if key != inner.config.api_key {
            return Self::unauthorized(&inner.config);
        }
        if !inner.config.unlimited {
            let action = action_of(call);
            let windows = inner.config.plan.windows(action);
            let admitted = inner.admit("global", call.at, &[GLOBAL]).and_then(|()| inner.admit(action.name(), call.at, &windows));
            if let Err(wait) = admitted {
                return throttled(wait);
            }
        }
        inner.memory.requests += 1;
        let id = Dice::of(view.world.seed, "rocketreach request", inner.memory.requests).guid();
        inner.route(view, call).unwrap_or_else(|Refusal(status, body)| Reply::json(status, body)).with("rr-request-id", id)
    }

    fn unauthorized(_: &RocketReachConfig) -> Reply {
        Reply::json(401, json!({"detail": "Invalid API key", "error_code": "authentication_failed"}))
    }

    fn too_many(_: &RocketReachConfig) -> Reply {
        Reply::json(429, json!({"detail": "Request was throttled. Expected available in 30 seconds.", "error_code": "throttled"}))
    }

    fn error_inside() -> Reply {
        Reply::json(200, json!({"error": "Something went wrong", "status": "failed"}))
    }
}
