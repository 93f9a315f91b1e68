//! Raw pages: what a source handed over, before anything is understood. Providers make them, the store keeps them
//! as they came (as compact JSON), intake reads them. Nothing here knows what a column means.

use crate::domain::{Source, Text};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeTuple};
use serde_json::Value as Json;
use std::{fmt, sync::Arc};

/// How much of an unreadable row is kept for a person to mend, in bytes.
pub const BAD_ROW_LIMIT: usize = 16 * 1024;

/// One page of a source's rows.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct RawPage {
    /// The rows, in the source's order.
    pub rows: Rows,
    /// On which line of their file JSON objects start, counted from 1; empty for an API's rows and for a table's, which know it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<u64>,
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
    /// Set when the rows were asked for, person by person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// What the source wants to know again, kept with the page or not at all.
    #[serde(skip)]
    pub notes: Vec<Note>,
}

impl RawPage {
    /// Where a row starts in its file, or its number in the answer, counted from 1.
    pub fn line(&self, row: usize) -> u64 {
        self.lines.get(row).copied().unwrap_or_else(|| self.rows.line(row))
    }
}

/// Something that a source wants to know again: by shelf and name, as there.
#[derive(Clone, PartialEq, Debug)]
pub struct Note {
    /// Which shelf.
    pub shelf: &'static str,
    /// Its name there.
    pub name: String,
    /// It.
    pub thing: Json,
}

/// Rows that are answers about people who are known: who answers, and in whose words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// Who answers.
    pub source: Source,
    /// In whose words.
    pub form: Form,
}

/// In whose words a row is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The source's own, as a search brings them.
    Source,
    /// Ours: keys are the keys of our fields.
    Fields,
}

/// Rows in either of the two shapes there are.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// JSON objects: from an API, or JSON lines.
    Objects(Vec<Json>),
    /// A table: from CSV or XLSX.
    Table {
        /// Column names, as they stand in the file; repeats are numbered.
        header: Header,
        /// Its rows.
        rows: Vec<TableRow>,
    },
}

impl Rows {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::Objects(rows) => rows.len(),
            Self::Table { rows, .. } => rows.len(),
        }
    }

    /// None.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where a row starts in its file, or its number in the answer, counted from 1.
    pub fn line(&self, row: usize) -> u64 {
        match self {
            Self::Objects(_) => row as u64 + 1,
            Self::Table { rows, .. } => rows.get(row).map_or(0, TableRow::line),
        }
    }

    /// A row as JSON: an object as it came, a table's row by its column names, empty cells left out.
    pub fn row_json(&self, row: usize) -> Option<Json> {
        match self {
            Self::Objects(rows) => rows.get(row).cloned(),
            Self::Table { header, rows } => {
                let row = rows.get(row)?;
                let cells = header.names().zip(row.cells()).filter(|(_, cell)| !cell.is_empty());
                Some(cells.map(|(name, cell)| (name.to_owned(), Json::from(cell))).collect::<serde_json::Map<_, _>>().into())
            }
        }
    }
}

impl Default for Rows {
    fn default() -> Self {
        Self::Objects(Vec::new())
    }
}

/// The column names of a table, shared by all its pages.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Header(Arc<[Box<str>]>);

impl Header {
    /// From names in column order. A name that came before gets a number: `Email`, `Email (2)`.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut seen = std::collections::HashMap::<String, u32>::new();
        let number = |name: &'a str| {
            let count = seen.entry(name.to_lowercase()).or_default();
            *count += 1;
            if *count == 1 { name.into() } else { format!("{name} ({count})").into() }
        };
        Self(names.into_iter().map(number).collect())
    }

    /// The names.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }

    /// How many columns.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// No columns.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Header {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(|names| Self(names.into()))
    }
}

/// One row of a table: all cells in one string, so that a row of seventy columns is two allocations.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct TableRow {
    line: u64,
    text: Box<str>,
    ends: Box<[u32]>,
}

