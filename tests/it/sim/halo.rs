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
        self.token = body["access_token"].as_str().map(str::to_owned).unwrap();
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
    for (resource, key) in
        [("Tickets", "tickets"), ("opportunities", "tickets"), ("CLIENT", "clients"), ("Site", "sites"), ("uSERS", "users")]
    {
        let list = halo.get(resource).await;
        assert_eq!(list["record_count"], rows(&list, key).len());
    }
    for resource in [
        "TicketType",
        "Status",
        "Priority",
        "Team",
        "Agent",
        "Lookup?lookupid=11",
        "Outcome",
        "FieldInfo",
        "Webhook",
        "Notification",
        "Organisation",
        "Tags",
    ] {
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

#[tokio::test]
async fn point_5_paging() {
    let halo = Halo::start().await;
    for nth in 0..130 {
        halo.handle().write(Table::Tickets, json!({"summary": format!("lead {nth}"), "tickettype_id": halo.kind("Lead")})).unwrap();
    }
    let plain = halo.get("Opportunities?page_size=20").await;
    assert_eq!((rows(&plain, "tickets").len(), &plain["record_count"]), (50, &json!(50)), "page_size alone is ignored");
    let half = halo.get("Opportunities?pageinate=true&page_size=20").await;
    assert_eq!((rows(&half, "tickets").len(), half.get("page_no")), (50, None), "page_no is missing");
    let wrong = halo.get("Opportunities?paginate=true&page_no=2&page_size=20").await;
    assert_eq!(rows(&wrong, "tickets").len(), 50, "the right spelling is ignored");
    assert_eq!(rows(&halo.get("Opportunities?count=120").await, "tickets").len(), 120);

    let big = halo.get("Opportunities?pageinate=true&page_no=1&page_size=500&order=id").await;
    assert_eq!((rows(&big, "tickets").len(), &big["record_count"], &big["page_size"]), (100, &json!(130), &json!(100)));
    let last = halo.get("Opportunities?pageinate=true&page_no=2&page_size=100&order=id").await;
    assert_eq!(rows(&last, "tickets").len(), 30);
    let all: Vec<_> = ids(&big, "tickets").into_iter().chain(ids(&last, "tickets")).collect();
    assert!(all.is_sorted() && all.len() == 130);
    assert!(ids(&halo.get("Opportunities?pageinate=true&page_no=3&page_size=100").await, "tickets").is_empty());
    let down = ids(&halo.get("Opportunities?pageinate=true&page_no=1&page_size=5&order=id&orderdesc=true").await, "tickets");
    assert_eq!(down[0], *all.last().unwrap());
    let one = ids(&halo.get("Opportunities?pageinate=true&page_no=1&page_size=5&order=id&orderdesc=1").await, "tickets");
    assert_eq!(one[0], all[0], "only the word true turns the order round");
    let only_ids = halo.get("Opportunities?ticketidonly=true&pageinate=true&page_no=1&page_size=5").await;
    assert_eq!(rows(&only_ids, "tickets").len(), 130);
    assert_eq!(rows(&only_ids, "tickets")[0].as_object().unwrap().len(), 1);
    assert_eq!(
        halo.get("Opportunities?open_onyl=true&clientid=3&pageinate=true&page_no=1").await["record_count"],
        130,
        "unknown parameters"
    );

    // Routes that ignore paging: the first page comes again.
    let (client, _) = halo.client("Notes Ltd").await;
    for nth in 0..3 {
        halo.post("CRMNote", json!({"client_id": client, "note": format!("note {nth}")})).await;
    }
    let page = |no| format!("CRMNote?client_id={client}&pageinate=true&page_no={no}&page_size=2");
    assert_eq!(halo.get(&page(1)).await, halo.get(&page(2)).await);
    assert_eq!(rows(&halo.get(&format!("CRMNote?client_id={client}&count=2")).await, "actions").len(), 2);
}

#[tokio::test]
async fn point_6_posting() {
    let halo = Halo::start().await;
    let (status, body) = halo.try_post("Client", json!({"name": "Bare"})).await;
    assert_eq!(status, 400);
    assert!(body[""][0].as_str().unwrap().contains("JSON array"), "{body}");
    let form = halo.request(Method::POST, "Client").body("[]").header("content-type", "text/plain").send().await.unwrap();
    assert_eq!(form.status(), 415);
    let broken = halo.request(Method::POST, "Client").body("[{").header("content-type", "application/json").send().await.unwrap();
    assert_eq!(broken.status(), 400);

    let (status, body) = halo.try_post("Client", json!([{"name": "One"}, {"name": "Two", "nonsense": 1}])).await;
    assert_eq!((status.as_u16(), &body["name"]), (201, &json!("Two")), "the last one only");
    let (_, all) =
        halo.try_post("Site?returnall=true", json!([{"name": "A", "client_id": body["id"]}, {"name": "B", "client_id": body["id"]}])).await;
    assert_eq!(all.as_array().unwrap().len(), 2);

    let lead = halo.lead("merge me").await;
    halo.post("Tickets", json!({"id": lead, "oppvalue": 10, "details": "kept"})).await;
    let changed = halo.post("Opportunities", json!({"id": lead, "oppconversionprobability": 60, "details": null})).await;
    assert_eq!((&changed["oppvalue"], &changed["summary"], &changed["details"]), (&json!(10.0), &json!("merge me"), &json!("kept")));
    assert_eq!(halo.post("Tickets", json!({"id": lead, "details": ""})).await["details"], "", "empty text clears");

    halo.refused("Users", json!({"id": 99999, "name": "x"}), "The record could not be found").await;
    halo.handle().configure(json!({"unknown_id": UnknownId::NotFound})).unwrap();
    assert_eq!(halo.try_post("Users", json!([{"id": 99999, "name": "x"}])).await.0, 404);
    let two = json!([{"summary": "first stays"}, {"summary": ""}]);
    let before = halo.handle().all(Table::Tickets).len();
    assert_eq!(halo.try_post("Tickets", two).await.0, 400);
    assert_eq!(halo.handle().all(Table::Tickets).len(), before + 1, "not a transaction");
    let object = halo.request(Method::POST, "Tickets/Object").json(&json!({"summary": "bare"})).send().await.unwrap();
    assert_eq!(object.status(), 201);
}

#[tokio::test]
async fn point_7_rules_one_at_a_time() {
    let halo = Halo::start().await;
    let (client, site) = halo.client("Contoso").await;
    halo.refused("Users", json!({"emailaddress": "a@b.example"}), "Username must be entered").await;
    halo.refused("Users", json!({"name": "Ada"}), "A Site must be selected").await;
    halo.refused("Users", json!({"name": "Ada", "client_id": client}), "A Site must be selected").await;
    halo.refused("Client", json!({"name": " contoso "}), "A Customer with this name already exists").await;
    halo.refused("Site", json!({"name": "Nowhere"}), "A Customer must be selected").await;
    halo.refused("Tickets", json!({"details": "no summary"}), "A Summary must be entered").await;
    let lead = halo.lead("x").await;
    halo.refused("Actions", json!({"ticket_id": lead, "note": "hi"}), "An Outcome must be entered for this Action").await;
    halo.refused("Actions", json!({"ticket_id": lead, "outcome": "Approve Change"}), "You do not have access to this Action").await;
    let won = halo.handle().status("Won").unwrap();
    halo.refused("Tickets", json!({"id": lead, "status_id": won}), "This Status is not allowed for this Ticket Type").await;
    let (status, body) = halo.try_post("Client", json!([{"name": "x".repeat(256)}])).await;
    assert!(status == 400 && body["Message"].as_str().unwrap().starts_with("A database error occurred (8152)"));

    let wrong = json!([{"name": "Ada", "site_id": site}, {"name": "Bea", "site_id": "abc", "inactive": "maybe"}]);
    let (status, body) = halo.try_post("Users", wrong).await;
    assert_eq!(status, 400);
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["[1].site_id", "[1].inactive"]);
    let (_, body) = halo.try_post("Actions", json!([{"ticket_id": lead, "outcome_id": "abc"}])).await;
    assert!(
        body["[0].outcome_id"][0].as_str().unwrap().starts_with("Could not convert string to integer: abc. Path '[0].outcome_id', line 1")
    );
    let (status, _) = halo.try_post("Tickets", json!([{"id": lead, "priority_id": 2.0}])).await;
    assert_eq!(status, 400, "a double is no int");
    assert_eq!(halo.post("Tickets", json!({"id": lead.to_string(), "priority_id": "2"})).await["priority_id"], 2, "digit strings are ints");
}

