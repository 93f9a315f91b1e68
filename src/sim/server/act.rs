//! Carries a fault out. First the ones that keep the service from being asked, then the ones that spoil its answer.

use super::{
    Service,
    call::{Call, Payload, Reply},
    fault::{Fault, RetryAfter},
    wire::{Step, Tap},
};
use crate::domain::Timestamp;
use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, Response, StatusCode},
};
use serde_json::{Value, json};
use std::{convert::Infallible, time::Duration};

/// No slow fault lasts longer, whatever was planned.
const MAX_SLOW: Duration = Duration::from_mins(2);
/// No planned body is larger, packed or unpacked.
const MAX_MEGABYTES: u32 = 4095;
/// No planned nesting is deeper.
const MAX_DEPTH: u32 = 1_000_000;
const MEGABYTE: usize = 1 << 20;

/// Answers `call`, struck by `fault` or not. `None`: the connection was broken, nothing may be sent.
pub(super) async fn answer(service: &dyn Service, mut call: Call, fault: Option<Fault>, tap: &Tap) -> Option<Response<Body>> {
    let Some(fault) = fault else { return Some(send(&service.answer(&call))) };
    if let Fault::Twist { twist } = fault {
        call.twist = Some(twist);
        return Some(send(&service.answer(&call)));
    }
    if let Some(reply) = refuse(service, &fault, call.at) {
        return Some(reply);
    }
    // Every fault below spoils the answer of a request that was carried out.
    let reply = match fault {
        Fault::HangUp { applied: false } => Reply::empty(200),
        _ => service.answer(&call),
    };
    match fault {
        Fault::LostAnswer => Some(html(504, "Gateway Timeout")),
        Fault::HangUp { .. } => break_off(tap, vec![]).await,
        Fault::ResetMidBody => {
            let (head, body) = raw(&reply, None);
            let half = body.len() / 2;
            break_off(tap, vec![Step::Send([&head, &body[..half]].concat()), Step::Reset]).await
        }
        Fault::BodyTooShort => {
            let length = reply.encode().1.len() + 512;
            let (head, body) = raw(&reply, Some(length));
            break_off(tap, vec![Step::Send([head, body].concat())]).await
        }
        Fault::BodyTooLong => {
            let length = reply.encode().1.len() * 2 / 3;
            let (head, body) = raw(&reply, Some(length));
            break_off(tap, vec![Step::Send([head, body].concat())]).await
        }
        Fault::SlowHeaders { pause_ms, seconds } => {
            let (head, body) = raw(&reply, None);
            break_off(tap, vec![drip([head, body].concat(), pause_ms, seconds)]).await
        }
        Fault::SlowBody { pause_ms, seconds } => {
            let (head, body) = raw(&reply, None);
            break_off(tap, vec![Step::Send(head), drip(body, pause_ms, seconds)]).await
        }
        Fault::Late { millis } => {
            tokio::time::sleep(Duration::from_millis(millis.into()).min(MAX_SLOW)).await;
            Some(send(&reply))
        }
        Fault::TruncatedJson => {
            let (_, mut body) = reply.encode();
            body.truncate(body.len() * 2 / 3);
            Some(send(&Reply { payload: Payload::Bytes("application/json", body), ..reply }))
        }
        Fault::WrongCharset => Some(wrong_charset(reply)),
        Fault::UnknownFields => Some(reshaped(reply, &unknown_fields)),
        Fault::WrongTypes => Some(reshaped(reply, &wrong_types)),
        _ => Some(send(&reply)),
    }
}

/// The faults that answer in the service's place.
fn refuse(service: &dyn Service, fault: &Fault, now: Timestamp) -> Option<Response<Body>> {
    let reply = match fault {
        Fault::TooMany { retry_after } => with_retry(service.too_many(), retry_after, now),
        Fault::Empty { status } => Reply::empty(*status),
        Fault::Html { status } => return Some(html(*status, "Bad Gateway")),
        Fault::Unavailable { retry_after } => with_retry(Reply::text(503, "Service Unavailable"), retry_after, now),
        Fault::DeepJson { depth } => {
            let depth = (*depth).min(MAX_DEPTH) as usize;
            Reply {
                status: 200,
                headers: vec![],
                payload: Payload::Bytes("application/json", [vec![b'['; depth], vec![b']'; depth]].concat()),
            }
        }
        Fault::NotJson => {
            Reply { status: 200, headers: vec![], payload: Payload::Bytes("application/json", b"{\"data\": [1, 2,, }".to_vec()) }
        }
        Fault::ErrorInside => service.error_inside(),
        Fault::NoContent => Reply::empty(204),
        Fault::GzipBomb { megabytes } => Reply {
            status: 200,
            headers: vec![("content-encoding", "gzip".to_owned())],
            payload: Payload::Bytes("application/json", gzip_bomb((*megabytes).min(MAX_MEGABYTES))),
        },
        Fault::HugeBody { megabytes } => return Some(huge((*megabytes).min(MAX_MEGABYTES))),
        Fault::Redirect { to } => Reply::empty(302).with("location", to.clone()),
        Fault::Unauthorized => service.unauthorized(),
        Fault::Forbidden => Reply::empty(403),
        _ => return None,
    };
    Some(send(&reply))
}

async fn break_off(tap: &Tap, steps: Vec<Step>) -> Option<Response<Body>> {
    tap.play(steps).await;
    None
}

