//! Hands out telephone numbers, each once, from the ranges kept for fiction, and writes them as people do.

use super::places::{CA_AREAS, Country, Range, US_AREAS};
use std::collections::HashMap;

/// Which numbers are gone. When a country's range is used up, later people there have no number.
#[derive(Default)]
pub(super) struct Phones(HashMap<(&'static str, Kind), u32>);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Fixed,
    Mobile,
}

/// Numbers are spread over a range by steps of this prime, so neighbours do not look alike.
const STEP: u32 = 7919;

impl Phones {
    pub(super) fn switchboard(&mut self, country: &'static Country) -> Option<String> {
        self.take(country, Kind::Fixed)
    }

    pub(super) fn direct(&mut self, country: &'static Country) -> Option<String> {
        self.take(country, Kind::Fixed)
    }

    pub(super) fn mobile(&mut self, country: &'static Country) -> Option<String> {
        self.take(country, Kind::Mobile)
    }

    fn take(&mut self, country: &'static Country, kind: Kind) -> Option<String> {
        // North America has one numbering plan: mobiles and desks share the area codes.
        let areas = match country.iso {
            "US" => Some(US_AREAS),
            "CA" => Some(CA_AREAS),
            _ => None,
        };
        let kind = if areas.is_some() { Kind::Fixed } else { kind };
        let nth = self.0.entry((country.iso, kind)).or_default();
        let number = match areas {
            Some(areas) => north_american(areas, *nth),
            None => of_ranges(if kind == Kind::Fixed { country.fixed } else { country.mobile }, *nth),
        }?;
        *nth += 1;
        Some(number)
    }
}

fn north_american(areas: &[u32], nth: u32) -> Option<String> {
    let total = areas.len() as u32 * 100;
    let at = (nth < total).then(|| (u64::from(nth) * u64::from(STEP) % u64::from(total)) as u32)?;
    Some(format!("+1{}55501{:02}", areas[(at / 100) as usize], at % 100))
}

fn of_ranges(ranges: &[Range], nth: u32) -> Option<String> {
    let total: u32 = ranges.iter().map(|range| range.count).sum();
    let mut at = (nth < total).then(|| (u64::from(nth) * u64::from(STEP) % u64::from(total)) as u32)?;
    for range in ranges {
        if at < range.count {
            return Some(format!("{}{:0width$}", range.prefix, range.from + at, width = range.width));
        }
        at -= range.count;
    }
    None
}

/// As written at home: `(937) 555-0123`, `020 7946 0123`.
pub(crate) fn national(e164: &str) -> String {
    let digits = e164.trim_start_matches('+');
    match digits.as_bytes() {
        [b'1', ..] if digits.len() == 11 => format!("({}) {}-{}", &digits[1..4], &digits[4..7], &digits[7..]),
        [b'4', b'4', b'2', b'0', ..] => format!("020 {} {}", &digits[4..8], &digits[8..]),
        [b'3', b'3', ..] if digits.len() == 11 => {
            format!("0{} {} {} {} {}", &digits[2..3], &digits[3..5], &digits[5..7], &digits[7..9], &digits[9..])
        }
        _ => format!("0{} {}", &digits[2..5.min(digits.len())], &digits[5.min(digits.len())..]),
    }
}

/// With the country in front, spaced: `+1 937-555-0123`, `+44 20 7946 0123`.
pub(crate) fn international(e164: &str) -> String {
    let digits = e164.trim_start_matches('+');
    match digits.as_bytes() {
        [b'1', ..] if digits.len() == 11 => format!("+1 {}-{}-{}", &digits[1..4], &digits[4..7], &digits[7..]),
        _ => format!("+{} {} {}", &digits[..2], &digits[2..4], &digits[4..]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::COUNTRIES;
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_number_is_handed_out_once_and_validates() {
        let mut phones = Phones::default();
        let mut seen = HashSet::new();
        let mut refused = Vec::new();
        for country in COUNTRIES {
            for _ in 0..1500 {
                for number in [phones.switchboard(country), phones.mobile(country)].into_iter().flatten() {
                    let parsed = number.parse::<rlibphonenumber::PhoneNumber>();
                    if !parsed.is_ok_and(|n| n.is_valid()) {
                        refused.push(number.clone());
                    }
                    assert!(seen.insert(number), "handed out twice");
                }
            }
        }
        assert!(refused.is_empty(), "{} of {} refused: {:?}", refused.len(), seen.len(), &refused[..refused.len().min(12)]);
    }
}
