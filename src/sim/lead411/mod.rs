//! Lead411 as its clients know it: parameters in the query of a POST, a token in the query, failures inside a 200,
//! people locked until paid for, texts that mean null. Everything the notes call inferred is a switch.

mod show;

pub(crate) use show::email_result;

use super::{
    dice::Dice,
    provider::{Account, Api},
    server::{
        Window,
        call::{Call, Reply, cut},
    },
    sighting::Sighting,
    view::{SourceView, plain},
};
use crate::domain::{Source, Timestamp};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The account and its switches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lead411Config {
    /// The login's address.
    pub username: String,
    /// Its password.
    pub password: String,
    /// How long a token lives; unknown, so ours.
    pub token_seconds: u32,
    /// Unlocks of the month.
    pub credits: u64,
    /// A limit; none is documented, clients keep to one request a second.
    pub limit: Option<Window>,
    /// Unlocked details come under `employee_details` instead of `employee_data`.
    pub details_key: bool,
    /// Ids come as text.
    pub text_ids: bool,
}

impl Default for Lead411Config {
    fn default() -> Self {
        Self {
            username: "rosa.delgado@msp.example".to_owned(),
            password: "sim-lead411-password".to_owned(),
            token_seconds: 3600,
            credits: 100_000,
            limit: None,
            details_key: false,
            text_ids: false,
        }
    }
}

/// What changes by use.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    tokens: BTreeMap<String, Timestamp>,
    logins: u64,
    unlocked: BTreeSet<String>,
}

type Inner = Account<Lead411Config, Memory>;

/// The simulator's rules.
pub(crate) enum Lead411 {}

/// Failures are a 200 with a status that is not `success`.
fn failure(message: &str) -> Reply {
    Reply::json(200, json!({"status": "error", "message": message}))
}

/// Rows on one page at most.
const MAX_PER_PAGE: usize = 100;

impl Inner {
    fn login(&mut self, view: &SourceView, call: &Call) -> Reply {
        let body = call.json().unwrap_or_default();
        let given = |name: &str| call.query.get(name).or_else(|| body[name].as_str()).unwrap_or_default().to_owned();
        if given("email") != self.config.username || given("password") != self.config.password {
            return failure("Invalid login. Please check your email and password.");
        }
        self.memory.logins += 1;
        let ends = call.at.plus(Duration::from_secs(self.config.token_seconds.into()));
        let claims = json!({"sub": given("email"), "exp": ends.as_micros() / 1_000_000}).to_string();
        let signature = Dice::of(view.world.seed, "lead411 token", self.memory.logins).hex(32);
        let token = format!("{}.{}.{signature}", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#), URL_SAFE_NO_PAD.encode(claims));
        self.memory.tokens.retain(|_, ends| *ends > call.at);
        self.memory.tokens.insert(token.clone(), ends);
        Reply::json(200, json!({"status": "success", "token": token}))
    }

    fn knows(&self, token: &str, now: Timestamp) -> bool {
        self.memory.tokens.get(token).is_some_and(|ends| *ends > now)
    }

    fn route(&mut self, view: &SourceView, call: &Call, endpoint: &[&str]) -> Reply {
        match endpoint {
            ["search", "searchUsingJSON"] => self.search(view, call),
            ["company", "getCompanyInfo"] => match company_of(view, call) {
                Some(id) => Reply::json(200, show::company(view, id, self.config.text_ids)),
                None => failure("Company not found"),
            },
            ["company", list @ ("getCompanyEmployees" | "searchCompanyEmployees")] => {
                let Some(id) = company_of(view, call) else { return failure("Company not found") };
                let name = if *list == "searchCompanyEmployees" {
                    plain(call.query.get("search_name").unwrap_or_default())
                } else {
                    String::new()
                };
                let staff: Vec<&Sighting> = view.staff(id).filter(|seen| plain(&seen.full_name()).contains(&name)).collect();
                let shown = page(call, staff.len());
                let rows: Vec<Value> =
                    staff[shown.0..shown.0 + shown.1].iter().map(|seen| show::employee(seen, self.config.text_ids)).collect();
                Reply::json(200, json!({"companyEmployeesData": {"companyEmployees": rows}}))
            }
            ["employee", "getEmployeeInformation"] => match person_of(view, call) {
                None => failure("Employee not found"),
                Some(seen) if self.memory.unlocked.contains(&seen.key) => {
                    let key = if self.config.details_key { "employee_details" } else { "employee_data" };
                    Reply::json(200, json!({"status": "success", key: show::details(view, seen)}))
                }
                Some(_) => {
                    let message = "This record is locked, to see contact details please use Unlock API.";
                    Reply::json(200, json!({"status": "success", "message": message}))
                }
            },
            ["employee", "unlock_employee_record"] => {
                let Some(seen) = person_of(view, call) else { return failure("Employee not found") };
                if !self.memory.unlocked.contains(&seen.key) {
                    if !self.ledger.affords(100, Some(self.config.credits)) {
                        return failure("You have reached the export limit of your plan. No credit left.");
                    }
                    self.ledger.charge("unlock", 100);
                    self.memory.unlocked.insert(seen.key.clone());
                }
                Reply::json(200, show::unlocked(view, seen))
            }
            _ => Reply::json(404, json!({"message": "Not Found"})),
        }
    }

    /// People and their companies in one row each; e-mails of locked people are not shown.
    fn search(&self, view: &SourceView, call: &Call) -> Reply {
        let given = |name: &str| plain(call.query.get(name).unwrap_or_default());
        let (words, first, last, city, country) =
            (given("user_search_string"), given("first_name"), given("last_name"), given("city"), given("country_code"));
        let codes: Vec<String> = given("SIC_Codes").split(',').map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()).collect();
        let fits = |seen: &&Sighting| {
            let Some(id) = seen.company else { return false };
            let truth = view.truth(id);
            (words.is_empty() || truth.domain == words || plain(&view.company(id).name).contains(&words))
                && (first.is_empty() || plain(&seen.first) == first)
                && (last.is_empty() || plain(&seen.last) == last)
                && (city.is_empty() || plain(truth.place.city) == city)
                && (country.is_empty() || truth.country.iso.eq_ignore_ascii_case(&country))
                && (codes.is_empty() || codes.iter().any(|code| code == truth.industry.sic))
        };
        let found: Vec<&Sighting> = view.people.iter().filter(fits).collect();
        let (from, len) = page(call, found.len());
        let rows: Vec<Value> = found[from..from + len]
            .iter()
            .map(|seen| show::search_row(view, seen, self.memory.unlocked.contains(&seen.key), self.config.text_ids))
            .collect();
        Reply::json(200, json!({ "AllResults": rows }))
    }
}

