//! Hunter's own list of leads: the source's incremental feed, newest first, without a filter for changes. Section 9.

use super::{Answer, Inner, Refusal, paging, refuse, search};
use crate::sim::{
    dice::stable,
    server::call::{Call, Reply, cut},
    sighting::Sighting,
    view::SourceView,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, time::Duration};

/// Leads changed through the API; the rest follows from the world.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Leads {
    changed: BTreeMap<i64, Value>,
    deleted: Vec<i64>,
}

/// Filters that compare one field; `*` is any value, `~` none.
const FILTERS: &[&str] = &[
    "email",
    "first_name",
    "last_name",
    "position",
    "company",
    "industry",
    "website",
    "country_code",
    "company_size",
    "source",
    "twitter",
    "linkedin_url",
    "phone_number",
    "sync_status",
];
/// Fields that a client may write.
const WRITABLE: &[&str] = &[
    "email",
    "first_name",
    "last_name",
    "position",
    "company",
    "company_industry",
    "company_size",
    "confidence_score",
    "website",
    "country_code",
    "linkedin_url",
    "phone_number",
    "twitter",
    "notes",
    "source",
];

impl Inner {
    /// All leads, newest first.
    fn all_leads(&self, view: &SourceView) -> Vec<Value> {
        let saved = |seen: &&Sighting| {
            seen.email.is_some()
                && search::may_show(view, seen)
                && stable(view.world.seed, "hunter saved", seen.nth.into()) % 100 < u64::from(self.config.saved_percent)
        };
        let mut leads: BTreeMap<i64, Value> =
            view.people.iter().filter(saved).map(|seen| (i64::from(seen.nth) + 1, show(view, seen))).collect();
        leads.extend(self.memory.leads.changed.clone());
        leads.retain(|id, _| !self.memory.leads.deleted.contains(id));
        let mut leads: Vec<Value> = leads.into_values().collect();
        leads.sort_by(|a, b| b["created_at"].as_str().cmp(&a["created_at"].as_str()).then_with(|| b["id"].as_i64().cmp(&a["id"].as_i64())));
        leads
    }

    pub(super) fn lead_routes(&mut self, view: &SourceView, call: &Call, endpoint: &[&str]) -> Answer {
        let id = endpoint.get(1).and_then(|raw| raw.parse::<i64>().ok());
        let one = |inner: &Self| id.and_then(|id| inner.all_leads(view).into_iter().find(|lead| lead["id"] == id));
        let missing = || Refusal { status: 404, id: "not_found", details: "This lead does not exist".to_owned() };
        match (call.method.as_str(), endpoint) {
            ("GET", ["leads"]) => self.list_leads(view, call),
            ("GET", ["leads", "exist"]) => {
                let email = call.query.get("email").unwrap_or_default();
                let known = self
                    .all_leads(view)
                    .into_iter()
                    .find(|lead| lead["email"].as_str().is_some_and(|held| held.eq_ignore_ascii_case(email)));
                Ok(Reply::json(200, json!({"data": {"id": known.map(|lead| lead["id"].clone())}})))
            }
            ("GET", ["leads", _]) => one(self).map(|lead| Reply::json(200, json!({ "data": lead }))).ok_or_else(missing),
            ("POST", ["leads"]) => self.write_lead(view, call, None, false),
            ("PUT", ["leads"]) => self.write_lead(view, call, None, true),
            ("PUT", ["leads", _]) => {
                let id = one(self).and_then(|lead| lead["id"].as_i64()).ok_or_else(missing)?;
                self.write_lead(view, call, Some(id), true)
            }
            ("DELETE", ["leads", _]) => {
                let id = one(self).and_then(|lead| lead["id"].as_i64()).ok_or_else(missing)?;
                self.memory.leads.deleted.push(id);
                Ok(Reply::empty(204))
            }
            ("GET", ["leads_lists"]) => {
                let lists = json!([{"id": 1, "name": "My leads", "leads_count": self.all_leads(view).len(), "created_at": "2026-01-05 08:00:00 UTC"}]);
                Ok(Reply::json(200, json!({"data": {"leads_lists": lists}, "meta": {"total": 1, "params": {"limit": 20, "offset": 0}}})))
            }
            ("GET", ["leads_custom_attributes"]) => Ok(Reply::json(200, json!({"data": {"leads_custom_attributes": []}}))),
            _ => refuse(404, "not_found", "This endpoint does not exist"),
        }
    }

