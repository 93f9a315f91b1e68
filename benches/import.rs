//! Importing a file end to end into a fresh database, beside a bare insert of the same rows in the same run.
//!
//! `cargo bench --bench import` prints one JSON object: rows a second, peak memory of the importing process, what it wrote to
//! disk, and how many times longer it takes than only inserting the rows. `LEADLOOM_BENCH_ROWS` sets how many rows (100,000
//! unless set). Each part runs in a process of its own, so that memory is the import's alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use leadloom::{
    ambient::{RandomIds, SystemClock},
    config::{Environment, Overrides, load},
    domain::{Clock, Source},
    services::{ImportFrom, ImportRequest, Opening, Services},
    sim::{export, world::World},
};
use std::{
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let part = args.iter().position(|arg| arg == "--part").map(|at| args[at + 1].clone());
    let folder = args.iter().position(|arg| arg == "--in").map(|at| args[at + 1].clone());
    match (part.as_deref(), folder) {
        (Some("make"), Some(folder)) => make(Path::new(&folder)),
        (Some("import"), Some(folder)) => import(Path::new(&folder)),
        (Some("bare"), Some(folder)) => bare(Path::new(&folder)),
        _ => all(),
    }
}

fn rows() -> usize {
    std::env::var("LEADLOOM_BENCH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(100_000)
}

fn all() {
    let home = tempfile::tempdir().unwrap();
    run("make", home.path());
    let bare = run("bare", home.path());
    let import = run("import", home.path());
    let ratio = import["seconds"].as_f64().unwrap() / bare["seconds"].as_f64().unwrap();
    println!("{}", serde_json::json!({ "import": import, "bare_insert": bare, "ratio": (ratio * 10.0).round() / 10.0 }));
}

fn run(part: &str, folder: &Path) -> serde_json::Value {
    let output = Command::new(std::env::current_exe().unwrap()).args(["--part", part, "--in"]).arg(folder).output().unwrap();
    assert!(output.status.success(), "{part}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

/// Writes an export of exactly so many rows; a world shows about two thirds of its people to one source.
fn make(folder: &Path) {
    let rows = rows();
    let world = Arc::new(World::new(7, rows * 17 / 10, SystemClock.now(), false));
    let mut whole = Vec::new();
    export::write(&world, Source::Apollo, &mut whole).unwrap();
    let mut reader = csv::Reader::from_reader(&whole[..]);
    let mut writer = csv::Writer::from_path(folder.join("people.csv")).unwrap();
    writer.write_record(reader.headers().unwrap()).unwrap();
    let mut written = 0;
    for record in reader.records().take(rows) {
        writer.write_record(&record.unwrap()).unwrap();
        written += 1;
    }
    assert_eq!(written, rows, "the world is too small");
    writer.flush().unwrap();
}

fn import(folder: &Path) {
    let home = folder.join("home");
    std::fs::create_dir_all(&home).unwrap();
    let overrides = Overrides { home: Some(home.clone()), ..Overrides::default() };
    let loaded = load(&Environment::of(&home, []), &overrides).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let services = Services::open(Opening { loaded, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) }).unwrap();
    let me = services.session("bench");
    let started = Instant::now();
    let run = runtime.block_on(async {
        let from = ImportFrom::File { path: folder.join("people.csv"), source: None, mapping: None };
        let id = me.start_import(&ImportRequest { from, limit: None }).await.unwrap();
        me.wait_for(id).await.unwrap()
    });
    let took = started.elapsed();
    let counters = run.run.counters;
    assert_eq!(counters.read as usize, rows());
    let mut report = timed(took, counters.read);
    report["counters"] = serde_json::to_value(counters).unwrap();
    report["database_mb"] = (std::fs::metadata(home.join("data/database.db")).unwrap().len() / 1_000_000).into();
    report["written_mb"] = written_mb().into();
    println!("{report}");
}

/// The same rows, read and inserted as they are: one table, one column a cell, batches of 500, the same durability.
fn bare(folder: &Path) {
    let started = Instant::now();
    let mut reader = csv::Reader::from_path(folder.join("people.csv")).unwrap();
    let columns = reader.headers().unwrap().len();
    let db = rusqlite::Connection::open(folder.join("bare.db")).unwrap();
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;").unwrap();
    let names: Vec<String> = (0..columns).map(|n| format!("c{n}")).collect();
    db.execute_batch(&format!("CREATE TABLE people ({})", names.join(", "))).unwrap();
    let marks = vec!["?"; columns].join(", ");
    let mut insert = db.prepare(&format!("INSERT INTO people VALUES ({marks})")).unwrap();
    let mut count = 0u64;
    db.execute_batch("BEGIN").unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        insert.execute(rusqlite::params_from_iter(record.iter())).unwrap();
        count += 1;
        if count.is_multiple_of(500) {
            db.execute_batch("COMMIT; BEGIN").unwrap();
        }
    }
    db.execute_batch("COMMIT").unwrap();
    println!("{}", timed(started.elapsed(), count));
}

fn timed(took: Duration, rows: u64) -> serde_json::Value {
    let per_second = (rows as f64 / took.as_secs_f64()).round();
    let seconds = (took.as_secs_f64() * 100.0).round() / 100.0;
    serde_json::json!({ "rows": rows, "seconds": seconds, "rows_per_second": per_second, "peak_mb": peak_mb() })
}

/// What the process has written to disk so far; only Linux tells it this way.
fn written_mb() -> Option<u64> {
    let io = std::fs::read_to_string("/proc/self/io").ok()?;
    Some(io.lines().find_map(|line| line.strip_prefix("write_bytes: "))?.parse::<u64>().ok()? / 1_000_000)
}

/// Highest resident memory so far; only Linux tells it this way.
fn peak_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}
