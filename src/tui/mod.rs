//! The console. `run` builds it, runs the loop and leaves the terminal as it was.
//!
//! What arrives is an `event::Event`; keys become an `action::Action` by the keymap; `app::State::update` turns both
//! into a new state and a list of `event::Effect`s; `effects::Runner` runs those against the services; `chrome::draw`
//! paints the state. Absent: I/O, clocks and failure in `update`; every room below the services; the terminal anywhere
//! but in `terminal`.

pub mod action;
pub mod app;
pub mod canvas;
pub mod chrome;
pub mod desk;
pub mod effects;
pub mod event;
pub mod folder;
pub mod glyphs;
pub mod keys;
pub mod options;
pub mod overlays;
pub mod run;
pub mod session;
pub mod shared;
pub mod terminal;
pub mod testing;
pub mod theme;
pub mod views;
pub mod widgets;
pub mod words;

pub use options::Options;
pub use run::Leaving;
pub use session::open;
pub use shared::Me;

use crate::{
    domain::Clock,
    telemetry::Ring,
    tui::{
        app::State,
        canvas::Look,
        effects::Runner,
        keys::{Keymap, KeymapError},
        run::{Keyboard, Pace, Sources},
        shared::Shared,
        terminal::{Tty, TtyError, clipboard::Inside, crash, signals::Signals},
        theme::{Depth, Theme, ThemeError},
    },
};
use jiff::tz::TimeZone;
use std::{path::PathBuf, sync::Arc};

/// Why the console could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// No terminal, or it was lost.
    #[error(transparent)]
    Terminal(#[from] TtyError),
    /// The keymap file.
    #[error(transparent)]
    Keymap(#[from] KeymapError),
    /// The theme file.
    #[error(transparent)]
    Theme(#[from] ThemeError),
    /// No theme has that name.
    #[error("there is no theme {name:?}; shipped are {}, and a file themes/{name}.toml beside leadloom.toml makes one", shipped())]
    NoTheme {
        /// What was configured.
        name: String,
    },
    /// A file beside the configuration cannot be read.
    #[error("{} cannot be read: {reason}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What the system said.
        reason: String,
    },
}

fn shipped() -> String {
    theme::SHIPPED.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

impl From<std::io::Error> for ConsoleError {
    fn from(error: std::io::Error) -> Self {
        Self::Terminal(TtyError::Io(error))
    }
}

/// How everything looks, from the options and the environment.
pub fn look(options: &Options, var: impl Fn(&str) -> Option<String>) -> Result<Look, ConsoleError> {
    let depth = Depth::from_env(&var);
    let theme = match &options.theme {
        None => Theme::built_in(depth),
        Some(given) => match theme::SHIPPED.iter().find(|(name, _)| name == given) {
            Some((_, file)) => Theme::parse(file, depth)?,
            // A theme's text has a line; a name has none.
            None if !given.contains('=') => return Err(ConsoleError::NoTheme { name: given.clone() }),
            None => Theme::parse(given, depth)?,
        },
    };
    let glyphs = if options.ascii || options.plain { glyphs::ASCII } else { glyphs::from_env(&var) };
    Ok(Look { theme, glyphs, boxes: !options.plain, zone: TimeZone::system() })
}

/// Whether the console could start with these: the keymap and the theme can be read.
pub fn check(options: &Options) -> Result<(), ConsoleError> {
    keymap(options)?;
    look(options, |_| None).map(drop)
}

fn keymap(options: &Options) -> Result<Keymap, KeymapError> {
    options.keymap.as_deref().map_or_else(|| Ok(Keymap::built_in()), Keymap::patched)
}

/// Runs the console on this terminal until it is left. Must be called on the thread that entered the runtime: a panic
/// there gives the terminal back, a panic elsewhere leaves the screen alone.
pub async fn run(options: Options, desk: Arc<dyn desk::Desk>, ring: Ring, clock: Arc<dyn Clock>) -> Result<Leaving, ConsoleError> {
    let var = |name: &str| std::env::var(name).ok();
    let keymap = keymap(&options)?;
    let look = look(&options, var)?;
    let pace = Pace { slow: options.slow_link, inside: Inside::from_env(var) };
    let mut signals = Signals::listen()?;
    crash::install(options.crashes.clone(), ring.clone());
    let mut tty = Tty::enter()?;
    let shared = Shared::new(clock.now(), tty.size()?, look, keymap, options.me.clone());
    let mut state = State::new(shared, &options.memory);
    let mut sources = Sources { events: desk.events(), runner: Runner::new(desk), ring, clock };
    let leaving = run::run(&mut tty, &Keyboard, &mut state, &mut sources, &mut signals, pace).await;
    let given_back = tty.give_back();
    let leaving = leaving?;
    match leaving {
        Leaving::Asked => given_back?,
        // There may be no terminal left to give back, and nobody to tell.
        Leaving::Signal(_) | Leaving::Lost => drop(given_back),
    }
    Ok(leaving)
}
