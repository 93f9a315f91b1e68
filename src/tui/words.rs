//! Numbers, moments and spans as people read them on a narrow screen. Time comes in as an argument.

use crate::domain::Timestamp;
use jiff::tz::TimeZone;
use std::time::Duration;

/// `1,204`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 card`, `3 cards`.
pub fn many(n: u64, one: &str) -> String {
    format!("{} {one}{}", count(n), if n == 1 { "" } else { "s" })
}

/// The shortest that tells the moments apart: `12:04` today, `Mon 17:40` within a week, else `03 Oct`, `03 Oct 2025`.
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (Some(then), Some(today)) = (civil(at, zone), civil(now, zone)) else { return String::new() };
    let days = now.since(at).as_secs() / 86_400;
    if then.date() == today.date() {
        then.strftime("%H:%M").to_string()
    } else if at <= now && days < 6 {
        then.strftime("%a %H:%M").to_string()
    } else if then.year() == today.year() {
        then.strftime("%d %b").to_string()
    } else {
        then.strftime("%d %b %Y").to_string()
    }
}

/// A moment to come: `12:04` today, `Thu 06:00` within a week, else `03 Oct 06:00`.
pub fn coming(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (Some(then), Some(today)) = (civil(at, zone), civil(now, zone)) else { return String::new() };
    let days = at.since(now).as_secs() / 86_400;
    let form = if then.date() == today.date() {
        "%H:%M"
    } else if days < 6 {
        "%a %H:%M"
    } else {
        "%d %b %H:%M"
    };
    then.strftime(form).to_string()
}

/// `12:04:31`.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    civil(at, zone).map(|then| then.strftime("%H:%M:%S").to_string()).unwrap_or_default()
}

/// `12:04:31.402`.
pub fn clock_millis(at: Timestamp, zone: &TimeZone) -> String {
    civil(at, zone).map(|then| then.strftime("%H:%M:%S%.3f").to_string()).unwrap_or_default()
}

/// `2026-10-03 12:04:31`.
pub fn full(at: Timestamp, zone: &TimeZone) -> String {
    civil(at, zone).map(|then| then.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// `2026-10-03`.
pub fn day(at: Timestamp, zone: &TimeZone) -> String {
    civil(at, zone).map(|then| then.strftime("%Y-%m-%d").to_string()).unwrap_or_default()
}

fn civil(at: Timestamp, zone: &TimeZone) -> Option<jiff::civil::DateTime> {
    Some(zone.to_datetime(jiff::Timestamp::from_microsecond(at.as_micros()).ok()?))
}

/// How long ago, in the largest unit: `40 s`, `3 min`, `5 h`, `12 d`.
pub fn age(at: Timestamp, now: Timestamp) -> String {
    span(now.since(at))
}

/// A span in its largest unit.
pub fn span(span: Duration) -> String {
    match span.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds @ 3_600..86_400 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

/// A span that is being waited for: `0m 40s`, `1h 05m`.
pub fn countdown(span: Duration) -> String {
    let seconds = span.as_secs();
    if seconds < 3_600 {
        format!("{}m {:02}s", seconds / 60, seconds % 60)
    } else {
        format!("{}h {:02}m", seconds / 3_600, seconds / 60 % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_moments_are_short() {
        let at = |raw| Timestamp::parse(raw).unwrap();
        let now = at("2026-10-07T15:00:00");
        let seen = |raw| moment(at(raw), now, &TimeZone::UTC);
        assert_eq!([0, 12, 999, 1_000, 1_234_567].map(count), ["0", "12", "999", "1,000", "1,234,567"]);
        assert_eq!(seen("2026-10-07T12:04:31"), "12:04");
        assert_eq!(seen("2026-10-05T17:40:00"), "Mon 17:40");
        assert_eq!(seen("2026-03-01T00:00:00"), "01 Mar");
        assert_eq!(seen("2025-11-30T00:00:00"), "30 Nov 2025");
        let comes = |raw| coming(at(raw), now, &TimeZone::UTC);
        assert_eq!(
            ["2026-10-07T18:00:00", "2026-10-08T06:00:00", "2026-11-02T06:00:00"].map(comes),
            ["18:00", "Thu 06:00", "02 Nov 06:00"]
        );
        assert_eq!(age(at("2026-10-07T14:59:20"), now), "40 s");
        assert_eq!(age(at("2026-09-25T15:00:00"), now), "12 d");
        assert_eq!(countdown(Duration::from_secs(3_905)), "1h 05m");
        assert_eq!(clock_millis(at("2026-10-07T12:04:31.402"), &TimeZone::UTC), "12:04:31.402");
    }
}
