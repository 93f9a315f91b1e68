//! RocketReach: a search gives teasers, a look-up is a job that is asked after until it is done. From ten people on the
//! look-ups go in one bulk call. Accounts with universal credits have the same calls under other paths, and no others.

mod filters;

use super::{
    Again, Balance, Capabilities, Clue, Credential, Deliverability, Enriched, Estimate, FetchError, Finding, Known, Login, Prices,
    Provider, RateLeft, Reveal, Search, Settings, Usage, Verification,
    companies::{Companies, id_text},
    one_by_one,
    search::Checked,
    settings::Connection,
    two_step::{self, Paid, Teaser, Teasers, TwoStep},
};
use crate::{
    domain::{Email, Source, Text, Timestamp},
    intake::raw::{BadRow, RawPage},
    net::{Answer, Class, Client, Credits, Fault, Header, Lane, Limit, NetError, Replay, Request, Service, Tools, by_status, remote_words},
};
use filters::{COMPANY_DETAILS, FILTERS, LOOKUP_TYPE, ORDER_BY, REVEAL_PERSONAL, REVEAL_PHONE, facets};
use futures_util::future::BoxFuture;
use serde_json::{Value as Json, json};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::sync::OnceCell;

pub(super) static SERVICE: Service =
    Service { key: "rocketreach", label: "RocketReach", credential: "ROCKETREACH_API_KEY", address: "ROCKETREACH_BASE_URL" };

pub(super) const LOGINS: &[&[Credential]] =
    &[&[Credential { key: "api_key", env: "ROCKETREACH_API_KEY", secret: true, about: "rocketreach.co/account?section=nav_gen_api" }]];

pub(super) static CAPABILITIES: Capabilities = Capabilities {
    page: 100,
    window: Some(10_000),
    batch: 100,
    prices: Prices { person: EACH, numbers: None, check: Some(EACH), again: Again::Free },
    tells_usage: true,
    filters: FILTERS,
    costs: "searching is free; a look-up costs 1 credit when it finds a good address, and nothing for whoever was looked up before",
};

const SEARCH: &str = "search";
const LOOKUP: &str = "lookup";
const BULK: &str = "bulk";
const VERIFY: &str = "verify";
const ACCOUNT: &str = "account";

/// The last record that a search shows.
const LAST_RECORD: u64 = 10_000;

/// Fewer than this are refused by the bulk call.
const LEAST_BULK: usize = 10;

/// Told of a person whose look-up did not end in time.
const NOT_DONE: &str = "RocketReach had not finished looking this person up. Import again: looking up again is free.";

/// How often a look-up under way is asked after, and how long between: most are done within half a minute.
const POLLS: u32 = 12;
const POLL_EVERY: Duration = Duration::from_secs(3);

const EACH: Credits = Credits::whole(1);

/// The client.
struct RocketReach {
    http: Client,
    family: OnceCell<Family>,
    companies: Companies,
}

/// Which of the two families of calls the account has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Standard,
    Universal,
}

impl Family {
    /// Slashes at the end matter.
    const fn path(self, standard: &'static str, universal: &'static str) -> &'static str {
        match self {
            Self::Standard => standard,
            Self::Universal => universal,
        }
    }
}

/// Documented for Essentials, the smallest plan.
fn lanes() -> Vec<Lane> {
    let windows = |minute, hour, day| vec![Limit::new(minute, 60), Limit::new(hour, 3600), Limit::new(day, 86_400)];
    vec![
        Lane::new(Lane::ALL, vec![Limit::new(10, 1)]),
        Lane::new(SEARCH, windows(15, 50, 500)),
        Lane::new(LOOKUP, windows(15, 100, 500)),
        Lane::new(BULK, windows(10, 25, 100)),
        Lane::new(VERIFY, vec![Limit::new(10, 1), Limit::new(300, 60)]),
    ]
}

pub(super) fn build(settings: &Settings, tools: &Tools) -> Result<Arc<dyn Provider>, NetError> {
    let key = settings.credential(&SERVICE, &LOGINS[0][0])?;
    let to = Connection { service: &SERVICE, host: "https://api.rocketreach.co", path: "/api/v2", lanes: lanes(), judge, concurrency: 4 };
    let headers = vec![("api-key", Header::Secret(key))];
    Ok(Arc::new(RocketReach {
        http: settings.client(to, headers, tools)?,
        family: OnceCell::new(),
        companies: Companies::new("rocketreach", tools),
    }))
}

