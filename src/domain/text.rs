//! `Text`: words from outside, made printable at the wall. Nothing here knows about any one screen or file.
//!
//! A `Text` holds no control character, no escape sequence (the whole sequence goes, not just its ESC), no
//! bidirectional override, no zero-width character, no run of white space and no pile of combining marks.
//! Because the type cannot hold them, no screen, log or table needs to remember to look.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Borrow, fmt, ops::Deref};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark, is_nfc};

/// More marks than any living script stacks on one letter; the rest of a "flood" is dropped.
const MARKS_PER_LETTER: usize = 4;

/// One line of printable text in Unicode normal form C.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Text(Box<str>);

impl Text {
    /// Cleans `raw`. Total: every input gives a `Text`, hostile input gives a shorter one.
    ///
    /// ```
    /// use leadloom::domain::Text;
    /// assert_eq!(Text::new(" Ann\t\u{1b}[31mStone\u{202e} ").as_str(), "Ann Stone");
    /// ```
    pub fn new(raw: &str) -> Self {
        if is_plain(raw) {
            return Self(raw.into());
        }
        let printable = keep_printable(raw);
        if is_nfc(&printable) { Self(printable.into()) } else { Self(keep_printable(&printable.nfc().collect::<String>()).into()) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Cuts to at most `chars` characters, never inside one.
    #[must_use]
    pub fn truncated(self, chars: usize) -> Self {
        // No character is shorter than a byte, so a short text need not be counted.
        let cut = if self.0.len() <= chars { None } else { self.0.char_indices().nth(chars) };
        match cut {
            Some((end, _)) => Self::new(&self.0[..end]),
            None => self,
        }
    }
}

/// Printable ASCII without a run, a leading or a trailing space: nearly every value, and nothing to do.
fn is_plain(raw: &str) -> bool {
    let bytes = raw.as_bytes();
    let Some((first, last)) = bytes.first().zip(bytes.last()) else { return true };
    if *first == b' ' || *last == b' ' {
        return false;
    }
    // Without an early end, so that many bytes are looked at in one step: nearly every text is plain to its end.
    let unprintable = bytes.iter().fold(0_u8, |any, byte| any | u8::from(byte.wrapping_sub(0x20) >= 0x5f));
    let space = |byte: &u8| u8::from(*byte == b' ');
    let runs = bytes.iter().zip(&bytes[1..]).fold(0_u8, |any, (a, b)| any | (space(a) & space(b)));
    unprintable | runs == 0
}

fn keep_printable(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut marks = 0;
    let mut rest = raw.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_escape(&mut rest),
            '\u{9b}' => skip_until_final(&mut rest),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => skip_string(&mut rest),
            _ if c.is_whitespace() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
                marks = 0;
            }
            _ if c.is_control() || is_invisible(c) => {}
            _ if is_combining_mark(c) => {
                marks += 1;
                if marks <= MARKS_PER_LETTER && !out.is_empty() && !out.ends_with(' ') {
                    out.push(c);
                }
            }
            _ => {
                marks = 0;
                out.push(c);
            }
        }
    }
    out.truncate(out.trim_end().len());
    out
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// After ESC: CSI runs to its final byte, OSC/DCS/SOS/PM/APC to their terminator, all others are short.
fn skip_escape(rest: &mut Rest<'_>) {
    match rest.peek() {
        Some('[') => {
            rest.next();
            skip_until_final(rest);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            rest.next();
            skip_string(rest);
        }
        Some(_) => {
            while rest.next_if(|c| ('\u{20}'..='\u{2f}').contains(c)).is_some() {}
            rest.next_if(|c| ('\u{30}'..='\u{7e}').contains(c));
        }
        None => {}
    }
}

/// Parameter and intermediate bytes, then one final byte; a letter that is no part of it stays.
fn skip_until_final(rest: &mut Rest<'_>) {
    while rest.next_if(|c| ('\u{20}'..='\u{3f}').contains(c)).is_some() {}
    rest.next_if(|c| ('\u{40}'..='\u{7e}').contains(c));
}

/// A control string ends at BEL, ST, or (so that one stray ESC cannot eat a whole record) the end of the text.
fn skip_string(rest: &mut Rest<'_>) {
    while let Some(c) = rest.next() {
        match c {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                rest.next_if_eq(&'\\');
                return;
            }
            _ => {}
        }
    }
}

/// Characters that take no cell or change the direction of others (Unicode "default ignorable" and bidi controls).
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl From<String> for Text {
    fn from(raw: String) -> Self {
        if is_plain(&raw) { Self(raw.into()) } else { Self::new(&raw) }
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E>(self, raw: &str) -> Result<Text, E> {
                Ok(Text::new(raw))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// Personal data on its way to a log: shows enough to recognise, not enough to reach the person.
pub struct Masked<'a>(pub &'a str);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_once('@') {
            Some((_, domain)) => write!(f, "****@{}", Text::new(domain)),
            None if self.0.starts_with('+') => write!(f, "{}****", Text::new(&self.0.chars().take(4).collect::<String>())),
            None => write!(f, "{}****", Text::new(&self.0.chars().take(1).collect::<String>())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_sequences_go_and_letters_stay() {
        for (raw, clean) in [
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}]52;c;aGk=\u{7}copy", "copy"),
            ("\u{1b}]0;title\u{1b}\\after", "after"),
            ("\u{9b}2Jx", "x"),
            ("\u{1b}(Bx", "x"),
            ("a\r\nb\tc", "a b c"),
            ("Jo\u{200b}hn\u{202e}", "John"),
            ("e\u{301}", "é"),
            ("\u{feff}=1+1", "=1+1"),
            ("", ""),
        ] {
            assert_eq!(Text::new(raw).as_str(), clean, "{raw:?}");
        }
    }

    #[test]
    fn masked_text_hides_the_person() {
        assert_eq!(Masked("ann@corp.example").to_string(), "****@corp.example");
        assert_eq!(Masked("+442079460112").to_string(), "+442****");
    }

    proptest! {
        #[test]
        fn every_text_is_printable_and_cleaning_twice_changes_nothing(raw in "\\PC*|[\\x00-\\xff]{0,40}|.*") {
            let once = Text::new(&raw);
            prop_assert!(once.chars().all(|c| !c.is_control() && !is_invisible(c)));
            prop_assert_eq!(&Text::new(&once), &once);
        }
    }
}
