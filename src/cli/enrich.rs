//! `leadloom enrich`: gaps of known people filled from the sources that are configured for them, after the price was seen.

use super::{Column, Failure, Globals, IdText, Ink, Output, Table, import, open::Opened, value};
use crate::{
    domain::{Field, Period, Text},
    services::{EnrichPlan, EnrichRequest, Whom, from_to, people},
};
use clap::ArgGroup;
use std::io::{self, IsTerminal as _};

/// Fill gaps of people who are known, from the sources listed under `enrich` in the settings
///
/// Only what is lacking is asked for, one source after another until one knows. What it may cost is shown first, and
/// nothing is spent before you say yes. What was asked is not asked again for 30 days. An interrupted run goes on where
/// it was: import resume.
#[derive(clap::Args, Clone, Debug)]
#[command(
    group = ArgGroup::new("whom").args(["ids", "search", "all"]).required(true),
    after_help = "Examples:
  leadloom enrich 3fa9c07e --field phone
  leadloom enrich --search \"acme ltd\" --dry-run
  leadloom enrich --all --field email_status --limit 200 --yes"
)]
pub struct Args {
    /// The people, or the ends of their ids
    #[arg(value_name = "ID")]
    pub ids: Vec<IdText>,
    /// Everybody who has all of these words in name, company, address or number
    #[arg(long, value_name = "WORDS")]
    pub search: Option<String>,
    /// Everybody
    #[arg(long)]
    pub all: bool,
    /// Only this field; may be given several times
    #[arg(long = "field", value_name = "FIELD", value_parser = value::field_name)]
    pub fields: Vec<Field>,
    /// Also values that we have had for longer than this: 180d
    #[arg(long, value_name = "TIME", value_parser = value::period)]
    pub older_than: Option<Period>,
    /// At most so many people
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Only say what it would take
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask before credits are spent
    #[arg(long)]
    pub yes: bool,
}

/// Runs it.
pub fn run(args: &Args, globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    let opened = Opened::by(globals, output)?;
    let (request, plan) = opened.run(async {
        let whom = if args.ids.is_empty() {
            Whom::Matching(Text::new(args.search.as_deref().unwrap_or_default()))
        } else {
            let mut people = Vec::new();
            for id in &args.ids {
                people.push(opened.me.named_contact(&id.0).await?);
            }
            Whom::People(people)
        };
        let request = EnrichRequest {
            whom,
            fields: args.fields.clone(),
            limit: args.limit.map(u64::from),
            older_than: args.older_than.map(|period| period.0),
        };
        let plan = opened.me.plan_enrich(&request).await?;
        Ok::<_, Failure>((request, plan))
    })?;
    if args.dry_run && output.is_json() {
        return output.object(&plan);
    }
    show(&plan, args.dry_run, output)?;
    if args.dry_run {
        return Ok(());
    }
    if plan.steps.is_empty() {
        output.say(Ink::Plain, "nobody is asked");
        return Ok(());
    }
    if !args.yes && !agreed(&plan, output)? {
        output.say(Ink::Plain, "nothing was asked, nothing was spent");
        return Ok(());
    }
    let id = opened.run(opened.me.start_enrich(&request, plan.credits.1))?;
    import::finish(&opened, id, None, output)
}

/// The plan: as data when it is what was asked for, else as talk.
fn show(plan: &EnrichPlan, data: bool, output: &mut Output) -> Result<(), Failure> {
    for note in &plan.notes {
        output.say(Ink::Warn, note);
    }
    let columns =
        [Column::whole("source"), Column::text("for"), Column::number("people"), Column::number("calls"), Column::number("credits")];
    let mut table = Table::new(&columns);
    let mut talk = Vec::new();
    for step in &plan.steps {
        let names: Vec<&str> = step.fields.iter().map(|field| field.label()).collect();
        let (names, people, credits) = (names.join(", "), from_to(step.people), from_to(step.credits));
        talk.push(format!("{}: {names} of {people} people, {credits} credits", step.source));
        table.row([step.source.label(), &names, &people, &step.calls.to_string(), &credits]);
    }
    let sum = summary(plan);
    if data {
        output.table(&table)?;
        return output.line(&sum);
    }
    talk.iter().chain([&sum]).for_each(|words| output.say(Ink::Plain, words));
    Ok(())
}

fn summary(plan: &EnrichPlan) -> String {
    let rest = plan.left_out();
    let rest = if rest.is_empty() { String::new() } else { format!("; {}", rest.join(", ")) };
    format!("{} to be asked about for {} credits{rest}", people(plan.people), from_to(plan.credits))
}

fn agreed(plan: &EnrichPlan, output: &mut Output) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::wrong_use(format!("it may cost up to {} credits, and nobody is here to agree", plan.credits.1))
            .advise("Look at it with --dry-run, then say --yes."));
    }
    output.say(Ink::Plain, &format!("Spend up to {} credits? y or n", plan.credits.1));
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(|error| Failure::failed(format!("the answer could not be read: {error}")))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
