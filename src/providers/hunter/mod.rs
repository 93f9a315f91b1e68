//! Hunter.io: the addresses of companies (`domain-search`), one person's address (`email-finder`), whether mail arrives
//! (`email-verifier`). It has no ids of people: the address is the id.

mod filters;
mod place;

use super::{
    Again, Balance, Capabilities, Clue, Credential, Deliverability, Enriched, Estimate, FetchError, Finding, Known, Login, Prices,
    Provider, Reveal, Search, SearchError, Settings, Usage, Verification, cursor, one_by_one, search::Checked, settings::Connection,
};
use crate::{
    domain::{Email, Source, Text, Timestamp},
    intake::raw::{BadRow, Note, RawPage, Rows},
    net::{Answer, Class, Client, Credits, Fault, Header, Lane, Limit, NetError, Replay, Request, Service, Shelf, Tools, by_status},
};
use filters::{COMPANIES, DISCOVER, DOMAINS, FILTERS};
use futures_util::future::BoxFuture;
use place::{Place, checked, named, note_name};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::{sync::Arc, time::Duration};

pub(super) static SERVICE: Service =
    Service { key: "hunter", label: "Hunter.io", credential: "HUNTER_API_KEY", address: "HUNTER_BASE_URL" };

pub(super) const LOGINS: &[&[Credential]] =
    &[&[Credential { key: "api_key", env: "HUNTER_API_KEY", secret: true, about: "hunter.io/api-keys" }]];

pub(super) static CAPABILITIES: Capabilities = Capabilities {
    page: 100,
    window: None,
    batch: 1,
    prices: Prices { person: FINDING, numbers: None, check: Some(VERIFYING), again: Again::Charged },
    tells_usage: true,
    filters: FILTERS,
    costs: "1 credit for every ten addresses begun, 1 for an address found, half a credit for a verification",
};

const SEARCH: &str = "search";
const VERIFY: &str = "verify";
const COUNT: &str = "count";
const ACCOUNT: &str = "account";

/// Addresses that one credit buys.
const PER_CREDIT: u64 = 10;

/// What the free plan gives in one call.
const FREE_PLAN_PAGE: u32 = 10;

/// Companies one page of `discover` holds, and where its pages end.
const DISCOVER_PAGE: u32 = 100;
const DISCOVER_WINDOW: u64 = 10_000;

/// Companies counted for an estimate; the rest is reckoned from them.
const MAX_COUNTED: usize = 50;

const FINDING: Credits = Credits::whole(1);
const ENRICHING: Credits = Credits::thousandths(200);
const VERIFYING: Credits = Credits::thousandths(500);

/// How often a verification under way is asked for, and how long between.
const POLLS: u32 = 15;
const POLL_EVERY: Duration = Duration::from_secs(4);

/// Companies passed over in one page because they were read before.
const PASSED_AT_ONCE: u32 = 100;

/// What the shelf keeps: how far companies were read.
const READ: &str = "hunter search";

/// The client.
pub struct Hunter {
    http: Client,
    shelf: Arc<dyn Shelf>,
}

fn lanes() -> Vec<Lane> {
    let limits = |second, minute| vec![Limit::new(second, 1), Limit::new(minute, 60)];
    vec![
        Lane::new(SEARCH, limits(15, 500)),
        Lane::new(VERIFY, limits(10, 300)),
        Lane::new(COUNT, vec![Limit::new(15, 1)]),
        Lane::new(DISCOVER, limits(5, 50)),
        Lane::new(ACCOUNT, vec![Limit::new(1, 1)]),
    ]
}

pub(super) fn build(settings: &Settings, tools: &Tools) -> Result<Arc<dyn Provider>, NetError> {
    let key = settings.credential(&SERVICE, &LOGINS[0][0])?;
    let to = Connection { service: &SERVICE, host: "https://api.hunter.io", path: "/v2", lanes: lanes(), judge, concurrency: 8 };
    // In a header, not in the query as most examples have it: addresses end up in logs.
    let headers = vec![("x-api-key", Header::Secret(key))];
    Ok(Arc::new(Hunter { http: settings.client(to, headers, tools)?, shelf: tools.shelf.clone() }))
}

