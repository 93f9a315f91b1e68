//! What can go wrong with a source, one thing after another, with all eight at once: each import ends in bounded time, well or
//! with one clear sentence, and goes on afterwards where it stopped, with nobody doubled and nobody paid for twice.
//!
//! `cargo test --test it sources::fault_matrix -- --nocapture` prints the table: each fault once where people are paid for,
//! and for long where they are searched. With `LEADLOOM_FAULTS=all` both at both places; with a part of a fault's name
//! that fault only, at both places.

use super::stand::{SOURCES, Stand, open, request};
use leadloom::{
    domain::{RunState, Source},
    services::Session,
    sim::{Fault, Planned, RateLimits, RetryAfter, Twist},
};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

/// People of one import; one page, so that the table stays quick.
const PEOPLE: u64 = 12;
/// No import may take longer, by the wall's clock; by its own it is some hours.
const BOUND: Duration = Duration::from_secs(60);
/// A quarter of an hour in a second and a half.
const FACTOR: u32 = 600;

/// Where a source is asked for people, and where it is paid for them.
pub const fn routes(source: Source) -> [&'static str; 2] {
    match source {
        Source::Apollo => ["POST /api/v1/mixed_people/api_search", "POST /api/v1/people/bulk_match"],
        Source::ZoomInfo => ["POST /gtm/data/v1/contacts/search", "POST /gtm/data/v1/contacts/enrich"],
        Source::Hunter => ["GET /v2/domain-search", "GET /v2/domain-search"],
        Source::Lusha => ["POST /v3/contacts/prospecting", "POST /v3/contacts/enrich"],
        Source::Seamless => ["POST /api/client/v1/search/contacts", "POST /api/client/v1/contacts/research"],
        Source::Lead411 => ["POST /v1/search/searchUsingJSON", "POST /v1/employee/unlock_employee_record"],
        Source::RocketReach => ["POST /api/v2/person/search", "POST /api/v2/bulkLookup"],
        _ => ["POST /v2/prospector-pro-search", "POST /v2/prospector-pro-search"],
    }
}

/// How an import may end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    /// With everybody, as if nothing had happened.
    Whole,
    /// Failed, with a sentence that holds one of these.
    Says(&'static [&'static str]),
    /// Either: the fault may leave enough to go on with.
    Either,
}

/// A fault, how often it strikes in a row, and what must follow from one strike and from many.
struct Row {
    name: &'static str,
    fault: Fault,
    once: End,
    /// Strikes until it is over, and what comes of it.
    long: (u32, End),
}

const ALWAYS: u32 = u32::MAX;

