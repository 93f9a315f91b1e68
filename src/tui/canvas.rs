//! What views draw with: text clipped by cells, in styles named by role, boxes that a plain screen does without.
//! Absent: state. A canvas lives for one frame.

use super::{
    glyphs::Glyphs,
    theme::{Role, Theme},
    widgets::text,
    words,
};
use crate::domain::Timestamp;
use jiff::tz::TimeZone;
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    widgets::{Block, Clear, Widget},
};

/// How everything looks; settled at the start.
#[derive(Clone, Debug)]
pub struct Look {
    /// Styles by role.
    pub theme: Theme,
    /// Signs beyond letters.
    pub glyphs: Glyphs,
    /// Draw boxes and bars. Without them (`--plain`) a screen reader has less to skip, and the terminal's cursor
    /// stands on the chosen row.
    pub boxes: bool,
    /// The person's time zone.
    pub zone: TimeZone,
}

/// One frame being drawn.
pub struct Canvas<'f> {
    /// The cells.
    pub cells: &'f mut Buffer,
    /// How it looks.
    pub look: &'f Look,
    /// Now, for ages.
    pub now: Timestamp,
    /// Where the terminal's cursor goes; nowhere hides it.
    pub cursor: Option<Position>,
}

/// A piece of a line.
pub type Piece<'t> = (&'t str, Role);

impl Canvas<'_> {
    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.look.theme.style(role)
    }

    /// Writes `words` at the left of `area`'s first row, clipped to its width; gives the cells used.
    pub fn put(&mut self, area: Rect, words: &str, role: Role) -> u16 {
        self.put_styled(area, words, self.style(role))
    }

    /// The same with a style made elsewhere.
    pub fn put_styled(&mut self, area: Rect, words: &str, style: Style) -> u16 {
        let area = area.intersection(self.cells.area);
        if area.is_empty() {
            return 0;
        }
        let ellipsis = self.look.glyphs.ellipsis;
        let (shown, cut) = text::clip(words, usize::from(area.width), ellipsis);
        let (mut x, _) = self.cells.set_stringn(area.x, area.y, shown, usize::from(area.width), style);
        if cut {
            (x, _) = self.cells.set_stringn(x, area.y, ellipsis, usize::from(area.right().saturating_sub(x)), style);
        }
        x - area.x
    }

    /// Writes at the right end of the first row.
    pub fn put_right(&mut self, area: Rect, words: &str, role: Role) -> u16 {
        let taken = (text::width(words) as u16).min(area.width);
        self.put(Rect { x: area.right() - taken, width: taken, ..area }, words, role)
    }

    /// Writes pieces one after another; gives the cells used.
    pub fn line(&mut self, area: Rect, pieces: &[Piece<'_>]) -> u16 {
        let mut used = 0;
        for (words, role) in pieces {
            used += self.put(Rect { x: area.x + used, width: area.width.saturating_sub(used), ..area }, words, *role);
            if used >= area.width {
                break;
            }
        }
        used
    }

    /// Writes on as many rows as `area` has, broken at spaces; gives the rows used.
    pub fn paragraph(&mut self, area: Rect, words: &str, role: Role) -> u16 {
        let lines = text::wrap(words, usize::from(area.width));
        let mut used = 0;
        for (nth, line) in lines.iter().enumerate().take(usize::from(area.height)) {
            let row = Rect { y: area.y + used, height: 1, ..area };
            if nth + 1 == usize::from(area.height) {
                // Where more follows than there is room for, the clipping shows it.
                self.put(row, &lines[nth..].join(" "), role);
            } else {
                self.put(row, line, role);
            }
            used += 1;
        }
        used
    }

    /// Lays a style over an area.
    pub fn tint(&mut self, area: Rect, role: Role) {
        let style = self.style(role);
        self.cells.set_style(area, style);
    }

    /// Blanks an area.
    pub fn clear(&mut self, area: Rect) {
        Clear.render(area.intersection(self.cells.area), self.cells);
    }

    /// Draws a box with its title and gives the room inside. On a plain screen the title is a line of its own. Only
    /// the title shows the focus: a coloured frame would cost a pen change on each row.
    pub fn panel(&mut self, area: Rect, title: &str, focused: bool) -> Rect {
        let title_role = if focused { Role::Focus } else { Role::Title };
        if area.width < 3 || area.height < 2 {
            return Rect { width: 0, height: 0, ..area };
        }
        if !self.look.boxes {
            self.put(Rect { height: 1, ..area }, title, title_role);
            return Rect { x: area.x + 1, y: area.y + 1, width: area.width - 1, height: area.height - 1 };
        }
        let style = self.style(Role::Border);
        Block::bordered().border_set(self.look.glyphs.border).border_style(style).render(area, self.cells);
        let room = Rect { x: area.x + 1, width: area.width - 2, height: 1, ..area };
        self.put(room, title, title_role);
        Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
    }

    /// Writes into the bottom line of a box drawn by [`Canvas::panel`], at the right.
    pub fn panel_note(&mut self, area: Rect, note: &str) {
        if self.look.boxes && area.height > 1 && area.width > 6 && !note.is_empty() {
            let room = Rect { x: area.x + 2, y: area.bottom() - 1, width: area.width - 4, height: 1 };
            self.put_right(room, &format!(" {note} "), Role::Muted);
        }
    }

    /// A bar of `part` of `whole`, `width` cells long; nothing on a plain screen, where the numbers say it.
    pub fn bar(&mut self, area: Rect, part: u64, whole: u64, role: Role) {
        if !self.look.boxes || area.is_empty() {
            return;
        }
        let width = usize::from(area.width);
        let full = if whole == 0 { 0 } else { ((part.min(whole) as f64 / whole as f64) * width as f64).round() as usize };
        // Something is not nothing.
        let full = if part > 0 { full.max(1) } else { full };
        let used = self.put(area, &self.look.glyphs.full.repeat(full), role);
        self.put(Rect { x: area.x + used, width: area.width - used, ..area }, &self.look.glyphs.rest.repeat(width - full), Role::Muted);
    }

    /// Puts the terminal's cursor on the chosen row of a plain screen, so that a screen reader finds it.
    pub fn point(&mut self, at: Position) {
        if !self.look.boxes && self.cursor.is_none() {
            self.cursor = Some(at);
        }
    }

    /// A moment as short as it can be.
    pub fn moment(&self, at: Timestamp) -> String {
        words::moment(at, self.now, &self.look.zone)
    }
}

/// The rows of an area, from the top.
pub fn rows(area: Rect) -> impl Iterator<Item = Rect> {
    (area.top()..area.bottom()).map(move |y| Rect { y, height: 1, ..area })
}

/// Splits off `height` rows at the top.
pub fn top(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    (Rect { height, ..area }, Rect { y: area.y + height, height: area.height - height, ..area })
}

/// Splits off `height` rows at the bottom: what is above, and the rows.
pub fn bottom(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    let (above, below) = top(area, area.height - height);
    (above, below)
}

/// Splits off `width` columns at the left.
pub fn left(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    (Rect { width, ..area }, Rect { x: area.x + width, width: area.width - width, ..area })
}

/// `area` in `parts` columns of (nearly) equal width.
pub fn columns(area: Rect, parts: u16) -> Vec<Rect> {
    (0..parts)
        .map(|nth| {
            let from = u32::from(area.width) * u32::from(nth) / u32::from(parts);
            let to = u32::from(area.width) * (u32::from(nth) + 1) / u32::from(parts);
            Rect { x: area.x + from as u16, width: (to - from) as u16, ..area }
        })
        .collect()
}

/// An area of at most that size in the middle.
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}
