//! Matching on labelled files: quality against the truth, time by phase, look-up latency. Run it with
//! `LEADLOOM_BENCH_DATA=FOLDER cargo bench --bench matching`; a folder holds `contacts.csv` with `contacts_truth.csv`
//! and may hold `companies.csv` with `companies_truth.csv`. Without the variable it times the small steps only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use leadloom::{
    domain::{
        CompanyId, ContactId, Domain, Draft, Email, Field, FieldKind, Fields, Phone, Quality, RecordId, RecordKind, Source, Text,
        Timestamp, Uuid, Value,
    },
    matching::{
        Matcher, Model, Prepared, Settings, Subject, Verdict,
        dedupe::{Options, Outcome, Phase, dedupe},
        metrics,
    },
};
use rayon::prelude::*;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use std::{collections::HashMap, env, path::Path, str::FromStr, sync::Mutex, time::Instant};

fn main() {
    let Ok(folder) = env::var("LEADLOOM_BENCH_DATA") else {
        divan::main();
        return;
    };
    for folder in folder.split(',') {
        let folder = Path::new(folder);
        println!("== {}", folder.display());
        if folder.join("contacts.csv").exists() {
            let (drafts, truth, tags) = table(folder, "contacts", person);
            run("contacts", drafts, &truth, &tags, Prepared::person, |n| ContactId(Uuid::from_u128(n)));
        }
        if folder.join("companies.csv").exists() {
            let (drafts, truth, tags) = table(folder, "companies", company);
            run("companies", drafts, &truth, &tags, Prepared::company, |n| CompanyId(Uuid::from_u128(n)));
        }
        if folder.join("fake_1000.csv").exists() {
            let rows = rows(&folder.join("fake_1000.csv"));
            let truth = numbered(rows.iter().map(|row| row["cluster"].clone()));
            let drafts = rows.iter().map(fake).collect();
            run("fake_1000", drafts, &truth, &[], Prepared::person, |n| ContactId(Uuid::from_u128(n)));
        }
        for set in ["dataset1", "dataset2", "dataset3", "dataset4"] {
            let files: Vec<_> =
                ["", "a", "b"].iter().map(|part| folder.join(format!("{set}{part}.csv"))).filter(|path| path.exists()).collect();
            if files.is_empty() {
                continue;
            }
            let rows: Vec<_> = files.iter().flat_map(|path| rows(path)).collect();
            let truth = numbered(rows.iter().map(|row| row["rec_id"].split('-').take(2).collect::<Vec<_>>().join("-")));
            let drafts = rows.iter().map(febrl).collect();
            run(set, drafts, &truth, &[], Prepared::person, |n| ContactId(Uuid::from_u128(n)));
        }
    }
}

type Row = HashMap<String, String>;

fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn numbered(names: impl Iterator<Item = String>) -> Vec<u32> {
    let mut numbers = HashMap::new();
    names
        .map(|name| {
            let next = numbers.len() as u32;
            *numbers.entry(name).or_insert(next)
        })
        .collect()
}

fn table(folder: &Path, name: &str, read: fn(&Row) -> Draft) -> (Vec<Draft>, Vec<u32>, Vec<String>) {
    let started = Instant::now();
    let rows = rows(&folder.join(format!("{name}.csv")));
    let truth: HashMap<String, Row> =
        self::rows(&folder.join(format!("{name}_truth.csv"))).into_iter().map(|row| (row["rec_id"].clone(), row)).collect();
    let entities = numbered(rows.iter().map(|row| truth[&row["rec_id"]]["entity_id"].clone()));
    let tags = rows.iter().map(|row| truth[&row["rec_id"]]["tags"].clone()).collect();
    let drafts = rows.par_iter().map(read).collect();
    println!("read {name} in {:.2?}", started.elapsed());
    (drafts, entities, tags)
}

fn draft(kind: RecordKind, external: &str, fields: Fields) -> Draft {
    Draft {
        source: Source::File,
        kind,
        external_id: Text::new(external),
        dated: None,
        fields,
        edited: Vec::new(),
        defects: Vec::new(),
        quality: Quality::default(),
    }
}

