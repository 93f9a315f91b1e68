//! Learning: large imports and people's answers make new versions of the matching model, which every process uses; what
//! has run away is told and not used.

use super::audits::{Bench, EACH, HEADER, count, row, twice};
use leadloom::{
    domain::{ReviewKind, Source, Timestamp},
    matching::Model,
    services::{ReviewVerb, Verdict},
    sim::{Sim, SimConfig, export},
    store::{ModelCause, ModelVersion, Store},
};

/// By which model the latest merge was made.
const LAST_MODEL: &str = "SELECT json_extract(evidence, '$.model') FROM decisions WHERE by_person = 0 ORDER BY id DESC LIMIT 1";

fn models(bench: &Bench) -> Vec<ModelVersion> {
    let store = Store::open(&bench.home.path().join("data/database.db")).unwrap();
    store.read_now(|view| view.models()).unwrap()
}

async fn told(bench: &Bench) -> (Verdict, String) {
    let checks = bench.me.doctor().await.unwrap();
    let check = checks.into_iter().find(|check| check.what.as_str() == "matching model").unwrap();
    (check.verdict, check.words.to_string())
}

async fn exported(people: usize, source: Source) -> String {
    let sim = Sim::start(SimConfig { people, ..SimConfig::default() }).await.unwrap();
    let mut file = Vec::new();
    export::write(sim.world(), source, &mut file).unwrap();
    String::from_utf8(file).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_import_makes_a_version_that_every_process_uses() {
    let bench = Bench::new(EACH);
    let other = bench.another();
    bench.import(&twice(20)).await;
    assert!(models(&bench).is_empty() && told(&bench).await.1.contains("ships with the program"), "a small one teaches nothing");

    bench.import(&exported(3200, Source::Apollo).await).await;
    bench.import(&exported(3200, Source::ZoomInfo).await).await;
    let all = models(&bench);
    assert!(!all.is_empty() && all.iter().all(|version| version.cause == ModelCause::Records && version.taken), "{all:?}");
    let (verdict, words) = told(&bench).await;
    assert_eq!(verdict, Verdict::Ok);
    assert!(words.contains(&format!("version {}", all[0].version)) && words.contains("pairs"), "{words}");

    // The one that was open all the while compares by it too.
    other.import(&format!("{HEADER}{}{}", row(900, "a", "CTO"), row(900, "b", "CTO"))).await;
    assert_eq!(count(bench.home.path(), LAST_MODEL), i64::from(all[0].version));

    bench.import(&twice(20)).await;
    assert_eq!(models(&bench).len(), all.len(), "what was learnt from is not learnt from again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_learn_once() {
    let bench = Bench::new("");
    let other = bench.another();
    let file = exported(3200, Source::Apollo).await;
    let more = exported(3200, Source::Hunter).await;
    tokio::join!(bench.import_as("one.csv", &file), other.import_as("two.csv", &more));
    assert_eq!(models(&bench).len(), 1);
}

/// Two who look alike in one of several ways, with a mailbox each: a person is asked whether they are one.
fn alike(nth: usize) -> String {
    let other = row(nth, "b", "Buyer");
    let mut cells: Vec<&str> = other.trim().split(',').collect();
    let (initial, mail) = (cells[0][..1].to_owned(), format!("x{nth}@corp{nth}.example"));
    cells[4] = &mail;
    if nth.is_multiple_of(2) {
        cells[0] = &initial;
    }
    if nth.is_multiple_of(3) {
        cells[7] = "Leeds";
    }
    if nth.is_multiple_of(5) {
        cells[6] = "";
    }
    format!("{}{}\n", row(nth, "a", "Head of IT"), cells.join(","))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_answers_teach_and_what_was_taken_back_does_not() {
    let bench = Bench::with("", &format!("{HEADER}{}", (0..80).map(alike).collect::<String>())).await;
    let asked: Vec<_> = bench.queue().await.into_iter().filter(|row| row.kind == ReviewKind::Duplicate).collect();
    assert!(asked.len() > 55, "{}", asked.len());
    let ids: Vec<_> = asked.iter().map(|row| row.id).collect();
    let spare = *ids.last().unwrap();
    let before = bench.me.question(spare).await.unwrap().candidates[0].evidence.clone();
    let batch = bench.me.decide_many(&ids[..49], ReviewVerb::Create).await.unwrap();
    assert_eq!(batch.failed, []);
    bench.me.create_new(ids[49]).await.unwrap();
    bench.me.undo().await.unwrap();
    bench.import(HEADER).await;
    assert!(models(&bench).is_empty(), "forty-nine hold");
    bench.me.create_new(ids[49]).await.unwrap();
    let contacts = bench.contacts().await;
    bench.import(HEADER).await;
    let all = models(&bench);
    assert_eq!((all.len(), all[0].cause, all[0].answers, all[0].taken), (1, ModelCause::Answers, 50, true), "{all:?}");
    assert_eq!(bench.contacts().await, contacts, "what was decided stays");

    // Nobody was the same, so the next who look alike are less likely so.
    let after = bench.me.question(spare).await.unwrap().candidates.first().map(|candidate| candidate.evidence.clone());
    assert!(after.is_none_or(|after| after.model == 2 && after.probability.0 < before.probability.0), "{}", before.probability);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ran_away_is_told_and_not_used() {
    let bench = Bench::with(EACH, &twice(2)).await;
    let store = Store::open(&bench.home.path().join("data/database.db")).unwrap();
    let version = |version, taken, body: String| ModelVersion {
        version,
        made_at: Timestamp::from_micros(0),
        cause: ModelCause::Records,
        pairs: 9000,
        answers: 0,
        rules: Model::rules(),
        taken,
        refused: (!taken).then(|| "E-mail: same box counts 12.0 bits less (+14.0 to +2.0)".into()),
        moved: Vec::new(),
        body,
    };
    let add = async |model: ModelVersion| store.write(move |desk| desk.add_model(&model)).await.unwrap();
    add(version(2, false, serde_json::to_string(&Model { version: 2, ..Model::shipped() }).unwrap())).await;
    let (verdict, words) = told(&bench).await;
    assert_eq!(verdict, Verdict::Warn);
    assert!(words.contains("was not taken over: E-mail: same box counts") && words.contains("in use: version 1"), "{words}");
    let pair = |nth| format!("{HEADER}{}{}", row(nth, "a", "CTO"), row(nth, "b", "CTO"));
    bench.import(&pair(10)).await;
    assert_eq!(count(bench.home.path(), LAST_MODEL), 1);

    // One that was taken over and cannot be read does not stop anything either.
    add(version(3, true, "{}".to_owned())).await;
    bench.import(&pair(11)).await;
    assert_eq!((bench.contacts().await, count(bench.home.path(), LAST_MODEL)), (4, 1));
    add(version(4, true, serde_json::to_string(&Model { version: 4, ..Model::shipped() }).unwrap())).await;
    bench.import(&pair(12)).await;
    assert_eq!(count(bench.home.path(), LAST_MODEL), 4);
    assert_eq!(told(&bench).await.0, Verdict::Ok);
}

#[tokio::test]
async fn old_versions_go_and_the_one_in_use_stays() {
    let bench = Bench::new("");
    let path = bench.home.path().join("other.db");
    let store = Store::open(&path).unwrap();
    for version in 1..=60 {
        let model = ModelVersion {
            version,
            made_at: Timestamp::from_micros(i64::from(version)),
            cause: ModelCause::Records,
            pairs: 1,
            answers: 0,
            rules: 7,
            taken: version == 3,
            refused: (version != 3).then(|| "it ran away".into()),
            moved: vec!["Name: same counts 7.0 bits more (+1.0 to +8.0)".into()],
            body: String::new(),
        };
        store.write(move |desk| desk.add_model(&model)).await.unwrap();
    }
    let kept = store.read(|view| view.models()).await.unwrap();
    assert_eq!((kept.len(), kept[0].version, kept.last().unwrap().version), (21, 60, 3));
    assert_eq!(store.read(|view| view.model_in_use(7)).await.unwrap().unwrap().version, 3);
    assert_eq!(store.read(|view| view.model_in_use(8)).await.unwrap(), None, "weights of other comparisons are not used");
    assert_eq!(store.read(|view| view.foreign_models_head(8)).await.unwrap(), 60);
}
