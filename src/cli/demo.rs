//! `leadloom demo`: what may be typed after it.

use std::path::PathBuf;

/// Try the console on a made-up world: no login, no network, nothing kept
///
/// Simulators of HaloPSA and of every provider run inside the program and are filled with made-up people and companies.
/// An import is under way, and the review queue has work.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:\n  leadloom demo\n  leadloom demo --people 20000 --seed 7\n  leadloom demo --keep ~/leadloom-demo")]
pub struct Args {
    /// How many people live in the made-up world
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub people: u32,
    /// Which world: the same number makes the same one
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Keep the demo's data in this folder, and go on there next time
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}
