//! The comparison levels for companies and how often each comes out, per hundred pairs of each class.

use crate::{
    domain::{Aspect, Rival},
    matching::pattern::{CLASSES, Factor, Level, PerClass, Speaks, shifts},
};

/// Columns: same, sister, unrelated.
const fn level(words: &'static str, [same, sister, unrelated]: [f32; 3], speaks: Speaks) -> Level {
    Level { words, chance: [same, 0.0, sister, 0.0, unrelated], speaks, pinned: false }
}

/// Factors by their place in [`FACTORS`].
pub mod factor {
    #![allow(missing_docs, reason = "the names are those of the factors")]
    pub const NAME: usize = 0;
    pub const RARITY: usize = 1;
    pub const NAMESAKES: usize = 2;
    pub const FORM: usize = 3;
    pub const DOMAIN: usize = 4;
    pub const PHONE: usize = 5;
    pub const LINKEDIN: usize = 6;
    pub const PLACE: usize = 7;
    pub const ADDRESS: usize = 8;
    pub const INDUSTRY: usize = 9;
    pub const IDENTIFIER: usize = 10;
    pub const SOURCE: usize = 11;
}

/// How names compare.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
#[allow(missing_docs, reason = "the words beside the weights say it")]
pub enum NameLevel {
    Missing,
    Same,
    Slip,
    Weak,
    Initials,
    Inside,
    Partial,
    Different,
}

impl NameLevel {
    /// The names can be one company's; rarity counts only then.
    pub const fn agrees(self) -> bool {
        matches!(self, Self::Same | Self::Slip | Self::Weak | Self::Inside)
    }
}

use Speaks::{Employer, Identity, Name, Nothing};

/// All factors.
pub const FACTORS: &[Factor; 12] = &[
    Factor {
        aspect: Aspect::Name,
        learns: true,
        levels: &[
            level("same", [84.0, 84.0, 2.0], Name),
            level("but for a slip", [7.0, 6.0, 1.0], Name),
            level("but for words that hardly tell", [2.5, 4.0, 0.5], Name),
            level("initials", [1.5, 1.0, 0.5], Nothing),
            level("one has further words", [3.0, 3.0, 6.0], Nothing),
            level("a word in common", [1.2, 1.5, 75.0], Nothing),
            level("different", [0.8, 0.5, 15.0], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Name,
        learns: true,
        levels: &[
            level("unique", [45.0, 15.0, 5.0], Nothing),
            level("rare", [25.0, 20.0, 10.0], Nothing),
            level("uncommon", [15.0, 25.0, 20.0], Nothing),
            level("common", [10.0, 25.0, 30.0], Nothing),
            level("very common", [5.0, 15.0, 35.0], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Name,
        learns: true,
        levels: &[
            level("one domain known for it", [88.0, 10.0, 30.0], Nothing),
            level("two domains known for it", [9.0, 60.0, 40.0], Nothing),
            level("several domains known for it", [3.0, 30.0, 30.0], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Name,
        learns: true,
        levels: &[level("same legal form", [93.0, 25.0, 30.0], Nothing), level("another legal form", [7.0, 75.0, 70.0], Nothing)],
    },
    Factor {
        aspect: Aspect::Domain,
        learns: true,
        levels: &[
            level("same", [92.0, 1.0, 0.5], Identity),
            level("one's domain spells the other's name", [4.0, 2.0, 0.3], Nothing),
            level("same but for the ending", [1.5, 55.0, 1.0], Nothing),
            level("but for a slip", [1.0, 12.0, 0.7], Nothing),
            level("another", [1.5, 30.0, 97.5], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Phone,
        learns: true,
        levels: &[
            level("same", [85.0, 1.0, 0.1], Identity),
            level("same, others have it too", [5.0, 1.0, 2.0], Nothing),
            level("same block of numbers", [2.0, 1.0, 0.9], Nothing),
            level("differs", [8.0, 97.0, 97.0], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::LinkedIn,
        learns: true,
        levels: &[level("same page", [96.0, 30.0, 0.2], Identity), level("two pages", [4.0, 70.0, 99.8], Nothing)],
    },
    Factor {
        aspect: Aspect::Place,
        learns: true,
        levels: &[
            level("same city", [70.0, 6.0, 10.0], Employer),
            level("city alike", [2.0, 0.5, 0.5], Employer),
            level("another city of the country", [5.0, 15.0, 35.0], Nothing),
            level("same country", [20.0, 8.5, 22.5], Nothing),
            level("another country", [3.0, 70.0, 32.0], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Place,
        learns: true,
        levels: &[
            level("same address", [60.0, 3.0, 1.0], Identity),
            level("street alike", [18.0, 2.0, 1.0], Employer),
            level("same postcode", [10.0, 3.0, 4.0], Employer),
            level("another address", [12.0, 92.0, 94.0], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Industry,
        learns: true,
        levels: &[level("same", [85.0, 40.0, 10.0], Nothing), level("another", [15.0, 60.0, 90.0], Nothing)],
    },
    Factor {
        aspect: Aspect::Identifier,
        learns: true,
        levels: &[
            level("same number", [92.0, 0.1, 0.05], Identity),
            level("number but for a slip", [4.0, 0.2, 0.2], Identity),
            level("another number", [4.0, 99.7, 99.75], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Identifier,
        learns: true,
        levels: &[
            level("same id in one source", [3.0, 0.01, 0.01], Identity),
            level("two ids of one source", [15.0, 28.0, 28.0], Nothing),
            level("two sources", [82.0, 71.99, 71.99], Nothing),
        ],
    },
];

/// Where each factor's level lies in a pattern.
pub const SHIFTS: [u8; FACTORS.len()] = shifts(FACTORS);

/// How common each class is among pairs that share a blocking key.
pub const PRIOR: PerClass = [20.0, 0.0, 6.0, 0.0, 74.0];

/// What each class is as a rival of "same".
pub const RIVALS: [Option<Rival>; CLASSES] = [None, None, Some(Rival::Sister), None, Some(Rival::Unrelated)];
