//! Hunter.io as its notes describe it: three ways to log in, per-second and per-minute limits without headers, a
//! verifier that is not done at once, people who may not be processed. Absent: sequences and campaigns.

mod find;
mod leads;
mod search;

pub(crate) use search::headcount;

use super::{
    dice::stable_text,
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
use std::collections::BTreeMap;

/// The account and its switches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HunterConfig {
    /// The key.
    pub api_key: String,
    /// The plan: paging and credits.
    pub plan: HunterPlan,
    /// Credits of the month instead of the plan's.
    pub credits: Option<u64>,
    /// No limits on requests, for measuring speed.
    pub unlimited: bool,
    /// The other reading of the documentation: 429 is the rate, 402 the quota.
    pub swapped_codes: bool,
    /// How often the verifier answers 202 for a mailbox that takes long.
    pub verifier_polls: u32,
    /// So many of 100 people are saved as leads.
    pub saved_percent: u32,
}

impl Default for HunterConfig {
    fn default() -> Self {
        Self {
            api_key: "sim-hunter-key".to_owned(),
            plan: HunterPlan::Scale,
            credits: None,
            unlimited: false,
            swapped_codes: false,
            verifier_polls: 2,
            saved_percent: 5,
        }
    }
}

/// Plans.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are Hunter's")]
pub enum HunterPlan {
    Free,
    Starter,
    Growth,
    Scale,
}

impl HunterPlan {
    /// Credits a month; section 8 of the notes.
    fn credits(self) -> u64 {
        match self {
            Self::Free => 50,
            Self::Starter => 2000,
            Self::Growth => 10_000,
            Self::Scale => 25_000,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Free => "Free",
            Self::Starter => "Starter",
            Self::Growth => "Growth",
            Self::Scale => "Scale",
        }
    }
}

/// Works without an account: checks parameters and answers with dummy data.
const TEST_KEY: &str = "test-api-key";

/// What changes by use.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// How often a mailbox was asked for while its check was running.
    polls: BTreeMap<String, u32>,
    leads: leads::Leads,
}

type Inner = Account<HunterConfig, Memory>;

/// The simulator's rules.
pub(crate) enum Hunter {}

/// An answer: status and data with meta, or an error.
type Answer = Result<Reply, Refusal>;

/// An error of the usual envelope.
struct Refusal {
    status: u16,
    id: &'static str,
    details: String,
}

fn refuse<T>(status: u16, id: &'static str, details: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { status, id, details: details.into() })
}

impl Refusal {
    fn reply(self) -> Reply {
        Reply::json(self.status, json!({"errors": [{"id": self.id, "code": self.status, "details": self.details}]}))
    }
}

/// 200 with the usual envelope.
fn found(data: Value, meta: Value) -> Reply {
    Reply::json(200, json!({"data": data, "meta": meta}))
}

impl Inner {
    fn route(&mut self, view: &SourceView, call: &Call, endpoint: &[&str]) -> Answer {
        let key = if call.header("x-api-key").is_empty() { call.bearer() } else { Some(call.header("x-api-key")) };
        let key = key.or_else(|| call.query.get("api_key")).unwrap_or_default();
        let test = key == TEST_KEY;
        let free = endpoint == ["email-count"];
        if key.is_empty() && !free {
            return refuse(401, "authentication_failed", "No valid API key was supplied");
        }
        if key != self.config.api_key && !test && !free {
            return refuse(401, "authentication_failed", "No user found for the API key supplied");
        }
        self.admit_call(call, endpoint)?;
        match (call.method.as_str(), endpoint) {
            ("GET", ["domain-search"]) => self.domain_search(view, call, false, test),
            ("GET", ["domain-search", "found"]) => self.domain_search(view, call, true, test),
            ("GET", ["email-finder"]) => self.email_finder(view, call, test),
            ("GET", ["email-verifier"]) => self.email_verifier(view, call, test),
            ("GET", ["email-count"]) => email_count(view, call),
            _ if test => refuse(401, "authentication_failed", "The test API key works with domain-search, email-finder and email-verifier"),
            ("POST", ["discover"]) => self.discover(view, call),
            ("GET", ["people", "find"]) => self.person(view, call),
            ("GET", ["companies", "find"]) => self.company(view, call),
            ("GET", ["combined", "find"]) => self.combined(view, call),
            ("GET", ["account"]) => Ok(self.account(view)),
            (_, ["leads" | "leads_lists" | "leads_custom_attributes", ..]) => self.lead_routes(view, call, endpoint),
            _ => refuse(404, "not_found", "This endpoint does not exist"),
        }
    }

    /// Per-second and per-minute windows; section 10 of the notes. No header tells about them.
    fn admit_call(&mut self, call: &Call, endpoint: &[&str]) -> Result<(), Refusal> {
        let (class, windows): (&'static str, &[Window]) = match endpoint {
            ["domain-search", ..] => ("domain-search", &[Window::new(15, 1), Window::new(500, 60)]),
            ["email-finder"] => ("email-finder", &[Window::new(15, 1), Window::new(500, 60)]),
            ["people" | "companies" | "combined", ..] => ("enrichment", &[Window::new(15, 1), Window::new(500, 60)]),
            ["email-verifier"] => ("email-verifier", &[Window::new(10, 1), Window::new(300, 60)]),
            ["email-count"] => ("email-count", &[Window::new(15, 1)]),
            ["discover"] => ("discover", &[Window::new(5, 1), Window::new(50, 60)]),
            _ => return Ok(()),
        };
        let full = !self.config.unlimited && self.admit(class, call.at, windows).is_err();
        if full { Err(rate_refusal(self.config.swapped_codes)) } else { Ok(()) }
    }

