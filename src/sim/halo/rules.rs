//! What each kind of record demands, and what the server adds by itself. One broken rule is reported at a time.

use super::{
    Problem, custom,
    reference::{OUTCOMES, UNASSIGNED, UNKNOWN_CLIENT, UNKNOWN_SITE},
    state::{Table, flag, int, text},
    write::{Desk, Draft},
};
use crate::domain::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Checks and stores a new record.
pub(super) fn insert(desk: &mut Desk<'_>, table: Table, draft: Draft) -> Result<i64, Problem> {
    match table {
        Table::Client => new_client(desk, draft),
        Table::Site => new_site(desk, draft),
        Table::Users => new_user(desk, draft),
        Table::Tickets => super::tickets::insert(desk, draft),
        Table::Actions => super::tickets::act(desk, draft),
        Table::CrmNote => new_note(desk, draft),
        Table::FieldInfo => {
            let mut draft = draft;
            let options = text(&draft.control, "new_values").to_owned();
            custom::prepare(desk.state, &mut draft.values, &options)?;
            Ok(desk.store(table, draft))
        }
        Table::Webhook => new_webhook(desk, draft),
        Table::Notification => new_notification(desk, draft),
        Table::Attachment => new_attachment(desk, draft),
    }
}

/// Checks and stores a change.
pub(super) fn update(desk: &mut Desk<'_>, table: Table, id: i64, draft: Draft) -> Result<i64, Problem> {
    match table {
        Table::Client => change_client(desk, id, draft),
        Table::Site => {
            if let Some(client) = draft.values.get("client_id").and_then(Value::as_f64) {
                known_client(desk, client as i64)?;
            }
            named(&draft.values, "name", "A Site Name must be entered", false)?;
            desk.merge(table, id, draft);
            desk.happened(1031, table, id);
            Ok(id)
        }
        Table::Users => change_user(desk, id, draft),
        Table::Tickets => super::tickets::update(desk, id, draft),
        Table::FieldInfo => {
            let options = text(&draft.control, "new_values").to_owned();
            let mut draft = draft;
            // Name, table and type are fixed once made.
            for fixed in ["name", "usage", "type"] {
                draft.values.remove(fixed);
            }
            let (now, lag) = (desk.now, desk.lag());
            desk.merge(table, id, draft);
            desk.state.change(table, id, now, lag, |row| custom::add_options(&mut row.values, &options));
            Ok(id)
        }
        Table::Webhook => {
            check_webhook(desk, &draft.values, Some(id))?;
            desk.merge(table, id, draft);
            Ok(id)
        }
        Table::Actions | Table::CrmNote | Table::Notification | Table::Attachment => {
            desk.merge(table, id, draft);
            Ok(id)
        }
    }
}

/// The ticket that an action names.
pub(super) fn ticket_of(draft: &Draft) -> Result<i64, Problem> {
    match int(&draft.values, "ticket_id") {
        0 => Err(Problem::rule("A Ticket must be specified")),
        id => Ok(id),
    }
}

/// A text that must be there on insert and may not be blanked on update.
fn named(values: &Map<String, Value>, column: &str, message: &str, inserting: bool) -> Result<(), Problem> {
    let blank = text(values, column).trim().is_empty();
    if blank && (inserting || values.contains_key(column)) { Err(Problem::rule(message)) } else { Ok(()) }
}

fn known_client(desk: &Desk<'_>, id: i64) -> Result<(), Problem> {
    match desk.state.live(Table::Client, id) {
        Some(_) => Ok(()),
        None => Err(Problem::rule("A Customer must be selected")),
    }
}

fn no_client_called(desk: &Desk<'_>, name: &str, but: Option<i64>) -> Result<(), Problem> {
    let name = name.trim().to_lowercase();
    let same = |row: &super::state::Row| !row.deleted && Some(row.id) != but && row.text("name").trim().to_lowercase() == name;
    if desk.state.rows(Table::Client).any(same) {
        return Err(Problem::rule("A Customer with this name already exists"));
    }
    Ok(())
}