#[tokio::test]
async fn point_8_a_client_brings_a_site_and_a_user() {
    let halo = Halo::start().await;
    let new = json!({"name": "Fabrikam", "website": "https://fabrikam.example", "newclient_sitename": "HQ", "newclient_phonenumber": "+442079460018",
        "newclient_contactname": "Eve Null", "newclient_contactemail": "eve@fabrikam.example"});
    let client = halo.post("Client", new).await;
    assert_eq!(
        (&client["main_site_name"], &client["main_phonenumber"], &client["customfields"]),
        (&json!("HQ"), &json!("+442079460018"), &json!([]))
    );
    let id = client["id"].as_i64().unwrap();
    let site = halo.get(&format!("Site/{}", client["main_site_id"])).await;
    assert_eq!(site["client_id"], json!(id as f64));
    let users = halo.get(&format!("Users?client_id={id}")).await;
    let names: Vec<_> = rows(&users, "users").iter().map(|user| user["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Eve Null", "General User"]);
    assert_eq!(halo.get(&format!("Users?client_id={id}&exclude_generaluser=true")).await["record_count"], 1);
    assert_eq!(halo.post("Client", json!({"name": "Plain"})).await["main_site_name"], "Main");
}

#[tokio::test]
async fn point_9_custom_fields() {
    let halo = Halo::start().await;
    assert_eq!(halo.get("FieldInfo?typeid=1&iscustomfieldsetup=true").await, json!([]), "setup creates them");
    let make = |name: &str, usage: i64, kind: i64, more: Value| {
        let mut field = json!({"usage": usage, "name": name, "label": name, "type": kind, "inputtype": 0});
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        field
    };
    let source = halo.post("FieldInfo", make("LeadSource", 1, 2, json!({"new_values": "Apollo, ZoomInfo, Hunter"}))).await;
    assert_eq!((&source["name"], &source["values"][2]), (&json!("CFLeadSource"), &json!({"id": 3, "name": "Hunter"})));
    let source = source["id"].as_i64().unwrap();
    let fit = halo.post("FieldInfo", make("Fit", 1, 0, json!({"inputtype": 1}))).await["id"].as_i64().unwrap();
    let contact = halo.post("FieldInfo", make("Dnc", 1, 6, json!({}))).await["id"].as_i64().unwrap();
    let day = halo.post("FieldInfo", make("Day", 1, 4, json!({}))).await["id"].as_i64().unwrap();
    let reference = halo.post("FieldInfo", make("Ref", 2, 0, json!({}))).await["id"].as_i64().unwrap();
    assert_eq!(
        halo.try_post("FieldInfo", json!([make("X", 9, 0, json!({}))])).await,
        (StatusCode::BAD_REQUEST, json!("No matching custom table"))
    );
    halo.refused("FieldInfo", make("Lead Source", 1, 0, json!({})), "The Name can only contain letters, numbers and underscores").await;
    halo.refused("FieldInfo", make("leadsource", 1, 0, json!({})), "A Custom Field with this Name already exists").await;
    assert!(halo.get("FieldInfo").await[0].get("values").is_none());
    assert_eq!(halo.get("FieldInfo?includevalues=true").await[0]["values"][0]["name"], "Apollo");
    assert_eq!(halo.get(&format!("FieldInfo/{source}?includedetails=true")).await["values"].as_array().unwrap().len(), 3);

    let fields = json!([{"id": source, "value": 3}, {"name": "CFFit", "value": "70"}, {"id": 424_242, "value": "dropped"},
        {"id": reference, "value": "another table's"}, {"id": day, "value": "2026-11-02T12:00:00Z"}, {"id": contact, "value": true}]);
    let lead = halo.post("Opportunities", json!({"summary": "f", "tickettype_id": halo.kind("Lead"), "customfields": fields})).await;
    let of = |record: &Value, id: i64| record["customfields"].as_array().unwrap().iter().find(|f| f["id"] == id).cloned().unwrap();
    assert_eq!(lead["customfields"].as_array().unwrap().len(), 4, "all of its table, none of others");
    assert_eq!((&of(&lead, source)["value"], &of(&lead, source)["display"]), (&json!(3), &json!("Hunter")));
    assert_eq!(of(&lead, fit)["value"], 70);
    assert_eq!(of(&lead, day)["value"], "2026-11-02T00:00:00");
    assert!([json!(true), json!("true")].contains(&of(&lead, contact)["value"]));
    assert_eq!(HaloHandle::custom(&lead, "CFLeadSource").as_deref(), Some("Hunter"));

    let id = lead["id"].as_i64().unwrap();
    halo.post("Tickets", json!({"id": id, "customfields": [{"id": fit, "value": 80}]})).await;
    let read = halo.get(&format!("Tickets/{id}?includedetails=true")).await;
    assert_eq!((&of(&read, fit)["value"], &of(&read, source)["value"]), (&json!(80), &json!(3)), "what was not sent stays");
    assert!(halo.get(&format!("Tickets/{id}")).await.get("customfields").is_none());
    assert!(rows(&halo.get("Opportunities").await, "tickets")[0].get("customfields").is_none());
    let list = halo.get(&format!("Opportunities?include_custom_fields={fit},{reference}")).await;
    assert_eq!(rows(&list, "tickets")[0]["customfields"].as_array().unwrap().len(), 1);
    let empty = halo.lead("nothing set").await;
    assert_eq!(of(&halo.get(&format!("Tickets/{empty}?includedetails=true")).await, source)["value"], Value::Null);

    halo.refused("Tickets", json!({"id": id, "customfields": [{"id": source, "value": 9}]}), "LeadSource: Please select a valid value")
        .await;
    halo.refused(
        "Tickets",
        json!({"id": id, "customfields": [{"id": source, "value": "Hunter"}]}),
        "LeadSource: Please select a valid value",
    )
    .await;
    halo.handle().configure(json!({"dropdown_labels": true})).unwrap();
    halo.post("Tickets", json!({"id": id, "customfields": [{"id": source, "value": "ZoomInfo"}]})).await;
    let search = json!([{"filter_name": "CFLeadSource", "filter_type": 2, "filter_value": "2"}]).to_string();
    let found = halo
        .request(Method::GET, "Opportunities")
        .query(&[("advanced_search", search)])
        .send()
        .await
        .unwrap()
        .json::<Value>()
        .await
        .unwrap();
    assert_eq!(ids(&found, "tickets"), [id]);
}

