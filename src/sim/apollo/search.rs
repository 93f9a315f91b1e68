//! People and company search. Unknown parameters are dropped without a word; an unknown value of a known filter
//! finds nobody. Sections 2, 3 and 10 of the notes.

use super::{Refusal, params::Params};
use crate::sim::{
    dice::stable,
    sighting::{CompanySeen, MailState, Sighting},
    view::{SourceView, plain},
    world::{Country, Place},
};
use serde_json::{Value, json};

/// Rows on one page at most.
const MAX_PER_PAGE: i64 = 100;
/// Pages at most.
const MAX_PAGES: i64 = 500;
/// Rows that a query can reach at most.
const WINDOW: i64 = 50_000;

/// Which page: offset and size.
pub(super) fn page(params: &Params, default: i64) -> Result<(usize, usize, i64), Refusal> {
    let page = params.number("page").unwrap_or(1).max(1);
    let per_page = params.number("per_page").unwrap_or(default).clamp(1, MAX_PER_PAGE);
    if page > MAX_PAGES || page.saturating_mul(per_page) > WINDOW {
        return Err(Refusal::Text(422, "Page * per page number is over threshold.".to_owned()));
    }
    Ok((((page - 1) * per_page) as usize, per_page as usize, page))
}

type Test<'a, T> = Box<dyn Fn(&T) -> bool + 'a>;

/// The people that all filters let through, in the source's order.
pub(super) fn people<'v>(view: &'v SourceView, params: &Params) -> Result<Vec<&'v Sighting>, Refusal> {
    let mut tests: Vec<Test<'_, Sighting>> = Vec::new();
    if let Some(titles) = params.list("person_titles") {
        let similar = params.get("include_similar_titles").is_none() || params.flag("include_similar_titles");
        let wanted: Vec<Wanted> = titles.iter().map(|title| Wanted::new(title, similar)).collect();
        tests.push(Box::new(move |s| {
            let title = plain(&s.title);
            wanted.iter().any(|wanted| wanted.fits(&title))
        }));
    }
    if let Some(titles) = params.list("person_not_titles") {
        let unwanted: Vec<String> = titles.iter().map(|title| plain(title)).collect();
        tests.push(Box::new(move |s| {
            let title = plain(&s.title);
            !unwanted.iter().any(|word| title.contains(word.as_str()))
        }));
    }
    if let Some(ranks) = params.list("person_seniorities") {
        tests.push(Box::new(move |s| ranks.iter().any(|rank| rank == s.rank.apollo())));
    }
    for name in ["person_functions", "person_department_or_subdepartments"] {
        if let Some(wanted) = params.list(name) {
            tests.push(Box::new(move |s| wanted.iter().any(|slug| slug.trim_start_matches("master_") == s.department.apollo())));
        }
    }
    if let Some(places) = params.list("person_locations") {
        let seed = view.world.seed;
        tests.push(Box::new(move |s| {
            places.iter().any(|place| is_at(place, s.place, s.country, || stable(seed, "bare state", s.nth.into())))
        }));
    }
    if let Some(states) = params.list("contact_email_status") {
        tests.push(Box::new(move |s| states.iter().any(|state| mail_matches(state, s.mail))));
    }
    if let Some(words) = params.get("q_keywords").map(|_| plain(params.text("q_keywords"))).filter(|words| !words.is_empty()) {
        tests.push(Box::new(move |s| {
            let company = s.company.map(|id| plain(&view.company(id).name)).unwrap_or_default();
            [plain(&s.full_name()), plain(&s.title), company].iter().any(|text| text.contains(&words))
        }));
    }
    if let Some(words) = params.get("q_person_name").map(|_| plain(params.text("q_person_name"))) {
        tests.push(Box::new(move |s| plain(&s.full_name()).contains(&words)));
    }
    if let Some(domains) = params.list("q_organization_domains_list") {
        // Also people who worked there before.
        tests.push(Box::new(move |s| {
            let jobs = s.person.map(|id| &view.world.people[id as usize].jobs[s.missed_jobs..]).unwrap_or_default();
            let now = s.company.into_iter();
            now.chain(jobs.iter().map(|job| job.company)).any(|id| domains.contains(&view.truth(id).domain))
        }));
    }
    let companies = company_tests(view, params)?;
    if !companies.is_empty() {
        tests.push(Box::new(move |s| s.company.is_some_and(|id| companies.iter().all(|test| test(view.company(id))))));
    }
    Ok(view.people.iter().filter(|s| tests.iter().all(|test| test(s))).collect())
}

