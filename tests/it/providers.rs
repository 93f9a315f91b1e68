//! The sources against small scripted copies of their APIs, and all of them against every way to fail.

use crate::bad_server::{BadServer, Failure, Kit, Reply, failures, kit, kit_with};
use futures_util::future::BoxFuture;
use leadloom::{
    domain::{Email, Source},
    intake::raw::{RawPage, Rows},
    net::{Class, Credits, MemoryLedger, Shelf},
    providers::{Clue, Deliverability, Entry, FetchError, Finding, Provider, Reveal, Search, Settings, entry, registry},
};
use secrecy::SecretString;
use serde_json::{Value as Json, json};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

const CANARY: &str = "canary-key-0b77";

pub fn provider(source: Source, server: &BadServer, kit: &Kit) -> Arc<dyn Provider> {
    let entry = entry(source).unwrap();
    let settings = Settings {
        base_url: Some(server.url.parse().unwrap()),
        login: entry.logins[0].iter().map(|part| (part.key.to_owned(), SecretString::from(format!("{CANARY}-{}", part.key)))).collect(),
        timeout: Some(Duration::from_millis(400)),
        body_limit: Some(1024 * 1024),
        ..Settings::default()
    };
    entry.build(&settings, &kit.tools).unwrap()
}

pub fn search(filters: Json, limit: impl Into<Option<u64>>) -> Search {
    let Json::Object(filters) = filters else { panic!("filters are an object") };
    Search { filters: filters.into_iter().collect(), limit: limit.into() }
}

pub fn nobody_known(_: &str) -> bool {
    false
}

pub fn objects(page: &RawPage) -> &[Json] {
    match &page.rows {
        Rows::Objects(rows) => rows,
        Rows::Table { .. } => panic!("a provider gives objects"),
    }
}

/// Method, path, query and body of a request.
pub fn request(raw: &str) -> (String, String, HashMap<String, String>, Json) {
    let mut words = raw.split(' ');
    let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap());
    let url = url::Url::parse("http://x").unwrap().join(target).unwrap();
    let body = raw.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    (method, url.path().to_owned(), url.query_pairs().into_owned().collect(), serde_json::from_str(body).unwrap_or_default())
}

pub fn ok(json: &Json) -> Reply {
    Reply::json("200 OK", &json.to_string())
}

/// Reads a search to its end.
pub async fn read_all(provider: &dyn Provider, search: &Search, known: &(dyn Fn(&str) -> bool + Sync)) -> Result<Vec<RawPage>, FetchError> {
    let (mut pages, mut cursor) = (Vec::new(), None);
    for _ in 0..200 {
        let page = provider.fetch(search, cursor.as_deref(), known).await?;
        cursor.clone_from(&page.next);
        pages.push(page);
        if cursor.is_none() {
            return Ok(pages);
        }
    }
    panic!("a search without end")
}

// ---------------------------------------------------------------------------------------------- all of them

/// A search that each source accepts.
pub fn any_search(source: Source) -> Search {
    match source {
        Source::Hunter => search(json!({"domains": "corp.example"}), 5),
        _ => search(json!({}), 5),
    }
}

/// One source, one way to fail: the right class, in bounded time, without a leak.
async fn fails_well(entry: &'static Entry, failure: Failure) {
    let name = format!("{}: {}", entry.source.label(), failure.name);
    let server = BadServer::start(vec![failure.reply]).await;
    let kit = kit();
    let started = Instant::now();
    let error = provider(entry.source, &server, &kit).fetch(&any_search(entry.source), None, &nobody_known).await.unwrap_err();
    assert_eq!(error.class(), Some(failure.class), "{name}: {error}");
    assert!(started.elapsed() < Duration::from_secs(10), "{name} took {:?}", started.elapsed());
    assert!(server.hits() <= 4, "{name}: {}", server.hits());
    let text = format!("{error} {error:?}");
    assert!(!text.contains("canary") && !text.contains("corp.example"), "{name}: {text}");
    let open = kit.ledger.used(entry.service.key);
    assert!(open <= Credits::whole(5), "{name}: {open} credits are left open");
}

#[tokio::test]
async fn every_failure_ends_soon_in_its_class_and_leaks_nothing() {
    let all = || registry().iter().flat_map(|entry| failures().into_iter().map(move |failure| (entry, failure)));
    for (entry, failure) in all().filter(|(_, failure)| failure.class != Class::Timeout) {
        fails_well(entry, failure).await;
    }
    // Those that only wait do so together.
    let slow = all().filter(|(_, failure)| failure.class == Class::Timeout);
    futures_util::future::join_all(slow.map(|(entry, failure)| fails_well(entry, failure))).await;
}

