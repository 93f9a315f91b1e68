//! Rolling call budgets as arithmetic: never more than `calls` in any stretch of `per`, wherever it starts.
//!
//! A token bucket (GCRA) with any burst lets more than its rate through in *some* rolling stretch; this does not.
//! It counts calls in slots of one fiftieth of the stretch and frees a slot only when its youngest call must be out
//! of every server's window, which costs a few percent of the budget and needs no list of calls.

use crate::domain::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, time::Duration};

/// Slots in one stretch: finer wastes less of the budget and keeps more numbers.
const SLOTS: u32 = 50;

/// The most by which a call may arrive later than it left, relative to the one before: the server counts arrivals.
const MOST_SLACK: Duration = Duration::from_secs(2);

/// So many calls in any stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Limit {
    /// How many.
    pub calls: u32,
    /// In how long.
    pub per: Duration,
}

impl Limit {
    /// So many calls in so many seconds.
    pub const fn new(calls: u32, seconds: u64) -> Self {
        Self { calls, per: Duration::from_secs(seconds) }
    }

    fn slot(self) -> i64 {
        ((self.per.as_micros() as i64) / i64::from(SLOTS)).max(1)
    }

    /// How long after its end a slot still counts.
    fn memory(self) -> i64 {
        self.per.as_micros() as i64 + (self.per / 20).min(MOST_SLACK).as_micros() as i64
    }
}

/// The calls of the last stretch: (slot, count), oldest first.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Window(VecDeque<(i64, u32)>);

impl Window {
    /// How many calls still count.
    pub fn used(&self) -> u32 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// How many calls still count at `now`.
    pub fn used_at(&self, now: Timestamp, limit: Limit) -> u32 {
        let mut window = self.clone();
        window.tidy(now.as_micros(), limit);
        window.used()
    }

    /// Forgets what no longer counts. A clock that was set back leaves slots in the future: they count as used
    /// now, so that the budget holds and nobody waits for longer than one stretch.
    fn tidy(&mut self, now: i64, limit: Limit) {
        let width = limit.slot();
        let current = now.div_euclid(width);
        let mut ahead = 0;
        while let Some(&(slot, count)) = self.0.back() {
            if slot <= current {
                break;
            }
            ahead += count;
            self.0.pop_back();
        }
        self.add(current, ahead);
        while self.0.front().is_some_and(|(slot, _)| slot.saturating_add(1).saturating_mul(width) + limit.memory() <= now) {
            self.0.pop_front();
        }
    }

    fn add(&mut self, slot: i64, count: u32) {
        match self.0.back_mut() {
            _ if count == 0 => {}
            Some((last, sum)) if *last == slot => *sum += count,
            _ => self.0.push_back((slot, count)),
        }
    }

    /// When one more call fits; `None` for now.
    fn free_at(&self, limit: Limit) -> Option<i64> {
        let mut over = (self.used() + 1).checked_sub(limit.calls.max(1)).filter(|over| *over > 0)?;
        for &(slot, count) in &self.0 {
            over = over.saturating_sub(count);
            if over == 0 {
                return Some((slot + 1) * limit.slot() + limit.memory());
            }
        }
        None
    }
}

/// The answer to a wish to call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// Now; it has been counted.
    Now,
    /// Not before then; nothing has been counted.
    WaitUntil(Timestamp),
}

