//! Filling gaps: each source asked about people we know from a file, the chain when one does not know or is in trouble,
//! what it costs and that it costs it once, also when the process dies in between.

use super::stand::{FACTOR, Fast, SOURCES, open, store};
use futures_util::future::join_all;
use leadloom::{
    ambient::{RandomIds, SystemClock},
    config::{Environment, Overrides, load},
    domain::{ContactId, Field, Giver, RunId, RunState, Source, Text},
    services::{EnrichRequest, ImportFrom, ImportRequest, Kind, Opening, RunView, Services, Session, Whom},
    sim::{Fault, Planned, RateLimits, Sighting, Sim, SimConfig, sightings},
};
use std::{
    collections::HashSet,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;

const WORLD: usize = 400;

struct Place {
    clock: Arc<Fast>,
    sim: Sim,
    home: TempDir,
    me: Session,
}

impl Place {
    async fn with(settings: &str) -> Self {
        let clock = Fast::new(FACTOR);
        let config = SimConfig { people: WORLD, rate_limits: RateLimits::Off, clock: clock.clone(), ..SimConfig::default() };
        let sim = Sim::start(config).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("leadloom.toml"), settings).unwrap();
        let me = open(home.path(), &sim, &clock).session("kim");
        Self { clock, sim, home, me }
    }

    /// Opens the folder anew, as another process does.
    fn again(&self) -> Session {
        open(self.home.path(), &self.sim, &self.clock).session("kim")
    }

    /// People whom the source knows by name and address, as a file that says no more than that.
    async fn import(&self, source: Source, most: usize) -> Vec<Sighting> {
        let people: Vec<_> = known_by(&self.sim, source).into_iter().take(most).collect();
        self.import_these(&people).await;
        people
    }

    async fn import_these(&self, people: &[Sighting]) {
        let mut csv = "First Name,Last Name,Email,Company\n".to_owned();
        for one in people {
            let company = one.company.map(|nth| self.sim.world().companies[nth as usize].name.clone()).unwrap_or_default();
            writeln!(csv, "{},{},{},\"{}\"", one.first, one.last, one.email.as_deref().unwrap(), company.replace('"', "")).unwrap();
        }
        let path = self.home.path().join("people.csv");
        std::fs::write(&path, csv).unwrap();
        let from = ImportFrom::File { path, source: Some(Source::File), mapping: None };
        let run = self.me.start_import(&ImportRequest { from, limit: None }).await.unwrap();
        let ended = self.me.wait_for(run).await.unwrap().run;
        assert_eq!(ended.state, RunState::Done, "{:?}", ended.error);
        // Thin rows wait for a person, who takes them.
        for item in self.me.review_page(&leadloom::services::ReviewFilter::default(), None, 1000).await.unwrap() {
            match self.me.create_new(item.id).await {
                Err(error) if error.kind() == Kind::Changed => drop(self.me.create_new(item.id).await.unwrap()),
                made => drop(made.unwrap()),
            }
        }
    }

    async fn everybody(&self) -> Vec<ContactId> {
        self.me.search("", None, 5000).await.unwrap().into_iter().map(|one| one.id).collect()
    }

    async fn enrich(&self, fields: &[Field]) -> RunView {
        let run = begin(&self.me, fields).await;
        self.me.wait_for(run).await.unwrap()
    }

    fn billed(&self, source: Source) -> f64 {
        self.sim.source(source).unwrap().billed()
    }
}

fn request(fields: &[Field]) -> EnrichRequest {
    EnrichRequest { whom: Whom::Matching(Text::default()), fields: fields.to_vec(), limit: None, older_than: None }
}

async fn begin(me: &Session, fields: &[Field]) -> RunId {
    let plan = me.plan_enrich(&request(fields)).await.unwrap();
    me.start_enrich(&request(fields), plan.credits.1).await.unwrap()
}

/// Real people with a mailbox, each once, whom the source has under their present job.
fn known_by(sim: &Sim, source: Source) -> Vec<Sighting> {
    let mut mailboxes = HashSet::new();
    sightings(sim.world(), source)
        .into_iter()
        .filter(|one| {
            let real = one.person.is_some_and(|nth| {
                let person = &sim.world().people[nth as usize];
                person.hostile.is_none() && !person.claimed
            });
            let plain = |name: &str| !name.is_empty() && name.chars().all(char::is_alphabetic);
            let mailbox = one.email.as_ref().filter(|email| !email.contains("info@"));
            real && one.missed_jobs == 0
                && plain(&one.first)
                && plain(&one.last)
                && one.company.is_some()
                && mailbox.is_some_and(|email| mailboxes.insert(email.to_lowercase()))
        })
        .collect()
}

