//! `leadloom dedupe`: which records of some files are one. Reads the files, writes what was asked for, touches nothing else.

use super::{Column, Failure, Globals, Ink, Meter, Output, Table, open::write_whole};
use crate::{
    ambient::SystemClock,
    domain::{Clock as _, Evidence, RecordKind, Source, Zone, csv_safe},
    services::dedupe::{Accuracy, DedupeRequest, DedupeStep, Deduped, Pair, ZoneCount, dedupe},
};
use clap::ValueEnum;
use serde_json::{Value as Json, json};
use std::{io, path::PathBuf};

/// Find out which records of files are the same people or companies
///
/// Everything happens offline and in memory: no database, no log. Columns are understood as by import, and address, postcode,
/// state, date of birth and numbers of documents count as well. Records are called by their column id or record_id, else
/// FILE:LINE. A pair is auto when it is sure enough to join without asking, review when a person should look. Clusters
/// hold what is likelier one than not.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  leadloom dedupe people.csv --pairs pairs.csv --clusters clusters.csv
  leadloom dedupe crm.csv apollo.xlsx --kind contact --explain
  leadloom dedupe people.csv --truth who.csv --json")]
pub struct Args {
    /// CSV, XLSX or JSON-lines files; several are linked and deduplicated together
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// What the files list; told by their columns when not said
    #[arg(long, value_name = "KIND", value_enum)]
    pub kind: Option<ListOf>,
    /// How the files' columns map to fields
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// Write pairs: left_id, right_id, probability, bits, decision (auto or review)
    #[arg(long, value_name = "OUT.csv")]
    pub pairs: Option<PathBuf>,
    /// Write clusters: record_id, cluster_id
    #[arg(long, value_name = "OUT.csv")]
    pub clusters: Option<PathBuf>,
    /// Show for each pair the evidence, in bits that add up
    #[arg(long)]
    pub explain: bool,
    /// Measure against a file with record_id and entity_id
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,
}

/// What a file lists.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ListOf {
    /// People.
    Contact,
    /// Companies.
    Company,
}

/// Runs it.
pub fn run(args: &Args, globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    let loaded = globals.load()?;
    let request = DedupeRequest {
        files: args.files.clone(),
        kind: args.kind.map(|kind| if kind == ListOf::Contact { RecordKind::Person } else { RecordKind::Company }),
        mapping: args.mapping.clone(),
        truth: args.truth.clone(),
    };
    let meter = output.meter();
    let found = dedupe(&loaded, &request, SystemClock.now(), &|step| progress(&meter, step))?;
    drop(meter);
    for note in notes(&found) {
        output.say(Ink::Faint, &note);
    }
    if let Some(path) = &args.pairs {
        write_whole(path, |file| pairs_csv(&found, file))?;
    }
    if let Some(path) = &args.clusters {
        write_whole(path, |file| clusters_csv(&found, file))?;
    }
    if args.explain {
        found.pairs().iter().try_for_each(|pair| explain(&found, pair, output))?;
    }
    if output.is_json() {
        output.object(&summary(&found))?;
    } else {
        say(&found, output)?;
    }
    complaint(&found).map_or(Ok(()), Err)
}

/// Says where a run stands.
pub(super) fn progress(meter: &Meter, step: DedupeStep) {
    meter.show(|| match step {
        DedupeStep::Read { records } => format!("reading: {records} records"),
        DedupeStep::Match(progress) => format!("{}: {} of {} records", progress.phase.words(), progress.done, progress.of),
    });
}

fn notes(found: &Deduped) -> Vec<String> {
    let what = if found.kind == RecordKind::Person { "people" } else { "companies" };
    let mut notes: Vec<String> = found
        .files
        .iter()
        .map(|file| match file.source {
            Source::File => format!("{}: {} {what}, columns by their names and values", file.path, file.records),
            source => format!("{}: {} {what}, an export of {source}", file.path, file.records),
        })
        .collect();
    for file in &found.files {
        notes.extend(file.reasons.iter().map(|(line, reason)| format!("{}:{line}: {reason}", file.path)));
        let rest = file.unusable.saturating_sub(file.reasons.len() as u64);
        if rest > 0 {
            notes.push(format!("{}: and {rest} more rows that cannot be used", file.path));
        }
    }
    if found.renamed > 0 {
        notes.push(format!("{} records share their id with others and are called FILE:LINE", found.renamed));
    }
    notes
}

const fn decision(zone: Zone) -> &'static str {
    match zone {
        Zone::Auto => "auto",
        Zone::Review => "review",
        Zone::Distinct => "distinct",
    }
}

fn pairs_csv(found: &Deduped, file: &mut impl io::Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(file);
    csv.write_record(["left_id", "right_id", "probability", "bits", "decision"])?;
    for pair in found.pairs() {
        let id = |place: u32| csv_safe::defuse(&found.ids[place as usize]);
        let (probability, bits) = (format!("{:.6}", pair.probability.0), pair.score.0.to_string());
        csv.write_record([&*id(pair.left), &*id(pair.right), &probability, &bits, decision(pair.zone)])?;
    }
    csv.flush()
}

fn clusters_csv(found: &Deduped, file: &mut impl io::Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(file);
    csv.write_record(["record_id", "cluster_id"])?;
    for (id, cluster) in found.ids.iter().zip(found.clusters()) {
        csv.write_record([csv_safe::defuse(id), csv_safe::defuse(&found.ids[*cluster as usize])].map(|cell| cell.into_owned()))?;
    }
    csv.flush()
}

