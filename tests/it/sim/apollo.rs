//! Apollo: auth, search, enrichment with its traps, saved contacts, limits, errors.

use super::{Receiver, http, start};
use leadloom::{
    domain::Source,
    sim::{Server, Sim, SimConfig, sightings},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

struct Apollo {
    sim: Sim,
    server: Server,
    http: reqwest::Client,
}

impl Apollo {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut SimConfig)) -> Self {
        let sim = start(change).await;
        Self { server: sim.apollo(), sim, http: http() }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}/api/v1/{path}", self.server.base_url())).header("X-Api-Key", "sim-apollo-key")
    }

    async fn send(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let body = answer.text().await.unwrap();
        (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = Self::send(self.request(Method::POST, path).json(&body)).await;
        assert_eq!(status, 200, "{path} {body}: {answer}");
        answer
    }

    async fn refused(&self, path: &str, body: Value) -> (u16, Value) {
        let (status, answer) = Self::send(self.request(Method::POST, path).json(&body)).await;
        (status.as_u16(), answer)
    }

    async fn search(&self, body: Value) -> Value {
        self.post("mixed_people/api_search", body).await
    }

    async fn count(&self, body: Value) -> u64 {
        self.search(body).await["total_entries"].as_u64().unwrap()
    }
}

#[tokio::test]
async fn keys_and_scopes() {
    let apollo = Apollo::start().await;
    let url = |path: &str| format!("{}{path}", apollo.server.base_url());
    let health = |key: &'static str| Apollo::send(apollo.http.get(url("/v1/auth/health")).header("x-api-key", key));
    assert_eq!(health("sim-apollo-key").await.1, json!({"healthy": true, "is_logged_in": true}), "the older base answers too");
    assert_eq!(health("wrong").await, (StatusCode::OK, json!({"healthy": true, "is_logged_in": false})));
    let search = url("/api/v1/mixed_people/api_search");
    for request in [
        apollo.http.post(&search).json(&json!({"api_key": "sim-apollo-key"})),
        apollo.http.post(format!("{search}?api_key=sim-apollo-key")),
        apollo.http.post(&search).header("x-api-key", "wrong"),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert!(answer.headers().get("x-minute-usage").is_none(), "no limits on a 401");
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
    }
    assert_eq!(apollo.http.post(&search).bearer_auth("sim-apollo-key").send().await.unwrap().status(), 200);
    apollo.server.configure(json!({"scopes": ["api/v1/people/match"]})).unwrap();
    let (status, body) = apollo.refused("mixed_people/api_search", json!({})).await;
    assert_eq!((status, &body["error_code"]), (403, &json!("API_INACCESSIBLE")));
    apollo.post("people/match", json!({"email": "nobody@nowhere.example"})).await;
}

