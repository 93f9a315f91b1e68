//! A LeadsBlue download: fourteen columns, head counts with an en dash, no shortage of bad rows. Header: the notes'
//! canonical one (section 2.1), inferred from the six names that the shop shows.

use super::{Column, number};

pub(super) const COLUMNS: &[Column] = &[
    ("company_name", |l| l.of_company(|seen, _| seen.name.clone())),
    // Previews mask addresses; a few such rows end up in files.
    ("email", |l| l.seen.email.clone().map(|email| if l.one_in(90) { masked(&email) } else { email }).unwrap_or_default()),
    ("full_name", |l| l.seen.full_name()),
    ("job_title", |l| l.seen.title.clone()),
    // What a spreadsheet makes of a long number.
    ("phone", |l| match (&l.seen.direct, l.one_in(70)) {
        (Some(_), true) => "1.55501E+10".to_owned(),
        (phone, _) => phone.clone().unwrap_or_default(),
    }),
    ("street_address", |l| l.of_company(|_, t| t.street.clone())),
    ("city", |l| l.seen.place.city.to_owned()),
    ("country", |l| l.seen.country.name.to_owned()),
    ("sic_code", |l| l.industry(|t| if l.one_in(30) { format!("{}.0", t.industry.sic) } else { t.industry.sic.to_owned() })),
    ("website_url", |l| l.of_company(|_, t| format!("https://www.{}/", t.domain))),
    ("linkedin_url", |l| l.linkedin("https")),
    ("employees", |l| {
        l.of_company(|_, t| match t.size_band() {
            (from, Some(to)) => format!("{from}\u{2013}{to}"),
            (from, None) => format!("{from}+"),
        })
    }),
    ("annual_revenue", |l| l.of_company(|seen, _| number(seen.revenue))),
    ("year_established", |l| l.of_company(|seen, _| if l.one_in(40) { "0".to_owned() } else { number(seen.founded) })),
];

fn masked(email: &str) -> String {
    let local = email.split('@').next().unwrap_or_default();
    format!("{}@*****", &local[..local.len().min(3)])
}
