use super::argmax::quantiles;
use super::segment::{Segment, rounding_noise, rows};
use crate::design::check_series;
use crate::{Design, Error, Result};
use std::f64::consts::PI;

/// The least length of a segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trim {
    /// A share of the observations; the length is rounded down.
    Share(f64),
    /// A number of observations.
    Observations(usize),
}

impl Trim {
    /// The least length h for n observations and k terms.
    ///
    /// # Errors
    /// Refuses a length that does not exceed k, or of which not even two fit.
    pub fn length(self, n: usize, k: usize) -> Result<usize> {
        let h = match self {
            Trim::Share(share) if share > 0.0 && share < 1.0 => (n as f64 * share).floor() as usize,
            Trim::Observations(h) => h,
            Trim::Share(share) => {
                return Err(Error::Option {
                    option: "trim",
                    expected: "a share between 0 and 1, or a number of observations".to_owned(),
                    found: share.to_string(),
                });
            }
        };
        if h <= k {
            return Err(Error::Option {
                option: "trim",
                expected: format!("segments of more observations than the {k} terms"),
                found: format!("{h} of {n} observations"),
            });
        }
        if 2 * h > n {
            return Err(Error::TooFew {
                what: "a break with segments of the asked length",
                needed: 2 * h,
                found: n,
            });
        }
        Ok(h)
    }
}

/// Optimal partitions of a series into regimes.
#[derive(Debug, Clone, PartialEq)]
pub struct BaiPerron {
    /// The least length of a segment.
    pub h: usize,
    /// The best partition for each number of breaks, from none.
    pub partitions: Vec<Partition>,
    /// The number of breaks with the smallest BIC.
    pub selected_bic: usize,
    /// The number of breaks with the smallest LWZ.
    pub selected_lwz: usize,
}

/// The partition with the smallest residual sum of squares for its number of breaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Partition {
    /// The break points: each the number of observations up to the end of a regime, so that
    /// it is, counted from one, the last observation of the old regime.
    pub breaks: Vec<usize>,
    /// The residual sum of squares over all regimes; zero where it is rounding noise beside the sum of y^2.
    pub rss: f64,
    /// n (ln(rss / n) + 1 + ln 2 pi) + ln(n) (k + 1)(m + 1): each regime has k coefficients,
    /// each break and the variance count as a parameter (Zeileis et al. 2002). `None` for rss = 0.
    pub bic: Option<f64>,
    /// ln(rss / (n - p)) + 0.299 p (ln n)^2.1 / n with p = k (m + 1) + m (Liu, Wu & Zidek 1997).
    /// `None` for rss = 0.
    pub lwz: Option<f64>,
}

/// Estimates break dates by dynamic programming: for each number of breaks up to
/// `max_breaks` the partition that minimises the residual sum of squares, all coefficients
/// changing at each break.
///
/// *Source*: Bai & Perron (2003), Journal of Applied Econometrics 18, 1-22; numbers of
/// parameters as in R's strucchange, Zeileis, Leisch, Hornik & Kleiber (2002). *Shape*: design
/// n by k with rows in time order, `y` of length n. `max_breaks` of `None` takes
/// ceil(n / h) - 2, at least one; n^2 / 2 rotations of size k, n * max_breaks numbers of memory.
/// Of partitions with equal sums the one with the earliest last break is taken. With the least
/// length binding, the sum need not fall as breaks are added.
///
/// # Errors
/// A trim that leaves no room; inputs that do not fit or are not finite; more breaks asked for
/// than fit.
pub fn bai_perron(design: &Design, y: &[f64], trim: Trim, max_breaks: Option<usize>) -> Result<BaiPerron> {
    let (n, k) = (design.rows(), design.terms().len());
    check_series("y", y, n)?;
    let h = trim.length(n, k)?;
    let room = n / h - 1;
    let most = max_breaks.unwrap_or_else(|| n.div_ceil(h).saturating_sub(2).clamp(1, room));
    if most > room {
        return Err(Error::Option {
            option: "max_breaks",
            expected: format!("at most {room} with segments of {h} of {n} observations"),
            found: most.to_string(),
        });
    }
    let table = Programme::solve(design, y, h, most);
    let noise = rounding_noise(y)?;
    let partitions: Vec<Partition> = (0..=most)
        .map(|m| {
            let rss = Some(table.rss[m][n]).filter(|rss| *rss > noise).unwrap_or(0.0);
            Partition {
                breaks: table.trace(m, n),
                rss,
                bic: bic(rss, n, k, m),
                lwz: lwz(rss, n, k, m),
            }
        })
        .collect();
    let smallest = |of: &dyn Fn(&Partition) -> Option<f64>| {
        // A perfect fit needs no further break.
        let without = |p: &Partition| if p.rss > 0.0 { f64::INFINITY } else { f64::NEG_INFINITY };
        let values = partitions.iter().map(|p| of(p).unwrap_or_else(|| without(p)));
        values
            .enumerate()
            .fold(
                (0, f64::INFINITY),
                |best, (m, v)| if v < best.1 { (m, v) } else { best },
            )
            .0
    };
    let (selected_bic, selected_lwz) = (smallest(&|p| p.bic), smallest(&|p| p.lwz));
    Ok(BaiPerron {
        h,
        partitions,
        selected_bic,
        selected_lwz,
    })
}

