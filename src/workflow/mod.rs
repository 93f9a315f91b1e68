//! Lifecycles, guards, automation: where a lead may go, what that takes, and what happens by itself.
//!
//! Absent on purpose: I/O, the clock, chance, and every write. A [`Workflows`] is read once from text and then only
//! answers questions; a refused move changes nothing because nothing here can change anything.
//!
//! Read in this order: `file` (what may be written), `build` (whether it makes sense), `condition` (expressions),
//! `moves` (the questions), `opening` (what a new opportunity starts with), `described` (the JSON forms of the
//! described system), `analytics` (how leads fare).

pub mod analytics;
mod build;
mod condition;
mod described;
mod file;
mod moves;
mod opening;

pub use condition::{Condition, EVENTS, field_called, name_of};
pub use file::{Conversion, End, LifecycleFile, MoveFile, Opening, SHIPPED, StageFile, WorkflowFile};
pub use moves::{Allowed, Missing, Refusal, TicketChange, UnknownStage};

use crate::domain::{
    Field, Lifecycle, Period, Position, Text,
    document::{Node, Page, Problem, Problems, Reading, reading},
};

/// The three lifecycles, ready to be asked.
#[derive(Clone, PartialEq, Debug)]
pub struct Workflows {
    /// As it was written, with what was not written filled in; [`Workflows::to_toml`] writes it.
    file: WorkflowFile,
    events: Vec<String>,
    stages: Vec<StageSpec>,
    moves: Vec<MoveSpec>,
    notes: Vec<String>,
}

/// A stage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StageSpec {
    /// Where on the board.
    pub position: Position,
    /// For people.
    pub title: Text,
    /// HaloPSA's name of the status.
    pub status: Text,
    /// HaloPSA's name of the ticket type.
    pub ticket_type: Text,
    /// Cards end here, and how.
    pub end: Option<End>,
    /// How likely a deal is here, 0 to 100.
    pub probability: Option<u8>,
    /// Entering it puts the person on the do-not-contact list.
    pub suppresses: bool,
    /// Entering it asks for a reason, kept in [`Field::OutcomeReason`].
    pub asks_reason: bool,
    /// A card that stays longer is stuck.
    pub stuck_after: Option<Period>,
}

impl StageSpec {
    /// Cards end here.
    pub const fn is_exit(&self) -> bool {
        self.end.is_some()
    }
}

/// A move as the file says it.
#[derive(Clone, PartialEq, Debug)]
struct MoveSpec {
    from: Position,
    to: Position,
    trigger: Trigger,
    required: Vec<Field>,
    asks: Vec<Field>,
    conditions: Vec<Condition>,
}

/// What makes a move happen.
#[derive(Clone, PartialEq, Debug)]
pub enum Trigger {
    /// A person.
    Manual,
    /// By itself, after so long in the stage.
    After(Period),
    /// By itself, when an event of that name arrives.
    On(String),
    /// By itself, as soon as the condition holds; nobody can make it while it does not.
    When(Condition),
}

/// Which way a move goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Direction {
    /// Nearer to a deal.
    Forward,
    /// Out of the pipeline without one.
    Out,
    /// Back to where the card came from.
    Back,
}

/// Where a card may go from where it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Way {
    /// The stage.
    pub to: Position,
    /// Its title.
    pub title: Text,
    /// Which way that is.
    pub direction: Direction,
    /// What makes it happen.
    pub trigger: Trigger,
    /// Fields that must be filled, the reason among them where one is asked.
    pub required: Vec<Field>,
    /// Fields that the form shows as well.
    pub asks: Vec<Field>,
    /// A reason is asked for ([`Field::OutcomeReason`], which is then among `required`).
    pub asks_reason: bool,
    /// What else must hold.
    pub conditions: Vec<Condition>,
}

/// Something that happened to a lead outside: an e-mail was sent, an answer came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Its name, one of [`Workflows::events`]. Whoever reports an event also keeps its name among the lead's tags,
    /// so that later conditions can ask for it.
    pub name: Text,
}

impl Event {
    /// An event of that name.
    pub fn new(name: &str) -> Self {
        Self { name: Text::new(name) }
    }
}

impl Default for Workflows {
    /// The shipped ones.
    #[allow(clippy::expect_used, reason = "the shipped file is part of the program; a test reads it")]
    fn default() -> Self {
        Self::from_tree(&shipped()).expect("the shipped workflows.toml makes sense")
    }
}

#[allow(clippy::expect_used, reason = "the shipped file is part of the program; a test reads it")]
fn shipped() -> Node {
    Node::toml(Page::shipped("workflows.toml", SHIPPED)).expect("the shipped workflows.toml is TOML")
}

