//! Search by cursor: repeat the same body with the token while there is more. Section 3 of the notes.

use super::{Answer, Inner, Refusal, body, refuse, show};
use crate::sim::{
    server::call::{Call, Reply, cut},
    sighting::{CompanySeen, Sighting},
    view::{SourceView, plain},
    world::{Country, Place},
};
use serde_json::{Value, json};

/// Rows on one page at most.
const MAX_LIMIT: u64 = 100;

/// List parameters, how many values each takes, and the known values where the list is closed.
const LISTS: &[(&str, usize, &[&str])] = &[
    ("companyName", 100, &[]),
    ("companyDomain", 100, &[]),
    ("contactState", 10, &[]),
    ("contactCountry", 10, &[]),
    ("contactZipCode", 10, &[]),
    ("companyState", 10, &[]),
    ("companyCountry", 10, &[]),
    ("department", 5, &show::DEPARTMENTS),
    ("seniority", 5, &show::SENIORITIES),
    ("industry", 5, &[]),
    ("jobTitle", 10, &[]),
    ("fullName", 10, &[]),
    ("contactKeyword", 10, &[]),
    ("companyKeyword", 10, &[]),
    ("companySize", 10, &show::SIZES),
    ("companyRevenue", 10, &show::REVENUES),
    ("technologies", 10, &[]),
];

/// The list of a parameter, checked.
fn list(body: &Value, name: &str) -> Result<Option<Vec<String>>, Refusal> {
    let Some(value) = body.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let (_, most, known) = LISTS.iter().find(|(list, ..)| *list == name).copied().unwrap_or((name, 10, &[]));
    let values: Option<Vec<&str>> = value.as_array().and_then(|values| values.iter().map(Value::as_str).collect());
    let Some(values) = values else { return refuse(400, "", &format!("{name} must be an array of strings")) };
    if values.len() > most {
        return refuse(400, "", &format!("{name} takes at most {most} values"));
    }
    if !known.is_empty() && values.iter().any(|value| !known.contains(value)) {
        return refuse(400, "", &format!("{name} holds an unknown value"));
    }
    Ok((!values.is_empty()).then(|| values.iter().map(|value| plain(value)).collect()))
}

type Test<'a, T> = Box<dyn Fn(&T) -> bool + 'a>;

impl Inner {
    /// `POST /search/contacts`
    pub(super) fn search_contacts(&mut self, view: &SourceView, call: &Call) -> Answer {
        let body = body(call)?;
        let mut tests: Vec<Test<'_, Sighting>> = Vec::new();
        if let Some(titles) = list(&body, "jobTitle")? {
            tests.push(Box::new(move |s| titles.iter().any(|title| plain(&s.title).contains(title))));
        }
        if let Some(names) = list(&body, "fullName")?.or(list(&body, "fullname")?) {
            tests.push(Box::new(move |s| names.iter().any(|name| plain(&s.full_name()).contains(name))));
        }
        if let Some(departments) = list(&body, "department")? {
            tests.push(Box::new(move |s| departments.contains(&plain(show::department(s.department)))));
        }
        if let Some(ranks) = list(&body, "seniority")? {
            tests.push(Box::new(move |s| ranks.contains(&plain(show::seniority(s.rank)))));
        }
        if let Some(words) = list(&body, "contactKeyword")? {
            tests.push(Box::new(move |s| words.iter().any(|word| plain(&s.title).contains(word))));
        }
        // States as full names; an abbreviation finds nobody.
        let (states, countries) = (list(&body, "contactState")?, list(&body, "contactCountry")?);
        let kind = body["locationType"].as_str().unwrap_or("bothOR").to_owned();
        if states.is_some() || countries.is_some() {
            let fits = move |place: &Place, country: &Country| {
                states.as_ref().is_none_or(|s| s.contains(&plain(place.state)))
                    && countries.as_ref().is_none_or(|c| c.contains(&plain(country.name)))
            };
            tests.push(Box::new(move |s| {
                let own = fits(s.place, s.country);
                let company = s.company.is_some_and(|id| fits(view.truth(id).place, view.truth(id).country));
                match kind.as_str() {
                    "bothAND" => own && company,
                    "company" => company,
                    "contact" => own,
                    _ => own || company,
                }
            }));
        }
        let companies = company_tests(view, &body)?;
        if !companies.is_empty() {
            tests.push(Box::new(move |s| s.company.is_some_and(|id| companies.iter().all(|test| test(view.company(id))))));
        }
        let found: Vec<&Sighting> = view.people.iter().filter(|seen| tests.iter().all(|test| test(seen))).collect();
        self.page(&body, call, &found, |seen| show::search_row(view, seen))
    }

