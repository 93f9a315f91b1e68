//! The board: cards, where they may go, and moving them.

use super::{
    Board, BoardFilter, Card, CardKey, CardView, FormField, Kind, Lane, Moved, Result, Role, ServiceError, Session, StageLane, WayView,
    review,
};
use crate::{
    domain::{Choice, CustomKind, Field, Fields, Lead, LeadId, Lifecycle, Position, Text, Timestamp, Value, folded},
    store::{self, StoreError, View},
    sync::{
        Rules,
        decide::{DecideError, MoveAsked},
        golden::golden_contact,
    },
    workflow::{Refusal, StageSpec},
};

impl Session {
    /// The board: each stage with its first `per_stage` cards.
    pub async fn board(&self, filter: &BoardFilter, per_stage: u32) -> Result<Board> {
        let (filter, core, now) = (fold(filter), self.services.core.clone(), self.now());
        self.look(move |view| board(view, &core.rules, &filter, per_stage, now)).await
    }

    /// More cards of one stage.
    pub async fn cards(&self, at: &Position, filter: &BoardFilter, after: Option<CardKey>, limit: u32) -> Result<Vec<Card>> {
        let (at, filter) = (at.clone(), fold(filter));
        self.look(move |view| view.cards(&at, &filter, after, limit)).await
    }

    /// A card and where it may go.
    pub async fn card(&self, lead: LeadId) -> Result<CardView> {
        let (core, now) = (self.services.core.clone(), self.now());
        self.look(move |view| card(view, &core.rules, lead, now)).await
    }

    /// The lead that a person names by its id or by the last digits of it.
    pub async fn named_lead(&self, name: &str) -> Result<LeadId> {
        if let Ok(id) = name.parse() {
            return Ok(id);
        }
        let short = name.to_owned();
        let found = self.look(move |view| view.leads_ending(&short)).await?;
        review::only(&found, "lead", name, LeadId::short)
    }

    /// The stage that a person means: `researching`, `Lead/Researching`.
    pub fn named_stage(&self, name: &str, near: Option<&Position>) -> Result<Position> {
        let found = self.services.core.rules.workflows.find(name, near);
        found.map_err(|unknown| ServiceError::new(Kind::Invalid, unknown.to_string()))
    }

    /// Where cards begin in a lifecycle.
    pub fn first_stage(&self, lifecycle: Lifecycle) -> Position {
        self.services.core.rules.workflows.first(lifecycle).position.clone()
    }

    /// Moves a card to a stage, with what a form filled in. A move that the workflow refuses changes nothing and
    /// says what is missing.
    pub async fn move_card(&self, lead: LeadId, to: &Position, choices: &[Choice], version: Option<u32>) -> Result<Moved> {
        self.need(Role::Operator)?;
        let asked = MoveAsked { lead, to: to.clone(), choices: review::checked(choices)?, version };
        let now = self.now();
        let (wish, core) = (asked.clone(), self.services.core.clone());
        let refused = self.look(move |view| refusal(view, &core.rules, &wish, now)).await?;
        if let Some(refused) = refused {
            return Ok(refused);
        }
        let decision = self.decide(move |deciding| deciding.move_card(&asked)).await?;
        Ok(Moved::Done(self.done(decision).await?))
    }

    /// Moves a card one stage on.
    pub async fn forward(&self, lead: LeadId, choices: &[Choice]) -> Result<Moved> {
        let here = self.lead_of(lead).await?;
        match self.services.core.rules.workflows.forward(&here.position) {
            Some(to) => self.move_card(lead, &to, choices, None).await,
            None => Err(ServiceError::new(Kind::Invalid, "no stage follows this one")),
        }
    }

    /// Moves a card one stage back.
    pub async fn back(&self, lead: LeadId) -> Result<Moved> {
        let here = self.lead_of(lead).await?;
        match self.services.core.rules.workflows.back(&here.position) {
            Some(to) => self.move_card(lead, &to, &[], None).await,
            None => Err(ServiceError::new(Kind::Invalid, "no way leads back from this stage")),
        }
    }

    /// Says who works on a lead.
    pub async fn own(&self, lead: LeadId, owner: Option<&Text>) -> Result<()> {
        self.need(Role::Operator)?;
        let owner = owner.cloned();
        self.services.core.store.write(move |desk| desk.own_lead(lead, owner.as_ref())).await?;
        self.services.core.bus.tell(super::Event::Changed);
        Ok(())
    }

    async fn lead_of(&self, lead: LeadId) -> Result<Lead> {
        self.look(move |view| found(view, lead)).await
    }
}

fn fold(filter: &BoardFilter) -> BoardFilter {
    BoardFilter { text: folded(filter.text.trim()), ..filter.clone() }
}

fn found(view: &View<'_>, lead: LeadId) -> store::Result<Lead> {
    view.lead(lead)?.ok_or(StoreError::NotFound { what: "lead", id: lead.to_string() })
}

