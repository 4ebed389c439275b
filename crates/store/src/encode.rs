use crate::Result;
use crate::schema::{COLUMNS, Shape, arrow_schema, shape};
use arrow::array::{
    ArrayRef, Decimal128Builder, Int8Array, Int16Array, Int32Array, RecordBatch, StringDictionaryBuilder,
};
use arrow::datatypes::Int32Type;
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{Decimal3, Record};

/// One Arrow batch of the given records, in their order.
///
/// Text columns are dictionary-coded; each decimal column has the smallest scale (0 to 3)
/// that loses nothing of it.
///
/// # Errors
/// Only if Arrow refuses a batch whose columns do not fit each other, a defect of this crate.
pub fn batch_of_records(records: &[Record]) -> Result<RecordBatch> {
    batch_of(&records.iter().collect::<Vec<_>>())
}

/// As [`batch_of_records`], of records that lie elsewhere in another order.
pub(crate) fn batch_of(records: &[&Record]) -> Result<RecordBatch> {
    let scales: BTreeMap<&str, i8> = COLUMNS
        .iter()
        .filter(|name| shape(name).0 == Shape::Decimal)
        .map(|&name| {
            let scale = records
                .iter()
                .filter_map(|r| decimal(r, name))
                .map(Decimal3::scale)
                .max()
                .unwrap_or(0);
            (name, scale as i8)
        })
        .collect();
    let scale = |name: &str| scales.get(name).copied().unwrap_or(0);
    let columns = COLUMNS
        .iter()
        .map(|&name| match shape(name).0 {
            Shape::Text => Ok(text_column(records, name)),
            Shape::Decimal => decimal_column(records, name, scale(name)),
            Shape::Year => {
                Ok(Arc::new(Int16Array::from_iter_values(records.iter().map(|r| r.period.year()))) as ArrayRef)
            }
            Shape::Month => Ok(Arc::new(Int8Array::from_iter(records.iter().map(|r| month(r)))) as ArrayRef),
            Shape::Months => Ok(Arc::new(Int16Array::from_iter_values(
                records.iter().map(|r| r.period.months() as i16),
            )) as ArrayRef),
            Shape::Index => Ok(Arc::new(Int32Array::from_iter(
                records.iter().map(|r| r.reference.map(|n| n as i32)),
            )) as ArrayRef),
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(RecordBatch::try_new(Arc::new(arrow_schema(scale)), columns)?)
}

fn month(record: &Record) -> Option<i8> {
    (!record.period.is_annual()).then_some(record.period.month() as i8)
}

fn decimal(record: &Record, column: &str) -> Option<Decimal3> {
    match column {
        "value_usd" => record.value,
        "rounded_to_usd" => record.rounded_to,
        "share_percent" => record.share_percent,
        "net_weight_kg" => record.net_weight_kg,
        _ => record.quantity,
    }
}

fn decimal_column(records: &[&Record], column: &str, scale: i8) -> Result<ArrayRef> {
    let divisor = 10_i128.pow(3 - scale as u32);
    let mut builder = Decimal128Builder::with_capacity(records.len());
    for record in records {
        builder.append_option(decimal(record, column).map(|d| d.thousandths() / divisor));
    }
    Ok(Arc::new(builder.finish().with_precision_and_scale(18, scale)?))
}

fn text_column(records: &[&Record], column: &str) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    for record in records {
        builder.append_option(text(record, column));
    }
    Arc::new(builder.finish())
}

fn text<'a>(record: &'a Record, column: &str) -> Option<&'a str> {
    match column {
        "compiler" => Some(&record.compiler),
        "reporter" => Some(record.reporter.as_str()),
        "partner" => Some(record.partner.as_str()),
        "flow" => Some(record.flow.as_str()),
        "classification" => Some(record.classification.as_str()),
        "product" => Some(&record.product),
        "valuation" => record.valuation.map(|v| v.as_str()),
        "quantity_unit" => record.quantity_unit.as_deref(),
        "status" => Some(record.status.as_str()),
        _ => record.basis.as_deref(),
    }
}
