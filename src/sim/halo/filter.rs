//! What a list leaves out: the named filters, `search`, dates, and `advanced_search`. Parameters that are not
//! known are ignored without a word, so a misspelt filter returns the whole tenant, as the real one does.

use super::{
    column,
    reference::Reference,
    state::{Seen, State, Table, flag, int, text},
};
use crate::{domain::Timestamp, sim::server::call::Query};
use serde_json::Value;

/// Whether one record belongs in the list.
type Test<'a> = Box<dyn Fn(&Seen<'_>) -> bool + 'a>;

/// All conditions of one request; a record must pass each. `Err` is a complaint for a 400.
pub(super) fn conditions<'a>(
    table: Table,
    query: &'a Query,
    state: &'a State,
    reference: &'a Reference,
    main_lists_opportunities: bool,
    opportunities_only: bool,
) -> Result<Vec<Test<'a>>, String> {
    let mut tests: Vec<Test<'a>> = Vec::new();
    match table {
        Table::Tickets => tickets(query, state, reference, main_lists_opportunities, opportunities_only, &mut tests),
        Table::Client => {
            activity(query, &mut tests);
            same_int(query, "toplevel_id", &mut tests);
            let name_only = query.flag("search_name_only");
            searching(query, "search", &mut tests, move |seen, words| {
                has(seen, "name", words) || (!name_only && ["website", "domain", "ref"].iter().any(|name| has(seen, name, words)))
            });
        }
        Table::Site => {
            activity(query, &mut tests);
            same_int(query, "client_id", &mut tests);
            searching(query, "search", &mut tests, |seen, words| has(seen, "name", words));
        }
        Table::Users => {
            activity(query, &mut tests);
            same_int(query, "site_id", &mut tests);
            if let Some(client) = number(query, "client_id") {
                tests.push(Box::new(move |seen| client_of_site(state, int(seen.values, "site_id")) == client));
            }
            if query.flag("exclude_generaluser") {
                tests.push(Box::new(|seen| text(seen.values, "name") != "General User"));
            }
            let phones_too = query.flag("search_phonenumbers");
            searching(query, "search", &mut tests, move |seen, words| {
                let phones = ["phonenumber", "mobilenumber", "mobilenumber2", "homenumber"];
                ["name", "emailaddress", "email2", "email3"].iter().any(|name| has(seen, name, words))
                    || (phones_too && phones.iter().any(|name| has(seen, name, words)))
            });
        }
        // Only these three scopes are honoured, though sites and users have notes too.
        Table::CrmNote => {
            same_int(query, "client_id", &mut tests);
            same_int(query, "supplier_id", &mut tests);
        }
        Table::Attachment => same_int(query, "ticket_id", &mut tests),
        Table::FieldInfo => {
            if let Some(usage) = number(query, "typeid") {
                tests.push(Box::new(move |seen| int(seen.values, "usage") == usage));
            }
        }
        Table::Notification => {
            if let Some(webhook) = query.any_case("webhook_id") {
                tests.push(Box::new(move |seen| text(seen.values, "webhook_id") == webhook));
            }
        }
        Table::Actions | Table::Webhook => {}
    }
    if let Some(stamp) = table.stamp() {
        changed_between(query, stamp, &mut tests);
    }
    if let Some(raw) = query.any_case("advanced_search") {
        advanced(table, raw, state, &mut tests)?;
    }
    Ok(tests)
}

