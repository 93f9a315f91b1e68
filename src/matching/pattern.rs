//! A pattern: the comparison levels of one pair, packed into 64 bits. Two pairs of one pattern have the same
//! evidence and the same score, which is what makes learning cheap ("a few thousand patterns") and lets one
//! decision settle "31 more like this".

use crate::domain::Aspect;
use serde::{Deserialize, Serialize};

/// Explanations that a pair may have. For people: the same; the same but moved to another employer; colleague;
/// namesake; unrelated. For companies the second and fourth are not used.
pub const CLASSES: usize = 5;

/// The first two classes mean "the same".
pub const SAME_CLASSES: usize = 2;

/// A value for each class.
pub type PerClass = [f32; CLASSES];

/// What an agreeing level speaks for; two different ones are needed to decide without a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speaks {
    /// For nothing by itself.
    Nothing,
    /// For the name.
    Name,
    /// For the employer, or a company's place.
    Employer,
    /// For something that one person or company has alone: box, number, profile, date of birth.
    Identity,
}

/// One outcome of a comparison.
#[derive(Debug)]
pub struct Level {
    /// In words.
    pub words: &'static str,
    /// How often it comes out, per hundred pairs of each class in which both sides are known: the starting
    /// point of learning.
    pub chance: PerClass,
    /// What it speaks for.
    pub speaks: Speaks,
    /// Learning leaves it as it is: made-up evidence of one world must not unlearn it.
    pub pinned: bool,
}

/// One comparison. Level 0 means that a side does not say; it is not in the table and weighs nothing.
#[derive(Debug)]
pub struct Factor {
    /// The field group it belongs to; several factors of one group make one row of the explanation.
    pub aspect: Aspect,
    /// Levels 1, 2, 3...
    pub levels: &'static [Level],
    /// Whether learning may move its weights; pinned ones hold the classes apart (see `learn`).
    pub learns: bool,
}

/// Where each factor's level lies in the pattern.
pub const fn shifts<const N: usize>(factors: &[Factor; N]) -> [u8; N] {
    let mut shifts = [0; N];
    let mut at: usize = 0;
    let mut nth = 0;
    while nth < N {
        shifts[nth] = at as u8;
        at += width(factors[nth].levels.len());
        nth += 1;
    }
    assert!(at <= 64, "the levels of all factors must fit into a pattern");
    shifts
}

/// Bits that hold levels 0 to `levels`.
pub const fn width(levels: usize) -> usize {
    (usize::BITS - levels.leading_zeros()) as usize
}

/// The levels of one pair.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(pub u64);

impl Pattern {
    /// With `level` put at `shift`; the place must be empty.
    #[must_use]
    pub const fn with(self, shift: u8, level: u8) -> Self {
        Self(self.0 | (level as u64) << shift)
    }

    /// The level of a factor with `levels` levels at `shift`.
    pub const fn level(self, shift: u8, levels: usize) -> usize {
        (self.0 >> shift) as usize & ((1 << width(levels)) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_come_back_from_a_pattern() {
        let pattern = Pattern::default().with(0, 9).with(4, 3);
        assert_eq!((pattern.level(0, 10), pattern.level(4, 3)), (9, 3));
        assert_eq!((width(1), width(3), width(4), width(15), width(16)), (1, 2, 3, 4, 5));
    }
}
