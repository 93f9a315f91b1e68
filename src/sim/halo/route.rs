//! Which request is which: login, rights, limits, then the resource. Names in paths are read in any case.

use super::{
    HaloService, Inner, Problem,
    record::{View, rename_as_posted},
    reference::API_AGENT,
    rules,
    state::{State, Table, action_key},
};
use crate::sim::{
    dice::Dice,
    server::{
        Service,
        call::{Call, Payload, Query, Reply},
        retry_after_value,
    },
};
use serde_json::{Value, json};
use std::time::Duration;

/// Scopes that a token may be asked for, besides `read:` and `edit:` pairs.
const SCOPES: &[&str] =
    &["all", "all:standard", "admin", "offline_access", "access:chat", "access:adpasswordreset", "edit:timesheetsmine", "openid"];

pub(super) fn answer(service: &HaloService, call: &Call) -> Reply {
    let lower = call.path.to_lowercase();
    let segments: Vec<&str> = lower.split('/').filter(|part| !part.is_empty()).collect();
    let mut inner = service.lock();
    match segments.as_slice() {
        ["auth", "token"] if call.method == "POST" => inner.token(call),
        ["auth", "token"] => Reply::empty(405),
        ["api", "authinfo"] => {
            Reply::json(200, json!({"auth_url": format!("http://{}/auth", call.header("host")), "tenant_id": inner.config.tenant}))
        }
        ["api", "instanceinfo"] => Reply::json(200, json!({"version": "2.250.1", "name": "Halo PSA", "tenant": inner.config.tenant})),
        ["api", resource, rest @ ..] if rest.len() <= 1 => {
            if let Err(refused) = inner.admit(service, call, &lower) {
                return refused;
            }
            let id = rest.first().copied();
            let result = inner.resource(service, call, resource, id);
            result.unwrap_or_else(Problem::reply)
        }
        _ => Reply::empty(404),
    }
}

impl Inner {
    fn token(&mut self, call: &Call) -> Reply {
        let fail = |status, error: &str, why: &str| Reply::json(status, json!({"error": error, "error_description": why}));
        if !call.header("content-type").to_lowercase().starts_with("application/x-www-form-urlencoded") {
            return fail(400, "invalid_request", "The specified 'Content-Type' header is not valid.");
        }
        let form = Query::parse(&String::from_utf8_lossy(&call.body));
        match form.get("grant_type") {
            Some("client_credentials") => {}
            Some(_) => return fail(400, "unsupported_grant_type", "The specified 'grant_type' is not supported."),
            None => return fail(400, "invalid_request", "The mandatory 'grant_type' parameter is missing."),
        }
        let (Some(id), Some(secret)) = (form.get("client_id"), form.get("client_secret")) else {
            return fail(400, "invalid_request", "The mandatory 'client_id' parameter is missing.");
        };
        let tenant = call.query.get("tenant").or_else(|| form.get("tenant"));
        let wrong_tenant = tenant.is_some_and(|tenant| !tenant.eq_ignore_ascii_case(&self.config.tenant));
        if id != self.config.client_id || secret != self.config.client_secret || wrong_tenant {
            return fail(401, "invalid_client", "The specified client credentials are invalid.");
        }
        let scope = form.get("scope").unwrap_or("all");
        let known = |word: &str| SCOPES.contains(&word) || word.starts_with("read:") || word.starts_with("edit:");
        if !scope.split_whitespace().all(known) {
            return fail(400, "invalid_scope", "The specified 'scope' is invalid.");
        }
        self.state.guids += 1;
        let mut dice = Dice::of(self.state.seed, "halo token", self.state.guids);
        let token = format!("eyJ{}", dice.hex(60));
        self.state.tokens.retain(|_, ends| *ends > call.at);
        self.state.tokens.insert(token.clone(), call.at.plus(Duration::from_secs(self.config.token_seconds.into())));
        Reply::json(
            200,
            json!({"scope": scope, "token_type": "Bearer", "expires_in": self.config.token_seconds, "access_token": token,
                "refresh_token": dice.hex(40), "id_token": format!("eyJ{}", dice.hex(40))}),
        )
    }

    /// Token, then rights, then the tenant's limit.
    fn admit(&mut self, service: &HaloService, call: &Call, lower: &str) -> Result<(), Reply> {
        let good = call.bearer().and_then(|token| self.state.tokens.get(token)).is_some_and(|ends| *ends > call.at);
        if !good {
            return Err(service.unauthorized());
        }
        let request = format!("{} {lower}", call.method.as_str().to_lowercase());
        if let Some(denied) = self.config.denied.iter().find(|denied| request.starts_with(&denied.route.to_lowercase())) {
            return Err(Reply::empty(denied.status));
        }
        let limits: Vec<_> = self.config.limit.into_iter().collect();
        if self.rolling.admit(call.at, &limits).is_err() {
            let reply = too_many(self.config.limit);
            return Err(match retry_after_value(&self.config.retry_after, call.at) {
                Some(value) => reply.with("retry-after", value),
                None => reply,
            });
        }
        Ok(())
    }

