//! The impure three: the wall clock, random ids and chance; and their repeatable twins for tests, simulators
//! and the demo. Every other room gets them handed in.

use crate::domain::{Clock, IdGen, Timestamp, Uuid};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(since.as_micros() as i64)
    }
}

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Stands at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.as_micros()))
    }

    /// Moves on.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_micros() as i64, Ordering::SeqCst);
    }

    /// Jumps, also backwards.
    pub fn set(&self, to: Timestamp) {
        self.0.store(to.as_micros(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Random, time-ordered ids.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl IdGen for RandomIds {
    fn next(&self) -> Uuid {
        version_7(SystemClock.now(), &rand::rng().random())
    }
}

/// The same ids for the same seed, still in order: the counter stands where the time would.
#[derive(Debug)]
pub struct SeededIds(Mutex<(StdRng, i64)>);

impl SeededIds {
    /// Ids of that seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new((StdRng::seed_from_u64(seed), 0)))
    }
}

impl IdGen for SeededIds {
    fn next(&self) -> Uuid {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 += 1000;
        let random = state.0.random();
        version_7(Timestamp::from_micros(state.1), &random)
    }
}

fn version_7(at: Timestamp, random: &[u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(at.as_micros().max(0) as u64 / 1000, random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeded_ids_repeat_and_rise() {
        let (a, b) = (SeededIds::new(7), SeededIds::new(7));
        let first: Vec<_> = (0..100).map(|_| a.next()).collect();
        assert_eq!(first, (0..100).map(|_| b.next()).collect::<Vec<_>>());
        assert!(first.is_sorted());
        assert_ne!(SeededIds::new(8).next(), first[0]);
        assert_eq!(RandomIds.next().get_version_num(), 7);
    }
}
