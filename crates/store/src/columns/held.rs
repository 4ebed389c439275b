//! How a file holds the columns of trade records: with which types, under which names, or not at all.

use crate::Result;
use crate::scan::mistyped;
use crate::schema::{COLUMNS, COUNTS, Shape, shape};
use arrow::datatypes::{DataType, Schema};
use std::path::Path;

/// A column as a file holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// Its place among the leaves of the file, and its name there.
    pub index: usize,
    pub name: String,
    pub kind: DataType,
    /// How its integers are written as texts.
    pub digits: Digits,
}

/// How integers become texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Digits {
    /// As they are.
    #[default]
    Plain,
    /// As codes of the Harmonized System, whose leading zero an integer has lost: 10121 is 010121.
    Product,
}

impl Digits {
    pub(crate) fn text(self, number: i64) -> String {
        match self {
            Digits::Product if number >= 0 => {
                let digits = number.to_string();
                if digits.len() % 2 == 1 {
                    format!("0{digits}")
                } else {
                    digits
                }
            }
            _ => number.to_string(),
        }
    }
}

impl Held {
    /// Whether the cursors may read it; otherwise another reader does.
    pub(crate) fn by_cursor(&self) -> bool {
        match &self.kind {
            DataType::Decimal128(_, scale) => (0..=3).contains(scale),
            kind => kind.is_signed_integer() || matches!(kind, DataType::Utf8 | DataType::Binary),
        }
    }

    /// The decimal places that its numbers are read with.
    pub(crate) fn scale(&self) -> u32 {
        match &self.kind {
            DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) => (*scale).clamp(0, 3) as u32,
            kind if kind.is_floating() => 3,
            _ => 0,
        }
    }
}

/// Finds each column of trade records in a file; a column that is not there is left out.
///
/// Other tools write other types: integers of any width, floating point, texts as bytes. What can
/// be read without loss is accepted; whether a number can is seen when it is read.
///
/// # Errors
/// Names a column whose type can hold no such thing.
pub(crate) fn held(
    path: &Path,
    schema: &Schema,
    leaf: impl Fn(&str) -> Option<usize>,
) -> Result<Vec<(&'static str, Held)>> {
    let mut found = Vec::new();
    for column in COLUMNS.into_iter().chain(COUNTS) {
        let names = if column == "period_year" {
            &["period_year", "year"][..]
        } else {
            &[column]
        };
        let field = names.iter().find_map(|name| schema.field_with_name(name).ok());
        let Some((field, index)) = field.and_then(|field| Some((field, leaf(field.name())?))) else {
            continue;
        };
        if schema
            .fields()
            .iter()
            .filter(|other| other.name() == field.name())
            .count()
            > 1
        {
            return Err(mistyped(path, field.name(), "one column", "there twice"));
        }
        let kind = field.data_type();
        let decimal = matches!(kind, DataType::Decimal128(..) | DataType::Decimal256(..));
        let number = kind.is_integer() || kind.is_floating();
        let text = matches!(kind, DataType::Utf8 | DataType::Binary);
        let (fits, expected) = match shape(column).0 {
            _ if COUNTS.contains(&column) => {
                // Other people's tables may have such a name for anything.
                if !number {
                    continue;
                }
                (true, "a number")
            }
            Shape::Decimal => (number || decimal, "a decimal or a number"),
            _ => (number || text, "text or an integer"),
        };
        if !fits {
            return Err(mistyped(path, column, expected, &kind.to_string()));
        }
        let digits = if column == "product" {
            Digits::Product
        } else {
            Digits::Plain
        };
        let (name, kind) = (field.name().clone(), kind.clone());
        found.push((
            column,
            Held {
                index,
                name,
                kind,
                digits,
            },
        ));
    }
    Ok(found)
}

/// Thousandths of a number, if it is the double nearest to a number with at most three decimals.
pub(crate) fn thousandths(value: f64) -> Option<i64> {
    const MOST: f64 = 9.2e15;
    if !value.is_finite() || value.abs() > MOST {
        return None;
    }
    if value.fract() == 0.0 {
        return Some(value as i64 * 1000);
    }
    let nearest = (value * 1000.0).round();
    (nearest / 1000.0 == value).then_some(nearest as i64)
}

/// As [`thousandths`] for a number of single precision.
pub(crate) fn thousandths_of_single(value: f32) -> Option<i64> {
    let wide = f64::from(value);
    if wide.fract() == 0.0 {
        return thousandths(wide);
    }
    let nearest = (wide * 1000.0).round();
    ((nearest / 1000.0) as f32 == value).then_some(nearest as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_thousandths_or_nothing() {
        for (value, want) in [
            (0.1, Some(100)),
            (0.001, Some(1)),
            (-12.345, Some(-12_345)),
            (4_398_046_511_104.993, Some(4_398_046_511_104_993)),
            (9_007_199_254_740_994.0, Some(9_007_199_254_740_994_000)),
            (0.1 + 0.2, None),
            (0.0004, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
            (1e16, None),
        ] {
            assert_eq!(thousandths(value), want, "{value}");
        }
        assert_eq!(thousandths_of_single(0.1), Some(100));
        assert_eq!(thousandths_of_single(16_777_216.0), Some(16_777_216_000));
        assert_eq!(thousandths_of_single(0.000_4), None);
    }

    #[test]
    fn integers_get_back_the_zero_of_a_product_code() {
        assert_eq!(Digits::Product.text(10_121), "010121");
        assert_eq!(Digits::Product.text(110_121), "110121");
        assert_eq!(Digits::Product.text(1), "01");
        assert_eq!(Digits::Plain.text(408), "408");
    }
}
