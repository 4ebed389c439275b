//! Each direct dependency has its reason in `docs/dependencies.md`, and what is there is used.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use tests::{packages, root};

#[test]
fn every_direct_dependency_has_a_written_reason() {
    let packages = packages();
    let own: BTreeSet<&str> = packages.iter().map(|p| p["name"].as_str().unwrap()).collect();
    let all = packages.iter().flat_map(|p| p["dependencies"].as_array().unwrap());
    let used: BTreeSet<&str> = all
        .map(|d| d["name"].as_str().unwrap())
        .filter(|name| !own.contains(name))
        .collect();
    let page = std::fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let mut told = BTreeSet::new();
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        assert!(cells[2].split(' ').count() >= 2, "no reason in: {line}");
        assert!(told.insert(cells[1].trim_matches('`')), "twice: {line}");
    }
    assert_eq!(told, used, "docs/dependencies.md (left) and the manifests (right)");
}
