//! The file of rows that need mending, written beside an imported file when its run has ended.

use super::Parts;
use crate::{
    domain::{Run, Text},
    intake::{
        Mapping,
        raw::{RawPage, Rows},
    },
    providers::file::{ErrorFile, error_path},
};
use std::{io::BufWriter, path::Path};

/// Writes `<file>.errors.csv`. What fails here is said in the log and takes nothing away: the rows are also listed
/// with the run.
pub(super) async fn write(services: &Parts, run: &Run, path: &Path, mapping: &str) {
    let written = collect(services, run, path, mapping).await;
    match written {
        Ok(rows) => tracing::info!(run = %run.id, rows, "rows that need mending were written beside the file"),
        Err(why) => tracing::warn!(run = %run.id, %why, "rows that need mending could not be written beside the file"),
    }
}

async fn collect(services: &Parts, run: &Run, path: &Path, mapping: &str) -> Result<u64, Text> {
    let words = |error: &dyn std::fmt::Display| Text::from(error.to_string());
    let mapping = Mapping::parse_toml("the run's mapping", mapping).map_err(|_| Text::new("its mapping cannot be read"))?;
    let target = error_path(path);
    let folder = target.parent().unwrap_or(Path::new(".")).to_owned();
    // Written aside and moved into place, so that a half-written file is never mistaken for a whole one.
    let temporary = tempfile::NamedTempFile::new_in(folder).map_err(|error| words(&error))?;
    let mut out: Option<ErrorFile<BufWriter<std::fs::File>>> = None;
    for number in 0..run.pages {
        let id = run.id;
        let stored =
            services.core.store.read(move |view| view.page(id, number)).await.map_err(|error: crate::store::StoreError| words(&error))?;
        let Some(page) = stored.and_then(|stored| serde_json::from_str::<RawPage>(&stored.rows).ok()) else { continue };
        let taken = services.intake.take(&mapping, &page, run.started_at);
        let Rows::Table { header, rows } = &page.rows else { continue };
        if out.is_none() {
            out = Some(
                ErrorFile::new(BufWriter::new(temporary.reopen().map_err(|error| words(&error))?), header, b',')
                    .map_err(|error| words(&error))?,
            );
        }
        let Some(out) = out.as_mut() else { continue };
        for (row, taken) in rows.iter().zip(taken) {
            if let Err(error) = taken {
                out.row(row, &error.to_string()).map_err(|error| words(&error))?;
            }
        }
        for bad in &page.bad {
            out.bad(bad).map_err(|error| words(&error))?;
        }
    }
    let Some(out) = out else { return Ok(0) };
    let rows = out.rows();
    out.finish().map_err(|error| words(&error))?.into_inner().map_err(|error| words(&error))?;
    temporary.persist(target).map_err(|error| words(&error.error))?;
    Ok(rows)
}
