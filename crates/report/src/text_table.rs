//! Tables as aligned text for a terminal.

use crate::{Result, number};
use model::{Cell, Column, Kind, Table};
use std::io::Write;

/// Texts longer than this are cut, with `…` at the end.
const LONGEST: usize = 60;

/// Writes the table; the caller has checked it. Column names, a rule, then the rows:
/// numbers to the right, text to the left, a missing value as `–`.
pub(crate) fn write(table: &Table, out: &mut impl Write) -> Result<()> {
    let mut lines: Vec<Vec<String>> = vec![table.columns.iter().map(heading).collect()];
    lines.extend(table.rows.iter().map(|row| {
        row.iter()
            .zip(&table.columns)
            .map(|(cell, column)| text(cell, column))
            .collect()
    }));
    let width = |at: usize| {
        lines
            .iter()
            .filter_map(|l| l.get(at))
            .map(|t| t.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..table.columns.len()).map(width).collect();
    if !table.title.is_empty() {
        writeln!(out, "{}", plain(&table.title))?;
    }
    for (at, line) in lines.iter().enumerate() {
        let padded: Vec<String> = line
            .iter()
            .zip(&widths)
            .zip(&table.columns)
            .map(|((cell, &width), column)| match column.kind {
                Kind::Text => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            })
            .collect();
        writeln!(out, "{}", padded.join("  ").trim_end())?;
        if at == 0 {
            let rule: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
            writeln!(out, "{}", rule.join("  "))?;
        }
    }
    Ok(())
}

fn heading(column: &Column) -> String {
    let unit = if column.unit.is_empty() || column.unit == "1" {
        String::new()
    } else {
        format!(" [{}]", column.unit)
    };
    shortened(&format!("{}{unit}", column.name))
}

fn text(cell: &Cell, column: &Column) -> String {
    match cell {
        Cell::Missing => "–".to_owned(),
        Cell::Text(text) => shortened(text),
        Cell::Integer(whole) if is_year(column) => whole.to_string(),
        Cell::Integer(whole) => number::grouped(&whole.to_string()),
        Cell::Number(estimate) => number::significant(*estimate, 6),
        Cell::Decimal(exact) => number::grouped(&exact.to_string()),
    }
}

/// Whether a column's whole numbers are years, which bear no thousands separator.
pub(crate) fn is_year(column: &Column) -> bool {
    column.kind == Kind::Integer
        && (column.unit == "year"
            || ["year", "period"]
                .iter()
                .any(|word| column.name.split('_').any(|part| part == *word)))
}

/// Whether a terminal obeys a character: a control character, an end of a line or paragraph, or one that turns the
/// direction of what follows.
pub fn is_obeyed(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Characters that a terminal obeys (line ends, commands) become spaces.
fn plain(text: &str) -> String {
    text.chars().map(|c| if is_obeyed(c) { ' ' } else { c }).collect()
}

fn shortened(text: &str) -> String {
    let text = plain(text);
    match text.char_indices().nth(LONGEST) {
        Some(_) => text.chars().take(LONGEST - 1).chain(['…']).collect(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Format, to_bytes};
    use model::{Cell, Kind, Table};

    #[test]
    fn columns_line_up() {
        let columns = [
            ("partner", Kind::Text, ""),
            ("year", Kind::Integer, ""),
            ("imports", Kind::Decimal, "USD"),
            ("share", Kind::Number, "share"),
        ];
        let mut table = Table::new("t", "Imports", &columns);
        table.push(vec![
            "China".into(),
            2008_i64.into(),
            "2033233.5".parse::<trade::Usd>().unwrap().into(),
            (1.0 / 3.0).into(),
        ]);
        table.push(vec![
            "a\u{1b}[31m\nb".into(),
            2009_i64.into(),
            Cell::Missing,
            Cell::Missing,
        ]);
        let text = String::from_utf8(to_bytes(&table, Format::Table).unwrap()).unwrap();
        let expected = "\
Imports
partner   year  imports [USD]  share [share]
────────  ────  ─────────────  ─────────────
China     2008    2,033,233.5       0.333333
a [31m b  2009              –              –
";
        assert_eq!(text, expected);
    }

    #[test]
    fn long_text_is_cut() {
        let mut table = Table::new("t", "", &[("a", Kind::Text, "")]);
        table.push(vec!["é".repeat(100).into()]);
        let text = String::from_utf8(to_bytes(&table, Format::Table).unwrap()).unwrap();
        assert_eq!(
            text.lines().last().map(|l| (l.chars().count(), l.ends_with("é…"))),
            Some((60, true))
        );
    }
}
