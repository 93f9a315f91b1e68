//! Golden records: the one view of a person or company that all its source records and all decisions add up to.
//!
//! A golden record is computed (by `matching::survivorship`), never edited: the store keeps members and
//! decisions, and a few columns of the result for lists and search. That is what makes every merge reversible.

use super::{CompanyId, ContactId, DecisionId, Field, Fields, RecordId, Source, Text, Timestamp, Value};
use serde::{Deserialize, Serialize};

/// Why a value won.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A person chose or typed it here.
    Manual,
    /// A person typed it in HaloPSA.
    HaloEdit,
    /// The e-mail was verified.
    Verified,
    /// The source ranks first for this field.
    Priority,
    /// The source checked it last.
    Recency,
    /// More sources say so.
    Agreement,
    /// It says more.
    Completeness,
    /// Nobody says anything else.
    Only,
    /// All lists together.
    United,
}

impl Rule {
    /// In a person's words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Manual => "chosen by a person",
            Self::HaloEdit => "edited in HaloPSA",
            Self::Verified => "verified",
            Self::Priority => "preferred source",
            Self::Recency => "most recent",
            Self::Agreement => "most sources agree",
            Self::Completeness => "most complete",
            Self::Only => "only one filled",
            Self::United => "lists united",
        }
    }
}

/// Who gave a golden value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Giver {
    /// A source record.
    Record(RecordId, Source),
    /// A person's decision.
    Decision(DecisionId),
}

/// A value that lost, kept with where it came from.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Alternate {
    /// What it says.
    pub value: Value,
    /// The record that says so.
    pub record: RecordId,
    /// Its source.
    pub source: Source,
    /// The record's date.
    pub dated: Timestamp,
}

/// One field of a golden record. It serialises but is never read back: golden records are computed.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct GoldenField {
    /// Which.
    pub field: Field,
    /// The value that won; `None` where a person cleared the field on purpose.
    pub value: Option<Value>,
    /// Who gave it.
    pub giver: Giver,
    /// Why it won.
    pub rule: Rule,
    /// The date of what won.
    pub dated: Timestamp,
    /// No provider may change it.
    pub locked: bool,
    /// What lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alternates: Vec<Alternate>,
}

/// A whole golden record, in field table order.
#[derive(Clone, PartialEq, Default, Debug, Serialize)]
#[serde(transparent)]
pub struct Golden(pub Vec<GoldenField>);

impl Golden {
    /// One field with its provenance.
    pub fn get(&self, field: Field) -> Option<&GoldenField> {
        self.0.iter().find(|golden| golden.field == field)
    }

    /// Only the values.
    pub fn fields(&self) -> Fields {
        self.0.iter().filter_map(|golden| Some((golden.field, golden.value.clone()?))).collect()
    }
}

/// A value that a person chose for a golden record, by merge, edit or conversion form. It wins until its
/// decision is undone or a later one replaces it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Override {
    /// Whose.
    pub contact: ContactId,
    /// Which field.
    pub field: Field,
    /// The value's text form, `None` to keep the field empty. Text because its kind is the field's.
    pub value: Option<Text>,
    /// Who decided.
    pub decision: DecisionId,
    /// When.
    pub at: Timestamp,
}

impl Override {
    /// The value, parsed for its field.
    pub fn value(&self) -> Option<Value> {
        self.value.as_ref().and_then(|text| Value::parse(self.field.kind(), text))
    }
}

/// What lists, boards and search show of a contact without opening it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ContactSummary {
    /// Its id.
    pub id: ContactId,
    /// Display name; the e-mail where no name is known.
    pub name: Text,
    /// Job title.
    pub title: Text,
    /// Company name.
    pub company: Text,
    /// The golden company, once matched.
    pub company_id: Option<CompanyId>,
    /// Primary e-mail.
    pub email: Text,
    /// Primary number.
    pub phone: Text,
    /// Quality score of the golden record, 0 to 100.
    pub quality: u8,
    /// How many source records it is made of.
    pub sources: u16,
    /// Rises with each change; a command that names an older one is refused.
    pub version: u32,
    /// Last change.
    pub updated_at: Timestamp,
}

/// What lists show of a company.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CompanySummary {
    /// Its id.
    pub id: CompanyId,
    /// Name without legal form.
    pub name: Text,
    /// Main domain.
    pub domain: Text,
    /// Country.
    pub country: Text,
    /// How many contacts work there.
    pub contacts: u32,
}
