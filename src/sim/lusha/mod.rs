//! Lusha V3 as its notes describe it: search and prospecting that only say what can be revealed, enrichment that
//! bills what it reveals, errors per item inside a 200. Absent: V2, tables, subscriptions, lookalikes.

mod companies;
mod filters;
mod people;

pub(crate) use people::confidence;

use super::{
    provider::{Account, Api},
    server::{
        call::{Call, Reply},
        limit::Calendar,
    },
    view::SourceView,
    world::Rank,
};
use crate::domain::Source;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The account and its switches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LushaConfig {
    /// The key.
    pub api_key: String,
    /// Credits of the plan.
    pub credits: u64,
    /// Requests a minute, an hour, a day. Lusha publishes no numbers; these are ours.
    pub limits: [Option<u32>; 3],
    /// The account has V3; else everything answers 403 and points to V2.
    pub v3_enabled: bool,
}

impl Default for LushaConfig {
    fn default() -> Self {
        Self { api_key: "sim-lusha-key".to_owned(), credits: 100_000, limits: [Some(60), Some(1500), Some(10_000)], v3_enabled: true }
    }
}

/// What changes by use.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// `id/field` of what was revealed: revealing it again is free.
    revealed: BTreeSet<String>,
    #[serde(skip)]
    calendar: Calendar,
}

type Inner = Account<LushaConfig, Memory>;

/// The simulator's rules.
pub(crate) enum Lusha {}

/// A refusal: status, message, single complaints.
struct Refusal(u16, &'static str, Vec<String>);

type Answer = Result<Value, Refusal>;

impl Refusal {
    fn invalid(complaint: impl Into<String>) -> Self {
        Self(400, "Validation failed", vec![complaint.into()])
    }

    fn reply(self) -> Reply {
        let mut body = json!({"statusCode": self.0, "message": self.1});
        if !self.2.is_empty() {
            body["errors"] = json!(self.2);
        }
        Reply::json(self.0, body)
    }
}

/// Hundredths of a credit: an e-mail, a telephone number, a company, and a search per 25 results.
const EMAIL: u64 = 100;
const PHONE: u64 = 500;
const COMPANY: u64 = 100;
const RESULTS_PER_CREDIT: usize = 25;
/// Items of one request at most.
const MAX_ITEMS: usize = 100;

/// Lusha's word for a rank, and its number in filters.
pub(crate) fn seniority(rank: Rank) -> (u32, &'static str) {
    match rank {
        Rank::Founder | Rank::Owner => (9, "Founder"),
        Rank::CSuite => (8, "C-Suite"),
        Rank::Partner => (7, "Partner"),
        Rank::Vp => (6, "Vice President"),
        Rank::Head | Rank::Director => (5, "Director"),
        Rank::Manager => (4, "Manager"),
        Rank::Senior => (3, "Senior"),
        Rank::Entry => (2, "Non-Manager"),
    }
}

impl Inner {
    fn route(&mut self, view: &SourceView, call: &Call, endpoint: &[&str]) -> Answer {
        let body = || match call.json() {
            Ok(Value::Object(body)) => Ok(Value::Object(body)),
            _ => Err(Refusal(400, "Invalid request parameters", vec!["the body should be an object".to_owned()])),
        };
        match (call.method.as_str(), endpoint) {
            ("GET", ["account", "usage"]) => Ok(self.usage(call)),
            ("POST", ["contacts", "search"]) => self.search(view, &body()?, false),
            ("POST", ["contacts", "search-and-enrich"]) => self.search(view, &body()?, true),
            ("POST", ["contacts", "prospecting"]) => self.prospect(view, &body()?, call),
            ("POST", ["contacts", "enrich"]) => self.enrich(view, &body()?),
            ("POST", ["contacts", "signals"]) => self.signals(view, &body()?),
            ("GET", ["contacts", "signals", "types"]) => Ok(json!({"signalTypes": ["allSignals", "promotion", "companyChange"]})),
            ("POST", ["companies", "search"]) => self.search_companies(view, &body()?, false),
            ("POST", ["companies", "search-and-enrich"]) => self.search_companies(view, &body()?, true),
            ("POST", ["companies", "prospecting"]) => self.prospect_companies(view, &body()?, call),
            ("POST", ["companies", "enrich"]) => self.enrich_companies(view, &body()?),
            ("GET", [kind @ ("contacts" | "companies"), "prospecting", "filters", rest @ ..]) => filters::list(kind, rest, call),
            _ => Err(Refusal(404, "Not found", Vec::new())),
        }
    }

    /// Bills, or refuses when the credits are gone.
    fn spend(&mut self, what: &str, hundredths: u64) -> Result<(), Refusal> {
        if !self.ledger.affords(hundredths, Some(self.config.credits)) {
            return Err(Refusal(402, "Insufficient credits for this operation", Vec::new()));
        }
        self.ledger.charge(what, hundredths);
        Ok(())
    }

    /// Bills a search; whole credits for each 25 results begun.
    fn spend_search(&mut self, results: usize) -> Result<u64, Refusal> {
        let credits = results.div_ceil(RESULTS_PER_CREDIT) as u64;
        self.spend("api_search", credits * 100)?;
        Ok(credits)
    }

    fn usage(&self, call: &Call) -> Value {
        let used = self.ledger.credits();
        let window = |nth: usize| {
            let Some(limit) = self.config.limits[nth] else { return Value::Null };
            let used = self.memory.calendar.used(nth);
            let resets = call.at.plus(Calendar::until_next(call.at, nth)).to_string().replace('Z', ".000Z");
            json!({"limit": limit, "used": used, "remaining": limit.saturating_sub(used), "resetsAt": resets})
        };
        json!({
            "credits": {"total": self.config.credits, "used": used, "remaining": self.config.credits as f64 - used},
            "rateLimits": {"daily": window(2), "hourly": window(1), "minute": window(0)},
            "plan": {"category": "professional", "renewalType": "annual", "startDate": "2026-01-01T00:00:00.000Z", "endDate": null},
            "pricing": {"revealEmail": {"credits": 1, "perQuantity": 1}, "revealPhone": {"credits": 5, "perQuantity": 1},
                "apiSearch": {"credits": 1, "perQuantity": RESULTS_PER_CREDIT}},
        })
    }
}

/// The id that answers carry: requests are told apart by it.
fn request_id(view: &SourceView, seed: u64) -> String {
    super::dice::Dice::of(view.world.seed, "lusha request", seed).guid()
}

/// A list of 1 to 100 entries.
fn items<'b>(body: &'b Value, name: &str) -> Result<&'b Vec<Value>, Refusal> {
    let list = body[name].as_array().ok_or_else(|| Refusal::invalid(format!("{name} must be an array")))?;
    if (1..=MAX_ITEMS).contains(&list.len()) {
        Ok(list)
    } else {
        Err(Refusal::invalid(format!("{name} must contain between 1 and 100 elements")))
    }
}

