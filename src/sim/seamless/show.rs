//! Records as Seamless.AI writes them, odd capitals included. Sections 3.2 and 4.1 of the notes.

use crate::sim::{
    sighting::{MailState, Sighting},
    view::{SourceView, joined},
    world::{Company, Department, Rank},
};
use serde_json::{Value, json};

pub(crate) const SENIORITIES: [&str; 8] = ["C-Level", "VP", "Director", "Manager", "Senior", "Entry Level", "Mid-Level", "Other"];
pub(crate) const DEPARTMENTS: [&str; 11] = [
    "Sales",
    "Marketing",
    "Engineering",
    "Human Resources",
    "Finance",
    "IT",
    "Operations",
    "Support",
    "Legal",
    "Project Management",
    "Other",
];
pub(crate) const SIZES: [&str; 9] =
    ["0 - 1 (Self-employed)", "2 - 10", "11 - 50", "51 - 200", "201 - 500", "501 - 1,000", "1,001 - 5,000", "5,001 - 10,000", "10,001+"];
pub(crate) const REVENUES: [&str; 9] =
    ["$0 - $100K", "$100K - $1M", "$1M - $5M", "$5M - $20M", "$20M - $50M", "$50M - $100M", "$100M - $500M", "$500M - $1B", "$1B+"];

pub(crate) fn seniority(rank: Rank) -> &'static str {
    match rank {
        Rank::Owner | Rank::Founder | Rank::CSuite | Rank::Partner => "C-Level",
        Rank::Vp => "VP",
        Rank::Head | Rank::Director => "Director",
        Rank::Manager => "Manager",
        Rank::Senior => "Senior",
        Rank::Entry => "Entry Level",
    }
}

pub(crate) fn department(department: Department) -> &'static str {
    match department {
        Department::It => "IT",
        Department::Finance => "Finance",
        Department::Operations | Department::Procurement => "Operations",
        Department::Hr => "Human Resources",
        Department::Marketing => "Marketing",
        Department::Sales => "Sales",
        Department::Legal => "Legal",
        Department::Engineering => "Engineering",
        Department::Executive => "Other",
    }
}

pub(crate) fn size(company: &Company) -> &'static str {
    match company.employees {
        0..=1 => SIZES[0],
        2..=10 => SIZES[1],
        11..=50 => SIZES[2],
        51..=200 => SIZES[3],
        201..=500 => SIZES[4],
        501..=1000 => SIZES[5],
        1001..=5000 => SIZES[6],
        5001..=10_000 => SIZES[7],
        _ => SIZES[8],
    }
}

pub(crate) fn revenue(dollars: u64) -> &'static str {
    match dollars / 1000 {
        0..=99 => REVENUES[0],
        100..=999 => REVENUES[1],
        1000..=4999 => REVENUES[2],
        5000..=19_999 => REVENUES[3],
        20_000..=49_999 => REVENUES[4],
        50_000..=99_999 => REVENUES[5],
        100_000..=499_999 => REVENUES[6],
        500_000..=999_999 => REVENUES[7],
        _ => REVENUES[8],
    }
}

/// The word beside a mailbox, and its percentage.
pub(crate) fn validation(seen: &Sighting) -> (&'static str, String) {
    let word = match seen.mail {
        MailState::Verified => "valid",
        MailState::AcceptAll => "accept all",
        MailState::Guessed | MailState::Unverified => "risky",
        MailState::Bounced => "invalid",
        MailState::Missing => "",
    };
    (word, format!("{}%", seen.confidence))
}

