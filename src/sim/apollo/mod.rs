//! Apollo.io as its notes describe it: keys and scopes, limits with their headers, credits, search, enrichment with
//! its traps, saved contacts, numbers by callback and poll. Absent: sequences, calls, waterfall vendors.

mod crm;
mod enrich;
mod params;
mod search;
mod show;

use super::{
    dice::stable,
    provider::{Account, Api},
    server::{
        call::{Call, Payload, Reply, cut},
        limit::Calendar,
    },
    view::SourceView,
};
use crate::domain::{Source, Timestamp};
use params::Params;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

/// The account and its switches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApolloConfig {
    /// The key.
    pub api_key: String,
    /// Endpoints the key is good for (`api/v1/people/match`); `None`: a master key.
    pub scopes: Option<Vec<String>>,
    /// The plan, which sets the limits.
    pub plan: ApolloPlan,
    /// No limits at all, for measuring speed.
    pub unlimited: bool,
    /// Credits of the cycle; `None`: endless.
    pub credits: Option<u64>,
    /// How long numbers take.
    pub phone_delay_seconds: u32,
    /// Refusals in the newer form, `error_details`.
    pub new_errors: bool,
    /// So many of 100 people are saved as contacts.
    pub saved_percent: u32,
}

impl Default for ApolloConfig {
    fn default() -> Self {
        Self {
            api_key: "sim-apollo-key".to_owned(),
            scopes: None,
            plan: ApolloPlan::Professional,
            unlimited: false,
            credits: Some(1_000_000),
            phone_delay_seconds: 2,
            new_errors: false,
            saved_percent: 6,
        }
    }
}

/// Plans with different limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApolloPlan {
    /// 50 a minute for everything.
    Free,
    /// Also Basic.
    Professional,
    /// The largest.
    Organization,
}

/// Which limits an endpoint has.
#[derive(Clone, Copy)]
enum Class {
    Plain,
    Enrichment,
    Search,
}

impl ApolloPlan {
    /// Requests a minute, an hour, a day; section 8 of the notes.
    fn limits(self, class: Class) -> [Option<u32>; 3] {
        match (self, class) {
            (Self::Free, _) => [Some(50), Some(200), Some(600)],
            (_, Class::Enrichment) => [Some(1000), None, None],
            (_, Class::Search) => [Some(200), Some(6000), Some(50_000)],
            (Self::Professional, Class::Plain) => [Some(200), Some(400), Some(2000)],
            (Self::Organization, Class::Plain) => [Some(200), Some(600), Some(6000)],
        }
    }
}

/// Headers and words for minute, hour and day.
const WINDOWS: [(&str, &str, &str, &str); 3] = [
    ("x-rate-limit-minute", "x-minute-usage", "x-minute-requests-left", "minute"),
    ("x-rate-limit-hourly", "x-hourly-usage", "x-hourly-requests-left", "hour"),
    ("x-rate-limit-24-hour", "x-24-hour-usage", "x-24-hour-requests-left", "day"),
];

/// Headers of an answer.
type Headers = Vec<(&'static str, String)>;

/// Why a request is refused: a status with a text or JSON.
enum Refusal {
    Text(u16, String),
    Json(u16, Value),
}

/// What changes by use.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    pending: BTreeMap<i64, enrich::Pending>,
    asked: u64,
    /// Contacts made through the API, by their id.
    made: BTreeMap<String, Value>,
    /// Fixed windows by endpoint; a loaded dump starts them afresh.
    #[serde(skip)]
    windows: BTreeMap<String, Calendar>,
}

type Inner = Account<ApolloConfig, Memory>;

/// The simulator's rules.
pub(crate) enum Apollo {}

