//! `leadloom demo`: simulators, a house over them, and a day's work to look at. Everything goes through the same doors as
//! the real thing: files are imported, searches run, questions are decided, cards are moved, HaloPSA is synced.

use super::{
    Failure, Globals, Ink, Output, console,
    open::{Opened, runtime, write_whole},
};
use crate::{
    config::{Environment, Overrides, load},
    domain::{Choice, FieldKind, Lifecycle, ReviewKind, RunState, Source, Text},
    services::{BoardFilter, FormField, ImportFrom, ImportRequest, MergeChoice, Moved, ReviewFilter, ServiceError, Session},
    sim::{Fault, Planned, RateLimits, Sim, SimConfig, export, halo::HaloHandle},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

/// What a demo's user would have written into their settings.
const SETTINGS: &str = r#"# The demo's settings: simulators stand in for HaloPSA and the providers.
[sync]
poll = "30s"

# A real HaloPSA takes 700 calls in 5 minutes. A demo that waits for that shows little else.
[halopsa]
budget = { requests = 6000, per = "5m" }

[sources.apollo.searches.it-leaders]
person_titles = ["IT Director", "CTO", "CIO", "IT Manager"]
schedule = "0 6 * * 1-5"
"#;

/// The export that was imported before anybody looks: it founds most contacts.
const FIRST: Source = Source::ZoomInfo;
/// Those that follow: they know many of the same people, so there are duplicates to look at, and weak records.
const THEN: &[Source] = &[Source::LeadsBlue, Source::Lusha];
/// Sources whose searches run while somebody looks, one after another.
const LIVE: &[Source] = &[Source::Apollo, Source::ZoomInfo, Source::RocketReach, Source::Lusha, Source::UpLead];
/// People each of these searches asks for.
const LIVE_ROWS: u64 = 150;
/// How long a simulated provider takes to answer, so that an import can be watched.
const ANSWER: u32 = 700;
/// Between two such searches.
const PAUSE: Duration = Duration::from_secs(20);
/// How often the live part looks around, and the kept HaloPSA is written down.
const LOOK: Duration = Duration::from_secs(1);
/// Questions decided by somebody else.
const DECIDED: u32 = 6;
/// How far cards have come: so many went one stage on, so many of those another one, …
const WALKED: &[usize] = &[18, 12, 9, 7, 5, 4, 3, 1];
/// Where `--keep` keeps the simulated HaloPSA.
const HALO: &str = "halopsa.json";

/// Try the console on a made-up world: no login, no network, nothing kept
///
/// Simulators of HaloPSA and of every provider run inside the program and are filled with made-up people and companies.
/// An import is under way, and the review queue has work.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:\n  leadloom demo\n  leadloom demo --people 20000 --seed 7\n  leadloom demo --keep ~/leadloom-demo")]
pub struct Args {
    /// How many people live in the made-up world
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub people: u32,
    /// Which world: the same number makes the same one
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Keep the demo's data in this folder, and go on there next time
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

/// The demo's folder: somebody's, or one that goes when the demo ends.
enum Home {
    Kept(PathBuf),
    Passing(TempDir),
}

impl Home {
    fn of(keep: Option<&Path>) -> io::Result<Self> {
        match keep {
            Some(folder) => {
                fs::create_dir_all(folder)?;
                Ok(Self::Kept(std::path::absolute(folder)?))
            }
            None => Ok(Self::Passing(tempfile::Builder::new().prefix("leadloom-demo-").tempdir()?)),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Passing(folder) => folder.path(),
        }
    }
}

/// Runs it.
pub fn run(args: &Args, globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    let home = Home::of(args.keep.as_deref()).map_err(|error| Failure::failed(format!("the demo's folder cannot be made: {error}")))?;
    let place = home.path().to_owned();
    let trouble = |what: &str, error: &dyn std::fmt::Display| Failure::failed(format!("{what} in {}: {error}", place.display()));
    let settings = place.join("leadloom.toml");
    let fresh = !settings.exists();
    if fresh {
        fs::write(&settings, SETTINGS).map_err(|error| trouble("the demo's settings cannot be written", &error))?;
    }
    let runtime = runtime()?;
    let config = SimConfig { seed: args.seed, people: args.people as usize, rate_limits: RateLimits::Off, ..SimConfig::default() };
    let sim = runtime.block_on(Sim::start(config)).map_err(|error| Failure::failed(format!("the simulators could not start: {error}")))?;
    if let Ok(text) = fs::read_to_string(place.join(HALO)) {
        let state = serde_json::from_str(&text).map_err(|error| error.to_string());
        state.and_then(|state| sim.halo().load(state)).map_err(|error| trouble("the kept HaloPSA cannot be read", &error))?;
    }
    let env = sim.env();
    let variables = env.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let overrides = Overrides { home: Some(place.clone()), config: None, ..globals.overrides() };
    let opened = Opened::with(load(&Environment::of(&place, variables), &overrides)?, runtime)?;
    if fresh {
        opened.run(async {
            opened.me.setup(false).await?;
            import(&opened.me, &sim, &place, FIRST).await
        })?;
    }
    let kept = matches!(home, Home::Kept(_)).then(|| place.join(HALO));
    let (me, keep, folder) = (opened.me.clone(), kept.clone(), place.clone());
    opened.spawn(async move {
        // The first screen does not wait for the rest of the morning.
        if fresh && let Err(failure) = morning(&me, &sim, &folder).await {
            tracing::warn!(why = failure.sentence, "the demo's morning ended early");
        }
        live(me, slow(sim), keep).await;
    });
    let left = console::show(&opened, true);
    if let Some(path) = &kept {
        output.say(Ink::Plain, &format!("kept in {}; leadloom demo --keep {0} goes on there", place.display()));
        tracing::debug!(path = %path.display(), "the simulated HaloPSA is kept");
    }
    left
}

/// Imports a source's export file.
async fn import(me: &Session, sim: &Sim, home: &Path, source: Source) -> Result<(), Failure> {
    let path = home.join(format!("{}.csv", source.key()));
    write_whole(&path, |file| export::write(sim.world(), source, file))?;
    let from = ImportFrom::File { path, source: None, mapping: None };
    let run = me.start_import(&ImportRequest { from, limit: None }).await?;
    me.wait_for(run).await?;
    Ok(())
}

/// What others did this morning: files imported, some questions decided, cards moved on.
async fn morning(me: &Session, sim: &Sim, home: &Path) -> Result<(), Failure> {
    for source in THEN {
        import(me, sim, home, *source).await?;
    }
    let filter = ReviewFilter { kind: Some(ReviewKind::Duplicate), ..ReviewFilter::default() };
    for row in me.review_page(&filter, None, DECIDED).await? {
        // Another question by now: somebody will be asked anew.
        let _decided = me.accept(row.id, &MergeChoice::default()).await;
    }
    walk(me).await?;
    Ok(())
}

/// Moves cards on, the first ones furthest, filling in what the pipeline asks for on the way.
async fn walk(me: &Session) -> Result<(), ServiceError> {
    let start = me.first_stage(Lifecycle::Lead);
    let mut cards = me.cards(&start, &BoardFilter::default(), None, WALKED[0] as u32).await?;
    for walked in WALKED {
        cards.truncate(*walked);
        for card in &cards {
            if let Moved::Refused { missing, .. } = me.forward(card.lead, &[]).await? {
                let answers: Vec<Choice> = missing.iter().map(answer).collect();
                me.forward(card.lead, &answers).await?;
            }
        }
    }
    Ok(())
}

/// What a salesperson might fill in.
fn answer(gap: &FormField) -> Choice {
    let value = match (gap.options.first(), gap.field.kind()) {
        (Some(option), _) => option.clone(),
        (None, FieldKind::Number | FieldKind::Span) => Text::new("80"),
        (None, FieldKind::Flag) => Text::new("yes"),
        (None, _) => Text::new("slow backups, no second site"),
    };
    Choice { field: gap.field, value: Some(value) }
}

/// Makes the providers answer as slowly as real ones.
fn slow(sim: Sim) -> Sim {
    for server in LIVE.iter().filter_map(|source| sim.source(*source)) {
        server.plan(Planned::next(Fault::Late { millis: ANSWER }).always());
    }
    sim
}

/// Keeps the simulators running, searches going, and the simulated HaloPSA written down where it is to be kept.
async fn live(me: Session, sim: Sim, kept: Option<PathBuf>) {
    let mut sources = LIVE.iter();
    let (mut run, mut idle) = (None, PAUSE);
    loop {
        let working = match run {
            Some(id) => me.run(id).await.is_ok_and(|view| matches!(view.run.state, RunState::Running | RunState::Paused)),
            None => false,
        };
        idle = if working { Duration::ZERO } else { idle + LOOK };
        if idle >= PAUSE
            && let Some(source) = sources.next()
        {
            let from = ImportFrom::Provider { source: *source, search: None, set: Vec::new() };
            match me.start_import(&ImportRequest { from, limit: Some(LIVE_ROWS) }).await {
                Ok(id) => run = Some(id),
                Err(error) => tracing::warn!(%error, source = source.key(), "the demo's search could not start"),
            }
            idle = Duration::ZERO;
        }
        if let Some(path) = &kept {
            keep(&sim.halo(), path);
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn keep(halo: &HaloHandle, path: &Path) {
    if let Err(failure) = write_whole(path, |file| serde_json::to_writer(file, &halo.dump()).map_err(io::Error::from)) {
        tracing::warn!(why = failure.sentence, "the simulated HaloPSA could not be kept");
    }
}
