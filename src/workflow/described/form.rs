//! What may stand in the described system's `workflows.json`, as types, so that a slip in it is found. Absent: what it
//! means.

use crate::domain::Period;
use serde::{Deserialize, Deserializer, de};
use std::{collections::BTreeMap, fmt};

/// Any value; its place in the file is right, but it has no meaning here.
pub type Unused = de::IgnoredAny;

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Described {
    pub workflows: Lifecycles,
    pub lead_lifecycle: Option<Steps>,
    pub prospect_lifecycle: Option<Steps>,
    pub opportunity_lifecycle: Option<Steps>,
    pub workflow_settings: Option<Settings>,
    pub scoring: Scoring,
    pub data_sources: Option<Unused>,
    pub deduplication: Option<Unused>,
    pub maintenance: Option<Unused>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Lifecycles {
    #[serde(rename = "lead_lifecycle")]
    pub lead: Option<Steps>,
    #[serde(rename = "prospect_lifecycle")]
    pub prospect: Option<Steps>,
    #[serde(rename = "opportunity_lifecycle")]
    pub opportunity: Option<Steps>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Steps {
    pub stages: Vec<Step>,
    pub transitions: BTreeMap<String, Transition>,
    pub probability_mapping: BTreeMap<String, u8>,
    pub qualification_criteria: Criteria,
    pub disqualification_rules: Option<Unused>,
}

/// A stage: its name, or a table.
#[derive(Default)]
pub struct Step(pub StepTable);

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct StepTable {
    pub name: String,
    pub required_fields: Vec<String>,
    pub auto_progression: AutoProgression,
    pub sla_hours: Option<u64>,
    pub follow_up_days: Option<u64>,
    pub auto_assign: Option<Unused>,
    pub assignment_rules: Option<Unused>,
    pub notifications: Option<Unused>,
    pub follow_up_required: Option<Unused>,
    pub qualification_check: Option<Unused>,
    pub conversion_trigger: Option<Unused>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct AutoProgression {
    pub enabled: bool,
    pub delay_hours: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Transition {
    pub conditions: Vec<String>,
    pub required_fields: Vec<String>,
    #[serde(rename = "auto_transition")]
    pub automatic: bool,
    pub time_window: Option<Period>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Criteria {
    pub fit_score_threshold: Option<u8>,
    pub budget_minimum: Option<Unused>,
    pub timeline_defined: Option<bool>,
    pub decision_maker_identified: Option<bool>,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub enabled: bool,
    pub polling_interval_minutes: Option<u64>,
    pub entity_types: EntityTypes,
    pub custom_fields: Option<Unused>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { enabled: true, polling_interval_minutes: None, entity_types: EntityTypes::default(), custom_fields: None }
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct EntityTypes {
    pub lead: Entity,
    pub prospect: Entity,
    pub opportunity: Entity,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Entity {
    pub ticket_type_id: Option<Unused>,
    pub use_opportunities_api: Option<Unused>,
    pub statuses: BTreeMap<String, Status>,
    pub auto_conversion_rules: BTreeMap<String, Rule>,
    pub auto_promotion_rules: BTreeMap<String, Rule>,
    pub default_values: DefaultValues,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Status {
    /// Ids differ from tenant to tenant; statuses are found by name.
    #[serde(rename = "id")]
    pub unused_id: i64,
    pub name: String,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    pub enabled: bool,
    pub conditions: Vec<String>,
    pub required_fields: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct DefaultValues {
    pub initial_probability_percent: Option<f64>,
    pub default_close_date_months: Option<u8>,
    pub minimum_opportunity_value: Option<f64>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Scoring {
    pub auto_qualification_threshold: Option<f64>,
    #[serde(rename = "enabled")]
    pub unused: Option<Unused>,
    pub algorithms: Option<Unused>,
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Step;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a stage, or a table with its name")
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<Step, E> {
                Ok(Step(StepTable { name: name.to_owned(), ..StepTable::default() }))
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Step, A::Error> {
                StepTable::deserialize(de::value::MapAccessDeserializer::new(map)).map(Step)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
