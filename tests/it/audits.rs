//! Audits: merges that were made without asking are shown to a person afterwards, hold nothing up, can be taken back for
//! good, and measure how often such merges are right.

use assert_cmd::cargo::CommandCargoExt;
use leadloom::{
    ambient::{RandomIds, SystemClock},
    config::{Environment, Overrides, load},
    domain::{Choice, ContactId, Field, ReviewId, ReviewKind, RunState},
    services::{
        AutoMerges, ImportFrom, ImportRequest, MergeChoice, Opening, ReviewFilter, ReviewRow, ReviewVerb, Services, Session, Suggestion,
    },
};
use serde_json::Value as Json;
use std::{
    fmt::Write as _,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;

pub const HEADER: &str = "First Name,Last Name,Title,Company,Email,Email Status,Mobile Phone,City,Country,Website,Apollo Contact Id\n";

/// Every merge is looked at.
pub const EACH: &str = "[matching]\naudit_one_in = 1\n";

const LETTERS: [&str; 20] =
    ["Ba", "Ko", "Ri", "Mu", "Te", "Lo", "Sa", "Ni", "Du", "Fe", "Ga", "Hi", "Jo", "Vu", "We", "Za", "Pi", "Cro", "Bly", "Sto"];

/// A made-up name that no other number has.
fn name(nth: usize) -> (String, String) {
    let part = |n: usize| LETTERS[n % 20].to_lowercase();
    (
        format!("{}{}", LETTERS[nth % 20], part(nth / 20 + 3)),
        format!("{}{}{}n", LETTERS[(nth / 20 + 7) % 20], part(nth), part(nth / 400 + 11)),
    )
}

/// One person by one id of the source.
pub fn row(nth: usize, id: &str, title: &str) -> String {
    let (first, last) = name(nth);
    let mail = format!("{}.{}@corp{nth}.example", first.to_lowercase(), last.to_lowercase());
    format!("{first},{last},{title},Corp {nth},{mail},Verified,+44 7911 {nth:06},London,United Kingdom,corp{nth}.example,{id}{nth}\n")
}

/// The same person as a source has them that knows little: too weak to be let in without asking.
pub fn weak_row(nth: usize, id: &str) -> String {
    let (first, last) = name(nth);
    format!("{first},{last},,,{}.{}@corp{nth}.example,Unverified,,,,,{id}{nth}\n", first.to_lowercase(), last.to_lowercase())
}

/// So many people, each twice under two ids of the source.
pub fn twice(people: usize) -> String {
    let mut file = HEADER.to_owned();
    for id in ["a", "b"] {
        (0..people).for_each(|nth| file.push_str(&row(nth, id, "Head of IT")));
    }
    file
}

pub struct Bench {
    pub home: Arc<TempDir>,
    pub me: Session,
}

fn open(home: &Path) -> Session {
    let overrides = Overrides { home: Some(home.to_owned()), ..Overrides::default() };
    let loaded = load(&Environment::of(home, []), &overrides).unwrap();
    Services::open(Opening { loaded, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) }).unwrap().session("kim")
}

impl Bench {
    pub fn new(settings: &str) -> Self {
        let home = Arc::new(tempfile::tempdir().unwrap());
        std::fs::write(home.path().join("leadloom.toml"), settings).unwrap();
        let me = open(home.path());
        Self { home, me }
    }

    pub async fn with(settings: &str, file: &str) -> Self {
        let bench = Self::new(settings);
        bench.import(file).await;
        bench
    }

    /// As another process on the same folder.
    fn reborn(self) -> Self {
        let Self { home, me } = self;
        drop(me);
        let me = open(home.path());
        Self { home, me }
    }

    /// Another process on the same folder, beside this one.
    pub fn another(&self) -> Self {
        Self { home: self.home.clone(), me: open(self.home.path()) }
    }

    pub async fn import(&self, file: &str) {
        self.import_as("people.csv", file).await;
    }

    pub async fn import_as(&self, name: &str, file: &str) {
        let path = self.home.path().join(name);
        std::fs::write(&path, file).unwrap();
        let from = ImportFrom::File { path, source: None, mapping: None };
        let id = self.me.start_import(&ImportRequest { from, limit: None }).await.unwrap();
        assert_eq!(self.me.wait_for(id).await.unwrap().run.state, RunState::Done);
    }

    pub async fn queue(&self) -> Vec<ReviewRow> {
        self.me.review_page(&ReviewFilter::default(), None, 1000).await.unwrap()
    }

    pub async fn audits(&self) -> Vec<ReviewId> {
        let filter = ReviewFilter { kind: Some(ReviewKind::Audit), ..ReviewFilter::default() };
        self.me.review_page(&filter, None, 1000).await.unwrap().iter().map(|row| row.id).collect()
    }

