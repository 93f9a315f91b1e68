//! The same world as the file that a source's web page exports: its header to the letter, its way of writing values.
//! One table of columns a source. Absent: a header nobody has seen; those are marked in the notes and here.

mod apollo;
mod hunter;

use super::{
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
}

/// Writes `source`'s export of the whole world; how many rows it has.
///
/// # Errors
/// When `out` fails, or for a source that has no export here.
pub fn write(world: &Arc<World>, source: Source, out: impl io::Write) -> io::Result<usize> {
    let columns = columns(source).ok_or_else(|| io::Error::new(io::ErrorKind::Unsupported, format!("{source} has no export file")))?;
    let view = LazyView::new(Arc::clone(world), source);
    let view = view.get();
    let mut file = csv::Writer::from_writer(out);
    file.write_record(columns.iter().map(|(header, _)| header))?;
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
        Source::Hunter => Some(hunter::COLUMNS),
        _ => None,
    }
}

/// A value that nobody filled in.
fn blank(_: &Line<'_>) -> String {
    String::new()
}
