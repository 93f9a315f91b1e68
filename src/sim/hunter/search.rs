//! Mailboxes of a company, and companies by what they are. Sections 2 and 6 of the notes.

use super::{Answer, HunterPlan, Inner, Refusal, found, paging, refuse};
use crate::sim::{
    server::call::{Call, Reply, cut},
    sighting::{MailState, Sighting},
    view::SourceView,
    world::Company,
};
use serde_json::{Value, json};
use std::collections::HashSet;

/// Department codes.
pub(super) const DEPARTMENTS: &[&str] = &[
    "executive",
    "it",
    "finance",
    "management",
    "sales",
    "legal",
    "support",
    "hr",
    "marketing",
    "communication",
    "education",
    "design",
    "health",
    "operations",
];
const SENIORITIES: &[&str] = &["junior", "senior", "executive"];
const REQUIRED: &[&str] = &["full_name", "position", "phone_number"];
/// Head-count bands of `discover`.
const BANDS: &[&str] = &["1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10001+"];
/// A mailbox counts as verified for about so long.
const FRESH_DAYS: u32 = 31;

/// The company that `domain` or `company` names; the domain wins.
pub(super) fn company_of(view: &SourceView, call: &Call) -> Result<Option<u32>, Refusal> {
    let given = |name: &str| call.query.get(name).unwrap_or_default().trim();
    match (given("domain"), given("company")) {
        ("", "") => refuse(400, "wrong_params", "You are missing the domain parameter"),
        ("", company) => Ok(view.find_company("", company)),
        (domain, _) => Ok(view.find_company(domain, "")),
    }
}

/// The band in which Hunter writes head counts.
pub(crate) fn headcount(company: &Company) -> String {
    match company.size_band() {
        (from, Some(to)) => format!("{from}-{to}"),
        (from, None) => format!("{from}+"),
    }
}

/// `date` and `status` of a check, both null unless it was lately.
pub(super) fn verification(view: &SourceView, seen: &Sighting) -> Value {
    if seen.days_old > FRESH_DAYS {
        return json!({"date": null, "status": null});
    }
    let status = match seen.mail {
        MailState::Verified => "valid",
        MailState::AcceptAll => "accept_all",
        MailState::Bounced => "invalid",
        _ => return json!({"date": null, "status": null}),
    };
    json!({"date": view.world.date(seen.days_old), "status": status})
}

/// Where a mailbox was seen; guesses were seen nowhere.
pub(super) fn sources(view: &SourceView, seen: &Sighting, domain: &str) -> Value {
    if seen.mail == MailState::Guessed {
        return json!([]);
    }
    json!([{"domain": domain, "uri": format!("http://{domain}/team"), "extracted_on": view.world.date(seen.days_old + 200),
        "last_seen_on": view.world.date(seen.days_old), "still_on_page": seen.days_old < 200}])
}

/// Whether Hunter may show somebody: those who objected are gone from searches.
pub(super) fn may_show(view: &SourceView, seen: &Sighting) -> bool {
    !seen.person.is_some_and(|id| view.world.people[id as usize].claimed)
}

/// All mailboxes that Hunter knows of a company, the surest first.
pub(super) fn emails_of(view: &SourceView, company: u32) -> Vec<Value> {
    let truth = view.truth(company);
    let mut people: Vec<&Sighting> = view.staff(company).filter(|seen| seen.email.is_some() && may_show(view, seen)).collect();
    people.sort_by(|a, b| b.confidence.cmp(&a.confidence).then_with(|| a.email.cmp(&b.email)));
    let text = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let personal = people.iter().map(|seen| {
        json!({
            "value": seen.email, "type": "personal", "confidence": seen.confidence, "sources": sources(view, seen, &truth.domain),
            "first_name": text(&seen.first), "last_name": text(&seen.last), "position": text(&seen.title), "position_raw": text(&seen.title),
            "seniority": seen.rank.hunter(), "department": seen.department.hunter(),
            "linkedin": seen.linkedin.as_ref().map(|handle| format!("https://www.linkedin.com/in/{handle}")), "twitter": null,
            "phone_number": seen.direct, "verification": verification(view, seen),
        })
    });
    let generic = truth.role_mailboxes.iter().map(|name| {
        json!({"value": format!("{name}@{}", truth.domain), "type": "generic", "confidence": 90,
            "sources": [{"domain": truth.domain, "uri": format!("http://{}/contact", truth.domain), "extracted_on": view.world.date(300),
                "last_seen_on": view.world.date(9), "still_on_page": true}],
            "first_name": null, "last_name": null, "position": null, "position_raw": null, "seniority": null, "department": null,
            "linkedin": null, "twitter": null, "phone_number": null, "verification": {"date": null, "status": null}})
    });
    // A mailbox is one row, whoever is said to read it: the surest wins.
    let mut seen = HashSet::new();
    personal.chain(generic).filter(|row: &Value| seen.insert(row["value"].as_str().unwrap_or_default().to_lowercase())).collect()
}

