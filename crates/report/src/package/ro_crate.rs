//! `ro-crate-metadata.json`: an RO-Crate 1.1 with the Process Run Crate profile: which program made
//! which results of which data.

use super::{Package, media_type};
use serde_json::{Value, json};

const CRATE: &str = "https://w3id.org/ro/crate/1.1";
const PROCESS: &str = "https://w3id.org/ro/wfrun/process/0.5";
/// The project's page; the program's identity.
const PROGRAM: &str = "#counterflow";
const RUN: &str = "#run";
const AUTHORS: &str = "#authors";

pub(super) fn describe(package: &Package<'_>) -> Value {
    let (study, made) = (&package.study.file, package.provenance);
    let id = |path: &str| json!({ "@id": path });
    let results = package.results();
    let all: Vec<Value> = package.files.iter().map(|f| id(&f.path)).collect();
    let (outputs, inputs): (Vec<&str>, Vec<&str>) = package
        .files
        .iter()
        .map(|f| f.path.as_str())
        .partition(|path| path.starts_with(&results));
    let list = |paths: &[&str]| paths.iter().map(|path| id(path)).collect::<Vec<_>>();
    let mut graph = vec![
        json!({
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "about": id("./"),
            "conformsTo": id(CRATE),
        }),
        json!({
            "@id": "./",
            "@type": "Dataset",
            "name": study.title,
            "description": "A study of bilateral trade with the datasets it rests on, its scenarios and claims, and the results of one run. README.md tells how to reproduce it.",
            "datePublished": package.date,
            "license": id("README.md"),
            "author": id(AUTHORS),
            "publisher": id(AUTHORS),
            "conformsTo": id(PROCESS),
            "hasPart": all.iter().cloned().chain([id("README.md"), id("datapackage.json")]).collect::<Vec<_>>(),
            "mentions": id(RUN),
        }),
        json!({ "@id": PROCESS, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5" }),
        json!({ "@id": AUTHORS, "@type": "Organization", "name": "The authors of the study" }),
        json!({
            "@id": PROGRAM,
            "@type": "SoftwareApplication",
            "name": "counterflow",
            "version": format!("{} ({})", made.version, made.revision),
            "softwareVersion": made.version,
            "softwareRequirements": format!("{}; lock file SHA-256 {}", made.toolchain, made.lock_sha256),
            "operatingSystem": made.target,
        }),
        json!({
            "@id": RUN,
            "@type": "CreateAction",
            "name": format!("counterflow analyze studies/{}", study.id),
            "description": format!("Seed {}. The same inputs and program give the same bytes.", made.seed),
            "instrument": id(PROGRAM),
            "agent": id(AUTHORS),
            "endTime": package.date,
            "actionStatus": id("http://schema.org/CompletedActionStatus"),
            "object": list(&inputs),
            "result": list(&outputs),
        }),
        json!({
            "@id": "README.md",
            "@type": ["File", "CreativeWork"],
            "name": "How to reproduce the results, where the data are from, and their terms",
            "description": "States the licence and the terms of each dataset.",
            "encodingFormat": "text/markdown",
        }),
        json!({
            "@id": "datapackage.json",
            "@type": "File",
            "name": "The same files as a Frictionless data package",
            "encodingFormat": "application/json",
        }),
    ];
    for (file, hash) in package.files.iter().zip(&package.hashes) {
        graph.push(json!({
            "@id": file.path,
            "@type": "File",
            "name": package.about(&file.path),
            "encodingFormat": media_type(&file.path),
            "contentSize": file.bytes.len().to_string(),
            "sha256": hash,
        }));
    }
    json!({
        "@context": [
            "https://w3id.org/ro/crate/1.1/context",
            { "sha256": "https://w3id.org/ro/terms/workflow-run#sha256" },
        ],
        "@graph": graph,
    })
}
