//! From layers to settings. All of it is read and checked before any of it counts, and everything that is wrong is
//! said at once. Absent: what any setting does.

use super::{
    environment::{self, Environment},
    files::{self, MappingText},
    paths::Paths,
    sections::Config,
    show::{self, Shown},
};
use crate::{
    domain::{
        Lifecycle,
        document::{Node, Origin, Page, Problem, Problems, Shape, read},
    },
    providers::{Search, entry},
    workflow::Workflows,
};
use std::path::{Path, PathBuf};

/// The shipped file: every setting with its default and its help.
pub const SHIPPED: &str = include_str!("../../config/leadloom.toml");

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// One folder for everything.
    pub home: Option<PathBuf>,
    /// The main file.
    pub config: Option<PathBuf>,
    /// Single settings: the flag's name, the key's path, the value.
    pub settings: Vec<(&'static str, &'static [&'static str], String)>,
}

/// Everything that was configured, and what is to be said about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// The pipeline.
    pub workflows: Workflows,
    /// Where things are.
    pub paths: Paths,
    /// The user's mapping files, for intake to read.
    pub mappings: Vec<MappingText>,
    /// What is no fault but should be known, a sentence each.
    pub notes: Vec<String>,
    tree: Node,
}

impl Loaded {
    /// Every setting that has a value, with where it came from; secrets as dots. Sources that nobody set up are left
    /// out unless `all`.
    pub fn shown(&self, all: bool) -> Vec<Shown> {
        show::shown(&self.config, &self.tree, all)
    }

    /// Where the setting at `path` came from.
    pub fn origin(&self, path: &[&str]) -> Origin {
        self.tree.at(path).map_or(Origin::Default, |node| node.origin.clone())
    }
}

/// Reads everything. On a fault nothing counts, and all faults are listed.
pub fn load(environment: &Environment, overrides: &Overrides) -> Result<Loaded, Problems> {
    let mut paths =
        Paths::find(environment, overrides).map_err(|none| Problem::new(&Origin::Environment("HOME".into()), "", none.to_string()))?;
    let (mut problems, mut notes) = (Vec::new(), Vec::new());
    let named = overrides.config.is_some() || environment.get("LEADLOOM_CONFIG").is_some();
    let main = files::main_file(&paths.config_file, named, &mut notes).unwrap_or_else(|faults| {
        problems.extend(faults.into_list());
        Node::empty()
    });
    let (variables, slips) = environment::layer(environment);
    problems.extend(slips);

    let mut tree = Node::toml(Page::shipped("leadloom.toml", SHIPPED))?;
    let mut config = Config::default();
    for mut layer in [main, environment::credentials(environment), variables, flags(overrides)] {
        problems.extend(said_twice(&layer, ""));
        from_where_it_stands(&mut layer, &environment.folder, "");
        tree.overlay(layer);
        // After each layer, not only at the end: a fault that a higher layer covers up is still a fault.
        match read::<Config>(&tree) {
            Ok(sound) => config = sound,
            Err(faults) => problems.extend(faults.into_list()),
        }
    }
    let workflows = files::workflows(&paths).unwrap_or_else(|faults| {
        problems.extend(faults.into_list());
        Workflows::default()
    });
    let mappings = files::mappings(&paths, &mut notes, &mut problems);
    let workflows = renamed(&workflows, &config, &tree).unwrap_or_else(|fault| {
        problems.push(fault);
        workflows
    });
    problems.extend(config.enrich.problems().map(|(field, sentence)| {
        let path = ["enrich", field.key()];
        Problem::new(tree.nearest_origin(&path), path.join("."), sentence)
    }));
    problems.extend(misasked(&config, &tree));
    Problems::none_of(problems)?;

    if let Some(url) = &config.database.url {
        paths.database.clone_from(url.path());
    }
    notes.extend(readable_on_the_way(&config));
    notes.extend(workflows.notes().iter().cloned());
    Ok(Loaded { config, workflows, paths, mappings, notes, tree })
}

fn flags(overrides: &Overrides) -> Node {
    let mut layer = Node::empty();
    for (flag, path, value) in &overrides.settings {
        layer.put(path, value.clone(), &Origin::Flag((*flag).into()));
    }
    layer
}

