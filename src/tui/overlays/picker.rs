//! Chooses a file to import: folders and files that can be read, narrowed by typing. Enter opens a folder or takes a
//! file; a path can be typed or pasted whole.

use super::{Done, Layer, plan::Plan};
use crate::tui::{
    canvas::{Canvas, top},
    desk::{Answer, Folder, FolderEntry, Query},
    event::Slot,
    keys::Chord,
    shared::{Order, Shared, Tone},
    theme::Role,
    widgets::{
        filter::{Edit, Filter},
        rank::ranked,
        table::{Column, Item, Table},
    },
    words,
};
use crossterm::event::KeyCode;
use ratatui::layout::Rect;
use std::{borrow::Cow, path::PathBuf};

impl Item for FolderEntry {
    type Id = PathBuf;
    fn id(&self) -> PathBuf {
        self.path.clone()
    }
}

/// A folder to choose a file from.
pub struct Picker {
    folder: Folder,
    filter: Filter,
    rows: Table<FolderEntry>,
    waiting: bool,
}

impl Picker {
    /// Begins where the person is.
    pub fn open(cx: &mut Shared) -> Self {
        cx.ask(Slot::Folder, Query::Folder(None));
        let mut filter = Filter::default();
        filter.open();
        Self { folder: Folder::default(), filter, rows: Table::default(), waiting: true }
    }

    fn go(&mut self, path: PathBuf, cx: &mut Shared) {
        self.waiting = true;
        cx.ask(Slot::Folder, Query::Folder(Some(path)));
    }

    fn sift(&mut self) {
        let hits = ranked(self.filter.text(), self.folder.entries.iter().map(|entry| entry.name.as_str()));
        self.rows.fill(hits.into_iter().map(|place| self.folder.entries[place].clone()).collect(), false);
        self.rows.step(crate::tui::action::Action::First);
    }

    /// A typed text that looks like a path is one.
    fn typed_path(&self) -> Option<PathBuf> {
        let text = self.filter.text().trim();
        (text.contains(['/', '\\']) || text == "..").then(|| self.folder.path.join(text))
    }

    fn take(&mut self, cx: &mut Shared) -> Done {
        if let Some(path) = self.typed_path() {
            let looks_like_file = path.extension().is_some();
            if looks_like_file {
                return Done::Order(Order::Open(Box::new(Plan::of_file(path, cx))));
            }
            self.go(path, cx);
            return Done::Stay;
        }
        match self.rows.chosen().cloned() {
            Some(FolderEntry { size: None, path, .. }) => {
                self.go(path, cx);
                Done::Stay
            }
            Some(file) => Done::Order(Order::Open(Box::new(Plan::of_file(file.path, cx)))),
            None => Done::Stay,
        }
    }
}

impl Layer for Picker {
    fn key(&mut self, chord: Chord, cx: &mut Shared) -> Done {
        if chord.code == KeyCode::Esc {
            return Done::Close;
        }
        if chord.code == KeyCode::Backspace && self.filter.text().is_empty() {
            if let Some(parent) = self.folder.path.parent() {
                let parent = parent.to_path_buf();
                self.go(parent, cx);
            }
            return Done::Stay;
        }
        match self.filter.key(chord) {
            Edit::Changed => self.sift(),
            Edit::Move(action) => drop(self.rows.step(action)),
            Edit::Left => {
                self.filter.open();
                return self.take(cx);
            }
            Edit::Quiet => {}
            Edit::Pass => return Done::Pass,
        }
        self.filter.open();
        Done::Stay
    }

    fn paste(&mut self, text: &str, _: &mut Shared) {
        self.filter.paste(text);
        self.sift();
    }

    fn answered(&mut self, slot: Slot, answer: &Answer, _: &mut Shared) {
        if let (Slot::Folder, Answer::Folder(folder)) = (slot, answer) {
            self.waiting = false;
            self.folder = folder.clone();
            self.filter.set("");
            self.filter.open();
            self.sift();
        }
    }

    fn refused(&mut self, slot: Slot, words: &str, cx: &mut Shared) {
        if slot == Slot::Folder {
            self.waiting = false;
            cx.say(Tone::Bad, words);
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, _: &Shared) {
        canvas.clear(area);
        let inner = canvas.panel(area, "Import a file: CSV, XLSX or JSON lines", true);
        let (head, body) = top(inner, 2);
        let path = crate::domain::Text::new(&self.folder.path.display().to_string());
        let used = canvas.line(head, &[(" ", Role::Text), (&path, Role::Title), ("/", Role::Muted)]);
        let room = Rect { x: head.x + used, width: head.width.saturating_sub(used), height: 1, ..head };
        self.filter.draw_text(canvas, room);
        if self.rows.is_empty() {
            let words = match (self.waiting, self.folder.entries.is_empty()) {
                (true, _) => "reading",
                (false, true) => "No folder and no CSV, XLSX or JSON file in here. Backspace goes up.",
                (false, false) => "No name matches. A whole path can be typed or pasted.",
            };
            canvas.put(Rect { x: body.x + 2, width: body.width.saturating_sub(2), ..body }, words, Role::Muted);
        }
        let columns = [Column::share("", 1), Column::number("", 12)];
        self.rows.draw(canvas, body, &columns, true, |entry, column| match (column, entry.size) {
            (0, None) => (Cow::Owned(format!("{}/", entry.name)), Role::Info),
            (0, Some(_)) => (Cow::Borrowed(entry.name.as_str()), Role::Text),
            (_, None) => (Cow::Borrowed(""), Role::Text),
            (_, Some(size)) => (Cow::Owned(format!("{} KB", words::count(size.div_ceil(1024)))), Role::Muted),
        });
        let left_out = if self.folder.left_out > 0 { format!("{} more not listed  ", self.folder.left_out) } else { String::new() };
        canvas.panel_note(area, &format!("{left_out}Enter opens  Backspace up  Esc closes"));
    }
}
