//! Lead411: a login gives a token that goes into the query, all calls are POSTs without a body, and failures come inside a
//! 200. Search, then each person by itself, unlocked (and paid) where still locked.

mod filters;

use super::{
    Again, Capabilities, Clue, Credential, Enriched, Estimate, FetchError, Finding, Known, Login, Prices, Provider, Reveal, Search,
    Settings, Usage,
    companies::{Companies, id_text},
    one_by_one,
    search::Checked,
    settings::Connection,
    two_step::{self, Paid, Teaser, Teasers, TwoStep, fill},
};
use crate::{
    domain::{Source, Text, Timestamp},
    intake::raw::{BadRow, RawPage},
    net::{
        Answer, Class, Client, Credits, Fault, Granted, Lane, Limit, NetError, Replay, Request, Service, Tokens, Tools, by_status,
        remote_words,
    },
};
use base64::Engine as _;
use filters::{COMPANY_DETAILS, FILTERS, OTHER};
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value as Json, json};
use std::{collections::HashMap, sync::Arc, time::Duration};

pub(super) static SERVICE: Service =
    Service { key: "lead411", label: "Lead411", credential: "LEAD411_USERNAME and LEAD411_PASSWORD", address: "LEAD411_BASE_URL" };

pub(super) const LOGINS: &[&[Credential]] = &[&[
    Credential { key: "username", env: "LEAD411_USERNAME", secret: false, about: "the e-mail address of the login" },
    Credential { key: "password", env: "LEAD411_PASSWORD", secret: true, about: "of the same login" },
]];

pub(super) static CAPABILITIES: Capabilities = Capabilities {
    page: 100,
    window: None,
    batch: 1,
    prices: Prices { person: EACH, numbers: None, check: None, again: Again::Charged },
    tells_usage: false,
    filters: FILTERS,
    costs: "searching is free; unlocking a person costs 1 of the plan's exports",
};

const EACH: Credits = Credits::whole(1);

/// Life of a token that does not say, which is to say: unknown; a refused one is replaced anyway.
const USUAL_LIFE: Duration = Duration::from_hours(1);

/// Pages of a company's staff that are read.
const STAFF_PAGES: u64 = 4;

/// Rows a page of staff, by the documentation.
const STAFF_PAGE: u64 = 25;

/// The client.
struct Lead411 {
    http: Client,
    tokens: Tokens,
    user: SecretString,
    password: SecretString,
    companies: Companies,
}

/// No limit is documented; clients wait half a second to a second between calls.
pub(super) fn build(settings: &Settings, tools: &Tools) -> Result<Arc<dyn Provider>, NetError> {
    let user = settings.credential(&SERVICE, &LOGINS[0][0])?;
    let password = settings.credential(&SERVICE, &LOGINS[0][1])?;
    let lanes = vec![Lane::new(Lane::ALL, vec![Limit::new(2, 1)])];
    let to = Connection { service: &SERVICE, host: "https://api.lead411.com", path: "/v1", lanes, judge, concurrency: 1 };
    let http = settings.client(to, Vec::new(), tools)?;
    Ok(Arc::new(Lead411 { http, tokens: Tokens::new(tools.clock.clone()), user, password, companies: Companies::new("lead411", tools) }))
}

/// `status` other than "success" is a failure, whatever HTTP says; its message tells which.
fn judge(answer: &Answer, now: Timestamp) -> Option<Fault> {
    if let Some(fault) = by_status(answer, now) {
        return Some(fault);
    }
    let body: Json = answer.json().ok()?;
    let failed = body["status"].as_str().is_some_and(|status| status != "success");
    if !failed {
        return None;
    }
    let words = remote_words(answer);
    let lower = words.to_lowercase();
    let says = |all: &[&str]| all.iter().any(|word| lower.contains(word));
    let class = if (says(&["invalid", "expired", "incorrect"]) && says(&["token", "login", "password", "user"])) || says(&["unauthorized"])
    {
        Class::Auth
    } else if says(&["credit", "limit", "export"]) {
        Class::Quota
    } else if says(&["not found", "no record", "no result"]) {
        Class::NotFound
    } else {
        Class::Rejected
    };
    Some(Fault { class, words, wait: None })
}

