//! The JSON Schema of each settings file, made from its type: for editors, and for knowing which keys there are.
//! `config/schema/` holds them as files; a test keeps them in step.

use super::sections::Config;
use crate::workflow::WorkflowFile;
use schemars::{JsonSchema, schema_for};
use serde_json::Value as Json;

/// A settings file that has a schema.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SchemaFile {
    /// `leadloom.toml`.
    Leadloom,
    /// `workflows.toml`.
    Workflows,
}

impl SchemaFile {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Leadloom, Self::Workflows];

    /// Its name without ending, as in `config/schema/leadloom.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Leadloom => "leadloom",
            Self::Workflows => "workflows",
        }
    }
}

/// The schema, laid out for people, with a line end.
pub fn schema(file: SchemaFile) -> String {
    let mut schema = match file {
        SchemaFile::Leadloom => schema_for!(Config),
        SchemaFile::Workflows => schema_for!(WorkflowFile),
    }
    .to_value();
    keep_plain_defaults(&mut schema);
    format!("{schema:#}\n")
}

/// A table's default only repeats those of its keys, and "nothing" is no news.
fn keep_plain_defaults(schema: &mut Json) {
    match schema {
        Json::Object(entries) => {
            if entries.get("default").is_some_and(|default| default.is_null() || default.is_object()) {
                entries.shift_remove("default");
            }
            entries.values_mut().for_each(keep_plain_defaults);
        }
        Json::Array(items) => items.iter_mut().for_each(keep_plain_defaults),
        _ => {}
    }
}

/// The paths of all settings that are one value: not tables, not maps with keys of the user's choice.
pub(super) fn leaves<T: JsonSchema>() -> Vec<Vec<String>> {
    let root = schema_for!(T).to_value();
    let mut found = Vec::new();
    descend(&root, &root, &mut Vec::new(), &mut found);
    found
}

fn descend(root: &Json, schema: &Json, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let schema = resolved(root, schema);
    match schema.get("properties").and_then(Json::as_object) {
        Some(properties) => {
            for (key, inner) in properties {
                path.push(key.clone());
                descend(root, inner, path, found);
                path.pop();
            }
        }
        None if schema.get("additionalProperties").is_some() => {}
        None => found.push(path.clone()),
    }
}

/// Follows a reference, also behind "or nothing".
fn resolved<'a>(root: &'a Json, schema: &'a Json) -> &'a Json {
    let options = schema.get("anyOf").and_then(Json::as_array);
    let chosen = options.and_then(|options| options.iter().find(|option| option.get("type") != Some(&Json::from("null"))));
    let chosen = chosen.unwrap_or(schema);
    let target = chosen.get("$ref").and_then(Json::as_str).and_then(|path| root.pointer(path.trim_start_matches('#')));
    target.map_or(chosen, |target| resolved(root, target))
}
