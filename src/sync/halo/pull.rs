//! Pull: what changed there since the last look, page by page, in an order in which each record finds what it hangs
//! under. The watermark moves only when a kind is through, so that a pull that dies is repeated, which changes nothing.

use super::{HaloSync, Report, SyncError, absorb::Absorbing};
use crate::{
    domain::Timestamp,
    halopsa::{Cursor, Depth, Entity, Remote, Tenant},
    store::StoreError,
    sync::state,
};

impl HaloSync {
    pub(super) async fn pull(&self, tenant: &Tenant, report: &mut Report) -> Result<(), SyncError> {
        for entity in Entity::ALL {
            self.pull_kind(tenant, *entity, report).await?;
        }
        let now = self.now();
        self.core.store.write(move |desk| state::set_pulled(desk, now)).await?;
        Ok(())
    }

    /// One kind's changes.
    pub(super) async fn pull_kind(&self, tenant: &Tenant, entity: Entity, report: &mut Report) -> Result<(), SyncError> {
        let mark = self.core.store.read(move |view| state::watermark(view, entity.key())).await.map_err(|error: StoreError| error)?;
        let since = mark.map(|mark| mark.minus(self.manner.overlap));
        let mut newest: Option<Timestamp> = None;
        let mut cursor = Some(Cursor::default());
        while let Some(at) = cursor {
            self.lease().await?;
            let page = match self.halo.changed(tenant, entity, since, at).await {
                Ok(page) => page,
                Err(error) => {
                    self.wait_out(error).await?;
                    continue;
                }
            };
            for row in &page.unreadable {
                tracing::warn!(entity = entity.key(), row = row.row, why = row.why, "a HaloPSA row was passed over");
            }
            newest = newest.max(page.items.iter().filter_map(|remote| remote.last_update).max());
            let items = self.completed(tenant, page.items).await?;
            self.absorb(tenant, items, report).await?;
            cursor = page.next;
        }
        if let Some(newest) = newest {
            let now = self.now();
            self.core.store.write(move |desk| state::set_watermark(desk, entity.key(), newest, now)).await?;
        }
        Ok(())
    }

    /// A changed row that lacks a field it had may only not list it: such records are read afresh.
    async fn completed(&self, tenant: &Tenant, items: Vec<Remote>) -> Result<Vec<Remote>, SyncError> {
        let (items, thin) = self
            .core
            .store
            .read(move |view| {
                let mut thin = Vec::new();
                for (nth, remote) in items.iter().enumerate() {
                    let Some(target) = view.linked(remote.entity.key(), remote.id)? else { continue };
                    let Some(link) = view.link(&target)? else { continue };
                    let lacks = link.base.iter().any(|(field, _)| remote.fields.get(field).is_none());
                    if lacks && remote.depth == Depth::Row && link.last_update != remote.last_update {
                        thin.push(nth);
                    }
                }
                Ok::<_, StoreError>((items, thin))
            })
            .await?;
        let mut items = items;
        for nth in thin {
            if let Some(whole) = self.halo.read(tenant, items[nth].entity, items[nth].id).await? {
                items[nth] = whole;
            }
        }
        Ok(items)
    }

    /// Takes records over at one desk.
    pub(super) async fn absorb(&self, tenant: &Tenant, items: Vec<Remote>, report: &mut Report) -> Result<(), SyncError> {
        if items.is_empty() {
            return Ok(());
        }
        let (core, tenant, conflicts) = (self.core.clone(), tenant.clone(), self.manner.conflicts);
        let absorbed = self
            .core
            .store
            .write(move |desk| {
                let mut matchmaker = core.matchmaker();
                matchmaker.catch_up(desk)?;
                let mut absorbing = Absorbing::new(desk, &core, &tenant, &mut matchmaker, conflicts);
                let mut sum = (0, 0);
                for remote in &items {
                    let absorbed = absorbing.take(remote)?;
                    sum = (sum.0 + u64::from(absorbed.changed), sum.1 + absorbed.conflicts);
                }
                matchmaker.made(desk)?;
                Ok::<_, StoreError>(sum)
            })
            .await;
        if absorbed.is_err() {
            self.core.matchmaker().reset();
        }
        let (pulled, conflicts) = absorbed?;
        report.pulled += pulled;
        report.conflicts += conflicts;
        Ok(())
    }
}
