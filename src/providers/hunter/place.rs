//! How far a search has come: which company, and how many of its addresses. Absent: calls.

use super::{
    CAPABILITIES, Search, SearchError, cursor,
    filters::{COMPANIES, DISCOVER, DOMAINS},
};
use crate::{domain::Source, providers::search::Checked};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// The bands of `headcount`: a company of any size.
const ANY_SIZE: [&str; 8] = ["1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10001+"];

/// A search that says whom it wants. With a limit and nothing else that is anybody; without one it would be everybody, at a
/// credit for every ten, so that is not guessed.
pub(super) fn checked(search: &Search) -> Result<Checked, SearchError> {
    let mut filters = search.checked(Source::Hunter, &CAPABILITIES)?;
    if Place::start(&filters).is_over(&filters) {
        if search.limit.is_none() {
            let what = "domains, companies or discover, to know whom to search, or a limit, to search anybody";
            return Err(SearchError::Needs { source_label: Source::Hunter.label(), what });
        }
        filters.0.insert(DISCOVER.to_owned(), json!({ "headcount": ANY_SIZE }));
    }
    Ok(filters)
}

/// The companies that a search names, as the query wants them.
pub(super) fn named(filters: &Checked) -> Vec<(&'static str, &str)> {
    let domains = filters.texts(DOMAINS).into_iter().map(|domain| ("domain", domain));
    domains.chain(filters.texts(COMPANIES).into_iter().map(|name| ("company", name))).collect()
}

/// How much of a company was read.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Read {
    /// Addresses.
    addresses: u64,
    /// Those are all.
    over: bool,
}

/// What such a [`Read`] is kept as: the same company by the same filters.
pub(super) fn note_name(filters: &Checked, (kind, company): (&str, &str)) -> String {
    format!("{kind} {company} {}", Json::Object(filters.without(&[DOMAINS, COMPANIES, DISCOVER])))
}

/// The cursor.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    /// A page of companies that were discovered, by domain; searched after those that the search names.
    pub found: Vec<String>,
    /// Where the next such page starts; `None` after the last.
    pub discover: Option<u64>,
    /// Which company, from 0: those named by domain, those named by name, those discovered.
    pub company: usize,
    /// Addresses of it read.
    pub offset: u64,
    /// Addresses read in all.
    pub looked: u64,
    /// The plan gives only ten at a time.
    pub small: bool,
}

impl Place {
    /// At the first company.
    pub fn start(filters: &Checked) -> Self {
        Self { discover: filters.0.contains_key(DISCOVER).then_some(0), ..Self::default() }
    }

    /// The company to search now.
    pub fn company(&self, filters: &Checked) -> Option<(&'static str, String)> {
        let named = named(filters);
        match named.get(self.company) {
            Some((kind, name)) => Some((kind, (*name).to_owned())),
            None => self.found.get(self.company - named.len()).map(|domain| ("domain", domain.clone())),
        }
    }

    /// Passes what was read of this company before, up to `most` people in all; how many that is.
    pub fn pass(&mut self, before: Read, most: u64) -> u32 {
        let passed = before.addresses.min(most.saturating_sub(self.looked));
        self.looked += passed;
        self.offset = passed;
        if before.over && passed == before.addresses {
            self.next_company();
        }
        u32::try_from(passed).unwrap_or(u32::MAX)
    }

    /// Goes on after so many addresses of a company, the last of it if `over`; how far that is in it.
    pub fn go_on(&mut self, read: u64, over: bool) -> Read {
        self.offset += read;
        self.looked += read;
        let so_far = Read { addresses: self.offset, over };
        if over {
            self.next_company();
        }
        so_far
    }

    /// The cursor of the next page, where there is one and not yet `most` people were read.
    pub fn next(&self, filters: &Checked, most: u64) -> Option<String> {
        let more = self.looked < most && !self.is_over(filters);
        if more { cursor::write(self) } else { None }
    }

    fn is_over(&self, filters: &Checked) -> bool {
        self.company >= named(filters).len() + self.found.len() && self.discover.is_none()
    }

    fn next_company(&mut self) {
        self.company += 1;
        self.offset = 0;
    }
}
