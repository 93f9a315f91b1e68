//! Parses arguments, chooses the front end, maps errors to exit codes.

use leadloom::cli::{self, Args, Command, Failure, Output};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = match Args::read(std::env::args_os()) {
        Ok(args) => args,
        // clap says it itself: help to stdout and 0, wrong use to stderr and 2.
        Err(said) => said.exit(),
    };
    let mut output = Output::of_process(&args.globals);
    let outcome = run(&args, &mut output);
    output.finish(outcome)
}

fn run(args: &Args, output: &mut Output) -> Result<(), Failure> {
    match &args.command {
        Some(Command::Config(what)) => cli::config::run(what, &args.globals, output),
        Some(Command::Completions(what)) => cli::completions::run(what, output),
        Some(Command::Man(what)) => cli::man::run(what, output),
        None => Err(Failure::wrong_use("say what to do").advise("All commands: leadloom --help")),
    }
}
