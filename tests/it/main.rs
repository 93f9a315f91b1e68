//! Leadloom's integration tests: one binary (each further one costs a link), a module a subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bad_server;
mod cli;
mod config;
mod files;
mod intake;
mod halopsa;
mod layers;
mod more_providers;
mod store;
mod workflow;
mod net;
mod sim;
mod providers;
mod matching;
