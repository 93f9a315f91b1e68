//! Where a command's words go: data to stdout, talk to stderr; colours only on a terminal; JSON when asked for. Absent:
//! deciding what to say.

use super::{Failure, Globals, Table, failure::Ending, meter::Meter};
use crate::domain::Text;
use serde::Serialize;
use serde_json::json;
use std::{
    io::{self, BufWriter, IsTerminal, Write},
    process::ExitCode,
};

/// How words are set off from others. Never the only sign of anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ink {
    /// As they are.
    Plain,
    /// Headings.
    Strong,
    /// Less important.
    Faint,
    /// It is well.
    Good,
    /// Look at this.
    Warn,
    /// It went wrong.
    Bad,
}

impl Ink {
    /// SGR parameters of the 16-colour set, which every theme keeps readable.
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Good => "32",
            Self::Warn => "33",
            Self::Bad => "31",
        }
    }

    pub(super) fn on(self, words: &str, coloured: bool) -> String {
        if coloured && self != Self::Plain { format!("\u{1b}[{}m{words}\u{1b}[0m", self.code()) } else { words.to_owned() }
    }
}

/// One stream.
struct Stream {
    to: Box<dyn Write>,
    coloured: bool,
}

/// Both streams of a run.
pub struct Output {
    out: Stream,
    err: Stream,
    json: bool,
    /// Whether somebody watches stderr.
    watched: bool,
    /// Cells of the terminal that stdout is; none when it is none.
    width: Option<usize>,
}

impl Output {
    /// The process's own streams.
    pub fn of_process(globals: &Globals) -> Self {
        // https://no-color.org: any value but the empty one.
        let no_color = globals.no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let (out, err) = (io::stdout(), io::stderr());
        let width = out.is_terminal().then(terminal_size::terminal_size).flatten().map(|(width, _)| width.0.into());
        Self {
            out: Stream { coloured: !no_color && out.is_terminal(), to: Box::new(BufWriter::new(out)) },
            err: Stream { coloured: !no_color && err.is_terminal(), to: Box::new(err) },
            json: globals.json,
            watched: io::stderr().is_terminal(),
            width,
        }
    }

    /// Streams of a test's.
    pub fn to(out: Box<dyn Write>, err: Box<dyn Write>, json: bool, width: Option<usize>) -> Self {
        Self { out: Stream { to: out, coloured: false }, err: Stream { to: err, coloured: false }, json, watched: false, width }
    }

    /// Whether data is asked for as JSON.
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// A line of data, cleaned of what could act on a terminal.
    pub fn line(&mut self, words: &str) -> Result<(), Failure> {
        Ok(writeln!(self.out.to, "{}", Text::new(words))?)
    }

    /// Text made by this program, as it is: schemas, manual pages, completion scripts.
    pub fn verbatim(&mut self, text: &str) -> Result<(), Failure> {
        Ok(self.out.to.write_all(text.as_bytes())?)
    }

    /// One JSON object on one line.
    pub fn object<T: Serialize>(&mut self, value: &T) -> Result<(), Failure> {
        let line = serde_json::to_string(value).map_err(|fault| Failure::failed(format!("cannot write this as JSON: {fault}")))?;
        Ok(writeln!(self.out.to, "{}", escaped(line))?)
    }

    /// A table for people.
    pub fn table(&mut self, table: &Table) -> Result<(), Failure> {
        for line in table.lines(self.width, self.out.coloured) {
            writeln!(self.out.to, "{line}")?;
        }
        Ok(())
    }

    /// Hands on what was written so far: before a wait, so that a reader sees it.
    pub fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.to.flush()?)
    }

    /// Talk: progress, remarks, advice.
    pub fn say(&mut self, ink: Ink, words: &str) {
        let words = ink.on(&Text::new(words), self.err.coloured);
        self.told(&words);
    }

    /// A line that says how far a long work is; it stays dark when nobody watches.
    pub fn meter(&self) -> Meter {
        Meter::new(self.watched)
    }

    /// Nobody is left to tell when stderr is gone.
    fn told(&mut self, line: &str) {
        if writeln!(self.err.to, "{line}").is_err() {
            self.err.to = Box::new(io::sink());
        }
    }

    /// Ends the run: says what went wrong, if anything, and gives the exit code.
    pub fn finish(mut self, outcome: Result<(), Failure>) -> ExitCode {
        let failure = match outcome.and_then(|()| self.flush()) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(failure) => failure,
        };
        // What was found before it went wrong is data all the same.
        let lost = self.out.to.flush().is_err();
        if failure.ending == Ending::NobodyReads || (lost && failure.sentence.is_empty()) {
            return Ending::NobodyReads.into();
        }
        self.explain(&failure);
        failure.ending.into()
    }

    fn explain(&mut self, failure: &Failure) {
        if self.json {
            let error = json!({ "error": { "code": failure.ending.key(), "message": failure.sentence, "advice": failure.advice } });
            return self.told(&escaped(error.to_string()));
        }
        let (what, advice) = failure.lines();
        match &what[..] {
            [only] => self.told(&format!("{} {only}", self.name())),
            several => {
                self.told(&format!("{} {} things are wrong", self.name(), several.len()));
                self.indented(several);
            }
        }
        self.indented(&advice);
    }

    fn indented(&mut self, lines: &[String]) {
        for line in lines {
            self.told(&format!("  {line}"));
        }
    }

    fn name(&self) -> String {
        Ink::Bad.on("leadloom:", self.err.coloured)
    }
}

/// JSON that can be looked at: control characters beyond ASCII, and characters that turn or hide others, as `\u` escapes.
/// They stand only inside strings, so the meaning stays.
fn escaped(json: String) -> String {
    let acts = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    if !json.contains(acts) {
        return json;
    }
    let shown = |c: char| if acts(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    json.chars().map(shown).collect()
}
