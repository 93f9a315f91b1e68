//! What the console needs to know before it starts, and how it comes out of the configuration: the keymap and the
//! theme are files beside `leadloom.toml`.

use super::{ConsoleError, Me};
use crate::config::{Glyphs, Paths, Ui};
use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// What the console needs to know before it starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who sits there.
    pub me: Me,
    /// The text of a keymap file, if there is one.
    pub keymap: Option<String>,
    /// A shipped theme's name, or the text of a theme file.
    pub theme: Option<String>,
    /// No boxes, no bars: for screen readers.
    pub plain: bool,
    /// Only ASCII signs; otherwise the locale decides.
    pub ascii: bool,
    /// The link is slow: fewer frames.
    pub slow_link: bool,
    /// What the screens remembered when they were left last, as [`super::desk::Desk::remember`] got it.
    pub memory: String,
    /// Where crash files go.
    pub crashes: PathBuf,
}

impl Options {
    /// From the configuration: `keymap.toml` and `themes/NAME.toml` beside the main file, where they are; a theme that
    /// is no such file is a shipped one.
    pub fn configured(me: Me, ui: &Ui, paths: &Paths) -> Result<Self, ConsoleError> {
        let own_theme = paths.config("themes").join(format!("{}.toml", ui.theme));
        Ok(Self {
            me,
            keymap: text(&paths.config("keymap.toml"))?,
            theme: Some(text(&own_theme)?.unwrap_or_else(|| ui.theme.clone())),
            plain: ui.plain,
            ascii: ui.glyphs == Glyphs::Ascii,
            slow_link: ui.slow_link,
            memory: String::new(),
            crashes: paths.log_dir.clone(),
        })
    }
}

/// A file's text; nothing when it is not there.
fn text(path: &Path) -> Result<Option<String>, ConsoleError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ConsoleError::File { file: path.to_owned(), reason: error.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Text, services::Role, tui};

    #[test]
    fn files_beside_the_configuration_win_over_what_is_shipped() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::in_one(home.path());
        let me = Me { name: Text::new("kim"), role: Role::Operator, demo: false };
        let ui = Ui { theme: "mine".into(), ..Ui::default() };
        let missing = Options::configured(me.clone(), &ui, &paths).unwrap();
        let error = tui::look(&missing, |_| None).unwrap_err().to_string();
        assert!(error.contains("\"mine\"") && error.contains("deuteranopia"), "{error}");
        fs::create_dir(paths.config("themes")).unwrap();
        fs::write(paths.config("themes/mine.toml"), "bad = \"magenta\"").unwrap();
        fs::write(paths.config("keymap.toml"), "accept = [\"A\"]").unwrap();
        let options = Options::configured(me, &ui, &paths).unwrap();
        assert_eq!(options.keymap.as_deref(), Some("accept = [\"A\"]"));
        let look = tui::look(&options, |name| (name == "TERM").then(|| "xterm-256color".to_owned())).unwrap();
        assert_eq!(look.theme.style(tui::theme::Role::Bad).fg, Some(ratatui::style::Color::Magenta));
    }
}
