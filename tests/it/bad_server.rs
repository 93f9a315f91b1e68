//! A raw TCP server that misbehaves on demand, the naps that take no time, and the table of ways to fail that every
//! client is put through.

use futures_util::future::BoxFuture;
use leadloom::{
    ambient::ManualClock,
    domain::{Clock, Timestamp},
    net::{Class, MemoryLedger, MemoryPace, Nap, Tools},
};
use std::{
    io::Write as _,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What the server does with a request it has read.
#[derive(Clone)]
pub enum Reply {
    /// Sends these bytes and closes.
    Bytes(Vec<u8>),
    /// Sends these bytes and resets the connection.
    Reset(Vec<u8>),
    /// Sends these bytes one by one, so slowly that nobody waits for the end.
    Drip(Vec<u8>),
    /// Sends the head, then this byte for ever.
    Endless(Vec<u8>, u8),
    /// Says nothing.
    Hang,
}

impl Reply {
    /// An answer with a body and its right length.
    pub fn http(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n", body.len());
        Self::Bytes([head.as_bytes(), body].concat())
    }

    /// A JSON answer.
    pub fn json(status: &str, body: &str) -> Self {
        Self::http(status, "content-type: application/json\r\n", body)
    }
}

/// The server; it stops when dropped.
pub struct BadServer {
    /// `http://127.0.0.1:port`.
    pub url: String,
    seen: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl BadServer {
    /// Answers the first request with the first reply, and so on; the last one for ever.
    pub async fn start(replies: Vec<Reply>) -> Self {
        Self::route(move |nth, _| replies[nth.min(replies.len() - 1)].clone()).await
    }

    /// Answers request number `nth` (from 0) by what stands in it.
    pub async fn route(answer: impl Fn(usize, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (seen.clone(), Arc::new(answer));
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (log, answer) = (log.clone(), answer.clone());
                tokio::spawn(async move {
                    let _ = Box::pin(serve(stream, &log, &*answer)).await;
                });
            }
        });
        Self { url, seen, task }
    }

    /// Every request so far, head and body.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// How many requests so far.
    pub fn hits(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

impl Drop for BadServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, log: &Mutex<Vec<String>>, answer: &(impl Fn(usize, &str) -> Reply + Sync)) -> std::io::Result<()> {
    let request = read_request(&mut stream).await?;
    let nth = {
        let mut log = log.lock().unwrap();
        log.push(request.clone());
        log.len() - 1
    };
    match answer(nth, &request) {
        Reply::Bytes(bytes) => {
            stream.write_all(&bytes).await?;
            stream.shutdown().await?;
            // Reads on, so that closing does not reset what the client has not read yet.
            tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
        }
        Reply::Reset(bytes) => {
            stream.write_all(&bytes).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
            stream.set_zero_linger()?;
        }
        Reply::Drip(bytes) => {
            for byte in bytes {
                stream.write_all(&[byte]).await?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        Reply::Endless(head, byte) => {
            stream.write_all(&head).await?;
            let block = vec![byte; 64 * 1024];
            loop {
                stream.write_all(&block).await?;
            }
        }
        Reply::Hang => tokio::time::sleep(Duration::from_mins(1)).await,
    }
    Ok(())
}

async fn read_request(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    let mut block = vec![0; 16 * 1024];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if bytes.first() == Some(&0x16) {
            return Ok("a TLS greeting".to_owned());
        }
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse().unwrap()));
            if body.len() >= length.unwrap_or(0) {
                return Ok(text);
            }
        }
        let n = stream.read(&mut block).await?;
        if n == 0 {
            return Ok(text);
        }
        bytes.extend_from_slice(&block[..n]);
    }
}

/// Waits that take no time but move the clock, and are written down.
pub struct Naps {
    clock: Arc<ManualClock>,
    taken: Mutex<Vec<Duration>>,
}

impl Naps {
    /// Every wait so far.
    pub fn taken(&self) -> Vec<Duration> {
        self.taken.lock().unwrap().clone()
    }
}

impl Nap for Naps {
    fn nap(&self, wait: Duration) -> BoxFuture<'static, ()> {
        self.taken.lock().unwrap().push(wait);
        self.clock.advance(wait);
        Box::pin(tokio::task::yield_now())
    }
}

/// What a client under test is handed.
pub struct Kit {
    pub clock: Arc<ManualClock>,
    pub naps: Arc<Naps>,
    pub ledger: Arc<MemoryLedger>,
    pub tools: Tools,
}

/// A clock that stands at 2026-11-01, waits without time, pace and books in memory.
pub fn kit() -> Kit {
    kit_with(MemoryLedger::default())
}

