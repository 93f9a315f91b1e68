//! Validation: what is wrong with a cleaned row, each in a sentence with its field. Nothing is changed here.

use super::settings::Settings;
use crate::domain::{Defect, Email, Field, Fields, Severity, Text, Value, mail};

/// What cleaning could not use, in the row's own words.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    /// Texts in an address's place that are none.
    pub bad_emails: Vec<Text>,
    /// The source holds an address back.
    pub withheld_email: bool,
    /// The address is at a domain of throw-away mailboxes.
    pub throw_away: bool,
    /// Texts in a number's place that are none.
    pub bad_phones: Vec<Text>,
    /// Numbers that no numbering plan has.
    pub odd_phones: Vec<Text>,
    /// Numbers left out because they must not be called.
    pub uncallable: usize,
    /// Other values that their field does not take.
    pub unusable: Vec<(Field, Text)>,
    /// Expressions of the mapping that failed, with minijinja's sentence.
    pub broken: Vec<(&'static str, String)>,
}

/// The defects of a row that names a person, worst first.
pub(super) fn person(settings: &Settings, fields: &Fields, leftovers: &Leftovers) -> Vec<Defect> {
    let mut found = Found::default();
    let has = |field: Field| fields.get(field).is_some();
    let named = has(Field::FullName) || has(Field::LastName);
    let reachable = has(Field::Email) || has(Field::LinkedIn) || has(Field::Phone) || has(Field::Mobile);
    let identified = reachable || named && has(Field::CompanyName);
    if !identified {
        found.error(None, "There is nothing to know this person by: no e-mail, number or LinkedIn, and no name with a company.");
    }
    if let (None, Some(bad)) = (fields.get(Field::Email), leftovers.bad_emails.first()) {
        found.error(Some(Field::Email), format!("{bad:?} is not an e-mail address."));
    }
    for field in settings.required.iter().filter(|field| !has(**field)) {
        found.error(Some(*field), format!("{} is required and missing.", field.label()));
    }
    match fields.get(Field::Email) {
        Some(Value::Email(email)) => address(email, fields, leftovers.throw_away, &mut found),
        _ if leftovers.withheld_email => found.warning(Field::Email, "The source holds the address back; enrich the record to see it."),
        _ if leftovers.bad_emails.is_empty() => found.warning(Field::Email, "There is no e-mail address."),
        _ => {}
    }
    for bad in leftovers.bad_emails.iter().skip(usize::from(!has(Field::Email))) {
        found.warning(Field::OtherEmails, format!("{bad:?} is not an e-mail address and was left out."));
    }
    phones(leftovers, &mut found);
    if !named {
        found.warning(Field::FullName, "There is no name.");
    } else if !has(Field::FirstName) || !has(Field::LastName) {
        found.warning(Field::FullName, "The name has only one part.");
    }
    if !has(Field::JobTitle) {
        found.warning(Field::JobTitle, "There is no job title.");
    }
    if !has(Field::CompanyName) {
        found.warning(Field::CompanyName, "There is no company.");
    }
    found.rest(leftovers);
    found.sorted()
}

/// The defects of a row that names only a company.
pub(super) fn company(fields: &Fields, leftovers: &Leftovers) -> Vec<Defect> {
    let mut found = Found::default();
    if fields.get(Field::CompanyDomain).is_none() {
        found.warning(Field::CompanyDomain, "There is no domain; the company is known by its name only.");
    }
    if fields.get(Field::CompanyName).is_none() {
        found.warning(Field::CompanyName, "There is no name; the company is known by its domain only.");
    }
    phones(leftovers, &mut found);
    found.rest(leftovers);
    found.sorted()
}

fn address(email: &Email, fields: &Fields, throw_away: bool, found: &mut Found) {
    let domain = email.domain();
    match fields.str(Field::EmailStatus) {
        "invalid" => found.warning(Field::Email, "The source found that mail to this address comes back."),
        "risky" => found.warning(Field::Email, "The source calls this address risky."),
        "accept_all" => found.warning(Field::Email, format!("{domain} accepts mail to any address, so this one could not be checked.")),
        _ => {}
    }
    if mail::is_role_mailbox(email.local()) {
        found.warning(Field::Email, format!("{}@ is a shared mailbox, not a person's.", email.local()));
    }
    if throw_away {
        found.warning(Field::Email, format!("{domain} gives out throw-away addresses."));
    } else if mail::is_free_mail(domain) {
        found.warning(Field::Email, format!("{domain} is a free mail provider; the address says nothing about a company."));
    } else if let Some(Value::Domain(company)) = fields.get(Field::CompanyDomain) {
        let registered = psl::domain_str(domain).unwrap_or(domain);
        if registered != company.as_str() {
            found.warning(Field::Email, format!("The address is at {registered}, the company at {}.", company.as_str()));
        }
    }
}

fn phones(leftovers: &Leftovers, found: &mut Found) {
    for bad in &leftovers.bad_phones {
        found.warning(
            Field::Phone,
            format!("{bad:?} is not a telephone number; a number needs its country's code or a country in the row."),
        );
    }
    for odd in &leftovers.odd_phones {
        found.warning(Field::Phone, format!("No numbering plan has {odd}."));
    }
    if leftovers.uncallable > 0 {
        found.warning(Field::Phone, "A number was left out because the source marks it as not to be called.");
    }
}

#[derive(Default)]
struct Found(Vec<Defect>);

impl Found {
    fn error(&mut self, field: Option<Field>, sentence: impl Into<Text>) {
        self.0.push(Defect { severity: Severity::Error, field, sentence: sentence.into() });
    }

    fn warning(&mut self, field: Field, sentence: impl Into<Text>) {
        self.0.push(Defect { severity: Severity::Warning, field: Some(field), sentence: sentence.into() });
    }

    fn rest(&mut self, leftovers: &Leftovers) {
        for (field, text) in &leftovers.unusable {
            let text = text.clone().truncated(60);
            self.warning(*field, format!("{text:?} does not fit {} and was left out.", field.label()));
        }
        for (target, sentence) in &leftovers.broken {
            let defect = format!("The mapping's expression for {target} failed ({sentence}); mend the mapping.");
            self.0.push(Defect { severity: Severity::Warning, field: Field::from_key(target), sentence: Text::from(defect) });
        }
    }

    fn sorted(mut self) -> Vec<Defect> {
        self.0.sort_by_key(|defect| defect.severity);
        self.0
    }
}
