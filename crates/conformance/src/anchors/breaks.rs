//! The Nile's break, and tails of break tests.

use super::{Values, told};
use crate::Computed;
use crate::series;
use regress::Design;
use regress::breaks::{
    Heterogeneity, Summary, Trim, bai_perron, break_intervals, f_statistics, hansen_p_value, ols_cusum,
};

/// C5: partitions, dates, interval and tests of the Nile's mean.
pub fn nile() -> Computed {
    let y = series::nile();
    let design = told(Design::new(y.len()).intercept())?;
    let found = told(bai_perron(&design, &y, Trim::Share(0.15), None))?;
    let mut values = Values::default();
    for (m, partition) in found.partitions.iter().enumerate() {
        values.add(format!("RSS, m = {m}"), partition.rss);
        values.add(format!("BIC, m = {m}"), partition.bic.unwrap_or(f64::NAN));
        for (i, at) in partition.breaks.iter().enumerate() {
            values.add(format!("date {} of m = {m}", i + 1), 1870.0 + *at as f64);
        }
    }
    values.add("breaks by BIC", found.selected_bic as f64);
    let breaks = found.partitions.get(1).map(|p| p.breaks.clone()).unwrap_or_default();
    let intervals = told(break_intervals(&design, &y, &breaks, 0.95, Heterogeneity::default()))?;
    if let Some(interval) = intervals.first() {
        values.add("95% interval, low", 1870.0 + interval.low as f64);
        values.add("95% interval, high", 1870.0 + interval.high as f64);
    }
    let tests = told(f_statistics(&design, &y, Trim::Share(0.15)))?;
    values.add("sup F", tests.sup_f);
    values.add("p-value of sup F", tests.p_values.map_or(f64::NAN, |p| p.sup_f));
    values.add("OLS CUSUM", told(ols_cusum(&design, &y))?.statistic);
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
    for (name, statistic, summary, k) in [
        (
            "ave F = 7.54020468589944, four coefficients",
            7.54020468589944,
            Summary::AveF,
            4,
        ),
        (
            "ave F = 15.477007971045737, ten coefficients",
            15.477007971045737,
            Summary::AveF,
            10,
        ),
        (
            "exp F = 5.147906317699009, four coefficients",
            5.147906317699009,
            Summary::ExpF,
            4,
        ),
        (
            "exp F = 10.18523290989023, ten coefficients",
            10.18523290989023,
            Summary::ExpF,
            10,
        ),
    ] {
        add(name, statistic, summary, k, lambda);
    }
    values.done()
}