impl Inner {
    fn endpoint(&mut self, view: &SourceView, call: &Call, endpoint: &[&str]) -> Result<Value, Refusal> {
        let params = Params::read(call).map_err(|_| Refusal::Json(400, json!({"error": "Invalid JSON"})))?;
        match (call.method.as_str(), endpoint) {
            ("POST", ["mixed_people", "api_search"]) => {
                let (offset, limit, _) = search::page(&params, 10)?;
                let found = search::people(view, &params)?;
                let page = cut(found.len(), offset, limit, call.twist.as_ref());
                let people: Vec<Value> = found[page.from..page.from + page.len].iter().map(|seen| search::teaser(view, seen)).collect();
                Ok(json!({"total_entries": page.total, "people": people}))
            }
            ("POST", ["mixed_people", "search"]) => Err(Refusal::Json(
                422,
                json!({"error": "This endpoint is deprecated for API callers. Please use mixed_people/api_search."}),
            )),
            ("POST", ["mixed_companies", "search"]) => self.companies(view, &params, call),
            ("POST", ["people", "match"]) => self.match_one(view, &params, call.at),
            ("POST", ["people", "bulk_match"]) => self.match_many(view, &params, call.at),
            ("GET", ["organizations", "enrich"]) => self.organization(view, &params),
            ("POST", ["organizations", "bulk_enrich"]) => self.organizations(view, &params),
            ("GET", [kind @ ("people" | "organizations"), id]) => self.stored(view, kind, id),
            ("GET", ["webhook_result", id]) => self.result(view, id, call.at),
            ("POST", ["contacts", "search"]) => self.contacts(view, &params, call),
            ("POST", ["contacts"]) => self.make_contact(view, &params, call.at),
            ("GET", ["contacts", id]) => self.contact(view, id),
            ("GET", ["contact_stages"]) => Ok(json!({"contact_stages": [{"id": "5c1a", "name": "Cold", "display_order": 0}]})),
            ("GET", ["labels"]) => Ok(json!([])),
            ("GET", ["typed_custom_fields"]) => Ok(json!({"typed_custom_fields": []})),
            ("POST", ["usage_stats", "api_usage_stats"]) => Ok(self.api_usage()),
            ("POST", ["usage_stats", "credit_usage_stats"]) => Ok(self.credit_usage(view)),
            ("GET", ["users", "api_profile"]) => Ok(self.profile()),
            _ => Err(Refusal::Json(404, json!({"error": "Not Found"}))),
        }
    }
}

impl Inner {
    /// Bills, or refuses when the credits are gone.
    fn spend(&mut self, what: &str, hundredths: u64) -> Result<(), Refusal> {
        if !self.ledger.affords(hundredths, self.config.credits) {
            let message = "You have insufficient credits! Please upgrade your plan or purchase more credits.";
            return Err(if self.config.new_errors {
                Refusal::Json(422, json!({"error_details": {"code": "BILLING.LIMIT.CREDITS_EXHAUSTED", "message": message}}))
            } else {
                Refusal::Text(422, message.to_owned())
            });
        }
        self.ledger.charge(what, hundredths);
        Ok(())
    }

    /// `POST /mixed_companies/search`: a credit for each page that shows something.
    fn companies(&mut self, view: &SourceView, params: &Params, call: &Call) -> Result<Value, Refusal> {
        let (offset, limit, number) = search::page(params, 25)?;
        let found = search::companies(view, params)?;
        let page = cut(found.len(), offset, limit, call.twist.as_ref());
        if page.len > 0 {
            self.spend("mixed_companies/search", 100)?;
        }
        let shown = &found[page.from..page.from + page.len];
        let saved = |id: u32| stable(view.world.seed, "apollo account", id.into()) % 100 < u64::from(self.config.saved_percent);
        let (accounts, organizations): (Vec<u32>, Vec<u32>) = shown.iter().map(|c| c.company).partition(|id| saved(*id));
        let as_account = |id: u32| {
            let mut account = show::organization_brief(view, id);
            account["organization_id"] = account["id"].clone();
            account["id"] = json!(account_id(view.world.seed, id));
            account
        };
        Ok(json!({
            "breadcrumbs": [], "partial_results_only": false, "has_join": false, "disable_eu_prospecting": false, "partial_results_limit": 10000,
            "pagination": pagination(number, limit, page.total),
            "accounts": accounts.iter().map(|id| as_account(*id)).collect::<Vec<_>>(),
            "organizations": organizations.iter().map(|id| show::organization_brief(view, *id)).collect::<Vec<_>>(),
            "model_ids": shown.iter().map(|c| &c.key).collect::<Vec<_>>(), "num_fetch_result": null, "derived_params": null,
        }))
    }

    /// Counts the request in its endpoint's windows; the headers, and the window that is full.
    fn admit_fixed(&mut self, endpoint: &str, class: Class, now: Timestamp) -> (Headers, Option<(usize, Duration)>) {
        let limits = if self.config.unlimited { [None; 3] } else { self.config.plan.limits(class) };
        let calendar = self.memory.windows.entry(endpoint.to_owned()).or_default();
        let full = calendar.admit(now, limits).err();
        let mut headers = Vec::new();
        for (nth, (limit, usage, left, _)) in WINDOWS.into_iter().enumerate() {
            let used = calendar.used(nth);
            // An unlimited window has an empty value.
            headers.push((limit, limits[nth].map(|n| n.to_string()).unwrap_or_default()));
            headers.push((usage, used.to_string()));
            headers.push((left, limits[nth].map(|n| n.saturating_sub(used).to_string()).unwrap_or_default()));
        }
        (headers, full)
    }
}

fn pagination(page: i64, per_page: usize, total: usize) -> Value {
    json!({"page": page, "per_page": per_page, "total_entries": total, "total_pages": total.div_ceil(per_page.max(1))})
}

