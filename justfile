# Every recipe is a thin name for a call that README.md states: none needs `just`.

# The study of North Korea's trade: results/dprk/report.html
[group('run')]
analyze *ARGS:
    cargo run --release --locked --quiet --package counterflow -- analyze {{ ARGS }}

# Re-hash the pins, recompute the study, name every finding that moved
[group('run')]
verify *ARGS:
    cargo run --release --locked --quiet --package counterflow -- verify {{ ARGS }}

# Open the report in a browser
[group('run')]
report:
    python3 -m webbrowser -t results/dprk/report.html

# Rebuild the pins from their figures
[group('run')]
datasets *NAMES:
    cargo run --release --locked --quiet --package counterflow -- pin build {{ NAMES }}

# All tests: Rust, and the datasets read by DuckDB, Polars and pandas
[group('check')]
test:
    sh tests/run.sh

# Formatting, lints, licences and advisories, documentation
[group('check')]
check:
    sh tests/check.sh

# Every reader on mutated input, so many seconds each, with cargo-fuzz
[group('check')]
fuzz SECONDS="60":
    sh fuzz/run.sh {{ SECONDS }}

# Criterion benches of the aggregation core, the store, the estimators
[group('check')]
bench *ARGS:
    cargo bench --locked --package benches -- {{ ARGS }}

# Q1 to Q7 side by side with DuckDB, Polars and DataFusion (installs them into an environment of its own)
[group('check')]
bench-peers *ARGS:
    sh benches/peers/aggregation/run.sh {{ ARGS }}

# A new model's crate, made from a worked example and registered: see docs/extending.md
[group('extend')]
new-model NAME:
    sh crates/models/new.sh {{ NAME }}

# Run the notebooks (installs marimo, Polars and Altair into notebooks/.venv once)
[group('run')]
notebooks:
    sh notebooks/run.sh

# The book as a site in book, where mdbook is installed; the pages of docs/ read as they are
[group('run')]
book:
    @if command -v mdbook >/dev/null; then mdbook build docs && echo "open book/index.html"; \
    else echo "mdbook is not installed (cargo install mdbook): start reading at docs/README.md"; fi
