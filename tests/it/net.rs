//! The HTTP client against a server that misbehaves: right class, bounded time and memory, nothing leaks.

use crate::bad_server::{BadServer, Kit, Reply, failures, kit};
use leadloom::net::{Class, Client, Config, Header, Lane, Limit, NetError, Replay, Retry, Service};
use secrecy::SecretString;
use std::time::{Duration, Instant};

const DEMO: Service = Service { key: "demo", label: "Demo", credential: "DEMO_API_KEY", address: "DEMO_BASE_URL" };
const CANARY: &str = "canary-7c1e5a90";

fn config(url: &str) -> Config {
    let mut config = Config::new(&DEMO, url.parse().unwrap());
    config.headers = vec![("x-api-key", Header::Secret(SecretString::from(CANARY)))];
    config.timeout = Duration::from_millis(300);
    config.body_limit = 1024 * 1024;
    config
}

fn client(url: &str, kit: &Kit) -> Client {
    Client::new(config(url), kit.tools.clone()).unwrap()
}

async fn ask(client: &Client, replay: Replay) -> Result<serde_json::Value, NetError> {
    client.post("v1/people").query("email", "ann@corp.example").json(&serde_json::json!({"page": 1})).replay(replay).send().await?.json()
}

#[tokio::test]
async fn every_failure_ends_soon_in_its_class() {
    for failure in failures() {
        let server = BadServer::start(vec![failure.reply]).await;
        let kit = kit();
        let started = Instant::now();
        let error = ask(&client(&server.url, &kit), Replay::Safe).await.unwrap_err();
        let name = failure.name;
        assert_eq!(error.class(), failure.class, "{name}: {error}");
        assert!(started.elapsed() < Duration::from_secs(5), "{name} took {:?}", started.elapsed());
        let absurd = name.contains("absurd");
        let tries = if error.retry_helps() && !absurd { 4 } else { 1 };
        assert_eq!(server.hits(), tries, "{name}");
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(!text.contains(CANARY) && !text.contains("corp.example") && !text.contains("steal"), "{name}: {text}");
        }
    }
}

