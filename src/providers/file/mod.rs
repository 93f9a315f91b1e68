//! Files as people have them: CSV and its relatives, XLSX and XLS, JSON lines and JSON arrays, read as pages of raw rows
//! with a cursor from which another process can go on. What a column means is intake's question, not asked here.
//!
//! Everything is bounded: a page by rows and bytes, a row by bytes and columns, a workbook by what it unpacks to. What
//! breaks a bound becomes a bad row with its line and reason, and the good rows around it are kept.

mod decode;
mod delimited;
mod error;
mod error_file;
mod header;
mod json;
mod unpack;
mod workbook;

use crate::intake::raw::{Header, RawPage, Rows};
use decode::TextEncoding;
use delimited::DelimitedReader;
pub use error::FileError;
pub use error_file::{ErrorFile, ErrorLines, error_file_of, error_path};
use json::JsonReader;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fmt,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};
use workbook::{Survey, WorkbookReader};

/// A row is at most this long, in bytes of UTF-8; a longer one is a bad row.
pub const ROW_LIMIT: usize = 1024 * 1024;
/// A row has at most this many cells: a spreadsheet's own limit.
pub const COLUMN_LIMIT: usize = 16_384;
/// A page ends early when its rows take this many bytes.
pub const PAGE_BYTES: usize = 16 * 1024 * 1024;
/// A header is looked for in so many rows from the top.
pub const HEADER_ROWS: usize = 50;
/// So many rows are shown for recognition.
pub const SAMPLE_ROWS: usize = 200;
/// What a workbook may unpack to, in bytes, all sheets together.
pub const UNPACKED_LIMIT: u64 = 4 * 1024 * 1024 * 1024;
/// What the texts that a workbook's sheets share may unpack to: they are held in memory.
pub const SHARED_TEXT_LIMIT: u64 = 512 * 1024 * 1024;
/// An old binary workbook is read whole, so it may be at most this long.
pub const XLS_LIMIT: u64 = 64 * 1024 * 1024;

/// How to read a file, where that is not to be found out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// Rows per page.
    pub page_rows: usize,
    /// Only this sheet of a workbook.
    pub sheet: Option<String>,
    /// The encoding's name, such as `windows-1252`.
    pub encoding: Option<String>,
    /// The sign between cells.
    pub delimiter: Option<u8>,
    /// The line of the header, counted from 1; 0 for a file without one.
    pub header_line: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self { page_rows: 1_000, sheet: None, encoding: None, delimiter: None, header_line: None }
    }
}

/// What a file turned out to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct About {
    /// Its length in bytes.
    pub bytes: u64,
    /// Its kind, with what was found out.
    pub format: Format,
    /// The line of its header; `None` when it has none and its columns are numbered.
    pub header_line: Option<u64>,
    /// The sheet of a workbook whose header and first rows are shown: the first that names people.
    pub sheet: Option<String>,
    /// Sheets of a workbook that are not read: hidden ones, charts, those without a table.
    pub unread: Vec<String>,
}

/// A file's kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Format {
    /// Cells with a sign between.
    Delimited {
        /// The sign.
        delimiter: u8,
        /// The encoding's name.
        encoding: &'static str,
    },
    /// One JSON object a line, or an array of them.
    Json {
        /// The encoding's name.
        encoding: &'static str,
    },
    /// A workbook; the sheets that are read.
    Workbook {
        /// Their names, in order.
        sheets: Vec<String>,
    },
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delimited { delimiter: b'\t', encoding } => write!(f, "table with tabs, {encoding}"),
            Self::Delimited { delimiter, encoding } => write!(f, "table with {:?}, {encoding}", char::from(*delimiter)),
            Self::Json { encoding } => write!(f, "JSON, {encoding}"),
            Self::Workbook { sheets } => write!(f, "workbook, sheets read: {}", sheets.join(", ")),
        }
    }
}

/// One file, being read. Reading blocks; an asynchronous caller puts it on a thread for that.
#[derive(Debug)]
pub struct FileSource {
    path: PathBuf,
    options: Options,
    fingerprint: String,
    about: About,
    sample: Rows,
    reader: Reader,
}

#[derive(Debug)]
enum Reader {
    Delimited(Box<DelimitedReader>),
    Json(JsonReader),
    Workbook(WorkbookReader),
}

/// Where the next page starts. A new process that opens the same file goes on from it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Cursor {
    /// Which file: its length and start.
    #[serde(rename = "f")]
    fingerprint: String,
    #[serde(flatten)]
    place: Place,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Place {
    /// Byte offset and line, for text.
    Text {
        #[serde(rename = "o")]
        offset: u64,
        #[serde(rename = "l")]
        line: u64,
    },
    /// Sheet and row, both counted from 0, for workbooks.
    Row {
        #[serde(rename = "s")]
        sheet: usize,
        #[serde(rename = "r")]
        row: u32,
    },
}

