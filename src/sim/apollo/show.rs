//! Full records as Apollo writes them: person, organization, saved contact. Sections 4 and 5 of the notes.

use super::search::title;
use crate::sim::{
    dice::{Dice, stable, stable_text},
    sighting::{MailState, Sighting},
    view::{SourceView, joined},
    world::international,
};
use serde_json::{Value, json};

/// Stands in place of an address that the plan does not show. The literal is Apollo's.
const LOCKED: &str = "email_not_unlocked@domain.com";

/// ISO 8601 with milliseconds and offset.
pub(super) fn stamp(view: &SourceView, days_ago: u32) -> String {
    format!("{}T07:11:09.310+00:00", view.world.date(days_ago))
}

/// Apollo's word for what it knows of a mailbox.
pub(super) fn email_status(mail: MailState) -> &'static str {
    match mail {
        MailState::Verified | MailState::AcceptAll => "verified",
        MailState::Guessed => "extrapolated",
        MailState::Unverified => "unverified",
        MailState::Bounced => "bounced",
        MailState::Missing => "unavailable",
    }
}

/// An id of something that has no record of its own.
fn sub_id(seed: u64, what: &str, nth: u64) -> String {
    Dice::of(seed, what, nth).hex(24)
}

/// A person with everything but telephone numbers, which come by callback only.
pub(super) fn person(view: &SourceView, seen: &Sighting, contact: Option<&Value>, personal: bool) -> Value {
    let locked = seen.email.is_some() && stable(view.world.seed, "apollo locked", seen.nth.into()) % 100 < 2;
    let email = if locked { Some(LOCKED) } else { seen.email.as_deref() };
    let status = if locked { "unavailable" } else { email_status(seen.mail) };
    // Withheld for people under the GDPR.
    let personal = seen.private_email.iter().filter(|_| personal && !seen.country.gdpr).collect::<Vec<_>>();
    let confidence = (seen.mail == MailState::Guessed).then(|| f64::from(seen.confidence) / 100.0);
    let department = seen.department.apollo();
    json!({
        "id": seen.key, "first_name": seen.first, "last_name": seen.last, "name": seen.full_name(),
        "linkedin_url": seen.linkedin.as_ref().map(|handle| format!("http://www.linkedin.com/in/{handle}")),
        "title": title(seen), "email_status": status, "photo_url": null, "twitter_url": null, "github_url": null, "facebook_url": null,
        "extrapolated_email_confidence": confidence,
        "headline": title(seen).map(|title| format!("{title} at {}", seen.company.map_or("", |id| view.company(id).name.as_str()))),
        "email": email, "organization_id": seen.company.map(|id| &view.company(id).key),
        "employment_history": jobs(view, seen),
        "state": none_if_blank(seen.place.state), "city": seen.place.city, "country": seen.country.name,
        "contact_id": contact.map(|contact| &contact["id"]), "contact": contact, "revealed_for_current_team": true,
        "personal_emails": personal,
        "organization": seen.company.map(|id| organization_brief(view, id)),
        "is_likely_to_engage": seen.mail == MailState::Verified, "show_intent": false, "match_confidence": "high",
        "departments": [if department == "c_suite" { "c_suite".to_owned() } else { format!("master_{department}") }],
        "subdepartments": [department], "functions": [department], "seniority": seen.rank.apollo(),
    })
}

