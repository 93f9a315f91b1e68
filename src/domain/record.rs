//! Source records: what one source said about one person or company at one moment. They never change; a later
//! answer of the same source is another record.

use super::{Defect, Field, Fields, Quality, RecordId, RunId, Source, Text, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// What a record is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// A person.
    Person,
    /// A company.
    Company,
}

/// What intake makes of one raw row: cleaned, validated, scored, not yet identified.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Draft {
    /// Who gave it.
    pub source: Source,
    /// Person or company.
    pub kind: RecordKind,
    /// The source's own id; where it has none, a key made of what identifies the row (`email:…`, `row:…`).
    pub external_id: Text,
    /// When the source itself last checked or changed it.
    pub dated: Option<Timestamp>,
    /// Cleaned values.
    pub fields: Fields,
    /// Fields that a person set in HaloPSA, emptied ones too; they win over every provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edited: Vec<Edit>,
    /// What is wrong with it, worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<Defect>,
    /// How good it is. A company record carries the score of the row it came from.
    pub quality: Quality,
}

/// A field that a person set in HaloPSA, and when we learnt of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Edit {
    /// Which field.
    pub field: Field,
    /// When; against a value chosen here, the later one wins.
    pub at: Timestamp,
}

impl Draft {
    /// Equal for two drafts that say the same; the store uses it to see that a re-import brings nothing new.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hash = Sha256::new();
        hash.update(serde_json::to_vec(&(&self.fields, &self.edited)).unwrap_or_default());
        Fingerprint::of(&hash.finalize())
    }

    /// Gives it an identity and a moment, which makes it a source record.
    pub fn recorded(self, id: RecordId, seen_at: Timestamp, origin: Option<Origin>) -> SourceRecord {
        SourceRecord { id, seen_at, origin, draft: self }
    }
}

/// One immutable snapshot.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SourceRecord {
    /// Ours.
    pub id: RecordId,
    /// When we got it.
    pub seen_at: Timestamp,
    /// Which raw row it was made of; the row is kept as it came.
    pub origin: Option<Origin>,
    /// What it says.
    #[serde(flatten)]
    pub draft: Draft,
}

impl SourceRecord {
    /// The moment that counts for recency: the source's own date, not that of the import.
    pub fn dated(&self) -> Timestamp {
        self.draft.dated.unwrap_or(self.seen_at)
    }
}

/// Where a raw row lies: which page of which run, and which row of that page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// The run that fetched it.
    pub run: RunId,
    /// The page, counted from 0.
    pub page: u32,
    /// The row on it, counted from 0.
    pub row: u32,
}

/// 128 bits of SHA-256: stable over versions and machines, unlike a hasher's state.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 16]);

impl Fingerprint {
    /// The first half of a SHA-256 digest.
    pub fn of(digest: &[u8]) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        Self(half)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}
