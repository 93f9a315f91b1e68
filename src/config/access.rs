//! What a login needs, complete or with a sentence that says what is missing and where to put it. Absent: logging in.

use super::{
    secret::{SecretError, Ways},
    sections::{Budget, Config, SourceSettings},
    value::Address,
};
use crate::domain::{Period, Source};
use secrecy::SecretString;

/// Everything needed to talk to the HaloPSA tenant.
#[derive(Clone, Debug)]
pub struct HalopsaAccess {
    /// The authorisation server.
    pub auth_url: Address,
    /// The API.
    pub api_url: Address,
    /// The tenant's name, where one is needed.
    pub tenant: Option<String>,
    /// The API application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// How much may be asked.
    pub budget: Budget,
    /// How long one call may take.
    pub timeout: Period,
}

/// Everything needed to talk to one source.
#[derive(Clone, Debug)]
pub struct SourceAccess {
    /// Which.
    pub source: Source,
    /// Where, if not at the provider's own address.
    pub base_url: Option<Address>,
    /// How to log in.
    pub login: Login,
    /// How much may be asked, if not what the provider documents.
    pub budget: Option<Budget>,
    /// Credits that may be used up in a calendar month.
    pub credit_ceiling: Option<u32>,
}

/// How to log in to a source.
#[derive(Clone, Debug)]
pub enum Login {
    /// An API key.
    Key(SecretString),
    /// OAuth client credentials.
    Client {
        /// The client.
        id: String,
        /// Its secret.
        secret: SecretString,
    },
    /// A user name and password.
    Password {
        /// The user name.
        username: String,
        /// The password.
        password: SecretString,
    },
}

/// Which kind of [`Login`] a source takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoginKind {
    /// An API key.
    Key,
    /// OAuth client credentials.
    Client,
    /// A user name and password.
    Password,
    /// It has no API; its exports come as files.
    None,
}

impl LoginKind {
    /// What `source` takes (its own API documentation).
    pub const fn of(source: Source) -> Self {
        match source {
            Source::Apollo | Source::Hunter | Source::Lusha | Source::Seamless | Source::RocketReach | Source::UpLead => Self::Key,
            Source::ZoomInfo => Self::Client,
            Source::Lead411 => Self::Password,
            Source::BookYourData | Source::LeadsBlue | Source::Halo | Source::Manual | Source::File => Self::None,
        }
    }

    /// The settings it consists of; true for the secret ones.
    pub const fn keys(self) -> &'static [(&'static str, bool)] {
        match self {
            Self::Key => &[("api_key", true)],
            Self::Client => &[("client_id", false), ("client_secret", true)],
            Self::Password => &[("username", false), ("password", true)],
            Self::None => &[],
        }
    }
}

/// Why something cannot be logged in to. Somebody must change the settings; trying again does not help.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Settings are missing.
    #[error(
        "{what} is not set up: {} {} missing; write {} into leadloom.toml (leadloom config path shows where) or set {}",
        list(.keys), if .keys.len() == 1 { "is" } else { "are" }, if .keys.len() == 1 { "it" } else { "them" }, list(.variables)
    )]
    NotSetUp {
        /// HaloPSA, or the source.
        what: &'static str,
        /// The settings.
        keys: Vec<String>,
        /// The environment variables that would do as well.
        variables: Vec<String>,
    },
    /// It is switched off.
    #[error("{} is switched off; set sources.{}.enabled = true in leadloom.toml", .0.label(), .0.key())]
    Off(Source),
    /// It has no API.
    #[error("{} has no API to import from; import its export file with: leadloom import --file PATH --source {}", .0.label(), .0.key())]
    FilesOnly(Source),
    /// A secret could not be fetched.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

impl Config {
    /// What is needed to talk to HaloPSA. Fetches the secret, which may read a file or run a program.
    pub fn halopsa_access(&self) -> Result<HalopsaAccess, AccessError> {
        let halo = &self.halopsa;
        let api = halo.api_url.clone().or_else(|| halo.base_url.as_ref().map(|base| base.under("/api")));
        let auth = halo.auth_url.clone().or_else(|| halo.base_url.as_ref().map(|base| base.under("/auth")));
        let secret = self.halopsa_secret();
        if let (Some(api_url), Some(auth_url), Some(client_id)) = (&api, &auth, &halo.client_id)
            && let Some(client_secret) = secret.fetch()?
        {
            return Ok(HalopsaAccess {
                auth_url: auth_url.clone(),
                api_url: api_url.clone(),
                tenant: halo.tenant.clone(),
                client_id: client_id.clone(),
                client_secret,
                budget: halo.budget,
                timeout: halo.timeout,
            });
        }
        let parts =
            [("base_url", api.is_some() && auth.is_some()), ("client_id", halo.client_id.is_some()), ("client_secret", secret.any())];
        Err(not_set_up("HaloPSA", "halopsa", "HALOPSA", parts.into_iter()))
    }

