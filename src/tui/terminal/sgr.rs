//! The pen: colours and attributes the terminal writes with, and the shortest code that turns one pen into
//! another. Basic colours use their own codes (30 to 37, 90 to 97), which every console understands.

use ratatui::{
    buffer::Cell,
    style::{Color, Modifier},
};
use std::fmt::Write as _;

/// Every attribute with the code that sets it and the code that takes it away.
const ATTRIBUTES: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// What the terminal writes with.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
    unknown: bool,
}

impl Pen {
    /// Somebody else may have changed it; the next change starts from a reset.
    pub const UNKNOWN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty(), unknown: true };

    /// The pen a cell needs.
    pub fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier, unknown: false }
    }

    /// A blank written with it looks like nothing: no background, no line, no reverse.
    pub fn is_unseen_on_blanks(self) -> bool {
        !self.unknown && self.bg == Color::Reset && (self.modifier - (Modifier::BOLD | Modifier::DIM | Modifier::ITALIC)).is_empty()
    }

    /// Turns into `next`, appending the codes for it.
    pub fn become_pen(&mut self, next: Self, out: &mut String) {
        if *self == next {
            return;
        }
        let from_reset = next.codes_after_reset();
        let codes = if self.unknown {
            from_reset
        } else {
            let changes = self.codes_to(next);
            if from_reset.len() <= changes.len() { from_reset } else { changes }
        };
        let _infallible = write!(out, "\u{1b}[{codes}m");
        *self = next;
    }

    /// Empty for the plain pen: `ESC [ m` is a reset, and here it is meant as one.
    fn codes_after_reset(self) -> String {
        let mut codes = Self::default().codes_to(self);
        if !codes.is_empty() {
            codes.insert_str(0, "0;");
        }
        codes
    }

    fn codes_to(self, next: Self) -> String {
        let mut codes = String::new();
        let mut add = |code: &str| {
            if !codes.is_empty() {
                codes.push(';');
            }
            codes.push_str(code);
        };
        let mut kept = self.modifier;
        for (attribute, _, off) in ATTRIBUTES {
            if kept.contains(attribute) && !next.modifier.contains(attribute) {
                add(&off.to_string());
                // Bold and dim share their "off", both blinks too: what shares it has to be set again.
                for (other, _, _) in ATTRIBUTES.iter().filter(|(_, _, same)| *same == off) {
                    kept.remove(*other);
                }
            }
        }
        for (attribute, on, _) in ATTRIBUTES {
            if next.modifier.contains(attribute) && !kept.contains(attribute) {
                add(&on.to_string());
            }
        }
        if self.fg != next.fg {
            add(&color(next.fg, 30));
        }
        if self.bg != next.bg {
            add(&color(next.bg, 40));
        }
        codes
    }
}

/// The code for a colour; `base` is 30 for the letters, 40 for what is behind them.
fn color(color: Color, base: u8) -> String {
    let basic = |n: u8| (base + n).to_string();
    let bright = |n: u8| (base + 60 + n).to_string();
    match color {
        Color::Reset => basic(9),
        Color::Black => basic(0),
        Color::Red => basic(1),
        Color::Green => basic(2),
        Color::Yellow => basic(3),
        Color::Blue => basic(4),
        Color::Magenta => basic(5),
        Color::Cyan => basic(6),
        Color::Gray => basic(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_code_wins() {
        let mut pen = Pen::default();
        let mut out = String::new();
        let bold_red = Pen { fg: Color::Red, modifier: Modifier::BOLD, ..Pen::default() };
        pen.become_pen(bold_red, &mut out);
        pen.become_pen(bold_red, &mut out);
        pen.become_pen(Pen { modifier: Modifier::DIM, ..bold_red }, &mut out);
        pen.become_pen(Pen::default(), &mut out);
        assert_eq!(out, "\u{1b}[1;31m\u{1b}[22;2m\u{1b}[m");
    }

    #[test]
    fn an_unknown_pen_starts_from_a_reset() {
        let mut out = String::new();
        let mut pen = Pen::UNKNOWN;
        pen.become_pen(Pen { fg: Color::LightBlue, ..Pen::default() }, &mut out);
        assert_eq!(out, "\u{1b}[0;94m");
    }
}
