use super::{Cell, CodedOptions, import_fob_as_coded};

/// The program's scores of countries, and its thresholds.
#[derive(Clone, Debug)]
pub(super) struct Scores {
    /// By economy, as exporter.
    pub exporter: Vec<Option<f64>>,
    /// By economy, as importer.
    pub importer: Vec<Option<f64>>,
    exporter_threshold: f64,
    importer_threshold: f64,
}

/// One pair with something left above the floor.
struct Flow {
    exporter: usize,
    importer: usize,
    x: f64,
    m: f64,
}

impl Scores {
    /// From one cell a pair of the `n` economies.
    pub fn new(n: usize, pairs: &[Cell], options: &CodedOptions) -> Self {
        let floored = |v: Option<f64>| v.filter(|v| *v >= options.score_floor).unwrap_or(0.0);
        let mut flows: Vec<Flow> = pairs
            .iter()
            .map(|c| Flow {
                exporter: c.exporter,
                importer: c.importer,
                x: floored(c.export),
                m: floored(import_fob_as_coded(c)),
            })
            .filter(|f| f.exporter != f.importer && f.x + f.m > 0.0)
            .collect();
        // Every economy of the pairs that is named on a side belongs to the ranking of that side.
        let (mut exports, mut imports) = (vec![false; n], vec![false; n]);
        for flow in &flows {
            exports[flow.exporter] = true;
            imports[flow.importer] = true;
        }
        let kept = kept(n, &mut flows, options.min_partners);
        let (exporter, importer) = iterate(n, &flows, &kept, options.iterations);
        Scores {
            exporter_threshold: threshold(&exporter, &exports),
            importer_threshold: threshold(&importer, &imports),
            exporter,
            importer,
        }
    }

    /// Whether an exporter and an importer are above the 10th percentile of their side.
    pub fn flags(&self, exporter: usize, importer: usize) -> (bool, bool) {
        let above = |list: &[Option<f64>], i: usize, threshold: f64| {
            list.get(i).copied().flatten().is_some_and(|score| score > threshold)
        };
        (
            above(&self.exporter, exporter, self.exporter_threshold),
            above(&self.importer, importer, self.importer_threshold),
        )
    }
}

/// The 10th percentile by linear interpolation, rounded to three decimals, half to even.
fn threshold(scores: &[Option<f64>], ranked: &[bool]) -> f64 {
    let mut known: Vec<f64> = scores
        .iter()
        .zip(ranked)
        .filter(|(_, r)| **r)
        .filter_map(|(s, _)| *s)
        .collect();
    known.sort_by(f64::total_cmp);
    let Some(last) = known.len().checked_sub(1) else {
        return f64::INFINITY;
    };
    let at = 0.1 * last as f64;
    let (below, above) = (known[at as usize], known[(at as usize + 1).min(last)]);
    ((below + (above - below) * at.fract()) * 1000.0).round_ties_even() / 1000.0
}

/// Drops who never reports an export or an import, then who has too few partners: five rounds over importers,
/// five over exporters, each leaving out the country on both sides. Who is left.
fn kept(n: usize, flows: &mut Vec<Flow>, min_partners: usize) -> Vec<bool> {
    let mut exports = vec![false; n];
    flows
        .iter()
        .filter(|f| f.x > 0.0)
        .for_each(|f| exports[f.exporter] = true);
    flows.retain(|f| exports[f.exporter]);
    let mut imports = vec![false; n];
    flows
        .iter()
        .filter(|f| f.m > 0.0)
        .for_each(|f| imports[f.importer] = true);
    flows.retain(|f| imports[f.importer]);
    let sides: [fn(&Flow) -> usize; 2] = [|f| f.importer, |f| f.exporter];
    let mut kept = vec![true; n];
    for (side, there) in sides.into_iter().zip([&imports, &exports]) {
        for _ in 0..5 {
            let mut partners = vec![0; n];
            flows.iter().for_each(|f| partners[side(f)] += 1);
            for i in (0..n).filter(|i| there[*i] && partners[*i] < min_partners) {
                kept[i] = false;
            }
            flows.retain(|f| kept[f.exporter] && kept[f.importer]);
        }
    }
    let kept: Vec<bool> = (0..n).map(|i| kept[i] && exports[i] && imports[i]).collect();
    flows.retain(|f| kept[f.exporter] && kept[f.importer]);
    kept
}

type OneSide = Vec<Option<f64>>;

fn iterate(n: usize, flows: &[Flow], kept: &[bool], iterations: usize) -> (OneSide, OneSide) {
    let (mut out, mut inward) = (vec![0.0; n], vec![0.0; n]);
    for flow in flows {
        out[flow.exporter] += 1.0;
        inward[flow.importer] += 1.0;
    }
    let (mut exporters, mut importers) = (vec![1.0; n], vec![1.0; n]);
    for _ in 0..iterations {
        let (mut into, mut from) = (vec![0.0; n], vec![0.0; n]);
        for &Flow {
            exporter,
            importer,
            x,
            m,
        } in flows
        {
            let d = (x - m).abs() / (x + m);
            into[importer] += d * importers[exporter];
            from[exporter] += d * exporters[importer];
        }
        exporters = (0..n).map(|k| 1.0 / (into[k] / out[k])).collect();
        importers = (0..n).map(|k| 1.0 / (from[k] / inward[k])).collect();
    }
    let finite = |scores: Vec<f64>| {
        let scores = scores.into_iter().zip(kept);
        scores.map(|(s, k)| Some(s).filter(|s| *k && s.is_finite())).collect()
    };
    (finite(exporters), finite(importers))
}
