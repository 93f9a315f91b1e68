//! What is done once records have come in, beside everything else: matching learns from them, and open questions that they
//! answer are not asked any more.

use super::Session;
use crate::{
    domain::Text,
    sync::{bus::Event, revisit::revisit},
};
use tokio_util::sync::CancellationToken;

impl Session {
    /// Does what has become due. `stop` ends it early; what was not done stays due. Everything goes on as before, whatever
    /// happens here.
    pub(super) async fn follow_up(&self, stop: &CancellationToken) {
        self.learn(stop).await;
        match revisit(&self.services.core, stop).await {
            Ok(0) => {}
            Ok(answered) => {
                let words = match answered {
                    1 => "one open question was answered by what came in since".to_owned(),
                    many => format!("{many} open questions were answered by what came in since"),
                };
                tracing::info!(answered, "{words}");
                self.services.core.bus.tell(Event::Changed);
                self.services.core.bus.tell(Event::Said(Text::from(words)));
            }
            Err(error) => tracing::warn!(%error, "open questions could not be looked at again; it is tried again"),
        }
    }
}
