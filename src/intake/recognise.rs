//! Whose export a file is, and what its columns mean. Header names decide where a source is known; what is left over,
//! or the whole of a file of unknown make, is guessed from names and values and says so.

use super::{
    Intake, Mapping, clean,
    expression::Path,
    mapping::{EmailRule, PhoneKind, PhoneRule, Reference, Rule, Target, What, flat_keys, fold},
    raw::{Header, Rows, TableRow},
    vocabulary,
};
use crate::domain::{Field, Source, Text};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{collections::BTreeMap, fmt, sync::LazyLock};

/// So many rows are looked at.
const SAMPLE: usize = 200;
/// A column's values decide when so many of them agree.
const MOST: f32 = 0.8;
/// What other columns' values do not have, and so many of these do, says what they are.
const SOME: f32 = 0.2;
/// A source is taken for the maker when its known columns make up so much of the header's weight…
const SURE: f32 = 0.5;
/// …or so much of a header that is not tiny. Either way it needs something of its own in it.
const MARKED: f32 = 0.25;
/// So many columns that only one source has are no chance.
const OWN: usize = 2;

static KNOWN_COLUMNS: LazyLock<FxHashSet<String>> = LazyLock::new(|| {
    let shipped = Mapping::shipped().unwrap_or_default();
    shipped.iter().flat_map(|mapping| meanings(mapping).into_keys().chain(column_names(mapping))).collect()
});

/// Some shipped mapping knows a column of that name. A reader of files finds the header by it.
pub fn is_known_column(name: &str) -> bool {
    KNOWN_COLUMNS.contains(&fold(name))
}

/// What a file is taken for.
#[derive(Clone, PartialEq, Debug)]
pub struct Recognition {
    /// Whose export it is; `File` for a file of unknown make.
    pub source: Source,
    /// How sure that is, 0 to 1; 0 for `File`.
    pub confidence: f32,
    /// The mapping to import it with: the source's, and the guesses for columns it does not know.
    pub mapping: Mapping,
    /// Each column of the header, in order.
    pub columns: Vec<Column>,
}

/// What a column is taken for.
#[derive(Clone, PartialEq, Debug)]
pub struct Column {
    /// Its name in the file.
    pub name: Text,
    /// What it becomes, by key or in words; `None` when it is not used.
    pub becomes: Option<Text>,
    /// How sure that is, 0 to 1.
    pub confidence: f32,
    /// Why.
    pub why: Why,
    /// The first value that is not blank.
    pub example: Text,
}

/// Why a column is taken for something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// The source's export has it.
    Known,
    /// Its name says so.
    Name,
    /// A kept mapping says so.
    Settled,
    /// Its values look like it.
    Values,
    /// Nothing says anything.
    Unknown,
}

impl Why {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Known => "known column",
            Self::Name => "by its name",
            Self::Settled => "kept mapping",
            Self::Values => "by its values",
            Self::Unknown => "not used",
        }
    }
}

impl Intake {
    /// Whose export the rows are and what their columns mean. `file_name` helps where the header is not enough.
    pub fn recognise(&self, rows: &Rows, file_name: &str) -> Recognition {
        self.recognise_with(&[], rows, file_name)
    }

    /// The same with mappings that were kept since: the latest one for files with exactly these columns is taken.
    pub fn recognise_with(&self, kept: &[Mapping], rows: &Rows, file_name: &str) -> Recognition {
        let (names, sample) = head(rows);
        let header = folded_set(&names);
        let is_for = |mapping: &&Mapping| folded_set(&mapping.marks.header) == header;
        if let Some(layout) = kept.iter().rev().chain(self.layouts.iter().rev()).find(is_for).filter(|_| !header.is_empty()) {
            return settled(layout, &names, &sample);
        }
        let (source, confidence) = self.maker(rows, &names, file_name);
        self.understood((source, confidence), rows, file_name, &names, &sample)
    }

    /// What the columns mean when a person says whose export it is.
    pub fn recognise_as(&self, source: Source, rows: &Rows, file_name: &str) -> Recognition {
        let (names, sample) = head(rows);
        self.understood((source, 1.0), rows, file_name, &names, &sample)
    }

