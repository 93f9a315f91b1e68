//! Workbooks: XLSX cell by cell, old XLS whole. A thread reads and hands rows over a bounded channel, because calamine's
//! reader borrows its workbook and cannot be kept beside it. Formulas are read as the values they had.

use super::{
    COLUMN_LIMIT, FileError, HEADER_ROWS, Options, PAGE_BYTES, Page, Place, ROW_LIMIT, SAMPLE_ROWS, XLS_LIMIT, header, unpack::refuse_bombs,
};
use crate::intake::{
    raw::{BadRow, Header, Rows, TableRow},
    recognise::is_known_column,
};
use calamine::{Data, DataRef, ExcelDateTime, Reader as _, Sheet, SheetType, SheetVisible, Xls, Xlsx, XlsxError};
use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

/// Rows that wait in the channel at most.
const WAITING_ROWS: usize = 256;

pub(super) const ZIP: &[u8] = b"PK\x03\x04";
/// The compound file that old Office formats live in.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0";

/// A workbook by its first bytes.
pub(super) fn is_workbook(head: &[u8]) -> bool {
    head.starts_with(ZIP) || head.starts_with(COMPOUND)
}

/// A workbook.
#[derive(Debug)]
pub(super) struct WorkbookReader {
    path: PathBuf,
    sheets: Vec<String>,
    header_line: Option<u64>,
    feed: Option<Feed>,
}

/// The thread's output, and how far it was taken.
#[derive(Debug)]
struct Feed {
    rows: Receiver<Fed>,
    /// Taken from the channel and not yet given out.
    ahead: Option<Fed>,
    /// The header of the sheet whose rows come.
    header: Header,
    /// The next row in the channel is not before this place.
    at: (usize, u32),
}

/// What the thread hands over.
#[derive(Debug)]
enum Fed {
    /// A sheet begins; where its header is.
    Sheet { sheet: usize, header: Header, line: Option<u64> },
    /// A row below the header.
    Row { sheet: usize, row: u32, cells: Result<TableRow, BadRow> },
    /// It cannot go on.
    Failed(FileError),
}

/// What a look at the top of each sheet finds.
#[derive(Debug)]
pub(super) struct Survey {
    /// The sheets that hold a table, in order.
    pub read: Vec<String>,
    /// The others: hidden ones, charts, those without a table.
    pub unread: Vec<String>,
    /// The first sheet that names people, else the first that is read.
    pub shown: String,
    /// The line of its header.
    pub line: Option<u64>,
    /// Its first rows.
    pub sample: Rows,
}

/// The top of a sheet.
struct Top {
    sheet: usize,
    header: Header,
    line: Option<u64>,
    rows: Vec<TableRow>,
    bytes: usize,
}

impl Top {
    fn names_people(&self) -> bool {
        let known = self.header.names().filter(|name| is_known_column(name)).count();
        known >= 2 || known == self.header.len()
    }
}

impl WorkbookReader {
    /// Opens a workbook and looks at the top of its sheets.
    pub(super) fn open(path: &Path, options: &Options) -> Result<(Self, Survey), FileError> {
        // Once: what the threads open later is the same file.
        refuse_bombs(path, &File::open(path).map_err(|error| FileError::io(path, error))?)?;
        let all = sheets_of(path)?;
        let seen: Vec<String> = all.iter().filter(|sheet| is_seen(sheet)).map(|sheet| sheet.name.clone()).collect();
        let sheets = match &options.sheet {
            None => seen,
            Some(name) if seen.contains(name) => vec![name.clone()],
            Some(name) => return Err(FileError::NoSheet { path: path.to_owned(), name: name.clone(), known: seen }),
        };
        let reader = Self { path: path.to_owned(), sheets, header_line: options.header_line, feed: None };
        let survey = reader.survey(all.into_iter().map(|sheet| sheet.name))?;
        Ok((reader, survey))
    }

