//! Learning without labels: expectation and maximisation over the table of distinct patterns. The classes hold
//! their meaning by three things: priors that stand for as many pairs as `BELIEF`, weights that learning may not move
//! (profile and telephone), and rivals with names. With two plain classes the same levels learn "colleague" as
//! the match.

use super::{
    calibrate::auto_from,
    dedupe::tabulate,
    matcher::Matcher,
    model::{Model, NEVER, Weights},
    pattern::{CLASSES, Pattern, PerClass},
    subject::Subject,
};
use crate::domain::{RecordId, Text};
use rayon::prelude::*;
use serde::Serialize;

/// How many pairs of each class the shipped share of levels counts for.
const BELIEF: f64 = 40.0;

/// How many pairs the shipped share of classes counts for.
const PRIOR_BELIEF: f64 = 60.0;

/// No level is rarer than this in any class, however many pairs say so: boxes are handed on, fields slip into the
/// next column, and one field alone must not decide against all others. It caps a field's weight at 13 bits.
const RAREST: f64 = 1e-4;

/// Rounds at most; the score of a pattern has settled long before.
const ROUNDS: usize = 60;

/// Learning stops when a round gains less than this many bits a pair.
const SETTLED: f64 = 1e-5;

/// A table of distinct patterns and how many pairs have each, in rising order of patterns.
pub type PatternTable = Vec<(Pattern, u64)>;

/// Fits weights to the pairs of a table. Sums are taken in the table's order, so that equal tables give equal
/// weights to the last bit.
pub fn fit<S: Subject>(table: &PatternTable, start: &Weights) -> Weights {
    let shipped = Weights::shipped::<S>();
    let mut weights = start.clone();
    let known: Vec<Vec<usize>> = table.iter().map(|(pattern, _)| Weights::known::<S>(*pattern).map(|(_, at)| at).collect()).collect();
    let pairs: f64 = table.iter().map(|(_, count)| *count as f64).sum();
    let mut last = f64::NEG_INFINITY;
    for _ in 0..ROUNDS {
        // Pieces are added up in their order, so that the number of threads does not show in the last bit.
        let sums: Vec<Sums> =
            table.par_chunks(PIECE).zip(known.par_chunks(PIECE)).map(|(table, known)| expect(&weights, table, known)).collect();
        let Sums { classes, levels, likelihood } = sums.into_iter().fold(Sums::none(&weights), Sums::plus);
        maximise::<S>(&mut weights, &shipped, classes, &levels);
        if likelihood - last < SETTLED * pairs {
            break;
        }
        last = likelihood;
    }
    weights
}

/// Patterns that one thread takes at a time.
const PIECE: usize = 2048;

/// What a piece of the table adds to the expected counts.
struct Sums {
    classes: [f64; CLASSES],
    levels: Vec<[f64; CLASSES]>,
    likelihood: f64,
}

impl Sums {
    fn none(weights: &Weights) -> Self {
        Self { classes: [0.0; CLASSES], levels: vec![[0.0; CLASSES]; weights.levels.len()], likelihood: 0.0 }
    }

    fn plus(mut self, other: Self) -> Self {
        add(&mut self.classes, other.classes);
        for (sums, more) in self.levels.iter_mut().zip(other.levels) {
            add(sums, more);
        }
        self.likelihood += other.likelihood;
        self
    }
}

fn add(sums: &mut [f64; CLASSES], more: [f64; CLASSES]) {
    sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

fn expect(weights: &Weights, table: &[(Pattern, u64)], known: &[Vec<usize>]) -> Sums {
    let mut sums = Sums::none(weights);
    for ((_, count), known) in table.iter().zip(known) {
        let (shares, log) = responsibility(weights, known);
        sums.likelihood += log * *count as f64;
        let pairs = shares.map(|share| share * *count as f64);
        add(&mut sums.classes, pairs);
        for at in known {
            add(&mut sums.levels[*at], pairs);
        }
    }
    sums
}

/// The share of each class in a pair, and log2 of its probability.
fn responsibility(weights: &Weights, known: &[usize]) -> ([f64; CLASSES], f64) {
    let mut sums = weights.prior.map(f64::from);
    for at in known {
        for (sum, level) in sums.iter_mut().zip(weights.levels[*at]) {
            *sum += f64::from(level);
        }
    }
    let top = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let parts = sums.map(|sum| (sum - top).exp2());
    let total: f64 = parts.iter().sum();
    (parts.map(|part| part / total), top + total.log2())
}

fn maximise<S: Subject>(weights: &mut Weights, shipped: &Weights, classes: [f64; CLASSES], levels: &[[f64; CLASSES]]) {
    let all: f64 = classes.iter().sum();
    for (class, seen) in classes.into_iter().enumerate().filter(|(class, _)| shipped.prior[*class] > NEVER) {
        let share = (seen + PRIOR_BELIEF * f64::from(shipped.prior[class]).exp2()) / (all + PRIOR_BELIEF);
        weights.prior[class] = share.log2() as f32;
    }
    let mut from = 0;
    for factor in S::FACTORS {
        let places = from..from + factor.levels.len();
        from = places.end;
        if !factor.learns {
            continue;
        }
        // What pinned levels hold of each class is not to be shared out among the others.
        let (mut seen, mut free) = ([0.0; CLASSES], [1.0; CLASSES]);
        for (at, level) in places.clone().zip(factor.levels) {
            for class in 0..CLASSES {
                if level.pinned {
                    free[class] -= f64::from(shipped.levels[at][class]).exp2();
                } else {
                    seen[class] += levels[at][class];
                }
            }
        }
        for (at, _) in places.zip(factor.levels).filter(|(_, level)| !level.pinned) {
            for class in 0..CLASSES {
                let believed = BELIEF * f64::from(shipped.levels[at][class]).exp2() / free[class];
                let share = free[class] * (levels[at][class] + believed) / (seen[class] + BELIEF);
                weights.levels[at][class] = share.max(RAREST).log2() as f32;
            }
        }
    }
}

/// How far a level's weight has moved between two models, in bits for "the same" against the strongest rivals.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Drift {
    /// Which level, in words.
    pub level: Text,
    /// Bits before.
    pub before: f32,
    /// Bits now.
    pub now: f32,
}

