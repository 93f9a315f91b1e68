//! Sends what a service calls back with: webhooks and asynchronous results. One worker a service, in order.

use super::Service;
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};

/// Deliveries that wait; further ones are refused and said so in the service's own log.
const MAX_WAITING: usize = 10_000;
/// As much of a receiver's answer as is kept.
const MAX_ANSWER: u64 = 4096;
/// Longer than any receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// One callback.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// What the service knows it by.
    pub(crate) id: String,
    /// `http://` on loopback; anything else is refused.
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Waits that long before it goes out.
    pub(crate) delay: Duration,
}

/// How a delivery went.
#[derive(Clone, Debug)]
pub(crate) struct Delivered {
    /// 0 when nobody answered.
    pub(crate) status: u16,
    /// The answer's beginning, or why there was none.
    pub(crate) answer: String,
    pub(crate) millis: u32,
}

/// Where a service leaves its callbacks.
#[derive(Clone)]
pub(crate) struct Postbox(mpsc::Sender<Delivery>);

impl Postbox {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Delivery>) {
        let (sender, receiver) = mpsc::channel(MAX_WAITING);
        (Self(sender), receiver)
    }

    /// False when too many wait already.
    pub(crate) fn put(&self, delivery: Delivery) -> bool {
        self.0.try_send(delivery).is_ok()
    }
}

/// Delivers until the service is gone.
pub(super) async fn deliver_all(mut waiting: mpsc::Receiver<Delivery>, service: Weak<dyn Service>) {
    while let Some(delivery) = waiting.recv().await {
        tokio::time::sleep(delivery.delay).await;
        let began = tokio::time::Instant::now();
        let outcome = tokio::time::timeout(PATIENCE, post(&delivery)).await;
        let (status, answer) = match outcome {
            Ok(Ok((status, answer))) => (status, answer),
            Ok(Err(error)) => (0, error.to_string()),
            Err(_) => (0, "the receiver did not answer in time".to_owned()),
        };
        let Some(service) = Weak::upgrade(&service) else { return };
        service.delivered(&delivery, &Delivered { status, answer, millis: began.elapsed().as_millis() as u32 });
    }
}

async fn post(delivery: &Delivery) -> std::io::Result<(u16, String)> {
    use std::io::{Error, ErrorKind};
    let invalid = |why: &str| Error::new(ErrorKind::InvalidInput, format!("{why}: {}", delivery.url));
    let url = url::Url::parse(&delivery.url).map_err(|_| invalid("not an address"))?;
    if url.scheme() != "http" || !is_loopback(&url) {
        return Err(invalid("simulators call http on loopback only"));
    }
    let (host, port) = (url.host_str().unwrap_or_default().to_owned(), url.port_or_known_default().unwrap_or(80));
    let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let headers: Vec<String> = delivery.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = delivery.body.len();
    let head =
        format!("POST {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\nContent-Length: {length}\r\n{}", headers.concat());
    stream.write_all(&[head.as_bytes(), b"\r\n", &delivery.body].concat()).await?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    Ok((status, body))
}

/// True for addresses that cannot leave this machine.
pub(crate) fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The worker's end of a service that lives as long as its server.
pub(super) fn weak(service: &Arc<dyn Service>) -> Weak<dyn Service> {
    Arc::downgrade(service)
}
