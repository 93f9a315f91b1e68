//! What an operator may set about matching.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Matching, as the configuration has it.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Joining without asking may be wrong once in this many times.
    pub auto_one_wrong_in: u32,
    /// A person is asked from this probability on.
    pub review_from: f64,
    /// A contact of so many records is not joined further without asking: each source has one, HaloPSA too, files some.
    pub largest_cluster: u32,
    /// One merge in this many that were made without asking is shown to a person afterwards; 0 shows none.
    pub audit_one_in: u32,
    /// Two HaloPSA records are joined only by a person: each may have a history of its own.
    pub ask_for_halo_pairs: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { auto_one_wrong_in: 500, review_from: 0.2, largest_cluster: 16, audit_one_in: 20, ask_for_halo_pairs: true }
    }
}
