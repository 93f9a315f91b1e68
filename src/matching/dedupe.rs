//! Many records at once: index, compare every pair that shares a key, learn from the patterns, join in guarded
//! clusters. The caller brings progress to a screen and the results to files.

use super::{
    calibrate::auto_from,
    cluster::{self, Edge},
    explain::{Case, evidence},
    index::Index,
    learn::{PatternTable, fit},
    matcher::zone,
    model::{Model, Weights},
    pattern::Pattern,
    prepared::Prepared,
    settings::Settings,
    subject::Subject,
    verdict::Vetoes,
};
use crate::domain::{Bits, Evidence, Probability, Veto, Zone};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where a run stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Records go into the index.
    Index,
    /// Pairs are compared.
    Compare,
    /// Weights are fitted.
    Learn,
    /// Pairs are joined.
    Join,
}

impl Phase {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Index => "listing",
            Self::Compare => "comparing",
            Self::Learn => "fitting weights",
            Self::Join => "joining",
        }
    }
}

/// One report of progress.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Records done in this phase.
    pub done: usize,
    /// Records in all.
    pub of: usize,
}

/// How to go about it.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// Zones and limits.
    pub settings: Settings,
    /// Where the weights start.
    pub model: Model,
    /// Whether they are fitted to these records.
    pub learn: bool,
}

impl Default for Options {
    /// Files are matched offline, so two HaloPSA records in them are no reason to ask.
    fn default() -> Self {
        Self { settings: Settings { ask_for_halo_pairs: false, ..Settings::default() }, model: Model::shipped(), learn: true }
    }
}

/// Two records that may be one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pair {
    /// Number of a record, counted from 0 in the order given.
    pub left: u32,
    /// A later one.
    pub right: u32,
    /// Their levels.
    pub pattern: Pattern,
    /// Bits for "the same".
    pub score: Bits,
    /// The probability of "the same".
    pub probability: Probability,
    /// Auto or review.
    pub zone: Zone,
    /// What forbids auto.
    pub vetoes: Vetoes,
}

/// What came out.
pub struct Outcome<S: Subject> {
    /// Pairs in the auto and review zones, likeliest first.
    pub pairs: Vec<Pair>,
    /// The cluster of each record: the number of its first member.
    pub clusters: Vec<u32>,
    /// Every pair that was compared, with its bits, in rising order.
    pub compared: Vec<(u32, u32, f32)>,
    /// The weights that were used.
    pub model: Model,
    /// How many distinct patterns there are.
    pub patterns: usize,
    /// Keys that too many records had and that were refined by a second field.
    pub refined_keys: u32,
    /// Refined keys that still had too many and were not looked at.
    pub dropped_keys: u32,
    settings: Settings,
    index: Index<S>,
}

impl<S: Subject> Outcome<S> {
    /// Why a pair scores as it does.
    pub fn explain(&self, pair: &Pair) -> Evidence {
        let case = Case {
            pattern: pair.pattern,
            vetoes: pair.vetoes,
            zone: pair.zone,
            left: self.index.shown(pair.left),
            right: self.index.shown(pair.right),
        };
        evidence::<S>(S::weights(&self.model), &self.settings, self.model.version, &case)
    }
}

/// Two records and their levels.
type Compared = (u32, u32, Pattern);

/// Records compared between two reports of progress.
const STRIDE: usize = 4096;

/// Finds out which of `records` are one.
pub fn dedupe<S: Subject>(records: Vec<Prepared<S>>, options: &Options, progress: &(dyn Fn(Progress) + Sync)) -> Outcome<S> {
    let mut gathered = Gathered::default();
    gathered.add(records);
    gathered.find(options, progress)
}

/// Records on their way into an index: they may come in parts, so that some are put in while others are still read.
#[derive(Debug)]
pub struct Gathered<S: Subject> {
    index: Index<S>,
    /// The keys of all records, one after the other, and where each one's end.
    keys: Vec<u64>,
    ends: Vec<usize>,
    content: Vec<u64>,
}

impl<S: Subject> Default for Gathered<S> {
    fn default() -> Self {
        Self { index: Index::default(), keys: Vec::new(), ends: Vec::new(), content: Vec::new() }
    }
}

impl<S: Subject> Gathered<S> {
    /// How many there are.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// There is none yet.
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Takes some more. Their numbers follow on those before.
    pub fn add(&mut self, records: Vec<Prepared<S>>) {
        for record in records {
            self.content.push(record.content());
            self.keys.extend(self.index.shelve(record).1);
            self.ends.push(self.keys.len());
        }
    }

    /// Finds out which of them are one.
    pub fn find(self, options: &Options, progress: &(dyn Fn(Progress) + Sync)) -> Outcome<S> {
        find(self, options, progress)
    }
}

