//! Intake: raw row -> mapped, cleaned, validated, scored draft. Pure: the same row, mapping and moment give the same
//! drafts. Absent on purpose: fetching, storing, knowing whether somebody is known already.
//!
//! Read in this order: [`raw`] (what comes in), [`mapping`] and [`expression`] (where values are), `clean` and
//! [`vocabulary`] (what they mean), `draft` with `contact_points` and `lead` (how a row is put together), `validate`, `score`; [`recognise`]
//! finds the mapping of a file that nobody has explained.

mod clean;
mod contact_points;
mod draft;
pub mod expression;
mod lead;
pub mod mapping;
mod problem;
pub mod raw;
pub mod recognise;
mod score;
mod settings;
mod validate;
pub mod vocabulary;

pub use mapping::Mapping;
pub use problem::Problem;
pub use recognise::Recognition;
pub use settings::{DateOrder, Settings, Thresholds, Weights};

use crate::domain::{Draft, Field, RecordKind, Source, Timestamp};
use draft::Maker;
use expression::Expression;
use mapping::{Bound, Row};
use raw::{RawPage, Rows};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Rows a thread takes at a time: fewer cost more in hand-over than they gain.
const CHUNK: usize = 32;

/// All that intake knows: settings, and a mapping for each source.
#[derive(Debug)]
pub struct Intake {
    settings: Settings,
    mappings: BTreeMap<Source, Mapping>,
    /// For files of unknown make; its lead rules hold for all.
    common: Mapping,
    /// For files with exactly these columns.
    layouts: Vec<Mapping>,
}

/// How much of a row is understood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Depth {
    /// All of it.
    Whole,
    /// Which person or company it is about: no score, no findings, nothing that is made of other fields, no look whether
    /// a number is assigned. Half the work.
    Identity(RecordKind),
}

/// What one row became. At least one of the drafts is there, where not only one kind was asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Taken {
    /// The person, with the lead's custom fields and the employer's name and domain.
    pub person: Option<Draft>,
    /// The company, with everything else that the row says about it.
    pub company: Option<Draft>,
    /// What follows from score and errors.
    pub disposition: Disposition,
}

/// What follows from score and errors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disposition {
    /// On to suppression and matching.
    Pass,
    /// A person looks at it first.
    Review,
    /// Too weak: kept and listed.
    Reject,
}

/// Why a row gives no draft at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RowError {
    /// Only blanks.
    #[error("the row is empty")]
    Blank,
    /// A JSON value of another kind.
    #[error("the row is not a JSON object")]
    NotAnObject,
    /// Nothing that the mapping finds is a person or a company.
    #[error("the row names neither a person nor a company; check the mapping")]
    NothingUsable,
}

impl Intake {
    /// With the shipped mappings and, over them, the user's. All problems are found in one go.
    pub fn new(settings: Settings, overrides: Vec<Mapping>) -> Result<Self, Vec<Problem>> {
        let (files, sources): (Vec<_>, Vec<_>) = Mapping::shipped()?.into_iter().partition(|mapping| mapping.source == Source::File);
        let mut common = files.into_iter().next().unwrap_or_else(|| Mapping::empty(Source::File));
        let mut mappings: BTreeMap<_, _> = sources.into_iter().map(|mapping| (mapping.source, mapping)).collect();
        let (layouts, overrides): (Vec<_>, Vec<_>) = overrides.into_iter().partition(|mapping| !mapping.marks.header.is_empty());
        for mapping in overrides {
            match mappings.get_mut(&mapping.source) {
                _ if mapping.source == Source::File => common.overlay(mapping),
                Some(shipped) => shipped.overlay(mapping),
                None => drop(mappings.insert(mapping.source, mapping)),
            }
        }
        let mut problems = settings.check();
        problems.extend(mappings.values().chain([&common]).chain(&layouts).flat_map(Mapping::check));
        if problems.is_empty() { Ok(Self { settings, mappings, common, layouts }) } else { Err(problems) }
    }

    /// The settings.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The mapping of a source; that of files for sources without one.
    pub fn mapping(&self, source: Source) -> &Mapping {
        self.mappings.get(&source).unwrap_or(&self.common)
    }

    /// Makes drafts of a page's rows, one result a row, in order. Uses all cores; rows in `page.bad` are not repeated.
    pub fn take(&self, mapping: &Mapping, page: &RawPage, now: Timestamp) -> Vec<Result<Taken, RowError>> {
        self.take_to(Depth::Whole, mapping, page, now, |taken| taken)
    }

    /// Only what tells which person or company each row is about: for matching files that nobody imports. `then` makes of
    /// that what the caller keeps while it is still in the core's cache.
    pub fn take_identities<T: Send>(
        &self,
        mapping: &Mapping,
        page: &RawPage,
        kind: RecordKind,
        now: Timestamp,
        then: impl Fn(Taken) -> T + Sync,
    ) -> Vec<Result<T, RowError>> {
        self.take_to(Depth::Identity(kind), mapping, page, now, then)
    }

    fn take_to<T: Send>(
        &self,
        depth: Depth,
        mapping: &Mapping,
        page: &RawPage,
        now: Timestamp,
        then: impl Fn(Taken) -> T + Sync,
    ) -> Vec<Result<T, RowError>> {
        let maker = Maker { intake: self, mapping, bound: Bound::new(mapping, &page.rows), now, depth };
        // Chunk by chunk, because the code of each step fills a core's cache as a page of drafts does.
        let chunk = |rows: &mut dyn Iterator<Item = Row<'_>>| {
            let taken: Vec<_> = rows.map(|row| maker.make(row)).collect();
            taken.into_iter().map(|taken| taken.map(&then)).collect::<Vec<_>>()
        };
        match &page.rows {
            Rows::Table { rows, .. } => rows.par_chunks(CHUNK).flat_map_iter(|rows| chunk(&mut rows.iter().map(Row::Table))).collect(),
            Rows::Objects(rows) => rows.par_chunks(CHUNK).flat_map_iter(|rows| chunk(&mut rows.iter().map(Row::Object))).collect(),
        }
    }

    /// A mapping of somebody's own for one import, laid over that of its source.
    pub fn overlaid(&self, own: Mapping) -> Mapping {
        let mut mapping = Mapping { source: own.source, ..self.mapping(own.source).clone() };
        mapping.overlay(own);
        mapping
    }

    /// The rules for custom fields: the mapping's own; for fields it has none for, its source's; else those of all.
    fn lead_rules<'m>(&'m self, mapping: &'m Mapping) -> impl Iterator<Item = (Field, impl Iterator<Item = &'m Expression>)> {
        let source = &self.mapping(mapping.source).lead;
        let own = mapping.lead.iter();
        let sources = source.iter().filter(|(field, _)| !mapping.lead.contains_key(field));
        let rest = self.common.lead.iter().filter(|(field, _)| !mapping.lead.contains_key(field) && !source.contains_key(field));
        own.chain(sources).chain(rest).map(|(field, rule)| (*field, rule.0.iter().filter_map(mapping::Reference::expression)))
    }
}
