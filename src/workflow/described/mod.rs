//! The `workflows.json` forms of the described system, turned into the tree of a `workflows.toml`: stages and
//! transitions by name, laid over the shipped lifecycle so that a file which mentions one transition changes that
//! one. Each piece keeps the line it came from. Absent: whether the result makes sense (`build` checks it).

mod form;

use self::form::{AutoProgression, Criteria, Described, Entity, EntityTypes, Rule, Settings, Step, Steps, Transition};
use super::{
    condition::{EVENTS, field_called, field_names, sentence_case},
    file::{LifecycleFile, MoveFile, SHIPPED, StageFile, WorkflowFile},
};
use crate::domain::{
    FieldKind, Lifecycle, Period,
    document::{Node, Origin, Problem, Problems, Reading, nearest, read, reading},
};
use std::collections::{BTreeMap, BTreeSet};

/// The tree of a `workflows.toml` that says the same, and what has no meaning here, a sentence each.
pub(super) fn translate(json: &Node) -> Result<(Node, Vec<String>), Problems> {
    let Reading { value, problems, complete } = reading::<Described>(json);
    if !complete {
        Problems::none_of(problems.clone())?;
    }
    let described = value.unwrap_or_default();
    let shipped: WorkflowFile = read(&Node::toml(crate::domain::document::Page::shipped("workflows.toml", SHIPPED))?)?;
    let mut translator = Translator { json, shipped, top: Node::empty(), events: BTreeSet::new(), notes: Vec::new(), problems };
    translator.all(described);
    Problems::none_of(translator.problems)?;
    Ok((translator.top, translator.notes))
}

struct Translator<'a> {
    json: &'a Node,
    shipped: WorkflowFile,
    top: Node,
    events: BTreeSet<String>,
    notes: Vec<String>,
    problems: Vec<Problem>,
}

/// A lifecycle on its way: every stage and move with the line it came from.
struct Draft {
    lifecycle: Lifecycle,
    ticket_type: Option<String>,
    stages: Vec<(StageFile, Origin)>,
    moves: Vec<(MoveFile, Origin)>,
}

