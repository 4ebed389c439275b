//! Rows and headers that contradict what the same file says elsewhere: none is read as if nothing were.

#![allow(clippy::unwrap_used)]

use sources::{BulkOptions, Defaults, Imported, Options, import, import_bulk};
use store::{Filter, read_records};

fn defaults() -> Defaults {
    Defaults {
        classification: Some("HS5".to_owned()),
        ..Defaults::default()
    }
}

fn read(text: &str) -> Result<Imported, String> {
    let options = Options {
        defaults: defaults(),
        ..Options::default()
    };
    import(text.as_bytes(), &options).map_err(|e| e.to_string())
}

/// The records of a large dataset made of the same text, as `PERIOD REPORTER PARTNER VALUE`, or the error.
fn read_into_folder(text: &str) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("t.csv"), folder.path().join("out"));
    std::fs::write(&file, text).unwrap();
    let options = BulkOptions {
        source: None,
        defaults: defaults(),
        memory: 64 << 20,
        progress: &|_| {},
        before_the_end: &|_| Ok(()),
    };
    import_bulk(&file, &out, &options).map_err(|e| {
        let cause = std::error::Error::source(&e).map(ToString::to_string);
        format!("{e} {}", cause.unwrap_or_default())
    })?;
    let paths = store::Dataset::open(&out).unwrap().paths();
    let records = paths.iter().flat_map(|p| read_records(p, &Filter::default()).unwrap());
    Ok(records.map(|r| told(&r)).collect())
}

fn told(r: &trade::Record) -> String {
    format!("{} {} {} {}", r.period, r.reporter, r.partner, r.value.unwrap())
}

#[test]
fn a_second_header_is_the_same_or_ends_the_file() {
    let same = "t,i,j,k,v,q\n2020,156,410,270900,1,2\nt,i,j,k,v,q\n2020,156,392,270900,1,2\n";
    let got = read(same).unwrap();
    assert_eq!((got.records.len(), got.quarantine.len()), (2, 1));
    assert!(got.quarantine[0].reason.contains("header"), "{:?}", got.quarantine);
    assert_eq!(read_into_folder(same).unwrap().len(), 2);
    let cases = [
        (same.replacen("\nt,i,j", "\nt,j,i", 1), "`j` where the first has `i`"),
        (
            "Country Code,Indicator Code,Counterpart Country Code,2019,2020\n924,TMG_CIF_USD,542,90,100\n\
             Country Code,Indicator Code,Counterpart Country Code,2021,2022\n924,TMG_CIF_USD,158,90,100\n"
                .to_owned(),
            "`2021` where the first has `2019`",
        ),
    ];
    for (text, words) in cases {
        let error = read(&text).unwrap_err();
        assert!(error.contains("line 3") && error.contains(words), "{error}");
        let error = read_into_folder(&text).unwrap_err();
        assert!(error.contains("line 3") && error.contains(words), "{error}");
    }
}

#[test]
fn months_are_no_years_and_services_no_goods() {
    const HEADER: &str = "typeCode,freqCode,refYear,refMonth,period,reporterCode,partnerCode,flowCode,classificationCode,cmdCode,primaryValue\n";
    let rows = [
        "C,A,2020,52,2020,156,410,M,H5,TOTAL,1",
        "C,M,2020,1,202001,156,410,M,H5,TOTAL,2",
        "C,M,2020,2,,156,410,M,H5,TOTAL,4",
        "C,M,2020,52,2020,156,36,M,H5,TOTAL,8",
        "C,A,2020,52,202001,156,36,M,H5,TOTAL,16",
        "C,M,2020,5,202004,156,36,M,H5,TOTAL,32",
        "C,M,2020,,,156,36,M,H5,TOTAL,64",
        "S,A,2020,52,2020,156,36,M,EB10,200,128",
    ];
    let text = format!("{HEADER}{}\n", rows.join("\n"));
    let got = read(&text).unwrap();
    let records: Vec<String> = got.records.iter().map(told).collect();
    let expected = ["2020 CHN KOR 1", "2020-01 CHN KOR 2", "2020-02 CHN KOR 4"];
    assert_eq!(records, expected);
    let aside: Vec<_> = got.set_aside.iter().map(|t| (t.kind, t.rows)).collect();
    assert_eq!((got.quarantine.len(), aside), (4, vec![("trade in services", 1)]));
    let mut large = read_into_folder(&text).unwrap();
    large.sort();
    assert_eq!(large, expected);
}