fn rows(stranger: &str) -> Vec<Row> {
    use End::{Either, Says, Whole};
    let too_many = |retry_after| Fault::TooMany { retry_after };
    let raw = |words: &str| RetryAfter::Raw(words.to_owned());
    let server = Says(&["has trouble of its own", "is left alone for now"]);
    let cut = Says(&["broke off", "cannot be read", "did not answer", "cannot be reached"]);
    let time = Says(&["in time"]);
    let form = Says(&["in a form that cannot be read"]);
    let large = Says(&["too large an answer", "in time"]);
    let table: Vec<(&str, Fault, End, (u32, End))> = vec![
        ("429, seconds", too_many(RetryAfter::Seconds(7)), Whole, (6, Whole)),
        ("429, a date", too_many(RetryAfter::Date(9)), Whole, (6, Whole)),
        ("429, no word", too_many(RetryAfter::None), Whole, (6, Whole)),
        ("429, absurd", too_many(raw("99999999999")), Whole, (2, Whole)),
        ("429, the past", too_many(raw("Sun, 06 Nov 1994 08:49:37 GMT")), Whole, (9, Whole)),
        ("429, rubbish", too_many(raw("soon")), Whole, (9, Whole)),
        ("500, empty", Fault::Empty { status: 500 }, Whole, (ALWAYS, server)),
        ("502, a page", Fault::Html { status: 502 }, Whole, (ALWAYS, server)),
        ("503, seconds", Fault::Unavailable { retry_after: RetryAfter::Seconds(3) }, Whole, (ALWAYS, server)),
        ("504, answer lost", Fault::LostAnswer, Whole, (ALWAYS, server)),
        ("hung up before", Fault::HangUp { applied: false }, Whole, (ALWAYS, cut)),
        ("hung up after", Fault::HangUp { applied: true }, Whole, (ALWAYS, cut)),
        ("reset in the body", Fault::ResetMidBody, Whole, (ALWAYS, cut)),
        ("body too short", Fault::BodyTooShort, Whole, (ALWAYS, cut)),
        ("body too long", Fault::BodyTooLong, Either, (ALWAYS, cut)),
        ("half the JSON", Fault::TruncatedJson, Either, (ALWAYS, form)),
        ("deep JSON", Fault::DeepJson { depth: 100_000 }, Either, (ALWAYS, form)),
        ("no JSON", Fault::NotJson, Either, (ALWAYS, form)),
        ("error in a 200", Fault::ErrorInside, Either, (ALWAYS, Says(&[""]))),
        ("204", Fault::NoContent, Either, (ALWAYS, form)),
        ("login page, 200", Fault::Html { status: 200 }, Either, (ALWAYS, form)),
        ("wrong charset", Fault::WrongCharset, Whole, (ALWAYS, Whole)),
        ("unknown fields", Fault::UnknownFields, Whole, (ALWAYS, Whole)),
        ("wrong types", Fault::WrongTypes, Either, (ALWAYS, Either)),
        ("gzip bomb", Fault::GzipBomb { megabytes: 64 }, Either, (ALWAYS, large)),
        ("100 MB", Fault::HugeBody { megabytes: 100 }, Either, (ALWAYS, large)),
        ("slow head", Fault::SlowHeaders { pause_ms: 500, seconds: 20 }, Whole, (ALWAYS, time)),
        ("slow body", Fault::SlowBody { pause_ms: 500, seconds: 20 }, Whole, (ALWAYS, time)),
        ("401", Fault::Unauthorized, Either, (ALWAYS, Says(&["refused the login", "does not permit"]))),
        ("402", Fault::Empty { status: 402 }, Either, (ALWAYS, Says(&["no credits left"]))),
        ("403", Fault::Forbidden, Either, (ALWAYS, Says(&["does not permit", "takes no more calls"]))),
        ("redirect", Fault::Redirect { to: stranger.to_owned() }, Either, (ALWAYS, Says(&["another address"]))),
        ("page repeated", Twist::RepeatPage.into(), Whole, (ALWAYS, Whole)),
        ("page shrunk", Twist::ShrinkingPage.into(), Either, (ALWAYS, Either)),
        ("endless pages", Twist::EndlessPages.into(), Either, (ALWAYS, Either)),
    ];
    table.into_iter().map(|(name, fault, once, long)| Row { name, fault, once, long }).collect()
}

/// How one import went.
struct Went {
    state: RunState,
    words: String,
    read: u64,
    took: Duration,
}

async fn go(me: &Session, request: &leadloom::services::ImportRequest) -> Went {
    let began = Instant::now();
    let id = me.start_import(request).await.unwrap();
    watch(me, id, began).await
}

async fn watch(me: &Session, id: leadloom::domain::RunId, began: Instant) -> Went {
    let Ok(run) = tokio::time::timeout(BOUND, me.wait_for(id)).await else {
        let run = me.run(id).await.unwrap().run;
        panic!("not over after {BOUND:?}: {:?} {:?}", run.source, run.error);
    };
    let run = run.unwrap().run;
    let words = run.error.as_ref().map(|words| words.as_str().to_owned()).unwrap_or_default();
    Went { state: run.state, words, read: run.counters.read, took: began.elapsed() }
}

/// One cell: what came of a fault at one place of one source.
struct Cell {
    source: Source,
    went: Went,
    wrong: Option<String>,
}

