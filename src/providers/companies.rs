//! Employers bought once: what a source says about a company is the same for all its people, and costs the same for each.

use super::two_step::fill;
use crate::net::{NetError, Service};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use tokio::sync::Mutex;

/// Companies remembered; then it starts anew.
const MOST: usize = 5000;

/// The companies of one client. Those that are not known there are remembered too, as null.
#[derive(Default)]
pub(super) struct Companies(Mutex<HashMap<String, Json>>);

impl Companies {
    /// Adds to each row what is known of its employer, whom `id` names: under `place`, or into the row itself when that is
    /// empty; what the row says already stays. Employers asked for the first time are bought with `buy`, at most `batch` in
    /// a call; nobody else buys meanwhile. The people are paid for, so an employer that cannot be had is left out.
    pub async fn add<F>(
        &self,
        (service, place): (&Service, &str),
        rows: &mut [Json],
        id: impl Fn(&Json) -> Option<String>,
        batch: usize,
        buy: impl Fn(Vec<String>) -> F,
    ) where
        F: Future<Output = Result<HashMap<String, Json>, NetError>>,
    {
        let mut known = self.0.lock().await;
        if known.len() > MOST {
            known.clear();
        }
        let mut wanted: Vec<String> = rows.iter().filter_map(&id).filter(|id| !known.contains_key(id)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        for group in wanted.chunks(batch) {
            match buy(group.to_vec()).await {
                Ok(mut bought) => known.extend(group.iter().map(|id| (id.clone(), bought.remove(id).unwrap_or_default()))),
                Err(error) => {
                    tracing::warn!(service = service.key, of = wanted.len(), %error, "some employers are left out");
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
