//! What an UpLead prospector search may ask for.

use crate::providers::{Filter, FilterKind};
use FilterKind::{Choice, Choices, Domains, Flag, Text, Texts};

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

const LEVELS: &[&str] = &["M", "D", "VP", "C", "CX"];

const EMPLOYEES: &[&str] = &["1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10001+"];

const REVENUES: &[&str] = &["0-1m", "1m-10m", "10m-50m", "50m-100m", "100m-200m", "200m-1b", "1b+"];

const BUSINESSES: &[&str] = &["education", "government", "non_profit", "public", "private", "subsidiary"];

const MANY: usize = 500;

const fn filter(name: &'static str, kind: FilterKind, about: &'static str) -> Filter {
    Filter { name, kind, about }
}

pub(super) const DOMAINS: &str = "domains";

/// Those that the smaller plans have not.
pub(super) const PRO_ONLY: &[&str] = &[
    "location_target",
    "business_types",
    "industries",
    "industries_ids",
    "sic_codes",
    "naics_codes",
    "employees",
    "revenues",
    "exclude_eu",
];

pub(super) const FILTERS: &[Filter] = &[
    filter(DOMAINS, Domains(MANY), "the smaller plans search only by this"),
    filter("job_functions", Choices(FUNCTIONS, 24), ""),
    filter("job_sub_functions", Texts(MANY), ""),
    filter("management_levels", Choices(LEVELS, 5), "M manager, D director, VP, C and CX chief"),
    filter("titles", Texts(MANY), ""),
    filter("title_search_mode", Choice(&["include", "exact"]), "exact unless given"),
    filter("name", Text, ""),
    filter("cities", Texts(MANY), ""),
    filter("states", Texts(MANY), ""),
    filter("countries", Texts(MANY), ""),
    filter("regions", Choices(&["AMER", "APAC", "EMEA", "LATAM"], 4), ""),
    filter("location_target", Choice(&["contact", "company"]), ""),
    filter("email_status", Choice(&["valid", "accept_all", "unknown", "invalid"]), ""),
    filter("exclusion_list_names", Texts(MANY), "lists uploaded in UpLead"),
    filter("business_types", Choices(BUSINESSES, 6), ""),
    filter("industries", Texts(MANY), "names"),
    filter("industries_ids", Texts(MANY), ""),
    filter("sic_codes", Texts(MANY), ""),
    filter("naics_codes", Texts(MANY), ""),
    filter("employees", Choices(EMPLOYEES, 8), ""),
    filter("revenues", Choices(REVENUES, 7), ""),
    filter("exclude_eu", Flag, ""),
];
