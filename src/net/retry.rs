//! When to try again: the back-off schedule and `Retry-After` in every form it is sent. Pure; chance is an argument.

use crate::domain::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The longest wait a server may ask for. What asks for more (a year, by mistake or malice) is cut to this and asked again.
pub const MAX_RETRY_AFTER: Duration = Duration::from_mins(15);

/// How often and how far apart one call is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Retry {
    /// Attempts in all, the first included.
    pub attempts: u32,
    /// The first ceiling; each further attempt doubles it.
    pub base: Duration,
    /// The highest ceiling.
    pub cap: Duration,
    /// How long one call may wait in all, for its turn and between attempts. Past it, the caller is told when to come back.
    pub patience: Duration,
}

impl Default for Retry {
    /// Requirements 19.4: base 1 s doubling to 30 s; four attempts leave the breaker (five failures) to several calls.
    fn default() -> Self {
        Self { attempts: 4, base: Duration::from_secs(1), cap: Duration::from_secs(30), patience: Duration::from_mins(2) }
    }
}

impl Retry {
    /// The wait after attempt number `attempt` (from 1): what the server asked for plus up to a tenth, so that
    /// those who were told the same moment do not all come at once; else full jitter under a doubling ceiling.
    /// `chance` lies in `0.0..1.0`.
    pub fn delay(&self, attempt: u32, asked: Option<Duration>, chance: f64) -> Duration {
        let chance = chance.clamp(0.0, 1.0);
        if let Some(asked) = asked {
            let asked = asked.min(MAX_RETRY_AFTER);
            return asked + asked.mul_f64(0.1 * chance);
        }
        let ceiling = self.base.saturating_mul(1 << attempt.saturating_sub(1).min(20)).min(self.cap);
        ceiling.mul_f64(chance)
    }
}

/// Reads a `Retry-After` header: seconds (also a fraction), or an HTTP date. Rubbish and the past give `None` or
/// zero; the absurd is capped by [`MAX_RETRY_AFTER`].
pub fn retry_after(raw: &str, now: Timestamp) -> Option<Duration> {
    let raw = raw.trim();
    if let Ok(seconds) = raw.parse::<f64>() {
        return seconds.is_finite().then(|| Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(MAX_RETRY_AFTER).min(MAX_RETRY_AFTER));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(raw).ok()?;
    Some(Timestamp::from_micros(date.as_microsecond()).since(now).min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_of_retry_after_is_read() {
        let now = Timestamp::parse("2026-10-21T07:28:00Z").unwrap();
        for (raw, seconds) in [
            ("30", Some(30)),
            (" 0 ", Some(0)),
            ("-5", Some(0)),
            ("2.0", Some(2)),
            ("Wed, 21 Oct 2026 07:28:30 GMT", Some(30)),
            ("Wed, 21 Oct 2026 07:00:00 GMT", Some(0)),
            ("99999999999999999999", Some(900)),
            ("Sat, 01 Jan 2050 00:00:00 GMT", Some(900)),
            ("soon", None),
            ("", None),
            ("NaN", None),
        ] {
            assert_eq!(retry_after(raw, now), seconds.map(Duration::from_secs), "{raw:?}");
        }
    }

    #[test]
    fn the_schedule_doubles_up_to_its_cap_and_honours_the_server() {
        let retry = Retry::default();
        let ceilings: Vec<_> = (1..8).map(|attempt| retry.delay(attempt, None, 1.0).as_secs()).collect();
        assert_eq!(ceilings, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(retry.delay(3, None, 0.0), Duration::ZERO);
        assert_eq!(retry.delay(1, Some(Duration::from_secs(20)), 0.0), Duration::from_secs(20));
        assert_eq!(retry.delay(1, Some(Duration::from_secs(20)), 1.0), Duration::from_secs(22));
    }

    proptest! {
        #[test]
        fn no_wait_is_ever_absurd(attempt in 0_u32.., asked in proptest::option::of(0_u64..), chance in -1.0_f64..2.0, raw in ".*") {
            let delay = Retry::default().delay(attempt, asked.map(Duration::from_secs), chance);
            prop_assert!(delay <= MAX_RETRY_AFTER.mul_f64(1.1));
            if let Some(wait) = retry_after(&raw, Timestamp::from_micros(0)) {
                prop_assert!(wait <= MAX_RETRY_AFTER);
            }
        }
    }
}
