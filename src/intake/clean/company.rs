//! Company names: the legal form split off, capitals mended.

use super::words::{capital_word, each_word, is_one_case};
use crate::{domain::Text, intake::vocabulary::split_legal_form};

/// The name without its legal form, and the form.
pub fn company_name(text: &Text) -> (Text, Text) {
    let (head, mut form) = without_forms(text);
    let mut name = cased(head);
    let mut mended = *name != *head;
    // Mended capitals may show a form that small letters hid: `northwind l p`.
    while mended && let (head, Some(found)) = without_forms(&name) {
        form = form.or(Some(found));
        let next = cased(head);
        mended = *next != *head;
        name = next;
    }
    (name, Text::new(form.unwrap_or_default()))
}

/// The name without any form, and the outermost: of `Acme Holding B.V., Inc.` no other stays behind.
fn without_forms(text: &str) -> (&str, Option<&'static str>) {
    let mut name = text.trim_matches(EDGES);
    let mut form = None;
    while let (head, Some(found)) = split_legal_form(name) {
        form = form.or(Some(found));
        name = head.trim_matches(EDGES);
    }
    (name, form)
}

/// What may stand around a name and is not part of it.
const EDGES: [char; 4] = ['"', '\'', ' ', ','];

/// Words that are written small in a company's name of several words.
const SMALL: [&str; 10] = ["of", "and", "the", "for", "de", "la", "und", "et", "in", "der"];

/// A name in one case gets capitals, but short words in capitals stay: they are most often abbreviations.
fn cased(name: &str) -> Text {
    let text = Text::new(name);
    let capitals = !text.chars().any(char::is_lowercase);
    let lone = !text.contains(' ');
    if !is_one_case(&text) || capitals && lone && text.chars().count() <= 5 {
        return text;
    }
    let mended = each_word(&text, |nth, word| {
        let lower = word.to_lowercase();
        if SMALL.contains(&&*lower) {
            return if nth == 0 { capital_word(word) } else { lower };
        }
        let abbreviation = capitals && (word.chars().count() <= 3 || word.contains('&') || !word.chars().any(is_vowel));
        if abbreviation { word.to_owned() } else { capital_word(word) }
    });
    // A name made of abbreviations only would be one case again.
    mended
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'A' | 'E' | 'I' | 'O' | 'U' | 'Y') || !c.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_form_and_shouting() {
        for (raw, name, form) in [
            ("NORTHWIND TRADERS, INC.", "Northwind Traders", "Inc."),
            ("IBM", "IBM", ""),
            ("ABC LOGISTICS LLC", "ABC Logistics", "LLC"),
            ("bank of ireland plc", "Bank of Ireland", "PLC"),
            ("\"Acme Holding B.V., Inc.\"", "Acme Holding", "Inc."),
            ("eBay Inc", "eBay", "Inc."),
            ("Tiffany & Co.", "Tiffany & Co.", ""),
            ("northwind l p", "Northwind", "LP"),
        ] {
            let (clean, found) = company_name(&Text::new(raw));
            assert_eq!((&*clean, &*found), (name, form), "{raw}");
        }
    }
}
