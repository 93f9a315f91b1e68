//! Lusha, V3: prospecting gives people without their contact data and costs a little, `contacts/enrich` reveals up to a
//! hundred at a time, `companies/enrich` tells about their employers.

mod filters;

use super::{
    Again, Balance, Capabilities, Clue, Credential, Enriched, Estimate, FetchError, Finding, Known, Login, Prices, Provider, RateLeft,
    Reveal, SUPPRESS, Search, Settings, Usage,
    companies::{Companies, id_text},
    search::Checked,
    settings::Connection,
    two_step::{self, Paid, Teaser, Teasers, TwoStep},
};
use crate::{
    domain::{Source, Text, Timestamp},
    intake::raw::{BadRow, RawPage},
    net::{Answer, Class, Client, Credits, Fault, Header, Lane, NetError, Replay, Service, Tools, by_status, remote_words},
};
use filters::{COMPANY_DETAILS, FILTERS, REVEAL_PHONES, body};
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::{collections::HashMap, sync::Arc};

pub(super) static SERVICE: Service = Service { key: "lusha", label: "Lusha", credential: "LUSHA_API_KEY", address: "LUSHA_BASE_URL" };

pub(super) const LOGINS: &[&[Credential]] =
    &[&[Credential { key: "api_key", env: "LUSHA_API_KEY", secret: true, about: "dashboard.lusha.com/enrich/api, for admins" }]];

pub(super) static CAPABILITIES: Capabilities = Capabilities {
    page: 100,
    window: Some(100_000),
    batch: 100,
    prices: Prices { person: EMAIL_FOUND, numbers: Some(PHONE), check: None, again: Again::Free },
    tells_usage: true,
    filters: FILTERS,
    costs: "a search 1 credit for 25 people, an address 1, a number about 5, an employer 1; nothing for what was revealed before",
};

const SEARCH: &str = "search";
const ENRICH: &str = "enrich";
const USAGE: &str = "usage";

/// The smallest and the largest page that the API takes.
const PAGES: (u32, u32) = (10, 100);

/// The last page, counted from 0.
const LAST_PAGE: u64 = 1000;

/// People found that one credit buys.
const FOUND_PER_CREDIT: u64 = 25;

const EMAIL: Credits = Credits::whole(1);
/// With the person's share of the search that finds them.
const EMAIL_FOUND: Credits = Credits::thousandths(1000 + 1000 / FOUND_PER_CREDIT);
const PHONE: Credits = Credits::whole(5);
const COMPANY: Credits = Credits::whole(1);

/// The client.
struct Lusha {
    http: Client,
    companies: Companies,
}

pub(super) fn build(settings: &Settings, tools: &Tools) -> Result<Arc<dyn Provider>, NetError> {
    let key = settings.credential(&SERVICE, &LOGINS[0][0])?;
    // The limits of the plans are unpublished: what the answers' headers allow is found by asking, but gently.
    let lanes = vec![
        Lane::new(SEARCH, vec![crate::net::Limit::new(5, 1)]),
        Lane::new(ENRICH, vec![crate::net::Limit::new(5, 1)]),
        Lane::new(USAGE, vec![crate::net::Limit::new(5, 60)]),
    ];
    let to = Connection { service: &SERVICE, host: "https://api.lusha.com", path: "", lanes, judge, concurrency: 4 };
    let headers = vec![("api_key", Header::Secret(key))];
    Ok(Arc::new(Lusha { http: settings.client(to, headers, tools)?, companies: Companies::new("lusha", tools) }))
}

/// Field problems stand in `errors` beside the message. There is no `Retry-After`: back-off decides.
fn judge(answer: &Answer, now: Timestamp) -> Option<Fault> {
    let mut fault = by_status(answer, now)?;
    if fault.class == Class::Rejected
        && let Ok(body) = answer.json::<Json>()
        && let Some(first) = body["errors"][0].as_str()
    {
        fault.words = format!("{}: {first}", remote_words(answer));
    }
    Some(fault)
}

#[derive(Deserialize)]
struct Page {
    results: Vec<Json>,
    #[serde(default)]
    pagination: Json,
    #[serde(default)]
    billing: Json,
}

