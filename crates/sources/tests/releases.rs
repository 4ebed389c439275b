//! Files as their publishers give them out: their columns, marks and forms, with figures of our own.

#![allow(clippy::unwrap_used)]

use sources::{BulkOptions, Defaults, Imported, Options, Source, import, import_bulk, import_path};
use std::io::Write;
use store::{Dataset, Filter};

fn told(bytes: &[u8]) -> (Source, Vec<String>, u64, u64) {
    let got: Imported = import(bytes, &Options::default()).unwrap();
    let rows = got.records.iter().map(|r| {
        format!(
            "{} {} {} {} {} {} {}",
            r.period,
            r.reporter,
            r.flow,
            r.partner,
            r.classification,
            r.product,
            r.value.unwrap()
        )
    });
    (got.source, rows.collect(), got.quarantined(), got.aside())
}

/// The site's own CSV: names beside codes, in Latin-1, and a delimiter after the last column.
#[test]
fn comtrade_s_site() {
    let header = "TypeCode,FreqCode,RefPeriodId,RefYear,RefMonth,Period,ReporterCode,ReporterISO,ReporterDesc,FlowCode,FlowDesc,PartnerCode,PartnerISO,PartnerDesc,Partner2Code,Partner2ISO,Partner2Desc,ClassificationCode,ClassificationSearchCode,IsOriginalClassification,CmdCode,CmdDesc,AggrLevel,IsLeaf,CustomsCode,CustomsDesc,MosCode,MotCode,MotDesc,QtyUnitCode,QtyUnitAbbr,Qty,IsQtyEstimated,AltQtyUnitCode,AltQtyUnitAbbr,AtlQty,IsAltQtyEstimated,NetWgt,IsNetWgtEstimated,GrossWgt,IsGrossWgtEstimated,Cifvalue,Fobvalue,PrimaryValue,LegacyEstimationFlag,IsReported,IsAggregate,";
    let row = |period: &str, partner: &str, cmd: &str, marks: &str, value: &str| {
        format!(
            "C,M,20200101,2020,1,{period},156,CHN,China,M,Import,{partner},0,W00,World,H5,HS,True,{cmd},2,False,{marks},8,kg,5,False,-1,N/A,0,False,5,False,0,False,{value},,{value},0,False,True,\r\n"
        )
    };
    let total = "C00,TOTAL CPC,0,0,TOTAL MOT";
    let text = format!("{header}\r\n")
        + &row(
            "202001",
            "384,CIV,C\u{f4}te d'Ivoire",
            "27,\"Fuels, oils\"",
            total,
            "100.5",
        )
        + &row(
            "202001",
            "384,CIV,C\u{f4}te d'Ivoire",
            "27,\"Fuels, oils\"",
            "C00,TOTAL CPC,0,2100,Sea",
            "60.5",
        )
        + &row("202001", "0,W00,World", "TOTAL,All Commodities", total, "7000");
    let latin1: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let (source, rows, bad, aside) = told(&latin1);
    assert_eq!((source, bad, aside), (Source::ComtradeApi, 0, 1));
    let want = [
        "2020-01 CHN import CIV HS5 27 100.5",
        "2020-01 CHN import WLD HS5 TOTAL 7000",
    ];
    assert_eq!(rows, want);
}

/// A file for bulk download: tabs, gzip, no names.
#[test]
fn comtrade_s_bulk_files() {
    let header = "typeCode freqCode refPeriodId refYear refMonth period reporterCode flowCode partnerCode partner2Code classificationCode classificationSearchCode isOriginalClassification cmdCode customsCode mosCode motCode qtyUnitCode qty isQtyEstimated altQtyUnitCode altQty isAltQtyEstimated netWgt isNetWgtEstimated grossWgt isGrossWgtEstimated cifvalue fobvalue primaryValue legacyEstimationFlag isReported isAggregate";
    let row = "C A 20200101 2020 52 2020 156 M 384 0 H5 HS True 270112 C00 0 0 8 2.0 False -1 0.0 False 2.0 False 0.0 False 100.5 0.0 100.5 0 False True";
    let text = format!("{header}\n{row}\n{}\n", row.replace("270112 C00", "270112 C01")).replace(' ', "\t");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    let (source, rows, bad, aside) = told(&packed.finish().unwrap());
    assert_eq!((source, bad, aside), (Source::ComtradeApi, 0, 1));
    assert_eq!(rows, ["2020 CHN import CIV HS5 270112 100.5"]);
}

