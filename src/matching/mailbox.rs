//! An e-mail address taken apart: whose host, what kind of box, what the box is called, and whether it spells a
//! given name.

use super::{fold::fold_name, tables::SHARED_HOSTS};
use crate::domain::{is_free_mail, is_role_mailbox};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What kind of box it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize)]
pub enum BoxKind {
    /// There is no address.
    #[default]
    None,
    /// A person's at an employer's host.
    Work,
    /// A person's at a free host.
    Free,
    /// A desk's.
    Role,
}

/// One address.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Mailbox {
    /// The address in the form in which two spellings of one box are equal; empty without an address.
    pub address: String,
    /// The letters of its local part, without separators and trailing number.
    pub base: String,
    /// The trailing number plus one, 0 when there is none: `ann.stone2` -> 3.
    pub number: u32,
    /// The registrable part of its host.
    pub host: String,
    /// What kind it is.
    pub kind: BoxKind,
}

impl Mailbox {
    /// Takes a lower-case address apart.
    pub fn new(address: &str) -> Self {
        let Some((local, host)) = address.rsplit_once('@') else { return Self::default() };
        let free = is_free_mail(host);
        let local = local.split('+').next().unwrap_or_default();
        // Gmail ignores dots and knows two hosts (support.google.com/mail/answer/7436150).
        let gmail = matches!(host, "gmail.com" | "googlemail.com");
        let (plain, host): (Cow<'_, str>, _) = if gmail { (local.replace('.', "").into(), "gmail.com") } else { (local.into(), host) };
        let role = is_role_mailbox(local);
        let stem = local.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = &local[stem.len()..];
        Self {
            address: [&*plain, "@", host].concat(),
            base: squeeze(stem),
            number: digits.get(..digits.len().min(6)).and_then(|digits| digits.parse::<u32>().ok()).map_or(0, |number| number + 1),
            host: registrable(host).to_owned(),
            kind: match (role, free || SHARED_HOSTS.contains(host)) {
                (true, _) => BoxKind::Role,
                (false, true) => BoxKind::Free,
                (false, false) => BoxKind::Work,
            },
        }
    }
}

/// The part of a host that somebody registered: `mail.acme.co.uk` -> `acme.co.uk`; the host itself where the
/// public suffix list does not know it.
pub fn registrable(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

/// What a host begins with: `acme` of `acme.co.uk`.
pub fn label(host: &str) -> &str {
    host.split('.').next().unwrap_or_default()
}

/// The host of a web address, or nothing.
pub fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

/// Folded letters without spaces, digraphs closed over the joints too.
fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    append(&mut out, &fold_name(text));
    out
}

fn append(out: &mut String, word: &str) {
    for c in word.chars().filter(|c| *c != ' ') {
        if !closes(out.as_bytes().last().copied(), c as u8) {
            out.push(c);
        }
    }
}

fn closes(last: Option<u8>, next: u8) -> bool {
    matches!((last, next), (Some(b'a'), b'a' | b'e') | (Some(b'o' | b'u'), b'e'))
}

/// `base` is what `words` spell when written together.
fn spells(base: &str, words: [&str; 2]) -> bool {
    let mut rest = base.bytes();
    let mut last = None;
    for next in words[0].bytes().chain(words[1].bytes()) {
        if closes(last, next) {
            continue;
        }
        if rest.next() != Some(next) {
            return false;
        }
        last = Some(next);
    }
    rest.next().is_none()
}

/// A box called `base` may be that of a person so named: `ann.stone`, `astone`, `stonea`, `ann`, `as` and the
/// like. An initial as given name fits what it begins.
pub fn fits(base: &str, given: &str, family: &str) -> bool {
    if base.is_empty() {
        return false;
    }
    let (g, f) = (given.get(..1).unwrap_or_default(), family.get(..1).unwrap_or_default());
    let known = !given.is_empty() && !family.is_empty();
    if known {
        let both = [[given, family], [g, family], [given, f], [family, given], [family, g], [f, given], [g, f]];
        if both.into_iter().any(|words| spells(base, words)) {
            return true;
        }
        // "J. Stone" is whoever has john.stone.
        if given.len() == 1 && base.len() > family.len() && base.starts_with(given) && base.ends_with(family) {
            return true;
        }
    }
    (given.len() > 1 && spells(base, [given, ""])) || (family.len() > 1 && spells(base, [family, ""]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_box_has_one_address() {
        for (one, other) in [("ann.stone+news@gmail.com", "annstone@googlemail.com"), ("ann+x@corp.example", "ann@corp.example")] {
            assert_eq!(Mailbox::new(one).address, Mailbox::new(other).address);
        }
        assert_ne!(Mailbox::new("ann.stone@corp.example").address, Mailbox::new("annstone@corp.example").address);
    }

    #[test]
    fn boxes_are_told_apart_by_kind_and_number() {
        let kinds = ["ann@corp.example", "ann@web.de", "info@corp.example", ""].map(|address| Mailbox::new(address).kind);
        assert_eq!(kinds, [BoxKind::Work, BoxKind::Free, BoxKind::Role, BoxKind::None]);
        let twin = Mailbox::new("ann.stone2@mail.corp.co.uk");
        assert_eq!((twin.base.as_str(), twin.number, twin.host.as_str()), ("annstone", 3, "corp.co.uk"));
    }

    #[test]
    fn a_box_spells_a_name_in_many_ways() {
        for base in ["annstone", "astone", "stonea", "anns", "ann", "stone", "stoneann", "as"] {
            assert!(fits(base, "ann", "stone"), "{base}");
        }
        assert!(fits("johnstone", "j", "stone"));
        assert!(!fits("bobstone", "ann", "stone") && !fits("", "ann", "stone") && !fits("x", "", ""));
        // Jo-anna Evans: the joint makes a digraph.
        assert!(fits(&Mailbox::new("joannaevans@corp.example").base, "joanna", "evans"));
        assert!(fits(&Mailbox::new("joanna.evans@corp.example").base, "joanna", "evans"));
    }

    #[test]
    fn hosts_of_addresses() {
        assert_eq!(host_of("https://www.acme.co.uk/about?x"), "acme.co.uk");
        assert_eq!(registrable("mail.acme.co.uk"), "acme.co.uk");
    }
}
