//! The sources: one folder or file each, behind one trait and listed in one table. Absent: store, sync, HaloPSA, and what
//! a row means (that is a mapping's business): a row leaves here with the provider's own keys.
//!
//! Read in this order: [`Provider`] (what a source can be asked), [`Search`] and [`Filter`] (what for), `two_step` (search
//! for teasers, then pay for the people not known yet: six of the eight work so), then any source, then [`registry()`].

mod apollo;
mod companies;
mod cursor;
mod error;
pub mod file;
mod hunter;
mod lead411;
mod lusha;
mod provider;
mod registry;
mod rocketreach;
mod seamless;
mod search;
mod settings;
mod two_step;
mod uplead;
mod zoominfo;

pub use error::FetchError;
pub use provider::{
    Again, Balance, Capabilities, Clue, Deliverability, Enriched, Estimate, Finding, Known, Login, Prices, Provider, RateLeft, Reveal,
    SUPPRESS, Usage, Verification, one_by_one,
};
pub use registry::{Entry, entry, registry};
pub use search::{Filter, FilterKind, Search, SearchError};
pub use settings::{Credential, Settings};
