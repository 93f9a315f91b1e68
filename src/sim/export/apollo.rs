//! Apollo's "Contacts" export. Header and manners: section 11 of the notes, marked high.

use super::{Column, blank, number};
use crate::sim::{apollo, sighting::MailState, world::international};

pub(super) const COLUMNS: &[Column] = &[
    ("First Name", |l| l.seen.first.clone()),
    ("Last Name", |l| l.seen.last.clone()),
    ("Title", |l| l.seen.title.clone()),
    ("Company", |l| l.of_company(|seen, _| seen.name.clone())),
    ("Company Name for Emails", |l| l.of_company(|_, truth| truth.name.clone())),
    ("Email", |l| l.seen.email.clone().unwrap_or_default()),
    ("Email Status", |l| status(l.seen.mail).to_owned()),
    ("Primary Email Source", |l| if l.seen.email.is_some() { "Apollo".to_owned() } else { String::new() }),
    ("Email Confidence", |l| if l.seen.mail == MailState::Guessed { format!("0.{:02}", l.seen.confidence) } else { String::new() }),
    ("Primary Email Catch-all Status", |l| match l.seen.mail {
        MailState::AcceptAll => "Catch-all".to_owned(),
        MailState::Verified => "Not Catch-all".to_owned(),
        _ => String::new(),
    }),
    ("Primary Email Last Verified At", |l| match l.seen.mail {
        MailState::Verified => format!("{}T00:00:00+00:00", l.world.date(l.seen.days_old)),
        _ => String::new(),
    }),
    ("Seniority", |l| l.seen.rank.label().to_owned()),
    ("Departments", |l| l.seen.department.label().to_owned()),
    ("Contact Owner", |_| "rosa.delgado@msp.example".to_owned()),
    ("Work Direct Phone", |l| phone(l.seen.direct.as_deref())),
    ("Home Phone", blank),
    ("Mobile Phone", |l| phone(l.seen.mobile.as_deref())),
    ("Corporate Phone", |l| l.of_company(|seen, _| phone(seen.phone.as_deref()))),
    ("Other Phone", blank),
    ("Stage", |_| "Cold".to_owned()),
    ("Lists", |_| "Prospects".to_owned()),
    ("Last Contacted", blank),
    ("Account Owner", blank),
    ("# Employees", |l| l.of_company(|seen, _| number(seen.employees))),
    ("Industry", |l| l.of_company(|seen, truth| if seen.industry_known { truth.industry.linkedin.to_owned() } else { String::new() })),
    ("Keywords", |l| l.of_company(|_, truth| truth.keywords.join(", "))),
    ("Person Linkedin Url", |l| l.seen.linkedin.as_ref().map(|h| format!("http://www.linkedin.com/in/{h}")).unwrap_or_default()),
    ("Website", |l| l.of_company(|seen, _| format!("http://www.{}", seen.domain))),
    ("Company Linkedin Url", |l| l.of_company(|_, truth| format!("http://www.linkedin.com/company/{}", truth.linkedin))),
    ("Facebook Url", blank),
    ("Twitter Url", blank),
    ("City", |l| l.seen.place.city.to_owned()),
    ("State", |l| l.seen.place.state.to_owned()),
    ("Country", |l| l.seen.country.name.to_owned()),
    ("Company Address", |l| {
        l.of_company(|_, t| format!("{}, {}, {}, {}, {}", t.street, t.place.city, t.place.state, t.country.name, t.postcode))
    }),
    ("Company City", |l| l.of_company(|_, truth| truth.place.city.to_owned())),
    ("Company State", |l| l.of_company(|_, truth| truth.place.state.to_owned())),
    ("Company Country", |l| l.of_company(|_, truth| truth.country.name.to_owned())),
    ("Company Phone", |l| l.of_company(|seen, _| phone(seen.phone.as_deref()))),
    ("SEO Description", |l| l.of_company(|_, truth| format!("{}: {}", truth.name, truth.keywords.join(", ")))),
    ("Technologies", |l| l.of_company(|_, truth| truth.technologies.iter().map(|t| t.name).collect::<Vec<_>>().join(", "))),
    ("Annual Revenue", |l| l.of_company(|seen, _| number(seen.revenue))),
    ("Total Funding", |l| l.of_company(|_, truth| number(truth.funding.map(|f| f.amount)))),
    ("Latest Funding", |l| l.of_company(|_, truth| truth.funding.map(|f| f.stage.to_owned()).unwrap_or_default())),
    ("Latest Funding Amount", |l| l.of_company(|_, truth| number(truth.funding.map(|f| f.amount)))),
    ("Last Raised At", |l| l.company.and_then(|(_, truth)| truth.funding).map(|f| l.world.date(f.days_ago)).unwrap_or_default()),
    ("Email Sent", |_| "false".to_owned()),
    ("Email Open", |_| "false".to_owned()),
    ("Email Bounced", |l| (l.seen.mail == MailState::Bounced).to_string()),
    ("Replied", |_| "false".to_owned()),
    ("Demoed", |_| "false".to_owned()),
    ("Number of Retail Locations", blank),
    ("Apollo Contact Id", |l| apollo::contact_id(l.world.seed, l.seen.nth)),
    ("Apollo Account Id", |l| l.of_company(|seen, _| apollo::account_id(l.world.seed, seen.company))),
    ("Secondary Email", |l| l.seen.private_email.clone().unwrap_or_default()),
    ("Secondary Email Source", blank),
    ("Secondary Email Status", blank),
    ("Secondary Email Verification Source", blank),
    ("Tertiary Email", blank),
    ("Tertiary Email Source", blank),
    ("Tertiary Email Status", blank),
    ("Tertiary Email Verification Source", blank),
    ("Primary Intent Topic", blank),
    ("Primary Intent Score", blank),
    ("Secondary Intent Topic", blank),
    ("Secondary Intent Score", blank),
];

fn status(mail: MailState) -> &'static str {
    match mail {
        MailState::Verified | MailState::AcceptAll => "Verified",
        MailState::Guessed => "Extrapolated",
        MailState::Unverified | MailState::Bounced => "Unverified",
        MailState::Missing => "Unavailable",
    }
}

/// An apostrophe in front keeps spreadsheets from counting with it.
fn phone(e164: Option<&str>) -> String {
    match e164 {
        Some(number) if number.starts_with('+') && number.len() % 2 == 0 => format!("'{number}"),
        Some(number) if number.starts_with('+') && number[1..].bytes().all(|b| b.is_ascii_digit()) => format!("'{}", international(number)),
        Some(other) => other.to_owned(),
        None => String::new(),
    }
}
