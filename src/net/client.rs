//! The client: one service, one host, bounded in time, bytes, attempts and slots. What it may not do is in its types:
//! no redirect, no other host, no repeat of a create that may have arrived.

use super::{
    Answer, Class, Grant, Judge, Lane, Ledger, MemoryLedger, MemoryPace, NetError, NoShelf, Outcome, Pace, Retry, Service, Shelf,
    trouble::{below_http, may_have_arrived, outcome},
};
use crate::domain::{Clock, Text};
use futures_util::future::BoxFuture;
use rand::RngExt;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use std::{
    sync::{Arc, Once},
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;
use url::Url;

/// The most bytes of one unpacked answer. The largest honest ones (a hundred full records) are below 2 MiB.
pub const DEFAULT_BODY_LIMIT: usize = 16 * 1024 * 1024;

/// Sent as `User-Agent`.
const USER_AGENT: &str = concat!("leadloom/", env!("CARGO_PKG_VERSION"));

/// How a service is called.
pub struct Config {
    /// Whose names go into errors.
    pub service: &'static Service,
    /// Scheme, host, port and perhaps a path, before the paths given to [`Client::get`].
    pub base: Url,
    /// Sent with every request.
    pub headers: Vec<(&'static str, Header)>,
    /// To open a connection.
    pub connect_timeout: Duration,
    /// For one attempt, from its start to the last byte of the answer.
    pub timeout: Duration,
    /// The most bytes of one answer, unpacked.
    pub body_limit: usize,
    /// Attempts and waits.
    pub retry: Retry,
    /// Rolling budgets by lane.
    pub lanes: Vec<Lane>,
    /// Calls at the same time, so that one slow service cannot take the whole program.
    pub concurrency: usize,
    /// Reads answers.
    pub judge: Judge,
}

impl Config {
    /// The usual: 10 s to connect, 30 s an attempt, four attempts, eight at a time, HTTP's meanings, no budget.
    pub fn new(service: &'static Service, base: Url) -> Self {
        Self {
            service,
            base,
            headers: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            body_limit: DEFAULT_BODY_LIMIT,
            retry: Retry::default(),
            lanes: Vec::new(),
            concurrency: 8,
            judge: super::by_status,
        }
    }
}

/// The value of a header.
#[derive(Clone)]
pub enum Header {
    /// May be shown.
    Plain(String),
    /// Never shown; removed from every error.
    Secret(SecretString),
}

/// What a client is handed: everything that has a state or waits.
#[derive(Clone)]
pub struct Tools {
    /// Grants calls.
    pub pace: Arc<dyn Pace>,
    /// Keeps the books of paid calls.
    pub ledger: Arc<dyn Ledger>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Waits.
    pub nap: Arc<dyn Nap>,
    /// Keeps what was bought.
    pub shelf: Arc<dyn Shelf>,
}

impl Tools {
    /// With that pace and those books, real waiting, and no shelf.
    pub fn new(pace: Arc<dyn Pace>, ledger: Arc<dyn Ledger>, clock: Arc<dyn Clock>) -> Self {
        Self { pace, ledger, clock, nap: Arc::new(Sleep), shelf: Arc::new(NoShelf) }
    }

    /// Pace and books that last as long as this process, real waiting.
    pub fn in_memory(clock: Arc<dyn Clock>) -> Self {
        Self::new(Arc::new(MemoryPace::new(clock.clone())), Arc::new(MemoryLedger::default()), clock)
    }
}

/// Waiting, so that tests need not.
pub trait Nap: Send + Sync {
    /// Ends after `wait`.
    fn nap(&self, wait: Duration) -> BoxFuture<'static, ()>;

    /// How long that much of the clock's time really takes; time-outs are set by it. The same, unless time is simulated.
    fn real(&self, wait: Duration) -> Duration {
        wait
    }
}

/// Real waiting.
struct Sleep;

impl Nap for Sleep {
    fn nap(&self, wait: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(wait))
    }
}

/// May a request be sent again when nobody knows whether it arrived?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Replay {
    /// Sending twice is sending once.
    Safe,
    /// Sending twice would create or pay twice: only what certainly did not arrive is sent again.
    Never,
}

/// A client of one service. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    config: Config,
    http: reqwest::Client,
    slots: Semaphore,
    tools: Tools,
}

