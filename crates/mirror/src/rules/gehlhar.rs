use super::{Cell, Estimate, Rule, economies};
use crate::reliability::{Agreement, GEHLHAR_TOLERANCE, TwoSided, gehlhar};

/// The rule of Gehlhar (1996, GTAP Technical Paper 11): the report of whichever side has the higher
/// reliability index, RIX of the exporter or RIM of the importer, each without its worst partner;
/// the importer's where they are equal or unknown.
///
/// It picks one report, so it is discontinuous: a dollar can turn the choice.
#[derive(Clone, Debug)]
pub struct GehlharPick {
    rix: Vec<Option<f64>>,
    rim: Vec<Option<f64>>,
}

impl GehlharPick {
    /// Computes the indices from the two-sided cells, importers' reports brought to FOB.
    pub fn new(cells: &[Cell]) -> Self {
        let flows: Vec<TwoSided> = cells
            .iter()
            .filter_map(|cell| {
                let (export, import) = (cell.export?, cell.import_fob()?);
                Some(TwoSided {
                    exporter: cell.exporter,
                    importer: cell.importer,
                    export,
                    import,
                })
            })
            .collect();
        let (rix, rim) = gehlhar(economies(cells), &flows, GEHLHAR_TOLERANCE);
        let index = |a: &Agreement| a.index_without_worst.or(a.index);
        GehlharPick {
            rix: rix.iter().map(index).collect(),
            rim: rim.iter().map(index).collect(),
        }
    }
}

impl Rule for GehlharPick {
    fn name(&self) -> &'static str {
        "gehlhar"
    }

    fn source(&self) -> &'static str {
        "the report of the side with the higher RIX or RIM (Gehlhar 1996, GTAP TP 11)"
    }

    fn reconcile(&self, cell: &Cell) -> Option<Estimate> {
        let index = |list: &[Option<f64>], i: usize| list.get(i).copied().flatten();
        let exporter_wins = match (index(&self.rix, cell.exporter), index(&self.rim, cell.importer)) {
            (Some(rix), Some(rim)) => rix > rim,
            (Some(_), None) => true,
            (None, _) => false,
        };
        let export = cell.export.map(Estimate::exporters);
        let import = cell.import_fob().map(Estimate::importers);
        if exporter_wins {
            export.or(import)
        } else {
            import.or(export)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_reliable_side_is_believed() {
        let cell = |exporter, importer, x: f64, m: f64| Cell {
            exporter,
            importer,
            export: Some(x),
            import: Some(m),
            margin: 0.0,
            ..Cell::default()
        };
        // 0 agrees with 1 and 2; importer 3 agrees with nobody.
        let cells = [
            cell(0, 1, 100.0, 100.0),
            cell(0, 2, 50.0, 50.0),
            cell(0, 3, 10.0, 90.0),
            cell(1, 3, 20.0, 80.0),
            cell(1, 2, 30.0, 30.0),
        ];
        let rule = GehlharPick::new(&cells);
        assert_eq!(rule.reconcile(&cells[2]), Some(Estimate::exporters(10.0)));
        assert_eq!(rule.reconcile(&cells[0]), Some(Estimate::importers(100.0)));
        assert_eq!(
            rule.reconcile(&Cell {
                import: None,
                ..cells[3]
            }),
            Some(Estimate::exporters(20.0))
        );
    }
}