fn find<S: Subject>(gathered: Gathered<S>, options: &Options, progress: &(dyn Fn(Progress) + Sync)) -> Outcome<S> {
    let Gathered { mut index, keys, ends, content } = gathered;
    let count = ends.len();
    let report = |phase: Phase, done: usize| progress(Progress { phase, done, of: count });

    report(Phase::Index, 0);
    let (keys, ends) = {
        let leading = index.list(&keys, &ends);
        drop((keys, ends));
        leading
    };

    report(Phase::Compare, 0);
    let keys_of = |nth: usize| &keys[if nth == 0 { 0 } else { ends[nth - 1] }..ends[nth]];
    let done = AtomicUsize::new(0);
    let chunks: Vec<usize> = (0..count).step_by(STRIDE).collect();
    let pieces: Vec<(Vec<Compared>, PatternTable)> = chunks
        .into_par_iter()
        .map(|from| {
            let mut found = Vec::new();
            let mut pairs = Vec::new();
            let mut others = Vec::new();
            for nth in from..(from + STRIDE).min(count) {
                let slot = nth as u32;
                let row = index.row(slot);
                index.candidates_after(slot, keys_of(nth), row, &mut found);
                if found.is_empty() {
                    continue;
                }
                // Fetched together, so that the waits for memory overlap: rows lie far apart.
                others.clear();
                others.extend(found.iter().map(|other| index.row(*other).clone()));
                let mut ruler = index.own_ruler(slot);
                pairs.extend(found.iter().zip(&others).map(|(other, theirs)| (slot, *other, S::compare(&mut ruler, row, theirs))));
            }
            report(Phase::Compare, done.fetch_add(STRIDE.min(count - from), Ordering::Relaxed));
            let table = tabulate(pairs.iter().map(|(.., pattern)| (*pattern, 1)));
            (pairs, table)
        })
        .collect();
    drop(keys);

    report(Phase::Learn, 0);
    let table = tabulate(pieces.iter().flat_map(|(_, table)| table.iter().copied()));
    let mut compared: Vec<Compared> = Vec::with_capacity(pieces.iter().map(|(pairs, _)| pairs.len()).sum());
    for (pairs, _) in pieces {
        compared.extend(pairs);
    }
    let mut model = options.model.clone();
    if options.learn {
        *S::weights_mut(&mut model) = fit::<S>(&table, S::weights(&options.model));
        model.version += 1;
    }
    let auto = auto_from::<S>(S::weights(&model), &table, options.settings.auto_one_wrong_in);
    S::weights_mut(&mut model).auto = auto;

    report(Phase::Join, 0);
    let weights = S::weights(&model);
    let by_pattern: FxHashMap<Pattern, Bits> = table.iter().map(|(pattern, _)| (*pattern, weights.score::<S>(*pattern))).collect();
    let scored: Vec<Bits> = compared.par_iter().map(|(.., pattern)| by_pattern.get(pattern).copied().unwrap_or_default()).collect();
    let mut edges: Vec<Edge> = compared
        .par_iter()
        .zip(&scored)
        .map(|((left, right, _), score)| Edge { left: *left, right: *right, score: weights.believed(*score).0 })
        .filter(|edge| edge.score >= 0.0)
        .collect();
    let score = |a: u32, b: u32| {
        let pattern = S::compare(&mut index.own_ruler(a), index.row(a), index.row(b));
        weights.believed(weights.score::<S>(pattern)).0
    };
    let clusters = cluster::join(count, &mut edges, S::largest(&options.settings) as usize, &content, score);
    let mut pairs = judged::<S>(&compared, &scored, &clusters, &index, weights, &options.settings);
    pairs.par_sort_unstable_by(|a, b| b.score.0.total_cmp(&a.score.0).then((a.left, a.right).cmp(&(b.left, b.right))));
    report(Phase::Join, count);
    let (refined_keys, dropped_keys) = index.overflows();
    Outcome {
        pairs,
        clusters,
        compared: compared.par_iter().zip(&scored).map(|((left, right, _), score)| (*left, *right, score.0)).collect(),
        patterns: table.len(),
        refined_keys,
        dropped_keys,
        settings: options.settings,
        model,
        index,
    }
}

/// Counts patterns.
pub(super) fn tabulate(patterns: impl Iterator<Item = (Pattern, u64)>) -> PatternTable {
    let mut counts: FxHashMap<Pattern, u64> = FxHashMap::default();
    for (pattern, count) in patterns {
        *counts.entry(pattern).or_default() += count;
    }
    let mut table: PatternTable = counts.into_iter().collect();
    table.sort_unstable();
    table
}

/// The pairs worth showing, with vetoes and zone. A pair that the clusters keep apart is never auto.
fn judged<S: Subject>(
    compared: &[Compared],
    scored: &[Bits],
    clusters: &[u32],
    index: &Index<S>,
    weights: &Weights,
    settings: &Settings,
) -> Vec<Pair> {
    compared
        .par_iter()
        .zip(scored)
        .filter_map(|((left, right, pattern), score)| {
            let score = *score;
            let probability = weights.probability(score);
            if f64::from(probability.0) < settings.review_from {
                return None;
            }
            let mut vetoes = S::vetoes(*pattern, index.row(*left), index.row(*right));
            if !settings.ask_for_halo_pairs {
                vetoes = vetoes.without(Veto::TwoHaloRecords);
            }
            let apart = clusters[*left as usize] != clusters[*right as usize];
            vetoes.put(Veto::Cluster, apart && score >= weights.auto);
            let zone = zone::<S>(weights, settings, score, *pattern, vetoes);
            Some(Pair { left: *left, right: *right, pattern: *pattern, score, probability, zone, vetoes })
        })
        .collect()
}
