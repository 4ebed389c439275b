//! Break dates of published series, and tails of break tests.

use super::{Values, told};
use crate::Computed;
use crate::series;
use regress::breaks::{
    BaiPerron, FStatistics, Heterogeneity, Summary, Trim, bai_perron, break_intervals, f_statistics, hansen_p_value,
    ols_cusum, ols_mosum, recursive_cusum,
};
use regress::{Covariance, Design, Fit, Kernel, Lag, NeweyWest, ols};
use std::ops::Range;

/// The partitions; `date` tells an observation, counted from one.
fn partitions(values: &mut Values, found: &BaiPerron, date: impl Fn(usize) -> f64) {
    for (m, partition) in found.partitions.iter().enumerate() {
        values.add(format!("RSS, m = {m}"), partition.rss);
        values.add(format!("BIC, m = {m}"), partition.bic.unwrap_or(f64::NAN));
        for (i, at) in partition.breaks.iter().enumerate() {
            values.add(format!("date {} of m = {m}", i + 1), date(*at));
        }
    }
}

/// The 95% intervals of the dates of `m` breaks.
fn intervals(
    values: &mut Values,
    (design, y): (&Design, &[f64]),
    found: &BaiPerron,
    m: usize,
    date: impl Fn(i64) -> f64,
) -> Result<(), String> {
    let breaks = found.partitions.get(m).map(|p| p.breaks.clone()).unwrap_or_default();
    let intervals = told(break_intervals(design, y, &breaks, 0.95, Heterogeneity::default()))?;
    for (i, interval) in intervals.iter().enumerate() {
        values.add(format!("95% interval of date {}, low", i + 1), date(interval.low));
        values.add(format!("95% interval of date {}, high", i + 1), date(interval.high));
    }
    Ok(())
}

/// A constant, and its breaks in a series.
fn breaks_of_mean(y: &[f64], trim: Trim) -> Result<(Design, BaiPerron), String> {
    let design = told(Design::new(y.len()).intercept())?;
    let found = told(bai_perron(&design, y, trim, None))?;
    Ok((design, found))
}

/// The least-squares fit of each regime of `m` breaks.
fn regimes(design: &Design, y: &[f64], found: &BaiPerron, m: usize) -> Result<Vec<Fit>, String> {
    let mut ends = found.partitions.get(m).map(|p| p.breaks.clone()).unwrap_or_default();
    ends.push(y.len());
    let starts = std::iter::once(0).chain(ends.clone());
    let fit = |rows: Range<usize>| {
        let part: Vec<usize> = rows.clone().collect();
        told(ols(&design.select_rows(&part), &y[rows]))
    };
    starts.zip(ends).map(|(start, end)| fit(start..end)).collect()
}

fn summaries(values: &mut Values, tests: &FStatistics) {
    values.add("sup F", tests.sup_f);
    values.add("ave F", tests.ave_f);
    values.add("exp F", tests.exp_f);
    if let Some(p) = tests.p_values {
        values.add("p-value of sup F", p.sup_f);
        values.add("p-value of ave F", p.ave_f);
        values.add("p-value of exp F", p.exp_f);
    }
}

/// C5: partitions, dates, interval and tests of the Nile's mean.
pub fn nile() -> Computed {
    let y = series::nile();
    let mut values = Values::default();
    let (design, found) = breaks_of_mean(&y, Trim::Share(0.15))?;
    partitions(&mut values, &found, |at| 1870.0 + at as f64);
    values.add("breaks by BIC", found.selected_bic as f64);
    intervals(&mut values, (&design, &y), &found, 1, |at| 1870.0 + at as f64)?;
    summaries(&mut values, &told(f_statistics(&design, &y, Trim::Share(0.15)))?);
    values.add("OLS CUSUM", told(ols_cusum(&design, &y))?.statistic);
    values.add("OLS MOSUM", told(ols_mosum(&design, &y, 0.15))?.statistic);
    values.done()
}

/// B1: levels of the real interest rate, with errors that allow for autocorrelation in each regime.
pub fn real_interest() -> Computed {
    let y = series::real_interest();
    let mut values = Values::default();
    let (design, found) = breaks_of_mean(&y, Trim::Observations(15))?;
    partitions(&mut values, &found, |at| at as f64);
    let robust = Covariance::NeweyWest(NeweyWest {
        lag: Lag::Andrews1991,
        kernel: Kernel::QuadraticSpectral,
        prewhitening: 1,
        adjust: true,
    });
    for (i, fit) in regimes(&design, &y, &found, 3)?.iter().enumerate() {
        let error = told(told(fit.covariance(&robust))?.std_error(0))?;
        values.add(format!("level {}", i + 1), fit.coefficients[0]);
        values.add(format!("s.e. of level {}", i + 1), error);
    }
    values.done()
}

