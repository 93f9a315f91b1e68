//! HaloPSA: the sixteen points of its checklist.

use super::{http, start};
use leadloom::sim::{
    Fault, Planned, RetryAfter, Sim, SimConfig, Twist, Window,
    halo::{Denied, HaloHandle, Table, UnknownId},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// A logged-in caller.
struct Halo {
    sim: Sim,
    http: reqwest::Client,
    token: String,
}

impl Halo {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut SimConfig)) -> Self {
        let sim = start(change).await;
        let mut halo = Self { sim, http: http(), token: String::new() };
        halo.login().await;
        halo
    }

    fn handle(&self) -> HaloHandle {
        self.sim.halo()
    }

    fn env(&self, name: &str) -> String {
        self.sim.env().into_iter().find(|(key, _)| key == name).unwrap().1
    }

    async fn ask_token(&self, tenant: Option<&str>, change: &[(&str, &str)]) -> (StatusCode, Value) {
        let mut form = vec![
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", self.env("HALOPSA_CLIENT_ID")),
            ("client_secret", self.env("HALOPSA_CLIENT_SECRET")),
            ("scope", "all".to_owned()),
        ];
        for (name, value) in change {
            form.retain(|(key, _)| key != name);
            if !value.is_empty() {
                form.push((name, (*value).to_owned()));
            }
        }
        let mut request = self.http.post(format!("{}/token", self.env("HALOPSA_AUTH_URL"))).form(&form);
        if let Some(tenant) = tenant {
            request = request.query(&[("tenant", tenant)]);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn login(&mut self) {
        let (status, body) = self.ask_token(Some("leadloom-demo"), &[]).await;
        assert_eq!(status, 200);
        self.token = body["access_token"].as_str().unwrap().to_owned();
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}/{path}", self.env("HALOPSA_API_URL"))).bearer_auth(&self.token)
    }

    async fn try_get(&self, path: &str) -> (StatusCode, Value) {
        let answer = self.request(Method::GET, path).send().await.unwrap();
        let status = answer.status();
        let body = answer.text().await.unwrap();
        (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.try_get(path).await;
        assert_eq!(status, 200, "GET {path}: {body}");
        body
    }

    async fn try_post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let answer = self.request(Method::POST, path).json(&body).send().await.unwrap();
        let status = answer.status();
        let body = answer.text().await.unwrap();
        (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
    }

    async fn post(&self, path: &str, record: Value) -> Value {
        let (status, body) = self.try_post(path, json!([record])).await;
        assert_eq!(status, 201, "POST {path} {record}: {body}");
        body
    }

    async fn refused(&self, path: &str, record: Value, message: &str) {
        let (status, body) = self.try_post(path, json!([record])).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!(body["ClassName"], "System.Exception");
        assert_eq!(body["Message"], message);
    }

    /// A client with its site.
    async fn client(&self, name: &str) -> (i64, i64) {
        let client = self.post("Client", json!({"name": name, "toplevel_id": 1})).await;
        (client["id"].as_i64().unwrap(), client["main_site_id"].as_i64().unwrap())
    }

    fn kind(&self, name: &str) -> i64 {
        self.handle().ticket_type(name).unwrap()
    }

    async fn lead(&self, summary: &str) -> i64 {
        self.post("Opportunities", json!({"summary": summary, "tickettype_id": self.kind("Lead")})).await["id"].as_i64().unwrap()
    }
}

fn rows<'a>(list: &'a Value, key: &str) -> &'a Vec<Value> {
    list[key].as_array().unwrap_or_else(|| panic!("no {key} in {list}"))
}

fn ids(list: &Value, key: &str) -> Vec<i64> {
    rows(list, key).iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn point_1_tokens() {
    let mut halo = Halo::start().await;
    let (status, body) = halo.ask_token(None, &[]).await;
    assert_eq!(status, 200, "the tenant may be left out");
    let names: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["scope", "token_type", "expires_in", "access_token", "refresh_token", "id_token"]);
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(halo.ask_token(None, &[("tenant", "leadloom-demo")]).await.0, 200, "as a form field");

    for (tenant, change, status, error) in [
        (None, ("client_secret", "wrong"), 401, "invalid_client"),
        (None, ("client_id", "wrong"), 401, "invalid_client"),
        (Some("other"), ("scope", "all"), 401, "invalid_client"),
        (None, ("grant_type", "password"), 400, "unsupported_grant_type"),
        (None, ("grant_type", ""), 400, "invalid_request"),
        (None, ("client_secret", ""), 400, "invalid_request"),
        (None, ("scope", "everything"), 400, "invalid_scope"),
    ] {
        let (got, body) = halo.ask_token(tenant, &[change]).await;
        assert_eq!((got.as_u16(), body["error"].as_str().unwrap()), (status, error));
    }
    let url = format!("{}/token", halo.env("HALOPSA_AUTH_URL"));
    let as_json = halo.http.post(url).json(&json!({"grant_type": "client_credentials"})).send().await.unwrap();
    assert_eq!(as_json.status(), 400, "a form only");

    halo.handle().advance(Duration::from_secs(3599));
    halo.get("Client").await;
    halo.handle().advance(Duration::from_secs(1));
    assert_eq!(halo.try_get("Client").await, (StatusCode::UNAUTHORIZED, json!("")), "the token has ended");
    halo.login().await;
    halo.get("Client").await;
    halo.handle().configure(json!({"token_seconds": 5})).unwrap();
    assert_eq!(halo.ask_token(None, &[]).await.1["expires_in"], 5);
}

