//! Cities, streets and countries in normal form.

use super::{fold::fold, tables::EXONYMS};

/// A city's one name: exonyms resolved, the words that profiles put around it taken off.
pub fn city(raw: &str) -> String {
    let folded = fold(raw);
    let kept: Vec<&str> =
        folded.split(' ').filter(|word| !matches!(*word, "greater" | "area" | "metro" | "metropolitan" | "region" | "cedex")).collect();
    let plain = if kept.is_empty() { folded } else { kept.join(" ") };
    EXONYMS.get(&plain).cloned().unwrap_or(plain)
}

/// A street with its common words shortened, number and all.
pub fn street(raw: &str) -> String {
    let folded = fold(raw);
    let mut out = String::with_capacity(folded.len());
    for word in folded.split(' ') {
        let short = match word {
            "street" | "strasse" | "straat" => "st",
            "road" => "rd",
            "avenue" | "avenida" => "ave",
            "drive" => "dr",
            "lane" => "ln",
            "court" => "ct",
            "place" => "pl",
            "boulevard" => "blvd",
            "square" => "sq",
            "crescent" => "cres",
            "circuit" => "cct",
            "close" => "cl",
            "highway" => "hwy",
            "parade" => "pde",
            "terrace" => "tce",
            "suite" | "ste" | "unit" | "floor" | "apartment" | "apt" | "flat" => "u",
            _ => word.strip_suffix("strasse").or_else(|| word.strip_suffix("str")).filter(|stem| stem.len() > 2).unwrap_or(word),
        };
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(short);
    }
    out
}

/// The ISO alpha-2 code that a national host ending stands for, packed; 0 for endings that everybody uses.
pub fn country_of_host(host: &str) -> u16 {
    let ending = host.rsplit('.').next().unwrap_or_default();
    match ending {
        "uk" => pack(*b"GB"),
        // Sold to the whole world.
        "io" | "co" | "ai" | "me" | "tv" | "cc" | "ly" | "gg" | "to" | "fm" | "eu" | "so" | "sh" | "vc" | "ws" => 0,
        _ => match ending.as_bytes() {
            [a, b] if a.is_ascii_lowercase() && b.is_ascii_lowercase() => pack([a.to_ascii_uppercase(), b.to_ascii_uppercase()]),
            _ => 0,
        },
    }
}

/// Two letters as a number.
pub const fn pack(code: [u8; 2]) -> u16 {
    u16::from_le_bytes(code)
}

/// The two letters again; `None` for 0.
pub fn country_text(code: u16) -> Option<String> {
    if code == 0 { None } else { String::from_utf8(code.to_le_bytes().to_vec()).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_city_has_one_name() {
        assert_eq!(city("München"), city("Munich"));
        assert_eq!(city("Greater London Area"), city("London"));
        assert_eq!(city("Den Haag"), city("The Hague"));
        assert_eq!(city(""), "");
    }

    #[test]
    fn streets_are_shortened() {
        assert_eq!(street("12 Main Street"), street("12 Main St."));
        assert_eq!(street("Hauptstraße 5"), street("Hauptstr. 5"));
    }

    #[test]
    fn hosts_tell_countries() {
        assert_eq!(country_text(country_of_host("acme.co.uk")).as_deref(), Some("GB"));
        assert_eq!(country_text(country_of_host("acme.de")).as_deref(), Some("DE"));
        assert_eq!(country_of_host("acme.io"), 0);
        assert_eq!(country_of_host("acme.com"), 0);
    }
}
