use trade::Decimal3;

/// A tidy table: one observation a row, one kind of value a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The name, which becomes the file's: lower case, digits and `-`.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The rows; each has as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a [`Table`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name in files: snake case.
    pub name: String,
    /// What a reader calls it; empty where the name says it.
    pub heading: String,
    /// What its cells hold.
    pub kind: Kind,
    /// The unit, for people: `USD`, `share`; empty where there is none.
    pub unit: String,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Whole numbers.
    Integer,
    /// Estimates.
    Number,
    /// Exact decimal figures.
    Decimal,
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing is known: not zero.
    Missing,
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// An estimate; finite.
    Number(f64),
    /// An exact figure.
    Decimal(Decimal3),
}

impl Table {
    /// An empty table. Columns are given as `(name, kind, unit)`.
    pub fn new(id: &str, title: &str, columns: &[(&str, Kind, &str)]) -> Self {
        Table {
            id: id.to_owned(),
            title: title.to_owned(),
            columns: columns
                .iter()
                .map(|&(name, kind, unit)| Column {
                    name: name.to_owned(),
                    heading: String::new(),
                    kind,
                    unit: unit.to_owned(),
                })
                .collect(),
            rows: Vec::new(),
        }
    }

    /// What readers call columns, as `(name, heading)`: `("cr1", "Share of the largest partner")`. A table to be read
    /// has these at its head, files have the names. Columns that the table has not are passed over.
    #[must_use]
    pub fn headed(mut self, headings: &[(&str, &str)]) -> Self {
        for (name, heading) in headings {
            if let Some(column) = self.columns.iter_mut().find(|column| column.name == *name) {
                column.heading = (*heading).to_owned();
            }
        }
        self
    }

    /// Adds a row. It is brought to the table's width: a missing cell is [`Cell::Missing`].
    pub fn push(&mut self, mut row: Vec<Cell>) {
        debug_assert_eq!(row.len(), self.columns.len(), "table `{}`", self.id);
        row.resize(self.columns.len(), Cell::Missing);
        self.rows.push(row);
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Cell::Integer(number)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        if number.is_finite() {
            Cell::Number(number)
        } else {
            Cell::Missing
        }
    }
}

impl From<Decimal3> for Cell {
    fn from(number: Decimal3) -> Self {
        Cell::Decimal(number)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Missing, Into::into)
    }
}
