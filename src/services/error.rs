//! What a service answers when it cannot: one sentence, what to do included.

use crate::{domain::Text, store::StoreError, sync::decide::DecideError};

/// What kind of trouble, for exit codes, HTTP statuses and screens.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// Something has to be configured first.
    NotConfigured,
    /// The person's role does not allow it, or a login was refused.
    Refused,
    /// There is no such thing.
    NotFound,
    /// Somebody else was faster.
    Stale,
    /// It is another question by now; it was asked anew.
    Changed,
    /// It makes no sense as asked.
    Invalid,
    /// No such source, search or filter: nothing was begun.
    WrongUse,
    /// Something below failed.
    Trouble,
}

/// A service could not do what it was asked; nothing of it was done unless the words say otherwise.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{words}")]
pub struct ServiceError {
    kind: Kind,
    words: Text,
}

impl ServiceError {
    /// Of that kind, in these words.
    pub fn new(kind: Kind, words: impl Into<String>) -> Self {
        Self { kind, words: Text::from(words.into()) }
    }

    /// What kind of trouble it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        let kind = match error {
            StoreError::NotFound { .. } => Kind::NotFound,
            StoreError::Stale { .. } => Kind::Stale,
            _ => Kind::Trouble,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<DecideError> for ServiceError {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Store(error) => error.into(),
            DecideError::Changed => Self::new(Kind::Changed, error.to_string()),
            DecideError::Refused(_) | DecideError::Senseless(_) => Self::new(Kind::Invalid, error.to_string()),
        }
    }
}
