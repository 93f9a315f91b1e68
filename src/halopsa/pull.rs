//! Reading: changed records page by page, one record afresh, and the search before a create.

use super::{
    Depth, Entity, Found, Halo, Links, Match, Remote, Tenant, TicketState, mapping,
    tenant::same,
    wire::{List, Row},
};
use crate::{
    domain::{Domain, Field, Fields, Text, Timestamp, Value},
    net::NetError,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// Pages of one list, at most: two million rows. A list that never ends is a fault of the server's.
const MAX_PAGES: u32 = 20_000;

/// Pages read when searching before a create.
const MAX_SEARCH_PAGES: u32 = 5;

/// Records looked at one by one because the list does not show their reference.
const MAX_LOOKS: usize = 10;

/// How far a list has been read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cursor {
    /// Which ticket type, counted from 0; other records have one part only.
    part: u16,
    /// The page to read, counted from 1.
    page: u32,
    /// Rows of this part so far.
    seen: u64,
    /// The first id of the page before: some routes answer every page with the first.
    first: Option<i64>,
}

impl Default for Cursor {
    fn default() -> Self {
        Self { part: 0, page: 1, seen: 0, first: None }
    }
}

/// A page of records.
#[derive(Clone, PartialEq, Debug)]
pub struct Page {
    /// What could be read.
    pub items: Vec<Remote>,
    /// What could not.
    pub unreadable: Vec<Unreadable>,
    /// Where to go on; `None` at the end.
    pub next: Option<Cursor>,
    /// How many there are in this part, where Halo says so.
    pub total: Option<u64>,
}

/// A record that is about to be created, as far as it can be recognised.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Our reference.
    pub reference: &'a str,
    /// A site's name.
    pub name: &'a str,
    /// What it will say.
    pub fields: &'a Fields,
    /// What it will belong to.
    pub links: Links,
}

/// A row without an id, or that is no record at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// Its place on the page, from 0.
    pub row: usize,
    /// Why.
    pub why: &'static str,
}

impl Halo {
    /// One page of what changed since then (everything, when `None`), inactive records included. The edges of
    /// Halo's filter are coarse: let stretches overlap by a few minutes. Rows are shallow ([`Depth::Row`]): read
    /// afresh before acting on what is absent.
    pub async fn changed(&self, tenant: &Tenant, entity: Entity, since: Option<Timestamp>, cursor: Cursor) -> Result<Page, NetError> {
        let parts: Vec<Option<i64>> =
            if entity == Entity::Ticket { tenant.types.iter().map(|kind| Some(kind.id)).collect() } else { vec![None] };
        let Some(part) = parts.get(usize::from(cursor.part)) else {
            return Ok(Page { items: Vec::new(), unreadable: Vec::new(), next: None, total: None });
        };
        let mut query = vec![("order", "id".to_owned())];
        query.extend(since.map(|since| ("lastupdatefromdate", halo_time(since))));
        query.extend(part.map(|id| ("requesttype_id", id.to_string())));
        let list = self.page(tenant, entity, cursor.page, query).await?;
        let first = list.rows.first().and_then(Json::as_object).and_then(|row| Row(row).int("id"));
        let repeated = first.is_some() && first == cursor.first;
        let rows = if repeated { &[][..] } else { &list.rows[..] };
        let seen = cursor.seen + rows.len() as u64;
        // A list without a count is whole: it came as a bare array.
        let done = rows.is_empty() || list.total.is_none_or(|total| seen >= total) || cursor.page >= MAX_PAGES;
        let next = if !done {
            Some(Cursor { part: cursor.part, page: cursor.page + 1, seen, first })
        } else if usize::from(cursor.part) + 1 < parts.len() {
            Some(Cursor { part: cursor.part + 1, ..Cursor::default() })
        } else {
            None
        };
        let (mut items, unreadable) = remotes(tenant, entity, rows);
        // Should the filter not have been understood, other people's tickets came too.
        items.retain(|remote| part.is_none() || remote.ticket.as_ref().is_none_or(|ticket| ticket.type_id == *part));
        Ok(Page { items, unreadable, next, total: list.total })
    }

    /// A record as it is now, with all its details; `None` when it is gone.
    pub async fn read(&self, tenant: &Tenant, entity: Entity, id: i64) -> Result<Option<Remote>, NetError> {
        let object = self.single(entity.route(), id).await?;
        Ok(object.and_then(|object| remote(tenant, entity, &object, Depth::Whole)))
    }

