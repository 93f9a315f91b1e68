//! How long it takes to find one record among many, as an import does it for every row: measured, for `bench`.

use super::{COMPANY, DedupeRequest, DedupeStep, Kind, PERSON, Result, ServiceError, open, read};
use crate::{
    config::Loaded,
    domain::{CompanyId, ContactId, RecordId, RecordKind, Timestamp, Uuid},
    matching::{Matcher, Model, Prepared, Subject},
};
use serde::Serialize;
use std::time::Instant;

/// Records held out of the index and looked up in it.
const ASKED: usize = 10_000;

/// Look-ups of single records.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct LookUps {
    /// Records in the index.
    pub index: usize,
    /// Look-ups made.
    pub asked: usize,
    /// Half of them took no longer, in milliseconds.
    pub p50_ms: f64,
    /// All but one in a hundred took no longer.
    pub p99_ms: f64,
    /// The slowest.
    pub max_ms: f64,
    /// Putting one record in takes so long on average.
    pub insert_ms: f64,
}

/// Reads the files of a request, puts their records into an index but for some that are spread over them, and looks
/// those up one by one.
pub fn look_ups(loaded: &Loaded, request: &DedupeRequest, now: Timestamp, progress: &(dyn Fn(DedupeStep) + Sync)) -> Result<LookUps> {
    let intake = open::intake(&loaded.config, &loaded.mappings)?;
    let (kind, sources) = read::open(&intake, &request.files, request.kind, request.mapping.as_deref())?;
    match kind {
        RecordKind::Person => {
            measured(loaded, read(&intake, sources, &PERSON, Vec::extend, now, progress)?, |n| ContactId(Uuid::from_u128(n)))
        }
        RecordKind::Company => {
            measured(loaded, read(&intake, sources, &COMPANY, Vec::extend, now, progress)?, |n| CompanyId(Uuid::from_u128(n)))
        }
    }
}

fn measured<S: Subject>(loaded: &Loaded, reading: read::Reading<Vec<Prepared<S>>>, owner: fn(u128) -> S::Owner) -> Result<LookUps> {
    let count = reading.gathered.len();
    if count < 2 {
        return Err(ServiceError::new(Kind::Invalid, "there are too few records in these files to look one up"));
    }
    let every = count.div_ceil(ASKED).max(2);
    let mut matcher = Matcher::<S>::new(loaded.config.matching, Model::shipped());
    let mut held_out = Vec::with_capacity(ASKED);
    let from = Instant::now();
    for (nth, record) in reading.gathered.into_iter().enumerate() {
        if nth % every == 0 {
            held_out.push(record);
        } else {
            matcher.insert(RecordId(Uuid::from_u128(nth as u128)), owner(nth as u128), record);
        }
    }
    let inserting = from.elapsed();
    let mut times: Vec<f64> = held_out
        .iter()
        .map(|record| {
            let from = Instant::now();
            std::hint::black_box(matcher.decide(record));
            from.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    Ok(LookUps {
        index: matcher.len(),
        asked: times.len(),
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        max_ms: at(1.0),
        insert_ms: inserting.as_secs_f64() * 1e3 / matcher.len() as f64,
    })
}
