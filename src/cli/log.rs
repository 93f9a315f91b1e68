//! `leadloom log`: the daily log files for people and scripts.

use super::{
    Failure, Globals, Ink, Output,
    open::{asked_to_stop, runtime},
};
use crate::telemetry::{Follower, Level, Wanted};
use std::time::Duration;

/// How often new lines are looked for.
const LOOK: Duration = Duration::from_millis(500);
/// Lines shown at once while following.
const AT_ONCE: usize = 10_000;

/// The log: what was done, what went wrong
///
/// E-mail addresses and numbers are masked; secrets never appear.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:\n  leadloom log --level warn\n  leadloom log --follow\n  leadloom log --find 3fa9c07e")]
pub struct Args {
    /// Only lines of this level and above
    #[arg(long, value_name = "LEVEL", value_parser = super::levels())]
    pub level: Option<String>,
    /// At most so many lines, the latest
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub lines: u32,
    /// Only lines with this in them
    #[arg(long, value_name = "TEXT")]
    pub find: Option<String>,
    /// Go on as lines come
    #[arg(long, short)]
    pub follow: bool,
}

/// Runs it.
pub fn run(args: &Args, globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    let paths = globals.load()?.paths;
    let level = args.level.as_deref().and_then(|level| level.parse::<Level>().ok());
    let mut log = Follower::new(&paths.log_dir, Wanted { level, text: args.find.clone() });
    let mut next = |limit: usize| {
        log.next(limit).map_err(|error| Failure::failed(format!("the log in {} cannot be read: {error}", paths.log_dir.display())))
    };
    let latest = next(args.lines as usize)?;
    if latest.is_empty() {
        output.say(Ink::Plain, &format!("no such line in {}", paths.log_dir.display()));
    }
    latest.iter().try_for_each(|line| show(line, output))?;
    if !args.follow {
        return Ok(());
    }
    runtime()?.block_on(async {
        let stopped = asked_to_stop();
        tokio::pin!(stopped);
        loop {
            output.flush()?;
            tokio::select! {
                () = &mut stopped => return Ok(()),
                () = tokio::time::sleep(LOOK) => {}
            }
            next(AT_ONCE)?.iter().try_for_each(|line| show(line, output))?;
        }
    })
}

/// A line as it is, or taken apart for scripts: when, how bad, which room, the rest.
fn show(line: &str, output: &mut Output) -> Result<(), Failure> {
    if !output.is_json() {
        return output.line(line);
    }
    let mut rest = line;
    let mut word = || {
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        rest = after.trim_start();
        word
    };
    let (at, level, room) = (word(), word(), word());
    output.object(&serde_json::json!({ "at": at, "level": level.to_lowercase(), "room": room, "message": rest }))
}
