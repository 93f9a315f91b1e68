//! From files to records ready to be compared. One thread reads pages while the others understand them, and no more
//! than a few pages are in memory besides the records.

use super::{
    super::imports::{self, Opened},
    DedupeStep, FileRead, Kind, Result, ServiceError, columns,
};
use crate::{
    domain::{Draft, RecordKind, Timestamp, csv_safe},
    intake::{
        Intake, Mapping, Recognition, RowError, Taken,
        mapping::fold,
        raw::{RawPage, Rows},
    },
    matching::{Prepared, Subject},
    providers::file::FileError,
};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::mpsc,
    time::{Duration, Instant},
};

/// Rows a page: enough to keep all cores busy.
const PAGE_ROWS: usize = 8192;

/// Pages read ahead.
const AHEAD: usize = 2;

/// So many rows that cannot be used are named one by one.
const NAMED: usize = 20;

/// A file ready to be read.
pub struct Source {
    opened: Opened,
    shown: String,
    id_column: Option<String>,
}

/// What reading gave.
pub struct Reading<G> {
    /// What became of the records, which came file after file, row after row.
    pub gathered: G,
    /// What each is called; no two alike.
    pub ids: Vec<Box<str>>,
    /// The files.
    pub files: Vec<FileRead>,
    /// What the rows are called that could be read and not used.
    pub lost: Vec<Box<str>>,
    /// Ids of the files that were not unique.
    pub renamed: usize,
    /// The time the reader was at work.
    pub read_for: Duration,
    /// The time spent on understanding rows and preparing records.
    pub prepared_for: Duration,
}

/// What a kind of record takes from a row.
pub struct Take<S: Subject> {
    /// The kind.
    pub kind: RecordKind,
    /// Its part of the row.
    pub draft: fn(Taken) -> Option<Draft>,
    /// How that becomes comparable.
    pub prepare: fn(&Draft) -> Prepared<S>,
}

/// Opens all files and finds out what kind of record they list, unless that is said.
pub fn open(intake: &Intake, files: &[PathBuf], kind: Option<RecordKind>, mapping: Option<&Path>) -> Result<(RecordKind, Vec<Source>)> {
    let mut opened = Vec::with_capacity(files.len());
    for path in files {
        opened.push(imports::open_now(intake, &[], path, None, PAGE_ROWS)?);
    }
    let kind = kind.unwrap_or_else(|| {
        let companies = opened.iter().all(|one| columns::kind_of(&one.recognition) == RecordKind::Company);
        if companies { RecordKind::Company } else { RecordKind::Person }
    });
    let own = mapping.map(imports::own_mapping).transpose()?;
    let sources = files.iter().zip(opened).map(|(path, mut opened)| {
        columns::adapt(&mut opened.recognition, kind);
        if let Some(own) = &own {
            opened.recognition.mapping.overlay(own.clone());
        }
        columns::keep_evidence(&mut opened.recognition.mapping);
        let id_column = columns::record_id(&opened.recognition, kind);
        Source { opened, shown: path.display().to_string(), id_column }
    });
    Ok((kind, sources.collect()))
}

/// What the reader hands over: which file, and a page of it.
type Handed = (usize, Result<RawPage, FileError>);

/// Reads all files. `gather` takes the records of a page while the next one is understood, in order and off this thread.
pub fn read<S: Subject, G: Default + Send>(
    intake: &Intake,
    sources: Vec<Source>,
    take: &Take<S>,
    gather: impl Fn(&mut G, Vec<Prepared<S>>) + Send,
    now: Timestamp,
    progress: &(dyn Fn(DedupeStep) + Sync),
) -> Result<Reading<G>> {
    let mut reading = Reading {
        gathered: G::default(),
        ids: Vec::new(),
        files: Vec::new(),
        lost: Vec::new(),
        renamed: 0,
        read_for: Duration::ZERO,
        prepared_for: Duration::ZERO,
    };
    let mut whats = Vec::with_capacity(sources.len());
    let mut readers = Vec::with_capacity(sources.len());
    for Source { opened: Opened { file, recognition }, shown, id_column } in sources {
        reading.files.push(FileRead::new(&shown, &recognition));
        readers.push(file);
        whats.push(What::new(shown, recognition, id_column));
    }
    let (give, pages) = mpsc::sync_channel::<Handed>(AHEAD);
    let (hand_on, prepared) = mpsc::sync_channel::<Vec<Prepared<S>>>(AHEAD);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut at_work = Duration::ZERO;
            for (nth, mut file) in readers.into_iter().enumerate() {
                let mut cursor: Option<String> = None;
                loop {
                    let from = Instant::now();
                    let page = file.page(cursor.as_deref());
                    at_work += from.elapsed();
                    cursor = page.as_ref().ok().and_then(|page| page.next.clone());
                    // Nobody takes it when another page could not be used.
                    if give.send((nth, page)).is_err() {
                        return at_work;
                    }
                    if cursor.is_none() {
                        break;
                    }
                }
            }
            at_work
        });
        let gatherer = scope.spawn(move || {
            let mut gathered = G::default();
            for records in prepared {
                gather(&mut gathered, records);
            }
            gathered
        });
        for (nth, page) in pages {
            let page = page.map_err(|error| ServiceError::new(Kind::Invalid, error.to_string()))?;
            let from = Instant::now();
            let records = understand(&mut reading, intake, nth, &mut whats[nth], &page, take, now);
            reading.prepared_for += from.elapsed();
            // It ends before us only by a panic, which the join below passes on.
            let _ = hand_on.send(records);
            progress(DedupeStep::Read { records: reading.ids.len() });
        }
        drop(hand_on);
        reading.read_for = reader.join().unwrap_or_default();
        reading.gathered = gatherer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok::<_, ServiceError>(())
    })?;
    reading.renamed = make_unique(&mut reading.ids, &reading.files);
    Ok(reading)
}

