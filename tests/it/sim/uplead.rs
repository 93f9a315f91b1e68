//! UpLead: the raw key, GET and POST, plans, the memory of what was bought.

use super::Caller;
use leadloom::{
    domain::Source,
    sim::{MailState, Window},
};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

async fn uplead() -> Caller {
    Caller::start(Source::UpLead, &[("authorization", "sim-uplead-key")], |_| {}).await
}

#[tokio::test]
async fn the_key_has_no_prefix() {
    let mut uplead = uplead().await;
    assert_eq!(uplead.get("/v2/credits").await.1["data"]["credits"], 100_000);
    uplead.with(&[("authorization", "Bearer sim-uplead-key")]);
    assert_eq!(uplead.get("/v2/credits").await.0, 401);
}

#[tokio::test]
async fn people_and_what_they_cost() {
    let uplead = uplead().await;
    let good = uplead.someone(|s| s.mail == MailState::Verified && s.email.as_ref().is_some_and(|e| !e.starts_with("info@")));
    let path = format!("/v2/person-search?email={}", good.email.as_ref().unwrap().to_lowercase());
    let (_, found) = uplead.get(&path).await;
    assert_eq!((&found["data"]["last_name"], &found["data"]["email_status"]), (&json!(good.last), &json!("valid")));
    assert_eq!((uplead.billed(), &found["userInfo"]["availableCredits"]), (1.0, &json!(99_999)));
    uplead.get(&path).await;
    assert_eq!(uplead.billed(), 1.0, "bought already");
    let unsure = uplead.someone(|s| s.mail == MailState::Unverified && s.email.as_ref().is_some_and(|e| !e.starts_with("info@")));
    let body = json!({"first_name": unsure.first, "last_name": unsure.last, "domain": uplead.domain(unsure)});
    let (_, found) = uplead.post("/v2/person-search", body).await;
    assert_eq!(found["data"]["last_name"], unsure.last);
    assert!(uplead.billed() <= 2.0);
    assert_eq!(uplead.get("/v2/person-search?email=nobody@nowhere.example").await.1["data"], json!(null), "no match is a 200");
    assert_eq!(uplead.get("/v2/person-search?first_name=A").await.0, 400);

    let domain = uplead.domain(good);
    let billed = uplead.billed();
    let (_, count) = uplead.get(&format!("/v2/prospector-search?domain={domain}&count_only=true")).await;
    assert!(count["data"]["count"].as_u64().unwrap() > 0 && uplead.billed() == billed, "counting is free");
    let (_, page) = uplead.post("/v2/prospector-pro-search", json!({"management_levels": ["D", "VP"], "per_page": 500, "page": 1})).await;
    let rows = page["data"]["results"].as_array().unwrap();
    assert!(rows.len() <= 100 && rows[0]["company"]["employees"].is_string());
    assert_eq!((&page["data"]["meta"]["first_page"], &page["data"]["meta"]["previous_page"]), (&json!(true), &json!(null)));
    let (_, same) = uplead.get("/v2/prospector-pro-search?management_levels[]=D&management_levels[]=VP&count_only=true").await;
    assert_eq!(same["data"]["count"], page["data"]["meta"]["total"]);
    assert_eq!(uplead.post("/v2/prospector-pro-search", json!({"management_levels": ["director"]})).await.0, 400);
    assert_eq!(uplead.post("/v2/prospector-search", json!({"titles": ["x"]})).await.0, 400, "domain is needed");

    uplead.configure(json!({"professional": false})).unwrap();
    assert_eq!(uplead.post("/v2/prospector-pro-search", json!({})).await.0, 403);
    uplead.configure(json!({"credits": 0})).unwrap();
    assert_eq!(uplead.get(&format!("/v2/company-search?domain={domain}")).await.0, 403);
}

#[tokio::test]
async fn lists_and_the_window() {
    let uplead = uplead().await;
    let (_, list) = uplead.post("/v2/lists", json!({"name": "Hot"})).await;
    let id = list["data"]["id"].as_str().unwrap();
    let person = uplead.someone(|s| s.mail == MailState::Verified);
    let (_, found) = uplead.get(&format!("/v2/person-search?email={}", person.email.as_ref().unwrap().to_lowercase())).await;
    uplead.post(&format!("/v2/lists/{id}/contacts/add"), json!({"contact_ids": [found["data"]["id"]]})).await;
    assert_eq!(uplead.get(&format!("/v2/lists/{id}")).await.1["data"]["contacts_count"], 1);
    assert_eq!(uplead.get("/v2/lists/00000000").await.0, 404);
    uplead.advance(Duration::from_secs(60));
    uplead.configure(json!({"limit": Window::new(2, 60)})).unwrap();
    let (_, headers, _) = uplead.full(Method::GET, "/v2/credits", None).await;
    assert_eq!((&headers["x-ratelimit-limit"], &headers["x-ratelimit-remaining"]), (&"2".parse().unwrap(), &"1".parse().unwrap()));
    uplead.get("/v2/credits").await;
    let (status, headers, body) = uplead.full(Method::GET, "/v2/credits", None).await;
    assert_eq!((status, &headers["retry-after"], &body["error"]["type"]), (429, &"60".parse().unwrap(), &json!("rate_limit")));
}
