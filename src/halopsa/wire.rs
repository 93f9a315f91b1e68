//! Halo's JSON, read leniently: whole numbers as `140.0` or `"140"`, flags as words, dates of 1900 that mean none,
//! lists under three kinds of envelope. Absent: what a column means.

use crate::{
    domain::{Text, Timestamp},
    net::{Answer, NetError},
};
use serde_json::{Map, Value as Json};

/// Rows of a list.
pub(super) struct List {
    pub rows: Vec<Json>,
    /// How many there are on all pages, where it says so.
    pub total: Option<u64>,
}

impl List {
    /// Reads the documented key, else the first array that is not the column list, else a bare array.
    pub fn read(answer: &Answer, key: &str) -> Result<Self, NetError> {
        match answer.json()? {
            Json::Array(rows) => Ok(Self { rows, total: None }),
            Json::Object(mut object) => {
                let total = Row(&object).int("record_count").and_then(|count| u64::try_from(count).ok());
                let there = object.get(key).is_some_and(Json::is_array);
                let first = || object.iter().find(|(name, value)| value.is_array() && *name != "columns").map(|(name, _)| name.clone());
                let key = if there { Some(key.to_owned()) } else { first() };
                match key.and_then(|key| object.remove(&key)) {
                    Some(Json::Array(rows)) => Ok(Self { rows, total }),
                    // Halo leaves out what is null, also a list without rows.
                    _ if total.is_some() => Ok(Self { rows: Vec::new(), total }),
                    _ => Err(answer.malformed("it holds no list")),
                }
            }
            _ => Err(answer.malformed("it holds no list")),
        }
    }
}

/// The one object of an answer: itself, the first of an array, or the first of an array under some key. It must
/// have an id.
pub(super) fn one_object(answer: &Answer) -> Result<Map<String, Json>, NetError> {
    let first = |rows: Vec<Json>| rows.into_iter().next();
    let object = match answer.json()? {
        Json::Array(rows) => first(rows),
        Json::Object(object) if object.contains_key("id") => Some(Json::Object(object)),
        Json::Object(object) => object.into_iter().find_map(|(_, value)| match value {
            Json::Array(rows) => first(rows),
            _ => None,
        }),
        _ => None,
    };
    match object {
        Some(Json::Object(object)) if object.contains_key("id") => Ok(object),
        _ => Err(answer.malformed("it holds no record with an id")),
    }
}

/// A record, read by column. Absent, null and of a strange kind are all `None`.
#[derive(Clone, Copy)]
pub(super) struct Row<'a>(pub &'a Map<String, Json>);

impl<'a> Row<'a> {
    /// A value; a dot in `key` goes into an object.
    pub fn get(self, key: &str) -> Option<&'a Json> {
        let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
        let value = self.0.get(first).filter(|value| !value.is_null())?;
        rest.map_or(Some(value), |rest| Row(value.as_object()?).get(rest))
    }

    /// A whole number.
    pub fn int(self, key: &str) -> Option<i64> {
        int(self.get(key)?)
    }

    /// An id: a whole number above zero. Zero and below mean "none".
    pub fn id(self, key: &str) -> Option<i64> {
        self.int(key).filter(|id| *id > 0)
    }

    /// Words, or a number as words. Empty is none.
    pub fn text(self, key: &str) -> Option<Text> {
        Some(text(self.get(key)?)?).filter(|text| !text.is_empty())
    }

    /// A point in time; Halo's "no date" is none.
    pub fn date(self, key: &str) -> Option<Timestamp> {
        Timestamp::parse(self.get(key)?.as_str()?)
    }

    /// Yes or no.
    pub fn flag(self, key: &str) -> Option<bool> {
        flag(self.get(key)?)
    }

    /// An array.
    pub fn list(self, key: &str) -> &'a [Json] {
        self.get(key).and_then(Json::as_array).map_or(&[], Vec::as_slice)
    }
}

pub(super) fn int(value: &Json) -> Option<i64> {
    match value {
        Json::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Json::String(digits) => digits.trim().parse().ok().or_else(|| whole(digits.trim().parse().ok()?)),
        _ => None,
    }
}

/// The nearest whole number, where it is one that a double can hold exactly.
fn whole(number: f64) -> Option<i64> {
    (number.abs() < 9e15).then(|| number.round() as i64)
}

pub(super) fn text(value: &Json) -> Option<Text> {
    match value {
        Json::String(words) => Some(Text::new(words)),
        Json::Number(number) => Some(int(value).map_or_else(|| Text::from(number.to_string()), |int| Text::from(int.to_string()))),
        Json::Bool(flag) => Some(Text::new(if *flag { "true" } else { "false" })),
        _ => None,
    }
}

pub(super) fn flag(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(flag) => Some(*flag),
        Json::String(word) if word.eq_ignore_ascii_case("true") => Some(true),
        Json::String(word) if word.eq_ignore_ascii_case("false") => Some(false),
        _ => int(value).map(|number| number != 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn halos_ways_to_write_a_value_are_read() {
        let json = json!({
            "a": 140.0, "b": "140", "c": 140, "d": "x", "e": {}, "f": null, "g": 0, "h": -1,
            "date": "2026-10-03T06:24:10.967", "none": "1900-01-01T00:00:00", "yes": "true", "one": 1, "address": {"line1": " 12\u{200b} St "},
        });
        let row = Row(json.as_object().unwrap());
        for key in ["a", "b", "c"] {
            assert_eq!(row.int(key), Some(140), "{key}");
        }
        for key in ["d", "e", "f", "z", "address.line9", "a.b"] {
            assert_eq!(row.int(key), None, "{key}");
        }
        assert_eq!((row.id("g"), row.id("h"), row.id("c")), (None, None, Some(140)));
        assert_eq!(row.date("date"), Timestamp::parse("2026-10-03T06:24:10.967Z"));
        assert_eq!(row.date("none"), None);
        assert_eq!((row.flag("yes"), row.flag("one"), row.flag("g"), row.flag("e")), (Some(true), Some(true), Some(false), None));
        assert_eq!(row.text("address.line1").unwrap(), "12 St");
        assert_eq!(row.text("a").unwrap(), "140");
    }
}
