//! A reconciliation rule: two reports of one flow become one figure.

use mirror::rules::{Cell, Estimate, Rule};

/// The geometric mean of the exporter's report and the importer's, brought to FOB.
pub struct GeometricMean;

impl Rule for GeometricMean {
    fn name(&self) -> &'static str {
        "geometric-mean"
    }

    fn source(&self) -> &'static str {
        "sqrt(X M/(1 + margin)); an example, published nowhere"
    }

    fn reconcile(&self, cell: &Cell) -> Option<Estimate> {
        match (cell.export, cell.import_fob()) {
            (Some(export), Some(import)) => Some(Estimate {
                value: (export * import).sqrt(),
                export_share: 0.5,
            }),
            (Some(export), None) => Some(Estimate::exporters(export)),
            (None, Some(import)) => Some(Estimate::importers(import)),
            (None, None) => None,
        }
    }
}