/// A new client brings its main site and a general user.
fn new_client(desk: &mut Desk<'_>, draft: Draft) -> Result<i64, Problem> {
    named(&draft.values, "name", "A Customer Name must be entered", true)?;
    no_client_called(desk, text(&draft.values, "name"), None)?;
    let control = draft.control.clone();
    let mut draft = draft;
    draft.values.entry("toplevel_id").or_insert(json!(1));
    draft.values.entry("inactive").or_insert(json!(false));
    if let Some(domain) = control.get("newclient_domain") {
        draft.values.entry("domain").or_insert(domain.clone());
    }
    let client = desk.store(Table::Client, draft);

    let mut site = Map::new();
    let site_name = text(&control, "newclient_sitename");
    site.insert("name".into(), json!(if site_name.is_empty() { "Main" } else { site_name }));
    site.insert("client_id".into(), json!(client as f64));
    site.insert("inactive".into(), json!(false));
    for (from, to) in [
        ("newclient_phonenumber", "phonenumber"),
        ("newclient_delivery_address", "delivery_address"),
        ("newclient_countrycode", "country_code"),
        ("newclient_timezone", "timezone"),
    ] {
        if let Some(value) = control.get(from) {
            site.insert(to.into(), value.clone());
        }
    }
    let site = desk.store(Table::Site, Draft { values: site, control: Map::new(), custom: BTreeMap::new() });
    let contact = text(&control, "newclient_contactname").to_owned();
    user_at(desk, site, "General User", "", "");
    if !contact.is_empty() {
        user_at(desk, site, &contact, text(&control, "newclient_contactemail"), text(&control, "newclient_contacttitle"));
    }
    let (now, lag) = (desk.now, desk.lag());
    desk.state.change(Table::Client, client, now, lag, |row| {
        row.values.insert("main_site_id".into(), json!(site));
    });
    desk.happened(1010, Table::Client, client);
    Ok(client)
}

fn user_at(desk: &mut Desk<'_>, site: i64, name: &str, email: &str, title: &str) {
    let mut user = Map::new();
    user.insert("name".into(), json!(name));
    user.insert("site_id".into(), json!(site as f64));
    user.insert("inactive".into(), json!(false));
    for (column, value) in [("emailaddress", email), ("title", title)] {
        if !value.is_empty() {
            user.insert(column.into(), json!(value));
        }
    }
    desk.store(Table::Users, Draft { values: user, control: Map::new(), custom: BTreeMap::new() });
}

fn change_client(desk: &mut Desk<'_>, id: i64, draft: Draft) -> Result<i64, Problem> {
    named(&draft.values, "name", "A Customer Name must be entered", false)?;
    if draft.values.contains_key("name") {
        no_client_called(desk, text(&draft.values, "name"), Some(id))?;
    }
    let into = int(&draft.control, "_merge_client_into");
    if into > 0 && desk.config.merge_flags {
        known_client(desk, into)?;
        let (now, lag) = (desk.now, desk.lag());
        let sites: Vec<_> = desk.state.rows(Table::Site).filter(|s| s.int("client_id") == id).map(|s| s.id).collect();
        for site in sites {
            desk.state.change(Table::Site, site, now, lag, |row| drop(row.values.insert("client_id".into(), json!(into as f64))));
        }
        let tickets: Vec<_> = desk.state.rows(Table::Tickets).filter(|t| t.int("client_id") == id).map(|t| t.id).collect();
        for ticket in tickets {
            desk.state.change(Table::Tickets, ticket, now, lag, |row| drop(row.values.insert("client_id".into(), json!(into))));
        }
        desk.state.change(Table::Client, id, now, lag, |row| row.deleted = true);
        return Ok(into);
    }
    desk.merge(Table::Client, id, draft);
    desk.happened(1011, Table::Client, id);
    Ok(id)
}

fn new_site(desk: &mut Desk<'_>, mut draft: Draft) -> Result<i64, Problem> {
    named(&draft.values, "name", "A Site Name must be entered", true)?;
    known_client(desk, int(&draft.values, "client_id"))?;
    draft.values.entry("inactive").or_insert(json!(false));
    let id = desk.store(Table::Site, draft);
    desk.happened(1030, Table::Site, id);
    Ok(id)
}

fn new_user(desk: &mut Desk<'_>, mut draft: Draft) -> Result<i64, Problem> {
    named(&draft.values, "name", "Username must be entered", true)?;
    known_site(desk, &draft)?;
    no_user_with_email(desk, text(&draft.values, "emailaddress"), None)?;
    draft.values.entry("inactive").or_insert(json!(false));
    let id = desk.store(Table::Users, draft);
    desk.happened(1020, Table::Users, id);
    Ok(id)
}

/// The site decides the client; a client sent beside it must be the same.
fn known_site(desk: &Desk<'_>, draft: &Draft) -> Result<(), Problem> {
    let site = desk.state.live(Table::Site, int(&draft.values, "site_id")).ok_or_else(|| Problem::rule("A Site must be selected"))?;
    let client = int(&draft.control, "client_id");
    if client > 0 && client != site.int("client_id") {
        return Err(Problem::rule("A Site must be selected"));
    }
    Ok(())
}

