//! The matcher: one record at a time, in memory. Bulk work (`dedupe`) uses the same index and the same scores.
//!
//! A record is held against the *member records* of contacts, never against a blended profile: a contact that has
//! gathered many values would otherwise draw in everybody who shares one of them.

use super::{
    explain::{Case, evidence},
    fold::hash_bytes,
    index::{Held, Index},
    memory::{Memory, Remembered},
    model::{Model, Weights},
    pattern::{Pattern, Speaks},
    prepared::Prepared,
    registry::Registry,
    settings::Settings,
    subject::{Ruler, Subject},
    verdict::{MOST_ASKED, Scored, Verdict, Vetoes},
};
use crate::domain::{Bits, Evidence, RecordId, Veto, Zone};

/// Where nobody is asked, this probability is enough: of 494 pairs of companies between it and certainty none was wrong,
/// and each that is left apart becomes a second client.
const LIKELY: f32 = 0.9;

/// Two records below this are never in one cluster, whatever others say (design 5.7).
pub(super) const REFUSED: f32 = -7.0;

/// The runner-up must be this much less likely than the best to be ignored: one in a hundred.
const CLEAR_LEAD: f32 = 6.63;

/// An index of people or of companies that says who an incoming record is.
#[derive(Debug)]
pub struct Matcher<S: Subject> {
    pub(super) settings: Settings,
    pub(super) model: Model,
    pub(super) index: Index<S>,
    pub(super) registry: Registry<S::Owner>,
    pub(super) memory: Memory,
}

/// A value that should be one person's own and turned out to be many people's: decisions that rested on it
/// deserve another look.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Generic {
    /// The records that carry it.
    pub records: Vec<RecordId>,
}

impl<S: Subject> Matcher<S> {
    /// An empty one.
    pub fn new(settings: Settings, model: Model) -> Self {
        Self { settings, model, index: Index::default(), registry: Registry::default(), memory: Memory::default() }
    }

    /// How many records it knows.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// It knows none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The model in use.
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// Takes another model into use. Decisions already made stay as they are.
    pub fn adopt(&mut self, model: Model) {
        self.model = model;
    }

    /// Whether a record is known.
    pub fn contains(&self, id: RecordId) -> bool {
        self.registry.slot(id).is_some()
    }

    /// Whose a known record is.
    pub fn owner(&self, id: RecordId) -> Option<S::Owner> {
        self.registry.slot(id).map(|slot| self.registry.owner(slot))
    }

    pub(super) fn weights(&self) -> &Weights {
        S::weights(&self.model)
    }

    /// Who is it? Does not put the record in.
    pub fn decide(&self, record: &Prepared<S>) -> Verdict<S> {
        let held = self.index.hold(record);
        let found = self.scored(record, &held, self.settings.review_from as f32);
        self.conclude(found)
    }

