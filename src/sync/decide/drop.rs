//! Drop: an incoming record is turned away. It is kept, listed with its run, and can be taken back.

use super::{Deciding, Result};
use crate::domain::{Action, Decision, DecisionId, RecordId, ReviewId};

impl Deciding<'_> {
    /// Turns `record` away.
    pub fn drop_record(&self, record: RecordId, review: ReviewId) -> Result<Decision> {
        self.record(DecisionId::next(self.ids), Some(review), Action::Drop { record }, None, None)
    }
}
