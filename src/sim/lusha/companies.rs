//! Companies: looking them up, prospecting, enriching. Section 6 of the notes.

use super::{Answer, COMPANY, Inner, Refusal, filters, items, request_id};
use crate::sim::{
    server::call::{Call, cut},
    view::{SourceView, joined},
};
use serde_json::{Value, json};

impl Inner {
    /// `POST /v3/companies/search` and `/search-and-enrich`
    pub(super) fn search_companies(&mut self, view: &SourceView, body: &Value, enrich: bool) -> Answer {
        let wanted = items(body, "companies")?;
        let mut results = Vec::new();
        let mut hits = 0;
        for (nth, one) in wanted.iter().enumerate() {
            let given = |name: &str| one[name].as_str().unwrap_or_default().trim();
            if ["id", "name", "domain"].iter().all(|name| given(name).is_empty()) {
                return Err(Refusal::invalid("each company needs id, name or domain"));
            }
            let found = view.company_by_key(given("id")).or_else(|| view.find_company(given("domain"), given("name")));
            let mut row = found.map_or_else(
                || json!({"error": {"code": "NOT_FOUND", "message": "Company not found"}}),
                |id| {
                    hits += 1;
                    if enrich { full(view, id) } else { teaser(view, id) }
                },
            );
            row["clientReferenceId"] = one["clientReferenceId"].as_str().map_or_else(|| json!(nth.to_string()), |id| json!(id));
            results.push(row);
        }
        let mut charged = self.spend_search(hits)?;
        if enrich {
            self.spend("reveal_company", COMPANY * hits as u64)?;
            charged += hits as u64;
        }
        Ok(json!({"requestId": request_id(view, self.ledger.hundredths), "results": results,
            "billing": {"creditsCharged": charged, "resultsReturned": hits}}))
    }

    /// `POST /v3/companies/prospecting`
    pub(super) fn prospect_companies(&mut self, view: &SourceView, body: &Value, call: &Call) -> Answer {
        let (page, size) = super::people::paging(body)?;
        let found = filters::companies(view, &body["filters"])?;
        let shown = cut(found.len(), page * size, size, call.twist.as_ref());
        let rows = &found[shown.from..shown.from + shown.len];
        let charged = self.spend_search(rows.len())?;
        let results: Vec<Value> = rows.iter().map(|c| teaser(view, c.company)).collect();
        Ok(json!({"requestId": request_id(view, self.ledger.hundredths), "pagination": {"page": page, "size": size, "total": shown.total},
            "results": results, "billing": {"creditsCharged": charged, "resultsReturned": rows.len()}}))
    }

    /// `POST /v3/companies/enrich`
    pub(super) fn enrich_companies(&mut self, view: &SourceView, body: &Value) -> Answer {
        let ids = items(body, "ids")?;
        let found: Vec<Option<u32>> = ids.iter().map(|id| view.company_by_key(id.as_str().unwrap_or_default())).collect();
        let hits = found.iter().flatten().count();
        self.spend("reveal_company", COMPANY * hits as u64)?;
        let missing = |id: &Value| json!({"id": id, "error": {"code": "NOT_FOUND", "message": "Company not found"}});
        let results: Vec<Value> = found.iter().zip(ids).map(|(found, id)| found.map_or_else(|| missing(id), |id| full(view, id))).collect();
        Ok(json!({"requestId": request_id(view, self.ledger.hundredths), "results": results,
            "billing": {"creditsCharged": hits, "resultsReturned": hits}}))
    }
}

fn teaser(view: &SourceView, id: u32) -> Value {
    let (c, truth) = (view.company(id), view.truth(id));
    let (min, max) = truth.size_band();
    json!({"id": c.key, "name": c.name, "domain": format!("www.{}", c.domain), "employeeCount": {"exact": c.employees, "min": min, "max": max},
        "industry": c.industry_known.then_some(truth.industry.label), "location": {"country": truth.country.name, "state": truth.place.state, "city": truth.place.city},
        "socialLinks": {"linkedin": format!("https://www.linkedin.com/company/{}", truth.linkedin)}, "has": ["name", "domain"], "canReveal": []})
}

fn full(view: &SourceView, id: u32) -> Value {
    let (c, truth) = (view.company(id), view.truth(id));
    // "Jun 14, 2022": words, not a date.
    let words = |days: u32| {
        let at = jiff::Timestamp::from_microsecond(view.world.days_ago(days).as_micros());
        at.map(|at| at.strftime("%b %-d, %Y").to_string()).unwrap_or_default()
    };
    let funding = truth.funding.map(|f| {
        json!({"rounds": [{"currency": "USD", "roundAmount": f.amount, "roundType": f.stage, "roundDate": words(f.days_ago)}], "totalRounds": 1,
            "totalRoundsAmount": f.amount, "currency": "USD", "isIpo": false, "lastRoundType": f.stage, "lastRoundAmount": f.amount,
            "lastRoundDate": words(f.days_ago)})
    });
    let more = json!({
        "alternativeName": truth.name.to_lowercase(), "alternativeDomains": [truth.domain], "description": format!("{} works in {}.", truth.name, truth.industry.label),
        "companyType": "Private Company", "yearFounded": c.founded, "subIndustry": null, "additionalIndustries": [], "specialities": truth.keywords,
        "industryTags": ["b2b"], "keywords": truth.keywords, "sicCodes": [{"code": truth.industry.sic.parse::<u32>().ok(), "description": truth.industry.label}],
        "naicsCodes": [{"code": truth.industry.naics.parse::<u32>().ok(), "description": truth.industry.label}], "companyOffering": null,
        "emailDomain": truth.domain, "phone": c.phone, "email": format!("info@{}", truth.domain), "emails": [{"email": format!("info@{}", truth.domain)}],
        "location": {"city": truth.place.city, "state": truth.place.state, "stateCode": truth.place.state_code, "country": truth.country.name,
            "countryIso2": truth.country.iso, "continent": null, "zipCode": truth.postcode},
        "additionalLocations": [], "linkedinFollowers": truth.employees * 2,
        "revenueRange": c.revenue.map(|dollars| json!({"min": dollars / 2, "max": dollars * 2})), "funding": funding,
        "technologies": truth.technologies.iter().map(|t| t.name.to_lowercase()).collect::<Vec<_>>(), "businessModel": ["B2B"], "popularityTier": 3,
        "logoUrl": null, "employeesByDepartment": [], "employeesByLocation": [], "employeesBySeniority": [], "competitors": [],
    });
    let mut out = joined(teaser(view, id), more);
    if let Some(out) = out.as_object_mut() {
        out.remove("has");
        out.remove("canReveal");
    }
    out
}