#[tokio::test]
async fn point_10_stamps_and_deltas() {
    let halo = Halo::start().await;
    let (client, site) = halo.client("Stamps").await;
    let user = halo.post("Users", json!({"name": "Ada", "site_id": site})).await;
    let lead = halo.lead("x").await;
    halo.handle().advance(Duration::from_secs(60));
    let later = "2026-11-02T09:15:03.417";
    for (path, record, stamp) in [
        ("Client", json!({"id": client, "website": "https://s.example"}), "alastupdate"),
        ("Site", json!({"id": site, "phonenumber": "1"}), "slastupdate"),
        ("Users", json!({"id": user["id"], "title": "CTO"}), "ulastupdate"),
        ("Tickets", json!({"id": lead, "summary": "y"}), "last_update"),
    ] {
        assert_eq!(halo.post(path, record).await[stamp], later, "{path}");
        let key = if path == "Tickets" { "tickets".to_owned() } else { format!("{}s", path.to_lowercase().trim_end_matches('s')) };
        let since = |at: &str| format!("{path}?lastupdatefromdate={at}&pageinate=true&page_no=1&domain=opps");
        assert_eq!(rows(&halo.get(&since(later)).await, &key).len(), 1, "at or after");
        assert_eq!(rows(&halo.get(&since("2026-11-02T09:15:03.418000Z")).await, &key).len(), 0);
        assert!(!rows(&halo.get(&since("true")).await, &key).is_empty(), "what is no date is ignored");
    }
    halo.handle().advance(Duration::from_millis(583));
    assert_eq!(halo.post("Tickets", json!({"id": lead, "flagged": true})).await["last_update"], "2026-11-02T09:15:04", "trailing zeros go");
}

