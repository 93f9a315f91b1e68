//! Configuration: files, environment, schema, secrets.
//!
//! [`load()`] is the door. It lays the layers over each other (built-in defaults, the shipped file, the user's file,
//! systemd credentials, the environment, flags), checks all of them, and gives either everything or every fault at
//! once; nothing starts half-configured.
//!
//! Absent on purpose: acting on any of it. Nothing is logged in to, created or written; secrets are fetched only when
//! somebody asks for a login ([`Config::halopsa_access`], [`Config::source_access`]).

mod access;
mod environment;
mod files;
mod load;
mod paths;
mod schema;
mod secret;
mod sections;
mod show;
mod value;

pub use access::{AccessError, HalopsaAccess, Login, LoginKind, SourceAccess};
pub use environment::{Environment, variables};
pub use files::{MOST_BYTES, MappingText, read_text};
pub use load::{Loaded, Overrides, SHIPPED, load};
pub use paths::Paths;
pub use schema::{SchemaFile, schema};
pub use secret::SecretError;
pub use sections::*;
pub use show::Shown;
pub use value::{Address, CommandLine, DatabaseUrl, FilterValues, HIDDEN, Secret};
