//! CSV cells that no spreadsheet takes for a formula, and their way back. Every CSV we write goes through
//! [`defuse`]; every CSV we read goes through [`restore`], so a round trip gives the value back unchanged.

use std::borrow::Cow;

/// What a spreadsheet may take for the start of a formula (OWASP ASVS 5.0, 1.2.10), with the full-width twins
/// that some fold to ASCII.
const DANGEROUS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A leading apostrophe makes a spreadsheet show the rest as text.
const SHIELD: char = '\'';

/// `cell` with an apostrophe in front where a spreadsheet might run it.
pub fn defuse(cell: &str) -> Cow<'_, str> {
    if is_shielded_danger(cell) { Cow::Owned(format!("{SHIELD}{cell}")) } else { Cow::Borrowed(cell) }
}

/// Takes one apostrophe away where [`defuse`] would have put it; anything else stays as it is.
pub fn restore(cell: &str) -> &str {
    match cell.strip_prefix(SHIELD) {
        Some(rest) if is_shielded_danger(rest) => rest,
        _ => cell,
    }
}

/// Dangerous behind any number of apostrophes, none included: so that defusing is one to one.
fn is_shielded_danger(cell: &str) -> bool {
    cell.trim_start_matches(SHIELD).starts_with(DANGEROUS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_defused_and_words_are_not() {
        for (cell, safe) in [
            ("=1+1", "'=1+1"),
            ("+44 20", "'+44 20"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝cmd", "'＝cmd"),
            ("'=1", "''=1"),
            ("O'Brien", "O'Brien"),
            ("'tis", "'tis"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(defuse(cell), safe);
            assert_eq!(restore(safe), cell);
        }
        assert_eq!(restore("'+15550100142"), "+15550100142", "providers shield numbers in the same way");
    }

    proptest! {
        #[test]
        fn defused_cells_come_back_and_start_no_formula(cell in "['=+@\t\r\n＝-]{0,3}.*") {
            let safe = defuse(&cell);
            prop_assert!(!safe.starts_with(DANGEROUS));
            prop_assert_eq!(restore(&safe), cell.as_str());
        }
    }
}
