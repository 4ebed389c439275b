//! `sum`: exact sums, and the refusal of sums that would count trade twice.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use tests::{call, csv_rows, root};

/// The groups of a sum by one dimension, as they are written.
fn sums(arguments: &[&str]) -> Vec<(String, i128)> {
    let rows = csv_rows(
        &call(&[&["sum"], arguments, &["--format", "csv", "--quiet"]].concat())
            .ok()
            .stdout,
    );
    let by = arguments[arguments.iter().position(|a| *a == "--by").unwrap() + 1];
    rows.iter()
        .map(|row| (row[by].clone(), row["value_usd"].parse().unwrap()))
        .collect()
}

fn figures(pin: &str) -> Vec<BTreeMap<String, String>> {
    csv_rows(&std::fs::read(root().join(format!("datasets/{pin}/figures.csv"))).unwrap())
}

#[test]
fn sums_are_those_of_the_figures() {
    // Added up here from the text, in another way and in another program.
    let mut by_hand: BTreeMap<String, i128> = BTreeMap::new();
    for row in figures("cow-3").iter().filter(|row| row["reporter"] == "PRK") {
        *by_hand.entry(row["period"].clone()).or_default() += row["value_usd"].parse::<i128>().unwrap();
    }
    let found = sums(&["cow-3", "--by", "year", "--where", "reporter = PRK"]);
    assert_eq!(found, by_hand.into_iter().collect::<Vec<_>>());
    assert_eq!(found.iter().find(|(year, _)| year == "2008").unwrap().1, 6_738_770_000);
    assert_eq!(
        found.iter().map(|(_, value)| value).sum::<i128>(),
        50_355_320_285,
        "the pin's own invariant"
    );
}

#[test]
fn an_economy_is_found_on_either_side() {
    let names = |row: &BTreeMap<String, String>, some: &[&str]| {
        some.contains(&row["reporter"].as_str()) || some.contains(&row["partner"].as_str())
    };
    for (conditions, some, other) in [
        (&["economy = CHN"][..], &["CHN"][..], &["CHN"][..]),
        (&["economy = CHN|RUS"], &["CHN", "RUS"], &["CHN", "RUS"]),
        (&["economy = CHN", "economy = PRK"], &["CHN"], &["PRK"]),
    ] {
        let mut by_hand: BTreeMap<String, i128> = BTreeMap::new();
        for row in figures("cow-3")
            .iter()
            .filter(|row| names(row, some) && names(row, other))
        {
            *by_hand.entry(row["period"].clone()).or_default() += row["value_usd"].parse::<i128>().unwrap();
        }
        let mut arguments = vec!["cow-3", "--by", "year"];
        conditions
            .iter()
            .for_each(|condition| arguments.extend(["--where", condition]));
        assert_eq!(
            sums(&arguments),
            by_hand.into_iter().collect::<Vec<_>>(),
            "{conditions:?}"
        );
    }
    let nobody = call(&[
        "sum",
        "cow-3",
        "--by",
        "year",
        "--where",
        "economy = ZZZ",
        "--format",
        "csv",
    ])
    .ok();
    assert_eq!(csv_rows(&nobody.stdout).len(), 0);
    assert!(
        nobody.stderr.contains("no row fulfils the conditions"),
        "{}",
        nobody.stderr
    );
}

#[test]
fn cents_and_large_numbers_are_exact() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cents.csv");
    let mut text = "period,reporter,partner,flow,value_usd,compiler\n".to_owned();
    // In doubles 0.1 + 0.2 is not 0.3, and no double is 9007199254740.993.
    for (partner, value) in [
        ("CHN", "0.1"),
        ("KOR", "0.2"),
        ("JPN", "9007199254740.992"),
        ("RUS", "0.001"),
    ] {
        text += &format!("2003,PRK,{partner},export,{value},test\n");
    }
    std::fs::write(&path, text).unwrap();
    let said = call(&["sum", path.to_str().unwrap(), "--by", "year", "--format", "csv"]).ok();
    assert_eq!(csv_rows(&said.stdout)[0]["value_usd"], "9007199254741.293");
}