impl Translator<'_> {
    fn all(&mut self, described: Described) {
        let unused = [
            ("data_sources", described.data_sources.is_some(), "sources are set up under [sources] in leadloom.toml"),
            ("deduplication", described.deduplication.is_some(), "matching is set up in leadloom.toml"),
            ("maintenance", described.maintenance.is_some(), "retention is set up in leadloom.toml"),
            ("scoring.algorithms", described.scoring.algorithms.is_some(), "scores are set up in leadloom.toml"),
        ];
        for (key, there, instead) in unused {
            if there {
                self.unused(key, instead);
            }
        }
        if let Some(score) = described.scoring.auto_qualification_threshold {
            self.set("fit_threshold", &(score.round() as i64), &["scoring", "auto_qualification_threshold"]);
        }
        let nested = described.workflows;
        let entities = described.workflow_settings.map(|settings| self.settings(settings));
        let [lead, prospect, opportunity] = entities.map_or_else(Default::default, |entities| entities.map(Some));
        for (lifecycle, key, plain, under, entity) in [
            (Lifecycle::Lead, "lead_lifecycle", described.lead_lifecycle, nested.lead, lead),
            (Lifecycle::Prospect, "prospect_lifecycle", described.prospect_lifecycle, nested.prospect, prospect),
            (Lifecycle::Opportunity, "opportunity_lifecycle", described.opportunity_lifecycle, nested.opportunity, opportunity),
        ] {
            let (steps, path) = match plain {
                Some(steps) => (Some(steps), vec![key]),
                None => (under, vec!["workflows", key]),
            };
            if steps.is_none() && entity.is_none() {
                continue;
            }
            let mut draft = self.lifecycle(lifecycle, steps.unwrap_or_default(), &path);
            if let Some(entity) = entity {
                self.entity(&mut draft, entity);
            }
            self.keep(draft);
        }
        let events: Vec<_> = std::mem::take(&mut self.events).into_iter().collect();
        self.set("events", &events, &[]);
    }

    fn unused(&mut self, key: &str, instead: &str) {
        self.notes.push(format!("{key} has no effect here; {instead}"));
    }

    fn origin(&self, path: &[&str]) -> Origin {
        self.json.nearest_origin(path).clone()
    }

    fn set<T: serde::Serialize>(&mut self, key: &str, value: &T, path: &[&str]) {
        let node = Node::of(value, &self.origin(path));
        self.top.overlay(Node::table(vec![(key.to_owned(), node)]));
    }

    fn settings(&mut self, settings: Settings) -> [Entity; 3] {
        self.set("automatic", &settings.enabled, &["workflow_settings", "enabled"]);
        if let Some(minutes) = settings.polling_interval_minutes {
            self.set("poll", &Period::minutes(minutes.clamp(1, 44_640)), &["workflow_settings", "polling_interval_minutes"]);
        }
        if settings.custom_fields.is_some() {
            self.unused("workflow_settings.custom_fields", "the fields are CF_101 to CF_304, found in HaloPSA by name");
        }
        let EntityTypes { lead, prospect, opportunity } = settings.entity_types;
        [lead, prospect, opportunity]
    }

    fn lifecycle(&mut self, lifecycle: Lifecycle, steps: Steps, path: &[&str]) -> Draft {
        let mut draft = self.stages(lifecycle, &steps, path);
        for (name, percent) in &steps.probability_mapping {
            let origin = self.origin(&[path, &["probability_mapping", name]].concat());
            match draft.stage_called(name) {
                Some(stage) => draft.stages[stage].0.probability = Some(*percent),
                None => self.no_stage(&draft, name, &origin),
            }
        }
        for (name, transition) in steps.transitions {
            let origin = self.origin(&[path, &["transitions", &name]].concat());
            self.transition(&mut draft, &name, transition, origin);
        }
        self.criteria(&mut draft, &steps.qualification_criteria, path);
        if steps.disqualification_rules.is_some() {
            self.unused("disqualification_rules", "a person disqualifies");
        }
        draft
    }

    fn shipped_steps(&self, lifecycle: Lifecycle) -> LifecycleFile {
        let spec = match lifecycle {
            Lifecycle::Lead => &self.shipped.lead,
            Lifecycle::Prospect => &self.shipped.prospect,
            Lifecycle::Opportunity => &self.shipped.opportunity,
        };
        spec.clone().unwrap_or(LifecycleFile { ticket_type: None, back: true, stages: Vec::new(), moves: Vec::new() })
    }

    /// The named stages in their order, with what the shipped lifecycle knows of them; the ends that it reaches from
    /// them; and the moves between them.
    fn stages(&mut self, lifecycle: Lifecycle, steps: &Steps, path: &[&str]) -> Draft {
        let shipped = self.shipped_steps(lifecycle);
        let whole = self.origin(path);
        let mut draft = Draft { lifecycle, ticket_type: shipped.ticket_type.clone(), stages: Vec::new(), moves: Vec::new() };
        if steps.stages.is_empty() {
            draft.stages = shipped.stages.iter().map(|stage| (stage.clone(), whole.clone())).collect();
            draft.moves = shipped.moves.iter().map(|edge| (edge.clone(), whole.clone())).collect();
            return draft;
        }
        for (nth, Step(step)) in steps.stages.iter().enumerate() {
            let origin = self.origin(&[path, &["stages", &nth.to_string()]].concat());
            let key = normal(&step.name);
            let known = shipped.stages.iter().find(|stage| is_called(stage, lifecycle, &step.name));
            let mut stage = known.cloned().unwrap_or_else(|| StageFile { title: Some(sentence_case(&key)), key, ..StageFile::default() });
            let limit = step.sla_hours.map(Period::hours).or(step.follow_up_days.map(Period::days));
            stage.stuck_after = limit.or(stage.stuck_after);
            for (name, there) in [
                ("auto_assign", step.auto_assign.is_some() || step.assignment_rules.is_some()),
                ("notifications", step.notifications.is_some()),
                ("qualification_check", step.qualification_check.is_some() || step.conversion_trigger.is_some()),
            ] {
                if there {
                    self.unused(&format!("{}.{name}", step.name), "a person assigns, is told by the board, and converts");
                }
            }
            draft.stages.push((stage, origin));
        }
        draft.join(&shipped, &whole);
        for (nth, Step(step)) in steps.stages.iter().enumerate() {
            let Some(edge) = draft.forward_from(nth) else { continue };
            draft.moves[edge].0.required.extend(step.required_fields.iter().cloned());
            if let AutoProgression { enabled: true, delay_hours: Some(hours) } = step.auto_progression {
                draft.moves[edge].0.after = Some(Period::hours(hours));
                draft.moves[edge].0.when = None;
            }
        }
        draft
    }

    fn no_stage(&mut self, draft: &Draft, name: &str, origin: &Origin) {
        let names: Vec<_> = draft.stages.iter().map(|(stage, _)| stage.key.as_str()).collect();
        self.problems.push(Problem::new(origin, name, format!("names no stage of this lifecycle; its stages are {}", names.join(", "))));
    }

    fn transition(&mut self, draft: &mut Draft, name: &str, transition: Transition, origin: Origin) {
        let Some((from, to)) = draft.ends_of(name) else {
            let names: Vec<_> = draft.stages.iter().map(|(stage, _)| stage.key.as_str()).collect();
            let sentence = format!("must be named STAGE_to_STAGE with stages of this lifecycle ({})", names.join(", "));
            self.problems.push(Problem::new(&origin, name, sentence));
            return;
        };
        let mut conditions: Vec<String> = transition.conditions.iter().map(|raw| self.condition(raw)).collect();
        let mut edge = MoveFile { from, to, required: transition.required_fields, ..MoveFile::default() };
        match (transition.time_window, transition.automatic) {
            (Some(window), true) if conditions.is_empty() => edge.after = Some(window),
            (window, auto) => {
                conditions.extend(window.map(|window| format!("days_in_stage <= {}", window.0.as_secs().div_ceil(86_400))));
                if auto {
                    edge.when = Some(if conditions.is_empty() { "true".to_owned() } else { all_of(&conditions) });
                } else {
                    edge.conditions = conditions;
                }
            }
        }
        draft.put(edge, origin);
    }

    /// Operators of JavaScript become ours; a bare name that is no field is something that happens to leads.
    fn condition(&mut self, raw: &str) -> String {
        let text = raw.replace("!==", "!=").replace("===", "==").replace("&&", " and ").replace("||", " or ");
        let text = text.trim();
        let is_name = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if is_name && !EVENTS.contains(&text) && field_called(text).is_none() {
            let fields = field_names();
            let near = nearest(text, EVENTS.iter().copied().chain(fields.iter().map(String::as_str)));
            // A near miss is left as it is: a slip of the pen is better told than taken for a new event.
            if near.is_none() {
                self.events.insert(text.to_lowercase());
                return text.to_lowercase();
            }
        }
        text.to_owned()
    }

    fn criteria(&mut self, draft: &mut Draft, criteria: &Criteria, path: &[&str]) {
        let path = [path, &["qualification_criteria"]].concat();
        if let Some(score) = criteria.fit_score_threshold {
            self.set("fit_threshold", &score, &[&path[..], &["fit_score_threshold"]].concat());
        }
        if criteria.budget_minimum.is_some() {
            self.unused(
                "qualification_criteria.budget_minimum",
                "CF_204 holds a band; require \"budget_range == '$50K-$100K'\" or the like",
            );
        }
        for (wanted, field) in [(criteria.timeline_defined, "timeframe"), (criteria.decision_maker_identified, "decision_maker")] {
            let Some(wanted) = wanted else { continue };
            for (edge, _) in draft.moves.iter_mut().filter(|(edge, _)| edge.to == "qualified") {
                edge.required.retain(|name| name != field);
                edge.required.extend(wanted.then(|| field.to_owned()));
            }
        }
    }

    fn entity(&mut self, draft: &mut Draft, entity: Entity) {
        let key = draft.lifecycle.key();
        let path = ["workflow_settings", "entity_types", key];
        if entity.ticket_type_id.is_some() {
            self.unused(&format!("{key}.ticket_type_id"), "ticket types are found by name ([halopsa.ticket_types] in leadloom.toml)");
        }
        if entity.use_opportunities_api.is_some() {
            self.unused(&format!("{key}.use_opportunities_api"), "an opportunity is a ticket of its own type");
        }
        for (name, status) in entity.statuses {
            match draft.stage_called(&name) {
                Some(stage) => {
                    draft.stages[stage].0.status = Some(status.name);
                    draft.stages[stage].1 = self.origin(&[&path[..], &["statuses", &name]].concat());
                }
                None => self.notes.push(format!("the status {name:?} is no stage of the {key} lifecycle and is left out")),
            }
        }
        self.rules(draft, "auto_conversion_rules", entity.auto_conversion_rules);
        self.rules(draft, "auto_promotion_rules", entity.auto_promotion_rules);
        let opening = ["workflow_settings", "entity_types", key, "default_values"];
        let values = entity.default_values;
        let mut entries = Vec::new();
        if let Some(months) = values.default_close_date_months {
            entries.push(("close_months".to_owned(), Node::of(&months, &self.origin(&opening))));
        }
        if let Some(value) = values.minimum_opportunity_value {
            entries.push(("minimum_value".to_owned(), Node::of(&(value.round() as i64), &self.origin(&opening))));
        }
        if let (Some(percent), Some((first, origin))) = (values.initial_probability_percent, draft.stages.first_mut()) {
            first.probability = Some(percent.round().clamp(0.0, 100.0) as u8);
            *origin = self.json.nearest_origin(&opening).clone();
        }
        self.top.overlay(Node::table(vec![("opening".to_owned(), Node::table(entries))]));
    }

    /// Rules turn a conversion automatic: it happens as soon as one of them holds.
    fn rules(&mut self, draft: &mut Draft, kind: &str, rules: BTreeMap<String, Rule>) {
        let mut by_edge: BTreeMap<(String, String), (Vec<String>, Origin)> = BTreeMap::new();
        for (name, rule) in rules.into_iter().filter(|(_, rule)| rule.enabled) {
            let origin = self.origin(&["workflow_settings", "entity_types", draft.lifecycle.key(), kind, &name]);
            let Some(edge) = draft.ends_of(&name).or_else(|| draft.conversion()) else { continue };
            let mut parts: Vec<String> = rule.conditions.iter().map(|raw| self.condition(raw)).collect();
            parts.extend(rule.required_fields);
            let entry = by_edge.entry(edge).or_insert_with(|| (Vec::new(), origin));
            entry.0.push(if parts.is_empty() { "true".to_owned() } else { all_of(&parts) });
        }
        for ((from, to), (alternatives, origin)) in by_edge {
            let when = alternatives.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" or ");
            let when = if alternatives.len() == 1 { alternatives[0].clone() } else { when };
            let known = draft.moves.iter().find(|(edge, _)| edge.from == from && edge.to == to).map(|(edge, _)| edge.clone());
            let edge = known.unwrap_or_else(|| MoveFile { from, to, ..MoveFile::default() });
            draft.put(MoveFile { when: Some(when), after: None, on: None, ..edge }, origin);
        }
    }

    fn keep(&mut self, draft: Draft) {
        let list = |items: Vec<Node>| Node { origin: Origin::Default, shape: crate::domain::document::Shape::List(items) };
        let stages = list(draft.stages.iter().map(|(stage, origin)| Node::of(stage, origin)).collect());
        let moves = list(draft.moves.iter().map(|(edge, origin)| Node::of(edge, origin)).collect());
        let mut entries = vec![("stages".to_owned(), stages), ("moves".to_owned(), moves)];
        entries.extend(draft.ticket_type.map(|name| ("ticket_type".to_owned(), Node::of(&name, &Origin::Default))));
        self.top.overlay(Node::table(vec![(draft.lifecycle.key().to_owned(), Node::table(entries))]));
    }
}

