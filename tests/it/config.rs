//! Configuration through its public door: files that must load, files that must fail and what they are told, layers,
//! and secrets that never show.

use leadloom::{
    config::{AccessError, Environment, HIDDEN, Loaded, Login, Overrides, Role, SHIPPED, SchemaFile, load, schema, variables},
    domain::{Lifecycle, Source, document::Problems},
};
use proptest::prelude::*;
use secrecy::ExposeSecret;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A home folder with files in it.
struct Home(TempDir);

impl Home {
    fn with(files: &[(&str, &str)]) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            home.write(name, text.as_bytes());
        }
        home
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        restrict(&path, 0o600);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn load(&self, variables: &[(&str, &str)]) -> Result<Loaded, Problems> {
        let home = self.0.path().to_str().unwrap();
        let all = variables.iter().copied().chain([("LEADLOOM_HOME", home)]);
        load(&Environment::of(self.0.path(), all), &Overrides::default())
    }

    /// What is wrong, without the temporary folder's name.
    fn complaints(&self, variables: &[(&str, &str)]) -> String {
        self.load(variables).unwrap_err().to_string().replace(&format!("{}/", self.0.path().display()), "")
    }
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn restrict(_: &Path, _: u32) {}

/// The fixtures of a folder: each with the name it is to have in a home, and its bytes.
fn fixtures(folder: &str) -> Vec<(PathBuf, String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config").join(folder);
    let mut found: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.extension().unwrap() != "expected").collect();
    found.sort();
    let fixture = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let target = format!("{}.{}", name.split('-').next().unwrap(), path.extension().unwrap().to_str().unwrap());
        let bytes = fs::read(&path).unwrap();
        (path, target, bytes)
    };
    found.into_iter().map(fixture).collect()
}

/// Compares with what a file holds; `BLESS=1 cargo test` writes it anew instead, for a person to read the difference.
fn in_step(path: &Path, now: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, now).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(kept, now, "{} is out of step; BLESS=1 writes it anew", path.display());
}

#[test]
fn good_files_load() {
    for (path, target, bytes) in fixtures("good") {
        let home = Home::with(&[]);
        home.write(&target, &bytes);
        let loaded = home.load(&[]).unwrap_or_else(|problems| panic!("{}: {problems}", path.display()));
        assert_eq!(loaded.notes, Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn bad_files_fail_with_all_that_is_wrong() {
    for (path, target, bytes) in fixtures("bad") {
        let home = Home::with(&[]);
        home.write(&target, &bytes);
        let complaints = home.complaints(&[]);
        assert!(!complaints.contains("pa55word"), "{} shows a secret", path.display());
        in_step(Path::new(&format!("{}.expected", path.display())), &(complaints + "\n"));
    }
}

#[test]
fn schemas_are_in_step_with_the_types() {
    for file in SchemaFile::ALL {
        in_step(&Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("config/schema/{}.json", file.name())), &schema(*file));
    }
}

#[test]
fn the_shipped_file_says_every_default_and_names_every_key() {
    let home = Home::with(&[]);
    let rows = |loaded: &Loaded| loaded.shown(true).into_iter().map(|row| (row.key, row.value)).collect::<Vec<_>>();
    let shipped = home.load(&[]).unwrap();
    let nothing = serde_json::to_value(leadloom::config::Config::default()).unwrap();
    assert_eq!(serde_json::to_value(&shipped.config).unwrap(), nothing, "a shipped value differs from the built-in one");
    assert!(!rows(&shipped).is_empty());
    for (name, path) in variables().iter().filter(|(name, _)| name.starts_with("LEADLOOM_")) {
        let key = path.last().unwrap();
        let named = SHIPPED.lines().any(|line| {
            let line = line.trim_start_matches(['#', ' ']);
            line.starts_with(&format!("{key} =")) || line.contains(&format!("{{ {key} =")) || line.contains(&format!(", {key} ="))
        });
        assert!(named, "the shipped leadloom.toml does not say what {name} is");
    }
    // What is commented out is right too: every line that looks like a setting may be uncommented.
    let is_setting = |line: &str| {
        line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
    };
    let uncommented: String = SHIPPED
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| is_setting(rest)).unwrap_or(line))
        .filter(|line| !line.contains("_file =") && !line.contains("_command ="))
        .fold(String::new(), |all, line| all + line + "\n");
    let home = Home::with(&[("leadloom.toml", &uncommented)]);
    if let Err(problems) = home.load(&[]) {
        panic!("{problems}");
    }
}

