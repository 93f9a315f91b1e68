//! ZoomInfo: the GTM Data API (OAuth, JSON:API): search gives teasers for nothing, `contacts/enrich` sells up to 25 at a
//! time and may run out inside a batch. Customers who only have a user name get the older API (`legacy`).

mod filters;
mod legacy;
mod wire;

use super::{
    Again, Balance, Capabilities, Clue, Credential, Enriched, Estimate, FetchError, Finding, Known, Login, Prices, Provider, RateLeft,
    Reveal, SUPPRESS, Search, Settings, Usage,
    companies::{Companies, id_text},
    search::Checked,
    settings::Connection,
    two_step::{self, Paid, Teaser, Teasers, TwoStep},
};
use crate::{
    domain::{Source, Text},
    intake::raw::{BadRow, RawPage},
    net::{Answer, Class, Client, Credits, Granted, Header, Lane, Limit, NetError, Service, Tokens, Tools},
};
use base64::Engine as _;
use filters::{COMPANY_DETAILS, FILTERS, SORT_BY, TECHNOLOGIES, attributes};
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value as Json, json};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use tokio::sync::OnceCell;
use wire::{Document, Item, TokenAnswer, envelope, is_past_the_end, judge, login_judge, page_past_the_end_is_fine};

pub(super) static SERVICE: Service = Service {
    key: "zoominfo",
    label: "ZoomInfo",
    credential: "ZOOMINFO_CLIENT_ID and ZOOMINFO_CLIENT_SECRET",
    address: "ZOOMINFO_BASE_URL",
};

pub(super) const LOGINS: &[&[Credential]] = &[
    &[
        Credential {
            key: "client_id",
            env: "ZOOMINFO_CLIENT_ID",
            secret: false,
            about: "DevPortal, or Admin > Integrations > API & DevPortal",
        },
        Credential { key: "client_secret", env: "ZOOMINFO_CLIENT_SECRET", secret: true, about: "shown beside the client id" },
    ],
    &[
        Credential { key: "username", env: "ZOOMINFO_USERNAME", secret: false, about: "of the older Enterprise API" },
        Credential { key: "password", env: "ZOOMINFO_PASSWORD", secret: true, about: "of the older Enterprise API" },
    ],
];

pub(super) static CAPABILITIES: Capabilities = Capabilities {
    page: 100,
    window: Some(10_000),
    batch: 25,
    prices: Prices { person: EACH, numbers: None, check: None, again: Again::Free },
    tells_usage: true,
    filters: FILTERS,
    costs: "searching is free; a person costs 1 credit, an employer 1 more; nothing for whoever was bought within a year",
};

/// Inside a 200: the quota ended here.
const LIMIT_EXCEEDED: &str = "LIMIT_EXCEEDED";

const SEARCH: &str = "search";
const ENRICH: &str = "enrich";
const MEDIA_TYPE: &str = "application/vnd.api+json";
const EACH: Credits = Credits::whole(1);

/// Life of a token whose answer does not say.
const USUAL_LIFE: Duration = Duration::from_hours(1);

/// Rows one search shows at most.
const WINDOW: u64 = 10_000;

/// What is asked of a contact, as far as the contract allows it. The names of the request: `companyRevenue` comes back as
/// `company.revenue`.
const CONTACT_FIELDS: &[&str] = &[
    "id",
    "firstName",
    "middleName",
    "lastName",
    "suffix",
    "email",
    "supplementalEmail",
    "emailAlt",
    "phone",
    "directPhoneAlt",
    "directPhoneDoNotCall",
    "mobilePhone",
    "mobilePhoneAlt",
    "mobilePhoneDoNotCall",
    "jobTitle",
    "jobFunction",
    "managementLevel",
    "positionStartDate",
    "externalUrls",
    "contactAccuracyScore",
    "street",
    "city",
    "region",
    "zipCode",
    "state",
    "country",
    "validDate",
    "lastUpdatedDate",
    "companyId",
    "companyName",
    "companyPhone",
    "companyStreet",
    "companyCity",
    "companyState",
    "companyZipCode",
    "companyCountry",
    "companyWebsite",
    "companyRevenue",
    "companyRevenueNumeric",
    "companyRevenueRange",
    "companyEmployeeCount",
    "companyEmployeeRange",
    "companySocialMediaUrls",
    "companyPrimaryIndustry",
    "companyIndustries",
];