    fn survey(&self, all: impl Iterator<Item = String>) -> Result<Survey, FileError> {
        let (mut read, mut best) = (Vec::new(), None::<Top>);
        for fed in self.feed((0, 0), SAMPLE_ROWS).rows {
            match (fed, &mut best) {
                (Fed::Failed(error), _) => return Err(error),
                (Fed::Sheet { sheet, header, line }, best) => {
                    read.push(self.sheets[sheet].clone());
                    let top = Top { sheet, header, line, rows: Vec::new(), bytes: 0 };
                    if best.as_ref().is_none_or(|best| !best.names_people() && top.names_people()) {
                        *best = Some(top);
                    }
                }
                (Fed::Row { sheet, cells: Ok(row), .. }, Some(top)) if top.sheet == sheet && top.bytes < PAGE_BYTES => {
                    top.bytes += row.bytes();
                    top.rows.push(row);
                }
                (Fed::Row { .. }, _) => {}
            }
        }
        let Some(Top { sheet, header, line, rows, .. }) = best else { return Err(FileError::NoRows { path: self.path.clone() }) };
        let unread = all.filter(|name| !read.contains(name)).collect();
        Ok(Survey { read, unread, shown: self.sheets[sheet].clone(), line, sample: Rows::Table { header, rows } })
    }

    pub(super) fn page(&mut self, place: Option<&Place>, rows_wanted: usize) -> Result<Page, FileError> {
        let from = match place {
            Some(Place::Row { sheet, row }) => (*sheet, *row),
            _ => (0, 0),
        };
        let mut feed = match self.feed.take() {
            Some(feed) if feed.at == from => feed,
            _ => self.feed(from, usize::MAX),
        };
        let (mut rows, mut bad) = (Vec::new(), Vec::new());
        let mut bytes = 0;
        let next = loop {
            let Some(next) = feed.ahead.take().or_else(|| feed.rows.recv().ok()) else { break None };
            match next {
                Fed::Failed(error) => return Err(error),
                // A page holds rows of one sheet, because it has one header.
                Fed::Sheet { sheet, header, line } if !rows.is_empty() || !bad.is_empty() => {
                    feed.ahead = Some(Fed::Sheet { sheet, header, line });
                    feed.at = (feed.at.0 + 1, 0);
                    break Some(feed.at);
                }
                Fed::Sheet { header, .. } => feed.header = header,
                Fed::Row { sheet, row, cells } if rows.len() + bad.len() >= rows_wanted.max(1) || bytes >= PAGE_BYTES => {
                    feed.ahead = Some(Fed::Row { sheet, row, cells });
                    feed.at = (sheet, row);
                    break Some(feed.at);
                }
                Fed::Row { sheet, cells, .. } => {
                    feed.at.0 = sheet;
                    match cells {
                        Ok(row) => {
                            bytes += row.bytes();
                            rows.push(row);
                        }
                        Err(row) => bad.push(row),
                    }
                }
            }
        };
        let header = feed.header.clone();
        if next.is_some() {
            self.feed = Some(feed);
        }
        Ok(Page { rows: Rows::Table { header, rows }, lines: Vec::new(), bad, next: next.map(|(sheet, row)| Place::Row { sheet, row }) })
    }

    /// From a place on, at most so many rows of each sheet.
    fn feed(&self, from: (usize, u32), rows_each: usize) -> Feed {
        let (out, rows) = sync_channel(WAITING_ROWS);
        let work = Work { path: self.path.clone(), sheets: self.sheets.clone(), header_line: self.header_line, from, rows_each, out };
        // The thread ends when it has read all, or when nobody listens any more.
        thread::spawn(move || work.run());
        Feed { rows, ahead: None, header: Header::default(), at: from }
    }
}

fn sheets_of(path: &Path) -> Result<Vec<Sheet>, FileError> {
    Ok(match Book::open(path)? {
        Book::Xlsx(book) => book.sheets_metadata().to_vec(),
        Book::Xls(book) => book.sheets_metadata().to_vec(),
    })
}

/// It holds cells and is not hidden.
fn is_seen(sheet: &Sheet) -> bool {
    sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
}

enum Book {
    Xlsx(Box<Xlsx<BufReader<File>>>),
    Xls(Box<Xls<BufReader<File>>>),
}

