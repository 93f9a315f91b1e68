//! `leadloom man`: manual pages, made from the same words as `--help`. Absent: installing them.

use super::{Failure, Output};
use clap::CommandFactory;
use std::path::PathBuf;

/// The manual page, or with --dir one for each command
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:\n  leadloom man | man -l -\n  leadloom man --dir /usr/local/share/man/man1")]
pub struct Args {
    /// Write a page for each command into this folder instead
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Runs it.
pub fn run(args: &Args, output: &mut Output) -> Result<(), Failure> {
    let command = super::Args::command();
    if let Some(dir) = &args.dir {
        let failed = |fault: std::io::Error| Failure::failed(format!("cannot write manual pages into {}: {fault}", dir.display()));
        std::fs::create_dir_all(dir).map_err(failed)?;
        return clap_mangen::generate_to(command, dir).map_err(failed);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    output.verbatim(&String::from_utf8_lossy(&page))
}
