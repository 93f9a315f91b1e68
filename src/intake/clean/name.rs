//! Personal names: order, titles, degrees, generations, particles, capitals. Nicknames and cultures' naming rules
//! beyond that are the matcher's concern.

use super::words::{capital_word, each_word, is_one_case};
use crate::domain::{Country, Text};
use std::borrow::Cow;

/// A person's name in the parts HaloPSA has.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PersonName {
    /// Given name.
    pub first: Text,
    /// Family name, particles included, generation excluded.
    pub last: Text,
    /// All of it, with middle names and generation (`John A. Smith Jr`), without titles and degrees.
    pub full: Text,
}

/// In front of a name, and no part of it.
const TITLES: [&str; 26] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "dame",
    "rev",
    "fr",
    "hon",
    "herr",
    "frau",
    "ing",
    "dipling",
    "mag",
    "dott",
    "sr",
    "sra",
    "mme",
    "mlle",
    "capt",
    "col",
    "lt",
];

/// Behind a name: sons and grandsons, in our spelling.
const GENERATIONS: [(&str, &str); 8] =
    [("jr", "Jr"), ("junior", "Jr"), ("sr", "Sr"), ("senior", "Sr"), ("ii", "II"), ("iii", "III"), ("iv", "IV"), ("2nd", "II")];

/// Behind a name: degrees and certificates.
const DEGREES: [&str; 52] = [
    "phd", "mba", "emba", "md", "jd", "esq", "cpa", "cfa", "pmp", "cissp", "cism", "cisa", "pe", "rn", "dds", "dmd", "dvm", "do", "ma",
    "ms", "msc", "bsc", "ba", "bs", "beng", "meng", "llm", "llb", "shrmcp", "shrmscp", "sphr", "phr", "cma", "cia", "itil", "csm", "cspo",
    "fcca", "acca", "aca", "fca", "mcips", "cips", "obe", "mbe", "cbe", "kc", "qc", "rpa", "ccim", "leedap", "cams",
];

/// Start of a family name; small inside it.
const PARTICLES: [&str; 30] = [
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "das", "do", "dos", "du", "la", "le", "las", "los", "ter", "ten", "zu",
    "zum", "zur", "bin", "bint", "ibn", "al", "el", "af", "av", "y",
];

/// Countries where two family names are usual: all words behind the first are the family name.
const TWO_FAMILY_NAMES: [&str; 22] =
    ["ES", "MX", "AR", "CL", "CO", "PE", "VE", "EC", "BO", "UY", "PY", "CR", "PA", "GT", "HN", "SV", "NI", "CU", "DO", "PR", "PT", "BR"];

/// Family names in `Mac` whose next letter is a capital; in others (Mack, Macias, Machado) it is not.
const MACS: [&str; 22] = [
    "donald", "leod", "kenzie", "millan", "gregor", "intyre", "arthur", "intosh", "lean", "pherson", "farlane", "neil", "neill", "dougall",
    "dougal", "kinnon", "lachlan", "laren", "aulay", "allister", "alister", "namara",
];

/// Puts a name together from what a row has of it; any part may be empty. `country` tells how many family names
/// are usual.
pub fn person_name(full: &str, first: &str, middle: &str, last: &str, suffix: &str, country: Option<Country>) -> PersonName {
    let (full, from_full) = stripped(full);
    // What a comma has parted may hide what stripping takes away.
    let family = family_before_comma(&full).map(|family| stripped(family).0);
    let full = if full.contains(',') { stripped(&in_order(&full)).0 } else { full };
    let (first, _) = stripped(first);
    let (last, from_last) = stripped(last);
    let generation = generation(suffix).or(from_last).or(from_full).unwrap_or_default();

    let (mut first, mut last) = (first, last);
    let mut middle = Text::new(middle);
    if first.is_empty() || last.is_empty() {
        let (given, between, family) = split(&full, family.as_deref(), country);
        // One of the two is there: the other is what the full name has beside it.
        match (first.is_empty(), last.is_empty()) {
            (true, true) => (first, middle, last) = (given, between, family),
            (true, false) => first = without(&full, &last).unwrap_or(given),
            _ => last = without(&full, &first).unwrap_or(family),
        }
    }
    let (first, last) = (cased(first), cased(last));
    let full = if full.is_empty() { join(&[&first, &cased(middle), &last, generation]) } else { join(&[&cased(full), generation]) };
    PersonName { first, last, full }
}

/// One given or family name on its own.
pub fn one_name(raw: &str) -> Text {
    let (name, _) = stripped(raw);
    cased(name)
}

fn join(parts: &[&str]) -> Text {
    let mut joined = String::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(part);
    }
    Text::from(joined)
}