const COUNTRIES: &[(&str, &[&str])] = &[
    ("US", &["United States", "USA"]),
    ("GB", &["United Kingdom", "UK"]),
    ("DE", &["Germany", "Deutschland"]),
    ("FR", &["France"]),
    ("NL", &["Netherlands", "The Netherlands"]),
    ("ES", &["Spain", "España"]),
    ("IT", &["Italy", "Italia"]),
    ("SE", &["Sweden", "Sverige"]),
    ("DK", &["Denmark", "Danmark"]),
    ("IN", &["India"]),
];

fn country(raw: &str) -> Option<&'static str> {
    COUNTRIES.iter().find(|(code, names)| *code == raw || names.contains(&raw)).map(|(code, _)| *code)
}

/// As intake reads a number: with the country of the row, or with its calling code.
fn phone(raw: &str, region: Option<&str>) -> Option<Value> {
    let (number, _) = raw.split_once(" ext").unwrap_or((raw, ""));
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if !(5..=17).contains(&digits) {
        return None;
    }
    let number = number.strip_prefix("00").map_or(number.to_owned(), |rest| format!("+{rest}"));
    let parsed = PHONE_NUMBER_UTIL.parse(&number, region.and_then(|region| Region::from_str(region).ok())).ok()?;
    PHONE_NUMBER_UTIL.is_possible_number(&parsed).then_some(())?;
    Phone::international(&PHONE_NUMBER_UTIL.format(&parsed, PhoneNumberFormat::International)).map(Value::Phone)
}

struct Reader<'a> {
    row: &'a Row,
    fields: Fields,
}

impl<'a> Reader<'a> {
    fn new(row: &'a Row) -> Self {
        Self { row, fields: Fields::new() }
    }

    fn get(&self, column: &str) -> &'a str {
        self.row.get(column).map_or("", String::as_str)
    }

    fn put(&mut self, field: Field, column: &str) {
        let raw = self.get(column);
        let value = match field.kind() {
            FieldKind::Email => Email::parse(raw).map(Value::Email),
            FieldKind::Domain => {
                let host = raw.split_once("://").map_or(raw, |(_, rest)| rest).trim_end_matches('/');
                Domain::parse(host).map(Value::Domain)
            }
            FieldKind::Country => country(raw).and_then(|code| Value::parse(FieldKind::Country, code)),
            FieldKind::Date => Timestamp::parse(raw).map(Value::Date),
            _ => Some(Value::Text(Text::new(raw))),
        };
        if let Some(value) = value {
            self.fields.set(field, value);
        }
    }
}

fn person(row: &Row) -> Draft {
    let mut reader = Reader::new(row);
    for (field, column) in [
        (Field::FirstName, "first_name"),
        (Field::LastName, "last_name"),
        (Field::JobTitle, "title"),
        (Field::CompanyName, "company"),
        (Field::CompanyDomain, "domain"),
        (Field::Email, "email"),
        (Field::LinkedIn, "linkedin"),
        (Field::City, "city"),
        (Field::Country, "country"),
    ] {
        reader.put(field, column);
    }
    let region = country(reader.get("country"));
    for (field, column) in [(Field::Phone, "phone"), (Field::Mobile, "mobile")] {
        if let Some(value) = phone(reader.get(column), region) {
            reader.fields.set(field, value);
        }
    }
    draft(RecordKind::Person, &row["rec_id"], reader.fields)
}

fn company(row: &Row) -> Draft {
    let mut reader = Reader::new(row);
    for (field, column) in [
        (Field::CompanyName, "name"),
        (Field::CompanyDomain, "domain"),
        (Field::CompanyLinkedIn, "linkedin"),
        (Field::HqCity, "city"),
        (Field::HqCountry, "country"),
        (Field::Industry, "industry"),
    ] {
        reader.put(field, column);
    }
    if let Some(value) = phone(reader.get("phone"), country(reader.get("country"))) {
        reader.fields.set(Field::CompanyPhone, value);
    }
    draft(RecordKind::Company, &row["rec_id"], reader.fields)
}

