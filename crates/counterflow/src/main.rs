//! The command line: parses, calls, prints. No statistics and no HTML are made here.

mod cli;
mod commands;
mod document;
mod fail;
mod frame;
mod models;
mod output;
mod progress;
mod results;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = cli::Cli::parse();
    match commands::run(arguments) {
        Ok(code) => code,
        Err(failure) => fail::report(&failure),
    }
}
