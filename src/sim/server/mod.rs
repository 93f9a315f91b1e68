//! What all simulated services share: a socket, the request log, faults, the clock, the doors under `/_sim`.
//! Absent: any one API's rules.

mod act;
mod admin;
pub(crate) mod call;
pub mod fault;
pub(crate) mod limit;
mod log;
pub(crate) mod post;
mod wire;

pub(crate) use act::retry_after_value;
pub use fault::{Fault, Planned, RetryAfter, Twist};
pub use limit::Window;
pub use log::{MAX_LOGGED, Request};

use crate::domain::{Clock, Timestamp};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, State},
    http::{Request as HttpRequest, Response},
};
use call::{Call, Query, Reply};
use post::{Delivered, Delivery};
use serde_json::{Value, json};
use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_util::sync::CancellationToken;
use wire::{Tap, WireListener};

/// Larger requests are refused with 413; the largest real one is an attachment.
const MAX_REQUEST: usize = 16 << 20;

/// One simulated API: a pure answer to each request, under its own lock.
pub(crate) trait Service: Send + Sync + 'static {
    /// Answers. Quick, and without I/O.
    fn answer(&self, call: &Call) -> Reply;
    /// How this API refuses a bad login.
    fn unauthorized(&self) -> Reply;
    /// How this API says "too many requests".
    fn too_many(&self) -> Reply;
    /// How this API fails inside a 200.
    fn error_inside(&self) -> Reply;
    /// Its whole state.
    fn dump(&self) -> Value;
    /// Replaces its state.
    fn load(&self, state: Value) -> Result<(), String>;
    /// Changes something as a person in the web interface would.
    fn edit(&self, _change: Value) -> Result<Value, String> {
        Err("nothing can be edited here".to_owned())
    }
    /// Its switches.
    fn config(&self) -> Value;
    /// Changes the switches that `change` names.
    fn configure(&self, change: Value) -> Result<Value, String>;
    /// Credits billed so far.
    fn billed(&self) -> f64 {
        0.0
    }
    /// Told how a callback went.
    fn delivered(&self, _delivery: &Delivery, _outcome: &Delivered) {}
}

/// The simulators' clock: somebody else's, plus what tests have added.
pub(crate) struct SimClock {
    base: Arc<dyn Clock>,
    ahead: AtomicI64,
}

impl SimClock {
    pub(crate) fn new(base: Arc<dyn Clock>) -> Self {
        Self { base, ahead: AtomicI64::new(0) }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.ahead.fetch_add(by.as_micros() as i64, Ordering::SeqCst);
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.base.now().as_micros() + self.ahead.load(Ordering::SeqCst))
    }
}

struct Desk {
    service: Arc<dyn Service>,
    clock: Arc<SimClock>,
    log: Mutex<log::Log>,
    faults: Mutex<Vec<Planned>>,
}

/// One running simulator: where it listens, what it saw, what shall go wrong.
#[derive(Clone)]
pub struct Server {
    address: SocketAddr,
    desk: Arc<Desk>,
}

impl Server {
    /// Listens on a free port of 127.0.0.1 until `stop`.
    pub(crate) async fn start(
        service: Arc<dyn Service>,
        mail: mpsc::Receiver<Delivery>,
        clock: Arc<SimClock>,
        stop: CancellationToken,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let postman = post::deliver_all(mail, post::weak(&service));
        let desk = Arc::new(Desk { service, clock, log: Mutex::default(), faults: Mutex::default() });
        let app = Router::new().fallback(handle).with_state(Arc::clone(&desk)).into_make_service_with_connect_info::<Tap>();
        let until = stop.clone();
        tokio::spawn(async move {
            if let Err(error) = axum::serve(WireListener(listener), app).with_graceful_shutdown(until.cancelled_owned()).await {
                tracing::error!(%error, "a simulator stopped listening");
            }
        });
        tokio::spawn(async move { stop.run_until_cancelled(postman).await });
        Ok(Self { address, desk })
    }

    /// `http://127.0.0.1:port`, before the path the provider documents.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Plans a fault.
    pub fn plan(&self, planned: Planned) {
        let mut plans = lock(&self.desk.faults);
        if plans.len() < fault::MAX_PLANS {
            plans.push(planned);
        }
    }

