//! The impure three: the wall clock, random ids and chance; and their repeatable twins for tests, simulators
//! and the demo. Every other room gets them handed in.

use crate::domain::{Clock, IdGen, Timestamp, Uuid};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
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

/// Random ids in the order in which they were asked for, also those of one millisecond: the newest of several snapshots
/// is the one with the highest id, and what is added to the store goes to the end of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

/// Parts of a millisecond that an id tells apart, as RFC 9562 (6.2, method 3) has it: 12 bits.
const PARTS: u64 = 4096;
/// The moment of the last id, in those parts.
static LAST: AtomicU64 = AtomicU64::new(0);

impl IdGen for RandomIds {
    fn next(&self) -> Uuid {
        let now = SystemClock.now().as_micros().max(0) as u64 * PARTS / 1000;
        let later = |last: u64| Some(now.max(last + 1));
        let at = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, later).map_or(now, |last| now.max(last + 1));
        let mut random: [u8; 10] = rand::rng().random();
        random[..2].copy_from_slice(&((at % PARTS) as u16).to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(at / PARTS, &random).into_uuid()
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
        let random: Vec<_> = (0..10_000).map(|_| RandomIds.next()).collect();
        assert!(random.is_sorted_by(|a, b| a < b));
    }
}
