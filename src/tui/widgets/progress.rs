//! Small pictures of numbers: a series as steps. A bar is the canvas's own; nothing here moves by itself.

use crate::tui::glyphs::Glyphs;

/// One step for each number, the highest full: `▁▃▅▂`.
pub fn steps(numbers: &[u64], glyphs: &Glyphs) -> String {
    let highest = numbers.iter().copied().max().unwrap_or(0).max(1);
    let last = glyphs.steps.len() as u64 - 1;
    numbers.iter().map(|n| glyphs.steps[(n * last).div_ceil(highest) as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::glyphs::UNICODE;

    #[test]
    fn the_highest_is_full_and_nothing_is_lowest() {
        assert_eq!(steps(&[0, 1, 4, 8], &UNICODE), "▁▂▅█");
        assert_eq!(steps(&[0, 0], &UNICODE), "▁▁");
    }
}
