//! UN Comtrade's classic CSV (up to 2022, and many dumps since): names beside the codes,
//! `Trade Value (US$)`, `Flag`; and the same with the names that its interface of that time gave to machines (`rtCode`,
//! `TradeValue`), as CSV or JSON.

use crate::comtrade::{Comtrade, Spelling};
use crate::source::{Repeats, Shape, Source};

pub(crate) const SHAPE: Shape = Shape {
    source: Source::ComtradeClassic,
    name: "comtrade-classic",
    needed: &[
        "Year|yr",
        "Trade Flow Code|rgCode",
        "Reporter Code|rtCode",
        "Partner Code|ptCode",
        "Classification|pfCode",
        "Commodity Code|cmdCode",
        "Trade Value (US$)|TradeValue",
    ],
    known: &[
        "Classification",
        "Year",
        "Period",
        "Period Desc.",
        "Aggregate Level",
        "Is Leaf Code",
        "Trade Flow Code",
        "Trade Flow",
        "Reporter Code",
        "Reporter",
        "Reporter ISO",
        "Partner Code",
        "Partner",
        "Partner ISO",
        "2nd Partner Code",
        "2nd Partner",
        "2nd Partner ISO",
        "Customs Proc. Code",
        "Customs",
        "Mode of Transport Code",
        "Mode of Transport",
        "Commodity Code",
        "Commodity",
        "Qty Unit Code",
        "Qty Unit",
        "Qty",
        "Alt Qty Unit Code",
        "Alt Qty Unit",
        "Alt Qty",
        "Netweight (kg)",
        "Gross weight (kg)",
        "Trade Value (US$)",
        "CIF Trade Value (US$)",
        "FOB Trade Value (US$)",
        "Flag",
        "pfCode",
        "yr",
        "periodDesc",
        "aggrLevel",
        "IsLeaf",
        "rgCode",
        "rgDesc",
        "rtCode",
        "rtTitle",
        "rt3ISO",
        "ptCode",
        "ptTitle",
        "pt3ISO",
        "ptCode2",
        "ptTitle2",
        "pt3ISO2",
        "cstCode",
        "cstDesc",
        "motCode",
        "motDesc",
        "cmdCode",
        "cmdDescE",
        "qtCode",
        "qtDesc",
        "qtAltCode",
        "qtAltDesc",
        "TradeQuantity",
        "AltQuantity",
        "NetWeight",
        "GrossWeight",
        "TradeValue",
        "CIFValue",
        "FOBValue",
        "estCode",
    ],
    strict: false,
    repeats: Repeats::TotalOrContradict,
    bind: |header, options| Ok(Box::new(Comtrade::bind(header, &SPELLING, options)?)),
};

const SPELLING: Spelling = Spelling {
    year: "Year|yr",
    period: "Period",
    reporter: "Reporter Code|rtCode",
    partner: "Partner Code|ptCode",
    iso: ["Reporter ISO|rt3ISO", "Partner ISO|pt3ISO"],
    names: ["Reporter|rtTitle", "Partner|ptTitle"],
    flow_name: "Trade Flow|rgDesc",
    flow: "Trade Flow Code|rgCode",
    classification: "Classification|pfCode",
    product: "Commodity Code|cmdCode",
    value: "Trade Value (US$)|TradeValue",
    cif: "CIF Trade Value (US$)|CIFValue",
    fob: "FOB Trade Value (US$)|FOBValue",
    weight: "Netweight (kg)|NetWeight",
    quantity: "Qty|TradeQuantity",
    unit: "Qty Unit Code|qtCode",
    flag: "Flag|estCode",
    breakdowns: &[
        ("2nd Partner Code|ptCode2", &["0"]),
        ("Customs Proc. Code|cstCode", &["C00", "0"]),
        ("Mode of Transport Code|motCode", &["0"]),
    ],
};

