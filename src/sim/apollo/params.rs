//! Parameters as Rails reads them: from the query (`titles[]=a`, `range[min]=1`) and from a JSON body, together.

use crate::sim::server::call::Call;
use serde_json::{Map, Value, json};

/// From and to, either may be open.
pub(super) type Bounds = (Option<i64>, Option<i64>);

/// All parameters of a request; the body wins.
pub(super) struct Params(Map<String, Value>);

impl Params {
    pub(super) fn read(call: &Call) -> Result<Self, serde_json::Error> {
        let mut all = Map::new();
        for (name, value) in &call.query.0 {
            if let Some(list) = name.strip_suffix("[]") {
                let slot = all.entry(list).or_insert_with(|| json!([]));
                if let Some(list) = slot.as_array_mut() {
                    list.push(json!(value));
                }
            } else if let Some((outer, inner)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) {
                let slot = all.entry(outer).or_insert_with(|| json!({}));
                if let Some(object) = slot.as_object_mut() {
                    object.insert(inner.to_owned(), json!(value));
                }
            } else {
                all.insert(name.clone(), json!(value));
            }
        }
        if !call.body.is_empty()
            && let Value::Object(body) = call.json()?
        {
            all.extend(body);
        }
        Ok(Self(all))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default()
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        match self.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(word)) => word == "true",
            _ => false,
        }
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        number(self.get(name)?)
    }

    /// The texts of a list, in lower case; `None` when it was not sent or is empty.
    pub(super) fn list(&self, name: &str) -> Option<Vec<String>> {
        let list: Vec<String> = match self.get(name)? {
            Value::Array(items) => items.iter().filter_map(text_of).collect(),
            other => text_of(other).into_iter().collect(),
        };
        (!list.is_empty()).then_some(list)
    }

    /// A `{min,max}` object. Anything else is the 422 that Ruby's type error becomes.
    pub(super) fn range(&self, name: &str) -> Result<Option<Bounds>, ()> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(range)) => Ok(Some((range.get("min").and_then(number), range.get("max").and_then(number)))),
            Some(_) => Err(()),
        }
    }
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_lowercase()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}
