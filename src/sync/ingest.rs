//! Ingest: one raw page, cleaned by intake, becomes records, contacts, questions and wanted writes, all in one
//! transaction with the page's mark and the run's counters. So a page is taken in once, whatever dies when.

use super::{
    CANDIDATES, Core, Rules,
    audit::{Merged, Sampler},
    golden::{Wants, first_company_face, first_contact_face, refresh_company, refresh_contact},
    matchmaker::Matchmaker,
    question,
};
use crate::{
    domain::{
        Action, Actor, Candidate, CompanyId, ContactId, Counters, Decision, DecisionId, Draft, Field, Fingerprint, IdGen, Lead, LeadId,
        Lifecycle, Origin, Outcome, RecordId, RecordKind, ReviewId, ReviewItem, ReviewState, RunId, Source, SourceRecord, Suppression,
        SuppressionId, SuppressionKey, Text, Timestamp,
    },
    intake::{
        Disposition, Intake, Mapping, RowError, Taken,
        raw::{RawPage, Rows},
    },
    matching::{Companies, People, Prepared, Scored, Verdict},
    providers::{Deliverability, SUPPRESS},
    store::{CompanyFace, ContactFace, Desk, Identity, RecordText, Result, RowFailure},
};
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use std::sync::{Mutex, PoisonError};

/// A page ready for the desk: everything that needs no lock is done.
pub struct Ready {
    rows: Vec<Result<Box<ReadyRow>, RowFailure>>,
    unreadable: Vec<RowFailure>,
    skipped: u32,
    asked: bool,
}

struct ReadyRow {
    /// The source says that this person must not be processed, and why.
    withheld: Option<Text>,
    person: Option<Person>,
    company: Option<Company>,
    disposition: Disposition,
}

/// A person's draft with all that can be made of it without knowing whose it is.
struct Person {
    draft: Draft,
    text: RecordText,
    prepared: Prepared<People>,
    /// What lists show of whom it founds, where it is good enough for that.
    face: Option<ContactFace>,
}

impl Person {
    fn new(draft: Draft, disposition: Disposition, rules: &Rules) -> Result<Self> {
        let (text, prepared) = (RecordText::of(&draft)?, Prepared::person(&draft));
        if disposition != Disposition::Pass {
            return Ok(Self { draft, text, prepared, face: None });
        }
        let (draft, face) = first_contact_face(draft, rules)?;
        Ok(Self { draft, text, prepared, face: Some(face) })
    }
}

/// A company's draft. Most rows name an employer in the very words of an earlier row; then nothing else is made of it.
struct Company {
    draft: Draft,
    says: Fingerprint,
    made: Option<MadeCompany>,
}

/// All that can be made of a company's draft without knowing which it is.
struct MadeCompany {
    text: RecordText,
    prepared: Prepared<Companies>,
    /// What the store keeps of the company it founds.
    face: CompanyFace,
}

impl MadeCompany {
    fn of(draft: &Draft, says: Fingerprint, rules: &Rules) -> Result<Self> {
        let text = RecordText { says, ..RecordText::of(draft)? };
        Ok(Self { text, prepared: Prepared::company(draft), face: first_company_face(draft.clone(), rules) })
    }
}

impl Company {
    fn new(draft: Draft, seen: &Seen, rules: &Rules) -> Result<Self> {
        let says = draft.fingerprint();
        let made = seen.is_new(says).then(|| MadeCompany::of(&draft, says, rules)).transpose()?;
        Ok(Self { draft, says, made })
    }
}

/// What rows of a run said of companies so far.
#[derive(Default)]
pub struct Seen(Mutex<FxHashSet<Fingerprint>>);

/// Companies remembered at a time, half a megabyte; one that was forgotten is only made ready once more.
const SEEN: usize = 20_000;

impl Seen {
    fn is_new(&self, says: Fingerprint) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SEEN {
            seen.clear();
        }
        seen.insert(says)
    }
}

