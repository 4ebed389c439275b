#!/bin/sh
# Formatting, lints, documentation, licences and advisories.
set -eu
cd "$(dirname "$0")/.."
cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- --deny warnings
RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --locked --quiet
if ! command -v cargo-deny >/dev/null; then
    echo "SKIPPED: cargo-deny is not installed (cargo install cargo-deny --locked)"
elif ! cargo metadata --locked --offline --all-features --format-version 1 >/dev/null 2>&1; then
    # cargo-deny reads every crate of Cargo.lock; a build leaves out those of other platforms.
    echo "SKIPPED: licences and sources: crates of other platforms are not on this machine (cargo fetch --locked gets them)"
else
    cargo deny --offline --all-features check licenses bans sources
    # Advisories are looked up in a database that has to be fetched: only where that is asked for.
    if [ -z "${COUNTERFLOW_ADVISORIES:-}" ]; then
        echo "SKIPPED: advisories (COUNTERFLOW_ADVISORIES=1 fetches their database, which needs the network)"
    elif cargo deny --all-features fetch db; then
        cargo deny --offline --all-features check advisories
    else
        echo "SKIPPED: the database of advisories cannot be reached"
    fi
fi
