//! The index as bytes, so that a start need not read and prepare every record again. Rows are written in words,
//! not in the index's inner numbers, and put in again one by one: a snapshot outlives every change of how the
//! index is built. It does not outlive a change of the normal forms; then it is refused and built from the store.

use super::{
    fold::hash_bytes,
    lexicon::WordList,
    matcher::Matcher,
    memory::Stand,
    model::Model,
    prepared::{Prepared, Shown},
    settings::Settings,
    subject::Subject,
};
use crate::domain::RecordId;
use rayon::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Raised whenever normal forms or keys change, so that old snapshots are not used.
const RULES: u32 = 1;

/// What a snapshot opens with.
const MAGIC: [u8; 4] = *b"LLMX";

/// Why a snapshot cannot be used. None of them is a loss: the index is built from the store instead.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// It is not a snapshot of this kind of record, or of this version of the program.
    #[error("the matching snapshot was written by another version; it is built anew from the store")]
    Foreign,
    /// It is damaged.
    #[error("the matching snapshot is damaged; it is built anew from the store")]
    Damaged,
}

#[derive(Serialize, Deserialize)]
struct Header {
    magic: [u8; 4],
    rules: u32,
    factors: u32,
    mark: u64,
    records: u64,
    model: Model,
    memory: Vec<(u64, u64, Stand)>,
}

#[derive(Serialize, Deserialize)]
struct Entry<O, R> {
    id: RecordId,
    owner: O,
    identity: u64,
    row: R,
    words: WordList,
    shown: Shown,
}

impl<S: Subject> Matcher<S> {
    /// Everything it knows, as bytes. `mark` is the caller's: how far in the store's history this state reaches.
    pub fn snapshot(&self, mark: u64) -> Vec<u8> {
        let header = Header {
            magic: MAGIC,
            rules: RULES,
            factors: S::FACTORS.len() as u32,
            mark,
            records: self.len() as u64,
            model: self.model.clone(),
            memory: self.memory.list(),
        };
        let mut bytes = append(Vec::new(), &header);
        for slot in self.index.slots() {
            let (row, words, shown) = self.index.export(slot);
            let (id, owner, identity) = (self.registry.id(slot), self.registry.owner(slot), self.registry.identity(slot));
            bytes = append(bytes, &Entry { id, owner, identity, row, words, shown });
        }
        let check = hash_bytes(0, &bytes);
        bytes.extend_from_slice(&check.to_le_bytes());
        bytes
    }

    /// The matcher that [`Matcher::snapshot`] wrote, and its mark.
    pub fn restore(bytes: &[u8], settings: Settings) -> Result<(Self, u64), SnapshotError> {
        let (body, check) = bytes.split_last_chunk::<8>().ok_or(SnapshotError::Damaged)?;
        if hash_bytes(0, body) != u64::from_le_bytes(*check) {
            return Err(SnapshotError::Damaged);
        }
        // Fields behind the first ones change with the version, so that one that cannot be read is foreign.
        let (header, mut rest) = take::<Header>(body).ok_or(SnapshotError::Foreign)?;
        if header.magic != MAGIC || header.rules != RULES || header.factors != S::FACTORS.len() as u32 || !header.model.fits() {
            return Err(SnapshotError::Foreign);
        }
        let mut matcher = Self::new(settings, header.model);
        let mut left = header.records;
        while left > 0 {
            let mut batch = Vec::with_capacity(BATCH);
            while left > 0 && batch.len() < BATCH {
                let (entry, tail) = take::<Entry<S::Owner, S::Row>>(rest).ok_or(SnapshotError::Damaged)?;
                batch.push(entry);
                (rest, left) = (tail, left - 1);
            }
            // Keys are made again on all cores; putting in is one thread's work.
            let batch: Vec<_> = batch
                .into_par_iter()
                .map(|entry| (entry.id, entry.owner, Prepared::<S>::assemble(entry.row, entry.words, entry.shown, entry.identity)))
                .collect();
            for (id, owner, record) in batch {
                matcher.insert(id, owner, record);
            }
        }
        for (a, b, stand) in header.memory {
            matcher.memory.restore(a, b, stand);
        }
        matcher.index.take_noticed();
        Ok((matcher, header.mark))
    }
}

/// Records that are prepared together.
const BATCH: usize = 4096;

fn append<T: Serialize>(bytes: Vec<u8>, value: &T) -> Vec<u8> {
    // Writing to memory fails only for types that postcard cannot represent, of which there are none here.
    #[allow(clippy::expect_used, reason = "plain structs and vectors always serialise")]
    postcard::to_extend(value, bytes).expect("plain data serialises")
}

fn take<T: DeserializeOwned>(bytes: &[u8]) -> Option<(T, &[u8])> {
    postcard::take_from_bytes(bytes).ok()
}