/// The documentation calls 403 the pace and 429 the plan; Hunter's own program reads 429 as the pace. The words decide.
fn judge(answer: &Answer, now: Timestamp) -> Option<Fault> {
    let mut fault = by_status(answer, now)?;
    if matches!(answer.status(), 402 | 403 | 429) {
        let words = fault.words.to_lowercase();
        let plan = ["billing period", "plan", "credits"].iter().any(|word| words.contains(word));
        fault.class = if plan || answer.status() == 402 { Class::Quota } else { Class::RateLimited };
    }
    Some(fault)
}

/// On the free plan a page of more than ten is an error that must be told from others.
fn page_size_is_fine(answer: &Answer, now: Timestamp) -> Option<Fault> {
    if is_pagination_error(answer) { None } else { judge(answer, now) }
}

fn is_pagination_error(answer: &Answer) -> bool {
    answer.status() == 400 && answer.text().contains("pagination_error")
}

/// 222: the other server failed; later it may not.
fn judge_verification(answer: &Answer, now: Timestamp) -> Option<Fault> {
    if answer.status() == 222 {
        return Some(Fault { class: Class::Server, words: "the other mail server failed".to_owned(), wait: None });
    }
    judge(answer, now)
}

#[derive(Deserialize)]
struct Page {
    data: Map<String, Json>,
    #[serde(default)]
    meta: Meta,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Meta {
    results: Option<u64>,
}

impl Hunter {
    /// A page of companies like those described, by domain, and how many there are. Free.
    async fn discover(&self, filters: &Checked, offset: u64, limit: u32) -> Result<(Vec<String>, Option<u64>), NetError> {
        let mut body = filters.0.get(DISCOVER).and_then(Json::as_object).cloned().unwrap_or_default();
        body.insert("limit".to_owned(), Json::from(limit));
        body.insert("offset".to_owned(), Json::from(offset));
        let answer: Json = self.http.post("discover").lane(DISCOVER).json(&body).send().await?.json()?;
        let companies = answer["data"].as_array().map_or(&[][..], Vec::as_slice);
        let domains = companies.iter().filter_map(|company| company["domain"].as_str().map(str::to_owned)).collect();
        Ok((domains, answer["meta"]["results"].as_u64()))
    }

    /// Finds the next page of companies when those at hand are searched.
    async fn refill(&self, filters: &Checked, place: &mut Place) -> Result<(), NetError> {
        let named = named(filters).len();
        if let Some(offset) = place.discover
            && place.company >= named + place.found.len()
        {
            let (found, total) = self.discover(filters, offset, DISCOVER_PAGE).await?;
            let next = offset + u64::from(DISCOVER_PAGE);
            let more = !found.is_empty() && total.is_some_and(|total| next < total) && next <= DISCOVER_WINDOW;
            place.discover = more.then_some(next);
            place.found = found;
            place.company = named;
        }
        Ok(())
    }

