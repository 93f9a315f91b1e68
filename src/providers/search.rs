//! Searches and filters. A search is checked against the source's filter table before anything is called: many APIs
//! silently drop a filter that they do not know, and then bill for the whole world.

use super::Capabilities;
use crate::domain::{Domain, Source, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// What is searched for.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct Search {
    /// Filters by name. A value from the command line is a text, whatever kind the filter is of.
    #[serde(default)]
    pub filters: BTreeMap<String, Json>,
    /// People looked at, at most: those known already and not fetched again count too, so that the same search asked twice
    /// brings the same people.
    #[serde(default)]
    pub limit: Option<u64>,
}

/// A filter of a source.
#[derive(Debug)]
pub struct Filter {
    /// The provider's own name of it.
    pub name: &'static str,
    /// What it takes.
    pub kind: FilterKind,
    /// What it does, where the name does not say.
    pub about: &'static str,
}

/// What a filter takes.
#[derive(Clone, Copy, Debug)]
pub enum FilterKind {
    /// Words.
    Text,
    /// At most so many texts. In one text they are separated by semicolons, because titles and places hold commas.
    Texts(usize),
    /// At most so many host names, separated by commas, semicolons or blanks.
    Domains(usize),
    /// One of these.
    Choice(&'static [&'static str]),
    /// Some of these, at most so many.
    Choices(&'static [&'static str], usize),
    /// A whole number in this range.
    Whole(i64, i64),
    /// At most so many whole numbers.
    Wholes(usize),
    /// Yes or no.
    Flag,
    /// `min` and `max`, either may be missing; as a text `10-500`, `10-`, `-500`.
    Range,
    /// `min` and `max` days.
    DateRange,
    /// A day, `2026-03-01`.
    Date,
    /// Anything that the provider documents under that name: a table.
    Table,
}

impl FilterKind {
    /// In words, for messages and help.
    pub fn words(self) -> String {
        match self {
            Self::Text => "a text".to_owned(),
            Self::Texts(most) => format!("up to {most} texts, separated by semicolons"),
            Self::Domains(most) => format!("up to {most} domains, separated by commas"),
            Self::Choice(all) => format!("one of {}", all.join(", ")),
            Self::Choices(all, most) => format!("up to {most} of {}", all.join(", ")),
            Self::Whole(from, to) => format!("a whole number from {from} to {to}"),
            Self::Wholes(most) => format!("up to {most} whole numbers, separated by commas"),
            Self::Flag => "true or false".to_owned(),
            Self::Range => "a range such as 10-500".to_owned(),
            Self::DateRange => "two days such as 2026-01-01..2026-03-31".to_owned(),
            Self::Date => "a day such as 2026-03-01".to_owned(),
            Self::Table => "a table, as the provider documents it".to_owned(),
        }
    }

    /// The value in the form in which the API takes it; `None` when it does not fit.
    fn read(self, given: &Json) -> Option<Json> {
        match self {
            Self::Text => text(given).map(Json::from),
            Self::Texts(most) => texts(given, &[';']).filter(|all| all.len() <= most).map(Json::from),
            Self::Domains(most) => {
                let all = texts(given, &[',', ';', ' '])?;
                let domains: Option<Vec<String>> = all.iter().map(|raw| Some(Domain::parse(host(raw))?.as_str().to_owned())).collect();
                domains.filter(|all| all.len() <= most).map(Json::from)
            }
            Self::Choice(all) => choice(all, &text(given)?).map(Json::from),
            Self::Choices(all, most) => {
                let chosen: Option<Vec<&str>> = texts(given, &[',', ';'])?.iter().map(|one| choice(all, one)).collect();
                chosen.filter(|chosen| chosen.len() <= most).map(Json::from)
            }
            Self::Whole(from, to) => whole(given).filter(|n| (from..=to).contains(n)).map(Json::from),
            Self::Wholes(most) => {
                let all = match given {
                    Json::Number(_) => vec![whole(given)?],
                    _ => texts(given, &[',', ';'])?.iter().map(|one| one.parse().ok()).collect::<Option<Vec<i64>>>()?,
                };
                Some(Json::from(all)).filter(|all| all.as_array().is_some_and(|all| all.len() <= most))
            }
            Self::Flag => flag(given).map(Json::from),
            Self::Range => range(given, "-", |one| whole(&Json::from(one)).map(Json::from)),
            Self::DateRange => range(given, "..", day),
            Self::Date => day(&text(given)?),
            Self::Table => match given {
                Json::Object(_) | Json::Array(_) => Some(given.clone()),
                Json::String(raw) => serde_json::from_str(raw).ok().filter(|json: &Json| json.is_object() || json.is_array()),
                _ => None,
            },
        }
    }
}

