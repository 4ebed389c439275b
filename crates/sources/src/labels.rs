//! Names that stand beside codes. They are not read for what a figure is about, but where a name is known and is another
//! economy's than the code, nobody can tell which of the two is meant.

use crate::cell::Cell;
use crate::codes::are_two;
use crate::header::Column;
use crate::quarantine::Bad;
use crate::table::Line;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use trade::{Economy, Flow, economies};

/// How many names are kept with what was found of them.
const KEPT: usize = 10_000;

/// Compares the names of one file with its codes; each pair is looked up once.
#[derive(Default)]
pub(crate) struct Labels {
    seen: RefCell<HashMap<(Economy, i16), BTreeMap<String, bool>>>,
}

impl Labels {
    /// Refuses a name that clearly is another economy's than this, which the code beside it stands for. Names that are not
    /// known, that several bear or that cannot be decoded say nothing.
    pub(crate) fn check(&self, line: &Line<'_>, name: Option<&Column>, economy: Economy, year: i16) -> Result<(), Bad> {
        match line.optional(name) {
            Ok(Some(cell)) if self.contradict(cell.text, economy, year) => Err(refusal(&cell, economy)),
            _ => Ok(()),
        }
    }

    pub(crate) fn contradict(&self, text: &str, economy: Economy, year: i16) -> bool {
        let mut seen = self.seen.borrow_mut();
        if let Some(&found) = seen.get(&(economy, year)).and_then(|names| names.get(text)) {
            return found;
        }
        let found = names_another(text, economy, year);
        if seen.len() >= KEPT {
            seen.clear();
        }
        let names = seen.entry((economy, year)).or_default();
        // A cell that holds anything at all may stand in every row.
        if names.len() < KEPT && text.len() <= 200 {
            names.insert(text.to_owned(), found);
        }
        found
    }
}

fn refusal(cell: &Cell<'_>, economy: Economy) -> Bad {
    let named = economies().get(economy).map_or("", |info| info.name);
    cell.bad(
        format!("the code beside this name stands for {economy} ({named})"),
        "find out which of the two is meant",
    )
}

/// Whether a text is a name, and everybody who bears it is clearly another than this economy in that year.
pub(crate) fn names_another(text: &str, economy: Economy, year: i16) -> bool {
    if crate::cell::is_absent(text) || text.len() > 200 {
        return false;
    }
    let bearers = economies().bearers(text);
    !bearers.is_empty() && bearers.iter().all(|info| are_two(info.code, economy, year))
}

/// The flow that a word names: `Import`, `Exports`, `Re-Export`. `None` for other words, such as those of other languages.
pub(crate) fn flow_named(text: &str) -> Option<Flow> {
    let letters = text
        .bytes()
        .filter(u8::is_ascii_alphabetic)
        .map(|b| b.to_ascii_lowercase());
    let word: Vec<u8> = letters.take(12).collect();
    Some(match word.strip_suffix(b"s").unwrap_or(&word) {
        b"import" => Flow::Import,
        b"export" => Flow::Export,
        b"reimport" => Flow::ReImport,
        b"reexport" => Flow::ReExport,
        _ => return None,
    })
}

