//! The house rules, read from the imports: who may use whom, which crate is named where, and that every file
//! says in its first line what it is for.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// room -> the rooms it may name. `ambient` may be used where clocks and ids are made: the edges.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("ambient", &["domain"]),
    ("intake", &["domain"]),
    ("matching", &["domain"]),
    ("workflow", &["domain"]),
    ("net", &["domain"]),
    ("providers", &["domain", "intake", "net"]),
    ("halopsa", &["domain", "net"]),
    ("store", &["domain"]),
    ("sync", &["domain", "intake", "matching", "workflow", "net", "providers", "halopsa", "store"]),
    ("config", &["domain", "intake", "matching", "workflow", "net", "providers", "halopsa"]),
    ("telemetry", &["domain"]),
    (
        "services",
        &["domain", "ambient", "intake", "matching", "workflow", "net", "providers", "halopsa", "store", "sync", "config", "telemetry"],
    ),
    ("tui", &["services", "domain", "config", "telemetry"]),
    // The command line is the rim: it starts the console, the simulators and the demo.
    ("cli", &["services", "domain", "ambient", "config", "telemetry", "tui", "sim"]),
    ("sim", &["domain", "ambient"]),
];

/// crate -> the only rooms that may name it.
const CRATES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("reqwest", &["net"]),
    ("ratatui", &["tui"]),
    ("crossterm", &["tui"]),
    ("axum", &["sim", "api"]),
    ("clap", &["cli"]),
    ("tokio", &["net", "providers", "halopsa", "store", "sync", "services", "tui", "cli", "sim", "telemetry"]),
];

fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            into.push(path);
        }
    }
}

fn rooms() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files
        .into_iter()
        .filter_map(|path| {
            let first = path.strip_prefix(&src).ok()?.components().next()?.as_os_str().to_str()?.trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).unwrap();
            (first != "lib" && first != "main").then_some((first, path, text))
        })
        .collect()
}

/// Code before the unit tests, without comment lines: tests may stand anywhere and use anything.
fn code(text: &str) -> String {
    let body = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    body.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The first path segments after `crate::`, also inside `use crate::{a::…, b::…}`.
fn named_rooms(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let mut heads = Vec::new();
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut head = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => heads.push(std::mem::take(&mut head)),
                    _ if depth == 0 => head.push(c),
                    _ => {}
                }
            }
            heads.push(head);
        } else {
            heads.push(rest.to_owned());
        }
        for head in heads {
            let name: String = head.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !name.is_empty() {
                named.insert(name);
            }
        }
    }
    named
}

#[test]
fn rooms_use_only_the_rooms_they_may() {
    let known: BTreeSet<_> = MAY_USE.iter().map(|(room, _)| *room).collect();
    for (room, path, text) in rooms() {
        let (_, allowed) = MAY_USE.iter().find(|(name, _)| *name == room).unwrap_or_else(|| panic!("{room} is not in the table"));
        for named in named_rooms(&code(&text)) {
            let fine = named == room || allowed.contains(&named.as_str()) || !known.contains(named.as_str());
            assert!(fine, "{} uses crate::{named}, which {room} may not", path.display());
        }
    }
}

#[test]
fn guarded_crates_stay_in_their_rooms() {
    for (room, path, text) in rooms() {
        let code = code(&text);
        for (name, allowed) in CRATES {
            if !allowed.contains(&room.as_str()) {
                let named = code.contains(&format!("{name}::")) || code.contains(&format!("use {name}"));
                assert!(!named, "{} names {name}, which only {allowed:?} may", path.display());
            }
        }
    }
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    for (_, path, text) in rooms() {
        assert!(text.starts_with("//! "), "{} does not open with a //! line", path.display());
    }
}

#[test]
fn the_reader_sees_what_it_should() {
    let seen = named_rooms("use crate::{domain::{Text, Value}, store}; fn f() { crate::tui::run() }");
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["domain", "store", "tui"]);
    assert!(!code("use a;\n#[cfg(test)]\nmod tests { use crate::sim; }").contains("sim"));
}
