//! `leadloom import`: one run from its start to its end, or the runs there were.

use super::{
    Assignment, Column, Failure, Globals, IdText, Ink, Output, Table,
    open::{Opened, asked_to_stop},
    value,
};
use crate::{
    domain::{Counters, RunId, RunState, Source, Text, Timestamp},
    services::{Event, ImportFrom, ImportPlan, ImportRequest, RunView, Spent, outcomes, source_filters},
};
use clap::{ArgGroup, Subcommand};
use jiff::tz::TimeZone;
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

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
  leadloom import apollo --filters
  leadloom import --file people.csv --source zoominfo
  leadloom import --file people.csv --dry-run --save-mapping partner-list
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
    /// Keep what the file's columns mean as mappings/NAME.toml: files with these columns are read by it from now on
    #[arg(long, value_name = "NAME", conflicts_with = "provider", num_args = 0..=1, default_missing_value = "")]
    pub save_mapping: Option<String>,
    /// A saved search from [sources.<source>.searches]
    #[arg(long, value_name = "NAME", conflicts_with = "file")]
    pub search: Option<String>,
    /// A search filter, on top of the saved search; may be given several times; --filters lists them
    #[arg(long = "set", value_name = "KEY=VALUE", conflicts_with = "file")]
    pub filters: Vec<Assignment>,
    /// Only list what may be set: the source's filters, and what each takes
    #[arg(long = "filters", requires = "provider", conflicts_with_all = ["filters", "search", "limit", "dry_run"])]
    pub list_filters: bool,
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

/// Progress is said this often.
const PROGRESS: Duration = Duration::from_secs(2);

/// Runs it.
pub fn run(args: &Args, globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    if let (true, Some(source)) = (args.list_filters, args.provider) {
        return list_filters(source, output);
    }
    let filters = args.filters.iter().map(|one| (one.key.clone(), one.value.clone())).collect();
    let opened = Opened::by(globals, output)?;
    let from = match (&args.command, args.provider, &args.file) {
        (Some(Command::List { limit }), ..) => return list(&opened, *limit, output),
        (Some(Command::Resume { id }), ..) => return resume(&opened, id, output),
        (None, Some(source), _) => ImportFrom::Provider { source, search: args.search.as_deref().map(Text::new), set: filters },
        (None, None, Some(path)) => ImportFrom::File { path: path.clone(), source: args.origin, mapping: args.mapping.clone() },
        (None, None, None) => return Err(Failure::wrong_use("say from where: a provider, or --file and a path")),
    };
    if let (Some(name), Some(path)) = (&args.save_mapping, &args.file) {
        let name = Some(name.as_str()).filter(|name| !name.is_empty());
        let kept = opened.run(opened.me.keep_mapping(path, args.origin, args.mapping.as_deref(), name))?;
        output.say(Ink::Plain, &format!("kept as {}; files with these columns are read by it, and it can be mended there", kept.display()));
    }
    let request = ImportRequest { from, limit: args.limit.map(u64::from) };
    if args.dry_run {
        return plan(&opened.run(opened.me.dry_run(&request))?, output);
    }
    let id = opened.run(opened.me.start_import(&request))?;
    finish(&opened, id, args.file.as_deref(), output)
}

fn list_filters(source: Source, output: &mut Output) -> Result<(), Failure> {
    let filters = source_filters(source)?;
    if output.is_json() {
        return filters.iter().try_for_each(|filter| output.object(filter));
    }
    let mut table = Table::new(&[Column::whole("filter"), Column::text("takes"), Column::text("about")]);
    for filter in &filters {
        table.row([filter.name, &filter.takes, filter.about]);
    }
    output.table(&table)
}

fn resume(opened: &Opened, id: &IdText, output: &mut Output) -> Result<(), Failure> {
    let id = opened.run(async {
        let id = opened.me.named_run(&id.0).await?;
        opened.me.resume_run(id).await?;
        Ok::<_, Failure>(id)
    })?;
    finish(opened, id, None, output)
}

/// Waits for a run to end, saying how it goes, and reports it.
pub(super) fn finish(opened: &Opened, id: RunId, file: Option<&Path>, output: &mut Output) -> Result<(), Failure> {
    let view = opened.run(async {
        let mut events = opened.me.subscribe();
        let mut said = tokio::time::Instant::now();
        let ended = opened.me.wait_for(id);
        tokio::pin!(ended);
        let stopped = asked_to_stop();
        tokio::pin!(stopped);
        loop {
            tokio::select! {
                view = &mut ended => return Ok::<_, Failure>(view?),
                () = &mut stopped => {
                    opened.me.stop_run(id).await?;
                    output.say(Ink::Faint, "stopping after this page");
                    return Ok(ended.await?);
                }
                event = events.recv() => if let Ok(Event::Progress { run, counters, .. }) = event
                    && run == id
                    && said.elapsed() >= PROGRESS
                {
                    said = tokio::time::Instant::now();
                    output.say(Ink::Faint, &progress(&counters));
                },
            }
        }
    })?;
    let spent = opened.run(opened.me.spent());
    for Spent { source, ceiling, .. } in &spent {
        if let Some(ceiling) = ceiling.filter(|ceiling| ceiling.is_near) {
            output.say(Ink::Warn, &format!("{source}: {ceiling}; it is credit_ceiling of [sources.{}], by the month", source.key()));
        }
    }
    // Whole thousandths, as the books have them.
    let credits = (spent.iter().map(|one| one.credits).sum::<f64>() * 1000.0).round() / 1000.0;
    report(&view, file, credits, output)
}

