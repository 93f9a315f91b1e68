//! A row's addresses and numbers: all of them are taken, ranked, and put into the fields there are for them.

use super::{
    Depth,
    clean::{self, Context, PhoneNumber},
    draft::{Made, Maker, found},
    mapping::{At, BoundEmail, BoundPhone, Get, PhoneKind, Row, Target},
    score::Reach,
    validate::Leftovers,
    vocabulary,
};
use crate::domain::{Email, Field, Text, Value, mail, unique};

/// A row keeps so many addresses and numbers beside the first.
const OTHERS_LIMIT: usize = 10;

impl Maker<'_> {
    /// The best address, what is said about it, and the others.
    pub(super) fn emails(&self, at: &At<'_, '_>, made: &mut Made<'_>) {
        let mut known: Vec<Address> = Vec::new();
        for field in [Field::Email, Field::OtherEmails] {
            for place in self.places(Target::Field(field)) {
                let found = found(Target::Field(field), place, at, &mut made.leftovers);
                for text in found.texts() {
                    take_addresses(text, Standing::default(), &mut known, &mut made.leftovers);
                }
            }
        }
        for rule in &self.bound.emails {
            match &rule.rule.each {
                None => take_email(rule, at, &mut known, &mut made.leftovers),
                Some(each) => {
                    for item in at.items(each) {
                        take_email(rule, &self.bound.at(Row::Object(item)), &mut known, &mut made.leftovers);
                    }
                }
            }
        }
        // The sort is stable: among equals the mapping's order stands.
        known.sort_by_key(Address::rank);
        let mut known = known.into_iter();
        let Some(first) = known.next() else { return };
        if let Some(status) = first.standing.status {
            made.fields.set(Field::EmailStatus, Value::Text(Text::new(status)));
        } else if made.fields.get(Field::EmailStatus).is_none() {
            made.fields.set(Field::EmailStatus, Value::Text("unverified".into()));
        }
        if let Some(confidence) = first.standing.confidence {
            made.fields.set(Field::Confidence, Value::Number(confidence));
        }
        let others = unique(known.filter(|other| other.email != first.email).map(|other| Text::new(other.email.as_str())));
        made.fields.set(Field::OtherEmails, Value::List(others.into_iter().take(OTHERS_LIMIT).collect()));
        made.fields.set(Field::Email, Value::Email(first.email));
    }

    /// The best number of each kind, and the others.
    pub(super) fn phones(&self, at: &At<'_, '_>, made: &mut Made<'_>) {
        let mut known: Vec<Number> = Vec::new();
        let region = made.context.region;
        let read = |raw: &str| match self.depth {
            Depth::Whole => clean::telephone(raw, region),
            Depth::Identity(_) => clean::telephone_digits(raw, region),
        };
        let kinds = [
            (Field::Phone, PhoneKind::Office),
            (Field::Mobile, PhoneKind::Mobile),
            (Field::CompanyPhone, PhoneKind::Company),
            (Field::OtherPhones, PhoneKind::Other),
        ];
        for (field, kind) in kinds {
            for place in self.places(Target::Field(field)) {
                let found = found(Target::Field(field), place, at, &mut made.leftovers);
                for text in found.texts() {
                    take_numbers(text, Reach { kind, verified: false }, read, &mut known, &mut made.leftovers);
                }
            }
        }
        for rule in &self.bound.phones {
            match &rule.rule.each {
                None => take_phone(rule, at, read, &mut known, &mut made.leftovers),
                Some(each) => {
                    for item in at.items(each) {
                        take_phone(rule, &self.bound.at(Row::Object(item)), read, &mut known, &mut made.leftovers);
                    }
                }
            }
        }
        let take = |known: &mut Vec<Number>, wanted: &[PhoneKind]| {
            let at = wanted.iter().find_map(|kind| known.iter().position(|number| number.reach.kind == *kind))?;
            Some(known.remove(at))
        };
        made.reach = known.iter().map(|number| number.reach).max_by_key(|reach| reach.percent());
        let phone = take(&mut known, &[PhoneKind::Direct, PhoneKind::Office, PhoneKind::Other]);
        let mobile = take(&mut known, &[PhoneKind::Mobile]);
        let company = take(&mut known, &[PhoneKind::Company]);
        for (field, number) in [(Field::Phone, phone), (Field::Mobile, mobile), (Field::CompanyPhone, company)] {
            if let Some(number) = number {
                made.fields.set(field, Value::Phone(number.read.phone));
            }
        }
        let others = unique(known.iter().map(|number| Text::new(number.read.phone.as_str())));
        made.fields.set(Field::OtherPhones, Value::List(others.into_iter().take(OTHERS_LIMIT).collect()));
    }
}

