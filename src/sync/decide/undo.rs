//! Undo and redo. An undo is a decision like any other, so redo is the undo of an undo.

use super::{DecideError, Deciding, Result};
use crate::{
    domain::{Action, Decision, DecisionId, ReviewId},
    store::StoreError,
};

impl Deciding<'_> {
    /// Takes a decision back, at any time, also after HaloPSA has it. Refused with the reason where a later
    /// decision stands on it.
    pub fn undo(&self, target: DecisionId) -> Result<Decision> {
        let made = self.desk.decision(target)?.ok_or(StoreError::NotFound { what: "decision", id: target.to_string() })?;
        let id = DecisionId::next(self.ids);
        self.desk.mark_undone(target, id)?;
        match &made.action {
            Action::Undo { decision: first } => {
                let first = self.desk.decision(*first)?.ok_or(StoreError::NotFound { what: "decision", id: first.to_string() })?;
                self.desk.mark_redone(first.id)?;
                self.apply_again(id, made.id, &first)?;
            }
            _ => self.take_back(id, &made)?,
        }
        let (contact, lead) = (made.action.contact(), lead_of(&made.action));
        let decision = Decision {
            id,
            at: self.now,
            actor: self.actor.clone(),
            review: None,
            action: Action::Undo { decision: target },
            undone_by: None,
        };
        self.desk.add_decision(&decision, lead, None)?;
        let subject = contact.map(|contact| format!("contact {contact}")).unwrap_or_default();
        let detail = serde_json::json!({ "decision": id, "undoes": target }).to_string();
        self.desk.note(self.now, self.actor.name(), "undo", &subject, &detail)?;
        Ok(decision)
    }

    fn take_back(&self, undo: DecisionId, made: &Decision) -> Result<()> {
        match &made.action {
            Action::Create { record, contact, lead, .. } => self.uncreate(undo, made, *record, *contact, *lead)?,
            Action::Join { record, contact, .. } => {
                self.unjoin(undo, made, *record, *contact)?;
                self.settle_audit(made.id, undo)?;
            }
            Action::Merge { from, into, records, lead, .. } => self.unmerge(undo, made, *from, *into, records, *lead)?,
            Action::Edit { contact, .. } | Action::Settle { contact, .. } => self.set_edit(undo, made, *contact, false)?,
            Action::Move { lead, from, to, .. } => self.move_back(undo, made, *lead, from, to)?,
            Action::Drop { .. } | Action::Defer { .. } => {}
            Action::Confirm { join, .. } => drop(self.audited(ReviewId(join.0))?),
            Action::Refute { .. } => self.unrefute(undo, made)?,
            Action::Undo { .. } => return Err(DecideError::senseless("an undo is redone, not undone")),
        }
        match made.review {
            Some(review) => Ok(self.desk.reopen_review(review)?),
            None => Ok(()),
        }
    }

    /// `first` had been taken back by `undo`; it holds again.
    fn apply_again(&self, redo: DecisionId, undo: DecisionId, first: &Decision) -> Result<()> {
        match &first.action {
            Action::Create { record, contact, lead, not } => self.recreate(redo, first, *record, *contact, *lead, not)?,
            Action::Join { record, contact, .. } => {
                self.rejoin(redo, undo, first, *record, *contact)?;
                self.reopen_audit(first.id, undo)?;
            }
            Action::Merge { from, into, .. } => self.remerge(redo, undo, first, *from, *into)?,
            Action::Edit { contact, .. } | Action::Settle { contact, .. } => self.set_edit(redo, first, *contact, true)?,
            Action::Move { lead, from, to, suppressed, .. } => self.move_again(redo, first, *lead, from, to, suppressed)?,
            Action::Drop { .. } | Action::Defer { .. } => {}
            Action::Confirm { join, .. } => drop(self.audited(ReviewId(join.0))?),
            Action::Refute { .. } => self.refute_again(redo, first)?,
            Action::Undo { .. } => return Err(DecideError::senseless("there is nothing to redo")),
        }
        match (first.review, &first.action) {
            (Some(review), Action::Defer { until }) => Ok(self.desk.defer_review(review, *until)?),
            (Some(review), _) => Ok(self.desk.settle_review(review, redo)?),
            (None, _) => Ok(()),
        }
    }
}

pub(super) const fn lead_of(action: &Action) -> Option<crate::domain::LeadId> {
    match action {
        Action::Move { lead, .. } | Action::Refute { lead, .. } => Some(*lead),
        Action::Create { lead, .. } | Action::Merge { lead, .. } => *lead,
        _ => None,
    }
}
