//! Matching files offline: which of their records are one. Nothing is opened but the files and nothing is kept: no
//! database, no log. Files are read and understood as an import would, and compared by the same engine.
//!
//! Absent on purpose: writing the answer down; the command line does that.

mod columns;
mod look_up;
mod read;
mod truth;

use super::{Kind, Result, ServiceError, open};
use crate::{
    config::Loaded,
    domain::{Evidence, RecordKind, Source, Text, Timestamp},
    matching::{
        Companies, Model, People, Prepared, Settings, Subject,
        dedupe::{Gathered, Options, Outcome, Phase, Progress},
        metrics,
    },
};
use read::{Take, read};
use serde::Serialize;
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
use truth::Truth;

pub use crate::matching::dedupe::Pair;
pub use look_up::{LookUps, look_ups};
pub use truth::{Accuracy, ZoneCount};

/// What to match.
#[derive(Clone, Debug, Default)]
pub struct DedupeRequest {
    /// The files; their records are matched within and across them.
    pub files: Vec<PathBuf>,
    /// People or companies; told by the columns when not said.
    pub kind: Option<RecordKind>,
    /// How the columns map to fields, over what is recognised.
    pub mapping: Option<PathBuf>,
    /// A file that says who is who.
    pub truth: Option<PathBuf>,
}

/// Where a run stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DedupeStep {
    /// Files are read.
    Read {
        /// Records so far.
        records: usize,
    },
    /// Records are matched.
    Match(Progress),
}

/// A file as it was read.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FileRead {
    /// Its path, as given.
    pub path: String,
    /// Whose export it was taken for.
    pub source: Source,
    /// Records it gave.
    pub records: usize,
    /// Rows that could not be used.
    pub unusable: u64,
    /// The first of them: line and reason.
    #[serde(skip)]
    pub reasons: Vec<(u64, Text)>,
    /// The line of each record.
    #[serde(skip)]
    places: Vec<u64>,
}

/// How long each phase took, in seconds of the clock on the wall.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize)]
pub struct Seconds {
    /// Reading files; beside `prepare`.
    pub read: f64,
    /// Understanding rows and bringing records into normal form; they are put into the index beside it.
    pub prepare: f64,
    /// Listing records under their keys.
    pub block: f64,
    /// Comparing pairs and fitting weights.
    pub score: f64,
    /// Joining pairs.
    pub cluster: f64,
    /// From the first byte to the last cluster.
    pub total: f64,
}

/// What came out.
pub struct Deduped {
    /// People or companies.
    pub kind: RecordKind,
    /// The files.
    pub files: Vec<FileRead>,
    /// What each record is called: its id where the file has an own one for it, else `FILE:LINE`.
    pub ids: Vec<Box<str>>,
    /// Records whose id others have too; they are called `FILE:LINE`.
    pub renamed: usize,
    /// How right it is, where there is a truth to hold it against.
    pub accuracy: Option<Accuracy>,
    /// How long it took.
    pub seconds: Seconds,
    found: Found,
}

enum Found {
    People(Outcome<People>),
    Companies(Outcome<Companies>),
}

impl Deduped {
    /// Pairs in the auto and review zones, likeliest first; sides are places in `ids`.
    pub fn pairs(&self) -> &[Pair] {
        match &self.found {
            Found::People(found) => &found.pairs,
            Found::Companies(found) => &found.pairs,
        }
    }

    /// The cluster of each record: the place of its first member.
    pub fn clusters(&self) -> &[u32] {
        match &self.found {
            Found::People(found) => &found.clusters,
            Found::Companies(found) => &found.clusters,
        }
    }

    /// Why a pair scores as it does.
    pub fn explain(&self, pair: &Pair) -> Evidence {
        match &self.found {
            Found::People(found) => found.explain(pair),
            Found::Companies(found) => found.explain(pair),
        }
    }

    /// How many pairs were compared.
    pub fn compared(&self) -> usize {
        match &self.found {
            Found::People(found) => found.compared.len(),
            Found::Companies(found) => found.compared.len(),
        }
    }

