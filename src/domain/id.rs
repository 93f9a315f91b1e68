//! Ids: one newtype a thing, all time-ordered UUIDs. An id is not a secret.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
pub use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The next id from `ids`.
            pub fn next(ids: &dyn IdGen) -> Self {
                Self(ids.next())
            }

            /// Reads the 16 bytes a store keeps.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                Uuid::from_slice(bytes).ok().map(Self)
            }

            /// The 16 bytes a store keeps.
            pub fn as_bytes(&self) -> &[u8] {
                self.0.as_bytes()
            }

            /// The last eight digits: short enough to read aloud; commands accept it where it is unique.
            pub fn short(&self) -> String {
                short_of(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.short())
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(raw: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(raw).map(Self)
            }
        }
    )*};
}

ids! {
    /// One immutable snapshot from one source.
    RecordId;
    /// A golden person.
    ContactId;
    /// A golden company.
    CompanyId;
    /// One contact's way through the pipeline.
    LeadId;
    /// One question for a person.
    ReviewId;
    /// Something decided.
    DecisionId;
    /// One intended write to HaloPSA.
    OperationId;
    /// One import or sync.
    RunId;
    /// One "do not contact" entry.
    SuppressionId;
}

fn short_of(id: &Uuid) -> String {
    let hex = id.simple().to_string();
    hex[24..].to_owned()
}

/// Where ids come from: random in the product, counted from a seed in tests and in the demo.
pub trait IdGen: Send + Sync {
    /// A fresh UUIDv7.
    fn next(&self) -> Uuid;
}
