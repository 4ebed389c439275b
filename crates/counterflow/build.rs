//! Tells the program its own revision, toolchain and target.

use std::process::Command;

fn main() {
    let say = |name: &str, value: String| println!("cargo:rustc-env=COUNTERFLOW_{name}={value}");
    say("REVISION", revision());
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    say(
        "TOOLCHAIN",
        output(&rustc, &["--version"]).unwrap_or_else(|| "unknown".to_owned()),
    );
    say(
        "TARGET",
        std::env::var("TARGET").unwrap_or_else(|_| "unknown".to_owned()),
    );
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    say("FLAGS", flags.replace('\u{1f}', " "));
    say(
        "PROFILE",
        std::env::var("PROFILE").unwrap_or_else(|_| "unknown".to_owned()),
    );
    println!("cargo:rerun-if-changed=build.rs");
    if let Some(git) = output("git", &["rev-parse", "--absolute-git-dir"]) {
        println!("cargo:rerun-if-changed={git}/logs/HEAD");
    }
}

/// The commit that is built. Results must not change while one edits, so local changes are
/// not looked for.
fn revision() -> String {
    output("git", &["rev-parse", "HEAD"]).unwrap_or_else(|| "unknown".to_owned())
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let done = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(done.stdout).ok()?;
    (done.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}
