//! People and company enrichment, with their traps: an unknown id answers with somebody else, numbers come later by
//! callback or poll, credits are billed for what was found. Sections 4, 5 and 7 of the notes.

use super::{Inner, Refusal, params::Params, show};
use crate::{
    domain::Timestamp,
    sim::{
        dice::{stable, stable_text},
        server::post::{Delivery, is_loopback},
        sighting::Sighting,
        view::SourceView,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Records of one bulk call at most.
const MAX_BULK: usize = 10;
/// Hundredths of a credit: a person or company, a mobile number.
const ONE: u64 = 100;
const NUMBER: u64 = 800;
/// How long a result can be polled.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// Numbers that were asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pending {
    people: Vec<String>,
    asked: Timestamp,
    ready: Timestamp,
}

impl Inner {
    /// `POST /people/match`
    pub(super) fn match_one(&mut self, view: &SourceView, params: &Params, now: Timestamp) -> Result<Value, Refusal> {
        let phones = Self::wants_phones(params)?;
        let look = Look::of_params(params);
        look.check()?;
        let Some(seen) = look.find(view) else { return Ok(json!({"person": null})) };
        self.spend("people/match", ONE)?;
        let contact = self.contact_of(view, seen);
        let mut out = json!({"person": show::person(view, seen, contact.as_ref(), params.flag("reveal_personal_emails"))});
        if phones {
            out["request_id"] = json!(self.queue(view, &[seen], params, now)?);
        }
        Ok(out)
    }

    /// `POST /people/bulk_match`
    pub(super) fn match_many(&mut self, view: &SourceView, params: &Params, now: Timestamp) -> Result<Value, Refusal> {
        let phones = Self::wants_phones(params)?;
        let details = params.get("details").and_then(Value::as_array).cloned().unwrap_or_default();
        let failed =
            |code: &str, message: &str| Refusal::Json(400, json!({"status": "failed", "error_code": code, "error_message": message}));
        if details.is_empty() {
            return Err(failed("INVALID_REQUEST", "details is missing"));
        }
        if details.len() > MAX_BULK {
            return Err(failed("RECORD_LIMIT_EXCEEDED", "You can enrich up to 10 people per call"));
        }
        let found: Vec<Option<&Sighting>> = details.iter().map(|one| Look::of_json(one).find(view)).collect();
        let hits: Vec<&Sighting> = found.iter().flatten().copied().collect();
        self.spend("people/bulk_match", ONE * hits.len() as u64)?;
        let personal = params.flag("reveal_personal_emails");
        let matches: Vec<Value> = found
            .iter()
            .map(|seen| seen.map_or(Value::Null, |seen| show::person(view, seen, self.contact_of(view, seen).as_ref(), personal)))
            .collect();
        let mut unique: Vec<_> = hits.iter().map(|seen| &seen.key).collect();
        unique.sort();
        unique.dedup();
        let mut out = json!({
            "status": "success", "error_code": null, "error_message": null, "total_requested_enrichments": details.len(),
            "unique_enriched_records": unique.len(), "missing_records": details.len() - hits.len(), "credits_consumed": hits.len() as f64,
            "matches": matches,
        });
        if phones && !hits.is_empty() {
            out["request_id"] = json!(self.queue(view, &hits, params, now)?);
        }
        Ok(out)
    }

    /// `GET /organizations/enrich`
    pub(super) fn organization(&mut self, view: &SourceView, params: &Params) -> Result<Value, Refusal> {
        let by_linkedin =
            || view.world.companies.iter().find(|c| c.linkedin == crate::sim::view::linkedin_handle(params.text("linkedin_url")));
        let names = ["domain", "website", "name", "linkedin_url"];
        if names.iter().all(|name| params.text(name).is_empty()) {
            return Err(Refusal::Json(422, json!({"error": "Required parameter 'domain' missing"})));
        }
        let domain = if params.text("domain").is_empty() { params.text("website") } else { params.text("domain") };
        let found = if params.text("linkedin_url").is_empty() {
            view.find_company(domain, params.text("name"))
        } else {
            by_linkedin().map(|c| c.id)
        };
        let Some(id) = found else { return Ok(json!({"organization": null})) };
        self.spend("organizations/enrich", ONE)?;
        Ok(json!({"organization": show::organization(view, id)}))
    }

    /// `POST /organizations/bulk_enrich`
    pub(super) fn organizations(&mut self, view: &SourceView, params: &Params) -> Result<Value, Refusal> {
        let named = params.list("domains");
        let detailed = params
            .get("details")
            .and_then(Value::as_array)
            .map(|details| details.iter().map(|one| one["domain"].as_str().unwrap_or_default().to_lowercase()).collect::<Vec<_>>());
        let domains = named.or(detailed).unwrap_or_default();
        let failed =
            |code: &str, message: &str| Refusal::Json(400, json!({"status": "failed", "error_code": code, "error_message": message}));
        if domains.is_empty() {
            return Err(failed("INVALID_REQUEST", "domains is missing"));
        }
        if domains.len() > MAX_BULK {
            return Err(failed("RECORD_LIMIT_EXCEEDED", "You can enrich up to 10 companies per call"));
        }
        let mut unique = domains.clone();
        unique.sort();
        unique.dedup();
        let found: Vec<Option<u32>> = domains.iter().map(|domain| view.find_company(domain, "")).collect();
        let hits = found.iter().flatten().count();
        self.spend("organizations/bulk_enrich", ONE * hits as u64)?;
        let organizations: Vec<Value> = found.iter().map(|id| id.map_or(Value::Null, |id| show::organization(view, id))).collect();
        Ok(json!({"status": "success", "error_code": null, "error_message": null, "total_requested_domains": domains.len(),
            "total_requested_records": domains.len(), "unique_domains": unique.len(), "unique_enriched_records": hits,
            "missing_records": domains.len() - hits, "organizations": organizations}))
    }

    /// `GET /people/{id}` and `GET /organizations/{id}`
    pub(super) fn stored(&mut self, view: &SourceView, kind: &str, id: &str) -> Result<Value, Refusal> {
        let missing = || Refusal::Json(404, json!({"error": "Not Found"}));
        if kind == "people" {
            let seen = view.person(id).ok_or_else(missing)?;
            self.spend("people/show", ONE)?;
            return Ok(json!({"person": show::person(view, seen, self.contact_of(view, seen).as_ref(), false)}));
        }
        let company = view.company_by_key(id).ok_or_else(missing)?;
        self.spend("organizations/show", ONE)?;
        Ok(json!({"organization": show::organization(view, company)}))
    }

    /// `GET /webhook_result/{request_id}`
    pub(super) fn result(&self, view: &SourceView, raw: &str, now: Timestamp) -> Result<Value, Refusal> {
        let fail = |status, code: &str| Refusal::Json(status, json!({"error_code": code}));
        let id: i64 = raw.parse().map_err(|_| fail(400, "invalid_request_id"))?;
        let pending = self.memory.pending.get(&id).ok_or_else(|| fail(404, "request_id_unknown"))?;
        if pending.asked.plus(KEPT) <= now {
            return Err(fail(410, "request_id_expired"));
        }
        if pending.ready > now {
            let wait = pending.ready.since(now).as_secs().max(1);
            return Err(Refusal::Json(404, json!({"error_code": "result_pending", "retry_after_seconds": wait})));
        }
        Ok(
            json!({"request_id": raw, "webhook_status": "success", "request_type": "phone", "last_dispatched_at": null, "failure_reason": null,
            "webhook_result": callback(view, pending)}),
        )
    }

    /// Numbers need somewhere to be delivered, or somebody who polls.
    fn wants_phones(params: &Params) -> Result<bool, Refusal> {
        if !params.flag("reveal_phone_number") {
            return Ok(false);
        }
        if params.flag("poll_only") {
            return Ok(true);
        }
        let refuse = || Refusal::Json(422, json!({"error": "Please add a valid 'webhook_url' parameter when using 'reveal_phone_number'"}));
        let url = url::Url::parse(params.text("webhook_url")).map_err(|_| refuse())?;
        // HTTPS is demanded; loopback is let through because nothing here can answer TLS.
        if url.scheme() == "https" || is_loopback(&url) { Ok(true) } else { Err(refuse()) }
    }

    fn queue(&mut self, view: &SourceView, people: &[&Sighting], params: &Params, now: Timestamp) -> Result<i64, Refusal> {
        let with_numbers = people.iter().filter(|seen| seen.mobile.is_some() || seen.direct.is_some()).count();
        self.spend("phone numbers", NUMBER * with_numbers as u64)?;
        self.memory.asked += 1;
        // Signed 64 bits: may be below zero and beyond what JavaScript can hold.
        let id = stable(view.world.seed, "apollo request", self.memory.asked) as i64;
        let delay = Duration::from_secs(self.config.phone_delay_seconds.into());
        let pending = Pending { people: people.iter().map(|seen| seen.key.clone()).collect(), asked: now, ready: now.plus(delay) };
        if !params.flag("poll_only") {
            let body = callback(view, &pending).to_string().into_bytes();
            let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
            let delivery = Delivery { id: id.to_string(), url: params.text("webhook_url").to_owned(), headers, body, delay };
            if !self.post.put(delivery) {
                tracing::warn!("too many callbacks wait; one is dropped");
            }
        }
        self.memory.pending.insert(id, pending);
        Ok(id)
    }
}

/// The body of a callback: no request id, so people are told apart by their own.
fn callback(view: &SourceView, pending: &Pending) -> Value {
    let people: Vec<Value> = pending
        .people
        .iter()
        .filter_map(|key| view.person(key))
        .map(|seen| json!({"id": seen.key, "status": "success", "phone_numbers": show::phone_numbers(view, seen)}))
        .collect();
    let found = people.iter().filter(|person| person["phone_numbers"] != json!([])).count();
    json!({"status": "success", "total_requested_enrichments": pending.people.len(), "unique_enriched_records": found,
        "missing_records": pending.people.len() - found, "credits_consumed": found * 8, "people": people})
}

/// What a person is looked for by.
struct Look {
    fields: [String; 9],
}

const FIELDS: [&str; 9] = ["id", "linkedin_url", "email", "hashed_email", "first_name", "last_name", "name", "domain", "organization_name"];

impl Look {
    fn of_params(params: &Params) -> Self {
        Self { fields: FIELDS.map(|name| params.text(name).to_owned()) }
    }

    fn of_json(one: &Value) -> Self {
        Self { fields: FIELDS.map(|name| one[name].as_str().unwrap_or_default().trim().to_owned()) }
    }

    fn check(&self) -> Result<(), Refusal> {
        let id = &self.fields[0];
        if !id.is_empty() && (id.len() != 24 || !id.bytes().all(|b| b.is_ascii_hexdigit())) {
            return Err(Refusal::Json(422, json!({"error": format!("Parameters misconfigured. {id} is not a valid ID")})));
        }
        if self.fields.iter().all(String::is_empty) {
            return Err(Refusal::Json(422, json!({"error": "Invalid parameters"})));
        }
        Ok(())
    }

    fn find<'v>(&self, view: &'v SourceView) -> Option<&'v Sighting> {
        let [id, linkedin, email, hashed, first, last, name, domain, company] = &self.fields;
        if !id.is_empty() {
            // The trap: somebody is always found.
            let anybody = || &view.people[(stable_text(view.world.seed, "trap", id) % view.people.len() as u64) as usize];
            return Some(view.person(id).unwrap_or_else(anybody));
        }
        if !linkedin.is_empty() {
            return view.by_linkedin(linkedin);
        }
        if !email.is_empty() {
            return view.by_email(email);
        }
        if !hashed.is_empty() {
            let matches = |email: &String| {
                let digest = Sha256::digest(email.to_lowercase().as_bytes());
                hex(&digest).eq_ignore_ascii_case(hashed)
            };
            return view.people.iter().find(|seen| seen.email.as_ref().is_some_and(matches));
        }
        let (first, last) = match (first.is_empty(), name.rsplit_once(' ')) {
            (true, Some((first, last))) => (first, last),
            _ => (first.as_str(), last.as_str()),
        };
        view.by_name(first, last, domain, company)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}
