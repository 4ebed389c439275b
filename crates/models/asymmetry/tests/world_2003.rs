//! The whole world of 2003 as UN Comtrade has it, read from the folder that the environment
//! variable `COUNTERFLOW_TEST_DATA` names. Without it there is nothing to test.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use asymmetry::Asymmetry;
use model::{Coverage, Input, Model, Output};
use std::path::Path;
use trade::{Classification, Flow, Period, Record, economies};

/// The four flows of UN Comtrade's old column set.
const FLOWS: [Flow; 4] = [Flow::Import, Flow::Export, Flow::ReExport, Flow::ReImport];

fn world() -> Option<Vec<Record>> {
    let Some(folder) = std::env::var_os("COUNTERFLOW_TEST_DATA") else {
        eprintln!("SKIPPED: COUNTERFLOW_TEST_DATA is not set, the world of 2003 is not read");
        return None;
    };
    let path = Path::new(&folder).join("mirror/comtrade_raw_2003_TOTAL_only_44k_redistributable.csv.gz");
    let file = flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap());
    let mut records = Vec::new();
    for row in csv::Reader::from_reader(file).records() {
        let row = row.unwrap();
        let year: i16 = row[0].parse().unwrap();
        // The world is 0; a number that the reference table does not know stands for itself.
        let economy = |field: &str| match economies().by_m49(field.parse().unwrap(), year) {
            Some(info) => info.code,
            None if field == "0" => trade::Economy::WORLD,
            None => trade::Economy::new(&format!("M{field}")).unwrap(),
        };
        records.push(Record {
            classification: Classification::from_comtrade(&row[4]).unwrap(),
            product: (&row[5]).into(),
            value: row[9].parse().ok(),
            ..Record::new(
                "UN Comtrade",
                Period::annual(year).unwrap(),
                economy(&row[1]),
                economy(&row[3]),
                FLOWS[row[2].parse::<usize>().unwrap() - 1],
                trade::Usd::ZERO,
            )
        });
    }
    Some(records)
}

fn find<'a>(output: &'a Output, measure: &str) -> &'a model::Finding {
    output.findings.iter().find(|f| f.measure == measure).unwrap()
}

#[test]
fn the_world_of_2003() {
    let Some(records) = world() else { return };
    assert_eq!(records.len(), 44_259);
    let parameters = toml::Table::new();
    let input = Input {
        scenario: "world",
        economy: None,
        flows: &records,
        coverage: Coverage::Complete,
        parameters: &parameters,
        seed: 1,
    };
    let output = Asymmetry.run(&input).unwrap();
    assert_eq!(find(&output, "pairs").estimate(), Some(15_221.0));
    let ratio = find(&output, "ratio_median").estimate().unwrap();
    assert!((ratio - 1.155).abs() < 0.0005, "{ratio}");
    let aggregate = find(&output, "ratio_aggregate").estimate().unwrap();
    assert!((aggregate - 1.020).abs() < 0.0005, "{aggregate}");
    // Farther flows arrive dearer, and neighbours' flows cheaper.
    let slope = find(&output, "cif_fob_slope_log_distance");
    let interval = slope.interval.as_ref().unwrap();
    assert!(interval.low > 0.0 && interval.high < 0.2, "{interval:?}");
    assert!(find(&output, "cif_fob_contiguity").estimate().unwrap() < 0.0);
    let reporters = output.tables.iter().find(|t| t.id == "reporters").unwrap();
    assert_eq!(
        reporters.rows.len() * 2,
        output
            .findings
            .iter()
            .filter(|f| matches!(&*f.measure, "rix" | "rim"))
            .count()
    );
    let charts: Vec<&str> = output.charts.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(charts, ["mirror-ratio", "cif-fob-curve"]);
    let counted: f64 = output.charts[0].series[0].points.iter().filter_map(|p| p.y).sum();
    assert_eq!(counted, 15_221.0);
}