/// What is asked of an employer.
const COMPANY_FIELDS: &[&str] = &[
    "id",
    "name",
    "website",
    "domainList",
    "phone",
    "street",
    "city",
    "state",
    "zipCode",
    "country",
    "revenue",
    "revenueRange",
    "employeeCount",
    "employeeRange",
    "employeeGrowth",
    "foundedYear",
    "industries",
    "primaryIndustry",
    "socialMediaUrls",
    "products",
    "companyFunding",
];

/// Documented for the smallest tier.
pub(super) fn lanes() -> Vec<Lane> {
    vec![Lane::new(Lane::ALL, vec![Limit::new(5, 1), Limit::new(10_800, 3600), Limit::new(129_600, 86_400)])]
}

pub(super) fn build(settings: &Settings, tools: &Tools) -> Result<Arc<dyn Provider>, NetError> {
    if !settings.has(LOGINS[0]) && settings.has(LOGINS[1]) {
        return legacy::build(settings, tools);
    }
    let id = settings.credential(&SERVICE, &LOGINS[0][0])?;
    let secret = settings.credential(&SERVICE, &LOGINS[0][1])?;
    let to = Connection { service: &SERVICE, host: "https://api.zoominfo.com", path: "/gtm", lanes: lanes(), judge, concurrency: 4 };
    let headers = vec![("accept", Header::Plain(MEDIA_TYPE.to_owned()))];
    let pair = format!("{}:{}", id.expose_secret(), secret.expose_secret());
    Ok(Arc::new(ZoomInfo {
        http: settings.client(to, headers, tools)?,
        tokens: Tokens::new(tools.clock.clone()),
        basic: SecretString::from(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))),
        secret,
        contact_fields: OnceCell::new(),
        companies: Companies::new("zoominfo", tools),
        technologies: Companies::new("zoominfo-technologies", tools),
    }))
}

/// The client.
struct ZoomInfo {
    http: Client,
    tokens: Tokens,
    basic: SecretString,
    secret: SecretString,
    /// The contact fields that the contract allows.
    contact_fields: OnceCell<Vec<String>>,
    companies: Companies,
    technologies: Companies,
}

impl ZoomInfo {
    async fn fetch_token(&self) -> Result<Granted, NetError> {
        let request = self.http.post("oauth/v1/token").form(&[("grant_type", "client_credentials")]).hide(&self.secret);
        let answer: TokenAnswer =
            request.header("authorization", Header::Secret(self.basic.clone())).judge(login_judge).send().await?.json()?;
        Ok(Granted::new(format!("Bearer {}", answer.access_token), answer.expires_in, USUAL_LIFE))
    }

    async fn call(&self, make: impl Fn(&Client) -> crate::net::Request) -> Result<Answer, NetError> {
        let with_token = |token: &SecretString| make(&self.http).header("authorization", Header::Secret(token.clone()));
        self.tokens.call(|| self.fetch_token(), with_token).await
    }

    async fn page(&self, filters: &Checked, page: u64, size: u32) -> Result<Document, NetError> {
        let body = envelope("ContactSearch", attributes(filters));
        let sort = filters.0.get(SORT_BY).and_then(Json::as_str).unwrap_or_default().to_owned();
        let answer = self
            .call(|http| {
                let request = http.post("data/v1/contacts/search").lane(SEARCH).judge(page_past_the_end_is_fine).json_as(MEDIA_TYPE, &body);
                let request = request.query("page[number]", page).query("page[size]", size);
                if sort.is_empty() { request } else { request.query("sort", &sort) }
            })
            .await?;
        if is_past_the_end(&answer) {
            return Ok(Document { data: Vec::new(), meta: Json::Null, links: None });
        }
        let document: Document = answer.json()?;
        if document.data.iter().any(|item| item.status() == LIMIT_EXCEEDED) {
            return Err(answer.fault(Class::Quota, "the quota is used up"));
        }
        Ok(document)
    }

    /// Which contact fields may be asked for: one that the contract lacks makes the whole call fail. Asking is free.
    async fn fields(&self) -> &[String] {
        let all = || CONTACT_FIELDS.iter().map(ToString::to_string).collect::<Vec<_>>();
        let ask = || async {
            let answer = self
                .call(|http| http.get("data/v1/lookup/enrich").query("filter[entity]", "contact").query("filter[fieldType]", "output"))
                .await;
            let Ok(document) = answer.and_then(|answer| answer.json::<Document>()) else { return all() };
            let refused: HashSet<String> = document
                .data
                .iter()
                .filter(|item| item.attributes.get("accessGranted") == Some(&Json::Bool(false)))
                .filter_map(|item| {
                    let named = item.attributes.get("fieldName").or_else(|| item.attributes.get("name"));
                    named.and_then(Json::as_str).map(str::to_owned).or_else(|| id_text(&item.id))
                })
                .collect();
            all().into_iter().filter(|field| !refused.contains(field)).collect()
        };
        self.contact_fields.get_or_init(ask).await
    }