/// A search that was checked: names known, values of their kinds.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Checked(pub Map<String, Json>);

impl Checked {
    /// A flag, false unless given.
    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Json::as_bool).unwrap_or(false)
    }

    /// A list of texts, empty unless given.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        self.0.get(name).and_then(Json::as_array).map(|all| all.iter().filter_map(Json::as_str).collect()).unwrap_or_default()
    }

    /// Everything but these.
    pub fn without(&self, names: &[&str]) -> Map<String, Json> {
        self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// A search that asks for something that the source does not have.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SearchError {
    /// No such filter.
    #[error("{source_label} has no filter {name:?}{}; `leadloom import {source_key} --filters` lists them.", hint(nearest.as_ref()))]
    Unknown {
        /// Whose.
        source_label: &'static str,
        /// Its name on the command line.
        source_key: &'static str,
        /// As given.
        name: String,
        /// The nearest that there is.
        nearest: Option<&'static str>,
    },
    /// A value of another kind.
    #[error("{source_label}'s filter {name:?} takes {wanted}.")]
    Value {
        /// Whose.
        source_label: &'static str,
        /// Which.
        name: &'static str,
        /// What it takes.
        wanted: String,
    },
    /// Without this there is nothing to search for.
    #[error("{source_label} needs {what}.")]
    Needs {
        /// Whose.
        source_label: &'static str,
        /// What.
        what: &'static str,
    },
}

fn hint(nearest: Option<&&'static str>) -> String {
    nearest.map(|name| format!(" (did you mean {name:?}?)")).unwrap_or_default()
}

impl Search {
    /// Names and values checked, without a call. An empty value is as good as no filter.
    pub(super) fn checked(&self, source: Source, capabilities: &Capabilities) -> Result<Checked, SearchError> {
        let mut checked = Map::new();
        for (name, given) in &self.filters {
            // The described system and some docs write lists as `person_titles[]`.
            let plain = name.trim_end_matches("[]");
            let filter = capabilities.filter(plain).ok_or_else(|| SearchError::Unknown {
                source_label: source.label(),
                source_key: source.key(),
                name: name.clone(),
                nearest: nearest(capabilities.filters, plain),
            })?;
            if given.is_null() || given.as_str() == Some("") || given.as_array().is_some_and(Vec::is_empty) {
                continue;
            }
            let wanted = || SearchError::Value { source_label: source.label(), name: filter.name, wanted: filter.kind.words() };
            checked.insert(filter.name.to_owned(), filter.kind.read(given).ok_or_else(wanted)?);
        }
        Ok(Checked(checked))
    }

    /// Checks names and values, for whoever wants to know before a run. Every source checks its searches itself as well.
    pub fn check(&self, source: Source, capabilities: &Capabilities) -> Result<(), SearchError> {
        self.checked(source, capabilities).map(drop)
    }
}

fn nearest(filters: &'static [Filter], name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let distance = |filter: &&Filter| strsim::damerau_levenshtein(&filter.name.to_lowercase(), &name);
    let close = filters.iter().min_by_key(distance).filter(|filter| distance(filter) <= name.len() / 2);
    // "titles" is far from "person_titles" in letters, near in meaning.
    let part = || filters.iter().find(|filter| name.len() >= 4 && filter.name.to_lowercase().contains(&name));
    close.or_else(part).map(|filter| filter.name)
}

