//! Telephone numbers: to international form, with the country that the row names. Whether anybody answers is not asked.

use crate::domain::{Country, Phone};
use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use std::{borrow::Cow, str::FromStr, sync::LazyLock};

/// A number in international form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PhoneNumber {
    /// As people read it.
    pub phone: Phone,
    /// The numbering plan has such numbers; without it the length is right and no more.
    pub assigned: bool,
}

/// Longest text that is looked at: the longest number with country, punctuation and extension is half of it.
const RAW_LIMIT: usize = 60;

/// The same digits as [`telephone`] gives, not spaced as people read them, and without looking whether the numbering plan
/// has them where that cannot change them: a third of the cost.
pub fn telephone_digits(raw: &str, region: Option<Country>) -> Option<PhoneNumber> {
    let shown = raw.trim().trim_start_matches(['\'', ' ']);
    let start = shown.trim_start_matches('(');
    let (number, extension) = split_extension(shown);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    // A number with its calling code or its trunk prefix can be read in one way only. `+` and `00` need to stand in front,
    // and `00` ten digits.
    let (in_front, abroad) = (!shown.starts_with('('), start.starts_with("00"));
    let certain = start.starts_with('+') && in_front || start.starts_with('0') && (!abroad || digits >= 10 && in_front);
    // So can a short one of a country without trunk prefix: from ten digits on it might be another country's.
    let plain = digits < 10 && start.starts_with(|c: char| c.is_ascii_digit() && c != '0') && region.is_some_and(has_no_trunk_prefix);
    if !(certain || plain) || raw.len() > RAW_LIMIT || !(5..=17).contains(&digits) || number.chars().any(is_foreign) {
        return read(raw, region, PhoneNumberFormat::E164);
    }
    if region.is_none() && start.starts_with('0') && !abroad {
        return None;
    }
    if let Some(plain) = simple(number, region) {
        return with_extension(plain, false, extension);
    }
    if plain {
        return read(raw, region, PhoneNumberFormat::E164);
    }
    let dialled = match number.trim_start().strip_prefix("00") {
        Some(rest) => Cow::Owned(format!("+{rest}")),
        None => Cow::Borrowed(number),
    };
    let (home, is_complete) = (region.and_then(|country| Region::from_str(country.as_str()).ok()), dialled.starts_with('+'));
    match PHONE_NUMBER_UTIL.parse(&dialled, home) {
        // For the library a number abroad may be too long or too short there, if only the home's plan has it.
        Ok(parsed) if PHONE_NUMBER_UTIL.is_possible_number(&parsed) || is_complete && is_assigned(&parsed, home) => {
            with_extension(PHONE_NUMBER_UTIL.format(&parsed, PhoneNumberFormat::E164).into_owned(), false, extension)
        }
        // With its calling code it can be read in no other way.
        Ok(_) if is_complete => None,
        _ => read(raw, region, PhoneNumberFormat::E164),
    }
}

/// What a country's numbers begin with at home.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trunk {
    /// `0` and nothing else.
    Zero,
    /// No sign at all.
    Nothing,
    /// It depends: only numbers with the calling code are simple.
    Depends,
}

/// Countries where the digits can be put together without the library's patterns, and their calling codes.
const SIMPLE: [(&str, u16, Trunk); 14] = [
    ("GB", 44, Trunk::Zero),
    ("DE", 49, Trunk::Zero),
    ("FR", 33, Trunk::Zero),
    ("NL", 31, Trunk::Zero),
    ("SE", 46, Trunk::Zero),
    ("IN", 91, Trunk::Zero),
    ("BE", 32, Trunk::Zero),
    ("AT", 43, Trunk::Zero),
    ("CH", 41, Trunk::Zero),
    ("DK", 45, Trunk::Nothing),
    ("ES", 34, Trunk::Nothing),
    ("NO", 47, Trunk::Nothing),
    ("PL", 48, Trunk::Nothing),
    ("IT", 39, Trunk::Depends),
];

fn has_no_trunk_prefix(country: Country) -> bool {
    SIMPLE.iter().any(|(known, _, trunk)| *trunk == Trunk::Nothing && *known == country.as_str())
}

