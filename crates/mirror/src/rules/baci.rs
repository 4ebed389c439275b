use super::{Cell, Estimate, Rule, economies, weighted};
use crate::connectedness::Components;
use nalgebra::{DMatrix, DVector};
use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::FRAC_PI_2;

/// BACI's rule (Gaulier & Zignago 2010, CEPII WP 2010-23, section 3.4): the mean of the two
/// reports, weighted against their error variances.
///
/// |ln X/M| is regressed on exporters', importers', products' and years' effects (each summing to zero)
/// with the weight ln(X + M), products by the within transformation; the reporter's σ is
/// (π/2)(its least-squares mean distance − K), K the smallest one plus twice the reporter's own standard
/// error, floored at zero; the weight on the exporter's report is Var_j/(Var_i + Var_j) with
/// Var = e^{σ²}(e^{σ²} − 1).
///
/// Effects can be compared only among reporters whom two-sided flows connect: the equation is fitted on
/// the part of that graph with the most flows. Outside it, or where both variances are zero, the plain mean.
#[derive(Clone, Debug)]
pub struct Baci {
    exporter_variance: Vec<Option<f64>>,
    importer_variance: Vec<Option<f64>>,
    fit: BaciFit,
}

/// How the equation was fitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BaciFit {
    /// Flows in the equation.
    pub n: usize,
    /// Flows in parts of the graph that are not connected with it.
    pub disconnected: usize,
    /// Products and periods with an effect.
    pub products: usize,
    /// Periods with an effect.
    pub periods: usize,
}

impl Baci {
    /// Estimates the variances from the two-sided cells, of any number of products and periods.
    pub fn new(cells: &[Cell]) -> Self {
        let n = economies(cells);
        let mut flows: Vec<Flow> = cells.iter().filter_map(Flow::of).collect();
        let all = flows.len();
        keep_largest_part(n, &mut flows);
        let (exporters, importers, mut fit) =
            mean_distances(n, &flows).unwrap_or_else(|| (vec![None; n], vec![None; n], BaciFit::default()));
        fit.disconnected = all - flows.len();
        Baci {
            exporter_variance: variances(&exporters),
            importer_variance: variances(&importers),
            fit,
        }
    }

    /// The error variance of a reporter's exports and of its imports, relative to the value.
    pub fn variances(&self, economy: usize) -> (Option<f64>, Option<f64>) {
        let of = |list: &[Option<f64>]| list.get(economy).copied().flatten();
        (of(&self.exporter_variance), of(&self.importer_variance))
    }

    /// How the equation was fitted.
    pub fn fit(&self) -> BaciFit {
        self.fit
    }
}

/// One two-sided flow of the equation.
struct Flow {
    exporter: usize,
    importer: usize,
    product: u32,
    period: u32,
    distance: f64,
    weight: f64,
}

impl Flow {
    fn of(cell: &Cell) -> Option<Flow> {
        let (x, m) = (cell.export?, cell.import_fob()?);
        let weight = (x + m).ln();
        (x > 0.0 && m > 0.0 && weight > 0.0).then(|| Flow {
            exporter: cell.exporter,
            importer: cell.importer,
            product: cell.product,
            period: cell.period,
            distance: (x.ln() - m.ln()).abs(),
            weight,
        })
    }
}

/// Leaves the flows of the connected part with the most of them; exporters and importers are nodes of
/// their own.
fn keep_largest_part(n: usize, flows: &mut Vec<Flow>) {
    let edges: Vec<(usize, usize)> = flows.iter().map(|f| (f.exporter, n + f.importer)).collect();
    let parts = Components::of(2 * n, &edges);
    let mut sizes = vec![0_usize; parts.count()];
    flows.iter().for_each(|f| sizes[parts.of_node[f.exporter]] += 1);
    let largest = sizes
        .iter()
        .enumerate()
        .rev()
        .max_by_key(|(_, size)| **size)
        .map(|(part, _)| part);
    flows.retain(|f| Some(parts.of_node[f.exporter]) == largest);
}

/// A least-squares mean and its standard error, for reporters that take part.
type Means = Vec<Option<(f64, f64)>>;

/// The columns of the equation: exporters, importers, periods; the last of each is minus the sum of the
/// others or, for reporters, the reference. Products are taken out by the within transformation.
struct Layout {
    exporter: Vec<Option<usize>>,
    importer: Vec<Option<usize>>,
    exporters: usize,
    importers: usize,
    periods: Vec<u32>,
}

impl Layout {
    fn of(n: usize, flows: &[Flow]) -> Self {
        let (mut exporter, mut importer) = (vec![None; n], vec![None; n]);
        let (mut exporters, mut importers) = (0, 0);
        for flow in flows {
            exporter[flow.exporter].get_or_insert_with(|| post_increment(&mut exporters));
            importer[flow.importer].get_or_insert_with(|| post_increment(&mut importers));
        }
        let periods: BTreeSet<u32> = flows.iter().map(|f| f.period).collect();
        let periods = periods.into_iter().collect();
        Layout {
            exporter,
            importer,
            exporters,
            importers,
            periods,
        }
    }

