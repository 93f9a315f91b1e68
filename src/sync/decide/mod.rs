//! Decisions: what each does at the desk, and how it is taken back. One decision is one transaction: the
//! decision itself, a journal entry, the state, and the writes HaloPSA is to get. One verb, one file.

mod confirm;
mod create;
mod defer;
mod drop;
mod edit;
mod join;
mod merge;
mod refute;
mod settle;
mod stage;
mod undo;

pub use stage::MoveAsked;

use super::{
    Rules,
    golden::{Wants, refresh_contact},
};
use crate::{
    domain::{Action, Actor, ContactId, Decision, DecisionId, Evidence, IdGen, LeadId, ReviewId, Text, Timestamp},
    store::{Desk, StoreError},
    workflow::Refusal,
};
use std::time::Duration;

/// A decision that cannot be made; nothing of it was done.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The workflow does not allow the move.
    #[error("{0}")]
    Refused(Refusal),
    /// Things have changed since the question was shown.
    #[error("somebody like this has come in since this was shown; look at it again")]
    Changed,
    /// It makes no sense as things stand.
    #[error("{0}")]
    Senseless(Text),
}

impl DecideError {
    fn senseless(words: impl Into<String>) -> Self {
        Self::Senseless(Text::from(words.into()))
    }
}

/// What every verb answers.
pub type Result<T, E = DecideError> = std::result::Result<T, E>;

/// Somebody deciding something now, at a desk.
pub struct Deciding<'a> {
    /// The desk.
    pub desk: &'a Desk<'a>,
    /// The rules.
    pub rules: &'a Rules,
    /// For new ids.
    pub ids: &'a dyn IdGen,
    /// When.
    pub now: Timestamp,
    /// Who.
    pub actor: Actor,
    /// How long HaloPSA is kept waiting, so that an undo costs nothing.
    pub hold: Duration,
}

impl Deciding<'_> {
    fn wants(&self, decision: DecisionId) -> Wants<'_> {
        Wants { desk: self.desk, ids: self.ids, now: self.now, not_before: self.now.plus(self.hold), decision: Some(decision) }
    }

    fn refresh(&self, decision: DecisionId, contact: ContactId) -> Result<bool> {
        Ok(refresh_contact(&self.wants(decision), contact, self.rules)?)
    }

    /// Writes the decision and its journal entry; settles the question it answers.
    fn record(
        &self,
        id: DecisionId,
        review: Option<ReviewId>,
        action: Action,
        lead: Option<LeadId>,
        evidence: Option<&Evidence>,
    ) -> Result<Decision> {
        let decision = Decision { id, at: self.now, actor: self.actor.clone(), review, action, undone_by: None };
        self.desk.add_decision(&decision, lead, evidence)?;
        let subject = match (decision.action.contact(), lead, review) {
            (Some(contact), ..) => format!("contact {contact}"),
            (None, Some(lead), _) => format!("lead {lead}"),
            (None, None, Some(review)) => format!("review {review}"),
            (None, None, None) => String::new(),
        };
        let detail = serde_json::json!({ "decision": id }).to_string();
        self.desk.note(self.now, self.actor.name(), decision.action.key(), &subject, &detail)?;
        match (review, &decision.action) {
            (Some(review), Action::Defer { until }) => self.desk.defer_review(review, *until)?,
            (Some(review), _) => self.desk.settle_review(review, id)?,
            (None, _) => {}
        }
        Ok(decision)
    }
}
