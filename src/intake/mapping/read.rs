//! Reading mapping files: our TOML, and the `custom.json` of the described system. Every mistake in a file is found in
//! one go, each with line and key.

use super::{EmailRule, Mapping, Marks, PhoneKind, PhoneRule, Reference, Rule, Section, Target, What, fold};
use crate::{
    domain::{Field, Source},
    intake::{
        Problem,
        expression::{Expression, Path},
        problem::nearest,
    },
};
use serde_json::Value as Json;
use std::{collections::BTreeMap, str::FromStr};
use toml::de::{DeTable, DeValue};

/// A mapping file is at most this long, in bytes.
pub const FILE_LIMIT: usize = 1024 * 1024;

/// No more of a faulty text is repeated than this, in bytes.
const PIECE: usize = 60;

/// TOML and JSON alike, with the line where a value stands.
struct Node {
    line: Option<usize>,
    value: Value,
}

enum Value {
    Text(String),
    Number(i64),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
    Other,
}

impl Mapping {
    /// Reads one mapping file of ours. `file` is its name in messages.
    pub fn parse_toml(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader::new(file);
        let node = match DeTable::parse(text) {
            _ if text.len() > FILE_LIMIT => {
                return Err(vec![reader.problem(None, "", format!("the file is longer than {FILE_LIMIT} bytes"))]);
            }
            Ok(table) => Node { line: None, value: Value::Table(toml_table(table.get_ref(), text)) },
            Err(error) => {
                let span = error.span().unwrap_or_default();
                let line = error.span().map(|span| line_of(text, span.start));
                // A key stands twice, or what is there is no TOML: the text itself says which.
                let piece = text.get(span).map(str::trim).filter(|piece| (1..=PIECE).contains(&piece.len()) && !piece.contains('\n'));
                let sentence = piece.map_or_else(|| error.message().to_owned(), |piece| format!("{} at {piece:?}", error.message()));
                return Err(vec![reader.problem(line, "file", sentence)]);
            }
        };
        let mapping = reader.mapping(node);
        reader.finish(mapping)
    }

    /// Reads a `custom.json`: `{"field_mappings": {"apollo": {"CF_102": "organization.keywords.join(', ')"}}}`. Without
    /// the level of the source the mapping is for files.
    pub fn parse_json(file: &str, text: &str) -> Result<Vec<Self>, Vec<Problem>> {
        let mut reader = Reader::new(file);
        if text.len() > FILE_LIMIT {
            return Err(vec![reader.problem(None, "", format!("the file is longer than {FILE_LIMIT} bytes"))]);
        }
        let json: Json = match serde_json::from_str(text) {
            Ok(json) => json,
            Err(error) => return Err(vec![reader.problem(Some(error.line()), "file", error.to_string())]),
        };
        let mappings = reader.custom(&json);
        reader.finish(mappings)
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count() + 1
}

fn toml_table(table: &DeTable<'_>, text: &str) -> Vec<(String, Node)> {
    table
        .iter()
        .map(|(key, value)| (key.get_ref().to_string(), toml_node(value.get_ref(), line_of(text, key.span().start), text)))
        .collect()
}

fn toml_node(value: &DeValue<'_>, line: usize, text: &str) -> Node {
    let value = match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str(number.as_str()).map_or(Value::Other, Value::Number),
        DeValue::Array(items) => {
            Value::List(items.iter().map(|item| toml_node(item.get_ref(), line_of(text, item.span().start), text)).collect())
        }
        DeValue::Table(table) => Value::Table(toml_table(table, text)),
        DeValue::Boolean(_) | DeValue::Float(_) | DeValue::Datetime(_) => Value::Other,
    };
    Node { line: Some(line), value }
}

/// Which meaning a plain text has.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// An expression.
    Api,
    /// A column name; an expression behind `=`.
    Columns,
}

struct Reader {
    file: String,
    problems: Vec<Problem>,
}

impl Reader {
    fn new(file: &str) -> Self {
        Self { file: file.to_owned(), problems: Vec::new() }
    }

    fn finish<T>(self, read: Option<T>) -> Result<T, Vec<Problem>> {
        match read {
            Some(read) if self.problems.is_empty() => Ok(read),
            _ => Err(self.problems),
        }
    }

