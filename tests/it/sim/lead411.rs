//! Lead411: token in the query, failures inside a 200, locked people, texts that mean null.

use super::Caller;
use leadloom::domain::Source;
use serde_json::{Value, json};
use std::time::Duration;

struct Lead411(Caller, String);

impl Lead411 {
    async fn start() -> Self {
        let caller = Caller::start(Source::Lead411, &[], |_| {}).await;
        let login = "/v1/authenticate_user?email=rosa.delgado%40msp.example&password=sim-lead411-password";
        let (_, body) = caller.post(login, json!(null)).await;
        assert_eq!(body["status"], "success");
        Self(caller, body["token"].as_str().unwrap().to_owned())
    }

    async fn call(&self, path: &str) -> Value {
        let (status, body) = self.0.post(&format!("/v1/{path}&token={}", self.1), json!(null)).await;
        assert_eq!(status, 200);
        body
    }
}

#[tokio::test]
async fn logins_and_failures_are_200() {
    let lead411 = Lead411::start().await;
    let login = json!({"email": "rosa.delgado@msp.example", "password": "sim-lead411-password"});
    assert_eq!(lead411.0.post("/v1/authenticate_user", login).await.1["status"], "success", "as JSON too");
    let (status, body) = lead411.0.post("/v1/authenticate_user?email=a&password=b", json!(null)).await;
    assert!(status == 200 && body["status"] != "success" && body["message"].as_str().unwrap().contains("login"));
    let (status, body) = lead411.0.post("/v1/search/searchUsingJSON?token=x", json!(null)).await;
    assert!(status == 200 && body["message"].as_str().unwrap().contains("token"));
    assert_eq!(lead411.0.get(&format!("/v1/search/searchUsingJSON?token={}", lead411.1)).await.0, 405);
    lead411.0.advance(Duration::from_secs(3600));
    assert!(lead411.call("search/searchUsingJSON?page=1").await["message"].as_str().unwrap().contains("token"), "tokens end");
}

#[tokio::test]
async fn people_are_locked_until_paid_for() {
    let lead411 = Lead411::start().await;
    let seen = lead411.0.someone(|s| s.email.is_some());
    let domain = lead411.0.domain(seen);
    let found = lead411.call(&format!("search/searchUsingJSON?user_search_string={domain}&page=1&per_page=25")).await;
    let row = &found["AllResults"][0];
    assert!(row["json_meta"]["company_meta"]["company_URL"].as_str().unwrap().contains("\\/"), "escaped once too often");
    assert_eq!(row["json_meta"]["employee_meta"]["email"], "Not Available");
    let company = row["company_id"].as_u64().unwrap();
    let staff = lead411.call(&format!("company/getCompanyEmployees?company_id={company}&page=1&per_page=25")).await;
    assert!(!staff["companyEmployeesData"]["companyEmployees"].as_array().unwrap().is_empty());
    let past = lead411.call(&format!("company/getCompanyEmployees?company_id={company}&page=99")).await;
    assert_eq!(past["companyEmployeesData"]["companyEmployees"], json!([]), "an empty page ends it");

    let information = format!("employee/getEmployeeInformation?employee_id={}", seen.key);
    assert!(lead411.call(&information).await["message"].as_str().unwrap().contains("Unlock API"));
    let unlock = format!("employee/unlock_employee_record?employee_id={}", seen.key);
    assert_eq!(&lead411.call(&unlock).await["email"], seen.email.as_ref().unwrap());
    lead411.call(&unlock).await;
    assert_eq!(lead411.0.billed(), 1.0, "once");
    assert_eq!(lead411.call(&information).await["employee_data"]["last_name"], seen.last);
    lead411.0.configure(json!({"details_key": true, "credits": 0, "text_ids": true})).unwrap();
    assert_eq!(lead411.call(&information).await["employee_details"]["last_name"], seen.last);
    let other = lead411.0.someone(|s| s.key != seen.key);
    let broke = lead411.call(&format!("employee/unlock_employee_record?employee_id={}", other.key)).await;
    assert!(broke["message"].as_str().unwrap().contains("limit"));
    assert!(lead411.call("search/searchUsingJSON?page=1").await["AllResults"][0]["company_id"].is_string());
}
