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
    domain::{About, Actor, Candidate, ReviewId, ReviewItem, ReviewState, SourceRecord},
    store::{self, Desk, StoreError, View},
};
use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

/// The cell that says as of when open questions were looked at.
const REVISITED: &str = "review:revisited";
/// Questions that are looked at, heaviest first: more than anybody answers before records come in again.
const MOST: u32 = 20_000;
/// Looked at between two looks at whether to stop; what comes of them is written together.
const AT_ONCE: usize = 64;
/// What a joined record says may answer another question; so often that is followed at once.
const ROUNDS: usize = 4;

/// Looks at the open questions again if anything came in since the last time; answers how many are answered by now.
/// `stop` ends it early; what was not looked at stays due.
pub async fn revisit(core: &Core, stop: &CancellationToken) -> store::Result<usize> {
    let mut answered = 0;
    for _ in 0..ROUNDS {
        let Some(state) = core.store.read(due).await? else { break };
        core.warm().await?;
        let Some(joined) = sweep(core, stop).await? else { break };
        let now = core.clock.now();
        core.store.write(move |desk| desk.set_cell(REVISITED, Some(&state), now)).await?;
        answered += joined;
    }
    Ok(answered)
}

/// What the answers depend on, where it is not what it was at the last look.
fn due(view: &View<'_>) -> store::Result<Option<String>> {
    let state = format!("{} {}", view.moves_head()?, view.models_head()?);
    Ok((view.cell(REVISITED)?.as_ref() != Some(&state)).then_some(state))
}

async fn sweep(core: &Core, stop: &CancellationToken) -> store::Result<Option<usize>> {
    let mut joined = 0;
    let open = core.store.read(|view| view.open_questions(MOST)).await?;
    for some in open.chunks(AT_ONCE) {
        if stop.is_cancelled() {
            return Ok(None);
        }
        let (some, reader) = (some.to_vec(), core.clone());
        let changed = core.store.read(move |view| changed(view, &reader, &some)).await?;
        let jobs = changed.into_iter().map(|id| {
            let worker = core.clone();
            core.store.write(move |desk| answer(desk, &worker, id))
        });
        for answered in join_all(jobs).await {
            match answered {
                Ok(answered) => joined += usize::from(answered),
                Err(DecideError::Store(error)) if !matches!(error, StoreError::Stale { .. }) => return Err(error),
                // Somebody was faster, or the contact was withdrawn meanwhile: the question stays as it is.
                Err(_) => {}
            }
        }
    }
    Ok(Some(joined))
}

/// Those of the questions that are answered, or are about somebody else, by now.
fn changed(view: &View<'_>, core: &Core, some: &[ReviewId]) -> store::Result<Vec<ReviewId>> {
    let mut changed = Vec::new();
    for id in some {
        let Some((item, record)) = untouched(view, core, *id)? else { continue };
        let differs = match core.meet(view, &record)? {
            Meeting::Certain(_) => true,
            Meeting::Perhaps(candidates) => {
                let asked = item.candidates.first().map(|best| view.standing(best.contact)).transpose()?;
                asked != candidates.first().map(|best| best.contact)
            }
            Meeting::Nobody => false,
        };
        if differs {
            changed.push(*id);
        }
    }
    Ok(changed)
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

/// Answers a question, or asks it anew; whether it was answered.
fn answer(desk: &Desk<'_>, core: &Core, id: ReviewId) -> Result<bool, DecideError> {
    let Some((item, record)) = untouched(desk, core, id)? else { return Ok(false) };
    let best = match core.meet(desk, &record)? {
        Meeting::Certain(best) => best,
        other => {
            question::renew(desk, &item, &record, other.candidates())?;
            return Ok(false);
        }
    };
    let (now, actor) = (core.clock.now(), Actor::rule("matching"));
    let deciding = Deciding { desk, rules: &core.rules, ids: &*core.ids, now, actor, hold: core.rules.hold };
    let Candidate { contact, evidence } = best;
    let join = deciding.join(record.id, contact, Some(id), &[], Some(&evidence))?.id;
    let one_in = core.matchmaker().settings().audit_one_in;
    Sampler::new(one_in).look_at(desk, &Merged { join, record: &record, contact, evidence: &evidence, at: now })?;
    Ok(true)
}