fn board(view: &View<'_>, rules: &Rules, filter: &BoardFilter, per_stage: u32, now: Timestamp) -> store::Result<Board> {
    let counts = if *filter == BoardFilter::default() { view.stage_counts()? } else { view.stage_counts_of(filter)? };
    let count = |at: &Position| {
        counts.iter().find(|count| count.lifecycle == at.lifecycle && count.stage == at.stage).map_or(0, |found| found.cards)
    };
    let mut lanes = Vec::new();
    for lifecycle in Lifecycle::ALL {
        let mut stages = Vec::new();
        for spec in rules.workflows.stages(*lifecycle) {
            let cards = view.cards(&spec.position, filter, None, per_stage)?;
            let (stage, title, count) = (spec.position.stage.clone(), spec.title.clone(), count(&spec.position));
            stages.push(StageLane { stage, title, exit: spec.is_exit(), count, cards });
        }
        lanes.push(Lane { lifecycle: *lifecycle, stages });
    }
    let cards = lanes.iter().flat_map(|lane| &lane.stages).filter(|stage| !stage.exit).map(|stage| stage.count).sum();
    Ok(Board { lanes, cards, stuck: stuck(view, rules, now)? })
}

/// Cards that stand longer than their stage allows.
pub(super) fn stuck(view: &View<'_>, rules: &Rules, now: Timestamp) -> store::Result<u64> {
    let specs = Lifecycle::ALL.iter().flat_map(|lifecycle| rules.workflows.stages(*lifecycle));
    specs
        .filter_map(|spec| Some((spec, spec.stuck_after?)))
        .try_fold(0, |sum, (spec, after)| Ok(sum + view.stuck_before(std::slice::from_ref(&spec.position), now.minus(after.0))?))
}

fn card(view: &View<'_>, rules: &Rules, id: LeadId, now: Timestamp) -> store::Result<CardView> {
    let lead = found(view, id)?;
    let contact = view.contact(lead.contact)?.ok_or(StoreError::NotFound { what: "contact", id: lead.contact.to_string() })?;
    let fields = golden_contact(view, lead.contact, rules)?.fields();
    let spec = rules.workflows.stage(&lead.position);
    let stuck = spec.and_then(|spec: &StageSpec| spec.stuck_after).is_some_and(|after| now.since(lead.since) > after.0);
    let way = |way: crate::workflow::Way| {
        let (missing, unmet) = match rules.workflows.check(&lead, &way.to, &fields, now) {
            Err(Refusal::NotYet { missing, unmet, .. }) => (missing.iter().map(|gap| gap.field).collect(), unmet),
            _ => (Vec::new(), Vec::new()),
        };
        // What is missing first, then what the form shows as well.
        let asked: Vec<Field> = missing.iter().copied().chain(way.asks.iter().copied().filter(|field| !missing.contains(field))).collect();
        let converts = way.to.lifecycle != lead.position.lifecycle;
        WayView {
            title: way.title,
            missing: asked
                .into_iter()
                .filter(|field| missing.contains(field) || converts)
                .map(|field| form_field(&fields, field))
                .collect(),
            unmet: unmet.into_iter().map(Text::from).collect(),
            converts,
            to: way.to,
        }
    };
    let ways = rules.workflows.ways(&lead.position).into_iter().map(way).collect();
    let card = Card {
        lead: lead.id,
        contact: lead.contact,
        position: lead.position.clone(),
        since: lead.since,
        name: contact.name.clone(),
        company: contact.company.clone(),
        quality: contact.quality,
        owner: lead.owner.clone(),
        tags: lead.tags.clone(),
        version: lead.version,
    };
    Ok(CardView { card, contact, ways, stuck })
}

fn form_field(fields: &Fields, field: Field) -> FormField {
    FormField { field, value: fields.get(field).cloned(), options: options(field) }
}

/// What a field may hold, when that is a list.
fn options(field: Field) -> Vec<Text> {
    match field.custom().map(|custom| &custom.kind) {
        Some(CustomKind::Choice { options, .. }) => options.clone(),
        _ => Vec::new(),
    }
}

/// Why a move would be refused, as the form needs it; `None` when it would not.
fn refusal(view: &View<'_>, rules: &Rules, asked: &MoveAsked, now: Timestamp) -> store::Result<Option<Moved>> {
    let lead = found(view, asked.lead)?;
    let mut fields = golden_contact(view, lead.contact, rules)?.fields();
    for choice in &asked.choices {
        match choice.value.as_ref().and_then(|text| Value::parse(choice.field.kind(), text)) {
            Some(value) => fields.set(choice.field, value),
            None => drop(fields.remove(choice.field)),
        }
    }
    Ok(match rules.workflows.check(&lead, &asked.to, &fields, now) {
        Ok(_) => None,
        Err(Refusal::NotYet { missing, unmet, .. }) => Some(Moved::Refused {
            to: asked.to.clone(),
            missing: missing.iter().map(|gap| form_field(&fields, gap.field)).collect(),
            unmet: unmet.into_iter().map(Text::from).collect(),
        }),
        Err(other) => Some(Moved::Refused {
            to: asked.to.clone(),
            missing: Vec::new(),
            unmet: vec![Text::from(DecideError::Refused(other).to_string())],
        }),
    })
}