/// One rule for addresses, applied to the row or to one item of a list.
fn take_email(rule: &BoundEmail<'_>, at: &At<'_, '_>, known: &mut Vec<Address>, leftovers: &mut Leftovers) {
    let found = at.get(&rule.value);
    if found.is_blank() {
        return;
    }
    let word = |get: &Option<Get<'_>>| get.as_ref().and_then(|get| at.get(get).texts().next().map(str::to_owned));
    let words: Vec<String> = rule.status.iter().filter_map(|get| at.get(get).texts().next().map(str::to_owned)).collect();
    let certain = words.iter().map(String::as_str).chain(rule.rule.status_is.as_deref()).find_map(vocabulary::known_email_status);
    let standing = Standing {
        status: certain.or_else(|| words.iter().find_map(|word| vocabulary::email_status(word))),
        personal: word(&rule.kind).is_some_and(|kind| matches!(&*kind.to_lowercase(), "personal" | "private")),
        confidence: word(&rule.confidence).as_deref().and_then(|text| match clean::value(Field::Confidence, text, Context::default()) {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        }),
    };
    for text in found.texts() {
        take_addresses(text, standing, known, leftovers);
    }
}

/// One rule for numbers, applied to the row or to one item of a list.
fn take_phone(
    rule: &BoundPhone<'_>,
    at: &At<'_, '_>,
    read: impl Fn(&str) -> Option<PhoneNumber>,
    known: &mut Vec<Number>,
    leftovers: &mut Leftovers,
) {
    let found = at.get(&rule.value);
    if found.is_blank() {
        return;
    }
    let word = |get: &Option<Get<'_>>| get.as_ref().and_then(|get| at.get(get).texts().next().map(str::to_owned));
    if word(&rule.do_not_call).is_some_and(|flag| is_barred(&flag)) {
        leftovers.uncallable += 1;
        return;
    }
    let kind = word(&rule.kind)
        .and_then(|word| rule.rule.words.get(&super::mapping::fold(&word)).copied().or_else(|| PhoneKind::from_word(&word)));
    let reach = Reach { kind: kind.unwrap_or(rule.rule.is), verified: word(&rule.status).is_some_and(|word| is_verified(&word)) };
    for text in found.texts() {
        take_numbers(text, reach, &read, known, leftovers);
    }
}

/// An address of the row, with what is said about it.
struct Address {
    email: Email,
    standing: Standing,
}

#[derive(Clone, Copy, Default)]
struct Standing {
    status: Option<&'static str>,
    personal: bool,
    confidence: Option<i64>,
}

impl Address {
    /// A work address before a private one, one that works before one that does not.
    fn rank(&self) -> (bool, bool) {
        (self.standing.status == Some("invalid"), self.standing.personal || mail::is_free_mail(self.email.domain()))
    }
}

/// Several addresses may stand in one cell.
fn take_addresses(text: &str, standing: Standing, known: &mut Vec<Address>, leftovers: &mut Leftovers) {
    if clean::is_withheld(text) {
        leftovers.withheld_email = true;
        return;
    }
    for part in text.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        match clean::email(part) {
            Some(email) if known.iter().any(|address| address.email == email) => {}
            Some(email) => known.push(Address { email, standing }),
            None => {
                let shown = clean::plain(part).truncated(80);
                if !shown.is_empty() && !clean::is_placeholder(&shown) {
                    leftovers.bad_emails.push(shown);
                }
            }
        }
    }
}

/// A number of the row.
struct Number {
    written: Box<str>,
    read: clean::PhoneNumber,
    reach: Reach,
}

fn take_numbers(text: &str, reach: Reach, read: impl Fn(&str) -> Option<PhoneNumber>, known: &mut Vec<Number>, leftovers: &mut Leftovers) {
    for part in text.split([';', '\n', ',']).map(str::trim).filter(|part| !part.is_empty()) {
        // The same number often stands in two columns; reading it again would cost most of what a row costs.
        if let Some(twin) = known.iter_mut().find(|twin| *twin.written == *part) {
            twin.reach = better(twin.reach, reach);
            continue;
        }
        match read(part) {
            Some(number) if known.iter().any(|other| other.read.phone == number.phone) => {}
            Some(number) => {
                if !number.assigned {
                    leftovers.odd_phones.push(Text::new(number.phone.as_str()));
                }
                known.push(Number { written: part.into(), read: number, reach });
            }
            None => {
                let shown = Text::new(part).truncated(40);
                if !shown.is_empty() && !clean::is_placeholder(&shown) {
                    leftovers.bad_phones.push(shown);
                }
            }
        }
    }
}

/// Of two claims about one number the one that says more.
fn better(one: Reach, other: Reach) -> Reach {
    if other.percent() > one.percent() || one.kind == PhoneKind::Company && other.kind != PhoneKind::Company { other } else { one }
}

/// `true`, `Yes`, `1`, or a state that names a register.
fn is_barred(flag: &str) -> bool {
    matches!(&*flag.trim().to_lowercase(), "true" | "yes" | "y" | "1" | "dnc" | "do not call" | "on_dnc" | "listed")
}

/// The source has found the number to work: in words, by a grade, or by at least 90 percent.
fn is_verified(word: &str) -> bool {
    let folded = super::mapping::fold(word);
    matches!(&*folded, "valid" | "verified" | "validnumber" | "correct" | "a" | "true")
        || word.trim().strip_suffix('%').and_then(|percent| percent.trim().parse::<f32>().ok()).is_some_and(|percent| percent >= 90.0)
}
