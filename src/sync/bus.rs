//! The bus: facts that screens may want to show. Bounded; who lags loses old facts and asks anew.

use crate::domain::{Counters, RunId, RunState, Source, Text};
use tokio::sync::broadcast;

/// Facts kept for a slow listener.
const KEPT: usize = 256;

/// Something happened. Facts only; a screen asks again for what it shows.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// Something in the database changed, here or in another process.
    Changed,
    /// A run moved on.
    Progress {
        /// Which.
        run: RunId,
        /// Its source.
        source: Source,
        /// Its counters by now.
        counters: Counters,
        /// Where it stands.
        state: RunState,
    },
    /// A sentence for the hint row.
    Said(Text),
}

/// Cheap to clone; every clone sends to all listeners.
#[derive(Clone, Debug)]
pub struct Bus(broadcast::Sender<Event>);

impl Default for Bus {
    fn default() -> Self {
        Self(broadcast::channel(KEPT).0)
    }
}

impl Bus {
    /// Listens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }

    /// Tells everybody; nobody listening is fine.
    pub fn tell(&self, event: Event) {
        drop(self.0.send(event));
    }
}
