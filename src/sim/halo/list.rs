//! GET of a list: filters, order, pages. The paging rules are section 2.4 of the API notes to the letter.

use super::{
    Inner, Problem,
    filter::{self, csv, number},
    record::{Shop, View},
    state::{Seen, Table, action_number, flag, int, text},
};
use crate::sim::server::{
    Twist,
    call::{Call, cut},
};
use serde_json::{Map, Value, json};
use std::{cmp::Ordering, time::Duration};

/// Rows without paging, and the default page.
const DEFAULT_ROWS: usize = 50;
/// `page_size` above this is cut in silence.
const MAX_PAGE: usize = 100;
/// `count` above this is cut in silence.
const MAX_COUNT: usize = 1000;

impl Inner {
    /// The list; `opportunities`: asked for under that name.
    pub(super) fn list(&self, table: Table, opportunities: bool, call: &Call) -> Result<Value, Problem> {
        let query = &call.query;
        let shop = self.shop();
        if table == Table::Actions {
            return Ok(self.list_actions(call, &shop));
        }
        let tests = filter::conditions(table, query, &self.state, &self.reference, self.config.tickets_list_opportunities, opportunities)
            .map_err(|why| Problem::rule(&why))?;
        let lag = match call.twist {
            Some(Twist::StaleList { seconds }) => Duration::from_secs(seconds.into()),
            _ => Duration::from_millis(self.config.search_lag_ms.into()),
        };
        let mut rows: Vec<Seen<'_>> =
            self.state.rows(table).filter_map(|row| row.seen(call.at, lag)).filter(|seen| tests.iter().all(|test| test(seen))).collect();
        // Only tickets show deleted rows, when asked; their own filter saw to that.
        rows.retain(|seen| table == Table::Tickets || !seen.deleted);
        sort(table, &mut rows, call);

        let ids_only = (table == Table::Tickets && query.flag("ticketidonly")) || (table != Table::Tickets && query.flag("idonly"));
        let custom = csv(query, "include_custom_fields");
        let row = |seen: &Seen<'_>| {
            if ids_only { json!({"id": seen.id}) } else { shop.show(table, seen, View::Row { query, custom: custom.as_deref() }) }
        };
        let Some(key) = table.list_key() else { return Ok(Value::Array(rows.iter().map(row).collect())) };
        // These lists know no pages: the first page comes again for ever, and `count` is all there is.
        let pages = table != Table::CrmNote && table != Table::Attachment;
        let page_no = number(query, "page_no").filter(|_| pages && query.flag("pageinate") && !ids_only);
        let mut out = Map::new();
        let shown: Vec<Value> = if let Some(page_no) = page_no {
            let size = number(query, "page_size").filter(|size| *size > 0).map_or(DEFAULT_ROWS, |size| (size as usize).min(MAX_PAGE));
            let page_no = page_no.max(1) as usize;
            let page = cut(rows.len(), (page_no - 1).saturating_mul(size), size, call.twist.as_ref());
            out.insert("page_no".into(), json!(page_no));
            out.insert("page_size".into(), json!(size));
            out.insert("record_count".into(), json!(page.total));
            rows[page.from..page.from + page.len].iter().map(row).collect()
        } else {
            let count = number(query, "count").filter(|count| *count > 0).map_or(DEFAULT_ROWS, |count| (count as usize).min(MAX_COUNT));
            let count = if ids_only { rows.len() } else { count };
            let shown: Vec<_> = rows.iter().take(count).map(row).collect();
            out.insert("record_count".into(), json!(shown.len()));
            shown
        };
        if query.flag("includecolumns") {
            out.insert("columns".into(), json!([{"name": "id", "title": "ID"}]));
        }
        out.insert(key.into(), Value::Array(shown));
        Ok(Value::Object(out))
    }

    /// Without a ticket there are none; pages are unreliable, so none are made.
    fn list_actions(&self, call: &Call, shop: &Shop<'_>) -> Value {
        let query = &call.query;
        let ticket = number(query, "ticket_id").unwrap_or(0);
        if self.state.live(Table::Tickets, ticket).is_none() {
            return json!({"record_count": 0, "actions": []});
        }
        let count = number(query, "count").filter(|count| *count > 0).map_or(DEFAULT_ROWS, |count| (count as usize).min(MAX_COUNT));
        let mut actions: Vec<_> = self.state.actions_of(ticket).collect();
        if query.flag("excludeprivate") {
            actions.retain(|action| !action.flag("hiddenfromuser"));
        }
        // The newest come first.
        let rows: Vec<_> =
            actions.iter().rev().take(count).map(|a| shop.show(Table::Actions, &a.fresh(), View::Row { query, custom: None })).collect();
        json!({"ticket_id": ticket, "record_count": rows.len(), "actions": rows})
    }

    /// Deliveries of webhooks, newest first.
    pub(super) fn list_events(&self, call: &Call) -> Value {
        let webhook = call.query.any_case("webhook_id");
        let count = number(&call.query, "count").map_or(DEFAULT_ROWS, |count| count.clamp(1, MAX_COUNT as i64) as usize);
        let events: Vec<_> =
            self.state.events.iter().rev().filter(|e| webhook.is_none_or(|id| e["webhook_id"] == id)).take(count).collect();
        json!({"record_count": events.len(), "events": events})
    }
}

/// By `order`, `order2`…; only the word `true` turns one round. Without, tickets come newest first, the rest by name.
fn sort(table: Table, rows: &mut [Seen<'_>], call: &Call) {
    let mut keys = Vec::new();
    for (order, down) in
        [("order", "orderdesc"), ("order2", "orderdesc2"), ("order3", "orderdesc3"), ("order4", "orderdesc4"), ("order5", "orderdesc5")]
    {
        let Some(name) = call.query.any_case(order) else { continue };
        let column = table.columns().iter().find(|c| c.name.eq_ignore_ascii_case(name)).map(|c| c.name);
        if column.is_some() || name.eq_ignore_ascii_case("id") {
            keys.push((column, call.query.flag(down)));
        }
    }
    if keys.is_empty() {
        match table {
            Table::Tickets => rows.sort_by_key(|seen| std::cmp::Reverse(seen.id)),
            Table::Client | Table::Site | Table::Users => rows.sort_by_cached_key(|seen| text(seen.values, "name").to_lowercase()),
            _ => {}
        }
        return;
    }
    rows.sort_by(|a, b| {
        for (column, down) in &keys {
            let order = match column {
                None => a.id.cmp(&b.id),
                Some(name) => compare(a, b, name),
            };
            let order = if *down { order.reverse() } else { order };
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    });
}

fn compare(a: &Seen<'_>, b: &Seen<'_>, name: &str) -> Ordering {
    match (a.values.get(name), b.values.get(name)) {
        (Some(Value::String(a)), Some(Value::String(b))) => a.to_lowercase().cmp(&b.to_lowercase()),
        (Some(Value::Bool(_)), _) | (_, Some(Value::Bool(_))) => flag(a.values, name).cmp(&flag(b.values, name)),
        (None | Some(Value::Null), Some(_)) => Ordering::Less,
        (Some(_), None | Some(Value::Null)) => Ordering::Greater,
        _ => int(a.values, name).cmp(&int(b.values, name)).then(action_number(a.id).cmp(&action_number(b.id))),
    }
}
