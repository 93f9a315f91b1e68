//! Text by cells: clipping, padding and wrapping that never split a grapheme and never count one wrongly.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How many cells it takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// The longest beginning that takes at most `cells`.
pub fn prefix(text: &str, cells: usize) -> &str {
    if text.is_ascii() {
        return &text[..text.len().min(cells)];
    }
    let mut taken = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        taken += grapheme.width();
        if taken > cells {
            return &text[..at];
        }
    }
    text
}

/// What is shown of `text` in `cells`: all of it, or its beginning and whether an ellipsis has to follow.
pub fn clip<'t>(text: &'t str, cells: usize, ellipsis: &str) -> (&'t str, bool) {
    if width(text) <= cells {
        return (text, false);
    }
    let room = cells.saturating_sub(width(ellipsis));
    (prefix(text, room).trim_end(), cells > 0)
}

/// As an owned string, for titles and toasts.
pub fn clipped(text: &str, cells: usize, ellipsis: &str) -> String {
    match clip(text, cells, ellipsis) {
        (shown, false) => shown.to_owned(),
        (shown, true) => format!("{shown}{}", prefix(ellipsis, cells)),
    }
}

/// Lines of at most `cells`, broken at spaces where there are any.
pub fn wrap(text: &str, cells: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    if cells == 0 {
        return lines;
    }
    loop {
        let head = prefix(rest, cells);
        if head.len() == rest.len() {
            lines.push(rest);
            return lines;
        }
        // A double-width grapheme may not fit one cell: take it whole rather than for ever nothing.
        let head = if head.is_empty() { rest.graphemes(true).next().unwrap_or(rest) } else { head };
        let follows_space = rest[head.len()..].starts_with(' ');
        let line = match head.rfind(' ') {
            Some(space) if !follows_space && space > 0 => &head[..space],
            _ => head,
        };
        lines.push(line.trim_end());
        rest = rest[line.len()..].trim_start();
        if rest.is_empty() {
            return lines;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn clipping_keeps_graphemes_whole() {
        assert_eq!(clipped("Ann Stone", 20, "…"), "Ann Stone");
        assert_eq!(clipped("Ann Stone", 5, "…"), "Ann…");
        assert_eq!(clipped("Ann Stone", 6, "…"), "Ann S…");
        assert_eq!(clipped("日本語", 5, "…"), "日本…");
        assert_eq!(clipped("日本語", 4, "…"), "日…");
        assert_eq!(clipped("abc", 0, "…"), "");
    }

    #[test]
    fn wrapping_breaks_at_spaces() {
        assert_eq!(wrap("keep the title, take the phone", 12), ["keep the", "title, take", "the phone"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_asked(text in "\\PC{0,40}", cells in 0usize..30) {
            prop_assert!(width(&clipped(&text, cells, "…")) <= cells);
            for line in wrap(&text, cells.max(2)) {
                // One grapheme that is wider than the line is all that may stick out.
                prop_assert!(width(line) <= cells.max(2) || line.graphemes(true).count() == 1, "{line:?}");
            }
        }
    }
}
