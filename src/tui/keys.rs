//! Keys: how a chord is written, read and shown, and the keymap that leads from chords to actions and back.
//!
//! A user's keymap file is a patch over the built-in one, by action name, so a new key of ours never breaks an
//! old file. Typed lines and prompts are not in it: Enter, Esc and the arrows always work there.

use super::action::{Action, Context};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    fmt::Write as _,
    str::FromStr,
};

/// Longest series of chords that one action may take.
pub const SEQUENCE_CHORDS: usize = 3;

/// One key with the modifiers held.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Chord {
    /// The key.
    pub code: KeyCode,
    /// Ctrl, Alt, Shift. Shift is part of a letter, not a modifier of it.
    pub mods: KeyModifiers,
}

/// Keys with a name: in files, and as people read it.
const NAMED: &[(KeyCode, &str, &str)] = &[
    (KeyCode::Enter, "enter", "Enter"),
    (KeyCode::Esc, "esc", "Esc"),
    (KeyCode::Tab, "tab", "Tab"),
    (KeyCode::Backspace, "backspace", "Backspace"),
    (KeyCode::Delete, "delete", "Del"),
    (KeyCode::Insert, "insert", "Ins"),
    (KeyCode::Up, "up", "Up"),
    (KeyCode::Down, "down", "Down"),
    (KeyCode::Left, "left", "Left"),
    (KeyCode::Right, "right", "Right"),
    (KeyCode::Home, "home", "Home"),
    (KeyCode::End, "end", "End"),
    (KeyCode::PageUp, "pageup", "PgUp"),
    (KeyCode::PageDown, "pagedown", "PgDn"),
    (KeyCode::Char(' '), "space", "Space"),
    (KeyCode::Char('-'), "minus", "-"),
];

const MODIFIERS: &[(KeyModifiers, &str, &str)] =
    &[(KeyModifiers::CONTROL, "ctrl-", "Ctrl-"), (KeyModifiers::ALT, "alt-", "Alt-"), (KeyModifiers::SHIFT, "shift-", "Shift-")];

impl Chord {
    /// A key alone.
    pub const fn plain(code: KeyCode) -> Self {
        Self { code, mods: KeyModifiers::NONE }
    }

    /// A letter or sign.
    pub const fn char(c: char) -> Self {
        Self::plain(KeyCode::Char(c))
    }

    /// A letter with Ctrl.
    pub const fn ctrl(c: char) -> Self {
        Self { code: KeyCode::Char(c), mods: KeyModifiers::CONTROL }
    }

    /// What the terminal reported, with its spellings made one. `None` for key releases.
    pub fn from_event(event: KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let mods = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        Some(match event.code {
            KeyCode::BackTab => Self { code: KeyCode::Tab, mods: mods | KeyModifiers::SHIFT },
            KeyCode::Char(c) if mods.contains(KeyModifiers::CONTROL) => {
                Self { code: KeyCode::Char(c.to_ascii_lowercase()), mods: mods - KeyModifiers::SHIFT }
            }
            KeyCode::Char(_) => Self { code: event.code, mods: mods - KeyModifiers::SHIFT },
            code => Self { code, mods },
        })
    }

    /// The character it types into a line, if it types one.
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if (self.mods - KeyModifiers::SHIFT).is_empty() => Some(c),
            _ => None,
        }
    }

    /// As people read it: `Ctrl-P`, `Enter`, `a`.
    pub fn shown(self) -> String {
        self.written(|named| named.2, |modifier| modifier.2, self.mods.contains(KeyModifiers::CONTROL))
    }

    fn written(
        self,
        name: impl Fn(&(KeyCode, &'static str, &'static str)) -> &'static str,
        prefix: impl Fn(&(KeyModifiers, &'static str, &'static str)) -> &'static str,
        capital: bool,
    ) -> String {
        let mut out = String::new();
        for modifier in MODIFIERS.iter().filter(|(modifier, ..)| self.mods.contains(*modifier)) {
            out.push_str(prefix(modifier));
        }
        match (NAMED.iter().find(|(code, ..)| *code == self.code), self.code) {
            (Some(named), _) => out.push_str(name(named)),
            (None, KeyCode::Char(c)) if capital => out.extend(c.to_uppercase()),
            (None, KeyCode::Char(c)) => out.push(c),
            (None, KeyCode::F(n)) => {
                let _infallible = write!(out, "{}{n}", if capital { "F" } else { "f" });
            }
            (None, other) => {
                let _infallible = write!(out, "{other}");
            }
        }
        out
    }
}

/// The form of keymap files: `ctrl-p`, `enter`, `a`, `H`.
impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(|named| named.1, |modifier| modifier.1, false))
    }
}

