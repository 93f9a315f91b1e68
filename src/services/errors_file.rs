//! The file of rows that need mending, written beside an imported file when its run has ended.

use super::Parts;
use crate::{
    domain::{Run, Text},
    intake::{
        Mapping,
        raw::{BadRow, RawPage, Rows},
    },
    providers::file::{ErrorFile, ErrorLines, FileSource, Options, error_path},
};
use std::{
    fs::File,
    io::{self, BufWriter},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// Writes the rows beside the file and answers where they stand. What fails here is said in the log and takes nothing
/// away: the rows are also listed with the run.
pub(super) async fn write(services: &Parts, run: &Run, path: &Path, mapping: &str) -> Option<PathBuf> {
    match collect(services, run, path, mapping).await {
        Ok(Some((target, rows))) => {
            tracing::info!(run = %run.id, rows, "rows that need mending were written beside the file");
            Some(target)
        }
        Ok(None) => None,
        Err(why) => {
            tracing::warn!(run = %run.id, %why, "rows that need mending could not be written beside the file");
            None
        }
    }
}

async fn collect(services: &Parts, run: &Run, path: &Path, mapping: &str) -> Result<Option<(PathBuf, u64)>, Text> {
    let mapping = Mapping::parse_toml("the run's mapping", mapping).map_err(|_| Text::new("its mapping cannot be read"))?;
    let delimiter = delimiter_of(path.to_owned()).await;
    let mut draft: Option<Draft> = None;
    for number in 0..run.pages {
        let id = run.id;
        let stored = services.core.store.read(move |view| view.page(id, number)).await.map_err(words)?;
        let Some(page) = stored.and_then(|stored| serde_json::from_str::<RawPage>(&stored.rows).ok()) else { continue };
        let taken = services.intake.take(&mapping, &page, run.started_at);
        let draft = match &mut draft {
            Some(draft) => draft,
            none => none.insert(Draft::new(path, &page.rows, delimiter).map_err(words)?),
        };
        for (nth, taken) in taken.into_iter().enumerate() {
            if let Err(error) = taken {
                draft.row(&page, nth, &error.to_string()).map_err(words)?;
            }
        }
        page.bad.iter().try_for_each(|bad| draft.bad(bad)).map_err(words)?;
    }
    draft.map(|draft| draft.keep().map_err(words)).transpose()
}

/// The sign between the cells of rows that could not be read; a comma where the file is gone.
async fn delimiter_of(path: PathBuf) -> u8 {
    let look = move || FileSource::open(&path, Options::default()).map_or(b',', |file| file.delimiter());
    tokio::task::spawn_blocking(look).await.unwrap_or(b',')
}

fn words(error: impl std::fmt::Display) -> Text {
    Text::from(error.to_string())
}

/// Written aside and moved into place, so that a half-written file is never mistaken for a whole one.
struct Draft {
    temporary: NamedTempFile,
    target: PathBuf,
    out: Out,
}

/// In the shape of the import.
enum Out {
    Table(Box<ErrorFile<BufWriter<File>>>),
    Lines(ErrorLines<BufWriter<File>>),
}

impl Draft {
    fn new(path: &Path, rows: &Rows, delimiter: u8) -> io::Result<Self> {
        let target = error_path(path, rows);
        let temporary = NamedTempFile::new_in(target.parent().unwrap_or(Path::new(".")))?;
        let file = BufWriter::new(temporary.reopen()?);
        let out = match rows {
            Rows::Table { header, .. } => Out::Table(Box::new(ErrorFile::new(file, header, delimiter)?)),
            Rows::Objects(_) => Out::Lines(ErrorLines::new(file)?),
        };
        Ok(Self { temporary, target, out })
    }

    fn row(&mut self, page: &RawPage, nth: usize, reason: &str) -> io::Result<()> {
        match (&mut self.out, &page.rows) {
            (Out::Table(out), Rows::Table { rows, .. }) => out.row(&rows[nth], reason),
            (Out::Lines(out), Rows::Objects(rows)) => out.row(page.line(nth), &rows[nth], reason),
            _ => Err(io::Error::other("its pages are of two shapes")),
        }
    }

    fn bad(&mut self, bad: &BadRow) -> io::Result<()> {
        match &mut self.out {
            Out::Table(out) => out.bad(bad),
            Out::Lines(out) => out.bad(bad),
        }
    }

    fn keep(self) -> io::Result<(PathBuf, u64)> {
        let (rows, file) = match self.out {
            Out::Table(out) => (out.rows(), out.finish()?),
            Out::Lines(out) => (out.rows(), out.finish()?),
        };
        file.into_inner()?;
        self.temporary.persist(&self.target)?;
        Ok((self.target, rows))
    }
}
