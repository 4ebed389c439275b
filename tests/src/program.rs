//! The program under test, built once a test binary.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The workspace's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The path of the built program. A dependency cannot name another package's program in stable
/// cargo, so cargo is asked to build the test that stands beside it, in the profile of these tests, and
/// tells where the program is. Asked for the whole workspace, it gives the crates the features that they
/// have in a run of all tests, and builds nothing twice; nothing happens when it is up to date. `COUNTERFLOW_PROGRAM` names another one to test, such as
/// one that was installed.
pub fn program() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| std::env::var_os("COUNTERFLOW_PROGRAM").map_or_else(build, PathBuf::from))
}

fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([
        "test",
        "--workspace",
        "--locked",
        "--no-run",
        "--test",
        "program",
        "--message-format",
        "json-render-diagnostics",
    ]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command.current_dir(root()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the program does not build:\n{said}");
    let messages = String::from_utf8(output.stdout).unwrap();
    let mut messages = messages
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let built = messages.find(|m| {
        m["target"]["name"] == "counterflow" && m["target"]["kind"][0] == "bin" && m["executable"].is_string()
    });
    PathBuf::from(built.unwrap()["executable"].as_str().unwrap())
}

/// Says loudly that a test was left out: to the process's own standard error, because the harness
/// swallows what a passing test prints.
pub fn skipped(why: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("SKIPPED: {why}\n").as_bytes());
}
