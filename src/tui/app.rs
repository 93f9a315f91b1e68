//! The state of the console and what each event makes of it. `State::update` is the only way in: it does no I/O,
//! reads no clock, cannot fail, and gives back what has to happen outside.

use super::{
    action::{Action, Context, Need},
    desk::{Answer, Command, Failure, Query, Told},
    event::{Effect, Event, Slot, Timer},
    keys::{Chord, Meaning},
    overlays::{Done, Layer, Purpose, Reply, dialog::Dialog, help::Help, palette::Palette},
    shared::{Can, Dirty, Order, Shared, Tone},
    views::{Heard, View, Views, owner},
    words,
};
use crate::{
    domain::Timestamp,
    services::{self, ImportFrom, ImportRequest, Moved, Verdict},
};
use std::{borrow::Cow, time::Duration};

/// Changes of the database closer together than this are shown together.
const REFRESH_AFTER: Duration = Duration::from_millis(300);
/// What the screens remember is written down when nothing changed for so long, and at the end.
const REMEMBER_AFTER: Duration = Duration::from_secs(3);
/// While an import works, its screen asks that often how far it is.
const POLL: Duration = Duration::from_secs(1);
/// Smallest window in which the screens make sense; below it a sentence stands instead.
pub const SMALLEST: (u16, u16) = (60, 15);
/// Orders that one event may lead to; more would be a circle.
const ORDERS: usize = 64;

/// Everything the console knows.
pub struct State {
    /// What views share.
    pub shared: Shared,
    /// The screens.
    pub views: Views,
    /// The screen in front, and those to go back to.
    trail: Vec<Context>,
    overlays: Vec<Box<dyn Layer>>,
    pressed: Vec<Chord>,
    remembered: String,
    refresh_due: bool,
    remember_due: bool,
    poll_due: bool,
}

impl State {
    /// Starts with what was remembered, and asks for what the first screen shows.
    pub fn new(shared: Shared, memory: &str) -> Self {
        let mut state = Self {
            shared,
            views: Views::default(),
            trail: vec![Context::Home],
            overlays: Vec::new(),
            pressed: Vec::new(),
            remembered: memory.to_owned(),
            refresh_due: false,
            remember_due: false,
            poll_due: false,
        };
        state.recall(memory);
        state.shared.ask(Slot::Status, Query::Status);
        state.refresh();
        state
    }

    /// What the first screen asks for.
    pub fn start(&mut self) -> Vec<Effect> {
        self.shared.take_effects()
    }

    /// The screen in front.
    pub fn place(&self) -> Context {
        self.trail.last().copied().unwrap_or(Context::Home)
    }

    /// The layers over it, the top one last.
    pub fn overlays(&self) -> &[Box<dyn Layer>] {
        &self.overlays
    }

    /// Keys pressed of a longer sequence.
    pub fn pressed(&self) -> &[Chord] {
        &self.pressed
    }

    /// Makes of `event`, which came at `at`, whatever it makes.
    pub fn update(&mut self, at: Timestamp, event: Event) -> Vec<Effect> {
        self.shared.now = at;
        match event {
            Event::Key(chord) => {
                self.shared.touch(Dirty::Input);
                if self.is_hidden() {
                    self.key_unseen(chord);
                } else {
                    self.key(chord);
                    self.remember_later();
                }
            }
            Event::Paste(text) if !self.is_hidden() => {
                self.shared.touch(Dirty::Input);
                self.paste(&text);
            }
            Event::Paste(_) => {}
            Event::Wheel(lines) => {
                self.shared.touch(Dirty::Input);
                let action = if lines < 0 { Action::Up } else { Action::Down };
                (0..lines.unsigned_abs()).for_each(|_| self.perform(action));
            }
            Event::Resize(width, height) => {
                self.shared.touch(Dirty::Input);
                self.shared.size = (width, height);
            }
            Event::Answered { slot, generation, result } => {
                if self.shared.settle(slot, generation) {
                    self.shared.touch(Dirty::Data);
                    self.answered(slot, *result);
                }
            }
            Event::Told { command, result } => {
                self.shared.touch(Dirty::Data);
                self.told(&command, &result);
            }
            Event::Happened(event) => self.happened(&event),
            Event::Logged(entries) => {
                if self.views.logs.take(&entries) && self.place() == Context::Logs {
                    self.shared.touch(Dirty::Data);
                }
            }
            Event::Due(timer) => self.due(timer),
            Event::Edited(text) => {
                self.shared.touch(Dirty::Input);
                if let (Some(text), Some(layer)) = (text, self.overlays.last_mut()) {
                    layer.edited(&text);
                }
            }
            Event::Notice(words) => self.shared.say(Tone::Bad, words),
        }
        self.orders();
        self.shared.take_effects()
    }

