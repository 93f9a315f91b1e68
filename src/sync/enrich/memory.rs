//! What was asked before, and what was found of addresses, so that nothing is paid for twice: written before a
//! question goes out, so that also a process that dies in between has asked. Kept in cells; an address is kept as its
//! digest only.

use super::{Ask, HOLDS, Step, gaps::Person};
use crate::{
    domain::{ContactId, Email, Fingerprint, RunId, Source, Timestamp},
    providers::{Again, Capabilities},
    store::{Desk, Result, StoreError, View},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A question that went out.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Asked {
    at: i64,
    run: RunId,
    /// The page that its answer was to come with.
    page: u32,
}

/// Whether somebody may be asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Before {
    /// Not asked yet, or asking again costs nothing.
    Never,
    /// The answer holds still, whatever it was.
    Holds,
    /// The process died before the answer was kept; the source may have charged.
    Lost,
}

/// How a question is remembered: where numbers come with the person, asking for them is asking for the person.
fn kind(ask: Ask, capabilities: &Capabilities) -> Ask {
    if ask == Ask::Numbers && capabilities.prices.numbers.is_none() { Ask::Person } else { ask }
}

fn name(contact: ContactId, source: Source, ask: Ask) -> String {
    format!("asked:{contact}:{}:{}", source.key(), ask.key())
}

/// Whether that question about that person was asked before. `here` is the run that asks and its next page.
pub(super) fn before(
    view: &View<'_>,
    person: &Person,
    step: &Step,
    capabilities: &Capabilities,
    here: Option<(RunId, u32)>,
    now: Timestamp,
) -> Result<Before> {
    let (kind, since) = (kind(step.ask, capabilities), now.minus(HOLDS));
    if kind == Ask::Person && person.seen(step.source).is_some_and(|seen| seen >= since) {
        return Ok(Before::Holds);
    }
    let same = if kind == Ask::Person { &[Ask::Person, Ask::Numbers][..] } else { &[Ask::Numbers][..] };
    let mut found = Before::Never;
    for ask in same {
        let Some(cell) = view.cell(&name(person.id, step.source, *ask))? else { continue };
        let Some(asked) = serde_json::from_str::<Asked>(&cell).ok().filter(|asked| asked.at >= since.as_micros()) else { continue };
        if here.is_none_or(|(run, page)| asked.run != run || asked.page < page) {
            return Ok(Before::Holds);
        }
        found = if capabilities.prices.again == Again::Free { Before::Never } else { Before::Lost };
    }
    Ok(found)
}

/// Writes down that the question goes out now.
pub(super) fn going(
    desk: &Desk<'_>,
    people: &[ContactId],
    step: &Step,
    capabilities: &Capabilities,
    (run, page): (RunId, u32),
    now: Timestamp,
) -> Result<()> {
    let cell = serde_json::to_string(&Asked { at: now.as_micros(), run, page }).map_err(|error| StoreError::Sql(error.to_string()))?;
    people.iter().try_for_each(|id| desk.set_cell(&name(*id, step.source, kind(step.ask, capabilities)), Some(&cell), now))
}

/// Forgets what no longer holds.
pub(super) fn forget(desk: &Desk<'_>, now: Timestamp) -> Result<()> {
    ["asked:", "checked:"].iter().try_for_each(|prefix| desk.forget_cells(prefix, now.minus(HOLDS)))
}

/// Takes it back: it did not go out, or nothing was done.
pub(super) fn not_gone(desk: &Desk<'_>, people: &[ContactId], step: &Step, capabilities: &Capabilities, now: Timestamp) -> Result<()> {
    people.iter().try_for_each(|id| desk.set_cell(&name(*id, step.source, kind(step.ask, capabilities)), None, now))
}

/// What a source found of an address.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Found {
    pub at: i64,
    /// As a value of the e-mail status.
    pub status: String,
    pub confidence: Option<u8>,
}

fn checked(source: Source, email: &Email) -> String {
    format!("checked:{}:{:?}", source.key(), Fingerprint::of(&Sha256::digest(email.as_str())))
}

/// What that source found of it, while that holds.
pub(super) fn found(view: &View<'_>, source: Source, email: &Email, now: Timestamp) -> Result<Option<Found>> {
    let cell = view.cell(&checked(source, email))?;
    let found = cell.and_then(|cell| serde_json::from_str::<Found>(&cell).ok());
    Ok(found.filter(|found| found.at >= now.minus(HOLDS).as_micros()))
}

/// Keeps what was found.
pub(super) fn keep(desk: &Desk<'_>, source: Source, email: &Email, found: &Found, now: Timestamp) -> Result<()> {
    let cell = serde_json::to_string(found).map_err(|error| StoreError::Sql(error.to_string()))?;
    desk.set_cell(&checked(source, email), Some(&cell), now)
}

const CHECK: &str = "check:";

/// The id of a record that is a check of an address and nothing else.
pub(super) fn check_id(email: &Email) -> String {
    format!("{CHECK}{}", email.as_str())
}

/// Whether a record is that.
pub(super) fn is_check(external_id: &str) -> bool {
    external_id.starts_with(CHECK)
}