    /// The company to search now, past those addresses that the same search read lately, and how many those are. `None`
    /// after the last company, at `most` people, or when enough was passed for one page.
    async fn unread(&self, filters: &Checked, place: &mut Place, most: u64) -> Result<(Option<(&'static str, String)>, u32), NetError> {
        let mut skipped = 0;
        for _ in 0..PASSED_AT_ONCE {
            if place.looked >= most {
                break;
            }
            self.refill(filters, place).await?;
            let Some((kind, company)) = place.company(filters) else { break };
            if place.offset > 0 {
                return Ok((Some((kind, company)), skipped));
            }
            let name = note_name(filters, (kind, &company));
            let before = self.shelf.find(READ, std::slice::from_ref(&name)).await.remove(&name);
            let Some(before) = before.and_then(|before| serde_json::from_value(before).ok()) else {
                return Ok((Some((kind, company)), skipped));
            };
            skipped += place.pass(before, most);
        }
        Ok((None, skipped))
    }

    /// Reads up to `limit` addresses of one company, and no more than the ceiling on credits leaves room for. `None` when
    /// the plan gives only ten at a time.
    async fn addresses(&self, filters: &Checked, company: (&str, &str), offset: u64, limit: u32) -> Result<Option<Page>, NetError> {
        let mut fit = limit;
        loop {
            let page = self.domain_search(filters, company, offset, fit).await;
            match page.as_ref().err().and_then(|error| error.fitting(fit as usize)) {
                Some(fewer) => fit = fewer as u32,
                None => return page,
            }
        }
    }

    async fn domain_search(&self, filters: &Checked, company: (&str, &str), offset: u64, limit: u32) -> Result<Option<Page>, NetError> {
        let mut request = self.http.get("domain-search").lane(SEARCH).judge(page_size_is_fine).query(company.0, company.1);
        for (name, value) in filters.without(&[DOMAINS, COMPANIES, DISCOVER]) {
            let text = match &value {
                Json::Array(items) => items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(","),
                Json::String(text) => text.clone(),
                other => other.to_string(),
            };
            request = request.query(&name, text);
        }
        let request = request.query("limit", limit).query("offset", offset).replay(Replay::Never);
        let most = Credits::whole(u64::from(limit).div_ceil(PER_CREDIT));
        let call = async || {
            let answer = request.clone().send().await?;
            if is_pagination_error(&answer) {
                if limit > FREE_PLAN_PAGE {
                    return Ok((None, Credits::ZERO));
                }
                return Err(answer.fault(Class::Rejected, &crate::net::remote_words(&answer)));
            }
            let page: Page = answer.json().map_err(NetError::doubtful)?;
            let emails = page.data.get("emails").and_then(Json::as_array).map_or(0, Vec::len) as u64;
            Ok((Some(page), Credits::whole(emails.div_ceil(PER_CREDIT))))
        };
        self.http.paid(SEARCH, most, call).await
    }

    /// The next addresses of one company, by whichever page size the plan gives.
    async fn company_page(&self, filters: &Checked, company: (&str, &str), place: &mut Place, left: u64) -> Result<Page, NetError> {
        let limit = |most: u32| u32::try_from(left).unwrap_or(most).min(most);
        if !place.small {
            if let Some(page) = self.addresses(filters, company, place.offset, limit(CAPABILITIES.page)).await? {
                return Ok(page);
            }
            place.small = true;
        }
        let page = self.addresses(filters, company, place.offset, limit(FREE_PLAN_PAGE)).await?;
        page.ok_or_else(|| NetError::new(&SERVICE, Class::Rejected, "GET domain-search", "it takes no page size", &[]))
    }

    /// One person, by address (with the company) or by name and company.
    async fn person(&self, clue: &Clue) -> Result<Finding, NetError> {
        let (request, cost) = if let Some(email) = &clue.email {
            (self.http.get("combined/find").query("email", email), ENRICHING)
        } else {
            let Some(request) = self.finder(clue) else { return Ok(Finding::Nothing) };
            (request, FINDING)
        };
        let request = request.lane(SEARCH).replay(Replay::Never);
        let call = async || {
            let body: Json = request.clone().send().await?.json().map_err(NetError::doubtful)?;
            let data = body["data"].clone();
            let row = match (&data["person"], &data["company"]) {
                (Json::Object(person), company) => {
                    let mut row = person.clone();
                    row.insert("company".to_owned(), company.clone());
                    Some(Json::Object(row))
                }
                _ if data["email"].is_string() => Some(data),
                _ => None,
            };
            let cost = if row.is_some() { cost } else { Credits::ZERO };
            Ok((row, cost))
        };
        match self.http.paid("enrich", cost, call).await {
            Ok(row) => Ok(row.map_or(Finding::Nothing, Finding::Row)),
            Err(error) if error.class() == Class::NotFound => Ok(Finding::Nothing),
            Err(error) if error.class() == Class::Withheld => Ok(Finding::Withheld),
            Err(error) => Err(error),
        }
    }

    fn finder(&self, clue: &Clue) -> Option<Request> {
        let request = self.http.get("email-finder");
        let request = match (&*clue.domain, &*clue.company) {
            ("", "") => return None,
            ("", company) => request.query("company", company),
            (domain, _) => request.query("domain", domain),
        };
        let named = !clue.first_name.is_empty() && !clue.last_name.is_empty();
        named.then(|| request.query("first_name", &clue.first_name).query("last_name", &clue.last_name))
    }

    async fn account(&self) -> Result<Json, NetError> {
        let mut body: Json = self.http.get("account").lane(ACCOUNT).send().await?.json()?;
        Ok(body["data"].take())
    }
}

/// One row an address: the address's own keys, and what was said about the company under `company`.
fn rows(mut data: Map<String, Json>) -> (Vec<Json>, Vec<BadRow>) {
    let Some(Json::Array(emails)) = data.remove("emails") else { return (Vec::new(), Vec::new()) };
    data.remove("linked_domains");
    let company = Json::Object(data);
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for (nth, email) in emails.into_iter().enumerate() {
        match email {
            Json::Object(mut row) if row.get("value").is_some_and(Json::is_string) => {
                row.insert("company".to_owned(), company.clone());
                rows.push(Json::Object(row));
            }
            other => bad.push(BadRow::new(nth as u64 + 1, "Hunter.io gave a row without an address.", other.to_string().as_bytes())),
        }
    }
    (rows, bad)
}

impl Provider for Hunter {
    fn source(&self) -> Source {
        Source::Hunter
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn check(&self, search: &Search) -> Result<(), SearchError> {
        checked(search).map(drop)
    }

    fn fetch<'a>(&'a self, search: &'a Search, at: Option<&'a str>, _known: Known<'a>) -> BoxFuture<'a, Result<RawPage, FetchError>> {
        Box::pin(async move {
            let filters = checked(search)?;
            let mut place: Place = if at.is_some() { cursor::read(Source::Hunter, at)? } else { Place::start(&filters) };
            let most = search.limit.unwrap_or(u64::MAX);
            let (company, skipped) = self.unread(&filters, &mut place, most).await?;
            let left = most.saturating_sub(place.looked);
            let Some((kind, company)) = company else {
                return Ok(RawPage { skipped, next: place.next(&filters, most), ..RawPage::default() });
            };
            let searched = self.company_page(&filters, (kind, &company), &mut place, left).await;
            let answered = searched.is_ok();
            // One company that cannot be had does not end the run; a search that is wrong shows at its first one.
            let passable = |error: &NetError| match error.class() {
                Class::NotFound | Class::Withheld => true,
                Class::Rejected => place.company > 0,
                _ => false,
            };
            let (total, rows, bad) = match searched {
                Ok(page) => {
                    let (rows, bad) = rows(page.data);
                    (page.meta.results, rows, bad)
                }
                Err(error) if passable(&error) => (Some(0), Vec::new(), vec![BadRow::new(1, error.to_string(), company.as_bytes())]),
                Err(error) => return Err(error.into()),
            };
            let read = (rows.len() + bad.len()) as u64;
            // Without a count, a page that is not full is the last.
            let over = read == 0 || total.map_or(read < u64::from(FREE_PLAN_PAGE), |total| place.offset + read >= total);
            let so_far = place.go_on(read, over);
            let note = answered.then(|| Note { shelf: READ, name: note_name(&filters, (kind, &company)), thing: json!(so_far) });
            // The count is that of one company; of all of them nobody has told.
            let alone = named(&filters).len() == 1 && !filters.0.contains_key(DISCOVER);
            let total = total.filter(|_| alone).map(|total| total.min(search.limit.unwrap_or(u64::MAX)));
            let next = place.next(&filters, most);
            Ok(RawPage { rows: Rows::Objects(rows), bad, skipped, next, total, notes: note.into_iter().collect(), ..RawPage::default() })
        })
    }

    fn test_login(&self) -> BoxFuture<'_, Result<Login, FetchError>> {
        Box::pin(async move {
            let account = self.account().await?;
            let plan = account["plan_name"].as_str().map(|plan| Text::from(format!("plan {plan}")));
            Ok(Login { account: plan.unwrap_or_default() })
        })
    }

