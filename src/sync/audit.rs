//! Audits: of the records that are merged without asking, a few are shown to a person afterwards. They hold nothing up,
//! stand behind every real question, and their answers measure how often such merges are right.

use crate::{
    domain::{
        About, Candidate, ContactId, DecisionId, Evidence, ReviewId, ReviewItem, ReviewKind, ReviewState, Source, SourceRecord, Text,
        Timestamp,
    },
    matching::calibrate::{audit_rank, is_audit_pick},
    store::{Desk, Result},
    sync::question,
};

/// Audits that wait at once, at most. A person answers about fifteen a minute, so that this is a coffee's worth of work,
/// and a hundred answers without a wrong one already say "at least 97 % right": a file of a million rows has no need of
/// more, and must not bury the questions that wait for an answer.
pub const MOST_OPEN: usize = 100;

/// Behind every real question: those begin at 0.
const PRIORITY: i32 = -1;

/// Draws the merges that are looked at, one in so many of them.
pub struct Sampler {
    one_in: u32,
    /// Those that wait and that nobody has on the screen, with their rank, and how many wait in all; read at the first pick.
    waiting: Option<Waiting>,
}

struct Waiting {
    free: Vec<(u64, ReviewId)>,
    all: usize,
}

/// A merge that was made without asking just now.
pub struct Merged<'a> {
    /// The decision.
    pub join: DecisionId,
    /// What was merged.
    pub record: &'a SourceRecord,
    /// Into whom.
    pub contact: ContactId,
    /// Why.
    pub evidence: &'a Evidence,
    /// When.
    pub at: Timestamp,
}

impl Sampler {
    /// Draws one in `one_in`; 0 draws none.
    pub const fn new(one_in: u32) -> Self {
        Self { one_in, waiting: None }
    }

    /// Puts a merge into the review queue, if the draw says so. Where the queue is full, it takes the place of one that
    /// stands further behind in the draw, so that those that wait are as good as any, not just the first of a file.
    pub fn look_at(&mut self, desk: &Desk<'_>, merged: &Merged<'_>) -> Result<()> {
        // HaloPSA's own records have a history there that taking them apart here would not part.
        if merged.record.draft.source == Source::Halo || !is_audit_pick(merged.record.id, self.one_in) {
            return Ok(());
        }
        let waiting = match &mut self.waiting {
            Some(waiting) => waiting,
            none => none.insert(waiting(desk)?),
        };
        let rank = audit_rank(merged.record.id);
        if waiting.all >= MOST_OPEN {
            let last = waiting.free.iter().enumerate().max_by_key(|(_, (rank, _))| *rank).map(|(place, known)| (place, *known));
            let Some((place, (_, review))) = last.filter(|(_, (last, _))| *last > rank) else { return Ok(()) };
            desk.drop_audit(review)?;
            waiting.free.swap_remove(place);
            waiting.all -= 1;
        }
        let item = about(merged);
        desk.add_review(&item, &question::face(merged.record), &question::text(merged.record))?;
        waiting.free.push((rank, item.id));
        waiting.all += 1;
        Ok(())
    }
}

fn waiting(desk: &Desk<'_>) -> Result<Waiting> {
    let open = desk.open_audits()?;
    let free = open.iter().filter(|one| !one.claimed).map(|one| (audit_rank(one.record), one.review)).collect();
    Ok(Waiting { free, all: open.len() })
}

/// The question whether a merge was right. It has the id of the merge's decision, so that either leads to the other and
/// no merge is asked about twice.
fn about(merged: &Merged<'_>) -> ReviewItem {
    ReviewItem {
        id: ReviewId(merged.join.0),
        kind: ReviewKind::Audit,
        about: About::Record(merged.record.id),
        candidates: vec![Candidate { contact: merged.contact, evidence: merged.evidence.clone() }],
        reason: Text::from(format!("merged by itself, was it right? {}", merged.evidence.headline())),
        // Each is looked at by itself; answering many as one would measure nothing.
        pattern: 0,
        priority: PRIORITY,
        created_at: merged.at,
        state: ReviewState::Open,
        claim: None,
    }
}
