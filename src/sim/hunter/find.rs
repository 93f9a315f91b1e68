//! One mailbox: finding it, checking it, and what is known of its owner. Sections 3, 4 and 7 of the notes.

use super::{Answer, Inner, Refusal, found, one_in, refuse, search};
use crate::sim::{
    server::call::{Call, Reply},
    sighting::Sighting,
    view::{SourceView, linkedin_handle},
    world::{Company, FREE_MAIL_HOSTS, Person},
};
use serde_json::{Value, json};

/// Hundredths of a credit.
const FINDER: u64 = 100;
const VERIFIER: u64 = 50;
const ENRICHMENT: u64 = 20;

impl Inner {
    /// `GET /email-finder`
    pub(super) fn email_finder(&mut self, view: &SourceView, call: &Call, test: bool) -> Answer {
        let given = |name: &str| call.query.get(name).unwrap_or_default().trim();
        let handle = given("linkedin_handle");
        let (first, last) = match given("full_name").rsplit_once(' ') {
            Some((first, last)) if given("first_name").is_empty() => (first, last),
            _ => (given("first_name"), given("last_name")),
        };
        let company = if handle.is_empty() { search::company_of(view, call)? } else { None };
        if handle.is_empty() && (first.is_empty() || last.is_empty()) {
            return refuse(400, "wrong_params", "You are missing the first_name or last_name parameter");
        }
        if let Some(raw) = call.query.get("max_duration")
            && !raw.parse::<u32>().is_ok_and(|seconds| (3..=20).contains(&seconds))
        {
            return refuse(400, "wrong_params", "The max_duration parameter should range between 3 and 20");
        }
        let seen = if test {
            None
        } else if handle.is_empty() {
            company.and_then(|id| view.by_name(first, last, &view.truth(id).domain, ""))
        } else {
            view.by_linkedin(handle)
        };
        if let Some(seen) = seen {
            not_claimed(view, seen)?;
        }
        let asked = |name: &str| call.query.get(name);
        let meta = json!({"params": {"first_name": asked("first_name"), "last_name": asked("last_name"), "full_name": asked("full_name"),
            "domain": asked("domain"), "company": asked("company"), "max_duration": asked("max_duration")}});
        let Some((seen, email)) = seen.and_then(|seen| Some((seen, seen.email.as_ref()?))) else {
            let data = json!({"first_name": first, "last_name": last, "email": null, "score": null, "domain": asked("domain"),
                "accept_all": null, "position": null, "twitter": null, "linkedin_url": null, "phone_number": null, "company": null,
                "sources": [], "verification": {"date": null, "status": null}});
            return Ok(found(data, meta));
        };
        self.spend("email-finder", FINDER)?;
        let company = seen.company.map(|id| (view.company(id), view.truth(id)));
        let domain = company.map_or("", |(_, truth)| truth.domain.as_str());
        Ok(found(
            json!({
                "first_name": seen.first, "last_name": seen.last, "email": email, "score": seen.confidence, "domain": domain,
                "accept_all": company.map(|(_, truth)| truth.catch_all), "position": seen.title, "twitter": null,
                "linkedin_url": seen.linkedin.as_ref().map(|handle| format!("https://www.linkedin.com/in/{handle}")),
                "phone_number": seen.direct, "company": company.map(|(c, _)| &c.name), "sources": search::sources(view, seen, domain),
                "verification": search::verification(view, seen),
            }),
            meta,
        ))
    }

    /// `GET /email-verifier`: 202 while it runs, 222 when the other side failed, then 200; billed once.
    pub(super) fn email_verifier(&mut self, view: &SourceView, call: &Call, test: bool) -> Answer {
        let email = call.query.get("email").unwrap_or_default().trim().to_lowercase();
        let meta = json!({"params": {"email": email}});
        let Some((local, host)) = email.split_once('@').filter(|(local, host)| !local.is_empty() && host.contains('.')) else {
            return refuse(400, "wrong_params", "You are missing the email parameter");
        };
        if let Some(person) = owner(view, &email).filter(|person| person.claimed) {
            return claimed(person);
        }
        let asked = self.memory.polls.entry(email.clone()).or_default();
        *asked += 1;
        let nth = *asked;
        if one_in(view, "slow check", &email, 5) && nth <= self.config.verifier_polls && !test {
            return Ok(Reply::json(202, json!({"data": {"email": email}, "meta": meta})));
        }
        if one_in(view, "failed check", &email, 37) && nth <= 1 && !test {
            return Ok(Reply::json(222, json!({"data": {"email": email}, "meta": meta})));
        }
        if !test {
            self.spend("email-verifier", VERIFIER)?;
        }
        self.memory.polls.remove(&email);
        let company = view.find_company(host, "").map(|id| view.truth(id));
        let status = verdict(view, &email, local, host, company);
        let result = match status {
            "valid" => "deliverable",
            "invalid" => "undeliverable",
            _ => "risky",
        };
        let known = company.is_some() || FREE_MAIL_HOSTS.contains(&host);
        let data = json!({
            "status": status, "result": result, "_deprecation_notice": "Using result is deprecated, use status instead",
            "score": match status { "valid" => 100, "accept_all" => 60, "webmail" => 80, "unknown" => 40, _ => 0 },
            "email": email, "regexp": true, "gibberish": false, "disposable": status == "disposable",
            "webmail": FREE_MAIL_HOSTS.contains(&host), "mx_records": known, "smtp_server": known, "smtp_check": status == "valid",
            "accept_all": status == "accept_all", "block": false, "sources": [],
        });
        Ok(found(data, meta))
    }

