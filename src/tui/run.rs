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
    sync::broadcast::{self, error::RecvError},
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
    type Stream: Stream<Item = io::Result<Input>> + Unpin;
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
    let mut stream = Some(keys.open());
    let mut log = sources.ring.watch();
    let mut seen = 0;
    let mut log_at = Instant::now();
    let mut drawn_at = Instant::now();
    let mut slow = pace.slow;
    let mut waiting: Vec<Event> = Vec::new();
    let mut deaf = false;
    let mut effects = state.start();
    log.mark_changed();
    loop {
        for effect in std::mem::take(&mut effects) {
            match sources.runner.run(effect) {
                None => {}
                Some(Effect::Quit) => return Ok(Leaving::Asked),
                Some(Effect::Copy(text)) => tty.copy(&text, pace.inside)?,
                Some(Effect::Mouse(on)) => tty.mouse(on)?,
                Some(Effect::Redraw) => tty.redraw()?,
                Some(Effect::Suspend) => {
                    tty.give_back()?;
                    signals::stop(signals).await?;
                    back_again(tty, &mut waiting)?;
                }
                Some(Effect::Edit(text)) => {
                    // The child reads the keyboard now; our reader has to let go of it.
                    drop(stream.take());
                    tty.give_back()?;
                    let edited = editor::edit(&text).await;
                    stream = Some(keys.open());
                    back_again(tty, &mut waiting)?;
                    // A Ctrl-C in the editor reached us too; it was not meant for us.
                    while signals.next().now_or_never().is_some() {}
                    waiting.push(match edited {
                        Ok(text) => Event::Edited(text),
                        Err(error) => Event::Notice(format!("the editor could not be used: {error}")),
                    });
                }
                Some(_) => {}
            }
        }
        let dirty = state.shared.dirty();
        let due = drawn_at + if slow { SLOW_FRAME } else { DATA_FRAME };
        if waiting.is_empty() && (dirty == Dirty::Input || (dirty == Dirty::Data && Instant::now() >= due)) {
            state.shared.take_dirty();
            let started = Instant::now();
            tty.draw(|frame| chrome::draw(state, frame))?;
            drawn_at = Instant::now();
            slow = pace.slow || drawn_at - started > SLOW_WRITE;
        }
        let keys = async {
            match &mut stream {
                Some(stream) => stream.next().await,
                None => std::future::pending().await,
            }
        };
        let event = if waiting.is_empty() {
            tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    Signal::Leave(number) => return Ok(Leaving::Signal(number)),
                    Signal::Continued => {
                        back_again(tty, &mut waiting)?;
                        None
                    }
                },
                event = sources.runner.next() => Some(event),
                event = sources.events.recv(), if !deaf => {
                    deaf = matches!(event, Err(RecvError::Closed));
                    happened(event)
                },
                input = keys => match input {
                    Some(input) => heard(tty, input?)?,
                    None => return Ok(Leaving::Lost),
                },
                _ = log_changed(&mut log, log_at) => {
                    log_at = Instant::now() + LOG_FRAME;
                    let entries = sources.ring.after(seen, LOG_ENTRIES);
                    seen = entries.last().map_or(seen, |entry| entry.seq);
                    Some(Event::Logged(entries))
                },
                () = sleep_until(due), if state.shared.dirty() == Dirty::Data => None,
            }
        } else {
            Some(waiting.remove(0))
        };
        let Some(event) = event else { continue };
        effects.extend(state.update(sources.clock.now(), event));
        // Whatever else is there goes into the same frame; a terminal effect waits for nothing.
        for _ in 0..EVENTS_A_FRAME {
            if effects.iter().any(is_terminal) {
                break;
            }
            let next = if let Some(event) = sources.runner.try_next() {
                Some(event)
            } else if let Ok(event) = sources.events.try_recv() {
                Some(Event::Happened(event))
            } else if let Some(Some(Some(input))) = stream.as_mut().map(|stream| stream.next().now_or_never()) {
                match heard(tty, input?)? {
                    Some(event) => Some(event),
                    None => continue,
                }
            } else {
                None
            };
            let Some(event) = next else { break };
            effects.extend(state.update(sources.clock.now(), event));
        }
    }
}

/// The terminal is ours again after somebody else had it.
fn back_again<W: Write>(tty: &mut Tty<W>, waiting: &mut Vec<Event>) -> io::Result<()> {
    tty.refresh_size()?;
    tty.take()?;
    let (width, height) = tty.size()?;
    waiting.push(Event::Resize(width, height));
    Ok(())
}

fn is_terminal(effect: &Effect) -> bool {
    matches!(effect, Effect::Quit | Effect::Suspend | Effect::Edit(_))
}

async fn log_changed(log: &mut tokio::sync::watch::Receiver<u64>, not_before: Instant) {
    sleep_until(not_before).await;
    if log.changed().await.is_err() {
        // Logging has ended; there is nothing more to come.
        std::future::pending().await
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

fn heard<W: Write>(tty: &mut Tty<W>, input: Input) -> io::Result<Option<Event>> {
    Ok(match input {
        Input::Key(key) => Chord::from_event(key).map(Event::Key),
        Input::Paste(text) => Some(Event::Paste(text)),
        Input::Resize(width, height) => {
            tty.resize(width, height)?;
            Some(Event::Resize(width, height))
        }
        Input::Mouse(mouse) => match mouse.kind {
            MouseEventKind::ScrollUp => Some(Event::Wheel(-3)),
            MouseEventKind::ScrollDown => Some(Event::Wheel(3)),
            _ => None,
        },
        Input::FocusGained | Input::FocusLost => None,
    })
}
