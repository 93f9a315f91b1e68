//! What a tenant has before anybody writes: ticket types, statuses, agents, priorities, outcomes, look-up lists.
//! The ids are this tenant's own, drawn from the seed, so nobody can know them without asking.

use crate::sim::{dice::Dice, server::call::Call};
use serde_json::{Value, json};

/// A ticket type.
pub(super) struct TicketType {
    pub(super) id: i64,
    pub(super) name: &'static str,
    /// `opps` and `projects` mark those; all others are plain tickets.
    pub(super) used_for: &'static str,
    pub(super) statuses: Vec<i64>,
    pub(super) guid: String,
}

impl TicketType {
    pub(super) fn is_opportunity(&self) -> bool {
        self.used_for == "opps"
    }
}

/// A status.
pub(super) struct Status {
    pub(super) id: i64,
    pub(super) name: &'static str,
    pub(super) area: &'static str,
    /// A ticket in it is closed.
    pub(super) closed: bool,
    guid: String,
}

/// Somebody who works here.
pub(super) struct Agent {
    pub(super) id: i64,
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    team: &'static str,
    api: bool,
    disabled: bool,
}

/// A kind of action.
pub(super) struct Outcome {
    pub(super) id: i64,
    pub(super) name: &'static str,
    /// This agent may use it.
    pub(super) allowed: bool,
}

/// All of it.
pub(super) struct Reference {
    pub(super) types: Vec<TicketType>,
    pub(super) statuses: Vec<Status>,
    priorities: Vec<Value>,
}

/// The built-in agent for tickets that nobody has.
pub(super) const UNASSIGNED: i64 = 1;
/// The agent as whom the API's client acts.
pub(super) const API_AGENT: i64 = 3;
/// The agent as whom the tests' human edits.
pub(super) const HUMAN_AGENT: i64 = 4;
/// The built-in client for tickets without one.
pub(super) const UNKNOWN_CLIENT: i64 = 1;
pub(super) const UNKNOWN_SITE: i64 = 1;

pub(super) const AGENTS: &[Agent] = &[
    Agent { id: UNASSIGNED, name: "Unassigned", email: "", team: "", api: false, disabled: false },
    Agent { id: API_AGENT, name: "Leadloom Integration", email: "leadloom@msp.example", team: "Sales", api: true, disabled: false },
    Agent { id: HUMAN_AGENT, name: "Rosa Delgado", email: "rosa.delgado@msp.example", team: "Sales", api: false, disabled: false },
    Agent { id: 6, name: "Tom Ashby", email: "tom.ashby@msp.example", team: "Sales", api: false, disabled: false },
    Agent { id: 7, name: "Wen Li", email: "wen.li@msp.example", team: "Service Desk", api: false, disabled: false },
    Agent { id: 9, name: "Gone Agent", email: "gone@msp.example", team: "Service Desk", api: false, disabled: true },
];

pub(super) const OUTCOMES: &[Outcome] = &[
    Outcome { id: 1, name: "Email User", allowed: true },
    Outcome { id: 2, name: "First User Email", allowed: false },
    Outcome { id: 4, name: "Phone Call", allowed: true },
    Outcome { id: 7, name: "Private Note", allowed: true },
    Outcome { id: 11, name: "Close Ticket", allowed: true },
    Outcome { id: 14, name: "Meeting", allowed: true },
    Outcome { id: 90, name: "Approve Change", allowed: false },
];

/// Numbers of events that notifications wait for (lookup 64). The first seven are known; the others this tenant's.
pub(super) const EVENTS: &[(i64, &str)] = &[
    (3, "New Ticket Logged"),
    (19, "Ticket Updated by User"),
    (39, "Ticket Closed"),
    (61, "Ticket Updated"),
    (76, "Ticket Status Changed"),
    (1072, "Ticket Deleted"),
    (1010, "Customer Created"),
    (1011, "Customer Updated"),
    (1020, "User Created"),
    (1021, "User Updated"),
    (1030, "Site Created"),
    (1031, "Site Updated"),
    (1040, "New Action Added"),
];

/// Stages of each pipeline type: name and whether it closes.
const LEAD: &[(&str, bool)] = &[
    ("New Lead", false),
    ("Researching", false),
    ("Contacted", false),
    ("Engaged", false),
    ("No Interest", true),
    ("Do Not Contact", true),
    ("Invalid Data", true),
];
const PROSPECT: &[(&str, bool)] = &[("New Prospect", false), ("Prospecting", false), ("Qualified", false), ("Disqualified", true)];
const OPPORTUNITY: &[(&str, bool)] =
    &[("New Opportunity", false), ("Progressing", false), ("Negotiation", false), ("Won", true), ("Lost", true)];
