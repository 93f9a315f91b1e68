//! What a command that asks the services stands on: settings, log, runtime, and a session of whoever typed it. Absent:
//! what is asked.

use super::{Failure, Globals, Ink, Output};
use crate::{
    ambient::{RandomIds, SystemClock},
    config::{Loaded, Log, Paths, Ui},
    domain::Clock,
    services::{Kind, Opening, ServiceError, Services, Session},
    telemetry::{self, Ring, Telemetry},
};
use std::{
    fs::File,
    future::Future,
    io::{self, BufWriter, Write as _},
    path::Path,
    sync::Arc,
};
use tokio::runtime::Runtime;

/// Threads that drive tasks; work that computes or blocks has threads of its own.
const THREADS: usize = 2;

/// An opened house. Dropping it ends its tasks and writes out the log.
pub struct Opened {
    /// Whoever typed the command, at the services' door.
    pub me: Session,
    /// The newest log entries.
    pub ring: Ring,
    /// How the console is to look.
    pub ui: Ui,
    /// Where things lie.
    pub paths: Paths,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    runtime: Runtime,
    _log: Telemetry,
}

impl Opened {
    /// By the settings in force.
    pub fn by(globals: &Globals, output: &mut Output) -> Result<Self, Failure> {
        let loaded = globals.load()?;
        for note in &loaded.notes {
            output.say(Ink::Warn, &format!("note: {note}"));
        }
        Self::with(loaded, runtime()?)
    }

    /// With these settings, on this runtime.
    pub fn with(loaded: Loaded, runtime: Runtime) -> Result<Self, Failure> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let log = telemetry::start(&log_options(&loaded.config.log, &loaded.paths), clock.clone())
            .map_err(|error| Failure::not_configured(error.to_string()))?;
        let (ui, paths) = (loaded.config.ui.clone(), loaded.paths.clone());
        let inside = runtime.enter();
        let me = Services::open(Opening { loaded, clock: clock.clone(), ids: Arc::new(RandomIds) })?.session(&login());
        drop(inside);
        Ok(Self { me, ring: log.ring.clone(), ui, paths, clock, runtime, _log: log })
    }

    /// Runs something beside what comes; it ends with the house.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        // Nobody waits for it: dropping the runtime ends it.
        drop(self.runtime.spawn(work));
    }

    /// Runs something asynchronous to its end.
    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

/// A runtime for a command.
pub fn runtime() -> Result<Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
    built.map_err(|error| Failure::failed(format!("the program could not start its threads: {error}")))
}

fn log_options(log: &Log, paths: &Paths) -> telemetry::Options {
    telemetry::Options {
        folder: Some(paths.log_dir.clone()),
        days: log.keep.into(),
        // Other people's crates are quiet unless something is wrong.
        filter: format!("warn,leadloom={}", log.level.key()),
        ring: log.lines as usize,
        stderr: None,
    }
}

/// The name of whoever runs this process, as the system's shell gives it.
pub fn login() -> String {
    let named = |name: &str| std::env::var(name).ok().filter(|login| !login.trim().is_empty());
    ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(named).unwrap_or_else(|| "me".to_owned())
}

/// Ends when the person or the system asks this process to stop.
pub async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        // A signal that cannot be listened to ends the process as it always does.
        let (Ok(mut term), Ok(mut hup)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) else {
            let _asked = tokio::signal::ctrl_c().await;
            return;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = term.recv() => {}
            _ = hup.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _asked = tokio::signal::ctrl_c().await;
    }
}

/// Writes a file whole or not at all: who waits for it never reads half of it.
pub fn write_whole<T>(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<T>) -> Result<T, Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let work = || {
        let temporary = tempfile::NamedTempFile::new_in(folder)?;
        let mut file = BufWriter::new(temporary.reopen()?);
        let written = write(&mut file)?;
        file.flush()?;
        temporary.persist(path)?;
        Ok::<_, io::Error>(written)
    };
    work().map_err(|error| Failure::failed(format!("{} cannot be written: {error}", path.display())))
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        match error.kind() {
            Kind::NotConfigured | Kind::Refused => Self::not_configured(error.to_string()),
            Kind::WrongUse => Self::wrong_use(error.to_string()),
            Kind::NotFound | Kind::Stale | Kind::Changed | Kind::Invalid | Kind::Trouble => Self::failed(error.to_string()),
        }
    }
}