fn tickets<'a>(
    query: &'a Query,
    state: &'a State,
    reference: &'a Reference,
    plain_lists_all: bool,
    opportunities: bool,
    tests: &mut Vec<Test<'a>>,
) {
    let types = csv(query, "requesttype_id").or_else(|| csv(query, "requesttype"));
    let named_types = types.is_some();
    if let Some(types) = types {
        tests.push(Box::new(move |seen| types.contains(&int(seen.values, "tickettype_id"))));
    }
    let area = |seen: &Seen<'_>| reference.ticket_type(int(seen.values, "tickettype_id")).map_or("ticket", |t| t.used_for);
    let domain = query.any_case("domain").map(str::to_lowercase);
    match domain.as_deref() {
        _ if opportunities => tests.push(Box::new(move |seen| area(seen) == "opps")),
        Some("opps") => tests.push(Box::new(move |seen| area(seen) == "opps")),
        Some("prjs") => tests.push(Box::new(move |seen| area(seen) == "projects")),
        Some("reqs") => tests.push(Box::new(move |seen| area(seen) == "ticket")),
        _ if !named_types && !plain_lists_all => tests.push(Box::new(move |seen| area(seen) == "ticket")),
        _ => {}
    }
    let deleted = query.flag("deleted");
    tests.push(Box::new(move |seen| seen.deleted == deleted));
    tests.push(Box::new(|seen| int(seen.values, "merged_into_id") == 0));
    for name in ["client_id", "site_id", "user_id", "agent_id", "status_id", "parent_id"] {
        same_int(query, name, tests);
    }
    for (name, column) in [("status", "status_id"), ("agent", "agent_id"), ("priority", "priority_id")] {
        if let Some(ids) = csv(query, name) {
            tests.push(Box::new(move |seen| ids.contains(&int(seen.values, column))));
        }
    }
    if let Some(ids) = csv(query, "ticketids") {
        tests.push(Box::new(move |seen| ids.contains(&seen.id)));
    }
    let closed = |seen: &Seen<'_>| reference.status(int(seen.values, "status_id")).is_some_and(|s| s.closed);
    if query.flag("open_only") {
        tests.push(Box::new(move |seen| !closed(seen)));
    }
    if query.flag("closed_only") {
        tests.push(Box::new(closed));
    }
    searching(query, "search", tests, move |seen, words| {
        let user =
            || state.row(Table::Users, int(seen.values, "user_id")).is_some_and(|user| user.text("name").to_lowercase().contains(words));
        // No external reference: those are found by `advanced_search` only.
        let columns = ["summary", "details", "oppcompanyname", "oppcontactname", "oppemailaddress"];
        seen.id.to_string() == words || columns.iter().any(|name| has(seen, name, words)) || user()
    });
    for (name, column) in [
        ("search_summary", "summary"),
        ("search_details", "details"),
        ("search_oppcompanyname", "oppcompanyname"),
        ("search_oppcontactname", "oppcontactname"),
        ("search_oppemailaddress", "oppemailaddress"),
    ] {
        searching(query, name, tests, move |seen, words| has(seen, column, words));
    }
    if let Some(id) = number(query, "search_id") {
        tests.push(Box::new(move |seen| seen.id == id));
    }
    searching(query, "search_user_name", tests, move |seen, words| {
        state.row(Table::Users, int(seen.values, "user_id")).is_some_and(|user| user.text("name").to_lowercase().contains(words))
    });
    let date_column = match query.any_case("datesearch") {
        Some("dateoccured") => Some("dateoccurred"),
        Some("datecleared") => Some("dateclosed"),
        _ => None,
    };
    if let Some(column) = date_column {
        between(query.any_case("startdate"), query.any_case("enddate"), column, tests);
    }
}

/// Inactive records are left out unless asked for.
fn activity(query: &Query, tests: &mut Vec<Test<'_>>) {
    let inactive_too = query.flag("includeinactive");
    let active_too = query.any_case("includeactive").is_none_or(|word| !word.eq_ignore_ascii_case("false"));
    tests.push(Box::new(move |seen| !seen.deleted && if flag(seen.values, "inactive") { inactive_too } else { active_too }));
}

fn same_int(query: &Query, name: &'static str, tests: &mut Vec<Test<'_>>) {
    if let Some(wanted) = number(query, name) {
        tests.push(Box::new(move |seen| int(seen.values, name) == wanted));
    }
}

fn searching<'a>(query: &'a Query, name: &str, tests: &mut Vec<Test<'a>>, found: impl Fn(&Seen<'_>, &str) -> bool + 'a) {
    if let Some(words) = query.any_case(name) {
        let words = words.to_lowercase();
        tests.push(Box::new(move |seen| found(seen, &words)));
    }
}

fn has(seen: &Seen<'_>, name: &str, words: &str) -> bool {
    text(seen.values, name).to_lowercase().contains(words)
}