/// One line of the table: that fault, struck `times` at `place` of every source at once.
async fn line(stand: &Stand, fault: &Fault, times: u32, place: usize, end: End, bills: &[f64]) -> Vec<Cell> {
    let home = tempfile::tempdir().unwrap();
    let me = open(home.path(), &stand.house.sim, &stand.clock).session("kim");
    for source in SOURCES {
        stand.server(source).plan(Planned::next(fault.clone()).at(routes(source)[place]).times(times));
    }
    let before: Vec<f64> = SOURCES.iter().map(|source| stand.server(*source).billed()).collect();
    let imports = SOURCES.iter().map(|source| {
        let (me, request) = (me.clone(), request(*source, PEOPLE));
        async move { go(&me, &request).await }
    });
    let all = futures_util::future::join_all(imports).await;
    let mut cells = Vec::new();
    for (nth, (source, went)) in SOURCES.into_iter().zip(all).enumerate() {
        let server = stand.server(source);
        server.clear_faults();
        let says =
            |words: &[&str]| words.iter().any(|word| went.words.contains(word)) && !went.words.is_empty() && !went.words.contains('\n');
        let whole = went.state == RunState::Done && went.read == PEOPLE;
        // Its bulk call answers with a word that nobody needs: people are asked after all the same.
        let end = if place == 1 && source == Source::RocketReach && whole { End::Either } else { end };
        let ended = matches!(went.state, RunState::Failed | RunState::Refused | RunState::Part) && says(&[""]);
        let mut wrong = match end {
            End::Whole if !whole => Some("not whole".to_owned()),
            End::Says(words) if !(ended && says(words)) => Some(format!("does not say one of {words:?}")),
            End::Either if !(went.state == RunState::Done || ended) => Some("neither whole nor ended".to_owned()),
            _ => None,
        };
        // Afterwards it goes on where it stopped.
        let run = me.runs(Some(source), None, 1).await.unwrap().pop().unwrap().run.id;
        if went.state != RunState::Done {
            stand.clock.advance(Duration::from_secs(700));
            me.resume_run(run).await.unwrap();
            let rest = watch(&me, run, Instant::now()).await;
            if rest.state != RunState::Done || rest.read < PEOPLE {
                wrong = wrong.or(Some(format!("resumed it is {} with {} read: {}", rest.state.key(), rest.read, rest.words)));
            }
        }
        let drafts = super::stand::drafts(&me, home.path(), run).await;
        let ids: HashSet<&str> = drafts.iter().map(|draft| draft.external_id.as_str()).collect();
        if ids.len() != drafts.len() {
            wrong = wrong.or(Some(format!("{} rows of {} people", drafts.len(), ids.len())));
        }
        let billed = server.billed() - before[nth];
        let page = bills[nth];
        // A lost answer to a paid call may cost its price again: once at once, and once more when a person resumes.
        if billed > if times == 1 { 2.0 } else { 3.0 } * page {
            wrong = wrong.or(Some(format!("billed {billed} where a page costs {page}")));
        }
        cells.push(Cell { source, went, wrong });
    }
    cells
}

