//! The screen's last step: changed cells become as few bytes as a slow link deserves. It keeps a copy of what the
//! terminal shows, so it can step over a short gap by writing it again, choose the shortest cursor move, blank a
//! line's tail with one code, and write nothing at all when nothing changed.
//!
//! It is also the last guard: no symbol that could act on the terminal passes. Absent: questions to the terminal
//! (a late answer would be read as keys), terminal modes, and any opinion on colours.

use super::sgr::Pen;
use crate::domain::Text;
use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::{Buffer, Cell},
    layout::{Position, Rect, Size},
};
use std::{
    borrow::Cow,
    fmt::Write as _,
    io::{self, Write},
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A gap up to that wide is written again rather than jumped: `ESC [ n C` takes four bytes.
const GAP_REWRITTEN: u16 = 4;
/// From that many blanks on, one erase code and a move are shorter than the blanks.
const BLANKS_ERASED: usize = 10;
/// Begin and end of a synchronized update (DEC private mode 2026); terminals that do not know it ignore it.
const SYNC: [&str; 2] = ["\u{1b}[?2026h", "\u{1b}[?2026l"];

/// Where the terminal's cursor is, as far as it can be known without asking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cursor {
    At(Position),
    /// Only the row: after the last column (terminals differ in when they wrap) and after a symbol whose width
    /// terminals do not agree on.
    Row(u16),
    Lost,
}

/// A ratatui backend that writes frames to `W`, one `write_all` each.
#[derive(Debug)]
pub struct Lean<W> {
    out: W,
    frame: String,
    shown: Buffer,
    changed: Vec<Position>,
    cursor: Cursor,
    pen: Pen,
    visible: Option<bool>,
    wanted: Option<Position>,
    bytes: u64,
}

impl<W: Write> Lean<W> {
    /// Writes to `out`, which shows `size` cells and nothing on them.
    pub fn new(out: W, size: Size) -> Self {
        Self {
            out,
            frame: String::new(),
            shown: Buffer::empty(Rect::from((Position::ORIGIN, size))),
            changed: Vec::new(),
            cursor: Cursor::Lost,
            pen: Pen::default(),
            visible: None,
            wanted: None,
            bytes: 0,
        }
    }

    /// The terminal has another size now; everything has to be drawn again.
    pub fn resize(&mut self, size: Size) {
        self.shown = Buffer::empty(Rect::from((Position::ORIGIN, size)));
        self.cursor = Cursor::Lost;
    }

    /// Writes control codes that change modes, not cells, with the next flush.
    pub fn control(&mut self, codes: &str) {
        self.frame.push_str(codes);
    }

    /// Forgets what it knew of the terminal: somebody else wrote to it.
    pub fn forget(&mut self) {
        self.cursor = Cursor::Lost;
        self.visible = None;
        self.pen = Pen::UNKNOWN;
    }

    /// All bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where the bytes go.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Takes a changed cell into the picture of the screen. A terminal blanks the other half of a wide symbol that is
    /// half overwritten, in whatever colours it writes with, so that half is written too.
    fn take_in(&mut self, at: Position, cell: &Cell, changed: &mut Vec<Position>) {
        let Some(last) = self.shown.cell(at).map(|_| at.x + u16::from(is_wide(cell))) else { return };
        let orphan = self.shown.cell((last, at.y)).is_some_and(is_wide);
        self.shown[at].clone_from(cell);
        if last > at.x
            && let Some(hidden) = self.shown.cell_mut((last, at.y))
        {
            hidden.reset();
        }
        changed.push(at);
        if orphan && last + 1 < self.shown.area.right() {
            changed.push(Position { x: last + 1, y: at.y });
        }
    }

    fn row_of_changes(&mut self, row: &[Position]) {
        let y = row[0].y;
        let right = self.shown.area.right();
        let tail = (0..right).rev().take_while(|&x| is_blank(&self.shown[(x, y)])).last().unwrap_or(right);
        let mut rest = row;
        while let Some(at) = rest.first() {
            if at.x >= tail && usize::from(right - at.x) >= BLANKS_ERASED / 2 {
                self.erase(*at, "\u{1b}[K");
                return;
            }
            let blanks = rest.iter().zip(at.x..).take_while(|(next, x)| next.x == *x && is_blank(&self.shown[**next])).count();
            if blanks >= BLANKS_ERASED {
                self.erase(*at, &format!("\u{1b}[{blanks}X"));
                rest = &rest[blanks..];
            } else {
                self.step_to(*at);
                self.print(*at);
                rest = &rest[1..];
            }
        }
    }

