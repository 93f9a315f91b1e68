//! A tree into a type. serde asks, this answers, and unlike a text format's own reader it goes on after a fault:
//! unknown keys are noted and passed over, and a value that does not fit is noted, taken out, and the reading
//! begins again. Absent: the meaning of any key.

use super::{Node, Problem, Problems, Shape, hint, nearest, written};
use serde::{
    Deserializer,
    de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor, value::StrDeserializer},
};
use std::{cell::RefCell, collections::BTreeSet, fmt};

/// Each fault costs another reading, so a file of nothing but faults must come to an end.
const MOST_PROBLEMS: usize = 100;

/// Reads `node` as a `T`, or says everything that is wrong with it.
///
/// What cannot be read must have a default (`#[serde(default)]`) for the reading to go on past it; so a type of
/// settings gets all its faults listed, and a type with required keys at least the first of each table. Types
/// must not use `flatten`, `untagged` or inner tags: they hide from serde which keys are known.
pub fn read<T: DeserializeOwned>(node: &Node) -> Result<T, Problems> {
    let Reading { value, problems, .. } = reading(node);
    Problems::none_of(problems)?;
    value.ok_or_else(|| Problem::new(&node.origin, "", "cannot be read").into())
}

/// A reading that went as far as it could.
pub struct Reading<T> {
    /// What was read, with defaults where something was wrong; `None` when even that was not enough.
    pub value: Option<T>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Nothing had to be left out but keys that nobody knows, so whatever else is found wrong with the value is wrong
    /// with what was written.
    pub complete: bool,
}

/// Reads `node` as a `T`, and goes on after faults; for what can be checked further all the same.
pub fn reading<T: DeserializeOwned>(node: &Node) -> Reading<T> {
    let reader = Reader::default();
    loop {
        let outcome = T::deserialize(At { node, reader: &reader, path: String::new() });
        let mut problems = reader.problems.borrow_mut();
        let mut bad = reader.bad.borrow_mut();
        let fault = match outcome {
            Ok(value) => return Reading { value: Some(value), problems: std::mem::take(&mut *problems), complete: bad.is_empty() },
            Err(fault) => fault,
        };
        let (path, origin) = fault.place.unwrap_or_else(|| (String::new(), node.origin.clone()));
        let already_said = fault.missing.is_some_and(|key| bad.contains(&join(&path, key)));
        if !already_said {
            problems.push(Problem::new(&origin, path.clone(), fault.sentence));
        }
        let enough = problems.len() >= MOST_PROBLEMS;
        if enough {
            problems.push(Problem::new(&origin, "", "further faults are not listed; correct these first"));
        }
        if enough || path.is_empty() || !bad.insert(path) {
            return Reading { value: None, problems: std::mem::take(&mut *problems), complete: false };
        }
    }
}

#[derive(Default)]
struct Reader {
    problems: RefCell<Vec<Problem>>,
    /// Paths of values that did not fit: read as if they were not there.
    bad: RefCell<BTreeSet<String>>,
}

impl Reader {
    fn is_bad(&self, path: &str) -> bool {
        self.bad.borrow().contains(path)
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { written(key) } else { format!("{path}.{}", written(key)) }
}

/// Why a value does not fit. It never repeats the value.
#[derive(Debug)]
struct Fault {
    place: Option<(String, super::Origin)>,
    sentence: String,
    missing: Option<&'static str>,
}

impl Fault {
    fn new(sentence: impl Into<String>) -> Self {
        Self { place: None, sentence: sentence.into(), missing: None }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("must be {expected}"))
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("must be {expected}"))
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        Self::new(format!("no such key {key:?}{}", hint(key, known.iter().copied())))
    }

    fn missing_field(key: &'static str) -> Self {
        Self { missing: Some(key), ..Self::new(format!("{key:?} is missing here")) }
    }
}

#[derive(Clone)]
struct At<'a> {
    node: &'a Node,
    reader: &'a Reader,
    path: String,
}

