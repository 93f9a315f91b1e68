//! Decisions: added, never changed, but for the mark that one was taken back.

use super::{
    Desk, View,
    convert::{Columns, to_json},
};
use crate::{
    domain::{Actor, ContactId, Decision, DecisionId, Evidence, LeadId, ReviewId, Text, Timestamp},
    store::{Result, StoreError},
};
use rusqlite::{Row, params};

const COLUMNS: &str = "id, at, by_person, actor, review, body, undone_by";

fn decision(row: &Row<'_>) -> rusqlite::Result<Decision> {
    let name = row.text(3)?;
    Ok(Decision {
        id: row.id(0, DecisionId)?,
        at: row.time(1)?,
        actor: if row.get(2)? { Actor::Person(name) } else { Actor::Rule(name) },
        review: row.maybe_id(4, ReviewId)?,
        action: row.json(5)?,
        undone_by: row.maybe_id(6, DecisionId)?,
    })
}

impl View<'_> {
    /// One decision.
    pub fn decision(&self, id: DecisionId) -> Result<Option<Decision>> {
        self.one(&format!("SELECT {COLUMNS} FROM decisions WHERE id = ?1"), [id.as_bytes()], decision)
    }

    /// Decisions whose id's text form ends so.
    pub fn decisions_ending(&self, short: &str) -> Result<Vec<DecisionId>> {
        self.all("SELECT id FROM decisions WHERE substr(lower(hex(id)), -length(?1)) = lower(?1) LIMIT 3", [short], |row| {
            row.id(0, DecisionId)
        })
    }

    /// What was known when it was decided.
    pub fn evidence_of(&self, id: DecisionId) -> Result<Option<Evidence>> {
        let sql = "SELECT evidence FROM decisions WHERE id = ?1 AND evidence IS NOT NULL";
        self.one(sql, [id.as_bytes()], |row| row.json(0))
    }

    /// Decisions about a contact and its leads, newest first, before `before`.
    pub fn decisions_about(
        &self,
        contact: ContactId,
        lead: Option<LeadId>,
        before: Option<DecisionId>,
        limit: u32,
    ) -> Result<Vec<Decision>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM decisions WHERE (contact = ?1 OR (?2 IS NOT NULL AND lead = ?2)) AND (?3 IS NULL OR id < ?3)
             ORDER BY id DESC LIMIT ?4"
        );
        let (lead, before) = (lead.as_ref().map(LeadId::as_bytes), before.as_ref().map(DecisionId::as_bytes));
        self.all(&sql, params![contact.as_bytes(), lead, before, limit], decision)
    }

    /// A person's latest decisions, newest first: what `u` walks back through.
    pub fn decisions_by(&self, person: &Text, before: Option<DecisionId>, limit: u32) -> Result<Vec<Decision>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM decisions WHERE by_person = 1 AND actor = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3"
        );
        self.all(&sql, params![person.as_str(), before.as_ref().map(DecisionId::as_bytes), limit], decision)
    }

    /// How often each action was decided since `since`, by people and by rules, undone ones left out.
    pub fn decision_counts(&self, since: Timestamp) -> Result<Vec<(Text, Text, u64)>> {
        // Ids rise with time, so the id of that moment bounds the scan.
        let mut floor = [0u8; 16];
        floor[..6].copy_from_slice(&(since.as_micros().max(0) / 1000).to_be_bytes()[2..]);
        let sql = "SELECT actor, action, count(*) FROM decisions WHERE id >= ?1 AND at >= ?2 AND undone_by IS NULL
             GROUP BY actor, action ORDER BY 3 DESC, 1, 2 LIMIT 50";
        self.all(sql, params![floor, since.as_micros()], |row| Ok((row.text(0)?, row.text(1)?, row.get::<_, i64>(2)? as u64)))
    }
}

impl Desk<'_> {
    /// Adds a decision.
    pub fn add_decision(&self, decision: &Decision, lead: Option<LeadId>, evidence: Option<&Evidence>) -> Result<()> {
        let person = matches!(decision.actor, Actor::Person(_));
        self.run(
            "INSERT INTO decisions(id, at, by_person, actor, review, action, body, evidence, contact, lead)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                decision.id.as_bytes(),
                decision.at.as_micros(),
                person,
                decision.actor.name().as_str(),
                decision.review.as_ref().map(ReviewId::as_bytes),
                decision.action.key(),
                to_json("decision", &decision.action)?,
                evidence.map(|evidence| to_json("evidence", evidence)).transpose()?,
                decision.action.contact().as_ref().map(ContactId::as_bytes),
                lead.as_ref().map(LeadId::as_bytes)
            ],
        )?;
        Ok(())
    }

    /// Marks a decision as taken back. Refused when it was already.
    pub fn mark_undone(&self, id: DecisionId, by: DecisionId) -> Result<()> {
        let sql = "UPDATE decisions SET undone_by = ?2 WHERE id = ?1 AND undone_by IS NULL";
        if self.run(sql, params![id.as_bytes(), by.as_bytes()])? == 1 {
            return Ok(());
        }
        Err(if self.decision(id)?.is_some() {
            StoreError::Stale { what: format!("decision {}", id.short()) }
        } else {
            StoreError::missing("decision", id)
        })
    }

    /// A decision holds again, because its undo was taken back.
    pub fn mark_redone(&self, id: DecisionId) -> Result<()> {
        self.run_one("decision", id, "UPDATE decisions SET undone_by = NULL WHERE id = ?1", [id.as_bytes()])
    }
}
