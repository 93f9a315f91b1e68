//! The verbs that remember. `Store::read` hands a [`View`] of one consistent moment, `Store::write` a [`Desk`]:
//! everything done at one desk is one transaction, durable (fsynced) before the call returns, or nothing of it
//! happens. Absent: HTTP, screens, and every rule about leads; rules are plain functions that callers bring to
//! the desk, so that a second engine cannot decide differently.
//!
//! Guarantees, held by the conformance suite in `tests/it/store.rs`:
//! 1. A returned write survives kill -9 and power loss; a failed one leaves no trace.
//! 2. Writes of one process run one after the other; those of several processes too (SQLite's write lock).
//! 3. A view never changes while it is looked at, and never waits for writers.
//! 4. Lists have a total order and continue from a key, so that rows are neither skipped nor repeated while
//!    others write.
//! 5. Records, decisions and the journal are never changed; what a merge moves can be moved back.

mod error;
mod sqlite;
mod types;

pub use error::StoreError;
pub use sqlite::{Desk, Store, View};
pub use types::*;

/// What every verb answers.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;
