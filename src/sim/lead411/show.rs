//! Records as Lead411 writes them: backslashes in addresses and dates, `N/A` for nothing, three spellings of a date.
//! Section 3 of the notes.

use crate::sim::{
    sighting::{MailState, Sighting},
    view::SourceView,
    world::national,
};
use serde_json::{Value, json};

/// Text that has been escaped once too often.
fn escaped(text: &str) -> String {
    text.replace('/', "\\/")
}

fn or_na(text: Option<String>) -> String {
    text.filter(|text| !text.is_empty()).unwrap_or_else(|| "N/A".to_owned())
}

fn or_not_available(text: Option<&String>) -> String {
    text.cloned().unwrap_or_else(|| "Not Available".to_owned())
}

fn id(key: &str, as_text: bool) -> Value {
    if as_text { json!(key) } else { json!(key.parse::<u64>().ok()) }
}

/// `08-14-2026`
fn dashed(iso: &str) -> String {
    format!("{}-{}-{}", &iso[5..7], &iso[8..10], &iso[..4])
}

pub(crate) fn email_result(mail: MailState) -> &'static str {
    match mail {
        MailState::Verified => "verified",
        MailState::AcceptAll => "catch-all",
        MailState::Bounced => "invalid",
        MailState::Guessed | MailState::Unverified | MailState::Missing => "unknown",
    }
}

pub(super) fn search_row(view: &SourceView, seen: &Sighting, unlocked: bool, text_ids: bool) -> Value {
    let company = seen.company.unwrap_or_default();
    let (c, truth) = (view.company(company), view.truth(company));
    let date = view.world.date(seen.days_old);
    let shown = |value: Option<&String>| or_not_available(value.filter(|_| unlocked));
    let uk = truth.country.iso == "GB";
    json!({
        "company_id": id(&c.key, text_ids), "employee_id": id(&seen.key, text_ids),
        "json_meta": {
            "company_meta": {
                "company_name": c.name, "locality": format!("{}, {}", truth.place.city, truth.place.state_code), "industry": truth.industry.label,
                "sic_definitions": truth.industry.label, "yearly_revenues": or_na(c.revenue.map(|d| d.to_string())),
                "number_of_employees": or_na(c.employees.map(|n| n.to_string())), "address1": truth.street, "city": truth.place.city,
                "region_code": truth.place.state_code, "company_country": truth.country.iso, "zip": if uk { "N/A" } else { &truth.postcode },
                "uk_zip": if uk { &truth.postcode } else { "N/A" }, "company_founded": or_na(c.founded.map(|year| format!("{year}-01"))),
                "company_phone": or_na(c.phone.as_deref().map(national)), "company_URL": escaped(&format!("https://{}", truth.domain)),
                "company_linkedin": escaped(&format!("https://www.linkedin.com/company/{}", truth.linkedin)), "company_twitter": "N/A",
                "company_facebook": "N/A", "company_instagram": "N/A", "company_youtube": "N/A", "company_wikipedia": "N/A", "company_lead_score": "82",
            },
            "employee_meta": {
                "employee_name": seen.full_name(), "title": seen.title, "last_seen": dashed(&date),
                "employee_linkedin": or_na(seen.linkedin.as_ref().map(|h| escaped(&format!("https://www.linkedin.com/in/{h}")))),
                "email": shown(seen.email.as_ref()), "email_date": escaped(&dashed(&date).replace('-', "/")), "email_result": email_result(seen.mail),
                "direct_dial": shown(seen.direct.as_ref()), "direct_type": "direct", "direct_country_code": "", "direct_prefix": "",
                "mobile_dial": shown(seen.mobile.as_ref()), "mobile_type": "", "mobile_country_code": "", "mobile_prefix": "",
            },
        },
    })
}

pub(super) fn company(view: &SourceView, company: u32, text_ids: bool) -> Value {
    let (c, truth) = (view.company(company), view.truth(company));
    let technologies: Vec<Value> = truth.technologies.iter().map(|t| json!({"technology": t.name})).collect();
    json!({
        "company_data": {
            "company_id": id(&c.key, text_ids), "company_name": c.name, "URL": truth.domain, "phone": or_na(c.phone.as_deref().map(national)),
            "address1": truth.street, "address2": "", "city": truth.place.city, "region_code": truth.place.state_code, "zip": truth.postcode,
            "country_code": truth.country.iso, "founded": or_na(c.founded.map(|year| format!("{year}-01"))),
            "yearly_revenue": or_na(c.revenue.map(|d| d.to_string())), "yearly_revenue_text": "N/A",
            "number_of_employees": or_na(c.employees.map(|n| n.to_string())), "number_of_employees_text": "N/A", "industries": truth.industry.label,
            "industry_path": format!("{} > {}", truth.industry.sector, truth.industry.label), "tags": truth.keywords.join(","),
            "LI_specialties": truth.keywords.join(", "), "linkedin_url": escaped(&format!("https://www.linkedin.com/company/{}", truth.linkedin)),
            "twitter": "", "facebook_url": "", "bio": "N/A", "type": "Private", "sic_code": truth.industry.sic, "sic_description": truth.industry.label,
        },
        "company_outside_tech_data": technologies,
        "indeed_data": if truth.employees > 200 { json!([{"title": "Systems Engineer", "date": view.world.date(40)}]) } else { json!([]) },
    })
}

/// A member of staff, without ways to reach them.
pub(super) fn employee(seen: &Sighting, text_ids: bool) -> Value {
    json!({"employee_id": id(&seen.key, text_ids), "first_name": seen.first, "last_name": seen.last, "employee_title": seen.title,
        "city": seen.place.city, "region_code": seen.place.state_code,
        "employee_linkedin": seen.linkedin.as_ref().map(|h| escaped(&format!("https://www.linkedin.com/in/{h}"))).unwrap_or_default(),
        "employee_twitter": "", "employee_facebook": ""})
}

/// An unlocked person.
pub(super) fn details(view: &SourceView, seen: &Sighting) -> Value {
    json!({"first_name": seen.first, "last_name": seen.last, "title": seen.title, "email": or_na(seen.email.clone()),
        "phone": or_na(seen.direct.clone()), "empPhone1": or_na(seen.direct.clone()),
        "linkedin": or_na(seen.linkedin.as_ref().map(|h| escaped(&format!("https://www.linkedin.com/in/{h}")))),
        "company_name": or_na(seen.company.map(|id| view.company(id).name.clone())), "profile_url": "N/A",
        "locality": format!("{}, {}", seen.place.city, seen.place.state_code)})
}

/// The answer to paying.
pub(super) fn unlocked(view: &SourceView, seen: &Sighting) -> Value {
    let phones: Vec<Value> = [(&seen.direct, "direct"), (&seen.mobile, "mobile")]
        .into_iter()
        .filter_map(|(number, kind)| Some(json!({"phone": number.as_ref()?, "line_type": kind})))
        .collect();
    let company = seen.company.map(|id| {
        let truth = view.truth(id);
        json!({"URL": truth.domain, "address1": truth.street, "address2": "", "city": truth.place.city, "region_code": truth.place.state_code,
            "zip": truth.postcode})
    });
    json!({"status": "success", "email": or_na(seen.email.clone()),
        "employee_details": {"linkedin": seen.linkedin.as_ref().map(|h| escaped(&format!("https://www.linkedin.com/in/{h}"))).unwrap_or_default()},
        "company_data": company, "employeePhoneData": phones})
}
