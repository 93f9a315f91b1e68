//! The catalogue of custom fields, read from `config/fields.toml`: type, options, limits. Intake fills by it,
//! HaloPSA setup creates by it, forms offer by it. A tenant's numeric ids are absent: they are found by label.

use super::{Field, Lifecycle, Text};
use serde::Deserialize;
use std::sync::LazyLock;

/// What a custom field takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CustomKind {
    /// Words, at most so many characters.
    Text {
        /// In characters.
        limit: usize,
    },
    /// One of a list. Bands of numbers carry the lower end of each option.
    Choice {
        /// In the order in which a form lists them.
        options: Vec<Text>,
        /// The lower end of each option, where the options are bands; else empty.
        from: Vec<i64>,
    },
    /// A whole number in a range, both ends included.
    Number {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// Yes or no.
    Flag,
}

/// One custom field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CustomField {
    /// Which; its label names it in HaloPSA.
    pub field: Field,
    /// Whose ticket asks for it.
    pub on: Lifecycle,
    /// A ticket of that lifecycle must have it.
    pub required: bool,
    /// What it takes.
    pub kind: CustomKind,
}

impl CustomField {
    /// The option that `raw` names: spelling ignores case; `None` when the field has no such option.
    pub fn option(&self, raw: &str) -> Option<&Text> {
        let CustomKind::Choice { options, .. } = &self.kind else { return None };
        options.iter().find(|option| option.eq_ignore_ascii_case(raw))
    }

    /// The band that holds `number`; `None` below the first band and for fields without bands.
    pub fn band(&self, number: i64) -> Option<&Text> {
        let CustomKind::Choice { options, from } = &self.kind else { return None };
        let nth = from.partition_point(|lower| *lower <= number).checked_sub(1)?;
        options.get(nth)
    }
}

/// HaloPSA's limit for a text field that names none (requirements 4.15).
const TEXT_LIMIT: usize = 4000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    field: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: Field,
    on: Lifecycle,
    kind: Kind,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    options: Vec<Text>,
    #[serde(default)]
    from: Vec<i64>,
    limit: Option<usize>,
    min: Option<i64>,
    max: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Text,
    Choice,
    Number,
    Flag,
}

impl From<Entry> for CustomField {
    fn from(entry: Entry) -> Self {
        let kind = match entry.kind {
            Kind::Text => CustomKind::Text { limit: entry.limit.unwrap_or(TEXT_LIMIT) },
            Kind::Choice => CustomKind::Choice { options: entry.options, from: entry.from },
            Kind::Number => CustomKind::Number { min: entry.min.unwrap_or(i64::MIN), max: entry.max.unwrap_or(i64::MAX) },
            Kind::Flag => CustomKind::Flag,
        };
        Self { field: entry.key, on: entry.on, required: entry.required, kind }
    }
}

static CATALOGUE: LazyLock<Vec<CustomField>> = LazyLock::new(|| {
    #[allow(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
    let file: File = toml::from_str(include_str!("../../config/fields.toml")).expect("config/fields.toml is well-formed");
    file.field.into_iter().map(CustomField::from).collect()
});

/// All custom fields, in the order of their numbers.
pub fn custom_fields() -> &'static [CustomField] {
    &CATALOGUE
}

impl Field {
    /// Its entry in the catalogue, when it is a custom field.
    pub fn custom(self) -> Option<&'static CustomField> {
        CATALOGUE.iter().find(|custom| custom.field == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_numbered_field_is_in_the_catalogue_and_nothing_else() {
        let numbered: Vec<_> = Field::ALL.iter().copied().filter(|field| field.custom_number().is_some()).collect();
        assert_eq!(custom_fields().iter().map(|custom| custom.field).collect::<Vec<_>>(), numbered);
        for custom in custom_fields() {
            if let CustomKind::Choice { options, from } = &custom.kind {
                assert!(from.is_empty() || from.len() == options.len(), "{:?} has as many bands as options", custom.field);
                assert!(from.is_sorted() && !options.is_empty(), "{:?}", custom.field);
            }
        }
    }

    #[test]
    fn numbers_fall_into_bands() {
        let band = |field: Field, n| field.custom().unwrap().band(n).map(Text::as_str);
        assert_eq!(band(Field::RevenueBand, 0), Some("<$1M"));
        assert_eq!(band(Field::RevenueBand, 1_000_000), Some("$1M-$5M"));
        assert_eq!(band(Field::RevenueBand, 52_000_000), Some("$25M-$100M"));
        assert_eq!(band(Field::SizeBand, 5000), Some("1001-5000"));
        assert_eq!(band(Field::SizeBand, 5001), Some("5000+"));
        assert_eq!(band(Field::SizeBand, 0), None);
        assert_eq!(band(Field::Level, 3), None);
        assert_eq!(Field::LeadSource.custom().unwrap().option("seamless.AI").map(Text::as_str), Some("Seamless.ai"));
    }
}