/// Statuses of a fresh tenant: these ids are the same everywhere.
const TICKET: &[(i64, &str, bool)] = &[
    (1, "New", false),
    (2, "In Progress", false),
    (3, "Action Required", false),
    (4, "With User", false),
    (8, "Resolved", true),
    (9, "Closed", true),
    (21, "On Hold", false),
];

impl Reference {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::of(seed, "halo reference", 0);
        let mut statuses: Vec<Status> =
            TICKET.iter().map(|&(id, name, closed)| Status { id, name, area: "ticket", closed, guid: dice.guid() }).collect();
        let mut types: Vec<TicketType> = [(1, "Incident", "ticket"), (3, "Service Request", "ticket"), (5, "Project", "projects")]
            .into_iter()
            .map(|(id, name, used_for)| TicketType {
                id,
                name,
                used_for,
                statuses: TICKET.iter().map(|s| s.0).collect(),
                guid: dice.guid(),
            })
            .collect();
        let mut status_id = 22 + i64::from(dice.below(12));
        let mut type_id = 20 + i64::from(dice.below(12));
        for (name, stages) in [("Opportunity", OPPORTUNITY), ("Lead", LEAD), ("Prospect", PROSPECT)] {
            let mut own = Vec::new();
            for &(stage, closed) in stages {
                status_id += i64::from(dice.between(1, 3));
                own.push(status_id);
                statuses.push(Status { id: status_id, name: stage, area: "opportunity", closed, guid: dice.guid() });
            }
            type_id += i64::from(dice.between(1, 4));
            types.push(TicketType { id: type_id, name, used_for: "opps", statuses: own, guid: dice.guid() });
        }
        let priorities = ["Critical", "High", "Medium", "Low"]
            .iter()
            .zip(1..)
            .map(|(name, n)| json!({"id": dice.guid(), "priorityid": n, "slaid": 1, "name": name, "ishidden": false}))
            .collect();
        Self { types, statuses, priorities }
    }

    pub(super) fn ticket_type(&self, id: i64) -> Option<&TicketType> {
        self.types.iter().find(|t| t.id == id)
    }

    pub(super) fn status(&self, id: i64) -> Option<&Status> {
        self.statuses.iter().find(|s| s.id == id)
    }

    pub(super) fn priority(&self, id: i64) -> Option<&str> {
        self.priorities.iter().find(|p| p["priorityid"] == id).and_then(|p| p["name"].as_str())
    }

    /// Answers a GET of one of these resources; `None`: it is none of them.
    pub(super) fn get(&self, resource: &str, id: Option<&str>, call: &Call, agents: super::AgentList) -> Option<Result<Value, u16>> {
        let list = match resource {
            "tickettype" => self.list_types(call, id.is_some()),
            "status" => self.list_statuses(call),
            "priority" => self.priorities.clone(),
            "team" => list_teams(),
            "agent" => {
                if id == Some("me") {
                    return Some(Ok(me()));
                }
                let rows = list_agents(call);
                if id.is_none() {
                    return Some(Ok(agents.wrap(rows)));
                }
                rows
            }
            "outcome" => list_outcomes(),
            "lookup" => list_lookups(call),
            "organisation" => vec![json!({"id": 1, "name": "Example MSP", "inactive": false})],
            "category" | "tags" => Vec::new(),
            "toplevel" => vec![json!({"id": 1, "name": "Root", "inactive": false})],
            _ => return None,
        };
        let Some(id) = id else { return Some(Ok(Value::Array(list))) };
        let key = if resource == "priority" { "priorityid" } else { "id" };
        let found = list.into_iter().find(|row| row[key].to_string().trim_matches('"') == id);
        Some(found.ok_or(404))
    }

    fn list_types(&self, call: &Call, one: bool) -> Vec<Value> {
        let details = one && call.query.flag("includedetails");
        let domain = call.query.any_case("domain");
        self.types
            .iter()
            .filter(|t| {
                domain
                    .is_none_or(|d| t.used_for == d || (d == "reqs" && t.used_for == "ticket") || (d == "prjs" && t.used_for == "projects"))
            })
            // Types of other areas show only when everything is asked for.
            .filter(|t| one || domain.is_some() || call.query.flag("showall") || t.used_for == "ticket")
            .map(|t| self.show_type(t, details))
            .collect()
    }

    fn show_type(&self, t: &TicketType, details: bool) -> Value {
        let mut row = json!({
            "id": t.id, "guid": t.guid, "name": t.name, "use": t.used_for, "project_type": 0, "sequence": t.id, "group_id": 1,
            "group_name": if t.is_opportunity() { "Sales" } else { "Service" }, "visible": true, "cancreate": true, "default_sla": 1,
            "default_team": if t.is_opportunity() { "Sales" } else { "Service Desk" }, "default_agent": UNASSIGNED, "default_priority": 3,
            "fieldidlist": [],
        });
        if details {
            let statuses: Vec<_> =
                t.statuses.iter().filter_map(|id| self.status(*id)).map(|s| json!({"id": s.id, "name": s.name})).collect();
            row["initial_status"] = json!(t.statuses[0]);
            row["workflow_id"] = json!(0);
            row["fields"] = json!([]);
            row["allowall_status"] = json!(false);
            row["allowed_status"] = json!(statuses);
            row["statuses"] = json!(statuses);
            row["showoppcontacttab"] = json!(t.is_opportunity());
        }
        row
    }

    fn list_statuses(&self, call: &Call) -> Vec<Value> {
        let of_type = call.query.any_case("tickettype_id").and_then(|raw| raw.parse().ok()).and_then(|id| self.ticket_type(id));
        // `type` is a word; a number leaves the list unfiltered.
        let area = call.query.any_case("type").filter(|word| word.parse::<i64>().is_err());
        let closed_too = !call.query.flag("excludeclosed");
        self.statuses
            .iter()
            .filter(|s| of_type.is_none_or(|t| t.statuses.contains(&s.id)))
            .filter(|s| area.is_none_or(|area| s.area.eq_ignore_ascii_case(area)))
            .filter(|s| closed_too || !s.closed)
            .enumerate()
            .map(|(nth, s)| {
                json!({"id": s.id, "guid": s.guid, "name": s.name, "shortname": s.name, "type": i64::from(s.area == "opportunity"),
                    "sequence": nth, "colour": "#3fb1e3", "slaaction": if s.closed { "C" } else { "A" }})
            })
            .collect()
    }
}