    fn halopsa_secret(&self) -> Ways<'_> {
        let halo = &self.halopsa;
        Ways {
            key: "halopsa.client_secret",
            value: halo.client_secret.as_ref(),
            file: halo.client_secret_file.as_ref(),
            command: halo.client_secret_command.as_ref(),
        }
    }

    /// What HaloPSA's webhooks are signed with, if that is set.
    pub fn webhook_secret(&self) -> Result<Option<SecretString>, SecretError> {
        let halo = &self.halopsa;
        let ways = Ways {
            key: "halopsa.webhook_secret",
            value: halo.webhook_secret.as_ref(),
            file: halo.webhook_secret_file.as_ref(),
            command: halo.webhook_secret_command.as_ref(),
        };
        ways.fetch()
    }

    /// What is needed to talk to a source. Fetches the secret, which may read a file or run a program.
    pub fn source_access(&self, source: Source) -> Result<SourceAccess, AccessError> {
        let settings = self.sources.get(source).ok_or(AccessError::FilesOnly(source))?;
        let missing = || {
            let given = LoginKind::of(source).keys().iter().map(|(key, _)| (*key, settings.has(key)));
            not_set_up(source.label(), &format!("sources.{}", source.key()), &source.key().to_uppercase(), given)
        };
        if !settings.enabled {
            return Err(AccessError::Off(source));
        }
        let prefix = format!("sources.{}", source.key());
        let secret = |key: &str| settings.secret(&format!("{prefix}.{key}"), key).fetch().map_err(AccessError::from)?.ok_or_else(missing);
        let plain = |value: &Option<String>| value.clone().ok_or_else(missing);
        let login = match LoginKind::of(source) {
            LoginKind::Key => Login::Key(secret("api_key")?),
            LoginKind::Client => Login::Client { id: plain(&settings.client_id)?, secret: secret("client_secret")? },
            LoginKind::Password => Login::Password { username: plain(&settings.username)?, password: secret("password")? },
            LoginKind::None => return Err(AccessError::FilesOnly(source)),
        };
        Ok(SourceAccess {
            source,
            base_url: settings.base_url.clone(),
            login,
            budget: settings.budget,
            credit_ceiling: settings.credit_ceiling,
        })
    }

    /// The sources that are on and have a login, the most important first. Fetches nothing.
    pub fn ready_sources(&self) -> Vec<Source> {
        let mut ready: Vec<_> =
            Source::providers().filter(|source| self.sources.get(*source).is_some_and(|settings| settings.is_ready(*source))).collect();
        ready.sort_by_key(|source| self.sources.get(*source).map_or(u8::MAX, |settings| settings.priority));
        ready
    }
}

impl SourceSettings {
    /// Whether it is on and everything for its login is given.
    pub fn is_ready(&self, source: Source) -> bool {
        let keys = LoginKind::of(source).keys();
        self.enabled && !keys.is_empty() && keys.iter().all(|(key, _)| self.has(key))
    }

    fn has(&self, key: &str) -> bool {
        match key {
            "client_id" => self.client_id.is_some(),
            "username" => self.username.is_some(),
            _ => self.secret("", key).any(),
        }
    }

    fn secret<'a>(&'a self, named: &'a str, key: &str) -> Ways<'a> {
        let (value, file, command) = match key {
            "client_secret" => (&self.client_secret, &self.client_secret_file, &self.client_secret_command),
            "password" => (&self.password, &self.password_file, &self.password_command),
            _ => (&self.api_key, &self.api_key_file, &self.api_key_command),
        };
        Ways { key: named, value: value.as_ref(), file: file.as_ref(), command: command.as_ref() }
    }
}

fn not_set_up<'a>(what: &'static str, section: &str, prefix: &str, parts: impl Iterator<Item = (&'a str, bool)>) -> AccessError {
    let missing: Vec<_> = parts.filter(|(_, given)| !given).map(|(key, _)| key).collect();
    AccessError::NotSetUp {
        what,
        keys: missing.iter().map(|key| format!("{section}.{key}")).collect(),
        variables: missing.iter().map(|key| format!("{prefix}_{}", key.to_uppercase())).collect(),
    }
}
