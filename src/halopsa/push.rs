//! Writing: one record at a time, only what changed; notes on tickets.

use super::{
    Entity, Halo, Links, Remote, Tenant,
    client::HALO,
    mapping::{self, Skipped},
    pull::remote,
    remote::Depth,
    wire::Row,
};
use crate::{
    domain::{Field, Fields, Position, Text, Timestamp},
    net::{Class, NetError},
};
use serde_json::{Map, Value as Json};

/// Notes read of one ticket: paging is unreliable there, a count is honoured.
const MAX_ACTIONS: u32 = 1000;

/// What is to be different. What is not named here stays as it is.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Changes {
    /// New values.
    pub fields: Fields,
    /// Fields to empty.
    pub clear: Vec<Field>,
    /// A site's name, a ticket's summary. Clients and users take theirs from the fields.
    pub name: Option<Text>,
    /// A ticket's description.
    pub details: Option<String>,
    /// What it belongs to. A user needs a site, a site its client.
    pub links: Links,
    /// Our reference; sent with every create.
    pub reference: Option<String>,
    /// Switch it off or on.
    pub inactive: Option<bool>,
    /// Where it goes on the board: ticket type and status.
    pub position: Option<Position>,
    /// The agent it is assigned to, by name or e-mail address; left as it is when no agent is called so.
    pub owner: Option<Text>,
    /// Chance of winning, in percent.
    pub probability: Option<u8>,
}

/// What came of a write.
#[derive(Clone, PartialEq, Debug)]
pub struct Saved {
    /// The record as HaloPSA answered; rules and templates of the tenant may have changed more than was asked.
    pub remote: Remote,
    /// Fields that were not written, and why.
    pub skipped: Vec<Skipped>,
    /// What HaloPSA warns of.
    pub warning: Option<Text>,
}

/// A note, call or e-mail on a ticket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Action {
    /// Its number on its ticket.
    pub id: i64,
    /// What was written.
    pub note: Text,
    /// What it is filed under.
    pub outcome: Text,
    /// When.
    pub at: Option<Timestamp>,
}

impl Halo {
    /// Creates the record (`id` is `None`) or changes it. A create is sent once: when its error is
    /// [`NetError::in_doubt`], look with [`Halo::find`] before trying again. Writes are last-write-wins: read afresh
    /// and compare just before an update.
    pub async fn save(&self, tenant: &Tenant, entity: Entity, id: Option<i64>, changes: &Changes) -> Result<Saved, NetError> {
        let mut body = Map::new();
        if let Some(id) = id {
            body.insert("id".to_owned(), Json::from(id));
        }
        let skipped = mapping::write(tenant, entity, &changes.fields, &changes.clear, &mut body);
        state(tenant, entity, changes, &mut body)?;
        if id.is_none() {
            completed(entity, changes, &mut body)?;
        }
        let opportunity = id.is_none()
            && body
                .get("tickettype_id")
                .and_then(Json::as_i64)
                .is_some_and(|id| tenant.types.iter().any(|kind| kind.id == id && kind.opportunity));
        let route = if entity == Entity::Ticket && opportunity { "Opportunities" } else { entity.route() };
        let object = self.post(route, body).await?;
        let depth = if object.contains_key("customfields") { Depth::Whole } else { Depth::Row };
        let remote = remote(tenant, entity, &object, depth).ok_or_else(|| refuse(entity, "the answer has no id").doubtful())?;
        Ok(Saved { remote, skipped, warning: Row(&object).text("_warning") })
    }

    /// Writes a note on a ticket, not visible to the contact; gives its number there. Look with [`Halo::actions`] first
    /// when an earlier attempt is in doubt.
    pub async fn add_action(&self, ticket_id: i64, note: &str) -> Result<i64, NetError> {
        let mut body = Map::new();
        body.insert("ticket_id".to_owned(), Json::from(ticket_id));
        body.insert("outcome".to_owned(), Json::from(self.config().note_outcome.as_str()));
        body.insert("note".to_owned(), Json::from(note));
        body.insert("hiddenfromuser".to_owned(), Json::from(true));
        let object = self.post("Actions", body).await?;
        Ok(Row(&object).int("id").unwrap_or_default())
    }