#[tokio::test]
async fn point_11_doubles_nulls_and_empty_dates() {
    let halo = Halo::with(|config| config.halo.empty_date_percent = 100).await;
    let (client, site) = halo.client("Types").await;
    let user =
        halo.request(Method::POST, "Users").json(&json!([{"name": "Ada", "site_id": site}])).send().await.unwrap().text().await.unwrap();
    assert!(user.contains(&format!("\"site_id\":{site}.0")) && user.contains(&format!("\"site_id_int\":{site}")), "{user}");
    assert!(
        halo.request(Method::GET, &format!("Site/{site}"))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains(&format!("\"client_id\":{client}.0"))
    );
    assert!(!user.contains("null") && !user.contains("emailaddress"), "absent is not null");
    let lead = halo.lead("x").await;
    assert_eq!(halo.get(&format!("Tickets/{lead}")).await["targetdate"], "1900-01-01T00:00:00");
    halo.handle().configure(json!({"empty_date_percent": 0})).unwrap();
    assert!(halo.get(&format!("Tickets/{lead}")).await.get("targetdate").is_none());
}

#[tokio::test]
async fn point_12_deleting_recovering_merging() {
    let halo = Halo::start().await;
    let (gone, kept) = (halo.lead("gone").await, halo.lead("kept").await);
    let answer = halo.request(Method::DELETE, &format!("Tickets/{gone}?reason=double")).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.json::<Value>().await.unwrap()["id"].as_i64()), (200, Some(gone)));
    assert_eq!(halo.try_get(&format!("Tickets/{gone}")).await.0, 404);
    assert_eq!(ids(&halo.get("Opportunities").await, "tickets"), [kept]);
    halo.refused("Tickets", json!({"id": gone, "summary": "x"}), "The record could not be found").await;
    halo.post("Tickets", json!({"id": gone, "_recover": true, "_validate_updates": true})).await;
    assert_eq!(halo.get(&format!("Tickets/{gone}")).await["summary"], "gone");

    halo.post("Tickets", json!({"id": gone, "merged_into_id": kept, "domerge": true})).await;
    assert_eq!(halo.get(&format!("Tickets/{gone}")).await["merged_into_id"], 0, "the flags are off by default");
    halo.handle().configure(json!({"merge_flags": true})).unwrap();
    halo.post("Actions", json!({"ticket_id": gone, "outcome": "Private Note", "note": "moves"})).await;
    halo.post("Tickets", json!({"id": gone, "merged_into_id": kept, "domerge": true})).await;
    assert_eq!(ids(&halo.get("Opportunities").await, "tickets"), [kept]);
    assert_eq!(halo.get(&format!("Tickets/{gone}")).await["merged_into_id"], kept, "by id it is still there");
    assert_eq!(rows(&halo.get(&format!("Actions?ticket_id={kept}")).await, "actions")[0]["note"], "moves");

    let ((a, _), (b, site)) = (halo.client("A").await, halo.client("B").await);
    halo.post("Client", json!({"id": b, "_merge_client_into": a})).await;
    assert_eq!(halo.try_get(&format!("Client/{b}")).await.0, 404);
    assert_eq!(halo.get(&format!("Site/{site}")).await["client_id"], json!(a as f64));
    let user = halo.post("Users", json!({"name": "U", "site_id": site})).await["id"].as_i64().unwrap();
    halo.post("Tickets", json!({"summary": "uses them", "user_id": user})).await;
    let refused = halo.request(Method::DELETE, &format!("Users/{user}")).send().await.unwrap();
    assert_eq!(refused.status(), 400, "in use: make it inactive instead");
    halo.post("Users", json!({"id": user, "inactive": true})).await;
    let listed = |extra: &str| format!("Users?client_id={a}&exclude_generaluser=true{extra}");
    assert_eq!(halo.get(&listed("")).await["record_count"], 0);
    assert_eq!(halo.get(&listed("&includeinactive=true")).await["record_count"], 1);
}

