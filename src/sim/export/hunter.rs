//! Hunter's leads export. Header: section 12 of the notes, marked high.

use super::{Column, blank};
use crate::sim::{hunter::headcount, sighting::MailState};

pub(super) const COLUMNS: &[Column] = &[
    ("First name", |l| l.seen.first.clone()),
    ("Last name", |l| l.seen.last.clone()),
    ("Full name", |l| l.seen.full_name()),
    ("Job title", |l| l.seen.title.clone()),
    ("Company", |l| l.of_company(|seen, _| seen.name.clone())),
    ("Industry", |l| l.of_company(|seen, truth| if seen.industry_known { truth.industry.label.to_owned() } else { String::new() })),
    ("Department", |l| l.seen.department.hunter().to_owned()),
    ("Company size", |l| l.of_company(|_, truth| headcount(truth))),
    ("Company Type", |_| "privately held".to_owned()),
    ("Email address", |l| l.seen.email.clone().unwrap_or_default()),
    ("Confidence score", |l| l.seen.confidence.to_string()),
    ("Company Country", |l| l.of_company(|_, truth| truth.country.iso.to_owned())),
    ("Website", |l| l.of_company(|_, truth| truth.domain.clone())),
    ("LinkedIn URL", |l| l.seen.linkedin.as_ref().map(|h| format!("https://www.linkedin.com/in/{h}")).unwrap_or_default()),
    ("Phone number", |l| l.seen.direct.clone().unwrap_or_default()),
    ("Twitter", blank),
    ("Notes", blank),
    ("Source", |_| "Domain Search".to_owned()),
    ("Sending status", blank),
    ("Date of creation", |l| format!("{} 10:00:00 UTC", l.world.date(l.seen.days_old))),
    ("Date of last update", |l| format!("{} 10:00:00 UTC", l.world.date(l.seen.days_old))),
    ("Date of last activity", blank),
    ("Date of last contact", blank),
    ("Owner", |_| "Rosa Delgado".to_owned()),
    ("City", |l| l.seen.place.city.to_owned()),
    ("State", |l| l.seen.place.state.to_owned()),
    ("Postal code", |l| l.of_company(|_, truth| truth.postcode.clone())),
    ("Country", |l| l.seen.country.iso.to_owned()),
    ("Verification status", |l| match l.seen.mail {
        MailState::Verified => "valid".to_owned(),
        MailState::AcceptAll => "accept_all".to_owned(),
        MailState::Bounced => "invalid".to_owned(),
        _ => String::new(),
    }),
    ("Verification date", |l| match l.seen.mail {
        MailState::Verified | MailState::AcceptAll | MailState::Bounced => l.world.date(l.seen.days_old),
        _ => String::new(),
    }),
    ("Tags", blank),
];