/// B2: inflation on its own past.
pub fn inflation() -> Computed {
    let series = series::inflation();
    let (y, past) = (&series[1..], &series[..series.len() - 1]);
    let design = Design::new(y.len()).intercept();
    let design = told(design.and_then(|d| d.term("past", past.to_vec())))?;
    let found = told(bai_perron(&design, y, Trim::Observations(8), None))?;
    let mut values = Values::default();
    partitions(&mut values, &found, |at| 1947.0 + at as f64);
    intervals(&mut values, (&design, y), &found, 2, |at| 1947.0 + at as f64)?;
    for (i, fit) in regimes(&design, y, &found, 2)?.iter().enumerate() {
        values.add(format!("constant {}", i + 1), fit.coefficients[0]);
        values.add(format!("slope {}", i + 1), fit.coefficients[1]);
    }
    values.done()
}

/// B3: casualties on the month and the year before.
pub fn driver_deaths() -> Computed {
    let series: Vec<f64> = series::driver_deaths().iter().map(|v| v.log10()).collect();
    let n = series.len();
    let y = &series[12..];
    let design = Design::new(y.len()).intercept();
    let design = design.and_then(|d| d.term("month before", series[11..n - 1].to_vec()));
    let design = told(design.and_then(|d| d.term("year before", series[..n - 12].to_vec())))?;
    let found = told(bai_perron(&design, y, Trim::Share(0.1), None))?;
    let mut values = Values::default();
    partitions(&mut values, &found, |at| at as f64);
    intervals(&mut values, (&design, y), &found, 2, |at| at as f64)?;
    summaries(&mut values, &told(f_statistics(&design, y, Trim::Share(0.1)))?);
    for (name, test) in [
        ("OLS CUSUM", ols_cusum(&design, y)),
        ("recursive CUSUM", recursive_cusum(&design, y)),
        ("OLS MOSUM", ols_mosum(&design, y, 0.15)),
    ] {
        let test = told(test)?;
        values.add(name, test.statistic);
        values.add(format!("p-value of {name}"), test.p_value.unwrap_or(f64::NAN));
    }
    values.done()
}

/// B4: the mean number of marriages.
pub fn marriages() -> Computed {
    let y = series::marriages();
    let mut values = Values::default();
    let (_, found) = breaks_of_mean(&y, Trim::Share(0.1))?;
    partitions(&mut values, &found, |at| 1699.0 + at as f64);
    values.done()
}

/// S1: p-values that were printed beside their statistics.
pub fn published_tails() -> Computed {
    let mut values = Values::default();
    let mut add = |name: &str, statistic, summary, k, lambda| {
        values.add(name, hansen_p_value(statistic, summary, k, lambda).unwrap_or(f64::NAN));
    };
    add("UK seat belts, exp F = 6.4247", 6.4247, Summary::ExpF, 3, 81.0);
    let lambda = 133.0 * 162.0 / (49.0 * 20.0);
    add(
        "US income and expenditure, exp F = 8.9955",
        8.9955,
        Summary::ExpF,
        3,
        lambda,
    );
    let lambda = (0.85_f64 / 0.15).powi(2);
    add("Andrews, sup F = 8.68, one coefficient", 8.68, Summary::SupF, 1, lambda);
    add(
        "Andrews, sup F = 11.72, two coefficients",
        11.72,
        Summary::SupF,
        2,
        lambda,
    );
    add(
        "Andrews, sup F = 14.13, three coefficients",
        14.13,
        Summary::SupF,
        3,
        lambda,
    );
    for (summary, statistic, k) in [
        (Summary::SupF, 42.59542517489652, 20),
        (Summary::AveF, 7.54020468589944, 4),
        (Summary::AveF, 50.3813243616255, 40),
        (Summary::ExpF, 10.18523290989023, 10),
        (Summary::ExpF, 30.90923634552448, 40),
    ] {
        let name = match summary {
            Summary::SupF => "sup F",
            Summary::AveF => "ave F",
            Summary::ExpF => "exp F",
        };
        let name = format!("{name} = {statistic}, {k} coefficients");
        add(&name, statistic, summary, k, lambda);
    }
    values.done()
}