#[tokio::test]
async fn an_unknown_filter_is_refused_before_any_call() {
    for entry in registry() {
        let server = BadServer::start(vec![Reply::json("200 OK", "{}")]).await;
        let provider = provider(entry.source, &server, &kit());
        let known = entry.capabilities.filters[0].name;
        let mistyped = format!("{known}x");
        let error = provider.fetch(&search(json!({ mistyped: "x" }), None), None, &nobody_known).await.unwrap_err();
        assert!(matches!(error, FetchError::Search(_)) && error.to_string().contains(&format!("did you mean {known:?}?")), "{error}");
        let error = provider.fetch(&any_search(entry.source), Some("no cursor"), &nobody_known).await.unwrap_err();
        assert!(matches!(error, FetchError::Cursor(_)), "{error}");
        assert_eq!(server.hits(), 0, "{}", entry.source);
    }
}

#[test]
fn a_login_that_is_incomplete_names_what_is_missing() {
    for entry in registry() {
        for missing in entry.logins[0] {
            let given = entry.logins[0].iter().filter(|part| part.key != missing.key);
            let login: BTreeMap<_, _> = given.map(|part| (part.key.to_owned(), SecretString::from("x"))).collect();
            let settings = Settings { login, ..Settings::default() };
            assert!(!entry.is_configured(&settings));
            let error = entry.build(&settings, &kit().tools).err().unwrap();
            assert!(error.class() == Class::Setup && error.to_string().contains(&format!("{} is not set", missing.env)), "{error}");
        }
        let filters: HashSet<_> = entry.capabilities.filters.iter().map(|filter| filter.name).collect();
        assert_eq!(filters.len(), entry.capabilities.filters.len(), "{}: a filter is listed twice", entry.source);
    }
}

// ---------------------------------------------------------------------------------------------- Apollo

fn apollo_id(n: usize) -> String {
    format!("66f0a1b2c3d4e5f6a7b8{n:04}")
}

fn apollo_person(n: usize) -> Json {
    json!({
        "id": apollo_id(n), "first_name": "Mira", "last_name": format!("Hallden {n}"), "email": format!("mira{n}@corp.example"), "city": null,
        "organization": {"id": "5f5e", "name": "Corp 12", "primary_domain": "corp.example"},
    })
}

