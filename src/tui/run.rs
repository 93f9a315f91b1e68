//! The loop: wait for anything, take in everything that is there, draw once. A key draws at once; data from outside at
//! most ten times a second, four over a slow link or for the log. When nothing happens nothing runs.

use super::{
    app::State,
    chrome,
    effects::Runner,
    event::{Effect, Event},
    keys::Chord,
    shared::Dirty,
    terminal::{
        Tty,
        clipboard::Inside,
        editor,
        signals::{self, Signal, Signals},
    },
};
use crate::{domain::Clock, services, telemetry::Ring};
use crossterm::event::{Event as Input, EventStream, MouseEventKind};
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        mpsc, watch,
    },
    task::JoinHandle,
    time::{Instant, sleep_until},
};

/// Frames for data that arrived by itself.
const DATA_FRAME: Duration = Duration::from_millis(100);
/// The same over a slow link.
const SLOW_FRAME: Duration = Duration::from_millis(250);
/// New log entries are looked at that often.
const LOG_FRAME: Duration = Duration::from_millis(250);
/// A frame that takes longer to write shows that the link is slow.
const SLOW_WRITE: Duration = Duration::from_millis(60);
/// Events taken in before a frame is drawn all the same.
const EVENTS_A_FRAME: usize = 512;
/// Keys read ahead of the screen; a faster hand or a longer paste waits in the terminal.
const INPUTS: usize = 256;
/// Log entries taken in at once.
const LOG_ENTRIES: usize = 2_000;

/// How the console was left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leaving {
    /// The person asked.
    Asked,
    /// A signal; its number.
    Signal(i32),
    /// The keyboard is gone: the connection was lost.
    Lost,
}

/// What the loop listens to besides the terminal.
pub struct Sources {
    /// Questions and commands on their way.
    pub runner: Runner,
    /// What happens in the services.
    pub events: broadcast::Receiver<services::Event>,
    /// The log.
    pub ring: Ring,
    /// The clock that stamps events.
    pub clock: Arc<dyn Clock>,
}

/// How the loop behaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// The link is known to be slow.
    pub slow: bool,
    /// What stands between us and the terminal.
    pub inside: Inside,
}

/// Where keys come from. A child editor needs them for itself, so they can be closed and opened again.
pub trait Keys {
    /// The stream.
    type Stream: Stream<Item = io::Result<Input>> + Unpin + Send + 'static;
    /// Opens it.
    fn open(&self) -> Self::Stream;
}

/// The real keyboard.
pub struct Keyboard;

impl Keys for Keyboard {
    type Stream = EventStream;
    fn open(&self) -> EventStream {
        EventStream::new()
    }
}

/// Runs the console until it is left.
pub async fn run<W: Write, K: Keys>(
    tty: &mut Tty<W>,
    keys: &K,
    state: &mut State,
    sources: &mut Sources,
    signals: &mut Signals,
    pace: Pace,
) -> io::Result<Leaving> {
    let mut log = sources.ring.watch();
    log.mark_changed();
    let now = Instant::now();
    let keyboard = Some(Reader::start(keys.open()));
    let mut console =
        Loop { tty, keys, keyboard, state, sources, signals, pace, log, read: 0, log_at: now, drawn_at: now, slow: pace.slow, deaf: false };
    let leaving = match console.run().await {
        Err(error) if is_lost(&error) => Ok(Leaving::Lost),
        leaving => leaving,
    };
    for effect in console.state.farewell() {
        // Only what the runner does is left to do; the terminal is not needed any more.
        let _about_the_terminal = console.sources.runner.run(effect);
    }
    console.sources.runner.finish().await;
    leaving
}

/// The other end of the terminal has gone: an SSH connection broke, a window was closed. The hang-up signal that comes
/// with it may come later than the first write that fails.
fn is_lost(error: &io::Error) -> bool {
    #[cfg(unix)]
    let hung_up = error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error());
    #[cfg(not(unix))]
    let hung_up = false;
    hung_up || error.kind() == io::ErrorKind::BrokenPipe
}

/// What an effect led to.
enum Outcome {
    Done,
    Event(Event),
    Leave,
}

/// Reads the keyboard in a task of its own. The stream must not be looked into in passing: crossterm wakes only whoever
/// asked first, and somebody who does not wait would be that one.
struct Reader {
    inputs: mpsc::Receiver<io::Result<Input>>,
    task: JoinHandle<()>,
}