/// Letters only, small: how titles and degrees are compared.
fn bare(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn generation(suffix: &str) -> Option<&'static str> {
    if suffix.is_empty() {
        return None;
    }
    let bare = bare(suffix);
    GENERATIONS.iter().find(|(word, _)| *word == bare).map(|(_, ours)| *ours)
}

/// Without titles in front, degrees and a generation behind, remarks in brackets, and pictures.
fn stripped(raw: &str) -> (Text, Option<&'static str>) {
    let shown = without_pictures(without_brackets(raw));
    if !shown.contains(char::is_whitespace) {
        // One word is a name, whatever it may mean beside others.
        return (Text::new(shown.trim_matches(EDGES)), None);
    }
    let mut words: Vec<&str> = shown.split_whitespace().collect();
    while words.len() > 1
        && TITLES.contains(&&*bare(words[0]))
        && (words[0].ends_with('.') || words.len() > 2 || is_surely_a_title(words[0]))
    {
        words.remove(0);
    }
    let mut found = None;
    while let Some(word) = words.last().copied().filter(|_| words.len() > 1) {
        let comma = words[words.len() - 2].ends_with(',');
        if let Some(generation) = generation(word) {
            found = found.or(Some(generation));
        } else if !is_degree(word, comma) {
            break;
        }
        words.pop();
    }
    let name = words.join(" ");
    (Text::new(name.trim_matches(EDGES)), found)
}

/// What may stand around a name and is not part of it.
const EDGES: [char; 7] = [',', ';', '-', '|', '"', ' ', '`'];

/// Short degrees are words too (`Do`, `Ma`): they count in capitals or behind a comma.
fn is_degree(word: &str, behind_comma: bool) -> bool {
    let bare = bare(word);
    DEGREES.contains(&&*bare)
        && (behind_comma || word.contains('.') || word.chars().filter(|c| c.is_uppercase()).count() >= 2 && bare.len() > 2)
}

fn is_surely_a_title(word: &str) -> bool {
    matches!(&*bare(word), "dr" | "mr" | "mrs" | "ms" | "prof" | "professor" | "herr" | "frau" | "mme" | "mlle")
}

fn without_brackets(raw: &str) -> Cow<'_, str> {
    if !raw.bytes().any(|byte| matches!(byte, b'(' | b'[' | b'{' | b')' | b']' | b'}')) {
        return raw.into();
    }
    let mut depth = 0_u32;
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    // An opened bracket that is never closed is a slip, not a remark.
    if depth == 0 { out.into() } else { raw.replace(['(', '[', '{', ')', ']', '}'], " ").into() }
}

fn without_pictures(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.is_ascii() { name } else { name.chars().filter(|c| !is_picture(*c)).collect() }
}

/// Pictographs that people put into profile names.
fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '®' | '™' | '©')
}

/// `García López` of `García López, Juan`.
fn family_before_comma(full: &str) -> Option<&str> {
    let (family, given) = full.split_once(',')?;
    (!given.contains(',') && !given.trim().is_empty() && !family.trim().is_empty()).then(|| family.trim())
}

/// `Smith, John A.` in the order in which it is spoken.
fn in_order(full: &str) -> Text {
    match family_before_comma(full) {
        Some(family) => Text::from(format!("{} {family}", full[family.len()..].trim_start_matches([',', ' ']))),
        None => Text::from(full.replace(',', " ")),
    }
}

/// Given name, what stands between, family name, of a name in the order in which it is spoken.
fn split(spoken: &str, family: Option<&str>, country: Option<Country>) -> (Text, Text, Text) {
    let words: Vec<&str> = spoken.split_whitespace().collect();
    let [first, rest @ ..] = &words[..] else { return Default::default() };
    let is_particle = |word: &&str| PARTICLES.contains(&&*word.to_lowercase());
    let two = country.is_some_and(|country| TWO_FAMILY_NAMES.contains(&country.as_str()));
    let known = family.map(|family| family.split(' ').count()).filter(|words| *words <= rest.len());
    let by_words = || match rest.iter().position(is_particle) {
        Some(at) if at + 1 < rest.len() => at,
        _ if two => rest.iter().position(|word| word.trim_end_matches('.').chars().count() > 1).unwrap_or(0),
        _ => rest.len().saturating_sub(1),
    };
    let from = known.map_or_else(by_words, |words| rest.len() - words);
    (Text::new(first), Text::from(rest[..from].join(" ")), Text::from(rest[from..].join(" ")))
}

/// The words of `full` beside `part`, when `part` stands at one of its ends.
fn without(full: &str, part: &str) -> Option<Text> {
    let (full, part): (Vec<_>, Vec<_>) = (full.split_whitespace().collect(), part.split_whitespace().collect());
    let same = |a: &[&str]| a.iter().zip(&part).all(|(a, b)| a.eq_ignore_ascii_case(b));
    let rest = if full.len() <= part.len() {
        return None;
    } else if same(&full[full.len() - part.len()..]) {
        &full[..full.len() - part.len()]
    } else if same(&full[..part.len()]) {
        &full[part.len()..]
    } else {
        return None;
    };
    Some(Text::from(rest.join(" ")))
}

