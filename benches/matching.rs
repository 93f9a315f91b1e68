//! Matching on labelled files: quality against the truth, time by phase, look-up latency. Run it with
//! `LEADLOOM_BENCH_DATA=FOLDER cargo bench --bench matching`; a folder holds `contacts.csv` with `contacts_truth.csv`
//! and may hold `companies.csv` with `companies_truth.csv`. Without the variable it times the small steps only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use leadloom::{
    domain::{
        CompanyId, ContactId, Domain, Draft, Email, Field, FieldKind, Fields, Phone, Quality, RecordId, RecordKind, Source, Text,
        Timestamp, Uuid, Value, Zone,
    },
    matching::{
        Matcher, Model, People, Prepared, Settings, Subject, Verdict,
        calibrate::{Label, teach},
        dedupe::{Options, Outcome, Pair, Phase, dedupe},
        metrics,
    },
};
use rayon::prelude::*;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use std::{
    collections::HashMap,
    env,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Mutex,
    time::Instant,
};

fn main() {
    if let Ok(folders) = env::var("LEADLOOM_BENCH_TEACH") {
        return lesson(&folders.split(',').map(Path::new).collect::<Vec<_>>());
    }
    let Ok(folder) = env::var("LEADLOOM_BENCH_DATA") else {
        divan::main();
        return;
    };
    for folder in folder.split(',') {
        let folder = Path::new(folder);
        println!("== {}", folder.display());
        let contact = |n| ContactId(Uuid::from_u128(n));
        if folder.join("contacts.csv").exists() {
            let set = labelled(folder, "contacts", person, Prepared::person);
            run("contacts", &set, contact);
        }
        if folder.join("companies.csv").exists() {
            let set = labelled(folder, "companies", company, Prepared::company);
            run("companies", &set, |n| CompanyId(Uuid::from_u128(n)));
        }
        if folder.join("fake_1000.csv").exists() {
            let (records, entities) = load(&[folder.join("fake_1000.csv")], "cluster", fake, Prepared::person);
            run("fake_1000", &Labelled { records: &|| records.clone(), truth: numbered(entities), tags: Vec::new() }, contact);
        }
        for set in ["dataset1", "dataset2", "dataset3", "dataset4"] {
            let files: Vec<_> =
                ["", "a", "b"].iter().map(|part| folder.join(format!("{set}{part}.csv"))).filter(|path| path.exists()).collect();
            if files.is_empty() {
                continue;
            }
            let (records, ids) = load(&files, "rec_id", febrl, Prepared::person);
            let entities = ids.iter().map(|id| id.split('-').take(2).collect::<Vec<_>>().join("-")).collect();
            run(set, &Labelled { records: &|| records.clone(), truth: numbered(entities), tags: Vec::new() }, contact);
        }
    }
}

/// Columns by name.
type Row<'a> = HashMap<&'a str, &'a str>;

/// Records that can be loaded again, with the entity of each.
struct Labelled<'a, S: Subject> {
    records: &'a dyn Fn() -> Vec<Prepared<S>>,
    truth: Vec<u32>,
    tags: Vec<String>,
}

fn numbered(names: Vec<String>) -> Vec<u32> {
    let mut numbers = HashMap::new();
    names
        .into_iter()
        .map(|name| {
            let next = numbers.len() as u32;
            *numbers.entry(name).or_insert(next)
        })
        .collect()
}

/// Reads files a piece at a time, so that what is measured is the matcher and not the file.
fn load<S: Subject>(
    paths: &[PathBuf],
    label: &str,
    read: fn(&Row<'_>) -> Draft,
    prepare: fn(&Draft) -> Prepared<S>,
) -> (Vec<Prepared<S>>, Vec<String>) {
    let (mut records, mut labels) = (Vec::new(), Vec::new());
    for path in paths {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).unwrap();
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let mut rows = reader.records().map(Result::unwrap).peekable();
        while rows.peek().is_some() {
            let piece: Vec<csv::StringRecord> = rows.by_ref().take(20_000).collect();
            let read_one = |record: &csv::StringRecord| {
                let row: Row<'_> = header.iter().map(String::as_str).zip(record).collect();
                (prepare(&read(&row)), row[label].to_owned())
            };
            let read: Vec<_> = piece.par_iter().map(read_one).collect();
            for (record, label) in read {
                records.push(record);
                labels.push(label);
            }
        }
    }
    (records, labels)
}

