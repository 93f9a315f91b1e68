//! Migrations: append-only, each in one transaction together with its number, checked by content so that a
//! released one is never edited.

use crate::{
    domain::Fingerprint,
    store::{Result, StoreError},
};
use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest, Sha256};
use std::path::Path;

/// In order; a migration's number is its place, counted from 1.
const MIGRATIONS: &[(&str, &str)] =
    &[("house", include_str!("../migrations/0001_house.sql")), ("learning", include_str!("../migrations/0002_learning.sql"))];

/// "LEAD" in ASCII, so that another program's database is not taken for ours.
const APPLICATION_ID: i64 = 0x4c45_4144;

/// Brings the schema up to this program's; refuses newer and foreign files.
pub(super) fn migrate(db: &mut Connection, path: &Path) -> Result<()> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let application: i64 = transaction.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION_ID {
        if tables > 0 {
            return Err(StoreError::Corrupt { what: "it was made by another program".into() });
        }
        transaction.execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION_ID};
             CREATE TABLE migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT;"
        ))?;
    }
    let found: i64 = transaction.query_row("SELECT coalesce(max(version), 0) FROM migrations", [], |row| row.get(0))?;
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(StoreError::TooNew { path: path.to_owned(), found, known });
    }
    for (number, (name, sql)) in (1i64..).zip(MIGRATIONS) {
        let checksum = checksum(sql);
        if number <= found {
            let applied: String =
                transaction.query_row("SELECT checksum FROM migrations WHERE version = ?1", [number], |row| row.get(0))?;
            if applied != checksum {
                return Err(StoreError::Corrupt { what: format!("migration {number} ({name}) is not the one this program knows") });
            }
        } else {
            transaction.execute_batch(sql)?;
            transaction.execute("INSERT INTO migrations(version, name, checksum) VALUES (?1, ?2, ?3)", (number, name, checksum))?;
        }
    }
    Ok(transaction.commit()?)
}

fn checksum(sql: &str) -> String {
    format!("{:?}", Fingerprint::of(&Sha256::digest(sql.as_bytes())))
}
