//! The outbox: intended writes to HaloPSA, claimed with a lease and a fencing token.

use super::{Desk, View, convert::Columns};
use crate::{
    domain::{DecisionId, Intent, Operation, OperationId, OperationState, Target, Text, Timestamp},
    store::{OutboxCounts, Result, StoreError, Want},
};
use rusqlite::{Row, params};
use std::time::Duration;

const COLUMNS: &str = "id, entity, entity_id, intent, state, not_before, attempts, last_error, decision, created_at, token";

fn operation(row: &Row<'_>) -> rusqlite::Result<Operation> {
    let id = row.id(2, |id| id)?;
    Ok(Operation {
        id: row.id(0, OperationId)?,
        target: row.word(1, |word| Target::of(word, id))?,
        intent: row.word(3, |word| match word {
            "upsert" => Some(Intent::Upsert),
            "deactivate" => Some(Intent::Deactivate),
            _ => None,
        })?,
        state: row.word(4, |word| match word {
            "waiting" => Some(OperationState::Waiting),
            "sending" => Some(OperationState::Sending),
            "dead" => Some(OperationState::Dead),
            _ => None,
        })?,
        not_before: row.time(5)?,
        attempts: row.get(6)?,
        last_error: row.maybe_text(7)?,
        decision: row.maybe_id(8, DecisionId)?,
        created_at: row.time(9)?,
        token: row.get::<_, i64>(10)? as u64,
    })
}

const fn intent_word(intent: Intent) -> &'static str {
    match intent {
        Intent::Upsert => "upsert",
        Intent::Deactivate => "deactivate",
    }
}

/// The order of sending: what others hang on goes first.
const fn rank(target: &Target) -> i64 {
    match target {
        Target::Client(_) => 0,
        Target::Site(_) => 1,
        Target::User(_) => 2,
        Target::Ticket(_) => 3,
    }
}

/// The statement that wants a write: an import makes several a row, so it is put together by the compiler.
macro_rules! insert_want {
    ($rows:literal) => {
        concat!("INSERT INTO outbox(id, entity, entity_id, rank, intent, state, not_before, decision, created_at) ", $rows)
    };
}

impl View<'_> {
    /// The operation of a target, if one is wanted.
    pub fn operation_for(&self, target: &Target) -> Result<Option<Operation>> {
        let sql = format!("SELECT {COLUMNS} FROM outbox WHERE entity = ?1 AND entity_id = ?2");
        self.one(&sql, params![target.entity(), target.uuid().as_bytes()], operation)
    }

    /// Operations in order of sending; dead ones only, or all but those.
    pub fn operations(&self, dead: bool, limit: u32) -> Result<Vec<Operation>> {
        let sql = if dead {
            format!("SELECT {COLUMNS} FROM outbox WHERE state = 'dead' ORDER BY id LIMIT ?1")
        } else {
            format!("SELECT {COLUMNS} FROM outbox WHERE state <> 'dead' ORDER BY rank, not_before, id LIMIT ?1")
        };
        self.all(&sql, [limit], operation)
    }

    /// How the outbox stands.
    pub fn outbox_counts(&self) -> Result<OutboxCounts> {
        let sql = "SELECT count(*) FILTER (WHERE state <> 'dead'), count(*) FILTER (WHERE state = 'dead'),
             min(created_at) FILTER (WHERE state <> 'dead') FROM outbox";
        let counts = self.one(sql, [], |row| {
            Ok(OutboxCounts { pending: row.get::<_, i64>(0)? as u64, dead: row.get::<_, i64>(1)? as u64, oldest: row.maybe_time(2)? })
        })?;
        Ok(counts.unwrap_or_default())
    }

    /// When the next waiting or timed-out operation may be sent.
    pub fn next_operation_at(&self) -> Result<Option<Timestamp>> {
        let sql = "SELECT min(CASE state WHEN 'sending' THEN lease_until ELSE not_before END) FROM outbox WHERE state <> 'dead'";
        Ok(self.one(sql, [], |row| row.maybe_time(0))?.flatten())
    }
}