fn list_teams() -> Vec<Value> {
    [("Service Desk", true, false), ("Sales", false, true)]
        .iter()
        .zip(1..)
        .map(|((name, requests, opps), id)| json!({"id": id, "name": name, "forrequests": requests, "foropps": opps, "forprojects": requests}))
        .collect()
}

fn list_agents(call: &Call) -> Vec<Value> {
    let disabled_too = call.query.flag("includedisabled");
    let search = call.query.any_case("search").unwrap_or_default().to_lowercase();
    let unassigned_too = call.query.flag("includeunassigned");
    AGENTS
        .iter()
        .filter(|a| (disabled_too || !a.disabled) && (a.id != UNASSIGNED || unassigned_too))
        .filter(|a| search.is_empty() || a.name.to_lowercase().contains(&search) || a.email.contains(&search))
        .map(show_agent)
        .collect()
}

fn show_agent(a: &Agent) -> Value {
    json!({"id": a.id, "name": a.name, "email": a.email, "isdisabled": a.disabled, "team": a.team, "isapiagent": a.api,
        "teams": if a.team.is_empty() { json!([]) } else { json!([{"team": a.team}]) }})
}

fn me() -> Value {
    let mut me = AGENTS.iter().find(|a| a.id == API_AGENT).map(show_agent).unwrap_or_default();
    me["is_agent"] = json!(true);
    me["claims"] = json!([{"type": "scope", "value": "all"}, {"type": "agent_id", "value": API_AGENT.to_string()}]);
    me
}

fn list_outcomes() -> Vec<Value> {
    let row = |o: &Outcome| json!({"id": o.id, "outcome": o.name, "name": o.name, "buttonname": o.name, "hidden": false});
    OUTCOMES.iter().filter(|o| o.allowed).map(row).collect()
}

fn list_lookups(call: &Call) -> Vec<Value> {
    let named = |lookup: i64, names: &[&str]| -> Vec<Value> {
        names.iter().zip(1..).map(|(name, id)| json!({"id": id, "name": name, "lookupid": lookup})).collect()
    };
    match call.query.any_case("lookupid").and_then(|raw| raw.parse().ok()) {
        Some(11) => [(11, "Lookups"), (22, "Request Source"), (33, "Customer Type"), (39, "Quote Status"), (64, "Notification Events")]
            .iter()
            .map(|(id, name)| json!({"id": id, "name": name, "lookupid": 11}))
            .collect(),
        Some(22) => named(22, &["Email", "Manual", "Phone", "API", "Marketing"]),
        Some(33) => named(33, &["Customer", "Prospect", "Partner", "Supplier"]),
        Some(39) => named(39, &["Draft", "Sent", "Accepted", "Rejected"]),
        Some(64) => EVENTS.iter().map(|(id, name)| json!({"id": id, "name": name, "lookupid": 64})).collect(),
        _ => Vec::new(),
    }
}
