//! How reliable each reporter is, judged by how its reports meet its partners'.
//!
//! The indices of Gehlhar (1996): the share of a reporter's trade on which the partner agrees
//! within a tolerance. The size of each reporter's own error is another matter: see
//! [`crate::variance_components`].

use std::collections::BTreeMap;

/// One flow that both sides reported, told by indices of the reporters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoSided {
    /// The exporter, an index from 0.
    pub exporter: usize,
    /// The importer, an index from 0.
    pub importer: usize,
    /// X, US dollars.
    pub export: f64,
    /// M, US dollars, on the valuation the caller wants compared.
    pub import: f64,
}

/// A reporter's agreement with its partners.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Agreement {
    /// Flows compared.
    pub n: usize,
    /// The value reported on them, US dollars.
    pub value: f64,
    /// The per cent of that value on which the two sides agree; `None` where it is zero.
    pub index: Option<f64>,
    /// The same without the partner with which the largest value disagrees, so that one bad
    /// partner does not condemn a good reporter; `None` where no other partner is left.
    pub index_without_worst: Option<f64>,
    /// That partner.
    pub worst_partner: Option<usize>,
}

/// Gehlhar's tolerance: two reports agree if |M − X|/M ≤ 0.20.
pub const GEHLHAR_TOLERANCE: f64 = 0.20;

/// The reliability indices of Gehlhar (1996, GTAP Technical Paper 11): for each reporter
/// RIX (as exporter) and RIM (as importer), in per cent:
///
/// RIX_i = 100 · Σ_j X_ij [AL_ij ≤ tolerance] / Σ_j X_ij, RIM_j likewise over M, with
/// AL = |M − X|/M. Only two-sided flows count. A flow with M = 0 < X disagrees; X = M = 0 agrees
/// and weighs nothing. Flows that name a reporter beyond `reporters` are ignored.
pub fn gehlhar(reporters: usize, flows: &[TwoSided], tolerance: f64) -> (Vec<Agreement>, Vec<Agreement>) {
    let mut as_exporter = vec![Vec::new(); reporters];
    let mut as_importer = vec![Vec::new(); reporters];
    for flow in flows
        .iter()
        .filter(|f| f.exporter < reporters && f.importer < reporters)
    {
        let agrees = (flow.import - flow.export).abs() <= tolerance * flow.import;
        as_exporter[flow.exporter].push((flow.importer, flow.export, agrees));
        as_importer[flow.importer].push((flow.exporter, flow.import, agrees));
    }
    (
        as_exporter.iter().map(|f| agreement(f)).collect(),
        as_importer.iter().map(|f| agreement(f)).collect(),
    )
}

/// From `(partner, value, agrees)` of one reporter.
fn agreement(flows: &[(usize, f64, bool)]) -> Agreement {
    let mut by_partner: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for &(partner, value, agrees) in flows {
        let sums = by_partner.entry(partner).or_default();
        sums.0 += value;
        sums.1 += if agrees { value } else { 0.0 };
    }
    let (value, agreed) = by_partner.values().fold((0.0, 0.0), |(v, a), s| (v + s.0, a + s.1));
    let percent = |agreed: f64, value: f64| (value > 0.0).then(|| 100.0 * agreed / value);
    // Strictly larger only: the first of equals, whatever the order of the flows.
    let worst = by_partner
        .iter()
        .map(|(&partner, &(v, a))| (partner, v, a))
        .fold(None, |best: Option<(usize, f64, f64)>, this| match best {
            Some(b) if this.1 - this.2 <= b.1 - b.2 => Some(b),
            _ => Some(this),
        })
        .filter(|w| w.1 > w.2);
    let without = worst.map_or((value, agreed), |w| (value - w.1, agreed - w.2));
    Agreement {
        n: flows.len(),
        value,
        index: percent(agreed, value),
        index_without_worst: if worst.is_some() && by_partner.len() < 2 {
            None
        } else {
            percent(without.1, without.0).map(|p| p.clamp(0.0, 100.0))
        },
        worst_partner: worst.map(|w| w.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(exporter: usize, importer: usize, export: f64, import: f64) -> TwoSided {
        TwoSided {
            exporter,
            importer,
            export,
            import,
        }
    }

    #[test]
    fn gehlhars_indices_of_a_small_world() {
        // 0 to 1 agrees (|100-110|/110 < 0.2), 0 to 2 does not, 1 to 2 agrees exactly on the line.
        let flows = [
            flow(0, 1, 100.0, 110.0),
            flow(0, 2, 300.0, 100.0),
            flow(1, 2, 80.0, 100.0),
        ];
        let (rix, rim) = gehlhar(3, &flows, GEHLHAR_TOLERANCE);
        assert_eq!(rix[0].index, Some(25.0));
        assert_eq!(
            (rix[0].index_without_worst, rix[0].worst_partner),
            (Some(100.0), Some(2))
        );
        assert_eq!(rix[1].index, Some(100.0));
        assert_eq!(rix[2].index, None);
        assert_eq!(rim[2].index, Some(50.0));
        assert_eq!(rim[2].index_without_worst, Some(100.0));
        assert_eq!((rim[1].index, rim[1].worst_partner), (Some(100.0), None));
    }

    #[test]
    fn a_single_partner_who_disagrees_leaves_nothing_to_judge_by() {
        let (rix, _) = gehlhar(2, &[flow(0, 1, 1.0, 9.0)], GEHLHAR_TOLERANCE);
        assert_eq!((rix[0].index, rix[0].index_without_worst), (Some(0.0), None));
    }
}
