//! A HaloPSA record in neutral words, as the engines compare it. No wire names.

use super::Entity;
use crate::domain::{Field, Fields, Position, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// How much of a record was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Depth {
    /// From a list: a field that is absent may only not be listed.
    Row,
    /// The record with all its details: what is absent is empty.
    Whole,
}

/// A client, site, user or ticket as HaloPSA has it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Remote {
    /// Which of the four.
    pub entity: Entity,
    /// Halo's id.
    pub id: i64,
    /// Ours, when the record carries it ([`crate::domain::Target::reference`]).
    pub reference: Option<Text>,
    /// A company's or site's name, a person's name, a ticket's summary.
    pub name: Text,
    /// What it says.
    pub fields: Fields,
    /// Fields that hold something that is none of our values, such as a number without its country. Somebody typed
    /// it: it may not be overwritten as if the field were empty.
    pub unread: Vec<Unread>,
    /// What it belongs to. A client's site is its main site.
    pub links: Links,
    /// Switched off.
    pub inactive: bool,
    /// When it was last changed, by anybody.
    pub last_update: Option<Timestamp>,
    /// What only tickets have.
    pub ticket: Option<TicketState>,
    /// How much was read.
    pub depth: Depth,
}

/// A value in HaloPSA that fits no value of ours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Unread {
    /// Where.
    pub field: Field,
    /// What stands there.
    pub text: Text,
}

/// Halo ids of the records that one belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Links {
    /// The client.
    pub client: Option<i64>,
    /// The site.
    pub site: Option<i64>,
    /// The user.
    pub user: Option<i64>,
}

/// What only tickets have.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TicketState {
    /// Its ticket type.
    pub type_id: Option<i64>,
    /// Its status.
    pub status_id: Option<i64>,
    /// Where that is on our board; `None` for a type and status that no stage is configured for.
    pub position: Option<Position>,
    /// The agent it is assigned to.
    pub agent_id: Option<i64>,
    /// His or her name.
    pub owner: Option<Text>,
    /// Chance of winning, in percent.
    pub probability: Option<u8>,
    /// It is or was closed.
    pub closed: bool,
    /// Folded into that ticket.
    pub merged_into: Option<i64>,
}

/// Why a record was found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// It carries our reference: it is ours.
    Reference,
    /// A user with the same e-mail address.
    Email,
    /// A client with the same domain.
    Domain,
    /// The same name: a client's anywhere, a site's within its client, a user's within the client.
    Name,
}

/// A record found before a create.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// It.
    pub remote: Remote,
    /// Why.
    pub by: Match,
}
