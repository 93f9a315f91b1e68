//! Search: everybody known, narrowed with every letter. Coming here without a filter starts typing.

use super::{Heard, View, type_into};
use crate::{
    domain::{ContactId, ContactSummary, Text},
    services::Whom,
    tui::{
        action::{Action, Context, Need},
        app::missing,
        canvas::{Canvas, left, top},
        desk::{Answer, Query},
        event::Slot,
        keys::{Chord, Meaning},
        overlays::{Purpose, Reply, gaps::Gaps, menu::Menu},
        shared::{Order, Shared},
        theme::Role,
        widgets::{
            filter::Filter,
            table::{Column, Item, Table},
        },
        words,
    },
};
use ratatui::layout::Rect;
use std::borrow::Cow;

/// People of a page.
const PAGE: u32 = 100;

impl Item for ContactSummary {
    type Id = ContactId;
    fn id(&self) -> ContactId {
        self.id
    }
}

/// The search screen.
#[derive(Default)]
pub struct Search {
    people: Table<ContactSummary>,
    filter: Filter,
    loaded: bool,
}

impl Search {
    fn ask(&self, cx: &mut Shared) {
        cx.forget(Slot::SearchMore);
        cx.ask(Slot::Search, Query::People { text: self.filter.text().to_owned(), after: None, limit: PAGE });
    }

    /// Whose gaps can be meant: the marked, else the chosen; or all that the filter lets through.
    fn whose(&self) -> Vec<(String, Whom)> {
        let marked = self.people.marked_ids();
        let mut whose = Vec::new();
        if !marked.is_empty() {
            whose.push((format!("the {} marked", marked.len()), Whom::People(marked)));
        } else if let Some(person) = self.people.chosen() {
            whose.push((person.name.to_string(), Whom::People(vec![person.id])));
        }
        let (text, name) = match self.filter.text() {
            "" => ("", "everybody".to_owned()),
            text => (text, format!("all that match {text:?}")),
        };
        whose.push((name, Whom::Matching(Text::new(text))));
        whose
    }

    fn ask_more(&self, cx: &mut Shared) {
        if let Some(last) = self.people.last().filter(|_| self.people.wants_more() && !cx.waits(Slot::SearchMore)) {
            let after = Some((last.quality, last.id));
            cx.ask(Slot::SearchMore, Query::People { text: self.filter.text().to_owned(), after, limit: PAGE });
        }
    }
}

