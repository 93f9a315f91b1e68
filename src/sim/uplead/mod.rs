//! UpLead as its notes describe it: a raw key, GET and POST alike, a credit for each deliverable contact that was not
//! bought before, plans that lack endpoints. Absent: the reseller preview and the logo host.

mod lists;
mod search;
mod show;

pub(crate) use show::{email_status, employees, function, level, revenue};

use super::{
    provider::{Account, Api},
    server::{
        Window,
        call::{Call, Reply},
    },
    view::SourceView,
};
use crate::domain::Source;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The account and its switches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UpLeadConfig {
    /// The key, sent as it is.
    pub api_key: String,
    /// Professional or above: several endpoints are closed to smaller plans.
    pub professional: bool,
    /// Credits bought.
    pub credits: u64,
    /// The limit; `None`: no limit.
    pub limit: Option<Window>,
    /// What running out of credits answers; not documented.
    pub no_credits_status: u16,
}

impl Default for UpLeadConfig {
    fn default() -> Self {
        Self {
            api_key: "sim-uplead-key".to_owned(),
            professional: true,
            credits: 100_000,
            limit: Some(Window::new(500, 60)),
            no_credits_status: 403,
        }
    }
}

/// What changes by use.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Ids of records that were paid for: they stay free.
    bought: BTreeSet<String>,
    /// Lists: name and members by id.
    lists: BTreeMap<String, (String, BTreeSet<String>)>,
}

type Inner = Account<UpLeadConfig, Memory>;

/// The simulator's rules.
pub(crate) enum UpLead {}

/// Status, slug and message. Only `rate_limit` is a published slug; the others are made up.
struct Refusal(u16, &'static str, String);

type Answer = Result<Value, Refusal>;

fn refuse<T>(status: u16, slug: &'static str, message: &str) -> Result<T, Refusal> {
    Err(Refusal(status, slug, message.to_owned()))
}

impl Refusal {
    fn reply(self) -> Reply {
        Reply::json(self.0, json!({"error": {"type": self.1, "message": self.2}}))
    }
}

/// Parameters of a GET's query or a POST's body, `x[]` and arrays alike.
struct Params(Map<String, Value>);

impl Params {
    fn read(call: &Call) -> Result<Self, Refusal> {
        if call.method != "GET" && !call.body.is_empty() {
            return match call.json() {
                Ok(Value::Object(body)) => Ok(Self(body)),
                _ => refuse(400, "bad_request", "The body should be a JSON object"),
            };
        }
        let mut all = Map::new();
        for (name, value) in &call.query.0 {
            match name.strip_suffix("[]") {
                Some(list) => match all.entry(list).or_insert_with(|| json!([])) {
                    Value::Array(list) => list.push(json!(value)),
                    other => *other = json!([value]),
                },
                None => drop(all.insert(name.clone(), json!(value))),
            }
        }
        Ok(Self(all))
    }

    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default()
    }

    fn flag(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(Value::Bool(true))) || self.text(name) == "true"
    }

    fn number(&self, name: &str) -> Option<u64> {
        let value = self.0.get(name)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }

    /// The values of a plural and of its singular together, in lower case.
    fn list(&self, plural: &str, singular: &str) -> Option<Vec<String>> {
        let many = self.0.get(plural).and_then(Value::as_array).into_iter().flatten();
        let one = self.0.get(singular).into_iter();
        let all: Vec<String> = many.chain(one).filter_map(Value::as_str).map(|text| text.trim().to_lowercase()).collect();
        (!all.is_empty()).then_some(all)
    }
}