/// Makes drafts of a page's rows and prepares them for matching and for the store, on all cores.
pub fn ready(intake: &Intake, mapping: &Mapping, rules: &Rules, seen: &Seen, page: &RawPage, now: Timestamp) -> Result<Ready> {
    let taken = intake.take(mapping, page, now);
    let one = |(row, taken): (usize, std::result::Result<Taken, RowError>)| match taken {
        Ok(taken) => {
            // An answer about somebody who is known is never too weak, and never makes somebody new without a person.
            let disposition = if page.asked.is_some() { Disposition::Review } else { taken.disposition };
            Ok(Ok(Box::new(ReadyRow {
                withheld: withheld(&page.rows, row),
                person: taken.person.map(|draft| Person::new(draft, disposition, rules)).transpose()?,
                company: taken.company.map(|draft| Company::new(draft, seen, rules)).transpose()?,
                disposition,
            })))
        }
        Err(error) => {
            let raw = page.rows.row_json(row).map(|json| json.to_string()).unwrap_or_default();
            Ok(Err(RowFailure { line: page.line(row), reason: Text::from(error.to_string()), raw: cut(raw) }))
        }
    };
    let rows = taken.into_par_iter().enumerate().map(one).collect::<Result<_>>()?;
    let unreadable = page.bad.iter().map(|bad| RowFailure { line: bad.line, reason: bad.reason.clone(), raw: bad.raw.clone() }).collect();
    Ok(Ready { rows, unreadable, skipped: page.skipped, asked: page.asked.is_some() })
}

fn withheld(rows: &Rows, row: usize) -> Option<Text> {
    let Rows::Objects(rows) = rows else { return None };
    rows.get(row)?.get(SUPPRESS)?.as_str().map(Text::new)
}

/// A failed row is kept no longer than this; the whole of it lies in the raw page.
const RAW: usize = 4096;

fn cut(mut raw: String) -> String {
    if raw.len() > RAW {
        let end = (0..=RAW).rev().find(|end| raw.is_char_boundary(*end)).unwrap_or_default();
        raw.truncate(end);
    }
    raw
}

/// Takes a page in: all of it with its counters, or nothing. A page that was taken already counts nothing.
pub async fn take_page(core: &Core, run: RunId, page: u32, actor: Actor, ready: Ready) -> Result<Counters> {
    let worker = core.clone();
    let taken = core
        .store
        .write(move |desk| {
            if !desk.page_waits(run, page)? {
                return Ok(Counters::default());
            }
            let mut matchmaker = worker.matchmaker();
            matchmaker.catch_up(desk)?;
            let mut taking = Taking::new(desk, &worker, &mut matchmaker, actor)?;
            let counters = taking.page(run, page, ready)?;
            matchmaker.made(desk)?;
            Ok(counters)
        })
        .await;
    if taken.is_err() {
        // What the index learnt on the way was rolled back.
        core.matchmaker().reset();
    }
    taken
}

/// Taking rows in, at one desk.
pub struct Taking<'a> {
    desk: &'a Desk<'a>,
    rules: &'a Rules,
    ids: &'a dyn IdGen,
    now: Timestamp,
    matchmaker: &'a mut Matchmaker,
    actor: Actor,
    suppresses: bool,
    audits: Sampler,
    /// The rows at hand are answers about people who are known.
    asked: bool,
}

/// Where a record of a known source id stands.
enum Standing {
    Member(ContactId),
    Asked(Box<ReviewItem>),
    TurnedAway,
    Nowhere,
}

impl<'a> Taking<'a> {
    /// At `desk`, now. The index must have caught up with the desk.
    pub fn new(desk: &'a Desk<'a>, core: &'a Core, matchmaker: &'a mut Matchmaker, actor: Actor) -> Result<Self> {
        let suppresses = desk.suppresses_anybody()?;
        let audits = Sampler::new(matchmaker.settings().audit_one_in);
        Ok(Self { desk, rules: &core.rules, ids: &*core.ids, now: core.clock.now(), matchmaker, actor, suppresses, audits, asked: false })
    }

