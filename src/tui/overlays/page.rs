//! A text to read: a raw row as the source gave it. It scrolls and can be copied.

use super::{Done, Layer};
use crate::{
    domain::Text,
    tui::{
        action::{Action, Context},
        canvas::{Canvas, rows},
        desk::Answer,
        event::Slot,
        shared::{Shared, Tone},
        theme::Role,
        words,
    },
};
use ratatui::layout::Rect;
use std::cell::Cell;

/// Lines shown of one text.
const LINES: usize = 5_000;

/// A text that waits for Esc.
pub struct Page {
    title: String,
    text: Option<String>,
    lines: Vec<String>,
    top: usize,
    height: Cell<usize>,
}

impl Page {
    /// A text that is still being fetched.
    pub fn waiting(title: impl Into<String>) -> Self {
        Self { title: title.into(), text: None, lines: Vec::new(), top: 0, height: Cell::new(10) }
    }

    fn fill(&mut self, text: &str) {
        // Indentation is layout here, so it is kept; the rest is made printable like any text from outside.
        self.lines = text
            .lines()
            .take(LINES)
            .map(|line| {
                let body = line.trim_start();
                format!("{}{}", " ".repeat(line.len() - body.len()), Text::new(body))
            })
            .collect();
        self.text = Some(self.lines.join("\n"));
    }
}

impl Layer for Page {
    fn context(&self) -> Option<Context> {
        Some(Context::Menu)
    }

    fn act(&mut self, action: Action, cx: &mut Shared) -> Done {
        let page = self.height.get().max(1);
        let last = self.lines.len().saturating_sub(page);
        self.top = match action {
            Action::Back | Action::Quit => return Done::Close,
            Action::Copy => {
                cx.copy("text", self.text.as_deref().unwrap_or_default());
                return Done::Stay;
            }
            Action::Down => self.top + 1,
            Action::Up => self.top.saturating_sub(1),
            Action::HalfDown => self.top + page / 2,
            Action::HalfUp => self.top.saturating_sub(page / 2),
            Action::PageDown => self.top + page,
            Action::PageUp => self.top.saturating_sub(page),
            Action::First => 0,
            Action::Last => last,
            _ => return Done::Pass,
        }
        .min(last);
        Done::Stay
    }

    fn answered(&mut self, slot: Slot, answer: &Answer, _: &mut Shared) {
        if let (Slot::Raw, Answer::Raw(text)) = (slot, answer) {
            self.fill(text);
        }
    }

    fn refused(&mut self, slot: Slot, words: &str, cx: &mut Shared) {
        if slot == Slot::Raw {
            self.fill(words);
            cx.say(Tone::Bad, words);
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, _: &Shared) {
        canvas.clear(area);
        let inner = canvas.panel(area, &self.title, true);
        self.height.set(usize::from(inner.height));
        if self.text.is_none() {
            canvas.put(inner, " reading", Role::Muted);
        }
        for (row, line) in rows(inner).zip(self.lines.iter().skip(self.top)) {
            canvas.put(row, line, Role::Text);
        }
        let last = (self.top + usize::from(inner.height)).min(self.lines.len());
        canvas.panel_note(area, &format!("line {} of {}  y copies  Esc closes", last, words::count(self.lines.len() as u64)));
    }
}
