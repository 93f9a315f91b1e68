//! UpLead: a search gives whole people and charges for those whose address is good. The smaller plans search one domain
//! at a time and have the employer in another call.

mod filters;

use super::{
    Again, Balance, Capabilities, Clue, Credential, Deliverability, Enriched, Estimate, FetchError, Finding, Known, Login, Prices,
    Provider, Reveal, Search, Settings, Usage, Verification,
    companies::Companies,
    cursor::{self, Recent},
    one_by_one,
    search::Checked,
    settings::Connection,
};
use crate::{
    domain::{Email, Source, Text, Timestamp},
    intake::raw::{BadRow, RawPage, Rows},
    net::{Answer, Class, Client, Credits, Fault, Header, Lane, Limit, NetError, Service, Tools, by_status, remote_words},
};
use filters::{DOMAINS, FILTERS, PRO_ONLY};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::{collections::HashMap, sync::Arc};

pub(super) static SERVICE: Service = Service { key: "uplead", label: "UpLead", credential: "UPLEAD_API_KEY", address: "UPLEAD_BASE_URL" };

pub(super) const LOGINS: &[&[Credential]] =
    &[&[Credential { key: "api_key", env: "UPLEAD_API_KEY", secret: true, about: "account settings" }]];

pub(super) static CAPABILITIES: Capabilities = Capabilities {
    page: 100,
    window: None,
    batch: 1,
    prices: Prices { person: EACH, numbers: None, check: Some(EACH), again: Again::Free },
    tells_usage: true,
    filters: FILTERS,
    costs: "1 credit for a person whose address is valid or accepts all, 1 for an employer asked for alone; nothing for what was bought before",
};

const EACH: Credits = Credits::whole(1);

/// The client.
struct UpLead {
    http: Client,
    companies: Companies,
}

pub(super) fn build(settings: &Settings, tools: &Tools) -> Result<Arc<dyn Provider>, NetError> {
    // Bare, without "Bearer".
    let key = settings.credential(&SERVICE, &LOGINS[0][0])?;
    let lanes = vec![Lane::new(Lane::ALL, vec![Limit::new(500, 60)])];
    let to = Connection { service: &SERVICE, host: "https://api.uplead.com", path: "/v2", lanes, judge, concurrency: 4 };
    Ok(Arc::new(UpLead {
        http: settings.client(to, vec![("authorization", Header::Secret(key))], tools)?,
        companies: Companies::new("uplead", tools),
    }))
}

