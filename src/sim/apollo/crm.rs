//! What the team has saved in Apollo, and the account's usage. Section 6 of the notes.

use super::{Inner, Refusal, WINDOWS, class_of, contact_id, pagination, params::Params, search, show};
use crate::{
    domain::Timestamp,
    sim::{
        dice::{Dice, stable},
        server::call::{Call, cut},
        sighting::Sighting,
        view::{SourceView, plain},
    },
};
use serde_json::{Map, Value, json};

impl Inner {
    fn is_saved(&self, view: &SourceView, seen: &Sighting) -> bool {
        stable(view.world.seed, "apollo saved", seen.nth.into()) % 100 < u64::from(self.config.saved_percent)
    }

    /// The saved contact behind a person, if there is one.
    pub(super) fn contact_of(&self, view: &SourceView, seen: &Sighting) -> Option<Value> {
        self.is_saved(view, seen).then(|| show::contact(view, seen, &contact_id(view.world.seed, seen.nth), seen.days_old / 3))
    }

    /// `POST /contacts/search`: free, with mailboxes and numbers.
    pub(super) fn contacts(&mut self, view: &SourceView, params: &Params, call: &Call) -> Result<Value, Refusal> {
        let (offset, limit, number) = search::page(params, 25)?;
        let words = plain(params.text("q_keywords"));
        let saved = view.people.iter().filter_map(|seen| self.contact_of(view, seen));
        let mut contacts: Vec<Value> = saved.chain(self.memory.made.values().cloned()).collect();
        contacts.retain(|contact| {
            words.is_empty()
                || ["name", "email", "title", "organization_name"]
                    .iter()
                    .any(|key| plain(contact[key].as_str().unwrap_or_default()).contains(&words))
        });
        let by = match params.text("sort_by_field") {
            "contact_created_at" => "created_at",
            _ => "updated_at",
        };
        contacts.sort_by(|a, b| a[by].as_str().cmp(&b[by].as_str()).then_with(|| a["id"].as_str().cmp(&b["id"].as_str())));
        if !params.flag("sort_ascending") {
            contacts.reverse();
        }
        let page = cut(contacts.len(), offset, limit, call.twist.as_ref());
        Ok(json!({"contacts": contacts[page.from..page.from + page.len], "breadcrumbs": [], "partial_results_only": false,
            "disable_eu_prospecting": false, "partial_results_limit": 10000, "pagination": pagination(number, limit, page.total),
            "num_fetch_result": null, "derived_params": null}))
    }

    /// `POST /contacts`: doubles are allowed unless `run_dedupe` asks otherwise.
    pub(super) fn make_contact(&mut self, view: &SourceView, params: &Params, now: Timestamp) -> Result<Value, Refusal> {
        let email = params.text("email").to_lowercase();
        if params.text("first_name").is_empty() && email.is_empty() {
            return Err(Refusal::Json(422, json!({"error": "Invalid parameters"})));
        }
        let known =
            self.memory.made.iter().find(|(_, c)| !email.is_empty() && c["email"].as_str().is_some_and(|e| e.eq_ignore_ascii_case(&email)));
        let id = match known.filter(|_| params.flag("run_dedupe")) {
            Some((id, _)) => id.clone(),
            None => format!("62{}", Dice::of(view.world.seed, "apollo new contact", self.memory.made.len() as u64).hex(22)),
        };
        let stamp = now.to_string();
        let slot = self.memory.made.entry(id.clone()).or_insert_with(|| json!({"id": id, "created_at": stamp}));
        for name in ["first_name", "last_name", "title", "email", "organization_name"] {
            if !params.text(name).is_empty() {
                slot[name] = json!(params.text(name));
            }
        }
        slot["name"] = json!(format!("{} {}", params.text("first_name"), params.text("last_name")).trim());
        slot["updated_at"] = json!(stamp);
        Ok(json!({"contact": slot.clone()}))
    }

    /// `GET /contacts/{id}`
    pub(super) fn contact(&self, view: &SourceView, id: &str) -> Result<Value, Refusal> {
        let saved =
            || view.people.iter().find(|seen| contact_id(view.world.seed, seen.nth) == id).and_then(|seen| self.contact_of(view, seen));
        let found = self.memory.made.get(id).cloned().or_else(saved);
        found.map(|contact| json!({"contact": contact})).ok_or_else(|| Refusal::Json(404, json!({"error": "Not Found"})))
    }

    /// `POST /usage_stats/api_usage_stats`: the keys are arrays written as text.
    pub(super) fn api_usage(&self) -> Value {
        let mut out = Map::new();
        for (endpoint, windows) in &self.memory.windows {
            let (resource, action) = endpoint.rsplit_once('/').unwrap_or((endpoint, "index"));
            let limits = self.config.plan.limits(class_of(endpoint));
            let mut row = Map::new();
            for (nth, (_, _, _, name)) in WINDOWS.iter().enumerate() {
                let used = windows.used(nth);
                let left = limits[nth].map(|limit| limit.saturating_sub(used));
                row.insert((*name).to_owned(), json!({"limit": limits[nth], "consumed": used, "left_over": left}));
            }
            out.insert(format!("[\"api/v1/{resource}\", \"{action}\"]"), Value::Object(row));
        }
        Value::Object(out)
    }

    /// `POST /usage_stats/credit_usage_stats`
    pub(super) fn credit_usage(&self, view: &SourceView) -> Value {
        let limit = self.config.credits;
        let used = self.ledger.credits();
        let none = json!({"limit": 0, "consumed": 0, "left_over": 0});
        json!({
            "credit_usage_stats": {
                "lead_credit": {"limit": limit, "consumed": used, "left_over": limit.map(|limit| limit as f64 - used)},
                "direct_dial_credit": none, "export_credit": none, "conversation_credit": none, "ai_credit": none, "power_up_credit": none,
                "inbound_website_visitor_credit": none, "dialer": none, "web_search_record_credit": none, "contact_website_visitor_credit": none,
            },
            "current_credit_cycle": {"start_date": show::stamp(view, 12), "end_date": format!("{}T00:00:00.000+00:00",
                view.world.today.plus(std::time::Duration::from_hours(18 * 24)).to_string().split('T').next().unwrap_or_default())},
        })
    }

    /// `GET /users/api_profile`
    pub(super) fn profile(&self) -> Value {
        json!({"id": "5a00000000000000000000aa", "team_id": "5a00000000000000000000ab", "first_name": "Rosa", "last_name": "Delgado",
            "title": "Sales Operations", "email": "rosa.delgado@msp.example", "num_credits_remaining": 0,
            "effective_num_lead_credits": self.config.credits, "total_unified_credits_used": self.ledger.credits()})
    }
}
