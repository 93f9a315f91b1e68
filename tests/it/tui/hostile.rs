//! A customer's data attacks the terminal, and nothing comes of it. Two consoles run in real terminals over two whole
//! houses: one with records, notes, raw rows, file names, a source's error and log lines full of escape sequences, C1
//! controls, bidirectional overrides, zero-width characters and formulas, and its harmless twin with what a person is
//! to see of them. Both are led over every screen by the same keys; what they do to the terminal and what they show must
//! be the same. That the comparison can fail is shown with each attack let through.

use super::{acts::acts, terminal::Terminal};
use crate::{
    bad_server::{BadServer, Reply},
    house::AT_ONCE,
};
use leadloom::{
    ambient::{RandomIds, SystemClock},
    config::{Environment, Overrides, load},
    domain::{Choice, Field, RunState, Source, Text},
    services::{ImportFrom, ImportRequest, Opening, Role, Services, Session},
    sim::{RateLimits, Sim, SimConfig},
    telemetry,
    tui::{Me, Options},
};
use std::{collections::BTreeSet, path::Path, sync::Arc};
use tempfile::TempDir;

const BE_A_HOUSE: &str = "LEADLOOM_TEST_HOUSE";
const BE_HOSTILE: &str = "LEADLOOM_TEST_HOSTILE";
/// Stands in every value that attacks, and is what has to be seen of it.
const MARK: &str = "Mallory";

/// What attacks, one after another in front of, inside and behind the values.
// No zero byte: a file with one is no text, and its rows are refused.
const ATTACKS: [&str; 14] = [
    "\u{1b}[5;8m",
    "\u{1b}[2J\u{1b}[?1049l",
    "\u{1b}]0;owned\u{7}",
    "\u{1b}]52;c;aGFja2Vk\u{7}",
    "\u{1b}]8;;http://evil.example\u{1b}\\",
    "\u{1b}P$qm\u{1b}\\",
    "\u{1b}c",
    "\u{9b}31m",
    "\u{90}q\u{9c}",
    "\u{9d}0;owned\u{9c}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}\u{feff}\u{ad}",
    "\u{7}\u{8}\u{7f}",
];

/// The twins' values: the same to the eye.
#[derive(Clone, Copy)]
struct Twin {
    hostile: bool,
}

impl Twin {
    /// `word` with attacks number `nth` and on around and inside it, or just the word.
    fn value(self, nth: usize, word: &str) -> String {
        if !self.hostile {
            return word.to_owned();
        }
        let attack = |step: usize| ATTACKS[(nth + step) % ATTACKS.len()];
        let middle = word.len() / 2;
        format!("{}{}{}{}{}", attack(0), &word[..middle], attack(1), &word[middle..], attack(2))
    }

    /// An export of people, each value with an attack of its own. Formulas stand in both twins: a screen may show them.
    /// `again` has the same people under other addresses: pairs for a person to judge.
    fn table(self, again: bool) -> String {
        let header = "First Name,Last Name,Title,Company,Email,Email Status,Primary Email Last Verified At,Seniority,Departments,Mobile Phone,\
                      # Employees,Industry,Keywords,Person Linkedin Url,Website,City,Country,Annual Revenue,Apollo Contact Id,Notes";
        let shift = if again { 7 } else { 0 };
        let mut out = format!("{header}\n");
        for (nth, formula) in ["", "=", "+", "-", "@", ""].into_iter().enumerate() {
            let mark = |step: usize, words: &str| self.value(nth + step + shift, words);
            let letter = char::from(b'a' + nth as u8);
            let email = if again { format!("m.{letter}@corp{nth}.example") } else { format!("mallory.stone{letter}@corp{nth}.example") };
            let cells = [
                mark(0, MARK),
                mark(1, &format!("Stone{letter}")),
                mark(2, &format!("{formula}{MARK} of {}", if again { "Cloud" } else { "IT" })),
                mark(3, &format!("{formula}{MARK} Works {nth}")),
                email,
                "Verified".into(),
                "2026-11-01".into(),
                "Director".into(),
                "Information Technology".into(),
                if again { String::new() } else { format!("+44 20 7946 01{nth}2") },
                "120".into(),
                "information technology & services".into(),
                mark(4, &format!("{MARK} cloud")),
                if again { String::new() } else { format!("http://www.linkedin.com/in/mallory-{letter}") },
                format!("http://corp{nth}.example"),
                mark(5, "Leeds"),
                "United Kingdom".into(),
                "5000000".into(),
                format!("{shift}{nth}"),
                mark(6, &format!("{formula}{MARK} was here")),
            ];
            out += &cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).join(",");
            out.push('\n');
        }
        out
    }
}

