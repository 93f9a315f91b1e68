//! JSON objects from a file: one a line, one after another, or in an array. Each is cut out before it is parsed, so that
//! a broken one costs itself only, and the file may be of any length. Lines between objects that start with `//` are
//! remarks, as in the files of rows that need mending.

use super::{
    FileError, PAGE_BYTES, Page, Place, ROW_LIMIT,
    decode::{TextEncoding, TextReader},
};
use crate::intake::raw::{BadRow, Rows};
use serde::de::IgnoredAny;
use serde_json::Value as Json;
use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

/// How a line starts that is no row.
pub(super) const REMARK: &str = "//";
/// So many lines tell whether each is an object.
const LOOK_LINES: usize = 50;

/// The text starts like JSON objects, or an array of them.
pub(super) fn is_json(head: &str) -> bool {
    let rest = without_remarks(head);
    let inner = rest.strip_prefix('[').map_or(rest, str::trim_start);
    inner.strip_prefix('{').is_some_and(|object| object.trim_start().starts_with(['"', '}']))
        || inner.starts_with(']') && rest.starts_with('[')
}

/// The text from the first line on that is no remark and not blank.
fn without_remarks(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with(REMARK) {
        rest = rest.split_once('\n').map_or("", |(_, below)| below.trim_start());
    }
    rest
}

/// An object's text, or why it has none.
type Cut = Result<Vec<u8>, BadRow>;

/// A file of JSON objects.
#[derive(Debug)]
pub(super) struct JsonReader {
    path: PathBuf,
    text: TextReader,
    first: Place,
    /// Lines consumed so far.
    lines: u64,
    /// Every object is one line: a broken one ends with it.
    by_line: bool,
}

impl JsonReader {
    pub(super) fn open(path: &Path, file: File, encoding: TextEncoding) -> Result<Self, FileError> {
        let fail = |error| FileError::io(path, error);
        let mut text = TextReader::new(file, encoding).map_err(fail)?;
        while text.buffered().len() < ROW_LIMIT && !text.buffered().contains(&b'\n') && text.fill().map_err(fail)? {}
        let by_line = is_by_line(text.buffered());
        let first = Place::Text { offset: text.offset(), line: 1 };
        Ok(Self { path: path.to_owned(), text, first, lines: 0, by_line })
    }

    pub(super) fn page(&mut self, place: Option<&Place>, rows_wanted: usize) -> Result<Page, FileError> {
        let path = self.path.clone();
        let fail = |error| FileError::io(&path, error);
        if let Place::Text { offset, line } = place.unwrap_or(&self.first).clone() {
            if offset != self.text.offset() {
                self.text.seek(offset).map_err(fail)?;
            }
            self.lines = line.saturating_sub(1);
        }
        let (mut rows, mut lines, mut bad) = (Vec::new(), Vec::new(), Vec::new());
        let mut bytes = 0;
        while rows.len() + bad.len() < rows_wanted.max(1) && bytes < PAGE_BYTES {
            let Some((element, line)) = self.element().map_err(fail)? else {
                return Ok(Page { rows: Rows::Objects(rows), lines, bad, next: None });
            };
            match element {
                Ok(element) => {
                    bytes += element.len();
                    match parsed(&element) {
                        Ok(object) => {
                            rows.push(object);
                            lines.push(line);
                        }
                        Err(reason) => bad.push(BadRow::new(line, reason, &element)),
                    }
                }
                Err(row) => bad.push(row),
            }
        }
        self.skip_between().map_err(fail)?;
        let ended = self.text.buffered().is_empty();
        let next = (!ended).then(|| Place::Text { offset: self.text.offset(), line: self.lines + 1 });
        Ok(Page { rows: Rows::Objects(rows), lines, bad, next })
    }

    fn skip(&mut self, bytes: usize) {
        self.lines += memchr::memchr_iter(b'\n', &self.text.buffered()[..bytes]).count() as u64;
        self.text.consume(bytes);
    }

    /// Over blanks, remarks, and what stands between the objects of an array.
    fn skip_between(&mut self) -> io::Result<()> {
        loop {
            let between = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']');
            let length = self.text.buffered().iter().take_while(|byte| between(byte)).count();
            self.skip(length);
            while self.text.buffered().len() < REMARK.len() && self.text.fill()? {}
            if self.text.buffered().starts_with(REMARK.as_bytes()) {
                self.skip_line()?;
            } else if self.text.buffered().first().is_none_or(|byte| !between(byte)) {
                return Ok(());
            }
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let newline = memchr::memchr(b'\n', self.text.buffered());
            self.skip(newline.map_or(self.text.buffered().len(), |at| at + 1));
            if newline.is_some() || !self.text.fill()? {
                return Ok(());
            }
        }
    }

    /// The next object's text and the line it starts on.
    fn element(&mut self) -> io::Result<Option<(Cut, u64)>> {
        self.skip_between()?;
        if self.text.buffered().is_empty() {
            return Ok(None);
        }
        let line = self.lines + 1;
        let mut scan = Scan::default();
        let mut at = 0;
        loop {
            let end = if self.by_line {
                memchr::memchr(b'\n', &self.text.buffered()[at..]).map(|end| at + end)
            } else {
                scan.end(&self.text.buffered()[at..]).map(|end| at + end)
            };
            if let Some(end) = end {
                let element = self.text.buffered()[..end].to_vec();
                self.skip(end);
                return Ok(Some((Ok(element), line)));
            }
            at = self.text.buffered().len();
            if at > ROW_LIMIT {
                return self.give_up(line).map(|bad| Some((Err(bad), line)));
            }
            if !self.text.fill()? {
                let element = self.text.buffered().to_vec();
                self.skip(element.len());
                return Ok(Some((Ok(element), line)));
            }
        }
    }

    /// Goes on behind the line that starts something endless.
    fn give_up(&mut self, line: u64) -> io::Result<BadRow> {
        let reason = format!("an object that starts here does not end within {} KiB", ROW_LIMIT / 1024);
        let bad = BadRow::new(line, reason, self.text.buffered());
        self.skip_line()?;
        Ok(bad)
    }
}

/// The first line that is JSON is an object and nothing else, and those above it are broken ones or remarks.
fn is_by_line(start: &[u8]) -> bool {
    let lines = start.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with(REMARK.as_bytes())).take(LOOK_LINES) {
        let mut values = serde_json::Deserializer::from_slice(line).into_iter::<IgnoredAny>();
        match values.next() {
            _ if !line.starts_with(b"{") => return false,
            Some(Ok(_)) => return values.next().is_none(),
            _ => {}
        }
    }
    false
}

fn parsed(element: &[u8]) -> Result<Json, String> {
    match serde_json::from_slice(element) {
        Ok(object @ Json::Object(_)) => Ok(object),
        Ok(_) => Err("this is JSON, but not an object".to_owned()),
        Err(error) => Err(format!("this is not JSON: {error}")),
    }
}

/// Follows braces, brackets and strings to the end of a value.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
    started: bool,
}

impl Scan {
    /// The length up to and with the end of the value, when the end is in `bytes`.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'{' | b'[' => {
                    self.depth += 1;
                    self.started = true;
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                // Not an object: it ends with its line.
                b'\n' if !self.started => return Some(at),
                _ => {}
            }
        }
        None
    }
}
