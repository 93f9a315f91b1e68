//! Push: the outbox, in order client, site, user, ticket. Each operation looks first (the link, a fresh read, or a
//! search for our reference), compares, writes what differs, and remembers what it wrote. Anything may die in
//! between: what is not remembered is looked for before it is sent again.

use super::{
    HaloSync, Report, SyncError,
    absorb::Absorbing,
    ends_all,
    wanted::{Wanted, wanted},
};
use crate::{
    domain::{ContactId, Field, Fields, Intent, Operation, OperationState, RecordKind, Source, Target, Text, Value},
    halopsa::{self, Changes, Entity, Match, Remote, Saved, Tenant, shape},
    net::{Class, NetError},
    store::{Desk, Link, StoreError, View},
    sync::{Core, golden::Wants, plan},
};
use futures_util::{StreamExt, stream};
use std::time::Duration;

/// Operations claimed at a time.
const BATCH: u32 = 20;
/// Operations sent at the same time; the tenant's budget is the limit, not its speed.
const AT_ONCE: usize = 4;
/// How long a claim holds. A sender that dies is followed by another after this, long enough for a late write to show.
const CLAIM: Duration = Duration::from_secs(60);
/// Rounds over the four kinds in one push: what waited for something in the first finds it in the second.
const ROUNDS: usize = 4;
/// An operation that waits for another looks again after this.
const PATIENCE: Duration = Duration::from_secs(5);
/// One that waits for an operation that a person has to see to. It goes on at once when that one is done.
const REST: Duration = Duration::from_secs(3600);

/// How an operation ended.
enum Sent {
    /// It is as wanted; true when something was written.
    Settled(bool),
    /// Something else has to be there first.
    Waits(Target),
    /// A person has to decide something first.
    Stuck(Text),
}

/// What an operation finds when it looks.
enum Look {
    /// There is nothing to do.
    Nothing,
    /// Something else has to be there first.
    Waits(Target),
    /// It is there.
    There(Box<(Link, Wanted)>),
    /// A record that a person decided about is its HaloPSA record: link that one.
    Member(i64),
    /// Another HaloPSA user has the same address: a person has to say who is who.
    Taken(Text),
    /// It is not there, as far as we know.
    Absent(Box<Wanted>),
}

impl HaloSync {
    pub(super) async fn push(&self, tenant: &Tenant, report: &mut Report) -> Result<(), SyncError> {
        for _ in 0..ROUNDS {
            let mut claimed = 0;
            for entity in Entity::ALL {
                claimed += self.push_kind(tenant, *entity, report).await?;
            }
            if claimed == 0 {
                break;
            }
        }
        Ok(())
    }

    /// All that is due of one kind; answers how many were claimed.
    async fn push_kind(&self, tenant: &Tenant, entity: Entity, report: &mut Report) -> Result<usize, SyncError> {
        let mut claimed = 0;
        loop {
            self.lease().await?;
            let now = self.now();
            let batch = self.core.store.write(move |desk| desk.claim_operations(entity.key(), BATCH, now, CLAIM)).await?;
            if batch.is_empty() {
                return Ok(claimed);
            }
            claimed += batch.len();
            let mut over: Option<NetError> = None;
            let mut results = stream::iter(batch)
                .map(|operation| async move {
                    let sent = self.send(tenant, &operation).await;
                    (operation, sent)
                })
                .buffer_unordered(AT_ONCE);
            while let Some((operation, sent)) = results.next().await {
                match self.finish(&operation, sent).await? {
                    Ok(wrote) => report.pushed += u64::from(wrote),
                    Err(error) => over = over.or(Some(error)),
                }
            }
            drop(results);
            self.core.bus.tell(crate::sync::bus::Event::Changed);
            if let Some(error) = over {
                self.wait_out(error).await?;
            }
        }
    }

