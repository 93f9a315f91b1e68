//! A person's name taken apart: title and degrees off, given name, middle name, family name with its particles
//! and parts, generation. Any order and script; nothing here compares two names.

use super::fold::fold_name;

/// A folded name. Empty texts where a part is not known.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PersonName {
    /// First given name, or its initial.
    pub given: String,
    /// Second given name, or its initial.
    pub middle: String,
    /// Family name without particles, parts joined: `berg` for van der Berg, `smithjones` for Smith-Jones.
    pub family: String,
    /// Family name with particles, where that differs: `vanderberg`.
    pub whole: String,
    /// The parts of a family name that has several.
    pub parts: [String; 2],
    /// 1 for Sr, 2 for Jr and II, 3 for III and so on; 0 when not said.
    pub generation: u8,
}

/// Names are not longer in words than this; the rest is a title or a mistake.
const WORDS: usize = 8;

impl PersonName {
    /// From the fields a source gave. Where first and last name are known, `full` adds what stands between them and
    /// the generation.
    pub fn new(first: &str, last: &str, full: &str) -> Self {
        if first.is_empty() && last.is_empty() {
            return Self::from_full(full);
        }
        let mut generation = 0;
        let (folded_first, folded_last) = (fold_name(first), fold_name(last));
        let (mut given, mut family) = (words(&folded_first), words(&folded_last));
        let plain = matches!((&given[..], &family[..]), ([_], [last]) if generation_of(last) == 0);
        strip_honorifics(&mut given);
        if given.is_empty() && family.len() > 1 {
            strip_honorifics(&mut family);
        }
        strip_suffixes(&mut family, 1, &mut generation);
        // "Ann, PhD" as a first name, "Jr" as a whole last name.
        strip_suffixes(&mut given, 1, &mut generation);
        if given.is_empty() && family.len() > 1 && full.is_empty() {
            return Self::of_words(family, generation);
        }
        // Of two plain words there is nothing that their sum could add.
        let folded_full = if full.is_empty() || plain && is_sum(full, first, last) { String::new() } else { fold_name(full) };
        if !folded_full.is_empty() {
            add_from_full(words(&folded_full), &mut given, &family, &mut generation);
        }
        Self::joined(&given, &family, generation)
    }

    fn from_full(full: &str) -> Self {
        if let Some((family, given)) = split_unspaced(full) {
            return Self::joined(&[&given], &[&family], 0);
        }
        let mut generation = 0;
        if let Some((family, rest)) = full.split_once(',') {
            let (family, rest) = (fold_name(family), fold_name(rest));
            let mut given = words(&rest);
            let tail = given.clone();
            strip_suffixes(&mut given, 0, &mut generation);
            strip_honorifics(&mut given);
            if !given.is_empty() {
                return Self::joined(&given, &words(&family), generation);
            }
            // All that stands behind the comma was a suffix.
            let mut all = words(&family);
            all.extend(tail);
            return Self::of_words(all, 0);
        }
        Self::of_words(words(&fold_name(full)), 0)
    }

    /// Given names first, the family name last.
    fn of_words(mut all: Vec<&str>, mut generation: u8) -> Self {
        strip_honorifics(&mut all);
        strip_suffixes(&mut all, 1, &mut generation);
        if all.len() < 2 {
            return Self::joined(&[], &all, generation);
        }
        let mut at = all.len() - 1;
        while at > 1 && is_particle(all[at - 1]) {
            at -= 1;
        }
        let family = all.split_off(at);
        Self::joined(&all, &family, generation)
    }

    fn joined(given: &[&str], family: &[&str], generation: u8) -> Self {
        let part = |words: &[&str], nth: usize| words.get(nth).copied().unwrap_or_default().to_owned();
        let (given, middle) = (part(given, 0), part(given, 1));
        if let [family] = family {
            return Self { given, middle, family: (*family).to_owned(), generation, ..Self::default() };
        }
        let mut core: Vec<&str> = family.iter().copied().filter(|word| !is_particle(word)).collect();
        if core.is_empty() {
            core = family.to_vec();
        }
        let joined = core.concat();
        let whole = family.concat();
        Self {
            given,
            middle,
            parts: if core.len() > 1 { [part(&core, 0), part(&core, core.len() - 1)] } else { Default::default() },
            whole: if whole == joined { String::new() } else { whole },
            family: joined,
            generation,
        }
    }
}

/// `full` is `first` and `last`, one space apart.
fn is_sum(full: &str, first: &str, last: &str) -> bool {
    full.strip_prefix(first).and_then(|rest| rest.strip_prefix(' ')) == Some(last)
}

/// A middle name and a generation that only the full name has.
fn add_from_full<'a>(mut all: Vec<&'a str>, given: &mut Vec<&'a str>, family: &[&str], generation: &mut u8) {
    let mut behind = 0;
    strip_honorifics(&mut all);
    strip_suffixes(&mut all, 1, &mut behind);
    if *generation == 0 {
        *generation = behind;
    }
    if given.len() == 1 && all.len() > 1 + family.len() && all[0] == given[0] && all.ends_with(family) {
        given.push(all[1]);
    }
}

fn words(folded: &str) -> Vec<&str> {
    let mut words = Vec::with_capacity(WORDS);
    words.extend(folded.split(' ').filter(|word| !word.is_empty()).take(WORDS));
    words
}

