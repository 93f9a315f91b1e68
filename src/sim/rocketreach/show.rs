//! Profiles and companies as RocketReach writes them: one name, letter grades, "Present" for a date. Section 4.

use crate::sim::{
    sighting::{MailState, Sighting},
    view::{SourceView, joined},
    world::{FREE_MAIL_HOSTS, Rank, international},
};
use serde_json::{Value, json};

pub(crate) fn level(rank: Rank) -> &'static str {
    match rank {
        Rank::Owner | Rank::Founder => "Founder/Owner",
        Rank::CSuite | Rank::Partner => "C-Level",
        Rank::Vp => "Vice President",
        Rank::Head | Rank::Director => "Director",
        Rank::Manager => "Manager",
        Rank::Senior | Rank::Entry => "Individual Contributor",
    }
}

/// The letter of a mailbox.
pub(crate) fn grade(mail: MailState) -> &'static str {
    match mail {
        MailState::Verified => "A",
        MailState::AcceptAll => "A-",
        MailState::Unverified => "B",
        MailState::Guessed => "C",
        MailState::Bounced => "F",
        MailState::Missing => "D",
    }
}

fn smtp(mail: MailState) -> Option<&'static str> {
    match mail {
        MailState::Verified => Some("valid"),
        MailState::AcceptAll => Some("accept-all"),
        MailState::Bounced => Some("invalid"),
        MailState::Unverified => Some("unknown"),
        MailState::Guessed | MailState::Missing => None,
    }
}

fn id(key: &str) -> Value {
    json!(key.parse::<u64>().ok())
}

fn host(email: &str) -> &str {
    email.split_once('@').map_or("", |(_, host)| host)
}

fn head(view: &SourceView, seen: &Sighting) -> Value {
    let company = seen.company.map(|id| (view.company(id), view.truth(id)));
    let places = [seen.place.city, seen.place.state, seen.country.name];
    let location: Vec<_> = places.into_iter().filter(|part| !part.is_empty()).collect();
    let link = seen.linkedin.as_ref().map(|handle| format!("https://www.linkedin.com/in/{handle}"));
    json!({
        "id": id(&seen.key), "name": seen.full_name(), "profile_pic": null, "linkedin_url": link, "connections": 480, "links": {"linkedin": link},
        "location": location.join(", "), "city": seen.place.city, "region": seen.place.state_code, "country": seen.country.iso,
        "country_code": seen.country.iso, "current_title": seen.title, "current_employer": company.map(|(c, _)| &c.name),
        "current_employer_id": company.map(|(c, _)| id(&c.key)), "current_employer_domain": company.map(|(_, truth)| &truth.domain),
        "current_employer_website": company.map(|(_, truth)| format!("http://www.{}", truth.domain)),
        "current_employer_linkedin_url": company.map(|(_, truth)| format!("https://www.linkedin.com/company/{}", truth.linkedin)),
        "birth_year": null, "region_latitude": null, "region_longitude": null, "npi_data": null,
    })
}

/// What a search shows: hosts of mailboxes and masked numbers.
pub(super) fn teaser(view: &SourceView, seen: &Sighting) -> Value {
    let work: Vec<&str> = seen.email.iter().map(|email| host(email)).collect();
    let private: Vec<&str> = seen.private_email.iter().map(|email| host(email)).collect();
    let masked = |e164: &String| format!("{}XXXX", &international(e164)[..international(e164).len().saturating_sub(4)]);
    let phones: Vec<Value> = seen.mobile.iter().chain(&seen.direct).map(|n| json!({"number": masked(n), "is_premium": false})).collect();
    let more = json!({
        "status": "complete",
        "teaser": {"emails": work.iter().chain(&private).collect::<Vec<_>>(), "phones": phones, "office_phones": [], "preview": work,
            "is_premium_phone_available": seen.mobile.is_some(), "personal_emails": private, "professional_emails": work},
        "suppressed": "False", "update_time": format!("{}T12:00:00Z", view.world.date(seen.days_old)),
    });
    joined(head(view, seen), more)
}

