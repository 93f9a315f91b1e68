//! Imports: how each source stands, its runs with their counters, and the keys that start, pause, stop and resume.

use super::{
    Heard, View,
    home::{callable, standing},
};
use crate::{
    domain::{Period, Run, RunState, Source, Text},
    services::{self, ImportFrom, ImportRequest, RunView, SourceState, outcomes},
    tui::{
        action::{Action, Need},
        app::missing,
        canvas::{Canvas, left, rows, top},
        desk::{Answer, Command, Failure, Query, Told},
        event::Slot,
        overlays::{
            Purpose, Reply,
            form::{Entry, Form},
            picker::Picker,
            plan::Plan,
            rows::RunRows,
        },
        shared::{Dirty, Shared, Tone},
        theme::Role,
        widgets::{
            progress::steps,
            table::{Column, Item, Table},
        },
        words,
    },
};
use ratatui::layout::Rect;
use std::borrow::Cow;

impl Item for SourceState {
    type Id = Source;
    fn id(&self) -> Source {
        self.source
    }
}

impl Item for RunView {
    type Id = crate::domain::RunId;
    fn id(&self) -> Self::Id {
        self.run.id
    }
}

/// The search a source runs when none is named.
const USUAL: &str = "the usual one";

/// Saved searches shown of a source: on a low screen its runs need room too.
const SEARCHES: usize = 4;

/// Which list has the cursor.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Pane {
    #[default]
    Sources,
    Runs,
}

/// The imports screen.
#[derive(Default)]
pub struct Imports {
    sources: Table<SourceState>,
    runs: Table<RunView>,
    pane: Pane,
    loaded: bool,
}

impl Imports {
    /// Puts the cursor on a source.
    pub fn choose(&mut self, source: Source) {
        self.pane = Pane::Sources;
        self.sources.choose(&source);
        self.sources.expect(source);
    }

    /// The run that the keys are for: the chosen one, or the latest of the chosen source.
    fn run(&self) -> Option<&RunView> {
        match self.pane {
            Pane::Runs => self.runs.chosen(),
            Pane::Sources => self.runs.items().first().filter(|run| Some(run.run.source) == self.sources.chosen_id()),
        }
    }

    fn ask_runs(&mut self, cx: &mut Shared) {
        if let Some(source) = self.sources.chosen_id() {
            if self.runs.items().first().is_some_and(|view| view.run.source != source) {
                // No key may reach another source's run.
                self.runs.fill(Vec::new(), false);
            }
            cx.ask(Slot::Runs, Query::Runs(source));
        }
    }

    /// Asks for what an import needs; Enter at once shows what the usual one takes.
    fn import(&self, cx: &mut Shared) {
        let Some(source) = self.sources.chosen() else { return };
        let searches = std::iter::once(Text::new(USUAL)).chain(source.searches.iter().map(|search| search.name.clone())).collect();
        let entries = vec![Entry::choice("Search", searches, USUAL), Entry::line("Filters", ""), Entry::line("Rows at most", "")];
        let words = format!(
            "Filters are key=value, with ; between them; leadloom import {} --filters lists them. Empty takes the search as it is saved.",
            source.source.key()
        );
        cx.open(Form::new(Purpose::Import, format!("Import from {}", source.source), words, entries));
    }