pub(super) fn search_row(view: &SourceView, seen: &Sighting) -> Value {
    let company = seen.company.map(|id| (view.company(id), view.truth(id)));
    let of = |what: &dyn Fn(&Company) -> Value| company.map_or(Value::Null, |(_, truth)| what(truth));
    json!({
        "searchResultId": seen.key, "name": seen.full_name(), "firstName": seen.first, "lastName": seen.last, "title": seen.title,
        "company": company.map(|(c, _)| &c.name), "department": department(seen.department), "seniority": seniority(seen.rank),
        "domain": of(&|c| json!(c.domain)), "city": seen.place.city, "state": seen.place.state, "country": seen.country.name,
        "companyCity": of(&|c| json!(c.place.city)), "companyState": of(&|c| json!(c.place.state)), "companyCountry": of(&|c| json!(c.country.name)),
        "liUrl": seen.linkedin.as_ref().map(|handle| format!("https://www.linkedin.com/in/{handle}")),
        "companyLIProfileUrl": of(&|c| json!(format!("https://www.linkedin.com/company/{}", c.linkedin))), "sicCode": of(&|c| json!(c.industry.sic)),
        "industries": of(&|c| json!([c.industry.label])), "startedAtCurrentCompany": view.world.date(seen.job_days), "titleStartedAt": view.world.date(seen.job_days),
        "timeAtRole": null, "timeAtCompany": null, "companyFoundedOn": company.and_then(|(c, _)| c.founded).map(|year| format!("{year}-01-01")),
        "lastModifiedAt": format!("{} 11:20:05", view.world.date(seen.days_old)), "companyRevenue": of(&|c| json!(revenue(c.revenue))),
        "employeeSizeRange": of(&|c| json!(size(c))), "timezone": null,
    })
}

pub(super) fn company_row(view: &SourceView, id: u32) -> Value {
    let (c, truth) = (view.company(id), view.truth(id));
    json!({
        "searchResultId": c.key, "name": c.name, "domain": truth.domain, "description": null, "industries": [truth.industry.label],
        "staffCountRange": size(truth), "employeeCount": c.employees, "revenueRange": revenue(truth.revenue), "annualRevenue": c.revenue,
        "companyType": "Private", "foundedOn": c.founded.map(|year| format!("{year}-01-01")), "numContacts": view.staff(id).count(),
        "companyLIURL": format!("https://www.linkedin.com/company/{}", truth.linkedin), "street1": truth.street, "street2": null,
        "city": truth.place.city, "state": truth.place.state, "postCode": truth.postcode, "country": truth.country.name,
    })
}

