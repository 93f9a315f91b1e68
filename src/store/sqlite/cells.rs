//! Cells (small named values) and leases (who may do a thing alone).

use super::{Desk, View, convert::Columns};
use crate::{
    domain::Timestamp,
    store::{Held, Result},
};
use rusqlite::params;
use std::time::Duration;

impl View<'_> {
    /// A cell's value.
    pub fn cell(&self, name: &str) -> Result<Option<String>> {
        self.one("SELECT value FROM cells WHERE name = ?1", [name], |row| row.get(0))
    }

    /// A cell's value, if it was set since then.
    pub fn cell_since(&self, name: &str, since: Timestamp) -> Result<Option<String>> {
        self.one("SELECT value FROM cells WHERE name = ?1 AND updated_at >= ?2", params![name, since.as_micros()], |row| row.get(0))
    }

    /// Every cell whose name starts so, by name.
    pub fn cells(&self, prefix: &str) -> Result<Vec<(String, String)>> {
        let sql = "SELECT name, value FROM cells WHERE name >= ?1 AND name < ?1 || char(1114111) ORDER BY name LIMIT 1000";
        self.all(sql, [prefix], |row| Ok((row.get(0)?, row.get(1)?)))
    }
}

impl Desk<'_> {
    /// Sets a cell; `None` empties it. Read it at the same desk first when the new value depends on the old.
    pub fn set_cell(&self, name: &str, value: Option<&str>, now: Timestamp) -> Result<()> {
        match value {
            Some(value) => self.run(
                "INSERT INTO cells(name, value, updated_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT(name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
                params![name, value, now.as_micros()],
            )?,
            None => self.run("DELETE FROM cells WHERE name = ?1", [name])?,
        };
        Ok(())
    }

    /// Empties the cells whose name starts so and that were set before then.
    pub fn forget_cells(&self, prefix: &str, before: Timestamp) -> Result<()> {
        let sql = "DELETE FROM cells WHERE name >= ?1 AND name < ?1 || char(1114111) AND updated_at < ?2";
        self.run(sql, params![prefix, before.as_micros()])?;
        Ok(())
    }

    /// Takes the lease when it is free, run out, or already `holder`'s. `None`: somebody else has it.
    pub fn take_lease(&self, name: &str, holder: &str, now: Timestamp, time: Duration) -> Result<Option<Held>> {
        let until = now.plus(time);
        let sql = "INSERT INTO leases(name, holder, token, until) VALUES (?1, ?2, 1, ?3)
             ON CONFLICT(name) DO UPDATE SET token = token + (holder <> excluded.holder), holder = excluded.holder, until = excluded.until
             WHERE holder = excluded.holder OR until <= ?4
             RETURNING token";
        let token = self.one(sql, params![name, holder, until.as_micros(), now.as_micros()], |row| row.get::<_, i64>(0))?;
        Ok(token.map(|token| Held { token: token as u64, until }))
    }

    /// Gives the lease back; does nothing when it is no longer `holder`'s. The token stays, so that it only rises.
    pub fn release_lease(&self, name: &str, holder: &str) -> Result<()> {
        self.run("UPDATE leases SET until = 0 WHERE name = ?1 AND holder = ?2", [name, holder])?;
        Ok(())
    }
}

impl View<'_> {
    /// Who has the lease, until when.
    pub fn lease(&self, name: &str, now: Timestamp) -> Result<Option<(String, Timestamp)>> {
        let sql = "SELECT holder, until FROM leases WHERE name = ?1 AND until > ?2";
        self.one(sql, params![name, now.as_micros()], |row| Ok((row.get(0)?, row.time(1)?)))
    }

    /// Leases of that name's beginning that are held.
    pub fn leases(&self, prefix: &str, now: Timestamp) -> Result<Vec<String>> {
        let sql = "SELECT name FROM leases WHERE name >= ?1 AND name < ?1 || char(1114111) AND until > ?2 ORDER BY name LIMIT 1000";
        self.all(sql, params![prefix, now.as_micros()], |row| row.get(0))
    }
}