impl Reader {
    fn start(mut stream: impl Stream<Item = io::Result<Input>> + Unpin + Send + 'static) -> Self {
        let (send, inputs) = mpsc::channel(INPUTS);
        let task = tokio::spawn(async move {
            while let Some(input) = stream.next().await {
                if send.send(input).await.is_err() {
                    return;
                }
            }
        });
        Self { inputs, task }
    }

    /// Lets go of the keyboard; comes back when it has.
    async fn stop(self) {
        self.task.abort();
        let _aborted = self.task.await;
    }
}

/// The loop's own state.
struct Loop<'c, W: Write, K: Keys> {
    tty: &'c mut Tty<W>,
    keys: &'c K,
    /// None while a child editor has the keyboard.
    keyboard: Option<Reader>,
    state: &'c mut State,
    sources: &'c mut Sources,
    signals: &'c mut Signals,
    pace: Pace,
    log: watch::Receiver<u64>,
    /// The last log entry taken in.
    read: u64,
    /// The log is not looked at before then.
    log_at: Instant,
    drawn_at: Instant,
    slow: bool,
    /// The services have gone and will send no more events.
    deaf: bool,
}

impl<W: Write, K: Keys> Loop<'_, W, K> {
    /// Round and round until it is left.
    async fn run(&mut self) -> io::Result<Leaving> {
        let mut effects = self.state.start();
        loop {
            let mut events = Vec::new();
            for effect in effects {
                match self.obey(effect).await? {
                    Outcome::Done => {}
                    Outcome::Event(event) => events.push(event),
                    Outcome::Leave => return Ok(Leaving::Asked),
                }
            }
            if events.is_empty() {
                self.draw_if_due()?;
                match self.wait().await? {
                    Ok(event) => events.extend(event),
                    Err(leaving) => return Ok(leaving),
                }
            }
            effects = self.take_in(events)?;
        }
    }

    /// Does what `update` asked for.
    async fn obey(&mut self, effect: Effect) -> io::Result<Outcome> {
        let Some(effect) = self.sources.runner.run(effect) else { return Ok(Outcome::Done) };
        match effect {
            Effect::Quit => return Ok(Outcome::Leave),
            Effect::Copy(text) => self.tty.copy(&text, self.pace.inside)?,
            Effect::Mouse(on) => self.tty.mouse(on)?,
            Effect::Redraw => self.tty.redraw()?,
            Effect::Suspend => {
                self.tty.give_back()?;
                signals::stop(self.signals).await?;
                return Ok(Outcome::Event(self.back_again()?));
            }
            Effect::Edit(text) => return Ok(Outcome::Event(self.edit(&text).await?)),
            // The runner has done these.
            Effect::Ask { .. } | Effect::Tell(_) | Effect::After(..) | Effect::Remember(_) => {}
        }
        Ok(Outcome::Done)
    }

    /// Lends the terminal to the person's editor.
    async fn edit(&mut self, text: &str) -> io::Result<Event> {
        // The child reads the keyboard now; our reader has to let go of it.
        if let Some(reader) = self.keyboard.take() {
            reader.stop().await;
        }
        self.tty.give_back()?;
        let edited = editor::edit(text).await;
        self.keyboard = Some(Reader::start(self.keys.open()));
        // A Ctrl-C in the editor reached us too; it was not meant for us.
        while self.signals.next().now_or_never().is_some() {}
        let resized = self.back_again()?;
        self.state.update(self.sources.clock.now(), resized);
        Ok(match edited {
            Ok(text) => Event::Edited(text),
            Err(error) => Event::Notice(format!("the editor could not be used: {error}")),
        })
    }

    /// The terminal is ours again after somebody else had it.
    fn back_again(&mut self) -> io::Result<Event> {
        self.tty.refresh_size()?;
        self.tty.take()?;
        let (width, height) = self.tty.size()?;
        Ok(Event::Resize(width, height))
    }

    /// When data that arrived by itself may be drawn.
    fn due(&self) -> Instant {
        self.drawn_at + if self.slow { SLOW_FRAME } else { DATA_FRAME }
    }

    fn draw_if_due(&mut self) -> io::Result<()> {
        let dirty = self.state.shared.dirty();
        let started = Instant::now();
        if dirty == Dirty::Input || (dirty == Dirty::Data && started >= self.due()) {
            self.state.shared.take_dirty();
            let state = &*self.state;
            self.tty.draw(|frame| chrome::draw(state, frame))?;
            self.drawn_at = Instant::now();
            self.slow = self.pace.slow || self.drawn_at - started > SLOW_WRITE;
        }
        Ok(())
    }

    /// Waits for anything. No event when only a frame fell due.
    async fn wait(&mut self) -> io::Result<Result<Option<Event>, Leaving>> {
        let due = self.due();
        let has_data = self.state.shared.dirty() == Dirty::Data;
        let keyboard = &mut self.keyboard;
        let keys = async {
            match keyboard {
                Some(reader) => reader.inputs.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            signal = self.signals.next() => match signal {
                Signal::Leave(number) => Ok(Err(Leaving::Signal(number))),
                Signal::Continued => Ok(Ok(Some(self.back_again()?))),
                Signal::Resized => {
                    let size = self.tty.real_size()?;
                    Ok(Ok(resized(self.tty, size)?))
                }
            },
            event = self.sources.runner.next() => Ok(Ok(Some(event))),
            event = self.sources.events.recv(), if !self.deaf => {
                self.deaf = matches!(event, Err(RecvError::Closed));
                Ok(Ok(happened(event)))
            },
            input = keys => match input {
                Some(input) => Ok(Ok(heard(self.tty, input?)?)),
                None => Ok(Err(Leaving::Lost)),
            },
            () = log_changed(&mut self.log, self.log_at) => {
                self.log_at = Instant::now() + LOG_FRAME;
                let entries = self.sources.ring.after(self.read, LOG_ENTRIES);
                self.read = entries.last().map_or(self.read, |entry| entry.seq);
                Ok(Ok(Some(Event::Logged(entries))))
            },
            () = sleep_until(due), if has_data => Ok(Ok(None)),
        }
    }

    /// Takes in these events and whatever else is there, for one frame. Stops at an effect that takes the terminal away.
    fn take_in(&mut self, events: Vec<Event>) -> io::Result<Vec<Effect>> {
        let mut effects = Vec::new();
        let mut events = events.into_iter();
        for _ in 0..EVENTS_A_FRAME {
            let event = match events.next() {
                Some(event) => Some(event),
                None if effects.iter().any(takes_the_terminal) => None,
                None => self.at_hand()?,
            };
            let Some(event) = event else { break };
            effects.extend(self.state.update(self.sources.clock.now(), event));
        }
        Ok(effects)
    }

    /// An event that is there already.
    fn at_hand(&mut self) -> io::Result<Option<Event>> {
        if let Some(event) = self.sources.runner.try_next() {
            return Ok(Some(event));
        }
        if let Ok(event) = self.sources.events.try_recv() {
            return Ok(Some(Event::Happened(event)));
        }
        while let Some(Ok(input)) = self.keyboard.as_mut().map(|reader| reader.inputs.try_recv()) {
            if let Some(event) = heard(self.tty, input?)? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }
}

fn takes_the_terminal(effect: &Effect) -> bool {
    matches!(effect, Effect::Quit | Effect::Suspend | Effect::Edit(_))
}

async fn log_changed(log: &mut watch::Receiver<u64>, not_before: Instant) {
    sleep_until(not_before).await;
    if log.changed().await.is_err() {
        // Logging has ended; there is nothing more to come.
        std::future::pending::<()>().await;
    }
}

fn happened(event: Result<services::Event, RecvError>) -> Option<Event> {
    match event {
        Ok(event) => Some(Event::Happened(event)),
        // Some were missed: everything may have changed.
        Err(RecvError::Lagged(_)) => Some(Event::Happened(services::Event::Changed)),
        Err(RecvError::Closed) => None,
    }
}

/// Takes in a size that is news.
fn resized<W: Write>(tty: &mut Tty<W>, size: (u16, u16)) -> io::Result<Option<Event>> {
    if tty.size()? == size {
        return Ok(None);
    }
    tty.resize(size.0, size.1)?;
    Ok(Some(Event::Resize(size.0, size.1)))
}

fn heard<W: Write>(tty: &mut Tty<W>, input: Input) -> io::Result<Option<Event>> {
    Ok(match input {
        Input::Key(key) => Chord::from_event(key).map(Event::Key),
        Input::Paste(text) => Some(Event::Paste(text)),
        Input::Resize(width, height) => resized(tty, (width, height))?,
        Input::Mouse(mouse) => match mouse.kind {
            MouseEventKind::ScrollUp => Some(Event::Wheel(-3)),
            MouseEventKind::ScrollDown => Some(Event::Wheel(3)),
            _ => None,
        },
        Input::FocusGained | Input::FocusLost => None,
    })
}
