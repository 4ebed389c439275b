#!/bin/sh
# Compares the aggregation core and the importer with DuckDB, Polars and DataFusion.
#   sh benches/peers/aggregation/run.sh [--rows 10000000] [--pairs 5] [--work FOLDER] ...
# Makes a virtual environment and all data in FOLDER (target/peers); prints Markdown.
set -eu
cd "$(dirname "$0")/../../.."
work=target/peers
case " $* " in *" --work "*) work=$(echo " $* " | sed 's/.* --work \([^ ]*\) .*/\1/') ;; esac
mkdir -p "$work"
if [ ! -x "$work/venv/bin/python" ]; then
    python3 -m venv "$work/venv"
fi
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --requirement benches/peers/aggregation/requirements.txt
# Both at once: alone, each would have its dependencies built with other features.
cargo build --release --locked --quiet --package counterflow --package cube --bin counterflow --example queries
exec "$work/venv/bin/python" benches/peers/aggregation/bench.py "$@"
