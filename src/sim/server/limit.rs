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

impl Rolling {
    /// Requests inside a window that ends now.
    pub(crate) fn used(&self, now: Timestamp, window: Window) -> u32 {
        self.0.iter().rev().take_while(|at| at.plus(window.length()) > now).count() as u32
    }
}

/// Requests in the running minute, hour and day; each starts on the full minute, hour and midnight UTC.
#[derive(Default, Debug, Clone, Copy)]
pub(crate) struct Calendar([Fixed; 3]);

/// One window: its number since 1970 and the requests in it.
#[derive(Default, Debug, Clone, Copy)]
struct Fixed {
    nth: i64,
    used: u32,
}

impl Calendar {
    /// Seconds of the windows.
    pub(crate) const SECONDS: [u32; 3] = [60, 3600, 86_400];

    /// Counts a request if all windows have room (`None`: no limit), else says which is full and for how long.
    pub(crate) fn admit(&mut self, now: Timestamp, limits: [Option<u32>; 3]) -> Result<(), (usize, Duration)> {
        for ((window, seconds), limit) in self.0.iter_mut().zip(Self::SECONDS).zip(limits) {
            let nth = now.as_micros().div_euclid(i64::from(seconds) * 1_000_000);
            if nth != window.nth {
                *window = Fixed { nth, used: 0 };
            }
            let nth_window = Self::SECONDS.iter().position(|s| *s == seconds).unwrap_or_default();
            if limit.is_some_and(|limit| window.used >= limit) {
                return Err((nth_window, Self::until_next(now, nth_window)));
            }
        }
        self.0.iter_mut().for_each(|window| window.used += 1);
        Ok(())
    }

    /// Requests counted in a window.
    pub(crate) fn used(&self, window: usize) -> u32 {
        self.0[window].used
    }

    /// Until the window starts afresh.
    pub(crate) fn until_next(now: Timestamp, window: usize) -> Duration {
        let length = i64::from(Self::SECONDS[window]) * 1_000_000;
        Duration::from_micros((length - now.as_micros().rem_euclid(length)) as u64)
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
    fn calendar_windows_start_on_the_minute() {
        let (mut calendar, limits) = (Calendar::default(), [Some(1), Some(3), None]);
        assert!(calendar.admit(at(59), limits).is_ok());
        assert_eq!(calendar.admit(at(59), limits), Err((0, Duration::from_secs(1))));
        assert!(calendar.admit(at(60), limits).is_ok());
        assert!(calendar.admit(at(120), limits).is_ok());
        assert_eq!(calendar.admit(at(180), limits), Err((1, Duration::from_mins(57))));
        assert_eq!((calendar.used(0), calendar.used(1)), (0, 3), "a refusal is not counted");
    }
}
