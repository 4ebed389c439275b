//! Values, codes and periods.

use super::Answer::{Read, Some as Partly};
use super::{Case, case, value, with};
use tests::GOOD;

pub fn cases() -> Vec<Case> {
    const ONE: usize = 1;
    let bad = |name: &str, text: String, words| case(name, text, Partly(2, "230", ONE, words));
    vec![
        bad("comma.csv", value("\"100,5\""), &["line 2", "`value_usd`", "100,5"]),
        bad("grouped.csv", value("\"1,000\""), &["line 2", "1,000"]),
        bad("blank-groups.csv", value("1 000"), &["line 2", "1 000"]),
        bad("apostrophe.csv", value("1'000"), &["line 2", "1'000"]),
        bad("nan.csv", value("NaN"), &["line 2", "missing is not zero"]),
        bad("inf.csv", value("inf"), &["line 2", "inf"]),
        bad("minus-inf.csv", value("-Infinity"), &["line 2", "-Infinity"]),
        bad("dash.csv", value("-"), &["line 2", "missing is not zero"]),
        bad("em-dash.csv", value("—"), &["line 2", "missing is not zero"]),
        bad("dots.csv", value(".."), &["line 2", "missing is not zero"]),
        bad("blank.csv", value(""), &["line 2", "missing is not zero"]),
        bad("huge.csv", value("1e308"), &["line 2", "1e308"]),
        bad("beyond.csv", value("1e999999999999"), &["line 2"]),
        bad("digits.csv", value(&"9".repeat(4000)), &["line 2", "999"]),
        bad("negative.csv", value("-100"), &["line 2", "negative"]),
        bad("fine.csv", value("100.00001"), &["line 2", "three decimal places"]),
        bad("dollars.csv", value("$100"), &["line 2", "$100"]),
        bad("per-cent.csv", value("100%"), &["line 2", "100%"]),
        bad("hexadecimal.csv", value("0x64"), &["line 2", "0x64"]),
        bad("arabic-digits.csv", value("١٠٠"), &["line 2"]),
        case("exponent.csv", value("1e+05"), Read(3, "100230")),
        case("zeros.csv", value("000100.000"), Read(3, "330")),
        bad(
            "unknown.csv",
            with("2003,CHN", "2003,QQQ"),
            &["line 2", "`reporter`", "QQQ"],
        ),
        bad("near.csv", with("2003,CHN", "2003,CHI"), &["line 2", "CHI"]),
        bad(
            "ambiguous.csv",
            with("2003,CHN", "2003,Korea"),
            &["line 2", "KOR", "PRK"],
        ),
        bad(
            "itself.csv",
            with("CHN,KOR,export,100", "KOR,KOR,export,100"),
            &["line 2", "the same"],
        ),
        bad(
            "flow.csv",
            with("KOR,export,100", "KOR,exprot,100"),
            &["line 2", "exprot"],
        ),
        bad("year-0.csv", with("2003,CHN", "0,CHN"), &["line 2", "`period`"]),
        bad("year-99999.csv", with("2003,CHN", "99999,CHN"), &["line 2", "99999"]),
        bad("year-float.csv", with("2003,CHN", "2003.0,CHN"), &["line 2", "2003.0"]),
        bad("month-13.csv", with("2003,CHN", "2003-13,CHN"), &["line 2", "2003-13"]),
        bad(
            "date.csv",
            with("2003,CHN", "01/02/2003,CHN"),
            &["line 2", "01/02/2003"],
        ),
        case(
            "contradiction.csv",
            GOOD.replacen("2004,CHN,KOR,export,110", "2003,CHN,KOR,export,110", 1),
            Partly(1, "120", 2, &["line 2", "line 4"]),
        ),
        case(
            "code-of-nobody.csv",
            "reporter,partner,cmd,flow,value,netwgt\n68,604,250490,M,541.0,1\n157,604,250490,M,5,1\n68,604,250491,M,5,1\n",
            Partly(2, "546", 1, &["line 3", "157", "China"]),
        ),
    ]
}