/// One pair's evidence. Bits are whole 256ths, so that what is shown adds up to the last digit.
fn explain(found: &Deduped, pair: &Pair, output: &mut Output) -> Result<(), Failure> {
    let evidence: Evidence = found.explain(pair);
    let (left, right) = (&*found.ids[pair.left as usize], &*found.ids[pair.right as usize]);
    if output.is_json() {
        return output.object(&json!({ "left_id": left, "right_id": right, "decision": decision(pair.zone), "evidence": evidence }));
    }
    output.line(&format!(
        "{left} and {right}: {}, probability {}, {:+} bits against {}",
        decision(pair.zone),
        evidence.probability,
        evidence.score.0,
        evidence.rival.word()
    ))?;
    let bits = |bits: f32| format!("{bits:+}");
    let mut table =
        Table::new(&[Column::whole("  field"), Column::text("level"), Column::number("bits"), Column::text("left"), Column::text("right")]);
    for row in &evidence.rows {
        let field = format!("  {}", row.aspect.label());
        table.row([field.as_str(), &row.level, &bits(row.bits.0), &row.left, &row.right]);
    }
    let rival = format!("against {}", evidence.rival.word());
    table.row(["  prior", &rival, &bits(evidence.prior.0)]);
    table.row(["  remainder", "other rivals", &bits(evidence.remainder.0)]);
    table.row(["  sum", "", &bits(evidence.score.0)]);
    output.table(&table)?;
    if let Some(why) = &evidence.why_not_auto {
        output.line(&format!("not auto: {why}"))?;
    }
    output.line("")
}

fn counts(found: &Deduped) -> (usize, usize) {
    let auto = found.pairs().iter().filter(|pair| pair.zone == Zone::Auto).count();
    (auto, found.pairs().len() - auto)
}

fn summary(found: &Deduped) -> Json {
    let (auto, review) = counts(found);
    let mut summary = json!({
        "kind": if found.kind == RecordKind::Person { "contact" } else { "company" },
        "files": found.files,
        "records": found.ids.len(),
        "unusable": found.unusable(),
        "compared": found.compared(),
        "auto": auto,
        "review": review,
        "clusters": found.entities(),
        "largest_cluster": found.largest(),
        "seconds": found.seconds,
    });
    if let Some(accuracy) = &found.accuracy {
        summary["truth"] = json!(accuracy);
    }
    summary
}

fn say(found: &Deduped, output: &mut Output) -> Result<(), Failure> {
    let (auto, review) = counts(found);
    let of = if found.kind == RecordKind::Person { "people" } else { "companies" };
    output.line(&format!(
        "{} records are {} {of}: {auto} pairs are sure, {review} are for a person to look at; the largest cluster has {} records",
        found.ids.len(),
        found.entities(),
        found.largest()
    ))?;
    found.accuracy.as_ref().map_or(Ok(()), |accuracy| say_accuracy(accuracy, output))
}

fn say_accuracy(accuracy: &Accuracy, output: &mut Output) -> Result<(), Failure> {
    if accuracy.unlabelled > 0 || accuracy.unknown > 0 {
        let words = format!(
            "the truth names {} of the records, not {} others; {} names in it are no record's",
            accuracy.labelled, accuracy.unlabelled, accuracy.unknown
        );
        output.say(Ink::Warn, &words);
    }
    let mut table = Table::new(&[
        Column::whole("against the truth"),
        Column::number("said"),
        Column::number("right"),
        Column::number("true"),
        Column::number("precision"),
        Column::number("recall"),
        Column::number("F1"),
    ]);
    for (name, measure) in [("pairs", &accuracy.pairs), ("clusters", &accuracy.clusters)] {
        let [said, right, truth] = [measure.said, measure.right, measure.truth].map(|count| count.to_string());
        let [precision, recall, f1] = [measure.precision, measure.recall, measure.f1].map(|share| format!("{share:.4}"));
        table.row([name, &said, &right, &truth, &precision, &recall, &f1]);
    }
    output.table(&table)?;
    let best = format!("best F1 {:.4} at {:.1} bits; blocking recall {:.4}", accuracy.best_f1, accuracy.best_at, accuracy.blocking_recall);
    output.line(&best)?;
    let mut table = Table::new(&[
        Column::whole("zone"),
        Column::number("pairs"),
        Column::number("wrong"),
        Column::number("wrong %"),
        Column::number("of the true pairs %"),
        Column::number("recall"),
    ]);
    for (name, ZoneCount { pairs, wrong, share_of_truth, recall }) in [("auto", accuracy.auto), ("review", accuracy.review)] {
        let share = if pairs == 0 { 0.0 } else { 100.0 * wrong as f64 / pairs as f64 };
        let [pairs, wrong] = [pairs, wrong].map(|count| count.to_string());
        table.row([name, &pairs, &wrong, &format!("{share:.2}"), &format!("{:.1}", 100.0 * share_of_truth), &format!("{recall:.4}")]);
    }
    table.row(["missed", &accuracy.missed.to_string()]);
    output.table(&table)
}

/// What could not be used, for the exit code.
fn complaint(found: &Deduped) -> Option<Failure> {
    let rows = match found.unusable() {
        0 => return None,
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    };
    let names: Vec<&str> = found.files.iter().filter(|file| file.unusable > 0).map(|file| file.path.as_str()).collect();
    let failure = Failure::in_part(format!("{rows} could not be used; the others are matched"));
    Some(failure.advise(format!("They are named above; mend them in {}.", names.join(", "))))
}
