//! Paid calls, tried twice: each attempt has its own reservation, so that the books never hold less than the bill.

use super::{Client, Credits, NetError, ledger::spend};

/// Attempts at a paid call whose answer was lost. One lost answer may cost its price again; a second one is told.
const ATTEMPTS: u32 = 2;

impl Client {
    /// Makes a paid call: reserve at most `most` credits for `what`, call, settle with the cost that `call` gives beside
    /// its result. What the service may have charged although its answer was lost stays in the books. A call that the
    /// client itself did not repeat, because repeating may cost, is made once more.
    pub async fn paid<T, F>(&self, what: &str, most: Credits, call: impl Fn() -> F) -> Result<T, NetError>
    where
        F: Future<Output = Result<(T, Credits), NetError>>,
    {
        let mut attempt = 1;
        loop {
            match spend(&*self.tools().ledger, self.service(), what, most, call()).await {
                Err(error) if error.in_doubt() && error.retry_helps() && attempt < ATTEMPTS => {
                    attempt += 1;
                    self.nap(self.back_off(attempt)).await;
                }
                other => return other,
            }
        }
    }
}
