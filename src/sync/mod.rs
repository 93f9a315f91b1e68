//! Engines that move records: imports in, HaloPSA both ways, and the decisions in between. Absent: services and
//! every front end; a screen hears of things over the [`bus`].
//!
//! - `golden`: golden records and their faces, recomputed after every change.
//! - `decide`: what each decision does at the desk, and how it is taken back.
//! - `matchmaker`: the matching index, kept in step with the store.
//! - `ingest`: one raw page into records, contacts, questions and wanted writes.
//! - `audit`: which merges that were made without asking are looked at afterwards.
//! - `learning`: new versions of the matching model, from what came in and from people's answers.
//! - `revisit`: open questions that what came in since has answered or changed.
//! - `question`: what a person is asked about a record.
//! - `import`: runs: fetch, land, take in; pause, stop, resume.
//! - `enrich`: runs that ask sources what known people lack.
//! - `plan`: the three-way compare, pure.
//! - `halo`: HaloPSA's changes in, ours out.
//! - `state`: what those engines write down about themselves.
//! - `shelf`: what was bought and serves many.
//! - `pace`: rate budgets and credits that hold over processes and restarts.

pub mod audit;
pub mod bus;
pub mod decide;
pub mod enrich;
pub mod golden;
pub mod halo;
pub mod import;
pub mod ingest;
pub mod learning;
pub mod matchmaker;
pub mod pace;
pub mod plan;
pub mod question;
pub mod revisit;
pub mod shelf;
pub mod state;

use crate::{
    domain::{Candidate, Clock, IdGen, SourceRecord},
    matching::{People, Prepared, Scored, Verdict, survivorship},
    store::{self, Store, View},
    workflow::Workflows,
};
use bus::Bus;
use matchmaker::Matchmaker;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The rules that decisions and golden records follow; from configuration.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Which value survives.
    pub survivorship: survivorship::Rules,
    /// Where cards may go.
    pub workflows: Workflows,
    /// How long HaloPSA is kept waiting after a decision, so that an undo costs nothing.
    pub hold: Duration,
}

/// What every engine works with. Cheap to clone.
#[derive(Clone)]
pub struct Core(Arc<Parts>);

/// The parts of a [`Core`].
pub struct Parts {
    /// What remembers.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Arc<dyn IdGen>,
    /// What is followed.
    pub rules: Rules,
    /// Who is told.
    pub bus: Bus,
    matchmaker: Mutex<Matchmaker>,
}

impl Core {
    /// Puts the parts together.
    pub fn new(store: Store, clock: Arc<dyn Clock>, ids: Arc<dyn IdGen>, rules: Rules, matchmaker: Matchmaker) -> Self {
        Self(Arc::new(Parts { store, clock, ids, rules, bus: Bus::default(), matchmaker: Mutex::new(matchmaker) }))
    }

    /// Fills the matching index from the store where it is not yet, without holding up writers.
    pub async fn warm(&self) -> store::Result<()> {
        let core = self.clone();
        self.store.read(move |view| core.matchmaker().catch_up(view)).await
    }

    /// Whom a record that belongs to nobody yet may be, as things stand now: certain, or likeliest first, or nobody.
    pub fn meet(&self, view: &View<'_>, record: &SourceRecord) -> store::Result<Meeting> {
        let mut matchmaker = self.matchmaker();
        matchmaker.catch_up(view)?;
        let prepared = Prepared::person(&record.draft);
        let scored = match matchmaker.people().decide(&prepared) {
            Verdict::New => return Ok(Meeting::Nobody),
            Verdict::Same(scored) => return Ok(Meeting::Certain(candidate(view, &matchmaker, &prepared, &scored)?)),
            Verdict::Ask(scored) => scored,
        };
        let mut candidates: Vec<Candidate> = Vec::new();
        for scored in &scored {
            let one = candidate(view, &matchmaker, &prepared, scored)?;
            if candidates.len() < CANDIDATES && candidates.iter().all(|known| known.contact != one.contact) {
                candidates.push(one);
            }
        }
        Ok(Meeting::Perhaps(candidates))
    }

    /// The matching index; one user at a time.
    pub fn matchmaker(&self) -> MutexGuard<'_, Matchmaker> {
        self.0.matchmaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Candidates kept with a question; a person looks at the best and perhaps the runner-up.
pub const CANDIDATES: usize = 5;

/// Whom a record may be.
#[derive(Clone, PartialEq, Debug)]
pub enum Meeting {
    /// Nobody we know.
    Nobody,
    /// This contact, without asking.
    Certain(Candidate),
    /// A person should look; likeliest first.
    Perhaps(Vec<Candidate>),
}

impl Meeting {
    /// All it names, likeliest first.
    pub fn candidates(self) -> Vec<Candidate> {
        match self {
            Self::Nobody => Vec::new(),
            Self::Certain(one) => vec![one],
            Self::Perhaps(candidates) => candidates,
        }
    }
}

fn candidate(view: &View<'_>, matchmaker: &Matchmaker, prepared: &Prepared<People>, scored: &Scored<People>) -> store::Result<Candidate> {
    Ok(Candidate { contact: view.standing(scored.owner)?, evidence: matchmaker.people().explain(prepared, scored) })
}

impl std::ops::Deref for Core {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
