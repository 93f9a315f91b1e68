//! The comparisons that people and companies have in common: values that are equal or not, towns, addresses, numbers of
//! documents, ids of sources. What else they compare is in their own rooms.

use super::{
    fold::Near,
    lexicon::WordId,
    subject::{Ruler, Subject},
};

/// 1 when equal, 2 when not, 0 when a side does not say.
pub fn equal(a: u64, b: u64) -> u8 {
    match (a, b) {
        (0, _) | (_, 0) => 0,
        _ if a == b => 1,
        _ => 2,
    }
}

/// Whether two values are the same, where both are known.
fn agree<T: Copy + PartialEq + From<u8>>(a: T, b: T) -> Option<bool> {
    let unknown = T::from(0);
    if a == unknown || b == unknown { None } else { Some(a == b) }
}

/// Two towns, each with its country: the same, nearly so, another; where one is not known 4 or 5 by country.
pub fn place<S: Subject>(ruler: &mut Ruler<'_, S>, a: (WordId, u16), b: (WordId, u16)) -> u8 {
    let countries = agree(a.1, b.1);
    if a.0 != 0 && b.0 != 0 {
        return match (ruler.near(a.0, b.0), countries) {
            (_, Some(false)) => 5,
            (Near::Same, _) => 1,
            (Near::Slip | Near::Alike, _) => 2,
            (Near::Far, _) => 3,
        };
    }
    match countries {
        Some(true) => 4,
        Some(false) => 5,
        None => 0,
    }
}

/// Two streets, each with its postcode: the same, nearly so, only the postcode, others.
pub fn address<S: Subject>(ruler: &mut Ruler<'_, S>, a: (WordId, WordId), b: (WordId, WordId)) -> u8 {
    let postcodes = agree(a.1, b.1);
    if a.0 == 0 || b.0 == 0 {
        return match postcodes {
            Some(true) => 3,
            Some(false) => 4,
            None => 0,
        };
    }
    match (ruler.near(a.0, b.0), postcodes) {
        (Near::Same, Some(true) | None) => 1,
        (Near::Far, Some(true)) => 3,
        (Near::Far, _) => 4,
        _ => 2,
    }
}

/// Two numbers of documents or registers: the same, a slip apart, others.
pub fn identifier<S: Subject>(ruler: &mut Ruler<'_, S>, a: WordId, b: WordId) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    match ruler.near(a, b) {
        Near::Same => 1,
        Near::Slip => 2,
        Near::Alike | Near::Far => 3,
    }
}

/// Two ids, each of its source: sources seldom list one person or company twice; 3 for two sources.
pub fn source(a: (u8, u64), b: (u8, u64)) -> u8 {
    if a.0 == b.0 { equal(a.1, b.1) } else { 3 }
}