impl Api for Lusha {
    const SOURCE: Source = Source::Lusha;
    type Config = LushaConfig;
    type Memory = Memory;

    fn answer(inner: &mut Inner, view: &SourceView, call: &Call) -> Reply {
        // The header has an underscore; nothing else is taken.
        if call.header("api_key") != inner.config.api_key {
            return Self::unauthorized(&inner.config);
        }
        let segments = call.segments();
        let ["v3", endpoint @ ..] = segments.as_slice() else { return Refusal(404, "Not found", Vec::new()).reply() };
        if !inner.config.v3_enabled {
            return Refusal(403, "V3 API access is not enabled for your account", Vec::new()).reply();
        }
        let limits = inner.config.limits;
        let full = inner.memory.calendar.admit(call.at, limits).is_err();
        // Asking for the usage has a window of its own: five a minute.
        let full = full || (endpoint == ["account", "usage"] && inner.admit("usage", call.at, &[super::Window::new(5, 60)]).is_err());
        let mut reply = if full {
            Self::too_many(&inner.config)
        } else {
            inner.route(view, call, endpoint).map_or_else(Refusal::reply, |body| Reply::json(200, body))
        };
        let names = [
            ("x-rate-limit-minute", "x-minute-usage", "x-minute-requests-left"),
            ("x-rate-limit-hourly", "x-hourly-usage", "x-hourly-requests-left"),
            ("x-rate-limit-daily", "x-daily-usage", "x-daily-requests-left"),
        ];
        for (nth, (limit, usage, left)) in names.into_iter().enumerate() {
            let Some(max) = limits[nth] else { continue };
            let used = inner.memory.calendar.used(nth);
            reply = reply.with(limit, max.to_string()).with(usage, used.to_string()).with(left, max.saturating_sub(used).to_string());
        }
        reply
    }

    fn unauthorized(_: &LushaConfig) -> Reply {
        Refusal(401, "Invalid API key", Vec::new()).reply()
    }

    /// No `Retry-After`, no reset: the usage call tells.
    fn too_many(_: &LushaConfig) -> Reply {
        Refusal(429, "Too many requests. Please wait before making another request.", Vec::new()).reply()
    }

    fn error_inside() -> Reply {
        let error = json!({"clientReferenceId": "row-1", "error": {"code": "ENRICH_FAILED", "message": "Something went wrong"}});
        Reply::json(200, json!({"requestId": "0", "results": [error], "billing": {"creditsCharged": 0, "resultsReturned": 0}}))
    }
}