#[test]
fn layers_lie_over_each_other_and_say_so() {
    let home = Home::with(&[("leadloom.toml", "[log]\nlevel = \"warn\"\nkeep = 3\n[halopsa]\nclient_secret = \"pa55word\"\n")]);
    let variables = [
        ("LEADLOOM_LOG_LEVEL", "debug"),
        ("APOLLO_API_KEY", "pa55word"),
        ("HALOPSA_BASE_URL", "https://a.halopsa.com/"),
        ("HALOPSA_TENANT", ""),
    ];
    let environment = Environment::of(home.0.path(), variables.into_iter().chain([("LEADLOOM_HOME", home.0.path().to_str().unwrap())]));
    let overrides = Overrides { settings: vec![("--log-level", &["log", "level"], "trace".to_owned())], ..Overrides::default() };
    let loaded = load(&environment, &overrides).unwrap();
    let shown = loaded.shown(false);
    let row = |key: &str| shown.iter().find(|row| row.key == key).map(|row| (row.value.as_str(), row.origin.as_str()));
    let file = format!("{}:3", home.path("leadloom.toml").display());
    assert_eq!(row("log.level"), Some(("\"trace\"", "flag --log-level")));
    assert_eq!(row("log.keep"), Some(("3", file.as_str())));
    assert!(row("sync.poll").unwrap().1.ends_with("(shipped)"));
    assert_eq!(row("halopsa.base_url"), Some(("\"https://a.halopsa.com\"", "environment HALOPSA_BASE_URL")));
    assert_eq!(row("halopsa.tenant"), None, "an empty variable sets nothing");
    let dots = format!("\"{HIDDEN}\"");
    assert_eq!(row("sources.apollo.api_key"), Some((dots.as_str(), "environment APOLLO_API_KEY")));
    assert_eq!(row("sources.apollo.priority"), Some(("50", "default")));
    assert_eq!(row("sources.hunter.priority"), None, "nobody set Hunter up");
    assert!(!format!("{shown:?}{loaded:?}").contains("pa55word"));
}

#[test]
fn every_documented_variable_is_understood() {
    let home = Home::with(&[]);
    let mut given: Vec<(String, &str)> =
        ["APOLLO", "HUNTER", "LUSHA", "SEAMLESS", "ROCKETREACH", "UPLEAD"].map(|name| (format!("{name}_API_KEY"), "k")).into();
    given.extend(Source::providers().map(|source| (format!("{}_BASE_URL", source.key().to_uppercase()), "http://127.0.0.1:4000")));
    for (name, value) in [
        ("ZOOMINFO_CLIENT_ID", "z"),
        ("ZOOMINFO_CLIENT_SECRET", "s"),
        ("LEAD411_USERNAME", "u"),
        ("LEAD411_PASSWORD", "p"),
        ("HALOPSA_BASE_URL", "http://127.0.0.1:4001"),
        ("HALOPSA_CLIENT_ID", "c"),
        ("HALOPSA_CLIENT_SECRET", "s"),
        ("HALOPSA_WEBHOOK_SECRET", "w"),
        ("DATABASE_URL", "sqlite:./data/database.db"),
    ] {
        given.push((name.to_owned(), value));
    }
    let given: Vec<(&str, &str)> = given.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let loaded = home.load(&given).unwrap();
    assert_eq!(loaded.notes, Vec::<String>::new(), "plain http to this machine is fine");
    let halo = loaded.config.halopsa_access().unwrap();
    assert_eq!((halo.auth_url.as_str(), halo.api_url.as_str()), ("http://127.0.0.1:4001/auth", "http://127.0.0.1:4001/api"));
    assert_eq!(halo.client_secret.expose_secret(), "s");
    assert_eq!(loaded.config.webhook_secret().unwrap().unwrap().expose_secret(), "w");
    assert_eq!(loaded.paths.database, home.path("data/database.db"));
    assert_eq!(loaded.config.ready_sources().len(), 8);
    let login = |source| loaded.config.source_access(source).unwrap().login;
    assert!(matches!(login(Source::UpLead), Login::Key(key) if key.expose_secret() == "k"));
    assert!(matches!(login(Source::ZoomInfo), Login::Client { id, secret } if id == "z" && secret.expose_secret() == "s"));
    assert!(matches!(login(Source::Lead411), Login::Password { username, password } if username == "u" && password.expose_secret() == "p"));
    assert!(matches!(loaded.config.source_access(Source::BookYourData), Err(AccessError::FilesOnly(_))));
}

