//! Mappings: which of a source's fields means which of ours. One per source, shipped in `config/mappings/`; a user's
//! own lies over it field by field. A mapping only says where values are; cleaning them is another file's work.
//!
//! ```toml
//! source = "apollo"
//! [recognise]                 # how its export file is known; with `header = [all columns]` it is for such files only
//! markers = ["Apollo Contact Id"]
//! [api]                       # target = expression over a JSON row, or several in order of preference
//! external_id = "id"
//! job_title = "title"
//! [[api.emails]]              # every address the row has; the first good one is *the* address
//! value = "email"
//! status = "email_status"
//! [columns]                   # target = column name, or `= expression` over column names in snake case
//! job_title = "Title"
//! revenue = { from = "Revenue (in 000s USD)", times = 1000 }
//! [columns.extra]             # names of the mapping's own, for the lead rules
//! topic = "Primary Intent Topic"
//! [lead]                      # custom fields = expression over our cleaned fields and the extras
//! CF_102 = ["keywords.join(', ')", "industry"]
//! ```

mod bind;
mod read;
mod write;

use super::{Problem, expression::Expression, expression::Path};
use crate::domain::{Field, Source};
pub(super) use bind::{At, Bound, BoundEmail, BoundPhone, Get, Row, flat_keys};
use std::collections::BTreeMap;

/// Which of a source's fields means which of ours.
#[derive(Clone, PartialEq, Debug)]
pub struct Mapping {
    /// Whose rows it reads.
    pub source: Source,
    /// How its export file is known.
    pub marks: Marks,
    /// For JSON rows.
    pub api: Section,
    /// For tables.
    pub columns: Section,
    /// Custom fields made of our own cleaned fields.
    pub lead: BTreeMap<Field, Rule>,
}

/// How an export file is known.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Marks {
    /// Column names that only this source writes.
    pub markers: Vec<String>,
    /// All column names its exports are known to have.
    pub columns: Vec<String>,
    /// Words in the name of its files.
    pub files: Vec<String>,
    /// All columns of one kind of file. A mapping that names them is for files with exactly these, in any order; it is the
    /// whole of what is known about them, and nothing is guessed beside it.
    pub header: Vec<String>,
}

/// Rules for one shape of row.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Section {
    /// One value each.
    pub fields: BTreeMap<Target, Rule>,
    /// Addresses, in order of preference.
    pub emails: Vec<EmailRule>,
    /// Telephone numbers, in order of preference.
    pub phones: Vec<PhoneRule>,
    /// Values that are no fields of ours, for the lead rules.
    pub extra: BTreeMap<String, Rule>,
}

/// What a rule fills.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Target {
    /// The source's id of the person.
    ExternalId,
    /// The source's id of the company.
    CompanyId,
    /// When the source last checked or changed the record.
    Dated,
    /// When the e-mail address was last found good; counts as a date too.
    EmailCheckedAt,
    /// Goes into the full name only.
    MiddleName,
    /// `Jr`, `III`.
    NameSuffix,
    /// One of our fields.
    Field(Field),
}

/// Where a value may stand: the first reference that gives a usable value wins; lists are united.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Rule(pub Vec<Reference>);

/// One place where a value may stand.
#[derive(Clone, PartialEq, Debug)]
pub struct Reference {
    /// As it was written.
    pub written: Box<str>,
    /// What it means.
    pub what: What,
    /// Numbers are multiplied by this: 1000 for columns "in thousands".
    pub times: i64,
}

/// What a reference means.
#[derive(Clone, PartialEq, Debug)]
pub enum What {
    /// The column of that name, folded by [`fold`].
    Column(Box<str>),
    /// An expression.
    Expression(Expression),
    /// The column of that name where there is one, else the expression: the described `custom.json` says neither.
    Either(Box<str>, Option<Expression>),
}

/// Where an address may stand, and what is said about it.
#[derive(Clone, PartialEq, Debug)]
pub struct EmailRule {
    /// The list whose items are addresses; the other references then start at the item.
    pub each: Option<Path>,
    /// The address.
    pub value: Reference,
    /// `work`, `personal`, `private`.
    pub kind: Option<Reference>,
    /// What the source found when it checked it; the first word that is known counts.
    pub status: Rule,
    /// A status when the place itself says it (`A Emails`).
    pub status_is: Option<String>,
    /// How sure the source is, 0 to 100 or a grade.
    pub confidence: Option<Reference>,
}

/// Where a telephone number may stand, and what is said about it.
#[derive(Clone, PartialEq, Debug)]
pub struct PhoneRule {
    /// The list whose items are numbers; the other references then start at the item.
    pub each: Option<Path>,
    /// The number.
    pub value: Reference,
    /// The source's word for what reaches whom.
    pub kind: Option<Reference>,
    /// What it is, when the place itself says it (`Mobile Phone`), or for words without a meaning.
    pub is: PhoneKind,
    /// The source's words that mean something else here than usually.
    pub words: BTreeMap<String, PhoneKind>,
    /// What the source found when it checked it.
    pub status: Option<Reference>,
    /// True when it must not be called.
    pub do_not_call: Option<Reference>,
}

