//! Prospecting filters and the lists of their values. A filter that is not documented is refused; so is a documented
//! one that this simulator does not act out, because ignoring it would show the wrong people. Section 4 of the notes.

use super::{Answer, Refusal, seniority};
use crate::sim::{
    server::call::Call,
    sighting::{CompanySeen, Sighting},
    view::{SourceView, linkedin_handle, plain},
    world::{COUNTRIES, Country, Place, Rank},
};
use serde_json::{Value, json};

/// Departments as filters and records name them.
const DEPARTMENTS: &[&str] = &[
    "Executive",
    "Information Technology",
    "Finance",
    "Operations",
    "Human Resources",
    "Marketing",
    "Sales",
    "Legal",
    "Procurement",
    "Engineering",
];
/// What a record can hold.
const DATA_POINTS: &[&str] = &["work_email", "private_email", "phone", "mobile_phone", "work_phone", "linkedin_url"];

/// `GET …/prospecting/filters` and `/filters/{type}`
pub(super) fn list(kind: &str, rest: &[&str], call: &Call) -> Answer {
    let contacts = kind == "contacts";
    match rest {
        [] if contacts => Ok(json!({"filters": ["departments", "seniority", "existingDataPoints", "countries", "locations"]})),
        [] => Ok(json!({"filters": ["names", "locations", "sizes", "revenues", "technologies", "industriesLabels"]})),
        ["departments"] if contacts => Ok(json!(DEPARTMENTS)),
        ["existingDataPoints"] if contacts => Ok(json!(DATA_POINTS)),
        ["countries"] if contacts => Ok(COUNTRIES.iter().map(|c| json!({"name": c.name, "countryIso2": c.iso})).collect()),
        ["seniority"] if contacts => {
            let ranks = [Rank::Founder, Rank::CSuite, Rank::Partner, Rank::Vp, Rank::Director, Rank::Manager, Rank::Senior, Rank::Entry];
            Ok(ranks.map(seniority).iter().map(|(id, name)| json!({"id": id, "name": name})).collect())
        }
        ["locations"] => {
            let words = plain(call.query.get("query").unwrap_or_default());
            if !(2..=256).contains(&words.chars().count()) {
                return Err(Refusal::invalid("query must be between 2 and 256 characters"));
            }
            let all = COUNTRIES.iter().flat_map(|c| c.places().iter().map(move |p| (c, p)));
            let hits =
                all.filter(|(c, p)| plain(p.city).contains(&words) || plain(p.state).contains(&words) || plain(c.name).contains(&words));
            Ok(hits.map(|(c, p)| json!({"city": p.city, "state": p.state, "country": c.name})).collect())
        }
        _ => Err(Refusal(404, "Filter not found", Vec::new())),
    }
}

type Test<'a, T> = Box<dyn Fn(&T) -> bool + 'a>;

/// The people that the filters let through.
pub(super) fn people<'v>(view: &'v SourceView, filters: &Value) -> Result<Vec<&'v Sighting>, Refusal> {
    let mut tests: Vec<Test<'v, Sighting>> = Vec::new();
    for (side, wanted) in [("include", true), ("exclude", false)] {
        for (name, value) in filters["contacts"][side].as_object().into_iter().flatten() {
            let test = person_test(name, value)?;
            tests.push(Box::new(move |seen| test(seen) == wanted));
        }
        for (name, value) in filters["companies"][side].as_object().into_iter().flatten() {
            let test = company_test(view, name, value)?;
            tests.push(Box::new(move |seen| seen.company.is_some_and(|id| test(view.company(id))) == wanted));
        }
    }
    Ok(view.people.iter().filter(|seen| tests.iter().all(|test| test(seen))).collect())
}

/// The companies that the filters let through.
pub(super) fn companies<'v>(view: &'v SourceView, filters: &Value) -> Result<Vec<&'v CompanySeen>, Refusal> {
    let mut tests: Vec<Test<'v, CompanySeen>> = Vec::new();
    for (side, wanted) in [("include", true), ("exclude", false)] {
        for (name, value) in filters["companies"][side].as_object().into_iter().flatten() {
            let test = company_test(view, name, value)?;
            tests.push(Box::new(move |seen| test(seen) == wanted));
        }
    }
    Ok(view.companies.iter().filter(|seen| tests.iter().all(|test| test(seen))).collect())
}

