//! Several typed lines, wrapped: notes and calls. ratatui-textarea does the work.

use crate::{
    domain::Text,
    tui::{canvas::Canvas, keys::Chord, theme::Role},
};
use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::{layout::Rect, widgets::Widget};
use ratatui_textarea::{Input as Stroke, Key, TextArea, WrapMode};

/// Longest note; HaloPSA keeps more, a person rarely writes it.
pub const NOTE_CHARS: usize = 20_000;

/// A text of several lines being typed.
#[derive(Clone, Debug)]
pub struct Note(TextArea<'static>);

impl Note {
    /// Starts with `given`.
    pub fn new(given: &str) -> Self {
        let mut area = TextArea::new(clean_lines(given));
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        area.move_cursor(ratatui_textarea::CursorMove::Bottom);
        area.move_cursor(ratatui_textarea::CursorMove::End);
        Self(area)
    }

    /// What it says, lines kept, blank ends cut.
    pub fn text(&self) -> String {
        self.0.lines().join("\n").trim().to_owned()
    }

    fn room(&self) -> usize {
        NOTE_CHARS.saturating_sub(self.0.lines().iter().map(String::len).sum())
    }

    /// Takes a key; says whether it was one for a note.
    pub fn key(&mut self, chord: Chord) -> bool {
        let key = match chord.code {
            KeyCode::Char(c) if self.room() > 0 || !chord.mods.is_empty() => Key::Char(c),
            KeyCode::Enter if self.room() > 0 => Key::Enter,
            KeyCode::Backspace => Key::Backspace,
            KeyCode::Delete => Key::Delete,
            KeyCode::Left => Key::Left,
            KeyCode::Right => Key::Right,
            KeyCode::Up => Key::Up,
            KeyCode::Down => Key::Down,
            KeyCode::Home => Key::Home,
            KeyCode::End => Key::End,
            KeyCode::PageUp => Key::PageUp,
            KeyCode::PageDown => Key::PageDown,
            _ => return false,
        };
        let has = |modifier| chord.mods.contains(modifier);
        self.0.input(Stroke { key, ctrl: has(KeyModifiers::CONTROL), alt: has(KeyModifiers::ALT), shift: has(KeyModifiers::SHIFT) });
        true
    }

    /// Takes a pasted text, line by line.
    pub fn paste(&mut self, pasted: &str) {
        let room = self.room();
        let cut: String = clean_lines(pasted).join("\n").chars().take(room).collect();
        self.0.insert_str(cut);
    }

    /// Draws it.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        if area.is_empty() {
            return;
        }
        let mut shown = self.0.clone();
        shown.set_cursor_line_style(canvas.style(Role::Text));
        shown.set_style(canvas.style(Role::Text));
        shown.set_cursor_style(canvas.style(Role::Selected));
        (&shown).render(area, canvas.cells);
    }
}

fn clean_lines(raw: &str) -> Vec<String> {
    raw.replace("\r\n", "\n").split(['\n', '\r']).map(|line| Text::new(line).to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_and_controls_go() {
        let mut note = Note::new("Called\r\nAnn\u{1b}[2J");
        note.key(Chord::plain(KeyCode::Enter));
        note.paste("wants a quote\nby Friday");
        assert_eq!(note.text(), "Called\nAnn\nwants a quote\nby Friday");
        note.paste(&"y".repeat(30_000));
        assert!(note.text().len() <= NOTE_CHARS + 4);
    }
}
