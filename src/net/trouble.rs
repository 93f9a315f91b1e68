//! What went wrong below HTTP, in our words; and what a failed call means to the pace and to the next attempt.

use super::{Class, NetError, Outcome};
use crate::domain::Timestamp;
use std::{io::ErrorKind, time::Duration};

/// What the pace is told about a failed call that would be tried again at `next`.
pub(super) fn outcome(error: &NetError, next: Timestamp) -> Outcome {
    match error.class() {
        Class::RateLimited => Outcome::Held(next),
        Class::Unreachable | Class::Timeout | Class::CutOff | Class::Server => Outcome::Failed,
        _ => Outcome::Answered,
    }
}

/// Trouble after which the service may have done what it was asked to. A refused connection, a refusal in words
/// and a 429 came before anything was done.
pub(super) fn may_have_arrived(error: &NetError) -> bool {
    matches!(error.class(), Class::Timeout | Class::CutOff | Class::TooLarge | Class::Malformed | Class::Server)
}

/// Our words for what went wrong below HTTP; the library's own would show the address with its query.
pub(super) fn below_http(error: &reqwest::Error, timeout: Duration) -> (Class, String) {
    if error.is_connect() {
        let why = if error.is_timeout() { "no connection in time".to_owned() } else { connection_trouble(error) };
        return (Class::Unreachable, why);
    }
    if error.is_timeout() {
        return (Class::Timeout, format!("nothing complete within {} s", timeout.as_secs_f64()));
    }
    let kind = io_kind(error);
    if matches!(kind, Some(ErrorKind::InvalidData | ErrorKind::InvalidInput)) {
        return (Class::Malformed, "its body is not packed as it says".to_owned());
    }
    (Class::CutOff, kind.map(|kind| kind.to_string()).unwrap_or_default())
}

/// The causes below an error. An I/O error hides the one it wraps: its `source` is that one's source.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |error| {
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        wrapped.map(|inner| inner as &(dyn std::error::Error + 'static)).or_else(|| error.source())
    })
}

fn io_kind(error: &reqwest::Error) -> Option<ErrorKind> {
    let kinds = causes(error).filter_map(|cause| Some(cause.downcast_ref::<std::io::Error>()?.kind()));
    kinds.reduce(|outer, inner| if outer == ErrorKind::Other { inner } else { outer })
}

fn connection_trouble(error: &reqwest::Error) -> String {
    match causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        Some(tls) => format!("no secure connection, {tls}"),
        None if error.is_dns() => "its name is not known".to_owned(),
        None => io_kind(error).map_or_else(|| "no connection".to_owned(), |kind| kind.to_string()),
    }
}
