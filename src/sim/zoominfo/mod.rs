//! ZoomInfo's GTM Data API as its notes describe it: client credentials, JSON:API with its media type, criteria that
//! are mostly comma lists in one text, enrichment of 25 at most with a verdict for each item. The legacy API answers
//! beside it. Absent: intent, news, scoops, hierarchies, bulk jobs.

mod enrich;
mod legacy;
mod search;
mod show;

pub(crate) use show::{accuracy, department, employee_range, level, revenue_range};

use super::{
    dice::Dice,
    provider::{Account, Api},
    server::{
        Window,
        call::{Call, Query, Reply},
    },
    view::SourceView,
    world::{COUNTRIES, INDUSTRIES},
};
use crate::domain::{Source, Timestamp};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The app and its switches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ZoomInfoConfig {
    /// The app's id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Login of the legacy API.
    pub username: String,
    /// Its password.
    pub password: String,
    /// Scopes granted to the app.
    pub scopes: Vec<String>,
    /// How long a token lives.
    pub token_seconds: u32,
    /// The tier, which sets the limits.
    pub tier: ZoomInfoTier,
    /// No limits at all, for measuring speed.
    pub unlimited: bool,
    /// Records that may be bought.
    pub records: u64,
    /// Output fields that the contract lacks.
    pub closed_fields: Vec<String>,
    /// `meta.page.total` counts pages as documented, instead of the page's rows as one client saw.
    pub honest_totals: bool,
}

impl Default for ZoomInfoConfig {
    fn default() -> Self {
        let scopes = ["api:data:contact", "api:data:company", "api:data:lookup"];
        Self {
            client_id: "sim-zoominfo-client".to_owned(),
            client_secret: "sim-zoominfo-secret".to_owned(),
            username: "rosa.delgado@msp.example".to_owned(),
            password: "sim-zoominfo-password".to_owned(),
            scopes: scopes.map(str::to_owned).to_vec(),
            token_seconds: 3600,
            tier: ZoomInfoTier::Standard,
            unlimited: false,
            records: 100_000,
            closed_fields: Vec::new(),
            honest_totals: false,
        }
    }
}

/// Tiers with different limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are ZoomInfo's")]
pub enum ZoomInfoTier {
    Builder,
    Standard,
    Scaling,
}

impl ZoomInfoTier {
    /// A second, an hour, a day; section A8 of the notes.
    fn windows(self) -> [Window; 3] {
        let per_second = match self {
            Self::Builder => 5,
            Self::Standard => 25,
            Self::Scaling => 35,
        };
        // The hour and the day allow 60 % and 30 % of the second's pace.
        [Window::new(per_second, 1), Window::new(per_second * 2160, 3600), Window::new(per_second * 25_920, 86_400)]
    }
}

/// What changes by use.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    tokens: BTreeMap<String, Timestamp>,
    /// Tokens of the legacy API.
    jwts: BTreeMap<String, Timestamp>,
    issued: u64,
    /// Records bought within the contract: free to ask for again.
    managed: BTreeSet<String>,
    requests: u64,
}

type Inner = Account<ZoomInfoConfig, Memory>;

/// The simulator's rules.
pub(crate) enum ZoomInfo {}

/// Everything speaks this media type.
const MEDIA: &str = "application/vnd.api+json";

/// A service's refusal: status, code, sentence, and what it points at.
struct Refusal {
    status: u16,
    code: &'static str,
    detail: String,
    pointer: String,
}

type Answer = Result<Value, Refusal>;

fn refuse<T>(status: u16, code: &'static str, detail: impl Into<String>, pointer: &str) -> Result<T, Refusal> {
    Err(Refusal { status, code, detail: detail.into(), pointer: pointer.to_owned() })
}

impl Refusal {
    fn reply(self) -> Reply {
        let source = if self.pointer.starts_with('/') { json!({"pointer": self.pointer}) } else { json!({"parameter": self.pointer}) };
        let error = json!({"id": "1", "code": self.code, "status": self.status.to_string(), "title": "Bad Request", "detail": self.detail, "source": source});
        media(Reply::json(self.status, json!({"title": "Bad Request", "detail": self.detail, "errors": [error]})))
    }
}

/// The same answer under the API's own media type.
fn media(reply: Reply) -> Reply {
    let (_, bytes) = reply.encode();
    Reply { payload: super::server::call::Payload::Bytes(MEDIA, bytes), ..reply }
}

