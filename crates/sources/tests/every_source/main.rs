//! Every source against every defect: a good table of each, one thing wrong with it at a time, and the answer that
//! there has to be. What holds of one importer holds of all, or is written down here as an exception.

#![allow(clippy::unwrap_used)]

mod tables;

use sources::{Defaults, Imported, Options, Source, import};
use tables::{GOOD, Good};

type Cells = Vec<String>;

/// A row as its cells.
fn cells(row: &str) -> Cells {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(row.as_bytes());
    let record = reader.records().next().unwrap().unwrap();
    record.iter().map(str::to_owned).collect()
}

fn written(header: &[String], rows: &[Cells], delimiter: u8) -> String {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_writer(Vec::new());
    writer.write_record(header).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

impl Good {
    fn header(&self) -> Cells {
        cells(self.header)
    }

    fn rows(&self) -> Vec<Cells> {
        self.rows.iter().map(|row| cells(row)).collect()
    }

    fn at(&self, name: &str) -> usize {
        self.header().iter().position(|n| n == name).unwrap()
    }

    /// The table with another text in one cell of the first row.
    fn with(&self, column: &str, text: &str) -> String {
        let mut rows = self.rows();
        rows[0][self.at(column)] = text.to_owned();
        written(&self.header(), &rows, b',')
    }

    fn whole(&self, delimiter: u8) -> String {
        written(&self.header(), &self.rows(), delimiter)
    }
}

fn read(text: &[u8]) -> Result<Imported, String> {
    let defaults: Defaults = toml::from_str("period = 2003\nclassification = \"HS2\"\n").unwrap();
    let options = Options {
        defaults,
        ..Options::default()
    };
    import(text, &options).map_err(|error| error.to_string())
}

/// The good records are there with their exact figures, whatever became of the first.
#[track_caller]
fn left(good: &Good, what: &str, got: &Imported, first: bool) {
    let whole = read(good.whole(b',').as_bytes()).unwrap();
    let values = |imported: &Imported| imported.records.iter().map(|r| r.value.unwrap()).collect::<Vec<_>>();
    let want = values(&whole);
    let want = if first { &want[..] } else { &want[1..] };
    assert_eq!(values(got), want, "{}, {what}: {:?}", good.source, got.quarantine);
    assert_eq!(got.source, good.source, "{what}");
}

#[test]
fn every_source_has_a_good_table() {
    let known: Vec<Source> = Source::all().collect();
    assert_eq!(GOOD.len(), known.len());
    for good in &GOOD {
        let got = read(good.whole(b',').as_bytes()).unwrap();
        assert_eq!((got.source, got.records.len(), got.quarantined()), (good.source, 3, 0));
        let sum: trade::Usd = got.records.iter().filter_map(|r| r.value).sum();
        let text = sum.to_string();
        assert_eq!(text.trim_end_matches('0'), "33", "{}: {text}", good.source);
    }
}

#[test]
fn the_form_of_a_file_makes_no_difference() {
    for good in &GOOD {
        let plain = good.whole(b',');
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let all = [good.header()].into_iter().chain(good.rows());
        let all_quoted: String = all
            .map(|row| row.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(",") + "\n")
            .collect();
        let turned = |row: Cells| row.into_iter().rev().collect::<Cells>();
        let reversed = written(
            &turned(good.header()),
            &good.rows().into_iter().map(turned).collect::<Vec<_>>(),
            b',',
        );
        let utf16: Vec<u8> = [0xfeff]
            .into_iter()
            .chain(plain.encode_utf16())
            .flat_map(u16::to_be_bytes)
            .collect();
        let forms: [(&str, Vec<u8>); 11] = [
            ("byte order mark", format!("\u{feff}{plain}").into()),
            ("CRLF", plain.replace('\n', "\r\n").into()),
            ("UTF-16", utf16),
            ("semicolons", good.whole(b';').into()),
            ("tabs", good.whole(b'\t').into()),
            ("bars", good.whole(b'|').into()),
            ("all quoted", all_quoted.into()),
            ("other order of columns", reversed.into()),
            ("blank lines", plain.replace('\n', "\n\n").into()),
            ("no last line end", plain.trim_end().into()),
            (
                "a line that names the delimiter",
                format!("sep=;\r\n{}", good.whole(b';')).into(),
            ),
        ];
        for (form, bytes) in forms {
            let got = read(&bytes).unwrap_or_else(|error| panic!("{}, {form}: {error}", good.source));
            assert_eq!(got.quarantined(), 0, "{}, {form}: {:?}", good.source, got.quarantine);
            left(good, form, &got, true);
        }
    }
}

#[test]
fn what_is_no_figure_is_told_and_never_read_as_one() {
    // Sources with a row or a cell for each figure that might be there mean by these that there is none.
    let none = ["", "NaN", "NA", "-", "..", "null"];
    let bad = [
        "inf",
        "-Infinity",
        "1e308",
        "-100",
        "1,000",
        "1.000,5",
        "100,5",
        "1 000",
        "1'000",
        "1_000",
        "$100",
        "100%",
        "(100)",
        "0x64",
        "abc",
        "100*",
        "١٠٠",
        "−100",
        "99999999999999999999999999999999",
    ];
    let sparse = [
        Source::WitsPartner,
        Source::WitsSeries,
        Source::Dots,
        Source::DotsPanel,
        Source::Imts,
        Source::ImtsWide,
        Source::Bimts,
        Source::Cow,
        Source::CowNational,
    ];
    for good in &GOOD {
        for text in bad.into_iter().chain(none) {
            let got = read(good.with(good.value, text).as_bytes()).unwrap();
            left(good, text, &got, false);
            let whole = read(good.whole(b',').as_bytes()).unwrap();
            let absent = none.contains(&text) && sparse.contains(&good.source);
            let aside = if absent { got.aside() - whole.aside() } else { 0 };
            // An empty cell of a wide table is nothing at all, or leaves a row without any figure.
            let expected = if absent { (0, 1) } else { (1, 0) };
            assert_eq!((got.quarantined(), aside), expected, "{}, `{text}`", good.source);
            if let Some(told) = got.quarantine.first() {
                let named = (told.line, told.column.as_deref(), told.value.as_str());
                assert_eq!(named, (2, Some(good.value), text), "{}: {told:?}", good.source);
                assert!(!told.reason.is_empty() && !told.advice.is_empty());
            }
        }
    }
}

#[test]
fn unknown_economies_and_impossible_periods_are_quarantined() {
    for good in &GOOD {
        let mut wrong: Vec<(&str, &str)> = ["QQQ", "99999", "", "-5", "156.0"]
            .map(|text| (good.reporter, text))
            .into();
        let periods = [
            "0",
            "99999",
            "-2003",
            "2003.0",
            "MMIII",
            "203",
            "2003-13",
            "31/12/2003",
            "",
        ];
        wrong.extend(
            good.period
                .into_iter()
                .flat_map(|column| periods.map(|text| (column, text))),
        );
        for (column, text) in wrong {
            // The period of the interface's rows stands in two columns.
            if good.source == Source::ComtradeApi && text.is_empty() && column == "refYear" {
                continue;
            }
            let got = read(good.with(column, text).as_bytes()).unwrap();
            left(good, text, &got, false);
            assert_eq!(got.quarantined(), 1, "{}, `{text}`: {:?}", good.source, got.quarantine);
            assert_eq!(got.quarantine[0].line, 2, "{}, `{text}`", good.source);
        }
    }
}

#[test]
fn rows_of_another_shape_are_quarantined() {
    for good in &GOOD {
        let (header, rows) = (good.header(), good.rows());
        let mut short = rows.clone();
        short[0].truncate(2);
        let mut long = rows.clone();
        long[0].push("x".to_owned());
        let mut again = rows.clone();
        again.insert(1, header.clone());
        let told = |rows: &[Cells]| read(written(&header, rows, b',').as_bytes()).unwrap();
        for (what, rows) in [("short", &short), ("long", &long)] {
            let got = told(rows);
            left(good, what, &got, false);
            assert_eq!(
                (got.quarantined(), got.quarantine[0].line),
                (1, 2),
                "{}, {what}",
                good.source
            );
        }
        let got = told(&again);
        left(good, "header in the midst", &got, true);
        assert!(got.quarantined() + got.aside() >= 1, "{}", good.source);
        let footer = good.whole(b',') + "\nSource: somebody, 2024\n";
        let got = read(footer.as_bytes()).unwrap();
        left(good, "footer", &got, true);
        assert_eq!(got.quarantined(), 1, "{}", good.source);
    }
}

#[test]
fn a_row_twice_is_one_and_two_that_differ_are_none() {
    for good in &GOOD {
        let (header, mut rows) = (good.header(), good.rows());
        rows.push(rows[0].clone());
        let got = read(written(&header, &rows, b',').as_bytes()).unwrap();
        assert_eq!(got.records.len(), 3, "{}", good.source);
        assert!(
            got.set_aside.iter().any(|t| t.kind == "duplicate" && t.rows == 1),
            "{}",
            good.source
        );
        rows[3][good.at(good.value)] = "999".to_owned();
        let got = read(written(&header, &rows, b',').as_bytes()).unwrap();
        if good.source == Source::ComtradeShort {
            // It bears no marks of totals, and is known to mix them with their parts.
            assert_eq!((got.records.len(), got.quarantined()), (3, 0));
            continue;
        }
        left(good, "two that differ", &got, false);
        assert_eq!(got.quarantined(), 2, "{}: {:?}", good.source, got.quarantine);
    }
}

#[test]
fn a_header_that_is_wrong_is_refused_with_one_error() {
    for good in &GOOD {
        let (header, rows) = (good.header(), good.rows());
        let value = good.at(good.value);
        let without = |row: &Cells| {
            let mut row = row.clone();
            row.remove(value);
            row
        };
        let renamed = |name: String, at: usize| {
            let mut header = header.clone();
            header[at] = name;
            written(&header, &rows, b',')
        };
        let twice = |row: &Cells| [row.clone(), vec![row[value].clone()]].concat();
        let all = |f: &dyn Fn(&Cells) -> Cells| written(&f(&header), &rows.iter().map(f).collect::<Vec<_>>(), b',');
        let misspelt = match good.value {
            "2003" => "20O3".to_owned(),
            name if name.contains("USD)") => name.replace("USD)", "UDS)"),
            name => format!("{name}x"),
        };
        let wrong: [(&str, Vec<u8>); 9] = [
            ("without the figures", all(&without).into()),
            ("misspelt figures", renamed(misspelt, value).into()),
            (
                "misspelt reporter",
                renamed(format!("{}s", good.reporter), good.at(good.reporter)).into(),
            ),
            ("figures twice", all(&twice).into()),
            ("no header", written(&rows[0], &rows[1..], b',').into()),
            ("only a header", written(&header, &[], b',').into()),
            ("carriage returns", good.whole(b',').replace('\n', "\r").into()),
            (
                "an open quotation mark",
                good.whole(b',').replacen('\n', "\n\"", 1).into(),
            ),
            ("a zero byte", good.whole(b',').replacen("100", "1\u{0}0", 1).into()),
        ];
        for (what, bytes) in wrong {
            match read(&bytes) {
                Err(error) => assert!(error.starts_with("input") && error.len() < 4000, "{what}: {error}"),
                // A table without a row has no error of its own here: the program tells that nothing is there.
                Ok(got) => assert!(
                    what == "only a header" && got.records.is_empty(),
                    "{}, {what}: {got:?}",
                    good.source
                ),
            }
        }
    }
}
