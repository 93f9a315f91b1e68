//! Refute: a merge that was made without asking was looked at, and is wrong. The record becomes a contact of its own, as
//! when the merge is undone, and the two are not taken for the same again.

use super::{DecideError, Deciding, Result, confirm::not_a_merge};
use crate::domain::{Action, ContactId, Decision, DecisionId, LeadId, RecordKind, ReviewId};

impl Deciding<'_> {
    /// The merge that the audit `review` asks about is wrong.
    pub fn refute(&self, review: ReviewId) -> Result<Decision> {
        let join = self.audited(review)?;
        let Action::Join { record, contact, .. } = join.action else { return Err(not_a_merge()) };
        let contact = self.desk.standing(contact)?;
        let record = self.snapshot_in(record, contact)?;
        if self.desk.memberships(contact.0)?.len() < 2 {
            return Err(DecideError::senseless("nothing else is left in this contact; there is nothing to take apart"));
        }
        let (id, own, lead) = (DecisionId::next(self.ids), ContactId::next(self.ids), LeadId::next(self.ids));
        self.desk.mark_undone(join.id, id)?;
        self.desk.set_choices_active(join.id, false)?;
        self.set_apart(id, record, contact, own, lead)?;
        self.refresh(id, contact)?;
        self.record(id, Some(review), Action::Refute { join: join.id, record, contact, own, lead }, Some(lead), None)
    }

    /// Takes a refutation back: the record is part of the contact again, its own contact is withdrawn.
    pub(super) fn unrefute(&self, undo: DecisionId, made: &Decision) -> Result<()> {
        let Action::Refute { join, record, contact, own, lead } = made.action else { return Err(not_a_refutation()) };
        let record = self.snapshot_in(record, own)?;
        self.uncreate(undo, made, record, own, Some(lead))?;
        self.desk.mark_redone(join)?;
        self.desk.set_choices_active(join, true)?;
        let standing = self.desk.standing(contact)?;
        self.desk.move_record(record, RecordKind::Person, Some(standing.0), Some(join), self.now)?;
        self.refresh(undo, standing)?;
        Ok(())
    }

    /// Makes a taken-back refutation hold again.
    pub(super) fn refute_again(&self, redo: DecisionId, made: &Decision) -> Result<()> {
        let Action::Refute { join, record, contact, own, lead } = made.action else { return Err(not_a_refutation()) };
        let standing = self.desk.standing(contact)?;
        let record = self.snapshot_in(record, standing)?;
        self.desk.mark_undone(join, made.id)?;
        self.desk.set_choices_active(join, false)?;
        self.desk.move_record(record, RecordKind::Person, None, Some(redo), self.now)?;
        self.recreate(redo, made, record, own, Some(lead), &[standing])?;
        self.refresh(redo, standing)?;
        Ok(())
    }
}

fn not_a_refutation() -> DecideError {
    DecideError::senseless("this found no merge wrong")
}
