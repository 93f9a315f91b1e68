//! One careful HTTP client: limits, retries, pacing, credits, and errors that say what to do. Absent: any service's name.
//!
//! A call goes: [`Pace`] grants it -> one attempt, bounded in time and bytes -> a [`Judge`] reads the answer ->
//! back-off and again, or a [`NetError`]. Everything that decides (windows, breaker, back-off, `Retry-After`) is a
//! pure function here; where its state lives is the business of whoever implements [`Pace`] and [`Ledger`].
//! Redirects are never followed and only the configured host is ever asked, so a key cannot leave for another one.

mod answer;
mod breaker;
mod client;
mod error;
mod judge;
mod ledger;
mod pace;
mod paid;
mod retry;
mod scrub;
mod shelf;
mod token;
mod trouble;
mod window;

pub use answer::Answer;
pub use breaker::{Breaker, Verdict};
pub use client::{Client, Config, DEFAULT_BODY_LIMIT, Header, Nap, Replay, Request, Tools};
pub use error::{Class, NetError, Service};
pub use judge::{Fault, Judge, by_status, remote_words};
pub use ledger::{Credits, Ledger, LedgerError, MemoryLedger, Reservation};
pub use pace::{Grant, Lane, MemoryPace, Outcome, Pace, PaceError, State};
pub use retry::{MAX_RETRY_AFTER, Retry, retry_after};
pub use scrub::scrub;
pub use shelf::{NoShelf, Shelf};
pub use token::{Granted, Tokens};
pub use window::{Limit, Turn, Window, take};
