//! `leadloom stage`: a lead moved.

use super::{Assignment, Failure, Globals, IdText, Output, open::Opened, value};
use crate::{
    domain::{Choice, Field, Position, Text},
    services::{FormField, Moved},
};

/// Move a lead to another stage
///
/// Refused, with what is missing, when the pipeline does not allow it yet.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  leadloom stage 3fa9c07e contacted
  leadloom stage 3fa9c07e qualified --set pain_points=\"slow backups\" --set fit_score=80
  leadloom stage 3fa9c07e lost --reason \"chose a cheaper offer\"")]
pub struct Args {
    /// The lead, or the end of its id
    pub id: IdText,
    /// Where to: researching, \"New Prospect\", opportunity/won
    pub stage: String,
    /// Fill in a field on the way; may be given several times
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub fields: Vec<Assignment>,
    /// Why, for stages that ask (CF_304)
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// Runs it.
pub fn run(args: &Args, globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    let mut choices = value::choices(&args.fields)?;
    if let Some(reason) = &args.reason {
        choices.push(Choice { field: Field::OutcomeReason, value: Some(Text::new(reason)) });
    }
    let opened = Opened::by(globals, output)?;
    let moved = opened.run(async {
        let lead = opened.me.named_lead(&args.id.0).await?;
        let here = opened.me.card(lead).await?.card.position;
        let to = opened.me.named_stage(&args.stage, Some(&here))?;
        opened.me.move_card(lead, &to, &choices, None).await
    })?;
    match moved {
        Moved::Done(done) if output.is_json() => output.object(&done),
        Moved::Done(done) => output.line(&done.words),
        Moved::Refused { to, missing, unmet } => Err(refused(&to, &missing, &unmet)),
    }
}

fn refused(to: &Position, missing: &[FormField], unmet: &[Text]) -> Failure {
    let lacks = missing.iter().map(|gap| format!("{} is not filled in", gap.field.label()));
    let why: Vec<String> = lacks.chain(unmet.iter().map(ToString::to_string)).collect();
    let failure = Failure::failed(format!("it cannot move to {to} yet: {}", why.join("; ")));
    if missing.is_empty() {
        return failure;
    }
    let ask = |gap: &FormField| match &gap.options[..] {
        [] => format!("--set {}=…", gap.field.key()),
        options => format!("--set {}=\"{}\"", gap.field.key(), options.iter().map(Text::as_str).collect::<Vec<_>>().join("|")),
    };
    failure.advise(format!("Fill it in on the way: {}", missing.iter().map(ask).collect::<Vec<_>>().join(" ")))
}
