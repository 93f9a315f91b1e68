//! A circuit breaker as a state machine: a dead service costs one probe per rest, and nobody a slot. No clock here.

use crate::domain::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Failures in a row that open it. More than one call's retries, so that one unlucky call does not.
const FAILURES: u32 = 5;

/// The first rest; each failed probe doubles it.
const FIRST_REST: Duration = Duration::from_secs(30);

/// The longest rest.
const LONGEST_REST: Duration = Duration::from_mins(10);

/// How long a probe may take before another may try: its caller may have gone away.
const PROBE: Duration = Duration::from_mins(1);

/// Where a breaker stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breaker {
    /// Calls go through; so many of the last failed.
    Closed {
        /// Failures in a row.
        failures: u32,
    },
    /// Nothing goes through until then.
    Open {
        /// The end of the rest.
        until: Timestamp,
        /// How often it has rested in a row.
        rests: u32,
    },
    /// One probe is out; if nothing is heard of it by then, another may go.
    Probing {
        /// When the probe counts as lost.
        until: Timestamp,
        /// How often it has rested in a row.
        rests: u32,
    },
}

/// May a call go through?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Yes.
    Pass,
    /// Not before then.
    Rest(Timestamp),
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Breaker {
    /// Asks for one call; while it is open, the first call after the rest becomes the probe.
    pub fn ask(&mut self, now: Timestamp) -> Verdict {
        match *self {
            Self::Closed { .. } => Verdict::Pass,
            Self::Open { until, rests } | Self::Probing { until, rests } => {
                // A clock set back must not turn a rest of seconds into one of a day.
                if now >= until || until.since(now) > LONGEST_REST {
                    *self = Self::Probing { until: now.plus(PROBE), rests };
                    Verdict::Pass
                } else {
                    Verdict::Rest(until)
                }
            }
        }
    }

    /// The service answered, whatever it said.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// The service did not answer, or only with its own trouble.
    pub fn failed(&mut self, now: Timestamp) {
        let rests = match *self {
            Self::Closed { failures } if failures + 1 < FAILURES => {
                *self = Self::Closed { failures: failures + 1 };
                return;
            }
            Self::Closed { .. } => 0,
            // Calls that were under way when it opened tell nothing new.
            Self::Open { .. } => return,
            Self::Probing { rests, .. } => rests + 1,
        };
        let rest = FIRST_REST.saturating_mul(1 << rests.min(10)).min(LONGEST_REST);
        *self = Self::Open { until: now.plus(rest), rests };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_service_gets_one_probe_per_rest() {
        let mut breaker = Breaker::default();
        let mut now = Timestamp::from_micros(0);
        let mut passed = 0;
        for _ in 0..3600 {
            if breaker.ask(now) == Verdict::Pass {
                passed += 1;
                breaker.failed(now);
            }
            now = now.plus(Duration::from_secs(1));
        }
        // Five to open it, then a probe after rests of 30 s, 1, 2, 4, 8 min, and four times 10 min.
        assert_eq!(passed, 5 + 9, "one hour of one wish a second");
        breaker.succeeded();
        assert_eq!(breaker.ask(now), Verdict::Pass);
    }

    #[test]
    fn a_lost_probe_is_replaced_and_only_one_is_out() {
        let mut breaker = Breaker::Open { until: Timestamp::from_micros(0), rests: 0 };
        let now = Timestamp::from_micros(1);
        assert_eq!(breaker.ask(now), Verdict::Pass);
        assert_eq!(breaker.ask(now), Verdict::Rest(now.plus(PROBE)));
        assert_eq!(breaker.ask(now.plus(PROBE)), Verdict::Pass);
    }

    #[test]
    fn an_answer_in_between_starts_the_count_anew() {
        let mut breaker = Breaker::default();
        let now = Timestamp::from_micros(0);
        for _ in 0..FAILURES - 1 {
            breaker.failed(now);
        }
        breaker.succeeded();
        breaker.failed(now);
        assert_eq!(breaker, Breaker::Closed { failures: 1 });
    }
}
