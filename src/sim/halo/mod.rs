//! HaloPSA as its notes describe it, all sixteen points of their checklist: one strict tenant in memory behind real
//! HTTP. What the notes leave open is a switch in [`HaloConfig`]. Absent: other people's rules and templates.

mod column;
mod custom;
mod filter;
mod hooks;
mod list;
mod record;
mod reference;
mod route;
mod rules;
mod state;
mod tenant;
mod tickets;
mod write;

pub use hooks::HookManners;
pub(crate) use hooks::hmac_sha256;
pub use state::Table;

use super::{
    server::{
        RetryAfter, Server, Service, SimClock, Window,
        call::{Call, Reply},
        limit::Rolling,
        lock,
        post::{Delivered, Delivery, Postbox},
        reconfigure,
    },
    world::World,
};
use crate::domain::{Clock, Timestamp};
use record::{Shop, View};
use reference::{HUMAN_AGENT, Reference};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use state::State;
use std::{
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard},
};
use write::Desk;

/// The tenant's login and its switches. The defaults are the strictest reading of the notes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "independent switches, each a question that the notes leave open")]
pub struct HaloConfig {
    /// The tenant's name; a request that names another is refused.
    pub tenant: String,
    /// The API application's id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// What the product is told to expect on webhooks.
    pub webhook_secret: String,
    /// How long a token lives.
    pub token_seconds: u32,
    /// The tenant's limit; `None`: no limit.
    pub limit: Option<Window>,
    /// What goes with a 429.
    pub retry_after: RetryAfter,
    /// Plain `/Tickets` lists opportunities too.
    pub tickets_list_opportunities: bool,
    /// What an update of an unknown id does.
    pub unknown_id: UnknownId,
    /// The merge flags work; else they are ignored.
    pub merge_flags: bool,
    /// In so many of 100 records an empty date shows as the year 1900.
    pub empty_date_percent: u32,
    /// Lists show the tenant as it was that long ago.
    pub search_lag_ms: u32,
    /// Requests that the agent's role does not allow.
    pub denied: Vec<Denied>,
    /// A POST may be a bare object.
    pub bare_objects: bool,
    /// How `/Agent` wraps its list.
    pub agent_list: AgentList,
    /// Answers to writes name a few fields differently.
    pub renamed_in_posts: bool,
    /// A new action changes the ticket's `last_update`.
    pub actions_touch_ticket: bool,
    /// A ticket's status must be one of its type's.
    pub status_must_fit_type: bool,
    /// A ticket with a user needs a site too.
    pub ticket_needs_site: bool,
    /// Dropdowns take the label instead of the option's id.
    pub dropdown_labels: bool,
    /// Two users may not have one mailbox.
    pub user_email_unique: bool,
    /// So many of 100 companies are customers on the first day.
    pub customers_percent: u32,
    /// How webhooks misbehave.
    pub hooks: HookManners,
}

impl Default for HaloConfig {
    fn default() -> Self {
        Self {
            tenant: "leadloom-demo".to_owned(),
            client_id: "7f3c2a90-sim-client".to_owned(),
            client_secret: "sim-client-secret".to_owned(),
            webhook_secret: "sim-webhook-secret".to_owned(),
            token_seconds: 3600,
            // The hosted figure that three sources agree on.
            limit: Some(Window::new(700, 300)),
            retry_after: RetryAfter::None,
            tickets_list_opportunities: false,
            unknown_id: UnknownId::Message,
            merge_flags: false,
            empty_date_percent: 30,
            search_lag_ms: 0,
            denied: Vec::new(),
            bare_objects: false,
            agent_list: AgentList::Bare,
            renamed_in_posts: false,
            actions_touch_ticket: true,
            status_must_fit_type: true,
            ticket_needs_site: false,
            dropdown_labels: false,
            user_email_unique: false,
            customers_percent: 14,
            hooks: HookManners::default(),
        }
    }
}

/// What an update of an unknown id does: the notes leave it open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownId {
    /// 400 with a message.
    Message,
    /// 404 without a body.
    NotFound,
    /// A new record.
    Insert,
}

/// How `/Agent` wraps its list: it differs by version.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentList {
    /// A bare array.
    Bare,
    /// `{"agents": […]}`.
    Agents,
    /// `{"results": […]}`, 2026.
    Results,
}