    /// Buys up to 25 contacts by whatever is known of them; those in `owned` were bought within the year and are free.
    async fn buy(&self, inputs: &[Json], owned: &HashSet<&str>) -> Result<Vec<Item>, NetError> {
        let body = envelope("ContactEnrich", json!({"matchPersonInput": inputs, "outputFields": self.fields().await}));
        // Asking for the same people again is free, so a lost answer is simply asked for again.
        let call = async || {
            let make = |http: &Client| http.post("data/v1/contacts/enrich").lane(ENRICH).json_as(MEDIA_TYPE, &body);
            let document: Document = self.call(make).await?.json()?;
            let charged = |item: &&Item| item.is_found() && !id_text(&item.id).is_some_and(|id| owned.contains(id.as_str()));
            let cost = EACH.times(document.data.iter().filter(charged).count() as u64);
            Ok((document.data, cost))
        };
        self.http.paid(ENRICH, EACH.times((inputs.len() - owned.len()) as u64), call).await
    }

    async fn buy_companies(&self, ids: Vec<String>) -> Result<HashMap<String, Json>, NetError> {
        let inputs: Vec<Json> = ids.iter().map(|id| json!({"companyId": number(id)})).collect();
        let body = envelope("CompanyEnrich", json!({"matchCompanyInput": inputs, "outputFields": COMPANY_FIELDS}));
        let call = async || {
            let make = |http: &Client| http.post("data/v1/companies/enrich").lane(ENRICH).json_as(MEDIA_TYPE, &body);
            let document: Document = self.call(make).await?.json()?;
            let found = document.data.into_iter().filter(|item| item.status() == "FULL_MATCH" || item.meta.is_null());
            let found: HashMap<String, Json> = found.filter_map(|item| Some((id_text(&item.id)?, item.flat()))).collect();
            let cost = EACH.times(found.len() as u64);
            Ok((found, cost))
        };
        self.http.paid("company", EACH.times(ids.len() as u64), call).await
    }

    async fn buy_technologies(&self, ids: Vec<String>) -> Result<HashMap<String, Json>, NetError> {
        let mut found = HashMap::new();
        for id in ids {
            let body = envelope("TechnologyEnrich", json!({"companyId": number(&id)}));
            let call = async || {
                let make = |http: &Client| http.post("data/v1/companies/technologies/enrich").lane(ENRICH).json_as(MEDIA_TYPE, &body);
                let document: Document = self.call(make).await?.json()?;
                Ok((document.data, EACH))
            };
            let rows: Vec<Item> = self.http.paid(TECHNOLOGIES, EACH, call).await?;
            found.insert(id, Json::from(rows.into_iter().map(|item| Json::Object(item.attributes)).collect::<Vec<_>>()));
        }
        Ok(found)
    }

    /// Adds to each row what is known of its employer, but for those who objected: they are not kept.
    async fn add_companies(&self, filters: &Checked, rows: &mut [Json]) {
        let wanted = |row: &&Json| row[SUPPRESS].is_null();
        let company_id = |row: &Json| id_text(&row["company"]["id"]).or_else(|| id_text(&row["companyId"])).filter(|_| wanted(&row));
        if filters.0.get(COMPANY_DETAILS) != Some(&Json::Bool(false)) {
            self.companies.add("company", rows, company_id, 25, |ids| self.buy_companies(ids)).await;
        }
        if filters.flag(TECHNOLOGIES) {
            self.technologies.add(TECHNOLOGIES, rows, company_id, 1, |ids| self.buy_technologies(ids)).await;
        }
    }
}

/// Ids go out as numbers where they are some.
fn number(id: &str) -> Json {
    id.parse::<i64>().map_or_else(|_| Json::from(id), Json::from)
}