impl Page {
    /// What went wrong, when nothing but that came back: an error that names nobody is about all. One that names whom it
    /// is about is an answer about that person, unless it says that the answer could not be given now.
    fn trouble(&self) -> Option<String> {
        let is_named = |row: &Json| id_text(&row["id"]).is_some() || row["clientReferenceId"].is_string();
        let failed = |row: &Json| row["error"].is_object() && (!is_named(row) || row["error"]["code"] == "ENRICH_FAILED");
        let all = !self.results.is_empty() && self.results.iter().all(failed);
        all.then(|| self.results[0]["error"]["message"].as_str().unwrap_or_default().to_owned())
    }

    fn cost(&self, otherwise: Credits) -> Credits {
        self.billing["creditsCharged"].as_f64().map_or(otherwise, Credits::from_f64)
    }
}

impl Lusha {
    async fn page(&self, filters: &Checked, page: u64, size: u32) -> Result<Page, NetError> {
        let body = json!({"pagination": {"page": page, "size": size}, "filters": body(filters)});
        self.paid(SEARCH, "v3/contacts/prospecting", &body, Credits::whole(u64::from(size).div_ceil(FOUND_PER_CREDIT))).await
    }

    /// A call that is charged by what it finds; its answer says how much.
    async fn paid(&self, lane: &'static str, path: &str, body: &Json, most: Credits) -> Result<Page, NetError> {
        let call = async || {
            let answer = self.http.post(path).lane(lane).replay(Replay::Never).json(body).send().await?;
            let page: Page = answer.json().map_err(NetError::doubtful)?;
            if let Some(trouble) = page.trouble() {
                return Err(answer.fault(Class::Server, &trouble));
            }
            let cost = page.cost(most);
            Ok((page, cost))
        };
        self.http.paid(lane, most, call).await
    }

    async fn buy_companies(&self, ids: Vec<String>) -> Result<HashMap<String, Json>, NetError> {
        let page = self.paid(ENRICH, "v3/companies/enrich", &json!({"ids": ids}), COMPANY.times(ids.len() as u64)).await?;
        Ok(page.results.into_iter().filter(|row| row["error"].is_null()).filter_map(|row| Some((id_text(&row["id"])?, row))).collect())
    }

    async fn add_companies(&self, rows: &mut [Json]) {
        // Those who objected are not kept.
        let id = |row: &Json| id_text(&row["company"]["id"]).filter(|_| row[SUPPRESS].is_null());
        self.companies.add("company", rows, id, 100, |ids| self.buy_companies(ids)).await;
    }
}

/// What one person will cost: the teaser tells, and 0 for what was revealed before.
fn price(teaser: &Json, phones: bool) -> Credits {
    let told = |field: &str, usual: Credits| {
        let offers = teaser["canReveal"].as_array();
        let offer = offers.and_then(|offers| offers.iter().find(|offer| offer["field"] == field));
        match (offer, offers) {
            (Some(offer), _) => offer["credits"].as_f64().map_or(usual, Credits::from_f64),
            (None, Some(_)) => Credits::ZERO,
            (None, None) => usual,
        }
    };
    told("emails", EMAIL) + if phones { told("phones", PHONE) } else { Credits::ZERO }
}

fn reveal(phones: bool) -> Json {
    if phones { json!(["emails", "phones"]) } else { json!(["emails"]) }
}

