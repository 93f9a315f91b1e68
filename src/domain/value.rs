//! Values of fields: parsed once at the wall, trusted afterwards. Cleaning (which needs tables) is intake's work;
//! the constructors here only refuse what can never be right.

use super::{Field, FieldKind, Text, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};
use serde_json::Value as Json;
use std::{borrow::Cow, fmt, str::FromStr};

/// An e-mail address in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(Text);

impl Email {
    /// `None` unless `raw` is one address with a dotted domain. Display names and comments are refused.
    pub fn parse(raw: &str) -> Option<Self> {
        let lower = Text::from(raw.trim().to_lowercase());
        let (local, domain) = lower.rsplit_once('@')?;
        let good =
            !local.is_empty() && !lower.contains(' ') && host_of(domain).is_some() && (is_usual(local, domain) || is_address(&lower));
        good.then_some(Self(lower))
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// What stands after it.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Letters, digits and single separators at a host that can be one: nearly every address, and always right.
fn is_usual(local: &str, domain: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let words = |text: &str| text.split('.').all(|word| !word.is_empty() && word.bytes().all(plain));
    local.len() <= 64 && words(local) && domain.len() <= 253 && words(domain) && !domain.contains('_')
}

/// The whole syntax: quotes, odd signs, other scripts.
fn is_address(lower: &str) -> bool {
    let strict = email_address::Options::default().with_required_tld().without_display_text().without_domain_literal();
    email_address::EmailAddress::parse_with_options(lower, strict).is_ok()
}

/// A telephone number, kept in the form people read (ITU E.123, `+44 20 7946 0112`, perhaps ` ext. 12`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(Text);

impl Phone {
    /// `None` unless `raw` starts with `+` and has 7 to 15 digits before an extension.
    pub fn international(raw: &str) -> Option<Self> {
        Self::of(Text::new(raw))
    }

    /// Like [`Self::international`], of a text that is there already.
    pub fn of(text: Text) -> Option<Self> {
        let phone = Self(text);
        let digits = phone.main().bytes().filter(u8::is_ascii_digit).count();
        (phone.0.starts_with('+') && (7..=15).contains(&digits)).then_some(phone)
    }

    /// As people read it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `+` and digits, without the extension.
    pub fn e164(&self) -> String {
        std::iter::once('+').chain(self.main().chars().filter(char::is_ascii_digit)).collect()
    }

    /// What stands before an extension.
    fn main(&self) -> &str {
        self.0.find(" ext").map_or(&*self.0, |at| &self.0[..at])
    }
}

/// A host name in lower case without `www.`, with at least one dot.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(Text);

impl Domain {
    /// Reads a bare host name. `None` for addresses, paths, numbers-only top levels and single labels.
    pub fn parse(raw: &str) -> Option<Self> {
        let is_lower = raw.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        let lower: Cow<'_, str> = if is_lower { raw.into() } else { raw.to_lowercase().into() };
        host_of(&lower).map(|host| Self(Text::new(host)))
    }

    /// The host name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The host that a small-letter text names, where it can be one.
fn host_of(lower: &str) -> Option<&str> {
    let host = lower.trim().trim_end_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && (label.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric())
                || label.chars().all(|c| c == '-' || c.is_alphanumeric() || (c == '_' && label.len() > 1)))
    };
    let (_, last) = host.rsplit_once('.')?;
    let good = host.len() <= 253
        && host.split('.').all(label_ok)
        && last.chars().nth(1).is_some()
        && !last.bytes().all(|byte| byte.is_ascii_digit());
    good.then_some(host)
}

macro_rules! shown_as_text {
    ($($name:ident by $read:path),* $(,)?) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_str(), f)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = std::borrow::Cow::<str>::deserialize(deserializer)?;
                $read(&raw).ok_or_else(|| de::Error::custom(concat!("not a valid ", stringify!($name))))
            }
        }
    )*};
}
shown_as_text!(Email by Email::parse, Phone by Phone::international, Domain by Domain::parse, Country by Country::parse);