/// `+44 20 7946 0112`, `0044 20 …` or, in its country, `020 …` as `+442079460112`, where there is but one way to read it;
/// `None` for the library to look.
fn simple(number: &str, region: Option<Country>) -> Option<String> {
    let start = number.trim_start_matches([' ', '(']);
    let (rest, abroad, trunk) = match (start.strip_prefix('+'), start.strip_prefix("00")) {
        (Some(rest), _) | (None, Some(rest)) => (rest, true, Trunk::Nothing),
        (None, None) => start.strip_prefix('0').map_or((start, false, Trunk::Nothing), |rest| (rest, false, Trunk::Zero)),
    };
    if rest.contains('+') {
        return None;
    }
    let mut digits = [0; 17];
    let mut count = 0;
    for digit in rest.bytes().filter(u8::is_ascii_digit) {
        *digits.get_mut(count)? = digit;
        count += 1;
    }
    let digits = std::str::from_utf8(&digits[..count]).ok()?;
    if abroad && count == 11 && digits.starts_with('1') && digits.as_bytes()[1] >= b'2' {
        return Some(["+", digits].concat());
    }
    let (code, national) = if abroad {
        let code: u16 = digits.get(..2)?.parse().ok()?;
        let (_, _, trunk) = SIMPLE.iter().find(|(_, known, _)| *known == code)?;
        // `+44 (0)20 …`
        let national = digits.get(2..)?;
        (code, if *trunk == Trunk::Zero { national.strip_prefix('0').unwrap_or(national) } else { national })
    } else {
        let home = region?;
        (SIMPLE.iter().find(|(country, _, known)| *known == trunk && *country == home.as_str())?.1, digits)
    };
    if national.starts_with('0') {
        return None;
    }
    let parsed = rlibphonenumber::PhoneNumber { country_code: code.into(), national_number: national.parse().ok()?, ..Default::default() };
    let length = PHONE_NUMBER_UTIL.is_possible_number_with_reason(&parsed).ok()?;
    (length == NumberLengthType::IsPossible).then(|| ["+", &code.to_string(), national].concat())
}

/// Reads `raw`. A number without a calling code is one of `region`.
pub fn telephone(raw: &str, region: Option<Country>) -> Option<PhoneNumber> {
    read(raw, region, PhoneNumberFormat::International)
}

fn read(raw: &str, region: Option<Country>, format: PhoneNumberFormat) -> Option<PhoneNumber> {
    let raw = raw.trim().trim_start_matches(['\'', ' ']);
    let (number, extension) = split_extension(raw);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    // Cheap checks first: parsing costs about a microsecond, and files are full of words and blanks here.
    if raw.len() > RAW_LIMIT || !(5..=17).contains(&digits) || has_exponent(number) || number.chars().any(is_foreign) {
        return None;
    }
    if let Some(read) = north_american(number, digits, region) {
        return with_extension(read.0, read.1, extension);
    }
    let dialled = match number.trim_start().strip_prefix("00") {
        Some(rest) if digits >= 10 => format!("+{rest}"),
        _ => number.to_owned(),
    };
    let region = region.and_then(|country| Region::from_str(country.as_str()).ok());
    // Without a calling code and a country there is nothing to read it by.
    let is_told = region.is_some() || dialled.contains('+');
    let parsed = is_told.then(|| PHONE_NUMBER_UTIL.parse(&dialled, region).ok()).flatten();
    let assigned = parsed.as_ref().is_some_and(|parsed| is_assigned(parsed, region));
    // `49 621 0000000` in a row that names another country, or none: the calling code stands there without its plus.
    let with_plus = || {
        if digits < 10 {
            return None;
        }
        let foreign = PHONE_NUMBER_UTIL.parse(format!("+{}", dialled.trim_start_matches('+')), None).ok();
        // Its length is asked for first, because it costs least.
        foreign.filter(|foreign| PHONE_NUMBER_UTIL.is_possible_number(foreign) && is_assigned(foreign, None)).map(|foreign| (foreign, true))
    };
    let (parsed, assigned) = match parsed {
        Some(parsed) if assigned => (parsed, true),
        weak => with_plus().or_else(|| weak.filter(|weak| PHONE_NUMBER_UTIL.is_possible_number(weak)).map(|weak| (weak, false)))?,
    };
    with_extension(PHONE_NUMBER_UTIL.format(&parsed, format).into_owned(), assigned, extension)
}

fn with_extension(mut shown: String, assigned: bool, extension: &str) -> Option<PhoneNumber> {
    if !extension.is_empty() {
        shown.push_str(" ext. ");
        shown.push_str(extension);
    }
    Phone::of(shown.into()).map(|phone| PhoneNumber { phone, assigned })
}

