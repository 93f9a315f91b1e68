//! ZoomInfo's older Enterprise API: a user name and password give a token for an hour, plain JSON. The criteria and the
//! matching are those of the newer one.

use super::{
    CAPABILITIES, CONTACT_FIELDS, EACH, ENRICH, LOGINS, SEARCH, SERVICE, WINDOW, attributes, echoes, estimate, person_input, sort_out,
    teasers, usage,
};
use crate::{
    domain::{Source, Text, Timestamp},
    intake::raw::RawPage,
    net::{Answer, Class, Client, Credits, Fault, Granted, Header, Lane, Limit, NetError, Request, Tokens, Tools, by_status},
    providers::{
        Capabilities, Clue, Enriched, Estimate, FetchError, Finding, Known, Login, Provider, Reveal, Search, Settings, Usage,
        companies::id_text,
        search::Checked,
        settings::Connection,
        two_step::{self, Paid, Teaser, Teasers, TwoStep},
    },
};
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::{collections::HashMap, sync::Arc, time::Duration};

/// A token lives for 60 minutes and must be replaced within 55.
const LIFE: Duration = Duration::from_mins(56);

pub(super) fn build(settings: &Settings, tools: &Tools) -> Result<Arc<dyn Provider>, NetError> {
    let user = settings.credential(&SERVICE, &LOGINS[1][0])?;
    let password = settings.credential(&SERVICE, &LOGINS[1][1])?;
    let lanes = vec![Lane::new(Lane::ALL, vec![Limit::new(25, 1), Limit::new(1500, 60)])];
    let to = Connection { service: &SERVICE, host: "https://api.zoominfo.com", path: "", lanes, judge, concurrency: 4 };
    Ok(Arc::new(Legacy { http: settings.client(to, Vec::new(), tools)?, tokens: Tokens::new(tools.clock.clone()), user, password }))
}

struct Legacy {
    http: Client,
    tokens: Tokens,
    user: SecretString,
    password: SecretString,
}

/// Quotas are a 403 in words.
fn judge(answer: &Answer, now: Timestamp) -> Option<Fault> {
    let mut fault = by_status(answer, now)?;
    if answer.status() == 403 && fault.words.to_lowercase().contains("limit") {
        fault.class = Class::Quota;
    }
    Some(fault)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    /// All matches; `totalResults` is only the rows of this page.
    max_results: Option<u64>,
    #[serde(default)]
    data: Vec<Json>,
}

impl Legacy {
    async fn log_in(&self) -> Result<Granted, NetError> {
        let body = json!({"username": self.user.expose_secret(), "password": self.password.expose_secret()});
        let request = self.http.post("authenticate").json(&body).hide(&self.user).hide(&self.password);
        let answer: Json = request.send().await?.json()?;
        let token =
            answer["jwt"].as_str().ok_or_else(|| NetError::new(&SERVICE, Class::Auth, "POST authenticate", "no token was given", &[]))?;
        Ok(Granted::new(format!("Bearer {token}"), None, LIFE))
    }

    async fn call(&self, make: impl Fn(&Client) -> Request) -> Result<Answer, NetError> {
        let with_token = |token: &SecretString| make(&self.http).header("authorization", Header::Secret(token.clone()));
        self.tokens.call(|| self.log_in(), with_token).await
    }

    async fn page(&self, filters: &Checked, page: u64, size: u32) -> Result<Page, NetError> {
        let mut body = attributes(filters);
        body.insert("page".to_owned(), Json::from(page));
        body.insert("rpp".to_owned(), Json::from(size));
        if let Some(sort) = filters.0.get(super::SORT_BY) {
            body.insert("sortBy".to_owned(), sort.clone());
        }
        self.call(|http| http.post("search/contact").lane(SEARCH).json(&body)).await?.json()
    }

