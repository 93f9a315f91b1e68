//! `leadloom import`: what may be typed after it.

use super::{Assignment, IdText, value};
use crate::domain::Source;
use clap::{ArgGroup, Subcommand};
use std::path::PathBuf;

/// Import people and companies from a provider or a file
///
/// What is known already is enriched, what is new is created, and what may be the same as somebody known, or is weak,
/// goes to the review queue. An import that is stopped or interrupted goes on where it was: import resume.
#[derive(clap::Args, Clone, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    group = ArgGroup::new("from").args(["provider", "file"]).required(true),
    after_help = "Examples:
  leadloom import apollo --search it-directors --limit 200
  leadloom import apollo --set person_titles=\"IT Director\" --set person_locations=London --dry-run
  leadloom import --file people.csv --source zoominfo
  leadloom import list
  leadloom import resume 3fa9c07e"
)]
pub struct Args {
    /// The provider: apollo, hunter, …
    #[arg(value_name = "SOURCE", value_parser = value::source)]
    pub provider: Option<Source>,
    /// A CSV, XLSX or JSON-lines file; each provider's export is known by its header
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
    /// Whose export the file is, where its header does not say so
    #[arg(long = "source", value_name = "NAME", conflicts_with = "provider", value_parser = value::source)]
    pub origin: Option<Source>,
    /// How the file's columns map to fields
    #[arg(long, value_name = "FILE", conflicts_with = "provider")]
    pub mapping: Option<PathBuf>,
    /// A saved search from [sources.<source>.searches]
    #[arg(long, value_name = "NAME", conflicts_with = "file")]
    pub search: Option<String>,
    /// A search filter, on top of the saved search; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE", conflicts_with = "file")]
    pub filters: Vec<Assignment>,
    /// Stop after so many rows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Only say what would become of the rows
    #[arg(long)]
    pub dry_run: bool,
    /// Runs.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// About runs.
#[derive(Subcommand, Clone, Debug)]
pub enum Command {
    /// Go on with a run that was stopped, interrupted or failed
    Resume {
        /// Its id, or the end of it
        id: IdText,
    },
    /// Past and present runs, newest first
    List {
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
}
