//! ZoomInfo, Lusha, Seamless.AI, Lead411, RocketReach and UpLead against small scripted copies of their APIs.

use crate::{
    bad_server::{BadServer, Reply, kit},
    providers::{any_search, nobody_known, objects, ok, provider, read_all, request, search},
};
use leadloom::{
    domain::{Email, Source},
    net::{Class, Credits},
    providers::{Clue, Deliverability, Finding, Provider, Reveal, SUPPRESS, Settings, entry},
};
use secrecy::SecretString;
use serde_json::{Value as Json, json};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

fn by_email(email: &str) -> Clue {
    Clue { email: Email::parse(email), ..Clue::default() }
}

fn by_name(first: &str, last: &str, domain: &str) -> Clue {
    Clue { first_name: first.into(), last_name: last.into(), domain: domain.into(), ..Clue::default() }
}

/// What an enrichment found, in short.
async fn enriched(provider: &dyn Provider, clues: &[Clue], key: &str) -> Vec<String> {
    let answers = provider.enrich(clues, Reveal::Person).await.unwrap();
    assert!(answers.iter().enumerate().all(|(nth, answer)| answer.clue == nth));
    let short = |finding: &Finding| match finding {
        Finding::Row(row) => row[key].to_string(),
        other => format!("{other:?}"),
    };
    answers.iter().map(|answer| short(&answer.finding)).collect()
}

/// Counts requests by path.
fn calls(server: &BadServer) -> HashMap<String, usize> {
    let mut calls = HashMap::new();
    for raw in server.seen() {
        *calls.entry(request(&raw).1).or_insert(0) += 1;
    }
    calls
}

// ---------------------------------------------------------------------------------------------- ZoomInfo

fn zoom_person(id: i64) -> Json {
    json!({"id": id.to_string(), "type": "Contact", "attributes": {"firstName": "Mira", "email": format!("m{id}@corp.example"), "contactAccuracyScore": "94",
        "company": {"id": 340, "name": "Corp 12", "revenueNumeric": 52_000_000}}, "meta": {"matchStatus": "FULL_MATCH", "input": {"personId": id}}})
}

async fn zoominfo(people: i64, quota: usize) -> BadServer {
    let sold = AtomicUsize::new(0);
    BadServer::route(move |_, raw| {
        let (_, path, query, body) = request(raw);
        if path == "/gtm/oauth/v1/token" {
            assert!(raw.contains("authorization: Basic Y2FuYXJ5"), "{raw}");
            assert!(raw.ends_with("grant_type=client_credentials"));
            return ok(&json!({"access_token": "t", "expires_in": 3600}));
        }
        assert!(raw.contains("authorization: Bearer t\r\n") && raw.contains("accept: application/vnd.api+json\r\n"), "{raw}");
        let attributes = &body["data"]["attributes"];
        match path.as_str() {
            "/gtm/data/v1/contacts/search" => {
                assert!(raw.contains("content-type: application/vnd.api+json"));
                let (page, size): (i64, i64) = (query["page[number]"].parse().unwrap(), query["page[size]"].parse().unwrap());
                let row = |id: i64| json!({"id": id.to_string(), "type": "Contact", "attributes": {"firstName": "Mira", "hasEmail": true, "managementStatus": {"underManagement": id == 1}, "company": {"id": 340}}});
                let rows: Vec<Json> = ((page - 1) * size + 1..=people.min(page * size)).map(row).collect();
                let next = if page * size < people { json!("uri=/data/v1/contacts/search?page[number]=2") } else { Json::Null };
                // The documented trap: `page.total` is no number of pages.
                ok(&json!({"data": rows, "meta": {"totalResults": people, "page": {"number": page, "total": size}}, "links": {"next": next}}))
            }
            "/gtm/data/v1/lookup/enrich" => ok(&json!({"data": [{"id": "emailAlt", "attributes": {"fieldName": "emailAlt", "accessGranted": false}}]})),
            "/gtm/data/v1/contacts/enrich" => {
                let fields = attributes["outputFields"].as_array().unwrap();
                assert!(fields.contains(&json!("email")) && !fields.contains(&json!("emailAlt")), "a field outside the contract fails the call");
                let inputs = attributes["matchPersonInput"].as_array().unwrap();
                assert!(inputs.len() <= 25);
                let one = |input: &Json| {
                    let miss = |status: &str| json!({"id": "0", "type": "NoMatch", "meta": {"matchStatus": status, "input": input}});
                    if input["emailAddress"] == "gone@corp.example" {
                        return miss("OPT_OUT");
                    }
                    let Some(id) = input["personId"].as_i64() else { return miss("NO_MATCH") };
                    if sold.fetch_add(1, Ordering::SeqCst) >= quota { miss("LIMIT_EXCEEDED") } else if id == 2 { miss("OPT_OUT") } else { zoom_person(id) }
                };
                ok(&json!({"data": inputs.iter().rev().map(one).collect::<Vec<_>>()}))
            }
            "/gtm/data/v1/companies/enrich" => ok(&json!({"data": [{"id": "340", "attributes": {"name": "Corp 12 Inc", "foundedYear": "2009", "revenue": 52_000}, "meta": {"matchStatus": "FULL_MATCH"}}]})),
            "/gtm/data/v1/users/usage" => ok(&json!({"data": [{"attributes": {"usage": [{"limitType": "uniqueID", "totalLimit": 100, "currentUsage": 12, "usageRemaining": 88}, {"limitType": "request", "totalLimit": 9, "currentUsage": 2, "usageRemaining": 7}]}}]})),
            other => panic!("{other}"),
        }
    })
    .await
}

