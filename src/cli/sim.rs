//! `leadloom sim`: the simulators alone, or their world as a file.

use super::{
    Failure, Ink, Output,
    open::{asked_to_stop, runtime, write_whole},
    value,
};
use crate::{
    ambient::SystemClock,
    domain::{Clock as _, Source},
    sim::{Sim, SimConfig, export, world::World},
};
use clap::Subcommand;
use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

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

/// Runs it.
pub fn run(args: &Args, output: &mut Output) -> Result<(), Failure> {
    match &args.command {
        Some(Command::Export { source, out }) => export(args, *source, out.as_deref(), output),
        None => serve(args, output),
    }
}

fn export(args: &Args, source: Source, out: Option<&Path>, output: &mut Output) -> Result<(), Failure> {
    let world = Arc::new(World::new(args.seed, args.people as usize, SystemClock.now(), false));
    let Some(path) = out else {
        let mut text = Vec::new();
        export::write(&world, source, &mut text)?;
        return output.verbatim(&String::from_utf8_lossy(&text));
    };
    let rows = write_whole(path, |file| export::write(&world, source, file))?;
    output.say(Ink::Good, &format!("wrote {rows} rows of {source}'s export to {}", path.display()));
    Ok(())
}

fn serve(args: &Args, output: &mut Output) -> Result<(), Failure> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let config = SimConfig { seed: args.seed, people: args.people as usize, ..SimConfig::default() };
        let sim = Sim::start(config).await.map_err(|error| Failure::failed(format!("the simulators could not start: {error}")))?;
        let env: BTreeMap<String, String> = sim.env().into_iter().collect();
        if let Some(path) = &args.ports_file {
            let text = serde_json::to_string_pretty(&env).map_err(|fault| Failure::failed(fault.to_string()))?;
            write_whole(path, |file| writeln!(file, "{text}"))?;
            output.say(Ink::Good, &format!("running; addresses and logins are in {}; Ctrl-C ends it", path.display()));
        } else if output.is_json() {
            output.object(&env)?;
        } else {
            for (name, value) in &env {
                output.line(&format!("{name}={value}"))?;
            }
            output.say(Ink::Good, "running; Ctrl-C ends it");
        }
        output.flush()?;
        asked_to_stop().await;
        Ok(())
    })
}
