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

/// A study on draws makes millions of short texts: this allocator halves its time against glibc's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = cli::Cli::parse();
    match commands::run(arguments) {
        Ok(code) => code,
        Err(failure) => fail::report(&failure),
    }
}