    /// Forgets all planned faults.
    pub fn clear_faults(&self) {
        lock(&self.desk.faults).clear();
    }

    /// How many requests had a `METHOD /path` that starts so, in any case. Ids in paths are written `{id}`.
    pub fn count(&self, route: &str) -> usize {
        lock(&self.desk.log).matching(route).count()
    }

    /// The most such requests in any window of that length.
    pub fn peak(&self, route: &str, window: Duration) -> usize {
        lock(&self.desk.log).peak(route, window)
    }

    /// All requests, oldest first; the last [`MAX_LOGGED`].
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.desk.log).matching("").cloned().collect()
    }

    /// Forgets the requests seen.
    pub fn clear_requests(&self) {
        lock(&self.desk.log).clear();
    }

    /// The service's whole state.
    pub fn dump(&self) -> Value {
        self.desk.service.dump()
    }

    /// Replaces the state by a dump.
    pub fn load(&self, state: Value) -> Result<(), String> {
        self.desk.service.load(state)
    }

    /// Changes the switches that `change` names; answers with all of them.
    pub fn configure(&self, change: Value) -> Result<Value, String> {
        self.desk.service.configure(change)
    }

    /// Changes something as a person in the web interface would.
    pub fn edit(&self, change: Value) -> Result<Value, String> {
        self.desk.service.edit(change)
    }

    /// Credits billed so far.
    pub fn billed(&self) -> f64 {
        self.desk.service.billed()
    }

    /// Moves the clock of all simulators on.
    pub fn advance(&self, by: Duration) {
        self.desk.clock.advance(by);
    }
}

async fn handle(State(desk): State<Arc<Desk>>, ConnectInfo(tap): ConnectInfo<Tap>, request: HttpRequest<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_REQUEST).await else { return act::send(&Reply::empty(413)) };
    let raw_query = parts.uri.query().unwrap_or_default().to_owned();
    let path = percent_decoded(parts.uri.path());
    let call = Call {
        at: desk.clock.now(),
        query: Query::parse(&raw_query),
        method: parts.method,
        headers: parts.headers,
        body: body.to_vec(),
        twist: None,
        path,
    };
    if call.path == "/_sim" || call.path.starts_with("/_sim/") {
        return act::send(&admin::answer(&desk, &call));
    }
    let mut seen = Request {
        at: call.at,
        route: log::route_of(call.method.as_str(), &call.path),
        path: call.path.clone(),
        query: raw_query,
        headers: call.headers.keys().map(|name| name.as_str().to_owned()).collect(),
        status: 0,
        fault: None,
    };
    let fault = fault::strike(&mut lock(&desk.faults), &format!("{} {}", call.method, call.path));
    seen.fault = fault.as_ref().map(|fault| json!(fault)["kind"].as_str().unwrap_or_default().to_owned());
    let nth = lock(&desk.log).push(seen);
    let answer = act::answer(&*desk.service, call, fault, &tap).await;
    lock(&desk.log).answered(nth, answer.as_ref().map_or(0, |answer| answer.status().as_u16()));
    // The connection is cut already when there is no answer; what stands here cannot be sent.
    answer.unwrap_or_default()
}

fn percent_decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).filter(|_| *first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        let decoded = hex.and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A panicking test must not hide the state it wants to show.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Replaces the named members of a switch record, refusing unknown names.
pub(crate) fn reconfigure<T: serde::Serialize + serde::de::DeserializeOwned>(config: &mut T, change: Value) -> Result<Value, String> {
    let mut all = serde_json::to_value(&*config).map_err(|error| error.to_string())?;
    let (Value::Object(known), Value::Object(change)) = (&mut all, change) else { return Err("an object is expected".to_owned()) };
    for (name, value) in change {
        match known.get_mut(&name) {
            Some(slot) => *slot = value,
            None => return Err(format!("no switch is called {name:?}; there are {:?}", known.keys().collect::<Vec<_>>())),
        }
    }
    *config = serde_json::from_value(all.clone()).map_err(|error| error.to_string())?;
    Ok(all)
}
