use crate::Result;
use crate::schema::{self, COLUMNS};
use arrow::array::{ArrayRef, Decimal128Array, DictionaryArray, Int8Array, Int16Array, Int32Array, RecordBatch};
use arrow::array::{StringArray, new_null_array};
use std::sync::Arc;
use trade::{Block, Months, NO_NUMBER, NO_WORD, Numbers, Scales, Words};

/// The scale of a column.
pub(crate) fn scale_of(scales: Scales, column: &str) -> i8 {
    match column {
        "value_usd" => scales.value as i8,
        "net_weight_kg" => scales.net_weight as i8,
        "quantity" => scales.quantity as i8,
        _ => 0,
    }
}

/// The Arrow batch of a block, in the schema of every dataset.
///
/// # Errors
/// When columns differ in length, a defect of the caller.
pub fn batch_of_block(block: &Block, scales: Scales) -> Result<RecordBatch> {
    let schema = Arc::new(schema::arrow_schema(|name| scale_of(scales, name)));
    let columns = COLUMNS
        .iter()
        .zip(schema.fields())
        .map(|(&name, field)| match column(block, name, scale_of(scales, name))? {
            Some(array) => Ok(array),
            None => Ok(new_null_array(field.data_type(), block.rows())),
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(RecordBatch::try_new(schema, columns)?)
}

/// A column, or `None` where it is null throughout.
fn column(block: &Block, name: &str, scale: i8) -> Result<Option<ArrayRef>> {
    let rows = block.rows();
    let same = |text: &str| words(&Words::Same(Some(text.into())), rows);
    match name {
        "compiler" => same(&block.compiler),
        "status" => same(block.status.as_str()),
        "period_year" => Ok(Some(Arc::new(Int16Array::from(vec![block.year; rows])))),
        "period_month" => Ok(match &block.months {
            Months::Annual => None,
            Months::Each(months) => Some(Arc::new(Int8Array::from_iter(
                months.iter().map(|&(m, n)| ((m, n) != (1, 12)).then_some(m as i8)),
            ))),
        }),
        "period_months" => Ok(Some(match &block.months {
            Months::Annual => Arc::new(Int16Array::from(vec![12; rows])),
            Months::Each(months) => Arc::new(Int16Array::from_iter_values(months.iter().map(|&(_, n)| n as i16))),
        })),
        "reporter" => words(&block.reporter, rows),
        "partner" => words(&block.partner, rows),
        "flow" => words(&block.flow, rows),
        "classification" => words(&block.classification, rows),
        "product" => words(&block.product, rows),
        "valuation" => words(&block.valuation, rows),
        "quantity_unit" => words(&block.quantity_unit, rows),
        "basis" => words(&block.basis, rows),
        "value_usd" => decimals(&block.value, scale).map(Some),
        "net_weight_kg" => optional(&block.net_weight_kg, scale),
        "quantity" => optional(&block.quantity, scale),
        _ => Ok(None),
    }
}

fn words(column: &Words, rows: usize) -> Result<Option<ArrayRef>> {
    let (keys, words) = match column {
        Words::Same(None) => return Ok(None),
        Words::Same(Some(word)) => (Int32Array::from(vec![0; rows]), StringArray::from(vec![word.as_ref()])),
        Words::Coded { words, codes } => (
            codes.iter().map(|&c| (c != NO_WORD).then_some(c as i32)).collect(),
            StringArray::from_iter_values(words.iter()),
        ),
    };
    Ok(Some(Arc::new(DictionaryArray::try_new(keys, Arc::new(words))?)))
}

fn optional(numbers: &Numbers, scale: i8) -> Result<Option<ArrayRef>> {
    match numbers {
        Numbers::Absent => Ok(None),
        Numbers::Each(numbers) => decimals(numbers, scale).map(Some),
    }
}

fn decimals(numbers: &[i64], scale: i8) -> Result<ArrayRef> {
    let divisor = 10_i64.pow(3 - scale.clamp(0, 3) as u32);
    let array: Decimal128Array = numbers
        .iter()
        .map(|&n| (n != NO_NUMBER).then_some(i128::from(n / divisor)))
        .collect();
    Ok(Arc::new(array.with_precision_and_scale(18, scale)?))
}
