//! Runs, their raw pages, and the rows that could not be read.

use super::{
    Desk, View,
    convert::{Columns, to_json},
};
use crate::{
    domain::{ContactId, Counters, Outcome, RecordId, Run, RunId, RunState, Source, Text, Timestamp},
    store::{Result, RowFailure, RunRecord, StoreError, StoredPage},
};
use rusqlite::{Row, params};

const COLUMNS: &str = "id, source, state, request, cursor, pages, counters, total, error, started_at, finished_at, actor";

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        id: row.id(0, RunId)?,
        source: row.word(1, |word| word.parse::<Source>().ok())?,
        state: row.word(2, RunState::from_key)?,
        request: row.get(3)?,
        cursor: row.get(4)?,
        pages: row.get(5)?,
        counters: row.json(6)?,
        total: row.get::<_, Option<i64>>(7)?.map(|n| n as u64),
        error: row.maybe_text(8)?,
        started_at: row.time(9)?,
        finished_at: row.maybe_time(10)?,
        actor: row.text(11)?,
    })
}

impl View<'_> {
    /// One run.
    pub fn run_of(&self, id: RunId) -> Result<Option<Run>> {
        self.one(&format!("SELECT {COLUMNS} FROM runs WHERE id = ?1"), [id.as_bytes()], run)
    }

    /// The latest runs, newest first, those before `before` only.
    pub fn runs(&self, source: Option<Source>, before: Option<RunId>, limit: u32) -> Result<Vec<Run>> {
        let sql =
            format!("SELECT {COLUMNS} FROM runs WHERE (?1 IS NULL OR source = ?1) AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3");
        self.all(&sql, params![source.map(Source::key), before.as_ref().map(RunId::as_bytes), limit], run)
    }

    /// Raw pages that were stored and not yet taken in, in order.
    pub fn waiting_pages(&self, run: RunId) -> Result<Vec<u32>> {
        self.all("SELECT page FROM waiting_pages WHERE run = ?1 ORDER BY page", [run.as_bytes()], |row| row.get(0))
    }

    /// Whether a page was stored and not yet taken in.
    pub fn page_waits(&self, run: RunId, page: u32) -> Result<bool> {
        self.value("SELECT exists(SELECT 1 FROM waiting_pages WHERE run = ?1 AND page = ?2)", params![run.as_bytes(), page])
    }

    /// A raw page.
    pub fn page(&self, run: RunId, page: u32) -> Result<Option<StoredPage>> {
        let sql = "SELECT rows FROM pages WHERE run = ?1 AND page = ?2";
        self.one(sql, params![run.as_bytes(), page], |row| Ok(StoredPage { page, rows: row.get(0)? }))
    }

    /// Records that a run brought, by outcome, in order of arrival.
    pub fn run_records(&self, run: RunId, outcome: Option<Outcome>, after: Option<RecordId>, limit: u32) -> Result<Vec<RunRecord>> {
        let sql = "SELECT r.id, r.outcome, r.fields, m.entity FROM records r
             LEFT JOIN members m ON m.record = r.id AND m.current = 1
             WHERE r.run = ?1 AND r.kind = 0 AND (?2 IS NULL OR r.outcome = ?2) AND (?3 IS NULL OR r.id > ?3)
             ORDER BY r.id LIMIT ?4";
        self.all(sql, params![run.as_bytes(), outcome.map(Outcome::key), after.as_ref().map(RecordId::as_bytes), limit], |row| {
            let fields: crate::domain::Fields = row.json(2)?;
            let name = fields.person_name();
            Ok(RunRecord {
                record: row.id(0, RecordId)?,
                outcome: row.word(1, super::records::outcome)?,
                name: if name.is_empty() { Text::new(fields.str(crate::domain::Field::Email)) } else { name },
                company: Text::new(fields.str(crate::domain::Field::CompanyName)),
                contact: row.maybe_id(3, ContactId)?,
            })
        })
    }

    /// Rows that could not be read, by line.
    pub fn row_errors(&self, run: RunId, after: Option<u64>, limit: u32) -> Result<Vec<RowFailure>> {
        let sql = "SELECT line, reason, raw FROM row_errors WHERE run = ?1 AND line > ?2 ORDER BY line LIMIT ?3";
        self.all(sql, params![run.as_bytes(), after.map_or(-1, |line| line as i64), limit], |row| {
            Ok(RowFailure { line: row.get::<_, i64>(0)? as u64, reason: row.text(1)?, raw: row.get(2)? })
        })
    }
}