/// The companies that all filters let through.
pub(super) fn companies<'v>(view: &'v SourceView, params: &Params) -> Result<Vec<&'v CompanySeen>, Refusal> {
    let mut tests = company_tests(view, params)?;
    if let Some(domains) = params.list("q_organization_domains_list") {
        tests.push(Box::new(move |c| domains.contains(&c.domain) || domains.contains(&view.truth(c.company).domain)));
    }
    let name = plain(params.text("q_organization_name"));
    if !name.is_empty() {
        tests.push(Box::new(move |c| plain(&c.name).contains(&name)));
    }
    if let Some(places) = params.list("organization_not_locations") {
        tests.push(Box::new(move |c| {
            let truth = view.truth(c.company);
            !places.iter().any(|place| is_at(place, truth.place, truth.country, || 0))
        }));
    }
    Ok(view.companies.iter().filter(|c| tests.iter().all(|test| test(c))).collect())
}

/// Filters on the employer, shared by both searches.
fn company_tests<'v>(view: &'v SourceView, params: &Params) -> Result<Vec<Test<'v, CompanySeen>>, Refusal> {
    let mut tests: Vec<Test<'v, CompanySeen>> = Vec::new();
    if let Some(ids) = params.list("organization_ids") {
        tests.push(Box::new(move |c| ids.contains(&c.key)));
    }
    if let Some(places) = params.list("organization_locations") {
        tests.push(Box::new(move |c| {
            let truth = view.truth(c.company);
            places.iter().any(|place| is_at(place, truth.place, truth.country, || 0))
        }));
    }
    if let Some(ranges) = params.list("organization_num_employees_ranges") {
        // The comma is inside one range; what is no range finds nobody.
        let ranges: Vec<(u32, u32)> = ranges
            .iter()
            .filter_map(|range| range.split_once(',').and_then(|(from, to)| Some((from.trim().parse().ok()?, to.trim().parse().ok()?))))
            .collect();
        tests.push(Box::new(move |c| c.employees.is_some_and(|n| ranges.iter().any(|(from, to)| (*from..=*to).contains(&n)))));
    }
    ranged(params, "revenue_range", &mut tests, |c, _| c.revenue.map(|dollars| dollars as i64), view)?;
    ranged(params, "total_funding_range", &mut tests, |c, v| v.truth(c.company).funding.map(|f| f.amount as i64), view)?;
    ranged(params, "latest_funding_amount_range", &mut tests, |c, v| v.truth(c.company).funding.map(|f| f.amount as i64), view)?;
    let runs = |c: &CompanySeen, uid: &String| view.truth(c.company).technologies.iter().any(|t| t.uid == uid);
    if let Some(uids) = params.list("currently_using_any_of_technology_uids") {
        tests.push(Box::new(move |c| uids.iter().any(|uid| runs(c, uid))));
    }
    if let Some(uids) = params.list("currently_using_all_of_technology_uids") {
        tests.push(Box::new(move |c| uids.iter().all(|uid| runs(c, uid))));
    }
    if let Some(uids) = params.list("currently_not_using_any_of_technology_uids") {
        tests.push(Box::new(move |c| !uids.iter().any(|uid| runs(c, uid))));
    }
    if let Some(tags) = params.list("q_organization_keyword_tags") {
        tests.push(Box::new(move |c| tags.iter().any(|tag| tagged(view, c, tag))));
    }
    if let Some(tags) = params.list("q_not_organization_keyword_tags") {
        tests.push(Box::new(move |c| !tags.iter().any(|tag| tagged(view, c, tag))));
    }
    Ok(tests)
}

fn tagged(view: &SourceView, c: &CompanySeen, tag: &str) -> bool {
    let truth = view.truth(c.company);
    truth.industry.linkedin.contains(tag) || truth.keywords.iter().any(|word| word.contains(tag))
}