/// An ISO 3166-1 alpha-2 country code in upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Reads two letters; names and aliases are intake's vocabulary.
    pub fn parse(raw: &str) -> Option<Self> {
        let bytes: [u8; 2] = raw.trim().as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphabetic).then(|| Self(bytes.map(|b| b.to_ascii_uppercase())))
    }

    /// `"GB"`.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

/// A whole number known only to lie in a range, such as a head count band; `to` is open when absent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// Smallest possible.
    pub from: i64,
    /// Largest possible.
    pub to: Option<i64>,
}

impl Span {
    /// A number known exactly.
    pub const fn exactly(n: i64) -> Self {
        Self { from: n, to: Some(n) }
    }
}

/// `340`, `201-500`, `5001+`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            Some(to) if to == self.from => write!(f, "{to}"),
            Some(to) => write!(f, "{}-{to}", self.from),
            None => write!(f, "{}+", self.from),
        }
    }
}

impl FromStr for Span {
    type Err = ();

    /// Reads what `Display` writes, with thousands separators, blanks and a long dash allowed.
    fn from_str(raw: &str) -> Result<Self, ()> {
        let compact: String =
            raw.chars().filter(|c| !c.is_whitespace() && *c != ',').map(|c| if matches!(c, '–' | '—') { '-' } else { c }).collect();
        let number = |part: &str| part.parse::<i64>().map_err(drop);
        match compact.split_once('-') {
            Some((from, to)) => {
                let (from, to) = (number(from)?, number(to)?);
                if from <= to { Ok(Self { from, to: Some(to) }) } else { Err(()) }
            }
            None => match compact.strip_suffix('+') {
                Some(from) => Ok(Self { from: number(from)?, to: None }),
                None => number(&compact).map(Self::exactly),
            },
        }
    }
}

/// One value of one field. The variant always fits the field's [`FieldKind`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Words.
    Text(Text),
    /// An address.
    Email(Email),
    /// A number to call.
    Phone(Phone),
    /// A host name.
    Domain(Domain),
    /// An ISO country.
    Country(Country),
    /// A whole number.
    Number(i64),
    /// A whole number or a range of them.
    Span(Span),
    /// Yes or no.
    Flag(bool),
    /// A point in time; dates are midnight UTC.
    Date(Timestamp),
    /// Several texts without an order that matters, no repeats.
    List(Vec<Text>),
}

impl Value {
    /// Nothing to show: an empty text or list. Such a value never overwrites another.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            _ => false,
        }
    }

    /// Its text when it is one: texts, addresses, numbers to call, hosts, countries.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Email(email) => Some(email.as_str()),
            Self::Phone(phone) => Some(phone.as_str()),
            Self::Domain(domain) => Some(domain.as_str()),
            Self::Country(country) => Some(country.as_str()),
            _ => None,
        }
    }

    /// Its number when it is one; a range gives its lower end.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(n) => Some(*n),
            Self::Span(span) => Some(span.from),
            _ => None,
        }
    }

    /// Reads what [`fmt::Display`] writes and what a person types. `None` when it does not fit `kind`.
    pub fn parse(kind: FieldKind, raw: &str) -> Option<Self> {
        let text = Text::new(raw);
        Some(match kind {
            FieldKind::Text | FieldKind::Url => Self::Text(text),
            FieldKind::Email => Self::Email(Email::parse(&text)?),
            FieldKind::Phone => Self::Phone(Phone::international(&text)?),
            FieldKind::Domain => Self::Domain(Domain::parse(&text)?),
            FieldKind::Country => Self::Country(Country::parse(&text)?),
            FieldKind::Number => Self::Number(text.replace([',', ' '], "").parse().ok()?),
            FieldKind::Span => Self::Span(text.parse().ok()?),
            FieldKind::Flag => Self::Flag(match text.to_lowercase().as_str() {
                "true" | "yes" | "y" | "1" => true,
                "false" | "no" | "n" | "0" => false,
                _ => return None,
            }),
            FieldKind::Date => Self::Date(Timestamp::parse(&text)?),
            FieldKind::List => Self::List(unique(text.split([',', ';']).map(Text::new))),
        })
    }

    /// The plain JSON form: a string, a number, a truth value, a list of strings.
    pub fn to_json(&self) -> Json {
        serde_json::to_value(self).unwrap_or(Json::Null)
    }

    fn from_json(kind: FieldKind, json: Json) -> Option<Self> {
        match (kind, json) {
            (FieldKind::Text | FieldKind::Url, Json::String(text)) => Some(Self::Text(text.into())),
            (FieldKind::Number, Json::Number(n)) => n.as_i64().map(Self::Number),
            (FieldKind::Span, Json::Number(n)) => n.as_i64().map(Span::exactly).map(Self::Span),
            (FieldKind::Flag, Json::Bool(flag)) => Some(Self::Flag(flag)),
            (FieldKind::List, Json::Array(items)) => {
                Some(Self::List(items.into_iter().filter_map(|item| item.as_str().map(Text::new)).collect()))
            }
            (kind, Json::String(text)) => Self::parse(kind, &text),
            _ => None,
        }
    }
}

