//! Membership: which records make up which contact or company. Rows are only added, so history stays and the
//! rising number is a feed.

use super::{
    Desk, View,
    convert::Columns,
    records::{self, kind_number},
};
use crate::{
    domain::{DecisionId, RecordId, RecordKind, SourceRecord, Timestamp, Uuid},
    store::{Membership, Moved, Result},
};
use rusqlite::params;

impl View<'_> {
    /// The records of a contact or company, oldest membership first.
    pub fn members(&self, entity: Uuid) -> Result<Vec<SourceRecord>> {
        let sql = format!(
            "SELECT {} FROM members m JOIN records r ON r.id = m.record WHERE m.entity = ?1 AND m.current = 1 ORDER BY m.seq",
            records::COLUMNS
        );
        self.all(&sql, [entity.as_bytes()], records::record)
    }

    /// The memberships of a contact or company with their decisions.
    pub fn memberships(&self, entity: Uuid) -> Result<Vec<Membership>> {
        let sql = "SELECT record, decision, at FROM members WHERE entity = ?1 AND current = 1 ORDER BY seq";
        self.all(sql, [entity.as_bytes()], |row| {
            Ok(Membership { record: row.id(0, RecordId)?, decision: row.maybe_id(1, DecisionId)?, at: row.time(2)? })
        })
    }

    /// Where a record belongs now.
    pub fn entity_of(&self, record: RecordId) -> Result<Option<Uuid>> {
        let sql = "SELECT entity FROM members WHERE record = ?1 AND current = 1";
        Ok(self.one(sql, [record.as_bytes()], |row| row.maybe_id(0, |id| id))?.flatten())
    }

    /// Changes of membership after `seq`, oldest first.
    pub fn moves_since(&self, kind: RecordKind, seq: i64, limit: u32) -> Result<Vec<Moved>> {
        let sql = "SELECT seq, record, entity FROM members WHERE seq > ?1 AND kind = ?2 ORDER BY seq LIMIT ?3";
        self.all(sql, params![seq, kind_number(kind), limit], |row| {
            Ok(Moved { seq: row.get(0)?, record: row.id(1, RecordId)?, entity: row.maybe_id(2, |id| id)? })
        })
    }

    /// The feed's newest number.
    pub fn moves_head(&self) -> Result<i64> {
        self.value("SELECT coalesce(max(seq), 0) FROM members", [])
    }

    /// Every current membership of a kind with its record, for building an index: pages of `limit` after `seq`.
    pub fn current_members(&self, kind: RecordKind, seq: i64, limit: u32) -> Result<Vec<(i64, Uuid, SourceRecord)>> {
        let sql = format!(
            "SELECT {}, m.seq, m.entity FROM members m JOIN records r ON r.id = m.record
             WHERE m.seq > ?1 AND m.kind = ?2 AND m.current = 1 AND m.entity IS NOT NULL ORDER BY m.seq LIMIT ?3",
            records::COLUMNS
        );
        self.all(&sql, params![seq, kind_number(kind), limit], |row| Ok((row.get(13)?, row.id(14, |id| id)?, records::record(row)?)))
    }
}

impl Desk<'_> {
    /// A record's first membership: it is new, so there is no older one to end.
    pub fn found(&self, record: RecordId, kind: RecordKind, entity: Uuid, decision: Option<DecisionId>, at: Timestamp) -> Result<()> {
        self.run(
            "INSERT INTO members(record, kind, entity, decision, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![record.as_bytes(), kind_number(kind), entity.as_bytes(), decision.as_ref().map(DecisionId::as_bytes), at.as_micros()],
        )?;
        Ok(())
    }

    /// Moves a record to `entity`, or out of every one. Moving it to where it is does nothing.
    pub fn move_record(
        &self,
        record: RecordId,
        kind: RecordKind,
        entity: Option<Uuid>,
        decision: Option<DecisionId>,
        at: Timestamp,
    ) -> Result<()> {
        if self.entity_of(record)? == entity {
            return Ok(());
        }
        self.run("UPDATE members SET current = 0 WHERE record = ?1 AND current = 1", [record.as_bytes()])?;
        self.run(
            "INSERT INTO members(record, kind, entity, decision, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                record.as_bytes(),
                kind_number(kind),
                entity.as_ref().map(|id| id.as_bytes().as_slice()),
                decision.as_ref().map(DecisionId::as_bytes),
                at.as_micros()
            ],
        )?;
        Ok(())
    }
}