impl At<'_> {
    fn wanted<T>(&self, what: &str) -> Result<T, Fault> {
        Err(Fault::new(format!("must be {what}, but this is {}", self.node.shape.words())))
    }

    /// Runs `read` and pins a fault that has no place yet to this one.
    fn pinned<T>(self, read: impl FnOnce(&Self) -> Result<T, Fault>) -> Result<T, Fault> {
        read(&self).map_err(|mut fault| {
            fault.place.get_or_insert_with(|| (self.path.clone(), self.node.origin.clone()));
            fault
        })
    }

    fn flag<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.shape {
            Shape::Flag(flag) => visitor.visit_bool(*flag),
            Shape::Loose(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => visitor.visit_bool(true),
                "false" | "no" | "off" | "0" => visitor.visit_bool(false),
                _ => Err(Fault::new("must be true or false")),
            },
            _ => self.wanted("true or false"),
        }
    }

    fn whole<'de, V: Visitor<'de>>(&self, range: std::ops::RangeInclusive<i64>, visitor: V) -> Result<V::Value, Fault> {
        let words = match (*range.start(), *range.end()) {
            (0, i64::MAX) => "a whole number, 0 or more".to_owned(),
            (i64::MIN, i64::MAX) => "a whole number".to_owned(),
            (from, to) => format!("a whole number from {from} to {to}"),
        };
        let number = match &self.node.shape {
            Shape::Whole(number) => Some(*number),
            Shape::Loose(text) => text.trim().parse().ok(),
            _ => return self.wanted(&words),
        };
        match number.filter(|number| range.contains(number)) {
            Some(number) => visitor.visit_i64(number),
            None => Err(Fault::new(format!("must be {words}"))),
        }
    }

    fn real<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.shape {
            Shape::Real(number) if number.is_finite() => visitor.visit_f64(*number),
            Shape::Whole(number) => visitor.visit_f64(*number as f64),
            Shape::Loose(text) => match text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => visitor.visit_f64(number),
                _ => Err(Fault::new("must be a number")),
            },
            _ => self.wanted("a number"),
        }
    }

    fn text<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.shape {
            Shape::Text(text) | Shape::Loose(text) => visitor.visit_str(text),
            _ => self.wanted("text"),
        }
    }

    fn list<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.shape {
            Shape::List(items) => visitor.visit_seq(Items { at: self, rest: items.iter().enumerate() }),
            Shape::Loose(text) => {
                let part = |part: &str| Node { origin: self.node.origin.clone(), shape: Shape::Loose(part.trim().to_owned()) };
                let parts: Vec<_> = text.split(',').filter(|part| !part.trim().is_empty()).map(part).collect();
                visitor.visit_seq(Items { at: self, rest: parts.iter().enumerate() })
            }
            _ => self.wanted("a list"),
        }
    }

    fn table<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.shape {
            Shape::Table(entries) => visitor.visit_map(Entries { at: self, rest: entries.iter(), known: None, value: None }),
            _ => self.wanted("a table"),
        }
    }

    fn record<'de, V: Visitor<'de>>(&self, known: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        match &self.node.shape {
            Shape::Table(entries) => visitor.visit_map(Entries { at: self, rest: entries.iter(), known: Some(known), value: None }),
            _ => self.wanted("a table"),
        }
    }

    fn choice<'de, V: Visitor<'de>>(&self, known: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        let words = || format!("must be one of {}", known.join(", "));
        match &self.node.shape {
            Shape::Text(text) | Shape::Loose(text) => {
                let Some(name) = known.iter().find(|name| **name == text) else {
                    return Err(Fault::new(match nearest(text, known.iter().copied()) {
                        Some(name) => format!("{}; did you mean {name:?}?", words()),
                        None => words(),
                    }));
                };
                visitor.visit_enum(IntoDeserializer::<Fault>::into_deserializer(*name))
            }
            _ => Err(Fault::new(words())),
        }
    }

    fn anything<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.shape {
            Shape::Table(_) => self.table(visitor),
            Shape::List(_) => self.list(visitor),
            Shape::Text(text) | Shape::Loose(text) => visitor.visit_str(text),
            Shape::Whole(number) => visitor.visit_i64(*number),
            Shape::Real(number) => visitor.visit_f64(*number),
            Shape::Flag(flag) => visitor.visit_bool(*flag),
            Shape::Null => visitor.visit_unit(),
        }
    }
}

macro_rules! whole {
    ($($method:ident $type:ident),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            let (from, to) = ($type::MIN as i128, $type::MAX as i128);
            self.pinned(|at| at.whole(i64::try_from(from).unwrap_or(i64::MIN)..=i64::try_from(to).unwrap_or(i64::MAX), visitor))
        }
    )*};
}

impl<'de> Deserializer<'de> for At<'_> {
    type Error = Fault;

    whole!(
        deserialize_i8 i8, deserialize_i16 i16, deserialize_i32 i32, deserialize_i64 i64,
        deserialize_u8 u8, deserialize_u16 u16, deserialize_u32 u32, deserialize_u64 u64,
    );

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.anything(visitor))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.flag(visitor))
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.real(visitor))
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.real(visitor))
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.text(visitor))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.text(visitor))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.text(visitor))
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.text(visitor))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.text(visitor))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if matches!(self.node.shape, Shape::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| visitor.visit_newtype_struct(at.clone()))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.list(visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.list(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.list(visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.table(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.record(fields, visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, variants: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.choice(variants, visitor))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.pinned(|at| at.text(visitor))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}

struct Items<'a, 'n> {
    at: &'a At<'n>,
    rest: std::iter::Enumerate<std::slice::Iter<'a, Node>>,
}

impl<'de> de::SeqAccess<'de> for Items<'_, '_> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        for (nth, node) in self.rest.by_ref() {
            let at = At { node, reader: self.at.reader, path: format!("{}[{nth}]", self.at.path) };
            if !at.reader.is_bad(&at.path) {
                return at.pinned(|at| seed.deserialize(at.clone())).map(Some);
            }
        }
        Ok(None)
    }
}

struct Entries<'a, 'n> {
    at: &'a At<'n>,
    rest: std::slice::Iter<'a, (String, Node)>,
    /// The keys a struct knows; a map takes any.
    known: Option<&'static [&'static str]>,
    value: Option<At<'a>>,
}

impl<'de> de::MapAccess<'de> for Entries<'_, '_> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        for (key, node) in self.rest.by_ref() {
            let at = At { node, reader: self.at.reader, path: join(&self.at.path, key) };
            if at.reader.is_bad(&at.path) {
                continue;
            }
            if let Some(known) = self.known
                && !known.contains(&key.as_str())
            {
                let sentence = format!("no such key{}", hint(key, known.iter().copied()));
                at.reader.problems.borrow_mut().push(Problem::new(&node.origin, at.path, sentence));
                continue;
            }
            let name: StrDeserializer<'_, Fault> = key.as_str().into_deserializer();
            self.value = Some(at.clone());
            return at.pinned(|_| seed.deserialize(name)).map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        match self.value.take() {
            // A type may refuse what it has read, after this reader has let go of it: pin that here as well.
            Some(at) => at.pinned(|at| seed.deserialize(at.clone())),
            None => Err(Fault::new("a value was asked for before its key")),
        }
    }
}