impl Inner {
    fn route(&mut self, view: &SourceView, call: &Call, endpoint: &[&str]) -> Answer {
        let params = Params::read(call)?;
        let searches = [
            "person-search",
            "company-search",
            "combined-search",
            "prospector-search",
            "prospector-pro-search",
            "quick-search",
            "company-name-to-domain",
            "industries",
            "credits",
        ];
        if let [name] = endpoint
            && searches.contains(name)
            && !["GET", "POST"].contains(&call.method.as_str())
        {
            return refuse(404, "not_found", "No such endpoint");
        }
        let for_professionals = matches!(endpoint, ["prospector-pro-search" | "quick-search" | "industries" | "lists", ..]);
        if for_professionals && !self.config.professional {
            return refuse(403, "forbidden", "Your plan does not include this endpoint");
        }
        match endpoint {
            ["person-search"] => self.person(view, &params),
            ["company-search"] => self.company(view, &params),
            ["combined-search"] => self.combined(view, &params),
            ["prospector-search"] => self.prospect(view, &params, call, false),
            ["prospector-pro-search"] => self.prospect(view, &params, call, true),
            ["quick-search"] => self.quick(view, &params, call),
            ["company-name-to-domain"] => match params.text("company_name") {
                "" => refuse(400, "bad_request", "company_name is missing"),
                name => Ok(view
                    .find_company("", name)
                    .map_or(Value::Null, |id| json!({"company_name": view.company(id).name, "domain": view.truth(id).domain}))),
            },
            ["industries"] => Ok(search::industries(&params)),
            ["credits"] => Ok(json!({"email": "rosa.delgado@msp.example", "credits": self.left()})),
            ["lists", ..] => self.list_routes(view, &params, call, endpoint),
            _ => refuse(404, "not_found", "No such endpoint"),
        }
    }

    fn left(&self) -> u64 {
        self.config.credits.saturating_sub(self.ledger.hundredths / 100)
    }

    /// Bills those of `ids` that were not bought before.
    fn buy(&mut self, what: &str, ids: &[&str]) -> Result<(), Refusal> {
        let fresh: Vec<String> = ids.iter().filter(|id| !self.memory.bought.contains(**id)).map(|id| (*id).to_owned()).collect();
        if (fresh.len() as u64) > self.left() {
            return Err(Refusal(self.config.no_credits_status, "forbidden", "You do not have enough credits".to_owned()));
        }
        self.ledger.charge(what, fresh.len() as u64 * 100);
        self.memory.bought.extend(fresh);
        Ok(())
    }
}

impl Api for UpLead {
    const SOURCE: Source = Source::UpLead;
    type Config = UpLeadConfig;
    type Memory = Memory;

    fn answer(inner: &mut Inner, view: &SourceView, call: &Call) -> Reply {
        let segments = call.segments();
        let ["v2", endpoint @ ..] = segments.as_slice() else { return Refusal(404, "not_found", "No such endpoint".to_owned()).reply() };
        // The raw key; with `Bearer ` in front it is another key.
        if call.header("authorization") != inner.config.api_key {
            return Self::unauthorized(&inner.config);
        }
        let Some(window) = inner.config.limit else {
            return inner.answered(view, call, endpoint);
        };
        let admitted = inner.admit("all", call.at, &[window]);
        let reset = |wait: Duration| call.at.plus(wait).as_micros() / 1_000_000;
        let (reply, wait) = match admitted {
            Ok(()) => (inner.answered(view, call, endpoint), Duration::from_secs(window.seconds.into())),
            Err(wait) => {
                let seconds = wait.as_secs().max(1);
                let message = format!("Rate limit of {} requests per minute reached. It resets in {seconds} seconds.", window.requests);
                (Refusal(429, "rate_limit", message).reply().with("retry-after", seconds.to_string()), wait)
            }
        };
        reply
            .with("x-ratelimit-limit", window.requests.to_string())
            .with("x-ratelimit-remaining", inner.room("all", call.at, window).to_string())
            .with("x-ratelimit-reset", reset(wait).to_string())
    }

    fn unauthorized(_: &UpLeadConfig) -> Reply {
        Refusal(401, "unauthorized", "The API key is invalid".to_owned()).reply()
    }

    fn too_many(_: &UpLeadConfig) -> Reply {
        Refusal(429, "rate_limit", "Rate limit of 500 requests per minute reached. It resets in 60 seconds.".to_owned()).reply()
    }

    fn error_inside() -> Reply {
        Reply::json(200, json!({"error": {"type": "server_error", "message": "Something went wrong"}}))
    }
}

impl Inner {
    fn answered(&mut self, view: &SourceView, call: &Call, endpoint: &[&str]) -> Reply {
        match self.route(view, call, endpoint) {
            Ok(data) => Reply::json(200, json!({"data": data, "userInfo": {"availableCredits": self.left()}})),
            Err(refusal) => refusal.reply(),
        }
    }
}

/// UpLead's UUIDs: an id alone does not tell what it belongs to.
fn uuid(view: &SourceView, what: &str, nth: u64) -> String {
    uuid_of(view.world.seed, what, nth)
}

/// The same for files.
pub(crate) fn uuid_of(seed: u64, what: &str, nth: u64) -> String {
    super::dice::Dice::of(seed, &format!("uplead {what}"), nth).guid()
}
