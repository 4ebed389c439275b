//! Whether a margin is taken off an import report at all.

use crate::pairing::{Pair, Report};
use trade::{ImportBasis, Valuation, import_valuation};

/// Why a margin is removed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// The report says that it is CIF.
    StatedCif,
    /// The report says that it is FOB.
    StatedFob,
    /// The table of valuations says that this reporter's imports of the year are FOB.
    TableFob,
    /// The table says that they are FOB in part.
    TableMixed,
    /// The table says FAS, and removing the margin narrows the gap.
    TableFasNarrows,
    /// The table says FAS, and it does not, or there is no gap.
    TableFas,
    /// Nothing is known: CIF is assumed.
    AssumedCif,
    /// There is no import report.
    NoImport,
}

impl Ground {
    /// The words as they stand in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Ground::StatedCif => "CIF as stated",
            Ground::StatedFob => "FOB as stated",
            Ground::TableFob => "FOB by the table of valuations",
            Ground::TableMixed => "FOB or mixed by the table of valuations",
            Ground::TableFasNarrows => "FAS by the table of valuations, margin narrows the gap",
            Ground::TableFas => "FAS by the table of valuations",
            Ground::AssumedCif => "CIF assumed",
            Ground::NoImport => "no import report",
        }
    }

    /// Whether the margin is removed.
    pub fn removes(self) -> bool {
        matches!(self, Ground::StatedCif | Ground::AssumedCif | Ground::TableFasNarrows)
    }
}

/// The margin τ that is removed from a pair's import report where `margin` is the one of its route, and
/// on what ground. What the report says of itself comes first, then [`trade::import_valuation`].
pub fn removal(pair: &Pair, margin: f64) -> (f64, Ground) {
    let ground = ground(pair, margin);
    (if ground.removes() { margin } else { 0.0 }, ground)
}

fn ground(pair: &Pair, margin: f64) -> Ground {
    let Some(import) = &pair.import else {
        return Ground::NoImport;
    };
    match import.valuation {
        Some(Valuation::Fob) => return Ground::StatedFob,
        Some(Valuation::Cif) => return Ground::StatedCif,
        None => {}
    }
    match import_valuation(pair.key.importer, pair.key.period.year()).map(|v| v.basis) {
        None => Ground::AssumedCif,
        Some(ImportBasis::Fob) => Ground::TableFob,
        Some(ImportBasis::Mixed) => Ground::TableMixed,
        Some(ImportBasis::Fas) if narrows(pair.export.as_ref(), import, margin) => Ground::TableFasNarrows,
        Some(ImportBasis::Fas) => Ground::TableFas,
    }
}

fn narrows(export: Option<&Report>, import: &Report, margin: f64) -> bool {
    let distance = |m: f64, x: f64| (m.ln() - x.ln()).abs();
    export.is_some_and(|export| {
        let (x, m) = (export.amount(), import.amount());
        x > 0.0 && m > 0.0 && distance(m / (1.0 + margin), x) < distance(m, x)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::record;
    use crate::pairing::{Options, pair};
    use trade::{Flow, TOTAL};

    fn of(importer: &str, year: i16, x: i64, m: i64, valuation: Option<Valuation>) -> (f64, Ground) {
        let export = record(year, "JPN", Flow::Export, importer, TOTAL, Some(x));
        let mut import = record(year, importer, Flow::Import, "JPN", TOTAL, Some(m));
        import.valuation = valuation;
        removal(&pair(&[export, import], &Options::default()).pairs[0], 0.06)
    }

    #[test]
    fn what_is_said_comes_before_the_table_and_the_table_before_custom() {
        assert_eq!(of("DEU", 2018, 100, 106, None), (0.06, Ground::AssumedCif));
        assert_eq!(of("AUS", 2018, 100, 106, None), (0.0, Ground::TableFob));
        assert_eq!(
            of("AUS", 2018, 100, 106, Some(Valuation::Cif)),
            (0.06, Ground::StatedCif)
        );
        assert_eq!(
            of("DEU", 2018, 100, 106, Some(Valuation::Fob)),
            (0.0, Ground::StatedFob)
        );
        assert_eq!(of("BRA", 2018, 100, 106, None), (0.0, Ground::TableMixed));
    }

    #[test]
    fn an_fas_importers_margin_goes_only_where_that_narrows_the_gap() {
        assert_eq!(of("CAN", 2003, 100, 110, None), (0.06, Ground::TableFasNarrows));
        assert_eq!(of("CAN", 2003, 100, 99, None), (0.0, Ground::TableFas));
    }
}
