//! Writing a mapping that somebody wants to keep: whole or not at all, under a name that is safe as a file's, and never
//! over a file that is there.

use super::{Kind, Result, ServiceError};
use crate::{domain::Source, intake::Mapping};
use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

/// The longest name.
const NAME: usize = 60;
/// Names tried when the file's own is taken: `people`, `people-2`, …
const TRIES: u32 = 99;

/// Writes `text` into `folder` under `name`, else under a name made of that of `file`.
pub(super) fn write(folder: &Path, file: &Path, name: Option<&str>, text: &str) -> Result<PathBuf> {
    let trouble =
        |error: std::io::Error| ServiceError::new(Kind::Trouble, format!("the mapping could not be kept in {}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(trouble)?;
    let mut draft = tempfile::NamedTempFile::new_in(folder).map_err(trouble)?;
    draft.write_all(text.as_bytes()).and_then(|()| draft.as_file().sync_all()).map_err(trouble)?;
    let names: Vec<String> = match name {
        Some(name) => vec![checked(name)?],
        None => (1..=TRIES).map(|nth| numbered(&made_of(file), nth)).filter(|name| of_source(name).is_none()).collect(),
    };
    for name in &names {
        let path = folder.join(format!("{name}.toml"));
        match draft.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => draft = error.file,
            Err(error) => return Err(trouble(error.error)),
        }
    }
    let taken = names.first().map(String::as_str).unwrap_or_default();
    Err(ServiceError::new(Kind::Invalid, format!("{} holds a mapping called {taken} already; choose another name", folder.display())))
}

/// The file in `folder` that explains the same columns: the last by name, which is the one in use.
pub(super) fn of_columns(folder: &Path, mapping: &Mapping) -> Option<PathBuf> {
    let is_it = |path: &PathBuf| {
        let read = std::fs::read_to_string(path).ok().and_then(|text| Mapping::parse_toml("", &text).ok());
        read.is_some_and(|read| read.marks.header == mapping.marks.header)
    };
    let files = std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    files.filter(|path| path.extension().is_some_and(|end| end == "toml")).filter(is_it).max()
}

/// The source whose own mapping a file of that name overlays.
fn of_source(name: &str) -> Option<Source> {
    Source::ALL.iter().copied().find(|source| source.key().eq_ignore_ascii_case(name))
}

fn checked(name: &str) -> Result<String> {
    let name = name.trim().trim_end_matches(".toml");
    if let Some(source) = of_source(name) {
        let words = format!("mappings/{name}.toml is for what you change of {}'s own mapping; choose another name", source.label());
        return Err(ServiceError::new(Kind::Invalid, words));
    }
    if name.is_empty() || name.len() > NAME || safe(name) != name.to_ascii_lowercase() {
        return Err(ServiceError::new(Kind::Invalid, format!("a mapping's name is at most {NAME} letters, digits, - and _")));
    }
    Ok(name.to_owned())
}

fn made_of(file: &Path) -> String {
    let mut name = safe(&file.file_stem().unwrap_or_default().to_string_lossy());
    name.truncate(NAME - 3);
    if name.is_empty() { "file".to_owned() } else { name }
}

/// Only what every file system takes, in lower case: `Partner list (Q3)` becomes `partner-list-q3`.
fn safe(raw: &str) -> String {
    let plain: String = raw.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' }).collect();
    plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

fn numbered(name: &str, nth: u32) -> String {
    if nth == 1 { name.to_owned() } else { format!("{name}-{nth}") }
}
