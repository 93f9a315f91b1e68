//! Intake through its front door: a raw page in, drafts out.

use leadloom::{
    domain::{Draft, Field, RecordKind, Severity, Source, Timestamp},
    intake::{
        Disposition, Intake, Mapping, RowError, Settings, Taken, Thresholds,
        raw::{Header, RawPage, Rows, TableRow},
        recognise::Why,
    },
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::sync::LazyLock;

fn now() -> Timestamp {
    Timestamp::parse("2026-06-01T12:00:00Z").unwrap()
}

/// Reading the shipped mappings takes a while without optimisation, so all tests share one.
fn intake() -> &'static Intake {
    static INTAKE: LazyLock<Intake> =
        LazyLock::new(|| Intake::new(Settings::default(), Vec::new()).unwrap_or_else(|problems| panic!("{problems:?}")));
    &INTAKE
}

fn table(header: &str, rows: &[&str]) -> Rows {
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let header = cells(header);
    Rows::Table {
        header: Header::new(header.iter().map(String::as_str)),
        rows: rows.iter().enumerate().map(|(nth, row)| TableRow::new(nth as u64 + 2, cells(row).iter().map(String::as_str))).collect(),
    }
}

fn take(intake: &Intake, mapping: &Mapping, rows: Rows) -> Vec<Result<Taken, RowError>> {
    intake.take(mapping, &RawPage { rows, ..RawPage::default() }, now())
}

fn one(source: Source, row: Json) -> Taken {
    let intake = intake();
    take(intake, intake.mapping(source), Rows::Objects(vec![row])).remove(0).unwrap()
}

fn person(taken: &Taken) -> &Draft {
    taken.person.as_ref().unwrap()
}

fn company(taken: &Taken) -> &Draft {
    taken.company.as_ref().unwrap()
}

/// Every pair stands in the draft, as text.
fn says(draft: &Draft, pairs: &[(Field, &str)]) {
    for (field, text) in pairs {
        let value = draft.fields.get(*field).map(ToString::to_string);
        assert_eq!(value.as_deref(), Some(*text), "{} of {:#?}", field.key(), draft);
    }
}

fn apollo_person() -> Json {
    json!({"id": "66f0a1b2", "first_name": "MIRA", "last_name": "HALLDEN", "name": "Mira Hallden", "title": "VP Operations",
        "linkedin_url": "http://www.linkedin.com/in/mira-hallden-example", "email": "Mira@Northwind.example", "email_status": "verified",
        "organization_id": "5f5e", "state": "Ohio", "city": "Dayton", "country": "United States", "seniority": "vp",
        "departments": ["master_operations"], "personal_emails": ["mira@gmail.com"], "last_refreshed_at": "2026-05-28T07:11:09.310+00:00",
        "phone_numbers": [
            {"raw_number": "+1 937-555-0142", "sanitized_number": "+19375550142", "type_cd": "mobile", "status_cd": "valid_number"},
            {"raw_number": "(937) 555-0150", "sanitized_number": null, "type_cd": "work_direct", "status_cd": "no_status", "dnc_status_cd": "listed"}],
        "organization": {"id": "5f5e", "name": "Northwind Example, Inc.", "website_url": "http://www.northwind.example",
            "linkedin_url": "http://www.linkedin.com/company/northwind-example", "primary_domain": "northwind.example",
            "primary_phone": {"number": "+1 937-555-0100", "sanitized_number": "+19375550100"}, "founded_year": 2009,
            "industry": "logistics & supply chain", "keywords": ["warehousing", "freight"], "estimated_num_employees": 340,
            "annual_revenue": 52_000_000.0, "latest_funding_stage": "Series A", "total_funding_printed": "8M",
            "latest_funding_round_date": "2022-06-14T00:00:00.000+00:00", "technology_names": ["Salesforce", "Google Analytics"],
            "current_technologies": [{"name": "Google Analytics"}], "street_address": "12 Sample St", "city": "Dayton", "state": "Ohio",
            "postal_code": "45402", "country": "United States", "organization_headcount_twelve_month_growth": 0.08}})
}

