//! The review queue: pages by key, claims with a lease, patterns.

use super::{
    Desk, View,
    convert::{Columns, to_json},
};
use crate::{
    domain::{
        About, Claim, ContactId, DecisionId, Email, RecordId, ReviewId, ReviewItem, ReviewKind, ReviewState, Source, Text, Timestamp, Uuid,
    },
    store::{Result, ReviewFace, ReviewFilter, ReviewKey, ReviewRow, StoreError},
};
use rusqlite::{Row, params};
use std::time::Duration;

const COLUMNS: &str =
    "id, kind, about, about_id, candidates, reason, pattern, priority, created_at, state, until, decision, claim_by, claim_until";

fn kind(word: &str) -> Option<ReviewKind> {
    ReviewKind::ALL.iter().copied().find(|kind| kind.key() == word)
}

fn item(row: &Row<'_>) -> rusqlite::Result<ReviewItem> {
    let about_id: Uuid = row.id(3, |id| id)?;
    let (until, decision) = (row.maybe_time(10)?, row.maybe_id(11, DecisionId)?);
    let claim = row.maybe_text(12)?.zip(row.maybe_time(13)?).map(|(by, until)| Claim { by, until });
    Ok(ReviewItem {
        id: row.id(0, ReviewId)?,
        kind: row.word(1, kind)?,
        about: if row.get_ref(2)?.as_str()? == "record" { About::Record(RecordId(about_id)) } else { About::Contact(ContactId(about_id)) },
        candidates: row.json(4)?,
        reason: row.text(5)?,
        pattern: row.get::<_, i64>(6)? as u64,
        priority: row.get(7)?,
        created_at: row.time(8)?,
        state: row.word(9, |word| match (word, until, decision) {
            ("open", ..) => Some(ReviewState::Open),
            ("later", Some(until), _) => Some(ReviewState::Later(until)),
            ("done", _, Some(decision)) => Some(ReviewState::Done(decision)),
            _ => None,
        })?,
        claim,
    })
}

fn row_of(row: &Row<'_>) -> rusqlite::Result<ReviewRow> {
    Ok(ReviewRow {
        id: row.id(0, ReviewId)?,
        kind: row.word(1, kind)?,
        name: row.text(2)?,
        company: row.text(3)?,
        email: row.text(4)?,
        reason: row.text(5)?,
        source: row.word(6, |word| word.parse::<Source>().ok())?,
        quality: row.get(7)?,
        priority: row.get(8)?,
        pattern: row.get::<_, i64>(9)? as u64,
        created_at: row.time(10)?,
        claimed_by: row.maybe_text(11)?,
    })
}

