//! Record: one person with every field's source, the source records with their raw rows, and the history, each line
//! of which can be taken back.

use super::{Heard, View, moves::Moves, review::field_entry, search::copies};
use crate::{
    domain::{Choice, ContactId, DecisionId, Field, Giver, GoldenField, RecordId, Text},
    services::{HistoryRow, MemberView, RecordView, Whom},
    tui::{
        action::{Action, Need},
        app::missing,
        canvas::{Canvas, left, top},
        desk::{Answer, Command, Failure, Query, Told},
        event::Slot,
        overlays::{Purpose, Reply, form::Form, gaps::Gaps, menu::Menu, page::Page},
        shared::{Shared, Tone},
        theme::Role,
        widgets::table::{Column, Item, Table},
        words,
    },
};
use ratatui::layout::Rect;
use std::borrow::Cow;

impl Item for GoldenField {
    type Id = Field;
    fn id(&self) -> Field {
        self.field
    }
}

impl Item for MemberView {
    type Id = RecordId;
    fn id(&self) -> RecordId {
        self.record
    }
}

impl Item for HistoryRow {
    type Id = DecisionId;
    fn id(&self) -> DecisionId {
        self.decision
    }
}

/// Which box has the cursor.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Pane {
    #[default]
    Fields,
    Sources,
    History,
}

const PANES: [Pane; 3] = [Pane::Fields, Pane::Sources, Pane::History];

/// The open record.
#[derive(Default)]
pub struct Record {
    contact: Option<ContactId>,
    view: Option<Box<RecordView>>,
    pane: Pane,
    fields: Table<GoldenField>,
    sources: Table<MemberView>,
    history: Table<HistoryRow>,
    /// The field whose form is open.
    editing: Option<Field>,
    moves: Moves,
}

impl Record {
    /// Shows another person.
    pub fn open(&mut self, contact: ContactId) {
        if self.contact != Some(contact) {
            *self = Self { contact: Some(contact), ..Self::default() };
        }
    }

    fn edit(&mut self, cx: &mut Shared) {
        let Some(golden) = self.fields.chosen() else { return };
        let entry = field_entry(golden.field, golden.value.as_ref());
        let title = format!("Edit {}", golden.field.label());
        self.editing = Some(golden.field);
        cx.open(Form::new(Purpose::Edit, title, "A value typed here wins over every source until it is undone.", vec![entry]));
    }

    fn add_field(&mut self, cx: &mut Shared) {
        let known: Vec<_> = self.fields.items().iter().map(Item::id).collect();
        let rest = Field::ALL.iter().filter(|field| !known.contains(field)).map(|field| (field.label(), ""));
        cx.open(Menu::new(Purpose::Field, "Add a field", rest, 0));
    }

    fn show(&mut self, view: Box<RecordView>) {
        self.fields.fill(view.golden.0.clone(), false);
        self.sources.fill(view.members.clone(), false);
        self.history.fill(view.history.clone(), false);
        self.view = Some(view);
    }

    fn raw(&self, cx: &mut Shared) {
        if let Some(member) = self.sources.chosen() {
            cx.ask(Slot::Raw, Query::Raw(member.record));
            cx.open(Page::waiting(format!("{} {} as it came", member.source, member.external_id)));
        }
    }

    fn heading(canvas: &mut Canvas<'_>, row: Rect, view: &RecordView) {
        let summary = &view.summary;
        let halo = view.halo.user.map_or_else(|| "not in HaloPSA yet".to_owned(), |id| format!("HaloPSA #{id}"));
        let lead = view
            .lead
            .as_ref()
            .map(|lead| format!("   {}: {}", lead.position.lifecycle, lead.position.stage.as_str().replace('_', " ")))
            .unwrap_or_default();
        let quality = format!("   Q{}", summary.quality);
        let pending = match view.halo.pending.len() {
            0 => String::new(),
            n => format!("   {} on the way", words::many(n as u64, "write")),
        };
        canvas.line(
            row,
            &[
                (" ", Role::Text),
                (&summary.name, Role::Title),
                ("   ", Role::Text),
                (&halo, Role::Ours),
                (&lead, Role::Text),
                (&quality, Role::Text),
                (&pending, Role::Info),
                (if view.question.is_some() { "   ! a question is open" } else { "" }, Role::Warn),
            ],
        );
    }

