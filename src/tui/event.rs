//! The closed enums of the console: what can arrive, and what can be asked of the outside. What can be *meant* is
//! `action::Action`. Nothing else wakes the program, and nothing else leaves it.

use super::{
    desk::{Answer, Command, Failure, Query, Told},
    keys::Chord,
};
use crate::{services, telemetry::Entry};
use std::{sync::Arc, time::Duration};

/// What arrived.
#[derive(Clone, Debug)]
pub enum Event {
    /// A key.
    Key(Chord),
    /// A text pasted at once.
    Paste(String),
    /// The wheel; negative is up.
    Wheel(i8),
    /// The terminal has another size.
    Resize(u16, u16),
    /// A question was answered. Old generations are dropped.
    Answered {
        /// Its purpose.
        slot: Slot,
        /// Which asking of it.
        generation: u64,
        /// The answer. Boxed: some are large.
        result: Box<Result<Answer, Failure>>,
    },
    /// A command is through.
    Told {
        /// Which.
        command: Command,
        /// How it went.
        result: Result<Told, Failure>,
    },
    /// Something happened in the services.
    Happened(services::Event),
    /// New log entries, oldest first.
    Logged(Vec<Arc<Entry>>),
    /// A time that was asked for has come.
    Due(Timer),
    /// The person came back from their editor; `None` when nothing was changed.
    Edited(Option<String>),
    /// Something about the terminal to be told in the hint row.
    Notice(String),
}

/// What has to happen outside.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Ask the desk; only the newest question of a slot counts.
    Ask {
        /// Its purpose.
        slot: Slot,
        /// Rises with each asking.
        generation: u64,
        /// What.
        query: Query,
    },
    /// Tell the desk to do something; commands are done one after another, all of them.
    Tell(Command),
    /// Put on the person's clipboard.
    Copy(String),
    /// Let the person edit a text in their own editor.
    Edit(String),
    /// Come back after a while.
    After(Duration, Timer),
    /// Keep what the screens remember.
    Remember(String),
    /// Take the wheel from the terminal, or leave it.
    Mouse(bool),
    /// Paint everything again.
    Redraw,
    /// Give the terminal back until the shell calls again.
    Suspend,
    /// Leave.
    Quit,
}

/// What a wake-up call is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// Take this toast away, if it still stands.
    Toast(u64),
    /// Something changed a moment ago: ask again for what is shown.
    Refresh,
    /// Something about the screens changed a while ago: keep it.
    Remember,
    /// Ask again for what is shown while a run works.
    Poll,
}

macro_rules! slots {
    ($($(#[$doc:meta])* $slot:ident,)*) => {
        /// Purposes of questions. A newer question of one purpose replaces an older one.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Slot { $($(#[$doc])* $slot),* }

        impl Slot {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$slot),*];
        }
    };
}

slots! {
    /// The header line.
    Status,
    /// Home.
    Home,
    /// The queue from its beginning.
    Queue,
    /// The next page of the queue.
    QueueMore,
    /// The question under the cursor.
    Question,
    /// Questions like it.
    Alike,
    /// The question being merged.
    MergeQuestion,
    /// The merge as it would become.
    Preview,
    /// The board.
    Board,
    /// More cards of a stage.
    Cards,
    /// What the card under the cursor needs.
    Card,
    /// The sources.
    Sources,
    /// The runs of a source.
    Runs,
    /// What became of a run's rows.
    RunRows,
    /// What an import would do.
    Plan,
    /// What would become of its rows.
    Forecast,
    /// What filling gaps would take.
    Gaps,
    /// A folder's files.
    Folder,
    /// People from the beginning.
    Search,
    /// The next page of people.
    SearchMore,
    /// The palette's people.
    Palette,
    /// The palette's undo line.
    Undoable,
    /// How sync stands.
    Sync,
    /// Writes on their way.
    Outbox,
    /// Refused writes.
    Refused,
    /// Open conflicts.
    Conflicts,
    /// The open record.
    Record,
    /// A raw row.
    Raw,
}