/// Up to here a list is searched for repeats item by item, which needs no allocation.
const SHORT_LIST: usize = 24;

/// Drops blanks and repeats (ignoring case), keeps the first spelling and the order.
pub fn unique(items: impl IntoIterator<Item = Text>) -> Vec<Text> {
    let mut kept: Vec<Text> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for item in items {
        let is_new = if item.is_empty() {
            false
        } else if kept.len() < SHORT_LIST {
            !kept.iter().any(|other| is_same_word(other, &item))
        } else {
            if seen.is_empty() {
                seen.extend(kept.iter().map(|other| other.to_lowercase()));
            }
            seen.insert(item.to_lowercase())
        };
        if is_new {
            kept.push(item);
        }
    }
    kept
}

fn is_same_word(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() { a.eq_ignore_ascii_case(b) } else { a.to_lowercase() == b.to_lowercase() }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "{n}"),
            Self::Span(span) => write!(f, "{span}"),
            Self::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
            Self::Date(at) => {
                let text = at.to_string();
                f.write_str(text.strip_suffix("T00:00:00Z").unwrap_or(&text))
            }
            Self::List(items) => {
                for (nth, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if nth == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            _ => f.write_str(self.as_str().unwrap_or_default()),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(n) => serializer.serialize_i64(*n),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::List(items) => items.serialize(serializer),
            Self::Span(span) if span.to == Some(span.from) => serializer.serialize_i64(span.from),
            Self::Span(_) | Self::Date(_) => serializer.collect_str(self),
            _ => serializer.serialize_str(self.as_str().unwrap_or_default()),
        }
    }
}

/// The fields that are known, in the field table's order, one value each. Blank values are not kept.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Fields(Vec<(Field, Value)>);

impl Fields {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// None, with room for so many.
    pub fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    /// The value of `field`.
    pub fn get(&self, field: Field) -> Option<&Value> {
        self.0.binary_search_by_key(&field, |(f, _)| *f).ok().map(|at| &self.0[at].1)
    }

    /// Its text, when it has one; the empty string otherwise.
    pub fn str(&self, field: Field) -> &str {
        self.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// Puts `value` in; a blank one removes.
    pub fn set(&mut self, field: Field, value: Value) {
        match (self.0.binary_search_by_key(&field, |(f, _)| *f), value.is_blank()) {
            (Ok(at), true) => drop(self.0.remove(at)),
            (Ok(at), false) => self.0[at].1 = value,
            (Err(_), true) => {}
            (Err(at), false) => self.0.insert(at, (field, value)),
        }
    }

    /// Takes a field out.
    pub fn remove(&mut self, field: Field) -> Option<Value> {
        self.0.binary_search_by_key(&field, |(f, _)| *f).ok().map(|at| self.0.remove(at).1)
    }

    /// Those fields that `keep` names.
    #[must_use]
    pub fn only(mut self, keep: impl Fn(Field) -> bool) -> Self {
        self.0.retain(|(field, _)| keep(*field));
        self
    }

    /// Every field with its value, in table order.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &Value)> {
        self.0.iter().map(|(field, value)| (*field, value))
    }

    /// How many are known.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a person is called: the full name, or the names joined; empty when neither is known.
    pub fn person_name(&self) -> Text {
        let full = self.str(Field::FullName);
        if full.is_empty() { Text::from(format!("{} {}", self.str(Field::FirstName), self.str(Field::LastName))) } else { Text::new(full) }
    }
}

