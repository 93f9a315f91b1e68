//! The doors that the real APIs do not have, under `/_sim` on the same port, for tests in other processes:
//!
//! | request | does |
//! |---|---|
//! | `GET /_sim/state`, `PUT /_sim/state` | dumps the service's whole state, loads such a dump |
//! | `POST /_sim/edit` | changes a record as a person in the web interface would; the body is the service's own |
//! | `GET /_sim/config`, `POST /_sim/config` | shows the switches, changes some |
//! | `GET /_sim/requests?route=&window_seconds=` | what was asked: total, by route, the peak in any rolling window |
//! | `DELETE /_sim/requests` | forgets them |
//! | `GET`, `POST`, `DELETE /_sim/faults` | lists, plans (one or an array), clears faults |
//! | `POST /_sim/clock` | `{"advance_seconds": n}` moves the clock of all simulators |

use super::{
    Desk,
    call::{Call, Reply},
    fault::{MAX_PLANS, Planned},
    lock,
};
use crate::domain::Clock;
use serde_json::{Value, json};
use std::time::Duration;

/// So many of the newest requests are listed one by one.
const LISTED: usize = 500;

pub(super) fn answer(desk: &Desk, call: &Call) -> Reply {
    let body = if call.body.is_empty() { Ok(Value::Null) } else { call.json() };
    let body = match body {
        Ok(body) => body,
        Err(error) => return refuse(400, &error.to_string()),
    };
    match (call.method.as_str(), call.segments().get(1).copied().unwrap_or_default()) {
        ("GET", "state") => Reply::json(200, desk.service.dump()),
        ("PUT", "state") => done(desk.service.load(body).map(|()| Value::Null)),
        ("POST", "edit") => done(desk.service.edit(body)),
        ("GET", "config") => Reply::json(200, desk.service.config()),
        ("POST", "config") => done(desk.service.configure(body)),
        ("GET", "requests") => requests(desk, call),
        ("DELETE", "requests") => {
            lock(&desk.log).clear();
            Reply::empty(204)
        }
        ("GET", "faults") => Reply::json(200, json!(*lock(&desk.faults))),
        ("POST", "faults") => done(plan(desk, body)),
        ("DELETE", "faults") => {
            lock(&desk.faults).clear();
            Reply::empty(204)
        }
        ("POST", "clock") => match body["advance_seconds"].as_u64() {
            Some(seconds) => {
                desk.clock.advance(Duration::from_secs(seconds));
                Reply::json(200, json!({ "now": desk.clock.now() }))
            }
            None => refuse(400, "advance_seconds is missing"),
        },
        _ => refuse(404, "no such door; see src/sim/server/admin.rs"),
    }
}

fn plan(desk: &Desk, body: Value) -> Result<Value, String> {
    let wanted: Vec<Planned> = match body {
        Value::Array(_) => serde_json::from_value(body),
        one => serde_json::from_value(one).map(|one| vec![one]),
    }
    .map_err(|error| error.to_string())?;
    let mut plans = lock(&desk.faults);
    if plans.len() + wanted.len() > MAX_PLANS {
        return Err(format!("at most {MAX_PLANS} faults can be planned"));
    }
    plans.extend(wanted);
    Ok(json!({ "planned": plans.len() }))
}

fn requests(desk: &Desk, call: &Call) -> Reply {
    let log = lock(&desk.log);
    let route = call.query.get("route").unwrap_or_default();
    let window = call.query.get("window_seconds").and_then(|raw| raw.parse().ok()).unwrap_or(60);
    let all: Vec<_> = log.matching(route).collect();
    Reply::json(
        200,
        json!({
            "total": all.len(),
            "forgotten": log.forgotten,
            "peak": log.peak(route, Duration::from_secs(window)),
            "window_seconds": window,
            "by_route": log.by_route(),
            "newest": all[all.len().saturating_sub(LISTED)..],
            "billed": desk.service.billed(),
        }),
    )
}

fn done(result: Result<Value, String>) -> Reply {
    match result {
        Ok(Value::Null) => Reply::empty(204),
        Ok(value) => Reply::json(200, value),
        Err(why) => refuse(400, &why),
    }
}

fn refuse(status: u16, why: &str) -> Reply {
    Reply::json(status, json!({ "error": why }))
}
