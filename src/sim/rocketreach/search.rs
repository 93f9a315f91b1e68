//! Searches. Every facet is an array of texts, even for one value. Sections 2 and 3 of the notes.

use super::{Answer, Inner, Refusal, refuse, show};
use crate::sim::{
    server::call::{Call, Reply, cut},
    sighting::{CompanySeen, Sighting},
    view::{SourceView, linkedin_handle, plain},
    world::Company,
};
use serde_json::{Value, json};

/// The last record that a query can reach.
const MAX_START: u64 = 10_000;

/// What the facets of a person search compare with; the rest of the documented facets is not acted out and refused.
const PERSON_FACETS: &[&str] = &[
    "name",
    "current_title",
    "employer",
    "company_name",
    "company_domain",
    "company_id",
    "company_size",
    "company_industry",
    "company_country_code",
    "department",
    "management_levels",
    "geo",
    "state",
    "link",
    "email",
    "id",
    "keyword",
    "keywords",
    "contact_method",
    "email_grade",
];
const COMPANY_FACETS: &[&str] =
    &["name", "domain", "email_domain", "id", "industry", "employees", "location", "geo", "techstack", "keyword"];

impl Inner {
    /// `POST /person/search`: free of lookup credits.
    pub(super) fn search_people(&mut self, view: &SourceView, call: &Call) -> Answer {
        let (body, start, size) = read(call, PERSON_FACETS)?;
        let fits = |seen: &&Sighting| {
            facets(&body["query"]).all(|(name, values)| values.iter().any(|value| person_fits(view, seen, name, value)))
                && !facets(&body["exclude"]).any(|(name, values)| values.iter().any(|value| person_fits(view, seen, name, value)))
        };
        let found: Vec<&Sighting> = view.people.iter().filter(fits).collect();
        let page = cut(found.len(), start - 1, size, call.twist.as_ref());
        let rows = found[page.from..page.from + page.len].iter().map(|seen| show::teaser(view, seen)).collect();
        Ok(self.wrap("profiles", rows, start, size, page.total))
    }

    /// `POST /searchCompany`
    pub(super) fn search_companies(&mut self, view: &SourceView, call: &Call) -> Answer {
        let (body, start, size) = read(call, COMPANY_FACETS)?;
        let fits = |c: &&CompanySeen| {
            facets(&body["query"]).all(|(name, values)| values.iter().any(|value| company_fits(view, c, name, value)))
                && !facets(&body["exclude"]).any(|(name, values)| values.iter().any(|value| company_fits(view, c, name, value)))
        };
        let found: Vec<&CompanySeen> = view.companies.iter().filter(fits).collect();
        let page = cut(found.len(), start - 1, size, call.twist.as_ref());
        let rows = found[page.from..page.from + page.len].iter().map(|c| show::company_row(view, c.company)).collect();
        Ok(self.wrap("companies", rows, start, size, page.total))
    }

    /// 201, in one of the two envelopes.
    fn wrap(&self, key: &str, rows: Vec<Value>, start: usize, size: usize, total: usize) -> Reply {
        if self.config.bare_arrays {
            return Reply::json(201, Value::Array(rows));
        }
        let next = start + size;
        Reply::json(201, json!({key: rows, "pagination": {"start": start, "next": (next <= total).then_some(next), "total": total}}))
    }
}

fn read(call: &Call, known: &[&str]) -> Result<(Value, usize, usize), Refusal> {
    let Ok(Value::Object(body)) = call.json() else { return refuse(400, "JSON parse error", "parse_error") };
    let body = Value::Object(body);
    let field = |name: &str, complaint: String| Err(Refusal(400, json!({ name: [complaint] })));
    let number = |name: &str, default: u64, max: u64| match &body[name] {
        Value::Null => Ok(default),
        value => match value.as_u64() {
            Some(n) if (1..=max).contains(&n) => Ok(n),
            Some(_) => Err(format!("Ensure this value is between 1 and {max}.")),
            None => Err("A valid integer is required.".to_owned()),
        },
    };
    let start = match number("start", 1, MAX_START) {
        Ok(start) => start as usize,
        Err(why) => return field("start", why),
    };
    let size = match number("page_size", 10, 100) {
        Ok(size) => size as usize,
        Err(why) => return field("page_size", why),
    };
    if !body["query"].is_object() {
        return field("query", "This field is required.".to_owned());
    }
    for side in ["query", "exclude"] {
        for (name, values) in body[side].as_object().into_iter().flatten() {
            if !known.contains(&name.as_str()) {
                return field("query", format!("Unknown facet {name}."));
            }
            let single = ["keyword", "keywords", "email_grade"].contains(&name.as_str());
            let list = values.as_array().is_some_and(|values| values.iter().all(Value::is_string));
            if !(list || (single && values.is_string())) {
                return Err(Refusal(400, json!({"query": { name: ["Expected a list of items but got another type."] }})));
            }
        }
    }
    Ok((body, start, size))
}