/// Is the console over a house, when told so; otherwise does nothing.
#[test]
fn the_house() {
    let Some(folder) = std::env::var_os(BE_A_HOUSE) else { return };
    let twin = Twin { hostile: std::env::var_os(BE_HOSTILE).is_some_and(|value| value == "1") };
    let folder = Path::new(&folder);
    let logs = telemetry::start(&telemetry::Options::default(), Arc::new(SystemClock)).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let left = runtime.block_on(async {
        let sim = Sim::start(SimConfig { people: 30, hostile: twin.hostile, rate_limits: RateLimits::Off, ..SimConfig::default() });
        let sim = sim.await.unwrap();
        let words = serde_json::json!({"errors": [{"id": "wrong", "code": 400, "details": twin.value(3, &format!("{MARK} says no"))}]});
        let hunter = BadServer::start(vec![Reply::json("400 Bad Request", &words.to_string())]).await;
        let me = house(folder, &sim, &hunter.url);
        me.setup(false).await.unwrap();
        import(&me, ImportFrom::Provider { source: Source::Hunter, search: None, set: vec![("domains".into(), "corp.example".into())] })
            .await;
        for (name, table) in [("first.csv", twin.table(false)), ("second.csv", twin.table(true))] {
            std::fs::write(folder.join("home").join(name), table).unwrap();
            let from = ImportFrom::File { path: folder.join("home").join(name), source: None, mapping: None };
            assert_eq!(import(&me, from).await, RunState::Done);
        }
        let person = me.search(MARK, None, 1).await.unwrap().remove(0);
        let notes = Some(Text::from(twin.value(6, &format!("{MARK} in the notes"))));
        me.edit(person.id, person.version, &[Choice { field: Field::Notes, value: notes }]).await.unwrap();
        tracing::error!(who = twin.value(2, MARK), "{}", twin.value(4, &format!("{MARK} in the log")));
        let options = Options {
            me: Me { name: "kim".into(), role: Role::Operator, demo: false },
            keymap: None,
            theme: None,
            plain: false,
            ascii: false,
            slow_link: false,
            memory: String::new(),
            crashes: folder.join("home"),
        };
        leadloom::tui::open(options, me, logs.ring.clone(), Arc::new(SystemClock)).await.unwrap()
    });
    println!("left: {left:?}");
}

fn house(folder: &Path, sim: &Sim, hunter: &str) -> Session {
    let home = folder.join("home");
    std::fs::create_dir(&home).unwrap();
    std::fs::write(home.join("leadloom.toml"), AT_ONCE.replace("\"0s\"", "\"10m\"")).unwrap();
    let env = sim.env();
    // The last one named wins.
    let variables = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain([("HUNTER_BASE_URL", hunter)]);
    let overrides = Overrides { home: Some(home.clone()), ..Overrides::default() };
    let loaded = load(&Environment::of(&home, variables), &overrides).unwrap();
    Services::open(Opening { loaded, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) }).unwrap().session("kim")
}

async fn import(me: &Session, from: ImportFrom) -> RunState {
    let run = me.start_import(&ImportRequest { from, limit: None }).await.unwrap();
    me.wait_for(run).await.unwrap().run.state
}