fn no_user_with_email(desk: &Desk<'_>, email: &str, but: Option<i64>) -> Result<(), Problem> {
    let taken = |row: &super::state::Row| !row.deleted && Some(row.id) != but && row.text("emailaddress").eq_ignore_ascii_case(email);
    if desk.config.user_email_unique && !email.is_empty() && desk.state.rows(Table::Users).any(taken) {
        return Err(Problem::rule("A User with this email address already exists"));
    }
    Ok(())
}

fn change_user(desk: &mut Desk<'_>, id: i64, draft: Draft) -> Result<i64, Problem> {
    named(&draft.values, "name", "Username must be entered", false)?;
    if draft.values.contains_key("site_id") {
        known_site(desk, &draft)?;
    }
    no_user_with_email(desk, text(&draft.values, "emailaddress"), Some(id))?;
    let (now, lag) = (desk.now, desk.lag());
    let into = int(&draft.control, "_merge_user_into");
    if into > 0 && desk.config.merge_flags {
        if desk.state.live(Table::Users, into).is_none() {
            return Err(Problem::rule("A User must be selected"));
        }
        let tickets: Vec<_> = desk.state.rows(Table::Tickets).filter(|t| t.int("user_id") == id).map(|t| t.id).collect();
        for ticket in tickets {
            desk.state.change(Table::Tickets, ticket, now, lag, |row| drop(row.values.insert("user_id".into(), json!(into))));
        }
        desk.state.change(Table::Users, id, now, lag, |row| row.deleted = true);
        return Ok(into);
    }
    if flag(&draft.control, "_anonymise") {
        desk.state.change(Table::Users, id, now, lag, |row| {
            let kept = [("site_id", row.values.get("site_id").cloned()), ("datecreated", row.values.get("datecreated").cloned())];
            row.values.clear();
            row.custom.clear();
            row.values.insert("name".into(), json!(format!("Anonymised User {id}")));
            row.values.insert("inactive".into(), json!(true));
            for (name, value) in kept {
                row.values.insert(name.into(), value.unwrap_or_default());
            }
        });
        return Ok(id);
    }
    desk.merge(Table::Users, id, draft);
    desk.happened(1021, Table::Users, id);
    Ok(id)
}

fn new_note(desk: &mut Desk<'_>, mut draft: Draft) -> Result<i64, Problem> {
    let scopes = ["client_id", "site_id", "user_id", "supplier_id"].iter().filter(|name| int(&draft.values, name) > 0).count();
    if scopes != 1 {
        return Err(Problem::rule("A Customer, Site, User or Supplier must be selected"));
    }
    named(&draft.values, "note", "A Note must be entered", true)?;
    let now = super::column::stored_date(desk.now);
    draft.values.entry("datetime").or_insert(json!(now));
    draft.values.insert("who_agentid".into(), json!(desk.actor.agent));
    Ok(desk.store(Table::CrmNote, draft))
}

fn check_webhook(desk: &Desk<'_>, values: &Map<String, Value>, but: Option<i64>) -> Result<(), Problem> {
    let inserting = but.is_none();
    if inserting || values.contains_key("url") {
        let url = url::Url::parse(text(values, "url")).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
        url.ok_or_else(|| Problem::rule("Please enter a valid URL"))?;
    }
    if inserting || values.contains_key("name") {
        let name = text(values, "name");
        let taken = desk.state.rows(Table::Webhook).any(|row| Some(row.id) != but && row.text("name").eq_ignore_ascii_case(name));
        if name.is_empty() || taken {
            return Err(Problem::rule("Name must be unique"));
        }
    }
    Ok(())
}

fn new_webhook(desk: &mut Desk<'_>, mut draft: Draft) -> Result<i64, Problem> {
    check_webhook(desk, &draft.values, None)?;
    draft.values.insert("id".into(), json!(desk.state.guid()));
    Ok(desk.store(Table::Webhook, draft))
}

fn new_notification(desk: &mut Desk<'_>, mut draft: Draft) -> Result<i64, Problem> {
    let webhook = text(&draft.values, "webhook_id").to_owned();
    if !desk.state.rows(Table::Webhook).any(|row| row.text("id") == webhook) {
        return Err(Problem::rule("A Webhook must be selected"));
    }
    if int(&draft.values, "eventno") == 0 {
        return Err(Problem::rule("An Event must be selected"));
    }
    draft.values.insert("guid".into(), json!(desk.state.guid()));
    Ok(desk.store(Table::Notification, draft))
}

fn new_attachment(desk: &mut Desk<'_>, mut draft: Draft) -> Result<i64, Problem> {
    use base64::Engine;
    if desk.state.live(Table::Tickets, int(&draft.values, "ticket_id")).is_none() {
        return Err(Problem::rule("A Ticket must be specified"));
    }
    named(&draft.values, "filename", "A File Name must be entered", true)?;
    let data = text(&draft.control, "data_base64").to_owned();
    let bytes = base64::engine::general_purpose::STANDARD.decode(&data).map_err(|_| Problem::rule("The file could not be read"))?;
    draft.values.insert("filesize".into(), json!(bytes.len()));
    let id = desk.store(Table::Attachment, draft);
    desk.state.files.insert(id, data);
    Ok(id)
}

