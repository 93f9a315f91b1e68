//! Leads and the board.

use super::{
    Desk, View,
    convert::{Columns, to_json},
};
use crate::{
    domain::{ContactId, Lead, LeadId, Lifecycle, Position, StageChange, StageKey, Text, Timestamp},
    store::{BoardFilter, Card, CardKey, Result, StageCount, StoreError},
};
use rusqlite::{Row, params};

const COLUMNS: &str = "l.id, l.contact, l.lifecycle, l.stage, l.since, l.owner, l.tags, l.folded, l.version, l.created_at";

fn lead(row: &Row<'_>) -> rusqlite::Result<Lead> {
    Ok(Lead {
        id: row.id(0, LeadId)?,
        contact: row.id(1, ContactId)?,
        position: position(row, 2)?,
        since: row.time(4)?,
        owner: row.maybe_text(5)?,
        tags: row.json(6)?,
        folded: row.get(7)?,
        version: row.get(8)?,
        created_at: row.time(9)?,
    })
}

fn stage_count(row: &Row<'_>) -> rusqlite::Result<StageCount> {
    let at = position(row, 0)?;
    Ok(StageCount { lifecycle: at.lifecycle, stage: at.stage, cards: row.get::<_, i64>(2)? as u64 })
}

fn position(row: &Row<'_>, at: usize) -> rusqlite::Result<Position> {
    Ok(Position { lifecycle: row.word(at, |word| word.parse().ok())?, stage: StageKey(row.text(at + 1)?) })
}

impl View<'_> {
    /// One lead.
    pub fn lead(&self, id: LeadId) -> Result<Option<Lead>> {
        self.one(&format!("SELECT {COLUMNS} FROM leads l WHERE l.id = ?1"), [id.as_bytes()], lead)
    }

    /// A contact's leads, newest first; folded ones too.
    pub fn leads_of(&self, contact: ContactId) -> Result<Vec<Lead>> {
        self.all(&format!("SELECT {COLUMNS} FROM leads l WHERE l.contact = ?1 ORDER BY l.id DESC LIMIT 100"), [contact.as_bytes()], lead)
    }

    /// A lead's history, oldest first.
    pub fn stage_changes(&self, lead: LeadId) -> Result<Vec<StageChange>> {
        let sql = "SELECT from_lifecycle, from_stage, lifecycle, stage, at, by FROM stage_changes WHERE lead = ?1 ORDER BY seq LIMIT 1000";
        self.all(sql, [lead.as_bytes()], |row| {
            Ok(StageChange { from: position(row, 0)?, to: position(row, 2)?, at: row.time(4)?, by: row.text(5)? })
        })
    }

    /// How many cards each stage holds.
    pub fn stage_counts(&self) -> Result<Vec<StageCount>> {
        let sql = "SELECT lifecycle, stage, count(*) FROM leads WHERE folded = 0 GROUP BY lifecycle, stage";
        self.all(sql, [], stage_count)
    }

    /// How many cards each stage holds of those that `filter` lets through.
    pub fn stage_counts_of(&self, filter: &BoardFilter) -> Result<Vec<StageCount>> {
        let sql = "SELECT l.lifecycle, l.stage, count(*) FROM leads l JOIN contacts c ON c.id = l.contact
             WHERE l.folded = 0 AND (?1 IS NULL OR l.owner = ?1) AND (?2 = '' OR instr(c.folded_text, ?2) > 0)
               AND (?3 IS NULL OR EXISTS (SELECT 1 FROM json_each(l.tags) WHERE value = ?3))
             GROUP BY l.lifecycle, l.stage";
        let (owner, tag) = (filter.owner.as_deref(), filter.tag.as_deref());
        self.all(sql, params![owner, filter.text, tag], stage_count)
    }

    /// Cards of one stage, longest there first, after `after`.
    pub fn cards(&self, at: &Position, filter: &BoardFilter, after: Option<CardKey>, limit: u32) -> Result<Vec<Card>> {
        let sql = "SELECT l.id, l.contact, l.lifecycle, l.stage, l.since, l.owner, l.tags, l.version, c.name, c.company, c.quality
             FROM leads l JOIN contacts c ON c.id = l.contact
             WHERE l.folded = 0 AND l.lifecycle = ?1 AND l.stage = ?2 AND (l.since, l.id) > (?3, ?4)
               AND (?5 IS NULL OR l.owner = ?5) AND (?6 = '' OR instr(c.folded_text, ?6) > 0)
               AND (?8 IS NULL OR EXISTS (SELECT 1 FROM json_each(l.tags) WHERE value = ?8))
             ORDER BY l.since, l.id LIMIT ?7";
        let (since, id) = after.map_or((i64::MIN, [0; 16]), |key| (key.since.as_micros(), *key.lead.0.as_bytes()));
        let (owner, tag) = (filter.owner.as_deref(), filter.tag.as_deref());
        self.all(sql, params![at.lifecycle.key(), at.stage.as_str(), since, id, owner, filter.text, limit, tag], |row| {
            Ok(Card {
                lead: row.id(0, LeadId)?,
                contact: row.id(1, ContactId)?,
                position: position(row, 2)?,
                since: row.time(4)?,
                owner: row.maybe_text(5)?,
                tags: row.json(6)?,
                version: row.get(7)?,
                name: row.text(8)?,
                company: row.text(9)?,
                quality: row.get(10)?,
            })
        })
    }

    /// How many leads entered a lifecycle since `since`.
    pub fn entered_since(&self, lifecycle: Lifecycle, since: Timestamp) -> Result<u64> {
        let sql = "SELECT count(*) FROM leads WHERE folded = 0 AND lifecycle = ?1 AND since >= ?2";
        self.value::<i64>(sql, params![lifecycle.key(), since.as_micros()]).map(|n| n as u64)
    }

    /// How many cards have stood in these stages since before `before`.
    pub fn stuck_before(&self, stages: &[Position], before: Timestamp) -> Result<u64> {
        let sql = "SELECT count(*) FROM leads WHERE folded = 0 AND lifecycle = ?1 AND stage = ?2 AND since < ?3";
        stages.iter().try_fold(0, |sum, at| {
            Ok(sum + self.value::<i64>(sql, params![at.lifecycle.key(), at.stage.as_str(), before.as_micros()])? as u64)
        })
    }

    /// Leads whose id's text form ends so.
    pub fn leads_ending(&self, short: &str) -> Result<Vec<LeadId>> {
        self.all("SELECT id FROM leads WHERE substr(lower(hex(id)), -length(?1)) = lower(?1) LIMIT 3", [short], |row| row.id(0, LeadId))
    }

    /// Leads in one stage whose time there began before `before`: what automatic moves look at.
    pub fn leads_waiting(&self, at: &Position, before: Timestamp, after: Option<LeadId>, limit: u32) -> Result<Vec<Lead>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM leads l WHERE l.folded = 0 AND l.lifecycle = ?1 AND l.stage = ?2 AND l.since <= ?3
               AND (?4 IS NULL OR l.id > ?4) ORDER BY l.id LIMIT ?5"
        );
        let after = after.as_ref().map(LeadId::as_bytes);
        self.all(&sql, params![at.lifecycle.key(), at.stage.as_str(), before.as_micros(), after, limit], lead)
    }
}

