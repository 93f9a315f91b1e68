//! Webhooks: which notification wants an event, what is sent, how it is signed, and the log of deliveries.

use super::{
    Inner,
    column::stored_date,
    record::View,
    reference::EVENTS,
    state::{Row, State, Table, text},
    write::Happened,
};
use crate::{
    domain::Timestamp,
    sim::server::post::{Delivered, Delivery, Postbox},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Deliveries that the log keeps.
const MAX_EVENTS: usize = 5000;

/// How deliveries misbehave.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HookManners {
    /// Each is sent twice.
    pub duplicate: bool,
    /// So many in 100 are never sent.
    pub lose_percent: u32,
    /// So many are held back and then sent in reverse order.
    pub hold: u32,
    /// So many go out together, the body an array.
    pub batch: u32,
    /// The body holds only `id` and `event`.
    pub event_only: bool,
}

/// A delivery before it is put into an envelope.
#[derive(Clone)]
pub(super) struct Parcel {
    webhook: i64,
    id: String,
    body: Value,
}

impl Inner {
    /// Sends what the notifications want of what happened.
    pub(super) fn fire(&mut self, happened: Vec<Happened>, agent: i64, now: Timestamp, post: &Postbox) {
        for event in happened {
            let wanted: Vec<(i64, i64)> = self
                .state
                .rows(Table::Notification)
                .filter(|n| n.int("eventno") == event.event)
                .filter_map(|n| {
                    let webhook = self.state.rows(Table::Webhook).find(|w| w.text("id") == n.text("webhook_id"))?;
                    let active = webhook.values.get("active") != Some(&Value::Bool(false));
                    (active && self.passes(n, &event)).then_some((n.id, webhook.id))
                })
                .collect();
            for (notification, webhook) in wanted {
                let id = self.state.guid();
                let body = self.payload(&id, notification, webhook, &event, agent, now);
                self.parcels.push(Parcel { webhook, id, body });
            }
        }
        self.send_parcels(now, post);
    }

    /// Sends what is held back as well.
    pub(super) fn flush_parcels(&mut self, now: Timestamp, post: &Postbox) {
        let (hold, batch) = (std::mem::take(&mut self.config.hooks.hold), std::mem::take(&mut self.config.hooks.batch));
        self.send_parcels(now, post);
        (self.config.hooks.hold, self.config.hooks.batch) = (hold, batch);
    }

    fn send_parcels(&mut self, now: Timestamp, post: &Postbox) {
        let manners = self.config.hooks.clone();
        let needed = manners.hold.max(manners.batch) as usize;
        if self.parcels.len() < needed {
            return;
        }
        let mut parcels = std::mem::take(&mut self.parcels);
        if manners.hold > 0 {
            parcels.reverse();
        }
        parcels.retain(|p| !parcel_lost(self.state.seed, &p.id, manners.lose_percent));
        if manners.batch > 0 {
            parcels = in_batches(parcels);
        }
        for parcel in parcels {
            let Some(webhook) = self.state.row(Table::Webhook, parcel.webhook) else { continue };
            let delivery = envelope(webhook, &parcel);
            let copies = if manners.duplicate { 2 } else { 1 };
            for _ in 0..copies {
                if !post.put(delivery.clone()) {
                    let outcome = Delivered { status: 0, answer: "the queue of deliveries is full".to_owned(), millis: 0 };
                    delivered(&mut self.state, &delivery, &outcome, now);
                }
            }
        }
    }

    /// `conditions` of a notification: rows of a column and what it must equal.
    fn passes(&self, notification: &Row, event: &Happened) -> bool {
        let Some(Value::Array(conditions)) = notification.values.get("conditions") else { return true };
        let Some(record) = self.state.row(event.table, event.id) else { return true };
        conditions.iter().all(|condition| {
            let name = match condition["fieldname"].as_str().unwrap_or_default().to_lowercase().as_str() {
                "requesttype" | "requesttypenew" => "tickettype_id".to_owned(),
                "status" => "status_id".to_owned(),
                other => other.to_owned(),
            };
            let held = record.values.get(&name).unwrap_or(&Value::Null);
            let wanted = if condition["value_int"].is_null() { &condition["value_string"] } else { &condition["value_int"] };
            // Type 0 is "is", 1 "is not".
            (held == wanted) != (condition["type"].as_i64() == Some(1))
        })
    }