/// Words in front of a name that are no part of it, folded.
fn strip_honorifics(words: &mut Vec<&str>) {
    const HONORIFICS: &[&str] = &[
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
        "lord",
        "lady",
        "rev",
        "hon",
        "capt",
        "captain",
        "col",
        "herr",
        "frau",
        "dipl",
        "ing",
        "mag",
        "mme",
        "mlle",
        "monsieur",
        "madame",
        "dott",
        "avv",
        "sig",
        "sra",
        "dhr",
        "mevr",
        "drs",
        "ir",
        "shri",
        "smt",
    ];
    let titles = words.iter().take_while(|word| HONORIFICS.contains(word)).count();
    words.drain(..titles.min(words.len().saturating_sub(1)));
}

/// Takes degrees and the generation from the end and keeps at least `keep` words.
fn strip_suffixes(words: &mut Vec<&str>, keep: usize, generation: &mut u8) {
    const DEGREES: &[&str] = &[
        "phd", "mba", "msc", "bsc", "esq", "cpa", "cfa", "pmp", "jd", "llm", "llb", "frcs", "mph", "rn", "pe", "cissp", "acca", "fca",
        "aca", "cima", "meng", "beng", "bcom", "edd", "dds", "dmd", "dvm", "obe", "mbe", "cbe", "kbe",
    ];
    // Too short or too common as names to go without another word that stays: "Ma", "Do", "Md".
    const SHORT_DEGREES: &[&str] = &["ma", "ba", "md", "bs", "ms", "do", "ca"];
    while words.len() > keep {
        let Some(last) = words.last().copied() else { return };
        let number = match generation_of(last) {
            number if number > 0 => number,
            _ if DEGREES.contains(&last) || (SHORT_DEGREES.contains(&last) && words.len() > keep.max(1) + 1) => 0,
            // "Ph.D." and "M.B.A." fall into pieces at their dots.
            _ if words.len() > keep + 1 && matches!(words[words.len() - 2..].concat().as_str(), "phd" | "msc" | "bsc") => {
                words.pop();
                0
            }
            _ => return,
        };
        if number > 0 {
            *generation = number;
        }
        words.pop();
    }
}

/// 1 for Sr, 2 for Jr and so on; 0 for other words.
fn generation_of(word: &str) -> u8 {
    match word {
        "sr" | "snr" | "senior" => 1,
        "jr" | "jnr" | "junior" | "ii" | "2nd" => 2,
        "iii" | "3rd" => 3,
        "iv" | "4th" => 4,
        _ => 0,
    }
}

fn is_particle(word: &str) -> bool {
    matches!(
        word,
        "van"
            | "von"
            | "der"
            | "den"
            | "de"
            | "del"
            | "della"
            | "degli"
            | "dei"
            | "di"
            | "da"
            | "do"
            | "dos"
            | "das"
            | "du"
            | "des"
            | "la"
            | "le"
            | "el"
            | "al"
            | "bin"
            | "ibn"
            | "ben"
            | "bint"
            | "ter"
            | "ten"
            | "te"
            | "zu"
            | "zum"
            | "zur"
            | "af"
            | "av"
            | "y"
            | "e"
            | "und"
            | "st"
            | "abu"
    )
}

/// A name in a script that writes no space: the family name is its first character.
fn split_unspaced(full: &str) -> Option<(String, String)> {
    let full = full.trim();
    let unspaced = |c: char| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}');
    let count = full.chars().count();
    if !(2..=4).contains(&count) || !full.chars().all(unspaced) {
        return None;
    }
    // Four characters are a Japanese name or a Chinese double family name: two and two.
    let cut = full.char_indices().nth(if count == 4 { 2 } else { 1 })?.0;
    let folded = |part: &str| fold_name(part).replace(' ', "");
    Some((folded(&full[..cut]), folded(&full[cut..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &PersonName) -> String {
        format!("{}|{}|{}|{}", name.given, name.middle, name.family, name.generation)
    }

    #[test]
    fn names_come_apart() {
        for (first, last, full, expected) in [
            ("Ann", "Stone", "", "ann||stone|0"),
            ("Dr. Ann M.", "Stone", "", "ann|m|stone|0"),
            ("J.R.", "Smith Jr.", "", "j|r|smith|2"),
            ("John", "Smith, MBA", "", "john||smith|0"),
            ("John", "Smith III", "", "john||smith|3"),
            ("Jan", "van der Berg", "", "jan||berg|0"),
            ("", "", "Jan van der Berg", "jan||berg|0"),
            ("", "", "Stone, Ann", "ann||stone|0"),
            ("", "", "Ann Stone, Ph.D.", "ann||stone|0"),
            ("", "", "Prof. Dr. Ann Stone", "ann||stone|0"),
            ("", "", "Madonna", "||madonna|0"),
            ("", "", "Jack Ma", "jack||ma|0"),
            ("", "", "王小明", "xiaoming||wang|0"),
            ("Анна", "Иванова", "", "anna||ivanova|0"),
            ("", "Ann Stone", "", "ann||stone|0"),
            ("Ann", "Stone", "Ann B. Stone Jr", "ann|b|stone|2"),
            ("Ann", "Stone", "Stone Ann", "ann||stone|0"),
            ("", "", "", "|||0"),
        ] {
            assert_eq!(shown(&PersonName::new(first, last, full)), expected, "{first} {last} {full}");
        }
    }

    #[test]
    fn double_and_particled_family_names_keep_their_parts() {
        let double = PersonName::new("Ann", "Smith-Jones", "");
        assert_eq!((double.family.as_str(), double.parts), ("smithjones", ["smith".into(), "jones".into()]));
        let dutch = PersonName::new("Jan", "van der Berg", "");
        assert_eq!((dutch.whole.as_str(), dutch.parts), ("vanderberg", [String::new(), String::new()]));
    }
}
