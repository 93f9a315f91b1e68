//! What a Lusha prospecting search may ask for. Filters of the person stand by their own name, those of the employer after
//! `companies.`; whatever is to be left out goes into `exclude`.

use crate::providers::{Filter, FilterKind, search::Checked};
use FilterKind::{Choice, Choices, Date, Flag, Table, Text, Texts, Whole, Wholes};
use serde_json::{Map, Value as Json, json};

const MANY: usize = 1000;

const fn filter(name: &'static str, kind: FilterKind, about: &'static str) -> Filter {
    Filter { name, kind, about }
}

pub(super) const REVEAL_PHONES: &str = "reveal_phones";
pub(super) const COMPANY_DETAILS: &str = "company_details";
pub(super) const EXCLUDE: &str = "exclude";
const EMPLOYER: &str = "companies.";

const DATA_POINTS: &[&str] = &["work_email", "private_email", "work_phone", "mobile_phone", "direct_phone", "phone", "email"];

pub(super) const FILTERS: &[Filter] = &[
    filter("jobTitles", Texts(MANY), "any of them"),
    filter("jobTitlesExactMatch", Texts(MANY), ""),
    filter("normalizedJobTitles", Texts(MANY), ""),
    filter("names", Texts(MANY), ""),
    filter("searchText", Text, "up to 200 characters"),
    filter("countries", Texts(MANY), "two letters each"),
    filter("locations", Table, "a list of {city, state, country, …}"),
    filter("geographicDetails", Table, "a list of {country, zipcode, distance}"),
    filter("seniorityIds", Wholes(MANY), "from the API's list of seniorities"),
    filter("departments", Texts(MANY), "from the API's list of departments"),
    filter("linkedinUrls", Texts(MANY), ""),
    filter("emails", Texts(MANY), ""),
    filter("existingDataPoints", Choices(DATA_POINTS, 7), "what must be known of the person"),
    filter("existingDataPointsCondition", Choice(&["or", "and"]), ""),
    filter("previousJobTitle", Texts(MANY), ""),
    filter("skills", Texts(MANY), ""),
    filter("certifications", Texts(MANY), ""),
    filter("awards", Texts(MANY), ""),
    filter("ids", Texts(MANY), "Lusha's ids"),
    filter("signals", Table, "{types, startDate}"),
    filter("jobChangedAfterDate", Date, "only beside another filter"),
    filter("score", Table, "{minScore, maxScore}; only beside another filter"),
    filter("companies.names", Texts(MANY), ""),
    filter("companies.domains", FilterKind::Domains(MANY), ""),
    filter("companies.ids", Texts(MANY), "Lusha's ids"),
    filter("companies.locations", Table, "a list of {city, state, country, …}"),
    filter("companies.sizes", Table, "a list of {min, max}"),
    filter("companies.revenues", Table, "a list of {min, max}, dollars"),
    filter("companies.technologies", Texts(MANY), ""),
    filter("companies.technologiesCondition", Choice(&["or", "and"]), ""),
    filter("companies.industriesLabels", Texts(MANY), ""),
    filter("companies.mainIndustriesIds", Wholes(MANY), ""),
    filter("companies.subIndustriesIds", Wholes(MANY), ""),
    filter("companies.intentTopics", Texts(MANY), ""),
    filter("companies.intentTopicsOperator", Choice(&["or", "and", "any", "all"]), ""),
    filter("companies.intentMinScore", Whole(1, 100), ""),
    filter("companies.intentMaxScore", Whole(1, 100), ""),
    filter("companies.topicCountThreshold", Table, "a list of {min, max}"),
    filter("companies.sicCodes", Texts(MANY), ""),
    filter("companies.naicsCodes", Texts(MANY), ""),
    filter("companies.funding", Table, "{isIpo, ranges, date, rounds, names}"),
    filter("companies.foundedYear", Table, "a list of {min, max}"),
    filter("companies.businessModel", Choices(&["B2B", "B2C", "B2G"], 3), ""),
    filter("companies.companyType", Texts(MANY), ""),
    filter("companies.linkedinUrls", Texts(MANY), ""),
    filter("companies.keywords", Texts(MANY), ""),
    filter("companies.specialities", Texts(MANY), ""),
    filter(EXCLUDE, Table, "{contacts: {…}, companies: {…}} with the same names"),
    filter(REVEAL_PHONES, Flag, "also telephone numbers, about 5 credits each"),
    filter(COMPANY_DETAILS, Flag, "buy each employer too, 1 credit each: size, revenue, technologies; true unless given"),
];

/// The `filters` of a prospecting search.
pub(super) fn body(filters: &Checked) -> Json {
    let (mut person, mut employer) = (Map::new(), Map::new());
    for (name, value) in filters.without(&[REVEAL_PHONES, COMPANY_DETAILS, EXCLUDE]) {
        match name.strip_prefix(EMPLOYER) {
            Some(name) => employer.insert(name.to_owned(), value),
            None => person.insert(name, value),
        };
    }
    let mut all = Map::new();
    for (key, include) in [("contacts", person), ("companies", employer)] {
        let mut part = Map::new();
        if !include.is_empty() {
            part.insert("include".to_owned(), Json::Object(include));
        }
        if let Some(exclude) = filters.0.get(EXCLUDE).and_then(|exclude| exclude.get(key)) {
            part.insert(EXCLUDE.to_owned(), exclude.clone());
        }
        if !part.is_empty() {
            all.insert(key.to_owned(), Json::Object(part));
        }
    }
    json!(all)
}