#[tokio::test]
async fn point_2_bearer_and_rights() {
    let mut halo = Halo::start().await;
    let good = std::mem::replace(&mut halo.token, "eyJnonsense".to_owned());
    assert_eq!(halo.try_get("Users").await, (StatusCode::UNAUTHORIZED, json!("")));
    let url = halo.env("HALOPSA_API_URL");
    for open in ["authinfo", "InstanceInfo"] {
        assert_eq!(halo.http.get(format!("{url}/{open}")).send().await.unwrap().status(), 200);
    }
    halo.token = good;
    let denied = [Denied { route: "GET /api/Opportunities".into(), status: 403 }, Denied { route: "GET /api/Agent".into(), status: 401 }];
    halo.handle().configure(json!({ "denied": denied })).unwrap();
    assert_eq!(halo.try_get("opportunities").await, (StatusCode::FORBIDDEN, json!("")));
    assert_eq!(halo.try_get("Agent").await, (StatusCode::UNAUTHORIZED, json!("")));
    halo.get("Tickets").await;
}

#[tokio::test]
async fn point_3_routes_and_verbs() {
    let halo = Halo::start().await;
    for (resource, key) in [("Tickets", "tickets"), ("opportunities", "tickets"), ("CLIENT", "clients"), ("Site", "sites"), ("uSERS", "users")] {
        let list = halo.get(resource).await;
        assert_eq!(list["record_count"], rows(&list, key).len());
    }
    for resource in ["TicketType", "Status", "Priority", "Team", "Agent", "Lookup?lookupid=11", "Outcome", "FieldInfo", "Webhook", "Notification", "Organisation", "Tags"] {
        assert!(halo.get(resource).await.is_array(), "{resource}");
    }
    assert!(halo.get("WebhookEvent").await["events"].is_array());
    assert!(halo.get("CRMNote").await["actions"].is_array(), "yes, actions");
    assert_eq!(halo.get("Actions").await, json!({"record_count": 0, "actions": []}));
    assert_eq!(halo.get("Agent/me").await["isapiagent"], true);
    for path in ["Lead", "Opportunity", "Contact", "Lists", "CustomFields", "Tickets/merge/1"] {
        assert_eq!(halo.try_get(path).await.0, 404, "{path}");
    }
    for method in [Method::PUT, Method::PATCH] {
        assert_eq!(halo.request(method, "Users/1").json(&json!({})).send().await.unwrap().status(), 405);
    }
    assert_eq!(halo.request(Method::POST, "Users/1").json(&json!([{}])).send().await.unwrap().status(), 405);
    assert_eq!(halo.try_get("Users/99999").await, (StatusCode::NOT_FOUND, json!("")));
    assert_eq!(halo.try_get("Users/probe").await, (StatusCode::BAD_REQUEST, json!({"id": ["The value 'probe' is not valid."]})));
}

#[tokio::test]
async fn point_4_tickets_and_opportunities_are_one() {
    let halo = Halo::start().await;
    let lead = halo.lead("a lead").await;
    let incident = halo.post("Tickets", json!({"summary": "printer"})).await["id"].as_i64().unwrap();
    assert_eq!(incident, lead + 1, "one sequence of ids");
    assert_eq!(ids(&halo.get("Opportunities").await, "tickets"), [lead]);
    let plain = ids(&halo.get("Tickets?count=1000").await, "tickets");
    assert!(plain.contains(&incident) && !plain.contains(&lead));
    assert_eq!(ids(&halo.get("Tickets?domain=opps").await, "tickets"), [lead]);
    let by_type = format!("Tickets?requesttype_id={}", halo.kind("Lead"));
    assert_eq!(ids(&halo.get(&by_type).await, "tickets"), [lead]);
    let misspelt = format!("Opportunities?tickettype_id={}", 1);
    assert_eq!(ids(&halo.get(&misspelt).await, "tickets"), [lead], "tickettype_id is no filter");
    assert_eq!(halo.get(&format!("Tickets/{lead}")).await["is_opportunity"], true);
    halo.handle().configure(json!({"tickets_list_opportunities": true})).unwrap();
    assert!(ids(&halo.get("Tickets?count=1000").await, "tickets").contains(&lead));
}
