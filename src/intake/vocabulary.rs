//! The words we settle on for countries, industries, seniorities, departments, mail states and legal forms, and what
//! the sources call them. The tables are text files in `assets/`; each says where it comes from.

use crate::domain::Country;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::LazyLock;

/// Letters and digits only, without case and accents: how words are compared.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase() as char).collect();
    }
    any_ascii::any_ascii(text).bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase() as char).collect()
}

/// A table's lines without comments and blanks.
fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn cells(line: &'static str) -> impl Iterator<Item = &'static str> {
    line.split('|').map(str::trim).filter(|cell| !cell.is_empty())
}

static COUNTRIES: LazyLock<FxHashMap<String, Country>> = LazyLock::new(|| {
    let mut countries = FxHashMap::default();
    for line in lines(include_str!("../../assets/countries.txt")) {
        let mut names = cells(line);
        if let Some(country) = names.next().and_then(Country::parse) {
            countries.insert(fold(country.as_str()), country);
            for name in names {
                countries.entry(fold(name)).or_insert(country);
            }
        }
    }
    countries
});

static COUNTRY_NAMES: LazyLock<FxHashMap<Country, &'static str>> = LazyLock::new(|| {
    lines(include_str!("../../assets/countries.txt"))
        .filter_map(|line| {
            let mut names = cells(line);
            Some((names.next().and_then(Country::parse)?, names.next()?))
        })
        .collect()
});

/// The country that `raw` names: a code of two or three letters, or a name in one of many languages.
pub fn country(raw: &str) -> Option<Country> {
    COUNTRIES.get(&fold(raw)).copied()
}

/// The English name of a country.
pub fn country_name(country: Country) -> &'static str {
    COUNTRY_NAMES.get(&country).copied().unwrap_or_default()
}

/// A vocabulary: our words, the words that mean them, and what each stands for in a list of options.
struct Words {
    known: FxHashMap<String, Word>,
    /// Phrases in job titles, with the rank of their line: the lowest wins.
    titles: FxHashMap<&'static str, (u16, Word)>,
    /// Words in the longest phrase.
    longest: usize,
}

/// One of our words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Word {
    /// As we write it.
    pub name: &'static str,
    /// The option of a custom field it stands for.
    pub option: Option<&'static str>,
}

impl Words {
    fn read(table: &'static str) -> Self {
        let mut words = Self { known: FxHashMap::default(), titles: FxHashMap::default(), longest: 1 };
        let mut rank = 0;
        for line in lines(table) {
            if let Some(rest) = line.strip_prefix("title ") {
                let mut parts = cells(rest);
                if let Some(word) = parts.next().and_then(|name| words.find(name)) {
                    for phrase in parts {
                        words.longest = words.longest.max(phrase.split(' ').count());
                        words.titles.entry(phrase).or_insert((rank, word));
                    }
                }
                rank += 1;
                continue;
            }
            let (head, rest) = line.split_once('|').unwrap_or((line, ""));
            let (name, option) = head.split_once('>').map_or((head.trim(), ""), |(name, option)| (name.trim(), option.trim()));
            let word = Word { name, option: (!option.is_empty() && option != "-").then_some(option) };
            words.known.insert(fold(name), word);
            for other in cells(rest) {
                words.known.entry(fold(other)).or_insert(word);
            }
        }
        words
    }

    fn find(&self, raw: &str) -> Option<Word> {
        self.known.get(&fold(raw)).copied()
    }

    /// The first line one of whose phrases stands in the title as whole words.
    fn in_title(&self, title: &str) -> Option<Word> {
        let (plain, spans) = plain_words(title, " ");
        let mut best: Option<(u16, Word)> = None;
        for first in 0..spans.len() {
            for last in first..spans.len().min(first + self.longest) {
                let phrase = &plain[spans[first].0..spans[last].1];
                if let Some(found) = self.titles.get(phrase).filter(|found| best.is_none_or(|best| found.0 < best.0)) {
                    best = Some(*found);
                }
            }
        }
        best.map(|(_, word)| word)
    }
}

/// Words of a title that are looked at.
const TITLE_WORDS: usize = 16;

/// `vp of sales`: small letters, words with something between, and where each word stands.
fn plain_words(title: &str, between: &str) -> (String, Vec<(usize, usize)>) {
    let mut plain = String::with_capacity(title.len());
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut in_word = false;
    for c in title.chars() {
        if c.is_alphanumeric() {
            if !in_word {
                if spans.len() == TITLE_WORDS {
                    break;
                }
                if !plain.is_empty() {
                    plain.push_str(between);
                }
                spans.push((plain.len(), plain.len()));
            }
            if c.is_ascii() {
                plain.push(c.to_ascii_lowercase());
            } else {
                plain.extend(c.to_lowercase());
            }
            if let Some(span) = spans.last_mut() {
                span.1 = plain.len();
            }
            in_word = true;
        } else if c != '.' && c != '\'' {
            in_word = false;
        }
    }
    (plain, spans)
}