impl Book {
    fn open(path: &Path) -> Result<Self, FileError> {
        let mut file = File::open(path).map_err(|error| FileError::io(path, error))?;
        let refuse = |reason: String| FileError::Workbook { path: path.to_owned(), reason };
        let mut magic = [0; 4];
        std::io::Read::read_exact(&mut file, &mut magic).map_err(|error| FileError::io(path, error))?;
        std::io::Seek::rewind(&mut file).map_err(|error| FileError::io(path, error))?;
        if magic == COMPOUND {
            let bytes = file.metadata().map_err(|error| FileError::io(path, error))?.len();
            if bytes > XLS_LIMIT {
                return Err(FileError::Xls { path: path.to_owned() });
            }
            return Xls::new(BufReader::new(file)).map(|book| Self::Xls(Box::new(book))).map_err(|error| refuse(error.to_string()));
        }
        Xlsx::new(BufReader::new(file)).map(|book| Self::Xlsx(Box::new(book))).map_err(|error| {
            refuse(match error {
                XlsxError::Password => "it is protected by a password".to_owned(),
                error => error.to_string(),
            })
        })
    }
}

/// The thread's work.
struct Work {
    path: PathBuf,
    sheets: Vec<String>,
    header_line: Option<u64>,
    from: (usize, u32),
    rows_each: usize,
    out: SyncSender<Fed>,
}

/// Nobody listens any more.
struct Gone;

impl Work {
    fn run(self) {
        let failed = match Book::open(&self.path) {
            Ok(Book::Xlsx(mut book)) => self.xlsx(&mut book),
            Ok(Book::Xls(mut book)) => self.xls(&mut book),
            Err(error) => Err(Some(error)),
        };
        if let Err(Some(error)) = failed {
            // When nobody listens, nobody needs to know.
            drop(self.out.send(Fed::Failed(error)));
        }
    }

    fn xlsx(&self, book: &mut Xlsx<BufReader<File>>) -> Result<(), Option<FileError>> {
        for (nth, name) in self.sheets.iter().enumerate().skip(self.from.0) {
            let refuse = |error: XlsxError| Some(FileError::Workbook { path: self.path.clone(), reason: format!("sheet {name}: {error}") });
            let mut cells = match book.worksheet_cells_reader(name) {
                Ok(cells) => cells,
                Err(XlsxError::NotAWorksheet(_)) => continue,
                Err(error) => return Err(refuse(error)),
            };
            let mut sheet = SheetRows::new(self, nth);
            let (mut row, mut texts, mut bytes) = (0, Vec::new(), 0_usize);
            while let Some(cell) = cells.next_cell().map_err(refuse)? {
                let (at, column) = cell.get_position();
                if at != row {
                    sheet.push(row, std::mem::take(&mut texts), bytes).map_err(|Gone| None)?;
                    (row, bytes) = (at, 0);
                }
                if sheet.rows >= self.rows_each {
                    break;
                }
                let text = text_of(cell.get_value());
                bytes += text.len();
                if !text.is_empty() && (column as usize) < COLUMN_LIMIT && bytes <= ROW_LIMIT {
                    if texts.len() <= column as usize {
                        texts.resize(column as usize + 1, String::new());
                    }
                    texts[column as usize] = text;
                }
            }
            sheet.push(row, texts, bytes).and_then(|()| sheet.end()).map_err(|Gone| None)?;
        }
        Ok(())
    }

    fn xls(&self, book: &mut Xls<BufReader<File>>) -> Result<(), Option<FileError>> {
        for (nth, name) in self.sheets.iter().enumerate().skip(self.from.0) {
            let refuse =
                |error: calamine::XlsError| Some(FileError::Workbook { path: self.path.clone(), reason: format!("sheet {name}: {error}") });
            let range = book.worksheet_range(name).map_err(refuse)?;
            let first = range.start().map_or(0, |(row, _)| row);
            let mut sheet = SheetRows::new(self, nth);
            for (row, cells) in range.rows().enumerate().take(self.rows_each) {
                let texts: Vec<String> = cells.iter().map(text_of_data).collect();
                let bytes = texts.iter().map(String::len).sum();
                sheet.push(first + row as u32, texts, bytes).map_err(|Gone| None)?;
            }
            sheet.end().map_err(|Gone| None)?;
        }
        Ok(())
    }
}

/// The rows of one sheet on their way: the first wait until the header is found among them.
struct SheetRows<'w> {
    work: &'w Work,
    sheet: usize,
    waiting: Option<Vec<(u32, Vec<String>)>>,
    columns: usize,
    header_row: Option<u32>,
    /// So many came, without blank ones.
    rows: usize,
}

