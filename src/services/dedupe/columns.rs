//! What a file's columns mean when its records are only to be matched. Intake's recognition reads a file as leads to
//! import; here a list of companies may call its columns plainly `name` and `city`, and a list of people may have home
//! addresses and numbers of documents, which an import has no use for.

use crate::{
    domain::{Field, RecordKind, Subject},
    intake::{
        Mapping, Recognition,
        mapping::{Reference, Rule, Target, What, fold},
    },
};
use std::collections::HashSet;

/// Folded names of columns that name the record, the first that is there.
const RECORD_IDS: [&str; 4] = ["id", "recordid", "recid", "uniqueid"];

/// Folded names of numbers that one person alone has.
const DOCUMENTS: [&str; 14] = [
    "socsecid",
    "ssn",
    "socialsecuritynumber",
    "socialsecurityno",
    "nationalid",
    "nationalinsurancenumber",
    "nino",
    "passport",
    "passportnumber",
    "passportno",
    "taxid",
    "personnumber",
    "membernumber",
    "customernumber",
];

/// Columns that only a list of people has.
const OF_PEOPLE: [Field; 7] =
    [Field::FirstName, Field::LastName, Field::JobTitle, Field::Email, Field::Mobile, Field::BirthDate, Field::Department];

/// In a list of companies: what a plain name means instead.
const OF_COMPANIES: [(Field, Field); 8] = [
    (Field::FullName, Field::CompanyName),
    (Field::LinkedIn, Field::CompanyLinkedIn),
    (Field::Phone, Field::CompanyPhone),
    (Field::Street, Field::HqStreet),
    (Field::City, Field::HqCity),
    (Field::State, Field::HqState),
    (Field::Postcode, Field::HqPostcode),
    (Field::Country, Field::HqCountry),
];

/// A file's header against what was recognised in it.
struct Header<'a> {
    recognition: &'a Recognition,
    names: HashSet<String>,
}

impl<'a> Header<'a> {
    fn of(recognition: &'a Recognition) -> Self {
        Self { recognition, names: recognition.columns.iter().map(|column| fold(&column.name)).collect() }
    }

    fn is_there(&self, reference: &Reference) -> bool {
        column_of(reference).is_some_and(|name| self.names.contains(name))
    }

    /// Whether a column fills the field.
    fn has(&self, field: Field) -> bool {
        let (emails, phones) = (&self.recognition.mapping.columns.emails, &self.recognition.mapping.columns.phones);
        let single = self.recognition.mapping.columns.fields.get(&Target::Field(field));
        single.is_some_and(|rule| rule.0.iter().any(|reference| self.is_there(reference)))
            || field == Field::Email && emails.iter().any(|rule| self.is_there(&rule.value))
            || field == Field::Phone && phones.iter().any(|rule| self.is_there(&rule.value))
    }

