//! The project's own tidy table of figures, column by column.

#![allow(clippy::unwrap_used)]

use sources::{Defaults, Error, Options, Source, import};
use trade::{Classification, Decimal3, Flow, Status, Usd, Valuation};

fn options(text: &str) -> Options {
    Options {
        defaults: toml::from_str::<Defaults>(text).unwrap(),
        ..Options::default()
    }
}

#[test]
fn every_column_is_read() {
    let text = "note,reference,compiler,basis,status,quantity_unit,quantity,net_weight_kg,share_percent,rounded_to_usd,value_usd,valuation,product,classification,flow,partner,reporter,period\n\
        \"said, in passing\",b,KOTRA,customs,estimated,t,12.5,12500,73.2,1000000,4170000000,CIF,27,HS2,import,WLD-KOR,PRK,1990-01..1990-06\n";
    let options = Options {
        references: vec!["a".into(), "b".into()],
        ..Options::default()
    };
    let got = import(text.as_bytes(), &options).unwrap();
    assert_eq!(
        (got.source, got.quarantine.len(), &got.references),
        (Source::Figures, 0, &options.references)
    );
    let r = &got.records[0];
    assert_eq!(
        (r.period.to_string().as_str(), r.reporter.as_str(), r.partner.as_str()),
        ("1990-01..1990-06", "PRK", "WLD-KOR")
    );
    assert_eq!(
        (r.flow, r.classification, &*r.product, r.valuation),
        (Flow::Import, Classification::Hs(2), "27", Some(Valuation::Cif))
    );
    assert_eq!(
        (r.value, r.rounded_to),
        (Some(Usd::from_units(4_170_000_000)), Some(Usd::from_units(1_000_000)))
    );
    assert_eq!(
        (r.share_percent, r.net_weight_kg),
        (
            Some(Decimal3::from_thousandths(73_200)),
            Some(Decimal3::from_units(12_500))
        )
    );
    assert_eq!(
        (r.quantity, r.quantity_unit.as_deref()),
        (Some(Decimal3::from_thousandths(12_500)), Some("t"))
    );
    assert_eq!(
        (r.status, r.basis.as_deref(), &*r.compiler, r.reference),
        (Status::Estimated, Some("customs"), "KOTRA", Some(1))
    );
}

#[test]
fn left_out_columns_take_their_defaults() {
    let options = options(
        "reporter = \"PRK\"\nflow = \"export\"\ncompiler = \"KOTRA\"\nrounded_to_usd = 1000\nvaluation = \"FOB\"",
    );
    let got = import(&b"period,partner,share_percent,value_usd,reference\n2003,CHN,,5000,u1\n2003,KOR,12.5,,u2\n2004,KOR,1,,u1\n"[..], &options).unwrap();
    assert_eq!((got.quarantine.len(), got.references.join(" ").as_str()), (0, "u1 u2"));
    let [value, share, again] = &got.records[..] else {
        panic!("{got:?}")
    };
    assert_eq!(
        (value.valuation, value.rounded_to, value.status),
        (Some(Valuation::Fob), Some(Usd::from_units(1000)), Status::Quoted)
    );
    assert_eq!(
        (value.classification, &*value.product),
        (Classification::Compiler, "TOTAL")
    );
    assert_eq!(
        (share.value, share.rounded_to, share.share_percent),
        (None, None, Some(Decimal3::from_thousandths(12_500)))
    );
    assert_eq!(
        (value.reference, share.reference, again.reference),
        (Some(0), Some(1), Some(0))
    );
}

