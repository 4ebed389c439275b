//! One call of the program and what it said.

use crate::program::{program, root};
use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

/// No call takes longer; one that hangs is killed and fails.
const PATIENCE: Duration = Duration::from_secs(240);

/// A finished call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The exit code; 0, 1 or 2.
    pub code: i32,
    /// The standard output.
    pub stdout: Vec<u8>,
    /// The standard error.
    pub stderr: String,
    /// The arguments, for messages.
    pub said: String,
}

/// Calls the program in the workspace's folder.
pub fn call<S: AsRef<OsStr>>(arguments: &[S]) -> Call {
    call_in(root(), arguments)
}

/// Calls the program in a folder. Whatever the input was, it must end by itself with one of the
/// documented exit codes, and an error must be told, never a panic.
pub fn call_in<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Call {
    call_with(folder, arguments, &[])
}

/// As [`call_in`], with variables of the environment; an empty value removes one.
pub fn call_with<S: AsRef<OsStr>>(folder: &Path, arguments: &[S], variables: &[(&str, &str)]) -> Call {
    let mut command = assert_cmd::Command::new(program());
    for (name, value) in variables {
        match *value {
            "" => command.env_remove(name),
            value => command.env(name, value),
        };
    }
    let output = command
        .args(arguments)
        .current_dir(folder)
        .timeout(PATIENCE)
        .output()
        .unwrap();
    let said = arguments
        .iter()
        .map(|a| a.as_ref().to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!stderr.contains("panicked"), "counterflow {said}\n{stderr}");
    let code = output.status.code();
    let code = code.unwrap_or_else(|| panic!("counterflow {said}: ended by a signal or took too long\n{stderr}"));
    assert!(
        (0..=2).contains(&code),
        "counterflow {said}: exit code {code}\n{stderr}"
    );
    if code == 2 {
        assert!(stderr.contains("--help"), "wrong usage is told where to look\n{stderr}");
    }
    Call {
        code,
        stdout: output.stdout,
        stderr,
        said,
    }
}

impl Call {
    /// Demands an exit code.
    #[track_caller]
    pub fn code(self, expected: i32) -> Self {
        assert_eq!(
            self.code,
            expected,
            "counterflow {}\n{}\n{}",
            self.said,
            self.text(),
            self.stderr
        );
        self
    }

    /// Demands success.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.code(0)
    }

    /// Demands that the standard error holds every one of these texts.
    #[track_caller]
    pub fn tells(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(
                self.stderr.contains(text),
                "counterflow {}: no `{text}` in\n{}",
                self.said,
                self.stderr
            );
        }
        self
    }

    /// The standard output as text.
    #[track_caller]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// The standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|e| panic!("counterflow {}: {e}\n{}", self.said, self.text()))
    }
}
