//! The palette: a few letters find a command, a person, a recent filter or an import, from anywhere. `@` narrows to
//! people, `#` to recent filters.

use super::{Done, Layer};
use crate::{
    domain::{ContactSummary, Source},
    tui::{
        action::{Action, Context, Group},
        canvas::{Canvas, top},
        desk::{Answer, Query},
        event::Slot,
        keys::Chord,
        shared::{Can, Order, Shared, Tone},
        theme::Role,
        widgets::{
            filter::{Edit, Filter},
            rank::ranked,
            table::{Column, Item, Table},
        },
        words,
    },
};
use crossterm::event::KeyCode;
use ratatui::layout::Rect;
use std::borrow::Cow;

/// People asked for at once; more means: type another letter.
const PEOPLE: u32 = 20;

/// What a line of the palette does.
#[derive(Clone, Debug)]
enum Entry {
    Command(Action, Can),
    Import(Source),
    Filter(Context, String),
    Person(ContactSummary),
}

#[derive(Clone, Debug)]
struct Row {
    place: usize,
    title: String,
    place_words: Cow<'static, str>,
    key: String,
    entry: Entry,
}

impl Item for Row {
    type Id = usize;
    fn id(&self) -> usize {
        self.place
    }
}

/// Commands and people by a few letters.
pub struct Palette {
    filter: Filter,
    commands: Vec<Row>,
    people: Vec<Row>,
    rows: Table<Row>,
    waiting: bool,
}

impl Palette {
    /// Offers what can be asked for on `context`; `can` says which can be done now.
    pub fn new(context: Context, cx: &Shared, can: impl Fn(Action) -> Can) -> Self {
        let mut commands = Vec::new();
        let mut add = |title: String, place_words: Cow<'static, str>, key: String, entry: Entry| {
            commands.push(Row { place: commands.len(), title, place_words, key, entry });
        };
        for action in Action::ALL.iter().filter(|action| action.row().scope.has(context) && **action != Action::Palette) {
            let row = action.row();
            add(format!("{}: {}", row.title, row.effect), row.scope.title(), cx.keymap.key(*action), Entry::Command(*action, can(*action)));
        }
        for source in &cx.callable {
            add(format!("Import from {source}"), Cow::Borrowed("Imports"), String::new(), Entry::Import(*source));
        }
        for (context, text) in &cx.filters {
            add(format!("# {text}"), Cow::Borrowed(context.title()), String::new(), Entry::Filter(*context, text.clone()));
        }
        // Moves last: nobody looks them up to run them.
        commands.sort_by_key(|row| matches!(row.entry, Entry::Command(action, _) if action.row().group == Group::Move));
        let mut palette = Self { filter: Filter::default(), commands, people: Vec::new(), rows: Table::default(), waiting: false };
        palette.filter.open();
        palette.search();
        palette
    }

    fn search(&mut self) {
        let text = self.filter.text();
        let rows = match text.chars().next() {
            // The store matched people by its own index; ranking them again would only reorder.
            Some('@') => self.people.clone(),
            Some('#') => {
                let filters: Vec<_> = self.commands.iter().filter(|row| matches!(row.entry, Entry::Filter(..))).collect();
                let hits = ranked(text[1..].trim(), filters.iter().map(|row| row.title.as_str()));
                hits.into_iter().map(|place| filters[place].clone()).collect()
            }
            _ => {
                let hits = ranked(text, self.commands.iter().map(|row| row.title.as_str()));
                hits.into_iter().map(|place| self.commands[place].clone()).chain(self.people.iter().cloned()).collect()
            }
        };
        self.rows.fill(rows, false);
        self.rows.step(Action::First);
    }

    /// Something else can be found; the cursor stays on its line.
    fn search_again(&mut self) {
        let chosen = self.rows.place();
        self.search();
        for _ in 0..chosen {
            self.rows.step(Action::Down);
        }
    }

    fn ask(&mut self, cx: &mut Shared) {
        let wanted = self.filter.text().trim_start_matches('@').trim();
        self.waiting = wanted.chars().count() >= 2 && !wanted.starts_with('#');
        if self.waiting {
            cx.ask(Slot::Palette, Query::People { text: wanted.to_owned(), after: None, limit: PEOPLE });
        } else {
            cx.forget(Slot::Palette);
            self.people.clear();
        }
    }

    fn run(&self, cx: &mut Shared) -> Done {
        let Some(row) = self.rows.chosen() else { return Done::Stay };
        Done::Order(match &row.entry {
            Entry::Command(action, Ok(())) => Order::Perform(*action),
            Entry::Command(action, Err(why)) => {
                cx.say(Tone::Bad, format!("{}: {why}", action.row().title));
                return Done::Stay;
            }
            Entry::Import(source) => Order::Import(*source),
            Entry::Filter(context, text) => Order::Narrow(*context, text.clone()),
            Entry::Person(person) => Order::Record(person.id),
        })
    }
}

