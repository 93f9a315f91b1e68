//! From one raw row to drafts: look up, clean, put together, validate, score. The order matters in two places: the
//! country comes before the numbers, and the custom fields come last because they are made of the others.

use super::{
    Depth, Disposition, Intake, RowError, Taken,
    clean::{self, Context},
    expression::Found,
    mapping::{At, Bound, Get, Mapping, Row, Target},
    score::{self, Facts, Reach},
    validate::{self, Leftovers},
    vocabulary,
};
use crate::domain::{
    Defect, Domain, Draft, Field, FieldKind, Fields, Fingerprint, Quality, RecordKind, Severity, Span, Subject, Text, Timestamp, Value,
    mail, unique,
};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// A date further ahead than this is a slip; clocks and time zones differ by less.
const AHEAD: Duration = Duration::from_hours(48);

/// Fields of a row that are made of others.
const SPARE: usize = 4;

/// A mapping bound to a page, with all that a row needs.
pub(super) struct Maker<'m> {
    pub intake: &'m Intake,
    pub mapping: &'m Mapping,
    pub bound: Bound<'m>,
    pub now: Timestamp,
    pub depth: Depth,
}

/// A row on its way.
#[derive(Default)]
pub(super) struct Made<'r> {
    pub fields: Fields,
    pub extras: Vec<(&'r str, Found<'r>)>,
    pub leftovers: Leftovers,
    pub external_id: Text,
    pub company_id: Text,
    pub dated: Option<Timestamp>,
    pub checked_at: Option<Timestamp>,
    pub reach: Option<Reach>,
    pub context: Context,
    /// The domain of the company's site.
    pub site: Option<Domain>,
}