#[test]
fn what_is_not_set_up_says_what_is_missing_and_where_to_put_it() {
    let home = Home::with(&[("leadloom.toml", "[sources.apollo]\nenabled = false\n")]);
    let config = home.load(&[("HALOPSA_BASE_URL", "https://acme.halopsa.com")]).unwrap().config;
    assert_eq!(
        config.halopsa_access().unwrap_err().to_string(),
        "HaloPSA is not set up: halopsa.client_id and halopsa.client_secret are missing; write them into leadloom.toml \
         (leadloom config path shows where) or set HALOPSA_CLIENT_ID and HALOPSA_CLIENT_SECRET"
    );
    assert_eq!(
        config.source_access(Source::Hunter).unwrap_err().to_string(),
        "Hunter.io is not set up: sources.hunter.api_key is missing; write it into leadloom.toml (leadloom config path shows where) or \
         set HUNTER_API_KEY"
    );
    assert!(config.source_access(Source::Apollo).unwrap_err().to_string().contains("switched off"));
    assert!(config.ready_sources().is_empty());
}

#[test]
fn slips_in_variables_are_told_and_other_programs_left_alone() {
    let home = Home::with(&[]);
    assert_eq!(
        home.complaints(&[
            ("LEADLOOM_LOG_LEVLE", "debug"),
            ("LEADLOOM_NONSENSE", "1"),
            ("HALOPSA_CLIENT_SECERT", "pa55word"),
            ("LEADLOOM_LOG_KEEP", "many")
        ]),
        "environment HALOPSA_CLIENT_SECERT: sets nothing; did you mean \"HALOPSA_CLIENT_SECRET\"?\n\
         environment LEADLOOM_LOG_KEEP: log.keep: must be a whole number from 1 to 1000\n\
         environment LEADLOOM_LOG_LEVLE: sets nothing; did you mean \"LEADLOOM_LOG_LEVEL\"?\n\
         environment LEADLOOM_NONSENSE: sets nothing; LEADLOOM_ is followed by a section and a key, as in LEADLOOM_LOG_LEVEL"
    );
    let strangers = [
        ("HALOPSA_RATE_LIMIT", "60"),
        ("APOLLO_WEBHOOK_SECRET", "x"),
        ("LEADLOOM_SERVICE_HOST", "10.0.0.1"),
        ("LEADLOOM_PORT_3000_TCP", "x"),
        ("HOME", "/"),
    ];
    assert!(home.load(&strangers).is_ok());
}

