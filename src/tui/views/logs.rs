//! Logs: what the program is doing, as it does it. The newest problems stay pinned on top, so that "why did that
//! fail" is one key away. Entries are masked before they get here.

use super::{Heard, View};
use crate::{
    telemetry::{Entry, Level},
    tui::{
        action::{Action, Context, Need},
        canvas::{Canvas, Look, left, top},
        overlays::{Purpose, Reply, menu::Menu},
        shared::{Dirty, Shared},
        theme::Role,
        widgets::{
            filter::Filter,
            table::{Column, Item, Table},
            text,
        },
        words,
    },
};
use ratatui::layout::Rect;
use std::{borrow::Cow, collections::VecDeque, sync::Arc};

/// Entries the screen keeps; the file has all of them.
pub const ENTRIES_KEPT: usize = 2_000;
/// Problems pinned on top.
const PINNED: usize = 3;

const LEVELS: [(Level, &str, &str); 5] = [
    (Level::ERROR, "error", "only what went wrong"),
    (Level::WARN, "warn", "and what may go wrong"),
    (Level::INFO, "info", "and what was done"),
    (Level::DEBUG, "debug", "and how"),
    (Level::TRACE, "trace", "and every step"),
];

#[derive(Clone, Debug)]
struct Row(Arc<Entry>);

impl Item for Row {
    type Id = u64;
    fn id(&self) -> u64 {
        self.0.seq
    }
}

impl Row {
    fn role(&self) -> Role {
        match self.0.level {
            Level::ERROR => Role::Bad,
            Level::WARN => Role::Warn,
            Level::INFO => Role::Text,
            _ => Role::Muted,
        }
    }

    fn level(&self) -> &'static str {
        LEVELS.iter().find(|(level, ..)| *level == self.0.level).map_or("", |(_, name, _)| name)
    }

    fn words(&self) -> String {
        let mut out = self.0.message.to_string();
        for (name, value) in &self.0.fields {
            if !out.is_empty() {
                out.push_str("  ");
            }
            out.push_str(name);
            out.push('=');
            out.push_str(value);
        }
        out
    }
}

/// Which list has the cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Pane {
    Pinned,
    Stream,
}

/// The log screen.
pub struct Logs {
    kept: VecDeque<Row>,
    pinned: Table<Row>,
    stream: Table<Row>,
    pane: Pane,
    follow: bool,
    level: Level,
    filter: Filter,
    wrap: bool,
    entry_open: bool,
    seen: u64,
}

impl Default for Logs {
    fn default() -> Self {
        Self {
            kept: VecDeque::new(),
            pinned: Table::default(),
            stream: Table::default(),
            pane: Pane::Stream,
            follow: true,
            level: Level::INFO,
            filter: Filter::default(),
            wrap: false,
            entry_open: false,
            seen: 0,
        }
    }
}

impl Logs {
    /// Takes new entries, oldest first; says whether any of them is shown.
    pub fn take(&mut self, entries: &[Arc<Entry>]) -> bool {
        let mut shown = false;
        let mut problems = Vec::new();
        for entry in entries {
            let row = Row(entry.clone());
            self.seen = self.seen.max(entry.seq);
            shown |= self.shows(&row);
            if entry.level == Level::ERROR {
                problems.push(row.clone());
            }
            self.kept.push_back(row);
        }
        while self.kept.len() > ENTRIES_KEPT {
            self.kept.pop_front();
        }
        if !problems.is_empty() {
            let pinned: Vec<_> = self.pinned.items().iter().cloned().chain(problems).collect();
            self.pinned.fill(pinned[pinned.len().saturating_sub(PINNED)..].to_vec(), false);
            shown = true;
        }
        if shown {
            self.sift();
        }
        shown
    }

    /// Puts the cursor on the last pinned problem.
    pub fn last_problem(&mut self) {
        if !self.pinned.is_empty() {
            self.pane = Pane::Pinned;
            self.pinned.step(Action::Last);
        }
    }

    fn shows(&self, row: &Row) -> bool {
        row.0.level <= self.level && self.matches(row)
    }

    fn matches(&self, row: &Row) -> bool {
        let wanted = self.filter.text().to_lowercase();
        wanted.split_whitespace().all(|word| {
            row.0.target.to_lowercase().contains(word) || row.words().to_lowercase().contains(word) || row.level().contains(word)
        })
    }

    fn sift(&mut self) {
        let rows = self.kept.iter().filter(|row| self.shows(row)).cloned().collect();
        self.stream.fill(rows, false);
        if self.follow {
            self.stream.step(Action::Last);
        }
    }

    fn table(&mut self) -> &mut Table<Row> {
        match self.pane {
            Pane::Pinned => &mut self.pinned,
            Pane::Stream => &mut self.stream,
        }
    }

    fn chosen(&self) -> Option<&Row> {
        match self.pane {
            Pane::Pinned => self.pinned.chosen(),
            Pane::Stream => self.stream.chosen(),
        }
    }

