//! Parses arguments, chooses the front end, maps errors to exit codes.

use leadloom::cli::{self, Args, Command, Failure, Output};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    let globals = &args.globals;
    match &args.command {
        Some(Command::Demo(what)) => cli::demo::run(what, globals, output),
        Some(Command::Setup(what)) => cli::setup::run(what, globals, output),
        Some(Command::Doctor(what)) => cli::doctor::run(what, globals, output),
        Some(Command::Import(what)) => cli::import::run(what, globals, output),
        Some(Command::Enrich(what)) => cli::enrich::run(what, globals, output),
        Some(Command::Dedupe(what)) => cli::dedupe::run(what, globals, output),
        Some(Command::Review(what)) => cli::review::run(what, globals, output),
        Some(Command::Board(what)) => cli::board::run(what, globals, output),
        Some(Command::Stage(what)) => cli::stage::run(what, globals, output),
        Some(Command::Sync(what)) => cli::sync::run(what, globals, output),
        Some(Command::Search(what)) => cli::search::run(what, globals, output),
        Some(Command::Log(what)) => cli::log::run(what, globals, output),
        Some(Command::Sim(what)) => cli::sim::run(what, output),
        Some(Command::Bench(what)) => cli::bench::run(what, globals, output),
        Some(Command::Config(what)) => cli::config::run(what, globals, output),
        Some(Command::Completions(what)) => cli::completions::run(what, output),
        Some(Command::Man(what)) => cli::man::run(what, output),
        None => cli::console::run(globals, output),
    }
}
