//! `leadloom stage`: what may be typed after it.

use super::{Assignment, IdText};

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
