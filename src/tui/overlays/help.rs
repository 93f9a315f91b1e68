//! Help: the action table for the screen below, typed into to search, and runnable: Enter does the chosen line. What
//! cannot be done now is greyed and says why.

use super::{Done, Layer};
use crate::tui::{
    action::{Action, Context, Danger, Group},
    canvas::{Canvas, top},
    keys::{Chord, Keymap, Sequence},
    shared::{Can, Order, Shared, Tone},
    theme::Role,
    widgets::{
        filter::{Edit, Filter},
        rank::ranked,
        table::{Column, Item, Table},
    },
};
use crossterm::event::KeyCode;
use ratatui::layout::Rect;
use std::borrow::Cow;

/// An action as help lists it.
#[derive(Clone, Debug)]
struct Line {
    action: Action,
    keys: String,
    words: String,
    can: Can,
}

/// A line, or the heading of a group.
#[derive(Clone, Debug)]
enum Row {
    Heading(Group),
    Line(usize, Line),
}

impl Item for Row {
    type Id = (Option<Group>, usize);
    fn id(&self) -> Self::Id {
        match self {
            Self::Heading(group) => (Some(*group), 0),
            Self::Line(place, _) => (None, *place),
        }
    }
}

/// The help of one screen.
pub struct Help {
    context: Context,
    lines: Vec<Line>,
    filter: Filter,
    rows: Table<Row>,
}

impl Help {
    /// Lists every action of `context`; `can` says which can be done now.
    pub fn new(context: Context, keymap: &Keymap, can: impl Fn(Action) -> Can) -> Self {
        let lines = Action::ALL
            .iter()
            .filter(|action| action.row().scope.has(context))
            .map(|action| {
                let row = action.row();
                let keys = keymap.keys(*action).iter().map(Sequence::shown).collect::<Vec<_>>().join(" ");
                let words = format!("{} {} {} {}", row.title, row.effect, row.group.title(), keys);
                Line { action: *action, keys, words, can: can(*action) }
            })
            .collect();
        let mut help = Self { context, lines, filter: Filter::default(), rows: Table::default() };
        help.filter.open();
        help.search();
        help
    }

    fn search(&mut self) {
        let mut rows = Vec::new();
        let mut group = None;
        for place in ranked(self.filter.text(), self.lines.iter().map(|line| line.words.as_str())) {
            let line = &self.lines[place];
            if self.filter.text().is_empty() && group != Some(line.action.row().group) {
                group = Some(line.action.row().group);
                rows.push(Row::Heading(line.action.row().group));
            }
            rows.push(Row::Line(place, line.clone()));
        }
        self.rows.fill(rows, false);
        self.rows.step(Action::First);
        self.skip_heading(Action::Down);
    }

    /// The cursor never rests on a heading.
    fn skip_heading(&mut self, towards: Action) {
        if matches!(self.rows.chosen(), Some(Row::Heading(_))) {
            let place = self.rows.place();
            self.rows.step(towards);
            if self.rows.place() == place {
                self.rows.step(Action::Down);
            }
        }
    }
}

impl Layer for Help {
    fn key(&mut self, chord: Chord, cx: &mut Shared) -> Done {
        if chord.code == KeyCode::Esc {
            return Done::Close;
        }
        match self.filter.key(chord) {
            Edit::Changed => self.search(),
            Edit::Move(action) => {
                self.rows.step(action);
                self.skip_heading(if matches!(action, Action::Up | Action::PageUp) { Action::Up } else { Action::Down });
            }
            Edit::Left => {
                self.filter.open();
                return match self.rows.chosen() {
                    Some(Row::Line(_, line)) => match &line.can {
                        Ok(()) => Done::Order(Order::Perform(line.action)),
                        Err(why) => {
                            cx.say(Tone::Bad, format!("{}: {why}", line.action.row().title));
                            Done::Stay
                        }
                    },
                    _ => Done::Stay,
                };
            }
            Edit::Quiet => {}
            Edit::Pass => return Done::Pass,
        }
        self.filter.open();
        Done::Stay
    }

    fn paste(&mut self, text: &str, _: &mut Shared) {
        self.filter.paste(text);
        self.search();
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, _: &Shared) {
        canvas.clear(area);
        let inner = canvas.panel(area, &format!("Help: {}", self.context.title()), true);
        let (head, body) = top(inner, 1);
        let room = Rect { x: head.x + 1, width: head.width.saturating_sub(1), ..head };
        if self.filter.text().is_empty() {
            let used = self.filter.draw(canvas, room);
            canvas.put(Rect { x: room.x + used + 1, width: room.width.saturating_sub(used + 1), ..room }, "type to search", Role::Muted);
        } else {
            self.filter.draw(canvas, room);
        }
        if self.rows.is_empty() {
            let row = Rect { x: body.x + 2, width: body.width.saturating_sub(2), ..body };
            canvas.put(row, "nothing is called so; fewer letters find more", Role::Muted);
        }
        let columns = [Column::cells("", 12), Column::cells("", 17), Column::share("", 1)];
        self.rows.draw(canvas, body, &columns, true, |row, column| match (row, column) {
            (Row::Heading(group), 0) => (Cow::Borrowed(group.title()), Role::Title),
            (Row::Heading(_), _) => (Cow::Borrowed(""), Role::Text),
            (Row::Line(_, line), 0) => (Cow::Borrowed(line.keys.as_str()), if line.can.is_ok() { Role::Key } else { Role::Disabled }),
            (Row::Line(_, line), 1) => (Cow::Borrowed(line.action.row().title), if line.can.is_ok() { Role::Text } else { Role::Disabled }),
            (Row::Line(_, line), _) => match &line.can {
                Ok(()) if line.action.row().danger == Danger::Lasting => {
                    (Cow::Owned(format!("{} (cannot be undone)", line.action.row().effect)), Role::Muted)
                }
                Ok(()) => (Cow::Borrowed(line.action.row().effect), Role::Muted),
                Err(why) => (Cow::Owned(format!("not now: {why}")), Role::Disabled),
            },
        });
        canvas.panel_note(area, "Enter runs the line  Esc closes");
    }
}