#[tokio::test]
async fn zoominfo_searches_buys_in_batches_and_adds_the_employer_once() {
    let server = zoominfo(130, 1000).await;
    let kit = kit();
    let zoominfo = provider(Source::ZoomInfo, &server, &kit);
    let wanted = search(
        json!({"jobTitle": ["CTO", "IT Director"], "managementLevel": "director", "employeeRangeMin": 50, "country": "US;UK"}),
        None,
    );
    let pages = read_all(&*zoominfo, &wanted, &nobody_known).await.unwrap();
    let rows: Vec<&Json> = pages.iter().flat_map(objects).collect();
    let calls = calls(&server);
    assert_eq!((rows.len(), calls["/gtm/data/v1/contacts/search"], calls["/gtm/data/v1/contacts/enrich"]), (130, 2, 4 + 2));
    assert_eq!((calls["/gtm/data/v1/companies/enrich"], calls["/gtm/oauth/v1/token"]), (1, 1), "the employer of all is bought once");
    let searched =
        server.seen().iter().find(|raw| raw.contains("contacts/search")).map(|raw| request(raw).3["data"]["attributes"].clone()).unwrap();
    assert_eq!(
        searched,
        json!({"country": "US,UK", "employeeRangeMin": "50", "jobTitle": "CTO OR IT Director", "managementLevel": "Director"})
    );
    assert_eq!((&rows[0]["id"], &rows[0]["email"], &rows[0]["hasEmail"]), (&json!("1"), &json!("m1@corp.example"), &json!(true)));
    assert_eq!((&rows[0]["company"]["name"], &rows[0]["company"]["foundedYear"]), (&json!("Corp 12"), &json!("2009")));
    assert!(rows[1][SUPPRESS].is_string() && rows[1]["email"].is_null());
    assert_eq!(kit.ledger.used("zoominfo"), Credits::whole(128 + 1), "130, less one bought before and one who opted out, and the employer");
    let usage = zoominfo.usage().await.unwrap();
    assert_eq!((usage.credits[0].left, usage.rates[0].left), (Some(Credits::whole(88)), 7));
    assert_eq!(zoominfo.estimate(&wanted).await.unwrap().rows, Some(130));
}

#[tokio::test]
async fn a_quota_that_ends_inside_a_batch_keeps_what_was_sold() {
    let server = zoominfo(60, 30).await;
    let zoominfo = provider(Source::ZoomInfo, &server, &kit());
    let everybody = search(json!({"company_details": false}), None);
    let page = zoominfo.fetch(&everybody, None, &nobody_known).await.unwrap();
    assert_eq!(objects(&page).len(), 30);
    let error = zoominfo.fetch(&everybody, page.next.as_deref(), &nobody_known).await.unwrap_err();
    assert_eq!(error.class(), Some(Class::Quota), "{error}");
}

