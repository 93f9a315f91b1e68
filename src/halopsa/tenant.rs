//! What a tenant calls its ticket types, statuses, agents and custom fields, resolved from names to ids once; and what
//! is missing, in words. Pure: it is built from rows that somebody else fetched.

use super::{
    Entity,
    wire::{self, Row},
};
use crate::domain::{Field, Position, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::fmt;

/// A stage of our board, and the names of the ticket type and status that show it in HaloPSA.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StageSpec {
    /// The stage.
    pub position: Position,
    /// The ticket type's name.
    pub ticket_type: String,
    /// The status's name.
    pub status: String,
}

/// A custom field that we want to exist.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FieldSpec {
    /// Which of our fields it holds.
    pub field: Field,
    /// Its name at creation: letters, digits and underscores, at most 64. Halo puts `CF` in front.
    pub name: String,
    /// For people.
    pub label: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// The labels of a selection.
    #[serde(default)]
    pub options: Vec<String>,
    /// On which records.
    #[serde(default = "FieldSpec::on_tickets")]
    pub entity: Entity,
}

impl FieldSpec {
    const fn on_tickets() -> Entity {
        Entity::Ticket
    }
}

/// What a custom field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// One line.
    Text,
    /// A whole number.
    Number,
    /// Several lines.
    Memo,
    /// One of its options.
    Select,
    /// Some of its options.
    Multi,
    /// A date.
    Date,
    /// Yes or no.
    Flag,
    /// Formatted text.
    Rich,
    /// Something that we neither read nor write, such as a table.
    Other,
}

impl FieldType {
    /// Halo's `type` and `inputtype`.
    pub(super) const fn codes(self) -> (i64, i64) {
        match self {
            Self::Text | Self::Other => (0, 0),
            Self::Number => (0, 1),
            Self::Memo => (1, 0),
            Self::Select => (2, 0),
            Self::Multi => (3, 0),
            Self::Date => (4, 0),
            Self::Flag => (6, 0),
            Self::Rich => (10, 0),
        }
    }

    const fn of(kind: i64, input: i64) -> Self {
        match (kind, input) {
            (0, 1 | 2 | 4) => Self::Number,
            (0, _) => Self::Text,
            (1, _) => Self::Memo,
            (2, _) => Self::Select,
            (3, _) => Self::Multi,
            (4, _) => Self::Date,
            (6, _) => Self::Flag,
            (10, _) => Self::Rich,
            _ => Self::Other,
        }
    }
}

/// Something with an id and a name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Named {
    /// Halo's id.
    pub id: i64,
    /// Its name.
    pub name: Text,
    /// An agent's e-mail address; empty for everything else.
    #[serde(default)]
    pub email: Text,
}

/// A ticket type.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TicketType {
    /// Halo's id.
    pub id: i64,
    /// Its name.
    pub name: Text,
    /// Tickets of this type are opportunities.
    pub opportunity: bool,
}

/// A stage of our board by Halo's ids.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StageIds {
    /// The stage.
    pub position: Position,
    /// Its ticket type.
    pub type_id: i64,
    /// Its status.
    pub status_id: i64,
}

/// A custom field that the tenant has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TenantField {
    /// Which of our fields it holds; `None` for the field of our references.
    pub field: Option<Field>,
    /// On which records.
    pub entity: Entity,
    /// Halo's id.
    pub id: i64,
    /// Halo's name of it.
    pub name: Text,
    /// What it really holds, whatever was wanted.
    pub kind: FieldType,
    /// How many characters fit.
    pub chars: usize,
    /// The options of a selection.
    pub options: Vec<Named>,
}

/// A tenant by name.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Tenant {
    /// The ticket types that our stages use.
    pub types: Vec<TicketType>,
    /// Our stages.
    pub stages: Vec<StageIds>,
    /// Our custom fields.
    pub fields: Vec<TenantField>,
    /// Who works there.
    pub agents: Vec<Named>,
    /// Priorities.
    pub priorities: Vec<Named>,
    /// What an action may be filed under.
    pub outcomes: Vec<Named>,
    /// What is not as wanted.
    pub missing: Vec<Missing>,
}

