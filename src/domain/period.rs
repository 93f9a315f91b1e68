//! `Period`: a length of time as people write it in a settings file (`10s`, `5m`, `48h`, `30 days`).

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr, time::Duration};

/// A length of time, whole milliseconds. A day is 24 hours and a week seven days; months have no fixed length and
/// are refused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Period(pub Duration);

impl Period {
    /// So many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// So many minutes.
    pub const fn minutes(minutes: u64) -> Self {
        Self::seconds(minutes * 60)
    }

    /// So many hours.
    pub const fn hours(hours: u64) -> Self {
        Self::minutes(hours * 60)
    }

    /// So many days of 24 hours.
    pub const fn days(days: u64) -> Self {
        Self::hours(days * 24)
    }
}

const SUCH_AS: &str = "a length of time such as \"30s\", \"15m\", \"48h\" or \"7 days\"";

/// Not a length of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be {SUCH_AS}")]
pub struct NoPeriod;

impl FromStr for Period {
    type Err = NoPeriod;

    fn from_str(raw: &str) -> Result<Self, NoPeriod> {
        // "30_days" is how the described system writes it.
        let span: jiff::Span = raw.trim().replace('_', " ").parse().map_err(|_| NoPeriod)?;
        let exact = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| NoPeriod)?;
        let millis = u64::try_from(exact.as_millis()).map_err(|_| NoPeriod)?;
        Ok(Self(Duration::from_millis(millis)))
    }
}

/// The largest unit that says it without a fraction: `2d`, `36h`, `90s`, `0s`.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)];
        match units.into_iter().find(|(_, size)| millis > 0 && millis.is_multiple_of(*size)) {
            Some((unit, size)) => f.pad(&format!("{}{unit}", millis / size)),
            None if millis == 0 => f.pad("0s"),
            None => f.pad(&format!("{millis}ms")),
        }
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Period;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(SUCH_AS)
            }
            fn visit_str<E: de::Error>(self, raw: &str) -> Result<Period, E> {
                raw.parse().map_err(E::custom)
            }
        }
        // Not deserialize_str: a bare number then hears what is wanted, not that it is no text.
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_write() {
        for (raw, shown) in [
            ("10s", "10s"),
            ("5m", "5m"),
            ("48h", "2d"),
            ("1h 30m", "90m"),
            ("30_days", "30d"),
            ("1 week", "7d"),
            ("250ms", "250ms"),
            ("0s", "0s"),
        ] {
            assert_eq!(raw.parse::<Period>().unwrap().to_string(), shown, "{raw}");
        }
        for bad in ["", "10", "soon", "-5m", "1 month", "1 fortnight"] {
            assert_eq!(bad.parse::<Period>(), Err(NoPeriod), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(millis in 0..100_000_000_000u64) {
            let period = Period(Duration::from_millis(millis));
            prop_assert_eq!(period.to_string().parse::<Period>(), Ok(period));
        }
    }
}
