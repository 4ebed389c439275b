//! The columns of every dataset, their types, and why.
//!
//! | column | Parquet type | null |
//! |---|---|---|
//! | `compiler` | string, dictionary | no |
//! | `period_year` | INT32 (int 16) | no |
//! | `period_month` | INT32 (int 8); null = the period starts in January and is annual | yes |
//! | `period_months` | INT32 (int 16): how many months it covers | no |
//! | `reporter`, `partner`, `flow`, `classification`, `product` | string, dictionary | no |
//! | `valuation` | string, dictionary: FOB or CIF | yes |
//! | `value_usd` | DECIMAL(18, s) on INT64, DELTA_BINARY_PACKED | yes |
//! | `rounded_to_usd` | DECIMAL(18, s) | yes |
//! | `share_percent` | DECIMAL(18, s) | yes |
//! | `net_weight_kg`, `quantity` | DECIMAL(18, s) | yes |
//! | `quantity_unit` | string, dictionary | yes |
//! | `status` | string, dictionary | no |
//! | `basis` | string, dictionary | yes |
//! | `reference` | INT32: row of the pin's references | yes |
//!
//! The scale s is the smallest (0 to 3) that loses nothing. `period_months` is what keeps
//! a half-year from being summed as a year, and `rounded_to_usd` what keeps a figure quoted
//! as "2.3 billion" from being taken for an exact one.

use arrow::datatypes::{DataType, Field, Schema};

/// The columns, in file order.
pub const COLUMNS: [&str; 19] = [
    "compiler",
    "period_year",
    "period_month",
    "period_months",
    "reporter",
    "partner",
    "flow",
    "classification",
    "product",
    "valuation",
    "value_usd",
    "rounded_to_usd",
    "share_percent",
    "net_weight_kg",
    "quantity",
    "quantity_unit",
    "status",
    "basis",
    "reference",
];

/// Numbers that files of sums have beside them: how many records a sum is of, and how many of those have no value.
pub const COUNTS: [&str; 2] = ["records", "records_without_value"];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Year,
    Month,
    Months,
    Decimal,
    Index,
}

/// The shape of a column and whether it may be null.
pub(crate) fn shape(column: &str) -> (Shape, bool) {
    match column {
        "period_year" => (Shape::Year, false),
        "period_month" => (Shape::Month, true),
        "period_months" => (Shape::Months, false),
        "value_usd" | "rounded_to_usd" | "share_percent" | "net_weight_kg" | "quantity" => (Shape::Decimal, true),
        "reference" => (Shape::Index, true),
        "valuation" | "quantity_unit" | "basis" => (Shape::Text, true),
        _ => (Shape::Text, false),
    }
}

/// The Arrow type of a column in memory; `scale` is that of a decimal.
pub(crate) fn arrow_type(shape: Shape, scale: i8) -> DataType {
    match shape {
        Shape::Text => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        Shape::Year | Shape::Months => DataType::Int16,
        Shape::Month => DataType::Int8,
        Shape::Decimal => DataType::Decimal128(18, scale),
        Shape::Index => DataType::Int32,
    }
}

/// The Arrow schema of a batch whose decimals have the scales `scale(column)`.
pub fn arrow_schema(scale: impl Fn(&str) -> i8) -> Schema {
    let fields = COLUMNS.iter().map(|&name| {
        let (shape, nullable) = shape(name);
        Field::new(name, arrow_type(shape, scale(name)), nullable)
    });
    Schema::new(fields.collect::<Vec<_>>())
}