impl Draft {
    fn stage_called(&self, name: &str) -> Option<usize> {
        self.stages.iter().position(|(stage, _)| is_called(stage, self.lifecycle, name))
    }

    /// Moves between the stages as listed, and whatever the shipped lifecycle has from them to its ends and on.
    fn join(&mut self, shipped: &LifecycleFile, origin: &Origin) {
        let working: Vec<String> =
            self.stages.iter().filter(|(stage, _)| stage.end.is_none()).map(|(stage, _)| stage.key.clone()).collect();
        let across = |edge: &&MoveFile| edge.to.contains('/');
        let is_end = |key: &str| shipped.stages.iter().any(|stage| stage.key == key && stage.end.is_some());
        for (nth, from) in working.iter().enumerate() {
            let mut edges: Vec<MoveFile> = Vec::new();
            if let Some(to) = working.get(nth + 1) {
                let known = shipped.moves.iter().find(|edge| edge.from == *from && edge.to == *to);
                edges.push(known.cloned().unwrap_or_else(|| MoveFile { from: from.clone(), to: to.clone(), ..MoveFile::default() }));
            } else if !shipped.moves.iter().any(|edge| edge.from == *from) {
                // An unknown last stage converts like the shipped last one.
                edges.extend(shipped.moves.iter().find(across).map(|edge| MoveFile { from: from.clone(), ..edge.clone() }));
            }
            let on = shipped.moves.iter().filter(|edge| edge.from == *from && (across(edge) || is_end(&edge.to)));
            edges.extend(on.cloned());
            self.moves.extend(edges.into_iter().map(|edge| (edge, origin.clone())));
        }
        let reached: Vec<_> =
            shipped.stages.iter().filter(|stage| self.moves.iter().any(|(edge, _)| edge.to == stage.key)).cloned().collect();
        for stage in reached {
            if self.stages.iter().all(|(other, _)| other.key != stage.key) {
                self.stages.push((stage, origin.clone()));
            }
        }
    }