fn text(given: &Json) -> Option<String> {
    match given {
        Json::String(text) => Some(text.trim().to_owned()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn texts(given: &Json, between: &[char]) -> Option<Vec<String>> {
    match given {
        Json::Array(items) => items.iter().map(text).collect(),
        Json::String(raw) if raw.trim_start().starts_with('[') => serde_json::from_str::<Vec<Json>>(raw).ok()?.iter().map(text).collect(),
        Json::String(raw) => Some(raw.split(between).map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()),
        Json::Number(number) => Some(vec![number.to_string()]),
        _ => None,
    }
}

fn choice(all: &'static [&'static str], given: &str) -> Option<&'static str> {
    all.iter().find(|one| one.eq_ignore_ascii_case(given.trim())).copied()
}

fn whole(given: &Json) -> Option<i64> {
    match given {
        Json::Number(number) => number.as_i64(),
        Json::String(digits) => digits.trim().replace(['_', ','], "").parse().ok(),
        _ => None,
    }
}

fn flag(given: &Json) -> Option<bool> {
    match given {
        Json::Bool(flag) => Some(*flag),
        Json::String(word) => match word.trim().to_lowercase().as_str() {
            "true" | "yes" | "1" => Some(true),
            "false" | "no" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn day(raw: &str) -> Option<Json> {
    let whole = raw.len() == 10 && Timestamp::parse(raw).is_some();
    whole.then(|| Json::from(raw))
}

fn range(given: &Json, between: &str, read: impl Fn(&str) -> Option<Json>) -> Option<Json> {
    let (min, max) = match given {
        Json::Object(ends) if ends.keys().all(|key| matches!(key.as_str(), "min" | "max")) => {
            let end = |key| ends.get(key).map_or(Some(String::new()), text);
            (end("min")?, end("max")?)
        }
        Json::String(raw) => raw.split_once(between).map(|(min, max)| (min.trim().to_owned(), max.trim().to_owned()))?,
        _ => return None,
    };
    let mut ends = Map::new();
    for (key, raw) in [("min", min), ("max", max)] {
        if !raw.is_empty() {
            ends.insert(key.to_owned(), read(&raw)?);
        }
    }
    (!ends.is_empty()).then_some(Json::Object(ends))
}

fn host(raw: &str) -> &str {
    let bare = raw.split_once("://").map_or(raw, |(_, rest)| rest);
    let bare = bare.split(['/', '?', '#']).next().unwrap_or_default();
    bare.rsplit_once('@').map_or(bare, |(_, host)| host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FILTERS: &[Filter] = &[
        Filter { name: "person_titles", kind: FilterKind::Texts(3), about: "" },
        Filter { name: "domains", kind: FilterKind::Domains(2), about: "" },
        Filter { name: "seniority", kind: FilterKind::Choices(&["vp", "director"], 2), about: "" },
        Filter { name: "similar", kind: FilterKind::Flag, about: "" },
        Filter { name: "revenue", kind: FilterKind::Range, about: "" },
        Filter { name: "posted", kind: FilterKind::DateRange, about: "" },
        Filter { name: "size", kind: FilterKind::Whole(1, 100), about: "" },
    ];
    const PRICES: crate::providers::Prices =
        crate::providers::Prices { person: crate::net::Credits::ZERO, numbers: None, check: None, again: crate::providers::Again::Free };
    const CAPABILITIES: Capabilities =
        Capabilities { page: 100, window: None, batch: 10, prices: PRICES, tells_usage: false, filters: FILTERS, costs: "" };

    fn check(name: &str, value: Json) -> Result<Json, SearchError> {
        let search = Search { filters: [(name.to_owned(), value)].into(), limit: None };
        Ok(search.checked(Source::Apollo, &CAPABILITIES)?.0.get(name.trim_end_matches("[]")).cloned().unwrap_or_default())
    }

    #[test]
    fn values_are_read_as_typed_and_as_configured() {
        for (name, given, read) in [
            ("person_titles", json!("VP, Sales; CTO"), json!(["VP, Sales", "CTO"])),
            ("person_titles[]", json!(["CTO"]), json!(["CTO"])),
            ("person_titles", json!("[\"CTO\"]"), json!(["CTO"])),
            ("domains", json!("https://www.Corp12.example/x, ann@corp.example"), json!(["corp12.example", "corp.example"])),
            ("seniority", json!("VP,director"), json!(["vp", "director"])),
            ("similar", json!("no"), json!(false)),
            ("revenue", json!("10_000-"), json!({"min": 10_000})),
            ("revenue", json!({"min": 1, "max": "2"}), json!({"min": 1, "max": 2})),
            ("posted", json!("2026-01-01..2026-02-01"), json!({"min": "2026-01-01", "max": "2026-02-01"})),
            ("size", json!("7"), json!(7)),
            ("size", json!(""), Json::Null),
        ] {
            assert_eq!(check(name, given.clone()).unwrap(), read, "{name} {given}");
        }
    }

    #[test]
    fn what_does_not_fit_is_said_with_the_nearest_name() {
        let error = |name: &str, value: Json| check(name, value).unwrap_err().to_string();
        assert_eq!(
            error("person_title", json!("x")),
            "Apollo.io has no filter \"person_title\" (did you mean \"person_titles\"?); `leadloom import apollo --filters` lists them."
        );
        assert!(error("titles", json!("x")).contains("did you mean \"person_titles\"?"));
        assert!(!error("zzzz", json!("x")).contains("did you mean"));
        for (name, value) in [
            ("person_titles", json!("a;b;c;d")),
            ("domains", json!("not a domain")),
            ("seniority", json!("intern")),
            ("revenue", json!("lots")),
            ("revenue", json!({"from": 1})),
            ("size", json!(101)),
            ("similar", json!("perhaps")),
        ] {
            assert!(error(name, value.clone()).contains(" takes "), "{name} {value}");
        }
    }
}
