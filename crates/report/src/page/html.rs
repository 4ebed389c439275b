//! Small pieces of HTML: tables, links, anchors, downloads.

use crate::number::{grouped, per_cent, significant, typeset};
use crate::page::Link;
use crate::page::look::{Look, is_p_value, is_share};
use crate::svg::escape;
use crate::text_table::is_year;
use crate::{Format, Result, to_bytes};
use model::{Cell, Column, Kind, Table};
use std::collections::BTreeSet;
use std::fmt::Write;

/// No larger file goes into the page as a download.
const LARGEST_DOWNLOAD: usize = 400_000;

/// A table with more columns than this is set smaller.
const MANY_COLUMNS: usize = 7;

/// A table with words longer than this in a cell stands as cards on a phone: each row under its first cell, each cell
/// behind its heading.
const LONG_WORDS: usize = 40;

/// The anchors of a page, each given once.
#[derive(Debug, Default)]
pub(crate) struct Anchors(BTreeSet<String>);

impl Anchors {
    /// An anchor for this name: lower case, digits and `-`; numbered where it is taken.
    pub(crate) fn take(&mut self, name: &str) -> String {
        let plain = anchor(name);
        let numbered = |n: usize| if n == 1 { plain.clone() } else { format!("{plain}-{n}") };
        let mut n = 1;
        while !self.0.insert(numbered(n)) {
            n += 1;
        }
        numbered(n)
    }
}

/// A name as an anchor, before it is told apart from others.
pub(crate) fn anchor(name: &str) -> String {
    let plain: String = name
        .chars()
        .take(80)
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    if plain.starts_with(|c: char| c.is_ascii_alphabetic()) {
        plain
    } else {
        format!("x{plain}")
    }
}

/// An `a` element, or the bare words where the address is none of a page, a file or the web.
pub(crate) fn link(link: &Link) -> String {
    let words = escape(if link.text.is_empty() { &link.href } else { &link.text });
    let href = link.href.trim();
    if let Some(name) = href.strip_prefix('#') {
        return format!("<a href=\"#{}\">{words}</a>", anchor(name));
    }
    if href.starts_with("https://") || href.starts_with("http://") {
        return format!(
            "<a class=\"away\" rel=\"noopener noreferrer\" href=\"{}\">{words}</a>",
            escape(href)
        );
    }
    match beside(href) {
        Some(href) => format!("<a href=\"{href}\">{words}</a>"),
        None => words,
    }
}

/// The address of a file beside the page, escaped; none for anything else.
fn beside(href: &str) -> Option<String> {
    let href = href.trim();
    let other = href.is_empty() || href.contains([':', '\\']) || href.starts_with('/');
    (!other).then(|| escape(&href.replace(' ', "%20")))
}

/// A table's CSV as a download carried by the page; nothing where it is too large.
pub(crate) fn download(table: &Table, words: &str) -> Result<String> {
    let csv = to_bytes(table, Format::Csv)?;
    if csv.len() > LARGEST_DOWNLOAD {
        return Ok(String::new());
    }
    let mut data = String::with_capacity(csv.len() * 2);
    for byte in csv {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' => data.push(char::from(byte)),
            // Writing into a string does not fail.
            _ => drop(write!(data, "%{byte:02X}")),
        }
    }
    let file = anchor(&table.id);
    Ok(format!(
        "<a class=\"download\" download=\"{file}.csv\" href=\"data:text/csv;charset=utf-8,{data}\">{}</a>",
        escape(words)
    ))
}

