//! From what was written to what can be asked: names become fields, stages and conditions; whatever does not make
//! sense is listed, all of it, by line. Absent: reading text.

use super::{
    Condition, MoveSpec, StageSpec, Trigger, Workflows,
    condition::{EVENTS, field_called, field_names, sentence_case},
    file::{LifecycleFile, MoveFile, StageFile, WorkflowFile},
};
use crate::domain::{
    Field, Lifecycle, Position, StageKey, Text,
    document::{Node, Problem, Problems, hint},
};

/// More is a mistake, and a board could not show it.
const MOST_STAGES: usize = 50;

pub(super) fn build(mut file: WorkflowFile, tree: &Node) -> Result<Workflows, Problems> {
    let mut builder = Builder { tree, problems: Vec::new(), stages: Vec::new() };
    if file.fit_threshold > 100 {
        builder.wrong(&["fit_threshold"], "must be a whole number from 0 to 100");
    }
    if !(1..=120).contains(&file.opening.close_months) {
        builder.wrong(&["opening", "close_months"], "must be a whole number from 1 to 120");
    }
    if file.opening.minimum_value < 0 {
        builder.wrong(&["opening", "minimum_value"], "must be 0 or more");
    }
    for (nth, event) in file.events.iter().enumerate() {
        if !is_key(event) {
            builder.wrong(&["events", &nth.to_string()], "must be small letters, digits and _");
        }
    }
    file.events.retain(|event| !EVENTS.contains(&event.as_str()));
    file.events.sort();
    file.events.dedup();

    let lifecycles = [(Lifecycle::Lead, &file.lead), (Lifecycle::Prospect, &file.prospect), (Lifecycle::Opportunity, &file.opportunity)];
    for (lifecycle, spec) in lifecycles {
        match spec {
            Some(spec) => builder.add_stages(lifecycle, spec),
            None => builder.wrong(&[lifecycle.key()], "this lifecycle is missing"),
        }
    }
    builder.names_in_halopsa_must_differ();
    let mut moves = Vec::new();
    for (lifecycle, spec) in lifecycles {
        for (nth, written) in spec.iter().flat_map(|spec| &spec.moves).enumerate() {
            moves.extend(builder.a_move(lifecycle, nth, written, &file.events, &moves));
        }
    }
    builder.every_stage_must_be_reachable(&moves);
    Problems::none_of(builder.problems)?;
    Ok(Workflows { events: file.events.clone(), stages: builder.stages, moves, notes: Vec::new(), file })
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

struct Builder<'a> {
    tree: &'a Node,
    problems: Vec<Problem>,
    stages: Vec<StageSpec>,
}