impl Lead411 {
    async fn log_in(&self) -> Result<Granted, NetError> {
        let request =
            self.http.post("authenticate_user").query("email", self.user.expose_secret()).query("password", self.password.expose_secret());
        let answer: Json = request.hide(&self.user).hide(&self.password).send().await?.json()?;
        let token = answer["token"].as_str().filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| NetError::new(&SERVICE, Class::Auth, "POST authenticate_user", "no token was given", &[]))?;
        let life = expiry(token).map(|end| end.since(self.http.tools().clock.now()));
        Ok(Granted { token: SecretString::from(token), life: life.unwrap_or(USUAL_LIFE) })
    }

    /// A call with its parameters and the token in the query. Neither appears in a log or an error.
    async fn call(&self, path: &'static str, replay: Replay, query: &[(&str, String)]) -> Result<Json, NetError> {
        let make = |token: &SecretString| -> Request {
            let request = self.http.post(path).replay(replay).query("token", token.expose_secret()).hide(token);
            query.iter().fold(request, |request, (name, value)| request.query(name, value))
        };
        let answer = self.tokens.call(|| self.log_in(), make).await?;
        let mut body = answer.json()?;
        clean(&mut body);
        Ok(body)
    }

    async fn page(&self, filters: &Checked, page: u64, size: u32) -> Result<Vec<Json>, NetError> {
        let mut query =
            vec![("companyResults", "companyResultsAll".to_owned()), ("page", page.to_string()), ("per_page", size.to_string())];
        let given = filters.without(&[COMPANY_DETAILS, OTHER]);
        let other = filters.0.get(OTHER).and_then(Json::as_object);
        let all: Vec<(&String, String)> = given
            .iter()
            .chain(other.into_iter().flatten())
            .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
        query.extend(all.iter().map(|(name, value)| (name.as_str(), value.clone())));
        let mut body = self.call("search/searchUsingJSON", Replay::Safe, &query).await?;
        match body["AllResults"].take() {
            Json::Array(rows) => Ok(rows),
            Json::Null => Ok(Vec::new()),
            _ => Err(NetError::new(&SERVICE, Class::Malformed, "POST search/searchUsingJSON", "it holds no AllResults", &[])),
        }
    }

    /// The people of a company that was found without any.
    async fn staff(&self, company_id: &str, found: &Json) -> Result<Vec<Json>, NetError> {
        let mut people = Vec::new();
        for page in 1..=STAFF_PAGES {
            let query = [("company_id", company_id.to_owned()), ("page", page.to_string()), ("per_page", STAFF_PAGE.to_string())];
            let mut body = self.call("company/getCompanyEmployees", Replay::Safe, &query).await?;
            let Json::Array(rows) = body["companyEmployeesData"]["companyEmployees"].take() else { break };
            let last = (rows.len() as u64) < STAFF_PAGE;
            people.extend(rows.into_iter().map(|mut row| {
                fill(&mut row, found);
                row
            }));
            if last {
                break;
            }
        }
        Ok(people)
    }

    /// Everything about one person: for nothing where it is unlocked already, else for one export.
    async fn person(&self, id: &str) -> Result<Json, NetError> {
        let query = [("employee_id", id.to_owned())];
        let mut known = self.call("employee/getEmployeeInformation", Replay::Safe, &query).await?;
        let locked = known["message"].as_str().is_some_and(|message| message.contains("Unlock"));
        if locked {
            let unlock = async || Ok((self.call("employee/unlock_employee_record", Replay::Never, &query).await?, EACH));
            known = self.http.paid("unlock", EACH, unlock).await?;
        }
        if let Json::Object(known) = &mut known {
            known.remove("status");
            known.remove("message");
            known.entry("employee_id").or_insert_with(|| Json::from(id));
        }
        Ok(known)
    }

    async fn ask_companies(&self, ids: Vec<String>) -> Result<HashMap<String, Json>, NetError> {
        let mut found = HashMap::new();
        for id in ids {
            match self.call("company/getCompanyInfo", Replay::Safe, &[("company_id", id.clone())]).await {
                Ok(mut company) => {
                    if let Json::Object(company) = &mut company {
                        company.remove("status");
                        company.remove("message");
                    }
                    found.insert(id, company);
                }
                Err(error) if error.class() == Class::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn add_companies(&self, rows: &mut [Json]) {
        // company_data, company_outside_tech_data, indeed_data stand beside the person.
        let id = |row: &Json| id_text(&row["company_id"]);
        self.companies.add("", rows, id, 1, |ids| self.ask_companies(ids)).await;
    }
}

/// When a token ends, as it says itself (`exp` of a JWT, not checked: it only saves a call).
fn expiry(token: &str) -> Option<Timestamp> {
    let claims = token.split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    let exp = serde_json::from_slice::<Json>(&bytes).ok()?["exp"].as_i64()?;
    Some(Timestamp::from_micros(exp.saturating_mul(1_000_000)))
}

/// "N/A" and "Not Available" mean nothing, and texts carry stray backslashes.
fn clean(value: &mut Json) {
    match value {
        Json::String(text) => {
            if matches!(text.trim(), "" | "N/A" | "n/a" | "Not Available") {
                *value = Json::Null;
            } else if text.contains('\\') {
                *text = text.replace('\\', "");
            }
        }
        Json::Array(items) => items.iter_mut().for_each(clean),
        Json::Object(object) => object.values_mut().for_each(clean),
        _ => {}
    }
}

/// The search told the address already: nothing is left to buy.
fn is_complete(teaser: &Json) -> bool {
    teaser["json_meta"]["employee_meta"]["email"].is_string() || teaser["email"].is_string()
}

impl TwoStep for Lead411 {
    fn search<'a>(&'a self, filters: &'a Checked, at: Option<&'a str>, size: u32) -> BoxFuture<'a, Result<Teasers, FetchError>> {
        Box::pin(async move {
            let page: u64 = at.map_or(Some(1), |at| at.parse().ok()).ok_or(FetchError::Cursor(Source::Lead411))?;
            let rows = self.page(filters, page, size).await?;
            // No total is told: an empty page is the end.
            let next = (!rows.is_empty()).then(|| (page + 1).to_string());
            let (mut people, mut bad) = (Vec::new(), Vec::new());
            for (nth, row) in rows.into_iter().enumerate() {
                match (id_text(&row["employee_id"]), id_text(&row["company_id"])) {
                    (Some(id), _) => people.push(Teaser { id, row }),
                    (None, Some(company)) => {
                        let staff = self.staff(&company, &row).await?;
                        people.extend(staff.into_iter().filter_map(|row| Some(Teaser { id: id_text(&row["employee_id"])?, row })));
                    }
                    (None, None) => bad.push(BadRow::new(
                        nth as u64 + 1,
                        "Lead411 gave no id for it, so it cannot be unlocked.",
                        row.to_string().as_bytes(),
                    )),
                }
            }
            Ok(Teasers { people, bad, total: None, next })
        })
    }

    fn pay<'a>(&'a self, filters: &'a Checked, people: &'a [Teaser]) -> BoxFuture<'a, Result<Paid, FetchError>> {
        Box::pin(async move {
            let mut paid = Paid::default();
            for teaser in people {
                let mut row = if is_complete(&teaser.row) {
                    json!({})
                } else {
                    match self.person(&teaser.id).await {
                        Ok(row) => row,
                        Err(error) if error.class() == Class::NotFound => json!({}),
                        Err(error) => return Err(error.into()),
                    }
                };
                fill(&mut row, &teaser.row);
                paid.rows.push(row);
            }
            if filters.0.get(COMPANY_DETAILS) != Some(&Json::Bool(false)) {
                self.add_companies(&mut paid.rows).await;
            }
            Ok(paid)
        })
    }

    fn batch(&self) -> (usize, usize) {
        (1, 1)
    }
}

