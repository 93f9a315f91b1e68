//! Rate limits: rolling windows and the fixed windows that start on the minute, hour and day.

use crate::domain::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, time::Duration};

/// So many requests in so many seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Window {
    /// Requests.
    pub requests: u32,
    /// Seconds.
    pub seconds: u32,
}

impl Window {
    /// So many requests in so many seconds.
    pub const fn new(requests: u32, seconds: u32) -> Self {
        Self { requests, seconds }
    }

    fn length(self) -> Duration {
        Duration::from_secs(self.seconds.into())
    }
}

/// The requests let through lately, for rolling windows.
#[derive(Default, Debug)]
pub(crate) struct Rolling(VecDeque<Timestamp>);

impl Rolling {
    /// Lets a request through all windows and counts it, or says how long until the tightest one has room.
    pub(crate) fn admit(&mut self, now: Timestamp, windows: &[Window]) -> Result<(), Duration> {
        let longest = windows.iter().map(|w| w.length()).max().unwrap_or_default();
        while self.0.front().is_some_and(|first| first.plus(longest) <= now) {
            self.0.pop_front();
        }
        // The clock may have been set back: what lies ahead of now is forgotten too.
        while self.0.back().is_some_and(|last| *last > now) {
            self.0.pop_back();
        }
        for window in windows {
            let inside = self.0.iter().rev().take_while(|at| at.plus(window.length()) > now).count();
            if inside >= window.requests as usize {
                let oldest = self.0[self.0.len() - inside];
                return Err(oldest.plus(window.length()).since(now));
            }
        }
        self.0.push_back(now);
        Ok(())
    }
}

/// One fixed window: its number since 1970 and the requests in it.
#[derive(Default, Debug, Clone, Copy)]
pub(crate) struct Fixed {
    nth: i64,
    pub(crate) used: u32,
}

impl Fixed {
    /// Starts again when a new window has begun; counts one request if `limit` has room.
    pub(crate) fn admit(&mut self, now: Timestamp, seconds: u32, limit: Option<u32>) -> Result<(), Duration> {
        let length = i64::from(seconds) * 1_000_000;
        let nth = now.as_micros().div_euclid(length);
        if nth != self.nth {
            *self = Self { nth, used: 0 };
        }
        if limit.is_some_and(|limit| self.used >= limit) {
            return Err(Duration::from_micros((length - now.as_micros().rem_euclid(length)) as u64));
        }
        self.used += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_rolling_window_has_room_when_its_oldest_leaves() {
        let (mut rolling, windows) = (Rolling::default(), [Window::new(3, 10), Window::new(5, 100)]);
        for second in [0, 1, 2] {
            assert!(rolling.admit(at(second), &windows).is_ok());
        }
        assert_eq!(rolling.admit(at(4), &windows), Err(Duration::from_secs(6)));
        assert!(rolling.admit(at(10), &windows).is_ok());
        assert!(rolling.admit(at(13), &windows).is_ok());
        assert_eq!(rolling.admit(at(30), &windows), Err(Duration::from_secs(70)), "the longer window is full");
        assert!(rolling.admit(at(1), &windows).is_ok(), "a clock set back does not lock anybody out");
    }

    #[test]
    fn fixed_windows_start_on_the_minute() {
        let mut window = Fixed::default();
        assert!(window.admit(at(59), 60, Some(1)).is_ok());
        assert_eq!(window.admit(at(59), 60, Some(1)), Err(Duration::from_secs(1)));
        assert!(window.admit(at(60), 60, Some(1)).is_ok());
        assert!(window.admit(at(61), 60, None).is_ok());
    }
}