#[tokio::test]
async fn point_13_rate_limit() {
    let halo = Halo::with(|config| config.halo.limit = Some(Window::new(5, 300))).await;
    for _ in 0..5 {
        halo.get("Status").await;
    }
    let (status, body) = halo.try_get("Status").await;
    assert_eq!((status.as_u16(), body), (429, json!({"error": "Rate Limit Reached - 5 Requests per rolling 5 minute window"})));
    halo.handle().configure(json!({"retry_after": {"seconds": 30}})).unwrap();
    let answer = halo.request(Method::GET, "Status").send().await.unwrap();
    assert_eq!(answer.headers()["retry-after"], "30");
    halo.handle().advance(Duration::from_secs(300));
    halo.get("Status").await;
    assert_eq!(halo.handle().count("GET /api/Status"), 8);
    assert_eq!(halo.handle().peak("GET /api/Status", Duration::from_secs(300)), 7);
    assert_eq!(
        Sim::start(SimConfig::default()).await.unwrap().halo().configure(json!({})).unwrap()["limit"],
        json!({"requests": 700, "seconds": 300})
    );
}

#[tokio::test]
async fn point_14_faults() {
    let halo = Halo::start().await;
    let plan = |fault: Fault| halo.handle().plan(Planned::next(fault).at("GET /api/Client"));
    for (fault, status) in [
        (Fault::TooMany { retry_after: RetryAfter::Raw("a while".into()) }, 429),
        (Fault::Empty { status: 500 }, 500),
        (Fault::Html { status: 502 }, 502),
        (Fault::Unavailable { retry_after: RetryAfter::Date(60) }, 503),
        (Fault::Unauthorized, 401),
        (Fault::NoContent, 204),
    ] {
        plan(fault);
        let answer = halo.request(Method::GET, "Client").send().await.unwrap();
        assert_eq!(answer.status(), status);
        if status == 502 {
            assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
        }
        if status == 503 {
            assert_eq!(answer.headers()["retry-after"], "Mon, 02 Nov 2026 09:15:03 GMT");
        }
    }
    halo.get("Client").await;

    // The answer is lost, the write is not.
    for fault in [Fault::LostAnswer, Fault::HangUp { applied: true }, Fault::ResetMidBody] {
        let name = format!("{fault:?}");
        halo.handle().plan(Planned::next(fault).at("POST /api/Client"));
        let answer = halo.request(Method::POST, "Client").json(&json!([{"name": name}])).send().await;
        let lost = match answer {
            Ok(answer) if answer.status() == 504 => true,
            Ok(answer) => answer.bytes().await.is_err(),
            Err(_) => true,
        };
        assert!(lost, "{name}");
        halo.refused("Client", json!({"name": name}), "A Customer with this name already exists").await;
    }
    halo.handle().plan(Planned::next(Fault::HangUp { applied: false }).at("POST /api/Client"));
    assert!(halo.request(Method::POST, "Client").json(&json!([{"name": "Never"}])).send().await.is_err());
    halo.post("Client", json!({"name": "Never"})).await;
    plan(Fault::TruncatedJson);
    let cut = halo.request(Method::GET, "Client").send().await.unwrap().text().await.unwrap();
    assert!(serde_json::from_str::<Value>(&cut).is_err());

    // Stale and drifting lists.
    for nth in 0..6 {
        halo.lead(&format!("lead {nth}")).await;
    }
    let page = |no: u32| format!("Opportunities?pageinate=true&page_no={no}&page_size=2&order=id");
    let (first, second) = (ids(&halo.get(&page(1)).await, "tickets"), ids(&halo.get(&page(2)).await, "tickets"));
    let twisted = async |twist: Twist, no: u32| {
        halo.handle().plan(Planned::next(twist.into()).at("GET /api/Opportunities"));
        ids(&halo.get(&page(no)).await, "tickets")
    };
    assert_eq!(twisted(Twist::RepeatPage, 2).await, first);
    assert_eq!(twisted(Twist::ShrinkingPage, 2).await, second[..1]);
    assert_eq!(twisted(Twist::PageDrift { by: -1 }, 2).await, [first[1], second[0]]);
    assert_eq!(twisted(Twist::EndlessPages, 4).await, first);
    assert!(twisted(Twist::StaleList { seconds: 60 }, 1).await.is_empty(), "nothing was there a minute ago");

    halo.handle().configure(json!({"search_lag_ms": 3000})).unwrap();
    halo.handle().advance(Duration::from_secs(10));
    halo.post("Tickets", json!({"id": first[0], "summary": "renamed"})).await;
    let summary = |list: &Value| rows(list, "tickets")[0]["summary"].clone();
    assert_eq!(summary(&halo.get(&page(1)).await), "lead 0", "the list lags");
    assert_eq!(halo.get(&format!("Tickets/{}", first[0])).await["summary"], "renamed", "the record does not");
    halo.handle().advance(Duration::from_secs(3));
    assert_eq!(summary(&halo.get(&page(1)).await), "renamed");
}

