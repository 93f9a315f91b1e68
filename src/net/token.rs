//! Tokens that end: fetched once for however many calls wait, replaced before they end, fetched anew once when refused.
//! How a token is fetched and where it goes in a request is the service's business.

use super::{Answer, Class, NetError, Request};
use crate::domain::{Clock, Timestamp};
use secrecy::SecretString;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::Mutex;

/// A token is replaced this long before it ends, so that none ends under way.
const EARLY: Duration = Duration::from_mins(1);

/// How long a refused login is not tried again: fifty waiting calls must not lock the account.
const REFUSED: Duration = Duration::from_secs(30);

/// What a login gave.
pub struct Granted {
    /// The token.
    pub token: SecretString,
    /// How long it lives from now.
    pub life: Duration,
}

impl Granted {
    /// From the number of seconds that an answer names; `usual` where it names none.
    pub fn new(token: String, seconds: Option<f64>, usual: Duration) -> Self {
        let life = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(usual);
        Self { token: SecretString::from(token), life }
    }
}

/// The token of one login, shared by all its calls.
pub struct Tokens {
    clock: Arc<dyn Clock>,
    /// Fetches that came to an end.
    landed: AtomicU64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Arc<Token>>,
    /// How the last fetch failed, and when.
    failed: Option<(NetError, Timestamp)>,
}

struct Token {
    secret: SecretString,
    number: u64,
    renew_at: Timestamp,
}

impl Tokens {
    /// None yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, landed: AtomicU64::new(0), state: Mutex::default() }
    }

    /// Sends what `make` puts together with a token. When the token is refused, one new one is fetched (however many
    /// calls ask for it) and the request sent once more; a second refusal cannot be the token's fault and is told as
    /// a missing right.
    pub async fn call<F>(&self, fetch: impl Fn() -> F, make: impl Fn(&SecretString) -> Request) -> Result<Answer, NetError>
    where
        F: Future<Output = Result<Granted, NetError>>,
    {
        let token = self.newer_than(0, &fetch).await?;
        match make(&token.secret).send().await {
            Err(error) if error.class() == Class::Auth => {
                let fresh = self.newer_than(token.number, &fetch).await?;
                let again = make(&fresh.secret).send().await;
                again.map_err(|error| if error.class() == Class::Auth { error.seen_as(Class::Permission) } else { error })
            }
            other => other,
        }
    }

    /// Logs in unless a good token is there.
    pub async fn log_in<F>(&self, fetch: impl Fn() -> F) -> Result<(), NetError>
    where
        F: Future<Output = Result<Granted, NetError>>,
    {
        self.newer_than(0, &fetch).await.map(drop)
    }

    async fn newer_than<F>(&self, number: u64, fetch: &impl Fn() -> F) -> Result<Arc<Token>, NetError>
    where
        F: Future<Output = Result<Granted, NetError>>,
    {
        let before = self.landed.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        let now = self.clock.now();
        if let Some(token) = &state.token
            && token.number > number
            && now < token.renew_at
        {
            return Ok(token.clone());
        }
        if let Some((error, at)) = &state.failed {
            let shared = self.landed.load(Ordering::Acquire) > before;
            if shared || (error.class() == Class::Auth && now.since(*at) < REFUSED) {
                return Err(error.clone());
            }
        }
        let fetched = fetch().await;
        let number = self.landed.fetch_add(1, Ordering::AcqRel) + 1;
        match fetched {
            Ok(Granted { token, life }) => {
                let renew_at = self.clock.now().plus(life.saturating_sub(EARLY).max(life / 2));
                let token = Arc::new(Token { secret: token, number, renew_at });
                state.failed = None;
                state.token = Some(token.clone());
                Ok(token)
            }
            Err(error) => {
                state.token = None;
                state.failed = Some((error.clone(), self.clock.now()));
                Err(error)
            }
        }
    }
}
