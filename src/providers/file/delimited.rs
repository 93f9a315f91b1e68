//! Cells with a sign between: CSV, TSV, semicolons, pipes. csv-core splits; this file bounds, resynchronises after a
//! quote that never closes, and keeps line and place.

use super::{
    COLUMN_LIMIT, FileError, HEADER_ROWS, Options, PAGE_BYTES, Page, Place, ROW_LIMIT,
    decode::{TextEncoding, TextReader},
    header,
};
use crate::intake::raw::{BadRow, Header, Rows, TableRow};
use csv_core::ReadRecordResult;
use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

/// Signs that stand between cells, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How much text, and how many rows, tell the delimiter.
const SNIFF_BYTES: usize = 256 * 1024;
const SNIFF_ROWS: usize = 40;

/// A table in a text file.
#[derive(Debug)]
pub(super) struct DelimitedReader {
    path: PathBuf,
    splitter: Splitter,
    header: Header,
    /// Where the first row below the header is.
    first: Place,
}

/// What stands at one place of the file.
enum Record {
    /// Cells are in the splitter.
    Cells {
        line: u64,
    },
    Bad(BadRow),
    End,
}

impl DelimitedReader {
    /// Finds delimiter and header. Gives the header's line as well.
    pub(super) fn open(path: &Path, file: File, encoding: TextEncoding, options: &Options) -> Result<(Self, Option<u64>), FileError> {
        let fail = |error| FileError::io(path, error);
        let mut text = TextReader::new(file, encoding).map_err(fail)?;
        while text.buffered().len() < SNIFF_BYTES && text.fill().map_err(fail)? {}
        let start = &text.buffered()[..text.buffered().len().min(SNIFF_BYTES)];
        let told = separator_line(start);
        let newline = if start.contains(&b'\r') && !start.contains(&b'\n') { b'\r' } else { b'\n' };
        let delimiter = options.delimiter.or(told.map(|(_, sign)| sign)).unwrap_or_else(|| sniff(start));
        let mut splitter = Splitter::new(text, delimiter, newline);
        if let Some((length, _)) = told {
            splitter.skip(length);
        }

        // Rows from the top, and the place behind each.
        let mut top = Vec::new();
        let mut places = vec![splitter.place()];
        let mut lines = Vec::new();
        while top.len() < HEADER_ROWS {
            match splitter.next().map_err(fail)? {
                Record::End => break,
                Record::Bad(_) => {}
                Record::Cells { line } => {
                    top.push(splitter.cells().unwrap_or_default());
                    lines.push(line);
                    places.push(splitter.place());
                }
            }
        }
        splitter.wrapped = is_wrapped(&top, delimiter);
        if splitter.wrapped {
            top = top.into_iter().map(|row| unwrapped(row.first().map_or("", String::as_str), delimiter)).collect();
        }
        let found = match options.header_line {
            Some(0) => None,
            Some(line) => lines.iter().position(|known| *known == line).or_else(|| header::find(&top)),
            None => header::find(&top),
        };
        let names = match found {
            Some(nth) => header::names(&top[nth]),
            None => (0..top.iter().map(Vec::len).max().unwrap_or(0)).map(header::numbered).collect(),
        };
        if names.is_empty() {
            return Err(FileError::NoRows { path: path.to_owned() });
        }
        let first = places[found.map_or(0, |nth| nth + 1)].clone();
        let header = Header::new(names.iter().map(String::as_str));
        Ok((Self { path: path.to_owned(), splitter, header, first }, found.map(|nth| lines[nth])))
    }

    pub(super) const fn delimiter(&self) -> u8 {
        self.splitter.delimiter
    }

