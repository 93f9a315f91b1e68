//! The header, Home, and how each source stands.

use crate::{
    domain::{Lifecycle, ReviewKind, Run, RunState, Source, Text, Timestamp},
    matching::calibrate::{Audit, ENOUGH},
    store::OutboxCounts,
};
use serde::Serialize;
use std::time::Duration;

/// The header line of every screen.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Status {
    /// Open questions.
    pub queue: u64,
    /// Writes on the way to HaloPSA, and those that need a person.
    pub outbox: OutboxCounts,
    /// How HaloPSA is doing.
    pub halo: HaloState,
    /// Last finished pull.
    pub pulled_at: Option<Timestamp>,
    /// Imports under way.
    pub running: u32,
}

/// How HaloPSA is doing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "why")]
pub enum HaloState {
    /// No address or login configured.
    NotConfigured,
    /// Nothing was tried yet.
    Unknown,
    /// The last call went well.
    Ok,
    /// The last call failed; the sentence says why and what to do.
    Trouble(Text),
}

/// The Home screen.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Home {
    /// Open questions by kind.
    pub reviews: Vec<(ReviewKind, u64)>,
    /// How merges made without asking turned out.
    pub auto_merges: AutoMerges,
    /// Cards by lifecycle.
    pub pipeline: Vec<LifecycleCount>,
    /// Cards that stand longer than the configured time.
    pub stuck: u64,
    /// Writes to HaloPSA.
    pub outbox: OutboxCounts,
    /// The sources.
    pub sources: Vec<SourceState>,
    /// Who did what since this person last looked, most first.
    pub since: Vec<Deed>,
    /// When this person last looked.
    pub last_look: Option<Timestamp>,
    /// People known.
    pub contacts: u64,
}

/// How merges made without asking turned out, by those of them that a person looked at. The bounds are Wilson's: the
/// share lies under `at_least` once in twenty times, and over `at_most` once in twenty.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize)]
pub struct AutoMerges {
    /// How many were looked at.
    pub checked: u32,
    /// How many of them were wrong.
    pub wrong: u32,
    /// How many wait to be looked at.
    pub open: u64,
    /// The share that was right, 0 to 1, once enough were looked at to tell.
    pub right: Option<f64>,
    /// What it is at least.
    pub at_least: Option<f64>,
    /// What it is at most.
    pub at_most: Option<f64>,
}

impl AutoMerges {
    pub(in crate::services) fn new(audit: Audit, open: u64) -> Self {
        let told = |value: Option<f64>| value.filter(|_| audit.tells());
        let (right, at_least, at_most) = (told(audit.precision()), told(audit.at_least()), told(audit.at_most()));
        Self { checked: audit.checked, wrong: audit.wrong, open, right, at_least, at_most }
    }

    /// In a sentence; nothing where none was looked at and none waits.
    pub fn words(&self) -> Option<String> {
        let Self { checked, wrong, .. } = *self;
        Some(match (self.numbers(), checked) {
            (Some((right, low, high)), _) => format!("auto-merges {right} % right ({low}-{high} %) of {checked}"),
            (None, 0) if self.open == 0 => return None,
            (None, 0) => "auto-merges: none was looked at yet".to_owned(),
            (None, _) => format!("auto-merges {} of {checked} right: too few to tell, {ENOUGH} do", checked - wrong),
        })
    }

    /// The same in 36 cells.
    pub fn short(&self) -> Option<String> {
        let Self { checked, wrong, .. } = *self;
        Some(match (self.numbers(), checked) {
            (Some((right, low, high)), _) => format!("auto-merge {right} % ({low}-{high}) of {checked}"),
            (None, 1..) => format!("auto-merge {} of {checked} right: too few", checked - wrong),
            (None, 0) => return self.words(),
        })
    }

    /// Percentages, the bounds rounded outwards.
    fn numbers(&self) -> Option<(String, String, String)> {
        let percent = |share: f64, round: fn(f64) -> f64| {
            let tenths = round(share * 1000.0) / 10.0;
            if tenths >= 100.0 { "100".to_owned() } else { format!("{tenths:.1}") }
        };
        // One wrong one is not "100 % right", however many were looked at.
        let right: fn(f64) -> f64 = if self.wrong == 0 { f64::round } else { f64::floor };
        Some((percent(self.right?, right), percent(self.at_least?, f64::floor), percent(self.at_most?, f64::ceil)))
    }
}

/// How many cards a lifecycle holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LifecycleCount {
    /// Which.
    pub lifecycle: Lifecycle,
    /// How many on the way (exits left out).
    pub cards: u64,
    /// How many moved or came in today.
    pub today: u64,
}

/// "kim merged 41".
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Deed {
    /// Who, or which rule.
    pub actor: Text,
    /// What.
    pub action: Text,
    /// How often.
    pub times: u64,
}

/// One source on the Imports screen.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SourceState {
    /// Which.
    pub source: Source,
    /// How it stands.
    pub state: SourceStanding,
    /// In words where there is something to say: the last error, when it may go on.
    pub note: Text,
    /// The latest run.
    pub last: Option<Run>,
    /// Saved searches, by name.
    pub searches: Vec<SearchState>,
    /// Credits left: under our own ceiling, else what the source said last.
    pub credits: Option<i64>,
    /// Calls that our own budget leaves for now, where it is nearest to its end: left, of how many, in how long.
    pub rate: Option<(u32, u32, Duration)>,
}

/// A saved search.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SearchState {
    /// Its name.
    pub name: Text,
    /// When it starts by itself, as it is configured.
    pub schedule: Option<Text>,
    /// Its latest run: when it began, and how it stands.
    pub last: Option<(Timestamp, RunState)>,
    /// When it starts next by itself.
    pub next: Option<Timestamp>,
}

/// How a source stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceStanding {
    /// No key configured; only its files can be imported.
    NotConfigured,
    /// Comes by file only.
    FileOnly,
    /// Ready.
    Idle,
    /// An import is under way.
    Running,
    /// Waits for a rate limit.
    Waiting,
    /// A person paused it.
    Paused,
    /// The login was refused.
    Refused,
    /// The last run failed.
    Failed,
}
