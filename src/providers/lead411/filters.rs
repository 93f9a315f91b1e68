//! What a Lead411 search may ask for. Its reference is not public: these are the parameters that several clients use; others
//! go through `other_parameters`.

use crate::providers::{Filter, FilterKind};
use FilterKind::{Flag, Table, Text};

const fn filter(name: &'static str, kind: FilterKind, about: &'static str) -> Filter {
    Filter { name, kind, about }
}

pub(super) const COMPANY_DETAILS: &str = "company_details";
pub(super) const OTHER: &str = "other_parameters";

pub(super) const FILTERS: &[Filter] = &[
    filter("user_search_string", Text, "a company's domain or name"),
    filter("first_name", Text, ""),
    filter("last_name", Text, ""),
    filter("title", Text, ""),
    filter("country_code", Text, "two letters"),
    filter("city", Text, ""),
    filter("range", Text, "around the city"),
    filter("SIC_Codes", Text, ""),
    filter(COMPANY_DETAILS, Flag, "ask about each employer too: size, revenue, technologies, hiring; true unless given"),
    filter(OTHER, Table, "any other parameter, by its name in a table"),
];
