//! Versions of the matching model: added, never changed; the oldest go.

use super::{
    Desk, View,
    convert::{Columns, to_json},
};
use crate::store::{ModelCause, ModelVersion, Result};
use rusqlite::{Row, params};

/// Versions kept. Decisions keep the evidence they were made on, so that an older version is wanted for nothing but to
/// see what changed.
const KEPT: u32 = 20;

const COLUMNS: &str = "version, made_at, cause, pairs, answers, rules, taken, refused, moved, body";

fn model(row: &Row<'_>) -> rusqlite::Result<ModelVersion> {
    Ok(ModelVersion {
        version: row.get(0)?,
        made_at: row.time(1)?,
        cause: row.word(2, |word| ModelCause::ALL.into_iter().find(|cause| cause.key() == word))?,
        pairs: row.get::<_, i64>(3)? as u64,
        answers: row.get::<_, i64>(4)? as u64,
        rules: row.get::<_, i64>(5)? as u64,
        taken: row.get(6)?,
        refused: row.maybe_text(7)?,
        moved: row.json(8)?,
        body: row.get(9)?,
    })
}

impl View<'_> {
    /// The number of the newest version, taken over or not; 0 for none.
    pub fn models_head(&self) -> Result<u32> {
        self.value("SELECT coalesce(max(version), 0) FROM models", [])
    }

    /// The newest version that was taken over, made for these comparisons.
    pub fn model_in_use(&self, rules: u64) -> Result<Option<ModelVersion>> {
        let sql = format!("SELECT {COLUMNS} FROM models WHERE taken = 1 AND rules = ?1 ORDER BY version DESC LIMIT 1");
        self.one(&sql, [rules as i64], model)
    }

    /// The newest version that was made for other comparisons; 0 for none.
    pub fn foreign_models_head(&self, rules: u64) -> Result<u32> {
        self.value("SELECT coalesce(max(version), 0) FROM models WHERE rules <> ?1", [rules as i64])
    }

    /// All versions that are kept, newest first.
    pub fn models(&self) -> Result<Vec<ModelVersion>> {
        self.all(&format!("SELECT {COLUMNS} FROM models ORDER BY version DESC LIMIT 100"), [], model)
    }
}

impl Desk<'_> {
    /// Adds a version; the oldest go, but for the newest of each set of comparisons, which tells how old an answer is.
    pub fn add_model(&self, model: &ModelVersion) -> Result<()> {
        self.run(
            "INSERT INTO models(version, made_at, cause, pairs, answers, rules, taken, refused, moved, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                model.version,
                model.made_at.as_micros(),
                model.cause.key(),
                model.pairs as i64,
                model.answers as i64,
                model.rules as i64,
                model.taken,
                model.refused.as_ref().map(crate::domain::Text::as_str),
                to_json("model", &model.moved)?,
                model.body
            ],
        )?;
        // The one in use stays, however many after it were not taken over.
        let sql = "DELETE FROM models WHERE version <= ?1 - ?2 AND version NOT IN (SELECT max(version) FROM models GROUP BY rules, taken)";
        self.run(sql, params![model.version, KEPT])?;
        Ok(())
    }
}
