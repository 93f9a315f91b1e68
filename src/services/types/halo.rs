//! The tenant: sync, set-up, and what doctor finds.

use super::HaloState;
use crate::{
    domain::{ContactId, Operation, Text, Timestamp},
    store::OutboxCounts,
};
use serde::Serialize;

/// The Sync screen.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SyncState {
    /// How HaloPSA is doing.
    pub halo: HaloState,
    /// Who syncs just now (`None`: nobody).
    pub syncing: Option<Text>,
    /// Last finished pull.
    pub pulled_at: Option<Timestamp>,
    /// Outbox figures.
    pub outbox: OutboxCounts,
    /// Linked records by kind.
    pub linked: Vec<(Text, u64)>,
}

/// A write on its way, or a dead letter.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct OperationView {
    /// The operation.
    pub operation: Operation,
    /// What it writes, in a line.
    pub words: Text,
    /// Its contact, where there is one.
    pub contact: Option<ContactId>,
}

/// A line of `doctor`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Check {
    /// What was looked at.
    pub what: Text,
    /// How it is.
    pub verdict: Verdict,
    /// What was found, and what to do.
    pub words: Text,
}

/// How a check came out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Fine.
    Ok,
    /// Works, but look at it.
    Warn,
    /// Does not work.
    Fail,
}

/// What `setup` found and did.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct SetupReport {
    /// What was found, by name.
    pub found: Vec<Text>,
    /// What was created, or would be.
    pub created: Vec<Text>,
    /// What is missing and cannot be created by us, with what to do.
    pub missing: Vec<Text>,
}