/// The spec calls these booleans; they are dates. What is no date is ignored, as a wrong parameter is.
fn changed_between<'a>(query: &'a Query, stamp: &'static str, tests: &mut Vec<Test<'a>>) {
    between(query.any_case("lastupdatefromdate"), query.any_case("lastupdatetodate"), stamp, tests);
}

fn between(from: Option<&str>, to: Option<&str>, column: &'static str, tests: &mut Vec<Test<'_>>) {
    if let Some(from) = from.and_then(Timestamp::parse).map(column::stored_date) {
        tests.push(Box::new(move |seen| text(seen.values, column) >= from.as_str()));
    }
    if let Some(to) = to.and_then(Timestamp::parse).map(column::stored_date) {
        tests.push(Box::new(move |seen| text(seen.values, column) <= to.as_str()));
    }
}

/// `[{"filter_name":"dateoccurred","filter_type":8,"filter_value":"…"}]`; values are strings.
fn advanced(table: Table, raw: &str, state: &State, tests: &mut Vec<Test<'_>>) -> Result<(), String> {
    let rules: Vec<Value> = serde_json::from_str(raw).map_err(|_| "Error parsing advanced_search.".to_owned())?;
    for rule in rules {
        let (Some(name), Some(kind), Some(value)) =
            (rule["filter_name"].as_str(), rule["filter_type"].as_i64(), rule["filter_value"].as_str())
        else {
            return Err("Error parsing advanced_search.".to_owned());
        };
        let custom = custom_field(table, name, state);
        let column = table.columns().iter().find(|c| c.name.eq_ignore_ascii_case(name)).map(|c| c.name);
        if custom.is_none() && column.is_none() && !name.eq_ignore_ascii_case("id") {
            return Err(format!("A database error occurred (207) - Invalid column name '{name}'."));
        }
        let wanted = Timestamp::parse(value).filter(|_| value.contains('-')).map_or_else(|| value.to_lowercase(), column::stored_date);
        tests.push(Box::new(move |seen| {
            let held = match (custom, column) {
                (Some(id), _) => seen.custom.get(&id).map(plain_text).unwrap_or_default(),
                (None, Some(name)) => seen.values.get(name).map(plain_text).unwrap_or_default(),
                (None, None) => seen.id.to_string(),
            };
            compare(&held.to_lowercase(), kind, &wanted)
        }));
    }
    Ok(())
}

/// The custom field of that name, with or without the `CF` in front.
fn custom_field(table: Table, name: &str, state: &State) -> Option<i64> {
    let usage = table.custom_usage()?;
    let same = |field: &str| field.eq_ignore_ascii_case(name);
    state.rows(Table::FieldInfo).find(|field| field.int("usage") == usage && same(field.text("name"))).map(|field| field.id)
}

fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Numbers of the comparison as the web interface's filter editor has them.
fn compare(held: &str, kind: i64, wanted: &str) -> bool {
    let listed = || wanted.split(',').any(|one| one.trim() == held);
    let order = match (held.parse::<f64>(), wanted.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.partial_cmp(&b),
        _ => Some(held.cmp(wanted)),
    };
    match kind {
        0 => listed(),
        1 => !listed(),
        2 => order.is_some_and(std::cmp::Ordering::is_eq),
        3 => order.is_some_and(std::cmp::Ordering::is_ne),
        4 => held.contains(wanted.trim_matches('%')),
        5 => !held.contains(wanted.trim_matches('%')),
        7 => order.is_some_and(std::cmp::Ordering::is_gt),
        8 => order.is_some_and(std::cmp::Ordering::is_ge),
        9 => order.is_some_and(std::cmp::Ordering::is_lt),
        10 => order.is_some_and(std::cmp::Ordering::is_le),
        _ => true,
    }
}

/// A whole number; what is none is ignored like an unknown parameter.
pub(super) fn number(query: &Query, name: &str) -> Option<i64> {
    query.any_case(name)?.parse().ok()
}

pub(super) fn csv(query: &Query, name: &str) -> Option<Vec<i64>> {
    let raw = query.any_case(name)?;
    Some(raw.split(',').filter_map(|part| part.trim().parse().ok()).collect())
}

/// The client that a site belongs to; 0 when there is none.
pub(super) fn client_of_site(state: &State, site: i64) -> i64 {
    state.row(Table::Site, site).map_or(0, |site| site.int("client_id"))
}
