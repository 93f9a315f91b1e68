//! Enrichment: 25 items at most, a verdict for each, one record billed for each that is new. Sections A5 and A6.

use super::{Answer, Inner, Refusal, refuse, show};
use crate::sim::{sighting::Sighting, view::SourceView};
use serde_json::{Value, json};

/// Items of one request at most.
const MAX_ITEMS: usize = 25;

/// What a contact can be asked for.
pub(super) const CONTACT_OUTPUT: &[&str] = &[
    "id",
    "firstName",
    "middleName",
    "lastName",
    "salutation",
    "suffix",
    "email",
    "supplementalEmail",
    "emailAlt",
    "hashedEmails",
    "hasCanadianEmail",
    "phone",
    "directPhoneAlt",
    "directPhoneDoNotCall",
    "mobilePhone",
    "mobilePhoneAlt",
    "mobilePhoneDoNotCall",
    "jobTitle",
    "jobFunction",
    "managementLevel",
    "positionStartDate",
    "yearsOfExperience",
    "education",
    "employmentHistory",
    "techSkills",
    "externalUrls",
    "picture",
    "contactAccuracyScore",
    "personHasMoved",
    "isDefunct",
    "street",
    "city",
    "region",
    "metroArea",
    "zipCode",
    "state",
    "country",
    "continent",
    "withinEu",
    "withinCalifornia",
    "withinCanada",
    "validDate",
    "lastUpdatedDate",
    "noticeProvidedDate",
    "locationCompanyId",
    "engagements",
    "companyId",
    "companyName",
    "companyDescription",
    "companyPhone",
    "companyFax",
    "companyStreet",
    "companyCity",
    "companyState",
    "companyZipCode",
    "companyCountry",
    "companyContinent",
    "companyLogo",
    "companyAlternateLogos",
    "companySicCodes",
    "companyNaicsCodes",
    "companyWebsite",
    "companyRevenue",
    "companyRevenueNumeric",
    "companyRevenueRange",
    "companyEmployeeCount",
    "companyEmployeeRange",
    "companyEmployeeGrowth",
    "companyType",
    "companyTicker",
    "companyRanking",
    "companySocialMediaUrls",
    "companyPrimaryIndustry",
    "companyPrimaryIndustryCode",
    "companyPrimarySubIndustryCode",
    "companyIndustries",
    "companyIndustryCodes",
    "companyDivision",
];

/// What a company can be asked for.
pub(super) const COMPANY_OUTPUT: &[&str] = &[
    "id",
    "name",
    "website",
    "domainList",
    "ticker",
    "type",
    "description",
    "phone",
    "fax",
    "street",
    "city",
    "state",
    "zipCode",
    "country",
    "continent",
    "metroArea",
    "logo",
    "alternateLogos",
    "revenue",
    "revenueRange",
    "employeeCount",
    "employeeRange",
    "employeeGrowth",
    "employeeCountByDepartment",
    "foundedYear",
    "industries",
    "industryCodes",
    "primaryIndustry",
    "primaryIndustryCode",
    "primarySubIndustryCode",
    "sicCodes",
    "naicsCodes",
    "socialMediaUrls",
    "products",
    "competitors",
    "businessModel",
    "companyFunding",
    "recentFundingAmount",
    "recentFundingDate",
    "totalFundingAmount",
    "companyStatus",
    "companyStatusDate",
    "isDefunct",
    "parentId",
    "parentName",
    "ultimateParentId",
    "ultimateParentName",
    "ultimateParentRevenue",
    "ultimateParentEmployees",
    "subUnitType",
    "subUnitIndustries",
    "locationCount",
    "locationMatch",
    "numberOfContactsInZoomInfo",
    "departmentBudgets",
    "certified",
    "certificationDate",
    "createdDate",
    "lastUpdatedDate",
    "engagements",
];

const PERSON_INPUT: &[&str] = &[
    "personId",
    "fullName",
    "firstName",
    "lastName",
    "emailAddress",
    "phone",
    "jobTitle",
    "hashedEmail",
    "externalURL",
    "lastUpdatedDateAfter",
    "validDateAfter",
    "contactAccuracyScoreMin",
    "companyId",
    "companyName",
];

impl Inner {
    pub(super) fn enrich_contacts(&mut self, view: &SourceView, attributes: &Value) -> Answer {
        let fields = self.outputs(attributes, CONTACT_OUTPUT)?;
        self.any_left()?;
        Ok(json!({ "data": self.judge_contacts(view, attributes, &fields)? }))
    }

    /// A row for each person asked for.
    pub(super) fn judge_contacts(&mut self, view: &SourceView, attributes: &Value, fields: &[String]) -> Result<Vec<Value>, Refusal> {
        let items = inputs(attributes, "matchPersonInput")?;
        let mut data = Vec::new();
        for input in items {
            let unknown = input.as_object().into_iter().flatten().any(|(name, _)| !PERSON_INPUT.contains(&name.as_str()));
            let row = match find(view, input) {
                _ if unknown => no_match("INVALID_INPUT", input),
                Err(()) => no_match("INVALID_INPUT", input),
                Ok(None) => no_match("NO_MATCH", input),
                Ok(Some(seen)) if seen.person.is_some_and(|id| view.world.people[id as usize].claimed) => no_match("OPT_OUT", input),
                Ok(Some(seen)) if !accurate(seen, input) => no_match("NON_MATCH_BY_CONTACT_ACCURACY_MIN", input),
                // The quota may end in the middle of a batch; the rest comes back inside a 200.
                Ok(Some(seen)) if !self.buy(&seen.key) => no_match("LIMIT_EXCEEDED", input),
                Ok(Some(seen)) => {
                    let mut row = json!({"id": seen.key, "type": "Contact", "attributes": show::contact(view, seen, fields)});
                    row["meta"] = json!({"matchStatus": "FULL_MATCH", "input": input, "warnings": []});
                    row
                }
            };
            data.push(row);
        }
        Ok(data)
    }

