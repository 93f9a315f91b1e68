//! "Not the same", remembered. A decision is kept by what the records are (a source's own id), so that the next
//! snapshot of either is covered too, and with the strong evidence that was on the table then: only evidence that
//! has come since opens the question again.

use super::{
    pattern::{Pattern, Speaks},
    subject::Subject,
};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// What a remembered decision says about a pair now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Remembered {
    /// Nobody decided.
    Nothing,
    /// They are not the same; do not ask.
    NotSame,
    /// They were not, but strong evidence has come since; ask, and say so.
    Reopened,
}

/// All remembered decisions of one kind of record.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Memory {
    /// Pair of identities, the smaller first -> factors that spoke strongly at the time, a bit each, and how
    /// many decisions stand.
    pairs: FxHashMap<(u64, u64), Stand>,
    /// How many pairs each identity is in: most records are in none.
    touched: FxHashMap<u64, u32>,
}

/// One remembered decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stand {
    /// Factors whose level spoke for one identity when it was decided.
    strong: u64,
}

impl Memory {
    /// Remembers that two identities are not the same, though `pattern` is how they compare.
    pub fn forbid<S: Subject>(&mut self, a: u64, b: u64, pattern: Pattern) {
        let strong = strong::<S>(pattern);
        self.restore(a, b, Stand { strong });
    }

    /// Puts back a decision.
    pub fn restore(&mut self, a: u64, b: u64, stand: Stand) {
        let known = self.pairs.entry(pair(a, b)).or_insert_with(|| {
            for identity in [a, b] {
                *self.touched.entry(identity).or_default() += 1;
            }
            stand
        });
        known.strong |= stand.strong;
    }

    /// Forgets it: the decision was undone.
    pub fn permit(&mut self, a: u64, b: u64) {
        if self.pairs.remove(&pair(a, b)).is_some() {
            for identity in [a, b] {
                if let Some(count) = self.touched.get_mut(&identity) {
                    *count -= 1;
                    if *count == 0 {
                        self.touched.remove(&identity);
                    }
                }
            }
        }
    }

    /// Whether anything is remembered about an identity.
    pub fn touches(&self, identity: u64) -> bool {
        self.touched.contains_key(&identity)
    }

    /// What is remembered about a pair that compares as `pattern` now.
    pub fn recall<S: Subject>(&self, a: u64, b: u64, pattern: Pattern) -> Remembered {
        match self.pairs.get(&pair(a, b)) {
            None => Remembered::Nothing,
            Some(stand) if strong::<S>(pattern) & !stand.strong != 0 => Remembered::Reopened,
            Some(_) => Remembered::NotSame,
        }
    }

    /// Every remembered decision, in a fixed order.
    pub fn list(&self) -> Vec<(u64, u64, Stand)> {
        let mut all: Vec<_> = self.pairs.iter().map(|((a, b), stand)| (*a, *b, *stand)).collect();
        all.sort_unstable_by_key(|(a, b, _)| (*a, *b));
        all
    }
}

fn pair(a: u64, b: u64) -> (u64, u64) {
    (a.min(b), a.max(b))
}

/// The factors whose level speaks for one identity.
fn strong<S: Subject>(pattern: Pattern) -> u64 {
    S::FACTORS.iter().zip(S::SHIFTS).enumerate().fold(0, |mask, (nth, (factor, shift))| match pattern.level(*shift, factor.levels.len()) {
        0 => mask,
        level => mask | u64::from(factor.levels[level - 1].speaks == Speaks::Identity) << nth,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::{People, person};

    #[test]
    fn no_is_kept_until_new_strong_evidence_comes() {
        let shift = |factor: usize| People::SHIFTS[factor];
        let same_name = Pattern::default().with(shift(person::factor::NAME), 1);
        let same_profile = same_name.with(shift(person::factor::LINKEDIN), 1);
        let mut memory = Memory::default();
        memory.forbid::<People>(2, 1, same_name);
        assert!(memory.touches(1) && memory.touches(2) && !memory.touches(3));
        assert_eq!(memory.recall::<People>(1, 2, same_name), Remembered::NotSame);
        assert_eq!(memory.recall::<People>(1, 2, same_profile), Remembered::Reopened);
        memory.forbid::<People>(1, 2, same_profile);
        assert_eq!(memory.recall::<People>(1, 2, same_profile), Remembered::NotSame);
        memory.permit(1, 2);
        assert_eq!(memory.recall::<People>(1, 2, same_name), Remembered::Nothing);
        assert_eq!(memory, Memory::default());
    }
}
