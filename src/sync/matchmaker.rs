//! The matching index, kept in step with the store by the membership feed. It belongs to one process; what other
//! processes decide arrives with the next look at the feed.

use super::learning;
use crate::{
    domain::{CompanyId, ContactId, Fingerprint, RecordId, RecordKind, Source, Text, Uuid},
    matching::{Companies, Matcher, Model, People, Prepared, Settings},
    store::{Result, View},
};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

/// Feed rows and members read at a time.
const CHUNK: u32 = 2000;
/// Company rows remembered; a provider's page names the same employers again and again.
const REMEMBERED: usize = 50_000;

/// The indexes of people and companies, and how far they have followed the feed.
pub struct Matchmaker {
    settings: Settings,
    model: Model,
    /// The newest version of the model that was looked at.
    models: Option<u32>,
    people: Matcher<People>,
    companies: Matcher<Companies>,
    seen: i64,
    apart: ((i64, i64), FxHashSet<(RecordId, RecordId)>),
    remembered: FxHashMap<(Source, Text), (Fingerprint, CompanyId)>,
}

impl Matchmaker {
    /// Empty indexes; the first [`Matchmaker::catch_up`] fills them.
    pub fn new(settings: Settings, model: Model) -> Self {
        Self {
            people: Matcher::new(settings, model.clone()),
            companies: Matcher::new(settings, model.clone()),
            settings,
            model,
            models: None,
            seen: 0,
            apart: Default::default(),
            remembered: FxHashMap::default(),
        }
    }

    /// How it is configured.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The index of people.
    pub fn people(&self) -> &Matcher<People> {
        &self.people
    }

    /// The index of companies.
    pub fn companies(&self) -> &Matcher<Companies> {
        &self.companies
    }

    /// Forgets everything: what was put in may not have been committed.
    pub fn reset(&mut self) {
        *self = Self::new(self.settings, self.model.clone());
    }

    /// Follows the feed to this moment.
    pub fn catch_up(&mut self, view: &View<'_>) -> Result<()> {
        self.follow_model(view)?;
        let head = view.moves_head()?;
        if self.seen == 0 && head > 0 {
            self.build(view)?;
        } else if head > self.seen {
            for kind in [RecordKind::Person, RecordKind::Company] {
                self.follow(view, kind)?;
            }
        }
        // A view may be older than what the index already followed.
        self.seen = self.seen.max(head);
        self.follow_apart(view)
    }

    /// Marks the feed as seen: this process made the rows itself, at this desk, and the index has them.
    pub fn made(&mut self, view: &View<'_>) -> Result<()> {
        self.seen = view.moves_head()?;
        Ok(())
    }

    /// Takes the model into use that is in use now; made by this process or by another.
    fn follow_model(&mut self, view: &View<'_>) -> Result<()> {
        let head = view.models_head()?;
        // A view may be older than what was looked at already.
        if self.models.is_none_or(|seen| seen < head) {
            self.models = Some(head);
            let model = learning::in_use(view)?;
            if model != self.model {
                self.people.adopt(model.clone());
                self.companies.adopt(model.clone());
                self.model = model;
            }
        }
        Ok(())
    }

    fn build(&mut self, view: &View<'_>) -> Result<()> {
        let mut after = 0;
        loop {
            let members = view.current_members(RecordKind::Company, after, CHUNK)?;
            let Some((last, ..)) = members.last() else { break };
            after = *last;
            let prepared: Vec<_> = members.par_iter().map(|(_, _, record)| Prepared::company(&record.draft)).collect();
            for ((_, company, record), prepared) in members.iter().zip(prepared) {
                self.insert_company(record.id, CompanyId(*company), prepared);
            }
        }
        after = 0;
        loop {
            let members = view.current_members(RecordKind::Person, after, CHUNK)?;
            let Some((last, ..)) = members.last() else { break };
            after = *last;
            let prepared: Vec<_> = members.par_iter().map(|(_, _, record)| Prepared::person(&record.draft)).collect();
            for ((_, contact, record), prepared) in members.iter().zip(prepared) {
                self.insert_person(record.id, ContactId(*contact), prepared);
            }
        }
        Ok(())
    }

    fn follow(&mut self, view: &View<'_>, kind: RecordKind) -> Result<()> {
        let mut after = self.seen;
        loop {
            let moves = view.moves_since(kind, after, CHUNK)?;
            let Some(last) = moves.last() else { return Ok(()) };
            after = last.seq;
            for moved in moves {
                // The feed may tell several moves of one record; where it is now is what counts.
                let now = view.entity_of(moved.record)?;
                self.follow_one(view, kind, moved.record, now)?;
            }
        }
    }

    fn follow_one(&mut self, view: &View<'_>, kind: RecordKind, id: RecordId, now: Option<Uuid>) -> Result<()> {
        match (kind, now) {
            (kind, None) => self.remove(kind, id),
            (RecordKind::Person, Some(contact)) if self.people.contains(id) => self.people.assign(id, ContactId(contact)),
            (RecordKind::Company, Some(company)) if self.companies.contains(id) => self.companies.assign(id, CompanyId(company)),
            (kind, Some(entity)) => {
                let Some(record) = view.record(id)? else { return Ok(()) };
                match kind {
                    RecordKind::Person => self.insert_person(id, ContactId(entity), Prepared::person(&record.draft)),
                    RecordKind::Company => self.insert_company(id, CompanyId(entity), Prepared::company(&record.draft)),
                }
            }
        }
        Ok(())
    }

    fn follow_apart(&mut self, view: &View<'_>) -> Result<()> {
        let mark = view.told_apart_mark()?;
        if mark == self.apart.0 {
            return Ok(());
        }
        let now: FxHashSet<_> = view.told_apart()?.into_iter().collect();
        for (a, b) in now.difference(&self.apart.1) {
            self.people.forbid(*a, *b);
        }
        for (a, b) in self.apart.1.difference(&now) {
            self.people.permit(*a, *b);
        }
        self.apart = (mark, now);
        Ok(())
    }

    /// Puts a person's record in.
    pub fn insert_person(&mut self, record: RecordId, contact: ContactId, prepared: Prepared<People>) {
        self.people.insert(record, contact, prepared);
    }

    /// Puts a company's record in.
    pub fn insert_company(&mut self, record: RecordId, company: CompanyId, prepared: Prepared<Companies>) {
        self.companies.insert(record, company, prepared);
    }

    /// Takes a record out.
    pub fn remove(&mut self, kind: RecordKind, record: RecordId) {
        match kind {
            RecordKind::Person => self.people.remove(record),
            RecordKind::Company => self.companies.remove(record),
        }
    }

    /// The company that exactly this row of that source was found to be.
    pub fn remembered_company(&self, source: Source, external_id: &Text, says: Fingerprint) -> Option<CompanyId> {
        let (known, company) = self.remembered.get(&(source, external_id.clone()))?;
        (*known == says).then_some(*company)
    }

    /// Remembers it.
    pub fn remember_company(&mut self, source: Source, external_id: Text, says: Fingerprint, company: CompanyId) {
        if self.remembered.len() >= REMEMBERED {
            self.remembered.clear();
        }
        self.remembered.insert((source, external_id), (says, company));
    }
}