/// Sorts what came back to the people asked for. `status` and `id` read one item; a person not among them is left out.
fn sort_out(people: &[Teaser], mut found: HashMap<String, (String, Json)>) -> Paid {
    let mut paid = Paid::default();
    let mut unpaid = HashSet::new();
    // Such an item may name nobody: then it is about all who are missing.
    let is_asked = |id: &String| people.iter().any(|teaser| teaser.id == *id);
    let ended = found.iter().any(|(id, (status, _))| status == LIMIT_EXCEEDED && !is_asked(id));
    for teaser in people {
        if ended && !found.contains_key(&teaser.id) {
            unpaid.insert(teaser.id.clone());
            continue;
        }
        let (status, row) = found.remove(&teaser.id).unwrap_or_default();
        let mut row = match status.as_str() {
            LIMIT_EXCEEDED => {
                unpaid.insert(teaser.id.clone());
                continue;
            }
            "OPT_OUT" => json!({"id": teaser.id, SUPPRESS: "asked ZoomInfo not to be processed"}),
            _ if row.is_object() && status != "NO_MATCH" => {
                // The echo says whose it is; what it calls itself must not make one person of two.
                let mut row = row;
                row["id"] = Json::from(teaser.id.as_str());
                row
            }
            _ => json!({}),
        };
        two_step::fill(&mut row, &teaser.row);
        paid.rows.push(row);
    }
    if !unpaid.is_empty() {
        let words = format!("the quota ended after {} of {} people", paid.rows.len(), people.len());
        paid.unpaid = Some((unpaid, NetError::new(&SERVICE, Class::Quota, "contacts/enrich", &words, &[]).into()));
    }
    paid
}

impl TwoStep for ZoomInfo {
    fn search<'a>(&'a self, filters: &'a Checked, at: Option<&'a str>, size: u32) -> BoxFuture<'a, Result<Teasers, FetchError>> {
        Box::pin(async move {
            let page: u64 = at.map_or(Some(1), |at| at.parse().ok()).ok_or(FetchError::Cursor(Source::ZoomInfo))?;
            let document = self.page(filters, page, size).await?;
            let total = document.meta["totalResults"].as_u64();
            // `meta.page.total` means pages in some answers and rows in others; the link and the count do not lie.
            let linked = document.links.as_ref().is_none_or(|links| links["next"].is_string());
            let read = page * u64::from(size);
            let more = linked && !document.data.is_empty() && total.is_none_or(|total| read < total) && read < WINDOW;
            let (people, bad) = teasers(document.data.into_iter().map(Item::flat));
            Ok(Teasers { people, bad, total, next: more.then(|| (page + 1).to_string()) })
        })
    }

    fn pay<'a>(&'a self, filters: &'a Checked, people: &'a [Teaser]) -> BoxFuture<'a, Result<Paid, FetchError>> {
        Box::pin(async move {
            let inputs: Vec<Json> = people.iter().map(|teaser| json!({"personId": number(&teaser.id)})).collect();
            // Whoever was bought within the year is free.
            let owned = people.iter().filter(|teaser| teaser.row["managementStatus"]["underManagement"] == json!(true));
            let items = self.buy(&inputs, &owned.map(|teaser| teaser.id.as_str()).collect()).await?;
            let asked = |item: &Item| id_text(&item.meta["input"]["personId"]).or_else(|| id_text(&item.id)).unwrap_or_default();
            let found = items.into_iter().map(|item| (asked(&item), (item.status().to_owned(), item.flat())));
            let mut paid = sort_out(people, found.collect());
            self.add_companies(filters, &mut paid.rows).await;
            Ok(paid)
        })
    }

    fn batch(&self) -> (usize, usize) {
        (25, 2)
    }
}

/// Rows with an id, and the others.
fn teasers(rows: impl Iterator<Item = Json>) -> (Vec<Teaser>, Vec<BadRow>) {
    let (mut people, mut bad) = (Vec::new(), Vec::new());
    for (nth, row) in rows.enumerate() {
        match id_text(&row["id"]) {
            Some(id) => people.push(Teaser { id, row }),
            None => {
                bad.push(BadRow::new(nth as u64 + 1, "ZoomInfo gave no id for it, so it cannot be bought.", row.to_string().as_bytes()));
            }
        }
    }
    (people, bad)
}

impl Provider for ZoomInfo {
    fn source(&self) -> Source {
        Source::ZoomInfo
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn fetch<'a>(&'a self, search: &'a Search, at: Option<&'a str>, known: Known<'a>) -> BoxFuture<'a, Result<RawPage, FetchError>> {
        Box::pin(two_step::fetch(self, (Source::ZoomInfo, &CAPABILITIES), search, at, known))
    }

    fn test_login(&self) -> BoxFuture<'_, Result<Login, FetchError>> {
        Box::pin(async move {
            self.page(&Checked(Map::new()), 1, 1).await?;
            Ok(Login { account: Text::default() })
        })
    }

