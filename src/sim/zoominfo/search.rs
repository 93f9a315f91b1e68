//! Search: criteria are mostly comma lists in one text, closed lists are checked, ten thousand rows at most.
//! Sections A3 and A4 of the notes.

use super::{Answer, Inner, Refusal, refuse, show};
use crate::{
    domain::Timestamp,
    sim::{
        server::call::{Call, cut},
        sighting::{CompanySeen, Sighting},
        view::{SourceView, plain},
    },
};
use serde_json::{Map, Value, json};

/// The words of the filter; those in records differ.
pub(super) const LEVELS: &[&str] = &["Board Member", "C Level Exec", "VP Level Exec", "Director", "Manager", "Non Manager"];
/// Rows that a query can reach at most.
const MAX_ROWS: usize = 10_000;

/// Criteria acted out here. Others are documented too; leaving one out would show the wrong people, so they are refused.
pub(super) const CONTACT_CRITERIA: &[&str] = &[
    "personId",
    "emailAddress",
    "fullName",
    "firstName",
    "lastName",
    "jobTitle",
    "exactJobTitle",
    "excludeJobTitle",
    "managementLevel",
    "excludeManagementLevel",
    "department",
    "requiredFields",
    "contactAccuracyScoreMin",
    "contactAccuracyScoreMax",
    "lastUpdatedDateAfter",
    "companyId",
    "companyName",
    "companyWebsite",
    "country",
    "state",
    "industryKeywords",
    "primaryIndustriesOnly",
    "revenueMin",
    "revenueMax",
    "employeeRangeMin",
    "employeeRangeMax",
    "sicCodes",
    "naicsCodes",
    "excludePartialProfiles",
    "locationSearchType",
];
const COMPANY_CRITERIA: &[&str] = &[
    "companyId",
    "companyName",
    "companyWebsite",
    "country",
    "state",
    "industryKeywords",
    "primaryIndustriesOnly",
    "revenueMin",
    "revenueMax",
    "employeeRangeMin",
    "employeeRangeMax",
    "sicCodes",
    "naicsCodes",
];

/// Criteria that are whole numbers or truth values; all others are texts.
const NUMBERS: &[&str] = &["revenueMin", "revenueMax"];
const FLAGS: &[&str] = &["primaryIndustriesOnly", "excludePartialProfiles"];

type Test<'a, T> = Box<dyn Fn(&T) -> bool + 'a>;

impl Inner {
    pub(super) fn search_contacts(&mut self, view: &SourceView, attributes: &Value, call: &Call) -> Answer {
        let mut found = contacts(view, attributes)?;
        match call.query.get("sort") {
            None | Some("" | "relevance") => {}
            Some("lastName") => found.sort_by_key(|seen| plain(&seen.last)),
            Some("-lastName") => found.sort_by_key(|seen| std::cmp::Reverse(plain(&seen.last))),
            Some("contactAccuracyScore") => found.sort_by_key(|seen| show::accuracy(seen)),
            Some("-contactAccuracyScore") => found.sort_by_key(|seen| std::cmp::Reverse(show::accuracy(seen))),
            Some(other) => return refuse(400, "PFAPI0002", format!("{other} is not a sort field"), "sort"),
        }
        self.page(call, "/data/v1/contacts/search", &found, |seen| show::search_row(view, seen, self.memory.managed.contains(&seen.key)))
    }

    pub(super) fn search_companies(&mut self, view: &SourceView, attributes: &Value, call: &Call) -> Answer {
        let found = companies(view, attributes)?;
        self.page(call, "/data/v1/companies/search", &found, |c| show::company_row(view, c.company, self.memory.managed.contains(&c.key)))
    }

    fn page<T>(&self, call: &Call, path: &str, found: &[&T], row: impl Fn(&T) -> Value) -> Answer {
        let number = |name: &str, default: usize, max: usize| {
            let raw = call.query.get(name).unwrap_or_default();
            let n = if raw.is_empty() { Some(default) } else { raw.parse::<usize>().ok() };
            n.filter(|n| (1..=max).contains(n)).ok_or_else(|| Refusal {
                status: 400,
                code: "PFAPI0002",
                detail: format!("{name} must be between 1 and {max}"),
                pointer: name.to_owned(),
            })
        };
        let (page, size) = (number("page[number]", 1, usize::MAX)?, number("page[size]", 25, 100)?);
        if page.saturating_mul(size) > MAX_ROWS {
            let detail = "Total record pagination is over max allowed value (10000)";
            return refuse(400, "PFAPI0006", detail, "page[number]");
        }
        let offset = (page - 1) * size;
        if page > 1 && offset >= found.len() && call.twist.is_none() {
            return refuse(400, "PFAPI0004", "Page number (page) requested is greater than the available results", "page[number]");
        }
        let shown = cut(found.len(), offset, size, call.twist.as_ref());
        let pages = shown.total.div_ceil(size).max(1);
        let link = |n: usize| format!("{path}?page[number]={n}&page[size]={size}");
        let mut links = json!({"first": link(1), "last": link(pages)});
        if page < pages {
            // Some answers put `uri=` in front.
            links["next"] = json!(if page.is_multiple_of(2) { format!("uri={}", link(page + 1)) } else { link(page + 1) });
        }
        let total = if self.config.honest_totals { pages } else { shown.len };
        let rows: Vec<Value> = found[shown.from..shown.from + shown.len].iter().map(|one| row(one)).collect();
        Ok(json!({"data": rows, "meta": {"totalResults": shown.total, "page": {"number": page, "total": total}}, "links": links}))
    }
}

