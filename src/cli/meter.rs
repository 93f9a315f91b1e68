//! One line on a terminal that says how far a long work is, written over itself. Absent: escape sequences, and any word
//! when nobody watches.

use crate::domain::Text;
use std::{
    io::{self, Write as _},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// It is written anew this often at most.
const EVERY: Duration = Duration::from_millis(100);

/// Cells it takes: one less than the narrowest usual terminal has, so that it never wraps.
const CELLS: usize = 79;

/// The line. Any thread may write it.
#[derive(Debug)]
pub struct Meter {
    on: bool,
    written: Mutex<Option<Instant>>,
}

impl Meter {
    /// One that is dark unless `on`.
    pub(super) const fn new(on: bool) -> Self {
        Self { on, written: Mutex::new(None) }
    }

    /// Says how far it is, if it is time to.
    pub fn show(&self, words: impl FnOnce() -> String) {
        if !self.on {
            return;
        }
        let Ok(mut written) = self.written.try_lock() else { return };
        if written.is_none_or(|at| at.elapsed() >= EVERY) {
            *written = Some(Instant::now());
            put(&words());
        }
    }

    /// Wipes it.
    pub fn wipe(&self) {
        if self.written.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            put("");
            put_back();
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.wipe();
    }
}

/// Nobody is left to tell when stderr is gone.
fn put(words: &str) {
    let words = Text::new(words).truncated(CELLS);
    let mut err = io::stderr().lock();
    let _gone = write!(err, "\r{:CELLS$}", words.as_str()).and_then(|()| err.flush());
}

fn put_back() {
    let mut err = io::stderr().lock();
    let _gone = write!(err, "\r").and_then(|()| err.flush());
}