impl AgentList {
    fn wrap(self, rows: Vec<Value>) -> Value {
        match self {
            Self::Bare => Value::Array(rows),
            Self::Agents => json!({"record_count": rows.len(), "agents": rows}),
            Self::Results => json!({"record_count": rows.len(), "results": rows}),
        }
    }
}

/// A request that the agent may not make.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Denied {
    /// `METHOD /path` starts so, in any case.
    pub route: String,
    /// 403, or 401 as some detail routes answer.
    pub status: u16,
}

/// Who writes.
#[derive(Clone, Copy)]
struct Actor {
    agent: i64,
}

/// Why a request is refused.
enum Problem {
    /// A business rule, as a .NET exception.
    Rule(String),
    /// The JSON reader's complaints.
    Model(Vec<(String, String)>),
    /// A bare JSON string.
    Bare(String),
    NotFound,
}

impl Problem {
    fn rule(message: &str) -> Self {
        Self::Rule(message.to_owned())
    }

    fn reply(self) -> Reply {
        match self {
            Self::Rule(message) => Reply::json(
                400,
                json!({"ClassName": "System.Exception", "Message": message, "Data": null, "InnerException": null, "HResult": -2_146_233_088_i64}),
            ),
            Self::Model(complaints) => {
                let by_path: serde_json::Map<String, Value> = complaints.into_iter().map(|(path, why)| (path, json!([why]))).collect();
                Reply::json(400, Value::Object(by_path))
            }
            Self::Bare(message) => Reply::json(400, json!(message)),
            Self::NotFound => Reply::empty(404),
        }
    }

    fn words(self) -> String {
        match self {
            Self::Rule(message) | Self::Bare(message) => message,
            Self::Model(complaints) => complaints.into_iter().map(|(path, why)| format!("{path}: {why}")).collect::<Vec<_>>().join("; "),
            Self::NotFound => "no such record".to_owned(),
        }
    }
}

struct Inner {
    state: State,
    config: HaloConfig,
    reference: Reference,
    rolling: Rolling,
    parcels: Vec<hooks::Parcel>,
}

impl Inner {
    /// What a write by `agent` happens in.
    fn desk(&mut self, now: Timestamp, agent: i64) -> Desk<'_> {
        let (state, reference, config) = (&mut self.state, &self.reference, &self.config);
        Desk { state, reference, config, now, actor: Actor { agent }, events: Vec::new() }
    }

    /// What showing records needs.
    fn shop(&self) -> Shop<'_> {
        Shop { state: &self.state, reference: &self.reference, config: &self.config }
    }
}

/// The simulator.
pub(crate) struct HaloService {
    inner: Mutex<Inner>,
    clock: Arc<SimClock>,
    post: Postbox,
}

impl HaloService {
    pub(crate) fn new(world: &World, config: HaloConfig, clock: Arc<SimClock>, post: Postbox) -> Self {
        let reference = Reference::new(world.seed);
        let mut state = State::new(world.seed);
        tenant::fill(&mut state, world, &reference, &config);
        Self { inner: Mutex::new(Inner { state, config, reference, rolling: Rolling::default(), parcels: Vec::new() }), clock, post }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
    }

    /// Writes as a person in the web interface: through the same rules, with webhooks.
    fn write(&self, table: Table, record: Value, agent: i64) -> Result<Value, String> {
        let mut inner = self.lock();
        let now = self.clock.now();
        let mut desk = inner.desk(now, agent);
        let written = desk.post(table, json!([record])).map_err(Problem::words)?;
        let events = desk.events;
        inner.fire(events, agent, now, &self.post);
        let row = written.last().and_then(|id| inner.state.row(table, *id));
        Ok(row.map(|row| inner.shop().show(table, &row.fresh(), View::Whole)).unwrap_or_default())
    }

    fn delete(&self, table: Table, id: i64) -> Result<(), String> {
        let mut inner = self.lock();
        let now = self.clock.now();
        let mut desk = inner.desk(now, HUMAN_AGENT);
        rules::delete(&mut desk, table, id).map_err(Problem::words)?;
        let events = desk.events;
        inner.fire(events, HUMAN_AGENT, now, &self.post);
        Ok(())
    }

    fn all(&self, table: Table) -> Vec<Value> {
        let inner = self.lock();
        let shop = inner.shop();
        inner.state.rows(table).filter(|row| !row.deleted).map(|row| shop.show(table, &row.fresh(), View::Whole)).collect()
    }
}