    /// Of candidates that no person is asked about, the one to take for the same, if any.
    pub fn likely<'s>(&self, candidates: &'s [Scored<S>]) -> Option<&'s Scored<S>> {
        candidates.first().filter(|best| best.vetoes.is_empty() && self.weights().probability(best.score).0 >= LIKELY)
    }

    /// Everybody it could be, likeliest first, also those too unlikely to ask about; at most [`MOST_ASKED`].
    pub fn candidates(&self, record: &Prepared<S>) -> Vec<Scored<S>> {
        let held = self.index.hold(record);
        let mut found = self.scored(record, &held, 0.0);
        found.truncate(MOST_ASKED);
        found
    }

    /// Why `record` may or may not be the same as a candidate that this matcher named for it. The rows, the prior
    /// and the remainder add up to the score exactly.
    pub fn explain(&self, record: &Prepared<S>, other: &Scored<S>) -> Evidence {
        let case = Case {
            pattern: other.pattern,
            vetoes: other.vetoes,
            zone: other.zone,
            left: &record.shown,
            right: self.index.shown(other.slot),
        };
        evidence::<S>(self.weights(), &self.settings, self.model.version, &case)
    }

    /// The best member of each owner that shares a key, likeliest first, from a probability on.
    fn scored(&self, record: &Prepared<S>, held: &Held<S>, from: f32) -> Vec<Scored<S>> {
        let mut slots = Vec::with_capacity(64);
        self.index.candidates(&record.keys, &held.row, &mut slots);
        let mut ruler = self.index.ruler(held);
        let weights = self.weights();
        let mut best: Vec<Scored<S>> = Vec::with_capacity(8);
        for slot in slots {
            let pattern = S::compare(&mut ruler, &held.row, self.index.row(slot));
            let score = weights.score::<S>(pattern);
            if weights.probability(score).0 < from {
                continue;
            }
            let owner = self.registry.owner(slot);
            let scored =
                Scored { owner, record: self.registry.id(slot), score, pattern, vetoes: Vetoes::default(), zone: Zone::Distinct, slot };
            match best.iter_mut().find(|known| known.owner == owner) {
                Some(known) if known.score < score => *known = scored,
                Some(_) => {}
                None => best.push(scored),
            }
        }
        best.sort_by(|a, b| b.score.0.total_cmp(&a.score.0).then(a.record.cmp(&b.record)));
        for scored in best.iter_mut().take(MOST_ASKED * 2) {
            self.judge(record.identity, held, &mut ruler, scored);
        }
        best
    }

    /// Vetoes and zone of one candidate, all members of its owner considered.
    fn judge(&self, identity: u64, held: &Held<S>, ruler: &mut Ruler<'_, S>, scored: &mut Scored<S>) {
        let weights = self.weights();
        if f64::from(weights.probability(scored.score).0) < self.settings.review_from {
            return;
        }
        scored.vetoes = self.vetoes(scored.pattern, &held.row, self.index.row(scored.slot));
        let remembered = self.memory.touches(identity);
        let (mut sum, mut count, mut refused, mut never) = (0.0, 0_u32, false, false);
        for member in self.registry.members(scored.slot) {
            let (score, pattern) = if member == scored.slot {
                (scored.score, scored.pattern)
            } else {
                let pattern = S::compare(ruler, &held.row, self.index.row(member));
                (weights.score::<S>(pattern), pattern)
            };
            sum += weights.believed(score).0;
            count += 1;
            refused |= score.0 < REFUSED;
            if remembered {
                match self.memory.recall::<S>(identity, self.registry.identity(member), pattern) {
                    Remembered::Nothing => {}
                    Remembered::NotSame => never = true,
                    Remembered::Reopened => scored.vetoes.put(Veto::NotSame, true),
                }
            }
        }
        let crowded = count >= S::largest(&self.settings);
        scored.vetoes.put(Veto::Cluster, refused || crowded || sum < 0.0);
        if never {
            scored.vetoes.put(Veto::NotSame, true);
            return;
        }
        scored.zone = zone::<S>(weights, &self.settings, scored.score, scored.pattern, scored.vetoes);
    }

    pub(super) fn vetoes(&self, pattern: Pattern, a: &S::Row, b: &S::Row) -> Vetoes {
        let mut vetoes = S::vetoes(pattern, a, b);
        if !self.settings.ask_for_halo_pairs {
            vetoes = vetoes.without(Veto::TwoHaloRecords);
        }
        vetoes
    }

    fn conclude(&self, mut found: Vec<Scored<S>>) -> Verdict<S> {
        found.retain(|scored| scored.zone != Zone::Distinct);
        found.truncate(MOST_ASKED);
        let Some(best) = found.first().copied() else { return Verdict::New };
        let rival = found.get(1).filter(|second| best.score.0 - second.score.0 < CLEAR_LEAD && second.zone == Zone::Auto);
        let torn = rival.is_some_and(|second| !self.one_and_the_same(best.slot, second.slot));
        if best.zone == Zone::Auto && !torn { Verdict::Same(best) } else { Verdict::Ask(found) }
    }

    /// Two known records are more likely than not one person's: then it does not matter which a third one joins.
    fn one_and_the_same(&self, a: u32, b: u32) -> bool {
        let weights = self.weights();
        weights.believed(weights.score::<S>(self.pair(a, b))).0 >= 0.0
    }

    /// How two known records compare.
    pub(super) fn pair(&self, a: u32, b: u32) -> Pattern {
        S::compare(&mut self.index.own_ruler(a), self.index.row(a), self.index.row(b))
    }

    /// Puts a record in. One that is known already is replaced.
    pub fn insert(&mut self, id: RecordId, owner: S::Owner, record: Prepared<S>) {
        self.remove(id);
        // A record without an id of its source is remembered by its own.
        let identity = if record.identity == 0 { hash_bytes(0, id.as_bytes()) } else { record.identity };
        self.index.insert(record);
        self.registry.enter(id, identity, owner);
    }

    /// Takes a record out: it was erased, or its contact was.
    pub fn remove(&mut self, id: RecordId) {
        if let Some(slot) = self.registry.slot(id) {
            self.index.remove(slot);
            self.registry.strike(slot);
            if self.index.dead() > DEAD_ALLOWED.max(self.index.len() / 4) {
                self.rebuild();
            }
        }
    }

    /// Gives a record to another owner: a merge, or its undo.
    pub fn assign(&mut self, id: RecordId, owner: S::Owner) {
        if let Some(slot) = self.registry.slot(id) {
            self.registry.assign(slot, owner);
        }
    }

    /// Remembers that two known records are not the same. They are not asked about again, nor are later snapshots
    /// of them, unless strong evidence comes that these two do not have.
    pub fn forbid(&mut self, a: RecordId, b: RecordId) {
        if let (Some(a), Some(b)) = (self.registry.slot(a), self.registry.slot(b)) {
            let pattern = self.pair(a, b);
            self.memory.forbid::<S>(self.registry.identity(a), self.registry.identity(b), pattern);
        }
    }

    /// Forgets that two known records are not the same: that decision was undone.
    pub fn permit(&mut self, a: RecordId, b: RecordId) {
        if let (Some(a), Some(b)) = (self.registry.slot(a), self.registry.slot(b)) {
            self.memory.permit(self.registry.identity(a), self.registry.identity(b));
        }
    }

    /// Values that have turned out to be many people's since the last call, with the records that carry them, so
    /// that decisions which rested on them can be looked at again.
    pub fn take_generic(&mut self) -> Vec<Generic> {
        let record = |slot: &u32| self.registry.id(*slot);
        self.index.take_noticed().iter().map(|slots| Generic { records: slots.iter().map(record).collect() }).collect()
    }

    /// Builds the index anew without the slots of removed records.
    pub(super) fn rebuild(&mut self) {
        let mut fresh = Self::new(self.settings, self.model.clone());
        for slot in self.index.slots() {
            let (row, words, shown) = self.index.export(slot);
            let record = Prepared::assemble(row, words, shown, self.registry.identity(slot));
            fresh.insert(self.registry.id(slot), self.registry.owner(slot), record);
        }
        fresh.index.take_noticed();
        (self.index, self.registry) = (fresh.index, fresh.registry);
    }
}