impl TwoStep for Lusha {
    fn search<'a>(&'a self, filters: &'a Checked, at: Option<&'a str>, size: u32) -> BoxFuture<'a, Result<Teasers, FetchError>> {
        Box::pin(async move {
            let page: u64 = at.map_or(Some(0), |at| at.parse().ok()).ok_or(FetchError::Cursor(Source::Lusha))?;
            let size = size.clamp(PAGES.0, PAGES.1);
            let found = self.page(filters, page, size).await?;
            let total = found.pagination["total"].as_u64();
            let read = (page + 1) * u64::from(size);
            let more = !found.results.is_empty() && total.is_none_or(|total| read < total) && page < LAST_PAGE;
            let (mut people, mut bad) = (Vec::new(), Vec::new());
            for (nth, row) in found.results.into_iter().enumerate() {
                match id_text(&row["id"]) {
                    Some(id) => people.push(Teaser { id, row }),
                    None => bad.push(BadRow::new(
                        nth as u64 + 1,
                        "Lusha gave no id for it, so it cannot be revealed.",
                        row.to_string().as_bytes(),
                    )),
                }
            }
            Ok(Teasers { people, bad, total, next: more.then(|| (page + 1).to_string()) })
        })
    }

    fn pay<'a>(&'a self, filters: &'a Checked, people: &'a [Teaser]) -> BoxFuture<'a, Result<Paid, FetchError>> {
        Box::pin(async move {
            let phones = filters.flag(REVEAL_PHONES);
            let ids: Vec<&str> = people.iter().map(|teaser| teaser.id.as_str()).collect();
            let most = people.iter().map(|teaser| price(&teaser.row, phones)).sum();
            // Without `reveal` everything is revealed and charged; without the flag, third parties are asked and charged.
            let body = json!({"ids": ids, "reveal": reveal(phones), "waterfallEnabled": false});
            let page = self.paid(ENRICH, "v3/contacts/enrich", &body, most).await?;
            let mut found: HashMap<String, Json> = page.results.into_iter().filter_map(|row| Some((id_text(&row["id"])?, row))).collect();
            let mut paid = Paid::default();
            for teaser in people {
                let mut row = found.remove(&teaser.id).unwrap_or_else(|| json!({}));
                // Inside a 200: one person may not be told about, or could not be fetched.
                if row["error"]["code"] == "ENRICH_FAILED" {
                    // Left out, so that the next import asks again.
                    paid.bad.push(BadRow::new(0, "Lusha could not reveal this person now.", teaser.row.to_string().as_bytes()));
                    continue;
                }
                if row["error"].is_object() {
                    let withheld = row["error"]["code"] == "COMPLIANCE_RESTRICTED";
                    row = if withheld { json!({ SUPPRESS: "asked Lusha not to be processed" }) } else { json!({}) };
                }
                two_step::fill(&mut row, &teaser.row);
                paid.rows.push(row);
            }
            if filters.0.get(COMPANY_DETAILS) != Some(&Json::Bool(false)) {
                self.add_companies(&mut paid.rows).await;
            }
            Ok(paid)
        })
    }

    fn batch(&self) -> (usize, usize) {
        (100, 1)
    }
}

impl Provider for Lusha {
    fn source(&self) -> Source {
        Source::Lusha
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn fetch<'a>(&'a self, search: &'a Search, at: Option<&'a str>, known: Known<'a>) -> BoxFuture<'a, Result<RawPage, FetchError>> {
        Box::pin(two_step::fetch(self, (Source::Lusha, &CAPABILITIES), search, at, known))
    }

    fn test_login(&self) -> BoxFuture<'_, Result<Login, FetchError>> {
        Box::pin(async move {
            let account: Json = self.http.get("v3/account/usage").lane(USAGE).send().await?.json()?;
            let plan = account["plan"]["category"].as_str().map(|plan| Text::from(format!("plan {plan}")));
            Ok(Login { account: plan.unwrap_or_default() })
        })
    }

