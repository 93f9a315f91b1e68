//! How a tenant is reached and how hard it may be asked.

use crate::net::{DEFAULT_BODY_LIMIT, Limit, Retry};
use secrecy::SecretString;
use std::time::Duration;
use url::Url;

/// A tenant's addresses, login and limits.
#[derive(Clone, Debug)]
pub struct Config {
    /// The authorisation server, `https://acme.halopsa.com/auth`.
    pub auth_url: Url,
    /// The resource server, `https://acme.halopsa.com/api`.
    pub api_url: Url,
    /// The tenant's name, where the hosted login needs it; on-premise servers have none.
    pub tenant: Option<String>,
    /// Of an application of the type "Client ID and Secret (Services)".
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// Rights asked for, space separated.
    pub scope: String,
    /// Rows a page. Halo cuts more than 100 silently.
    pub page_size: u32,
    /// Calls in any stretch of time, for the whole tenant. Hosted tenants were measured at 700 in 300 s; older ones
    /// allow 300, and other programs of the tenant want some too.
    pub budget: Limit,
    /// To open a connection.
    pub connect_timeout: Duration,
    /// For one attempt. Halo's own gateway gives up after about 60 s.
    pub timeout: Duration,
    /// The most bytes of one answer.
    pub body_limit: usize,
    /// Attempts and waits; the documentation advises 5 s doubling to 60 s.
    pub retry: Retry,
    /// Calls at the same time.
    pub concurrency: usize,
    /// `FieldInfo`'s number for custom fields of users: 4 by all we know, but nobody has written it down.
    pub user_usage: i64,
    /// The outcome that a note is filed under.
    pub note_outcome: String,
}

impl Config {
    /// The usual settings for the tenant at `base` (`https://acme.halopsa.com`).
    pub fn new(base: &Url, client_id: &str, client_secret: SecretString) -> Self {
        Self {
            auth_url: below(base, "auth"),
            api_url: below(base, "api"),
            tenant: None,
            client_id: client_id.to_owned(),
            client_secret,
            scope: "all".to_owned(),
            page_size: 100,
            budget: Limit::new(600, 300),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_mins(1),
            body_limit: DEFAULT_BODY_LIMIT,
            retry: Retry { attempts: 4, base: Duration::from_secs(5), cap: Duration::from_mins(1), patience: Duration::from_mins(2) },
            concurrency: 4,
            user_usage: 4,
            note_outcome: "Private Note".to_owned(),
        }
    }
}

fn below(base: &Url, last: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{last}", base.path().trim_end_matches('/')));
    url
}
