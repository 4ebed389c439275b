//! The program starts. That this test stands beside it makes cargo build the program whenever the workspace's
//! tests are built, with the same features: the tests in `tests/` use that one.

use std::process::Command;

#[test]
fn the_program_tells_its_version() {
    let program = env!("CARGO_BIN_EXE_counterflow");
    let said = Command::new(program)
        .arg("--version")
        .output()
        .expect("it was built for this test");
    let expected = format!("counterflow {}", env!("CARGO_PKG_VERSION"));
    assert!(said.status.success());
    assert!(String::from_utf8_lossy(&said.stdout).starts_with(&expected));
}
