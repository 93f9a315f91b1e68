//! One draft in normal form, ready to be compared: made once, off any lock, on as many threads as there are.

use super::{
    fold::{hash_bytes, mix},
    lexicon::WordList,
    place::pack,
    subject::Subject,
};
use crate::domain::{Aspect, Draft, Source, Value};
use serde::{Deserialize, Serialize};
use std::hash::{BuildHasher, BuildHasherDefault};

/// A record's normal form, its blocking keys and the few texts that an explanation shows. About 500 bytes.
#[derive(Clone, PartialEq, Debug)]
pub struct Prepared<S: Subject> {
    pub(super) row: S::Row,
    pub(super) words: WordList,
    pub(super) shown: Shown,
    /// Hashes; two records are compared only when they have one in common.
    pub(super) keys: Vec<u64>,
    /// Equal for two snapshots of one thing by one source: what "not the same" is remembered by.
    pub(super) identity: u64,
}

impl Prepared<super::People> {
    /// Reads a person's draft. Fields that the draft lacks are evidence neither for nor against.
    pub fn person(draft: &Draft) -> Self {
        Self::new(draft)
    }
}

impl Prepared<super::Companies> {
    /// Reads a company's draft.
    pub fn company(draft: &Draft) -> Self {
        Self::new(draft)
    }
}

impl<S: Subject> Prepared<S> {
    fn new(draft: &Draft) -> Self {
        let (row, words, shown) = S::read(draft);
        let identity = hash_bytes(draft.source as u64 + 1, draft.external_id.as_bytes());
        Self::assemble(row, words, shown, if draft.external_id.is_empty() { 0 } else { identity })
    }

    pub(super) fn assemble(row: S::Row, words: WordList, shown: Shown, identity: u64) -> Self {
        let keys = S::keys(&row, &words);
        Self { row, words, shown, keys, identity }
    }

    /// Hashes; two records are compared only when they have one in common.
    pub fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// A hash of everything that is compared: ties are broken by it, so that no order of arrival shows.
    pub(super) fn content(&self) -> u64 {
        let row = BuildHasherDefault::<rustc_hash::FxHasher>::default().hash_one(&self.row);
        self.words.iter().fold(mix(row), |sum, word| mix(sum ^ hash_bytes(1, word.as_bytes())))
    }
}

/// The values that explanations show, as the source wrote them, one segment an aspect.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shown(String);

/// Parts the segments; no `Text` holds a control character.
const SEPARATOR: char = '\u{1f}';

/// A value is shown no longer than this.
const SHOWN_CHARS: usize = 80;

impl Shown {
    /// Nothing yet, with room for the values of most records.
    pub(super) fn with_room() -> Self {
        Self(String::with_capacity(256))
    }

    /// Adds the parts of `aspect` that are not empty. Aspects come in the order of their declaration.
    pub(super) fn put<'a>(&mut self, aspect: Aspect, parts: impl IntoIterator<Item = &'a str>) {
        let separators = self.0.bytes().filter(|byte| *byte == SEPARATOR as u8).count();
        self.0.extend(std::iter::repeat_n(SEPARATOR, (aspect as usize).saturating_sub(separators)));
        let from = self.0.len();
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            if self.0.len() > from {
                self.0.push_str(" · ");
            }
            self.0.push_str(part);
        }
        // No character is shorter than a byte, so a short value need not be counted.
        let cut = if self.0.len() - from <= SHOWN_CHARS { None } else { self.0[from..].char_indices().nth(SHOWN_CHARS) };
        if let Some((end, _)) = cut {
            self.0.truncate(from + end);
        }
    }

    /// What an aspect shows.
    pub(super) fn get(&self, aspect: Aspect) -> &str {
        self.0.split(SEPARATOR).nth(aspect as usize).unwrap_or_default()
    }
}

/// A packed country code, 0 for none.
pub(super) fn country_code(country: &str) -> u16 {
    country.as_bytes().try_into().map_or(0, pack)
}

/// Hash of a source's own id; 0 where the id is only the row's place in a file or made of the row.
pub(super) fn external_key(draft: &Draft) -> u64 {
    let own = !matches!(draft.source, Source::File | Source::Manual) && !draft.external_id.is_empty() && !draft.external_id.contains(':');
    if own { hash_bytes(draft.source as u64 + 1, draft.external_id.as_bytes()) } else { 0 }
}

/// Year, month and day of a date.
pub(super) fn civil_day(value: &Value) -> Option<(u32, u32, u32)> {
    let Value::Date(at) = value else { return None };
    let stamp = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    let day = jiff::tz::TimeZone::UTC.to_datetime(stamp).date();
    Some((u32::try_from(day.year()).ok()?, u32::try_from(day.month()).ok()?, u32::try_from(day.day()).ok()?))
}

/// The name that a LinkedIn address gives a person or company: what follows one of `folders`. Ids that a sales
/// tool invents (`ACoAAA…`) differ for one person and are no evidence.
pub(super) fn slug(url: &str, folders: &[&str]) -> Option<String> {
    let mut parts = url.split(['/', '?', '#']).filter(|part| !part.is_empty());
    parts.find(|part| folders.contains(part))?;
    let slug = parts.next()?.to_lowercase();
    let invented = slug.len() > 30 && (slug.starts_with("acoa") || slug.starts_with("acwa") || slug.starts_with("aema"));
    (!invented).then_some(slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_values_come_back_by_aspect() {
        let mut shown = Shown::default();
        shown.put(Aspect::Name, ["Ann Stone"]);
        shown.put(Aspect::Employer, ["Acme", "", "acme.example"]);
        assert_eq!(shown.get(Aspect::Name), "Ann Stone");
        assert_eq!(shown.get(Aspect::Email), "");
        assert_eq!(shown.get(Aspect::Employer), "Acme · acme.example");
        assert_eq!(shown.get(Aspect::Industry), "");
    }

    #[test]
    fn profile_addresses_have_one_slug() {
        for url in ["https://www.linkedin.com/in/Ann-Stone/", "http://uk.linkedin.com/in/ann-stone?trk=public", "linkedin.com/in/ann-stone"]
        {
            assert_eq!(slug(url, &["in"]).as_deref(), Some("ann-stone"), "{url}");
        }
        assert_eq!(slug("https://www.linkedin.com/company/acme", &["in"]), None);
        assert_eq!(slug("https://www.linkedin.com/in/ACoAAAabcdefghijklmnopqrstuvwxyz012345", &["in"]), None);
    }
}