    /// Writes down how an operation ended. The inner error is one after which nothing else will get through.
    async fn finish(&self, operation: &Operation, sent: Result<Sent, SyncError>) -> Result<Result<bool, NetError>, SyncError> {
        let (op, target) = (operation.clone(), operation.target);
        match sent {
            Ok(Sent::Settled(wrote)) => {
                self.core.store.write(move |desk| desk.settle_operation(&op)).await?;
                if wrote {
                    tracing::info!(%target, attempts = operation.attempts, "written to HaloPSA");
                }
                Ok(Ok(wrote))
            }
            Ok(Sent::Waits(first)) => {
                let core = self.core.clone();
                self.core.store.write(move |desk| wait(desk, &core, &op, &first)).await?;
                Ok(Ok(false))
            }
            Ok(Sent::Stuck(why)) => {
                tracing::error!(%target, "a write needs a person");
                self.core.store.write(move |desk| desk.put_back_operation(&op, None, Some(&why))).await?;
                Ok(Ok(false))
            }
            Err(SyncError::Net(error)) => self.failed(operation, error).await,
            Err(other) => Err(other),
        }
    }

    async fn failed(&self, operation: &Operation, error: NetError) -> Result<Result<bool, NetError>, SyncError> {
        let (now, words) = (self.now(), Text::from(error.to_string()));
        let (op, target) = (operation.clone(), operation.target);
        let wait = error.wait().unwrap_or_else(|| back_off(operation.attempts)).max(if error.in_doubt() {
            self.manner.settle
        } else {
            Duration::ZERO
        });
        let over = ends_all(&error);
        if over && !error.in_doubt() {
            tracing::warn!(%target, class = error.class().key(), "HaloPSA cannot be written just now");
            self.core.store.write(move |desk| desk.unclaim_operation(&op, now.plus(wait), Some(&words))).await?;
            return Ok(Err(error));
        }
        let hopeless = !error.retry_helps() && !error.in_doubt() || operation.attempts >= self.manner.attempts;
        let again = (!hopeless).then(|| now.plus(wait));
        if hopeless {
            tracing::error!(%target, class = error.class().key(), attempts = operation.attempts, "a write needs a person");
        } else {
            tracing::warn!(%target, class = error.class().key(), attempts = operation.attempts, wait_s = wait.as_secs(), "a write is tried again");
        }
        let put_back = self.core.store.write(move |desk| desk.put_back_operation(&op, again, Some(&words))).await;
        match put_back {
            // Somebody else took it over while we were slow; it is theirs now.
            Ok(()) | Err(StoreError::Stale { .. }) => Ok(if over { Err(error) } else { Ok(false) }),
            Err(other) => Err(other.into()),
        }
    }

    async fn send(&self, tenant: &Tenant, operation: &Operation) -> Result<Sent, SyncError> {
        let (core, target, intent) = (self.core.clone(), operation.target, operation.intent);
        let look = self.core.store.read(move |view| look(view, &core.rules, &target, intent)).await.map_err(|error: StoreError| error)?;
        match look {
            Look::Nothing => Ok(Sent::Settled(false)),
            Look::Waits(first) => Ok(Sent::Waits(first)),
            Look::There(found) => self.there(tenant, operation, found.0, found.1).await,
            Look::Member(id) => match self.halo.read(tenant, Entity::of(&target), id).await? {
                Some(remote) => self.linked_now(tenant, operation, remote).await,
                None => Ok(Sent::Settled(false)),
            },
            Look::Taken(why) => Ok(Sent::Stuck(why)),
            Look::Absent(wanted) => self.absent(tenant, operation, *wanted).await,
        }
    }

    /// It is there: read it afresh, take over what people did, write what still differs.
    async fn there(&self, tenant: &Tenant, operation: &Operation, link: Link, wants: Wanted) -> Result<Sent, SyncError> {
        let target = operation.target;
        let entity = Entity::of(&target);
        if operation.intent == Intent::Deactivate {
            if link.inactive {
                return Ok(Sent::Settled(false));
            }
            let saved = self.halo.save(tenant, entity, Some(link.halo_id), &Changes { inactive: Some(true), ..Changes::default() }).await?;
            let link = Link { inactive: true, shelved: true, last_update: saved.remote.last_update, ..link };
            self.core.store.write(move |desk| desk.set_link(&target, &link)).await?;
            return Ok(Sent::Settled(true));
        }
        // What we saw last already says what is wanted: nothing to ask, nothing to write.
        if !link.shelved && differences(tenant, entity, &link, &link.base, link.position.as_ref(), &wants).is_empty() {
            return Ok(Sent::Settled(false));
        }
        let Some(remote) = self.halo.read(tenant, entity, link.halo_id).await? else {
            let now = self.now();
            self.core.store.write(move |desk| desk.drop_link(&target)).await?;
            let words = Text::new("it was deleted in HaloPSA; send it again to make it anew");
            let op = operation.clone();
            tracing::error!(%target, "deleted in HaloPSA");
            self.core
                .store
                .write(move |desk| {
                    desk.put_back_operation(&op, None, Some(&words))
                        .and_then(|()| desk.note(now, &"sync".into(), "gone", &target.to_string(), "{}"))
                })
                .await?;
            return Ok(Sent::Settled(false));
        };
        self.linked_now(tenant, operation, remote).await
    }

