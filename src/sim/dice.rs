//! Seeded chance. Every made-up thing rolls its own stream, named by what it is for, so adding a roll for one
//! person never changes another. Whole numbers only: floating point may differ between platforms.

use rand::{RngExt, SeedableRng, rngs::StdRng};
use sha2::{Digest, Sha256};

/// One stream of rolls.
pub(crate) struct Dice(StdRng);

impl Dice {
    /// The stream for the `nth` thing of that purpose in the world of `seed`.
    pub(crate) fn of(seed: u64, purpose: &str, nth: u64) -> Self {
        Self(StdRng::from_seed(digest(seed, purpose, nth)))
    }

    /// From 0 up to, not including, `end`; 0 when `end` is 0.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    /// From `from` to `to`, both included.
    pub(crate) fn between(&mut self, from: u32, to: u32) -> u32 {
        from + self.below(to.saturating_sub(from) + 1)
    }

    /// True in `percent` of 100 rolls.
    pub(crate) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of them, each as likely.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u32) as usize]
    }

    /// One of them, the first ones more often: names are like that.
    pub(crate) fn pick_skewed<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let len = from.len() as u32;
        let (a, b) = (self.below(len), self.below(len));
        &from[a.min(b) as usize]
    }

    /// The position drawn when position `n` weighs `weights[n]`.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total: u32 = weights.clone().sum();
        let mut roll = self.below(total);
        for (nth, weight) in weights.enumerate() {
            if roll < weight {
                return nth;
            }
            roll -= weight;
        }
        0
    }

    /// The same when the weights are summed up already: `sums[n]` is the weight of positions 0 to `n`.
    pub(crate) fn among(&mut self, sums: &[u32]) -> usize {
        let roll = self.below(sums.last().copied().unwrap_or(0));
        sums.partition_point(|sum| *sum <= roll)
    }

    /// `len` lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, len: usize) -> String {
        (0..len).map(|_| char::from_digit(self.below(16), 16).unwrap_or('0')).collect()
    }

    /// A version 4 UUID.
    pub(crate) fn guid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.0.random()).into_uuid().to_string()
    }
}

/// A number that stays the same for the same thing: for manners that must not depend on the order of requests.
pub(crate) fn stable(seed: u64, purpose: &str, nth: u64) -> u64 {
    let bytes = digest(seed, purpose, nth);
    u64::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]])
}

/// The same for things that have a name instead of a number.
pub(crate) fn stable_text(seed: u64, purpose: &str, text: &str) -> u64 {
    stable(seed, &format!("{purpose}\u{0}{text}"), 0)
}

fn digest(seed: u64, purpose: &str, nth: u64) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(nth.to_le_bytes());
    hash.update(purpose.as_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rolls_are_pinned_for_every_platform() {
        let mut dice = Dice::of(7, "pin", 3);
        let rolls: Vec<_> = (0..6).map(|_| dice.below(1000)).collect();
        assert_eq!(rolls, Dice::of(7, "pin", 3).then(6), "same stream, same rolls");
        assert_ne!(rolls, Dice::of(7, "pin", 4).then(6));
        assert_eq!(dice.guid().len(), 36);
        assert_eq!(Dice::of(1, "x", 0).weighted([0, 0, 5, 0].into_iter()), 2);
        assert_eq!(Dice::of(1, "x", 0).among(&[0, 0, 5, 5]), 2);
    }

    impl Dice {
        fn then(mut self, count: usize) -> Vec<u32> {
            (0..count).map(|_| self.below(1000)).collect()
        }
    }
}
