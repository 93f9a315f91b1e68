//! `leadloom sync`: HaloPSA kept in step, once or for as long as it runs.

use super::{
    Failure, Globals, Ink, Output,
    open::{Opened, asked_to_stop},
};
use crate::services::{Event, SyncReport};
use std::time::Duration;

/// Log lines shown at once.
const LINES: usize = 1_000;

/// Keep HaloPSA in step: write what was decided here, read what was changed there
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:\n  leadloom sync\n  leadloom sync --watch\n  leadloom sync --once --push --json")]
#[allow(clippy::struct_excessive_bools, reason = "these are flags, and clap keeps contradictory ones apart")]
pub struct Args {
    /// Once, until nothing is left to do (this is the default)
    #[arg(long, conflicts_with = "watch")]
    pub once: bool,
    /// Until stopped
    #[arg(long)]
    pub watch: bool,
    /// Only read from HaloPSA
    #[arg(long, conflicts_with = "push")]
    pub pull: bool,
    /// Only write to HaloPSA
    #[arg(long)]
    pub push: bool,
}

/// A write that is not due within this long is left in the queue.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs it.
pub fn run(args: &Args, globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    let opened = Opened::by(globals, output)?;
    if args.watch {
        return watch(&opened, output);
    }
    let (pull, push) = (!args.push, !args.pull);
    let report = opened.run(async {
        let mut events = opened.me.subscribe();
        let done = opened.me.sync_through(pull, push, PATIENCE);
        tokio::pin!(done);
        let stopped = asked_to_stop();
        tokio::pin!(stopped);
        let done = loop {
            tokio::select! {
                done = &mut done => break done.map_err(Failure::from),
                () = &mut stopped => break Err(Failure::in_part("stopped; what was done is kept, the rest is queued")),
                event = events.recv() => if let Ok(Event::Said(words)) = event {
                    output.say(Ink::Faint, &words);
                },
            }
        };
        opened.me.let_go().await;
        done
    })?;
    if output.is_json() {
        output.object(&report)?;
    } else {
        let SyncReport { pulled, pushed, conflicts, pending, dead } = report;
        output.line(&format!("pulled {pulled}, pushed {pushed}, conflicts {conflicts}, pending {pending}, dead {dead}"))?;
    }
    match (report.pending, report.dead) {
        (_, 1..) => Err(Failure::in_part(format!("{} writes need a person: HaloPSA refused them", report.dead))
            .advise("They are listed with their reasons on the console's Sync screen.")),
        (1.., 0) if push => {
            Err(Failure::in_part(format!("{} writes are queued and not due yet", report.pending)).advise("The next sync sends them."))
        }
        _ => Ok(()),
    }
}

fn watch(opened: &Opened, output: &mut Output) -> Result<(), Failure> {
    output.say(Ink::Faint, "keeping HaloPSA in step; Ctrl-C ends it");
    opened.run(async {
        // The first sync says at once what is wrong with the login or the setup.
        let first = opened.me.sync_now().await?;
        tracing::info!(pulled = first.pulled, pushed = first.pushed, "first sync");
        let keeper = opened.me.keep();
        let mut log = opened.ring.watch();
        let mut seen = opened.ring.newest();
        loop {
            tokio::select! {
                () = asked_to_stop() => break,
                changed = log.changed() => if changed.is_err() { break },
            }
            for entry in opened.ring.after(seen, LINES) {
                seen = entry.seq;
                output.say(Ink::Plain, &entry.to_string());
            }
        }
        keeper.stop().await;
        opened.me.let_go().await;
        Ok(())
    })
}
