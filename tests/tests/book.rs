//! The book (docs/) holds what it says: its commands run and print what stands below them, its links lead
//! somewhere, and its pages name every measure, file and field that there is.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use tests::{Workspace, csv_rows, program, root};

/// The pages whose commands run; docs/json.md and docs/mirror.md have tests of their own.
const RUN: [&str; 5] = ["quick-start.md", "models.md", "formats.md", "citing.md", "fetching.md"];

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join("docs").join(name)).unwrap()
}

/// The commands of a page's `sh` blocks, each with the output that the `text` block right after it shows.
fn examples(text: &str) -> Vec<(String, Option<String>)> {
    let mut examples: Vec<(String, Option<String>)> = Vec::new();
    let (mut block, mut kind): (String, Option<String>) = (String::new(), None);
    let mut after_shell = false;
    for line in text.lines() {
        match (&kind, line.strip_prefix("```")) {
            (None, Some(words)) => (kind, block) = (Some(words.to_owned()), String::new()),
            (Some(open), Some("")) => {
                match (open.as_str(), after_shell) {
                    ("sh", _) => examples.push((block.clone(), None)),
                    ("text", true) => examples.last_mut().unwrap().1 = Some(block.clone()),
                    _ => {}
                }
                (after_shell, kind) = (open == "sh", None);
            }
            (Some(_), _) => block.push_str(&format!("{line}\n")),
            (None, None) => after_shell &= line.is_empty(),
        }
    }
    examples
}

/// Runs a page's commands in order in one folder, as its reader does.
fn follow(workspace: &Workspace, name: &str) {
    let found = examples(&page(name));
    assert!(found.iter().any(|(_, shown)| shown.is_some()), "{name} shows no output");
    let folder = program().parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let path = path.unwrap();
    for (commands, shown) in found {
        let done = Command::new("sh")
            .args(["-eu", "-c", &commands])
            .current_dir(workspace.path("."))
            .env("PATH", &path)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{name}:\n{commands}\n{said}");
        if let Some(shown) = shown {
            assert_eq!(
                String::from_utf8_lossy(&done.stdout),
                shown,
                "{name}:\n{commands}\n{said}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn the_commands_of_the_book_print_what_it_shows() {
    for name in RUN.iter().filter(|name| **name != "quick-start.md") {
        follow(&Workspace::new(), name);
    }
}

/// The quick start makes a study: what the run leaves is what the page on formats describes.
#[cfg(unix)]
#[test]
fn the_quick_start_leads_to_a_run_that_the_book_describes() {
    let workspace = Workspace::new();
    follow(&workspace, "quick-start.md");
    let formats = page("formats.md");
    let named = |word: &str| formats.contains(&format!("`{word}`"));
    let folder = workspace.path("results/mine");
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let stem = name.split('.').next().unwrap().to_owned();
        let told = ["findings", "tables", "evidence"].contains(&stem.as_str()) || named(&name);
        assert!(told, "formats.md does not name {name}");
    }
    let columns = csv_rows(&std::fs::read(folder.join("findings.csv")).unwrap());
    for column in columns[0].keys() {
        assert!(named(column), "formats.md does not name the column {column}");
    }
    let manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("run.json")).unwrap()).unwrap();
    let mut fields: BTreeSet<String> = BTreeSet::new();
    for (field, value) in manifest.as_object().unwrap() {
        fields.insert(field.clone());
        let inner = value
            .as_object()
            .or_else(|| value.get(0).and_then(|first| first.as_object()));
        fields.extend(inner.into_iter().flat_map(|object| object.keys().cloned()));
    }
    for field in &fields {
        assert!(named(field), "formats.md does not name the field {field} of run.json");
    }
    // What a run was made with, so that it can be made again.
    for field in ["version", "revision", "toolchain", "target", "profile", "lock_sha256"] {
        assert!(!manifest["program"][field].as_str().unwrap().is_empty(), "{field}");
    }
    assert!(manifest["program"]["flags"].is_string());
    assert_eq!(
        manifest["program"]["lock_sha256"],
        tests::sha256(&std::fs::read(root().join("Cargo.lock")).unwrap())
    );
}

#[test]
fn every_measure_that_is_published_has_its_formula() {
    let models = page("models.md");
    let published = std::fs::read_to_string(root().join("studies/dprk/expected.csv")).unwrap();
    let measures: BTreeSet<&str> = published
        .lines()
        .skip(1)
        .filter_map(|line| line.splitn(5, ',').nth(4)?.split(' ').next()?.split('/').nth(2))
        .collect();
    assert!(measures.len() > 30, "{measures:?}");
    for measure in measures {
        assert!(
            models.contains(&format!("`{measure}`")),
            "docs/models.md does not tell {measure}"
        );
    }
}

/// The pages of the book, and those that lead to it.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = [
        "README.md",
        "ARCHITECTURE.md",
        "notebooks/README.md",
        "datasets/README.md",
    ]
    .map(|name| root().join(name))
    .to_vec();
    let docs = std::fs::read_dir(root().join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    pages.extend(docs.filter(|path| path.extension().is_some_and(|end| end == "md")));
    pages.sort();
    pages
}

#[test]
fn every_link_leads_somewhere_and_every_page_is_in_the_contents() {
    let mut followed = 0;
    for path in pages() {
        let text = std::fs::read_to_string(&path).unwrap();
        for rest in text.split("](").skip(1) {
            let target = rest.split([')', '#']).next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let there = path.parent().unwrap_or(Path::new(".")).join(target);
            assert!(there.exists(), "{}: there is no {target}", path.display());
            followed += 1;
        }
    }
    assert!(followed > 40, "{followed}");
    let contents = page("SUMMARY.md");
    for path in pages().iter().filter(|path| path.parent().unwrap().ends_with("docs")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(
            name == "SUMMARY.md" || contents.contains(&format!("]({name})")),
            "{name}"
        );
    }
}
