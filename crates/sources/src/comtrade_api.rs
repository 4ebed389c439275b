//! CSV of UN Comtrade's present API (since 2022), as answered, and the short form that
//! scripts keep of it: reporter, partner, product, flow, value and weight.
//!
//! An answer that was asked for without filters holds totals beside their breakdowns by
//! customs procedure, mode of transport and second partner. In the full form the codes tell
//! them apart; in the short form only repetition does, and the largest row of each key is
//! taken for its total. Summing all rows would about double the trade.

use crate::comtrade::{Comtrade, Spelling};
use crate::source::{Repeats, Shape, Source};

pub(crate) const SHAPE: Shape = Shape {
    source: Source::ComtradeApi,
    name: "comtrade-api",
    needed: &["reporterCode", "partnerCode", "flowCode", "cmdCode", "primaryValue"],
    known: &[
        "typeCode",
        "freqCode",
        "refPeriodId",
        "refYear",
        "refMonth",
        "period",
        "reporterCode",
        "reporterISO",
        "reporterDesc",
        "flowCode",
        "flowDesc",
        "partnerCode",
        "partnerISO",
        "partnerDesc",
        "partner2Code",
        "Prtner2Code", // as the site spells it in its own CSV
        "partner2ISO",
        "partner2Desc",
        "classificationCode",
        "classificationSearchCode",
        "isOriginalClassification",
        "cmdCode",
        "cmdDesc",
        "aggrLevel",
        "isLeaf",
        "customsCode",
        "customsDesc",
        "mosCode",
        "motCode",
        "motDesc",
        "qtyUnitCode",
        "qtyUnitAbbr",
        "qty",
        "isQtyEstimated",
        "altQtyUnitCode",
        "altQtyUnitAbbr",
        "altQty",
        "AtlQty", // likewise
        "isAltQtyEstimated",
        "netWgt",
        "isNetWgtEstimated",
        "grossWgt",
        "isGrossWgtEstimated",
        "cifvalue",
        "fobvalue",
        "primaryValue",
        "legacyEstimationFlag",
        "isReported",
        "isAggregate",
    ],
    strict: false,
    repeats: Repeats::KeepLargest,
    bind: |header, options| Ok(Box::new(Comtrade::bind(header, &SPELLING, options)?)),
};

const SPELLING: Spelling = Spelling {
    year: "refYear",
    period: "period",
    reporter: "reporterCode",
    partner: "partnerCode",
    iso: ["reporterISO", "partnerISO"],
    names: ["reporterDesc", "partnerDesc"],
    flow_name: "flowDesc",
    flow: "flowCode",
    classification: "classificationCode",
    product: "cmdCode",
    value: "primaryValue",
    cif: "cifvalue",
    fob: "fobvalue",
    weight: "netWgt",
    quantity: "qty",
    unit: "qtyUnitCode",
    flag: "legacyEstimationFlag",
    breakdowns: &[
        ("partner2Code|Prtner2Code", &["0"]),
        ("customsCode", &["C00", "0"]),
        ("motCode", &["0"]),
        ("mosCode", &["0"]),
    ],
};

/// Six columns of it. Period and classification are not in the file and have to be said.
pub(crate) const SHORT: Shape = Shape {
    source: Source::ComtradeShort,
    name: "comtrade-short",
    needed: &["reporter", "partner", "cmd", "flow", "value"],
    known: &["reporter", "partner", "cmd", "flow", "value", "netwgt"],
    strict: true,
    repeats: Repeats::KeepLargest,
    bind: |header, options| Ok(Box::new(Comtrade::bind(header, &SHORT_SPELLING, options)?)),
};

const SHORT_SPELLING: Spelling = Spelling {
    year: "",
    period: "",
    reporter: "reporter",
    partner: "partner",
    iso: ["", ""],
    names: ["", ""],
    flow_name: "",
    flow: "flow",
    classification: "",
    product: "cmd",
    value: "value",
    cif: "",
    fob: "",
    weight: "netwgt",
    quantity: "",
    unit: "",
    flag: "",
    breakdowns: &[],
};

#[cfg(test)]
mod tests {
    use crate::{Defaults, Error, Options, Source, import};
    use trade::{Decimal3, Flow, Usd, Valuation};

