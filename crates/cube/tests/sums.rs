//! Grouped sums against a plain loop over records, and the refusals.
#![allow(clippy::unwrap_used, missing_docs)]

use cube::{Dimension, Error, Query, sum_batches, sum_dataset};
use proptest::prelude::*;
use std::collections::BTreeMap;
use store::{Filter, batch_of_records, write_records};
use trade::{Classification, Economy, Flow, Period, Record, Usd};

fn record(year: i16, partner: &str, flow: Flow, product: &str, value: Option<i128>) -> Record {
    Record {
        classification: Classification::Hs(2),
        product: product.into(),
        value: value.map(Usd::from_thousandths),
        ..Record::new(
            "UN Comtrade",
            Period::annual(year).unwrap(),
            Economy::new("PRK").unwrap(),
            Economy::new(partner).unwrap(),
            flow,
            trade::Usd::ZERO,
        )
    }
}

fn query(by: &[Dimension]) -> Query {
    Query::new(by, Filter::default()).unwrap()
}

proptest! {
    #[test]
    fn sums_equal_a_plain_loop_however_the_rows_are_cut(
        rows in prop::collection::vec((1990_i16..1993, 0..4_usize, any::<bool>(), 0..3_usize, prop::option::of(-999_999_999_999_999_999_i128..=999_999_999_999_999_999)), 1..200),
        cut in 1..50_usize,
    ) {
        let records: Vec<Record> = rows.iter().map(|&(year, p, export, k, value)| {
            record(year, ["CHN", "KOR", "JPN", "RUS"][p], if export { Flow::Export } else { Flow::Import }, ["27", "44", "84"][k], value)
        }).collect();
        let mut expected: BTreeMap<Vec<String>, (i128, u64, u64)> = BTreeMap::new();
        for r in &records {
            let sums = expected.entry(vec![r.flow.to_string(), r.period.to_string(), r.partner.to_string()]).or_default();
            sums.0 += r.value.map_or(0, Usd::thousandths);
            sums.1 += 1;
            sums.2 += u64::from(r.value.is_none());
        }
        let batches: Vec<_> = records.chunks(cut).map(|c| batch_of_records(c).unwrap()).collect();
        let grouped = sum_batches(&batches, &query(&[Dimension::Flow, Dimension::Year, Dimension::Partner])).unwrap();
        let found: BTreeMap<Vec<String>, (i128, u64, u64)> = grouped.groups.iter()
            .map(|g| (g.key.clone(), (g.value.map_or(0, Usd::thousandths), g.records, g.records_without_value))).collect();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn a_sum_beyond_64_bits_loses_nothing() {
    // 40,000 records of almost 10^15 dollars: 4 x 10^22 thousandths, past i64.
    let big = 999_999_999_999_999_999_i128;
    let records: Vec<Record> = (0..40_000)
        .map(|_| record(2000, "CHN", Flow::Export, "27", Some(big)))
        .collect();
    let grouped = sum_batches(&[batch_of_records(&records).unwrap()], &query(&[])).unwrap();
    assert_eq!(grouped.total().thousandths(), big * 40_000);
}

#[test]
fn a_world_row_is_never_added_to_its_parts() {
    let records = [
        record(2000, "WLD", Flow::Export, "TOTAL", Some(300)),
        record(2000, "CHN", Flow::Export, "TOTAL", Some(100)),
        record(2000, "KOR", Flow::Export, "TOTAL", Some(200)),
    ];
    let batch = batch_of_records(&records).unwrap();
    let grouped = sum_batches(std::slice::from_ref(&batch), &query(&[Dimension::Year])).unwrap();
    assert_eq!(grouped.total().thousandths(), 300);
    assert_eq!(grouped.set_aside["totals over partners beside their parts"], 1);
    // Nor is it one more partner, unless it is asked for.
    let mut by_partner = query(&[Dimension::Partner]);
    let grouped = sum_batches(std::slice::from_ref(&batch), &by_partner).unwrap();
    assert_eq!((grouped.groups.len(), grouped.total().thousandths()), (2, 300));
    assert_eq!(grouped.set_aside["totals over partners beside their parts"], 1);
    by_partner.world_rows = true;
    let grouped = sum_batches(std::slice::from_ref(&batch), &by_partner).unwrap();
    assert_eq!((grouped.groups.len(), grouped.set_aside.len()), (3, 0));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    write_records(&path, &records).unwrap();
    for (codes, groups) in [(&["WLD", "KOR"][..], 2), (&["KOR"], 1), (&["CHN", "KOR"], 2)] {
        let filter = codes.iter().fold(Filter::default(), |f, code| f.with("partner", *code));
        let named = Query::new(&[Dimension::Partner], filter).unwrap();
        let grouped = sum_dataset(&path, &named).unwrap();
        assert_eq!(
            (grouped.groups.len(), grouped.set_aside.len()),
            (groups, 0),
            "{codes:?}"
        );
    }
    // Alone, the world row is what there is.
    let alone = sum_batches(&[batch_of_records(&records[..1]).unwrap()], &query(&[Dimension::Year])).unwrap();
    assert_eq!(alone.total().thousandths(), 300);
    let alone = sum_batches(
        &[batch_of_records(&records[..1]).unwrap()],
        &query(&[Dimension::Partner]),
    )
    .unwrap();
    assert_eq!((alone.groups.len(), alone.total().thousandths()), (1, 300));
}

#[test]
fn a_group_is_never_added_to_its_members() {
    let from = |reporter: &str, partner: &str, value| Record {
        reporter: Economy::new(reporter).unwrap(),
        ..record(2000, partner, Flow::Export, "TOTAL", Some(value))
    };
    let records = [
        from("PRK", "DEU", 10),
        from("PRK", "EUR", 30),
        from("PRK", "CHN", 100),
        from("EUR", "CHN", 700),
        from("DEU", "CHN", 500),
        from("WLD", "CHN", 9000),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    write_records(&path, &records).unwrap();
    let total = |by: &[Dimension], filter: Filter| {
        let grouped = sum_dataset(&path, &Query::new(by, filter).unwrap()).unwrap();
        let left: Vec<String> = grouped.set_aside.keys().cloned().collect();
        (grouped.total().thousandths(), left)
    };
    let groups = |side: &str| format!("groups of {side} beside their members");
    let world = "totals over reporters beside their parts".to_owned();
    let all = vec![groups("partners"), groups("reporters"), world];
    assert_eq!(total(&[Dimension::Year], Filter::default()), (610, all.clone()));
    assert_eq!(total(&[Dimension::Partner], Filter::default()), (610, all));
    // By name they are what is asked for.
    assert_eq!(total(&[], Filter::default().with("partner", "EUR")), (30, vec![]));
    assert_eq!(total(&[], Filter::default().with("reporter", "EUR")), (700, vec![]));
    let either = Filter::default().with_economies(["EUR".to_owned()]);
    assert_eq!(total(&[], either), (730, vec![]));
    let both = Filter::default()
        .with("partner", "EUR")
        .with("partner", "CHN")
        .with("reporter", "PRK");
    assert_eq!(total(&[], both), (130, vec![]));
    // Where there are groups and the world only, the world is the whole.
    write_records(&path, &[from("PRK", "EUR", 30), from("PRK", "WLD", 140)]).unwrap();
    assert_eq!(total(&[], Filter::default()), (140, vec![groups("partners")]));
    assert_eq!(total(&[Dimension::Partner], Filter::default()), (170, vec![]));
}

#[test]
fn a_total_under_two_classifications_is_one_trade() {
    let under = |reporter: &str, classification, value| Record {
        reporter: Economy::new(reporter).unwrap(),
        classification,
        ..record(2000, "CHN", Flow::Export, "TOTAL", Some(value))
    };
    let (hs, sitc) = (Classification::Hs(2), Classification::Sitc(3));
    let apart = [under("PRK", hs, 10), under("DEU", sitc, 20)];
    let sum = |records: &[Record], by: &[Dimension]| sum_batches(&[batch_of_records(records).unwrap()], &query(by));
    // Each reporter has one: its own.
    assert_eq!(sum(&apart, &[]).unwrap().total().thousandths(), 30);
    let twice = [&apart[..], &[under("PRK", sitc, 10)]].concat();
    let error = sum(&twice, &[]).unwrap_err().to_string();
    assert!(
        error.contains("export of PRK with CHN in 2000 stands under HS2 and under SITC3") && error.contains("--where"),
        "{error}"
    );
    assert_eq!(sum(&twice, &[Dimension::Classification]).unwrap().groups.len(), 2);
}

#[test]
fn reporters_may_each_have_their_own_classification() {
    let row = |reporter: &str, partner: &str, classification, product: &str, value| Record {
        reporter: Economy::new(reporter).unwrap(),
        classification,
        ..record(2000, partner, Flow::Export, product, Some(value))
    };
    let (two, three) = (Classification::Hs(4), Classification::Hs(5));
    let rows = [
        row("PRK", "CHN", two, "270900", 1),
        row("PRK", "CHN", two, "280000", 2),
        row("DEU", "CHN", three, "270900", 4),
        // Other partners of one reporter, too.
        row("DEU", "KOR", two, "270900", 8),
    ];
    let sum = |records: &[Record], query: &Query| sum_batches(&[batch_of_records(records).unwrap()], query);
    let total = |query: &Query| sum(&rows, query).unwrap().total().thousandths();
    assert_eq!(total(&query(&[Dimension::Year])), 15);
    assert_eq!(total(&query(&[Dimension::Reporter, Dimension::Partner])), 15);
    // A code means other products under another revision, but for chapters.
    let by_product = query(&[Dimension::Product]);
    assert!(matches!(
        sum(&rows, &by_product),
        Err(Error::Overlap {
            dimension: "product",
            ..
        })
    ));
    let chapters = Query {
        level: cube::Level::Digits(2),
        ..by_product
    };
    let grouped = sum(&rows, &chapters).unwrap();
    let found: Vec<_> = grouped
        .groups
        .iter()
        .map(|g| (g.key[0].as_str(), g.value.unwrap().thousandths()))
        .collect();
    assert_eq!(found, [("27", 13), ("28", 2)]);
    // What one reporter tells of one partner in two ways is told twice.
    for (again, words) in [
        (
            row("PRK", "CHN", three, "270900", 1),
            "export of PRK with CHN in 2000 stands under",
        ),
        (row("PRK", "CHN", two, "27", 1), "with 2 characters"),
        (row("PRK", "CHN", two, "TOTAL", 3), "TOTAL"),
    ] {
        let error = sum(&[&rows[..], &[again]].concat(), &query(&[]))
            .unwrap_err()
            .to_string();
        assert!(error.contains(words) && error.contains("narrow to one"), "{error}");
    }
}

#[test]
fn how_concentrated_trade_is_on_partners_does_not_count_the_world_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let records = [
        record(2000, "WLD", Flow::Export, "TOTAL", Some(300)),
        record(2000, "CHN", Flow::Export, "TOTAL", Some(100)),
        record(2000, "KOR", Flow::Export, "TOTAL", Some(200)),
    ];
    write_records(&path, &records).unwrap();
    let found = cube::concentration(&path, &query(&[Dimension::Year]), Dimension::Partner).unwrap();
    let (_, spread) = &found.groups[0];
    assert_eq!((spread.parts, spread.total.thousandths()), (2, 300));
    assert!((spread.herfindahl - 5.0 / 9.0).abs() < 1e-15);
    assert_eq!(found.set_aside["totals over partners beside their parts"], 1);
}

#[test]
fn overlapping_rows_are_refused_with_what_to_do() {
    let refused =
        |records: &[Record]| match sum_batches(&[batch_of_records(records).unwrap()], &query(&[Dimension::Year])) {
            Err(Error::Overlap { dimension, advice, .. }) => (dimension, advice),
            other => panic!("{other:?}"),
        };
    let base = record(2000, "CHN", Flow::Export, "27", Some(1));
    let (dimension, advice) = refused(&[
        base.clone(),
        Record {
            flow: Flow::TwoWay,
            ..base.clone()
        },
    ]);
    assert_eq!(dimension, "flow");
    assert!(advice.contains("--by") && advice.contains("--where"));
    assert_eq!(
        refused(&[
            base.clone(),
            Record {
                compiler: "KOTRA".into(),
                ..base.clone()
            }
        ])
        .0,
        "compiler"
    );
    assert_eq!(
        refused(&[
            base.clone(),
            Record {
                basis: Some("approval".into()),
                ..base.clone()
            }
        ])
        .0,
        "basis"
    );
    assert_eq!(
        refused(&[
            base.clone(),
            Record {
                product: "2701".into(),
                ..base.clone()
            }
        ])
        .0,
        "product"
    );
}

#[test]
fn a_level_uses_its_own_rows_or_cuts_longer_codes() {
    let chapter = record(2000, "CHN", Flow::Export, "27", Some(70));
    let parts = [
        record(2000, "CHN", Flow::Export, "270111", Some(40)),
        record(2000, "CHN", Flow::Export, "270900", Some(30)),
    ];
    let mut query = query(&[Dimension::Product]);
    query.level = "hs2".parse().unwrap();
    let one = |records: &[Record]| {
        sum_batches(&[batch_of_records(records).unwrap()], &query)
            .unwrap()
            .groups
    };
    for records in [
        vec![chapter.clone()],
        parts.to_vec(),
        [vec![chapter], parts.to_vec()].concat(),
    ] {
        let groups = one(&records);
        assert_eq!(groups.len(), 1);
        assert_eq!(
            (groups[0].key[0].as_str(), groups[0].value.unwrap().thousandths()),
            ("27", 70)
        );
    }
}

#[test]
fn part_years_are_not_years() {
    let half = Record {
        period: "2000-01..2000-06".parse().unwrap(),
        ..record(2000, "CHN", Flow::Export, "27", Some(5))
    };
    let batch = batch_of_records(&[half, record(2000, "CHN", Flow::Export, "27", Some(9))]).unwrap();
    let years = sum_batches(std::slice::from_ref(&batch), &query(&[Dimension::Year])).unwrap();
    assert_eq!(years.total().thousandths(), 9);
    let periods = sum_batches(&[batch], &query(&[Dimension::Period])).unwrap();
    assert_eq!(periods.groups.len(), 2);
}

#[test]
fn a_dataset_is_summed_under_its_filter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let records: Vec<Record> = (0..1000)
        .map(|n| {
            record(
                1990 + n % 10,
                ["CHN", "KOR"][n as usize % 2],
                Flow::Export,
                "27",
                Some(i128::from(n)),
            )
        })
        .collect();
    write_records(&path, &records).unwrap();
    let filter = Filter::default().with("partner", "KOR").with_years(1991..=1993);
    let grouped = sum_dataset(&path, &Query::new(&[Dimension::Partner], filter).unwrap()).unwrap();
    let expected: i128 = (0..1000_i128)
        .filter(|n| n % 2 == 1 && (1..=3).contains(&(n % 10)))
        .sum();
    assert_eq!(grouped.total().thousandths(), expected);
}

#[test]
fn a_month_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let batch = batch_of_records(&[record(2000, "CHN", Flow::Export, "27", Some(1))]).unwrap();
    let months = std::sync::Arc::new(arrow::array::Int8Array::from(vec![13])) as arrow::array::ArrayRef;
    let column = batch.schema().index_of("period_month").unwrap();
    let mut columns = batch.columns().to_vec();
    columns[column] = months;
    let batch = arrow::array::RecordBatch::try_new(batch.schema(), columns).unwrap();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let error = sum_dataset(&path, &query(&[Dimension::Period]))
        .unwrap_err()
        .to_string();
    assert!(error.contains("`period_month`") && error.contains("`13`"), "{error}");
}
