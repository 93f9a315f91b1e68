//! The user's files in the configuration folder: the main file, the pipeline, mappings. Each is read whole, within a
//! limit; what cannot be read is a problem like any other. Absent: what mappings say (intake knows).

use super::{paths::Paths, secret::mode_of};
use crate::{
    domain::{
        Source,
        document::{Node, Origin, Page, Problem, Problems, hint},
    },
    workflow::Workflows,
};
use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

/// More than any settings file holds.
pub const MOST_BYTES: u64 = 1024 * 1024;
/// More mapping files than there are sources and kinds of export.
const MOST_MAPPINGS: usize = 200;

/// A mapping as it was written: `mappings/<source>.toml`, or `custom.json` of the described system, whose
/// `field_mappings` has a table for each source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MappingText {
    /// Its path.
    pub file: PathBuf,
    /// What it says: TOML or JSON by the file's ending.
    pub text: String,
}

/// A file's text; `None` when there is no such file.
pub fn read_text(path: &Path) -> Result<Option<String>, Problem> {
    let here = Origin::File { file: path.display().to_string().into(), line: 1 };
    let problem = |sentence: String| Problem::new(&here, "", sentence);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(problem(format!("cannot be read: {fault}"))),
    };
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|fault| problem(format!("cannot be read: {fault}")))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(problem("is larger than 1 MiB; this cannot be a settings file".to_owned()));
    }
    String::from_utf8(bytes).map(Some).map_err(|fault| {
        let valid = &fault.as_bytes()[..fault.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count() as u32;
        let at = Origin::File { file: path.display().to_string().into(), line };
        Problem::new(&at, "", "is not UTF-8 here; save the file as UTF-8")
    })
}

/// The main file's tree. It may be absent unless it was `named`.
pub(super) fn main_file(path: &Path, named: bool, notes: &mut Vec<String>) -> Result<Node, Problems> {
    let shown = path.display().to_string();
    match read_text(path)? {
        Some(text) => {
            let node = Node::toml(Page::of_user(&shown, &text))?;
            if holds_secrets(&node) && others_may_read(path) {
                notes.push(format!("{shown} holds secrets and can be read by other users of this machine; run: chmod 600 {shown}"));
            }
            Ok(node)
        }
        None if named => Err(Problem::new(&Origin::File { file: shown.into(), line: 1 }, "", "there is no such file").into()),
        None => Ok(Node::empty()),
    }
}

fn holds_secrets(node: &Node) -> bool {
    let secret = |key: &str| matches!(key, "client_secret" | "webhook_secret" | "api_key" | "password");
    node.entries().iter().any(|(key, value)| secret(key) || holds_secrets(value))
}

fn others_may_read(path: &Path) -> bool {
    File::open(path).and_then(|file| mode_of(&file)).is_ok_and(|mode| mode & 0o077 != 0)
}

/// The pipeline: `workflows.toml`, else `workflows.json`, else as shipped.
pub(super) fn workflows(paths: &Paths) -> Result<Workflows, Problems> {
    let (toml, json) = (paths.config("workflows.toml"), paths.config("workflows.json"));
    match (read_text(&toml)?, read_text(&json)?) {
        (None, None) => Ok(Workflows::default()),
        (Some(text), None) => Workflows::parse_toml(&text, &toml.display().to_string()),
        (None, Some(text)) => Workflows::parse_json(&text, &json.display().to_string()),
        (Some(_), Some(_)) => {
            let here = Origin::File { file: json.display().to_string().into(), line: 1 };
            Err(Problem::new(&here, "", "there is a workflows.toml beside it; take one of the two away").into())
        }
    }
}

/// All mapping files, those of `mappings/` by name, then `custom.json`.
pub(super) fn mappings(paths: &Paths, notes: &mut Vec<String>, problems: &mut Vec<Problem>) -> Vec<MappingText> {
    let folder = paths.config("mappings");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .map(|entries| {
            entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|ext| ext == "toml")).collect()
        })
        .unwrap_or_default();
    files.sort();
    if files.len() > MOST_MAPPINGS {
        let here = Origin::File { file: folder.display().to_string().into(), line: 1 };
        problems.push(Problem::new(&here, "", format!("holds more than {MOST_MAPPINGS} mapping files")));
        files.truncate(MOST_MAPPINGS);
    }
    let custom = paths.config("custom.json");
    let mut texts = Vec::new();
    for file in files.into_iter().chain([custom.clone()]) {
        match read_text(&file) {
            Ok(Some(text)) => {
                if file == custom {
                    problems.extend(custom_json(&file, &text, notes));
                }
                texts.push(MappingText { file, text });
            }
            Ok(None) => {}
            Err(problem) => problems.push(problem),
        }
    }
    texts
}

/// What can be said of `custom.json` without knowing what mappings mean.
fn custom_json(file: &Path, text: &str, notes: &mut Vec<String>) -> Vec<Problem> {
    let shown = file.display().to_string();
    let node = match Node::json(Page::of_user(&shown, text)) {
        Ok(node) => node,
        Err(problems) => return problems.into_list(),
    };
    for (key, _) in node.entries().iter().filter(|(key, _)| key != "field_mappings") {
        notes.push(format!("{shown}: {key} has no effect here; only field_mappings is used, settings are in leadloom.toml"));
    }
    let Some(mappings) = node.get("field_mappings") else { return Vec::new() };
    let unknown = |(key, node): &(String, Node)| {
        let known = Source::providers().map(Source::key);
        let is_source = key.parse::<Source>().is_ok();
        (!is_source).then(|| Problem::new(&node.origin, format!("field_mappings.{key}"), format!("is no source{}", hint(key, known))))
    };
    mappings.entries().iter().filter_map(unknown).collect()
}
