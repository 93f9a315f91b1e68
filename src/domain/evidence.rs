//! Evidence that two records are the same: bits per field against the best rival explanation.

use super::{CompanyId, ContactId, Text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Evidence in bits (log2 of a likelihood ratio); positive speaks for "same".
#[derive(Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bits(pub f32);

impl Bits {
    /// The probability of "same" that these bits (prior included) stand for.
    pub fn probability(self) -> Probability {
        Probability(1.0 / (1.0 + (-self.0).exp2()))
    }
}

impl std::ops::Add for Bits {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::iter::Sum for Bits {
    fn sum<I: Iterator<Item = Self>>(bits: I) -> Self {
        bits.fold(Self::default(), |sum, one| sum + one)
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:+.1}", self.0)
    }
}

impl fmt::Debug for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A probability, 0 to 1.
#[derive(Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Probability(pub f32);

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl fmt::Debug for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A group of fields compared as one, because its members do not count as separate evidence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// First and last name.
    Name,
    /// E-mail address.
    Email,
    /// Company, domain and mail domain.
    Employer,
    /// Telephone numbers.
    Phone,
    /// LinkedIn.
    LinkedIn,
    /// Job title.
    Title,
    /// City, country, address.
    Place,
    /// Source ids, date of birth, other identifiers.
    Identifier,
    /// A company's web presence.
    Domain,
    /// What a company does.
    Industry,
}

impl Aspect {
    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Email => "E-mail",
            Self::Employer => "Employer",
            Self::Phone => "Phone",
            Self::LinkedIn => "LinkedIn",
            Self::Title => "Title",
            Self::Place => "Place",
            Self::Identifier => "Identifier",
            Self::Domain => "Domain",
            Self::Industry => "Industry",
        }
    }
}

/// The best explanation other than "the same".
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rival {
    /// Somebody else who works there.
    Colleague,
    /// Somebody else with that name.
    Namesake,
    /// Nothing in common.
    Unrelated,
    /// A sister company or branch.
    Sister,
}

impl Rival {
    /// For people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Colleague => "colleague",
            Self::Namesake => "namesake",
            Self::Unrelated => "unrelated",
            Self::Sister => "sister company",
        }
    }
}

/// Something that forbids deciding without a person, whatever the bits say.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Veto {
    /// Two live work mailboxes at one employer.
    TwoMailboxes,
    /// Two LinkedIn profiles.
    TwoLinkedIn,
    /// A person said "not the same".
    NotSame,
    /// Two HaloPSA users, each with a history of its own.
    TwoHaloRecords,
    /// Jr and Sr.
    Generation,
    /// Joining would put too many or contradicting records into one.
    Cluster,
}

impl Veto {
    /// A sentence's worth of reason.
    pub const fn words(self) -> &'static str {
        match self {
            Self::TwoMailboxes => "two live work mailboxes",
            Self::TwoLinkedIn => "two LinkedIn profiles",
            Self::NotSame => "a person said they are not the same",
            Self::TwoHaloRecords => "both are HaloPSA records",
            Self::Generation => "Jr and Sr",
            Self::Cluster => "other members contradict",
        }
    }
}

/// What follows from the evidence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// Not the same.
    Distinct,
    /// A person decides.
    Review,
    /// The same without asking.
    Auto,
}

/// One row of the explanation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EvidenceRow {
    /// What was compared.
    pub aspect: Aspect,
    /// How it compares, in words: "same, rare", "numbered twins".
    pub level: Text,
    /// Bits against the rival.
    pub bits: Bits,
    /// The incoming side's value.
    pub left: Text,
    /// The known side's value.
    pub right: Text,
}

/// Why two records are, or are not, taken for the same. The rows, the prior and the remainder add up to the
/// score exactly.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// Compared aspects; those missing on a side are left out.
    pub rows: Vec<EvidenceRow>,
    /// The strongest other explanation.
    pub rival: Rival,
    /// How much more common "same" is than the rival before anything is compared; negative.
    pub prior: Bits,
    /// What the other rivals take away beyond the strongest.
    pub remainder: Bits,
    /// The sum.
    pub score: Bits,
    /// The score as a probability, calibrated.
    pub probability: Probability,
    /// What forbids auto.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vetoes: Vec<Veto>,
    /// What follows.
    pub zone: Zone,
    /// Why it is not in the auto zone, when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not_auto: Option<Text>,
    /// Equal for pairs that agree and differ in the same ways: "31 more like this".
    pub pattern: u64,
    /// Which model said so.
    pub model: u32,
}

impl Evidence {
    /// Likelier the same than not. What forbids auto is weighed in the score already.
    pub fn speaks_for_same(&self) -> bool {
        self.probability.0 >= 0.5
    }

    /// One line: the aspects that speak for it, strongest first.
    pub fn headline(&self) -> Text {
        let mut rows: Vec<_> = self.rows.iter().filter(|row| row.bits.0 > 0.5).collect();
        rows.sort_by(|a, b| b.bits.0.total_cmp(&a.bits.0));
        let parts: Vec<_> = rows.iter().take(3).map(|row| format!("{} {}", row.aspect.label().to_lowercase(), row.level)).collect();
        if parts.is_empty() { Text::new("little in common") } else { Text::from(parts.join(", ")) }
    }
}

/// A contact that an incoming record may be.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Candidate {
    /// Which.
    pub contact: ContactId,
    /// Why.
    pub evidence: Evidence,
}

/// A company that an incoming company may be.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CompanyCandidate {
    /// Which.
    pub company: CompanyId,
    /// Why.
    pub evidence: Evidence,
}