    /// `GET /people/find`
    pub(super) fn person(&mut self, view: &SourceView, call: &Call) -> Answer {
        let (seen, meta) = look_up(view, call)?;
        self.spend("people/find", ENRICHMENT)?;
        Ok(found(show_person(view, seen), meta))
    }

    /// `GET /companies/find`
    pub(super) fn company(&mut self, view: &SourceView, call: &Call) -> Answer {
        let domain = call.query.get("domain").unwrap_or_default();
        if domain.is_empty() {
            return refuse(400, "wrong_params", "You are missing the domain parameter");
        }
        let Some(id) = view.find_company(domain, "") else { return refuse(404, "not_found", "The company was not found") };
        self.spend("companies/find", ENRICHMENT)?;
        Ok(found(show_company(view, id), json!({ "domain": domain })))
    }

    /// `GET /combined/find`
    pub(super) fn combined(&mut self, view: &SourceView, call: &Call) -> Answer {
        let (seen, meta) = look_up(view, call)?;
        self.spend("combined/find", ENRICHMENT)?;
        let company = seen.company.map(|id| show_company(view, id));
        Ok(found(json!({"person": show_person(view, seen), "company": company}), meta))
    }
}

/// The person that `email` or `linkedin_handle` names, and the meta to answer with.
fn look_up<'v>(view: &'v SourceView, call: &Call) -> Result<(&'v Sighting, Value), Refusal> {
    let given = |name: &str| call.query.get(name).unwrap_or_default().trim();
    let (email, handle) = (given("email"), given("linkedin_handle"));
    let seen = match (email, handle) {
        ("", "") => return refuse(400, "wrong_params", "You are missing the email parameter"),
        ("", handle) => view.by_linkedin(handle),
        (email, _) => view.by_email(email),
    };
    let Some(seen) = seen else { return refuse(404, "not_found", "The person was not found") };
    not_claimed(view, seen)?;
    Ok((seen, if email.is_empty() { json!({"linkedin_handle": handle}) } else { json!({ "email": email }) }))
}

fn not_claimed(view: &SourceView, seen: &Sighting) -> Result<(), Refusal> {
    match seen.person.map(|id| &view.world.people[id as usize]) {
        Some(person) if person.claimed => claimed(person).map(|_| ()),
        _ => Ok(()),
    }
}

/// 451: this person asked not to be processed; the mailbox must not be stored.
fn claimed(_person: &Person) -> Answer {
    refuse(451, "claimed_email", "The person behind this email address has asked us not to process their personal data.")
}

fn owner<'v>(view: &'v SourceView, email: &str) -> Option<&'v Person> {
    let id = view.by_email(email).and_then(|seen| seen.person)?;
    view.world.people.get(id as usize)
}

/// What a check of the mailbox finds, by the truth and not by what Hunter has on file.
fn verdict(view: &SourceView, email: &str, local: &str, host: &str, company: Option<&Company>) -> &'static str {
    let lives = |test: &dyn Fn(&Person) -> bool| view.world.people.iter().any(test);
    if FREE_MAIL_HOSTS.contains(&host) {
        return if lives(&|p| p.private_email.as_deref() == Some(email)) { "webmail" } else { "invalid" };
    }
    match company {
        None => "unknown",
        Some(company) if company.catch_all => "accept_all",
        Some(company) if company.role_mailboxes.contains(&local) => "valid",
        Some(_) if lives(&|p| p.job().email == email) => "valid",
        Some(_) => "invalid",
    }
}

