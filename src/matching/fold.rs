//! Text to match keys: transliteration, folding, sound, closeness of two words. Nothing here knows what a name
//! or a company is.
//!
//! A folded text is lower-case ASCII, words one space apart. Digraphs that stand for one letter are closed
//! (`ae oe ue aa` -> `a o u a`), so that Müller, Mueller and Muller are one word. That also joins a few words
//! that are different (Joel and Jol), which costs less than missing every second German.

use unicode_normalization::UnicodeNormalization;

/// No folded text is longer: past this, text is not a name but an accident, and comparing is quadratic.
pub const LONGEST: usize = 96;

/// Folds text in which a dot may join letters to an abbreviation: `S.A.` -> `sa`, `Acme.com` -> `acme com`.
pub fn fold(raw: &str) -> String {
    folded(raw, |word| word.len() == 1 || word.dotted)
}

/// Folds text in which a dot always ends a word: `J.R. Smith` -> `j r smith`.
pub fn fold_name(raw: &str) -> String {
    folded(raw, |_| false)
}

/// Folds text whose spaces mean nothing: a postcode, a number of a document.
pub fn fold_unspaced(raw: &str) -> String {
    let mut folded = fold(raw);
    folded.retain(|c| c != ' ');
    folded
}

/// A text as far as it is folded.
struct Folding {
    out: Vec<u8>,
    /// Where the word being written starts, and whether a dot has joined it.
    from: usize,
    dotted: bool,
}

impl Folding {
    /// Letters of the word being written.
    const fn len(&self) -> usize {
        self.out.len() - self.from
    }

    /// Adds a character of the ASCII; `joins` tells whether a dot belongs to the word before it.
    fn put(&mut self, byte: u8, joins: impl Fn(&Self) -> bool) {
        if self.out.len() >= LONGEST {
            return;
        }
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                let small = byte.to_ascii_lowercase();
                if !closes_digraph(&self.out[self.from..], small) {
                    self.out.push(small);
                }
            }
            b'\'' | b'`' => {}
            b'.' if joins(self) => self.dotted = true,
            _ => {
                if self.out.last().is_some_and(|last| *last != b' ') {
                    self.out.push(b' ');
                }
                (self.from, self.dotted) = (self.out.len(), false);
            }
        }
    }
}

fn folded(raw: &str, joins: impl Fn(&Folding) -> bool) -> String {
    let mut folding = Folding { out: Vec::with_capacity(raw.len().min(LONGEST)), from: 0, dotted: false };
    if raw.is_ascii() {
        raw.bytes().for_each(|byte| folding.put(byte, &joins));
    } else {
        // Apostrophes are asked for before transliteration, which turns some of them into letters' neighbours.
        for c in raw.nfkc().filter(|c| !is_apostrophe(*c)) {
            if c.is_ascii() {
                folding.put(c as u8, &joins);
            } else if c.is_whitespace() {
                folding.put(b' ', &joins);
            } else {
                any_ascii::any_ascii_char(c).bytes().for_each(|byte| folding.put(byte, &joins));
            }
        }
    }
    let mut out = folding.out;
    if out.last() == Some(&b' ') {
        out.pop();
    }
    // Only ASCII was put in.
    String::from_utf8(out).unwrap_or_default()
}

const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '´' | '‘' | '’' | 'ʼ' | 'ʻ' | '\u{2032}')
}

fn closes_digraph(word: &[u8], next: u8) -> bool {
    match word.last() {
        Some(b'a') => next == b'e' || next == b'a',
        Some(b'o' | b'u') => next == b'e',
        _ => false,
    }
}

/// 64 bits of FNV-1a with a final mix: the same on every machine and in every version, as snapshots need.
pub fn hash(text: &str) -> u64 {
    hash_bytes(0, text.as_bytes())
}

/// A hash that depends on `salt` too, so that the same words under two meanings do not meet.
pub fn hash_bytes(salt: u64, bytes: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let state = bytes.iter().fold(start, |state, byte| (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    mix(state)
}

/// Spreads every bit over all (the finaliser of SplitMix64).
pub const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Which letters occur, one bit each; digits share one. Two words that differ in many bits cannot be close.
pub fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |mask, byte| match byte {
        b'a'..=b'z' => mask | 1 << (byte - b'a'),
        b'0'..=b'9' => mask | 1 << 26,
        _ => mask,
    })
}

