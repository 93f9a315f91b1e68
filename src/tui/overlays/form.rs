//! A few fields to fill in: what a move asks for, a value to edit, a login. Enter saves, or goes to what is still
//! missing; Tab goes to the next field; a field with fixed answers is chosen with Left and Right; a note can be
//! written in one's own editor.

use super::{Done, Layer, Purpose, Reply};
use crate::{
    domain::{Field, FieldKind, Text},
    tui::{
        canvas::{Canvas, centred, rows},
        event::Effect,
        keys::Chord,
        shared::{Shared, Tone},
        theme::Role,
        widgets::{input::Line, note::Note, text},
    },
};
use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::layout::{Position, Rect};

/// Rows a note takes.
const NOTE_ROWS: u16 = 8;

/// How a field is filled in.
#[derive(Clone, Debug)]
enum Value {
    Line(Box<Line>),
    Choice { options: Vec<Text>, chosen: usize },
    Note(Box<Note>),
}

/// One field of a form.
#[derive(Clone, Debug)]
pub struct Entry {
    label: String,
    value: Value,
    /// What it has to parse as.
    field: Option<Field>,
    required: bool,
}

impl Entry {
    /// A typed line, starting with `now`.
    pub fn line(label: impl Into<String>, now: &str) -> Self {
        Self { label: label.into(), value: Value::Line(Box::new(Line::new(now))), field: None, required: false }
    }

    /// A typed line that shows dots.
    pub fn secret(label: impl Into<String>) -> Self {
        Self { label: label.into(), value: Value::Line(Box::new(Line::secret())), field: None, required: false }
    }

    /// One of `options`, starting with `now` if it is one.
    pub fn choice(label: impl Into<String>, options: Vec<Text>, now: &str) -> Self {
        let chosen = options.iter().position(|option| option.as_str() == now).unwrap_or(0);
        Self { label: label.into(), value: Value::Choice { options, chosen }, field: None, required: false }
    }

    /// Several lines.
    pub fn note(label: impl Into<String>, now: &str) -> Self {
        Self { label: label.into(), value: Value::Note(Box::new(Note::new(now))), field: None, required: false }
    }

    /// Refuses what this field cannot hold.
    #[must_use]
    pub fn for_field(mut self, field: Field) -> Self {
        self.field = Some(field);
        self
    }

    /// Cannot be left empty.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    fn problem(&self) -> Option<String> {
        let text = self.text();
        if text.is_empty() {
            return self.required.then(|| "still missing".to_owned());
        }
        let field = self.field?;
        crate::domain::Value::parse(field.kind(), &text).is_none().then(|| wanted(field.kind()).to_owned())
    }

    fn text(&self) -> String {
        match &self.value {
            Value::Line(line) => line.text().trim().to_owned(),
            Value::Choice { options, chosen } => options.get(*chosen).map(ToString::to_string).unwrap_or_default(),
            Value::Note(note) => note.text(),
        }
    }

    fn rows(&self) -> u16 {
        if matches!(self.value, Value::Note(_)) { NOTE_ROWS } else { 1 }
    }
}

/// What a field of that kind takes, as the end of a sentence.
fn wanted(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text | FieldKind::Url | FieldKind::List => "this cannot be read",
        FieldKind::Email => "an address like ann@corp.example is wanted",
        FieldKind::Phone => "a number like +44 20 7946 0112 is wanted, with the country in front",
        FieldKind::Domain => "a host name like corp.example is wanted",
        FieldKind::Country => "two letters like GB are wanted",
        FieldKind::Number => "a whole number is wanted",
        FieldKind::Span => "a number or a range like 201-500 is wanted",
        FieldKind::Flag => "yes or no is wanted",
        FieldKind::Date => "a date like 2026-12-31 is wanted",
    }
}

/// Fields that wait to be saved or given up.
pub struct Form {
    purpose: Purpose,
    title: String,
    words: String,
    entries: Vec<Entry>,
    at: usize,
}

impl Form {
    /// Asks for `entries` under `title`; `words` say why.
    pub fn new(purpose: Purpose, title: impl Into<String>, words: impl Into<String>, entries: Vec<Entry>) -> Self {
        Self { purpose, title: title.into(), words: words.into(), entries, at: 0 }
    }

    /// Begins with that field.
    #[must_use]
    pub fn at(mut self, place: usize) -> Self {
        self.at = place.min(self.entries.len().saturating_sub(1));
        self
    }

    fn save(&mut self, cx: &mut Shared) -> Done {
        if let Some((place, words)) = self.entries.iter().enumerate().find_map(|(place, entry)| Some((place, entry.problem()?))) {
            // Enter on a field that is fine leads to the one that is not, without a word.
            if place == self.at || self.entries[place].text().is_empty() {
                cx.say(Tone::Bad, format!("{}: {words}", self.entries[place].label));
            }
            self.at = place;
            return Done::Stay;
        }
        Done::Answer(self.purpose, Reply::Filled(self.entries.iter().map(Entry::text).collect()))
    }

    fn step(&mut self, back: bool) {
        let last = self.entries.len().saturating_sub(1);
        self.at = match (back, self.at) {
            (true, 0) => last,
            (true, at) => at - 1,
            (false, at) if at >= last => 0,
            (false, at) => at + 1,
        };
    }
}

