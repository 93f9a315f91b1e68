//! Taking a remote record over: what people did there since the last look becomes a HaloPSA source record whose
//! edited fields win; what we wrote ourselves is recognised and changes nothing.

use super::wanted::wanted;
use crate::{
    domain::{
        About, Actor, CompanyId, ContactId, Draft, Edit, Field, Fields, LeadId, Quality, RecordId, RecordKind, ReviewId, ReviewItem,
        ReviewKind, ReviewState, Source, Subject, Target, Text, Timestamp, folded,
    },
    halopsa::{Depth, Entity, Remote, Tenant, shape},
    matching::Prepared,
    store::{Desk, Link, RecordText, Result, ReviewFace},
    sync::{
        Core,
        golden::{Wants, refresh_company, refresh_contact},
        ingest::Taking,
        matchmaker::Matchmaker,
        plan::{self, Seen},
    },
};
use std::collections::BTreeSet;

/// What becomes of fields that both sides changed differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Conflicts {
    /// The value of the person in HaloPSA stands; the other is kept as an alternate.
    HaloWins,
    /// The same, and a person here is asked.
    Ask,
}

/// What taking a record over did.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Absorbed {
    /// Something changed here.
    pub changed: bool,
    /// Fields that both sides had changed.
    pub conflicts: u64,
}

/// Taking records over, at one desk.
pub struct Absorbing<'a> {
    desk: &'a Desk<'a>,
    core: &'a Core,
    tenant: &'a Tenant,
    matchmaker: &'a mut Matchmaker,
    conflicts: Conflicts,
    now: Timestamp,
}

impl<'a> Absorbing<'a> {
    /// At `desk`, with an index that has caught up.
    pub fn new(desk: &'a Desk<'a>, core: &'a Core, tenant: &'a Tenant, matchmaker: &'a mut Matchmaker, conflicts: Conflicts) -> Self {
        Self { desk, core, tenant, matchmaker, conflicts, now: core.clock.now() }
    }

    /// Takes one record over.
    pub fn take(&mut self, remote: &Remote) -> Result<Absorbed> {
        if let Some(target) = self.desk.linked(remote.entity.key(), remote.id)? {
            return self.known(&target, remote);
        }
        let ours = remote.reference.as_deref().and_then(Target::from_reference);
        if let Some(target) = ours.filter(|target| Entity::of(target) == remote.entity)
            && self.exists(&target)?
            && self.desk.link(&target)?.is_none()
        {
            return self.adopt(&target, remote);
        }
        match remote.entity {
            Entity::Client => self.client(remote),
            Entity::Site => self.site(remote),
            Entity::User => self.user(remote),
            Entity::Ticket => self.ticket(remote),
        }
    }

    fn exists(&self, target: &Target) -> Result<bool> {
        Ok(match target {
            Target::Client(id) | Target::Site(id) => self.desk.company(*id)?.is_some(),
            Target::User(id) => self.desk.contact(*id)?.is_some(),
            Target::Ticket(id) => self.desk.lead(*id)?.is_some(),
        })
    }

    /// A record we know: held against its last look.
    fn known(&mut self, target: &Target, remote: &Remote) -> Result<Absorbed> {
        let Some(link) = self.desk.link(target)? else { return Ok(Absorbed::default()) };
        if link.last_update.is_some() && link.last_update == remote.last_update && remote.depth == Depth::Row {
            return Ok(Absorbed::default());
        }
        let theirs = theirs(&link.base, remote);
        let wants = wanted(self.desk, &self.core.rules, target)?;
        let shaped = shape(self.tenant, remote.entity, &wants.fields);
        let seen = plan::look(&link.base, &theirs, &link.ours, &shaped);
        self.over(target, remote, Some(&link), theirs, &seen)
    }

    /// A record that carries our reference, made by a write whose answer we never saw.
    pub fn adopt(&mut self, target: &Target, remote: &Remote) -> Result<Absorbed> {
        let wants = wanted(self.desk, &self.core.rules, target)?;
        let shaped = shape(self.tenant, remote.entity, &wants.fields);
        let seen = plan::look(&Fields::new(), &remote.fields, &BTreeSet::new(), &shaped);
        let absorbed = self.over(target, remote, None, remote.fields.clone(), &Seen { conflicts: Vec::new(), ..seen })?;
        Ok(Absorbed { changed: true, ..absorbed })
    }