fn show_person(view: &SourceView, seen: &Sighting) -> Value {
    let company = seen.company.map(|id| (view.company(id), view.truth(id)));
    let handle = |handle: Option<&str>| json!({ "handle": handle });
    let places = [seen.place.city, seen.place.state, seen.country.name];
    let location: Vec<_> = places.into_iter().filter(|part| !part.is_empty()).collect();
    json!({
        "id": seen.key, "name": {"fullName": seen.full_name(), "givenName": seen.first, "familyName": seen.last}, "email": seen.email,
        "location": location.join(", "), "timeZone": null, "utcOffset": null,
        "geo": {"city": seen.place.city, "state": seen.place.state, "stateCode": seen.place.state_code, "country": seen.country.name,
            "countryCode": seen.country.iso, "lat": null, "lng": null},
        "bio": null, "site": null, "avatar": null,
        "employment": {"domain": company.map(|(_, truth)| &truth.domain), "name": company.map(|(c, _)| &c.name), "title": seen.title,
            "role": seen.department.hunter(), "subRole": null, "seniority": seen.rank.hunter()},
        "facebook": handle(None), "github": handle(None), "twitter": handle(None), "linkedin": handle(seen.linkedin.as_deref().map(linkedin_handle)),
        "googleplus": handle(None), "gravatar": {"handle": null, "urls": [], "avatar": null, "avatars": []}, "fuzzy": false,
        "emailProvider": null, "indexedAt": view.world.date(seen.days_old), "phone": seen.direct, "activeAt": view.world.date(seen.days_old),
        "inactiveAt": null,
    })
}

fn show_company(view: &SourceView, id: u32) -> Value {
    let (c, truth) = (view.company(id), view.truth(id));
    let handle = |handle: Option<String>| json!({ "handle": handle });
    let rounds: Vec<Value> = truth
        .funding
        .iter()
        .map(|f| json!({"amount": f.amount, "currency": "USD", "series": f.stage, "announcedDate": view.world.date(f.days_ago)}))
        .collect();
    // Head counts come as a range from some records, as a number from others.
    let employees = if id.is_multiple_of(4) { json!(truth.employees) } else { json!(search::headcount(truth)) };
    json!({
        "id": c.key, "name": c.name, "legalName": truth.legal_name(), "domain": truth.domain,
        "domainAliases": truth.old_domain.iter().collect::<Vec<_>>(),
        "site": {"phoneNumbers": c.phone.iter().collect::<Vec<_>>(), "emailAddresses": [format!("info@{}", truth.domain)]},
        "category": {"sector": truth.industry.sector, "industryGroup": truth.industry.sector, "industry": truth.industry.label,
            "subIndustry": null, "gicsCode": null, "sicCode": truth.industry.sic, "sic4Codes": [truth.industry.sic],
            "naicsCode": truth.industry.naics, "naics6Codes": [truth.industry.naics], "naics6Codes2022": [truth.industry.naics]},
        "tags": truth.keywords, "description": format!("{} works in {}.", truth.name, truth.industry.label), "foundedYear": c.founded,
        "location": format!("{}, {}, {} {}", truth.street, truth.place.city, truth.postcode, truth.country.name), "timeZone": null,
        "utcOffset": null,
        "geo": {"streetNumber": null, "streetName": truth.street, "subPremise": null, "streetAddress": truth.street, "city": truth.place.city,
            "postalCode": truth.postcode, "state": truth.place.state, "stateCode": truth.place.state_code, "country": truth.country.name,
            "countryCode": truth.country.iso, "lat": null, "lng": null},
        "logo": null, "facebook": handle(None), "linkedin": handle(Some(format!("company/{}", truth.linkedin))), "twitter": handle(None),
        "crunchbase": handle(None), "instagram": handle(None), "emailProvider": null, "type": "private", "company_type": "privately held",
        "ticker": null, "identifiers": {"usEIN": null}, "phone": c.phone,
        "metrics": {"alexaUsRank": null, "alexaGlobalRank": null, "trafficRank": "low", "employees": employees,
            "employeesRange": search::headcount(truth), "marketCap": null, "raised": truth.funding.map(|f| f.amount), "annualRevenue": null,
            "estimatedAnnualRevenue": c.revenue.map(revenue_band), "fiscalYearEnd": null},
        "indexedAt": view.world.date(9), "tech": truth.technologies.iter().map(|t| t.uid).collect::<Vec<_>>(), "techCategories": [],
        "fundingRounds": rounds, "parent": {"domain": null}, "ultimateParent": {"domain": null},
    })
}

/// The words for yearly revenue.
pub(super) fn revenue_band(dollars: u64) -> &'static str {
    match dollars / 1_000_000 {
        0 => "$0-$1M",
        1..=9 => "$1M-$10M",
        10..=49 => "$10M-$50M",
        50..=99 => "$50M-$100M",
        100..=249 => "$100M-$250M",
        250..=499 => "$250M-$500M",
        500..=999 => "$500M-$1B",
        _ => "$1B-$10B",
    }
}
