#!/bin/sh
# A new model: a copy of the worked example `intra-industry` under another name, registered wherever
# the example is. usage: sh crates/models/new.sh NAME   (lower case, digits and -, such as market-power)
set -eu
cd "$(dirname "$0")/../.."

name=${1:-}
case $name in
'' | *[!a-z0-9-]* | -* | *- | [0-9]*)
    echo "error: a model's name is expected in lower case, digits and -, starting with a letter, but is '$name'" >&2
    exit 2
    ;;
esac
if [ -e "crates/models/$name" ] || grep -q "^$name = " Cargo.toml; then
    echo "error: there is a crate '$name' already: choose another name" >&2
    exit 1
fi
module=$(echo "$name" | tr - _)
type=$(echo "$name" | awk -F- '{ for (i = 1; i <= NF; i++) printf "%s%s", toupper(substr($i, 1, 1)), substr($i, 2) }')
measure=${module}_index
heading=$(echo "$measure" | awk '{ gsub(/_/, " "); print toupper(substr($0, 1, 1)) substr($0, 2) }')

rename() {
    sed -e "s/intra-industry/$name/g" -e "s/intra_industry/$module/g" -e "s/IntraIndustry/$type/g"
}
# Whole sentences about the example are no truer of the copy: its measures get names of their own.
rename_all() {
    rename | sed -e "s/grubel_lloyd/$measure/g" -e "s/GrubelLloyd/${type}Index/g" -e "s/\"Grubel-Lloyd index\"/\"$heading\"/"
}
# In a file that lists models, the example's line again, with the new name.
register() {
    lines=$(sed -n "$2p" "$1")
    [ -n "$lines" ] || { echo "error: $1 does not list the example any more" >&2; exit 1; }
    sed "$2{p;s/intra-industry/$name/g;s/intra_industry/$module/g;s/IntraIndustry/$type/g;}" "$1" >"$1.new"
    mv "$1.new" "$1"
}

making=$(mktemp -d crates/models/.new-XXXXXX)
trap 'rm -rf "$making"' EXIT
(cd crates/models/intra-industry && find . -type f) | while read -r file; do
    to=$making/$(echo "$file" | sed "s/grubel_lloyd/$measure/")
    mkdir -p "$(dirname "$to")"
    rename_all <"crates/models/intra-industry/$file" >"$to"
done
# What is said of the example as an example is not true of the copy.
sed '/^\/\/! The crate is also the worked example/,/^$/{/^$/!d;}' "$making/src/lib.rs" | sed '/^\/\/!$/{N;/\n$/{s/^\/\/!\n//;};}' >"$making/lib.rs"
mv "$making/lib.rs" "$making/src/lib.rs"
mv "$making" "crates/models/$name"
trap - EXIT

register Cargo.toml '/^intra-industry = /'
register crates/counterflow/Cargo.toml '/^intra-industry\.workspace/'
register crates/counterflow/src/models.rs '/&intra_industry::/'
# The study that shows the example shows the copy beside it.
sed -e "s/^\(models = .*\)\"intra-industry\"/\1\"intra-industry\", \"$name\"/" studies/dprk/study.toml >studies/dprk/study.toml.new
mv studies/dprk/study.toml.new studies/dprk/study.toml
register studies/dprk/study.toml '/^    { name = "intra-industry"/'
sed -e "/{ name = \"$name\"/s/grubel_lloyd/$measure/g" studies/dprk/study.toml >studies/dprk/study.toml.new
mv studies/dprk/study.toml.new studies/dprk/study.toml

cargo update --workspace --offline --quiet # the new crate enters the lock file
cargo fmt --package "$name" 2>/dev/null || true

echo "crates/models/$name is a copy of crates/models/intra-industry, registered and run by studies/dprk."
echo "Make it yours: src/$measure.rs holds the numbers, src/model.rs binds them to trade, src/known.rs the known answers."
echo "Then: cargo test -p $name; cargo run -p counterflow -- verify --accept"
