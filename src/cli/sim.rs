//! `leadloom sim`: what may be typed after it.

use super::value;
use crate::domain::Source;
use clap::Subcommand;
use std::path::PathBuf;

/// Only the simulators of HaloPSA and the providers, for trying things out
///
/// They listen on this machine only and run until stopped. With --ports-file the environment variables that point
/// Leadloom at them are written as one JSON object.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:\n  leadloom sim --ports-file ports.json\n  leadloom sim export apollo --out apollo.csv")]
pub struct Args {
    /// Write the addresses and logins into this file, as environment names and values
    #[arg(long, value_name = "FILE")]
    pub ports_file: Option<PathBuf>,
    /// Which world: the same number makes the same one
    #[arg(long, value_name = "N", default_value_t = 1, global = true)]
    pub seed: u64,
    /// How many people live in it
    #[arg(long, value_name = "N", default_value_t = 400, global = true, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub people: u32,
    /// Something else than running them.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Something else than running them.
#[derive(Subcommand, Clone, Debug)]
pub enum Command {
    /// Write the same world as a provider's export file
    Export {
        /// Whose export
        #[arg(value_parser = value::source)]
        source: Source,
        /// Into this file; to stdout unless given
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}
