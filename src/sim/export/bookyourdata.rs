//! A BookYourData download. Labels are the firm's own; the literal header is the notes' canonical one (section 2.1).
//! A few rows in a hundred are bad, as bought lists are.

use super::{Column, Line, blank, number};
use crate::sim::world::{Department, Rank, national};

pub(super) const COLUMNS: &[Column] = &[
    ("First Name", |l| l.seen.first.clone()),
    ("Last Name", |l| l.seen.last.clone()),
    ("Direct Email Contact", |l| l.seen.email.clone().unwrap_or_default()),
    ("Phone", |l| {
        let phone = l.seen.direct.as_deref().or_else(|| l.company.and_then(|(seen, _)| seen.phone.as_deref())).unwrap_or_default();
        match l.seen.nth % 3 {
            _ if phone.is_empty() || !phone.starts_with('+') => phone.to_owned(),
            0 => national(phone),
            1 => phone[1..].to_owned(),
            _ => format!("{} {} {}", &phone[1..3], &phone[3..6], &phone[6..]),
        }
    }),
    ("Fax", blank),
    ("Job Title", |l| l.seen.title.clone()),
    ("Job Function", |l| match l.seen.department {
        Department::Executive => "Top Management".to_owned(),
        Department::Hr => "HR".to_owned(),
        Department::It => "IT".to_owned(),
        Department::Procurement => "Purchasing".to_owned(),
        other => other.label().to_owned(),
    }),
    ("Job Level", |l| {
        let level = match l.seen.rank {
            Rank::Owner | Rank::Founder | Rank::CSuite | Rank::Partner => "C-Level",
            Rank::Vp => "VP-Level",
            Rank::Head | Rank::Director => "Director-Level",
            Rank::Manager => "Manager-Level",
            Rank::Senior | Rank::Entry => "Non-Manager",
        };
        if l.seen.title.is_empty() { level.to_owned() } else { format!("{level} / {}", l.seen.title) }
    }),
    ("Company Name", |l| l.of_company(|seen, _| seen.name.clone())),
    ("Website", |l| l.of_company(|_, t| format!("www.{}", t.domain))),
    ("SIC Code", |l| l.industry(|t| t.industry.sic.to_owned())),
    ("Industry", |l| l.industry(|t| t.industry.label.to_owned())),
    ("Employee", |l| l.of_company(|seen, _| number(seen.employees))),
    ("Revenue", |l| l.of_company(|seen, _| number(seen.revenue))),
    ("Address", |l| l.of_company(|_, t| t.street.clone())),
    ("City", |l| place(l, true)),
    ("County", blank),
    ("State", |l| place(l, false)),
    ("Zip Code", |l| l.of_company(|_, t| t.postcode.clone())),
    ("Country", |l| l.seen.country.name.to_owned()),
    ("Area Code", |l| l.seen.direct.as_deref().and_then(|n| n.strip_prefix("+1")).map(|n| n[..3].to_owned()).unwrap_or_default()),
    ("LinkedIn", |l| l.linkedin("https")),
];

/// City or state, the two swapped in one row of sixty.
fn place(l: &Line<'_>, city: bool) -> String {
    if city == l.one_in(60) { l.seen.place.state.to_owned() } else { l.seen.place.city.to_owned() }
}