/// A chord that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is not a key; write a letter, a name such as enter, esc, pagedown, f5, and ctrl-, alt- or shift- in front")]
pub struct UnknownKey(pub String);

impl FromStr for Chord {
    type Err = UnknownKey;
    fn from_str(raw: &str) -> Result<Self, UnknownKey> {
        let unknown = || UnknownKey(raw.to_owned());
        let mut mods = KeyModifiers::NONE;
        let mut rest = raw;
        while let Some((modifier, prefix, _)) =
            MODIFIERS.iter().find(|(_, prefix, _)| rest.len() > prefix.len() && rest.starts_with(prefix))
        {
            mods |= *modifier;
            rest = &rest[prefix.len()..];
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_whitespace() && !c.is_control() => KeyCode::Char(c),
            _ => match NAMED.iter().find(|(_, name, _)| *name == rest) {
                Some((code, ..)) => *code,
                None => rest
                    .strip_prefix('f')
                    .and_then(|n| n.parse().ok())
                    .filter(|n| (1..=12).contains(n))
                    .map(KeyCode::F)
                    .ok_or_else(unknown)?,
            },
        };
        if matches!(code, KeyCode::Char(c) if c != ' ') && mods.contains(KeyModifiers::SHIFT) {
            return Err(unknown());
        }
        Ok(Self { code, mods })
    }
}

/// Chords pressed one after another; most have one.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Sequence(pub Vec<Chord>);

impl Sequence {
    /// As people read it.
    pub fn shown(&self) -> String {
        self.0.iter().map(|chord| chord.shown()).collect::<Vec<_>>().join(" ")
    }
}

impl FromStr for Sequence {
    type Err = UnknownKey;
    fn from_str(raw: &str) -> Result<Self, UnknownKey> {
        let chords = raw.split_whitespace().map(Chord::from_str).collect::<Result<Vec<_>, _>>()?;
        if (1..=SEQUENCE_CHORDS).contains(&chords.len()) { Ok(Self(chords)) } else { Err(UnknownKey(raw.to_owned())) }
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(nth, chord)| write!(f, "{}{chord}", if nth == 0 { "" } else { " " }))
    }
}

/// What a series of chords means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// This action.
    Act(Action),
    /// The beginning of something longer.
    More,
    /// Nothing here.
    Nothing,
}

/// What is wrong with a keymap.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeymapError {
    /// The file is not of the right form.
    #[error("the keymap cannot be read: {0}")]
    Form(String),
    /// It names an action that does not exist.
    #[error("the keymap names the action {given:?}, which does not exist{}", nearest.map(|name| format!("; did you mean {name}?")).unwrap_or_default())]
    Action {
        /// What it says.
        given: String,
        /// The most similar action.
        nearest: Option<&'static str>,
    },
    /// A key cannot be read.
    #[error("the keymap gives {action} a key that cannot be read: {reason}")]
    Key {
        /// For which action.
        action: &'static str,
        /// Which, and how to write it.
        reason: UnknownKey,
    },
    /// Two actions want the same keys on the same screen.
    #[error("the keymap gives {keys} to both {first} and {second} on {context}; change one of them")]
    Clash {
        /// The keys.
        keys: String,
        /// One action.
        first: &'static str,
        /// The other.
        second: &'static str,
        /// Where.
        context: &'static str,
    },
}

/// Chords to actions, and back.
#[derive(Clone, Debug)]
pub struct Keymap {
    by_keys: HashMap<(Context, Sequence), Action>,
    /// What longer sequences begin with.
    beginnings: HashSet<(Context, Sequence)>,
    by_action: BTreeMap<Action, Vec<Sequence>>,
}

impl Keymap {
    /// The built-in keys.
    ///
    /// # Panics
    /// When two rows of the action table clash; a test keeps that from happening.
    pub fn built_in() -> Self {
        let keys = Action::ALL.iter().map(|action| (*action, parsed(action.row().keys))).collect();
        #[allow(clippy::expect_used, reason = "a test builds it and checks every pair of rows")]
        Self::build(keys).expect("the action table has no clash")
    }

    /// The built-in keys with the changes of a keymap file: `accept = ["a", "enter"]`, an empty list for no key.
    pub fn patched(file: &str) -> Result<Self, KeymapError> {
        let patch: BTreeMap<String, Vec<String>> = toml::from_str(file).map_err(|error| KeymapError::Form(error.to_string()))?;
        let mut keys: BTreeMap<_, _> = Action::ALL.iter().map(|action| (*action, parsed(action.row().keys))).collect();
        for (name, sequences) in patch {
            let action = Action::from_name(&name).ok_or_else(|| KeymapError::Action { nearest: nearest(&name), given: name.clone() })?;
            let sequences = sequences
                .iter()
                .map(|raw| raw.parse().map_err(|reason| KeymapError::Key { action: action.row().name, reason }))
                .collect::<Result<_, _>>()?;
            keys.insert(action, sequences);
        }
        Self::build(keys)
    }