    /// A fresh read of the record: absorbed first, then compared, then written.
    async fn linked_now(&self, tenant: &Tenant, operation: &Operation, remote: Remote) -> Result<Sent, SyncError> {
        let target = operation.target;
        let entity = Entity::of(&target);
        let (core, known, conflicts, seen) = (self.core.clone(), tenant.clone(), self.manner.conflicts, remote.clone());
        let fresh = self
            .core
            .store
            .write(move |desk| {
                let mut matchmaker = core.matchmaker();
                matchmaker.catch_up(desk)?;
                let mut absorbing = Absorbing::new(desk, &core, &known, &mut matchmaker, conflicts);
                if desk.link(&target)?.is_some() {
                    absorbing.take(&seen)?
                } else {
                    absorbing.adopt(&target, &seen)?
                };
                matchmaker.made(desk)?;
                Ok::<_, StoreError>((desk.link(&target)?, wanted(desk, &core.rules, &target)?))
            })
            .await;
        if fresh.is_err() {
            self.core.matchmaker().reset();
        }
        let (Some(link), wants) = fresh? else { return Ok(Sent::Settled(false)) };
        let mut changes =
            differences(tenant, entity, &link, &remote.fields, remote.ticket.as_ref().and_then(|ticket| ticket.position.as_ref()), &wants);
        changes.fields = without(&changes.fields, &remote);
        changes.inactive = (link.shelved && remote.inactive).then_some(false);
        if remote.reference.is_none() {
            changes.reference = Some(target.reference());
        }
        if changes.is_empty() {
            return Ok(Sent::Settled(false));
        }
        let saved = self.halo.save(tenant, entity, Some(link.halo_id), &changes).await?;
        self.remember(target, Some(link), &changes, saved).await?;
        Ok(Sent::Settled(true))
    }

    /// It is not there as far as we know: look for it where that may not be so, then create it.
    async fn absent(&self, tenant: &Tenant, operation: &Operation, wants: Wanted) -> Result<Sent, SyncError> {
        let target = operation.target;
        let entity = Entity::of(&target);
        let fields = shape(tenant, entity, &wants.fields);
        if operation.attempts > 1
            && self.manner.look_first
            && let Some(remote) = self.found(tenant, &target, &fields, &wants).await?
        {
            return self.linked_now(tenant, operation, remote).await;
        }
        let changes = Changes {
            fields,
            name: wants.name.clone(),
            details: wants.details.clone(),
            links: wants.links,
            reference: Some(target.reference()),
            position: wants.position.clone(),
            owner: wants.owner.clone(),
            probability: wants.probability,
            ..Changes::default()
        };
        let saved = match self.halo.save(tenant, entity, None, &changes).await {
            Err(error) if error.class() == Class::Rejected && entity == Entity::Client => {
                // Client names are unique there. Either it is the same company, or another of that name.
                if let Some(remote) = self.found(tenant, &target, &changes.fields, &wants).await? {
                    return self.linked_now(tenant, operation, remote).await;
                }
                let Some(renamed) = distinguished(&changes) else { return Err(error.into()) };
                self.halo.save(tenant, entity, None, &renamed).await?
            }
            saved => saved?,
        };
        self.remember(target, None, &changes, saved).await?;
        Ok(Sent::Settled(true))
    }