fn bic(rss: f64, n: usize, k: usize, m: usize) -> Option<f64> {
    let (size, parameters) = (n as f64, ((k + 1) * (m + 1)) as f64);
    (rss > 0.0).then(|| size * ((rss / size).ln() + 1.0 + (2.0 * PI).ln()) + size.ln() * parameters)
}

fn lwz(rss: f64, n: usize, k: usize, m: usize) -> Option<f64> {
    let (size, parameters) = (n as f64, (k * (m + 1) + m) as f64);
    let df = size - parameters;
    (rss > 0.0 && df > 0.0).then(|| (rss / df).ln() + 0.299 * parameters * size.ln().powf(2.1) / size)
}

/// rss\[m]\[e]: the smallest sum over the first e observations in m + 1 segments; infinite where
/// there is no room. last\[m]\[e]: where its last segment starts.
struct Programme {
    rss: Vec<Vec<f64>>,
    last: Vec<Vec<usize>>,
}

impl Programme {
    /// Runs over the starts of last segments in order; by then all sums up to the start are final.
    fn solve(design: &Design, y: &[f64], h: usize, most: usize) -> Self {
        let n = y.len();
        let rows = rows(design);
        let mut table = Programme {
            rss: vec![vec![f64::INFINITY; n + 1]; most + 1],
            last: vec![vec![0; n + 1]; most + 1],
        };
        let mut segment = Segment::new(design);
        for start in 0..=(n - h) {
            if start > 0 && start < h {
                continue;
            }
            segment.clear();
            for end in start + 1..=n {
                segment.push(&rows[end - 1], y[end - 1]);
                if end < start + h {
                    continue;
                }
                if start == 0 {
                    table.rss[0][end] = segment.rss;
                    continue;
                }
                for m in 1..=most {
                    let sum = table.rss[m - 1][start] + segment.rss;
                    if sum < table.rss[m][end] {
                        table.rss[m][end] = sum;
                        table.last[m][end] = start;
                    }
                }
            }
        }
        table
    }

    fn trace(&self, m: usize, n: usize) -> Vec<usize> {
        let mut end = n;
        let mut breaks: Vec<usize> = (1..=m)
            .rev()
            .map(|m| {
                end = self.last[m][end];
                end
            })
            .collect();
        breaks.reverse();
        breaks
    }
}

/// What may differ between the regimes on either side of a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heterogeneity {
    /// The second moments of the regressors.
    pub regressors: bool,
    /// The variance of the errors.
    pub errors: bool,
}

impl Default for Heterogeneity {
    fn default() -> Self {
        Heterogeneity {
            regressors: true,
            errors: true,
        }
    }
}

/// The interval of a break point, in the units of [`Partition::breaks`]. It may reach beyond the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakInterval {
    /// The estimate.
    pub at: usize,
    /// The lower end.
    pub low: i64,
    /// The upper end.
    pub high: i64,
}

