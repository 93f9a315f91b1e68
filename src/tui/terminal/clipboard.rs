//! OSC 52: the one way to the clipboard of the machine the person sits at, also over SSH and through tmux. A tool on
//! this machine would fill this machine's clipboard, which nobody looks at.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// What stands between us and the terminal.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Inside {
    /// Nothing.
    #[default]
    Nothing,
    /// tmux: it takes the plain code when `set-clipboard` is on, and passes the wrapped one when `allow-passthrough`
    /// is; so both are sent.
    Tmux,
    /// GNU screen: the code goes through wrapped.
    Screen,
}

impl Inside {
    /// What the environment says.
    pub fn from_env(var: impl Fn(&str) -> Option<String>) -> Self {
        if var("TMUX").is_some_and(|value| !value.is_empty()) {
            Self::Tmux
        } else if var("STY").is_some_and(|value| !value.is_empty()) {
            Self::Screen
        } else {
            Self::Nothing
        }
    }
}

/// GNU screen cuts longer strings (its buffer is 768 bytes).
const SCREEN_CHUNK: usize = 700;

/// The codes that copy `text`.
pub fn sequence(text: &str, inside: Inside) -> String {
    let encoded = STANDARD.encode(text);
    let plain = format!("\u{1b}]52;c;{encoded}\u{7}");
    match inside {
        Inside::Nothing => plain,
        Inside::Tmux => format!("{plain}\u{1b}Ptmux;{}\u{1b}\\", plain.replace('\u{1b}', "\u{1b}\u{1b}")),
        Inside::Screen => {
            let mut wrapped = String::new();
            let mut rest = plain.as_str();
            while !rest.is_empty() {
                // All of it is ASCII.
                let (chunk, after) = rest.split_at(rest.len().min(SCREEN_CHUNK));
                wrapped = wrapped + "\u{1b}P" + chunk + "\u{1b}\\";
                rest = after;
            }
            wrapped
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_travels_encoded_and_wrapped() {
        assert_eq!(sequence("Ann", Inside::Nothing), "\u{1b}]52;c;QW5u\u{7}");
        assert_eq!(sequence("Ann", Inside::Tmux), "\u{1b}]52;c;QW5u\u{7}\u{1b}Ptmux;\u{1b}\u{1b}]52;c;QW5u\u{7}\u{1b}\\");
        assert!(sequence(&"x".repeat(2000), Inside::Screen).matches("\u{1b}P").count() > 3);
        let env = |set: &'static str| move |name: &str| (name == set).then(|| "1".to_owned());
        assert_eq!(Inside::from_env(env("TMUX")), Inside::Tmux);
        assert_eq!(Inside::from_env(env("STY")), Inside::Screen);
        assert_eq!(Inside::from_env(env("HOME")), Inside::Nothing);
    }
}