/// Refuses a word for a flow beside the code of another.
pub(crate) fn check_flow(line: &Line<'_>, name: Option<&Column>, flow: Flow) -> Result<(), Bad> {
    match line.optional(name) {
        Ok(Some(cell)) if flow_named(cell.text).is_some_and(|named| named != flow) => Err(cell.bad(
            format!("the code beside it stands for {flow}"),
            "find out which of the two is meant",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn another(text: &str, code: &str, year: i16) -> bool {
        Labels::default().contradict(text, Economy::new(code).unwrap(), year)
    }

    #[test]
    fn known_names_of_others_contradict_a_code_and_nothing_else_does() {
        for (name, code) in [
            ("Korea, Rep.", "CHN"),
            ("Korea", "CHN"),
            ("United States of America", "CHN"),
            ("China", "PRK"),
            ("World", "CHN"),
            ("China", "WLD"),
            ("Other Asia, nes", "KOR"),
            ("Areas, nes", "CHN"),
            ("China", "X1"),
        ] {
            assert!(another(name, code, 2003), "{name} {code}");
        }
        for (name, code, year) in [
            ("China, P.R.: Mainland", "CHN", 2003),
            ("Korea", "PRK", 2003),
            ("Congo", "COD", 2003),
            ("Kingdom of Ruritania", "CHN", 2003),
            ("NA", "CHN", 2003),
            ("", "CHN", 2003),
            // Names of states that were, and of those that came after them.
            ("Russia", "SUN", 1980),
            ("Germany", "DDR", 1980),
            ("Yugoslavia", "SCG", 2000),
            ("Serbia", "SCG", 2007),
            ("Belgium", "BLX", 1990),
            ("Other Asia, nes", "TWN", 2003),
            ("Chinese Taipei", "S19", 2003),
            ("Special Categories", "_X", 2003),
        ] {
            assert!(!another(name, code, year), "{name} {code}");
        }
    }

    /// What is in the quarantine of a table: the columns, and how many rows are records.
    fn told(csv: &str) -> (Vec<String>, usize) {
        let got = crate::import(csv.as_bytes(), &crate::Options::default()).unwrap();
        let columns = got.quarantine.iter().filter_map(|bad| bad.column.clone());
        (columns.collect(), got.records.len())
    }

    #[test]
    fn every_source_compares_its_names_with_its_codes() {
        let classic = "Classification,Year,Trade Flow Code,Trade Flow,Reporter Code,Reporter,Partner Code,Partner,Commodity Code,Trade Value (US$)\n\
            H3,2011,1,Export,156,China,408,Dem. People's Rep. of Korea,27,5\n\
            H3,2011,1,Import,156,Rep. of Korea,408,Dem. People's Rep. of Korea,27,6\n\
            H3,2011,1,Import,156,Chine,408,Corée du Nord,27,7\n";
        assert_eq!(told(classic), (vec!["Trade Flow".to_owned(), "Reporter".to_owned()], 1));
        let wits = "Nomenclature,ReporterISO3,ReporterName,PartnerISO3,PartnerName,ProductCode,Year,TradeFlowName,TradeValue in 1000 USD\n\
            H3,CHN,Korea,PRK,x,27,2010,Import,1\nH3,CHN,China,KOR,\"Korea, Dem. Rep.\",27,2010,Import,1\n\
            H3,CHN,China,PRK,\"Korea, Dem. Rep.\",27,2010,Import,1\n";
        assert_eq!(
            told(wits),
            (vec!["ReporterName".to_owned(), "PartnerName".to_owned()], 1)
        );
        let cow = "ccode1,ccode2,year,importer1,importer2,flow1,flow2\n\
            710,731,1990,United States of America,North Korea,1,-9\n365,710,1980,Russia,China,1,-9\n";
        assert_eq!(told(cow), (vec!["importer1".to_owned()], 1));
        let dots = "Country Name,Country Code,Indicator Code,Counterpart Country Name,Counterpart Country Code,2003\n\
            Japan,158,TXG_FOB_USD,\"Korea, Rep. of\",924,1\n\"China, P.R.: Mainland\",924,TXG_FOB_USD,World,1,1\n";
        assert_eq!(told(dots), (vec!["Counterpart Country Name".to_owned()], 1));
        let oecd = "REF_AREA,Reference area,COUNTERPART_AREA,Counterpart area,TRADE_FLOW,TIME_PERIOD,OBS_VALUE,UNIT_MULT\n\
            DEU,France,ITA,Italy,X,2020,1,6\nDEU,Germany,ITA,Italy,X,2020,1,6\n";
        assert_eq!(told(oecd), (vec!["Reference area".to_owned()], 1));
    }

    #[test]
    fn words_for_flows_are_known_in_one_language() {
        let cases = [
            ("Re-Imports", Some(Flow::ReImport)),
            ("EXPORT", Some(Flow::Export)),
            ("Ausfuhr", None),
            ("", None),
        ];
        for (text, flow) in cases {
            assert_eq!(flow_named(text), flow, "{text}");
        }
    }
}
