//! Fields <-> columns and custom fields. Reading and writing are inverse as far as Halo can hold a value, and
//! [`shape`] says how far that is.

use super::{
    Entity, FieldType, Tenant, TenantField, Unread,
    columns::Column,
    tenant::same,
    wire::{self, Row},
};
use crate::domain::{Field, FieldKind, Fields, Subject, Text, Timestamp, Value, unique};
use serde_json::{Map, Value as Json, json};

/// An empty date, as Halo itself writes it.
const NO_DATE: &str = "1900-01-01T00:00:00";

const DAY: i64 = 86_400_000_000;

/// A record's fields, and what stands in them that is no value of ours.
pub(super) fn read(tenant: &Tenant, entity: Entity, row: Row<'_>) -> (Fields, Vec<Unread>) {
    let mut reader = Reader::default();
    for column in entity.columns() {
        reader.column(column, row);
    }
    for custom in row.list("customfields").iter().filter_map(Json::as_object).map(Row) {
        let known = tenant.fields.iter().find(|have| have.entity == entity && Some(have.id) == custom.int("id"));
        if let Some((field, have)) = known.and_then(|have| Some((have.field?, have)))
            && let Some(text) = custom_text(have, custom)
        {
            reader.put(field, &text);
        }
    }
    (reader.fields, reader.unread)
}

#[derive(Default)]
struct Reader {
    fields: Fields,
    unread: Vec<Unread>,
}

impl Reader {
    fn column(&mut self, column: &Column, row: Row<'_>) {
        let field = column.field;
        match field.kind() {
            FieldKind::List => {
                let items = unique(column.keys.iter().filter_map(|key| row.text(key)));
                self.fields.set(field, Value::List(items));
            }
            // An amount of nothing is how Halo writes none.
            FieldKind::Number => match row.int(column.keys[0]) {
                Some(0) | None => {}
                Some(number) => self.fields.set(field, Value::Number(number)),
            },
            _ => {
                if let Some(text) = row.text(column.keys[0]) {
                    self.put(field, &text);
                }
            }
        }
    }

    fn put(&mut self, field: Field, text: &Text) {
        match parse(field.kind(), text) {
            Parsed::Value(value) => self.fields.set(field, value),
            Parsed::Nothing => {}
            Parsed::Strange => self.unread.push(Unread { field, text: text.clone() }),
        }
    }
}

enum Parsed {
    Value(Value),
    Nothing,
    Strange,
}

fn parse(kind: FieldKind, text: &Text) -> Parsed {
    if text.is_empty() {
        return Parsed::Nothing;
    }
    let value = match kind {
        FieldKind::Number => wire::int(&Json::String(text.to_string())).map(Value::Number),
        FieldKind::Date if text.starts_with("1900-01-01") || text.starts_with("1899-12-30") => return Parsed::Nothing,
        FieldKind::Date => Timestamp::parse(text).map(|at| Value::Date(day(at))),
        _ => Value::parse(kind, text),
    };
    value.map_or(Parsed::Strange, Parsed::Value)
}

/// Dates are sent at noon, so that no zone moves them to another day; the hour means nothing.
fn day(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros().div_euclid(DAY) * DAY)
}

/// What a custom field says, in words: labels for selections.
fn custom_text(have: &TenantField, custom: Row<'_>) -> Option<Text> {
    let label = |value: &Json| {
        let row = value.as_object().map(Row);
        let id = row.map_or_else(|| wire::int(value), |row| row.int("id"));
        let option = id.and_then(|id| have.options.iter().find(|option| option.id == id)).map(|option| option.name.clone());
        option.or_else(|| row?.text("name")).or_else(|| wire::text(value).filter(|_| id.is_none()))
    };
    let value = custom.get("value")?;
    match have.kind {
        FieldType::Select if value.as_str().is_some_and(str::is_empty) || wire::int(value).is_some_and(|id| id <= 0) => None,
        FieldType::Select => label(value).or_else(|| custom.text("display")),
        FieldType::Multi => {
            let labels: Option<Vec<Text>> = value.as_array().map(|items| items.iter().filter_map(label).collect());
            labels.map(|labels| Text::from(labels.join(", "))).or_else(|| custom.text("display"))
        }
        FieldType::Rich => wire::text(value).map(|html| without_tags(&html)),
        FieldType::Other => None,
        _ => wire::text(value),
    }
}

/// HTML to words, as far as comparing needs it: tags go, the five entities of XML and the hard space are read.
fn without_tags(html: &str) -> Text {
    let mut words = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                words.push(' ');
            }
            _ if inside => {}
            _ => words.push(c),
        }
    }
    let entities = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    Text::from(entities.iter().fold(words, |words, (entity, plain)| words.replace(entity, plain)))
}

/// A field that was not written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Skipped {
    /// Which.
    pub field: Field,
    /// Why, in words.
    pub why: String,
}