fn ranged<'v>(
    params: &Params,
    name: &str,
    tests: &mut Vec<Test<'v, CompanySeen>>,
    value: impl Fn(&CompanySeen, &SourceView) -> Option<i64> + 'v,
    view: &'v SourceView,
) -> Result<(), Refusal> {
    match params.range(name) {
        Err(()) => Err(Refusal::Json(422, json!({"error": "no implicit conversion of String into Integer"}))),
        Ok(None) => Ok(()),
        Ok(Some((min, max))) => {
            let within = move |n: i64| min.is_none_or(|min| n >= min) && max.is_none_or(|max| n <= max);
            tests.push(Box::new(move |c| value(c, view).is_some_and(within)));
            Ok(())
        }
    }
}

/// A title looked for, made comparable once.
struct Wanted {
    phrase: String,
    /// The words that a similar title has, in any order; none when similar ones do not count.
    words: Vec<String>,
}

impl Wanted {
    fn new(title: &str, similar: bool) -> Self {
        let phrase = plain(title);
        let words = if similar { words(&phrase).filter(|word| *word != "of").map(str::to_owned).collect() } else { Vec::new() };
        Self { phrase: phrase.clone(), words }
    }

    fn fits(&self, title: &str) -> bool {
        if title.contains(&self.phrase) {
            return true;
        }
        let have: Vec<&str> = words(title).collect();
        !self.words.is_empty() && self.words.iter().all(|word| have.contains(&word.as_str()))
    }
}

/// The words of a title, long forms as their short ones.
fn words(title: &str) -> impl Iterator<Item = &str> {
    let short = |word| match word {
        "information" => "it",
        "vice" => "vp",
        // The second halves of the long forms.
        "technology" | "president" => "",
        word => word,
    };
    title.split(|c: char| !c.is_alphanumeric()).map(short).filter(|word| !word.is_empty())
}

/// `Virginia, US`: every part must fit. A bare state finds only a tenth of those it should.
fn is_at(wanted: &str, place: &Place, country: &Country, roll: impl Fn() -> u64) -> bool {
    let parts: Vec<String> = wanted.split(',').map(plain).collect();
    let fits = |part: &String| {
        let at_state = plain(place.state) == *part || place.state_code.eq_ignore_ascii_case(part);
        plain(place.city) == *part || at_state || plain(country.name) == *part || country.iso.eq_ignore_ascii_case(part)
    };
    let bare_state = parts.len() == 1 && plain(place.state) == parts[0] && plain(place.city) != parts[0];
    parts.iter().all(fits) && (!bare_state || roll().is_multiple_of(10))
}

fn mail_matches(wanted: &str, mail: MailState) -> bool {
    match wanted {
        "verified" => matches!(mail, MailState::Verified | MailState::AcceptAll),
        "unverified" => matches!(mail, MailState::Guessed | MailState::Unverified),
        "likely to engage" => mail == MailState::Verified,
        "unavailable" => matches!(mail, MailState::Missing | MailState::Bounced),
        _ => false,
    }
}

/// What a search shows of a person: no mailbox, no number, half a name.
pub(super) fn teaser(view: &SourceView, seen: &Sighting) -> Value {
    let organization = seen.company.map(|id| {
        let (c, truth) = (view.company(id), view.truth(id));
        json!({"name": c.name, "has_industry": c.industry_known, "has_phone": c.phone.is_some(), "has_city": true,
            "has_state": !truth.place.state.is_empty(), "has_country": true, "has_zip_code": true, "has_revenue": c.revenue.is_some(),
            "has_employee_count": c.employees.is_some()})
    });
    let phone = match (&seen.direct, &seen.mobile) {
        (Some(_), _) => "Yes",
        (None, Some(_)) => "Maybe: please request direct dial via people/bulk_match",
        (None, None) => "No",
    };
    json!({
        "id": seen.key, "first_name": seen.first, "last_name_obfuscated": obfuscated(&seen.last), "title": title(seen),
        "last_refreshed_at": super::show::stamp(view, seen.days_old), "has_email": seen.email.is_some(), "has_city": true,
        "has_state": !seen.place.state.is_empty(), "has_country": true, "has_direct_phone": phone, "organization": organization,
    })
}

/// An unknown title is null.
pub(super) fn title(seen: &Sighting) -> Option<&str> {
    (!seen.title.is_empty()).then_some(seen.title.as_str())
}

fn obfuscated(last: &str) -> String {
    let letters: Vec<char> = last.chars().collect();
    match letters.as_slice() {
        [] => String::new(),
        [a] | [a, _] => format!("{a}***"),
        [a, b, .., z] => format!("{a}{b}***{z}"),
    }
}