impl View<'_> {
    /// One item.
    pub fn review(&self, id: ReviewId) -> Result<Option<ReviewItem>> {
        self.one(&format!("SELECT {COLUMNS} FROM reviews WHERE id = ?1"), [id.as_bytes()], item)
    }

    /// A page of open items, heaviest first, after `after`. Claims of others that still hold at `now` are shown.
    pub fn review_page(&self, filter: &ReviewFilter, after: Option<ReviewKey>, limit: u32, now: Timestamp) -> Result<Vec<ReviewRow>> {
        let sql = "SELECT id, kind, name, company, email, reason, source, quality, priority, pattern, created_at,
               CASE WHEN claim_until > ?1 THEN claim_by END
             FROM reviews WHERE state = 'open'
               AND (?2 IS NULL OR kind = ?2) AND (?3 IS NULL OR pattern = ?3) AND (?4 IS NULL OR source = ?4)
               AND (?5 = '' OR instr(folded_text, ?5) > 0)
               AND (priority < ?6 OR (priority = ?6 AND id > ?7))
             ORDER BY priority DESC, id LIMIT ?8";
        let (priority, id) = after.map_or((i64::MAX, [0; 16]), |key| (i64::from(key.priority), *key.id.0.as_bytes()));
        let pattern = filter.pattern.map(|pattern| pattern as i64);
        let (kind, source) = (filter.kind.map(ReviewKind::key), filter.source.map(Source::key));
        self.all(sql, params![now.as_micros(), kind, pattern, source, filter.text, priority, id, limit], row_of)
    }

    /// How many open items match.
    pub fn review_count(&self, filter: &ReviewFilter) -> Result<u64> {
        let sql = "SELECT count(*) FROM reviews WHERE state = 'open' AND (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR pattern = ?2)
               AND (?3 IS NULL OR source = ?3) AND (?4 = '' OR instr(folded_text, ?4) > 0)";
        let pattern = filter.pattern.map(|pattern| pattern as i64);
        self.value::<i64>(sql, params![filter.kind.map(ReviewKind::key), pattern, filter.source.map(Source::key), filter.text])
            .map(|n| n as u64)
    }

    /// How many open items there are of each kind.
    pub fn review_counts(&self) -> Result<Vec<(ReviewKind, u64)>> {
        let sql = "SELECT kind, count(*) FROM reviews WHERE state = 'open' GROUP BY kind";
        self.all(sql, [], |row| Ok((row.word(0, kind)?, row.get::<_, i64>(1)? as u64)))
    }

    /// The item that asks about a record or contact and is not decided, if there is one.
    pub fn review_about(&self, about: Uuid) -> Result<Option<ReviewItem>> {
        let sql = format!("SELECT {COLUMNS} FROM reviews WHERE about_id = ?1 AND state <> 'done' ORDER BY id DESC LIMIT 1");
        self.one(&sql, [about.as_bytes()], item)
    }

    /// Open questions about records, heaviest first.
    pub fn open_questions(&self, limit: u32) -> Result<Vec<ReviewId>> {
        let sql =
            "SELECT id FROM reviews WHERE state = 'open' AND kind IN ('duplicate', 'low_quality') ORDER BY priority DESC, id LIMIT ?1";
        self.all(sql, [limit], |row| row.id(0, ReviewId))
    }

    /// It was decided once, even if that was taken back since.
    pub fn was_decided(&self, id: ReviewId) -> Result<bool> {
        self.value("SELECT EXISTS (SELECT 1 FROM decisions WHERE review = ?1)", [id.as_bytes()])
    }

    /// An undecided item about a record of that source with that address.
    pub fn open_question_with(&self, email: &Email, source: Source) -> Result<Option<ReviewId>> {
        let sql = "SELECT id FROM reviews WHERE email = ?1 AND source = ?2 AND state <> 'done' ORDER BY id LIMIT 1";
        self.one(sql, [email.as_str(), source.key()], |row| row.id(0, ReviewId))
    }

    /// The last decided item about a record.
    pub fn decided_about(&self, about: Uuid) -> Result<Option<ReviewItem>> {
        let sql = format!("SELECT {COLUMNS} FROM reviews WHERE about_id = ?1 AND state = 'done' ORDER BY id DESC LIMIT 1");
        self.one(&sql, [about.as_bytes()], item)
    }

    /// Items whose id's text form ends so.
    pub fn reviews_ending(&self, short: &str) -> Result<Vec<ReviewId>> {
        self.all("SELECT id FROM reviews WHERE substr(lower(hex(id)), -length(?1)) = lower(?1) LIMIT 3", [short], |row| row.id(0, ReviewId))
    }
}

