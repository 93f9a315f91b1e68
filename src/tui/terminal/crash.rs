//! What happens when the program panics. On the thread that draws, the terminal is given back first, so that the
//! message can be read; on any other thread the screen lives on and must not be touched. Either way a crash file
//! says where, with the last log lines, which are masked; it holds no data of customers.

use super::LEAVE;
use crate::telemetry::{Ring, last_lines};
use std::{
    backtrace::Backtrace,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    panic::{self, PanicHookInfo},
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, ThreadId},
    time::{SystemTime, UNIX_EPOCH},
};

/// Log lines that go into a crash file.
const LINES: usize = 200;

/// The thread that draws, once there is one.
static SCREEN_THREAD: OnceLock<ThreadId> = OnceLock::new();
/// The terminal is ours just now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// From here on a panic gives the terminal back; this is the thread that draws.
pub(super) fn taken() {
    SCREEN_THREAD.get_or_init(|| thread::current().id());
    TAKEN.store(true, Ordering::SeqCst);
}

/// The terminal is about to be given back. False when a panic has done so already: doing it twice would put the
/// cursor over the message.
pub(super) fn giving_back() -> bool {
    TAKEN.swap(false, Ordering::SeqCst)
}

/// Sets the panic hook of the process. Crash files go to `folder`.
pub fn install(folder: PathBuf, ring: Ring) {
    panic::set_hook(Box::new(move |info| {
        let draws = SCREEN_THREAD.get() == Some(&thread::current().id());
        if draws && TAKEN.swap(false, Ordering::SeqCst) {
            // A panic within a panic ends the process without a word: nothing here may fail.
            let _best_effort = io::stdout().write_all(LEAVE.as_bytes());
            let _best_effort = io::stdout().flush();
            let _best_effort = crossterm::terminal::disable_raw_mode();
        }
        let report = report(info, &ring);
        let written = write(&folder, &report);
        if draws || !TAKEN.load(Ordering::SeqCst) {
            let _best_effort = match written {
                Ok(path) => writeln!(
                    io::stderr(),
                    "leadloom stopped because of a mistake of its own. Nothing decided is lost.\nWhat happened is in {}",
                    path.display()
                ),
                Err(_) => writeln!(io::stderr(), "leadloom stopped because of a mistake of its own. Nothing decided is lost.\n{report}"),
            };
        } else {
            tracing::error!(at = info.location().map(ToString::to_string), "a task panicked; the crash file says more");
        }
    }));
}

fn report(info: &PanicHookInfo<'_>, ring: &Ring) -> String {
    let mut out = String::new();
    let thread = thread::current();
    let _infallible = writeln!(out, "leadloom {} on {} {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    let _infallible = writeln!(out, "thread {}", thread.name().unwrap_or("without a name"));
    if let Some(location) = info.location() {
        let _infallible = writeln!(out, "at {location}");
    }
    let _infallible = writeln!(out, "says: {}", message(info));
    let _infallible = writeln!(out, "\n{}", Backtrace::force_capture());
    let _infallible = writeln!(out, "\nlast log lines:\n{}", last_lines(ring, LINES));
    out
}

/// A panic's words, where they are ours or the standard library's arithmetic. A message that was put together may
/// hold a customer's data and stays out.
fn message(info: &PanicHookInfo<'_>) -> String {
    const HARMLESS: [&str; 4] = ["index out of bounds", "attempt to", "range ", "slice index"];
    let payload = info.payload();
    match (payload.downcast_ref::<&'static str>(), payload.downcast_ref::<String>()) {
        (Some(words), _) => (*words).to_owned(),
        (_, Some(words)) if HARMLESS.iter().any(|start| words.starts_with(start)) => words.clone(),
        _ => "(left out, it may hold data of a customer)".to_owned(),
    }
}

fn write(folder: &Path, report: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let path = folder.join(format!("crash-{seconds}-{}.txt", std::process::id()));
    fs::write(&path, report)?;
    Ok(path)
}
