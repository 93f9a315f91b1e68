//! `leadloom board`: what may be typed after it.

use crate::domain::Lifecycle;
use clap::builder::PossibleValuesParser;

/// The pipeline: how many leads are in each stage, or the leads of one
#[derive(clap::Args, Clone, Debug)]
#[command(
    after_help = "Examples:\n  leadloom board\n  leadloom board --stage researching\n  leadloom board --lifecycle prospect --owner kim --json"
)]
pub struct Args {
    /// Only this lifecycle
    #[arg(long, value_parser = lifecycles())]
    pub lifecycle: Option<String>,
    /// The leads of this stage instead of counts
    #[arg(long, value_name = "STAGE")]
    pub stage: Option<String>,
    /// Only leads that this person works on
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// Only leads on this list
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    /// At most so many leads
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
}

fn lifecycles() -> PossibleValuesParser {
    PossibleValuesParser::new(Lifecycle::ALL.iter().map(|lifecycle| lifecycle.key()))
}
