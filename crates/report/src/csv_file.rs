//! Tables as CSV (RFC 4180): comma, LF, quotes only where needed.
//!
//! A missing value is an empty field; so is an empty text, which tidy tables do not hold.
//! Text is kept as it is, also where it begins with `=`, `+`, `-` or `@`: the files are data
//! for programs. Who opens one in a spreadsheet should import it as text.

use crate::{Error, Result, number};
use csv::{Terminator, WriterBuilder};
use model::{Cell, Table};
use std::io::Write;

/// Writes the table; the caller has checked it.
pub(crate) fn write(table: &Table, out: &mut impl Write) -> Result<()> {
    let refused = |source| Error::Csv {
        table: table.id.clone(),
        source,
    };
    let mut writer = WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(out);
    writer
        .write_record(table.columns.iter().map(|c| &c.name))
        .map_err(refused)?;
    for row in &table.rows {
        writer.write_record(row.iter().map(field)).map_err(refused)?;
    }
    Ok(writer.flush()?)
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(whole) => whole.to_string(),
        Cell::Number(estimate) => number::shortest(*estimate),
        Cell::Decimal(exact) => exact.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Format, to_bytes};
    use model::{Cell, Kind, Table};

    #[test]
    fn fields_are_quoted_only_where_they_must_be() {
        let columns = [
            ("name", Kind::Text, ""),
            ("n", Kind::Integer, ""),
            ("x", Kind::Number, ""),
            ("usd", Kind::Decimal, "USD"),
        ];
        let mut table = Table::new("t", "", &columns);
        table.push(vec![
            "a, \"b\"\nc".into(),
            1_i64.into(),
            0.1.into(),
            "12.5".parse::<trade::Usd>().unwrap().into(),
        ]);
        table.push(vec!["=1+1".into(), Cell::Missing, 1e300.into(), Cell::Missing]);
        let text = String::from_utf8(to_bytes(&table, Format::Csv).unwrap()).unwrap();
        assert_eq!(text, "name,n,x,usd\n\"a, \"\"b\"\"\nc\",1,0.1,12.5\n=1+1,,1e300,\n");
    }

    #[test]
    fn one_empty_column_is_still_a_row() {
        let mut table = Table::new("t", "", &[("a", Kind::Text, "")]);
        table.push(vec![Cell::Missing]);
        assert_eq!(to_bytes(&table, Format::Csv).unwrap(), b"a\n\"\"\n");
    }
}
