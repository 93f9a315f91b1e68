//! `leadloom completions`: a script that teaches a shell our words. Absent: installing it.

use super::{Failure, Output};
use clap::CommandFactory;
use clap_complete::{Shell, generate};

/// A completion script for your shell
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  leadloom completions bash > ~/.local/share/bash-completion/completions/leadloom
  leadloom completions zsh > \"${fpath[1]}/_leadloom\"
  leadloom completions fish > ~/.config/fish/completions/leadloom.fish")]
pub struct Args {
    /// Which shell
    shell: Shell,
}

/// Runs it.
pub fn run(args: &Args, output: &mut Output) -> Result<(), Failure> {
    let mut script = Vec::new();
    generate(args.shell, &mut super::Args::command(), "leadloom", &mut script);
    output.verbatim(&String::from_utf8_lossy(&script))
}
