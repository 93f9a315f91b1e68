//! A list of rows with a cursor and marks. The cursor and the marks hold ids, not places, so a refresh never moves
//! them to another record. Only visible rows are drawn; when the cursor leaves the window, the window jumps half
//! a page, because scrolling by one repaints everything (2 KB at 80x24, against 0.3 KB for a cursor move).

use crate::tui::{
    action::Action,
    canvas::{Canvas, rows, top},
    theme::Role,
};
use ratatui::layout::{Position, Rect};
use std::{borrow::Cow, cell::Cell, collections::BTreeSet};

/// Rows kept at most; a longer list says so and asks to be filtered.
pub const ROWS_KEPT: usize = 5_000;

/// A row that can be told from others.
pub trait Item {
    /// What tells it.
    type Id: Clone + Ord;
    /// Its own.
    fn id(&self) -> Self::Id;
}

/// How wide a column is.
#[derive(Clone, Copy, Debug)]
pub enum Width {
    /// So many cells.
    Cells(u16),
    /// A share of what is left.
    Share(u16),
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// How wide.
    pub width: Width,
    /// Numbers stand at the right.
    pub right: bool,
}

impl Column {
    /// So many cells wide.
    pub const fn cells(title: &'static str, cells: u16) -> Self {
        Self { title, width: Width::Cells(cells), right: false }
    }

    /// So many cells wide, at the right.
    pub const fn number(title: &'static str, cells: u16) -> Self {
        Self { title, width: Width::Cells(cells), right: true }
    }

    /// A share of what is left.
    pub const fn share(title: &'static str, share: u16) -> Self {
        Self { title, width: Width::Share(share), right: false }
    }
}

/// A cell's words and what they mean.
pub type Shown<'r> = (Cow<'r, str>, Role);

/// The rows, the cursor and the marks.
#[derive(Clone, Debug)]
pub struct Table<T: Item> {
    items: Vec<T>,
    cursor: usize,
    marked: BTreeSet<T::Id>,
    range_from: Option<T::Id>,
    more: bool,
    /// Where the cursor should be once that record is there.
    expected: Option<T::Id>,
    /// First visible row and how many fit: settled by the last drawing, used by paging.
    window: Cell<(usize, usize)>,
}

impl<T: Item> Default for Table<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            cursor: 0,
            marked: BTreeSet::new(),
            range_from: None,
            more: false,
            expected: None,
            window: Cell::new((0, 10)),
        }
    }
}

impl<T: Item> Table<T> {
    /// The rows.
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// The rows, to be changed in place.
    pub fn items_mut(&mut self) -> &mut [T] {
        &mut self.items
    }

    /// Nothing to show.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The row under the cursor.
    pub fn chosen(&self) -> Option<&T> {
        self.items.get(self.cursor)
    }

    /// Its id.
    pub fn chosen_id(&self) -> Option<T::Id> {
        self.chosen().map(Item::id)
    }

    /// Its place, counted from 0.
    pub fn place(&self) -> usize {
        self.cursor
    }

    /// The last row, where the next page begins.
    pub fn last(&self) -> Option<&T> {
        self.items.last()
    }

    /// New rows in place of all; `more` says that others follow. The cursor stays on its record, or on the place of
    /// it when the record is gone.
    pub fn fill(&mut self, items: Vec<T>, more: bool) {
        let chosen = match self.expected.take() {
            Some(id) if items.iter().any(|item| item.id() == id) => Some(id),
            _ => self.chosen_id(),
        };
        self.items = items;
        self.items.truncate(ROWS_KEPT);
        self.more = more && self.items.len() < ROWS_KEPT;
        let present: BTreeSet<_> = self.items.iter().map(Item::id).collect();
        self.marked.retain(|id| present.contains(id));
        if self.range_from.as_ref().is_some_and(|id| !present.contains(id)) {
            self.range_from = None;
        }
        match chosen {
            Some(id) if present.contains(&id) => self.choose(&id),
            _ => self.cursor = self.cursor.min(self.items.len().saturating_sub(1)),
        }
    }