    /// Why an action cannot be done now.
    pub fn can(&self, action: Action) -> Can {
        let row = action.row();
        self.shared.me.may(row.right)?;
        match self.views.get(self.place()).lacks(row.need, &self.shared) {
            Some(why) => Err(why),
            None => Ok(()),
        }
    }

    /// The screen in front with what it shares.
    fn front_mut(&mut self) -> (&mut dyn View, &mut Shared) {
        (self.views.get_mut(self.place()), &mut self.shared)
    }

    /// The window is too small to show anything but that.
    pub fn is_hidden(&self) -> bool {
        self.shared.size.0 < SMALLEST.0 || self.shared.size.1 < SMALLEST.1
    }

    /// Nobody decides what they cannot see: only leaving works, and at once, for a question could not be read.
    fn key_unseen(&mut self, chord: Chord) {
        match self.shared.keymap.meaning(Context::Home, &[chord]) {
            Meaning::Act(Action::Quit | Action::QuitNow) => self.leave(),
            Meaning::Act(action @ (Action::Suspend | Action::Redraw)) => self.anywhere(action),
            _ => {}
        }
    }

    fn key(&mut self, chord: Chord) {
        // A sentence about the last key has been seen once the next is pressed, unless it reports a problem.
        if self.shared.toast.as_ref().is_some_and(|toast| toast.tone != Tone::Bad) {
            self.shared.toast = None;
        }
        let context = if let Some(layer) = self.overlays.last_mut() {
            let Some(context) = layer.context() else {
                let done = layer.key(chord, &mut self.shared);
                return self.layer_done(done, |state| state.typed_elsewhere(chord));
            };
            context
        } else {
            let (view, cx) = self.front_mut();
            if view.is_typing() {
                if view.typed(chord, cx) == Heard::Pass {
                    self.typed_elsewhere(chord);
                }
                return;
            }
            self.place()
        };
        self.pressed.push(chord);
        match self.shared.keymap.meaning(context, &self.pressed) {
            Meaning::More => {}
            Meaning::Act(action) => {
                self.pressed.clear();
                self.perform(action);
            }
            Meaning::Nothing => {
                let sequence = std::mem::take(&mut self.pressed);
                // A broken sequence is dropped, but its last key may stand for itself.
                if sequence.len() > 1 {
                    self.key(chord);
                }
            }
        }
    }

    /// Keys that work while something is typed.
    fn typed_elsewhere(&mut self, chord: Chord) {
        if let Meaning::Act(action @ (Action::QuitNow | Action::Suspend | Action::Redraw)) =
            self.shared.keymap.meaning(Context::Home, &[chord])
        {
            self.perform(action);
        }
    }

    fn paste(&mut self, text: &str) {
        if let Some(layer) = self.overlays.last_mut() {
            layer.paste(text, &mut self.shared);
        } else {
            let (view, cx) = self.front_mut();
            view.pasted(text, cx);
        }
    }

    /// Does an action, as if its key were pressed.
    pub fn perform(&mut self, action: Action) {
        if let Some(layer) = self.overlays.last_mut() {
            let done = layer.act(action, &mut self.shared);
            return self.layer_done(done, |state| state.anywhere(action));
        }
        if let Err(why) = self.can(action) {
            return self.shared.say(Tone::Bad, format!("{}: {why}", action.row().title));
        }
        let (view, cx) = self.front_mut();
        if view.act(action, cx) == Heard::Pass {
            self.anywhere(action);
        }
    }

