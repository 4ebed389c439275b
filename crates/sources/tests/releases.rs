//! Files as their publishers give them out: their columns, marks and forms, with figures of our own.

#![allow(clippy::unwrap_used)]

use sources::{Imported, Options, Source, import};
use std::io::Write;

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
