//! A company's name taken apart (core, legal form, acronym), and how two cores compare. Used for companies and
//! for the employers of people alike.

use super::{
    fold::{Near, fold, hash, letters, near},
    tables::{LEGAL_FORMS, LegalForm, UNSPACED_FORMS, WEAK_WORDS},
};
use std::borrow::Cow;

/// A folded company name.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct CompanyName {
    /// The words that name it, without legal form, brackets and connecting words; never empty for a name
    /// that has letters.
    pub core: String,
    /// The legal form's number in the table, 0 when the name does not say.
    pub form: u8,
}

/// Names are not longer in words than this.
const WORDS: usize = 12;

/// Words of a legal form's longest spelling.
const FORM_WORDS: usize = 8;

impl CompanyName {
    /// Reads a name as a source spells it. The country, ISO alpha-2, decides which short words are legal forms.
    pub fn new(raw: &str, country: Option<&str>) -> Self {
        let (raw, unspaced) = strip_unspaced(raw.trim());
        let folded = match fold(&and_spelt_out(&without_brackets(raw))) {
            empty if empty.is_empty() => fold(raw),
            folded => folded,
        };
        let mut name = folded.match_indices(' ').nth(WORDS - 1).map_or(&*folded, |(at, _)| &folded[..at]);
        let mut form = unspaced;
        while let Some((head, found)) = form_at_end(name, country) {
            name = head;
            form = if form == 0 { found } else { form };
        }
        if let Some((tail, found)) = form_at_start(name, country) {
            name = tail;
            form = if form == 0 { found } else { form };
        }
        name = name.strip_prefix("the ").unwrap_or(name);
        let connecting = |word: &&str| matches!(*word, "and" | "und" | "et" | "och" | "og" | "en");
        let mut core = String::with_capacity(name.len());
        for word in name.split(' ').filter(|word| !connecting(word)) {
            if !core.is_empty() {
                core.push(' ');
            }
            core.push_str(word);
        }
        Self { core: if core.is_empty() { name.to_owned() } else { core }, form }
    }

    /// The number of a legal form that a source names by itself.
    pub fn form_of(raw: &str, country: Option<&str>) -> u8 {
        let folded = fold(&and_spelt_out(raw));
        LEGAL_FORMS.get(folded.as_str()).map_or(0, |forms| pick(forms, country).map_or(0, |form| form.form))
    }
}

/// Takes off legal forms of scripts without spaces, which stand before or behind the name.
fn strip_unspaced(raw: &str) -> (&str, u8) {
    if raw.is_ascii() {
        return (raw, 0);
    }
    for (spelling, form) in UNSPACED_FORMS.iter() {
        let rest = raw.strip_suffix(spelling).or_else(|| raw.strip_prefix(spelling)).map(str::trim);
        if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
            return (rest, *form);
        }
    }
    (raw, 0)
}

fn and_spelt_out(raw: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'&', b'+', raw.as_bytes()).is_some() { raw.replace(['&', '+'], " and ").into() } else { raw.into() }
}

fn without_brackets(raw: &str) -> Cow<'_, str> {
    if !raw.bytes().any(|byte| matches!(byte, b'(' | b'[' | b')' | b']')) {
        return raw.into();
    }
    let mut depth = 0_usize;
    raw.chars()
        .filter(|c| {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

fn pick(forms: &[LegalForm], country: Option<&str>) -> Option<LegalForm> {
    forms.iter().copied().find(|form| form.fits(country))
}

/// The longest legal form that a folded name ends with and that leaves at least one word, which it is parted from.
fn form_at_end<'a>(name: &'a str, country: Option<&str>) -> Option<(&'a str, u8)> {
    let ends = name.rmatch_indices(' ').take(FORM_WORDS).filter_map(|(at, _)| {
        let form = pick(LEGAL_FORMS.get(&name[at + 1..])?, country)?;
        Some((&name[..at], form.form))
    });
    // "Stone and Co": the connecting word goes with the form.
    ends.last().map(|(head, form)| (head.strip_suffix(" and").unwrap_or(head), form))
}

/// Forms that stand in front: PT Maju, OOO Romashka, UAB Vilnius.
fn form_at_start<'a>(name: &'a str, country: Option<&str>) -> Option<(&'a str, u8)> {
    let (first, tail) = name.split_once(' ')?;
    let leading = matches!(
        first,
        "pt" | "ooo" | "oao" | "zao" | "pao" | "ao" | "tov" | "uab" | "sia" | "sarl" | "sas" | "sci" | "stichting" | "kk" | "ip"
    );
    if !leading {
        return None;
    }
    Some((tail, pick(LEGAL_FORMS.get(first)?, country)?.form))
}

