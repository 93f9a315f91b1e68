//! The model: how often each level comes out for each class, what that makes of a pattern in bits, and the curve
//! from bits to a probability. Data only; `learn` and `calibrate` make new ones, nothing changes one in place.

use super::{
    fold::hash_bytes,
    pattern::{CLASSES, Pattern, PerClass, SAME_CLASSES},
    subject::Subject,
};
use crate::domain::{Bits, Probability, Rival};
use serde::{Deserialize, Serialize};

/// Weights for people and for companies, as one version.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Rises with each model that is taken into use; decisions name it.
    pub version: u32,
    /// For people.
    pub people: Weights,
    /// For companies.
    pub companies: Weights,
}

impl Model {
    /// The model that ships with the program: it scores sensibly before anything was learnt.
    pub fn shipped() -> Self {
        Self { version: 1, people: Weights::shipped::<super::People>(), companies: Weights::shipped::<super::Companies>() }
    }

    /// Equal for versions of the program whose comparisons mean the same: weights and patterns of others are not to be
    /// read by these.
    pub fn rules() -> u64 {
        fn of<S: Subject>(sum: u64) -> u64 {
            S::FACTORS.iter().fold(sum, |sum, factor| {
                let levels = factor.levels.iter().fold(sum, |sum, level| hash_bytes(sum, level.words.as_bytes()));
                hash_bytes(levels, factor.aspect.label().as_bytes())
            })
        }
        of::<super::Companies>(of::<super::People>(0))
    }

    /// Made for the comparisons of this program. One that is not (written by another version) must be dropped
    /// and learnt anew.
    pub fn fits(&self) -> bool {
        self.people.fits::<super::People>() && self.companies.fits::<super::Companies>()
    }
}

/// The weights for one kind of record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// log2 of each class's share among pairs that share a key.
    pub prior: PerClass,
    /// log2 P(level | class) for every level of every factor, in table order.
    pub levels: Vec<PerClass>,
    /// Bits that reviewers' decisions add to a level, in the same order.
    pub corrections: Vec<f32>,
    /// From bits to a probability.
    pub curve: Curve,
    /// From this score on a pair may be joined without asking.
    pub auto: Bits,
    /// From this score on a person is asked.
    pub review: Bits,
}

/// Logistic curve p = 1 / (1 + 2^-(slope * bits + shift)); the straight one until there are decisions to fit it to.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// How far the bits are to be believed; 1 for fully.
    pub slope: f32,
    /// Bits to add.
    pub shift: f32,
}

impl Default for Curve {
    fn default() -> Self {
        Self { slope: 1.0, shift: 0.0 }
    }
}

/// A class that has no share, as log2.
pub const NEVER: f32 = -100.0;

/// Bits are kept in steps of this size, so that sums of them are exact in any order.
const STEP: f32 = 1.0 / 256.0;

/// No score lies farther out.
const FARTHEST: f32 = 99.0;

/// Rounds to a step.
pub fn in_steps(bits: f32) -> f32 {
    (bits.clamp(-FARTHEST, FARTHEST) / STEP).round() * STEP
}

impl Weights {
    /// The shipped table of `S`, as logarithms.
    pub fn shipped<S: Subject>() -> Self {
        let log = |percent: f32| if percent > 0.0 { (percent / 100.0).log2() } else { NEVER };
        let levels: Vec<PerClass> = S::FACTORS.iter().flat_map(|factor| factor.levels).map(|level| level.chance.map(log)).collect();
        Self {
            prior: S::PRIOR.map(log),
            corrections: vec![0.0; levels.len()],
            levels,
            curve: Curve::default(),
            // p = 0.99 and p = 0.2: where the measurements behind the design put the zones.
            auto: Bits(6.63),
            review: Bits(-2.0),
        }
    }

    /// Has a weight for each level of `S` and no more.
    pub fn fits<S: Subject>(&self) -> bool {
        let count: usize = S::FACTORS.iter().map(|factor| factor.levels.len()).sum();
        self.levels.len() == count && self.corrections.len() == count
    }