    /// The next page.
    pub fn extend(&mut self, items: Vec<T>, more: bool) {
        self.items.extend(items);
        self.items.truncate(ROWS_KEPT);
        self.more = more && self.items.len() < ROWS_KEPT;
    }

    /// Takes rows out; the cursor moves on to what follows.
    pub fn remove(&mut self, gone: &[T::Id]) {
        let before = self.items[..self.cursor.min(self.items.len())].iter().filter(|item| gone.contains(&item.id())).count();
        self.items.retain(|item| !gone.contains(&item.id()));
        self.marked.retain(|id| !gone.contains(id));
        self.range_from = None;
        self.cursor = (self.cursor - before).min(self.items.len().saturating_sub(1));
    }

    /// Puts the cursor on a record, if it is there.
    pub fn choose(&mut self, id: &T::Id) {
        if let Some(place) = self.items.iter().position(|item| item.id() == *id) {
            self.cursor = place;
        }
    }

    /// Puts the cursor on a record as soon as a filling brings it.
    pub fn expect(&mut self, id: T::Id) {
        self.expected = Some(id);
    }

    /// The cursor is so near the end that the next page should be asked for.
    pub fn wants_more(&self) -> bool {
        self.more && self.cursor + self.window.get().1.max(10) >= self.items.len()
    }

    /// Moves the cursor; says whether the action was a move.
    pub fn step(&mut self, action: Action) -> bool {
        let page = self.window.get().1.max(1);
        let last = self.items.len().saturating_sub(1);
        self.cursor = match action {
            Action::Down => self.cursor + 1,
            Action::Up => self.cursor.saturating_sub(1),
            Action::First => 0,
            Action::Last => last,
            Action::HalfDown => self.cursor + page.div_ceil(2),
            Action::HalfUp => self.cursor.saturating_sub(page.div_ceil(2)),
            Action::PageDown => self.cursor + page,
            Action::PageUp => self.cursor.saturating_sub(page),
            _ => return false,
        }
        .min(last);
        true
    }

    /// Marks or unmarks the row under the cursor and moves on.
    pub fn mark(&mut self) {
        if let Some(id) = self.chosen_id() {
            if !self.marked.remove(&id) {
                self.marked.insert(id);
            }
            self.step(Action::Down);
        }
    }

    /// Begins a range here, or closes the one begun and keeps its marks.
    pub fn mark_range(&mut self) {
        if self.range_from.is_some() {
            self.marked = self.marked_ids().into_iter().collect();
            self.range_from = None;
        } else {
            self.range_from = self.chosen_id();
        }
    }

    /// Marks every row that `like` says yes to.
    pub fn mark_where(&mut self, like: impl Fn(&T) -> bool) {
        let ids: Vec<_> = self.items.iter().filter(|item| like(item)).map(Item::id).collect();
        self.marked.extend(ids);
    }

    /// Takes all marks away; says whether there were any.
    pub fn clear_marks(&mut self) -> bool {
        let any = !self.marked.is_empty() || self.range_from.is_some();
        self.marked.clear();
        self.range_from = None;
        any
    }

    /// The marked rows, in list order; without marks, none.
    pub fn marked_ids(&self) -> Vec<T::Id> {
        let range = self.range();
        self.items
            .iter()
            .enumerate()
            .filter(|(place, item)| range.contains(place) || self.marked.contains(&item.id()))
            .map(|(_, item)| item.id())
            .collect()
    }

    /// A range is being drawn out.
    pub fn in_range(&self) -> bool {
        self.range_from.is_some()
    }

    /// Places of the range being drawn out; empty without one.
    fn range(&self) -> std::ops::Range<usize> {
        let start = self.range_from.as_ref().and_then(|id| self.items.iter().position(|item| item.id() == *id));
        match start {
            Some(start) => start.min(self.cursor)..start.max(self.cursor) + 1,
            None => 0..0,
        }
    }

