use super::{Cell, Estimate, Rule, economies, positive_pairs, weighted};
use nalgebra::{DMatrix, DVector};
use std::f64::consts::FRAC_PI_2;

/// BACI's rule (Gaulier & Zignago 2010, CEPII WP 2010-23, section 3.4): the mean of the two
/// reports, weighted against their error variances.
///
/// |ln X/M| is regressed on exporters' and importers' effects (each summing to zero) with the
/// weight ln(X + M); the reporter's σ is (π/2)(its mean distance − K), K the smallest mean distance
/// plus twice the reporter's own standard error, floored at zero; the weight on the exporter's
/// report is Var_j/(Var_i + Var_j) with Var = e^{σ²}(e^{σ²} − 1).
///
/// Year and product effects of the published equation are left out: cells of one period and
/// level are expected. Where the equation cannot be solved or both variances are zero, the plain mean.
#[derive(Clone, Debug)]
pub struct Baci {
    exporter_variance: Vec<Option<f64>>,
    importer_variance: Vec<Option<f64>>,
}

impl Baci {
    /// Estimates the variances from the two-sided cells.
    pub fn new(cells: &[Cell]) -> Self {
        let n = economies(cells);
        let flows: Vec<(usize, usize, f64, f64)> = positive_pairs(cells)
            .map(|(i, j, x, m)| (i, j, (x.ln() - m.ln()).abs(), (x + m).ln()))
            .filter(|f| f.3 > 0.0)
            .collect();
        match mean_distances(n, &flows) {
            Some((exporters, importers)) => Baci {
                exporter_variance: variances(&exporters),
                importer_variance: variances(&importers),
            },
            None => Baci {
                exporter_variance: vec![None; n],
                importer_variance: vec![None; n],
            },
        }
    }

    /// The error variance of a reporter's exports and of its imports, relative to the value.
    pub fn variances(&self, economy: usize) -> (Option<f64>, Option<f64>) {
        let of = |list: &[Option<f64>]| list.get(economy).copied().flatten();
        (of(&self.exporter_variance), of(&self.importer_variance))
    }
}

/// A least-squares mean and its standard error, for reporters that take part.
type Means = Vec<Option<(f64, f64)>>;

/// Least-squares means of the distance by exporter and by importer.
fn mean_distances(n: usize, flows: &[(usize, usize, f64, f64)]) -> Option<(Means, Means)> {
    let mut exporter = vec![None; n];
    let mut importer = vec![None; n];
    let (mut n_exporters, mut n_importers) = (0, 0);
    for &(i, j, _, _) in flows {
        exporter[i].get_or_insert_with(|| post_increment(&mut n_exporters));
        importer[j].get_or_insert_with(|| post_increment(&mut n_importers));
    }
    if n_exporters == 0 || flows.len() < n_exporters + n_importers {
        return None;
    }
    // All exporters and all importers but the last, which is the reference.
    let p = n_exporters + n_importers - 1;
    let (mut gram, mut moment) = (DMatrix::zeros(p, p), DVector::zeros(p));
    let columns = |i: usize, j: usize| {
        let second = importer[j].map(|c| c + n_exporters).filter(|c| *c < p);
        [exporter[i], second].into_iter().flatten()
    };
    for &(i, j, distance, weight) in flows {
        for a in columns(i, j) {
            moment[a] += weight * distance;
            for b in columns(i, j) {
                gram[(a, b)] += weight;
            }
        }
    }
    let inverse = gram.cholesky()?.inverse();
    let effects = &inverse * &moment;
    let residual = |f: &(usize, usize, f64, f64)| f.2 - columns(f.0, f.1).map(|c| effects[c]).sum::<f64>();
    let rss: f64 = flows.iter().map(|f| f.3 * residual(f).powi(2)).sum();
    let scale = rss / (flows.len() - p).max(1) as f64;
    // A mean is the reporter's own effect plus the average of the other side's.
    let mean = |own: Option<usize>, others: std::ops::Range<usize>, count: usize| {
        let mut x = DVector::zeros(p);
        if let Some(c) = own.filter(|c| *c < p) {
            x[c] = 1.0;
        }
        for c in others.filter(|c| *c < p) {
            x[c] += 1.0 / count as f64;
        }
        (x.dot(&effects), (scale * x.dot(&(&inverse * &x))).max(0.0).sqrt())
    };
    let exporters = exporter
        .iter()
        .map(|c| c.map(|c| mean(Some(c), n_exporters..n_exporters + n_importers, n_importers)));
    let importers = importer
        .iter()
        .map(|c| c.map(|c| mean(Some(c + n_exporters), 0..n_exporters, n_exporters)));
    Some((exporters.collect(), importers.collect()))
}

