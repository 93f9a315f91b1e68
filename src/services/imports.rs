//! Imports: sources, runs, starting, pausing, resuming, and what a file or search would bring.

use super::{
    ColumnPlan, ImportFrom, ImportPlan, ImportRequest, Kind, Parts, Result, Role, RowFailure, RunRecord, RunView, SearchState,
    ServiceError, Session, SourceStanding, SourceState, Spent, errors_file, feeds, keep, schedules,
};
use crate::{
    domain::{Actor, Field, Outcome, RecordId, Run, RunId, RunState, Source, Text, Timestamp},
    intake::{Intake, Mapping, Recognition, raw::Rows},
    providers::file::{FileSource, Options},
    store::StoreError,
    sync::{
        Core, enrich,
        import::{self, Job},
    },
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What a run was asked for, kept with it so that any process can resume it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Asked {
    /// In a person's words: a search's name, a file's name.
    pub what: Text,
    /// No more rows than this.
    pub limit: Option<u64>,
    /// From where.
    pub from: From,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum From {
    /// A provider's search: its filters with their values.
    Provider { source: Source, filters: BTreeMap<String, serde_json::Value> },
    /// A file, with the mapping that was settled when it was started.
    File { path: PathBuf, mapping: String },
    /// Known people's gaps.
    Enrich { request: enrich::Request },
}

/// Runs at work in this process.
#[derive(Default)]
pub(super) struct Desk {
    at_work: Mutex<HashMap<RunId, AtWork>>,
}

impl Desk {
    /// Ends the runs of this process where they are, and gives them back: any process can go on with them.
    pub(super) async fn let_go(&self, core: &Core) {
        let runs: Vec<_> = self.at_work.lock().unwrap_or_else(PoisonError::into_inner).drain().collect();
        for (id, at_work) in runs.into_iter().filter(|(_, at_work)| !at_work.handle.is_finished()) {
            at_work.handle.abort();
            // Aborted: what it was doing is either written whole or not at all.
            let _cancelled = at_work.handle.await;
            if let Err(error) = import::let_go(core, id, at_work.holder).await {
                tracing::warn!(%error, run = %id, "the run could not be given back; its lease ends by itself");
            }
        }
    }
}

struct AtWork {
    holder: String,
    handle: JoinHandle<Result<Run, StoreError>>,
    since: Timestamp,
    read: u64,
}

/// What a run was asked for, in a person's words.
pub(super) fn what(request: &str) -> Option<Text> {
    #[derive(Deserialize)]
    struct What {
        what: Text,
    }
    serde_json::from_str::<What>(request).ok().map(|asked| asked.what)
}

impl Session {
    /// Every provider with how it stands.
    pub async fn sources(&self) -> Result<Vec<SourceState>> {
        let now = self.now();
        let services = self.services.clone();
        let mut states = self
            .look(move |view| {
                let running = import::running(view, now)?;
                let mut states = Vec::new();
                for source in Source::providers() {
                    let searches = schedules::states(view, &services.config, source, now)?;
                    let last = view.runs(Some(source), None, 1)?.pop();
                    let held = last.as_ref().is_some_and(|run| running.contains(&run.id));
                    states.push(source_state(&services, source, last, held, searches));
                }
                Ok(states)
            })
            .await?;
        for state in &mut states {
            state.credits = feeds::credits_left(&self.services, state.source).await;
            if let Some(ceiling) =
                feeds::ceiling(&self.services, state.source).await.filter(|ceiling| ceiling.is_near && state.note.is_empty())
            {
                state.note = Text::from(ceiling.to_string());
            }
            state.rate = feeds::calls_left(&self.services, state.source).await;
        }
        Ok(states)
    }

    /// Credits that this process spent, by source; those where nothing was spent are left out.
    pub async fn spent(&self) -> Vec<Spent> {
        feeds::spent(&self.services).await
    }

    /// Runs, newest first.
    pub async fn runs(&self, source: Option<Source>, before: Option<RunId>, limit: u32) -> Result<Vec<RunView>> {
        let runs = self.look(move |view| view.runs(source, before, limit)).await?;
        Ok(runs.into_iter().map(|run| self.run_view(run)).collect())
    }

    /// One run.
    pub async fn run(&self, id: RunId) -> Result<RunView> {
        let run = self.look(move |view| view.run_of(id)?.ok_or(StoreError::NotFound { what: "run", id: id.to_string() })).await?;
        Ok(self.run_view(run))
    }

    /// The run that a person names by its id or by the last digits of it.
    pub async fn named_run(&self, name: &str) -> Result<RunId> {
        if let Ok(id) = name.parse() {
            return Ok(id);
        }
        let runs = self.look(|view| view.runs(None, None, 1000)).await?;
        let found: Vec<RunId> = runs.iter().map(|run| run.id).filter(|id| id.short().ends_with(&name.to_lowercase())).collect();
        super::review::only(&found, "run", name, RunId::short)
    }

    /// Records that a run brought, by outcome.
    pub async fn run_records(&self, id: RunId, outcome: Option<Outcome>, after: Option<RecordId>, limit: u32) -> Result<Vec<RunRecord>> {
        self.look(move |view| view.run_records(id, outcome, after, limit)).await
    }

    /// Rows of a run that could not be used.
    pub async fn row_errors(&self, id: RunId, after: Option<u64>, limit: u32) -> Result<Vec<RowFailure>> {
        self.look(move |view| view.row_errors(id, after, limit)).await
    }

    /// What an import would bring and cost, without doing it.
    pub async fn plan_import(&self, request: &ImportRequest) -> Result<ImportPlan> {
        match &request.from {
            ImportFrom::File { path, source, mapping } => {
                let opened = open_file(&self.services, path, *source, mapping.as_deref()).await?;
                Ok(file_plan(&opened))
            }
            ImportFrom::Provider { source, search, set } => {
                let filters = feeds::filters(&self.services.config, *source, search.as_ref(), set)?;
                feeds::plan(&self.services, *source, &filters, request.limit).await
            }
        }
    }

    /// The mapping of a file as a mapping file to keep and mend.
    pub async fn file_mapping(&self, path: &Path, source: Option<Source>) -> Result<String> {
        Ok(open_file(&self.services, path, source, None).await?.recognition.to_toml())
    }

    /// Keeps what a file's columns mean as `mappings/<name>.toml` in the configuration folder; files with these columns are
    /// read by it from now on, also in this process. Without a name it is called after the file. Never writes over a file.
    pub async fn keep_mapping(&self, path: &Path, source: Option<Source>, mapping: Option<&Path>, name: Option<&str>) -> Result<PathBuf> {
        self.need(Role::Operator)?;
        let Opened { file, recognition } = open_file(&self.services, path, source, mapping).await?;
        if matches!(file.sample(), Rows::Objects(_)) && !recognition.source.file_only() {
            let words = format!("these are rows of {}'s API, which are known without a mapping of yours", recognition.source);
            return Err(ServiceError::new(Kind::Invalid, words));
        }
        if recognition.is_settled() {
            return Err(ServiceError::new(Kind::Invalid, "a mapping for files with these columns is kept already; mend that one"));
        }
        if !recognition.columns.iter().any(|column| column.becomes.is_some()) {
            return Err(ServiceError::new(Kind::Invalid, "no column of this file is understood, so there is nothing to keep"));
        }
        let text = recognition.to_toml();
        let kept = keep::write(&self.services.mappings, path, name, &text)?;
        let shown = kept.display().to_string();
        let mapping = Mapping::parse_toml(&shown, &text).map_err(|problems| ServiceError::new(Kind::Trouble, join(&problems)))?;
        self.services.kept.lock().unwrap_or_else(PoisonError::into_inner).push(mapping);
        Ok(kept)
    }

    /// Starts an import; it goes on in this process until it ends, is paused or is stopped.
    pub async fn start_import(&self, request: &ImportRequest) -> Result<RunId> {
        self.need(Role::Operator)?;
        let (asked, source) = self.asked(request).await?;
        feeds::check_search(&self.services, &asked)?;
        self.start(asked, source).await
    }

    /// Starts a run of what was settled.
    pub(super) async fn start(&self, asked: Asked, source: Source) -> Result<RunId> {
        let run = self.new_run(&asked, source, self.login())?;
        let id = run.id;
        let feed = feeds::feed(&self.services, id, &asked).await?;
        self.services.core.store.write(move |desk| desk.start_run(&run)).await?;
        self.begin(id, asked, feed)?;
        Ok(id)
    }

    pub(super) async fn asked(&self, request: &ImportRequest) -> Result<(Asked, Source)> {
        let limit = request.limit;
        match &request.from {
            ImportFrom::File { path, source, mapping } => {
                let opened = open_file(&self.services, path, *source, mapping.as_deref()).await?;
                let what = Text::from(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
                let source = opened.recognition.source;
                let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                let mapping = opened.recognition.mapping.to_toml();
                Ok((Asked { what, limit, from: From::File { path, mapping } }, source))
            }
            ImportFrom::Provider { source, search, set } => {
                let filters = feeds::filters(&self.services.config, *source, search.as_ref(), set)?;
                let what = search.clone().unwrap_or_else(|| Text::new("search"));
                let limit = limit.or(self.services.config.import.limit.map(u64::from));
                Ok((Asked { what, limit, from: From::Provider { source: *source, filters } }, *source))
            }
        }
    }

    /// A run of what was settled, not started yet.
    pub(super) fn new_run(&self, asked: &Asked, source: Source, actor: &Text) -> Result<Run> {
        Ok(Run {
            id: RunId::next(&*self.services.core.ids),
            source,
            state: RunState::Running,
            request: serde_json::to_string(asked).map_err(|error| ServiceError::new(Kind::Trouble, error.to_string()))?,
            cursor: None,
            pages: 0,
            counters: crate::domain::Counters::default(),
            total: None,
            error: None,
            started_at: self.now(),
            finished_at: None,
            actor: actor.clone(),
        })
    }

    pub(super) fn begin(&self, id: RunId, asked: Asked, feed: Arc<dyn import::Feed>) -> Result<()> {
        let mapping = match &asked.from {
            From::Provider { source, .. } => self.services.intake.mapping(*source).clone(),
            // Each of its pages says whose it is.
            From::Enrich { .. } => Mapping::empty(Source::File),
            From::File { mapping, .. } => Mapping::parse_toml("the run's mapping", mapping).map_err(|problems| {
                let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
                ServiceError::new(Kind::Invalid, words.join("; "))
            })?,
        };
        let core = self.services.core.clone();
        let holder = self.services.core.store.holder(self.login());
        let job = Job {
            run: id,
            feed,
            intake: self.services.intake.clone(),
            mapping: Arc::new(mapping),
            limit: asked.limit,
            actor: Actor::Person(self.login().clone()),
            nap: self.services.tools.nap.clone(),
            holder: holder.clone(),
        };
        let services = self.services.clone();
        let handle = tokio::spawn(async move {
            let run = import::work(&core, job).await?;
            if let From::File { path, mapping } = &asked.from
                && run.counters.failed > 0
            {
                errors_file::write(&services, &run, path, mapping).await;
            }
            Ok(run)
        });
        self.services
            .imports
            .at_work
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, AtWork { holder, handle, since: self.now(), read: 0 });
        Ok(())
    }

    /// Waits until a run of this process has ended, and until what follows from what it brought is done; answers how it ended.
    pub async fn wait_for(&self, id: RunId) -> Result<RunView> {
        let at_work = self.services.imports.at_work.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        if let Some(at_work) = at_work {
            let ended = at_work
                .handle
                .await
                .map_err(|_| ServiceError::new(Kind::Trouble, "the import died: a defect of this program; it can be resumed"))?;
            ended?;
            // A process that imports and ends has no keeper that would do it later.
            self.follow_up(&CancellationToken::new()).await;
        }
        self.run(id).await
    }

    /// Pauses a run at its next page, wherever it works.
    pub async fn pause_run(&self, id: RunId) -> Result<()> {
        self.set_state(id, RunState::Paused).await
    }

    /// Stops a run at its next page, wherever it works.
    pub async fn stop_run(&self, id: RunId) -> Result<()> {
        self.set_state(id, RunState::Stopped).await
    }

    async fn set_state(&self, id: RunId, state: RunState) -> Result<()> {
        self.need(Role::Operator)?;
        let run = self.run(id).await?.run;
        if !matches!(run.state, RunState::Running | RunState::Paused) {
            return Err(ServiceError::new(Kind::Invalid, format!("this run is {}; r resumes it", run.state.key())));
        }
        let finished = (state == RunState::Stopped).then(|| self.now());
        self.services.core.store.write(move |desk| desk.set_run_state(id, state, finished, None)).await?;
        self.services.core.bus.tell(super::Event::Changed);
        Ok(())
    }

    /// Goes on with a run that was paused, stopped, failed, ended in part, or whose process died.
    pub async fn resume_run(&self, id: RunId) -> Result<()> {
        self.need(Role::Operator)?;
        let run = self.run(id).await?.run;
        if run.state == RunState::Done {
            return Err(ServiceError::new(Kind::Invalid, "this run is done; start a new one"));
        }
        let now = self.now();
        if self.look(move |view| import::running(view, now)).await?.contains(&id) {
            return Err(ServiceError::new(Kind::Stale, "this run is at work already"));
        }
        let asked: Asked = serde_json::from_str(&run.request).map_err(|_| {
            ServiceError::new(Kind::Trouble, "this run was started by another version and cannot be resumed; start a new one")
        })?;
        let feed = feeds::feed(&self.services, id, &asked).await?;
        self.services.core.store.write(move |desk| desk.set_run_state(id, RunState::Running, None, None)).await?;
        self.begin(id, asked, feed)
    }

    fn run_view(&self, run: Run) -> RunView {
        let what = what(&run.request).unwrap_or_default();
        let mut at_work = self.services.imports.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        let here = at_work.get_mut(&run.id).filter(|one| !one.handle.is_finished());
        let Some(one) = here else { return RunView { what, rate: 0.0, left: None, here: false, run } };
        if one.read == 0 {
            (one.since, one.read) = (self.now(), run.counters.read.max(1));
        }
        let seconds = self.now().since(one.since).as_secs_f32();
        let rate = if seconds > 0.5 { run.counters.read.saturating_sub(one.read) as f32 / seconds } else { 0.0 };
        let todo = run.total.map(|total| total.saturating_sub(run.counters.read));
        let left = todo.filter(|_| rate > 0.1).map(|todo| Duration::from_secs_f32(todo as f32 / rate));
        RunView { what, rate, left, here: true, run }
    }
}

fn source_state(services: &Parts, source: Source, last: Option<Run>, held: bool, searches: Vec<SearchState>) -> SourceState {
    let settings = services.config.sources.get(source);
    let ready = settings.is_some_and(|settings| settings.is_ready(source));
    let running = last.as_ref().is_some_and(|run| run.state == RunState::Running);
    let error = last.as_ref().and_then(|run| run.error.clone());
    let state = match last.as_ref().map(|run| run.state) {
        Some(RunState::Running) if held && error.is_some() => SourceStanding::Waiting,
        Some(RunState::Running) if held => SourceStanding::Running,
        Some(RunState::Paused) => SourceStanding::Paused,
        Some(RunState::Refused) => SourceStanding::Refused,
        Some(RunState::Failed) => SourceStanding::Failed,
        _ if source.file_only() => SourceStanding::FileOnly,
        _ if !ready => SourceStanding::NotConfigured,
        _ => SourceStanding::Idle,
    };
    let note = match (error, running && !held) {
        (Some(error), _) => error,
        (None, true) => Text::new("interrupted: r goes on where it was"),
        (None, false) => Text::default(),
    };
    SourceState { source, state, note, last, searches, credits: None, rate: None }
}

/// A file, opened and understood.
pub(super) struct Opened {
    pub file: FileSource,
    pub recognition: Recognition,
}

async fn open_file(services: &Parts, path: &Path, source: Option<Source>, mapping: Option<&Path>) -> Result<Opened> {
    let intake = services.intake.clone();
    let kept = services.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let (path, mapping) = (path.to_owned(), mapping.map(Path::to_owned));
    let page_rows = usize::from(services.config.import.batch).max(1);
    let opened = tokio::task::spawn_blocking(move || {
        let mut opened = open_now(&intake, &kept, &path, source, page_rows)?;
        if let Some(mapping) = mapping {
            opened.recognition.mapping.overlay(own_mapping(&mapping)?);
        }
        Ok(opened)
    });
    opened.await.unwrap_or_else(|_| Err(ServiceError::new(Kind::Trouble, "the file could not be read: a defect of this program")))
}

/// Opens a file and finds out what its columns mean. Blocks.
pub(super) fn open_now(intake: &Intake, kept: &[Mapping], path: &Path, source: Option<Source>, page_rows: usize) -> Result<Opened> {
    let options = Options { page_rows, ..Options::default() };
    let file = FileSource::open(path, options).map_err(|error| ServiceError::new(Kind::Invalid, error.to_string()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut recognition = intake.recognise_with(kept, file.sample(), &name);
    if let Some(source) = source.filter(|source| *source != recognition.source) {
        recognition = intake.recognise_as(source, file.sample(), &name);
    }
    Ok(Opened { file, recognition })
}

/// A person's own mapping file, to lay over what was recognised.
pub(super) fn own_mapping(path: &Path) -> Result<Mapping> {
    let invalid = |words: String| ServiceError::new(Kind::Invalid, words);
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| invalid(format!("the mapping {shown} cannot be read: {error}")))?;
    let own = Mapping::parse_toml(&shown, &text).map_err(|problems| invalid(join(&problems)))?;
    let problems = own.check();
    if problems.is_empty() { Ok(own) } else { Err(invalid(join(&problems))) }
}

fn join(problems: &[impl ToString]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn file_plan(opened: &Opened) -> ImportPlan {
    let Opened { file, recognition } = opened;
    let columns = recognition.columns.iter().map(|column| ColumnPlan {
        column: column.name.clone(),
        field: column.becomes.as_deref().and_then(Field::from_key),
        meaning: column.becomes.clone().unwrap_or_default(),
        sure: (column.confidence * 100.0).round() as u8,
        sample: column.example.clone(),
    });
    let mut notes = vec![Text::from(file.about().format.to_string())];
    notes.push(match recognition.source {
        _ if recognition.is_settled() => Text::new("a mapping that was kept explains these columns"),
        Source::File => Text::new("no known export; the columns were guessed: look at them before importing"),
        source => Text::from(format!("looks like an export of {source}, {:.0} % sure", recognition.confidence * 100.0)),
    });
    if let Some(line) = file.about().header_line.filter(|line| *line > 1) {
        notes.push(Text::from(format!("the header stands in line {line}")));
    }
    ImportPlan { source: recognition.source, rows: None, credits: None, columns: columns.collect(), notes }
}
