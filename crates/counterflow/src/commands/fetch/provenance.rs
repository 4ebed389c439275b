//! Where a pin's figures are from, as its description tells.

use super::answers::Import;
use ::fetch::{Fetched, Provider};
use store::PinFile;

/// When the answers were given.
struct Days {
    first: String,
    last: String,
}

impl Days {
    fn of(fetched: &Fetched) -> Days {
        let days = || fetched.answers.iter().map(|(_, answer)| answer.extracted.clone());
        Days {
            first: days().min().unwrap_or_default(),
            last: days().max().unwrap_or_default(),
        }
    }

    fn told(&self) -> String {
        if self.first == self.last {
            self.last.clone()
        } else {
            format!("{} to {}", self.first, self.last)
        }
    }
}

pub fn provenance(import: &Import<'_>) -> PinFile {
    let (plan, name, days) = (import.plan, import.name, Days::of(import.fetched));
    let url = plan
        .parts
        .first()
        .map(|part| plan.request(part).url)
        .unwrap_or_default();
    let told = days.told();
    let usual = PinFile {
        name: name.to_owned(),
        release: format!("extracted {told}"),
        retrieved: days.last.clone(),
        url,
        ..PinFile::default()
    };
    match &plan.provider {
        Provider::Comtrade { .. } => PinFile {
            title: format!("UN Comtrade, {name}, extracted {told}"),
            compiler: "United Nations Statistics Division, UN Comtrade".to_owned(),
            licence: "UN Comtrade: free redistribution of up to 100,000 records".to_owned(),
            terms: "cite UN Comtrade; its policy on use and re-dissemination governs what may be passed on".to_owned(),
            citation: format!("United Nations Statistics Division, UN Comtrade Database, extracted {told}"),
            traps: vec![
                "The database is revised every day: another day's extraction may hold other figures.".to_owned(),
                "The world as a partner stands beside its parts, and TOTAL beside products: never add them.".to_owned(),
            ],
            ..usual
        },
        Provider::Imts { .. } => PinFile {
            title: format!("IMF International Trade in Goods, {name}, extracted {told}"),
            compiler: "International Monetary Fund, International Trade in Goods by partner country (IMTS)".to_owned(),
            licence: "see the Fund's terms of use of its data".to_owned(),
            terms: "https://www.imf.org/external/terms.htm".to_owned(),
            citation: format!(
                "International Monetary Fund, International Trade in Goods by partner country (IMTS), extracted {told}"
            ),
            traps: vec![
                "The Fund's estimates stand among reports and are not marked: every figure is `estimated`.".to_owned(),
                "The world and groups as partners stand beside their parts: never add them.".to_owned(),
            ],
            ..usual
        },
        Provider::Baci { revision, release, .. } => PinFile {
            title: format!("BACI {revision}, release V{release}"),
            compiler: "CEPII, BACI".to_owned(),
            release: format!("V{release}, {revision}"),
            licence: "Etalab 2.0".to_owned(),
            terms: "free reuse with attribution".to_owned(),
            citation:
                "Gaulier, G. and Zignago, S. (2010), BACI: International Trade Database at the Product-Level. The \
                       1994-2007 Version, CEPII Working Paper 2010-23"
                    .to_owned(),
            traps: vec!["Releases revise all years: never continue one with another.".to_owned()],
            ..usual
        },
    }
}