static SENIORITIES: LazyLock<Words> = LazyLock::new(|| Words::read(include_str!("../../assets/seniorities.txt")));
static DEPARTMENTS: LazyLock<Words> = LazyLock::new(|| Words::read(include_str!("../../assets/departments.txt")));

/// Our word for a source's word for seniority.
pub fn seniority(raw: &str) -> Option<Word> {
    SENIORITIES.find(raw).or_else(|| {
        // BookYourData writes `C-Level / CEO`, others `VP, Director`.
        let first = raw.split(['/', ',', ';', '|']).next()?;
        SENIORITIES.find(first)
    })
}

/// The seniority that a job title tells.
pub fn seniority_of_title(title: &str) -> Option<Word> {
    SENIORITIES.in_title(title)
}

/// Our word for a source's word for a department.
pub fn department(raw: &str) -> Option<Word> {
    DEPARTMENTS.find(raw).or_else(|| {
        let first = raw.split([',', ';', '|']).next()?;
        DEPARTMENTS.find(first.trim().trim_start_matches("master_"))
    })
}

/// The department that a job title tells.
pub fn department_of_title(title: &str) -> Option<Word> {
    DEPARTMENTS.in_title(title)
}

/// Industries by name, and by the first digits of a SIC or NAICS code.
struct Industries {
    names: FxHashMap<String, &'static str>,
    sic: Vec<CodeRange>,
    naics: Vec<CodeRange>,
}

/// Codes whose first digits lie in a range; both ends have the same number of digits.
struct CodeRange {
    from: &'static str,
    to: &'static str,
    name: &'static str,
}

impl CodeRange {
    fn read(line: &'static str) -> Option<Self> {
        let (codes, name) = line.split_once(' ')?;
        let (from, to) = codes.split_once('-')?;
        Some(Self { from, to, name })
    }

    fn holds(&self, code: &str) -> bool {
        code.get(..self.from.len()).is_some_and(|head| (self.from..=self.to).contains(&head))
    }
}

static INDUSTRIES: LazyLock<Industries> = LazyLock::new(|| {
    let mut industries = Industries { names: FxHashMap::default(), sic: Vec::new(), naics: Vec::new() };
    for line in lines(include_str!("../../assets/industries.txt")) {
        if let Some(rest) = line.strip_prefix("sic ") {
            industries.sic.extend(CodeRange::read(rest));
        } else if let Some(rest) = line.strip_prefix("naics ") {
            industries.naics.extend(CodeRange::read(rest));
        } else {
            let mut names = cells(line);
            if let Some(ours) = names.next() {
                industries.names.insert(fold(ours), ours);
                names.for_each(|name| {
                    industries.names.entry(fold(name)).or_insert(ours);
                });
            }
        }
    }
    industries
});

/// Our name for an industry: by a source's name, or by a SIC code (three or four digits) or NAICS code (five or six).
pub fn industry(raw: &str) -> Option<&'static str> {
    let code = raw.trim().trim_end_matches(".0");
    if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return INDUSTRIES.names.get(&fold(raw)).copied();
    }
    // A leading zero is lost in spreadsheets: 111 is 0111.
    let padded = format!("{code:0>4}");
    let table = match code.len() {
        3 | 4 => &INDUSTRIES.sic,
        5 | 6 => &INDUSTRIES.naics,
        _ => return None,
    };
    table.iter().find(|range| range.holds(&padded)).map(|range| range.name)
}

/// What a source found when it checked an address, in our words: `verified`, `accept_all`, `risky`, `unverified`,
/// `invalid`. `None` for words that are not known, and for those that say there is no address.
pub fn known_email_status(raw: &str) -> Option<&'static str> {
    Some(match &*fold(raw) {
        // `A+` and `A-` fold to `a`.
        "verified" | "valid" | "deliverable" | "guaranteed" | "good" | "ok" | "safe" | "a" | "webmail" | "rolebased" => "verified",
        "acceptall" | "catchall" | "catchallvalid" | "acceptsall" => "accept_all",
        "risky" | "questionable" | "lowconfidence" | "spamtrap" => "risky",
        "invalid" | "undeliverable" | "bounced" | "bad" | "donotmail" | "disposable" | "hardbounce" | "false" => "invalid",
        "unverified"
        | "unknown"
        | "extrapolated"
        | "guessed"
        | "likelytoengage"
        | "usermanaged"
        | "pendingmanualfulfillment"
        | "b"
        | "c"
        | "d"
        | "f" => "unverified",
        _ => return None,
    })
}