impl Builder<'_> {
    /// Notes a problem at a path; numbers are places in lists, counted from 0.
    fn wrong(&mut self, path: &[&str], sentence: impl Into<String>) {
        let written = |(nth, step): (usize, &&str)| match step.parse::<usize>() {
            Ok(place) => format!("[{place}]"),
            Err(_) if nth == 0 => (*step).to_owned(),
            Err(_) => format!(".{step}"),
        };
        let key: String = path.iter().enumerate().map(written).collect();
        self.problems.push(Problem::new(self.tree.nearest_origin(path), key, sentence));
    }

    fn add_stages(&mut self, lifecycle: Lifecycle, spec: &LifecycleFile) {
        let name = lifecycle.key();
        match spec.stages.first() {
            None => self.wrong(&[name, "stages"], "needs at least one stage"),
            Some(first) if first.end.is_some() => self.wrong(&[name, "stages", "0"], "the first stage cannot be an end"),
            Some(_) if spec.stages.len() > MOST_STAGES => {
                self.wrong(&[name, "stages"], format!("may have at most {MOST_STAGES} stages"));
            }
            Some(_) => {}
        }
        let ticket_type = Text::new(spec.ticket_type.as_deref().unwrap_or(lifecycle.label()));
        if ticket_type.is_empty() {
            self.wrong(&[name, "ticket_type"], "must not be empty");
        }
        for (nth, stage) in spec.stages.iter().enumerate() {
            let place = nth.to_string();
            let at = [name, "stages", place.as_str()];
            if !is_key(&stage.key) {
                self.wrong(&[at[0], at[1], at[2], "key"], "must be small letters, digits and _");
            }
            if stage.probability.is_some_and(|percent| percent > 100) {
                self.wrong(&[at[0], at[1], at[2], "probability"], "must be a whole number from 0 to 100");
            }
            let spec = stage_spec(lifecycle, &ticket_type, stage);
            if self.stages.iter().any(|other| other.position == spec.position) {
                self.wrong(&at, format!("the stage {:?} is there twice", stage.key));
            } else {
                self.stages.push(spec);
            }
        }
    }

    /// Otherwise a status that comes from HaloPSA could mean two stages.
    fn names_in_halopsa_must_differ(&mut self) {
        let mut seen: Vec<(String, Position)> = Vec::new();
        let mut clashes = Vec::new();
        for spec in &self.stages {
            let name = format!("{} / {}", spec.ticket_type, spec.status).to_lowercase();
            match seen.iter().find(|(other, _)| *other == name) {
                Some((_, other)) => clashes.push((spec.position.clone(), other.clone())),
                None => seen.push((name, spec.position.clone())),
            }
        }
        for (position, other) in clashes {
            let sentence = format!("{position} and {other} have the same ticket type and status in HaloPSA; give one another status");
            self.wrong(&[position.lifecycle.key(), "stages"], sentence);
        }
    }

    fn a_move(&mut self, lifecycle: Lifecycle, nth: usize, written: &MoveFile, events: &[String], before: &[MoveSpec]) -> Option<MoveSpec> {
        let place = nth.to_string();
        let at = |key: &'static str| [lifecycle.key(), "moves", place.as_str(), key].map(ToOwned::to_owned);
        let whole = [lifecycle.key(), "moves", place.as_str()];
        let from = self.named_stage(lifecycle, &written.from, &at("from"));
        let to = self.named_stage(lifecycle, &written.to, &at("to"));
        let trigger = self.trigger(written, events, &at);
        let required = self.fields(&written.required, &at("required"));
        let asks = self.fields(&written.asks, &at("asks"));
        let conditions = self.conditions(&written.conditions, events, &at("conditions"));
        let (from, to) = (from?, to?);
        if from == to {
            self.wrong(&whole, "leads from a stage to itself");
        }
        if from.lifecycle != lifecycle {
            self.wrong(&whole, format!("belongs under [{}], where it starts", from.lifecycle.key()));
        }
        if before.iter().any(|other| other.from == from && other.to == to) {
            self.wrong(&whole, format!("there are two moves from {from} to {to}"));
        }
        if self.stages.iter().any(|spec| spec.position == from && spec.is_exit()) {
            self.wrong(&whole, format!("starts from {from}, where cards end"));
        }
        Some(MoveSpec { from, to, trigger: trigger?, required, asks, conditions })
    }

    /// `stage` of the same lifecycle, or `lifecycle/stage`.
    fn named_stage(&mut self, lifecycle: Lifecycle, name: &str, at: &[String]) -> Option<Position> {
        let (lifecycle, key) = match name.split_once('/') {
            None => (Some(lifecycle), name),
            Some((other, key)) => (other.parse().ok(), key),
        };
        let found = lifecycle.map(|lifecycle| Position { lifecycle, stage: StageKey::new(key) });
        if let Some(position) = found.filter(|position| self.stages.iter().any(|spec| spec.position == *position)) {
            return Some(position);
        }
        let short = |spec: &StageSpec| match lifecycle {
            Some(lifecycle) if lifecycle == spec.position.lifecycle && !name.contains('/') => spec.position.stage.to_string(),
            _ => spec.position.to_string(),
        };
        let names: Vec<String> = self.stages.iter().map(short).collect();
        self.wrong_at(at, format!("no stage is called {name:?}{}", hint(name, names.iter().map(String::as_str))));
        None
    }

    fn wrong_at(&mut self, at: &[String], sentence: String) {
        let path: Vec<&str> = at.iter().map(String::as_str).collect();
        self.wrong(&path, sentence);
    }

    fn trigger(&mut self, written: &MoveFile, events: &[String], at: &dyn Fn(&'static str) -> [String; 4]) -> Option<Trigger> {
        match (written.after, &written.on, &written.when) {
            (None, None, None) => Some(Trigger::Manual),
            (Some(period), None, None) => Some(Trigger::After(period)),
            (None, Some(event), None) => {
                let known = || EVENTS.iter().copied().chain(events.iter().map(String::as_str));
                if known().any(|name| name == event) {
                    return Some(Trigger::On(event.clone()));
                }
                self.wrong_at(&at("on"), format!("no event is called {event:?}{}", hint(event, known())));
                None
            }
            (None, None, Some(source)) => match Condition::parse(source, events) {
                Ok(condition) => Some(Trigger::When(condition)),
                Err(sentence) => {
                    self.wrong_at(&at("when"), sentence);
                    None
                }
            },
            _ => {
                self.wrong_at(&at("from")[..3], "may have only one of after, on and when".to_owned());
                None
            }
        }
    }

    fn fields(&mut self, names: &[String], at: &[String]) -> Vec<Field> {
        let mut fields = Vec::new();
        for name in names {
            match field_called(name) {
                Some(field) if fields.contains(&field) => {}
                Some(field) => fields.push(field),
                None => {
                    let known = field_names();
                    let near = crate::domain::document::nearest(name, known.iter().map(String::as_str));
                    let ask = near.map_or_else(String::new, |near| format!("; did you mean {near:?}?"));
                    self.wrong_at(at, format!("no field is called {name:?}{ask}"));
                }
            }
        }
        fields
    }

    fn conditions(&mut self, sources: &[String], events: &[String], at: &[String]) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for (nth, source) in sources.iter().enumerate() {
            match Condition::parse(source, events) {
                Ok(condition) => conditions.push(condition),
                Err(sentence) => {
                    let mut at = at.to_vec();
                    at.push(nth.to_string());
                    self.wrong_at(&at, sentence);
                }
            }
        }
        conditions
    }

    /// A stage that no move leads to is a slip, unless a lifecycle begins there.
    fn every_stage_must_be_reachable(&mut self, moves: &[MoveSpec]) {
        let begins = |position: &Position| {
            self.stages.iter().find(|spec| spec.position.lifecycle == position.lifecycle).is_some_and(|first| first.position == *position)
        };
        let islands: Vec<_> = self
            .stages
            .iter()
            .map(|spec| spec.position.clone())
            .filter(|position| !begins(position) && !moves.iter().any(|edge| edge.to == *position))
            .collect();
        // Where a move could not be read, its end would be reported as an island too.
        if self.problems.is_empty() {
            for position in islands {
                let sentence = format!("no move leads to {position}; add one to moves, or take the stage out");
                self.wrong(&[position.lifecycle.key(), "moves"], sentence);
            }
        }
    }
}

fn stage_spec(lifecycle: Lifecycle, ticket_type: &Text, stage: &StageFile) -> StageSpec {
    let title = stage.title.as_deref().map(Text::new).filter(|title| !title.is_empty());
    let title = title.unwrap_or_else(|| Text::from(sentence_case(&stage.key)));
    let status = stage.status.as_deref().map(Text::new).filter(|status| !status.is_empty());
    StageSpec {
        position: Position::new(lifecycle, &stage.key),
        status: status.unwrap_or_else(|| title.clone()),
        title,
        ticket_type: ticket_type.clone(),
        end: stage.end,
        probability: stage.probability,
        suppresses: stage.suppress,
        asks_reason: stage.reason,
        stuck_after: stage.stuck_after,
    }
}
