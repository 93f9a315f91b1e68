//! What an Apollo people search may ask for. Names are the documented ones without `[]`: unknown names are dropped silently
//! by the API, so they are refused here.

use crate::providers::{Filter, FilterKind};
use FilterKind::{Choices, DateRange, Domains, Flag, Range, Table, Text, Texts};

/// `person_seniorities[]` by the documentation.
const SENIORITIES: &[&str] = &["owner", "founder", "c_suite", "partner", "vp", "head", "director", "manager", "senior", "entry", "intern"];

const EMAIL_STATUSES: &[&str] = &["verified", "unverified", "likely to engage", "unavailable"];

/// How many texts one list takes; only that of domains is documented (1000).
const MANY: usize = 1000;

const fn filter(name: &'static str, kind: FilterKind, about: &'static str) -> Filter {
    Filter { name, kind, about }
}

/// Asked of the enrichment, not of the search.
pub(super) const REVEAL_EMAILS: &str = "reveal_personal_emails";
/// Asked of the enrichment, not of the search.
pub(super) const REVEAL_PHONES: &str = "reveal_phone_number";

/// Asked of the enrichment of companies.
pub(super) const COMPANY_DETAILS: &str = "company_details";

/// A way to what is documented later than this table.
pub(super) const OTHER: &str = "other_parameters";

pub(super) const FILTERS: &[Filter] = &[
    filter("person_titles", Texts(MANY), "job titles, any of them"),
    filter("include_similar_titles", Flag, "true unless given"),
    filter("person_not_titles", Texts(MANY), "job titles to leave out"),
    filter("q_keywords", Text, "literal words; not an industry"),
    filter("q_person_name", Text, ""),
    filter("person_locations", Texts(MANY), "where the person is: \"Ohio, US\""),
    filter("person_seniorities", Choices(SENIORITIES, 11), ""),
    filter("person_functions", Texts(MANY), ""),
    filter("person_department_or_subdepartments", Texts(MANY), "such as master_information_technology"),
    filter("organization_locations", Texts(MANY), "where the company's head office is"),
    filter("q_organization_domains_list", Domains(1000), "present or former employers"),
    filter("organization_ids", Texts(MANY), "Apollo's ids of companies"),
    filter("contact_email_status", Choices(EMAIL_STATUSES, 4), ""),
    filter("organization_num_employees_ranges", Texts(MANY), "each \"1,10\""),
    filter("revenue_range", Range, "dollars a year"),
    filter("currently_using_all_of_technology_uids", Texts(MANY), "such as google_analytics"),
    filter("currently_using_any_of_technology_uids", Texts(MANY), "such as google_analytics"),
    filter("currently_not_using_any_of_technology_uids", Texts(MANY), "such as google_analytics"),
    filter("q_organization_keyword_tags", Texts(MANY), "what the company deals in"),
    filter("q_not_organization_keyword_tags", Texts(MANY), ""),
    filter("organization_industry_tag_ids", Texts(MANY), "Apollo's ids of industries"),
    filter("organization_trading_status", Choices(&["private", "public"], 2), ""),
    filter("total_funding_range", Range, "dollars"),
    filter("latest_funding_amount_range", Range, "dollars"),
    filter("latest_funding_date_range", DateRange, ""),
    filter("organization_latest_funding_stage_cd", Texts(MANY), "1 angel, 2 series A … 9 series H, 10 venture, 11 private equity"),
    filter("q_organization_job_titles", Texts(MANY), "in open job advertisements"),
    filter("organization_job_locations", Texts(MANY), "of open job advertisements"),
    filter("organization_num_jobs_range", Range, "open job advertisements"),
    filter("organization_job_posted_at_range", DateRange, ""),
    filter(REVEAL_EMAILS, Flag, "also private addresses"),
    filter(REVEAL_PHONES, Flag, "also mobile numbers, 8 credits each; they arrive minutes later"),
    filter(COMPANY_DETAILS, Flag, "buy each employer too, 1 credit each: industry, size, revenue, technologies, address"),
    filter(OTHER, Table, "any other documented parameter, by its name in a table"),
];
