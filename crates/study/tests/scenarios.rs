//! From pins to scenarios to claims, on a small world whose answers are known by hand.
#![allow(clippy::unwrap_used, missing_docs)]

use model::{Error, Finding, Input, Model, Output};
use std::path::Path;
use store::{FileFacts, parquet_bytes};
use study::{Run, Study, run};
use trade::{Economy, Flow, Period, Record, Status, Usd, Valuation};

/// Gives each figure as a finding, so that tests see what a model sees.
struct Echo;

impl Model for Echo {
    fn id(&self) -> &'static str {
        "echo"
    }

    fn title(&self) -> &'static str {
        "The figures themselves"
    }

    fn parameters(&self) -> &'static [&'static str] {
        &["fail"]
    }

    fn run(&self, input: &Input<'_>) -> model::Result<Output> {
        if input.parameters.contains_key("fail") {
            return Err(Error::parameter("echo", "fail", "left out", "set"));
        }
        let findings = input.flows.iter().map(|r| {
            Finding::new("value", "USD", r.value.unwrap().to_f64())
                .label("period", r.period)
                .label("flow", r.flow)
                .label("partner", r.partner)
        });
        Ok(Output {
            findings: findings.collect(),
            ..Output::default()
        })
    }
}

fn record(compiler: &str, year: i16, reporter: &str, partner: &str, flow: Flow, value: i64) -> Record {
    let economy = |code| Economy::new(code).unwrap();
    Record::new(
        compiler,
        Period::annual(year).unwrap(),
        economy(reporter),
        economy(partner),
        flow,
        Usd::from_units(value),
    )
}

fn pin(datasets: &Path, name: &str, records: &[Record]) {
    let folder = datasets.join(name);
    let file = folder.join(format!("{name}.parquet"));
    let bytes = parquet_bytes(records, &file).unwrap();
    store::write_atomically(&file, &bytes).unwrap();
    let facts = FileFacts::of(format!("{name}.parquet"), &bytes, records);
    let about = format!(
        "name = '{name}'\ntitle = 't'\ncompiler = 'c'\nrelease = '1'\nretrieved = '2026-11-22'\nurl = ''\n\
         licence = 'l'\nterms = 't'\ncitation = 'c'\ndescription = 'd'\n"
    );
    let text = store::with_generated_section(&about, &facts);
    store::write_atomically(&folder.join("pin.toml"), text.as_bytes()).unwrap();
}

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new(pins: &[(&str, Vec<Record>)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        pins.iter()
            .for_each(|(name, records)| pin(&folder.path().join("datasets"), name, records));
        World { folder }
    }

    fn study(&self, scenarios: &str) -> study::Result<Run> {
        let text = format!("id = 'x'\ntitle = 't'\ndescription = 'd'\neconomy = 'PRK'\nseed = 1\n{scenarios}");
        let path = self.folder.path().join("studies/x/study.toml");
        store::write_atomically(&path, text.as_bytes()).unwrap();
        run(&Study::open(path.parent().unwrap(), None)?, &[&Echo], &|_| {})
    }

    /// `period flow partner value` of each figure of the only scenario.
    fn figures(&self, scenario: &str) -> Vec<String> {
        let scenarios =
            format!("[[scenario]]\nid = 's'\ntitle = 't'\ndescription = 'd'\nmodels = ['echo']\n{scenario}");
        lines(&self.study(&scenarios).unwrap())
    }
}

fn lines(run: &Run) -> Vec<String> {
    let shown = |f: &Finding| {
        format!(
            "{} {} {} {}",
            f.labels["period"],
            f.labels["flow"],
            f.labels["partner"],
            f.estimate().unwrap()
        )
    };
    run.findings.iter().map(shown).collect()
}

#[test]
fn a_partners_report_is_told_from_the_economys_side() {
    let world = World::new(&[(
        "a",
        vec![
            record("c", 2000, "CHN", "PRK", Flow::Import, 7),
            record("c", 2000, "PRK", "JPN", Flow::Import, 5),
            record("c", 2000, "CHN", "KOR", Flow::Import, 9),
        ],
    )]);
    assert_eq!(
        world.figures("[[scenario.layer]]\npin = 'a'"),
        ["2000 export CHN 7", "2000 import JPN 5"]
    );
}