/// A number of the United States or Canada with ten digits, or eleven with the calling code, read without the library's
/// parser: most numbers in our sources are such, and two thirds of what one costs is parsing and formatting. Whether the
/// plan has it is still the library's word. The library's form of it is `+1 937-555-0142`.
fn north_american(number: &str, digits: usize, region: Option<Country>) -> Option<(String, bool)> {
    let national: u64 =
        number.bytes().filter(u8::is_ascii_digit).try_fold(0_u64, |sum, digit| Some(sum.checked_mul(10)? + u64::from(digit - b'0')))?;
    let (plus, home) = (number.trim_start().starts_with('+'), region.filter(|region| matches!(region.as_str(), "US" | "CA")));
    let national = match digits {
        11 if national / 10_000_000_000 == 1 && (plus || home.is_some()) => national - 10_000_000_000,
        10 if !plus && home.is_some() => national,
        _ => return None,
    };
    let (area, office, line) = (national / 10_000_000, national / 10_000 % 1000, national % 10_000);
    let parsed = rlibphonenumber::PhoneNumber { country_code: 1, national_number: national, ..Default::default() };
    let likely = home.and_then(|home| Region::from_str(home.as_str()).ok()).unwrap_or(Region::US);
    // Area codes and offices start with 2 or more; what does not is left to the library.
    (area >= 200 && office >= 200 && is_assigned(&parsed, Some(likely))).then(|| (format!("+1 {area}-{office}-{line:04}"), true))
}

/// The numbering plan has it. The row's own country is asked first: with a calling code that many share (+1) that saves
/// asking each of them.
fn is_assigned(number: &rlibphonenumber::PhoneNumber, region: Option<Region>) -> bool {
    // A zero in front is no part of such a number and is not counted in its digits.
    let ten_digits = number.country_code == 1 && !number.italian_leading_zero();
    if let (true, Some(assigned)) = (ten_digits, is_north_american(number.national_number)) {
        return assigned;
    }
    let likely = region.or((number.country_code == 1).then_some(Region::US));
    likely.is_some_and(|region| PHONE_NUMBER_UTIL.is_valid_number_for_region(number, region)) || PHONE_NUMBER_UTIL.is_valid_number(number)
}

/// What `assets/north_america.txt` says of each area code from 200 on: `None` where it depends on the office.
static AREAS: LazyLock<[Option<bool>; 800]> = LazyLock::new(|| {
    let mut areas = [Some(false); 800];
    for line in include_str!("../../../assets/north_america.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        let says = (words.next() == Some("assigned")).then_some(true);
        for area in words.filter_map(|word| word.parse::<usize>().ok()?.checked_sub(200)) {
            areas[area] = says;
        }
    }
    areas
});

/// Area codes that have offices below 200 too: freephone, and the Dominican Republic.
const LOW_OFFICES: [u64; 4] = [800, 809, 829, 849];

/// Whether the plan of the United States, Canada and their neighbours has a number of ten digits, where the area code
/// tells; asking the library means asking each of 25 countries.
fn is_north_american(national: u64) -> Option<bool> {
    let (area, office) = (national / 10_000_000, national / 10_000 % 1000);
    match area {
        200..1000 if office < 200 => (!LOW_OFFICES.contains(&area)).then_some(false),
        200..1000 => AREAS[area as usize - 200],
        _ => Some(false),
    }
}

/// `x123`, `ext. 123`, `#123`, `extension 123`.
fn split_extension(raw: &str) -> (&str, &str) {
    let digits_from =
        raw.trim_end().rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + raw[at..].chars().next().map_or(1, char::len_utf8));
    let extension = &raw.trim_end()[digits_from..];
    let head = raw[..digits_from].trim_end_matches([' ', '.', ':']);
    if !(1..=8).contains(&extension.len()) {
        return (raw, "");
    }
    let is_behind = |mark: &&str| {
        let from = head.len().checked_sub(mark.len());
        from.and_then(|from| head.get(from..)).is_some_and(|tail| tail.eq_ignore_ascii_case(mark))
    };
    match ["extension", "extn", "ext", "x", "#", "durchwahl", "dw"].iter().find(|mark| is_behind(mark)) {
        Some(mark) => (head[..head.len() - mark.len()].trim_end_matches([' ', ',', ';']), extension),
        None => (raw, ""),
    }
}

/// `1.55501E+10`: a spreadsheet has thrown digits away; what is left is no number.
fn has_exponent(number: &str) -> bool {
    number.contains("E+") || number.contains("e+")
}

