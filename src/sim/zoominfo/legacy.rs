//! The legacy Enterprise API: a JWT for user name and password, plain JSON, its own words for the same records.
//! Deprecated without an end date, so it still answers. Section B of the notes.

use super::{Inner, enrich, search, show};
use crate::{
    domain::Timestamp,
    sim::{
        dice::Dice,
        server::{
            Window,
            call::{Call, Reply, cut},
        },
        sighting::Sighting,
        view::SourceView,
    },
};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// A token lives an hour; one may be asked for each second.
const LIFE: Duration = Duration::from_hours(1);
const AUTH: Window = Window::new(1, 1);
/// The standard tier.
const WINDOWS: [Window; 2] = [Window::new(25, 1), Window::new(1500, 60)];
/// Rows on one page at most.
const MAX_RPP: u64 = 100;

fn refuse(code: u16, message: &str) -> Reply {
    Reply::json(code, json!({"responseCode": code, "message": message}))
}

impl Inner {
    /// Answers a path of the legacy API; `None`: it is none.
    pub(super) fn legacy(&mut self, view: &SourceView, call: &Call, path: &[&str]) -> Option<Reply> {
        let known = matches!(path, ["authenticate"] | ["search" | "enrich", "contact" | "company"] | ["lookup", "usage"]);
        if !known {
            return None;
        }
        if path == ["authenticate"] {
            return Some(self.authenticate(view, call));
        }
        let good = call.bearer().and_then(|token| self.memory.jwts.get(token)).is_some_and(|ends| *ends > call.at);
        if !good {
            return Some(Reply::text(401, "Authentication failed"));
        }
        let admitted = if self.config.unlimited { Ok(()) } else { self.admit("legacy", call.at, &WINDOWS) };
        let reply = match (admitted, call.method.as_str(), path) {
            (Err(_), ..) => refuse(429, "You have exceeded your API query rate limit. Please try again later."),
            (_, "GET", ["lookup", "usage"]) => Reply::json(200, self.legacy_usage()),
            (_, "POST", ["search", kind]) => self.legacy_search(view, call, kind),
            (_, "POST", ["enrich", kind]) => self.legacy_enrich(view, call, kind),
            _ => refuse(404, "Not found"),
        };
        let used = self.ledger.hundredths / 100;
        Some(
            reply
                .with("x-ratelimit-limit", WINDOWS[0].requests.to_string())
                .with("x-ratelimit-remaining", self.room("legacy", call.at, WINDOWS[0]).to_string())
                .with("x-usage-record-limit-limit", self.config.records.to_string())
                .with("x-usage-record-limit-remaining", self.config.records.saturating_sub(used).to_string()),
        )
    }

    fn authenticate(&mut self, view: &SourceView, call: &Call) -> Reply {
        if self.admit("legacy login", call.at, &[AUTH]).is_err() {
            return refuse(429, "You have exceeded your API query rate limit. Please try again later.");
        }
        let body = call.json().unwrap_or_default();
        if body["username"] != self.config.username || body["password"] != self.config.password {
            return refuse(401, "Authentication failed");
        }
        self.memory.issued += 1;
        let jwt = format!("eyJ{}", Dice::of(view.world.seed, "zoominfo jwt", self.memory.issued).hex(64));
        self.memory.jwts.retain(|_, ends: &mut Timestamp| *ends > call.at);
        self.memory.jwts.insert(jwt.clone(), call.at.plus(LIFE));
        Reply::json(200, json!({ "jwt": jwt }))
    }

    fn legacy_usage(&self) -> Value {
        let used = self.ledger.hundredths / 100;
        let row = |kind: &str, limit: u64, used: u64| json!({"limitType": kind, "description": kind, "limit": limit, "currentUsage": used, "usageRemaining": limit.saturating_sub(used)});
        json!({"usage": [row("requestLimit", 1_000_000, self.memory.requests), row("recordLimit", self.config.records, used),
            row("uniqueIdLimit", self.config.records, used)]})
    }