    fn field_box(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let inner = canvas.panel(area, "Fields", self.pane == Pane::Fields);
        let wide = inner.width >= 50;
        let columns = if wide {
            [Column::cells("", 16), Column::share("", 4), Column::share("", 3)]
        } else {
            [Column::cells("", 11), Column::share("", 1), Column::cells("", 9)]
        };
        self.fields.draw(canvas, inner, &columns, self.pane == Pane::Fields, |golden, column| match column {
            0 => (Cow::Borrowed(golden.field.label()), Role::Muted),
            1 => match &golden.value {
                Some(value) => (value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed), Role::Text),
                None => (Cow::Borrowed("(emptied on purpose)"), Role::Muted),
            },
            _ if wide => (Cow::Owned(provenance(golden)), if golden.locked { Role::Ours } else { Role::Muted }),
            _ => (Cow::Borrowed(giver(golden)), if golden.locked { Role::Ours } else { Role::Muted }),
        });
        if let Some(golden) = self.fields.chosen().filter(|_| !wide) {
            canvas.panel_note(area, &provenance(golden));
        } else if let Some(golden) = self.fields.chosen().filter(|golden| !golden.alternates.is_empty()) {
            let others: Vec<_> = golden.alternates.iter().map(|other| format!("{} ({})", other.value, other.source)).collect();
            canvas.panel_note(area, &format!("also: {}", others.join(", ")));
        }
    }

    fn source_box(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let inner = canvas.panel(area, &format!("Sources {}", self.sources.items().len()), self.pane == Pane::Sources);
        let columns = [Column::cells("", if inner.width < 40 { 10 } else { 12 }), Column::cells("", 10), Column::share("", 1)];
        let zone = canvas.look.zone.clone();
        self.sources.draw(canvas, inner, &columns, self.pane == Pane::Sources, |member, column| match column {
            0 => (Cow::Borrowed(member.source.label()), Role::Text),
            1 => (Cow::Owned(words::day(member.dated.unwrap_or(member.seen_at), &zone)), Role::Muted),
            _ => (Cow::Borrowed(member.joined.as_str()), Role::Muted),
        });
        canvas.panel_note(area, if self.pane == Pane::Sources { "Enter shows the raw row" } else { "" });
    }

    fn history_box(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let inner = canvas.panel(area, "History", self.pane == Pane::History);
        if self.history.is_empty() {
            canvas.put(
                Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner },
                "Nobody has decided anything yet.",
                Role::Muted,
            );
        }
        let columns = [Column::cells("", 9), Column::cells("", 7), Column::share("", 1)];
        let (zone, now) = (canvas.look.zone.clone(), canvas.now);
        self.history.draw(canvas, inner, &columns, self.pane == Pane::History, |row, column| {
            let role = if row.undone { Role::Disabled } else { Role::Text };
            match column {
                0 => (Cow::Owned(words::moment(row.at, now, &zone)), Role::Muted),
                1 => (Cow::Borrowed(row.actor.as_str()), role),
                _ if row.undone => (Cow::Owned(format!("(undone) {}", row.words)), role),
                _ => (Cow::Borrowed(row.words.as_str()), role),
            }
        });
        canvas.panel_note(area, if self.pane == Pane::History && !self.history.is_empty() { "u takes this one back" } else { "" });
    }
}

/// Who gave a field its value.
fn giver(golden: &GoldenField) -> &'static str {
    match golden.giver {
        Giver::Record(_, source) => source.label(),
        Giver::Decision(_) => "by hand",
    }
}

/// Who gave it, who else says something, and why it won.
fn provenance(golden: &GoldenField) -> String {
    let who = giver(golden);
    let also = if golden.alternates.is_empty() { String::new() } else { format!(" +{}", golden.alternates.len()) };
    let locked = if golden.locked { ", locked" } else { "" };
    format!("{who}{also}, {}{locked}", golden.rule.words())
}

impl View for Record {
    fn refresh(&mut self, cx: &mut Shared) {
        if let Some(contact) = self.contact {
            cx.ask(Slot::Record, Query::Record(contact));
        }
    }

