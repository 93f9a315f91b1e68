//! What filling gaps would take, before anybody is asked: whose gaps, which field, each source's turn with people, calls
//! and credits. Left and Right change whose, Tab the field, `y` spends it.

use super::{Done, Layer};
use crate::{
    domain::{Field, Source},
    services::{EnrichPlan, EnrichRequest, EnrichStep, Whom, from_to},
    tui::{
        action::Action,
        canvas::{Canvas, centred, top},
        desk::{Answer, Command, Query},
        event::Slot,
        keys::Chord,
        shared::{Shared, Tone},
        theme::Role,
        widgets::table::{Column, Item, Table},
        words,
    },
};
use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::layout::Rect;
use std::borrow::Cow;

impl Item for EnrichStep {
    type Id = (Source, Vec<Field>);
    fn id(&self) -> Self::Id {
        (self.source, self.fields.clone())
    }
}

/// Gaps that wait for `y`.
pub struct Gaps {
    /// Whose gaps can be meant, with their names; the likeliest first.
    choices: Vec<(String, Whom)>,
    chosen: usize,
    /// Fields that can be asked for by themselves; known with the first answer.
    fields: Vec<Field>,
    /// Which of them; none is all.
    field: Option<usize>,
    plan: Option<Box<EnrichPlan>>,
    steps: Table<EnrichStep>,
    failed: Option<String>,
}

impl Gaps {
    /// Asks what filling the gaps of the first choice would take.
    pub fn open(choices: Vec<(String, Whom)>, cx: &mut Shared) -> Self {
        let gaps = Self { choices, chosen: 0, fields: Vec::new(), field: None, plan: None, steps: Table::default(), failed: None };
        gaps.ask(cx);
        gaps
    }

    fn request(&self) -> Option<EnrichRequest> {
        let (_, whom) = self.choices.get(self.chosen)?;
        let field = self.field.and_then(|nth| self.fields.get(nth).copied());
        Some(EnrichRequest { whom: whom.clone(), fields: Vec::from_iter(field), limit: None, older_than: None })
    }

    fn ask(&self, cx: &mut Shared) {
        if let Some(request) = self.request() {
            cx.ask(Slot::Gaps, Query::Gaps(request));
        }
    }

    /// Something else is meant: what stands there is no longer the answer.
    fn turned(&mut self, cx: &mut Shared) {
        (self.plan, self.failed) = (None, None);
        self.steps.fill(Vec::new(), false);
        self.ask(cx);
    }

    fn next_field(&mut self, back: bool) {
        // All of them stands before the first.
        let (now, count) = (self.field.map_or(0, |nth| nth + 1), self.fields.len() + 1);
        let next = if back { (now + count - 1) % count } else { (now + 1) % count };
        self.field = next.checked_sub(1);
    }

    fn begin(&self, cx: &mut Shared) -> Done {
        match (&self.plan, self.request()) {
            (Some(plan), Some(request)) if !plan.steps.is_empty() => {
                cx.tell(Command::FillGaps { request, agreed: plan.credits.1 });
                Done::Close
            }
            (Some(_), _) => {
                cx.say(Tone::Plain, "there is nobody to ask about");
                Done::Stay
            }
            _ => Done::Stay,
        }
    }
}

impl Layer for Gaps {
    fn key(&mut self, chord: Chord, cx: &mut Shared) -> Done {
        match (chord.code, chord.mods) {
            (KeyCode::Esc | KeyCode::Char('q'), _) => return Done::Close,
            (KeyCode::Char('y'), _) => return self.begin(cx),
            (KeyCode::Left | KeyCode::Char('h'), _) if self.choices.len() > 1 => {
                self.chosen = (self.chosen + self.choices.len() - 1) % self.choices.len();
                self.turned(cx);
            }
            (KeyCode::Right | KeyCode::Char('l'), _) if self.choices.len() > 1 => {
                self.chosen = (self.chosen + 1) % self.choices.len();
                self.turned(cx);
            }
            (KeyCode::Tab, mods) => {
                self.next_field(mods.contains(KeyModifiers::SHIFT));
                self.turned(cx);
            }
            (KeyCode::Down | KeyCode::Char('j'), _) => drop(self.steps.step(Action::Down)),
            (KeyCode::Up | KeyCode::Char('k'), _) => drop(self.steps.step(Action::Up)),
            _ => return Done::Pass,
        }
        Done::Stay
    }