    fn resource(&mut self, service: &HaloService, call: &Call, resource: &str, id: Option<&str>) -> Result<Reply, Problem> {
        if call.method == "GET"
            && let Some(found) = self.reference.get(resource, id, call, self.config.agent_list)
        {
            return Ok(found.map_or_else(Reply::empty, |value| Reply::json(200, value)));
        }
        let opportunities = resource == "opportunities";
        let table = match resource {
            "tickets" | "opportunities" => Table::Tickets,
            "client" => Table::Client,
            "site" => Table::Site,
            "users" => Table::Users,
            "actions" => Table::Actions,
            "crmnote" => Table::CrmNote,
            "fieldinfo" => Table::FieldInfo,
            "webhook" => Table::Webhook,
            "notification" => Table::Notification,
            "attachment" => Table::Attachment,
            "webhookevent" if call.method == "GET" => return Ok(Reply::json(200, self.list_events(call))),
            "tickettype" | "status" | "priority" | "team" | "agent" | "lookup" | "outcome" | "webhookevent" => {
                return Ok(Reply::empty(405));
            }
            _ => return Err(Problem::NotFound),
        };
        match (call.method.as_str(), id) {
            ("GET", None) => self.list(table, opportunities, call).map(|value| Reply::json(200, value)),
            ("GET", Some(id)) => self.single(table, id, call),
            ("POST", None) => self.post(service, call, table, false),
            ("POST", Some("object")) if table == Table::Tickets => self.post(service, call, table, true),
            ("DELETE", Some(id)) => self.delete(service, call, table, id),
            _ => Ok(Reply::empty(405)),
        }
    }

    fn single(&self, table: Table, raw: &str, call: &Call) -> Result<Reply, Problem> {
        let id = self.key(table, raw, call)?;
        let row = self.state.live(table, id).ok_or(Problem::NotFound)?;
        if table == Table::Attachment && !call.query.flag("includedetails") {
            use base64::Engine;
            let data = self.state.files.get(&id).map(String::as_str).unwrap_or_default();
            let bytes = base64::engine::general_purpose::STANDARD.decode(data).unwrap_or_default();
            return Ok(Reply { status: 200, headers: vec![], payload: Payload::Bytes("application/octet-stream", bytes) });
        }
        let shop = self.shop();
        Ok(Reply::json(200, shop.show(table, &row.fresh(), View::Single { query: &call.query })))
    }

    /// The key of the row that a path names.
    fn key(&self, table: Table, raw: &str, call: &Call) -> Result<i64, Problem> {
        if table == Table::Webhook {
            return webhook_key(&self.state, raw).ok_or(Problem::NotFound);
        }
        let id: i64 = raw.parse().map_err(|_| Problem::Model(vec![("id".to_owned(), format!("The value '{raw}' is not valid."))]))?;
        match table {
            Table::Actions => {
                let ticket = super::filter::number(&call.query, "ticket_id").ok_or(Problem::NotFound)?;
                Ok(action_key(ticket, id))
            }
            _ => Ok(id),
        }
    }

    fn post(&mut self, service: &HaloService, call: &Call, table: Table, one_object: bool) -> Result<Reply, Problem> {
        if !call.header("content-type").to_lowercase().starts_with("application/json") {
            return Ok(Reply::empty(415));
        }
        let body = call.json().map_err(|error| {
            Problem::Model(vec![(String::new(), format!("Unexpected character encountered while parsing value. {error}"))])
        })?;
        let body = match (one_object, body) {
            (true, Value::Object(one)) => Value::Array(vec![Value::Object(one)]),
            (true, _) => return Err(Problem::rule("An object is expected")),
            (false, body) => body,
        };
        let body = if table == Table::Webhook { with_row_keys(&self.state, body) } else { body };
        let mut desk = self.desk(call.at, API_AGENT);
        let written = desk.post(table, body);
        // What was done before a broken rule stays done, and is told.
        let events = desk.events;
        self.fire(events, API_AGENT, call.at, &service.post);
        let written = written?;
        let shop = self.shop();
        let mut records: Vec<Value> =
            written.iter().filter_map(|id| self.state.row(table, *id)).map(|row| shop.show(table, &row.fresh(), View::Whole)).collect();
        if self.config.renamed_in_posts {
            records.iter_mut().for_each(rename_as_posted);
        }
        let reply = if call.query.flag("returnall") { Value::Array(records) } else { records.pop().unwrap_or_default() };
        Ok(Reply::json(201, reply))
    }

    fn delete(&mut self, service: &HaloService, call: &Call, table: Table, raw: &str) -> Result<Reply, Problem> {
        let id = self.key(table, raw, call)?;
        self.state.live(table, id).ok_or(Problem::NotFound)?;
        let mut desk = self.desk(call.at, API_AGENT);
        rules::delete(&mut desk, table, id)?;
        let events = desk.events;
        self.fire(events, API_AGENT, call.at, &service.post);
        Ok(Reply::json(200, json!({"id": raw.parse::<i64>().map_or_else(|_| json!(raw), |id| json!(id))})))
    }
}

fn webhook_key(state: &State, guid: &str) -> Option<i64> {
    state.rows(Table::Webhook).find(|row| row.text("id").eq_ignore_ascii_case(guid)).map(|row| row.id)
}

/// Webhooks are named by GUID; writing needs the row behind it.
fn with_row_keys(state: &State, mut body: Value) -> Value {
    for element in body.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        let Some(guid) = element.get("id").and_then(Value::as_str).map(str::to_owned) else { continue };
        element.insert("_row".into(), json!(webhook_key(state, &guid).unwrap_or(-1)));
    }
    body
}

/// The refusal at the limit.
pub(super) fn too_many(limit: Option<crate::sim::server::Window>) -> Reply {
    let (requests, minutes) = limit.map_or((700, 5), |window| (window.requests, window.seconds / 60));
    Reply::json(429, json!({"error": format!("Rate Limit Reached - {requests} Requests per rolling {minutes} minute window")}))
}