fn labelled<S: Subject>(
    folder: &Path,
    name: &str,
    read: fn(&Row<'_>) -> Draft,
    prepare: fn(&Draft) -> Prepared<S>,
) -> Labelled<'static, S> {
    let path = folder.join(format!("{name}.csv"));
    // The truth file lists the records in the same order.
    let mut reader = csv::Reader::from_path(folder.join(format!("{name}_truth.csv"))).unwrap();
    let header = reader.headers().unwrap().clone();
    let at = |column: &str| header.iter().position(|one| one == column).unwrap();
    let (entity, tags) = (at("entity_id"), at("tags"));
    let truth: Vec<(String, String)> =
        reader.records().map(Result::unwrap).map(|row| (row[entity].to_owned(), row[tags].to_owned())).collect();
    let (entities, tags) = truth.into_iter().unzip();
    let again = move || load(std::slice::from_ref(&path), "rec_id", read, prepare).0;
    Labelled { records: Box::leak(Box::new(again)), truth: numbered(entities), tags }
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
    row: &'a Row<'a>,
    fields: Fields,
}

impl<'a> Reader<'a> {
    fn new(row: &'a Row<'a>) -> Self {
        Self { row, fields: Fields::new() }
    }

    fn get(&self, column: &str) -> &'a str {
        self.row.get(column).copied().unwrap_or_default()
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

fn person(row: &Row<'_>) -> Draft {
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
    draft(RecordKind::Person, row["rec_id"], reader.fields)
}

fn company(row: &Row<'_>) -> Draft {
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
    draft(RecordKind::Company, row["rec_id"], reader.fields)
}

fn fake(row: &Row<'_>) -> Draft {
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
    draft(RecordKind::Person, row["unique_id"], reader.fields)
}

fn febrl(row: &Row<'_>) -> Draft {
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
    draft(RecordKind::Person, row["rec_id"], reader.fields)
}

fn run<S: Subject>(name: &str, set: &Labelled<'_, S>, owner: fn(u128) -> S::Owner) {
    let (truth, tags) = (&set.truth, &set.tags);
    if env::var("LEADLOOM_BENCH_ONLY").as_deref() == Ok("single") {
        return one_by_one((set.records)(), truth, owner);
    }
    let (started, cpu) = (Instant::now(), cpu_seconds());
    let prepared = (set.records)();
    let loading = format!("load {:.2?} ({:.2} s CPU)", started.elapsed(), cpu_seconds() - cpu);

    let phases = Mutex::new(Vec::<(Phase, Instant, f64)>::new());
    let (started, cpu) = (Instant::now(), cpu_seconds());
    let outcome = dedupe(prepared, &Options::default(), &|progress| {
        let mut phases = phases.lock().unwrap();
        if !phases.iter().any(|(phase, ..)| *phase == progress.phase) {
            phases.push((progress.phase, Instant::now(), cpu_seconds()));
        }
    });
    let (all, all_cpu) = (started.elapsed(), cpu_seconds());
    let phases = phases.into_inner().unwrap();
    let times: Vec<String> = phases
        .iter()
        .enumerate()
        .map(|(nth, (phase, from, cpu))| {
            let (to, until) = phases.get(nth + 1).map_or((started + all, all_cpu), |(_, at, cpu)| (*at, *cpu));
            format!("{phase:?} {:.2?} ({:.2} s CPU)", to - *from, until - cpu)
        })
        .collect();
    println!(
        "{name}: {} records, {loading}, dedupe {all:.2?} ({:.2} s CPU: {}), peak {} MB",
        truth.len(),
        all_cpu - cpu,
        times.join(", "),
        peak_mb()
    );
    quality(&outcome, truth, tags);
    drop(outcome);
    if env::var("LEADLOOM_BENCH_ONLY").as_deref() != Ok("bulk") {
        one_by_one((set.records)(), truth, owner);
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
        let pairs = outcome.pairs.iter().filter(|pair| (pair.zone == Zone::Auto) == auto);
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
        // Evenly spread over the scores, so that every kind of mistake is seen.
        let list = |title: &str, pairs: Vec<&Pair>| {
            println!("  ---- {title}: {} of {}", pairs.len().min(count), pairs.len());
            pairs.iter().step_by(pairs.len().div_ceil(count).max(1)).for_each(|pair| show(outcome, pair, tags));
        };
        list("wrong and likely", outcome.pairs.iter().filter(|pair| pair.score.0 >= 0.0 && !same(pair.left, pair.right)).collect());
        list("asked though likely", outcome.pairs.iter().filter(|pair| pair.zone == Zone::Review && pair.probability.0 > 0.99).collect());
        list("right and unlikely", outcome.pairs.iter().filter(|pair| pair.score.0 < 0.0 && same(pair.left, pair.right)).collect());
    }
}

fn show<S: Subject>(outcome: &Outcome<S>, pair: &Pair, tags: &[String]) {
    let evidence = outcome.explain(pair);
    let tag = |nth: u32| tags.get(nth as usize).map_or("", String::as_str);
    let why = evidence.why_not_auto.unwrap_or_default();
    println!(
        "  {} {:?} v {:?} prior {} rest {} [{} / {}] {why}",
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

/// Ten thousand decisions of a reviewer who is wrong once in a hundred, on the first folder; what they change on
/// the others.
fn lesson(folders: &[&Path]) {
    let set = labelled(folders[0], "contacts", person, Prepared::person);
    let outcome = dedupe((set.records)(), &Options::default(), &|_| {});
    let labels: Vec<Label> = outcome
        .pairs
        .iter()
        .enumerate()
        .filter(|(nth, pair)| pair.zone == Zone::Review || nth % 20 == 0)
        .take(10_000)
        .map(|(nth, pair)| Label {
            pattern: pair.pattern,
            same: (set.truth[pair.left as usize] == set.truth[pair.right as usize]) != (nth % 100 == 37),
            weight: if pair.zone == Zone::Review { 1.0 } else { 20.0 },
        })
        .collect();
    let lesson = teach::<People>(&Model::shipped(), &labels);
    let fitted = teach::<People>(&outcome.model, &labels);
    println!(
        "{} labels; shipped: surprise {:.4} -> {:.4}, curve {:?}",
        labels.len(),
        lesson.before,
        lesson.after,
        lesson.model.people.curve
    );
    println!("fitted: surprise {:.4} -> {:.4}, curve {:?}", fitted.before, fitted.after, fitted.model.people.curve);
    for folder in &folders[1..] {
        let set = labelled(folder, "contacts", person, Prepared::person);
        for (name, model, learn) in [
            ("untaught", Model::shipped(), true),
            ("taught", fitted.model.clone(), true),
            ("untaught, not fitted to these", outcome.model.clone(), false),
            ("taught, not fitted to these", fitted.model.clone(), false),
        ] {
            println!("-- {} {name}", folder.display());
            let outcome = dedupe((set.records)(), &Options { model, learn, ..Options::default() }, &|_| {});
            quality(&outcome, &set.truth, &set.tags);
        }
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
    let before = resident_mb();
    let (started, cpu) = (Instant::now(), cpu_seconds());
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
    let (all, cpu) = (started.elapsed(), cpu_seconds() - cpu);
    let tail = latencies[count * 9 / 10..].to_vec();
    let quantile = |of: f64| {
        let mut tail = tail.clone();
        tail.sort_unstable();
        tail[((tail.len() - 1) as f64 * of) as usize] as f64 / 1000.0
    };
    let measure = metrics::of_clusters(&clusters, truth);
    println!(
        "  one by one {all:.2?} ({:.1} us CPU each), decide p50 {:.1} us p99 {:.1} us max {:.1} us; new {new} same {same} ask {ask}; P {:.4} R {:.4} largest {}; resident {before} -> {} MB, snapshot {} MB",
        cpu * 1e6 / count as f64,
        quantile(0.5),
        quantile(0.99),
        quantile(1.0),
        measure.precision,
        measure.recall,
        metrics::largest(&clusters),
        resident_mb(),
        matcher.snapshot(0).len() / 1_000_000
    );
}

/// Processor time of all threads so far.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |nth: usize| fields.get(nth).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0);
    // User and system time, in hundredths of a second on every Linux.
    (ticks(11) + ticks(12)) / 100.0
}

/// The most memory this process ever held.
fn peak_mb() -> u64 {
    memory_mb("VmHWM")
}

/// The memory it holds now.
fn resident_mb() -> u64 {
    memory_mb("VmRSS")
}

fn memory_mb(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}

#[divan::bench]
fn prepare_a_person(bencher: divan::Bencher<'_, '_>) {
    let row: Row<'_> = HashMap::from([
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
    ]);
    let draft = person(&row);
    bencher.bench(|| Prepared::person(&draft));
}

/// A made-up person: names and firms from short lists, so that candidates are many.
fn made_up(nth: u128) -> Draft {
    let pick = |list: &[&'static str], by: u128| list[(nth / by) as usize % list.len()];
    let first = pick(&["Ann", "Bo", "Carl", "Dora", "Emil", "Fay", "Gus", "Hope", "Ivo", "Jane"], 1);
    let last = pick(&["Stone", "Marsh", "Hill", "Wood", "Lake", "Field", "Brook", "Moor", "Ford", "Glen", "Dale"], 10);
    let firm = pick(&["Quarry Logistics", "Harbor Foods", "Nova Energy", "Summit Data", "Crest Media"], 110);
    let host = format!("{}{}.com", firm.to_lowercase().replace(' ', ""), nth / 550 % 40);
    let text = |value: &str| Value::Text(Text::new(value));
    let fields = [
        (Field::FirstName, text(first)),
        (Field::LastName, text(last)),
        (Field::CompanyName, text(firm)),
        (Field::CompanyDomain, Domain::parse(&host).map(Value::Domain).unwrap()),
        (Field::Email, Email::parse(&format!("{first}.{last}{nth}@{host}")).map(Value::Email).unwrap()),
    ];
    draft(RecordKind::Person, "", fields.into_iter().collect())
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