impl IntoIterator for Fields {
    type Item = (Field, Value);
    type IntoIter = std::vec::IntoIter<(Field, Value)>;

    /// Every field with its value, in table order.
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<(Field, Value)> for Fields {
    fn from_iter<I: IntoIterator<Item = (Field, Value)>>(pairs: I) -> Self {
        let mut fields = Self::new();
        for (field, value) in pairs {
            fields.set(field, value);
        }
        fields
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (field, value) in self.iter() {
            map.serialize_entry(field.key(), value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Fields;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of field keys and values")
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields(Vec::with_capacity(map.size_hint().unwrap_or(16)));
                while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
                    let field = Field::from_key(&key).ok_or_else(|| de::Error::custom(format!("no field is called {key:?}")))?;
                    let value = Value::from_json(field.kind(), map.next_value()?)
                        .ok_or_else(|| de::Error::custom(format!("{key} does not hold a {:?}", field.kind())))?;
                    fields.set(field, value);
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hosts_and_numbers_are_parsed_at_the_wall() {
        assert_eq!(Email::parse(" Ann.Stone@Corp12.Example ").unwrap().as_str(), "ann.stone@corp12.example");
        for bad in
            ["", "ann", "ann@", "@corp.example", "ann@corp", "a b@corp.example", "Ann <ann@corp.example>", "ann@[10.0.0.1]", "a@b@c.de"]
        {
            assert!(Email::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(Domain::parse("WWW.Corp12.Example.").unwrap().as_str(), "corp12.example");
        for bad in ["corp", "http://corp.example", "-a.example", "10.0.0.1", "a..b", ""] {
            assert!(Domain::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(Phone::international("+44 20 7946 0112 ext. 7").unwrap().e164(), "+442079460112");
        assert!(Phone::international("020 7946 0112").is_none());
    }

    proptest::proptest! {
        #[test]
        fn a_usual_address_is_one_by_the_whole_syntax(local in "[a-zA-Z0-9._-]{1,66}", domain in "(www\\.)?[a-z0-9_-]{1,8}(\\.[a-z0-9-]{1,4}){0,3}\\.?") {
            if host_of(&domain).is_some() && is_usual(&local, &domain) {
                let address = format!("{local}@{domain}");
                proptest::prop_assert!(is_address(&address), "{}", address);
            }
        }
    }

    #[test]
    fn spans_read_what_they_write() {
        for (raw, shown) in [("201-500", "201-500"), ("5,001+", "5001+"), ("340", "340"), ("1 – 10", "1-10")] {
            assert_eq!(raw.parse::<Span>().unwrap().to_string(), shown);
        }
        assert!("10-2".parse::<Span>().is_err());
    }

    #[test]
    fn lists_have_no_repeats_short_or_long() {
        let words = |range: std::ops::Range<u32>| range.map(|n| Text::from(format!("Wort-Ä{n}")));
        let shouted = |range: std::ops::Range<u32>| range.map(|n| Text::from(format!("WORT-ä{n}")));
        for many in [3, 23, 24, 25, 60] {
            assert_eq!(unique(words(0..many).chain([Text::new("")]).chain(shouted(0..many))), words(0..many).collect::<Vec<_>>());
        }
    }

    #[test]
    fn fields_survive_json() {
        let fields: Fields = [
            (Field::Email, Value::parse(FieldKind::Email, "a@b.example").unwrap()),
            (Field::Employees, Value::parse(FieldKind::Span, "201-500").unwrap()),
            (Field::Founded, Value::Number(2009)),
            (Field::Technologies, Value::List(vec!["Rust".into(), "SQLite".into()])),
            (Field::DoNotContact, Value::Flag(true)),
            (Field::FirstName, Value::Text("".into())),
        ]
        .into_iter()
        .collect();
        assert_eq!(fields.len(), 5, "blank values are not kept");
        let json = serde_json::to_string(&fields).unwrap();
        assert_eq!(serde_json::from_str::<Fields>(&json).unwrap(), fields, "{json}");
    }
}
