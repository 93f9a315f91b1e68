//! Bearer tokens: one in flight for everybody, renewed before it ends, fetched anew once when it is refused.

use super::{Config, client::HALO_LOGIN};
use crate::{
    domain::{Clock, Timestamp},
    net::{self, Answer, Class, Client, Fault, Lane, NetError, Tools, by_status},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
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

/// Life of a token whose answer does not say.
const USUAL_LIFE: u64 = 3600;

/// How long a refused login is not tried again: fifty waiting calls must not lock the account.
const REFUSED: Duration = Duration::from_secs(30);

/// A bearer token.
pub(super) struct Token {
    /// The whole header value.
    pub header: SecretString,
    number: u64,
    renew_at: Timestamp,
}

/// Fetches tokens.
pub(super) struct Auth {
    client: Client,
    config: Config,
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

/// The documented answer; the other keys come and go.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Option<f64>,
}

impl Auth {
    pub fn new(config: &Config, tools: &Tools) -> Result<Self, NetError> {
        let mut http = net::Config::new(&HALO_LOGIN, config.auth_url.clone());
        http.connect_timeout = config.connect_timeout;
        http.timeout = config.timeout;
        http.body_limit = config.body_limit;
        http.retry = config.retry;
        http.lanes = vec![Lane::new(Lane::ALL, Vec::new())];
        http.judge = judge;
        Ok(Self {
            client: Client::new(http, tools.clone())?,
            config: config.clone(),
            clock: tools.clock.clone(),
            landed: AtomicU64::new(0),
            state: Mutex::default(),
        })
    }

    /// A token that is good for a while.
    pub async fn token(&self) -> Result<Arc<Token>, NetError> {
        self.newer_than(0).await
    }

    /// Another one, because `refused` was answered with 401. However many calls ask, it is fetched once.
    pub async fn renewed(&self, refused: &Token) -> Result<Arc<Token>, NetError> {
        self.newer_than(refused.number).await
    }

    async fn newer_than(&self, number: u64) -> Result<Arc<Token>, NetError> {
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
            let ours = self.landed.load(Ordering::Acquire) > before;
            if ours || (error.class() == Class::Auth && now.since(*at) < REFUSED) {
                return Err(error.clone());
            }
        }
        let fetched = self.fetch().await;
        let landed = self.landed.fetch_add(1, Ordering::AcqRel) + 1;
        match fetched {
            Ok(granted) => {
                let life = Duration::try_from_secs_f64(granted.expires_in.unwrap_or(USUAL_LIFE as f64)).unwrap_or_default();
                let token = Arc::new(Token {
                    header: SecretString::from(format!("Bearer {}", granted.access_token)),
                    number: landed,
                    renew_at: self.clock.now().plus(life.saturating_sub(EARLY).max(life / 2)),
                });
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

    async fn fetch(&self) -> Result<Granted, NetError> {
        let secret = &self.config.client_secret;
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.config.client_id),
            ("client_secret", secret.expose_secret()),
            ("scope", &self.config.scope),
        ];
        let mut request = self.client.post("token").form(&form).hide(secret);
        if let Some(tenant) = &self.config.tenant {
            request = request.query("tenant", tenant);
        }
        request.send().await?.json()
    }
}

/// A refused login comes as 401 or 400 (both were seen), with the reason in words.
fn judge(answer: &Answer, now: Timestamp) -> Option<Fault> {
    let mut fault = by_status(answer, now)?;
    if matches!(answer.status(), 400 | 401 | 403) {
        fault.class = Class::Auth;
    }
    Some(fault)
}
