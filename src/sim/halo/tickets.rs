//! Tickets, which are also leads, prospects and opportunities, and the actions on them.

use super::{
    Problem,
    reference::AGENTS,
    rules,
    state::{Table, flag, int, text},
    write::{Desk, Draft},
};
use serde_json::{Map, Value, json};

/// The tenant's default type when none is named.
const DEFAULT_TYPE: i64 = 1;

pub(super) fn insert(desk: &mut Desk<'_>, mut draft: Draft) -> Result<i64, Problem> {
    let values = &mut draft.values;
    if text(values, "summary").trim().is_empty() {
        return Err(Problem::rule("A Summary must be entered"));
    }
    if int(values, "tickettype_id") == 0 {
        values.insert("tickettype_id".into(), json!(DEFAULT_TYPE));
    }
    let kind = int(values, "tickettype_id");
    let first = desk.reference.ticket_type(kind).ok_or_else(|| Problem::rule("A Ticket Type must be selected"))?.statuses[0];
    if int(values, "status_id") == 0 {
        values.insert("status_id".into(), json!(first));
    }
    known_status(desk, values, kind)?;
    rules::known_agent(values)?;
    rules::default_agent(values);
    let (client, site, user) = rules::place(desk, values)?;
    for (name, id) in [("client_id", client), ("site_id", site), ("user_id", user)] {
        values.insert(name.into(), json!(id));
    }
    values.entry("priority_id").or_insert(json!(3));
    values.entry("sla_id").or_insert(json!(1));
    values.entry("team").or_insert(json!("Sales"));
    values.insert("merged_into_id".into(), json!(0));
    values.insert("dateoccurred".into(), rules::date_or_now(values, "dateoccurred", desk.now));
    take_team_and_tags(&draft.control, values);
    stamp_closing(desk, values);
    let id = desk.store(Table::Tickets, draft);
    desk.happened(3, Table::Tickets, id);
    Ok(id)
}

pub(super) fn update(desk: &mut Desk<'_>, id: i64, mut draft: Draft) -> Result<i64, Problem> {
    let Some(row) = desk.state.row(Table::Tickets, id) else { return Err(Problem::NotFound) };
    let (status, kind, recovering) = (row.int("status_id"), row.int("tickettype_id"), row.deleted);
    let values = &mut draft.values;
    let into = values.remove("merged_into_id").and_then(|id| id.as_i64()).unwrap_or(0);
    if values.contains_key("summary") && text(values, "summary").trim().is_empty() {
        return Err(Problem::rule("A Summary must be entered"));
    }
    let kind = if values.contains_key("tickettype_id") { int(values, "tickettype_id") } else { kind };
    if desk.reference.ticket_type(kind).is_none() {
        return Err(Problem::rule("A Ticket Type must be selected"));
    }
    if values.contains_key("status_id") {
        known_status(desk, values, kind)?;
    }
    rules::known_agent(values)?;
    if ["user_id", "site_id", "client_id"].iter().any(|name| values.contains_key(*name)) {
        let mut whole = desk.state.row(Table::Tickets, id).map(|row| row.values.clone()).unwrap_or_default();
        whole.extend(values.clone());
        // A new client without a user takes the ticket away from the old user.
        if !values.contains_key("user_id") {
            whole.insert("user_id".into(), json!(0));
            if !values.contains_key("site_id") {
                whole.insert("site_id".into(), json!(0));
            }
        }
        let (client, site, user) = rules::place(desk, &whole)?;
        for (name, id) in [("client_id", client), ("site_id", site), ("user_id", user)] {
            values.insert(name.into(), json!(id));
        }
    }
    take_team_and_tags(&draft.control, &mut draft.values);
    if flag(&draft.control, "domerge") {
        return merge(desk, id, into);
    }
    stamp_closing(desk, &mut draft.values);
    let new_status = draft.values.get("status_id").and_then(Value::as_i64).filter(|new| *new != status);
    desk.merge(Table::Tickets, id, draft);
    if recovering {
        let (now, lag) = (desk.now, desk.lag());
        desk.state.change(Table::Tickets, id, now, lag, |row| row.deleted = false);
    }
    tell(desk, id, new_status);
    Ok(id)
}

fn tell(desk: &mut Desk<'_>, id: i64, new_status: Option<i64>) {
    desk.happened(61, Table::Tickets, id);
    if let Some(status) = new_status {
        desk.happened(76, Table::Tickets, id);
        if desk.reference.status(status).is_some_and(|s| s.closed) {
            desk.happened(39, Table::Tickets, id);
        }
    }
}

/// A status must exist and, in most tenants, be one of the type's own.
fn known_status(desk: &Desk<'_>, values: &Map<String, Value>, kind: i64) -> Result<(), Problem> {
    let status = int(values, "status_id");
    if desk.reference.status(status).is_none() {
        return Err(Problem::rule("A database error occurred (547) - The statement conflicted with a FOREIGN KEY constraint."));
    }
    let own = desk.reference.ticket_type(kind).is_some_and(|t| t.statuses.contains(&status));
    if desk.config.status_must_fit_type && !own {
        return Err(Problem::rule("This Status is not allowed for this Ticket Type"));
    }
    Ok(())
}

