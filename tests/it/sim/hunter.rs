//! Hunter: logins, paging, credits, the verifier's codes, people who objected, limits without headers.

use super::{http, start};
use leadloom::{
    domain::Source,
    sim::{Server, Sighting, Sim, SimConfig, sightings},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

struct Hunter {
    sim: Sim,
    server: Server,
    http: reqwest::Client,
}

impl Hunter {
    async fn with(change: impl FnOnce(&mut SimConfig)) -> Self {
        let sim = start(|config| {
            config.hunter.unlimited = true;
            change(config);
        })
        .await;
        Self { server: sim.hunter(), sim, http: http() }
    }

    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.http.request(method, format!("{}/v2/{path}", self.server.base_url())).header("X-API-KEY", "sim-hunter-key");
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.send(Method::GET, path, None).await
    }

    async fn error(&self, path: &str) -> (u16, String) {
        let (status, body) = self.get(path).await;
        assert_eq!(body["errors"][0]["code"], status, "{body}");
        (status, body["errors"][0]["id"].as_str().unwrap().to_owned())
    }

    fn people(&self) -> Vec<Sighting> {
        sightings(self.sim.world(), Source::Hunter)
    }

    /// The domain where Hunter knows most people.
    fn big(&self) -> String {
        let people = self.people();
        let size = |id: u32| people.iter().filter(|seen| seen.company == Some(id)).count();
        let company = self.sim.world().companies.iter().max_by_key(|company| size(company.id)).unwrap();
        company.domain.clone()
    }
}

#[tokio::test]
async fn three_ways_to_log_in() {
    let hunter = Hunter::start().await;
    let url = format!("{}/v2/account", hunter.server.base_url());
    for request in [
        hunter.http.get(&url).header("x-api-key", "sim-hunter-key"),
        hunter.http.get(&url).bearer_auth("sim-hunter-key"),
        hunter.http.get(format!("{url}?api_key=sim-hunter-key")),
    ] {
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    let refused = hunter.http.get(&url).bearer_auth("x").send().await.unwrap();
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.json::<Value>().await.unwrap()["errors"][0]["id"], "authentication_failed");
    let count = format!("{}/v2/email-count?domain={}", hunter.server.base_url(), hunter.big());
    let count = hunter.http.get(count).send().await.unwrap().json::<Value>().await.unwrap();
    assert!(count["data"]["total"].as_u64().unwrap() > 5, "no key needed");
    let dummy = format!("{}/v2/domain-search?domain={}&limit=0&api_key=test-api-key", hunter.server.base_url(), hunter.big());
    assert_eq!(hunter.http.get(dummy).send().await.unwrap().status(), 400, "the test key checks parameters");
}

#[tokio::test]
async fn domain_search_pages_and_bills() {
    let hunter = Hunter::start().await;
    let domain = hunter.big();
    let (_, page) = hunter.get(&format!("domain-search?domain={domain}")).await;
    let results = page["meta"]["results"].as_u64().unwrap();
    assert!(results > 10 && page["data"]["emails"].as_array().unwrap().len() == 10, "ten by default");
    assert_eq!(hunter.server.billed(), 1.0);
    let (_, all) = hunter.get(&format!("domain-search?domain={domain}&limit=100")).await;
    let emails = all["data"]["emails"].as_array().unwrap();
    assert_eq!(emails.len() as u64, results);
    assert_eq!(hunter.server.billed(), 1.0 + (results as f64 / 10.0).ceil());
    let info = emails.iter().find(|email| email["type"] == "generic").unwrap();
    assert!(info["first_name"].is_null() && info["verification"] == json!({"date": null, "status": null}));
    let (_, last) = hunter.get(&format!("domain-search?domain={domain}&offset={}", results - 1)).await;
    assert_eq!(last["data"]["emails"][0]["value"], emails.last().unwrap()["value"]);
    let (_, generic) = hunter.get(&format!("domain-search?domain={domain}&type=generic")).await;
    assert!(generic["data"]["emails"].as_array().unwrap().iter().all(|email| email["type"] == "generic"));
    let billed = hunter.server.billed();
    let (status, none) = hunter.get("domain-search?domain=nowhere.example").await;
    assert_eq!((status, &none["data"]["emails"], hunter.server.billed()), (200, &json!([]), billed), "nothing found, nothing billed");

    assert_eq!(hunter.error("domain-search").await, (400, "wrong_params".into()));
    for bad in ["limit=101", "limit=0", "limit=x", "offset=-1"] {
        assert_eq!(hunter.error(&format!("domain-search?domain={domain}&{bad}")).await, (400, "pagination_error".into()), "{bad}");
    }
    assert_eq!(hunter.error(&format!("domain-search?domain={domain}&department=information_technology")).await.0, 400);
    hunter.server.configure(json!({"plan": "free"})).unwrap();
    assert_eq!(hunter.error(&format!("domain-search?domain={domain}&limit=20")).await, (400, "pagination_error".into()));
}

