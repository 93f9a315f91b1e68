//! POST: an array of objects, each an insert without `id` or a partial update with it. Type errors come back all at
//! once as a dictionary, business rules one at a time, and what was done before the first broken rule stays done.

use super::{
    Actor, HaloConfig, Problem, UnknownId,
    column::{self, Access, Complaint, Kind},
    custom,
    reference::Reference,
    rules,
    state::{State, Table},
};
use crate::domain::Timestamp;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, time::Duration};

/// What a write happens in.
pub(super) struct Desk<'a> {
    pub(super) state: &'a mut State,
    pub(super) reference: &'a Reference,
    pub(super) config: &'a HaloConfig,
    pub(super) now: Timestamp,
    pub(super) actor: Actor,
    /// What happened, for webhooks.
    pub(super) events: Vec<Happened>,
}

/// Something that a notification may wait for.
pub(super) struct Happened {
    pub(super) event: i64,
    pub(super) table: Table,
    pub(super) id: i64,
}

/// One element, read.
pub(super) struct Draft {
    /// Columns to store.
    pub(super) values: Map<String, Value>,
    /// Control keys.
    pub(super) control: Map<String, Value>,
    /// Custom fields by id.
    pub(super) custom: BTreeMap<i64, Value>,
}

impl Desk<'_> {
    pub(super) fn lag(&self) -> Duration {
        Duration::from_millis(self.config.search_lag_ms.into())
    }

    pub(super) fn happened(&mut self, event: i64, table: Table, id: i64) {
        self.events.push(Happened { event, table, id });
    }

    /// Carries out a whole POST; the ids written, in order.
    pub(super) fn post(&mut self, table: Table, body: Value) -> Result<Vec<i64>, Problem> {
        let elements = match body {
            Value::Array(elements) => elements,
            Value::Object(one) if self.config.bare_objects => vec![Value::Object(one)],
            _ => return Err(Problem::Model(vec![(String::new(), NOT_AN_ARRAY.to_owned())])),
        };
        if elements.is_empty() {
            return Err(Problem::rule("Nothing was posted"));
        }
        let mut complaints: Vec<Complaint> = Vec::new();
        let mut read = Vec::new();
        for (nth, element) in elements.iter().enumerate() {
            match element {
                Value::Object(element) => {
                    let id = read_id(table, nth, element, &mut complaints);
                    read.push((
                        id,
                        column::read_element(table.columns(), nth, element, &mut complaints),
                        element.get("customfields").cloned(),
                    ));
                }
                _ => complaints.push((format!("[{nth}]"), "Error converting value to an object.".to_owned())),
            }
        }
        if !complaints.is_empty() {
            return Err(Problem::Model(complaints));
        }
        let mut written = Vec::new();
        for (id, columns, sent_custom) in read {
            written.push(self.one(table, id, columns, sent_custom.as_ref())?);
        }
        Ok(written)
    }

    fn one(&mut self, table: Table, id: Option<i64>, columns: Map<String, Value>, sent_custom: Option<&Value>) -> Result<i64, Problem> {
        check_lengths(table, &columns)?;
        let custom = custom::read(self.state, table, sent_custom, self.config.dropdown_labels)?;
        let is_control = |name: &str| column::column(table.columns(), name).is_some_and(|c| c.access == Access::Control);
        let (control, values) = columns.into_iter().partition(|(name, _)| is_control(name));
        let draft = Draft { values, control, custom };
        match id {
            None => rules::insert(self, table, draft),
            Some(id) => {
                let id = if table == Table::Actions { super::state::action_key(rules::ticket_of(&draft)?, id) } else { id };
                match self.state.row(table, id) {
                    Some(row) if !row.deleted || draft.control.get("_recover") == Some(&json!(true)) => {
                        rules::update(self, table, id, draft)
                    }
                    _ => match self.config.unknown_id {
                        UnknownId::Message => Err(Problem::rule("The record could not be found")),
                        UnknownId::NotFound => Err(Problem::NotFound),
                        UnknownId::Insert => rules::insert(self, table, draft),
                    },
                }
            }
        }
    }

    /// Stores the draft's values into an existing record. Custom fields that were not sent keep their value.
    pub(super) fn merge(&mut self, table: Table, id: i64, draft: Draft) {
        let (now, lag) = (self.now, self.lag());
        self.state.change(table, id, now, lag, |row| {
            for (name, value) in draft.values {
                row.values.insert(name, value);
            }
            for (field, value) in draft.custom {
                match value {
                    Value::Null => drop(row.custom.remove(&field)),
                    value => drop(row.custom.insert(field, value)),
                }
            }
        });
    }

    /// Stores the draft as a new record, stamped.
    pub(super) fn store(&mut self, table: Table, draft: Draft) -> i64 {
        let mut values = draft.values;
        let now = column::stored_date(self.now);
        if let Some(stamp) = table.stamp() {
            values.insert(stamp.to_owned(), json!(now));
        }
        if column::column(table.columns(), "datecreated").is_some() {
            values.insert("datecreated".to_owned(), json!(now));
        }
        let custom = draft.custom.into_iter().filter(|(_, value)| !value.is_null()).collect();
        self.state.insert(table, values, custom, self.now)
    }
}

const NOT_AN_ARRAY: &str = "Cannot deserialize the current JSON object (e.g. {\"name\":\"value\"}) into type 'System.Collections.Generic.List`1' because the type requires a JSON array (e.g. [1,2,3]) to deserialize correctly. Path '', line 1, position 1.";

/// The record to update. Webhooks have GUIDs; everything else whole numbers, of which 0 means a new one.
fn read_id(table: Table, nth: usize, element: &Map<String, Value>, complaints: &mut Vec<Complaint>) -> Option<i64> {
    let path = format!("[{nth}].id");
    match element.get("id") {
        None | Some(Value::Null) => None,
        // Updates of webhooks are resolved by GUID in `route`.
        Some(_) if table == Table::Webhook => element.get("_row").and_then(Value::as_i64),
        Some(Value::Number(n)) if n.is_i64() => n.as_i64().filter(|id| *id != 0),
        Some(Value::String(text)) if text.trim().parse::<i64>().is_ok() => text.trim().parse().ok().filter(|id| *id != 0),
        Some(other) => {
            let why =
                format!("Could not convert string to integer: {}. Path '{path}', line 1, position 8.", other.to_string().trim_matches('"'));
            complaints.push((path, why));
            None
        }
    }
}

/// What does not fit into its column fails in the database, and says so.
fn check_lengths(table: Table, columns: &Map<String, Value>) -> Result<(), Problem> {
    for (name, value) in columns {
        let Some(Kind::Text(limit)) = column::column(table.columns(), name).map(|c| c.kind) else { continue };
        if value.as_str().is_some_and(|text| text.chars().count() > limit) {
            return Err(Problem::rule("A database error occurred (8152) - String or binary data would be truncated."));
        }
    }
    Ok(())
}