fn take_team_and_tags(control: &Map<String, Value>, values: &mut Map<String, Value>) {
    match int(control, "team_id") {
        1 => drop(values.insert("team".into(), json!("Service Desk"))),
        2 => drop(values.insert("team".into(), json!("Sales"))),
        _ => {}
    }
    if let Some(Value::Array(added)) = control.get("add_tags") {
        let mut tags = values.get("tags").and_then(Value::as_array).cloned().unwrap_or_default();
        tags.extend(added.iter().cloned());
        values.insert("tags".into(), Value::Array(tags));
    }
    if let Some(link) = control.get("new_external_link") {
        values.insert("external_links".into(), json!([link]));
    }
}

/// Closing and reopening set the dates that go with it.
fn stamp_closing(desk: &Desk<'_>, values: &mut Map<String, Value>) {
    if !values.contains_key("status_id") {
        return;
    }
    if desk.reference.status(int(values, "status_id")).is_some_and(|s| s.closed) {
        values.insert("hasbeenclosed".into(), json!(true));
        values.insert("dateclosed".into(), json!(super::column::stored_date(desk.now)));
    } else {
        // Both are null while a ticket is open.
        values.insert("hasbeenclosed".into(), Value::Null);
        values.insert("dateclosed".into(), Value::Null);
    }
}

fn merge(desk: &mut Desk<'_>, id: i64, into: i64) -> Result<i64, Problem> {
    if !desk.config.merge_flags {
        return Ok(id);
    }
    if into == id || desk.state.live(Table::Tickets, into).is_none() {
        return Err(Problem::rule("A Ticket to merge into must be selected"));
    }
    let (now, lag) = (desk.now, desk.lag());
    let moved: Vec<_> = desk.state.actions_of(id).map(|row| (row.id, row.values.clone())).collect();
    for (key, mut action) in moved {
        desk.state.remove(Table::Actions, key);
        action.insert("ticket_id".into(), json!(into));
        desk.state.insert(Table::Actions, action, std::collections::BTreeMap::new(), now);
    }
    desk.state.change(Table::Tickets, id, now, lag, |row| drop(row.values.insert("merged_into_id".into(), json!(into))));
    Ok(id)
}

/// A new action: a note, a call, a change of status.
pub(super) fn act(desk: &mut Desk<'_>, mut draft: Draft) -> Result<i64, Problem> {
    let ticket = rules::ticket_of(&draft)?;
    let Some(row) = desk.state.live(Table::Tickets, ticket) else { return Err(Problem::rule("A Ticket must be specified")) };
    let (status, kind) = (row.int("status_id"), row.int("tickettype_id"));
    let (outcome_id, outcome) = rules::outcome_of(&draft)?;
    let agent = AGENTS.iter().find(|a| a.id == desk.actor.agent);
    let control = draft.control.clone();
    let values = &mut draft.values;
    values.insert("outcome_id".into(), json!(outcome_id));
    values.insert("outcome".into(), json!(outcome));
    values.insert("who".into(), json!(agent.map_or("", |a| a.name)));
    values.insert("who_agentid".into(), json!(desk.actor.agent));
    values.insert("who_type".into(), json!(1));
    let sent = if control.contains_key("actiondate") { &control } else { &*values };
    let column = if control.contains_key("actiondate") { "actiondate" } else { "datetime" };
    let at = rules::date_or_now(sent, column, desk.now);
    values.insert("datetime".into(), at);
    values.insert("actiondatecreated".into(), json!(super::column::stored_date(desk.now)));
    values.entry("hiddenfromuser").or_insert(json!(false));

    let mut change = Map::new();
    let new_status = int(&control, "new_status");
    if new_status > 0 && new_status != status {
        change.insert("status_id".into(), json!(new_status));
        known_status(desk, &change, kind)?;
        values.insert("old_status".into(), json!(status));
        values.insert("new_status_name".into(), json!(desk.reference.status(new_status).map_or("", |s| s.name)));
        stamp_closing(desk, &mut change);
    }
    for (sent, column) in [
        ("new_oppvalue", "oppvalue"),
        ("new_oppconversionprobability", "oppconversionprobability"),
        ("new_oppcontactname", "oppcontactname"),
        ("new_foppvalue_monthly", "oppvalue_monthly"),
        ("new_foppvalue_annual", "oppvalue_annual"),
        ("new_foppvalue_oneoff", "oppvalue_oneoff"),
    ] {
        if let Some(value) = control.get(sent) {
            change.insert(column.into(), value.clone());
        }
    }
    let id = desk.store(Table::Actions, draft);
    if !change.is_empty() || desk.config.actions_touch_ticket {
        change.insert("lastactiondate".into(), json!(super::column::stored_date(desk.now)));
        desk.merge(Table::Tickets, ticket, Draft { values: change, control: Map::new(), custom: std::collections::BTreeMap::new() });
        tell(desk, ticket, (new_status > 0 && new_status != status).then_some(new_status));
    }
    desk.happened(1040, Table::Actions, id);
    Ok(id)
}