#[test]
fn an_earlier_layer_and_a_finer_quotation_win_and_the_others_are_listed() {
    let coarse = Record {
        rounded_to: Some(Usd::from_units(100)),
        status: Status::Quoted,
        ..record("c", 2000, "PRK", "CHN", Flow::Export, 700)
    };
    let fine = Record {
        rounded_to: Some(Usd::from_units(1)),
        status: Status::Quoted,
        ..record("c", 2000, "PRK", "CHN", Flow::Export, 713)
    };
    let world = World::new(&[
        ("a", vec![coarse, fine]),
        (
            "b",
            vec![
                record("d", 2000, "CHN", "PRK", Flow::Import, 999),
                record("d", 2001, "CHN", "PRK", Flow::Import, 1),
            ],
        ),
    ]);
    let layers = "[[scenario.layer]]\npin = 'a'\n[[scenario.layer]]\npin = 'b'";
    let scenarios = format!("[[scenario]]\nid = 's'\ntitle = 't'\ndescription = 'd'\nmodels = ['echo']\n{layers}");
    let run = world.study(&scenarios).unwrap();
    assert_eq!(lines(&run), ["2000 export CHN 713", "2001 export CHN 1"]);
    let aside = &run.scenarios[0].figures.set_aside;
    let reasons: Vec<&str> = aside.iter().map(|a| a.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "another quotation was preferred: 713 USD",
            "an earlier layer has this figure"
        ]
    );
}

#[test]
fn the_basis_decides_before_the_rounding() {
    let on = |basis: &str, value| Record {
        basis: Some(basis.into()),
        ..record("c", 2000, "KOR", "PRK", Flow::Import, value)
    };
    let world = World::new(&[("a", vec![on("approval", 192), on("clearance", 111)])]);
    let with = |order: &str| world.figures(&format!("[[scenario.layer]]\npin = 'a'\nbasis = [{order}]"));
    assert_eq!(with("'clearance', 'approval'"), ["2000 export KOR 111"]);
    assert_eq!(with("'approval'"), ["2000 export KOR 192"]);
    assert!(with("'customs'").is_empty());
}

#[test]
fn what_is_not_known_is_not_taken_for_nil() {
    let world = World::new(&[(
        "a",
        vec![
            record("c", 2000, "PRK", "CHN", Flow::Export, 7),
            record("c", 2001, "PRK", "CHN", Flow::Export, 8),
            record("c", 2001, "PRK", "KOR", Flow::Export, 3),
        ],
    )]);
    assert_eq!(
        world.figures("requires = ['KOR']\n[[scenario.layer]]\npin = 'a'"),
        ["2001 export CHN 8", "2001 export KOR 3"]
    );
}

#[test]
fn a_world_total_is_summed_only_where_every_part_is_known() {
    let world = World::new(&[(
        "a",
        vec![
            record("c", 2000, "PRK", "WLD-KOR", Flow::Export, 100),
            record("c", 2001, "PRK", "WLD-KOR", Flow::Export, 110),
            record("c", 2001, "PRK", "KOR", Flow::Export, 30),
        ],
    )]);
    let figures = world.figures("world_from = ['WLD-KOR', 'KOR']\n[[scenario.layer]]\npin = 'a'");
    assert_eq!(figures, ["2001 export KOR 30", "2001 export WLD 140"]);
}

#[test]
fn two_way_trade_is_derived_where_it_is_not_published() {
    let world = World::new(&[(
        "a",
        vec![
            record("c", 2000, "PRK", "CHN", Flow::Export, 7),
            record("c", 2000, "PRK", "CHN", Flow::Import, 5),
            record("c", 2000, "PRK", "JPN", Flow::Export, 2),
            record("c", 2000, "PRK", "KOR", Flow::Export, 1),
            record("c", 2000, "PRK", "KOR", Flow::TwoWay, 9),
        ],
    )]);
    let figures = world.figures("derive_two_way = true\n[[scenario.layer]]\npin = 'a'");
    let totals: Vec<&String> = figures.iter().filter(|line| line.contains("total")).collect();
    assert_eq!(totals, ["2000 total CHN 12", "2000 total JPN 2", "2000 total KOR 9"]);
}

#[test]
fn a_margin_divides_and_does_not_subtract() {
    let cif = |value| Record {
        valuation: Some(Valuation::Cif),
        ..record("c", 2000, "PRK", "CHN", Flow::Import, value)
    };
    let world = World::new(&[("a", vec![cif(1000)])]);
    // 1000 / 1.10 = 909.0909..., not 900.
    assert_eq!(
        world.figures("cif_margin = { import = '0.10' }\n[[scenario.layer]]\npin = 'a'"),
        ["2000 import CHN 909.091"]
    );
}

