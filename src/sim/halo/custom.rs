//! Custom fields: creating them, reading what is sent for them, showing what is held. Section 4 of the API notes.

use super::{
    Problem,
    state::{Row, State, Table, int, text},
};
use crate::domain::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Characters that an ordinary text field takes.
const TEXT_LIMIT: usize = 255;

/// Tables that can have custom fields: 1 ticket, 2 client, 3 site, 4 users, 5 asset.
const USAGES: std::ops::RangeInclusive<i64> = 1..=5;

/// Checks a new field and gives it its prefix, limit and options.
pub(super) fn prepare(state: &mut State, field: &mut Map<String, Value>, new_values: &str) -> Result<(), Problem> {
    let name = text(field, "name").trim().to_owned();
    if !USAGES.contains(&int(field, "usage")) {
        return Err(Problem::Bare("No matching custom table".to_owned()));
    }
    if name.is_empty() {
        return Err(Problem::rule("A Name must be entered"));
    }
    if name.len() > 64 || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(Problem::rule("The Name can only contain letters, numbers and underscores"));
    }
    // The prefix is put in front whatever was sent, also in front of a name that has it.
    let full = format!("CF{name}");
    let usage = int(field, "usage");
    if state.rows(Table::FieldInfo).any(|other| other.int("usage") == usage && other.text("name").eq_ignore_ascii_case(&full)) {
        return Err(Problem::rule("A Custom Field with this Name already exists"));
    }
    field.insert("name".into(), json!(full));
    if text(field, "label").is_empty() {
        field.insert("label".into(), json!(name));
    }
    for column in ["type", "inputtype", "characterlimit"] {
        field.entry(column).or_insert(json!(0));
    }
    field.insert("guid".into(), json!(state.guid()));
    field.insert("custom".into(), json!(1));
    add_options(field, new_values);
    Ok(())
}

/// Appends the comma-separated options that are not there yet.
pub(super) fn add_options(field: &mut Map<String, Value>, new_values: &str) {
    if ![2, 3].contains(&int(field, "type")) {
        return;
    }
    let mut options = field.get("values").and_then(Value::as_array).cloned().unwrap_or_default();
    for name in new_values.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if !options.iter().any(|option| option["name"] == name) {
            options.push(json!({"id": options.len() + 1, "name": name}));
        }
    }
    field.insert("values".into(), Value::Array(options));
}

/// Reads the `customfields` of one element into ids and stored values. Unknown fields are ignored.
pub(super) fn read(state: &State, table: Table, sent: Option<&Value>, labels: bool) -> Result<BTreeMap<i64, Value>, Problem> {
    let mut read = BTreeMap::new();
    let (Some(usage), Some(sent)) = (table.custom_usage(), sent) else { return Ok(read) };
    let Some(entries) = sent.as_array() else {
        let why = "Cannot deserialize the current JSON value into type 'System.Collections.Generic.List`1[CustomField]'.";
        return Err(Problem::Model(vec![("[0].customfields".to_owned(), why.to_owned())]));
    };
    for entry in entries {
        let by_id = entry["id"].as_i64().or_else(|| entry["id"].as_str()?.parse().ok());
        let field = match (by_id, entry["name"].as_str()) {
            (Some(id), _) => state.live(Table::FieldInfo, id).filter(|field| field.int("usage") == usage),
            (None, Some(name)) => {
                state.rows(Table::FieldInfo).find(|field| field.int("usage") == usage && field.text("name").eq_ignore_ascii_case(name))
            }
            _ => None,
        };
        if let Some((field, value)) = field.zip(entry.get("value")) {
            read.insert(field.id, stored(field, value, labels)?);
        }
    }
    Ok(read)
}

/// The value as kept, `null` when it is cleared.
fn stored(field: &Row, value: &Value, labels: bool) -> Result<Value, Problem> {
    let label = field.text("label");
    let refuse = |why: &str| Err(Problem::rule(&format!("{label}: {why}")));
    let empty = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
    if empty {
        return Ok(Value::Null);
    }
    match field.int("type") {
        0 => stored_text(field, value),
        1 | 10 => match value {
            Value::String(_) => Ok(value.clone()),
            Value::Number(_) | Value::Bool(_) => Ok(json!(value.to_string())),
            _ => refuse("The value must be text"),
        },
        2 => match option_id(field, value, labels) {
            Some(0) => Ok(Value::Null),
            Some(id) => Ok(json!(id)),
            None => refuse("Please select a valid value"),
        },
        3 => {
            let one = |entry: &Value| option_id(field, if entry.is_object() { &entry["id"] } else { entry }, labels);
            let ids: Option<Vec<i64>> = match value {
                Value::Array(entries) => entries.iter().map(one).collect(),
                Value::String(csv) => csv.split(',').map(|part| one(&json!(part.trim()))).collect(),
                other => one(other).map(|id| vec![id]),
            };
            ids.map_or_else(|| refuse("Please select valid values"), |ids| Ok(json!(ids)))
        }
        4 => match value.as_str().and_then(Timestamp::parse) {
            // A date without time is cut to its UTC day, which is why clients send noon.
            Some(at) if field.int("inputtype") == 0 => Ok(json!(format!("{}T00:00:00.000", &super::column::stored_date(at)[..10]))),
            Some(at) => Ok(json!(super::column::stored_date(at))),
            None => refuse("Please enter a valid date"),
        },
        6 => match value {
            Value::Bool(_) => Ok(value.clone()),
            Value::String(word) if word.eq_ignore_ascii_case("true") || word == "1" => Ok(json!(true)),
            Value::String(word) if word.eq_ignore_ascii_case("false") || word == "0" => Ok(json!(false)),
            Value::Number(n) => Ok(json!(n.as_i64() != Some(0))),
            _ => refuse("Please tick or clear the box"),
        },
        _ => Ok(value.clone()),
    }
}

