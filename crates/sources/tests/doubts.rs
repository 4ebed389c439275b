//! What tables say of their figures beside them, in names and in other columns: never passed over for a wrong number.

#![allow(clippy::unwrap_used)]

use sources::{Defaults, Imported, Options, TidyMap, import};

const MAP: &str = "[columns]\nperiod = \"yr\"\nreporter = \"from\"\npartner = \"to\"\n";

fn mapped(text: &str, more: &str, defaults: &str) -> Result<Imported, String> {
    let options = Options {
        map: Some(toml::from_str::<TidyMap>(more).unwrap()),
        defaults: toml::from_str::<Defaults>(defaults).unwrap(),
        ..Options::default()
    };
    import(text.as_bytes(), &options).map_err(|error| error.to_string())
}

fn plain(text: &str) -> Result<Imported, String> {
    import(text.as_bytes(), &Options::default()).map_err(|error| error.to_string())
}

fn values(got: &Imported) -> Vec<String> {
    got.records
        .iter()
        .map(|r| format!("{} {} {}", r.flow, r.partner, r.value.unwrap()))
        .collect()
}

fn columns(got: &Imported) -> Vec<&str> {
    got.quarantine
        .iter()
        .map(|bad| bad.column.as_deref().unwrap_or(""))
        .collect()
}

#[test]
fn names_of_columns_that_state_units_are_heeded() {
    let with = |name: &str, power: u32| {
        let text = format!("yr,from,to,flow,{name}\n2019,DEU,FRA,export,5\n");
        let map = format!("value_power = {power}\n{MAP}value_usd = \"{name}\"\n");
        mapped(&text, &map, "compiler = \"m\"")
    };
    for name in [
        "value_1000usd",
        "Mill. US$",
        "Valor (miles USD)",
        "trade (10^3 USD)",
        "USD thsd",
        "crore",
    ] {
        let told = with(name, 0).unwrap_err();
        assert!(told.contains("may be multiples"), "{told}");
    }
    for name in ["real_value_2010usd", "log_trade", "growth", "tonnes", "share"] {
        let told = with(name, 0).unwrap_err();
        assert!(told.contains("no US dollars of their year"), "{told}");
    }
    let told = with("trade_thousands", 6).unwrap_err();
    assert!(
        told.contains("states the power of ten 3") && told.contains("`value_power` is 6"),
        "{told}"
    );
    assert_eq!(values(&with("trade_thousands", 3).unwrap()), ["export FRA 5000"]);
    assert_eq!(values(&with("trade_2019", 6).unwrap()), ["export FRA 5000000"]);
    let weights = "yr,from,to,flow,trade,weight_tonnes\n2019,DEU,FRA,export,5,1\n";
    let map = format!("{MAP}value_usd = \"trade\"\nnet_weight_kg = \"weight_tonnes\"\n");
    let told = mapped(weights, &map, "compiler = \"m\"").unwrap_err();
    assert!(told.contains("not in kilograms"), "{told}");
}

#[test]
fn columns_beside_that_state_units_or_products_are_heeded() {
    let map = format!("{MAP}value_usd = \"trade\"\n");
    let read = |text: &str| mapped(text, &map, "compiler = \"m\"\nclassification = \"HS5\"\n").unwrap();
    for (column, bad) in [
        ("unit_of_measure", "thousand USD"),
        ("Measure", "Share of exports (%)"),
        ("indicator", "Net weight (kg)"),
        ("powercode", "3"),
        ("hs6", "270900"),
        ("product_name", "Coal"),
    ] {
        let text = format!("yr,from,to,flow,trade,{column}\n2019,DEU,FRA,export,5,{bad}\n2019,DEU,ITA,export,7,\n");
        let got = read(&text);
        assert_eq!(
            (values(&got), columns(&got)),
            (vec!["export ITA 7".to_owned()], vec![column]),
            "{column}"
        );
    }
    for (column, good) in [
        ("unit", "kg"),
        ("indicator", "Trade value"),
        ("product", "TOTAL"),
        ("sector", "All sectors"),
    ] {
        let text = format!("yr,from,to,flow,trade,{column}\n2019,DEU,FRA,export,5,{good}\n");
        assert_eq!(values(&read(&text)), ["export FRA 5"], "{column}");
    }
    // A map that says what the product is has looked at the column.
    let text = "yr,from,to,flow,trade,hs6\n2019,DEU,FRA,export,5,270900\n";
    let got = mapped(
        text,
        &format!("{map}product = \"hs6\"\n"),
        "compiler = \"m\"\nclassification = \"HS5\"\n",
    )
    .unwrap();
    assert_eq!(got.records[0].product.as_ref(), "270900");
}

