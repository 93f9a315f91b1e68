//! The reference tables under `assets/`, read once. What they are used for is written where they are used.

use super::fold::{fold, hash};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::LazyLock;

/// Lines that say something, without their notes.
fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Hosts that many firms share.
pub static SHARED_HOSTS: LazyLock<FxHashSet<&str>> = LazyLock::new(|| lines(include_str!("../../assets/shared_hosts.txt")).collect());

/// Words of company names that hardly tell one firm from another.
pub static WEAK_WORDS: LazyLock<FxHashSet<String>> =
    LazyLock::new(|| lines(include_str!("../../assets/company_words.txt")).flat_map(|line| line.split(',')).map(fold).collect());

/// Every name of a city -> the name used for all of them.
pub static EXONYMS: LazyLock<FxHashMap<String, String>> = LazyLock::new(|| {
    let rows = lines(include_str!("../../assets/exonyms.txt")).filter_map(|line| line.split_once(" | "));
    rows.flat_map(|(city, others)| others.split(", ").map(move |other| (fold(other), fold(city)))).collect()
});

/// Folded given name -> the groups of sister forms it belongs to, in rising order.
static NICKNAMES: LazyLock<FxHashMap<u64, Vec<u16>>> = LazyLock::new(|| {
    let mut groups: FxHashMap<u64, Vec<u16>> = FxHashMap::default();
    for (group, line) in (1..).zip(lines(include_str!("../../assets/nicknames.txt"))) {
        for name in line.split(' ') {
            groups.entry(hash(&fold(name))).or_default().push(group);
        }
    }
    for ids in groups.values_mut() {
        ids.dedup();
    }
    groups
});

/// The groups of sister forms (Robert, Rob, Bob) of a folded name, given its hash.
pub fn nickname_groups(name: u64) -> &'static [u16] {
    NICKNAMES.get(&name).map_or(&[], Vec::as_slice)
}

/// One spelling of a legal form.
#[derive(Clone, Copy, Debug)]
pub struct LegalForm {
    /// The number of the form in the table; equal for all its spellings.
    pub form: u8,
    /// Where it is one; `None` for spellings that can be nothing else anywhere.
    countries: Option<&'static str>,
}

impl LegalForm {
    /// Whether a firm of that country, or of an unknown one, may have it.
    pub fn fits(&self, country: Option<&str>) -> bool {
        match (self.countries, country) {
            (Some(countries), Some(country)) => countries.split(' ').any(|one| one == country),
            _ => true,
        }
    }
}

/// Folded spelling -> the forms it may stand for. One spelling can be several (`as` in Oslo and in Prague).
pub static LEGAL_FORMS: LazyLock<FxHashMap<String, Vec<LegalForm>>> = LazyLock::new(|| {
    let mut forms: FxHashMap<String, Vec<LegalForm>> = FxHashMap::default();
    for (form, line) in (1..).zip(form_lines()) {
        let mut parts = line.split('|').map(str::trim);
        let (Some(_), Some(spellings), Some(countries)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let countries = (countries != "*").then_some(countries);
        for spelling in spellings.split(',').map(str::trim) {
            // A long spelling is never an accident, whatever the country.
            let countries = countries.filter(|_| spelling.len() <= 4);
            forms.entry(fold(spelling)).or_default().push(LegalForm { form, countries });
        }
    }
    forms
});

fn form_lines() -> impl Iterator<Item = &'static str> {
    lines(include_str!("../../assets/legal_forms.txt")).filter(|line| !line.starts_with('!'))
}

/// Legal forms in scripts without spaces, as (spelling, form).
pub static UNSPACED_FORMS: LazyLock<Vec<(&str, u8)>> = LazyLock::new(|| {
    let numbers: FxHashMap<&str, u8> = form_lines().zip(1..).filter_map(|(line, form)| Some((line.split_once(" | ")?.0, form))).collect();
    let mut forms = Vec::new();
    for line in lines(include_str!("../../assets/legal_forms.txt")) {
        if let Some((key, spellings)) = line.strip_prefix("! ").and_then(|line| line.split_once(" | ")) {
            let form = numbers.get(key).copied().unwrap_or_default();
            forms.extend(spellings.split(", ").map(|spelling| (spelling, form)));
        }
    }
    forms
});

/// What job titles are made of.
pub struct Titles {
    /// Abbreviation -> the words it stands for.
    pub short: FxHashMap<String, String>,
    /// Word -> its rank, 1 the highest.
    pub ranks: FxHashMap<String, u8>,
    /// Word -> the functions it names, one bit each.
    pub functions: FxHashMap<String, u16>,
}

/// The words of job titles.
pub static TITLES: LazyLock<Titles> = LazyLock::new(|| {
    let mut titles = Titles { short: FxHashMap::default(), ranks: FxHashMap::default(), functions: FxHashMap::default() };
    let (mut rank, mut function) = (0, 0);
    for line in lines(include_str!("../../assets/titles.txt")) {
        let Some((head, words)) = line.split_once(" | ") else { continue };
        let words = words.split(", ").map(fold);
        match head.split_at(2) {
            ("= ", short) => titles.short.extend(words.map(|long| (fold(short), long))),
            ("^ ", _) => {
                rank += 1;
                for word in words {
                    titles.ranks.entry(word).or_insert(rank);
                }
            }
            ("@ ", _) => {
                for word in words {
                    *titles.functions.entry(word).or_insert(0) |= 1 << function;
                }
                function += 1;
            }
            _ => {}
        }
    }
    titles
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_read_whole() {
        assert!(SHARED_HOSTS.contains("linkedin.com"));
        assert!(WEAK_WORDS.contains("holding") && WEAK_WORDS.contains("the"));
        assert_eq!(EXONYMS.get("munchen").map(String::as_str), Some("munich"));
        assert_eq!(TITLES.short.get("ceo").map(String::as_str), Some("chief executive officer"));
        assert_eq!(TITLES.ranks.get("president"), Some(&1));
        assert!(TITLES.functions.contains_key("sales"));
        assert!(UNSPACED_FORMS.iter().all(|(_, form)| *form != 0));
        assert!(form_lines().count() < usize::from(u8::MAX));
        assert!(form_lines().all(|line| line.split('|').count() == 3), "each form has a key, spellings and countries");
    }

    #[test]
    fn sister_names_share_a_group() {
        let groups = |name: &str| nickname_groups(hash(&fold(name)));
        assert!(groups("Robert").iter().any(|group| groups("Bob").contains(group)));
        assert!(groups("Michael").iter().any(|group| groups("Mike").contains(group)));
        assert!(groups("Zaphod").is_empty());
    }

    #[test]
    fn a_short_legal_form_needs_its_country() {
        let fits = |spelling: &str, country| LEGAL_FORMS[spelling].iter().any(|form| form.fits(country));
        assert!(fits("as", Some("NO")) && fits("as", None) && !fits("as", Some("US")));
        assert!(fits("gmbh", Some("US")));
    }
}