    fn act(&mut self, action: Action, cx: &mut Shared) -> Heard {
        let here = PANES.iter().position(|pane| *pane == self.pane).unwrap_or(0);
        let lead = self.view.as_ref().and_then(|view| view.lead.as_ref().map(|lead| lead.id));
        match action {
            Action::NextPane => self.pane = PANES[(here + 1) % PANES.len()],
            Action::PreviousPane => self.pane = PANES[(here + PANES.len() - 1) % PANES.len()],
            Action::Edit => match self.pane {
                Pane::Fields => self.edit(cx),
                Pane::Sources | Pane::History => self.add_field(cx),
            },
            Action::Open => match self.pane {
                Pane::Fields => self.edit(cx),
                Pane::Sources => self.raw(cx),
                Pane::History => cx.say(Tone::Plain, "u takes the chosen decision back"),
            },
            Action::Undo if self.pane == Pane::History => {
                if let Some(row) = self.history.chosen() {
                    match (&row.undoable, row.undone) {
                        (_, true) => cx.say(Tone::Plain, "this was undone already"),
                        (Err(why), _) => cx.say(Tone::Bad, why.as_str()),
                        (Ok(()), _) => cx.tell(Command::Undo(Some(row.decision))),
                    }
                }
            }
            Action::MoveOn | Action::MoveBack => {
                if let Some(lead) = lead {
                    let command = if action == Action::MoveOn { Command::Forward(lead) } else { Command::Back(lead) };
                    self.moves.send(lead, command, cx);
                }
            }
            Action::FillGaps => {
                if let Some(view) = &self.view {
                    let layer = Gaps::open(vec![(view.summary.name.to_string(), Whom::People(vec![view.summary.id]))], cx);
                    cx.open(layer);
                }
            }
            Action::MoveTo => cx.say(Tone::Plain, "every way of the card is listed in Pipeline; L moves it on here"),
            Action::Mine => {
                if let Some(lead) = self.view.as_ref().and_then(|view| view.lead.as_ref()) {
                    let owner = (lead.owner.as_ref() != Some(&cx.me.name)).then(|| cx.me.name.clone());
                    cx.tell(Command::Own { lead: lead.id, owner });
                }
            }
            Action::Copy => {
                if let Some(view) = &self.view {
                    cx.open(Menu::new(Purpose::Copy, format!("Copy of {}", view.summary.name), copies(&view.summary), 0));
                }
            }
            Action::CopyLink => {
                let url = self.view.as_ref().and_then(|view| view.halo.url.clone());
                cx.copy("address in HaloPSA", &url.unwrap_or_default());
            }
            _ => {
                return Heard::from(match self.pane {
                    Pane::Fields => self.fields.step(action),
                    Pane::Sources => self.sources.step(action),
                    Pane::History => self.history.step(action),
                });
            }
        }
        Heard::Used
    }

    fn lacks(&self, need: Need, _: &Shared) -> Option<Cow<'static, str>> {
        let lead = self.view.as_ref().is_some_and(|view| view.lead.is_some());
        match need {
            Need::Row => missing(need, self.view.is_some()),
            Need::StageBack | Need::StageOn if !lead => Some(Cow::Borrowed("this person is not on the board")),
            Need::Link => missing(need, self.view.as_ref().is_some_and(|view| view.halo.url.is_some())),
            _ => None,
        }
    }

    fn hints(&self) -> &'static [Action] {
        &[
            Action::Edit,
            Action::NextPane,
            Action::Open,
            Action::FillGaps,
            Action::Copy,
            Action::CopyLink,
            Action::MoveOn,
            Action::MoveBack,
            Action::Mine,
            Action::Undo,
            Action::Back,
        ]
    }

    fn answered(&mut self, slot: Slot, answer: Answer, _: &mut Shared) {
        if let (Slot::Record, Answer::Record(view)) = (slot, answer)
            && Some(view.summary.id) == self.contact
        {
            self.show(view);
        }
    }

    fn told(&mut self, command: &Command, result: &Result<Told, Failure>, cx: &mut Shared) {
        self.moves.told(command, result, cx);
    }

    fn replied(&mut self, purpose: Purpose, reply: Reply, cx: &mut Shared) {
        let Some(view) = &self.view else { return };
        match (purpose, reply) {
            (Purpose::Edit, Reply::Filled(values)) => {
                if let (Some(field), Some(typed)) = (self.editing.take(), values.first()) {
                    let choices = vec![Choice { field, value: (!typed.is_empty()).then(|| Text::new(typed)) }];
                    cx.tell(Command::Edit { contact: view.summary.id, version: view.summary.version, choices });
                }
            }
            (Purpose::Field, Reply::Chosen(place)) => {
                let known: Vec<_> = self.fields.items().iter().map(Item::id).collect();
                if let Some(field) = Field::ALL.iter().filter(|field| !known.contains(field)).nth(place) {
                    self.editing = Some(*field);
                    cx.open(Form::new(Purpose::Edit, format!("Add {}", field.label()), "", vec![field_entry(*field, None)]));
                }
            }
            (Purpose::MoveForm, Reply::Filled(values)) => self.moves.filled(&values, cx),
            (Purpose::Copy, Reply::Chosen(place)) => {
                if let Some((title, value)) = copies(&view.summary).into_iter().nth(place) {
                    cx.copy(title, &value);
                }
            }
            _ => {}
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Shared) {
        let Some(view) = &self.view else {
            canvas.put(Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }, "reading the record", Role::Muted);
            return;
        };
        let (head, body) = top(area, 1);
        Self::heading(canvas, head, view);
        if cx.three_panes() {
            // Values are the longest, then what was done; sources are few words.
            let (fields, beside) = left(body, body.width * 42 / 100);
            let (sources, history) = left(beside, beside.width * 46 / 100);
            self.field_box(canvas, fields);
            self.source_box(canvas, sources);
            self.history_box(canvas, history);
        } else {
            let (fields, beside) = left(body, body.width * 56 / 100);
            self.field_box(canvas, fields);
            let wanted = self.sources.items().len() as u16 + 2;
            let (sources, history) = top(beside, wanted.clamp(4, (beside.height / 2).max(4)));
            self.source_box(canvas, sources);
            self.history_box(canvas, history);
        }
    }
}