impl Inner {
    /// `GET /domain-search`: a credit for each ten mailboxes begun.
    pub(super) fn domain_search(&mut self, view: &SourceView, call: &Call, without_guesses: bool, test: bool) -> Answer {
        let company = company_of(view, call)?;
        let (limit, offset) = paging(call, 10, 100, 1_000_000)?;
        if self.config.plan == HunterPlan::Free && limit > 10 {
            return refuse(400, "pagination_error", "You are limited to 10 email addresses on the free plan.");
        }
        let wanted = |name: &str, known: &[&str]| -> Result<Option<Vec<String>>, Refusal> {
            let Some(raw) = call.query.get(name).filter(|raw| !raw.is_empty()) else { return Ok(None) };
            let words: Vec<String> = raw.split(',').map(|word| word.trim().to_owned()).collect();
            if words.iter().any(|word| !known.contains(&word.as_str())) {
                return refuse(400, "wrong_params", format!("The {name} parameter is invalid"));
            }
            Ok(Some(words))
        };
        let (kind, seniority, department, required) = (
            wanted("type", &["personal", "generic"])?,
            wanted("seniority", SENIORITIES)?,
            wanted("department", DEPARTMENTS)?,
            wanted("required_field", REQUIRED)?,
        );
        let is = |email: &Value, key: &str, words: &Option<Vec<String>>| {
            words.as_ref().is_none_or(|words| email[key].as_str().is_some_and(|held| words.iter().any(|word| word == held)))
        };
        let mut emails = if test { Vec::new() } else { company.map(|id| emails_of(view, id)).unwrap_or_default() };
        emails.retain(|email| {
            let has = |field: &String| match field.as_str() {
                "full_name" => !email["first_name"].is_null() && !email["last_name"].is_null(),
                field => !email[field].is_null(),
            };
            is(email, "type", &kind)
                && is(email, "seniority", &seniority)
                && is(email, "department", &department)
                && required.as_ref().is_none_or(|fields| fields.iter().all(has))
                && !(without_guesses && email["sources"] == json!([]))
        });
        let page = cut(emails.len(), offset, limit, call.twist.as_ref());
        self.spend("domain-search", if test { 0 } else { page.len.div_ceil(10) as u64 * 100 })?;
        let shown = &emails[page.from..page.from + page.len];
        let asked = |name: &str| call.query.get(name);
        let meta = json!({"results": page.total, "limit": limit, "offset": offset, "params": {"domain": asked("domain"), "company": asked("company"),
            "type": asked("type"), "seniority": asked("seniority"), "department": asked("department")}});
        let Some(id) = company else {
            let data = json!({"domain": asked("domain"), "disposable": false, "webmail": false, "accept_all": null, "pattern": null,
                "organization": null, "emails": [], "linked_domains": []});
            return Ok(found(data, meta));
        };
        let (c, truth) = (view.company(id), view.truth(id));
        let state = if truth.place.state_code.is_empty() { Value::Null } else { json!(truth.place.state_code) };
        Ok(found(
            json!({
                "domain": truth.domain, "disposable": false, "webmail": false, "accept_all": truth.catch_all, "pattern": truth.mail.hunter(),
                "organization": c.name, "description": format!("{} works in {}.", truth.name, truth.industry.label),
                "industry": c.industry_known.then_some(truth.industry.label), "twitter": null, "facebook": null,
                "linkedin": format!("https://linkedin.com/company/{}", truth.linkedin), "instagram": null, "youtube": null,
                "technologies": truth.technologies.iter().map(|t| t.uid.replace('_', "-")).collect::<Vec<_>>(), "country": truth.country.iso,
                "state": state, "city": truth.place.city, "postal_code": truth.postcode, "street": truth.street,
                "headcount": headcount(truth), "company_type": "privately held", "emails": shown, "linked_domains": [],
            }),
            meta,
        ))
    }

