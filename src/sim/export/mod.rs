//! The same world as the file that a source's web page exports: its header to the letter, its way of writing values.
//! One table of columns a source; [`Style`] spoils the file the way people's spreadsheets do. Where no header is known
//! for sure, the table says so.

mod apollo;
mod bookyourdata;
mod hunter;
mod lead411;
mod leadsblue;
mod lusha;
mod rocketreach;
mod seamless;
mod uplead;
mod zoominfo;

use super::{
    dice::Dice,
    sighting::{CompanySeen, Sighting},
    view::LazyView,
    world::{Company, World},
};
use crate::domain::Source;
use std::{io, sync::Arc};

/// One row of a file.
struct Line<'a> {
    world: &'a World,
    seen: &'a Sighting,
    /// The employer as the source has it, and as it is.
    company: Option<(&'a CompanySeen, &'a Company)>,
}

/// A column: its header and its value.
type Column = (&'static str, fn(&Line<'_>) -> String);

impl Line<'_> {
    /// Something of the employer; empty without one.
    fn of_company(&self, what: impl Fn(&CompanySeen, &Company) -> String) -> String {
        self.company.map(|(seen, truth)| what(seen, truth)).unwrap_or_default()
    }

    /// The industry, where the source knows it.
    fn industry(&self, of: impl Fn(&Company) -> String) -> String {
        self.of_company(|seen, truth| if seen.industry_known { of(truth) } else { String::new() })
    }

    /// The address of the person's LinkedIn profile.
    fn linkedin(&self, scheme: &str) -> String {
        self.seen.linkedin.as_ref().map(|handle| format!("{scheme}://www.linkedin.com/in/{handle}")).unwrap_or_default()
    }

    /// Something of the company's last round.
    fn funding(&self, what: impl Fn(&World, super::world::Funding) -> String) -> String {
        self.company.and_then(|(_, truth)| truth.funding).map(|funding| what(self.world, funding)).unwrap_or_default()
    }

    /// Rolls for this row: true in one of `of`, always the same rows.
    fn one_in(&self, of: u32) -> bool {
        self.seen.nth.is_multiple_of(of)
    }
}

/// How a file is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Between cells.
    pub delimiter: u8,
    /// Of the text.
    pub encoding: Encoding,
    /// Columns in another order.
    pub shuffled: bool,
    /// How headers are written.
    pub headers: Headers,
}

/// Encodings that spreadsheets save.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Encoding {
    Utf8,
    Utf8Bom,
    /// With its byte-order mark.
    Utf16Le,
    /// What it cannot hold becomes an HTML entity, as browsers do it.
    Windows1252,
}

/// Spellings of headers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Headers {
    /// As the source writes them.
    Plain,
    /// `FIRST_NAME`.
    UpperSnake,
    /// None at all.
    Missing,
}

impl Default for Style {
    fn default() -> Self {
        Self { delimiter: b',', encoding: Encoding::Utf8, shuffled: false, headers: Headers::Plain }
    }
}

/// Writes `source`'s export of the whole world; how many rows it has.
///
/// # Errors
/// When `out` fails, or for a source that has no export.
pub fn write(world: &Arc<World>, source: Source, out: impl io::Write) -> io::Result<usize> {
    write_styled(world, source, Style::default(), out)
}

/// The same in another style.
pub fn write_styled(world: &Arc<World>, source: Source, style: Style, out: impl io::Write) -> io::Result<usize> {
    let columns = columns(source).ok_or_else(|| io::Error::new(io::ErrorKind::Unsupported, format!("{source} has no export file")))?;
    let mut columns: Vec<Column> = columns.to_vec();
    if style.shuffled {
        let mut dice = Dice::of(world.seed, "shuffled columns", source as u64);
        for nth in (1..columns.len()).rev() {
            columns.swap(nth, dice.below(nth as u32 + 1) as usize);
        }
    }
    let view = LazyView::new(Arc::clone(world), source);
    let view = view.get();
    let quotes = if source == Source::Seamless { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
    let out = Encoder { out, encoding: style.encoding, begun: false, rest: Vec::new() };
    let mut file = csv::WriterBuilder::new().delimiter(style.delimiter).quote_style(quotes).from_writer(out);
    match style.headers {
        Headers::Plain => file.write_record(columns.iter().map(|(header, _)| *header))?,
        Headers::UpperSnake => file.write_record(columns.iter().map(|(header, _)| upper_snake(header)))?,
        Headers::Missing => {}
    }
    for seen in &view.people {
        let company = seen.company.map(|id| (view.company(id), view.truth(id)));
        let line = Line { world, seen, company };
        file.write_record(columns.iter().map(|(_, value)| value(&line)))?;
    }
    file.flush()?;
    Ok(view.people.len())
}

/// The sources that can be written.
pub fn sources() -> impl Iterator<Item = Source> {
    Source::providers().filter(|source| columns(*source).is_some())
}

fn columns(source: Source) -> Option<&'static [Column]> {
    match source {
        Source::Apollo => Some(apollo::COLUMNS),
        Source::ZoomInfo => Some(zoominfo::COLUMNS),
        Source::Hunter => Some(hunter::COLUMNS),
        Source::Lusha => Some(lusha::COLUMNS),
        Source::Seamless => Some(seamless::COLUMNS),
        Source::Lead411 => Some(lead411::COLUMNS),
        Source::RocketReach => Some(rocketreach::COLUMNS),
        Source::UpLead => Some(uplead::COLUMNS),
        Source::BookYourData => Some(bookyourdata::COLUMNS),
        Source::LeadsBlue => Some(leadsblue::COLUMNS),
        Source::Halo | Source::Manual | Source::File => None,
    }
}

/// A value that nobody filled in.
fn blank(_: &Line<'_>) -> String {
    String::new()
}

/// A number, or nothing.
fn number<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn upper_snake(header: &str) -> String {
    let words: Vec<String> = header.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_uppercase).collect();
    words.join("_")
}

/// Turns UTF-8 on its way out into another encoding.
struct Encoder<W> {
    out: W,
    encoding: Encoding,
    begun: bool,
    /// The first bytes of a letter whose end has not come yet.
    rest: Vec<u8>,
}

impl<W: io::Write> io::Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !std::mem::replace(&mut self.begun, true) {
            match self.encoding {
                Encoding::Utf8Bom => self.out.write_all(&[0xef, 0xbb, 0xbf])?,
                Encoding::Utf16Le => self.out.write_all(&[0xff, 0xfe])?,
                Encoding::Utf8 | Encoding::Windows1252 => {}
            }
        }
        self.rest.extend_from_slice(bytes);
        let whole = std::str::from_utf8(&self.rest).map_or_else(|error| error.valid_up_to(), str::len);
        let text = String::from_utf8_lossy(&self.rest[..whole]).into_owned();
        self.rest.drain(..whole);
        match self.encoding {
            Encoding::Utf8 | Encoding::Utf8Bom => self.out.write_all(text.as_bytes())?,
            Encoding::Utf16Le => {
                let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                self.out.write_all(&units)?;
            }
            Encoding::Windows1252 => self.out.write_all(&encoding_rs::WINDOWS_1252.encode(&text).0)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