    pub(super) fn page(&mut self, place: Option<&Place>, rows_wanted: usize) -> Result<Page, FileError> {
        let path = self.path.clone();
        let fail = |error| FileError::io(&path, error);
        let place = place.unwrap_or(&self.first).clone();
        self.splitter.go_to(&place).map_err(fail)?;
        let (mut rows, mut bad) = (Vec::with_capacity(rows_wanted.min(10_000)), Vec::new());
        let mut bytes = 0;
        let mut ended = false;
        while rows.len() + bad.len() < rows_wanted.max(1) && bytes < PAGE_BYTES {
            match self.splitter.next_row(self.header.len()).map_err(fail)? {
                None => {
                    ended = true;
                    break;
                }
                Some(Ok(row)) if row.is_blank() => {}
                Some(Ok(row)) => {
                    bytes += row.bytes();
                    rows.push(row);
                }
                Some(Err(row)) => {
                    bytes += row.raw.len();
                    bad.push(row);
                }
            }
        }
        let next = (!ended && !self.splitter.is_at_end().map_err(fail)?).then(|| self.splitter.place());
        Ok(Page { rows: Rows::Table { header: self.header.clone(), rows }, lines: Vec::new(), bad, next })
    }
}

/// `sep=;`: what spreadsheets write for each other. The length of that line, and the sign.
fn separator_line(start: &[u8]) -> Option<(usize, u8)> {
    let rest = start.strip_prefix(b"sep=")?;
    let sign = *rest.first()?;
    let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'))?;
    (end == 1).then(|| (start.len() - rest.len() + end, sign))
}

/// The sign that cuts the first rows into the same number of cells most often, and into more than one.
fn sniff(start: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let counts = cell_counts(start, delimiter);
        let most = counts.iter().copied().max_by_key(|count| (counts.iter().filter(|other| *other == count).count(), *count)).unwrap_or(0);
        let agree = counts.iter().filter(|count| **count == most).count();
        if most < 2 { (0, 0) } else { (agree * 100 / counts.len().max(1), most) }
    };
    let best = DELIMITERS.into_iter().map(|delimiter| (score(delimiter), delimiter)).max_by(|(a, x), (b, y)| {
        // Agreement counts in steps of a fifth, so that a few odd rows do not outweigh many cells.
        (a.0 / 20, a.1).cmp(&(b.0 / 20, b.1)).then_with(|| y.cmp(x))
    });
    best.filter(|(score, _)| score.1 >= 2).map_or(b',', |(_, delimiter)| delimiter)
}

fn cell_counts(start: &[u8], delimiter: u8) -> Vec<usize> {
    let mut core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    let (mut out, mut ends) = (vec![0; start.len().max(1)], vec![0; COLUMN_LIMIT]);
    let (mut at, mut counts) = (0, Vec::new());
    while counts.len() < SNIFF_ROWS {
        let (result, read, _, cells) = core.read_record(&start[at..], &mut out, &mut ends);
        at += read;
        match result {
            ReadRecordResult::Record => counts.push(cells),
            _ => break,
        }
    }
    // A file of one line has no line end.
    if counts.is_empty() {
        counts.push(memchr::memchr_iter(delimiter, start).count() + 1);
    }
    counts
}

/// Every row is one quoted cell that holds the whole row: some RocketReach files are like that.
fn is_wrapped(top: &[Vec<String>], delimiter: u8) -> bool {
    let whole = |row: &Vec<String>| row.len() == 1 && memchr::memchr_iter(delimiter, row[0].as_bytes()).count() >= 2;
    top.len() >= 2 && top.iter().filter(|row| whole(row)).count() * 10 >= top.len() * 9
}

fn unwrapped(row: &str, delimiter: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(row.as_bytes());
    let record = reader.records().next().and_then(Result::ok).unwrap_or_default();
    record.iter().map(str::to_owned).collect()
}

/// Splits text into records.
struct Splitter {
    text: TextReader,
    core: csv_core::Reader,
    delimiter: u8,
    newline: u8,
    /// Lines consumed so far.
    lines: u64,
    out: Vec<u8>,
    ends: Vec<usize>,
    /// Filled parts of the two above.
    filled: (usize, usize),
    wrapped: bool,
}

impl std::fmt::Debug for Splitter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Splitter({:?}, line {})", self.text, self.lines + 1)
    }
}

