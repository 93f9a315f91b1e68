//! How records look going out: names joined in, ids of two columns as doubles, nulls dropped, some empty dates as
//! the year 1900, custom fields only where asked for.

use super::{
    HaloConfig,
    column::{Access, Kind, shown_date},
    custom,
    reference::{AGENTS, Reference},
    state::{Seen, State, Table, action_number, int, text},
};
use crate::sim::{dice::stable, server::call::Query};
use serde_json::{Map, Value, json};

/// What a record is shown in.
#[derive(Clone, Copy)]
pub(super) enum View<'a> {
    /// A row of a list; `custom` names the custom fields it carries.
    Row { query: &'a Query, custom: Option<&'a [i64]> },
    /// A GET of one record.
    Single { query: &'a Query },
    /// The answer to a write, and what tests see: everything.
    Whole,
}

impl View<'_> {
    fn asks(self, word: &str) -> bool {
        match self {
            Self::Row { query, .. } | Self::Single { query } => query.flag(word),
            Self::Whole => true,
        }
    }

    fn is_row(self) -> bool {
        matches!(self, Self::Row { .. })
    }
}

/// What showing needs to know.
pub(super) struct Shop<'a> {
    pub(super) state: &'a State,
    pub(super) reference: &'a Reference,
    pub(super) config: &'a HaloConfig,
}