/// The people that all criteria let through.
pub(super) fn contacts<'v>(view: &'v SourceView, attributes: &Value) -> Result<Vec<&'v Sighting>, Refusal> {
    let criteria = checked(attributes, CONTACT_CRITERIA)?;
    let mut tests = person_tests(view, criteria)?;
    let companies = company_tests(view, criteria)?;
    if !companies.is_empty() {
        tests.push(Box::new(move |s| s.company.is_some_and(|id| companies.iter().all(|test| test(view.company(id))))));
    }
    Ok(view.people.iter().filter(|seen| tests.iter().all(|test| test(seen))).collect())
}

/// The companies that all criteria let through.
pub(super) fn companies<'v>(view: &'v SourceView, attributes: &Value) -> Result<Vec<&'v CompanySeen>, Refusal> {
    let tests = company_tests(view, checked(attributes, COMPANY_CRITERIA)?)?;
    Ok(view.companies.iter().filter(|c| tests.iter().all(|test| test(c))).collect())
}

/// Known names with values of the right type.
fn checked<'a>(attributes: &'a Value, known: &[&str]) -> Result<&'a Map<String, Value>, Refusal> {
    let Some(criteria) = attributes.as_object() else {
        return refuse(400, "PFAPI0003", "attributes must be an object", "/data/attributes");
    };
    for (name, value) in criteria {
        let pointer = format!("/data/attributes/{name}");
        if !known.contains(&name.as_str()) {
            return refuse(400, "PFAPI0005", format!("{name} is not a valid field"), &pointer);
        }
        let fits = match name.as_str() {
            name if NUMBERS.contains(&name) => value.is_u64(),
            name if FLAGS.contains(&name) => value.is_boolean(),
            _ => value.is_string(),
        };
        if !fits {
            return refuse(400, "PFAPI0006", format!("{name} has an invalid value"), &pointer);
        }
    }
    Ok(criteria)
}

/// The values of a comma list.
fn list(criteria: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    let values: Vec<String> = criteria.get(name)?.as_str()?.split(',').map(plain).filter(|value| !value.is_empty()).collect();
    (!values.is_empty()).then_some(values)
}

/// The values of `A OR B`.
fn alternatives(criteria: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    let values: Vec<String> = criteria.get(name)?.as_str()?.split(" OR ").map(plain).filter(|value| !value.is_empty()).collect();
    (!values.is_empty()).then_some(values)
}

fn levels(criteria: &Map<String, Value>, name: &str) -> Result<Option<Vec<String>>, Refusal> {
    let Some(wanted) = list(criteria, name) else { return Ok(None) };
    if wanted.iter().all(|level| LEVELS.iter().any(|known| plain(known) == *level)) {
        return Ok(Some(wanted));
    }
    refuse(400, "PFAPI0006", format!("{name} must be one of {}", LEVELS.join(", ")), &format!("/data/attributes/{name}"))
}