impl Client {
    /// Refuses a base address that is no web address, or plain HTTP to another machine (the key would travel readable).
    pub fn new(mut config: Config, tools: Tools) -> Result<Self, NetError> {
        static PROVIDER: Once = Once::new();
        // An error only says that somebody else installed one first.
        PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let refuse = |why: &str| NetError::new(config.service, Class::Setup, "", why, &[]);
        let local = match config.base.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => return Err(refuse(&format!("{} is no web address", config.service.address))),
        };
        match config.base.scheme() {
            "https" => {}
            "http" if local => {}
            "http" => return Err(refuse(&format!("{} must start with https://", config.service.address))),
            _ => return Err(refuse(&format!("{} is no web address", config.service.address))),
        }
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(tools.nap.real(config.connect_timeout))
            .timeout(tools.nap.real(config.timeout))
            .pool_max_idle_per_host(config.concurrency)
            .default_headers(
                headers(&config.headers).map_err(|name| refuse(&format!("the value for the header {name} has forbidden characters")))?,
            );
        if local {
            builder = builder.no_proxy();
        }
        if config.base.scheme() == "http" {
            // No certificate will be seen: the system's need not be read.
            builder = builder.tls_certs_only([]);
        }
        let http = builder.build().map_err(|_| refuse("the system's certificates cannot be read"))?;
        let path = format!("{}/", config.base.path().trim_end_matches('/'));
        config.base.set_path(&path);
        config.base.set_query(None);
        let slots = Semaphore::new(config.concurrency.max(1));
        Ok(Self(Arc::new(Inner { config, http, slots, tools })))
    }

    /// A GET of a path below the base.
    pub fn get(&self, path: &str) -> Request {
        self.request(reqwest::Method::GET, path)
    }

    /// A POST to a path below the base.
    pub fn post(&self, path: &str) -> Request {
        self.request(reqwest::Method::POST, path)
    }

    /// A DELETE of a path below the base.
    pub fn delete(&self, path: &str) -> Request {
        self.request(reqwest::Method::DELETE, path)
    }

    /// Whose client this is.
    pub fn service(&self) -> &'static Service {
        self.0.config.service
    }

    /// What it was handed.
    pub fn tools(&self) -> &Tools {
        &self.0.tools
    }

    /// How long to wait before attempt number `attempt` when nobody says.
    pub(super) fn back_off(&self, attempt: u32) -> Duration {
        self.0.config.retry.delay(attempt, None, rand::rng().random())
    }

    /// Waits.
    pub async fn nap(&self, wait: Duration) {
        self.0.tools.nap.nap(wait).await;
    }

    fn request(&self, method: reqwest::Method, path: &str) -> Request {
        Request {
            client: self.clone(),
            method,
            path: path.trim_start_matches('/').to_owned(),
            segments: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            hidden: Vec::new(),
            body: Body::None,
            lane: None,
            replay: Replay::Safe,
            judge: self.0.config.judge,
        }
    }
}

