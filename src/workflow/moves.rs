//! The questions: where may this card go, may it go there now, and does it go by itself? Absent: moving it.

use super::{
    Conversion, Direction, End, Event, MoveSpec, StageSpec, Trigger, Way, Workflows,
    condition::{Condition, Facts},
    opening,
};
use crate::domain::{Field, Fields, Lead, Lifecycle, Position, Text, Timestamp, Value, document::hint};
use std::fmt;

/// A move that may be made, and what it brings with it.
#[derive(Clone, PartialEq, Debug)]
pub struct Allowed {
    /// Where to.
    pub to: Position,
    /// Which way that is.
    pub direction: Direction,
    /// Fields to fill with it that nobody has filled: what a new opportunity starts with. They may be changed later.
    pub writes: Vec<(Field, Value)>,
    /// The person goes on the do-not-contact list in the same transaction.
    pub suppresses: bool,
    /// How likely a deal is there, 0 to 100.
    pub probability: Option<u8>,
    /// What becomes of the HaloPSA ticket.
    pub ticket: TicketChange,
}

/// What a move does to the HaloPSA ticket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TicketChange {
    /// Another status.
    Status,
    /// Another type and status.
    TypeAndStatus,
    /// A new ticket, linked to the old one, which is closed.
    Linked,
}

/// A field that must be filled first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missing {
    /// Which.
    pub field: Field,
    /// Its name for people.
    pub label: &'static str,
}

/// Why a move may not be made. Nothing has changed; trying again helps once what it names is there.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such stage.
    #[error("{0}")]
    UnknownStage(#[from] UnknownStage),
    /// It is already there.
    #[error("the card is already in {0}")]
    AlreadyThere(Text),
    /// Its contact was merged into another, whose card stands for both.
    #[error("this lead was folded into another by a merge; move that one, or undo the merge")]
    Folded,
    /// No move leads there from where it is.
    #[error("from {from} a card cannot go to {to}{}", from_here(.ways))]
    NoWay {
        /// Title of where it is.
        from: Text,
        /// Title of where it was to go.
        to: Text,
        /// Titles of where it could go.
        ways: Vec<Text>,
    },
    /// Something is missing.
    #[error("not yet {to}: {}", wanting(.missing, .unmet))]
    NotYet {
        /// Title of where it was to go.
        to: Text,
        /// Fields to fill first; the form for them can be opened.
        missing: Vec<Missing>,
        /// Conditions that do not hold, in words.
        unmet: Vec<String>,
    },
}

fn from_here(ways: &[Text]) -> String {
    let list = ways.iter().map(Text::as_str).collect::<Vec<_>>().join(", ");
    if list.is_empty() { "; it has come to its end".to_owned() } else { format!("; it can go to {list}") }
}

fn wanting(missing: &[Missing], unmet: &[String]) -> String {
    let labels: Vec<_> = missing.iter().map(|field| field.label).collect();
    let fill = (!labels.is_empty()).then(|| format!("fill in {}", labels.join(", ")));
    fill.into_iter().chain(unmet.iter().cloned()).collect::<Vec<_>>().join("; ")
}

/// No stage has that name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownStage {
    /// What was asked for.
    pub given: String,
    /// The stage it may have been meant for.
    pub nearest: Option<Position>,
    words: String,
}

impl fmt::Display for UnknownStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for UnknownStage {}

impl Workflows {
    /// Where a card may go from here, likeliest first: forward, then out, then back. None from an end but back.
    /// A card in a stage that the file no longer has can go to the beginning of its lifecycle.
    pub fn ways(&self, from: &Position) -> Vec<Way> {
        let Some(here) = self.stage(from) else {
            let first = self.first(from.lifecycle).position.clone();
            return self.way(&plain(from, first), Direction::Back).into_iter().collect();
        };
        let written = self.moves.iter().filter(|edge| edge.from == *from);
        let mut ways: Vec<Way> = written.filter_map(|edge| self.way(edge, self.direction(edge))).collect();
        if let Some(to) = self.came_from(here)
            && ways.iter().all(|way| way.to != to)
        {
            ways.extend(self.way(&plain(from, to), Direction::Back));
        }
        ways.sort_by_key(|way| way.direction);
        ways
    }

    /// One stage on: where `L` takes a card.
    pub fn forward(&self, from: &Position) -> Option<Position> {
        self.ways(from).into_iter().find(|way| way.direction == Direction::Forward).map(|way| way.to)
    }