fn person_tests<'v>(view: &'v SourceView, criteria: &Map<String, Value>) -> Result<Vec<Test<'v, Sighting>>, Refusal> {
    let mut tests: Vec<Test<'v, Sighting>> = Vec::new();
    let text = |name: &str| criteria.get(name).and_then(Value::as_str).map(plain).filter(|text| !text.is_empty());
    if let Some(ids) = list(criteria, "personId") {
        tests.push(Box::new(move |s| ids.contains(&s.key)));
    }
    if let Some(email) = text("emailAddress") {
        tests.push(Box::new(move |s| s.email.as_ref().is_some_and(|held| held.to_lowercase() == email)));
    }
    for (name, part) in [("fullName", 0), ("firstName", 1), ("lastName", 2)] {
        if let Some(wanted) = text(name) {
            tests.push(Box::new(move |s| plain(&[s.full_name(), s.first.clone(), s.last.clone()][part]).contains(&wanted)));
        }
    }
    if let Some(titles) = alternatives(criteria, "jobTitle") {
        tests.push(Box::new(move |s| titles.iter().any(|title| plain(&s.title).contains(title))));
    }
    if let Some(titles) = alternatives(criteria, "exactJobTitle") {
        tests.push(Box::new(move |s| titles.contains(&plain(&s.title))));
    }
    if let Some(titles) = alternatives(criteria, "excludeJobTitle") {
        tests.push(Box::new(move |s| !titles.iter().any(|title| plain(&s.title).contains(title))));
    }
    if let Some(wanted) = levels(criteria, "managementLevel")? {
        tests.push(Box::new(move |s| wanted.contains(&plain(show::filter_level(s.rank)))));
    }
    if let Some(wanted) = levels(criteria, "excludeManagementLevel")? {
        tests.push(Box::new(move |s| !wanted.contains(&plain(show::filter_level(s.rank)))));
    }
    if let Some(departments) = list(criteria, "department") {
        tests.push(Box::new(move |s| departments.contains(&plain(show::department(s.department)))));
    }
    if let Some(required) = list(criteria, "requiredFields") {
        tests.push(Box::new(move |s| {
            required.iter().all(|field| match field.as_str() {
                "email" => s.email.is_some(),
                "phone" | "directphone" => s.direct.is_some(),
                "mobilephone" => s.mobile.is_some(),
                "personalemail" => s.private_email.is_some(),
                _ => false,
            })
        }));
    }
    for (name, least) in [("contactAccuracyScoreMin", true), ("contactAccuracyScoreMax", false)] {
        let Some(raw) = text(name) else { continue };
        let Some(bound) = raw.parse::<u32>().ok().filter(|n| (70..=99).contains(n)) else {
            return refuse(400, "PFAPI0006", format!("{name} must be between 70 and 99"), &format!("/data/attributes/{name}"));
        };
        tests.push(Box::new(move |s| if least { show::accuracy(s) >= bound } else { show::accuracy(s) <= bound }));
    }
    if let Some(raw) = text("lastUpdatedDateAfter") {
        let Some(after) = Timestamp::parse(&raw) else {
            return refuse(400, "PFAPI0006", "lastUpdatedDateAfter must be a date", "/data/attributes/lastUpdatedDateAfter");
        };
        tests.push(Box::new(move |s| view.world.days_ago(s.days_old) > after));
    }
    Ok(tests)
}

fn company_tests<'v>(view: &'v SourceView, criteria: &Map<String, Value>) -> Result<Vec<Test<'v, CompanySeen>>, Refusal> {
    let mut tests: Vec<Test<'v, CompanySeen>> = Vec::new();
    if let Some(ids) = list(criteria, "companyId") {
        tests.push(Box::new(move |c| ids.contains(&c.key)));
    }
    if let Some(names) = alternatives(criteria, "companyName") {
        tests.push(Box::new(move |c| names.iter().any(|name| plain(&c.name).contains(name))));
    }
    if let Some(sites) = list(criteria, "companyWebsite") {
        let hosts: Vec<String> =
            sites.iter().map(|site| site.rsplit("//").next().unwrap_or_default().trim_start_matches("www.").to_owned()).collect();
        tests.push(Box::new(move |c| hosts.contains(&view.truth(c.company).domain) || hosts.contains(&c.domain)));
    }
    if let Some(countries) = list(criteria, "country") {
        tests.push(Box::new(move |c| countries.contains(&plain(view.truth(c.company).country.name))));
    }
    if let Some(states) = list(criteria, "state") {
        tests.push(Box::new(move |c| states.contains(&plain(view.truth(c.company).place.state))));
    }
    if let Some(words) = criteria.get("industryKeywords").and_then(Value::as_str) {
        let all: Vec<String> = words.split(" AND ").map(plain).collect();
        tests.push(Box::new(move |c| {
            let truth = view.truth(c.company);
            all.iter()
                .all(|word| plain(truth.industry.label).contains(word) || truth.keywords.iter().any(|held| held.contains(word.as_str())))
        }));
    }
    for (name, sic) in [("sicCodes", true), ("naicsCodes", false)] {
        if let Some(codes) = list(criteria, name) {
            tests.push(Box::new(move |c| {
                let industry = view.truth(c.company).industry;
                codes.iter().any(|code| code == if sic { industry.sic } else { industry.naics })
            }));
        }
    }
    // Thousands of dollars.
    for (name, least) in [("revenueMin", true), ("revenueMax", false)] {
        if let Some(bound) = criteria.get(name).and_then(Value::as_u64).map(|thousands| thousands * 1000) {
            tests.push(Box::new(move |c| c.revenue.is_some_and(|dollars| if least { dollars >= bound } else { dollars <= bound })));
        }
    }
    for (name, least) in [("employeeRangeMin", true), ("employeeRangeMax", false)] {
        let Some(raw) = criteria.get(name).and_then(Value::as_str) else { continue };
        let Ok(bound) = raw.parse::<u32>() else {
            return refuse(400, "PFAPI0006", format!("{name} must be a number in a text"), &format!("/data/attributes/{name}"));
        };
        tests.push(Box::new(move |c| c.employees.is_some_and(|n| if least { n >= bound } else { n <= bound })));
    }
    Ok(tests)
}
