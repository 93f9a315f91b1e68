//! HaloPSA's tables in memory. Everything a dump must hold stands here; nothing here knows a route.

use super::column::{self, Column};
use crate::domain::Timestamp;
use crate::sim::dice::Dice;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, time::Duration};

/// A table that has records.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are HaloPSA's")]
pub enum Table {
    Client,
    Site,
    Users,
    /// Tickets, leads, prospects, opportunities: one table, one sequence of ids.
    Tickets,
    /// Ids count per ticket.
    Actions,
    #[serde(rename = "CRMNote")]
    CrmNote,
    FieldInfo,
    Webhook,
    Notification,
    Attachment,
}

impl Table {
    pub(super) const ALL: [Self; 10] = [
        Self::Client,
        Self::Site,
        Self::Users,
        Self::Tickets,
        Self::Actions,
        Self::CrmNote,
        Self::FieldInfo,
        Self::Webhook,
        Self::Notification,
        Self::Attachment,
    ];

    pub(super) fn columns(self) -> &'static [Column] {
        match self {
            Self::Client => column::CLIENT,
            Self::Site => column::SITE,
            Self::Users => column::USER,
            Self::Tickets => column::TICKET,
            Self::Actions => column::ACTION,
            Self::CrmNote => column::NOTE,
            Self::FieldInfo => column::FIELD,
            Self::Webhook => column::WEBHOOK,
            Self::Notification => column::NOTIFICATION,
            Self::Attachment => column::ATTACHMENT,
        }
    }

    /// The key of the rows in a list's envelope; `None`: the list is a bare array.
    pub(super) fn list_key(self) -> Option<&'static str> {
        match self {
            Self::Client => Some("clients"),
            Self::Site => Some("sites"),
            Self::Users => Some("users"),
            Self::Tickets => Some("tickets"),
            Self::Actions | Self::CrmNote => Some("actions"),
            Self::Attachment => Some("attachments"),
            Self::FieldInfo | Self::Webhook | Self::Notification => None,
        }
    }

    /// The column that tells when a record last changed.
    pub(super) fn stamp(self) -> Option<&'static str> {
        match self {
            Self::Client => Some("alastupdate"),
            Self::Site => Some("slastupdate"),
            Self::Users => Some("ulastupdate"),
            Self::Tickets => Some("last_update"),
            _ => None,
        }
    }

    /// The `usage` number of the custom fields that belong to it.
    pub(super) fn custom_usage(self) -> Option<i64> {
        match self {
            Self::Tickets => Some(1),
            Self::Client => Some(2),
            Self::Site => Some(3),
            Self::Users => Some(4),
            _ => None,
        }
    }

    /// The first id that is handed out; the real ones are as arbitrary.
    fn first_id(self, seed: u64) -> i64 {
        let base = match self {
            Self::Client => 12,
            Self::Site => 18,
            Self::Users => 40,
            Self::Tickets => 2000,
            Self::FieldInfo => 130,
            Self::Actions | Self::CrmNote | Self::Webhook | Self::Notification | Self::Attachment => 1,
        };
        base + i64::from(Dice::of(seed, "first ids", self as u64).below(40))
    }
}

/// One record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Row {
    /// Unique in the table. For actions the ticket's id and the action's own, see [`action_key`].
    pub(super) id: i64,
    pub(super) values: Map<String, Value>,
    /// Values of custom fields by their id.
    #[serde(default)]
    pub(super) custom: BTreeMap<i64, Value>,
    #[serde(default)]
    pub(super) deleted: bool,
    /// As it was before the last change, for lists that lag behind.
    #[serde(default)]
    before: Option<Before>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Before {
    /// Until when it was so.
    until: Timestamp,
    /// `None`: it did not exist.
    was: Option<Was>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Was {
    values: Map<String, Value>,
    custom: BTreeMap<i64, Value>,
    deleted: bool,
}

/// A record as a list sees it.
pub(super) struct Seen<'a> {
    pub(super) id: i64,
    pub(super) values: &'a Map<String, Value>,
    pub(super) custom: &'a BTreeMap<i64, Value>,
    pub(super) deleted: bool,
}

impl Row {
    pub(super) fn text(&self, name: &str) -> &str {
        text(&self.values, name)
    }

    pub(super) fn int(&self, name: &str) -> i64 {
        int(&self.values, name)
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        flag(&self.values, name)
    }

    pub(super) fn fresh(&self) -> Seen<'_> {
        Seen { id: self.id, values: &self.values, custom: &self.custom, deleted: self.deleted }
    }

    /// As it was `lag` ago, as far back as the last change goes; `None` when it was not there yet.
    pub(super) fn seen(&self, now: Timestamp, lag: Duration) -> Option<Seen<'_>> {
        match &self.before {
            Some(before) if !lag.is_zero() && before.until.plus(lag) > now => {
                let Was { values, custom, deleted } = before.was.as_ref()?;
                Some(Seen { id: self.id, values, custom, deleted: *deleted })
            }
            _ => Some(self.fresh()),
        }
    }
}

