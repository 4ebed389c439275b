#!/bin/sh
# All tests. Needs cargo and a C compiler; python3 with venv for the interchange test, which is
# left out, and says so, where there is no Python (or set COUNTERFLOW_NO_PYTHON=1).
set -eu
cd "$(dirname "$0")/.."

if [ -z "${COUNTERFLOW_TEST_DATA:-}" ]; then
    echo "note: COUNTERFLOW_TEST_DATA is not set: tests on large real files will be skipped, and say so"
fi

cargo test --workspace --locked

if [ -n "${COUNTERFLOW_NO_PYTHON:-}" ] || ! command -v python3 >/dev/null; then
    echo "SKIPPED: no Python: DuckDB, Polars and pandas were not asked to read the datasets, and no package was validated"
    exit 0
fi
if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import duckdb, frictionless, pandas, polars, pyarrow, rocrate_validator' 2>/dev/null; then
    echo "installing DuckDB, Polars, pandas and the validators of packages into .venv (this needs the network once)"
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
fi
.venv/bin/python tests/interchange.py
cargo build --workspace --locked --quiet --bin counterflow --example queries
built=${CARGO_TARGET_DIR:-target}/debug
.venv/bin/python tests/rewritten.py "$built/counterflow"
.venv/bin/python tests/hostile_tables.py "$built/counterflow" "$built/examples/queries" 2000

packed=$(mktemp -d)
trap 'rm -rf "$packed"' EXIT
"$built/counterflow" package --quiet --out "$packed/package"
.venv/bin/python tests/packages.py "$packed/package"