#[test]
fn an_apollo_person_becomes_a_person_and_a_company() {
    let taken = one(Source::Apollo, apollo_person());
    let (person, company) = (person(&taken), company(&taken));
    assert_eq!((person.kind, person.external_id.as_str(), person.source), (RecordKind::Person, "66f0a1b2", Source::Apollo));
    assert_eq!(person.dated, Timestamp::parse("2026-05-28T07:11:09.310Z"));
    says(
        person,
        &[
            (Field::FullName, "Mira Hallden"),
            (Field::FirstName, "Mira"),
            (Field::LastName, "Hallden"),
            (Field::JobTitle, "VP Operations"),
            (Field::Seniority, "VP"),
            (Field::Department, "Operations"),
            (Field::Email, "mira@northwind.example"),
            (Field::EmailStatus, "verified"),
            (Field::OtherEmails, "mira@gmail.com"),
            (Field::Mobile, "+1 937-555-0142"),
            (Field::LinkedIn, "https://www.linkedin.com/in/mira-hallden-example"),
            (Field::Country, "US"),
            (Field::CompanyName, "Northwind Example"),
            (Field::CompanyDomain, "northwind.example"),
            (Field::LeadSource, "Apollo.io"),
            (Field::Services, "warehousing, freight"),
            (Field::GrowthSignals, "Series A, 8M in total, 2022-06-14; Headcount 8 % in a year"),
            (Field::Projects, "Salesforce"),
            (Field::TechStack, "Google Analytics, Salesforce"),
            (Field::RevenueBand, "$25M-$100M"),
            (Field::SizeBand, "201-1000"),
            (Field::Level, "VP"),
            (Field::LeadDepartment, "Operations"),
            (Field::FoundedYear, "2009"),
            (Field::Headquarters, "12 Sample St, Dayton, Ohio 45402, United States"),
        ],
    );
    assert!(person.fields.get(Field::Phone).is_none(), "a number on a do-not-call register is left out");
    assert!(person.fields.get(Field::Industry).is_none() && person.fields.get(Field::Revenue).is_none(), "company facts are the company's");
    assert_eq!((company.kind, company.external_id.as_str()), (RecordKind::Company, "5f5e"));
    says(
        company,
        &[
            (Field::CompanyName, "Northwind Example"),
            (Field::LegalForm, "Inc."),
            (Field::Website, "https://www.northwind.example"),
            (Field::Industry, "Transportation & Logistics"),
            (Field::Employees, "340"),
            (Field::Revenue, "52000000"),
            (Field::CompanyPhone, "+1 937-555-0100"),
            (Field::HqPostcode, "45402"),
        ],
    );
    assert!(company.fields.get(Field::Email).is_none());
    let tenths = person.quality.parts().map(|(_, points)| (points * 10.0).round() as i32);
    assert_eq!(tenths, [250, 180, 200, 150, 85, 100]);
    assert_eq!((taken.disposition, company.quality), (Disposition::Pass, person.quality));
}

#[test]
fn a_locked_address_is_none_and_a_person_decides() {
    let mut row = apollo_person();
    row["email"] = json!("email_not_unlocked@domain.com");
    row["personal_emails"] = json!([]);
    let taken = one(Source::Apollo, row);
    let person = person(&taken);
    assert!(person.fields.get(Field::Email).is_none());
    assert!(person.defects.iter().all(|defect| defect.severity == Severity::Warning), "{:?}", person.defects);
    assert!(person.defects.iter().any(|defect| defect.sentence.contains("holds the address back")));
    assert_eq!(taken.disposition, Disposition::Review);
}

