//! Learning from people: what reviewers decided moves the weights of single levels a little, and bends the curve
//! from bits to probabilities. Nothing is taken over that does not predict better on decisions it has not seen.

use super::{
    fold::mix,
    learn::PatternTable,
    model::{Curve, Model, Weights},
    pattern::Pattern,
    subject::Subject,
};
use crate::domain::{Bits, RecordId};
use serde::{Deserialize, Serialize};
use std::f64::consts::LN_2;

/// One decision of a reviewer.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Label {
    /// The levels of the pair.
    pub pattern: Pattern,
    /// "They are the same."
    pub same: bool,
    /// How many pairs it stands for: 1 for the queue, which is seen whole; 20 for a pick of one in twenty.
    pub weight: f32,
}

/// From so many decisions on, the curve is fitted.
const CURVE_FROM: usize = 50;

/// From so many on, single levels are corrected too (design 5.5).
const CORRECT_FROM: usize = 300;

/// No level is corrected by more bits than this.
const MOST_BITS: f32 = 2.0;

/// How strongly a correction is held at nothing: about this many decisions must speak for it.
const HOLD: f64 = 6.0;

/// Parts that take turns in being the unseen one.
const FOLDS: u64 = 5;

/// How often a reviewer is taken to be wrong. A decision against overwhelming evidence is then more likely a slip
/// of the reviewer's and moves nothing.
const SLIPS: f64 = 0.015;

/// What came of a lesson.
#[derive(Clone, PartialEq, Debug)]
pub struct Lesson {
    /// The model to take into use; the old one, version and all, where nothing better was found.
    pub model: Model,
    /// Surprise at unseen decisions in bits each, with the old model and with the new.
    pub before: f64,
    /// With the new model.
    pub after: f64,
}

/// Learns from decisions. Changes nothing that does not lower the surprise at decisions left out of the lesson.
pub fn teach<S: Subject>(model: &Model, labels: &[Label]) -> Lesson {
    let old = S::weights(model);
    let parts: [fn(&Weights, &[Label]) -> Weights; 2] = [curved::<S>, corrected::<S>];
    let tries = if labels.len() < CURVE_FROM {
        0
    } else if labels.len() < CORRECT_FROM {
        1
    } else {
        2
    };
    let before = surprise::<S>(old, labels.iter());
    let (mut best, mut after) = (None, before);
    for part in &parts[..tries] {
        let unseen: f64 = (0..FOLDS).map(|fold| held_out::<S>(old, labels, fold, *part)).sum::<f64>() / total(labels.iter());
        // One in a hundred better, or it is chance.
        if unseen < after * 0.99 {
            (best, after) = (Some(*part), unseen);
        }
    }
    let Some(part) = best else { return Lesson { model: model.clone(), before, after: before } };
    let mut taught = model.clone();
    *S::weights_mut(&mut taught) = part(old, labels);
    taught.version += 1;
    Lesson { model: taught, before, after }
}

fn held_out<S: Subject>(old: &Weights, labels: &[Label], fold: u64, part: fn(&Weights, &[Label]) -> Weights) -> f64 {
    let of = |label: &Label| mix(label.pattern.0) % FOLDS == fold;
    let seen: Vec<Label> = labels.iter().copied().filter(|label| !of(label)).collect();
    let unseen = || labels.iter().filter(|label| of(label));
    surprise::<S>(&part(old, &seen), unseen()) * total(unseen())
}

fn total<'a>(labels: impl Iterator<Item = &'a Label>) -> f64 {
    labels.map(|label| f64::from(label.weight)).sum()
}

/// Mean bits of surprise at decisions.
fn surprise<'a, S: Subject>(weights: &Weights, labels: impl Iterator<Item = &'a Label>) -> f64 {
    let (mut bits, mut all) = (0.0, 0.0);
    for label in labels {
        let believed = weights.believed(weights.score::<S>(label.pattern));
        bits -= f64::from(label.weight) * said(f64::from(believed.0), label).log2();
        all += f64::from(label.weight);
    }
    if all > 0.0 { bits / all } else { 0.0 }
}

/// The probability of what the reviewer said, given the bits.
fn said(bits: f64, label: &Label) -> f64 {
    let same = SLIPS + (1.0 - 2.0 * SLIPS) * logistic(bits);
    if label.same { same } else { 1.0 - same }
}

/// How a decision pulls at the bits, and how firmly.
fn pull(bits: f64, label: &Label) -> (f64, f64) {
    let same = logistic(bits);
    let slope = (1.0 - 2.0 * SLIPS) * same * (1.0 - same) * LN_2;
    let said_same = SLIPS + (1.0 - 2.0 * SLIPS) * same;
    let gap = if label.same { 1.0 / said_same } else { -1.0 / (1.0 - said_same) };
    let weight = f64::from(label.weight);
    (weight * slope * gap, weight * slope * slope / (said_same * (1.0 - said_same)))
}

