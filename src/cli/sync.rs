//! `leadloom sync`: what may be typed after it.

/// Keep HaloPSA in step: write what was decided here, read what was changed there
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:\n  leadloom sync\n  leadloom sync --watch\n  leadloom sync --once --push --json")]
#[allow(clippy::struct_excessive_bools, reason = "these are flags, and clap keeps contradictory ones apart")]
pub struct Args {
    /// Once, until nothing is left to do (this is the default)
    #[arg(long, conflicts_with = "watch")]
    pub once: bool,
    /// Until stopped
    #[arg(long)]
    pub watch: bool,
    /// Only read from HaloPSA
    #[arg(long, conflicts_with = "push")]
    pub pull: bool,
    /// Only write to HaloPSA
    #[arg(long)]
    pub push: bool,
}