    fn page(&mut self, run: RunId, page: u32, ready: Ready) -> Result<Counters> {
        let mut counters = Counters::default();
        self.asked = ready.asked;
        for (row, ready) in (0..).zip(ready.rows) {
            match ready {
                Ok(ready) => counters.count(self.row(*ready, Some(Origin { run, page, row }))?),
                Err(failure) => self.failed(run, &failure, &mut counters)?,
            }
        }
        for failure in &ready.unreadable {
            self.failed(run, failure, &mut counters)?;
        }
        for _ in 0..ready.skipped {
            counters.count(Outcome::Unchanged);
        }
        let keep = counters.read > counters.unchanged;
        self.desk.page_taken(run, page, &counters, keep)?;
        let detail = serde_json::to_string(&counters).unwrap_or_default();
        self.desk.note(self.now, self.actor.name(), "import", &format!("run {run} page {page}"), &detail)?;
        Ok(counters)
    }

    fn failed(&self, run: RunId, failure: &RowFailure, counters: &mut Counters) -> Result<()> {
        counters.count(Outcome::Failed);
        self.desk.add_row_error(run, failure)
    }

    fn row(&mut self, row: ReadyRow, origin: Option<Origin>) -> Result<Outcome> {
        if let Some(why) = &row.withheld {
            return self.withhold(row.person, why);
        }
        let company = row.company.map(|incoming| self.company(incoming, origin)).transpose()?;
        match row.person {
            Some(incoming) => self.person(incoming, company.map(|(id, _)| id), row.disposition, origin),
            None => Ok(company.map_or(Outcome::Unchanged, |(_, outcome)| outcome)),
        }
    }

    /// Somebody who asked the source not to be processed: onto the do-not-contact list, and nothing else is kept.
    fn withhold(&mut self, person: Option<Person>, why: &Text) -> Result<Outcome> {
        let keys = person.map(|incoming| SuppressionKey::personal(&incoming.draft.fields)).unwrap_or_default();
        for key in keys {
            let entry =
                Suppression { id: SuppressionId::next(self.ids), key, reason: why.clone(), at: self.now, by: self.actor.name().clone() };
            self.desk.suppress(&entry, None)?;
            self.suppresses = true;
        }
        Ok(Outcome::Suppressed)
    }

    /// A person as HaloPSA has them: always good enough, and no lead is made.
    pub fn halo_person(&mut self, draft: Draft, company: Option<CompanyId>) -> Result<Outcome> {
        self.person(Person::new(draft, Disposition::Pass, self.rules)?, company, Disposition::Pass, None)
    }

    /// A company as HaloPSA has it.
    pub fn halo_company(&mut self, draft: Draft) -> Result<CompanyId> {
        Ok(self.company(Company::new(draft, &Seen::default(), self.rules)?, None)?.0)
    }

    fn person(
        &mut self,
        incoming: Person,
        company: Option<CompanyId>,
        disposition: Disposition,
        origin: Option<Origin>,
    ) -> Result<Outcome> {
        let draft = &incoming.draft;
        let known = self.desk.identity(draft.source, RecordKind::Person, &draft.external_id)?;
        if known.as_ref().is_some_and(|known| known.fingerprint == incoming.text.says) {
            return Ok(Outcome::Unchanged);
        }
        if self.suppresses && self.desk.suppressed(&SuppressionKey::of(&draft.fields))?.is_some() {
            return self.keep(incoming, company, origin, Outcome::Suppressed);
        }
        match known.as_ref().map_or(Ok(Standing::Nowhere), |known| self.standing(known))? {
            Standing::Member(contact) => self.renew(incoming, known.map(|known| known.record), contact, company, origin),
            Standing::Asked(item) => self.ask_anew(&item, incoming, company, disposition, origin),
            Standing::TurnedAway => self.keep(incoming, company, origin, Outcome::Rejected),
            Standing::Nowhere => self.meet(incoming, company, disposition, origin),
        }
    }