    fn list_leads(&self, view: &SourceView, call: &Call) -> Answer {
        let (limit, offset) = paging(call, 20, 1000, 100_000)?;
        let mut leads = self.all_leads(view);
        for name in FILTERS {
            let Some(wanted) = call.query.get(name) else { continue };
            let key = if *name == "industry" { "company_industry" } else { name };
            leads.retain(|lead| match (wanted, lead[key].as_str()) {
                ("*", held) => held.is_some(),
                ("~", held) => held.is_none(),
                (wanted, held) => held.is_some_and(|held| held.eq_ignore_ascii_case(wanted)),
            });
        }
        let page = cut(leads.len(), offset, limit, call.twist.as_ref());
        let shown = &leads[page.from..page.from + page.len];
        let params = json!({"limit": limit, "offset": offset});
        Ok(Reply::json(200, json!({"data": {"leads": shown}, "meta": {"count": shown.len(), "total": page.total, "params": params}})))
    }

    fn write_lead(&mut self, view: &SourceView, call: &Call, id: Option<i64>, upsert: bool) -> Answer {
        let Ok(Value::Object(body)) = call.json() else { return refuse(400, "wrong_params", "The body should be a JSON object") };
        let email = body.get("email").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        if id.is_none() && !email.contains('@') {
            return refuse(422, "invalid_email", "The email is missing or invalid");
        }
        let all = self.all_leads(view);
        let same = all.iter().find(|lead| lead["email"].as_str().is_some_and(|held| held.eq_ignore_ascii_case(&email)));
        if same.is_some() && !upsert {
            return refuse(422, "duplicated_entry", "This lead already exists in the list");
        }
        let old = id.and_then(|id| all.iter().find(|lead| lead["id"] == id)).or(same);
        let stamp = utc_words(&call.at.to_string());
        let new_id =
            all.iter().filter_map(|lead| lead["id"].as_i64()).chain(self.memory.leads.deleted.iter().copied()).max().unwrap_or(0) + 1;
        let mut lead: Map<String, Value> = match old {
            Some(old) => old.as_object().cloned().unwrap_or_default(),
            None => json!({"id": new_id, "created_at": stamp}).as_object().cloned().unwrap_or_default(),
        };
        for name in WRITABLE {
            if let Some(value) = body.get(*name) {
                lead.insert((*name).to_owned(), value.clone());
            }
        }
        lead.insert("updated_at".to_owned(), json!(stamp));
        let (status, id) = (if old.is_some() { 200 } else { 201 }, lead["id"].as_i64().unwrap_or_default());
        let lead = Value::Object(lead);
        self.memory.leads.changed.insert(id, lead.clone());
        Ok(Reply::json(status, json!({ "data": lead })))
    }
}

/// `2026-04-01 10:02:11 UTC`
fn utc_words(rfc3339: &str) -> String {
    format!("{} UTC", rfc3339.replace('T', " ").get(..19).unwrap_or_default())
}

fn show(view: &SourceView, seen: &Sighting) -> Value {
    let company = seen.company.map(|id| (view.company(id), view.truth(id)));
    let at = view.world.days_ago(seen.days_old).plus(Duration::from_secs(36_000 + u64::from(seen.nth % 3600)));
    // Most stamps have these words; some records carry ISO 8601 instead.
    let stamp = if seen.nth.is_multiple_of(6) {
        format!("{}.000Z", at.to_string().get(..19).unwrap_or_default())
    } else {
        utc_words(&at.to_string())
    };
    json!({
        "id": seen.nth + 1, "email": seen.email, "first_name": seen.first, "last_name": seen.last, "position": seen.title,
        "company": company.map(|(c, _)| &c.name), "company_industry": company.map(|(_, truth)| truth.industry.label),
        "company_size": company.map(|(_, truth)| search::headcount(truth)), "company_type": "privately held", "confidence_score": seen.confidence,
        "website": company.map(|(_, truth)| &truth.domain), "country_code": seen.country.iso,
        "linkedin_url": seen.linkedin.as_ref().map(|handle| format!("https://www.linkedin.com/in/{handle}")), "phone_number": seen.direct,
        "twitter": null, "notes": null, "source": "Domain Search", "sync_status": null, "sending_status": null, "last_activity_at": null,
        "last_contacted_at": null, "verification": search::verification(view, seen),
        "leads_list": {"id": 1, "name": "My leads", "leads_count": 0}, "created_at": stamp, "updated_at": stamp,
    })
}