/// The levels whose weight has moved by at least `bits`, farthest first.
pub fn drift<S: Subject>(before: &Weights, now: &Weights, bits: f32) -> Vec<Drift> {
    let weight = |level: &PerClass, correction: f32| {
        let top = |classes: &[f32]| classes.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        top(&level[..super::pattern::SAME_CLASSES]) - top(&level[super::pattern::SAME_CLASSES..]) + correction
    };
    let all = |weights: &Weights| -> Vec<f32> {
        weights.levels.iter().zip(&weights.corrections).map(|(level, correction)| weight(level, *correction)).collect()
    };
    let names = S::FACTORS.iter().flat_map(|factor| factor.levels.iter().map(|level| (factor.aspect, level.words)));
    let mut moved: Vec<Drift> = names
        .zip(all(before).into_iter().zip(all(now)))
        .map(|((aspect, words), (before, now))| Drift { level: Text::from(format!("{}: {words}", aspect.label())), before, now })
        .filter(|drift| (drift.now - drift.before).abs() >= bits)
        .collect();
    moved.sort_by(|a, b| (b.now - b.before).abs().total_cmp(&(a.now - a.before).abs()).then_with(|| a.level.cmp(&b.level)));
    moved
}

/// What learning from an index gave.
#[derive(Clone, PartialEq, Debug)]
pub struct Refit {
    /// The new model, one version on; take it into use with [`Matcher::adopt`].
    pub model: Model,
    /// What has moved by a bit or more.
    pub drift: Vec<Drift>,
    /// How many pairs it was learnt from.
    pub pairs: u64,
}

/// Records whose pairs are looked at, at most; more teach nothing new.
const SAMPLE: usize = 100_000;

impl<S: Subject> Matcher<S> {
    /// Records to learn from: all of them, or every so manieth where there are more than `most`.
    pub fn sample(&self, most: usize) -> Vec<RecordId> {
        let step = self.len().div_ceil(most.max(1)).max(1);
        self.index.slots().step_by(step).map(|slot| self.registry.id(slot)).collect()
    }

    /// The patterns of the pairs that these records make with others; those that are no longer known are passed over.
    pub fn patterns(&self, records: &[RecordId]) -> PatternTable {
        let slots: Vec<u32> = records.iter().filter_map(|record| self.registry.slot(*record)).collect();
        self.patterns_of(&slots)
    }

    /// Fits the weights to the records it knows: to be called after large imports. Changes nothing.
    pub fn refit(&self) -> Refit {
        let slots: Vec<u32> = self.index.slots().collect();
        let step = slots.len().div_ceil(SAMPLE).max(1);
        let sample: Vec<u32> = slots.into_iter().step_by(step).collect();
        let tables: Vec<PatternTable> = sample.par_chunks(1024).map(|slots| self.patterns_of(slots)).collect();
        let table = tabulate(tables.into_iter().flatten());
        let before = S::weights(&self.model);
        let mut now = fit::<S>(&table, before);
        now.auto = auto_from::<S>(&now, &table, self.settings.auto_one_wrong_in);
        let mut model = self.model.clone();
        model.version += 1;
        let drift = drift::<S>(before, &now, 1.0);
        *S::weights_mut(&mut model) = now;
        Refit { model, drift, pairs: table.iter().map(|(_, count)| count).sum() }
    }

    fn patterns_of(&self, slots: &[u32]) -> PatternTable {
        let mut found = Vec::new();
        let mut patterns = Vec::new();
        for slot in slots {
            let (row, words, _) = self.index.export(*slot);
            let keys = S::keys(&row, &words);
            let row = self.index.row(*slot);
            self.index.candidates_after(*slot, &keys, row, &mut found);
            let mut ruler = self.index.own_ruler(*slot);
            patterns.extend(found.iter().map(|other| (S::compare(&mut ruler, row, self.index.row(*other)), 1)));
        }
        tabulate(patterns.into_iter())
    }
}
