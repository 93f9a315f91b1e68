//! `leadloom bench`: how fast this machine does the work, on the data of the simulators or on files of one's own.

use super::{Failure, Globals, Ink, Meter, Output, dedupe::progress};
use crate::{
    ambient::SystemClock,
    domain::Clock as _,
    services::dedupe::{DedupeRequest, dedupe, look_ups},
    sim::export,
};
use clap::Subcommand;
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::{Command as Process, Stdio},
};

/// Measure how fast this machine works
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:\n  leadloom bench matching --rows 100000\n  leadloom bench matching --files people.csv --json")]
pub struct Args {
    /// What to measure.
    #[command(subcommand)]
    pub command: Command,
}

/// What to measure.
#[derive(Subcommand, Clone, Debug)]
pub enum Command {
    /// Match many records at once, then look single ones up among them; prints JSON
    Matching {
        /// About so many rows of made-up data
        #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=3_000_000))]
        rows: u32,
        /// These files instead of made-up ones
        #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "rows")]
        files: Vec<PathBuf>,
    },
}

/// Rows in all exports together for a person of the simulators' world, measured.
const ROWS_A_PERSON: f64 = 4.4;

/// Which made-up world.
const SEED: &str = "7";

/// Runs it.
pub fn run(args: &Args, globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    let Command::Matching { rows, files } = &args.command;
    let loaded = globals.load()?;
    let folder = tempfile::tempdir().map_err(|error| Failure::failed(format!("no place for made-up files: {error}")))?;
    let meter = output.meter();
    let files = if files.is_empty() { made_up(*rows, folder.path(), &meter)? } else { files.clone() };
    let request = DedupeRequest { files, ..DedupeRequest::default() };
    let found = dedupe(&loaded, &request, SystemClock.now(), &|step| progress(&meter, step))?;
    // Now, before the look-ups need memory of their own.
    let peak = peak_memory_mb();
    let (records, pairs, clusters, seconds) = (found.ids.len(), found.compared(), found.entities(), found.seconds);
    drop(found);
    let look_up = look_ups(&loaded, &request, SystemClock.now(), &|step| progress(&meter, step))?;
    drop(meter);
    let report = json!({
        "records": records,
        "compared": pairs,
        "clusters": clusters,
        "seconds": seconds,
        "records_a_second": (records as f64 / seconds.total).round(),
        "peak_memory_mb": peak,
        "look_up": look_up,
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
    });
    if output.is_json() {
        return output.object(&report);
    }
    if peak.is_none() {
        output.say(Ink::Faint, "this system does not say how much memory a process has used");
    }
    output.verbatim(&format!("{report:#}\n"))
}

/// Every provider's export of one world, made by processes of their own, so that the world's memory is not counted.
fn made_up(rows: u32, folder: &Path, meter: &Meter) -> Result<Vec<PathBuf>, Failure> {
    let failed = |why: String| Failure::failed(format!("the made-up files could not be made: {why}"));
    let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let people = ((f64::from(rows) / ROWS_A_PERSON) as u32).max(10).to_string();
    let mut files = Vec::new();
    for source in export::sources() {
        meter.show(|| format!("making {source}'s export"));
        let path = folder.join(format!("{}.csv", source.key()));
        let made = Process::new(&program)
            .args(["sim", "export", source.key(), "--people", &people, "--seed", SEED, "--out"])
            .arg(&path)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| failed(error.to_string()))?;
        if !made.status.success() {
            return Err(failed(String::from_utf8_lossy(&made.stderr).into_owned()));
        }
        files.push(path);
    }
    Ok(files)
}

/// The most memory this process ever held, where the system says so (Linux).
pub fn peak_memory_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}