#[tokio::test]
async fn the_wait_is_what_the_server_asks_and_never_absurd() {
    for (header, from, to) in [("7", 7.0, 7.7), ("Sun, 01 Nov 2026 08:00:09 GMT", 9.0, 9.9)] {
        let server = BadServer::start(vec![
            Reply::http("429 Too Many Requests", &format!("retry-after: {header}\r\n"), ""),
            Reply::json("200 OK", r#"{"data":1}"#),
        ])
        .await;
        let kit = kit();
        assert_eq!(
            ask(&client(&server.url, &kit), Replay::Never).await.unwrap()["data"],
            1,
            "a refused call did nothing and is safe to repeat"
        );
        let waited: f64 = kit.naps.taken().iter().map(Duration::as_secs_f64).sum();
        assert!((from..=to).contains(&waited), "{header}: {waited}");
    }
    let server = BadServer::start(vec![Reply::http("429 Too Many Requests", "retry-after: 99999999999\r\n", "")]).await;
    let kit = kit();
    let client = client(&server.url, &kit);
    let error = ask(&client, Replay::Safe).await.unwrap_err();
    assert_eq!(error.wait(), Some(Duration::from_mins(15)));
    assert!(kit.naps.taken().is_empty(), "the caller is told, not held");
    let error = ask(&client, Replay::Safe).await.unwrap_err();
    assert_eq!((error.class(), server.hits()), (Class::RateLimited, 1), "the hold keeps the next call from being made");
}

#[tokio::test]
async fn a_create_that_may_have_arrived_is_not_sent_again() {
    for failure in failures() {
        let server = BadServer::start(vec![failure.reply]).await;
        let kit = kit();
        let error = ask(&client(&server.url, &kit), Replay::Never).await.unwrap_err();
        let name = failure.name;
        match error.class() {
            Class::RateLimited => assert!(!error.in_doubt(), "{name}"),
            Class::Timeout | Class::CutOff | Class::TooLarge | Class::Server => {
                assert!(error.in_doubt(), "{name}");
                assert_eq!(server.hits(), 1, "{name}");
            }
            _ => assert_eq!(server.hits(), 1, "{name}"),
        }
    }
}

#[tokio::test]
async fn what_never_arrived_is_sent_again_even_if_it_creates() {
    // A port that nobody listens on.
    let url = BadServer::start(vec![Reply::Hang]).await.url.clone();
    let kit = kit();
    let error = ask(&client(&url, &kit), Replay::Never).await.unwrap_err();
    assert_eq!((error.class(), error.attempts(), error.in_doubt()), (Class::Unreachable, 4, false), "{error}");
    let error = Client::new(config("https://nowhere.invalid"), self::kit().tools.clone()).unwrap().get("x").send().await.unwrap_err();
    assert_eq!(error.class(), Class::Unreachable, "{error}");
}

#[tokio::test]
async fn a_failed_handshake_says_so() {
    let server = BadServer::start(vec![Reply::Bytes(b"this is no TLS record at all".to_vec())]).await;
    let kit = kit();
    let error = Client::new(config(&server.url.replace("http:", "https:")), kit.tools.clone()).unwrap().get("x").send().await.unwrap_err();
    assert_eq!(error.class(), Class::Unreachable);
    assert!(error.words().contains("no secure connection"), "{error}");
}

#[tokio::test]
async fn a_key_goes_nowhere_but_to_its_host() {
    let kit = kit();
    for bad in ["http://api.example", "ftp://api.example", "data:text/plain,x"] {
        let error = Client::new(config(bad), kit.tools.clone()).err().unwrap_or_else(|| panic!("{bad} was accepted"));
        assert_eq!(error.class(), Class::Setup, "{bad}");
    }
    let server = BadServer::start(vec![Reply::json("200 OK", "{}")]).await;
    let below = Client::new(config(&format!("{}/api/v1", server.url)), kit.tools.clone()).unwrap();
    for path in ["https://evil.example/x", "../../admin", "..\\..\\admin", "people/../../../x"] {
        let error = below.get(path).send().await.unwrap_err();
        assert_eq!(error.class(), Class::Setup, "{path}: {error}");
    }
    below.get("result").segment("../../a b?c").send().await.unwrap();
    assert!(server.seen()[0].starts_with("GET /api/v1/result/..%2F..%2Fa%20b%3Fc HTTP/1.1"), "{}", server.seen()[0]);
    assert_eq!(server.hits(), 1);
}

#[tokio::test]
async fn secrets_and_people_that_a_service_echoes_are_removed() {
    let echo = format!(r#"{{"message":"key {CANARY} and token {CANARY}-token of ann@corp.example may not do that"}}"#);
    let server = BadServer::start(vec![Reply::json("403 Forbidden", &echo)]).await;
    let kit = kit();
    let token = SecretString::from(format!("Bearer {CANARY}-token"));
    let error = client(&server.url, &kit).get("x").header("authorization", Header::Secret(token)).send().await.unwrap_err();
    assert_eq!(error.class(), Class::Permission);
    assert!(!error.to_string().contains("canary") && !error.to_string().contains("ann@"), "{error}");
}

#[tokio::test]
async fn the_budget_holds_and_too_long_a_wait_is_handed_back() {
    let server = BadServer::start(vec![Reply::json("200 OK", "{}")]).await;
    let kit = kit();
    let mut config = config(&server.url);
    config.lanes = vec![Lane::new(Lane::ALL, vec![Limit::new(3, 60)]), Lane::new("search", vec![Limit::new(5, 3600)])];
    let client = Client::new(config, kit.tools.clone()).unwrap();
    for _ in 0..5 {
        client.get("people").lane("search").send().await.unwrap();
    }
    let waited: Duration = kit.naps.taken().iter().sum();
    assert!(waited >= Duration::from_mins(1) && waited < Duration::from_secs(70), "{waited:?}");
    let error = client.get("people").lane("search").send().await.unwrap_err();
    assert_eq!((error.class(), server.hits()), (Class::RateLimited, 5));
    assert!(error.wait().unwrap() > Duration::from_mins(50), "{error}");
}

#[tokio::test]
async fn a_dead_service_is_left_alone_and_probed_once() {
    let server = BadServer::start(vec![Reply::http("500 Internal Server Error", "", "")]).await;
    let kit = kit();
    let mut config = config(&server.url);
    config.retry = Retry { attempts: 1, ..Retry::default() };
    let client = Client::new(config, kit.tools.clone()).unwrap();
    for _ in 0..20 {
        client.get("x").send().await.unwrap_err();
    }
    assert_eq!(server.hits(), 5);
    let error = client.get("x").send().await.unwrap_err();
    assert_eq!(error.class(), Class::Resting, "{error}");
    kit.clock.advance(Duration::from_secs(31));
    for _ in 0..20 {
        client.get("x").send().await.unwrap_err();
    }
    assert_eq!(server.hits(), 6, "one probe");
}

#[tokio::test]
async fn a_slow_service_takes_only_its_own_slots() {
    let server = BadServer::start(vec![Reply::Hang]).await;
    let kit = kit();
    let mut config = config(&server.url);
    config.concurrency = 2;
    config.retry = Retry { attempts: 1, ..Retry::default() };
    let client = Client::new(config, kit.tools.clone()).unwrap();
    let calls: Vec<_> = (0..6).map(|_| tokio::spawn(client.get("x").send())).collect();
    tokio::time::timeout(Duration::from_millis(250), async {
        while server.hits() < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert_eq!(server.hits(), 2, "the others wait for a slot");
    for call in &calls[..] {
        call.abort();
    }
    for call in calls {
        assert!(call.await.unwrap_err().is_cancelled());
    }
    let answers = BadServer::start(vec![Reply::json("200 OK", "{}")]).await;
    self::client(&answers.url, &kit).get("x").send().await.unwrap();
}
