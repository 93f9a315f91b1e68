//! What a RocketReach people search may ask for: facets, every one a list of texts, and the same facets to leave out.

use crate::providers::{Filter, FilterKind, search::Checked};
use FilterKind::{Choice, Domains, Flag, Table, Text, Texts};
use serde_json::{Map, Value as Json, json};

const MANY: usize = 500;

const fn filter(name: &'static str, kind: FilterKind, about: &'static str) -> Filter {
    Filter { name, kind, about }
}

const fn texts(name: &'static str, about: &'static str) -> Filter {
    filter(name, Texts(MANY), about)
}

pub(super) const ORDER_BY: &str = "order_by";
pub(super) const EXCLUDE: &str = "exclude";
pub(super) const LOOKUP_TYPE: &str = "lookup_type";
pub(super) const COMPANY_DETAILS: &str = "company_details";
pub(super) const REVEAL_PERSONAL: &str = "reveal_personal_email";
pub(super) const REVEAL_PHONE: &str = "reveal_phone";

/// Facets that take one text instead of a list.
const SINGLE: &[&str] = &["email_grade", "phone_grade", "keyword", "keywords"];

pub(super) const FILTERS: &[Filter] = &[
    texts("current_title", "any of them"),
    texts("current_or_previous_title", ""),
    texts("previous_title", ""),
    texts("name", ""),
    texts("employer", "present employers"),
    texts("company_name", ""),
    filter("company_domain", Domains(MANY), ""),
    texts("company_id", "RocketReach's ids"),
    texts("company_website_url", ""),
    texts("company_email", ""),
    texts("company_size", "each \"51-200\""),
    texts("company_industry", ""),
    texts("company_industry_keywords", ""),
    texts("company_revenue", "each \"10000000-50000000\""),
    texts("company_funding_min", ""),
    texts("company_funding_max", ""),
    texts("company_naics_code", ""),
    texts("company_sic_code", ""),
    texts("company_tag", ""),
    texts("company_list", ""),
    texts("company_list_id", ""),
    texts("company_publicly_traded", ""),
    texts("company_country_code", ""),
    texts("company_geo", ""),
    texts("company_competitors", ""),
    texts("company_intent", ""),
    texts("company_news_signal", "each \"Funding::one_month\""),
    texts("company_job_posting_signal", "each \"Accounting Roles::one_month\""),
    texts("job_change_signal", "each \"Company Change::one_month\""),
    texts("growth", "each \"5-30::Engineering,six_months\""),
    texts("department", ""),
    texts("management_levels", ""),
    texts("geo", ""),
    texts("state", ""),
    texts("skills", ""),
    texts("all_skills", ""),
    texts("school", ""),
    texts("degree", ""),
    texts("major", ""),
    texts("years_experience", ""),
    texts("connections", ""),
    texts("contact_method", "mobile, phone, personal email, work email"),
    filter("email_grade", Text, "the lowest grade"),
    filter("phone_grade", Text, "the lowest grade"),
    texts("link", ""),
    texts("handle", ""),
    texts("email", ""),
    texts("phone", ""),
    texts("domain", ""),
    texts("id", "RocketReach's ids"),
    texts("previous_company_id", ""),
    texts("previous_employer", ""),
    filter("keyword", Text, ""),
    filter("keywords", Text, ""),
    texts("description", ""),
    texts("update_time", ""),
    filter(ORDER_BY, Choice(&["relevance", "popularity", "score"]), ""),
    filter(EXCLUDE, Table, "the same facets, of whom to leave out"),
    filter(LOOKUP_TYPE, Choice(&["standard", "premium", "phone", "enrich"]), "standard credits give no numbers; standard unless given"),
    filter(COMPANY_DETAILS, Flag, "look up each employer too: size, revenue, address; one call each, not in every plan"),
    filter(REVEAL_PERSONAL, Flag, "with universal credits: private addresses too, 3 credits each"),
    filter(REVEAL_PHONE, Flag, "with universal credits: numbers too, 6 credits each"),
];

/// The `query` and `exclude` of a search.
pub(super) fn facets(filters: &Checked) -> (Json, Option<Json>) {
    let mut query = Map::new();
    for (name, value) in filters.without(&[ORDER_BY, EXCLUDE, LOOKUP_TYPE, COMPANY_DETAILS, REVEAL_PERSONAL, REVEAL_PHONE]) {
        let value = if value.is_array() || SINGLE.contains(&name.as_str()) { value } else { json!([value]) };
        query.insert(name, value);
    }
    (Json::Object(query), filters.0.get(EXCLUDE).cloned())
}
