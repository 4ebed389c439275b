//! What was read is written and read again: it is the same.

use regress::formula::{Expression, Formula, Operator, Term};
use sources::TextTable;
use std::io::Cursor;
use std::path::Path;
use store::Filter;
use trade::Record;

/// The rows that a filter wants are those of all rows that it wants.
pub(crate) fn narrowed(path: &Path, all: &[Record], filter: &Filter) {
    let kept: Vec<&Record> = all.iter().filter(|record| wanted(record, filter)).collect();
    let read = store::read_records(path, filter).unwrap();
    assert_eq!(read.iter().collect::<Vec<_>>(), kept, "{filter:?}");
}

fn wanted(record: &Record, filter: &Filter) -> bool {
    let text = |column: &str| match column {
        "reporter" => Some(record.reporter.to_string()),
        "partner" => Some(record.partner.to_string()),
        "flow" => Some(record.flow.to_string()),
        "product" => Some(record.product.to_string()),
        "classification" => Some(record.classification.to_string()),
        "compiler" => Some(record.compiler.to_string()),
        "status" => Some(record.status.to_string()),
        "valuation" => record.valuation.map(|valuation| valuation.to_string()),
        "basis" => record.basis.as_ref().map(ToString::to_string),
        "quantity_unit" => record.quantity_unit.as_ref().map(ToString::to_string),
        other => panic!("a condition on {other}"),
    };
    let year = filter
        .years
        .as_ref()
        .is_none_or(|years| years.contains(&record.period.year()));
    let fits = |(column, values): (&String, &std::collections::BTreeSet<String>)| {
        text(column).is_some_and(|text| values.contains(&text))
    };
    let sides = [record.reporter.to_string(), record.partner.to_string()];
    let named = |economies: &std::collections::BTreeSet<String>| sides.iter().any(|side| economies.contains(side));
    year && filter.any_of.iter().all(fits) && filter.economies.iter().all(named)
}

/// A filter as conditions; `None` where it wants nothing, which no condition says.
pub(crate) fn conditions(filter: &Filter) -> Option<Vec<String>> {
    let years = filter.years.iter().map(|years| {
        let some = years.start() <= years.end();
        some.then(|| format!("year={}..{}", years.start(), years.end()))
    });
    let columns = filter.any_of.iter().map(|(column, values)| (column.as_str(), values));
    let sides = filter.economies.iter().map(|values| ("economy", values));
    let values = columns.chain(sides).map(|(column, values)| {
        let texts: Vec<&str> = values.iter().map(String::as_str).collect();
        (!texts.is_empty()).then(|| format!("{column} = {}", texts.join(" | ")))
    });
    years.chain(values).collect()
}

/// A table with every cell in quotation marks.
pub(crate) fn quoted_table(delimiter: u8, names: &[String], rows: &[Vec<String>]) {
    let line = |cells: &[String]| {
        let cells = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        cells
            .collect::<Vec<_>>()
            .join(char::from(delimiter).to_string().as_str())
            + "\n"
    };
    let text = line(names) + &rows.iter().map(|row| line(row)).collect::<String>();
    let fits = |header: &sources::Header| header.names() == names;
    let mut table = TextTable::of(Cursor::new(text.into_bytes()), "written", &fits).unwrap();
    assert_eq!((table.delimiter(), table.header().names()), (delimiter, names));
    for want in rows {
        let row = table.next_row().unwrap().unwrap();
        let row = row.unwrap_or_else(|bad| panic!("{bad:?}, where {want:?} was written"));
        let cells: Vec<&str> = (0..names.len()).map(|at| row.cell(at).unwrap()).collect();
        assert_eq!(&cells, want);
    }
    assert!(table.next_row().unwrap().is_none());
}

/// A formula in which every operation has its parentheses.
pub(crate) fn formula(formula: &Formula) -> String {
    let mut terms = vec![if formula.intercept { "1" } else { "0" }.to_owned()];
    terms.extend(formula.terms.iter().map(term));
    terms.extend(
        formula
            .offset
            .iter()
            .map(|offset| format!("offset({})", expression(offset))),
    );
    let effect = |columns: &Vec<String>| {
        columns
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join("^")
    };
    let absorbed: Vec<String> = formula.absorbed.iter().map(effect).collect();
    let bar = if absorbed.is_empty() { "" } else { " | " };
    format!(
        "{} ~ {}{bar}{}",
        expression(&formula.response),
        terms.join(" + "),
        absorbed.join(" + ")
    )
}

fn term(term_: &Term) -> String {
    match term_ {
        Term::Numeric(inner) => expression(inner),
        Term::Dummies {
            column,
            reference: None,
        } => format!("i(`{column}`)"),
        Term::Dummies {
            column,
            reference: Some(level),
        } => {
            let mark = if level.contains('"') { '\'' } else { '"' };
            format!("i(`{column}`, ref = {mark}{level}{mark})")
        }
        Term::Interaction(parts) => parts.iter().map(term).collect::<Vec<_>>().join(":"),
    }
}

fn expression(of: &Expression) -> String {
    match of {
        Expression::Column(name) => format!("`{name}`"),
        Expression::Number(number) if number.is_infinite() => "1e999".to_owned(),
        Expression::Number(number) => number.to_string(),
        Expression::Call(function, inner) => format!("{}({})", function.name(), expression(inner)),
        Expression::Negative(inner) => format!("(-{})", expression(inner)),
        Expression::Binary(operator, a, b) => {
            let sign = match operator {
                Operator::Add => "+",
                Operator::Subtract => "-",
                Operator::Multiply => "*",
                Operator::Divide => "/",
                Operator::Power => "^",
            };
            format!("({}{sign}{})", expression(a), expression(b))
        }
    }
}
