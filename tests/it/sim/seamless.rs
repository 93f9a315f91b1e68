//! Seamless.AI: cursors, research that takes polls, duplicates, credits as 422, limits for each endpoint.

use super::{Caller, Receiver};
use leadloom::{domain::Source, sim::Window};
use reqwest::Method;
use serde_json::{Value, json};

const BASE: &str = "/api/client/v1";

async fn seamless() -> Caller {
    Caller::start(Source::Seamless, &[("token", "sim-seamless-key")], |_| {}).await
}

/// Polls until nothing runs any more.
async fn finish(seamless: &Caller, ids: &str) -> Vec<Value> {
    for _ in 0..10 {
        let (status, body) = seamless.get(&format!("{BASE}/contacts/research/poll?requestIds={ids}")).await;
        assert_eq!(status, 200);
        let rows = body["data"].as_array().unwrap().clone();
        if rows.iter().all(|row| !["queued", "researching"].contains(&row["status"].as_str().unwrap())) {
            return rows;
        }
    }
    panic!("no end");
}

#[tokio::test]
async fn the_token_header_only() {
    let mut seamless = seamless().await;
    assert_eq!(seamless.get("/api/client/v2/credits").await.1["data"]["contacts"]["remaining"], 100_000);
    seamless.with(&[("authorization", "Bearer sim-seamless-key")]);
    assert_eq!(seamless.get(&format!("{BASE}/oauth/me")).await, (401, json!({"msg": "Invalid token"})));
    seamless.configure(json!({"documented_errors": true})).unwrap();
    assert_eq!(seamless.get(&format!("{BASE}/oauth/me")).await.1, json!({"message": "Invalid token"}));
}

#[tokio::test]
async fn cursors_and_closed_lists() {
    let seamless = seamless().await;
    let search = async |body: Value| seamless.post(&format!("{BASE}/search/contacts"), body).await;
    let mut ids = Vec::new();
    let mut token = Value::Null;
    loop {
        let mut body = json!({"limit": 40, "seniority": ["Director", "Manager"]});
        if !token.is_null() {
            body["nextToken"] = token;
        }
        let (_, page) = search(body).await;
        ids.extend(page["data"].as_array().unwrap().iter().map(|row| row["searchResultId"].as_str().unwrap().to_owned()));
        token = page["supplementalData"]["nextToken"].clone();
        if page["supplementalData"]["isMore"] == false {
            assert_eq!((page["supplementalData"]["total"].as_u64().unwrap() as usize, &token), (ids.len(), &Value::Null));
            break;
        }
    }
    assert!(ids.len() > 40);
    assert_eq!(seamless.billed(), 0.0);
    assert_eq!(search(json!({"seniority": ["director"]})).await.0, 400, "a closed list");
    assert_eq!(search(json!({"jobTitle": "IT Director"})).await.0, 400, "an array");
    assert_eq!(search(json!({"limit": 101})).await.0, 400);
    assert_eq!(search(json!({"nextToken": "2"})).await.0, 400);
    assert_eq!(search(json!({"industry": ["Ornithology"]})).await.1["supplementalData"]["total"], 0);
    assert_eq!(search(json!({"contactState": ["OH"]})).await.1["supplementalData"]["total"], 0, "full names only");
    assert!(search(json!({"contactState": ["Ohio"]})).await.1["supplementalData"]["total"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn research_is_queued_polled_and_billed() {
    let seamless = seamless().await;
    let research = async |body: Value| seamless.post(&format!("{BASE}/contacts/research"), body).await;
    let keys: Vec<&String> = seamless.people.iter().filter(|s| s.person.is_some()).map(|s| &s.key).take(5).collect();
    let (status, body) = research(json!({"searchResultIds": keys})).await;
    assert_eq!(status, 202);
    let ids: Vec<&str> = body["requestIds"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert!(ids.iter().all(|id| id.len() == 21));
    let (_, polled) = seamless.get(&format!("{BASE}/contacts/research/poll?requestIds[]={}", ids[0])).await;
    assert_eq!(polled["data"][0]["status"], "queued");
    let rows = finish(&seamless, &ids.join(",")).await;
    let done: Vec<&Value> = rows.iter().filter(|row| row["status"] == "done").collect();
    assert!(done.len() >= 4 && done[0]["contact"].get("lIProfileUrl").is_some(), "odd capitals are real");
    assert_eq!(rows.iter().map(|row| row["requestId"].as_str().unwrap()).collect::<Vec<_>>(), ids, "in order");
    assert_eq!(seamless.billed(), done.len() as f64);

    let (_, body) = research(json!({"searchResultIds": [keys[0]]})).await;
    let again = finish(&seamless, body["requestIds"][0].as_str().unwrap()).await;
    assert_eq!((&again[0]["status"], &again[0]["additionalData"]["initialRequestId"]), (&json!("duplicate"), &json!(ids[0])));
    let (_, body) = research(json!({"contacts": [{"contactName": "No Body", "domain": "nowhere.example"}]})).await;
    assert_eq!(finish(&seamless, body["requestIds"][0].as_str().unwrap()).await[0]["status"], "missing");
    assert_eq!(seamless.billed(), done.len() as f64, "neither costs");
    assert_eq!(research(json!({"searchResultIds": keys, "contacts": []})).await.0, 400, "not both");
    assert_eq!(research(json!({"contacts": [{"contactName": "Mononym"}]})).await.0, 400);

    assert_eq!(seamless.get(&format!("{BASE}/contacts")).await.0, 400, "both dates are needed");
    let (_, own) = seamless.get(&format!("{BASE}/contacts?startDate=2026-11-01&endDate=2026-11-03")).await;
    assert!((done.len()..=5).contains(&own["data"].as_array().unwrap().len()), "without the duplicate and the missing one");
    seamless.configure(json!({"credits": 1})).unwrap();
    assert_eq!(
        research(json!({"searchResultIds": [keys[4]]})).await,
        (422, json!({"msg": "You do not have enough credits", "code": "insufficientCredits"}))
    );
}

#[tokio::test]
async fn finished_research_is_posted() {
    let seamless = seamless().await;
    let mut receiver = Receiver::start().await;
    seamless.configure(json!({"webhook_url": receiver.url})).unwrap();
    let seen = seamless.someone(|_| true);
    let (_, body) = seamless.post(&format!("{BASE}/contacts/research"), json!({"searchResultIds": [seen.key]})).await;
    let (headers, record) = receiver.next().await;
    assert_eq!(
        (&record["apiResearchId"], &headers["x-seamless-webhook-secret"]),
        (&body["requestIds"][0], &"sim-seamless-secret".parse().unwrap())
    );
}

#[tokio::test]
async fn each_endpoint_has_its_own_window() {
    let seamless = seamless().await;
    seamless.configure(json!({"limit": Window::new(2, 60)})).unwrap();
    let search = async || seamless.full(Method::POST, &format!("{BASE}/search/contacts"), Some(json!({}))).await;
    search().await;
    let (_, headers, _) = search().await;
    assert_eq!((&headers["x-ratelimit-remaining"], &headers["x-publicapi-credits"]), (&"0".parse().unwrap(), &"100000".parse().unwrap()));
    let (status, headers, body) = search().await;
    assert_eq!((status, headers.get("retry-after"), &body["code"]), (429, None, &json!("rateLimitExceeded")));
    assert_eq!(seamless.post(&format!("{BASE}/search/companies"), json!({})).await.0, 200);
}