#[test]
fn bad_rows_are_quarantined_with_their_column() {
    let mut options = options("compiler = \"x\"");
    options.references = vec!["known".into()];
    let header = "period,reporter,partner,flow,classification,product,value_usd,share_percent,quantity,quantity_unit,status,reference,note\n";
    let rows = [
        ("2003,Korea,CHN,export,,,1,,,,,,", "reporter", "PRK"),
        ("2003,PRK,chn,export,,,1,,,,,,", "partner", "CHN"),
        ("2003,PRK,PRK,export,,,1,,,,,,", "partner", "codes"),
        ("2003,PRK,CHN,exports,,,1,,,,,,", "flow", "words"),
        ("2003,PRK,CHN,export,,27,1,,,,,,", "product", "classification"),
        ("2003,PRK,CHN,export,HS2,7,1,,,,,,", "product", "leading zeros"),
        ("2003,PRK,CHN,export,,,\"1,000\",,,,,,", "value_usd", "separators"),
        ("2003,PRK,CHN,export,,,-1,,,,,,", "value_usd", "zero"),
        ("2003,PRK,CHN,export,,,,,,,,,", "value_usd", "missing"),
        ("2003,PRK,CHN,export,,,,101,,,,,", "share_percent", "per cent"),
        ("2003,PRK,CHN,export,,,,,5,,,,", "quantity", "quantity_unit"),
        ("2003,PRK,CHN,export,,,1,,,,real,,", "status", "words"),
        ("2003,PRK,CHN,export,,,1,,,,,unknown,", "reference", "references"),
        ("0,PRK,CHN,export,,,1,,,,,,", "period", "four digits"),
        (",PRK,CHN,export,,,1,,,,,,", "period", "default"),
    ];
    let text = header.to_owned() + &rows.map(|r| r.0).join("\n");
    let got = import(text.as_bytes(), &options).unwrap();
    assert_eq!(
        (got.records.len(), got.quarantine.len()),
        (0, rows.len()),
        "{:?}",
        got.records
    );
    for ((row, column, advice), bad) in rows.iter().zip(&got.quarantine) {
        assert_eq!(bad.column.as_deref(), Some(*column), "{row}: {bad:?}");
        assert!(bad.advice.contains(advice), "{row}: {bad:?}");
    }
    let latin = [header.as_bytes(), b"2003,PRK,CHN,export,,,1,,,,,,C\xf4te\n"].concat();
    assert_eq!(
        import(&latin[..], &options).unwrap().quarantine[0].column.as_deref(),
        Some("note")
    );
}

#[test]
fn contradictions_are_not_resolved_by_guess() {
    let options = options("compiler = \"x\"");
    let text = "period,reporter,partner,flow,value_usd,basis,reference\n\
        1991,KOR,PRK,import,192,approval,a\n1991,KOR,PRK,import,111,clearance,a\n1991,KOR,PRK,import,111,clearance,b\n\
        1992,KOR,PRK,import,5,,a\n1992,KOR,PRK,import,6,,a\n\
        1993,KOR,PRK,import,7,,a\n1993,KOR,PRK,import,8,,b\n";
    let got = import(text.as_bytes(), &options).unwrap();
    assert_eq!(
        (got.records.len(), got.set_aside[0].kind, got.set_aside[0].rows),
        (4, "duplicate", 1)
    );
    assert_eq!(got.quarantine.iter().map(|q| q.line).collect::<Vec<_>>(), [5, 6]);
    assert_eq!(
        (got.totals[0].kind, got.totals[0].rows, got.totals[0].value.unwrap()),
        ("rival quotation", 1, Usd::from_units(8))
    );
}

#[test]
fn headers_and_defaults_that_cannot_be_right_are_errors() {
    let message = |text: &str, options: &Options| import(text.as_bytes(), options).unwrap_err().to_string();
    let figures = Options {
        source: Some(Source::Figures),
        ..Options::default()
    };
    let text = message("period,reporter,partner,flow,valeu_usd\n", &figures);
    assert!(
        text.contains("`valeu_usd` may have been meant as `value_usd`"),
        "{text}"
    );
    assert!(message("period,reporter,flow,value_usd\n", &figures).contains("missing: partner"));
    assert!(message("period,reporter,partner,flow,note\n", &figures).contains("no column with figures"));
    assert!(message("period,period,reporter,partner,flow,value_usd\n", &figures).contains("stands twice"));
    let wrong = options("reporter = \"Korea\"");
    let error = import(&b"period,partner,flow,value_usd\n"[..], &wrong).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Setting {
                name: "defaults.reporter",
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("PRK"), "{error}");
}
