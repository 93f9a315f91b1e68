//! Records as UpLead writes them: twenty fields of a person, thirty-two of a company. Section 3 of the notes.

use super::uuid;
use crate::sim::{
    sighting::{MailState, Sighting},
    view::SourceView,
    world::{Company, Department, Rank},
};
use serde_json::{Value, json};

/// The letters of ranks; nothing for those below a manager.
pub(crate) fn level(rank: Rank) -> Option<&'static str> {
    match rank {
        Rank::Owner | Rank::Founder | Rank::CSuite | Rank::Partner => Some("C"),
        Rank::Vp => Some("VP"),
        Rank::Head | Rank::Director => Some("D"),
        Rank::Manager => Some("M"),
        Rank::Senior | Rank::Entry => None,
    }
}

/// Function and sub-function.
pub(crate) fn function(department: Department) -> (&'static str, Option<&'static str>) {
    match department {
        Department::Executive => ("operations", Some("general management")),
        Department::It => ("engineering", Some("information technology")),
        Department::Finance => ("finance", None),
        Department::Operations => ("operations", None),
        Department::Hr => ("human resources", None),
        Department::Marketing => ("marketing", None),
        Department::Sales => ("sales", None),
        Department::Legal => ("legal", None),
        Department::Procurement => ("operations", Some("purchasing")),
        Department::Engineering => ("engineering", None),
    }
}

/// What UpLead found when it checked the mailbox.
pub(crate) fn email_status(mail: MailState) -> &'static str {
    match mail {
        MailState::Verified => "valid",
        MailState::AcceptAll => "accept_all",
        MailState::Bounced => "invalid",
        MailState::Guessed | MailState::Unverified | MailState::Missing => "unknown",
    }
}

/// Only deliverable contacts cost.
pub(super) fn costs(seen: &Sighting) -> bool {
    matches!(seen.mail, MailState::Verified | MailState::AcceptAll)
}

/// "201-500", "10001+".
pub(crate) fn employees(company: &Company) -> String {
    match company.size_band() {
        (from, Some(to)) => format!("{from}-{to}"),
        (from, None) => format!("{from}+"),
    }
}

/// "10m-50m".
pub(crate) fn revenue(dollars: u64) -> &'static str {
    match dollars / 1_000_000 {
        0 => "0-1m",
        1..=9 => "1m-10m",
        10..=49 => "10m-50m",
        50..=99 => "50m-100m",
        100..=199 => "100m-200m",
        200..=999 => "200m-1b",
        _ => "1b+",
    }
}

pub(super) fn person_id(view: &SourceView, seen: &Sighting) -> String {
    uuid(view, "person", seen.nth.into())
}

pub(super) fn company_id(view: &SourceView, id: u32) -> String {
    uuid(view, "company", id.into())
}

fn blank(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

pub(super) fn person(view: &SourceView, seen: &Sighting) -> Value {
    let (function, sub) = function(seen.department);
    let company = seen.company.map(|id| (view.company(id), view.truth(id)));
    json!({
        "id": person_id(view, seen), "first_name": seen.first, "last_name": seen.last, "title": blank(&seen.title), "job_function": function,
        "job_sub_function": sub, "management_level": level(seen.rank), "gender": null, "email": seen.email, "email_status": email_status(seen.mail),
        "phone_number": seen.direct, "mobile_directdial": seen.mobile, "city": seen.place.city, "state": blank(seen.place.state), "county": null,
        "country": seen.country.iso, "linkedin_url": seen.linkedin.as_ref().map(|handle| format!("https://www.linkedin.com/in/{handle}")),
        "industry": company.filter(|(c, _)| c.industry_known).map(|(_, truth)| truth.industry.label), "domain": company.map(|(_, truth)| &truth.domain),
        "company_name": company.map(|(c, _)| &c.name),
    })
}

pub(super) fn company(view: &SourceView, id: u32) -> Value {
    let (c, truth) = (view.company(id), view.truth(id));
    // Codes come as numbers from some records, as text from others.
    let code = |digits: &str| if id.is_multiple_of(2) { json!(digits.parse::<u32>().ok()) } else { json!(digits) };
    json!({
        "id": company_id(view, id), "company_name": c.name, "domain": truth.domain, "address": truth.street, "city": truth.place.city,
        "state": blank(truth.place.state), "zip": truth.postcode, "county": null, "country": truth.country.iso, "phone_number": c.phone,
        "fax_number": null, "employees": employees(truth), "revenue": c.revenue.map(revenue), "industry": c.industry_known.then_some(truth.industry.label),
        "sic_code": code(truth.industry.sic), "sic_description": truth.industry.label, "naics_code": code(truth.industry.naics),
        "naics_description": truth.industry.label, "description": format!("{} works in {}.", truth.name, truth.industry.label),
        "year_founded": c.founded, "logo": format!("https://logo.uplead.com/{}", truth.domain),
        "linkedin_url": format!("https://www.linkedin.com/company/{}", truth.linkedin), "twitter_url": null, "facebook_url": null,
        "youtube_url": null, "crunchbase_url": null, "yelp_url": null, "instagram_url": null, "type": "private", "ticker": null, "exchange": null,
        "alexa_rank": null,
    })
}
