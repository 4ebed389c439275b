//! Headers and shapes of rows.

use super::Answer::{Read, Refused, Some as Partly};
use super::{Case, case, value, with};
use tests::GOOD;

pub fn cases() -> Vec<Case> {
    vec![
        case("empty.csv", "", Refused(&["an empty file"])),
        case("white.csv", " \n\t\r\n  ", Refused(&["only white space"])),
        case("bom-only.csv", "\u{feff}", Refused(&["an empty file"])),
        case(
            "header-only.csv",
            GOOD.lines().next().unwrap(),
            Refused(&["not one row"]),
        ),
        case(
            "no-header.csv",
            GOOD.split_once('\n').unwrap().1,
            Refused(&["looks like data", "column names"]),
        ),
        case(
            "missing.csv",
            GOOD.replace("export", "x").replace("flow", "flau"),
            Refused(&["`flow` is missing", "`flau`"]),
        ),
        case(
            "misspelt.csv",
            with("value_usd", "valeu_usd"),
            Refused(&["`valeu_usd`", "`value_usd`"]),
        ),
        case(
            "duplicate.csv",
            with("value_usd", "flow"),
            Refused(&["stands twice", "line 1"]),
        ),
        case("case.csv", with("period,reporter", "PERIOD,Reporter"), Read(3, "330")),
        case(
            "short.csv",
            with("2003,CHN,KOR,export,100,test", "2003,CHN,KOR"),
            Partly(2, "230", 1, &["line 2", "3 fields", "header has 6"]),
        ),
        case(
            "long.csv",
            with(",100,test", ",100,test,,,"),
            Partly(2, "230", 1, &["line 2", "9 fields"]),
        ),
        case(
            "thousands.csv",
            value("1,000"),
            Partly(2, "230", 1, &["line 2", "7 fields", "thousands"]),
        ),
        case(
            "unclosed.csv",
            with("CHN,KOR", "\"CHN,KOR"),
            Refused(&["line 2", "`reporter`", "never closed"]),
        ),
        case(
            "after-quote.csv",
            with(",100,", ",\"10\"0,"),
            Partly(2, "230", 1, &["line 2", "closing quotation mark"]),
        ),
        case(
            "swallowed.csv",
            with("export,100,test\n", "export,100,\"test\n").replacen("import,120,test", "import,120,test\"", 1),
            Partly(1, "110", 1, &["line 2", "next row"]),
        ),
        case(
            "header-again.csv",
            with("2004,CHN", &format!("{}2004,CHN", tests::HEADER)),
            Partly(3, "330", 1, &["line 4", "header stands"]),
        ),
        case(
            "footer.csv",
            format!("{GOOD}\nSource: somebody\n"),
            Partly(3, "330", 1, &["line 6"]),
        ),
        case(
            "preamble.csv",
            format!("Downloaded today\n\n{GOOD}"),
            Refused(&["line 1", "`Downloaded today`"]),
        ),
        case(
            "two-totals.csv",
            "period,reporterCode,flowCode,partnerCode,partner2Code,classificationCode,cmdCode,customsCode,mosCode,motCode,primaryValue\n\
             2003,156,X,410,0,H2,27,C00,0,0,100\n2003,156,X,410,0,H2,27,C00,0,0,999\n2003,156,X,392,0,H2,27,C00,0,0,7\n",
            Partly(1, "7", 2, &["line 2", "line 3", "given differently"]),
        ),
        case(
            "display-scale.csv",
            "DATAFLOW,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE\n\
             IMF.STA:IMTS(1.0.0),KOR,XG_FOB_USD,CHN,A,2003,330,6\n",
            Read(1, "330"),
        ),
        case(
            "doubtful-scale.csv",
            "COUNTRY,INDICATOR,COUNTERPART_COUNTRY,TIME_PERIOD,OBS_VALUE,SCALE\n\
             KOR,XG_FOB_USD,CHN,2003,330,6\nKOR,XG_FOB_USD,JPN,2003,330,0\n",
            Partly(1, "330", 1, &["line 2", "`SCALE`", "cannot be told"]),
        ),
        case(
            "nearly-a-year.csv",
            "DATASET,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,SCALE,2003,20O4\n\
             x,KOR,XG_FOB_USD,CHN,A,Units,330,5\n",
            Refused(&["`20O4`", "nearly"]),
        ),
        case("one-column.csv", "period\n2003\n", Refused(&["`period`"])),
        case(
            "thousand-columns.csv",
            "a,".repeat(5000),
            Refused(&["5001 fields", "5000 columns"]),
        ),
        case("html.csv", "<!DOCTYPE html><html></html>", Refused(&["HTML"])),
        case("xml.csv", "<?xml version=\"1.0\"?><a/>", Refused(&["XML"])),
        case(
            "error.json",
            "{\"statusCode\":429,\"message\":\"Rate limit is exceeded\"}",
            Refused(&["Rate limit is exceeded"]),
        ),
        case(
            "cut.json",
            "{\"data\":[{\"period\":2003},{\"per",
            Refused(&["cut short"]),
        ),
        case("pdf.csv", "%PDF-1.7 ...", Refused(&["PDF"])),
        case(
            "random.bin",
            (0..5000_u32)
                .map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8)
                .collect::<Vec<u8>>(),
            Refused(&[]),
        ),
    ]
}
