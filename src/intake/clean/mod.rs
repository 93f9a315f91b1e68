//! Cleaning: from the words a source wrote to a value of ours, field by field. Cleaning twice changes nothing. What
//! depends on several fields of a row (a name in parts, a number's country) is put together in `draft.rs`.

mod company;
mod name;
mod number;
mod phone;
mod web;
mod words;

use super::{settings::DateOrder, vocabulary};
use crate::domain::{Country, CustomKind, Email, Field, FieldKind, Text, Value, unique};
pub(super) use company::company_name;
pub(super) use name::person_name;
pub(super) use number::{count_span, date, money_span};
pub(super) use phone::{PhoneNumber, telephone, telephone_digits};
pub(super) use web::{company_linkedin, person_linkedin, site};
pub(super) use words::{is_placeholder, plain};

/// What a row says about how its values are to be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context {
    /// The country of numbers without a calling code.
    pub region: Option<Country>,
    /// How `03/04/2026` is read.
    pub date_order: DateOrder,
}

/// A longer value is cut, in characters (requirements 4.15: HaloPSA's longest text).
const TEXT_LIMIT: usize = 4000;
/// A list keeps so many items.
const LIST_LIMIT: usize = 200;

/// Cleaning uncovers tags and entities no deeper than this in any honest text.
const ROUNDS: usize = 8;

/// The value of `field` that `raw` says, `None` when it says nothing usable.
pub fn value(field: Field, raw: &str, context: Context) -> Option<Value> {
    let mut value = one_round(field, raw, context)?;
    for _ in 0..ROUNDS {
        // Taking brackets, quotes or forms away may leave a tag or an entity that was none before.
        let Value::Text(text) = &value else { break };
        if memchr::memchr2(b'<', b'&', text.as_bytes()).is_none() {
            break;
        }
        let again = one_round(field, text, context)?;
        if again == value {
            break;
        }
        value = again;
    }
    Some(value)
}

fn one_round(field: Field, raw: &str, context: Context) -> Option<Value> {
    let mut text = words::plain(raw);
    if text.len() > TEXT_LIMIT {
        text = text.truncated(TEXT_LIMIT);
    }
    if text.is_empty() || words::is_placeholder(&text) && field != Field::EmailStatus {
        return None;
    }
    if let Some(custom) = field.custom() {
        return custom_value(field, &custom.kind, &text);
    }
    let value = match field {
        Field::FullName => Value::Text(person_name(&text, "", "", "", "", context.region).full),
        Field::FirstName | Field::LastName => Value::Text(name::one_name(&text)),
        Field::JobTitle => Value::Text(words::job_title(text)),
        Field::Seniority => Value::Text(vocabulary::seniority(&text).map_or_else(|| words::capitalised(&text), |word| word.name.into())),
        Field::Department => Value::Text(vocabulary::department(&text).map_or_else(|| words::capitalised(&text), |word| word.name.into())),
        Field::EmailStatus => Value::Text(vocabulary::email_status(&text)?.into()),
        Field::OtherEmails => Value::List(unique(text.split([',', ';', ' ']).filter_map(email).map(|email| Text::new(email.as_str())))),
        Field::OtherPhones => {
            let numbers = text.split([',', ';']).filter_map(|part| telephone(part, context.region));
            Value::List(unique(numbers.map(|number| Text::new(number.phone.as_str()))))
        }
        Field::LinkedIn => Value::Text(person_linkedin(&text)?),
        Field::CompanyLinkedIn => Value::Text(company_linkedin(&text)?),
        Field::Website => Value::Text(site(&text)?.address),
        Field::CompanyDomain => Value::Domain(web::domain(&text)?),
        Field::CompanyName => Value::Text(company_name(&text).0),
        Field::City | Field::HqCity | Field::State | Field::HqState => Value::Text(words::place(text)),
        Field::Postcode | Field::HqPostcode => Value::Text(Text::from(text.trim_end_matches(".0").to_uppercase())),
        Field::Country | Field::HqCountry => Value::Country(vocabulary::country(&text)?),
        Field::Industry => Value::Text(vocabulary::industry(&text).map_or_else(|| words::capitalised(&text), Text::new)),
        Field::Employees => Value::Span(count_span(&text)?),
        Field::Revenue => Value::Span(money_span(&text)?),
        Field::Founded => Value::Number(number::year(&text)?),
        Field::Confidence => Value::Number(number::confidence(&text)?),
        field => match field.kind() {
            FieldKind::Text | FieldKind::Url => Value::Text(text),
            FieldKind::Email => Value::Email(email(&text)?),
            FieldKind::Phone => Value::Phone(telephone(&text, context.region)?.phone),
            FieldKind::Date => Value::Date(date(&text, context.date_order)?),
            FieldKind::Number => Value::Number(number::amount(&text)?),
            FieldKind::List => Value::List(list(&text)),
            kind => Value::parse(kind, &text)?,
        },
    };
    // Taking quotes and forms away may leave what stands for nothing.
    let says_nothing = match &value {
        Value::Text(text) => text.is_empty() || words::is_placeholder(text),
        value => value.is_blank(),
    };
    (!says_nothing).then_some(value)
}

