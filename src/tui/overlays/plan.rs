//! What an import would do, before it does it: how many rows and credits a search takes; whose export a file is, how each
//! column is understood, what is missing. `y` starts it, `s` keeps how a file's columns are understood for the next file
//! of this kind.

use super::{Done, Layer};
use crate::{
    services::{ColumnPlan, ImportFrom, ImportPlan, ImportRequest},
    tui::{
        action::Action,
        canvas::{Canvas, top},
        desk::{Answer, Command, Query},
        event::Slot,
        keys::Chord,
        shared::{Shared, Tone},
        theme::Role,
        widgets::table::{Column, Item, Table},
        words,
    },
};
use crossterm::event::KeyCode;
use ratatui::layout::Rect;
use std::{borrow::Cow, path::PathBuf};

/// Below this the guess is worth a second look.
const SURE: u8 = 80;

impl Item for ColumnPlan {
    type Id = crate::domain::Text;
    fn id(&self) -> Self::Id {
        self.column.clone()
    }
}

/// An import that waits for `y`.
pub struct Plan {
    request: ImportRequest,
    name: String,
    answer: Option<Box<ImportPlan>>,
    columns: Table<ColumnPlan>,
    failed: Option<String>,
}

impl Plan {
    /// Asks what importing this file would do.
    pub fn of_file(path: PathBuf, cx: &mut Shared) -> Self {
        let name = path.file_name().map(|name| crate::domain::Text::new(&name.to_string_lossy()).to_string()).unwrap_or_default();
        Self::open(ImportRequest { from: ImportFrom::File { path, source: None, mapping: None }, limit: None }, name, cx)
    }

    /// Asks what an import would do, from what is called `name`.
    pub fn open(request: ImportRequest, name: String, cx: &mut Shared) -> Self {
        cx.ask(Slot::Plan, Query::Plan(request.clone()));
        Self { request, name, answer: None, columns: Table::default(), failed: None }
    }
}

impl Layer for Plan {
    fn key(&mut self, chord: Chord, cx: &mut Shared) -> Done {
        match chord.code {
            KeyCode::Esc | KeyCode::Char('q') => return Done::Close,
            KeyCode::Char('y') if self.answer.is_some() => {
                cx.tell(Command::Import(self.request.clone()));
                return Done::Close;
            }
            KeyCode::Char('s') if self.answer.as_ref().is_some_and(|plan| !plan.columns.is_empty()) => {
                if let ImportFrom::File { path, .. } = &self.request.from {
                    cx.tell(Command::KeepMapping(path.clone()));
                }
                return Done::Stay;
            }
            KeyCode::Down | KeyCode::Char('j') => self.columns.step(Action::Down),
            KeyCode::Up | KeyCode::Char('k') => self.columns.step(Action::Up),
            KeyCode::PageDown => self.columns.step(Action::PageDown),
            KeyCode::PageUp => self.columns.step(Action::PageUp),
            _ => return Done::Pass,
        };
        Done::Stay
    }

    fn answered(&mut self, slot: Slot, answer: &Answer, cx: &mut Shared) {
        if slot == Slot::Plan {
            cx.ask(Slot::Forecast, Query::DryRun(self.request.clone()));
        }
        if let (Slot::Plan | Slot::Forecast, Answer::Plan(plan)) = (slot, answer) {
            self.columns.fill(plan.columns.clone(), false);
            self.answer = Some(plan.clone());
        }
    }

    fn refused(&mut self, slot: Slot, words: &str, cx: &mut Shared) {
        if matches!(slot, Slot::Plan | Slot::Forecast) {
            self.failed = Some(words.to_owned());
            cx.say(Tone::Bad, words);
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, _: &Shared) {
        canvas.clear(area);
        let inner = canvas.panel(area, &format!("Import {}", self.name), true);
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let Some(plan) = &self.answer else {
            let words = self.failed.as_deref().unwrap_or("finding out what it takes");
            canvas.paragraph(inner, words, if self.failed.is_some() { Role::Bad } else { Role::Muted });
            return;
        };
        let (head, mut rest) = top(inner, 1);
        let rows = plan.rows.map(|rows| format!("   {}", words::many(rows, "row"))).unwrap_or_default();
        let credits = plan.credits.map(|credits| format!("   at most {}", words::many(credits, "credit"))).unwrap_or_default();
        let known = plan.columns.iter().filter(|column| !column.meaning.is_empty()).count();
        let (read_as, columns) = match &self.request.from {
            ImportFrom::File { .. } => ("read as ", format!("   {known} of {} columns understood", plan.columns.len())),
            ImportFrom::Provider { .. } => ("", String::new()),
        };
        let parts = [
            (read_as, Role::Muted),
            (plan.source.label(), Role::Title),
            (&rows, Role::Text),
            (&credits, Role::Warn),
            (&columns, Role::Text),
        ];
        canvas.line(head, &parts);
        for note in &plan.notes {
            let used = canvas.paragraph(Rect { height: rest.height.min(3), ..rest }, note, Role::Warn);
            rest = top(rest, used).1;
        }
        if let Some(forecast) = &plan.forecast {
            let used = canvas.paragraph(Rect { height: rest.height.min(2), ..rest }, &forecast.to_string(), Role::Text);
            rest = top(rest, used).1;
        }
        let (_, table) = top(rest, 1);
        let columns = [Column::share("Column", 3), Column::share("becomes", 2), Column::number("sure", 5), Column::share("for example", 3)];
        self.columns.draw(canvas, table, &columns, true, |column, nth| match (nth, column.meaning.is_empty()) {
            (0, _) => (Cow::Borrowed(column.column.as_str()), Role::Text),
            (1, false) => match column.field {
                Some(field) => (Cow::Borrowed(field.label()), Role::Good),
                None => (Cow::Owned(column.meaning.replace('_', " ")), Role::Good),
            },
            (1, true) => (Cow::Borrowed("kept, not used"), Role::Muted),
            (2, false) => (Cow::Owned(format!("{}%", column.sure)), if column.sure < SURE { Role::Warn } else { Role::Muted }),
            (2, true) => (Cow::Borrowed(""), Role::Muted),
            _ => (Cow::Borrowed(column.sample.as_str()), Role::Muted),
        });
        let keys = if plan.columns.is_empty() { "y starts  Esc closes" } else { "y starts  s keeps the mapping  Esc closes" };
        canvas.panel_note(area, keys);
    }
}
