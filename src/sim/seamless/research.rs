//! Research: queued, polled, billed when found, a duplicate within thirty days. Section 4 of the notes.

use super::{Answer, Inner, Refusal, body, refuse, show};
use crate::{
    domain::Timestamp,
    sim::{
        dice::{Dice, stable_text},
        server::{
            call::{Call, Reply},
            post::Delivery,
        },
        view::SourceView,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// Items of one request at most.
const MAX_ITEMS: usize = 100;
/// Within so long the same person counts as researched already; the notes know no figure.
const DUPLICATE_WINDOW: Duration = Duration::from_hours(30 * 24);
/// Rows of the organisation's own records at most.
const MAX_ROWS: usize = 500;

/// One research.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Research {
    company: bool,
    /// Whom it found.
    key: Option<String>,
    /// The research that was first, for a duplicate.
    first: Option<String>,
    asked: Timestamp,
    polls: u32,
    /// There were no credits when its turn came.
    unpaid: bool,
}

impl Inner {
    /// `POST /contacts/research` and `/companies/research`: 202 with an id for each, in order.
    pub(super) fn research(&mut self, view: &SourceView, call: &Call, kind: &str) -> Answer {
        let body = body(call)?;
        let company = kind == "companies";
        let by_id = body["searchResultIds"].as_array();
        let by_data = body[kind].as_array();
        let wanted = match (by_id, by_data) {
            (Some(_), Some(_)) => return refuse(400, "", &format!("Send searchResultIds or {kind}, not both")),
            (Some(ids), None) => ids,
            (None, Some(items)) => items,
            (None, None) => return refuse(400, "", &format!("searchResultIds or {kind} is required")),
        };
        if wanted.is_empty() || wanted.len() > MAX_ITEMS {
            return refuse(400, "", "Between 1 and 100 items are allowed");
        }
        if self.left() == 0 {
            return refuse(422, "insufficientCredits", "You do not have enough credits");
        }
        let skip_check = body["skipDeduplicationCheck"].as_bool().unwrap_or(false);
        let mut ids = Vec::new();
        for one in wanted {
            let key = match (company, one) {
                (false, Value::String(id)) => view.person(id).map(|seen| seen.key.clone()),
                (true, Value::String(id)) => view.company_by_key(id).map(|id| view.company(id).key.clone()),
                (false, one) => find_person(view, one)?,
                (true, one) => {
                    let given = |name: &str| one[name].as_str().unwrap_or_default();
                    view.find_company(given("domain"), given("companyName")).map(|id| view.company(id).key.clone())
                }
            };
            ids.push(self.queue(view, company, key, call.at, skip_check));
        }
        Ok(Reply::json(202, json!({"success": true, "requestIds": ids})))
    }

    fn queue(&mut self, view: &SourceView, company: bool, key: Option<String>, now: Timestamp, skip_check: bool) -> String {
        self.memory.asked += 1;
        let id = nanoid(view, self.memory.asked);
        let first = key.as_ref().filter(|_| !skip_check).and_then(|key| self.memory.first.get(key)).cloned();
        let first = first.filter(|id| self.memory.research.get(id).is_some_and(|r| r.asked.plus(DUPLICATE_WINDOW) > now));
        let found = key.is_some() && first.is_none() && !vanishes(view, &id);
        let unpaid = found && self.spend("research", 100).is_err();
        if let Some(key) = key.as_ref().filter(|_| first.is_none()) {
            self.memory.first.insert(key.clone(), id.clone());
        }
        let research = Research { company, key, first, asked: now, polls: 0, unpaid };
        self.tell(view, &id, &research);
        self.memory.research.insert(id.clone(), research);
        id
    }

    /// The dashboard's webhook: the bare record with the request's id, the secret in clear.
    fn tell(&self, view: &SourceView, id: &str, research: &Research) {
        let Some(mut record) = record(view, research).filter(|_| !self.config.webhook_url.is_empty() && !research.unpaid) else { return };
        record["apiResearchId"] = json!(id);
        record["linkedInProfileUrl"] = record["lIProfileUrl"].clone();
        let headers = vec![
            ("Content-Type".to_owned(), "application/json".to_owned()),
            ("x-seamless-webhook-secret".to_owned(), self.config.webhook_secret.clone()),
        ];
        let delivery = Delivery {
            id: id.to_owned(),
            url: self.config.webhook_url.clone(),
            headers,
            body: record.to_string().into_bytes(),
            delay: Duration::ZERO,
        };
        if !self.post.put(delivery) {
            tracing::warn!("too many callbacks wait; one is dropped");
        }
    }

    /// `GET …/research/poll?requestIds=a,b`: always 200, a status each.
    pub(super) fn poll(&mut self, view: &SourceView, call: &Call, kind: &str) -> Answer {
        let listed = call.query.get("requestIds").unwrap_or_default().split(',').map(str::to_owned);
        let repeated = call.query.0.iter().filter(|(name, _)| name == "requestIds[]").map(|(_, id)| id.clone());
        let ids: Vec<String> = listed.chain(repeated).filter(|id| !id.is_empty()).collect();
        if ids.is_empty() || ids.len() > MAX_ITEMS {
            return refuse(400, "", "Between 1 and 100 requestIds are allowed");
        }
        let needed = self.config.polls;
        let name = if kind == "companies" { "company" } else { "contact" };
        let mut rows = Vec::new();
        for id in ids {
            let Some(research) = self.memory.research.get_mut(&id) else {
                rows.push(json!({"requestId": id, "status": "not found", "message": "Request not found"}));
                continue;
            };
            research.polls += 1;
            let running = match research.polls {
                polls if polls > needed => None,
                1 => Some("queued"),
                _ => Some("researching"),
            };
            let mut row = json!({"requestId": id, "status": running, "message": null});
            if running.is_none() {
                let (status, shown) = outcome(view, &id, research);
                row["status"] = json!(status);
                if let Some(shown) = shown {
                    row[name] = shown;
                    row["searchResultId"] = json!(research.key);
                }
                if let Some(first) = &research.first {
                    row["additionalData"] = json!({"initialRequestId": first});
                }
            }
            rows.push(row);
        }
        Ok(Reply::json(200, json!({"success": true, "data": rows})))
    }

    /// `GET /contacts`, `GET /companies`: what the organisation researched, by date; free.
    pub(super) fn researched(&self, view: &SourceView, call: &Call, kind: &str) -> Answer {
        let date = |name: &str| call.query.get(name).and_then(Timestamp::parse);
        let (Some(from), Some(to)) = (date("startDate"), date("endDate")) else {
            return refuse(400, "", "startDate and endDate are required");
        };
        let number = |name: &str, default: usize| call.query.get(name).and_then(|raw| raw.parse::<usize>().ok()).unwrap_or(default);
        let (page, limit) = (number("page", 1).max(1), number("limit", MAX_ROWS).clamp(1, MAX_ROWS));
        let company = kind == "companies";
        let within = |r: &&Research| r.company == company && r.first.is_none() && (from..=to).contains(&r.asked) && !r.unpaid;
        let all: Vec<Value> = self.memory.research.values().filter(within).filter_map(|r| record(view, r)).collect();
        let rows: Vec<&Value> = all.iter().skip((page - 1) * limit).take(limit).collect();
        Ok(Reply::json(
            200,
            json!({"data": rows, "supplementalData": {"isMore": page * limit < all.len(), "total": all.len(), "perPage": limit}}),
        ))
    }
}

/// How a research ends: the word, and the record where there is one.
fn outcome(view: &SourceView, id: &str, research: &Research) -> (&'static str, Option<Value>) {
    if research.unpaid {
        return ("No license or credits available", None);
    }
    if research.key.is_none() {
        return ("missing", None);
    }
    if research.first.is_some() {
        // Some carry the record, others only point to the first research.
        return ("duplicate", record(view, research).filter(|_| !vanishes(view, id)));
    }
    if vanishes(view, id) { ("error", None) } else { ("done", record(view, research)) }
}

/// A few researches fail on their own.
fn vanishes(view: &SourceView, id: &str) -> bool {
    stable_text(view.world.seed, "seamless error", id).is_multiple_of(60)
}

fn record(view: &SourceView, research: &Research) -> Option<Value> {
    let key = research.key.as_ref()?;
    if research.company {
        return view.company_by_key(key).map(|id| show::company(view, id));
    }
    view.person(key).map(|seen| show::contact(view, seen))
}

fn find_person(view: &SourceView, one: &Value) -> Result<Option<String>, Refusal> {
    let given = |name: &str| one[name].as_str().unwrap_or_default().trim();
    let seen = if !given("email").is_empty() {
        view.by_email(given("email"))
    } else if !given("liProfileUrl").is_empty() {
        view.by_linkedin(given("liProfileUrl"))
    } else {
        let Some((first, last)) = given("contactName").rsplit_once(' ') else {
            return refuse(400, "", "Each contact needs contactName with companyName or domain, email, or liProfileUrl");
        };
        view.by_name(first, last, given("domain"), given("companyName"))
    };
    Ok(seen.map(|seen| seen.key.clone()))
}

/// Twenty-one letters.
fn nanoid(view: &SourceView, nth: u64) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    let mut dice = Dice::of(view.world.seed, "seamless request", nth);
    (0..21).map(|_| char::from(*dice.pick(LETTERS))).collect()
}
