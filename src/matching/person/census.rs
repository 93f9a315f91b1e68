//! How common names are and how large employers, counted as records come and go: the base of rarity.

use super::PersonRow;
use crate::matching::{
    lexicon::{View, WordId},
    subject,
};
use rustc_hash::FxHashMap;

/// A count by region (packed country, 0 for unknown), in rising order of regions.
type Tally = Vec<(u16, u32)>;

/// Running frequencies of people's names and employers.
#[derive(Default, Debug)]
pub struct PeopleCensus {
    given: FxHashMap<WordId, Tally>,
    family: FxHashMap<WordId, Tally>,
    regions: Tally,
    heads: FxHashMap<WordId, u32>,
    people: u32,
}

impl PeopleCensus {
    /// How many records would carry this name by chance, were first and last names drawn apart in each country.
    /// Names of one language keep together that way, which drawing from the whole world would not see.
    pub fn namesakes(&self, given: WordId, family: WordId) -> f32 {
        let (given, family) = (tally_of(&self.given, given), tally_of(&self.family, family));
        let all = total(&self.regions);
        let (first, last) = (share(total(given), all, FIRST_NAMES), share(total(family), all, LAST_NAMES));
        let mut expected = 0.0;
        let mut rest = family;
        for (region, count) in given {
            while rest.first().is_some_and(|(other, _)| other < region) {
                rest = &rest[1..];
            }
            if let Some((_, also)) = rest.first().filter(|(other, _)| other == region) {
                let here = count_of(&self.regions, *region);
                expected += here as f32 * share(*count, here, first) * share(*also, here, last);
            }
        }
        // A name that no country has whole may still come up.
        expected.max(all as f32 * first * last / 16.0)
    }

    /// How many records name the employer of `row`.
    pub fn heads(&self, row: &PersonRow) -> f32 {
        let [host, box_host] = row.hosts();
        [host, box_host, row.core].into_iter().filter_map(|id| self.heads.get(&id)).copied().max().unwrap_or(1) as f32
    }

    /// A head count as a share of everybody.
    pub fn share(&self, heads: f32) -> f32 {
        heads / self.people.max(1) as f32
    }

    fn count(&mut self, row: &PersonRow, by: i32) {
        for (tallies, id) in [(&mut self.given, row.given), (&mut self.family, row.family)] {
            if id != 0 {
                tally(tallies.entry(id).or_default(), row.region, by);
            }
        }
        tally(&mut self.regions, row.region, by);
        let [host, box_host] = row.hosts();
        for id in [host, box_host, row.core].into_iter().filter(|id| *id != 0) {
            let heads = self.heads.entry(id).or_default();
            *heads = heads.saturating_add_signed(by);
        }
        self.people = self.people.saturating_add_signed(by);
    }
}

impl subject::Census<PersonRow> for PeopleCensus {
    fn add(&mut self, row: &PersonRow, _: &View<'_>) {
        self.count(row, 1);
    }

    fn remove(&mut self, row: &PersonRow, _: &View<'_>) {
        self.count(row, -1);
    }
}

/// A share of a small count is little known: it leans on `before` as if that had been seen in so many records.
const LEAN: f32 = 100.0;

/// The share of a usual first name, and of a usual last name, before any is counted.
const FIRST_NAMES: f32 = 1.0 / 500.0;
const LAST_NAMES: f32 = 1.0 / 2000.0;

fn share(count: u32, of: u32, before: f32) -> f32 {
    (count as f32 + LEAN * before) / (of as f32 + LEAN)
}

fn tally_of(tallies: &FxHashMap<WordId, Tally>, id: WordId) -> &[(u16, u32)] {
    tallies.get(&id).map_or(&[], Vec::as_slice)
}

fn total(tally: &[(u16, u32)]) -> u32 {
    tally.iter().map(|(_, count)| count).sum()
}

fn tally(tally: &mut Tally, region: u16, by: i32) {
    match tally.binary_search_by_key(&region, |(region, _)| *region) {
        Ok(at) => tally[at].1 = tally[at].1.saturating_add_signed(by),
        Err(at) => tally.insert(at, (region, u32::try_from(by).unwrap_or(0))),
    }
}

fn count_of(tally: &Tally, region: u16) -> u32 {
    tally.binary_search_by_key(&region, |(region, _)| *region).map_or(0, |at| tally[at].1)
}
