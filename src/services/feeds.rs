//! Feeds: where an import's pages come from, a provider's search or a file; and what a provider says of itself.

use super::{
    Ceiling, Check, FilterInfo, ImportPlan, Kind, Parts, Result, ServiceError, Spent, Verdict,
    doctor::check,
    imports::{Asked, From},
};
use crate::{
    config::{Config, Login, SourceAccess},
    domain::{Clock, RecordKind, RunId, Source, Text},
    intake::raw::RawPage,
    net::{Class, Credits, Limit},
    providers::{
        self, FetchError, Provider, Search, Settings, Usage,
        file::{FileError, FileSource, Options},
    },
    store::Store,
    sync::{
        enrich::Enrichment,
        import::{Feed, FeedError, Then},
        pace::{StorePace, is_near},
    },
};
use futures_util::future::BoxFuture;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Somebody we got from the source less than this ago is not paid for again (e-mail data is held for 30 days,
/// requirements 5.10).
const FRESH: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long to wait where a source says "later" and not when.
const LATER: Duration = Duration::from_secs(60);

/// What a source's search may be asked for, as the source lists it. Needs no login.
pub fn source_filters(source: Source) -> Result<Vec<FilterInfo>> {
    let info = |filter: &providers::Filter| FilterInfo { name: filter.name, takes: filter.kind.words(), about: filter.about };
    Ok(entry(source)?.capabilities.filters.iter().map(info).collect())
}

fn entry(source: Source) -> Result<&'static providers::Entry> {
    providers::entry(source).ok_or_else(|| {
        ServiceError::new(Kind::WrongUse, format!("{source} has no API that this version can ask; import its file with --file"))
    })
}

/// A search's filters: the saved search's, and `--set` over them.
pub(super) fn filters(
    config: &Config,
    source: Source,
    search: Option<&Text>,
    set: &[(String, String)],
) -> Result<BTreeMap<String, serde_json::Value>> {
    let wrong = |words: String| ServiceError::new(Kind::WrongUse, words);
    let settings = config.sources.get(source).ok_or_else(|| wrong(format!("{source} is no provider; import its file with --file")))?;
    let mut filters = BTreeMap::new();
    if let Some(name) = search {
        let known: Vec<&str> = settings.searches.keys().map(String::as_str).collect();
        let saved = settings.searches.get(name.as_str()).ok_or_else(|| {
            let list = if known.is_empty() { "there is none yet".to_owned() } else { format!("there are {}", known.join(", ")) };
            wrong(format!(
                "no search of {source} is called {:?}; {list}; searches stand under [sources.{}.searches] in leadloom.toml",
                name.as_str(),
                source.key()
            ))
        })?;
        filters.extend(saved.filters.iter().map(|(name, values)| (name.clone(), values.plain())));
    }
    filters.extend(set.iter().map(|(name, value)| (name.clone(), value.clone().into())));
    Ok(filters)
}

/// Refuses a search that asks for what its source does not have, before a run begins.
pub(super) fn check_search(services: &Parts, asked: &Asked) -> Result<()> {
    let From::Provider { source, filters } = &asked.from else { return Ok(()) };
    let search = Search { filters: filters.clone(), limit: asked.limit };
    provider(services, *source)?.check(&search).map_err(|error| fetch_trouble(&error.into()))
}

/// The feed of a run.
pub(super) async fn feed(services: &Parts, run: RunId, asked: &Asked) -> Result<Arc<dyn Feed>> {
    match &asked.from {
        From::Provider { source, filters } => {
            let provider = provider(services, *source)?;
            let search = Search { filters: filters.clone(), limit: asked.limit };
            let (store, clock) = (services.core.store.clone(), services.core.clock.clone());
            Ok(Arc::new(ProviderFeed { provider, search, store, clock }))
        }
        From::File { path, .. } => Ok(Arc::new(FileFeed::open(path, usize::from(services.config.import.batch)).await?)),
        From::Enrich { request } => {
            let named: BTreeSet<Source> = request.steps.iter().map(|step| step.source).collect();
            let client = |source| (source, provider(services, source).map_err(|error| Text::from(error.to_string())));
            Ok(Arc::new(Enrichment::new(services.core.clone(), run, request.clone(), named.into_iter().map(client).collect())))
        }
    }
}

/// The clients of this process, made when first asked for and kept: a client knows its token and the employers that it
/// bought, so that a run that goes on buys none of them again.
#[derive(Default)]
pub struct Clients(Mutex<HashMap<Source, Arc<dyn Provider>>>);

