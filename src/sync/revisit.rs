//! Revisiting: what came in since answers some open questions and turns others into another question. A record that is
//! somebody's beyond doubt by now joins without asking, as it would have had it come in last. What a person has ever
//! decided, or is looking at, is left alone.

use super::{
    Core, Meeting,
    audit::{Merged, Sampler},
    decide::{DecideError, Deciding},
    question,
};
use crate::{
    domain::{About, Actor, Candidate, ContactId, ReviewId, ReviewItem, ReviewState, SourceRecord},
    matching::{People, Prepared, Verdict},
    store::{self, Desk, StoreError, View},
};
use futures_util::future::join_all;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use tokio_util::sync::CancellationToken;

/// The cell that says as of when open questions were looked at.
const REVISITED: &str = "review:revisited";
/// Questions that are looked at, heaviest first: more than anybody answers before records come in again.
const MOST: u32 = 20_000;
/// Looked at between two looks at whether to stop; what comes of them is written together.
const AT_ONCE: usize = 256;
/// What a joined record says may answer another question; so often that is followed at once.
const ROUNDS: usize = 4;

/// Looks at the open questions again if anything came in since the last time; answers how many are answered by now.
/// `stop` ends it early; what was not looked at stays due.
pub async fn revisit(core: &Core, stop: &CancellationToken) -> store::Result<usize> {
    let mut answered = 0;
    let mut last: Option<(Standing, Sweep)> = None;
    for _ in 0..ROUNDS {
        let Some(standing) = core.store.read(due).await? else { break };
        core.warm().await?;
        let round = match last.take() {
            // Nothing came in but what the round before joined itself.
            Some((before, sweep)) if standing == before.after(&sweep) => sweep.again(core, stop).await?,
            _ => Sweep::whole(core, stop).await?,
        };
        let Some(sweep) = round else { break };
        let (cell, now) = (standing.to_string(), core.clock.now());
        core.store.write(move |desk| desk.set_cell(REVISITED, Some(&cell), now)).await?;
        answered += sweep.joined.len();
        last = Some((standing, sweep));
    }
    Ok(answered)
}

/// What the answers depend on: the membership feed, and the model.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Standing {
    moves: i64,
    models: u32,
}

impl Standing {
    /// Each join is one move.
    const fn after(self, sweep: &Sweep) -> Self {
        Self { moves: self.moves + sweep.joined.len() as i64, ..self }
    }
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.moves, self.models)
    }
}

/// How things stand, where that is not how they stood at the last look.
fn due(view: &View<'_>) -> store::Result<Option<Standing>> {
    let standing = Standing { moves: view.moves_head()?, models: view.models_head()? };
    Ok((view.cell(REVISITED)? != Some(standing.to_string())).then_some(standing))
}

/// One round over open questions.
#[derive(Default)]
struct Sweep {
    looked: Vec<Looked>,
    joined: Vec<(ReviewId, ContactId)>,
}

/// A question that was looked at, and what its answer depends on.
struct Looked {
    id: ReviewId,
    /// Only a record that has one of them in common with it can be the same.
    keys: Vec<u64>,
    /// Whom it may be about; what else they consist of counts too.
    about: Vec<ContactId>,
}

impl Sweep {
    /// Over all of them; `None` when stopped.
    async fn whole(core: &Core, stop: &CancellationToken) -> store::Result<Option<Self>> {
        let open = core.store.read(|view| view.open_questions(MOST)).await?;
        Self::default().over(core, stop, &open).await
    }

    /// Over those that the records joined by this round may answer.
    async fn again(mut self, core: &Core, stop: &CancellationToken) -> store::Result<Option<Self>> {
        let joined = std::mem::take(&mut self.joined);
        let answered: FxHashSet<ReviewId> = joined.iter().map(|(id, _)| *id).collect();
        let contacts: FxHashSet<ContactId> = joined.iter().map(|(_, contact)| *contact).collect();
        let (gone, mut rest): (Vec<_>, Vec<_>) = self.looked.drain(..).partition(|one| answered.contains(&one.id));
        let keys: FxHashSet<u64> = gone.into_iter().flat_map(|one| one.keys).collect();
        let concerned = |one: &Looked| one.keys.iter().any(|key| keys.contains(key)) || one.about.iter().any(|who| contacts.contains(who));
        let again: Vec<ReviewId> = rest.extract_if(.., |one| concerned(one)).map(|one| one.id).collect();
        Self { looked: rest, joined: Vec::new() }.over(core, stop, &again).await
    }

