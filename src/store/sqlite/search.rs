//! Search: contacts whose folded text holds every word of the question.

use super::{
    View,
    contacts::{COLUMNS, summary},
};
use crate::{
    domain::{ContactId, ContactSummary},
    store::Result,
};
use rusqlite::{params_from_iter, types::Value};

/// Shorter words have no trigram; they are checked against the text only.
const TRIGRAM: usize = 3;
/// Words beyond these do not narrow further.
const WORDS: usize = 8;

impl View<'_> {
    /// Standing contacts whose folded text holds every word of `folded` (already folded by the caller), best
    /// quality first, after `after`. An empty question gives all.
    pub fn search(&self, folded: &str, after: Option<(u8, ContactId)>, limit: u32) -> Result<Vec<ContactSummary>> {
        let words: Vec<&str> = folded.split_whitespace().take(WORDS).collect();
        let mut sql = format!("SELECT {COLUMNS} FROM contacts c WHERE c.gone = 0");
        let mut values: Vec<Value> = Vec::new();
        let question = trigrams(&words);
        if !question.is_empty() {
            sql.push_str(" AND c.rowid IN (SELECT rowid FROM contact_search WHERE contact_search MATCH ?)");
            values.push(question.into());
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
