//! Colours by meaning. A theme gives each role a style; widgets name roles and never colours. Themes are TOML:
//! one line a role, `role = "red on black bold"`. Absent: glyphs, and any widget's name.

use ratatui::style::{Color, Modifier, Style};
use std::{collections::BTreeMap, str::FromStr};

macro_rules! roles {
    ($($role:ident $name:literal $default:literal;)*) => {
        /// What a piece of the screen means.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[allow(missing_docs, reason = "the name says it")]
        pub enum Role { $($role),* }

        impl Role {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$role),*];

            /// Its name in theme files.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$role => $name),* }
            }

            /// Its style in the built-in theme, which uses only the terminal's own sixteen colours.
            const fn built_in(self) -> &'static str {
                match self { $(Self::$role => $default),* }
            }
        }
    };
}

roles! {
    Text     "text"     "";
    Muted    "muted"    "dim";
    Title    "title"    "bold";
    Border   "border"   "dim";
    Focus    "focus"    "cyan bold";
    Tab      "tab"      "bold reversed";
    Selected "selected" "bold reversed";
    Idle     "idle"     "bold";
    Marked   "marked"   "yellow bold";
    Key      "key"      "cyan bold";
    Disabled "disabled" "dim";
    Good     "good"     "green";
    Warn     "warn"     "yellow";
    Bad      "bad"      "red bold";
    Info     "info"     "cyan";
    Hit      "hit"      "bold underlined";
    Bar      "bar"      "green";
    Ours     "ours"     "cyan";
    Theirs   "theirs"   "magenta";
    Chosen   "chosen"   "bold reversed";
}

/// How many colours the terminal can show.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Depth {
    /// None: bold, underline and reverse only.
    Mono,
    /// The first eight.
    Eight,
    /// Sixteen.
    Sixteen,
    /// The xterm palette.
    Palette,
    /// Any.
    True,
}

impl Depth {
    /// What the environment says: `NO_COLOR` (no-color.org), `COLORTERM`, `TERM`. The terminal is not asked.
    pub fn from_env(var: impl Fn(&str) -> Option<String>) -> Self {
        let var = |name: &str| var(name).unwrap_or_default();
        let (term, colorterm) = (var("TERM"), var("COLORTERM"));
        if !var("NO_COLOR").is_empty() || term == "dumb" || term.starts_with("vt") {
            Self::Mono
        } else if colorterm == "truecolor" || colorterm == "24bit" || term.ends_with("-direct") {
            Self::True
        } else if term.contains("256") {
            Self::Palette
        } else if matches!(term.as_str(), "linux" | "cygwin" | "ansi" | "sun-color") {
            Self::Eight
        } else {
            Self::Sixteen
        }
    }

    fn fit(self, color: Color) -> Option<Color> {
        let fitted = match (self, color) {
            (Self::Mono, _) => return None,
            (Self::Palette, Color::Rgb(r, g, b)) => Color::Indexed(nearest_indexed(r, g, b)),
            (Self::Sixteen | Self::Eight, Color::Rgb(r, g, b)) => nearest_basic((r, g, b)),
            (Self::Sixteen | Self::Eight, Color::Indexed(n)) => nearest_basic(indexed_rgb(n)),
            (_, color) => color,
        };
        Some(if self == Self::Eight { dull(fitted) } else { fitted })
    }
}

/// A style for each role.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Theme([Style; Role::ALL.len()]);

/// What is wrong with a theme file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ThemeError {
    /// Not of the right form.
    #[error("the theme cannot be read: {0}")]
    Form(String),
    /// It names a role that does not exist.
    #[error("the theme names the role {given:?}, which does not exist; roles are {known}")]
    Role {
        /// What it says.
        given: String,
        /// All roles.
        known: String,
    },
    /// A style cannot be read.
    #[error(
        "the theme gives {role} the style {given:?}, in which {word:?} is neither a colour nor an attribute; write for example \"red on black bold\" or \"#ffaf00\""
    )]
    Style {
        /// For which role.
        role: &'static str,
        /// What it says.
        given: String,
        /// The word that is not understood.
        word: String,
    },
}

/// The themes that come with the program.
pub const SHIPPED: &[(&str, &str)] = &[
    ("terminal", include_str!("../../config/themes/terminal.toml")),
    ("dark", include_str!("../../config/themes/dark.toml")),
    ("light", include_str!("../../config/themes/light.toml")),
    ("deuteranopia", include_str!("../../config/themes/deuteranopia.toml")),
    ("mono", include_str!("../../config/themes/mono.toml")),
];

impl Theme {
    /// The terminal's own colours, as far as it has any.
    pub fn built_in(depth: Depth) -> Self {
        Self(std::array::from_fn(|nth| fit(style(Role::ALL[nth].built_in()).unwrap_or_default(), depth)))
    }

    /// The built-in theme with the roles that `file` changes.
    pub fn parse(file: &str, depth: Depth) -> Result<Self, ThemeError> {
        let lines: BTreeMap<String, String> = toml::from_str(file).map_err(|error| ThemeError::Form(error.to_string()))?;
        let mut theme = Self::built_in(depth);
        for (name, given) in lines {
            let role = *Role::ALL.iter().find(|role| role.name() == name).ok_or_else(|| ThemeError::Role {
                given: name.clone(),
                known: Role::ALL.iter().map(|role| role.name()).collect::<Vec<_>>().join(", "),
            })?;
            let parsed = style(&given).map_err(|word| ThemeError::Style { role: role.name(), given: given.clone(), word })?;
            theme.0[role as usize] = fit(parsed, depth);
        }
        Ok(theme)
    }

