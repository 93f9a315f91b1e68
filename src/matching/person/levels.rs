//! The comparison levels for people and how often each comes out, per hundred pairs of each class. The numbers
//! are where learning starts (matching design 5.4, then re-fitted on made-up contacts of several seeds and
//! rounded); `learn` moves all but the pinned ones.

use crate::{
    domain::{Aspect, Rival},
    matching::pattern::{CLASSES, Factor, Level, PerClass, Speaks, shifts},
};

const fn level(words: &'static str, chance: PerClass, speaks: Speaks) -> Level {
    Level { words, chance, speaks, pinned: false }
}

const fn pinned(words: &'static str, chance: PerClass, speaks: Speaks) -> Level {
    Level { words, chance, speaks, pinned: true }
}

/// Factors by their place in [`FACTORS`].
pub mod factor {
    #![allow(missing_docs, reason = "the names are those of the factors")]
    pub const NAME: usize = 0;
    pub const RARITY: usize = 1;
    pub const RARITY_AT_EMPLOYER: usize = 2;
    pub const MIDDLE: usize = 3;
    pub const EMAIL: usize = 4;
    pub const EMPLOYER: usize = 5;
    pub const PHONE: usize = 6;
    pub const LINKEDIN: usize = 7;
    pub const TITLE: usize = 8;
    pub const PLACE: usize = 9;
    pub const ADDRESS: usize = 10;
    pub const BIRTH: usize = 11;
    pub const IDENTIFIER: usize = 12;
    pub const SOURCE: usize = 13;
}

/// How names compare.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
#[allow(missing_docs, reason = "the words beside the weights say it")]
pub enum NameLevel {
    Missing,
    Same,
    Nickname,
    Initial,
    FirstSlip,
    LastSlip,
    FirstAlike,
    LastAlike,
    PartOfDouble,
    BothNear,
    Swapped,
    LastOnly,
    FirstOnly,
    LastNear,
    FirstNear,
    Different,
    LastFirstMissing,
    FirstLastMissing,
    KnownPartNear,
    KnownPartDiffers,
}

impl NameLevel {
    /// The names can be one person's; rarity counts only then.
    pub const fn agrees(self) -> bool {
        matches!(
            self,
            Self::Same
                | Self::Nickname
                | Self::Initial
                | Self::FirstSlip
                | Self::LastSlip
                | Self::FirstAlike
                | Self::LastAlike
                | Self::PartOfDouble
                | Self::BothNear
                | Self::Swapped
        )
    }
}

/// How mailboxes compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[allow(missing_docs, reason = "the words beside the weights say it")]
pub enum EmailLevel {
    Missing,
    Same,
    SameDesk,
    Slip,
    OtherOfOneName,
    NumberedTwins,
    EachItsOwn,
    OtherAtHost,
    UnusualElsewhere,
    NameElsewhere,
    HostsDiffer,
    FreeAndWork,
    BothFree,
    Alike,
    SameOtherName,
}

/// How employers compare.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
#[allow(missing_docs, reason = "the words beside the weights say it")]
pub enum EmployerLevel {
    Missing,
    SameHost,
    SameName,
    OtherEnding,
    SameNameOtherHost,
    Close,
    Like,
    Partial,
    Differs,
}

/// How telephone numbers compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[allow(missing_docs, reason = "the words beside the weights say it")]
pub enum PhoneLevel {
    Missing,
    Mobile,
    Alone,
    Few,
    Shared,
    Block,
    Differs,
}

use Speaks::{Employer, Identity, Name, Nothing};

