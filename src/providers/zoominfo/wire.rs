//! The shapes of ZoomInfo's newer API: JSON:API documents, and trouble under codes of two makes.

use crate::{
    domain::Timestamp,
    net::{Answer, Class, Fault, by_status},
    providers::companies::id_text,
};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// The gateway and the service behind it have codes of their own; a spent quota is a 400 among other 400s.
pub(super) fn judge(answer: &Answer, now: Timestamp) -> Option<Fault> {
    let mut fault = by_status(answer, now)?;
    let says = |code: &str| answer.text().contains(&format!("\"{code}\""));
    if answer.status() == 400 && says("PFAPI0011") {
        fault.class = Class::Quota;
    }
    let reset = || answer.header("x-ratelimit-reset")?.parse::<i64>().ok();
    if fault.class == Class::RateLimited && fault.wait.is_none() {
        fault.wait = reset().map(|epoch| Timestamp::from_micros(epoch.saturating_mul(1_000_000)).since(now));
    }
    Some(fault)
}

/// A page beyond the last is an error here; it only means the end.
pub(super) fn page_past_the_end_is_fine(answer: &Answer, now: Timestamp) -> Option<Fault> {
    if is_past_the_end(answer) { None } else { judge(answer, now) }
}

pub(super) fn is_past_the_end(answer: &Answer) -> bool {
    answer.status() == 400 && answer.text().contains("\"PFAPI0004\"") && answer.text().contains("Page number")
}

#[derive(Deserialize)]
pub(super) struct TokenAnswer {
    pub access_token: String,
    pub expires_in: Option<f64>,
}

/// A JSON:API document, as far as it matters.
#[derive(Deserialize)]
pub(super) struct Document {
    pub data: Vec<Item>,
    #[serde(default)]
    pub meta: Json,
    pub links: Option<Json>,
}

#[derive(Deserialize)]
pub(super) struct Item {
    #[serde(default)]
    pub id: Json,
    #[serde(default)]
    pub attributes: Map<String, Json>,
    #[serde(default)]
    pub meta: Json,
}

impl Item {
    /// Id and attributes in one object.
    pub fn flat(self) -> Json {
        let mut row = self.attributes;
        row.insert("id".to_owned(), id_text(&self.id).map_or(Json::Null, Json::from));
        Json::Object(row)
    }

    pub fn is_found(&self) -> bool {
        self.status().ends_with("_MATCH") && self.status() != "NO_MATCH"
    }

    pub fn status(&self) -> &str {
        self.meta["matchStatus"].as_str().unwrap_or_default()
    }
}

pub(super) fn envelope(kind: &str, attributes: impl Into<Json>) -> Json {
    json!({"data": {"type": kind, "attributes": attributes.into()}})
}

pub(super) fn login_judge(answer: &Answer, now: Timestamp) -> Option<Fault> {
    let mut fault = by_status(answer, now)?;
    if matches!(answer.status(), 400 | 401 | 403) {
        fault.class = Class::Auth;
    }
    Some(fault)
}