#[test]
fn the_largest_groups_come_first_and_shares_are_of_everything() {
    let arguments = [
        "cow-3",
        "--by",
        "reporter",
        "--where",
        "year = 2008",
        "--where",
        "partner = PRK",
    ];
    let all = sums(&arguments);
    let mut largest = all.clone();
    largest.sort_by_key(|(_, value)| std::cmp::Reverse(*value));
    let top = [&arguments[..], &["--top", "3"]].concat();
    assert_eq!(sums(&top), largest[..3]);
    assert_eq!(largest[0], ("CHN".to_owned(), 757_870_000));
    let said = call(&[&["sum"], &top[..], &["--format", "csv"]].concat()).ok();
    let share: f64 = csv_rows(&said.stdout)[0]["share"].parse().unwrap();
    assert!((share - 757_870_000.0 / 2_219_400_000.0).abs() < 1e-15, "{share}");
}

#[test]
fn a_year_beside_its_months_has_no_shares() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("periods.csv");
    let rows = "2019,DEU,FRA,export,30,x\n2019-01,DEU,FRA,export,20,x\n2020,DEU,FRA,export,10,x\n";
    std::fs::write(
        &path,
        format!("period,reporter,partner,flow,value_usd,compiler\n{rows}"),
    )
    .unwrap();
    let by = ["sum", path.to_str().unwrap(), "--by", "period", "--format", "csv"];
    let said = call(&by).ok();
    assert!(said.stderr.contains("2019-01 and 2019 overlap"), "{}", said.stderr);
    assert!(csv_rows(&said.stdout).iter().all(|row| row["share"].is_empty()));
    let said = call(&[&by[..], &["--shares", "period"]].concat()).ok();
    assert!(csv_rows(&said.stdout).iter().all(|row| row["share"].parse() == Ok(1.0)));
}

#[test]
fn conditions_narrow() {
    let by_year = sums(&[
        "kotra-totals",
        "--by",
        "year",
        "--where",
        "flow = export",
        "--where",
        "year=2016..2018",
    ]);
    let direct: i128 = figures("kotra-totals")
        .iter()
        .filter(|row| row["flow"] == "export" && row["period"] == "2018")
        .map(|row| row["value_usd"].parse::<i128>().unwrap())
        .sum();
    assert_eq!(
        by_year.iter().map(|(year, _)| year.as_str()).collect::<Vec<_>>(),
        ["2016", "2017", "2018"]
    );
    assert_eq!(by_year[2].1, direct);
    let two = sums(&[
        "cow-3",
        "--by",
        "partner",
        "--where",
        "partner = CHN|KOR",
        "--where",
        "year = 2003",
    ]);
    assert!(two.iter().all(|(partner, _)| partner == "CHN" || partner == "KOR") && !two.is_empty());
}

#[test]
fn a_sum_that_would_count_trade_twice_is_refused() {
    let cases: [(&[&str], &[&str]); 4] = [
        // A total beside its two directions.
        (
            &["kotra-totals", "--by", "year"],
            &["overlap in `flow`", "export, import, total", "--by", "--where"],
        ),
        // Two reports of one flow.
        (&["comtrade-2003-top40", "--by", "reporter"], &["overlap in `flow`"]),
        // Two compilers.
        (
            &["china-korea", "--by", "year,flow", "--where", "reporter = CHN"],
            &["overlap in `compiler`", "COW 3.0", "WITS", "add `compiler` to --by"],
        ),
        // Chapters beside the total.
        (
            &["comtrade-2003-chapters", "--by", "flow"],
            &["overlap in `product`", "--level total"],
        ),
    ];
    for (arguments, named) in cases {
        let said = call(&[&["sum"], arguments].concat())
            .code(1)
            .tells(named)
            .tells(&["count the same trade twice"]);
        assert!(said.stdout.is_empty(), "a refused sum prints no number");
    }
}