/// No sign that numbers are written with. Letters (`1-800-FLOWERS`) are not dialled from here.
fn is_foreign(c: char) -> bool {
    !(c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ' ' | '(' | ')' | '/' | '–' | '\u{2011}' | '\u{2010}' | '*')) || c == '*'
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_short_way_is_the_librarys(area in 200_u64..1000, office in 0_u64..1000, line in 0_u64..10_000, form in 0..5, home in "US|CA|GB") {
            let raw = match form {
                0 => format!("+1{area:03}{office:03}{line:04}"),
                1 => format!("({area:03}) {office:03}-{line:04}"),
                2 => format!("1-{area:03}-{office:03}-{line:04}"),
                3 => format!("{area:03}.{office:03}.{line:04}"),
                _ => format!("+{area:03} {office:03}{line:04}"),
            };
            let digits = raw.bytes().filter(u8::is_ascii_digit).count();
            if let Some((shown, assigned)) = north_american(&raw, digits, Country::parse(&home)) {
                let parsed = PHONE_NUMBER_UTIL.parse(&raw, Region::from_str(&home).ok()).unwrap();
                proptest::prop_assert_eq!(shown, PHONE_NUMBER_UTIL.format(&parsed, PhoneNumberFormat::International));
                proptest::prop_assert_eq!(assigned, PHONE_NUMBER_UTIL.is_valid_number(&parsed));
            }
        }
    }

    #[test]
    fn area_codes_are_as_the_library_has_them() {
        for area in 0..1000_u64 {
            for office in
                [0, 111, 200, 222, 246, 300, 349, 377, 400, 444, 456, 500, 521, 555, 600, 606, 625, 700, 777, 800, 825, 900, 911, 999]
            {
                let national_number = (area * 1000 + office) * 10_000 + 1234;
                let number = rlibphonenumber::PhoneNumber { country_code: 1, national_number, ..Default::default() };
                if let Some(assigned) = is_north_american(national_number) {
                    assert_eq!(assigned, PHONE_NUMBER_UTIL.is_valid_number(&number), "{area} {office}");
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn the_digits_alone_are_the_same(code in "44|49|33|31|46|91|32|43|41|45|34|47|48|39|1|7", rest in "[0-9 ]{5,11}", form in 0..5, home in "(US|GB|DE|FR|IT|NL|DK|IN|SE|ES)?") {
            let raw = match form {
                0 => format!("+{code} {rest}"),
                1 => format!("00{code}{rest}"),
                2 => format!("0{rest}"),
                3 => format!("+{code} (0){rest}"),
                _ => format!("(0{}) {}", &rest[..3], &rest[3..]),
            };
            let digits = |number: PhoneNumber| number.phone.as_str().chars().filter(|c| !matches!(c, ' ' | '-' | '.')).collect::<String>();
            let home = Country::parse(&home);
            proptest::prop_assert_eq!(telephone_digits(&raw, home).map(digits), telephone(&raw, home).map(digits), "{}", raw);
        }

        #[test]
        fn the_digits_alone_are_the_same_of_anything(raw in "['(]{0,2}(\\+|00|0|)[0-9]{1,4}[ .)/-]{0,2}[0-9 -]{3,12}( ?x[0-9]{1,4})?", home in "(US|GB|DE|FR|IT|NL|DK|IN)?") {
            let digits = |number: PhoneNumber| number.phone.as_str().chars().filter(|c| !matches!(c, ' ' | '-' | '.')).collect::<String>();
            let home = Country::parse(&home);
            proptest::prop_assert_eq!(telephone_digits(&raw, home).map(digits), telephone(&raw, home).map(digits));
        }
    }

    fn shown(raw: &str, country: &str) -> Option<String> {
        telephone(raw, Country::parse(country)).map(|number| number.phone.as_str().to_owned())
    }

    #[test]
    fn numbers_are_read_with_the_country_of_the_row() {
        for (raw, country, form) in [
            ("(937) 555-0142", "US", "+1 937-555-0142"),
            ("'+15550100142", "", "+1 555-010-0142"),
            ("555.010.0100 x123", "US", "+1 555-010-0100 ext. 123"),
            ("020 7946 0112", "GB", "+44 20 7946 0112"),
            ("0044 20 7946 0112", "DE", "+44 20 7946 0112"),
            ("+44 (0)20 7946 0112", "", "+44 20 7946 0112"),
            ("49 30 901820", "DE", "+49 30 901820"),
            ("19375550142", "US", "+1 937-555-0142"),
            ("+1 937-555-0142 ext. 7", "", "+1 937-555-0142 ext. 7"),
        ] {
            assert_eq!(shown(raw, country).as_deref(), Some(form), "{raw}");
        }
        for raw in ["1.55501E+10", "call me", "12", "", "555-010-XXXX", "********12", "N/A"] {
            assert_eq!(shown(raw, "US"), None, "{raw}");
        }
        assert_eq!(shown("020 7946 0112", ""), None, "no country, no number");
    }
}
