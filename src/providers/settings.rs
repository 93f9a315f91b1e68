//! What a source is configured with, and the client that follows from it.

use crate::net::{self, Client, Header, Judge, Lane, Limit, NetError, Service, Tools};
use secrecy::{ExposeSecret, SecretString};
use std::{collections::BTreeMap, time::Duration};
use url::Url;

/// A source's settings, whatever file or variable they came from.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Scheme, host and port before the path that the provider documents; the provider's own unless given.
    pub base_url: Option<Url>,
    /// Replaces the documented limits.
    pub budget: Option<Limit>,
    /// The login, by the keys of [`Credential::key`].
    pub login: BTreeMap<String, SecretString>,
    /// For one attempt; 30 s unless given.
    pub timeout: Option<Duration>,
    /// The most bytes of one answer.
    pub body_limit: Option<usize>,
}

/// One part of a login.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Credential {
    /// In the configuration: `api_key`.
    pub key: &'static str,
    /// In the environment: `APOLLO_API_KEY`.
    pub env: &'static str,
    /// Never shown. A user name is not a secret.
    pub secret: bool,
    /// Where a person finds it.
    pub about: &'static str,
}

/// What a source's client is made of, beside its settings.
pub(super) struct Connection {
    pub service: &'static Service,
    /// The provider's own address.
    pub host: &'static str,
    /// The documented path before all others.
    pub path: &'static str,
    pub lanes: Vec<Lane>,
    pub judge: Judge,
    pub concurrency: usize,
}

impl Settings {
    /// A part of the login; an error that names the setting when it is missing or empty.
    pub(super) fn credential(&self, service: &'static Service, credential: &Credential) -> Result<SecretString, NetError> {
        let given = self.login.get(credential.key).filter(|secret| !secret.expose_secret().trim().is_empty());
        given
            .map(|secret| SecretString::from(secret.expose_secret().trim()))
            .ok_or_else(|| NetError::new(service, net::Class::Setup, "", &format!("{} is not set", credential.env), &[]))
    }

    /// All parts of that login are given.
    pub(super) fn has(&self, login: &[Credential]) -> bool {
        login.iter().all(|part| self.login.get(part.key).is_some_and(|secret| !secret.expose_secret().trim().is_empty()))
    }

    /// A client for that connection, with `headers` on every call.
    pub(super) fn client(&self, to: Connection, headers: Vec<(&'static str, Header)>, tools: &Tools) -> Result<Client, NetError> {
        let refuse = || NetError::new(to.service, net::Class::Setup, "", &format!("{} is no web address", to.service.address), &[]);
        let host = match &self.base_url {
            Some(url) => url.clone(),
            None => to.host.parse().map_err(|_| refuse())?,
        };
        let mut base = host.clone();
        base.set_path(&format!("{}{}", host.path().trim_end_matches('/'), to.path));
        let mut config = net::Config::new(to.service, base);
        config.headers = headers;
        config.judge = to.judge;
        config.concurrency = to.concurrency;
        config.lanes = match self.budget {
            Some(budget) => vec![Lane::new(Lane::ALL, vec![budget])],
            None => to.lanes,
        };
        config.timeout = self.timeout.unwrap_or(config.timeout);
        config.body_limit = self.body_limit.unwrap_or(config.body_limit);
        Client::new(config, tools.clone())
    }
}
