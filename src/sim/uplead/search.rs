//! Finding people and companies. Sections 2 and 2.1 of the notes.

use super::{Answer, Inner, Params, Refusal, refuse, show};
use crate::sim::{
    server::call::{Call, cut},
    sighting::Sighting,
    view::{SourceView, plain},
    world::{Country, INDUSTRIES, Place},
};
use serde_json::{Value, json};

/// Rows on one page at most; more are cut in silence.
const MAX_PER_PAGE: u64 = 100;
const LEVELS: &[&str] = &["m", "d", "vp", "c", "cx"];
const STATUSES: &[&str] = &["valid", "invalid", "accept_all", "unknown"];
const FUNCTIONS: &[&str] = &[
    "advisory",
    "analyst",
    "creative",
    "education",
    "engineering",
    "finance",
    "fulfillment",
    "health",
    "hospitality",
    "human resources",
    "legal",
    "manufacturing",
    "marketing",
    "operations",
    "partnerships",
    "product",
    "professional service",
    "public service",
    "research",
    "sales",
    "sales engineering",
    "support",
    "trade",
    "unemployed",
];
const EMPLOYEES: &[&str] = &["1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10001+"];
const REVENUES: &[&str] = &["0-1m", "1m-10m", "10m-50m", "50m-100m", "100m-200m", "200m-1b", "1b+"];

impl Inner {
    /// `/person-search`
    pub(super) fn person(&mut self, view: &SourceView, params: &Params) -> Answer {
        let given = |name: &str| params.text(name);
        let named = [given("first_name"), given("last_name"), given("domain")];
        let seen = if !given("email").is_empty() {
            view.by_email(given("email"))
        } else if !given("id").is_empty() {
            view.people.iter().find(|seen| show::person_id(view, seen) == given("id"))
        } else if named.iter().all(|text| !text.is_empty()) {
            view.by_name(named[0], named[1], named[2], "")
        } else {
            return refuse(400, "bad_request", "email, id, or first_name, last_name and domain are required");
        };
        let Some(seen) = seen else { return Ok(Value::Null) };
        self.sell(view, &[seen])?;
        Ok(show::person(view, seen))
    }

    /// `/company-search`
    pub(super) fn company(&mut self, view: &SourceView, params: &Params) -> Answer {
        let id = match (params.text("domain"), params.text("company"), params.text("id")) {
            ("", "", "") => return refuse(400, "bad_request", "domain, company or id is required"),
            ("", "", uuid) => view.world.companies.iter().find(|c| show::company_id(view, c.id) == uuid).map(|c| c.id),
            (domain, name, _) => view.find_company(domain, name),
        };
        let Some(id) = id else { return Ok(Value::Null) };
        self.buy("company", &[&show::company_id(view, id)])?;
        Ok(show::company(view, id))
    }

    /// `/combined-search`
    pub(super) fn combined(&mut self, view: &SourceView, params: &Params) -> Answer {
        let email = params.text("email");
        if email.is_empty() {
            return refuse(400, "bad_request", "email is required");
        }
        let Some(seen) = view.by_email(email) else { return Ok(Value::Null) };
        self.sell(view, &[seen])?;
        Ok(with_company(view, seen))
    }

    /// `/prospector-search` and `/prospector-pro-search`
    pub(super) fn prospect(&mut self, view: &SourceView, params: &Params, call: &Call, pro: bool) -> Answer {
        if !pro && params.text("domain").is_empty() {
            return refuse(400, "bad_request", "domain is required");
        }
        let found = people(view, params, pro)?;
        if params.flag("count_only") {
            return Ok(json!({"count": found.len()}));
        }
        self.page(view, &found, params, call, |seen| if pro { with_company(view, seen) } else { show::person(view, seen) })
    }

