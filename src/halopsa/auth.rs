//! Halo's login: client credentials in a form, the tenant in the query.

use super::{Config, client::HALO_LOGIN};
use crate::{
    domain::Timestamp,
    net::{self, Answer, Class, Client, Fault, Granted, Lane, NetError, Tools, by_status},
};
use secrecy::ExposeSecret;
use serde::Deserialize;
use std::time::Duration;

/// Life of a token whose answer does not say: what Halo documents.
const USUAL_LIFE: Duration = Duration::from_hours(1);

/// Fetches tokens.
pub(super) struct Auth {
    client: Client,
    config: Config,
}

/// The documented answer; the other keys come and go.
#[derive(Deserialize)]
struct TokenAnswer {
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
        Ok(Self { client: Client::new(http, tools.clone())?, config: config.clone() })
    }

    pub async fn fetch(&self) -> Result<Granted, NetError> {
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
        let answer: TokenAnswer = request.send().await?.json()?;
        Ok(Granted::new(format!("Bearer {}", answer.access_token), answer.expires_in, USUAL_LIFE))
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
