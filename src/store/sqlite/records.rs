//! Source records: added, never changed.

use super::{Desk, View, convert::Columns};
use crate::{
    domain::{CompanyId, Draft, Fingerprint, Origin, Outcome, RecordId, RecordKind, RunId, Source, SourceRecord, Text, Timestamp},
    store::{Identity, RawRow, RecordText, Result},
};
use rusqlite::{Row, params};

pub(super) const COLUMNS: &str =
    "r.id, r.source, r.kind, r.external_id, r.seen_at, r.dated, r.run, r.page, r.row, r.fields, r.edited, r.defects, r.quality";

pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<SourceRecord> {
    let origin =
        row.maybe_id(6, RunId)?.map(|run| Ok::<_, rusqlite::Error>(Origin { run, page: row.get(7)?, row: row.get(8)? })).transpose()?;
    let list = |at: usize| row.get_ref(at).map(|value| matches!(value, rusqlite::types::ValueRef::Text(_)));
    Ok(SourceRecord {
        id: row.id(0, RecordId)?,
        seen_at: row.time(4)?,
        origin,
        draft: Draft {
            source: row.word(1, |word| word.parse::<Source>().ok())?,
            kind: if row.get::<_, i64>(2)? == 0 { RecordKind::Person } else { RecordKind::Company },
            external_id: row.text(3)?,
            dated: row.maybe_time(5)?,
            fields: row.json(9)?,
            edited: if list(10)? { row.json(10)? } else { Vec::new() },
            defects: if list(11)? { row.json(11)? } else { Vec::new() },
            quality: row.json(12)?,
        },
    })
}

pub(super) fn outcome(word: &str) -> Option<Outcome> {
    use Outcome::{Created, Enriched, Failed, Rejected, Review, Suppressed, Unchanged};
    [Created, Enriched, Unchanged, Review, Rejected, Suppressed, Failed].into_iter().find(|outcome| outcome.key() == word)
}

pub(super) const fn kind_number(kind: RecordKind) -> i64 {
    match kind {
        RecordKind::Person => 0,
        RecordKind::Company => 1,
    }
}

impl View<'_> {
    /// One record.
    pub fn record(&self, id: RecordId) -> Result<Option<SourceRecord>> {
        self.one(&format!("SELECT {COLUMNS} FROM records r WHERE r.id = ?1"), [id.as_bytes()], record)
    }

    /// The newest snapshot of that source's id.
    pub fn identity(&self, source: Source, kind: RecordKind, external_id: &Text) -> Result<Option<Identity>> {
        let sql = "SELECT id, fingerprint, outcome, company FROM records
             WHERE source = ?1 AND external_id = ?2 AND kind = ?3 ORDER BY id DESC LIMIT 1";
        self.one(sql, params![source.key(), external_id.as_str(), kind_number(kind)], |row| {
            Ok(Identity {
                record: row.id(0, RecordId)?,
                fingerprint: Fingerprint(row.get(1)?),
                outcome: row.word(2, outcome)?,
                company: row.maybe_id(3, CompanyId)?,
            })
        })
    }

    /// Whether that source's id was seen since then and became something: a person kept only because it was too weak, or
    /// on the do-not-contact list, is known too.
    pub fn seen_since(&self, source: Source, kind: RecordKind, external_id: &Text, since: Timestamp) -> Result<bool> {
        let sql = "SELECT exists(SELECT 1 FROM records WHERE source = ?1 AND external_id = ?2 AND kind = ?3 AND seen_at >= ?4)";
        self.value(sql, params![source.key(), external_id.as_str(), kind_number(kind), since.as_micros()])
    }

    /// The golden company that a person's record names.
    pub fn company_of_record(&self, id: RecordId) -> Result<Option<CompanyId>> {
        Ok(self.one("SELECT company FROM records WHERE id = ?1", [id.as_bytes()], |row| row.maybe_id(0, CompanyId))?.flatten())
    }

    /// The raw page a record was made of.
    pub fn raw_row(&self, record: &SourceRecord) -> Result<Option<RawRow>> {
        let Some(origin) = record.origin else { return Ok(None) };
        let rows = self.page(origin.run, origin.page)?.map(|page| page.rows).filter(|rows| !rows.is_empty());
        Ok(rows.map(|rows| RawRow { origin, rows }))
    }
}

impl Desk<'_> {
    /// Adds a snapshot; `text` is its draft's. `company` is the golden company: a person's employer, or the company itself.
    pub fn add_record(&self, record: &SourceRecord, text: &RecordText, company: Option<CompanyId>, outcome: Outcome) -> Result<()> {
        let draft = &record.draft;
        self.run(
            "INSERT INTO records(id, source, kind, external_id, seen_at, dated, run, page, row, company, fields, edited, defects, quality,
               fingerprint, outcome) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            params![
                record.id.as_bytes(),
                draft.source.key(),
                kind_number(draft.kind),
                draft.external_id.as_str(),
                record.seen_at.as_micros(),
                draft.dated.map(Timestamp::as_micros),
                record.origin.as_ref().map(|origin| origin.run.as_bytes()),
                record.origin.map(|origin| origin.page),
                record.origin.map(|origin| origin.row),
                company.as_ref().map(CompanyId::as_bytes),
                text.fields,
                text.edited,
                text.defects,
                text.quality,
                text.says.0,
                outcome.key(),
            ],
        )?;
        Ok(())
    }

    /// Corrects what became of a record, at the desk that added it: that it told nothing new shows only afterwards.
    pub fn set_outcome(&self, id: RecordId, outcome: Outcome) -> Result<()> {
        self.run_one("record", id, "UPDATE records SET outcome = ?2 WHERE id = ?1", params![id.as_bytes(), outcome.key()])
    }
}
