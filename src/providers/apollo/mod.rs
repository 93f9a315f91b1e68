//! Apollo.io: `mixed_people/api_search` gives teasers for nothing, `people/bulk_match` sells the people in tens, mobile
//! numbers are asked for there and polled.

mod filters;

use super::{
    Again, Balance, Capabilities, Clue, Credential, Enriched, Estimate, FetchError, Finding, Known, Login, Prices, Provider, RateLeft,
    Reveal, Search, Settings, Usage,
    companies::Companies,
    search::Checked,
    settings::Connection,
    two_step::{self, Paid, Teaser, Teasers, TwoStep},
};
use crate::{
    domain::{Source, Text, Timestamp},
    intake::raw::{BadRow, RawPage},
    net::{Answer, Class, Client, Credits, Fault, Header, Lane, Limit, NetError, Replay, Service, Tools, by_status},
};
use filters::{COMPANY_DETAILS, FILTERS, OTHER, REVEAL_EMAILS, REVEAL_PHONES};
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::{collections::HashMap, sync::Arc, time::Duration};

pub(super) static SERVICE: Service =
    Service { key: "apollo", label: "Apollo.io", credential: "APOLLO_API_KEY", address: "APOLLO_BASE_URL" };

pub(super) const LOGINS: &[&[Credential]] = &[&[Credential {
    key: "api_key",
    env: "APOLLO_API_KEY",
    secret: true,
    about: "Settings > Integrations > API > API keys; a master key, or one with the scopes mixed_people/api_search and people/bulk_match",
}]];

pub(super) static CAPABILITIES: Capabilities = Capabilities {
    page: 100,
    window: Some(50_000),
    batch: 10,
    prices: Prices { person: PERSON, numbers: Some(PHONE), check: None, again: Again::Charged },
    tells_usage: true,
    filters: FILTERS,
    costs: "searching is free; a person costs 1 credit, a mobile number 8 more, an employer 1; nobody found costs nothing",
};

const SEARCH: &str = "search";
const ENRICH: &str = "enrich";

/// Pages of one search; what lies beyond must be found by a narrower one.
const MAX_PAGES: u32 = 500;

/// Documented: 1 for the person, 8 for a mobile number, 1 for a company.
const PERSON: Credits = Credits::whole(1);
const PHONE: Credits = Credits::whole(8);
const COMPANY: Credits = Credits::whole(1);

/// How often a number that is on its way is asked for, and how long between where the answer does not say.
const POLLS: u32 = 12;
const POLL_EVERY: Duration = Duration::from_secs(10);

/// The client.
pub struct Apollo {
    http: Client,
    companies: Companies,
}

/// Documented for Basic and Professional: the smallest that a paying team has.
fn lanes() -> Vec<Lane> {
    let minute = |calls| Limit::new(calls, 60);
    let (hour, day) = (|calls| Limit::new(calls, 3600), |calls| Limit::new(calls, 86_400));
    vec![
        Lane::new(SEARCH, vec![minute(200), hour(6000), day(50_000)]),
        Lane::new(ENRICH, vec![minute(1000)]),
        // Everything else, each endpoint by itself; we call them rarely.
        Lane::new("account", vec![minute(200), hour(400), day(2000)]),
    ]
}

pub(super) fn build(settings: &Settings, tools: &Tools) -> Result<Arc<dyn Provider>, NetError> {
    let key = settings.credential(&SERVICE, &LOGINS[0][0])?;
    let to = Connection { service: &SERVICE, host: "https://api.apollo.io", path: "/api/v1", lanes: lanes(), judge, concurrency: 4 };
    let headers = vec![("x-api-key", Header::Secret(key)), ("cache-control", Header::Plain("no-cache".to_owned()))];
    Ok(Arc::new(Apollo { http: settings.client(to, headers, tools)?, companies: Companies::new("apollo", tools) }))
}

/// Spent credits come as 422 with words; a key without the scope as 403; a number on its way as 404.
fn judge(answer: &Answer, now: Timestamp) -> Option<Fault> {
    let mut fault = by_status(answer, now)?;
    let words = fault.words.to_lowercase();
    let coded = |code: &str| answer.status() < 500 && answer.text().contains(code);
    if words.contains("insufficient credits") || coded("CREDITS_EXHAUSTED") {
        fault.class = Class::Quota;
    } else if answer.status() != 429 && (words.contains("maximum number of api calls") || coded("RATE_LIMIT_EXCEEDED")) {
        fault.class = Class::RateLimited;
    }
    Some(fault)
}