#[test]
fn an_empty_product_beside_a_classification_is_no_total() {
    let text = "period,reporter,partner,flow,classification,product,value_usd,compiler\n\
        2019,DEU,FRA,export,HS5,27,5,m\n2019,DEU,ITA,export,HS5,,7,m\n2019,DEU,ESP,export,,,8,m\n";
    let got = plain(text).unwrap();
    assert_eq!((values(&got).len(), columns(&got)), (2, vec!["product"]));
    assert!(got.quarantine[0].advice.contains("TOTAL"));
}

#[test]
fn missing_names_are_not_namibia() {
    let map = format!("economies = \"name\"\n{MAP}value_usd = \"trade\"\n");
    let text = "yr,from,to,flow,trade\n2019,NA,France,export,1\n2019,NR,France,export,1\n2019,UK,France,export,5\n2019,Namibia,US,export,6\n";
    let got = mapped(text, &map, "compiler = \"m\"").unwrap();
    assert_eq!(values(&got), ["export FRA 5", "export USA 6"]);
    assert_eq!(columns(&got), ["from", "from"]);
}

#[test]
fn a_table_s_own_column_of_values_is_read_without_naming_it() {
    let text = "yr,from,to,flow,value_usd,compiler\n2019,DEU,FRA,export,5,x\n";
    let got = mapped(text, MAP, "").unwrap();
    assert_eq!(
        (values(&got), &*got.records[0].compiler),
        (vec!["export FRA 5".to_owned()], "x")
    );
    // A default stands for columns that are not there.
    let got = mapped(text, MAP, "compiler = \"y\"").unwrap();
    assert_eq!(&*got.records[0].compiler, "x");
}

#[test]
fn the_names_of_indicators_and_flows_agree_with_their_codes() {
    let dots = "Country Name,Country Code,Indicator Name,Indicator Code,Counterpart Country Name,Counterpart Country Code,Attribute,2019\n\
        Germany,134,\"Goods, Value of Imports, Cost, Insurance, Freight (CIF), US Dollars\",TXG_FOB_USD,France,132,Value,110\n\
        Germany,134,\"Goods, Value of Exports, Free on board (FOB), US Dollars\",TXG_FOB_USD,Italy,136,Value,7\n\
        Germany,134,\"Goods, Value of Imports, Free on board (FOB), US Dollars\",TMG_CIF_USD,Italy,136,Value,7\n\
        Germany,134,Ausfuhr,TXG_FOB_USD,Spain,184,Value,8\n";
    let got = plain(dots).unwrap();
    assert_eq!(values(&got), ["export ITA 7", "export ESP 8"]);
    assert_eq!(columns(&got), ["Indicator Name", "Indicator Name"]);
    let wits = "Nomenclature,ReporterISO3,ProductCode,ReporterName,PartnerISO3,PartnerName,Year,TradeFlowName,TradeFlowCode,TradeValue in 1000 USD\n\
        H5,DEU,270900,Germany,ITA,Italy,2019,Import,5,1\nH5,DEU,270900,Germany,ITA,Italy,2019,Export,6,2\n\
        H5,DEU,270900,Germany,FRA,France,2019,Import,6,12.5\n";
    let got = plain(wits).unwrap();
    assert_eq!((got.records.len(), columns(&got)), (2, vec!["TradeFlowCode"]));
}

#[test]
fn imts_without_units_is_refused_where_it_may_be_the_explorer_s_and_told_elsewhere() {
    let wide = "COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,2018,2019\nDEU,XG_FOB_USD,FRA,A,1.5,2.5\n";
    assert!(plain(wide).unwrap_err().contains("in which units"));
    let long = "COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE\nDEU,XG_FOB_USD,FRA,A,2018,2\n";
    let got = plain(long).unwrap();
    assert_eq!(values(&got), ["export FRA 2"]);
    assert!(
        got.notes.iter().any(|note| note.contains("they are read in dollars")),
        "{:?}",
        got.notes
    );
}

#[test]
fn what_a_spreadsheet_shortened_is_told() {
    let text =
        "t,i,j,k,v,q\n2019,276,251,270900,1.23457E+11,1\n2019,276,381,270900,1.23e2,1\n2019,276,724,270900,1.5E+00,1\n";
    let options = Options {
        defaults: toml::from_str("classification = \"HS17\"").unwrap(),
        ..Options::default()
    };
    let got = import(text.as_bytes(), &options).unwrap();
    assert_eq!(got.records.len(), 3);
    assert!(
        got.notes.iter().any(|note| note.ends_with("dropped digits: 1")),
        "{:?}",
        got.notes
    );
}

