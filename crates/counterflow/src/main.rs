//! The command line: parses, calls, prints. No statistics and no HTML are made here.

mod cli;
mod commands;
mod document;
mod fail;
mod frame;
mod inputs;
mod models;
mod output;
mod progress;
mod results;

use clap::{CommandFactory, FromArgMatches};
use std::process::ExitCode;

/// A study on draws makes millions of short texts: this allocator halves its time against glibc's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => fail::report(&failure),
    }
}

fn run() -> fail::Outcome {
    let parsed = cli::Cli::command().try_get_matches();
    let both = parsed.and_then(|matches| Ok((cli::Cli::from_arg_matches(&matches)?, matches)));
    match both {
        Ok((arguments, matches)) => {
            inputs::spare(&matches)?;
            commands::run(arguments)
        }
        Err(told) => {
            // Help that could not be written is a failure too.
            told.print()?;
            Ok(ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(2)))
        }
    }
}
