//! What a ZoomInfo contact search may ask for, and in which of its several forms a list or a number goes out.

use crate::providers::{Filter, FilterKind, search::Checked};
use FilterKind::{Choice, Choices, Date, Flag, Table, Text, Texts, Whole};
use serde_json::{Map, Value as Json};

/// Exactly these; any other value is an error that lists the set.
const MANAGEMENT: &[&str] = &["Board Member", "C Level Exec", "VP Level Exec", "Director", "Manager", "Non Manager"];

const REQUIRED: &[&str] = &["email", "phone", "directPhone", "personalEmail", "mobilePhone"];

const LOCATION: &[&str] = &["PersonOrHQ", "PersonAndHQ", "Person", "HQ", "PersonThenHQ"];

const SORT: &[&str] = &["contactAccuracyScore", "lastName", "companyName", "hierarchy", "sourceCount", "lastMentioned", "relevance"];

const MANY: usize = 500;

const fn filter(name: &'static str, kind: FilterKind, about: &'static str) -> Filter {
    Filter { name, kind, about }
}

pub(super) const COMPANY_DETAILS: &str = "company_details";
pub(super) const TECHNOLOGIES: &str = "technologies";
pub(super) const SORT_BY: &str = "sort";
pub(super) const OTHER: &str = "other_attributes";

pub(super) const FILTERS: &[Filter] = &[
    filter("jobTitle", Texts(MANY), "any of them"),
    filter("exactJobTitle", Texts(MANY), ""),
    filter("excludeJobTitle", Texts(MANY), ""),
    filter("managementLevel", Choices(MANAGEMENT, 6), ""),
    filter("excludeManagementLevel", Choices(MANAGEMENT, 6), ""),
    filter("department", Texts(MANY), "such as Information Technology"),
    filter("jobFunction", Texts(MANY), ""),
    filter("boardMember", Choice(&["exclude", "include", "only"]), ""),
    filter("requiredFields", Choices(REQUIRED, 5), "what must be known of the person"),
    filter("contactAccuracyScoreMin", Whole(70, 99), ""),
    filter("contactAccuracyScoreMax", Whole(70, 99), ""),
    filter("lastUpdatedDateAfter", Date, ""),
    filter("validDateAfter", Date, ""),
    filter("lastUpdatedInMonths", Whole(1, 1200), ""),
    filter("positionStartDateMin", Date, ""),
    filter("positionStartDateMax", Date, ""),
    filter("executivesOnly", Flag, ""),
    filter("excludePartialProfiles", Flag, ""),
    filter("companyPastOrPresent", Text, ""),
    filter("fullName", Text, ""),
    filter("firstName", Text, ""),
    filter("lastName", Text, ""),
    filter("emailAddress", Text, ""),
    filter("school", Text, ""),
    filter("degree", Text, ""),
    filter("techSkills", Texts(MANY), ""),
    filter("yearsOfExperience", Text, ""),
    filter("underManagement", Flag, "only people who are paid for already, or only others"),
    filter("companyId", Texts(MANY), "ZoomInfo's ids"),
    filter("companyName", Texts(MANY), ""),
    filter("companyWebsite", Texts(MANY), "each \"http://www.corp.example\""),
    filter("companyTicker", Texts(MANY), ""),
    filter("companyDescription", Text, ""),
    filter("companyType", Texts(MANY), ""),
    filter("country", Texts(MANY), ""),
    filter("state", Texts(MANY), ""),
    filter("continent", Texts(MANY), ""),
    filter("zipCode", Text, ""),
    filter("zipCodeRadiusMiles", Text, ""),
    filter("metroRegion", Texts(MANY), ""),
    filter("street", Text, ""),
    filter("locationSearchType", Choice(LOCATION), ""),
    filter("excludedRegions", Texts(MANY), ""),
    filter("industryCodes", Texts(MANY), "from the look-up of industries"),
    filter("primaryIndustriesOnly", Flag, ""),
    filter("industryKeywords", Text, "\"a AND b\""),
    filter("sicCodes", Texts(MANY), ""),
    filter("naicsCodes", Texts(MANY), ""),
    filter("revenue", Texts(MANY), "ids of ranges"),
    filter("revenueMin", Whole(0, i64::MAX), "thousands of dollars"),
    filter("revenueMax", Whole(0, i64::MAX), "thousands of dollars"),
    filter("employeeCount", Texts(MANY), "ids of ranges"),
    filter("employeeRangeMin", Whole(0, 100_000_000), ""),
    filter("employeeRangeMax", Whole(0, 100_000_000), ""),
    filter("techAttributeTagList", Texts(MANY), ""),
    filter("excludeTechAttributeTagList", Texts(MANY), ""),
    filter("hashTagString", Text, ""),
    filter("fundingAmountMin", Whole(0, i64::MAX), "thousands of dollars"),
    filter("fundingAmountMax", Whole(0, i64::MAX), "thousands of dollars"),
    filter("fundingStartDate", Date, ""),
    filter("fundingEndDate", Date, ""),
    filter("recentFundingRoundTypes", Texts(MANY), ""),
    filter("allFundingRoundTypes", Texts(MANY), ""),
    filter("oneYearEmployeeGrowthRateMin", Text, ""),
    filter("oneYearEmployeeGrowthRateMax", Text, ""),
    filter("companyRanking", Texts(MANY), ""),
    filter(SORT_BY, Choice(SORT), ""),
    filter(COMPANY_DETAILS, Flag, "buy each employer too, 1 credit each: year, funding, domains; true unless given"),
    filter(TECHNOLOGIES, Flag, "buy each employer's technologies too, 1 credit each"),
    filter(OTHER, Table, "any other documented attribute, by its name in a table"),
];

/// Real arrays in the API; every other list is one text with commas.
const ARRAYS: &[&str] = &["techSkills", "companyTicker", "recentFundingRoundTypes", "allFundingRoundTypes"];

/// Numbers that go out as text.
const TEXT_NUMBERS: &[&str] = &["contactAccuracyScoreMin", "contactAccuracyScoreMax", "employeeRangeMin", "employeeRangeMax"];

/// The attributes of a search.
pub(super) fn attributes(filters: &Checked) -> Map<String, Json> {
    let mut attributes = Map::new();
    for (name, value) in filters.without(&[COMPANY_DETAILS, TECHNOLOGIES, SORT_BY, OTHER]) {
        let value = match value {
            Json::Array(items) if !ARRAYS.contains(&name.as_str()) => {
                let between = if name.ends_with("obTitle") { " OR " } else { "," };
                Json::from(items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(between))
            }
            Json::Number(number) if TEXT_NUMBERS.contains(&name.as_str()) => Json::from(number.to_string()),
            other => other,
        };
        attributes.insert(name, value);
    }
    if let Some(Json::Object(more)) = filters.0.get(OTHER) {
        attributes.extend(more.clone());
    }
    attributes
}