#[cfg(test)]
mod tests {
    use crate::{Options, Source, import};
    use trade::{Classification, Decimal3, Flow, Status, Usd, Valuation};

    const HEADER: &str = "Classification,Year,Trade Flow Code,Trade Flow,Reporter Code,Reporter,Reporter ISO,Partner Code,Partner,Partner ISO,Commodity Code,Commodity,Qty Unit Code,Qty Unit,Qty,Netweight (kg),Trade Value (US$),Flag\n";

    #[test]
    fn a_row_is_read_as_it_stands() {
        let text = format!(
            "{HEADER}H3,2011,1,Import,156,China,CHN,408,Dem. People's Rep. of Korea,PRK,27,\"Mineral fuels, oils\",8,Weight in kilograms,12.5,38006200.0,1162113382,4\n\
             H0,1988,2,Export,280,Fmr Fed. Rep. of Germany,DEU,408,Dem. People's Rep. of Korea,PRK,27,\"Mineral fuels\",1,No Quantity,5,0.0,289000,0\n"
        );
        let got = import(text.as_bytes(), &Options::default()).unwrap();
        assert_eq!(
            (got.source, got.rows_read, got.quarantine.len()),
            (Source::ComtradeClassic, 2, 0)
        );
        let [coal, german] = &got.records[..] else {
            panic!("{got:?}")
        };
        assert_eq!(
            (coal.reporter.as_str(), coal.partner.as_str(), coal.flow),
            ("CHN", "PRK", Flow::Import)
        );
        assert_eq!((coal.classification, &*coal.product), (Classification::Hs(3), "27"));
        assert_eq!(
            (coal.value, coal.net_weight_kg),
            (
                Some(Usd::from_units(1_162_113_382)),
                Some(Decimal3::from_units(38_006_200))
            )
        );
        assert_eq!(
            (coal.quantity, coal.quantity_unit.as_deref()),
            (Some(Decimal3::from_thousandths(12_500)), Some("kg"))
        );
        assert_eq!(
            (coal.status, coal.valuation, &*coal.compiler),
            (Status::Reported, None, "UN Comtrade")
        );
        // A zero weight and a quantity of no unit are missing.
        assert_eq!(
            (german.reporter.as_str(), german.net_weight_kg, german.quantity),
            ("DEU", None, None)
        );
    }