impl Provider for Lead411 {
    fn source(&self) -> Source {
        Source::Lead411
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn fetch<'a>(&'a self, search: &'a Search, at: Option<&'a str>, known: Known<'a>) -> BoxFuture<'a, Result<RawPage, FetchError>> {
        Box::pin(two_step::fetch(self, (Source::Lead411, &CAPABILITIES), search, at, known))
    }

    fn test_login(&self) -> BoxFuture<'_, Result<Login, FetchError>> {
        Box::pin(async move {
            self.tokens.log_in(|| self.log_in()).await?;
            Ok(Login { account: Text::default() })
        })
    }

    fn usage(&self) -> BoxFuture<'_, Result<Usage, FetchError>> {
        Box::pin(async { Err(FetchError::Unsupported(Source::Lead411, "tell what is left of its exports")) })
    }

    fn estimate<'a>(&'a self, search: &'a Search) -> BoxFuture<'a, Result<Estimate, FetchError>> {
        Box::pin(async move {
            search.checked(Source::Lead411, &CAPABILITIES)?;
            Ok(Estimate {
                rows: search.limit,
                credits: search.limit.map(|rows| EACH.times(rows)),
                calls: search.limit.map(|rows| rows.div_ceil(100) + rows * 3),
                note: "Lead411 does not say how many there are; this is for the limit.",
            })
        })
    }

    fn enrich<'a>(&'a self, clues: &'a [Clue], _: Reveal) -> BoxFuture<'a, Result<Vec<Enriched>, FetchError>> {
        Box::pin(one_by_one(clues, |about| self.find(about)))
    }
}

