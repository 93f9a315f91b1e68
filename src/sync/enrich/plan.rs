//! What filling gaps may take, before anybody is asked: how many people, calls and credits each source, at least and
//! at most. Pays nothing.

use super::{
    Ask, Request, Step,
    feed::PAGE,
    gaps::{self, Person},
    memory::{self, Before},
};
use crate::{
    domain::{Field, Source, Timestamp},
    net::Credits,
    providers::{Capabilities, entry},
    store::{Result, View},
    sync::Rules,
};
use std::collections::BTreeSet;

/// What it may take.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Plan {
    /// People who lack something and can be asked about.
    pub people: u64,
    /// People who lack nothing that was asked for.
    pub complete: u64,
    /// People who lack something, but every source has been asked, or nothing is known to ask by.
    pub in_vain: u64,
    /// People on the do-not-contact list, about whom nobody is asked.
    pub withheld: u64,
    /// Each source's turn; those that would ask about nobody are left out.
    pub steps: Vec<StepPlan>,
}

/// What one source's turn may take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepPlan {
    /// The turn.
    pub step: Step,
    /// People asked about at least: those whose first choice this is.
    pub first: u64,
    /// People asked about at most: when no source before knows anything.
    pub people: u64,
    /// Calls at most.
    pub calls: u64,
    /// Credits for the least.
    pub least: Credits,
    /// Credits for the most.
    pub most: Credits,
}

/// What a request may take, as things stand at `now`.
pub fn plan(view: &View<'_>, rules: &Rules, request: &Request, now: Timestamp) -> Result<Plan> {
    let mut plan = Plan::default();
    let steps: Vec<(&Step, &Capabilities)> =
        request.steps.iter().filter_map(|step| Some((step, entry(step.source)?.capabilities))).collect();
    let mut asked = vec![(0, 0); steps.len()];
    let fields: Vec<Field> =
        request.steps.iter().flat_map(|step| step.fields.iter().copied()).collect::<BTreeSet<_>>().into_iter().collect();
    for id in &request.contacts {
        let Some(person) = gaps::person(view, rules, *id)? else { continue };
        if person.withheld {
            plan.withheld += 1;
            continue;
        }
        let mut left: BTreeSet<Field> = person.gaps(&fields, request, now).collect();
        if left.is_empty() {
            plan.complete += 1;
            continue;
        }
        // One question of a kind a person and source: a second turn of the same finds it asked.
        let mut put: BTreeSet<(Source, Ask)> = BTreeSet::new();
        for (place, (step, capabilities)) in steps.iter().enumerate() {
            let asks = person.is_for(step, request, now) && is_open(view, &person, step, capabilities, now)?;
            if !asks || !put.insert((step.source, step.ask)) {
                continue;
            }
            let first = step.fields.iter().filter(|field| left.remove(field)).count() > 0;
            asked[place].0 += u64::from(first);
            asked[place].1 += 1;
        }
        if put.is_empty() {
            plan.in_vain += 1;
        } else {
            plan.people += 1;
        }
    }
    for ((step, capabilities), (first, people)) in steps.into_iter().zip(asked) {
        if people == 0 {
            continue;
        }
        let price = step.ask.price(&capabilities.prices);
        let batch = if step.ask == Ask::Check { 1 } else { u64::from(capabilities.batch.clamp(1, PAGE)) };
        plan.steps.push(StepPlan {
            step: step.clone(),
            first,
            people,
            calls: people.div_ceil(batch),
            least: price.times(first),
            most: price.times(people),
        });
    }
    Ok(plan)
}

/// Whether asking would cost something: the question is new.
fn is_open(view: &View<'_>, person: &Person, step: &Step, capabilities: &Capabilities, now: Timestamp) -> Result<bool> {
    match (step.ask, person.email()) {
        (Ask::Check, Some(email)) => Ok(memory::found(view, step.source, email, now)?.is_none()),
        (Ask::Check, None) => Ok(false),
        (Ask::Person | Ask::Numbers, _) => Ok(memory::before(view, person, step, capabilities, None, now)? == Before::Never),
    }
}
