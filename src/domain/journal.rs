//! The audit journal's chain: each entry's hash covers its words and the hash before it, so that editing,
//! deleting or reordering any entry breaks the chain from there on.

use super::{Text, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A link of the chain.
pub type ChainHash = [u8; 32];

/// One entry. It names ids, never personal data.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Its place, counted from 1 without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Text,
    /// What was done: `join`, `undo`, `push`, `pull`, `setup`.
    pub verb: Text,
    /// To what: `contact 01890a…`.
    pub subject: Text,
    /// Details as JSON, ids and counts only.
    pub detail: String,
}

impl JournalEntry {
    /// This entry's hash, given the one before it (all zero before the first).
    pub fn chained(&self, before: &ChainHash) -> ChainHash {
        let mut hash = Sha256::new();
        hash.update(before);
        hash.update(self.seq.to_be_bytes());
        hash.update(self.at.as_micros().to_be_bytes());
        for part in [self.actor.as_str(), &self.verb, &self.subject, &self.detail] {
            // The length goes in front so that moving a letter from one part to the next changes the hash.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_counts() {
        let entry = JournalEntry {
            seq: 1,
            at: Timestamp::from_micros(5),
            actor: "kim".into(),
            verb: "join".into(),
            subject: "a".into(),
            detail: "{}".into(),
        };
        let base = entry.chained(&[0; 32]);
        let moved = JournalEntry { actor: "kimj".into(), verb: "oin".into(), ..entry.clone() };
        assert_ne!(moved.chained(&[0; 32]), base);
        assert_ne!(entry.chained(&[1; 32]), base);
        assert_ne!(JournalEntry { seq: 2, ..entry.clone() }.chained(&[0; 32]), base);
    }
}