    /// The size of the largest cluster.
    pub fn largest(&self) -> usize {
        metrics::largest(self.clusters())
    }

    /// How many clusters there are, those of one record included.
    pub fn entities(&self) -> usize {
        self.clusters().iter().enumerate().filter(|(nth, cluster)| *nth == **cluster as usize).count()
    }

    /// Rows that could not be used.
    pub fn unusable(&self) -> u64 {
        self.files.iter().map(|file| file.unusable).sum()
    }
}

/// A person's part of a row, and how it becomes comparable.
const PERSON: Take<People> = Take { kind: RecordKind::Person, draft: |taken| taken.person, prepare: Prepared::person };
/// The same of companies.
const COMPANY: Take<Companies> = Take { kind: RecordKind::Company, draft: |taken| taken.company, prepare: Prepared::company };

/// Matches the records of some files. `now` is for dates in the files: none lies after it.
pub fn dedupe(loaded: &Loaded, request: &DedupeRequest, now: Timestamp, progress: &(dyn Fn(DedupeStep) + Sync)) -> Result<Deduped> {
    let from = Instant::now();
    let intake = open::intake(&loaded.config, &loaded.mappings)?;
    let (kind, sources) = read::open(&intake, &request.files, request.kind, request.mapping.as_deref())?;
    let settings = loaded.config.matching;
    match kind {
        RecordKind::Person => {
            matched(read(&intake, sources, &PERSON, Gathered::add, now, progress)?, kind, Found::People, settings, request, from, progress)
        }
        RecordKind::Company => matched(
            read(&intake, sources, &COMPANY, Gathered::add, now, progress)?,
            kind,
            Found::Companies,
            settings,
            request,
            from,
            progress,
        ),
    }
}

fn matched<S: Subject>(
    reading: read::Reading<Gathered<S>>,
    kind: RecordKind,
    found: fn(Outcome<S>) -> Found,
    settings: Settings,
    request: &DedupeRequest,
    from: Instant,
    progress: &(dyn Fn(DedupeStep) + Sync),
) -> Result<Deduped> {
    if reading.gathered.is_empty() {
        return Err(ServiceError::new(
            Kind::Invalid,
            "there is no record to match in these files; look at how their columns are understood with import --dry-run",
        ));
    }
    // Before the work: a truth that does not fit should not cost a run.
    let truth = request.truth.as_deref().map(|path| Truth::read(path, &reading.ids, &reading.lost)).transpose()?;
    let options = Options { settings: Settings { ask_for_halo_pairs: false, ..settings }, model: Model::shipped(), learn: true };
    let watch = Watch::default();
    let outcome = reading.gathered.find(&options, &|step| {
        watch.note(step.phase);
        progress(DedupeStep::Match(step));
    });
    let mut seconds = watch.seconds(Instant::now());
    seconds.read = reading.read_for.as_secs_f64();
    seconds.prepare = reading.prepared_for.as_secs_f64();
    seconds.total = from.elapsed().as_secs_f64();
    let accuracy = truth.map(|truth| truth.measure(&outcome.pairs, &outcome.clusters, &outcome.compared));
    Ok(Deduped { kind, files: reading.files, ids: reading.ids, renamed: reading.renamed, accuracy, seconds, found: found(outcome) })
}

/// When each phase of a run began.
#[derive(Default)]
struct Watch(Mutex<Vec<(Phase, Instant)>>);

impl Watch {
    fn note(&self, phase: Phase) {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !begun.iter().any(|(known, _)| *known == phase) {
            begun.push((phase, Instant::now()));
        }
    }

    fn seconds(&self, end: Instant) -> Seconds {
        let begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seconds = Seconds::default();
        for (nth, (phase, from)) in begun.iter().enumerate() {
            let to = begun.get(nth + 1).map_or(end, |(_, at)| *at);
            let spent = to.saturating_duration_since(*from).max(Duration::ZERO).as_secs_f64();
            match phase {
                Phase::Index => seconds.block += spent,
                Phase::Compare | Phase::Learn => seconds.score += spent,
                Phase::Join => seconds.cluster += spent,
            }
        }
        seconds
    }
}