#[tokio::test]
async fn point_16_repeatable_and_loadable() {
    let (a, b) = (Halo::start().await, Halo::start().await);
    for halo in [&a, &b] {
        let (_, site) = halo.client("Same").await;
        halo.post("Users", json!({"name": "Ada", "site_id": site})).await;
    }
    let without_tokens = |halo: &Halo| {
        let mut state = halo.handle().dump();
        state["tokens"] = json!({});
        state
    };
    assert_eq!(without_tokens(&a), without_tokens(&b));
    let saved = a.handle().dump();
    let lead = a.lead("later").await;
    a.handle().load(saved.clone()).unwrap();
    assert_eq!(a.handle().dump(), saved);
    assert!(a.handle().get(Table::Tickets, lead).is_none());
    assert_eq!(a.lead("again").await, lead, "ids go on where the dump stood");
    assert!(a.handle().load(json!({"nonsense": 1})).is_err());
}

#[tokio::test]
async fn lookups_by_name() {
    let halo = Halo::start().await;
    let types = halo.get("TicketType?showall=true").await;
    let by_name = |name: &str| types.as_array().unwrap().iter().find(|t| t["name"] == name).cloned().unwrap();
    assert_eq!((&by_name("Lead")["use"], &by_name("Incident")["use"]), (&json!("opps"), &json!("ticket")));
    let opps = halo.get("TicketType?domain=opps").await;
    assert_eq!(opps.as_array().unwrap().len(), 3);
    let lead = halo.get(&format!("TicketType/{}?includedetails=true", by_name("Lead")["id"])).await;
    let names: Vec<_> = lead["statuses"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["New Lead", "Researching", "Contacted", "Engaged", "No Interest", "Do Not Contact", "Invalid Data"]);
    assert_eq!(lead["initial_status"], lead["statuses"][0]["id"]);
    let all = halo.get("Status").await.as_array().unwrap().len();
    assert_eq!(halo.get("Status?type=1").await.as_array().unwrap().len(), all, "a number does not filter");
    assert!(halo.get("Status?type=opportunity").await.as_array().unwrap().len() < all);
    let agents = halo.get("Agent").await;
    assert!(agents.as_array().unwrap().iter().any(|a| a["email"] == "rosa.delgado@msp.example"));
    assert!(agents.as_array().unwrap().iter().all(|a| a["isdisabled"] == false));
    assert!(halo.get("Lookup?lookupid=64").await.as_array().unwrap().iter().any(|row| row["id"] == 61));
}