    fn understood(&self, maker: (Source, f32), rows: &Rows, file_name: &str, names: &[String], sample: &[TableRow]) -> Recognition {
        let (source, confidence) = maker;
        let mut mapping = self.mapping(source).clone();
        if let Some(quarter) = quarter_of(file_name).filter(|_| source == Source::LeadsBlue) {
            mapping.columns.fields.entry(Target::Dated).or_default().0.push(quarter);
        }
        let is_api = matches!(rows, Rows::Objects(_)) && !source.file_only();
        let columns = if is_api { known_paths(names, sample) } else { self.columns(names, sample, &mut mapping) };
        Recognition { source, confidence, mapping, columns }
    }

    /// The source whose exports look most like the header.
    fn maker(&self, rows: &Rows, names: &[String], file_name: &str) -> (Source, f32) {
        let header: FxHashSet<String> = names.iter().map(|name| fold(name)).filter(|name| !name.is_empty()).collect();
        let mut known: BTreeMap<Source, FxHashSet<String>> = BTreeMap::new();
        for mapping in self.mappings.values() {
            known.insert(mapping.source, if matches!(rows, Rows::Objects(_)) { api_names(mapping) } else { column_names(mapping) });
        }
        // A name that few sources use says more than one that all use.
        let mut users: FxHashMap<&str, u8> = FxHashMap::default();
        known.values().flatten().for_each(|name| *users.entry(name).or_default() += 1);
        let weight = |name: &str| users.get(name).map_or(0.4, |users| 1.0 / f32::from(*users));
        let total: f32 = header.iter().map(|name| weight(name)).sum();
        let file_name = file_name.to_lowercase();
        let everyday = Everyday::of(&self.common);
        let mut scores: Vec<(f32, bool, Source)> = known
            .iter()
            .map(|(source, known)| {
                let hits: Vec<&String> = header.iter().filter(|name| known.contains(*name)).collect();
                let matched: f32 = hits.iter().map(|name| weight(name)).sum();
                let marks = &self.mapping(*source).marks;
                let own: Vec<&&String> = hits.iter().filter(|name| users.get(name.as_str()) == Some(&1)).collect();
                let marked = marks.markers.iter().any(|marker| header.contains(&fold(marker)) && !everyday.is_called(marker, names))
                    || marks.files.iter().any(|word| file_name.contains(&word.to_lowercase())) && hits.len() * 2 > header.len()
                    || own.iter().filter(|name| !everyday.folded.contains(name.as_str())).count() >= OWN
                    // Nearly all of the header, and a good part of what the source writes.
                    || own.len() >= OWN && hits.len() * 10 >= header.len() * 9 && hits.len() * 3 >= known.len();
                (if total > 0.0 { matched / total } else { 0.0 }, marked, *source)
            })
            .filter(|(score, marked, _)| *marked && (*score >= SURE || *score >= MARKED && header.len() > 3))
            .collect();
        scores.sort_by(|a, b| b.0.total_cmp(&a.0));
        match scores[..] {
            [(score, _, source), ..] => (source, score.min(1.0)),
            [] => (Source::File, 0.0),
        }
    }

    /// What each column becomes. Guesses are added to `mapping`.
    fn columns(&self, names: &[String], sample: &[TableRow], mapping: &mut Mapping) -> Vec<Column> {
        let known = meanings(mapping);
        let own: FxHashSet<String> = mapping.marks.columns.iter().map(|name| fold(name)).collect();
        let is_file = mapping.source == Source::File;
        let mut taken: FxHashSet<Meaning> =
            names.iter().filter_map(|name| known.get(&fold(name)).copied()).filter(|meaning| !meaning.is_many()).collect();
        let aliases = meanings(self.mapping(Source::File));
        let mut columns = Vec::with_capacity(names.len());
        for (nth, name) in names.iter().enumerate() {
            let folded = fold(name);
            let values: Vec<&str> = sample.iter().map(|row| row.cell(nth)).filter(|cell| !cell.trim().is_empty()).collect();
            let look = Look::at(&values);
            let mut column = Column {
                name: Text::new(name),
                becomes: None,
                confidence: 0.0,
                why: Why::Unknown,
                example: values.first().map(|value| Text::new(value).truncated(40)).unwrap_or_default(),
            };
            if let Some(meaning) = known.get(&folded) {
                column.becomes = Some(Text::from(meaning.words()));
                let fits = look.fits(*meaning);
                (column.why, column.confidence) = if is_file { (Why::Name, if fits { 0.9 } else { 0.5 }) } else { (Why::Known, 1.0) };
            } else if own.contains(&folded) {
                (column.why, column.confidence) = (Why::Known, 1.0);
            } else if let Some((meaning, why, confidence)) = guess(&folded, &look, &aliases, &taken) {
                meaning.add(name, mapping);
                if !meaning.is_many() {
                    taken.insert(meaning);
                }
                column.becomes = Some(Text::from(meaning.words()));
                (column.why, column.confidence) = (why, confidence);
            }
            columns.push(column);
        }
        columns
    }
}

