//! CEPII's BACI: one reconciled flow from exporter to importer a row. Gaulier & Zignago,
//! CEPII working paper 2010-23.
//!
//! Both reports of a flow have gone into the figure, with freight and insurance taken off
//! the importer's, so it is read as the exporter's export, FOB, with the status `estimated`.
//! Values are in thousands of dollars, quantities in tonnes. Which revision of the
//! Harmonized System a file is in stands only in its name and has to be said.

use crate::codes;
use crate::error::{Error, Result};
use crate::header::{Column, Header};
use crate::names::Names;
use crate::options::Options;
use crate::quarantine::Bad;
use crate::remarks::{Amounts, Remarks};
use crate::source::{Draft, Found, Layout, Part, Repeats, Shape, Source};
use crate::table::Line;
use std::sync::Arc;
use trade::{Classification, Flow, Record, Status, Valuation, check_product};

/// Who publishes it.
pub(crate) const COMPILER: &str = "CEPII BACI";

pub(crate) const SHAPE: Shape = Shape {
    source: Source::Baci,
    name: "baci",
    needed: &["t", "i", "j", "k|hs6", "v", "q"],
    // Releases before 2020 say `hs6` where later ones say `k`.
    known: &["t", "i", "j", "k", "v", "q", "hs6"],
    // Programs that write tables put an index before the columns, people remarks behind them. What a column that is not read
    // tells apart are rows of one key, which contradict each other.
    strict: false,
    repeats: Repeats::Contradict,
    bind: |header, options| Ok(Box::new(Baci::bind(header, options)?)),
};

/// No product has this code: it is what a program makes of an empty cell.
pub(crate) const NO_PRODUCT: &str = "000000";

/// The revision of the Harmonized System that a name says: of a file (`BACI_HS92_Y2020_V202601.csv`), of an archive of such
/// files, of a folder with `BACI` in its name.
pub(crate) fn revision_in(path: &str) -> Option<Classification> {
    let of_baci = |name: &&str| name.to_ascii_uppercase().starts_with("BACI");
    let mut names = path.rsplit(['/', '\\', ':']).filter(of_baci);
    names.find_map(|name| {
        // `HS92` and its like: HS2 would be a chapter as well as a revision.
        let mut parts = name
            .split(['_', '.'])
            .filter(|part| part.len() == 4 && part.starts_with("HS"));
        parts.find_map(|part| part.parse().ok())
    })
}

/// The year that the name of one of BACI's year files gives: `BACI_HS17_Y2021_V202401b.csv`.
pub(crate) fn year_in(path: &str) -> Option<i16> {
    let name = path.rsplit(['/', '\\', ':']).next()?;
    if !name.starts_with("BACI_") {
        return None;
    }
    let year = name.split('_').find_map(|part| part.strip_prefix('Y'))?;
    (year.len() == 4).then(|| year.parse().ok()).flatten()
}

/// What is told of a file that has rows of another year than its name gives.
pub(crate) fn note_on_other_year(path: &str, year: i16, other: i16) -> String {
    format!("{path} is of {year} by its name and has rows of {other}: the rows' own years are taken")
}

struct Baci {
    year: Column,
    exporter: Column,
    importer: Column,
    product: Column,
    value: Column,
    tonnes: Column,
    classification: Classification,
    compiler: Arc<str>,
    names: Names,
    amounts: Amounts,
}

impl Baci {
    fn bind(header: &Header, options: &Options) -> Result<Baci> {
        let needed = |name: &str, other: &str| {
            header
                .column(name)
                .or_else(|| header.column(other))
                .ok_or_else(|| Error::Header {
                    file: options.file.clone(),
                    line: 0,
                    problem: format!("baci expects the column `{name}`"),
                    advice: "the columns are t, i, j, k, v, q".to_owned(),
                })
        };
        let refuse = |problem: String| Error::Setting {
            file: options.file.clone(),
            name: "defaults.classification",
            problem,
            advice: "state the revision that the file's name gives, such as HS92 or HS17".to_owned(),
        };
        let stated = options.defaults.classification.as_deref();
        let classification = match stated.map(|text| text.trim().parse()) {
            Some(Ok(classification @ Classification::Hs(_))) => {
                if let Some(named) = revision_in(&options.file).filter(|named| *named != classification) {
                    return Err(refuse(format!(
                        "is {classification}, where the name of the file says {named}"
                    )));
                }
                classification
            }
            Some(_) => {
                return Err(refuse(format!(
                    "is `{}`, no revision of the HS",
                    stated.unwrap_or_default()
                )));
            }
            None => revision_in(&options.file).ok_or_else(|| Error::Unsaid {
                file: options.file.clone(),
                missing: vec![("classification", "HS92")],
            })?,
        };
        let names = Names::default();
        Ok(Baci {
            year: needed("t", "t")?,
            exporter: needed("i", "i")?,
            importer: needed("j", "j")?,
            product: needed("k", "hs6")?,
            value: needed("v", "v")?,
            tonnes: needed("q", "q")?,
            classification,
            compiler: names.get(COMPILER),
            names,
            amounts: Amounts::default(),
        })
    }

