//! Records as ZoomInfo writes them: employers nested with their prefix dropped, a score that is a number here and a
//! text there, revenue in thousands here and in words there. Sections A3, A5 and A6 of the notes.

use crate::sim::{
    sighting::{MailState, Sighting},
    view::SourceView,
    world::{Department, Rank, national},
};
use serde_json::{Map, Value, json};

pub(super) const DEPARTMENTS: &[&str] = &[
    "C-Suite",
    "Finance",
    "Human Resources",
    "Sales",
    "Operations",
    "Information Technology",
    "Engineering & Technical",
    "Marketing",
    "Legal",
    "Other",
];

pub(crate) fn department(department: Department) -> &'static str {
    match department {
        Department::Executive => "C-Suite",
        Department::It => "Information Technology",
        Department::Finance => "Finance",
        Department::Operations | Department::Procurement => "Operations",
        Department::Hr => "Human Resources",
        Department::Marketing => "Marketing",
        Department::Sales => "Sales",
        Department::Legal => "Legal",
        Department::Engineering => "Engineering & Technical",
    }
}

/// The words of the filter.
pub(super) fn filter_level(rank: Rank) -> &'static str {
    match rank {
        Rank::Owner | Rank::Founder | Rank::CSuite | Rank::Partner => "C Level Exec",
        Rank::Vp => "VP Level Exec",
        Rank::Head | Rank::Director => "Director",
        Rank::Manager => "Manager",
        Rank::Senior | Rank::Entry => "Non Manager",
    }
}

/// The words of records.
pub(crate) fn level(rank: Rank) -> &'static str {
    match rank {
        Rank::Owner | Rank::Founder | Rank::CSuite | Rank::Partner => "C-Level",
        Rank::Vp => "VP-Level",
        Rank::Head | Rank::Director => "Director",
        Rank::Manager => "Manager",
        Rank::Senior | Rank::Entry => "Non-Manager",
    }
}

/// 75 to 99, for the whole person.
pub(crate) fn accuracy(seen: &Sighting) -> u32 {
    75 + seen.confidence * 24 / 100
}

fn stamp(view: &SourceView, days: u32) -> String {
    format!("{}T18:13:00Z", view.world.date(days))
}

fn number(key: &str) -> Value {
    json!(key.parse::<u64>().ok())
}

/// Absent instead of null.
fn pruned(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.into_iter().filter(|(_, value)| !value.is_null()).collect()),
        other => other,
    }
}

pub(super) fn search_row(view: &SourceView, seen: &Sighting, managed: bool) -> Value {
    let company = seen.company.map(|id| (view.company(id), view.truth(id)));
    let has = |test: bool| json!(test);
    let attributes = json!({
        "firstName": seen.first, "lastName": seen.last, "middleName": null, "jobTitle": seen.title, "managementLevel": level(seen.rank),
        "contactAccuracyScore": accuracy(seen), "validDate": stamp(view, seen.days_old + 20), "lastUpdatedDate": stamp(view, seen.days_old),
        "hasEmail": has(seen.email.is_some()), "hasSupplementalEmail": has(seen.private_email.is_some()), "hasDirectPhone": has(seen.direct.is_some()),
        "hasMobilePhone": has(seen.mobile.is_some()), "hasCompanyIndustry": has(company.is_some_and(|(c, _)| c.industry_known)),
        "hasCompanyPhone": has(company.is_some_and(|(c, _)| c.phone.is_some())), "hasCompanyStreet": has(company.is_some()),
        "hasCompanyState": has(company.is_some_and(|(_, truth)| !truth.place.state.is_empty())), "hasCompanyZipCode": has(company.is_some()),
        "hasCompanyCountry": has(company.is_some()), "hasCompanyRevenue": has(company.is_some_and(|(c, _)| c.revenue.is_some())),
        "hasCompanyEmployeeCount": has(company.is_some_and(|(c, _)| c.employees.is_some())), "directPhoneDoNotCall": has(false),
        "mobilePhoneDoNotCall": has(false), "managementStatus": {"underManagement": managed},
        "company": company.map(|(c, _)| json!({"id": number(&c.key), "name": c.name})),
    });
    json!({"id": seen.key, "type": "Contact", "attributes": pruned(attributes)})
}

