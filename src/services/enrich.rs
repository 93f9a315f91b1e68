//! Filling gaps: what it would take, and doing it. Which source is asked for what is `[enrich]` in the configuration.

use super::{Kind, Result, Role, ServiceError, Session, feeds, imports};
use crate::{
    domain::{ContactId, Field, RunId, Source, Text, folded},
    net::Credits,
    sync::enrich::{self, MOST_PEOPLE, Plan, StepPlan},
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    time::Duration,
};

/// Gaps that somebody wants filled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnrichRequest {
    /// Whose.
    pub whom: Whom,
    /// Which; all that sources are configured for when empty.
    pub fields: Vec<Field>,
    /// For no more people than this.
    pub limit: Option<u64>,
    /// Values that we have had for longer count as gaps too.
    pub older_than: Option<Duration>,
}

/// Whose gaps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Whom {
    /// Theirs.
    People(Vec<ContactId>),
    /// Of everybody who is found by these words; of everybody when there are none.
    Matching(Text),
}

/// What filling gaps would take, without asking anybody.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct EnrichPlan {
    /// Fields that are asked for.
    pub fields: Vec<Field>,
    /// People who lack something that can be asked for.
    pub people: u64,
    /// People who lack nothing of it.
    pub complete: u64,
    /// People who lack something about which nobody is left to ask.
    pub in_vain: u64,
    /// People on the do-not-contact list: nobody is asked about them.
    pub withheld: u64,
    /// Each source's turn, in order.
    pub steps: Vec<EnrichStep>,
    /// Credits when the first source asked knows everything, and when none knows anything until the last: rounded up.
    pub credits: (u64, u64),
    /// What else is to be known.
    pub notes: Vec<Text>,
}

impl EnrichPlan {
    /// Who is not asked about, and why: `3 lack nothing`.
    pub fn left_out(&self) -> Vec<String> {
        let all =
            [(self.complete, "lack nothing"), (self.in_vain, "cannot be asked about again yet"), (self.withheld, "must not be contacted")];
        all.into_iter().filter(|(count, _)| *count > 0).map(|(count, why)| format!("{count} {why}")).collect()
    }
}

/// At least and at most, in words: `7`, `0 to 9`.
pub fn from_to<N: PartialEq + Display>((least, most): (N, N)) -> String {
    if least == most { most.to_string() } else { format!("{least} to {most}") }
}

/// `1 person`, `12 people`.
pub fn people(count: u64) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

/// One source's turn.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct EnrichStep {
    /// Who is asked.
    pub source: Source,
    /// For what.
    pub fields: Vec<Field>,
    /// About so many people at least, and at most.
    pub people: (u64, u64),
    /// In so many calls at most.
    pub calls: u64,
    /// For so many credits at least, and at most, in the source's own credits.
    pub credits: (f64, f64),
}

impl Session {
    /// What filling these gaps would take; asks nobody and pays nothing.
    pub async fn plan_enrich(&self, request: &EnrichRequest) -> Result<EnrichPlan> {
        let settled = self.settle(request).await?;
        let plan = self.reckon(settled.request).await?;
        let mut notes = settled.notes;
        let sources: BTreeSet<Source> = plan.steps.iter().map(|one| one.step.source).collect();
        for source in sources {
            let most: Credits = plan.steps.iter().filter(|one| one.step.source == source).map(|one| one.most).sum();
            if let Some(ceiling) = feeds::ceiling(&self.services, source).await {
                notes.push(Text::from(format!("{source}: {}", ceiling.note(source, Some(number(most))))));
            }
        }
        Ok(shown(settled.fields, plan, notes))
    }

    /// Starts filling gaps, if it still takes no more than `agreed` credits: those that a plan showed. It goes on in this
    /// process until it ends, is paused or is stopped, like any import.
    pub async fn start_enrich(&self, request: &EnrichRequest, agreed: u64) -> Result<RunId> {
        self.need(Role::Operator)?;
        let settled = self.settle(request).await?;
        let request = settled.request;
        let plan = self.reckon(request.clone()).await?;
        let (_, most) = credits(&plan);
        if most > agreed {
            let words = format!("by now it may take {most} credits instead of {agreed}; look at the plan again");
            return Err(ServiceError::new(Kind::Changed, words));
        }
        let Some(first) = plan.steps.first() else {
            return Err(ServiceError::new(Kind::Invalid, "there is nobody to ask about: nothing is lacking, or all have been asked"));
        };
        let names: Vec<String> = settled.fields.iter().map(|field| field.label().to_lowercase()).collect();
        let what = Text::from(format!("gaps of {}: {}", people(plan.people), names.join(", ")));
        let source = first.step.source;
        self.start(imports::Asked { what, limit: None, from: imports::From::Enrich { request } }, source).await
    }

