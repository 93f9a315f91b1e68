//! The board and its moves.

use super::Done;
use crate::{
    domain::{ContactSummary, Field, Lifecycle, Position, StageKey, Text, Value},
    store::Card,
};
use serde::Serialize;

/// The board: lifecycles, each with its stages and the first cards of each.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Board {
    /// In order.
    pub lanes: Vec<Lane>,
    /// Cards in all.
    pub cards: u64,
    /// Cards that stand too long.
    pub stuck: u64,
}

/// One lifecycle on the board.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Lane {
    /// Which.
    pub lifecycle: Lifecycle,
    /// Its stages in order, exits last.
    pub stages: Vec<StageLane>,
}

/// One stage on the board.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct StageLane {
    /// Its key.
    pub stage: StageKey,
    /// Its title.
    pub title: Text,
    /// No way leads on from here.
    pub exit: bool,
    /// How many cards it holds.
    pub count: u64,
    /// The first of them, longest there first.
    pub cards: Vec<Card>,
}

/// What a card needs to move on.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct CardView {
    /// The card.
    pub card: Card,
    /// Its contact.
    pub contact: ContactSummary,
    /// Where it may go, forward first.
    pub ways: Vec<WayView>,
    /// It has stood longer than the configured time.
    pub stuck: bool,
}

/// A way a card may go.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct WayView {
    /// Where to.
    pub to: Position,
    /// That stage's title.
    pub title: Text,
    /// What it asks for and is still missing.
    pub missing: Vec<FormField>,
    /// Conditions that do not hold, in words.
    pub unmet: Vec<Text>,
    /// Leads into the next lifecycle.
    pub converts: bool,
}

/// A field a form asks for.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FormField {
    /// Which.
    pub field: Field,
    /// What it holds now.
    pub value: Option<Value>,
    /// What it may hold, when that is a list.
    pub options: Vec<Text>,
}

/// A move's outcome.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Moved {
    /// It moved.
    Done(Done),
    /// It did not, and why: fields to fill in, conditions that do not hold.
    Refused {
        /// Where it was to go.
        to: Position,
        /// Fields that are missing; filling them in and moving again may do.
        missing: Vec<FormField>,
        /// Conditions that do not hold.
        unmet: Vec<Text>,
    },
}
