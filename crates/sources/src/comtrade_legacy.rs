//! UN Comtrade's older column set, as in the yearly files of 2003: codes only, `Value`,
//! `Estimation Code`.

use crate::comtrade::{Comtrade, Spelling};
use crate::source::{Repeats, Shape, Source};

pub(crate) const SHAPE: Shape = Shape {
    source: Source::ComtradeLegacy,
    name: "comtrade-legacy",
    needed: &[
        "Year",
        "Reporter Code",
        "Trade Flow Code",
        "Partner Code",
        "Classification",
        "Commodity Code",
        "Value",
    ],
    known: &[
        "Year",
        "Reporter Code",
        "Trade Flow Code",
        "Partner Code",
        "Classification",
        "Commodity Code",
        "Quantity Unit Code",
        "Supplementary Quantity",
        "Netweight (kg)",
        "Value",
        "Estimation Code",
    ],
    strict: false,
    repeats: Repeats::TotalOrContradict,
    bind: |header, options| Ok(Box::new(Comtrade::bind(header, &SPELLING, options)?)),
};

const SPELLING: Spelling = Spelling {
    year: "Year",
    period: "",
    reporter: "Reporter Code",
    partner: "Partner Code",
    iso: ["", ""],
    names: ["", ""],
    flow_name: "",
    flow: "Trade Flow Code",
    classification: "Classification",
    product: "Commodity Code",
    value: "Value",
    cif: "",
    fob: "",
    weight: "Netweight (kg)",
    quantity: "Supplementary Quantity",
    unit: "Quantity Unit Code",
    flag: "Estimation Code",
    breakdowns: &[],
};

#[cfg(test)]
mod tests {
    use crate::{Options, Source, import};
    use trade::Usd;

    const HEADER: &str = "Year,Reporter Code,Trade Flow Code,Partner Code,Classification,Commodity Code,Quantity Unit Code,Supplementary Quantity,Netweight (kg),Value,Estimation Code\n";

    #[test]
    fn world_rows_are_kept_and_counted_as_totals() {
        let text = format!(
            "{HEADER}2003,8,1,0,H2,TOTAL,1,,,1864328860,0\n2003,8,1,40,H2,TOTAL,1,,,1000,0\n2003,8,1,40,H2,09,1,,,4391,0\n2003,8,3,40,H2,09,1,,,391,0\n"
        );
        let got = import(text.as_bytes(), &Options::default()).unwrap();
        assert_eq!((got.source, got.records.len()), (Source::ComtradeLegacy, 4));
        assert!(got.records[0].partner.is_world());
        let totals: Vec<_> = got.totals.iter().map(|t| (t.kind, t.rows, t.value.unwrap())).collect();
        assert_eq!(
            totals,
            [
                ("TOTAL beside its parts", 1, Usd::from_units(1000)),
                ("re-export", 1, Usd::from_units(391)),
                ("world partner", 1, Usd::from_units(1_864_328_860)),
            ]
        );
    }

    #[test]
    fn repeats_are_duplicates_totals_or_contradictions() {
        let row = |partner: u16, value: u32| format!("2003,8,1,{partner},H2,TOTAL,1,,,{value},0\n");
        let rows = [
            (40, 5),
            (40, 5),
            (76, 10),
            (76, 4),
            (76, 6),
            (156, 8),
            (156, 9),
            (410, 1),
        ];
        let text = HEADER.to_owned() + &rows.map(|(p, v)| row(p, v)).concat();
        let got = import(text.as_bytes(), &Options::default()).unwrap();
        let kept: Vec<_> = got
            .records
            .iter()
            .map(|r| (r.partner.as_str(), r.value.unwrap()))
            .collect();
        assert_eq!(
            kept,
            [
                ("AUT", Usd::from_units(5)),
                ("BRA", Usd::from_units(10)),
                ("KOR", Usd::from_units(1))
            ]
        );
        let aside: Vec<_> = got
            .set_aside
            .iter()
            .map(|t| (t.kind, t.rows, t.value.unwrap()))
            .collect();
        assert_eq!(
            aside,
            [
                ("breakdown row", 2, Usd::from_units(10)),
                ("duplicate", 1, Usd::from_units(5))
            ]
        );
        assert_eq!(got.quarantine.iter().map(|q| q.line).collect::<Vec<_>>(), [7, 8]);
        assert!(got.quarantine[0].reason.contains("line 8"), "{:?}", got.quarantine[0]);
    }
}
