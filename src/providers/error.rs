//! Why a source gave nothing.

use super::SearchError;
use crate::{
    domain::Source,
    net::{Class, NetError},
};
use std::time::Duration;

/// Why a source gave nothing.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FetchError {
    /// The search asks for something that the source does not have; nothing was called.
    #[error("{0} Nothing was asked.")]
    Search(#[from] SearchError),
    /// A call failed.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The run cannot go on where it stopped.
    #[error("{0}: the place where the import stopped cannot be read. Start it anew; people already imported are recognised.")]
    Cursor(Source),
    /// The source has no such service.
    #[error("{0} cannot {1}. Choose another source for it.")]
    Unsupported(Source, &'static str),
}

impl FetchError {
    /// The same call may succeed later without anybody changing anything.
    pub const fn retry_helps(&self) -> bool {
        matches!(self, Self::Net(error) if error.retry_helps())
    }

    /// The service may have done, and charged, what it was asked for: doing it again may cost twice.
    pub const fn in_doubt(&self) -> bool {
        matches!(self, Self::Net(error) if error.in_doubt())
    }

    /// What happened, in one sentence, without what follows from it.
    pub fn what(&self) -> String {
        match self {
            Self::Net(error) => format!("{}.", error.what().trim_end_matches('.')),
            _ => self.to_string(),
        }
    }

    /// Of `things` asked about in one call that a ceiling on credits refused, how many it leaves room for; see
    /// [`NetError::fitting`].
    pub fn fitting(&self, things: usize) -> Option<usize> {
        match self {
            Self::Net(error) => error.fitting(things),
            _ => None,
        }
    }

    /// When to come back, where somebody said so.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Net(error) => error.wait(),
            _ => None,
        }
    }

    /// What kind of trouble, when a call failed.
    pub const fn class(&self) -> Option<Class> {
        match self {
            Self::Net(error) => Some(error.class()),
            _ => None,
        }
    }
}
