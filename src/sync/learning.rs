//! Learning, end to end: when it is time, what is learnt from, and the new version of the model, which every process takes
//! into use with its next look at the store. Off the writer's thread: the index is held for a few records at a time.

use super::{Core, matchmaker::Matchmaker};
use crate::{
    domain::{Actor, Timestamp},
    matching::{
        Matcher, Model, Pattern, Subject,
        calibrate::Label,
        learn::PatternTable,
        revision::{Material, Revision, Teacher, revise},
    },
    store::{Answer, Desk, ModelCause, ModelVersion, Result, StoreError, View},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};
use tokio_util::sync::CancellationToken;

/// The lease of whoever learns: one process at a time.
const LEASE: &str = "matching:learn";
/// How long it may take, unless renewed; a million records take a few seconds.
const TIME: Duration = Duration::from_secs(600);
/// The cell that says how far what came in was learnt from.
const LEARNT: &str = "matching:learnt";
/// An import is large when this many records came in, and a tenth of those that were there: the shares of levels do not
/// move noticeably with fewer.
const MANY_RECORDS: i64 = 2000;
/// Fifty answers are the fewest that teach (matching says so); after that, each further twenty-five are looked at.
const FIRST_ANSWERS: u64 = 50;
const MORE_ANSWERS: u64 = 25;
/// The latest answers that are learnt from, of questions and of audits each.
const ANSWERS: u32 = 5000;
/// Records whose pairs are looked at. Twenty thousand give each share to a hundredth, in about a second.
const SAMPLE: usize = 20_000;
/// Records for which the index is held at a time, about a millisecond: an import goes on beside it.
const AT_ONCE: usize = 16;
/// For so long it is left to whoever waits for it; a lock that is taken again at once would starve them.
const REST: Duration = Duration::from_micros(100);

/// How far what came in was learnt from.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Learnt {
    /// The newest row of the membership feed.
    records: i64,
    /// How many answers there were.
    answers: u64,
}

/// What it is time to learn from, if anything.
pub fn due(view: &View<'_>) -> Result<Option<Teacher>> {
    Ok(standing(view)?.0)
}

fn standing(view: &View<'_>) -> Result<(Option<Teacher>, Learnt)> {
    let before: Learnt = view.cell(LEARNT)?.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
    let now = Learnt { records: view.moves_head()?, answers: view.answer_count()? };
    let (records, answers) = (now.records - before.records, now.answers.saturating_sub(before.answers));
    let teacher = if records >= MANY_RECORDS.max(before.records / 10) {
        Some(Teacher::Records)
    } else if now.answers >= FIRST_ANSWERS && answers >= MORE_ANSWERS {
        Some(Teacher::Answers)
    } else {
        None
    };
    Ok((teacher, now))
}

/// Learns if it is time and nobody else does; answers the new version, taken over or not. `stop` ends it early, with
/// nothing learnt.
pub async fn learn(core: &Core, stop: &CancellationToken) -> Result<Option<ModelVersion>> {
    if core.store.read(due).await?.is_none() {
        return Ok(None);
    }
    let (holder, now) = (core.store.holder("learning"), core.clock.now());
    let name = holder.clone();
    let begun = core.store.write(move |desk| begin(desk, &name, now)).await?;
    let Some((teacher, learnt)) = begun else { return Ok(None) };
    let made = study(core, teacher, learnt, stop).await;
    core.store.write(move |desk| desk.release_lease(LEASE, &holder)).await?;
    made
}

/// Takes the lease, and looks again: another process may have learnt meanwhile.
fn begin(desk: &Desk<'_>, holder: &str, now: Timestamp) -> Result<Option<(Teacher, Learnt)>> {
    if desk.lease(LEASE, now)?.is_some() {
        return Ok(None);
    }
    let (Some(teacher), learnt) = standing(desk)? else { return Ok(None) };
    Ok(desk.take_lease(LEASE, holder, now, TIME)?.map(|_| (teacher, learnt)))
}