async fn table(rows: Vec<Row>, stand: &Stand, everywhere: bool) {
    let dumps: Vec<_> = SOURCES.iter().map(|source| stand.server(*source).dump()).collect();
    let reset = || SOURCES.iter().zip(&dumps).for_each(|(source, dump)| stand.server(*source).load(dump.clone()).unwrap());
    let bills: Vec<f64> = {
        let cells = line(stand, &Fault::Late { millis: 1 }, 1, 0, End::Whole, &[f64::MAX; 8]).await;
        assert!(
            cells.iter().all(|cell| cell.wrong.is_none()),
            "without a fault: {:?}",
            cells.iter().map(|cell| &cell.wrong).collect::<Vec<_>>()
        );
        SOURCES.iter().map(|source| stand.server(*source).billed()).collect()
    };
    let mut wrong = Vec::new();
    println!("{:<18} {:<11} {}", "fault", "strikes", SOURCES.map(|source| format!("{:>13}", source.key())).join(""));
    for row in rows {
        for (times, end) in [(1, row.once), row.long] {
            for (place, at) in ["search", "pay"].into_iter().enumerate() {
                if !everywhere && (times == 1) != (place == 1) {
                    continue;
                }
                reset();
                let cells = line(stand, &row.fault, times, place, end, &bills).await;
                let often = if times == ALWAYS { "∞".to_owned() } else { times.to_string() };
                let shown = cells.iter().map(|cell| {
                    let mark = if cell.wrong.is_some() { "!" } else { "" };
                    format!("{:>13}", format!("{mark}{} {:.1}s", cell.went.state.key(), cell.went.took.as_secs_f32()))
                });
                println!("{:<18} {:<11} {}", row.name, format!("{often} {at}"), shown.collect::<String>());
                for cell in cells {
                    if let Some(why) = cell.wrong {
                        wrong.push(format!(
                            "{} × {often} at {at} of {}: {why} ({} {:?}, {} read)",
                            row.name,
                            cell.source,
                            cell.went.state.key(),
                            cell.went.words,
                            cell.went.read
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells\n{}", wrong.len(), wrong.join("\n"));
}

pub async fn matrix() {
    let stand = Stand::with(300, RateLimits::Off, FACTOR, |_| {}).await;
    stand.clock.hurry();
    let asked = std::env::var("LEADLOOM_FAULTS").ok();
    let only = asked.as_deref().filter(|asked| *asked != "all").unwrap_or_default();
    let rows = rows(&stand.house.sim.stranger().base_url()).into_iter().filter(|row| row.name.contains(only)).collect();
    table(rows, &stand, asked.is_some()).await;
    assert!(stand.house.sim.stranger().requests().is_empty(), "nobody followed a redirect");
}

/// One source after another is struck for as long as it takes; the seven others neither fail nor wait.
pub async fn neighbours() {
    let stand = Stand::with(300, RateLimits::Off, FACTOR, |_| {}).await;
    stand.clock.hurry();
    let troubles = [
        Fault::SlowHeaders { pause_ms: 500, seconds: 20 },
        Fault::TooMany { retry_after: RetryAfter::Raw("99999999999".to_owned()) },
        Fault::Empty { status: 503 },
        Fault::HugeBody { megabytes: 100 },
    ];
    for (nth, struck) in SOURCES.into_iter().enumerate() {
        let home = tempfile::tempdir().unwrap();
        let me = open(home.path(), &stand.house.sim, &stand.clock).session("kim");
        let fault = &troubles[nth % troubles.len()];
        stand.server(struck).plan(Planned::next(fault.clone()).at(routes(struck)[0]).always());
        let began = Instant::now();
        let ill = me.start_import(&request(struck, PEOPLE)).await.unwrap();
        let others = SOURCES.iter().filter(|source| **source != struck).map(|source| {
            let (me, request) = (me.clone(), request(*source, PEOPLE));
            async move { (source, go(&me, &request).await) }
        });
        for (source, went) in futures_util::future::join_all(others).await {
            assert_eq!((went.state, went.read), (RunState::Done, PEOPLE), "{source} beside {struck} with {fault:?}: {}", went.words);
            assert!(went.words.is_empty(), "{source}: {}", went.words);
        }
        let took = began.elapsed();
        // Whatever the ill one does: it is stopped, and that is the end of it.
        if me.run(ill).await.unwrap().run.state == RunState::Running {
            me.stop_run(ill).await.unwrap();
        }
        let ended = watch(&me, ill, began).await;
        assert_ne!(ended.state, RunState::Done, "{struck} with {fault:?}");
        stand.server(struck).clear_faults();
        println!("{struck} with {fault:?}: {}; the others took {took:.1?}", ended.state.key());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_asks_all_side_by_side() {
    let stand = Stand::new(50).await;
    for source in SOURCES {
        stand.server(source).plan(Planned::next(Fault::Late { millis: 1500 }));
    }
    let began = std::time::Instant::now();
    let checks = stand.house.me.doctor().await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    let named: Vec<&str> =
        checks.iter().map(|check| check.what.as_str()).filter(|what| SOURCES.iter().any(|source| source.label() == *what)).collect();
    assert_eq!(named, Source::providers().filter(|source| !source.file_only()).map(Source::label).collect::<Vec<_>>());
}