/// All factors. Columns: same, moved, colleague, namesake, unrelated.
pub const FACTORS: &[Factor; 14] = &[
    Factor {
        aspect: Aspect::Name,
        learns: true,
        levels: &[
            level("same", [73.0, 76.0, 0.6, 72.0, 0.05], Name),
            level("nickname", [7.0, 7.0, 0.2, 4.0, 0.2], Name),
            level("initial fits", [3.0, 3.0, 0.6, 3.0, 0.5], Name),
            level("first name but for a slip", [3.0, 3.0, 0.2, 1.0, 0.3], Name),
            level("last name but for a slip", [3.5, 3.0, 0.2, 2.0, 0.4], Name),
            level("first name alike", [0.8, 0.8, 0.3, 1.0, 0.6], Name),
            level("last name alike", [0.8, 0.8, 0.4, 1.5, 1.0], Name),
            level("part of a double name", [1.2, 1.2, 0.1, 0.7, 0.1], Name),
            level("both only near", [1.0, 1.0, 0.4, 1.0, 1.0], Nothing),
            level("first and last swapped", [1.3, 1.2, 0.02, 0.3, 0.05], Name),
            level("only the last name", [0.5, 0.4, 36.0, 3.0, 36.0], Nothing),
            level("only the first name", [1.0, 0.6, 28.0, 3.0, 30.0], Nothing),
            level("last name near, first differs", [0.1, 0.1, 8.0, 1.0, 10.0], Nothing),
            level("first name near, last differs", [0.2, 0.2, 9.0, 1.0, 8.0], Nothing),
            level("different", [0.3, 0.2, 13.0, 0.5, 8.0], Nothing),
            level("last name same, first unknown", [1.0, 0.6, 1.0, 2.0, 1.5], Nothing),
            level("first name same, last unknown", [1.0, 0.6, 1.0, 2.0, 1.5], Nothing),
            level("the known part near", [0.2, 0.2, 0.4, 0.5, 0.5], Nothing),
            level("the known part differs", [0.1, 0.1, 1.0, 0.5, 0.75], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Name,
        learns: true,
        levels: &[
            level("unique", [18.0, 18.0, 4.0, 0.8, 4.0], Nothing),
            level("very rare", [18.0, 18.0, 6.0, 2.2, 6.0], Nothing),
            level("rare", [18.0, 18.0, 10.0, 5.0, 10.0], Nothing),
            level("uncommon", [17.0, 17.0, 16.0, 11.0, 16.0], Nothing),
            level("rather common", [13.0, 13.0, 21.0, 20.0, 21.0], Nothing),
            level("common", [9.0, 9.0, 23.0, 28.0, 23.0], Nothing),
            level("very common", [7.0, 7.0, 20.0, 33.0, 20.0], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Name,
        learns: true,
        levels: &[
            level("unique in the firm", [34.0, 34.0, 1.0, 20.0, 20.0], Nothing),
            level("rare in the firm", [30.0, 30.0, 4.0, 20.0, 20.0], Nothing),
            level("uncommon in the firm", [22.0, 22.0, 15.0, 20.0, 20.0], Nothing),
            level("common in the firm", [11.0, 11.0, 35.0, 20.0, 20.0], Nothing),
            level("very common in the firm", [3.0, 3.0, 45.0, 20.0, 20.0], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Name,
        learns: true,
        levels: &[
            level("middle name agrees", [94.0, 94.0, 10.0, 10.0, 10.0], Nothing),
            level("middle name differs", [6.0, 6.0, 90.0, 90.0, 90.0], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Email,
        learns: true,
        levels: &[
            level("same box", [64.5, 3.0, 0.01, 0.01, 0.01], Identity),
            level("same desk box", [2.5, 0.1, 6.0, 0.2, 0.5], Employer),
            level("a slip apart", [2.0, 0.2, 0.3, 0.05, 0.1], Identity),
            level("another box of that name", [6.0, 0.5, 0.5, 0.5, 0.1], Nothing),
            pinned("numbered twins", [0.05, 0.05, 3.0, 0.05, 0.05], Nothing),
            level("boxes of two names", [0.4, 0.1, 60.0, 0.2, 10.0], Nothing),
            level("another box there", [5.0, 0.5, 23.0, 0.5, 9.0], Nothing),
            level("the same unusual box elsewhere", [0.5, 1.0, 0.01, 0.1, 0.05], Identity),
            level("the same box name elsewhere", [0.7, 41.0, 0.14, 44.0, 2.0], Nothing),
            level("another employer's box", [2.0, 39.0, 2.7, 44.0, 65.0], Nothing),
            level("free and work box", [13.0, 12.6, 4.0, 8.0, 10.2], Nothing),
            level("two free boxes", [0.8, 1.0, 0.2, 2.0, 2.0], Nothing),
            level("boxes alike", [1.0, 1.0, 0.1, 0.3, 0.03], Identity),
            level("same box under another name", [1.5, 0.1, 0.1, 0.1, 0.05], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Employer,
        learns: true,
        levels: &[
            level("same domain", [76.0, 1.0, 76.0, 1.5, 10.0], Employer),
            level("same name", [12.0, 0.5, 12.0, 1.0, 4.0], Employer),
            level("same name, another ending", [2.0, 0.3, 2.0, 0.3, 0.5], Employer),
            level("same name, another domain", [1.5, 0.7, 1.5, 0.7, 1.0], Nothing),
            level("name but for a slip", [3.0, 0.5, 3.0, 0.5, 1.0], Employer),
            level("name in part or by initials", [3.5, 1.0, 3.5, 1.0, 1.5], Nothing),
            level("one word in common", [0.8, 6.0, 0.8, 6.0, 8.0], Nothing),
            level("differs", [1.2, 90.0, 1.2, 89.0, 74.0], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Phone,
        learns: false,
        levels: &[
            level("same mobile", [12.0, 25.0, 0.1, 0.1, 0.05], Identity),
            level("same number, nobody else's", [30.0, 6.0, 0.5, 0.2, 0.2], Identity),
            level("same number, a few have it", [12.0, 1.0, 7.0, 0.3, 1.0], Nothing),
            level("same line, shared", [14.0, 0.5, 28.0, 0.5, 5.0], Nothing),
            level("same block of numbers", [12.0, 1.5, 25.0, 0.5, 4.0], Nothing),
            level("differs", [20.0, 66.0, 39.4, 98.4, 89.75], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::LinkedIn,
        learns: false,
        levels: &[
            level("same profile", [97.5, 97.5, 0.15, 0.15, 0.1], Identity),
            level("two profiles", [2.5, 2.5, 99.85, 99.85, 99.9], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Title,
        learns: true,
        levels: &[
            level("same", [62.0, 20.0, 4.0, 4.0, 4.0], Nothing),
            level("another wording", [14.0, 10.0, 6.0, 6.0, 6.0], Nothing),
            level("overlaps", [10.0, 25.0, 30.0, 30.0, 30.0], Nothing),
            level("differs", [14.0, 45.0, 60.0, 60.0, 60.0], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Place,
        learns: true,
        levels: &[
            level("same city", [66.0, 30.0, 62.0, 12.0, 20.0], Nothing),
            level("city alike", [1.5, 0.7, 1.0, 0.5, 0.5], Nothing),
            level("another city of the country", [15.0, 35.0, 18.0, 42.0, 39.0], Nothing),
            level("same country", [14.5, 19.3, 15.0, 25.0, 22.0], Nothing),
            level("another country", [3.0, 15.0, 4.0, 20.5, 18.5], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Place,
        learns: true,
        levels: &[
            level("same address", [50.0, 8.0, 30.0, 1.0, 4.0], Identity),
            level("street alike", [22.0, 4.0, 12.0, 1.0, 3.0], Employer),
            level("same postcode", [14.0, 8.0, 10.0, 3.0, 6.0], Nothing),
            level("another address", [14.0, 80.0, 48.0, 95.0, 87.0], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Identifier,
        learns: true,
        levels: &[
            level("same birthday", [78.0, 78.0, 0.05, 0.05, 2.0], Identity),
            level("birthday but for a slip", [14.0, 14.0, 0.5, 0.5, 1.5], Identity),
            level("birthday in part", [5.0, 5.0, 5.0, 5.0, 6.0], Nothing),
            level("birthday differs", [3.0, 3.0, 94.45, 94.45, 90.5], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Identifier,
        learns: true,
        levels: &[
            level("same number", [85.0, 85.0, 0.02, 0.02, 0.2], Identity),
            level("number but for a slip", [10.0, 10.0, 0.1, 0.1, 0.3], Identity),
            level("another number", [5.0, 5.0, 99.88, 99.88, 99.5], Nothing),
        ],
    },
    Factor {
        aspect: Aspect::Identifier,
        learns: true,
        levels: &[
            level("same id in one source", [3.0, 3.0, 0.01, 0.01, 0.01], Identity),
            level("two ids of one source", [15.0, 15.0, 28.0, 28.0, 28.0], Nothing),
            level("two sources", [82.0, 82.0, 71.99, 71.99, 71.99], Nothing),
        ],
    },
];

/// Where each factor's level lies in a pattern.
pub const SHIFTS: [u8; FACTORS.len()] = shifts(FACTORS);

/// How common each class is among pairs that share a blocking key.
pub const PRIOR: PerClass = [15.0, 2.0, 45.0, 8.0, 30.0];

/// What each class is as a rival of "same".
pub const RIVALS: [Option<Rival>; CLASSES] = [None, None, Some(Rival::Colleague), Some(Rival::Namesake), Some(Rival::Unrelated)];