async fn value(me: &Session, id: ContactId, field: Field) -> Option<(String, Option<Source>)> {
    let golden = me.record(id).await.unwrap().golden;
    let one = golden.get(field)?;
    let source = match one.giver {
        Giver::Record(_, source) => Some(source),
        Giver::Decision(_) => None,
    };
    Some((one.value.as_ref()?.to_string(), source))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_source_fills_what_is_lacking_and_is_asked_once() {
    let one = async |source: Source| {
        let place = Place::with(&format!("[enrich]\njob_title = [\"{}\"]\n", source.key())).await;
        place.import(source, 30).await;
        let everybody = place.everybody().await;
        assert!(everybody.len() >= 20, "{source}: {}", everybody.len());
        let plan = place.me.plan_enrich(&request(&[Field::JobTitle])).await.unwrap();
        assert_eq!(plan.people as usize, everybody.len(), "{source}: {plan:?}");
        let (calls, billed) = (place.sim.source(source).unwrap().requests().len(), place.billed(source));
        assert_eq!((calls, billed), (0, 0.0), "{source}: a plan asks nobody");

        let run = place.enrich(&[Field::JobTitle]).await.run;
        assert_eq!(run.state, RunState::Done, "{source}: {:?}", run.error);
        assert_eq!(run.counters.read as usize, everybody.len(), "{source}: {:?}", run.counters);
        assert_eq!(run.counters.created, 0, "{source}: an answer makes nobody new");
        assert!(run.counters.enriched * 10 >= run.counters.read * 7, "{source}: {:?}", run.counters);
        assert_eq!(place.everybody().await.len(), everybody.len(), "{source}");
        let mut given = 0;
        for id in &everybody {
            given += usize::from(matches!(value(&place.me, *id, Field::JobTitle).await, Some((_, Some(from))) if from == source));
        }
        assert!(given * 10 >= everybody.len() * 7, "{source}: {given} of {}", everybody.len());
        let billed = place.billed(source);
        assert!(billed > 0.0 && billed <= plan.credits.1 as f64, "{source}: {billed}, planned {:?}", plan.credits);

        // Who still lacks it has been asked about: there is nothing left to spend.
        let again = place.again().plan_enrich(&request(&[Field::JobTitle])).await.unwrap();
        assert_eq!((again.people, again.credits.1), (0, 0), "{source}: {again:?}");
        let refused = place.again().start_enrich(&request(&[Field::JobTitle]), 1000).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Invalid, "{source}: {refused}");
        assert!((place.billed(source) - billed).abs() < 1e-9, "{source}");
        // A month later it may know more.
        place.clock.advance(Duration::from_secs(31 * 24 * 3600));
        let later = place.again().plan_enrich(&request(&[Field::JobTitle])).await.unwrap();
        assert_eq!(later.people as usize, everybody.len() - given, "{source}: {later:?}");
    };
    join_all(SOURCES.map(one)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn that_nobody_asked_about_is_known_is_an_answer() {
    let one = async |source: Source| {
        let place = Place::with(&format!("[enrich]\njob_title = [\"{}\"]\n", source.key())).await;
        let mut strangers = known_by(&place.sim, source);
        strangers.truncate(2);
        for (nth, stranger) in strangers.iter_mut().enumerate() {
            stranger.first = ["Quilla", "Zeno"][nth].to_owned();
            stranger.email = Some(format!("{}@nowhere-{nth}.example", stranger.first.to_lowercase()));
        }
        place.import_these(&strangers).await;
        let run = place.enrich(&[Field::JobTitle]).await.run;
        assert_eq!((run.state, run.error), (RunState::Done, None), "{source}");
        assert_eq!(run.counters.enriched, 0, "{source}: {:?}", run.counters);
        let again = place.again().plan_enrich(&request(&[Field::JobTitle])).await.unwrap();
        assert_eq!((again.people, again.in_vain), (0, 2), "{source}: what they do not know holds for a month: {again:?}");
    };
    join_all(SOURCES.map(one)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_does_not_know_the_next_is_asked() {
    let place = Place::with("[enrich]\nmobile = [\"lusha\", \"apollo\"]\n").await;
    // Half of them Lusha has never heard of.
    let lusha: HashSet<Option<u32>> = known_by(&place.sim, Source::Lusha).iter().map(|one| one.person).collect();
    let apollo = known_by(&place.sim, Source::Apollo);
    let numbered = |one: &&Sighting| one.mobile.as_ref().is_some_and(|number| number.starts_with('+') && number.len() > 10);
    let (both, only): (Vec<_>, Vec<_>) = apollo.iter().filter(numbered).partition(|one| lusha.contains(&one.person));
    let people: Vec<Sighting> = both.into_iter().take(8).chain(only.into_iter().take(8)).cloned().collect();
    place.import_these(&people).await;
    let everybody = place.everybody().await;
    let run = place.enrich(&[Field::Mobile]).await.run;
    assert_eq!(run.state, RunState::Done, "{:?}", run.error);
    let mut by = std::collections::BTreeMap::new();
    for id in &everybody {
        if let Some((_, Some(source))) = value(&place.me, *id, Field::Mobile).await {
            *by.entry(source).or_insert(0) += 1;
        }
    }
    assert!(by.get(&Source::Lusha).is_some_and(|n| *n > 0) && by.get(&Source::Apollo).is_some_and(|n| *n > 0), "{by:?}");
    // Whoever Lusha filled was not asked about at Apollo: at most nine credits for each of the rest.
    let rest = everybody.len() - by[&Source::Lusha];
    assert!(place.billed(Source::Apollo) <= 9.0 * rest as f64, "{} for {rest}", place.billed(Source::Apollo));
    // One decision takes an answer back, as after any import.
    let filled = everybody.iter().copied();
    for id in filled {
        if let Some((_, Some(Source::Lusha))) = value(&place.me, id, Field::Mobile).await {
            let view = place.me.record(id).await.unwrap();
            let row = view.history.iter().find(|row| row.undoable.is_ok()).unwrap();
            place.me.undo_decision(row.decision).await.unwrap();
            assert_eq!(value(&place.me, id, Field::Mobile).await, None);
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_in_trouble_is_passed_over_and_asked_when_the_run_is_resumed() {
    let place = Place::with("[enrich]\njob_title = [\"zoominfo\", \"apollo\"]\nseniority = [\"zoominfo\"]\n").await;
    place.import(Source::ZoomInfo, 20).await;
    let zoominfo = place.sim.source(Source::ZoomInfo).unwrap();
    zoominfo.plan(Planned::next(Fault::Empty { status: 403 }).always());
    let run = place.enrich(&[Field::JobTitle, Field::Seniority]).await.run;
    assert_eq!(run.state, RunState::Part, "{:?}", run.error);
    let words = run.error.unwrap();
    assert!(words.contains("ZoomInfo") && words.contains("resume"), "{words}");
    assert!(run.counters.enriched > 0, "Apollo answered: {:?}", run.counters);
    assert!((place.billed(Source::ZoomInfo) - 0.0).abs() < 1e-9, "nothing was charged");
    let apollo = place.billed(Source::Apollo);

    zoominfo.clear_faults();
    let me = place.again();
    me.resume_run(run.id).await.unwrap();
    let ended = me.wait_for(run.id).await.unwrap().run;
    assert_eq!(ended.state, RunState::Done, "{:?}", ended.error);
    assert!(place.billed(Source::ZoomInfo) > 0.0);
    assert!((place.billed(Source::Apollo) - apollo).abs() < 1e-9, "nobody is asked about twice");

    // Nobody in the chain can be asked: said, not spent.
    let place = Place::with("[enrich]\njob_title = [\"zoominfo\"]\n").await;
    place.import(Source::ZoomInfo, 5).await;
    place.sim.source(Source::ZoomInfo).unwrap().plan(Planned::next(Fault::Empty { status: 500 }).always());
    let run = place.enrich(&[Field::JobTitle]).await.run;
    assert_eq!(run.state, RunState::Failed, "{:?}", run.error);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_of_an_address_holds_for_thirty_days() {
    for source in [Source::Hunter, Source::RocketReach, Source::UpLead] {
        let place = Place::with(&format!("[enrich]\nemail_status = [\"{}\"]\n", source.key())).await;
        place.import(source, 15).await;
        let everybody = place.everybody().await;
        let plan = place.me.plan_enrich(&request(&[])).await.unwrap();
        assert_eq!(plan.people as usize, everybody.len(), "{source}: {plan:?}");
        let run = place.enrich(&[]).await.run;
        assert_eq!(run.state, RunState::Done, "{source}: {:?}", run.error);
        assert!(run.counters.enriched > 0, "{source}: {:?}", run.counters);
        assert_eq!((run.counters.created, run.counters.rejected), (0, 0), "{source}: {:?}", run.counters);
        let mut said = 0;
        for id in &everybody {
            said += usize::from(value(&place.me, *id, Field::EmailStatus).await.is_some_and(|(status, _)| status != "unverified"));
        }
        assert!(said * 4 > everybody.len(), "{source}: {said} of {}", everybody.len());
        let (calls, billed) = (place.sim.source(source).unwrap().requests().len(), place.billed(source));
        assert!(billed > 0.0 && billed <= plan.credits.1 as f64, "{source}: {billed} of {:?}", plan.credits);

        place.clock.advance(Duration::from_secs(20 * 24 * 3600));
        let again = place.again().plan_enrich(&request(&[])).await.unwrap();
        assert_eq!((again.people, again.credits), (0, (0, 0)), "{source}: {again:?}");
        assert_eq!(place.sim.source(source).unwrap().requests().len(), calls, "{source}");
        place.clock.advance(Duration::from_secs(12 * 24 * 3600));
        let later = place.again().plan_enrich(&request(&[])).await.unwrap();
        assert_eq!(later.people as usize, everybody.len(), "{source}: {later:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_that_rose_is_shown_again_and_a_ceiling_holds() {
    let place = Place::with("[enrich]\njob_title = [\"apollo\"]\n[sources.apollo]\ncredit_ceiling = 10\n").await;
    place.import(Source::Apollo, 25).await;
    let plan = place.me.plan_enrich(&request(&[Field::JobTitle])).await.unwrap();
    let refused = place.me.start_enrich(&request(&[Field::JobTitle]), plan.credits.1 - 1).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Changed, "{refused}");
    assert_eq!(place.sim.apollo().count(""), 0);
    let run = place.enrich(&[Field::JobTitle]).await.run;
    assert_eq!(run.state, RunState::Part, "{:?}", run.error);
    assert!(place.billed(Source::Apollo) <= 10.0 && run.counters.enriched > 0, "{:?}", run.counters);
    let viewer = Place::with("[enrich]\njob_title = [\"apollo\"]\n[users]\ndefault_role = \"viewer\"\n").await;
    assert_eq!(viewer.me.start_enrich(&request(&[Field::JobTitle]), 100).await.unwrap_err().kind(), Kind::Refused);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ceiling_is_used_to_its_last_credit_and_named() {
    let place = Place::with("[enrich]\njob_title = [\"apollo\"]\n[sources.apollo]\ncredit_ceiling = 7\n").await;
    place.import(Source::Apollo, 25).await;
    let plan = place.me.plan_enrich(&request(&[Field::JobTitle])).await.unwrap();
    let notes: Vec<String> = plan.notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        ["Apollo.io: credit_ceiling of [sources.apollo] leaves 7 of 7 credits this month; the run ends there and can be resumed"]
    );
    let run = place.enrich(&[Field::JobTitle]).await.run;
    assert_eq!(run.state, RunState::Part, "{:?}", run.error);
    assert!((place.billed(Source::Apollo) - 7.0).abs() < 1e-9, "{}", place.billed(Source::Apollo));
    let words = run.error.unwrap();
    assert!(words.contains("credit_ceiling of [sources.apollo] is reached: 7 of 7 credits are used"), "{words}");

    let place = Place::with("[sources.uplead]\ncredit_ceiling = 10\n").await;
    let asked = super::stand::request(Source::UpLead, 30);
    let plan = place.me.plan_import(&asked).await.unwrap();
    assert!(plan.notes.iter().any(|note| note.contains("leaves 10 of 10 credits this month; the run ends there")), "{:?}", plan.notes);
    let run = place.me.start_import(&asked).await.unwrap();
    let run = place.me.wait_for(run).await.unwrap().run;
    assert_eq!(run.state, RunState::Part, "{:?}", run.error);
    assert!(run.counters.read >= 10 && (place.billed(Source::UpLead) - 10.0).abs() < 1e-9, "{:?}", run.counters);
    let words = run.error.unwrap();
    assert!(words.contains("credit_ceiling of [sources.uplead] is reached: 10 of 10 credits are used"), "{words}");
    let spent = place.me.spent().await;
    assert_eq!(spent.iter().map(|one| (one.source, one.credits)).collect::<Vec<_>>(), [(Source::UpLead, 10.0)]);
    let near: Vec<_> = place.me.sources().await.unwrap().into_iter().filter(|one| one.note.contains("of your ceiling")).collect();
    assert!(near.is_empty(), "the run says more: {near:?}");
    let check = place.me.test_login(Source::UpLead).await.unwrap();
    assert_eq!(check.verdict, leadloom::services::Verdict::Warn);
    assert!(check.words.contains("10 of 10 credits of your ceiling used"), "{}", check.words);
}

async fn pages(home: &Path, run: RunId, least: u32) {
    let store = store(home);
    while store.read(move |view| view.run_of(run)).await.unwrap().unwrap().pages < least {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_while_asking_has_paid_once() {
    let one = async |source: Source| {
        let place = Place::with(&format!("[enrich]\njob_title = [\"{}\"]\n", source.key())).await;
        place.import(source, 60).await;
        let server = place.sim.source(source).unwrap();
        let calm = Place::with(&format!("[enrich]\njob_title = [\"{}\"]\n", source.key())).await;
        calm.import(source, 60).await;
        calm.enrich(&[Field::JobTitle]).await;
        // Every answer comes late: the death falls between a bill and its answer.
        server.plan(Planned::next(Fault::Late { millis: 600 }).always());
        let process = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let me = place.again();
        let run = process.spawn(async move { begin(&me, &[Field::JobTitle]).await }).await.unwrap();
        pages(place.home.path(), run, 1).await;
        let calls = server.requests().len();
        while server.requests().len() == calls {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        process.shutdown_background();
        server.clear_faults();
        place.clock.advance(Duration::from_secs(120));
        let me = place.again();
        me.resume_run(run).await.unwrap();
        let ended = me.wait_for(run).await.unwrap().run;
        assert_eq!(ended.state, RunState::Done, "{source}: {:?}", ended.error);
        let (billed, bill) = (place.billed(source), calm.billed(source));
        // Lusha gives for nothing what it has sold, but finding it again is a search: a credit for 25 people.
        let search = if source == Source::Lusha { 1.0 } else { 0.0 };
        assert!(billed <= bill + search + 1e-9, "{source}: {billed} instead of {bill}");
        let lost = me.row_errors(run, None, 100).await.unwrap();
        assert!(lost.len() <= 25 && lost.iter().all(|row| row.reason.contains("may have charged")), "{source}: {lost:?}");
    };
    for source in SOURCES {
        one(source).await;
    }
}

/// Tells the test binary to be the child: the folder to work in.
const WORK_IN: &str = "ENRICH_WORK_IN";

/// Asks where the parent says, when told so, from wherever the last life left it; otherwise does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker() {
    let Some(home) = std::env::var_os(WORK_IN).map(PathBuf::from) else { return };
    let overrides = Overrides { home: Some(home), ..Overrides::default() };
    let loaded = load(&Environment::of_process(), &overrides).unwrap();
    let opening = Opening { loaded, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) };
    let me = Services::open(opening).unwrap().session("kim");
    let gaps = |view: &&RunView| view.what.starts_with("gaps");
    let run = match me.runs(None, None, 10).await.unwrap().iter().find(gaps) {
        Some(view) if view.run.state == RunState::Done => return,
        Some(view) => {
            me.resume_run(view.run.id).await.unwrap();
            view.run.id
        }
        None => begin(&me, &[Field::JobTitle]).await,
    };
    let ended = me.wait_for(run).await.unwrap().run;
    assert_eq!(ended.state, RunState::Done, "{:?}", ended.error);
}

fn worker(home: &Path, sim: &Sim) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["sources::enrich::the_worker", "--exact", "--nocapture", "--test-threads", "1"]);
    command.env_clear().envs(sim.env()).env(WORK_IN, home).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn six_deaths_while_asking_bill_nobody_twice() {
    // Those that would charge again.
    for source in [Source::Apollo, Source::Hunter] {
        let settings = format!("[enrich]\njob_title = [\"{}\"]\n", source.key());
        let calm = Place::with(&settings).await;
        calm.import(source, 25).await;
        calm.enrich(&[Field::JobTitle]).await;
        let place = Place::with(&settings).await;
        place.import(source, 25).await;
        place.me.let_go().await;
        let server = place.sim.source(source).unwrap();
        server.plan(Planned::next(Fault::Late { millis: 120 }).always());
        let mut killed = 0;
        for life in 0..6 {
            let mut child = worker(place.home.path(), &place.sim);
            let last = server.requests().len() + 1 + life % 3;
            while server.requests().len() < last && child.try_wait().unwrap().is_none() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            killed += usize::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
            child.wait().unwrap();
        }
        assert!(killed > 1, "{source}: only {killed} died at work");
        server.clear_faults();
        let last = worker(place.home.path(), &place.sim);
        let last = tokio::task::spawn_blocking(move || last.wait_with_output().unwrap()).await.unwrap();
        assert!(last.status.success(), "{source}: {}", String::from_utf8_lossy(&last.stderr));
        let (billed, bill) = (place.billed(source), calm.billed(source));
        assert!(billed <= bill + 1e-9, "{source}: {billed} instead of {bill}");
    }
}
