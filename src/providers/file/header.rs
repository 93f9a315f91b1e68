//! Which row of a table is its header. It need not be the first: exports start with titles, dates and empty lines.

use super::HEADER_ROWS;
use crate::intake::recognise::is_known_column;

/// The index of the header among the first rows; `None` when the table has none. Each row is a list of cells.
pub(super) fn find(rows: &[Vec<String>]) -> Option<usize> {
    let filled = |row: &[String]| row.iter().filter(|cell| !cell.trim().is_empty()).count();
    let known = |row: &[String]| row.iter().filter(|cell| is_known_column(cell)).count();
    let looked = &rows[..rows.len().min(HEADER_ROWS)];
    // The row with the most known names, when it has two and they are not a small part of it.
    let best = looked.iter().enumerate().map(|(nth, row)| (known(row), nth)).max_by_key(|(known, nth)| (*known, usize::MAX - nth));
    let enough = |(names, nth): &(usize, usize)| *names >= 5 || *names >= 2 && names * 3 >= filled(&looked[*nth]);
    if let Some((_, nth)) = best.filter(enough) {
        return Some(nth);
    }
    // Else the first row that is as wide as the table and all of words.
    let width = looked.iter().map(|row| filled(row)).max().unwrap_or(0);
    let first = looked.iter().position(|row| filled(row) * 2 > width)?;
    looked[first].iter().filter(|cell| !cell.trim().is_empty()).all(|cell| is_word(cell)).then_some(first)
}

/// Something that a column may be called: no address, no number, not long.
fn is_word(cell: &str) -> bool {
    let cell = cell.trim();
    cell.chars().count() <= 80
        && !cell.contains('@')
        && !cell.contains("://")
        && cell.chars().any(char::is_alphabetic)
        && cell.chars().filter(char::is_ascii_digit).count() * 2 < cell.chars().count()
}

/// Names for a table without a header, and for columns whose name is blank.
pub(super) fn names(cells: &[String]) -> Vec<String> {
    let name = |(nth, cell): (usize, &String)| {
        let cell = cell.trim().trim_start_matches('\u{feff}');
        if cell.is_empty() { numbered(nth) } else { cell.to_owned() }
    };
    cells.iter().enumerate().map(name).collect()
}

/// `Column 3`.
pub(super) fn numbered(nth: usize) -> String {
    format!("Column {}", nth + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn the_header_need_not_be_the_first_row() {
        assert_eq!(find(&rows("First Name,Last Name,Email\nAnn,Stone,a@b.example")), Some(0));
        assert_eq!(find(&rows("Export of 3 May,,\n,,\nFirst Name,Email,City\nAnn,a@b.example,Dayton")), Some(2));
        assert_eq!(find(&rows("Wer,Wo,Womit\nAnn,Dayton,Stein")), Some(0), "unknown words may be a header");
        assert_eq!(find(&rows("Ann,a@b.example,12\nBob,b@b.example,13")), None);
        assert_eq!(find(&rows("12,13")), None);
        assert_eq!(find(&[]), None);
    }
}
