//! `leadloom review`: the queue for scripts.

use super::{Assignment, Column, Ending, Failure, Globals, IdText, Ink, Output, Table, open::Opened, value};
use crate::{
    domain::{Period, ReviewId, ReviewKind},
    services::{CandidateView, Done, MergeChoice, Question, ReviewFilter, ServiceError, Session, Suggestion},
};
use clap::{Subcommand, builder::PossibleValuesParser};
use serde_json::json;

/// The review queue: records that need a person's decision
///
/// Ids are shown by `review list`; the end of an id is enough where it is the only one. Every decision can be undone.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  leadloom review list --kind duplicate
  leadloom review show 3fa9c07e
  leadloom review accept 3fa9c07e 77d01b2c
  leadloom review later 3fa9c07e --for \"7 days\"
  leadloom review undo")]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do with the queue.
#[derive(Subcommand, Clone, Debug)]
pub enum Command {
    /// What waits, most important first
    List {
        /// Only this kind
        #[arg(long, value_parser = kinds())]
        kind: Option<String>,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// One item: both sides, the evidence, and what is suggested
    Show {
        /// The item
        id: IdText,
    },
    /// Do what is suggested: merge a duplicate, keep a weak record
    Accept {
        /// The items
        #[arg(required = true)]
        ids: Vec<IdText>,
        /// Merge into this contact instead of the suggested one
        #[arg(long, value_name = "CONTACT")]
        into: Option<IdText>,
        /// Keep this value for a field; may be given several times
        #[arg(long = "set", value_name = "FIELD=VALUE")]
        choices: Vec<Assignment>,
    },
    /// Do the opposite: not a duplicate, so create it; too weak, so drop it
    Reject {
        /// The items
        #[arg(required = true)]
        ids: Vec<IdText>,
    },
    /// Put it off
    Later {
        /// The items
        #[arg(required = true)]
        ids: Vec<IdText>,
        /// For how long
        #[arg(long = "for", value_name = "TIME", default_value = "1 day", value_parser = value::period)]
        period: Period,
    },
    /// Take back a decision, also one that has reached HaloPSA
    Undo {
        /// The decision; your latest unless given
        decision: Option<IdText>,
    },
}

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(ReviewKind::ALL.iter().map(|kind| kind.key()))
}

/// Runs it.
pub fn run(args: &Args, globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    match &args.command {
        Command::List { kind, limit } => list(&Opened::by(globals, output)?, kind.as_deref(), *limit, output),
        Command::Show { id } => show(&Opened::by(globals, output)?, id, output),
        Command::Accept { ids, into, choices } => {
            let choices = value::choices(choices)?;
            let opened = Opened::by(globals, output)?;
            let candidate = into.as_ref().map(|into| opened.run(opened.me.named_contact(&into.0))).transpose()?;
            let choice = MergeChoice { candidate, choices };
            decide(&opened, ids, output, &async |me: &Session, id| me.accept(id, &choice).await)
        }
        Command::Reject { ids } => {
            decide(&Opened::by(globals, output)?, ids, output, &async |me: &Session, id| match me.question(id).await?.suggestion {
                Suggestion::Join(_) | Suggestion::Keep(_) => me.create_new(id).await,
                Suggestion::Create => me.drop_record(id).await,
            })
        }
        Command::Later { ids, period } => {
            decide(&Opened::by(globals, output)?, ids, output, &async |me: &Session, id| me.defer(id, period.0).await)
        }
        Command::Undo { decision } => undo(&Opened::by(globals, output)?, decision.as_ref(), output),
    }
}

fn list(opened: &Opened, kind: Option<&str>, limit: u32, output: &mut Output) -> Result<(), Failure> {
    let kind = kind.and_then(|key| ReviewKind::ALL.iter().copied().find(|kind| kind.key() == key));
    let filter = ReviewFilter { kind, ..ReviewFilter::default() };
    let (rows, total) = opened
        .run(async { Ok::<_, Failure>((opened.me.review_page(&filter, None, limit).await?, opened.me.review_count(&filter).await?)) })?;
    if output.is_json() {
        return rows.iter().try_for_each(|row| output.object(row));
    }
    if rows.is_empty() {
        output.say(Ink::Good, "nothing waits for a decision");
        return Ok(());
    }
    let mut table = Table::new(&[
        Column::whole("id"),
        Column::whole("kind"),
        Column::text("name"),
        Column::text("company"),
        Column::text("e-mail"),
        Column::number("score"),
        Column::text("why"),
    ]);
    for row in &rows {
        let (id, score) = (row.id.short(), row.quality.to_string());
        table.row([&id, row.kind.label(), &row.name, &row.company, &row.email, &score, &row.reason]);
    }
    output.table(&table)?;
    if total > rows.len() as u64 {
        output.say(Ink::Faint, &format!("{} of {total}; --limit shows more", rows.len()));
    }
    Ok(())
}