    async fn over(mut self, core: &Core, stop: &CancellationToken, open: &[ReviewId]) -> store::Result<Option<Self>> {
        for some in open.chunks(AT_ONCE) {
            if stop.is_cancelled() {
                return Ok(None);
            }
            let (some, reader) = (some.to_vec(), core.clone());
            let (looked, changed) = core.store.read(move |view| look(view, &reader, &some)).await?;
            self.looked.extend(looked);
            let jobs = changed.into_iter().map(|id| {
                let worker = core.clone();
                core.store.write(move |desk| Ok(answer(desk, &worker, id)?.map(|contact| (id, contact))))
            });
            for answered in join_all(jobs).await {
                match answered {
                    Ok(joined) => self.joined.extend(joined),
                    Err(DecideError::Store(error)) if !matches!(error, StoreError::Stale { .. }) => return Err(error),
                    // Somebody was faster, or the contact was withdrawn meanwhile: the question stays as it is.
                    Err(_) => {}
                }
            }
        }
        Ok(Some(self))
    }
}

/// Looks at questions, on all cores; and which of them are answered, or are about somebody else, by now.
fn look(view: &View<'_>, core: &Core, some: &[ReviewId]) -> store::Result<(Vec<Looked>, Vec<ReviewId>)> {
    let mut open = Vec::with_capacity(some.len());
    for id in some {
        open.extend(untouched(view, core, *id)?);
    }
    let prepared: Vec<_> = open.par_iter().map(|(_, record)| Prepared::person(&record.draft)).collect();
    let verdicts: Vec<_> = {
        let mut matchmaker = core.matchmaker();
        matchmaker.catch_up(view)?;
        let people = matchmaker.people();
        prepared.par_iter().map(|prepared| people.decide(prepared)).collect()
    };
    let (mut looked, mut changed) = (Vec::with_capacity(open.len()), Vec::new());
    for (((item, _), prepared), verdict) in open.iter().zip(&prepared).zip(&verdicts) {
        if differs(view, item, verdict)? {
            changed.push(item.id);
        }
        let about = match verdict {
            Verdict::New => Vec::new(),
            Verdict::Same(scored) => vec![scored.owner],
            Verdict::Ask(scored) => scored.iter().map(|scored| scored.owner).collect(),
        };
        looked.push(Looked { id: item.id, keys: prepared.keys().to_vec(), about });
    }
    Ok((looked, changed))
}

/// A question is answered, or is about somebody else than it was.
fn differs(view: &View<'_>, item: &ReviewItem, verdict: &Verdict<People>) -> store::Result<bool> {
    match verdict {
        Verdict::New => Ok(false),
        Verdict::Same(_) => Ok(true),
        Verdict::Ask(scored) => {
            let asked = item.candidates.first().map(|best| view.standing(best.contact)).transpose()?;
            Ok(asked != scored.first().map(|best| view.standing(best.owner)).transpose()?)
        }
    }
}

/// An open question with its record, unless a person has a hand in it.
fn untouched(view: &View<'_>, core: &Core, id: ReviewId) -> store::Result<Option<(ReviewItem, SourceRecord)>> {
    let Some(item) = view.review(id)?.filter(|item| item.state == ReviewState::Open) else { return Ok(None) };
    let About::Record(record) = item.about else { return Ok(None) };
    let looked_at = item.claim.as_ref().is_some_and(|claim| claim.until > core.clock.now());
    if looked_at || view.was_decided(id)? {
        return Ok(None);
    }
    Ok(view.record(record)?.map(|record| (item, record)))
}

/// Answers a question, or asks it anew; answers whom the record joined.
fn answer(desk: &Desk<'_>, core: &Core, id: ReviewId) -> Result<Option<ContactId>, DecideError> {
    let Some((item, record)) = untouched(desk, core, id)? else { return Ok(None) };
    let best = match core.meet(desk, &record)? {
        Meeting::Certain(best) => best,
        other => {
            question::renew(desk, &item, &record, other.candidates())?;
            return Ok(None);
        }
    };
    let (now, actor) = (core.clock.now(), Actor::rule("matching"));
    let deciding = Deciding { desk, rules: &core.rules, ids: &*core.ids, now, actor, hold: core.rules.hold };
    let Candidate { contact, evidence } = best;
    let join = deciding.join(record.id, contact, Some(id), &[], Some(&evidence))?.id;
    let one_in = core.matchmaker().settings().audit_one_in;
    Sampler::new(one_in).look_at(desk, &Merged { join, record: &record, contact, evidence: &evidence, at: now })?;
    Ok(Some(contact))
}
