//! What every view may see and ask for: the moment, the look, the keys, the header's figures; and the two lists in
//! which a view leaves what it wants done. Absent: any view's own state, and doing anything.

use super::{
    action::{Action, Context, Right},
    canvas::Look,
    desk::{Command, Query},
    event::{Effect, Slot, Timer},
    keys::Keymap,
    overlays::Layer,
};
use crate::{
    domain::{ContactId, ReviewId, Source, Text, Timestamp},
    services::{Role, Status},
};
use std::{borrow::Cow, collections::BTreeSet, time::Duration};

/// How long a plain sentence stands in the hint row; long enough to read ten words.
const TOAST: Duration = Duration::from_secs(5);
/// A problem stands longer; it is in the log as well.
const TOAST_BAD: Duration = Duration::from_secs(15);
/// Longest text that goes to a clipboard: OSC 52 is cut by terminals at about 100 kB of base64.
pub const COPY_BYTES: usize = 70_000;

/// Filters that the palette offers again.
pub const FILTERS_KEPT: usize = 20;

/// Why something cannot be done now; `Ok` when it can.
pub type Can = Result<(), Cow<'static, str>>;

/// Who sits at the console.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Me {
    /// Login name.
    pub name: Text,
    /// What they may do.
    pub role: Role,
    /// The data is made up.
    pub demo: bool,
}

impl Me {
    /// Whether the role allows it.
    pub fn may(&self, right: Right) -> Can {
        if right == Right::Decide && self.role < Role::Operator {
            return Err(Cow::Owned(format!("{} may look but not change; ask an admin for the operator role", self.name)));
        }
        Ok(())
    }
}

/// What a sentence in the hint row is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// Something went well.
    Good,
    /// Something to know.
    Plain,
    /// Something went wrong.
    Bad,
}

/// A sentence in the hint row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Toast {
    /// What it says.
    pub words: String,
    /// What it is.
    pub tone: Tone,
    serial: u64,
}

/// How urgently the screen has to be drawn again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub enum Dirty {
    /// Nothing changed.
    #[default]
    Clean,
    /// Something arrived from outside; a few times a second is enough.
    Data,
    /// A key was pressed; now.
    Input,
}

/// What a view asks of the app.
pub enum Order {
    /// Lay this over everything.
    Open(Box<dyn Layer>),
    /// Show a screen.
    Go(Context),
    /// Compare a question's record with its candidates.
    Merge(ReviewId),
    /// Show a record.
    Record(ContactId),
    /// The pair in Merge is decided; compare the next one of the queue.
    NextPair(ReviewId),
    /// Show the queue, narrowed to a kind of question.
    Review(Option<crate::domain::ReviewKind>),
    /// Show a source on Imports.
    Source(Source),
    /// Show the log at its last problem.
    LastProblem,
    /// Back to where one came from.
    Back,
    /// As if its key were pressed.
    Perform(Action),
    /// Show a screen narrowed to this text.
    Narrow(Context, String),
    /// Start the usual import of a source.
    Import(Source),
}

/// What every view may see and ask for.
pub struct Shared {
    /// The moment of the event being handled.
    pub now: Timestamp,
    /// Columns and rows.
    pub size: (u16, u16),
    /// How everything looks.
    pub look: Look,
    /// Keys.
    pub keymap: Keymap,
    /// Who.
    pub me: Me,
    /// The header's figures, once known.
    pub status: Option<Status>,
    /// The sentence in the hint row.
    pub toast: Option<Toast>,
    /// The wheel is ours.
    pub mouse: bool,
    /// Sources that can be asked over their API.
    pub callable: Vec<Source>,
    /// Filters used lately, newest first.
    pub filters: Vec<(Context, String)>,
    dirty: Dirty,
    generations: [u64; Slot::ALL.len()],
    waiting: BTreeSet<Slot>,
    serial: u64,
    effects: Vec<Effect>,
    orders: Vec<Order>,
}