    fn standing(&self, known: &Identity) -> Result<Standing> {
        if let Some(entity) = self.desk.entity_of(known.record)? {
            return Ok(Standing::Member(self.desk.standing(ContactId(entity))?));
        }
        if let Some(item) = self.desk.review_about(known.record.0)? {
            return Ok(Standing::Asked(Box::new(item)));
        }
        let dropped = match self.desk.decided_about(known.record.0)?.map(|item| item.state) {
            Some(ReviewState::Done(decision)) => {
                self.desk.decision(decision)?.is_some_and(|made| matches!(made.action, Action::Drop { .. }))
            }
            _ => false,
        };
        Ok(if dropped { Standing::TurnedAway } else { Standing::Nowhere })
    }

    /// A record that changes nothing but is kept.
    fn keep(&self, incoming: Person, company: Option<CompanyId>, origin: Option<Origin>, outcome: Outcome) -> Result<Outcome> {
        self.add(incoming.draft, &incoming.text, company, origin, outcome)?;
        Ok(outcome)
    }

    fn add(
        &self,
        draft: Draft,
        text: &RecordText,
        company: Option<CompanyId>,
        origin: Option<Origin>,
        outcome: Outcome,
    ) -> Result<SourceRecord> {
        let record = draft.recorded(RecordId::next(self.ids), self.now, origin);
        self.desk.add_record(&record, text, company, outcome)?;
        Ok(record)
    }

    /// A newer snapshot of a member: it takes the older one's place.
    fn renew(
        &mut self,
        incoming: Person,
        old: Option<RecordId>,
        contact: ContactId,
        company: Option<CompanyId>,
        origin: Option<Origin>,
    ) -> Result<Outcome> {
        let (draft, text) = match old.filter(|_| self.asked) {
            Some(old) => {
                let draft = self.with_what_was_known(incoming.draft, old)?;
                let text = RecordText { says: incoming.text.says, ..RecordText::of(&draft)? };
                (draft, text)
            }
            None => (incoming.draft, incoming.text),
        };
        let record = self.add(draft, &text, company, origin, Outcome::Enriched)?;
        if let Some(old) = old {
            self.desk.move_record(old, RecordKind::Person, None, None, self.now)?;
            self.matchmaker.remove(RecordKind::Person, old);
        }
        self.desk.found(record.id, RecordKind::Person, contact.0, None, self.now)?;
        self.matchmaker.insert_person(record.id, contact, incoming.prepared);
        let changed = refresh_contact(&self.wants(None), contact, self.rules)?;
        self.learnt(record.id, changed)
    }

    /// An answer is about what was asked for: what its source said before and was not asked again stays said.
    fn with_what_was_known(&self, mut draft: Draft, old: RecordId) -> Result<Draft> {
        let Some(old) = self.desk.record(old)? else { return Ok(draft) };
        let other_address = draft.fields.get(Field::Email).is_some_and(|email| old.draft.fields.get(Field::Email) != Some(email));
        for (field, value) in old.draft.fields.iter() {
            let of_the_address = matches!(field, Field::EmailStatus | Field::Confidence);
            let unsaid = draft.fields.get(field).is_none()
                || field == Field::EmailStatus && draft.fields.str(field) == Deliverability::Unverified.key();
            if unsaid && !(of_the_address && other_address) {
                draft.fields.set(field, value.clone());
            }
        }
        Ok(draft)
    }

    fn learnt(&self, record: RecordId, changed: bool) -> Result<Outcome> {
        if changed {
            return Ok(Outcome::Enriched);
        }
        self.desk.set_outcome(record, Outcome::Unchanged)?;
        Ok(Outcome::Unchanged)
    }

    /// Somebody whose source id is new.
    fn meet(&mut self, incoming: Person, company: Option<CompanyId>, disposition: Disposition, origin: Option<Origin>) -> Result<Outcome> {
        if disposition == Disposition::Reject {
            return self.keep(incoming, company, origin, Outcome::Rejected);
        }
        match self.matchmaker.people().decide(&incoming.prepared) {
            Verdict::Same(scored) => self.join(incoming, &scored, company, origin),
            Verdict::Ask(candidates) => self.ask(incoming, &candidates, company, origin),
            Verdict::New if disposition == Disposition::Review => self.ask(incoming, &[], company, origin),
            Verdict::New => self.create(incoming, company, origin),
        }
    }