/// Whom a number reaches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum PhoneKind {
    /// The person's desk.
    Direct,
    /// The person's pocket.
    Mobile,
    /// The person's place of work, perhaps through others.
    Office,
    /// The company's switchboard.
    Company,
    /// The person, in some way.
    #[default]
    Other,
}

impl PhoneKind {
    const NAMES: [(Self, &'static str); 5] =
        [(Self::Direct, "direct"), (Self::Mobile, "mobile"), (Self::Office, "office"), (Self::Company, "company"), (Self::Other, "other")];

    /// Its name in a mapping file.
    pub fn key(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("other", |(_, name)| name)
    }

    /// The kind of that name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, name)| *name == key).map(|(kind, _)| *kind)
    }

    /// What a source's word means, where its mapping does not say otherwise.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match &*fold(word) {
            "mobile" | "cell" | "mobilephone" | "cellphone" | "cellular" | "wireless" | "mobil" | "handy" => Self::Mobile,
            "direct" | "directdial" | "directphone" | "workdirect" | "ddi" | "did" | "landline" => Self::Direct,
            "office" | "work" | "business" => Self::Office,
            "company" | "hq" | "workhq" | "corporate" | "switchboard" | "main" => Self::Company,
            "home" | "other" | "unknown" | "private" | "personal" => Self::Other,
            _ => return None,
        })
    }
}

impl Target {
    /// Its name in a mapping file.
    pub fn key(self) -> &'static str {
        match self {
            Self::ExternalId => "external_id",
            Self::CompanyId => "company_id",
            Self::Dated => "dated",
            Self::EmailCheckedAt => "email_checked_at",
            Self::MiddleName => "middle_name",
            Self::NameSuffix => "name_suffix",
            Self::Field(field) => field.key(),
        }
    }

    /// The target of that name; the described system's names of ticket and user fields are known too.
    pub fn from_key(key: &str) -> Option<Self> {
        Some(match key {
            "external_id" | "id" => Self::ExternalId,
            "company_id" | "organization_id" => Self::CompanyId,
            "dated" | "updated_at" => Self::Dated,
            "email_checked_at" => Self::EmailCheckedAt,
            "middle_name" => Self::MiddleName,
            "name_suffix" => Self::NameSuffix,
            key => Self::Field(Field::from_key(key).or_else(|| described_name(key))?),
        })
    }

    /// The target whose name is nearest to a mistyped one.
    pub fn nearest(key: &str) -> Option<&'static str> {
        let specials = [Self::ExternalId, Self::CompanyId, Self::Dated, Self::EmailCheckedAt, Self::MiddleName, Self::NameSuffix];
        let names = specials.into_iter().chain(Field::ALL.iter().copied().map(Self::Field)).map(Self::key);
        super::problem::nearest(key, names)
    }
}

/// What lead rules may name beside fields and extras: the source's label, and the technologies that an MSP deals with.
pub(super) const RECORD_NAMES: [&str; 2] = ["source", "msp_technologies"];

/// HaloPSA's and the described system's names for our fields (requirements 4.3).
fn described_name(key: &str) -> Option<Field> {
    Some(match key {
        "firstname" => Field::FirstName,
        "surname" | "lastname" => Field::LastName,
        "name" | "user_name" | "person_name" => Field::FullName,
        "emailaddress" | "email_address" => Field::Email,
        "jobtitle" | "title" => Field::JobTitle,
        "phonenumber" | "phone_number" => Field::Phone,
        "mobilenumber" | "mobile_number" => Field::Mobile,
        "linkedin_url" => Field::LinkedIn,
        "company_name" | "organisation" | "organization" => Field::CompanyName,
        "domain" => Field::CompanyDomain,
        "employee_count" => Field::Employees,
        "annual_revenue" => Field::Revenue,
        "founded_year" => Field::Founded,
        _ => return None,
    })
}

/// A column name without case, spaces and punctuation: `# Employees` and `employees` are the same.
pub fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

macro_rules! shipped {
    ($($source:ident $file:literal),* $(,)?) => {
        /// The mapping files that come with the program.
        const SHIPPED: &[(Source, &str)] =
            &[$((Source::$source, include_str!(concat!("../../../config/mappings/", $file, ".toml")))),*];
    };
}
shipped! {
    File "file", Apollo "apollo", ZoomInfo "zoominfo", Hunter "hunter", Lusha "lusha", Seamless "seamless", Lead411 "lead411",
    RocketReach "rocketreach", UpLead "uplead", BookYourData "bookyourdata", LeadsBlue "leadsblue",
}

impl Mapping {
    /// No rules.
    pub fn empty(source: Source) -> Self {
        Self { source, marks: Marks::default(), api: Section::default(), columns: Section::default(), lead: BTreeMap::new() }
    }