impl Shared {
    /// At the start: nothing known, everything to be drawn.
    pub fn new(now: Timestamp, size: (u16, u16), look: Look, keymap: Keymap, me: Me) -> Self {
        Self {
            now,
            size,
            look,
            keymap,
            me,
            status: None,
            toast: None,
            mouse: false,
            callable: Vec::new(),
            filters: Vec::new(),
            dirty: Dirty::Input,
            generations: [0; Slot::ALL.len()],
            waiting: BTreeSet::new(),
            serial: 0,
            effects: Vec::new(),
            orders: Vec::new(),
        }
    }

    /// Asks; an older question of the same slot no longer counts.
    pub fn ask(&mut self, slot: Slot, query: Query) {
        let generation = &mut self.generations[slot as usize];
        *generation += 1;
        self.waiting.insert(slot);
        self.effects.push(Effect::Ask { slot, generation: *generation, query });
    }

    /// No answer to an earlier question of this slot counts any more.
    pub fn forget(&mut self, slot: Slot) {
        self.generations[slot as usize] += 1;
        self.waiting.remove(&slot);
    }

    /// Takes an answer's number; says whether it is the newest.
    pub fn settle(&mut self, slot: Slot, generation: u64) -> bool {
        let newest = self.generations[slot as usize] == generation;
        if newest {
            self.waiting.remove(&slot);
        }
        newest
    }

    /// Its answer is still to come.
    pub fn waits(&self, slot: Slot) -> bool {
        self.waiting.contains(&slot)
    }

    /// Tells the desk to do something.
    pub fn tell(&mut self, command: Command) {
        self.effects.push(Effect::Tell(command));
    }

    /// Anything else to be done outside.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Asks the app for something.
    pub fn order(&mut self, order: Order) {
        self.orders.push(order);
    }

    /// Lays something over everything.
    pub fn open(&mut self, layer: impl Layer + 'static) {
        self.order(Order::Open(Box::new(layer)));
    }

    /// Puts a sentence into the hint row for a while.
    pub fn say(&mut self, tone: Tone, words: impl Into<String>) {
        self.serial += 1;
        self.toast = Some(Toast { words: words.into(), tone, serial: self.serial });
        self.effects.push(Effect::After(if tone == Tone::Bad { TOAST_BAD } else { TOAST }, Timer::Toast(self.serial)));
        self.touch(Dirty::Data);
    }

    /// Takes the sentence away, if it is still that one.
    pub fn hush(&mut self, serial: u64) {
        if self.toast.as_ref().is_some_and(|toast| toast.serial == serial) {
            self.toast = None;
            self.touch(Dirty::Data);
        }
    }

    /// Copies to the person's clipboard and says so.
    pub fn copy(&mut self, what: &str, text: &str) {
        if text.is_empty() {
            self.say(Tone::Plain, format!("there is no {what} to copy"));
        } else if text.len() > COPY_BYTES {
            self.say(Tone::Bad, format!("the {what} is too long for a terminal's clipboard"));
        } else {
            self.effects.push(Effect::Copy(text.to_owned()));
            self.say(Tone::Good, format!("copied the {what}"));
        }
    }

    /// Remembers a filter that was used.
    pub fn used_filter(&mut self, context: Context, text: &str) {
        if !text.is_empty() {
            self.filters.retain(|known| (known.0, known.1.as_str()) != (context, text));
            self.filters.insert(0, (context, text.to_owned()));
            self.filters.truncate(FILTERS_KEPT);
        }
    }

    /// Something has to be drawn again.
    pub fn touch(&mut self, dirty: Dirty) {
        self.dirty = self.dirty.max(dirty);
    }

    /// How urgently, and from now on nothing.
    pub fn take_dirty(&mut self) -> Dirty {
        std::mem::take(&mut self.dirty)
    }

    /// How urgently.
    pub fn dirty(&self) -> Dirty {
        self.dirty
    }

    /// What has to happen outside, in order.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// What the app is asked for, in order.
    pub fn take_orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.orders)
    }

    /// Wide enough for two panes.
    pub fn two_panes(&self) -> bool {
        self.size.0 >= 100
    }

    /// Wide enough for three.
    pub fn three_panes(&self) -> bool {
        self.size.0 >= 150
    }
}