    fn layer_done(&mut self, done: Done, passed: impl FnOnce(&mut Self)) {
        match done {
            Done::Stay => {}
            Done::Pass => passed(self),
            Done::Close => drop(self.overlays.pop()),
            Done::Answer(purpose, reply) => {
                self.overlays.pop();
                self.replied(purpose, reply);
            }
            Done::Order(order) => {
                self.overlays.pop();
                self.shared.order(order);
            }
        }
    }

    fn replied(&mut self, purpose: Purpose, reply: Reply) {
        if purpose == Purpose::Quit {
            self.leave();
        } else {
            let (view, cx) = self.front_mut();
            view.replied(purpose, reply, cx);
        }
    }

    /// Actions that mean the same on every screen.
    fn anywhere(&mut self, action: Action) {
        match action {
            Action::GoHome => self.go(Context::Home),
            Action::GoReview => self.go(Context::Review),
            Action::GoPipeline => self.go(Context::Pipeline),
            Action::GoImports => self.go(Context::Imports),
            Action::GoLogs => self.go(Context::Logs),
            Action::GoSearch => self.go(Context::Search),
            Action::GoSync => self.go(Context::Sync),
            Action::Back if self.overlays.pop().is_none() => self.back(),
            Action::Refresh => {
                self.shared.ask(Slot::Status, Query::Status);
                self.refresh();
            }
            Action::Palette => {
                let palette = Palette::new(self.place(), &self.shared, |action| self.can(action));
                self.overlays.push(Box::new(palette));
                self.shared.ask(Slot::Undoable, Query::Undoable);
            }
            Action::Help => {
                let help = Help::new(self.place(), &self.shared.keymap, |action| self.can(action));
                self.overlays.push(Box::new(help));
            }
            Action::Undo => self.shared.tell(Command::Undo(None)),
            Action::Redo => self.shared.tell(Command::Redo),
            Action::Redraw => self.shared.effect(Effect::Redraw),
            Action::Mouse => {
                self.shared.mouse = !self.shared.mouse;
                self.shared.effect(Effect::Mouse(self.shared.mouse));
                let words = if self.shared.mouse {
                    "the wheel scrolls now; hold Shift to select text"
                } else {
                    "selecting is the terminal's again"
                };
                self.shared.say(Tone::Plain, words);
            }
            Action::Suspend => self.shared.effect(Effect::Suspend),
            Action::Quit if self.shared.status.as_ref().is_some_and(|status| status.running > 0) => {
                let words = "An import is under way here. It stops when you leave; everything read is kept, and it can be resumed.";
                self.shared.open(Dialog::new(Purpose::Quit, "Leave?", words));
            }
            Action::Quit | Action::QuitNow => self.leave(),
            _ => {}
        }
    }

    fn leave(&mut self) {
        self.shared.effect(Effect::Quit);
    }

    /// The console is being left, whatever the reason: what has to be written down.
    pub fn farewell(&mut self) -> Vec<Effect> {
        self.remember();
        self.shared.take_effects()
    }

    fn go(&mut self, place: Context) {
        self.trail = vec![place];
        self.arrived();
    }

    fn enter(&mut self, place: Context) {
        self.trail.retain(|known| *known != place);
        self.trail.push(place);
        self.arrived();
    }

    fn back(&mut self) {
        if self.trail.len() > 1 {
            self.trail.pop();
            self.arrived();
        }
    }

    fn arrived(&mut self) {
        self.overlays.clear();
        self.pressed.clear();
        self.front_mut().0.arrive();
        self.refresh();
        self.poll_later();
    }

    fn refresh(&mut self) {
        let (view, cx) = self.front_mut();
        view.refresh(cx);
    }

    fn orders(&mut self) {
        for _ in 0..ORDERS {
            let orders = self.shared.take_orders();
            if orders.is_empty() {
                return;
            }
            self.shared.touch(Dirty::Input);
            for order in orders {
                self.order(order);
            }
        }
    }

