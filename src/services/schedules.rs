//! Saved searches that start by themselves: each start once, however many processes look after it, and a start that was
//! missed is made up for once. What was started last is a cell, written with the run in one transaction.

use super::{ImportFrom, ImportRequest, Result, SearchState, Session, feeds, imports};
use crate::{
    config::Config,
    domain::{Run, RunId, RunState, Schedule, Source, Text, Timestamp},
    store::{self, View},
    sync::import,
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Runs of a source that are looked through for the latest of a search.
const RUNS: u32 = 100;
/// Between two looks at what is due, at most: a run that another process left behind is gone on with by then.
const LOOK: Duration = Duration::from_secs(60);

/// What is remembered of a search that starts by itself.
#[derive(Clone, Serialize, Deserialize)]
struct Mark {
    /// The schedule this was reckoned by: another one begins anew.
    schedule: Schedule,
    /// The latest due start that was taken, or when the schedule was first seen.
    due: Timestamp,
    /// The run of it.
    run: Option<RunId>,
}

/// A saved search with a schedule.
#[derive(Clone)]
pub(super) struct Planned {
    source: Source,
    search: Text,
    schedule: Schedule,
}

impl Planned {
    fn cell(&self) -> String {
        format!("schedule:{}:{}", self.source.key(), self.search)
    }
}

/// Every search that starts by itself.
pub(super) fn planned(config: &Config) -> Vec<Planned> {
    let mut all = Vec::new();
    for (source, settings) in config.sources.all().filter(|(_, settings)| settings.enabled) {
        for (name, search) in &settings.searches {
            if let Some(schedule) = &search.schedule {
                all.push(Planned { source, search: Text::new(name), schedule: schedule.clone() });
            }
        }
    }
    all
}

/// How the saved searches of a source stand.
pub(super) fn states(view: &View<'_>, config: &Config, source: Source, now: Timestamp) -> store::Result<Vec<SearchState>> {
    let Some(settings) = config.sources.get(source).filter(|settings| !settings.searches.is_empty()) else { return Ok(Vec::new()) };
    let runs: Vec<(Text, Run)> =
        view.runs(Some(source), None, RUNS)?.into_iter().filter_map(|run| Some((imports::what(&run.request)?, run))).collect();
    let zone = TimeZone::system();
    let one = |(name, search): (&String, &crate::config::SavedSearch)| {
        let last = runs.iter().find(|(what, _)| what.as_str() == name).map(|(_, run)| (run.started_at, run.state));
        SearchState {
            name: Text::new(name),
            schedule: search.schedule.as_ref().map(|schedule| Text::new(schedule.as_str())),
            last,
            next: search.schedule.as_ref().filter(|_| settings.enabled).and_then(|schedule| schedule.next_after(now, &zone)),
        }
    };
    Ok(settings.searches.iter().map(one).collect())
}

/// What is to be done about a search.
enum Turn {
    /// Nothing.
    Wait,
    /// Its run was left behind by a process: it is gone on with.
    GoOn(RunId),
    /// It was due, and has been started.
    Started,
}

impl Session {
    /// Starts what is due; answers when to look again.
    pub(super) async fn start_due(&self, planned: &[Planned]) -> Timestamp {
        let zone = TimeZone::system();
        for one in planned {
            if let Err(error) = self.look_after(one, &zone).await {
                tracing::warn!(source = one.source.key(), search = %one.search, %error, "a search that is due could not be started");
            }
        }
        let now = self.now();
        let next = planned.iter().filter_map(|one| one.schedule.next_after(now, &zone)).min();
        next.into_iter().chain([now.plus(LOOK)]).min().unwrap_or(now)
    }

    async fn look_after(&self, one: &Planned, zone: &TimeZone) -> Result<()> {
        let now = self.now();
        let (planned, due) = (one.clone(), one.schedule.last_until(now, zone));
        // A look without the writer first: mostly nothing is to be done.
        let stands = self.look(move |view| standing(view, &planned, due, now)).await?;
        match stands {
            Standing::Rests => return Ok(()),
            Standing::LeftBehind(run) => {
                tracing::info!(source = one.source.key(), search = %one.search, %run, "going on with a scheduled run that was left behind");
                return self.resume_run(run).await;
            }
            Standing::New | Standing::Due => {}
        }
        let from = ImportFrom::Provider { source: one.source, search: Some(one.search.clone()), set: Vec::new() };
        let (asked, source) = self.asked(&ImportRequest { from, limit: None }).await?;
        let run = self.new_run(&asked, source, &Text::new("schedule"))?;
        let id = run.id;
        let feed = feeds::feed(&self.services, id, &asked).await?;
        let planned = one.clone();
        let turn = self.services.core.store.write(move |desk| take(desk, &planned, due, &run, now)).await?;
        match turn {
            Turn::Wait => {}
            Turn::GoOn(run) => self.resume_run(run).await?,
            Turn::Started => {
                tracing::info!(source = one.source.key(), search = %one.search, run = %id, "a scheduled search begins");
                self.begin(id, asked, feed)?;
                self.services.core.bus.tell(super::Event::Changed);
            }
        }
        Ok(())
    }
}

/// How a search stands.
enum Standing {
    /// Its schedule is new here.
    New,
    /// It is due.
    Due,
    /// Nothing is to be done now.
    Rests,
    /// Its run was left behind.
    LeftBehind(RunId),
}

fn mark_of(view: &View<'_>, one: &Planned) -> store::Result<Option<Mark>> {
    let cell = view.cell(&one.cell())?;
    Ok(cell.and_then(|cell| serde_json::from_str::<Mark>(&cell).ok()).filter(|mark| mark.schedule == one.schedule))
}

fn standing(view: &View<'_>, one: &Planned, due: Option<Timestamp>, now: Timestamp) -> store::Result<Standing> {
    let Some(mark) = mark_of(view, one)? else { return Ok(Standing::New) };
    if let Some(run) = mark.run.map(|id| view.run_of(id)).transpose()?.flatten().filter(|run| run.state == RunState::Running) {
        // One after another: what is due meanwhile comes when this one has ended, once.
        return Ok(if import::running(view, now)?.contains(&run.id) { Standing::Rests } else { Standing::LeftBehind(run.id) });
    }
    Ok(if due.is_some_and(|due| due > mark.due) { Standing::Due } else { Standing::Rests })
}

/// Takes a due start, if it is still to be taken: the run and the mark in one transaction.
fn take(desk: &store::Desk<'_>, one: &Planned, due: Option<Timestamp>, run: &Run, now: Timestamp) -> store::Result<Turn> {
    let write = |mark: &Mark| {
        let json = serde_json::to_string(mark).map_err(|error| store::StoreError::Sql(error.to_string()))?;
        desk.set_cell(&one.cell(), Some(&json), now)
    };
    match standing(desk, one, due, now)? {
        Standing::Rests => Ok(Turn::Wait),
        Standing::LeftBehind(run) => Ok(Turn::GoOn(run)),
        // What was due before anybody had written the schedule is nobody's loss.
        Standing::New => write(&Mark { schedule: one.schedule.clone(), due: now, run: None }).map(|()| Turn::Wait),
        Standing::Due => {
            desk.start_run(run)?;
            write(&Mark { schedule: one.schedule.clone(), due: due.unwrap_or(now), run: Some(run.id) })?;
            Ok(Turn::Started)
        }
    }
}
