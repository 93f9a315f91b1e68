//! Join: an incoming record becomes part of a known contact.

use super::{DecideError, Deciding, Result};
use crate::{
    domain::{Action, Choice, ContactId, Decision, DecisionId, Evidence, LeadId, RecordId, RecordKind, ReviewId},
    store::StoreError,
};

impl Deciding<'_> {
    /// Joins `record` to what `contact` has become, with the values a person chose.
    pub fn join(
        &self,
        record: RecordId,
        contact: ContactId,
        review: Option<ReviewId>,
        choices: &[Choice],
        evidence: Option<&Evidence>,
    ) -> Result<Decision> {
        let contact = self.desk.standing(contact)?;
        if self.desk.is_gone(contact)? {
            return Err(DecideError::senseless(format!("contact {} was withdrawn; choose another or create a new one", contact.short())));
        }
        if self.desk.record(record)?.is_none() {
            return Err(StoreError::NotFound { what: "record", id: record.to_string() }.into());
        }
        let id = DecisionId::next(self.ids);
        self.desk.move_record(record, RecordKind::Person, Some(contact.0), Some(id), self.now)?;
        self.desk.choose(contact, id, choices, self.now)?;
        self.refresh(id, contact)?;
        self.record(id, review, Action::Join { record, contact, choices: choices.to_vec() }, None, evidence)
    }

    /// Takes a join back. With a question, the record waits for its answer again; without one (it was matched
    /// automatically) it becomes a contact of its own and is never matched with these again.
    pub(super) fn unjoin(&self, undo: DecisionId, made: &Decision, record: RecordId, contact: ContactId) -> Result<()> {
        let standing = self.desk.standing(contact)?;
        if self.desk.entity_of(record)? != Some(standing.0) {
            return Err(DecideError::senseless("this record was moved by a later decision; take that back first"));
        }
        self.desk.set_choices_active(made.id, false)?;
        if made.review.is_some() {
            self.desk.move_record(record, RecordKind::Person, None, Some(undo), self.now)?;
        } else {
            let (own, lead) = (ContactId::next(self.ids), LeadId::next(self.ids));
            self.desk.move_record(record, RecordKind::Person, Some(own.0), Some(undo), self.now)?;
            self.tell_apart(undo, record, &[standing])?;
            self.desk.add_lead(&self.new_lead(lead, own))?;
            self.refresh(undo, own)?;
        }
        self.refresh(undo, standing)?;
        Ok(())
    }

    /// Makes a taken-back join hold again. `undo` is the decision that had taken it back.
    pub(super) fn rejoin(&self, redo: DecisionId, undo: DecisionId, made: &Decision, record: RecordId, contact: ContactId) -> Result<()> {
        let standing = self.desk.standing(contact)?;
        self.desk.set_choices_active(made.id, true)?;
        self.desk.forget_apart(undo)?;
        let alone = self.desk.entity_of(record)?.map(ContactId);
        self.desk.move_record(record, RecordKind::Person, Some(standing.0), Some(redo), self.now)?;
        if let Some(alone) = alone.filter(|alone| *alone != standing) {
            if !self.desk.memberships(alone.0)?.is_empty() {
                return Err(DecideError::senseless("this record was decided otherwise since"));
            }
            self.desk.fold_contact(alone, standing, self.now)?;
            let lead = self.desk.leads_of(alone)?.into_iter().find(|lead| !lead.folded).map(|lead| lead.id);
            self.fold_away(redo, alone, lead)?;
        }
        self.refresh(redo, standing)?;
        Ok(())
    }
}
