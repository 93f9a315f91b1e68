//! The file of rows that need mending: written beside the import, with line and reason, and importable again when they
//! are mended. Rows of a table make a table, in which no spreadsheet takes a cell for a formula; JSON makes JSON lines.

use super::json::REMARK;
use crate::{
    domain::csv_safe,
    intake::raw::{BAD_ROW_LIMIT, BadRow, Header, Rows, TableRow},
};
use serde_json::Value as Json;
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The first two columns, which an import of the mended file does not use.
const OWN_COLUMNS: [&str; 2] = ["Import line", "Import problem"];

/// The endings: of rows of a table, of JSON objects.
const TABLE: &str = ".errors.csv";
const LINES: &str = ".errors.jsonl";

/// `contacts.xlsx` -> `contacts.xlsx.errors.csv`, `people.json` -> `people.json.errors.jsonl`: by the shape of the import's rows.
pub fn error_path(import: &Path, rows: &Rows) -> PathBuf {
    beside(import, if matches!(rows, Rows::Table { .. }) { TABLE } else { LINES })
}

/// The one that is there.
pub fn error_file_of(import: &Path) -> Option<PathBuf> {
    [TABLE, LINES].into_iter().map(|ending| beside(import, ending)).find(|path| path.exists())
}

fn beside(import: &Path, ending: &str) -> PathBuf {
    let mut name = import.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    import.with_file_name(name)
}

/// Writes rows that need mending.
pub struct ErrorFile<W: Write> {
    csv: csv::Writer<W>,
    columns: usize,
    delimiter: u8,
    rows: u64,
}

impl<W: Write> ErrorFile<W> {
    /// Writes the header: where and why, then the columns of the import. `delimiter` is the import's, to cut its bad
    /// rows; the file itself is CSV in UTF-8 with a byte order mark, which spreadsheets open as it is meant.
    pub fn new(mut out: W, header: &Header, delimiter: u8) -> io::Result<Self> {
        out.write_all("\u{feff}".as_bytes())?;
        let mut csv = csv::WriterBuilder::new().flexible(true).from_writer(out);
        csv.write_record(OWN_COLUMNS.into_iter().chain(header.names()).map(|name| csv_safe::defuse(name).into_owned()))?;
        Ok(Self { csv, columns: header.len(), delimiter, rows: 0 })
    }

    /// A row that could be read, but not used.
    pub fn row(&mut self, row: &TableRow, reason: &str) -> io::Result<()> {
        let cells: Vec<&str> = row.cells().collect();
        self.write(row.line(), reason, &cells)
    }

    /// A row that could not be read, cut into cells as well as can be. One that was kept only in part says so.
    pub fn bad(&mut self, bad: &BadRow) -> io::Result<()> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .has_headers(false)
            .flexible(true)
            .quoting(false)
            .from_reader(bad.raw.as_bytes());
        let quoted = bad.raw.matches('"').count();
        if quoted > 0 && quoted.is_multiple_of(2) {
            reader = csv::ReaderBuilder::new().delimiter(self.delimiter).has_headers(false).flexible(true).from_reader(bad.raw.as_bytes());
        }
        let record = reader.records().next().and_then(Result::ok).unwrap_or_default();
        let cells: Vec<&str> = record.iter().collect();
        self.write(bad.line, &reason(bad), &cells)
    }

    /// How many rows were written.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes what is left and gives the writer back.
    pub fn finish(self) -> io::Result<W> {
        self.csv.into_inner().map_err(|error| io::Error::new(error.error().kind(), error.to_string()))
    }

    fn write(&mut self, line: u64, reason: &str, cells: &[&str]) -> io::Result<()> {
        self.csv.write_field(line.to_string())?;
        self.csv.write_field(&*csv_safe::defuse(reason))?;
        for nth in 0..self.columns.max(cells.len()) {
            // What the import found shielded stays as it is: it is restored when it is read again.
            self.csv.write_field(&*csv_safe::defuse(cells.get(nth).copied().unwrap_or_default()))?;
        }
        self.csv.write_record(None::<&[u8]>)?;
        self.rows += 1;
        Ok(())
    }
}

/// Writes JSON objects that need mending: each as it is, below a remark that says where and why.
pub struct ErrorLines<W: Write> {
    out: W,
    rows: u64,
}

impl<W: Write> ErrorLines<W> {
    /// Begins with what a person needs to know.
    pub fn new(mut out: W) -> io::Result<Self> {
        writeln!(out, "{REMARK} Mend each row below, or delete it, and import this file. Lines like this one are not read.")?;
        Ok(Self { out, rows: 0 })
    }

    /// An object that could be read, but not used.
    pub fn row(&mut self, line: u64, row: &Json, reason: &str) -> io::Result<()> {
        self.write(line, reason, &row.to_string())
    }

    /// One that could not be read. One that was kept only in part says so.
    pub fn bad(&mut self, bad: &BadRow) -> io::Result<()> {
        self.write(bad.line, &reason(bad), &bad.raw)
    }

    /// How many rows were written.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes what is left and gives the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn write(&mut self, line: u64, reason: &str, row: &str) -> io::Result<()> {
        self.rows += 1;
        writeln!(self.out, "{REMARK} line {line}: {reason}\n{row}")
    }
}

fn reason(bad: &BadRow) -> String {
    let cut = if bad.raw.len() >= BAD_ROW_LIMIT { " (only the start of the row is kept here)" } else { "" };
    format!("{}{cut}", bad.reason)
}
