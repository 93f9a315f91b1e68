//! Points in time as microseconds since 1970 in UTC, and the clock that hands them out. No time zone rules
//! live here; a screen turns a `Timestamp` into local words.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, time::Duration};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Reads a date (`2026-03-01`), or a date and time with or without zone and with any fraction. A time
    /// without a zone is UTC, which is how HaloPSA and most providers mean it. Halo's "no date" (1899 and
    /// 1900) reads as `None`.
    pub fn parse(raw: &str) -> Option<Self> {
        let raw = raw.trim().trim_end_matches(" UTC");
        let utc = jiff::tz::TimeZone::UTC;
        let stamp = if let Ok(stamp) = raw.parse::<jiff::Timestamp>() {
            stamp
        } else {
            let midnight = || raw.parse::<jiff::civil::Date>().map(|date| date.at(0, 0, 0, 0));
            utc.to_timestamp(raw.parse::<jiff::civil::DateTime>().or_else(|_| midnight()).ok()?).ok()?
        };
        let year = utc.to_datetime(stamp).year();
        (year > 1900).then(|| Self(stamp.as_microsecond()))
    }

    /// This much later; stops at the ends of time.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
    }

    /// This much earlier.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long ago `earlier` was, zero when it lies ahead (clocks jump).
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0).max(0) as u64)
    }

    fn civil(self) -> Option<jiff::Timestamp> {
        jiff::Timestamp::from_microsecond(self.0).ok()
    }
}

/// In text formats as RFC 3339, which people and scripts can read; in binary ones as the number.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.civil().filter(|_| serializer.is_human_readable()) {
            Some(stamp) => serializer.collect_str(&stamp),
            None => serializer.serialize_i64(self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written<'a> {
            Micros(i64),
            #[serde(borrow)]
            Text(Cow<'a, str>),
        }
        if !deserializer.is_human_readable() {
            return i64::deserialize(deserializer).map(Self);
        }
        match Written::deserialize(deserializer)? {
            Written::Micros(micros) => Ok(Self(micros)),
            Written::Text(text) => match text.parse::<jiff::Timestamp>() {
                Ok(stamp) => Ok(Self(stamp.as_microsecond())),
                Err(_) => Err(de::Error::custom(format!("{text:?} is no time, such as 2026-03-01T12:00:00Z"))),
            },
        }
    }
}

/// RFC 3339 in UTC with the fraction it has.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.civil() {
            Some(stamp) => write!(f, "{stamp}"),
            None => write!(f, "{}us", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where time comes from. Rules take a `Timestamp`; only edges ask a `Clock`.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form_the_apis_send() {
        let day = Timestamp::parse("2026-10-03").unwrap();
        for same in ["2026-10-03T00:00:00", "2026-10-03T00:00:00Z", "2026-10-03T02:00:00.000+02:00", "2026-10-03 00:00:00 UTC"] {
            assert_eq!(Timestamp::parse(same), Some(day), "{same}");
        }
        assert_eq!(Timestamp::parse("2026-10-03T06:24:10.967").unwrap().as_micros() % 1_000_000, 967_000);
        for none in ["1900-01-01T00:00:00", "1899-12-30T00:00:00", "", "soon"] {
            assert_eq!(Timestamp::parse(none), None, "{none}");
        }
        assert_eq!(Timestamp::parse(&day.to_string()), Some(day));
    }
}
