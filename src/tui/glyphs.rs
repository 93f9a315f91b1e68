//! The few signs beyond letters, in two sets: line drawing, and plain ASCII for terminals and fonts without it.
//! No emoji, and nothing in a column whose width terminals dispute but the ellipsis, lines and blocks of this list.

use ratatui::symbols::border;

/// One set.
#[derive(Clone, Copy, Debug)]
pub struct Glyphs {
    /// Text goes on.
    pub ellipsis: &'static str,
    /// The chosen row.
    pub cursor: &'static str,
    /// A marked row.
    pub mark: &'static str,
    /// The filled part of a bar.
    pub full: &'static str,
    /// The rest of it.
    pub rest: &'static str,
    /// From lowest to highest.
    pub steps: &'static [&'static str],
    /// Between parts of a line.
    pub dot: &'static str,
    /// Leads to.
    pub arrow: &'static str,
    /// No value.
    pub none: &'static str,
    /// The up and down keys.
    pub up_down: [&'static str; 2],
    /// The left and right keys.
    pub left_right: [&'static str; 2],
    /// Box lines.
    pub border: border::Set<'static>,
}

/// Line drawing and blocks.
pub const UNICODE: Glyphs = Glyphs {
    ellipsis: "…",
    cursor: ">",
    mark: "*",
    full: "█",
    rest: "░",
    steps: &["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    dot: "·",
    arrow: "→",
    none: "—",
    up_down: ["↑", "↓"],
    left_right: ["←", "→"],
    border: border::PLAIN,
};

/// Seven bits.
pub const ASCII: Glyphs = Glyphs {
    ellipsis: "~",
    cursor: ">",
    mark: "*",
    full: "#",
    rest: ".",
    steps: &["_", ".", "-", "=", "+", "*", "%", "#"],
    dot: "-",
    arrow: "->",
    none: "-",
    up_down: ["Up", "Down"],
    left_right: ["Left", "Right"],
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
};

/// Line drawing where the locale can show it.
pub fn from_env(var: impl Fn(&str) -> Option<String>) -> Glyphs {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| var(name).filter(|value| !value.is_empty())).unwrap_or_default();
    let utf8 = locale.to_lowercase().replace('-', "").contains("utf8");
    // macOS terminals leave the locale unset over some logins and are UTF-8 all the same.
    if utf8 || locale.is_empty() && cfg!(target_os = "macos") { UNICODE } else { ASCII }
}
