//! Merge: two records side by side, field by field, with the result shown before it is written. The desk computes
//! the result; this screen only says whose value a field takes.

mod paint;

use super::{Heard, View, review::field_entry};
use crate::{
    domain::{Choice, ContactId, Field, FieldKind, ReviewId, Text, Value},
    services::{CandidateView, MergeChoice, MergePreview, MergeRow, Question, Takes},
    tui::{
        action::{Action, Need},
        app::missing,
        canvas::Canvas,
        desk::{Answer, Command, Failure, Query, Told, Verb},
        event::Slot,
        overlays::{Purpose, Reply, form::Form, menu::Menu},
        shared::{Order, Shared, Tone},
        widgets::table::{Item, Table},
    },
};
use ratatui::layout::Rect;
use std::borrow::Cow;

impl Item for MergeRow {
    type Id = Field;
    fn id(&self) -> Field {
        self.field
    }
}

/// The pair being compared.
#[derive(Default)]
pub struct Merge {
    review: Option<ReviewId>,
    question: Option<Box<Question>>,
    candidate: usize,
    choices: Vec<Choice>,
    preview: Option<Box<MergePreview>>,
    rows: Table<MergeRow>,
    same_fields: bool,
    settled: bool,
}

/// A side of the comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Left,
    Right,
    Both,
}

impl Merge {
    /// Begins with another question.
    pub fn open(&mut self, review: ReviewId) {
        *self = Self { review: Some(review), same_fields: self.same_fields, ..Self::default() };
    }

    fn choice(&self) -> MergeChoice {
        MergeChoice { candidate: self.candidate_id(), choices: self.choices.clone() }
    }

    fn shown_candidate(&self) -> Option<&CandidateView> {
        self.question.as_ref()?.candidates.get(self.candidate)
    }

    fn candidate_id(&self) -> Option<ContactId> {
        self.shown_candidate().map(|candidate| candidate.contact.id)
    }

    fn ask_preview(&self, cx: &mut Shared) {
        if let Some(review) = self.review {
            cx.ask(Slot::Preview, Query::Preview { review, choice: self.choice() });
        }
    }

    /// A field takes a side's value; shown at once, and the desk confirms it with the whole result.
    fn take(&mut self, field: Field, side: Side) -> Result<(), &'static str> {
        let Some(row) = self.rows.items_mut().iter_mut().find(|row| row.field == field) else { return Ok(()) };
        let value = match side {
            Side::Left => row.left.clone(),
            Side::Right => row.right.clone(),
            Side::Both => Some(joined(row).ok_or("only lists and notes can hold both")?),
        };
        row.takes = match side {
            Side::Left => Takes::Left,
            Side::Right => Takes::Right,
            Side::Both => Takes::Both,
        };
        row.why = Text::new("chosen by you");
        row.result.clone_from(&value);
        self.choose(Choice { field, value: value.map(|value| Text::from(value.to_string())) });
        Ok(())
    }

    fn choose(&mut self, choice: Choice) {
        self.choices.retain(|known| known.field != choice.field);
        self.choices.push(choice);
    }

    fn take_all(&mut self, side: Side) {
        let fields: Vec<_> = self.rows.items().iter().filter(|row| row.differs()).map(|row| row.field).collect();
        for field in fields {
            // A whole side never asks for both, the only thing that can be refused.
            let _always_ok = self.take(field, side);
        }
    }

    fn take_here(&mut self, side: Side, cx: &mut Shared) {
        if let Some(field) = self.rows.chosen_id() {
            match self.take(field, side) {
                Ok(()) => self.ask_preview(cx),
                Err(why) => cx.say(Tone::Bad, why),
            }
        }
    }

    /// Rows that are shown, and the cursor on the first that a person has to judge.
    fn show(&mut self, preview: Box<MergePreview>) {
        let rows = preview.rows.iter().filter(|row| self.same_fields || row.differs()).cloned().collect();
        self.rows.fill(rows, false);
        if !self.settled {
            self.settled = true;
            // Two filled and different values are the least sure; a field only one side knows decides itself.
            let unsure = self.rows.items().iter().find(|row| row.left.is_some() && row.right.is_some() && row.differs()).map(Item::id);
            if let Some(field) = unsure {
                self.rows.choose(&field);
            }
        }
        self.preview = Some(preview);
    }

    fn decide(&mut self, verb: Verb, cx: &mut Shared) {
        let Some(review) = self.review else { return };
        cx.tell(match verb {
            Verb::Accept => Command::Accept { review, choice: self.choice() },
            verb => Command::Decide { reviews: vec![review], verb },
        });
        cx.tell(Command::Release);
        cx.order(Order::NextPair(review));
    }

    fn copy_menu(&self, cx: &mut Shared) {
        let Some(row) = self.rows.chosen() else { return };
        let shown = |value: &Option<Value>| value.as_ref().map(ToString::to_string).unwrap_or_default();
        let choices = [("known", shown(&row.left)), ("incoming", shown(&row.right)), ("result", shown(&row.result))];
        cx.open(Menu::new(Purpose::Copy, format!("Copy {}", row.field.label()), choices, 2));
    }
}

