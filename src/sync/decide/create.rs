//! Create: an incoming record becomes a new contact with a lead of its own.

use super::{Deciding, Result};
use crate::{
    domain::{Action, Choice, ContactId, Decision, DecisionId, Lead, LeadId, Lifecycle, Position, RecordId, RecordKind, ReviewId},
    store::StoreError,
};

impl Deciding<'_> {
    /// Makes a contact of `record`, with `choices` on top, and remembers that it is none of `not`.
    pub fn create(&self, record: RecordId, review: Option<ReviewId>, choices: &[Choice], not: &[ContactId]) -> Result<Decision> {
        if self.desk.record(record)?.is_none() {
            return Err(StoreError::NotFound { what: "record", id: record.to_string() }.into());
        }
        if let Some(entity) = self.desk.entity_of(record)? {
            return Err(super::DecideError::senseless(format!("this record already belongs to contact {}", ContactId(entity).short())));
        }
        let (id, contact, lead) = (DecisionId::next(self.ids), ContactId::next(self.ids), LeadId::next(self.ids));
        let action = Action::Create { record, contact, lead: Some(lead), not: not.to_vec() };
        self.desk.move_record(record, RecordKind::Person, Some(contact.0), Some(id), self.now)?;
        self.desk.choose(contact, id, choices, self.now)?;
        self.tell_apart(id, record, not)?;
        self.desk.add_lead(&self.new_lead(lead, contact))?;
        self.refresh(id, contact)?;
        self.record(id, review, action, Some(lead), None)
    }

    pub(super) fn new_lead(&self, id: LeadId, contact: ContactId) -> Lead {
        let first = self.rules.workflows.first(Lifecycle::Lead);
        Lead {
            id,
            contact,
            position: Position { lifecycle: Lifecycle::Lead, stage: first.position.stage.clone() },
            since: self.now,
            owner: None,
            tags: Vec::new(),
            folded: false,
            version: 1,
            created_at: self.now,
        }
    }

    pub(super) fn tell_apart(&self, decision: DecisionId, record: RecordId, not: &[ContactId]) -> Result<()> {
        for contact in not {
            for member in self.desk.memberships(contact.0)? {
                self.desk.tell_apart(record, member.record, decision, self.now)?;
            }
        }
        Ok(())
    }

    /// Takes a create back: the contact is withdrawn (HaloPSA's copies become inactive), the record waits again.
    pub(super) fn uncreate(
        &self,
        undo: DecisionId,
        made: &Decision,
        record: RecordId,
        contact: ContactId,
        lead: Option<LeadId>,
    ) -> Result<()> {
        let others = self.desk.memberships(contact.0)?.into_iter().any(|member| member.record != record);
        if others {
            return Err(super::DecideError::senseless("other records have joined this contact since; take those back first"));
        }
        self.desk.move_record(record, RecordKind::Person, None, Some(undo), self.now)?;
        self.desk.set_choices_active(made.id, false)?;
        self.desk.forget_apart(made.id)?;
        self.desk.withdraw_contact(contact, self.now)?;
        self.fold_away(undo, contact, lead)
    }

    /// Makes a taken-back create hold again.
    pub(super) fn recreate(
        &self,
        redo: DecisionId,
        made: &Decision,
        record: RecordId,
        contact: ContactId,
        lead: Option<LeadId>,
        not: &[ContactId],
    ) -> Result<()> {
        if self.desk.entity_of(record)?.is_some() {
            return Err(super::DecideError::senseless("this record was decided otherwise since"));
        }
        self.desk.move_record(record, RecordKind::Person, Some(contact.0), Some(redo), self.now)?;
        self.desk.set_choices_active(made.id, true)?;
        self.tell_apart(made.id, record, not)?;
        self.desk.restore_contact(contact, self.now)?;
        if let Some(lead) = lead {
            self.desk.fold_lead(lead, false)?;
        }
        self.refresh(redo, contact)?;
        let company = self.desk.contact(contact)?.and_then(|summary| summary.company_id);
        Ok(self.wants(redo).contact_changed(contact, company)?)
    }
}