/// What can be copied of a person.
pub fn copies(person: &ContactSummary) -> [(&'static str, String); 5] {
    [
        ("e-mail", person.email.to_string()),
        ("phone", person.phone.to_string()),
        ("name", person.name.to_string()),
        ("company", person.company.to_string()),
        ("title", person.title.to_string()),
    ]
}

impl View for Search {
    fn refresh(&mut self, cx: &mut Shared) {
        self.ask(cx);
    }

    fn arrive(&mut self) {
        if self.filter.text().is_empty() {
            self.filter.open();
        }
    }

    fn act(&mut self, action: Action, cx: &mut Shared) -> Heard {
        match action {
            Action::Filter => self.filter.open(),
            Action::Mark => self.people.mark(),
            Action::MarkRange => self.people.mark_range(),
            Action::MarkAll => self.people.mark_where(|_| true),
            Action::FillGaps => {
                let layer = Gaps::open(self.whose(), cx);
                cx.open(layer);
            }
            Action::Open => {
                if let Some(id) = self.people.chosen_id() {
                    cx.order(Order::Record(id));
                }
            }
            Action::Copy => {
                if let Some(person) = self.people.chosen() {
                    cx.open(Menu::new(Purpose::Copy, format!("Copy of {}", person.name), copies(person), 0));
                }
            }
            Action::Back if self.people.clear_marks() => {}
            Action::Back => {
                if !self.filter.clear() {
                    return Heard::Pass;
                }
                self.ask(cx);
            }
            _ if self.people.step(action) => self.ask_more(cx),
            _ => return Heard::Pass,
        }
        Heard::Used
    }

    fn lacks(&self, need: Need, _: &Shared) -> Option<Cow<'static, str>> {
        match need {
            Need::Row => missing(need, self.people.chosen().is_some()).map(|_| Cow::Borrowed("nobody is chosen")),
            Need::Link => Some(Cow::Borrowed("open the person first")),
            _ => None,
        }
    }

    fn hints(&self) -> &'static [Action] {
        &[Action::Filter, Action::Open, Action::Copy, Action::FillGaps, Action::Mark, Action::Palette, Action::Refresh, Action::Undo]
    }

    fn filter(&self) -> Option<(&Filter, Context)> {
        Some((&self.filter, Context::Search))
    }

    fn filter_mut(&mut self) -> Option<&mut Filter> {
        Some(&mut self.filter)
    }

    fn sifted(&mut self, cx: &mut Shared) {
        self.people.step(Action::First);
        self.ask(cx);
    }

    fn typed(&mut self, chord: Chord, cx: &mut Shared) -> Heard {
        if self.filter.text().is_empty() && cx.keymap.meaning(Context::Search, &[chord]) == Meaning::Act(Action::Filter) {
            // The hand asks for the filter that coming here has opened already.
            return Heard::Used;
        }
        type_into(self, chord, cx)
    }

    fn answered(&mut self, slot: Slot, answer: Answer, _: &mut Shared) {
        match (slot, answer) {
            (Slot::Search, Answer::People(people)) => {
                let more = people.len() == PAGE as usize;
                self.loaded = true;
                self.people.fill(people, more);
            }
            (Slot::SearchMore, Answer::People(people)) => {
                let more = people.len() == PAGE as usize;
                self.people.extend(people, more);
            }
            _ => {}
        }
    }

    fn replied(&mut self, purpose: Purpose, reply: Reply, cx: &mut Shared) {
        if let (Purpose::Copy, Reply::Chosen(place)) = (purpose, reply)
            && let Some((title, value)) = self.people.chosen().and_then(|person| copies(person).into_iter().nth(place))
        {
            cx.copy(title, &value);
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Shared) {
        let (head, body) = top(area, 1);
        let used = canvas.put(head, " Search ", Role::Title);
        let (_, line) = left(head, used);
        if self.filter.draw(canvas, line) == 0 {
            canvas.put(line, "everybody; / narrows by name, company, e-mail, phone", Role::Muted);
        }
        let inner = canvas.panel(body, "", true);
        if self.people.is_empty() {
            let words = match (self.loaded, self.filter.text().is_empty()) {
                (false, _) => "reading",
                (true, true) => "Nobody is known yet. 4 shows how to import people.",
                (true, false) => "Nobody matches. Fewer letters find more; Esc clears the filter.",
            };
            canvas.put(Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }, words, Role::Muted);
            return;
        }
        let narrow = [Column::number("Q", 3), Column::share("Name", 4), Column::share("Company", 4), Column::share("E-mail", 5)];
        let wide = [
            Column::number("Q", 3),
            Column::share("Name", 4),
            Column::share("Company", 4),
            Column::share("E-mail", 5),
            Column::share("Title", 4),
            Column::cells("Phone", 18),
            Column::number("Sources", 7),
        ];
        let columns: &[Column] = if cx.two_panes() { &wide } else { &narrow };
        self.people.draw(canvas, inner, columns, true, |person, column| match column {
            0 => (Cow::Owned(person.quality.to_string()), Role::Muted),
            1 => (Cow::Borrowed(person.name.as_str()), Role::Text),
            2 => (Cow::Borrowed(person.company.as_str()), Role::Text),
            3 => (Cow::Borrowed(person.email.as_str()), Role::Text),
            4 => (Cow::Borrowed(person.title.as_str()), Role::Muted),
            5 => (Cow::Borrowed(person.phone.as_str()), Role::Text),
            _ => (Cow::Owned(words::count(u64::from(person.sources))), Role::Muted),
        });
        canvas.panel_note(body, &self.people.note(None));
    }

    fn remember(&self) -> serde_json::Value {
        serde_json::json!({ "filter": self.filter.text(), "chosen": self.people.chosen_id().map(|id| id.to_string()) })
    }

    fn recall(&mut self, memory: &serde_json::Value) {
        self.filter.set(memory["filter"].as_str().unwrap_or_default());
        if let Some(id) = memory["chosen"].as_str().and_then(|id| id.parse().ok()) {
            self.people.expect(id);
        }
    }
}