    fn usage(&self) -> BoxFuture<'_, Result<Usage, FetchError>> {
        Box::pin(async move {
            let document: Document = self.call(|http| http.get("data/v1/users/usage")).await?.json()?;
            let rows = document.data.iter().filter_map(|item| item.attributes.get("usage")?.as_array()).flatten();
            Ok(usage(rows, "totalLimit", &["uniqueID", "record"], &["request"]))
        })
    }

    fn estimate<'a>(&'a self, search: &'a Search) -> BoxFuture<'a, Result<Estimate, FetchError>> {
        Box::pin(async move {
            let filters = search.checked(Source::ZoomInfo, &CAPABILITIES)?;
            let document = self.page(&filters, 1, 1).await?;
            let each = if filters.0.get(COMPANY_DETAILS) == Some(&Json::Bool(false)) { EACH } else { EACH + EACH };
            Ok(estimate(document.meta["totalResults"].as_u64(), search.limit, each))
        })
    }

    fn enrich<'a>(&'a self, clues: &'a [Clue], _: Reveal) -> BoxFuture<'a, Result<Vec<Enriched>, FetchError>> {
        Box::pin(async move {
            let mut answers = Vec::new();
            for (nth, group) in clues.chunks(25).enumerate() {
                let inputs: Vec<Json> = group.iter().map(person_input).collect();
                let items = match self.buy(&inputs, &HashSet::new()).await {
                    Ok(items) => items,
                    Err(error) if answers.is_empty() => return Err(error.into()),
                    Err(_) => break,
                };
                for (place, input) in inputs.iter().enumerate() {
                    // By the echoed input, not by position.
                    let item = items.iter().find(|item| echoes(&item.meta["input"], input));
                    let finding = match item.map(Item::status) {
                        Some("LIMIT_EXCEEDED") => continue,
                        Some("OPT_OUT") => Finding::Withheld,
                        _ => item.filter(|item| item.is_found()).map_or(Finding::Nothing, |item| Finding::Row(flat_copy(item))),
                    };
                    answers.push(Enriched { clue: nth * 25 + place, finding });
                }
            }
            Ok(answers)
        })
    }
}

fn flat_copy(item: &Item) -> Json {
    Item { id: item.id.clone(), attributes: item.attributes.clone(), meta: Json::Null }.flat()
}

fn person_input(clue: &Clue) -> Json {
    let mut input = Map::new();
    if let Some(id) = &clue.id {
        input.insert("personId".to_owned(), number(id));
    } else if let Some(email) = &clue.email {
        input.insert("emailAddress".to_owned(), Json::from(email.as_str()));
    } else {
        for (key, value) in [
            ("firstName", &clue.first_name),
            ("lastName", &clue.last_name),
            ("companyName", &clue.company),
            ("externalURL", &clue.linkedin),
        ] {
            if !value.is_empty() {
                input.insert(key.to_owned(), Json::from(value.as_str()));
            }
        }
    }
    Json::Object(input)
}

/// The echo says everything that was sent; the older API writes its keys in lower case.
fn echoes(echo: &Json, input: &Json) -> bool {
    let (Some(echo), Some(input)) = (echo.as_object(), input.as_object()) else { return false };
    let find = |key: &str| echo.iter().find(|(have, _)| have.eq_ignore_ascii_case(key)).map(|(_, value)| value);
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_lowercase);
    !input.is_empty() && input.iter().all(|(key, value)| find(key).is_some_and(|have| text(have) == text(value)))
}

fn usage<'a>(rows: impl Iterator<Item = &'a Json>, limit: &str, credits: &[&str], calls: &[&str]) -> Usage {
    let mut usage = Usage::default();
    for row in rows {
        let kind = row["limitType"].as_str().unwrap_or_default();
        let (all, used) = (row[limit].as_f64(), row["currentUsage"].as_f64());
        let left = row["usageRemaining"].as_f64();
        if credits.contains(&kind) {
            let credits = |n: Option<f64>| n.map(Credits::from_f64);
            usage.credits.push(Balance { name: Text::new(kind), used: credits(used), left: credits(left), resets: None });
        } else if calls.contains(&kind) {
            let whole = |n: Option<f64>| n.unwrap_or_default().max(0.0) as u64;
            usage.rates.push(RateLeft { name: "calls".into(), limit: whole(all), left: whole(left) });
        }
    }
    usage
}

fn estimate(total: Option<u64>, limit: Option<u64>, each: Credits) -> Estimate {
    let rows = total.map(|total| total.min(WINDOW).min(limit.unwrap_or(u64::MAX)));
    let note = if total.is_some_and(|total| total > WINDOW) && limit.is_none() {
        "A search shows its first 10,000 people; narrow it to reach the others."
    } else {
        ""
    };
    Estimate { rows, credits: rows.map(|rows| each.times(rows)), calls: rows.map(|rows| rows.div_ceil(100) + rows.div_ceil(25)), note }
}