    fn usage(&self) -> BoxFuture<'_, Result<Usage, FetchError>> {
        Box::pin(async move {
            let account = self.account().await?;
            let resets = account["reset_date"].as_str().and_then(Timestamp::parse);
            let requests = &account["requests"];
            // New plans have one pool, old ones have several; both are told side by side.
            let kinds = if requests["credits"].is_object() { &["credits"][..] } else { &["searches", "verifications"][..] };
            let balance = |name: &&str| {
                let (used, all) = (requests[*name]["used"].as_f64()?, requests[*name]["available"].as_f64()?);
                Some(Balance {
                    name: Text::new(name),
                    used: Some(Credits::from_f64(used)),
                    left: Some(Credits::from_f64(all - used)),
                    resets,
                })
            };
            Ok(Usage { credits: kinds.iter().filter_map(balance).collect(), rates: Vec::new() })
        })
    }

    fn estimate<'a>(&'a self, search: &'a Search) -> BoxFuture<'a, Result<Estimate, FetchError>> {
        Box::pin(async move {
            let filters = checked(search)?;
            let (found, discovered) =
                if filters.0.contains_key(DISCOVER) { self.discover(&filters, 0, MAX_COUNTED as u32).await? } else { (Vec::new(), None) };
            let mut companies = named(&filters);
            let all = companies.len() as u64 + discovered.unwrap_or(found.len() as u64).min(DISCOVER_WINDOW);
            companies.extend(found.iter().map(|domain| ("domain", domain.as_str())));
            let (mut rows, mut credits, mut calls) = (0, 0, 0);
            let counted = companies.len().min(MAX_COUNTED);
            for company in &companies[..counted] {
                let mut request = self.http.get("email-count").lane(COUNT).query(company.0, company.1);
                if let Some(kind) = filters.0.get("type").and_then(Json::as_str) {
                    request = request.query("type", kind);
                }
                let body: Json = request.send().await?.json()?;
                let total = body["data"]["total"].as_u64().unwrap_or(0).min(search.limit.unwrap_or(u64::MAX).saturating_sub(rows));
                rows += total;
                credits += total.div_ceil(PER_CREDIT);
                calls += total.div_ceil(u64::from(CAPABILITIES.page)).max(1);
            }
            let scale = |n: u64| if counted == 0 { 0 } else { n * all / counted as u64 };
            let filtered = !filters.without(&[DOMAINS, COMPANIES, DISCOVER, "type"]).is_empty();
            let note = match ((counted as u64) < all, filtered) {
                (true, _) => "Reckoned from the first 50 companies.",
                (false, true) => "Filters other than the type may leave fewer.",
                (false, false) => "",
            };
            let rows = scale(rows).min(search.limit.unwrap_or(u64::MAX));
            Ok(Estimate { rows: Some(rows), credits: Some(Credits::whole(scale(credits))), calls: Some(scale(calls)), note })
        })
    }