/// What is known of a file while it is read.
struct What {
    shown: String,
    mapping: Mapping,
    id_column: Option<String>,
    /// Objects so far: they have no lines.
    objects: u64,
}

impl What {
    fn new(shown: String, recognition: Recognition, id_column: Option<String>) -> Self {
        Self { shown, mapping: recognition.mapping, id_column, objects: 0 }
    }
}

/// The records of a page; what they are called, and what could not be used, is noted in `reading`.
fn understand<S: Subject, G>(
    reading: &mut Reading<G>,
    intake: &Intake,
    nth: usize,
    what: &mut What,
    page: &RawPage,
    take: &Take<S>,
    now: Timestamp,
) -> Vec<Prepared<S>> {
    let file = &mut reading.files[nth];
    for bad in &page.bad {
        file.unusable(bad.line, bad.reason.as_str());
    }
    let prepared = intake.take_identities(&what.mapping, page, take.kind, now, |taken| (take.draft)(taken).as_ref().map(take.prepare));
    let mut records = Vec::with_capacity(prepared.len());
    let column = id_column(&page.rows, what.id_column.as_deref());
    for (row, record) in prepared.into_iter().enumerate() {
        let line = match &page.rows {
            Rows::Table { .. } => page.rows.line(row),
            Rows::Objects(_) => {
                what.objects += 1;
                what.objects
            }
        };
        let id = || {
            let id = column.as_ref().map(|column| column.of(&page.rows, row)).filter(|id| !id.is_empty());
            id.unwrap_or_else(|| place(&what.shown, line))
        };
        let unusable = match record {
            Ok(Some(record)) => {
                file.records += 1;
                file.places.push(line);
                reading.ids.push(id());
                records.push(record);
                continue;
            }
            Err(RowError::Blank) => continue,
            Ok(None) => "the row names nobody of the kind that is looked for".to_owned(),
            Err(error) => error.to_string(),
        };
        reading.lost.push(id());
        file.unusable(line, &unusable);
    }
    records
}

fn place(shown: &str, line: u64) -> Box<str> {
    format!("{shown}:{line}").into()
}

/// Where a page has its records' ids.
enum IdColumn {
    Nth(usize),
    Key(String),
}

impl IdColumn {
    fn of(&self, rows: &Rows, row: usize) -> Box<str> {
        match (self, rows) {
            (Self::Nth(nth), Rows::Table { rows, .. }) => csv_safe::restore(rows[row].cell(*nth).trim()).into(),
            (Self::Key(key), Rows::Objects(rows)) => match rows[row].get(key) {
                Some(serde_json::Value::String(id)) => id.trim().into(),
                Some(serde_json::Value::Number(id)) => id.to_string().into(),
                _ => Box::default(),
            },
            _ => Box::default(),
        }
    }
}

fn id_column(rows: &Rows, folded: Option<&str>) -> Option<IdColumn> {
    let folded = folded?;
    match rows {
        Rows::Table { header, .. } => header.names().position(|name| fold(name) == folded).map(IdColumn::Nth),
        Rows::Objects(rows) => {
            let key = rows.iter().find_map(|row| row.as_object()?.keys().find(|key| fold(key) == folded));
            key.map(|key| IdColumn::Key(key.clone()))
        }
    }
}

/// Names a record after its place where its id is not its own; says how many that were.
fn make_unique(ids: &mut [Box<str>], files: &[FileRead]) -> usize {
    let mut counts: HashMap<&str, u32> = HashMap::with_capacity(ids.len());
    for id in ids.iter() {
        *counts.entry(id).or_default() += 1;
    }
    let places = files.iter().flat_map(|file| file.places.iter().map(|line| (file.path.as_str(), *line)));
    let shared: Vec<(usize, Box<str>)> = ids
        .iter()
        .zip(places)
        .enumerate()
        .filter(|(_, (id, _))| counts.get(&***id).is_some_and(|count| *count > 1))
        .map(|(nth, (_, (path, line)))| (nth, place(path, line)))
        .collect();
    // The sheets of a workbook number their rows alike.
    let mut taken: HashMap<Box<str>, u32> = HashMap::new();
    let count = shared.len();
    for (nth, name) in shared {
        let times = taken.entry(name.clone()).or_default();
        *times += 1;
        ids[nth] = if *times > 1 { format!("{name}#{times}").into() } else { name };
    }
    count
}

impl FileRead {
    fn new(path: &str, recognition: &Recognition) -> Self {
        Self { path: path.to_owned(), source: recognition.source, records: 0, unusable: 0, reasons: Vec::new(), places: Vec::new() }
    }

    fn unusable(&mut self, line: u64, reason: &str) {
        self.unusable += 1;
        if self.reasons.len() < NAMED {
            self.reasons.push((line, reason.into()));
        }
    }
}