    /// Writes down what was seen.
    fn over(&mut self, target: &Target, remote: &Remote, before: Option<&Link>, theirs: Fields, seen: &Seen) -> Result<Absorbed> {
        let human: Fields = theirs.iter().filter(|(field, _)| !seen.ours.contains(field)).map(|(f, v)| (f, v.clone())).collect();
        let mut changed = !seen.edited.is_empty();
        if changed {
            self.halo_record(target, remote, &human, &seen.edited)?;
        }
        let link = Link {
            halo_id: remote.id,
            parent: parent(remote).or_else(|| before.and_then(|link| link.parent)),
            base: theirs,
            ours: seen.ours.clone(),
            position: remote
                .ticket
                .as_ref()
                .and_then(|ticket| ticket.position.clone())
                .or_else(|| before.and_then(|link| link.position.clone())),
            inactive: remote.inactive,
            shelved: before.is_some_and(|link| link.shelved && remote.inactive),
            last_update: remote.last_update,
        };
        self.desk.set_link(target, &link)?;
        let mut conflicts = seen.conflicts.len() as u64;
        if let Target::Ticket(lead) = target {
            let (moved, clashed) = self.follow(*lead, remote, before)?;
            changed |= moved;
            conflicts += u64::from(clashed);
        }
        if !seen.conflicts.is_empty() {
            self.conflict(target, &seen.conflicts)?;
        }
        Ok(Absorbed { changed, conflicts })
    }

    /// The lead follows where somebody moved its ticket. Answers whether it moved, and whether it had moved here too.
    fn follow(&self, lead: LeadId, remote: &Remote, before: Option<&Link>) -> Result<(bool, bool)> {
        let Some(there) = remote.ticket.as_ref().and_then(|ticket| ticket.position.as_ref()) else { return Ok((false, false)) };
        let was = before.and_then(|link| link.position.as_ref());
        let Some(lead) = self.desk.lead(lead)?.filter(|lead| !lead.folded) else { return Ok((false, false)) };
        if before.is_none() || was == Some(there) || lead.position == *there {
            return Ok((false, false));
        }
        let clashed = was.is_some_and(|was| *was != lead.position);
        self.desk.move_lead(lead.id, there, self.now, None, &Text::new("HaloPSA"))?;
        let detail = serde_json::json!({ "from": lead.position.to_string(), "to": there.to_string() }).to_string();
        self.desk.note(self.now, Actor::rule("sync").name(), "moved in HaloPSA", &format!("lead {}", lead.id), &detail)?;
        Ok((true, clashed))
    }

