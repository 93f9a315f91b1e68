//! Credits: set aside before a paid call, settled with what it really cost, given back when it failed. A process
//! that dies in between leaves the reservation standing, so that more is never spent than allowed.

use super::{Class, NetError, Service};
use crate::domain::Text;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fmt,
    iter::Sum,
    ops::Add,
    sync::{Mutex, PoisonError},
};

/// Credits in thousandths: some services charge halves and fifths.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Credits(u64);

impl Credits {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Whole credits.
    pub const fn whole(credits: u64) -> Self {
        Self(credits.saturating_mul(1000))
    }

    /// Thousandths of a credit.
    pub const fn thousandths(thousandths: u64) -> Self {
        Self(thousandths)
    }

    /// From a number as services send it; negative and absurd ones count as nothing.
    pub fn from_f64(credits: f64) -> Self {
        Self((credits * 1000.0).round().max(0.0) as u64)
    }

    /// Thousandths of a credit.
    pub const fn as_thousandths(self) -> u64 {
        self.0
    }

    /// So many times as much.
    #[must_use]
    pub const fn times(self, n: u64) -> Self {
        Self(self.0.saturating_mul(n))
    }

    /// What is left of it after `other`, at least nothing.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Credits {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Credits {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

/// `12`, `0.5`.
impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0 as f64 / 1000.0)
    }
}

/// Credits set aside for one call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reservation {
    /// Its id in the ledger.
    pub id: i64,
    /// How much.
    pub credits: Credits,
}

/// Why no credits were set aside.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LedgerError {
    /// The configured ceiling would be passed.
    #[error("{used} of {ceiling} credits allowed by the configuration are used, {asked} more are needed")]
    Ceiling {
        /// Used and set aside.
        used: Credits,
        /// Allowed.
        ceiling: Credits,
        /// Asked for.
        asked: Credits,
    },
    /// Where it is kept could not be read.
    #[error("the credit ledger cannot be read: {0}")]
    Unavailable(Text),
}

/// Keeps the books of paid calls.
pub trait Ledger: Send + Sync {
    /// Sets credits aside, or refuses. `what` names the paid act, such as `enrich`.
    fn reserve<'a>(&'a self, service: &'a str, what: &'a str, credits: Credits) -> BoxFuture<'a, Result<Reservation, LedgerError>>;

    /// The call cost `used`, which may be nothing.
    fn settle<'a>(&'a self, service: &'a str, reservation: Reservation, used: Credits) -> BoxFuture<'a, ()>;
}

/// Makes one attempt at a paid call: reserve, call, settle. `call` gives its result and what it cost. A failure that leaves in
/// doubt whether the service charged keeps the whole reservation as spent.
pub(super) async fn spend<T>(
    ledger: &dyn Ledger,
    service: &'static Service,
    what: &str,
    most: Credits,
    call: impl Future<Output = Result<(T, Credits), NetError>>,
) -> Result<T, NetError> {
    let reservation = ledger.reserve(service.key, what, most).await.map_err(|refusal| match refusal {
        LedgerError::Ceiling { used, ceiling, asked } => NetError::ceiling(service, what, (used, ceiling), asked),
        LedgerError::Unavailable(_) => NetError::new(service, Class::Setup, what, &refusal.to_string(), &[]),
    })?;
    match call.await {
        Ok((value, cost)) => {
            ledger.settle(service.key, reservation, cost).await;
            Ok(value)
        }
        Err(error) => {
            ledger.settle(service.key, reservation, if may_have_charged(&error) { most } else { Credits::ZERO }).await;
            Err(error)
        }
    }
}

/// Without an answer, or with a gateway's, nobody knows what the service did. One that says itself that it failed has
/// not charged.
fn may_have_charged(error: &NetError) -> bool {
    matches!(error.class(), Class::Timeout | Class::CutOff | Class::TooLarge | Class::Malformed)
        || matches!(error.status(), Some(502 | 504))
}

/// The books of one process: for one-off use and tests.
#[derive(Default)]
pub struct MemoryLedger {
    ceilings: HashMap<String, Credits>,
    books: Mutex<Books>,
}

#[derive(Default)]
struct Books {
    spent: HashMap<String, Credits>,
    open: HashMap<i64, (String, Credits)>,
    last: i64,
}

impl Books {
    fn used(&self, service: &str) -> Credits {
        let open = self.open.values().filter(|(name, _)| name == service).map(|(_, credits)| *credits);
        self.spent.get(service).copied().unwrap_or_default() + open.sum()
    }
}

impl MemoryLedger {
    /// Empty books with these ceilings; a service without one may spend freely.
    pub fn with_ceilings<'a>(ceilings: impl IntoIterator<Item = (&'a str, Credits)>) -> Self {
        Self { ceilings: ceilings.into_iter().map(|(service, ceiling)| (service.to_owned(), ceiling)).collect(), books: Mutex::default() }
    }

    /// Spent and set aside.
    pub fn used(&self, service: &str) -> Credits {
        self.books.lock().unwrap_or_else(PoisonError::into_inner).used(service)
    }
}

impl Ledger for MemoryLedger {
    fn reserve<'a>(&'a self, service: &'a str, _what: &'a str, credits: Credits) -> BoxFuture<'a, Result<Reservation, LedgerError>> {
        Box::pin(async move {
            let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
            let used = books.used(service);
            match self.ceilings.get(service) {
                Some(&ceiling) if used + credits > ceiling => Err(LedgerError::Ceiling { used, ceiling, asked: credits }),
                _ => {
                    books.last += 1;
                    let id = books.last;
                    books.open.insert(id, (service.to_owned(), credits));
                    Ok(Reservation { id, credits })
                }
            }
        })
    }

    fn settle<'a>(&'a self, service: &'a str, reservation: Reservation, used: Credits) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
            if books.open.remove(&reservation.id).is_some() {
                let spent = books.spent.entry(service.to_owned()).or_default();
                *spent = *spent + used;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: Service = Service { key: "demo", label: "Demo", credential: "DEMO_API_KEY", address: "DEMO_BASE_URL" };

    #[tokio::test]
    async fn credits_are_set_aside_settled_and_given_back() {
        let books = MemoryLedger::with_ceilings([("demo", Credits::whole(10))]);
        let fail = |class: Class| async move { Err::<((), Credits), _>(NetError::new(&DEMO, class, "POST enrich", "", &[])) };
        let ten = Credits::whole(10);
        assert!(spend(&books, &DEMO, "enrich", ten, fail(Class::Server)).await.is_err());
        assert_eq!(books.used("demo"), Credits::ZERO, "given back");
        spend(&books, &DEMO, "enrich", ten, async { Ok(((), Credits::thousandths(2500))) }).await.unwrap();
        assert_eq!(books.used("demo").to_string(), "2.5");
        let refused = spend(&books, &DEMO, "enrich", ten, async { Ok(((), Credits::ZERO)) }).await.unwrap_err();
        assert_eq!(refused.class(), Class::Ceiling);
        assert!(refused.to_string().contains("2.5 of 10 credits"), "{refused}");
        assert!(spend(&books, &DEMO, "enrich", Credits::whole(5), fail(Class::Timeout)).await.is_err());
        assert_eq!(books.used("demo").to_string(), "7.5", "nobody knows, so it counts");
        drop(books.reserve("demo", "enrich", Credits::whole(1)).await);
        assert_eq!(books.used("demo").to_string(), "8.5", "a caller that went away leaves its reservation");
    }
}