#[test]
fn what_the_refusal_advises_works() {
    call(&["sum", "kotra-totals", "--by", "year,flow,basis"]).ok();
    let flows = sums(&["comtrade-2003-chapters", "--by", "flow", "--level", "total"]);
    for (flow, value) in flows {
        let figures = figures("comtrade-2003-chapters");
        let totals = figures
            .iter()
            .filter(|row| row["flow"] == flow && row["product"] == "TOTAL");
        assert_eq!(
            value,
            totals
                .map(|row| row["value_usd"].parse::<i128>().unwrap())
                .sum::<i128>(),
            "{flow}"
        );
    }
}

#[test]
fn products_are_summed_by_groups() {
    let folder = tempfile::tempdir().unwrap();
    let (data, groups) = (folder.path().join("data.csv"), folder.path().join("groups.csv"));
    // Bituminous coal is primary by CEPII's convention (BEC 31), cars (8703, BEC 51) are consumption,
    // asses divide, and 999999 is in no table.
    let rows = [("270112", 1), ("870323", 20), ("010120", 300), ("999999", 4000)];
    let mut text = "period,reporter,partner,flow,classification,product,value_usd,compiler\n".to_owned();
    for (product, value) in rows {
        text += &format!("2003,PRK,CHN,export,HS0,{product},{value},test\n");
    }
    std::fs::write(&data, text).unwrap();
    std::fs::write(&groups, "product,group\n270112,fuel\n870323,machines\n010120,fuel\n").unwrap();
    let data = data.to_str().unwrap();
    let by = |by: &str, more: &[&str]| {
        let mut found = sums(&[&[data, "--by", by][..], more].concat());
        found.sort();
        found
    };
    let named = |pairs: &[(&str, i128)]| pairs.iter().map(|(n, v)| ((*n).to_owned(), *v)).collect::<Vec<_>>();
    assert_eq!(
        by("stage", &[]),
        named(&[("consumption", 20), ("none", 4000), ("primary", 1), ("several", 300)])
    );
    assert_eq!(
        by("bec4", &[]),
        named(&[("31", 1), ("51", 20), ("none", 4000), ("several", 300)])
    );
    let file = groups.to_str().unwrap();
    assert_eq!(
        by("group", &["--groups", file]),
        named(&[("fuel", 301), ("machines", 20), ("none", 4000)])
    );
    call(&["sum", data, "--by", "group"]).code(2).tells(&["--groups"]);
    std::fs::write(&groups, "product,group\n270112,fuel\n270112,coal\n").unwrap();
    call(&["sum", data, "--by", "group", "--groups", file])
        .code(1)
        .tells(&["line 3", "270112", "fuel", "coal"]);
}

#[test]
fn a_world_row_is_never_added_to_its_parts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.csv");
    let text = "period,reporter,partner,flow,value_usd,compiler\n2003,CHN,WLD,export,1000,test\n\
                2003,CHN,KOR,export,300,test\n2003,CHN,JPN,export,200,test\n";
    std::fs::write(&path, text).unwrap();
    let file = path.to_str().unwrap();
    let said = call(&["sum", file, "--by", "reporter", "--format", "csv"]).ok();
    assert_eq!(csv_rows(&said.stdout)[0]["value_usd"], "500");
    said.tells(&["1 records left out", "totals over partners"]);
    let said = call(&["sum", file, "--where", "partner = WLD", "--format", "csv"]).ok();
    assert_eq!(csv_rows(&said.stdout)[0]["value_usd"], "1000");
    // Partners' shares are of what the partners have together.
    let said = call(&["sum", file, "--by", "partner", "--format", "csv"]).ok();
    let shares: Vec<(String, String)> = csv_rows(&said.stdout)
        .iter()
        .map(|row| (row["partner"].clone(), row["share"].clone()))
        .collect();
    let want = [("JPN", "0.4"), ("KOR", "0.6")].map(|(partner, share)| (partner.to_owned(), share.to_owned()));
    assert_eq!(shares, want);
    said.tells(&["1 records left out", "totals over partners"]);
    let named = call(&[
        "sum",
        file,
        "--by",
        "partner",
        "--where",
        "partner = WLD|KOR",
        "--format",
        "csv",
    ])
    .ok();
    assert_eq!(csv_rows(&named.stdout).len(), 2);
}