    /// Echoed input, status and person of each.
    async fn buy(&self, inputs: &[Json]) -> Result<Vec<(Json, String, Json)>, NetError> {
        let body = json!({"matchPersonInput": inputs, "outputFields": CONTACT_FIELDS});
        // Asking for the same people again is free, so a lost answer is simply asked for again.
        let call = async || {
            let make = |http: &Client| http.post("enrich/contact").lane(ENRICH).json(&body);
            let mut answer: Json = self.call(make).await?.json()?;
            let results = match answer["data"]["result"].take() {
                Json::Array(results) => results,
                _ => Vec::new(),
            };
            let one = |mut result: Json| {
                let status = result["matchStatus"].as_str().unwrap_or_default().to_owned();
                let person = result["data"].as_array_mut().and_then(|people| people.first_mut()).map(Json::take).unwrap_or_default();
                (result["input"].take(), status, person)
            };
            let results: Vec<_> = results.into_iter().map(one).collect();
            let found = results.iter().filter(|(_, _, person)| person.is_object()).count() as u64;
            Ok((results, EACH.times(found)))
        };
        self.http.paid(ENRICH, EACH.times(inputs.len() as u64), call).await
    }
}

impl TwoStep for Legacy {
    fn search<'a>(&'a self, filters: &'a Checked, at: Option<&'a str>, size: u32) -> BoxFuture<'a, Result<Teasers, FetchError>> {
        Box::pin(async move {
            let page: u64 = at.map_or(Some(1), |at| at.parse().ok()).ok_or(FetchError::Cursor(Source::ZoomInfo))?;
            let found = self.page(filters, page, size).await?;
            let read = page * u64::from(size);
            let more = !found.data.is_empty() && found.max_results.is_none_or(|total| read < total) && read < WINDOW;
            let (people, bad) = teasers(found.data.into_iter());
            Ok(Teasers { people, bad, total: found.max_results, next: more.then(|| (page + 1).to_string()) })
        })
    }

    fn pay<'a>(&'a self, _filters: &'a Checked, people: &'a [Teaser]) -> BoxFuture<'a, Result<Paid, FetchError>> {
        Box::pin(async move {
            let inputs: Vec<Json> = people.iter().map(|teaser| json!({"personId": super::number(&teaser.id)})).collect();
            let results = self.buy(&inputs).await?;
            let asked = |echo: &Json, person: &Json| {
                let echoed = echo.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case("personId")).and_then(|(_, id)| id_text(id));
                echoed.or_else(|| id_text(&person["id"]))
            };
            let found: HashMap<_, _> =
                results.into_iter().filter_map(|(echo, status, person)| Some((asked(&echo, &person)?, (status, person)))).collect();
            Ok(sort_out(people, found))
        })
    }

    fn batch(&self) -> (usize, usize) {
        (25, 2)
    }
}

impl Provider for Legacy {
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
            Ok(Login { account: Text::new("older API") })
        })
    }

    fn usage(&self) -> BoxFuture<'_, Result<Usage, FetchError>> {
        Box::pin(async move {
            let body: Json = self.call(|http| http.get("lookup/usage")).await?.json()?;
            let rows = body["usage"].as_array().map_or(&[][..], Vec::as_slice);
            Ok(usage(rows.iter(), "limit", &["recordLimit", "uniqueIdLimit"], &["requestLimit"]))
        })
    }

    fn estimate<'a>(&'a self, search: &'a Search) -> BoxFuture<'a, Result<Estimate, FetchError>> {
        Box::pin(async move {
            let filters = search.checked(Source::ZoomInfo, &CAPABILITIES)?;
            let found = self.page(&filters, 1, 1).await?;
            Ok(estimate(found.max_results, search.limit, Credits::whole(1)))
        })
    }

    fn enrich<'a>(&'a self, clues: &'a [Clue], _: Reveal) -> BoxFuture<'a, Result<Vec<Enriched>, FetchError>> {
        Box::pin(async move {
            let mut answers = Vec::new();
            for (nth, group) in clues.chunks(25).enumerate() {
                let inputs: Vec<Json> = group.iter().map(person_input).collect();
                let results = match self.buy(&inputs).await {
                    Ok(results) => results,
                    Err(error) if answers.is_empty() => return Err(error.into()),
                    Err(_) => break,
                };
                for (place, input) in inputs.iter().enumerate() {
                    let result = results.iter().find(|(echo, _, _)| echoes(echo, input));
                    let finding = match result {
                        Some((_, status, _)) if status == "LIMIT_EXCEEDED" => continue,
                        Some((_, status, _)) if status == "OPT_OUT" => Finding::Withheld,
                        Some((_, _, person)) if person.is_object() => Finding::Row(person.clone()),
                        _ => Finding::Nothing,
                    };
                    answers.push(Enriched { clue: nth * 25 + place, finding });
                }
            }
            Ok(answers)
        })
    }
}