/// An address, unless it stands for none.
pub(super) fn email(raw: &str) -> Option<Email> {
    let raw = raw.trim().trim_start_matches('\'');
    let raw = raw.strip_prefix("mailto:").unwrap_or(raw);
    // `Ann Stone <ann@corp.example>`
    let raw = raw.strip_suffix('>').and_then(|named| named.rsplit_once('<')).map_or(raw, |(_, address)| address);
    Email::parse(raw.trim_matches(['<', '>', '"', '(', ')', ',', ';', '.', ' '])).filter(|email| !is_locked(email))
}

/// What sources write where an address is not paid for: Apollo's `email_not_unlocked@…`, and masked mailboxes.
fn is_locked(email: &Email) -> bool {
    email.local().contains("not_unlocked") || email.as_str().contains('*') || email.local().starts_with("noemail")
}

/// `raw` looks like an address that a source holds back.
pub(super) fn is_withheld(raw: &str) -> bool {
    raw.contains('@') && (raw.contains('*') || raw.contains("not_unlocked"))
}

fn list(text: &str) -> Vec<Text> {
    let mut items = unique(text.split([',', ';', '|']).map(|item| Text::new(item.trim())).filter(|item| !words::is_placeholder(item)));
    items.truncate(LIST_LIMIT);
    items
}

/// A custom field takes what the catalogue says, made to fit.
fn custom_value(field: Field, kind: &CustomKind, text: &Text) -> Option<Value> {
    let custom = field.custom()?;
    Some(match kind {
        CustomKind::Text { limit } => Value::Text(text.clone().truncated(*limit)),
        CustomKind::Flag => Value::parse(FieldKind::Flag, text)?,
        CustomKind::Number { min, max } => Value::Number(number::amount(text).filter(|number| (min..=max).contains(&number))?),
        CustomKind::Choice { from, .. } => {
            let known = custom.option(text).cloned();
            let stands_for = || match field {
                Field::Level => vocabulary::seniority(text).and_then(|word| word.option).map(Text::new),
                Field::LeadDepartment => vocabulary::department(text).and_then(|word| word.option).map(Text::new),
                Field::SizeBand => count_span(text).and_then(|span| custom.band(span.from)).cloned(),
                _ if !from.is_empty() => money_span(text).and_then(|span| custom.band(span.from)).cloned(),
                _ => None,
            };
            Value::Text(known.or_else(stands_for)?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn context() -> Context {
        Context { region: Country::parse("US"), date_order: DateOrder::MonthFirst }
    }

    fn clean(field: Field, raw: &str) -> Option<String> {
        value(field, raw, context()).map(|value| value.to_string())
    }

    #[test]
    fn values_come_out_as_we_write_them() {
        for (field, raw, clean_form) in [
            (Field::Email, " 'Ann.Stone@Corp.Example ", "ann.stone@corp.example"),
            (Field::Email, "mailto:<ann@corp.example>", "ann@corp.example"),
            (Field::Email, "Ann Stone <ann@corp.example>", "ann@corp.example"),
            (Field::JobTitle, "VP &amp; Head of <b>IT</b>", "VP & Head of IT"),
            (Field::Industry, "information technology &amp; services", "Technology"),
            (Field::Country, "Deutschland", "DE"),
            (Field::Seniority, "c_suite", "C-Suite"),
            (Field::Employees, "201 - 500 employees", "201-500"),
            (Field::Revenue, "$52M", "52000000"),
            (Field::Technologies, "Rust; SQLite, rust", "Rust, SQLite"),
            (Field::SizeBand, "340", "201-1000"),
            (Field::RevenueBand, "$50 mil. - $100 mil.", "$25M-$100M"),
            (Field::Level, "vp", "VP"),
            (Field::LeadDepartment, "master_engineering_technical", "IT"),
            (Field::LeadSource, "apollo.IO", "Apollo.io"),
            (Field::FoundedYear, "2009", "2009"),
            (Field::Confidence, "98%", "98"),
        ] {
            assert_eq!(clean(field, raw).as_deref(), Some(clean_form), "{} {raw}", field.key());
        }
        for (field, raw) in [
            (Field::Email, "email_not_unlocked@domain.com"),
            (Field::Email, "m.chen@*****"),
            (Field::Industry, "N/A"),
            (Field::LeadDepartment, "Executive"),
            (Field::FoundedYear, "1492"),
            (Field::Country, "Atlantis"),
        ] {
            assert_eq!(clean(field, raw), None, "{} {raw}", field.key());
        }
    }

    fn anything() -> impl Strategy<Value = String> {
        prop_oneof![
            ".{0,30}",
            "[a-zA-Z'., -]{0,30}",
            "[0-9+() .x,$KMB-]{0,20}",
            "(https?://)?(www\\.)?[a-z]{1,8}\\.(com|linkedin\\.com/in|co\\.uk)/[a-z%/?=-]{0,10}",
            "[<>&;a-z#0-9 ]{0,24}",
            "(Dr |Mr\\. )?[A-Z]{1,6} (VAN |Mc|O')?[A-Z]{1,8}(, (JR|MBA|PhD))?",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(3000), ..ProptestConfig::default() })]
        #[test]
        fn cleaning_twice_changes_nothing(nth in 0..Field::ALL.len(), raw in anything()) {
            let field = Field::ALL[nth];
            if let Some(once) = value(field, &raw, context()) {
                let shown = once.to_string();
                prop_assert_eq!(value(field, &shown, context()), Some(once), "{}: {:?} -> {:?}", field.key(), raw, shown);
            }
        }
    }
}