    /// `POST /discover`: companies, free.
    pub(super) fn discover(&mut self, view: &SourceView, call: &Call) -> Answer {
        let body = call.json().unwrap_or_default();
        if !body.is_object() {
            return refuse(400, "wrong_params", "The body should be a JSON object");
        }
        let number = |name: &str, default: u64, max: u64| match &body[name] {
            Value::Null => Ok(default),
            value => match value.as_u64().filter(|n| *n <= max) {
                Some(n) => Ok(n),
                None => refuse(400, "pagination_error", format!("The parameter '{name}' should range between 0 and {max}.")),
            },
        };
        let (limit, offset) = (number("limit", 100, 100)?.max(1) as usize, number("offset", 0, 10_000)? as usize);
        if self.config.plan == HunterPlan::Free && offset > 0 {
            return refuse(400, "pagination_error", "The free plan shows the first page only.");
        }
        if let Some(bands) = body["headcount"].as_array()
            && bands.iter().any(|band| !BANDS.contains(&band.as_str().unwrap_or_default()))
        {
            return refuse(400, "wrong_params", "The headcount parameter is invalid");
        }
        let mut companies: Vec<&Company> = view.world.companies.iter().filter(|company| discovered(company, &body)).collect();
        companies.retain(|company| view.staff(company.id).next().is_some());
        let page = cut(companies.len(), offset, limit, call.twist.as_ref());
        let rows: Vec<Value> = companies[page.from..page.from + page.len]
            .iter()
            .map(|company| {
                let emails = emails_of(view, company.id);
                let personal = emails.iter().filter(|email| email["type"] == "personal").count();
                json!({"domain": company.domain, "organization": view.company(company.id).name,
                    "emails_count": {"personal": personal, "generic": emails.len() - personal, "total": emails.len()}})
            })
            .collect();
        let meta = json!({"results": page.total, "limit": limit, "offset": offset, "params": body, "filters": body});
        Ok(Reply::json(200, json!({"data": rows, "meta": meta})))
    }
}

/// Every filter that is given must fit; of its values, one.
fn discovered(company: &Company, body: &Value) -> bool {
    let lower = |value: &Value| value.as_str().unwrap_or_default().to_lowercase();
    let listed = |filter: &Value, fits: &dyn Fn(&Value) -> bool| {
        let any = |key: &str| filter[key].as_array().map(|values| values.iter().any(fits));
        any("include").unwrap_or(true) && !any("exclude").unwrap_or(false)
    };
    let place = |one: &Value| {
        let fits = |key: &str, held: &[&str]| one[key].is_null() || held.iter().any(|held| held.eq_ignore_ascii_case(&lower(&one[key])));
        fits("country", &[company.country.iso, company.country.name])
            && fits("state", &[company.place.state, company.place.state_code])
            && fits("city", &[company.place.city])
    };
    let words = |filter: &Value, held: &dyn Fn(&str) -> bool| {
        let Some(wanted) = filter["include"].as_array() else { return true };
        let mut hits = wanted.iter().map(|word| held(&lower(word)));
        if filter["match"] == "all" { hits.all(|hit| hit) } else { hits.any(|hit| hit) }
    };
    let named = |key: &str, held: &str| {
        body["organization"][key].as_array().is_none_or(|values| values.iter().any(|value| held.to_lowercase().contains(&lower(value))))
    };
    let query = lower(&body["query"]);
    named("domain", &company.domain)
        && named("name", &company.name)
        && listed(&body["headquarters_location"], &place)
        && listed(&body["industry"], &|value| company.industry.label.to_lowercase().contains(&lower(value)))
        && body["headcount"].as_array().is_none_or(|bands| bands.iter().any(|band| *band == headcount(company)))
        && words(&body["keywords"], &|word| company.keywords.iter().any(|held| held.contains(word)))
        && words(&body["technology"], &|word| company.technologies.iter().any(|t| t.uid == word || t.name.eq_ignore_ascii_case(word)))
        && body["year_founded"]["min"].as_u64().is_none_or(|year| u64::from(company.founded) >= year)
        && body["year_founded"]["max"].as_u64().is_none_or(|year| u64::from(company.founded) <= year)
        && (query.is_empty() || query.split_whitespace().any(|word| company.industry.label.to_lowercase().contains(word)))
}