/// `x`, `x_file` and `x_command` in one layer: which is meant?
fn said_twice(node: &Node, prefix: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let keys: Vec<&str> = node.entries().iter().map(|(key, _)| key.as_str()).collect();
    for (key, value) in node.entries() {
        let ways = [key.clone(), format!("{key}_file"), format!("{key}_command")];
        let stem = key.strip_suffix("_command").filter(|stem| !keys.contains(stem) && keys.contains(&format!("{stem}_file").as_str()));
        let given: Vec<_> = ways.iter().filter(|way| keys.contains(&way.as_str())).collect();
        if given.len() > 1 || stem.is_some() {
            let stem = stem.unwrap_or(key);
            let sentence = format!("is given in more than one way; keep one of {stem}, {stem}_file and {stem}_command");
            problems.push(Problem::new(&value.origin, format!("{prefix}{stem}"), sentence));
        }
        problems.extend(said_twice(value, &format!("{prefix}{key}.")));
    }
    problems
}

/// Makes paths absolute: one in a file counts from that file's folder, any other from where the user stands; `~/` is
/// the home folder.
fn from_where_it_stands(node: &mut Node, folder: &Path, key: &str) {
    let base = match &node.origin {
        Origin::File { file, .. } => folder.join(Path::new(&**file).parent().unwrap_or(Path::new(""))),
        _ => folder.to_owned(),
    };
    match &mut node.shape {
        Shape::Table(entries) => entries.iter_mut().for_each(|(key, value)| from_where_it_stands(value, folder, key)),
        Shape::Text(text) | Shape::Loose(text) if key.ends_with("_file") => *text = absolute(&base, text),
        Shape::Text(text) | Shape::Loose(text) if key == "url" => {
            if let Some(path) = text.trim().strip_prefix("sqlite:") {
                let path = path.strip_prefix("//").unwrap_or(path);
                if !path.is_empty() && path != ":memory:" {
                    *text = format!("sqlite:{}", absolute(&base, path));
                }
            }
        }
        _ => {}
    }
}

fn absolute(base: &Path, path: &str) -> String {
    let home = path.strip_prefix("~/").and_then(|rest| Some(directories::BaseDirs::new()?.home_dir().join(rest)));
    let path = home.unwrap_or_else(|| base.join(path.strip_prefix("./").unwrap_or(path)));
    path.to_string_lossy().into_owned()
}

/// Filters of saved searches that their source does not have, or that it cannot take so.
fn misasked<'a>(config: &'a Config, tree: &'a Node) -> impl Iterator<Item = Problem> + 'a {
    let asked = config.sources.all().filter_map(|(source, settings)| Some((source, entry(source)?.capabilities, &settings.searches)));
    asked.flat_map(move |(source, capabilities, searches)| {
        let filters = searches.iter().flat_map(|(name, search)| search.filters.iter().map(move |filter| (name, filter)));
        filters.filter_map(move |(name, (key, values))| {
            let search = Search { filters: [(key.clone(), values.plain())].into(), limit: None };
            let error = search.check(source, capabilities).err()?;
            let path = ["sources", source.key(), "searches", name, key];
            Some(Problem::new(tree.nearest_origin(&path), path.join("."), error.to_string()))
        })
    })
}

fn renamed(workflows: &Workflows, config: &Config, tree: &Node) -> Result<Workflows, Problem> {
    let types = &config.halopsa.ticket_types;
    let name_of = |lifecycle| match lifecycle {
        Lifecycle::Lead => types.lead.clone(),
        Lifecycle::Prospect => types.prospect.clone(),
        Lifecycle::Opportunity => types.opportunity.clone(),
    };
    workflows
        .with_ticket_types(name_of)
        .map_err(|fault| Problem::new(tree.nearest_origin(&["halopsa", "ticket_types"]), "halopsa.ticket_types", fault.sentence))
}

fn readable_on_the_way(config: &Config) -> Vec<String> {
    let halo = &config.halopsa;
    let own = [("halopsa.base_url", &halo.base_url), ("halopsa.auth_url", &halo.auth_url), ("halopsa.api_url", &halo.api_url)];
    let own = own.into_iter().map(|(key, url)| (key.to_owned(), url.as_ref()));
    let sources = config.sources.all().map(|(source, settings)| (format!("sources.{}.base_url", source.key()), settings.base_url.as_ref()));
    own.chain(sources)
        .filter(|(_, url)| url.is_some_and(super::value::Address::is_readable_on_the_way))
        .map(|(key, _)| format!("{key} is plain http: secrets and personal data can be read on the way; use https"))
        .collect()
}