impl Splitter {
    fn new(text: TextReader, delimiter: u8, newline: u8) -> Self {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self { text, core, delimiter, newline, lines: 0, out: vec![0; 4096], ends: vec![0; 256], filled: (0, 0), wrapped: false }
    }

    fn place(&self) -> Place {
        Place::Text { offset: self.text.offset(), line: self.lines + 1 }
    }

    fn go_to(&mut self, place: &Place) -> io::Result<()> {
        if let Place::Text { offset, line } = place {
            if *offset != self.text.offset() {
                self.text.seek(*offset)?;
            }
            self.lines = line.saturating_sub(1);
            self.core.reset();
        }
        Ok(())
    }

    /// Moves on over raw text.
    fn skip(&mut self, bytes: usize) {
        self.lines += memchr::memchr_iter(self.newline, &self.text.buffered()[..bytes]).count() as u64;
        self.text.consume(bytes);
    }

    /// Over empty lines, which belong to no record.
    fn skip_line_ends(&mut self) -> io::Result<()> {
        loop {
            let empty = self.text.buffered().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let all = empty == self.text.buffered().len();
            self.skip(empty);
            if !all || !self.text.fill()? {
                return Ok(());
            }
        }
    }

    fn is_at_end(&mut self) -> io::Result<bool> {
        self.skip_line_ends()?;
        Ok(self.text.buffered().is_empty() && !self.text.fill()?)
    }

