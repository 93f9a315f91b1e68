//! The screens. Each owns what it shows and where its cursor is; what it wants done it leaves with `Shared`.

pub mod home;
pub mod imports;
pub mod logs;
pub mod merge;
pub mod moves;
pub mod pipeline;
pub mod record;
pub mod review;
pub mod search;
pub mod sync;

use super::{
    action::{Action, Context, Need},
    canvas::Canvas,
    desk::{Answer, Command, Failure, Told},
    event::Slot,
    keys::Chord,
    overlays::{Purpose, Reply},
    shared::Shared,
    widgets::filter::{Edit, Filter},
};
use crate::services;
use ratatui::layout::Rect;
use std::borrow::Cow;

/// What became of an action or a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heard {
    /// It was for this one.
    Used,
    /// It is for somebody else.
    Pass,
}

impl From<bool> for Heard {
    fn from(used: bool) -> Self {
        if used { Self::Used } else { Self::Pass }
    }
}

/// A screen.
pub trait View {
    /// It comes to be shown, or what it shows may have changed: ask again.
    fn refresh(&mut self, cx: &mut Shared);

    /// It was gone to.
    fn arrive(&mut self) {}

    /// Does an action whose need is met.
    fn act(&mut self, action: Action, cx: &mut Shared) -> Heard;

    /// Why a need is not met; `None` when it is.
    fn lacks(&self, need: Need, cx: &Shared) -> Option<Cow<'static, str>>;

    /// The actions worth a place in the hint row, most wanted first.
    fn hints(&self) -> &'static [Action];

    /// Draws it.
    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Shared);

    /// The line that narrows what it shows, where it has one, and whose line it is.
    fn filter(&self) -> Option<(&Filter, Context)> {
        None
    }

    /// The same line, to be typed into.
    fn filter_mut(&mut self) -> Option<&mut Filter> {
        None
    }

    /// Another text stands in its filter.
    fn sifted(&mut self, _cx: &mut Shared) {}

    /// A typed line has the keys.
    fn is_typing(&self) -> bool {
        self.filter().is_some_and(|(filter, _)| filter.is_typing())
    }

    /// Takes a key for the typed line.
    fn typed(&mut self, chord: Chord, cx: &mut Shared) -> Heard {
        type_into(self, chord, cx)
    }

    /// Takes a pasted text.
    fn pasted(&mut self, text: &str, cx: &mut Shared) {
        if let Some(filter) = self.filter_mut().filter(|filter| filter.is_typing()) {
            filter.paste(text);
            self.sifted(cx);
        }
    }

    /// Takes an answer to one of its questions.
    fn answered(&mut self, _slot: Slot, _answer: Answer, _cx: &mut Shared) {}

    /// One of its questions could not be answered.
    fn refused(&mut self, _slot: Slot, _failure: &Failure, _cx: &mut Shared) {}

    /// A command is through. Every view hears of every command.
    fn told(&mut self, _command: &Command, _result: &Result<Told, Failure>, _cx: &mut Shared) {}

    /// Something happened in the services.
    fn happened(&mut self, _event: &services::Event, _cx: &mut Shared) {}

    /// A dialog, menu or form that it opened was answered.
    fn replied(&mut self, _purpose: Purpose, _reply: Reply, _cx: &mut Shared) {}

    /// Shows only what matches.
    fn narrow(&mut self, text: &str, cx: &mut Shared) {
        if let Some(filter) = self.filter_mut() {
            filter.set(text);
            self.sifted(cx);
        }
    }

    /// What should survive a restart: filter, order, selection. JSON.
    fn remember(&self) -> serde_json::Value {
        serde_json::Value::Null
    }

    /// Takes back what it remembered, whatever version wrote it.
    fn recall(&mut self, _memory: &serde_json::Value) {}
}

/// A key for a view's filter.
fn type_into(view: &mut (impl View + ?Sized), chord: Chord, cx: &mut Shared) -> Heard {
    let Some(filter) = view.filter_mut() else { return Heard::Pass };
    match filter.key(chord) {
        Edit::Changed => view.sifted(cx),
        Edit::Move(action) => drop(view.act(action, cx)),
        Edit::Left => {
            if let Some((filter, context)) = view.filter() {
                cx.used_filter(context, filter.text());
            }
        }
        Edit::Quiet => {}
        Edit::Pass => return Heard::Pass,
    }
    Heard::Used
}

/// All screens. They live as long as the console, so that coming back finds everything as it was left.
#[derive(Default)]
#[allow(missing_docs, reason = "the name says it")]
pub struct Views {
    pub home: home::Home,
    pub review: review::Review,
    pub merge: merge::Merge,
    pub pipeline: pipeline::Pipeline,
    pub imports: imports::Imports,
    pub logs: logs::Logs,
    pub search: search::Search,
    pub sync: sync::Sync,
    pub record: record::Record,
}

impl Views {
    /// The screen of a place; a menu has none and stands over Home.
    pub fn get(&self, place: Context) -> &dyn View {
        match place {
            Context::Home | Context::Menu => &self.home,
            Context::Review => &self.review,
            Context::Merge => &self.merge,
            Context::Pipeline => &self.pipeline,
            Context::Imports => &self.imports,
            Context::Logs => &self.logs,
            Context::Search => &self.search,
            Context::Sync => &self.sync,
            Context::Record => &self.record,
        }
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, place: Context) -> &mut dyn View {
        match place {
            Context::Home | Context::Menu => &mut self.home,
            Context::Review => &mut self.review,
            Context::Merge => &mut self.merge,
            Context::Pipeline => &mut self.pipeline,
            Context::Imports => &mut self.imports,
            Context::Logs => &mut self.logs,
            Context::Search => &mut self.search,
            Context::Sync => &mut self.sync,
            Context::Record => &mut self.record,
        }
    }
}

/// Which screen a question belongs to; the palette's go to no screen.
pub fn owner(slot: Slot) -> Option<Context> {
    Some(match slot {
        Slot::Home => Context::Home,
        Slot::Queue | Slot::QueueMore | Slot::Question | Slot::Alike => Context::Review,
        Slot::MergeQuestion | Slot::Preview => Context::Merge,
        Slot::Board | Slot::Cards | Slot::Card => Context::Pipeline,
        Slot::Sources | Slot::Runs => Context::Imports,
        Slot::Search | Slot::SearchMore => Context::Search,
        Slot::Sync | Slot::Outbox | Slot::Refused | Slot::Conflicts => Context::Sync,
        Slot::Record => Context::Record,
        Slot::Status
        | Slot::Palette
        | Slot::Undoable
        | Slot::Folder
        | Slot::Plan
        | Slot::Forecast
        | Slot::Gaps
        | Slot::Raw
        | Slot::RunRows => return None,
    })
}