    fn answered(&mut self, slot: Slot, answer: &Answer, _: &mut Shared) {
        if let (Slot::Gaps, Answer::Gaps(plan)) = (slot, answer) {
            if self.field.is_none() {
                self.fields.clone_from(&plan.fields);
            }
            self.steps.fill(plan.steps.clone(), false);
            self.plan = Some(plan.clone());
        }
    }

    fn refused(&mut self, slot: Slot, words: &str, _: &mut Shared) {
        if slot == Slot::Gaps {
            self.failed = Some(words.to_owned());
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, _: &Shared) {
        let place = centred(area, 78.min(area.width), 18.min(area.height));
        canvas.clear(place);
        let inner = canvas.panel(place, "Fill gaps", true);
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let (head, mut rest) = top(inner, 1);
        let whose = self.choices.get(self.chosen).map(|(name, _)| name.as_str()).unwrap_or_default();
        let [left, right] = canvas.look.glyphs.left_right;
        let arrows = if self.choices.len() > 1 { format!(" {left} {right}") } else { String::new() };
        let what = self.field.and_then(|nth| self.fields.get(nth)).map_or("whatever is lacking", |field| field.label());
        canvas.line(
            head,
            &[("of ", Role::Muted), (whose, Role::Title), (&arrows, Role::Muted), ("   ask for ", Role::Muted), (what, Role::Title)],
        );
        let Some(plan) = &self.plan else {
            let words = self.failed.as_deref().unwrap_or("reckoning");
            canvas.paragraph(top(rest, 1).1, words, if self.failed.is_some() { Role::Bad } else { Role::Muted });
            canvas.panel_note(place, "Tab field  Esc closes");
            return;
        };
        let used = canvas.paragraph(rest, &summary(plan), Role::Text);
        rest = top(rest, used).1;
        for note in plan.notes.iter().take(3) {
            let used = canvas.paragraph(Rect { height: rest.height.min(2), ..rest }, note, Role::Warn);
            rest = top(rest, used).1;
        }
        let (_, table) = top(rest, 1);
        let columns = [
            Column::cells("Source", 12),
            Column::share("for", 1),
            Column::number("people", 9),
            Column::number("calls", 6),
            Column::number("credits", 12),
        ];
        if !self.steps.is_empty() {
            self.steps.draw(canvas, table, &columns, true, |step, nth| match nth {
                0 => (Cow::Borrowed(step.source.label()), Role::Text),
                1 => (Cow::Owned(step.fields.iter().map(|field| field.label()).collect::<Vec<_>>().join(", ")), Role::Muted),
                2 => (Cow::Owned(from_to(step.people)), Role::Text),
                3 => (Cow::Owned(words::count(step.calls)), Role::Muted),
                _ => (Cow::Owned(from_to(step.credits)), Role::Text),
            });
        }
        let begins =
            if plan.steps.is_empty() { String::new() } else { format!("y spends up to {}  ", words::many(plan.credits.1, "credit")) };
        canvas.panel_note(place, &format!("{begins}Tab field  Esc closes"));
    }
}

/// Who is asked about, and who not.
fn summary(plan: &EnrichPlan) -> String {
    let people = |count: u64| if count == 1 { "1 person".to_owned() } else { format!("{} people", words::count(count)) };
    let head = format!("{} to be asked about, {} credits", people(plan.people), from_to(plan.credits));
    [vec![head], plan.left_out()].concat().join("; ") + "."
}