fn fake(row: &Row) -> Draft {
    let mut reader = Reader::new(row);
    for (field, column) in [
        (Field::FirstName, "first_name"),
        (Field::LastName, "surname"),
        (Field::BirthDate, "dob"),
        (Field::City, "city"),
        (Field::Email, "email"),
    ] {
        reader.put(field, column);
    }
    draft(RecordKind::Person, &row["unique_id"], reader.fields)
}

fn febrl(row: &Row) -> Draft {
    let mut reader = Reader::new(row);
    for (field, column) in [
        (Field::FirstName, "given_name"),
        (Field::LastName, "surname"),
        (Field::City, "suburb"),
        (Field::State, "state"),
        (Field::Postcode, "postcode"),
        (Field::Identifier, "soc_sec_id"),
    ] {
        reader.put(field, column);
    }
    let street = [reader.get("street_number"), reader.get("address_1"), reader.get("address_2")].join(" ");
    reader.fields.set(Field::Street, Value::Text(Text::new(&street)));
    let born = reader.get("date_of_birth");
    if born.len() == 8 {
        let date = format!("{}-{}-{}", &born[..4], &born[4..6], &born[6..]);
        if let Some(at) = Timestamp::parse(&date) {
            reader.fields.set(Field::BirthDate, Value::Date(at));
        }
    }
    draft(RecordKind::Person, &row["rec_id"], reader.fields)
}

fn run<S: Subject>(
    name: &str,
    drafts: Vec<Draft>,
    truth: &[u32],
    tags: &[String],
    prepare: fn(&Draft) -> Prepared<S>,
    owner: fn(u128) -> S::Owner,
) {
    let started = Instant::now();
    let prepared: Vec<Prepared<S>> = drafts.par_iter().map(prepare).collect();
    let preparing = started.elapsed();
    drop(drafts);
    let incremental = prepared.clone();

    let phases = Mutex::new(Vec::<(Phase, Instant)>::new());
    let started = Instant::now();
    let outcome = dedupe(prepared, &Options::default(), &|progress| {
        let mut phases = phases.lock().unwrap();
        if phases.last().is_none_or(|(phase, _)| *phase != progress.phase) && !phases.iter().any(|(phase, _)| *phase == progress.phase) {
            phases.push((progress.phase, Instant::now()));
        }
    });
    let all = started.elapsed();
    let phases = phases.into_inner().unwrap();
    let times: Vec<String> = phases
        .iter()
        .enumerate()
        .map(|(nth, (phase, from))| {
            let to = phases.get(nth + 1).map_or(started + all, |(_, at)| *at);
            format!("{phase:?} {:.2?}", to - *from)
        })
        .collect();
    println!("{name}: {} records, prepare {preparing:.2?}, dedupe {all:.2?} ({}), peak {} MB", truth.len(), times.join(", "), peak_mb());
    quality(&outcome, truth, tags);
    drop(outcome);
    if env::var("LEADLOOM_BENCH_ONLY").as_deref() != Ok("bulk") {
        one_by_one(incremental, truth, owner);
    }
}

