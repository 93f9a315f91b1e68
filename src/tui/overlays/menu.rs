//! A short list to choose from: sort orders, stages, what to copy.

use super::{Done, Layer, Purpose, Reply};
use crate::tui::{
    action::{Action, Context},
    canvas::{Canvas, centred},
    shared::Shared,
    theme::Role,
    widgets::{
        table::{Column, Item, Table},
        text,
    },
};
use ratatui::layout::Rect;
use std::borrow::Cow;

/// One line of a menu.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    place: usize,
    title: String,
    note: String,
}

impl Item for Choice {
    type Id = usize;
    fn id(&self) -> usize {
        self.place
    }
}

/// A list that waits for Enter or Esc.
pub struct Menu {
    purpose: Purpose,
    title: String,
    choices: Table<Choice>,
}

impl Menu {
    /// Offers each title with its note; the cursor stands on `first`.
    pub fn new<T: Into<String>, N: Into<String>>(
        purpose: Purpose,
        title: impl Into<String>,
        choices: impl IntoIterator<Item = (T, N)>,
        first: usize,
    ) -> Self {
        let mut table = Table::default();
        let choices = choices.into_iter().enumerate();
        table.fill(choices.map(|(place, (title, note))| Choice { place, title: title.into(), note: note.into() }).collect(), false);
        table.choose(&first);
        Self { purpose, title: title.into(), choices: table }
    }
}

impl Layer for Menu {
    fn context(&self) -> Option<Context> {
        Some(Context::Menu)
    }

    fn act(&mut self, action: Action, _: &mut Shared) -> Done {
        match action {
            Action::Open => match self.choices.chosen_id() {
                Some(place) => Done::Answer(self.purpose, Reply::Chosen(place)),
                None => Done::Close,
            },
            Action::Back | Action::Quit => Done::Close,
            _ if self.choices.step(action) => Done::Stay,
            _ => Done::Pass,
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, _: &Shared) {
        let widest = |of: fn(&Choice) -> &str| self.choices.items().iter().map(|choice| text::width(of(choice))).max().unwrap_or(0) as u16;
        let (titles, notes) = (widest(|choice| &choice.title), widest(|choice| &choice.note));
        let width = (titles + notes + 8).max(text::width(&self.title) as u16 + 4).max(24);
        let place = centred(area, width, self.choices.items().len() as u16 + 2);
        canvas.clear(place);
        let inner = canvas.panel(place, &self.title, true);
        let columns = [Column::cells("", titles + 1), Column::share("", 1)];
        self.choices.draw(canvas, inner, &columns, true, |choice, column| match column {
            0 => (Cow::Borrowed(choice.title.as_str()), Role::Text),
            _ => (Cow::Borrowed(choice.note.as_str()), Role::Muted),
        });
        canvas.panel_note(place, "Enter chooses  Esc closes");
    }
}
