//! The last log entries in memory, numbered, for the log screen and the crash file. Absent: filtering and
//! words; who reads decides what to show.

use crate::domain::{Text, Timestamp};
use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;
use tracing::Level;

/// How many entries are kept unless asked otherwise; about 2 MB when full.
pub const RING_ENTRIES: usize = 5_000;

/// One log entry, masked and printable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Counted from 1 without gaps, also over entries that have left the ring.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// How bad.
    pub level: Level,
    /// Which room wrote it, without the crate's name: `sync::push`.
    pub target: Text,
    /// The sentence.
    pub message: Text,
    /// Its own fields first, then those of the spans around it, innermost first.
    pub fields: Vec<(&'static str, Text)>,
}

/// The line that the file gets: time, level, room, sentence, fields.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stamp = jiff::Timestamp::from_microsecond(self.at.as_micros()).unwrap_or_default();
        write!(f, "{stamp:.3} {:<5} {}", self.level, self.target)?;
        if !self.message.is_empty() {
            write!(f, " {}", self.message)?;
        }
        self.fields.iter().try_for_each(|(name, value)| {
            if value.contains([' ', '"', '=']) || value.is_empty() {
                write!(f, " {name}={:?}", value.as_str())
            } else {
                write!(f, " {name}={value}")
            }
        })
    }
}

/// A shared window on the newest entries. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ring(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    capacity: usize,
    entries: Mutex<VecDeque<Arc<Entry>>>,
    newest: watch::Sender<u64>,
}

impl Ring {
    /// An empty ring that keeps the newest `capacity` entries.
    pub fn new(capacity: usize) -> Self {
        Self(Arc::new(Inner { capacity: capacity.max(1), entries: Mutex::default(), newest: watch::Sender::new(0) }))
    }

    /// Numbers an entry, keeps it, and wakes whoever follows. Its `seq` is overwritten.
    pub fn push(&self, mut entry: Entry) -> Arc<Entry> {
        let mut entries = self.0.entries.lock().unwrap_or_else(PoisonError::into_inner);
        // The number is taken under the same lock that orders the entries.
        entry.seq = self.newest() + 1;
        let entry = Arc::new(entry);
        if entries.len() == self.0.capacity {
            entries.pop_front();
        }
        entries.push_back(entry.clone());
        self.0.newest.send_replace(entry.seq);
        entry
    }

    /// The number of the newest entry; 0 before the first.
    pub fn newest(&self) -> u64 {
        *self.0.newest.borrow()
    }

    /// Entries after number `seq`, oldest first; where there are more than `limit`, the newest of them.
    pub fn after(&self, seq: u64, limit: usize) -> Vec<Arc<Entry>> {
        let entries = self.0.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let from = entries.partition_point(|entry| entry.seq <= seq).max(entries.len().saturating_sub(limit));
        entries.range(from..).cloned().collect()
    }

    /// Changes whenever an entry arrives; its value is [`Ring::newest`].
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.0.newest.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(message: &str) -> Entry {
        Entry {
            seq: 0,
            at: Timestamp::parse("2026-10-03T12:04:31.402").unwrap(),
            level: Level::WARN,
            target: "halopsa::http".into(),
            message: message.into(),
            fields: vec![("attempt", "2".into()), ("reason", "too many".into())],
        }
    }

    #[test]
    fn the_newest_stay_and_numbers_go_on() {
        let ring = Ring::new(3);
        for n in 1..=5 {
            ring.push(entry(&n.to_string()));
        }
        let seen = |after, limit| ring.after(after, limit).iter().map(|entry| entry.seq).collect::<Vec<_>>();
        assert_eq!(seen(0, 10), [3, 4, 5]);
        assert_eq!(seen(4, 10), [5]);
        assert_eq!(seen(0, 2), [4, 5]);
        assert_eq!(seen(5, 10), [0; 0]);
        assert_eq!(ring.newest(), 5);
    }

    #[test]
    fn a_line_reads_from_left_to_right() {
        assert_eq!(
            entry("429, retry in 8s").to_string(),
            "2026-10-03T12:04:31.402Z WARN  halopsa::http 429, retry in 8s attempt=2 reason=\"too many\""
        );
    }
}