fn show(opened: &Opened, id: &IdText, output: &mut Output) -> Result<(), Failure> {
    let question = opened.run(async {
        let id = opened.me.named_review(&id.0).await?;
        Ok::<_, Failure>(opened.me.question(id).await?)
    })?;
    if output.is_json() {
        return output.object(&question);
    }
    let Question { item, incoming, name, quality, defects, candidates, .. } = &question;
    output.line(&format!("{} {}: {name} from {}, score {}", item.kind.label(), item.id.short(), incoming.draft.source, quality.score()))?;
    output.line(&item.reason)?;
    for defect in defects {
        output.line(&format!("  {}", defect.sentence))?;
    }
    let mut table = Table::new(&[Column::whole("field"), Column::text("value")]);
    for (field, value) in incoming.draft.fields.iter() {
        table.row([field.label(), &value.to_string()]);
    }
    output.table(&table)?;
    for (nth, candidate) in candidates.iter().enumerate() {
        let CandidateView { contact, evidence, .. } = candidate;
        let word = if nth == 0 { "accept merges it into" } else { "or, with --into, into" };
        let (id, score, probability) = (contact.id.short(), evidence.score, evidence.probability);
        output.line(&format!("{word} {id} {}, {} ({score} bits, probability {probability})", contact.name, contact.company))?;
        let mut table = Table::new(&[
            Column::whole("compared"),
            Column::number("bits"),
            Column::text("how"),
            Column::text("incoming"),
            Column::text("known"),
        ]);
        for row in &evidence.rows {
            table.row([row.aspect.label(), &row.bits.to_string(), &row.level, &row.left, &row.right]);
        }
        table.row(["prior", &evidence.prior.to_string(), &format!("against {}", evidence.rival.word()), "", ""]);
        table.row(["remainder", &evidence.remainder.to_string(), "other explanations", "", ""]);
        output.table(&table)?;
    }
    if candidates.is_empty() {
        output.line("accept keeps it as a new contact, reject drops it")?;
    }
    Ok(())
}

/// Decides each item by itself; one that fails stops no other.
fn decide(
    opened: &Opened,
    ids: &[IdText],
    output: &mut Output,
    verb: &impl AsyncFn(&Session, ReviewId) -> Result<Done, ServiceError>,
) -> Result<(), Failure> {
    let mut failures: Vec<Failure> = Vec::new();
    for name in ids {
        let decided = opened.run(async {
            let id = opened.me.named_review(&name.0).await?;
            Ok::<_, ServiceError>((id, verb(&opened.me, id).await?))
        });
        match decided {
            Ok((id, done)) if output.is_json() => {
                output.object(&json!({ "id": id, "decision": done.decision, "words": done.words, "contact": done.contact }))?;
            }
            Ok((_, done)) => output.line(&done.words)?,
            Err(error) => {
                let failure = Failure::from(error);
                failures.push(Failure { sentence: format!("{}: {}", name.0, failure.sentence), ..failure });
            }
        }
    }
    let Some(first) = failures.first() else { return Ok(()) };
    let ending = if failures.len() < ids.len() { Ending::InPart } else { first.ending };
    let sentences: Vec<&str> = failures.iter().map(|failure| failure.sentence.as_str()).collect();
    Err(Failure { ending, sentence: sentences.join("\n"), advice: None })
}

fn undo(opened: &Opened, decision: Option<&IdText>, output: &mut Output) -> Result<(), Failure> {
    let done = opened.run(async {
        match decision {
            Some(name) => {
                let id = opened.me.named_decision(&name.0).await?;
                opened.me.undo_decision(id).await
            }
            None => opened.me.undo().await,
        }
    })?;
    if output.is_json() { output.object(&done) } else { output.line(&done.words) }
}
