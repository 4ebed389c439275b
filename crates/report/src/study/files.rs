//! The files of a finished run: the page, every table, the findings, the manifest.

use crate::study::page::study_page;
use crate::study::tables;
use crate::{Format, Result, findings_json, findings_table, render_page, to_bytes};
use model::{Finding, Value};
use serde_json::json;
use study::{Run, Study};

/// What made a run: enough to make it again. No time and no machine's name: the same run gives
/// the same bytes.
#[derive(Clone, Debug, Default)]
pub struct Provenance {
    /// The program's version.
    pub version: String,
    /// The source's revision.
    pub revision: String,
    /// The compiler that built the program.
    pub toolchain: String,
    /// What it was built for.
    pub target: String,
    /// The compiler's flags beside cargo's own; empty for none.
    pub flags: String,
    /// `release` or `debug`.
    pub profile: String,
    /// The SHA-256 of the lock file: which version of every dependency.
    pub lock_sha256: String,
    /// The seed.
    pub seed: u64,
    /// The SHA-256 of the study file.
    pub study_sha256: String,
    /// The study file as it was run; it stands among the results.
    pub study_file: Vec<u8>,
}

impl Provenance {
    pub(super) fn rows(&self) -> Vec<(String, String)> {
        [
            ("program", format!("counterflow {}", self.version)),
            ("revision", self.revision.clone()),
            ("toolchain", self.toolchain.clone()),
            ("target", self.target.clone()),
            ("build", format!("{} {}", self.profile, self.flags).trim().to_owned()),
            ("lock file, SHA-256", self.lock_sha256.clone()),
            ("seed", self.seed.to_string()),
            ("study file, SHA-256", self.study_sha256.clone()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }
}

/// One file of the results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultFile {
    /// Its path within the results' folder.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// All files of a run. `run.json` comes last, with the hash of each of the others.
///
/// # Errors
/// When the study file's report names something that the run does not have.
pub fn result_files(
    study: &Study,
    run: &Run,
    provenance: &Provenance,
    hash: impl Fn(&[u8]) -> String,
) -> Result<Vec<ResultFile>> {
    let tables = tables::all(study, run);
    let mut files = Vec::new();
    let mut add = |path: String, bytes: Vec<u8>| files.push(ResultFile { path, bytes });
    let (page, evidence) = study_page(study, run, &tables, provenance)?;
    add("report.html".to_owned(), render_page(&page)?.into_bytes());
    for page in evidence {
        add(page.path, page.bytes);
    }
    add("study.toml".to_owned(), provenance.study_file.clone());
    let findings = findings_table(&run.findings);
    add("findings.csv".to_owned(), to_bytes(&findings, Format::Csv)?);
    add("findings.parquet".to_owned(), to_bytes(&findings, Format::Parquet)?);
    add(
        "findings.json".to_owned(),
        format!("{}\n", findings_json(&run.findings)?).into_bytes(),
    );
    for table in &tables {
        add(format!("tables/{}.csv", table.id), to_bytes(table, Format::Csv)?);
        add(
            format!("tables/{}.parquet", table.id),
            to_bytes(table, Format::Parquet)?,
        );
    }
    let manifest = manifest(study, run, provenance, &files, hash);
    let text = serde_json::to_string_pretty(&manifest).map_err(crate::Error::from)?;
    files.push(ResultFile {
        path: "run.json".to_owned(),
        bytes: format!("{text}\n").into_bytes(),
    });
    Ok(files)
}

fn manifest(
    study: &Study,
    run: &Run,
    provenance: &Provenance,
    files: &[ResultFile],
    hash: impl Fn(&[u8]) -> String,
) -> serde_json::Value {
    let pins = run.pins.iter().map(|pin| {
        let file = pin.about.file.as_ref();
        json!({
            "name": pin.about.name,
            "release": pin.about.release,
            "retrieved": pin.about.retrieved,
            "citation": pin.about.citation,
            "licence": pin.about.licence,
            "rows": pin.rows,
            "sha256": file.map(|f| &f.sha256),
            "logical_hash": file.map(|f| &f.logical_hash),
        })
    });
    let outputs = files
        .iter()
        .map(|f| json!({ "path": f.path, "bytes": f.bytes.len(), "sha256": hash(&f.bytes) }));
    let finding = |f: &Finding| match &f.value {
        Value::Estimate(value) => json!({ "id": f.id(), "estimate": value }),
        Value::Undefined(why) => json!({ "id": f.id(), "undefined": why }),
    };
    let claims = run
        .claims
        .iter()
        .map(|c| json!({ "id": c.id, "overall": c.overall.to_string() }));
    json!({
        "format": "counterflow run 1",
        "study": study.file.id,
        "study_sha256": provenance.study_sha256,
        "program": {
            "name": "counterflow",
            "version": provenance.version,
            "revision": provenance.revision,
            "toolchain": provenance.toolchain,
            "target": provenance.target,
            "flags": provenance.flags,
            "profile": provenance.profile,
            "lock_sha256": provenance.lock_sha256,
        },
        "seed": provenance.seed,
        "scenarios": run.scenarios.iter().map(|s| &s.id).collect::<Vec<_>>(),
        "pins": pins.collect::<Vec<_>>(),
        "claims": claims.collect::<Vec<_>>(),
        "outputs": outputs.collect::<Vec<_>>(),
        "findings": run.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}
