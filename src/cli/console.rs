//! `leadloom` alone: the console, with a keeper beside it.

use super::{Failure, Globals, Output, open::Opened};
use crate::tui::{self, ConsoleError, Leaving, Me, Options};

/// Runs it.
pub fn run(globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    let opened = Opened::by(globals, output)?;
    show(&opened, false)
}

/// Shows the console until it is left, and gives everything back.
pub fn show(opened: &Opened, demo: bool) -> Result<(), Failure> {
    let me = Me { name: opened.me.login().clone(), role: opened.me.role(), demo };
    let options = Options::configured(me, &opened.ui, &opened.paths)?;
    let left = opened.run(async {
        let keeper = opened.me.keep();
        let left = tui::open(options, opened.me.clone(), opened.ring.clone(), opened.clock.clone()).await;
        keeper.stop().await;
        opened.me.let_go().await;
        left
    })?;
    match left {
        Leaving::Asked | Leaving::Signal(_) => Ok(()),
        Leaving::Lost => Err(Failure::failed("the terminal is gone; what was done is kept")),
    }
}

impl From<ConsoleError> for Failure {
    fn from(error: ConsoleError) -> Self {
        match error {
            ConsoleError::Terminal(_) => Self::failed(error.to_string()).advise("Every job has a command as well: leadloom --help"),
            ConsoleError::Keymap(_) | ConsoleError::Theme(_) | ConsoleError::NoTheme { .. } | ConsoleError::File { .. } => {
                Self::not_configured(error.to_string())
            }
        }
    }
}
