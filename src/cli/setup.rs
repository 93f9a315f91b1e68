//! `leadloom setup`: what may be typed after it.

/// Prepare HaloPSA: find ticket types, statuses and fields by name, create what is missing
///
/// Shows what it finds and what it changes. Run it once after `leadloom config check`, and again whenever the pipeline
/// or HaloPSA's names change; running it twice changes nothing.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:\n  leadloom setup --dry-run\n  leadloom setup")]
pub struct Args {
    /// Only say what would be changed
    #[arg(long)]
    pub dry_run: bool,
}
