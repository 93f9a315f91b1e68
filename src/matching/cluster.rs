//! Clusters without snowballing: pairs are joined from the likeliest down, and before two clusters become one,
//! every pair across them is looked at.

use super::matcher::REFUSED;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// A pair that may be one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Edge {
    /// The records, by number.
    pub left: u32,
    /// The other.
    pub right: u32,
    /// Bits for "the same".
    pub score: f32,
}

/// Joins `count` records by `edges`. `score` gives the bits of any pair; `content` breaks ties, so that the order
/// of the records does not show. Answers with each record's cluster: the number of its first member.
pub fn join(count: usize, edges: &mut [Edge], largest: usize, content: &[u64], mut score: impl FnMut(u32, u32) -> f32) -> Vec<u32> {
    let tie = |edge: &Edge| {
        let (a, b) = (content[edge.left as usize], content[edge.right as usize]);
        (a.min(b), a.max(b))
    };
    edges.par_sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| tie(a).cmp(&tie(b))));
    let mut clusters: Vec<u32> = (0..count as u32).collect();
    let mut members: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    for edge in edges.iter() {
        let (a, b) = (clusters[edge.left as usize], clusters[edge.right as usize]);
        if a == b {
            continue;
        }
        let of = |cluster: u32| members.get(&cluster).cloned().unwrap_or_else(|| vec![cluster]);
        let (left, right) = (of(a), of(b));
        if left.len() + right.len() > largest {
            continue;
        }
        let (mut sum, mut refused) = (0.0, false);
        for one in &left {
            for other in &right {
                let bits = if (*one, *other) == (edge.left, edge.right) { edge.score } else { score(*one, *other) };
                sum += bits;
                refused |= bits < REFUSED;
            }
        }
        if refused || sum < 0.0 {
            continue;
        }
        let first = a.min(b);
        let mut all = left;
        all.extend(right);
        for member in &all {
            clusters[*member as usize] = first;
        }
        members.remove(&a.max(b));
        members.insert(first, all);
    }
    clusters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_does_not_snowball() {
        // 0-1 and 1-2 look alike, 0-2 are certainly two people.
        let score = |a: u32, b: u32| if a.abs_diff(b) == 1 { 5.0 } else { -20.0 };
        let mut edges = [Edge { left: 0, right: 1, score: 5.0 }, Edge { left: 1, right: 2, score: 4.0 }];
        assert_eq!(join(3, &mut edges, 8, &[1, 2, 3], score), [0, 0, 2]);
        // Without that contradiction they are one.
        let mut edges = [Edge { left: 0, right: 1, score: 5.0 }, Edge { left: 1, right: 2, score: 4.0 }];
        assert_eq!(join(3, &mut edges, 8, &[1, 2, 3], |_, _| 5.0), [0, 0, 0]);
        let mut edges = [Edge { left: 0, right: 1, score: 5.0 }, Edge { left: 1, right: 2, score: 4.0 }];
        assert_eq!(join(3, &mut edges, 2, &[1, 2, 3], |_, _| 5.0), [0, 0, 2]);
    }
}