/// Something that is not as wanted; its text says what and what to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Missing {
    /// No ticket type of that name.
    TicketType {
        /// The name.
        name: String,
        /// The nearest there is.
        nearest: Option<Text>,
    },
    /// No status of that name.
    Status {
        /// The ticket type.
        ticket_type: String,
        /// The name.
        name: String,
        /// The nearest there is.
        nearest: Option<Text>,
    },
    /// No such custom field. It can be created.
    Field {
        /// As it should be.
        spec: FieldSpec,
    },
    /// No custom field for our references. It can be created.
    Reference {
        /// On which records.
        entity: Entity,
    },
    /// A selection lacks options.
    Options {
        /// Halo's name of the field.
        name: Text,
        /// The labels that are missing.
        labels: Vec<String>,
    },
    /// No outcome of that name.
    Outcome {
        /// The name.
        name: String,
    },
}

impl Missing {
    /// [`super::Halo::create_missing`] can mend it.
    pub const fn can_be_created(&self) -> bool {
        matches!(self, Self::Field { .. } | Self::Reference { .. })
    }

    /// The thing itself, in a few words, for lists of what was or would be created.
    pub fn what(&self) -> String {
        match self {
            Self::TicketType { name, .. } => format!("ticket type {name}"),
            Self::Status { ticket_type, name, .. } => format!("status {name} of {ticket_type}"),
            Self::Field { spec } => format!("custom field CF{} ({}) on {}s", spec.name, spec.label, spec.entity),
            Self::Reference { entity } => format!("custom field CF{} (our reference) on {entity}s", reference_name(*entity)),
            Self::Options { name, labels } => format!("options {} of {name}", labels.join(", ")),
            Self::Outcome { name } => format!("outcome {name}"),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hint = |nearest: &Option<Text>| nearest.as_ref().map(|name| format!(" (there is {name:?})")).unwrap_or_default();
        match self {
            Self::TicketType { name, nearest } => {
                let hint = hint(nearest);
                write!(
                    f,
                    "HaloPSA has no ticket type {name:?}{hint}. Create it there, or name another one in the workflow's configuration."
                )
            }
            Self::Status { ticket_type, name, nearest } => {
                let hint = hint(nearest);
                write!(
                    f,
                    "The ticket type {ticket_type:?} has no status {name:?}{hint}. Create it there, or name another one in the workflow's configuration."
                )
            }
            Self::Field { spec } => write!(
                f,
                "HaloPSA has no custom field \"CF{}\" for {}s ({}). `leadloom setup` creates it.",
                spec.name, spec.entity, spec.label
            ),
            Self::Reference { entity } => {
                write!(
                    f,
                    "HaloPSA has no custom field \"CF{}\" for our references on {entity}s. `leadloom setup` creates it.",
                    reference_name(*entity)
                )
            }
            Self::Options { name, labels } => write!(
                f,
                "The selection {name:?} lacks the options {}. Add them in HaloPSA; until then these values are not written.",
                labels.join(", ")
            ),
            Self::Outcome { name } => write!(f, "HaloPSA has no outcome {name:?} for notes. Name another one in the configuration."),
        }
    }
}

/// The name at creation of the field for our references. Tickets have a column of their own for that.
pub(super) const fn reference_name(entity: Entity) -> &'static str {
    match entity {
        Entity::Client => "LeadloomClientRef",
        Entity::Site => "LeadloomSiteRef",
        Entity::User => "LeadloomUserRef",
        Entity::Ticket => "LeadloomTicketRef",
    }
}

/// The rows of the tenant's lists, as they came.
pub(super) struct Lists {
    pub types: Vec<Json>,
    /// Ids of opportunity types, from `TicketType?domain=opps`.
    pub opportunities: Vec<i64>,
    /// Per ticket type id.
    pub statuses: Vec<(i64, Vec<Json>)>,
    pub agents: Vec<Json>,
    pub priorities: Vec<Json>,
    pub outcomes: Vec<Json>,
    /// Per kind of record.
    pub fields: Vec<(Entity, Vec<Json>)>,
}

