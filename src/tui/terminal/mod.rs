//! The one module that owns the terminal: it enters and leaves, suspends and continues, hands it to a child editor,
//! and is the only place that writes control codes. Nothing is ever asked of the terminal; a late answer would be
//! read as keys.

pub mod clipboard;
pub mod crash;
pub mod editor;
pub mod lean;
pub mod sgr;
pub mod signals;

use lean::Lean;
use ratatui::{Frame, Terminal, backend::Backend as _, layout::Size};
use std::io::{self, IsTerminal as _, Write};

/// Alternate screen, bracketed paste.
const ENTER: &str = "\u{1b}[?1049h\u{1b}[?2004h";
/// Plain pen, no mouse, no bracketed paste, cursor shown, back to the main screen.
pub(super) const LEAVE: &str = "\u{1b}[m\u{1b}[?1006l\u{1b}[?1000l\u{1b}[?2004l\u{1b}[?25h\u{1b}[?1049l";
/// Button and wheel reports in the form without a limit on columns (xterm 1000 and 1006).
const MOUSE_ON: &str = "\u{1b}[?1000h\u{1b}[?1006h";
const MOUSE_OFF: &str = "\u{1b}[?1006l\u{1b}[?1000l";

/// Whether the line discipline is ours to change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Discipline {
    /// A real terminal: raw mode while we have it.
    Real,
    /// Bytes go somewhere else (tests).
    None,
}

/// Standard output without the line buffer that would cut frames into lines.
pub type Out = std::fs::File;

/// The terminal while it is ours. Dropping it gives it back.
pub struct Tty<W: Write> {
    terminal: Terminal<Lean<W>>,
    discipline: Discipline,
    mouse: bool,
    ours: bool,
}

/// Why the console cannot start here.
#[derive(Debug, thiserror::Error)]
pub enum TtyError {
    /// Output goes to a file or a pipe.
    #[error("the console needs a terminal, and this is none; for scripts use the commands: leadloom --help lists them")]
    NoTerminal,
    /// The terminal refused.
    #[error("the terminal cannot be used: {0}")]
    Io(#[from] io::Error),
}

impl Tty<Out> {
    /// Takes the terminal that standard output is.
    pub fn enter() -> Result<Self, TtyError> {
        if !io::stdout().is_terminal() {
            return Err(TtyError::NoTerminal);
        }
        let (width, height) = crossterm::terminal::size()?;
        let mut tty = Self::over(raw_stdout()?, Size { width, height }, Discipline::Real)?;
        tty.take()?;
        Ok(tty)
    }
}

#[cfg(unix)]
fn raw_stdout() -> io::Result<Out> {
    use std::os::fd::AsFd as _;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn raw_stdout() -> io::Result<Out> {
    use std::os::windows::io::AsHandle as _;
    Ok(io::stdout().as_handle().try_clone_to_owned()?.into())
}

impl<W: Write> Tty<W> {
    /// Draws on `out`, which is not taken yet.
    pub fn over(out: W, size: Size, discipline: Discipline) -> io::Result<Self> {
        Ok(Self { terminal: Terminal::new(Lean::new(out, size))?, discipline, mouse: false, ours: false })
    }

    /// Makes the terminal ours and forgets what was on it.
    pub fn take(&mut self) -> io::Result<()> {
        if self.discipline == Discipline::Real {
            crossterm::terminal::enable_raw_mode()?;
            crash::taken();
        }
        self.ours = true;
        let mouse = self.mouse;
        let backend = self.terminal.backend_mut();
        backend.forget();
        backend.control(ENTER);
        if mouse {
            backend.control(MOUSE_ON);
        }
        self.terminal.clear()
    }

    /// Gives the terminal back as it was.
    pub fn give_back(&mut self) -> io::Result<()> {
        if !self.ours {
            return Ok(());
        }
        self.ours = false;
        if self.discipline == Discipline::Real && !crash::giving_back() {
            return Ok(());
        }
        let backend = self.terminal.backend_mut();
        backend.forget();
        let written = backend.out().write_all(LEAVE.as_bytes()).and_then(|()| backend.out().flush());
        if self.discipline == Discipline::Real {
            crossterm::terminal::disable_raw_mode()?;
        }
        written
    }

    /// Draws one frame; nothing is written when nothing changed.
    pub fn draw(&mut self, frame: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(frame).map(drop)
    }

    /// The window has another size.
    pub fn resize(&mut self, width: u16, height: u16) -> io::Result<()> {
        self.terminal.backend_mut().resize(Size { width, height });
        self.redraw()
    }

    /// The next frame paints everything.
    pub fn redraw(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().forget();
        self.terminal.clear()
    }

    /// Columns and rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.backend().size()?;
        Ok((size.width, size.height))
    }

    /// Columns and rows as the system, not the terminal, tells them.
    pub fn real_size(&self) -> io::Result<(u16, u16)> {
        if self.discipline == Discipline::Real { crossterm::terminal::size() } else { self.size() }
    }

    /// The size may have changed while somebody else had the terminal.
    pub fn refresh_size(&mut self) -> io::Result<()> {
        let (width, height) = self.real_size()?;
        self.terminal.backend_mut().resize(Size { width, height });
        Ok(())
    }

    /// Takes the wheel, or leaves it to the terminal.
    pub fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        self.terminal.backend_mut().control(if on { MOUSE_ON } else { MOUSE_OFF });
        self.terminal.backend_mut().flush()
    }

    /// Puts a text on the clipboard of whoever sits at the terminal.
    pub fn copy(&mut self, text: &str, inside: clipboard::Inside) -> io::Result<()> {
        self.terminal.backend_mut().control(&clipboard::sequence(text, inside));
        self.terminal.backend_mut().flush()
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.terminal.backend().bytes()
    }

    /// Where they went.
    pub fn out(&mut self) -> &mut W {
        self.terminal.backend_mut().out()
    }
}

impl<W: Write> Drop for Tty<W> {
    fn drop(&mut self) {
        // The last chance: whoever could hear of an error is gone.
        let _nobody_left = self.give_back();
    }
}