#[derive(Deserialize)]
struct Found {
    people: Vec<Json>,
    total_entries: Option<u64>,
    /// Older answers count here.
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Pagination {
    total_entries: Option<u64>,
}

#[derive(Deserialize)]
struct Matched {
    matches: Vec<Option<Json>>,
    credits_consumed: Option<f64>,
    /// A signed 64-bit number, larger than a double can hold: kept as it is written.
    request_id: Option<Json>,
}

#[derive(Deserialize)]
struct Bought {
    organizations: Vec<Option<Json>>,
    unique_enriched_records: Option<u64>,
}

impl Apollo {
    async fn page(&self, filters: &Checked, page: u32, size: u32) -> Result<Found, NetError> {
        let mut body = filters.without(&[REVEAL_EMAILS, REVEAL_PHONES, COMPANY_DETAILS, OTHER]);
        if let Some(Json::Object(more)) = filters.0.get(OTHER) {
            body.extend(more.clone());
        }
        body.insert("page".to_owned(), Json::from(page));
        body.insert("per_page".to_owned(), Json::from(size));
        self.http.post("mixed_people/api_search").lane(SEARCH).json(&body).send().await?.json()
    }

    /// Buys up to ten people; the answers come back in no promised order and may hold somebody else.
    async fn bulk_match(&self, details: &[Json], emails: bool, phones: bool) -> Result<Vec<Json>, NetError> {
        let most = (if phones { PERSON + PHONE } else { PERSON }).times(details.len() as u64);
        let mut request = self.http.post("people/bulk_match").lane(ENRICH).replay(Replay::Never).json(&json!({"details": details}));
        request = request.query(REVEAL_EMAILS, emails).query(REVEAL_PHONES, phones);
        if phones {
            request = request.query("poll_only", true);
        }
        let call = async || {
            let matched: Matched = request.clone().send().await?.json().map_err(NetError::doubtful)?;
            let mut people: Vec<Json> = matched.matches.into_iter().flatten().collect();
            let mut cost = matched.credits_consumed.map_or_else(|| PERSON.times(people.len() as u64), Credits::from_f64);
            if let Some(request_id) = matched.request_id.filter(|_| phones) {
                cost = cost + self.add_phones(&request_id, &mut people).await;
            }
            Ok((people, cost))
        };
        self.http.paid(ENRICH, most, call).await
    }

    /// Buys up to ten companies, of which `domains` has the address by id.
    async fn buy_companies(&self, ids: Vec<String>, domains: &HashMap<String, String>) -> Result<HashMap<String, Json>, NetError> {
        let wanted: Vec<&String> = ids.iter().filter_map(|id| domains.get(id)).collect();
        let call = async || {
            let request = self.http.post("organizations/bulk_enrich").lane(ENRICH).replay(Replay::Never);
            let bought: Bought = request.json(&json!({"domains": wanted})).send().await?.json().map_err(NetError::doubtful)?;
            let found: Vec<Json> = bought.organizations.into_iter().flatten().collect();
            let cost = bought.unique_enriched_records.unwrap_or(found.len() as u64);
            Ok((found, COMPANY.times(cost)))
        };
        let found = self.http.paid("company", COMPANY.times(wanted.len() as u64), call).await?;
        Ok(found.into_iter().filter_map(|company| Some((id_of(&company)?.to_owned(), company))).collect())
    }

    /// Adds to each person what Apollo knows of the employer: the search and the person bring its name and address only.
    async fn add_companies(&self, rows: &mut [Json]) {
        let id = |row: &Json| id_of(&row["organization"]).map(str::to_owned);
        let domain = |row: &Json| Some((id(row)?, row["organization"]["primary_domain"].as_str()?.to_owned()));
        let domains: HashMap<String, String> = rows.iter().filter_map(domain).collect();
        let has_domain = |row: &Json| id(row).filter(|id| domains.contains_key(id));
        self.companies.add("organization", rows, has_domain, 10, |ids| self.buy_companies(ids, &domains)).await;
    }

