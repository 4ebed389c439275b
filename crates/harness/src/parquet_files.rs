//! Parquet files of any making: three readers of one file, which must not contradict each other.

use cube::{Dimension, Query};
use std::io::Write;
use std::path::Path;
use store::Filter;
use trade::{Record, Usd};

/// How many columns are read one by one.
const COLUMNS: usize = 40;
/// How many bytes of its text are read: a short file may stand for a long one.
const TEXT: u64 = 4 << 20;

pub(crate) fn parquet(data: &[u8]) {
    let mut file = tempfile::Builder::new().suffix(".parquet").tempfile().unwrap();
    file.write_all(data).unwrap();
    let path = file.path();
    if let Ok((names, rows)) = store::read_header(path) {
        for (position, name) in names.iter().enumerate().take(COLUMNS) {
            if let Ok(column) = store::read_column(path, position) {
                let cells = match column {
                    store::AnyColumn::Numbers(cells) => {
                        assert!(cells.iter().flatten().all(|n| n.is_finite()));
                        cells.len()
                    }
                    store::AnyColumn::Texts(cells) => cells.len(),
                };
                assert_eq!(cells as u64, rows, "{name}");
            }
        }
    }
    // Its rows as text end, or break off with an error.
    if let Ok(mut lines) = store::parquet_as_text(path) {
        let _ = std::io::copy(&mut std::io::Read::take(&mut lines, TEXT), &mut std::io::sink());
    }
    match store::read_records(path, &Filter::default()) {
        Ok(records) => summed(path, &records),
        Err(_) => drop(sums(path)),
    }
}

fn sums(path: &Path) -> cube::Result<cube::Sums> {
    let by = [Dimension::Flow, Dimension::Reporter, Dimension::Product];
    cube::sum_columns(path, &Query::new(&by, Filter::default()).unwrap())
}

/// A sum over all rows is that of the records, where nothing is left out of it.
pub(crate) fn summed(path: &Path, records: &[Record]) {
    let Ok(sums) = sums(path) else { return };
    if !sums.set_aside.is_empty() {
        return;
    }
    let value: Usd = records.iter().filter_map(|r| r.value).sum();
    assert_eq!(sums.total(), value);
    let counted: u64 = (0..sums.len()).map(|group| sums.records(group)).sum();
    assert_eq!(counted, records.len() as u64);
}
