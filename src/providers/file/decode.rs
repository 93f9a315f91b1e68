//! Bytes of a file as UTF-8, in pieces, with the place in the file known at all times. Bytes that are no UTF-8 in a file
//! that is otherwise are passed on: whoever splits rows decides which row they spoil.

use super::FileError;
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::{
    borrow::Cow,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;
/// How much of a file is looked at for its encoding.
const LOOK: u64 = 4 * 1024 * 1024;

/// How a file's bytes stand for letters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TextEncoding {
    encoding: &'static Encoding,
    /// Bytes of the byte order mark.
    mark: u64,
}

impl TextEncoding {
    /// By name, or by what the file looks like. Leaves the file at its start.
    pub(super) fn of(file: &mut File, name: Option<&str>, path: &Path) -> Result<Self, FileError> {
        let fail = |error| FileError::io(path, error);
        let mut look = Vec::new();
        file.by_ref().take(LOOK).read_to_end(&mut look).map_err(fail)?;
        file.seek(SeekFrom::Start(0)).map_err(fail)?;
        let marked = Encoding::for_bom(&look).map(|(encoding, mark)| Self { encoding, mark: mark as u64 });
        match name {
            Some(name) => {
                let encoding = Encoding::for_label(name.as_bytes())
                    .filter(|encoding| encoding.is_single_byte() || [UTF_8, UTF_16LE, UTF_16BE].contains(encoding))
                    .ok_or_else(|| FileError::Encoding { name: name.to_owned() })?;
                Ok(Self { encoding, mark: marked.filter(|marked| marked.encoding == encoding).map_or(0, |marked| marked.mark) })
            }
            None => Ok(marked.unwrap_or_else(|| Self { encoding: guess(&look), mark: 0 })),
        }
    }

    pub(super) fn name(self) -> &'static str {
        self.encoding.name()
    }

    /// The start of a file as text, for a look.
    pub(super) fn decoded_head(self, head: &[u8]) -> Cow<'_, str> {
        self.encoding.decode_without_bom_handling(head.get(self.mark as usize..).unwrap_or_default()).0
    }

    /// How many bytes of the file these decoded bytes stand for.
    fn source_len(self, decoded: &[u8]) -> u64 {
        if self.encoding == UTF_8 {
            return decoded.len() as u64;
        }
        let text = std::str::from_utf8(decoded).unwrap_or_default();
        if self.encoding.is_single_byte() { text.chars().count() as u64 } else { text.encode_utf16().count() as u64 * 2 }
    }
}

/// UTF-16 by its zero bytes; else UTF-8, unless the bytes that are none look like the letters of Western Windows.
fn guess(look: &[u8]) -> &'static Encoding {
    let zeros = |from: usize| look.iter().skip(from).step_by(2).take(2048).filter(|byte| **byte == 0).count();
    let pairs = (look.len() / 2).min(2048);
    if pairs > 4 && zeros(1) * 2 > pairs && zeros(0) * 4 < pairs {
        return UTF_16LE;
    }
    if pairs > 4 && zeros(0) * 2 > pairs && zeros(1) * 4 < pairs {
        return UTF_16BE;
    }
    let (mut likely, mut unlikely) = (0_usize, 0_usize);
    let mut multibyte = 0;
    let mut at = 0;
    while at < look.len() {
        let (valid, bad) = match std::str::from_utf8(&look[at..]) {
            Ok(text) => (text.len(), 0),
            // A letter cut by the end of the look is not bad.
            Err(error) => (error.valid_up_to(), error.error_len().unwrap_or(0)),
        };
        multibyte += look[at..at + valid].iter().filter(|byte| **byte >= 0xc0).count();
        if bad == 0 {
            break;
        }
        for bad_at in at + valid..at + valid + bad {
            if is_western(look, bad_at) { likely += 1 } else { unlikely += 1 }
        }
        at += valid + bad;
    }
    if likely > multibyte && likely > unlikely * 9 { WINDOWS_1252 } else { UTF_8 }
}