/// Facets that have values.
fn facets(side: &Value) -> impl Iterator<Item = (&str, Vec<String>)> {
    side.as_object().into_iter().flatten().filter_map(|(name, values)| {
        let values: Vec<String> = match values {
            Value::Array(values) => values.iter().filter_map(Value::as_str).map(plain).collect(),
            other => other.as_str().map(plain).into_iter().collect(),
        };
        (!values.is_empty()).then_some((name.as_str(), values))
    })
}

fn person_fits(view: &SourceView, seen: &Sighting, name: &str, value: &str) -> bool {
    let company = seen.company.map(|id| (view.company(id), view.truth(id)));
    let of = |test: &dyn Fn(&CompanySeen, &Company) -> bool| company.is_some_and(|(c, truth)| test(c, truth));
    match name {
        "name" => plain(&seen.full_name()).contains(value),
        "current_title" => plain(&seen.title).contains(value),
        "employer" | "company_name" => of(&|c, truth| plain(&c.name).contains(value) || truth.domain == value),
        "company_domain" => of(&|_, truth| truth.domain == value),
        "company_id" => of(&|c, _| c.key == value),
        "company_size" => of(&|_, truth| within(value, u64::from(truth.employees))),
        "company_industry" => of(&|_, truth| plain(truth.industry.label).contains(value)),
        "company_country_code" => of(&|_, truth| truth.country.iso.eq_ignore_ascii_case(value)),
        "department" => plain(seen.department.label()) == value,
        "management_levels" => plain(show::level(seen.rank)) == value,
        "geo" => {
            let place = [plain(seen.place.city), plain(seen.place.state), plain(seen.country.name), seen.country.iso.to_lowercase()];
            value.split(',').all(|part| place.iter().any(|held| held == part.trim()))
        }
        "state" => plain(seen.place.state) == value || seen.place.state_code.eq_ignore_ascii_case(value),
        "link" => seen.linkedin.as_deref() == Some(linkedin_handle(value)),
        "email" => seen.email.as_ref().is_some_and(|email| email.to_lowercase() == value),
        "id" => seen.key == value,
        "contact_method" => match value {
            "mobile" => seen.mobile.is_some(),
            "phone" => seen.mobile.is_some() || seen.direct.is_some(),
            "personal email" => seen.private_email.is_some(),
            _ => seen.email.is_some(),
        },
        "email_grade" => seen.email.is_some() && show::grade(seen.mail).to_lowercase().as_str() <= value,
        _ => plain(&seen.title).contains(value) || plain(&seen.full_name()).contains(value),
    }
}

fn company_fits(view: &SourceView, c: &CompanySeen, name: &str, value: &str) -> bool {
    let truth = view.truth(c.company);
    match name {
        "domain" | "email_domain" => truth.domain == value,
        "id" => c.key == value,
        "industry" => plain(truth.industry.label).contains(value),
        "employees" => within(value, u64::from(truth.employees)),
        "location" | "geo" => {
            [truth.place.city, truth.place.state, truth.country.name, truth.country.iso].iter().any(|held| plain(held) == value)
        }
        "techstack" => truth.technologies.iter().any(|t| plain(t.name) == value),
        _ => plain(&c.name).contains(value),
    }
}

/// "51-200", "10001+".
fn within(range: &str, n: u64) -> bool {
    match range.split_once('-') {
        Some((from, to)) => from.parse().is_ok_and(|from: u64| n >= from) && to.parse().is_ok_and(|to: u64| n <= to),
        None => range.trim_end_matches('+').parse().is_ok_and(|from: u64| n >= from),
    }
}