impl Layer for Palette {
    fn key(&mut self, chord: Chord, cx: &mut Shared) -> Done {
        if chord.code == KeyCode::Esc {
            return Done::Close;
        }
        match self.filter.key(chord) {
            Edit::Changed => {
                self.ask(cx);
                self.search();
            }
            Edit::Move(action) => drop(self.rows.step(action)),
            Edit::Left => {
                self.filter.open();
                return self.run(cx);
            }
            Edit::Quiet => {}
            Edit::Pass => return Done::Pass,
        }
        self.filter.open();
        Done::Stay
    }

    fn paste(&mut self, text: &str, cx: &mut Shared) {
        self.filter.paste(text);
        self.ask(cx);
        self.search();
    }

    fn answered(&mut self, slot: Slot, answer: &Answer, cx: &mut Shared) {
        if let (Slot::Undoable, Answer::Undoable(Some(last))) = (slot, answer) {
            let can = last.undoable.clone().map_err(|why| Cow::Owned(why.to_string()));
            let title = format!("Undo: {} ({} ago)", last.words, words::age(last.at, cx.now));
            // The plain line says from now on what would be undone; the cursor stays where it is.
            if let Some(row) = self.commands.iter_mut().find(|row| matches!(row.entry, Entry::Command(Action::Undo, _))) {
                (row.title, row.entry) = (title, Entry::Command(Action::Undo, can));
                self.search_again();
            }
        }
        if let (Slot::Palette, Answer::People(people)) = (slot, answer) {
            self.waiting = false;
            self.people = people
                .iter()
                .enumerate()
                .map(|(nth, person)| Row {
                    place: 10_000 + nth,
                    title: [person.name.as_str(), person.company.as_str(), person.email.as_str()]
                        .into_iter()
                        .filter(|part| !part.is_empty())
                        .collect::<Vec<_>>()
                        .join("  "),
                    place_words: Cow::Borrowed("person"),
                    key: String::new(),
                    entry: Entry::Person(person.clone()),
                })
                .collect();
            self.search_again();
        }
    }

    fn refused(&mut self, slot: Slot, words: &str, cx: &mut Shared) {
        if slot == Slot::Palette {
            self.waiting = false;
            cx.say(Tone::Bad, words);
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, _: &Shared) {
        let (width, height) = (100.min(area.width.saturating_sub(10)).max(area.width.min(60)), 20.min(area.height.saturating_sub(4)));
        let place = Rect { x: area.x + (area.width - width) / 2, y: area.y + 2.min(area.height - height), width, height };
        canvas.clear(place);
        let inner = canvas.panel(place, "Commands and people", true);
        let (head, body) = top(inner, 1);
        let used = canvas.put(head, " > ", Role::Key);
        let room = Rect { x: head.x + used, width: head.width.saturating_sub(used), ..head };
        // The filter draws a slash in front of itself; here the prompt stands instead.
        self.filter.draw_text(canvas, room);
        if self.filter.text().is_empty() {
            let hint = Rect { x: room.x + 1, width: room.width.saturating_sub(1), ..room };
            canvas.put(hint, "a command or a name   @ people only   # recent filters", Role::Muted);
        }
        if self.rows.is_empty() {
            let words = if self.waiting { "looking…" } else { "nothing found; fewer letters find more" };
            canvas.put(Rect { x: body.x + 2, width: body.width.saturating_sub(2), ..body }, words, Role::Muted);
        }
        let columns = [Column::share("", 1), Column::cells("", 10), Column::cells("", 7)];
        self.rows.draw(canvas, body, &columns, true, |row, column| {
            let off = matches!(&row.entry, Entry::Command(_, Err(_)));
            match column {
                0 if matches!(row.entry, Entry::Person(_)) => (Cow::Owned(format!("@ {}", row.title)), Role::Text),
                0 => (Cow::Borrowed(row.title.as_str()), if off { Role::Disabled } else { Role::Text }),
                1 => (row.place_words.clone(), Role::Muted),
                _ => (Cow::Borrowed(row.key.as_str()), if off { Role::Disabled } else { Role::Key }),
            }
        });
        canvas.panel_note(place, &format!("{} of {}", self.rows.items().len(), self.commands.len() + self.people.len()));
    }
}
