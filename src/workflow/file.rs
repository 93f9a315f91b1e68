//! `workflows.toml` as types: what may be written there, and the shipped one. Absent: whether it makes sense
//! (`build` checks that).

use crate::domain::Period;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The shipped file: the pipeline as it is unless configured.
pub const SHIPPED: &str = include_str!("../../config/workflows.toml");

/// Where leads go and what that takes. A lifecycle that is given replaces the shipped one as a whole; one that is
/// not given stays as shipped.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "workflows.toml")]
pub struct WorkflowFile {
    /// What becomes of the HaloPSA ticket when a lead turns into a prospect or an opportunity.
    pub conversion: Conversion,
    /// Whether cards move by themselves at all.
    pub automatic: bool,
    /// How often times and conditions are looked at.
    #[schemars(with = "String")]
    pub poll: Period,
    /// The fit score (0 to 100) that conditions call `fit_threshold`.
    #[schemars(range(max = 100))]
    pub fit_threshold: u8,
    /// Names of further things that happen to leads, besides the built-in ones (`email_sent`, `phone_called`,
    /// `response_received`, `meeting_booked`, `opted_out`). A condition may ask for them, a move may wait for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// What a new opportunity starts with.
    pub opening: Opening,
    /// From found to interested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<LifecycleFile>,
    /// From interested to qualified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prospect: Option<LifecycleFile>,
    /// From qualified to won or lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opportunity: Option<LifecycleFile>,
}

impl Default for WorkflowFile {
    /// Poll: requirements 12.4; threshold: requirements 10.4. No lifecycles: those are in the shipped file.
    fn default() -> Self {
        Self {
            conversion: Conversion::default(),
            automatic: true,
            poll: Period::minutes(15),
            fit_threshold: 70,
            events: Vec::new(),
            opening: Opening::default(),
            lead: None,
            prospect: None,
            opportunity: None,
        }
    }
}

/// What becomes of the HaloPSA ticket on conversion.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Conversion {
    /// The ticket changes its type and status: one ticket, one history.
    #[default]
    InPlace,
    /// A new ticket is made and linked; the old one is closed.
    Linked,
}

/// What a new opportunity starts with where nobody has said otherwise (requirements 11.4, 11.5, 12.4).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Opening {
    /// Months until the expected close when the timeframe says nothing.
    #[schemars(range(min = 1, max = 120))]
    pub close_months: u8,
    /// The least value an opportunity is given.
    #[schemars(range(min = 0))]
    pub minimum_value: i64,
}

impl Default for Opening {
    fn default() -> Self {
        Self { close_months: 3, minimum_value: 0 }
    }
}

/// One lifecycle.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LifecycleFile {
    /// HaloPSA's name of the ticket type; the lifecycle's own name unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_type: Option<String>,
    /// Whether a person may send a card back to where it came from.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub back: bool,
    /// The stages in order; the first is where cards begin.
    pub stages: Vec<StageFile>,
    /// Which moves there are, the likeliest from each stage first.
    pub moves: Vec<MoveFile>,
}

/// One stage.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageFile {
    /// Its name in this file, in commands and in the database: small letters, digits and `_`.
    pub key: String,
    /// Its name for people; made from the key unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// HaloPSA's name of the status; the title unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Cards end here, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    /// How likely a deal is here, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 100))]
    pub probability: Option<u8>,
    /// Entering it puts the person on the do-not-contact list at once.
    #[serde(default, skip_serializing_if = "is_no")]
    pub suppress: bool,
    /// Entering it asks for a reason, which is kept in CF_304.
    #[serde(default, skip_serializing_if = "is_no")]
    pub reason: bool,
    /// A card that stays longer counts as stuck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub stuck_after: Option<Period>,
}

/// How a card ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The deal was made.
    Won,
    /// The deal was not made.
    Lost,
    /// It left the pipeline before there was a deal.
    Out,
}

/// One move. With neither `after`, `on` nor `when` only a person makes it; with one of them it also happens by
/// itself, and a person may still make it earlier (but never against `when`, `conditions` or `required`).
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveFile {
    /// The stage it starts from.
    pub from: String,
    /// The stage it leads to; `lifecycle/stage` when that is in another lifecycle.
    pub to: String,
    /// Happens by itself when a card has stayed this long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub after: Option<Period>,
    /// Happens by itself when this event arrives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// Happens by itself as soon as this condition holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Fields that must be filled, by key (`CF_201`) or name (`pain_points`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// Fields that the form shows as well; they may stay empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<String>,
    /// Expressions over fields that must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
}

const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_yes(flag: &bool) -> bool {
    *flag
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_no(flag: &bool) -> bool {
    !*flag
}