fn folded_set(names: &[String]) -> FxHashSet<String> {
    names.iter().map(|name| fold(name)).filter(|name| !name.is_empty()).collect()
}

/// What a person has settled about files with these columns: nothing is guessed.
fn settled(layout: &Mapping, names: &[String], sample: &[TableRow]) -> Recognition {
    let known = meanings(layout);
    let columns = names.iter().enumerate().map(|(nth, name)| {
        let becomes = known.get(&fold(name)).map(|meaning| Text::from(meaning.words()));
        let example = sample.iter().map(|row| row.cell(nth)).find(|cell| !cell.trim().is_empty());
        let (why, confidence) = if becomes.is_some() { (Why::Settled, 1.0) } else { (Why::Unknown, 0.0) };
        Column {
            name: Text::new(name),
            becomes,
            confidence,
            why,
            example: example.map(|cell| Text::new(cell).truncated(40)).unwrap_or_default(),
        }
    });
    Recognition { source: layout.source, confidence: 1.0, mapping: layout.clone(), columns: columns.collect() }
}

/// Column names and the first rows.
fn head(rows: &Rows) -> (Vec<String>, Vec<TableRow>) {
    match rows {
        Rows::Table { header, rows } => (header.names().map(str::to_owned).collect(), rows.iter().take(SAMPLE).cloned().collect()),
        Rows::Objects(objects) => flattened(objects),
    }
}

impl Recognition {
    /// A mapping that was kept settled it.
    pub fn is_settled(&self) -> bool {
        self.columns.iter().any(|column| column.why == Why::Settled)
    }

    /// The part of the mapping that this file uses, as a mapping file to keep and mend: for files with these columns.
    pub fn to_toml(&self) -> String {
        let present: FxHashSet<String> = self.columns.iter().map(|column| fold(&column.name)).collect();
        let there = |reference: &Reference| match &reference.what {
            What::Column(name) | What::Either(name, _) => present.contains(&**name),
            What::Expression(_) => true,
        };
        let mut mapping = Mapping::empty(self.source);
        mapping.marks.header = self.columns.iter().map(|column| column.name.to_string()).collect();
        mapping.columns = self.mapping.columns.clone();
        for rule in mapping.columns.fields.values_mut().chain(mapping.columns.extra.values_mut()) {
            rule.0.retain(there);
        }
        mapping.columns.fields.retain(|_, rule| !rule.0.is_empty());
        mapping.columns.extra.retain(|_, rule| !rule.0.is_empty());
        mapping.columns.emails.retain(|rule| there(&rule.value));
        mapping.columns.phones.retain(|rule| there(&rule.value));
        mapping.to_toml()
    }
}

/// The preview, for a terminal.
impl fmt::Display for Recognition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source {
            _ if self.is_settled() => writeln!(f, "A file whose columns a kept mapping explains:")?,
            Source::File => writeln!(f, "A file of unknown make; its columns are guessed:")?,
            source => writeln!(f, "An export of {source} ({:.0} % of the header is known):", self.confidence * 100.0)?,
        }
        let width = |of: fn(&Column) -> usize| self.columns.iter().map(of).max().unwrap_or_default().clamp(6, 40);
        let names = width(|column| column.name.chars().count());
        let means = width(|column| column.becomes.as_ref().map_or(1, |text| text.chars().count()));
        for column in &self.columns {
            let becomes = column.becomes.as_deref().unwrap_or("-");
            let why = match column.why {
                Why::Unknown => Why::Unknown.words().to_owned(),
                Why::Known if column.becomes.is_none() => Why::Unknown.words().to_owned(),
                why => format!("{} {:.0} %", why.words(), column.confidence * 100.0),
            };
            writeln!(f, "  {:names$}  {becomes:means$}  {why:22}  {}", column.name, column.example)?;
        }
        Ok(())
    }
}