#[test]
fn a_condition_that_nothing_can_meet_is_refused_and_not_summed_to_nothing() {
    for condition in [
        "colour = red",
        "flow = smuggling",
        "partner = China",
        "reporter = prk",
        "economy = China",
    ] {
        let said = call(&["sum", "cow-3", "--by", "flow", "--where", condition]).code(2);
        assert!(said.stdout.is_empty());
        said.tells(&[condition
            .split(" = ")
            .nth(usize::from(!condition.starts_with("colour")))
            .unwrap()]);
    }
    call(&["sum", "cow-3", "--level", "hs9"]).code(2).tells(&["hs9"]);
    call(&["sum", "cow-3", "--by", "year,year"]).code(2).tells(&["year"]);
}

/// A Parquet file of texts and values, as another program might write it.
fn written_elsewhere(path: &std::path::Path, columns: &[(&str, &[&str])], values: &[i64]) {
    written_under("value_usd", path, columns, values);
}

fn written_under(name: &str, path: &std::path::Path, columns: &[(&str, &[&str])], values: &[i64]) {
    use parquet::column::writer::ColumnWriter;
    use parquet::data_type::ByteArray;
    let texts: String = columns
        .iter()
        .map(|(name, _)| format!("required binary {name} (STRING); "))
        .collect();
    let schema = format!("message t {{ {texts} required int64 {name}; }}");
    let schema = std::sync::Arc::new(parquet::schema::parser::parse_message_type(&schema).unwrap());
    let file = std::fs::File::create(path).unwrap();
    let mut file = parquet::file::writer::SerializedFileWriter::new(file, schema, Default::default()).unwrap();
    let mut group = file.next_row_group().unwrap();
    let mut place = 0;
    while let Some(mut column) = group.next_column().unwrap() {
        match column.untyped() {
            ColumnWriter::ByteArrayColumnWriter(writer) => {
                let words: Vec<ByteArray> = columns[place].1.iter().map(|word| ByteArray::from(*word)).collect();
                writer.write_batch(&words, None, None).unwrap();
            }
            ColumnWriter::Int64ColumnWriter(writer) => {
                writer.write_batch(values, None, None).unwrap();
            }
            _ => unreachable!(),
        }
        column.close().unwrap();
        place += 1;
    }
    group.close().unwrap();
    file.close().unwrap();
}

#[test]
fn words_that_are_no_codes_are_summed_and_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let columns: [(&str, &[&str]); 4] = [
        ("period_year", &["2020", "2020", "2020"]),
        ("reporter", &["DEU", "276", "WLD-KOR"]),
        ("flow", &["export", "X", "export"]),
        ("product", &["27", "27", "27"]),
    ];
    written_elsewhere(&path, &columns, &[1, 2, 4]);
    let path = path.to_str().unwrap();
    let told = call(&["sum", path, "--by", "reporter,flow", "--format", "csv"])
        .ok()
        .tells(&[
            "`reporter` has `276` where",
            "`flow` has `X` where",
            "1 records left out: totals over reporters",
        ]);
    assert_eq!(csv_rows(&told.stdout).len(), 2);
    // Where economies are added up, a group under another name would be added to its members.
    call(&["sum", path, "--by", "product", "--where", "flow = export"])
        .ok()
        .tells(&["`reporter` has `276` where", "count twice"]);
    let silent = call(&[
        "sum",
        path,
        "--by",
        "product",
        "--where",
        "reporter = DEU",
        "--where",
        "flow = export",
    ])
    .ok();
    assert!(!silent.stderr.contains("warning"), "{}", silent.stderr);
}

