//! A filter: a typed line that narrows what is shown with every letter. Enter keeps it, Esc empties it, the arrows
//! move in the list below meanwhile.

use super::input::Line;
use crate::tui::{action::Action, canvas::Canvas, keys::Chord, theme::Role};
use crossterm::event::KeyCode;
use ratatui::layout::Rect;

/// What a key did to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edit {
    /// The text changed.
    Changed,
    /// The line gave the keys back.
    Left,
    /// The list below should move so.
    Move(Action),
    /// Nothing visible but the cursor.
    Quiet,
    /// The key is for somebody else.
    Pass,
}

/// The filter of a list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    line: Line,
    typing: bool,
}

impl Filter {
    /// What is filtered for.
    pub fn text(&self) -> &str {
        self.line.text()
    }

    /// Starts anew with this text; the keys stay where they are.
    pub fn set(&mut self, text: &str) {
        self.line = Line::new(text);
        self.typing = false;
    }

    /// Takes the keys.
    pub fn open(&mut self) {
        self.typing = true;
    }

    /// It has the keys.
    pub fn is_typing(&self) -> bool {
        self.typing
    }

    /// Empties it; says whether there was anything.
    pub fn clear(&mut self) -> bool {
        let any = !self.line.is_empty();
        self.set("");
        any
    }

    /// Takes a key.
    pub fn key(&mut self, chord: Chord) -> Edit {
        match chord.code {
            KeyCode::Enter => {
                self.typing = false;
                Edit::Left
            }
            KeyCode::Esc => {
                self.typing = false;
                if self.clear() { Edit::Changed } else { Edit::Left }
            }
            KeyCode::Down => Edit::Move(Action::Down),
            KeyCode::Up => Edit::Move(Action::Up),
            KeyCode::PageDown => Edit::Move(Action::PageDown),
            KeyCode::PageUp => Edit::Move(Action::PageUp),
            _ => {
                let before = self.line.text().to_owned();
                match self.line.key(chord) {
                    true if before == self.line.text() => Edit::Quiet,
                    true => Edit::Changed,
                    false => Edit::Pass,
                }
            }
        }
    }

    /// Takes a pasted text.
    pub fn paste(&mut self, text: &str) {
        self.line.paste(text);
    }

    /// Draws the text alone, for a box that shows its own prompt.
    pub fn draw_text(&self, canvas: &mut Canvas<'_>, area: Rect) {
        self.line.draw(canvas, area, Role::Text, self.typing);
    }

    /// Draws `/text`; nothing when there is neither text nor cursor. Gives the cells used.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
        if !self.typing && self.line.is_empty() {
            return 0;
        }
        let used = canvas.put(area, "/", Role::Key);
        let room = Rect { x: area.x + used, width: area.width.saturating_sub(used), ..area };
        self.line.draw(canvas, room, Role::Text, self.typing);
        (used + super::text::width(self.text()) as u16 + u16::from(self.typing)).min(area.width)
    }
}