    fn problem(&self, line: Option<usize>, key: &str, sentence: impl Into<String>) -> Problem {
        Problem { file: Some(self.file.clone()), line, ..Problem::new(key, sentence) }
    }

    fn complain(&mut self, line: Option<usize>, key: &str, sentence: impl Into<String>) {
        let problem = self.problem(line, key, sentence);
        self.problems.push(problem);
    }

    fn unknown<'n>(&mut self, line: Option<usize>, key: &str, name: &str, known: impl IntoIterator<Item = &'n str>) {
        let problem = self.problem(line, key, format!("there is nothing called {name:?} here")).near(nearest(name, known));
        self.problems.push(problem);
    }

    fn mapping(&mut self, node: Node) -> Option<Mapping> {
        let entries = self.table(node, "file")?;
        let Some((_, Node { value: Value::Text(name), line })) = entries.iter().find(|(key, _)| key == "source") else {
            self.complain(None, "source", "a mapping says whose it is: source = \"apollo\"");
            return None;
        };
        let source = self.source(name, *line, "source")?;
        let mut mapping = Mapping::empty(source);
        for (key, node) in entries {
            match &*key {
                "source" => {}
                "recognise" => mapping.marks = self.marks(node),
                "api" => mapping.api = self.section(node, "api", Style::Api),
                "columns" => mapping.columns = self.section(node, "columns", Style::Columns),
                "lead" => mapping.lead = self.lead(node),
                _ => self.unknown(node.line, &key, &key, ["source", "recognise", "api", "columns", "lead"]),
            }
        }
        Some(mapping)
    }

    fn source(&mut self, name: &str, line: Option<usize>, key: &str) -> Option<Source> {
        let source = Source::from_str(name).ok();
        if source.is_none() {
            let problem = self
                .problem(line, key, format!("there is no source {name:?}"))
                .near(nearest(name, Source::ALL.iter().map(|source| source.key())));
            self.problems.push(problem);
        }
        source
    }

    fn marks(&mut self, node: Node) -> Marks {
        let mut marks = Marks::default();
        for (key, node) in self.table(node, "recognise").unwrap_or_default() {
            let path = format!("recognise.{key}");
            match &*key {
                "markers" => marks.markers = self.texts(node, &path),
                "columns" => marks.columns = self.texts(node, &path),
                "files" => marks.files = self.texts(node, &path),
                "header" => marks.header = self.texts(node, &path),
                _ => self.unknown(node.line, &path, &key, ["markers", "columns", "files", "header"]),
            }
        }
        marks
    }

    /// A list of texts, or one text with commas.
    fn texts(&mut self, node: Node, key: &str) -> Vec<String> {
        match node.value {
            Value::Text(text) => text.split([',', '\n']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            Value::List(items) => items.into_iter().filter_map(|item| self.text(item, key)).collect(),
            _ => {
                self.complain(node.line, key, "expects names: a text with commas, or a list");
                Vec::new()
            }
        }
    }

    fn section(&mut self, node: Node, at: &str, style: Style) -> Section {
        let mut section = Section::default();
        for (key, node) in self.table(node, at).unwrap_or_default() {
            let path = format!("{at}.{key}");
            match &*key {
                "emails" => section.emails = self.list(node, &path, |reader, node, path| reader.email(node, path, style)),
                "phones" => section.phones = self.list(node, &path, |reader, node, path| reader.phone(node, path, style)),
                "extra" => {
                    for (name, node) in self.table(node, &path).unwrap_or_default() {
                        let rule = self.rule(node, &format!("{path}.{name}"), style);
                        section.extra.insert(name, rule);
                    }
                }
                _ => {
                    if let Some(target) = Target::from_key(&key) {
                        let rule = self.rule(node, &path, style);
                        section.fields.insert(target, rule);
                    } else {
                        let problem =
                            self.problem(node.line, &path, format!("there is no field called {key:?}")).near(Target::nearest(&key));
                        self.problems.push(problem);
                    }
                }
            }
        }
        section
    }

    fn lead(&mut self, node: Node) -> BTreeMap<Field, Rule> {
        let mut lead = BTreeMap::new();
        for (key, node) in self.table(node, "lead").unwrap_or_default() {
            let path = format!("lead.{key}");
            match Field::from_key(&key) {
                Some(field) if field.custom().is_some() => {
                    let rule = self.rule(node, &path, Style::Api);
                    lead.insert(field, rule);
                }
                _ => {
                    let known = crate::domain::custom_fields().iter().map(|custom| custom.field.key());
                    let problem = self.problem(node.line, &path, format!("there is no custom field {key:?}")).near(nearest(&key, known));
                    self.problems.push(problem);
                }
            }
        }
        lead
    }

    fn email(&mut self, node: Node, at: &str, style: Style) -> Option<EmailRule> {
        let (line, entries) = (node.line, self.table(node, at)?);
        let mut rule =
            EmailRule { each: None, value: Reference::column(""), kind: None, status: Rule::default(), status_is: None, confidence: None };
        let mut has_value = false;
        for (key, node) in entries {
            let path = format!("{at}.{key}");
            match &*key {
                "each" => rule.each = self.path(node, &path),
                "value" => {
                    rule.value = self.reference(node, &path, style)?;
                    has_value = true;
                }
                "kind" => rule.kind = self.reference(node, &path, style),
                "status" => rule.status = self.rule(node, &path, style),
                "status_is" => rule.status_is = self.text(node, &path),
                "confidence" => rule.confidence = self.reference(node, &path, style),
                _ => self.unknown(node.line, &path, &key, ["each", "value", "kind", "status", "status_is", "confidence"]),
            }
        }
        if !has_value {
            self.complain(line, at, "says no value");
        }
        Some(rule)
    }

    fn phone(&mut self, node: Node, at: &str, style: Style) -> Option<PhoneRule> {
        let (line, entries) = (node.line, self.table(node, at)?);
        let mut rule = PhoneRule {
            each: None,
            value: Reference::column(""),
            kind: None,
            is: PhoneKind::default(),
            words: BTreeMap::new(),
            status: None,
            do_not_call: None,
        };
        let mut has_value = false;
        for (key, node) in entries {
            let path = format!("{at}.{key}");
            match &*key {
                "each" => rule.each = self.path(node, &path),
                "value" => {
                    rule.value = self.reference(node, &path, style)?;
                    has_value = true;
                }
                "kind" => rule.kind = self.reference(node, &path, style),
                "is" => rule.is = self.phone_kind(node, &path).unwrap_or_default(),
                "words" => {
                    for (word, node) in self.table(node, &path).unwrap_or_default() {
                        let kind = self.phone_kind(node, &format!("{path}.{word}")).unwrap_or_default();
                        rule.words.insert(fold(&word), kind);
                    }
                }
                "status" => rule.status = self.reference(node, &path, style),
                "do_not_call" => rule.do_not_call = self.reference(node, &path, style),
                _ => self.unknown(node.line, &path, &key, ["each", "value", "kind", "is", "words", "status", "do_not_call"]),
            }
        }
        if !has_value {
            self.complain(line, at, "says no value");
        }
        Some(rule)
    }

    fn phone_kind(&mut self, node: Node, key: &str) -> Option<PhoneKind> {
        let line = node.line;
        let word = self.text(node, key)?;
        let kind = PhoneKind::from_key(&word);
        if kind.is_none() {
            self.unknown(line, key, &word, PhoneKind::NAMES.iter().map(|(_, name)| *name));
        }
        kind
    }

    fn path(&mut self, node: Node, key: &str) -> Option<Path> {
        let line = node.line;
        let text = self.text(node, key)?;
        let path = Path::parse(&text);
        if path.is_none() {
            self.complain(line, key, format!("{text:?} is not a path"));
        }
        path
    }

    fn rule(&mut self, node: Node, key: &str, style: Style) -> Rule {
        match node.value {
            Value::List(items) => Rule(items.into_iter().filter_map(|item| self.reference(item, key, style)).collect()),
            _ => Rule(self.reference(node, key, style).into_iter().collect()),
        }
    }

    fn reference(&mut self, node: Node, key: &str, style: Style) -> Option<Reference> {
        match node.value {
            Value::Text(text) => self.what(&text, node.line, key, style).map(|what| Reference { written: text.into(), what, times: 1 }),
            Value::Table(entries) => {
                let mut times = 1;
                let mut reference = None;
                for (name, node) in entries {
                    match (&*name, node) {
                        ("from", node) => reference = self.reference(node, key, style),
                        ("times", Node { value: Value::Number(number), .. }) => times = number,
                        ("times", node) => self.complain(node.line, key, "times is a whole number"),
                        (_, node) => self.unknown(node.line, key, &name, ["from", "times"]),
                    }
                }
                if reference.is_none() {
                    self.complain(node.line, key, "says no `from`");
                }
                reference.map(|reference| Reference { times, ..reference })
            }
            Value::Number(_) | Value::Other | Value::List(_) => {
                self.complain(node.line, key, "expects a text, or { from = \"…\", times = 1000 }");
                None
            }
        }
    }

    fn what(&mut self, text: &str, line: Option<usize>, key: &str, style: Style) -> Option<What> {
        let expression = match (style, text.trim_start().strip_prefix('=')) {
            (Style::Columns, None) => return Some(What::Column(fold(text).into())),
            (_, Some(expression)) => expression,
            (Style::Api, None) => text,
        };
        match Expression::parse(expression.trim()) {
            Ok(expression) => Some(What::Expression(expression)),
            Err(error) => {
                self.complain(line, key, format!("{text:?} {error}"));
                None
            }
        }
    }

    fn list<T>(&mut self, node: Node, key: &str, mut read: impl FnMut(&mut Self, Node, &str) -> Option<T>) -> Vec<T> {
        if let Value::List(items) = node.value {
            return items.into_iter().enumerate().filter_map(|(nth, item)| read(self, item, &format!("{key}[{nth}]"))).collect();
        }
        self.complain(node.line, key, format!("expects a list of tables: [[{key}]]"));
        Vec::new()
    }

    fn table(&mut self, node: Node, key: &str) -> Option<Vec<(String, Node)>> {
        if let Value::Table(entries) = node.value {
            return Some(entries);
        }
        self.complain(node.line, key, "expects a table");
        None
    }

    fn text(&mut self, node: Node, key: &str) -> Option<String> {
        if let Value::Text(text) = node.value {
            return Some(text);
        }
        self.complain(node.line, key, "expects a text");
        None
    }

    fn custom(&mut self, json: &Json) -> Option<Vec<Mapping>> {
        let Some(Json::Object(sources)) = json.get("field_mappings") else {
            self.complain(None, "field_mappings", "expects an object of sources, each an object of fields and expressions");
            return None;
        };
        let mut mappings = Vec::new();
        let mut flat = Mapping::empty(Source::File);
        for (name, fields) in sources {
            match fields {
                Json::Object(fields) => {
                    let key = format!("field_mappings.{name}");
                    let Some(source) = self.source(name, None, &key) else { continue };
                    let mut mapping = Mapping::empty(source);
                    for (field, value) in fields {
                        self.custom_field(&mut mapping, &format!("{key}.{field}"), field, value);
                    }
                    mappings.push(mapping);
                }
                value => self.custom_field(&mut flat, &format!("field_mappings.{name}"), name, value),
            }
        }
        if !flat.api.fields.is_empty() {
            mappings.push(flat);
        }
        Some(mappings)
    }

    fn custom_field(&mut self, mapping: &mut Mapping, key: &str, field: &str, value: &Json) {
        let Some(target) = Target::from_key(field) else {
            let problem = self.problem(None, key, format!("there is no field called {field:?}")).near(Target::nearest(field));
            self.problems.push(problem);
            return;
        };
        let texts: Vec<_> = match value {
            Json::String(text) => vec![text.as_str()],
            Json::Array(items) if items.iter().all(Json::is_string) => items.iter().filter_map(Json::as_str).collect(),
            _ => {
                self.complain(None, key, "expects an expression as text, or a list of them");
                return;
            }
        };
        let rule = Rule(texts.into_iter().filter_map(|text| self.custom_reference(key, text)).collect());
        mapping.columns.fields.insert(target, rule.clone());
        mapping.api.fields.insert(target, rule);
    }

    /// A column name need not be an expression; but what looks like one and is broken is a mistake.
    fn custom_reference(&mut self, key: &str, text: &str) -> Option<Reference> {
        let expression = match Expression::parse(text) {
            Ok(expression) => Some(expression),
            Err(_) if text.chars().all(|c| c.is_alphanumeric() || " _-#/&.()".contains(c)) && !text.contains('(') => None,
            Err(error) => {
                self.complain(None, key, format!("{text:?} {error}"));
                return None;
            }
        };
        Some(Reference { written: text.into(), what: What::Either(fold(text).into(), expression), times: 1 })
    }
}
