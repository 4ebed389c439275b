use crate::{Error, Result};
use arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, DictionaryArray, Int8Array, Int16Array, Int32Array, RecordBatch,
    StringArray,
};
use arrow::datatypes::{Decimal128Type, Int8Type, Int16Type, Int32Type};
use std::collections::HashMap;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use trade::{Decimal3, Period, Record};

/// The records of a batch that [`scan`](crate::scan) or
/// [`batch_of_records`](crate::batch_of_records) made, with all columns. `path` is named in errors.
///
/// # Errors
/// Names file, row and column of the first value that no record can hold.
pub fn records_of_batch(batch: &RecordBatch, path: &Path) -> Result<Vec<Record>> {
    let columns = Columns::of(batch, path)?;
    let mut intern = Interner::default();
    (0..batch.num_rows())
        .map(|row| columns.record(row, &mut intern))
        .collect()
}

/// Equal texts share one allocation.
#[derive(Default)]
struct Interner(HashMap<String, Arc<str>>);

impl Interner {
    fn get(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let fresh: Arc<str> = text.into();
        self.0.insert(text.to_owned(), fresh.clone());
        fresh
    }
}

/// A column of text, with its name for errors.
struct Text<'a> {
    name: &'static str,
    keys: &'a DictionaryArray<Int32Type>,
    values: &'a StringArray,
}

impl<'a> Text<'a> {
    fn get(&self, row: usize) -> Option<&'a str> {
        self.keys.key(row).map(|key| self.values.value(key))
    }
}