#[test]
fn places_follow_home_and_config() {
    let home = Home::with(&[
        ("elsewhere/my.toml", "[database]\nurl = \"sqlite:db/x.db\"\n[log]\nlevel = \"error\"\n"),
        ("elsewhere/workflows.toml", "fit_threshold = 5\n"),
    ]);
    let plain = home.load(&[]).unwrap().paths;
    assert_eq!((plain.config_dir, plain.data_dir, plain.log_dir), (home.path(""), home.path("data"), home.path("logs")));
    let named = home.load(&[("LEADLOOM_CONFIG", "elsewhere/my.toml")]).unwrap();
    assert_eq!(named.paths.database, home.path("elsewhere/db/x.db"), "a path in a file counts from the file");
    assert_eq!(named.workflows.fit_threshold(), 5, "its neighbours are read");
    assert_eq!(named.paths.log_dir, home.path("logs"));
    assert_eq!(home.complaints(&[("LEADLOOM_CONFIG", "nowhere.toml")]), "nowhere.toml:1: there is no such file");
}

#[test]
fn neighbours_are_read_and_handed_on() {
    let custom = r#"{ "field_mappings": { "apollo": { "company": "organization.name" } }, "processing": { "batch_size": 100 } }"#;
    let home = Home::with(&[("custom.json", custom), ("mappings/hunter.toml", "email = 'value'\n"), ("mappings/notes.txt", "no mapping")]);
    let loaded = home.load(&[]).unwrap();
    assert_eq!(
        loaded.mappings.iter().map(|text| text.file.clone()).collect::<Vec<_>>(),
        [home.path("mappings/hunter.toml"), home.path("custom.json")]
    );
    assert_eq!(loaded.mappings[1].text, custom);
    assert!(
        loaded.notes[0].ends_with("custom.json: processing has no effect here; only field_mappings is used, settings are in leadloom.toml")
    );
    let both = Home::with(&[("workflows.toml", ""), ("workflows.json", "{}")]);
    assert!(both.complaints(&[]).contains("there is a workflows.toml beside it"));
    let renamed = Home::with(&[("leadloom.toml", "[halopsa.ticket_types]\nlead = \"Sales Lead\"\n")]).load(&[]).unwrap();
    assert_eq!(renamed.workflows.first(Lifecycle::Lead).ticket_type, "Sales Lead");
}

#[test]
fn roles_default_to_admin_only_while_nobody_is_listed() {
    let role = |text: &str, login: &str| Home::with(&[("leadloom.toml", text)]).load(&[]).unwrap().config.users.role_of(login);
    assert_eq!(role("", "kim"), Role::Admin);
    assert_eq!(role("[users.roles]\nkim = \"operator\"\n", "kim"), Role::Operator);
    assert_eq!(role("[users.roles]\nkim = \"operator\"\n", "jo"), Role::Viewer);
    assert_eq!(role("[users]\ndefault_role = \"operator\"\n[users.roles]\nkim = \"viewer\"\n", "jo"), Role::Operator);
    assert!(Role::Viewer < Role::Operator && Role::Operator < Role::Admin);
}

#[cfg(unix)]
mod secrets {
    use super::*;

    const HALO: &str = "[halopsa]\nbase_url = \"https://acme.halopsa.com\"\nclient_id = \"c\"\n";

    fn secret(home: &Home, variables: &[(&str, &str)]) -> Result<String, String> {
        let loaded = home.load(variables).map_err(|problems| problems.to_string())?;
        loaded.config.halopsa_access().map(|access| access.client_secret.expose_secret().to_owned()).map_err(|error| error.to_string())
    }