/// An empty page ends a list: no total is given.
fn page(call: &Call, total: usize) -> (usize, usize) {
    let number = |name: &str, default: usize| call.query.get(name).and_then(|raw| raw.parse::<usize>().ok()).unwrap_or(default);
    let per_page = number("per_page", 25).clamp(1, MAX_PER_PAGE);
    let shown = cut(total, (number("page", 1).max(1) - 1) * per_page, per_page, call.twist.as_ref());
    (shown.from, shown.len)
}

fn company_of(view: &SourceView, call: &Call) -> Option<u32> {
    view.company_by_key(call.query.get("company_id")?)
}

fn person_of<'v>(view: &'v SourceView, call: &Call) -> Option<&'v Sighting> {
    view.person(call.query.get("employee_id")?)
}

impl Api for Lead411 {
    const SOURCE: Source = Source::Lead411;
    type Config = Lead411Config;
    type Memory = Memory;

    fn answer(inner: &mut Inner, view: &SourceView, call: &Call) -> Reply {
        let segments = call.segments();
        let ["v1", endpoint @ ..] = segments.as_slice() else { return Reply::json(404, json!({"message": "Not Found"})) };
        let windows: Vec<Window> = inner.config.limit.into_iter().collect();
        if inner.admit("all", call.at, &windows).is_err() {
            return Self::too_many(&inner.config);
        }
        if endpoint == ["getCustomerDetails"] && call.method == "GET" {
            return if call.bearer().is_some_and(|token| inner.knows(token, call.at)) {
                Reply::json(200, json!({"status": "success", "email": inner.config.username}))
            } else {
                Reply::json(401, json!({"status": "error", "message": "Invalid token"}))
            };
        }
        if call.method != "POST" {
            return Reply::json(405, json!({"message": "Method Not Allowed"}));
        }
        if endpoint == ["authenticate_user"] {
            return inner.login(view, call);
        }
        let token = call.query.get("token").unwrap_or_default();
        if !inner.knows(token, call.at) {
            return Self::unauthorized(&inner.config);
        }
        inner.route(view, call, endpoint)
    }

    fn unauthorized(_: &Lead411Config) -> Reply {
        failure("Invalid token or token expired. Please login again.")
    }

    fn too_many(_: &Lead411Config) -> Reply {
        Reply::json(429, json!({"status": "error", "message": "Too many requests"}))
    }

    fn error_inside() -> Reply {
        failure("Something went wrong, please try again later.")
    }
}
