//! The environment as a layer of settings: which variable stands for which key. Absent: reading the process's own
//! variables anywhere but in [`Environment::of_process`], so that tests bring their own.

use super::{access::LoginKind, schema, sections::Config};
use crate::domain::{
    Source,
    document::{Node, Origin, Problem, nearest},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Variables, and the folder in which relative paths begin.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    /// Where the user stands.
    pub folder: PathBuf,
}

impl Environment {
    /// This process's. Names and values that are not Unicode are left out.
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        Self { variables: std::env::vars_os().filter_map(text).collect(), folder: std::env::current_dir().unwrap_or_default() }
    }

    /// A made-up one.
    pub fn of<'a>(folder: &Path, variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self { variables: variables.into_iter().map(owned).collect(), folder: folder.to_owned() }
    }

    /// A variable's value. An empty one counts as not set, as in an `.env` file with blanks to fill in.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }
}

/// Variables that say where things are, not what is set.
const PLACES: &[&str] = &["LEADLOOM_HOME", "LEADLOOM_CONFIG"];
/// What Kubernetes and Docker put into every container beside a service called `leadloom`; no settings of ours.
const NOT_OURS: &[&str] = &["LEADLOOM_SERVICE_", "LEADLOOM_PORT"];

/// Every variable and the key it sets: the documented names (`HALOPSA_CLIENT_ID`, `APOLLO_API_KEY`, `DATABASE_URL`),
/// then `LEADLOOM_` and the key for each setting that is one value (`LEADLOOM_LOG_LEVEL` for `log.level`).
pub fn variables() -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    let mut add = |name: String, path: &[&str]| all.push((name, path.iter().map(|step| (*step).to_owned()).collect()));
    add("DATABASE_URL".to_owned(), &["database", "url"]);
    let halo = ["base_url", "auth_url", "api_url", "tenant", "client_id"].map(|key| (key, false));
    for (key, secret) in halo.into_iter().chain([("client_secret", true), ("webhook_secret", true)]) {
        for (name, key) in spellings("HALOPSA", key, secret) {
            add(name, &["halopsa", &key]);
        }
    }
    for source in Source::providers() {
        for (key, secret) in [("base_url", false)].iter().chain(LoginKind::of(source).keys()) {
            for (name, key) in spellings(&source.key().to_uppercase(), key, *secret) {
                add(name, &["sources", source.key(), &key]);
            }
        }
    }
    all.extend(schema::leaves::<Config>().into_iter().map(|path| (format!("LEADLOOM_{}", path.join("_").to_uppercase()), path)));
    all
}

/// `HALOPSA_CLIENT_SECRET`, and for secrets also `…_FILE` and `…_COMMAND`.
fn spellings(prefix: &str, key: &str, secret: bool) -> Vec<(String, String)> {
    let suffixes: &[&str] = if secret { &["", "_file", "_command"] } else { &[""] };
    suffixes.iter().map(|suffix| (format!("{prefix}_{}", format!("{key}{suffix}").to_uppercase()), format!("{key}{suffix}"))).collect()
}

/// The layer, and what is wrong with the names.
pub(super) fn layer(environment: &Environment) -> (Node, Vec<Problem>) {
    let known = variables();
    let mut layer = Node::empty();
    for (name, path) in &known {
        if let Some(value) = environment.get(name) {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            layer.put(&path, value.to_owned(), &Origin::Environment(name.as_str().into()));
        }
    }
    (layer, slips(environment, &known))
}

/// Names that are meant for us and set nothing. Ours must be right; of others only near misses are reported, because
/// a variable of another program is none of our business.
fn slips(environment: &Environment, known: &[(String, Vec<String>)]) -> Vec<Problem> {
    let is_known = |name: &str| PLACES.contains(&name) || known.iter().any(|(other, _)| other == name);
    let names = || known.iter().map(|(name, _)| name.as_str()).chain(PLACES.iter().copied());
    let slip = |name: &str| {
        let ours = name.starts_with("LEADLOOM_") && !NOT_OURS.iter().any(|prefix| name.starts_with(prefix));
        let family = |other: &&str| other.split('_').next() == name.split('_').next();
        let near = nearest(name, names().filter(family));
        let sentence = match near {
            Some(near) if ours || distance(name, near) <= 2 => format!("sets nothing; did you mean {near:?}?"),
            None if ours => "sets nothing; LEADLOOM_ is followed by a section and a key, as in LEADLOOM_LOG_LEVEL".to_owned(),
            _ => return None,
        };
        Some(Problem::new(&Origin::Environment(name.into()), "", sentence))
    };
    environment.variables.keys().map(String::as_str).filter(|name| !is_known(name)).filter_map(slip).collect()
}

fn distance(a: &str, b: &str) -> usize {
    strsim::damerau_levenshtein(a, b)
}

/// What systemd's `LoadCredential=` left for this service: a file for each secret, called like its variable in small
/// letters (`halopsa_client_secret`).
pub(super) fn credentials(environment: &Environment) -> Node {
    let mut layer = Node::empty();
    let Some(folder) = environment.get("CREDENTIALS_DIRECTORY") else { return layer };
    for (name, path) in variables() {
        let file = Path::new(folder).join(name.to_lowercase());
        let is_secret_file = path.last().is_some_and(|key| key.ends_with("_file"));
        let stem = file.to_string_lossy().strip_suffix("_file").map(PathBuf::from);
        if let Some(stem) = stem.filter(|stem| is_secret_file && !name.starts_with("LEADLOOM_") && stem.is_file()) {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            layer.put(&path, stem.to_string_lossy().into_owned(), &Origin::Environment("CREDENTIALS_DIRECTORY".into()));
        }
    }
    layer
}
