//! What can go wrong with the store, in words that say what to do.

use std::path::PathBuf;

/// A store verb failed; nothing of it was done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process kept the database locked for longer than the busy time-out.
    #[error("the database is busy: another leadloom process is writing; try again")]
    Busy,
    /// No room left.
    #[error("the disk that holds the database is full: make room there, then try again; nothing was lost")]
    Full,
    /// The file is damaged or is no database of ours.
    #[error("the database file is damaged or is no Leadloom database ({what}); restore a backup over it, or move it away to start anew")]
    Corrupt {
        /// What SQLite says.
        what: String,
    },
    /// A newer program wrote it.
    #[error("{path} was written by a newer Leadloom (schema {found}, this program knows {known}); update this program")]
    TooNew {
        /// The database file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The file or its folder cannot be opened.
    #[error("cannot open {path}: {what}; check that the folder exists and is writable")]
    Open {
        /// The database file.
        path: PathBuf,
        /// Why.
        what: String,
    },
    /// There is no such thing.
    #[error("there is no {what} {id}")]
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// Its id as it was asked for.
        id: String,
    },
    /// Somebody else changed or took it in the meantime.
    #[error("{what} was changed by somebody else in the meantime; look at it again")]
    Stale {
        /// What.
        what: String,
    },
    /// A stored value does not read back. A defect of this program or a hand-edited file.
    #[error("the database holds a {what} that this program cannot read ({why}); run `leadloom doctor`")]
    Unreadable {
        /// What kind of value.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// The store is being closed.
    #[error("the store is closed")]
    Closed,
    /// Any other answer of SQLite's.
    #[error("the database refused: {0}")]
    Sql(String),
}

impl StoreError {
    /// Trying the same again later may work.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Full | Self::Stale { .. })
    }

    pub(crate) fn missing(what: &'static str, id: impl std::fmt::Display) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }

    pub(crate) fn unreadable(what: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Unreadable { what, why: why.to_string() }
    }
}