    /// The style of a role.
    pub const fn style(&self, role: Role) -> Style {
        self.0[role as usize]
    }
}

/// Without colours a role keeps its attributes; `Reset` is left out so that they survive under other roles.
fn fit(style: Style, depth: Depth) -> Style {
    Style { fg: style.fg.and_then(|color| depth.fit(color)), bg: style.bg.and_then(|color| depth.fit(color)), ..style }
}

/// Reads `[colour] [on colour] [attribute]…`; gives back the word that is neither.
fn style(given: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut words = given.split_whitespace();
    while let Some(word) = words.next() {
        let attribute = match word {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underlined" => Modifier::UNDERLINED,
            "reversed" => Modifier::REVERSED,
            "on" => {
                let behind = words.next().unwrap_or_default();
                style = style.bg(Color::from_str(behind).map_err(|_| behind.to_owned())?);
                continue;
            }
            _ => {
                style = style.fg(Color::from_str(word).map_err(|_| word.to_owned())?);
                continue;
            }
        };
        style = style.add_modifier(attribute);
    }
    Ok(style)
}

/// xterm's sixteen, as most terminals ship them.
const BASIC: [(Color, (u8, u8, u8)); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::Gray, (229, 229, 229)),
    (Color::DarkGray, (127, 127, 127)),
    (Color::LightRed, (255, 0, 0)),
    (Color::LightGreen, (0, 255, 0)),
    (Color::LightYellow, (255, 255, 0)),
    (Color::LightBlue, (92, 92, 255)),
    (Color::LightMagenta, (255, 0, 255)),
    (Color::LightCyan, (0, 255, 255)),
    (Color::White, (255, 255, 255)),
];

/// Steps of the 6x6x6 cube.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn indexed_rgb(n: u8) -> (u8, u8, u8) {
    match n {
        0..16 => BASIC[usize::from(n)].1,
        16..232 => {
            let cube = usize::from(n - 16);
            (CUBE[cube / 36], CUBE[cube / 6 % 6], CUBE[cube % 6])
        }
        232.. => (8 + (n - 232) * 10, 8 + (n - 232) * 10, 8 + (n - 232) * 10),
    }
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    square(a.0, b.0) + square(a.1, b.1) + square(a.2, b.2)
}

fn nearest_indexed(r: u8, g: u8, b: u8) -> u8 {
    (16..=255).min_by_key(|n| distance(indexed_rgb(*n), (r, g, b))).unwrap_or(15)
}

fn nearest_basic(wanted: (u8, u8, u8)) -> Color {
    BASIC.iter().min_by_key(|(_, rgb)| distance(*rgb, wanted)).map_or(Color::Reset, |(color, _)| *color)
}

/// The dark twin of a bright colour.
fn dull(color: Color) -> Color {
    match BASIC.iter().position(|(basic, _)| *basic == color) {
        Some(8) => Color::Gray,
        Some(bright @ 9..) => BASIC[bright - 8].0,
        _ => color,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_themes_read_at_every_depth_and_the_first_is_the_built_in_one() {
        for (name, file) in SHIPPED {
            for depth in [Depth::Mono, Depth::Eight, Depth::Sixteen, Depth::Palette, Depth::True] {
                let theme = Theme::parse(file, depth).unwrap_or_else(|error| panic!("{name}: {error}"));
                for role in Role::ALL {
                    let style = theme.style(*role);
                    assert!(depth != Depth::Mono || (style.fg, style.bg) == (None, None), "{name} {role:?}");
                    assert!(depth >= Depth::Palette || !matches!(style.fg, Some(Color::Indexed(_) | Color::Rgb(..))), "{name} {role:?}");
                }
            }
        }
        assert_eq!(Theme::parse(SHIPPED[0].1, Depth::True).unwrap(), Theme::built_in(Depth::True));
        assert!(Role::ALL.iter().all(|role| SHIPPED[0].1.contains(&format!("{} = ", role.name()))), "every role is listed");
    }

    #[test]
    fn the_environment_tells_the_depth() {
        let depth = |vars: &[(&str, &str)]| {
            Depth::from_env(|name| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]), Depth::Mono);
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]), Depth::Palette);
        assert_eq!(depth(&[("TERM", "linux")]), Depth::Eight);
        assert_eq!(depth(&[]), Depth::Sixteen);
    }

    #[test]
    fn colours_fall_back_to_what_there_is() {
        assert_eq!(Depth::Palette.fit(Color::Rgb(255, 175, 0)), Some(Color::Indexed(214)));
        assert_eq!(Depth::Sixteen.fit(Color::Rgb(250, 10, 10)), Some(Color::LightRed));
        assert_eq!(Depth::Eight.fit(Color::LightRed), Some(Color::Red));
        assert_eq!(Depth::Mono.fit(Color::Red), None);
    }

    #[test]
    fn mistakes_are_named() {
        let error = |file| Theme::parse(file, Depth::True).unwrap_err().to_string();
        assert!(error("titel = \"bold\"").contains("\"titel\""));
        assert!(error("title = \"blod\"").contains("\"blod\""));
        assert!(error("title = 3").contains("line 1"));
    }
}