    /// Records that may be the wanted one: with our reference, or the same person, company or place.
    /// Best first. Halo's search may lag a few seconds behind its writes.
    pub async fn find(&self, tenant: &Tenant, entity: Entity, wanted: &Wanted<'_>) -> Result<Vec<Found>, NetError> {
        let mut rows: Vec<Map<String, Json>> = Vec::new();
        for query in searches(tenant, entity, wanted) {
            for page in 1..=MAX_SEARCH_PAGES {
                let list = self.page(tenant, entity, page, query.clone()).await?;
                let full = list.rows.len() as u64 >= u64::from(self.config().page_size) && list.total.is_some();
                for row in list.rows {
                    if let Json::Object(row) = row
                        && !rows.iter().any(|have| have.get("id") == row.get("id"))
                    {
                        rows.push(row);
                    }
                }
                if !full {
                    break;
                }
            }
        }
        let mut found = Vec::new();
        let mut looks = 0;
        for row in rows {
            let Some(mut remote) = remote(tenant, entity, &row, Depth::Row) else { continue };
            let by = likeness(&remote, wanted);
            // Only a row that is a candidate anyway, or a ticket of the same user, is worth a look of its own.
            let hidden = remote.reference.is_none() && !row.contains_key(reference_key(entity));
            if hidden && (by.is_some() || entity == Entity::Ticket) && looks < MAX_LOOKS {
                looks += 1;
                match self.read(tenant, entity, remote.id).await? {
                    Some(whole) => remote = whole,
                    None => continue,
                }
            }
            if let Some(by) = likeness(&remote, wanted) {
                found.push(Found { remote, by });
            }
        }
        found.sort_by_key(|found| (found.by, found.remote.inactive, found.remote.id));
        Ok(found)
    }

    async fn page(&self, tenant: &Tenant, entity: Entity, page: u32, mut query: Vec<(&'static str, String)>) -> Result<List, NetError> {
        // All three or none: without `page_no` Halo ignores the size, without `pageinate` both.
        query.push(("pageinate", "true".to_owned()));
        query.push(("page_no", page.to_string()));
        query.push(("page_size", self.config().page_size.to_string()));
        let custom = tenant.custom_ids(entity);
        if !custom.is_empty() {
            query.push(("include_custom_fields", custom));
        }
        if entity != Entity::Ticket {
            query.push(("includeactive", "true".to_owned()));
            query.push(("includeinactive", "true".to_owned()));
        }
        if entity == Entity::Site {
            query.push(("includeaddress", "true".to_owned()));
        }
        self.list(entity.route(), entity.list_key(), &query).await
    }
}

/// Halo wants UTC without a zone; whole seconds, rounded down.
fn halo_time(at: Timestamp) -> String {
    let whole = Timestamp::from_micros(at.as_micros().div_euclid(1_000_000) * 1_000_000).to_string();
    whole.trim_end_matches('Z').to_owned()
}

/// Where a list row has our reference, when it has it at all.
const fn reference_key(entity: Entity) -> &'static str {
    match entity {
        Entity::Ticket => "third_party_id_string",
        _ => "customfields",
    }
}

/// The lists in which a candidate would stand.
fn searches(tenant: &Tenant, entity: Entity, wanted: &Wanted<'_>) -> Vec<Vec<(&'static str, String)>> {
    let Wanted { fields, links, .. } = wanted;
    let search = |text: &str| vec![("search", text.to_owned())];
    let of_client = links.client.map(|id| ("client_id", id.to_string()));
    match entity {
        Entity::Client => [Field::CompanyName, Field::CompanyDomain]
            .map(|field| fields.str(field))
            .into_iter()
            .filter(|text| !text.is_empty())
            .map(search)
            .collect(),
        Entity::Site => of_client.map(|client| vec![vec![client]]).unwrap_or_default(),
        Entity::User => {
            let (email, name) = (fields.str(Field::Email), fields.person_name());
            if !email.is_empty() {
                vec![search(email)]
            } else if !name.is_empty() {
                vec![search(&name).into_iter().chain(of_client).collect()]
            } else {
                Vec::new()
            }
        }
        Entity::Ticket => {
            let of_user = links.user.map(|id| ("user_id", id.to_string()));
            let Some(whose) = of_user.or(of_client) else { return Vec::new() };
            tenant.types.iter().map(|kind| vec![whose.clone(), ("requesttype_id", kind.id.to_string())]).collect()
        }
    }
}

