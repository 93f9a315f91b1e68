//! Settle: a field that we and HaloPSA changed differently gets its value from a person.

use super::{Deciding, Result};
use crate::domain::{Action, Choice, ContactId, Decision, DecisionId, ReviewId};

impl Deciding<'_> {
    /// Gives the fields of a conflict their values.
    pub fn settle(&self, contact: ContactId, review: ReviewId, choices: &[Choice]) -> Result<Decision> {
        let contact = self.desk.standing(contact)?;
        let id = DecisionId::next(self.ids);
        self.desk.choose(contact, id, choices, self.now)?;
        self.refresh(id, contact)?;
        self.record(id, Some(review), Action::Settle { contact, choices: choices.to_vec() }, None, None)
    }
}
