//! What lies over a screen: help, palette, menus, dialogs, forms. The top one is drawn last and asked first; Esc
//! takes it away. Absent: what an answer leads to; the screen that opened it knows.

pub mod dialog;
pub mod form;
pub mod gaps;
pub mod help;
pub mod menu;
pub mod page;
pub mod palette;
pub mod picker;
pub mod plan;
pub mod rows;

use super::{
    action::{Action, Context},
    canvas::Canvas,
    desk::Answer,
    event::Slot,
    keys::Chord,
    shared::{Order, Shared},
};
use ratatui::layout::Rect;

/// What a question to the person is for, so that the screen knows its answer when it comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Really leave?
    Quit,
    /// In which order?
    Sort,
    /// From which level on?
    Level,
    /// Copy what?
    Copy,
    /// Move the card where?
    MoveTo,
    /// Values a move asks for.
    MoveForm,
    /// New values for fields.
    Edit,
    /// So many at once?
    Batch,
    /// Which search of a source, and how much of it?
    Import,
    /// Which field to add?
    Field,
}

/// What the person answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// Yes.
    Yes,
    /// This one of the list.
    Chosen(usize),
    /// These values, in the order of the form's fields.
    Filled(Vec<String>),
}

/// What a layer did with a key or an action.
pub enum Done {
    /// It stays.
    Stay,
    /// It was not for it.
    Pass,
    /// It goes.
    Close,
    /// It goes, and the screen below hears the answer.
    Answer(Purpose, Reply),
    /// It goes, and the app does this.
    Order(Order),
}

/// Something laid over a screen.
pub trait Layer {
    /// The keymap it uses; `None` when keys are typed into it.
    fn context(&self) -> Option<Context> {
        None
    }

    /// Takes a key, when it has no keymap.
    fn key(&mut self, _chord: Chord, _cx: &mut Shared) -> Done {
        Done::Pass
    }

    /// Takes an action, when it has a keymap.
    fn act(&mut self, _action: Action, _cx: &mut Shared) -> Done {
        Done::Pass
    }

    /// Takes a pasted text.
    fn paste(&mut self, _text: &str, _cx: &mut Shared) {}

    /// Takes a text that was edited outside.
    fn edited(&mut self, _text: &str) {}

    /// Takes an answer from the desk.
    fn answered(&mut self, _slot: Slot, _answer: &Answer, _cx: &mut Shared) {}

    /// A question to the desk could not be answered.
    fn refused(&mut self, _slot: Slot, _words: &str, _cx: &mut Shared) {}

    /// Draws it over `area`, the whole screen.
    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Shared);
}