impl Maker<'_> {
    /// Makes the drafts of one row.
    pub(super) fn make(&self, row: Row<'_>) -> Result<Taken, RowError> {
        match row {
            Row::Table(row) if row.is_blank() => return Err(RowError::Blank),
            Row::Object(row) if !row.is_object() => return Err(RowError::NotAnObject),
            _ => {}
        }
        let at = self.bound.at(row);
        let fields = Fields::with_capacity(self.bound.fields.len() + SPARE);
        let mut made = Made { context: self.context(&at), fields, ..Made::default() };
        self.single_values(&at, &mut made);
        self.names(&at, &mut made);
        self.emails(&at, &mut made);
        self.phones(&at, &mut made);
        reception(&mut made);
        postcodes(&mut made);
        employer(&mut made);
        if matches!(self.depth, Depth::Identity(_)) {
            return self.finish(made);
        }
        standing(&mut made);
        for (name, places) in &self.bound.extra {
            let found = places.iter().map(|place| at.get(place)).find(|found| !found.is_blank());
            made.extras.extend(found.map(|found| (*name, found)));
        }
        self.lead(&mut made);
        self.finish(made)
    }

    fn context(&self, at: &At<'_, '_>) -> Context {
        let order = self.intake.settings.date_order;
        let named = [Field::Country, Field::HqCountry].into_iter().find_map(|field| {
            let (_, places) = self.bound.fields.iter().find(|(target, _)| *target == Target::Field(field))?;
            places.iter().find_map(|place| at.get(place).texts().find_map(vocabulary::country))
        });
        Context { region: named.or(self.intake.settings.default_region), date_order: order }
    }

    /// Everything that one look-up and one cleaning make.
    fn single_values<'r>(&'r self, at: &At<'r, '_>, made: &mut Made<'r>) {
        for (target, places) in &self.bound.fields {
            match target {
                Target::ExternalId => made.external_id = first_text(places, at).unwrap_or_default(),
                Target::CompanyId => made.company_id = first_text(places, at).unwrap_or_default(),
                Target::Dated => made.dated = self.first_date(places, at, made.context),
                Target::EmailCheckedAt => made.checked_at = self.first_date(places, at, made.context),
                // Names, addresses and numbers are put together from several places.
                Target::MiddleName
                | Target::NameSuffix
                | Target::Field(
                    Field::FullName
                    | Field::FirstName
                    | Field::LastName
                    | Field::Email
                    | Field::OtherEmails
                    | Field::Phone
                    | Field::Mobile
                    | Field::CompanyPhone
                    | Field::OtherPhones,
                ) => {}
                Target::Field(field) if field.kind() == FieldKind::List => {
                    let (mut items, mut lists) = (Vec::new(), 0);
                    for place in places {
                        let found = found(*target, place, at, &mut made.leftovers);
                        for value in found.texts().filter_map(|text| clean::value(*field, text, made.context)) {
                            if let Value::List(more) = value {
                                items.extend(more);
                                lists += 1;
                            }
                        }
                    }
                    // One list is without repeats already.
                    let items = if lists > 1 { unique(items) } else { items };
                    made.fields.set(*field, Value::List(items));
                }
                Target::Field(Field::CompanyName) => {
                    let raw = first_text(places, at).unwrap_or_default();
                    let (name, form) = clean::company_name(&clean::plain(raw));
                    if !clean::is_placeholder(&name) {
                        made.fields.set(Field::CompanyName, Value::Text(name.truncated(200)));
                        made.fields.set(Field::LegalForm, Value::Text(form));
                    }
                }
                Target::Field(Field::Website) => match places.iter().find_map(|place| at.get(place).texts().find_map(clean::site)) {
                    Some(site) => {
                        made.fields.set(Field::Website, Value::Text(site.address));
                        made.site = site.domain;
                    }
                    None => one_value(Field::Website, places, at, made),
                },
                Target::Field(field) => one_value(*field, places, at, made),
            }
        }
    }

    fn first_date(&self, places: &[Get<'_>], at: &At<'_, '_>, context: Context) -> Option<Timestamp> {
        let latest = self.now.plus(AHEAD);
        places.iter().find_map(|place| {
            let found = at.get(place);
            // Of several dates the latest counts.
            found.texts().filter_map(|text| clean::date(text, context.date_order)).filter(|date| *date <= latest).max()
        })
    }

    pub(super) fn places(&self, target: Target) -> &[Get<'_>] {
        self.bound.fields.iter().find(|(known, _)| *known == target).map_or(&[], |(_, places)| places)
    }

    fn names(&self, at: &At<'_, '_>, made: &mut Made<'_>) {
        let part = |target| first_text(self.places(target), at).map(|text| clean::plain(text).truncated(200)).unwrap_or_default();
        let field = |field| part(Target::Field(field));
        let (full, first, last) = (field(Field::FullName), field(Field::FirstName), field(Field::LastName));
        if full.is_empty() && first.is_empty() && last.is_empty() {
            return;
        }
        let name = clean::person_name(&full, &first, &part(Target::MiddleName), &last, &part(Target::NameSuffix), made.context.region);
        made.fields.set(Field::FullName, Value::Text(name.full));
        made.fields.set(Field::FirstName, Value::Text(name.first));
        made.fields.set(Field::LastName, Value::Text(name.last));
    }

    fn finish(&self, mut made: Made<'_>) -> Result<Taken, RowError> {
        let has = |fields: &Fields, wanted: &[Field]| wanted.iter().any(|field| fields.get(*field).is_some());
        let person_fields = [
            Field::Email,
            Field::FullName,
            Field::LastName,
            Field::FirstName,
            Field::LinkedIn,
            Field::Phone,
            Field::Mobile,
            Field::BirthDate,
            Field::Identifier,
        ];
        let is_person = has(&made.fields, &person_fields) || !made.leftovers.bad_emails.is_empty();
        let is_company = has(&made.fields, &[Field::CompanyName, Field::CompanyDomain]);
        if !is_person && !is_company {
            return Err(RowError::NothingUsable);
        }
        let dated = made.dated.or(made.checked_at);
        let (quality, defects, disposition) = match self.depth {
            Depth::Whole => self.judged(&mut made, is_person, dated),
            Depth::Identity(_) => (Quality::default(), Vec::new(), Disposition::Pass),
        };
        let (given, of_company) = (std::mem::take(&mut made.external_id), std::mem::take(&mut made.company_id));
        let (person_id, company_id) = match self.depth {
            Depth::Whole => (
                is_person.then(|| person_id(given, &made.fields, &made.leftovers)),
                is_company.then(|| company_id(of_company, &made.fields)),
            ),
            Depth::Identity(RecordKind::Person) => (is_person.then_some(given), None),
            Depth::Identity(RecordKind::Company) => (None, is_company.then_some(of_company)),
        };
        let (person, company) = match (&person_id, &company_id) {
            (Some(_), Some(_)) => shared_out(made.fields),
            (Some(_), None) => (made.fields.only(is_of_person), Fields::new()),
            (None, _) => (Fields::new(), made.fields.only(is_of_company)),
        };
        let of_company =
            |defect: &Defect| defect.field.is_some_and(|field| field.subject() == Subject::Company && field != Field::CompanyName);
        let (company_defects, person_defects): (Vec<_>, Vec<_>) = defects.into_iter().partition(|defect| !is_person || of_company(defect));
        let draft = |kind, external_id, fields, defects| Draft {
            source: self.mapping.source,
            kind,
            external_id,
            dated,
            fields,
            edited: Vec::new(),
            defects,
            quality,
        };
        Ok(Taken {
            person: person_id.map(|id| draft(RecordKind::Person, id, person, person_defects)),
            company: company_id.map(|id| draft(RecordKind::Company, id, company, company_defects)),
            disposition,
        })
    }

    /// Score, findings, and what follows from them.
    fn judged(&self, made: &mut Made<'_>, is_person: bool, dated: Option<Timestamp>) -> (Quality, Vec<Defect>, Disposition) {
        made.leftovers.throw_away =
            matches!(made.fields.get(Field::Email), Some(Value::Email(email)) if vocabulary::is_disposable(email.domain()));
        let disposable = made.leftovers.throw_away;
        let facts = Facts { source: self.mapping.source, dated, now: self.now, disposable, phone: made.reach };
        let settings = &self.intake.settings;
        let (quality, defects) = if is_person {
            (score::person(settings, &made.fields, &facts), validate::person(settings, &made.fields, &made.leftovers))
        } else {
            (score::company(settings, &made.fields, &facts), validate::company(&made.fields, &made.leftovers))
        };
        let disposition = self.disposition(is_person, &quality, &defects);
        (quality, defects, disposition)
    }

    fn disposition(&self, is_person: bool, quality: &Quality, defects: &[Defect]) -> Disposition {
        let thresholds = self.intake.settings.thresholds;
        let error = defects.iter().find(|defect| defect.severity == Severity::Error);
        match error {
            // Nothing to know it by: no decision of a person could help before the row is mended.
            Some(Defect { field: None, .. }) => Disposition::Reject,
            _ if is_person && quality.score() < thresholds.reject => Disposition::Reject,
            Some(_) => Disposition::Review,
            None if is_person && quality.score() < thresholds.pass => Disposition::Review,
            // A company without a person is only knowledge about a company; there is nothing to ask about it.
            None => Disposition::Pass,
        }
    }
}