/// The id of the saved contact behind a person.
pub(crate) fn contact_id(seed: u64, nth: u32) -> String {
    format!("61{:022x}", stable(seed, "apollo contact id", nth.into()))
}

/// The id of the saved account behind a company.
pub(crate) fn account_id(seed: u64, company: u32) -> String {
    format!("60{:022x}", stable(seed, "apollo account id", company.into()))
}

fn class_of(endpoint: &str) -> Class {
    match endpoint {
        "people/match" | "people/bulk_match" | "organizations/enrich" | "organizations/bulk_enrich" => Class::Enrichment,
        "mixed_people/api_search" | "mixed_companies/search" => Class::Search,
        _ => Class::Plain,
    }
}

impl Refusal {
    fn reply(self) -> Reply {
        match self {
            Self::Text(status, text) => Reply::text(status, text),
            Self::Json(status, body) => Reply::json(status, body),
        }
    }
}

impl Api for Apollo {
    const SOURCE: Source = Source::Apollo;
    type Config = ApolloConfig;
    type Memory = Memory;

    fn answer(inner: &mut Inner, view: &SourceView, call: &Call) -> Reply {
        let segments = call.segments();
        // The older base without `/api` still answers.
        let (["api", "v1", endpoint @ ..] | ["v1", endpoint @ ..]) = segments.as_slice() else {
            return Reply::json(404, json!({"error": "Not Found"}));
        };
        let key = if call.header("x-api-key").is_empty() { call.bearer().unwrap_or_default() } else { call.header("x-api-key") };
        let known = key == inner.config.api_key;
        if endpoint == ["auth", "health"] {
            return Reply::json(200, json!({"healthy": true, "is_logged_in": known}));
        }
        if !known {
            return unauthorized(inner.config.new_errors);
        }
        let named = match endpoint {
            [kind @ ("people" | "organizations" | "contacts"), id] if id.len() == 24 => format!("{kind}/show"),
            ["webhook_result", _] => "webhook_result/show".to_owned(),
            parts => parts.join("/"),
        };
        let full_name = format!("api/v1/{named}");
        let needs_master = named.starts_with("usage_stats");
        if inner.config.scopes.as_ref().is_some_and(|scopes| needs_master || !scopes.contains(&full_name)) {
            let body = json!({"error": format!("This API key is not authorized to access {full_name}"), "error_code": "API_INACCESSIBLE"});
            return Reply::json(403, body);
        }
        let (headers, full) = inner.admit_fixed(&named, class_of(&named), call.at);
        let mut reply = match full {
            Some((nth, wait)) => {
                let limit = inner.config.plan.limits(class_of(&named))[nth].unwrap_or_default();
                let refusal = too_many(&full_name, limit, WINDOWS[nth].3, inner.config.new_errors);
                refusal.with("retry-after", wait.as_secs().max(1).to_string())
            }
            None => match inner.endpoint(view, call, endpoint) {
                Ok(body) => Reply::json(200, body),
                Err(refusal) => refusal.reply(),
            },
        };
        reply.headers.extend(headers);
        reply
    }

    fn unauthorized(config: &ApolloConfig) -> Reply {
        unauthorized(config.new_errors)
    }

    fn too_many(config: &ApolloConfig) -> Reply {
        too_many("api/v1/people/match", 1000, "minute", config.new_errors)
    }

    fn error_inside() -> Reply {
        Reply::json(200, json!({"status": "failed", "error_code": "INTERNAL_ERROR", "error_message": "Something went wrong"}))
    }
}

fn unauthorized(new_errors: bool) -> Reply {
    if new_errors {
        let details =
            json!({"code": "AUTH.AUTHENTICATION.API_KEY_INVALID", "message": "Invalid API key", "suggestions": [], "context": {}});
        return Reply::json(401, json!({"error": "Invalid access credentials.", "error_details": details}));
    }
    let text = "Invalid API key. See https://docs.apollo.io/reference/authentication for how to use your key.";
    Reply { status: 401, headers: Vec::new(), payload: Payload::Text(text.to_owned()) }
}

fn too_many(endpoint: &str, limit: u32, window: &str, new_errors: bool) -> Reply {
    let message = format!(
        "The maximum number of API calls allowed for {endpoint} is {limit} times per {window}. To change your rate limit, upgrade your Apollo plan."
    );
    if new_errors {
        let details = json!({"code": "USAGE.RATE_LIMIT.API_RATE_LIMIT_EXCEEDED", "message": message, "suggestions": [], "context": {}});
        return Reply::json(429, json!({"error_details": details}));
    }
    Reply::json(429, json!({"message": message}))
}
