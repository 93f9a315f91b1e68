//! Finding out: who we are there, what we may, what the tenant calls things; and creating the fields it lacks.

use super::{
    Entity, FieldSpec, FieldType, Halo, Missing, StageSpec, Tenant,
    tenant::{Lists, reference_name, same},
    wire::Row,
};
use crate::{
    domain::Text,
    net::{Class, NetError},
};
use serde_json::{Map, Value as Json, json};

/// The agent that our calls act as.
#[derive(Clone, Debug)]
pub struct Me {
    /// Halo's id.
    pub id: Option<i64>,
    /// Its name.
    pub name: Text,
    /// What it may, as far as reading shows it.
    pub rights: Vec<Right>,
}

/// A right that we need.
#[derive(Clone, Debug)]
pub struct Right {
    /// What for, in words.
    pub what: &'static str,
    /// Why not.
    pub refused: Option<NetError>,
}

/// What is read to see whether we may.
const NEEDED: &[(&str, &str, &str)] = &[
    ("Client", "clients", "read clients"),
    ("Site", "sites", "read sites"),
    ("Users", "users", "read users"),
    ("Tickets", "tickets", "read tickets"),
    ("Opportunities", "tickets", "read opportunities"),
];

impl Halo {
    /// Logs in and tries every kind of read that we need. Fails only when the login itself does.
    pub async fn whoami(&self) -> Result<Me, NetError> {
        let me = match self.call(|api| api.get("Agent/me")).await {
            Ok(answer) => answer.json::<Map<String, Json>>()?,
            // Agents without the right to see agents are still good for our purposes.
            Err(error) if matches!(error.class(), Class::Permission | Class::NotFound) => Map::new(),
            Err(error) => return Err(error),
        };
        let mut rights = Vec::new();
        for (route, key, what) in NEEDED {
            let page = [("pageinate", "true".to_owned()), ("page_no", "1".to_owned()), ("page_size", "1".to_owned())];
            let refused = match self.list(route, key, &page).await {
                Ok(_) => None,
                Err(error) if matches!(error.class(), Class::Permission | Class::NotFound) => Some(error),
                Err(error) => return Err(error),
            };
            rights.push(Right { what, refused });
        }
        Ok(Me { id: Row(&me).id("id"), name: Row(&me).text("name").unwrap_or_default(), rights })
    }

    /// Finds everything that `stages` and `fields` name; what it does not find is in [`Tenant::missing`].
    pub async fn discover(&self, stages: &[StageSpec], fields: &[FieldSpec]) -> Result<Tenant, NetError> {
        let yes = || "true".to_owned();
        let types = self.list("TicketType", "tickettypes", &[("showall", yes())]).await?.rows;
        let opportunities = self.list("TicketType", "tickettypes", &[("showall", yes()), ("domain", "opps".to_owned())]).await?.rows;
        // Where the filter is not understood, all types come back, which says nothing.
        let opportunities = if opportunities.len() < types.len() { ids(&opportunities) } else { Vec::new() };
        let mut statuses = Vec::new();
        for id in wanted_types(&types, stages) {
            statuses.push((id, self.list("Status", "statuses", &[("tickettype_id", id.to_string())]).await?.rows));
        }
        let mut custom = Vec::new();
        for entity in Entity::ALL {
            custom.push((*entity, self.custom_fields(*entity).await?));
        }
        let lists = Lists {
            types,
            opportunities,
            statuses,
            agents: self.list("Agent", "agents", &[("includeenabled", yes())]).await?.rows,
            priorities: self.optional("Priority", "priorities").await?,
            outcomes: self.optional("Outcome", "outcomes").await?,
            fields: custom,
        };
        Ok(Tenant::resolve(&lists, stages, fields, &self.config().note_outcome))
    }

    /// Creates a custom field that is missing; anything else that is missing is left to people.
    pub async fn create_missing(&self, missing: &Missing) -> Result<(), NetError> {
        match missing {
            Missing::Field { spec } => self.create_field(spec).await,
            Missing::Reference { entity } => {
                let label = "Leadloom reference";
                self.create(*entity, reference_name(*entity), label, FieldType::Text, &[]).await
            }
            _ => Ok(()),
        }
    }

    /// Creates a custom field. It shows in HaloPSA's screens once somebody puts it on the ticket type.
    pub async fn create_field(&self, spec: &FieldSpec) -> Result<(), NetError> {
        self.create(spec.entity, &spec.name, &spec.label, spec.kind, &spec.options).await
    }

    async fn create(&self, entity: Entity, name: &str, label: &str, kind: FieldType, options: &[String]) -> Result<(), NetError> {
        let (code, input) = kind.codes();
        let mut body = json!({
            "usage": entity.usage(self.config().user_usage), "name": name, "label": label, "type": code, "inputtype": input,
            "searchable": true, "user_searchable": false, "calendar_searchable": false, "copytochild": true, "copytochildonupdate": true,
        });
        if let Json::Object(body) = &mut body
            && !options.is_empty()
        {
            body.insert("new_values".to_owned(), Json::from(options.join(", ")));
        }
        let Json::Object(body) = body else { return Ok(()) };
        self.post("FieldInfo", body).await.map(drop)
    }

    async fn custom_fields(&self, entity: Entity) -> Result<Vec<Json>, NetError> {
        let usage = entity.usage(self.config().user_usage);
        let query = [("typeid", usage.to_string()), ("iscustomfieldsetup", "true".to_owned()), ("includevalues", "true".to_owned())];
        let mut rows = self.list("FieldInfo", "fields", &query).await?.rows;
        // Should the filter not have been understood, other tables' fields came too.
        rows.retain(|row| row.as_object().is_none_or(|row| Row(row).int("usage").is_none_or(|have| have == usage)));
        for row in &mut rows {
            let Some(object) = row.as_object() else { continue };
            let selection = matches!(Row(object).int("type"), Some(2 | 3));
            if selection
                && !object.contains_key("values")
                && let Some(id) = Row(object).id("id")
                && let Some(whole) = self.single("FieldInfo", id).await?
            {
                *row = Json::Object(whole);
            }
        }
        Ok(rows)
    }

    /// A list that is good to have, but that not every agent may see.
    async fn optional(&self, route: &'static str, key: &str) -> Result<Vec<Json>, NetError> {
        match self.list(route, key, &[]).await {
            Ok(list) => Ok(list.rows),
            Err(error) if matches!(error.class(), Class::Permission | Class::NotFound) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

fn ids(rows: &[Json]) -> Vec<i64> {
    rows.iter().filter_map(Json::as_object).filter_map(|row| Row(row).id("id")).collect()
}

fn wanted_types(types: &[Json], stages: &[StageSpec]) -> Vec<i64> {
    let wanted = |row: &Row<'_>| row.text("name").is_some_and(|name| stages.iter().any(|stage| same(&stage.ticket_type, &name)));
    types.iter().filter_map(Json::as_object).map(Row).filter(wanted).filter_map(|row| row.id("id")).collect()
}
