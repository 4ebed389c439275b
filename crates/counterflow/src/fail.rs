//! How a failure is told: what, why, what to do; and the exit code.

use crate::output::printable;
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

/// Why a command stops.
#[derive(Debug)]
pub enum Failure {
    /// Something is wrong with the input, or an estimate was refused: exit code 1.
    Error(Box<dyn Error + Send + Sync>),
    /// The command was called wrongly: exit code 2.
    Usage(String),
    /// The reader of the output went away, as `head` does: no failure at all.
    BrokenPipe,
}

/// What a command returns.
pub type Outcome<T = ExitCode> = Result<T, Failure>;

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let pipe = |e: &(dyn Error + 'static)| {
            e.downcast_ref::<std::io::Error>()
                .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
        };
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(e) = cause {
            if pipe(e) {
                return Failure::BrokenPipe;
            }
            cause = e.source();
        }
        Failure::Error(Box::new(error))
    }
}

impl Failure {
    /// A failure of the input, told in one sentence.
    pub fn because(what: impl Into<String>) -> Self {
        Failure::Error(what.into().into())
    }

    /// Names the file that the failure is about, where it does not name it itself.
    pub fn about(self, file: &str) -> Self {
        match self {
            Failure::Error(error) if !error.to_string().contains(file) => Self::because(format!("{file}: {error}")),
            other => other,
        }
    }
}

/// Tells a failure on the standard error and gives its exit code.
pub fn report(failure: &Failure) -> ExitCode {
    let mut out = std::io::stderr().lock();
    match failure {
        Failure::BrokenPipe => ExitCode::SUCCESS,
        Failure::Usage(what) => {
            let _ = writeln!(out, "error: {}\n\nFor more information, try '--help'.", printable(what));
            ExitCode::from(2)
        }
        Failure::Error(error) => {
            let _ = writeln!(out, "error: {}", printable(&error.to_string()));
            let mut cause = error.source();
            while let Some(error) = cause {
                let _ = writeln!(out, "  caused by: {}", printable(&error.to_string()));
                cause = error.source();
            }
            ExitCode::from(1)
        }
    }
}
