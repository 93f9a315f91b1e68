//! Why a file cannot be read at all. Bad rows are no such reason.

use super::{SHARED_TEXT_LIMIT, UNPACKED_LIMIT, XLS_LIMIT};
use std::{
    io,
    path::{Path, PathBuf},
};

/// Why a file cannot be read. Trying again helps only where it says so.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system says no.
    #[error("{} cannot be read ({error}); check the path and its rights", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Nothing in it.
    #[error("{} is empty; export it again", path.display())]
    Empty {
        /// Which file.
        path: PathBuf,
    },
    /// No rows below the header.
    #[error("{} has no rows; export it again, or name the header's line", path.display())]
    NoRows {
        /// Which file.
        path: PathBuf,
    },
    /// Another file than the one the import began with.
    #[error("{} has changed since its import began; start a new import", path.display())]
    Changed {
        /// Which file.
        path: PathBuf,
    },
    /// A cursor that no page of this file gave.
    #[error("the import of {} cannot go on from where it stopped; start a new import", path.display())]
    Cursor {
        /// Which file.
        path: PathBuf,
    },
    /// A name that is no encoding, or one that cannot be read in pieces.
    #[error("{name:?} is not an encoding that can be read here; use utf-8, utf-16le, utf-16be or windows-1252")]
    Encoding {
        /// As it was given.
        name: String,
    },
    /// A sheet that is not there.
    #[error("{} has no sheet {name:?}; it has {}", path.display(), known.join(", "))]
    NoSheet {
        /// Which file.
        path: PathBuf,
        /// As it was given.
        name: String,
        /// The sheets there are.
        known: Vec<String>,
    },
    /// A workbook that cannot be opened.
    #[error("{} is not a workbook that can be read ({reason}); save it again as .xlsx or .csv", path.display())]
    Workbook {
        /// Which file.
        path: PathBuf,
        /// What the reader says.
        reason: String,
    },
    /// A workbook that unpacks to more than it should.
    #[error(
        "{} unpacks to more than is read from a workbook ({} MiB, shared texts {} MiB); save it as .csv",
        path.display(), UNPACKED_LIMIT / 1024 / 1024, SHARED_TEXT_LIMIT / 1024 / 1024
    )]
    Unpacked {
        /// Which file.
        path: PathBuf,
    },
    /// An archive of other files.
    #[error("{} is an archive; unpack it and import the files in it", path.display())]
    Archive {
        /// Which file.
        path: PathBuf,
    },
    /// An old binary workbook that is too long.
    #[error("{} is an .xls file of more than {} MiB; save it as .xlsx or .csv", path.display(), XLS_LIMIT / 1024 / 1024)]
    Xls {
        /// Which file.
        path: PathBuf,
    },
}

impl FileError {
    pub(super) fn io(path: &Path, error: io::Error) -> Self {
        Self::Io { path: path.to_owned(), error }
    }
}
