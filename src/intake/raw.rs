//! Raw pages: what a source handed over, before anything is understood.

use crate::domain::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One page of a source's rows.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct RawPage {
    /// The rows, in the source's order.
    pub rows: Rows,
    /// Rows of this page that could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bad: Vec<BadRow>,
    /// Known already, and therefore not fetched.
    #[serde(default)]
    pub skipped: u32,
    /// Where the next page starts; opaque to all but the source. `None` at the end.
    #[serde(default)]
    pub next: Option<String>,
    /// How many rows there are in all, where the source says so.
    #[serde(default)]
    pub total: Option<u64>,
}

/// Rows.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// JSON objects: from an API, or JSON lines.
    Objects(Vec<Json>),
}

impl Rows {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::Objects(rows) => rows.len(),
        }
    }

    /// None.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for Rows {
    fn default() -> Self {
        Self::Objects(Vec::new())
    }
}

/// A row that could not be read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BadRow {
    /// Its place on the page.
    pub line: u64,
    /// Why, in a sentence that says what to do.
    pub reason: Text,
    /// The row as it stands.
    pub raw: String,
}

impl BadRow {
    /// A row with its reason.
    pub fn new(line: u64, reason: impl Into<Text>, raw: &[u8]) -> Self {
        Self { line, reason: reason.into(), raw: String::from_utf8_lossy(raw).into_owned() }
    }
}
