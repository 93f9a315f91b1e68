//! One typed line: filters, forms, the palette. Editing is ratatui-textarea's; drawing is ours, with the terminal's
//! own cursor, so that screen readers and input methods see where it is.

use super::text;
use crate::{
    domain::Text,
    tui::{canvas::Canvas, keys::Chord, theme::Role},
};
use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::layout::{Position, Rect};
use ratatui_textarea::{CursorMove, Input as Stroke, Key, TextArea};

/// Longest line that can be typed or pasted.
pub const LINE_CHARS: usize = 2_000;

/// A line being typed.
#[derive(Clone, Debug, Default)]
pub struct Line {
    area: TextArea<'static>,
    hidden: bool,
}

impl Line {
    /// Starts with `given`, the cursor behind it.
    pub fn new(given: &str) -> Self {
        let mut line = Self { area: TextArea::new(vec![Text::new(given).to_string()]), hidden: false };
        line.area.move_cursor(CursorMove::End);
        line
    }

    /// Starts empty and shows dots: a secret.
    pub fn secret() -> Self {
        Self { hidden: true, ..Self::new("") }
    }

    /// What it says.
    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// Nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// Takes a key; says whether it was one for a line. Enter, Esc, Tab, Up and Down are for whoever owns it.
    pub fn key(&mut self, chord: Chord) -> bool {
        let full = self.text().len() >= LINE_CHARS;
        let area = &mut self.area;
        match (chord.code, chord.mods) {
            (KeyCode::Char(c), KeyModifiers::CONTROL) => match c {
                'a' => area.move_cursor(CursorMove::Head),
                'e' => area.move_cursor(CursorMove::End),
                'b' => area.move_cursor(CursorMove::Back),
                'f' => area.move_cursor(CursorMove::Forward),
                'u' => drop(area.delete_line_by_head()),
                'k' => drop(area.delete_line_by_end()),
                'w' => drop(area.delete_word()),
                'h' => drop(area.delete_char()),
                'd' => drop(area.delete_next_char()),
                'y' => drop(area.paste()),
                _ => return false,
            },
            (KeyCode::Char(c), KeyModifiers::ALT) => match c {
                'b' => area.move_cursor(CursorMove::WordBack),
                'f' => area.move_cursor(CursorMove::WordForward),
                'd' => drop(area.delete_next_word()),
                _ => return false,
            },
            (KeyCode::Char(_), _) => match chord.typed() {
                Some(_) if full => {}
                Some(c) => drop(area.input_without_shortcuts(stroke(Key::Char(c)))),
                None => return false,
            },
            (KeyCode::Backspace, KeyModifiers::ALT) => drop(area.delete_word()),
            (KeyCode::Backspace, _) => drop(area.delete_char()),
            (KeyCode::Delete, _) => drop(area.delete_next_char()),
            (KeyCode::Left, KeyModifiers::CONTROL) => area.move_cursor(CursorMove::WordBack),
            (KeyCode::Right, KeyModifiers::CONTROL) => area.move_cursor(CursorMove::WordForward),
            (KeyCode::Left, _) => area.move_cursor(CursorMove::Back),
            (KeyCode::Right, _) => area.move_cursor(CursorMove::Forward),
            (KeyCode::Home, _) => area.move_cursor(CursorMove::Head),
            (KeyCode::End, _) => area.move_cursor(CursorMove::End),
            _ => return false,
        }
        true
    }

    /// Takes a pasted text as one line: breaks become spaces, control sequences go.
    pub fn paste(&mut self, pasted: &str) {
        let room = LINE_CHARS.saturating_sub(self.text().len());
        self.area.insert_str(Text::new(pasted).truncated(room).as_str());
    }

    /// Draws it in one row, scrolled so that the cursor is seen, and puts the cursor there when it has the keys.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, role: Role, has_keys: bool) {
        if area.is_empty() {
            return;
        }
        let shown: String = if self.hidden { "*".repeat(self.text().chars().count()) } else { self.text().to_owned() };
        let column = self.area.cursor().1;
        let before: String = shown.chars().take(column).collect();
        let cells = usize::from(area.width);
        // One cell stays free for the cursor behind the last letter.
        let mut start = 0;
        while text::width(&before[start..]) >= cells {
            start += before[start..].chars().next().map_or(1, char::len_utf8);
            if start >= before.len() {
                break;
            }
        }
        let visible = text::prefix(&shown[start.min(shown.len())..], cells);
        canvas.put(area, visible, role);
        if has_keys {
            let offset = text::width(&before[start.min(before.len())..]) as u16;
            canvas.cursor = Some(Position { x: area.x + offset.min(area.width - 1), y: area.y });
        }
    }
}

fn stroke(key: Key) -> Stroke {
    Stroke { key, ctrl: false, alt: false, shift: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_and_pasting_make_one_clean_line() {
        let mut line = Line::new("Head of");
        for c in " IT".chars() {
            assert!(line.key(Chord::char(c)));
        }
        line.paste("\nand\u{1b}[31m Ops\r\n");
        assert_eq!(line.text(), "Head of ITand Ops");
        assert!(line.key(Chord::ctrl('w')) && line.key(Chord::ctrl('a')));
        line.paste("The ");
        assert_eq!(line.text(), "TheHead of ITand ");
        assert!(!line.key(Chord::plain(KeyCode::Enter)) && !line.key(Chord::plain(KeyCode::Tab)));
        line.paste(&"x".repeat(10_000));
        assert!(line.text().len() <= LINE_CHARS);
    }
}
