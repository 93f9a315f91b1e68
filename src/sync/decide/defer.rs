//! Defer: a question is put off.

use super::{Deciding, Result};
use crate::domain::{Action, Decision, DecisionId, ReviewId};
use std::time::Duration;

impl Deciding<'_> {
    /// Puts a question off for `time`.
    pub fn defer(&self, review: ReviewId, time: Duration) -> Result<Decision> {
        let until = self.now.plus(time);
        self.record(DecisionId::next(self.ids), Some(review), Action::Defer { until }, None, None)
    }
}