    /// The record that an earlier attempt made, or that people made meanwhile. One that is linked to somebody else is
    /// not it.
    async fn found(&self, tenant: &Tenant, target: &Target, fields: &Fields, wants: &Wanted) -> Result<Option<Remote>, SyncError> {
        let entity = Entity::of(target);
        let reference = target.reference();
        let name = wants.name.as_deref().unwrap_or_default();
        let wanted = halopsa::Wanted { reference: &reference, name, fields, links: wants.links };
        let found = self.halo.find(tenant, entity, &wanted).await?;
        for one in found {
            let id = one.remote.id;
            let taken = self.core.store.read(move |view| view.linked(entity.key(), id)).await.map_err(|error: StoreError| error)?;
            let foreign = one.remote.reference.as_deref().and_then(Target::from_reference).is_some_and(|other| other != *target);
            if taken.is_none() && !foreign && (one.by == Match::Reference || !one.remote.inactive) {
                return Ok(Some(one.remote));
            }
        }
        Ok(None)
    }

    /// What was written is known to be there, and to be ours.
    async fn remember(&self, target: Target, before: Option<Link>, changes: &Changes, saved: Saved) -> Result<(), SyncError> {
        for skipped in &saved.skipped {
            tracing::warn!(%target, field = skipped.field.key(), why = %skipped.why, "a value was not written");
        }
        let remote = saved.remote;
        let skipped = |field: Field| saved.skipped.iter().any(|skipped| skipped.field == field);
        let written: Fields = changes.fields.iter().filter(|(field, _)| !skipped(*field)).map(|(f, v)| (f, v.clone())).collect();
        let mut base = before.as_ref().map(|link| link.base.clone()).unwrap_or_default();
        for (field, value) in written.iter() {
            base.set(field, value.clone());
        }
        let mut ours = before.as_ref().map(|link| link.ours.clone()).unwrap_or_default();
        ours.extend(written.iter().map(|(field, _)| field));
        for field in changes.clear.iter().filter(|field| !skipped(**field)) {
            base.remove(*field);
            ours.remove(field);
        }
        let parent = match remote.entity {
            Entity::Client | Entity::User => remote.links.site,
            Entity::Site => remote.links.client,
            Entity::Ticket => remote.links.user,
        };
        let position = changes.position.clone().or_else(|| before.as_ref().and_then(|link| link.position.clone()));
        let (parent, last_update) = (parent.or_else(|| before.as_ref().and_then(|link| link.parent)), remote.last_update);
        let link = Link { halo_id: remote.id, parent, base, ours, position, inactive: remote.inactive, shelved: false, last_update };
        let now = self.now();
        let verb = if before.is_some() { "changed in HaloPSA" } else { "created in HaloPSA" };
        let fields: Vec<_> = written.iter().map(|(field, _)| field.key()).collect();
        let detail = serde_json::json!({ "halo": link.halo_id, "fields": fields }).to_string();
        self.core
            .store
            .write(move |desk| {
                desk.set_link(&target, &link)?;
                desk.note(now, &"sync".into(), verb, &target.to_string(), &detail)
            })
            .await?;
        Ok(())
    }
}

/// Puts an operation off until what it waits for can be there, which is wanted here if it is not yet.
fn wait(desk: &Desk<'_>, core: &Core, operation: &Operation, first: &Target) -> Result<(), StoreError> {
    let now = core.clock.now();
    let mut ahead = desk.operation_for(first)?;
    if let (None, Target::Client(company)) = (&ahead, first) {
        ahead = desk.operation_for(&Target::Site(*company))?;
    }
    let again = match ahead {
        Some(ahead) if ahead.state == OperationState::Dead => now.plus(REST),
        Some(ahead) => ahead.not_before.max(now.plus(PATIENCE)),
        None => {
            Wants { desk, ids: &*core.ids, now, not_before: now, decision: operation.decision }.again(first)?;
            now.plus(PATIENCE)
        }
    };
    desk.unclaim_operation(operation, again, Some(&first.awaited()))
}

