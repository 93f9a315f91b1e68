//! Rate budgets and credits that hold over processes and restarts: the pure rules of `net`, kept in cells.

use crate::{
    domain::{Clock, Text, Timestamp},
    net::{Credits, Grant, Lane, Ledger, LedgerError, Limit, Outcome, Pace, PaceError, Reservation, State},
    store::{Desk, Store, StoreError},
};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

/// The pace of every service, kept in the store.
#[derive(Clone)]
pub struct StorePace {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl StorePace {
    /// Over that store.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The limit of a service that is nearest to its end, and how many calls it leaves now.
    pub async fn left(&self, service: &str) -> Result<Option<(u32, Limit)>, StoreError> {
        let name = format!("pace:{service}");
        let cell = self.store.read(move |view| view.cell(&name)).await?;
        let state = cell.and_then(|json| serde_json::from_str::<State>(&json).ok()).unwrap_or_default();
        Ok(state.left(self.clock.now()))
    }

    async fn with<T: Send + 'static>(
        &self,
        service: &str,
        change: impl FnOnce(&mut State, Timestamp) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let (name, clock) = (format!("pace:{service}"), self.clock.clone());
        self.store
            .write(move |desk| {
                let now = clock.now();
                in_cell(desk, &name, now, |state: &mut State| change(state, now))
            })
            .await
    }
}

/// Reads a cell, lets `change` work on it, writes it back when it differs. An unreadable cell starts afresh: a
/// forgotten budget is mended by the service's own refusals, a program that cannot call is not.
fn in_cell<S: Default + Serialize + for<'de> Deserialize<'de>, T>(
    desk: &Desk<'_>,
    name: &str,
    now: Timestamp,
    change: impl FnOnce(&mut S) -> T,
) -> Result<T, StoreError> {
    let before = desk.cell(name)?;
    let mut state: S = before.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let answer = change(&mut state);
    let after = serde_json::to_string(&state).map_err(|error| StoreError::Sql(error.to_string()))?;
    if before.as_ref() != Some(&after) {
        desk.set_cell(name, Some(&after), now)?;
    }
    Ok(answer)
}

impl Pace for StorePace {
    fn take<'a>(&'a self, service: &'a str, lanes: &'a [Lane]) -> BoxFuture<'a, Result<Grant, PaceError>> {
        Box::pin(async move {
            let lanes = lanes.to_vec();
            self.with(service, move |state, now| state.take(&lanes, now)).await.map_err(|error| PaceError(Text::from(error.to_string())))
        })
    }

    fn report<'a>(&'a self, service: &'a str, lane: &'a str, outcome: Outcome) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let lane = lane.to_owned();
            if let Err(error) = self.with(service, move |state, now| state.report(&lane, outcome, now)).await {
                tracing::warn!(service, %error, "the pace could not be written down");
            }
        })
    }
}

/// The books of paid calls, one set a service and month.
#[derive(Clone)]
pub struct StoreLedger {
    store: Store,
    clock: Arc<dyn Clock>,
    ceilings: Arc<HashMap<String, Credits>>,
    here: Arc<Mutex<BTreeMap<String, Credits>>>,
}

/// Whether so much of a ceiling is used that it is time to say so: four fifths.
pub const fn is_near(used: Credits, ceiling: Credits) -> bool {
    used.as_thousandths() >= ceiling.as_thousandths() / 5 * 4
}

#[derive(Default, Serialize, Deserialize)]
struct Books {
    spent: Credits,
    /// Set aside by calls under way, or by a process that died in one: counted as used.
    open: BTreeMap<i64, Credits>,
    last: i64,
}

impl Books {
    fn used(&self) -> Credits {
        self.spent + self.open.values().copied().sum()
    }
}

impl StoreLedger {
    /// Over that store, with each service's ceiling per month, where it has one.
    pub fn new(store: Store, clock: Arc<dyn Clock>, ceilings: HashMap<String, Credits>) -> Self {
        Self { store, clock, ceilings: Arc::new(ceilings), here: Arc::default() }
    }

    /// Spent and set aside this month.
    pub async fn used(&self, service: &str) -> Result<Credits, StoreError> {
        let name = books(service, self.clock.now());
        let cell = self.store.read(move |view| view.cell(&name)).await?;
        Ok(cell.and_then(|json| serde_json::from_str::<Books>(&json).ok()).unwrap_or_default().used())
    }

    /// Spent through these books by this process, by service.
    pub fn spent_here(&self) -> BTreeMap<String, Credits> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The configured ceiling.
    pub fn ceiling(&self, service: &str) -> Option<Credits> {
        self.ceilings.get(service).copied()
    }
}

/// The month's books: `credits:apollo:2026-11`.
fn books(service: &str, now: Timestamp) -> String {
    format!("credits:{service}:{}", now.to_string().get(..7).unwrap_or_default())
}

impl Ledger for StoreLedger {
    fn reserve<'a>(&'a self, service: &'a str, _what: &'a str, credits: Credits) -> BoxFuture<'a, Result<Reservation, LedgerError>> {
        Box::pin(async move {
            let now = self.clock.now();
            let (name, ceiling) = (books(service, now), self.ceilings.get(service).copied());
            let reserved = self.store.write(move |desk| {
                in_cell(desk, &name, now, |books: &mut Books| {
                    let used = books.used();
                    match ceiling {
                        Some(ceiling) if used + credits > ceiling => Err(LedgerError::Ceiling { used, ceiling, asked: credits }),
                        _ => {
                            // Numbers rise with time, so that a call over the end of a month closes nobody else's reservation.
                            books.last = (books.last + 1).max(now.as_micros());
                            books.open.insert(books.last, credits);
                            Ok(Reservation { id: books.last, credits })
                        }
                    }
                })
            });
            reserved.await.unwrap_or_else(|error: StoreError| Err(LedgerError::Unavailable(Text::from(error.to_string()))))
        })
    }

    fn settle<'a>(&'a self, service: &'a str, reservation: Reservation, used: Credits) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let now = self.clock.now();
            let name = books(service, now);
            let settled = self.store.write(move |desk| {
                in_cell(desk, &name, now, |books: &mut Books| {
                    books.open.remove(&reservation.id);
                    let before = books.spent;
                    books.spent = before + used;
                    (before, books.spent)
                })
            });
            let (before, spent) = match settled.await {
                Ok(spent) => spent,
                Err(error) => {
                    let error: StoreError = error;
                    tracing::warn!(service, %error, "credits could not be settled; they stay set aside");
                    return;
                }
            };
            let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
            let sum = here.entry(service.to_owned()).or_default();
            *sum = *sum + used;
            if let Some(ceiling) = self.ceiling(service)
                && is_near(spent, ceiling)
                && !is_near(before, ceiling)
            {
                tracing::warn!(service, %spent, %ceiling, "most credits of the configured ceiling are used");
            }
        })
    }
}