impl Layer for Form {
    fn key(&mut self, chord: Chord, cx: &mut Shared) -> Done {
        let Some(entry) = self.entries.get_mut(self.at) else { return Done::Close };
        match (chord.code, chord.mods) {
            (KeyCode::Esc, _) => return Done::Close,
            (KeyCode::Char('s'), KeyModifiers::CONTROL) => return self.save(cx),
            (KeyCode::Tab, KeyModifiers::SHIFT) => self.step(true),
            (KeyCode::Tab, _) => self.step(false),
            (KeyCode::Char('o'), KeyModifiers::CONTROL) if matches!(entry.value, Value::Note(_)) => cx.effect(Effect::Edit(entry.text())),
            _ => match &mut entry.value {
                Value::Note(note) => return if note.key(chord) { Done::Stay } else { Done::Pass },
                Value::Choice { options, chosen } => match chord.code {
                    KeyCode::Left => *chosen = chosen.checked_sub(1).unwrap_or(options.len().saturating_sub(1)),
                    KeyCode::Right | KeyCode::Char(' ') => *chosen = (*chosen + 1) % options.len().max(1),
                    KeyCode::Enter => return self.save(cx),
                    KeyCode::Down => self.step(false),
                    KeyCode::Up => self.step(true),
                    // A letter goes to the next answer that begins with it.
                    KeyCode::Char(c) => {
                        let after = (1..=options.len()).map(|step| (*chosen + step) % options.len());
                        let wanted = c.to_lowercase().next();
                        let hit = after
                            .into_iter()
                            .find(|place| options[*place].chars().next().and_then(|first| first.to_lowercase().next()) == wanted);
                        *chosen = hit.unwrap_or(*chosen);
                    }
                    _ => return Done::Pass,
                },
                Value::Line(line) => match chord.code {
                    KeyCode::Enter => return self.save(cx),
                    KeyCode::Down => self.step(false),
                    KeyCode::Up => self.step(true),
                    _ if line.key(chord) => {}
                    _ => return Done::Pass,
                },
            },
        }
        Done::Stay
    }

    fn paste(&mut self, pasted: &str, _: &mut Shared) {
        match self.entries.get_mut(self.at).map(|entry| &mut entry.value) {
            Some(Value::Line(line)) => line.paste(pasted),
            Some(Value::Note(note)) => note.paste(pasted),
            _ => {}
        }
    }

    fn edited(&mut self, text: &str) {
        if let Some(Value::Note(note)) = self.entries.get_mut(self.at).map(|entry| &mut entry.value) {
            **note = Note::new(text);
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, _: &Shared) {
        let width = 76.min(area.width);
        let room = usize::from(width.saturating_sub(4));
        let words = if self.words.is_empty() { 0 } else { text::wrap(&self.words, room).len() as u16 + 1 };
        let fields: u16 = self.entries.iter().map(Entry::rows).sum();
        let place = centred(area, width, words + fields + 2);
        canvas.clear(place);
        let inner = canvas.panel(place, &self.title, true);
        let body = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        canvas.paragraph(body, &self.words, Role::Muted);
        let labels = self.entries.iter().map(|entry| text::width(&entry.label)).max().unwrap_or(0).min(24) as u16 + 2;
        // On a low screen the field with the keys must stay in sight.
        let before: u16 = self.entries[..self.at].iter().map(Entry::rows).sum();
        let list = Rect { y: body.y + words.min(body.height), height: body.height.saturating_sub(words), ..body };
        let skipped = (before + self.entries.get(self.at).map_or(1, Entry::rows)).saturating_sub(list.height);
        let mut lines = rows(list);
        let mut passed = 0;
        for (nth, entry) in self.entries.iter().enumerate() {
            passed += entry.rows();
            if passed <= skipped {
                continue;
            }
            let Some(row) = lines.next() else { break };
            let has_keys = nth == self.at;
            canvas.put(Rect { width: labels.min(row.width), ..row }, &entry.label, if has_keys { Role::Focus } else { Role::Text });
            let value = Rect { x: row.x + labels.min(row.width), width: row.width.saturating_sub(labels), ..row };
            match &entry.value {
                Value::Line(line) => line.draw(canvas, value, if has_keys { Role::Text } else { Role::Muted }, has_keys),
                Value::Choice { options, chosen } => {
                    let shown = options.get(*chosen).map(Text::as_str).unwrap_or_default();
                    let [left, right] = canvas.look.glyphs.left_right;
                    let arrows = if has_keys { format!("  {left} {right}") } else { String::new() };
                    canvas.line(value, &[(shown, if has_keys { Role::Idle } else { Role::Muted }), (&arrows, Role::Muted)]);
                    if has_keys {
                        canvas.cursor = Some(Position { x: value.x, y: value.y });
                    }
                }
                Value::Note(note) => {
                    note.draw(canvas, Rect { height: NOTE_ROWS.min(list.bottom() - row.y), ..value });
                    for _ in 1..NOTE_ROWS {
                        lines.next();
                    }
                }
            }
        }
        let note = self.entries.iter().any(|entry| matches!(entry.value, Value::Note(_)));
        let does = match self.purpose {
            Purpose::Import => "starts it",
            Purpose::MoveForm => "moves it",
            _ => "saves",
        };
        canvas.panel_note(
            place,
            &if note {
                format!("Ctrl-S {does}  Ctrl-O own editor  Esc closes")
            } else {
                format!("Enter {does}  Tab next field  Esc closes")
            },
        );
    }
}
