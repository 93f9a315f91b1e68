//! What a Hunter search may ask for. A search is a list of companies, by domain or by name, and which of their addresses.

use crate::providers::{Filter, FilterKind};
use FilterKind::{Choice, Choices, Domains, Flag, Table, Texts};

const SENIORITIES: &[&str] = &["junior", "senior", "executive"];

const DEPARTMENTS: &[&str] = &[
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

const fn filter(name: &'static str, kind: FilterKind, about: &'static str) -> Filter {
    Filter { name, kind, about }
}

pub(super) const DOMAINS: &str = "domains";
pub(super) const COMPANIES: &str = "companies";
pub(super) const DISCOVER: &str = "discover";

/// How many companies one search holds; the cursor counts them.
const MANY: usize = 10_000;

pub(super) const FILTERS: &[Filter] = &[
    filter(DOMAINS, Domains(MANY), "whose addresses are wanted"),
    filter(COMPANIES, Texts(MANY), "the same by name, for those whose domain is not known"),
    filter(DISCOVER, Table, "companies by what they are: {headcount, industry, headquarters_location, …} as Hunter documents it; free"),
    filter("type", Choice(&["personal", "generic"]), ""),
    filter("seniority", Choices(SENIORITIES, 3), ""),
    filter("department", Choices(DEPARTMENTS, 14), ""),
    filter("required_field", Choices(&["full_name", "position", "phone_number"], 3), ""),
    filter("job_titles", Texts(100), ""),
    filter("verification_status", Choices(&["valid", "accept_all", "unknown"], 3), ""),
    filter("decision_maker", Flag, ""),
];
