//! `leadloom config`: what is in force, why, and what is wrong with it. Absent: changing it; the files are the user's.

use super::{Column, Failure, Globals, Ink, Output, Table, open::login};
use crate::{
    config::{Loaded, SchemaFile, schema},
    services::{Role, mapping_faults},
    tui::{self, Me, Options},
};
use clap::{Subcommand, builder::PossibleValuesParser};
use serde_json::json;

/// Settings: check them, show what is in force and where it came from
///
/// Settings come from the built-in defaults, your leadloom.toml, the environment and flags, each overruling the one
/// before. `leadloom config path` tells which files are read.
#[derive(clap::Args, Clone, Debug)]
#[command(
    after_help = "Examples:\n  leadloom config check\n  leadloom config show | grep halopsa\n  leadloom config schema workflows > workflows.schema.json"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Clone, Debug)]
enum Command {
    /// Read everything, list everything that is wrong, and start nothing
    Check,
    /// Every setting in force, and where it came from; secrets as dots
    Show {
        /// Also sources that nobody has set up
        #[arg(long)]
        all: bool,
    },
    /// The JSON Schema of a settings file, for editors
    Schema {
        /// Which file
        #[arg(value_parser = schema_names(), default_value = SchemaFile::Leadloom.name())]
        file: String,
    },
    /// Which files and folders are used
    Path,
}

fn schema_names() -> PossibleValuesParser {
    PossibleValuesParser::new(SchemaFile::ALL.iter().map(|file| file.name()))
}

/// Runs it.
pub fn run(args: &Args, globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    match &args.command {
        Command::Check => check(globals, output),
        Command::Show { all } => show(&globals.load()?, *all, output),
        Command::Schema { file } => {
            let chosen = SchemaFile::ALL.iter().find(|known| known.name() == file);
            output.verbatim(&chosen.map(|file| schema(*file)).unwrap_or_default())
        }
        Command::Path => path(&globals.load()?, output),
    }
}

fn check(globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    let outcome = globals.load().and_then(sound);
    if output.is_json() {
        let (problems, notes) = match &outcome {
            Ok(loaded) => (Vec::new(), loaded.notes.clone()),
            Err(failure) => (failure.sentence.lines().map(ToOwned::to_owned).collect(), Vec::new()),
        };
        output.object(&json!({ "ok": outcome.is_ok(), "problems": problems, "notes": notes }))?;
        return outcome.map(drop);
    }
    let loaded = outcome?;
    for note in &loaded.notes {
        output.say(Ink::Warn, &format!("note: {note}"));
    }
    output.line("Settings, pipeline, mappings, keys and theme are in order.")
}

/// The settings, if also what they lead to can be understood: mappings, keys, theme.
fn sound(loaded: Loaded) -> Result<Loaded, Failure> {
    let mut faults = mapping_faults(&loaded);
    let me = Me { name: login().into(), role: Role::Operator, demo: false };
    let console = Options::configured(me, &loaded.config.ui, &loaded.paths).and_then(|options| tui::check(&options));
    faults.extend(console.err().map(|error| error.to_string()));
    if faults.is_empty() { Ok(loaded) } else { Err(Failure::not_configured(faults.join("\n"))) }
}

fn show(loaded: &Loaded, all: bool, output: &mut Output) -> Result<(), Failure> {
    let rows = loaded.shown(all);
    if output.is_json() {
        return rows.iter().try_for_each(|row| output.object(row));
    }
    let mut table = Table::new(&[Column::whole("setting"), Column::text("value"), Column::text("from")]);
    for row in rows {
        table.row([row.key, row.value, row.origin]);
    }
    output.table(&table)
}

fn path(loaded: &Loaded, output: &mut Output) -> Result<(), Failure> {
    let paths = &loaded.paths;
    let described = Some(paths.config("workflows.json")).filter(|file| file.exists());
    let places = [
        ("settings", paths.config_file.clone()),
        ("pipeline", described.unwrap_or_else(|| paths.config("workflows.toml"))),
        ("mappings", paths.config("mappings")),
        ("database", paths.database.clone()),
        ("logs", paths.log_dir.clone()),
    ];
    if output.is_json() {
        let named = places.iter().map(|(name, place)| ((*name).to_owned(), json!(place)));
        return output.object(&named.collect::<serde_json::Map<_, _>>());
    }
    let mut table = Table::new(&[Column::whole("what"), Column::whole("where"), Column::whole("there")]);
    for (name, place) in places {
        table.row([name, &place.to_string_lossy(), if place.exists() { "yes" } else { "no" }]);
    }
    output.table(&table)
}
