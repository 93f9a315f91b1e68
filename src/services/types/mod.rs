//! What the services answer: ready for a screen, a table or JSON. No front end computes from these; it shows them.

mod board;
mod halo;
mod home;
mod imports;
mod record;
mod review;

pub use crate::{
    config::Role,
    store::{BoardFilter, Card, CardKey, OutboxCounts, ReviewFilter, ReviewKey, ReviewRow, RowFailure, RunRecord, StageCount},
    sync::{bus::Event, halo::Report as SyncReport},
};
pub use board::*;
pub use halo::*;
pub use home::*;
pub use imports::*;
pub use record::*;
pub use review::*;