fn person_test(name: &str, value: &Value) -> Result<Test<'static, Sighting>, Refusal> {
    let words = || texts(name, value);
    Ok(match name {
        "ids" => {
            let ids = words()?;
            Box::new(move |s| ids.contains(&s.key))
        }
        "names" => {
            let names = words()?;
            Box::new(move |s| names.iter().any(|name| plain(&s.full_name()).contains(name)))
        }
        "emails" => {
            let emails = words()?;
            Box::new(move |s| s.email.as_ref().is_some_and(|email| emails.contains(&email.to_lowercase())))
        }
        "jobTitles" | "normalizedJobTitles" => {
            let titles = words()?;
            Box::new(move |s| titles.iter().any(|title| plain(&s.title).contains(title)))
        }
        "jobTitlesExactMatch" => {
            let titles = words()?;
            Box::new(move |s| titles.contains(&plain(&s.title)))
        }
        "searchText" => {
            let text = plain(value.as_str().ok_or_else(|| Refusal::invalid("searchText must be a string"))?);
            Box::new(move |s| plain(&s.title).contains(&text) || plain(&s.full_name()).contains(&text))
        }
        "countries" => {
            let countries = words()?;
            Box::new(move |s| countries.iter().any(|iso| s.country.iso.eq_ignore_ascii_case(iso)))
        }
        "locations" => {
            let places = value.as_array().cloned().ok_or_else(|| Refusal::invalid("locations must be an array"))?;
            Box::new(move |s| places.iter().any(|place| is_at(place, s.place, s.country)))
        }
        "departments" => {
            let departments = words()?;
            Box::new(move |s| departments.contains(&plain(s.department.label())))
        }
        "linkedinUrls" => {
            let urls = words()?;
            Box::new(move |s| s.linkedin.as_ref().is_some_and(|handle| urls.iter().any(|url| linkedin_handle(url) == handle)))
        }
        "seniorityIds" => {
            let ids: Option<Vec<u64>> = value.as_array().and_then(|ids| ids.iter().map(Value::as_u64).collect());
            let ids = ids.ok_or_else(|| Refusal::invalid("each value in seniorityIds must be an integer number"))?;
            Box::new(move |s| ids.contains(&u64::from(seniority(s.rank).0)))
        }
        "existingDataPoints" => {
            let points = words()?;
            if points.iter().any(|point| !DATA_POINTS.contains(&point.as_str())) {
                return Err(Refusal::invalid("existingDataPoints holds an unknown value"));
            }
            Box::new(move |s| points.iter().all(|point| holds(s, point)))
        }
        _ => return Err(Refusal::invalid(format!("property {name} should not exist"))),
    })
}

fn holds(seen: &Sighting, point: &str) -> bool {
    match point {
        "work_email" => seen.email.is_some(),
        "private_email" => seen.private_email.is_some(),
        "mobile_phone" => seen.mobile.is_some(),
        "work_phone" => seen.direct.is_some(),
        "phone" => seen.mobile.is_some() || seen.direct.is_some(),
        _ => seen.linkedin.is_some(),
    }
}

fn company_test<'v>(view: &'v SourceView, name: &str, value: &Value) -> Result<Test<'v, CompanySeen>, Refusal> {
    let words = || texts(name, value);
    Ok(match name {
        "ids" => {
            let ids = words()?;
            Box::new(move |c| ids.contains(&c.key))
        }
        "names" => {
            let names = words()?;
            Box::new(move |c| names.iter().any(|name| plain(&c.name).contains(name)))
        }
        "domains" => {
            let domains = words()?;
            Box::new(move |c| domains.iter().any(|domain| domain.trim_start_matches("www.") == view.truth(c.company).domain))
        }
        "locations" => {
            let places = value.as_array().cloned().ok_or_else(|| Refusal::invalid("locations must be an array"))?;
            Box::new(move |c| places.iter().any(|place| is_at(place, view.truth(c.company).place, view.truth(c.company).country)))
        }
        "sizes" => within(name, value, |c| c.employees.map(u64::from))?,
        "revenues" => within(name, value, |c| c.revenue)?,
        "foundedYear" => within(name, value, |c| c.founded.map(u64::from))?,
        "technologies" => {
            let wanted = words()?;
            Box::new(move |c| view.truth(c.company).technologies.iter().any(|t| wanted.contains(&plain(t.name))))
        }
        "industriesLabels" => {
            let wanted = words()?;
            Box::new(move |c| wanted.iter().any(|word| plain(view.truth(c.company).industry.label).contains(word)))
        }
        "keywords" | "specialities" => {
            let wanted = words()?;
            Box::new(move |c| view.truth(c.company).keywords.iter().any(|word| wanted.iter().any(|w| word.contains(w.as_str()))))
        }
        _ => return Err(Refusal::invalid(format!("property {name} should not exist"))),
    })
}

/// `[{"min": 51, "max": 200}]`, either end may be open.
fn within<'v>(name: &str, value: &Value, of: impl Fn(&CompanySeen) -> Option<u64> + 'v) -> Result<Test<'v, CompanySeen>, Refusal> {
    let ranges = value.as_array().filter(|ranges| ranges.iter().all(Value::is_object));
    let ranges: Vec<(u64, u64)> = ranges
        .ok_or_else(|| Refusal::invalid(format!("{name} must be an array of objects")))?
        .iter()
        .map(|range| (range["min"].as_u64().unwrap_or(0), range["max"].as_u64().unwrap_or(u64::MAX)))
        .collect();
    Ok(Box::new(move |c| of(c).is_some_and(|n| ranges.iter().any(|(from, to)| (*from..=*to).contains(&n)))))
}

/// All parts that are given must fit.
fn is_at(wanted: &Value, place: &Place, country: &Country) -> bool {
    let fits = |key: &str, held: &[&str]| {
        let Some(word) = wanted[key].as_str().map(plain).filter(|word| !word.is_empty()) else { return true };
        held.iter().any(|held| plain(held) == word)
    };
    fits("city", &[place.city])
        && fits("state", &[place.state, place.state_code])
        && fits("country", &[country.name, country.iso])
        && fits("countryIso2", &[country.iso])
}

fn texts(name: &str, value: &Value) -> Result<Vec<String>, Refusal> {
    let list: Option<Vec<String>> = value.as_array().and_then(|list| list.iter().map(|v| v.as_str().map(plain)).collect());
    list.ok_or_else(|| Refusal::invalid(format!("each value in {name} must be a string")))
}