/// How two cores compare.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CoreFit {
    /// The same words, perhaps spaced or ordered otherwise.
    Same,
    /// The same but for a slip in one word.
    Close,
    /// The same but for words that hardly tell: group, holding, a country.
    Weak,
    /// One is the initials of the other.
    Acronym,
    /// One has further words that do tell.
    Inside,
    /// They share a word that tells.
    Partial,
    /// Other words.
    Differs,
}

/// Compares two cores. Symmetric.
pub fn core_fit(a: &str, b: &str) -> CoreFit {
    if a == b {
        return CoreFit::Same;
    }
    // Words are paired greedily, so the order is fixed first.
    let (a, b) = if a < b { (a, b) } else { (b, a) };
    let (mut left, mut right) = (Words::of(a), Words::of(b));
    if a.bytes().filter(|b| *b != b' ').eq(b.bytes().filter(|b| *b != b' ')) {
        return CoreFit::Same;
    }
    if initials(left.all(), right.all()) || initials(right.all(), left.all()) {
        return CoreFit::Acronym;
    }
    let mut shared = false;
    left.pair_off(&mut right, |one, other| {
        let same = one == other;
        shared |= same && !WEAK_WORDS.contains(one);
        same
    });
    if left.count == 0 && right.count == 0 {
        return CoreFit::Same;
    }
    let mut slips = false;
    left.pair_off(&mut right, |one, other| {
        let close = (letters(one) ^ letters(other)).count_ones() <= 4 && near(one, other) <= Near::Alike;
        slips |= close;
        close
    });
    let base = shared || slips;
    match (left.telling(), right.telling()) {
        (0, 0) if slips => CoreFit::Close,
        (0, 0) if base => CoreFit::Weak,
        // "North Rail" and "Northrail Logistics" differ by more than a slip, "Northrail" and "North Rial" do not.
        _ if squeezed_slip(a, b) => CoreFit::Close,
        (0, _) | (_, 0) if base => CoreFit::Inside,
        _ if base => CoreFit::Partial,
        _ => CoreFit::Differs,
    }
}

/// Two cores written without spaces are one slip apart.
fn squeezed_slip(a: &str, b: &str) -> bool {
    let count = |text: &str| text.bytes().filter(|b| *b != b' ').count();
    // Only where the spaces differ: otherwise the words were compared already.
    count(a).abs_diff(count(b)) <= 1
        && a.bytes().filter(|b| *b == b' ').count() != b.bytes().filter(|b| *b == b' ').count()
        && near(&a.replace(' ', ""), &b.replace(' ', "")) == Near::Slip
}

/// The words of one core, those already paired taken out.
struct Words<'a> {
    words: [&'a str; WORDS],
    count: usize,
}

impl<'a> Words<'a> {
    fn of(core: &'a str) -> Self {
        let mut words = [""; WORDS];
        let mut count = 0;
        for (slot, word) in words.iter_mut().zip(core.split(' ')) {
            *slot = word;
            count += 1;
        }
        Self { words, count }
    }

    fn all(&self) -> &[&'a str] {
        &self.words[..self.count]
    }

    /// Takes out every word that `fits` one of `other`, and that one with it.
    fn pair_off(&mut self, other: &mut Self, mut fits: impl FnMut(&str, &str) -> bool) {
        let mut kept = 0;
        for nth in 0..self.count {
            let word = self.words[nth];
            if let Some(at) = other.all().iter().position(|one| fits(word, one)) {
                other.count -= 1;
                other.words[at] = other.words[other.count];
            } else {
                self.words[kept] = word;
                kept += 1;
            }
        }
        self.count = kept;
    }