pub(super) fn company_row(view: &SourceView, id: u32, managed: bool) -> Value {
    let (c, truth) = (view.company(id), view.truth(id));
    let attributes = json!({
        "name": c.name, "city": truth.place.city, "state": truth.place.state, "country": truth.country.name,
        // Texts here, numbers elsewhere.
        "revenue": c.revenue.map(|dollars| (dollars / 1000).to_string()), "employeeCount": c.employees.map(|n| n.to_string()),
        "website": format!("www.{}", c.domain), "logo": null, "managementStatus": {"underManagement": managed},
    });
    json!({"id": c.key, "type": "Company", "attributes": pruned(attributes)})
}

/// Only the fields asked for; those of the employer nest, their prefix dropped.
pub(super) fn contact(view: &SourceView, seen: &Sighting, fields: &[String]) -> Value {
    let mut out = Map::new();
    let mut company = Map::new();
    let employer = seen.company.map(|id| company_all(view, id));
    for field in fields {
        if let Some(name) = field.strip_prefix("company").filter(|name| !name.is_empty()) {
            let name = format!("{}{}", name[..1].to_lowercase(), &name[1..]);
            if let Some(value) = employer.as_ref().and_then(|all| all.get(&name)).filter(|value| !value.is_null()) {
                company.insert(name, value.clone());
            }
        } else {
            let value = contact_field(view, seen, field);
            if !value.is_null() {
                out.insert(field.clone(), value);
            }
        }
    }
    if !company.is_empty() {
        out.insert("company".into(), Value::Object(company));
    }
    Value::Object(out)
}

fn contact_field(view: &SourceView, seen: &Sighting, field: &str) -> Value {
    let usa = seen.country.iso == "US";
    match field {
        "firstName" => json!(seen.first),
        "lastName" => json!(seen.last),
        "email" => json!(seen.email.as_ref().filter(|_| seen.mail != MailState::Bounced)),
        "supplementalEmail" => json!(seen.private_email),
        "emailAlt" | "directPhoneAlt" | "mobilePhoneAlt" => json!([]),
        "phone" => json!(seen.direct.as_deref().map(national)),
        "mobilePhone" => json!(seen.mobile.as_deref().map(national)),
        "directPhoneDoNotCall" | "mobilePhoneDoNotCall" | "isDefunct" => json!(false),
        "jobTitle" => json!(seen.title),
        // An array in most records, an object in some.
        "jobFunction" => {
            let one = json!({"name": department(seen.department), "department": department(seen.department)});
            if seen.nth.is_multiple_of(4) { one } else { json!([one]) }
        }
        "managementLevel" => json!([level(seen.rank)]),
        "positionStartDate" => json!(format!("{}T00:00:00Z", view.world.date(seen.job_days))),
        "employmentHistory" => jobs(view, seen),
        "externalUrls" => match &seen.linkedin {
            Some(handle) => json!([{"type": "linkedin.com", "url": format!("https://www.linkedin.com/in/{handle}")}]),
            None => json!([]),
        },
        // A text here, a number in searches.
        "contactAccuracyScore" => json!(accuracy(seen).to_string()),
        "personHasMoved" => json!(if seen.missed_jobs > 0 { "Uncertain" } else { "No" }),
        "city" | "metroArea" => json!(seen.place.city),
        "state" | "region" if !seen.place.state.is_empty() => json!(seen.place.state),
        "country" => json!(seen.country.name),
        "withinEu" => json!(seen.country.gdpr && seen.country.iso != "GB"),
        "withinCalifornia" => json!(usa && seen.place.state_code == "CA"),
        "withinCanada" => json!(seen.country.iso == "CA"),
        "validDate" => json!(stamp(view, seen.days_old + 20)),
        "lastUpdatedDate" => json!(stamp(view, seen.days_old)),
        _ => Value::Null,
    }
}

fn jobs(view: &SourceView, seen: &Sighting) -> Value {
    let jobs = seen.person.map(|id| &view.world.people[id as usize].jobs[seen.missed_jobs..]).unwrap_or_default();
    jobs.iter()
        .skip(1)
        .map(|job| {
            let c = view.company(job.company);
            json!({"jobTitle": job.title, "managementLevel": [level(job.rank)], "fromDate": view.world.date(job.since),
                "toDate": job.until.map(|days| view.world.date(days)), "company": {"id": number(&c.key), "name": c.name}})
        })
        .collect()
}

