//! Which of our fields are columns of which Halo record, under which key, and how long they may be. Custom fields are
//! not here: what they are called is the tenant's business.

use crate::domain::{Field, Target};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The four kinds of records that we keep in step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// A company.
    Client,
    /// A place of a company.
    Site,
    /// A person.
    User,
    /// A lead, prospect or opportunity: Halo keeps all three as tickets.
    Ticket,
}

/// A field and its column. A dot in the key goes into an object.
pub(super) struct Column {
    pub field: Field,
    /// More than one for a list: one item each.
    pub keys: &'static [&'static str],
    /// How many characters fit. From a dump of a real Halo database; 255 is its usual text column.
    pub chars: usize,
}

const fn column(field: Field, keys: &'static [&'static str], chars: usize) -> Column {
    Column { field, keys, chars }
}

const CLIENT: &[Column] = &[
    column(Field::CompanyName, &["name"], 255),
    column(Field::Website, &["website"], 250),
    column(Field::CompanyDomain, &["domain"], 250),
];

const SITE: &[Column] = &[
    column(Field::CompanyPhone, &["phonenumber"], 50),
    column(Field::HqStreet, &["delivery_address.line1"], 255),
    column(Field::HqCity, &["delivery_address.line3"], 255),
    column(Field::HqState, &["delivery_address.line4"], 255),
    column(Field::HqPostcode, &["delivery_address.postcode"], 50),
    column(Field::HqCountry, &["country_code"], 10),
];

const USER: &[Column] = &[
    column(Field::FullName, &["name"], 255),
    column(Field::FirstName, &["firstname"], 200),
    column(Field::LastName, &["surname"], 200),
    column(Field::JobTitle, &["title"], 255),
    column(Field::Email, &["emailaddress"], 255),
    column(Field::OtherEmails, &["email2", "email3"], 255),
    column(Field::Phone, &["phonenumber"], 50),
    column(Field::Mobile, &["mobilenumber"], 50),
];

/// The `opp…` columns carry the contact on the ticket itself, for tenants that make no client before a deal is real.
const TICKET: &[Column] = &[
    column(Field::CompanyName, &["oppcompanyname"], 255),
    column(Field::FullName, &["oppcontactname"], 255),
    column(Field::JobTitle, &["oppjobtitle"], 255),
    column(Field::Email, &["oppemailaddress"], 255),
    column(Field::Phone, &["opptel"], 50),
    column(Field::DealValue, &["oppvalue"], 0),
    column(Field::CloseDate, &["targetdate"], 0),
];

impl Entity {
    /// All of them, in the order of writing.
    pub const ALL: &'static [Self] = &[Self::Client, Self::Site, Self::User, Self::Ticket];

    /// The kind of record that `target` becomes.
    pub const fn of(target: &Target) -> Self {
        match target {
            Target::Client(_) => Self::Client,
            Target::Site(_) => Self::Site,
            Target::User(_) => Self::User,
            Target::Ticket(_) => Self::Ticket,
        }
    }

    /// In logs and in the store.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Site => "site",
            Self::User => "user",
            Self::Ticket => "ticket",
        }
    }

    /// Records of this kind have a column of their own for `field`.
    pub fn has_column(self, field: Field) -> bool {
        self.columns().iter().any(|column| column.field == field)
    }

    /// Below `/api`.
    pub(super) const fn route(self) -> &'static str {
        match self {
            Self::Client => "Client",
            Self::Site => "Site",
            Self::User => "Users",
            Self::Ticket => "Tickets",
        }
    }

    /// Where a list has its rows.
    pub(super) const fn list_key(self) -> &'static str {
        match self {
            Self::Client => "clients",
            Self::Site => "sites",
            Self::User => "users",
            Self::Ticket => "tickets",
        }
    }

    /// Where a record says when it was last changed. Answers to a POST call a ticket's by another name.
    pub(super) const fn stamps(self) -> &'static [&'static str] {
        match self {
            Self::Client => &["alastupdate", "lastupdate", "last_update"],
            Self::Site => &["slastupdate", "lastupdate", "last_update"],
            Self::User => &["ulastupdate", "lastupdate", "last_update"],
            Self::Ticket => &["last_update", "lastupdate"],
        }
    }

    pub(super) const fn columns(self) -> &'static [Column] {
        match self {
            Self::Client => CLIENT,
            Self::Site => SITE,
            Self::User => USER,
            Self::Ticket => TICKET,
        }
    }

    /// `FieldInfo`'s number for custom fields of this kind; that of users is configurable.
    pub(super) const fn usage(self, user: i64) -> i64 {
        match self {
            Self::Ticket => 1,
            Self::Client => 2,
            Self::Site => 3,
            Self::User => user,
        }
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.key())
    }
}