#[test]
fn figures_of_other_units_are_not_taken_for_dollars() {
    let cases = [
        (
            "REF_AREA,COUNTERPART_AREA,TRADE_FLOW,PRODUCT_HS,TIME_PERIOD,OBS_VALUE,UNIT_MULTI\nCHN,KOR,M,_T,2020,181.5,6\n",
            "UNIT_MULT",
        ),
        (
            "REF_AREA,COUNTERPART_AREA,TRADE_FLOW,PRODUCT_HS,TIME_PERIOD,OBS_VALUE,UNIT_MULT,CURRENCY\nCHN,KOR,M,_T,2020,181.5,6,EUR\n",
            "CURRENCY",
        ),
        (
            "Country Code,Indicator Code,Counterpart Country Code,Unit Mult,2020\n924,TMG_CIF_USD,542,Millions,100\n",
            "Unit Mult",
        ),
    ];
    for (text, named) in cases {
        let error = read(text).unwrap_err();
        assert!(error.contains(named), "{error}");
    }
    let quarantined = [
        "DATAFLOW,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,UNIT,TIME_PERIOD,OBS_VALUE\nIMF.STA:IMTS(1.0.0),CHN,MG_CIF_USD,KOR,EUR,2020,100\n",
        "Country Code,Counterpart Country Code,Time Period,\"Goods, Value of Exports, US Dollars, Millions (TXG_FOB_USD)\"\n924,542,2020,100\n",
    ];
    for text in quarantined {
        let got = read(text).unwrap();
        assert_eq!((got.records.len(), got.quarantine.len()), (0, 1), "{text}");
    }
}

#[test]
fn two_codes_of_one_side_have_to_agree() {
    const HEADER: &str =
        "refYear,reporterCode,reporterISO,partnerCode,partnerISO,flowCode,classificationCode,cmdCode,primaryValue\n";
    let rows = [
        "2020,156,CHN,410,KOR,M,H5,TOTAL,1",
        "2020,156,USA,410,KOR,M,H5,TOTAL,2",
        "2020,156,CHN,392,KOR,M,H5,TOTAL,4",
        // Codes of Comtrade's own contradict nothing.
        "2020,156,CHN,490,S19,M,H5,TOTAL,8",
        "2020,156,,0,W00,M,H5,TOTAL,16",
        "1985,156,CHN,280,F19,M,S2,TOTAL,32",
        "1985,156,CHN,280,DEU,M,S2,27,64",
    ];
    let text = format!("{HEADER}{}\n", rows.join("\n"));
    let got = read(&text).unwrap();
    let bad: Vec<_> = got
        .quarantine
        .iter()
        .map(|q| (q.line, q.column.as_deref().unwrap(), q.value.as_str()))
        .collect();
    assert_eq!(bad, [(3, "reporterISO", "USA"), (4, "partnerISO", "KOR")]);
    assert!(
        got.quarantine[0].reason.contains("156, stands for CHN"),
        "{:?}",
        got.quarantine[0]
    );
    let mut small: Vec<String> = got.records.iter().map(told).collect();
    let mut large = read_into_folder(&text).unwrap();
    small.sort();
    large.sort();
    assert_eq!((small.len(), &large), (5, &small));
}

#[test]
fn a_title_above_the_header_is_told() {
    let table = "t,i,j,k,v,q\n2020,156,410,270900,1,2\n";
    for above in [
        "Trade of the world\n\n",
        "# made by a script\n# in 2024\n",
        "a,b;c\n,,,,,\n",
    ] {
        let text = format!("{above}{table}");
        for error in [read(&text).unwrap_err(), read_into_folder(&text).unwrap_err()] {
            assert!(
                error.contains("that on line 3 is one; remove the lines above it"),
                "{error}"
            );
        }
    }
}