    fn start(&self, values: &[String], cx: &mut Shared) {
        let (Some(source), [search, filters, limit]) = (self.sources.chosen(), values) else { return };
        let parts = filters.split(';').map(str::trim).filter(|part| !part.is_empty());
        let set: Option<Vec<_>> =
            parts.map(|part| part.split_once('=').map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))).collect();
        let Some(set) = set else {
            return cx.say(Tone::Bad, "a filter is written key=value, with ; between filters");
        };
        let limit = match limit.replace([',', ' '], "").parse() {
            Ok(limit) => Some(limit),
            Err(_) if limit.is_empty() => None,
            Err(_) => return cx.say(Tone::Bad, format!("{limit} is not a number of rows")),
        };
        let search = (search != USUAL).then(|| Text::new(search));
        let from = ImportFrom::Provider { source: source.source, search, set };
        let layer = Plan::open(ImportRequest { from, limit }, format!("from {}", source.source), cx);
        cx.open(layer);
    }

    fn pause(&self, cx: &mut Shared) {
        let Some(view) = self.run() else { return cx.say(Tone::Plain, "this source has no run yet; i starts one") };
        match view.run.state {
            RunState::Running if view.here => cx.tell(Command::Pause(view.run.id)),
            RunState::Done => cx.say(Tone::Plain, "this run is done; i starts another"),
            _ => cx.tell(Command::Resume(view.run.id)),
        }
    }

    fn list(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let inner = canvas.panel(area, &format!("Sources {}", self.sources.items().len()), self.pane == Pane::Sources);
        if self.sources.is_empty() {
            let words = if self.loaded { "No source is known." } else { "reading" };
            canvas.put(Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }, words, Role::Muted);
        }
        let columns = [
            Column::cells("Source", 12),
            Column::cells("State", 9),
            Column::cells("Last", 9),
            Column::number("Read", 6),
            Column::number("New", 6),
            Column::number("Known", 6),
            Column::number("Review", 6),
            Column::share("", 1),
        ];
        let zone = canvas.look.zone.clone();
        let now = canvas.now;
        self.sources.draw(canvas, inner, &columns, self.pane == Pane::Sources, |source, column| {
            let number = |of: fn(&Run) -> u64| Cow::Owned(source.last.as_ref().map(|run| words::count(of(run))).unwrap_or_default());
            match column {
                0 => (Cow::Borrowed(source.source.label()), Role::Text),
                1 => {
                    let (words, role) = standing(source.state);
                    (Cow::Borrowed(words), role)
                }
                2 => {
                    (Cow::Owned(source.last.as_ref().map(|run| words::moment(run.started_at, now, &zone)).unwrap_or_default()), Role::Muted)
                }
                3 => (number(|run| run.counters.read), Role::Text),
                4 => (number(|run| run.counters.created), Role::Text),
                5 => (number(|run| run.counters.enriched + run.counters.unchanged), Role::Text),
                6 => (number(|run| run.counters.review), Role::Text),
                _ => (Cow::Borrowed(source.note.as_str()), Role::Muted),
            }
        });
    }

    fn details(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let Some(source) = self.sources.chosen() else {
            canvas.panel(area, "", false);
            return;
        };
        let shown = self.run();
        let title = shown.map_or_else(
            || source.source.label().to_owned(),
            |view| format!("{} {}, run {}", source.source, view.what, view.run.id.short()),
        );
        let inner = canvas.panel(area, &title, self.pane == Pane::Runs);
        let mut rest = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let Some(view) = shown else {
            let words = if source.last.is_some() {
                "reading its runs"
            } else if source.source.file_only() {
                "No import yet. This source comes by file: f imports one."
            } else if callable(source) {
                "No import yet. i starts one."
            } else {
                "No import yet, and no key: it goes into leadloom.toml (leadloom config path) or the environment. f imports a file of it."
            };
            let used = canvas.paragraph(rest, words, Role::Muted);
            Self::standing(canvas, top(rest, used + 1).1, source);
            return;
        };
        let (line, below) = top(rest, 1);
        let run = &view.run;
        let (state, role) = run_state(run.state);
        let pace = if run.state == RunState::Running && view.rate > 0.0 { format!("   {:.0} rows/s", view.rate) } else { String::new() };
        let left_words = view.left.map(|left| format!("   about {} left", words::countdown(left))).unwrap_or_default();
        let used = canvas.line(
            line,
            &[
                (state, role),
                ("   ", Role::Text),
                (&format!("page {}", run.pages), Role::Muted),
                (&pace, Role::Text),
                (&left_words, Role::Muted),
            ],
        );
        if let Some(total) = run.total.filter(|_| run.state == RunState::Running) {
            let bar = Rect { x: line.x + used + 2, width: line.width.saturating_sub(used + 2).min(24), ..line };
            canvas.bar(bar, run.counters.read, total, Role::Bar);
        }
        rest = below;
        let parts: Vec<_> = outcomes(&run.counters)
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(outcome, count)| format!("{} {}", outcome.key(), words::count(*count)))
            .collect();
        let of = run.total.map(|total| format!(" of {}", words::count(total))).unwrap_or_default();
        let counters = if parts.is_empty() {
            "nothing read yet".to_owned()
        } else {
            format!("read {}{of}: {}", words::count(run.counters.read), parts.join(", "))
        };
        let used = canvas.paragraph(Rect { height: rest.height.min(2), ..rest }, &counters, Role::Text);
        rest = top(rest, used).1;
        if let Some(error) = &run.error {
            let used = canvas.paragraph(Rect { height: rest.height.min(3), ..rest }, &format!("! {error}"), Role::Bad);
            rest = top(rest, used).1;
        }
        if let Some(file) = &view.to_mend {
            let used =
                canvas.paragraph(Rect { height: rest.height.min(2), ..rest }, &format!("to be mended: {}", file.display()), Role::Warn);
            rest = top(rest, used).1;
        }
        let by = format!("started {} by {}", canvas.moment(run.started_at), run.actor);
        canvas.put(rest, &by, Role::Muted);
        rest = top(rest, 1).1;
        let used = Self::standing(canvas, rest, source);
        self.run_list(canvas, top(rest, used).1);
    }

    /// What is left at a source, and its saved searches with when they ran and run; gives the rows used.
    fn standing(canvas: &mut Canvas<'_>, area: Rect, source: &SourceState) -> u16 {
        let mut lines = rows(area);
        let mut used = 0;
        let credits = source.credits.map(|left| format!("{} credits left   ", words::count(left.max(0) as u64)));
        let calls = source
            .rate
            .map(|(left, of, per)| format!("{} of {} calls left in {}", words::count(left.into()), words::count(of.into()), Period(per)));
        if let (Some(line), true) = (lines.next().filter(|_| credits.is_some() || calls.is_some()), area.height > 0) {
            canvas.line(line, &[(&credits.unwrap_or_default(), Role::Text), (&calls.unwrap_or_default(), Role::Muted)]);
            used += 1;
        } else {
            lines = rows(area);
        }
        let (now, zone) = (canvas.now, canvas.look.zone.clone());
        for search in source.searches.iter().take(SEARCHES) {
            let Some(line) = lines.next() else { break };
            let schedule = search.schedule.as_ref().map_or_else(|| "by hand".to_owned(), ToString::to_string);
            let last = search
                .last
                .map_or_else(|| "never ran".to_owned(), |(at, state)| format!("last {} {}", words::moment(at, now, &zone), state.key()));
            let next = search.next.map(|at| format!("   next {}", words::coming(at, now, &zone))).unwrap_or_default();
            canvas.line(
                line,
                &[
                    (&search.name, Role::Text),
                    ("   ", Role::Text),
                    (&schedule, Role::Muted),
                    ("   ", Role::Text),
                    (&last, Role::Muted),
                    (&next, Role::Info),
                ],
            );
            used += 1;
        }
        used
    }

    fn run_list(&self, canvas: &mut Canvas<'_>, area: Rect) {
        if area.height < 2 || self.runs.items().len() < 2 && self.pane == Pane::Sources {
            return;
        }
        let reads: Vec<_> = self.runs.items().iter().rev().map(|view| view.run.counters.read).collect();
        let (head, body) = top(area, 1);
        let line = if canvas.look.boxes { steps(&reads, &canvas.look.glyphs) } else { String::new() };
        canvas.line(head, &[(&format!("last {} ", words::many(reads.len() as u64, "run")), Role::Muted), (&line, Role::Bar)]);
        let columns = [Column::cells("", 9), Column::cells("", 8), Column::number("", 7), Column::share("", 1)];
        let zone = canvas.look.zone.clone();
        let now = canvas.now;
        self.runs.draw(canvas, body, &columns, self.pane == Pane::Runs, |view, column| {
            let run = &view.run;
            match column {
                0 => (Cow::Owned(words::moment(run.started_at, now, &zone)), Role::Text),
                1 => {
                    let (words, role) = run_state(run.state);
                    (Cow::Borrowed(words), role)
                }
                2 => (Cow::Owned(words::count(run.counters.read)), Role::Text),
                _ => (
                    Cow::Owned(format!(
                        "+{} new, {} review, {}",
                        words::count(run.counters.created),
                        words::count(run.counters.review),
                        view.what
                    )),
                    Role::Muted,
                ),
            }
        });
    }
}

