//! Learning as a front end meets it: it goes on by itself, and says what became of it.

use super::{Check, Result, Session, Verdict, doctor::check, review::day};
use crate::{
    domain::Text,
    store::{self, ModelVersion, View},
    sync::{bus::Event, learning},
};
use tokio_util::sync::CancellationToken;

/// Moved weights that a sentence names.
const NAMED: usize = 3;

impl Session {
    /// Learns from what came in and from what people answered, if it is time and no other process does. `stop` ends it
    /// early. Merging goes on with the model in use, whatever happens here.
    pub(super) async fn learn(&self, stop: &CancellationToken) {
        match learning::learn(&self.services.core, stop).await {
            Ok(None) => {}
            Ok(Some(version)) => {
                let words = sentence(&version);
                if version.taken {
                    tracing::info!(version = version.version, "{words}");
                } else {
                    tracing::warn!(version = version.version, "{words}");
                }
                self.services.core.bus.tell(Event::Said(Text::from(words)));
            }
            Err(error) => tracing::warn!(%error, "nothing could be learnt from what came in; it is tried again"),
        }
    }

    /// The matching model in use, and whether the latest attempt to better it was taken over.
    pub(super) async fn look_at_model(&self) -> Result<Check> {
        self.look(|view| {
            let versions = view.models()?;
            let used = used(view, &versions)?;
            Ok(match versions.first().filter(|newest| !newest.taken) {
                Some(refused) => check("matching model", Verdict::Warn, format!("{}; in use: {used}", sentence(refused))),
                None => check("matching model", Verdict::Ok, used),
            })
        })
        .await
    }
}

fn used(view: &View<'_>, versions: &[ModelVersion]) -> store::Result<String> {
    let model = learning::in_use(view)?;
    Ok(match versions.iter().find(|one| one.version == model.version) {
        Some(version) => sentence(version),
        None => format!("version {}, which ships with the program; it learns from large imports and from answers", model.version),
    })
}

/// What moved, what that means and what to do.
fn sentence(version: &ModelVersion) -> String {
    let ModelVersion { version: number, made_at, pairs, answers, .. } = version;
    let learnt = format!("version {number} of {}, learnt from {pairs} pairs and {answers} answers", day(*made_at));
    if let Some(why) = &version.refused {
        return format!(
            "{learnt}, was not taken over: {why}. Matching goes on as before; look whether the columns of the last import were understood"
        );
    }
    if version.moved.is_empty() {
        return format!("{learnt}; no weight moved by a bit");
    }
    let named: Vec<&str> = version.moved.iter().take(NAMED).map(Text::as_str).collect();
    let more = version.moved.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{learnt}; {}{more}. Merges that were made stay; audits in the review queue show whether new ones are right", named.join(", "))
}