impl Tenant {
    /// Finds every name of `stages` and `specs` in `lists`.
    pub(super) fn resolve(lists: &Lists, stages: &[StageSpec], specs: &[FieldSpec], note_outcome: &str) -> Self {
        let mut tenant = Self {
            agents: named(&lists.agents, "id", "name"),
            priorities: named(&lists.priorities, "priorityid", "name"),
            outcomes: [named(&lists.outcomes, "id", "outcome"), named(&lists.outcomes, "id", "name")].concat(),
            ..Self::default()
        };
        tenant.find_stages(lists, stages);
        tenant.find_fields(lists, specs);
        if !tenant.outcomes.is_empty() && !tenant.outcomes.iter().any(|outcome| same(&outcome.name, note_outcome)) {
            tenant.missing.push(Missing::Outcome { name: note_outcome.to_owned() });
        }
        tenant
    }

    fn find_stages(&mut self, lists: &Lists, stages: &[StageSpec]) {
        let all = named(&lists.types, "id", "name");
        for spec in stages {
            let Some(found) = by_name(&all, &spec.ticket_type) else {
                self.miss(Missing::TicketType { name: spec.ticket_type.clone(), nearest: nearest(&all, &spec.ticket_type) });
                continue;
            };
            let opportunity = lists.opportunities.contains(&found.id) || is_opportunity(&lists.types, found.id);
            if !self.types.iter().any(|have| have.id == found.id) {
                self.types.push(TicketType { id: found.id, name: found.name.clone(), opportunity });
            }
            let rows = lists.statuses.iter().find(|(id, _)| *id == found.id).map_or(&[][..], |(_, rows)| rows);
            let statuses = named(&statuses_for(rows, opportunity), "id", "name");
            if let Some(status) = by_name(&statuses, &spec.status) {
                self.stages.push(StageIds { position: spec.position.clone(), type_id: found.id, status_id: status.id });
            } else {
                let (ticket_type, name) = (spec.ticket_type.clone(), spec.status.clone());
                self.miss(Missing::Status { nearest: nearest(&statuses, &name), ticket_type, name });
            }
        }
    }

    fn find_fields(&mut self, lists: &Lists, specs: &[FieldSpec]) {
        let rows_of = |entity| lists.fields.iter().find(|(have, _)| *have == entity).map_or(&[][..], |(_, rows)| rows);
        for entity in [Entity::Client, Entity::Site, Entity::User] {
            match find_field(rows_of(entity), reference_name(entity), None) {
                Some(row) => self.fields.extend(tenant_field(row, entity, None)),
                None => self.miss(Missing::Reference { entity }),
            }
        }
        for spec in specs {
            let found = find_field(rows_of(spec.entity), &spec.name, Some(&spec.label));
            match found.and_then(|row| tenant_field(row, spec.entity, Some(spec.field))) {
                Some(field) => {
                    let lacks = |label: &&String| !field.options.iter().any(|option| same(&option.name, label));
                    let labels: Vec<String> = spec.options.iter().filter(lacks).cloned().collect();
                    if matches!(field.kind, FieldType::Select | FieldType::Multi) && !labels.is_empty() {
                        self.miss(Missing::Options { name: field.name.clone(), labels });
                    }
                    self.fields.push(field);
                }
                None => self.miss(Missing::Field { spec: spec.clone() }),
            }
        }
    }

    fn miss(&mut self, missing: Missing) {
        if !self.missing.contains(&missing) {
            self.missing.push(missing);
        }
    }

    /// The ticket type and status of a stage.
    pub fn stage(&self, position: &Position) -> Option<&StageIds> {
        self.stages.iter().find(|stage| stage.position == *position)
    }

    /// The stage of a ticket type and status.
    pub fn position(&self, type_id: i64, status_id: i64) -> Option<&Position> {
        self.stages.iter().find(|stage| stage.type_id == type_id && stage.status_id == status_id).map(|stage| &stage.position)
    }