    /// One stage back: where `H` takes a card.
    pub fn back(&self, from: &Position) -> Option<Position> {
        self.ways(from).into_iter().find(|way| way.direction == Direction::Back).map(|way| way.to)
    }

    /// Whether `lead` may go to `to` now, given its contact's `fields` (with whatever the move's form has filled in).
    pub fn check(&self, lead: &Lead, to: &Position, fields: &Fields, now: Timestamp) -> Result<Allowed, Refusal> {
        let Some(there) = self.stage(to) else { return Err(self.unknown(&to.to_string()).into()) };
        if lead.folded {
            return Err(Refusal::Folded);
        }
        if lead.position == *to {
            return Err(Refusal::AlreadyThere(there.title.clone()));
        }
        let ways = self.ways(&lead.position);
        let Some(way) = ways.iter().find(|way| way.to == *to) else {
            return Err(Refusal::NoWay {
                from: self.stage(&lead.position).map_or_else(|| lead.position.stage.0.clone(), |here| here.title.clone()),
                to: there.title.clone(),
                ways: ways.into_iter().map(|way| way.title).collect(),
            });
        };
        let (missing, unmet) = lacking(way, &self.facts(lead, fields, None, now));
        if !missing.is_empty() || !unmet.is_empty() {
            return Err(Refusal::NotYet { to: there.title.clone(), missing, unmet });
        }
        Ok(Allowed {
            to: to.clone(),
            direction: way.direction,
            writes: self.writes(&lead.position, to, fields, now),
            suppresses: there.suppresses,
            probability: there.probability,
            ticket: self.ticket_change(&lead.position, to),
        })
    }

    /// Where `lead` goes by itself now, if anywhere: a time has run out, `event` was waited for, or a condition has
    /// come to hold, and nothing that the move requires is missing. Moves are tried in the file's order.
    ///
    /// To make the move, keep the event's name among the lead's tags first and then ask [`Workflows::check`], which knows
    /// what has happened from the tags alone.
    pub fn due(&self, lead: &Lead, fields: &Fields, event: Option<&Event>, now: Timestamp) -> Option<Position> {
        if !self.automatic() || lead.folded {
            return None;
        }
        let facts = self.facts(lead, fields, event, now);
        let ripe = |edge: &&MoveSpec| match &edge.trigger {
            Trigger::Manual => false,
            Trigger::After(period) => now.since(lead.since) >= period.0,
            Trigger::On(name) => event.is_some_and(|event| event.name == name.as_str()),
            Trigger::When(condition) => condition.holds(&facts),
        };
        let free = |edge: &&MoveSpec| {
            self.way(edge, Direction::Forward).is_some_and(|way| {
                let (missing, unmet) = lacking(&way, &facts);
                missing.is_empty() && unmet.is_empty()
            })
        };
        self.moves.iter().filter(|edge| edge.from == lead.position).filter(ripe).find(free).map(|edge| edge.to.clone())
    }

    /// When a card that entered its stage at `since` next has a time run out: what a scheduler waits for.
    pub fn next_deadline(&self, lead: &Lead) -> Option<Timestamp> {
        let timed = self.moves.iter().filter(|edge| edge.from == lead.position);
        timed.filter_map(|edge| if let Trigger::After(period) = &edge.trigger { Some(lead.since.plus(period.0)) } else { None }).min()
    }

    /// The stage that a person means: `lead/researching`, `researching`, `Researching`, or the end of a lifecycle's
    /// name. A name that several lifecycles have is the one in `near`'s lifecycle.
    pub fn find(&self, name: &str, near: Option<&Position>) -> Result<Position, UnknownStage> {
        let wanted = name.trim().to_lowercase().replace([' ', '-'], "_");
        let matches = |spec: &&StageSpec| {
            spec.position.to_string() == wanted
                || spec.position.stage.as_str() == wanted
                || spec.title.to_lowercase().replace([' ', '-'], "_") == wanted
        };
        let found: Vec<_> = self.stages.iter().filter(matches).collect();
        let here = near.and_then(|near| found.iter().find(|spec| spec.position.lifecycle == near.lifecycle));
        here.or(found.first()).map(|spec| spec.position.clone()).ok_or_else(|| self.unknown(name))
    }

