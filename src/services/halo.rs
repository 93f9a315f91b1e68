//! HaloPSA for people: sync, setup, the outbox.

use super::{Kind, OperationView, Result, Role, ServiceError, Session, SetupReport, SyncReport, SyncState, home};
use crate::{
    domain::{Field, Intent, Operation, OperationId, Target, Text},
    halopsa::Entity,
    store::{self, View},
    sync::{bus::Event, halo::SyncError, state},
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

impl From<SyncError> for ServiceError {
    fn from(error: SyncError) -> Self {
        use crate::net::Class;
        let kind = match &error {
            SyncError::Net(net) if matches!(net.class(), Class::Auth | Class::Permission) => Kind::Refused,
            SyncError::Net(net) if net.class() == Class::Setup => Kind::NotConfigured,
            SyncError::NotSetUp(_) => Kind::NotConfigured,
            SyncError::Busy(_) => Kind::Stale,
            SyncError::Net(_) | SyncError::Store(_) => Kind::Trouble,
        };
        Self::new(kind, error.to_string())
    }
}

impl Session {
    /// How the sync stands.
    pub async fn sync_state(&self) -> Result<SyncState> {
        let (configured, now) = (self.services.halo.is_ok(), self.now());
        self.look(move |view| {
            let linked = Entity::ALL.iter().map(|entity| Ok((Text::new(entity.key()), view.link_count(entity.key())?)));
            Ok(SyncState {
                halo: home::halo_state(view, configured)?,
                syncing: view.lease(state::LEASE, now)?.map(|(who, _)| Text::from(who)),
                pulled_at: state::pulled_at(view)?,
                outbox: view.outbox_counts()?,
                linked: linked.collect::<store::Result<_>>()?,
            })
        })
        .await
    }

    /// One sync now: pull, push, or both.
    pub async fn sync(&self, pull: bool, push: bool) -> Result<SyncReport> {
        self.need(Role::Operator)?;
        Ok(self.services.halo()?.once(pull, push).await?)
    }

    /// A sync with all that follows from it, and then writing until no write is due within `patience`: decisions that are
    /// held are waited for.
    pub async fn sync_through(&self, pull: bool, push: bool, patience: Duration) -> Result<SyncReport> {
        let mut report = self.sync(pull, push).await?;
        self.follow_up(&CancellationToken::new()).await;
        report.pending = self.look(|view| view.outbox_counts()).await?.pending;
        if !push {
            return Ok(report);
        }
        loop {
            let (now, due) = (self.now(), self.next_write_at().await?);
            let Some(due) = due.filter(|due| due.since(now) <= patience) else { return Ok(report) };
            if due > now {
                let words = format!(
                    "{} writes are held for another {} s, so that undo costs nothing",
                    report.pending,
                    due.since(now).as_secs() + 1
                );
                self.services.core.bus.tell(Event::Said(Text::from(words)));
                tokio::time::sleep(due.since(now)).await;
            }
            let next = self.sync(pull, true).await?;
            report = SyncReport {
                pulled: report.pulled + next.pulled,
                pushed: report.pushed + next.pushed,
                conflicts: report.conflicts + next.conflicts,
                ..next
            };
        }
    }

    /// One whole sync now.
    pub async fn sync_now(&self) -> Result<SyncReport> {
        self.sync(true, true).await
    }

    /// When the next write may go out, if any waits.
    pub async fn next_write_at(&self) -> Result<Option<crate::domain::Timestamp>> {
        self.look(|view| view.next_operation_at()).await
    }

    /// Writes on their way, or the dead letters, in order of sending.
    pub async fn operations(&self, dead: bool, limit: u32) -> Result<Vec<OperationView>> {
        self.look(move |view| view.operations(dead, limit)?.into_iter().map(|operation| shown(view, operation)).collect()).await
    }

    /// Sends a dead letter again.
    pub async fn retry(&self, id: OperationId) -> Result<()> {
        self.need(Role::Operator)?;
        let now = self.now();
        self.services.core.store.write(move |desk| desk.revive_operation(id, now)).await?;
        self.services.core.bus.tell(Event::Changed);
        Ok(())
    }

    /// Finds the tenant's types, statuses and fields by name and creates the fields that are missing, or says what it
    /// would create.
    pub async fn setup(&self, dry_run: bool) -> Result<SetupReport> {
        self.need(if dry_run { Role::Viewer } else { Role::Admin })?;
        let halo = self.services.halo()?;
        let (tenant, created) = if dry_run {
            let tenant = halo.discover().await?;
            let would = tenant.missing.iter().filter(|missing| missing.can_be_created()).cloned().collect();
            (tenant, would)
        } else {
            halo.set_up().await?
        };
        let mut found: Vec<Text> =
            tenant.types.iter().map(|kind| Text::from(format!("ticket type {} is {}", kind.name, kind.id))).collect();
        let name = |field: &Option<Field>| field.map_or("our reference", |field| field.label());
        found.extend(
            tenant
                .fields
                .iter()
                .map(|field| Text::from(format!("{} on {}s is {} ({})", name(&field.field), field.entity, field.name, field.id))),
        );
        found.extend(tenant.stages.iter().map(|stage| Text::from(format!("stage {} is status {}", stage.position, stage.status_id))));
        let words = |missing: &crate::halopsa::Missing| Text::from(missing.to_string());
        let missing = tenant.missing.iter().filter(|missing| !(dry_run && missing.can_be_created())).map(words).collect();
        Ok(SetupReport { found, created: created.iter().map(|one| Text::from(one.what())).collect(), missing })
    }
}

fn shown(view: &View<'_>, operation: Operation) -> store::Result<OperationView> {
    let contact = match operation.target {
        Target::User(contact) => Some(contact),
        Target::Ticket(lead) => view.lead(lead)?.map(|lead| lead.contact),
        Target::Client(_) | Target::Site(_) => None,
    };
    let name = match (operation.target, contact) {
        (_, Some(contact)) => view.contact(contact)?.map(|summary| summary.name),
        (Target::Client(company) | Target::Site(company), None) => view.company(company)?.map(|summary| summary.name),
        (Target::User(_) | Target::Ticket(_), None) => None,
    };
    let id = operation.target.uuid();
    let known = view.link(&operation.target)?.is_some();
    let verb = match (operation.intent, known) {
        (Intent::Upsert, false) => "create",
        (Intent::Upsert, true) => "update",
        (Intent::Deactivate, _) => "deactivate",
    };
    let who = name.unwrap_or_else(|| Text::from(id.to_string()));
    Ok(OperationView { words: Text::from(format!("{verb} {} {who}", operation.target.entity())), operation, contact })
}
