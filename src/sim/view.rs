//! A source's records with the look-ups that its API needs, made when it is first asked, and the credits it bills.

use super::{
    sighting::{CompanySeen, MailState, Sighting, company_seen, sightings},
    world::{Company, World},
};
use crate::domain::Source;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// Made on first use: a run that asks one source does not pay for eight.
pub(crate) struct LazyView {
    world: Arc<World>,
    source: Source,
    made: RwLock<Option<Arc<SourceView>>>,
}

impl LazyView {
    pub(crate) fn new(world: Arc<World>, source: Source) -> Self {
        Self { world, source, made: RwLock::new(None) }
    }

    pub(crate) fn get(&self) -> Arc<SourceView> {
        if let Some(view) = &*self.made.read().unwrap_or_else(PoisonError::into_inner) {
            return Arc::clone(view);
        }
        let mut made = self.made.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(made.get_or_insert_with(|| Arc::new(SourceView::new(Arc::clone(&self.world), self.source))))
    }

    /// Changes what the source knows of one person, named by id or mailbox; requests under way still see the old.
    pub(crate) fn edit(&self, who: &str, change: &Map<String, Value>) -> Result<(), String> {
        let mut people = self.get().people.clone();
        let found =
            people.iter_mut().find(|seen| seen.key == who || seen.email.as_ref().is_some_and(|email| email.eq_ignore_ascii_case(who)));
        let seen = found.ok_or_else(|| format!("nobody here has the id or mailbox {who:?}"))?;
        for (name, value) in change {
            set(seen, name, value)?;
        }
        let view = SourceView::of(Arc::clone(&self.world), self.source, people);
        *self.made.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(view));
        Ok(())
    }
}

/// One field of one person; null clears.
fn set(seen: &mut Sighting, name: &str, value: &Value) -> Result<(), String> {
    let text = value.as_str().map(str::to_owned);
    match name {
        "first" => seen.first = text.unwrap_or_default(),
        "last" => seen.last = text.unwrap_or_default(),
        "title" => seen.title = text.unwrap_or_default(),
        "email" => {
            seen.mail = if text.is_some() { MailState::Verified } else { MailState::Missing };
            seen.email = text;
        }
        "private_email" => seen.private_email = text,
        "mobile" => seen.mobile = text,
        "direct" => seen.direct = text,
        "linkedin" => seen.linkedin = text,
        "days_old" => seen.days_old = value.as_u64().ok_or("days_old is a number")? as u32,
        other => {
            return Err(format!(
                "{other:?} cannot be changed; first, last, title, email, private_email, mobile, direct, linkedin and days_old can"
            ));
        }
    }
    Ok(())
}

/// Everything one source has.
pub(crate) struct SourceView {
    pub(crate) world: Arc<World>,
    pub(crate) people: Vec<Sighting>,
    /// In the order of `World::companies`.
    pub(crate) companies: Vec<CompanySeen>,
    by_key: HashMap<String, usize>,
    by_email: HashMap<String, Vec<usize>>,
    by_linkedin: HashMap<String, usize>,
    by_company: HashMap<u32, Vec<usize>>,
    company_by_key: HashMap<String, u32>,
    company_by_domain: HashMap<String, u32>,
}

impl SourceView {
    fn new(world: Arc<World>, source: Source) -> Self {
        let people = sightings(&world, source);
        Self::of(world, source, people)
    }

    fn of(world: Arc<World>, source: Source, people: Vec<Sighting>) -> Self {
        let companies: Vec<_> = world.companies.iter().map(|company| company_seen(&world, source, company)).collect();
        let mut view = Self {
            by_key: people.iter().enumerate().map(|(nth, s)| (s.key.clone(), nth)).collect(),
            by_email: HashMap::new(),
            by_linkedin: HashMap::new(),
            by_company: HashMap::new(),
            company_by_key: companies.iter().map(|c| (c.key.clone(), c.company)).collect(),
            company_by_domain: HashMap::new(),
            people,
            companies,
            world,
        };
        for (nth, seen) in view.people.iter().enumerate() {
            for email in seen.email.iter().chain(seen.private_email.iter()) {
                view.by_email.entry(email.to_lowercase()).or_default().push(nth);
            }
            if let Some(handle) = &seen.linkedin {
                view.by_linkedin.entry(handle.clone()).or_insert(nth);
            }
            if let Some(company) = seen.company {
                view.by_company.entry(company).or_default().push(nth);
            }
        }
        for company in &view.world.companies {
            for domain in [Some(&company.domain), company.old_domain.as_ref()].into_iter().flatten() {
                view.company_by_domain.insert(domain.clone(), company.id);
            }
        }
        view
    }