    fn unknown(&self, given: &str) -> UnknownStage {
        let full = given.contains('/');
        let name = |spec: &StageSpec| if full { spec.position.to_string() } else { spec.position.stage.to_string() };
        let names: Vec<String> = self.stages.iter().map(name).collect();
        let near = crate::domain::document::nearest(given, names.iter().map(String::as_str));
        let nearest = near.and_then(|near| self.stages.iter().find(|spec| name(spec) == near)).map(|spec| spec.position.clone());
        let given = Text::new(given);
        let words = format!("no stage is called {:?}{}", given.as_str(), hint(&given, names.iter().map(String::as_str)));
        UnknownStage { given: given.as_str().to_owned(), nearest, words }
    }

    fn facts<'a>(&self, lead: &'a Lead, fields: &'a Fields, event: Option<&'a Event>, now: Timestamp) -> Facts<'a> {
        Facts { lead, fields, event, now, fit_threshold: self.fit_threshold() }
    }

    fn way(&self, edge: &MoveSpec, direction: Direction) -> Option<Way> {
        let there = self.stage(&edge.to)?;
        let mut required = edge.required.clone();
        if there.asks_reason && !required.contains(&Field::OutcomeReason) {
            required.push(Field::OutcomeReason);
        }
        Some(Way {
            to: edge.to.clone(),
            title: there.title.clone(),
            direction,
            trigger: edge.trigger.clone(),
            required,
            asks: edge.asks.clone(),
            asks_reason: there.asks_reason,
            conditions: edge.conditions.clone(),
        })
    }

    fn direction(&self, edge: &MoveSpec) -> Direction {
        match self.stage(&edge.to).and_then(|there| there.end) {
            Some(End::Won) => Direction::Forward,
            Some(End::Lost | End::Out) => Direction::Out,
            None if self.rank(&edge.to) > self.rank(&edge.from) => Direction::Forward,
            None => Direction::Back,
        }
    }

    /// Where a person may send a card back to: where the first move into this stage starts, within the lifecycle.
    /// Not from do-not-contact (undo takes that back, with the list entry), and not across a conversion.
    fn came_from(&self, here: &StageSpec) -> Option<Position> {
        let lifecycle = here.position.lifecycle;
        let may = match lifecycle {
            Lifecycle::Lead => &self.file.lead,
            Lifecycle::Prospect => &self.file.prospect,
            Lifecycle::Opportunity => &self.file.opportunity,
        };
        if here.suppresses || !may.as_ref().is_some_and(|spec| spec.back) {
            return None;
        }
        let leads_here = |edge: &&MoveSpec| edge.to == here.position && edge.from.lifecycle == lifecycle;
        self.moves.iter().find(leads_here).map(|edge| edge.from.clone())
    }

    fn writes(&self, from: &Position, to: &Position, fields: &Fields, now: Timestamp) -> Vec<(Field, Value)> {
        let opens = to.lifecycle == Lifecycle::Opportunity && from.lifecycle != Lifecycle::Opportunity;
        if opens { opening::values(&self.file.opening, fields, now) } else { Vec::new() }
    }

    fn ticket_change(&self, from: &Position, to: &Position) -> TicketChange {
        match self.conversion() {
            _ if from.lifecycle == to.lifecycle => TicketChange::Status,
            Conversion::InPlace => TicketChange::TypeAndStatus,
            Conversion::Linked => TicketChange::Linked,
        }
    }
}

fn plain(from: &Position, to: Position) -> MoveSpec {
    MoveSpec { from: from.clone(), to, trigger: Trigger::Manual, required: Vec::new(), asks: Vec::new(), conditions: Vec::new() }
}

/// What a move still lacks. An empty reason counts as missing like any other field.
fn lacking(way: &Way, facts: &Facts<'_>) -> (Vec<Missing>, Vec<String>) {
    let empty = |field: &&Field| facts.fields.get(**field).is_none_or(Value::is_blank);
    let missing: Vec<_> = way.required.iter().filter(empty).map(|field| Missing { field: *field, label: field.label() }).collect();
    let waits_for = if let Trigger::When(condition) = &way.trigger { Some(condition) } else { None };
    // What a missing field makes fail is not said twice.
    let said = |condition: &Condition| missing.iter().any(|gap| condition.asks_only_for(gap.field));
    let unmet = waits_for.into_iter().chain(&way.conditions).filter(|condition| !said(condition) && !condition.holds(facts));
    let mut words: Vec<String> = unmet.map(|condition| condition.words(facts)).collect();
    words.dedup();
    (missing, words)
}