    /// The HaloPSA source record of a target: what people there say of it, newest look.
    fn halo_record(&mut self, target: &Target, remote: &Remote, human: &Fields, edited: &[Field]) -> Result<()> {
        let external_id = external_id(remote);
        let (kind, entity, only) = match target {
            Target::Client(id) | Target::Site(id) => (RecordKind::Company, id.0, Subject::Company),
            Target::User(id) => (RecordKind::Person, id.0, Subject::Person),
            Target::Ticket(id) => {
                let Some(lead) = self.desk.lead(*id)? else { return Ok(()) };
                (RecordKind::Person, lead.contact.0, Subject::Lead)
            }
        };
        let known = self.desk.identity(Source::Halo, kind, &external_id)?;
        let old = known.as_ref().map(|known| self.desk.record(known.record)).transpose()?.flatten();
        let mut edits = old.as_ref().map(|record| record.draft.edited.clone()).unwrap_or_default();
        // Of a ticket only what is the sale's own counts: its copies of the contact's columns are the user's business.
        let counts = |field: Field| only != Subject::Lead || field.subject() == Subject::Lead;
        edits.retain(|edit| !edited.contains(&edit.field) && human.get(edit.field).is_some());
        edits.extend(edited.iter().filter(|field| counts(**field)).map(|field| Edit { field: *field, at: self.now }));
        let fields: Fields = human.iter().filter(|(field, _)| counts(*field)).map(|(f, v)| (f, v.clone())).collect();
        if edits.is_empty() && fields.is_empty() {
            return Ok(());
        }
        let draft = halo_draft(kind, external_id, remote.last_update, fields, edits);
        let text = RecordText::of(&draft)?;
        if known.is_some_and(|known| known.fingerprint == text.says) {
            return Ok(());
        }
        let company = match target {
            Target::Client(id) | Target::Site(id) => Some(*id),
            _ => old.as_ref().map(|record| self.desk.company_of_record(record.id)).transpose()?.flatten(),
        };
        let record = draft.recorded(RecordId::next(&*self.core.ids), self.now, None);
        self.desk.add_record(&record, &text, company, crate::domain::Outcome::Enriched)?;
        if let Some(old) = old {
            self.desk.move_record(old.id, kind, None, None, self.now)?;
            self.matchmaker.remove(kind, old.id);
        }
        self.desk.found(record.id, kind, entity, None, self.now)?;
        match kind {
            RecordKind::Person => {
                self.matchmaker.insert_person(record.id, ContactId(entity), Prepared::person(&record.draft));
                refresh_contact(&self.wants(), ContactId(entity), &self.core.rules)?
            }
            RecordKind::Company => {
                self.matchmaker.insert_company(record.id, CompanyId(entity), Prepared::company(&record.draft));
                refresh_company(&self.wants(), CompanyId(entity), &self.core.rules)?
            }
        };
        Ok(())
    }