    pub(super) fn enrich_companies(&mut self, view: &SourceView, attributes: &Value) -> Answer {
        let fields = self.outputs(attributes, COMPANY_OUTPUT)?;
        self.any_left()?;
        Ok(json!({ "data": self.judge_companies(view, attributes, &fields)? }))
    }

    /// A row for each company asked for.
    pub(super) fn judge_companies(&mut self, view: &SourceView, attributes: &Value, fields: &[String]) -> Result<Vec<Value>, Refusal> {
        let items = inputs(attributes, "matchCompanyInput")?;
        let mut data = Vec::new();
        for input in items {
            let given = |name: &str| text(input, name);
            let found =
                view.company_by_key(&given("companyId")).or_else(|| view.find_company(&given("companyWebsite"), &given("companyName")));
            let row = match found {
                None => no_match("NO_MATCH", input),
                Some(id) if !self.buy(&view.company(id).key) => no_match("LIMIT_EXCEEDED", input),
                Some(id) => {
                    let mut row = json!({"id": view.company(id).key, "type": "Company", "attributes": show::company(view, id, fields)});
                    row["meta"] = json!({"matchStatus": "FULL_MATCH", "input": input});
                    row
                }
            };
            data.push(row);
        }
        Ok(data)
    }

    /// `POST /companies/technologies/enrich`
    pub(super) fn technologies(&mut self, view: &SourceView, attributes: &Value) -> Answer {
        let Some(id) = view.company_by_key(&text(attributes, "companyId")) else {
            return refuse(400, "PFAPI0004", "companyId is missing or unknown", "/data/attributes/companyId");
        };
        self.any_left()?;
        self.buy(&format!("technologies of {}", view.company(id).key));
        let rows: Vec<Value> = view
            .truth(id)
            .technologies
            .iter()
            .zip(1..)
            .map(|(t, nth)| {
                json!({"id": nth.to_string(), "type": "Technology", "attributes": {"categoryParent": t.category, "category": t.category,
                    "vendor": t.name.split(' ').next(), "product": t.name, "attribute": null, "website": null, "logo": null, "domain": null,
                    "createdDate": view.world.date(400), "modifiedDate": view.world.date(30), "description": null}})
            })
            .collect();
        Ok(json!({"data": rows, "meta": {"totalResults": rows.len()}}))
    }

    /// With nothing left at all the whole call is refused.
    fn any_left(&self) -> Result<(), Refusal> {
        if self.ledger.affords(100, Some(self.config.records)) || !self.memory.managed.is_empty() {
            return Ok(());
        }
        refuse(400, "PFAPI0011", "Credit limit reached", "/data")
    }

    fn outputs(&self, attributes: &Value, known: &[&str]) -> Result<Vec<String>, Refusal> {
        let pointer = "/data/attributes/outputFields";
        let fields: Option<Vec<String>> =
            attributes["outputFields"].as_array().map(|list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        let Some(fields) = fields.filter(|fields| !fields.is_empty()) else {
            return refuse(400, "PFAPI0002", "outputFields is required", pointer);
        };
        if let Some(wrong) = fields.iter().find(|field| !known.contains(&field.as_str())) {
            return refuse(400, "PFAPI0005", format!("{wrong} is not a valid output field"), pointer);
        }
        if let Some(closed) = fields.iter().find(|field| self.config.closed_fields.contains(field)) {
            return refuse(400, "PFAPI0001", format!("{closed} is not allowed by your contract"), pointer);
        }
        Ok(fields)
    }
}

fn inputs<'a>(attributes: &'a Value, name: &str) -> Result<&'a Vec<Value>, Refusal> {
    let pointer = format!("/data/attributes/{name}");
    match attributes[name].as_array() {
        Some(items) if (1..=MAX_ITEMS).contains(&items.len()) => Ok(items),
        _ => refuse(400, "PFAPI0002", format!("{name} must hold between 1 and 25 items"), &pointer),
    }
}

/// The verdict goes with the input, by which items are told apart.
fn no_match(status: &str, input: &Value) -> Value {
    json!({"id": "0", "type": "NoMatch", "meta": {"matchStatus": status, "input": input}})
}

fn text(value: &Value, name: &str) -> String {
    match &value[name] {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(n) => n.to_string(),
        _ => String::new(),
    }
}

fn accurate(seen: &Sighting, input: &Value) -> bool {
    text(input, "contactAccuracyScoreMin").parse::<u32>().is_ok_and(|least| show::accuracy(seen) >= least)
        || input["contactAccuracyScoreMin"].is_null()
}

/// `Err`: too little to look by.
fn find<'v>(view: &'v SourceView, input: &Value) -> Result<Option<&'v Sighting>, ()> {
    let given = |name: &str| text(input, name);
    if !given("personId").is_empty() {
        return Ok(view.person(&given("personId")));
    }
    if !given("emailAddress").is_empty() {
        return Ok(view.by_email(&given("emailAddress")));
    }
    if given("externalURL").contains("linkedin.com") {
        return Ok(view.by_linkedin(&given("externalURL")));
    }
    let full = given("fullName");
    let (first, last) = match full.rsplit_once(' ') {
        Some((first, last)) => (first.to_owned(), last.to_owned()),
        None => (given("firstName"), given("lastName")),
    };
    let company = view.company_by_key(&given("companyId")).map_or_else(|| given("companyName"), |id| view.company(id).name.clone());
    if last.is_empty() || company.is_empty() {
        return Err(());
    }
    Ok(view.by_name(&first, &last, "", &company))
}
