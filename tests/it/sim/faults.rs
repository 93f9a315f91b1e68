//! Faults that HTTP libraries refuse to produce, seen from a bare socket.

use super::{http, start};
use leadloom::sim::{Fault, Planned, Server, Sim};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const HEALTH: &str = "GET /api/v1/auth/health HTTP/1.1\r\nHost: x\r\nX-Api-Key: sim-apollo-key\r\n\r\n";
const BODY: &str = r#"{"healthy":true,"is_logged_in":true}"#;

async fn apollo(fault: Fault) -> (Sim, Server) {
    let sim = start(|_| {}).await;
    let server = sim.apollo();
    server.plan(Planned::next(fault).at("GET /api/v1/auth"));
    (sim, server)
}

/// Everything that arrives until the connection ends, and how it ended.
async fn raw(server: &Server) -> (String, std::io::Result<()>) {
    let address = server.base_url();
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    stream.write_all(HEALTH.as_bytes()).await.unwrap();
    let mut all = Vec::new();
    let ended = loop {
        let mut some = [0; 4096];
        match stream.read(&mut some).await {
            Ok(0) => break Ok(()),
            Ok(n) => all.extend_from_slice(&some[..n]),
            Err(error) => break Err(error),
        }
    };
    (String::from_utf8_lossy(&all).into_owned(), ended)
}

fn length(answer: &str) -> usize {
    let line = answer.lines().find(|line| line.starts_with("content-length: ")).unwrap();
    line["content-length: ".len()..].parse().unwrap()
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test]
async fn a_body_shorter_than_it_says() {
    let (_sim, server) = apollo(Fault::BodyTooShort).await;
    let (answer, ended) = raw(&server).await;
    assert!(ended.is_ok());
    assert_eq!(body(&answer), BODY);
    assert!(length(&answer) > BODY.len());
}

#[tokio::test]
async fn a_body_longer_than_it_says() {
    let (_sim, server) = apollo(Fault::BodyTooLong).await;
    let (answer, _) = raw(&server).await;
    assert_eq!(body(&answer), BODY);
    assert!(length(&answer) < BODY.len());
}

#[tokio::test]
async fn a_reset_in_the_middle() {
    let (_sim, server) = apollo(Fault::ResetMidBody).await;
    let (answer, ended) = raw(&server).await;
    assert_eq!(ended.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(body(&answer), &BODY[..BODY.len() / 2]);
    assert_eq!(server.requests()[0].status, 0);
}

#[tokio::test]
async fn no_answer_at_all() {
    let (_sim, server) = apollo(Fault::HangUp { applied: true }).await;
    assert_eq!(raw(&server).await.0, "");
}

#[tokio::test]
async fn slow_headers_and_slow_bodies_end() {
    let (_sim, server) = apollo(Fault::SlowHeaders { pause_ms: 20, seconds: 1 }).await;
    let began = Instant::now();
    let (answer, _) = raw(&server).await;
    assert!(answer.starts_with("HTTP/1.1 2") && !answer.contains("\r\n\r\n"), "{answer:?}");
    assert!(began.elapsed() < Duration::from_secs(5));
    server.plan(Planned::next(Fault::SlowBody { pause_ms: 5, seconds: 30 }).at("GET /api/v1/auth"));
    let (answer, _) = raw(&server).await;
    assert_eq!(body(&answer), BODY, "slow, but whole");
}

#[tokio::test]
async fn large_bodies_and_deep_ones() {
    let (_sim, server) = apollo(Fault::HugeBody { megabytes: 20 }).await;
    let url = format!("{}/api/v1/auth/health", server.base_url());
    let get = async || http().get(&url).send().await.unwrap();
    assert_eq!(get().await.bytes().await.unwrap().len(), 20 << 20);
    let plan = |fault| server.plan(Planned::next(fault).at("GET /api/v1/auth"));
    plan(Fault::GzipBomb { megabytes: 4 });
    let client = reqwest::Client::builder().no_gzip().no_proxy().build().unwrap();
    let packed = client.get(&url).send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert!(packed.bytes().await.unwrap().len() < 100_000);
    plan(Fault::GzipBomb { megabytes: 4 });
    assert_eq!(get().await.bytes().await.unwrap().len(), 4 << 20);
    plan(Fault::DeepJson { depth: 5000 });
    let deep = get().await.text().await.unwrap();
    assert!(deep.len() == 10_000 && serde_json::from_str::<serde_json::Value>(&deep).is_err(), "deeper than the parser goes");
    plan(Fault::NotJson);
    assert!(get().await.json::<serde_json::Value>().await.is_err());
    plan(Fault::WrongCharset);
    let wrong = get().await;
    assert!(wrong.headers()["content-type"].to_str().unwrap().contains("utf-8"));
    assert!(String::from_utf8(wrong.bytes().await.unwrap().to_vec()).is_err());
    plan(Fault::ErrorInside);
    assert_eq!(get().await.json::<serde_json::Value>().await.unwrap()["status"], "failed");
    plan(Fault::Redirect { to: "http://127.0.0.1:9/elsewhere".into() });
    let moved = get().await;
    assert_eq!((moved.status().as_u16(), &moved.headers()["location"]), (302, &"http://127.0.0.1:9/elsewhere".parse().unwrap()));
    assert_eq!(get().await.status(), 200, "all struck once");
}

#[tokio::test]
async fn an_ended_simulator_refuses() {
    let sim = start(|_| {}).await;
    let url = sim.apollo().base_url();
    drop(sim);
    // The listener closes on the next turn of the runtime.
    for _ in 0..100 {
        tokio::task::yield_now().await;
        if TcpStream::connect(url.trim_start_matches("http://")).await.is_err() {
            return;
        }
    }
    panic!("still listening");
}