    /// Erasing fills with the pen's background, so the pen must have none.
    fn erase(&mut self, at: Position, code: &str) {
        self.step_to(at);
        if !self.pen.is_unseen_on_blanks() {
            self.pen.become_pen(Pen::default(), &mut self.frame);
        }
        self.frame.push_str(code);
    }

    fn step_to(&mut self, to: Position) {
        if self.cursor == Cursor::At(to) {
            return;
        }
        if let Cursor::At(from) = self.cursor
            && from.y == to.y
            && from.x < to.x
            && to.x - from.x <= GAP_REWRITTEN
            && (from.x..to.x).all(|x| self.can_rewrite(Position { x, y: to.y }))
        {
            for x in from.x..to.x {
                self.frame.push_str(self.shown[(x, to.y)].symbol());
            }
        } else {
            push_shortest_move(self.cursor, to, &mut self.frame);
        }
        self.cursor = Cursor::At(to);
    }

    fn can_rewrite(&self, at: Position) -> bool {
        let cell = &self.shown[at];
        is_plain(cell.symbol()) && (Pen::of(cell) == self.pen || self.needs_no_pen(cell))
    }

    /// A blank looks the same in whatever letters' colour it is written.
    fn needs_no_pen(&self, cell: &Cell) -> bool {
        is_blank(cell) && self.pen.is_unseen_on_blanks()
    }

    fn print(&mut self, at: Position) {
        let cell = &self.shown[at];
        if !self.needs_no_pen(cell) {
            self.pen.become_pen(Pen::of(cell), &mut self.frame);
        }
        let symbol = printable(cell.symbol());
        self.frame.push_str(&symbol);
        let certain = width_is_certain(&symbol);
        let next = at.x + 1;
        self.cursor = if certain && next < self.shown.area.right() { Cursor::At(Position { x: next, y: at.y }) } else { Cursor::Row(at.y) };
    }
}

/// The symbol, or what is harmless of it. Everything from outside is a `Text` by now; this is the second lock.
fn printable(symbol: &str) -> Cow<'_, str> {
    if is_plain(symbol) {
        return Cow::Borrowed(symbol);
    }
    let text = Text::new(symbol);
    if text == *symbol {
        Cow::Borrowed(symbol)
    } else {
        Cow::Owned(if text.is_empty() { " ".to_owned() } else { text.as_str().to_owned() })
    }
}

/// One printable ASCII character.
fn is_plain(symbol: &str) -> bool {
    matches!(symbol.as_bytes(), [0x20..=0x7e])
}

fn is_wide(cell: &Cell) -> bool {
    !cell.symbol().is_ascii() && cell.symbol().width() > 1
}

/// Nothing is seen there.
fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && Pen::of(cell).is_unseen_on_blanks()
}

/// One cell in every terminal. Line drawing, blocks, arrows and the ellipsis are our own glyphs: where they are two
/// cells wide the ascii glyph set is the answer, not an absolute move after each.
fn width_is_certain(symbol: &str) -> bool {
    let mut chars = symbol.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => {
            c.is_ascii()
                || matches!(c, '\u{2026}' | '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{25ff}')
                || (c.width() == Some(1) && c.width_cjk() == Some(1))
        }
        _ => false,
    }
}

/// Appends the shortest of the moves that surely lead there.
fn push_shortest_move(from: Cursor, to: Position, out: &mut String) {
    let (x, y) = (to.x, to.y);
    let mut best = match (y, x) {
        (0, 0) => "\u{1b}[H".to_owned(),
        (_, 0) => format!("\u{1b}[{}H", y + 1),
        (0, _) => format!("\u{1b}[;{}H", x + 1),
        _ => format!("\u{1b}[{};{}H", y + 1, x + 1),
    };
    let mut offer = |candidate: String| {
        if candidate.len() < best.len() {
            best = candidate;
        }
    };
    let row = match from {
        Cursor::At(at) => Some(at.y),
        Cursor::Row(row) => Some(row),
        Cursor::Lost => None,
    };
    if let Some(row) = row.filter(|row| *row <= y && y - row <= 3) {
        // A carriage return is safe also where the cursor waits behind the last column.
        offer(format!("\r{}{}", "\n".repeat(usize::from(y - row)), csi(x, 'C')));
    }
    if let Cursor::At(at) = from {
        let across = if x >= at.x {
            csi(x - at.x, 'C')
        } else if at.x - x <= 3 {
            "\u{8}".repeat(usize::from(at.x - x))
        } else {
            csi(at.x - x, 'D')
        };
        let along = if y >= at.y {
            if y - at.y <= 3 { "\n".repeat(usize::from(y - at.y)) } else { csi(y - at.y, 'B') }
        } else {
            csi(at.y - y, 'A')
        };
        offer(along + &across);
    }
    out.push_str(&best);
}

