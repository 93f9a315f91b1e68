//! Writing a mapping as the TOML that reading takes: for a guess that a person wants to keep and mend.

use super::{EmailRule, Mapping, PhoneKind, PhoneRule, Reference, Rule, Section};
use toml::{Table, Value};

impl Mapping {
    /// The file's text. Reading it gives the same mapping back, but for references of `custom.json`, which become what
    /// they are in each section.
    pub fn to_toml(&self) -> String {
        let mut file = Table::new();
        file.insert("source".into(), self.source.key().into());
        let mut marks = Table::new();
        let lists = [
            ("markers", &self.marks.markers),
            ("columns", &self.marks.columns),
            ("files", &self.marks.files),
            ("header", &self.marks.header),
        ];
        for (name, list) in lists {
            if !list.is_empty() {
                marks.insert(name.into(), Value::Array(list.iter().map(|text| Value::from(text.as_str())).collect()));
            }
        }
        let lead: Table = self.lead.iter().map(|(field, rule)| (field.key().to_owned(), rule_value(rule))).collect();
        for (name, table) in [("recognise", marks), ("api", section(&self.api)), ("columns", section(&self.columns)), ("lead", lead)] {
            if !table.is_empty() {
                file.insert(name.into(), Value::Table(table));
            }
        }
        toml::to_string_pretty(&file).unwrap_or_default()
    }
}

fn section(section: &Section) -> Table {
    let mut table: Table = section.fields.iter().map(|(target, rule)| (target.key().to_owned(), rule_value(rule))).collect();
    let extra: Table = section.extra.iter().map(|(name, rule)| (name.clone(), rule_value(rule))).collect();
    if !extra.is_empty() {
        table.insert("extra".into(), Value::Table(extra));
    }
    if !section.emails.is_empty() {
        table.insert("emails".into(), Value::Array(section.emails.iter().map(|rule| Value::Table(email(rule))).collect()));
    }
    if !section.phones.is_empty() {
        table.insert("phones".into(), Value::Array(section.phones.iter().map(|rule| Value::Table(phone(rule))).collect()));
    }
    table
}

fn email(rule: &EmailRule) -> Table {
    let mut table = Table::new();
    if let Some(each) = &rule.each {
        table.insert("each".into(), each.to_string().into());
    }
    table.insert("value".into(), reference(&rule.value));
    for (name, part) in [("kind", &rule.kind), ("confidence", &rule.confidence)] {
        if let Some(part) = part {
            table.insert(name.into(), reference(part));
        }
    }
    if !rule.status.0.is_empty() {
        table.insert("status".into(), rule_value(&rule.status));
    }
    if let Some(status) = &rule.status_is {
        table.insert("status_is".into(), status.as_str().into());
    }
    table
}

fn phone(rule: &PhoneRule) -> Table {
    let mut table = Table::new();
    if let Some(each) = &rule.each {
        table.insert("each".into(), each.to_string().into());
    }
    table.insert("value".into(), reference(&rule.value));
    for (name, part) in [("kind", &rule.kind), ("status", &rule.status), ("do_not_call", &rule.do_not_call)] {
        if let Some(part) = part {
            table.insert(name.into(), reference(part));
        }
    }
    if rule.is != PhoneKind::default() {
        table.insert("is".into(), rule.is.key().into());
    }
    if !rule.words.is_empty() {
        table.insert("words".into(), Value::Table(rule.words.iter().map(|(word, kind)| (word.clone(), kind.key().into())).collect()));
    }
    table
}

fn rule_value(rule: &Rule) -> Value {
    match &rule.0[..] {
        [one] => reference(one),
        several => Value::Array(several.iter().map(reference).collect()),
    }
}

fn reference(reference: &Reference) -> Value {
    if reference.times == 1 {
        return (&*reference.written).into();
    }
    let mut table = Table::new();
    table.insert("from".into(), (&*reference.written).into());
    table.insert("times".into(), reference.times.into());
    Value::Table(table)
}
