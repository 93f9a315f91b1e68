//! One request as a service sees it, and its answer. Plain data: no sockets, no async.

use super::fault::Twist;
use crate::domain::Timestamp;
use axum::http::{HeaderMap, Method};
use serde_json::Value;

/// One request, read completely.
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Decoded, without the query.
    pub(crate) path: String,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// When it arrived.
    pub(crate) at: Timestamp,
    /// A fault that only the service itself can act out.
    pub(crate) twist: Option<Twist>,
}

impl Call {
    /// A header's text; empty when absent or not ASCII.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// What follows `Bearer `, in any case.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization").split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// The path's parts, empty ones dropped.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

/// Query or form parameters in the order sent.
#[derive(Default, Clone)]
pub(crate) struct Query(pub(crate) Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(raw: &str) -> Self {
        Self(url::form_urlencoded::parse(raw.as_bytes()).into_owned().collect())
    }

    /// The first value of `name`, exactly so written.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of `name` in any case, as ASP.NET binds it; blank counts as absent.
    pub(crate) fn any_case(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// The word `true`; ASP.NET's binder takes it in any case and knows no `1`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.any_case(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}

/// What goes back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) payload: Payload,
}

/// A body.
pub(crate) enum Payload {
    Empty,
    Json(Value),
    Text(String),
    Bytes(&'static str, Vec<u8>),
}

impl Reply {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), payload: Payload::Json(body) }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), payload: Payload::Empty }
    }

    pub(crate) fn text(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), payload: Payload::Text(body.into()) }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Content type and bytes.
    pub(crate) fn encode(&self) -> (Option<&'static str>, Vec<u8>) {
        match &self.payload {
            Payload::Empty => (None, Vec::new()),
            Payload::Json(value) => (Some("application/json; charset=utf-8"), value.to_string().into_bytes()),
            Payload::Text(text) => (Some("text/plain; charset=utf-8"), text.clone().into_bytes()),
            Payload::Bytes(kind, bytes) => (Some(kind), bytes.clone()),
        }
    }
}

/// The part of a sorted list that a page shows.
pub(crate) struct Cut {
    pub(crate) from: usize,
    pub(crate) len: usize,
    /// The total to report.
    pub(crate) total: usize,
}

/// Cuts a page out of `total` rows; a twist makes it the wrong page.
pub(crate) fn cut(total: usize, offset: usize, limit: usize, twist: Option<&Twist>) -> Cut {
    let plain = |from: usize, limit: usize, shown: usize| {
        let from = from.min(total);
        Cut { from, len: limit.min(total - from), total: shown }
    };
    match twist {
        Some(Twist::RepeatPage) => plain(0, limit, total),
        Some(Twist::ShrinkingPage) => plain(offset, limit.div_ceil(2), total),
        Some(Twist::EndlessPages) => plain(if total == 0 { 0 } else { offset % total }, limit, total + 1_000_000),
        Some(Twist::PageDrift { by }) => plain(offset.saturating_add_signed(*by as isize), limit, total),
        Some(Twist::StaleList { .. }) | None => plain(offset, limit, total),
    }
}