fn drip(bytes: Vec<u8>, pause_ms: u32, seconds: u32) -> Step {
    let within = Duration::from_secs(seconds.into()).min(MAX_SLOW);
    Step::Drip { bytes, pause: Duration::from_millis(pause_ms.max(1).into()), within }
}

/// As HTTP.
pub(super) fn send(reply: &Reply) -> Response<Body> {
    let (kind, body) = reply.encode();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(kind) = kind {
        headers.insert("content-type", HeaderValue::from_static(kind));
    }
    for (name, value) in &reply.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Head and body as bytes, with the length that fits or another.
fn raw(reply: &Reply, length: Option<usize>) -> (Vec<u8>, Vec<u8>) {
    let (kind, body) = reply.encode();
    let kind = kind.map(|kind| ("content-type", kind.to_owned()));
    let length = ("content-length", length.unwrap_or(body.len()).to_string());
    let headers = kind.iter().chain(&reply.headers).chain([&length]).map(|(name, value)| format!("{name}: {value}\r\n"));
    let head = format!("HTTP/1.1 {} Planned\r\n{}\r\n", reply.status, headers.collect::<Vec<_>>().concat());
    (head.into_bytes(), body)
}

fn with_retry(reply: Reply, retry_after: &RetryAfter, now: Timestamp) -> Reply {
    match retry_after_value(retry_after, now) {
        Some(value) => reply.with("retry-after", value),
        None => reply,
    }
}

/// The header's words.
pub(crate) fn retry_after_value(retry_after: &RetryAfter, now: Timestamp) -> Option<String> {
    match retry_after {
        RetryAfter::None => None,
        RetryAfter::Seconds(seconds) => Some(seconds.to_string()),
        RetryAfter::Date(seconds) => Some(http_date(now.plus(Duration::from_secs((*seconds).into())))),
        RetryAfter::Raw(words) => Some(words.clone()),
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.as_micros()).map(|at| at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).unwrap_or_default()
}

fn html(status: u16, title: &str) -> Response<Body> {
    let page = format!(
        "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} {title}</h1></center>\r\n<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n"
    );
    send(&Reply { status, headers: vec![], payload: Payload::Bytes("text/html", page.into_bytes()) })
}

/// Labelled UTF-8, encoded Latin-1, with one letter at least that shows the difference.
fn wrong_charset(reply: Reply) -> Response<Body> {
    let (_, body) = reply.encode();
    let text = match serde_json::from_slice(&body) {
        Ok(Value::Object(mut map)) => {
            map.insert("umlaut".to_owned(), json!("Zürich"));
            Value::Object(map).to_string()
        }
        _ => format!("{} \u{e9}", String::from_utf8_lossy(&body)),
    };
    let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(&text);
    let payload = Payload::Bytes("application/json; charset=utf-8", bytes.into_owned());
    send(&Reply { status: reply.status, headers: reply.headers, payload })
}

/// The same answer, its JSON changed; the media type stays.
fn reshaped(reply: Reply, change: &dyn Fn(&mut Value)) -> Response<Body> {
    let (_, bytes) = reply.encode();
    let Ok(mut json) = serde_json::from_slice(&bytes) else { return send(&reply) };
    change(&mut json);
    let mut response = send(&reply);
    *response.body_mut() = Body::from(json.to_string());
    response
}

fn unknown_fields(json: &mut Value) {
    match json {
        Value::Array(items) => items.iter_mut().for_each(unknown_fields),
        Value::Object(map) => {
            map.values_mut().for_each(unknown_fields);
            map.insert("addedLately".to_owned(), json!({"version": 3, "flags": [true, null]}));
        }
        _ => {}
    }
}

fn wrong_types(json: &mut Value) {
    match json {
        Value::Array(items) => items.iter_mut().for_each(wrong_types),
        Value::Object(map) => map.values_mut().for_each(wrong_types),
        Value::String(text) => *json = json!(text.len()),
        Value::Number(number) => *json = json!(number.to_string()),
        Value::Bool(flag) => *json = json!(u8::from(*flag)),
        Value::Null => {}
    }
}

/// One packed megabyte over and over, in one gzip member (RFC 1952): a full flush lets packed blocks follow each other.
fn gzip_bomb(megabytes: u32) -> Vec<u8> {
    const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    const LAST_BLOCK: [u8; 2] = [3, 0];
    let plain = vec![b' '; MEGABYTE];
    let mut packed = Vec::with_capacity(MEGABYTE);
    let mut deflate = flate2::Compress::new(flate2::Compression::fast(), false);
    if let Err(error) = deflate.compress_vec(&plain, &mut packed, flate2::FlushCompress::Full) {
        tracing::error!(%error, "a megabyte of blanks could not be packed");
    }
    let mut one = flate2::Crc::new();
    one.update(&plain);
    let mut all = flate2::Crc::new();
    (0..megabytes).for_each(|_| all.combine(&one));
    let mut out = HEAD.to_vec();
    out.extend(packed.repeat(megabytes as usize));
    out.extend(LAST_BLOCK);
    out.extend(all.sum().to_le_bytes());
    out.extend((megabytes * MEGABYTE as u32).to_le_bytes());
    out
}

/// Sent as it is made, so the simulator itself stays small.
fn huge(megabytes: u32) -> Response<Body> {
    let chunk = Bytes::from(vec![b' '; MEGABYTE]);
    let chunks = futures_util::stream::iter((0..megabytes).map(move |_| Ok::<_, Infallible>(chunk.clone())));
    let mut response = Response::new(Body::from_stream(chunks));
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    response
}
