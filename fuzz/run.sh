#!/bin/sh
# Fuzzes each target, or the one named, for so many seconds: sh fuzz/run.sh SECONDS [TARGET]
set -eu
cd "$(dirname "$0")/.."
seconds=${1:?how many seconds}
if ! command -v cargo-fuzz >/dev/null; then
    echo "cargo-fuzz is not installed (cargo install cargo-fuzz --locked); without it, COUNTERFLOW_FUZZ_SECONDS=$seconds cargo test --workspace --locked --test bounded" >&2
    exit 1
fi
cargo run --quiet --locked --package harness --example seeds -- fuzz/corpus
for target in ${2:-import json packed bulk table parquet formula conditions study pin fetch}; do
    # Without a sanitizer, a stable compiler will do; memory is bounded by libFuzzer itself.
    RUSTC_BOOTSTRAP=1 cargo fuzz run ${FUZZ_BUILD:-} --sanitizer none "$target" -- -max_total_time="$seconds" -max_len=65536 \
        -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=1024 -print_final_stats=1
done