#[test]
fn each_source_gives_its_person_its_company_and_its_id() {
    let rows = [
        (
            Source::ZoomInfo,
            json!({"id": "4100000001", "type": "Contact", "attributes": {"firstName": "Mira", "lastName": "Hallden", "email": "mira@northwind.example",
                "phone": "(937) 555-0140", "mobilePhone": "(937) 555-0141", "directPhoneDoNotCall": false, "mobilePhoneDoNotCall": true,
                "jobTitle": "VP Operations", "jobFunction": [{"name": "Operations", "department": "Operations"}], "managementLevel": ["VP-Level"],
                "contactAccuracyScore": "94", "externalUrls": [{"type": "twitter.com", "url": "https://twitter.com/x"},
                    {"type": "linkedin.com", "url": "https://www.linkedin.com/in/mira-hallden-example"}],
                "country": "United States", "lastUpdatedDate": "2026-04-04T18:13:00Z",
                "company": {"id": 340_000_001, "name": "Northwind Example", "website": "www.northwind.example", "employeeCount": 340, "revenue": "52 Million",
                    "revenueNumeric": 52_000_000, "primaryIndustry": ["Transportation"],
                    "socialMediaUrls": [{"type": "LINKED_IN", "url": "http://www.linkedin.com/company/northwind-example"}]}}}),
            "4100000001",
            "340000001",
            &[(Field::Phone, "+1 937-555-0140"), (Field::Confidence, "94")][..],
        ),
        (
            Source::Hunter,
            json!({"value": "mira@northwind.example", "type": "personal", "confidence": 94, "first_name": "Mira", "last_name": "Hallden",
                "position": "VP Operations", "seniority": "executive", "department": "operations", "linkedin": "https://www.linkedin.com/in/mira-hallden-example",
                "verification": {"date": "2026-04-01", "status": "valid"}, "sources": [{"domain": "northwind.example", "last_seen_on": "2026-03-10"}],
                "company": {"domain": "northwind.example", "organization": "Northwind Example", "industry": "Transportation", "headcount": "201-500", "country": "US"}}),
            "email:mira@northwind.example",
            "domain:northwind.example",
            &[(Field::EmailStatus, "verified"), (Field::Level, "C-Suite"), (Field::Intent, "Last seen 2026-03-10")],
        ),
        (
            Source::Lusha,
            json!({"id": "4380000001", "firstName": "Mira", "lastName": "Hallden", "fullName": "Mira Hallden",
                "jobTitle": {"title": "VP Operations", "departments": ["Operations"], "seniority": "Vice President"},
                "location": {"country": "United States", "countryIso2": "US", "state": "Ohio", "city": "Dayton"},
                "emails": [{"email": "mira.h@mail.example", "type": "private", "confidence": null}, {"email": "mira@northwind.example", "type": "work", "confidence": "A+"}],
                "phones": [{"number": "+19375550141", "type": "mobile", "doNotCall": false}, {"number": "+19375550100", "type": "work"}],
                "company": {"id": "16300001", "name": "Northwind Example", "domain": "www.northwind.example", "employeeCount": {"exact": null, "min": 201, "max": 500},
                    "revenueRange": {"min": 50_000_000, "max": 100_000_000}},
                "socialLinks": {"linkedin": "https://www.linkedin.com/in/mira-hallden-example"}, "updateDate": "2026-04-23"}),
            "4380000001",
            "16300001",
            &[
                (Field::EmailStatus, "verified"),
                (Field::Confidence, "97"),
                (Field::OtherEmails, "mira.h@mail.example"),
                (Field::SizeBand, "201-1000"),
            ],
        ),
        (
            Source::RocketReach,
            json!({"id": 90_000_001, "status": "complete", "name": "Mira Hallden", "linkedin_url": "https://www.linkedin.com/in/mira-hallden-example",
                "city": "Dayton", "region": "OH", "country_code": "US", "current_title": "VP Operations", "current_employer": "Northwind Example",
                "current_employer_id": 7_000_001, "current_employer_domain": "northwind.example",
                "job_history": [{"is_current": true, "department": "Operations", "highest_level": "Vice President", "last_updated": "2026-03-01T12:00:00Z"}],
                "recommended_professional_email": "mira@northwind.example",
                "emails": [{"email": "mira@northwind.example", "smtp_valid": "valid", "type": "professional", "grade": "A"}],
                "phones": [{"number": "+1 937-555-0140", "e164": "+19375550140", "type": "mobile", "validity": "valid", "extension": null}]}),
            "90000001",
            "7000001",
            &[(Field::FirstName, "Mira"), (Field::EmailStatus, "verified"), (Field::Confidence, "93"), (Field::Mobile, "+1 937-555-0140")],
        ),
        (
            Source::UpLead,
            json!({"id": "7f0c2f0e", "first_name": "Mira", "last_name": "Hallden", "title": "VP Operations", "job_function": "operations",
                "management_level": "VP", "email": "mira@northwind.example", "email_status": "valid", "phone_number": "+1 937-555-0100",
                "country": "US", "linkedin_url": "https://www.linkedin.com/in/mira-hallden-example",
                "company": {"id": "b8d0", "company_name": "Northwind Example", "domain": "northwind.example", "employees": "201-500", "revenue": "10m-50m", "year_founded": 2005}}),
            "7f0c2f0e",
            "b8d0",
            &[
                (Field::EmailStatus, "verified"),
                (Field::Confidence, "95"),
                (Field::RevenueBand, "$5M-$25M"),
                (Field::GrowthSignals, "Founded 2005"),
            ],
        ),
        (
            Source::Seamless,
            json!({"contactId": "c1", "firstName": "Mira", "lastName": "Hallden", "title": "VP Operations", "department": "Operations", "seniority": "VP",
                "company": "Northwind Example", "companyDomain": "northwind.example", "email": "mira@northwind.example", "email1": "mira@northwind.example",
                "email1EmailAI": "valid", "email1TotalAI": "98%", "contactPhone1": "937.555.0140", "contactPhone1DataType": "mobile", "contactPhone1TotalAI": "95%",
                "contactPhone1IsDnc": false, "lIProfileUrl": "https://www.linkedin.com/in/mira-hallden-example", "companyStaffCount": 340,
                "contactLocation": {"city": "Dayton", "country": "United States", "countryAbbr": "US"}}),
            "c1",
            "domain:northwind.example",
            &[(Field::EmailStatus, "verified"), (Field::Confidence, "98"), (Field::Mobile, "+1 937-555-0140")],
        ),
        (
            Source::Lead411,
            json!({"employee_id": 18_230_455, "first_name": "Mira", "last_name": "Hallden", "title": "VP Operations", "email": "mira@northwind.example",
                "email_result": "verified", "linkedin": "https:\\/\\/www.linkedin.com\\/in\\/mira-hallden-example",
                "employeePhoneData": [{"phone": "+1 937-555-0145", "line_type": "direct"}, {"phone": "N/A", "line_type": "mobile"}],
                "company_data": {"company_id": 4_410_021, "company_name": "Northwind Example", "URL": "https:\\/\\/northwind.example", "country_code": "US",
                    "number_of_employees": "140", "founded": "19981", "twitter": "N/A", "tags": "freight,trucking"}}),
            "18230455",
            "4410021",
            &[
                (Field::Phone, "+1 937-555-0145"),
                (Field::FoundedYear, "1998"),
                (Field::SizeBand, "51-200"),
                (Field::Services, "freight, trucking"),
            ],
        ),
    ];
    for (source, row, external_id, company_id, more) in rows {
        let taken = one(source, row);
        let person = person(&taken);
        assert_eq!(person.external_id.as_str(), external_id, "{source}");
        assert_eq!(company(&taken).external_id.as_str(), company_id, "{source}");
        says(
            person,
            &[
                (Field::FullName, "Mira Hallden"),
                (Field::JobTitle, "VP Operations"),
                (Field::Email, "mira@northwind.example"),
                (Field::Department, "Operations"),
                (Field::LinkedIn, "https://www.linkedin.com/in/mira-hallden-example"),
                (Field::CompanyName, "Northwind Example"),
                (Field::CompanyDomain, "northwind.example"),
            ],
        );
        says(person, more);
        assert_eq!(taken.disposition, Disposition::Pass, "{source} {:?} {:?}", person.quality, person.defects);
    }
}

