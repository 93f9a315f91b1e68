//! Addresses on the web: sites, their registrable domain, LinkedIn profiles. Nothing is fetched.

use crate::domain::{Domain, Text};
use std::borrow::Cow;

/// A company's site.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Site {
    /// `https://www.corp.example/en`, without a trailing slash, query and fragment.
    pub address: Text,
    /// The domain somebody registered (`corp.example`); `None` when the site is a page on somebody else's.
    pub domain: Option<Domain>,
}

/// Sites where companies have pages that are not their own domain.
const HOSTS_OF_OTHERS: [&str; 22] = [
    "linkedin.com",
    "facebook.com",
    "fb.com",
    "instagram.com",
    "twitter.com",
    "x.com",
    "youtube.com",
    "youtu.be",
    "linktr.ee",
    "tiktok.com",
    "pinterest.com",
    "crunchbase.com",
    "goo.gl",
    "bit.ly",
    "wikipedia.org",
    "google.com",
    "yelp.com",
    "xing.com",
    "github.com",
    "medium.com",
    "wa.me",
    "t.me",
];

/// Reads an address, a host, or a host behind an `@`.
pub fn site(raw: &str) -> Option<Site> {
    let raw = without_backslashes(raw);
    let (host, path) = host_and_path(&raw)?;
    let domain = Domain::parse(host)?;
    let www = if host.len() > 4 && host[..4].eq_ignore_ascii_case("www.") { "www." } else { "" };
    let path = path.trim_matches('/');
    let slash = if path.is_empty() { "" } else { "/" };
    let address = Text::from(format!("https://{www}{}{slash}{path}", domain.as_str()));
    Some(Site { address, domain: registered(domain) })
}

/// The domain of a site, as [`site`] reads it.
pub fn domain(raw: &str) -> Option<Domain> {
    let raw = without_backslashes(raw);
    registered(Domain::parse(host_and_path(&raw)?.0)?)
}

/// Lead411 writes `https:\/\/corp.example`.
fn without_backslashes(raw: &str) -> Cow<'_, str> {
    if raw.contains('\\') { raw.replace('\\', "").into() } else { raw.into() }
}

/// Of several the first counts.
fn host_and_path(raw: &str) -> Option<(&str, &str)> {
    let first = raw.trim().trim_matches(['<', '>', '"', '\'']).split([' ', ',', ';']).next()?;
    let rest = after_scheme(first).split(['?', '#']).next()?.trim_end_matches('/');
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    Some((authority.rsplit('@').next()?.split(':').next()?, path))
}

/// What somebody registered of a host, unless it is a site of others' pages.
fn registered(host: Domain) -> Option<Domain> {
    let domain = match psl::domain_str(host.as_str()) {
        Some(registrable) => Domain::parse(registrable)?,
        None => host,
    };
    (!HOSTS_OF_OTHERS.contains(&domain.as_str())).then_some(domain)
}

/// Without `https://`, however it is written.
fn after_scheme(raw: &str) -> &str {
    let mut rest = raw;
    for scheme in ["https:", "http:", "https//", "http//"] {
        if rest.len() >= scheme.len() && rest.is_char_boundary(scheme.len()) && rest[..scheme.len()].eq_ignore_ascii_case(scheme) {
            rest = &rest[scheme.len()..];
            break;
        }
    }
    rest.trim_start_matches('/')
}

/// A person's profile in normal form: `https://www.linkedin.com/in/mira-hallden`. A bare name of a profile is taken.
pub fn person_linkedin(raw: &str) -> Option<Text> {
    profile(raw, &["in", "pub", "profile"], "in")
}

/// A company's page in normal form: `https://www.linkedin.com/company/northwind`.
pub fn company_linkedin(raw: &str) -> Option<Text> {
    profile(raw, &["company", "school", "showcase", "organization"], "company")
}