fn post_increment(count: &mut usize) -> usize {
    *count += 1;
    *count - 1
}

fn variances(means: &Means) -> Vec<Option<f64>> {
    let smallest = means.iter().flatten().map(|m| m.0).fold(f64::INFINITY, f64::min);
    means
        .iter()
        .map(|mean| {
            let (distance, std_error) = (*mean)?;
            let sigma = (FRAC_PI_2 * (distance - smallest - 2.0 * std_error)).max(0.0);
            let square = sigma * sigma;
            Some(square.exp() * square.exp_m1()).filter(|v| v.is_finite())
        })
        .collect()
}

impl Rule for Baci {
    fn name(&self) -> &'static str {
        "baci"
    }

    fn source(&self) -> &'static str {
        "mean weighted by inverse error variances (Gaulier & Zignago 2010, eq. 3 to 5)"
    }

    fn reconcile(&self, cell: &Cell) -> Option<Estimate> {
        weighted(cell, |cell| {
            match (self.variances(cell.exporter).0, self.variances(cell.importer).1) {
                (Some(e), Some(i)) if e + i > 0.0 => i / (e + i),
                _ => 0.5,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A full world of six in which the distance is exactly a_i + b_j.
    fn world(a: [f64; 6], b: [f64; 6]) -> Vec<Cell> {
        (0..6)
            .flat_map(|i| (0..6).filter(move |&j| j != i).map(move |j| (i, j)))
            .map(|(exporter, importer)| Cell {
                exporter,
                importer,
                export: Some(1e6),
                import: Some(1e6 * (a[exporter] + b[importer]).exp()),
                margin: 0.0,
                ..Cell::default()
            })
            .collect()
    }

    #[test]
    fn exact_effects_give_the_published_variances() {
        let (a, b) = ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.0, 0.1, 0.0, 0.2, 0.0, 0.3]);
        let rule = Baci::new(&world(a, b));
        // Without noise the standard errors are zero: σ_i = (π/2)(a_i − min a).
        for i in 0..6 {
            let square = (FRAC_PI_2 * (a[i] - 0.1)).powi(2);
            let expected = square.exp() * (square.exp() - 1.0);
            assert!((rule.variances(i).0.unwrap() - expected).abs() < 1e-6, "{i}");
            let square = (FRAC_PI_2 * b[i]).powi(2);
            assert!(
                (rule.variances(i).1.unwrap() - square.exp() * (square.exp() - 1.0)).abs() < 1e-6,
                "{i}"
            );
        }
        // The best exporter has all the weight, wherever it ships to an importer that errs.
        let cell = Cell {
            exporter: 0,
            importer: 5,
            export: Some(10.0),
            import: Some(20.0),
            margin: 0.0,
            ..Cell::default()
        };
        assert!((rule.reconcile(&cell).unwrap().value - 10.0).abs() < 1e-4);
    }

    #[test]
    fn without_an_equation_it_is_the_mean() {
        let cell = Cell {
            exporter: 0,
            importer: 1,
            export: Some(10.0),
            import: Some(20.0),
            margin: 0.0,
            ..Cell::default()
        };
        assert_eq!(Baci::new(&[cell]).reconcile(&cell).unwrap().value, 15.0);
    }
}