impl Workflows {
    /// Reads a `workflows.toml`. A lifecycle it gives replaces the shipped one; the rest stays as shipped.
    pub fn parse_toml(text: &str, file: &str) -> Result<Self, Problems> {
        Self::over_shipped(Node::toml(Page::of_user(file, text))?)
    }

    /// Reads a `workflows.json` in any form of the described system: `lead_lifecycle` and its sisters at the top or
    /// under `workflows`, or the `workflow_settings` form (requirements 12.2, 12.4). What it does not say stays as
    /// shipped; what it says that has no meaning here is told by [`Workflows::notes`].
    pub fn parse_json(text: &str, file: &str) -> Result<Self, Problems> {
        let (tree, notes) = described::translate(&Node::json(Page::of_user(file, text))?)?;
        Ok(Self { notes, ..Self::over_shipped(tree)? })
    }

    fn over_shipped(user: Node) -> Result<Self, Problems> {
        let mut tree = shipped();
        for lifecycle in Lifecycle::ALL {
            if user.get(lifecycle.key()).is_some() {
                tree.remove(lifecycle.key());
            }
        }
        tree.overlay(user);
        Self::from_tree(&tree)
    }

    fn from_tree(tree: &Node) -> Result<Self, Problems> {
        let Reading { value, problems, complete } = reading::<WorkflowFile>(tree);
        match value {
            // An unknown key does not keep the rest from being checked; but a stage that could not be read would make
            // every move to it look wrong.
            Some(file) if complete => match build::build(file, tree) {
                Ok(workflows) => Problems::none_of(problems).map(|()| workflows),
                Err(more) => Err(more.and(problems)),
            },
            _ => {
                Problems::none_of(problems)?;
                Err(Problem::new(&tree.origin, "", "cannot be read").into())
            }
        }
    }

    /// As a `workflows.toml` that says all of it; [`Workflows::parse_toml`] reads it back.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(&self.file).unwrap_or_default()
    }

    /// The same with other names of the HaloPSA ticket types, where given. Fails when two stages would then share
    /// ticket type and status.
    pub fn with_ticket_types(&self, name_of: impl Fn(Lifecycle) -> Option<String>) -> Result<Self, Problem> {
        let mut file = self.file.clone();
        for (lifecycle, spec) in
            [(Lifecycle::Lead, &mut file.lead), (Lifecycle::Prospect, &mut file.prospect), (Lifecycle::Opportunity, &mut file.opportunity)]
        {
            if let (Some(spec), Some(name)) = (spec, name_of(lifecycle)) {
                spec.ticket_type = Some(name);
            }
        }
        let renamed = build::build(file, &Node::empty());
        let first = |problems: Problems| problems.into_list().swap_remove(0);
        renamed.map(|workflows| Self { notes: self.notes.clone(), ..workflows }).map_err(first)
    }

    /// What becomes of the HaloPSA ticket on conversion.
    pub const fn conversion(&self) -> Conversion {
        self.file.conversion
    }

    /// Whether cards move by themselves.
    pub const fn automatic(&self) -> bool {
        self.file.automatic
    }

    /// How often times and conditions are to be looked at.
    pub const fn poll(&self) -> Period {
        self.file.poll
    }

    /// The fit score that conditions call `fit_threshold`.
    pub const fn fit_threshold(&self) -> u8 {
        self.file.fit_threshold
    }

    /// Names of the events that conditions and moves may ask for.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        EVENTS.iter().copied().chain(self.events.iter().map(String::as_str))
    }

    /// What the file says that has no effect here, a sentence each, for `config check`.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The stages of a lifecycle in order.
    pub fn stages(&self, lifecycle: Lifecycle) -> &[StageSpec] {
        let of = |spec: &StageSpec| spec.position.lifecycle;
        let from = self.stages.partition_point(|spec| of(spec) < lifecycle);
        let to = self.stages.partition_point(|spec| of(spec) <= lifecycle);
        &self.stages[from..to]
    }

    /// Where cards begin in a lifecycle.
    pub fn first(&self, lifecycle: Lifecycle) -> &StageSpec {
        // `build` refuses a lifecycle without stages.
        &self.stages(lifecycle)[0]
    }

    /// One stage.
    pub fn stage(&self, position: &Position) -> Option<&StageSpec> {
        self.stages.iter().find(|spec| spec.position == *position)
    }

    /// The stage that HaloPSA's names stand for, ignoring case.
    pub fn position_of(&self, ticket_type: &str, status: &str) -> Option<Position> {
        let same = |a: &str, b: &str| a.trim().to_lowercase() == b.trim().to_lowercase();
        self.stages.iter().find(|spec| same(&spec.ticket_type, ticket_type) && same(&spec.status, status)).map(|spec| spec.position.clone())
    }

    /// Where on the way to a deal: by lifecycle, then by order in it.
    fn rank(&self, position: &Position) -> Option<usize> {
        self.stages.iter().position(|spec| spec.position == *position)
    }
}