    /// Bills, or refuses when the month's credits are gone.
    fn spend(&mut self, what: &str, hundredths: u64) -> Result<(), Refusal> {
        let plan = self.config.credits.unwrap_or_else(|| self.config.plan.credits());
        if !self.ledger.affords(hundredths, Some(plan)) {
            return if self.config.swapped_codes {
                refuse(402, "payment_required", "You have used all your credits. Please upgrade your plan or purchase additional credits.")
            } else {
                let details = "You've reached the limit for the number of searches per billing period included in your plan.";
                refuse(429, "too_many_requests", details)
            };
        }
        self.ledger.charge(what, hundredths);
        Ok(())
    }

    /// `GET /account`, free.
    fn account(&self, view: &SourceView) -> Reply {
        let plan = self.config.plan;
        let available = self.config.credits.unwrap_or_else(|| plan.credits());
        let used = self.ledger.credits();
        let of = |what: &str| *self.ledger.by_use.get(what).unwrap_or(&0) as f64 / 100.0;
        let reset = view.world.today.plus(std::time::Duration::from_hours(18 * 24)).to_string();
        let data = json!({
            "first_name": "Rosa", "last_name": "Delgado", "email": "rosa.delgado@msp.example", "plan_name": plan.name(), "plan_level": plan as u8,
            "reset_date": reset.get(..10), "team_id": 1,
            "calls": {"_deprecation_notice": "Sums the searches and the verifications, giving an inaccurate total", "used": used as u64, "available": available},
            "requests": {
                "searches": {"used": of("domain-search") + of("email-finder"), "available": available},
                "verifications": {"used": of("email-verifier"), "available": available * 2},
                "credits": {"used": used, "available": available},
            },
        });
        Reply::json(200, json!({ "data": data }))
    }
}

fn rate_refusal(swapped: bool) -> Refusal {
    let status = if swapped { 429 } else { 403 };
    Refusal { status, id: "rate_limit_reached", details: "You have reached the rate limit of this endpoint. Please slow down.".to_owned() }
}

/// Reads `limit` and `offset`; wrong ones are refused, not mended.
fn paging(call: &Call, default: u32, max: u32, max_offset: u32) -> Result<(usize, usize), Refusal> {
    let read = |name: &str, default: u32| match call.query.get(name) {
        None | Some("") => Some(default),
        Some(raw) => raw.parse::<u32>().ok(),
    };
    let wrong = |name: &str, from: u32, to: u32| Refusal {
        status: 400,
        id: "pagination_error",
        details: format!("The parameter '{name}' should range between {from} and {to}."),
    };
    let limit = read("limit", default).filter(|n| (1..=max).contains(n)).ok_or_else(|| wrong("limit", 1, max))?;
    let offset = read("offset", 0).filter(|n| *n <= max_offset).ok_or_else(|| wrong("offset", 0, max_offset))?;
    Ok((limit as usize, offset as usize))
}

/// `GET /email-count`: free, no key.
fn email_count(view: &SourceView, call: &Call) -> Answer {
    let company = search::company_of(view, call)?;
    let emails = company.map(|id| search::emails_of(view, id)).unwrap_or_default();
    let kind = call.query.get("type").unwrap_or_default();
    let count = |test: &dyn Fn(&Value) -> bool| emails.iter().filter(|e| test(e)).count();
    let by = |key: &str, names: &[&str]| -> Value {
        names.iter().map(|name| ((*name).to_owned(), json!(count(&|e| e[key] == *name)))).collect::<serde_json::Map<_, _>>().into()
    };
    let (personal, generic) = (count(&|e| e["type"] == "personal"), count(&|e| e["type"] == "generic"));
    let total = match kind {
        "personal" => personal,
        "generic" => generic,
        _ => personal + generic,
    };
    let data = json!({"total": total, "personal_emails": personal, "generic_emails": generic,
        "department": by("department", search::DEPARTMENTS), "seniority": by("seniority", &["junior", "senior", "executive"])});
    Ok(found(
        data,
        json!({"params": {"domain": call.query.get("domain"), "company": call.query.get("company"), "type": call.query.get("type")}}),
    ))
}

/// True for one in `of` mailboxes, always the same ones.
fn one_in(view: &SourceView, purpose: &str, email: &str, of: u64) -> bool {
    stable_text(view.world.seed, purpose, email).is_multiple_of(of)
}

impl Api for Hunter {
    const SOURCE: Source = Source::Hunter;
    type Config = HunterConfig;
    type Memory = Memory;

    fn answer(inner: &mut Inner, view: &SourceView, call: &Call) -> Reply {
        let segments = call.segments();
        let ["v2", endpoint @ ..] = segments.as_slice() else {
            return Refusal { status: 404, id: "not_found", details: "This endpoint does not exist".to_owned() }.reply();
        };
        inner.route(view, call, endpoint).unwrap_or_else(Refusal::reply)
    }

    fn unauthorized(_: &HunterConfig) -> Reply {
        Refusal { status: 401, id: "authentication_failed", details: "No user found for the API key supplied".to_owned() }.reply()
    }

    fn too_many(_: &HunterConfig) -> Reply {
        rate_refusal(true).reply()
    }

    /// Seen beside good data on the free plan.
    fn error_inside() -> Reply {
        Reply::json(200, json!({"data": null, "errors": [{"id": "internal_error", "code": 500, "details": "Something went wrong"}]}))
    }
}
