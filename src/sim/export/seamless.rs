//! Seamless.AI's contact export, every cell quoted. Headers: section 6 of the notes, marked high; two numbered
//! columns of each kind are written.

use super::{Column, blank, number};
use crate::sim::{
    seamless::{department, revenue, seniority, size, validation},
    sighting::MailState,
};

pub(super) const COLUMNS: &[Column] = &[
    ("Research Date", |l| format!("{}T10:00:00.000Z", l.world.date(l.seen.days_old))),
    ("Contact Full Name", |l| l.seen.full_name()),
    ("First Name", |l| l.seen.first.clone()),
    ("Middle Name", blank),
    ("Last Name", |l| l.seen.last.clone()),
    ("Title", |l| l.seen.title.clone()),
    ("Department", |l| department(l.seen.department).to_owned()),
    ("Seniority", |l| seniority(l.seen.rank).to_owned()),
    ("Company Name", |l| l.of_company(|seen, _| seen.name.clone())),
    ("Company Name - Cleaned", |l| l.of_company(|_, t| t.name.clone())),
    ("Website", |l| l.of_company(|seen, _| format!("https://{}", seen.domain))),
    ("List", |_| "Prospects".to_owned()),
    ("Primary Email", |l| l.seen.email.clone().unwrap_or_default()),
    ("Intel", |l| format!("https://login.seamless.ai/contact/{}", l.seen.key)),
    ("Contact LI Profile URL", |l| l.linkedin("https")),
    ("Email 1", |l| l.seen.email.clone().unwrap_or_default()),
    ("Email 1 Validation", |l| match l.seen.mail {
        MailState::Bounced => "do not mail".to_owned(),
        MailState::Guessed | MailState::Unverified => String::new(),
        _ => validation(l.seen).0.to_owned(),
    }),
    ("Email 1 Total AI", |l| if l.seen.email.is_some() { validation(l.seen).1 } else { String::new() }),
    ("Email 2", blank),
    ("Email 2 Validation", blank),
    ("Email 2 Total AI", blank),
    ("Personal Email", |l| l.seen.private_email.clone().unwrap_or_default()),
    ("Personal Email Validation", blank),
    ("Personal Email Total AI", blank),
    ("Contact Phone 1", |l| dotted(l.seen.direct.as_deref(), l.one_in(11))),
    ("Contact Phone 1 Total AI", |l| if l.seen.direct.is_some() { "88%".to_owned() } else { String::new() }),
    ("Contact Phone 2", blank),
    ("Contact Phone 2 Total AI", blank),
    ("Company Phone 1", |l| l.of_company(|seen, _| dotted(seen.phone.as_deref(), false))),
    ("Company Phone 1 Total AI", blank),
    ("Contact Mobile Phone", |l| dotted(l.seen.mobile.as_deref(), false)),
    ("Contact Mobile Phone 1 Total AI", blank),
    ("Contact Mobile Phone 2", blank),
    ("Contact Location", |l| format!("{}, {}", l.seen.place.city, l.seen.country.name)),
    ("Contact City", |l| l.seen.place.city.to_owned()),
    ("Contact State", |l| l.seen.place.state.to_owned()),
    ("Contact State Abbr", |l| l.seen.place.state_code.to_owned()),
    ("Contact Post Code", blank),
    ("Contact County", blank),
    ("Contact Country", |l| l.seen.country.name.to_owned()),
    ("Contact Country (Alpha 2)", |l| l.seen.country.iso.to_owned()),
    ("Contact Country (Alpha 3)", blank),
    ("Contact Country - Numeric", blank),
    ("Company Location", |l| l.of_company(|_, t| format!("{}, {}, {}", t.street, t.place.city, t.country.name))),
    ("Company Street 1", |l| l.of_company(|_, t| t.street.clone())),
    ("Company Street 2", blank),
    ("Company Street 3", blank),
    ("Company City", |l| l.of_company(|_, t| t.place.city.to_owned())),
    ("Company State", |l| l.of_company(|_, t| t.place.state.to_owned())),
    ("Company State Abbr", |l| l.of_company(|_, t| t.place.state_code.to_owned())),
    ("Company Post Code", |l| l.of_company(|_, t| t.postcode.clone())),
    ("Company County", blank),
    ("Company Country", |l| l.of_company(|_, t| t.country.name.to_owned())),
    ("Company Country (Alpha 2)", |l| l.of_company(|_, t| t.country.iso.to_owned())),
    ("Company Country (Alpha 3)", blank),
    ("Company Country - Numeric", blank),
    ("Company Annual Revenue", |l| l.of_company(|seen, _| number(seen.revenue))),
    ("Company Description", blank),
    ("Company Website Domain", |l| l.of_company(|_, t| t.domain.clone())),
    ("Company Founded Date", |l| l.of_company(|seen, _| seen.founded.map(|year| format!("{year}-01-01")).unwrap_or_default())),
    ("Company Industry", |l| l.industry(|t| t.industry.label.to_owned())),
    ("Company LI Profile Url", |l| l.of_company(|_, t| format!("https://www.linkedin.com/company/{}", t.linkedin))),
    ("Company LinkedIn ID", blank),
    ("Company Revenue Range", |l| l.of_company(|_, t| revenue(t.revenue).to_owned())),
    ("Company Staff Count", |l| l.of_company(|seen, _| number(seen.employees))),
    ("Company Staff Count Range", |l| l.of_company(|_, t| format!("{} employees", size(t)))),
    ("SIC Code", |l| l.of_company(|_, t| t.industry.sic.to_owned())),
    ("NAICS Code", |l| l.of_company(|_, t| t.industry.naics.to_owned())),
];

/// `555.010.0100`, some with an extension. Numbers outside North America keep their plus.
fn dotted(e164: Option<&str>, extension: bool) -> String {
    let Some(number) = e164 else { return String::new() };
    let plain = match number.strip_prefix("+1") {
        Some(rest) if rest.len() == 10 => format!("{}.{}.{}", &rest[..3], &rest[3..6], &rest[6..]),
        _ => number.to_owned(),
    };
    if extension { format!("{plain} x123") } else { plain }
}
