//! Words: HTML out, placeholders known, capitals mended. Only text that is all capitals or all small is touched.

use crate::domain::Text;

/// More rounds than any honest text needs; what is still wrapped after them is taken apart for good.
const UNWRAP_ROUNDS: usize = 8;

/// Printable text without HTML tags and entities.
pub fn plain(raw: impl Into<Text>) -> Text {
    let mut text = raw.into();
    for _ in 0..UNWRAP_ROUNDS {
        if memchr::memchr2(b'<', b'&', text.as_bytes()).is_none() {
            return text;
        }
        let next = Text::from(without_html(&text));
        if next == text {
            return text;
        }
        text = next;
    }
    Text::from(text.replace(['<', '&'], " "))
}

fn without_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = after_tag(rest) {
            out.push(' ');
            rest = after;
        } else if let Some((c, after)) = entity(rest) {
            out.push(c);
            rest = after;
        } else {
            out.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

/// `<b>`, `</p>`, `<!-- -->`; a lone `<` between words is none, nor is `<ann@corp.example>`.
fn after_tag(text: &str) -> Option<&str> {
    let (inner, rest) = text.strip_prefix('<')?.split_once('>')?;
    let name = inner.strip_prefix('/').unwrap_or(inner).split([' ', '/']).next()?;
    let is_tag = name.starts_with("!--")
        || name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!')
            && name.bytes().skip(1).all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_tag.then_some(rest)
}

fn entity(text: &str) -> Option<(char, &str)> {
    let (name, rest) = text.strip_prefix('&')?.split_once(';')?;
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((c, rest))
}

/// The longest of the words below.
const PLACEHOLDER: usize = 13;

/// What sources and spreadsheets write for nothing. `Null` and `None` with one capital can be names and stay.
pub fn is_placeholder(text: &str) -> bool {
    if text.len() > PLACEHOLDER || !text.is_ascii() {
        return false;
    }
    let mut small = [0; PLACEHOLDER];
    let small = &mut small[..text.len()];
    small.copy_from_slice(text.as_bytes());
    small.make_ascii_lowercase();
    match &*small {
        b"n/a" | b"n.a." | b"#n/a" | b"#ref!" | b"#value!" | b"-" | b"--" | b"---" | b"." | b"?" | b"[null]" | b"(null)" | b"\\n"
        | b"[]" | b"{}" | b"not available" | b"not provided" | b"not found" | b"no data" | b"unknown" | b"tbd" => true,
        b"null" | b"none" | b"nil" | b"nan" | b"undefined" => is_one_case(text),
        _ => false,
    }
}

/// All letters are capitals, or none is; a single letter says nothing.
pub fn is_one_case(text: &str) -> bool {
    if text.is_ascii() {
        let (mut small, mut capitals) = (0_usize, 0_usize);
        for byte in text.bytes() {
            small += usize::from(byte.is_ascii_lowercase());
            capitals += usize::from(byte.is_ascii_uppercase());
        }
        return small + capitals > 1 && (small == 0 || capitals == 0);
    }
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    letters().nth(1).is_some() && (!letters().any(char::is_lowercase) || !letters().any(char::is_uppercase))
}

/// One word with a capital first letter and small others.
pub fn capital_word(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut at_start = true;
    for c in word.chars() {
        if at_start && c.is_alphabetic() {
            // A capital that is already one stays as it is: some lower-case letters have no single capital.
            if c.is_uppercase() {
                out.push(c);
            } else {
                // `ß` becomes `Ss` at a word's head.
                let mut capital = c.to_uppercase();
                out.extend(capital.next());
                out.extend(capital.flat_map(char::to_lowercase));
            }
            at_start = false;
        } else {
            out.extend(c.to_lowercase());
            at_start &= !c.is_alphabetic();
        }
    }
    out
}

/// Changes each word between blanks, and each part between hyphens or slashes.
pub fn each_word(text: &str, mut change: impl FnMut(usize, &str) -> String) -> Text {
    let mut out = String::with_capacity(text.len());
    let mut nth = 0;
    for piece in text.split_inclusive([' ', '-', '/', '(']) {
        let word = piece.trim_end_matches([' ', '-', '/', '(']);
        if !word.is_empty() {
            out.push_str(&change(nth, word));
            nth += 1;
        }
        out.push_str(&piece[word.len()..]);
    }
    Text::from(out)
}

/// Words that stay small inside a title or a name of several words.
const SMALL: [&str; 24] = [
    "of", "and", "the", "for", "in", "at", "to", "on", "a", "an", "by", "or", "de", "la", "und", "der", "für", "et", "y", "e", "do", "da",
    "des", "du",
];

/// Abbreviations of job titles and departments.
const ACRONYMS: [&str; 44] = [
    "ceo", "cto", "cfo", "coo", "cio", "ciso", "cmo", "cro", "cpo", "cso", "cdo", "cco", "chro", "vp", "svp", "evp", "avp", "it", "hr",
    "ai", "ml", "qa", "pr", "ux", "ui", "erp", "crm", "sap", "msp", "usa", "uk", "us", "eu", "emea", "apac", "b2b", "saas", "seo", "r&d",
    "ii", "iii", "iv", "hse", "pmo",
];

/// A job title: capitals mended when it is all capitals or all small.
pub fn job_title(text: Text) -> Text {
    // A short title in capitals is an abbreviation already.
    if !is_one_case(&text) || (text.chars().count() <= 4 && !text.chars().any(char::is_lowercase)) {
        return text;
    }
    each_word(&text, titled)
}

fn titled(nth: usize, word: &str) -> String {
    let lower = word.to_lowercase();
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    if ACRONYMS.contains(&bare) {
        word.to_uppercase()
    } else if nth > 0 && SMALL.contains(&bare) {
        lower
    } else {
        capital_word(word)
    }
}

/// A word of a source's own list: capital letters when it has none at all.
pub fn capitalised(text: &Text) -> Text {
    if text.chars().any(char::is_uppercase) { text.clone() } else { each_word(text, titled) }
}

/// A town or state; two or three capitals are a state's code.
pub fn place(text: Text) -> Text {
    if !is_one_case(&text) {
        return text;
    }
    if text.chars().count() <= 3 {
        return Text::from(text.to_uppercase());
    }
    each_word(&text, |nth, word| if nth > 0 && SMALL.contains(&&*word.to_lowercase()) { word.to_lowercase() } else { capital_word(word) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_goes_and_comparisons_stay() {
        for (raw, text) in [
            ("R&amp;D", "R&D"),
            ("<p>VP<br/>Sales</p>", "VP Sales"),
            ("a < b & c", "a < b & c"),
            ("&amp;lt;script&amp;gt;x", "x"),
            ("&#74;&#x6f;e", "Joe"),
            ("AT&T; Inc", "AT&T; Inc"),
            ("<unclosed", "<unclosed"),
        ] {
            assert_eq!(plain(raw).as_str(), text, "{raw}");
        }
    }

    #[test]
    fn only_one_case_text_is_touched() {
        for (raw, text) in [
            ("VICE PRESIDENT OF IT", "Vice President of IT"),
            ("it director", "IT Director"),
            ("CEO", "CEO"),
            ("Head of iOS", "Head of iOS"),
            ("R&D MANAGER", "R&D Manager"),
        ] {
            assert_eq!(job_title(Text::new(raw)).as_str(), text);
        }
        assert_eq!(place(Text::new("NEW YORK")).as_str(), "New York");
        assert_eq!(place(Text::new("oh")).as_str(), "OH");
        assert_eq!(place(Text::new("s-HERTOGENBOSCH")).as_str(), "s-HERTOGENBOSCH");
    }

    #[test]
    fn names_that_look_like_nothing_stay() {
        assert!(is_placeholder("NULL") && is_placeholder("n/a") && is_placeholder("Not Available"));
        assert!(!is_placeholder("Null") && !is_placeholder("Na") && !is_placeholder("None Such"));
    }
}