/// A gateway's refusal.
fn gateway(status: u16, code: &str, message: &str, retryable: bool) -> Reply {
    let error = json!({"code": code, "message": message, "status": status, "requestId": "00000000-0000-0000-0000-000000000000", "retryable": retryable});
    Reply::json(status, json!({ "error": error }))
}

impl Inner {
    /// `POST /gtm/oauth/v1/token`
    fn token(&mut self, view: &SourceView, call: &Call) -> Reply {
        let fail = |status, error: &str| Reply::json(status, json!({"error": error, "error_description": error.replace('_', " ")}));
        let login = call.header("authorization").strip_prefix("Basic ").and_then(|encoded| STANDARD.decode(encoded).ok());
        let wanted = format!("{}:{}", self.config.client_id, self.config.client_secret);
        if login.as_deref() != Some(wanted.as_bytes()) {
            return fail(401, "invalid_client");
        }
        let form = Query::parse(&String::from_utf8_lossy(&call.body));
        if form.get("grant_type") != Some("client_credentials") {
            return fail(400, "unsupported_grant_type");
        }
        let scope = form.get("scope").unwrap_or_default();
        // One scope too many fails the whole call.
        if scope.split_whitespace().any(|scope| !self.config.scopes.iter().any(|granted| granted == scope)) {
            return fail(400, "invalid_scope");
        }
        self.memory.issued += 1;
        let token = format!("eyJ{}", Dice::of(view.world.seed, "zoominfo token", self.memory.issued).hex(64));
        self.memory.tokens.retain(|_, ends| *ends > call.at);
        self.memory.tokens.insert(token.clone(), call.at.plus(Duration::from_secs(self.config.token_seconds.into())));
        let granted = if scope.is_empty() { self.config.scopes.join(" ") } else { scope.to_owned() };
        Reply::json(200, json!({"access_token": token, "token_type": "Bearer", "expires_in": self.config.token_seconds, "scope": granted}))
    }

    fn route(&mut self, view: &SourceView, call: &Call, endpoint: &[&str]) -> Option<Answer> {
        Some(match (call.method.as_str(), endpoint) {
            ("POST", ["contacts", "search"]) => attributes(call, "ContactSearch").and_then(|a| self.search_contacts(view, &a, call)),
            ("POST", ["companies", "search"]) => attributes(call, "CompanySearch").and_then(|a| self.search_companies(view, &a, call)),
            ("POST", ["contacts", "enrich"]) => attributes(call, "ContactEnrich").and_then(|a| self.enrich_contacts(view, &a)),
            ("POST", ["companies", "enrich"]) => attributes(call, "CompanyEnrich").and_then(|a| self.enrich_companies(view, &a)),
            ("POST", ["companies", "technologies", "enrich"]) => {
                attributes(call, "TechnologyEnrich").and_then(|a| self.technologies(view, &a))
            }
            ("GET", ["lookup", "search" | "enrich"]) => Ok(fields(call, &self.config.closed_fields)),
            ("GET", ["lookup", name]) => lookup(name)?,
            ("GET", ["users", "usage"]) => Ok(self.usage()),
            _ => return None,
        })
    }

    /// Buys what is not under management yet; false when the records are used up.
    fn buy(&mut self, key: &str) -> bool {
        if self.memory.managed.contains(key) {
            return true;
        }
        if !self.ledger.affords(100, Some(self.config.records)) {
            return false;
        }
        self.ledger.charge("record", 100);
        self.memory.managed.insert(key.to_owned());
        true
    }

    fn usage(&self) -> Value {
        let row = |kind: &str, total: u64, used: u64| json!({"limitType": kind, "description": kind, "totalLimit": total, "currentUsage": used, "usageRemaining": total.saturating_sub(used)});
        let used = self.ledger.hundredths / 100;
        let usage = [
            row("request", 1_000_000, self.memory.requests),
            row("record", self.config.records, used),
            row("uniqueID", self.config.records, used),
        ];
        json!({"data": [{"id": "1", "type": "UserUsage", "attributes": {"usage": usage}}]})
    }
}

/// `data.attributes` of a body whose type is right.
fn attributes(call: &Call, kind: &str) -> Result<Value, Refusal> {
    let body = call.json().unwrap_or_default();
    if body["data"]["type"] != kind || !body["data"]["attributes"].is_object() {
        return refuse(400, "PFAPI0003", format!("The body must have data of type {kind} with attributes"), "/data");
    }
    Ok(body["data"]["attributes"].clone())
}

