//! A result held against the truth: who is who by a file that lists it, and how right the pairs and clusters are.

use super::{Kind, Result, ServiceError};
use crate::{
    domain::Zone,
    intake::mapping::fold,
    matching::{
        dedupe::Pair,
        metrics::{self, Measure},
    },
};
use serde::Serialize;
use std::{
    collections::{HashMap, hash_map::Entry},
    path::Path,
};

/// Folded names of the column that names the record, and of the one that names whom it is about.
const RECORDS: [&str; 4] = ["recordid", "recid", "id", "uniqueid"];
const ENTITIES: [&str; 5] = ["entityid", "entity", "clusterid", "cluster", "personid"];

/// How right a result is. Records that the truth does not name are left out of all of it; rows that could not be used and
/// are named there count as not found.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Accuracy {
    /// Records that the truth names.
    pub labelled: usize,
    /// Records that it does not name.
    pub unlabelled: usize,
    /// Names in the truth that no record has.
    pub unknown: usize,
    /// Pairs that are likelier one than not.
    pub pairs: Measure,
    /// The best F1 that any threshold gives the pairs.
    pub best_f1: f64,
    /// That threshold, in bits.
    pub best_at: f32,
    /// Clusters, counted in the pairs within them.
    pub clusters: Measure,
    /// The share of true pairs that were compared at all.
    pub blocking_recall: f64,
    /// Pairs joined without asking.
    pub auto: ZoneCount,
    /// Pairs for a person to look at.
    pub review: ZoneCount,
    /// True pairs in neither zone.
    pub missed: u64,
}

/// The pairs of one zone.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct ZoneCount {
    /// How many.
    pub pairs: u64,
    /// How many of them are two different ones.
    pub wrong: u64,
    /// The zone's pairs as a share of all true pairs.
    pub share_of_truth: f64,
    /// The share of all true pairs that is in the zone.
    pub recall: f64,
}

impl ZoneCount {
    fn of(measure: &Measure) -> Self {
        let share = if measure.truth == 0 { 0.0 } else { measure.said as f64 / measure.truth as f64 };
        Self { pairs: measure.said, wrong: measure.said - measure.right, share_of_truth: share, recall: measure.recall }
    }
}

/// The entity of every record, numbered; `None` where the truth does not name the record.
pub struct Truth {
    of: Vec<Option<u32>>,
    /// Those of rows that could not be used.
    lost: Vec<u32>,
    unknown: usize,
}

impl Truth {
    /// Reads a truth file. `ids` are the records' names in order, `lost` those of rows that gave no record.
    pub fn read(path: &Path, ids: &[Box<str>], lost: &[Box<str>]) -> Result<Self> {
        let wrong = |why: String| ServiceError::new(Kind::Invalid, format!("the truth file {} {why}", path.display()));
        let unreadable = |error: csv::Error| wrong(format!("cannot be read: {error}"));
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_path(path).map_err(unreadable)?;
        let header: Vec<String> = reader.headers().map_err(unreadable)?.iter().map(fold).collect();
        let column = |names: &[&str]| names.iter().find_map(|name| header.iter().position(|column| column == name));
        let (Some(record), Some(entity)) = (column(&RECORDS), column(&ENTITIES)) else {
            return Err(wrong("needs the columns record_id and entity_id".to_owned()));
        };
        let places: HashMap<&str, usize> =
            lost.iter().chain(ids).zip((ids.len()..ids.len() + lost.len()).chain(0..ids.len())).map(|(id, nth)| (&**id, nth)).collect();
        let mut truth = Self { of: vec![None; ids.len()], lost: Vec::new(), unknown: 0 };
        let mut numbers: HashMap<String, u32> = HashMap::new();
        for row in reader.records() {
            let row = row.map_err(unreadable)?;
            let (Some(record), Some(entity)) = (row.get(record), row.get(entity)) else { continue };
            let next = numbers.len() as u32;
            let number = match numbers.entry(entity.to_owned()) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => *new.insert(next),
            };
            match places.get(crate::domain::csv_safe::restore(record)) {
                Some(nth) => match truth.of.get_mut(*nth) {
                    Some(of) => *of = Some(number),
                    None => truth.lost.push(number),
                },
                None => truth.unknown += 1,
            }
        }
        if truth.of.iter().all(Option::is_none) {
            return Err(wrong(format!("names none of the records; the first is {:?} here", ids.first().map_or("", |id| id))));
        }
        Ok(truth)
    }

    /// Measures pairs (in the zones), clusters, and everything that was compared with its bits.
    pub fn measure(&self, pairs: &[Pair], clusters: &[u32], compared: &[(u32, u32, f32)]) -> Accuracy {
        let same = |left: u32, right: u32| Some(self.of[left as usize]? == self.of[right as usize]?);
        // A row that gave no record is a cluster of its own.
        let (mut kept, mut truth): (Vec<u32>, Vec<u32>) =
            clusters.iter().zip(&self.of).filter_map(|(cluster, entity)| Some((*cluster, (*entity)?))).unzip();
        kept.extend((0..self.lost.len() as u32).map(|nth| clusters.len() as u32 + nth));
        truth.extend(&self.lost);
        let truths = metrics::pairs_within(&truth);
        let of = |pairs: &mut dyn Iterator<Item = (u32, u32)>| {
            let (mut said, mut right) = (0, 0);
            for same in pairs.filter_map(|(left, right)| same(left, right)) {
                said += 1;
                right += u64::from(same);
            }
            Measure::new(said, right, truths)
        };
        let scored: Vec<(f32, bool)> = compared.iter().filter_map(|(left, right, score)| Some((*score, same(*left, *right)?))).collect();
        let (best_f1, best_at) = metrics::best_f1(&scored, truths);
        let zone = |zone: Zone| of(&mut pairs.iter().filter(|pair| pair.zone == zone).map(|pair| (pair.left, pair.right)));
        let (auto, review) = (zone(Zone::Auto), zone(Zone::Review));
        Accuracy {
            labelled: truth.len() - self.lost.len(),
            unlabelled: self.of.iter().filter(|entity| entity.is_none()).count(),
            unknown: self.unknown,
            pairs: of(&mut pairs.iter().filter(|pair| pair.score.0 >= 0.0).map(|pair| (pair.left, pair.right))),
            best_f1,
            best_at,
            clusters: metrics::of_clusters(&kept, &truth),
            blocking_recall: of(&mut compared.iter().map(|(left, right, _)| (*left, *right))).recall,
            auto: ZoneCount::of(&auto),
            review: ZoneCount::of(&review),
            missed: truths.saturating_sub(auto.right + review.right),
        }
    }
}