    fn go_to_problem(&mut self, towards: Action) {
        self.pane = Pane::Stream;
        self.follow = false;
        let here = self.stream.place();
        let is_problem = |row: &&Row| row.0.level <= Level::WARN;
        let hit = match towards {
            Action::Down => self.stream.items().iter().skip(here + 1).find(is_problem),
            _ => self.stream.items().iter().take(here).rev().find(is_problem),
        };
        if let Some(id) = hit.map(Item::id) {
            self.stream.choose(&id);
        }
    }

    fn head(&self, canvas: &mut Canvas<'_>, row: Rect) {
        let level = LEVELS.iter().find(|(level, ..)| *level == self.level).map_or("", |(_, name, _)| name);
        let follow = if self.follow { ("following", Role::Good) } else { ("held", Role::Warn) };
        let used =
            canvas.line(row, &[(" Logs  ", Role::Title), follow, ("   level ", Role::Muted), (level, Role::Text), ("+   ", Role::Text)]);
        let room = Rect { x: row.x + used, width: row.width.saturating_sub(used), ..row };
        let used = self.filter.draw(canvas, room);
        if used == 0 {
            canvas.put(room, "no filter", Role::Muted);
        }
        let note = format!("{} of {} ", words::count(self.stream.items().len() as u64), words::count(self.seen));
        if usize::from(room.width.saturating_sub(used)) > note.len() + 10 {
            canvas.put_right(row, &note, Role::Muted);
        }
    }

    fn draw_stream(&self, canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
        if self.stream.is_empty() {
            let words = if self.kept.is_empty() {
                "Nothing has been logged yet."
            } else {
                "No entry matches. Esc clears the filter, l lowers the level."
            };
            canvas.paragraph(Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }, words, Role::Muted);
        } else if self.wrap {
            self.draw_wrapped(canvas, area, focused);
        } else {
            let columns = columns(area.width);
            let cell = cell(canvas.look, area.width);
            self.stream.draw(canvas, area, &columns, focused, cell);
        }
    }

    /// From the chosen entry upwards and then downwards, whole entries with all their lines.
    fn draw_wrapped(&self, canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
        let room = usize::from(area.width.saturating_sub(2));
        let line = |row: &Row| {
            format!("{} {:<5} {}  {}", words::clock_millis(row.0.at, &canvas.look.zone), row.level(), row.0.target, row.words())
        };
        let height = usize::from(area.height);
        let chosen = self.stream.place();
        let (mut first, mut used) = (chosen, 0);
        for (place, row) in self.stream.items().iter().enumerate().take(chosen + 1).rev() {
            used += text::wrap(&line(row), room).len();
            if used > height && place < chosen {
                break;
            }
            first = place;
        }
        let mut y = area.y;
        for (place, row) in self.stream.items().iter().enumerate().skip(first) {
            if y >= area.bottom() {
                break;
            }
            let words = line(row);
            let body = Rect { x: area.x + 2, y, width: area.width.saturating_sub(2), height: area.bottom() - y };
            let rows = canvas.paragraph(body, &words, row.role());
            if place == chosen {
                let whole = Rect { y, height: rows, ..area };
                canvas.tint(whole, if focused { Role::Selected } else { Role::Idle });
                canvas.put(whole, canvas.look.glyphs.cursor, if focused { Role::Selected } else { Role::Idle });
                canvas.point(ratatui::layout::Position { x: area.x, y });
            }
            y += rows;
        }
    }

    fn draw_entry(canvas: &mut Canvas<'_>, area: Rect, row: Option<&Row>) {
        let inner = canvas.panel(area, "Entry", false);
        let Some(row) = row else { return };
        let mut rest = inner;
        let mut say = |canvas: &mut Canvas<'_>, name: &str, value: &str, role: Role| {
            let label = 9.min(rest.width);
            canvas.put(Rect { width: label, height: 1.min(rest.height), ..rest }, name, Role::Muted);
            let (_, body) = left(rest, label);
            let used = canvas.paragraph(body, value, role).max(1);
            rest = top(rest, used).1;
        };
        say(canvas, "time", &words::full(row.0.at, &canvas.look.zone), Role::Text);
        say(canvas, "level", row.level(), row.role());
        say(canvas, "from", &row.0.target, Role::Text);
        say(canvas, "says", &row.0.message, Role::Text);
        for (name, value) in &row.0.fields {
            say(canvas, name, value, Role::Text);
        }
    }
}

/// From that width on the list has room for thousandths of a second.
const WIDE: u16 = 100;

fn columns(width: u16) -> [Column; 4] {
    [
        Column::cells("", if width < WIDE { 8 } else { 12 }),
        Column::cells("", 5),
        Column::cells("", if width < WIDE { 13 } else { 18 }),
        Column::share("", 1),
    ]
}

