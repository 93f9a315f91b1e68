//! Seamless.AI: search, order research on up to a hundred people at once, poll until all of it is done.

mod filters;

use super::{
    Again, Balance, Capabilities, Clue, Credential, Enriched, Estimate, FetchError, Finding, Known, Login, Prices, Provider, Reveal,
    Search, Settings, Usage,
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
use filters::{COMPANY_DETAILS, FILTERS, OTHER};
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

pub(super) static SERVICE: Service =
    Service { key: "seamless", label: "Seamless.AI", credential: "SEAMLESS_API_KEY", address: "SEAMLESS_BASE_URL" };

pub(super) const LOGINS: &[&[Credential]] =
    &[&[Credential { key: "api_key", env: "SEAMLESS_API_KEY", secret: true, about: "Settings > Public API > API Key" }]];

pub(super) static CAPABILITIES: Capabilities = Capabilities {
    page: 100,
    window: None,
    batch: 100,
    prices: Prices { person: EACH, numbers: None, check: None, again: Again::Charged },
    tells_usage: true,
    filters: FILTERS,
    costs: "research costs 1 credit a person; searching may cost 1 credit for ten people",
};

const SEARCH: &str = "search";
const RESEARCH: &str = "research";
const POLL: &str = "poll";
const ACCOUNT: &str = "account";

const EACH: Credits = Credits::whole(1);

/// The guides say that searching is free, two clients measured otherwise.
const FOUND_PER_CREDIT: u64 = 10;

/// Told of a person whose research did not end in time.
const NOT_DONE: &str = "Seamless.AI had not finished its research on this person. Import again: it costs nothing more.";

/// How often research is asked after, and how long between (documented: 2 to 5 s).
const POLLS: u32 = 40;
const POLL_EVERY: Duration = Duration::from_secs(3);

/// The client.
struct Seamless {
    http: Client,
    companies: Companies,
}

/// 60 a minute for each endpoint, for the whole organisation.
pub(super) fn build(settings: &Settings, tools: &Tools) -> Result<Arc<dyn Provider>, NetError> {
    let key = settings.credential(&SERVICE, &LOGINS[0][0])?;
    let lanes = [SEARCH, RESEARCH, POLL, ACCOUNT].map(|lane| Lane::new(lane, vec![Limit::new(60, 60)])).to_vec();
    let to = Connection { service: &SERVICE, host: "https://api.seamless.ai", path: "/api/client", lanes, judge, concurrency: 4 };
    Ok(Arc::new(Seamless {
        http: settings.client(to, vec![("token", Header::Secret(key))], tools)?,
        companies: Companies::new("seamless", tools),
    }))
}

/// Credits are a 422 with a code; a 429 says in its headers until when.
fn judge(answer: &Answer, now: Timestamp) -> Option<Fault> {
    let mut fault = by_status(answer, now)?;
    let coded = |code: &str| answer.text().contains(&format!("\"{code}\""));
    if answer.status() == 422 && (coded("insufficientCredits") || coded("missingLicense")) {
        fault.class = Class::Quota;
    }
    let reset = || answer.header("x-ratelimit-reset")?.parse::<i64>().ok();
    if fault.class == Class::RateLimited && fault.wait.is_none() {
        fault.wait = reset().map(|epoch| Timestamp::from_micros(epoch.saturating_mul(1_000_000)).since(now));
    }
    Some(fault)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    data: Vec<Json>,
    #[serde(default)]
    supplemental_data: Supplement,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Supplement {
    is_more: bool,
    total: Option<u64>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ordered {
    request_ids: Vec<String>,
}

/// What research came to.
enum Outcome {
    /// Found, now or before.
    Found(Json),
    /// Not to be had.
    Nothing,
    /// Not over yet when we stopped asking.
    Open,
    /// The credits ended here.
    NoCredits,
}

/// Which of the two kinds of research.
#[derive(Clone, Copy)]
struct Kind {
    order: &'static str,
    poll: &'static str,
    key: &'static str,
}

const CONTACTS: Kind = Kind { order: "v1/contacts/research", poll: "v1/contacts/research/poll", key: "contact" };
const COMPANIES: Kind = Kind { order: "v1/companies/research", poll: "v1/companies/research/poll", key: "company" };

impl Seamless {
    async fn page(&self, filters: &Checked, token: Option<&str>, size: u32) -> Result<Page, NetError> {
        let mut body = filters.without(&[COMPANY_DETAILS, OTHER]);
        if let Some(Json::Object(more)) = filters.0.get(OTHER) {
            body.extend(more.clone());
        }
        body.insert("limit".to_owned(), Json::from(size));
        if let Some(token) = token {
            body.insert("nextToken".to_owned(), Json::from(token));
        }
        let most = Credits::whole(u64::from(size).div_ceil(FOUND_PER_CREDIT));
        let call = async || {
            let answer = self.http.post("v1/search/contacts").lane(SEARCH).replay(Replay::Never).json(&body).send().await?;
            let page: Page = answer.json().map_err(NetError::doubtful)?;
            let cost = Credits::whole((page.data.len() as u64).div_ceil(FOUND_PER_CREDIT));
            Ok((page, cost))
        };
        self.http.paid(SEARCH, most, call).await
    }

    /// Orders research and waits for it; one outcome for each of `count` things asked for, in their order. What is
    /// not done in time is paid for, and costs nothing when it is asked for again.
    async fn research(&self, kind: Kind, body: &Json, count: usize) -> Result<Vec<Outcome>, NetError> {
        let call = async || {
            let answer = self.http.post(kind.order).lane(RESEARCH).replay(Replay::Never).json(body).send().await?;
            let ordered: Ordered = answer.json().map_err(NetError::doubtful)?;
            if ordered.request_ids.len() != count {
                // They belong to the people by their order alone.
                return Err(answer.malformed("it does not hold an order for each").doubtful());
            }
            let results = self.wait_for(kind, &ordered.request_ids).await;
            let outcomes: Vec<Outcome> = ordered.request_ids.iter().map(|id| outcome(kind, results.get(id), &results)).collect();
            let done = |id: &&String| results.get(*id).is_some_and(|item| item["status"] == "done");
            let cost = EACH.times(ordered.request_ids.iter().filter(done).count() as u64);
            Ok((outcomes, cost))
        };
        self.http.paid(RESEARCH, EACH.times(count as u64), call).await
    }

    /// The last word on each order, by its id. Trouble while polling ends it: what was ordered is paid for, and what is
    /// known by then is used.
    async fn wait_for(&self, kind: Kind, orders: &[String]) -> HashMap<String, Json> {
        let mut results: HashMap<String, Json> = HashMap::new();
        let mut open: HashSet<String> = orders.iter().cloned().collect();
        for _ in 0..POLLS {
            if open.is_empty() {
                return results;
            }
            self.http.nap(POLL_EVERY).await;
            let ids = orders.iter().filter(|id| open.contains(*id)).cloned().collect::<Vec<_>>().join(",");
            let answer = self.http.get(kind.poll).lane(POLL).query("requestIds", ids).send().await;
            let items = match answer.and_then(|answer| answer.json::<Json>()) {
                Ok(mut body) => body["data"].take(),
                Err(error) => {
                    tracing::warn!(service = SERVICE.key, %error, "research under way cannot be asked after");
                    return results;
                }
            };
            for item in items.as_array().into_iter().flatten() {
                let Some(id) = item["requestId"].as_str() else { continue };
                if is_over(item["status"].as_str().unwrap_or_default()) {
                    open.remove(id);
                }
                results.insert(id.to_owned(), item.clone());
            }
        }
        tracing::warn!(service = SERVICE.key, open = open.len(), "some research did not end in time");
        results
    }

    async fn buy_companies(&self, domains: Vec<String>) -> Result<HashMap<String, Json>, NetError> {
        let wanted: Vec<Json> = domains.iter().map(|domain| json!({"domain": domain})).collect();
        let outcomes = self.research(COMPANIES, &json!({"companies": wanted}), domains.len()).await?;
        let found = domains.into_iter().zip(outcomes);
        Ok(found
            .filter_map(|(domain, outcome)| if let Outcome::Found(company) = outcome { Some((domain, company)) } else { None })
            .collect())
    }

    async fn add_companies(&self, rows: &mut [Json]) {
        let domain = |row: &Json| row["companyDomain"].as_str().or_else(|| row["domain"].as_str()).map(str::to_lowercase);
        self.companies.add("company_data", rows, domain, 100, |domains| self.buy_companies(domains)).await;
    }
}

/// Running research is `queued` or `researching`; a word that nobody documented may mean either, so it is asked again.
fn is_over(status: &str) -> bool {
    let status = status.to_lowercase();
    matches!(status.as_str(), "done" | "error" | "missing" | "duplicate" | "not found" | "contact-already-researched")
        || no_credits(&status)
}

/// The spelling varies.
fn no_credits(status: &str) -> bool {
    let status = status.to_lowercase();
    status.contains("credit") || status.contains("license")
}

fn outcome(kind: Kind, item: Option<&Json>, all: &HashMap<String, Json>) -> Outcome {
    let Some(item) = item else { return Outcome::Open };
    let found = |item: &Json| Some(item[kind.key].clone()).filter(Json::is_object);
    if let Some(mut row) = found(item) {
        two_step::fill(&mut row, &json!({"searchResultId": item["searchResultId"], "apiResearchId": item["requestId"]}));
        return Outcome::Found(row);
    }
    if no_credits(item["status"].as_str().unwrap_or_default()) {
        return Outcome::NoCredits;
    }
    if !is_over(item["status"].as_str().unwrap_or_default()) {
        return Outcome::Open;
    }
    // A duplicate without its person points to the order that has it.
    let first = item["additionalData"]["initialRequestId"].as_str().and_then(|id| all.get(id));
    first.and_then(found).map_or(Outcome::Nothing, Outcome::Found)
}

impl TwoStep for Seamless {
    fn search<'a>(&'a self, filters: &'a Checked, at: Option<&'a str>, size: u32) -> BoxFuture<'a, Result<Teasers, FetchError>> {
        Box::pin(async move {
            let page = self.page(filters, at, size).await?;
            let more = page.supplemental_data;
            let (mut people, mut bad) = (Vec::new(), Vec::new());
            for (nth, row) in page.data.into_iter().enumerate() {
                match row["searchResultId"].as_str() {
                    Some(id) => people.push(Teaser { id: id.to_owned(), row }),
                    None => bad.push(BadRow::new(
                        nth as u64 + 1,
                        "Seamless.AI gave no id for it, so it cannot be researched.",
                        row.to_string().as_bytes(),
                    )),
                }
            }
            let next = more.next_token.filter(|token| more.is_more && !token.is_empty() && at != Some(token) && !people.is_empty());
            Ok(Teasers { people, bad, total: more.total, next })
        })
    }

    fn pay<'a>(&'a self, filters: &'a Checked, people: &'a [Teaser]) -> BoxFuture<'a, Result<Paid, FetchError>> {
        Box::pin(async move {
            let ids: Vec<&str> = people.iter().map(|teaser| teaser.id.as_str()).collect();
            let outcomes = self.research(CONTACTS, &json!({"searchResultIds": ids}), people.len()).await?;
            let (mut paid, mut unpaid) = (Paid::default(), HashSet::new());
            for (teaser, outcome) in people.iter().zip(outcomes) {
                let mut row = match outcome {
                    Outcome::Found(row) => row,
                    Outcome::Nothing => json!({}),
                    Outcome::Open => {
                        // Left out, so that the next import asks again.
                        paid.bad.push(BadRow::new(0, NOT_DONE, teaser.row.to_string().as_bytes()));
                        continue;
                    }
                    Outcome::NoCredits => {
                        unpaid.insert(teaser.id.clone());
                        continue;
                    }
                };
                // Whatever else it is called: by this id it is recognised in the next search.
                row["searchResultId"] = Json::from(teaser.id.as_str());
                two_step::fill(&mut row, &teaser.row);
                paid.rows.push(row);
            }
            if !unpaid.is_empty() {
                let words = format!("the credits ended after {} of {} people", paid.rows.len(), people.len());
                let error = NetError::new(&SERVICE, Class::Quota, "contacts/research", &words, &[]);
                if paid.rows.is_empty() {
                    return Err(error.into());
                }
                paid.unpaid = Some((unpaid, error.into()));
            }
            if filters.flag(COMPANY_DETAILS) {
                self.add_companies(&mut paid.rows).await;
            }
            Ok(paid)
        })
    }

    fn batch(&self) -> (usize, usize) {
        (100, 1)
    }
}

