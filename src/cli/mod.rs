//! The command line: what may be typed, and one file for each command. Data goes to stdout, talk to stderr; how a run
//! ended is said in one place (`failure`).
//!
//! Absent on purpose: rules. A command asks the services the same questions as the console and shows the answers.

pub mod bench;
pub mod board;
pub mod completions;
pub mod config;
pub mod console;
pub mod dedupe;
pub mod demo;
pub mod doctor;
pub mod enrich;
mod failure;
pub mod import;
pub mod log;
pub mod man;
mod meter;
mod open;
mod output;
pub mod review;
pub mod search;
pub mod setup;
pub mod sim;
pub mod stage;
pub mod sync;
mod table;
mod value;

pub use failure::{Ending, Failure};
pub use meter::Meter;
pub use output::{Ink, Output};
pub use table::{Column, Table};
pub use value::{Assignment, IdText};

use crate::config::{Environment, Level, Loaded, Overrides, load};
use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand, builder::PossibleValuesParser};
use std::{ffi::OsString, path::PathBuf};

const ABOUT: &str = "Weaves B2B leads into HaloPSA: imports people and companies, asks you only where a person is needed, and \
                     keeps HaloPSA in step.";

const ENDINGS: &str = "\
Exit codes:
  0  done
  1  failed
  2  wrong use
  3  done in part; the rest is queued or listed
  4  not configured, or the login was refused

Data goes to stdout, everything else to stderr. Settings: leadloom config show.";

/// What was typed.
#[derive(Parser, Clone, Debug)]
#[command(name = "leadloom", version, about = ABOUT, after_help = ENDINGS, max_term_width = 110)]
pub struct Args {
    /// What holds for every command.
    #[command(flatten)]
    pub globals: Globals,
    /// What to do; the console when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What holds for every command.
#[derive(clap::Args, Clone, Default, Debug)]
pub struct Globals {
    /// Print data as JSON: one object, or one object a line
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub json: bool,
    /// One folder for settings, data and logs (also LEADLOOM_HOME)
    #[arg(long, global = true, value_name = "DIR", help_heading = "Everywhere")]
    pub home: Option<PathBuf>,
    /// The settings file to use (also LEADLOOM_CONFIG)
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    pub config: Option<PathBuf>,
    /// How much to log
    #[arg(long, global = true, value_name = "LEVEL", help_heading = "Everywhere", value_parser = levels())]
    pub log_level: Option<String>,
    /// No colours (also NO_COLOR)
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub no_color: bool,
}

fn levels() -> PossibleValuesParser {
    PossibleValuesParser::new(Level::ALL.iter().map(|level| level.key()))
}

/// The commands. Each has a file of its name here: what may be typed after it, and what it does.
#[derive(Subcommand, Clone, Debug)]
#[allow(missing_docs, reason = "the words over each command's Args are its help")]
pub enum Command {
    Demo(demo::Args),
    Setup(setup::Args),
    Doctor(doctor::Args),
    Import(import::Args),
    Enrich(enrich::Args),
    Dedupe(dedupe::Args),
    Review(review::Args),
    Board(board::Args),
    Stage(stage::Args),
    Sync(sync::Args),
    Search(search::Args),
    Log(log::Args),
    Sim(sim::Args),
    Bench(bench::Args),
    Config(config::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Args {
    /// Reads what was typed. The error is clap's own: wrong use, or help that was asked for.
    pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let words: Vec<_> = words.into_iter().collect();
        // clap draws its help before it knows any flag.
        let plain = words.iter().any(|word| word == "--no-color");
        let command = Self::command().color(if plain { ColorChoice::Never } else { ColorChoice::Auto });
        Self::from_arg_matches(&command.try_get_matches_from(words)?)
    }
}

impl Globals {
    /// The settings in force.
    pub fn load(&self) -> Result<Loaded, Failure> {
        Ok(load(&Environment::of_process(), &self.overrides())?)
    }

    /// What the flags say about settings.
    pub fn overrides(&self) -> Overrides {
        let level = self.log_level.iter().map(|level| ("--log-level", &["log", "level"][..], level.clone()));
        Overrides { home: self.home.clone(), config: self.config.clone(), settings: level.collect() }
    }
}