    /// Waits for the numbers of a bulk match, puts them into the people, and says what they cost. Numbers that do not
    /// come in time are left out, but count: the people are worth having without, and nobody knows the bill.
    async fn add_phones(&self, request_id: &Json, people: &mut [Json]) -> Credits {
        let id = request_id.as_str().map_or_else(|| request_id.to_string(), str::to_owned);
        for _ in 0..POLLS {
            let call = self.http.get("webhook_result").segment(&*id).lane("account").judge(pending_is_fine).send();
            let Ok(body) = call.await.and_then(|answer| answer.json::<Json>()) else { break };
            let result = &body["webhook_result"];
            if body["webhook_status"] == "success" {
                let found = result["people"].as_array().map_or(&[][..], Vec::as_slice);
                for found in found {
                    let whose = people.iter_mut().find(|person| id_of(person).is_some() && id_of(person) == id_of(found));
                    if let Some(Json::Object(person)) = whose {
                        person.insert("phone_numbers".to_owned(), found["phone_numbers"].clone());
                    }
                }
                return result["credits_consumed"].as_f64().map_or_else(|| PHONE.times(found.len() as u64), Credits::from_f64);
            }
            if body["webhook_status"] == "failed" {
                return Credits::ZERO;
            }
            if body["error_code"].as_str().is_some_and(|code| code != "result_pending") {
                break;
            }
            let wait = body["retry_after_seconds"].as_u64().map_or(POLL_EVERY, Duration::from_secs);
            self.http.nap(wait.clamp(Duration::from_secs(1), POLL_EVERY * 6)).await;
        }
        tracing::warn!(service = SERVICE.key, "mobile numbers did not come in time; the people are taken without");
        PHONE.times(people.len() as u64)
    }
}

/// Asking for a result too early is a 404 here, asking too late a 410.
fn pending_is_fine(answer: &Answer, now: Timestamp) -> Option<Fault> {
    let known = matches!(answer.status(), 404 | 410) && answer.text().contains("error_code");
    if known { None } else { judge(answer, now) }
}

fn id_of(person: &Json) -> Option<&str> {
    person["id"].as_str().filter(|id| !id.is_empty())
}

impl TwoStep for Apollo {
    fn search<'a>(&'a self, filters: &'a Checked, at: Option<&'a str>, size: u32) -> BoxFuture<'a, Result<Teasers, FetchError>> {
        Box::pin(async move {
            let page: u32 = at.map_or(Some(1), |at| at.parse().ok()).ok_or(FetchError::Cursor(Source::Apollo))?;
            let found = self.page(filters, page, size).await?;
            let total = found.total_entries.or(found.pagination.and_then(|pagination| pagination.total_entries));
            let full = found.people.len() as u64 >= u64::from(size);
            let more =
                total.map_or(full, |total| u64::from(page) * u64::from(size) < total) && !found.people.is_empty() && page < MAX_PAGES;
            let (mut people, mut bad) = (Vec::new(), Vec::new());
            for (nth, row) in found.people.into_iter().enumerate() {
                match id_of(&row) {
                    Some(id) => people.push(Teaser { id: id.to_owned(), row }),
                    None => bad.push(BadRow::new(
                        nth as u64 + 1,
                        "Apollo.io gave no id for it, so it cannot be fetched.",
                        row.to_string().as_bytes(),
                    )),
                }
            }
            Ok(Teasers { people, bad, total, next: more.then(|| (page + 1).to_string()) })
        })
    }

    fn pay<'a>(&'a self, filters: &'a Checked, people: &'a [Teaser]) -> BoxFuture<'a, Result<Paid, FetchError>> {
        Box::pin(async move {
            let details: Vec<Json> = people.iter().map(|teaser| json!({"id": teaser.id})).collect();
            let mut found = self.bulk_match(&details, filters.flag(REVEAL_EMAILS), filters.flag(REVEAL_PHONES)).await?;
            let mut paid = Paid::default();
            for teaser in people {
                // An unknown id is answered with some other person: only the one asked for is taken.
                let row = found.iter().position(|person| id_of(person) == Some(&teaser.id)).map(|at| found.swap_remove(at));
                let mut row = row.unwrap_or_else(|| json!({}));
                two_step::fill(&mut row, &teaser.row);
                paid.rows.push(row);
            }
            for stranger in found {
                tracing::warn!(
                    service = SERVICE.key,
                    id = id_of(&stranger).unwrap_or_default(),
                    "somebody was sent who was not asked for; left out"
                );
            }
            if filters.flag(COMPANY_DETAILS) {
                self.add_companies(&mut paid.rows).await;
            }
            Ok(paid)
        })
    }

    fn batch(&self) -> (usize, usize) {
        (10, 4)
    }
}