impl<'w> SheetRows<'w> {
    const fn new(work: &'w Work, sheet: usize) -> Self {
        Self { work, sheet, waiting: Some(Vec::new()), columns: 0, header_row: None, rows: 0 }
    }

    fn push(&mut self, row: u32, texts: Vec<String>, bytes: usize) -> Result<(), Gone> {
        if texts.iter().all(|text| text.trim().is_empty()) && bytes <= ROW_LIMIT {
            return Ok(());
        }
        self.rows += 1;
        match &mut self.waiting {
            Some(waiting) => {
                waiting.push((row, texts));
                if waiting.len() >= HEADER_ROWS { self.begin() } else { Ok(()) }
            }
            None => self.send(row, &texts, bytes),
        }
    }

    fn end(&mut self) -> Result<(), Gone> {
        if self.waiting.is_some() { self.begin() } else { Ok(()) }
    }

    /// Finds the header, says so, and lets the rows below it go.
    fn begin(&mut self) -> Result<(), Gone> {
        let waiting = self.waiting.take().unwrap_or_default();
        if waiting.len() < 2 && self.work.sheets.len() > 1 {
            return Ok(());
        }
        let top: Vec<Vec<String>> = waiting.iter().map(|(_, texts)| texts.clone()).collect();
        let found = match self.work.header_line {
            Some(0) => None,
            Some(line) => waiting.iter().position(|(row, _)| u64::from(*row) + 1 == line).or_else(|| header::find(&top)),
            None => header::find(&top),
        };
        let names = match found {
            Some(nth) => header::names(&top[nth]),
            None => (0..top.iter().map(Vec::len).max().unwrap_or(0)).map(header::numbered).collect(),
        };
        self.columns = names.len();
        self.header_row = found.map(|nth| waiting[nth].0);
        let header = Header::new(names.iter().map(String::as_str));
        self.give(Fed::Sheet { sheet: self.sheet, header, line: self.header_row.map(|row| u64::from(row) + 1) })?;
        for (row, texts) in waiting {
            let bytes = texts.iter().map(String::len).sum();
            self.send(row, &texts, bytes)?;
        }
        Ok(())
    }

    fn send(&self, row: u32, texts: &[String], bytes: usize) -> Result<(), Gone> {
        let before = self.sheet == self.work.from.0 && row < self.work.from.1;
        if before || self.header_row.is_some_and(|header| row <= header) {
            return Ok(());
        }
        let line = u64::from(row) + 1;
        let shown = || texts.join(",").into_bytes();
        let cells = if bytes > ROW_LIMIT {
            Err(BadRow::new(line, format!("the row is longer than {} KiB", ROW_LIMIT / 1024), &shown()))
        } else if texts[texts.len().min(self.columns)..].iter().any(|text| !text.trim().is_empty()) {
            let reason = format!("the row has {} cells, the header {}; name the column, or empty the cell", texts.len(), self.columns);
            Err(BadRow::new(line, reason, &shown()))
        } else {
            Ok(TableRow::new(line, texts.iter().map(String::as_str)))
        };
        self.give(Fed::Row { sheet: self.sheet, row, cells })
    }

    fn give(&self, fed: Fed) -> Result<(), Gone> {
        self.work.out.send(fed).map_err(|_| Gone)
    }
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(date) => date_text(date),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

fn text_of_data(value: &Data) -> String {
    match value {
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number_text(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(flag) => flag.to_string(),
        Data::DateTime(date) => date_text(date),
        _ => String::new(),
    }
}

/// Whole numbers without a fraction: a spreadsheet keeps postcodes and telephone numbers as floats.
fn number_text(number: f64) -> String {
    // 2^53: beyond it a float holds no exact digits.
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 { (number as i64).to_string() } else { number.to_string() }
}

fn date_text(date: &ExcelDateTime) -> String {
    if date.is_duration() {
        return number_text(date.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    let midnight = (hour, minute, second) == (0, 0, 0);
    let day = format!("{year:04}-{month:02}-{day:02}");
    if midnight { day } else { format!("{day}T{hour:02}:{minute:02}:{second:02}") }
}