    /// `POST /search/companies`
    pub(super) fn search_companies(&mut self, view: &SourceView, call: &Call) -> Answer {
        let body = body(call)?;
        let tests = company_tests(view, &body)?;
        let found: Vec<&CompanySeen> = view.companies.iter().filter(|c| tests.iter().all(|test| test(c))).collect();
        self.page(&body, call, &found, |c| show::company_row(view, c.company))
    }

    fn page<T>(&mut self, body: &Value, call: &Call, found: &[&T], row: impl Fn(&T) -> Value) -> Answer {
        let limit = match &body["limit"] {
            Value::Null => 50,
            value => match value.as_u64().filter(|n| (1..=MAX_LIMIT).contains(n)) {
                Some(limit) => limit as usize,
                None => return refuse(400, "", "limit should be between 1 and 100"),
            },
        };
        let offset = match &body["nextToken"] {
            Value::Null => 0,
            token => match token.as_str().and_then(offset_of) {
                Some(offset) => offset,
                None => return refuse(400, "", "nextToken is invalid"),
            },
        };
        let shown = cut(found.len(), offset, limit, call.twist.as_ref());
        if self.config.search_bills {
            self.spend("search", shown.len.div_ceil(10) as u64 * 100)?;
        }
        let rows: Vec<Value> = found[shown.from..shown.from + shown.len].iter().map(|one| row(one)).collect();
        let more = offset + limit < shown.total;
        let data = json!({"data": rows, "supplementalData": {"isMore": more, "total": shown.total, "perPage": limit,
            "nextToken": more.then(|| token_of(offset + limit))}});
        Ok(Reply::json(200, data))
    }
}

/// An opaque cursor.
fn token_of(offset: usize) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(format!("open-cursor:{offset}"))
}

fn offset_of(token: &str) -> Option<usize> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    String::from_utf8(bytes).ok()?.strip_prefix("open-cursor:")?.parse().ok()
}

fn company_tests<'v>(view: &'v SourceView, body: &Value) -> Result<Vec<Test<'v, CompanySeen>>, Refusal> {
    let mut tests: Vec<Test<'v, CompanySeen>> = Vec::new();
    if let Some(names) = list(body, "companyName")? {
        let exact = body["companyNameSearchType"] == "exact";
        tests.push(Box::new(move |c| names.iter().any(|name| if exact { plain(&c.name) == *name } else { plain(&c.name).contains(name) })));
    }
    if let Some(domains) = list(body, "companyDomain")? {
        tests.push(Box::new(move |c| domains.contains(&view.truth(c.company).domain) || domains.contains(&c.domain)));
    }
    // An unknown industry makes the result empty.
    if let Some(industries) = list(body, "industry")? {
        tests.push(Box::new(move |c| industries.contains(&plain(view.truth(c.company).industry.label))));
    }
    if let Some(sizes) = list(body, "companySize")? {
        tests.push(Box::new(move |c| sizes.contains(&plain(show::size(view.truth(c.company))))));
    }
    if let Some(bands) = list(body, "companyRevenue")? {
        tests.push(Box::new(move |c| bands.contains(&plain(show::revenue(view.truth(c.company).revenue)))));
    }
    if let Some(words) = list(body, "companyKeyword")? {
        tests.push(Box::new(move |c| {
            view.truth(c.company).keywords.iter().any(|held| words.iter().any(|word| held.contains(word.as_str())))
        }));
    }
    if let Some(wanted) = list(body, "technologies")? {
        let any = body["technologiesIsOr"].as_bool().unwrap_or(true);
        tests.push(Box::new(move |c| {
            let runs = |name: &String| view.truth(c.company).technologies.iter().any(|t| plain(t.name) == *name);
            if any { wanted.iter().any(runs) } else { wanted.iter().all(runs) }
        }));
    }
    if let Some(states) = list(body, "companyState")? {
        tests.push(Box::new(move |c| states.contains(&plain(view.truth(c.company).place.state))));
    }
    if let Some(countries) = list(body, "companyCountry")? {
        tests.push(Box::new(move |c| countries.contains(&plain(view.truth(c.company).country.name))));
    }
    Ok(tests)
}