fn cell<'r>(look: &Look, width: u16) -> impl Fn(&'r Row, usize) -> (Cow<'r, str>, Role) + use<'r> {
    let zone = look.zone.clone();
    let narrow = width < WIDE;
    move |row, column| match column {
        0 if narrow => (Cow::Owned(words::clock(row.0.at, &zone)), Role::Muted),
        0 => (Cow::Owned(words::clock_millis(row.0.at, &zone)), Role::Muted),
        1 => (Cow::Borrowed(row.level()), row.role()),
        2 => (Cow::Borrowed(row.0.target.as_str()), Role::Muted),
        _ => (Cow::Owned(row.words()), row.role()),
    }
}

impl View for Logs {
    fn refresh(&mut self, _: &mut Shared) {}

    fn act(&mut self, action: Action, cx: &mut Shared) -> Heard {
        match action {
            Action::Follow => {
                self.follow = !self.follow;
                self.pane = Pane::Stream;
                self.sift();
            }
            Action::Level => {
                let first = LEVELS.iter().position(|(level, ..)| *level == self.level).unwrap_or(2);
                cx.open(Menu::new(Purpose::Level, "Show from level", LEVELS.iter().map(|(_, name, note)| (*name, *note)), first));
            }
            Action::Wrap => self.wrap = !self.wrap,
            Action::Filter => self.filter.open(),
            Action::NextProblem => self.go_to_problem(Action::Down),
            Action::PreviousProblem => self.go_to_problem(Action::Up),
            Action::NextPane | Action::PreviousPane => {
                self.pane = if self.pane == Pane::Stream && !self.pinned.is_empty() { Pane::Pinned } else { Pane::Stream };
            }
            Action::Open => self.entry_open = !self.entry_open,
            Action::Copy => {
                if let Some(row) = self.chosen() {
                    let line = row.0.to_string();
                    cx.copy("entry", &line);
                }
            }
            Action::Back if self.entry_open => self.entry_open = false,
            Action::Back => {
                let cleared = self.filter.clear();
                self.sift();
                return Heard::from(cleared);
            }
            _ => {
                let moved = self.table().step(action);
                if moved && self.pane == Pane::Stream {
                    // Going up holds the list; going back to the end follows again.
                    self.follow = self.stream.place() + 1 == self.stream.items().len();
                }
                return Heard::from(moved);
            }
        }
        Heard::Used
    }

    fn lacks(&self, need: Need, _: &Shared) -> Option<Cow<'static, str>> {
        (need == Need::Row && self.chosen().is_none()).then_some(Cow::Borrowed("there is no entry"))
    }

    fn hints(&self) -> &'static [Action] {
        &[Action::Follow, Action::Level, Action::Filter, Action::NextProblem, Action::Open, Action::Wrap, Action::Copy, Action::NextPane]
    }

    fn filter(&self) -> Option<(&Filter, Context)> {
        Some((&self.filter, Context::Logs))
    }

    fn filter_mut(&mut self) -> Option<&mut Filter> {
        Some(&mut self.filter)
    }

    fn sifted(&mut self, _: &mut Shared) {
        self.sift();
    }

    fn replied(&mut self, purpose: Purpose, reply: Reply, cx: &mut Shared) {
        if let (Purpose::Level, Reply::Chosen(place)) = (purpose, reply)
            && let Some((level, ..)) = LEVELS.get(place)
        {
            self.level = *level;
            self.sift();
            cx.touch(Dirty::Input);
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Shared) {
        let (head, body) = top(area, 1);
        self.head(canvas, head);
        let beside = cx.two_panes();
        let (mut list, entry) = if beside {
            let (list, entry) = left(body, body.width - (body.width / 3).min(60));
            (list, Some(entry))
        } else if self.entry_open {
            let (list, entry) = crate::tui::canvas::bottom(body, (body.height / 2).max(6));
            (list, Some(entry))
        } else {
            (body, None)
        };
        if !self.pinned.is_empty() {
            let (pins, rest) = top(list, self.pinned.items().len() as u16 + 1);
            let (label, pins) = top(pins, 1);
            canvas.put(label, " last problems", Role::Bad);
            let columns = columns(pins.width);
            let cell = cell(canvas.look, pins.width);
            self.pinned.draw(canvas, pins, &columns, self.pane == Pane::Pinned, cell);
            let rule =
                if canvas.look.boxes { canvas.look.glyphs.border.horizontal_top.repeat(usize::from(rest.width)) } else { String::new() };
            let (line, rest) = top(rest, 1);
            canvas.put(line, &rule, Role::Border);
            list = rest;
        }
        self.draw_stream(canvas, list, self.pane == Pane::Stream);
        if let Some(area) = entry {
            Self::draw_entry(canvas, area, self.chosen());
        }
    }

    fn remember(&self) -> serde_json::Value {
        let level = LEVELS.iter().find(|(level, ..)| *level == self.level).map_or("info", |(_, name, _)| name);
        serde_json::json!({ "filter": self.filter.text(), "level": level, "wrap": self.wrap })
    }

    fn recall(&mut self, memory: &serde_json::Value) {
        if let Some(text) = memory["filter"].as_str() {
            self.filter.set(text);
        }
        if let Some((level, ..)) = LEVELS.iter().find(|(_, name, _)| memory["level"] == **name) {
            self.level = *level;
        }
        self.wrap = memory["wrap"] == true;
        self.sift();
    }
}