/// `ESC [ n letter`; nothing for 0, no number for 1.
fn csi(n: u16, letter: char) -> String {
    match n {
        0 => String::new(),
        1 => format!("\u{1b}[{letter}"),
        _ => format!("\u{1b}[{n}{letter}"),
    }
}

impl<W: Write> Backend for Lean<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut changed = std::mem::take(&mut self.changed);
        changed.clear();
        for (x, y, cell) in content {
            self.take_in(Position { x, y }, cell, &mut changed);
        }
        changed.dedup();
        for row in changed.chunk_by(|a, b| a.y == b.y) {
            self.row_of_changes(row);
        }
        self.changed = changed;
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.wanted = None;
        Ok(())
    }

    /// Waits for [`Backend::set_cursor_position`], which ratatui always calls next.
    fn show_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// What it last put there; the terminal is never asked.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.wanted.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.wanted = Some(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    /// Clears everything: a full-screen program has no use for parts.
    fn clear_region(&mut self, _: ClearType) -> io::Result<()> {
        self.pen.become_pen(Pen::default(), &mut self.frame);
        self.frame.push_str("\u{1b}[H\u{1b}[2J");
        self.cursor = Cursor::At(Position::ORIGIN);
        self.shown.reset();
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.shown.area.as_size())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.shown.area.as_size(), pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(position) = self.wanted
            && (self.cursor != Cursor::At(position) || self.visible != Some(true))
        {
            self.step_to(position);
        }
        if self.visible != Some(self.wanted.is_some()) {
            self.visible = Some(self.wanted.is_some());
            self.frame.push_str(if self.wanted.is_some() { "\u{1b}[?25h" } else { "\u{1b}[?25l" });
        }
        if self.frame.is_empty() {
            return Ok(());
        }
        self.frame.insert_str(0, SYNC[0]);
        let _infallible = self.frame.write_str(SYNC[1]);
        self.out.write_all(self.frame.as_bytes())?;
        self.out.flush()?;
        self.bytes += self.frame.len() as u64;
        self.frame.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::{
        Terminal,
        style::{Color, Modifier, Style},
    };

    fn terminal(width: u16, height: u16) -> Terminal<Lean<Vec<u8>>> {
        Terminal::new(Lean::new(Vec::new(), Size { width, height })).unwrap()
    }

    /// What a real emulator shows after all bytes so far.
    fn emulated(terminal: &mut Terminal<Lean<Vec<u8>>>) -> vt100::Parser {
        let size = terminal.size().unwrap();
        let mut parser = vt100::Parser::new(size.height.try_into().unwrap(), size.width.try_into().unwrap(), 0);
        parser.process(terminal.backend_mut().out());
        parser
    }

    #[test]
    fn nothing_changed_writes_nothing() {
        let mut terminal = terminal(80, 24);
        let draw = |terminal: &mut Terminal<Lean<Vec<u8>>>| {
            let drawn = terminal.draw(|frame| {
                frame.buffer_mut().set_string(3, 4, "Ann Stone", Style::new().bold());
            });
            drawn.map(drop)
        };
        draw(&mut terminal).unwrap();
        let before = terminal.backend().bytes();
        draw(&mut terminal).unwrap();
        assert_eq!(terminal.backend().bytes(), before);
    }

    #[test]
    fn symbols_that_could_act_are_defused() {
        let mut terminal = terminal(20, 5);
        terminal
            .draw(|frame| {
                for (y, symbol) in ["\u{1b}]0;x\u{7}", "a\u{202e}", "b\u{200b}", "\u{9b}2Jc", "é"].into_iter().enumerate() {
                    frame.buffer_mut()[(0, y as u16)].set_symbol(symbol);
                }
            })
            .unwrap();
        let written = String::from_utf8(terminal.backend_mut().out().clone()).unwrap();
        assert!(!written.contains(['\u{202e}', '\u{200b}', '\u{9b}', '\u{7}']), "{written:?}");
        assert_eq!(emulated(&mut terminal).screen().contents().trim(), "a\nb\nc\né", "{written:?}");
    }

    #[test]
    fn the_cursor_is_shown_where_asked_and_only_once() {
        let mut terminal = terminal(20, 3);
        terminal.draw(|frame| frame.set_cursor_position((4, 2))).unwrap();
        let screen = emulated(&mut terminal);
        assert_eq!((screen.screen().cursor_position(), screen.screen().hide_cursor()), ((2, 4), false));
        let before = terminal.backend().bytes();
        terminal.draw(|frame| frame.set_cursor_position((4, 2))).unwrap();
        assert_eq!(terminal.backend().bytes(), before);
        terminal.draw(|_| ()).unwrap();
        assert!(emulated(&mut terminal).screen().hide_cursor());
    }

    fn styles() -> impl Strategy<Value = Style> {
        let color = prop_oneof![
            Just(Color::Reset),
            Just(Color::Red),
            Just(Color::LightBlue),
            Just(Color::DarkGray),
            Just(Color::Indexed(99)),
            Just(Color::Rgb(1, 2, 3))
        ];
        let modifier = prop_oneof![
            Just(Modifier::empty()),
            Just(Modifier::BOLD),
            Just(Modifier::DIM),
            Just(Modifier::BOLD | Modifier::REVERSED),
            Just(Modifier::UNDERLINED),
            Just(Modifier::ITALIC)
        ];
        (color.clone(), color, modifier).prop_map(|(fg, bg, modifier)| Style::new().fg(fg).bg(bg).add_modifier(modifier))
    }

    type Piece = (u16, u16, String, Style);

    fn pieces() -> impl Strategy<Value = Vec<Piece>> {
        proptest::collection::vec((0u16..30, 0u16..8, "[a-z ]{1,12}|[ ]{12,25}|[─│█…éü]{1,4}|[日本語]{1,3}", styles()), 0..12)
    }

    proptest! {
        // The law: after any series of frames an emulator shows exactly the last one.
        #[test]
        fn the_terminal_shows_the_last_frame(frames in proptest::collection::vec(pieces(), 1..6)) {
            let mut terminal = terminal(30, 8);
            let mut last = Buffer::empty(Rect::new(0, 0, 30, 8));
            for pieces in &frames {
                terminal.draw(|frame| {
                    for (x, y, text, style) in pieces {
                        frame.buffer_mut().set_string(*x, *y, text, *style);
                    }
                    last = frame.buffer_mut().clone();
                }).unwrap();
            }
            let parser = emulated(&mut terminal);
            for y in 0..8 {
                for x in 0..30 {
                    let (want, seen) = (&last[(x, y)], parser.screen().cell(y, x).unwrap());
                    if seen.is_wide_continuation() {
                        continue;
                    }
                    let symbol = if seen.has_contents() { seen.contents() } else { " " };
                    prop_assert_eq!(symbol, want.symbol(), "at {},{}", x, y);
                    // The emulator knows one intensity only.
                    let intensity = symbol != " " && want.modifier - Modifier::DIM == want.modifier;
                    prop_assert_eq!(intensity && seen.bold(), intensity && want.modifier.contains(Modifier::BOLD), "bold at {},{}", x, y);
                    prop_assert_eq!(seen.inverse(), want.modifier.contains(Modifier::REVERSED), "reverse at {},{}", x, y);
                    prop_assert_eq!(seen.underline(), want.modifier.contains(Modifier::UNDERLINED), "underline at {},{}", x, y);
                    let hidden = symbol == " " && !want.modifier.intersects(Modifier::REVERSED | Modifier::UNDERLINED);
                    prop_assert!(hidden || seen.fgcolor() == emulated_color(want.fg), "fg at {x},{y}");
                    prop_assert_eq!(seen.bgcolor(), emulated_color(want.bg), "bg at {},{}", x, y);
                }
            }
        }
    }

    fn emulated_color(color: Color) -> vt100::Color {
        match color {
            Color::Red => vt100::Color::Idx(1),
            Color::LightBlue => vt100::Color::Idx(12),
            Color::DarkGray => vt100::Color::Idx(8),
            Color::Indexed(n) => vt100::Color::Idx(n),
            Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
            _ => vt100::Color::Default,
        }
    }
}
