//! What a Seamless.AI contact search may ask for. The words of the lists are exact: an unknown one empties the answer.

use crate::providers::{Filter, FilterKind};
use FilterKind::{Choice, Choices, Date, Domains, Flag, Table, Texts};

const SENIORITIES: &[&str] = &["C-Level", "VP", "Director", "Manager", "Senior", "Entry Level", "Mid-Level", "Other"];

const DEPARTMENTS: &[&str] = &[
    "Sales",
    "Marketing",
    "Engineering",
    "Human Resources",
    "Finance",
    "IT",
    "Operations",
    "Support",
    "Legal",
    "Project Management",
    "Other",
];

/// Sizes and revenues hold commas, so they are texts and not choices.
const SIZES: &str = "0 - 1 (Self-employed); 2 - 10; 11 - 50; 51 - 200; 201 - 500; 501 - 1,000; 1,001 - 5,000; 5,001 - 10,000; 10,001+";

const REVENUES: &str = "$0 - $100K; $100K - $1M; $1M - $5M; $5M - $20M; $20M - $50M; $50M - $100M; $100M - $500M; $500M - $1B; $1B+";

const FOUNDED: &[&str] = &["Less than 1 Year", "Last 1-3 Years", "Last 4-10 Years", "10+ Years"];

const NEWS: &[&str] =
    &["Acquisition", "Corporate Challenges", "Cost Cutting", "Expansion", "Investment", "Leadership", "Partnership", "Recognition"];

const fn filter(name: &'static str, kind: FilterKind, about: &'static str) -> Filter {
    Filter { name, kind, about }
}

pub(super) const COMPANY_DETAILS: &str = "company_details";
pub(super) const OTHER: &str = "other_parameters";

pub(super) const FILTERS: &[Filter] = &[
    filter("jobTitle", Texts(10), "any of them"),
    filter("seniority", Choices(SENIORITIES, 5), ""),
    filter("department", Choices(DEPARTMENTS, 5), ""),
    filter("industry", Texts(5), "such as Computer Software; exact words"),
    filter("fullName", Texts(10), ""),
    filter("contactKeyword", Texts(10), ""),
    filter("companyName", Texts(100), ""),
    filter("companyNameSearchType", Choice(&["default", "related", "exact"]), ""),
    filter("companyDomain", Domains(100), ""),
    filter("contactState", Texts(10), "full names"),
    filter("contactCountry", Texts(10), "full names"),
    filter("contactZipCode", Texts(10), ""),
    filter("locationType", Choice(&["bothOR", "bothAND", "company", "contact"]), ""),
    filter("companySize", Texts(10), SIZES),
    filter("companyRevenue", Texts(10), REVENUES),
    filter("companyFoundedOn", Choices(FOUNDED, 4), ""),
    filter("companyType", Choice(&["Public", "Private"]), ""),
    filter("technologies", Texts(10), ""),
    filter("technologiesIsOr", Flag, ""),
    filter("jobChanges", Table, "{changeType, dayRange}"),
    filter("pastCompany", Table, "{names: […]}"),
    filter("lastModifiedAfter", Date, ""),
    filter("lastModifiedBefore", Date, ""),
    filter("newsTypes", Choices(NEWS, 8), ""),
    filter("newsTypeDates", Texts(1), "60, 90, 180 or 365 days"),
    filter("companyLatestFundingDates", Texts(1), "90, 180, 365 or 1095 days"),
    filter("companyLatestFundingClassifications", Texts(20), ""),
    filter("companyLatestFundingTotals", Texts(20), ""),
    filter(COMPANY_DETAILS, Flag, "research each employer too: technologies; paid from the companies' pool"),
    filter(OTHER, Table, "any other documented parameter, by its name in a table"),
];