impl Desk<'_> {
    /// A new run.
    pub fn start_run(&self, run: &Run) -> Result<()> {
        self.run(
            "INSERT INTO runs(id, source, state, request, counters, total, started_at, actor) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                run.id.as_bytes(),
                run.source.key(),
                run.state.key(),
                run.request,
                to_json("run", &run.counters)?,
                run.total.map(|n| n as i64),
                run.started_at.as_micros(),
                run.actor.as_str()
            ],
        )?;
        Ok(())
    }

    /// Stores a fetched page together with the cursor that follows it. Refused when the page is not the run's
    /// next, which happens when two processes run the same run.
    pub fn land_page(&self, id: RunId, page: u32, rows: &str, cursor: Option<&str>, total: Option<u64>) -> Result<()> {
        let sql = "UPDATE runs SET pages = pages + 1, cursor = ?2, total = coalesce(?3, total) WHERE id = ?1 AND pages = ?4";
        if self.run(sql, params![id.as_bytes(), cursor, total.map(|n| n as i64), page])? == 0 {
            return Err(StoreError::Stale { what: format!("run {}", id.short()) });
        }
        self.run("INSERT INTO pages(run, page, rows) VALUES (?1, ?2, ?3)", params![id.as_bytes(), page, rows])?;
        self.run("INSERT INTO waiting_pages(run, page) VALUES (?1, ?2)", params![id.as_bytes(), page])?;
        Ok(())
    }

    /// Marks a page as taken in and adds to the run's counters. `keep` is false when no record came of it: then
    /// its rows are not kept either. Answers false when it was taken already.
    pub fn page_taken(&self, id: RunId, page: u32, counted: &Counters, keep: bool) -> Result<bool> {
        if self.run("DELETE FROM waiting_pages WHERE run = ?1 AND page = ?2", params![id.as_bytes(), page])? == 0 {
            return Ok(false);
        }
        if !keep {
            self.run("UPDATE pages SET rows = '' WHERE run = ?1 AND page = ?2", params![id.as_bytes(), page])?;
        }
        let mut counters = self.run_of(id)?.ok_or_else(|| StoreError::missing("run", id))?.counters;
        counters.add(*counted);
        self.run("UPDATE runs SET counters = ?2 WHERE id = ?1", params![id.as_bytes(), to_json("run", &counters)?])?;
        Ok(true)
    }

    /// Changes where a run stands; a state that ends it carries when and why.
    pub fn set_run_state(&self, id: RunId, state: RunState, finished_at: Option<Timestamp>, error: Option<&Text>) -> Result<()> {
        let sql = "UPDATE runs SET state = ?2, finished_at = ?3, error = ?4 WHERE id = ?1";
        self.run_one("run", id, sql, params![id.as_bytes(), state.key(), finished_at.map(Timestamp::as_micros), error.map(Text::as_str)])
    }

    /// Keeps a row that could not be read.
    pub fn add_row_error(&self, run: RunId, failure: &RowFailure) -> Result<()> {
        self.run(
            "INSERT OR REPLACE INTO row_errors(run, line, reason, raw) VALUES (?1, ?2, ?3, ?4)",
            params![run.as_bytes(), failure.line as i64, failure.reason.as_str(), failure.raw],
        )?;
        Ok(())
    }
}
