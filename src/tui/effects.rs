//! Runs what `update` asked for: questions in one slot a purpose (one at work, at most one waiting, the newest
//! wins), commands one after another, wake-up calls. Everything that comes back is an event on one bounded channel.

use super::{
    desk::{Command, Desk, Failure, Query},
    event::{Effect, Event, Slot},
};
use futures_util::FutureExt as _;
use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{sync::mpsc, task::JoinHandle};
use tracing::{error, warn};

/// Events on their way to the screen; whoever sends one more waits.
const EVENTS: usize = 256;
/// Commands on their way to the desk. A person cannot press that many keys in one command's time; a stuck desk can
/// make it look so, and then the next is refused with a sentence.
const COMMANDS: usize = 256;

/// Longest wait for decisions on their way when the console is left.
const FINISH: Duration = Duration::from_secs(5);

/// A question that waits for the one before it.
#[derive(Debug)]
struct Waiting {
    generation: u64,
    query: Query,
}

/// What is on its way.
pub struct Runner {
    desk: Arc<dyn Desk>,
    events: mpsc::Sender<Event>,
    arrived: mpsc::Receiver<Event>,
    commands: mpsc::Sender<Command>,
    /// Slots at work, each with what waits behind.
    asked: BTreeMap<Slot, Option<Waiting>>,
    told: usize,
    remembering: Option<JoinHandle<()>>,
}

impl Runner {
    /// Starts the one worker that does commands in order.
    pub fn new(desk: Arc<dyn Desk>) -> Self {
        let (events, arrived) = mpsc::channel(EVENTS);
        let (commands, mut queue) = mpsc::channel::<Command>(COMMANDS);
        let (worker_desk, worker_events) = (desk.clone(), events.clone());
        tokio::spawn(async move {
            while let Some(command) = queue.recv().await {
                let told = AssertUnwindSafe(async { worker_desk.tell(command.clone()).await }).catch_unwind().await;
                let result = told.unwrap_or_else(|_| Err(crashed()));
                if let Err(failure) = &result {
                    warn!(%failure.words, "a command failed");
                }
                if worker_events.send(Event::Told { command, result }).await.is_err() {
                    return;
                }
            }
        });
        Self { desk, events, arrived, commands, asked: BTreeMap::new(), told: 0, remembering: None }
    }

    /// Runs an effect, or gives it back when it is about the terminal.
    pub fn run(&mut self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::Ask { slot, generation, query } => match self.asked.get_mut(&slot) {
                Some(waiting) => *waiting = Some(Waiting { generation, query }),
                None => self.ask(slot, Waiting { generation, query }),
            },
            Effect::Tell(command) => match self.commands.try_send(command) {
                Ok(()) => self.told += 1,
                Err(_) => self.later(Duration::ZERO, Event::Notice("too much is waiting to be written; try again in a moment".to_owned())),
            },
            Effect::After(delay, timer) => self.later(delay, Event::Due(timer)),
            // One after another, so that an older memory never overwrites a newer one.
            Effect::Remember(memory) => {
                let (before, desk) = (self.remembering.take(), self.desk.clone());
                self.remembering = Some(tokio::spawn(async move {
                    if let Some(before) = before {
                        let _crashed_or_done = before.await;
                    }
                    desk.remember(memory).await;
                }));
            }
            other => return Some(other),
        }
        None
    }

    fn later(&self, delay: Duration, event: Event) {
        let events = self.events.clone();
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            // Nobody listens any more: the console is being left.
            let _gone = events.send(event).await;
        });
    }

    fn ask(&mut self, slot: Slot, Waiting { generation, query }: Waiting) {
        self.asked.insert(slot, None);
        let (desk, events) = (self.desk.clone(), self.events.clone());
        tokio::spawn(async move {
            let answer = AssertUnwindSafe(async { desk.ask(query).await }).catch_unwind().await;
            let result = Box::new(answer.unwrap_or_else(|_| Err(crashed())));
            if let Err(failure) = &*result {
                warn!(?slot, %failure.words, "a question could not be answered");
            }
            let _gone = events.send(Event::Answered { slot, generation, result }).await;
        });
    }

    /// The next thing that came back. Never ends.
    pub async fn next(&mut self) -> Event {
        match self.arrived.recv().await {
            Some(event) => self.account(event),
            // The runner holds a sender itself.
            None => std::future::pending().await,
        }
    }

    /// The next thing, if one is there.
    pub fn try_next(&mut self) -> Option<Event> {
        let event = self.arrived.try_recv().ok()?;
        Some(self.account(event))
    }

    /// Waits, but not for ever, until every command is through and everything is remembered: what a person decided just
    /// before leaving is decided.
    pub async fn finish(&mut self) {
        let finished = async {
            while self.told > 0 {
                self.next().await;
            }
            if let Some(remembering) = self.remembering.take() {
                let _crashed_or_done = remembering.await;
            }
            self.desk.clone().leave().await;
        };
        if tokio::time::timeout(FINISH, finished).await.is_err() {
            warn!("the console was left before everything was written down");
        }
    }

    /// Questions and commands that have not come back.
    pub fn in_flight(&self) -> usize {
        self.asked.len() + self.told
    }

    fn account(&mut self, event: Event) -> Event {
        match &event {
            Event::Answered { slot, .. } => {
                if let Some(Some(waiting)) = self.asked.remove(slot) {
                    self.ask(*slot, waiting);
                }
            }
            Event::Told { .. } => self.told = self.told.saturating_sub(1),
            _ => {}
        }
        event
    }
}

fn crashed() -> Failure {
    error!("a task of the console's desk panicked; its crash file says where");
    Failure::new("that failed inside the program; nothing was changed. The crash file in the log folder says where; try again")
}
