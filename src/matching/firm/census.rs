//! How common the words of company names are, and how many firms share a name.

use super::CompanyRow;
use crate::matching::{
    lexicon::{View, WordId},
    subject,
};
use rustc_hash::FxHashMap;

/// The share of a usual word before any is counted, and in how many records that counts as seen.
const USUAL: f32 = 1.0 / 1000.0;
const LEAN: f32 = 100.0;

/// Running frequencies of company names.
#[derive(Default, Debug)]
pub struct CompanyCensus {
    words: FxHashMap<WordId, u32>,
    /// Core -> the domains that its records give, with how many records each.
    hosts: FxHashMap<WordId, Vec<(WordId, u32)>>,
    companies: u32,
}

impl CompanyCensus {
    /// How many records would have the words of `row`'s name by chance, were words drawn apart.
    pub fn namesakes(&self, row: &CompanyRow) -> f32 {
        let all = self.companies as f32;
        let share = |token: &WordId| (self.words.get(token).copied().unwrap_or(0) as f32 + LEAN * USUAL) / (all + LEAN);
        row.tokens.iter().filter(|token| **token != 0).map(share).product::<f32>() * all.max(1.0)
    }

    /// How many domains are known for firms of that name.
    pub fn domains(&self, core: WordId) -> usize {
        self.hosts.get(&core).map_or(0, Vec::len)
    }

    fn count(&mut self, row: &CompanyRow, by: i32) {
        for token in row.tokens.iter().filter(|token| **token != 0) {
            let count = self.words.entry(*token).or_default();
            *count = count.saturating_add_signed(by);
        }
        if row.core != 0 && row.host != 0 {
            let hosts = self.hosts.entry(row.core).or_default();
            match hosts.iter().position(|(host, _)| *host == row.host) {
                Some(at) => {
                    hosts[at].1 = hosts[at].1.saturating_add_signed(by);
                    if hosts[at].1 == 0 {
                        hosts.swap_remove(at);
                    }
                }
                None => hosts.push((row.host, 1)),
            }
        }
        self.companies = self.companies.saturating_add_signed(by);
    }
}

impl subject::Census<CompanyRow> for CompanyCensus {
    fn add(&mut self, row: &CompanyRow, _: &View<'_>) {
        self.count(row, 1);
    }

    fn remove(&mut self, row: &CompanyRow, _: &View<'_>) {
        self.count(row, -1);
    }
}