    fn usage(&self) -> BoxFuture<'_, Result<Usage, FetchError>> {
        Box::pin(async move {
            let account: Json = self.http.get("v3/account/usage").lane(USAGE).send().await?.json()?;
            let credits = &account["credits"];
            let number = |value: &Json| value.as_f64().map(Credits::from_f64);
            let resets = account["plan"]["endDate"].as_str().and_then(Timestamp::parse);
            let balance = Balance { name: "credits".into(), used: number(&credits["used"]), left: number(&credits["remaining"]), resets };
            let window = |name: &str, words: &'static str| {
                let window = &account["rateLimits"][name];
                Some(RateLeft { name: words.into(), limit: window["limit"].as_u64()?, left: window["remaining"].as_u64()? })
            };
            let rates = [("minute", "calls, a minute"), ("hourly", "calls, an hour"), ("daily", "calls, a day")];
            Ok(Usage { credits: vec![balance], rates: rates.into_iter().filter_map(|(name, words)| window(name, words)).collect() })
        })
    }

    fn estimate<'a>(&'a self, search: &'a Search) -> BoxFuture<'a, Result<Estimate, FetchError>> {
        Box::pin(async move {
            let filters = search.checked(Source::Lusha, &CAPABILITIES)?;
            // Any search is charged by what it finds, so only the limit can be reckoned with.
            let employer = if filters.0.get(COMPANY_DETAILS) == Some(&Json::Bool(false)) { Credits::ZERO } else { COMPANY };
            let phone = if filters.flag(REVEAL_PHONES) { PHONE } else { Credits::ZERO };
            let credits = |rows: u64| (EMAIL + phone + employer).times(rows) + Credits::whole(rows.div_ceil(FOUND_PER_CREDIT));
            let calls = |rows: u64| rows.div_ceil(100) * 3;
            Ok(Estimate {
                rows: search.limit,
                credits: search.limit.map(credits),
                calls: search.limit.map(calls),
                note: "Lusha charges for searching too, so how many there are is not asked; this is for the limit.",
            })
        })
    }

    fn enrich<'a>(&'a self, clues: &'a [Clue], wanted: Reveal) -> BoxFuture<'a, Result<Vec<Enriched>, FetchError>> {
        Box::pin(async move {
            let mut answers = Vec::new();
            for (nth, group) in clues.chunks(100).enumerate() {
                let asked: Vec<(usize, Json)> = group
                    .iter()
                    .enumerate()
                    .filter_map(|(place, clue)| Some((nth * 100 + place, identifier(nth * 100 + place, clue)?)))
                    .collect();
                let contacts: Vec<&Json> = asked.iter().map(|(_, contact)| contact).collect();
                let phones = wanted == Reveal::Numbers;
                let each = if phones { EMAIL + PHONE } else { EMAIL };
                let most = each.times(asked.len() as u64) + Credits::whole((asked.len() as u64).div_ceil(FOUND_PER_CREDIT));
                let body = json!({"contacts": contacts, "reveal": reveal(phones)});
                let found = if asked.is_empty() {
                    Vec::new()
                } else {
                    match self.paid(ENRICH, "v3/contacts/search-and-enrich", &body, most).await {
                        Ok(page) => page.results,
                        Err(error) if answers.is_empty() => return Err(error.into()),
                        Err(_) => break,
                    }
                };
                for place in 0..group.len() {
                    let clue = nth * 100 + place;
                    let row = found.iter().find(|row| row["clientReferenceId"] == json!(clue.to_string()));
                    let finding = match row {
                        Some(row) if row["error"]["code"] == "COMPLIANCE_RESTRICTED" => Finding::Withheld,
                        Some(row) if row["error"].is_null() => Finding::Row(row.clone()),
                        _ => Finding::Nothing,
                    };
                    answers.push(Enriched { clue, finding });
                }
            }
            Ok(answers)
        })
    }
}

/// One of the four ways to name somebody; the reference comes back with the answer.
fn identifier(reference: usize, clue: &Clue) -> Option<Json> {
    let reference = reference.to_string();
    if let Some(id) = &clue.id {
        return Some(json!({"clientReferenceId": reference, "id": id}));
    }
    if !clue.linkedin.is_empty() {
        return Some(json!({"clientReferenceId": reference, "linkedinUrl": clue.linkedin}));
    }
    if let Some(email) = &clue.email {
        return Some(json!({"clientReferenceId": reference, "email": email}));
    }
    let employer = match (&*clue.domain, &*clue.company) {
        ("", "") => return None,
        ("", company) => ("companyName", company),
        (domain, _) => ("companyDomain", domain),
    };
    let named = !clue.first_name.is_empty() && !clue.last_name.is_empty();
    named.then(
        || json!({"clientReferenceId": reference, "firstName": clue.first_name, "lastName": clue.last_name, (employer.0): employer.1}),
    )
}