#[test]
fn the_described_custom_json_overrides_field_by_field() {
    let json = r#"{"field_mappings": {"apollo": {"first_name": "person.first_name", "company": "person.organization.name",
        "CF_102": "organization.keywords.join(' + ')", "CF_104": "organization.technology_names.first().upper()"}}}"#;
    let intake = Intake::new(Settings::default(), Mapping::parse_json("custom.json", json).unwrap()).unwrap();
    let taken = take(&intake, intake.mapping(Source::Apollo), Rows::Objects(vec![apollo_person()])).remove(0).unwrap();
    says(
        person(&taken),
        &[
            (Field::Services, "warehousing + freight"),
            (Field::Projects, "SALESFORCE"),
            (Field::FirstName, "Mira"),
            (Field::JobTitle, "VP Operations"),
        ],
    );
}

#[test]
fn mistakes_in_a_mapping_are_all_named_with_line_and_nearest_name() {
    let toml = "source = \"apollo\"\n[api]\nfrist_name = \"first_name\"\nlast_name = \"a +\"\n[[api.phones]]\nvalue = \"x\"\nis = \"mobil\"\n[lead]\nCF_999 = \"a\"\n";
    let problems: Vec<_> = Mapping::parse_toml("mine.toml", toml).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 4, "{problems:#?}");
    assert!(problems[0].starts_with("mine.toml:3: api.frist_name:") && problems[0].ends_with("did you mean first_name?"), "{problems:#?}");
    assert!(problems.iter().any(|problem| problem.contains("mine.toml:4") && problem.contains("not an expression")));
    assert!(problems.iter().any(|problem| problem.ends_with("did you mean mobile?")));
    let json = Mapping::parse_json("custom.json", r#"{"field_mappings": {"apolo": {"a": "b"}}}"#).unwrap_err();
    assert_eq!(json[0].to_string(), "custom.json: field_mappings.apolo: there is no source \"apolo\"; did you mean apollo?");
    let unknown = Mapping::parse_toml("mine.toml", "source = \"apollo\"\n[lead]\nCF_103 = \"fundin\"").unwrap();
    assert!(Intake::new(Settings::default(), vec![unknown]).unwrap_err()[0].to_string().ends_with("did you mean funding?"));
}