fn profile(raw: &str, kinds: &[&str], ours: &str) -> Option<Text> {
    let raw = without_backslashes(raw);
    let rest = after_scheme(raw.trim().trim_matches(['<', '>', '"', '\'']));
    let rest = rest.split(['?', '#']).next()?;
    let mut parts = rest.split('/').filter(|part| !part.is_empty());
    let mut head = parts.next()?;
    if head.contains('.') {
        let host = head.to_ascii_lowercase();
        if host != "linkedin.com" && !host.ends_with(".linkedin.com") {
            return None;
        }
        head = parts.next()?;
    } else if head.eq_ignore_ascii_case("linkedin.com") {
        head = parts.next()?;
    }
    let lower = head.to_ascii_lowercase();
    let (kind, name) = match parts.next() {
        // Sales Navigator's addresses hold another id; they are kept apart from profiles.
        Some(kind) if lower == "sales" => return sales(kind, parts.next()?),
        Some(name) if kinds.contains(&&*lower) => (lower, name),
        None if ours == "in" && !kinds.contains(&&*lower) || ours == "company" && head.len() == rest.trim_matches('/').len() => {
            (ours.to_owned(), head)
        }
        _ => return None,
    };
    let kind = if kind == "school" || kind == "showcase" { &kind } else { ours };
    let name = slug(name)?;
    Some(Text::from(format!("https://www.linkedin.com/{kind}/{name}")))
}

fn sales(kind: &str, id: &str) -> Option<Text> {
    let id = id.split(',').next()?;
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    (plain(kind) && plain(id)).then(|| Text::from(format!("https://www.linkedin.com/sales/{kind}/{id}")))
}

/// The name of a profile: decoded, small, only letters, digits and hyphens.
fn slug(raw: &str) -> Option<String> {
    let decoded = percent_decoded(raw);
    // Quotes around an address are not its name's, wherever its query was cut off.
    let slug = Text::from(decoded.to_lowercase().trim_matches(|c: char| c == '\'' || c.is_whitespace()));
    let good =
        (1..=150).contains(&slug.len()) && slug.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '’' | '\'' | '&'));
    (good && slug.chars().any(char::is_alphanumeric)).then(|| slug.as_str().to_owned())
}

fn percent_decoded(raw: &str) -> Cow<'_, str> {
    if !raw.contains('%') {
        return raw.into();
    }
    let bytes = raw.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%').then(|| raw.get(at + 1..at + 3)).flatten().and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).map_or(raw.into(), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_come_to_one_form() {
        for raw in [
            "http://www.linkedin.com/in/mira-hallden-example",
            "https://uk.linkedin.com/in/Mira-Hallden-Example/?trk=x",
            "linkedin.com/in/mira-hallden-example/",
            "https:\\/\\/www.linkedin.com\\/in\\/mira-hallden-example",
            "mira-hallden-example",
            "/in/mira-hallden-example",
            "mira-hallden-example'?trk=x",
        ] {
            assert_eq!(person_linkedin(raw).as_deref(), Some("https://www.linkedin.com/in/mira-hallden-example"), "{raw}");
        }
        assert_eq!(person_linkedin("https://www.linkedin.com/in/j%C3%BCrgen").as_deref(), Some("https://www.linkedin.com/in/jürgen"));
        for bad in ["https://www.linkedin.com/company/acme", "https://example.com/in/x", "https://linkedin.com", "", "a b", "in"] {
            assert_eq!(person_linkedin(bad), None, "{bad}");
        }
        for raw in ["http://www.linkedin.com/company/Northwind/about", "company/northwind", "northwind"] {
            assert_eq!(company_linkedin(raw).as_deref(), Some("https://www.linkedin.com/company/northwind"), "{raw}");
        }
    }

    #[test]
    fn sites_have_an_address_and_a_domain() {
        for (raw, address, domain) in [
            ("http://www.Northwind.example/", "https://www.northwind.example", Some("northwind.example")),
            ("northwind.co.uk", "https://northwind.co.uk", Some("northwind.co.uk")),
            ("northwind.com; northwind.net", "https://northwind.com", Some("northwind.com")),
            ("https://careers.northwind.co.uk/jobs?x=1", "https://careers.northwind.co.uk/jobs", Some("northwind.co.uk")),
            ("https:\\/\\/harborline.example", "https://harborline.example", Some("harborline.example")),
            ("https://www.facebook.com/acme", "https://www.facebook.com/acme", None),
        ] {
            let site = site(raw).unwrap();
            assert_eq!((&*site.address, site.domain.as_ref().map(Domain::as_str)), (address, domain), "{raw}");
        }
        for bad in ["", "no site", "n/a", "10.0.0.1"] {
            assert_eq!(site(bad), None, "{bad}");
        }
    }
}