fn quality<S: Subject>(outcome: &Outcome<S>, truth: &[u32], tags: &[String]) {
    let same = |left: u32, right: u32| truth[left as usize] == truth[right as usize];
    let truths = metrics::pairs_within(truth);
    let blocking = metrics::of_pairs(outcome.compared.iter().map(|(a, b, _)| (*a, *b)), truth);
    let natural = metrics::of_pairs(outcome.pairs.iter().filter(|pair| pair.score.0 >= 0.0).map(|pair| (pair.left, pair.right)), truth);
    let scored: Vec<(f32, bool)> = outcome.compared.iter().map(|(a, b, score)| (*score, same(*a, *b))).collect();
    let (best, cut) = metrics::best_f1(&scored, truths);
    let clusters = metrics::of_clusters(&outcome.clusters, truth);
    let zone = |auto: bool| {
        let pairs = outcome.pairs.iter().filter(|pair| (pair.zone == leadloom::domain::Zone::Auto) == auto);
        metrics::of_pairs(pairs.map(|pair| (pair.left, pair.right)), truth)
    };
    let (auto, review) = (zone(true), zone(false));
    println!(
        "  blocking recall {:.4}, {:.1} pairs/record, {} patterns, keys refined {} dropped {}",
        blocking.recall,
        outcome.compared.len() as f64 / truth.len() as f64,
        outcome.patterns,
        outcome.refined_keys,
        outcome.dropped_keys
    );
    println!(
        "  pairs P {:.4} R {:.4} F1 {:.4} (best {best:.4} at {cut:.1}); clusters P {:.4} R {:.4} F1 {:.4}, largest {}",
        natural.precision,
        natural.recall,
        natural.f1,
        clusters.precision,
        clusters.recall,
        clusters.f1,
        metrics::largest(&outcome.clusters)
    );
    println!(
        "  auto {} wrong {} ({:.3} %) recall {:.3}; review {} ({:.1} % of truth) true {}; missed {}",
        auto.said,
        auto.said - auto.right,
        100.0 * (1.0 - auto.precision),
        auto.recall,
        review.said,
        100.0 * review.said as f64 / truths as f64,
        review.right,
        truths - auto.right - review.right
    );
    let prior: Vec<String> = S::weights(&outcome.model).prior.iter().map(|log| format!("{:.3}", log.exp2())).collect();
    println!("  prior {}", prior.join(" "));
    if env::var("LEADLOOM_BENCH_TAGS").is_ok() && !tags.is_empty() {
        by_tag(outcome, truth, tags);
    }
    if env::var("LEADLOOM_BENCH_WEIGHTS").is_ok() {
        let weights = S::weights(&outcome.model);
        let mut at = 0;
        for factor in S::FACTORS {
            for level in factor.levels {
                let now: Vec<String> = weights.levels[at].iter().map(|log| format!("{:7.3}", 100.0 * log.exp2())).collect();
                println!("  {:9} {:35} {}", factor.aspect.label(), level.words, now.join(" "));
                at += 1;
            }
        }
    }
    if let Ok(count) = env::var("LEADLOOM_BENCH_WRONG") {
        let count: usize = count.parse().unwrap_or(10);
        let wrong = outcome.pairs.iter().filter(|pair| !same(pair.left, pair.right)).take(count);
        for pair in wrong {
            show(outcome, pair, tags);
        }
        println!("  ---- low true");
        let low = outcome.pairs.iter().rev().filter(|pair| same(pair.left, pair.right)).take(count);
        for pair in low {
            show(outcome, pair, tags);
        }
    }
}

fn show<S: Subject>(outcome: &Outcome<S>, pair: &leadloom::matching::dedupe::Pair, tags: &[String]) {
    let evidence = outcome.explain(pair);
    let tag = |nth: u32| tags.get(nth as usize).map_or("", String::as_str);
    println!(
        "  {} {:?} v {:?} prior {} rest {} [{} / {}]",
        evidence.score,
        evidence.zone,
        evidence.rival,
        evidence.prior,
        evidence.remainder,
        tag(pair.left),
        tag(pair.right)
    );
    for row in evidence.rows {
        println!("      {:9} {:6} {:40} {} | {}", row.aspect.label(), row.bits, row.level, row.left, row.right);
    }
}