    /// `/quick-search`
    pub(super) fn quick(&mut self, view: &SourceView, params: &Params, call: &Call) -> Answer {
        let text = plain(params.text("text"));
        match (params.text("type"), text.as_str()) {
            ("contact", text) if !text.is_empty() => {
                let found: Vec<&Sighting> = view
                    .people
                    .iter()
                    .filter(|seen| plain(&seen.full_name()).contains(text) || plain(&seen.title).contains(text))
                    .collect();
                self.page(view, &found, params, call, |seen| with_company(view, seen))
            }
            ("company", text) if !text.is_empty() => {
                let found: Vec<u32> = view.companies.iter().filter(|c| plain(&c.name).contains(text)).map(|c| c.company).take(25).collect();
                let ids: Vec<String> = found.iter().map(|id| show::company_id(view, *id)).collect();
                self.buy("company", &ids.iter().map(String::as_str).collect::<Vec<_>>())?;
                let rows: Vec<Value> = found.iter().map(|id| show::company(view, *id)).collect();
                Ok(json!({"results": rows, "meta": meta(found.len(), 1, 25)}))
            }
            _ => refuse(400, "bad_request", "type and text are required"),
        }
    }

    fn page(&mut self, view: &SourceView, found: &[&Sighting], params: &Params, call: &Call, row: impl Fn(&Sighting) -> Value) -> Answer {
        let per_page = params.number("per_page").unwrap_or(25).clamp(1, MAX_PER_PAGE) as usize;
        let page = params.number("page").unwrap_or(1).max(1) as usize;
        let shown = cut(found.len(), (page - 1) * per_page, per_page, call.twist.as_ref());
        let rows = &found[shown.from..shown.from + shown.len];
        self.sell(view, rows)?;
        Ok(json!({"results": rows.iter().map(|seen| row(seen)).collect::<Vec<_>>(), "meta": meta(shown.total, page, per_page)}))
    }