/// The outcome that an action names, if this agent may use it.
pub(super) fn outcome_of(draft: &Draft) -> Result<(i64, &'static str), Problem> {
    let (id, name) = (int(&draft.values, "outcome_id"), text(&draft.values, "outcome").trim());
    if id == 0 && name.is_empty() {
        return Err(Problem::rule("An Outcome must be entered for this Action"));
    }
    let found = OUTCOMES.iter().find(|o| if id == 0 { o.name.eq_ignore_ascii_case(name) } else { o.id == id });
    match found {
        Some(outcome) if outcome.allowed => Ok((outcome.id, outcome.name)),
        _ => Err(Problem::rule("You do not have access to this Action")),
    }
}

/// Where a new ticket belongs: its user's site, else its site, else its client's main site, else nowhere in particular.
pub(super) fn place(desk: &Desk<'_>, values: &Map<String, Value>) -> Result<(i64, i64, i64), Problem> {
    let (client, site, user) = (int(values, "client_id"), int(values, "site_id"), int(values, "user_id"));
    let belongs = |site: i64| desk.state.live(Table::Site, site).map(|row| (row.int("client_id"), site));
    if user > 0 {
        let row = desk.state.live(Table::Users, user).ok_or_else(|| Problem::rule("A User must be selected"))?;
        if site == 0 && desk.config.ticket_needs_site {
            return Err(Problem::rule("A Site must be selected"));
        }
        // Whatever else was sent, the user's own site and client win.
        let (client, site) = belongs(row.int("site_id")).ok_or_else(|| Problem::rule("A Site must be selected"))?;
        return Ok((client, site, user));
    }
    if site > 0 {
        let (client, site) = belongs(site).ok_or_else(|| Problem::rule("A Site must be selected"))?;
        return Ok((client, site, 0));
    }
    if client > 0 {
        let row = desk.state.live(Table::Client, client).ok_or_else(|| Problem::rule("A Customer must be selected"))?;
        return Ok((client, row.int("main_site_id"), 0));
    }
    Ok((UNKNOWN_CLIENT, UNKNOWN_SITE, 0))
}

/// Checks the ids that point elsewhere, as the database's foreign keys do.
pub(super) fn known_agent(values: &Map<String, Value>) -> Result<(), Problem> {
    let agent = int(values, "agent_id");
    let known = agent == 0 || super::reference::AGENTS.iter().any(|a| a.id == agent);
    if known {
        Ok(())
    } else {
        Err(Problem::rule("A database error occurred (547) - The INSERT statement conflicted with a FOREIGN KEY constraint."))
    }
}

/// Nobody, where no agent was named.
pub(super) fn default_agent(values: &mut Map<String, Value>) {
    if int(values, "agent_id") == 0 {
        values.insert("agent_id".into(), json!(UNASSIGNED));
    }
}

/// A DELETE; tickets only hide, what is in use stays.
pub(super) fn delete(desk: &mut Desk<'_>, table: Table, id: i64) -> Result<(), Problem> {
    let in_use = match table {
        Table::Client => id == UNKNOWN_CLIENT || desk.state.rows(Table::Tickets).any(|t| !t.deleted && t.int("client_id") == id),
        Table::Site => {
            let people = desk.state.rows(Table::Users).any(|u| !u.deleted && u.int("site_id") == id && u.text("name") != "General User");
            people || desk.state.rows(Table::Client).any(|c| c.int("main_site_id") == id)
        }
        Table::Users => desk.state.rows(Table::Tickets).any(|t| !t.deleted && t.int("user_id") == id),
        _ => false,
    };
    if in_use {
        return Err(Problem::rule("This record is in use and cannot be deleted"));
    }
    let (now, lag) = (desk.now, desk.lag());
    match table {
        Table::Tickets | Table::Client | Table::Site | Table::Users => desk.state.change(table, id, now, lag, |row| row.deleted = true),
        _ => {
            desk.state.remove(table, id);
        }
    }
    if table == Table::Tickets {
        desk.happened(1072, table, id);
    }
    Ok(())
}

/// A date column that was sent, or now.
pub(super) fn date_or_now(values: &Map<String, Value>, column: &str, now: Timestamp) -> Value {
    match values.get(column) {
        Some(Value::String(date)) if !date.is_empty() => json!(date),
        _ => json!(super::column::stored_date(now)),
    }
}
