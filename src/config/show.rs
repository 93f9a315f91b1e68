//! Settings for people: key, value, and where it came from. Absent: secrets; their type writes dots.

use super::sections::Config;
use crate::domain::document::{Node, Origin, written};
use serde::Serialize;
use serde_json::Value as Json;

/// One setting.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Shown {
    /// Its key, dotted.
    pub key: String,
    /// Its value as TOML would write it; a secret as dots.
    pub value: String,
    /// Where it came from: `default`, `leadloom.toml:12`, `environment APOLLO_API_KEY`.
    pub origin: String,
}

pub(super) fn shown(config: &Config, tree: &Node, all: bool) -> Vec<Shown> {
    let mut rows = Vec::new();
    let whole = serde_json::to_value(config).unwrap_or_default();
    walk(&whole, Some(tree), "", &mut |key, value, origin| {
        rows.push(Shown { key: key.to_owned(), value: value.to_string(), origin: origin.to_string() });
    });
    let set_up = |row: &Shown| match row.key.strip_prefix("sources.").and_then(|rest| rest.split('.').next()) {
        Some(source) => tree.at(&["sources", source]).is_some(),
        None => true,
    };
    rows.retain(|row| all || set_up(row));
    rows
}

/// Values that are not set are left out; lists are one value.
fn walk(value: &Json, node: Option<&Node>, key: &str, found: &mut dyn FnMut(&str, &Json, &Origin)) {
    match value {
        Json::Null => {}
        Json::Object(entries) => {
            for (step, value) in entries {
                let key = if key.is_empty() { written(step) } else { format!("{key}.{}", written(step)) };
                walk(value, node.and_then(|node| node.get(step)), &key, found);
            }
        }
        _ => found(key, value, node.map_or(&Origin::Default, |node| &node.origin)),
    }
}