/// Capitals mended where a name is all capitals or all small.
fn cased(name: Text) -> Text {
    if !is_one_case(&name) {
        // One small letter is an initial.
        let lone = name.chars().count() == 1;
        return if lone { Text::from(name.to_uppercase()) } else { name };
    }
    if is_initials(&name) {
        return name;
    }
    each_word(&name, |nth, word| {
        let lower = word.to_lowercase();
        if PARTICLES.contains(&&*lower) && (nth > 0 || name.contains(' ')) { lower } else { cased_word(word) }
    })
}

/// `TJ`, `JP`: two capitals without a vowel, or with a J behind.
fn is_initials(name: &str) -> bool {
    name.chars().count() == 2
        && name.chars().all(char::is_uppercase)
        && (name.ends_with('J') || !name.chars().any(|c| matches!(c, 'A' | 'E' | 'I' | 'O' | 'U' | 'Y') || !c.is_ascii()))
}

fn cased_word(word: &str) -> String {
    let word = capital_word(word);
    // O'Brien, D'Angelo; not Ann's.
    if let Some((head, tail)) = word.split_once(['\'', '’']).filter(|(head, tail)| head.chars().count() == 1 && tail.chars().count() > 1)
    {
        let quote = &word[head.len()..word.len() - tail.len()];
        return format!("{head}{quote}{}", capital_word(tail));
    }
    for (prefix, known) in [("Mc", None), ("Mac", Some(MACS))] {
        if let Some(tail) =
            word.strip_prefix(prefix).filter(|tail| tail.chars().count() > 2 && known.is_none_or(|known| known.contains(tail)))
        {
            return format!("{prefix}{}", capital_word(tail));
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(full: &str) -> (String, String, String) {
        let name = person_name(full, "", "", "", "", None);
        (name.first.to_string(), name.last.to_string(), name.full.to_string())
    }

    #[test]
    fn full_names_are_taken_apart() {
        for (full, first, last, whole) in [
            ("Mira Hallden", "Mira", "Hallden", "Mira Hallden"),
            ("HALLDEN, MIRA", "Mira", "Hallden", "Mira Hallden"),
            ("Smith, John A.", "John", "Smith", "John A. Smith"),
            ("García López, Juan", "Juan", "García López", "Juan García López"),
            ("Dr. Jan van der Berg", "Jan", "van der Berg", "Jan van der Berg"),
            ("JAN VAN DER BERG", "Jan", "van der Berg", "Jan van der Berg"),
            ("John Smith Jr.", "John", "Smith", "John Smith Jr"),
            ("John Smith, MBA, PhD", "John", "Smith", "John Smith"),
            ("Ann Stone (She/Her)", "Ann", "Stone", "Ann Stone"),
            ("🚀 Ann Stone", "Ann", "Stone", "Ann Stone"),
            ("Cher", "Cher", "", "Cher"),
            ("Mary Ann Stone", "Mary", "Stone", "Mary Ann Stone"),
            ("ron mcdonald", "Ron", "McDonald", "Ron McDonald"),
            ("SINEAD O'CONNOR-MACK", "Sinead", "O'Connor-Mack", "Sinead O'Connor-Mack"),
            ("Duc Do", "Duc", "Do", "Duc Do"),
        ] {
            assert_eq!(parts(full), (first.into(), last.into(), whole.into()), "{full}");
        }
    }

    #[test]
    fn parts_and_full_name_complete_each_other() {
        let name = person_name("", "ANN", "B.", "STONE", "jr", None);
        assert_eq!((&*name.first, &*name.last, &*name.full), ("Ann", "Stone", "Ann B. Stone Jr"));
        let name = person_name("Ann Marie Stone", "Ann", "", "", "", None);
        assert_eq!((&*name.first, &*name.last), ("Ann", "Marie Stone"));
        let name = person_name("Juan García López", "", "", "", "", Country::parse("ES"));
        assert_eq!((&*name.first, &*name.last), ("Juan", "García López"));
    }

    #[test]
    fn mixed_case_and_initials_stay() {
        for (raw, name) in [
            ("LaToya", "LaToya"),
            ("TJ", "TJ"),
            ("AJ", "AJ"),
            ("AL", "Al"),
            ("de la Cruz", "de la Cruz"),
            ("MACLEOD", "MacLeod"),
            ("MACIAS", "Macias"),
        ] {
            assert_eq!(one_name(raw).as_str(), name, "{raw}");
        }
    }
}