fn lookup(name: &str) -> Option<Answer> {
    let rows = |kind: &str, names: &[&str]| -> Value {
        names.iter().zip(1..).map(|(name, id)| json!({"id": id.to_string(), "type": kind, "attributes": {"name": name}})).collect()
    };
    let data = match name {
        "management-levels" => rows("ManagementLevel", search::LEVELS),
        "departments" => rows("Department", show::DEPARTMENTS),
        "countries" => rows("Country", &COUNTRIES.iter().map(|c| c.name).collect::<Vec<_>>()),
        "industries" => rows("Industry", &INDUSTRIES.iter().map(|i| i.label).collect::<Vec<_>>()),
        _ => return None,
    };
    Some(Ok(json!({ "data": data })))
}

fn fields(call: &Call, closed: &[String]) -> Value {
    let output = call.query.get("filter[fieldType]") == Some("output");
    let names = if output { enrich::CONTACT_OUTPUT } else { search::CONTACT_CRITERIA };
    let rows = names.iter().zip(1..).map(|(name, id)| {
        json!({"id": id.to_string(), "type": "Field", "attributes": {"name": name, "accessGranted": !closed.iter().any(|field| field == name)}})
    });
    json!({"data": rows.collect::<Vec<_>>()})
}

impl Api for ZoomInfo {
    const SOURCE: Source = Source::ZoomInfo;
    type Config = ZoomInfoConfig;
    type Memory = Memory;

    fn answer(inner: &mut Inner, view: &SourceView, call: &Call) -> Reply {
        let segments = call.segments();
        if segments == ["gtm", "oauth", "v1", "token"] && call.method == "POST" {
            return inner.token(view, call);
        }
        if let Some(reply) = inner.legacy(view, call, &segments) {
            return reply;
        }
        let nothing_here = || gateway(404, "ZI9998", &format!("No static resource {}.", call.path.trim_start_matches('/')), false);
        let ["gtm", "data", "v1", endpoint @ ..] = segments.as_slice() else { return nothing_here() };
        let good = call.bearer().and_then(|token| inner.memory.tokens.get(token)).is_some_and(|ends| *ends > call.at);
        if !good {
            return Self::unauthorized(&inner.config);
        }
        if call.header("accept") != MEDIA || (call.method == "POST" && call.header("content-type") != MEDIA) {
            return gateway(406, "ZI0006", "Not Acceptable", false);
        }
        let windows = inner.config.tier.windows();
        inner.memory.requests += 1;
        let refused = if inner.config.unlimited { None } else { inner.admit("all", call.at, &windows).err() };
        let buckets = ["second", "hour", "day"];
        let mut reply = match refused {
            Some(wait) => {
                let full = windows.iter().position(|window| inner.room("all", call.at, *window) == 0).unwrap_or_default();
                let reset = call.at.plus(wait).as_micros() / 1_000_000 + 1;
                Self::too_many(&inner.config)
                    .with("retry-after", wait.as_secs().max(1).to_string())
                    .with("x-ratelimit-rejected-bucket", buckets[full])
                    .with("x-ratelimit-reset", reset.to_string())
            }
            None => match inner.route(view, call, endpoint) {
                Some(Ok(body)) => media(Reply::json(200, body)),
                Some(Err(refusal)) => refusal.reply(),
                None => nothing_here(),
            },
        };
        let names = [
            ("x-ratelimit-limit-second", "x-ratelimit-remaining-second"),
            ("x-ratelimit-limit-hour", "x-ratelimit-remaining-hour"),
            ("x-ratelimit-limit-day", "x-ratelimit-remaining-day"),
        ];
        for ((limit, remaining), window) in names.into_iter().zip(windows) {
            reply = reply.with(limit, window.requests.to_string()).with(remaining, inner.room("all", call.at, window).to_string());
        }
        reply
    }

    fn unauthorized(_: &ZoomInfoConfig) -> Reply {
        gateway(401, "ZI0001", "The access token is invalid or expired", false)
    }

    fn too_many(_: &ZoomInfoConfig) -> Reply {
        gateway(429, "ZI0004", "Rate limit exceeded", true)
    }

    /// Quota used up in the middle: every item a `NoMatch`.
    fn error_inside() -> Reply {
        media(Reply::json(200, json!({"data": [{"id": "0", "type": "NoMatch", "meta": {"matchStatus": "LIMIT_EXCEEDED", "input": {}}}]})))
    }
}
