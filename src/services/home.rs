//! Home and the header: what needs a person now.

use super::{AutoMerges, Deed, HaloState, Home, LifecycleCount, Result, Session, Status, pipeline};
use crate::{
    domain::{Lifecycle, Timestamp},
    matching::calibrate::Audit,
    store::{self, AuditTally, View},
    sync::{Rules, import, state},
};
use std::time::Duration;

/// Cells and ui-state names.
const LAST_LOOK: &str = "home.last_look";

impl Session {
    /// The header line.
    pub async fn status(&self) -> Result<Status> {
        let (configured, now) = (self.services.halo.is_ok(), self.now());
        self.look(move |view| {
            Ok(Status {
                queue: view.review_counts()?.iter().map(|(_, count)| count).sum(),
                outbox: view.outbox_counts()?,
                halo: halo_state(view, configured)?,
                pulled_at: state::pulled_at(view)?,
                running: u32::try_from(import::running(view, now)?.len()).unwrap_or(u32::MAX),
            })
        })
        .await
    }

    /// The Home screen.
    pub async fn home(&self) -> Result<Home> {
        let sources = self.sources().await?;
        let (core, login, now) = (self.services.core.clone(), self.login().clone(), self.now());
        let home = self
            .look(move |view| {
                let looked = view.remembered(&login, LAST_LOOK)?.and_then(|at| at.parse().ok()).map(Timestamp::from_micros);
                let since = looked.unwrap_or_else(|| now.minus(Duration::from_secs(24 * 3600)));
                let deeds = view.decision_counts(since)?.into_iter().map(|(actor, action, times)| Deed { actor, action, times });
                Ok(Home {
                    reviews: view.review_counts()?,
                    auto_merges: auto_merges(view)?,
                    pipeline: pipeline(view, &core.rules, now)?,
                    stuck: pipeline::stuck(view, &core.rules, now)?,
                    outbox: view.outbox_counts()?,
                    sources,
                    since: deeds.collect(),
                    last_look: looked,
                    contacts: view.contact_count()?,
                })
            })
            .await?;
        Ok(home)
    }

    /// Home was looked at until now: what comes after is news next time.
    pub async fn looked(&self) -> Result<()> {
        self.remember(LAST_LOOK, &self.now().as_micros().to_string()).await
    }

    /// What this person's screens remember over a restart.
    pub async fn recall(&self, name: &str) -> Result<Option<String>> {
        let (login, name) = (self.login().clone(), name.to_owned());
        self.look(move |view| view.remembered(&login, &name)).await
    }

    /// Remembers something for this person's screens.
    pub async fn remember(&self, name: &str, value: &str) -> Result<()> {
        let (login, name, value) = (self.login().clone(), name.to_owned(), value.to_owned());
        Ok(self.services.core.store.write(move |desk| desk.remember(&login, &name, &value)).await?)
    }
}

/// How merges made without asking turned out.
pub(super) fn auto_merges(view: &View<'_>) -> store::Result<AutoMerges> {
    let AuditTally { checked, wrong, open } = view.audit_tally()?;
    Ok(AutoMerges::new(Audit { checked, wrong }, open))
}

/// How HaloPSA is doing, by what the engines last wrote down.
pub(super) fn halo_state(view: &View<'_>, configured: bool) -> store::Result<HaloState> {
    if !configured {
        return Ok(HaloState::NotConfigured);
    }
    Ok(match state::trouble(view)? {
        None => HaloState::Unknown,
        Some(None) => HaloState::Ok,
        Some(Some(words)) => HaloState::Trouble(words),
    })
}

fn pipeline(view: &View<'_>, rules: &Rules, now: Timestamp) -> store::Result<Vec<LifecycleCount>> {
    let counts = view.stage_counts()?;
    let midnight = Timestamp::from_micros(now.as_micros() - now.as_micros().rem_euclid(86_400_000_000));
    let one = |lifecycle: &Lifecycle| {
        let on_way = rules.workflows.stages(*lifecycle).iter().filter(|spec| !spec.is_exit());
        let cards =
            on_way.filter_map(|spec| counts.iter().find(|count| count.lifecycle == *lifecycle && count.stage == spec.position.stage));
        Ok(LifecycleCount {
            lifecycle: *lifecycle,
            cards: cards.map(|count| count.cards).sum(),
            today: view.entered_since(*lifecycle, midnight)?,
        })
    };
    Lifecycle::ALL.iter().map(one).collect()
}