impl TableRow {
    /// From cells in column order. `line` is where the row starts in its file, counted from 1.
    pub fn new<'a>(line: u64, cells: impl IntoIterator<Item = &'a str>) -> Self {
        let mut text = String::new();
        let mut ends = Vec::new();
        for cell in cells {
            text.push_str(cell);
            ends.push(text.len() as u32);
        }
        Self { line, text: text.into(), ends: ends.into() }
    }

    /// From the cells already joined, and where each ends. `None` unless `ends` rise, stop at the end of `text`
    /// and cut no character in two.
    pub fn from_parts(line: u64, text: &str, ends: &[usize]) -> Option<Self> {
        let whole = ends.last().copied().unwrap_or(0) == text.len();
        let good = whole && u32::try_from(text.len()).is_ok() && ends.is_sorted() && ends.iter().all(|&end| text.is_char_boundary(end));
        good.then(|| Self { line, text: text.into(), ends: ends.iter().map(|&end| end as u32).collect() })
    }

    /// Where it starts in its file, counted from 1.
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// How many cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Not one cell.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cell of that column, empty beyond the last.
    pub fn cell(&self, column: usize) -> &str {
        let Some(&end) = self.ends.get(column) else { return "" };
        let start = column.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..end as usize]
    }

    /// All cells, in column order.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|column| self.cell(column))
    }

    /// What it takes in memory, in bytes.
    pub const fn bytes(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<u32>() + size_of::<Self>()
    }

    /// Holds nothing but blanks.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

impl fmt::Debug for TableRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.line)?;
        f.debug_list().entries(self.cells()).finish()
    }
}

/// As `[line, [cell, …]]`.
impl Serialize for TableRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Cells<'a>(&'a TableRow);
        impl Serialize for Cells<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.0.cells())
            }
        }
        let mut pair = serializer.serialize_tuple(2)?;
        pair.serialize_element(&self.line)?;
        pair.serialize_element(&Cells(self))?;
        pair.end()
    }
}

impl<'de> Deserialize<'de> for TableRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Collects cells straight into the joined form.
        #[derive(Default)]
        struct Cells {
            text: String,
            ends: Vec<u32>,
        }
        impl<'de> Deserialize<'de> for Cells {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl<'de> de::Visitor<'de> for Visitor {
                    type Value = Cells;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a list of cells")
                    }
                    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Cells, A::Error> {
                        let mut cells = Cells::default();
                        while let Some(cell) = seq.next_element::<std::borrow::Cow<'de, str>>()? {
                            cells.text.push_str(&cell);
                            cells.ends.push(cells.text.len() as u32);
                        }
                        Ok(cells)
                    }
                }
                deserializer.deserialize_seq(Visitor)
            }
        }
        let (line, cells) = <(u64, Cells)>::deserialize(deserializer)?;
        Ok(Self { line, text: cells.text.into(), ends: cells.ends.into() })
    }
}

/// A row that could not be read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BadRow {
    /// Where it starts in its file, counted from 1; for an API its place on the page.
    pub line: u64,
    /// Why, in a sentence that says what to do.
    pub reason: Text,
    /// The row as it stands, at most [`BAD_ROW_LIMIT`] bytes. Not made printable: it goes back into a file only.
    pub raw: String,
}

impl BadRow {
    /// Keeps the start of `raw`; bytes that are no UTF-8 become U+FFFD.
    pub fn new(line: u64, reason: impl Into<Text>, raw: &[u8]) -> Self {
        let mut kept = String::from_utf8_lossy(&raw[..raw.len().min(BAD_ROW_LIMIT)]).into_owned();
        kept.truncate(kept.trim_end_matches(['\r', '\n']).len());
        Self { line, reason: reason.into(), raw: kept }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn repeated_names_are_numbered() {
        let header = Header::new(["Email", "Name", "email", "Email"]);
        assert_eq!(header.names().collect::<Vec<_>>(), ["Email", "Name", "email (2)", "Email (3)"]);
    }

    #[test]
    fn parts_that_cut_a_letter_are_refused() {
        assert!(TableRow::from_parts(1, "äb", &[1, 3]).is_none());
        assert!(TableRow::from_parts(1, "ab", &[2, 1, 2]).is_none());
        assert_eq!(TableRow::from_parts(1, "äb", &[2, 3]), Some(TableRow::new(1, ["ä", "b"])));
    }

    proptest! {
        #[test]
        fn pages_survive_json(line in 1_u64.., cells in proptest::collection::vec(".*", 0..8)) {
            let row = TableRow::new(line, cells.iter().map(String::as_str));
            prop_assert!(row.cells().eq(cells.iter().map(String::as_str)));
            prop_assert_eq!(row.cell(cells.len()), "");
            let page = RawPage {
                rows: Rows::Table { header: Header::new(["a", "b"]), rows: vec![row] },
                next: Some("x".into()),
                ..RawPage::default()
            };
            let json = serde_json::to_string(&page).unwrap();
            prop_assert_eq!(serde_json::from_str::<RawPage>(&json).unwrap(), page);
        }
    }
}