/// With the curve fitted to the decisions: logistic regression of them on the bits, held at the straight curve.
fn curved<S: Subject>(old: &Weights, labels: &[Label]) -> Weights {
    let points: Vec<(f64, &Label)> = labels.iter().map(|label| (f64::from(old.score::<S>(label.pattern).0), label)).collect();
    let (mut slope, mut shift) = (1.0, 0.0);
    for _ in 0..30 {
        let (mut by_slope, mut by_shift) = (HOLD * (1.0 - slope) * 10.0, -HOLD * shift / 10.0);
        let (mut aa, mut ab, mut bb) = (HOLD * 10.0, 0.0, HOLD / 10.0);
        for (bits, label) in &points {
            let (gap, spread) = pull(slope * bits + shift, label);
            by_slope += gap * bits;
            by_shift += gap;
            aa += spread * bits * bits;
            ab += spread * bits;
            bb += spread;
        }
        let det = aa * bb - ab * ab;
        slope += (by_slope * bb - by_shift * ab) / det;
        shift += (by_shift * aa - by_slope * ab) / det;
    }
    // A curve that falls, or explodes, is no curve: too few decisions of one kind.
    let sound = (0.2..=3.0).contains(&slope) && shift.abs() < 8.0;
    let curve = if sound { Curve { slope: slope as f32, shift: shift as f32 } } else { old.curve };
    Weights { curve, ..old.clone() }
}

/// With single levels corrected, and then the curve.
fn corrected<S: Subject>(old: &Weights, labels: &[Label]) -> Weights {
    let mut weights = Weights { corrections: vec![0.0; old.levels.len()], ..old.clone() };
    let mut bits: Vec<f64> = labels.iter().map(|label| f64::from(weights.score::<S>(label.pattern).0)).collect();
    let mut with: Vec<Vec<usize>> = vec![Vec::new(); old.levels.len()];
    for (nth, label) in labels.iter().enumerate() {
        for (_, at) in Weights::known::<S>(label.pattern) {
            with[at].push(nth);
        }
    }
    // One level after the other, each to where the decisions on it are least surprising: twenty rounds settle it.
    for _ in 0..20 {
        for (at, holders) in with.iter().enumerate().filter(|(_, holders)| !holders.is_empty()) {
            let now = f64::from(weights.corrections[at]);
            let (mut gradient, mut curvature) = (-HOLD * now, HOLD);
            for nth in holders {
                let (gap, spread) = pull(bits[*nth], &labels[*nth]);
                gradient += gap;
                curvature += spread;
            }
            let next = (now + gradient / curvature).clamp(f64::from(-MOST_BITS), f64::from(MOST_BITS));
            for nth in holders {
                bits[*nth] += next - now;
            }
            weights.corrections[at] = next as f32;
        }
    }
    curved::<S>(&weights, labels)
}

fn logistic(bits: f64) -> f64 {
    1.0 / (1.0 + (-bits).exp2())
}

/// Below this score nothing is joined without asking before decisions have shown that it may be (p = 0.99).
const UNTAUGHT: f32 = 6.63;

/// And never below this, whatever decisions say (p = 0.95).
const LOWEST: f32 = 4.25;

/// The score from which pairs may be joined without asking, so that at most one in `one_wrong_in` is wrong by the
/// model's own probabilities over the pairs of `table`.
pub fn auto_from<S: Subject>(weights: &Weights, table: &PatternTable, one_wrong_in: u32) -> Bits {
    let floor = if weights.curve == Curve::default() { UNTAUGHT } else { LOWEST };
    let mut scored: Vec<(Bits, f64, f64)> = table
        .iter()
        .map(|(pattern, count)| {
            let score = weights.score::<S>(*pattern);
            (score, *count as f64, f64::from(weights.probability(score).0))
        })
        .filter(|(score, ..)| score.0 >= floor)
        .collect();
    scored.sort_by(|a, b| b.0.0.total_cmp(&a.0.0));
    let (mut pairs, mut wrong, mut cut) = (0.0, 0.0, f32::INFINITY);
    for (score, count, same) in scored {
        pairs += count;
        wrong += count * (1.0 - same);
        if wrong * f64::from(one_wrong_in.max(1)) > pairs {
            break;
        }
        cut = score.0;
    }
    // Where the table has nothing so sure, its own probability decides.
    let by_itself = f64::from(one_wrong_in.max(2) - 1).log2() as f32;
    Bits(if cut.is_finite() { cut } else { by_itself }.max(floor))
}

/// Picks one auto-joined record in `one_in` for a reviewer, by its id, so that every process picks the same; 0 picks
/// none.
pub fn is_audit_pick(record: RecordId, one_in: u32) -> bool {
    one_in > 0 && audit_rank(record).is_multiple_of(u64::from(one_in))
}

/// Where a record stands among the picks: where there is room for some of them only, those that stand first are as good
/// as drawn by lot, whatever the order in which they came in.
pub fn audit_rank(record: RecordId) -> u64 {
    super::fold::hash_bytes(20, record.as_bytes())
}