    pub async fn contacts(&self) -> usize {
        self.me.search("", None, 1000).await.unwrap().len()
    }

    async fn auto_merges(&self) -> AutoMerges {
        self.me.home().await.unwrap().auto_merges
    }

    async fn merged(&self, id: ReviewId) -> ContactId {
        match self.me.question(id).await.unwrap().suggestion {
            Suggestion::Keep(contact) => contact,
            other => panic!("{other:?}"),
        }
    }

    /// Who consists of what, and what waits: everything that an answer may change and an undo must bring back.
    fn state(&self) -> Vec<String> {
        let db = rusqlite::Connection::open(self.home.path().join("data/database.db")).unwrap();
        let mut all = Vec::new();
        for sql in [
            "SELECT hex(id) || name || sources || hex(fingerprint) FROM contacts WHERE gone = 0 ORDER BY id",
            "SELECT hex(record) || hex(entity) FROM members WHERE current = 1 AND entity IS NOT NULL ORDER BY record",
            "SELECT hex(id) || hex(contact) FROM leads WHERE folded = 0 ORDER BY id",
            "SELECT hex(id) || state FROM reviews ORDER BY id",
            "SELECT hex(id) || (undone_by IS NULL) FROM decisions WHERE by_person = 0 ORDER BY id",
            "SELECT hex(a) || hex(b) FROM not_same ORDER BY a, b",
        ] {
            let mut statement = db.prepare(sql).unwrap();
            all.extend(statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap));
        }
        all
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merge_is_made_at_once_and_asked_about_behind_every_real_question() {
    let weak = "Gus,Miller,,,gus@corp900.example,Unverified,,,,,w1\n";
    let bench = Bench::with(EACH, &format!("{}{weak}", twice(6))).await;
    let queue = bench.queue().await;
    let kinds: Vec<_> = queue.iter().map(|row| row.kind).collect();
    assert_eq!(kinds, [vec![ReviewKind::LowQuality], vec![ReviewKind::Audit; 6]].concat(), "the real question comes first");
    assert_eq!(bench.contacts().await, 6, "nothing waits for the answer");
    for contact in bench.me.search("", None, 10).await.unwrap() {
        assert_eq!(contact.sources, 2);
    }
    let question = bench.me.question(bench.audits().await[0]).await.unwrap();
    assert_eq!(question.candidates.len(), 1);
    assert!(question.candidates[0].evidence.zone == leadloom::domain::Zone::Auto && question.alike == 0);

    bench.import(&twice(6)).await;
    assert_eq!(bench.audits().await.len(), 6, "the same file again asks nothing anew");
    let Bench { me, .. } = &bench;
    me.accept(bench.audits().await[0], &MergeChoice::default()).await.unwrap();
    bench.import(&twice(6)).await;
    assert_eq!(bench.audits().await.len(), 5, "nor what was answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_in_twenty_is_drawn_and_none_where_none_is_wanted() {
    let bench = Bench::with("", &twice(300)).await;
    let drawn = bench.audits().await.len();
    assert!((2..45).contains(&drawn), "{drawn} of 300");
    let bench = Bench::with("[matching]\naudit_one_in = 0\n", &twice(300)).await;
    assert_eq!((bench.audits().await.len(), bench.contacts().await), (0, 300));
    assert_eq!(bench.auto_merges().await.words(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_does_not_bury_the_queue() {
    let bench = Bench::with(&format!("{EACH}[import]\nbatch = 50\n"), &twice(260)).await;
    assert_eq!((bench.audits().await.len(), bench.contacts().await), (100, 260));
    // Those that wait are drawn from the whole file, not its beginning.
    let late = bench.queue().await.iter().map(|row| row.email.to_string()).collect::<Vec<_>>();
    let number = |mail: &String| mail.rsplit_once("corp").unwrap().1.trim_end_matches(".example").parse::<usize>().unwrap();
    assert!(late.iter().any(|mail| number(mail) >= 200), "{late:?}");
    // An open screen keeps its question.
    let held = bench.audits().await;
    for id in &held {
        assert_eq!(bench.me.claim(*id).await.unwrap(), None);
    }
    let more: String = (300..340).flat_map(|nth| [row(nth, "a", "CTO"), row(nth, "b", "CTO")]).collect();
    bench.import(&format!("{HEADER}{more}")).await;
    assert_eq!(bench.audits().await, held);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_one_stays_and_a_wrong_one_is_taken_apart_for_good() {
    let bench = Bench::with(EACH, &twice(4)).await;
    let audits = bench.audits().await;
    let (right, wrong) = (bench.merged(audits[0]).await, bench.merged(audits[1]).await);
    let said = bench.me.accept(audits[0], &MergeChoice::default()).await.unwrap();
    assert!(said.words.contains("right") && !said.words.contains("HaloPSA gets it"), "{}", said.words);
    let said = bench.me.create_new(audits[1]).await.unwrap();
    assert!(said.words.contains("wrong") && said.words.contains("HaloPSA gets it"), "{}", said.words);
    assert_eq!(bench.contacts().await, 5);
    let sources = async |bench: &Bench, id| bench.me.record(id).await.unwrap().summary.sources;
    assert_eq!((sources(&bench, right).await, sources(&bench, wrong).await), (2, 1));
    assert_eq!(bench.audits().await.len(), 2);

    // Also for the next process, and when the source says something newer of both.
    let bench = bench.reborn();
    bench.import(&twice(4)).await;
    bench.import(&twice(4).replace("Head of IT", "Chief of IT")).await;
    assert_eq!(bench.contacts().await, 5, "they are not merged again");
    assert_eq!((bench.queue().await.len(), sources(&bench, wrong).await), (2, 1), "nor asked about again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_taken_back_and_given_again() {
    let bench = Bench::with(EACH, &twice(3)).await;
    let audits = bench.audits().await;
    let before = bench.state();
    bench.me.accept(audits[0], &MergeChoice::default()).await.unwrap();
    let confirmed = bench.state();
    bench.me.create_new(audits[1]).await.unwrap();
    let refuted = bench.state();
    assert_ne!(confirmed, refuted);
    assert_eq!((bench.auto_merges().await.checked, bench.auto_merges().await.wrong), (2, 1));
    for _ in 0..2 {
        bench.me.undo().await.unwrap();
        assert_eq!(bench.state(), confirmed);
        bench.me.undo().await.unwrap();
        assert_eq!(bench.state(), before);
        assert_eq!(bench.auto_merges().await.checked, 0);
        bench.me.redo().await.unwrap();
        assert_eq!(bench.state(), confirmed);
        bench.me.redo().await.unwrap();
        assert_eq!(bench.state(), refuted);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_snapshot_is_taken_apart_in_place_of_the_one_that_was_merged() {
    let bench = Bench::with(EACH, &twice(2)).await;
    let audit = bench.audits().await[0];
    let contact = bench.merged(audit).await;
    bench.import(&twice(2).replace("Head of IT", "Chief of IT")).await;
    assert_eq!(bench.audits().await.len(), 2);
    let before = bench.state();
    bench.me.create_new(audit).await.unwrap();
    assert_eq!((bench.contacts().await, bench.me.record(contact).await.unwrap().summary.sources), (3, 1));
    bench.me.undo().await.unwrap();
    assert_eq!(bench.state(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merge_taken_back_in_its_history_answers_its_audit() {
    let bench = Bench::with(EACH, &twice(2)).await;
    let audits = bench.audits().await;
    let contact = bench.merged(audits[0]).await;
    let merge = bench.me.record(contact).await.unwrap().history[0].decision;
    let undone = bench.me.undo_decision(merge).await.unwrap();
    let told = bench.auto_merges().await;
    assert_eq!((told.checked, told.wrong, bench.audits().await.len()), (1, 1, 1));
    bench.me.undo_decision(undone.decision).await.unwrap();
    assert_eq!((bench.auto_merges().await.checked, bench.audits().await.len()), (0, 2), "the undo was undone");

    // Found right first, and then taken back all the same: wrong it was.
    bench.me.accept(audits[0], &MergeChoice::default()).await.unwrap();
    bench.me.undo_decision(merge).await.unwrap();
    assert_eq!((bench.auto_merges().await.checked, bench.auto_merges().await.wrong), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audit_takes_no_other_answer() {
    let bench = Bench::with(EACH, &twice(2)).await;
    let audits = bench.audits().await;
    let before = bench.state();
    assert!(bench.me.drop_record(audits[0]).await.unwrap_err().to_string().contains("made already"));
    let choices = vec![Choice { field: Field::JobTitle, value: Some("CTO".into()) }];
    assert!(bench.me.accept(audits[0], &MergeChoice { candidate: None, choices }).await.is_err(), "values are not dropped silently");
    let batch = bench.me.decide_many(&audits, ReviewVerb::Drop).await.unwrap();
    assert_eq!((batch.done.len(), batch.failed.len()), (0, 2));
    assert_eq!(bench.state(), before);
    bench.me.create_new(audits[0]).await.unwrap();
    assert!(bench.me.accept(audits[0], &MergeChoice::default()).await.is_err(), "it is answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn home_tells_a_precision_once_enough_were_looked_at() {
    let bench = Bench::with(EACH, &twice(60)).await;
    assert_eq!(bench.auto_merges().await.words().unwrap(), "auto-merges: none was looked at yet");
    let audits = bench.audits().await;
    bench.me.create_new(audits[0]).await.unwrap();
    bench.me.decide_many(&audits[1..49], ReviewVerb::Accept).await.unwrap();
    let told = bench.auto_merges().await;
    assert_eq!((told.right, told.at_least), (None, None));
    assert_eq!(told.words().unwrap(), "auto-merges 48 of 49 right: too few to tell, 50 do");
    bench.me.decide_many(&audits[49..50], ReviewVerb::Accept).await.unwrap();
    let told = bench.auto_merges().await;
    assert_eq!((told.checked, told.wrong, told.open), (50, 1, 10));
    assert_eq!(told.words().unwrap(), "auto-merges 98.0 % right (91.5-99.6 %) of 50");
    assert!(told.short().unwrap().len() <= 36, "{:?}", told.short());
    assert!(bench.me.doctor().await.unwrap().iter().any(|check| check.words.contains("98.0 % right")));
}

/// The binary, on this folder.
fn leadloom(home: &Path, words: &[&str]) -> Command {
    let mut command = Command::cargo_bin("leadloom").unwrap();
    command.env_clear().env("LEADLOOM_HOME", home).current_dir(home).args(words);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub fn count(home: &Path, sql: &str) -> i64 {
    let db = rusqlite::Connection::open(home.join("data/database.db")).unwrap();
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

const MERGES: &str = "SELECT count(*) FROM decisions WHERE by_person = 0 AND action = 'join'";
const AUDITED: &str = "SELECT count(*) FROM reviews r JOIN decisions d ON d.id = r.id WHERE r.kind = 'audit' AND d.action = 'join'";

#[test]
fn a_death_leaves_no_merge_without_its_audit_and_no_audit_without_its_merge() {
    let home = tempfile::tempdir().unwrap();
    let place = home.path();
    std::fs::write(place.join("leadloom.toml"), format!("{EACH}[import]\nbatch = 5\n")).unwrap();
    let mut file = HEADER.to_owned();
    (0..90).for_each(|nth| write!(file, "{}{}", row(nth, "a", "CTO"), row(nth, "b", "CTO")).unwrap());
    std::fs::write(place.join("people.csv"), file).unwrap();
    let mut amid = 0;
    for life in 0..12_i64 {
        let resumed = (life > 0).then(|| run(place));
        if resumed.as_ref().is_some_and(|(_, state)| state == "done") {
            break;
        }
        let words = match &resumed {
            None => ["import", "--file", "people.csv"],
            Some((id, _)) => ["import", "resume", id],
        };
        let mut child = leadloom(place, &words).spawn().unwrap();
        // Killed as soon as some more pages are in.
        let reached = || place.join("data/database.db").exists() && ready(place) && count(place, MERGES) >= 8 * (life + 1);
        while !reached() && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let (merges, audited) = (count(place, MERGES), count(place, AUDITED));
        assert_eq!(merges, audited, "life {life}");
        amid += i64::from(merges > 0 && merges < 90);
    }
    assert!(amid >= 2, "only {amid} deaths fell amid the import");
    let (id, _) = run(place);
    leadloom(place, &["import", "resume", &id]).output().unwrap();
    assert_eq!((count(place, MERGES), count(place, AUDITED), count(place, "SELECT count(*) FROM contacts WHERE gone = 0")), (90, 90, 90));

    // And the command line knows them by their kind, and answers them.
    let list = leadloom(place, &["review", "list", "--json", "--kind", "audit"]).output().unwrap();
    let rows: Vec<Json> = String::from_utf8(list.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(rows.len() == 50 && rows.iter().all(|row| row["kind"] == "audit" && row["priority"].as_i64() < Some(0)), "{rows:?}");
    let ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert!(leadloom(place, &["review", "accept", ids[0]]).output().unwrap().status.success());
    assert!(leadloom(place, &["review", "reject", ids[1]]).output().unwrap().status.success());
    assert_eq!(count(place, "SELECT count(*) FROM contacts WHERE gone = 0"), 91);
}

/// The only run: the end of its id, and how it stands.
fn run(home: &Path) -> (String, String) {
    let db = rusqlite::Connection::open(home.join("data/database.db")).unwrap();
    db.query_row("SELECT substr(lower(hex(id)), 25), state FROM runs", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

fn ready(home: &Path) -> bool {
    let db = rusqlite::Connection::open(home.join("data/database.db")).unwrap();
    db.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'models'", [], |row| row.get::<_, i64>(0)).is_ok_and(|n| n == 1)
}
