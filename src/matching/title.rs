//! A job title as rank and functions, so that "VP Sales" and "Vice President of Sales" are one thing.

use super::{
    fold::{fold, hash_bytes},
    tables::TITLES,
};
use serde::{Deserialize, Serialize};

/// What a title says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize)]
pub struct Title {
    /// Equal for titles of the same words in any order, abbreviations spelt out; 0 without a title.
    pub words: u32,
    /// 1 for chiefs to 10 for juniors, 0 when it does not say.
    pub rank: u8,
    /// Functions named, a bit each.
    pub functions: u16,
}

/// How two titles compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TitleFit {
    /// One side has none.
    Missing,
    /// The same words.
    Same,
    /// Another wording of the same rank and a common function.
    Like,
    /// A common function or the same rank.
    Overlap,
    /// Nothing in common.
    Differs,
}

/// A title has no more words than this.
const WORDS: usize = 12;

impl Title {
    /// Reads a title.
    pub fn new(raw: &str) -> Self {
        let titles = &*TITLES;
        let mut title = Self::default();
        let mut hashes = Vec::with_capacity(WORDS);
        for word in fold(raw).split(' ').filter(|word| !word.is_empty()).take(WORDS) {
            let long = titles.short.get(word).map_or(word, String::as_str);
            for word in
                long.split(' ').filter(|word| !matches!(*word, "of" | "and" | "the" | "for" | "in" | "de" | "der" | "di" | "du" | "des"))
            {
                if let Some(rank) = titles.ranks.get(word) {
                    title.rank = if title.rank == 0 { *rank } else { title.rank.min(*rank) };
                }
                title.functions |= titles.functions.get(word).copied().unwrap_or(0);
                hashes.push(hash_bytes(0, word.as_bytes()));
            }
        }
        hashes.sort_unstable();
        hashes.dedup();
        if !hashes.is_empty() {
            title.words = (hashes.iter().fold(0_u64, |sum, hash| sum.wrapping_mul(31).wrapping_add(*hash)) >> 32) as u32 | 1;
        }
        title
    }

    /// Compares two.
    pub const fn fit(self, other: Self) -> TitleFit {
        if self.words == 0 || other.words == 0 {
            return TitleFit::Missing;
        }
        if self.words == other.words {
            return TitleFit::Same;
        }
        let rank = self.rank != 0 && self.rank == other.rank;
        let function = self.functions & other.functions != 0;
        match (rank, function) {
            (true, true) => TitleFit::Like,
            (true, false) | (false, true) => TitleFit::Overlap,
            (false, false) => TitleFit::Differs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wordings_of_one_job_meet() {
        let fit = |one, other| Title::new(one).fit(Title::new(other));
        assert_eq!(fit("VP Sales", "Vice President of Sales"), TitleFit::Same);
        assert_eq!(fit("CEO", "Chief Executive Officer"), TitleFit::Same);
        assert_eq!(fit("IT Director", "Director of Information Technology"), TitleFit::Same);
        assert_eq!(fit("Head of IT", "Head of Infrastructure"), TitleFit::Like);
        assert_eq!(fit("Sales Manager", "Marketing Manager"), TitleFit::Overlap);
        assert_eq!(fit("Software Engineer", "Office Manager"), TitleFit::Differs);
        assert_eq!(fit("", "CEO"), TitleFit::Missing);
    }
}
