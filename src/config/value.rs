//! Kinds of values that settings take: each parsed at the wall, with a sentence for what does not fit. No sentence
//! repeats the value. Absent: fetching anything (`secret` does that).

use crate::domain::Period;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, ops::Deref, path::PathBuf};
use url::Url;

/// Reads a whole number within bounds: `#[serde(deserialize_with = "within::<_, _, 1, 10>")]`.
pub(super) fn within<'de, D, T, const FROM: i64, const TO: i64>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
{
    let number = i64::deserialize(deserializer).ok().filter(|number| (FROM..=TO).contains(number));
    let fits = number.and_then(|number| T::try_from(number).ok());
    fits.ok_or_else(|| de::Error::custom(format!("must be a whole number from {FROM} to {TO}")))
}

/// Reads a length of time of at least so many seconds.
pub(super) fn at_least<'de, D: Deserializer<'de>, const SECONDS: u64>(deserializer: D) -> Result<Period, D::Error> {
    let (period, least) = (Period::deserialize(deserializer)?, Period::seconds(SECONDS));
    if period >= least { Ok(period) } else { Err(de::Error::custom(format!("must be at least {least}"))) }
}

/// What stands for a secret wherever it would be shown.
pub const HIDDEN: &str = "•••";

/// A secret written into a file or the environment. It shows as dots.
#[derive(Clone)]
pub struct Secret(pub SecretString);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(de::Error::custom("must not be empty"));
        }
        if trimmed.chars().any(char::is_control) {
            return Err(de::Error::custom("must be one line"));
        }
        Ok(Self(SecretString::from(trimmed)))
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "writeOnly": true })
    }
}

/// A program and its arguments: a list of words. No shell takes part. In the environment, words are split at blanks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct CommandLine(#[schemars(length(min = 1))] pub Vec<String>);

impl<'de> Deserialize<'de> for CommandLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = CommandLine;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a program and its arguments, such as [\"pass\", \"show\", \"halopsa\"]")
            }
            fn visit_str<E: de::Error>(self, words: &str) -> Result<CommandLine, E> {
                CommandLine::of(words.split_whitespace().map(ToOwned::to_owned).collect())
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<CommandLine, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = items.next_element()? {
                    words.push(word);
                }
                CommandLine::of(words)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl CommandLine {
    fn of<E: de::Error>(words: Vec<String>) -> Result<Self, E> {
        match words.first() {
            Some(program) if !program.is_empty() => Ok(Self(words)),
            _ => Err(E::custom("must name a program")),
        }
    }
}

/// Where a service is: http or https, a host, no user name, no query, no `/` at the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address(Url);

impl Address {
    /// Reads an address; the error is a sentence.
    pub fn parse(raw: &str) -> Result<Self, &'static str> {
        let url = Url::parse(raw.trim()).map_err(|_| "must be an address such as \"https://acme.halopsa.com\"")?;
        match () {
            () if !matches!(url.scheme(), "http" | "https") || !url.has_host() => Err("must begin with https:// and a host"),
            () if !url.username().is_empty() || url.password().is_some() => Err("must not hold a user name or password"),
            () if url.query().is_some() || url.fragment().is_some() => Err("must end before any \"?\" or \"#\""),
            () => Ok(Self(url)),
        }
    }

    /// The address without a `/` at its end, ready for a path.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// This address with `path` (beginning with `/`) behind it.
    #[must_use]
    pub fn under(&self, path: &str) -> Self {
        Url::parse(&format!("{}{path}", self.as_str())).map_or_else(|_| self.clone(), Self)
    }

    /// Secrets sent there can be read on the way: plain http to another machine.
    pub fn is_readable_on_the_way(&self) -> bool {
        let here = match self.0.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        self.0.scheme() == "http" && !here
    }
}

impl Deref for Address {
    type Target = Url;
    fn deref(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for Address {
    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "uri", "pattern": "^https?://" })
    }
}

/// Where records are kept: `sqlite:` and a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DatabaseUrl(PathBuf);

impl DatabaseUrl {
    /// The file.
    pub fn path(&self) -> &PathBuf {
        &self.0
    }

    /// The path in `sqlite:path`, `sqlite://path` or `sqlite:///path`; the error is a sentence.
    pub(super) fn parse(raw: &str) -> Result<Self, &'static str> {
        let raw = raw.trim();
        let Some(rest) = raw.strip_prefix("sqlite:") else {
            return Err(match raw.split_once(':').map_or(raw, |(scheme, _)| scheme) {
                "postgres" | "postgresql" => "PostgreSQL cannot be used by this version; write \"sqlite:\" and a path, or leave it out",
                "mysql" | "mariadb" => "MySQL and MariaDB cannot be used; write \"sqlite:\" and a path, or leave it out",
                _ => "must be \"sqlite:\" and a path, such as \"sqlite:./data/database.db\"",
            });
        };
        let path = rest.strip_prefix("//").unwrap_or(rest).split('?').next().unwrap_or_default();
        if path.is_empty() || path == ":memory:" {
            return Err("must name a file, such as \"sqlite:./data/database.db\"");
        }
        Ok(Self(PathBuf::from(path)))
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("sqlite:{}", self.0.display()))
    }
}

impl<'de> Deserialize<'de> for DatabaseUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for DatabaseUrl {
    fn schema_name() -> Cow<'static, str> {
        "DatabaseUrl".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^sqlite:." })
    }
}

/// What a search filter is set to: one or several values. Numbers and truth values are kept as text, as on the command
/// line (`--set person_titles="IT Director"`); the source knows what its filters take.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(with = "FilterForm")]
pub struct FilterValues(pub Vec<String>);

impl FilterValues {
    /// As a search takes it: one text, or several.
    pub fn plain(&self) -> serde_json::Value {
        match &self.0[..] {
            [one] => one.clone().into(),
            many => many.into(),
        }
    }
}

/// One value of a filter.
struct Plain(String);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Plain;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text, a number, or true or false")
            }
            fn visit_str<E>(self, text: &str) -> Result<Plain, E> {
                Ok(Plain(text.to_owned()))
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Plain, E> {
                Ok(Plain(flag.to_string()))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Plain, E> {
                Ok(Plain(number.to_string()))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Plain, E> {
                Ok(Plain(number.to_string()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// What may be written for a filter, for the schema.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
enum FilterForm {
    One(FilterScalar),
    Several(Vec<FilterScalar>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
enum FilterScalar {
    Text(String),
    Number(f64),
    Flag(bool),
}

impl<'de> Deserialize<'de> for FilterValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = FilterValues;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text, a number, true or false, or a list of them")
            }
            fn visit_str<E>(self, text: &str) -> Result<FilterValues, E> {
                Ok(FilterValues(vec![text.to_owned()]))
            }
            fn visit_bool<E>(self, flag: bool) -> Result<FilterValues, E> {
                Ok(FilterValues(vec![flag.to_string()]))
            }
            fn visit_i64<E>(self, number: i64) -> Result<FilterValues, E> {
                Ok(FilterValues(vec![number.to_string()]))
            }
            fn visit_f64<E>(self, number: f64) -> Result<FilterValues, E> {
                Ok(FilterValues(vec![number.to_string()]))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<FilterValues, A::Error> {
                let mut all = Vec::new();
                while let Some(Plain(item)) = items.next_element()? {
                    all.push(item);
                }
                Ok(FilterValues(all))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