fn by_tag<S: Subject>(outcome: &Outcome<S>, truth: &[u32], tags: &[String]) {
    let mut members: HashMap<u32, Vec<u32>> = HashMap::new();
    for (nth, entity) in truth.iter().enumerate() {
        members.entry(*entity).or_default().push(nth as u32);
    }
    let scores: HashMap<(u32, u32), f32> = outcome.compared.iter().map(|(a, b, score)| ((*a, *b), *score)).collect();
    let mut table: HashMap<&str, [u32; 4]> = HashMap::new();
    for entity in members.values() {
        for (nth, a) in entity.iter().enumerate() {
            for b in &entity[nth + 1..] {
                let score = scores.get(&(*a.min(b), *a.max(b)));
                let row: Vec<&str> =
                    tags[*a as usize].split('|').chain(tags[*b as usize].split('|')).filter(|tag| !tag.is_empty()).collect();
                let mut seen = row.clone();
                seen.push("(all)");
                if row.is_empty() {
                    seen.push("(none)");
                }
                seen.sort_unstable();
                seen.dedup();
                for tag in seen {
                    let counts = table.entry(tag).or_default();
                    counts[0] += 1;
                    counts[1] += u32::from(score.is_some());
                    counts[2] += u32::from(score.is_some_and(|score| *score >= 0.0));
                    counts[3] += u32::from(outcome.clusters[*a as usize] == outcome.clusters[*b as usize]);
                }
            }
        }
    }
    let mut table: Vec<_> = table.into_iter().collect();
    table.sort_unstable_by_key(|(_, counts)| std::cmp::Reverse(counts[0] - counts[3]));
    for (tag, [all, blocked, scored, joined]) in table {
        let share = |part: u32| f64::from(part) / f64::from(all);
        println!(
            "    {tag:16} {all:7} blocked {:.3} p>=.5 {:.3} joined {:.3} lost {}",
            share(blocked),
            share(scored),
            share(joined),
            all - joined
        );
    }
}

/// One after the other, as an import does: decide, then put in.
fn one_by_one<S: Subject>(records: Vec<Prepared<S>>, truth: &[u32], owner: fn(u128) -> S::Owner) {
    let mut matcher = Matcher::<S>::new(Settings::default(), Model::shipped());
    let count = records.len();
    let mut latencies = Vec::with_capacity(count);
    let mut clusters = Vec::with_capacity(count);
    let (mut new, mut same, mut ask) = (0, 0, 0);
    let mut owners: HashMap<S::Owner, u32> = HashMap::new();
    let started = Instant::now();
    for (nth, record) in records.into_iter().enumerate() {
        let from = Instant::now();
        let verdict = matcher.decide(&record);
        latencies.push(from.elapsed().as_nanos() as u64);
        let to = match verdict {
            Verdict::New => {
                new += 1;
                owner(nth as u128)
            }
            Verdict::Same(scored) => {
                same += 1;
                scored.owner
            }
            Verdict::Ask(_) => {
                ask += 1;
                owner(nth as u128)
            }
        };
        let next = owners.len() as u32;
        clusters.push(*owners.entry(to).or_insert(next));
        matcher.insert(RecordId(Uuid::from_u128(nth as u128)), to, record);
    }
    let all = started.elapsed();
    let tail = latencies[count * 9 / 10..].to_vec();
    let quantile = |of: f64| {
        let mut tail = tail.clone();
        tail.sort_unstable();
        tail[((tail.len() - 1) as f64 * of) as usize] as f64 / 1000.0
    };
    let measure = metrics::of_clusters(&clusters, truth);
    println!(
        "  one by one {all:.2?} ({:.1} us each), decide p50 {:.1} us p99 {:.1} us max {:.1} us; new {new} same {same} ask {ask}; P {:.4} R {:.4} largest {}; peak {} MB",
        all.as_secs_f64() * 1e6 / count as f64,
        quantile(0.5),
        quantile(0.99),
        quantile(1.0),
        measure.precision,
        measure.recall,
        metrics::largest(&clusters),
        peak_mb()
    );
}

/// The most memory this process ever held.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}

#[divan::bench]
fn prepare_a_person(bencher: divan::Bencher<'_, '_>) {
    let row: Row = [
        ("rec_id", "1"),
        ("first_name", "Fabian M."),
        ("last_name", "Wölfsdörfer"),
        ("title", "Operations Manager"),
        ("company", "Kunen Freight BV"),
        ("domain", "kunenfreight.com"),
        ("email", "fabian.wolfsdorfer@kunenfreight.com"),
        ("phone", "+31 386 748 273"),
        ("linkedin", "https://www.linkedin.com/in/fabian-wolfsdorfer"),
        ("city", "Rotterdam"),
        ("country", "Netherlands"),
    ]
    .into_iter()
    .map(|(column, value)| (column.to_owned(), value.to_owned()))
    .collect();
    let draft = person(&row);
    bencher.bench(|| Prepared::person(&draft));
}
