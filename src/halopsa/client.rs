//! The client itself: one authorised call, lists, single records, posts. Absent: what any record means.

use super::{
    Config,
    auth::Auth,
    wire::{List, one_object},
};
use crate::net::{self, Answer, Class, Client, Header, Lane, NetError, Replay, Request, Service, Tokens, Tools};
use secrecy::SecretString;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// HaloPSA, as errors name it.
pub static HALO: Service =
    Service { key: "halopsa", label: "HaloPSA", credential: "HALOPSA_CLIENT_ID and HALOPSA_CLIENT_SECRET", address: "HALOPSA_BASE_URL" };

/// Its login may be another machine, so it has its own pace and breaker.
pub static HALO_LOGIN: Service = Service {
    key: "halopsa-login",
    label: "HaloPSA",
    credential: "HALOPSA_CLIENT_ID, HALOPSA_CLIENT_SECRET and HALOPSA_TENANT",
    address: "HALOPSA_AUTH_URL",
};

/// A tenant's API. Cheap to clone; safe to use from many tasks.
#[derive(Clone)]
pub struct Halo(Arc<Inner>);

struct Inner {
    config: Config,
    api: Client,
    auth: Auth,
    tokens: Tokens,
}

impl Halo {
    /// Makes no call yet. Refuses addresses that are none.
    pub fn new(config: Config, tools: &Tools) -> Result<Self, NetError> {
        let mut http = net::Config::new(&HALO, config.api_url.clone());
        http.headers = vec![("accept", Header::Plain("application/json".to_owned()))];
        http.connect_timeout = config.connect_timeout;
        http.timeout = config.timeout;
        http.body_limit = config.body_limit;
        http.retry = config.retry;
        http.concurrency = config.concurrency;
        http.lanes = vec![Lane::new(Lane::ALL, vec![config.budget])];
        let (api, auth) = (Client::new(http, tools.clone())?, Auth::new(&config, tools)?);
        Ok(Self(Arc::new(Inner { config, api, auth, tokens: Tokens::new(tools.clock.clone()) })))
    }

    pub(super) fn config(&self) -> &Config {
        &self.0.config
    }

    /// Sends what `make` puts together, with a token. A 401 is answered with one new token and one more try; a second
    /// one cannot be the token's fault: Halo sends 401 also where a right is missing.
    pub(super) async fn call(&self, make: impl Fn(&Client) -> Request) -> Result<Answer, NetError> {
        let inner = &*self.0;
        let with_token = |token: &SecretString| make(&inner.api).header("authorization", Header::Secret(token.clone()));
        inner.tokens.call(|| inner.auth.fetch(), with_token).await
    }

    /// A list with these parameters; `key` is where the rows are by the documentation.
    pub(super) async fn list(&self, route: &'static str, key: &str, query: &[(&str, String)]) -> Result<List, NetError> {
        let answer = self.call(|api| query.iter().fold(api.get(route), |request, (name, value)| request.query(name, value))).await?;
        List::read(&answer, key)
    }

    /// One record with all its details; `None` when there is none, or no longer.
    pub(super) async fn single(&self, route: &'static str, id: i64) -> Result<Option<Map<String, Json>>, NetError> {
        let call = self.call(|api| api.get(route).segment(id.to_string()).query("includedetails", "true"));
        match call.await {
            Ok(answer) => one_object(&answer).map(Some),
            Err(error) if error.class() == Class::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Posts one object, as the array of one that Halo wants, and reads the one object that comes back. A create is
    /// not sent twice; an update may be, for it says the same both times.
    pub(super) async fn post(&self, route: &'static str, object: Map<String, Json>) -> Result<Map<String, Json>, NetError> {
        let replay = if object.contains_key("id") { Replay::Safe } else { Replay::Never };
        let body = Json::Array(vec![Json::Object(object)]);
        let answer = self.call(|api| api.post(route).json(&body).replay(replay)).await?;
        // It was accepted: what cannot be read now may nevertheless exist.
        one_object(&answer).map_err(|error| if replay == Replay::Never { error.doubtful() } else { error })
    }
}
