//! `leadloom search`: what may be typed after it.

/// Find people and companies by any part of a name, address, number or company
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:\n  leadloom search stone\n  leadloom search ann acme --limit 5 --json")]
pub struct Args {
    /// Words; all must be found
    #[arg(required = true, value_name = "WORD")]
    pub words: Vec<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
}