/// `alabama_b2b_2026_q2.csv`: LeadsBlue says in the name when a list was last verified. The quarter's first day is the
/// careful reading.
fn quarter_of(file_name: &str) -> Option<Reference> {
    let (before, after) = file_name.rsplit_once("_q")?;
    let quarter: u8 = after.get(..1)?.parse().ok().filter(|quarter| (1..=4).contains(quarter))?;
    let year = before.get(before.len().checked_sub(4)?..)?.parse::<u16>().ok().filter(|year| (2000..=2100).contains(year))?;
    Reference::parse(&format!("= '{year}-{:02}-01'", quarter * 3 - 2))
}

/// What a column can mean.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Meaning {
    Target(Target),
    Email,
    EmailStatus,
    Phone(PhoneKind),
    Extra,
}

impl Meaning {
    fn words(self) -> String {
        match self {
            Self::Target(target) => target.key().to_owned(),
            Self::Email => "email".to_owned(),
            Self::EmailStatus => "email_status".to_owned(),
            Self::Phone(kind) => format!("phone ({})", kind.key()),
            Self::Extra => "used by a lead rule".to_owned(),
        }
    }

    /// Several columns may have this meaning.
    fn is_many(self) -> bool {
        matches!(self, Self::Email | Self::EmailStatus | Self::Phone(_) | Self::Extra)
            || matches!(self, Self::Target(Target::Field(field)) if field.kind() == crate::domain::FieldKind::List)
    }

    fn add(self, name: &str, mapping: &mut Mapping) {
        let value = Reference::column(name);
        match self {
            Self::Target(target) => mapping.columns.fields.entry(target).or_default().0.push(value),
            Self::Email => {
                mapping.columns.emails.push(EmailRule {
                    each: None,
                    value,
                    kind: None,
                    status: Rule::default(),
                    status_is: None,
                    confidence: None,
                });
            }
            Self::EmailStatus => {
                mapping.columns.fields.entry(Target::Field(Field::EmailStatus)).or_default().0.push(value);
            }
            Self::Phone(is) => mapping.columns.phones.push(PhoneRule {
                each: None,
                value,
                kind: None,
                is,
                words: BTreeMap::new(),
                status: None,
                do_not_call: None,
            }),
            Self::Extra => {}
        }
    }
}

/// Folded column name -> what a mapping makes of it.
fn meanings(mapping: &Mapping) -> FxHashMap<String, Meaning> {
    let mut known = FxHashMap::default();
    let mut note = |reference: &Reference, meaning: Meaning| {
        if let What::Column(name) | What::Either(name, _) = &reference.what {
            known.entry(name.to_string()).or_insert(meaning);
        }
    };
    for rule in &mapping.columns.emails {
        note(&rule.value, Meaning::Email);
        rule.status.0.iter().for_each(|status| note(status, Meaning::EmailStatus));
        rule.confidence.iter().for_each(|confidence| note(confidence, Meaning::Target(Target::Field(Field::Confidence))));
    }
    for rule in &mapping.columns.phones {
        note(&rule.value, Meaning::Phone(rule.is));
        [&rule.kind, &rule.status, &rule.do_not_call].into_iter().flatten().for_each(|reference| note(reference, Meaning::Extra));
    }
    for (target, rule) in &mapping.columns.fields {
        let meaning = match target {
            Target::Field(Field::Email | Field::OtherEmails) => Meaning::Email,
            Target::Field(Field::EmailStatus) => Meaning::EmailStatus,
            Target::Field(Field::Phone) => Meaning::Phone(PhoneKind::Office),
            Target::Field(Field::Mobile) => Meaning::Phone(PhoneKind::Mobile),
            Target::Field(Field::CompanyPhone) => Meaning::Phone(PhoneKind::Company),
            target => Meaning::Target(*target),
        };
        rule.0.iter().for_each(|reference| note(reference, meaning));
    }
    mapping.columns.extra.values().flat_map(|rule| &rule.0).for_each(|reference| note(reference, Meaning::Extra));
    known
}

/// All folded column names that a source's mapping knows.
fn column_names(mapping: &Mapping) -> FxHashSet<String> {
    let marks = mapping.marks.columns.iter().chain(&mapping.marks.markers).map(|name| fold(name));
    if mapping.marks.columns.is_empty() { marks.chain(meanings(mapping).into_keys()).collect() } else { marks.collect() }
}

