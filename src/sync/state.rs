//! What the HaloPSA engines write down about themselves, for headers and for each other: one cell each.

use crate::{
    domain::{Text, Timestamp},
    store::{Desk, Result, View},
};

const PULLED: &str = "halo:pulled_at";
const TROUBLE: &str = "halo:trouble";
/// The lease of whoever syncs.
pub const LEASE: &str = "halo:sync";

/// When the last pull finished.
pub fn pulled_at(view: &View<'_>) -> Result<Option<Timestamp>> {
    Ok(view.cell(PULLED)?.and_then(|at| at.parse().ok()).map(Timestamp::from_micros))
}

/// `None`: nothing was tried. `Some(None)`: the last call went well. Else what went wrong.
pub fn trouble(view: &View<'_>) -> Result<Option<Option<Text>>> {
    Ok(view.cell(TROUBLE)?.map(|words| (!words.is_empty()).then(|| Text::from(words))))
}

/// A pull finished.
pub fn set_pulled(desk: &Desk<'_>, now: Timestamp) -> Result<()> {
    desk.set_cell(PULLED, Some(&now.as_micros().to_string()), now)
}

/// The last call went well, or so it failed.
pub fn set_trouble(desk: &Desk<'_>, words: Option<&str>, now: Timestamp) -> Result<()> {
    desk.set_cell(TROUBLE, Some(words.unwrap_or_default()), now)
}

/// How far a kind's pull has come: HaloPSA's own time stamp of the newest record seen.
pub fn watermark(view: &View<'_>, entity: &str) -> Result<Option<Timestamp>> {
    Ok(view.cell(&format!("halo:watermark:{entity}"))?.and_then(|at| at.parse().ok()).map(Timestamp::from_micros))
}

/// It has come this far; never back.
pub fn set_watermark(desk: &Desk<'_>, entity: &str, at: Timestamp, now: Timestamp) -> Result<()> {
    if watermark(desk, entity)?.is_none_or(|before| before < at) {
        desk.set_cell(&format!("halo:watermark:{entity}"), Some(&at.as_micros().to_string()), now)?;
    }
    Ok(())
}
