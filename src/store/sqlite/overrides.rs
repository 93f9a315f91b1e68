//! Values chosen by people, and pairs that people told apart. Undoing a decision ends both.

use super::{Desk, View, convert::Columns};
use crate::{
    domain::{Choice, ContactId, DecisionId, Field, Override, RecordId, Timestamp},
    store::Result,
};
use rusqlite::params;

impl View<'_> {
    /// What people chose for a contact, oldest first.
    pub fn overrides(&self, contact: ContactId) -> Result<Vec<Override>> {
        let sql = "SELECT field, value, decision, at FROM overrides WHERE contact = ?1 AND active = 1 ORDER BY at, decision";
        self.all(sql, [contact.as_bytes()], |row| {
            Ok(Override {
                contact,
                field: row.word(0, Field::from_key)?,
                value: row.maybe_text(1)?,
                decision: row.id(2, DecisionId)?,
                at: row.time(3)?,
            })
        })
    }

    /// Differs from its last value when a pair was told apart or forgotten since.
    pub fn told_apart_mark(&self) -> Result<(i64, i64)> {
        let mark = self.one("SELECT count(*), coalesce(max(at), 0) FROM not_same", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(mark.unwrap_or_default())
    }

    /// Every pair of records that people told apart.
    pub fn told_apart(&self) -> Result<Vec<(RecordId, RecordId)>> {
        self.all("SELECT DISTINCT a, b FROM not_same", [], |row| Ok((row.id(0, RecordId)?, row.id(1, RecordId)?)))
    }
}

impl Desk<'_> {
    /// Adds what a decision chose.
    pub fn choose(&self, contact: ContactId, decision: DecisionId, choices: &[Choice], at: Timestamp) -> Result<()> {
        for choice in choices {
            self.run(
                "INSERT OR REPLACE INTO overrides(contact, field, decision, value, at) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    contact.as_bytes(),
                    choice.field.key(),
                    decision.as_bytes(),
                    choice.value.as_ref().map(crate::domain::Text::as_str),
                    at.as_micros()
                ],
            )?;
        }
        Ok(())
    }

    /// Ends what a decision chose, or lets it hold again.
    pub fn set_choices_active(&self, decision: DecisionId, active: bool) -> Result<()> {
        self.run("UPDATE overrides SET active = ?2 WHERE decision = ?1", params![decision.as_bytes(), active])?;
        Ok(())
    }

    /// Remembers that two records are not the same; the pair has no order.
    pub fn tell_apart(&self, left: RecordId, right: RecordId, decision: DecisionId, at: Timestamp) -> Result<()> {
        let (a, b) = if left < right { (left, right) } else { (right, left) };
        self.run(
            "INSERT OR IGNORE INTO not_same(a, b, decision, at) VALUES (?1, ?2, ?3, ?4)",
            params![a.as_bytes(), b.as_bytes(), decision.as_bytes(), at.as_micros()],
        )?;
        Ok(())
    }

    /// Forgets what a decision told apart; answers the pairs.
    pub fn forget_apart(&self, decision: DecisionId) -> Result<Vec<(RecordId, RecordId)>> {
        self.all("DELETE FROM not_same WHERE decision = ?1 RETURNING a, b", [decision.as_bytes()], |row| {
            Ok((row.id(0, RecordId)?, row.id(1, RecordId)?))
        })
    }
}