impl Desk<'_> {
    /// A new question. `folded_text` is what `/` looks in.
    pub fn add_review(&self, item: &ReviewItem, face: &ReviewFace, folded_text: &str) -> Result<()> {
        let (about, about_id) = match item.about {
            About::Record(id) => ("record", id.0),
            About::Contact(id) => ("contact", id.0),
        };
        self.run(
            "INSERT INTO reviews(id, kind, about, about_id, candidates, reason, pattern, priority, created_at, state, name, company, email,
               source, quality, folded_text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'open', ?10, ?11, ?12, ?13, ?14, ?15)",
            params![
                item.id.as_bytes(),
                item.kind.key(),
                about,
                about_id.as_bytes(),
                to_json("review", &item.candidates)?,
                item.reason.as_str(),
                item.pattern as i64,
                item.priority,
                item.created_at.as_micros(),
                face.name.as_str(),
                face.company.as_str(),
                face.email.as_str(),
                face.source.key(),
                face.quality,
                folded_text
            ],
        )?;
        Ok(())
    }

    /// Settles an open or put-off item. Refused when somebody else settled it first.
    pub fn settle_review(&self, id: ReviewId, decision: DecisionId) -> Result<()> {
        let sql = "UPDATE reviews SET state = 'done', decision = ?2, until = NULL, claim_by = NULL, claim_until = NULL WHERE id = ?1 AND state <> 'done'";
        self.expect_review(id, self.run(sql, params![id.as_bytes(), decision.as_bytes()])?)
    }

    /// Puts an open item off. Refused when it is not open any more.
    pub fn defer_review(&self, id: ReviewId, until: Timestamp) -> Result<()> {
        let sql = "UPDATE reviews SET state = 'later', until = ?2, claim_by = NULL, claim_until = NULL WHERE id = ?1 AND state = 'open'";
        self.expect_review(id, self.run(sql, params![id.as_bytes(), until.as_micros()])?)
    }

    /// Opens an item again.
    pub fn reopen_review(&self, id: ReviewId) -> Result<()> {
        let sql = "UPDATE reviews SET state = 'open', decision = NULL, until = NULL WHERE id = ?1";
        self.run_one("review item", id, sql, [id.as_bytes()])
    }

    /// Opens every item that was put off until before `now`; answers how many.
    pub fn wake_reviews(&self, now: Timestamp) -> Result<usize> {
        self.run("UPDATE reviews SET state = 'open', until = NULL WHERE state = 'later' AND until <= ?1", [now.as_micros()])
    }

    /// Claims an open item for a screen, or renews the claim. Answers who has it when that is somebody else.
    pub fn claim_review(&self, id: ReviewId, by: &Text, now: Timestamp, time: Duration) -> Result<Option<Text>> {
        let sql = "UPDATE reviews SET claim_by = ?2, claim_until = ?3
             WHERE id = ?1 AND state = 'open' AND (claim_by IS NULL OR claim_by = ?2 OR claim_until <= ?4)";
        if self.run(sql, params![id.as_bytes(), by.as_str(), now.plus(time).as_micros(), now.as_micros()])? == 1 {
            return Ok(None);
        }
        let item = self.review(id)?.ok_or_else(|| StoreError::missing("review item", id))?;
        Ok(item.claim.filter(|claim| claim.by != *by && claim.until > now).map(|claim| claim.by))
    }

    /// Gives every claim of a person back.
    pub fn release_claims(&self, by: &Text) -> Result<()> {
        self.run("UPDATE reviews SET claim_by = NULL, claim_until = NULL WHERE claim_by = ?1", [by.as_str()])?;
        Ok(())
    }

    /// Replaces what an open item knows: a newer snapshot of the same source id came in, or candidates changed.
    pub fn update_review(&self, item: &ReviewItem, face: &ReviewFace, folded_text: &str) -> Result<()> {
        let about_id = match item.about {
            About::Record(id) => id.0,
            About::Contact(id) => id.0,
        };
        self.run_one(
            "review item",
            item.id,
            "UPDATE reviews SET kind = ?2, about_id = ?3, candidates = ?4, reason = ?5, pattern = ?6, priority = ?7, name = ?8, company = ?9,
               email = ?10, source = ?11, quality = ?12, folded_text = ?13 WHERE id = ?1 AND state <> 'done'",
            params![
                item.id.as_bytes(),
                item.kind.key(),
                about_id.as_bytes(),
                to_json("review", &item.candidates)?,
                item.reason.as_str(),
                item.pattern as i64,
                item.priority,
                face.name.as_str(),
                face.company.as_str(),
                face.email.as_str(),
                face.source.key(),
                face.quality,
                folded_text
            ],
        )
    }

    fn expect_review(&self, id: ReviewId, changed: usize) -> Result<()> {
        match changed {
            0 if self.review(id)?.is_some() => Err(StoreError::Stale { what: format!("review item {}", id.short()) }),
            0 => Err(StoreError::missing("review item", id)),
            _ => Ok(()),
        }
    }
}
