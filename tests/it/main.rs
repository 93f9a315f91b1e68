//! Leadloom's integration tests: one binary (each further one costs a link), a module a subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod audits;
mod bad_server;
mod cli;
mod clients_sim;
mod config;
mod dedupe;
mod files;
mod flows;
mod halopsa;
mod house;
mod intake;
mod job;
mod kills;
mod layers;
mod learning;
mod mappings;
mod matching;
mod matching_laws;
mod more_providers;
mod net;
mod providers;
mod revisits;
mod sim;
mod sources;
mod store;
mod tui;
mod undo;
mod waits;
mod workflow;