impl Desk<'_> {
    /// Wants a write. One per target: a second want replaces the intent and, unless it is being sent, its hold.
    /// A target that is being sent just now gets its want after it: the sender sees a newer token and asks again.
    pub fn want(&self, want: &Want<'_>) -> Result<()> {
        self.insert_want(
            insert_want!(
                "VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6, ?7, ?8)
             ON CONFLICT(entity, entity_id) DO UPDATE SET intent = excluded.intent, state = 'waiting', not_before = max(excluded.not_before,
               CASE state WHEN 'sending' THEN lease_until ELSE 0 END), attempts = CASE state WHEN 'dead' THEN 0 ELSE attempts END,
               token = token + 1, decision = excluded.decision, lease_until = NULL, last_error = NULL"
            ),
            want,
        )?;
        Ok(())
    }

    /// Wants a write unless the target is in HaloPSA or on its way there; answers whether it is wanted now.
    ///
    /// It asks first and inserts then: an `INSERT … SELECT` opens a savepoint of its own, at which FTS5 writes out what it
    /// holds. That took a fifth of an import.
    pub fn want_once(&self, want: &Want<'_>) -> Result<bool> {
        let known = "SELECT EXISTS (SELECT 1 FROM links WHERE entity = ?1 AND entity_id = ?2)
             OR EXISTS (SELECT 1 FROM outbox WHERE entity = ?1 AND entity_id = ?2)";
        if self.value(known, params![want.target.entity(), want.target.uuid().as_bytes()])? {
            return Ok(false);
        }
        self.insert_want(insert_want!("VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6, ?7, ?8)"), want)?;
        Ok(true)
    }

    fn insert_want(&self, sql: &str, want: &Want<'_>) -> Result<usize> {
        self.run(
            sql,
            params![
                want.id.as_bytes(),
                want.target.entity(),
                want.target.uuid().as_bytes(),
                rank(want.target),
                intent_word(want.intent),
                want.not_before.as_micros(),
                want.decision.as_ref().map(DecisionId::as_bytes),
                want.now.as_micros()
            ],
        )
    }

    /// Takes a want back that nobody has begun to send; answers whether it did.
    pub fn unwant(&self, target: &Target) -> Result<bool> {
        let sql = "DELETE FROM outbox WHERE entity = ?1 AND entity_id = ?2 AND state <> 'sending' AND attempts = 0";
        Ok(self.run(sql, params![target.entity(), target.uuid().as_bytes()])? == 1)
    }

    /// Takes up to `limit` operations of one kind for sending: those whose time has come, and those whose sender's
    /// lease ran out. Each gets a new token.
    pub fn claim_operations(&self, entity: &str, limit: u32, now: Timestamp, lease: Duration) -> Result<Vec<Operation>> {
        let sql = format!(
            "UPDATE outbox SET state = 'sending', attempts = attempts + 1, token = token + 1, lease_until = ?3
             WHERE id IN (SELECT id FROM outbox WHERE entity = ?1 AND state <> 'dead'
               AND CASE state WHEN 'sending' THEN lease_until ELSE not_before END <= ?2 ORDER BY not_before, id LIMIT ?4)
             RETURNING {COLUMNS}"
        );
        let mut taken = self.all(&sql, params![entity, now.as_micros(), now.plus(lease).as_micros(), limit], operation)?;
        taken.sort_by_key(|operation| (operation.not_before, operation.id));
        Ok(taken)
    }

    /// The write is done, and what waited for it is due. When it was wanted again meanwhile, the new want stays.
    pub fn settle_operation(&self, operation: &Operation) -> Result<()> {
        self.run("DELETE FROM outbox WHERE id = ?1 AND token = ?2", params![operation.id.as_bytes(), operation.token as i64])?;
        let awaited = match operation.target {
            // Who lives there waits for the client, which is nothing without its site.
            Target::Site(company) => Target::Client(company).awaited(),
            other => other.awaited(),
        };
        self.run("UPDATE outbox SET not_before = created_at WHERE state = 'waiting' AND last_error = ?1", [awaited.as_str()])?;
        Ok(())
    }

    /// Back to waiting until `not_before`, or to the dead letters when that is `None`. Refused when the lease was lost.
    pub fn put_back_operation(&self, operation: &Operation, not_before: Option<Timestamp>, error: Option<&Text>) -> Result<()> {
        let sql = "UPDATE outbox SET state = CASE WHEN ?3 IS NULL THEN 'dead' ELSE 'waiting' END, not_before = coalesce(?3, not_before),
             last_error = ?4, lease_until = NULL WHERE id = ?1 AND token = ?2";
        let changed = self.run(
            sql,
            params![operation.id.as_bytes(), operation.token as i64, not_before.map(Timestamp::as_micros), error.map(Text::as_str)],
        )?;
        if changed == 1 { Ok(()) } else { Err(StoreError::Stale { what: format!("the write of {}", operation.target) }) }
    }

    /// Gives a claim back unsent: the attempt does not count.
    pub fn unclaim_operation(&self, operation: &Operation, not_before: Timestamp, why: Option<&Text>) -> Result<()> {
        let sql = "UPDATE outbox SET state = 'waiting', attempts = attempts - 1, not_before = ?3, last_error = coalesce(?4, last_error),
             lease_until = NULL WHERE id = ?1 AND token = ?2";
        self.run(sql, params![operation.id.as_bytes(), operation.token as i64, not_before.as_micros(), why.map(Text::as_str)])?;
        Ok(())
    }

    /// A person wants a dead letter sent again.
    pub fn revive_operation(&self, id: OperationId, now: Timestamp) -> Result<()> {
        let sql = "UPDATE outbox SET state = 'waiting', attempts = 0, not_before = ?2 WHERE id = ?1 AND state = 'dead'";
        self.run_one("dead letter", id, sql, params![id.as_bytes(), now.as_micros()])
    }
}
