//! A session: one person at the door. Cheap to clone; knows who asks and what they may.

use super::{Kind, Result, Role, ServiceError, Services};
use crate::{
    domain::{Actor, Decision, Text, Timestamp},
    store::{self, View},
    sync::{
        bus::Event,
        decide::{DecideError, Deciding},
    },
};
use tokio::sync::broadcast;

/// One person's way in.
#[derive(Clone)]
pub struct Session {
    pub(super) services: Services,
    login: Text,
    role: Role,
}

impl Session {
    pub(super) fn new(services: Services, login: Text, role: Role) -> Self {
        Self { services, login, role }
    }

    /// Who asks.
    pub fn login(&self) -> &Text {
        &self.login
    }

    /// What they may.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Facts as they happen.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.services.core.bus.subscribe()
    }

    /// Now, by the services' clock.
    pub fn now(&self) -> Timestamp {
        self.services.core.clock.now()
    }

    /// Refuses whoever has a lesser role.
    pub(super) fn need(&self, role: Role) -> Result<()> {
        if self.role >= role {
            return Ok(());
        }
        let words = match role {
            Role::Viewer => "you need to be logged in",
            Role::Operator => "you may only look; ask an admin for the role operator in [users] of leadloom.toml",
            Role::Admin => "only an admin may do this; the role is set in [users] of leadloom.toml",
        };
        Err(ServiceError::new(Kind::Refused, words))
    }

    pub(super) async fn look<T: Send + 'static>(&self, look: impl FnOnce(&View<'_>) -> store::Result<T> + Send + 'static) -> Result<T> {
        Ok(self.services.core.store.read(look).await?)
    }

    /// Decides something as this person.
    pub(super) async fn decide(
        &self,
        verb: impl FnOnce(&Deciding<'_>) -> std::result::Result<Decision, DecideError> + Send + 'static,
    ) -> Result<Decision> {
        self.need(Role::Operator)?;
        let (core, actor) = (self.services.core.clone(), Actor::Person(self.login.clone()));
        let decided = self.services.core.store.write(move |desk| {
            let deciding = Deciding { desk, rules: &core.rules, ids: &*core.ids, now: core.clock.now(), actor, hold: core.rules.hold };
            verb(&deciding)
        });
        let decision = decided.await?;
        self.services.core.bus.tell(Event::Changed);
        Ok(decision)
    }
}