impl Shop<'_> {
    pub(super) fn show(&self, table: Table, seen: &Seen<'_>, view: View<'_>) -> Value {
        let mut out = Map::new();
        let id = if table == Table::Actions { action_number(seen.id) } else { seen.id };
        out.insert("id".into(), json!(id));
        let heavy = !view.is_row() && view.asks("includedetails");
        for (nth, column) in table.columns().iter().enumerate() {
            let hidden = column.access == Access::Control || (column.access == Access::Heavy && !heavy);
            if hidden || column.name == "values" && !(heavy || view.asks("includevalues")) {
                continue;
            }
            let value = seen.values.get(column.name).unwrap_or(&Value::Null);
            match (column.kind, value) {
                (Kind::Date, Value::String(date)) if !date.is_empty() => {
                    out.insert(column.name.into(), json!(shown_date(date)));
                }
                (Kind::Date, _) => {
                    let roll = stable(self.state.seed, "empty date", seen.id as u64 * 64 + nth as u64) % 100;
                    if roll < u64::from(self.config.empty_date_percent) {
                        out.insert(column.name.into(), json!("1900-01-01T00:00:00"));
                    }
                }
                (_, Value::Null) => {}
                (_, value) => {
                    out.insert(column.name.into(), value.clone());
                }
            }
        }
        match table {
            Table::Tickets => self.ticket(&mut out, seen, view),
            Table::Client => self.client(&mut out, seen),
            Table::Site => self.site(&mut out, seen, view),
            Table::Users => self.user(&mut out, seen),
            Table::Actions if view.is_row() && !view.asks("includehtmlnote") => drop(out.remove("note_html")),
            Table::Webhook => {
                out.insert("id".into(), json!(text(seen.values, "id")));
                // Secrets go in and never come out.
                out.remove("basic_password");
                out.insert("events".into(), json!([]));
            }
            _ => {}
        }
        if table.custom_usage().is_some() {
            let shown = match view {
                View::Row { custom: None, .. } => None,
                View::Row { custom, .. } => Some(custom::show(self.state, table, seen.custom, custom, seen.id)),
                _ if heavy => Some(custom::show(self.state, table, seen.custom, None, seen.id)),
                _ => None,
            };
            if let Some(shown) = shown {
                out.insert("customfields".into(), shown);
            }
        }
        Value::Object(out)
    }

    /// A text column of another record.
    fn name_of(&self, table: Table, id: i64, column: &str) -> Option<Value> {
        self.state.row(table, id).map(|row| json!(row.text(column))).filter(|name| *name != "")
    }

    fn ticket(&self, out: &mut Map<String, Value>, seen: &Seen<'_>, view: View<'_>) {
        let id = |name: &str| int(seen.values, name);
        let kind = self.reference.ticket_type(id("tickettype_id"));
        let single = !view.is_row();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                out.insert(name.into(), value);
            }
        };
        put("client_name", self.name_of(Table::Client, id("client_id"), "name"));
        put("site_name", self.name_of(Table::Site, id("site_id"), "name"));
        put("user_name", self.name_of(Table::Users, id("user_id"), "name"));
        put("is_opportunity", Some(json!(kind.is_some_and(super::reference::TicketType::is_opportunity))));
        put("is_project", Some(json!(kind.is_some_and(|t| t.used_for == "projects"))));
        if single || view.asks("includestatus") {
            put("status_name", self.reference.status(id("status_id")).map(|s| json!(s.name)));
        }
        if single || view.asks("includetickettype") {
            put("tickettype_name", kind.map(|t| json!(t.name)));
        }
        if single || view.asks("includeagent") {
            put("agent_name", AGENTS.iter().find(|a| a.id == id("agent_id")).map(|a| json!(a.name)));
        }
        if single {
            put("user_email", self.name_of(Table::Users, id("user_id"), "emailaddress"));
            put("priority_name", self.reference.priority(id("priority_id")).map(|name| json!(name)));
            put("deleted", Some(json!(seen.deleted)));
            let num = |name: &str| seen.values.get(name).and_then(Value::as_f64);
            let weighted = num("oppvalue").zip(num("oppconversionprobability")).map(|(value, percent)| value * percent / 100.0);
            put("oppvalueadjusted", weighted.map(|value| json!(value)));
        }
        if single && view.asks("includelastaction") {
            let last = self.state.actions_of(seen.id).last();
            put("lastnote", last.map(|action| json!(action.text("note"))));
        }
    }

    fn client(&self, out: &mut Map<String, Value>, seen: &Seen<'_>) {
        if let Some(site) = self.state.row(Table::Site, int(seen.values, "main_site_id")) {
            out.insert("main_site_name".into(), json!(site.text("name")));
            if !site.text("phonenumber").is_empty() {
                out.insert("main_phonenumber".into(), json!(site.text("phonenumber")));
            }
        }
    }

    fn site(&self, out: &mut Map<String, Value>, seen: &Seen<'_>, view: View<'_>) {
        let client = int(seen.values, "client_id");
        // The database keeps this id as FLOAT.
        out.insert("client_id".into(), json!(client as f64));
        if let Some(name) = self.name_of(Table::Client, client, "name") {
            let site = text(seen.values, "name");
            out.insert("clientsite_name".into(), json!(format!("{}/{site}", name.as_str().unwrap_or_default())));
            out.insert("client_name".into(), name);
        }
        if view.is_row()
            && view.asks("includeaddress")
            && let Some(address) = seen.values.get("delivery_address")
        {
            out.insert("delivery_address".into(), address.clone());
        }
    }

    fn user(&self, out: &mut Map<String, Value>, seen: &Seen<'_>) {
        let site = int(seen.values, "site_id");
        let client = super::filter::client_of_site(self.state, site);
        out.insert("site_id".into(), json!(site as f64));
        out.insert("site_id_int".into(), json!(site));
        out.insert("client_id".into(), json!(client));
        for (name, table, id) in [("site_name", Table::Site, site), ("client_name", Table::Client, client)] {
            if let Some(value) = self.name_of(table, id, "name") {
                out.insert(name.into(), value);
            }
        }
    }
}

/// The names that differ in answers to writes, in tenants that do so.
pub(super) fn rename_as_posted(record: &mut Value) {
    let Some(map) = record.as_object_mut() else { return };
    for (from, to) in [("last_update", "lastupdate"), ("user_email", "useremail"), ("category_1", "category1"), ("category_2", "category2")]
    {
        if let Some(value) = map.remove(from) {
            map.insert(to.into(), value);
        }
    }
}
