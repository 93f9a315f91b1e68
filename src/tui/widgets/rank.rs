//! Fuzzy ranking for lists that are typed into: nucleo's matcher, a few hundred lines, on the thread that draws.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

/// Places of the `lines` that match `wanted`, best first; among equals the earlier. Everything, in order, when
/// nothing is wanted.
pub fn ranked<'l>(wanted: &str, lines: impl IntoIterator<Item = &'l str>) -> Vec<usize> {
    if wanted.trim().is_empty() {
        return (0..lines.into_iter().count()).collect();
    }
    let pattern = Pattern::parse(wanted, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut hits: Vec<_> = lines
        .into_iter()
        .enumerate()
        .filter_map(|(place, line)| Some((pattern.score(Utf32Str::new(line, &mut buffer), &mut matcher)?, place)))
        .collect();
    hits.sort_by_key(|(score, place)| (std::cmp::Reverse(*score), *place));
    hits.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_any_order_find_the_line() {
        let lines = ["Import from Apollo.io", "Import a file", "Ann Stone, Corp 12", "Quit"];
        assert_eq!(ranked("imp ap", lines), [0]);
        assert_eq!(ranked("corp stone", lines), [2]);
        assert_eq!(ranked(" ", lines), [0, 1, 2, 3]);
        assert!(ranked("zzz", lines).is_empty());
    }
}
