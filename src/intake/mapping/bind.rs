//! A mapping bound to the columns of one table, or to the shape of one page of JSON: names become column numbers once
//! a page, so that a row costs look-ups by number only.

use super::{EmailRule, Mapping, PhoneRule, Reference, Rule, Section, Target, What, fold};
use crate::{
    domain::csv_safe,
    intake::{
        expression::{Expression, Found, Path, Scope, script},
        raw::{Header, Rows, TableRow},
    },
};
use rustc_hash::FxHashMap;
use serde_json::Value as Json;
use std::borrow::Cow;

/// How deep objects are looked into for names, and how many names are taken at most.
const FLAT_DEPTH: usize = 4;
const FLAT_LIMIT: usize = 1_000;
/// How many rows of a page are looked at for names.
const FLAT_ROWS: usize = 100;

/// One row in either shape.
#[derive(Clone, Copy)]
pub enum Row<'r> {
    /// Of a table.
    Table(&'r TableRow),
    /// Of JSON.
    Object(&'r Json),
}

/// A mapping bound to a page.
pub struct Bound<'m> {
    /// Rules whose column exists, in order of target.
    pub fields: Vec<(Target, Vec<Get<'m>>)>,
    /// Addresses.
    pub emails: Vec<BoundEmail<'m>>,
    /// Numbers.
    pub phones: Vec<BoundPhone<'m>>,
    /// The mapping's own names.
    pub extra: Vec<(&'m str, Vec<Get<'m>>)>,
    /// Folded column name -> column.
    index: FxHashMap<String, usize>,
    /// For JSON: where the column of that number is.
    flat: Vec<Path>,
}

/// One reference, bound.
#[derive(Clone)]
pub struct Get<'m> {
    place: Place<'m>,
    /// Numbers are multiplied by this.
    pub times: i64,
}

#[derive(Clone)]
enum Place<'m> {
    Column(usize),
    Expression(&'m Expression),
}

/// An [`EmailRule`], bound.
pub struct BoundEmail<'m> {
    pub rule: &'m EmailRule,
    pub value: Get<'m>,
    pub kind: Option<Get<'m>>,
    pub status: Vec<Get<'m>>,
    pub confidence: Option<Get<'m>>,
}

/// A [`PhoneRule`], bound.
pub struct BoundPhone<'m> {
    pub rule: &'m PhoneRule,
    pub value: Get<'m>,
    pub kind: Option<Get<'m>>,
    pub status: Option<Get<'m>>,
    pub do_not_call: Option<Get<'m>>,
}

impl<'m> Bound<'m> {
    /// Binds `mapping` to the rows of one page.
    pub fn new(mapping: &'m Mapping, rows: &Rows) -> Self {
        let mut bound = Self {
            fields: Vec::new(),
            emails: Vec::new(),
            phones: Vec::new(),
            extra: Vec::new(),
            index: FxHashMap::default(),
            flat: Vec::new(),
        };
        match rows {
            Rows::Table { header, .. } => {
                bound.number(header.names());
                bound.take(&mapping.columns);
            }
            Rows::Objects(objects) => {
                bound.take(&mapping.api);
                // Objects of unknown make are read by name, like a table.
                if mapping.source.file_only() || mapping.api.fields.is_empty() {
                    bound.flat = flat_keys(objects);
                    let names: Vec<_> = bound.flat.iter().map(Path::to_string).collect();
                    bound.number(names.iter().map(String::as_str));
                    bound.take(&mapping.columns);
                }
            }
        }
        bound
    }