#[test]
fn wits_downloads() {
    let text = "Nomenclature,ReporterISO3,ProductCode,ReporterName,PartnerISO3,PartnerName,Year,TradeFlowName,TradeFlowCode,TradeValue in 1000 USD\n\
        H4,CHN,Total,China,WLD,World,2012,Gross Exp.,2,20.5\n\
        H4,SER,Total,Yugoslavia,USA,United States,2012,Export,6,2\n\
        H4,ZAR,8703,\"Congo, Dem. Rep.\",USA,United States,2012,Gross Imports,1,3\n\
        H4,OAS,Total,\"Other Asia, nes\",USA,United States,2012,ReExport,3,4\n\
        H4,BUN,Total,Bunkers,USA,United States,2012,Export,6,5\n\
        H4,XYZ,Total,Nowhere,USA,United States,2012,Export,6,6\n";
    let (source, rows, bad, _) = told(text.as_bytes());
    assert_eq!((source, bad, rows.len()), (Source::Wits, 1, 5));
    assert_eq!(rows[0], "2012 CHN export WLD HS4 TOTAL 20500");
    assert!(rows[2].starts_with("2012 COD import USA HS4 8703 3000"), "{rows:?}");
}

/// The portal's table with a column for each year, quarter and month, and one without a name at the end.
#[test]
fn dots_time_series() {
    let text = "\u{feff}\"Country Name\",\"Country Code\",\"Indicator Name\",\"Indicator Code\",\"Counterpart Country Name\",\"Counterpart Country Code\",\"Attribute\",\"2019\",\"2019Q4\",\"2019M12\",\r\n\
        \"Korea, Rep. of\",\"542\",\"Goods, Value of Imports, Cost, Insurance, Freight (CIF), US Dollars\",\"TMG_CIF_USD\",\"World\",\"001\",\"Value\",\"503342999.5\",\"12\",\"5\",\r\n\
        \"Korea, Rep. of\",\"542\",\"Goods, Value of Imports, Cost, Insurance, Freight (CIF), US Dollars\",\"TMG_CIF_USD\",\"World\",\"001\",\"Status\",\"\",\"e\",\"e\",\r\n\
        \"Korea, Rep. of\",\"542\",\"Goods, Value of Exports, Free on board (FOB), US Dollars\",\"TXG_FOB_USD\",\"Euro Area\",\"163\",\"Value\",\"7\",\"\",\"\",\r\n\
        \"Korea, Rep. of\",\"542\",\"Goods, Value of Exports, Free on board (FOB), US Dollars\",\"TXG_FOB_USD\",\"Japan\",\"158\",\"Valeu\",\"7\",\"\",\"\",\r\n";
    let (source, rows, bad, aside) = told(text.as_bytes());
    assert_eq!((source, bad, aside), (Source::Dots, 1, 2));
    let want = [
        "2019 KOR import WLD COMPILER TOTAL 503342999.5",
        "2019-10..2019-12 KOR import WLD COMPILER TOTAL 12",
        "2019-12 KOR import WLD COMPILER TOTAL 5",
    ];
    assert_eq!(rows, want);
}

/// Other files of the site have the delimiter behind each row, and none behind the header.
#[test]
fn comtrade_s_site_with_rows_one_cell_longer_than_the_header() {
    let header = "refYear,period,reporterCode,flowCode,partnerCode,Prtner2Code,classificationCode,cmdCode,customsCode,mosCode,motCode,primaryValue,isReported,isAggregate\n";
    let row = |partner: &str, value: &str, end: &str| {
        format!("2020,2020,842,X,{partner},H5,27,C00,0,0,{value},False,{end}\n")
    };
    let text = header.to_owned()
        + &row("392,0", "100.5", "True,")
        + &row("392,156", "60.5", "True,")
        + &row("410,0", "120", "True")
        // A thousands separator, and what it shifts.
        + &row("124,0", "1,200", "True,")
        + &row("124,0", "1,200", "")
        + &row("124,0", "7", ",");
    let (source, rows, bad, aside) = told(text.as_bytes());
    assert_eq!((source, bad, aside), (Source::ComtradeApi, 3, 1));
    assert_eq!(
        rows,
        ["2020 USA export JPN HS5 27 100.5", "2020 USA export KOR HS5 27 120"]
    );
    alike("site.csv", &text);
    // In other tables a row that is too long is bad, whatever stands at its end.
    let baci = "t,i,j,k,v,q\n2020,842,392,270112,1,234,\n2020,842,410,270112,1,2\n";
    let options = Options {
        defaults: Defaults {
            classification: Some("HS5".to_owned()),
            ..Defaults::default()
        },
        ..Options::default()
    };
    let got = import(baci.as_bytes(), &options).unwrap();
    assert_eq!((got.records.len(), got.quarantined()), (1, 1));
}