#[tokio::test]
async fn people_search_shows_teasers() {
    let apollo = Apollo::start().await;
    let all = apollo.search(json!({})).await;
    assert_eq!(all["people"].as_array().unwrap().len(), 10, "ten by default");
    assert!(all.get("pagination").is_none());
    let person = &all["people"][0];
    assert!(person.get("email").is_none() && person.get("last_name").is_none());
    assert!(person["last_name_obfuscated"].as_str().unwrap().contains("***") && person["has_direct_phone"].is_string());
    let total = all["total_entries"].as_u64().unwrap();
    assert!(total > 300);
    assert_eq!(apollo.count(json!({"person_titels": ["x"]})).await, total, "unknown parameters are dropped");
    assert_eq!(apollo.count(json!({"person_seniorities": ["c_level"]})).await, 0, "unknown values find nobody");
    let directors = apollo.count(json!({"person_titles": ["IT Director"]})).await;
    let literal = apollo.count(json!({"person_titles": ["IT Director"], "include_similar_titles": false})).await;
    assert!(directors > literal && literal > 0);
    let by_query = Apollo::send(apollo.request(Method::POST, "mixed_people/api_search?person_titles[]=IT%20Director&per_page=100")).await.1;
    assert_eq!(by_query["total_entries"], directors, "query parameters do the same");

    let places = apollo.count(json!({"person_locations": ["Ohio, US"]})).await;
    let bare = apollo.count(json!({"person_locations": ["Ohio"]})).await;
    assert!(bare < places / 2, "a bare state matches poorly: {bare} of {places}");
    assert!(apollo.count(json!({"person_locations": ["Germany"]})).await > 10);
    let (one, joined) =
        (json!({"organization_num_employees_ranges": ["51,200"]}), json!({"organization_num_employees_ranges": ["1,50,51,200"]}));
    assert!(apollo.count(one).await > 0 && apollo.count(joined).await == 0, "the comma is inside one range");
    assert!(apollo.count(json!({"currently_using_any_of_technology_uids": ["salesforce"]})).await > 0);
    assert_eq!(apollo.count(json!({"currently_using_any_of_technology_uids": ["Salesforce.com"]})).await, 0);
    assert!(apollo.count(json!({"revenue_range": {"min": 1_000_000, "max": "9000000"}})).await > 0);
    assert_eq!(apollo.refused("mixed_people/api_search", json!({"revenue_range": ["1,2"]})).await.0, 422);

    let ids = |page: &Value| page["people"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let first = ids(&apollo.search(json!({"per_page": 200})).await);
    assert_eq!(first.len(), 100);
    let second = ids(&apollo.search(json!({"per_page": 100, "page": 2})).await);
    assert!(second.iter().all(|id| !first.contains(id)));
    assert_eq!(
        apollo.refused("mixed_people/api_search", json!({"page": 501})).await,
        (422, json!("Page * per page number is over threshold."))
    );
    assert_eq!(apollo.refused("mixed_people/search", json!({})).await.0, 422, "the old search is gone");
    assert_eq!(apollo.server.billed(), 0.0);
}

#[tokio::test]
async fn matching_bills_and_has_a_trap() {
    let apollo = Apollo::start().await;
    let page = apollo.search(json!({"contact_email_status": ["verified"], "per_page": 100})).await;
    let id = page["people"][0]["id"].as_str().unwrap();
    let person = apollo.post("people/match", json!({ "id": id })).await["person"].clone();
    assert_eq!(person["id"], id);
    assert!(person["email"].as_str().unwrap().contains('@') && person.get("phone_numbers").is_none());
    assert_eq!(apollo.server.billed(), 1.0);
    let world = sightings(apollo.sim.world(), Source::Apollo);
    let seen = world.iter().find(|seen| seen.key == id).unwrap();
    assert_eq!(person["last_name"], seen.last);

    let again = apollo
        .post(
            "people/match",
            json!({"first_name": seen.first, "last_name": seen.last.to_uppercase(), "domain": person["organization"]["primary_domain"]}),
        )
        .await;
    assert_eq!(again["person"]["last_name"], seen.last);
    let unknown = "66ffffffffffffffffffffff";
    let other = apollo.post("people/match", json!({ "id": unknown })).await["person"].clone();
    assert!(other["id"].is_string() && other["id"] != unknown, "somebody else, with a 200");
    let billed = apollo.server.billed();
    assert_eq!(apollo.post("people/match", json!({"email": "nobody@nowhere.example"})).await, json!({"person": null}));
    assert_eq!(apollo.server.billed(), billed, "nothing found, nothing billed");
    assert_eq!(
        apollo.refused("people/match", json!({"id": "12"})).await,
        (422, json!({"error": "Parameters misconfigured. 12 is not a valid ID"}))
    );

    let private = |person: &Value| person["personal_emails"].as_array().unwrap().len();
    let under_gdpr = |seen: &&leadloom::sim::Sighting| seen.private_email.is_some() && seen.country.gdpr;
    let hidden = world.iter().find(under_gdpr).unwrap();
    let shown = world.iter().find(|seen| seen.private_email.is_some() && !seen.country.gdpr).unwrap();
    for (seen, asked, count) in [(hidden, true, 0), (shown, true, 1), (shown, false, 0)] {
        let body = json!({"id": seen.key, "reveal_personal_emails": asked});
        assert_eq!(private(&apollo.post("people/match", body).await["person"]), count);
    }

    let ids: Vec<_> = page["people"].as_array().unwrap().iter().map(|p| json!({"id": p["id"]})).collect();
    let (status, body) = apollo.refused("people/bulk_match", json!({"details": ids[..11]})).await;
    assert_eq!((status, &body["error_code"]), (400, &json!("RECORD_LIMIT_EXCEEDED")));
    let mut details = ids[..3].to_vec();
    details.insert(1, json!({"email": "nobody@nowhere.example"}));
    let before = apollo.server.billed();
    let bulk = apollo.post("people/bulk_match", json!({ "details": details })).await;
    assert_eq!((&bulk["matches"][1], &bulk["missing_records"], &bulk["credits_consumed"]), (&Value::Null, &json!(1), &json!(3.0)));
    assert_eq!(apollo.server.billed(), before + 3.0);

    apollo.server.configure(json!({"credits": 0})).unwrap();
    let (status, body) = apollo.refused("people/match", json!({ "id": id })).await;
    assert!(status == 422 && body.as_str().unwrap().starts_with("You have insufficient credits!"), "not 402");
    apollo.server.configure(json!({"new_errors": true})).unwrap();
    assert_eq!(apollo.refused("people/match", json!({ "id": id })).await.1["error_details"]["code"], "BILLING.LIMIT.CREDITS_EXHAUSTED");
}

#[tokio::test]
async fn numbers_come_by_callback_or_poll() {
    let apollo = Apollo::start().await;
    apollo.server.configure(json!({"phone_delay_seconds": 0})).unwrap();
    let seen = sightings(apollo.sim.world(), Source::Apollo).into_iter().find(|seen| seen.mobile.is_some()).unwrap();
    let ask = |more: Value| {
        let mut body = json!({"id": seen.key, "reveal_phone_number": true});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    assert_eq!(apollo.refused("people/match", ask(json!({}))).await.0, 422, "a webhook_url is needed");
    assert_eq!(apollo.refused("people/match", ask(json!({"webhook_url": "http://outside.example/x"}))).await.0, 422, "and HTTPS");
    let mut receiver = Receiver::start().await;
    let answer = apollo.post("people/match", ask(json!({"webhook_url": receiver.url}))).await;
    assert!(answer["request_id"].is_i64() && answer["person"].get("phone_numbers").is_none());
    let (_, body) = receiver.next().await;
    assert_eq!(body["people"][0]["id"], seen.key, "told apart by the person");
    assert_eq!(&body["people"][0]["phone_numbers"][0]["sanitized_number"], seen.mobile.as_ref().unwrap());
    assert!(body.get("request_id").is_none());
    assert_eq!(apollo.server.billed(), 9.0);

    apollo.server.configure(json!({"phone_delay_seconds": 30})).unwrap();
    let id = apollo.post("people/match", ask(json!({"poll_only": true}))).await["request_id"].to_string();
    let poll = async |id: &str| Apollo::send(apollo.request(Method::GET, &format!("webhook_result/{id}"))).await;
    let (status, body) = poll(&id).await;
    assert_eq!((status.as_u16(), &body["error_code"], &body["retry_after_seconds"]), (404, &json!("result_pending"), &json!(30)));
    apollo.server.advance(Duration::from_secs(30));
    let (status, body) = poll(&id).await;
    assert_eq!((status.as_u16(), &body["webhook_status"], &body["request_id"]), (200, &json!("success"), &json!(id)));
    assert_eq!(poll("12").await.1["error_code"], "request_id_unknown");
    assert_eq!(poll("abc").await.0, 400);
    apollo.server.advance(Duration::from_secs(31 * 86_400));
    assert_eq!(poll(&id).await.0, 410);
}

#[tokio::test]
async fn companies_and_contacts() {
    let apollo = Apollo::start().await;
    apollo.server.configure(json!({"saved_percent": 30})).unwrap();
    let page = apollo.post("mixed_companies/search", json!({"per_page": 100})).await;
    let (accounts, organizations) = (page["accounts"].as_array().unwrap(), page["organizations"].as_array().unwrap());
    assert!(!accounts.is_empty() && !organizations.is_empty(), "both arrays count");
    assert_eq!(accounts.len() + organizations.len(), page["pagination"]["total_entries"].as_u64().unwrap() as usize);
    assert_ne!(accounts[0]["id"], accounts[0]["organization_id"]);
    assert_eq!(apollo.server.billed(), 1.0, "one credit a page");
    apollo.post("mixed_companies/search", json!({"q_organization_name": "no such thing"})).await;
    assert_eq!(apollo.server.billed(), 1.0, "an empty page is free");

    let domain = organizations[0]["primary_domain"].as_str().unwrap();
    let get = async |path: String| Apollo::send(apollo.request(Method::GET, &path)).await;
    let (_, found) = get(format!("organizations/enrich?domain={domain}")).await;
    assert!(found["organization"]["departmental_head_count"].get("media_and_commmunication").is_some(), "three m");
    assert_eq!(get("organizations/enrich?domain=nowhere.example".to_owned()).await, (StatusCode::OK, json!({"organization": null})));
    assert_eq!(get("organizations/enrich".to_owned()).await.1["error"], "Required parameter 'domain' missing");
    let bulk = apollo.post("organizations/bulk_enrich", json!({"domains": [domain, "nowhere.example"]})).await;
    assert_eq!((&bulk["missing_records"], &bulk["organizations"][1]), (&json!(1), &Value::Null));

    let contacts = apollo.post("contacts/search", json!({"sort_by_field": "contact_updated_at", "per_page": 100})).await;
    let stamps: Vec<_> = contacts["contacts"].as_array().unwrap().iter().map(|c| c["updated_at"].as_str().unwrap()).collect();
    assert!(stamps.len() > 30 && stamps.iter().rev().is_sorted(), "newest first");
    let contact = &contacts["contacts"][0];
    assert_ne!(contact["id"], contact["person_id"]);
    let person = apollo.post("people/match", json!({"id": contact["person_id"]})).await;
    assert_eq!(person["person"]["contact_id"], contact["id"]);
    let usage = apollo.post("usage_stats/credit_usage_stats", json!({})).await;
    assert_eq!(usage["credit_usage_stats"]["lead_credit"]["consumed"], apollo.server.billed());
    let usage = apollo.post("usage_stats/api_usage_stats", json!({})).await;
    assert_eq!(usage["[\"api/v1/people\", \"match\"]"]["minute"]["consumed"], 1);
}

#[tokio::test]
async fn windows_are_fixed_and_shown() {
    let apollo = Apollo::with(|config| config.apollo.plan = leadloom::sim::apollo::ApolloPlan::Free).await;
    let answer = apollo.request(Method::POST, "people/match").json(&json!({"email": "x@y.example"})).send().await.unwrap();
    assert_eq!(
        (&answer.headers()["x-rate-limit-minute"], &answer.headers()["x-minute-requests-left"]),
        (&"50".parse().unwrap(), &"49".parse().unwrap())
    );
    for _ in 0..49 {
        apollo.post("people/match", json!({"email": "x@y.example"})).await;
    }
    let answer = apollo.request(Method::POST, "people/match").json(&json!({})).send().await.unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], "56", "09:14:03 until the next full minute");
    let message = answer.json::<Value>().await.unwrap()["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("The maximum number of API calls allowed for api/v1/people/match is 50 times per minute."), "{message}");
    apollo.search(json!({})).await;
    apollo.server.advance(Duration::from_secs(57));
    apollo.post("people/match", json!({"email": "x@y.example"})).await;

    let paid = Apollo::start().await;
    let answer = paid.request(Method::POST, "people/match").json(&json!({"email": "x@y.example"})).send().await.unwrap();
    assert_eq!(answer.headers()["x-rate-limit-hourly"], "", "unlimited is empty");
}

#[tokio::test]
async fn a_source_learns_something_new() {
    let apollo = Apollo::start().await;
    let seen = sightings(apollo.sim.world(), Source::Apollo).into_iter().find(|seen| seen.days_old > 30).unwrap();
    let title = async || apollo.post("people/match", json!({"id": seen.key})).await["person"]["title"].clone();
    apollo.server.edit(json!({"id": seen.key, "set": {"title": "Chief Gardener", "mobile": null}})).unwrap();
    assert_eq!(title().await, "Chief Gardener");
    let found = apollo.search(json!({"person_titles": ["Chief Gardener"]})).await;
    assert_eq!(
        (&found["people"][0]["id"], &found["people"][0]["last_refreshed_at"]),
        (&json!(seen.key), &json!("2026-11-02T07:11:09.310+00:00"))
    );
    assert!(apollo.server.edit(json!({"id": "nobody", "set": {}})).is_err());
    assert!(apollo.server.edit(json!({"id": seen.key, "set": {"shoe_size": 9}})).is_err());
}