#[tokio::test]
async fn searching_and_the_first_day() {
    let halo = Halo::start().await;
    let users = halo.handle().all(Table::Users);
    let with_mail = users.iter().filter(|user| user.get("emailaddress").is_some()).count();
    assert!(with_mail > 5, "{with_mail} contacts on the first day");
    let clients = halo.handle().all(Table::Client);
    let mut names: Vec<_> = clients.iter().map(|client| client["name"].as_str().unwrap().to_lowercase()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), clients.len());
    for (records, column) in [(&clients, "domain"), (&users, "emailaddress")] {
        let mut values: Vec<_> = records.iter().filter_map(|record| record[column].as_str()).map(str::to_lowercase).collect();
        let count = values.len();
        values.sort();
        values.dedup();
        assert_eq!(values.len(), count, "the first day has no double {column}");
    }
    let ada = users.iter().find(|user| user.get("emailaddress").is_some()).unwrap();
    let email = ada["emailaddress"].as_str().unwrap();
    let found = halo.get(&format!("Users?search={}", &email.to_uppercase())).await;
    assert!(ids(&found, "users").contains(&ada["id"].as_i64().unwrap()));
    let wrong = json!([{"filter_name": "emailadress", "filter_type": 2, "filter_value": "x"}]).to_string();
    let answer = halo.request(Method::GET, "Users").query(&[("advanced_search", wrong)]).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    let exact = json!([{"filter_name": "emailaddress", "filter_type": 2, "filter_value": email}]).to_string();
    let answer = halo.request(Method::GET, "Users").query(&[("advanced_search", exact)]).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["record_count"], 1);
}

#[tokio::test]
async fn other_processes_use_the_doors() {
    let halo = Halo::start().await;
    let base = halo.handle().base_url();
    let admin = async |method: Method, path: &str, body: Value| {
        let answer = halo.http.request(method, format!("{base}/_sim/{path}")).json(&body).send().await.unwrap();
        (answer.status().as_u16(), serde_json::from_str::<Value>(&answer.text().await.unwrap()).unwrap_or_default())
    };
    let (status, _) = admin(Method::POST, "faults", json!({"fault": {"kind": "empty", "status": 500}, "route": "GET /api/Status"})).await;
    assert_eq!(status, 200);
    assert_eq!(halo.try_get("Status").await.0, 500);
    let (_, seen) = admin(Method::GET, "requests?route=GET%20/api/Status", Value::Null).await;
    assert_eq!((&seen["total"], &seen["newest"][0]["fault"], &seen["newest"][0]["status"]), (&json!(1), &json!("empty"), &json!(500)));
    let (_, made) = admin(Method::POST, "edit", json!({"table": "Client", "record": {"name": "By hand"}})).await;
    assert_eq!(made["name"], "By hand");
    assert_eq!(admin(Method::POST, "edit", json!({"table": "Client", "record": {"name": "By hand"}})).await.0, 400);
    let (_, state) = admin(Method::GET, "state", Value::Null).await;
    assert_eq!(admin(Method::PUT, "state", state.clone()).await.0, 204);
    assert_eq!(admin(Method::POST, "config", json!({"token_secnds": 1})).await.0, 400, "no such switch");
    assert_eq!(admin(Method::POST, "clock", json!({"advance_seconds": 4000})).await.0, 200);
    assert_eq!(halo.try_get("Status").await.0, 401);
}