/// A letter with an accent between letters, a typographic quote or dash, a currency sign; a capital with an accent
/// does not follow a small letter.
fn is_western(look: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map_or(b' ', |before| look[before]);
    let after = look.get(at + 1).copied().unwrap_or(b' ');
    match look[at] {
        0x80 | 0x84 | 0x85 | 0x91..=0x97 | 0x99 | 0xa0 | 0xa3 | 0xa7 | 0xa9 | 0xab | 0xae | 0xb0 | 0xbb => true,
        0xc0..=0xd6 | 0xd8..=0xde | 0x8a | 0x8e => !before.is_ascii_lowercase() && after.is_ascii_alphabetic(),
        0xdf..=0xf6 | 0xf8..=0xfd | 0x9a | 0x9e => before.is_ascii_alphabetic() || after.is_ascii_alphabetic(),
        _ => false,
    }
}

/// A file's text, decoded as it is needed.
pub(super) struct TextReader {
    file: File,
    encoding: TextEncoding,
    decoder: Option<Decoder>,
    chunk: Vec<u8>,
    buffer: Vec<u8>,
    /// Where unread text starts in the buffer.
    start: usize,
    /// Where that is in the file.
    offset: u64,
    at_end: bool,
}

impl std::fmt::Debug for TextReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TextReader({} at {})", self.encoding.name(), self.offset)
    }
}

impl TextReader {
    /// At the start of the text.
    pub(super) fn new(file: File, encoding: TextEncoding) -> io::Result<Self> {
        let mut reader = Self {
            file,
            encoding,
            decoder: None,
            chunk: vec![0; CHUNK],
            buffer: Vec::with_capacity(2 * CHUNK),
            start: 0,
            offset: 0,
            at_end: false,
        };
        reader.seek(encoding.mark)?;
        Ok(reader)
    }

    /// Goes to a place that [`Self::offset`] gave.
    pub(super) fn seek(&mut self, offset: u64) -> io::Result<()> {
        let offset = offset.max(self.encoding.mark);
        self.file.seek(SeekFrom::Start(offset))?;
        self.decoder = (self.encoding.encoding != UTF_8).then(|| self.encoding.encoding.new_decoder_without_bom_handling());
        self.buffer.clear();
        (self.start, self.offset, self.at_end) = (0, offset, false);
        Ok(())
    }

    /// Where unread text starts in the file.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// The text that is decoded and not yet consumed.
    pub(super) fn buffered(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Decodes more behind what is buffered. False at the end of the file.
    pub(super) fn fill(&mut self) -> io::Result<bool> {
        if self.at_end {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let before = self.buffer.len();
        while self.buffer.len() == before && !self.at_end {
            let read = self.file.read(&mut self.chunk)?;
            self.at_end = read == 0;
            match &mut self.decoder {
                None => self.buffer.extend_from_slice(&self.chunk[..read]),
                Some(decoder) => {
                    let mut text = String::with_capacity(decoder.max_utf8_buffer_length(read).unwrap_or(4 * CHUNK));
                    let _ = decoder.decode_to_string(&self.chunk[..read], &mut text, read == 0);
                    self.buffer.extend_from_slice(text.as_bytes());
                }
            }
        }
        Ok(self.buffer.len() > before)
    }

    /// Moves on over `bytes` of the buffered text.
    pub(super) fn consume(&mut self, bytes: usize) {
        let end = (self.start + bytes).min(self.buffer.len());
        self.offset += self.encoding.source_len(&self.buffer[self.start..end]);
        self.start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_by_their_bytes() {
        let utf16: Vec<u8> = "Name,Ort\nAnn,Köln\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16be: Vec<u8> = "Name,Ort\nAnn,Köln\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, name) in [
            (b"Name\nAnn\n".as_slice(), "UTF-8"),
            ("Name\nJürgen\n".as_bytes(), "UTF-8"),
            (b"Name\nJ\xfcrgen\nAndr\xe9\n", "windows-1252"),
            (b"Name\nAnn\nB\xff\xfeb\n", "UTF-8"),
            (b"Name\nJos\xc3(\n", "UTF-8"),
            (&utf16, "UTF-16LE"),
            (&utf16be, "UTF-16BE"),
        ] {
            assert_eq!(guess(bytes).name(), name, "{bytes:?}");
        }
    }
}