    /// Six digits. The released files are written from numbers, so a leading zero is lost.
    fn product(&self, line: &Line<'_>) -> Result<Arc<str>, Bad> {
        let cell = line.cell(&self.product)?;
        let padded = if cell.text.len() == 5 {
            format!("0{}", cell.text)
        } else {
            cell.text.to_owned()
        };
        if padded.len() != 6 || padded == NO_PRODUCT || check_product(self.classification, &padded).is_err() {
            return Err(cell.bad(
                "this is no six-digit product",
                "a code of five or six digits is expected",
            ));
        }
        Ok(self.names.get(&padded))
    }
}

impl Baci {
    fn row(&mut self, line: &Line<'_>) -> Result<Found, Bad> {
        let year = line.cell(&self.year)?;
        let period = year.period()?;
        if !period.is_annual() {
            return Err(year.bad("this is no year", "write four digits"));
        }
        let (from, reporter) = codes::numeric(&line.cell(&self.exporter)?, period.year())?;
        let (to, partner) = codes::numeric(&line.cell(&self.importer)?, period.year())?;
        if reporter == partner {
            return Ok(Found::Aside("trade of an economy with itself"));
        }
        let net_weight_kg = self.amounts.amount(&line.cell(&self.tonnes)?, 3)?;
        let record = Record {
            compiler: Arc::clone(&self.compiler),
            period,
            reporter,
            partner,
            flow: Flow::Export,
            classification: self.classification,
            product: self.product(line)?,
            valuation: Some(Valuation::Fob),
            value: Some(self.amounts.money(&line.cell(&self.value)?, 3)?),
            rounded_to: None,
            share_percent: None,
            net_weight_kg,
            quantity: None,
            quantity_unit: None,
            status: Status::Estimated,
            basis: None,
            reference: None,
        };
        Ok(Found::Draft(Box::new(Draft {
            record,
            part: Part::Unsaid,
            codes: (from, to),
            unread: 0,
        })))
    }
}

impl Layout for Baci {
    fn read(&mut self, line: &Line<'_>, found: &mut Vec<Found>) {
        found.push(self.row(line).unwrap_or_else(Found::Bad));
    }

    fn remark(&self, remarks: &mut Remarks) {
        self.amounts.tell(remarks);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Defaults, Options, Source, import};
    use trade::{Classification, Decimal3, Flow, Status, Usd};

    fn options() -> Options {
        let defaults = Defaults {
            classification: Some("HS5".into()),
            ..Defaults::default()
        };
        Options {
            defaults,
            ..Options::default()
        }
    }

    #[test]
    fn padded_quantities_na_and_lost_zeros_are_read() {
        let text = "\"t\",\"i\",\"j\",\"k\",\"v\",\"q\"\r\n2021,4,24,382390,52.051,\"       13.235\"\r\n2021,4,32,10121,0.029,\"           NA\"\r\n2021,4,32,101,0.029,\"NA\"\r\n";
        let got = import(text.as_bytes(), &options()).unwrap();
        assert_eq!(
            (got.source, got.quarantine.len(), got.quarantine[0].column.as_deref()),
            (Source::Baci, 1, Some("k"))
        );
        let [a, b] = &got.records[..] else { panic!("{got:?}") };
        assert_eq!(
            (a.reporter.as_str(), a.partner.as_str(), a.flow, a.status),
            ("AFG", "AGO", Flow::Export, Status::Estimated)
        );
        assert_eq!(
            (a.value, a.net_weight_kg),
            (Some(Usd::from_units(52_051)), Some(Decimal3::from_units(13_235)))
        );
        assert_eq!((a.classification, &*b.product), (Classification::Hs(5), "010121"));
        assert_eq!((b.value, b.net_weight_kg), (Some(Usd::from_units(29)), None));
    }

    #[test]
    fn the_revision_has_to_be_said() {
        let error = import(&b"t,hs6,i,j,v,q\n"[..], &Options::default()).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("does not say its classification; state it: --default classification=HS92"),
            "{error}"
        );
        let mut wrong = options();
        wrong.defaults.classification = Some("SITC3".into());
        assert!(
            import(&b"t,hs6,i,j,v,q\n"[..], &wrong)
                .unwrap_err()
                .to_string()
                .contains("no revision of the HS")
        );
        assert_eq!(
            import(&b"t,hs6,i,j,v,q\n2001,382390,4,24,1,1\n"[..], &options())
                .unwrap()
                .records
                .len(),
            1
        );
        assert!(import(&b"t,i,j,v,q\n"[..], &options()).is_err());
    }
}
