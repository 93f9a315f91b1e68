//! Matching: the small steps by themselves, and, with `LEADLOOM_BENCH_DATA=FOLDER[,FOLDER] cargo bench --bench matching`,
//! labelled files from the first byte to the last cluster and single look-ups: what `leadloom dedupe --truth` and
//! `leadloom bench matching --files` measure. A folder holds `contacts.csv` with `contacts_truth.csv` and may hold
//! `companies.csv` with `companies_truth.csv`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use leadloom::{
    ambient::SystemClock,
    cli::bench::peak_memory_mb,
    config::{Environment, Overrides, load},
    domain::{Clock as _, ContactId, Domain, Draft, Email, Field, Fields, Phone, Quality, RecordId, RecordKind, Source, Text, Uuid, Value},
    matching::{Matcher, Model, People, Prepared, Settings},
    services::dedupe::{DedupeRequest, dedupe, look_ups},
};
use std::{env, path::Path};

fn main() {
    let Ok(folders) = env::var("LEADLOOM_BENCH_DATA") else {
        divan::main();
        return;
    };
    for folder in folders.split(',').map(Path::new) {
        for list in ["contacts", "companies"].iter().filter(|list| folder.join(format!("{list}.csv")).exists()) {
            measure(folder, list);
        }
    }
}

/// Prints one JSON object.
fn measure(folder: &Path, list: &str) {
    let home = tempfile::tempdir().unwrap();
    let overrides = Overrides { home: Some(home.path().to_owned()), ..Overrides::default() };
    let loaded = load(&Environment::of(home.path(), []), &overrides).unwrap();
    let truth = folder.join(format!("{list}_truth.csv"));
    let request = DedupeRequest {
        files: vec![folder.join(format!("{list}.csv"))],
        truth: truth.exists().then_some(truth),
        ..DedupeRequest::default()
    };
    let found = dedupe(&loaded, &request, SystemClock.now(), &|_| {}).unwrap();
    let peak = peak_memory_mb();
    let (records, seconds, accuracy, largest) = (found.ids.len(), found.seconds, found.accuracy.clone(), found.largest());
    drop(found);
    let look_up = look_ups(&loaded, &request, SystemClock.now(), &|_| {}).unwrap();
    let report = serde_json::json!({
        "folder": folder,
        "list": list,
        "records": records,
        "seconds": seconds,
        "peak_memory_mb": peak,
        "largest_cluster": largest,
        "truth": accuracy,
        "look_up": look_up,
    });
    println!("{report}");
}

fn text(value: &str) -> Value {
    Value::Text(Text::new(value))
}

fn draft(fields: Fields) -> Draft {
    Draft {
        source: Source::File,
        kind: RecordKind::Person,
        external_id: Text::default(),
        dated: None,
        fields,
        edited: Vec::new(),
        defects: Vec::new(),
        quality: Quality::default(),
    }
}

#[divan::bench]
fn prepare_a_person(bencher: divan::Bencher<'_, '_>) {
    let fields = [
        (Field::FirstName, text("Fabian M.")),
        (Field::LastName, text("Wölfsdörfer")),
        (Field::JobTitle, text("Operations Manager")),
        (Field::CompanyName, text("Kunen Freight BV")),
        (Field::CompanyDomain, Domain::parse("kunenfreight.com").map(Value::Domain).unwrap()),
        (Field::Email, Email::parse("fabian.wolfsdorfer@kunenfreight.com").map(Value::Email).unwrap()),
        (Field::Phone, Phone::international("+31 386 748 273").map(Value::Phone).unwrap()),
        (Field::LinkedIn, text("https://www.linkedin.com/in/fabian-wolfsdorfer")),
        (Field::City, text("Rotterdam")),
    ];
    let draft = draft(fields.into_iter().collect());
    bencher.bench(|| Prepared::person(&draft));
}

/// A made-up person: names and firms from short lists, so that candidates are many.
fn made_up(nth: u128) -> Draft {
    let pick = |list: &[&'static str], by: u128| list[(nth / by) as usize % list.len()];
    let first = pick(&["Ann", "Bo", "Carl", "Dora", "Emil", "Fay", "Gus", "Hope", "Ivo", "Jane"], 1);
    let last = pick(&["Stone", "Marsh", "Hill", "Wood", "Lake", "Field", "Brook", "Moor", "Ford", "Glen", "Dale"], 10);
    let firm = pick(&["Quarry Logistics", "Harbor Foods", "Nova Energy", "Summit Data", "Crest Media"], 110);
    let host = format!("{}{}.com", firm.to_lowercase().replace(' ', ""), nth / 550 % 40);
    let fields = [
        (Field::FirstName, text(first)),
        (Field::LastName, text(last)),
        (Field::CompanyName, text(firm)),
        (Field::CompanyDomain, Domain::parse(&host).map(Value::Domain).unwrap()),
        (Field::Email, Email::parse(&format!("{first}.{last}{nth}@{host}")).map(Value::Email).unwrap()),
    ];
    draft(fields.into_iter().collect())
}

#[divan::bench]
fn decide_among_ten_thousand(bencher: divan::Bencher<'_, '_>) {
    let mut matcher = Matcher::<People>::new(Settings::default(), Model::shipped());
    for nth in 0..10_000 {
        matcher.insert(RecordId(Uuid::from_u128(nth)), ContactId(Uuid::from_u128(nth)), Prepared::person(&made_up(nth)));
    }
    let record = Prepared::person(&made_up(77));
    bencher.bench(|| matcher.decide(&record));
}