/// Puts `fields` and the emptiness of `clear` into the body of a POST. Fields that this kind of record has no place
/// for are left out; those that it should have a place for come back with the reason.
pub(super) fn write(tenant: &Tenant, entity: Entity, fields: &Fields, clear: &[Field], into: &mut Map<String, Json>) -> Vec<Skipped> {
    let mut skipped = Vec::new();
    let mut custom = Vec::new();
    let wanted = fields.iter().map(|(field, value)| (field, Some(value)));
    let cleared = clear.iter().filter(|field| fields.get(**field).is_none()).map(|field| (*field, None));
    for (field, value) in wanted.chain(cleared) {
        if let Some(column) = entity.columns().iter().find(|column| column.field == field) {
            write_column(column, value, into);
        } else if let Some(have) = tenant.field(entity, field) {
            match custom_value(have, value) {
                Ok(value) => custom.push(json!({"id": have.id, "value": value})),
                Err(why) => skipped.push(Skipped { field, why }),
            }
        } else if entity == Entity::Ticket && field.subject() == Subject::Lead {
            skipped.push(Skipped { field, why: "HaloPSA has no custom field for it; `leadloom setup` creates it".to_owned() });
        }
    }
    if !custom.is_empty() {
        into.insert("customfields".to_owned(), Json::Array(custom));
    }
    skipped
}

fn write_column(column: &Column, value: Option<&Value>, into: &mut Map<String, Json>) {
    match value {
        Some(Value::List(items)) => {
            let items = items.iter().map(|item| cut(item, column.chars)).chain(std::iter::repeat(Json::from("")));
            for (key, item) in column.keys.iter().zip(items) {
                insert(key, item, into);
            }
        }
        value => {
            let plain = match value {
                Some(value) => plain_value(value, column.chars),
                None => empty_value(column.field.kind()),
            };
            for (nth, key) in column.keys.iter().enumerate() {
                insert(key, if nth == 0 { plain.clone() } else { Json::from("") }, into);
            }
        }
    }
}

fn insert(key: &str, value: Json, into: &mut Map<String, Json>) {
    match key.split_once('.') {
        None => drop(into.insert(key.to_owned(), value)),
        Some((outer, inner)) => {
            if let Json::Object(object) = into.entry(outer).or_insert_with(|| Json::Object(Map::new())) {
                insert(inner, value, object);
            }
        }
    }
}

fn cut(text: &str, chars: usize) -> Json {
    Json::String(Text::new(text).truncated(chars).to_string())
}

fn plain_value(value: &Value, chars: usize) -> Json {
    match value {
        Value::Number(number) => Json::from(*number),
        Value::Flag(flag) => Json::from(*flag),
        Value::Date(at) => Json::String(day(*at).to_string().replace("T00:00:00Z", "T12:00:00Z")),
        other => cut(&other.to_string(), chars),
    }
}

fn empty_value(kind: FieldKind) -> Json {
    match kind {
        FieldKind::Number => Json::from(0),
        FieldKind::Flag => Json::from(false),
        FieldKind::Date => Json::from(NO_DATE),
        _ => Json::from(""),
    }
}

fn custom_value(have: &TenantField, value: Option<&Value>) -> Result<Json, String> {
    let option = |label: &str| have.options.iter().find(|option| same(&option.name, label)).map(|option| option.id);
    let no_option = |label: &str| format!("the selection {:?} has no option {label:?}", have.name);
    let Some(value) = value else {
        return Ok(match have.kind {
            FieldType::Select => Json::from(0),
            FieldType::Multi => json!([]),
            FieldType::Flag => Json::from(false),
            FieldType::Date => Json::from(NO_DATE),
            _ => Json::from(""),
        });
    };
    let text = value.to_string();
    match have.kind {
        FieldType::Select => option(&text).map(Json::from).ok_or_else(|| no_option(&text)),
        FieldType::Multi => {
            let labels: Vec<&str> = if option(&text).is_some() { vec![&text] } else { text.split(',').map(str::trim).collect() };
            let one = |label: &&str| option(label).map(|id| json!({"id": id})).ok_or_else(|| no_option(label));
            labels.iter().map(one).collect::<Result<Vec<_>, _>>().map(Json::Array)
        }
        FieldType::Flag => match Value::parse(FieldKind::Flag, &text) {
            Some(Value::Flag(flag)) => Ok(Json::from(flag)),
            _ => Err(format!("{:?} takes yes or no", have.name)),
        },
        FieldType::Number => wire::int(&Json::String(text)).map(Json::from).ok_or_else(|| format!("{:?} takes a number", have.name)),
        FieldType::Date if !matches!(value, Value::Date(_)) => Err(format!("{:?} takes a date", have.name)),
        FieldType::Other => Err(format!("{:?} is of a kind that cannot be written", have.name)),
        _ => Ok(plain_value(value, have.chars)),
    }
}

/// What of `fields` HaloPSA can hold on records of that kind, in the form in which it gives it back. The engines compare
/// this, so that a value that cannot arrive (a third e-mail address, an option that is not there) never looks like a
/// difference.
pub fn shape(tenant: &Tenant, entity: Entity, fields: &Fields) -> Fields {
    let mut body = Map::new();
    write(tenant, entity, fields, &[], &mut body);
    read(tenant, entity, Row(&body)).0
}
