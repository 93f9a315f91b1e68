//! What a workbook would unpack to, known before anything is unpacked into memory: zip bombs end here.

use super::{FileError, SHARED_TEXT_LIMIT, UNPACKED_LIMIT};
use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};
use zip::ZipArchive;

/// Deflate makes at most this of one byte (zlib's technical details).
const MOST_PER_BYTE: u64 = 1032;
/// A workbook that cannot unpack to more than this is read without a second look.
const HARMLESS: u64 = 256 * 1024 * 1024;
/// The longest single tag or text: calamine holds one at a time. A spreadsheet's own cells end at 32,767 letters.
const EVENT_LIMIT: u64 = 8 * 1024 * 1024;

/// Refuses a workbook that unpacks to too much, whatever its directory claims.
pub(super) fn refuse_bombs(path: &Path, file: &File) -> Result<(), FileError> {
    let fail = |error| FileError::io(path, error);
    let refuse = |error: zip::result::ZipError| FileError::Workbook { path: path.to_owned(), reason: error.to_string() };
    let bomb = || FileError::Unpacked { path: path.to_owned() };
    if !is_zip(file).map_err(fail)? {
        return Ok(());
    }
    let mut archive = ZipArchive::new(BufReader::new(file.try_clone().map_err(fail)?)).map_err(refuse)?;
    if archive.index_for_name("[Content_Types].xml").is_none() && archive.index_for_name("xl/workbook.xml").is_none() {
        return Err(FileError::Archive { path: path.to_owned() });
    }
    let mut most = 0_u64;
    for nth in 0..archive.len() {
        let entry = archive.by_index_raw(nth).map_err(refuse)?;
        let name = entry.name().map_err(refuse)?;
        if entry.size() > UNPACKED_LIMIT || is_shared(&name) && entry.size() > SHARED_TEXT_LIMIT {
            return Err(bomb());
        }
        most = most.saturating_add(entry.compressed_size().saturating_mul(MOST_PER_BYTE));
    }
    if most > HARMLESS {
        let mut unpacked = 0_u64;
        for nth in 0..archive.len() {
            let entry = archive.by_index(nth).map_err(refuse)?;
            let name = entry.name().map_err(refuse)?.into_owned();
            let extension = Path::new(&name).extension().unwrap_or_default();
            if !extension.eq_ignore_ascii_case("xml") && !extension.eq_ignore_ascii_case("rels") {
                continue;
            }
            let limit = if is_shared(&name) { SHARED_TEXT_LIMIT } else { UNPACKED_LIMIT };
            let length = measured(entry, limit - unpacked.min(limit)).map_err(fail)?.ok_or_else(bomb)?;
            unpacked += length;
        }
    }
    std::io::Seek::rewind(&mut &*file).map_err(fail)
}

/// Old workbooks are no archives; what they unpack to is bounded by their own length.
fn is_zip(mut file: &File) -> std::io::Result<bool> {
    let mut magic = [0; 4];
    file.read_exact(&mut magic)?;
    std::io::Seek::rewind(&mut file)?;
    Ok(magic == *super::workbook::ZIP)
}

fn is_shared(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("sharedstrings.xml")
}

/// How long an entry is, unpacked; `None` when it is too long, or one tag or text in it is.
fn measured(mut entry: impl Read, limit: u64) -> std::io::Result<Option<u64>> {
    let mut chunk = vec![0; 64 * 1024];
    let (mut length, mut events) = (0_u64, Events::default());
    loop {
        let read = entry.read(&mut chunk)?;
        if read == 0 {
            return Ok(Some(length));
        }
        length += read as u64;
        if length > limit || !events.are_short(&chunk[..read]) {
            return Ok(None);
        }
    }
}

/// Follows tags and texts, to know how long each is.
#[derive(Default)]
struct Events {
    state: State,
    length: u64,
    last: [u8; 2],
}

#[derive(Default, Clone, Copy, PartialEq)]
enum State {
    #[default]
    Text,
    Tag,
    Quoted(u8),
    /// A comment, CDATA or declaration: ends at `-->`, `]]>`, or any `>`, whichever the reader waits for; taken for
    /// endless until the stricter ones come.
    Bang,
}

impl Events {
    fn are_short(&mut self, chunk: &[u8]) -> bool {
        for &byte in chunk {
            self.length += 1;
            let next = match (self.state, byte) {
                (State::Text, b'<') => State::Tag,
                (State::Tag, b'!') if self.length == 1 => State::Bang,
                (State::Tag, b'"' | b'\'') => State::Quoted(byte),
                (State::Quoted(quote), byte) if byte == quote => State::Tag,
                (State::Tag, b'>') => State::Text,
                (State::Bang, b'>') if matches!(self.last, [b'-', b'-'] | [b']', b']']) => State::Text,
                (state, _) => state,
            };
            // A quote is part of its tag, so only tags and texts start a new count.
            let part_of_tag = matches!((self.state, next), (State::Tag, State::Quoted(_)) | (State::Quoted(_), State::Tag));
            if next != self.state && !part_of_tag {
                self.length = 0;
            }
            self.state = next;
            self.last = [self.last[1], byte];
            if self.length > EVENT_LIMIT {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endless_texts_tags_and_comments_are_seen() {
        let long = "x".repeat(EVENT_LIMIT as usize + 1);
        for bad in [format!("<t>{long}</t>"), format!("<t a=\"{long}\">"), format!("<!-- <a> {long}"), format!("<![CDATA[<{long}]]>")] {
            assert_eq!(measured(bad.as_bytes(), u64::MAX).unwrap(), None);
        }
        let fine = format!("<?xml?><!-- note --><t a=\"x>y\">{}</t>", "<c>text</c>".repeat(1_000_000));
        assert_eq!(measured(fine.as_bytes(), u64::MAX).unwrap(), Some(fine.len() as u64));
        assert_eq!(measured(fine.as_bytes(), 1000).unwrap(), None);
    }
}
