//! Lists of contacts that the customer keeps.

use super::{Answer, Inner, Params, refuse, search::meta, show, uuid};
use crate::sim::{server::call::Call, view::SourceView};
use serde_json::{Value, json};

impl Inner {
    pub(super) fn list_routes(&mut self, view: &SourceView, params: &Params, call: &Call, endpoint: &[&str]) -> Answer {
        let known = |inner: &Self, id: &str| inner.memory.lists.contains_key(id);
        match (call.method.as_str(), endpoint) {
            ("GET", ["lists"]) => {
                let rows: Vec<Value> = self
                    .memory
                    .lists
                    .iter()
                    .map(|(id, (name, members))| json!({"id": id, "name": name, "contacts_count": members.len()}))
                    .collect();
                let count = rows.len();
                Ok(json!({"results": rows, "meta": meta(count, 1, 15)}))
            }
            ("POST", ["lists"]) => {
                let name = params.text("name");
                if name.is_empty() {
                    return refuse(400, "bad_request", "name is required");
                }
                let id = uuid(view, "list", self.memory.lists.len() as u64);
                self.memory.lists.insert(id.clone(), (name.to_owned(), std::collections::BTreeSet::new()));
                Ok(json!({"id": id, "name": name, "contacts_count": 0}))
            }
            (_, ["lists", id, ..]) if !known(self, id) => refuse(404, "not_found", "No such list"),
            ("GET", ["lists", id]) => {
                let (name, members) = &self.memory.lists[*id];
                Ok(json!({"id": id, "name": name, "contacts_count": members.len()}))
            }
            ("DELETE", ["lists", id]) => {
                self.memory.lists.remove(*id);
                Ok(Value::Null)
            }
            ("GET", ["lists", id, "contacts"]) => {
                let members = &self.memory.lists[*id].1;
                let people = view.people.iter().filter(|seen| members.contains(&show::person_id(view, seen)));
                let rows: Vec<Value> = people.map(|seen| show::person(view, seen)).collect();
                let count = rows.len();
                Ok(json!({"results": rows, "meta": meta(count, 1, 15)}))
            }
            ("POST", ["lists", id, "contacts", "add"]) | ("DELETE", ["lists", id, "contacts", "delete"]) => {
                let ids = params.list("contact_ids", "contact_ids").unwrap_or_default();
                if let Some((_, members)) = self.memory.lists.get_mut(*id) {
                    for contact in ids {
                        if call.method == "POST" {
                            members.insert(contact)
                        } else {
                            members.remove(&contact)
                        };
                    }
                }
                Ok(Value::Null)
            }
            _ => refuse(404, "not_found", "No such endpoint"),
        }
    }
}