impl Provider for Apollo {
    fn source(&self) -> Source {
        Source::Apollo
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn fetch<'a>(&'a self, search: &'a Search, at: Option<&'a str>, known: Known<'a>) -> BoxFuture<'a, Result<RawPage, FetchError>> {
        Box::pin(two_step::fetch(self, (Source::Apollo, &CAPABILITIES), search, at, known))
    }

    fn test_login(&self) -> BoxFuture<'_, Result<Login, FetchError>> {
        Box::pin(async move {
            // The health check answers 200 also to a wrong key.
            let health: Json = self.http.get("auth/health").lane("account").send().await?.json()?;
            if health["is_logged_in"] != json!(true) {
                return Err(NetError::new(&SERVICE, Class::Auth, "GET auth/health", "the key is not known", &[]).into());
            }
            // A key without the scope for searching is the usual first mistake; one free row shows it.
            self.page(&Checked(Map::new()), 1, 1).await?;
            Ok(Login { account: Text::default() })
        })
    }

    fn usage(&self) -> BoxFuture<'_, Result<Usage, FetchError>> {
        Box::pin(async move {
            let stats = |path: &'static str| async move { self.http.post(path).lane("account").send().await?.json::<Json>() };
            let credits = match stats("usage_stats/credit_usage_stats").await {
                Ok(body) => balances(&body),
                // Only master keys may see that; the profile tells a little.
                Err(error) if matches!(error.class(), Class::Permission | Class::NotFound) => {
                    let profile = self.http.get("users/api_profile").query("include_credit_usage", true).lane("account").send().await?;
                    profile_balance(&profile.json()?)
                }
                Err(error) => return Err(error.into()),
            };
            let rates = match stats("usage_stats/api_usage_stats").await {
                Ok(body) => rates(&body),
                Err(error) if matches!(error.class(), Class::Permission | Class::NotFound) => Vec::new(),
                Err(error) => return Err(error.into()),
            };
            Ok(Usage { credits, rates })
        })
    }

    fn estimate<'a>(&'a self, search: &'a Search) -> BoxFuture<'a, Result<Estimate, FetchError>> {
        Box::pin(async move {
            let filters = search.checked(Source::Apollo, &CAPABILITIES)?;
            let found = self.page(&filters, 1, 1).await?;
            let total = found.total_entries.or(found.pagination.and_then(|pagination| pagination.total_entries));
            let rows = total.map(|total| total.min(50_000).min(search.limit.unwrap_or(u64::MAX)));
            let extra = |flag: &str, credits| if filters.flag(flag) { credits } else { Credits::ZERO };
            let each = PERSON + extra(REVEAL_PHONES, PHONE) + extra(COMPANY_DETAILS, COMPANY);
            let note = if total.is_some_and(|total| total > 50_000) && search.limit.is_none() {
                "A search shows its first 50,000 people; narrow it to reach the others."
            } else {
                ""
            };
            Ok(Estimate {
                rows,
                credits: rows.map(|rows| each.times(rows)),
                calls: rows.map(|rows| rows.div_ceil(100) + rows.div_ceil(10)),
                note,
            })
        })
    }

    fn enrich<'a>(&'a self, clues: &'a [Clue], reveal: Reveal) -> BoxFuture<'a, Result<Vec<Enriched>, FetchError>> {
        Box::pin(async move {
            let mut answers = Vec::new();
            for (nth, group) in clues.chunks(10).enumerate() {
                let details: Vec<Json> = group.iter().map(details).collect();
                let mut found = match self.bulk_match(&details, false, reveal == Reveal::Numbers).await {
                    Ok(found) => found,
                    Err(error) if answers.is_empty() => return Err(error.into()),
                    // What was paid for is kept; whoever has no answer may be asked for again.
                    Err(_) => break,
                };
                for (place, clue) in group.iter().enumerate() {
                    let at = found.iter().position(|person| belongs(clue, person));
                    let finding = at.map_or(Finding::Nothing, |at| Finding::Row(found.swap_remove(at)));
                    answers.push(Enriched { clue: nth * 10 + place, finding });
                }
            }
            Ok(answers)
        })
    }
}

