/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The study file asks the report for something that the run does not have.
    #[error("the report cannot be made: {what}")]
    Study {
        /// What is asked for, and where.
        what: String,
    },
    /// The output broke off.
    #[error("the output broke off")]
    Output(#[from] std::io::Error),
    /// Two columns of a table bear the same name.
    #[error("table `{table}`: two columns are named `{column}`; names must differ")]
    DuplicateColumn {
        /// The table's name.
        table: String,
        /// The column's name.
        column: String,
    },
    /// A row of a table has the wrong width.
    #[error("table `{table}`, row {row}: {expected} cells expected, {found} found")]
    Width {
        /// The table's name.
        table: String,
        /// The row, counted from 1.
        row: usize,
        /// The number of columns.
        expected: usize,
        /// The number of cells.
        found: usize,
    },
    /// A cell holds another kind of value than its column.
    #[error("table `{table}`, row {row}, column `{column}`: {expected} expected, `{found}` found")]
    Cell {
        /// The table's name.
        table: String,
        /// The row, counted from 1.
        row: usize,
        /// The column's name.
        column: String,
        /// What would have been right.
        expected: &'static str,
        /// What stood there.
        found: String,
    },
    /// The CSV writer refused.
    #[error("table `{table}` cannot be written as CSV")]
    Csv {
        /// The table's name.
        table: String,
        /// The writer's reason.
        source: csv::Error,
    },
    /// The Parquet writer refused.
    #[error("table `{table}` cannot be written as Parquet")]
    Parquet {
        /// The table's name.
        table: String,
        /// The writer's reason.
        source: parquet::errors::ParquetError,
    },
    /// The Arrow layer refused.
    #[error("table `{table}` cannot be brought into columns")]
    Columns {
        /// The table's name.
        table: String,
        /// The reason given.
        source: arrow::error::ArrowError,
    },
    /// Findings could not be put into words of JSON.
    #[error("the findings cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The page's template is at fault.
    #[error("the page's template `{template}` is at fault")]
    Template {
        /// The template's name.
        template: &'static str,
        /// The reason given.
        source: minijinja::Error,
    },
    /// A format nobody knows.
    #[error("`{found}` is no output format; expected table, csv, json or parquet")]
    UnknownFormat {
        /// What was asked for.
        found: String,
    },
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