#[test]
fn a_saved_mapping_reads_back() {
    for mapping in Mapping::shipped().unwrap().into_iter().filter(|mapping| mapping.source != Source::File) {
        let text = mapping.to_toml();
        let again = Mapping::parse_toml("again.toml", &text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
        assert_eq!(again, mapping, "{text}");
        assert!(mapping.check().is_empty(), "{:?}", mapping.check());
    }
}

#[test]
fn a_file_without_ids_gets_the_same_ids_each_time() {
    let intake = intake();
    let rows = || {
        table(
            "First Name,Last Name,Company,Phone,Email",
            &["Ann,Stone,Acme Inc,,ann@acme.example", "Bob,Reed,Acme Inc,(937) 555-0142,", "ann,stone,ACME,,ANN@ACME.EXAMPLE"],
        )
    };
    let recognised = intake.recognise(&rows(), "contacts.csv");
    assert_eq!(recognised.source, Source::File);
    let ids = |taken: Vec<Result<Taken, RowError>>| {
        taken.into_iter().map(|row| row.unwrap().person.unwrap().external_id.to_string()).collect::<Vec<_>>()
    };
    let first = ids(take(intake, &recognised.mapping, rows()));
    assert_eq!(first[0], "email:ann@acme.example");
    assert!(first[1].starts_with("row:") && first[0] == first[2]);
    assert_eq!(first, ids(take(intake, &recognised.mapping, rows())));
}

#[test]
fn rows_that_are_nothing_are_errors_and_weak_rows_are_kept() {
    let intake = intake();
    let mapping = intake.mapping(Source::File);
    let taken = take(intake, mapping, table("Name,Email,City", &["Ann Stone,,", "Bob,not-an-address,", ",,Dayton", ",,"]));
    let weak = taken[0].as_ref().unwrap();
    assert_eq!(weak.disposition, Disposition::Reject);
    assert!(person(weak).defects[0].sentence.starts_with("There is nothing to know this person by"));
    let malformed = taken[1].as_ref().unwrap();
    assert!(
        person(malformed)
            .defects
            .iter()
            .any(|defect| defect.severity == Severity::Error && defect.sentence.as_str() == "\"not-an-address\" is not an e-mail address.")
    );
    assert_eq!(taken[2], Err(RowError::NothingUsable));
    assert_eq!(taken[3], Err(RowError::Blank));
    let objects = take(intake, mapping, Rows::Objects(vec![json!("x"), json!({})]));
    assert_eq!(objects, [Err(RowError::NotAnObject), Err(RowError::NothingUsable)]);
}

#[test]
fn warnings_name_field_and_reason() {
    let intake = intake();
    let taken = take(
        intake,
        intake.mapping(Source::File),
        table(
            "First Name,Last Name,Title,Company,Website,Email,Phone,Country",
            &[
                "Ann,Stone,CTO,Acme,acme.example,info@other.example,12345678901234567890,Atlantis",
                "Bob,Reed,,Acme,acme.example,bob@mailinator.com,,",
            ],
        ),
    );
    let sentences = |nth: usize| {
        let defects = &taken[nth].as_ref().unwrap().person.as_ref().unwrap().defects;
        defects.iter().map(|defect| format!("{}: {}", defect.field.map_or("", Field::key), defect.sentence)).collect::<Vec<_>>()
    };
    assert_eq!(
        sentences(0),
        [
            "email: info@ is a shared mailbox, not a person's.",
            "email: The address is at other.example, the company at acme.example.",
            "phone: \"12345678901234567890\" is not a telephone number; a number needs its country's code or a country in the row.",
            "country: \"Atlantis\" does not fit Country and was left out.",
        ]
    );
    assert_eq!(sentences(1), ["email: mailinator.com gives out throw-away addresses.", "job_title: There is no job title."]);
}

#[test]
fn columns_of_unknown_files_are_guessed_and_the_guess_can_be_kept() {
    let intake = intake();
    let rows = table(
        "Wer,Kontakt,Firmenname,Rufnummer,Netz,xyz",
        &[
            "Ann Stone,ann@acme.example,Acme GmbH,+49 30 901820,https://acme.example,1",
            "Bob Reed,bob@beta.example,Beta AG,+49 30 901821,https://beta.example,2",
        ],
    );
    let guess = intake.recognise(&rows, "liste.csv");
    let meaning = |name: &str| {
        guess.columns.iter().find(|column| column.name.as_str() == name).and_then(|column| column.becomes.clone()).unwrap_or_default()
    };
    assert_eq!(
        ["Wer", "Kontakt", "Firmenname", "Rufnummer", "Netz", "xyz"].map(|name| meaning(name).to_string()),
        ["full_name", "email", "company", "phone (other)", "website", ""]
    );
    assert_eq!(guess.columns[5].why, Why::Unknown);
    assert!(guess.to_string().contains("unknown make") && guess.to_string().contains("by its values"));
    let kept = Mapping::parse_toml("kept.toml", &guess.to_toml()).unwrap();
    let from = |mapping: &Mapping| take(intake, mapping, rows.clone()).into_iter().map(|row| row.unwrap()).collect::<Vec<_>>();
    assert_eq!(from(&kept), from(&guess.mapping));
    says(person(&from(&kept)[0]), &[(Field::FirstName, "Ann"), (Field::CompanyName, "Acme"), (Field::Phone, "+49 30 901820")]);
}

#[test]
fn companies_and_numbers_are_guessed_by_their_values() {
    let intake = intake();
    let rows = table(
        "a,b,c,d",
        &[
            "Mueller IT-Service GmbH,0302 3125461,Ann Stone,10001-1234",
            "Indigo Bildung GmbH,492214710757,Bob Reed,10001-1235",
            "Vertex Networks,(509) 555-0195,Cy Okafor,10001-1236",
            "Cedar Point Advisory,16 045 550175,Dee Lund,10001-1237",
        ],
    );
    let guess = intake.recognise(&rows, "x.csv");
    let becomes: Vec<_> = guess.columns.iter().map(|column| column.becomes.as_deref().unwrap_or("-")).collect();
    assert_eq!(becomes, ["company", "phone (other)", "full_name", "-"]);
    let rows = Rows::Objects(vec![json!({"person": {"first": "Ann", "last": "Stone"}, "email": "ann@acme.example"})]);
    let found = intake.recognise(&rows, "x.jsonl");
    let taken = take(intake, &found.mapping, rows).remove(0).unwrap();
    says(person(&taken), &[(Field::FirstName, "Ann"), (Field::LastName, "Stone")]);
}

#[test]
fn a_key_that_stands_twice_is_named() {
    let twice = "source = \"file\"\n[columns]\nemail = \"a\"\nemail = \"b\"\n";
    let said = Mapping::parse_toml("mm.toml", twice).unwrap_err()[0].to_string();
    assert!(said.starts_with("mm.toml:4:") && said.contains("\"email\""), "{said}");
}

#[test]
fn a_recognised_mapping_that_was_kept_makes_the_same_drafts() {
    let intake = intake();
    let rows = table(
        "First Name,Last Name,Title,Company,Email,Email Status,Apollo Contact Id,Person Linkedin Url,# Employees,Latest Funding,Primary Intent Topic,Rufname",
        &["Mira,Hallden,CTO,Northwind,mira@northwind.example,Verified,66f0,http://linkedin.com/in/mira,340,Series A,Cloud,Mimi"],
    );
    let found = intake.recognise(&rows, "x.csv");
    assert_eq!(found.source, Source::Apollo);
    let kept = Mapping::parse_toml("kept.toml", &found.to_toml()).unwrap();
    let drafts = |mapping: &Mapping| take(intake, mapping, rows.clone());
    assert_eq!(drafts(&kept), drafts(&found.mapping));
    assert_eq!(drafts(&intake.overlaid(kept)), drafts(&found.mapping));
    says(
        person(drafts(&found.mapping)[0].as_ref().unwrap()),
        &[(Field::GrowthSignals, "Series A"), (Field::Intent, "Cloud"), (Field::SizeBand, "201-1000")],
    );
}

#[test]
fn a_list_that_says_when_it_was_checked_is_as_old_as_it_says() {
    let intake = intake();
    let rows = table(
        "company_name,email,full_name,job_title,sic_code,employees",
        &["Acme,ann@acme.example,Ann Stone,VP of Sales,7372,11\u{2013}50"],
    );
    let found = intake.recognise(&rows, "alabama_b2b_2026_q2.csv");
    assert_eq!(found.source, Source::LeadsBlue);
    let taken = take(intake, &found.mapping, rows).remove(0).unwrap();
    assert_eq!(person(&taken).dated, Timestamp::parse("2026-04-01"));
    says(person(&taken), &[(Field::SizeBand, "11-50"), (Field::LeadSource, "LeadsBlue"), (Field::Confidence, "75"), (Field::Level, "VP")]);
    says(company(&taken), &[(Field::Industry, "Software")]);
}

#[test]
fn a_list_of_companies_names_no_person() {
    let intake = intake();
    let rows = table("Company,Website,Phone,Country,Zip", &["Acme GmbH,acme.example,(937) 555-0142,United States,2134", "Beta,,,,"]);
    let found = intake.recognise(&rows, "firms.csv");
    let taken: Vec<_> = take(intake, &found.mapping, rows).into_iter().map(Result::unwrap).collect();
    assert!(taken.iter().all(|taken| taken.person.is_none() && taken.disposition == Disposition::Pass));
    says(
        company(&taken[0]),
        &[(Field::CompanyPhone, "+1 937-555-0142"), (Field::LegalForm, "GmbH"), (Field::CompanyDomain, "acme.example")],
    );
    assert_eq!([company(&taken[0]).external_id.as_str(), company(&taken[1]).external_id.as_str()], ["domain:acme.example", "name:beta"]);
    assert_eq!(company(&taken[1]).defects.len(), 1);
}

#[test]
fn a_catch_all_address_is_known_as_one() {
    let intake = intake();
    let rows = |catch_all: &str| {
        table(
            "First Name,Email,Email Status,Primary Email Catch-all Status,Apollo Contact Id",
            &[&format!("Ann,ann@acme.example,Verified,{catch_all},1")],
        )
    };
    let status = |catch_all| {
        person(take(intake, intake.mapping(Source::Apollo), rows(catch_all))[0].as_ref().unwrap()).fields.str(Field::EmailStatus).to_owned()
    };
    assert_eq!([status("Catch-all"), status("Not Catch-all"), status("")], ["accept_all", "verified", "verified"]);
}

#[test]
fn json_lines_of_any_shape_are_read_by_their_names() {
    let intake = intake();
    let rows = Rows::Objects(vec![
        json!({"contact": {"vorname": "Ann", "surname": "Stone"}, "firma": "Acme GmbH", "e_mail": "ann@acme.example", "tags": ["a", "b"]}),
    ]);
    let found = intake.recognise(&rows, "x.jsonl");
    assert_eq!(found.source, Source::File);
    let taken = take(intake, &found.mapping, rows).remove(0).unwrap();
    says(
        person(&taken),
        &[(Field::LastName, "Stone"), (Field::CompanyName, "Acme"), (Field::Email, "ann@acme.example"), (Field::Services, "a, b")],
    );
    let api = intake.recognise(&Rows::Objects(vec![apollo_person()]), "people.jsonl");
    assert_eq!(api.source, Source::Apollo, "{:.2}", api.confidence);
}

#[test]
fn required_fields_thresholds_and_weights_are_the_operators() {
    let mut settings = Settings { required: vec![Field::Country], thresholds: Thresholds { pass: 20, reject: 10 }, ..Settings::default() };
    let strict = Intake::new(settings.clone(), Vec::new()).unwrap();
    let rows = || table("Name,Email,Company,Country", &["Ann Stone,ann@acme.example,Acme,", "Ann Stone,ann@acme.example,Acme,US"]);
    let dispositions: Vec<_> =
        take(&strict, strict.mapping(Source::File), rows()).into_iter().map(|row| row.unwrap().disposition).collect();
    assert_eq!(dispositions, [Disposition::Review, Disposition::Pass]);
    settings.weights.email = 90;
    settings.thresholds.reject = 30;
    let problems: Vec<_> = Intake::new(settings, Vec::new()).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "intake.weights: the weights add up to 165, not to 100",
            "intake.thresholds: reject (30) must not be above pass (20), nor pass above 100"
        ]
    );
    let toml = "default_region = \"GB\"\nrequired = [\"job_title\"]\n[reliability]\napollo = 40\n";
    let read: Settings = toml::from_str(toml).unwrap();
    assert_eq!((read.reliability(Source::Apollo), read.reliability(Source::Hunter)), (40, 80));
    assert!(toml::from_str::<Settings>("requird = []").is_err());
    assert!(serde_json::to_string(&schemars::schema_for!(Settings)).unwrap().contains("default_region"));
}

