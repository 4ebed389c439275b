//! Reading results with readers that are not the program's own.

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Write;

/// Rows of a CSV text, by the names of its header; every row must have every column.
#[track_caller]
pub fn csv_rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(bytes)
        .deserialize()
        .map(|row| row.unwrap())
        .collect()
}

/// How many rows and which columns a Parquet file has; every batch is decoded.
#[track_caller]
pub fn parquet_rows(bytes: &[u8]) -> (usize, Vec<String>) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let names = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
    (
        builder.build().unwrap().map(|batch| batch.unwrap().num_rows()).sum(),
        names,
    )
}

/// Whether every number below is finite and no text is a number that is not one.
pub fn json_finite(value: &Value) -> bool {
    match value {
        Value::Number(n) => n.as_f64().is_some_and(f64::is_finite),
        Value::String(text) => !["nan", "inf", "-inf", "infinity", "-infinity"].contains(&text.to_lowercase().as_str()),
        Value::Array(items) => items.iter().all(json_finite),
        Value::Object(fields) => fields.values().all(json_finite),
        Value::Null | Value::Bool(_) => true,
    }
}

/// The SHA-256 of bytes, in lower-case hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
