//! Imports: what is asked for, what it would take, how it went.

use crate::domain::{Counters, Field, Outcome, Run, Source, Text};
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

/// A run with what a screen shows beside it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RunView {
    /// The run.
    pub run: Run,
    /// Where its rows come from, in words: a search's name, a file's name.
    pub what: Text,
    /// Rows a second over the last moments; 0 when it is not running.
    pub rate: f32,
    /// How long it may still take, where that can be told.
    pub left: Option<Duration>,
    /// It is at work in this process.
    pub here: bool,
    /// The file of its rows that need mending, where there is one.
    pub to_mend: Option<PathBuf>,
}

/// An import somebody asks for.
#[derive(Clone, PartialEq, Debug)]
pub struct ImportRequest {
    /// From where.
    pub from: ImportFrom,
    /// No more rows than this.
    pub limit: Option<u64>,
}

/// From where an import comes.
#[derive(Clone, PartialEq, Debug)]
pub enum ImportFrom {
    /// A provider's search.
    Provider {
        /// Which provider.
        source: Source,
        /// A saved search's name; the source's default search when absent.
        search: Option<Text>,
        /// Filters on top of it.
        set: Vec<(String, String)>,
    },
    /// A file.
    File {
        /// Where it lies.
        path: PathBuf,
        /// Whose export it is, when the person knows better than the header.
        source: Option<Source>,
        /// A mapping file.
        mapping: Option<PathBuf>,
    },
}

/// What an import would do, without doing it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ImportPlan {
    /// Whose rows they are.
    pub source: Source,
    /// How many rows, where that can be told.
    pub rows: Option<u64>,
    /// How many credits at most, for a provider.
    pub credits: Option<u64>,
    /// For a file: how each column is understood.
    pub columns: Vec<ColumnPlan>,
    /// In words: how sure the recognition is, what is missing.
    pub notes: Vec<Text>,
    /// For a file whose rows were looked at, what would become of them.
    pub forecast: Option<Forecast>,
}

/// What cleaning and scoring would make of a file's rows.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Forecast {
    /// How many there are.
    pub rows: u64,
    /// Good enough to be matched.
    pub usable: u64,
    /// A person would look at them first.
    pub review: u64,
    /// Too weak: they would be kept and listed.
    pub weak: u64,
    /// They could not be used.
    pub unusable: u64,
    /// What is wrong with the first rows that are not simply usable.
    pub problems: Vec<RowProblem>,
}

/// What is wrong with a row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RowProblem {
    /// Where it starts in its file, counted from 1.
    pub line: u64,
    /// In a sentence.
    pub reason: Text,
}

impl std::fmt::Display for Forecast {
    /// `500 rows: 470 usable, 18 need a look, 10 too weak, 2 cannot be used`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rows, usable, review, weak, unusable, .. } = self;
        let noun = if *rows == 1 { "row" } else { "rows" };
        write!(f, "{rows} {noun}: {usable} usable, {review} need a look, {weak} too weak, {unusable} cannot be used")
    }
}

/// What a source's search may be asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FilterInfo {
    /// The source's own name of it.
    pub name: &'static str,
    /// What it takes, in words.
    pub takes: String,
    /// What it does, where the name does not say.
    pub about: &'static str,
}

/// Credits that this process spent at a source.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Spent {
    /// Where.
    pub source: Source,
    /// How many, in the source's own credits.
    pub credits: f64,
    /// The ceiling they count towards, where there is one.
    pub ceiling: Option<Ceiling>,
}

/// The configured ceiling on a source's credits in a month.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Ceiling {
    /// Credits used this month, or set aside.
    pub used: f64,
    /// Credits allowed.
    pub allowed: f64,
    /// So much is used that it is time to say so.
    pub is_near: bool,
}

impl Ceiling {
    /// Credits left.
    pub fn left(&self) -> f64 {
        (self.allowed - self.used).max(0.0)
    }

    /// What a run that may cost `credits` has to reckon with: what is left, and whether it ends there.
    pub fn note(&self, source: Source, credits: Option<f64>) -> String {
        let (left, allowed) = (self.left(), self.allowed);
        let end = if credits.is_some_and(|credits| credits <= left) { "" } else { "; the run ends there and can be resumed" };
        format!("credit_ceiling of [sources.{}] leaves {left} of {allowed} credits this month{end}", source.key())
    }
}

/// `8 of 10 credits of your ceiling used`
impl std::fmt::Display for Ceiling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} credits of your ceiling used", self.used, self.allowed)
    }
}

/// How a column of a file is understood.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ColumnPlan {
    /// Its name in the file.
    pub column: Text,
    /// The field it fills, where it is just one field.
    pub field: Option<Field>,
    /// What it becomes, in words; empty: it is kept in the raw row only.
    pub meaning: Text,
    /// How sure, 0 to 100.
    pub sure: u8,
    /// A value from the file.
    pub sample: Text,
}

/// Outcomes by number, for tables.
pub fn outcomes(counters: &Counters) -> [(Outcome, u64); 7] {
    [
        (Outcome::Created, counters.created),
        (Outcome::Enriched, counters.enriched),
        (Outcome::Unchanged, counters.unchanged),
        (Outcome::Review, counters.review),
        (Outcome::Rejected, counters.rejected),
        (Outcome::Suppressed, counters.suppressed),
        (Outcome::Failed, counters.failed),
    ]
}
