//! Tables as JSON: an array of objects, one a line, fields in the order of the columns.
//!
//! Exact figures are written as JSON numbers with all their digits, never by way of `f64`;
//! a reader that needs them exactly must read numbers as decimals.

use crate::{Result, number};
use model::{Cell, Table};
use std::io::Write;

/// Writes the table; the caller has checked it.
pub(crate) fn write(table: &Table, out: &mut impl Write) -> Result<()> {
    let names = table
        .columns
        .iter()
        .map(|c| serde_json::to_string(&c.name))
        .collect::<serde_json::Result<Vec<_>>>()?;
    out.write_all(b"[")?;
    for (at, row) in table.rows.iter().enumerate() {
        out.write_all(if at == 0 { b"\n{" } else { b",\n{" })?;
        for (column, (name, cell)) in names.iter().zip(row).enumerate() {
            let comma = if column == 0 { "" } else { "," };
            write!(out, "{comma}{name}:{}", value(cell)?)?;
        }
        out.write_all(b"}")?;
    }
    Ok(out.write_all(b"\n]\n")?)
}

fn value(cell: &Cell) -> Result<String> {
    Ok(match cell {
        Cell::Missing => "null".to_owned(),
        Cell::Text(text) => serde_json::to_string(text)?,
        Cell::Integer(whole) => whole.to_string(),
        Cell::Number(estimate) => number::shortest(*estimate),
        Cell::Decimal(exact) => exact.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use crate::{Format, to_bytes};
    use model::{Cell, Kind, Table};

    fn text(table: &Table) -> String {
        String::from_utf8(to_bytes(table, Format::Json).unwrap()).unwrap()
    }

    #[test]
    fn figures_keep_every_digit() {
        let mut table = Table::new(
            "t",
            "",
            &[
                ("a \"b\"", Kind::Text, ""),
                ("usd", Kind::Decimal, ""),
                ("x", Kind::Number, ""),
            ],
        );
        // 2^53 thousandths and more: beyond what an f64 holds.
        table.push(vec![
            "</script>\n".into(),
            "999999999999999.999".parse::<trade::Usd>().unwrap().into(),
            1e16.into(),
        ]);
        table.push(vec![Cell::Missing, Cell::Integer(7), (1.0 / 3.0).into()]);
        assert_eq!(
            text(&table),
            "[\n{\"a \\\"b\\\"\":\"</script>\\n\",\"usd\":999999999999999.999,\"x\":1e16},\n\
             {\"a \\\"b\\\"\":null,\"usd\":7,\"x\":0.3333333333333333}\n]\n"
        );
        let read: serde_json::Value = serde_json::from_str(&text(&table)).unwrap();
        assert_eq!(read[1]["x"].as_f64(), Some(1.0 / 3.0));
    }

    #[test]
    fn an_empty_table_is_an_empty_array() {
        let empty: serde_json::Value = serde_json::from_str(&text(&Table::new("t", "", &[]))).unwrap();
        assert_eq!(empty, serde_json::json!([]));
    }
}
