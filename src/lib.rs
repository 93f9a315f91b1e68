//! Leadloom: a terminal review console that weaves B2B leads into HaloPSA.
//!
//! The map of the house. Data enters at the top of this list, is understood in the middle, and leaves at the
//! bottom; `ARCHITECTURE.md` has the picture, the invariants and the table of who may use whom, and
//! `tests/it/layers.rs` reads the imports and holds the table.
//!
//! | room | is for | never |
//! |---|---|---|
//! | [`domain`] | what things are | any other room, I/O, the clock, chance |
//! | [`ambient`] | the wall clock, random ids, and their repeatable twins | rules |
//! | [`intake`] | raw row -> clean, validated, scored draft | I/O, the clock, async |
//! | [`matching`] | who is who, and which value survives | I/O, the clock, async |
//! | [`workflow`] | lifecycles, guards, automation | I/O, the clock, async |
//! | [`net`] | one careful HTTP client: limits, retries, pacing | knowing any provider |
//! | [`providers`] | the ten sources and files | store, sync, HaloPSA |
//! | [`halopsa`] | HaloPSA's names and manners | store, sync, providers |
//! | [`store`] | the verbs that remember, each one transaction | HTTP, screens |
//! | [`sync`] | engines that move records: import, pull, push | services, screens |
//! | [`config`] | files, environment, schema, secrets | acting on what it read |
//! | [`services`] | the one door for every front end; roles are checked here | ratatui, clap, axum |
//! | [`tui`] | the console | store, sync, HTTP |
//! | [`cli`] | the command line | store, sync, HTTP |
//! | [`sim`] | strict copies of the APIs on loopback | store, sync, services |
//! | [`telemetry`] | log file, and the ring that the log screen reads | personal data |

pub mod ambient;
pub mod cli;
pub mod config;
pub mod domain;
pub mod halopsa;
pub mod intake;
pub mod matching;
pub mod net;
pub mod providers;
pub mod services;
pub mod sim;
pub mod store;
pub mod sync;
pub mod telemetry;
pub mod tui;
pub mod workflow;
