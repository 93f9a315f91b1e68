//! The net under every log line: addresses, numbers and secrets that a call site forgot to mask. It judges by
//! looks only; call sites still wrap what they know to be personal in `Masked`.

use crate::domain::Masked;
use std::{borrow::Cow, fmt::Write as _};

/// Fewer digits than that after a `+` are an offset or a count, not a telephone number (ITU E.164 has 7 or more).
const PHONE_DIGITS: usize = 7;

/// Field names whose values never reach a log, whoever wrote them.
const SECRET_NAMES: &[&str] = &["secret", "token", "password", "passwd", "api_key", "apikey", "authorization", "cookie", "credential"];

/// Says whether a field of that name may hold a secret.
pub fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase().replace('-', "_");
    SECRET_NAMES.iter().any(|secret| lower.contains(secret))
}

/// Replaces e-mail addresses, international telephone numbers, bearer tokens and `secret=value` pairs.
pub fn mask(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['@', '+', '=']) && !has_bearer(raw) {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(first) = rest.chars().next() {
        let taken = secret(rest, &mut out).or_else(|| phone(rest, &mut out)).or_else(|| address(rest, &mut out)).unwrap_or_else(|| {
            // Not the start of anything: copy the whole word, so that `x` in `xann@corp` is never kept.
            let end = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
            out.push_str(&rest[..end]);
            end
        });
        rest = &rest[taken..];
    }
    Cow::Owned(out)
}

fn has_bearer(raw: &str) -> bool {
    raw.as_bytes().windows(7).any(|window| window.eq_ignore_ascii_case(b"bearer "))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '-' | '@' | '+' | '\'')
}

/// `token=abc`, `Bearer abc`: how many bytes of `rest` were dealt with.
fn secret(rest: &str, out: &mut String) -> Option<usize> {
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
    let (name, tail) = rest.split_at(word);
    let value = if name.eq_ignore_ascii_case("bearer") && tail.starts_with(' ') {
        &tail[1..]
    } else if is_secret_name(name) && tail.starts_with('=') {
        tail[1..].trim_start_matches('"')
    } else {
        return None;
    };
    let length = value.find(|c: char| c.is_whitespace() || matches!(c, '&' | '"' | ',' | ';')).unwrap_or(value.len());
    let start = rest.len() - value.len();
    let _infallible = write!(out, "{}****", &rest[..start]);
    Some(start + length)
}

fn phone(rest: &str, out: &mut String) -> Option<usize> {
    let body = rest.strip_prefix('+')?;
    let end = body.find(|c: char| !c.is_ascii_digit() && !matches!(c, ' ' | '-' | '(' | ')' | '.')).unwrap_or(body.len());
    let number = body[..end].trim_end_matches(|c: char| !c.is_ascii_digit());
    if number.chars().filter(char::is_ascii_digit).count() < PHONE_DIGITS {
        return None;
    }
    let digits: String = std::iter::once('+').chain(number.chars().filter(char::is_ascii_digit)).collect();
    let _infallible = write!(out, "{}", Masked(&digits));
    Some(1 + number.len())
}

fn address(rest: &str, out: &mut String) -> Option<usize> {
    let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let word = rest[..end].trim_end_matches('.');
    let (local, domain) = word.rsplit_once('@')?;
    if local.is_empty() || domain.is_empty() {
        return None;
    }
    let _infallible = write!(out, "{}", Masked(word));
    Some(word.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn people_and_secrets_are_hidden_and_the_rest_stays() {
        for (raw, shown) in [
            ("pushed ann.stone@corp12.example now", "pushed ****@corp12.example now"),
            ("<ann@corp.example>, bob@corp.example.", "<****@corp.example>, ****@corp.example."),
            ("called +44 20 7946 0112 twice", "called +442**** twice"),
            ("at 12:04+02:00, delta +61", "at 12:04+02:00, delta +61"),
            ("Authorization: Bearer abc.def", "Authorization: Bearer ****"),
            ("GET /v1?api_key=s3cr3t&page=2", "GET /v1?api_key=****&page=2"),
            ("client_secret=\"x y\"", "client_secret=\"**** y\""),
            ("page 15: 100 read", "page 15: 100 read"),
        ] {
            assert_eq!(mask(raw), shown, "{raw}");
        }
        assert!(is_secret_name("X-Api-Key") && !is_secret_name("record"));
    }

    proptest! {
        #[test]
        fn no_local_part_survives(local in "[a-z][a-z0-9._]{2,10}[a-z]", before in "[ -~]{0,10} ", after in " [ -~]{0,10}") {
            let raw = format!("{before}{local}@corp.example{after}");
            let needle = format!("{local}@");
            prop_assert!(!mask(&raw).contains(&needle), "{}", mask(&raw));
        }
    }
}
