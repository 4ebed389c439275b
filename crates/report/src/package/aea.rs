//! `README.md` with the headings of the template README of the social-science data editors (Vilhuber,
//! Connolly, Koren, Llull & Morrow 2022, doi 10.5281/zenodo.7293838): data availability and
//! provenance, requirements, programs, instructions, the list of tables.

use super::Package;
use std::fmt::Write;

pub(super) fn describe(package: &Package<'_>) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write(package, &mut text);
    text
}

fn write(package: &Package<'_>, out: &mut String) -> std::fmt::Result {
    let (study, run, made) = (&package.study.file, package.run, package.provenance);
    writeln!(out, "# Replication package: {}\n", study.title)?;
    writeln!(out, "## Overview\n")?;
    writeln!(
        out,
        "One program, `counterflow`, makes every result from {} datasets with {} figures, under {} scenarios. \
         All data are in this package; nothing is fetched. A replicator needs about two minutes, most of them to \
         compile the program.\n",
        run.pins.len(),
        run.pins.iter().map(|p| p.rows).sum::<usize>(),
        run.scenarios.len()
    )?;
    availability(package, out)?;
    writeln!(out, "## Dataset list\n")?;
    writeln!(out, "| Data file | Source | Rows | Provided |\n|---|---|---|---|")?;
    for pin in &run.pins {
        let about = &pin.about;
        let file = about.file.as_ref().map_or("", |f| f.name.as_str());
        writeln!(
            out,
            "| `datasets/{}/{file}` | {} | {} | yes |",
            about.name,
            cell(&about.compiler),
            pin.rows
        )?;
    }
    writeln!(out, "\n## Computational requirements\n\n### Software requirements\n")?;
    writeln!(out, "- counterflow {}, revision `{}`", made.version, made.revision)?;
    writeln!(
        out,
        "- made with {} for {} ({} build{})",
        made.toolchain,
        made.target,
        made.profile,
        flags(package)
    )?;
    writeln!(
        out,
        "- dependencies as in its lock file, SHA-256 `{}`; cargo fetches them when it builds\n",
        made.lock_sha256
    )?;
    writeln!(out, "### Controlled randomness\n")?;
    writeln!(
        out,
        "Every random number derives from the seed {}, which `studies/{}/study.toml` states.\n",
        made.seed, study.id
    )?;
    writeln!(out, "### Memory, runtime, storage requirements\n")?;
    writeln!(
        out,
        "Less than 1 GB of memory, less than a minute on a laptop once the program is built, {} MB for this package.\n",
        package
            .files
            .iter()
            .map(|f| f.bytes.len())
            .sum::<usize>()
            .div_ceil(1_000_000)
    )?;
    writeln!(out, "## Description of programs/code\n")?;
    writeln!(
        out,
        "`counterflow analyze` checks the datasets against their hashes, builds each scenario, runs the models, judges \
         the claims and writes the results. `counterflow verify` does the same and compares with results at hand. The \
         study itself, with every choice, is the text file `studies/{}/study.toml`. `counterflow explain FINDING` lists \
         the figures behind any number, with their references.\n",
        study.id
    )?;
    writeln!(out, "### License for code\n\nMIT or Apache-2.0.\n")?;
    writeln!(out, "## Instructions to replicators\n")?;
    writeln!(
        out,
        "1. Build the revision named above with `cargo build --release --locked`; the program is \
         `target/release/counterflow`.\n2. In this folder, run `counterflow verify studies/{0} --results results/{0}`: it \
         recomputes everything and names each number that differs, or none.\n3. To write the results anew, run \
         `counterflow analyze studies/{0} --out new`.\n",
        study.id
    )?;
    tables(package, out)?;
    references(package, out)
}

fn flags(package: &Package<'_>) -> String {
    match package.provenance.flags.as_str() {
        "" => String::new(),
        flags => format!(", flags {flags}"),
    }
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn availability(package: &Package<'_>, out: &mut String) -> std::fmt::Result {
    writeln!(out, "## Data availability and provenance statements\n")?;
    writeln!(out, "### Statement about rights\n")?;
    writeln!(
        out,
        "The figures were taken under the terms that stand below with each source; whoever passes this package on must \
         keep to them.\n\n### Summary of availability\n\nAll data are publicly available and are in this package.\n\n\
         ### Details on each data source\n"
    )?;
    for pin in &package.run.pins {
        let about = &pin.about;
        writeln!(out, "#### {}\n", about.title)?;
        writeln!(out, "- Name: `{}`, compiled by {}", about.name, about.compiler)?;
        writeln!(out, "- Release: {}; taken on {}", about.release, about.retrieved)?;
        writeln!(out, "- From: {}", about.url)?;
        if let Some(doi) = &about.doi {
            writeln!(out, "- DOI: {doi}")?;
        }
        writeln!(out, "- Licence: {}; {}", about.licence, about.terms)?;
        writeln!(out, "- Citation: {}", about.citation)?;
        if let Some(file) = &about.file {
            writeln!(out, "- SHA-256 of the file: `{}`", file.sha256)?;
            writeln!(out, "- Hash of what it says: `{}`", file.logical_hash)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn tables(package: &Package<'_>, out: &mut String) -> std::fmt::Result {
    writeln!(out, "## List of tables and programs\n")?;
    writeln!(out, "Every number of the report is a finding or a row of a table:\n")?;
    writeln!(out, "| Exhibit | File | Program |\n|---|---|---|")?;
    let results = package.results();
    for file in package.files {
        let Some(name) = file.path.strip_prefix(&results) else {
            continue;
        };
        if name.ends_with(".csv") || name == "report.html" {
            writeln!(
                out,
                "| {} | `{}` | `counterflow analyze` |",
                cell(&package.about(&file.path)),
                file.path
            )?;
        }
    }
    writeln!(out)
}

fn references(package: &Package<'_>, out: &mut String) -> std::fmt::Result {
    writeln!(out, "## References\n")?;
    let citations: std::collections::BTreeSet<&str> =
        package.run.pins.iter().map(|p| p.about.citation.as_str()).collect();
    for citation in citations {
        writeln!(out, "- {citation}")?;
    }
    Ok(())
}
