//! The study of North Korea's trade, end to end: pins hashed and read, every scenario built,
//! every model run on it, every claim judged. And the same with one model at a time, which says
//! where the time goes.
#![allow(clippy::unwrap_used)]

use benches::criterion;
use criterion::Criterion;
use std::hint::black_box;
use std::path::Path;
use study::{Run, Study, run};

fn main() {
    let mut c = criterion();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (folder, datasets) = (root.join("studies/dprk"), root.join("datasets"));
    let open = || Study::open(black_box(&folder), Some(black_box(&datasets))).unwrap();
    let findings = with_all_models(&open()).findings.len();
    assert!(findings > 1000, "the study has only {findings} findings");

    c.bench_function("study/dprk/open_and_run", |b| b.iter(|| with_all_models(&open())));
    for model in ["trend", "concentration", "structure", "asymmetry"] {
        one_model(&mut c, open(), model);
    }
    one_model(&mut c, open(), "none");
    c.final_summary();
}

/// The models are those that the program offers.
fn with_all_models(study: &Study) -> Run {
    run(
        study,
        &[
            &trend::Trend,
            &concentration::Concentration,
            &structure::Structure,
            &asymmetry::Asymmetry,
        ],
        &|_| (),
    )
    .unwrap()
}

/// The run with only this model in each scenario; claims on the others' findings fail cheaply.
fn one_model(c: &mut Criterion, mut study: Study, model: &str) {
    for scenario in &mut study.file.scenario {
        scenario.models.retain(|id| id == model);
    }
    c.bench_function(&format!("study/dprk/run_model/{model}"), |b| {
        b.iter(|| with_all_models(black_box(&study)));
    });
}
