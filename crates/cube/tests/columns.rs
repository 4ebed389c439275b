//! The column path against plain loops: files of many makings, tables in memory, rollups,
//! two-level sums and mirror gaps, damage.
#![allow(clippy::unwrap_used, missing_docs)]

use cube::{Dimension, Level, Query, Table, concentration, mirror_gaps, rollup, sum_columns, sum_many};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};
use parquet::schema::types::ColumnPath;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use store::{Filter, batch_of_records};
use trade::{Classification, Economy, Flow, Period, Record, Usd};

type Row = (i16, usize, usize, bool, usize, Option<i128>, Option<i128>);

const ECONOMIES: [&str; 5] = ["CHN", "JPN", "KOR", "PRK", "RUS"];
const PRODUCTS: [&str; 4] = ["270112", "270900", "840110", "841112"];

fn record(row: &Row) -> Record {
    let &(year, reporter, partner, export, product, value, weight) = row;
    let flow = if export { Flow::Export } else { Flow::Import };
    let economy = |n: usize| Economy::new(ECONOMIES[n]).unwrap();
    Record {
        classification: Classification::Hs(2),
        product: PRODUCTS[product].into(),
        value: value.map(Usd::from_thousandths),
        net_weight_kg: weight.map(Usd::from_thousandths),
        ..Record::new(
            "UN Comtrade",
            Period::annual(year).unwrap(),
            economy(reporter),
            economy(partner),
            flow,
            Usd::ZERO,
        )
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let value = prop_oneof![
        4 => (1..9_000_000_i128).prop_map(|v| v * 1000),
        1 => Just(0),
        1 => -5000..5000_i128,
        1 => Just(999_999_999_999_999_999_i128),
    ];
    let row = (
        1995_i16..1999,
        0..5_usize,
        0..5_usize,
        any::<bool>(),
        0..4_usize,
        prop::option::weighted(0.8, value.clone()),
        prop::option::of(value),
    );
    prop::collection::vec(row, 1..300)
}

/// How a file can be written; the last of them as nobody should.
fn making(kind: usize) -> WriterPropertiesBuilder {
    let mut builder = WriterProperties::builder()
        .set_max_row_group_row_count(Some(100))
        .set_data_page_row_count_limit(16)
        .set_write_batch_size(16);
    let texts = ["reporter", "partner", "flow", "product"].map(ColumnPath::from);
    let decimals = ["value_usd", "net_weight_kg"].map(ColumnPath::from);
    match kind {
        0 => builder,
        1 => builder
            .set_dictionary_enabled(false)
            .set_compression(Compression::SNAPPY),
        2 => builder
            .set_writer_version(WriterVersion::PARQUET_2_0)
            .set_compression(Compression::LZ4_RAW),
        3 => {
            for column in decimals {
                builder = builder
                    .set_column_dictionary_enabled(column.clone(), false)
                    .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
            }
            builder.set_writer_version(WriterVersion::PARQUET_2_0)
        }
        4 => builder.set_dictionary_page_size_limit(12), // turns to plain pages midway
        _ => {
            for column in texts {
                builder = builder
                    .set_column_dictionary_enabled(column.clone(), false)
                    .set_column_encoding(column, Encoding::DELTA_BYTE_ARRAY);
            }
            for column in decimals {
                builder = builder
                    .set_column_dictionary_enabled(column.clone(), false)
                    .set_column_encoding(column, Encoding::BYTE_STREAM_SPLIT);
            }
            builder
        }
    }
}

fn write(path: &Path, rows: &[Row], kind: usize) {
    let records: Vec<Record> = rows.iter().map(record).collect();
    let batch = batch_of_records(&records).unwrap();
    let options = ArrowWriterOptions::new()
        .with_properties(making(kind).build())
        .with_skip_arrow_metadata(true);
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new_with_options(file, batch.schema(), options).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// Value, weight, records, records without value.
type Expected = BTreeMap<Vec<String>, (Option<i128>, Option<i128>, u64, u64)>;

fn expected(rows: &[&Row], by: &[Dimension], digits: usize) -> Expected {
    let mut sums = Expected::new();
    for row in rows {
        let text = |d: &Dimension| match d {
            Dimension::Year => row.0.to_string(),
            Dimension::Reporter => ECONOMIES[row.1].to_owned(),
            Dimension::Partner => ECONOMIES[row.2].to_owned(),
            Dimension::Flow => if row.3 { "export" } else { "import" }.to_owned(),
            _ => PRODUCTS[row.4][..digits].to_owned(),
        };
        let sum = sums.entry(by.iter().map(text).collect()).or_default();
        let add = |sum: &mut Option<i128>, value: Option<i128>| {
            if let Some(value) = value {
                *sum = Some(sum.unwrap_or(0) + value);
            }
        };
        add(&mut sum.0, row.5);
        add(&mut sum.1, row.6);
        sum.2 += 1;
        sum.3 += u64::from(row.5.is_none());
    }
    sums
}

fn found(sums: &cube::Sums) -> Expected {
    let groups = sums.grouped().groups.into_iter().map(|g| {
        let thousandths = |v: Option<Usd>| v.map(Usd::thousandths);
        (
            g.key,
            (
                thousandths(g.value),
                thousandths(g.net_weight_kg),
                g.records,
                g.records_without_value,
            ),
        )
    });
    groups.collect()
}

const BY: [&[Dimension]; 5] = [
    &[Dimension::Year, Dimension::Reporter, Dimension::Flow],
    &[Dimension::Flow, Dimension::Partner],
    &[Dimension::Product, Dimension::Flow, Dimension::Year],
    &[Dimension::Flow],
    &[
        Dimension::Year,
        Dimension::Reporter,
        Dimension::Flow,
        Dimension::Partner,
        Dimension::Product,
    ],
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_making_of_a_file_gives_the_same_sums(rows in rows(), kind in 0..6_usize, sorted in any::<bool>(), by in 0..5_usize, one in prop::option::of(0..5_usize), sides in prop::collection::vec(0..5_usize, 0..3), hs2 in any::<bool>(), memory in prop_oneof![0..2000_u64, Just(1 << 30)]) {
        let mut rows = rows;
        if sorted {
            rows.sort_by_key(|r| (r.0, r.1, r.3, r.2, r.4));
        }
        let folder = tempfile::tempdir().unwrap();
        let half = rows.len() / 2;
        write(&folder.path().join("b.parquet"), &rows[half..], kind);
        write(&folder.path().join("a.parquet"), &rows[..half], (kind + 1) % 6);
        let mut filter = Filter::default();
        if let Some(one) = one {
            filter = filter.with("partner", ECONOMIES[one]).with_years(1996..=1998);
        }
        for &side in &sides {
            filter = filter.with_economies([ECONOMIES[side].to_owned()]);
        }
        let mut query = Query::new(BY[by], filter).unwrap();
        query.memory = memory;
        query.level = if hs2 { Level::Digits(2) } else { Level::AsStored };
        let kept = rows.iter().filter(|r| one.is_none_or(|one| r.2 == one && (1996..=1998).contains(&r.0)));
        let kept: Vec<&Row> = kept.filter(|r| sides.iter().all(|&side| r.1 == side || r.2 == side)).collect();
        let wanted = expected(&kept, BY[by], if hs2 { 2 } else { 6 });
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let sums = pool.install(|| sum_columns(folder.path(), &query)).unwrap();
            prop_assert_eq!(found(&sums), wanted.clone());
        }
        let table = Table::load(folder.path(), true).unwrap();
        prop_assert_eq!(found(&table.sum(&query).unwrap()), wanted);
        prop_assert_eq!(table.rows(), rows.len());
        // The rollup says the same, until a file of the dataset changes.
        prop_assert!(rollup::read(folder.path()).unwrap().is_none());
        if let Err(refused) = rollup::write(folder.path()) {
            let large = rows.iter().flat_map(|row| [row.5, row.6]).flatten().any(|n| n.abs() > 1_i128 << 50);
            prop_assert!(large && refused.to_string().contains("18 digits"), "{}", refused);
            return Ok(());
        }
        let rolled = rollup::read(folder.path()).unwrap().unwrap();
        if rollup::answers(&query) {
            prop_assert_eq!(found(&rolled.sum(&query).unwrap()), found(&sum_columns(folder.path(), &query).unwrap()));
        }
        write(&folder.path().join("b.parquet"), &[&rows[..], &rows[..]].concat(), kind);
        prop_assert!(rollup::read(folder.path()).is_err());
    }

    #[test]
    fn several_groupings_share_a_scan(rows in rows(), kind in 0..6_usize) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.parquet");
        write(&path, &rows, kind);
        let queries: Vec<Query> = BY.iter().map(|by| Query::new(by, Filter::default()).unwrap()).collect();
        let all: Vec<&Row> = rows.iter().collect();
        for queries in [&queries[..], &queries[3..4]] {
            for (query, sums) in queries.iter().zip(sum_many(&path, queries).unwrap()) {
                prop_assert_eq!(found(&sums), expected(&all, &query.by, 6));
            }
        }
    }

    #[test]
    fn spreads_and_gaps_are_those_of_a_plain_loop(rows in rows(), kind in 0..4_usize, files in 0..3_usize, sorted in any::<bool>(), memory in prop_oneof![0..2000_u64, Just(1 << 30)]) {
        let mut rows = rows;
        if sorted {
            rows.sort_by_key(|r| (r.0, r.1, r.3, r.2, r.4));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        // All in one file, or each year in one or two of its own, which one thread sums.
        let years: BTreeMap<_, Vec<Row>> = rows.iter().fold(BTreeMap::new(), |mut years, row| {
            years.entry(if files == 0 { None } else { Some(row.0) }).or_default().push(*row);
            years
        });
        for (year, rows) in &years {
            for (n, part) in rows.chunks(rows.len().div_ceil(files.max(1))).enumerate() {
                write(&path.join(format!("{}-{n}.parquet", year.unwrap_or(0))), part, kind);
            }
        }
        if rows.is_empty() {
            write(&path.join("none.parquet"), &rows, kind);
        }
        let by = [Dimension::Year, Dimension::Reporter, Dimension::Flow];
        let all: Vec<&Row> = rows.iter().collect();
        let mut parts: BTreeMap<Vec<String>, Vec<f64>> = BTreeMap::new();
        let full = [Dimension::Year, Dimension::Reporter, Dimension::Flow, Dimension::Partner];
        for (key, sums) in expected(&all, &full, 6) {
            if let Some(value) = sums.0.filter(|v| *v > 0) {
                parts.entry(key[..3].to_vec()).or_default().push(value as f64);
            }
        }
        let query = Query { memory, ..Query::new(&by, Filter::default()).unwrap() };
        let spreads = concentration(path, &query, Dimension::Partner).unwrap();
        prop_assert_eq!(spreads.groups.len(), parts.len());
        for (key, spread) in &spreads.groups {
            let total: f64 = parts[key].iter().sum();
            let n = parts[key].len() as f64;
            let herfindahl: f64 = parts[key].iter().map(|v| (v / total).powi(2)).sum();
            let theil: f64 = parts[key].iter().map(|v| v / total * (v / total * n).ln()).sum();
            prop_assert_eq!(spread.parts as f64, n);
            prop_assert!((spread.herfindahl - herfindahl).abs() < 1e-12, "{} {}", spread.herfindahl, herfindahl);
            prop_assert!((spread.theil - theil).abs() < 1e-9, "{} {}", spread.theil, theil);
        }

        let mut reports: BTreeMap<(String, String, String, String), [f64; 2]> = BTreeMap::new();
        for (key, sums) in expected(&all, BY[4], 6) {
            let [year, reporter, flow, partner, product] = <[String; 5]>::try_from(key).unwrap();
            let export = flow == "export";
            let (importer, exporter) = if export { (partner, reporter) } else { (reporter, partner) };
            let value = sums.0.unwrap_or(0).max(0) as f64;
            reports.entry((year, importer, exporter, product)).or_default()[usize::from(export)] = value;
        }
        let mut tallies: BTreeMap<(String, String), ([u64; 3], Vec<f64>)> = BTreeMap::new();
        for ((year, importer, _, _), [import, export]) in reports {
            if import > 0.0 || export > 0.0 {
                let tally = tallies.entry((year, importer)).or_default();
                tally.0[0] += u64::from(import > 0.0 && export > 0.0);
                tally.0[1] += u64::from(import <= 0.0);
                tally.0[2] += u64::from(export <= 0.0);
                if import > 0.0 && export > 0.0 {
                    tally.1.push((import / export).ln());
                }
            }
        }
        let gaps = mirror_gaps(path, &query).unwrap();
        prop_assert_eq!(gaps.gaps.len(), tallies.len());
        for gap in gaps.gaps {
            let (counts, mut logs) = tallies[&(gap.year, gap.importer)].clone();
            prop_assert_eq!([gap.matched, gap.export_only, gap.import_only], counts);
            logs.sort_by(f64::total_cmp);
            let middle = |k: usize| logs[k];
            let half = logs.len() / 2;
            let median = match logs.len() {
                0 => None,
                n if n % 2 == 1 => Some(middle(half)),
                _ => Some((middle(half - 1) + middle(half)) / 2.0),
            };
            prop_assert_eq!(gap.median_log_ratio.is_some(), median.is_some());
            if let (Some(found), Some(median)) = (gap.median_log_ratio, median) {
                prop_assert!((found - median).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_damaged_file_is_an_error_or_read_never_a_panic(rows in rows(), kind in 0..6_usize, at in any::<prop::sample::Index>(), bits in 1..=255_u8) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.parquet");
        write(&path, &rows, kind);
        let mut bytes = std::fs::read(&path).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= bits;
        std::fs::write(&path, &bytes).unwrap();
        let _ = sum_columns(&path, &Query::new(BY[2], Filter::default()).unwrap());
        std::fs::write(&path, &bytes[..at]).unwrap();
        prop_assert!(sum_columns(&path, &Query::new(BY[2], Filter::default()).unwrap()).is_err());
    }
}