/// Spent credits are a 403 in words; so are missing rights.
fn judge(answer: &Answer, now: Timestamp) -> Option<Fault> {
    let mut fault = by_status(answer, now)?;
    let words = fault.words.to_lowercase();
    if answer.status() == 403 && words.contains("credits") {
        fault.class = Class::Quota;
    }
    // "Request was throttled. Expected available in 30 seconds."
    if fault.class == Class::RateLimited && fault.wait.is_none() {
        let seconds = words.split("available in ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok());
        fault.wait = seconds.map(Duration::from_secs);
    }
    Some(fault)
}

/// Profiles and what follows, whether the answer is an object or, as the documentation has it, a bare list.
fn profiles(answer: &Answer, key: &str) -> Result<(Vec<Json>, Json), NetError> {
    match answer.json()? {
        Json::Array(rows) => Ok((rows, Json::Null)),
        Json::Object(mut object) => match object.remove(key) {
            Some(Json::Array(rows)) => Ok((rows, object.remove("pagination").unwrap_or_default())),
            _ => Err(answer.malformed(&format!("it holds no {key}"))),
        },
        _ => Err(answer.malformed(&format!("it holds no {key}"))),
    }
}

/// The bulk call answers with hardly more than a word; what matters is that it is not a refusal.
fn accepted(answer: &Answer) -> Result<(), NetError> {
    if answer.is_html() {
        return Err(answer.malformed("it is an HTML page"));
    }
    match serde_json::from_str::<Json>(&answer.text()) {
        Ok(body) if body["error"].is_string() || body["status"] == "failed" => Err(answer.fault(Class::Server, &remote_words(answer))),
        _ => Ok(()),
    }
}

/// A look-up that will not change any more.
fn is_done(profile: &Json) -> bool {
    matches!(profile["status"].as_str(), Some("complete" | "failed"))
}

/// Charged when a good address was found; the plan decides what else, so the books count whoever has an address.
fn is_charged(profile: &Json) -> bool {
    profile["emails"].as_array().is_some_and(|emails| !emails.is_empty()) || profile["recommended_email"].is_string()
}

impl RocketReach {
    /// Asks once; the account call of the other family does not answer.
    async fn family(&self) -> Result<Family, NetError> {
        let ask = || async {
            match self.http.get("account/").lane(ACCOUNT).send().await {
                Ok(_) => Ok(Family::Standard),
                Err(error) if matches!(error.class(), Class::Permission | Class::NotFound | Class::Rejected) => {
                    self.http.get("universal/account/").lane(ACCOUNT).send().await.map(|_| Family::Universal)
                }
                Err(error) => Err(error),
            }
        };
        self.family.get_or_try_init(ask).await.copied()
    }

    async fn page(&self, filters: &Checked, start: u64, size: u32) -> Result<(Vec<Json>, Json), NetError> {
        let family = self.family().await?;
        let (query, exclude) = facets(filters);
        let mut body = json!({"start": start, "page_size": size, "query": query});
        if let Some(exclude) = exclude {
            body["exclude"] = exclude;
        }
        if let Some(order) = filters.0.get(ORDER_BY) {
            body["order_by"] = order.clone();
        }
        let send = self.http.post(family.path("person/search", "universal/person/search")).lane(SEARCH).json(&body);
        let answer = match family {
            Family::Standard => send.send().await?,
            // A page costs a credit there.
            Family::Universal => {
                let send = send.replay(Replay::Never);
                self.http.paid(SEARCH, EACH, async || Ok((send.clone().send().await?, EACH))).await?
            }
        };
        profiles(&answer, "profiles")
    }

    /// What is revealed of a person in the universal family is named in the call.
    fn reveal(request: Request, family: Family, filters: &Checked) -> Request {
        match family {
            Family::Standard => match filters.0.get(LOOKUP_TYPE).and_then(Json::as_str) {
                Some(kind) => request.query(LOOKUP_TYPE, kind),
                None => request,
            },
            Family::Universal => [
                ("reveal_professional_email", true),
                (REVEAL_PERSONAL, filters.flag(REVEAL_PERSONAL)),
                (REVEAL_PHONE, filters.flag(REVEAL_PHONE)),
            ]
            .into_iter()
            .fold(request, |request, (name, wanted)| request.query(name, wanted)),
        }
    }

    fn price(family: Family, filters: &Checked) -> Credits {
        match family {
            Family::Standard => EACH,
            Family::Universal => {
                let extra = |flag: &str, credits| if filters.flag(flag) { Credits::whole(credits) } else { Credits::ZERO };
                Credits::whole(2) + extra(REVEAL_PERSONAL, 3) + extra(REVEAL_PHONE, 6)
            }
        }
    }

    /// Looks these ids up, all at once or one by one, and asks after them until they are done or time is over.
    async fn look_up(&self, ids: &[String], filters: &Checked) -> Result<HashMap<String, Json>, NetError> {
        let family = self.family().await?;
        let price = Self::price(family, filters);
        // Looking the same people up again is free, so a lost answer is simply asked for again.
        let call = async || {
            let mut found = HashMap::new();
            if ids.len() >= LEAST_BULK {
                let kind = filters.0.get(LOOKUP_TYPE).cloned();
                let one = |id: &String| match &kind {
                    Some(kind) => json!({"id": number(id), LOOKUP_TYPE: kind}),
                    None => json!({"id": number(id)}),
                };
                let body = json!({"queries": ids.iter().map(one).collect::<Vec<_>>(), "profile_list": "Leadloom"});
                let request = self.http.post(family.path("bulkLookup", "universal/person/bulk_lookup")).lane(BULK).json(&body);
                accepted(&Self::reveal(request, family, filters).send().await?)?;
            } else {
                for id in ids {
                    let request = self.http.get(family.path("person/lookup", "universal/person/lookup")).query("id", id).lane(LOOKUP);
                    match Self::reveal(request, family, filters).send().await {
                        Ok(answer) => drop(found.insert(id.clone(), answer.json::<Json>()?)),
                        Err(error) if error.class() == Class::NotFound => {}
                        Err(error) if found.is_empty() => return Err(error),
                        Err(_) => break,
                    }
                }
            }
            self.wait_for(family, ids, &mut found).await;
            let charged = found.values().filter(|profile| is_charged(profile)).count() as u64;
            Ok((found, price.times(charged)))
        };
        self.http.paid(LOOKUP, price.times(ids.len() as u64), call).await
    }

    /// Asks after whoever is not done. Trouble here costs nobody what was found already.
    async fn wait_for(&self, family: Family, ids: &[String], found: &mut HashMap<String, Json>) {
        for poll in 0..POLLS {
            let open: Vec<&String> =
                ids.iter().filter(|id| found.get(*id).map_or(ids.len() >= LEAST_BULK, |profile| !is_done(profile))).collect();
            if open.is_empty() {
                return;
            }
            if poll > 0 || found.is_empty() {
                self.http.nap(POLL_EVERY).await;
            }
            let request = self.http.get(family.path("person/checkStatus", "universal/person/check_status"));
            let request = open.iter().fold(request, |request, id| request.query("ids", id));
            match request.send().await.and_then(|answer| profiles(&answer, "profiles")) {
                Ok((profiles, _)) => found.extend(profiles.into_iter().filter_map(|profile| Some((id_text(&profile["id"])?, profile)))),
                Err(error) => {
                    tracing::warn!(service = SERVICE.key, %error, "look-ups under way cannot be asked after");
                    return;
                }
            }
        }
        tracing::warn!(service = SERVICE.key, "some look-ups did not end in time");
    }

    async fn buy_companies(&self, ids: Vec<String>) -> Result<HashMap<String, Json>, NetError> {
        let family = self.family().await?;
        let mut found = HashMap::new();
        for id in ids {
            let call = async || {
                let request = self.http.get(family.path("company/lookup/", "universal/company/lookup")).query("id", &id).lane(LOOKUP);
                Ok((request.send().await?.json::<Json>()?, EACH))
            };
            match self.http.paid("company", EACH, call).await {
                Ok(company) => drop(found.insert(id, company)),
                Err(error) if error.class() == Class::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn add_companies(&self, rows: &mut [Json]) {
        let id = |row: &Json| id_text(&row["current_employer_id"]);
        self.companies.add("company", rows, id, 1, |ids| self.buy_companies(ids)).await;
    }

    async fn person(&self, clue: &Clue, reveal: Reveal) -> Result<Finding, NetError> {
        let family = self.family().await?;
        let numbers = (reveal == Reveal::Numbers).then(|| (REVEAL_PHONE.to_owned(), Json::from(true)));
        let wanted = Checked(numbers.into_iter().collect());
        let price = Self::price(family, &wanted);
        let request = self.http.get(family.path("person/lookup", "universal/person/lookup")).lane(LOOKUP);
        let request = if let Some(id) = &clue.id {
            request.query("id", id)
        } else if !clue.linkedin.is_empty() {
            request.query("linkedin_url", &clue.linkedin)
        } else if let Some(email) = &clue.email {
            request.query("email", email)
        } else {
            let employer = if clue.domain.is_empty() { &clue.company } else { &clue.domain };
            if employer.is_empty() || clue.last_name.is_empty() {
                return Ok(Finding::Nothing);
            }
            request.query("name", format!("{} {}", clue.first_name, clue.last_name).trim()).query("current_employer", employer)
        };
        let call = async || {
            let profile: Json = Self::reveal(request.clone(), family, &wanted).send().await?.json()?;
            let Some(id) = id_text(&profile["id"]) else { return Ok((Json::Null, Credits::ZERO)) };
            let mut found = HashMap::from([(id.clone(), profile)]);
            self.wait_for(family, std::slice::from_ref(&id), &mut found).await;
            let profile = found.remove(&id).unwrap_or_default();
            let cost = if is_charged(&profile) { price } else { Credits::ZERO };
            Ok((profile, cost))
        };
        match self.http.paid(LOOKUP, price, call).await {
            Ok(profile) if profile.is_object() && profile["status"] != "failed" => Ok(Finding::Row(profile)),
            Ok(_) => Ok(Finding::Nothing),
            Err(error) if error.class() == Class::NotFound => Ok(Finding::Nothing),
            Err(error) if error.class() == Class::Withheld => Ok(Finding::Withheld),
            Err(error) => Err(error),
        }
    }

    /// The account; the universal family's echoes the key, so it goes nowhere but into numbers.
    async fn account(&self) -> Result<(Family, Json), NetError> {
        let family = self.family().await?;
        Ok((family, self.http.get(family.path("account/", "universal/account/")).lane(ACCOUNT).send().await?.json()?))
    }
}

fn number(id: &str) -> Json {
    id.parse::<i64>().map_or_else(|_| Json::from(id), Json::from)
}

impl TwoStep for RocketReach {
    fn search<'a>(&'a self, filters: &'a Checked, at: Option<&'a str>, size: u32) -> BoxFuture<'a, Result<Teasers, FetchError>> {
        Box::pin(async move {
            let start: u64 = at.map_or(Some(1), |at| at.parse().ok()).ok_or(FetchError::Cursor(Source::RocketReach))?;
            let (rows, pagination) = self.page(filters, start, size).await?;
            let total = pagination["total"].as_u64();
            let full = rows.len() as u64 >= u64::from(size);
            let following = start + u64::from(size);
            let more = !rows.is_empty() && total.map_or(full, |total| following <= total) && following <= LAST_RECORD;
            let (mut people, mut bad) = (Vec::new(), Vec::new());
            for (nth, row) in rows.into_iter().enumerate() {
                match id_text(&row["id"]) {
                    Some(id) => people.push(Teaser { id, row }),
                    None => bad.push(BadRow::new(
                        nth as u64 + 1,
                        "RocketReach gave no id for it, so it cannot be looked up.",
                        row.to_string().as_bytes(),
                    )),
                }
            }
            Ok(Teasers { people, bad, total, next: more.then(|| following.to_string()) })
        })
    }

    fn pay<'a>(&'a self, filters: &'a Checked, people: &'a [Teaser]) -> BoxFuture<'a, Result<Paid, FetchError>> {
        Box::pin(async move {
            let ids: Vec<String> = people.iter().map(|teaser| teaser.id.clone()).collect();
            let mut found = self.look_up(&ids, filters).await?;
            let mut paid = Paid::default();
            for teaser in people {
                let profile = found.remove(&teaser.id);
                let is_open = profile.as_ref().map_or(people.len() >= LEAST_BULK, |profile| {
                    profile["status"].is_string() && !is_done(profile) && !is_charged(profile)
                });
                let mut row = profile.unwrap_or_else(|| json!({}));
                if is_open {
                    // Left out, so that the next import asks again.
                    paid.bad.push(BadRow::new(0, NOT_DONE, teaser.row.to_string().as_bytes()));
                    continue;
                }
                two_step::fill(&mut row, &teaser.row);
                paid.rows.push(row);
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

impl Provider for RocketReach {
    fn source(&self) -> Source {
        Source::RocketReach
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn fetch<'a>(&'a self, search: &'a Search, at: Option<&'a str>, known: Known<'a>) -> BoxFuture<'a, Result<RawPage, FetchError>> {
        Box::pin(two_step::fetch(self, (Source::RocketReach, &CAPABILITIES), search, at, known))
    }

    fn test_login(&self) -> BoxFuture<'_, Result<Login, FetchError>> {
        Box::pin(async move {
            let (family, account) = self.account().await?;
            let account = match family {
                Family::Standard => account["state"].as_str().map(Text::new).unwrap_or_default(),
                Family::Universal => Text::new("universal credits"),
            };
            Ok(Login { account })
        })
    }

    fn usage(&self) -> BoxFuture<'_, Result<Usage, FetchError>> {
        Box::pin(async move {
            let (family, account) = self.account().await?;
            let credits = |value: &Json| value.as_f64().map(Credits::from_f64);
            if family == Family::Universal {
                let pool = &account["credit_usage"];
                let balance = Balance {
                    name: "universal".into(),
                    used: credits(&pool["credits_used"]),
                    left: credits(&pool["credits_remaining"]),
                    resets: None,
                };
                return Ok(Usage { credits: vec![balance], rates: Vec::new() });
            }
            let kinds = account["credit_usage"].as_array().into_iter().flatten();
            // "inf" is no number, and means what it says.
            let balance = |kind: &Json| Balance {
                name: Text::from(kind["credit_type"].as_str().unwrap_or_default().replace('_', " ")),
                used: credits(&kind["used"]),
                left: credits(&kind["remaining"]),
                resets: None,
            };
            let windows = account["rate_limits"].as_array().into_iter().flatten();
            let rate = |window: &Json| {
                let name = format!("{}, a {}", window["action"].as_str()?.replace('_', " "), window["duration"].as_str()?);
                Some(RateLeft { name: Text::from(name), limit: window["limit"].as_u64()?, left: window["remaining"].as_u64()? })
            };
            Ok(Usage { credits: kinds.map(balance).collect(), rates: windows.filter_map(rate).collect() })
        })
    }

    fn estimate<'a>(&'a self, search: &'a Search) -> BoxFuture<'a, Result<Estimate, FetchError>> {
        Box::pin(async move {
            let filters = search.checked(Source::RocketReach, &CAPABILITIES)?;
            let family = self.family().await?;
            let total = match family {
                Family::Standard => self.page(&filters, 1, 1).await?.1["total"].as_u64(),
                // Searching costs there; the limit is all that can be reckoned with.
                Family::Universal => search.limit,
            };
            let rows = total.map(|total| total.min(LAST_RECORD).min(search.limit.unwrap_or(u64::MAX)));
            let price = Self::price(family, &filters);
            let credits = rows
                .map(|rows| price.times(rows) + if family == Family::Universal { EACH.times(rows.div_ceil(100)) } else { Credits::ZERO });
            let calls = rows.map(|rows| rows.div_ceil(100) * 3);
            Ok(Estimate { rows, credits, calls, note: "" })
        })
    }

    fn enrich<'a>(&'a self, clues: &'a [Clue], reveal: Reveal) -> BoxFuture<'a, Result<Vec<Enriched>, FetchError>> {
        Box::pin(one_by_one(clues, move |about| self.person(about, reveal)))
    }

    fn verify_email<'a>(&'a self, email: &'a Email) -> BoxFuture<'a, Result<Verification, FetchError>> {
        Box::pin(async move {
            let call = async || {
                let request = self.http.post("email/verify/").lane(VERIFY).replay(Replay::Never).json(&json!({"email": email}));
                let body: Json = request.send().await?.json().map_err(NetError::doubtful)?;
                let cost = body["credits_charged"].as_f64().map_or(EACH, Credits::from_f64);
                Ok((body, cost))
            };
            let body = self.http.paid(VERIFY, EACH, call).await?;
            let status = body["status"].as_str().unwrap_or_default().to_lowercase().replace(['-', '_', ' '], "");
            let result = match status.as_str() {
                "valid" => Deliverability::Verified,
                "invalid" => Deliverability::Invalid,
                status if status.contains("catchall") || status.contains("acceptall") => Deliverability::AcceptAll,
                _ => Deliverability::Unverified,
            };
            Ok(Verification { result, confidence: None })
        })
    }
}