fn none_if_blank(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn jobs(view: &SourceView, seen: &Sighting) -> Vec<Value> {
    let jobs = seen.person.map(|id| &view.world.people[id as usize].jobs[seen.missed_jobs..]).unwrap_or_default();
    jobs.iter()
        .enumerate()
        .map(|(nth, job)| {
            let id = sub_id(view.world.seed, "apollo job", u64::from(seen.nth) * 8 + nth as u64);
            // The newest job that this source knows is the present one to it.
            let current = nth == 0;
            json!({"_id": id, "id": id, "key": id, "created_at": null, "updated_at": null, "current": current, "degree": null,
                "description": null, "emails": null, "end_date": job.until.filter(|_| !current).map(|days| view.world.date(days)),
                "grade_level": null, "kind": null, "major": null, "organization_id": view.company(job.company).key,
                "organization_name": view.company(job.company).name, "raw_address": null, "start_date": view.world.date(job.since),
                "title": job.title})
        })
        .collect()
}

/// What searches and people carry of a company: most keys are missing.
pub(super) fn organization_brief(view: &SourceView, id: u32) -> Value {
    let c = view.company(id);
    let truth = view.truth(id);
    let phone = c.phone.as_ref().map(|e164| json!({"number": international(e164), "source": "Scraped", "sanitized_number": e164}));
    let mut out = json!({
        "id": c.key, "name": c.name, "website_url": format!("http://www.{}", c.domain), "blog_url": null, "angellist_url": null,
        "linkedin_url": format!("http://www.linkedin.com/company/{}", truth.linkedin), "twitter_url": null, "facebook_url": null,
        "languages": [], "alexa_ranking": null, "phone": c.phone.as_ref().map(|e164| international(e164)),
        "linkedin_uid": (stable(view.world.seed, "linkedin uid", id.into()) % 9_000_000 + 1_000_000).to_string(),
        "founded_year": c.founded, "publicly_traded_symbol": null, "publicly_traded_exchange": null,
        "logo_url": format!("https://img.{}/l.png", c.domain), "crunchbase_url": null, "primary_domain": c.domain,
        "sanitized_phone": c.phone, "owned_by_organization_id": null, "show_intent": false, "has_intent_signal_account": false,
        "intent_signal_account": null,
    });
    if let Some(phone) = phone {
        out["primary_phone"] = phone;
    }
    out
}

/// A company with everything.
pub(super) fn organization(view: &SourceView, id: u32) -> Value {
    let seed = view.world.seed;
    let (c, truth) = (view.company(id), view.truth(id));
    let brief = organization_brief(view, id);
    let address = format!("{}, {}, {} {}, {}", truth.street, truth.place.city, truth.place.state, truth.postcode, truth.country.iso);
    let industry = truth.industry.linkedin;
    let tag = format!("5567{:020x}", stable_text(seed, "industry tag", industry));
    let short = |dollars: u64| if dollars >= 1_000_000 { format!("{}M", dollars / 1_000_000) } else { format!("{}K", dollars / 1000) };
    let more = json!({
        "languages": ["English"], "industry": c.industry_known.then_some(industry), "keywords": truth.keywords,
        "estimated_num_employees": c.employees, "industries": if c.industry_known { json!([industry]) } else { json!([]) },
        "secondary_industries": [], "industry_tag_id": tag, "industry_tag_hash": {industry: tag}, "snippets_loaded": true,
        "retail_location_count": 0, "raw_address": address, "street_address": truth.street, "city": truth.place.city,
        "state": none_if_blank(truth.place.state), "postal_code": truth.postcode, "country": truth.country.name,
        "seo_description": format!("{}: {}", truth.name, truth.keywords.join(", ")),
        "short_description": format!("{} is a company in {}.", truth.name, industry), "suborganizations": [], "num_suborganizations": 0,
        "annual_revenue_printed": c.revenue.map(short), "annual_revenue": c.revenue,
        "total_funding": truth.funding.map(|f| f.amount), "total_funding_printed": truth.funding.map(|f| short(f.amount)),
        "latest_funding_round_date": truth.funding.map(|f| format!("{}T00:00:00.000+00:00", view.world.date(f.days_ago))),
        "latest_funding_stage": truth.funding.map(|f| f.stage),
        "funding_events": truth.funding.map(|f| json!({"id": sub_id(seed, "apollo funding", id.into()),
            "date": format!("{}T00:00:00.000+00:00", view.world.date(f.days_ago)), "news_url": null, "type": f.stage,
            "investors": "Sample Ventures, Demo Capital", "amount": short(f.amount), "currency": "$"})).into_iter().collect::<Vec<_>>(),
        "technology_names": truth.technologies.iter().map(|t| t.name).collect::<Vec<_>>(),
        "current_technologies": truth.technologies.iter()
            .map(|t| json!({"uid": t.uid, "name": t.name, "category": t.category})).collect::<Vec<_>>(),
        "org_chart_sector": truth.industry.sector, "org_chart_root_people_ids": [], "account_id": null, "account": null,
        // Three m: so it is written there.
        "departmental_head_count": {"engineering": truth.employees / 9, "sales": truth.employees / 7, "media_and_commmunication": 1},
        "organization_headcount_six_month_growth": 0.03, "organization_headcount_twelve_month_growth": 0.08,
        "organization_headcount_twenty_four_month_growth": 0.2,
    });
    joined(brief, more)
}

/// Telephone numbers as a callback brings them.
pub(super) fn phone_numbers(view: &SourceView, seen: &Sighting) -> Vec<Value> {
    let numbers = [(seen.mobile.as_ref(), "mobile"), (seen.direct.as_ref(), "work_direct")];
    let known = numbers.into_iter().filter_map(|(number, kind)| Some((number?, kind)));
    known
        .enumerate()
        .map(|(nth, (e164, kind))| {
            let id = sub_id(view.world.seed, "apollo phone", u64::from(seen.nth) * 2 + nth as u64);
            json!({"_id": id, "id": id, "key": id, "raw_number": international(e164), "sanitized_number": e164, "type_cd": kind,
                "status_cd": "valid_number", "confidence_cd": "high", "dnc_status_cd": null, "dnc_status_updated_at": null,
                "dnc_other_info": null, "direct_dial_source_cd": "apollo", "position": nth})
        })
        .collect()
}

/// A person that the team saved: full mailbox and numbers, and they cost nothing any more.
pub(super) fn contact(view: &SourceView, seen: &Sighting, id: &str, updated_days: u32) -> Value {
    let phones: Vec<Value> = [(seen.mobile.as_ref(), "mobile"), (seen.direct.as_ref(), "work_direct")]
        .into_iter()
        .filter_map(|(number, kind)| Some((number?, kind)))
        .enumerate()
        .map(|(nth, (e164, kind))| {
            json!({"raw_number": international(e164), "sanitized_number": e164, "type": kind, "position": nth, "status": "valid_number",
                "dnc_status": null, "dnc_other_info": null, "dialer_flags": null})
        })
        .collect();
    let emails: Vec<Value> =
        seen.email.iter().map(|email| json!({"email": email, "email_status": email_status(seen.mail), "position": 0})).collect();
    json!({
        "id": id, "person_id": seen.key, "first_name": seen.first, "last_name": seen.last, "name": seen.full_name(), "title": title(seen),
        "linkedin_url": seen.linkedin.as_ref().map(|handle| format!("http://www.linkedin.com/in/{handle}")),
        "email": seen.email, "email_status": email_status(seen.mail), "email_true_status": email_status(seen.mail),
        "organization_name": seen.company.map(|id| &view.company(id).name), "organization_id": seen.company.map(|id| &view.company(id).key),
        "account_id": null, "owner_id": null, "contact_stage_id": sub_id(view.world.seed, "apollo stage", 0), "label_ids": [],
        "source": "search", "city": seen.place.city, "state": none_if_blank(seen.place.state), "country": seen.country.name,
        "created_at": stamp(view, updated_days + 30), "updated_at": stamp(view, updated_days), "phone_numbers": phones,
        "contact_emails": emails, "typed_custom_fields": {}, "organization": seen.company.map(|id| organization_brief(view, id)),
    })
}