impl FileSource {
    /// Opens a file and finds out what it is.
    pub fn open(path: &Path, options: Options) -> Result<Self, FileError> {
        let fail = |error| FileError::io(path, error);
        let mut file = File::open(path).map_err(fail)?;
        let bytes = file.metadata().map_err(fail)?.len();
        if bytes == 0 {
            return Err(FileError::Empty { path: path.to_owned() });
        }
        let mut head = vec![0; 4096.min(bytes as usize)];
        file.read_exact(&mut head).map_err(fail)?;
        let digest = Sha256::digest(&head);
        let start = digest.iter().take(8).fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let fingerprint = format!("{bytes}-{start}");
        file.seek(SeekFrom::Start(0)).map_err(fail)?;

        let (reader, about, sample) = if workbook::is_workbook(&head) {
            let (reader, Survey { read, unread, shown, line, sample }) = WorkbookReader::open(path, &options)?;
            let format = Format::Workbook { sheets: read };
            (Reader::Workbook(reader), About { bytes, format, header_line: line, sheet: Some(shown), unread }, sample)
        } else {
            let encoding = TextEncoding::of(&mut file, options.encoding.as_deref(), path)?;
            if json::is_json(&encoding.decoded_head(&head)) {
                let mut reader = JsonReader::open(path, file, encoding)?;
                let sample = reader.page(None, SAMPLE_ROWS)?.rows;
                let format = Format::Json { encoding: encoding.name() };
                (Reader::Json(reader), About { bytes, format, header_line: None, sheet: None, unread: Vec::new() }, sample)
            } else {
                let (mut reader, header_line) = DelimitedReader::open(path, file, encoding, &options)?;
                let sample = reader.page(None, SAMPLE_ROWS)?.rows;
                let format = Format::Delimited { delimiter: reader.delimiter(), encoding: encoding.name() };
                (Reader::Delimited(Box::new(reader)), About { bytes, format, header_line, sheet: None, unread: Vec::new() }, sample)
            }
        };
        Ok(Self { path: path.to_owned(), options, fingerprint, about, sample, reader })
    }

    /// What it turned out to be.
    pub const fn about(&self) -> &About {
        &self.about
    }

    /// Its first rows, for `Intake::recognise`.
    pub const fn sample(&self) -> &Rows {
        &self.sample
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The columns' names; none for JSON.
    pub fn header(&self) -> Header {
        match &self.sample {
            Rows::Table { header, .. } => header.clone(),
            Rows::Objects(_) => Header::default(),
        }
    }

    /// The sign between cells, for the file of rows that need mending.
    pub const fn delimiter(&self) -> u8 {
        match self.about.format {
            Format::Delimited { delimiter, .. } => delimiter,
            _ => b',',
        }
    }

    /// The page at `cursor`, the first without one. A page may hold fewer rows than asked for; the last one has no
    /// cursor to a next.
    pub fn page(&mut self, cursor: Option<&str>) -> Result<RawPage, FileError> {
        let place = cursor.map(|cursor| self.place(cursor)).transpose()?;
        let page = match &mut self.reader {
            Reader::Delimited(reader) => reader.page(place.as_ref(), self.options.page_rows)?,
            Reader::Json(reader) => reader.page(place.as_ref(), self.options.page_rows)?,
            Reader::Workbook(reader) => reader.page(place.as_ref(), self.options.page_rows)?,
        };
        let cursor = |place| Cursor { fingerprint: self.fingerprint.clone(), place };
        let next = page.next.map(|place| serde_json::to_string(&cursor(place)).unwrap_or_default());
        Ok(RawPage { rows: page.rows, lines: page.lines, bad: page.bad, next, ..RawPage::default() })
    }

    fn place(&self, cursor: &str) -> Result<Place, FileError> {
        let cursor: Cursor = serde_json::from_str(cursor).map_err(|_| FileError::Cursor { path: self.path.clone() })?;
        if cursor.fingerprint != self.fingerprint {
            return Err(FileError::Changed { path: self.path.clone() });
        }
        match (&cursor.place, &self.reader) {
            (Place::Text { .. }, Reader::Delimited(_) | Reader::Json(_)) | (Place::Row { .. }, Reader::Workbook(_)) => Ok(cursor.place),
            _ => Err(FileError::Cursor { path: self.path.clone() }),
        }
    }
}

/// A page before its cursor is written out.
struct Page {
    rows: Rows,
    /// Where JSON objects start.
    lines: Vec<u64>,
    bad: Vec<crate::intake::raw::BadRow>,
    next: Option<Place>,
}