struct Columns<'a> {
    path: &'a Path,
    compiler: Text<'a>,
    year: &'a Int16Array,
    month: &'a Int8Array,
    months: &'a Int16Array,
    reporter: Text<'a>,
    partner: Text<'a>,
    flow: Text<'a>,
    classification: Text<'a>,
    product: Text<'a>,
    valuation: Text<'a>,
    decimals: [(&'static str, &'a Decimal128Array); 5],
    quantity_unit: Text<'a>,
    status: Text<'a>,
    basis: Text<'a>,
    reference: &'a Int32Array,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a RecordBatch, path: &'a Path) -> Result<Self> {
        let mistyped = |column: &str, expected: &str, found: String| Error::Schema {
            path: path.to_owned(),
            column: column.to_owned(),
            expected: expected.to_owned(),
            found,
        };
        let column = |name: &'static str, expected: &str| -> Result<&'a ArrayRef> {
            batch
                .column_by_name(name)
                .ok_or_else(|| mistyped(name, expected, "absent".to_owned()))
        };
        let text = |name: &'static str| -> Result<Text<'a>> {
            let array = column(name, "text")?;
            let keys = array.as_dictionary_opt::<Int32Type>();
            keys.and_then(|keys| {
                keys.values()
                    .as_string_opt::<i32>()
                    .map(|values| Text { name, keys, values })
            })
            .ok_or_else(|| mistyped(name, "dictionary-coded text", array.data_type().to_string()))
        };
        let decimal = |name: &'static str| -> Result<(&'static str, &'a Decimal128Array)> {
            let array = column(name, "a decimal")?;
            array
                .as_primitive_opt::<Decimal128Type>()
                .filter(|decimals| (0..=3).contains(&decimals.scale()))
                .map(|decimals| (name, decimals))
                .ok_or_else(|| mistyped(name, "a decimal of scale 0 to 3", array.data_type().to_string()))
        };
        macro_rules! integer {
            ($name:literal, $kind:ty, $expected:literal) => {{
                let array = column($name, $expected)?;
                array
                    .as_primitive_opt::<$kind>()
                    .ok_or_else(|| mistyped($name, $expected, array.data_type().to_string()))?
            }};
        }
        Ok(Columns {
            path,
            compiler: text("compiler")?,
            year: integer!("period_year", Int16Type, "int16"),
            month: integer!("period_month", Int8Type, "int8"),
            months: integer!("period_months", Int16Type, "int16"),
            reporter: text("reporter")?,
            partner: text("partner")?,
            flow: text("flow")?,
            classification: text("classification")?,
            product: text("product")?,
            valuation: text("valuation")?,
            decimals: [
                decimal("value_usd")?,
                decimal("rounded_to_usd")?,
                decimal("share_percent")?,
                decimal("net_weight_kg")?,
                decimal("quantity")?,
            ],
            quantity_unit: text("quantity_unit")?,
            status: text("status")?,
            basis: text("basis")?,
            reference: integer!("reference", Int32Type, "int32"),
        })
    }

    fn bad(&self, row: usize, column: &'static str, reason: impl ToString) -> Error {
        Error::Value {
            path: self.path.to_owned(),
            row,
            column,
            reason: reason.to_string(),
        }
    }

    fn word(&self, text: &Text<'a>, row: usize) -> Result<&'a str> {
        text.get(row)
            .ok_or_else(|| self.bad(row, text.name, "it is null, which this column never is"))
    }

    fn parsed<T: FromStr<Err = trade::Error>>(&self, text: &Text<'a>, row: usize) -> Result<T> {
        self.word(text, row)?.parse().map_err(|e| self.bad(row, text.name, e))
    }

    fn decimal(&self, which: usize, row: usize) -> Result<Option<Decimal3>> {
        let (name, array) = self.decimals[which];
        if array.is_null(row) {
            return Ok(None);
        }
        let count = array.value(row).checked_mul(10_i128.pow(3 - array.scale() as u32));
        match count.filter(|count| count.abs() < 10_i128.pow(18)) {
            Some(count) => Ok(Some(Decimal3::from_thousandths(count))),
            None => Err(self.bad(row, name, "it is 10^15 or more")),
        }
    }

    fn period(&self, row: usize) -> Result<Period> {
        if self.year.is_null(row) || self.months.is_null(row) {
            return Err(self.bad(row, "period_year", "it is null, which this column never is"));
        }
        let (year, months) = (self.year.value(row), self.months.value(row));
        let month = if self.month.is_null(row) {
            1
        } else {
            self.month.value(row)
        };
        let period = u8::try_from(month).ok().zip(u16::try_from(months).ok());
        period
            .and_then(|(month, months)| Period::span(year, month, months).ok())
            .ok_or_else(|| {
                self.bad(
                    row,
                    "period_year",
                    format!("year {year}, month {month}, {months} months is no period"),
                )
            })
    }

    fn record(&self, row: usize, intern: &mut Interner) -> Result<Record> {
        let classification = self.parsed(&self.classification, row)?;
        let product = self.word(&self.product, row)?;
        trade::check_product(classification, product).map_err(|e| self.bad(row, "product", e))?;
        let valuation = self.valuation.get(row).map(str::parse).transpose();
        let reference = (!self.reference.is_null(row))
            .then(|| u32::try_from(self.reference.value(row)))
            .transpose();
        Ok(Record {
            compiler: intern.get(self.word(&self.compiler, row)?),
            period: self.period(row)?,
            reporter: self.parsed(&self.reporter, row)?,
            partner: self.parsed(&self.partner, row)?,
            flow: self.parsed(&self.flow, row)?,
            classification,
            product: intern.get(product),
            valuation: valuation.map_err(|e| self.bad(row, "valuation", e))?,
            value: self.decimal(0, row)?,
            rounded_to: self.decimal(1, row)?,
            share_percent: self.decimal(2, row)?,
            net_weight_kg: self.decimal(3, row)?,
            quantity: self.decimal(4, row)?,
            quantity_unit: self.quantity_unit.get(row).map(|text| intern.get(text)),
            status: self.parsed(&self.status, row)?,
            basis: self.basis.get(row).map(|text| intern.get(text)),
            reference: reference.map_err(|_| self.bad(row, "reference", "it is negative"))?,
        })
    }
}