/// Removed records are not worth a rebuild below this number.
const DEAD_ALLOWED: usize = 1000;

/// What follows from a score and what stands against it.
pub(super) fn zone<S: Subject>(weights: &Weights, settings: &Settings, score: Bits, pattern: Pattern, vetoes: Vetoes) -> Zone {
    let probability = weights.probability(score);
    if f64::from(probability.0) < settings.review_from {
        return Zone::Distinct;
    }
    // What decides by itself needs no more than to be likelier than not.
    let sure = score >= weights.auto || score.0 >= 0.0 && S::decides_alone(pattern);
    if sure && vetoes.is_empty() && grounds::<S>(pattern) { Zone::Auto } else { Zone::Review }
}

/// Enough to stand on: two independent agreements (name, employer, each value that is one person's alone), or a
/// box that is one person's alone.
pub(super) fn grounds<S: Subject>(pattern: Pattern) -> bool {
    let (mut name, mut employer, mut identities) = (0, 0, 0);
    for (factor, shift) in S::FACTORS.iter().zip(S::SHIFTS) {
        let Some(level) = pattern.level(*shift, factor.levels.len()).checked_sub(1) else { continue };
        match factor.levels[level].speaks {
            Speaks::Nothing => {}
            Speaks::Name => name = 1,
            Speaks::Employer => employer = 1,
            Speaks::Identity => identities += 1,
        }
    }
    name + employer + identities >= 2 || S::decides_alone(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::{Companies, People};

    #[test]
    fn nothing_in_common_is_no_ground() {
        assert!(!grounds::<People>(Pattern::default()));
        assert!(!grounds::<Companies>(Pattern::default()));
    }
}