    #[test]
    fn names_for_machines_are_read_from_csv_and_json() {
        let header = "pfCode,yr,period,periodDesc,aggrLevel,IsLeaf,rgCode,rgDesc,rtCode,rtTitle,rt3ISO,ptCode,ptTitle,pt3ISO,ptCode2,ptTitle2,pt3ISO2,cstCode,cstDesc,motCode,motDesc,cmdCode,cmdDescE,qtCode,qtDesc,qtAltCode,qtAltDesc,TradeQuantity,AltQuantity,NetWeight,GrossWeight,TradeValue,CIFValue,FOBValue,estCode";
        let csv = format!(
            "{header}\nH5,2019,201903,March 2019,2,0,1,Import,156,China,CHN,410,Korea,KOR,,,,,,,,27,\"Fuels, oils\",8,kg,,,5,,7.5,,100,100,,0\n"
        );
        let json = r#"{"validation":{"status":{"name":"Ok"},"count":{"value":1}},"dataset":[{"pfCode":"H5","yr":2019,"period":201903,
            "periodDesc":"March 2019","rgCode":1,"rtCode":156,"ptCode":410,"ptCode2":null,"cstCode":"","motCode":"","cmdCode":"27",
            "qtCode":8,"TradeQuantity":5,"NetWeight":7.5,"TradeValue":100,"CIFValue":100,"FOBValue":null,"estCode":0}]}"#;
        for text in [csv.as_str(), json] {
            let got = import(text.as_bytes(), &Options::default()).unwrap();
            assert_eq!(
                (got.source, got.quarantined()),
                (Source::ComtradeClassic, 0),
                "{:?}",
                got.quarantine
            );
            let [record] = &got.records[..] else { panic!("{got:?}") };
            assert_eq!(
                (record.period.to_string().as_str(), record.flow, record.value),
                ("2019-03", Flow::Import, Some(Usd::from_units(100)))
            );
            assert_eq!(
                (record.valuation, record.quantity_unit.as_deref()),
                (Some(Valuation::Cif), Some("kg"))
            );
            assert!(got.ignored_columns.is_empty(), "{:?}", got.ignored_columns);
        }
    }

    #[test]
    fn totals_stand_and_their_breakdowns_do_not() {
        let text = "Classification,Year,Period,Trade Flow Code,Reporter Code,Partner Code,2nd Partner Code,Customs Proc. Code,Mode of Transport Code,Commodity Code,CIF Trade Value (US$),FOB Trade Value (US$),Trade Value (US$)\n\
            H5,2019,201903,1,156,410,0,C00,0,TOTAL,100,95,100\n\
            H5,2019,201903,1,156,410,0,C01,0,TOTAL,60,57,60\n\
            H5,2019,201903,1,156,410,0,C04,0,TOTAL,40,38,40\n\
            H5,2019,201904,1,156,410,0,C01,0,TOTAL,7,6,7\n\
            H5,2018,201904,1,156,410,0,C00,0,TOTAL,7,6,7\n";
        let got = import(text.as_bytes(), &Options::default()).unwrap();
        assert_eq!(got.records.len(), 1);
        assert_eq!(
            (got.records[0].valuation, got.records[0].period.to_string().as_str()),
            (Some(Valuation::Cif), "2019-03")
        );
        let aside: Vec<_> = got
            .set_aside
            .iter()
            .map(|t| (t.kind, t.rows, t.value.unwrap()))
            .collect();
        assert_eq!(
            aside,
            [
                ("breakdown row", 2, Usd::from_units(100)),
                ("breakdown row without its total", 1, Usd::from_units(7))
            ]
        );
        assert!(got.quarantine[0].reason.contains("not in the year 2018"));
    }

    #[test]
    fn unknown_codes_flags_and_flows_are_quarantined() {
        let row = |year: &str, flow: &str, reporter: &str, class: &str, product: &str, value: &str, flag: &str| {
            format!("{class},{year},{flow},x,{reporter},x,x,408,x,PRK,{product},x,1,x,,,{value},{flag}\n")
        };
        let text = [
            HEADER.to_owned(),
            row("2003", "1", "9999", "H2", "27", "1", "0"),
            row("2003", "1", "810", "H2", "27", "1", "0"),
            row("2003", "9", "156", "H2", "27", "1", "0"),
            row("2003", "1", "156", "H9", "27", "1", "0"),
            row("2003", "1", "156", "H2", "7", "1", "0"),
            row("2003", "1", "156", "H2", "27", "1,5", "0"),
            row("2003", "1", "156", "H2", "27", "", "0"),
            row("2003", "1", "156", "H2", "27", "1", "5"),
            row("0", "1", "156", "H2", "27", "1", "0"),
            row("99999", "1", "156", "H2", "27", "1", "0"),
        ]
        .concat();
        let got = import(text.as_bytes(), &Options::default()).unwrap();
        let columns: Vec<_> = got
            .quarantine
            .iter()
            .map(|q| (q.line, q.column.as_deref().unwrap_or("row")))
            .collect();
        let want = [
            (2, "Reporter Code"),
            (3, "Reporter Code"),
            (4, "Trade Flow Code"),
            (5, "Classification"),
            (6, "Commodity Code"),
            (7, "row"),
            (8, "Trade Value (US$)"),
            (9, "Flag"),
            (10, "Year"),
            (11, "Year"),
        ];
        assert_eq!((columns, got.records.len()), (want.to_vec(), 0));
        assert!(got.quarantine[1].advice.contains("SUN"), "{:?}", got.quarantine[1]);
    }
}
