//! The main job from the command line, with real processes on both sides; and what the commands say when the world is
//! not as it should be.

use assert_cmd::cargo::CommandCargoExt;
use leadloom::{
    domain::Source,
    sim::{Fault, Planned, RateLimits, RetryAfter, Sim, SimConfig, export, halo::Table},
};
use serde_json::{Value as Json, json};
use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// No machine is so loaded that a process takes this long to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// The binary with nothing of this machine's environment but `env`.
fn leadloom(home: &Path, env: &[(String, String)], words: &[&str]) -> Output {
    command(home, env, words).output().unwrap()
}

fn command(home: &Path, env: &[(String, String)], words: &[&str]) -> Command {
    let mut command = Command::cargo_bin("leadloom").unwrap();
    let env = env.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    command.env_clear().envs(env).env("LEADLOOM_HOME", home).current_dir(home).args(words).stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn lines(output: &Output) -> Vec<Json> {
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// `leadloom sim` in a process of its own.
struct SimProcess {
    child: Child,
    env: BTreeMap<String, String>,
}

impl SimProcess {
    fn start(home: &Path) -> Self {
        let ports = home.join("ports.json");
        let mut command = command(home, &[], &["sim", "--ports-file", ports.to_str().unwrap(), "--people", "120"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let started = Instant::now();
        while !ports.exists() {
            assert!(started.elapsed() < PATIENCE, "no ports file");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, env: serde_json::from_slice(&fs::read(ports).unwrap()).unwrap() }
    }

    fn tables(&self) -> Json {
        let address = self.env["HALOPSA_BASE_URL"].strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET /_sim/state HTTP/1.0\r\nHost: {address}\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        serde_json::from_str::<Json>(body).unwrap()["tables"].take()
    }
}

impl Drop for SimProcess {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _ = self.child.wait();
    }
}

fn values<'a>(tables: &'a Json, table: &str, key: &str) -> Vec<&'a str> {
    tables[table]["rows"]
        .as_object()
        .unwrap()
        .values()
        .filter_map(|row| row["values"][key].as_str())
        .filter(|value| !value.is_empty())
        .collect()
}

fn doubles(values: Vec<&str>) -> Vec<String> {
    let mut counts: HashMap<String, u32> = HashMap::new();
    for value in values {
        *counts.entry(value.to_lowercase()).or_default() += 1;
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(value, _)| value).collect()
}

#[test]
fn the_main_job_from_the_command_line() {
    let place = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(place.path());
    let names: Vec<&str> = sim.env.keys().map(String::as_str).collect();
    for name in ["HALOPSA_BASE_URL", "HALOPSA_CLIENT_SECRET", "APOLLO_BASE_URL", "APOLLO_API_KEY", "LEAD411_PASSWORD", "ZOOMINFO_CLIENT_ID"]
    {
        assert!(names.contains(&name), "{names:?}");
    }
    let mut env: Vec<(String, String)> = sim.env.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    // Only so that the test need not wait.
    env.push(("LEADLOOM_HALOPSA_HOLD".into(), "0s".into()));
    let home = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| {
        let output = leadloom(home.path(), &env, words);
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", text(&output.stderr));
        output
    };
    let before = sim.tables();
    run(&["setup"]);
    let file = home.path().join("apollo.csv");
    let exported = leadloom(place.path(), &[], &["sim", "export", "apollo", "--people", "120", "--out", file.to_str().unwrap()]);
    assert!(exported.status.success(), "{}", text(&exported.stderr));
    let imports = || {
        let api = lines(&run(&["import", "apollo", "--limit", "40", "--json"])).pop().unwrap();
        let file = lines(&run(&["import", "--file", "apollo.csv", "--json"])).pop().unwrap();
        for last in [&api, &file] {
            let keys: Vec<&String> = last.as_object().unwrap().keys().collect();
            let wanted = [
                "read",
                "created",
                "enriched",
                "unchanged",
                "review",
                "rejected",
                "suppressed",
                "failed",
                "run",
                "source",
                "state",
                "credits",
            ];
            assert_eq!(keys, wanted);
            let parts: u64 = wanted[1..8].iter().map(|key| last[key].as_u64().unwrap()).sum();
            assert_eq!(last["read"], parts, "{last}");
            assert_eq!((last["source"].as_str(), last["state"].as_str()), (Some("apollo"), Some("done")));
        }
        (api, file)
    };
    let (api, _) = imports();
    assert!(api["created"].as_u64() > Some(0) && api["read"] == 40, "{api}");
    let queue = lines(&run(&["review", "list", "--json"]));
    assert!(!queue.is_empty());
    for item in &queue {
        // By the last digits, as the list for people shows it. Somebody like this may have been accepted just before.
        let id = item["id"].as_str().unwrap().replace('-', "");
        let accept = || leadloom(home.path(), &env, &["review", "accept", &id[24..]]);
        let accepted = if accept().status.success() { None } else { Some(accept()) };
        assert!(accepted.is_none_or(|second| second.status.success()));
    }
    let synced = lines(&run(&["sync", "--once", "--json"])).pop().unwrap();
    assert!(synced["pushed"].as_u64() > Some(0) && synced["pending"] == 0 && synced["dead"] == 0, "{synced}");

    let tables = sim.tables();
    let known: Vec<String> = doubles(values(&before, "Users", "emailaddress"));
    assert_eq!(doubles(values(&tables, "Users", "emailaddress")), known, "no second user with one address");
    assert!(doubles(values(&tables, "Client", "name")).is_empty(), "no second client with one name");
    let tickets: Vec<&Json> = tables["Tickets"]["rows"].as_object().unwrap().values().collect();
    let old = before["Tickets"]["rows"].as_object().unwrap();
    let ours: Vec<_> = tickets.into_iter().filter(|row| !old.contains_key(&row["id"].to_string())).collect();
    assert!(ours.len() as u64 >= api["created"].as_u64().unwrap());
    assert!(ours.iter().all(|row| row["custom"].as_object().is_some_and(|custom| custom.len() >= 3)), "custom fields are filled");

    let (api, file) = imports();
    assert_eq!((&api["created"], &file["created"]), (&json!(0), &json!(0)));
    let synced = lines(&run(&["sync", "--once", "--json"])).pop().unwrap();
    assert_eq!((&synced["pulled"], &synced["pushed"]), (&json!(0), &json!(0)), "nothing changed, so nothing moves");

    let board = lines(&run(&["board", "--json"]));
    assert!(board[0]["stage"] == "new_lead" && board[0]["cards"].as_u64() > Some(0), "{board:?}");
    let cards = lines(&run(&["board", "--stage", "new_lead", "--limit", "1", "--json"]));
    let lead = cards[0]["lead"].as_str().unwrap().to_owned();
    assert!(text(&run(&["stage", &lead, "researching"]).stdout).contains("moved"));
    let refused = leadloom(home.path(), &env, &["stage", &lead, "opportunity/won"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("cannot") || text(&refused.stderr).contains("no way"), "{}", text(&refused.stderr));
    let found = lines(&run(&["search", cards[0]["name"].as_str().unwrap(), "--json"]));
    assert!(!found.is_empty());
    assert!(text(&run(&["log", "--lines", "500"]).stdout).contains("written to HaloPSA"));
    assert!(text(&run(&["doctor"]).stdout).contains("login ok"));
    run(&["review", "undo"]);
}

/// Simulators, and the environment that points at them.
async fn world() -> (Sim, Vec<(String, String)>, TempDir) {
    let sim = Sim::start(SimConfig { people: 60, rate_limits: RateLimits::Off, ..SimConfig::default() }).await.unwrap();
    let mut env = sim.env();
    env.push(("LEADLOOM_HALOPSA_HOLD".into(), "0s".into()));
    (sim, env, tempfile::tempdir().unwrap())
}

fn with(env: &[(String, String)], name: &str, value: &str) -> Vec<(String, String)> {
    let others = env.iter().filter(|(known, _)| known != name).cloned();
    others.chain([(name.to_owned(), value.to_owned())]).collect()
}

/// What it said: the code, and one clear sentence without a trace of our insides.
fn said(output: &Output) -> (Option<i32>, String) {
    let words = text(&output.stderr);
    for inside in ["panicked", "RUST_BACKTRACE", "src/", "Error {", "Some(", "unwrap"] {
        assert!(!words.contains(inside), "{words}");
    }
    (output.status.code(), words)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_secret_says_which_and_where_it_stands() {
    let (_sim, env, home) = world().await;
    let (code, words) = said(&leadloom(home.path(), &with(&env, "HALOPSA_CLIENT_SECRET", "wrong"), &["setup"]));
    assert_eq!(code, Some(4), "{words}");
    assert!(
        words.contains("HaloPSA refused the login") && words.contains("HALOPSA_CLIENT_SECRET") && !words.contains("wrong\n"),
        "{words}"
    );
    let (code, words) = said(&leadloom(home.path(), &with(&env, "APOLLO_API_KEY", "wrong"), &["import", "apollo", "--json"]));
    assert_eq!(code, Some(4), "{words}");
    assert!(words.contains("APOLLO_API_KEY"), "{words}");
    let (code, words) = said(&leadloom(home.path(), &[], &["sync"]));
    assert_eq!(code, Some(4), "{words}");
    assert!(words.contains("halopsa") && words.contains("HALOPSA_"), "{words}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_is_not_there_is_named_and_nothing_is_lost() {
    let (sim, env, home) = world().await;
    assert!(leadloom(home.path(), &env, &["setup"]).status.success());
    assert!(leadloom(home.path(), &env, &["import", "apollo", "--limit", "10"]).status.success());
    let nowhere = env.iter().map(|(name, value)| {
        let moved = name.starts_with("HALOPSA_") && name.ends_with("_URL");
        (name.clone(), if moved { "http://127.0.0.1:9".to_owned() } else { value.clone() })
    });
    let (code, words) = said(&leadloom(home.path(), &nowhere.collect::<Vec<_>>(), &["sync", "--once"]));
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("127.0.0.1:9") || words.contains("cannot be reached"), "{words}");
    let before = sim.halo().all(Table::Tickets).len();
    assert!(leadloom(home.path(), &env, &["sync", "--once"]).status.success());
    assert!(sim.halo().all(Table::Tickets).len() > before, "what could not be sent was kept and sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_and_old_tokens_are_waited_out_and_renewed() {
    let (sim, env, home) = world().await;
    sim.halo().plan(Planned::next(Fault::Unauthorized).at("GET /api"));
    sim.halo().plan(Planned::next(Fault::TooMany { retry_after: RetryAfter::Seconds(1) }).at("GET /api").after(2));
    assert_eq!(said(&leadloom(home.path(), &env, &["setup"])).0, Some(0));
    sim.apollo().plan(Planned::next(Fault::TooMany { retry_after: RetryAfter::Seconds(1) }).times(2));
    let output = leadloom(home.path(), &env, &["import", "apollo", "--limit", "20", "--json"]);
    assert_eq!(said(&output).0, Some(0), "{}", text(&output.stderr));
    assert_eq!(lines(&output).pop().unwrap()["read"], 20);
    sim.halo().plan(Planned::next(Fault::Unauthorized).at("POST /api"));
    let output = leadloom(home.path(), &env, &["sync", "--once", "--json"]);
    assert_eq!(said(&output).0, Some(0), "{}", text(&output.stderr));
    assert_eq!(lines(&output).pop().unwrap()["dead"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_file_gives_its_good_rows_and_a_file_of_the_others() {
    let (sim, env, home) = world().await;
    let mut whole = Vec::new();
    export::write(sim.world(), Source::Apollo, &mut whole).unwrap();
    let whole = String::from_utf8(whole).unwrap();
    let mut rows: Vec<Vec<u8>> = whole.lines().map(|line| line.as_bytes().to_vec()).collect();
    let good = rows.len() - 1;
    // A name in no encoding at all, and a row that has too few cells to know which are missing.
    rows.push(b"\xff\xfe\x00Broken,Name".to_vec());
    rows.insert(3, b"only,three,cells".to_vec());
    fs::write(home.path().join("people.csv"), rows.join(&b'\n')).unwrap();
    let output = leadloom(home.path(), &env, &["import", "--file", "people.csv", "--json"]);
    let (code, words) = said(&output);
    let last = lines(&output).pop().unwrap();
    assert_eq!(code, Some(3), "{words} {last}");
    assert!(last["failed"].as_u64() >= Some(1) && last["read"].as_u64() >= Some(good as u64), "{last}");
    assert!(words.contains("people.csv.errors.csv"), "{words}");
    assert!(home.path().join("people.csv.errors.csv").exists());

    // Without the column that names people.
    let (header, body) = whole.split_once('\n').unwrap();
    let lame = format!("{}\n{body}", header.replace("First Name", "F1").replace("Last Name", "L1").replace("Email", "E1"));
    fs::write(home.path().join("lame.csv"), lame).unwrap();
    let output = leadloom(home.path(), &env, &["import", "--file", "lame.csv", "--dry-run"]);
    assert_eq!(said(&output).0, Some(0));
    assert!(text(&output.stdout).contains("F1"), "{}", text(&output.stdout));

    let (code, words) = said(&leadloom(home.path(), &env, &["import", "--file", "not-there.csv"]));
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("not-there.csv"), "{words}");
    fs::write(home.path().join("empty.csv"), "").unwrap();
    let (code, words) = said(&leadloom(home.path(), &env, &["import", "--file", "empty.csv"]));
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("empty.csv"), "{words}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_and_names_that_are_not_there_are_said() {
    let (_sim, env, home) = world().await;
    for (words, code, part) in [
        (&["review", "accept", "abcd1234"][..], 1, "no review item"),
        (&["stage", "abcd1234", "researching"], 1, "no lead"),
        (&["import", "resume", "abcd1234"], 1, "no run"),
        (&["import", "apollo", "--search", "nope"], 2, "nope"),
        (&["import", "leadsblue"], 2, "--file"),
        (&["review", "accept", "abcd1234", "--set", "job_titel=x"], 2, "job_title"),
        (&["board", "--stage", "reserching"], 1, "researching"),
    ] {
        let (got, said) = said(&leadloom(home.path(), &env, words));
        assert!(got == Some(code) && said.contains(part), "{words:?} {got:?}: {said}");
    }
}
