//! Words of other people's tidy tables, which are read by a map.

use crate::cell::Cell;
use crate::codes::Reader;
use crate::labels::flow_named;
use crate::tidy::Codes;
use trade::{Economy, Flow};

/// A flow as others write it: `Import`, `Exports`, `M`, `x`.
pub(crate) fn flow(text: &str) -> Option<Flow> {
    flow_named(text).or_else(|| match text.to_ascii_uppercase().as_str() {
        "M" => Some(Flow::Import),
        "X" => Some(Flow::Export),
        "RM" => Some(Flow::ReImport),
        "RX" => Some(Flow::ReExport),
        _ => None,
    })
}

/// An economy whose code is in small letters, or the world by the names that agencies have for it.
pub(crate) fn economy(cell: &Cell<'_>, reader: &Reader, codes: Codes, year: i16) -> Option<Economy> {
    let upper = cell.text.to_ascii_uppercase();
    if matches!(upper.as_str(), "W00" | "WLD" | "WORLD") {
        return Some(Economy::WORLD);
    }
    // The European Union writes Greece and the United Kingdom so.
    let of_union = match (codes, upper.as_str()) {
        (Codes::Alpha2, "EL") => "GR",
        (Codes::Alpha2, "UK") => "GB",
        _ => &upper,
    };
    let letters = matches!(codes, Codes::Alpha3 | Codes::Alpha2) && of_union != cell.text;
    letters
        .then(|| reader.read(&cell.instead(of_union), codes, year).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use crate::{Defaults, Options, import};

    fn options(map: &str) -> Options {
        Options {
            map: Some(toml::from_str(map).unwrap()),
            defaults: toml::from_str::<Defaults>("compiler = \"x\"").unwrap(),
            ..Options::default()
        }
    }

    const MAP: &str =
        "[columns]\nperiod = \"year\"\nreporter = \"from\"\npartner = \"to\"\nflow = \"dir\"\nvalue_usd = \"usd\"\n";

    #[test]
    fn usual_words_of_other_tables_are_read() {
        let rows = "year,from,to,dir,usd\n2003Q1,chn,PRK,Imports,1\n2003-Q2,CHN,W00,x,2\n2003M08,chn,World,EXPORT,3\n\
            2003,CHN,KOR,M,\n2003,CHN,JPN,m,NA\n2003,CHN,KOR,sideways,4\n2003,qqq,KOR,M,4\n";
        let got = import(rows.as_bytes(), &options(MAP)).unwrap();
        let told = got
            .records
            .iter()
            .map(|r| format!("{} {} {} {}", r.period, r.reporter, r.flow, r.partner));
        let want = [
            "2003-01..2003-03 CHN import PRK",
            "2003-04..2003-06 CHN export WLD",
            "2003-08 CHN export WLD",
        ];
        assert_eq!(told.collect::<Vec<_>>(), want);
        assert_eq!((got.quarantine.len(), got.aside()), (2, 2));
        assert_eq!(got.quarantine[1].value, "qqq");
        // The project's own form has its own words, and a row without a figure is a mistake there.
        let own = "period,reporter,partner,flow,value_usd,compiler\n2003,chn,PRK,import,1,x\n2003,CHN,PRK,Import,1,x\n2003,CHN,PRK,import,,x\n";
        assert_eq!(import(own.as_bytes(), &Options::default()).unwrap().quarantine.len(), 3);
    }

    #[test]
    fn cepii_s_flows_in_thousands_are_not_taken_for_dollars() {
        let rows = "year,from,to,dir,tradeflow_baci\n2003,CHN,PRK,X,5\n";
        let map = MAP.replace("\"usd\"", "\"tradeflow_baci\"");
        let told = import(rows.as_bytes(), &options(&map)).unwrap_err().to_string();
        assert!(told.contains("may be multiples"), "{told}");
        let got = import(rows.as_bytes(), &options(&format!("value_power = 3\n{map}"))).unwrap();
        assert_eq!(got.records[0].value.unwrap().to_string(), "5000");
    }

    #[test]
    fn an_unknown_header_names_the_way_by_a_map() {
        let told = import(&b"iso_o,iso_d,when,amount\nFRA,GBR,1900,1\n"[..], &Options::default())
            .unwrap_err()
            .to_string();
        assert!(
            told.contains("--column") && told.contains("--map") && told.contains("--default compiler="),
            "{told}"
        );
    }
}