/// What audits of joins without asking have shown.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Audit {
    /// How many were looked at.
    pub checked: u32,
    /// How many of them were wrong.
    pub wrong: u32,
}

impl Audit {
    /// The measured precision, once anything was measured.
    pub fn precision(&self) -> Option<f64> {
        (self.checked > 0).then(|| 1.0 - f64::from(self.wrong) / f64::from(self.checked))
    }

    /// What the precision is at least, nineteen times in twenty (Wilson's lower bound).
    pub fn at_least(&self) -> Option<f64> {
        self.bounds().map(|(low, _)| low)
    }

    /// What the precision is at most, nineteen times in twenty (Wilson's upper bound).
    pub fn at_most(&self) -> Option<f64> {
        self.bounds().map(|(_, high)| high)
    }

    /// Enough were looked at to speak of a precision: with fewer even a clean sheet says less than "95 % or more".
    pub const fn tells(&self) -> bool {
        self.checked >= ENOUGH
    }

    fn bounds(self) -> Option<(f64, f64)> {
        let precision = self.precision()?;
        let (count, z) = (f64::from(self.checked), 1.645_f64);
        let centre = precision + z * z / (2.0 * count);
        let spread = z * (precision * (1.0 - precision) / count + z * z / (4.0 * count * count)).sqrt();
        let bound = |value: f64| (value / (1.0 + z * z / count)).clamp(0.0, 1.0);
        Some((bound(centre - spread), bound(centre + spread)))
    }
}

/// Audits from which on a precision is told.
pub const ENOUGH: u32 = 50;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::Uuid,
        matching::{People, person::factor},
    };

    fn pattern(levels: &[(usize, u8)]) -> Pattern {
        levels.iter().fold(Pattern::default(), |pattern, (factor, level)| pattern.with(People::SHIFTS[*factor], *level))
    }

    #[test]
    fn reviewers_move_what_they_contradict_and_nothing_else() {
        let model = Model::shipped();
        // They say that here "part of a double name" is always somebody else, and agree with the model otherwise.
        let labels: Vec<Label> = (0..1200_u32)
            .map(|nth| {
                let (name, same) = match nth % 3 {
                    0 => (8, false),
                    1 => (1, true),
                    _ => (11, false),
                };
                let pattern =
                    pattern(&[(factor::NAME, name), (factor::RARITY, 1 + (nth % 4) as u8), (factor::EMPLOYER, 1 + (nth % 2) as u8)]);
                Label { pattern, same, weight: 1.0 }
            })
            .collect();
        let lesson = teach::<People>(&model, &labels);
        assert!(lesson.after < lesson.before, "{} {}", lesson.after, lesson.before);
        assert_eq!(lesson.model.version, 2);
        let double = pattern(&[(factor::NAME, 8), (factor::RARITY, 1), (factor::EMPLOYER, 1)]);
        let p = |model: &Model| model.people.probability(model.people.score::<People>(double)).0;
        assert!(p(&lesson.model) < p(&model));
        assert!(lesson.model.people.corrections.iter().all(|bits| bits.abs() <= MOST_BITS));
        assert_eq!(teach::<People>(&model, &labels[..20]).model, model, "twenty decisions teach nothing yet");
    }

    #[test]
    fn a_stricter_target_asks_for_more_bits() {
        let weights = Weights::shipped::<People>();
        let table: PatternTable =
            (1..=6).map(|rarity| (pattern(&[(factor::NAME, 1), (factor::RARITY, rarity), (factor::EMPLOYER, 1)]), 100)).collect();
        let strict = auto_from::<People>(&weights, &table, 100_000);
        let usual = auto_from::<People>(&weights, &table, 500);
        assert!(strict >= usual && usual.0 >= UNTAUGHT);
    }

    #[test]
    fn audits_give_a_precision_with_its_doubt() {
        assert_eq!(Audit::default().precision(), None);
        let audit = Audit { checked: 400, wrong: 1 };
        assert!((audit.precision().unwrap() - 0.9975).abs() < 1e-9);
        assert!(audit.at_least().unwrap() < 0.9975 && audit.at_least().unwrap() > 0.98);
        assert!(audit.at_most().unwrap() > 0.9975 && audit.at_most().unwrap() <= 1.0);
        let clean = |checked| Audit { checked, wrong: 0 };
        assert!(clean(ENOUGH).tells() && !clean(ENOUGH - 1).tells());
        assert!((0.948..0.95).contains(&clean(ENOUGH).at_least().unwrap()) && clean(ENOUGH).at_most().unwrap() > 0.9999);
        let picked = (0..10_000).filter(|n| is_audit_pick(RecordId(Uuid::from_u128(*n)), 20)).count();
        assert!((350..650).contains(&picked), "{picked}");
        assert!(!is_audit_pick(RecordId(Uuid::from_u128(1)), 0) && is_audit_pick(RecordId(Uuid::from_u128(1)), 1));
    }
}
