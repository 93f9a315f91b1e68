//! RocketReach's contact export. Columns: section 13 of the notes, marked medium; the order is not certain.

use super::{Column, blank};
use crate::sim::{
    rocketreach::{grade, level},
    sighting::MailState,
};

pub(super) const COLUMNS: &[Column] = &[
    ("Profile ID", |l| l.seen.key.clone()),
    ("Email Lookup Status", |_| "complete".to_owned()),
    ("Lookup Time", |l| format!("{} 12:00:00", l.world.date(l.seen.days_old))),
    ("First Name", |l| l.seen.first.clone()),
    ("Last Name", |l| l.seen.last.clone()),
    ("Title", |l| l.seen.title.clone()),
    ("LinkedIn", |l| l.linkedin("https")),
    ("Employer", |l| l.of_company(|seen, _| seen.name.clone())),
    ("Employer Primary Industry", |l| l.industry(|t| t.industry.label.to_owned())),
    ("Employer Domain", |l| l.of_company(|_, t| t.domain.clone())),
    ("Employer Website", |l| l.of_company(|_, t| format!("http://www.{}", t.domain))),
    ("Employer LinkedIn", |l| l.of_company(|_, t| format!("https://www.linkedin.com/company/{}", t.linkedin))),
    ("Recommended Email", |l| l.seen.email.clone().unwrap_or_default()),
    ("Recommended Work Email", |l| l.seen.email.clone().unwrap_or_default()),
    ("Recommended Personal Email", |l| l.seen.private_email.clone().unwrap_or_default()),
    ("A Emails", |l| graded(l.seen.mail, "A", l.seen.email.as_ref())),
    ("A- Emails", |l| graded(l.seen.mail, "A-", l.seen.email.as_ref())),
    // Several addresses stand in one cell.
    ("B Emails", |l| {
        let all = [graded(l.seen.mail, "B", l.seen.email.as_ref()), l.seen.private_email.clone().unwrap_or_default()];
        all.into_iter().filter(|email| !email.is_empty()).collect::<Vec<_>>().join(", ")
    }),
    ("Phone", |l| l.seen.mobile.clone().or_else(|| l.seen.direct.clone()).unwrap_or_default()),
    ("Mobile Phone", |l| l.seen.mobile.clone().unwrap_or_default()),
    ("Office Phone", |l| l.of_company(|seen, _| seen.phone.clone().unwrap_or_default())),
    ("Other Phones", |l| l.seen.direct.clone().unwrap_or_default()),
    ("Location", |l| format!("{}, {}, {}", l.seen.place.city, l.seen.place.state, l.seen.country.name)),
    ("City", |l| l.seen.place.city.to_owned()),
    ("Postal Code", blank),
    ("Region", |l| l.seen.place.state.to_owned()),
    ("Country", |l| l.seen.country.iso.to_owned()),
    ("Seniority", |l| level(l.seen.rank).to_owned()),
    ("Department", |l| l.seen.department.label().to_owned()),
    ("Years of Experience", blank),
    ("Skills & Endorsements", blank),
    ("Tags", blank),
    ("Notes", blank),
    ("Job1 Employer", |l| l.of_company(|seen, _| seen.name.clone())),
    ("Job1 Title", |l| l.seen.title.clone()),
    ("Job1 Start", |l| l.world.date(l.seen.job_days)),
    ("Job1 End", |_| "Present".to_owned()),
];

fn graded(mail: MailState, wanted: &str, email: Option<&String>) -> String {
    email.filter(|_| grade(mail) == wanted).cloned().unwrap_or_default()
}