#[tokio::test]
async fn zoominfo_has_codes_of_its_own() {
    for (status, body, class) in [
        ("400 Bad Request", r#"{"errors":[{"code":"PFAPI0011","status":"400","detail":"Credit limit reached"}]}"#, Class::Quota),
        (
            "400 Bad Request",
            r#"{"errors":[{"code":"PFAPI0002","status":"400","detail":"managementLevel must be one of"}]}"#,
            Class::Rejected,
        ),
        ("403 Forbidden", r#"{"error":{"code":"ZI0003","message":"Not entitled"}}"#, Class::Permission),
        ("429 Too Many Requests", r#"{"error":{"code":"ZI0004","message":"Slow down"}}"#, Class::RateLimited),
    ] {
        let server =
            BadServer::route(move |nth, _| if nth == 0 { ok(&json!({"access_token": "t"})) } else { Reply::json(status, body) }).await;
        let error =
            provider(Source::ZoomInfo, &server, &kit()).fetch(&any_search(Source::ZoomInfo), None, &nobody_known).await.unwrap_err();
        assert_eq!(error.class(), Some(class), "{body}: {error}");
    }
    let past =
        r#"{"errors":[{"code":"PFAPI0004","status":"400","title":"Page number (page) requested is greater than the available results"}]}"#;
    let server =
        BadServer::route(move |nth, _| if nth == 0 { ok(&json!({"access_token": "t"})) } else { Reply::json("400 Bad Request", past) })
            .await;
    let page = provider(Source::ZoomInfo, &server, &kit()).fetch(&any_search(Source::ZoomInfo), None, &nobody_known).await.unwrap();
    assert!(page.rows.is_empty() && page.next.is_none(), "a page past the end is the end");
}

#[tokio::test]
async fn zoominfo_enriches_by_the_echo() {
    let server = zoominfo(1, 1000).await;
    let clues = [by_email("gone@corp.example"), Clue { id: Some("7".into()), ..Clue::default() }, by_email("who@corp.example")];
    assert_eq!(enriched(&*provider(Source::ZoomInfo, &server, &kit()), &clues, "id").await, ["Withheld", "\"7\"", "Nothing"]);
}

#[tokio::test]
async fn zoominfos_older_api_serves_those_with_a_user_name() {
    let server = BadServer::route(|_, raw| {
        let (_, path, _, body) = request(raw);
        match path.as_str() {
            "/authenticate" => {
                assert_eq!(body, json!({"username": "user", "password": "canary-password"}));
                ok(&json!({"jwt": "j"}))
            }
            "/search/contact" => {
                assert!(raw.contains("authorization: Bearer j\r\n"));
                assert_eq!((&body["rpp"], &body["jobTitle"]), (&json!(100), &json!("CTO")));
                ok(&json!({"maxResults": 2, "totalResults": 2, "data": [{"id": 7, "firstName": "Mira"}, {"id": 8}]}))
            }
            "/enrich/contact" => ok(&json!({"success": true, "data": {"result": [
                {"input": {"personid": 8}, "data": [], "matchStatus": "NO_MATCH"},
                {"input": {"personid": 7}, "data": [{"id": 7, "email": "m@corp.example"}], "matchStatus": "FULL_MATCH"},
            ]}})),
            _ => ok(&json!({"usage": [{"limitType": "recordLimit", "limit": 10, "currentUsage": 3, "usageRemaining": 7}]})),
        }
    })
    .await;
    let login = [("username", "user"), ("password", "canary-password")].map(|(key, value)| (key.to_owned(), SecretString::from(value)));
    let settings = Settings { base_url: Some(server.url.parse().unwrap()), login: login.into(), ..Settings::default() };
    let entry = entry(Source::ZoomInfo).unwrap();
    assert!(entry.is_configured(&settings));
    let kit = kit();
    let legacy = entry.build(&settings, &kit.tools).unwrap();
    let page = legacy.fetch(&search(json!({"jobTitle": "CTO"}), None), None, &nobody_known).await.unwrap();
    assert_eq!(
        (objects(&page)[0]["email"].as_str(), objects(&page)[1]["email"].as_str(), &page.next),
        (Some("m@corp.example"), None, &None)
    );
    assert_eq!((kit.ledger.used("zoominfo"), legacy.usage().await.unwrap().credits[0].left), (Credits::whole(1), Some(Credits::whole(7))));
}

// ---------------------------------------------------------------------------------------------- Lusha

#[tokio::test]
async fn lusha_prospects_reveals_and_books_what_it_was_charged() {
    let server = BadServer::route(|_, raw| {
        assert!(raw.contains("api_key: canary-key-0b77-api_key\r\n"), "{raw}");
        let (_, path, _, body) = request(raw);
        match path.as_str() {
            "/v3/contacts/prospecting" => {
                assert_eq!(body["filters"], json!({
                    "contacts": {"include": {"jobTitles": ["CTO"]}, "exclude": {"countries": ["FR"]}}, "companies": {"include": {"sizes": [{"min": 50, "max": 200}]}},
                }));
                let (page, size) = (body["pagination"]["page"].as_i64().unwrap(), body["pagination"]["size"].as_i64().unwrap());
                assert!((10..=100).contains(&size));
                let row = |id: i64| json!({"id": id.to_string(), "firstName": "Mira", "company": {"id": "16", "name": "Corp 12"}, "canReveal": [{"field": "emails", "credits": i64::from(id != 1)}]});
                let rows: Vec<Json> = (page * size + 1..=(page * size + size).min(120)).map(row).collect();
                ok(&json!({"results": rows, "pagination": {"page": page, "size": size, "total": 120}, "billing": {"creditsCharged": 4}}))
            }
            "/v3/contacts/enrich" => {
                assert_eq!((&body["reveal"], &body["waterfallEnabled"]), (&json!(["emails"]), &json!(false)), "costly defaults are switched off");
                let ids = body["ids"].as_array().unwrap();
                let one = |id: &Json| match id.as_str().unwrap() {
                    "3" => json!({"id": id, "error": {"code": "COMPLIANCE_RESTRICTED", "message": "no"}}),
                    "4" => json!({"id": id, "error": {"code": "ENRICH_FAILED", "message": "no"}}),
                    _ => json!({"id": id, "fullName": "Mira Hallden", "emails": [{"email": "m@corp.example", "type": "work"}], "company": {"id": "16", "domain": "www.corp.example"}}),
                };
                ok(&json!({"results": ids.iter().map(one).collect::<Vec<_>>(), "billing": {"creditsCharged": ids.len() - usize::from(ids.contains(&json!("3")))}}))
            }
            "/v3/companies/enrich" => ok(&json!({"results": [{"id": "16", "domain": "other.example", "yearFounded": 2009}], "billing": {"creditsCharged": 1}})),
            "/v3/contacts/search-and-enrich" => {
                assert_eq!(body["contacts"].as_array().unwrap().len(), 2, "nobody is asked for without a name or an address");
                ok(&json!({"results": [{"clientReferenceId": "2", "id": "9"}, {"clientReferenceId": "0", "error": {"code": "NOT_FOUND"}}]}))
            }
            "/v3/account/usage" => ok(&json!({"credits": {"total": 10, "used": 3, "remaining": 7}, "rateLimits": {"daily": {"limit": 5000, "used": 1, "remaining": 4999}, "hourly": null}, "plan": {"category": "professional"}})),
            other => panic!("{other}"),
        }
    })
    .await;
    let kit = kit();
    let lusha = provider(Source::Lusha, &server, &kit);
    let wanted = search(
        json!({"jobTitles": "CTO", "companies.sizes": [{"min": 50, "max": 200}], "exclude": {"contacts": {"countries": ["FR"]}}}),
        None,
    );
    let pages = read_all(&*lusha, &wanted, &nobody_known).await.unwrap();
    let rows: Vec<&Json> = pages.iter().flat_map(objects).collect();
    assert_eq!((rows.len(), pages[0].bad.len()), (119, 1), "whoever could not be revealed now is asked for again another time");
    assert_eq!((&rows[0]["company"]["domain"], &rows[0]["company"]["yearFounded"]), (&json!("www.corp.example"), &json!(2009)));
    assert!(rows[2][SUPPRESS].is_string() && rows[2]["company"]["yearFounded"].is_null(), "nothing is bought for whoever objected");
    let calls = calls(&server);
    assert_eq!((calls["/v3/contacts/prospecting"], calls["/v3/contacts/enrich"], calls["/v3/companies/enrich"]), (2, 2, 1));
    assert_eq!(kit.ledger.used("lusha"), Credits::whole(4 + 4 + 99 + 20 + 1));
    assert_eq!(lusha.test_login().await.unwrap().account, "plan professional");
    assert_eq!(lusha.usage().await.unwrap().rates.len(), 1);
    let clues = [by_email("who@corp.example"), Clue::default(), by_name("Mira", "Hallden", "corp.example")];
    assert_eq!(enriched(&*lusha, &clues, "id").await, ["Nothing", "Nothing", "\"9\""]);
}

// ---------------------------------------------------------------------------------------------- Seamless.AI

#[tokio::test]
async fn seamless_orders_research_and_polls_until_it_is_done() {
    let polls = Arc::new(AtomicUsize::new(0));
    let count = polls.clone();
    let server = BadServer::route(move |_, raw| {
        assert!(raw.contains("token: canary-key-0b77-api_key\r\n") && !raw.contains("authorization:"), "{raw}");
        let (_, path, query, body) = request(raw);
        match path.as_str() {
            "/api/client/v1/search/contacts" => {
                let (from, more) = match body["nextToken"].as_str() {
                    None => (0, true),
                    Some("two") => (3, false),
                    other => panic!("{other:?}"),
                };
                let row = |n: usize| json!({"searchResultId": format!("s{n}"), "name": "Mira Okafor", "title": "VP Operations", "domain": "corp.example"});
                ok(&json!({"data": (from..from + 3).map(row).collect::<Vec<_>>(), "supplementalData": {"isMore": more, "total": 6, "nextToken": if more { "two" } else { "three" }}}))
            }
            "/api/client/v1/contacts/research" => {
                let ids = body["searchResultIds"].as_array().cloned().unwrap_or_else(|| body["contacts"].as_array().unwrap().iter().map(|one| one["email"].clone()).collect());
                Reply::json("202 Accepted", &json!({"success": true, "requestIds": ids.iter().map(|id| format!("r-{}", id.as_str().unwrap())).collect::<Vec<_>>()}).to_string())
            }
            "/api/client/v1/contacts/research/poll" => {
                let nth = count.fetch_add(1, Ordering::SeqCst);
                let ids: Vec<&str> = query["requestIds"].split(',').collect();
                let contact = |id: &str| json!({"contactId": format!("c{id}"), "email": "m@corp.example", "title": null});
                let one = |id: &&str| match *id {
                    "r-s0" => json!({"requestId": id, "status": "done", "searchResultId": "s0", "contact": contact(id)}),
                    "r-s1" if nth == 0 => json!({"requestId": id, "status": "pondering", "message": null}),
                    "r-s1" => json!({"requestId": id, "status": "done", "contact": contact(id)}),
                    "r-s2" => json!({"requestId": id, "status": "duplicate", "additionalData": {"initialRequestId": "r-s0"}}),
                    "r-s3" => json!({"requestId": id, "status": "missing"}),
                    "r-s4" => json!({"requestId": id, "status": "contact-already-researched", "contact": contact(id)}),
                    _ => json!({"requestId": id, "status": "No license or credits available"}),
                };
                ok(&json!({"success": true, "data": ids.iter().map(one).collect::<Vec<_>>()}))
            }
            "/api/client/v2/credits" => ok(&json!({"success": true, "data": {"contacts": {"remaining": 41, "refreshesAt": null}}})),
            other => panic!("{other}"),
        }
    })
    .await;
    let kit = kit();
    let seamless = provider(Source::Seamless, &server, &kit);
    let wanted = search(json!({"seniority": "vp", "companySize": "501 - 1,000"}), None);
    let page = seamless.fetch(&wanted, None, &nobody_known).await.unwrap();
    let rows = objects(&page);
    let ids: Vec<_> = rows.iter().map(|row| (row["searchResultId"].as_str().unwrap(), row["contactId"].as_str())).collect();
    assert_eq!(
        ids,
        [("s0", Some("cr-s0")), ("s1", Some("cr-s1")), ("s2", Some("cr-s0"))],
        "a word nobody knows is asked again, a duplicate is its first"
    );
    assert_eq!(rows[1]["title"], "VP Operations");
    assert_eq!(request(&server.seen()[0]).3["companySize"], json!(["501 - 1,000"]));
    assert_eq!(kit.ledger.used("seamless"), Credits::whole(1 + 2), "a search, and two that were done");
    let page = seamless.fetch(&wanted, page.next.as_deref(), &nobody_known).await.unwrap();
    assert_eq!(objects(&page).iter().map(|row| row["contactId"].as_str()).collect::<Vec<_>>(), [None, Some("cr-s4")]);
    // The credits ended at the last one: the next fetch says so.
    let error = seamless.fetch(&wanted, page.next.as_deref(), &nobody_known).await.unwrap_err();
    assert_eq!(error.class(), Some(Class::Quota), "{error}");
    assert_eq!(seamless.usage().await.unwrap().credits[0].left, Some(Credits::whole(41)));
    assert!(kit.naps.taken().iter().all(|nap| *nap == Duration::from_secs(3)));
    assert_eq!(
        enriched(&*seamless, &[Clue::default(), by_email("s4@corp.example")], "x").await.len(),
        1,
        "no answer where the credits ended"
    );
}

#[tokio::test]
async fn seamless_says_in_its_headers_when_to_come_back_and_in_codes_what_is_missing() {
    let resets =
        Reply::http("429 Too Many Requests", "x-ratelimit-reset: 1793520020\r\n", r#"{"code":"rateLimitExceeded","message":"slow"}"#);
    let server = BadServer::route(move |nth, _| if nth == 0 { resets.clone() } else { ok(&json!({"data": []})) }).await;
    let kit = kit();
    provider(Source::Seamless, &server, &kit).fetch(&any_search(Source::Seamless), None, &nobody_known).await.unwrap();
    let waited: Duration = kit.naps.taken().iter().sum();
    assert!((20.0..=22.1).contains(&waited.as_secs_f64()), "the clock stands at 1793520000: {waited:?}");
    let server =
        BadServer::start(vec![Reply::json("422 Unprocessable Entity", r#"{"msg":"No credits","code":"insufficientCredits"}"#)]).await;
    let error = provider(Source::Seamless, &server, &kit).fetch(&any_search(Source::Seamless), None, &nobody_known).await.unwrap_err();
    assert_eq!(error.class(), Some(Class::Quota), "{error}");
}

#[tokio::test]
async fn an_endless_cursor_ends() {
    let server = BadServer::route(|nth, raw| {
        let (_, path, _, _) = request(raw);
        match path.as_str() {
            "/api/client/v1/search/contacts" => {
                ok(&json!({"data": [{"searchResultId": "s0"}], "supplementalData": {"isMore": true, "nextToken": format!("t{nth}")}}))
            }
            "/api/client/v1/contacts/research" => ok(&json!({"requestIds": ["r"]})),
            _ => ok(&json!({"data": [{"requestId": "r", "status": "done", "contact": {"contactId": "c"}}]})),
        }
    })
    .await;
    let pages = read_all(&*provider(Source::Seamless, &server, &kit()), &search(json!({}), None), &nobody_known).await.unwrap();
    assert_eq!((pages.len(), pages.iter().map(|page| page.rows.len()).sum::<usize>()), (4, 1));
}

// ---------------------------------------------------------------------------------------------- Lead411

#[tokio::test]
async fn lead411_logs_in_unlocks_and_reads_failures_inside_a_200() {
    let logins = Arc::new(AtomicUsize::new(0));
    let count = logins.clone();
    let server = BadServer::route(move |_, raw| {
        let (method, path, query, _) = request(raw);
        assert_eq!(method, "POST");
        if path == "/v1/authenticate_user" {
            assert_eq!((query["email"].as_str(), query["password"].as_str()), ("canary-key-0b77-username", "canary-key-0b77-password"));
            return ok(&json!({"status": "success", "token": format!("t{}", count.fetch_add(1, Ordering::SeqCst))}));
        }
        if query["token"] == "t0" {
            return ok(&json!({"status": "error", "message": "Invalid or expired token"}));
        }
        match (path.as_str(), query.get("employee_id").map(String::as_str)) {
            ("/v1/search/searchUsingJSON", _) if query["page"] == "1" => ok(&json!({"AllResults": [
                {"company_id": 44, "employee_id": 18_230_455, "json_meta": {"employee_meta": {"employee_name": "Ines Falk", "email": "ines@corp.example", "mobile_dial": "Not Available"},
                    "company_meta": {"company_URL": "https:\\/\\/corp.example", "uk_zip": "N/A"}}},
                {"company_id": "44", "employee_id": "18230456", "json_meta": {"employee_meta": {"employee_name": "Jon Vale", "email": "N/A"}}},
                {"company_id": 45},
                {"nobody": true},
            ]})),
            ("/v1/search/searchUsingJSON", _) => ok(&json!({"AllResults": []})),
            ("/v1/company/getCompanyEmployees", _) => ok(&json!({"companyEmployeesData": {"companyEmployees": [{"employee_id": 9, "first_name": "Mira", "employee_title": "IT Manager"}]}})),
            ("/v1/employee/getEmployeeInformation", Some("9")) => ok(&json!({"status": "success", "employee_details": {"email": "mira@corp.example"}})),
            ("/v1/employee/getEmployeeInformation", _) => ok(&json!({"status": "success", "message": "locked; please use Unlock API"})),
            ("/v1/employee/unlock_employee_record", Some("18230456")) => ok(&json!({"status": "success", "email": "jon@corp.example", "employeePhoneData": [{"phone": "+1 555-010-0146", "line_type": "mobile"}]})),
            ("/v1/company/getCompanyInfo", _) => ok(&json!({"status": "success", "company_data": {"company_id": 44, "founded": "1998"}, "company_outside_tech_data": [{"technology": "Microsoft 365"}]})),
            other => panic!("{other:?}"),
        }
    })
    .await;
    let kit = kit();
    let lead411 = provider(Source::Lead411, &server, &kit);
    let pages = read_all(&*lead411, &search(json!({"user_search_string": "corp.example"}), None), &nobody_known).await.unwrap();
    let rows: Vec<&Json> = pages.iter().flat_map(objects).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(
        (&rows[0]["json_meta"]["employee_meta"]["email"], &rows[0]["json_meta"]["company_meta"]["company_URL"]),
        (&json!("ines@corp.example"), &json!("https://corp.example"))
    );
    assert!(rows[0]["json_meta"]["employee_meta"]["mobile_dial"].is_null());
    assert_eq!((&rows[1]["email"], &rows[1]["company_data"]["founded"]), (&json!("jon@corp.example"), &json!("1998")));
    assert_eq!(
        (&rows[2]["first_name"], &rows[2]["employee_details"]["email"], &rows[2]["company_id"]),
        (&json!("Mira"), &json!("mira@corp.example"), &json!(45))
    );
    assert_eq!(pages[0].bad.len(), 1);
    let calls = calls(&server);
    assert_eq!(
        (logins.load(Ordering::SeqCst), calls["/v1/employee/unlock_employee_record"], calls["/v1/company/getCompanyInfo"]),
        (2, 1, 2)
    );
    assert_eq!(kit.ledger.used("lead411"), Credits::whole(1), "one was unlocked, one had told, one was open");
    assert_eq!(
        enriched(&*lead411, &[by_name("Ines", "Falk", "corp.example"), by_name("No", "Body", "corp.example")], "company_id").await,
        ["44", "Nothing"]
    );
}

#[tokio::test]
async fn lead411_failures_get_their_class_from_their_words() {
    for (message, class) in [
        ("Invalid email or password", Class::Auth),
        ("Export limit reached", Class::Quota),
        ("Record not found", Class::NotFound),
        ("Something else", Class::Rejected),
    ] {
        let body = json!({"status": "error", "message": message}).to_string();
        let server = BadServer::route(move |_, raw| {
            let login = raw.contains("/authenticate_user") && !body.contains("password");
            if login { ok(&json!({"status": "success", "token": "t"})) } else { Reply::json("200 OK", &body) }
        })
        .await;
        let error = provider(Source::Lead411, &server, &kit()).fetch(&any_search(Source::Lead411), None, &nobody_known).await.unwrap_err();
        assert_eq!(error.class(), Some(class), "{error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

// ---------------------------------------------------------------------------------------------- RocketReach

/// So many people; look-ups are done at the second asking. Records what was looked up.
async fn rocketreach(people: i64, universal: bool) -> (BadServer, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = asked.clone();
    let server = BadServer::route(move |_, raw| {
        assert!(raw.contains("api-key: canary-key-0b77-api_key\r\n"), "{raw}");
        let (_, path, query, body) = request(raw);
        let family = if universal { "/api/v2/universal/" } else { "/api/v2/" };
        let Some(call) = path.strip_prefix(family).filter(|call| universal || !call.starts_with("universal/")) else {
            return Reply::json("403 Forbidden", r#"{"detail":"not for your plan"}"#);
        };
        let profile = |id: i64, done: bool| json!({"id": id, "status": if done { "complete" } else { "progress" }, "name": "Mira Hallden",
            "emails": if done { json!([{"email": format!("m{id}@corp.example")}]) } else { Json::Null }, "current_employer_id": 7});
        match call {
            "account/" => ok(&json!({"id": 1, "state": "registered", "api_key": "echoed", "credit_usage": [{"credit_type": "standard_lookup", "allocated": "inf", "used": 40, "remaining": "inf"}],
                "rate_limits": [{"action": "person_lookup", "duration": "minute", "limit": 15, "remaining": 14}, {"action": "x", "duration": "day", "limit": null}]})),
            "person/search" => {
                let (start, size) = (body["start"].as_i64().unwrap(), body["page_size"].as_i64().unwrap());
                let row = |id: i64| json!({"id": id, "name": "Mira Hallden", "teaser": {"emails": ["corp.example"]}});
                let next = start + size;
                Reply::json("201 Created", &json!({"profiles": (start..next.min(people + 1)).map(row).collect::<Vec<_>>(), "pagination": {"start": start, "next": next, "total": people}}).to_string())
            }
            "bulkLookup" | "person/bulk_lookup" => {
                let queries = body["queries"].as_array().unwrap();
                assert!((10..=100).contains(&queries.len()));
                log.lock().unwrap().extend(queries.iter().map(|one| one["id"].to_string()));
                ok(&json!({"status": "accepted"}))
            }
            "person/lookup" if query.contains_key("email") => Reply::json("404 Not Found", r#"{"detail":"no"}"#),
            "person/lookup" => {
                log.lock().unwrap().push(query["id"].clone());
                ok(&profile(query["id"].parse().unwrap(), false))
            }
            "person/checkStatus" | "person/check_status" => {
                let ids = raw.split(' ').nth(1).unwrap().split('?').nth(1).unwrap().split('&').map(|pair| pair.strip_prefix("ids=").unwrap().parse().unwrap());
                ok(&Json::Array(ids.map(|id| profile(id, true)).collect()))
            }
            "company/lookup/" => ok(&json!({"id": 7, "num_employees": 340})),
            other => panic!("{other}"),
        }
    })
    .await;
    (server, asked)
}

#[tokio::test]
async fn rocketreach_looks_up_in_bulk_and_asks_after() {
    let (server, asked) = rocketreach(205, false).await;
    let kit = kit();
    let rocketreach = provider(Source::RocketReach, &server, &kit);
    let wanted = search(json!({"current_title": "CTO; IT Director", "company_domain": "corp.example", "email_grade": "A"}), None);
    let pages = read_all(&*rocketreach, &wanted, &nobody_known).await.unwrap();
    let rows: Vec<&Json> = pages.iter().flat_map(objects).collect();
    assert_eq!((rows.len(), asked.lock().unwrap().len()), (205, 205));
    let calls = calls(&server);
    assert_eq!(
        (calls["/api/v2/person/search"], calls["/api/v2/bulkLookup"], calls["/api/v2/person/lookup"], calls["/api/v2/account/"]),
        (3, 2, 5, 1)
    );
    assert_eq!(rows[0]["emails"][0]["email"], "m1@corp.example");
    assert_eq!(rows[0]["teaser"]["emails"][0], "corp.example");
    assert_eq!(kit.ledger.used("rocketreach"), Credits::whole(205));
    let sent = server.seen().iter().find(|raw| raw.contains("person/search")).map(|raw| request(raw).3["query"].clone()).unwrap();
    assert_eq!(sent, json!({"company_domain": ["corp.example"], "current_title": ["CTO", "IT Director"], "email_grade": "A"}));
    let usage = rocketreach.usage().await.unwrap();
    assert_eq!((usage.credits[0].left, usage.rates.len()), (None, 1), "\"inf\" is no number");
    assert_eq!(
        enriched(&*rocketreach, &[by_email("who@corp.example"), Clue { id: Some("3".into()), ..Clue::default() }], "id").await,
        ["Nothing", "3"]
    );
}

#[tokio::test]
async fn rocketreach_with_universal_credits_has_other_paths_and_prices() {
    let (server, asked) = rocketreach(2, true).await;
    let kit = kit();
    let rocketreach = provider(Source::RocketReach, &server, &kit);
    let page = rocketreach.fetch(&search(json!({"reveal_phone": true}), None), None, &nobody_known).await.unwrap();
    assert_eq!((objects(&page).len(), asked.lock().unwrap().len()), (2, 2));
    assert_eq!(kit.ledger.used("rocketreach"), Credits::whole(1 + 2 * (2 + 6)), "a page, and an address and a number each");
    let lookup = server.seen().iter().find(|raw| raw.contains("person/lookup")).map(|raw| request(raw).2).unwrap();
    assert_eq!(
        (lookup["reveal_professional_email"].as_str(), lookup["reveal_personal_email"].as_str(), lookup["reveal_phone"].as_str()),
        ("true", "false", "true")
    );
}

#[tokio::test]
async fn rocketreach_reads_a_bare_list_and_spent_credits_as_403() {
    let server = BadServer::route(|_, raw| match request(raw).1.as_str() {
        "/api/v2/account/" => ok(&json!({})),
        "/api/v2/person/search" => Reply::json("201 Created", r#"[{"id": 1}]"#),
        _ => Reply::json("403 Forbidden", r#"{"detail":"You have insufficient lookup credits. Visit https://rocketreach.co/pricing"}"#),
    })
    .await;
    let error =
        provider(Source::RocketReach, &server, &kit()).fetch(&any_search(Source::RocketReach), None, &nobody_known).await.unwrap_err();
    assert_eq!(error.class(), Some(Class::Quota), "{error}");
    let server = BadServer::start(vec![ok(&json!({"status": "catch-all", "credits_charged": 1}))]).await;
    let kit = kit();
    let verified = provider(Source::RocketReach, &server, &kit).verify_email(&Email::parse("a@corp.example").unwrap()).await.unwrap();
    assert_eq!((verified.result, kit.ledger.used("rocketreach")), (Deliverability::AcceptAll, Credits::whole(1)));
    assert_eq!(request(&server.seen()[0]).1, "/api/v2/email/verify/", "the slash at the end matters");
}

// ---------------------------------------------------------------------------------------------- UpLead

/// 130 people; every third without a good address. A small plan has no search over companies.
async fn uplead(small_plan: bool) -> BadServer {
    BadServer::route(move |_, raw| {
        assert!(raw.contains("authorization: canary-key-0b77-api_key\r\n"), "no Bearer: {raw}");
        let (_, path, _, body) = request(raw);
        let company = || json!({"id": "c1", "company_name": "Corp 12", "domain": "corp.example", "employees": "201-500"});
        let person = |n: u64| json!({"id": format!("p{n}"), "first_name": "Dana", "email": format!("d{n}@corp.example"), "email_status": if n.is_multiple_of(3) { "unknown" } else { "valid" }, "domain": "corp.example"});
        match path.as_str() {
            "/v2/prospector-pro-search" if small_plan => Reply::json("403 Forbidden", r#"{"error":{"type":"forbidden","message":"Your plan lacks this"}}"#),
            "/v2/prospector-pro-search" | "/v2/prospector-search" => {
                if body["count_only"] == json!(true) {
                    return ok(&json!({"data": {"count": 130}, "userInfo": {"availableCredits": 399}}));
                }
                let (page, size) = (body["page"].as_u64().unwrap(), body["per_page"].as_u64().unwrap());
                let last = page * size >= 130;
                let rows: Vec<Json> = ((page - 1) * size..(page * size).min(130))
                    .map(|n| {
                        let mut row = person(n);
                        if path.contains("pro-search") {
                            row["company"] = company();
                        }
                        row
                    })
                    .collect();
                ok(&json!({"data": {"results": rows, "meta": {"total": 130, "page": page, "next_page": if last { Json::Null } else { json!(page + 1) }, "last_page": last}}, "userInfo": {"availableCredits": 300}}))
            }
            "/v2/company-search" => ok(&json!({"data": company(), "userInfo": {}})),
            "/v2/combined-search" if body["email"] == "who@corp.example" => ok(&json!({"data": null})),
            "/v2/combined-search" => ok(&person(1)),
            "/v2/person-search" => ok(&json!({"data": {"id": "p1", "email_status": "accept_all"}})),
            "/v2/credits" => ok(&json!({"data": {"email": "o@corp.example", "credits": 12}})),
            other => panic!("{other}"),
        }
    })
    .await
}

#[tokio::test]
async fn uplead_gives_whole_people_and_falls_back_for_small_plans() {
    for small_plan in [false, true] {
        let server = uplead(small_plan).await;
        let kit = kit();
        let uplead = provider(Source::UpLead, &server, &kit);
        let wanted = search(json!({"domains": "corp.example", "titles": ["CTO"], "management_levels": "d,vp"}), None);
        let pages = read_all(&*uplead, &wanted, &nobody_known).await.unwrap();
        let rows: Vec<&Json> = pages.iter().flat_map(objects).collect();
        assert_eq!(
            (rows.len(), pages.len(), rows[129]["company"]["employees"].as_str()),
            (130, 2, Some("201-500")),
            "small plan: {small_plan}"
        );
        let company = u64::from(small_plan);
        assert_eq!(
            kit.ledger.used("uplead"),
            Credits::whole(86 + company),
            "good addresses only, and the employer where it is another call"
        );
        let estimate = uplead.estimate(&wanted).await.unwrap();
        assert_eq!((estimate.rows, uplead.usage().await.unwrap().credits[0].left), (Some(130), Some(Credits::whole(12))));
    }
    let server = uplead(false).await;
    let kit = kit();
    let uplead = provider(Source::UpLead, &server, &kit);
    let pages = read_all(&*uplead, &search(json!({}), 120), &nobody_known).await.unwrap();
    assert_eq!(pages.iter().map(|page| page.rows.len()).collect::<Vec<_>>(), [60, 60], "pages that fit the limit: what is read is charged");
    let server = self::uplead(true).await;
    let error = provider(Source::UpLead, &server, &kit)
        .fetch(&search(json!({"industries": "Software"}), None), None, &nobody_known)
        .await
        .unwrap_err();
    assert_eq!(error.class(), Some(Class::Permission), "{error}");
}

#[tokio::test]
async fn uplead_finds_and_verifies_by_what_it_knows() {
    let server = uplead(false).await;
    let kit = kit();
    let uplead = provider(Source::UpLead, &server, &kit);
    let clues = [by_email("dana@corp.example"), by_email("who@corp.example"), by_name("Dana", "", "corp.example")];
    assert_eq!(enriched(&*uplead, &clues, "id").await, ["\"p1\"", "Nothing", "Nothing"]);
    let verified = uplead.verify_email(&Email::parse("dana@corp.example").unwrap()).await.unwrap();
    assert_eq!((verified.result, verified.confidence), (Deliverability::AcceptAll, Some(70)));
    assert_eq!(kit.ledger.used("uplead"), Credits::whole(2));
}
