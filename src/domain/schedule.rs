//! `Schedule`: when something starts by itself, as a cron expression (`0 6 * * 1-5`: at six from Monday to Friday).
//! Absent: starting anything, and remembering what was started.

use super::Timestamp;
use chrono::{Datelike as _, NaiveDate, NaiveDateTime, Timelike as _};
use croner::{
    Cron,
    errors::CronError,
    parser::{CronParser, Seconds, Year},
};
use jiff::{civil, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// Local times that a change of the clocks made impossible or repeated, at most, before an answer is found.
const DETOURS: usize = 200;

/// A cron expression of five fields: minute, hour, day, month, weekday.
#[derive(Clone)]
pub struct Schedule {
    written: Box<str>,
    cron: Cron,
}

/// Not a schedule.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be a cron expression of minute, hour, day, month and weekday such as \"0 6 * * 1-5\": {0}")]
pub struct NoSchedule(String);

impl FromStr for Schedule {
    type Err = NoSchedule;

    fn from_str(raw: &str) -> Result<Self, NoSchedule> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let no = |error: CronError| {
            NoSchedule(error.to_string().replace(" when seconds are disallowed", "").trim_end_matches('.').to_lowercase())
        };
        let schedule = Self { written: raw.trim().into(), cron: parser.parse(raw.trim()).map_err(no)? };
        match schedule.next_after(Timestamp::from_micros(0), &TimeZone::UTC) {
            Some(_) => Ok(schedule),
            None => Err(NoSchedule("that day never comes".to_owned())),
        }
    }
}

impl Schedule {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The first moment after `at`, by the clocks of `zone`. A time that the clocks leave out comes as much later.
    pub fn next_after(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.find(at, zone, |cron, from| cron.find_next_occurrence(from, false), |found| found > at)
    }

    /// The last moment up to and with `at`.
    pub fn last_until(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let inclusive = std::cell::Cell::new(true);
        self.find(at, zone, |cron, from| cron.find_previous_occurrence(from, inclusive.replace(false)), |found| found <= at)
    }

    fn find(
        &self,
        at: Timestamp,
        zone: &TimeZone,
        step: impl Fn(&Cron, &NaiveDateTime) -> Result<NaiveDateTime, CronError>,
        fits: impl Fn(Timestamp) -> bool,
    ) -> Option<Timestamp> {
        let mut local = naive(zone.to_datetime(jiff::Timestamp::from_microsecond(at.as_micros()).ok()?))?;
        for _ in 0..DETOURS {
            local = step(&self.cron, &local).ok()?;
            let found = Timestamp::from_micros(zone.to_timestamp(civil(local)?).ok()?.as_microsecond());
            if fits(found) {
                return Some(found);
            }
        }
        None
    }
}

fn naive(local: civil::DateTime) -> Option<NaiveDateTime> {
    let date = NaiveDate::from_ymd_opt(local.year().into(), local.month().try_into().ok()?, local.day().try_into().ok()?)?;
    // Whatever is below a second is cut: no schedule knows it.
    date.and_hms_opt(local.hour().try_into().ok()?, local.minute().try_into().ok()?, local.second().try_into().ok()?)
}

fn civil(local: NaiveDateTime) -> Option<civil::DateTime> {
    let year = local.year().try_into().ok()?;
    let [month, day, hour, minute, second] =
        [local.month(), local.day(), local.hour(), local.minute(), local.second()].map(|part| i8::try_from(part).ok());
    civil::DateTime::new(year, month?, day?, hour?, minute?, second?, 0).ok()
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Schedule {}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(raw: &str) -> Timestamp {
        Timestamp::parse(raw).unwrap()
    }

    fn schedule(raw: &str) -> Schedule {
        raw.parse().unwrap()
    }

    #[test]
    fn working_days_at_six() {
        let (six, zone) = (schedule("0 6 * * 1-5"), TimeZone::UTC);
        // A Wednesday; and a Friday, after which comes Monday.
        assert_eq!(six.next_after(at("2026-11-25T05:59:59"), &zone), Some(at("2026-11-25T06:00:00")));
        assert_eq!(six.next_after(at("2026-11-25T06:00:00"), &zone), Some(at("2026-11-26T06:00:00")));
        assert_eq!(six.next_after(at("2026-11-27T07:00:00"), &zone), Some(at("2026-11-30T06:00:00")));
        assert_eq!(six.last_until(at("2026-11-29T12:00:00"), &zone), Some(at("2026-11-27T06:00:00")));
        assert_eq!(six.last_until(at("2026-11-27T06:00:00"), &zone), Some(at("2026-11-27T06:00:00")));
    }

    #[test]
    fn a_zone_has_its_own_six_and_clocks_that_change() {
        let Ok(berlin) = TimeZone::get("Europe/Berlin") else { return };
        let six = schedule("0 6 * * *");
        assert_eq!(six.next_after(at("2026-07-01T00:00:00"), &berlin), Some(at("2026-07-01T04:00:00")));
        assert_eq!(six.next_after(at("2026-12-01T00:00:00"), &berlin), Some(at("2026-12-01T05:00:00")));
        // Half past two does not exist on 29 March 2026: it comes an hour later by the clock, once.
        let night = schedule("30 2 * * *");
        assert_eq!(night.next_after(at("2026-03-28T12:00:00"), &berlin), Some(at("2026-03-29T01:30:00")));
        assert_eq!(night.next_after(at("2026-03-29T01:30:00"), &berlin), Some(at("2026-03-30T00:30:00")));
        // On 25 October it exists twice, and counts once.
        assert_eq!(night.next_after(at("2026-10-24T12:00:00"), &berlin), Some(at("2026-10-25T00:30:00")));
        assert_eq!(night.next_after(at("2026-10-25T00:30:00"), &berlin), Some(at("2026-10-26T01:30:00")));
    }

    #[test]
    fn what_is_none_is_refused() {
        for bad in ["", "often", "0 6 * *", "0 6 * * * *", "61 6 * * *", "0 6 31 2 *", "0 6 * * mon-"] {
            assert!(bad.parse::<Schedule>().is_err(), "{bad}");
        }
        assert_eq!(schedule(" 0 6 * * MON-FRI ").to_string(), "0 6 * * MON-FRI");
    }

    proptest! {
        #[test]
        fn the_last_until_the_next_is_the_next(minute in 0..60u32, hour in 0..24u32, day in 0..7u32, micros in 0..4_000_000_000_000_000_i64) {
            let now = Timestamp::from_micros(micros);
            let one = schedule(&format!("{minute} {hour} * * {day}"));
            for zone in [TimeZone::UTC, TimeZone::fixed(jiff::tz::offset(-7))] {
                let next = one.next_after(now, &zone).unwrap();
                prop_assert!(next > now);
                prop_assert_eq!(one.last_until(next, &zone), Some(next));
                prop_assert!(one.last_until(now, &zone).is_none_or(|last| last <= now));
            }
        }
    }
}