/// A researched contact; many fields are null.
pub(super) fn contact(view: &SourceView, seen: &Sighting) -> Value {
    let company = seen.company.map(|id| (view.company(id), view.truth(id)));
    let of = |what: &dyn Fn(&Company) -> Value| company.map_or(Value::Null, |(_, truth)| what(truth));
    let (word, percent) = validation(seen);
    let phones: Vec<(&String, &str)> =
        [(&seen.direct, "direct"), (&seen.mobile, "mobile")].into_iter().filter_map(|(n, kind)| Some((n.as_ref()?, kind))).collect();
    let jobs = seen.person.map(|id| &view.world.people[id as usize].jobs[seen.missed_jobs..]).unwrap_or_default();
    let history: Vec<Value> = jobs
        .iter()
        .map(|job| {
            json!({"companyName": view.company(job.company).name, "title": job.title, "startedAt": view.world.date(job.since),
            "endedAt": job.until.map(|days| view.world.date(days))})
        })
        .collect();
    let location = json!({"street1": null, "city": seen.place.city, "state": seen.place.state, "stateAbbr": seen.place.state_code, "postCode": null,
        "county": null, "country": seen.country.name, "countryAbbr": seen.country.iso, "fullString": null, "timezone": null});
    let person = json!({
        "contactId": format!("c-{}", seen.key), "username": null, "firstName": seen.first, "middleName": null, "lastName": seen.last,
        "fullName": seen.full_name(), "name": seen.full_name(), "nameOriginal": seen.full_name(), "title": seen.title,
        "department": department(seen.department), "seniority": seniority(seen.rank), "company": company.map(|(c, _)| &c.name),
        "companyOriginal": of(&|c| json!(c.legal_name())), "email": seen.email, "personalEmail": seen.private_email, "email1": seen.email,
        "email1TotalAI": seen.email.as_ref().map(|_| percent), "email1EmailAI": seen.email.as_ref().map(|_| word), "email1Selected": seen.email.is_some(),
        "email2": null, "email3": null,
    });
    let employer = json!({
        "emailDomain": of(&|c| json!(c.domain)), "companyPhone1": company.and_then(|(c, _)| c.phone.as_ref()),
        "companyPhone1TotalAI": null, "lIProfileUrl": seen.linkedin.as_ref().map(|handle| format!("https://www.linkedin.com/in/{handle}")),
        "lISalesNavUrl": null, "lIRecruiterUrl": null, "companyDomain": of(&|c| json!(c.domain)), "website": of(&|c| json!(format!("https://www.{}", c.domain))),
        "companyDescription": null, "companyFounded": company.and_then(|(c, _)| c.founded).map(|year| format!("{year}-01-01")),
        "companyIndustry": of(&|c| json!(c.industry.label)), "companyStaffCount": company.and_then(|(c, _)| c.employees),
        "companyStaffCountRange": of(&|c| json!(size(c))), "companyAnnualRevenue": company.and_then(|(c, _)| c.revenue),
        "companyRevenueRange": of(&|c| json!(revenue(c.revenue))), "companyType": "Private",
        "companyLIProfileUrl": of(&|c| json!(format!("https://www.linkedin.com/company/{}", c.linkedin))), "companyLinkedInId": null, "stockTicker": null,
        "companyFundingTotal": of(&|c| json!(c.funding.map(|f| f.amount))),
        "companyLatestFundingDate": of(&|c| json!(c.funding.map(|f| view.world.date(f.days_ago)))),
        "companyLatestFundingClassifications": of(&|c| json!(c.funding.map(|f| f.stage))), "contactLocation": location,
        "companyLocation": of(&|c| json!({"street1": c.street, "city": c.place.city, "state": c.place.state, "stateAbbr": c.place.state_code,
            "postCode": c.postcode, "country": c.country.name, "countryAbbr": c.country.iso})),
        "timeAtRole": null, "timeAtCompany": null, "titleStartedAt": view.world.date(seen.job_days), "startedAtCurrentCompany": view.world.date(seen.job_days),
        "jobChangeAlert": null, "jobHistory": history, "newsAndEvents": [], "createdAt": view.world.date(seen.days_old), "updatedAt": view.world.date(seen.days_old),
    });
    let mut out = joined(person, employer);
    for nth in 0..3 {
        let name = format!("contactPhone{}", nth + 1);
        let phone = phones.get(nth);
        out[&name] = json!(phone.map(|(number, _)| number));
        out[format!("{name}TotalAI")] = json!(phone.map(|_| "88%"));
        out[format!("{name}DataType")] = json!(phone.map(|(_, kind)| kind));
        out[format!("{name}IsDnc")] = json!(phone.map(|_| false));
    }
    out
}

/// A researched company.
pub(super) fn company(view: &SourceView, id: u32) -> Value {
    let (c, truth) = (view.company(id), view.truth(id));
    json!({
        "name": c.name, "domain": truth.domain, "phones": c.phone.iter().collect::<Vec<_>>(), "staffCount": c.employees, "staffCountRange": size(truth),
        "annualRevenue": c.revenue, "revenueRange": revenue(truth.revenue), "industries": [truth.industry.label], "sicCode": truth.industry.sic,
        "naics": truth.industry.naics, "foundedOn": c.founded.map(|year| format!("{year}-01-01")),
        "technologies": truth.technologies.iter().map(|t| t.name).collect::<Vec<_>>(),
        "location": {"street1": truth.street, "city": truth.place.city, "state": truth.place.state, "postCode": truth.postcode,
            "country": truth.country.name, "countryAbbr": truth.country.iso},
        "linkedInProfileUrl": format!("https://www.linkedin.com/company/{}", truth.linkedin), "lIProfileUrl": null, "linkedInId": null, "newsAndEvents": [],
    })
}
