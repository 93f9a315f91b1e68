//! Edit: a person sets fields of a contact. What a person set, no provider changes.

use super::{Deciding, Result};
use crate::{
    domain::{Action, Choice, ContactId, Decision, DecisionId},
    store::StoreError,
};

impl Deciding<'_> {
    /// Sets `choices`. Refused when the contact is no longer at `version`, if one is given.
    pub fn edit(&self, contact: ContactId, version: Option<u32>, choices: &[Choice]) -> Result<Decision> {
        let contact = self.desk.standing(contact)?;
        let summary = self.desk.contact(contact)?.ok_or(StoreError::NotFound { what: "contact", id: contact.to_string() })?;
        if version.is_some_and(|version| version != summary.version) {
            return Err(StoreError::Stale { what: format!("contact {}", contact.short()) }.into());
        }
        let id = DecisionId::next(self.ids);
        self.desk.choose(contact, id, choices, self.now)?;
        self.refresh(id, contact)?;
        self.record(id, None, Action::Edit { contact, choices: choices.to_vec() }, None, None)
    }

    /// Ends an edit's choices, or lets them hold again.
    pub(super) fn set_edit(&self, by: DecisionId, made: &Decision, contact: ContactId, active: bool) -> Result<()> {
        self.desk.set_choices_active(made.id, active)?;
        self.refresh(by, self.desk.standing(contact)?)?;
        Ok(())
    }
}