    fn enrich<'a>(&'a self, clues: &'a [Clue], _: Reveal) -> BoxFuture<'a, Result<Vec<Enriched>, FetchError>> {
        Box::pin(one_by_one(clues, |about| self.person(about)))
    }

    fn verify_email<'a>(&'a self, email: &'a Email) -> BoxFuture<'a, Result<Verification, FetchError>> {
        Box::pin(async move {
            let check = async || {
                for _ in 0..POLLS {
                    let request = self.http.get("email-verifier").lane(VERIFY).judge(judge_verification).query("email", email);
                    let answer = request.send().await?;
                    // 202: still under way; asking again is not charged again.
                    if answer.status() != 202 {
                        return Ok((Some(answer.json::<Json>()?), VERIFYING));
                    }
                    self.http.nap(POLL_EVERY).await;
                }
                Ok((None, VERIFYING))
            };
            let body = match self.http.paid(VERIFY, VERIFYING, check).await {
                Ok(body) => body.unwrap_or_default(),
                Err(error) if error.class() == Class::Withheld => {
                    return Ok(Verification { result: Deliverability::Withheld, confidence: None });
                }
                Err(error) => return Err(error.into()),
            };
            let result = match body["data"]["status"].as_str() {
                Some("valid" | "webmail") => Deliverability::Verified,
                Some("accept_all") => Deliverability::AcceptAll,
                Some("invalid" | "disposable") => Deliverability::Invalid,
                _ => Deliverability::Unverified,
            };
            let confidence = body["data"]["score"].as_f64().map(|score| score.clamp(0.0, 100.0) as u8);
            Ok(Verification { result, confidence })
        })
    }
}