    /// The notes of a ticket, system entries left out.
    pub async fn actions(&self, ticket_id: i64) -> Result<Vec<Action>, NetError> {
        let query = [("ticket_id", ticket_id.to_string()), ("excludesys", "true".to_owned()), ("count", MAX_ACTIONS.to_string())];
        let list = self.list("Actions", "actions", &query).await?;
        let action = |row: Row<'_>| {
            let at = row.date("datetime").or_else(|| row.date("actiondate"));
            Some(Action {
                id: row.int("id")?,
                note: row.text("note").unwrap_or_default(),
                outcome: row.text("outcome").unwrap_or_default(),
                at,
            })
        };
        Ok(list.rows.iter().filter_map(Json::as_object).filter_map(|object| action(Row(object))).collect())
    }
}

/// Everything of a record that is not a field.
fn state(tenant: &Tenant, entity: Entity, changes: &Changes, body: &mut Map<String, Json>) -> Result<(), NetError> {
    let mut put = |key: &str, value: Json| drop(body.insert(key.to_owned(), value));
    for (key, id) in [("client_id", changes.links.client), ("site_id", changes.links.site), ("user_id", changes.links.user)] {
        // A client belongs to nothing, and its main site is Halo's to choose.
        if let Some(id) = id.filter(|_| entity != Entity::Client) {
            put(key, Json::from(id));
        }
    }
    if let Some(inactive) = changes.inactive {
        put("inactive", Json::from(inactive));
    }
    if let Some(name) = &changes.name {
        match entity {
            Entity::Site => put("name", Json::from(name.clone().truncated(255).as_str())),
            Entity::Ticket => put("summary", Json::from(name.clone().truncated(4000).as_str())),
            Entity::Client | Entity::User => {}
        }
    }
    if entity == Entity::Ticket {
        if let Some(position) = &changes.position {
            let stage = tenant.stage(position).ok_or_else(|| {
                refuse(entity, &format!("no ticket type and status are known for the stage {position}; run `leadloom setup`"))
            })?;
            put("tickettype_id", Json::from(stage.type_id));
            put("status_id", Json::from(stage.status_id));
        }
        if let Some(details) = &changes.details {
            put("details", Json::from(details.as_str()));
        }
        if let Some(percent) = changes.probability {
            put("oppconversionprobability", Json::from(percent));
        }
        if let Some(agent) = changes.owner.as_ref().and_then(|owner| tenant.agent(owner)) {
            put("agent_id", Json::from(agent.id));
        }
    }
    if let Some(reference) = &changes.reference {
        if entity == Entity::Ticket {
            put("third_party_id_string", Json::from(reference.as_str()));
        } else if let Some(field) = tenant.reference_field(entity) {
            let value = serde_json::json!({"id": field.id, "value": reference});
            match body.entry("customfields").or_insert_with(|| Json::Array(Vec::new())) {
                Json::Array(custom) => custom.push(value),
                other => *other = Json::Array(vec![value]),
            }
        }
    }
    Ok(())
}

/// What Halo demands of a new record and the changes may lack.
fn completed(entity: Entity, changes: &Changes, body: &mut Map<String, Json>) -> Result<(), NetError> {
    let key = if entity == Entity::Ticket { "summary" } else { "name" };
    if body.get(key).and_then(Json::as_str).is_none_or(str::is_empty) {
        let fields = &changes.fields;
        let stand_in = match entity {
            Entity::Client => Text::new(fields.str(Field::CompanyDomain)),
            Entity::Site => Text::new("Main"),
            Entity::User => {
                Some(fields.person_name()).filter(|name| !name.is_empty()).unwrap_or_else(|| Text::new(fields.str(Field::Email)))
            }
            Entity::Ticket => fields.person_name(),
        };
        if stand_in.is_empty() {
            return Err(refuse(entity, &format!("a new {entity} needs a name")));
        }
        body.insert(key.to_owned(), Json::from(stand_in.as_str()));
    }
    if entity == Entity::User {
        body.insert("sendwelcomeemail".to_owned(), Json::from(false));
    }
    Ok(())
}

fn refuse(entity: Entity, why: &str) -> NetError {
    NetError::new(&HALO, Class::Setup, &format!("POST {}", entity.route()), why, &[])
}