impl Desk<'_> {
    /// A new lead. Its first stage is where its first move came from, so history needs no row for it.
    pub fn add_lead(&self, lead: &Lead) -> Result<()> {
        self.run(
            "INSERT INTO leads(id, contact, lifecycle, stage, since, owner, tags, folded, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                lead.id.as_bytes(),
                lead.contact.as_bytes(),
                lead.position.lifecycle.key(),
                lead.position.stage.as_str(),
                lead.since.as_micros(),
                lead.owner.as_ref().map(Text::as_str),
                to_json("tags", &lead.tags)?,
                lead.folded,
                lead.created_at.as_micros()
            ],
        )?;
        Ok(())
    }

    /// Moves a lead. Refused when `version` is given and not the lead's.
    pub fn move_lead(&self, id: LeadId, to: &Position, since: Timestamp, version: Option<u32>, by: &Text) -> Result<()> {
        let sql =
            "UPDATE leads SET lifecycle = ?2, stage = ?3, since = ?4, version = version + 1 WHERE id = ?1 AND (?5 IS NULL OR version = ?5)";
        let from = self.lead(id)?.ok_or_else(|| StoreError::missing("lead", id))?.position;
        let changed = self.run(sql, params![id.as_bytes(), to.lifecycle.key(), to.stage.as_str(), since.as_micros(), version])?;
        if changed == 0 {
            return Err(StoreError::Stale { what: format!("lead {}", id.short()) });
        }
        self.run(
            "INSERT INTO stage_changes(lead, from_lifecycle, from_stage, lifecycle, stage, at, by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                id.as_bytes(),
                from.lifecycle.key(),
                from.stage.as_str(),
                to.lifecycle.key(),
                to.stage.as_str(),
                since.as_micros(),
                by.as_str()
            ],
        )?;
        Ok(())
    }

    /// Takes a lead off the board because its contact was folded, or puts it back.
    pub fn fold_lead(&self, id: LeadId, folded: bool) -> Result<()> {
        self.run_one("lead", id, "UPDATE leads SET folded = ?2, version = version + 1 WHERE id = ?1", params![id.as_bytes(), folded])
    }

    /// Hands a lead to another contact, as merges and their undo do.
    pub fn give_lead(&self, id: LeadId, contact: ContactId) -> Result<()> {
        self.run_one(
            "lead",
            id,
            "UPDATE leads SET contact = ?2, version = version + 1 WHERE id = ?1",
            params![id.as_bytes(), contact.as_bytes()],
        )
    }

    /// Who works on it.
    pub fn own_lead(&self, id: LeadId, owner: Option<&Text>) -> Result<()> {
        self.run_one(
            "lead",
            id,
            "UPDATE leads SET owner = ?2, version = version + 1 WHERE id = ?1",
            params![id.as_bytes(), owner.map(Text::as_str)],
        )
    }
}
