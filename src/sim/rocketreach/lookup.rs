//! Lookups: one, many, polling, companies, and checks of an address. Sections 4 to 8 of the notes.

use super::{Answer, Inner, Refusal, refuse, show};
use crate::sim::{
    dice::{stable, stable_text},
    halo::hmac_sha256,
    server::{
        call::{Call, Reply},
        post::Delivery,
    },
    sighting::{MailState, Sighting},
    view::{SourceView, linkedin_handle},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::time::Duration;

const TYPES: &[&str] = &["standard", "premium", "premium (feeds disabled)", "bulk", "phone", "enrich"];
/// Profiles of one poll or bulk call at most, and the fewest of a bulk call.
const MAX_IDS: usize = 100;
const MIN_BULK: usize = 10;

impl Inner {
    /// `GET /person/lookup`
    pub(super) fn lookup(&mut self, view: &SourceView, call: &Call) -> Answer {
        let given = |name: &str| call.query.get(name).unwrap_or_default().to_owned();
        let seen = find(view, given)?;
        let kind = given("lookup_type");
        if !kind.is_empty() && !TYPES.contains(&kind.as_str()) {
            return Err(Refusal(400, json!({"lookup_type": [format!("\"{kind}\" is not a valid choice.")]})));
        }
        let metadata = serde_json::from_str(&given("metadata")).unwrap_or_else(|_| json!({}));
        self.begin(view, seen, &kind)?;
        let mut profile = self.profile(view, seen);
        profile["metadata"] = metadata;
        Ok(Reply::json(200, profile))
    }

    /// `GET /profile-company/lookup`
    pub(super) fn lookup_both(&mut self, view: &SourceView, call: &Call) -> Answer {
        let given = |name: &str| call.query.get(name).unwrap_or_default().to_owned();
        let seen = find(view, given)?;
        self.begin(view, seen, "")?;
        let mut profile = self.profile(view, seen);
        profile["company"] = seen.company.map_or(Value::Null, |id| show::company(view, id));
        Ok(Reply::json(200, profile))
    }

    /// Bills once, and starts the search that a third of the profiles need.
    fn begin(&mut self, view: &SourceView, seen: &Sighting, kind: &str) -> Result<(), Refusal> {
        let phones = matches!(kind, "premium" | "premium (feeds disabled)" | "phone" | "enrich");
        let mark = format!("{}/{}", seen.key, if phones { "premium" } else { "standard" });
        if phones {
            self.memory.with_phones.insert(seen.key.clone());
        }
        if self.memory.paid.contains(&mark) {
            return Ok(());
        }
        let good_mail = matches!(seen.mail, MailState::Verified | MailState::AcceptAll);
        let costs = good_mail || (phones && (seen.mobile.is_some() || seen.direct.is_some()));
        if costs {
            let (used, most) =
                if phones { (self.memory.premium, self.config.premium_lookups) } else { (self.memory.lookups, self.config.lookups) };
            if used >= most {
                let detail = "You have insufficient lookup credits. Visit https://rocketreach.co/pricing or contact sales (sales@rocketreach.co) to unlock more lookups.";
                return refuse(403, detail, "insufficient_credits");
            }
            *(if phones { &mut self.memory.premium } else { &mut self.memory.lookups }) += 1;
            self.ledger.charge(if phones { "premium_lookup" } else { "standard_lookup" }, 100);
        }
        self.memory.paid.insert(mark);
        if stable(view.world.seed, "rocketreach slow", seen.nth.into()).is_multiple_of(3) && self.config.polls > 0 {
            self.memory.running.insert(seen.key.clone(), 0);
        } else {
            self.tell(view, seen);
        }
        Ok(())
    }

    fn profile(&self, view: &SourceView, seen: &Sighting) -> Value {
        let status = match self.memory.running.get(&seen.key) {
            Some(0) => "searching",
            Some(_) => "progress",
            None if seen.email.is_none() && seen.mobile.is_none() && seen.direct.is_none() => "failed",
            None => "complete",
        };
        show::profile(view, seen, status, self.memory.with_phones.contains(&seen.key))
    }

    /// `GET /person/checkStatus?ids=1&ids=2`: free.
    pub(super) fn check(&mut self, view: &SourceView, call: &Call) -> Answer {
        let ids: Vec<&String> = call.query.0.iter().filter(|(name, _)| name == "ids").map(|(_, id)| id).collect();
        if ids.is_empty() || ids.len() > MAX_IDS {
            return Err(Refusal(400, json!({"ids": ["Between 1 and 100 ids are required."]})));
        }
        let mut rows = Vec::new();
        for id in ids {
            if id.parse::<u64>().is_err() {
                return Err(Refusal(400, json!({"ids": ["A valid integer is required."]})));
            }
            let Some(seen) = view.person(id) else { continue };
            let done = self.memory.running.get_mut(id).is_some_and(|polls| {
                *polls += 1;
                *polls > self.config.polls
            });
            if done {
                self.memory.running.remove(id);
                self.tell(view, seen);
            }
            rows.push(self.profile(view, seen));
        }
        Ok(Reply::json(200, Value::Array(rows)))
    }

    /// `POST /bulkLookup`: 10 to 100 at once; the results are polled for, or come by webhook.
    pub(super) fn bulk(&mut self, view: &SourceView, call: &Call) -> Answer {
        let body = call.json().unwrap_or_default();
        let queries = body["queries"].as_array().cloned().unwrap_or_default();
        if queries.len() < MIN_BULK || queries.len() > MAX_IDS {
            return Err(Refusal(400, json!({"queries": ["Between 10 and 100 queries are required."]})));
        }
        for query in &queries {
            let given = |name: &str| match &query[name] {
                Value::String(text) => text.clone(),
                Value::Number(n) => n.to_string(),
                _ => String::new(),
            };
            // Who is not found only is not in the results.
            match find(view, given) {
                Ok(seen) => self.begin(view, seen, query["lookup_type"].as_str().unwrap_or("bulk"))?,
                Err(Refusal(404, _)) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(Reply::json(200, json!("accepted")))
    }

    /// Posts a finished profile, signed when there is a secret.
    fn tell(&self, view: &SourceView, seen: &Sighting) {
        if self.config.webhook_url.is_empty() {
            return;
        }
        let body = self.profile(view, seen).to_string().into_bytes();
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        if !self.config.webhook_secret.is_empty() {
            let signature = STANDARD.encode(hmac_sha256(self.config.webhook_secret.as_bytes(), &body));
            headers.push(("X-RocketReach-Signature".to_owned(), signature));
        }
        let delivery = Delivery { id: seen.key.clone(), url: self.config.webhook_url.clone(), headers, body, delay: Duration::ZERO };
        if !self.post.put(delivery) {
            tracing::warn!("too many callbacks wait; one is dropped");
        }
    }

    /// `GET /company/lookup/`
    pub(super) fn company(&mut self, view: &SourceView, call: &Call) -> Answer {
        let given = |name: &str| call.query.get(name).unwrap_or_default();
        let by_link = || view.world.companies.iter().find(|c| c.linkedin == linkedin_handle(given("linkedin_url"))).map(|c| c.id);
        let found = match (given("id"), given("linkedin_url")) {
            ("", "") if given("domain").is_empty() && given("name").is_empty() => {
                return refuse(400, "One of domain, id, linkedin_url, name or ticker is required.", "invalid");
            }
            ("", "") => view.find_company(given("domain"), given("name")),
            ("", _) => by_link(),
            (id, _) => view.company_by_key(id),
        };
        let Some(id) = found else { return refuse(404, "Company not found.", "not_found") };
        self.memory.companies += 1;
        Ok(Reply::json(200, show::company(view, id)))
    }

    /// `POST /email/verify/`: its own pool of credits, and a 402 when that is empty.
    pub(super) fn verify(&mut self, view: &SourceView, call: &Call) -> Answer {
        let body = call.json().unwrap_or_default();
        let email = body["email"].as_str().unwrap_or_default().trim().to_lowercase();
        let Some((_, host)) = email.split_once('@').filter(|_| email.len() <= 254) else {
            return Err(Refusal(400, json!({"email": ["Enter a valid email address."]})));
        };
        if self.memory.verifications >= self.config.verifications {
            let body =
                json!({"detail": "No credits left", "credit_type": "email_verification", "purchase_url": "https://rocketreach.co/pricing"});
            return Err(Refusal(402, body));
        }
        let company = view.find_company(host, "").map(|id| view.truth(id));
        let lives = view.world.people.iter().any(|p| p.job().email == email || p.private_email.as_deref() == Some(email.as_str()));
        let status = match company {
            _ if stable_text(view.world.seed, "rocketreach unsure", &email).is_multiple_of(25) => "unknown",
            Some(company) if company.catch_all => "accept-all",
            _ if lives => "valid",
            _ => "invalid",
        };
        // An unknown answer is refunded.
        let charged = u64::from(status != "unknown");
        self.memory.verifications += charged;
        Ok(Reply::json(
            200,
            json!({"email": email, "status": status, "credits_charged": charged, "mx_record": format!("mx.{host}"),
            "checks": {"format_valid": true, "domain_valid": company.is_some(), "disposable": false, "catchall": status == "accept-all"}}),
        ))
    }
}

/// The person that one of the identifiers names.
fn find(view: &SourceView, given: impl Fn(&str) -> String) -> Result<&Sighting, Refusal> {
    let (id, link, email, name, employer) = (given("id"), given("linkedin_url"), given("email"), given("name"), given("current_employer"));
    let seen = if !id.is_empty() {
        view.person(&id)
    } else if !link.is_empty() {
        view.by_linkedin(&link)
    } else if !email.is_empty() {
        view.by_email(&email)
    } else if !name.is_empty() && !employer.is_empty() {
        let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
        let (domain, company) =
            if employer.contains('.') && !employer.contains(' ') { (employer.as_str(), "") } else { ("", employer.as_str()) };
        view.by_name(first, last, domain, company)
    } else {
        return refuse(400, "One of id, linkedin_url, email, or name and current_employer is required.", "invalid");
    };
    seen.ok_or_else(|| Refusal(404, json!({"detail": "Profile not found.", "error_code": "not_found"})))
}