    /// How many columns there are: the constant lies in the products' effects.
    fn columns(&self) -> usize {
        (self.exporters - 1) + (self.importers - 1) + (self.periods.len() - 1)
    }

    /// A flow's columns that are not zero, with their values.
    fn row(&self, flow: &Flow, out: &mut Vec<(usize, f64)>) {
        out.clear();
        out.extend(
            self.exporter[flow.exporter]
                .filter(|c| c + 1 < self.exporters)
                .map(|c| (c, 1.0)),
        );
        let importer = self.importer[flow.importer].filter(|c| c + 1 < self.importers);
        out.extend(importer.map(|c| (self.exporters - 1 + c, 1.0)));
        let first = self.exporters + self.importers - 2;
        let last = self.periods.len() - 1;
        match self.periods.binary_search(&flow.period) {
            Ok(p) if p < last => out.push((first + p, 1.0)),
            Ok(_) => out.extend((0..last).map(|p| (first + p, -1.0))),
            Err(_) => {}
        }
    }
}

/// The weighted mean of the columns and of the distance within one product.
struct Within {
    weight: f64,
    columns: Vec<f64>,
    distance: f64,
}

/// Least-squares means of the distance by exporter and by importer.
fn mean_distances(n: usize, flows: &[Flow]) -> Option<(Means, Means, BaciFit)> {
    let layout = Layout::of(n, flows);
    if flows.is_empty() {
        return None;
    }
    let p = layout.columns();
    let (mut gram, mut moment) = (DMatrix::zeros(p, p), DVector::zeros(p));
    let mut products: BTreeMap<u32, Within> = BTreeMap::new();
    let mut row = Vec::new();
    for flow in flows {
        layout.row(flow, &mut row);
        let empty = || Within {
            weight: 0.0,
            columns: vec![0.0; p],
            distance: 0.0,
        };
        let within = products.entry(flow.product).or_insert_with(empty);
        within.weight += flow.weight;
        within.distance += flow.weight * flow.distance;
        for &(a, va) in &row {
            within.columns[a] += flow.weight * va;
            moment[a] += flow.weight * va * flow.distance;
            for &(b, vb) in &row {
                gram[(a, b)] += flow.weight * va * vb;
            }
        }
    }
    let k = products.len();
    if flows.len() < p + k + 1 {
        return None;
    }
    let (mut mean_columns, mut mean_distance, mut inverse_weights) = (DVector::zeros(p), 0.0, 0.0);
    for within in products.values_mut() {
        let w = within.weight;
        let sums = DVector::from_column_slice(&within.columns);
        gram.ger(-1.0 / w, &sums, &sums, 1.0);
        moment.axpy(-within.distance / w, &sums, 1.0);
        mean_columns.axpy(1.0 / (w * k as f64), &sums, 1.0);
        mean_distance += within.distance / (w * k as f64);
        inverse_weights += 1.0 / (w * (k * k) as f64);
        within.columns.iter_mut().for_each(|c| *c /= w);
        within.distance /= w;
    }
    let inverse = gram.cholesky()?.inverse();
    let effects = &inverse * &moment;
    let mut rss = 0.0;
    for flow in flows {
        layout.row(flow, &mut row);
        let within = &products[&flow.product];
        let fitted: f64 = row.iter().map(|(c, v)| v * effects[*c]).sum();
        let centre: f64 = within.columns.iter().zip(effects.iter()).map(|(c, e)| c * e).sum();
        rss += flow.weight * (flow.distance - within.distance - fitted + centre).powi(2);
    }
    let scale = rss / (flows.len() - p - k).max(1) as f64;
    // A mean is the reporter's own effect plus the average of the other side's, at the average product and year.
    let mean = |own: usize, from: usize, count: usize, others: usize, n_others: usize| {
        let mut x = -&mean_columns;
        if own + 1 < count {
            x[from + own] += 1.0;
        }
        for c in 0..n_others - 1 {
            x[others + c] += 1.0 / n_others as f64;
        }
        let variance = scale * (x.dot(&(&inverse * &x)) + inverse_weights);
        (mean_distance + x.dot(&effects), variance.max(0.0).sqrt())
    };
    let (e, i) = (layout.exporters, layout.importers);
    let exporters = layout
        .exporter
        .iter()
        .map(|c| c.map(|c| mean(c, 0, e, e - 1, i)))
        .collect();
    let importers = layout
        .importer
        .iter()
        .map(|c| c.map(|c| mean(c, e - 1, i, 0, e)))
        .collect();
    let fit = BaciFit {
        n: flows.len(),
        disconnected: 0,
        products: k,
        periods: layout.periods.len(),
    };
    Some((exporters, importers, fit))
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
#[path = "baci_tests.rs"]
mod tests;
