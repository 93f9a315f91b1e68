//! A console without a terminal: press keys by their names, wait until nothing is in flight, read the screen. Time
//! stands still until told to move, so nothing here ever sleeps.

use super::{
    app::State,
    canvas::Look,
    chrome,
    desk::Desk,
    effects::Runner,
    event::{Effect, Event, Timer},
    glyphs,
    keys::{Chord, Keymap, Sequence},
    shared::{Me, Shared},
    theme::{Depth, Theme},
};
use crate::{
    domain::{Text, Timestamp},
    services::{self, Role},
};
use jiff::tz::TimeZone;
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};
use std::{sync::Arc, time::Duration};
use tokio::sync::broadcast;

/// How the console under test looks and who uses it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Columns and rows.
    pub size: (u16, u16),
    /// Colours.
    pub depth: Depth,
    /// Boxes and bars.
    pub boxes: bool,
    /// Who.
    pub me: Me,
    /// The moment at which it starts.
    pub at: Timestamp,
    /// What was remembered.
    pub memory: String,
    /// A keymap file.
    pub keymap: Option<String>,
}

impl Default for Setup {
    /// Kim, an operator, at 80x24 with colours, on 2026-10-07 at 12:05 UTC.
    fn default() -> Self {
        Self {
            size: (80, 24),
            depth: Depth::Sixteen,
            boxes: true,
            me: Me { name: Text::new("kim"), role: Role::Operator, demo: false },
            at: Timestamp::parse("2026-10-07T12:05:00").unwrap_or_default(),
            memory: String::new(),
            keymap: None,
        }
    }
}

/// A console without a terminal.
pub struct Console {
    state: State,
    runner: Runner,
    events: broadcast::Receiver<services::Event>,
    terminal: Terminal<TestBackend>,
    now: Timestamp,
    timers: Vec<(Timestamp, Timer)>,
    /// What was copied, oldest first.
    pub copied: Vec<String>,
    /// The last thing that was to be remembered.
    pub memory: Option<String>,
    /// It was left.
    pub left: bool,
    /// Every other effect about the terminal, oldest first.
    pub effects: Vec<Effect>,
}

impl Console {
    /// Starts it; the desk's first answers are not in yet.
    ///
    /// # Panics
    /// When the setup's keymap is wrong.
    pub fn new(desk: Arc<dyn Desk>, setup: Setup) -> Self {
        let theme = Theme::built_in(setup.depth);
        let look =
            Look { theme, glyphs: if setup.boxes { glyphs::UNICODE } else { glyphs::ASCII }, boxes: setup.boxes, zone: TimeZone::UTC };
        let keymap = setup.keymap.as_deref().map_or_else(|| Ok(Keymap::built_in()), Keymap::patched);
        #[allow(clippy::expect_used, reason = "only tests come here, and a test wants to hear of it")]
        let keymap = keymap.expect("the test's keymap is right");
        let shared = Shared::new(setup.at, setup.size, look, keymap, setup.me);
        let events = desk.events();
        #[allow(clippy::expect_used, reason = "a screen in memory cannot fail")]
        let terminal = Terminal::new(TestBackend::new(setup.size.0, setup.size.1)).expect("memory");
        let mut console = Self {
            state: State::new(shared, &setup.memory),
            runner: Runner::new(desk),
            events,
            terminal,
            now: setup.at,
            timers: Vec::new(),
            copied: Vec::new(),
            memory: None,
            left: false,
            effects: Vec::new(),
        };
        let first = console.state.start();
        console.run(first);
        console
    }

    /// The state, to look at.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Presses keys: `"2 j j a"`, `"ctrl-p"`; a word that is no key is typed letter by letter.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for word in keys.split_whitespace() {
            match word.parse::<Sequence>() {
                Ok(sequence) => sequence.0.into_iter().for_each(|chord| self.event(Event::Key(chord))),
                Err(_) => drop(self.text(word)),
            }
        }
        self
    }

    /// Presses keys one by one and waits for what each leads to.
    pub async fn press(&mut self, keys: &str) -> &mut Self {
        for word in keys.split_whitespace() {
            self.keys(word).idle().await;
        }
        self
    }

    /// Types a text, blanks and all.
    pub fn text(&mut self, text: &str) -> &mut Self {
        text.chars().for_each(|c| self.event(Event::Key(Chord::char(c))));
        self
    }

    /// Something arrives.
    pub fn event(&mut self, event: Event) {
        if let Event::Resize(width, height) = event {
            self.terminal.backend_mut().resize(width, height);
        }
        let effects = self.state.update(self.now, event);
        self.run(effects);
    }

    fn run(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::After(delay, timer) => self.timers.push((self.now.plus(delay), timer)),
                Effect::Copy(text) => self.copied.push(text),
                Effect::Quit => {
                    self.left = true;
                    let last = self.state.farewell();
                    self.run(last);
                }
                Effect::Remember(memory) => self.memory = Some(memory),
                other => self.effects.extend(self.runner.run(other)),
            }
        }
    }

    /// Waits until nothing is in flight: every question answered, every command through, every change shown.
    pub async fn idle(&mut self) -> &mut Self {
        loop {
            if self.runner.in_flight() > 0 {
                let event = self.runner.next().await;
                self.event(event);
            } else if let Ok(event) = self.events.try_recv() {
                self.event(Event::Happened(event));
            } else if let Some(place) = self.timers.iter().position(|(_, timer)| *timer == Timer::Refresh) {
                let (_, timer) = self.timers.remove(place);
                self.event(Event::Due(timer));
            } else {
                return self;
            }
        }
    }

    /// Lets time pass; whatever falls due in it happens.
    pub fn pass(&mut self, span: Duration) -> &mut Self {
        self.now = self.now.plus(span);
        let now = self.now;
        let (due, later) = std::mem::take(&mut self.timers).into_iter().partition(|(at, _)| *at <= now);
        self.timers = later;
        let due: Vec<(Timestamp, Timer)> = due;
        for (_, timer) in due {
            self.event(Event::Due(timer));
        }
        self
    }

    /// Draws, and gives the cells.
    ///
    /// # Panics
    /// Never: memory is drawn on.
    pub fn cells(&mut self) -> &Buffer {
        let Self { terminal, state, .. } = self;
        let drawn = terminal.draw(|frame| chrome::draw(state, frame));
        #[allow(clippy::expect_used, reason = "a screen in memory cannot fail")]
        drawn.expect("memory");
        self.terminal.backend().buffer()
    }

    /// Draws, and gives the screen as text, blank line ends cut.
    pub fn screen(&mut self) -> String {
        let cells = self.cells();
        let mut out = String::new();
        for y in 0..cells.area.height {
            let mut line = String::new();
            let mut covered = 0;
            for x in 0..cells.area.width {
                let symbol = cells[(x, y)].symbol();
                if covered == 0 {
                    line.push_str(symbol);
                    covered = super::widgets::text::width(symbol).max(1);
                }
                covered -= 1;
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}
