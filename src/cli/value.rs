//! Kinds of words that several commands take. Absent: what they name.

use crate::domain::{Period, Source};
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
