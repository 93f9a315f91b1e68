//! What a person's screens remember over a restart.

use super::{Desk, View};
use crate::{domain::Text, store::Result};
use rusqlite::params;

impl View<'_> {
    /// A remembered value.
    pub fn remembered(&self, login: &Text, name: &str) -> Result<Option<String>> {
        self.one("SELECT value FROM ui_state WHERE login = ?1 AND name = ?2", params![login.as_str(), name], |row| row.get(0))
    }
}

impl Desk<'_> {
    /// Remembers a value.
    pub fn remember(&self, login: &Text, name: &str, value: &str) -> Result<()> {
        self.run("INSERT OR REPLACE INTO ui_state(login, name, value) VALUES (?1, ?2, ?3)", params![login.as_str(), name, value])?;
        Ok(())
    }
}