    fn build(by_action: BTreeMap<Action, Vec<Sequence>>) -> Result<Self, KeymapError> {
        let mut by_keys = HashMap::new();
        let mut beginnings = HashSet::new();
        for (action, sequences) in &by_action {
            for context in action.row().scope.contexts() {
                for sequence in sequences {
                    beginnings.extend((1..sequence.0.len()).map(|length| (context, Sequence(sequence.0[..length].to_vec()))));
                    if let Some(other) = by_keys.insert((context, sequence.clone()), *action) {
                        return Err(KeymapError::Clash {
                            keys: sequence.to_string(),
                            first: other.row().name,
                            second: action.row().name,
                            context: context.title(),
                        });
                    }
                }
            }
        }
        Ok(Self { by_keys, beginnings, by_action })
    }

    /// What `pressed` means there. A whole sequence wins over the beginning of a longer one.
    pub fn meaning(&self, context: Context, pressed: &[Chord]) -> Meaning {
        let key = (context, Sequence(pressed.to_vec()));
        match self.by_keys.get(&key) {
            Some(action) => Meaning::Act(*action),
            None if self.beginnings.contains(&key) => Meaning::More,
            None => Meaning::Nothing,
        }
    }

    /// The keys of an action, the shortest to say first.
    pub fn keys(&self, action: Action) -> &[Sequence] {
        self.by_action.get(&action).map_or(&[], Vec::as_slice)
    }

    /// Its first key as people read it; empty when it has none.
    pub fn key(&self, action: Action) -> String {
        self.keys(action).first().map(Sequence::shown).unwrap_or_default()
    }
}

fn parsed(keys: &[&str]) -> Vec<Sequence> {
    keys.iter().filter_map(|raw| raw.parse().ok()).collect()
}

fn nearest(given: &str) -> Option<&'static str> {
    let distance = |name: &str| strsim::damerau_levenshtein(name, given);
    Action::ALL.iter().map(|action| action.row().name).min_by_key(|name| distance(name)).filter(|name| distance(name) <= 4)
}

/// The shipped `config/keymap.toml`: every action with its built-in keys, commented out, grouped as help groups them.
pub fn keymap_file() -> String {
    let mut out = String::from(
        "# Keys of the console. Each line below shows an action with its built-in keys; take the # away and change the\n\
         # list to give it others, or leave the list empty to give it none. What is not named keeps its keys.\n\
         #\n\
         # A key is a letter (H is Shift and h), a sign, or one of enter esc tab space backspace delete insert up down\n\
         # left right home end pageup pagedown minus f1 to f12, with ctrl-, alt- or shift- in front. \"g g\" means g twice.\n",
    );
    let mut group = None;
    for action in Action::ALL {
        let row = action.row();
        if group != Some(row.group) {
            group = Some(row.group);
            let _infallible = write!(out, "\n# --- {}\n", row.group.title());
        }
        let keys: Vec<_> = row.keys.iter().map(|key| format!("{key:?}")).collect();
        let _infallible = writeln!(out, "# {} = [{}]  # {}: {}", row.name, keys.join(", "), row.title, row.effect);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chords_read_what_they_write() {
        for raw in ["a", "H", "ctrl-p", "shift-tab", "alt-enter", "space", "f5", "pagedown", "?", "minus", "ctrl-minus", "*"] {
            assert_eq!(raw.parse::<Chord>().unwrap().to_string(), raw);
        }
        for bad in ["", "ctrl-", "hyper-x", "shift-a", "f13", "page down", "ab"] {
            assert!(bad.parse::<Chord>().is_err(), "{bad}");
        }
        assert_eq!("ctrl-p".parse::<Chord>().unwrap().shown(), "Ctrl-P");
        assert_eq!("g g".parse::<Sequence>().unwrap().shown(), "g g");
    }

    #[test]
    fn terminals_spellings_are_made_one() {
        let seen = |code, mods| Chord::from_event(KeyEvent::new(code, mods)).unwrap().to_string();
        assert_eq!(seen(KeyCode::BackTab, KeyModifiers::SHIFT), "shift-tab");
        assert_eq!(seen(KeyCode::Char('H'), KeyModifiers::SHIFT), "H");
        assert_eq!(seen(KeyCode::Char('P'), KeyModifiers::CONTROL | KeyModifiers::SHIFT), "ctrl-p");
    }
}