pub(super) fn provider(services: &Parts, source: Source) -> Result<Arc<dyn Provider>> {
    let mut clients = services.sources.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(client) = clients.get(&source) {
        return Ok(client.clone());
    }
    let access = services.config.source_access(source).map_err(|error| ServiceError::from(&error))?;
    let built = entry(source)?.build(&settings(access), &services.tools);
    let client = built.map_err(|error| ServiceError::new(Kind::NotConfigured, error.to_string()))?;
    clients.insert(source, client.clone());
    Ok(client)
}

fn settings(access: SourceAccess) -> Settings {
    let login: Vec<(&str, SecretString)> = match access.login {
        Login::Key(key) => vec![("api_key", key)],
        Login::Client { id, secret } => vec![("client_id", id.into()), ("client_secret", secret)],
        Login::Password { username, password } => vec![("username", username.into()), ("password", password)],
    };
    Settings {
        base_url: access.base_url.map(|address| (*address).clone()),
        budget: access.budget.map(|budget| Limit { calls: budget.requests, per: budget.per.0 }),
        login: login.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        ..Settings::default()
    }
}

struct ProviderFeed {
    provider: Arc<dyn Provider>,
    search: Search,
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Feed for ProviderFeed {
    fn page<'a>(&'a self, cursor: Option<&'a str>) -> BoxFuture<'a, std::result::Result<RawPage, FeedError>> {
        Box::pin(async move {
            let (source, since) = (self.provider.source(), self.clock.now().minus(FRESH));
            // A look-up by index of microseconds; an unreadable store asks the source again, which costs but harms nobody.
            let known = |id: &str| {
                let id = Text::new(id);
                self.store.read_now(|view| view.seen_since(source, RecordKind::Person, &id, since)).unwrap_or(false)
            };
            self.provider.fetch(&self.search, cursor, &known).await.map_err(|error| feed_error(&error))
        })
    }
}

fn feed_error(error: &FetchError) -> FeedError {
    let what = || Text::from(error.what());
    let (words, then) = match error.class() {
        Some(Class::RateLimited | Class::Resting) => (what(), Then::Wait(error.wait().unwrap_or(LATER))),
        // Asked again it may be charged again: a person decides.
        Some(_) if error.in_doubt() => (what(), Then::End),
        Some(Class::Unreachable | Class::Timeout | Class::CutOff | Class::Server) => (what(), Then::Again(error.wait().unwrap_or(LATER))),
        Some(Class::Quota | Class::Ceiling) => (Text::from(error.to_string()), Then::End),
        Some(Class::Auth | Class::Permission) => (Text::from(error.to_string()), Then::Refuse),
        _ => (Text::from(error.to_string()), Then::Fail),
    };
    FeedError { words, then }
}

struct FileFeed(Arc<Mutex<FileSource>>);

impl FileFeed {
    async fn open(path: &Path, rows: usize) -> Result<Self> {
        let path = path.to_owned();
        let opened =
            tokio::task::spawn_blocking(move || FileSource::open(&path, Options { page_rows: rows.max(1), ..Options::default() })).await;
        let file = opened.map_err(|_| died())?.map_err(|error| ServiceError::new(Kind::Invalid, error.to_string()))?;
        Ok(Self(Arc::new(Mutex::new(file))))
    }
}

fn died() -> ServiceError {
    ServiceError::new(Kind::Trouble, "the file could not be read: a defect of this program")
}

impl Feed for FileFeed {
    fn page<'a>(&'a self, cursor: Option<&'a str>) -> BoxFuture<'a, std::result::Result<RawPage, FeedError>> {
        Box::pin(async move {
            let (file, cursor) = (self.0.clone(), cursor.map(str::to_owned));
            let read =
                tokio::task::spawn_blocking(move || file.lock().unwrap_or_else(PoisonError::into_inner).page(cursor.as_deref())).await;
            let fail = |words: String| FeedError { words: Text::from(words), then: Then::Fail };
            read.map_err(|_| fail(died().to_string()))?.map_err(|error: FileError| fail(error.to_string()))
        })
    }
}

/// What a search would bring and cost.
pub(super) async fn plan(
    services: &Parts,
    source: Source,
    filters: &BTreeMap<String, serde_json::Value>,
    limit: Option<u64>,
) -> Result<ImportPlan> {
    let provider = provider(services, source)?;
    let search = Search { filters: filters.clone(), limit };
    let estimate = provider.estimate(&search).await.map_err(|error| fetch_trouble(&error))?;
    let mut notes = vec![Text::new(provider.capabilities().costs)];
    if !estimate.note.is_empty() {
        notes.push(Text::new(estimate.note));
    }
    if let Some(ceiling) = ceiling(services, source).await {
        notes.push(Text::from(ceiling.note(source, estimate.credits.map(number))));
    }
    let credits = estimate.credits.map(|credits| credits.as_thousandths().div_ceil(1000));
    Ok(ImportPlan { source, rows: estimate.rows, credits, columns: Vec::new(), notes, forecast: None })
}

fn fetch_trouble(error: &FetchError) -> ServiceError {
    let kind = match error.class() {
        Some(Class::Auth | Class::Permission) => Kind::Refused,
        Some(Class::Setup) => Kind::NotConfigured,
        Some(_) => Kind::Trouble,
        None if matches!(error, FetchError::Search(_)) => Kind::WrongUse,
        None => Kind::Invalid,
    };
    ServiceError::new(kind, error.to_string())
}

/// Tries a source's login and reads what is left there.
pub(super) async fn test(services: &Parts, source: Source) -> Check {
    let name = source.label();
    let provider = match provider(services, source) {
        Ok(provider) => provider,
        Err(error) => return check(name, Verdict::Warn, error.to_string()),
    };
    let login = match provider.test_login().await {
        Ok(login) => login,
        Err(error) => return check(name, Verdict::Fail, error.to_string()),
    };
    let account = if login.account.is_empty() { "login ok".to_owned() } else { format!("login ok, {}", login.account) };
    let ceiling = ceiling(services, source).await;
    let account = ceiling.map_or(account.clone(), |ceiling| format!("{account}, {ceiling}"));
    let near = ceiling.is_some_and(|ceiling| ceiling.is_near);
    let verdict = |empty: bool| if empty || near { Verdict::Warn } else { Verdict::Ok };
    match provider.usage().await {
        Ok(usage) => {
            keep_told(services, source, &usage).await;
            let left = usage.credits.iter().filter_map(|balance| Some(format!("{} {} left", balance.left?, balance.name)));
            let words: Vec<String> = std::iter::once(account).chain(left).collect();
            check(name, verdict(usage.credits.iter().any(|balance| balance.left == Some(Credits::ZERO))), words.join(", "))
        }
        Err(FetchError::Unsupported(..)) => check(name, verdict(false), account),
        Err(error) => check(name, Verdict::Warn, format!("{account}; what is left could not be read: {error}")),
    }
}

/// What a source said of itself last.
#[derive(Serialize, Deserialize)]
struct Told {
    /// Credits of its first kind.
    left: i64,
}

fn told(source: Source) -> String {
    format!("told:{}", source.key())
}

/// Keeps what a source says is left there, for the Imports screen.
async fn keep_told(services: &Parts, source: Source, usage: &Usage) {
    let Some(left) = usage.credits.iter().find_map(|balance| balance.left) else { return };
    let (name, now) = (told(source), services.core.clock.now());
    let cell = serde_json::to_string(&Told { left: whole(left) }).unwrap_or_default();
    if let Err(error) = services.core.store.write(move |desk| desk.set_cell(&name, Some(&cell), now)).await {
        tracing::warn!(source = source.key(), %error, "what is left there could not be kept");
    }
}

fn whole(credits: Credits) -> i64 {
    (credits.as_thousandths() / 1000) as i64
}

fn number(credits: Credits) -> f64 {
    credits.as_thousandths() as f64 / 1000.0
}

/// How a source's ceiling on credits stands; `None` without one.
pub(super) async fn ceiling(services: &Parts, source: Source) -> Option<Ceiling> {
    let allowed = services.ledger.ceiling(source.key())?;
    let used = services.ledger.used(source.key()).await.ok()?;
    Some(Ceiling { used: number(used), allowed: number(allowed), is_near: is_near(used, allowed) })
}

/// What this process spent, by source.
pub(super) async fn spent(services: &Parts) -> Vec<Spent> {
    let mut all = Vec::new();
    for (name, credits) in services.ledger.spent_here() {
        if let (Ok(source), true) = (name.parse(), credits > Credits::ZERO) {
            all.push(Spent { source, credits: number(credits), ceiling: ceiling(services, source).await });
        }
    }
    all
}

/// Credits left under the configured ceiling this month, else what the source said last; `None` where neither is known.
pub(super) async fn credits_left(services: &Parts, source: Source) -> Option<i64> {
    if let Some(ceiling) = ceiling(services, source).await {
        return Some(ceiling.left() as i64);
    }
    let cell = services.core.store.read(move |view| view.cell(&told(source))).await.ok()??;
    serde_json::from_str::<Told>(&cell).ok().map(|told| told.left)
}

/// Calls that our own budget leaves now, where it is nearest to its end: left, of how many, in how long.
pub(super) async fn calls_left(services: &Parts, source: Source) -> Option<(u32, u32, Duration)> {
    let pace = StorePace::new(services.core.store.clone(), services.core.clock.clone());
    let (left, limit) = pace.left(source.key()).await.ok()??;
    Some((left, limit.calls, limit.per))
}
