//! What a new opportunity starts with: a value and an expected close, each only where nobody has given one.
//! The probability is the stage's. Absent: everything that is inherited, for fields stay with the contact.

use super::file::Opening;
use crate::domain::{Field, Fields, Timestamp, Value};

/// Value by head count (requirements 11.5: the described system's own code reads the fit score there by mistake).
const BY_SIZE: &[(i64, i64)] = &[(30, 10_000), (70, 25_000), (i64::MAX, 50_000)];
/// Percent by what is wanted, each group at most once (requirements 11.5).
const BY_SERVICE: &[(&[&str], i64)] = &[(&["managed", "support"], 150), (&["cloud", "migration"], 130), (&["security", "compliance"], 140)];

pub(super) fn values(opening: &Opening, fields: &Fields, now: Timestamp) -> Vec<(Field, Value)> {
    let mut values = Vec::new();
    if fields.get(Field::DealValue).is_none() {
        values.push((Field::DealValue, Value::Number(deal_value(opening, fields))));
    }
    if fields.get(Field::CloseDate).is_none() {
        values.extend(close_date(opening, fields, now).map(|at| (Field::CloseDate, Value::Date(at))));
    }
    values
}

fn deal_value(opening: &Opening, fields: &Fields) -> i64 {
    let staff = fields.get(Field::Employees).and_then(Value::as_i64).unwrap_or(0);
    let base = BY_SIZE.iter().find(|(below, _)| staff < *below).map_or(0, |(_, value)| *value);
    let wanted = [Field::Qualified, Field::Services].map(|field| fields.str(field).to_lowercase()).join(" ");
    let times = |value: i64, (words, percent): &(&[&str], i64)| {
        if words.iter().any(|word| wanted.contains(word)) { value * percent / 100 } else { value }
    };
    BY_SERVICE.iter().fold(base, times).max(opening.minimum_value)
}

/// The day so many months from today, midnight UTC.
fn close_date(opening: &Opening, fields: &Fields, now: Timestamp) -> Option<Timestamp> {
    let months = months(fields.str(Field::Timeframe)).unwrap_or(i64::from(opening.close_months));
    let zone = jiff::tz::TimeZone::UTC;
    let today = zone.to_datetime(jiff::Timestamp::from_microsecond(now.as_micros()).ok()?).date();
    let day = today.checked_add(jiff::Span::new().try_months(months).ok()?).ok()?;
    let midnight = zone.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
    Some(Timestamp::from_micros(midnight.as_microsecond()))
}

/// The later end of a timeframe (CF_205: Immediate, 1-3, 3-6, 6-12, 12+ months) or of words that say as much.
fn months(timeframe: &str) -> Option<i64> {
    let text = timeframe.to_lowercase();
    let numbers: Vec<i64> = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
    match numbers.last() {
        Some(months) if text.contains("month") || text.contains(['-', '+']) => Some((*months).clamp(1, 120)),
        _ if text.contains("immediate") || text.contains("urgent") => Some(1),
        _ if text.contains("quarter") => Some(3),
        _ if text.contains("year") => Some(12),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FieldKind;

    fn starting(pairs: &[(Field, &str)]) -> (Option<i64>, String) {
        let fields: Fields = pairs.iter().map(|(field, raw)| (*field, Value::parse(field.kind(), raw).unwrap())).collect();
        let now = Timestamp::parse("2026-11-30T15:00:00Z").unwrap();
        let values: Fields = values(&Opening::default(), &fields, now).into_iter().collect();
        let close = values.get(Field::CloseDate).map_or_else(String::new, ToString::to_string);
        (values.get(Field::DealValue).and_then(Value::as_i64), close)
    }

    #[test]
    fn value_follows_size_and_services() {
        assert_eq!(starting(&[]).0, Some(10_000));
        assert_eq!(starting(&[(Field::Employees, "51-200")]).0, Some(25_000));
        assert_eq!(starting(&[(Field::Employees, "5001+"), (Field::Services, "Managed IT, cloud migration")]).0, Some(97_500));
        assert_eq!(starting(&[(Field::Qualified, "Security and compliance")]).0, Some(14_000));
        assert_eq!(starting(&[(Field::DealValue, "5")]).0, None, "what somebody gave stays");
        let least = Opening { minimum_value: 20_000, ..Opening::default() };
        assert_eq!(deal_value(&least, &Fields::new()), 20_000);
    }

    #[test]
    fn close_follows_the_timeframe() {
        for (timeframe, day) in [
            ("", "2027-02-28"),
            ("Immediate", "2026-12-30"),
            ("1-3 months", "2027-02-28"),
            ("3-6", "2027-05-30"),
            ("6-12 months", "2027-11-30"),
            ("12+ months", "2027-11-30"),
            ("this quarter", "2027-02-28"),
            ("next year", "2027-11-30"),
            ("whenever", "2027-02-28"),
        ] {
            assert_eq!(starting(&[(Field::Timeframe, timeframe)]).1, day, "{timeframe}");
        }
        assert_eq!(starting(&[(Field::CloseDate, "2027-01-01")]).1, "");
        assert_eq!(Field::CloseDate.kind(), FieldKind::Date);
    }
}
