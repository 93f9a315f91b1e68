//! The do-not-contact list.

use super::{Desk, View, convert::Columns};
use crate::{
    domain::{DecisionId, Suppression, SuppressionId, SuppressionKey, Text},
    store::{Result, StoreError},
};
use rusqlite::{Row, params};

fn suppression(row: &Row<'_>) -> rusqlite::Result<Suppression> {
    let value = row.text(2)?;
    Ok(Suppression {
        id: row.id(0, SuppressionId)?,
        key: row.word(1, |kind| SuppressionKey::parse(kind, &value))?,
        reason: row.text(3)?,
        at: row.time(4)?,
        by: row.text(5)?,
    })
}

impl View<'_> {
    /// The first entry that names one of the keys.
    pub fn suppressed(&self, keys: &[SuppressionKey]) -> Result<Option<Suppression>> {
        let sql = "SELECT id, kind, value, reason, at, by FROM suppressions WHERE kind = ?1 AND value = ?2";
        for key in keys {
            if let Some(found) = self.one(sql, params![key.kind(), key.value()], suppression)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Whether the list has any entry at all: a bulk import asks once instead of for every row.
    pub fn suppresses_anybody(&self) -> Result<bool> {
        self.value("SELECT exists(SELECT 1 FROM suppressions)", [])
    }

    /// The whole list by kind and value, after `after`.
    pub fn suppressions(&self, after: Option<SuppressionId>, limit: u32) -> Result<Vec<Suppression>> {
        let sql = "SELECT id, kind, value, reason, at, by FROM suppressions WHERE ?1 IS NULL OR id > ?1 ORDER BY id LIMIT ?2";
        self.all(sql, params![after.as_ref().map(SuppressionId::as_bytes), limit], suppression)
    }
}

impl Desk<'_> {
    /// Adds an entry; one that is there already stays as it is. Answers whether it is new.
    pub fn suppress(&self, entry: &Suppression, decision: Option<DecisionId>) -> Result<bool> {
        let sql = "INSERT INTO suppressions(id, kind, value, reason, at, by, decision) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT(kind, value) DO NOTHING";
        let decision = decision.as_ref().map(DecisionId::as_bytes);
        let (kind, value) = (entry.key.kind(), entry.key.value());
        let changed = self.run(
            sql,
            params![entry.id.as_bytes(), kind, value, entry.reason.as_str(), entry.at.as_micros(), entry.by.as_str(), decision],
        )?;
        Ok(changed == 1)
    }

    /// Takes out what a decision had added.
    pub fn unsuppress(&self, decision: DecisionId) -> Result<()> {
        self.run("DELETE FROM suppressions WHERE decision = ?1", [decision.as_bytes()])?;
        Ok(())
    }

    /// Takes one entry out.
    pub fn remove_suppression(&self, kind: &str, value: &Text) -> Result<()> {
        match self.run("DELETE FROM suppressions WHERE kind = ?1 AND value = ?2", params![kind, value.as_str()])? {
            0 => Err(StoreError::missing("do-not-contact entry", kind)),
            _ => Ok(()),
        }
    }
}
