//! Numbers as people write them: amounts of money, head counts and their bands, years, grades, dates.

use crate::{
    domain::{Span, Timestamp},
    intake::settings::DateOrder,
};

/// Bands that Apollo writes with a comma between, `51,200`: no thousands separator, but 51 to 200.
const COMMA_BANDS: [(&str, &str); 22] = [
    ("1", "10"),
    ("2", "10"),
    ("11", "20"),
    ("11", "50"),
    ("21", "50"),
    ("51", "100"),
    ("51", "200"),
    ("101", "200"),
    ("101", "250"),
    ("201", "500"),
    ("251", "500"),
    ("501", "1000"),
    ("501", "1001"),
    ("1001", "2000"),
    ("1001", "5000"),
    ("2001", "5000"),
    ("5001", "10000"),
    ("10001", "20000"),
    ("10001", "50000"),
    ("20001", "50000"),
    ("50001", "100000"),
    ("10001", "100000"),
];

/// Nobody employs so many people.
const MOST_HEADS: i64 = 1_000_000_000;

/// Digits and nothing else: nearly every number, and nothing to do.
fn plain(text: &str) -> Option<i64> {
    (text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// A head count: `340`, `201-500`, `51,200` (a band), `10,001+`, `2 - 10 employees`, `Nov-50` (a spreadsheet's 11-50).
pub fn count_span(raw: &str) -> Option<Span> {
    let text = raw.trim().trim_start_matches("Employees.").trim();
    if let Some(plain) = plain(text) {
        return (plain < MOST_HEADS).then(|| Span::exactly(plain));
    }
    if let Some((from, to)) = text.split_once(',').filter(|(from, to)| COMMA_BANDS.contains(&(from.trim(), to.trim()))) {
        return span(from.trim().parse().ok()?, Some(to.trim().parse().ok()?));
    }
    if let Some(span) = mangled_band(text) {
        return Some(span);
    }
    let span = range(text)?;
    (span.from >= 0 && span.to.unwrap_or(span.from) < MOST_HEADS).then_some(span)
}

/// Dollars: `$52M`, `52 Million`, `10M-50M`, `$50 mil. - $100 mil.`, `10,000,000 - 25,000,000`, `$1B+`, `<$1M`.
pub fn money_span(raw: &str) -> Option<Span> {
    plain(raw).map(Span::exactly).or_else(|| range(raw)).filter(|span| span.from >= 0)
}

/// One amount; the lower end of a range.
pub fn amount(raw: &str) -> Option<i64> {
    let raw = raw.trim();
    if let Some(rest) = raw.strip_prefix('-') {
        return amount(rest).map(|amount| -amount);
    }
    plain(raw).or_else(|| range(raw).map(|span| span.from))
}

/// A year of the Gregorian calendar, also inside a date.
pub fn year(raw: &str) -> Option<i64> {
    let digits: Vec<&str> = raw.split(|c: char| !c.is_ascii_digit()).filter(|part| part.len() >= 4).collect();
    // `19981` is a slip of Lead411's; its first four digits are the year.
    let year: i64 = digits.first()?.get(..4)?.parse().ok()?;
    (1000..=2100).contains(&year).then_some(year)
}

/// 0 to 100: a number, a share (`0.93`), a percentage, or a letter grade (our scale for Lusha's and RocketReach's).
pub fn confidence(raw: &str) -> Option<i64> {
    let text = raw.trim().trim_end_matches('%').trim();
    let graded = match text {
        "A+" | "a+" => 97,
        "A" | "a" => 93,
        "A-" | "a-" => 85,
        "B" | "b" => 75,
        "C" | "c" => 60,
        "D" | "d" => 40,
        "F" | "f" => 5,
        _ => {
            let number: f64 = text.parse().ok()?;
            let share = text.contains('.') && (0.0..=1.0).contains(&number);
            (if share { number * 100.0 } else { number }).round() as i64
        }
    };
    (0..=100).contains(&graded).then_some(graded)
}

/// A date with or without a time, in any of the forms sources write.
pub fn date(raw: &str, order: DateOrder) -> Option<Timestamp> {
    // Lead411 writes `08\/10\/2026`.
    let cleaned = raw.replace('\\', "");
    let text = cleaned.trim();
    if let Some(stamp) = Timestamp::parse(text) {
        return Some(stamp);
    }
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || matches!(c, '/' | '-' | '.' | ',')).filter(|word| !word.is_empty()).collect();
    let (day, month, year) = match words.get(..3)? {
        [a, b, c] if a.len() == 4 && month_named(a).is_none() => (number(c)?, number(b)?, number(a)?),
        [a, b, c] => match (month_named(a), month_named(b)) {
            (Some(month), _) => (number(b)?, month, number(c)?),
            (None, Some(month)) => (number(a)?, month, number(c)?),
            (None, None) => {
                let (a, b, year) = (number(a)?, number(b)?, number(c)?);
                let day_first = text.contains('.') || a > 12 || order == DateOrder::DayFirst && b <= 12;
                if day_first { (a, b, year) } else { (b, a, year) }
            }
        },
        _ => return None,
    };
    let year = if year < 100 { year + if year < 70 { 2000 } else { 1900 } } else { year };
    Timestamp::parse(&format!("{year:04}-{month:02}-{day:02}"))
}

fn number(word: &str) -> Option<i64> {
    word.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok().filter(|number| (1..=9999).contains(number))
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

fn month_named(word: &str) -> Option<i64> {
    let head = word.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().position(|month| *month == head).map(|at| at as i64 + 1)
}

/// `Nov-50` and `10-Jan`: what a spreadsheet makes of `11-50` and `1-10`.
fn mangled_band(text: &str) -> Option<Span> {
    let (a, b) = text.split_once('-')?;
    let (a, b) = (a.trim(), b.trim());
    let plain = |part: &str| part.parse::<i64>().ok();
    let (month, other) = match (month_named(a), plain(b)) {
        (Some(month), Some(other)) if a.len() == 3 => (month, other),
        _ => (month_named(b).filter(|_| b.len() == 3)?, plain(a)?),
    };
    span(month.min(other), Some(month.max(other)))
}

fn span(from: i64, to: Option<i64>) -> Option<Span> {
    (to.is_none_or(|to| from <= to)).then_some(Span { from, to })
}

/// A number or a range with units.
fn range(raw: &str) -> Option<Span> {
    let lower = raw.to_lowercase().replace(['–', '—', '−'], "-").replace(" to ", "-");
    let text = lower.trim();
    let upper_only = ["<", "under", "less than", "up to", "below", "fewer than"].iter().find_map(|mark| text.strip_prefix(mark));
    if let Some(rest) = upper_only {
        let to = one(rest)?;
        return span(0, Some(to));
    }
    let open = [">", "over", "more than", "above"].iter().find_map(|mark| text.strip_prefix(mark));
    if let Some(rest) = open.or_else(|| text.trim_end_matches(|c: char| c.is_alphabetic() || c == ' ').strip_suffix('+')) {
        return span(one(rest)?, None);
    }
    match text.split_once('-') {
        Some((from, to)) => {
            let (mut from_amount, to_amount) = (one(from)?, one(to)?);
            // `10-50M`: the unit of the upper end is meant for both.
            if let Some(unit) = unit(to).filter(|_| unit(from).is_none() && from_amount < 1000) {
                from_amount = from_amount.checked_mul(unit)?;
            }
            span(from_amount, Some(to_amount))
        }
        None => one(text).map(Span::exactly),
    }
}

/// What the letters behind a number multiply it by.
fn unit(text: &str) -> Option<i64> {
    let letters = text.trim_start_matches(|c: char| !c.is_alphabetic());
    let word: String = letters.chars().take_while(|c| c.is_alphabetic()).collect();
    Some(match &*word {
        "k" | "thousand" | "tsd" => 1_000,
        "m" | "mm" | "mil" | "mill" | "million" | "millions" | "mio" | "mln" => 1_000_000,
        "b" | "bn" | "bil" | "billion" | "billions" | "mrd" => 1_000_000_000,
        _ => return None,
    })
}

/// One amount with a currency sign, separators and a unit.
fn one(text: &str) -> Option<i64> {
    let text = text.trim().trim_start_matches(|c: char| !c.is_ascii_digit() && !c.is_alphanumeric());
    let text =
        ["usd", "us$", "eur", "gbp"].iter().find_map(|currency| text.strip_prefix(currency)).unwrap_or(text).trim_start_matches([' ', '$']);
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ',' | '.' | '\''))).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let number = decimal(digits.trim_end_matches(['.', ',']))?;
    let rest = rest.trim();
    let multiplied = match unit(rest) {
        Some(unit) => number * unit as f64,
        None if rest.starts_with(|c: char| c.is_ascii_digit()) => return None,
        None => number,
    };
    // 2^53, beyond which a float is no exact count.
    (multiplied.abs() < 9_007_199_254_740_992.0).then(|| multiplied.round() as i64)
}