/// The same with these books.
pub fn kit_with(ledger: MemoryLedger) -> Kit {
    let clock = Arc::new(ManualClock::new(Timestamp::parse("2026-11-01T08:00:00Z").unwrap()));
    let naps = Arc::new(Naps { clock: clock.clone(), taken: Mutex::default() });
    let ledger = Arc::new(ledger);
    let as_clock: Arc<dyn Clock> = clock.clone();
    let tools = Tools {
        pace: Arc::new(MemoryPace::new(as_clock.clone())),
        ledger: ledger.clone(),
        clock: as_clock,
        nap: naps.clone(),
        shelf: Arc::new(leadloom::net::NoShelf),
    };
    Kit { clock, naps, ledger, tools }
}

/// One way to fail.
pub struct Failure {
    /// Its name.
    pub name: &'static str,
    /// What the server does, every time it is asked.
    pub reply: Reply,
    /// What the caller must be told.
    pub class: Class,
}

/// 8 MiB of blanks in a few KiB.
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(&vec![b' '; 8 * 1024 * 1024]).unwrap();
    packer.finish().unwrap()
});

/// Every way to fail that needs no particular API. Sizes are meant for a body limit of 1 MiB, the slow ones for a
/// time-out below a second.
pub fn failures() -> Vec<Failure> {
    let ok = |rest: &str| format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\n{rest}").into_bytes();
    let throttled = |header: &str| Reply::http("429 Too Many Requests", header, "slow down");
    let cases: Vec<(&'static str, Reply, Class)> = vec![
        ("429 with seconds", throttled("retry-after: 7\r\n"), Class::RateLimited),
        ("429 with a date", throttled("retry-after: Sun, 01 Nov 2026 08:00:09 GMT\r\n"), Class::RateLimited),
        ("429 without", throttled(""), Class::RateLimited),
        ("429 absurd", throttled("retry-after: 99999999999\r\n"), Class::RateLimited),
        ("500 empty", Reply::http("500 Internal Server Error", "", ""), Class::Server),
        (
            "502 HTML page",
            Reply::http("502 Bad Gateway", "content-type: text/html\r\n", "<html><h1>Bad gateway</h1></html>"),
            Class::Server,
        ),
        ("503", Reply::json("503 Service Unavailable", r#"{"message":"maintenance"}"#), Class::Server),
        ("504", Reply::http("504 Gateway Timeout", "", ""), Class::Server),
        ("reset in the body", Reply::Reset(ok("content-length: 1000\r\n\r\n{\"data\":")), Class::CutOff),
        ("body shorter than announced", Reply::Bytes(ok("content-length: 1000\r\n\r\n{\"data\":[]}")), Class::CutOff),
        ("body longer than announced", Reply::Bytes(ok("content-length: 5\r\n\r\n{\"data\":[]}")), Class::Malformed),
        ("not JSON", Reply::json("200 OK", "{\"data\":[}"), Class::Malformed),
        ("deep JSON", Reply::json("200 OK", &"[".repeat(200_000)), Class::Malformed),
        ("HTML with 200", Reply::http("200 OK", "content-type: text/html\r\n", "<html>Please log in</html>"), Class::Malformed),
        ("204", Reply::Bytes(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec()), Class::Malformed),
        ("not packed as it says", Reply::http("200 OK", "content-encoding: gzip\r\n", "plain"), Class::Malformed),
        ("gzip bomb", Reply::http("200 OK", "content-encoding: gzip\r\ncontent-type: application/json\r\n", &*BOMB), Class::TooLarge),
        ("100 MB announced", Reply::Bytes(ok("content-length: 100000000\r\n\r\n")), Class::TooLarge),
        ("endless body", Reply::Endless(ok("\r\n"), b' '), Class::TooLarge),
        ("slow head", Reply::Drip(b"HTTP/1.1 200 OK\r\n".to_vec()), Class::Timeout),
        ("slow body", Reply::Drip([ok("content-length: 30\r\n\r\n"), vec![b' '; 30]].concat()), Class::Timeout),
        ("silence", Reply::Hang, Class::Timeout),
        ("not HTTP", Reply::Bytes(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()), Class::CutOff),
        ("redirect to another host", Reply::http("302 Found", "location: http://127.0.0.1:9/steal\r\n", ""), Class::Moved),
        ("401", Reply::json("401 Unauthorized", r#"{"message":"no"}"#), Class::Auth),
    ];
    cases.into_iter().map(|(name, reply, class)| Failure { name, reply, class }).collect()
}
