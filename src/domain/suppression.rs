//! Who is not to be contacted, and why. The list wins over every import and every workflow.

use super::{Domain, Email, Field, Fields, Phone, SuppressionId, Text, Timestamp, Value};
use serde::{Deserialize, Serialize};

/// What a list entry is keyed by.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum SuppressionKey {
    /// One address.
    Email(Email),
    /// Everybody there.
    Domain(Domain),
    /// One number, by E.164.
    Phone(Text),
    /// One profile, by address.
    LinkedIn(Text),
}

impl SuppressionKey {
    /// Its kind's name in the store.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Email(_) => "email",
            Self::Domain(_) => "domain",
            Self::Phone(_) => "phone",
            Self::LinkedIn(_) => "linkedin",
        }
    }

    /// Its value.
    pub fn value(&self) -> &str {
        match self {
            Self::Email(email) => email.as_str(),
            Self::Domain(domain) => domain.as_str(),
            Self::Phone(text) | Self::LinkedIn(text) => text,
        }
    }

    /// The key of that kind.
    pub fn parse(kind: &str, value: &str) -> Option<Self> {
        Some(match kind {
            "email" => Self::Email(Email::parse(value)?),
            "domain" => Self::Domain(Domain::parse(value)?),
            "phone" => Self::Phone(Text::from(Phone::international(value)?.e164())),
            "linkedin" => Self::LinkedIn(Text::new(value)),
            _ => return None,
        })
    }

    /// Every key under which a person with these fields may be on the list, personal ones first.
    pub fn of(fields: &Fields) -> Vec<Self> {
        let mut keys = Vec::new();
        if let Some(Value::Email(email)) = fields.get(Field::Email) {
            keys.push(Self::Email(email.clone()));
            keys.extend(Domain::parse(email.domain()).map(Self::Domain));
        }
        if let Some(Value::List(others)) = fields.get(Field::OtherEmails) {
            keys.extend(others.iter().filter_map(|other| Email::parse(other)).map(Self::Email));
        }
        for field in [Field::Mobile, Field::Phone] {
            if let Some(Value::Phone(phone)) = fields.get(field) {
                keys.push(Self::Phone(Text::from(phone.e164())));
            }
        }
        let linkedin = fields.str(Field::LinkedIn);
        if !linkedin.is_empty() {
            keys.push(Self::LinkedIn(Text::new(linkedin)));
        }
        if let Some(Value::Domain(domain)) = fields.get(Field::CompanyDomain) {
            keys.push(Self::Domain(domain.clone()));
        }
        keys
    }

    /// The keys that name the person, not everybody at their employer: what "do not contact" writes down.
    pub fn personal(fields: &Fields) -> Vec<Self> {
        Self::of(fields).into_iter().filter(|key| !matches!(key, Self::Domain(_))).collect()
    }
}

/// One entry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Suppression {
    /// Its id.
    pub id: SuppressionId,
    /// Whom it names.
    #[serde(flatten)]
    pub key: SuppressionKey,
    /// Why.
    pub reason: Text,
    /// Since when.
    pub at: Timestamp,
    /// By whom.
    pub by: Text,
}