    /// How many of them tell one firm from another.
    fn telling(&self) -> usize {
        self.all().iter().filter(|word| !WEAK_WORDS.contains(**word)).count()
    }
}

/// `short` is one word, the first letters of `long`'s words.
fn initials(short: &[&str], long: &[&str]) -> bool {
    let [word] = short else { return false };
    long.len() > 1 && word.len() >= 2 && (word.bytes().eq(long.iter().map(|word| word.as_bytes()[0])))
}

/// The first letters of a core of several words, in the form of a word; empty for one word.
pub fn acronym(core: &str) -> String {
    if core.contains(' ') { core.split(' ').filter_map(|word| word.get(..1)).collect() } else { String::new() }
}

/// Which words a core has, by hash, a bit each. All bits for one word: it may be initials, or a slip away.
pub fn core_words(core: &str) -> u64 {
    match core.split(' ').count() {
        0 | 1 => u64::MAX,
        _ => core.split(' ').filter(|word| !WEAK_WORDS.contains(*word)).fold(0, |words, word| words | 1 << (hash(word) >> 58)),
    }
}

/// `label`, the registrable label of a host, spells the core: `northrail` for North Rail, `acme-foods`.
pub fn spelt_by(core: &str, label: &str) -> bool {
    !core.is_empty() && core.bytes().filter(|b| *b != b' ').eq(label.bytes().filter(u8::is_ascii_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn legal_forms_come_off_by_country() {
        for (raw, country, core) in [
            ("Acme Foods GmbH & Co. KG", Some("DE"), "acme foods"),
            ("Acme Foods, G.m.b.H.", None, "acme foods"),
            ("The Stone & Sons Private Limited", Some("IN"), "stone sons"),
            ("Müller und Söhne AG", Some("DE"), "muller sohne"),
            ("Mueller & Soehne", None, "muller sohne"),
            ("Danske Data A/S", Some("DK"), "danske data"),
            ("Just As Good", Some("US"), "just as good"),
            ("PT Maju Jaya Tbk", Some("ID"), "maju jaya"),
            ("ООО Ромашка", Some("RU"), "romashka"),
            ("株式会社日立製作所", Some("JP"), "rilizhizuosuo"),
            ("Acme (Germany)", None, "acme"),
            ("Limited", None, "limited"),
            ("Stone & Co", None, "stone"),
            ("Société Générale S.A.", Some("FR"), "societe generale"),
        ] {
            assert_eq!(CompanyName::new(raw, country).core, core, "{raw}");
        }
        assert_eq!(CompanyName::new("Acme Ltd.", None).form, CompanyName::new("Acme Limited", None).form);
        assert_ne!(CompanyName::new("Acme Inc", None).form, CompanyName::new("Acme LLC", None).form);
        assert_eq!(CompanyName::form_of("G.m.b.H.", None), CompanyName::new("X GmbH", None).form);
    }

    #[test]
    fn cores_compare_by_what_tells() {
        for (a, b, fit) in [
            ("north rail", "northrail", CoreFit::Same),
            ("rail north", "north rail", CoreFit::Same),
            ("stone travel", "stnoe travel", CoreFit::Close),
            ("stone travel", "stone travel group", CoreFit::Weak),
            ("international business machines", "ibm", CoreFit::Acronym),
            ("stone travel", "stone travel boston", CoreFit::Inside),
            ("apex logistics", "apex freight", CoreFit::Partial),
            ("apex logistics", "summit freight", CoreFit::Differs),
        ] {
            assert_eq!(core_fit(a, b), fit, "{a} / {b}");
        }
        assert!(spelt_by("north rail", "north-rail") && !spelt_by("", ""));
    }

    proptest! {
        #[test]
        fn core_fit_is_symmetric(a in "[a-c]{1,5}( [a-c]{1,5}){0,3}", b in "[a-c]{1,5}( [a-c]{1,5}){0,3}") {
            prop_assert_eq!(core_fit(&a, &b), core_fit(&b, &a));
        }
    }
}