    fn join(&mut self, incoming: Person, scored: &Scored<People>, company: Option<CompanyId>, origin: Option<Origin>) -> Result<Outcome> {
        let evidence = self.matchmaker.people().explain(&incoming.prepared, scored);
        let contact = self.desk.standing(scored.owner)?;
        let record = self.add(incoming.draft, &incoming.text, company, origin, Outcome::Enriched)?;
        let id = DecisionId::next(self.ids);
        self.desk.found(record.id, RecordKind::Person, contact.0, Some(id), self.now)?;
        let changed = refresh_contact(&self.wants(Some(id)), contact, self.rules)?;
        let action = Action::Join { record: record.id, contact, choices: Vec::new() };
        let decision = Decision { id, at: self.now, actor: Actor::rule("matching"), review: None, action, undone_by: None };
        self.desk.add_decision(&decision, None, Some(&evidence))?;
        self.audits.look_at(self.desk, &Merged { join: id, record: &record, contact, evidence: &evidence, at: self.now })?;
        self.matchmaker.insert_person(record.id, contact, incoming.prepared);
        self.learnt(record.id, changed)
    }

    fn create(&mut self, incoming: Person, company: Option<CompanyId>, origin: Option<Origin>) -> Result<Outcome> {
        let with_lead = incoming.draft.source != Source::Halo;
        let (draft, face) = match incoming.face {
            Some(face) => (incoming.draft, face),
            None => first_contact_face(incoming.draft, self.rules)?,
        };
        let face = ContactFace { company_id: face.company_id.and(company), ..face };
        let record = self.add(draft, &incoming.text, company, origin, Outcome::Created)?;
        let contact = ContactId::next(self.ids);
        self.desk.found(record.id, RecordKind::Person, contact.0, None, self.now)?;
        self.desk.add_contact(contact, &face, self.now)?;
        if with_lead {
            let lead = self.lead(contact);
            self.desk.add_lead(&lead)?;
            self.wants(None).lead(lead.id, contact, company)?;
        }
        self.matchmaker.insert_person(record.id, contact, incoming.prepared);
        Ok(Outcome::Created)
    }

    fn lead(&self, contact: ContactId) -> Lead {
        let first = self.rules.workflows.first(Lifecycle::Lead);
        Lead {
            id: LeadId::next(self.ids),
            contact,
            position: first.position.clone(),
            since: self.now,
            owner: None,
            tags: Vec::new(),
            folded: false,
            version: 1,
            created_at: self.now,
        }
    }

