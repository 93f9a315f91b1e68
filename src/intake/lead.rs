//! The lead's custom fields: what the mapping says outright, else what its lead rules make of the cleaned row.

use super::{
    clean,
    draft::{Made, Maker},
    expression::{Found, Path, Scope},
    vocabulary,
};
use crate::domain::{Field, Fields, Value};
use std::borrow::Cow;

impl Maker<'_> {
    /// Fills them.
    pub(super) fn lead(&self, made: &mut Made<'_>) {
        let label = Field::LeadSource.custom().and_then(|custom| custom.option(self.mapping.source.label()));
        if let (None, Some(label)) = (made.fields.get(Field::LeadSource), label) {
            made.fields.set(Field::LeadSource, Value::Text(label.clone()));
        }
        for (field, rule) in self.intake.lead_rules(self.mapping) {
            if made.fields.get(field).is_some() {
                continue;
            }
            let scope = LeadScope { fields: &made.fields, extras: &made.extras, source: self.mapping.source.label() };
            let mut value = None;
            for expression in rule {
                let found = expression.find(&scope);
                if let Found::Broken(sentence) = &found {
                    made.leftovers.broken.push((field.key(), sentence.clone()));
                }
                let text = match &found {
                    Found::Many(texts) => texts.join(", "),
                    found => found.texts().next().unwrap_or_default().to_owned(),
                };
                value = clean::value(field, &text, made.context);
                if value.is_some() {
                    break;
                }
            }
            if let Some(value) = value {
                made.fields.set(field, value);
            }
        }
    }
}

/// The cleaned row as lead rules see it: fields by key, the mapping's extras by name.
struct LeadScope<'r> {
    fields: &'r Fields,
    extras: &'r [(&'r str, Found<'r>)],
    source: &'static str,
}

impl LeadScope<'_> {
    fn named(&self, name: &str) -> Found<'_> {
        if let Some((_, found)) = self.extras.iter().find(|(known, _)| *known == name) {
            return match found {
                Found::One(text) => Found::One(Cow::Borrowed(text)),
                Found::Many(texts) => Found::Many(texts.iter().map(|text| Cow::Borrowed(&**text)).collect()),
                Found::Nothing | Found::Broken(_) => Found::Nothing,
            };
        }
        let value = match name {
            "source" => return Found::One(Cow::Borrowed(self.source)),
            "msp_technologies" => {
                let Some(Value::List(items)) = self.fields.get(Field::Technologies) else { return Found::Nothing };
                let sold = items.iter().filter(|item| vocabulary::is_msp_technology(item));
                return Found::Many(sold.map(|item| Cow::Borrowed(item.as_str())).collect());
            }
            name => Field::from_key(name).and_then(|field| self.fields.get(field)),
        };
        match value {
            None => Found::Nothing,
            Some(Value::List(items)) => Found::Many(items.iter().map(|item| Cow::Borrowed(item.as_str())).collect()),
            Some(Value::Country(country)) => Found::One(Cow::Borrowed(vocabulary::country_name(*country))),
            Some(value) => Found::One(value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed)),
        }
    }
}

impl Scope for LeadScope<'_> {
    fn find(&self, path: &Path) -> Found<'_> {
        path.name().map_or(Found::Nothing, |name| self.named(name))
    }

    fn context(&self, names: &[String]) -> minijinja::Value {
        let value = |name: &str| match self.named(name) {
            Found::One(text) => Some(minijinja::Value::from(&*text)),
            Found::Many(texts) => Some(texts.iter().map(|text| minijinja::Value::from(&**text)).collect()),
            Found::Nothing | Found::Broken(_) => None,
        };
        minijinja::Value::from_pairs(names.iter().filter_map(|name| Some((name.as_str(), value(name)?))))
    }
}
