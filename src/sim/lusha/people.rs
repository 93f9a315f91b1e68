//! Contacts: looking them up, prospecting, enriching, signals. Sections 3, 4, 5 and 7 of the notes.

use super::{Answer, EMAIL, Inner, PHONE, Refusal, filters, items, request_id, seniority};
use crate::sim::{
    server::call::{Call, cut},
    sighting::{MailState, Sighting},
    view::{SourceView, joined},
    world::Rank,
};
use serde_json::{Value, json};

/// Pages of a prospecting query at most, counted from 0.
const MAX_PAGE: u64 = 1000;

impl Inner {
    /// `POST /v3/contacts/search` and `/search-and-enrich`
    pub(super) fn search(&mut self, view: &SourceView, body: &Value, enrich: bool) -> Answer {
        let wanted = items(body, "contacts")?;
        let reveal = if enrich { reveals(body)? } else { Vec::new() };
        let mut results = Vec::new();
        let mut hits = 0;
        let mut revealed = 0;
        for (nth, one) in wanted.iter().enumerate() {
            let reference = one["clientReferenceId"].as_str().map_or_else(|| nth.to_string(), str::to_owned);
            let found = find(view, one)?;
            let mut row = match found {
                None => error("NOT_FOUND", "Contact not found"),
                Some(seen) if restricted(view, seen) => error("COMPLIANCE_RESTRICTED", "This contact cannot be processed"),
                Some(seen) if enrich => {
                    hits += 1;
                    revealed += self.reveal(seen, &reveal)?;
                    full(view, seen, &reveal)
                }
                Some(seen) => {
                    hits += 1;
                    self.teaser(view, seen)
                }
            };
            row["clientReferenceId"] = json!(reference);
            results.push(row);
        }
        let charged = self.spend_search(hits)? + revealed / 100;
        Ok(json!({"requestId": request_id(view, self.ledger.hundredths), "results": results,
            "billing": {"creditsCharged": charged, "resultsReturned": hits}}))
    }

    /// `POST /v3/contacts/prospecting`
    pub(super) fn prospect(&mut self, view: &SourceView, body: &Value, call: &Call) -> Answer {
        let (page, size) = paging(body)?;
        let found = filters::people(view, &body["filters"])?;
        let shown = cut(found.len(), page * size, size, call.twist.as_ref());
        let rows = &found[shown.from..shown.from + shown.len];
        let charged = self.spend_search(rows.len())?;
        let results: Vec<Value> = rows.iter().map(|seen| self.teaser(view, seen)).collect();
        Ok(json!({"requestId": request_id(view, self.ledger.hundredths), "pagination": {"page": page, "size": size, "total": shown.total},
            "results": results, "billing": {"creditsCharged": charged, "resultsReturned": rows.len()}}))
    }

    /// `POST /v3/contacts/enrich`
    pub(super) fn enrich(&mut self, view: &SourceView, body: &Value) -> Answer {
        let ids = items(body, "ids")?;
        let reveal = reveals(body)?;
        let mut results = Vec::new();
        let mut charged = 0;
        let mut returned = 0;
        for id in ids {
            let id = id.as_str().ok_or_else(|| Refusal::invalid("each value in ids must be a string"))?;
            let mut row = match view.person(id) {
                None => error("NOT_FOUND", "Contact not found"),
                Some(seen) if restricted(view, seen) => error("COMPLIANCE_RESTRICTED", "This contact cannot be processed"),
                Some(seen) => {
                    charged += self.reveal(seen, &reveal)?;
                    returned += 1;
                    full(view, seen, &reveal)
                }
            };
            row["id"] = json!(id);
            results.push(row);
        }
        Ok(json!({"requestId": request_id(view, self.ledger.hundredths), "results": results,
            "billing": {"creditsCharged": charged / 100, "resultsReturned": returned}}))
    }

