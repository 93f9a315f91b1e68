//! Merge: one contact is folded into another. Membership moves; nothing is destroyed.

use super::{DecideError, Deciding, Result};
use crate::domain::{Action, Choice, ContactId, Decision, DecisionId, Intent, LeadId, RecordId, RecordKind, ReviewId, Target};

impl Deciding<'_> {
    /// Folds `from` into `into` with the values a person chose. Values that a person had set on `from`, and nobody
    /// on `into`, go with it. The lead of `from` is folded too, or handed over where `into` has none.
    pub fn merge(&self, from: ContactId, into: ContactId, review: Option<ReviewId>, choices: &[Choice]) -> Result<Decision> {
        let (from, into) = (self.desk.standing(from)?, self.desk.standing(into)?);
        if from == into {
            return Err(DecideError::senseless("both are the same contact already"));
        }
        if self.desk.is_gone(from)? || self.desk.is_gone(into)? {
            return Err(DecideError::senseless("one of the two was withdrawn"));
        }
        let id = DecisionId::next(self.ids);
        let choices = self.with_carried(from, into, choices)?;
        let records: Vec<RecordId> = self.desk.memberships(from.0)?.into_iter().map(|member| member.record).collect();
        let lead = self.fold(id, from, into, &records)?;
        self.desk.choose(into, id, &choices, self.now)?;
        self.refresh(id, into)?;
        self.want_lead_of(id, into)?;
        self.record(id, review, Action::Merge { from, into, records, lead, choices }, lead, None)
    }

    fn with_carried(&self, from: ContactId, into: ContactId, choices: &[Choice]) -> Result<Vec<Choice>> {
        let kept = self.desk.overrides(into)?;
        let mut all = choices.to_vec();
        for carried in self.desk.overrides(from)?.into_iter().rev() {
            let decided = all.iter().any(|choice| choice.field == carried.field) || kept.iter().any(|own| own.field == carried.field);
            if !decided {
                all.push(Choice { field: carried.field, value: carried.value });
            }
        }
        Ok(all)
    }

    /// Moves the records, folds the contact, and folds or hands over its lead.
    fn fold(&self, by: DecisionId, from: ContactId, into: ContactId, records: &[RecordId]) -> Result<Option<LeadId>> {
        for record in records {
            self.desk.move_record(*record, RecordKind::Person, Some(into.0), Some(by), self.now)?;
        }
        self.desk.fold_contact(from, into, self.now)?;
        let on_board =
            |contact| Ok::<_, DecideError>(self.desk.leads_of(contact)?.into_iter().find(|lead| !lead.folded).map(|lead| lead.id));
        let (lead, kept) = (on_board(from)?, on_board(into)?);
        match (lead, kept) {
            (Some(lead), None) => {
                self.desk.give_lead(lead, into)?;
                self.fold_away(by, from, None)?;
            }
            (lead, _) => self.fold_away(by, from, lead)?,
        }
        Ok(lead)
    }

    /// HaloPSA's copies of a contact that is gone, and of its lead, become inactive.
    pub(super) fn fold_away(&self, by: DecisionId, contact: ContactId, lead: Option<LeadId>) -> Result<()> {
        let wants = self.wants(by);
        wants.want(Target::User(contact), Intent::Deactivate)?;
        if let Some(lead) = lead {
            self.desk.fold_lead(lead, true)?;
            wants.want(Target::Ticket(lead), Intent::Deactivate)?;
        }
        Ok(())
    }

    fn want_lead_of(&self, by: DecisionId, contact: ContactId) -> Result<()> {
        let company = self.desk.contact(contact)?.and_then(|summary| summary.company_id);
        Ok(self.wants(by).contact_changed(contact, company)?)
    }

    /// Takes a merge back: both sides stand as they were, and are not taken for the same again.
    pub(super) fn unmerge(
        &self,
        undo: DecisionId,
        made: &Decision,
        from: ContactId,
        into: ContactId,
        records: &[RecordId],
        lead: Option<LeadId>,
    ) -> Result<()> {
        if self.desk.folded_into(from)? != Some(into) {
            return Err(DecideError::senseless("this contact was folded elsewhere since; take that back first"));
        }
        let standing = self.desk.standing(into)?;
        let mut moved = Vec::new();
        for record in records {
            // A record that a later decision moved away stays where that put it.
            if self.desk.entity_of(*record)? == Some(standing.0) {
                self.desk.move_record(*record, RecordKind::Person, Some(from.0), Some(undo), self.now)?;
                moved.push(*record);
            }
        }
        self.desk.set_choices_active(made.id, false)?;
        self.desk.restore_contact(from, self.now)?;
        if let Some(id) = lead {
            let lead = self.desk.lead(id)?;
            if lead.is_some_and(|lead| lead.contact != from) {
                self.desk.give_lead(id, from)?;
            } else {
                self.desk.fold_lead(id, false)?;
            }
        }
        for record in &moved {
            self.tell_apart(undo, *record, &[standing])?;
        }
        self.refresh(undo, standing)?;
        self.refresh(undo, from)?;
        self.want_lead_of(undo, standing)?;
        self.want_back(undo, from, lead)
    }

    /// What had been made inactive in HaloPSA becomes active again, lead or no lead.
    fn want_back(&self, by: DecisionId, contact: ContactId, lead: Option<LeadId>) -> Result<()> {
        let wants = self.wants(by);
        wants.want(Target::User(contact), Intent::Upsert)?;
        match lead {
            Some(lead) => Ok(wants.want(Target::Ticket(lead), Intent::Upsert)?),
            None => Ok(()),
        }
    }

    /// Makes a taken-back merge hold again. `undo` is the decision that had taken it back.
    pub(super) fn remerge(&self, redo: DecisionId, undo: DecisionId, made: &Decision, from: ContactId, into: ContactId) -> Result<()> {
        let into = self.desk.standing(into)?;
        if self.desk.is_gone(from)? || from == into {
            return Err(DecideError::senseless("one of the two was merged elsewhere since"));
        }
        self.desk.forget_apart(undo)?;
        let records: Vec<RecordId> = self.desk.memberships(from.0)?.into_iter().map(|member| member.record).collect();
        self.fold(redo, from, into, &records)?;
        self.desk.set_choices_active(made.id, true)?;
        self.refresh(redo, into)?;
        self.want_lead_of(redo, into)
    }
}