impl Lead411 {
    /// By id, or by name within the company: the search takes both.
    async fn find(&self, clue: &Clue) -> Result<Finding, NetError> {
        let (id, found) = if let Some(id) = &clue.id {
            (id.to_string(), json!({}))
        } else {
            let employer = if clue.domain.is_empty() { &clue.company } else { &clue.domain };
            if employer.is_empty() || clue.last_name.is_empty() {
                return Ok(Finding::Nothing);
            }
            let wanted = [("user_search_string", employer), ("first_name", &clue.first_name), ("last_name", &clue.last_name)];
            let filters = Checked(
                wanted
                    .iter()
                    .filter(|(_, value)| !value.is_empty())
                    .map(|(key, value)| ((*key).to_owned(), Json::from(value.as_str())))
                    .collect(),
            );
            let name = format!("{} {}", clue.first_name, clue.last_name).to_lowercase();
            let called = |row: &Json| {
                let whole = row["json_meta"]["employee_meta"]["employee_name"].as_str().or_else(|| row["employee_name"].as_str());
                let parts =
                    || format!("{} {}", row["first_name"].as_str().unwrap_or_default(), row["last_name"].as_str().unwrap_or_default());
                whole.map_or_else(parts, str::to_owned).to_lowercase()
            };
            let rows = self.page(&filters, 1, CAPABILITIES.page).await?;
            let Some(row) = rows.into_iter().find(|row| called(row) == name.trim()) else { return Ok(Finding::Nothing) };
            let Some(id) = id_text(&row["employee_id"]) else { return Ok(Finding::Nothing) };
            if is_complete(&row) {
                return Ok(Finding::Row(row));
            }
            (id, row)
        };
        match self.person(&id).await {
            Ok(mut row) => {
                fill(&mut row, &found);
                Ok(Finding::Row(row))
            }
            Err(error) if error.class() == Class::NotFound => Ok(Finding::Nothing),
            Err(error) if error.class() == Class::Withheld => Ok(Finding::Withheld),
            Err(error) => Err(error),
        }
    }
}