/// A person's draft has it: all but the company's own, and which company that is.
fn is_of_person(field: Field) -> bool {
    !is_of_company(field) || matches!(field, Field::CompanyName | Field::CompanyDomain)
}

fn is_of_company(field: Field) -> bool {
    field.subject() == Subject::Company
}

/// The fields of a row that makes two drafts: the person's, and the company's.
fn shared_out(fields: Fields) -> (Fields, Fields) {
    let (mut person, mut company) = (Fields::with_capacity(fields.len()), Fields::with_capacity(fields.len()));
    for (field, value) in fields {
        match (is_of_person(field), is_of_company(field)) {
            (true, true) => {
                person.set(field, value.clone());
                company.set(field, value);
            }
            (true, false) => person.set(field, value),
            (false, _) => company.set(field, value),
        }
    }
    (person, company)
}

/// The first reference whose text the field takes.
fn one_value(field: Field, places: &[Get<'_>], at: &At<'_, '_>, made: &mut Made<'_>) {
    let mut refused = None;
    for place in places {
        let found = found(Target::Field(field), place, at, &mut made.leftovers);
        // Words that come as a list are one text for a field of words; of others the first that fits counts.
        let joined = match &found {
            Found::Many(texts) if field.kind() == FieldKind::Text => Some(texts.join(", ")),
            _ => None,
        };
        let texts: &mut dyn Iterator<Item = &str> = match &joined {
            Some(joined) => &mut std::iter::once(joined.as_str()),
            None => &mut found.texts(),
        };
        for text in texts {
            if let Some(value) = clean::value(field, text, made.context) {
                made.fields.set(field, times(value, place.times));
                return;
            }
            let shown = clean::plain(text);
            if !shown.is_empty() && !clean::is_placeholder(&shown) {
                refused = refused.or(Some(shown));
            }
        }
    }
    // `none` for a status says that there is no address, which is another finding.
    if field != Field::EmailStatus {
        made.leftovers.unusable.extend(refused.map(|text| (field, text)));
    }
}

/// What one reference finds; an expression that fails is noted.
pub(super) fn found<'f>(target: Target, place: &'f Get<'_>, at: &'f At<'_, '_>, leftovers: &mut Leftovers) -> Found<'f> {
    let found = at.get(place);
    if let Found::Broken(sentence) = &found {
        leftovers.broken.push((target.key(), sentence.clone()));
    }
    found
}