    fn forward_from(&self, stage: usize) -> Option<usize> {
        let from = &self.stages[stage].0.key;
        self.moves.iter().position(|(edge, _)| edge.from == *from)
    }

    /// The first move into another lifecycle.
    fn conversion(&self) -> Option<(String, String)> {
        self.moves.iter().find(|(edge, _)| edge.to.contains('/')).map(|(edge, _)| (edge.from.clone(), edge.to.clone()))
    }

    /// `researching_to_contacted`, also `engaged_to_prospect`.
    fn ends_of(&self, name: &str) -> Option<(String, String)> {
        let key = |name: &str| self.stage_called(name).map(|nth| self.stages[nth].0.key.clone());
        name.match_indices("_to_").find_map(|(at, between)| {
            let from = key(&name[..at])?;
            let target = &name[at + between.len()..];
            let onward = || {
                let other: Lifecycle = target.parse().ok()?;
                let known = self.moves.iter().find(|(edge, _)| edge.from == from && edge.to.starts_with(other.key()));
                let to = known.map_or_else(|| format!("{}/new_{}", other.key(), other.key()), |(edge, _)| edge.to.clone());
                (other != self.lifecycle).then_some(to)
            };
            Some((from.clone(), key(target).or_else(onward)?))
        })
    }

    /// Replaces the move between the same stages, else adds it.
    fn put(&mut self, edge: MoveFile, origin: Origin) {
        match self.moves.iter_mut().find(|(other, _)| other.from == edge.from && other.to == edge.to) {
            Some((known, place)) => {
                let asks = std::mem::take(&mut known.asks);
                let mut required = std::mem::take(&mut known.required);
                let more = edge.required.iter().filter(|name| !required.contains(name)).cloned().collect::<Vec<_>>();
                required.extend(more);
                *known = MoveFile { required, asks, ..edge };
                *place = origin;
            }
            None => self.moves.push((edge, origin)),
        }
    }
}

fn normal(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// `new`, `new_lead` and `New Lead` are one stage.
fn is_called(stage: &StageFile, lifecycle: Lifecycle, name: &str) -> bool {
    let name = normal(name);
    stage.key == name
        || stage.key == format!("{name}_{}", lifecycle.key())
        || stage.title.as_deref().is_some_and(|title| normal(title) == name)
}

/// One expression for all; a bare field name stands for "is filled".
fn all_of(parts: &[String]) -> String {
    let part = |part: &String| match field_called(part) {
        Some(field) if field.kind() != FieldKind::Flag => format!("{part} is defined"),
        _ if parts.len() > 1 => format!("({part})"),
        _ => part.clone(),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(" and ")
}
