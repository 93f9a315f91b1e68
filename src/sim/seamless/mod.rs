//! Seamless.AI v1 (and v2's credits) as its notes describe it: search rows without contact data, research that is
//! queued and polled, a limit for each endpoint of the whole organisation. Absent: campaigns, tasks, OAuth apps.

mod research;
mod search;
mod show;

pub(crate) use show::{department, revenue, seniority, size, validation};

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
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

/// The organisation and its switches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeamlessConfig {
    /// The key, sent as `Token`.
    pub api_key: String,
    /// Research credits.
    pub credits: u64,
    /// The limit of each endpoint; `None`: no limit.
    pub limit: Option<Window>,
    /// Search costs too, a credit for ten rows: two clients measured so.
    pub search_bills: bool,
    /// Polls until a research is done.
    pub polls: u32,
    /// Errors say `message` as documented instead of `msg` as seen on the wire.
    pub documented_errors: bool,
    /// Finished researches are posted here, as the dashboard's webhook setting does.
    pub webhook_url: String,
    /// Sent in clear with each.
    pub webhook_secret: String,
}

impl Default for SeamlessConfig {
    fn default() -> Self {
        Self {
            api_key: "sim-seamless-key".to_owned(),
            credits: 100_000,
            limit: Some(Window::new(60, 60)),
            search_bills: false,
            polls: 2,
            documented_errors: false,
            webhook_url: String::new(),
            webhook_secret: "sim-seamless-secret".to_owned(),
        }
    }
}

/// What changes by use.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Researches by request id.
    research: BTreeMap<String, research::Research>,
    /// Request that first researched a person or company, by its key, and when.
    first: BTreeMap<String, String>,
    asked: u64,
}

type Inner = Account<SeamlessConfig, Memory>;

/// The simulator's rules.
pub(crate) enum Seamless {}

/// Status, code (may be empty) and words.
struct Refusal(u16, &'static str, String);

type Answer = Result<Reply, Refusal>;

fn refuse<T>(status: u16, code: &'static str, words: &str) -> Result<T, Refusal> {
    Err(Refusal(status, code, words.to_owned()))
}

impl Refusal {
    fn reply(self, documented: bool) -> Reply {
        let key = if documented || self.0 == 429 { "message" } else { "msg" };
        let mut body = json!({ key: self.2 });
        if !self.1.is_empty() {
            body["code"] = json!(self.1);
        }
        Reply::json(self.0, body)
    }
}

impl Inner {
    fn route(&mut self, view: &SourceView, call: &Call, endpoint: &[&str]) -> Answer {
        match (call.method.as_str(), endpoint) {
            ("GET", ["oauth", "me"]) => Ok(Reply::json(200, json!({"email": "rosa.delgado@msp.example", "orgId": "1"}))),
            ("POST", ["search", "contacts"]) => self.search_contacts(view, call),
            ("POST", ["search", "companies"]) => self.search_companies(view, call),
            ("POST", [kind @ ("contacts" | "companies"), "research"]) => self.research(view, call, kind),
            ("GET", [kind @ ("contacts" | "companies"), "research", "poll"]) => self.poll(view, call, kind),
            ("GET", [kind @ ("contacts" | "companies")]) => self.researched(view, call, kind),
            ("GET", ["credits"]) => {
                let left = self.left();
                let data =
                    json!({"contacts": {"remaining": left, "refreshesAt": null}, "companies": {"remaining": left, "refreshesAt": null}});
                Ok(Reply::json(200, json!({"success": true, "data": data})))
            }
            _ => refuse(404, "", "Not Found"),
        }
    }

    fn left(&self) -> u64 {
        self.config.credits.saturating_sub(self.ledger.hundredths / 100)
    }

    /// 422 when the credits are gone, not 402.
    fn spend(&mut self, what: &str, hundredths: u64) -> Result<(), Refusal> {
        if !self.ledger.affords(hundredths, Some(self.config.credits)) {
            return refuse(422, "insufficientCredits", "You do not have enough credits");
        }
        self.ledger.charge(what, hundredths);
        Ok(())
    }
}

impl Api for Seamless {
    const SOURCE: Source = Source::Seamless;
    type Config = SeamlessConfig;
    type Memory = Memory;

    fn answer(inner: &mut Inner, view: &SourceView, call: &Call) -> Reply {
        let documented = inner.config.documented_errors;
        let segments = call.segments();
        let endpoint = match segments.as_slice() {
            ["api", "client", "v1", rest @ ..] if rest != ["credits"] => rest,
            ["api", "client", "v2", "credits"] => &["credits"],
            _ => return Refusal(404, "", "Not Found".to_owned()).reply(documented),
        };
        // A bare key; as a bearer it counts as a wrong OAuth token, and both together are refused.
        if call.header("token") != inner.config.api_key || call.bearer().is_some() {
            return Self::unauthorized(&inner.config);
        }
        let name = format!("{} {}", call.method, endpoint.join("/"));
        let windows: Vec<Window> = inner.config.limit.into_iter().collect();
        let admitted = inner.admit(&name, call.at, &windows);
        let wait = admitted.err();
        let mut reply = match wait {
            None => inner.route(view, call, endpoint).unwrap_or_else(|refusal| refusal.reply(documented)),
            Some(_) => Self::too_many(&inner.config),
        };
        if let Some(window) = inner.config.limit {
            let reset = call.at.plus(wait.unwrap_or(Duration::from_secs(window.seconds.into()))).as_micros() / 1_000_000;
            // No Retry-After here: the reset is all there is.
            reply = reply
                .with("x-ratelimit-limit", window.requests.to_string())
                .with("x-ratelimit-remaining", inner.room(&name, call.at, window).to_string())
                .with("x-ratelimit-reset", (reset + 1).to_string());
        }
        let left = inner.left();
        reply.with("x-publicapi-credits", left.to_string())
    }

    fn unauthorized(config: &SeamlessConfig) -> Reply {
        Refusal(401, "", "Invalid token".to_owned()).reply(config.documented_errors)
    }

    fn too_many(config: &SeamlessConfig) -> Reply {
        Refusal(429, "rateLimitExceeded", "Too many requests".to_owned()).reply(config.documented_errors)
    }

    fn error_inside() -> Reply {
        Reply::json(200, json!({"success": false, "msg": "Something went wrong"}))
    }
}

/// The body as an object.
fn body(call: &Call) -> Result<Value, Refusal> {
    match call.json() {
        Ok(Value::Object(body)) => Ok(Value::Object(body)),
        _ => refuse(400, "", "The body should be a JSON object"),
    }
}