/// Like [`known_email_status`], with `unverified` for words that are not known: somebody guessed.
pub fn email_status(raw: &str) -> Option<&'static str> {
    known_email_status(raw)
        .or_else(|| (!matches!(&*fold(raw), "unavailable" | "none" | "missing" | "notfound" | "na" | "")).then_some("unverified"))
}

static MSP_TECHNOLOGIES: LazyLock<FxHashSet<String>> =
    LazyLock::new(|| lines(include_str!("../../assets/msp_technologies.txt")).map(fold).collect());

/// Words in the longest name of the table.
const TECHNOLOGY_WORDS: usize = 3;

/// Something that a managed service provider sells, runs or replaces.
pub fn is_msp_technology(name: &str) -> bool {
    let (plain, spans) = plain_words(name, "");
    let is_known = |first: usize, last: usize| MSP_TECHNOLOGIES.contains(&plain[spans[first].0..spans[last].1]);
    (0..spans.len()).any(|first| (first..spans.len().min(first + TECHNOLOGY_WORDS)).any(|last| is_known(first, last)))
}

/// Throw-away mailboxes.
static DISPOSABLE: LazyLock<FxHashSet<&str>> = LazyLock::new(|| lines(include_str!("../../assets/disposable.txt")).collect());

/// Nobody keeps a mailbox at `domain`.
pub fn is_disposable(domain: &str) -> bool {
    let listed = |domain: &str| DISPOSABLE.contains(domain);
    listed(domain) || psl::domain_str(domain).is_some_and(|registrable| registrable != domain && listed(registrable))
}

static LEGAL_FORMS: LazyLock<LegalForms> = LazyLock::new(LegalForms::read);

/// Legal forms at the end of a name, and in front of it.
struct LegalForms {
    behind: FxHashMap<String, &'static str>,
    front: Vec<&'static str>,
}

impl LegalForms {
    fn read() -> Self {
        let mut forms = Self { behind: FxHashMap::default(), front: Vec::new() };
        for line in lines(include_str!("../../assets/legal_endings.txt")) {
            if let Some(form) = line.strip_prefix("front ") {
                forms.front.push(form);
                continue;
            }
            let mut spellings = cells(line);
            if let Some(ours) = spellings.next() {
                forms.behind.insert(fold_form(ours), ours);
                spellings.for_each(|spelling| {
                    forms.behind.entry(fold_form(spelling)).or_insert(ours);
                });
            }
        }
        forms
    }
}

/// Like [`fold`], but `&` and `+` count, and letters outside ASCII stay: `OÜ` is not `OU`.
fn fold_form(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    text.chars().for_each(|c| add_folded(&mut folded, c));
    folded
}

fn add_folded(folded: &mut String, c: char) {
    if c.is_ascii_alphanumeric() || matches!(c, '&' | '+' | '/') {
        folded.push(c.to_ascii_lowercase());
    } else if c.is_alphanumeric() {
        folded.extend(c.to_lowercase());
    }
}

/// Words of a name that may belong to its legal form.
const FORM_WORDS: usize = 6;

/// Splits `Northwind Traders GmbH & Co. KG` into the name and our spelling of the form.
pub fn split_legal_form(name: &str) -> (&str, Option<&'static str>) {
    let (folded, starts) = folded_words(name);
    for &(start, at) in starts.iter().skip(1).rev().take(FORM_WORDS).rev() {
        let Some(form) = LEGAL_FORMS.behind.get(&folded[at..]) else { continue };
        let (head, tail) = name.split_at(start);
        let head = head.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | '-'));
        if is_form_written(tail) && head.chars().any(char::is_alphanumeric) && !head.ends_with('&') {
            return (head, Some(form));
        }
    }
    for form in &LEGAL_FORMS.front {
        if let Some(rest) = name.strip_prefix(form).filter(|rest| rest.starts_with([' ', '.'])) {
            let rest = rest.trim_start_matches(['.', ' ', '"', '«', '„']).trim_end_matches(['"', '»', '“']);
            if rest.chars().any(char::is_alphanumeric) {
                return (rest, Some(form));
            }
        }
    }
    (name, None)
}

/// The name folded as forms are, and where each word starts in the name and in that.
fn folded_words(name: &str) -> (String, Vec<(usize, usize)>) {
    let mut folded = String::with_capacity(name.len());
    let mut starts = Vec::with_capacity(FORM_WORDS);
    let mut before = ' ';
    for (at, c) in name.char_indices() {
        if before == ' ' && c != ' ' {
            starts.push((at, folded.len()));
        }
        add_folded(&mut folded, c);
        before = c;
    }
    (folded, starts)
}