#[test]
fn a_column_of_units_that_is_not_read_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    written_elsewhere(&path, &[("reporter", &["DEU"]), ("Currency", &["EUR"])], &[1]);
    call(&["sum", path.to_str().unwrap(), "--by", "reporter"])
        .ok()
        .tells(&["`Currency` is not read: values are taken for US dollars"]);
}

#[test]
fn rows_that_another_program_wrote_twice_are_told_and_never_pinned() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let columns: [(&str, &[&str]); 4] = [
        ("period_year", &["2020", "2020"]),
        ("reporter", &["DEU", "DEU"]),
        ("partner", &["CHN", "CHN"]),
        ("flow", &["export", "export"]),
    ];
    written_elsewhere(&path, &columns, &[1000, 1000]);
    let datasets = folder.path().join("datasets");
    for data in [path.to_str().unwrap(), folder.path().to_str().unwrap()] {
        // A table with some columns of a record may mean its repetitions: they are told.
        call(&["sum", data, "--by", "reporter"])
            .ok()
            .tells(&["1 row of the same period, reporter, flow, partner and product as an earlier one"]);
    }
    let path = path.to_str().unwrap();
    let mut pin = vec!["pin", "add", "p", path, "--datasets", datasets.to_str().unwrap()];
    for option in ["--compiler", "--release", "--url", "--licence", "--citation"] {
        pin.extend([option, "x"]);
    }
    pin.extend(["--retrieved", "2026-01-02"]);
    call(&pin)
        .code(1)
        .tells(&["1 row of an earlier one's key", "a pin has none"]);
    assert!(!datasets.exists());
}

#[test]
fn a_pin_s_file_is_the_one_that_was_pinned() {
    let folder = tempfile::tempdir().unwrap();
    let datasets = folder.path().join("datasets");
    for name in ["cow-3", "cow-4"] {
        std::fs::create_dir_all(datasets.join(name)).unwrap();
        for entry in std::fs::read_dir(root().join("datasets").join(name)).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, datasets.join(name).join(path.file_name().unwrap())).unwrap();
        }
    }
    let parquet = |name: &str| {
        let mut files = std::fs::read_dir(datasets.join(name))
            .unwrap()
            .map(|e| e.unwrap().path());
        files
            .find(|path| path.extension().is_some_and(|e| e == "parquet"))
            .unwrap()
    };
    let sum = ["sum", "cow-3", "--by", "year", "--datasets", datasets.to_str().unwrap()];
    call(&sum).ok();
    std::fs::copy(parquet("cow-4"), parquet("cow-3")).unwrap();
    call(&sum).code(1).tells(&["not the one that was pinned", "pin check"]);
}

const SUMMABLE: &str = "period,reporter,partner,flow,classification,product,value_usd,compiler\n";

/// What `sum` says of a small table: the call, and the table's file for the path's life.
fn of_rows(rows: &str, arguments: &[&str]) -> tests::Call {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.csv");
    std::fs::write(&file, format!("{SUMMABLE}{rows}")).unwrap();
    call(&[&["sum", file.to_str().unwrap()], arguments].concat())
}

#[test]
fn whoever_is_left_out_altogether_is_named() {
    for (rows, by, named, advised) in [
        (
            "2003,CHN,USA,export,,,100,A\n2003,JPN,WLD,export,,,900,A\n",
            "reporter",
            "JPN (export 2003)",
            "partner = WLD",
        ),
        (
            "2003,CHN,USA,export,,,100,A\n2003,JPN,USA,export,HS2,010110,70,A\n",
            "product",
            "CHN (export 2003)",
            "--level total",
        ),
        (
            "2003-01,CHN,USA,export,,,100,A\n2003,KOR,JPN,export,,,50,A\n",
            "reporter",
            "CHN (export 2003)",
            "--by period",
        ),
        // Of one reporter, who is heard with another partner, or on another basis.
        (
            "2003,DEU,CHN,export,HS2,TOTAL,1000,A\n2003,DEU,FRA,export,HS2,01,50,A\n",
            "partner,product",
            "DEU (export 2003 CHN)",
            "--level total",
        ),
    ] {
        let told = of_rows(rows, &["--by", by]);
        let said = told.ok().stderr;
        assert!(said.contains("warning: nothing is summed of"), "{said}");
        assert!(said.contains(named) && said.contains(advised), "{said}");
    }
    // A total beside its parts is in the sum by these.
    let rows = "2003,CHN,USA,export,,,100,A\n2003,CHN,WLD,export,,,100,A\n";
    assert!(!of_rows(rows, &["--by", "reporter"]).stderr.contains("warning"));
}