async fn study(core: &Core, teacher: Teacher, learnt: Learnt, stop: &CancellationToken) -> Result<Option<ModelVersion>> {
    core.warm().await?;
    let answers = core.store.read(|view| Ok::<_, StoreError>((view.answers(ANSWERS)?, view.foreign_models_head(Model::rules())?))).await?;
    let (worker, stop) = (core.clone(), stop.clone());
    let work = tokio::task::spawn_blocking(move || {
        let settings = *worker.matchmaker().settings();
        let people = pairs(&worker, &stop, Matchmaker::people)?;
        let companies = pairs(&worker, &stop, Matchmaker::companies)?;
        let material = Material { people, companies, labels: labels(&answers.0, answers.1, settings.audit_one_in) };
        let base = worker.matchmaker().people().model().clone();
        let revision = revise(&base, &settings, &material, teacher);
        Some((base.version, material, revision))
    });
    // Stopped, or dead of a defect: what is due stays due.
    let Ok(Some((base, material, revision))) = work.await else { return Ok(None) };
    let now = core.clock.now();
    core.store
        .write(move |desk| {
            let json = serde_json::to_string(&learnt).map_err(|error| StoreError::Sql(error.to_string()))?;
            desk.set_cell(LEARNT, Some(&json), now)?;
            let Some(revision) = revision else { return Ok(None) };
            if in_use(desk)?.version != base {
                return Ok(None);
            }
            let version = version(desk, teacher, &material, revision, now)?;
            desk.add_model(&version)?;
            let detail = serde_json::json!({ "version": version.version, "taken": version.taken, "pairs": version.pairs, "answers": version.answers });
            desk.note(now, Actor::rule("matching").name(), "learn", &format!("model {}", version.version), &detail.to_string())?;
            Ok(Some(version))
        })
        .await
}

fn version(desk: &Desk<'_>, teacher: Teacher, material: &Material, revision: Revision, made_at: Timestamp) -> Result<ModelVersion> {
    // One that was not taken over has used a number up.
    let number = revision.model.version.max(desk.models_head()? + 1);
    let model = Model { version: number, ..revision.model };
    Ok(ModelVersion {
        version: number,
        made_at,
        cause: match teacher {
            Teacher::Records => ModelCause::Records,
            Teacher::Answers => ModelCause::Answers,
        },
        pairs: material.pairs(),
        answers: material.labels.len() as u64,
        rules: Model::rules(),
        taken: revision.refused.is_none(),
        refused: revision.refused,
        moved: revision.moved,
        body: serde_json::to_string(&model).map_err(|error| StoreError::Sql(error.to_string()))?,
    })
}

/// The model in use: the newest that was taken over, else the one that ships with the program.
pub fn in_use(view: &View<'_>) -> Result<Model> {
    let stored = view.model_in_use(Model::rules())?.and_then(|version| {
        let model = serde_json::from_str::<Model>(&version.body).ok().filter(Model::fits);
        if model.is_none() {
            tracing::warn!(
                version = version.version,
                "the stored matching model cannot be read; the one that ships with the program is used"
            );
        }
        model
    });
    match stored {
        Some(model) => Ok(model),
        // Numbers go on rising, so that evidence tells by which comparisons it was made.
        None => Ok(Model { version: view.foreign_models_head(Model::rules())? + 1, ..Model::shipped() }),
    }
}

/// The pairs of a sample, piece by piece; `None` when stopped.
fn pairs<S: Subject>(core: &Core, stop: &CancellationToken, of: fn(&Matchmaker) -> &Matcher<S>) -> Option<PatternTable> {
    let mut counts: BTreeMap<Pattern, u64> = BTreeMap::new();
    let sample = of(&core.matchmaker()).sample(SAMPLE);
    for some in sample.chunks(AT_ONCE) {
        if stop.is_cancelled() {
            return None;
        }
        let found = of(&core.matchmaker()).patterns(some);
        for (pattern, count) in found {
            *counts.entry(pattern).or_default() += count;
        }
        std::thread::sleep(REST);
    }
    Some(counts.into_iter().collect())
}

/// What people's answers teach. Answers about comparisons of another version of the program mean something else.
fn labels(answers: &[Answer], foreign: u32, one_in: u32) -> Vec<Label> {
    let known = answers.iter().filter(|answer| answer.model > foreign);
    // The queue is seen whole; an audit stands for all the merges that were not looked at.
    let weight = |answer: &Answer| if answer.audit { one_in.max(1) as f32 } else { 1.0 };
    known.map(|answer| Label { pattern: Pattern(answer.pattern), same: answer.same, weight: weight(answer) }).collect()
}
