#!/bin/sh
# Runs every notebook as a script: a failed assertion or a refused call ends it. Python packages are
# installed into notebooks/.venv once, from the versions in requirements.txt; running needs no network.
set -eu
cd "$(dirname "$0")/.."

if ! command -v python3 >/dev/null; then
    echo "SKIPPED: no Python: the notebooks were not run"
    exit 0
fi
python=${COUNTERFLOW_NOTEBOOK_PYTHON:-notebooks/.venv/bin/python}
if ! "$python" -c 'import altair, marimo, polars' 2>/dev/null; then
    echo "installing marimo, Polars and Altair into notebooks/.venv (this needs the network once)"
    python3 -m venv notebooks/.venv
    notebooks/.venv/bin/pip install --quiet --disable-pip-version-check --requirement notebooks/requirements.txt
    python=notebooks/.venv/bin/python
fi
if [ -z "${COUNTERFLOW_PROGRAM:-}" ]; then
    cargo build --release --locked --quiet --package counterflow
fi
if [ ! -f "${COUNTERFLOW_RESULTS:-results/dprk}/run.json" ]; then
    cargo run --release --locked --quiet --package counterflow -- analyze --quiet >/dev/null
fi
# Without a network, where the system lets a user cut itself off.
offline=
if unshare --map-root-user --net true 2>/dev/null; then offline="unshare --map-root-user --net"; fi
for notebook in notebooks/tour.py notebooks/own_question.py notebooks/mirror_rules.py; do
    $offline "$python" "$notebook" >/dev/null
    echo "ran $notebook${offline:+ without a network}"
done