    fn order(&mut self, order: Order) {
        match order {
            Order::Open(layer) => self.overlays.push(layer),
            Order::Go(place) => self.go(place),
            Order::Back => self.back(),
            Order::Perform(action) => self.perform(action),
            Order::Merge(review) => {
                self.views.merge.open(review);
                self.enter(Context::Merge);
            }
            Order::NextPair(decided) => match self.views.review.next_pair(decided) {
                Some(next) => {
                    self.views.merge.open(next);
                    self.refresh();
                }
                None => self.back(),
            },
            Order::Record(contact) => {
                self.views.record.open(contact);
                self.enter(Context::Record);
            }
            Order::Review(kind) => {
                self.views.review.only(kind);
                self.go(Context::Review);
            }
            Order::Source(source) => {
                self.views.imports.choose(source);
                self.go(Context::Imports);
            }
            Order::LastProblem => {
                self.views.logs.last_problem();
                self.go(Context::Logs);
            }
            Order::Narrow(place, text) => {
                self.go(place);
                let (view, cx) = self.front_mut();
                view.narrow(&text, cx);
            }
            Order::Import(source) => match self.shared.me.may(Action::Import.row().right) {
                Ok(()) => {
                    let from = ImportFrom::Provider { source, search: None, set: Vec::new() };
                    self.shared.tell(Command::Import(ImportRequest { from, limit: None }));
                    self.go(Context::Imports);
                }
                Err(why) => self.shared.say(Tone::Bad, why),
            },
        }
    }

    fn answered(&mut self, slot: Slot, result: Result<Answer, Failure>) {
        match result {
            Ok(Answer::Status(status)) => self.shared.status = Some(status),
            Ok(answer) => match owner(slot) {
                Some(place) => self.views.get_mut(place).answered(slot, answer, &mut self.shared),
                None => self.overlays.iter_mut().rev().for_each(|layer| layer.answered(slot, &answer, &mut self.shared)),
            },
            Err(failure) => match owner(slot) {
                Some(place) => {
                    self.views.get_mut(place).refused(slot, &failure, &mut self.shared);
                    self.shared.say(Tone::Bad, failure.words.as_str());
                }
                None => self.overlays.iter_mut().rev().for_each(|layer| layer.refused(slot, &failure.words, &mut self.shared)),
            },
        }
    }

    fn told(&mut self, command: &Command, result: &Result<Told, Failure>) {
        match result {
            Ok(told) => self.report(told),
            Err(failure) => self.shared.say(Tone::Bad, failure.words.as_str()),
        }
        for place in Context::ALL.into_iter().filter(|place| *place != Context::Menu) {
            self.views.get_mut(place).told(command, result, &mut self.shared);
        }
        self.changed();
    }

    /// Says what a command did, where its screen does not show it anyway.
    fn report(&mut self, told: &Told) {
        let (tone, words) = match told {
            Told::Done(done) | Told::Moved(Moved::Done(done)) => (Tone::Good, done.words.to_string()),
            Told::Batch(batch) => match batch.failed.first() {
                None => (Tone::Good, format!("{} decided; u takes them back one by one", words::many(batch.done.len() as u64, "question"))),
                Some((_, why)) => (Tone::Bad, format!("{} decided, {} not: {why}", batch.done.len(), batch.failed.len())),
            },
            Told::Started(_) => (Tone::Good, "the import has begun".to_owned()),
            Told::Kept(path) => (
                Tone::Good,
                format!(
                    "kept as {}; files with these columns are read by it from now on",
                    crate::domain::Text::new(&path.to_string_lossy())
                ),
            ),
            Told::Asking(_) => (Tone::Good, "the sources are being asked; 4 shows how it goes".to_owned()),
            Told::Checked(check) => {
                (if check.verdict == Verdict::Fail { Tone::Bad } else { Tone::Good }, format!("{}: {}", check.what, check.words))
            }
            Told::Synced(report) => (
                Tone::Good,
                format!("pulled {}, pushed {}, {} waiting, {} refused", report.pulled, report.pushed, report.pending, report.dead),
            ),
            Told::Claimed { by_other: Some(other) } => (Tone::Bad, format!("{other} has this one open; decide it together")),
            Told::Moved(Moved::Refused { .. }) | Told::Claimed { by_other: None } | Told::Quiet => return,
        };
        self.shared.say(tone, words);
    }