#[tokio::test]
async fn finder_and_objections() {
    let hunter = Hunter::start().await;
    let people = hunter.people();
    let claimed = |seen: &&Sighting| seen.person.is_some_and(|id| hunter.sim.world().people[id as usize].claimed);
    let find = |seen: &Sighting| {
        let domain = &hunter.sim.world().companies[seen.company.unwrap() as usize].domain;
        format!("email-finder?domain={domain}&first_name={}&last_name={}", seen.first, seen.last)
    };
    let plain = people.iter().find(|seen| seen.company.is_some() && seen.person.is_some() && !claimed(seen)).unwrap();
    let (_, found) = hunter.get(&find(plain)).await;
    assert_eq!(found["data"]["last_name"], plain.last);
    assert!(found["data"]["score"].is_u64());
    assert_eq!(hunter.server.billed(), 1.0);
    let objector = people.iter().find(|seen| claimed(seen) && seen.company.is_some()).expect("one in a hundred objected");
    assert_eq!(hunter.error(&find(objector)).await, (451, "claimed_email".into()));
    let email = objector.email.as_ref().unwrap().to_lowercase();
    assert_eq!(hunter.error(&format!("email-verifier?email={email}")).await, (451, "claimed_email".into()));
    assert_eq!(hunter.error(&format!("people/find?email={email}")).await.0, 451);
    let domain = &hunter.sim.world().companies[objector.company.unwrap() as usize].domain;
    let (_, search) = hunter.get(&format!("domain-search?domain={domain}&limit=100")).await;
    assert!(search["data"]["emails"].as_array().unwrap().iter().all(|found| found["value"] != email));
    let (status, none) = hunter.get("email-finder?domain=nowhere.example&first_name=A&last_name=B").await;
    assert_eq!((status, &none["data"]["email"], &none["data"]["score"]), (200, &Value::Null, &Value::Null));
    assert_eq!(hunter.error("email-finder?domain=nowhere.example").await, (400, "wrong_params".into()));
    assert_eq!(hunter.error("email-finder?domain=x.example&full_name=A%20B&max_duration=30").await.0, 400);
}

#[tokio::test]
async fn the_verifier_takes_its_time() {
    let hunter = Hunter::start().await;
    let mut codes = std::collections::BTreeMap::new();
    let mut statuses = std::collections::BTreeSet::new();
    let emails: Vec<String> =
        hunter.people().iter().filter_map(|seen| seen.email.clone()).filter(|email| email.ends_with(".example")).take(150).collect();
    let mut checked = 0.0;
    for email in &emails {
        for attempt in 0..6 {
            let (code, body) = hunter.get(&format!("email-verifier?email={email}")).await;
            *codes.entry(code).or_insert(0) += 1;
            if code == 200 {
                statuses.insert(body["data"]["status"].as_str().unwrap().to_owned());
                checked += 0.5;
                break;
            }
            if code == 451 {
                break;
            }
            assert!(attempt < 5, "an end in sight");
        }
    }
    assert!(codes[&202] > 10 && codes[&222] > 0, "{codes:?}");
    assert!(["valid", "invalid", "accept_all"].iter().all(|status| statuses.contains(*status)), "{statuses:?}");
    assert_eq!(hunter.server.billed(), checked, "billed once each");
    assert_eq!(hunter.error("email-verifier?email=nonsense").await.0, 400);
}