    /// The next record, its cells in `out` and `ends`.
    fn next(&mut self) -> io::Result<Record> {
        self.skip_line_ends()?;
        self.core.reset();
        self.filled = (0, 0);
        let line = self.lines + 1;
        let mut read = 0;
        loop {
            if read == self.text.buffered().len() && !self.text.fill()? && read == 0 {
                return Ok(Record::End);
            }
            let input = &self.text.buffered()[read..];
            let (out, ends) = (&mut self.out[self.filled.0..], &mut self.ends[self.filled.1..]);
            let (result, taken, written, ended) = self.core.read_record(input, out, ends);
            read += taken;
            self.filled.0 += written;
            self.filled.1 += ended;
            match result {
                ReadRecordResult::Record => {
                    self.skip(read);
                    return Ok(Record::Cells { line });
                }
                ReadRecordResult::InputEmpty if read > ROW_LIMIT => return self.overlong(line).map(Record::Bad),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.out.len() > ROW_LIMIT => return self.overlong(line).map(Record::Bad),
                ReadRecordResult::OutputFull => self.out.resize(self.out.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() > COLUMN_LIMIT => {
                    let reason = format!("the row has more than {COLUMN_LIMIT} cells");
                    return self.bad_line(line, reason).map(Record::Bad);
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::End => return Ok(Record::End),
            }
        }
    }

    /// A record that is too long: either its line is, or a quote in it swallows the lines below.
    fn overlong(&mut self, line: u64) -> io::Result<BadRow> {
        let start = &self.text.buffered()[..self.text.buffered().len().min(ROW_LIMIT)];
        let reason = if memchr::memchr(self.newline, start).is_some() {
            "a quotation mark on this line is opened and never closed; close it or take it away".to_owned()
        } else {
            format!("the line is longer than {} KiB; is the file a table at all?", ROW_LIMIT / 1024)
        };
        self.bad_line(line, reason)
    }

    /// Gives up the physical line at the start of the buffer, and goes on behind it, however long it is.
    fn bad_line(&mut self, line: u64, reason: String) -> io::Result<BadRow> {
        let newline = self.newline;
        let end = |buffer: &[u8]| memchr::memchr(newline, buffer).map(|at| at + 1);
        let first = end(self.text.buffered()).unwrap_or(self.text.buffered().len());
        let bad = BadRow::new(line, reason, &self.text.buffered()[..first]);
        let mut closed = first > 0 && self.text.buffered()[first - 1] == newline;
        self.skip(first);
        while !closed && self.text.fill()? {
            let more = end(self.text.buffered());
            let length = more.unwrap_or(self.text.buffered().len());
            self.skip(length);
            closed = more.is_some();
        }
        Ok(bad)
    }

    /// The cells of the last record as texts; `None` when they are no UTF-8.
    fn cells(&self) -> Option<Vec<String>> {
        let text = std::str::from_utf8(&self.out[..self.filled.0]).ok()?;
        let mut start = 0;
        let mut cells = Vec::with_capacity(self.filled.1);
        for &end in &self.ends[..self.filled.1] {
            cells.push(text.get(start..end)?.to_owned());
            start = end;
        }
        Some(cells)
    }

    /// The next record as a row, for a table of `columns`.
    fn next_row(&mut self, columns: usize) -> io::Result<Option<Result<TableRow, BadRow>>> {
        let start = self.place();
        let line = match self.next()? {
            Record::End => return Ok(None),
            Record::Bad(bad) => return Ok(Some(Err(bad))),
            Record::Cells { line } => line,
        };
        let (cells, spans) = (self.filled.1, self.lines + 1 - line);
        // Several lines and the wrong number of cells: an open quote has swallowed the lines below.
        if spans > 1 && cells != columns && !self.wrapped && memchr::memchr(self.newline, &self.out[..self.filled.0]).is_some() {
            self.go_to(&start)?;
            self.skip_line_ends()?;
            if self.text.buffered().is_empty() {
                self.text.fill()?;
            }
            let reason = "a quotation mark on this line is not closed where it should be; close it or take it away";
            return self.bad_line(line, reason.to_owned()).map(|bad| Some(Err(bad)));
        }
        Ok(Some(self.row(line, columns).map_err(|reason| BadRow::new(line, reason, &self.as_written()))))
    }

    fn row(&self, line: u64, columns: usize) -> Result<TableRow, String> {
        let (bytes, ends) = (&self.out[..self.filled.0], &self.ends[..self.filled.1]);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let shown = error.error_len().map_or(1, |length| length.min(4));
            let bad: Vec<String> = bytes[error.valid_up_to()..].iter().take(shown).map(|byte| format!("{byte:02x}")).collect();
            format!("the bytes {} are no UTF-8; save the file as UTF-8, or name its encoding", bad.join(" "))
        })?;
        if text.contains('\0') {
            return Err("the row holds a NUL byte; the file is damaged or no text".to_owned());
        }
        if self.wrapped {
            return Ok(TableRow::new(line, unwrapped(text, self.delimiter).iter().map(String::as_str)));
        }
        let extra = ends.get(columns.wrapping_sub(1)).map_or("", |end| text.get(*end..).unwrap_or_default());
        if ends.len() > columns && !extra.trim().is_empty() {
            let sign = if self.delimiter == b'\t' { "tab".to_owned() } else { format!("{:?}", char::from(self.delimiter)) };
            return Err(format!("the row has {} cells, the header {columns}; is there a {sign} too many, or a quote missing?", ends.len()));
        }
        TableRow::from_parts(line, text, ends).ok_or_else(|| "the row cannot be cut into cells".to_owned())
    }

    /// The last record as it would be written, for the file of bad rows.
    fn as_written(&self) -> Vec<u8> {
        let mut written = Vec::with_capacity(self.filled.0 + self.filled.1);
        let mut start = 0;
        for (nth, &end) in self.ends[..self.filled.1].iter().enumerate() {
            if nth > 0 {
                written.push(self.delimiter);
            }
            let cell = &self.out[start..end];
            if cell.iter().any(|byte| matches!(byte, b'"' | b'\n' | b'\r') || *byte == self.delimiter) {
                written.push(b'"');
                for byte in cell {
                    written.extend_from_slice(if *byte == b'"' { b"\"\"" } else { std::slice::from_ref(byte) });
                }
                written.push(b'"');
            } else {
                written.extend_from_slice(cell);
            }
            start = end;
        }
        written
    }
}
