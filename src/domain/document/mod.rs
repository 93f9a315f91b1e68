//! Documents that people write, in TOML or JSON: text becomes a tree whose every value knows where it stands, and
//! a tree is read into a type with *everything* that is wrong listed at once, by file, line, key and the nearest
//! known key.
//!
//! Absent on purpose: files, the environment, and the meaning of any key. A value is never repeated in a
//! complaint, because it may be a secret.

mod json;
mod read;
mod toml;

pub use read::{Reading, read, reading};

use std::{fmt, sync::Arc};

/// Where a value came from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A file that comes with the program.
    Shipped {
        /// Its name.
        file: Arc<str>,
        /// Counted from 1.
        line: u32,
    },
    /// A file of the user's.
    File {
        /// Its path, as shown to the user.
        file: Arc<str>,
        /// Counted from 1.
        line: u32,
    },
    /// An environment variable, by name.
    Environment(Arc<str>),
    /// A command-line flag, by name with its dashes.
    Flag(Arc<str>),
}

/// `default`, `leadloom.toml:12`, `leadloom.toml:12 (shipped)`, `environment APOLLO_API_KEY`, `flag --log-level`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Shipped { file, line } => write!(f, "{file}:{line} (shipped)"),
            Self::File { file, line } => write!(f, "{file}:{line}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// Whose file a text is; decides the [`Origin`] of its values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Owner {
    /// It comes with the program.
    Shipped,
    /// It is the user's.
    User,
}

/// A text and the name to complain under.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// The file's name.
    pub file: &'a str,
    /// Whose it is.
    pub owner: Owner,
    /// What it says.
    pub text: &'a str,
}

impl<'a> Page<'a> {
    /// A file of the user's.
    pub const fn of_user(file: &'a str, text: &'a str) -> Self {
        Self { file, owner: Owner::User, text }
    }

    /// A file that comes with the program.
    pub const fn shipped(file: &'a str, text: &'a str) -> Self {
        Self { file, owner: Owner::Shipped, text }
    }

    /// Turns offsets into origins, without a byte order mark in the way.
    fn lines(self) -> (Lines, &'a str) {
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(self.text);
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1).collect();
        (Lines { file: self.file.into(), owner: self.owner, starts }, text)
    }
}

/// Where the lines of a page begin.
struct Lines {
    file: Arc<str>,
    owner: Owner,
    starts: Vec<usize>,
}

impl Lines {
    fn origin(&self, offset: usize) -> Origin {
        let line = self.starts.partition_point(|start| *start <= offset) as u32 + 1;
        match self.owner {
            Owner::Shipped => Origin::Shipped { file: self.file.clone(), line },
            Owner::User => Origin::File { file: self.file.clone(), line },
        }
    }
}

/// A value and where it stands.
#[derive(Clone, PartialEq)]
pub struct Node {
    /// Where it stands; for a value in a table, the line of its key.
    pub origin: Origin,
    /// What it is.
    pub shape: Shape,
}

/// What a value is.
#[derive(Clone, PartialEq)]
pub enum Shape {
    /// Keys and values, in the order in which they were written.
    Table(Vec<(String, Node)>),
    /// Several values.
    List(Vec<Node>),
    /// Text.
    Text(String),
    /// Text from a place that knows nothing else (environment, flags): read as whatever is wanted there; a list
    /// is split at commas.
    Loose(String),
    /// A whole number.
    Whole(i64),
    /// A number with a fraction.
    Real(f64),
    /// Yes or no.
    Flag(bool),
    /// JSON's `null`.
    Null,
}

impl Shape {
    const fn words(&self) -> &'static str {
        match self {
            Self::Table(_) => "a table",
            Self::List(_) => "a list",
            Self::Text(_) | Self::Loose(_) => "text",
            Self::Whole(_) => "a whole number",
            Self::Real(_) => "a number with a fraction",
            Self::Flag(_) => "true or false",
            Self::Null => "nothing",
        }
    }
}

/// Shows no values: they may be secrets.
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.shape.words(), self.origin)
    }
}

impl Node {
    /// An empty table.
    pub const fn empty() -> Self {
        Self::table(Vec::new())
    }

    /// A table made here, of parts that have their own origins.
    pub const fn table(entries: Vec<(String, Self)>) -> Self {
        Self { origin: Origin::Default, shape: Shape::Table(entries) }
    }

    /// What `value` writes, all of it at one place. For plain data; what cannot be written becomes nothing.
    pub fn of<T: serde::Serialize>(value: &T, origin: &Origin) -> Self {
        Self::of_json(serde_json::to_value(value).unwrap_or_default(), origin)
    }

    fn of_json(value: serde_json::Value, origin: &Origin) -> Self {
        use serde_json::Value as Json;
        let shape = match value {
            Json::Null => Shape::Null,
            Json::Bool(flag) => Shape::Flag(flag),
            Json::Number(number) => number.as_i64().map_or_else(|| Shape::Real(number.as_f64().unwrap_or(f64::NAN)), Shape::Whole),
            Json::String(text) => Shape::Text(text),
            Json::Array(items) => Shape::List(items.into_iter().map(|item| Self::of_json(item, origin)).collect()),
            Json::Object(entries) => Shape::Table(entries.into_iter().map(|(key, value)| (key, Self::of_json(value, origin))).collect()),
        };
        Self { origin: origin.clone(), shape }
    }