/// A short form must look like one: in capitals, with dots, or with an inner capital. `as` and `sa` are words.
fn is_form_written(tail: &str) -> bool {
    let letters = tail.chars().filter(|c| c.is_alphabetic()).count();
    letters > 3
        || tail.chars().filter(|c| c.is_uppercase()).count() >= 2
        || tail.contains('.')
        || matches!(&*tail.to_lowercase(), "inc" | "ltd" | "llc" | "plc" | "llp" | "pty")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_known_by_many_names() {
        for (raw, code) in [
            ("United States", "US"),
            ("usa", "US"),
            ("U.S.A.", "US"),
            ("Deutschland", "DE"),
            ("Côte d'Ivoire", "CI"),
            ("GBR", "GB"),
            ("England", "GB"),
            ("korea, south", "KR"),
            ("nl", "NL"),
        ] {
            assert_eq!(country(raw).map(|country| country.as_str().to_owned()).as_deref(), Some(code), "{raw}");
        }
        assert_eq!(country("Atlantis"), None);
        assert_eq!(country_name(Country::parse("IE").unwrap()), "Ireland");
        assert_eq!(COUNTRY_NAMES.len(), 249);
    }

    #[test]
    fn titles_tell_level_and_department() {
        for (title, level, team) in [
            ("Chief Information Officer", "C-Suite", Some("IT")),
            ("VP, Operations", "VP", Some("Operations")),
            ("Senior Vice President of Sales", "SVP", Some("Sales")),
            ("IT Director", "Director", Some("IT")),
            ("Head of People", "Head", Some("HR")),
            ("Network Manager", "Manager", Some("IT")),
            ("Co-Founder & CEO", "C-Suite", Some("Executive")),
            ("Geschäftsführer", "C-Suite", Some("Executive")),
            ("Sr. Software Engineer", "Senior", Some("Engineering")),
        ] {
            assert_eq!(seniority_of_title(title).map(|word| word.name), Some(level), "{title}");
            assert_eq!(department_of_title(title).map(|word| word.name), team, "{title}");
        }
        assert_eq!(seniority_of_title("Italian teacher"), None);
        assert_eq!(seniority("C-Level / CEO").unwrap().name, "C-Suite");
        assert_eq!(seniority("D").unwrap().option, Some("Director"));
        assert_eq!(department("master_information_technology").unwrap().name, "IT");
    }

    #[test]
    fn technologies_count_by_their_words() {
        for known in ["Microsoft Office 365", "Office365", "Cloudflare DNS", "Amazon AWS", "VMware", "Dell Box.com"] {
            assert!(is_msp_technology(known), "{known}");
        }
        for other in ["Google Analytics", "Dropboxes", "WordPress.org", "Mailboxer"] {
            assert!(!is_msp_technology(other), "{other}");
        }
    }

    #[test]
    fn every_option_that_words_stand_for_exists() {
        use crate::domain::Field;
        for (words, field) in [(&SENIORITIES, Field::Level), (&DEPARTMENTS, Field::LeadDepartment)] {
            for option in words.known.values().filter_map(|word| word.option) {
                assert!(field.custom().unwrap().option(option).is_some(), "{option}");
            }
        }
    }

    #[test]
    fn industries_are_known_by_name_and_code() {
        assert_eq!(industry("information technology & services"), Some("Technology"));
        assert_eq!(industry("Health Care"), Some("Healthcare"));
        assert_eq!(industry("7372"), Some("Software"));
        assert_eq!(industry("7372.0"), Some("Software"));
        assert_eq!(industry("541512"), Some("Technology"));
        assert_eq!(industry("111"), Some("Agriculture"));
        assert_eq!(industry("Underwater basket weaving"), None);
    }

    #[test]
    fn disposable_domains_are_found_with_all_below_them() {
        for listed in ["mailinator.com", "0-00.usa.cc", "x.mailinator.com"] {
            assert!(is_disposable(listed), "{listed}");
        }
        for fine in ["corp.example", "gmail.com", "", "#", "zzzzzzzzzzzzzzzzz.zz"] {
            assert!(!is_disposable(fine), "{fine}");
        }
    }

    #[test]
    fn legal_forms_are_split_off_and_words_are_not() {
        for (name, head, form) in [
            ("Northwind Traders GmbH & Co. KG", "Northwind Traders", Some("GmbH & Co. KG")),
            ("Acme, Inc.", "Acme", Some("Inc.")),
            ("Acme Pty. Ltd.", "Acme", Some("Pty Ltd")),
            ("Société Dupont S.A.", "Société Dupont", Some("SA")),
            ("Foo Sp. z o.o.", "Foo", Some("Sp. z o.o.")),
            ("ООО Ромашка", "Ромашка", Some("ООО")),
            ("Casa Sa", "Casa Sa", None),
            ("Tiffany & Co", "Tiffany & Co", None),
            ("Inc", "Inc", None),
            ("Limited Brands", "Limited Brands", None),
            ("GmbH", "GmbH", None),
        ] {
            assert_eq!(split_legal_form(name), (head, form), "{name}");
        }
    }
}
