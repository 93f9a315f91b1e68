//! ZoomInfo: client credentials, the media type, comma lists, pages, verdicts for each item, three windows.

use super::Caller;
use base64::{Engine, engine::general_purpose::STANDARD};
use leadloom::{
    domain::Source,
    sim::{SimConfig, zoominfo::ZoomInfoTier},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const MEDIA: &str = "application/vnd.api+json";

struct Zoom(Caller, reqwest::Client);

impl Zoom {
    async fn with(change: impl FnOnce(&mut SimConfig)) -> Self {
        let mut zoom = Self(Caller::start(Source::ZoomInfo, &[], change).await, super::http());
        let (status, token) = zoom.token("sim-zoominfo-client:sim-zoominfo-secret", &[("grant_type", "client_credentials")]).await;
        assert_eq!((status, &token["token_type"]), (200, &json!("Bearer")));
        let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
        zoom.0.with(&[("authorization", &bearer), ("accept", MEDIA)]);
        zoom
    }

    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn token(&self, login: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let url = format!("{}/gtm/oauth/v1/token", self.0.base_url());
        let answer = self.1.post(url).header("authorization", format!("Basic {}", STANDARD.encode(login))).form(form).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn post(&self, path: &str, kind: &str, attributes: Value) -> (u16, Value) {
        let body = json!({"data": {"type": kind, "attributes": attributes}}).to_string();
        let mut request = self.1.post(format!("{}/gtm/data/v1/{path}", self.0.base_url())).header("content-type", MEDIA).body(body);
        for (name, value) in &self.0.headers {
            request = request.header(*name, value);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn search(&self, query: &str, attributes: Value) -> (u16, Value) {
        self.post(&format!("contacts/search{query}"), "ContactSearch", attributes).await
    }

    async fn code(&self, query: &str, attributes: Value) -> String {
        self.search(query, attributes).await.1["errors"][0]["code"].as_str().unwrap_or("none").to_owned()
    }

    async fn enrich(&self, items: Value, fields: Value) -> (u16, Value) {
        self.post("contacts/enrich", "ContactEnrich", json!({"matchPersonInput": items, "outputFields": fields})).await
    }
}

#[tokio::test]
async fn tokens_scopes_and_media_type() {
    let zoom = Zoom::start().await;
    assert_eq!(
        zoom.token("a:b", &[("grant_type", "client_credentials")]).await,
        (401, json!({"error": "invalid_client", "error_description": "invalid client"}))
    );
    let login = "sim-zoominfo-client:sim-zoominfo-secret";
    assert_eq!(zoom.token(login, &[("grant_type", "client_credentials"), ("scope", "api:data:contact api:data:intent")]).await.0, 400);
    let (status, body) = zoom.0.post("/gtm/data/v1/contacts/search", json!({})).await;
    assert_eq!((status, &body["error"]["code"]), (406, &json!("ZI0006")), "plain JSON");
    let (status, body) = zoom.0.get("/gtm/data/v1/contacts").await;
    assert_eq!((status, &body["error"]["code"]), (404, &json!("ZI9998")));
    zoom.0.advance(Duration::from_secs(3600));
    assert_eq!(zoom.0.get("/gtm/data/v1/users/usage").await.1["error"]["code"], "ZI0001");
}

#[tokio::test]
async fn search_checks_everything() {
    let zoom = Zoom::start().await;
    let (_, page) =
        zoom.search("?page[number]=1&page[size]=50", json!({"managementLevel": "Director,VP Level Exec", "requiredFields": "email"})).await;
    let rows = page["data"].as_array().unwrap();
    assert!(rows.len() > 20 && rows.iter().all(|row| row["attributes"]["hasEmail"] == true));
    assert!(rows[0]["attributes"].get("email").is_none() && rows[0]["attributes"]["contactAccuracyScore"].is_u64());
    for (query, attributes, code) in [
        ("", json!({"managementLevel": "VP-Level"}), "PFAPI0006"),
        ("", json!({"managementLevel": ["Director"]}), "PFAPI0006"),
        ("", json!({"jobtitle": "x"}), "PFAPI0005"),
        ("", json!({"employeeRangeMin": 50}), "PFAPI0006"),
        ("", json!({"contactAccuracyScoreMin": "50"}), "PFAPI0006"),
        ("?page[size]=101", json!({}), "PFAPI0002"),
        ("?page[number]=101&page[size]=100", json!({}), "PFAPI0006"),
        ("?page[number]=90&page[size]=100", json!({}), "PFAPI0004"),
        ("?sort=name", json!({}), "PFAPI0002"),
    ] {
        assert_eq!(zoom.code(query, attributes.clone()).await, code, "{query} {attributes}");
    }
    assert_eq!(zoom.post("contacts/search", "Contact", json!({})).await.0, 400);
    let all = page_total(&zoom, json!({})).await;
    assert!(page_total(&zoom, json!({"jobTitle": "IT Director OR CIO"})).await < all);
    assert!(page_total(&zoom, json!({"country": "Germany,France"})).await > 5);
    assert_eq!(zoom.0.billed(), 0.0);

    // Follow the links to the end.
    let mut seen = 0;
    let mut next = Some(1);
    while let Some(number) = next {
        let (_, page) = zoom.search(&format!("?page[number]={number}&page[size]=100"), json!({})).await;
        let rows = page["data"].as_array().unwrap().len();
        seen += rows;
        assert_eq!(page["meta"]["page"]["total"], rows, "not the number of pages");
        let link = page["links"]["next"].as_str().map(str::to_owned);
        next = link.map(|link| link.split("page[number]=").nth(1).unwrap().split('&').next().unwrap().parse().unwrap());
        assert!(next.is_none() || next == Some(number + 1));
    }
    assert_eq!(seen as u64, all);
}

async fn page_total(zoom: &Zoom, attributes: Value) -> u64 {
    zoom.search("", attributes).await.1["meta"]["totalResults"].as_u64().unwrap()
}

#[tokio::test]
async fn enrichment_judges_each_item() {
    let zoom = Zoom::start().await;
    let seen = zoom.0.someone(|s| s.email.is_some() && s.direct.is_some() && !zoom.0.objected(s));
    let fields = json!([
        "id",
        "firstName",
        "lastName",
        "email",
        "phone",
        "contactAccuracyScore",
        "companyName",
        "companyRevenue",
        "companyRevenueNumeric"
    ]);
    let items = json!([{"personId": seen.key}, {"emailAddress": "nobody@nowhere.example"}, {"firstName": "Only"}]);
    let (status, body) = zoom.enrich(items, fields.clone()).await;
    assert_eq!(status, 200);
    let verdicts: Vec<_> = body["data"].as_array().unwrap().iter().map(|row| row["meta"]["matchStatus"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["FULL_MATCH", "NO_MATCH", "INVALID_INPUT"]);
    let attributes = &body["data"][0]["attributes"];
    assert!(
        attributes["contactAccuracyScore"].is_string()
            && attributes["company"]["name"].is_string()
            && attributes.get("companyName").is_none()
    );
    assert_eq!(body["data"][0]["meta"]["input"], json!({"personId": seen.key}));
    assert_eq!(zoom.0.billed(), 1.0);
    zoom.enrich(json!([{"personId": seen.key}]), fields.clone()).await;
    assert_eq!(zoom.0.billed(), 1.0, "under management");

    let many: Vec<Value> = zoom.0.people.iter().take(26).map(|s| json!({"personId": s.key})).collect();
    assert_eq!(zoom.enrich(json!(many), fields.clone()).await.0, 400);
    assert_eq!(zoom.enrich(json!([{"personId": seen.key}]), json!(["mail"])).await.1["errors"][0]["code"], "PFAPI0005");
    zoom.0.configure(json!({"closed_fields": ["email"], "records": 4})).unwrap();
    assert_eq!(zoom.enrich(json!([{"personId": seen.key}]), json!(["email"])).await.1["errors"][0]["code"], "PFAPI0001");
    let (_, body) = zoom.enrich(json!(many[..10]), json!(["id", "lastName"])).await;
    let count = |word: &str| body["data"].as_array().unwrap().iter().filter(|row| row["meta"]["matchStatus"] == word).count();
    assert!(count("LIMIT_EXCEEDED") > 3 && zoom.0.billed() == 4.0, "the quota ends in the middle, with a 200");
    let (_, usage) = zoom.0.get("/gtm/data/v1/users/usage").await;
    assert_eq!(usage["data"][0]["attributes"]["usage"][1]["usageRemaining"], 0);
    if let Some(objector) = zoom.0.people.iter().find(|seen| zoom.0.objected(seen)) {
        let (_, body) = zoom.enrich(json!([{"personId": objector.key}]), json!(["id"])).await;
        assert_eq!(body["data"][0]["meta"]["matchStatus"], "OPT_OUT");
    }
}

#[tokio::test]
async fn companies_and_lookups() {
    let zoom = Zoom::start().await;
    let domain = zoom.0.domain(zoom.0.someone(|_| true));
    let input = json!({"matchCompanyInput": [{"companyWebsite": format!("www.{domain}")}], "outputFields": ["id", "name", "revenue", "foundedYear", "employeeCount"]});
    let (_, body) = zoom.post("companies/enrich", "CompanyEnrich", input).await;
    assert_eq!(body["data"][0]["meta"]["matchStatus"], "FULL_MATCH");
    assert!(body["data"][0]["attributes"]["foundedYear"].is_null() || body["data"][0]["attributes"]["foundedYear"].is_string());
    let (_, page) = zoom.post("companies/search", "CompanySearch", json!({"companyWebsite": format!("http://www.{domain}")})).await;
    assert_eq!(page["meta"]["totalResults"], 1);
    let (_, levels) = zoom.0.get("/gtm/data/v1/lookup/management-levels").await;
    assert_eq!(levels["data"][1]["attributes"]["name"], "C Level Exec");
    zoom.0.configure(json!({"closed_fields": ["mobilePhone"]})).unwrap();
    let (_, fields) = zoom.0.get("/gtm/data/v1/lookup/enrich?filter[entity]=contact&filter[fieldType]=output").await;
    let mobile = fields["data"].as_array().unwrap().iter().find(|row| row["attributes"]["name"] == "mobilePhone").unwrap();
    assert_eq!(mobile["attributes"]["accessGranted"], false);
}

#[tokio::test]
async fn windows_and_their_headers() {
    let zoom = Zoom::with(|config| config.zoominfo.tier = ZoomInfoTier::Builder).await;
    for _ in 0..5 {
        assert_eq!(zoom.0.get("/gtm/data/v1/users/usage").await.0, 200);
    }
    let (status, headers, body) = zoom.0.full(Method::GET, "/gtm/data/v1/users/usage", None).await;
    assert_eq!(
        (status, &body["error"]["code"], &headers["x-ratelimit-rejected-bucket"]),
        (429, &json!("ZI0004"), &"second".parse().unwrap())
    );
    assert_eq!((&headers["retry-after"], &headers["x-ratelimit-limit-hour"]), (&"1".parse().unwrap(), &"10800".parse().unwrap()));
    zoom.0.advance(Duration::from_secs(1));
    assert_eq!(zoom.0.get("/gtm/data/v1/users/usage").await.0, 200);
}

#[tokio::test]
async fn the_legacy_api_answers_beside_it() {
    let mut legacy = Caller::start(Source::ZoomInfo, &[], |_| {}).await;
    assert_eq!(legacy.post("/authenticate", json!({"username": "a", "password": "b"})).await.0, 401);
    let login = json!({"username": "rosa.delgado@msp.example", "password": "sim-zoominfo-password"});
    assert_eq!(legacy.post("/authenticate", login.clone()).await.0, 429, "one login a second");
    legacy.advance(Duration::from_secs(1));
    let (_, body) = legacy.post("/authenticate", login).await;
    assert_eq!(legacy.post("/search/contact", json!({})).await, (401, json!("Authentication failed")));
    legacy.with(&[("authorization", &format!("Bearer {}", body["jwt"].as_str().unwrap()))]);
    let (_, page) = legacy.post("/search/contact", json!({"managementLevel": "Director", "rpp": 10, "page": 2})).await;
    assert_eq!((&page["totalResults"], &page["currentPage"]), (&json!(10), &json!(2)), "rows of this page");
    assert!(page["maxResults"].as_u64().unwrap() > 20 && page["data"][0]["lastUpdatedDate"].as_str().unwrap().ends_with("PM"));
    assert_eq!(legacy.post("/search/contact", json!({"rpp": 101})).await.0, 400);
    let seen = legacy.someone(|s| s.email.is_some() && !legacy.objected(s));
    let ask = |fields: Value| json!({"matchPersonInput": [{"personId": seen.key}], "outputFields": fields});
    let (_, body) = legacy.post("/enrich/contact", ask(json!(["id", "email", "lastName"]))).await;
    let result = &body["data"]["result"][0];
    assert_eq!((&result["input"]["personid"], &result["data"][0]["lastName"]), (&json!(seen.key), &json!(seen.last)));
    assert_eq!(legacy.post("/enrich/contact", ask(json!(["mail"]))).await.1["invalidOutputFields"], json!(["mail"]));
    assert_eq!(legacy.get("/lookup/usage").await.1["usage"][1]["currentUsage"], 1);
    legacy.configure(json!({"records": 1})).unwrap();
    let other = legacy.someone(|s| s.key != seen.key && !legacy.objected(s));
    let (status, body) =
        legacy.post("/enrich/contact", json!({"matchPersonInput": [{"personId": other.key}], "outputFields": ["id"]})).await;
    assert_eq!((status, &body["message"]), (403, &json!("You have used up all of your allowed record limit")));
}