    fn wants(&self) -> Wants<'_> {
        Wants { desk: self.desk, ids: &*self.core.ids, now: self.now, not_before: self.now.plus(self.core.rules.hold), decision: None }
    }

    /// Both sides changed the same fields: HaloPSA's value stands, and where configured a person is asked.
    fn conflict(&self, target: &Target, fields: &[Field]) -> Result<()> {
        let labels: Vec<_> = fields.iter().map(|field| field.label().to_lowercase()).collect();
        let detail = serde_json::json!({ "fields": fields.iter().map(|field| field.key()).collect::<Vec<_>>() }).to_string();
        self.desk.note(self.now, Actor::rule("sync").name(), "conflict", &target.to_string(), &detail)?;
        let contact = match target {
            Target::User(contact) => Some(*contact),
            Target::Ticket(lead) => self.desk.lead(*lead)?.map(|lead| lead.contact),
            Target::Client(_) | Target::Site(_) => None,
        };
        let Some(contact) = contact.filter(|_| self.conflicts == Conflicts::Ask) else { return Ok(()) };
        let Some(summary) = self.desk.contact(contact)? else { return Ok(()) };
        if self.desk.review_about(contact.0)?.is_some() {
            return Ok(());
        }
        let item = ReviewItem {
            id: ReviewId::next(&*self.core.ids),
            kind: ReviewKind::Conflict,
            about: About::Contact(contact),
            candidates: Vec::new(),
            reason: Text::from(format!("{} changed here and in HaloPSA", labels.join(", "))),
            pattern: 0,
            priority: 300,
            created_at: self.now,
            state: ReviewState::Open,
            claim: None,
        };
        let text = folded(&format!("{} {} {}", summary.name, summary.company, summary.email));
        let face = ReviewFace {
            name: summary.name,
            company: summary.company,
            email: summary.email,
            source: Source::Halo,
            quality: summary.quality,
        };
        self.desk.add_review(&item, &face, &text)
    }

    /// A client that nobody here knew.
    fn client(&mut self, remote: &Remote) -> Result<Absorbed> {
        if remote.inactive || remote.fields.str(Field::CompanyName).is_empty() {
            return Ok(Absorbed::default());
        }
        let external_id = external_id(remote);
        if self.said_before(RecordKind::Company, &external_id, &remote.fields)? {
            return Ok(Absorbed::default());
        }
        let draft =
            halo_draft(RecordKind::Company, external_id, remote.last_update, remote.fields.clone(), all_edited(&remote.fields, self.now));
        let company = self.taking()?.halo_company(draft)?;
        let target = Target::Client(company);
        if self.desk.link(&target)?.is_some() {
            tracing::warn!(client = remote.id, company = %company, "two HaloPSA clients are one company here; the second stays unlinked");
            return Ok(Absorbed { changed: true, conflicts: 0 });
        }
        self.desk.set_link(&target, &fresh(remote))?;
        Ok(Absorbed { changed: true, conflicts: 0 })
    }

    /// A site is linked when it is its client's main one; the others are none of our business.
    fn site(&mut self, remote: &Remote) -> Result<Absorbed> {
        let client = remote.links.client.map(|client| self.desk.linked(Entity::Client.key(), client)).transpose()?.flatten();
        let Some(Target::Client(company)) = client else { return Ok(Absorbed::default()) };
        let main = self.desk.link(&Target::Client(company))?.and_then(|link| link.parent);
        let target = Target::Site(company);
        if main != Some(remote.id) || self.desk.link(&target)?.is_some() {
            return Ok(Absorbed::default());
        }
        self.desk.set_link(&target, &fresh(remote))?;
        if !remote.fields.is_empty() {
            let edited: Vec<Field> = remote.fields.iter().map(|(field, _)| field).collect();
            self.halo_record(&target, remote, &remote.fields, &edited)?;
        }
        Ok(Absorbed { changed: !remote.fields.is_empty(), conflicts: 0 })
    }

    /// A user that nobody here knew: matched like any other record, and linked to whom it is found to be.
    fn user(&mut self, remote: &Remote) -> Result<Absorbed> {
        let general = remote.name.eq_ignore_ascii_case("General User") && remote.fields.str(Field::Email).is_empty();
        if remote.inactive || general || remote.name.is_empty() {
            return Ok(Absorbed::default());
        }
        let company = match remote.links.client.map(|client| self.desk.linked(Entity::Client.key(), client)).transpose()?.flatten() {
            Some(Target::Client(company)) => Some(company),
            _ => None,
        };
        let mut fields = remote.fields.clone();
        if let Some(summary) = company.map(|company| self.desk.company(company)).transpose()?.flatten() {
            fields.set(Field::CompanyName, crate::domain::Value::Text(summary.name));
            if let Some(domain) = crate::domain::Domain::parse(&summary.domain) {
                fields.set(Field::CompanyDomain, crate::domain::Value::Domain(domain));
            }
        }
        let external_id = external_id(remote);
        let known = self.said_before(RecordKind::Person, &external_id, &fields)?;
        if !known {
            let edits = all_edited(&remote.fields, self.now);
            let draft = halo_draft(RecordKind::Person, external_id.clone(), remote.last_update, fields, edits);
            self.taking()?.halo_person(draft, company)?;
        }
        let Some(identity) = self.desk.identity(Source::Halo, RecordKind::Person, &external_id)? else { return Ok(Absorbed::default()) };
        if let Some(contact) = self.desk.entity_of(identity.record)? {
            let target = Target::User(self.desk.standing(ContactId(contact))?);
            if self.desk.link(&target)?.is_none() {
                self.desk.set_link(&target, &fresh(remote))?;
            }
        }
        Ok(Absorbed { changed: !known, conflicts: 0 })
    }

    /// The newest record of it says just this: it waits in the review queue, or is linked elsewhere.
    fn said_before(&self, kind: RecordKind, external_id: &Text, fields: &Fields) -> Result<bool> {
        let Some(known) = self.desk.identity(Source::Halo, kind, external_id)? else { return Ok(false) };
        Ok(self.desk.record(known.record)?.is_some_and(|record| record.draft.fields == *fields))
    }

    /// A ticket of our types that nobody here made: the lead of whoever it is about.
    fn ticket(&mut self, remote: &Remote) -> Result<Absorbed> {
        let position = remote.ticket.as_ref().and_then(|ticket| ticket.position.clone());
        let user = remote.links.user.map(|user| self.desk.linked(Entity::User.key(), user)).transpose()?.flatten();
        let (Some(position), Some(Target::User(contact)), false) = (position, user, remote.inactive) else {
            return Ok(Absorbed::default());
        };
        let on_board = self.desk.leads_of(contact)?.into_iter().find(|lead| !lead.folded);
        let lead = match on_board {
            Some(lead) if self.desk.link(&Target::Ticket(lead.id))?.is_some() => return Ok(Absorbed::default()),
            Some(lead) => {
                if lead.position != position {
                    self.desk.move_lead(lead.id, &position, self.now, None, &Text::new("HaloPSA"))?;
                }
                lead.id
            }
            None => {
                let owner = remote.ticket.as_ref().and_then(|ticket| ticket.owner.clone());
                let lead = crate::domain::Lead {
                    id: LeadId::next(&*self.core.ids),
                    contact,
                    position,
                    since: self.now,
                    owner,
                    tags: Vec::new(),
                    folded: false,
                    version: 1,
                    created_at: self.now,
                };
                self.desk.add_lead(&lead)?;
                lead.id
            }
        };
        let target = Target::Ticket(lead);
        self.desk.set_link(&target, &fresh(remote))?;
        let edited: Vec<Field> = remote.fields.iter().map(|(field, _)| field).collect();
        self.halo_record(&target, remote, &remote.fields, &edited)?;
        Ok(Absorbed { changed: true, conflicts: 0 })
    }

    fn taking(&mut self) -> Result<Taking<'_>> {
        Taking::new(self.desk, self.core, self.matchmaker, Actor::rule("sync"))
    }
}