/// A profile; while the search runs it has no mailboxes and no numbers.
pub(super) fn profile(view: &SourceView, seen: &Sighting, status: &str, with_phones: bool) -> Value {
    let done = status == "complete";
    let checked = format!("{}T12:00:00Z", view.world.date(seen.days_old));
    let mail = |email: &String, kind: &str, valid: Option<&str>, grade: &str| json!({"email": email, "smtp_valid": valid, "type": kind, "last_validation_check": checked, "grade": grade});
    let private_host = |email: &String| FREE_MAIL_HOSTS.contains(&host(email));
    let work = seen.email.as_ref().filter(|_| done);
    let private = seen.private_email.as_ref().filter(|_| done);
    let mut emails: Vec<Value> = Vec::new();
    if let Some(email) = work {
        let kind = if private_host(email) { "personal" } else { "professional" };
        emails.push(mail(email, kind, smtp(seen.mail), grade(seen.mail)));
    }
    emails.extend(private.map(|email| mail(email, "personal", None, "B")));
    let numbers = [(&seen.mobile, "mobile"), (&seen.direct, "direct dial")];
    let phones: Vec<Value> = numbers
        .into_iter()
        .filter(|_| done && with_phones)
        .filter_map(|(number, kind)| Some((number.as_ref()?, kind)))
        .enumerate()
        .map(|(nth, (number, kind))| {
            json!({"number": international(number), "e164": number, "country_code": null, "extension": null, "type": kind, "grade": "A",
                "validity": "valid", "recommended": nth == 0, "premium": false, "last_checked": checked})
        })
        .collect();
    let more = json!({
        "status": status, "linkedin_url_active": seen.linkedin.is_some(),
        "current_employer_industry": seen.company.filter(|id| view.company(*id).industry_known).map(|id| view.truth(id).industry.label),
        "job_history": jobs(view, seen, &checked), "education": [], "skills": [], "recommended_email": work, "recommended_professional_email": work,
        "recommended_personal_email": private, "current_work_email": work, "current_personal_email": private, "emails": emails, "phones": phones,
        "profile_list": {"id": 1, "name": "API"}, "tags": "", "return_cached_emails": true, "metadata": {},
    });
    joined(head(view, seen), more)
}

fn jobs(view: &SourceView, seen: &Sighting, updated: &str) -> Vec<Value> {
    let jobs = seen.person.map(|id| &view.world.people[id as usize].jobs[seen.missed_jobs..]).unwrap_or_default();
    jobs.iter()
        .enumerate()
        .map(|(nth, job)| {
            let (c, truth) = (view.company(job.company), view.truth(job.company));
            let end = job.until.filter(|_| nth > 0).map_or_else(|| "Present".to_owned(), |days| view.world.date(days));
            json!({"start_date": view.world.date(job.since), "end_date": end, "company": c.name, "company_name": c.name, "company_id": id(&c.key),
                "company_linkedin_url": format!("https://www.linkedin.com/company/{}", truth.linkedin), "company_city": truth.place.city,
                "company_region": truth.place.state_code, "company_country_code": truth.country.iso, "department": job.department.label(),
                "sub_department": null, "title": job.title, "highest_level": level(job.rank), "description": null, "last_updated": updated,
                "is_current": nth == 0})
        })
        .collect()
}

pub(super) fn company_row(view: &SourceView, company: u32) -> Value {
    let (c, truth) = (view.company(company), view.truth(company));
    json!({"id": id(&c.key), "name": c.name, "email_domain": truth.domain, "ticker_symbol": null, "industry_str": truth.industry.label,
        "city": truth.place.city, "region": truth.place.state_code, "country_code": truth.country.iso})
}

pub(super) fn company(view: &SourceView, company: u32) -> Value {
    let (c, truth) = (view.company(company), view.truth(company));
    json!({
        "id": id(&c.key), "name": c.name, "domain": truth.domain, "email_domain": truth.domain, "website_domain": truth.domain, "ticker_symbol": null,
        "links": {"linkedin": format!("https://www.linkedin.com/company/{}", truth.linkedin)}, "year_founded": c.founded,
        "address": {"description": "HQ", "street": truth.street, "city": truth.place.city, "region": truth.place.state,
            "region_code": truth.place.state_code, "postal_code": truth.postcode, "country": truth.country.name, "country_code": truth.country.iso},
        "phone": c.phone.as_deref().map(international), "fax": null, "num_employees": c.employees, "revenue": c.revenue,
        "funding_investors": if truth.funding.is_some() { json!(["Sample Ventures"]) } else { json!([]) },
        "industry": c.industry_known.then_some(truth.industry.label), "industries": [truth.industry.label], "industry_keywords": truth.keywords,
        "sic_codes": [truth.industry.sic.parse::<u32>().ok()], "naics_codes": [truth.industry.naics.parse::<u32>().ok()],
        "techstack": truth.technologies.iter().map(|t| t.name).collect::<Vec<_>>(), "competitors": [],
        "departments": {"Engineering": truth.employees / 9, "Sales": truth.employees / 7}, "company_growth": [],
        "description": format!("{} works in {}.", truth.name, truth.industry.label), "rr_profile_url": null,
    })
}
