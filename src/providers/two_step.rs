//! Search for teasers, then pay for people: the flow of most sources, written once. It pays for nobody who is known or
//! was seen a moment ago, gives back what was paid for when the next payment fails, and ends whatever the server does.

use super::{
    FetchError, Known, Search,
    cursor::{self, Recent},
    search::Checked,
};
use crate::{
    domain::Source,
    intake::raw::{BadRow, RawPage, Rows},
};
use futures_util::future::{BoxFuture, join_all};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::{collections::HashSet, time::Duration};
use tokio::time::Instant;

/// Pages in a row that bring nobody new, after which the search is over: a list that repeats itself has no end.
const MAX_IDLE_PAGES: u32 = 3;

/// How long people are paid for before the page ends with those who are: a stop waits no longer than that, and a process
/// that dies has paid for no more in vain.
const LONG: Duration = Duration::from_secs(15);

/// Somebody found, not paid for.
#[derive(Clone, Debug)]
pub(super) struct Teaser {
    /// The source's id, by which the person is paid for and recognised.
    pub id: String,
    /// What the search said.
    pub row: Json,
}

/// A page of a search.
pub(super) struct Teasers {
    pub people: Vec<Teaser>,
    /// Rows that are nobody.
    pub bad: Vec<BadRow>,
    /// People in all.
    pub total: Option<u64>,
    /// Where the next page is, in the source's own words; `None` at the end.
    pub next: Option<String>,
}

/// A source of that kind.
pub(super) trait TwoStep: Send + Sync {
    /// Reads the page at `at` (the first when `None`), `size` rows long.
    fn search<'a>(&'a self, filters: &'a Checked, at: Option<&'a str>, size: u32) -> BoxFuture<'a, Result<Teasers, FetchError>>;

    /// Pays for these people; one row each, in any order, and those that could not be had as bad rows.
    fn pay<'a>(&'a self, filters: &'a Checked, people: &'a [Teaser]) -> BoxFuture<'a, Result<Paid, FetchError>>;

    /// People paid for in one call, and calls at the same time.
    fn batch(&self) -> (usize, usize);
}