/// All folded paths that a source's API rules look up.
fn api_names(mapping: &Mapping) -> FxHashSet<String> {
    let fields = mapping.api.fields.values().chain(mapping.api.extra.values()).flat_map(|rule| &rule.0);
    let emails = mapping.api.emails.iter().map(|rule| &rule.value);
    let phones = mapping.api.phones.iter().map(|rule| &rule.value);
    let written = fields.chain(emails).chain(phones).filter_map(|reference| Path::parse(&reference.written));
    written.map(|path| fold(&path.to_string())).collect()
}

/// What anybody may call a column: it tells nothing about who made a file.
struct Everyday {
    folded: FxHashSet<String>,
    written: FxHashSet<Box<str>>,
}

impl Everyday {
    fn of(common: &Mapping) -> Self {
        let fields = common.columns.fields.values().flat_map(|rule| &rule.0);
        let phones = common.columns.phones.iter().map(|rule| &rule.value);
        let emails = common.columns.emails.iter().map(|rule| &rule.value);
        let written: FxHashSet<_> = fields.chain(phones).chain(emails).map(|reference| reference.written.clone()).collect();
        Self { folded: written.iter().map(|name| fold(name)).collect(), written }
    }

    /// The name is an everyday one, and does not stand among `names` in a spelling that is not.
    fn is_called(&self, name: &str, names: &[String]) -> bool {
        self.folded.contains(&fold(name)) && (self.written.contains(name) || !names.iter().any(|other| other == name))
    }
}

/// JSON rows as a table of their paths.
fn flattened(objects: &[serde_json::Value]) -> (Vec<String>, Vec<TableRow>) {
    let paths = flat_keys(objects);
    let sample = objects.iter().take(SAMPLE).enumerate().map(|(nth, object)| {
        let cells: Vec<String> = paths.iter().map(|path| path.find(object).texts().collect::<Vec<_>>().join(", ")).collect();
        TableRow::new(nth as u64 + 1, cells.iter().map(String::as_str))
    });
    let sample = sample.collect();
    let header: Header = paths.into_iter().collect();
    (header.names().map(str::to_owned).collect(), sample)
}

/// The rows of an API: their mapping knows the paths; the preview shows what is there.
fn known_paths(names: &[String], sample: &[TableRow]) -> Vec<Column> {
    let example = |nth| sample.iter().map(|row| row.cell(nth)).find(|cell| !cell.is_empty()).map(|cell| Text::new(cell).truncated(40));
    names
        .iter()
        .enumerate()
        .map(|(nth, name)| Column {
            name: Text::new(name),
            becomes: None,
            confidence: 1.0,
            why: Why::Known,
            example: example(nth).unwrap_or_default(),
        })
        .collect()
}

/// What a column's values look like: shares of those that are not blank.
struct Look {
    values: usize,
    email: f32,
    phone: f32,
    person_profile: f32,
    company_page: f32,
    site: f32,
    country: f32,
    status: f32,
    title: f32,
    legal_form: f32,
    two_words: f32,
    number: f32,
    date: f32,
}

impl Look {
    fn at(values: &[&str]) -> Self {
        let share = |is: &dyn Fn(&str) -> bool| {
            if values.is_empty() { 0.0 } else { values.iter().filter(|value| is(value)).count() as f32 / values.len() as f32 }
        };
        let region = crate::domain::Country::parse("US");
        let date = |value: &str| clean::date(value, super::DateOrder::MonthFirst).is_some();
        let dialled = share(&|value| {
            is_punctuated(value) && !date(value) && (is_dialled_at_home(value) || clean::telephone(value, region).is_some())
        });
        // Beside numbers with blanks and brackets, those without are numbers too; a column of nothing but digits may be ids.
        let bare = share(&|value| !is_punctuated(value) && clean::telephone(value, region).is_some());
        Self {
            values: values.len(),
            email: share(&|value| clean::email(value).is_some()),
            phone: if dialled >= SOME { dialled + bare } else { dialled },
            person_profile: share(&|value| value.contains("linkedin.com") && clean::person_linkedin(value).is_some()),
            company_page: share(&|value| value.contains("linkedin.com") && clean::company_linkedin(value).is_some()),
            site: share(&|value| !value.contains('@') && clean::site(value).is_some()),
            country: share(&|value| value.len() > 2 && vocabulary::country(value).is_some()),
            status: share(&|value| {
                matches!(
                    &*fold(value),
                    "valid" | "verified" | "invalid" | "unverified" | "catchall" | "acceptall" | "risky" | "deliverable" | "undeliverable"
                )
            }),
            title: share(&|value| vocabulary::seniority_of_title(value).is_some()),
            legal_form: share(&|value| vocabulary::split_legal_form(value).1.is_some()),
            two_words: share(&|value| is_like_a_name(value)),
            number: share(&|value| value.trim().parse::<f64>().is_ok()),
            date: share(&date),
        }
    }