    fn number<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        for (column, name) in names.enumerate() {
            self.index.entry(fold(name)).or_insert(column);
        }
    }

    fn take(&mut self, section: &'m Section) {
        for (target, rule) in &section.fields {
            let places = self.rule(rule);
            match self.fields.iter_mut().find(|(known, _)| known == target) {
                Some((_, known)) => known.extend(places),
                None if places.is_empty() => {}
                None => self.fields.push((*target, places)),
            }
        }
        for (name, rule) in &section.extra {
            let places = self.rule(rule);
            if !places.is_empty() {
                self.extra.push((name, places));
            }
        }
        for rule in &section.emails {
            let get = |reference: &'m Option<Reference>| reference.as_ref().and_then(|reference| self.get(reference));
            if let Some(value) = self.get(&rule.value) {
                let (kind, status, confidence) = (get(&rule.kind), self.rule(&rule.status), get(&rule.confidence));
                self.emails.push(BoundEmail { rule, value, kind, status, confidence });
            }
        }
        for rule in &section.phones {
            let get = |reference: &'m Option<Reference>| reference.as_ref().and_then(|reference| self.get(reference));
            if let Some(value) = self.get(&rule.value) {
                let (kind, status, do_not_call) = (get(&rule.kind), get(&rule.status), get(&rule.do_not_call));
                self.phones.push(BoundPhone { rule, value, kind, status, do_not_call });
            }
        }
        self.fields.sort_by_key(|(target, _)| *target);
    }

    fn rule(&self, rule: &'m Rule) -> Vec<Get<'m>> {
        rule.0.iter().filter_map(|reference| self.get(reference)).collect()
    }

    fn get(&self, reference: &'m Reference) -> Option<Get<'m>> {
        let column = |name: &str| self.index.get(name).copied().map(Place::Column);
        let place = match &reference.what {
            What::Column(name) => column(name),
            What::Expression(expression) => Some(Place::Expression(expression)),
            What::Either(name, expression) => column(name).or_else(|| expression.as_ref().map(Place::Expression)),
        }?;
        Some(Get { place, times: reference.times })
    }

    /// The scope of one row.
    pub fn at<'s>(&'s self, row: Row<'s>) -> At<'s, 'm> {
        At { bound: self, row }
    }
}

/// One row as expressions see it.
pub struct At<'s, 'm> {
    bound: &'s Bound<'m>,
    row: Row<'s>,
}

impl<'s> At<'s, '_> {
    fn column(&self, column: usize) -> Found<'s> {
        match self.row {
            Row::Table(row) => match csv_safe::restore(row.cell(column)) {
                "" => Found::Nothing,
                cell => Found::One(Cow::Borrowed(cell)),
            },
            Row::Object(row) => self.bound.flat.get(column).map_or(Found::Nothing, |path| path.find(row)),
        }
    }

    /// What one reference finds in the row.
    pub fn get<'a>(&'a self, get: &'a Get<'_>) -> Found<'a> {
        match &get.place {
            Place::Column(column) => self.column(*column),
            Place::Expression(expression) => expression.find(self),
        }
    }

    /// The items of a list in the row, when it has one.
    pub fn items(&self, path: &Path) -> Vec<&'s Json> {
        match self.row {
            Row::Table(_) => Vec::new(),
            Row::Object(row) => path.items(row),
        }
    }
}

impl Scope for At<'_, '_> {
    fn find(&self, path: &Path) -> Found<'_> {
        match self.row {
            Row::Object(row) => path.find(row),
            Row::Table(_) => match path.name().and_then(|name| self.bound.index.get(&fold(name))) {
                Some(column) => self.column(*column),
                None => Found::Nothing,
            },
        }
    }

    fn context(&self, names: &[String]) -> minijinja::Value {
        match self.row {
            Row::Object(row) => script::context(row, names),
            Row::Table(row) => {
                let cell = |name: &str| Some(csv_safe::restore(row.cell(*self.bound.index.get(&fold(name))?)));
                let cells = names.iter().filter_map(|name| Some((name.as_str(), cell(name)?)));
                minijinja::Value::from_pairs(cells.filter(|(_, cell)| !cell.is_empty()))
            }
        }
    }
}

/// The names of everything that holds a value in the first objects of a page, as paths, in order of appearance.
pub fn flat_keys(objects: &[Json]) -> Vec<Path> {
    fn collect<'j>(value: &'j Json, at: &mut Vec<&'j str>, into: &mut Vec<Vec<&'j str>>, seen: &mut rustc_hash::FxHashSet<Vec<&'j str>>) {
        match value {
            Json::Object(map) if at.len() < FLAT_DEPTH => {
                for (key, value) in map {
                    at.push(key);
                    collect(value, at, into, seen);
                    at.pop();
                }
            }
            Json::Array(items) if items.first().is_some_and(Json::is_object) => collect(&items[0], at, into, seen),
            Json::Null | Json::Object(_) => {}
            _ if into.len() < FLAT_LIMIT && !at.is_empty() && seen.insert(at.clone()) => into.push(at.clone()),
            _ => {}
        }
    }
    let (mut keys, mut seen) = (Vec::new(), rustc_hash::FxHashSet::default());
    for object in objects.iter().take(FLAT_ROWS) {
        collect(object, &mut Vec::new(), &mut keys, &mut seen);
    }
    keys.into_iter().map(Path::of_keys).collect()
}

/// The header that flattened JSON stands for.
impl FromIterator<Path> for Header {
    fn from_iter<I: IntoIterator<Item = Path>>(paths: I) -> Self {
        let names: Vec<_> = paths.into_iter().map(|path| path.to_string()).collect();
        Self::new(names.iter().map(String::as_str))
    }
}