    fn sell(&mut self, view: &SourceView, people: &[&Sighting]) -> Result<(), Refusal> {
        let ids: Vec<String> = people.iter().filter(|seen| show::costs(seen)).map(|seen| show::person_id(view, seen)).collect();
        self.buy("contact", &ids.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

pub(super) fn meta(total: usize, page: usize, per_page: usize) -> Value {
    let pages = total.div_ceil(per_page).max(1);
    json!({"total": total, "page": page, "next_page": (page < pages).then_some(page + 1), "previous_page": (page > 1).then_some(page - 1),
        "first_page": page == 1, "last_page": page >= pages})
}

fn with_company(view: &SourceView, seen: &Sighting) -> Value {
    let mut person = show::person(view, seen);
    person["company"] = seen.company.map_or(Value::Null, |id| show::company(view, id));
    person
}

pub(super) fn industries(params: &Params) -> Value {
    let text = plain(params.text("text"));
    let rows = INDUSTRIES.iter().zip(1..).filter(|(industry, _)| plain(industry.label).contains(&text));
    rows.map(|(industry, id)| json!({"id": id.to_string(), "industry_name": industry.label})).collect()
}

type Test<'a> = Box<dyn Fn(&Sighting) -> bool + 'a>;

/// One of the values of an enum, or a 400.
fn one_of(params: &Params, plural: &str, singular: &str, known: &[&str]) -> Result<Option<Vec<String>>, Refusal> {
    let Some(values) = params.list(plural, singular) else { return Ok(None) };
    if values.iter().all(|value| known.contains(&value.as_str())) {
        Ok(Some(values))
    } else {
        refuse(400, "bad_request", &format!("{plural} holds an unknown value"))
    }
}

fn people<'v>(view: &'v SourceView, params: &Params, pro: bool) -> Result<Vec<&'v Sighting>, Refusal> {
    let mut tests: Vec<Test<'v>> = Vec::new();
    let truth = |seen: &Sighting| seen.company.map(|id| view.truth(id));
    if let Some(domains) = params.list("domains", "domain") {
        tests.push(Box::new(move |s| truth(s).is_some_and(|c| domains.contains(&c.domain))));
    }
    if let Some(functions) = one_of(params, "job_functions", "job_function", FUNCTIONS)? {
        tests.push(Box::new(move |s| functions.iter().any(|f| f == show::function(s.department).0)));
    }
    if let Some(functions) = params.list("job_sub_functions", "job_sub_function") {
        tests.push(Box::new(move |s| show::function(s.department).1.is_some_and(|sub| functions.iter().any(|f| f == sub))));
    }
    if let Some(levels) = one_of(params, "management_levels", "management_level", LEVELS)? {
        tests.push(Box::new(move |s| show::level(s.rank).is_some_and(|level| levels.iter().any(|l| l.eq_ignore_ascii_case(level)))));
    }
    if let Some(titles) = params.list("titles", "title") {
        let include = params.text("title_search_mode") == "include";
        if include && titles.iter().any(|title| title.chars().count() < 3) {
            return refuse(400, "bad_request", "title needs at least 3 characters");
        }
        tests.push(Box::new(move |s| {
            titles.iter().any(|t| if include { plain(&s.title).contains(&plain(t)) } else { plain(&s.title) == plain(t) })
        }));
    }
    if let Some(statuses) = one_of(params, "email_statuses", "email_status", STATUSES)? {
        tests.push(Box::new(move |s| statuses.iter().any(|status| status == show::email_status(s.mail))));
    }
    let name = plain(params.text("name"));
    if !name.is_empty() {
        tests.push(Box::new(move |s| plain(&s.full_name()).contains(&name)));
    }
    // Places are the company's unless the contact's are asked for.
    let of_contact = !pro || params.text("location_target") == "contact";
    let place = move |s: &Sighting| -> Option<(&'static Place, &'static Country)> {
        if of_contact { Some((s.place, s.country)) } else { s.company.map(|id| (view.truth(id).place, view.truth(id).country)) }
    };
    if let Some(cities) = params.list("cities", "city") {
        tests.push(Box::new(move |s| place(s).is_some_and(|(p, _)| cities.iter().any(|c| plain(c) == plain(p.city)))));
    }
    if let Some(states) = params.list("states", "state") {
        tests.push(Box::new(move |s| place(s).is_some_and(|(p, _)| states.iter().any(|c| plain(c) == plain(p.state)))));
    }
    if let Some(countries) = params.list("countries", "country") {
        tests.push(Box::new(move |s| {
            place(s).is_some_and(|(_, c)| countries.iter().any(|w| w.eq_ignore_ascii_case(c.iso) || plain(w) == plain(c.name)))
        }));
    }
    if let Some(bands) = one_of(params, "employees", "employees", EMPLOYEES)?.filter(|_| pro) {
        tests.push(Box::new(move |s| truth(s).is_some_and(|c| bands.contains(&show::employees(c)))));
    }
    if let Some(bands) = one_of(params, "revenues", "revenues", REVENUES)?.filter(|_| pro) {
        tests.push(Box::new(move |s| truth(s).is_some_and(|c| bands.iter().any(|band| band == show::revenue(c.revenue)))));
    }
    if let Some(names) = params.list("industries", "industries").filter(|_| pro) {
        tests.push(Box::new(move |s| truth(s).is_some_and(|c| names.iter().any(|n| c.industry.label.eq_ignore_ascii_case(n)))));
    }
    for (name, code) in [("sic_codes", 0), ("naics_codes", 1)] {
        if let Some(codes) = params.list(name, name).filter(|_| pro) {
            tests.push(Box::new(move |s| truth(s).is_some_and(|c| codes.iter().any(|w| w == [c.industry.sic, c.industry.naics][code]))));
        }
    }
    if pro && params.flag("exclude_eu") {
        tests.push(Box::new(|s| !s.country.gdpr));
    }
    Ok(view.people.iter().filter(|seen| tests.iter().all(|test| test(seen))).collect())
}
