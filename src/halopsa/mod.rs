//! HaloPSA: login, paging, discovery by name, reading and writing, and what maps to the neutral fields. Only this room
//! knows Halo's names. Absent: what to write and when (sync decides), any memory.
//!
//! The four things we keep in step are one type here, [`Remote`], told apart by [`Entity`]: Halo's clients, sites,
//! users and tickets differ in columns, not in manners. The columns are tables in `columns.rs`; what the tenant calls
//! its types, statuses and custom fields is in a [`Tenant`], found once by name.

mod auth;
mod client;
mod columns;
mod config;
mod mapping;
mod pull;
mod push;
mod remote;
mod setup;
mod tenant;
mod wire;

pub use client::{HALO, Halo};
pub use columns::Entity;
pub use config::Config;
pub use mapping::{Skipped, shape};
pub use pull::{Cursor, Page, Unreadable, Wanted};
pub use push::{Action, Changes, Saved};
pub use remote::{Depth, Found, Links, Match, Remote, TicketState, Unread};
pub use setup::{Me, Right};
pub use tenant::{FieldSpec, FieldType, Missing, Named, StageIds, StageSpec, Tenant, TenantField, TicketType};