    /// Every known level of a pattern: which factor, and the place of its weights.
    pub fn known<S: Subject>(pattern: Pattern) -> impl Iterator<Item = (usize, usize)> {
        let mut base = 0;
        S::FACTORS.iter().zip(S::SHIFTS).enumerate().filter_map(move |(nth, (factor, shift))| {
            let level = pattern.level(*shift, factor.levels.len());
            let at = base + level;
            base += factor.levels.len();
            (level > 0).then(|| (nth, at - 1))
        })
    }

    /// log2 P(class and pattern) for each class.
    pub fn classes<S: Subject>(&self, pattern: Pattern) -> PerClass {
        let mut sums = self.prior;
        for (_, at) in Self::known::<S>(pattern) {
            let level = &self.levels[at];
            for class in 0..CLASSES {
                sums[class] += level[class];
            }
        }
        sums
    }

    /// Bits for "the same" against everything else, prior included.
    pub fn score<S: Subject>(&self, pattern: Pattern) -> Bits {
        let sums = self.classes::<S>(pattern);
        let corrections: f32 = Self::known::<S>(pattern).map(|(_, at)| self.corrections[at]).sum();
        Bits(in_steps(log_sum(&sums[..SAME_CLASSES]) - log_sum(&sums[SAME_CLASSES..]) + corrections))
    }

    /// A score as decisions have shown it is to be believed; 0 where "the same" is as likely as not.
    pub fn believed(&self, score: Bits) -> Bits {
        Bits(score.0 * self.curve.slope + self.curve.shift)
    }

    /// The probability that a score stands for.
    pub fn probability(&self, score: Bits) -> Probability {
        self.believed(score).probability()
    }

    /// Why a pattern has its score: bits for each known level, the prior, and the remainder, against the
    /// strongest rival. They add up to the score exactly.
    pub fn account<S: Subject>(&self, pattern: Pattern) -> Account {
        let sums = self.classes::<S>(pattern);
        let strongest = |range: std::ops::Range<usize>| range.reduce(|best, class| if sums[class] > sums[best] { class } else { best });
        let same = strongest(0..SAME_CLASSES).unwrap_or(0);
        let rival = strongest(SAME_CLASSES..CLASSES).unwrap_or(CLASSES - 1);
        let parts: Vec<(usize, usize, f32)> = Self::known::<S>(pattern)
            .map(|(factor, at)| (factor, at, in_steps(self.levels[at][same] - self.levels[at][rival] + self.corrections[at])))
            .collect();
        let prior = in_steps(self.prior[same] - self.prior[rival]);
        let score = self.score::<S>(pattern);
        let remainder = score.0 - prior - parts.iter().map(|(.., bits)| bits).sum::<f32>();
        Account { parts, prior: Bits(prior), remainder: Bits(remainder), score, rival: S::RIVALS[rival].unwrap_or(Rival::Unrelated) }
    }
}

/// A score taken apart.
#[derive(Debug)]
pub struct Account {
    /// Factor, place of its weights, bits.
    pub parts: Vec<(usize, usize, f32)>,
    /// What the prior gives.
    pub prior: Bits,
    /// What the other explanations take or give.
    pub remainder: Bits,
    /// The sum.
    pub score: Bits,
    /// The strongest rival.
    pub rival: Rival,
}

/// log2 of a sum of numbers given as log2.
pub fn log_sum(logs: &[f32]) -> f32 {
    let top = logs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    top + logs.iter().map(|log| (log - top).exp2()).sum::<f32>().log2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::{Companies, People};

    #[test]
    fn shipped_chances_are_shares() {
        fn check<S: Subject>() {
            for (nth, factor) in S::FACTORS.iter().enumerate() {
                for class in 0..CLASSES {
                    let sum: f32 = factor.levels.iter().map(|level| level.chance[class]).sum();
                    assert!((sum - 100.0).abs() < 1.5 || sum == 0.0, "factor {nth} class {class} sums to {sum}");
                }
            }
            assert!((S::PRIOR.iter().sum::<f32>() - 100.0).abs() < 0.5);
            assert!(Weights::shipped::<S>().fits::<S>());
        }
        check::<People>();
        check::<Companies>();
        assert!(Model::shipped().fits());
    }

    #[test]
    fn a_model_survives_json() {
        let model = Model::shipped();
        let json = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<Model>(&json).unwrap(), model);
    }
}