    /// Reads TOML. All syntax errors are listed.
    pub fn toml(page: Page<'_>) -> Result<Self, Problems> {
        toml::parse(page)
    }

    /// Reads JSON.
    pub fn json(page: Page<'_>) -> Result<Self, Problems> {
        json::parse(page)
    }

    /// Puts a loose text at `path`, making the tables on the way. What stood on the way and was no table goes.
    pub fn put(&mut self, path: &[&str], text: String, origin: &Origin) {
        let Some((key, rest)) = path.split_first() else {
            *self = Self { origin: origin.clone(), shape: Shape::Loose(text) };
            return;
        };
        if !matches!(self.shape, Shape::Table(_)) {
            *self = Self { origin: origin.clone(), shape: Shape::Table(Vec::new()) };
        }
        if let Shape::Table(entries) = &mut self.shape {
            let at = entries.iter().position(|(name, _)| name == key).unwrap_or_else(|| {
                entries.push(((*key).to_owned(), Self { origin: origin.clone(), shape: Shape::Table(Vec::new()) }));
                entries.len() - 1
            });
            entries[at].1.put(rest, text, origin);
        }
    }

    /// Lays `top` over this: tables are united key by key, everything else is replaced. `x`, `x_file` and
    /// `x_command` are three ways to say one thing, so setting one takes back the others.
    pub fn overlay(&mut self, top: Self) {
        match (&mut self.shape, top.shape) {
            (Shape::Table(base), Shape::Table(top)) => {
                for (key, _) in &top {
                    let rivals = rivals(key);
                    base.retain(|(name, _)| !rivals.contains(name));
                }
                for (key, node) in top {
                    match base.iter_mut().find(|(name, _)| *name == key) {
                        Some((_, under)) => under.overlay(node),
                        None => base.push((key, node)),
                    }
                }
            }
            (under, over) => {
                *under = over;
                self.origin = top.origin;
            }
        }
    }

    /// The value at `path`.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        let Some((key, rest)) = path.split_first() else { return Some(self) };
        self.get(key)?.at(rest)
    }

    /// Where the value at `path` stands, or the last one on the way that is there. A number in the path is a place
    /// in a list, counted from 0.
    pub fn nearest_origin(&self, path: &[&str]) -> &Origin {
        let Some((step, rest)) = path.split_first() else { return &self.origin };
        let next = match &self.shape {
            Shape::List(items) => step.parse::<usize>().ok().and_then(|nth| items.get(nth)),
            _ => self.get(step),
        };
        next.map_or(&self.origin, |node| node.nearest_origin(rest))
    }

    /// Takes `key` out of a table.
    pub fn remove(&mut self, key: &str) {
        if let Shape::Table(entries) = &mut self.shape {
            entries.retain(|(name, _)| name != key);
        }
    }

    /// The value under `key`, when this is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// Keys and values of a table; none for anything else.
    pub fn entries(&self) -> &[(String, Self)] {
        if let Shape::Table(entries) = &self.shape { entries } else { &[] }
    }
}

/// The other ways to give the secret that `key` gives.
fn rivals(key: &str) -> Vec<String> {
    let stem = key.strip_suffix("_file").or_else(|| key.strip_suffix("_command")).unwrap_or(key);
    [String::new(), "_file".to_owned(), "_command".to_owned()]
        .iter()
        .map(|suffix| format!("{stem}{suffix}"))
        .filter(|name| name != key)
        .collect()
}

/// A key as it is written in a path: quoted when it holds more than letters, digits, `_` and `-`.
pub(crate) fn written(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if bare { key.to_owned() } else { format!("{key:?}") }
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Problem {
    /// Where.
    pub origin: Origin,
    /// Which key, dotted; empty for the whole page.
    pub key: String,
    /// What is wrong and what to do, without a full stop.
    pub sentence: String,
}

impl Problem {
    /// Something wrong at a key.
    pub fn new(origin: &Origin, key: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { origin: origin.clone(), key: key.into(), sentence: sentence.into() }
    }
}

/// `leadloom.toml:12: halopsa.bugdet: no such key; did you mean "budget"?`
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.sentence)
    }
}

/// Everything that is wrong, in the order in which it was written; never empty. Trying again does not help:
/// whoever wrote the file must correct it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Sorts and removes repeats. `Ok` when nothing is wrong.
    pub fn none_of(mut list: Vec<Problem>) -> Result<(), Self> {
        list.sort();
        list.dedup();
        if list.is_empty() { Ok(()) } else { Err(Self(list)) }
    }

    /// These and others.
    #[must_use]
    pub fn and(mut self, others: Vec<Problem>) -> Self {
        self.0.extend(others);
        self.0.sort();
        self.0.dedup();
        self
    }

    /// All of them.
    pub fn list(&self) -> &[Problem] {
        &self.0
    }

    /// All of them, to be joined with others.
    pub fn into_list(self) -> Vec<Problem> {
        self.0
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

/// One line each.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, problem) in self.0.iter().enumerate() {
            write!(f, "{}{problem}", if nth == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// The known name that a mistyped one most likely stands for, ignoring case: at most a third of its letters wrong.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    let allowed = (given.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&given, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// `; did you mean "budget"?`, or the known names when none is near.
pub fn hint<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<_> = known.into_iter().collect();
    match nearest(given, known.iter().copied()) {
        Some(name) => format!("; did you mean {name:?}?"),
        None if known.is_empty() => String::new(),
        None => format!("; known are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests;
