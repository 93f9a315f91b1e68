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
        let member = self.snapshot_in(record, standing)?;
        // A question is about the snapshot that was asked about; it cannot be asked again about a newer one.
        if member != record && made.review.is_some() {
            return Err(DecideError::senseless(
                "the source has said something newer of this record since; edit or merge the contact instead",
            ));
        }
        self.desk.set_choices_active(made.id, false)?;
        if made.review.is_some() {
            self.desk.move_record(record, RecordKind::Person, None, Some(undo), self.now)?;
        } else {
            self.set_apart(undo, member, standing, ContactId::next(self.ids), LeadId::next(self.ids))?;
        }
        self.refresh(undo, standing)?;
        Ok(())
    }

    /// A record of `contact` becomes the contact `own` with a lead of its own, and is never matched with these again.
    pub(super) fn set_apart(&self, by: DecisionId, record: RecordId, contact: ContactId, own: ContactId, lead: LeadId) -> Result<()> {
        self.desk.move_record(record, RecordKind::Person, Some(own.0), Some(by), self.now)?;
        self.tell_apart(by, record, &[contact])?;
        self.desk.add_lead(&self.new_lead(lead, own))?;
        self.refresh(by, own)?;
        Ok(())
    }

    /// The record, or a newer snapshot of it, that is a member of `contact`.
    pub(super) fn snapshot_in(&self, record: RecordId, contact: ContactId) -> Result<RecordId> {
        let newest = self.newest(record)?;
        if self.desk.entity_of(newest)? == Some(contact.0) {
            return Ok(newest);
        }
        Err(DecideError::senseless("this record was moved by a later decision; take that back first"))
    }

    /// The snapshot of a record's source id that belongs to somebody: the record, unless a newer one took its place.
    fn newest(&self, record: RecordId) -> Result<RecordId> {
        if self.desk.entity_of(record)?.is_some() {
            return Ok(record);
        }
        let Some(known) = self.desk.record(record)? else { return Ok(record) };
        let newest = self.desk.identity(known.draft.source, RecordKind::Person, &known.draft.external_id)?;
        Ok(match newest {
            Some(newest) if self.desk.entity_of(newest.record)?.is_some() => newest.record,
            _ => record,
        })
    }

    /// Makes a taken-back join hold again. `undo` is the decision that had taken it back.
    pub(super) fn rejoin(&self, redo: DecisionId, undo: DecisionId, made: &Decision, record: RecordId, contact: ContactId) -> Result<()> {
        let standing = self.desk.standing(contact)?;
        self.desk.set_choices_active(made.id, true)?;
        self.desk.forget_apart(undo)?;
        let record = self.newest(record)?;
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