/// `user:981`: the id of a HaloPSA source record.
fn external_id(remote: &Remote) -> Text {
    Text::from(format!("{}:{}", remote.entity, remote.id))
}

/// What the record says now: a row of a list may leave fields out, which then are as they were.
fn theirs(base: &Fields, remote: &Remote) -> Fields {
    if remote.depth == Depth::Whole {
        let unread = |field: Field| remote.unread.iter().any(|unread| unread.field == field);
        // What stands there but fits no value of ours is neither empty nor an edit we could show.
        let kept = base.iter().filter(|(field, _)| unread(*field) && remote.fields.get(*field).is_none());
        return remote.fields.iter().chain(kept).map(|(field, value)| (field, value.clone())).collect();
    }
    base.iter().chain(remote.fields.iter()).map(|(field, value)| (field, value.clone())).collect()
}

fn parent(remote: &Remote) -> Option<i64> {
    match remote.entity {
        Entity::Client | Entity::User => remote.links.site,
        Entity::Site => remote.links.client,
        Entity::Ticket => remote.links.user,
    }
}

/// The link of a record that people made there: nothing of it is ours.
fn fresh(remote: &Remote) -> Link {
    Link {
        halo_id: remote.id,
        parent: parent(remote),
        base: remote.fields.clone(),
        ours: BTreeSet::new(),
        position: remote.ticket.as_ref().and_then(|ticket| ticket.position.clone()),
        inactive: remote.inactive,
        shelved: false,
        last_update: remote.last_update,
    }
}

fn all_edited(fields: &Fields, at: Timestamp) -> Vec<Edit> {
    fields.iter().map(|(field, _)| Edit { field, at }).collect()
}

/// HaloPSA's word is as good as its readers make it: full marks for reliability, none for what is not there.
fn halo_draft(kind: RecordKind, external_id: Text, dated: Option<Timestamp>, fields: Fields, edited: Vec<Edit>) -> Draft {
    let has = |field: Field, points: f32| if fields.get(field).is_some() { points } else { 0.0 };
    let quality = Quality {
        email: has(Field::Email, 20.0),
        phone: has(Field::Mobile, 20.0).max(has(Field::Phone, 16.0)),
        completeness: [Field::FullName, Field::Email, Field::JobTitle, Field::CompanyName].into_iter().map(|field| has(field, 5.0)).sum(),
        freshness: 15.0,
        reliability: 9.5,
        enrichment: 0.0,
    };
    Draft { source: Source::Halo, kind, external_id, dated, fields, edited, defects: Vec::new(), quality }
}