    /// `POST /v3/contacts/signals`: a change of job is the one that the world knows.
    pub(super) fn signals(&mut self, view: &SourceView, body: &Value) -> Answer {
        let ids = items(body, "ids")?;
        let since = body["startDate"].as_str().ok_or_else(|| Refusal::invalid("startDate must be a valid date"))?;
        let mut results = Vec::new();
        for id in ids.iter().filter_map(Value::as_str) {
            let person = view.person(id).and_then(|seen| seen.person).map(|id| &view.world.people[id as usize]);
            let jobs = person.map(|p| p.jobs.as_slice()).unwrap_or_default();
            let changes: Vec<Value> = jobs
                .windows(2)
                .filter(|pair| pair[0].company != pair[1].company && view.world.date(pair[0].since).as_str() >= since)
                .map(|pair| {
                    json!({"id": format!("{id}-{}", pair[0].since), "signalDate": view.world.date(pair[0].since),
                    "previousCompany": view.company(pair[1].company).name, "newCompany": view.company(pair[0].company).name})
                })
                .collect();
            self.spend("signals", changes.len() as u64 * 100)?;
            results.push(json!({"id": id, "companyChange": changes, "promotion": []}));
        }
        Ok(
            json!({"results": results, "startDate": since, "endDate": view.world.date(0), "billing": {"creditsCharged": 0, "resultsReturned": results.len()}}),
        )
    }

    /// Bills what is shown for the first time; in hundredths.
    fn reveal(&mut self, seen: &Sighting, fields: &[String]) -> Result<u64, Refusal> {
        let mut cost = 0;
        let mut fresh = Vec::new();
        for field in fields {
            let held = if field == "emails" {
                seen.email.is_some() || seen.private_email.is_some()
            } else {
                seen.mobile.is_some() || seen.direct.is_some()
            };
            let mark = format!("{}/{field}", seen.key);
            if held && !self.memory.revealed.contains(&mark) {
                cost += if field == "emails" { EMAIL } else { PHONE };
                fresh.push(mark);
            }
        }
        self.spend("reveal", cost)?;
        self.memory.revealed.extend(fresh);
        Ok(cost)
    }

    /// What a search shows: names, place, and what could be revealed for how much.
    fn teaser(&self, view: &SourceView, seen: &Sighting) -> Value {
        let mut has = vec!["firstName", "lastName", "jobTitle", "location"];
        let mut reveal = Vec::new();
        for (field, held, credits) in [
            ("emails", seen.email.is_some() || seen.private_email.is_some(), EMAIL / 100),
            ("phones", seen.mobile.is_some() || seen.direct.is_some(), PHONE / 100),
        ] {
            if held {
                has.push(field);
                let known = self.memory.revealed.contains(&format!("{}/{field}", seen.key));
                reveal.push(json!({"field": field, "credits": if known { 0 } else { credits }}));
            }
        }
        let mut out = head(view, seen);
        if seen.linkedin.is_some() {
            has.push("socialLinks");
        }
        out["has"] = json!(has);
        out["canReveal"] = json!(reveal);
        out["signalTypes"] = json!(["companyChange"]);
        out["location"] = json!({"country": seen.country.name, "state": seen.place.state, "city": seen.place.city});
        out
    }
}

pub(super) fn paging(body: &Value) -> Result<(usize, usize), Refusal> {
    let read = |name: &str, default: u64| match &body["pagination"][name] {
        Value::Null => Some(default),
        value => value.as_u64(),
    };
    let page = read("page", 0).filter(|page| *page <= MAX_PAGE).ok_or_else(|| Refusal::invalid("page must not be greater than 1000"))?;
    let size = read("size", 25)
        .filter(|size| (10..=100).contains(size))
        .ok_or_else(|| Refusal::invalid("size must not be less than 10 or greater than 100"))?;
    Ok((page as usize, size as usize))
}

/// Leaving it out reveals everything: the costly default.
fn reveals(body: &Value) -> Result<Vec<String>, Refusal> {
    let Some(list) = body.get("reveal").filter(|list| !list.is_null()) else { return Ok(vec!["emails".to_owned(), "phones".to_owned()]) };
    let fields: Option<Vec<String>> = list.as_array().and_then(|list| list.iter().map(|v| v.as_str().map(str::to_owned)).collect());
    match fields {
        Some(fields) if fields.iter().all(|field| field == "emails" || field == "phones") => Ok(fields),
        _ => Err(Refusal::invalid("each value in reveal must be one of the following values: emails, phones")),
    }
}

fn error(code: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message}})
}

