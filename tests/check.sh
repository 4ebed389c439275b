#!/bin/sh
# Formatting, lints, documentation, licences and advisories.
set -eu
cd "$(dirname "$0")/.."
cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- --deny warnings
RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --locked --quiet
if command -v cargo-deny >/dev/null; then
    cargo deny --all-features check licenses bans sources
else
    echo "SKIPPED: cargo-deny is not installed (cargo install cargo-deny --locked)"
fi
