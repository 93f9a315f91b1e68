//! Bought things in cells, for thirty days: employers, which many people share, and how far a source was read. Nothing
//! about persons is put here.

use crate::{
    domain::Clock,
    domain::Timestamp,
    intake::raw::Note,
    net::Shelf,
    store::{Desk, Result, Store, StoreError},
    sync::enrich::HOLDS,
};
use futures_util::future::BoxFuture;
use serde_json::Value as Json;
use std::{collections::HashMap, sync::Arc};

/// A shelf in the store.
#[derive(Clone)]
pub struct StoreShelf {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl StoreShelf {
    /// In that store.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

fn prefix(kind: &str) -> String {
    format!("bought:{kind}:")
}

/// Puts what a page notes there, with that page.
pub fn put_notes(desk: &Desk<'_>, notes: &[Note], now: Timestamp) -> Result<()> {
    notes.iter().try_for_each(|note| put(desk, &prefix(note.shelf), &note.name, &note.thing, now))
}

fn put(desk: &Desk<'_>, prefix: &str, name: &str, thing: &Json, now: Timestamp) -> Result<()> {
    desk.set_cell(&format!("{prefix}{name}"), Some(&thing.to_string()), now)
}

impl Shelf for StoreShelf {
    fn find<'a>(&'a self, kind: &'a str, names: &'a [String]) -> BoxFuture<'a, HashMap<String, Json>> {
        Box::pin(async move {
            let (prefix, names, since) = (prefix(kind), names.to_vec(), self.clock.now().minus(HOLDS));
            let found = self.store.read(move |view| {
                let mut found = HashMap::new();
                for name in names {
                    let cell = view.cell_since(&format!("{prefix}{name}"), since)?;
                    if let Some(thing) = cell.and_then(|cell| serde_json::from_str(&cell).ok()) {
                        found.insert(name, thing);
                    }
                }
                Ok::<_, StoreError>(found)
            });
            found.await.unwrap_or_default()
        })
    }

    fn put<'a>(&'a self, kind: &'a str, things: Vec<(String, Json)>) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let (prefix, now) = (prefix(kind), self.clock.now());
            let put = self.store.write(move |desk| {
                desk.forget_cells(&prefix, now.minus(HOLDS))?;
                things.iter().try_for_each(|(name, thing)| put(desk, &prefix, name, thing, now))
            });
            if let Err(error) = put.await.map_err(|error: StoreError| error) {
                tracing::warn!(kind, %error, "what was bought could not be kept; it may be bought again");
            }
        })
    }
}