fn restricted(view: &SourceView, seen: &Sighting) -> bool {
    seen.person.is_some_and(|id| view.world.people[id as usize].claimed)
}

fn find<'v>(view: &'v SourceView, one: &Value) -> Result<Option<&'v Sighting>, Refusal> {
    let given = |name: &str| one[name].as_str().unwrap_or_default().trim();
    if !given("id").is_empty() {
        return Ok(view.person(given("id")));
    }
    if !given("linkedinUrl").is_empty() {
        return Ok(view.by_linkedin(given("linkedinUrl")));
    }
    if !given("email").is_empty() {
        return Ok(view.by_email(given("email")));
    }
    let company = !given("companyName").is_empty() || !given("companyDomain").is_empty();
    if given("firstName").is_empty() || given("lastName").is_empty() || !company {
        return Err(Refusal::invalid("each contact needs id, linkedinUrl, email, or firstName, lastName and companyName or companyDomain"));
    }
    Ok(view.by_name(given("firstName"), given("lastName"), given("companyDomain"), given("companyName")))
}

fn job(title: &str, department: &str, rank: Rank) -> Value {
    json!({"title": title, "departments": [department], "seniority": seniority(rank).1})
}

fn head(view: &SourceView, seen: &Sighting) -> Value {
    let company = seen.company.map(|id| {
        let c = view.company(id);
        json!({"id": c.key, "name": c.name, "domain": format!("www.{}", c.domain)})
    });
    json!({
        "id": seen.key, "firstName": seen.first, "lastName": seen.last, "jobTitle": job(&seen.title, seen.department.label(), seen.rank),
        "company": company,
        "socialLinks": {"linkedin": seen.linkedin.as_ref().map(|handle| format!("https://www.linkedin.com/in/{handle}"))},
    })
}

/// Letters for mailboxes only.
pub(crate) fn confidence(mail: MailState) -> Option<&'static str> {
    match mail {
        MailState::Verified => Some("A+"),
        MailState::AcceptAll => Some("A"),
        MailState::Unverified => Some("B"),
        MailState::Guessed => Some("C"),
        MailState::Bounced | MailState::Missing => None,
    }
}

fn full(view: &SourceView, seen: &Sighting, reveal: &[String]) -> Value {
    let date = view.world.date(seen.days_old);
    let shown = |field: &str| reveal.iter().any(|wanted| wanted == field);
    let mut emails = Vec::new();
    if shown("emails") {
        emails.extend(
            seen.email.iter().map(|e| json!({"email": e, "type": "work", "confidence": confidence(seen.mail), "updateDate": date})),
        );
        emails.extend(seen.private_email.iter().map(|e| json!({"email": e, "type": "private", "confidence": null, "updateDate": date})));
    }
    let mut phones = Vec::new();
    if shown("phones") {
        for (number, kind) in [(&seen.mobile, "mobile"), (&seen.direct, "direct")] {
            phones.extend(number.iter().map(|n| json!({"number": n, "type": kind, "doNotCall": false, "updateDate": date})));
        }
    }
    let more = json!({
        "fullName": seen.full_name(),
        "location": {"country": seen.country.name, "countryIso2": seen.country.iso, "state": seen.place.state, "city": seen.place.city,
            "continent": null, "coordinates": null, "isEuContact": seen.country.gdpr},
        "tags": [], "emails": emails, "phones": phones, "updateDate": date, "previousEmployment": earlier(view, seen),
    });
    let mut out = joined(head(view, seen), more);
    if let Some(id) = seen.company.filter(|id| view.company(*id).industry_known) {
        out["company"]["industry"] = json!(view.truth(id).industry.label);
    }
    out["socialLinks"]["xUrl"] = Value::Null;
    out
}

fn earlier(view: &SourceView, seen: &Sighting) -> Vec<Value> {
    let jobs = seen.person.map(|id| &view.world.people[id as usize].jobs[seen.missed_jobs..]).unwrap_or_default();
    jobs.iter()
        .skip(1)
        .map(|past| {
            let company = json!({"name": view.company(past.company).name, "domain": view.truth(past.company).domain});
            json!({"company": company, "jobTitle": job(past.title, past.department.label(), past.rank)})
        })
        .collect()
}