/// Both values as one, where the field can hold that.
fn joined(row: &MergeRow) -> Option<Value> {
    let (left, right) = (row.left.as_ref()?, row.right.as_ref()?);
    match row.field.kind() {
        FieldKind::List => Value::parse(FieldKind::List, &format!("{left}, {right}")),
        FieldKind::Text if row.field == Field::Notes => Some(Value::Text(Text::from(format!("{left} / {right}")))),
        _ => None,
    }
}

impl View for Merge {
    fn refresh(&mut self, cx: &mut Shared) {
        if let Some(review) = self.review {
            if self.question.is_none() {
                cx.ask(Slot::MergeQuestion, Query::Question(review));
                cx.tell(Command::Claim(review));
            }
            self.ask_preview(cx);
        }
    }

    fn act(&mut self, action: Action, cx: &mut Shared) -> Heard {
        match action {
            Action::TakeOurs => self.take_here(Side::Left, cx),
            Action::TakeTheirs => self.take_here(Side::Right, cx),
            Action::TakeBoth => self.take_here(Side::Both, cx),
            Action::AllOurs | Action::AllTheirs => {
                self.take_all(if action == Action::AllOurs { Side::Left } else { Side::Right });
                self.ask_preview(cx);
            }
            Action::Save => self.decide(Verb::Accept, cx),
            Action::CreateNew => self.decide(Verb::Create, cx),
            Action::Drop => self.decide(Verb::Drop, cx),
            Action::Later => self.decide(Verb::Later, cx),
            Action::Edit => {
                if let Some(row) = self.rows.chosen() {
                    let entry = field_entry(row.field, row.result.as_ref());
                    cx.open(Form::new(Purpose::Edit, format!("Type {}", row.field.label()), "", vec![entry]));
                }
            }
            Action::OtherCandidate => {
                let candidates = self.question.as_ref().map_or(1, |question| question.candidates.len().max(1));
                self.candidate = (self.candidate + 1) % candidates;
                self.choices.clear();
                self.settled = false;
                self.ask_preview(cx);
            }
            Action::SameFields => {
                self.same_fields = !self.same_fields;
                if let Some(preview) = self.preview.take() {
                    self.show(preview);
                }
            }
            Action::Copy => self.copy_menu(cx),
            Action::CopyLink => {
                let user = self.preview.as_ref().and_then(|preview| preview.halo_user);
                cx.copy("HaloPSA user's number", &user.map(|id| id.to_string()).unwrap_or_default());
            }
            Action::Back => {
                cx.tell(Command::Release);
                return Heard::Pass;
            }
            _ => return Heard::from(self.rows.step(action)),
        }
        Heard::Used
    }

    fn lacks(&self, need: Need, _: &Shared) -> Option<Cow<'static, str>> {
        match need {
            Need::Row => missing(need, self.preview.is_some()).map(|_| Cow::Borrowed("the pair is still being read")),
            Need::Candidates => missing(need, self.question.as_ref().is_some_and(|question| question.candidates.len() > 1)),
            Need::Link => missing(need, self.preview.as_ref().is_some_and(|preview| preview.halo_user.is_some())),
            _ => None,
        }
    }

    fn hints(&self) -> &'static [Action] {
        &[
            Action::TakeOurs,
            Action::TakeTheirs,
            Action::TakeBoth,
            Action::Edit,
            Action::Save,
            Action::AllOurs,
            Action::AllTheirs,
            Action::CreateNew,
            Action::OtherCandidate,
            Action::SameFields,
            Action::Undo,
            Action::Back,
        ]
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Shared) {
        match (slot, answer) {
            (Slot::MergeQuestion, Answer::Question(question)) if Some(question.item.id) == self.review => {
                // The likeliest candidate may be another than the desk's default by now: ask with its name.
                let asked_without = self.question.is_none() && self.preview.is_none();
                self.question = Some(question);
                if asked_without {
                    self.ask_preview(cx);
                }
            }
            (Slot::Preview, Answer::Preview(preview)) => self.show(preview),
            _ => {}
        }
    }

    fn refused(&mut self, slot: Slot, _: &Failure, _: &mut Shared) {
        // Somebody decided it meanwhile: asking and claiming again at each refresh would never end.
        if slot == Slot::MergeQuestion {
            (self.review, self.preview) = (None, None);
        }
    }

    fn told(&mut self, command: &Command, result: &Result<Told, Failure>, cx: &mut Shared) {
        // Taken back while its pair is open: what was chosen no longer stands on what is known.
        if let (Command::Undo(_), Ok(_)) = (command, result) {
            self.ask_preview(cx);
        }
    }

    fn replied(&mut self, purpose: Purpose, reply: Reply, cx: &mut Shared) {
        match (purpose, reply) {
            (Purpose::Edit, Reply::Filled(values)) => {
                if let (Some(field), Some(typed)) = (self.rows.chosen_id(), values.first()) {
                    self.choose(Choice { field, value: (!typed.is_empty()).then(|| Text::new(typed)) });
                    self.ask_preview(cx);
                }
            }
            (Purpose::Copy, Reply::Chosen(place)) => {
                if let Some(row) = self.rows.chosen() {
                    let value = [&row.left, &row.right, &row.result].get(place).and_then(|value| value.as_ref()).map(ToString::to_string);
                    let label = row.field.label();
                    cx.copy(label, &value.unwrap_or_default());
                }
            }
            _ => {}
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Shared) {
        self.paint(canvas, area, cx);
    }
}
