//! Kinds of words that several commands take. Absent: what they name.

use super::Failure;
use crate::domain::{Choice, Field, Period, Source, Text, custom_fields};
use std::str::FromStr;

/// `KEY=VALUE`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assignment {
    /// Before the first `=`.
    pub key: String,
    /// After it; may be empty, which means "none".
    pub value: String,
}

impl FromStr for Assignment {
    type Err = &'static str;
    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        let (key, value) = raw.split_once('=').ok_or("write it as KEY=VALUE")?;
        let key = key.trim();
        if key.is_empty() {
            Err("there is no key before the \"=\"")
        } else {
            Ok(Self { key: key.to_owned(), value: value.trim().to_owned() })
        }
    }
}

/// An id, or enough of its end to be the only one: `3fa9c07e`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IdText(pub String);

impl FromStr for IdText {
    type Err = &'static str;
    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        let id = raw.trim().to_lowercase();
        let good = (4..=36).contains(&id.len()) && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        if good { Ok(Self(id)) } else { Err("an id is at least 4 hexadecimal digits, as shown in lists") }
    }
}

/// A source by name; the error lists them.
pub fn source(raw: &str) -> Result<Source, String> {
    raw.parse().map_err(|unknown: crate::domain::UnknownSource| unknown.to_string())
}

/// A length of time: `30m`, `7 days`.
pub fn period(raw: &str) -> Result<Period, String> {
    raw.parse().map_err(|none: crate::domain::NoPeriod| none.to_string())
}

/// Fields and values that a person typed: a field by its key (`job_title`, `CF_204`) or its name (`pain_points`, `Pain
/// points`); an empty value empties it.
pub fn choices(assignments: &[Assignment]) -> Result<Vec<Choice>, Failure> {
    let one = |assignment: &Assignment| {
        let value = Some(assignment.value.as_str()).filter(|value| !value.is_empty()).map(Text::new);
        Ok(Choice { field: field(&assignment.key)?, value })
    };
    assignments.iter().map(one).collect()
}

/// One field, by its key or its name.
pub fn field_name(name: &str) -> Result<Field, String> {
    field(name).map_err(|failure| failure.sentence)
}

fn field(name: &str) -> Result<Field, Failure> {
    let plain = |words: &str| words.to_lowercase().replace([' ', '-'], "_");
    let wanted = plain(name);
    let called = |field: &&Field| plain(field.key()) == wanted || plain(field.label()) == wanted;
    Field::ALL.iter().find(called).copied().ok_or_else(|| {
        let failure = Failure::wrong_use(format!("no field is called {name:?}"));
        if let Some(near) = Field::nearest(name) {
            return failure.advise(format!("Perhaps {}?", near.key()));
        }
        let own: Vec<String> = custom_fields().iter().map(|custom| plain(custom.field.label())).collect();
        failure.advise(format!("Fields of a lead: {}", own.join(", ")))
    })
}