    async fn reckon(&self, request: enrich::Request) -> Result<Plan> {
        let (core, now) = (self.services.core.clone(), self.now());
        self.look(move |view| enrich::plan(view, &core.rules, &request, now)).await
    }

    async fn settle(&self, request: &EnrichRequest) -> Result<Settled> {
        let (chains, left_out) = self.chains(&request.fields)?;
        let fields: Vec<Field> = chains.keys().copied().collect();
        let (contacts, more) = self.people(&request.whom, request.limit).await?;
        let mut notes: Vec<Text> = left_out.into_iter().map(|(source, why)| Text::from(format!("{source} is not asked: {why}"))).collect();
        if more {
            notes.push(Text::from(format!("only the first {} people are looked at; the next request takes the others", contacts.len())));
        }
        let stale_before = request.older_than.map(|age| self.now().minus(age));
        let steps = enrich::steps(&chains, &fields);
        Ok(Settled { request: enrich::Request { contacts, steps, stale_before }, fields, notes })
    }

    /// The configured chains of these fields without the sources that have no login, and those.
    fn chains(&self, fields: &[Field]) -> Result<(Chains, BTreeMap<Source, String>)> {
        let configured = &self.services.config.enrich.0;
        let wanted: BTreeSet<Field> =
            if fields.is_empty() { configured.keys().copied().collect() } else { fields.iter().copied().collect() };
        let (mut chains, mut left_out) = (BTreeMap::new(), BTreeMap::new());
        for field in wanted {
            let chain = configured.get(&field).filter(|chain| !chain.is_empty());
            let Some(chain) = chain else {
                if fields.is_empty() {
                    continue;
                }
                let words =
                    format!("nobody is asked for {}: list sources under [enrich] in leadloom.toml, {} = […]", field.label(), field.key());
                return Err(ServiceError::new(Kind::NotConfigured, words));
            };
            let mut callable = Vec::new();
            for source in chain {
                match feeds::provider(&self.services, *source) {
                    Ok(_) => callable.push(*source),
                    Err(error) => drop(left_out.insert(*source, error.to_string())),
                }
            }
            chains.insert(field, callable);
        }
        if chains.values().all(Vec::is_empty) {
            let why: Vec<String> = left_out.values().cloned().collect();
            let words = if why.is_empty() { "no source is listed under [enrich] in leadloom.toml".to_owned() } else { why.join("; ") };
            return Err(ServiceError::new(Kind::NotConfigured, words));
        }
        chains.retain(|_, chain| !chain.is_empty());
        Ok((chains, left_out))
    }

    /// Whose gaps, at most as many as one request holds, and whether there are more.
    async fn people(&self, whom: &Whom, limit: Option<u64>) -> Result<(Vec<ContactId>, bool)> {
        let most = limit.map_or(MOST_PEOPLE, |limit| usize::try_from(limit).unwrap_or(MOST_PEOPLE).min(MOST_PEOPLE));
        let mut all = match whom {
            Whom::People(all) => all.clone(),
            Whom::Matching(words) => {
                let (words, asked) = (folded(words.trim()), most as u32 + 1);
                let found = self.look(move |view| view.search(&words, None, asked)).await?;
                found.into_iter().map(|one| one.id).collect()
            }
        };
        if all.is_empty() {
            return Err(ServiceError::new(Kind::NotFound, "nobody known has all of these words"));
        }
        let mut seen = BTreeSet::new();
        all.retain(|id| seen.insert(*id));
        let more = all.len() > most && limit.is_none_or(|limit| limit > most as u64);
        all.truncate(most);
        Ok((all, more))
    }
}

/// Sources by field, in the order in which they are asked.
type Chains = BTreeMap<Field, Vec<Source>>;

struct Settled {
    request: enrich::Request,
    fields: Vec<Field>,
    notes: Vec<Text>,
}

/// Credits at least and at most over all sources, rounded up.
fn credits(plan: &Plan) -> (u64, u64) {
    let sum = |of: fn(&StepPlan) -> Credits| plan.steps.iter().map(of).sum::<Credits>().as_thousandths().div_ceil(1000);
    (sum(|step| step.least), sum(|step| step.most))
}

fn number(credits: Credits) -> f64 {
    credits.as_thousandths() as f64 / 1000.0
}

fn shown(fields: Vec<Field>, plan: Plan, notes: Vec<Text>) -> EnrichPlan {
    let credits = credits(&plan);
    let step = |one: StepPlan| EnrichStep {
        source: one.step.source,
        fields: one.step.fields,
        people: (one.first, one.people),
        calls: one.calls,
        credits: (number(one.least), number(one.most)),
    };
    let Plan { people, complete, in_vain, withheld, steps } = plan;
    EnrichPlan { fields, people, complete, in_vain, withheld, steps: steps.into_iter().map(step).collect(), credits, notes }
}
