//! What became of a run's rows: the records by outcome, and the rows that could not be read with line and reason.
//! Enter opens a record's contact.

use super::{Done, Layer};
use crate::{
    domain::{Outcome, RunId},
    services::{RowFailure, RunRecord},
    tui::{
        action::{Action, Context},
        canvas::{Canvas, top},
        desk::{Answer, Query},
        event::Slot,
        shared::{Order, Shared, Tone},
        theme::Role,
        widgets::table::{Column, Item, Table},
    },
};
use ratatui::layout::Rect;
use std::borrow::Cow;

/// The outcomes in the order in which `Left` and `Right` go through them; none is all.
const OUTCOMES: [Option<Outcome>; 8] = [
    None,
    Some(Outcome::Created),
    Some(Outcome::Enriched),
    Some(Outcome::Unchanged),
    Some(Outcome::Review),
    Some(Outcome::Rejected),
    Some(Outcome::Suppressed),
    Some(Outcome::Failed),
];

#[derive(Clone, Debug)]
enum Row {
    Record(RunRecord),
    Failure(RowFailure),
}

impl Item for Row {
    type Id = (Option<crate::domain::RecordId>, u64);
    fn id(&self) -> Self::Id {
        match self {
            Self::Record(record) => (Some(record.record), 0),
            Self::Failure(failure) => (None, failure.line),
        }
    }
}

/// The rows of a run.
pub struct RunRows {
    run: RunId,
    title: String,
    outcome: usize,
    rows: Table<Row>,
    waiting: bool,
}

impl RunRows {
    /// Asks for all rows of `run`.
    pub fn open(run: RunId, title: impl Into<String>, cx: &mut Shared) -> Self {
        let rows = Self { run, title: title.into(), outcome: 0, rows: Table::default(), waiting: true };
        rows.ask(cx);
        rows
    }

    fn ask(&self, cx: &mut Shared) {
        cx.ask(Slot::RunRows, Query::RunRows { run: self.run, outcome: OUTCOMES[self.outcome] });
    }
}

impl Layer for RunRows {
    fn context(&self) -> Option<Context> {
        Some(Context::Menu)
    }

    fn act(&mut self, action: Action, cx: &mut Shared) -> Done {
        match action {
            Action::Back | Action::Quit => return Done::Close,
            Action::NextPane | Action::PreviousPane => {
                let step = if action == Action::NextPane { 1 } else { OUTCOMES.len() - 1 };
                self.outcome = (self.outcome + step) % OUTCOMES.len();
                self.waiting = true;
                self.ask(cx);
            }
            Action::Open => match self.rows.chosen() {
                Some(Row::Record(RunRecord { contact: Some(contact), .. })) => return Done::Order(Order::Record(*contact)),
                Some(Row::Record(_)) => cx.say(Tone::Plain, "this row belongs to no contact yet"),
                Some(Row::Failure(failure)) => cx.say(Tone::Bad, failure.reason.as_str()),
                None => {}
            },
            _ if self.rows.step(action) => {}
            _ => return Done::Pass,
        }
        Done::Stay
    }

    fn answered(&mut self, slot: Slot, answer: &Answer, _: &mut Shared) {
        if let (Slot::RunRows, Answer::RunRows { records, failures }) = (slot, answer) {
            self.waiting = false;
            let rows = failures.iter().cloned().map(Row::Failure).chain(records.iter().cloned().map(Row::Record));
            self.rows.fill(rows.collect(), false);
        }
    }

    fn refused(&mut self, slot: Slot, words: &str, cx: &mut Shared) {
        if slot == Slot::RunRows {
            self.waiting = false;
            cx.say(Tone::Bad, words);
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, _: &Shared) {
        canvas.clear(area);
        let inner = canvas.panel(area, &self.title, true);
        let (head, body) = top(inner, 1);
        let mut used = 1;
        for (nth, outcome) in OUTCOMES.iter().enumerate() {
            let name = outcome.map_or("all", Outcome::key);
            let (words, role) = if nth == self.outcome { (format!("[{name}]"), Role::Tab) } else { (format!(" {name} "), Role::Muted) };
            used += canvas.put(Rect { x: head.x + used, width: head.width.saturating_sub(used), ..head }, &words, role);
        }
        if self.rows.is_empty() {
            let words = match (self.waiting, OUTCOMES[self.outcome]) {
                (true, _) => "reading",
                (false, Some(Outcome::Unchanged)) => "Rows that said nothing new are counted, not listed.",
                (false, _) => "No row ended so.",
            };
            canvas.put(Rect { x: body.x + 2, width: body.width.saturating_sub(2), ..body }, words, Role::Muted);
        }
        let columns = [Column::cells("Outcome", 10), Column::share("Name", 2), Column::share("Company, or what is wrong", 3)];
        self.rows.draw(canvas, body, &columns, true, |row, column| match (row, column) {
            (Row::Record(record), 0) => (Cow::Borrowed(record.outcome.key()), Role::Muted),
            (Row::Record(record), 1) => (Cow::Borrowed(record.name.as_str()), Role::Text),
            (Row::Record(record), _) => (Cow::Borrowed(record.company.as_str()), Role::Text),
            (Row::Failure(_), 0) => (Cow::Borrowed("failed"), Role::Bad),
            (Row::Failure(failure), 1) => (Cow::Owned(format!("line {}", failure.line)), Role::Text),
            (Row::Failure(failure), _) => (Cow::Borrowed(failure.reason.as_str()), Role::Warn),
        });
        canvas.panel_note(area, "Tab outcome  Enter opens  Esc closes");
    }
}