    fn legacy_search(&self, view: &SourceView, call: &Call, kind: &str) -> Reply {
        let Ok(Value::Object(mut body)) = call.json() else { return refuse(400, "The request body is invalid") };
        let mut number = |name: &str, default: u64| body.remove(name).map_or(Some(default), |value| value.as_u64());
        let (rpp, page) = (number("rpp", 25), number("page", 1));
        let (Some(rpp), Some(page)) = (rpp.filter(|n| (1..=MAX_RPP).contains(n)), page.filter(|n| *n >= 1)) else {
            return refuse(400, "rpp must be between 1 and 100 and page at least 1");
        };
        body.remove("sortBy");
        body.remove("sortOrder");
        let (rpp, offset) = (rpp as usize, (page - 1) as usize * rpp as usize);
        let criteria = Value::Object(body);
        let answer = |rows: Vec<Value>, total: usize| {
            // All matches are `maxResults`; `totalResults` counts this page.
            Reply::json(200, json!({"maxResults": total, "totalResults": rows.len(), "currentPage": page, "data": rows}))
        };
        let flat = |row: Value| {
            let mut out = Map::new();
            out.insert("id".into(), json!(row["id"].as_str().and_then(|id| id.parse::<u64>().ok())));
            out.extend(row["attributes"].as_object().cloned().unwrap_or_default());
            for stamp in ["validDate", "lastUpdatedDate"] {
                if let Some(at) = out.get(stamp).and_then(Value::as_str).and_then(Timestamp::parse) {
                    out.insert(stamp.into(), json!(american(at)));
                }
            }
            Value::Object(out)
        };
        if kind == "company" {
            return match search::companies(view, &criteria) {
                Ok(found) => {
                    let shown = cut(found.len(), offset, rpp, call.twist.as_ref());
                    let row = |id: u32| flat(show::company_row(view, id, self.memory.managed.contains(&view.company(id).key)));
                    answer(found[shown.from..shown.from + shown.len].iter().map(|c| row(c.company)).collect(), shown.total)
                }
                Err(refusal) => refuse(400, &refusal.detail),
            };
        }
        match search::contacts(view, &criteria) {
            Ok(found) => {
                let shown = cut(found.len(), offset, rpp, call.twist.as_ref());
                let row = |seen: &&Sighting| flat(show::search_row(view, seen, self.memory.managed.contains(&seen.key)));
                answer(found[shown.from..shown.from + shown.len].iter().map(row).collect(), shown.total)
            }
            Err(refusal) => refuse(400, &refusal.detail),
        }
    }

    fn legacy_enrich(&mut self, view: &SourceView, call: &Call, kind: &str) -> Reply {
        let body = call.json().unwrap_or_default();
        let known = if kind == "contact" { enrich::CONTACT_OUTPUT } else { enrich::COMPANY_OUTPUT };
        let fields: Vec<String> =
            body["outputFields"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let wrong: Vec<&String> =
            fields.iter().filter(|field| !known.contains(&field.as_str()) || self.config.closed_fields.contains(field)).collect();
        if fields.is_empty() || !wrong.is_empty() {
            let message = "There are invalid fields in your request.";
            return Reply::json(400, json!({"responseCode": 400, "message": message, "invalidOutputFields": wrong}));
        }
        let rows = if kind == "contact" { self.judge_contacts(view, &body, &fields) } else { self.judge_companies(view, &body, &fields) };
        let rows = match rows {
            Ok(rows) => rows,
            Err(refusal) => return refuse(400, &refusal.detail),
        };
        if rows.iter().any(|row| row["meta"]["matchStatus"] == "LIMIT_EXCEEDED") {
            return refuse(403, "You have used up all of your allowed record limit");
        }
        let result: Vec<Value> = rows
            .iter()
            .map(|row| {
                // What was asked comes back with its keys in lower case.
                let input: Map<String, Value> = row["meta"]["input"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(key, value)| (key.to_lowercase(), value.clone()))
                    .collect();
                let data = if row["type"] == "NoMatch" { json!([]) } else { json!([row["attributes"]]) };
                json!({"input": input, "data": data, "matchStatus": row["meta"]["matchStatus"]})
            })
            .collect();
        Reply::json(200, json!({"success": true, "data": {"outputFields": [fields], "result": result}}))
    }
}

/// `6/19/2026 1:41 PM`
fn american(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_microsecond(at.as_micros());
    at.map(|at| at.strftime("%-m/%-d/%Y %-I:%M %p").to_string()).unwrap_or_default()
}
