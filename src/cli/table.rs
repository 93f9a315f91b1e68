//! Tables for people: aligned by cells, cut to the terminal's width. Absent: boxes; a table can be cut and pasted.

use super::Ink;
use crate::domain::Text;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Cells between columns.
const GAP: usize = 2;
/// A column is not cut below this, or nothing in it could be told apart.
const LEAST: usize = 6;

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    title: &'static str,
    right: bool,
    fixed: bool,
}

impl Column {
    /// Text.
    pub const fn text(title: &'static str) -> Self {
        Self { title, right: false, fixed: false }
    }

    /// Numbers, set to the right and never cut.
    pub const fn number(title: &'static str) -> Self {
        Self { title, right: true, fixed: true }
    }

    /// Text that must not be cut: ids, keys, codes.
    pub const fn whole(title: &'static str) -> Self {
        Self { title, right: false, fixed: true }
    }
}

/// Rows under columns.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Text>>,
}

impl Table {
    /// An empty one.
    pub fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; cells that are missing stay empty.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        let mut row: Vec<_> = cells.into_iter().map(|cell| Text::new(cell.as_ref())).collect();
        row.resize(self.columns.len(), Text::default());
        self.rows.push(row);
    }

    /// Whether there is anything to show.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The lines, at most `width` cells each when that is given.
    pub fn lines(&self, width: Option<usize>, coloured: bool) -> Vec<String> {
        let widths = self.widths(width);
        let limit = width.unwrap_or(usize::MAX);
        let head: Vec<&str> = self.columns.iter().map(|column| column.title).collect();
        let head = clip(&self.line(&head, &widths), limit);
        let body = self.rows.iter().map(|row| {
            let cells: Vec<&str> = row.iter().map(Text::as_str).collect();
            clip(&self.line(&cells, &widths), limit)
        });
        std::iter::once(Ink::Strong.on(&head, coloured)).chain(body).collect()
    }

    fn line(&self, row: &[&str], widths: &[usize]) -> String {
        let mut line = String::new();
        for ((cell, column), width) in row.iter().zip(&self.columns).zip(widths) {
            let cell = clip(cell, *width);
            let blank = " ".repeat(width - cells(&cell));
            line += &if column.right { blank + &cell } else { cell + &blank };
            line += &" ".repeat(GAP);
        }
        line.truncate(line.trim_end().len());
        line
    }

    /// What each column needs, or less where the terminal has less: the widest gives first.
    fn widths(&self, limit: Option<usize>) -> Vec<usize> {
        let need = |nth: usize| self.rows.iter().map(|row| cells(&row[nth])).chain([cells(self.columns[nth].title)]).max().unwrap_or(0);
        let mut widths: Vec<usize> = (0..self.columns.len()).map(need).collect();
        let gaps = GAP * self.columns.len().saturating_sub(1);
        let mut excess = limit.map_or(0, |limit| (widths.iter().sum::<usize>() + gaps).saturating_sub(limit));
        while excess > 0 {
            let widest = (0..widths.len()).filter(|nth| !self.columns[*nth].fixed && widths[*nth] > LEAST).max_by_key(|nth| widths[*nth]);
            let Some(nth) = widest else { break };
            widths[nth] -= 1;
            excess -= 1;
        }
        widths
    }
}

/// How many cells a terminal gives it.
fn cells(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// At most so many cells, with an ellipsis where something is missing.
fn clip(text: &str, limit: usize) -> String {
    if cells(text) <= limit {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut room = limit.saturating_sub(1);
    for grapheme in text.graphemes(true) {
        match room.checked_sub(grapheme.width()) {
            Some(left) => room = left,
            None => break,
        }
        kept += grapheme;
    }
    if limit > 0 {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_line_up_and_the_widest_gives_way() {
        let mut table = Table::new(&[Column::whole("id"), Column::text("name"), Column::number("score")]);
        table.row(["a1", "Ann Stone", "7"]);
        table.row(["b22", "株式会社ソラコムの長い名前です", "100"]);
        assert_eq!(
            table.lines(None, false),
            [
                "id   name                            score",
                "a1   Ann Stone                           7",
                "b22  株式会社ソラコムの長い名前です    100"
            ]
        );
        assert_eq!(table.lines(Some(24), false), ["id   name          score", "a1   Ann Stone         7", "b22  株式会社ソ…     100"]);
        assert!(table.lines(None, true)[0].starts_with("\u{1b}[1mid"));
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(rows in prop::collection::vec(prop::collection::vec("\\PC{0,30}", 3), 0..5), width in 1..100usize) {
            let mut table = Table::new(&[Column::whole("id"), Column::text("name"), Column::number("n")]);
            for row in &rows {
                table.row(row);
            }
            for line in table.lines(Some(width), false) {
                prop_assert!(cells(&line) <= width, "{:?}", line);
            }
        }
    }
}