    /// `12 of 816`, `12 of 500+`, with the marks in front.
    pub fn note(&self, total: Option<u64>) -> String {
        if self.items.is_empty() {
            return String::new();
        }
        let place = crate::tui::words::count(self.cursor as u64 + 1);
        let loaded = self.items.len() as u64;
        let total = match total {
            Some(total) => crate::tui::words::count(total.max(loaded)),
            None => format!("{}{}", crate::tui::words::count(loaded), if self.more || self.items.len() == ROWS_KEPT { "+" } else { "" }),
        };
        match self.marked_ids().len() {
            0 => format!("{place} of {total}"),
            marked => format!("{marked} marked  {place} of {total}"),
        }
    }

    /// Draws headings that are only known now, where [`Table::draw`] will put the columns.
    pub fn head(&self, canvas: &mut Canvas<'_>, row: Rect, columns: &[Column], titles: &[String]) {
        let inner = Rect { x: row.x + 2.min(row.width), width: row.width.saturating_sub(2), ..row };
        let widths = widths(columns, inner.width);
        draw_cells(canvas, inner, columns, &widths, |nth| (Cow::Borrowed(titles.get(nth).map_or("", String::as_str)), Role::Muted));
    }

    /// Draws a heading and the visible rows. `cell` gives the words of a column.
    pub fn draw<'s>(
        &'s self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        columns: &[Column],
        focused: bool,
        cell: impl Fn(&'s T, usize) -> Shown<'s>,
    ) {
        // Whatever stands there instead needs no names of columns.
        if self.items.is_empty() {
            return;
        }
        let (head, body) =
            if columns.iter().all(|column| column.title.is_empty()) { (None, area) } else { (Some(top(area, 1).0), top(area, 1).1) };
        // Two cells at the left: the cursor's and the mark's.
        let inner = |row: Rect| Rect { x: row.x + 2.min(row.width), width: row.width.saturating_sub(2), ..row };
        let widths = widths(columns, inner(area).width);
        if let Some(head) = head {
            draw_cells(canvas, inner(head), columns, &widths, |nth| (Cow::Borrowed(columns[nth].title), Role::Muted));
        }
        let range = self.range();
        let offset = self.fit(usize::from(body.height));
        for (row, (place, item)) in rows(body).zip(self.items.iter().enumerate().skip(offset)) {
            draw_cells(canvas, inner(row), columns, &widths, |nth| cell(item, nth));
            let chosen = place == self.cursor;
            if chosen {
                canvas.tint(row, if focused { Role::Selected } else { Role::Idle });
                canvas.put(row, canvas.look.glyphs.cursor, if focused { Role::Selected } else { Role::Idle });
                if focused {
                    canvas.point(Position { x: row.x, y: row.y });
                }
            }
            if range.contains(&place) || self.marked.contains(&item.id()) {
                let at = Rect { x: row.x + 1.min(row.width), width: row.width.saturating_sub(1).min(1), ..row };
                canvas.put(at, canvas.look.glyphs.mark, Role::Marked);
            }
        }
    }

    /// The first visible row, once the cursor is in sight again.
    fn fit(&self, height: usize) -> usize {
        let (mut offset, _) = self.window.get();
        if height > 0 {
            if self.cursor < offset || self.cursor >= offset + height {
                offset = self.cursor.saturating_sub(height / 2);
            }
            offset = offset.min(self.items.len().saturating_sub(height));
        }
        self.window.set((offset, height));
        offset
    }
}