/// How spent credits are told is not documented: 402, or 403 in words.
fn judge(answer: &Answer, now: Timestamp) -> Option<Fault> {
    let mut fault = by_status(answer, now)?;
    if answer.status() == 403 && fault.words.to_lowercase().contains("credit") {
        fault.class = Class::Quota;
    }
    let reset = || answer.header("x-ratelimit-reset")?.parse::<i64>().ok();
    if fault.class == Class::RateLimited && fault.wait.is_none() {
        fault.wait = reset().map(|epoch| Timestamp::from_micros(epoch.saturating_mul(1_000_000)).since(now));
    }
    Some(fault)
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Place {
    /// Rows read, over which the next page begins.
    read: u64,
    /// Rows of a page; 0 has not begun.
    size: u64,
    looked: u64,
    /// The plan has no search over companies: which of the domains, from 0.
    domain: Option<usize>,
    recent: Recent,
}

/// A page of people.
struct Found {
    rows: Vec<Json>,
    /// What is said about it.
    meta: Json,
    /// Rows asked for.
    size: u64,
}

/// A failure may come with a 200 too; "nobody found" is an answer without people, not one with an error.
fn content(answer: &Answer) -> Result<Json, NetError> {
    let body: Json = answer.json()?;
    if body["error"].is_object() {
        return Err(answer.fault(Class::Server, &remote_words(answer)));
    }
    Ok(body)
}

/// An answer's content, with the documented wrapper or without.
fn data(body: Json) -> Json {
    match body {
        Json::Object(mut object) if object.contains_key("data") => object.remove("data").unwrap_or_default(),
        other => other,
    }
}

fn credits_left(body: &Json) -> Option<f64> {
    [&body["userInfo"]["availableCredits"], &body["data"]["userInfo"]["availableCredits"], &body["availableCredits"]]
        .iter()
        .find_map(|value| value.as_f64())
}

/// Charged by the documentation; what was bought before is free, which only the account knows.
fn is_charged(person: &Json) -> bool {
    matches!(person["email_status"].as_str(), Some("valid" | "accept_all"))
}

impl UpLead {
    /// The rows after the first `read`, at most `most` and no more than the ceiling on credits leaves room for.
    async fn prospect(&self, path: &str, body: &Map<String, Json>, read: u64, most: u64) -> Result<Found, NetError> {
        let (mut page, mut size) = page_after(read, most);
        loop {
            let found = self.page(path, body.clone(), page, size).await;
            match found.as_ref().err().and_then(|error| error.fitting(size as usize)) {
                Some(fewer) => (page, size) = page_after(read, fewer as u64),
                None => return found,
            }
        }
    }

    async fn page(&self, path: &str, mut body: Map<String, Json>, page: u64, size: u64) -> Result<Found, NetError> {
        body.insert("page".to_owned(), Json::from(page));
        body.insert("per_page".to_owned(), Json::from(size));
        // What was bought is free the second time, so a lost answer is simply asked for again.
        let call = async || {
            let answer = self.http.post(path).json(&body).send().await?;
            let mut content = data(content(&answer)?);
            let rows = match content["results"].take() {
                Json::Array(rows) => rows,
                _ => Vec::new(),
            };
            let charged = rows.iter().filter(|row| is_charged(row)).count() as u64;
            Ok((Found { rows, meta: content["meta"].take(), size }, EACH.times(charged)))
        };
        self.http.paid("search", EACH.times(size), call).await
    }

    async fn person(&self, clue: &Clue) -> Result<Finding, NetError> {
        let (path, body) = if let Some(id) = &clue.id {
            ("person-search", json!({"id": id}))
        } else if let Some(email) = &clue.email {
            ("combined-search", json!({"email": email}))
        } else if clue.first_name.is_empty() || clue.last_name.is_empty() || clue.domain.is_empty() {
            return Ok(Finding::Nothing);
        } else {
            ("person-search", json!({"first_name": clue.first_name, "last_name": clue.last_name, "domain": clue.domain}))
        };
        match self.one(path, &body, "enrich", is_charged).await {
            Ok(Json::Null) => Ok(Finding::Nothing),
            Ok(row) => Ok(Finding::Row(row)),
            Err(error) if error.class() == Class::Withheld => Ok(Finding::Withheld),
            Err(error) => Err(error),
        }
    }

    /// One record by what is known of it; null when there is none.
    async fn one(&self, path: &str, body: &Json, what: &'static str, charged: fn(&Json) -> bool) -> Result<Json, NetError> {
        let call = async || {
            let answer = self.http.post(path).json(body).send().await?;
            let record = data(content(&answer)?);
            let record =
                if record.as_object().is_some_and(|record| record.get("id").is_some_and(Json::is_string)) { record } else { Json::Null };
            let cost = if charged(&record) { EACH } else { Credits::ZERO };
            Ok((record, cost))
        };
        match self.http.paid(what, EACH, call).await {
            Err(error) if error.class() == Class::NotFound => Ok(Json::Null),
            other => other,
        }
    }

    async fn add_companies(&self, rows: &mut [Json]) {
        let domain = |row: &Json| row["domain"].as_str().filter(|_| row["company"].is_null()).map(str::to_lowercase);
        let buy = |domains: Vec<String>| async move {
            let mut found = HashMap::new();
            for domain in domains {
                let company = self.one("company-search", &json!({"domain": domain}), "company", Json::is_object).await?;
                found.insert(domain, company);
            }
            Ok(found)
        };
        self.companies.add("company", rows, domain, 1, buy).await;
    }

    /// The next page, by the search over companies or, where the plan has none, domain by domain.
    async fn next_page(&self, filters: &Checked, place: &mut Place) -> Result<Found, NetError> {
        if place.domain.is_none() {
            let searched = self.prospect("prospector-pro-search", &filters.0, place.read, place.size).await;
            match searched {
                Err(error) if error.class() == Class::Permission && place.read == 0 && can_do_without_pro(filters) => {
                    place.domain = Some(0);
                }
                other => return other,
            }
        }
        let domain = place.domain.and_then(|nth| filters.texts(DOMAINS).get(nth).map(|domain| (*domain).to_owned()));
        let mut body = filters.without(&[DOMAINS]);
        body.insert("domain".to_owned(), Json::from(domain));
        let mut found = self.prospect("prospector-search", &body, place.read, place.size).await?;
        self.add_companies(&mut found.rows).await;
        Ok(found)
    }
}

/// Pages of one size that reach the limit with as little over as can be: what is read is charged.
fn page_size(limit: Option<u64>) -> u64 {
    let most = u64::from(CAPABILITIES.page);
    limit.map_or(most, |limit| limit.max(1).div_ceil(limit.max(1).div_ceil(most)))
}

/// The number and size of the largest page that begins after `read` rows and has at most `most`: a page's number counts
/// pages of its own size.
fn page_after(read: u64, most: u64) -> (u64, u64) {
    let size = (1..=most).rev().find(|size| read.is_multiple_of(*size)).unwrap_or(1);
    (read / size + 1, size)
}

fn can_do_without_pro(filters: &Checked) -> bool {
    !filters.texts(DOMAINS).is_empty() && !PRO_ONLY.iter().any(|name| filters.0.contains_key(*name))
}

impl Provider for UpLead {
    fn source(&self) -> Source {
        Source::UpLead
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn fetch<'a>(&'a self, search: &'a Search, at: Option<&'a str>, _known: Known<'a>) -> BoxFuture<'a, Result<RawPage, FetchError>> {
        Box::pin(async move {
            let filters = search.checked(Source::UpLead, &CAPABILITIES)?;
            let mut place: Place = cursor::read(Source::UpLead, at)?;
            if place.size == 0 {
                place.size = page_size(search.limit);
            }
            let left = search.limit.unwrap_or(u64::MAX).saturating_sub(place.looked);
            let Found { rows: found, meta, size } = self.next_page(&filters, &mut place).await?;
            let total = meta["total"].as_u64();
            let (mut rows, mut bad, found_any) = (Vec::new(), Vec::new(), !found.is_empty());
            for (nth, row) in found.into_iter().enumerate() {
                if rows.len() as u64 + bad.len() as u64 >= left {
                    break;
                }
                match row["id"].as_str() {
                    Some(id) if place.recent.has(id) => {}
                    Some(id) => {
                        place.recent.add(id);
                        rows.push(row);
                    }
                    None => bad.push(BadRow::new(nth as u64 + 1, "UpLead gave a row without an id.", row.to_string().as_bytes())),
                }
            }
            let new = rows.len() as u64 + bad.len() as u64;
            place.looked += new;
            place.read += size;
            let last = meta["last_page"] == json!(true) || meta["next_page"].is_null() || total.is_some_and(|total| place.read >= total);
            // A page that repeats another brings nobody new, and so will those after it.
            let over = last || !found_any || new == 0;
            let mut more = new < left;
            if over {
                let next_domain = place.domain.map(|nth| nth + 1).filter(|nth| *nth < filters.texts(DOMAINS).len());
                more &= next_domain.is_some();
                place.domain = next_domain;
                place.read = 0;
            }
            let total = total.filter(|_| place.domain.is_none());
            Ok(RawPage {
                rows: Rows::Objects(rows),
                bad,
                next: if more { cursor::write(&place) } else { None },
                total,
                ..RawPage::default()
            })
        })
    }

    fn test_login(&self) -> BoxFuture<'_, Result<Login, FetchError>> {
        Box::pin(async move {
            self.http.get("credits").send().await?;
            Ok(Login { account: Text::default() })
        })
    }

    fn usage(&self) -> BoxFuture<'_, Result<Usage, FetchError>> {
        Box::pin(async move {
            let body: Json = self.http.get("credits").send().await?.json()?;
            let left = body["data"]["credits"].as_f64().or_else(|| credits_left(&body)).map(Credits::from_f64);
            Ok(Usage { credits: vec![Balance { name: "credits".into(), used: None, left, resets: None }], rates: Vec::new() })
        })
    }

    fn estimate<'a>(&'a self, search: &'a Search) -> BoxFuture<'a, Result<Estimate, FetchError>> {
        Box::pin(async move {
            let filters = search.checked(Source::UpLead, &CAPABILITIES)?;
            let count = |path: &'static str, mut body: Map<String, Json>| async move {
                body.insert("count_only".to_owned(), Json::from(true));
                let content = data(self.http.post(path).json(&body).send().await?.json()?);
                Ok::<_, NetError>(content["count"].as_u64())
            };
            let total = match count("prospector-pro-search", filters.0.clone()).await {
                Err(error) if error.class() == Class::Permission && can_do_without_pro(&filters) => {
                    let mut sum = 0;
                    for domain in filters.texts(DOMAINS) {
                        let mut body = filters.without(&[DOMAINS]);
                        body.insert("domain".to_owned(), Json::from(domain));
                        sum += count("prospector-search", body).await?.unwrap_or(0);
                    }
                    Some(sum)
                }
                other => other?,
            };
            let rows = total.map(|total| total.min(search.limit.unwrap_or(u64::MAX)));
            Ok(Estimate {
                rows,
                credits: rows.map(|rows| EACH.times(rows)),
                calls: rows.map(|rows| rows.div_ceil(100)),
                note: "People without a good address and people bought before cost nothing.",
            })
        })
    }

    fn enrich<'a>(&'a self, clues: &'a [Clue], _: Reveal) -> BoxFuture<'a, Result<Vec<Enriched>, FetchError>> {
        Box::pin(one_by_one(clues, |about| self.person(about)))
    }

    fn verify_email<'a>(&'a self, email: &'a Email) -> BoxFuture<'a, Result<Verification, FetchError>> {
        Box::pin(async move {
            // There is no call for that: what UpLead knows about the address's owner carries it.
            let person = self.one("person-search", &json!({"email": email}), "verify", is_charged).await?;
            let (result, confidence) = match person["email_status"].as_str() {
                Some("valid") => (Deliverability::Verified, Some(95)),
                Some("accept_all") => (Deliverability::AcceptAll, Some(70)),
                Some("invalid") => (Deliverability::Invalid, Some(0)),
                _ => (Deliverability::Unverified, None),
            };
            Ok(Verification { result, confidence })
        })
    }
}