#[tokio::test]
async fn point_15_webhooks() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let halo = Halo::start().await;
    let mut receiver = super::Receiver::start().await;
    halo.refused("Webhook", json!({"name": "x", "url": "nowhere"}), "Please enter a valid URL").await;
    let hook = json!({"name": "leadsync", "url": receiver.url, "type": 0, "method": 0, "content_type": "application/json", "active": true,
        "authentication_type": 3, "authentication_header": "X-Sync-Signature", "basic_password": "shared-secret", "algorithm": 0, "digest": 0,
        "signature_prefix": "sha256="});
    let made = halo.post("Webhook", hook.clone()).await;
    assert_eq!(made.get("basic_password"), None, "secrets never come out");
    halo.refused("Webhook", hook, "Name must be unique").await;
    let id = made["id"].as_str().unwrap();
    assert_eq!(id.len(), 36);
    let wanted = |event: i64, conditions: Value| json!({"webhook_id": id, "type": -2, "delivery_method": 6, "eventno": event, "name": "", "agent_id": 0, "conditions": conditions});
    let only_leads =
        json!([{"tablename": "faults", "fieldname": "requesttype", "type": 0, "value_int": halo.kind("Lead"), "value_type": 0}]);
    halo.post("Notification", wanted(3, only_leads)).await;
    halo.post("Notification", wanted(76, json!([]))).await;

    halo.post("Tickets", json!({"summary": "an incident is not wanted"})).await;
    let lead = halo.lead("wanted").await;
    let (headers, body) = receiver.next().await;
    assert_eq!(
        (&body["object_id"], &body["event"], &body["ticket"]["summary"]),
        (&json!(lead), &json!("new ticket logged"), &json!("wanted"))
    );
    assert_eq!((&body["webhook_id"], &body["agent_id"]), (&json!(id), &json!(HaloHandle::AGENTS.0)));
    assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
    let signature = headers["x-sync-signature"].to_str().unwrap().strip_prefix("sha256=").unwrap();
    assert_eq!(STANDARD.decode(signature).unwrap().len(), 32);

    halo.handle().write(Table::Tickets, json!({"id": lead, "status_id": halo.handle().status("Contacted").unwrap()})).unwrap();
    let (_, body) = receiver.next().await;
    assert_eq!((&body["event"], &body["agent_id"]), (&json!("ticket status changed"), &json!(HaloHandle::AGENTS.1)));
    // The log is written once the receiver has answered: ask until it is.
    let log = loop {
        let log = halo.get(&format!("WebhookEvent?webhook_id={id}")).await;
        if log["record_count"] == 2 {
            break log;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((&log["events"][0]["responsestatus"], &log["events"][0]["responsebody"]), (&json!(200), &json!("thanks")));

    let status = |name: &str| json!({"id": lead, "status_id": halo.handle().status(name).unwrap()});
    halo.handle().configure(json!({"hooks": {"duplicate": true, "event_only": true}})).unwrap();
    halo.post("Tickets", status("Engaged")).await;
    let twice = (receiver.next().await.1, receiver.next().await.1);
    assert_eq!(twice.0, twice.1);
    assert_eq!(twice.0, json!({"id": lead, "event": "ticket status changed"}));
    halo.handle().configure(json!({"hooks": {"batch": 2}})).unwrap();
    halo.post("Tickets", status("Contacted")).await;
    halo.post("Tickets", status("Engaged")).await;
    assert_eq!(receiver.next().await.1.as_array().unwrap().len(), 2);
    halo.handle().configure(json!({"hooks": {"hold": 2}})).unwrap();
    halo.post("Tickets", status("Contacted")).await;
    halo.post("Tickets", status("Engaged")).await;
    let statuses = [receiver.next().await.1["ticket"]["status_name"].clone(), receiver.next().await.1["ticket"]["status_name"].clone()];
    assert_eq!(statuses, ["Engaged", "Contacted"], "in reverse");
    halo.handle().configure(json!({"hooks": {"lose_percent": 100}})).unwrap();
    halo.post("Tickets", status("Contacted")).await;
    halo.handle().configure(json!({"hooks": {}})).unwrap();
    halo.post("Tickets", status("Engaged")).await;
    assert_eq!(receiver.next().await.1["ticket"]["status_name"], "Engaged", "the one between was lost");
}