/// The body of `POST /_sim/edit`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    table: Table,
    /// A whole or, with `id`, partial record.
    #[serde(default)]
    record: Value,
    /// Deletes that record instead.
    delete: Option<i64>,
    /// As whom; a human colleague by default.
    agent_id: Option<i64>,
}

impl Service for HaloService {
    fn answer(&self, call: &Call) -> Reply {
        route::answer(self, call)
    }

    fn unauthorized(&self) -> Reply {
        Reply::empty(401)
    }

    fn too_many(&self) -> Reply {
        route::too_many(self.lock().config.limit)
    }

    /// What `/Report` and some others do: success, and the failure inside.
    fn error_inside(&self) -> Reply {
        Reply::json(
            200,
            json!({"Message": "A database error occurred (1205) - Transaction was deadlocked.", "report": {"load_error": "deadlocked"}}),
        )
    }

    fn dump(&self) -> Value {
        serde_json::to_value(&self.lock().state).unwrap_or_default()
    }

    fn load(&self, state: Value) -> Result<(), String> {
        let state: State = serde_json::from_value(state).map_err(|error| error.to_string())?;
        let mut inner = self.lock();
        inner.reference = Reference::new(state.seed);
        inner.state = state;
        Ok(())
    }

    fn edit(&self, change: Value) -> Result<Value, String> {
        let edit: Edit = serde_json::from_value(change).map_err(|error| error.to_string())?;
        match edit.delete {
            Some(id) => self.delete(edit.table, id).map(|()| Value::Null),
            None => self.write(edit.table, edit.record, edit.agent_id.unwrap_or(HUMAN_AGENT)),
        }
    }

    fn config(&self) -> Value {
        serde_json::to_value(&self.lock().config).unwrap_or_default()
    }

    fn configure(&self, change: Value) -> Result<Value, String> {
        let mut inner = self.lock();
        let config = reconfigure(&mut inner.config, change)?;
        inner.flush_parcels(self.clock.now(), &self.post);
        Ok(config)
    }

    fn delivered(&self, delivery: &Delivery, outcome: &Delivered) {
        hooks::delivered(&mut self.lock().state, delivery, outcome, self.clock.now());
    }
}

/// A test's hand on the HaloPSA simulator. Derefs to [`Server`] for requests, faults, dumps and switches.
#[derive(Clone)]
pub struct HaloHandle {
    pub(super) server: Server,
    pub(super) service: Arc<HaloService>,
}

impl Deref for HaloHandle {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.server
    }
}

impl HaloHandle {
    /// All live records of a table with everything they hold, custom fields included.
    pub fn all(&self, table: Table) -> Vec<Value> {
        self.service.all(table)
    }

    /// One live record.
    pub fn get(&self, table: Table, id: i64) -> Option<Value> {
        self.all(table).into_iter().find(|record| record["id"] == id)
    }

    /// A record's custom field as people read it: an option's label, a text, a number's digits; `None` when unset.
    pub fn custom(record: &Value, name: &str) -> Option<String> {
        let entry = record["customfields"].as_array()?.iter().find(|field| field["name"] == name || field["label"] == name)?;
        let value = &entry["value"];
        let label = entry["display"].as_str().filter(|label| !label.is_empty());
        (!value.is_null()).then(|| label.map_or_else(|| value.to_string().trim_matches('"').to_owned(), str::to_owned))
    }

    /// Writes as a human colleague: without `id` a new record, with it a change. Rules, stamps and webhooks as in life.
    pub fn write(&self, table: Table, record: Value) -> Result<Value, String> {
        self.service.write(table, record, HUMAN_AGENT)
    }

    /// Deletes as a human colleague.
    pub fn delete(&self, table: Table, id: i64) -> Result<(), String> {
        self.service.delete(table, id)
    }

    /// The id of the ticket type of that name.
    pub fn ticket_type(&self, name: &str) -> Option<i64> {
        self.service.lock().reference.types.iter().find(|t| t.name == name).map(|t| t.id)
    }

    /// The id of the status of that name.
    pub fn status(&self, name: &str) -> Option<i64> {
        self.service.lock().reference.statuses.iter().find(|s| s.name == name).map(|s| s.id)
    }

    /// Agents as whom the API and the human colleague write.
    pub const AGENTS: (i64, i64) = (reference::API_AGENT, HUMAN_AGENT);

    /// Lets held-back webhooks go.
    pub fn flush_webhooks(&self) {
        let mut inner = self.service.lock();
        inner.flush_parcels(self.service.clock.now(), &self.service.post);
    }
}