/// The wanted rows of a table as HTML, each column in its look. `grouped` rows stand below the value of the first column
/// that they share. `evidence` says where a cell leads, by row and column; an empty address leads nowhere.
pub(crate) fn table(
    table: &Table,
    rows: &[usize],
    (looks, grouped): (&[Look], bool),
    evidence: &dyn Fn(usize, usize) -> String,
) -> String {
    let first = usize::from(grouped);
    let shown = || looks.iter().zip(&table.columns).enumerate().skip(first);
    let wordy = wordy(table, first + 1);
    let class = match (wordy, shown().count() > MANY_COLUMNS) {
        (true, true) => " class=\"many-columns cards\"",
        (true, false) => " class=\"cards\"",
        (false, true) => " class=\"many-columns\"",
        (false, false) => "",
    };
    let mut html = format!("<table{class}><caption>{}</caption><thead><tr>", escape(&table.title));
    for (_, (look, column)) in shown() {
        let class = if column.kind == Kind::Text { "" } else { " class=\"n\"" };
        let _ = write!(html, "<th scope=\"col\"{class}>{}</th>", look.head());
    }
    html.push_str("</tr></thead><tbody>");
    let mut group: Option<&Cell> = None;
    for (number, row) in rows
        .iter()
        .filter_map(|&number| Some((number, table.rows.get(number)?)))
    {
        if grouped && group != row.first() {
            let open = if group.is_some() { "</tbody><tbody>" } else { "" };
            let (words, across) = (looks[0].cell(&row[0], &table.columns[0]), shown().count());
            let _ = write!(
                html,
                "{open}<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{across}\">{words}</th></tr>"
            );
            group = row.first();
        }
        html.push_str("<tr>");
        for (at, (look, column)) in shown() {
            let words = match (look.cell(&row[at], column), beside(&evidence(number, at))) {
                (words, None) => words,
                (words, Some(href)) => format!("<a class=\"number\" href=\"{href}\">{words}</a>"),
            };
            if wordy && at != first {
                let class = if column.kind == Kind::Text { "" } else { " class=\"n\"" };
                let _ = write!(
                    html,
                    "<td{class} data-head=\"{}\"><div>{words}</div></td>",
                    look.words()
                );
                continue;
            }
            let _ = match (at == first, column.kind) {
                (true, Kind::Text) => write!(html, "<th scope=\"row\">{words}</th>"),
                (true, _) => write!(html, "<th scope=\"row\" class=\"n\">{words}</th>"),
                (false, Kind::Text) => write!(html, "<td>{words}</td>"),
                (false, _) => write!(html, "<td class=\"n\">{words}</td>"),
            };
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table>");
    html
}

/// Whether a cell behind the first one has more words than stand beside others on a phone; of all rows, so that those
/// behind a fold look as those before it.
fn wordy(table: &Table, from: usize) -> bool {
    let long = |cell: &Cell| matches!(cell, Cell::Text(text) if text.chars().count() > LONG_WORDS);
    table.rows.iter().flat_map(|row| row.iter().skip(from)).any(long)
}

/// A cell of exact data: figures with all their digits, estimates with four, shares in per cent.
pub(crate) fn cell(cell: &Cell, column: &Column) -> String {
    match cell {
        Cell::Missing => "<span class=\"none\" title=\"no figure\">–</span>".to_owned(),
        Cell::Text(text) => escape(text),
        Cell::Integer(whole) if is_year(column) => typeset(&whole.to_string()),
        Cell::Integer(whole) => typeset(&grouped(&whole.to_string())),
        Cell::Number(p) if is_p_value(column) && (0.0..0.001).contains(p) => "&lt; 0.001".to_owned(),
        Cell::Number(share) if is_share(column) => per_cent(*share, if share.abs() < 0.001 { 3 } else { 1 }),
        Cell::Number(estimate) => typeset(&significant(*estimate, 4)),
        // Of a thousand and more the page tells whole dollars; the files beside it have every digit.
        Cell::Decimal(exact) if exact.to_f64().abs() >= 1000.0 => typeset(&grouped(&format!("{:.0}", exact.to_f64()))),
        Cell::Decimal(exact) => typeset(&grouped(&exact.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linked(href: &str) -> String {
        link(&Link {
            text: "w".to_owned(),
            href: href.to_owned(),
        })
    }

    #[test]
    fn a_table_with_long_words_says_each_cells_heading_for_phones() {
        let columns = [
            ("partner", Kind::Text, ""),
            ("value_usd", Kind::Number, "USD"),
            ("reason", Kind::Text, ""),
        ];
        let mut of = Table::new("t", "T", &columns).headed(&[("reason", "Why & how")]);
        of.push(vec!["Algeria".into(), 1.5e9.into(), "short".into()]);
        of.push(vec!["India".into(), 1.2e9.into(), "words ".repeat(9).into()]);
        let html = |of: &Table| table(of, &[0], (&Look::all_to_read(of), false), &|_, _| String::new());
        let cards = html(&of);
        assert!(cards.contains("<table class=\"cards\">"), "{cards}");
        assert!(
            cards.contains("<td data-head=\"Why &amp; how\"><div>short</div></td>"),
            "{cards}"
        );
        assert!(
            cards.contains("<td class=\"n\" data-head=\"Value USD\"><div>1.5 billion"),
            "{cards}"
        );
        of.rows.pop();
        let plain = html(&of);
        assert!(
            !plain.contains("data-head") && plain.contains("<td>short</td>"),
            "{plain}"
        );
    }

    #[test]
    fn only_addresses_of_pages_files_and_the_web_are_links() {
        assert_eq!(linked("#Claim a"), "<a href=\"#claim-a\">w</a>");
        assert!(
            linked("https://doi.org/10.1000/x?a=1&b=\"")
                .contains("href=\"https://doi.org/10.1000/x?a=1&amp;b=&quot;\"")
        );
        assert_eq!(linked("tables/hhi.csv"), "<a href=\"tables/hhi.csv\">w</a>");
        for bad in [
            "javascript:alert(1)",
            " JavaScript:x",
            "//host/x",
            "data:text/html,x",
            "/etc/passwd",
            "c:\\x",
            "",
        ] {
            assert_eq!(linked(bad), "w", "{bad}");
        }
    }

    #[test]
    fn anchors_are_given_once() {
        let mut anchors = Anchors::default();
        assert_eq!(
            ["HHI & co", "HHI & co", "1", ""].map(|n| anchors.take(n)),
            ["hhi---co", "hhi---co-2", "x1", "x"]
        );
    }

    #[test]
    fn cells_read_well() {
        let column = |name: &str, kind, unit: &str| Column {
            name: name.to_owned(),
            heading: String::new(),
            kind,
            unit: unit.to_owned(),
        };
        assert_eq!(
            cell(&Cell::Number(0.3424), &column("s", Kind::Number, "share")),
            "34.2%"
        );
        assert_eq!(cell(&Cell::Integer(2005), &column("year", Kind::Integer, "")), "2005");
        assert_eq!(cell(&Cell::Integer(2005), &column("rows", Kind::Integer, "")), "2,005");
        assert_eq!(
            cell(&Cell::Number(-1.234_56e-9), &column("slope", Kind::Number, "")),
            "−1.235 × 10⁻⁹"
        );
        let p = |value: f64| cell(&Cell::Number(value), &column("p_value", Kind::Number, "1"));
        assert_eq!(
            [2.4e-10, 0.0, 0.001, 0.04567].map(p),
            ["&lt; 0.001", "&lt; 0.001", "0.001", "0.04567"]
        );
        assert_eq!(
            cell(
                &Cell::Number(0.9333),
                &column("holds_in", Kind::Number, "share of draws")
            ),
            "93.3%"
        );
    }
    #[test]
    fn large_values_are_told_in_whole_dollars() {
        let usd = Column {
            name: "exports".to_owned(),
            heading: String::new(),
            kind: Kind::Decimal,
            unit: "USD".to_owned(),
        };
        let shown = |text: &str| cell(&Cell::Decimal(text.parse().unwrap()), &usd);
        assert_eq!(shown("666535211755.57"), "666,535,211,756");
        assert_eq!(shown("-1234.4"), "−1,234");
        assert_eq!(shown("12.345"), "12.345");
    }
}