/// Why `remote` may be the wanted record.
fn likeness(remote: &Remote, wanted: &Wanted<'_>) -> Option<Match> {
    let Wanted { reference, name, fields, links } = *wanted;
    if remote.reference.as_deref() == Some(reference) {
        return Some(Match::Reference);
    }
    let same_client = links.client.is_some() && remote.links.client == links.client;
    match remote.entity {
        Entity::Client => {
            let domain = |fields: &Fields| match fields.get(Field::CompanyDomain) {
                Some(Value::Domain(domain)) => Some(domain.clone()),
                _ => host(fields.str(Field::Website)),
            };
            let (ours, theirs) = (domain(fields), domain(&remote.fields));
            if ours.is_some() && ours == theirs {
                return Some(Match::Domain);
            }
            let name = fields.str(Field::CompanyName);
            (!name.is_empty() && same(name, &remote.name)).then_some(Match::Name)
        }
        Entity::Site => {
            // A client's first site is made by Halo itself and is the one to use.
            (same_client && (same(&remote.name, "main") || same(&remote.name, name))).then_some(Match::Name)
        }
        Entity::User => {
            let email = fields.str(Field::Email);
            if !email.is_empty() {
                let others = match remote.fields.get(Field::OtherEmails) {
                    Some(Value::List(items)) => items.as_slice(),
                    _ => &[],
                };
                let there = same(remote.fields.str(Field::Email), email) || others.iter().any(|other| same(other, email));
                return there.then_some(Match::Email);
            }
            let name = fields.person_name();
            (same_client && !name.is_empty() && same(&name, &remote.name)).then_some(Match::Name)
        }
        Entity::Ticket => None,
    }
}

fn host(website: &str) -> Option<Domain> {
    let bare = website.split_once("://").map_or(website, |(_, rest)| rest);
    Domain::parse(bare.split(['/', '?', '#', ':']).next()?)
}

fn remotes(tenant: &Tenant, entity: Entity, rows: &[Json]) -> (Vec<Remote>, Vec<Unreadable>) {
    let (mut items, mut unreadable) = (Vec::new(), Vec::new());
    for (row, json) in rows.iter().enumerate() {
        match json.as_object().map(|object| remote(tenant, entity, object, Depth::Row)) {
            Some(Some(remote)) => items.push(remote),
            Some(None) => unreadable.push(Unreadable { row, why: "it has no id" }),
            None => unreadable.push(Unreadable { row, why: "it is no record" }),
        }
    }
    (items, unreadable)
}

/// Reads a record; `None` without an id.
pub(super) fn remote(tenant: &Tenant, entity: Entity, object: &Map<String, Json>, depth: Depth) -> Option<Remote> {
    let row = Row(object);
    let (fields, unread) = mapping::read(tenant, entity, row);
    let name = if entity == Entity::Ticket { "summary" } else { "name" };
    let ticket = (entity == Entity::Ticket).then(|| ticket_state(tenant, row));
    let merged = ticket.as_ref().is_some_and(|ticket| ticket.merged_into.is_some());
    Some(Remote {
        entity,
        id: row.id("id")?,
        reference: reference(tenant, entity, row),
        name: row.text(name).unwrap_or_default(),
        fields,
        unread,
        links: links(entity, row),
        inactive: row.flag("inactive").unwrap_or(false) || row.flag("deleted").unwrap_or(false) || merged,
        last_update: entity.stamps().iter().find_map(|key| row.date(key)),
        ticket,
        depth,
    })
}

fn reference(tenant: &Tenant, entity: Entity, row: Row<'_>) -> Option<Text> {
    if entity == Entity::Ticket {
        return row.text("third_party_id_string");
    }
    let id = tenant.reference_field(entity)?.id;
    row.list("customfields").iter().filter_map(Json::as_object).map(Row).find(|custom| custom.int("id") == Some(id))?.text("value")
}

fn links(entity: Entity, row: Row<'_>) -> Links {
    match entity {
        Entity::Client => Links { site: row.id("main_site_id"), ..Links::default() },
        Entity::Site => Links { client: row.id("client_id"), ..Links::default() },
        Entity::User => Links { client: row.id("client_id"), site: row.id("site_id_int").or_else(|| row.id("site_id")), user: None },
        Entity::Ticket => Links { client: row.id("client_id"), site: row.id("site_id"), user: row.id("user_id") },
    }
}

fn ticket_state(tenant: &Tenant, row: Row<'_>) -> TicketState {
    let (type_id, status_id) = (row.id("tickettype_id"), row.id("status_id"));
    // Agent 1 is "Unassigned".
    let agent_id = row.id("agent_id").filter(|id| *id != 1);
    let known = |id: i64| tenant.agents.iter().find(|agent| agent.id == id).map(|agent| agent.name.clone());
    TicketState {
        type_id,
        status_id,
        position: type_id.zip(status_id).and_then(|(kind, status)| tenant.position(kind, status)).cloned(),
        agent_id,
        owner: agent_id.and_then(|id| known(id).or_else(|| row.text("agent_name"))),
        probability: row.int("oppconversionprobability").map(|percent| percent.clamp(0, 100) as u8),
        closed: row.flag("hasbeenclosed").unwrap_or(false) || row.date("dateclosed").is_some(),
        merged_into: row.id("merged_into_id"),
    }
}