#[tokio::test]
async fn enrichment_discover_account_leads() {
    let hunter = Hunter::start().await;
    let seen = hunter.people().into_iter().find(|seen| seen.days_old < 20 && seen.company.is_some() && seen.person.is_some()).unwrap();
    let (_, both) = hunter.get(&format!("combined/find?email={}", seen.email.as_ref().unwrap().to_lowercase())).await;
    assert_eq!(both["data"]["person"]["name"]["familyName"], seen.last);
    let handle = both["data"]["company"]["linkedin"]["handle"].as_str().unwrap();
    assert!(handle.starts_with("company/"));
    assert_eq!(hunter.server.billed(), 0.2);
    assert_eq!(hunter.error("people/find?email=nobody@nowhere.example").await, (404, "not_found".into()));
    let discover = async |body: Value| hunter.send(Method::POST, "discover", Some(body)).await;
    let (_, page) = discover(json!({"headcount": ["51-200"], "limit": 5})).await;
    assert_eq!(page["data"].as_array().unwrap().len(), 5);
    assert!(page["data"][0]["emails_count"]["total"].as_u64().unwrap() > 0);
    assert_eq!(discover(json!({"headcount": ["50-200"]})).await.0, 400);
    let (_, account) = hunter.get("account").await;
    assert_eq!(account["data"]["requests"]["credits"]["used"], 0.2);

    let (_, leads) = hunter.get("leads?limit=100").await;
    let ids: Vec<_> = leads["data"]["leads"].as_array().unwrap().iter().map(|lead| lead["id"].clone()).collect();
    assert!(ids.len() > 5);
    let new = json!({"email": "new@lead.example", "first_name": "New"});
    let (status, made) = hunter.send(Method::POST, "leads", Some(new.clone())).await;
    assert_eq!(status, 201);
    assert_eq!(hunter.send(Method::POST, "leads", Some(new)).await.0, 422, "twice in one list");
    let (_, again) = hunter.get("leads?limit=1").await;
    assert_eq!(again["data"]["leads"][0]["id"], made["data"]["id"], "newest first");
    assert_eq!(hunter.get("leads/exist?email=NEW@lead.example").await.1["data"]["id"], made["data"]["id"]);
    let path = format!("leads/{}", made["data"]["id"]);
    assert_eq!(hunter.send(Method::DELETE, &path, None).await.0, 204);
    assert_eq!(hunter.get(&path).await.0, 404);
}

#[tokio::test]
async fn limits_have_no_headers() {
    let hunter = Hunter::with(|config| config.hunter.unlimited = false).await;
    for _ in 0..15 {
        assert_eq!(hunter.get("domain-search?domain=nowhere.example").await.0, 200);
    }
    assert_eq!(hunter.error("domain-search?domain=nowhere.example").await.0, 403, "documented as the rate's code");
    hunter.server.advance(Duration::from_secs(1));
    assert_eq!(hunter.get("domain-search?domain=nowhere.example").await.0, 200);
    hunter.server.configure(json!({"credits": 0})).unwrap();
    let (status, body) = hunter.get(&format!("domain-search?domain={}", hunter.big())).await;
    assert!(status == 429 && body["errors"][0]["details"].as_str().unwrap().contains("billing period"), "{body}");
    hunter.server.configure(json!({"swapped_codes": true})).unwrap();
    let (status, body) = hunter.get(&format!("domain-search?domain={}", hunter.big())).await;
    assert!(status == 402 && body["errors"][0]["details"].as_str().unwrap().contains("upgrade your plan"));
}