    /// The first of these names that is a column's.
    fn first(&self, names: &[&'static str]) -> Option<&'static str> {
        names.iter().copied().find(|name| self.names.contains(*name))
    }
}

fn column_of(reference: &Reference) -> Option<&str> {
    match &reference.what {
        What::Column(name) | What::Either(name, _) => Some(name),
        What::Expression(_) => None,
    }
}

/// People or companies, by the columns there are.
pub fn kind_of(recognition: &Recognition) -> RecordKind {
    let header = Header::of(recognition);
    let named_at_a_firm = header.has(Field::FullName) && header.has(Field::CompanyName);
    if named_at_a_firm || OF_PEOPLE.into_iter().any(|field| header.has(field)) || is_private(&header) {
        RecordKind::Person
    } else {
        RecordKind::Company
    }
}

/// Names alone, and nothing that a firm would have.
fn is_private(header: &Header<'_>) -> bool {
    header.has(Field::FullName)
        && ![Field::CompanyDomain, Field::Website, Field::Industry, Field::Employees, Field::CompanyLinkedIn, Field::Revenue]
            .into_iter()
            .any(|field| header.has(field))
}

/// Adapts what was recognised to matching records of `kind`.
pub fn adapt(recognition: &mut Recognition, kind: RecordKind) {
    let header = Header::of(recognition);
    match kind {
        // A file that names employers says its plain columns of the people there.
        RecordKind::Company if !header.has(Field::CompanyName) => {
            let wrong: Vec<_> = OF_COMPANIES.into_iter().filter(|(_, to)| !header.has(*to)).collect();
            for (from, to) in wrong {
                let moved = recognition.mapping.columns.fields.remove(&Target::Field(from)).unwrap_or_default();
                put(recognition, to, moved.0);
            }
        }
        RecordKind::Company => {}
        RecordKind::Person => {
            let street = if header.has(Field::Street) { Vec::new() } else { home_address(&header) };
            let city = if header.has(Field::City) { None } else { header.first(&["suburb"]) };
            let document = if header.has(Field::Identifier) { None } else { header.first(&DOCUMENTS) };
            put(recognition, Field::Street, street);
            put(recognition, Field::City, city.map(Reference::column).into_iter().collect());
            if let Some(document) = document {
                // By its values alone a number of a document looks like one of a telephone.
                recognition.mapping.columns.phones.retain(|rule| column_of(&rule.value) != Some(document));
                put(recognition, Field::Identifier, vec![Reference::column(document)]);
            }
        }
    }
}

/// Leaves only what is compared: the rest need not be understood.
pub fn keep_evidence(mapping: &mut Mapping) {
    mapping.columns.fields.retain(|target, _| is_evidence(*target));
    mapping.api.fields.retain(|target, _| is_evidence(*target));
}

const fn is_evidence(target: Target) -> bool {
    match target {
        Target::ExternalId | Target::CompanyId | Target::MiddleName | Target::NameSuffix => true,
        Target::Dated | Target::EmailCheckedAt => false,
        Target::Field(field) => {
            !matches!(
                field,
                Field::Seniority
                    | Field::Department
                    | Field::Confidence
                    | Field::Notes
                    | Field::Employees
                    | Field::Revenue
                    | Field::Founded
                    | Field::Technologies
                    | Field::Keywords
                    | Field::Funding
            ) && !matches!(field.subject(), Subject::Lead)
        }
    }
}

/// Puts references before those that a field has.
fn put(recognition: &mut Recognition, field: Field, references: Vec<Reference>) {
    if !references.is_empty() {
        let Rule(known) = recognition.mapping.columns.fields.entry(Target::Field(field)).or_default();
        known.splice(..0, references);
    }
}

/// The columns of a street address that do not say whose it is: intake takes such for the employer's.
fn home_address(header: &Header<'_>) -> Vec<Reference> {
    let parts: Vec<&str> = header
        .recognition
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .filter(|name| {
            matches!(fold(name).as_str(), "streetnumber" | "housenumber" | "address1" | "address2" | "addressline1" | "addressline2")
        })
        .collect();
    if parts.len() > 1 {
        let names: Vec<String> = parts.iter().map(|name| snake(name)).collect();
        return Reference::parse(&format!("= [{}].join(' ')", names.join(", "))).into_iter().collect();
    }
    let rule = header.recognition.mapping.columns.fields.get(&Target::Field(Field::HqStreet));
    let plain = |reference: &&Reference| column_of(reference).is_some_and(|name| !name.starts_with("company") && !name.starts_with("hq"));
    let single = parts.first().map(|name| Reference::column(name));
    single.into_iter().chain(rule.into_iter().flat_map(|rule| rule.0.iter()).filter(plain).cloned()).collect()
}

/// A column's name as expressions write it.
fn snake(name: &str) -> String {
    let words: Vec<String> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.join("_")
}

/// The folded name of the column that names the records: a plain `id`, else what the source calls its id.
pub fn record_id(recognition: &Recognition, kind: RecordKind) -> Option<String> {
    let header = Header::of(recognition);
    let target = if kind == RecordKind::Person { Target::ExternalId } else { Target::CompanyId };
    let of_source = || {
        let rule = recognition.mapping.columns.fields.get(&target)?;
        rule.0.iter().filter(|reference| header.is_there(reference)).find_map(column_of).map(str::to_owned)
    };
    header.first(&RECORD_IDS).map(str::to_owned).or_else(of_source)
}