    #[test]
    fn totals_of_the_full_form_are_told_by_their_codes() {
        let text = "refYear,period,reporterCode,flowCode,partnerCode,partner2Code,classificationCode,cmdCode,customsCode,motCode,qtyUnitCode,qty,netWgt,cifvalue,fobvalue,primaryValue,isReported\n\
            2023,2023,156,M,410,0,H6,270112,C00,0,8,5.5,5.5,100.25,,100.25,false\n\
            2023,2023,156,M,410,0,H6,270112,C00,1000,8,1,1,120,,120,false\n\
            2023,2023,156,M,410,842,H6,270112,C00,0,8,1,1,60,,60,false\n\
            2023,2023,156,MIP,410,0,H6,270112,C00,0,8,1,1,20,,20,false\n\
            2023,2023,156,RX,410,0,H6,270112,C00,0,-1,,,,5,5,false\n";
        let got = import(text.as_bytes(), &Options::default()).unwrap();
        assert_eq!((got.source, got.quarantine.len()), (Source::ComtradeApi, 0));
        let [total, again] = &got.records[..] else {
            panic!("{got:?}")
        };
        assert_eq!(
            (total.value, total.valuation),
            (Some(Usd::from_thousandths(100_250)), Some(Valuation::Cif))
        );
        assert_eq!(
            (total.quantity, total.quantity_unit.as_deref()),
            (Some(Decimal3::from_thousandths(5_500)), Some("kg"))
        );
        assert_eq!(
            (again.flow, again.valuation, again.quantity_unit.as_deref()),
            (Flow::ReExport, Some(Valuation::Fob), None)
        );
        let aside: Vec<_> = got
            .set_aside
            .iter()
            .map(|t| (t.kind, t.rows, t.value.unwrap()))
            .collect();
        assert_eq!(
            aside,
            [
                ("breakdown row", 2, Usd::from_units(180)),
                ("part of a flow", 1, Usd::from_units(20))
            ]
        );
    }

    #[test]
    fn two_rows_that_are_both_marked_as_the_total_contradict_each_other() {
        let header = "period,reporterCode,flowCode,partnerCode,classificationCode,cmdCode,primaryValue,partner2Code,customsCode,motCode,mosCode\n";
        let row = |value: u32, marks: &str| format!("2023,156,M,410,H6,27,{value},{marks}\n");
        let import_ = |text: String| import((header.to_owned() + &text).as_bytes(), &Options::default()).unwrap();
        let got = import_(row(100, "0,C00,0,0") + &row(999, "0,C00,0,0"));
        assert_eq!((got.records.len(), got.quarantine.len(), got.aside()), (0, 2, 0));
        // Where a mark is wanting, the smaller row may be a breakdown.
        let got = import_(row(100, "0,C00,0,") + &row(999, "0,C00,0,"));
        assert_eq!((got.records.len(), got.quarantine.len(), got.aside()), (1, 0, 1));
    }

    #[test]
    fn the_largest_row_of_the_short_form_is_the_total() {
        let text = "reporter,partner,cmd,flow,value,netwgt\n156,0,252800,M,161.574,340.752\n156,0,252800,M,33.155,69.922\n156,0,252800,M,128.42,270.83\n\
            68,604,250490,M,541.0,345.475\n68,604,250490,M,541.0,345.475\n68,604,250490,X,2.0,\n";
        let error = import(text.as_bytes(), &Options::default()).unwrap_err();
        assert!(matches!(error, Error::Unsaid { .. }), "{error}");
        let text_of = error.to_string();
        assert!(text_of.contains("period and classification"), "{text_of}");
        assert!(
            text_of.contains("--default period=2024 --default classification=HS6"),
            "{text_of}"
        );
        let defaults: Defaults = toml::from_str("period = 2024\nclassification = \"HS6\"").unwrap();
        let got = import(
            text.as_bytes(),
            &Options {
                defaults,
                ..Options::default()
            },
        )
        .unwrap();
        let values: Vec<_> = got.records.iter().map(|r| r.value.unwrap().to_string()).collect();
        assert_eq!(values, ["161.574", "541", "2"]);
        let aside: Vec<_> = got.set_aside.iter().map(|t| (t.kind, t.rows)).collect();
        assert_eq!(aside, [("breakdown row", 2), ("duplicate", 1)]);
    }
}