#[test]
fn decimal_commas_hold_for_their_whole_column() {
    let rows =
        "t;i;j;k;v;q\n2019;276;251;270900;0,5;13,235\n2019;276;381;270900;12,345;1,5\n2019;276;724;270900;1;1.234\n";
    let options = Options {
        defaults: toml::from_str("classification = \"HS17\"").unwrap(),
        ..Options::default()
    };
    let got = import(rows.as_bytes(), &options).unwrap();
    assert_eq!(values(&got), ["export FRA 500", "export ITA 12345", "export ESP 1000"]);
    // Tonnes: what a point is beside such numbers is still not guessed at, and leaves the value alone.
    let weights: Vec<_> = got
        .records
        .iter()
        .map(|r| r.net_weight_kg.map(|w| w.to_string()))
        .collect();
    assert_eq!(weights, [Some("13235".to_owned()), Some("1500".to_owned()), None]);
    assert!(
        got.notes.iter().any(|note| note.starts_with("weights")),
        "{:?}",
        got.notes
    );
    // Nothing shows what the comma is.
    let rows = rows.replace("0,5;", "7,500;").replace(";1,5", ";1,500");
    let got = import(rows.as_bytes(), &options).unwrap();
    assert_eq!(
        (columns(&got), values(&got)),
        (vec!["v", "v"], vec!["export ESP 1000".to_owned()])
    );
}

#[test]
fn country_profiles_of_wits_are_read_in_the_units_that_are_known() {
    let both = "Reporter Name,Partner Name,Year,Export (US$ Million),Import (US$ Thousand)\nGermany,France,2019,5,6\n";
    let got = plain(both).unwrap();
    assert_eq!(values(&got), ["export FRA 5000000", "import FRA 6000"]);
    assert!(got.ignored_columns.is_empty(), "{:?}", got.ignored_columns);
    let told = plain(&both.replace("(US$ Million)", "(US$)")).unwrap_err();
    assert!(told.contains("`Export (US$)` is in units that are not known"), "{told}");
    assert_eq!(plain(&both.replace("Thousand", "Million")).unwrap().records.len(), 2);
}

#[test]
fn a_row_of_figures_in_place_of_a_header_is_told_as_such() {
    let told = plain("2003,PRK,CHN,1,1\n2003,PRK,KOR,1,1\n").unwrap_err();
    assert!(told.contains("looks like data"), "{told}");
}