impl Provider for Seamless {
    fn source(&self) -> Source {
        Source::Seamless
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn fetch<'a>(&'a self, search: &'a Search, at: Option<&'a str>, known: Known<'a>) -> BoxFuture<'a, Result<RawPage, FetchError>> {
        Box::pin(two_step::fetch(self, (Source::Seamless, &CAPABILITIES), search, at, known))
    }

    fn test_login(&self) -> BoxFuture<'_, Result<Login, FetchError>> {
        Box::pin(async move {
            match self.http.get("v2/credits").lane(ACCOUNT).send().await {
                Ok(_) => {}
                // Keys of the first version only: one row of a search shows whether they are good.
                Err(error) if error.class() == Class::NotFound => drop(self.page(&Checked(Map::new()), None, 1).await?),
                Err(error) => return Err(error.into()),
            }
            Ok(Login { account: Text::default() })
        })
    }

    fn usage(&self) -> BoxFuture<'_, Result<Usage, FetchError>> {
        Box::pin(async move {
            let body: Json = self.http.get("v2/credits").lane(ACCOUNT).send().await?.json()?;
            let pools = body["data"].as_object().into_iter().flatten();
            let balance = |(name, pool): (&String, &Json)| Balance {
                name: Text::new(name),
                used: None,
                left: pool["remaining"].as_f64().map(Credits::from_f64),
                resets: pool["refreshesAt"].as_str().and_then(Timestamp::parse),
            };
            Ok(Usage { credits: pools.map(balance).collect(), rates: Vec::new() })
        })
    }

    fn estimate<'a>(&'a self, search: &'a Search) -> BoxFuture<'a, Result<Estimate, FetchError>> {
        Box::pin(async move {
            search.checked(Source::Seamless, &CAPABILITIES)?;
            let credits = |rows: u64| EACH.times(rows) + Credits::whole(rows.div_ceil(FOUND_PER_CREDIT));
            Ok(Estimate {
                rows: search.limit,
                credits: search.limit.map(credits),
                calls: search.limit.map(|rows| rows.div_ceil(100) * 5),
                note: "Seamless.AI may charge for searching, so how many there are is not asked; this is for the limit.",
            })
        })
    }

    fn enrich<'a>(&'a self, clues: &'a [Clue], _: Reveal) -> BoxFuture<'a, Result<Vec<Enriched>, FetchError>> {
        Box::pin(async move {
            let mut answers = Vec::new();
            for (nth, group) in clues.chunks(100).enumerate() {
                let asked: Vec<(usize, Json)> =
                    group.iter().enumerate().filter_map(|(place, clue)| Some((place, identifier(clue)?))).collect();
                let contacts: Vec<&Json> = asked.iter().map(|(_, contact)| contact).collect();
                let outcomes = if asked.is_empty() {
                    Vec::new()
                } else {
                    match self.research(CONTACTS, &json!({"contacts": contacts}), asked.len()).await {
                        Ok(outcomes) => outcomes,
                        Err(error) if answers.is_empty() => return Err(error.into()),
                        Err(_) => break,
                    }
                };
                let mut found: HashMap<usize, Outcome> = asked.iter().map(|(place, _)| *place).zip(outcomes).collect();
                for place in 0..group.len() {
                    let finding = match found.remove(&place) {
                        Some(Outcome::Found(row)) => Finding::Row(row),
                        Some(Outcome::NoCredits) => continue,
                        _ => Finding::Nothing,
                    };
                    answers.push(Enriched { clue: nth * 100 + place, finding });
                }
            }
            Ok(answers)
        })
    }
}

/// One of the documented ways to name somebody.
fn identifier(clue: &Clue) -> Option<Json> {
    if !clue.linkedin.is_empty() {
        return Some(json!({"liProfileUrl": clue.linkedin}));
    }
    if let Some(email) = &clue.email {
        return Some(json!({"email": email}));
    }
    let name = format!("{} {}", clue.first_name, clue.last_name).trim().to_owned();
    match (name.is_empty(), &*clue.domain, &*clue.company) {
        (true, _, _) | (_, "", "") => None,
        (_, "", company) => Some(json!({"contactName": name, "companyName": company})),
        (_, domain, _) => Some(json!({"contactName": name, "domain": domain})),
    }
}