fn run_state(state: RunState) -> (&'static str, Role) {
    let role = match state {
        RunState::Running => Role::Info,
        RunState::Paused | RunState::Stopped | RunState::Part => Role::Warn,
        RunState::Done => Role::Good,
        RunState::Failed | RunState::Refused => Role::Bad,
    };
    (state.key(), role)
}

impl View for Imports {
    fn refresh(&mut self, cx: &mut Shared) {
        cx.ask(Slot::Sources, Query::Sources);
        self.ask_runs(cx);
    }

    fn act(&mut self, action: Action, cx: &mut Shared) -> Heard {
        match action {
            Action::Import => self.import(cx),
            Action::ImportFile => {
                let picker = Picker::open(cx);
                cx.open(picker);
            }
            Action::Pause => self.pause(cx),
            Action::Stop => {
                if let Some(view) = self.run() {
                    cx.tell(Command::Stop(view.run.id));
                }
            }
            Action::Test => {
                if let Some(source) = self.sources.chosen_id() {
                    cx.say(Tone::Plain, format!("asking {source}"));
                    cx.tell(Command::Test(source));
                }
            }
            Action::NextPane | Action::PreviousPane => {
                self.pane = if self.pane == Pane::Sources && !self.runs.is_empty() { Pane::Runs } else { Pane::Sources };
            }
            Action::Open => match (self.pane, self.run().map(|view| (view.run.id, view.what.clone()))) {
                (Pane::Sources, Some(_)) => self.pane = Pane::Runs,
                // A hand faster than the store: the runs are on their way.
                (Pane::Sources, None) if self.sources.chosen().is_some_and(|source| source.last.is_some()) => self.pane = Pane::Runs,
                (Pane::Runs, Some((run, what))) => {
                    let layer = RunRows::open(run, format!("Rows of run {}, {what}", run.short()), cx);
                    cx.open(layer);
                }
                (Pane::Runs, None) => cx.say(Tone::Plain, "its runs are still being read"),
                (Pane::Sources, None) => cx.say(Tone::Plain, "this source has no run yet"),
            },
            Action::Copy => {
                let words =
                    self.run().and_then(|view| view.run.error.clone()).or_else(|| self.sources.chosen().map(|source| source.note.clone()));
                cx.copy("note", &words.unwrap_or_default());
            }
            Action::Back if self.pane == Pane::Runs => self.pane = Pane::Sources,
            _ if self.pane == Pane::Runs => return Heard::from(self.runs.step(action)),
            _ => {
                let before = self.sources.chosen_id();
                let moved = self.sources.step(action);
                if before != self.sources.chosen_id() {
                    self.ask_runs(cx);
                }
                return Heard::from(moved);
            }
        }
        Heard::Used
    }

