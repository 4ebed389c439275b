//! The plan of the house, held to: which room may lean on which, and what every room must have.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use tests::{packages, root, skipped};

/// The crates that each crate may use. A model is any crate in `crates/models`; a new one needs no
/// line here, and models never use each other.
const MAY_USE: [(&str, &[&str]); 14] = [
    ("trade", &[]),
    ("regress", &[]),
    ("store", &["trade"]),
    ("sources", &["store", "trade"]),
    ("synth", &["trade"]),
    ("cube", &["store", "trade"]),
    ("fetch", &["store", "trade"]),
    ("mirror", &["regress", "trade"]),
    ("extract", &["cube", "mirror", "store", "trade"]),
    ("model", &["trade"]),
    ("MODEL", &["model", "trade", "regress", "mirror"]),
    ("conformance", &["regress", "mirror", "concentration", "trend"]),
    ("study", &["model", "mirror", "store", "trade"]),
    ("report", &["study", "model", "store", "trade"]),
];

/// Outside the storeys: the program and what measures or tests the whole house.
const ABOVE_ALL: [&str; 4] = ["counterflow", "tests", "benches", "harness"];

fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap()
}

/// The folder of a package below the workspace's, with forward slashes.
fn place(package: &Value) -> String {
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    let folder = manifest
        .parent()
        .unwrap()
        .strip_prefix(root().canonicalize().unwrap())
        .unwrap();
    folder.to_string_lossy().replace('\\', "/")
}

fn is_model(package: &Value) -> bool {
    place(package).starts_with("crates/models/")
}

#[test]
fn arrows_point_down_only() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages.iter().map(name).collect();
    let plan: BTreeMap<&str, &[&str]> = MAY_USE.into_iter().collect();
    for package in packages.iter().filter(|p| !ABOVE_ALL.contains(&name(p))) {
        let storey = if is_model(package) { "MODEL" } else { name(package) };
        let allowed = plan
            .get(storey)
            .unwrap_or_else(|| panic!("{} has no place in the plan of the house", name(package)));
        for dependency in package["dependencies"].as_array().unwrap() {
            let used = name(dependency);
            // Tests may lean on synthetic worlds, and on what is below anyway.
            let for_tests = dependency["kind"] == "dev" && used == "synth";
            if ours.contains(used) && !for_tests {
                assert!(
                    allowed.contains(&used),
                    "{} may not use {used}; it may use {allowed:?}",
                    name(package)
                );
            }
        }
    }
}

#[test]
fn every_crate_stands_where_its_name_says_and_says_what_it_is() {
    for package in packages() {
        let place = place(&package);
        assert_eq!(
            place.rsplit('/').next(),
            Some(name(&package)),
            "a crate's folder bears its name"
        );
        let description = package["description"].as_str().unwrap_or_default();
        assert!(description.split(' ').count() >= 3, "{place} has no description");
        assert_eq!(
            package["publish"],
            serde_json::json!([]),
            "{place} is not for publication"
        );
        assert_eq!(package["license"], "MIT OR Apache-2.0", "{place}");
        let manifest = std::fs::read_to_string(root().join(&place).join("Cargo.toml")).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        let inherited = manifest
            .get("lints")
            .and_then(|lints| lints.get("workspace")?.as_bool());
        // cube is to have unsafe code one day and may then set its lints itself.
        assert!(
            inherited == Some(true) || name(&package) == "cube",
            "{place}: [lints] workspace = true"
        );
    }
}

#[test]
fn every_model_is_in_the_one_list() {
    let list = std::fs::read_to_string(root().join("crates/counterflow/src/models.rs")).unwrap();
    let packages = packages();
    let models: Vec<&Value> = packages.iter().filter(|p| is_model(p)).collect();
    assert!(models.len() >= 4);
    for model in models {
        assert!(
            list.contains(&format!("&{}::", name(model).replace('-', "_"))),
            "{} is not in counterflow's list of models",
            name(model)
        );
    }
}

/// Every file that is in version control or would be; nothing where this is no checkout.
fn files() -> Vec<String> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    match Command::new("git").args(arguments).current_dir(root()).output() {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8(output.stdout).unwrap();
            let names = text.split('\0').filter(|name| root().join(name).is_file());
            names.map(str::to_owned).collect()
        }
        _ => {
            skipped("no git checkout here");
            Vec::new()
        }
    }
}

#[test]
fn unsafe_code_stands_in_the_cube_only() {
    // The word is put together here so that this file does not hold it.
    let word = format!("un{}", "safe");
    for name in files()
        .iter()
        .filter(|name| name.ends_with(".rs") && !name.starts_with("crates/cube/"))
    {
        let text = std::fs::read_to_string(root().join(name)).unwrap();
        for form in [" {", " fn", " impl", " extern", "_code)"] {
            assert!(!text.contains(&format!("{word}{form}")), "{name}: {word}{form}");
        }
    }
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    assert_eq!(
        manifest["workspace"]["lints"]["rust"][&format!("{word}_code")].as_str(),
        Some("forbid")
    );
}

#[test]
fn no_file_names_a_path_of_a_machine() {
    let marks = ["/home/", "/Users/", "C:\\Users"].map(|mark| mark.as_bytes());
    let this = "tests/tests/house.rs";
    for name in files().iter().filter(|name| *name != this) {
        let bytes = std::fs::read(root().join(name)).unwrap();
        for mark in marks {
            let mut at = bytes
                .windows(mark.len())
                .enumerate()
                .filter(|(_, window)| *window == mark);
            // Inside an address (https://host/home/page) it is no path of a machine.
            let found = at.find(|(at, _)| {
                *at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || b"-_.~%/".contains(&bytes[at - 1]))
            });
            assert!(found.is_none(), "{name} holds {}", String::from_utf8_lossy(mark));
        }
    }
}

#[test]
fn rooms_are_small() {
    for name in files()
        .iter()
        .filter(|name| name.ends_with(".rs") && name.starts_with("crates/"))
    {
        let lines = std::fs::read_to_string(root().join(name)).unwrap().lines().count();
        assert!(lines <= 500, "{name} has {lines} lines: divide it");
    }
}
