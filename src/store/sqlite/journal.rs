//! The append-only, hash-chained journal.

use super::{Desk, View, convert::Columns};
use crate::{
    domain::{ChainHash, JournalEntry, Text, Timestamp},
    store::Result,
};
use rusqlite::{Row, params};

fn entry(row: &Row<'_>) -> rusqlite::Result<(JournalEntry, ChainHash)> {
    let entry = JournalEntry {
        seq: row.get::<_, i64>(0)? as u64,
        at: row.time(1)?,
        actor: row.text(2)?,
        verb: row.text(3)?,
        subject: row.text(4)?,
        detail: row.get(5)?,
    };
    Ok((entry, row.get(6)?))
}

impl View<'_> {
    /// The latest entries, newest first, before `before`.
    pub fn journal(&self, before: Option<u64>, limit: u32) -> Result<Vec<JournalEntry>> {
        let sql = "SELECT seq, at, actor, verb, subject, detail, hash FROM journal WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2";
        self.all(sql, params![before.map_or(i64::MAX, |seq| seq as i64), limit], |row| Ok(entry(row)?.0))
    }

    /// Walks the chain from its start; answers the first entry that does not fit, if any.
    pub fn broken_journal_entry(&self) -> Result<Option<u64>> {
        let mut statement = self.db.prepare_cached("SELECT seq, at, actor, verb, subject, detail, hash FROM journal ORDER BY seq")?;
        let mut rows = statement.query([])?;
        let (mut before, mut expected) = ([0; 32], 1);
        while let Some(row) = rows.next()? {
            let (entry, hash) = entry(row)?;
            if entry.seq != expected || entry.chained(&before) != hash {
                return Ok(Some(expected));
            }
            (before, expected) = (hash, expected + 1);
        }
        Ok(None)
    }
}

impl Desk<'_> {
    /// Adds an entry. `detail` holds ids and counts, never personal data.
    pub fn note(&self, at: Timestamp, actor: &Text, verb: &str, subject: &str, detail: &str) -> Result<()> {
        let last = self.one("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, ChainHash>(1)?))
        })?;
        let (seq, before) = last.map_or((1, [0; 32]), |(seq, hash)| (seq as u64 + 1, hash));
        let entry =
            JournalEntry { seq, at, actor: actor.clone(), verb: Text::new(verb), subject: Text::new(subject), detail: detail.to_owned() };
        self.run(
            "INSERT INTO journal(seq, at, actor, verb, subject, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                seq as i64,
                at.as_micros(),
                entry.actor.as_str(),
                entry.verb.as_str(),
                entry.subject.as_str(),
                entry.detail,
                entry.chained(&before)
            ],
        )?;
        Ok(())
    }
}