    fn lacks(&self, need: Need, _: &Shared) -> Option<Cow<'static, str>> {
        match need {
            Need::Row => missing(need, self.sources.chosen().is_some()),
            Need::Callable => match self.sources.chosen() {
                Some(source) if callable(source) => None,
                Some(source) if !source.source.file_only() => {
                    Some(Cow::Borrowed("this source has no key: it goes into leadloom.toml or the environment"))
                }
                _ => missing(need, false),
            },
            Need::LiveRun => missing(need, self.run().is_some_and(|view| matches!(view.run.state, RunState::Running | RunState::Paused))),
            _ => None,
        }
    }

    fn hints(&self) -> &'static [Action] {
        &[Action::Import, Action::ImportFile, Action::Pause, Action::Stop, Action::Test, Action::Open, Action::NextPane, Action::Refresh]
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Shared) {
        match (slot, answer) {
            (Slot::Sources, Answer::Sources(sources)) => {
                cx.callable = sources.iter().filter(|source| callable(source)).map(|source| source.source).collect();
                let before = self.sources.chosen_id();
                self.loaded = true;
                self.sources.fill(sources, false);
                if before != self.sources.chosen_id() {
                    self.ask_runs(cx);
                }
            }
            (Slot::Runs, Answer::Runs(runs)) => {
                self.runs.fill(runs, false);
                if self.runs.is_empty() {
                    self.pane = Pane::Sources;
                }
            }
            _ => {}
        }
    }

    fn told(&mut self, command: &Command, result: &Result<Told, Failure>, _: &mut Shared) {
        if let (Command::Import(_), Ok(Told::Started(source))) = (command, result) {
            self.choose(*source);
        }
    }

    fn happened(&mut self, event: &services::Event, cx: &mut Shared) {
        // The counters of a run that is shown move at once; everything else comes with the next question.
        if let services::Event::Progress { run, counters, state, .. } = event {
            for view in self.runs.items_mut().iter_mut().filter(|view| view.run.id == *run) {
                view.run.counters = *counters;
                view.run.state = *state;
            }
            for source in self.sources.items_mut() {
                if let Some(last) = source.last.as_mut().filter(|last| last.id == *run) {
                    last.counters = *counters;
                }
            }
            cx.touch(Dirty::Data);
        }
    }

    fn replied(&mut self, purpose: Purpose, reply: Reply, cx: &mut Shared) {
        if let (Purpose::Import, Reply::Filled(values)) = (purpose, reply) {
            self.start(&values, cx);
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Shared) {
        if cx.three_panes() {
            let (list, details) = left(area, area.width * 58 / 100);
            self.list(canvas, list);
            self.details(canvas, details);
        } else {
            let wanted = self.sources.items().len() as u16 + 3;
            let (list, details) = top(area, wanted.min(area.height.saturating_sub(7)).max(5));
            self.list(canvas, list);
            self.details(canvas, details);
        }
    }

    fn remember(&self) -> serde_json::Value {
        serde_json::json!({ "source": self.sources.chosen_id().map(Source::key) })
    }

    fn recall(&mut self, memory: &serde_json::Value) {
        if let Some(source) = memory["source"].as_str().and_then(|key| key.parse().ok()) {
            self.choose(source);
        }
    }
}