/// Imports a file into a folder and to records; both are the same records.
fn alike(name: &str, text: &str) -> Imported {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join(name), folder.path().join("dataset"));
    std::fs::write(&file, text).unwrap();
    let options = BulkOptions {
        source: None,
        defaults: Defaults::default(),
        memory: 64 << 20,
        progress: &|_| {},
        before_the_end: &|_| Ok(()),
    };
    let report = import_bulk(&file, &out, &options).unwrap();
    let single = import_path(&file, &Options::default()).unwrap();
    let mut large = Vec::new();
    for path in Dataset::open(&out).unwrap().paths() {
        large.extend(store::read_records(&path, &Filter::default()).unwrap());
    }
    assert!(large.is_sorted_by(|a, b| a.key() <= b.key()));
    assert_eq!(store::logical_hash(&large), store::logical_hash(&single.records));
    assert_eq!(report.quarantined, single.quarantined());
    single
}

/// What stands beside itself under several bases is told apart in a large dataset too.
#[test]
fn two_figures_of_one_flow_go_into_a_folder_with_their_bases() {
    let imts = "DATAFLOW,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE,PRECISION,DECIMALS_DISPLAYED,TRADE_FLOW,VALUATION,UNIT,DERIVATION_TYPE,OVERLAP,STATUS\n\
        IMF.STA:IMTS(1.0.0),USA,MG_FOB_USD,KOR,A,2003,349397894619,6,,,MG,FOB,USD,M,OL,\n\
        IMF.STA:IMTS(1.0.0),USA,MG_CIF_USD,KOR,A,2003,359397894619,6,,,MG,CIF,USD,M,OL,\n\
        IMF.STA:IMTS(1.0.0),USA,MG_FOB_USD,KOS,A,2023,5,6,,,MG,FOB,USD,M,OL,\n";
    let got = alike("imts.csv", imts);
    assert_eq!((got.records.len(), got.quarantined()), (3, 0));
    let header = "DATAFLOW,REF_AREA,COUNTERPART_AREA,TRADE_FLOW,PRODUCT_TYPE,PRODUCT_CPA,PRODUCT_HS,FREQ,TIME_PERIOD,OBS_VALUE,OBS_STATUS,METHODOLOGY_TYPE,UNIT_MULT,UNIT_MEASURE,ADJUSTMENT,DECIMALS\n";
    let row = |partner: &str, value: &str, basis: &str| {
        format!(
            "OECD.SDD.TPS:DSD_BIMTS@DF_BIMTS_HS2017_2D(1.0),DEU,{partner},X,HS,_Z,HS17_27,A,2020,{value},A,R,6,USD_EXC,{basis},3\n"
        )
    };
    let bimts = header.to_owned()
        + &row("FRA", "12.5", "B_ADJ_RX")
        + &row("FRA", "13.5", "B")
        + &row("AUT", "2", "B")
        + &row("AUT", "1", "B_ADJ_RX")
        + &row("AUT", "1", "B_ADJ_RX");
    let got = alike("bimts.csv", &bimts);
    assert_eq!((got.records.len(), got.quarantined(), got.aside()), (4, 0, 1));
    let wits = "Nomenclature,ReporterISO3,ProductCode,ReporterName,PartnerISO3,PartnerName,Year,TradeFlowName,TradeFlowCode,TradeValue in 1000 USD\n\
        H4,CHN,27,China,KOR,Korea,2012,Gross Exp.,2,110\nHS 1988/92,CHN,28,China,KOR,Korea,2012,Export,6,7\nHS 2012,CHN,27,China,KOR,Korea,2012,Export,6,100.5\n";
    let got = alike("wits.csv", wits);
    assert_eq!((got.records.len(), got.quarantined()), (3, 0));
}

/// The revision stands in the names of BACI's files; what is said against it is refused.
#[test]
fn the_name_of_a_file_of_baci_says_its_revision() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("BACI_HS22_Y2023_V202501.csv");
    std::fs::write(&path, "t,i,j,k,v,q\r\n2023,842,392,10121,1.5,       0.25\r\n").unwrap();
    let said = |revision: Option<&str>| {
        let classification = revision.map(str::to_owned);
        let defaults = Defaults {
            classification,
            ..Defaults::default()
        };
        import_path(
            &path,
            &Options {
                defaults,
                ..Options::default()
            },
        )
    };
    for revision in [None, Some("HS22"), Some("HS6")] {
        let got = said(revision).unwrap();
        assert_eq!(got.records[0].classification, trade::Classification::Hs(6));
    }
    let error = said(Some("HS92")).unwrap_err().to_string();
    assert!(error.contains("the name of the file says HS6"), "{error}");
    for (list, what) in [
        (
            "country_code,country_name,country_iso2,country_iso3\n4,Afghanistan,AF,AFG\n",
            "countries",
        ),
        ("code,description\n010121,Horses\n", "products"),
    ] {
        let error = import(list.as_bytes(), &Options::default()).unwrap_err().to_string();
        assert!(
            error.contains(what) && error.contains("name the file of a year"),
            "{error}"
        );
    }
}