    /// The mappings that come with the program: the ten sources, and `file` for files of unknown make, whose column
    /// names are the guesses' vocabulary and whose lead rules hold for all.
    pub fn shipped() -> Result<Vec<Self>, Vec<Problem>> {
        let read = |(source, text): &(Source, &str)| {
            let mut mapping = Self::parse_toml(&format!("mappings/{}.toml", source.key()), text)?;
            if *source == Source::File {
                mapping.know_own_names();
            }
            Ok(mapping)
        };
        SHIPPED.iter().map(read).collect()
    }

    /// Every field is also found under its own key and label, so that what we export can be imported.
    fn know_own_names(&mut self) {
        let known: Vec<Box<str>> =
            self.columns.fields.values().flat_map(|rule| &rule.0).map(|reference| fold(&reference.written).into()).collect();
        for field in Field::ALL {
            let rule = self.columns.fields.entry(Target::Field(*field)).or_default();
            for name in [field.key(), field.label()] {
                if !known.contains(&fold(name).into()) {
                    rule.0.push(Reference::column(name));
                }
            }
        }
    }

    /// For JSON rows that we write ourselves about people of that source: their keys are the keys of our fields.
    pub fn of_fields(source: Source) -> Self {
        let key = |key: &str| Reference::parse(&format!("= {key}"));
        let targets = [Field::FullName, Field::FirstName, Field::LastName, Field::CompanyName, Field::CompanyDomain, Field::LinkedIn];
        let targets = targets.into_iter().map(Target::Field).chain([Target::ExternalId]);
        let mut mapping = Self::empty(source);
        mapping.api.fields = targets.filter_map(|target| Some((target, Rule(vec![key(target.key())?])))).collect();
        mapping.api.emails = Vec::from_iter(key(Field::Email.key()).map(|value| EmailRule {
            each: None,
            value,
            kind: None,
            status: Rule(Vec::from_iter(key(Field::EmailStatus.key()))),
            status_is: None,
            confidence: key(Field::Confidence.key()),
        }));
        mapping
    }

    /// Lays another mapping of the same source over this one: its rules win field by field; its lists of addresses
    /// and numbers, where it has any, replace ours.
    pub fn overlay(&mut self, other: Self) {
        for (mine, theirs) in [(&mut self.api, other.api), (&mut self.columns, other.columns)] {
            mine.fields.extend(theirs.fields);
            mine.extra.extend(theirs.extra);
            if !theirs.emails.is_empty() {
                mine.emails = theirs.emails;
            }
            if !theirs.phones.is_empty() {
                mine.phones = theirs.phones;
            }
        }
        self.lead.extend(other.lead);
        self.marks.markers.extend(other.marks.markers);
        self.marks.columns.extend(other.marks.columns);
        self.marks.files.extend(other.marks.files);
        // `header` stays: what is laid over a mapping does not change which files it is for.
    }

    /// What cannot work, each with its key and the nearest known name. A mapping that was read has no bad targets or
    /// expressions left; what remains is what only the whole mapping shows.
    pub fn check(&self) -> Vec<Problem> {
        let extras: Vec<_> = self.api.extra.keys().chain(self.columns.extra.keys()).map(String::as_str).collect();
        let mut problems = Vec::new();
        for (field, rule) in &self.lead {
            for name in rule.0.iter().filter_map(Reference::expression).flat_map(Expression::roots) {
                if Field::from_key(&name).is_none() && !extras.contains(&name.as_str()) && !RECORD_NAMES.contains(&name.as_str()) {
                    let known = Field::ALL.iter().map(|field| field.key()).chain(extras.iter().copied());
                    problems.push(
                        Problem::new(format!("lead.{}", field.key()), format!("there is neither a field nor an extra called {name:?}"))
                            .near(super::problem::nearest(&name, known)),
                    );
                }
            }
        }
        let no_rules = |section: &Section| section.fields.is_empty() && section.emails.is_empty();
        if no_rules(&self.api) && no_rules(&self.columns) && self.lead.is_empty() {
            problems.push(Problem::new(self.source.key(), "the mapping maps nothing"));
        }
        problems
    }
}

impl Section {
    /// The rule for a field.
    pub fn field(&self, field: Field) -> Option<&Rule> {
        self.fields.get(&Target::Field(field))
    }
}

impl Reference {
    pub(super) fn expression(&self) -> Option<&Expression> {
        match &self.what {
            What::Expression(expression) | What::Either(_, Some(expression)) => Some(expression),
            What::Column(_) | What::Either(_, None) => None,
        }
    }

    /// As in a table's section: a column name, or an expression behind `=`. `None` for a broken expression.
    pub fn parse(written: &str) -> Option<Self> {
        let what = match written.trim_start().strip_prefix('=') {
            Some(expression) => What::Expression(Expression::parse(expression.trim()).ok()?),
            None => What::Column(fold(written).into()),
        };
        Some(Self { written: written.into(), what, times: 1 })
    }

    /// The column of that name.
    pub fn column(name: &str) -> Self {
        Self { written: name.into(), what: What::Column(fold(name).into()), times: 1 }
    }
}
