//! Between SQLite's columns and the domain's types, and from SQLite's errors to ours.

pub(super) use crate::store::types::to_json;
use crate::{
    domain::{Text, Timestamp, Uuid},
    store::{Result, StoreError},
};
use rusqlite::{ErrorCode, OptionalExtension, Params, Row, types::FromSql};
use serde::de::DeserializeOwned;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt { what: error.to_string() },
            _ => Self::Sql(error.to_string()),
        }
    }
}

/// Reads columns by position with the right type.
pub(super) trait Columns {
    fn id<T>(&self, at: usize, wrap: impl FnOnce(Uuid) -> T) -> rusqlite::Result<T>;
    fn maybe_id<T>(&self, at: usize, wrap: impl FnOnce(Uuid) -> T) -> rusqlite::Result<Option<T>>;
    fn text(&self, at: usize) -> rusqlite::Result<Text>;
    fn maybe_text(&self, at: usize) -> rusqlite::Result<Option<Text>>;
    fn time(&self, at: usize) -> rusqlite::Result<Timestamp>;
    fn maybe_time(&self, at: usize) -> rusqlite::Result<Option<Timestamp>>;
    /// A text that `parse` understands.
    fn word<T>(&self, at: usize, parse: impl FnOnce(&str) -> Option<T>) -> rusqlite::Result<T>;
    /// A JSON text.
    fn json<T: DeserializeOwned>(&self, at: usize) -> rusqlite::Result<T>;
}

impl Columns for Row<'_> {
    fn id<T>(&self, at: usize, wrap: impl FnOnce(Uuid) -> T) -> rusqlite::Result<T> {
        Ok(wrap(Uuid::from_bytes(self.get(at)?)))
    }

    fn maybe_id<T>(&self, at: usize, wrap: impl FnOnce(Uuid) -> T) -> rusqlite::Result<Option<T>> {
        Ok(self.get::<_, Option<[u8; 16]>>(at)?.map(Uuid::from_bytes).map(wrap))
    }

    fn text(&self, at: usize) -> rusqlite::Result<Text> {
        Ok(Text::new(self.get_ref(at)?.as_str()?))
    }

    fn maybe_text(&self, at: usize) -> rusqlite::Result<Option<Text>> {
        Ok(self.get_ref(at)?.as_str_or_null()?.map(Text::new))
    }

    fn time(&self, at: usize) -> rusqlite::Result<Timestamp> {
        Ok(Timestamp::from_micros(self.get(at)?))
    }

    fn maybe_time(&self, at: usize) -> rusqlite::Result<Option<Timestamp>> {
        Ok(self.get::<_, Option<i64>>(at)?.map(Timestamp::from_micros))
    }

    fn word<T>(&self, at: usize, parse: impl FnOnce(&str) -> Option<T>) -> rusqlite::Result<T> {
        let word = self.get_ref(at)?.as_str()?;
        parse(word).ok_or_else(|| unreadable(at, format!("{word:?} is no known word").into()))
    }

    fn json<T: DeserializeOwned>(&self, at: usize) -> rusqlite::Result<T> {
        serde_json::from_str(self.get_ref(at)?.as_str()?).map_err(|error| unreadable(at, error.into()))
    }
}

pub(super) fn unreadable(at: usize, why: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, why)
}

/// The usual three questions, each with a cached statement.
impl super::View<'_> {
    /// The first row, if any.
    pub(super) fn one<T>(&self, sql: &str, params: impl Params, read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>) -> Result<Option<T>> {
        Ok(self.db.prepare_cached(sql)?.query_row(params, read).optional()?)
    }

    /// All rows. Callers bound them with LIMIT or by what they ask for.
    pub(super) fn all<T>(&self, sql: &str, params: impl Params, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Result<Vec<T>> {
        Ok(self.db.prepare_cached(sql)?.query_map(params, read)?.collect::<rusqlite::Result<Vec<_>>>()?)
    }

    /// The one value of a query that always has a row.
    pub(super) fn value<T: FromSql>(&self, sql: &str, params: impl Params) -> Result<T> {
        Ok(self.db.prepare_cached(sql)?.query_row(params, |row| row.get(0))?)
    }
}

impl super::Desk<'_> {
    /// How many rows it changed.
    pub(super) fn run(&self, sql: &str, params: impl Params) -> Result<usize> {
        Ok(self.db.prepare_cached(sql)?.execute(params)?)
    }

    /// The same, where it must have changed exactly one row.
    pub(super) fn run_one(&self, what: &'static str, id: impl std::fmt::Display, sql: &str, params: impl Params) -> Result<()> {
        if self.run(sql, params)? == 1 { Ok(()) } else { Err(StoreError::missing(what, id)) }
    }
}