fn progress(counters: &Counters) -> String {
    format!("read {}, created {}, enriched {}, review {}", counters.read, counters.created, counters.enriched, counters.review)
}

fn report(view: &RunView, file: Option<&Path>, credits: f64, output: &mut Output) -> Result<(), Failure> {
    let run = &view.run;
    let state = match run.state {
        RunState::Done => "done",
        RunState::Failed | RunState::Refused => "failed",
        RunState::Running | RunState::Paused | RunState::Stopped | RunState::Part => "part",
    };
    if output.is_json() {
        let mut last = serde_json::to_value(run.counters).map_err(|fault| Failure::failed(fault.to_string()))?;
        last["run"] = json!(run.id);
        last["source"] = json!(run.source.key());
        last["state"] = json!(state);
        last["credits"] = json!(credits);
        output.object(&last)?;
    } else {
        let counts = outcomes(&run.counters).map(|(outcome, count)| format!("{} {count}", outcome.key()));
        let cost = if credits > 0.0 { format!("; {credits} credits") } else { String::new() };
        output.line(&format!("{} {}: read {}, {}{cost}", run.source.label(), view.what, run.counters.read, counts.join(", ")))?;
    }
    let again = format!("Go on with it later: leadloom import resume {}", run.id.short());
    let words = run.error.as_ref().map(ToString::to_string);
    match run.state {
        RunState::Refused => Err(Failure::not_configured(words.unwrap_or_else(|| "the login was refused".to_owned())).advise(again)),
        RunState::Failed => Err(Failure::failed(words.unwrap_or_else(|| "the import failed".to_owned())).advise(again)),
        RunState::Done if run.counters.failed > 0 => Err(unusable(view, file)),
        RunState::Done => Ok(()),
        RunState::Running | RunState::Paused | RunState::Stopped | RunState::Part => {
            Err(Failure::in_part(words.unwrap_or_else(|| "it was stopped before its end; what was read is kept".to_owned())).advise(again))
        }
    }
}

fn plan(plan: &ImportPlan, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return output.object(plan);
    }
    for note in &plan.notes {
        output.say(Ink::Faint, note);
    }
    if plan.columns.is_empty() {
        let count = |count: Option<u64>| count.map_or_else(|| "an unknown number of".to_owned(), |count| count.to_string());
        return output.line(&format!("{}: {} rows for at most {} credits", plan.source.label(), count(plan.rows), count(plan.credits)));
    }
    let mut table = Table::new(&[Column::text("column"), Column::text("becomes"), Column::number("sure"), Column::text("for example")]);
    for column in &plan.columns {
        let becomes = column.field.map_or(column.meaning.as_str(), |field| field.label());
        let (becomes, sure) = if becomes.is_empty() { ("(kept, not used)", String::new()) } else { (becomes, format!("{}%", column.sure)) };
        table.row([column.column.as_str(), becomes, &sure, &column.sample]);
    }
    output.table(&table)?;
    let Some(forecast) = &plan.forecast else { return Ok(()) };
    output.line(&forecast.to_string())?;
    forecast.problems.iter().try_for_each(|problem| output.line(&format!("  line {}: {}", problem.line, problem.reason)))
}

fn list(opened: &Opened, limit: u32, output: &mut Output) -> Result<(), Failure> {
    let runs = opened.run(opened.me.runs(None, None, limit))?;
    if output.is_json() {
        return runs.iter().try_for_each(|run| output.object(run));
    }
    if runs.is_empty() {
        output.say(Ink::Plain, "nothing has been imported yet");
        return Ok(());
    }
    let mut table = Table::new(&[
        Column::whole("run"),
        Column::whole("started"),
        Column::text("source"),
        Column::text("what"),
        Column::whole("state"),
        Column::number("read"),
        Column::number("created"),
        Column::number("review"),
        Column::text("note"),
    ]);
    for RunView { run, what, .. } in &runs {
        let started = local_minute(run.started_at);
        let counts = [run.counters.read, run.counters.created, run.counters.review].map(|count| count.to_string());
        let [read, created, review] = &counts;
        let (id, note) = (run.id.short(), first_sentence(run.error.as_deref().unwrap_or_default()));
        table.row([&id, &started, run.source.label(), what, run.state.key(), read, created, review, note]);
    }
    output.table(&table)
}

/// By the clock of the machine, as the console has it: `2026-11-25 18:44`.
fn local_minute(at: Timestamp) -> String {
    let local = jiff::Timestamp::from_microsecond(at.as_micros()).map(|at| TimeZone::system().to_datetime(at));
    local.map_or_else(|_| at.to_string(), |local| local.strftime("%Y-%m-%d %H:%M").to_string())
}

/// What happened, without what to do about it.
fn first_sentence(words: &str) -> &str {
    words.split_once(". ").map_or(words, |(first, _)| first)
}

/// Some rows could not be used, or none.
fn unusable(view: &RunView, file: Option<&Path>) -> Failure {
    let Counters { read, failed, .. } = view.run.counters;
    let listed = match &view.to_mend {
        Some(mend) => format!("Mend them in {} and import that file.", mend.display()),
        None => format!("They are listed with the run {} on the console's Imports screen.", view.run.id.short()),
    };
    match (failed, file) {
        (_, Some(file)) if failed == read => Failure::failed("none of its rows could be used; nothing was imported").advise(format!(
            "See what its columns are taken for: leadloom import --file {} --dry-run. Say otherwise with --mapping. {listed}",
            file.display()
        )),
        (1, _) => Failure::in_part("1 row could not be used; the others are kept").advise(listed),
        _ => Failure::in_part(format!("{failed} rows could not be used; the others are kept")).advise(listed),
    }
}