/// What was paid for.
#[derive(Default)]
pub(super) struct Paid {
    pub rows: Vec<Json>,
    pub bad: Vec<BadRow>,
    /// People who were not handled after all, and why: credits that ran out inside a batch.
    pub unpaid: Option<(HashSet<String>, FetchError)>,
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Place {
    at: Option<String>,
    /// Rows a page, kept so that pages stay where they were.
    size: u32,
    /// People looked at.
    looked: u64,
    /// Pages in a row without anybody new.
    idle: u32,
    recent: Recent,
}

/// One page of people.
pub(super) async fn fetch(
    source: &dyn TwoStep,
    (name, capabilities): (Source, &super::Capabilities),
    search: &Search,
    at: Option<&str>,
    known: Known<'_>,
) -> Result<RawPage, FetchError> {
    let started = Instant::now();
    let filters = search.checked(name, capabilities)?;
    let mut place: Place = cursor::read(name, at)?;
    if place.size == 0 {
        let wanted = search.limit.unwrap_or(u64::MAX).clamp(1, u64::from(capabilities.page));
        place.size = u32::try_from(wanted).unwrap_or(capabilities.page);
    }
    let teasers = source.search(&filters, place.at.as_deref(), place.size).await?;
    let mut page = RawPage { bad: teasers.bad, total: teasers.total, ..RawPage::default() };
    let mut left = search.limit.unwrap_or(u64::MAX).saturating_sub(place.looked);
    let mut unpaid = Vec::new();
    let mut here = HashSet::new();
    for teaser in teasers.people {
        if left == 0 {
            break;
        }
        if place.recent.has(&teaser.id) || !here.insert(teaser.id.clone()) {
            continue;
        }
        left -= 1;
        if known(&teaser.id) {
            page.skipped += 1;
            place.looked += 1;
            place.recent.add(&teaser.id);
        } else {
            unpaid.push(teaser);
        }
    }
    let anybody_new = page.skipped > 0 || !unpaid.is_empty();
    let mut rows = Vec::new();
    let (size, at_once) = source.batch();
    let mut groups = unpaid.chunks(size * at_once);
    while let Some(group) = groups.next() {
        let batches: Vec<&[Teaser]> = group.chunks(size).collect();
        let results = join_all(batches.iter().map(|people| pay(source, &filters, people))).await;
        let mut trouble = None;
        for (people, result) in batches.iter().zip(results) {
            match result {
                Ok(paid) => {
                    rows.extend(paid.rows);
                    page.bad.extend(paid.bad);
                    let left_over = |teaser: &&Teaser| paid.unpaid.as_ref().is_some_and(|(ids, _)| ids.contains(&teaser.id));
                    for teaser in people.iter().filter(|teaser| !left_over(teaser)) {
                        place.looked += 1;
                        place.recent.add(&teaser.id);
                    }
                    trouble = trouble.or(paid.unpaid.map(|(_, why)| why));
                }
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
        match trouble {
            Some(error) if rows.is_empty() => return Err(error),
            Some(error) => tracing::warn!(source = name.key(), paid = rows.len(), %error, "the page was paid for in part"),
            None if groups.len() > 0 && started.elapsed() > LONG => {}
            None => continue,
        }
        page.rows = Rows::Objects(rows);
        page.next = cursor::write(&place);
        return Ok(page);
    }
    place.idle = if anybody_new { 0 } else { place.idle + 1 };
    let more = left > 0 && place.idle < MAX_IDLE_PAGES;
    page.next = teasers.next.filter(|_| more).and_then(|next| cursor::write(&Place { at: Some(next), ..place }));
    page.rows = Rows::Objects(rows);
    for (place, bad) in page.bad.iter_mut().enumerate() {
        bad.line = bad.line.max(place as u64 + 1);
    }
    Ok(page)
}

/// Pays for these people, or for the first of them when the ceiling on credits leaves no room for all.
async fn pay(source: &dyn TwoStep, filters: &Checked, people: &[Teaser]) -> Result<Paid, FetchError> {
    let (mut fit, mut why) = (people.len(), None);
    loop {
        let result = source.pay(filters, &people[..fit]).await;
        if let Err(error) = &result
            && let Some(fewer) = error.fitting(fit)
        {
            (fit, why) = (fewer, result.err());
            continue;
        }
        let mut paid = result?;
        if let Some(why) = why {
            paid.unpaid.get_or_insert_with(|| (HashSet::new(), why)).0.extend(people[fit..].iter().map(|teaser| teaser.id.clone()));
        }
        return Ok(paid);
    }
}

/// Puts what the teaser says in where the paid row says nothing, objects key by key.
pub(super) fn fill(paid: &mut Json, teaser: &Json) {
    let (Json::Object(paid), Json::Object(teaser)) = (paid, teaser) else { return };
    for (key, value) in teaser {
        match paid.get_mut(key) {
            Some(have @ Json::Object(_)) => fill(have, value),
            Some(have) if !have.is_null() => {}
            _ => drop(paid.insert(key.clone(), value.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::{Again, Capabilities, Prices};
    use serde_json::json;

    /// Ten people on one page, paid for one after another, four seconds each.
    struct Slow;

    impl TwoStep for Slow {
        fn search<'a>(&'a self, _: &'a Checked, _: Option<&'a str>, _: u32) -> BoxFuture<'a, Result<Teasers, FetchError>> {
            let people = (0..10).map(|id| Teaser { id: id.to_string(), row: json!({}) }).collect();
            Box::pin(async { Ok(Teasers { people, bad: Vec::new(), total: Some(10), next: None }) })
        }

        fn pay<'a>(&'a self, _: &'a Checked, people: &'a [Teaser]) -> BoxFuture<'a, Result<Paid, FetchError>> {
            Box::pin(async {
                tokio::time::sleep(Duration::from_secs(4)).await;
                Ok(Paid { rows: people.iter().map(|teaser| json!(teaser.id)).collect(), ..Paid::default() })
            })
        }

        fn batch(&self) -> (usize, usize) {
            (1, 1)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_page_comes_in_parts_and_everybody_is_paid_for_once() {
        let prices = Prices { person: crate::net::Credits::ZERO, numbers: None, check: None, again: Again::Free };
        let capabilities = Capabilities { page: 10, window: None, batch: 1, prices, tells_usage: false, filters: &[], costs: "" };
        let (mut at, mut sizes, mut ids) = (None, Vec::new(), Vec::new());
        loop {
            let page = fetch(&Slow, (Source::Apollo, &capabilities), &Search::default(), at.as_deref(), &|_| false).await.unwrap();
            let Rows::Objects(rows) = page.rows else { unreachable!("a provider gives objects") };
            sizes.push(rows.len());
            ids.extend(rows);
            match page.next {
                Some(next) => at = Some(next),
                None => break,
            }
        }
        assert_eq!(sizes, [4, 4, 2]);
        assert_eq!(ids, (0..10).map(|id| json!(id.to_string())).collect::<Vec<_>>());
    }
}