#[test]
fn where_nothing_is_left_the_sum_is_refused() {
    let months = "2003-01,CHN,USA,export,,,100,A\n2003-02,CHN,JPN,export,,,50,A\n";
    for by in ["year", "reporter"] {
        let told = of_rows(months, &["--by", by]);
        assert_eq!(told.code, 1);
        assert!(told.stderr.contains("--by period"), "{}", told.stderr);
    }
    of_rows(months, &["--by", "period"]).ok();
    // Totals alone are the sums by product, too.
    let totals = "2003,CHN,USA,export,,,100,A\n2003,CHN,JPN,export,,,50,A\n";
    let told = of_rows(totals, &["--by", "product", "--format", "csv"]);
    assert_eq!(csv_rows(&told.ok().stdout)[0]["value_usd"], "150");
}

#[test]
fn an_agency_s_table_in_parquet_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("BACI_HS17_Y2021_V202401b.parquet");
    let columns: [(&str, &[&str]); 5] = [
        ("t", &["2021", "2021", "2021"]),
        ("i", &["156", "156", "842"]),
        ("j", &["842", "392", "156"]),
        ("k", &["10121", "270112", "999999"]),
        ("q", &["NA", "5.25", "  7.000"]),
    ];
    written_under("v", &file, &columns, &[12, 30, 7]);
    let path = file.to_str().unwrap();
    // Thousands of dollars, as BACI's text has them; straight from the file, and by way of either kind of dataset.
    let world = folder.path().join("world");
    let one = folder.path().join("one.parquet");
    for out in [&world, &one] {
        call(&["import", path, "--out", out.to_str().unwrap(), "--quiet"]).ok();
    }
    for data in [path, world.to_str().unwrap(), one.to_str().unwrap()] {
        let found = sums(&[data, "--by", "reporter"]);
        assert_eq!(found, [("CHN".to_owned(), 42_000), ("USA".to_owned(), 7_000)], "{data}");
        assert_eq!(sums(&[data, "--by", "product"])[0].0, "010121");
    }
    // Anybody's columns by a map.
    let tidy = folder.path().join("tidy.parquet");
    let columns: [(&str, &[&str]); 4] = [
        ("jahr", &["2020", "2021"]),
        ("reporter", &["CHN", "CHN"]),
        ("partner", &["PRK", "PRK"]),
        ("flow", &["export", "export"]),
    ];
    written_under("millionen", &tidy, &columns, &[3, 4]);
    let mut import = vec![
        "import",
        tidy.to_str().unwrap(),
        "--column",
        "period=jahr",
        "--column",
        "value_usd=millionen",
    ];
    import.extend([
        "--value-power",
        "6",
        "--default",
        "compiler=x",
        "--out",
        one.to_str().unwrap(),
    ]);
    call(&import).ok();
    assert_eq!(
        sums(&[one.to_str().unwrap(), "--by", "year"])[1],
        ("2021".to_owned(), 4_000_000)
    );
    call(&["sum", tidy.to_str().unwrap()])
        .code(1)
        .tells(&["--column", "millionen"]);
    // A damaged one is an error, and leaves nothing behind.
    let mut bytes = std::fs::read(&file).unwrap();
    let end = bytes.len() - 40;
    bytes.truncate(end);
    std::fs::write(&file, bytes).unwrap();
    let left = folder.path().join("left.parquet");
    call(&["import", path, "--out", left.to_str().unwrap()])
        .code(1)
        .tells(&["cut short"]);
    assert!(!left.exists());
}