    /// The custom field that holds `field` on records of that kind.
    pub fn field(&self, entity: Entity, field: Field) -> Option<&TenantField> {
        self.fields.iter().find(|have| have.entity == entity && have.field == Some(field))
    }

    /// The custom field that holds our reference on records of that kind.
    pub fn reference_field(&self, entity: Entity) -> Option<&TenantField> {
        self.fields.iter().find(|have| have.entity == entity && have.field.is_none())
    }

    /// The ids of our custom fields on records of that kind, comma separated, as lists want them.
    pub(super) fn custom_ids(&self, entity: Entity) -> String {
        let ids = self.fields.iter().filter(|have| have.entity == entity).map(|have| have.id.to_string());
        ids.collect::<Vec<_>>().join(",")
    }

    /// The agent of that name or e-mail address.
    pub fn agent(&self, who: &str) -> Option<&Named> {
        self.agents.iter().find(|agent| same(&agent.name, who) || (!agent.email.is_empty() && same(&agent.email, who)))
    }
}

/// Names are compared without regard to case and surrounding blanks.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

fn by_name<'a>(all: &'a [Named], name: &str) -> Option<&'a Named> {
    all.iter().find(|have| same(&have.name, name))
}

fn nearest(all: &[Named], name: &str) -> Option<Text> {
    let distance = |have: &&Named| strsim::damerau_levenshtein(&have.name.to_lowercase(), &name.to_lowercase());
    let best = all.iter().min_by_key(distance)?;
    (distance(&best) <= name.len() / 2).then(|| best.name.clone())
}

fn objects(rows: &[Json]) -> impl Iterator<Item = Row<'_>> {
    rows.iter().filter_map(Json::as_object).map(Row)
}

fn named(rows: &[Json], id: &str, name: &str) -> Vec<Named> {
    let one = |row: Row<'_>| Some(Named { id: row.int(id)?, name: row.text(name)?, email: row.text("email").unwrap_or_default() });
    objects(rows).filter_map(one).collect()
}

fn is_opportunity(types: &[Json], id: i64) -> bool {
    objects(types).any(|row| row.int("id") == Some(id) && row.text("use").is_some_and(|kind| same(&kind, "opps")))
}

/// Where the list was not cut to the type (older tenants ignore that filter), the same name may be there once for
/// tickets and once for opportunities: those of the right kind come first.
fn statuses_for(rows: &[Json], opportunity: bool) -> Vec<Json> {
    let kind = |row: &&Json| row.get("type").and_then(Json::as_str).map(|kind| kind.to_lowercase().starts_with("opp"));
    let (mut fitting, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| kind(row).is_none_or(|opp| opp == opportunity));
    fitting.extend(others);
    fitting.into_iter().cloned().collect()
}

/// By name, with or without Halo's prefix; else by label, for fields that somebody made by hand.
fn find_field<'a>(rows: &'a [Json], name: &str, label: Option<&str>) -> Option<Row<'a>> {
    let prefixed = format!("CF{name}");
    let named = |row: &Row<'_>| row.text("name").is_some_and(|have| same(&have, &prefixed) || same(&have, name));
    let labelled = |row: &Row<'_>| label.is_some_and(|label| row.text("label").is_some_and(|have| same(&have, label)));
    objects(rows).find(named).or_else(|| objects(rows).find(labelled))
}

fn tenant_field(row: Row<'_>, entity: Entity, field: Option<Field>) -> Option<TenantField> {
    let kind = FieldType::of(row.int("type").unwrap_or(0), row.int("inputtype").unwrap_or(0));
    let limit = row.int("characterlimit").and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0);
    let usual = if kind == FieldType::Text { 255 } else { 4000 };
    Some(TenantField {
        field,
        entity,
        id: row.id("id")?,
        name: row.text("name")?,
        kind,
        chars: limit.unwrap_or(usual),
        options: objects(row.list("values")).filter_map(option).collect(),
    })
}

fn option(row: Row<'_>) -> Option<Named> {
    let name = row.get("name").or_else(|| row.get("value")).or_else(|| row.get("display")).and_then(wire::text)?;
    Some(Named { id: row.int("id")?, name, email: Text::default() })
}