    #[test]
    fn come_from_files_that_only_their_owner_may_read() {
        let home = Home::with(&[("leadloom.toml", &format!("{HALO}client_secret_file = \"keys/halo\"\n")), ("keys/halo", "pa55word\n")]);
        assert_eq!(secret(&home, &[]).unwrap(), "pa55word");
        let file = home.path("keys/halo");
        restrict(&file, 0o644);
        let error = secret(&home, &[]).unwrap_err();
        let wanted = format!(
            "halopsa.client_secret_file: {0} can be read by other users of this machine (mode 644); run: chmod 600 {0}",
            file.display()
        );
        assert_eq!(error, wanted);
        restrict(&file, 0o600);
        for not_one_line in ["", "two\nlines", &"x".repeat(20_000)] {
            fs::write(&file, not_one_line).unwrap();
            assert!(secret(&home, &[]).unwrap_err().contains("gives no secret"));
        }
        fs::remove_file(&file).unwrap();
        assert!(secret(&home, &[]).unwrap_err().contains("cannot read"));
    }

    #[test]
    fn come_from_programs() {
        let home = |command: &str| Home::with(&[("leadloom.toml", &format!("{HALO}client_secret_command = {command}\n"))]);
        assert_eq!(secret(&home("[\"printf\", \"pa55 word\"]"), &[]).unwrap(), "pa55 word");
        let error = secret(&home("[\"sh\", \"-c\", \"echo pa55word; exit 3\"]"), &[]).unwrap_err();
        assert!(error.contains("\"sh\" failed (exit status: 3)") && !error.contains("pa55word"), "{error}");
        assert!(secret(&home("[\"no-such-program-here\"]"), &[]).unwrap_err().contains("cannot run"));
        assert!(secret(&home("[\"sh\", \"-c\", \"sleep 4 & exit 0\"]"), &[]).is_err(), "what it leaves behind does not hold us up");
        assert!(secret(&home("[\"yes\"]"), &[]).is_err(), "a program that never stops printing is cut off");
        assert_eq!(secret(&Home::with(&[("leadloom.toml", HALO)]), &[("HALOPSA_CLIENT_SECRET_COMMAND", "printf x")]).unwrap(), "x");
    }

    #[test]
    fn a_higher_layer_wins_however_it_gives_the_secret() {
        let home = Home::with(&[
            ("leadloom.toml", &format!("{HALO}client_secret_file = \"halo\"\n")),
            ("halo", "from-file"),
            ("creds/halopsa_client_secret", "from-systemd"),
        ]);
        let credentials = home.path("creds");
        let systemd = ("CREDENTIALS_DIRECTORY", credentials.to_str().unwrap());
        assert_eq!(secret(&home, &[]).unwrap(), "from-file");
        assert_eq!(secret(&home, &[systemd]).unwrap(), "from-systemd");
        assert_eq!(secret(&home, &[systemd, ("HALOPSA_CLIENT_SECRET", "from-environment")]).unwrap(), "from-environment");
    }

    #[test]
    fn in_a_file_that_others_can_read_are_remarked_on() {
        let home = Home::with(&[("leadloom.toml", &format!("{HALO}client_secret = \"pa55word\"\n"))]);
        assert!(home.load(&[]).unwrap().notes.is_empty());
        restrict(&home.path("leadloom.toml"), 0o644);
        assert!(home.load(&[]).unwrap().notes[0].contains("holds secrets and can be read by other users"));
        let open = home.load(&[("HALOPSA_BASE_URL", "http://acme.example"), ("HALOPSA_CLIENT_SECRET", "x")]).unwrap();
        assert!(open.notes.iter().any(|note| note.starts_with("halopsa.base_url is plain http")));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// One changed character anywhere in the shipped file either still loads or is complained about with a line.
    #[test]
    fn a_damaged_file_never_panics_and_never_half_loads(at in 0..SHIPPED.len(), with in "[a-z=\\[\\]\"#0-9 \\n]") {
        let mut text: Vec<u8> = SHIPPED.bytes().collect();
        text[at] = with.as_bytes()[0];
        let home = Home::with(&[]);
        home.write("leadloom.toml", &text);
        if let Err(problems) = home.load(&[]) {
            for problem in problems.list() {
                prop_assert!(problem.origin.to_string().contains("leadloom.toml:"), "{}", problem);
            }
        }
    }
}