fn widths(columns: &[Column], room: u16) -> Vec<u16> {
    let gaps = columns.len().saturating_sub(1) as u16;
    let fixed: u16 = columns.iter().map(|column| if let Width::Cells(cells) = column.width { cells } else { 0 }).sum();
    let shares: u16 = columns.iter().map(|column| if let Width::Share(share) = column.width { share } else { 0 }).sum();
    let mut left = room.saturating_sub(fixed + gaps);
    let mut shares_left = shares;
    columns
        .iter()
        .map(|column| match column.width {
            Width::Cells(cells) => cells,
            Width::Share(share) => {
                let cells = (u32::from(left) * u32::from(share) / u32::from(shares_left.max(1))) as u16;
                left -= cells;
                shares_left -= share;
                cells
            }
        })
        .collect()
}

fn draw_cells<'c>(canvas: &mut Canvas<'_>, row: Rect, columns: &[Column], widths: &[u16], cell: impl Fn(usize) -> Shown<'c>) {
    let mut x = row.x;
    for (nth, (column, width)) in columns.iter().zip(widths).enumerate() {
        let area = Rect { x, width: (*width).min(row.right().saturating_sub(x)), ..row };
        if area.is_empty() {
            break;
        }
        let (words, role) = cell(nth);
        if column.right {
            canvas.put_right(area, &words, role);
        } else {
            canvas.put(area, &words, role);
        }
        x = x.saturating_add(width + 1).min(row.right());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Item for u32 {
        type Id = u32;
        fn id(&self) -> u32 {
            *self
        }
    }

    fn table(rows: std::ops::Range<u32>) -> Table<u32> {
        let mut table = Table::default();
        table.fill(rows.collect(), false);
        table
    }

    #[test]
    fn the_cursor_stays_with_its_record() {
        let mut table = table(0..10);
        table.choose(&5);
        table.fill(vec![9, 5, 1], false);
        assert_eq!(table.chosen(), Some(&5));
        table.fill(vec![9, 1, 7], false);
        assert_eq!(table.chosen(), Some(&1), "gone: whatever stands in its place");
        table.fill(vec![], false);
        assert_eq!(table.chosen(), None);
    }

    #[test]
    fn removing_moves_on_to_what_follows() {
        let mut table = table(0..5);
        table.choose(&2);
        table.remove(&[2]);
        assert_eq!(table.chosen(), Some(&3));
        table.remove(&[0, 1, 3]);
        assert_eq!(table.chosen(), Some(&4));
        table.remove(&[4]);
        assert!(table.is_empty() && table.place() == 0);
    }

    #[test]
    fn marks_survive_a_refresh_and_ranges_follow_the_cursor() {
        let mut table = table(0..10);
        table.mark();
        table.choose(&4);
        table.mark_range();
        table.step(Action::Down);
        table.step(Action::Down);
        assert_eq!(table.marked_ids(), [0, 4, 5, 6]);
        table.fill((4..20).collect(), false);
        assert_eq!(table.marked_ids(), [4, 5, 6]);
        table.mark_range();
        table.step(Action::Last);
        assert_eq!(table.marked_ids(), [4, 5, 6], "a closed range does not follow");
        assert!(table.clear_marks() && !table.clear_marks());
    }

    #[test]
    fn the_window_jumps_half_a_page_and_shows_the_cursor() {
        let mut table = table(0..100);
        assert_eq!(table.fit(10), 0);
        for _ in 0..10 {
            table.step(Action::Down);
        }
        assert_eq!(table.fit(10), 5);
        table.step(Action::Last);
        assert_eq!(table.fit(10), 90);
        table.step(Action::HalfUp);
        assert_eq!((table.place(), table.fit(10)), (94, 90));
        assert_eq!(table.fit(0), 90, "no room moves nothing");
    }

    #[test]
    fn pages_are_asked_for_in_time_and_bounded() {
        let mut table = table(0..50);
        assert!(!table.wants_more());
        table.fill((0..50).collect(), true);
        assert!(!table.wants_more());
        table.step(Action::Last);
        assert!(table.wants_more());
        table.extend((50..20_000).collect(), true);
        assert_eq!(table.items().len(), ROWS_KEPT);
        table.step(Action::Last);
        assert!(!table.wants_more());
        assert_eq!(table.note(None), "5,000 of 5,000+");
    }
}
