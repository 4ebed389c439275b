use super::bai_perron::Trim;
use super::hansen::{Summary, hansen_p_value};
use super::segment::{Segment, rounding_noise, rows};
use crate::design::check_series;
use crate::{Design, Error, Result};

/// F statistics for a break after every admissible observation, and their summaries.
#[derive(Debug, Clone, PartialEq)]
pub struct FStatistics {
    /// The first break point: the number of observations in the first regime.
    pub first: usize,
    /// The statistic of each break point from there on.
    pub values: Vec<f64>,
    /// The largest (Andrews 1993).
    pub sup_f: f64,
    /// Where it is: the last observation of the old regime, counted from one; the earliest of equals.
    pub at: usize,
    /// The mean (Andrews & Ploberger 1994).
    pub ave_f: f64,
    /// ln of the mean of exp(F / 2) (Andrews & Ploberger 1994).
    pub exp_f: f64,
    /// Asymptotic p-values of the three, see [`hansen_p_value`]; `None` for more than forty coefficients.
    pub p_values: Option<SummaryPValues>,
    /// k, the number of coefficients that change.
    pub k: usize,
    /// (n - first) last / (first (n - last)): on it the asymptotic distribution depends.
    pub lambda: f64,
}

/// The asymptotic p-values of the three summaries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SummaryPValues {
    /// Of sup F.
    pub sup_f: f64,
    /// Of ave F.
    pub ave_f: f64,
    /// Of exp F.
    pub exp_f: f64,
}

/// F(i) = (rss - rss_1(i) - rss_2(i)) / ((rss_1(i) + rss_2(i)) / (n - 2k)) for breaks after
/// observation i, from the trimmed start to the trimmed end; not divided by k, so that F is
/// asymptotically chi-squared with k degrees of freedom at a known date.
///
/// *Source*: Andrews (1993), Econometrica 61, 821-856; Andrews & Ploberger (1994),
/// Econometrica 62, 1383-1414; in the form of R's strucchange. *Shape*: design n by k with rows
/// in time order, `y` of length n.
///
/// # Errors
/// A trim that leaves no break point; inputs that do not fit; regimes that fit perfectly.
pub fn f_statistics(design: &Design, y: &[f64], trim: Trim) -> Result<FStatistics> {
    let (n, k) = (design.rows(), design.terms().len());
    check_series("y", y, n)?;
    let first = trim.length(n, k)?;
    let last = n - first;
    let rows = rows(design);
    let before = sums(design, rows.iter().zip(y));
    let after = sums(design, rows.iter().zip(y).rev());
    let rss = before[n];
    let (df, noise) = ((n - 2 * k) as f64, rounding_noise(y)?);
    let mut values = Vec::with_capacity(last - first + 1);
    for i in first..=last {
        let apart = before[i] + after[n - i];
        if apart <= noise {
            return Err(Error::Degenerate {
                what: "the F statistic",
                reason: format!("both regimes around observation {i} are fitted perfectly"),
            });
        }
        values.push(((rss - apart) / (apart / df)).max(0.0));
    }
    let count = values.len() as f64;
    let (offset, sup_f) =
        values.iter().enumerate().fold(
            (0, f64::NEG_INFINITY),
            |best, (i, &f)| if f > best.1 { (i, f) } else { best },
        );
    let ave_f = values.iter().sum::<f64>() / count;
    // The largest exponent is taken out so that nothing overflows.
    let exp_f = 0.5 * sup_f + (values.iter().map(|f| (0.5 * (f - sup_f)).exp()).sum::<f64>() / count).ln();
    let lambda = ((n - first) * last) as f64 / (first * (n - last)) as f64;
    let p = |statistic, summary| hansen_p_value(statistic, summary, k, lambda);
    let p_values = match (
        p(sup_f, Summary::SupF),
        p(ave_f, Summary::AveF),
        p(exp_f, Summary::ExpF),
    ) {
        (Some(sup_f), Some(ave_f), Some(exp_f)) => Some(SummaryPValues { sup_f, ave_f, exp_f }),
        _ => None,
    };
    Ok(FStatistics {
        first,
        p_values,
        values,
        sup_f,
        at: first + offset,
        ave_f,
        exp_f,
        k,
        lambda,
    })
}

/// The residual sum of squares of the first 0, 1, 2, ... observations.
fn sums<'a>(design: &Design, observations: impl Iterator<Item = (&'a Vec<f64>, &'a f64)>) -> Vec<f64> {
    let mut segment = Segment::new(design);
    let mut sums = vec![0.0];
    for (row, y) in observations {
        segment.push(row, *y);
        sums.push(segment.rss);
    }
    sums
}
