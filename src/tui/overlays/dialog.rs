//! A question with two answers. `y` is yes and Esc is no; Enter does nothing, because a hand that types ahead
//! presses it.

use super::{Done, Layer, Purpose, Reply};
use crate::tui::{
    canvas::{Canvas, centred},
    keys::Chord,
    shared::Shared,
    theme::Role,
    widgets::text,
};
use crossterm::event::KeyCode;
use ratatui::layout::Rect;

/// A question that waits for `y` or Esc.
pub struct Dialog {
    purpose: Purpose,
    title: String,
    words: String,
}

impl Dialog {
    /// Asks `words` under `title`.
    pub fn new(purpose: Purpose, title: impl Into<String>, words: impl Into<String>) -> Self {
        Self { purpose, title: title.into(), words: words.into() }
    }
}

impl Layer for Dialog {
    fn key(&mut self, chord: Chord, _: &mut Shared) -> Done {
        match chord.code {
            KeyCode::Char('y' | 'Y') => Done::Answer(self.purpose, Reply::Yes),
            KeyCode::Esc | KeyCode::Char('n' | 'N' | 'q') => Done::Close,
            _ => Done::Pass,
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, _: &Shared) {
        let width = 62.min(area.width);
        let lines = text::wrap(&self.words, usize::from(width.saturating_sub(4))).len() as u16;
        let place = centred(area, width, lines + 4);
        canvas.clear(place);
        let inner = canvas.panel(place, &self.title, true);
        let body = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let used = canvas.paragraph(Rect { height: body.height.saturating_sub(2), ..body }, &self.words, Role::Text);
        let keys = Rect { y: body.y + used + 1, height: 1, ..body };
        if keys.y < inner.bottom() {
            canvas.line(keys, &[("y", Role::Key), (" yes   ", Role::Text), ("Esc", Role::Key), (" no", Role::Text)]);
        }
    }
}