    fn wants(&self, decision: Option<DecisionId>) -> Wants<'_> {
        Wants { desk: self.desk, ids: self.ids, now: self.now, not_before: self.now.plus(self.rules.hold), decision }
    }

    /// A person is asked: is it one of these, or (when there are none) is it good enough?
    fn ask(&mut self, incoming: Person, scored: &[Scored<People>], company: Option<CompanyId>, origin: Option<Origin>) -> Result<Outcome> {
        let candidates = self.candidates(&incoming.prepared, scored)?;
        let record = self.add(incoming.draft, &incoming.text, company, origin, Outcome::Review)?;
        let item = question::about(ReviewId::next(self.ids), &record, candidates, self.now);
        self.desk.add_review(&item, &question::face(&record), &question::text(&record))?;
        Ok(Outcome::Review)
    }

    /// A newer snapshot of somebody the question about whom is still open: the question is about the newer one.
    fn ask_anew(
        &mut self,
        asked: &ReviewItem,
        incoming: Person,
        company: Option<CompanyId>,
        disposition: Disposition,
        origin: Option<Origin>,
    ) -> Result<Outcome> {
        let scored = match self.matchmaker.people().decide(&incoming.prepared) {
            Verdict::Same(scored) => vec![scored],
            Verdict::Ask(candidates) => candidates,
            Verdict::New => Vec::new(),
        };
        let candidates = self.candidates(&incoming.prepared, &scored)?;
        let outcome = if disposition == Disposition::Reject { Outcome::Rejected } else { Outcome::Review };
        let record = self.add(incoming.draft, &incoming.text, company, origin, outcome)?;
        question::renew(self.desk, asked, &record, candidates)?;
        Ok(outcome)
    }

    fn candidates(&self, prepared: &Prepared<People>, scored: &[Scored<People>]) -> Result<Vec<Candidate>> {
        let mut candidates: Vec<Candidate> = Vec::new();
        for scored in scored {
            let contact = self.desk.standing(scored.owner)?;
            if candidates.iter().all(|known| known.contact != contact) {
                candidates.push(Candidate { contact, evidence: self.matchmaker.people().explain(prepared, scored) });
            }
            if candidates.len() == CANDIDATES {
                break;
            }
        }
        Ok(candidates)
    }

    /// The golden company of a row, made where it is new.
    fn company(&mut self, incoming: Company, origin: Option<Origin>) -> Result<(CompanyId, Outcome)> {
        let draft = &incoming.draft;
        let (source, external_id) = (draft.source, draft.external_id.clone());
        if let Some(company) = self.matchmaker.remembered_company(source, &external_id, incoming.says) {
            return Ok((company, Outcome::Unchanged));
        }
        let known = self.desk.identity(source, RecordKind::Company, &external_id)?;
        let Company { draft, says, made } = incoming;
        let (company, outcome) = match known {
            Some(Identity { fingerprint, company: Some(company), .. }) if fingerprint == says => (company, Outcome::Unchanged),
            Some(Identity { record, company: Some(company), .. }) => {
                self.desk.move_record(record, RecordKind::Company, None, None, self.now)?;
                self.matchmaker.remove(RecordKind::Company, record);
                let made = made.map_or_else(|| MadeCompany::of(&draft, says, self.rules), Ok)?;
                self.join_company(draft, made, company, origin)?
            }
            // Nobody is asked about companies.
            _ => {
                let made = made.map_or_else(|| MadeCompany::of(&draft, says, self.rules), Ok)?;
                match self.matchmaker.companies().decide(&made.prepared) {
                    Verdict::Same(scored) => self.join_company(draft, made, scored.owner, origin)?,
                    Verdict::New => self.create_company(draft, made, origin)?,
                    Verdict::Ask(candidates) => match self.matchmaker.companies().likely(&candidates) {
                        Some(scored) => self.join_company(draft, made, scored.owner, origin)?,
                        None => self.create_company(draft, made, origin)?,
                    },
                }
            }
        };
        self.matchmaker.remember_company(source, external_id, says, company);
        Ok((company, outcome))
    }

    fn join_company(
        &mut self,
        draft: Draft,
        made: MadeCompany,
        company: CompanyId,
        origin: Option<Origin>,
    ) -> Result<(CompanyId, Outcome)> {
        let record = self.add(draft, &made.text, Some(company), origin, Outcome::Enriched)?;
        self.desk.found(record.id, RecordKind::Company, company.0, None, self.now)?;
        refresh_company(&self.wants(None), company, self.rules)?;
        self.matchmaker.insert_company(record.id, company, made.prepared);
        Ok((company, Outcome::Enriched))
    }

    fn create_company(&mut self, draft: Draft, made: MadeCompany, origin: Option<Origin>) -> Result<(CompanyId, Outcome)> {
        let company = CompanyId::next(self.ids);
        let record = self.add(draft, &made.text, Some(company), origin, Outcome::Created)?;
        self.desk.found(record.id, RecordKind::Company, company.0, None, self.now)?;
        self.desk.put_company(company, &made.face, self.now)?;
        self.matchmaker.insert_company(record.id, company, made.prepared);
        Ok((company, Outcome::Created))
    }
}
