//! JSON text to a tree. Absent: types.

use super::{Lines, Node, Page, Problem, Problems, Shape};
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;
use std::fmt;

/// Deeper than any file of ours; each level costs a pass over the text below it.
const DEPTH: usize = 32;

pub(super) fn parse(page: Page<'_>) -> Result<Node, Problems> {
    let (lines, text) = page.lines();
    let whole: &RawValue = serde_json::from_str(text).map_err(|fault| {
        let start = lines.starts.get(fault.line().wrapping_sub(2)).copied().unwrap_or(0);
        let sentence = fault.to_string();
        let what = sentence.split(" at line ").next().unwrap_or("cannot be read");
        Problem::new(&lines.origin(start), "", format!("not valid JSON: {what}"))
    })?;
    Builder { lines, start: text.as_ptr() as usize }.node(whole, DEPTH).map_err(Problems::from)
}

struct Builder {
    lines: Lines,
    /// Address of the text's first byte: each raw value is a slice of that text, so addresses give offsets.
    start: usize,
}

impl Builder {
    fn node(&self, raw: &RawValue, depth: usize) -> Result<Node, Problem> {
        let text = raw.get();
        let origin = self.lines.origin((text.as_ptr() as usize).saturating_sub(self.start));
        let fault = |sentence: String| Problem::new(&origin, "", sentence);
        let left = depth.checked_sub(1).ok_or_else(|| fault(format!("nested more than {DEPTH} deep")))?;
        let wrong = |error: serde_json::Error| fault(format!("not valid JSON: {error}"));
        let shape = match text.as_bytes().first() {
            Some(b'{') => {
                let Entries(entries) = serde_json::from_str(text).map_err(wrong)?;
                let mut table: Vec<(String, Node)> = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    if table.iter().any(|(name, _)| *name == key) {
                        return Err(fault(format!("the key {key:?} is there twice")));
                    }
                    table.push((key, self.node(value, left)?));
                }
                Shape::Table(table)
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text).map_err(wrong)?;
                Shape::List(items.into_iter().map(|item| self.node(item, left)).collect::<Result<_, _>>()?)
            }
            Some(b'"') => Shape::Text(serde_json::from_str(text).map_err(wrong)?),
            Some(b't' | b'f') => Shape::Flag(text == "true"),
            Some(b'n') => Shape::Null,
            _ => match text.parse::<i64>() {
                Ok(whole) => Shape::Whole(whole),
                Err(_) => Shape::Real(text.parse().unwrap_or(f64::NAN)),
            },
        };
        Ok(Node { origin, shape })
    }
}

/// An object's keys and raw values in the order in which they were written.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                    entries.push((key, value));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}