/// Intervals of confidence `level` for the break points of a partition, from the distribution
/// of the argmax of a two-sided Brownian motion with drift, for errors without autocorrelation.
///
/// *Formula*: with d the change of the coefficients, Q_i = X'X / n_i and s_i^2 = rss_i / n_i of
/// the regimes, the estimate less the break, times d'Q_1 d / s_1^2, has that distribution with
/// xi = d'Q_2 d / d'Q_1 d and variance ratio s_2^2 / s_1^2; the ends are rounded outwards.
/// *Source*: Bai (1997), Review of Economics and Statistics 79, 551-563; Bai & Perron (2003),
/// section 4.3.
///
/// # Errors
/// Breaks that do not rise or leave a regime without room; a level outside (0, 1); a regime
/// that fits perfectly or whose coefficients do not change.
pub fn break_intervals(
    design: &Design,
    y: &[f64],
    breaks: &[usize],
    level: f64,
    heterogeneity: Heterogeneity,
) -> Result<Vec<BreakInterval>> {
    check_series("y", y, design.rows())?;
    let regimes = regimes(design, y, breaks)?;
    let whole = Regime::fit(design, y, 0, y.len());
    let noise = rounding_noise(y)? / y.len() as f64;
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::Option {
            option: "the confidence level",
            expected: "between 0 and 1".to_owned(),
            found: level.to_string(),
        });
    }
    breaks
        .iter()
        .zip(regimes.windows(2))
        .map(|(&at, pair)| {
            let change: Vec<f64> = pair[1].b.iter().zip(&pair[0].b).map(|(a, b)| a - b).collect();
            let moments = |r: &Regime| {
                if heterogeneity.regressors {
                    r.quadratic(&change)
                } else {
                    whole.quadratic(&change)
                }
            };
            let variance = |r: &Regime| {
                if heterogeneity.errors {
                    r.variance
                } else {
                    whole.pooled(&regimes)
                }
            };
            let (q1, q2) = (moments(&pair[0]), moments(&pair[1]));
            let (v1, v2) = (variance(&pair[0]), variance(&pair[1]));
            if !(q1 > 0.0 && q2 > 0.0 && v1 > noise && v2 > noise) {
                return Err(Error::Degenerate {
                    what: "the interval of a break",
                    reason: format!("the regimes around observation {at} fit perfectly or do not differ"),
                });
            }
            let (low, high) = quantiles(q2 / q1, v2 / v1, level);
            let unit = v1 / q1;
            // The estimate less the break has the distribution, so the ends change sides.
            let (low, high) = ((high * unit).ceil() as i64, (-low * unit).ceil() as i64);
            Ok(BreakInterval {
                at,
                low: at as i64 - low,
                high: at as i64 + high,
            })
        })
        .collect()
}

/// One regime's fit.
struct Regime {
    b: Vec<f64>,
    rss: f64,
    variance: f64,
    rows: Vec<Vec<f64>>,
}

impl Regime {
    fn fit(design: &Design, y: &[f64], from: usize, to: usize) -> Self {
        let keep: Vec<usize> = (from..to).collect();
        let rows = rows(&design.select_rows(&keep));
        let mut segment = Segment::new(design);
        for (row, y) in rows.iter().zip(&y[from..to]) {
            segment.push(row, *y);
        }
        Regime {
            b: segment.coefficients(),
            rss: segment.rss,
            variance: segment.rss / (to - from) as f64,
            rows,
        }
    }

    /// d'Qd: the mean of the squared fitted change.
    fn quadratic(&self, change: &[f64]) -> f64 {
        let square = |row: &Vec<f64>| row.iter().zip(change).map(|(x, d)| x * d).sum::<f64>().powi(2);
        self.rows.iter().map(square).sum::<f64>() / self.rows.len() as f64
    }

    /// The error variance over all regimes.
    fn pooled(&self, regimes: &[Regime]) -> f64 {
        regimes.iter().map(|r| r.rss).sum::<f64>() / self.rows.len() as f64
    }
}

fn regimes(design: &Design, y: &[f64], breaks: &[usize]) -> Result<Vec<Regime>> {
    let k = design.terms().len();
    let mut edges = vec![0];
    edges.extend_from_slice(breaks);
    edges.push(y.len());
    if edges.windows(2).any(|w| w[1] <= w[0] + k) {
        return Err(Error::Option {
            option: "breaks",
            expected: format!("rising, with more than {k} observations in every regime"),
            found: format!("{breaks:?} of {} observations", y.len()),
        });
    }
    Ok(edges.windows(2).map(|w| Regime::fit(design, y, w[0], w[1])).collect())
}