#[test]
fn a_misspelt_column_that_others_could_stand_for_is_named() {
    let text =
        "refYear,reporterCode,partnerCode,flowCode,clasificationCode,cmdCode,primaryValue\n2020,156,410,M,H5,TOTAL,1\n";
    let options = Options::default();
    let error = import(text.as_bytes(), &options).unwrap_err().to_string();
    assert!(
        error.contains("`clasificationCode` is not known, is it `classificationCode`?"),
        "{error}"
    );
    let without = text.replace("clasificationCode,", "").replace("H5,", "");
    let error = import(without.as_bytes(), &options).unwrap_err().to_string();
    assert!(error.contains("--default classification=HS6"), "{error}");
}

#[test]
fn points_that_part_thousands_are_not_decimal_points_elsewhere() {
    const HEADER: &str = "period\treporter\tpartner\tflow\tvalue_usd\tcompiler\n";
    let row = |partner: &str, value: &str| format!("2020\tCHN\t{partner}\timport\t{value}\tx\n");
    let doubtful = format!("{HEADER}{}{}", row("KOR", "1.234"), row("JPN", "1.234.567"));
    let error = read(&doubtful).unwrap_err();
    assert!(
        error.contains("line 2") && error.contains("column `value_usd`") && error.contains("as in `1.234.567`"),
        "{error}"
    );
    let clear = format!("{HEADER}{}{}", row("KOR", "1.234"), row("JPN", "1234.567"));
    assert_eq!(read(&clear).unwrap().records.len(), 2);
    let clear = format!("{HEADER}{}{}", row("KOR", "12345"), row("JPN", "1.234.567"));
    assert_eq!(read(&clear).unwrap().quarantine.len(), 1);
}

#[test]
fn a_total_among_baci_s_products_is_none_of_them() {
    let text = "t,i,j,k,v,q\n2020,156,410,TOTAL,5,1\n2020,156,410,12345,2,1\n";
    let got = read(text).unwrap();
    assert_eq!((got.records.len(), got.quarantine.len()), (1, 1));
    assert_eq!(read_into_folder(text).unwrap(), ["2020 CHN KOR 2000"]);
}

#[test]
fn what_dots_says_in_names_and_beyond_them_is_heeded() {
    const HEADER: &str = "Country Name,Country Code,Indicator Name,Indicator Code,Counterpart Country Name,Counterpart Country Code,Attribute,2003,2004,\n";
    let row = |name: &str, figures: &str| format!("China,924,\"{name}\",TXG_FOB_USD,Korea,542,Value,{figures}\n");
    let dollars = "Goods, Value of Exports, Free on board (FOB), US Dollars";
    let text = [
        HEADER.to_owned(),
        row(dollars, "1,2,"),
        row(&format!("{dollars}, Millions"), "3,,"),
        row(dollars, ",4,5"),
    ]
    .concat();
    let got = read(&text).unwrap();
    assert_eq!(
        got.records.iter().map(told).collect::<Vec<_>>(),
        ["2003 CHN KOR 1", "2004 CHN KOR 2"]
    );
    let bad: Vec<_> = got.quarantine.iter().map(|q| (q.line, q.value.as_str())).collect();
    assert_eq!((bad.len(), bad[0].0, bad[1]), (2, 3, (4, "5")));
}

/// A tidy table under the names year, from, to and trade.
fn tidy(text: &str, defaults: &str, more: &str) -> Result<Imported, String> {
    let map =
        format!("{more}\n[columns]\nperiod = \"year\"\nreporter = \"from\"\npartner = \"to\"\nvalue_usd = \"trade\"\n");
    let options = Options {
        map: Some(toml::from_str(&map).unwrap()),
        defaults: toml::from_str(defaults).unwrap(),
        ..Options::default()
    };
    import(text.as_bytes(), &options).map_err(|e| e.to_string())
}

#[test]
fn rows_that_differ_where_nothing_is_read_are_not_one() {
    let defaults = "flow = \"export\"\ncompiler = \"x\"\n";
    let rows = "year,lot,from,to,trade\n2003,270900,CHN,PRK,5\n2003,280000,CHN,PRK,5\n2003,290000,CHN,PRK,5\n2003,290000,CHN,KOR,5\n2003,290000,CHN,KOR,5\n";
    let got = tidy(rows, defaults, "").unwrap();
    assert_eq!((got.records.len(), got.quarantine.len(), got.aside()), (1, 3, 1));
    assert!(
        got.quarantine[0].reason.contains("not read differ"),
        "{:?}",
        got.quarantine[0]
    );
    // The form's own columns are read without being named.
    let rows = "year,flow,from,to,trade\n2003,import,CHN,PRK,5\n2003,export,CHN,PRK,5\n";
    let got = tidy(rows, defaults, "").unwrap();
    let flows: Vec<_> = got.records.iter().map(|r| r.flow.as_str()).collect();
    assert_eq!(flows, ["import", "export"]);
}