    fn payload(&self, id: &str, notification: i64, webhook: i64, event: &Happened, agent: i64, now: Timestamp) -> Value {
        let name = EVENTS.iter().find(|(number, _)| *number == event.event).map_or("", |(_, name)| name).to_lowercase();
        let object = if event.table == Table::Actions { super::state::action_number(event.id) } else { event.id };
        if self.config.hooks.event_only {
            return json!({"id": object, "event": name});
        }
        let webhook = self.state.row(Table::Webhook, webhook).map(|w| w.text("id").to_owned()).unwrap_or_default();
        let shop = self.shop();
        let record = self.state.row(event.table, event.id).map(|row| shop.show(event.table, &row.fresh(), View::Whole));
        let nest = match event.table {
            Table::Tickets => "ticket",
            Table::Client => "client",
            Table::Site => "site",
            Table::Users => "user",
            _ => "action",
        };
        let mut body = Map::new();
        for (key, value) in [
            ("id", json!(id)),
            ("webhook_id", json!(webhook)),
            ("notification_id", json!(notification)),
            ("escmsg_id", json!(id)),
            ("event", json!(name)),
            ("message", json!(format!("{name} {object}"))),
            ("object_id", json!(object)),
            ("agent_id", json!(agent)),
            // Seven decimals and a zone here, unlike everywhere else.
            (
                "timestamp",
                json!(
                    jiff::Timestamp::from_microsecond(now.as_micros())
                        .map(|at| at.strftime("%Y-%m-%dT%H:%M:%S%.6f0Z").to_string())
                        .unwrap_or_default()
                ),
            ),
            (nest, record.unwrap_or_default()),
        ] {
            body.insert(key.into(), value);
        }
        Value::Object(body)
    }
}

fn parcel_lost(seed: u64, id: &str, percent: u32) -> bool {
    percent > 0 && crate::sim::dice::stable_text(seed, "lost webhook", id) % 100 < u64::from(percent)
}

/// One parcel for each webhook, its body an array.
fn in_batches(parcels: Vec<Parcel>) -> Vec<Parcel> {
    let mut batches: Vec<Parcel> = Vec::new();
    for parcel in parcels {
        match batches.iter_mut().find(|b| b.webhook == parcel.webhook) {
            Some(batch) => batch.body.as_array_mut().into_iter().for_each(|bodies| bodies.push(parcel.body.clone())),
            None => batches.push(Parcel { body: json!([parcel.body]), ..parcel }),
        }
    }
    batches
}

fn envelope(webhook: &Row, parcel: &Parcel) -> Delivery {
    let body = parcel.body.to_string().into_bytes();
    let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    let secret = webhook.text("basic_password");
    match webhook.int("authentication_type") {
        1 => {
            let login = STANDARD.encode(format!("{}:{secret}", webhook.text("basic_username")));
            headers.push(("Authorization".to_owned(), format!("Basic {login}")));
        }
        // The header's name is the tenant's choice; there is no fixed one.
        3 => {
            let signature = STANDARD.encode(hmac_sha256(secret.as_bytes(), &body));
            headers.push((webhook.text("authentication_header").to_owned(), format!("{}{signature}", webhook.text("signature_prefix"))));
        }
        _ => {}
    }
    Delivery {
        id: format!("{}/{}", webhook.text("id"), parcel.id),
        url: webhook.text("url").to_owned(),
        headers,
        body,
        delay: Duration::ZERO,
    }
}

/// RFC 2104 over SHA-256.
pub(crate) fn hmac_sha256(secret: &[u8], message: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut key = [0_u8; BLOCK];
    if secret.len() > BLOCK {
        key[..32].copy_from_slice(&Sha256::digest(secret));
    } else {
        key[..secret.len()].copy_from_slice(secret);
    }
    let pad = |with: u8| key.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

/// Notes how a delivery went.
pub(super) fn delivered(state: &mut State, delivery: &Delivery, outcome: &Delivered, now: Timestamp) {
    let (webhook, id) = delivery.id.split_once('/').unwrap_or_default();
    if state.events.len() >= MAX_EVENTS {
        state.events.remove(0);
    }
    state.events.push(json!({
        "id": id, "webhook_id": webhook, "timestamp": stored_date(now), "status": i32::from((200..300).contains(&outcome.status)),
        "responsestatus": outcome.status, "requestbody": String::from_utf8_lossy(&delivery.body), "responsebody": outcome.answer,
        "duration": outcome.millis,
    }));
    let row = state.rows(Table::Webhook).find(|row| text(&row.values, "id") == webhook).map(|row| row.id);
    if let Some(id) = row {
        let status = i64::from(outcome.status);
        state.change(Table::Webhook, id, now, Duration::ZERO, |row| drop(row.values.insert("last_status".into(), json!(status))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    /// RFC 4231, test cases 2 and 6.
    #[test]
    fn signs_as_the_standard_says() {
        let hex = |bytes: [u8; 32]| {
            bytes.iter().fold(String::new(), |mut all, byte| {
                write!(all, "{byte:02x}").unwrap();
                all
            })
        };
        assert_eq!(
            hex(hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(hmac_sha256(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