/// What there is to do for a target, by what we know.
fn look(view: &View<'_>, rules: &crate::sync::Rules, target: &Target, intent: Intent) -> Result<Look, StoreError> {
    let link = view.link(target)?;
    if intent == Intent::Deactivate && link.is_none() {
        return Ok(Look::Nothing);
    }
    let wants = match wanted(view, rules, target) {
        Ok(wants) => wants,
        // Its making was undone before it was sent.
        Err(StoreError::NotFound { .. }) => return Ok(Look::Nothing),
        Err(other) => return Err(other),
    };
    if let Some(link) = link {
        return Ok(Look::There(Box::new((link, wants))));
    }
    if let Target::User(contact) = target {
        for member in view.members(contact.0)? {
            let draft = &member.draft;
            let id = draft.external_id.strip_prefix("user:").and_then(|id| id.parse().ok());
            if let (Source::Halo, RecordKind::Person, Some(id)) = (draft.source, draft.kind, id)
                && view.linked(Entity::User.key(), id)?.is_none()
            {
                return Ok(Look::Member(id));
            }
        }
    }
    if let Target::Site(company) = target
        && let Some(main) = view.link(&Target::Client(*company))?.and_then(|link| link.parent)
        && view.linked(Entity::Site.key(), main)?.is_none()
    {
        return Ok(Look::Member(main));
    }
    if let Target::User(contact) = target
        && let Some(why) = address_taken(view, *contact, wants.fields.get(Field::Email))?
    {
        return Ok(Look::Taken(why));
    }
    Ok(match wants.waits_for {
        Some(first) => Look::Waits(first),
        None if wants.homeless => Look::Nothing,
        None => Look::Absent(Box::new(wants)),
    })
}

/// Why a user with this address may not be made: HaloPSA has one already, as somebody else or as nobody yet.
fn address_taken(view: &View<'_>, contact: ContactId, email: Option<&Value>) -> Result<Option<Text>, StoreError> {
    let Some(Value::Email(email)) = email else { return Ok(None) };
    for other in view.contacts_by_email(email)?.into_iter().filter(|other| *other != contact) {
        if let (Some(link), Some(summary)) = (view.link(&Target::User(other))?, view.contact(other)?) {
            let who = summary.name;
            return Ok(Some(Text::from(format!(
                "{who}, HaloPSA user {}, has the same e-mail address: merge the two, or change one address",
                link.halo_id
            ))));
        }
    }
    let asked = view.open_question_with(email, Source::Halo)?;
    Ok(asked.map(|id| {
        Text::from(format!(
            "a HaloPSA user with the same e-mail address waits in the review queue ({}): decide that first, then retry",
            id.short()
        ))
    }))
}

/// What has to be written so that `theirs` is as wanted.
fn differences(
    tenant: &Tenant,
    entity: Entity,
    link: &Link,
    theirs: &Fields,
    at: Option<&crate::domain::Position>,
    wants: &Wanted,
) -> Changes {
    let shaped = shape(tenant, entity, &wants.fields);
    let (fields, clear) = (plan::changes(theirs, &shaped), plan::withdrawn(&link.base, theirs, &link.ours, &shaped));
    let position = wants.position.clone().filter(|position| Some(position) != at && tenant.stage(position).is_some());
    let probability = wants.probability.filter(|_| position.is_some());
    // A user or ticket that hangs under another record than wanted stays there: people move them on purpose. Only a
    // ticket without its user gets it.
    let user = wants.links.user.filter(|_| entity == Entity::Ticket && link.parent.is_none());
    let links = user.map_or_else(Default::default, |_| wants.links);
    Changes { fields, clear, links, position, probability, ..Changes::default() }
}

impl Changes {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Fields in which something stands that we could not read are left alone.
fn without(fields: &Fields, remote: &Remote) -> Fields {
    let unread = |field: Field| remote.unread.iter().any(|unread| unread.field == field);
    fields.iter().filter(|(field, _)| !unread(*field)).map(|(field, value)| (field, value.clone())).collect()
}

/// Another name for a client whose name is taken by another company: `Corp 12 (corp12.example)`.
fn distinguished(changes: &Changes) -> Option<Changes> {
    let (name, domain) = (changes.fields.str(Field::CompanyName), changes.fields.str(Field::CompanyDomain));
    let by = if domain.is_empty() { return None } else { domain };
    let mut renamed = changes.clone();
    renamed.fields.set(Field::CompanyName, crate::domain::Value::Text(Text::from(format!("{name} ({by})"))));
    Some(renamed)
}

/// 10 s doubling to 10 minutes.
fn back_off(attempts: u32) -> Duration {
    Duration::from_secs(10).saturating_mul(1 << attempts.saturating_sub(1).min(6)).min(Duration::from_secs(600))
}
