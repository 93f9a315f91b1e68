//! Who asked what and when: the requests a server saw, countable by route and by rolling window.

use crate::domain::Timestamp;
use serde::Serialize;
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// The oldest requests fall out beyond this.
pub const MAX_LOGGED: usize = 200_000;

/// One request.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// When it arrived, by the simulators' clock.
    pub at: Timestamp,
    /// `METHOD /path`, ids replaced by `{id}`.
    pub route: String,
    /// The path as sent.
    pub path: String,
    /// The query as sent. May hold keys: this is a simulator.
    pub query: String,
    /// Names of the headers sent, lower case.
    pub headers: Vec<String>,
    /// What was answered; 0 while it is not, or when the connection was broken instead.
    pub status: u16,
    /// The fault that struck it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// The requests seen, oldest first.
#[derive(Default)]
pub(super) struct Log {
    seen: VecDeque<Request>,
    /// How many fell out.
    pub(super) forgotten: usize,
}

impl Log {
    /// Notes an arrival; the number serves for `answered`.
    pub(super) fn push(&mut self, request: Request) -> usize {
        if self.seen.len() == MAX_LOGGED {
            self.seen.pop_front();
            self.forgotten += 1;
        }
        self.seen.push_back(request);
        self.forgotten + self.seen.len() - 1
    }

    /// Notes what was answered, unless the request is forgotten already.
    pub(super) fn answered(&mut self, nth: usize, status: u16) {
        if let Some(request) = nth.checked_sub(self.forgotten).and_then(|at| self.seen.get_mut(at)) {
            request.status = status;
        }
    }

    pub(super) fn clear(&mut self) {
        self.forgotten += self.seen.len();
        self.seen.clear();
    }

    /// Those whose route starts so, in any case; all for "".
    pub(super) fn matching<'a>(&'a self, route: &'a str) -> impl Iterator<Item = &'a Request> + Clone {
        self.seen.iter().filter(move |r| r.route.get(..route.len()).is_some_and(|head| head.eq_ignore_ascii_case(route)))
    }

    pub(super) fn by_route(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in &self.seen {
            *counts.entry(request.route.clone()).or_default() += 1;
        }
        counts
    }

    /// The most matching requests in any window of that length.
    pub(super) fn peak(&self, route: &str, window: Duration) -> usize {
        let mut inside = VecDeque::new();
        let mut peak = 0;
        for request in self.matching(route) {
            while inside.front().is_some_and(|first: &Timestamp| first.plus(window) <= request.at) {
                inside.pop_front();
            }
            inside.push_back(request.at);
            peak = peak.max(inside.len());
        }
        peak
    }
}

/// `/api/Users/981` as `/api/Users/{id}`: numbers, UUIDs and long hexadecimal parts are ids.
pub(super) fn route_of(method: &str, path: &str) -> String {
    let is_id = |part: &str| {
        let digits = part.trim_start_matches('-');
        let number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let hex = part.len() >= 16 && part.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
        number || hex
    };
    let parts: Vec<_> = path.split('/').map(|part| if is_id(part) { "{id}" } else { part }).collect();
    format!("{method} {}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_roll() {
        let mut log = Log::default();
        for second in [0, 1, 2, 60, 61, 61, 61, 200] {
            log.push(Request {
                at: Timestamp::from_micros(second * 1_000_000),
                route: route_of("GET", "/api/Users/12"),
                path: String::new(),
                query: String::new(),
                headers: vec![],
                status: 200,
                fault: None,
            });
        }
        assert_eq!(log.peak("GET /api/users", Duration::from_mins(1)), 5, "61, 61, 61, 60 and 2, but not 1");
        assert_eq!(log.peak("GET /api/Users/{id}", Duration::from_secs(1)), 3);
        assert_eq!(log.peak("POST", Duration::from_mins(1)), 0);
        assert_eq!(route_of("GET", "/v2/people/66f0a1b2c3d4e5f6a7b8c9d0"), "GET /v2/people/{id}");
    }
}