/// `1,234,567.89`, `1.234.567,89`, `1'234`; a lone separator with three digits behind is one of thousands.
fn decimal(digits: &str) -> Option<f64> {
    let digits = digits.replace('\'', "");
    let (dots, commas) = (digits.matches('.').count(), digits.matches(',').count());
    let last = digits.rfind(['.', ',']);
    let behind = last.map_or(0, |at| digits.len() - at - 1);
    let is_fraction = match (dots, commas) {
        (1, 0) => behind != 3 || digits.starts_with('0'),
        (0, 1) => behind != 3,
        (0, _) | (_, 0) => false,
        _ => last.is_some_and(|at| digits[at..].starts_with('.') && dots == 1 || digits[at..].starts_with(',') && commas == 1),
    };
    let plain: String = digits
        .char_indices()
        .filter_map(|(at, c)| match c {
            '.' | ',' if is_fraction && Some(at) == last => Some('.'),
            '.' | ',' => None,
            c => Some(c),
        })
        .collect();
    plain.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_counts_and_their_traps() {
        for (raw, shown) in [
            ("340", "340"),
            ("201-500", "201-500"),
            ("201–500", "201-500"),
            ("501 - 1,000", "501-1000"),
            ("51,200", "51-200"),
            ("51,201", "51201"),
            ("1,234", "1234"),
            ("10,001+", "10001+"),
            ("2 - 10 employees", "2-10"),
            ("0 - 1 (Self-employed)", "0-1"),
            ("Nov-50", "11-50"),
            ("10-Jan", "1-10"),
            ("Employees.340", "340"),
            ("1K-5K", "1000-5000"),
            ("over 1000", "1000+"),
            ("5000+ employees", "5000+"),
            ("101 to 250", "101-250"),
        ] {
            assert_eq!(count_span(raw).map(|span| span.to_string()).as_deref(), Some(shown), "{raw}");
        }
        for bad in ["many", "", "10-2", "2026-10-01"] {
            assert_eq!(count_span(bad), None, "{bad}");
        }
    }

    #[test]
    fn money_in_every_writing() {
        for (raw, shown) in [
            ("$52M", "52000000"),
            ("52 Million", "52000000"),
            ("52000000", "52000000"),
            ("52000000.0", "52000000"),
            ("10M-50M", "10000000-50000000"),
            ("10m-50m", "10000000-50000000"),
            ("10-50M", "10000000-50000000"),
            ("$50 mil. - $100 mil.", "50000000-100000000"),
            ("10,000,000 - 25,000,000", "10000000-25000000"),
            ("$1B+", "1000000000+"),
            ("<$1M", "0-1000000"),
            ("$0 - $100K", "0-100000"),
            ("€1.234.567,89", "1234568"),
            ("1.5M", "1500000"),
            ("$10K-$50K", "10000-50000"),
        ] {
            assert_eq!(money_span(raw).map(|span| span.to_string()).as_deref(), Some(shown), "{raw}");
        }
        assert_eq!(money_span("undisclosed"), None);
    }

    #[test]
    fn dates_in_every_writing() {
        for raw in [
            "2026-06-19",
            "6/19/2026 1:41 PM",
            "June 19, 2026",
            "Jun 19, 2026",
            "19.06.2026",
            "06-19-2026",
            "19/06/2026",
            "06\\/19\\/2026",
            "19 June 2026",
        ] {
            assert_eq!(date(raw, DateOrder::MonthFirst), Timestamp::parse("2026-06-19"), "{raw}");
        }
        assert_eq!(date("03/04/2026", DateOrder::DayFirst), Timestamp::parse("2026-04-03"));
        assert_eq!(date("03/04/2026", DateOrder::MonthFirst), Timestamp::parse("2026-03-04"));
        assert_eq!(date("soon", DateOrder::MonthFirst), None);
        assert_eq!(date("13/13/2026", DateOrder::MonthFirst), None);
    }

    #[test]
    fn years_and_grades() {
        assert_eq!(year("1998"), Some(1998));
        assert_eq!(year("2008-01-01"), Some(2008));
        assert_eq!(year("0"), None);
        assert_eq!(
            (confidence("0.93"), confidence("94"), confidence("68%"), confidence("A+"), confidence("1")),
            (Some(93), Some(94), Some(68), Some(97), Some(1))
        );
        assert_eq!(confidence("120"), None);
    }
}
