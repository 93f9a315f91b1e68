//! Sync: what is on its way to HaloPSA, what it refused and why, and where both sides changed the same thing.

use super::{Heard, View, home::halo_words};
use crate::{
    domain::{OperationId, OperationState, ReviewKind},
    services::{OperationView, ReviewFilter, ReviewRow, SyncState},
    tui::{
        action::{Action, Context, Need},
        app::missing,
        canvas::{Canvas, top},
        desk::{Answer, Command, Query},
        event::Slot,
        shared::{Order, Shared, Tone},
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

/// Conflicts listed here; all of them are in Review.
const CONFLICTS: u32 = 100;

impl Item for OperationView {
    type Id = OperationId;
    fn id(&self) -> OperationId {
        self.operation.id
    }
}

/// Which list is shown.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Tab {
    #[default]
    Waiting,
    Refused,
    Conflicts,
}

const TABS: [(Tab, &str); 3] = [(Tab::Waiting, "waiting"), (Tab::Refused, "refused"), (Tab::Conflicts, "conflicts")];

/// The sync screen.
#[derive(Default)]
pub struct Sync {
    state: Option<SyncState>,
    tab: Tab,
    waiting: Table<OperationView>,
    refused: Table<OperationView>,
    conflicts: Table<ReviewRow>,
    all_waiting: Vec<OperationView>,
    all_refused: Vec<OperationView>,
    filter: Filter,
}

impl Sync {
    fn operations(&mut self) -> Option<&mut Table<OperationView>> {
        match self.tab {
            Tab::Waiting => Some(&mut self.waiting),
            Tab::Refused => Some(&mut self.refused),
            Tab::Conflicts => None,
        }
    }

    fn operation(&self) -> Option<&OperationView> {
        match self.tab {
            Tab::Waiting => self.waiting.chosen(),
            Tab::Refused => self.refused.chosen(),
            Tab::Conflicts => None,
        }
    }

    fn ask_conflicts(&self, cx: &mut Shared) {
        let filter = ReviewFilter { kind: Some(ReviewKind::Conflict), text: self.filter.text().to_owned(), ..ReviewFilter::default() };
        cx.ask(Slot::Conflicts, Query::Queue { filter, after: None, limit: CONFLICTS });
    }

    fn sift(&mut self) {
        let wanted = self.filter.text().to_lowercase();
        let matches = |view: &&OperationView| {
            let error = view.operation.last_error.as_ref().map(|error| error.to_lowercase()).unwrap_or_default();
            view.words.to_lowercase().contains(&wanted) || error.contains(&wanted)
        };
        self.waiting.fill(self.all_waiting.iter().filter(matches).cloned().collect(), false);
        self.refused.fill(self.all_refused.iter().filter(matches).cloned().collect(), false);
    }

    fn next_tab(&mut self, step: usize) {
        let here = TABS.iter().position(|(tab, _)| *tab == self.tab).unwrap_or(0);
        self.tab = TABS[(here + step) % TABS.len()].0;
    }

    fn open(&self, cx: &mut Shared) {
        match (self.tab, self.operation(), self.conflicts.chosen()) {
            (Tab::Conflicts, _, Some(row)) => cx.order(Order::Merge(row.id)),
            (Tab::Waiting | Tab::Refused, Some(OperationView { contact: Some(contact), .. }), _) => cx.order(Order::Record(*contact)),
            _ => cx.say(Tone::Plain, "this write is about a company, which has no screen of its own"),
        }
    }

    fn state_box(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let inner = canvas.panel(area, "HaloPSA", false);
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let Some(state) = &self.state else {
            canvas.put(inner, "reading", Role::Muted);
            return;
        };
        let mut rest = inner;
        let (words, role) = halo_words(&state.halo);
        let used = canvas.paragraph(Rect { height: rest.height.min(2), ..rest }, &words, role);
        rest = top(rest, used).1;
        let pulled = state.pulled_at.map_or_else(|| "never pulled".to_owned(), |at| format!("last pull {}", canvas.moment(at)));
        let syncing = state.syncing.as_ref().map_or_else(|| "nobody syncs just now".to_owned(), |who| format!("{who} syncs"));
        let linked: Vec<_> = state.linked.iter().filter(|(_, count)| *count > 0).map(|(kind, count)| words::many(*count, kind)).collect();
        canvas.paragraph(
            rest,
            &format!("{pulled}   {syncing}   linked: {}", if linked.is_empty() { "nothing".to_owned() } else { linked.join(", ") }),
            Role::Muted,
        );
    }

    fn tabs(&self, canvas: &mut Canvas<'_>, row: Rect) {
        let mut used = 1;
        for (tab, title) in TABS {
            let count = match tab {
                Tab::Waiting => self.state.as_ref().map_or(self.all_waiting.len() as u64, |state| state.outbox.pending),
                Tab::Refused => self.state.as_ref().map_or(self.all_refused.len() as u64, |state| state.outbox.dead),
                Tab::Conflicts => self.conflicts.items().len() as u64,
            };
            let title = format!("{title} {}", words::count(count));
            let (words, role) = if tab == self.tab {
                (format!("[{title}]"), Role::Tab)
            } else {
                (format!(" {title} "), if tab == Tab::Refused && count > 0 { Role::Bad } else { Role::Muted })
            };
            used += canvas.put(Rect { x: row.x + used, width: row.width.saturating_sub(used), ..row }, &words, role);
        }
        self.filter.draw(canvas, Rect { x: row.x + used + 1, width: row.width.saturating_sub(used + 1), ..row });
    }

    fn operation_list(canvas: &mut Canvas<'_>, area: Rect, table: &Table<OperationView>) {
        let columns = [Column::share("What", 2), Column::number("Tries", 5), Column::share("When, or why not", 3)];
        let now = canvas.now;
        table.draw(canvas, area, &columns, true, |view, column| {
            let operation = &view.operation;
            match column {
                0 => (Cow::Borrowed(view.words.as_str()), Role::Text),
                1 => (Cow::Owned(operation.attempts.to_string()), Role::Muted),
                _ => match (operation.state, &operation.last_error) {
                    (OperationState::Dead, Some(error)) => (Cow::Borrowed(error.as_str()), Role::Bad),
                    (OperationState::Sending, _) => (Cow::Borrowed("being sent"), Role::Info),
                    (_, error) => {
                        let wait = operation.not_before.since(now);
                        let when = if wait.is_zero() { "goes out next".to_owned() } else { format!("in {}", words::span(wait)) };
                        let why = error.as_ref().map(|error| format!("; {error}")).unwrap_or_default();
                        (Cow::Owned(when + &why), Role::Muted)
                    }
                },
            }
        });
    }
}

impl View for Sync {
    fn refresh(&mut self, cx: &mut Shared) {
        cx.ask(Slot::Sync, Query::Sync);
        cx.ask(Slot::Outbox, Query::Operations { dead: false });
        cx.ask(Slot::Refused, Query::Operations { dead: true });
        self.ask_conflicts(cx);
    }

    fn act(&mut self, action: Action, cx: &mut Shared) -> Heard {
        match action {
            Action::Right | Action::NextPane => self.next_tab(1),
            Action::Left | Action::PreviousPane => self.next_tab(TABS.len() - 1),
            Action::SyncNow => {
                cx.say(Tone::Plain, "syncing");
                cx.tell(Command::Sync);
            }
            Action::Retry => {
                if let Some(view) = self.operation() {
                    cx.tell(Command::Retry(view.operation.id));
                }
            }
            Action::Open => self.open(cx),
            Action::Filter => self.filter.open(),
            Action::Copy => {
                let words = match (self.operation(), self.conflicts.chosen()) {
                    (Some(view), _) => view.operation.last_error.as_ref().unwrap_or(&view.words).to_string(),
                    (None, Some(row)) => row.reason.to_string(),
                    (None, None) => String::new(),
                };
                cx.copy("reason", &words);
            }
            Action::Back => {
                if !self.filter.clear() {
                    return Heard::Pass;
                }
                self.sift();
                self.ask_conflicts(cx);
            }
            _ => {
                let moved = match self.operations() {
                    Some(table) => table.step(action),
                    None => self.conflicts.step(action),
                };
                return Heard::from(moved);
            }
        }
        Heard::Used
    }

    fn lacks(&self, need: Need, _: &Shared) -> Option<Cow<'static, str>> {
        match need {
            Need::Row => missing(need, self.operation().is_some() || (self.tab == Tab::Conflicts && self.conflicts.chosen().is_some())),
            Need::DeadLetter if self.tab == Tab::Conflicts => Some(Cow::Borrowed("a conflict is decided with Enter")),
            Need::DeadLetter => missing(need, self.operation().is_some_and(|view| view.operation.state == OperationState::Dead)),
            _ => None,
        }
    }

    fn hints(&self) -> &'static [Action] {
        &[Action::SyncNow, Action::Right, Action::Retry, Action::Open, Action::Filter, Action::Copy, Action::Refresh, Action::Undo]
    }

    fn filter(&self) -> Option<(&Filter, Context)> {
        Some((&self.filter, Context::Sync))
    }

    fn filter_mut(&mut self) -> Option<&mut Filter> {
        Some(&mut self.filter)
    }

    fn sifted(&mut self, cx: &mut Shared) {
        self.sift();
        self.ask_conflicts(cx);
    }

    fn answered(&mut self, slot: Slot, answer: Answer, _: &mut Shared) {
        match (slot, answer) {
            (Slot::Sync, Answer::Sync(state)) => self.state = Some(state),
            (Slot::Outbox, Answer::Operations { operations, .. }) => {
                self.all_waiting = operations;
                self.sift();
            }
            (Slot::Refused, Answer::Operations { operations, .. }) => {
                self.all_refused = operations;
                self.sift();
            }
            (Slot::Conflicts, Answer::Queue { rows, .. }) => self.conflicts.fill(rows, false),
            _ => {}
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, _: &Shared) {
        let (state, rest) = top(area, 5);
        self.state_box(canvas, state);
        let (tabs, body) = top(rest, 1);
        self.tabs(canvas, tabs);
        let inner = canvas.panel(body, "", true);
        let empty = match self.tab {
            Tab::Waiting if self.waiting.is_empty() => Some("Nothing waits to be sent."),
            Tab::Refused if self.refused.is_empty() => Some("HaloPSA has refused nothing."),
            Tab::Conflicts if self.conflicts.is_empty() => Some("No field was changed on both sides."),
            _ => None,
        };
        if let Some(words) = empty {
            let words = if self.filter.text().is_empty() { words } else { "Nothing matches the filter. Esc clears it." };
            canvas.put(Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }, words, Role::Muted);
            return;
        }
        match self.tab {
            Tab::Waiting => Self::operation_list(canvas, inner, &self.waiting),
            Tab::Refused => Self::operation_list(canvas, inner, &self.refused),
            Tab::Conflicts => {
                let columns = [Column::share("Name", 3), Column::share("Company", 3), Column::share("What both changed", 6)];
                self.conflicts.draw(canvas, inner, &columns, true, |row, column| match column {
                    0 => (Cow::Borrowed(row.name.as_str()), Role::Text),
                    1 => (Cow::Borrowed(row.company.as_str()), Role::Text),
                    _ => (Cow::Borrowed(row.reason.as_str()), Role::Warn),
                });
            }
        }
        let note = match self.tab {
            Tab::Waiting => self.waiting.note(None),
            Tab::Refused => self.refused.note(None),
            Tab::Conflicts => self.conflicts.note(None),
        };
        canvas.panel_note(body, &note);
    }

    fn remember(&self) -> serde_json::Value {
        serde_json::json!({ "filter": self.filter.text(), "tab": TABS.iter().find(|(tab, _)| *tab == self.tab).map(|(_, title)| *title) })
    }

    fn recall(&mut self, memory: &serde_json::Value) {
        self.filter.set(memory["filter"].as_str().unwrap_or_default());
        if let Some((tab, _)) = TABS.iter().find(|(_, title)| memory["tab"] == **title) {
            self.tab = *tab;
        }
    }
}
