//! Employers bought once: what a source says about a company is the same for all its people, and costs the same for each.
//! They are kept on the shelf, so that a process that dies has not bought them in vain.

use super::two_step::fill;
use crate::net::{NetError, Shelf, Tools};
use serde_json::{Value as Json, json};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::Mutex;

/// Companies remembered; then it starts anew.
const MOST: usize = 5000;

/// The companies of one client. Those that are not known there are remembered too, as null.
pub(super) struct Companies {
    /// What they are kept as: the source, and what of a company.
    name: &'static str,
    shelf: Arc<dyn Shelf>,
    known: Mutex<HashMap<String, Json>>,
}

impl Companies {
    /// None yet but those on the shelf.
    pub fn new(name: &'static str, tools: &Tools) -> Self {
        Self { name, shelf: tools.shelf.clone(), known: Mutex::default() }
    }

    /// Adds to each row what is known of its employer, whom `id` names: under `place`, or into the row itself when that is
    /// empty; what the row says already stays. Employers asked for the first time are bought with `buy`, at most `batch` in
    /// a call; nobody else buys meanwhile. The people are paid for, so an employer that cannot be had is left out.
    pub async fn add<F>(
        &self,
        place: &str,
        rows: &mut [Json],
        id: impl Fn(&Json) -> Option<String>,
        batch: usize,
        buy: impl Fn(Vec<String>) -> F,
    ) where
        F: Future<Output = Result<HashMap<String, Json>, NetError>>,
    {
        let mut known = self.known.lock().await;
        if known.len() > MOST {
            known.clear();
        }
        let mut wanted: Vec<String> = rows.iter().filter_map(&id).filter(|id| !known.contains_key(id)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        known.extend(self.shelf.find(self.name, &wanted).await);
        wanted.retain(|id| !known.contains_key(id));
        for group in wanted.chunks(batch) {
            match buy(group.to_vec()).await {
                Ok(mut bought) => {
                    let all: Vec<(String, Json)> = group.iter().map(|id| (id.clone(), bought.remove(id).unwrap_or_default())).collect();
                    self.shelf.put(self.name, all.clone()).await;
                    known.extend(all);
                }
                Err(error) => {
                    tracing::warn!(source = self.name, of = wanted.len(), %error, "some employers are left out");
                    break;
                }
            }
        }
        for row in rows {
            match id(row).and_then(|id| known.get(&id)) {
                None | Some(Json::Null) => {}
                Some(company) if place.is_empty() => fill(row, company),
                Some(company) => fill(row, &json!({ place: company })),
            }
        }
    }
}

/// An id, whether it is written as a number or as a text.
pub(super) fn id_text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) if !text.is_empty() && text != "0" => Some(text.clone()),
        Json::Number(number) if number.as_i64() != Some(0) => Some(number.to_string()),
        _ => None,
    }
}
