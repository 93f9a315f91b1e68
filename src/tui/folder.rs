//! Reads a folder for the file picker: folders, and files that an import can read. Bounded, and never an error: what
//! cannot be read is empty.

use super::desk::{Folder, FolderEntry};
use crate::domain::Text;
use std::path::{Path, PathBuf};

/// Entries listed of one folder; a fuller one is narrowed by typing a path.
const ENTRIES: usize = 1_000;
/// What an import can read.
const READABLE: [&str; 7] = ["csv", "tsv", "txt", "xlsx", "json", "jsonl", "ndjson"];

/// The folder at `path`; without one, the one the program was started in.
pub async fn read(path: Option<PathBuf>) -> Folder {
    let start = path.clone();
    let read = tokio::task::spawn_blocking(move || list(start)).await;
    read.unwrap_or_else(|_| Folder { path: path.unwrap_or_default(), ..Folder::default() })
}

fn list(path: Option<PathBuf>) -> Folder {
    let path = path.or_else(|| std::env::current_dir().ok()).unwrap_or_else(|| PathBuf::from("/"));
    let path = path.canonicalize().unwrap_or(path);
    let entries = std::fs::read_dir(&path).into_iter().flatten().flatten();
    let mut listed: Vec<_> = entries.filter_map(|entry| shown(&entry.path())).collect();
    listed.sort_by(|a, b| a.size.is_some().cmp(&b.size.is_some()).then_with(|| a.name.to_lowercase().cmp(&b.name.to_lowercase())));
    let left_out = listed.len().saturating_sub(ENTRIES);
    listed.truncate(ENTRIES);
    Folder { path, entries: listed, left_out }
}

fn shown(path: &Path) -> Option<FolderEntry> {
    let name = path.file_name()?.to_string_lossy();
    if name.starts_with('.') {
        return None;
    }
    let facts = std::fs::metadata(path).ok()?;
    let readable = path.extension().is_some_and(|ext| READABLE.iter().any(|known| ext.eq_ignore_ascii_case(known)));
    let size = (!facts.is_dir()).then_some(facts.len());
    (facts.is_dir() || (facts.is_file() && readable)).then(|| FolderEntry { name: Text::new(&name), path: path.to_path_buf(), size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn folders_come_first_and_only_readable_files_are_listed() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.CSV", "a.xlsx", "notes.md", ".hidden.csv"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        std::fs::create_dir(folder.path().join("zoo")).unwrap();
        let listed = read(Some(folder.path().to_path_buf())).await;
        let names: Vec<_> = listed.entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["zoo", "a.xlsx", "b.CSV"]);
        assert!(read(Some(folder.path().join("gone"))).await.entries.is_empty());
    }
}
