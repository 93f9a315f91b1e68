//! The binary as a user runs it: what it prints where, how it ends, and what may be typed.

use assert_cmd::Command;
use clap::{CommandFactory, Parser, Subcommand};
use leadloom::{
    cli::{self, Globals},
    sim::{Sim, SimConfig},
};
use serde_json::Value as Json;
use std::{
    fs,
    io::Read,
    process::{Output, Stdio},
};
use tempfile::TempDir;

/// The binary in a home of its own, with nothing of this machine's environment.
fn leadloom(home: &TempDir, words: &[&str]) -> Output {
    command(home, words).output().unwrap()
}

fn command(home: &TempDir, words: &[&str]) -> Command {
    let mut command = Command::cargo_bin("leadloom").unwrap();
    command.env_clear().env("LEADLOOM_HOME", home.path()).current_dir(home.path()).args(words);
    command
}

fn home(settings: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("leadloom.toml"), settings).unwrap();
    home
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn wrong_settings_end_with_4_and_say_what_to_do() {
    let home = home("[log]\nlevle = \"info\"\nkeep = 0\n");
    let shown = leadloom(&home, &["config", "show"]);
    assert_eq!((shown.status.code(), out(&shown).as_str()), (Some(4), ""));
    let file = home.path().join("leadloom.toml").display().to_string();
    assert_eq!(
        err(&shown),
        format!(
            "leadloom: 2 things are wrong\n  {file}:2: log.levle: no such key; did you mean \"level\"?\n  {file}:3: log.keep: must be a whole number \
             from 1 to 1000\n  Nothing was started. Correct this, then try again: leadloom config check\n"
        )
    );
    let checked = leadloom(&home, &["config", "check", "--json"]);
    let answer: Json = serde_json::from_str(&out(&checked)).unwrap();
    assert_eq!((answer["ok"].as_bool(), answer["problems"].as_array().unwrap().len()), (Some(false), 2));
    let error: Json = serde_json::from_str(&err(&checked)).unwrap();
    assert_eq!(error["error"]["code"], "not_configured");
}