/// What ranges look like.
pub(crate) fn employee_range(n: u32) -> &'static str {
    match n {
        0..=4 => "1 - 5",
        5..=9 => "5 - 10",
        10..=19 => "10 - 20",
        20..=49 => "20 - 50",
        50..=99 => "50 - 100",
        100..=249 => "100 - 250",
        250..=499 => "250 - 500",
        500..=999 => "500 - 1,000",
        1000..=4999 => "1,000 - 5,000",
        5000..=9999 => "5,000 - 10,000",
        _ => "Over 10,000",
    }
}

pub(crate) fn revenue_range(dollars: u64) -> &'static str {
    match dollars / 1_000_000 {
        0 => "$500,000 - $1 mil.",
        1..=4 => "$1 mil. - $5 mil.",
        5..=9 => "$5 mil. - $10 mil.",
        10..=24 => "$10 mil. - $25 mil.",
        25..=49 => "$25 mil. - $50 mil.",
        50..=99 => "$50 mil. - $100 mil.",
        100..=249 => "$100 mil. - $250 mil.",
        250..=499 => "$250 mil. - $500 mil.",
        500..=999 => "$500 mil. - $1 bil.",
        _ => "$1 bil. - $5 bil.",
    }
}

/// The employer inside a contact: revenue in words, and as a number beside it.
fn company_all(view: &SourceView, id: u32) -> Map<String, Value> {
    let (c, truth) = (view.company(id), view.truth(id));
    let mut all = facts(view, id);
    all.insert("id".into(), number(&c.key));
    all.insert("revenue".into(), json!(c.revenue.map(|dollars| format!("{} Million", dollars / 1_000_000))));
    all.insert("revenueNumeric".into(), json!(c.revenue));
    all.insert("description".into(), json!(format!("{} works in {}.", truth.name, truth.industry.label)));
    all
}

/// What is the same in both places.
fn facts(view: &SourceView, id: u32) -> Map<String, Value> {
    let (c, truth) = (view.company(id), view.truth(id));
    let industry = if c.industry_known { json!([truth.industry.label]) } else { json!([]) };
    let codes = |code: &str| json!([{"id": code, "name": truth.industry.label}]);
    let facts = json!({
        "name": c.name, "website": format!("www.{}", c.domain), "phone": c.phone.as_deref().map(national), "street": truth.street,
        "city": truth.place.city, "state": (!truth.place.state.is_empty()).then_some(truth.place.state), "zipCode": truth.postcode,
        "country": truth.country.name, "employeeCount": c.employees, "employeeRange": c.employees.map(employee_range),
        "revenueRange": c.revenue.map(revenue_range), "primaryIndustry": industry, "industries": industry, "type": "Private", "ticker": "",
        "sicCodes": codes(truth.industry.sic), "naicsCodes": codes(truth.industry.naics),
        "socialMediaUrls": [{"type": "LINKED_IN", "url": format!("http://www.linkedin.com/company/{}", truth.linkedin), "followerCount": "812"}],
    });
    facts.as_object().cloned().unwrap_or_default()
}

/// A company by itself: revenue and funding in thousands, the year as a text.
pub(super) fn company(view: &SourceView, id: u32, fields: &[String]) -> Value {
    let (c, truth) = (view.company(id), view.truth(id));
    let mut all = facts(view, id);
    let funding = truth.funding.map(
        |f| json!([{"date": view.world.date(f.days_ago), "type": f.stage, "amount": f.amount / 1000, "investors": ["Sample Ventures"]}]),
    );
    let more = json!({
        "id": c.key, "domainList": [truth.domain], "description": format!("{} works in {}.", truth.name, truth.industry.label),
        "revenue": c.revenue.map(|dollars| dollars / 1000), "foundedYear": c.founded.map(|year| year.to_string()), "companyFunding": funding,
        "recentFundingAmount": truth.funding.map(|f| f.amount / 1000), "totalFundingAmount": truth.funding.map(|f| f.amount / 1000),
        "recentFundingDate": truth.funding.map(|f| format!("{}T00:00:00Z", view.world.date(f.days_ago))), "products": truth.keywords,
        "employeeGrowth": {"oneYearGrowthRate": "8.1", "twoYearGrowthRate": "20.0", "employeeGrowthDataPoints": []}, "companyStatus": "ALIVE",
        "certified": true, "businessModel": ["B2B"], "isDefunct": false, "lastUpdatedDate": stamp(view, 40),
    });
    all.extend(more.as_object().cloned().unwrap_or_default());
    all.retain(|name, value| !value.is_null() && fields.contains(name));
    Value::Object(all)
}
