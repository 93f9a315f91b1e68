//! RocketReach: exact paths, arrays everywhere, lookups that run, bulk of ten at least, throttling.

use super::{Caller, Receiver};
use leadloom::{
    domain::Source,
    sim::{MailState, rocketreach::RocketReachPlan},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const BASE: &str = "/api/v2";

async fn rocketreach() -> Caller {
    Caller::start(Source::RocketReach, &[("api-key", "sim-rocketreach-key")], |config| config.rocketreach.unlimited = true).await
}

#[tokio::test]
async fn keys_and_slashes() {
    let mut rr = rocketreach().await;
    assert_eq!(rr.get(&format!("{BASE}/account/")).await.1["state"], "registered");
    assert_eq!(rr.get(&format!("{BASE}/account")).await.0, 404, "the slash matters");
    assert_eq!(rr.get(&format!("{BASE}/person/lookup/?id=1")).await.0, 404);
    assert_eq!(rr.get(&format!("{BASE}/universal/account/")).await.0, 403);
    rr.with(&[]);
    assert!(rr.get(&format!("{BASE}/account/")).await.1["detail"].as_str().unwrap().starts_with("Anonymous requests"));
    rr.with(&[("api-key", "x")]);
    assert_eq!(
        rr.get(&format!("{BASE}/account/")).await,
        (401, json!({"detail": "Invalid API key", "error_code": "authentication_failed"}))
    );
}

#[tokio::test]
async fn search_takes_arrays() {
    let rr = rocketreach().await;
    let search = async |body: Value| rr.post(&format!("{BASE}/person/search"), body).await;
    let (status, page) = search(json!({"query": {"management_levels": ["Director"]}, "start": 1, "page_size": 20})).await;
    assert_eq!((status, &page["pagination"]["next"]), (201, &json!(21)));
    let row = &page["profiles"][0];
    assert!(row.get("emails").is_none() && row["suppressed"] == "False" && row.get("first_name").is_none());
    let (_, next) = search(json!({"query": {"management_levels": ["Director"]}, "start": 21, "page_size": 20})).await;
    assert_ne!(next["profiles"][0]["id"], row["id"]);
    assert_eq!(search(json!({"query": {"current_title": "IT Director"}})).await.0, 400, "not a text");
    assert_eq!(search(json!({"query": {"title": ["IT Director"]}})).await.0, 400);
    assert_eq!(search(json!({"query": {}, "start": 0})).await, (400, json!({"start": ["Ensure this value is between 1 and 10000."]})));
    rr.configure(json!({"bare_arrays": true})).unwrap();
    assert!(search(json!({"query": {}})).await.1.is_array());
    assert_eq!(rr.billed(), 0.0);
}

#[tokio::test]
async fn lookups_run_and_are_free_again() {
    let rr = rocketreach().await;
    let lookup = async |query: &str| rr.get(&format!("{BASE}/person/lookup?{query}")).await;
    let mut slow = None;
    for seen in rr.people.iter().filter(|s| s.person.is_some() && s.mail == MailState::Verified && s.mobile.is_some()).take(12) {
        let (status, profile) = lookup(&format!("id={}", seen.key)).await;
        assert_eq!(status, 200);
        if profile["status"] == "complete" {
            assert_eq!(
                (&profile["emails"][0]["email"], &profile["phones"]),
                (&json!(seen.email), &json!([])),
                "no numbers for a standard credit"
            );
        } else {
            assert_eq!(profile["emails"], json!([]));
            slow = Some(seen);
        }
    }
    let slow = slow.expect("a third take a while");
    let mut polls = 0;
    let profile = loop {
        polls += 1;
        let (_, rows) = rr.get(&format!("{BASE}/person/checkStatus?ids={}&ids={}", slow.key, slow.key)).await;
        if rows[0]["status"] == "complete" {
            break rows[0].clone();
        }
        assert!(polls < 10);
    };
    assert_eq!(&profile["recommended_email"], slow.email.as_ref().unwrap());
    let billed = rr.billed();
    assert_eq!(lookup(&format!("id={}", slow.key)).await.1["status"], "complete");
    assert_eq!(rr.billed(), billed);
    let (_, premium) = lookup(&format!("id={}&lookup_type=phone", slow.key)).await;
    assert_eq!(rr.billed(), billed + 1.0);
    assert!(premium["phones"][0]["e164"].is_string() || premium["status"] != "complete");
    assert_eq!(lookup("name=No%20Body&current_employer=nowhere.example").await.0, 404);
    assert_eq!(lookup("title=x").await.0, 400);
    assert_eq!(lookup(&format!("id={}&lookup_type=best", slow.key)).await.0, 400);
    rr.configure(json!({"lookups": 0})).unwrap();
    let fresh = rr.people.iter().filter(|s| s.person.is_some() && s.mail == MailState::Verified).nth(40).unwrap();
    let (status, body) = lookup(&format!("id={}", fresh.key)).await;
    assert!(status == 403 && body["detail"].as_str().unwrap().starts_with("You have insufficient lookup credits."), "not 402");
}

#[tokio::test]
async fn bulk_company_and_verify() {
    let rr = rocketreach().await;
    let mut receiver = Receiver::start().await;
    rr.configure(json!({"webhook_url": receiver.url, "webhook_secret": "s", "polls": 0})).unwrap();
    let queries: Vec<Value> = rr.people.iter().take(10).map(|seen| json!({"id": seen.key.parse::<u64>().unwrap()})).collect();
    let bulk = async |queries: &[Value]| rr.full(Method::POST, &format!("{BASE}/bulkLookup"), Some(json!({ "queries": queries }))).await;
    assert_eq!(bulk(&queries[..9]).await.0, 400, "fewer than ten");
    let (status, headers, _) = bulk(&queries).await;
    assert!(status == 200 && headers.contains_key("rr-request-id"));
    let (headers, profile) = receiver.next().await;
    assert!(headers.contains_key("x-rocketreach-signature") && profile["id"].is_u64());

    let domain = rr.domain(rr.someone(|_| true));
    let (_, company) = rr.get(&format!("{BASE}/company/lookup/?domain={domain}")).await;
    assert_eq!(company["domain"], json!(domain));
    assert_eq!(rr.get(&format!("{BASE}/company/lookup/?domain=nowhere.example")).await.0, 404);
    let verify = async |email: &str| rr.post(&format!("{BASE}/email/verify/"), json!({ "email": email })).await;
    assert!(["invalid", "unknown", "accept-all"].contains(&verify(&format!("nobody.here@{domain}")).await.1["status"].as_str().unwrap()));
    assert_eq!(verify("nonsense").await.0, 400);
    rr.configure(json!({"verifications": 0})).unwrap();
    assert_eq!(verify(&format!("nobody.here@{domain}")).await.0, 402);
}

#[tokio::test]
async fn throttling_says_how_long() {
    let rr = Caller::start(Source::RocketReach, &[("api-key", "sim-rocketreach-key")], |config| {
        config.rocketreach.plan = RocketReachPlan::Essentials;
    })
    .await;
    let search = async || rr.full(Method::POST, &format!("{BASE}/person/search"), Some(json!({"query": {}}))).await;
    for nth in 0..15 {
        if nth == 10 {
            assert_eq!(search().await.0, 429, "ten a second over everything");
            rr.advance(Duration::from_secs(1));
        }
        assert_eq!(search().await.0, 201);
    }
    rr.advance(Duration::from_secs(1));
    let (status, headers, body) = search().await;
    assert_eq!((status, &headers["retry-after"]), (429, &"58".parse().unwrap()));
    assert_eq!(body["detail"], "Request was throttled. Expected available in 58 seconds.");
    let (_, account) = rr.get(&format!("{BASE}/account/")).await;
    assert_eq!(
        account["rate_limits"][0],
        json!({"action": "person_search", "duration": "minute", "limit": 15, "used": 15, "remaining": 0})
    );
}
