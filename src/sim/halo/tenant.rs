//! What the tenant holds on the first day: a part of the world as customers and contacts, typed in by people, and
//! ordinary support tickets. No custom field is there yet, and no lead: setup and sync make those.

use super::{
    Actor, HaloConfig,
    reference::{HUMAN_AGENT, Reference, UNKNOWN_CLIENT, UNKNOWN_SITE},
    state::{State, Table},
    write::Desk,
};
use crate::{
    domain::Source,
    sim::{
        dice::Dice,
        sighting::{company_seen, sightings},
        world::{World, international, national},
    },
};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// Support tickets that are open on the first day.
const TICKETS: usize = 25;

pub(super) fn fill(state: &mut State, world: &World, reference: &Reference, config: &HaloConfig) {
    builtin(state);
    let mut sites = HashMap::new();
    for company in &world.companies {
        let mut dice = Dice::of(world.seed, "halo customers", u64::from(company.id));
        if !dice.percent(config.customers_percent) {
            continue;
        }
        let seen = company_seen(world, Source::Halo, company);
        let mut client = json!({"name": seen.name, "website": format!("https://www.{}", seen.domain), "domain": seen.domain, "toplevel_id": 1,
            "newclient_sitename": "Main", "newclient_countrycode": company.country.iso,
            "newclient_delivery_address": {"line1": company.street, "line2": "", "line3": company.place.city, "line4": company.place.state,
                "postcode": company.postcode}});
        if let Some(phone) = &seen.phone {
            client["newclient_phonenumber"] = json!(typed(phone, &mut dice));
        }
        let age = dice.between(20, 900);
        // A name that is taken already stays out, as it would in the real one.
        if let Some(id) = put(state, world, reference, config, Table::Client, client, age) {
            let site = state.row(Table::Client, id).map_or(0, |row| row.int("main_site_id"));
            sites.insert(company.id, (id, site));
        }
    }
    let users = people(state, world, reference, config, &sites);
    for nth in 0..TICKETS.min(users.len()) {
        let mut dice = Dice::of(world.seed, "halo tickets", nth as u64);
        let user = *dice.pick(&users);
        let summary =
            *dice.pick(&["Printer offline", "Password reset", "New starter next Monday", "VPN drops every hour", "Mailbox is full"]);
        let ticket =
            json!({"summary": summary, "details": format!("{summary}. Please help."), "tickettype_id": 1, "user_id": user, "agent_id": 7});
        put(state, world, reference, config, Table::Tickets, ticket, dice.between(1, 19));
    }
}

/// Every tenant has these.
fn builtin(state: &mut State) {
    let object = |value: Value| value.as_object().cloned().unwrap_or_default();
    let client = json!({"name": "Unknown", "toplevel_id": 1, "inactive": false, "main_site_id": UNKNOWN_SITE});
    state.insert_as(Table::Client, UNKNOWN_CLIENT, object(client));
    let site = json!({"name": "Unknown", "client_id": UNKNOWN_CLIENT as f64, "inactive": false});
    state.insert_as(Table::Site, UNKNOWN_SITE, object(site));
    let user = json!({"name": "General User", "site_id": UNKNOWN_SITE as f64, "inactive": false});
    state.insert_as(Table::Users, 1, object(user));
}

/// Contacts of the customers, each mailbox once.
fn people(state: &mut State, world: &World, reference: &Reference, config: &HaloConfig, sites: &HashMap<u32, (i64, i64)>) -> Vec<i64> {
    let mut mailboxes = HashSet::new();
    let mut users = Vec::new();
    for seen in sightings(world, Source::Halo) {
        let Some((client, site)) = seen.company.and_then(|company| sites.get(&company)) else { continue };
        let mut dice = Dice::of(world.seed, "halo contacts", u64::from(seen.nth));
        let mut user = json!({"name": seen.full_name(), "firstname": seen.first, "surname": seen.last, "client_id": client, "site_id": site,
            "title": seen.title, "isimportantcontact": dice.percent(10), "sendwelcomeemail": false});
        if let Some(email) = seen.email.filter(|email| mailboxes.insert(email.to_lowercase())) {
            user["emailaddress"] = json!(email);
        }
        if let Some(phone) = &seen.direct {
            user["phonenumber"] = json!(typed(phone, &mut dice));
        }
        if let Some(phone) = &seen.mobile {
            user["mobilenumber"] = json!(typed(phone, &mut dice));
        }
        users.extend(put(state, world, reference, config, Table::Users, user, dice.between(5, 19)));
    }
    users
}

/// As people type a number in.
fn typed(e164: &str, dice: &mut Dice) -> String {
    match dice.below(3) {
        0 => national(e164),
        1 => international(e164),
        _ => e164.to_owned(),
    }
}

fn put(
    state: &mut State,
    world: &World,
    reference: &Reference,
    config: &HaloConfig,
    table: Table,
    record: Value,
    days_ago: u32,
) -> Option<i64> {
    let now = world.days_ago(days_ago);
    let mut desk = Desk { state, reference, config, now, actor: Actor { agent: HUMAN_AGENT }, events: Vec::new() };
    desk.post(table, json!([record])).ok()?.pop()
}
