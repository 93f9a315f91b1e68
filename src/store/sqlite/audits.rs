//! Audits: merges made without asking that a person is asked about afterwards, and what all answered questions teach.

use super::{Desk, View, convert::Columns};
use crate::{
    domain::{Action, Candidate, ContactId, Evidence, RecordId, ReviewId, ReviewKind},
    store::{Answer, AuditTally, OpenAudit, Result},
};
use rusqlite::{Row, params};

/// The question, the decision that answered it, and for an audit the merge it was about.
const ANSWERS: &str = "SELECT r.candidates, d.body, d.evidence, j.evidence, j.undone_by IS NULL
     FROM reviews r JOIN decisions d ON d.id = r.decision LEFT JOIN decisions j ON r.kind = 'audit' AND j.id = r.id
     WHERE r.state = 'done' AND r.kind = ?1 AND d.by_person = 1 ORDER BY r.id DESC LIMIT ?2";

fn answer(row: &Row<'_>) -> rusqlite::Result<Vec<Answer>> {
    let audited = row.get_ref(3)?.as_str_or_null()?.is_some();
    if audited {
        let evidence: Evidence = row.json(3)?;
        return Ok(vec![Answer { pattern: evidence.pattern, model: evidence.model, same: row.get(4)?, audit: true }]);
    }
    let said = |evidence: &Evidence, same| Answer { pattern: evidence.pattern, model: evidence.model, same, audit: false };
    Ok(match row.json::<Action>(1)? {
        Action::Join { .. } if row.get_ref(2)?.as_str_or_null()?.is_some() => vec![said(&row.json(2)?, true)],
        Action::Create { not, .. } => told_apart(&row.json::<Vec<Candidate>>(0)?, &not).map(|evidence| said(evidence, false)).collect(),
        _ => Vec::new(),
    })
}

/// The evidence for those it is not. A candidate that was folded into another since is left out.
fn told_apart<'c>(candidates: &'c [Candidate], not: &'c [ContactId]) -> impl Iterator<Item = &'c Evidence> {
    candidates.iter().filter(|candidate| not.contains(&candidate.contact)).map(|candidate| &candidate.evidence)
}

impl View<'_> {
    /// How the merges made without asking have turned out that a person looked at.
    pub fn audit_tally(&self) -> Result<AuditTally> {
        let sql = "SELECT count(*), count(j.undone_by) FROM reviews r JOIN decisions j ON j.id = r.id WHERE r.state = 'done' AND r.kind = 'audit'";
        let open = "SELECT count(*) FROM reviews WHERE state = 'open' AND kind = 'audit'";
        let (checked, wrong) = self.one(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?.unwrap_or_default();
        Ok(AuditTally { checked, wrong, open: self.value::<i64>(open, [])? as u64 })
    }

    /// Open audits. Bounded by whoever asks: they keep their number small.
    pub fn open_audits(&self) -> Result<Vec<OpenAudit>> {
        let sql = "SELECT id, about_id, claim_by IS NOT NULL FROM reviews WHERE state = 'open' AND kind = 'audit' ORDER BY id LIMIT 1000";
        self.all(sql, [], |row| Ok(OpenAudit { review: row.id(0, ReviewId)?, record: row.id(1, RecordId)?, claimed: row.get(2)? }))
    }

    /// How many questions that teach something were answered by people.
    pub fn answer_count(&self) -> Result<u64> {
        let sql = "SELECT count(*) FROM reviews r JOIN decisions d ON d.id = r.decision
             WHERE r.state = 'done' AND r.kind IN ('duplicate', 'audit') AND d.by_person = 1";
        Ok(self.value::<i64>(sql, [])? as u64)
    }

    /// What people answered, the latest `limit` of questions and of audits.
    pub fn answers(&self, limit: u32) -> Result<Vec<Answer>> {
        let mut all = Vec::new();
        for kind in [ReviewKind::Duplicate, ReviewKind::Audit] {
            all.extend(self.all(ANSWERS, params![kind.key(), limit], answer)?.into_iter().flatten());
        }
        Ok(all)
    }
}

impl Desk<'_> {
    /// Takes an open audit out of the queue, unasked: another one is asked in its place.
    pub fn drop_audit(&self, id: ReviewId) -> Result<()> {
        let sql = "DELETE FROM reviews WHERE id = ?1 AND kind = 'audit' AND state = 'open'";
        self.run_one("review item", id, sql, [id.as_bytes()])
    }
}
