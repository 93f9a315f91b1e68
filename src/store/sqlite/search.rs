//! Search: contacts whose folded text holds every word of the question. The index follows behind: the writer's thread
//! fills it when nobody waits, in the order of arrival, and contacts that it does not hold yet are looked through.

use super::{
    Desk, View,
    contacts::{COLUMNS, summary},
};
use crate::{
    domain::{ContactId, ContactSummary},
    store::Result,
};
use rusqlite::{params, params_from_iter, types::Value};

/// Shorter words have no trigram; they are checked against the text only.
const TRIGRAM: usize = 3;
/// Words beyond these do not narrow further.
const WORDS: usize = 8;
/// Contacts that go into the index at a time: what then waits for the writer waits some 30 ms.
const AT_ONCE: u32 = 1000;

impl View<'_> {
    /// Standing contacts whose folded text holds every word of `folded` (already folded by the caller), best
    /// quality first, after `after`. An empty question gives all.
    pub fn search(&self, folded: &str, after: Option<(u8, ContactId)>, limit: u32) -> Result<Vec<ContactSummary>> {
        let words: Vec<&str> = folded.split_whitespace().take(WORDS).collect();
        let mut sql = format!("SELECT {COLUMNS} FROM contacts c WHERE c.gone = 0");
        let mut values: Vec<Value> = Vec::new();
        let question = trigrams(&words);
        if !question.is_empty() {
            sql.push_str(
                " AND c.rowid IN (SELECT rowid FROM contact_search WHERE contact_search MATCH ?
                    UNION ALL SELECT rowid FROM contacts WHERE rowid > ?)",
            );
            values.extend([Value::from(question), Value::from(self.search_mark()?)]);
        }
        for word in &words {
            sql.push_str(" AND instr(c.folded_text, ?) > 0");
            values.push((*word).to_owned().into());
        }
        if let Some((quality, id)) = after {
            sql.push_str(" AND (c.quality < ? OR (c.quality = ? AND c.id > ?))");
            values.extend([Value::from(i64::from(quality)), Value::from(i64::from(quality)), Value::from(id.as_bytes().to_vec())]);
        }
        sql.push_str(" ORDER BY c.quality DESC, c.id LIMIT ?");
        values.push(i64::from(limit).into());
        self.all(&sql, params_from_iter(values), summary)
    }

    /// The last contact that the index holds: it holds all before it.
    fn search_mark(&self) -> Result<i64> {
        Ok(self.one("SELECT rowid FROM contact_search ORDER BY rowid DESC LIMIT 1", [], |row| row.get(0))?.unwrap_or_default())
    }
}

impl Desk<'_> {
    /// Takes the next contacts into the index; answers whether there may be more.
    pub(super) fn extend_search(&self) -> Result<bool> {
        let sql =
            "INSERT INTO contact_search(rowid, text) SELECT rowid, folded_text FROM contacts WHERE rowid > ?1 ORDER BY rowid LIMIT ?2";
        Ok(self.run(sql, params![self.search_mark()?, AT_ONCE])? == AT_ONCE as usize)
    }

    /// A contact's text is another by now. One that the index does not hold yet comes in with it.
    pub(super) fn renew_search(&self, rowid: i64, text: &str) -> Result<()> {
        if rowid <= self.search_mark()? {
            self.run("INSERT OR REPLACE INTO contact_search(rowid, text) VALUES (?1, ?2)", params![rowid, text])?;
        }
        Ok(())
    }
}

/// Every trigram of every word must be there. The index keeps no positions, so this finds a superset, which
/// `instr` narrows to the words themselves.
fn trigrams(words: &[&str]) -> String {
    let mut parts = Vec::new();
    for word in words {
        let letters: Vec<char> = word.chars().collect();
        for trigram in letters.windows(TRIGRAM) {
            parts.push(format!("\"{}\"", trigram.iter().collect::<String>().replace('"', "\"\"")));
        }
    }
    parts.sort();
    parts.dedup();
    parts.join(" AND ")
}
