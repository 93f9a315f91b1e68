//! ZoomInfo's contact export. Header: section C of the notes, marked high.

use super::{Column, Line, blank, number};
use crate::sim::{
    world::national,
    zoominfo::{accuracy, department, employee_range, level, revenue_range},
};

pub(super) const COLUMNS: &[Column] = &[
    // Some ids are below zero there.
    ("ZoomInfo Contact ID", |l| if l.one_in(9) { format!("-{}", l.seen.key) } else { l.seen.key.clone() }),
    ("Last Name", |l| l.seen.last.clone()),
    ("First Name", |l| l.seen.first.clone()),
    ("Middle Name", blank),
    ("Salutation", blank),
    ("Suffix", blank),
    ("Job Title", |l| l.seen.title.clone()),
    ("Job Title Hierarchy Level", blank),
    ("Management Level", |l| level(l.seen.rank).to_owned()),
    ("Job Start Date", |l| long_date(l, l.seen.job_days)),
    ("Job Function", |l| department(l.seen.department).to_owned()),
    ("Department", |l| department(l.seen.department).to_owned()),
    ("Company Division Name", blank),
    ("Direct Phone Number", |l| l.seen.direct.as_deref().map(national).unwrap_or_default()),
    ("Email Address", |l| l.seen.email.clone().unwrap_or_default()),
    ("Email Domain", |l| l.of_company(|_, truth| truth.domain.clone())),
    ("Mobile phone", |l| l.seen.mobile.as_deref().map(national).unwrap_or_default()),
    ("Last Job Change Type", blank),
    ("Last Job Change Date", blank),
    ("Previous Job Title", blank),
    ("Previous Company Name", blank),
    ("Previous Company ZoomInfo Company ID", blank),
    ("Previous Company LinkedIn Profile", blank),
    ("Highest Level of Education", blank),
    ("Contact Accuracy Score", |l| accuracy(l.seen).to_string()),
    ("Contact Accuracy Grade", |l| if accuracy(l.seen) >= 90 { "A+".to_owned() } else { "B".to_owned() }),
    ("ZoomInfo Contact Profile URL", |l| format!("https://app.zoominfo.com/#/apps/profile/person/{}", l.seen.key)),
    ("LinkedIn Contact Profile URL", |l| l.linkedin("https")),
    ("Notice Provided Date", blank),
    ("Person Street", blank),
    ("Person City", |l| l.seen.place.city.to_owned()),
    ("Person State", |l| l.seen.place.state.to_owned()),
    ("Person Zip Code", blank),
    ("Country", |l| l.seen.country.name.to_owned()),
    ("ZoomInfo Company ID", |l| l.of_company(|seen, _| seen.key.clone())),
    ("Company Name", |l| l.of_company(|seen, _| seen.name.clone())),
    ("Company Description", |l| l.of_company(|_, t| format!("{} works in {}.", t.name, t.industry.label))),
    ("Website", |l| l.of_company(|seen, _| format!("www.{}", seen.domain))),
    ("Founded Year", |l| l.of_company(|seen, _| number(seen.founded))),
    ("Company HQ Phone", |l| l.of_company(|seen, _| seen.phone.as_deref().map(national).unwrap_or_default())),
    ("Fax", blank),
    ("Ticker", blank),
    ("Revenue (in 000s USD)", |l| l.of_company(|seen, _| number(seen.revenue.map(|dollars| dollars / 1000)))),
    ("Revenue Range (in USD)", |l| l.of_company(|seen, _| seen.revenue.map(revenue_range).unwrap_or_default().to_owned())),
    ("Est. Marketing Department Budget (in 000s USD)", blank),
    ("Est. Finance Department Budget (in 000s USD)", blank),
    ("Est. IT Department Budget (in 000s USD)", blank),
    ("Est. HR Department Budget (in 000s USD)", blank),
    // A prefix that some files carry.
    ("Employees", |l| {
        l.of_company(|seen, _| {
            seen.employees.map(|n| if l.one_in(7) { format!("Employees.{n}") } else { n.to_string() }).unwrap_or_default()
        })
    }),
    ("Employee Range", |l| l.of_company(|seen, _| seen.employees.map(employee_range).unwrap_or_default().to_owned())),
    ("Past 1 Year Employee Growth Rate", blank),
    ("Past 2 Year Employee Growth Rate", blank),
    ("SIC Code 1", |l| l.of_company(|_, t| t.industry.sic.to_owned())),
    ("SIC Code 2", blank),
    ("SIC Codes", |l| l.of_company(|_, t| t.industry.sic.to_owned())),
    ("NAICS Code 1", |l| l.of_company(|_, t| t.industry.naics.to_owned())),
    ("NAICS Code 2", blank),
    ("NAICS Codes", |l| l.of_company(|_, t| t.industry.naics.to_owned())),
    ("Primary Industry", |l| l.industry(|t| t.industry.label.to_owned())),
    ("Primary Sub-Industry", |l| l.industry(|t| t.industry.sector.to_owned())),
    ("All Industries", |l| l.industry(|t| t.industry.label.to_owned())),
    ("All Sub-Industries", |l| l.of_company(|_, t| t.keywords.join("; "))),
    ("Industry Hierarchical Category", blank),
    ("Secondary Industry Hierarchical Category", blank),
    ("Alexa Rank", blank),
    ("ZoomInfo Company Profile URL", |l| l.of_company(|seen, _| format!("https://app.zoominfo.com/#/apps/profile/company/{}", seen.key))),
    ("LinkedIn Company Profile URL", |l| l.of_company(|_, t| format!("http://www.linkedin.com/company/{}", t.linkedin))),
    ("Facebook Company Profile URL", blank),
    ("Twitter Company Profile URL", blank),
    ("Ownership Type", |_| "Private".to_owned()),
    ("Business Model", |_| "B2B".to_owned()),
    ("Certified Active Company", |_| "Yes".to_owned()),
    ("Certification Date", blank),
    ("Total Funding Amount (in 000s USD)", |l| l.funding(|_, f| (f.amount / 1000).to_string())),
    ("Recent Funding Amount (in 000s USD)", |l| l.funding(|_, f| (f.amount / 1000).to_string())),
    ("Recent Funding Round", |l| l.funding(|_, f| f.stage.to_owned())),
    ("Recent Funding Date", |l| l.funding(|world, f| world.date(f.days_ago))),
    ("Recent Investors", blank),
    ("All Investors", blank),
    ("Company Street Address", |l| l.of_company(|_, t| t.street.clone())),
    ("Company City", |l| l.of_company(|_, t| t.place.city.to_owned())),
    ("Company State", |l| l.of_company(|_, t| t.place.state.to_owned())),
    ("Company Zip Code", |l| l.of_company(|_, t| t.postcode.clone())),
    ("Company Country", |l| l.of_company(|_, t| t.country.name.to_owned())),
    ("Full Address", |l| {
        l.of_company(|_, t| format!("{}, {}, {}, {}, {}", t.street, t.place.city, t.place.state, t.postcode, t.country.name))
    }),
    ("Number of Locations", |_| "1".to_owned()),
];

/// `June 01, 2024`
fn long_date(l: &Line<'_>, days_ago: u32) -> String {
    let at = jiff::Timestamp::from_microsecond(l.world.days_ago(days_ago).as_micros());
    at.map(|at| at.strftime("%B %d, %Y").to_string()).unwrap_or_default()
}