/// How a word sounds, after Soundex but for many languages: the first letter's class, then the classes of the
/// consonants, vowels and repeats dropped, at most five.
pub fn sound(word: &str) -> u64 {
    let mut code: u64 = 0;
    let mut last = 0;
    let mut count = 0;
    let bytes = word.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let next = bytes.get(at + 1).copied();
        let class = match byte {
            b'b' | b'p' if next == Some(b'h') => 2,
            b'b' | b'p' => 1,
            b'f' | b'v' | b'w' => 2,
            b'c' | b'g' | b'j' | b'k' | b'q' | b'x' => 3,
            b's' | b'z' => 4,
            b'd' | b't' => 5,
            b'l' => 6,
            b'm' | b'n' => 7,
            b'r' => 8,
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y' if at == 0 => 9,
            b'0'..=b'9' => 10,
            _ => 0,
        };
        if class != 0 && class != last {
            code = code * 11 + class;
            count += 1;
            if count == 5 {
                break;
            }
        }
        // A vowel parts two equal consonants, an h does not.
        if *byte != b'h' {
            last = class;
        }
    }
    code
}

/// How near two words are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Near {
    /// The same letters.
    Same,
    /// One slip of the finger: a letter too many, too few, wrong, or two swapped.
    Slip,
    /// Alike: two slips, or a long common beginning.
    Alike,
    /// Other words.
    Far,
}

/// Compares two folded words. Very short words are never near: Tim and Tom are two people.
pub fn near(a: &str, b: &str) -> Near {
    if a == b {
        return Near::Same;
    }
    let shorter = a.len().min(b.len());
    if shorter < 2 || a.len().abs_diff(b.len()) > 5 {
        return Near::Far;
    }
    if one_slip(a.as_bytes(), b.as_bytes()) {
        // In three letters a changed one makes another name; an added one seldom does, but to two letters it may.
        return match (shorter, a.len() == b.len()) {
            (2, false) => Near::Alike,
            (..=3, true) => Near::Far,
            _ => Near::Slip,
        };
    }
    // Jaro's greedy pairing may depend on the order, the answer may not.
    let (a, b) = if a < b { (a, b) } else { (b, a) };
    if shorter >= 5 && strsim::jaro_winkler(a, b) >= ALIKE { Near::Alike } else { Near::Far }
}

/// Jaro-Winkler from which two words of five letters or more count as alike; two slips in eight letters reach it.
const ALIKE: f64 = 0.88;

/// Exactly one insertion, deletion, substitution or swap of neighbours apart.
pub fn one_slip(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let head = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let tail = short[head..].iter().rev().zip(long[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (short, long) = (&short[head..short.len() - tail], &long[head..long.len() - tail]);
    match (short, long) {
        ([] | [_], [_]) => true,
        ([first, second], [one, other]) => first == other && second == one,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_name_fold_to_one_word() {
        for (one, other) in [
            ("Müller", "Mueller"),
            ("Müller", "MULLER"),
            ("Søren Ågård", "Soeren Aagaard"),
            ("O’Brien", "O'Brien"),
            ("Иванов", "Ivanov"),
            ("Łukasz", "Lukasz"),
            ("Straße", "Strasse"),
            ("S.A.", "SA"),
            ("G.m.b.H.", "GmbH"),
            ("Ｆｕｌｌｗｉｄｔｈ", "fullwidth"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        assert_eq!(fold("Acme.com  (UK)"), "acme com uk");
        assert_eq!(fold_name("J.R. Smith-Jones"), "j r smith jones");
        assert!(!fold("王小明").is_empty() && fold("王小明").is_ascii());
    }

    #[test]
    fn slips_are_told_from_other_words() {
        assert_eq!(near("smith", "smiht"), Near::Slip);
        assert_eq!(near("smith", "smth"), Near::Slip);
        assert_eq!(near("anderson", "andersen"), Near::Slip);
        assert_eq!(near("oosterhout", "osterhuot"), Near::Alike);
        assert_eq!(near("tim", "tom"), Near::Far);
        assert_eq!(near("smith", "jones"), Near::Far);
        assert_eq!(sound("smith"), sound("smyth"));
        assert_eq!(sound("philip"), sound("filip"));
        assert_ne!(sound("smith"), sound("jones"));
    }

    proptest! {
        #[test]
        fn folding_is_ascii_bounded_and_stable(raw in ".{0,200}") {
            let once = fold(&raw);
            prop_assert!(once.is_ascii() && once.len() <= LONGEST && !once.contains("  "));
            prop_assert_eq!(once.trim(), &once);
        }

        #[test]
        fn nearness_is_symmetric(a in "[a-e]{0,12}", b in "[a-e]{0,12}") {
            prop_assert_eq!(near(&a, &b), near(&b, &a));
            prop_assert_eq!(near(&a, &a), Near::Same);
        }
    }
}