/// Takes one call out of every limit at once, or out of none. `windows` belong to `limits` by position.
pub fn take(windows: &mut [Window], limits: &[Limit], now: Timestamp) -> Turn {
    let micros = now.as_micros();
    let mut until = None;
    for (window, limit) in windows.iter_mut().zip(limits) {
        window.tidy(micros, *limit);
        until = until.max(window.free_at(*limit));
    }
    if let Some(until) = until {
        return Turn::WaitUntil(Timestamp::from_micros(until));
    }
    for (window, limit) in windows.iter_mut().zip(limits) {
        window.add(micros.div_euclid(limit.slot()), 1);
    }
    Turn::Now
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Calls as soon as allowed for `stretch`, never earlier than `gaps` say; gives the moments.
    fn drive(limit: Limit, stretch: Duration, gaps: &[u64]) -> Vec<i64> {
        let (mut window, mut now, mut made) = ([Window::default()], 0_i64, Vec::new());
        let mut gaps = gaps.iter().cycle();
        while now < stretch.as_micros() as i64 {
            match take(&mut window, &[limit], Timestamp::from_micros(now)) {
                Turn::Now => {
                    made.push(now);
                    now += *gaps.next().unwrap_or(&0) as i64;
                }
                Turn::WaitUntil(until) => now = until.as_micros(),
            }
        }
        made
    }

    fn most_in_any_window(moments: &[i64], per: i64) -> usize {
        (0..moments.len()).map(|at| moments[at..].iter().take_while(|later| **later < moments[at] + per).count()).max().unwrap_or(0)
    }

    #[test]
    fn a_greedy_caller_uses_nine_tenths_and_never_more_than_all() {
        for limit in [Limit::new(600, 300), Limit::new(10, 1), Limit::new(60, 60), Limit::new(1, 1)] {
            let made = drive(limit, limit.per * 10, &[0]);
            assert!(most_in_any_window(&made, limit.per.as_micros() as i64) <= limit.calls as usize);
            assert!(made.len() as f64 >= 0.9 * 10.0 * f64::from(limit.calls), "{limit:?}: {}", made.len());
        }
    }

    #[test]
    fn two_limits_are_taken_together_or_not_at_all() {
        let limits = [Limit::new(2, 1), Limit::new(3, 60)];
        let mut windows = [Window::default(), Window::default()];
        let at = |second: i64| Timestamp::from_micros(second * 1_000_000);
        assert_eq!(take(&mut windows, &limits, at(0)), Turn::Now);
        assert_eq!(take(&mut windows, &limits, at(0)), Turn::Now);
        assert!(matches!(take(&mut windows, &limits, at(0)), Turn::WaitUntil(_)));
        assert_eq!(windows[1].used(), 2, "a refused call counts nowhere");
        assert_eq!(take(&mut windows, &limits, at(5)), Turn::Now);
        let Turn::WaitUntil(until) = take(&mut windows, &limits, at(5)) else { panic!("the minute is used up") };
        assert!(until >= at(60) && until < at(65), "{until}");
    }

    #[test]
    fn a_clock_set_back_a_day_costs_at_most_one_stretch() {
        let limit = Limit::new(5, 60);
        let mut window = [Window::default()];
        let day = Timestamp::from_micros(86_400_000_000 * 10);
        for _ in 0..5 {
            assert_eq!(take(&mut window, &[limit], day), Turn::Now);
        }
        let back = day.minus(Duration::from_hours(24));
        let Turn::WaitUntil(until) = take(&mut window, &[limit], back) else { panic!("the calls were just made") };
        assert!(until.since(back) <= Duration::from_secs(65));
        assert_eq!(take(&mut window, &[limit], until), Turn::Now);
    }

    proptest! {
        #[test]
        fn no_rolling_window_ever_holds_more(calls in 1_u32..40, seconds in 1_u64..400, gaps in proptest::collection::vec(0_u64..3_000_000, 1..20)) {
            let limit = Limit::new(calls, seconds);
            let made = drive(limit, limit.per * 5, &gaps);
            prop_assert!(most_in_any_window(&made, limit.per.as_micros() as i64) <= calls as usize);
        }

        #[test]
        fn waiting_until_the_moment_named_is_enough(calls in 1_u32..10, seconds in 1_u64..100, at in 0_i64..1_000_000_000) {
            let limit = Limit::new(calls, seconds);
            let mut window = [Window::default()];
            let now = Timestamp::from_micros(at);
            for _ in 0..calls {
                prop_assert_eq!(take(&mut window, &[limit], now), Turn::Now);
            }
            let Turn::WaitUntil(until) = take(&mut window, &[limit], now) else { return Err(TestCaseError::fail("over the limit")) };
            prop_assert_eq!(take(&mut window, &[limit], until), Turn::Now);
        }
    }
}
