//! `leadloom log`: what may be typed after it.

/// The log: what was done, what went wrong
///
/// E-mail addresses and numbers are masked; secrets never appear.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:\n  leadloom log --level warn\n  leadloom log --follow\n  leadloom log --find 3fa9c07e")]
pub struct Args {
    /// Only lines of this level and above
    #[arg(long, value_name = "LEVEL", value_parser = super::levels())]
    pub level: Option<String>,
    /// At most so many lines, the latest
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub lines: u32,
    /// Only lines with this in them
    #[arg(long, value_name = "TEXT")]
    pub find: Option<String>,
    /// Go on as lines come
    #[arg(long, short)]
    pub follow: bool,
}