fn headers(pairs: &[(&'static str, Header)]) -> Result<HeaderMap, &'static str> {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        let value = match value {
            Header::Plain(value) => HeaderValue::from_str(value),
            Header::Secret(secret) => HeaderValue::from_str(secret.expose_secret()).map(|mut value| {
                value.set_sensitive(true);
                value
            }),
        };
        map.insert(HeaderName::from_static(name), value.map_err(|_| *name)?);
    }
    Ok(map)
}

#[derive(Clone)]
enum Body {
    None,
    Bytes(&'static str, Vec<u8>),
    Unfit(String),
}

/// A request being put together.
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    client: Client,
    method: reqwest::Method,
    path: String,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    headers: Vec<(&'static str, Header)>,
    hidden: Vec<SecretString>,
    body: Body,
    lane: Option<&'static str>,
    replay: Replay,
    judge: Judge,
}

impl Request {
    /// One more path segment that came from outside; it is encoded and shown in no log.
    pub fn segment(mut self, segment: impl Into<String>) -> Self {
        self.segments.push(segment.into());
        self
    }

    /// A query parameter. Values appear in no log and no error.
    pub fn query(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// A JSON body.
    pub fn json<T: serde::Serialize + ?Sized>(self, value: &T) -> Self {
        self.json_as("application/json", value)
    }

    /// A JSON body under another media type.
    pub fn json_as<T: serde::Serialize + ?Sized>(mut self, media_type: &'static str, value: &T) -> Self {
        self.body = match serde_json::to_vec(value) {
            Ok(bytes) => Body::Bytes(media_type, bytes),
            Err(error) => Body::Unfit(error.to_string()),
        };
        self
    }

    /// A form body.
    pub fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.body = Body::Bytes("application/x-www-form-urlencoded", form.into_bytes());
        self
    }

    /// A header of this request only.
    pub fn header(mut self, name: &'static str, value: Header) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A secret in the query or the body; it is removed from every error, should the service echo it.
    pub fn hide(mut self, secret: &SecretString) -> Self {
        self.hidden.push(secret.clone());
        self
    }

    /// The lane whose limits hold beside those of [`Lane::ALL`].
    pub fn lane(mut self, lane: &'static str) -> Self {
        self.lane = Some(lane);
        self
    }

    /// Whether it may be sent again when nobody knows whether it arrived. Reads are safe, and that is the default.
    pub fn replay(mut self, replay: Replay) -> Self {
        self.replay = replay;
        self
    }

    /// Reads answers to this request instead of the client's judge.
    pub fn judge(mut self, judge: Judge) -> Self {
        self.judge = judge;
        self
    }

    /// Sends it, as often as it is allowed and makes sense. Dropping the future gives everything back but the call's place
    /// in the budget. The answer is one that the judge found fine.
    pub async fn send(self) -> Result<Answer, NetError> {
        let client = self.client.clone();
        let (config, tools) = (&client.0.config, &client.0.tools);
        let place = format!("{} {}", self.method, self.path.trim_end_matches('/'));
        let built = self.build(&place)?;
        let lane = self.lane.unwrap_or(Lane::ALL);
        let lanes: Vec<Lane> = config.lanes.iter().filter(|have| have.name == Lane::ALL || have.name == lane).cloned().collect();
        // A lane without limits is still one that the service can hold.
        let lanes = if lanes.iter().any(|have| have.name == lane) { lanes } else { [lanes, vec![Lane::new(lane, Vec::new())]].concat() };
        let mut waited = Duration::ZERO;
        let mut attempt = 0;
        let mut last: Option<NetError> = None;
        loop {
            attempt += 1;
            let slot = match (self.slot(&lanes, &place, &mut waited).await, last.take()) {
                (Ok(slot), _) => slot,
                // What broke the service says more than that it rests now.
                (Err(rest), Some(before)) => return Err(before.with_wait(rest.wait())),
                (Err(error), None) => return Err(error),
            };
            let started = Instant::now();
            let result = self.attempt(&built, &place).await;
            drop(slot);
            let now = tools.clock.now();
            let result = result.and_then(|answer| match (self.judge)(&answer, now) {
                None => Ok(answer),
                Some(fault) => Err(self.error(fault.class, &place, &fault.words).with_status(answer.status).with_wait(fault.wait)),
            });
            let ms = started.elapsed().as_millis() as u64;
            let error = match result {
                Ok(answer) => {
                    tracing::debug!(service = config.service.key, %place, status = answer.status, bytes = answer.body.len(), ms, attempt, "answered");
                    tools.pace.report(config.service.key, lane, Outcome::Answered).await;
                    return Ok(answer);
                }
                Err(error) => error,
            };
            let error = if self.replay == Replay::Never && may_have_arrived(&error) { error.doubtful() } else { error }.after(attempt);
            let delay = config.retry.delay(attempt, error.wait(), rand::rng().random());
            tools.pace.report(config.service.key, lane, outcome(&error, now.plus(delay))).await;
            let again =
                error.retry_helps() && !error.in_doubt() && attempt < config.retry.attempts && waited + delay <= config.retry.patience;
            let (status, class, wait_ms) = (error.status(), error.class().key(), delay.as_millis() as u64);
            tracing::warn!(service = config.service.key, %place, class, status, ms, attempt, again, wait_ms, words = error.words(), "failed");
            if !again {
                return Err(error);
            }
            waited += delay;
            last = Some(error);
            tools.nap.nap(delay).await;
        }
    }

    /// Waits for a free slot and for the pace's word, in that order, so that a granted call leaves at once; and
    /// gives the slot back while it waits, so that other lanes go on.
    async fn slot(&self, lanes: &[Lane], place: &str, waited: &mut Duration) -> Result<tokio::sync::SemaphorePermit<'_>, NetError> {
        let (config, tools) = (&self.client.0.config, &self.client.0.tools);
        loop {
            let slot = self.client.0.slots.acquire().await.map_err(|_| self.error(Class::Setup, place, "the client is closed"))?;
            let grant = tools.pace.take(config.service.key, lanes).await;
            let until = match grant.map_err(|error| self.error(Class::Setup, place, &error.to_string()))? {
                Grant::Go => return Ok(slot),
                Grant::WaitUntil(until) => until,
                Grant::Rest(until) => {
                    let wait = until.since(tools.clock.now());
                    return Err(self.error(Class::Resting, place, "").with_wait(Some(wait)));
                }
            };
            drop(slot);
            // At least a little, so that a clock that stands still cannot spin this loop.
            let wait = until.since(tools.clock.now()).max(Duration::from_millis(1));
            if *waited + wait > config.retry.patience {
                return Err(self.error(Class::RateLimited, place, "our own budget for it is used up").with_wait(Some(wait)));
            }
            *waited += wait;
            tools.nap.nap(wait).await;
        }
    }

    fn build(&self, place: &str) -> Result<reqwest::Request, NetError> {
        let config = &self.client.0.config;
        let refuse = |why: &str| self.error(Class::Setup, place, why);
        let mut url = config.base.join(&self.path).map_err(|_| refuse("the path does not fit the address"))?;
        if !self.segments.is_empty() {
            let mut path = url.path_segments_mut().map_err(|()| refuse("the path does not fit the address"))?;
            path.pop_if_empty().extend(&self.segments);
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        if url.origin() != config.base.origin() || !url.path().starts_with(config.base.path()) {
            return Err(refuse("the path leads away from the configured address"));
        }
        let mut request = reqwest::Request::new(self.method.clone(), url);
        *request.headers_mut() =
            headers(&self.headers).map_err(|name| refuse(&format!("the value for the header {name} has forbidden characters")))?;
        match &self.body {
            Body::None if self.method == reqwest::Method::POST => *request.body_mut() = Some(Vec::new().into()),
            Body::None => {}
            Body::Bytes(media_type, bytes) => {
                request.headers_mut().insert(reqwest::header::CONTENT_TYPE, HeaderValue::from_static(media_type));
                *request.body_mut() = Some(bytes.clone().into());
            }
            Body::Unfit(why) => return Err(refuse(why)),
        }
        Ok(request)
    }

    async fn attempt(&self, built: &reqwest::Request, place: &str) -> Result<Answer, NetError> {
        let config = &self.client.0.config;
        let request = built.try_clone().ok_or_else(|| self.error(Class::Setup, place, "the body cannot be sent twice"))?;
        let broken = |error: reqwest::Error| {
            let (class, words) = below_http(&error, config.timeout);
            self.error(class, place, &words)
        };
        let mut response = self.client.0.http.execute(request).await.map_err(broken)?;
        let too_large = || self.error(Class::TooLarge, place, &format!("more than {} MiB", config.body_limit.div_ceil(1024 * 1024)));
        if response.content_length().is_some_and(|length| length > config.body_limit as u64) {
            return Err(too_large().with_status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if body.len() + chunk.len() > config.body_limit {
                return Err(too_large().with_status(response.status().as_u16()));
            }
            body.extend_from_slice(&chunk);
        }
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        Ok(Answer { service: config.service, place: Text::new(place), status: response.status().as_u16(), headers, body })
    }

    fn error(&self, class: Class, place: &str, words: &str) -> NetError {
        let config = &self.client.0.config;
        let secrets: Vec<&str> = config
            .headers
            .iter()
            .chain(&self.headers)
            .filter_map(|(_, header)| match header {
                Header::Secret(secret) => Some(secret.expose_secret()),
                Header::Plain(_) => None,
            })
            .collect();
        // "Bearer abc": the token alone may be echoed too.
        let parts = secrets.iter().flat_map(|secret| std::iter::once(*secret).chain(secret.split(' ').skip(1)));
        let parts: Vec<&str> = parts.chain(self.hidden.iter().map(ExposeSecret::expose_secret)).collect();
        NetError::new(config.service, class, place, words, &parts)
    }
}