/// The first text that says something.
fn first_text(places: &[Get<'_>], at: &At<'_, '_>) -> Option<Text> {
    places.iter().find_map(|place| {
        let found = at.get(place);
        found.texts().map(Text::new).find(|text| !text.is_empty() && !clean::is_placeholder(text))
    })
}

/// A number in a row that names nobody is the company's.
fn reception(made: &mut Made<'_>) {
    let named = [Field::Email, Field::FullName, Field::LinkedIn, Field::Mobile].iter().any(|field| made.fields.get(*field).is_some());
    if named || made.fields.get(Field::CompanyName).is_none() || made.fields.get(Field::CompanyPhone).is_some() {
        return;
    }
    if let Some(phone) = made.fields.remove(Field::Phone) {
        made.fields.set(Field::CompanyPhone, phone);
    }
}

/// Spreadsheets take the leading zero of American postcodes away.
fn postcodes(made: &mut Made<'_>) {
    for (code, country) in [(Field::Postcode, Field::Country), (Field::HqPostcode, Field::HqCountry)] {
        let postcode = made.fields.str(code);
        if made.fields.str(country) == "US" && postcode.len() == 4 && postcode.bytes().all(|byte| byte.is_ascii_digit()) {
            let mended = Text::from(format!("0{postcode}"));
            made.fields.set(code, Value::Text(mended));
        }
    }
}

/// The company's domain: its own, else its site's, else that of a work address.
fn employer(made: &mut Made<'_>) {
    if made.fields.get(Field::CompanyDomain).is_some() {
        return;
    }
    let of_address = || {
        let Some(Value::Email(email)) = made.fields.get(Field::Email) else { return None };
        let registered = psl::domain_str(email.domain())?;
        let own = !mail::is_free_mail(email.domain()) && !mail::is_free_mail(registered) && !vocabulary::is_disposable(registered);
        own.then(|| Domain::parse(registered)).flatten()
    };
    if let Some(domain) = made.site.take().or_else(of_address) {
        made.fields.set(Field::CompanyDomain, Value::Domain(domain));
    }
}

/// Seniority and department, from the title where the source does not say.
fn standing(made: &mut Made<'_>) {
    let title = Text::new(made.fields.str(Field::JobTitle));
    if title.is_empty() {
        return;
    }
    for (field, of_title) in [
        (Field::Seniority, vocabulary::seniority_of_title as fn(&str) -> Option<vocabulary::Word>),
        (Field::Department, vocabulary::department_of_title),
    ] {
        if let (None, Some(word)) = (made.fields.get(field), of_title(&title)) {
            made.fields.set(field, Value::Text(Text::new(word.name)));
        }
    }
}

fn times(value: Value, by: i64) -> Value {
    match value {
        Value::Number(number) => Value::Number(number.saturating_mul(by)),
        Value::Span(span) => Value::Span(Span { from: span.from.saturating_mul(by), to: span.to.map(|to| to.saturating_mul(by)) }),
        other => other,
    }
}

/// The source's id, else the address, else what else identifies the row: importing a file again finds the same ids.
fn person_id(given: Text, fields: &Fields, leftovers: &Leftovers) -> Text {
    if !given.is_empty() {
        return given;
    }
    if let Some(Value::Email(email)) = fields.get(Field::Email) {
        return Text::from(format!("email:{}", email.as_str()));
    }
    let mut hash = Sha256::new();
    for field in [Field::FullName, Field::CompanyName, Field::CompanyDomain, Field::LinkedIn, Field::Phone, Field::Mobile, Field::JobTitle]
    {
        hash.update(vocabulary::fold(fields.str(field)));
        hash.update([0]);
    }
    leftovers.bad_emails.iter().for_each(|bad| hash.update(bad.as_bytes()));
    Text::from(format!("row:{:?}", Fingerprint::of(&hash.finalize())))
}

/// The source's id, else the domain, else the name.
fn company_id(given: Text, fields: &Fields) -> Text {
    if !given.is_empty() {
        return given;
    }
    match fields.get(Field::CompanyDomain) {
        Some(Value::Domain(domain)) => Text::from(format!("domain:{}", domain.as_str())),
        _ => Text::from(format!("name:{}", vocabulary::fold(fields.str(Field::CompanyName)))),
    }
}