fn details(clue: &Clue) -> Json {
    let mut details = Map::new();
    let mut put = |key: &str, value: &str| {
        if !value.is_empty() {
            details.insert(key.to_owned(), Json::from(value));
        }
    };
    put("id", clue.id.as_deref().unwrap_or_default());
    put("email", clue.email.as_ref().map(crate::domain::Email::as_str).unwrap_or_default());
    put("first_name", &clue.first_name);
    put("last_name", &clue.last_name);
    put("organization_name", &clue.company);
    put("domain", &clue.domain);
    put("linkedin_url", &clue.linkedin);
    Json::Object(details)
}

/// Is `person` the one that `clue` asks for? The order of the answers is no proof.
fn belongs(clue: &Clue, person: &Json) -> bool {
    let says = |key: &str| person[key].as_str().unwrap_or_default().to_lowercase();
    if let Some(id) = &clue.id {
        return id_of(person) == Some(id);
    }
    let profile = |url: &str| url.trim_end_matches('/').rsplit("linkedin.com/").next().unwrap_or_default().to_lowercase();
    let same = |ours: &str, theirs: &str| !ours.is_empty() && ours.to_lowercase() == theirs;
    let employer = &person["organization"];
    let domain = employer["primary_domain"].as_str().unwrap_or_default().to_lowercase();
    let company = employer["name"].as_str().unwrap_or_default().to_lowercase();
    clue.email.as_ref().is_some_and(|email| same(email.as_str(), &says("email")))
        || (!clue.linkedin.is_empty() && profile(&clue.linkedin) == profile(&says("linkedin_url")))
        || (same(&clue.first_name, &says("first_name"))
            && same(&clue.last_name, &says("last_name"))
            && (same(&clue.domain, &domain) || same(&clue.company, &company)))
}

fn balances(body: &Json) -> Vec<Balance> {
    let resets = body["current_credit_cycle"]["end_date"].as_str().and_then(Timestamp::parse);
    let kinds = body["credit_usage_stats"].as_object().into_iter().flatten();
    let number = |value: &Json| value.as_f64().map(Credits::from_f64);
    kinds
        .filter(|(_, kind)| kind["limit"].as_f64().is_some_and(|limit| limit > 0.0))
        .map(|(name, kind)| Balance {
            name: Text::from(name.replace('_', " ")),
            used: number(&kind["consumed"]),
            left: number(&kind["left_over"]),
            resets,
        })
        .collect()
}

fn profile_balance(profile: &Json) -> Vec<Balance> {
    let (all, used) = (profile["effective_num_lead_credits"].as_f64(), profile["total_unified_credits_used"].as_f64());
    let balance = |(all, used): (f64, f64)| Balance {
        name: "lead credit".into(),
        used: Some(Credits::from_f64(used)),
        left: Some(Credits::from_f64(all - used)),
        resets: None,
    };
    all.zip(used).map(balance).into_iter().collect()
}

/// Keys are lists in a string: `["api/v1/mixed_people", "api_search"]`.
fn rates(body: &Json) -> Vec<RateLeft> {
    let ours = [("api_search", "search"), ("bulk_match", "enrich")];
    let mut rates = Vec::new();
    for (endpoint, windows) in body.as_object().into_iter().flatten() {
        let Some((_, name)) = ours.iter().find(|(last, _)| endpoint.contains(&format!("\"{last}\""))) else { continue };
        for window in ["minute", "hour", "day"] {
            if let (Some(limit), Some(left)) = (windows[window]["limit"].as_u64(), windows[window]["left_over"].as_u64()) {
                rates.push(RateLeft { name: Text::from(format!("{name}, a {window}")), limit, left });
            }
        }
    }
    rates
}