    /// The values do not speak against the meaning.
    fn fits(&self, meaning: Meaning) -> bool {
        if self.values == 0 {
            return true;
        }
        match meaning {
            Meaning::Email => self.email > 0.3,
            Meaning::Phone(_) => self.email < 0.3 && self.site < 0.5,
            Meaning::Target(Target::Field(Field::LinkedIn)) => self.email < 0.3 && self.company_page < 0.5,
            Meaning::Target(Target::Field(Field::Website | Field::CompanyDomain)) => self.site > 0.3,
            Meaning::Target(Target::Field(Field::FirstName | Field::LastName | Field::FullName | Field::JobTitle | Field::CompanyName)) => {
                self.email < 0.3 && self.number < 0.5 && self.person_profile < 0.3
            }
            Meaning::Target(Target::Field(Field::Founded | Field::Employees | Field::Revenue)) => self.email < 0.1 && self.site < 0.3,
            Meaning::Target(Target::Dated) => self.date > 0.3,
            _ => true,
        }
    }
}

fn is_punctuated(value: &str) -> bool {
    value.contains(['+', '-', '(', ' ', '.', '/'])
}

/// `0302 3125461`: with the trunk prefix of some country.
fn is_dialled_at_home(value: &str) -> bool {
    let value = value.trim();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    value.trim_start_matches('(').starts_with('0')
        && (8..=13).contains(&digits)
        && value.contains([' ', '(', '/'])
        && value.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '(' | ')' | '/' | '-'))
}

fn is_like_a_name(value: &str) -> bool {
    let words: Vec<&str> = value.split_whitespace().collect();
    (2..=4).contains(&words.len())
        && words
            .iter()
            .all(|word| word.starts_with(char::is_uppercase) && word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '\'' | '-')))
}

/// What a column that no mapping knows may mean, why, and how sure that is.
fn guess(folded: &str, look: &Look, aliases: &FxHashMap<String, Meaning>, taken: &FxHashSet<Meaning>) -> Option<(Meaning, Why, f32)> {
    let free = |meaning: &Meaning| meaning.is_many() || !taken.contains(meaning);
    if let Some(meaning) = aliases.get(folded).copied().filter(free).filter(|meaning| look.fits(*meaning)) {
        return Some((meaning, Why::Name, 0.9));
    }
    if let Some((meaning, confidence)) = by_values(look).filter(|(meaning, _)| free(meaning)) {
        return Some((meaning, Why::Values, confidence));
    }
    // A known name inside a longer one, or a slip of the pen.
    let nearest = aliases
        .iter()
        .filter(|(alias, meaning)| alias.len() >= 5 && free(meaning))
        .filter_map(|(alias, meaning)| {
            let inside = folded.ends_with(alias.as_str()) && folded.len() <= alias.len() + 12;
            let alike = strsim::jaro_winkler(alias, folded);
            let score = if inside {
                0.7 + alias.len() as f64 / 1000.0
            } else if alike >= 0.94 {
                0.6 + alike / 1000.0
            } else {
                return None;
            };
            Some((score, alias, *meaning))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))?;
    look.fits(nearest.2).then_some((nearest.2, Why::Name, nearest.0 as f32))
}

fn by_values(look: &Look) -> Option<(Meaning, f32)> {
    if look.values < 2 {
        return None;
    }
    let field = |field| Meaning::Target(Target::Field(field));
    let candidates = [
        (look.email, MOST, Meaning::Email),
        (look.person_profile, MOST, field(Field::LinkedIn)),
        (look.company_page, MOST, field(Field::CompanyLinkedIn)),
        (look.site, MOST, field(Field::Website)),
        (look.status, MOST, Meaning::EmailStatus),
        (look.country, 0.9, field(Field::Country)),
        (look.phone, MOST, Meaning::Phone(PhoneKind::Other)),
        (look.legal_form, SOME, field(Field::CompanyName)),
        (look.title, 0.7, field(Field::JobTitle)),
        (look.two_words - look.legal_form, 0.9, field(Field::FullName)),
    ];
    candidates.into_iter().find(|(share, least, _)| share >= least).map(|(share, _, meaning)| (meaning, 0.4 + share * 0.4))
}