/// A copy of Apollo with `people` people. The search shifts by one row between pages; every tenth person is not matched,
/// every eleventh is somebody else.
async fn apollo(people: usize) -> (BadServer, Arc<Mutex<Vec<String>>>) {
    let sold = Arc::new(Mutex::new(Vec::new()));
    let bill = sold.clone();
    let server = BadServer::route(move |_, raw| {
        assert!(raw.contains(&format!("x-api-key: {CANARY}-api_key\r\n")), "{raw}");
        let (_, path, query, body) = request(raw);
        match path.as_str() {
            "/api/v1/mixed_people/api_search" => {
                let (page, size) = (body["page"].as_u64().unwrap() as usize, body["per_page"].as_u64().unwrap() as usize);
                let start = ((page - 1) * size).saturating_sub(page - 1);
                let row = |n: usize| json!({"id": apollo_id(n), "first_name": "Mira", "last_name_obfuscated": "Ha***n", "title": "VP Operations", "city": "Dayton",
                    "organization": {"name": "Corp 12", "has_phone": true}});
                ok(&json!({"total_entries": people, "people": (start..people.min(start + size)).map(row).collect::<Vec<_>>()}))
            }
            "/api/v1/people/bulk_match" => {
                assert_eq!(query["reveal_phone_number"], "false");
                let ids: Vec<String> = body["details"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
                assert!(ids.len() <= 10);
                let found = ids.iter().rev().map(|id| {
                    let n: usize = id[20..].parse().unwrap();
                    if n % 10 == 9 { Json::Null } else if n % 11 == 10 { apollo_person(9000) } else { apollo_person(n) }
                });
                let matches: Vec<Json> = found.collect();
                let cost = matches.iter().filter(|found| !found.is_null()).count();
                bill.lock().unwrap().extend(ids);
                ok(&json!({"status": "success", "matches": matches, "credits_consumed": cost as f64}))
            }
            other => panic!("{other}"),
        }
    })
    .await;
    (server, sold)
}

#[tokio::test]
async fn apollo_sells_everybody_once_and_only_whom_we_asked_for() {
    let (server, sold) = apollo(250).await;
    let kit = kit();
    let apollo = provider(Source::Apollo, &server, &kit);
    let pages = read_all(&*apollo, &search(json!({"person_titles[]": "VP Operations; CTO"}), None), &nobody_known).await.unwrap();
    let rows: Vec<&Json> = pages.iter().flat_map(objects).collect();
    let ids: HashSet<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!((rows.len(), ids.len()), (250, 250), "the two that slid onto the next page are not doubled");
    let sold = sold.lock().unwrap();
    assert_eq!(sold.len(), sold.iter().collect::<HashSet<_>>().len(), "nobody is bought twice");
    assert_eq!(server.hits(), 3 + 10 + 10 + 6, "pages of a hundred, tens of people");
    assert_eq!(request(&server.seen()[0]).3["person_titles"], json!(["VP Operations", "CTO"]));
    let row = |n: usize| *rows.iter().find(|row| row["id"] == json!(apollo_id(n))).unwrap();
    assert_eq!(row(1)["email"], "mira1@corp.example");
    assert_eq!((&row(1)["city"], &row(1)["organization"]["has_phone"]), (&json!("Dayton"), &json!(true)), "the teaser fills the gaps");
    assert_eq!(row(1)["organization"]["primary_domain"], "corp.example");
    assert_eq!((&row(9)["email"], &row(9)["last_name_obfuscated"]), (&Json::Null, &json!("Ha***n")), "not matched: the teaser only");
    assert_eq!(row(10)["email"], Json::Null, "somebody else was sent");
    let charged = rows.iter().filter(|row| row["id"].as_str().unwrap()[20..].parse::<usize>().unwrap() % 10 != 9).count();
    assert_eq!(kit.ledger.used("apollo"), Credits::whole(charged as u64), "the books agree with the bill");
}

#[tokio::test]
async fn apollo_pays_for_nobody_who_is_known_and_stops_at_the_limit() {
    let (server, sold) = apollo(250).await;
    let kit = kit();
    let apollo = provider(Source::Apollo, &server, &kit);
    let known = |id: &str| id[20..].parse::<usize>().unwrap() < 95;
    let pages = read_all(&*apollo, &search(json!({}), 120), &known).await.unwrap();
    let skipped: u32 = pages.iter().map(|page| page.skipped).sum();
    assert_eq!((skipped, sold.lock().unwrap().len()), (95, 25), "a limit counts whoever was looked at");
    let (server, sold) = self::apollo(250).await;
    let pages = read_all(&*provider(Source::Apollo, &server, &kit), &search(json!({}), 7), &nobody_known).await.unwrap();
    assert_eq!((pages.len(), sold.lock().unwrap().len(), server.hits()), (1, 7, 2));
    assert_eq!(request(&server.seen()[0]).3["per_page"], 7);
}

#[tokio::test]
async fn what_was_paid_for_is_kept_when_the_credits_run_out() {
    let (server, sold) = apollo(100).await;
    let kit = kit_with(MemoryLedger::with_ceilings([("apollo", Credits::whole(65))]));
    let apollo = provider(Source::Apollo, &server, &kit);
    let everybody = search(json!({}), None);
    let page = apollo.fetch(&everybody, None, &nobody_known).await.unwrap();
    let first = objects(&page).len();
    assert!((40..100).contains(&first), "{first}");
    assert_eq!(sold.lock().unwrap().len(), first);
    let mut cursor = page.next.clone();
    let error = loop {
        match apollo.fetch(&everybody, cursor.as_deref(), &nobody_known).await {
            Ok(page) => cursor = page.next,
            Err(error) => break error,
        }
    };
    assert_eq!(error.class(), Some(Class::Ceiling), "{error}");
    assert_eq!(kit.ledger.used("apollo"), Credits::whole(65), "to the last credit");
    // With new credits the run goes on where it stopped: nobody twice, nobody left out.
    let rich = provider(Source::Apollo, &server, &self::kit());
    let page = rich.fetch(&everybody, cursor.as_deref(), &nobody_known).await.unwrap();
    assert!(page.next.is_none());
    let sold = sold.lock().unwrap();
    assert_eq!((sold.len(), sold.iter().collect::<HashSet<_>>().len()), (100, 100));
}

#[tokio::test]
async fn apollo_says_its_troubles_in_its_own_ways() {
    for (status, body, class) in [
        ("401 Unauthorized", "Invalid API key. See https://docs.apollo.io/reference/authentication", Class::Auth),
        (
            "403 Forbidden",
            r#"{"error":"This API key is not authorized to access api/v1/mixed_people/api_search","error_code":"API_INACCESSIBLE"}"#,
            Class::Permission,
        ),
        ("422 Unprocessable Entity", r#"{"error":"You have insufficient credits! Please upgrade."}"#, Class::Quota),
        ("422 Unprocessable Entity", r#"{"error_details":{"code":"BILLING.LIMIT.CREDITS_EXHAUSTED","message":"None left"}}"#, Class::Quota),
        ("422 Unprocessable Entity", r#"{"error":"Invalid parameters"}"#, Class::Rejected),
        (
            "429 Too Many Requests",
            r#"{"message":"The maximum number of api calls allowed for api/v1/people/match is 600 times per hour."}"#,
            Class::RateLimited,
        ),
    ] {
        let server = BadServer::start(vec![Reply::http(status, "", body)]).await;
        let error = provider(Source::Apollo, &server, &kit()).fetch(&any_search(Source::Apollo), None, &nobody_known).await.unwrap_err();
        assert_eq!(error.class(), Some(class), "{body}: {error}");
    }
    let server = BadServer::start(vec![ok(&json!({"healthy": true, "is_logged_in": false}))]).await;
    let error = provider(Source::Apollo, &server, &kit()).test_login().await.unwrap_err();
    assert_eq!(error.class(), Some(Class::Auth), "a health check that always says 200");
}

#[tokio::test]
async fn apollo_phones_are_polled_for_and_paid_for() {
    let server = BadServer::route(|nth, raw| {
        let (_, path, query, _) = request(raw);
        match (path.as_str(), nth) {
            ("/api/v1/mixed_people/api_search", _) => ok(&json!({"total_entries": 1, "people": [{"id": apollo_id(1)}]})),
            ("/api/v1/people/bulk_match", _) => {
                assert_eq!((query["reveal_phone_number"].as_str(), query["poll_only"].as_str()), ("true", "true"));
                Reply::json(
                    "200 OK",
                    &format!(r#"{{"matches":[{}],"credits_consumed":1,"request_id":-3561234567890123456}}"#, apollo_person(1)),
                )
            }
            ("/api/v1/webhook_result/-3561234567890123456", 2) => {
                Reply::json("404 Not Found", r#"{"error_code":"result_pending","retry_after_seconds":7}"#)
            }
            ("/api/v1/webhook_result/-3561234567890123456", _) => {
                ok(&json!({"webhook_status": "success", "webhook_result": {"credits_consumed": 8,
                "people": [{"id": apollo_id(1), "phone_numbers": [{"sanitized_number": "+15550100142", "type_cd": "mobile"}]}]}}))
            }
            other => panic!("{other:?}"),
        }
    })
    .await;
    let kit = kit();
    let page = provider(Source::Apollo, &server, &kit)
        .fetch(&search(json!({"reveal_phone_number": "yes"}), None), None, &nobody_known)
        .await
        .unwrap();
    assert_eq!(objects(&page)[0]["phone_numbers"][0]["sanitized_number"], "+15550100142");
    assert_eq!(kit.naps.taken(), [Duration::from_secs(7)]);
    assert_eq!(kit.ledger.used("apollo"), Credits::whole(9));
}

#[tokio::test]
async fn apollo_enriches_only_the_same_person() {
    let server = BadServer::start(vec![ok(&json!({"matches": [
        {"id": "b", "first_name": "Ada", "last_name": "Byron", "organization": {"name": "Contoso"}},
        null,
        {"id": "a", "first_name": "Mira", "last_name": "Hallden", "email": "MIRA@corp.example"},
    ], "credits_consumed": 2}))])
    .await;
    let clue = |email: Option<&str>, first: &str, last: &str, company: &str| Clue {
        email: email.and_then(Email::parse),
        first_name: first.into(),
        last_name: last.into(),
        company: company.into(),
        ..Clue::default()
    };
    let clues =
        [clue(Some("mira@corp.example"), "", "", ""), clue(None, "Ada", "Byron", "contoso"), clue(None, "Ada", "Byron", "Fabrikam")];
    let answers = provider(Source::Apollo, &server, &kit()).enrich(&clues, Reveal::Person).await.unwrap();
    let ids: Vec<Option<&str>> =
        answers.iter().map(|answer| if let Finding::Row(row) = &answer.finding { row["id"].as_str() } else { None }).collect();
    assert_eq!(ids, [Some("a"), Some("b"), None]);
}

#[tokio::test]
async fn apollo_tells_what_is_left_and_what_a_search_would_take() {
    let server = BadServer::route(|_, raw| match request(raw).1.as_str() {
        "/api/v1/usage_stats/credit_usage_stats" => ok(&json!({"credit_usage_stats": {"lead_credit": {"limit": 100, "consumed": 12, "left_over": 88}, "ai_credit": {"limit": 0, "consumed": 0, "left_over": 0}},
            "current_credit_cycle": {"end_date": "2026-11-30"}})),
        "/api/v1/usage_stats/api_usage_stats" => ok(&json!({"[\"api/v1/mixed_people\", \"api_search\"]": {"day": {"limit": 50000, "consumed": 2, "left_over": 49998}}, "[\"api/v1/contacts\", \"search\"]": {}})),
        _ => ok(&json!({"people": [], "total_entries": 2417})),
    })
    .await;
    let apollo = provider(Source::Apollo, &server, &kit());
    let usage = apollo.usage().await.unwrap();
    assert_eq!((usage.credits.len(), usage.credits[0].left), (1, Some(Credits::whole(88))));
    assert_eq!((usage.rates[0].name.as_str(), usage.rates[0].left), ("search, a day", 49998));
    let estimate = apollo.estimate(&search(json!({"reveal_phone_number": true}), 1000)).await.unwrap();
    assert_eq!((estimate.rows, estimate.credits, estimate.calls), (Some(1000), Some(Credits::whole(9000)), Some(110)));
}

// ---------------------------------------------------------------------------------------------- Hunter

/// A copy of Hunter: so many addresses a domain; a free plan gives ten at a time.
async fn hunter(free: bool) -> BadServer {
    BadServer::route(move |_, raw| {
        assert!(raw.contains(&format!("x-api-key: {CANARY}-api_key\r\n")) && !raw.contains("api_key="), "{raw}");
        let (_, path, query, _) = request(raw);
        let total = |domain: &str| match domain {
            "large.example" => 130,
            "small.example" => 3,
            _ => 0,
        };
        match path.as_str() {
            "/v2/domain-search" => {
                let domain = query.get("domain").or(query.get("company")).unwrap();
                let (offset, limit): (usize, usize) = (query["offset"].parse().unwrap(), query["limit"].parse().unwrap());
                if free && limit > 10 {
                    return Reply::json("400 Bad Request", r#"{"errors":[{"id":"pagination_error","code":400,"details":"limit"}]}"#);
                }
                if domain == "gone.example" {
                    return Reply::json("451 Unavailable For Legal Reasons", r#"{"errors":[{"id":"claimed_email","code":451,"details":"no"}]}"#);
                }
                let email = |n: usize| json!({"value": format!("p{n}@{domain}"), "linkedin": "https://www.linkedin.com/in/x", "verification": {"status": "valid"}});
                let emails: Vec<Json> = (offset..total(domain).min(offset + limit)).map(email).collect();
                ok(&json!({"data": {"domain": domain, "organization": "Corp", "linkedin": "https://www.linkedin.com/company/x", "emails": emails},
                    "meta": {"results": total(domain), "limit": limit, "offset": offset}}))
            }
            "/v2/email-count" => ok(&json!({"data": {"total": total(&query["domain"])}})),
            "/v2/discover" => ok(&json!({"data": [{"domain": "small.example"}, {"domain": "large.example"}], "meta": {"results": 2}})),
            other => panic!("{other}"),
        }
    })
    .await
}

#[tokio::test]
async fn hunter_reads_company_after_company() {
    for (free, calls) in [(false, 2 + 1 + 1 + 1), (true, 1 + 13 + 1 + 1 + 1)] {
        let server = hunter(free).await;
        let kit = kit();
        let hunter = provider(Source::Hunter, &server, &kit);
        let wanted = search(
            json!({"domains": ["large.example", "none.example", "gone.example", "small.example"], "seniority": "executive,senior"}),
            None,
        );
        let pages = read_all(&*hunter, &wanted, &nobody_known).await.unwrap();
        let rows: Vec<&Json> = pages.iter().flat_map(objects).collect();
        let unique: HashSet<&str> = rows.iter().map(|row| row["value"].as_str().unwrap()).collect();
        assert_eq!((rows.len(), unique.len(), server.hits()), (133, 133, calls), "free: {free}");
        assert_eq!(
            (&rows[0]["linkedin"], &rows[0]["company"]["linkedin"]),
            (&json!("https://www.linkedin.com/in/x"), &json!("https://www.linkedin.com/company/x"))
        );
        assert!(rows[0]["company"]["emails"].is_null());
        assert_eq!(request(&server.seen()[0]).2["seniority"], "executive,senior");
        assert_eq!(kit.ledger.used("hunter"), Credits::whole(14), "ten addresses a credit");
        let bad: Vec<_> = pages.iter().flat_map(|page| &page.bad).collect();
        assert_eq!((bad.len(), bad[0].raw.as_str()), (1, "gone.example"));
        let estimate = hunter.estimate(&wanted).await.unwrap();
        assert_eq!((estimate.rows, estimate.credits), (Some(133), Some(Credits::whole(14))));
    }
    let server = hunter(false).await;
    let pages = read_all(
        &*provider(Source::Hunter, &server, &kit()),
        &search(json!({"domains": "large.example small.example"}), 105),
        &nobody_known,
    )
    .await
    .unwrap();
    assert_eq!(pages.iter().map(|page| page.rows.len()).sum::<usize>(), 105);
    let error = provider(Source::Hunter, &server, &kit()).fetch(&search(json!({}), None), None, &nobody_known).await.unwrap_err();
    assert!(error.to_string().contains("needs domains, companies or discover"), "{error}");
    let pages = read_all(&*provider(Source::Hunter, &server, &kit()), &search(json!({}), 132), &nobody_known).await.unwrap();
    assert_eq!(pages.iter().map(|page| page.rows.len()).sum::<usize>(), 132, "anybody, up to the limit");
}

/// What pages note, as landing them keeps it.
#[derive(Default)]
struct Notes(Mutex<HashMap<String, Json>>);

impl Shelf for Notes {
    fn find<'a>(&'a self, kind: &'a str, names: &'a [String]) -> BoxFuture<'a, HashMap<String, Json>> {
        let kept = self.0.lock().unwrap();
        let found = names.iter().filter_map(|name| Some((name.clone(), kept.get(&format!("{kind} {name}"))?.clone()))).collect();
        Box::pin(async { found })
    }

    fn put<'a>(&'a self, _: &'a str, _: Vec<(String, Json)>) -> BoxFuture<'a, ()> {
        panic!("what is put there before its page has landed is lost with it")
    }
}

#[tokio::test]
async fn hunter_is_not_paid_twice_for_the_same_addresses() {
    let server = hunter(false).await;
    let notes = Arc::new(Notes::default());
    let mut kit = kit();
    kit.tools.shelf = notes.clone();
    let hunter = provider(Source::Hunter, &server, &kit);
    let read = async |filters: Json, limit: Option<u64>| {
        let pages = read_all(&*hunter, &search(filters, limit), &nobody_known).await.unwrap();
        for note in pages.iter().flat_map(|page| &page.notes) {
            notes.0.lock().unwrap().insert(format!("{} {}", note.shelf, note.name), note.thing.clone());
        }
        let rows = pages.iter().map(|page| page.rows.len()).sum::<usize>();
        (rows, pages.iter().map(|page| page.skipped).sum::<u32>(), kit.ledger.used("hunter"))
    };
    let both = || json!({"domains": "small.example large.example"});
    assert_eq!(read(both(), Some(113)).await, (113, 0, Credits::whole(1 + 10 + 1)), "3 of one, 110 of the other");
    assert_eq!(read(both(), Some(113)).await, (0, 113, Credits::whole(12)));
    assert_eq!(read(both(), None).await, (20, 113, Credits::whole(14)), "it goes on where it stopped");
    assert_eq!(
        read(json!({"domains": "small.example", "seniority": "junior"}), None).await,
        (3, 0, Credits::whole(15)),
        "another question"
    );
}

#[tokio::test]
async fn hunter_means_two_things_by_each_of_two_numbers() {
    let error = |status: &'static str, details: &'static str| async move {
        let body = json!({"errors": [{"id": "x", "code": 0, "details": details}]});
        let server = BadServer::start(vec![Reply::json(status, &body.to_string())]).await;
        provider(Source::Hunter, &server, &kit())
            .fetch(&any_search(Source::Hunter), None, &nobody_known)
            .await
            .unwrap_err()
            .class()
            .unwrap()
    };
    assert_eq!(error("403 Forbidden", "You have reached the rate limit").await, Class::RateLimited);
    assert_eq!(error("429 Too Many Requests", "Too many requests, slow down").await, Class::RateLimited);
    assert_eq!(
        error("429 Too Many Requests", "You've reached the limit for the number of searches per billing period included in your plan.")
            .await,
        Class::Quota
    );
    assert_eq!(error("402 Payment Required", "Please upgrade").await, Class::Quota);
    assert_eq!(error("401 Unauthorized", "No user found for the API key supplied").await, Class::Auth);
}

#[tokio::test]
async fn hunter_verifies_asks_again_and_keeps_silent_about_those_who_want_it() {
    let verify = |replies: Vec<Reply>| async move {
        let server = BadServer::start(replies).await;
        let kit = kit();
        let result = provider(Source::Hunter, &server, &kit).verify_email(&Email::parse("ann@corp.example").unwrap()).await;
        (result, server.hits(), kit.ledger.used("hunter"))
    };
    let valid = || ok(&json!({"data": {"status": "valid", "score": 97}}));
    let pending = || Reply::json("202 Accepted", r#"{"data":{"status":null}}"#);
    let (result, hits, spent) = verify(vec![pending(), pending(), valid()]).await;
    let result = result.unwrap();
    assert_eq!((result.result, result.confidence, hits, spent), (Deliverability::Verified, Some(97), 3, Credits::thousandths(500)));
    let (result, hits, _) = verify(vec![Reply::json("222 Retry", "{}"), valid()]).await;
    assert_eq!((result.unwrap().result, hits), (Deliverability::Verified, 2));
    let (result, hits, spent) = verify(vec![Reply::json("451 No", r#"{"errors":[{"id":"claimed_email","details":"no"}]}"#)]).await;
    assert_eq!((result.unwrap().result, hits, spent), (Deliverability::Withheld, 1, Credits::ZERO));
    let (result, hits, _) = verify(vec![pending()]).await;
    assert_eq!((result.unwrap().result, hits), (Deliverability::Unverified, 15), "it ends");
}

#[tokio::test]
async fn hunter_finds_by_address_and_by_name() {
    let server = BadServer::route(|_, raw| {
        let (_, path, query, _) = request(raw);
        match (path.as_str(), query.get("email").map(String::as_str)) {
            ("/v2/combined/find", Some("ann@corp.example")) => {
                ok(&json!({"data": {"person": {"id": "u1", "email": "ann@corp.example"}, "company": {"name": "Corp 12"}}}))
            }
            ("/v2/combined/find", Some("ghost@corp.example")) => Reply::json("451 No", "{}"),
            ("/v2/combined/find", _) => Reply::json("404 Not Found", "{}"),
            ("/v2/email-finder", _) if query["domain"] == "corp.example" => ok(&json!({"data": {"email": "bo@corp.example", "score": 94}})),
            _ => ok(&json!({"data": {"email": null, "score": null}})),
        }
    })
    .await;
    let by_mail = |email: &str| Clue { email: Email::parse(email), ..Clue::default() };
    let by_name = |domain: &str| Clue { first_name: "Bo".into(), last_name: "Vale".into(), domain: domain.into(), ..Clue::default() };
    let clues = [
        by_mail("ann@corp.example"),
        by_mail("ghost@corp.example"),
        by_mail("who@corp.example"),
        by_name("corp.example"),
        by_name("other.example"),
        Clue::default(),
    ];
    let kit = kit();
    let answers = provider(Source::Hunter, &server, &kit).enrich(&clues, Reveal::Person).await.unwrap();
    let found: Vec<String> = answers
        .iter()
        .map(|answer| match &answer.finding {
            Finding::Row(row) => format!("{} {}", row["email"].as_str().unwrap(), row["company"]["name"].as_str().unwrap_or("-")),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(found, ["ann@corp.example Corp 12", "Withheld", "Nothing", "bo@corp.example -", "Nothing", "Nothing"]);
    assert_eq!(kit.ledger.used("hunter"), Credits::thousandths(1200));
}
