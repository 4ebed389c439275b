#!/bin/sh
# What docs/extending.md promises: a new model is made, tested and run in under a minute of work, and a
# project outside of this repository builds on the crates by git and runs a model of its own.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)
: "${CARGO_TARGET_DIR:=$root/target}"
export CARGO_TARGET_DIR
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A copy of what is here now, committed or not, as a repository of its own.
mkdir "$work/counterflow"
git ls-files --cached --others --exclude-standard -z | tar --null --files-from=- -cf - | tar -xf - -C "$work/counterflow"
cd "$work/counterflow"
git init --quiet
git add --all
git -c user.name=test -c user.email=test@example.org commit --quiet --message "As it is"

echo "a project from outside"
cp -r docs/example-project "$work/valley"
cp Cargo.lock "$work/valley/"
cd "$work/valley"
sed "s|path = \"../../crates[^\"]*\"|git = \"file://$work/counterflow\"|" Cargo.toml >Cargo.git.toml
mv Cargo.git.toml Cargo.toml
cargo run --quiet >"$work/findings.json"
grep -q '"measure":"largest_share".*"period":"2003".*0.85' "$work/findings.json"
cargo run --quiet --example dependence -- "$root/datasets/comtrade-2003-top40" >"$work/dependence"
grep -Eq '^USA +39 +0\.[0-9]{4} +0\.[0-9]{4} ' "$work/dependence"

echo "a new model"
cd "$work/counterflow"
sh crates/models/new.sh market-power
cargo test --quiet --locked --package market-power
cargo check --quiet --locked --package market-power --all-targets
cargo run --quiet --locked --package counterflow -- analyze --quiet --out "$work/results" >"$work/verdicts"
grep -q market_power_index "$work/results/findings.csv"
test -s "$work/results/tables/market-power.csv"
grep -q 'id="market-power"' "$work/results/report.html"
grep -q 'market power index' "$work/results/report.html"
echo "extended: a new model stands in the report, and a project from outside ran its own"
