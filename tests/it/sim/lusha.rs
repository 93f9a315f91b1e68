//! Lusha V3: what can be revealed, what it costs, errors per item, calendar windows.

use super::Caller;
use leadloom::domain::Source;
use serde_json::json;

async fn lusha() -> Caller {
    Caller::start(Source::Lusha, &[("api_key", "sim-lusha-key")], |config| config.lusha.limits = [Some(500), None, None]).await
}

#[tokio::test]
async fn one_header_and_no_other() {
    let mut lusha = lusha().await;
    assert_eq!(lusha.get("/v3/account/usage").await.0, 200);
    for wrong in [("authorization", "Bearer sim-lusha-key"), ("x-api-key", "sim-lusha-key"), ("api_key", "x")] {
        lusha.with(&[wrong]);
        assert_eq!(lusha.get("/v3/account/usage").await, (401, json!({"statusCode": 401, "message": "Invalid API key"})));
    }
    lusha.with(&[("api_key", "sim-lusha-key")]);
    lusha.configure(json!({"v3_enabled": false})).unwrap();
    assert_eq!(lusha.get("/v3/account/usage").await.1["message"], "V3 API access is not enabled for your account");
}

#[tokio::test]
async fn prospecting_then_enriching() {
    let lusha = lusha().await;
    let filters = json!({"contacts": {"include": {"existingDataPoints": ["work_email"], "countries": ["US", "GB"]}}});
    let page = async |page: u32, size: u32| {
        lusha.post("/v3/contacts/prospecting", json!({"pagination": {"page": page, "size": size}, "filters": filters})).await
    };
    let (_, first) = page(0, 50).await;
    let rows = first["results"].as_array().unwrap();
    assert_eq!((rows.len(), &first["billing"]), (50, &json!({"creditsCharged": 2, "resultsReturned": 50})), "a credit for each 25");
    assert!(rows[0].get("emails").is_none() && rows[0]["company"]["domain"].as_str().unwrap().starts_with("www."));
    assert_ne!(page(1, 50).await.1["results"][0]["id"], rows[0]["id"], "pages count from 0");
    for (number, size) in [(0, 9), (0, 101), (1001, 50)] {
        assert_eq!(page(number, size).await.0, 400, "{number} {size}");
    }
    let wrong = json!({"pagination": {"page": 0, "size": 10}, "filters": {"contacts": {"include": {"jobtitles": ["x"]}}}});
    assert_eq!(lusha.post("/v3/contacts/prospecting", wrong).await.1["errors"], json!(["property jobtitles should not exist"]));

    let seen = lusha.someone(|s| s.email.is_some() && s.mobile.is_some());
    let before = lusha.billed();
    let (_, both) = lusha.post("/v3/contacts/enrich", json!({"ids": [seen.key, "404"]})).await;
    assert_eq!(&both["results"][0]["emails"][0]["email"], seen.email.as_ref().unwrap());
    assert_eq!(both["results"][1], json!({"error": {"code": "NOT_FOUND", "message": "Contact not found"}, "id": "404"}));
    assert_eq!(both["billing"]["creditsCharged"], 6, "leaving reveal out reveals everything");
    let (_, again) = lusha.post("/v3/contacts/enrich", json!({"ids": [seen.key], "reveal": ["emails"]})).await;
    assert_eq!((&again["billing"]["creditsCharged"], &again["results"][0]["phones"]), (&json!(0), &json!([])), "again is free");
    assert_eq!(lusha.billed(), before + 6.0);
    let (_, search) = lusha.post("/v3/contacts/search", json!({"contacts": [{"clientReferenceId": "row-1", "id": seen.key}]})).await;
    assert_eq!(
        (&search["results"][0]["clientReferenceId"], &search["results"][0]["canReveal"][0]["credits"]),
        (&json!("row-1"), &json!(0))
    );
    assert_eq!(lusha.post("/v3/contacts/enrich", json!({"ids": vec!["1"; 101]})).await.0, 400);
    assert_eq!(lusha.post("/v3/contacts/enrich", json!({"ids": ["1"], "reveal": ["email"]})).await.0, 400);
    if let Some(objector) = lusha.people.iter().find(|seen| lusha.objected(seen)) {
        let (status, body) = lusha.post("/v3/contacts/enrich", json!({"ids": [objector.key]})).await;
        assert_eq!((status, &body["results"][0]["error"]["code"]), (200, &json!("COMPLIANCE_RESTRICTED")));
    }
    lusha.configure(json!({"credits": 0})).unwrap();
    assert_eq!(lusha.post("/v3/contacts/prospecting", json!({"filters": {}})).await.0, 402);
}

#[tokio::test]
async fn companies_filters_and_windows() {
    let lusha = lusha().await;
    let seen = lusha.someone(|_| true);
    let (_, found) = lusha.post("/v3/companies/search-and-enrich", json!({"companies": [{"domain": lusha.domain(seen)}]})).await;
    assert_eq!(found["results"][0]["domain"].as_str().unwrap()[..4], *"www.");
    assert_eq!(found["billing"]["creditsCharged"], 2);
    assert!(lusha.get("/v3/contacts/prospecting/filters/seniority").await.1.as_array().unwrap().len() > 5);
    assert_eq!(lusha.get("/v3/contacts/prospecting/filters/locations?query=L").await.0, 400);
    assert!(lusha.get("/v3/contacts/prospecting/filters/locations?query=lond").await.1[0]["city"] == "London");
    let (_, usage) = lusha.get("/v3/account/usage").await;
    assert_eq!((&usage["rateLimits"]["minute"]["limit"], &usage["rateLimits"]["hourly"]), (&json!(500), &json!(null)));
    assert_eq!(usage["rateLimits"]["minute"]["resetsAt"], "2026-11-02T09:15:00.000Z");
    lusha.configure(json!({"limits": [6, null, null]})).unwrap();
    let (status, headers, _) = lusha.full(reqwest::Method::GET, "/v3/contacts/signals/types", None).await;
    assert_eq!((status, &headers["x-minute-requests-left"]), (200, &"0".parse().unwrap()));
    let (status, headers, body) = lusha.full(reqwest::Method::GET, "/v3/contacts/signals/types", None).await;
    assert_eq!((status, headers.get("retry-after"), &body["statusCode"]), (429, None, &json!(429)));
}