fn any_json(depth: u32) -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        ".{0,12}".prop_map(Json::from)
    ];
    leaf.prop_recursive(depth, 32, 4, |inner| {
        let key = proptest::sample::select(vec![
            "id",
            "email",
            "emails",
            "organization",
            "company",
            "phone",
            "phones",
            "name",
            "value",
            "title",
            "data",
            "[",
            "",
        ]);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::vec((key, inner), 0..4)
                .prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Json>()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn no_row_panics_and_the_same_row_gives_the_same_drafts(
        nth in 0..Source::ALL.len(), json in any_json(4), cells in proptest::collection::vec("[ -~]{0,20}|.{0,12}", 1..12), names in proptest::collection::vec(
            proptest::sample::select(vec!["Email", "First Name", "Company", "Phone", "Title", "Country", "Revenue", "# Employees", "Website", "x", "Last Updated", "LinkedIn"]), 1..12))
    {
        let source = Source::ALL[nth];
        let intake = intake();
        for rows in [
            Rows::Objects(vec![json]),
            Rows::Table { header: Header::new(names.iter().copied()), rows: vec![TableRow::new(2, cells.iter().map(String::as_str))] },
        ] {
            let recognised = intake.recognise(&rows, "x.csv");
            prop_assert!(recognised.to_string().chars().all(|c| c == '\n' || !c.is_control()), "the preview is printable");
            for mapping in [intake.mapping(source), &recognised.mapping] {
                let first = take(intake, mapping, rows.clone());
                prop_assert_eq!(&first, &take(intake, mapping, rows.clone()));
                for draft in first.iter().flatten().flat_map(|taken| taken.person.iter().chain(&taken.company)) {
                    prop_assert!(!draft.external_id.is_empty());
                    let json = serde_json::to_string(draft).unwrap();
                    prop_assert_eq!(&serde_json::from_str::<Draft>(&json).unwrap(), draft, "{}", json);
                }
            }
        }
    }
}