#[test]
fn a_last_figure_that_may_have_been_cut_is_told() {
    let told = |text: &str| {
        let got = plain(text).unwrap();
        let of = |path: &std::path::Path| {
            let options = sources::BulkOptions {
                source: None,
                defaults: Defaults::default(),
                memory: 64 << 20,
                progress: &|_| {},
                before_the_end: &|_| Ok(()),
            };
            let done = sources::import_bulk(path, &path.with_extension("out"), &options);
            done.unwrap().notes
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("trade.csv");
        std::fs::write(&file, text).unwrap();
        [got.notes, of(&file)].map(|notes| notes.iter().any(|note| note.contains("no line end")))
    };
    let head = "period,reporterCode,flowCode,partnerCode,classificationCode,cmdCode,primaryValue";
    let rows = format!("{head}\n2019,276,X,251,H5,27,1\n2019,276,X,381,H5,27,1");
    assert_eq!(told(&rows), [true, true]);
    assert_eq!(told(&format!("{rows}\r\n")), [false, false]);
    assert_eq!(told(&format!("{rows}\n\n")), [false, false]);
}

#[test]
fn a_rounded_figure_is_a_multiple_of_its_unit() {
    let text = "period,reporter,partner,flow,value_usd,rounded_to_usd,compiler\n2003,DEU,FRA,export,1234,1000,x\n\
        2004,DEU,FRA,export,1000,1000,x\n2005,DEU,FRA,export,0,1000,x\n";
    let got = plain(text).unwrap();
    assert_eq!((got.records.len(), columns(&got)), (2, vec!["rounded_to_usd"]));
}

#[test]
fn rows_of_units_and_notes_are_heeded() {
    let map = format!("economies = \"name\"\n{MAP}value_usd = \"trade\"\n");
    let read = |rows: &str| {
        let text = format!("yr,from,to,trade\n{rows}");
        mapped(&text, &map, "flow = \"export\"\ncompiler = \"m\"")
    };
    let row = "2003,Germany,France,1000\n";
    for told in [
        "(year),(name),(name),(US$ million)\n",
        "Note: values in thousands of US dollars\n",
        "\"Values in millions of euros\",,,\n",
        "Unit: US$ mn\n",
    ] {
        for text in [format!("{told}{row}"), format!("{row}{told}")] {
            let error = read(&text).unwrap_err();
            assert!(error.contains("may be in multiples"), "{text}: {error}");
        }
    }
    let got = read(&format!(
        "{row}Source: own computations\n2004,Germany,Nowhere in millions,5\n"
    ))
    .unwrap();
    assert_eq!((got.records.len(), got.quarantine.len()), (1, 2));
    // The file's own column comes before a default, as of flows.
    let own = "yr,from,to,trade,compiler\n2003,Germany,France,1000,IMF\n";
    let got = mapped(own, &map, "flow = \"export\"\ncompiler = \"m\"").unwrap();
    assert_eq!(&*got.records[0].compiler, "IMF");
}

#[test]
fn names_that_differ_in_case_part_columns_that_a_map_reads() {
    let text = "REPORTER,Reporter Country,PARTNER,MEASURE,Measure,TIME,Time,Value,Flags,Flags\n\
        DEU,Germany,CHN,USD,US Dollars,2018,2018,100.5,,\nEL,Greece,CHN,USD,US Dollars,2018,2018,1,,\n";
    let map = "economies = \"alpha3\"\n[columns]\nperiod = \"TIME\"\nreporter = \"REPORTER\"\npartner = \"PARTNER\"\nvalue_usd = \"Value\"\n";
    let got = mapped(text, map, "flow = \"export\"\ncompiler = \"m\"").unwrap();
    assert_eq!(
        (values(&got), got.quarantine.len()),
        (vec!["export CHN 100.5".to_owned()], 1)
    );
    let two = mapped(
        &text.replace("PARTNER", "Value"),
        map,
        "flow = \"export\"\ncompiler = \"m\"",
    )
    .unwrap_err();
    assert!(two.contains("stands twice"), "{two}");
    // The European Union's codes.
    let text = "yr,from,to,flow,trade\n2018,EL,UK,export,5\n";
    let got = mapped(
        text,
        &format!("economies = \"alpha2\"\n{MAP}value_usd = \"trade\"\n"),
        "compiler = \"m\"",
    )
    .unwrap();
    assert_eq!(
        (got.records[0].reporter.as_str(), values(&got)),
        ("GRC", vec!["export GBR 5".to_owned()])
    );
}

#[test]
fn levels_and_values_beside_contradict_codes_and_values() {
    let classic = "Classification,Year,Aggregate Level,Trade Flow Code,Reporter Code,Partner Code,Commodity Code,Trade Value (US$)\n\
        S3,2003,2,2,276,251,4,1000\nS3,2003,1,2,276,381,4,1000\nS3,2003,0,2,276,381,TOTAL,1000\n";
    let got = plain(classic).unwrap();
    assert_eq!((got.records.len(), columns(&got)), (2, vec!["Commodity Code"]));
    let bulk = "period,reporterCode,flowCode,partnerCode,classificationCode,cmdCode,cifvalue,fobvalue,primaryValue\n\
        2019,276,X,251,H5,27,,900,1000\n2019,276,X,381,H5,27,,1000,1000\n2019,276,X,826,H5,27,,0,1000\n";
    let got = plain(bulk).unwrap();
    let told: Vec<_> = got
        .notes
        .iter()
        .filter(|note| note.contains("neither the c.i.f."))
        .collect();
    assert_eq!((got.records.len(), told.len()), (3, 1));
    assert!(told[0].ends_with(": 1"), "{told:?}");
}

#[test]
fn publishers_own_forms_are_read_as_they_write_them() {
    let panel = "Country Name,Country Code,Counterpart Country Name,Counterpart Country Code,Time Period,\
        \"Goods, Value of Exports, Free on board (FOB), US Dollars (TXG_FOB_USD)\",Status,\
        \"Goods, Value of Imports, Cost, Insurance, Freight (CIF), US Dollars (TMG_CIF_USD)\",Status,\n\
        Germany,134,United States,111,2019,1000,,70,e,\n";
    assert_eq!(values(&plain(panel).unwrap()), ["export USA 1000", "import USA 70"]);
    let summary = "Reporter,Partner,Product categories,Indicator Type,Indicator,2020\n\
        Singapore,World,All Products,Export,Exports (in US$ Mil),100\nSingapore,World,Capital goods,Export,Export(US$ Mil),60\n";
    let got = plain(summary).unwrap();
    let told: Vec<_> = got
        .records
        .iter()
        .map(|r| (&*r.product, r.value.unwrap().to_string()))
        .collect();
    assert_eq!(
        told,
        [
            ("TOTAL", "100000000".to_owned()),
            ("capital_goods", "60000000".to_owned())
        ]
    );
    let units = "Nomenclature,ReporterISO3,ProductCode,ReporterName,PartnerISO3,PartnerName,Year,TradeFlowName,TradeFlowCode,TradeValue in 1000 USD,Quantity,QuantityToken\n\
        H2,DEU,010121,Germany,FRA,France,2003,Import,5,1.5,2,Kg\nH2,DEU,010121,Germany,FRA,France,2003,Import,5,2.5,3,Item\n";
    assert_eq!(values(&plain(units).unwrap()), ["import FRA 4000"]);
}