#[test]
fn a_file_of_nothing_usable_fails_and_one_bad_row_does_not() {
    let home = home("");
    fs::write(home.path().join("odd.csv"), "foo,bar\n1,2\n3,4\n").unwrap();
    let output = leadloom(&home, &["import", "--file", "odd.csv"]);
    assert_eq!(output.status.code(), Some(1));
    let words = err(&output);
    assert!(
        words.contains("none of its rows could be used") && words.contains("--dry-run") && words.contains("odd.csv.errors.csv"),
        "{words}"
    );
    fs::write(home.path().join("even.csv"), "First name,Email,Colour\nAda,ada@quarrylogistics.com,red\n,,blue\n").unwrap();
    let output = leadloom(&home, &["import", "--file", "even.csv"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(err(&output).contains("could not be used; the others are kept"), "{}", err(&output));
    // A row that cannot be read is cut into cells as its file is.
    fs::write(home.path().join("semi.csv"), b"First name;Email\nAda;ada@quarrylogistics.com\nB\xff;bo@quarrylogistics.com\n".as_slice())
        .unwrap();
    leadloom(&home, &["import", "--file", "semi.csv"]);
    let listed = fs::read_to_string(home.path().join("semi.csv.errors.csv")).unwrap();
    assert!(listed.contains(",B\u{fffd},bo@quarrylogistics.com"), "{listed}");
}

#[test]
fn bad_json_rows_can_be_mended_and_imported_again() {
    let home = home("");
    let rows = "{\"name\":\"Ada Lane\",\"email\":\"ada@quarrylogistics.com\"}\n{\"name\": Bo}\n\n{\"colour\":\"blue\"}\n";
    fs::write(home.path().join("people.jsonl"), rows).unwrap();
    let output = leadloom(&home, &["import", "--file", "people.jsonl"]);
    assert_eq!(output.status.code(), Some(3), "{}", err(&output));
    assert!(err(&output).contains("people.jsonl.errors.jsonl"), "{}", err(&output));
    let file = home.path().join("people.jsonl.errors.jsonl");
    let listed = fs::read_to_string(&file).unwrap();
    for words in ["line 2: this is not JSON", "\n{\"name\": Bo}\n", "line 4: the row names neither", "\n{\"colour\":\"blue\"}\n"] {
        assert!(listed.contains(words), "{words:?} in {listed}");
    }
    fs::write(&file, listed.replace(": Bo", ":\"Bo Reed\",\"email\":\"bo@quarrylogistics.com\"")).unwrap();
    let again = leadloom(&home, &["import", "--file", "people.jsonl.errors.jsonl", "--json"]);
    let last: Json = serde_json::from_str(out(&again).lines().last().unwrap()).unwrap();
    assert_eq!((last["read"].as_u64(), last["failed"].as_u64()), (Some(2), Some(1)), "{last} {}", err(&again));
}

#[test]
fn a_dry_run_says_what_would_become_of_the_rows() {
    let home = home("");
    let good = "Ada,Lane,CTO,Quarry Logistics,quarrylogistics.com,ada@quarrylogistics.com,+44 20 7946 0112,GB";
    let rows =
        format!("First name,Last name,Title,Company,Website,Email,Phone,Country\n{good}\nBo,Reed,,,,,,\n,,,,,,,GB\n,,,,,,,,,extra\n");
    fs::write(home.path().join("people.csv"), rows).unwrap();
    let dry = |file: &str, limit: &[&str]| {
        let output = leadloom(&home, &[&["import", "--file", file, "--dry-run", "--json"], limit].concat());
        let plan: Json = serde_json::from_str(&out(&output)).unwrap_or_else(|_| panic!("{}", err(&output)));
        plan
    };
    let plan = dry("people.csv", &[]);
    let counts = |plan: &Json| ["rows", "usable", "review", "weak", "unusable"].map(|key| plan["forecast"][key].as_u64());
    let counted = counts(&plan);
    assert_eq!((counted[0], counted[3], counted[4]), (Some(4), Some(1), Some(2)), "{plan}");
    assert_eq!(counted[1].zip(counted[2]).map(|(usable, review)| usable + review), Some(1), "{plan}");
    assert_eq!(plan["rows"], 4);
    let lines: Vec<_> = plan["forecast"]["problems"].as_array().unwrap().iter().map(|problem| problem["line"].as_u64().unwrap()).collect();
    assert!(lines.ends_with(&[3, 4, 5]), "{plan}");
    assert_eq!(dry("people.csv", &["--limit", "2"])["rows"], 2);
    let said = out(&leadloom(&home, &["import", "--file", "people.csv", "--dry-run"]));
    assert!(said.contains("4 rows: ") && said.contains("1 too weak, 2 cannot be used") && said.contains("line 4: "), "{said}");
    fs::write(home.path().join("people.jsonl"), "{\"name\":\"Ada Lane\",\"email\":\"ada@quarrylogistics.com\"}\n\n{\"name\": Bo}\n")
        .unwrap();
    let plan = dry("people.jsonl", &[]);
    assert_eq!((plan["rows"].as_u64(), plan["forecast"]["unusable"].as_u64()), (Some(2), Some(1)), "{plan}");
    assert_eq!(plan["forecast"]["problems"].as_array().unwrap().last().unwrap()["line"], 3, "{plan}");
    // Nothing was written.
    assert!(out(&leadloom(&home, &["import", "list", "--json"])).is_empty());
    assert!(!home.path().join("people.jsonl.errors.jsonl").exists());
}

#[test]
fn a_check_reads_mappings_keys_and_theme_too() {
    let home = home("");
    assert!(leadloom(&home, &["config", "check"]).status.success());
    fs::create_dir(home.path().join("mappings")).unwrap();
    let mapping = "source = \"apollo\"\n[api]\nfirst_nam = \"given\"\nlast_name = \"{{ family | shout }}\"\nemployees = 7\n";
    fs::write(home.path().join("mappings/apollo.toml"), mapping).unwrap();
    fs::write(home.path().join("keymap.toml"), "acept = [\"a\"]").unwrap();
    let checked = leadloom(&home, &["config", "check"]);
    assert_eq!((checked.status.code(), out(&checked).as_str()), (Some(4), ""));
    let said = err(&checked);
    for words in ["apollo.toml:3", "first_name", "apollo.toml:4", "shout", "apollo.toml:5", "acept", "accept"] {
        assert!(said.contains(words), "{words} in {said}");
    }
    let json: Json = serde_json::from_str(&out(&leadloom(&home, &["config", "check", "--json"]))).unwrap();
    assert_eq!(json["problems"].as_array().unwrap().len(), 4, "{json}");
}

#[test]
fn wrong_use_ends_with_2() {
    let home = home("");
    for words in [&["nonsense"][..], &["config"], &["config", "show", "--al"], &["--log-level", "loud", "man"]] {
        let output = leadloom(&home, words);
        assert_eq!((output.status.code(), out(&output).as_str()), (Some(2), ""), "{words:?}");
        assert!(!err(&output).is_empty());
    }
    assert_eq!(leadloom(&home, &["--help"]).status.code(), Some(0));
    let console = leadloom(&home, &[]);
    assert_eq!(console.status.code(), Some(1));
    assert!(err(&console).contains("terminal") && err(&console).contains("leadloom --help"), "{}", err(&console));
}

#[test]
fn a_search_that_cannot_be_asked_is_wrong_use_and_the_filters_are_listed() {
    let home = home("[sources.apollo]\napi_key = \"k\"\n[sources.hunter]\napi_key = \"k\"\n");
    let wrong = |words: &[&str]| {
        let output = leadloom(&home, words);
        assert_eq!((output.status.code(), out(&output).as_str()), (Some(2), ""), "{words:?}: {}", err(&output));
        err(&output)
    };
    let said = wrong(&["import", "apollo", "--set", "person_title=CTO"]);
    assert!(
        said.contains("no filter \"person_title\" (did you mean \"person_titles\"?); `leadloom import apollo --filters` lists them."),
        "{said}"
    );
    assert!(wrong(&["import", "apollo", "--search", "gone"]).contains("no search of Apollo.io"));
    assert!(wrong(&["import", "hunter"]).contains("needs domains"));
    assert!(wrong(&["import", "leadsblue"]).contains("file"));
    assert!(wrong(&["import", "leadsblue", "--filters"]).contains("file"));
    assert!(out(&leadloom(&home, &["import", "list"])).is_empty(), "no run was begun");

    let table = out(&leadloom(&home, &["import", "apollo", "--filters"]));
    assert!(
        table.lines().any(|line| line.starts_with("person_titles ") && line.contains("semicolons") && line.contains("job titles")),
        "{table}"
    );
    let rows = out(&leadloom(&home, &["import", "zoominfo", "--filters", "--json"]));
    let first: Json = serde_json::from_str(rows.lines().next().unwrap()).unwrap();
    assert!(["name", "takes", "about"].iter().all(|key| first[key].is_string()), "{first}");
}

#[test]
fn a_check_reads_the_filters_of_saved_searches() {
    let home = home("[sources.apollo.searches.it]\nperson_titels = [\"IT Director\"]\nq_keywords = \"cloud\"\n");
    let checked = leadloom(&home, &["config", "check"]);
    assert_eq!((checked.status.code(), out(&checked).as_str()), (Some(4), ""));
    let said = err(&checked);
    let file = home.path().join("leadloom.toml").display().to_string();
    assert!(said.contains(&format!("{file}:2: sources.apollo.searches.it.person_titels: Apollo.io has no filter")), "{said}");
    assert!(said.contains("person_titles") && !said.contains("q_keywords"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_says_what_it_cost_and_when_it_was() {
    let sim = Sim::start(SimConfig { people: 200, ..SimConfig::default() }).await.unwrap();
    let home = home("[sources.uplead]\ncredit_ceiling = 5\n");
    let run = |words: &[&str]| command(&home, words).envs(sim.env()).env("TZ", "LOC-9").output().unwrap();
    let done = tokio::task::block_in_place(|| run(&["import", "apollo", "--limit", "4", "--json"]));
    let last: Json = serde_json::from_str(out(&done).lines().last().unwrap()).unwrap();
    assert_eq!((last["credits"].as_f64(), last["read"].as_u64()), (Some(4.0), Some(4)), "{last}");
    let part = tokio::task::block_in_place(|| run(&["import", "uplead", "--limit", "30"]));
    assert_eq!(part.status.code(), Some(3), "{}", err(&part));
    assert!(out(&part).trim_end().ends_with("; 5 credits"), "{}", out(&part));
    assert!(err(&part).contains("UpLead: 5 of 5 credits of your ceiling used"), "{}", err(&part));

    let json = out(&tokio::task::block_in_place(|| run(&["import", "list", "--json"])));
    let newest: Json = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    let started: jiff::Timestamp = newest["run"]["started_at"].as_str().unwrap().parse().unwrap();
    let nine_later = started.checked_add(jiff::SignedDuration::from_hours(9)).unwrap().to_string();
    let table = out(&tokio::task::block_in_place(|| run(&["import", "list"])));
    let line = table.lines().find(|line| line.contains("UpLead")).unwrap();
    assert!(line.contains(&nine_later[..16].replace('T', " ")), "{line}");
    assert!(line.contains("credit_ceiling") && !line.contains("Raise it"), "{line}");
}

#[test]
fn settings_are_shown_with_their_origin_and_without_secrets() {
    let home = home("[sources.apollo]\napi_key = \"pa55word\"\n[ui]\ntheme = \"mono\"\n");
    let table = leadloom(&home, &["config", "show", "--log-level", "debug"]);
    let lines = out(&table);
    assert!(lines.lines().any(|line| line.starts_with("log.level ") && line.ends_with("flag --log-level")), "{lines}");
    assert!(lines.lines().any(|line| line.starts_with("sources.apollo.api_key ") && line.contains("•••")), "{lines}");
    let json = out(&leadloom(&home, &["--json", "config", "show"]));
    let rows: Vec<Json> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let theme = rows.iter().find(|row| row["key"] == "ui.theme").unwrap();
    assert!(theme["value"] == "\"mono\"" && theme["origin"].as_str().unwrap().ends_with("leadloom.toml:4"));
    for everything in [&lines, &json, &out(&leadloom(&home, &["config", "check"])), &out(&leadloom(&home, &["config", "show", "--all"]))] {
        assert!(!everything.contains("pa55word") && !everything.contains('\u{1b}'));
    }
    let places: Json = serde_json::from_str(&out(&leadloom(&home, &["config", "path", "--json"]))).unwrap();
    assert_eq!(places["logs"], home.path().join("logs").display().to_string());
}

#[test]
fn housekeeping_prints_what_it_should() {
    let home = home("");
    let schema: Json = serde_json::from_str(&out(&leadloom(&home, &["config", "schema", "workflows"]))).unwrap();
    assert_eq!(schema["title"], "workflows.toml");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(out(&leadloom(&home, &["completions", shell])).contains("leadloom"));
    }
    assert!(out(&leadloom(&home, &["man"])).contains(".TH leadloom 1"));
    let pages = home.path().join("pages");
    assert!(leadloom(&home, &["man", "--dir", pages.to_str().unwrap()]).status.success());
    assert!(fs::read_to_string(pages.join("leadloom-config-show.1")).unwrap().contains("secrets as dots"));
    fs::write(home.path().join("file"), "").unwrap();
    let refused = leadloom(&home, &["man", "--dir", "file/sub"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).starts_with("leadloom: cannot write manual pages into file/sub"), "{}", err(&refused));
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let home = home("");
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("leadloom"))
        .env_clear()
        .env("LEADLOOM_HOME", home.path())
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[test]
fn nothing_from_outside_acts_on_the_terminal() {
    let home = home("");
    for name in ["\u{1b}]0;x\u{7}no.toml", "a\u{202e}b.toml"] {
        let output = leadloom(&home, &["--config", name, "config", "show"]);
        assert_eq!(output.status.code(), Some(4));
        assert!(!err(&output).contains(['\u{1b}', '\u{7}', '\u{202e}']), "{:?}", err(&output));
    }
    fs::write(home.path().join("leadloom.toml"), "[users.roles]\n\"a\\u202e\\u009b2J\" = \"admin\"\n").unwrap();
    for words in [&["config", "show"][..], &["config", "show", "--json"]] {
        let shown = out(&leadloom(&home, words));
        assert!(shown.contains("users.roles") && !shown.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{shown:?}");
    }
    fs::write(home.path().join("leadloom.toml"), "\"\\u001b[31m\\u202e\" = 1\n[users.roles]\n\"\\u009b2J\" = \"amdin\"\n").unwrap();
    let wrong = err(&leadloom(&home, &["config", "check"]));
    let json = err(&leadloom(&home, &["config", "show", "--json"]));
    assert!(serde_json::from_str::<Json>(&json).is_ok() && !json.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{json:?}");
    assert!(wrong.contains("no such key") && !wrong.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{wrong:?}");
}

#[cfg(unix)]
#[test]
fn a_terminal_gets_colours_and_lines_that_fit() {
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    use unicode_width::UnicodeWidthStr;
    let home = home("");
    let seen = |variables: &[(&str, &str)], flags: &[&str]| {
        let pair = native_pty_system().openpty(PtySize { rows: 24, cols: 40, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(assert_cmd::cargo::cargo_bin("leadloom"));
        command.env_clear();
        command.env("LEADLOOM_HOME", home.path());
        for (name, value) in variables {
            command.env(name, value);
        }
        command.args(["config", "show"]);
        command.args(flags);
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let mut bytes = Vec::new();
        // A closed pty reads as an error on Linux; what came before it counts.
        let _end = reader.read_to_end(&mut bytes);
        assert!(child.wait().unwrap().success());
        String::from_utf8(bytes).unwrap()
    };
    let coloured = seen(&[], &[]);
    assert!(coloured.starts_with("\u{1b}[1msetting"), "{coloured:?}");
    for plain in [seen(&[("NO_COLOR", "1")], &[]), seen(&[], &["--no-color"])] {
        assert!(!plain.contains('\u{1b}'));
        assert!(plain.lines().count() > 10 && plain.lines().all(|line| line.trim_end().width() <= 40), "{plain}");
    }
}

/// All commands together, also those that wait for their services.
#[derive(Parser, Debug)]
#[command(name = "leadloom")]
struct Whole {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Option<All>,
}

#[derive(Subcommand, Debug)]
enum All {
    Demo(cli::demo::Args),
    Sim(cli::sim::Args),
    Setup(cli::setup::Args),
    Doctor(cli::doctor::Args),
    Import(cli::import::Args),
    Enrich(cli::enrich::Args),
    Dedupe(cli::dedupe::Args),
    Bench(cli::bench::Args),
    Review(cli::review::Args),
    Board(cli::board::Args),
    Stage(cli::stage::Args),
    Sync(cli::sync::Args),
    Search(cli::search::Args),
    Log(cli::log::Args),
    Config(cli::config::Args),
    Completions(cli::completions::Args),
    Man(cli::man::Args),
}

fn parse(line: &str) -> Result<Whole, String> {
    Whole::try_parse_from(words(line)).map_err(|error| error.to_string())
}

/// Splits like a shell, as far as the examples need it, and stops at a pipe or redirection.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words.into_iter().take_while(|word| word != "|" && word != ">").collect()
}

#[test]
fn every_command_line_is_sound_and_every_example_is_right() {
    let mut whole = Whole::command();
    whole.clone().debug_assert();
    whole.build();
    let mut examples = 0;
    for command in whole.get_subcommands() {
        assert!(command.get_about().is_some(), "{} says nothing of itself", command.get_name());
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for example in help.lines().filter_map(|line| line.strip_prefix("  leadloom")) {
            if let Err(error) = parse(&format!("leadloom{example}")) {
                panic!("leadloom{example}: {error}");
            }
            examples += 1;
        }
    }
    assert!(examples > 25, "{examples}");
}

#[test]
fn import_takes_a_provider_or_a_file_or_a_run() {
    let import = |line: &str| match parse(&format!("leadloom import {line}")) {
        Ok(Whole { command: Some(All::Import(args)), .. }) => Ok(args),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error),
    };
    let args = import("apollo --set person_titles=CTO --set q=a=b --limit 5 --json").unwrap();
    assert_eq!(args.provider, Some(leadloom::domain::Source::Apollo));
    assert_eq!(args.filters.iter().map(|filter| filter.value.as_str()).collect::<Vec<_>>(), ["CTO", "a=b"]);
    assert!(matches!(import("resume 3FA9c07e").unwrap().command, Some(cli::import::Command::Resume { id }) if id.0 == "3fa9c07e"));
    assert!(matches!(import("list").unwrap().command, Some(cli::import::Command::List { limit: 20 })));
    for (wrong, why) in [
        ("", "required"),
        ("apollo --file x.csv", "cannot be used with"),
        ("apolo", "is not a source"),
        ("--file x.csv --search y", "cannot be used with"),
        ("apollo --mapping m.toml", "cannot be used with"),
        ("--mapping m.toml", "required"),
        ("apollo --set nonsense", "KEY=VALUE"),
        ("apollo --limit 0", "0 is not in"),
        ("resume zz", "hexadecimal"),
    ] {
        let error = import(wrong).unwrap_err();
        assert!(error.contains(why), "{wrong}: {error}");
    }
    for (wrong, why) in [
        ("", "required"),
        ("3fa9c07e --all", "cannot be used with"),
        ("--search acme --all", "cannot be used with"),
        ("--all --field phon", "no field is called"),
        ("--all --older-than soon", "a length of time"),
        ("zz", "hexadecimal"),
    ] {
        let error = parse(&format!("leadloom enrich {wrong}")).unwrap_err();
        assert!(error.contains(why), "{wrong}: {error}");
    }
    assert!(parse("leadloom import apollo --save-mapping x").is_err(), "only a file has columns to keep");
    assert!(parse("leadloom sync --once --watch").is_err());
    assert!(parse("leadloom review later 3fa9c07e --for soon").unwrap_err().contains("a length of time such as"));
    assert!(parse("leadloom").unwrap().command.is_none(), "alone it is the console");
    assert!(parse("leadloom board --home /tmp --json").unwrap().globals.json, "global flags stand anywhere");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gaps_are_filled_only_after_somebody_agreed() {
    let config =
        leadloom::sim::SimConfig { people: 200, rate_limits: leadloom::sim::RateLimits::Off, ..leadloom::sim::SimConfig::default() };
    let sim = leadloom::sim::Sim::start(config).await.unwrap();
    let home = home("[enrich]\njob_title = [\"apollo\"]\nphone = []\n");
    let seen = leadloom::sim::sightings(sim.world(), leadloom::domain::Source::Apollo);
    let known = seen.iter().find(|one| one.email.is_some() && one.company.is_some() && one.first.chars().all(char::is_alphabetic)).unwrap();
    let company = &sim.world().companies[known.company.unwrap() as usize].name;
    let file = home.path().join("one.csv");
    let row = format!("{},{},{},+44 20 7946 0112,\"{company}\"", known.first, known.last, known.email.as_ref().unwrap());
    std::fs::write(&file, format!("First Name,Last Name,Email,Phone,Company\n{row}\n")).unwrap();
    let env: Vec<(String, String)> = sim.env();
    let (folder, path) = (home.path().to_owned(), file.display().to_string());
    let spent = || sim.apollo().billed();
    let run = |words: Vec<String>| {
        let (env, folder) = (env.clone(), folder.clone());
        async move {
            let output = tokio::task::spawn_blocking(move || {
                let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_leadloom"));
                command.args(words).env_clear().envs(env).env("LEADLOOM_HOME", folder).stdin(std::process::Stdio::null());
                command.output().unwrap()
            });
            output.await.unwrap()
        }
    };
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let imported = run(vec!["import".into(), "--file".into(), path]).await;
    assert_eq!(imported.status.code(), Some(0), "{}", err(&imported));
    let accepted = run(words("review list --json")).await;
    if let Some(item) = out(&accepted).lines().next() {
        let item: Json = serde_json::from_str(item).unwrap();
        assert_eq!(run(words(&format!("review accept {}", item["id"].as_str().unwrap()))).await.status.code(), Some(0));
    }
    // Looking costs nothing, and says what it would take.
    let planned = run(words("enrich --all --field job_title --dry-run --json")).await;
    let plan: Json = serde_json::from_str(&out(&planned)).unwrap_or_else(|_| panic!("{}", err(&planned)));
    assert_eq!((plan["people"].as_u64(), plan["credits"][1].as_u64()), (Some(1), Some(1)), "{plan}");
    let shown = run(words("enrich --all --field job_title --dry-run")).await;
    assert!(out(&shown).contains("Apollo.io") && out(&shown).contains("1 person to be asked about for 1 credits"), "{}", out(&shown));
    // Nobody is there to agree.
    let refused = run(words("enrich --all --field job_title")).await;
    assert_eq!(refused.status.code(), Some(2), "{}", err(&refused));
    assert!(err(&refused).contains("--yes") && spent() == 0.0, "{}", err(&refused));
    // A field that nobody is asked for.
    let nobody = run(words("enrich --all --field phone")).await;
    assert_eq!(nobody.status.code(), Some(4), "{}", err(&nobody));
    let filled = run(words("enrich --all --field job_title --yes --json")).await;
    assert_eq!(filled.status.code(), Some(0), "{}", err(&filled));
    let last: Json = serde_json::from_str(out(&filled).lines().last().unwrap()).unwrap();
    assert_eq!((last["read"].as_u64(), last["enriched"].as_u64(), last["state"].as_str()), (Some(1), Some(1), Some("done")), "{last}");
    let billed = spent();
    assert!(billed > 0.0);
    let again = run(words("enrich --all --field title --yes")).await;
    assert!(again.status.code() == Some(0) && err(&again).contains("nobody is asked"), "{}", err(&again));
    assert!((spent() - billed).abs() < 1e-9);
}
