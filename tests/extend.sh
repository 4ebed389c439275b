#!/bin/sh
# What docs/extending.md promises: a new model is made, tested, benched and run, and a project outside of this
# repository builds on the crates by git and runs a source, a classification, a model and a rule of its own.
# Cheap after tests/run.sh: whatever that built is used again, in both.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)
: "${CARGO_TARGET_DIR:=$root/target}"
export CARGO_TARGET_DIR
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A copy of what is here now, committed or not, as a repository of its own. Files keep their times and members of a
# workspace are known by their place in it: cargo finds them built.
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
# By git; and with the workspace's dependencies and profile beside its own, so that their features are those of what
# is built already. Our crates are compiled anew, without being optimised.
section() { awk -v name="[$1]" '/^\[/ { on = $0 == name } on && !/^\[/' "$root/Cargo.toml"; }
{
    sed "s|path = \"../../crates[^\"]*\"|git = \"file://$work/counterflow\"|" Cargo.toml
    section workspace.dependencies | grep -v 'path = '
    printf '[profile.dev]\ndebug = false\nopt-level = 0\n[profile.dev.package."*"]\n'
    section 'profile.dev.package."*"'
    for crate in "$root"/crates/* "$root"/crates/models/*; do
        [ ! -f "$crate/Cargo.toml" ] || printf '[profile.dev.package.%s]\nopt-level = 0\n' "$(basename "$crate")"
    done
} >Cargo.git.toml
mv Cargo.git.toml Cargo.toml
cargo build --quiet --bins --examples
valley=$CARGO_TARGET_DIR/debug
"$valley/valley" >"$work/findings.json" 2>"$work/rule"
grep -q '"measure":"largest_share".*"period":"2003".*0.85' "$work/findings.json"
grep -q 'geometric mean .*103.92' "$work/rule"
"$valley/examples/dependence" "$root/datasets/comtrade-2003-top40" >"$work/dependence"
grep -Eq '^USA +39 +0\.[0-9]{4} +0\.[0-9]{4} ' "$work/dependence"

echo "a new model"
cd "$work/counterflow"
sh crates/models/new.sh market-power
cargo test --quiet --locked --workspace --lib market_power >"$work/tested" || { cat "$work/tested"; exit 1; }
grep -Eq '^test result: ok\. [1-9]' "$work/tested"
cargo build --quiet --locked --workspace --bin counterflow --bench model
"$CARGO_TARGET_DIR/debug/counterflow" analyze --quiet --out "$work/results" >"$work/verdicts"
grep -q market_power_index "$work/results/findings.csv"
test -s "$work/results/tables/market-power.csv"
grep -q 'id="market-power"' "$work/results/report.html"
grep -q 'Market power index' "$work/results/report.html"
echo "extended: a new model stands in the report, and a project from outside ran its own"
