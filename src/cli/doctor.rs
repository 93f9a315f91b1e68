//! `leadloom doctor`: what may be typed after it.

/// Check everything: settings, database, HaloPSA, each provider, this terminal
///
/// One line for each check: ok, warn or fail, and what to do about it.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {}