#[test]
fn a_guard_sets_aside_what_it_names_and_says_why() {
    let world = World::new(&[(
        "a",
        vec![
            record("c", 2000, "PRK", "MEX", Flow::Export, 7),
            record("c", 2000, "PRK", "MEX", Flow::Import, 5),
            record("c", 2000, "PRK", "CHN", Flow::Export, 2),
        ],
    )]);
    let scenarios = "[[guard]]\nid = 'g'\ntitle = 't'\nreference = 'r'\ndrop = [{ partner = 'MEX', flow = 'export', reason = 'the South' }]\n\
                     [[scenario]]\nid = 's'\ntitle = 't'\ndescription = 'd'\nguards = ['g']\nmodels = ['echo']\n[[scenario.layer]]\npin = 'a'";
    let run = world.study(scenarios).unwrap();
    assert_eq!(lines(&run), ["2000 export CHN 2", "2000 import MEX 5"]);
    assert_eq!(run.scenarios[0].figures.set_aside[0].reason, "guard `g`: the South");
}

#[test]
fn what_a_guard_sets_aside_does_not_live_on_in_sums() {
    let world = World::new(&[(
        "a",
        vec![
            record("c", 2000, "PRK", "IND", Flow::Export, 7),
            record("c", 2000, "PRK", "IND", Flow::Import, 1000),
        ],
    )]);
    let with = |guard: &str| {
        let text = format!(
            "[[guard]]\nid = 'g'\ntitle = 't'\nreference = 'r'\ndrop = [{{ partner = 'IND', flow = 'import', reason = 'oil' }}]\n\
             [[guard]]\nid = 'strict'\ntitle = 't'\nreference = 'r'\nextends = 'g'\nboth_directions = true\n\
             [[scenario]]\nid = 's'\ntitle = 't'\ndescription = 'd'\nderive_two_way = true\nguards = ['{guard}']\n\
             models = ['echo']\n[[scenario.layer]]\npin = 'a'"
        );
        lines(&world.study(&text).unwrap())
    };
    assert_eq!(with("g"), ["2000 export IND 7", "2000 total IND 7"]);
    assert!(with("strict").is_empty());
}

#[test]
fn a_study_that_cannot_be_is_refused_with_the_reason() {
    let world = World::new(&[("a", vec![record("c", 2000, "PRK", "CHN", Flow::Export, 7)])]);
    let refused = |scenarios: &str| world.study(scenarios).unwrap_err();
    let scenario = |more: &str| {
        format!("[[scenario]]\nid = 's'\ntitle = 't'\ndescription = 'd'\n{more}\n[[scenario.layer]]\npin = 'a'\n")
    };
    let says = |text: String, words: &[&str]| {
        let error = refused(&text);
        let cause = std::error::Error::source(&error)
            .map(ToString::to_string)
            .unwrap_or_default();
        let said = format!("{error} {cause}");
        assert!(words.iter().all(|w| said.contains(w)), "{said}");
    };
    says(scenario("models = ['nothing']"), &["no model `nothing`", "echo"]);
    says(
        scenario("models = ['echo']\nguards = ['g']"),
        &["guard `g`", "not defined"],
    );
    says(
        scenario("models = ['echo']").repeat(2),
        &["two scenarios are called `s`"],
    );
    says(
        scenario("models = ['echo']\nparameters = { echo = { typo = 1 } }"),
        &["no parameter `typo`"],
    );
    says(
        scenario("models = ['echo']\nparameters = { echo = { fail = 1 } }"),
        &["scenario `s`", "parameter `fail`"],
    );
    says(
        scenario("models = ['echo']\nmodles = 1"),
        &["study.toml", "unknown field `modles`"],
    );
    says(
        scenario("models = ['echo']").replace("pin = 'a'", "pin = 'b'"),
        &["no pin `b`", "there are a"],
    );
    says(
        scenario("models = ['echo']").replace("id = 's'", "id = '../s'"),
        &["lower case"],
    );
}

#[test]
fn a_changed_file_is_noticed() {
    let world = World::new(&[("a", vec![record("c", 2000, "PRK", "CHN", Flow::Export, 7)])]);
    let path = world.folder.path().join("datasets/a/a.parquet");
    store::write_records(&path, &[record("c", 2000, "PRK", "CHN", Flow::Export, 8)]).unwrap();
    let run = world
        .study(
            "[[scenario]]\nid = 's'\ntitle = 't'\ndescription = 'd'\nmodels = ['echo']\n[[scenario.layer]]\npin = 'a'",
        )
        .unwrap();
    let said: Vec<String> = run.broken_pins.iter().map(ToString::to_string).collect();
    assert!(
        said.iter().any(|s| s.contains("sha256")) && said.iter().any(|s| s.contains("logical hash")),
        "{said:?}"
    );
}
