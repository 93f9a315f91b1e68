//! Words of a remote service on their way into an error or a log: no secret, no person, no end.

use crate::domain::{Masked, Text};

/// How much of a remote's message is kept, in characters.
const MOST: usize = 240;

/// A run of digits this long may be somebody's number.
const PHONE_DIGITS: usize = 7;

/// Makes `raw` printable, masks e-mail addresses and telephone numbers, removes every one of `secrets`, and cuts it.
pub fn scrub(raw: &str, secrets: &[&str]) -> Text {
    let mut words: String = raw.chars().take(MOST * 4).collect();
    for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
        words = words.replace(secret, "****");
    }
    let masked = words.split(char::is_whitespace).map(mask).collect::<Vec<_>>().join(" ");
    Text::from(masked).truncated(MOST)
}

fn mask(word: &str) -> String {
    let edge = |c: char| !c.is_alphanumeric() && c != '+';
    let core = word.trim_matches(edge);
    let is_mail = core.find('@').is_some_and(|at| at > 0);
    let is_number = core.chars().filter(char::is_ascii_digit).count() >= PHONE_DIGITS
        && core.chars().all(|c| c.is_ascii_digit() || "+-().".contains(c));
    if is_mail || is_number { word.replacen(core, &Masked(core).to_string(), 1) } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_secrets_do_not_pass() {
        let raw = "No match for <ann@corp.example>, tel +44-20-7946-0112; key sk-live-123456 of \u{1b}[31mteam 42\n failed";
        let words = scrub(raw, &["sk-live-123456", "", "42"]);
        assert_eq!(words, "No match for <****@corp.example>, tel +44-****; key **** of team 42 failed");
        assert_eq!(scrub(&"x".repeat(10_000), &[]).chars().count(), MOST);
    }
}