#[test]
fn a_map_that_says_two_things_is_refused() {
    let rows = "year,from,to,trade\n2003,CHN,PRK,5\n";
    let refused = |defaults: &str| tidy(rows, defaults, "").unwrap_err();
    let error = refused("flow = \"export\"\ncompiler = \"x\"\nreporter = \"USA\"\n");
    assert!(
        error.contains("`reporter` has a default, and the map reads it from the column `from`"),
        "{error}"
    );
    let named = rows.replace("trade", "trade (mn USD)");
    let map = "[columns]\nperiod = \"year\"\nreporter = \"from\"\npartner = \"to\"\nvalue_usd = \"trade (mn USD)\"\n";
    let read = |map: &str| {
        let options = Options {
            map: Some(toml::from_str(map).unwrap()),
            defaults: toml::from_str("flow = \"export\"\ncompiler = \"x\"\n").unwrap(),
            ..Options::default()
        };
        import(named.as_bytes(), &options).map_err(|e| e.to_string())
    };
    let error = read(map).unwrap_err();
    assert!(
        error.contains("`trade (mn USD)`") && error.contains("value_power"),
        "{error}"
    );
    let got = read(&format!("value_power = 6\n{map}")).unwrap();
    assert_eq!(told(&got.records[0]), "2003 CHN PRK 5000000");
    let error = read(&map.replace("\"to\"", "\"from\"")).unwrap_err();
    assert!(
        error.contains("reads the column `from` as `partner` and as `reporter`"),
        "{error}"
    );
}

#[test]
fn a_folder_s_files_are_of_one_release_and_what_is_not_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let release = folder.path().join("BACI_HS17_V202401");
    std::fs::create_dir(&release).unwrap();
    let put = |name: &str, text: &str| std::fs::write(release.join(name), text).unwrap();
    put("BACI_HS17_Y2020_V202401.csv", "t,i,j,k,v,q\n2020,156,410,270900,1,2\n");
    put("Readme.txt", "x");
    put("country_codes_V202401.csv", "x");
    put("y2021.json", "{\"message\":\"limit exceeded\"}");
    put("BACI_HS17_Y2022.csv.part", "t,i");
    let run = || {
        let options = BulkOptions {
            source: None,
            defaults: Defaults::default(),
            memory: 64 << 20,
            progress: &|_| {},
            before_the_end: &|_| Ok(()),
        };
        import_bulk(&release, &folder.path().join("out"), &options)
    };
    let notes = run().unwrap().notes;
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0].contains("y2021.json") && notes[0].contains(".part") && !notes[0].contains("eadme"),
        "{notes:?}"
    );
    // Another table of the year replaces it, and says so.
    put("BACI_HS17_Y2020_V202401.csv", "t,i,j,k,v,q\n2020,156,410,270900,3,2\n");
    let notes = run().unwrap().notes;
    assert!(notes.iter().any(|note| note.starts_with("2020 replaced")), "{notes:?}");
    put("BACI_HS17_Y2020_V202301.csv", "t,i,j,k,v,q\n2020,156,410,270900,1,2\n");
    let error = run().unwrap_err().to_string();
    assert!(
        error.contains("are both of 2020: name the files of one release"),
        "{error}"
    );
}

#[test]
fn years_to_come_are_told() {
    let row = |year: i16| format!("t,i,j,k,v,q\n{year},156,410,270900,1.23456,2.0005\n");
    let got = read(&row(2020)).unwrap();
    assert_eq!((got.notes.len(), got.records.len()), (0, 1));
    // Six decimals of thousands and of tonnes are whole thousandths.
    let record = &got.records[0];
    assert_eq!(
        (
            record.value.unwrap().to_string(),
            record.net_weight_kg.unwrap().to_string()
        ),
        ("1234.56".to_owned(), "2000.5".to_owned())
    );
    let notes = read(&row(2150)).unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("up to 2150")), "{notes:?}");
}
