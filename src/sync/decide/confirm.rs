//! Confirm: a merge that was made without asking was looked at, and is right. Nothing changes but what is known of how
//! often such merges are right.

use super::{DecideError, Deciding, Result};
use crate::{
    domain::{Action, Decision, DecisionId, ReviewId, ReviewState},
    store::StoreError,
};

impl Deciding<'_> {
    /// The merge that the audit `review` asks about is right.
    pub fn confirm(&self, review: ReviewId) -> Result<Decision> {
        let join = self.audited(review)?;
        let Action::Join { contact, .. } = join.action else { return Err(not_a_merge()) };
        let action = Action::Confirm { join: join.id, contact: self.desk.standing(contact)? };
        self.record(DecisionId::next(self.ids), Some(review), action, None, None)
    }

    /// The merge that an audit asks about, if it still holds. An audit has the id of the decision it asks about.
    pub(super) fn audited(&self, review: ReviewId) -> Result<Decision> {
        let id = DecisionId(review.0);
        let join = self.desk.decision(id)?.ok_or(StoreError::NotFound { what: "decision", id: id.to_string() })?;
        // An answer about a merge that was taken back in another way answers nothing.
        match join.undone_by {
            Some(_) => Err(DecideError::senseless("this merge was taken back otherwise since")),
            None => Ok(join),
        }
    }

    /// A merge was taken back, by whatever way: the audit that asks whether it was right has its answer.
    pub(super) fn settle_audit(&self, join: DecisionId, by: DecisionId) -> Result<()> {
        match self.desk.review(ReviewId(join.0))? {
            Some(item) if !matches!(item.state, ReviewState::Done(_)) => Ok(self.desk.settle_review(item.id, by)?),
            _ => Ok(()),
        }
    }

    /// That answer was taken back with the decision `by` that gave it.
    pub(super) fn reopen_audit(&self, join: DecisionId, by: DecisionId) -> Result<()> {
        match self.desk.review(ReviewId(join.0))? {
            Some(item) if item.state == ReviewState::Done(by) => Ok(self.desk.reopen_review(item.id)?),
            _ => Ok(()),
        }
    }
}

pub(super) fn not_a_merge() -> DecideError {
    DecideError::senseless("this was no merge of a record into a contact")
}