fn stored_text(field: &Row, value: &Value) -> Result<Value, Problem> {
    let label = field.text("label");
    let words = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return Err(Problem::rule(&format!("{label}: The value must be text"))),
    };
    let limit = match field.int("characterlimit") {
        0 => TEXT_LIMIT,
        given => given as usize,
    };
    if words.chars().count() > limit {
        return Err(Problem::rule(&format!("{label}: The maximum length is {limit} characters")));
    }
    let fits = match field.int("inputtype") {
        1 => words.trim().parse::<i64>().is_ok(),
        2 | 4 => words.trim().parse::<f64>().is_ok(),
        3 => words.chars().all(|c| c.is_alphanumeric() || c.is_whitespace()),
        _ => true,
    };
    if fits { Ok(json!(words)) } else { Err(Problem::rule(&format!("{label}: The value is not valid"))) }
}

/// The option's id; the label is taken only by tenants that do so.
fn option_id(field: &Row, value: &Value, labels: bool) -> Option<i64> {
    let options = field.values.get("values")?.as_array()?;
    let id = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
    match id {
        Some(0) => Some(0),
        Some(id) => options.iter().any(|option| option["id"] == id).then_some(id),
        None if labels => options.iter().find(|option| option["name"] == *value).and_then(|option| option["id"].as_i64()),
        None => None,
    }
}

/// The `customfields` of a record: all that its table has, or those named; `null` where nothing is set.
pub(super) fn show(state: &State, table: Table, held: &BTreeMap<i64, Value>, only: Option<&[i64]>, record: i64) -> Value {
    let Some(usage) = table.custom_usage() else { return json!([]) };
    let shown = state
        .rows(Table::FieldInfo)
        .filter(|field| field.int("usage") == usage && only.is_none_or(|ids| ids.contains(&field.id)))
        .map(|field| show_one(field, held.get(&field.id).unwrap_or(&Value::Null), record))
        .collect();
    Value::Array(shown)
}

fn show_one(field: &Row, value: &Value, record: i64) -> Value {
    let options = field.values.get("values").and_then(Value::as_array);
    let label_of =
        |id: &Value| options.and_then(|all| all.iter().find(|o| o["id"] == *id)).and_then(|o| o["name"].as_str()).unwrap_or_default();
    let numeric = field.int("type") == 0 && field.int("inputtype") == 1;
    let (value, display) = match (field.int("type"), value) {
        (_, Value::Null) => (Value::Null, String::new()),
        (2, id) => (id.clone(), label_of(id).to_owned()),
        (3, Value::Array(ids)) => {
            let rows: Vec<_> = ids.iter().map(|id| json!({"id": id, "name": label_of(id)})).collect();
            (json!(rows), ids.iter().map(label_of).collect::<Vec<_>>().join(", "))
        }
        (4, Value::String(date)) => (json!(super::column::shown_date(date)), super::column::shown_date(date)),
        // Boxes come back as a word from some records, as a truth value from others.
        (6, Value::Bool(tick)) => (if record % 2 == 0 { json!(tick) } else { json!(tick.to_string()) }, tick.to_string()),
        // Whole numbers come back as numbers.
        (0, Value::String(words)) if numeric => (words.trim().parse::<i64>().map_or_else(|_| json!(words), |n| json!(n)), words.clone()),
        (_, value) => (value.clone(), value.as_str().unwrap_or_default().to_owned()),
    };
    json!({
        "id": field.id, "name": field.text("name"), "label": field.text("label"), "summary": field.text("summary"), "type": field.int("type"),
        "inputtype": field.int("inputtype"), "usage": field.int("usage"), "value": value, "display": display,
        "characterlimit": field.int("characterlimit"), "guid": field.text("guid"),
    })
}
