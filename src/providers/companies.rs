//! Employers bought once: what a source says about a company is the same for all its people, and costs the same for each.

use crate::net::NetError;
use serde_json::Value as Json;
use std::collections::HashMap;
use tokio::sync::Mutex;

/// Companies remembered; then it starts anew.
const MOST: usize = 5000;

/// The companies of one client. Those that are not known there are remembered too, as null.
#[derive(Default)]
pub(super) struct Companies(Mutex<HashMap<String, Json>>);

impl Companies {
    /// What is known of these companies, by id. Those asked for the first time are bought with `buy`, at most `batch`
    /// in a call; nobody else buys meanwhile.
    pub async fn get<F>(
        &self,
        mut ids: Vec<String>,
        batch: usize,
        buy: impl Fn(Vec<String>) -> F,
    ) -> Result<HashMap<String, Json>, NetError>
    where
        F: Future<Output = Result<HashMap<String, Json>, NetError>>,
    {
        ids.sort_unstable();
        ids.dedup();
        let mut known = self.0.lock().await;
        if known.len() > MOST {
            known.clear();
        }
        let wanted: Vec<String> = ids.iter().filter(|id| !known.contains_key(*id)).cloned().collect();
        for group in wanted.chunks(batch.max(1)) {
            let mut bought = buy(group.to_vec()).await?;
            for id in group {
                known.insert(id.clone(), bought.remove(id).unwrap_or_default());
            }
        }
        Ok(ids.into_iter().filter_map(|id| Some((id.clone(), known.get(&id)?.clone()))).collect())
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