    fn happened(&mut self, event: &services::Event) {
        match event {
            services::Event::Changed => self.changed(),
            services::Event::Said(words) => self.shared.say(Tone::Plain, words.as_str()),
            services::Event::Progress { .. } => self.poll_later(),
        }
        let (view, cx) = self.front_mut();
        view.happened(event, cx);
    }

    /// Asks again soon, once for many changes.
    fn changed(&mut self) {
        if !self.refresh_due {
            self.refresh_due = true;
            self.shared.effect(Effect::After(REFRESH_AFTER, Timer::Refresh));
        }
    }

    /// Figures of a working run are asked for while somebody looks, and never otherwise.
    fn poll_later(&mut self) {
        let works = self.shared.status.as_ref().is_some_and(|status| status.running > 0);
        if works && !self.poll_due && matches!(self.place(), Context::Imports | Context::Home) {
            self.poll_due = true;
            self.shared.effect(Effect::After(POLL, Timer::Poll));
        }
    }

    fn due(&mut self, timer: Timer) {
        match timer {
            Timer::Toast(serial) => self.shared.hush(serial),
            Timer::Refresh => {
                self.refresh_due = false;
                self.shared.ask(Slot::Status, Query::Status);
                self.refresh();
            }
            Timer::Poll => {
                self.poll_due = false;
                if matches!(self.place(), Context::Imports | Context::Home) {
                    self.shared.ask(Slot::Status, Query::Status);
                    self.refresh();
                    self.poll_later();
                }
            }
            Timer::Remember => {
                self.remember_due = false;
                self.remember();
            }
        }
    }

    fn remember_later(&mut self) {
        if !self.remember_due {
            self.remember_due = true;
            self.shared.effect(Effect::After(REMEMBER_AFTER, Timer::Remember));
        }
    }

    fn remember(&mut self) {
        let screens: serde_json::Map<_, _> =
            remembering().map(|place| (place.title().to_owned(), self.views.get(place).remember())).collect();
        let filters: Vec<_> = self.shared.filters.iter().map(|(place, text)| (place.title(), text)).collect();
        let memory = serde_json::json!({ "screen": self.trail[0].title(), "screens": screens, "filters": filters }).to_string();
        if memory != self.remembered {
            self.remembered.clone_from(&memory);
            self.shared.effect(Effect::Remember(memory));
        }
    }

    /// Takes back what it can read; what another version wrote differently is left out.
    fn recall(&mut self, memory: &str) {
        let Ok(memory) = serde_json::from_str::<serde_json::Value>(memory) else { return };
        for place in remembering() {
            if let Some(known) = memory["screens"].get(place.title()) {
                self.views.get_mut(place).recall(known);
            }
        }
        if let Some(place) = remembering().find(|place| memory["screen"] == place.title()) {
            self.trail = vec![place];
        }
        for filter in memory["filters"].as_array().into_iter().flatten().rev() {
            let place = Context::ALL.into_iter().find(|place| filter[0] == place.title());
            if let (Some(place), Some(text)) = (place, filter[1].as_str()) {
                self.shared.used_filter(place, text);
            }
        }
    }
}

/// Screens that stand on their own; the other places need a record to show.
fn remembering() -> impl Iterator<Item = Context> {
    Context::ALL.into_iter().filter(|place| !matches!(place, Context::Merge | Context::Record | Context::Menu))
}

/// Why a need is not met where a screen does not know better.
pub fn missing(need: Need, met: bool) -> Option<Cow<'static, str>> {
    (!met).then_some(Cow::Borrowed(need.missing()))
}