/// A number in a record; 0 when absent, as HaloPSA means it.
pub(super) fn int(values: &Map<String, Value>, name: &str) -> i64 {
    match values.get(name) {
        Some(Value::Number(n)) => n.as_i64().or_else(|| n.as_f64().map(|f| f as i64)).unwrap_or(0),
        _ => 0,
    }
}

pub(super) fn text<'a>(values: &'a Map<String, Value>, name: &str) -> &'a str {
    values.get(name).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn flag(values: &Map<String, Value>, name: &str) -> bool {
    values.get(name) == Some(&Value::Bool(true))
}

/// Rows by id, and the next id.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Rows {
    next: i64,
    rows: BTreeMap<i64, Row>,
}

/// The whole tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) seed: u64,
    tables: BTreeMap<Table, Rows>,
    /// Bearer tokens and when they end.
    pub(super) tokens: BTreeMap<String, Timestamp>,
    /// Deliveries of webhooks, oldest first.
    pub(super) events: Vec<Value>,
    /// Bytes of attachments, base64.
    pub(super) files: BTreeMap<i64, String>,
    /// Draws of ids that are not numbers.
    pub(super) guids: u64,
}

impl State {
    pub(super) fn new(seed: u64) -> Self {
        let rows = |table: Table| Rows { next: table.first_id(seed), rows: BTreeMap::new() };
        let tables = Table::ALL.into_iter().map(|table| (table, rows(table))).collect();
        Self { seed, tables, tokens: BTreeMap::new(), events: Vec::new(), files: BTreeMap::new(), guids: 0 }
    }

    pub(super) fn rows(&self, table: Table) -> impl Iterator<Item = &Row> {
        self.tables.get(&table).into_iter().flat_map(|rows| rows.rows.values())
    }

    pub(super) fn row(&self, table: Table, id: i64) -> Option<&Row> {
        self.tables.get(&table)?.rows.get(&id)
    }

    /// The record, unless it is deleted.
    pub(super) fn live(&self, table: Table, id: i64) -> Option<&Row> {
        self.row(table, id).filter(|row| !row.deleted)
    }

    /// The actions of one ticket, oldest first.
    pub(super) fn actions_of(&self, ticket: i64) -> impl Iterator<Item = &Row> {
        let rows = self.tables.get(&Table::Actions);
        rows.into_iter().flat_map(move |rows| rows.rows.range(action_key(ticket, 0)..action_key(ticket + 1, 0)).map(|(_, row)| row))
    }

    /// Puts a new record in and returns its id.
    pub(super) fn insert(&mut self, table: Table, values: Map<String, Value>, custom: BTreeMap<i64, Value>, now: Timestamp) -> i64 {
        let ticket = int(&values, "ticket_id");
        let within = self.actions_of(ticket).last().map_or(0, |last| action_number(last.id));
        let rows = self.tables.entry(table).or_default();
        let id = if table == Table::Actions {
            action_key(ticket, within + 1)
        } else {
            rows.next += 1;
            rows.next - 1
        };
        let before = Some(Before { until: now, was: None });
        rows.rows.insert(id, Row { id, values, custom, deleted: false, before });
        id
    }

    /// Puts a record in under a known id: built-in records.
    pub(super) fn insert_as(&mut self, table: Table, id: i64, values: Map<String, Value>) {
        let rows = self.tables.entry(table).or_default();
        rows.rows.insert(id, Row { id, values, custom: BTreeMap::new(), deleted: false, before: None });
    }

    /// Changes a record. What it was stays visible to lists that lag.
    pub(super) fn change(&mut self, table: Table, id: i64, now: Timestamp, lag: Duration, how: impl FnOnce(&mut Row)) {
        let Some(row) = self.tables.get_mut(&table).and_then(|rows| rows.rows.get_mut(&id)) else { return };
        // Several changes within the lag: lists still show what was before the first of them.
        let still_lagging = row.before.as_ref().is_some_and(|before| before.until.plus(lag) > now);
        if !still_lagging {
            row.before = Some(Before {
                until: now,
                was: Some(Was { values: row.values.clone(), custom: row.custom.clone(), deleted: row.deleted }),
            });
        }
        how(row);
        if let Some(stamp) = table.stamp() {
            row.values.insert(stamp.to_owned(), Value::String(column::stored_date(now)));
        }
    }

    /// Takes a record out for good.
    pub(super) fn remove(&mut self, table: Table, id: i64) -> bool {
        self.tables.get_mut(&table).is_some_and(|rows| rows.rows.remove(&id).is_some())
    }

    /// The next id that is no number; the same in every run with the same requests.
    pub(super) fn guid(&mut self) -> String {
        self.guids += 1;
        Dice::of(self.seed, "halo guid", self.guids).guid()
    }
}

/// More actions than any ticket has.
const ACTIONS_PER_TICKET: i64 = 1 << 20;

/// Where action `number` of `ticket` is kept.
pub(super) fn action_key(ticket: i64, number: i64) -> i64 {
    ticket * ACTIONS_PER_TICKET + number
}

/// The action's own number within its ticket.
pub(super) fn action_number(key: i64) -> i64 {
    key % ACTIONS_PER_TICKET
}