    pub(crate) fn person(&self, key: &str) -> Option<&Sighting> {
        self.by_key.get(key).map(|nth| &self.people[*nth])
    }

    pub(crate) fn by_email(&self, email: &str) -> Option<&Sighting> {
        self.by_email.get(&email.to_lowercase()).map(|all| &self.people[all[0]])
    }

    /// By the address of a LinkedIn profile or its last part.
    pub(crate) fn by_linkedin(&self, url: &str) -> Option<&Sighting> {
        self.by_linkedin.get(linkedin_handle(url)).map(|nth| &self.people[*nth])
    }

    pub(crate) fn staff(&self, company: u32) -> impl Iterator<Item = &Sighting> {
        self.by_company.get(&company).into_iter().flatten().map(|nth| &self.people[*nth])
    }

    /// By both names and the employer's host name or name.
    pub(crate) fn by_name(&self, first: &str, last: &str, domain: &str, company: &str) -> Option<&Sighting> {
        let company = self.find_company(domain, company)?;
        let (first, last) = (plain(first), plain(last));
        self.staff(company).find(|s| plain(&s.last) == last && plain(&s.first) == first)
    }

    pub(crate) fn find_company(&self, domain: &str, name: &str) -> Option<u32> {
        let domain = domain.trim().to_lowercase();
        let host = domain.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.").trim_end_matches('/');
        if !host.is_empty() {
            return self.company_by_domain.get(host).copied();
        }
        let name = plain(name);
        if name.is_empty() {
            return None;
        }
        self.companies
            .iter()
            .find(|seen| plain(&seen.name) == name || plain(&self.truth(seen.company).name) == name)
            .map(|seen| seen.company)
    }

    pub(crate) fn company_by_key(&self, key: &str) -> Option<u32> {
        self.company_by_key.get(key).copied()
    }

    pub(crate) fn company(&self, id: u32) -> &CompanySeen {
        &self.companies[id as usize]
    }

    pub(crate) fn truth(&self, id: u32) -> &Company {
        &self.world.companies[id as usize]
    }
}

/// One object with the members of both; the later one wins.
pub(crate) fn joined(base: Value, more: Value) -> Value {
    match (base, more) {
        (Value::Object(mut base), Value::Object(more)) => {
            base.extend(more);
            Value::Object(base)
        }
        (base, _) => base,
    }
}

/// The last part of a profile's address.
pub(crate) fn linkedin_handle(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// Lower case, plain letters: how the services compare names.
pub(crate) fn plain(name: &str) -> String {
    any_ascii::any_ascii(name).to_lowercase().trim().to_owned()
}

/// Credits spent, in hundredths: some cost half a credit, some a fifth.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) hundredths: u64,
    /// By what they were spent on.
    pub(crate) by_use: std::collections::BTreeMap<String, u64>,
}

impl Ledger {
    pub(crate) fn charge(&mut self, what: &str, hundredths: u64) {
        self.hundredths += hundredths;
        *self.by_use.entry(what.to_owned()).or_default() += hundredths;
    }

    pub(crate) fn credits(&self) -> f64 {
        self.hundredths as f64 / 100.0
    }

    /// Whether `hundredths` more fit under the plan's credits.
    pub(crate) fn affords(&self, hundredths: u64, plan: Option<u64>) -> bool {
        plan.is_none_or(|credits| self.hundredths + hundredths <= credits * 100)
    }
}
