//! The one door through which every front end asks. Each verb checks the person's role, does its work in the
//! rooms below, and answers with types that are ready to show. Absent: ratatui, clap, axum.
//!
//! `Services` holds the parts; a [`Session`] is one person at the door, and has the verbs: `review` and `merge`
//! (questions and decisions), `records`, `pipeline`, `imports`, `enrich`, `halo` (sync, setup), `home`, `doctor`. A [`Keeper`] does what goes on by itself.
//! [`mod@dedupe`] matches files and needs no house at all.

pub mod dedupe;
mod doctor;
mod enrich;
mod error;
mod errors_file;
mod feeds;
mod follow_up;
mod halo;
mod history;
mod home;
mod imports;
mod keep;
mod keeper;
mod learning;
mod merge;
mod open;
mod pipeline;
mod records;
mod review;
mod schedules;
mod session;
mod types;

pub use crate::providers::file::error_path as error_file;
pub use enrich::{EnrichPlan, EnrichRequest, EnrichStep, Whom, from_to, people};
pub use error::{Kind, ServiceError};
pub use feeds::source_filters;
pub use keeper::Keeper;
pub use open::{Opening, Tuning, mapping_faults};
pub use session::Session;
pub use types::*;

use crate::{
    config::Config,
    domain::Text,
    intake::{Intake, Mapping},
    net::Tools,
    sync::{Core, halo::HaloSync, pace::StoreLedger},
};
use imports::Desk;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

/// What every service answers.
pub type Result<T, E = ServiceError> = std::result::Result<T, E>;

/// The parts that all sessions share. Cheap to clone.
#[derive(Clone)]
pub struct Services(Arc<Parts>);

/// The parts of [`Services`].
pub struct Parts {
    pub(in crate::services) core: Core,
    pub(in crate::services) config: Config,
    pub(in crate::services) intake: Arc<Intake>,
    /// HaloPSA, or why there is none.
    pub(in crate::services) halo: std::result::Result<HaloSync, ServiceError>,
    pub(in crate::services) tools: Tools,
    pub(in crate::services) ledger: Arc<StoreLedger>,
    pub(in crate::services) imports: Desk,
    pub(in crate::services) sources: feeds::Clients,
    /// Where people's mappings lie.
    pub(in crate::services) mappings: PathBuf,
    /// Those that were kept since this process began.
    pub(in crate::services) kept: Mutex<Vec<Mapping>>,
}

impl std::ops::Deref for Services {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Services {
    /// The session of whoever runs this process.
    pub fn session(&self, login: &str) -> Session {
        let role = self.config.users.role_of(login);
        Session::new(self.clone(), Text::new(login), role)
    }

    /// The tenant's address in a browser.
    fn halo_address(&self) -> Option<String> {
        self.config.halopsa.base_url.as_ref().map(ToString::to_string)
    }

    /// HaloPSA, or the sentence that says how to configure it.
    fn halo(&self) -> Result<&HaloSync> {
        self.halo.as_ref().map_err(Clone::clone)
    }
}