/// The title of a raw row.
const RAW: &str = "as it came";

/// A way through every screen: keys, and words that show that what they lead to is there.
const WAY: &[(&str, &str)] = &[
    ("", "edited 1"),
    ("2", "suggest: merge"),
    ("/works 1\r", "1 of 1"),
    ("\r", "[Merge]"),
    ("\u{1b}", "[2 Review]"),
    ("3", "Mallory"),
    ("/mallory\r", "/mallory"),
    ("\r", "[Record]"),
    ("\t\r", RAW),
    ("\u{1b}", "[Record]"),
    ("4", "[4 Imports]"),
    ("jj", "Mallory says no"),
    ("g", "last 2 runs"),
    ("\r\r", "Rows of run"),
    ("\u{1b}", "[4 Imports]"),
    ("f", "Import a file"),
    ("mallory\r", "read as"),
    ("\u{1b}", "[4 Imports]"),
    ("5", "Mallory in the log"),
    ("6", "Search /"),
    ("/mallory\r", "Search /mallory"),
    ("7", "[7 Sync]"),
    ("\u{10}@mallory", "@mallory"),
    ("\u{1b}", "[7 Sync]"),
    ("?", "Help"),
    ("\u{1b}[200~Mallory\u{9b}31m\u{202e}\u{1b}[5mx\u{1b}[201~", "Mallory"),
    ("\u{1b}", "[7 Sync]"),
    ("2y\r", "copied"),
];

/// What shows a marked value, box by box. Rows of equal weight stand in any order, so the cursor is on any of them, and
/// times differ.
fn marked(screen: &str) -> BTreeSet<String> {
    let alike = |c| match c {
        '0'..='9' => '0',
        '>' => ' ',
        other => other,
    };
    screen
        .lines()
        .flat_map(|line| line.split(['│', '┌', '┐']))
        .filter(|part| part.contains(MARK))
        .map(|part| part.chars().map(alike).collect())
        .collect()
}

/// A console over a twin's house, and the house.
fn open(twin: Twin) -> (Terminal, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    std::fs::write(work.join(format!("{}.csv", twin.value(0, MARK))), twin.table(false)).unwrap();
    let flag = Path::new(if twin.hostile { "1" } else { "0" });
    let terminal = Terminal::open("tui::hostile::the_house", (120, 40), &work, &[(BE_A_HOUSE, folder.path()), (BE_HOSTILE, flag)]);
    (terminal, folder)
}

#[test]
fn hostile_data_does_to_the_terminal_what_its_harmless_twin_does() {
    let (mut harmless, _folder) = open(Twin { hostile: false });
    let (mut hostile, _folder) = open(Twin { hostile: true });
    for (keys, words) in WAY {
        for terminal in [&mut harmless, &mut hostile] {
            terminal.press(keys);
            terminal.until_shown(words);
        }
        if *words == RAW {
            // It shows a row as it came: also the attacks, spelled out.
            continue;
        }
        // Answers come in any order: at the end both show the same.
        harmless.settle();
        let wanted = marked(&harmless.contents());
        hostile.until(&format!("after {keys:?} it shows {wanted:#?}"), |hostile| marked(&hostile.contents()) == wanted);
    }
    for terminal in [&mut harmless, &mut hostile] {
        terminal.press("\u{3}");
        assert!(terminal.until_gone().success(), "{}", terminal.contents());
        terminal.assert_given_back();
    }
    let allowed = acts(&harmless.bytes);
    let done = acts(&hostile.bytes);
    assert!(done.is_subset(&allowed), "{:?}", done.difference(&allowed).collect::<Vec<_>>());
    // The comparison can fail: each attack let through is found.
    let (before, after) = harmless.bytes.split_at(harmless.bytes.len() / 2);
    for attack in ATTACKS {
        let let_through = [before, MARK.as_bytes(), attack.as_bytes(), after].concat();
        assert!(!acts(&let_through).is_subset(&allowed), "{attack:?} would go unseen");
    }
}
