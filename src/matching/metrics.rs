//! How good a result is, held against the truth. Pure arithmetic over pairs of record numbers.

use rustc_hash::FxHashMap;
use serde::Serialize;

/// Precision, recall and their mean.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize)]
pub struct Measure {
    /// Pairs that were said to be one.
    pub said: u64,
    /// Of them right.
    pub right: u64,
    /// Pairs that are one.
    pub truth: u64,
    /// right / said; 1 when nothing was said.
    pub precision: f64,
    /// right / truth; 1 when there is nothing to find.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
}

impl Measure {
    /// From the counts.
    pub fn new(said: u64, right: u64, truth: u64) -> Self {
        let share = |part: u64, whole: u64| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        let (precision, recall) = (share(right, said), share(right, truth));
        let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
        Self { said, right, truth, precision, recall, f1 }
    }
}

/// How many pairs of equal number there are.
pub fn pairs_within(numbers: &[u32]) -> u64 {
    let mut sizes: FxHashMap<u32, u64> = FxHashMap::default();
    for number in numbers {
        *sizes.entry(*number).or_default() += 1;
    }
    sizes.values().map(|size| size * (size - 1) / 2).sum()
}

/// Pairs against the truth: `truth` is the entity of each record.
pub fn of_pairs(pairs: impl IntoIterator<Item = (u32, u32)>, truth: &[u32]) -> Measure {
    let (mut said, mut right) = (0, 0);
    for (a, b) in pairs {
        said += 1;
        right += u64::from(truth[a as usize] == truth[b as usize]);
    }
    Measure::new(said, right, pairs_within(truth))
}

/// Clusters against the truth, counted in pairs.
pub fn of_clusters(clusters: &[u32], truth: &[u32]) -> Measure {
    let mut both: FxHashMap<(u32, u32), u64> = FxHashMap::default();
    for pair in clusters.iter().copied().zip(truth.iter().copied()) {
        *both.entry(pair).or_default() += 1;
    }
    let right = both.values().map(|size| size * (size - 1) / 2).sum();
    Measure::new(pairs_within(clusters), right, pairs_within(truth))
}

/// The best F1 that any cut of the scores reaches, and the cut.
pub fn best_f1(scored: &[(f32, bool)], truth: u64) -> (f64, f32) {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut best, mut cut, mut right) = (0.0, f32::INFINITY, 0);
    for (nth, (score, same)) in sorted.iter().enumerate() {
        right += u64::from(*same);
        // A cut lies between two different scores only.
        if sorted.get(nth + 1).is_none_or(|next| next.0 < *score) {
            let f1 = Measure::new(nth as u64 + 1, right, truth).f1;
            if f1 > best {
                (best, cut) = (f1, *score);
            }
        }
    }
    (best, cut)
}

/// The size of the largest cluster.
pub fn largest(clusters: &[u32]) -> usize {
    let mut sizes: FxHashMap<u32, usize> = FxHashMap::default();
    for cluster in clusters {
        *sizes.entry(*cluster).or_default() += 1;
    }
    sizes.values().copied().max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_count_pairs() {
        let truth = [0, 0, 0, 1, 1];
        assert_eq!(pairs_within(&truth), 4);
        let clusters = of_clusters(&[0, 0, 2, 3, 3], &truth);
        assert_eq!((clusters.said, clusters.right, clusters.truth), (2, 2, 4));
        let pairs = of_pairs([(0, 1), (2, 3)], &truth);
        assert_eq!((pairs.precision, pairs.recall), (0.5, 0.25));
        assert_eq!(largest(&[0, 0, 0, 3]), 3);
        let (f1, cut) = best_f1(&[(3.0, true), (2.0, false), (1.0, true)], 2);
        assert!((f1 - 0.8).abs() < 1e-9 && (cut - 1.0).abs() < 1e-6);
        assert!((of_pairs([], &[]).f1 - 1.0).abs() < 1e-9);
    }
}
