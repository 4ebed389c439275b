//! Mann-Kendall and Theil-Sen on the Nile.

use super::{Values, told};
use crate::Computed;
use crate::series;
use trend::{
    MannKendall, correlated_mann_kendall, hamed_rao, mann_kendall, prewhitened, seasonal_mann_kendall, theil_sen,
    trend_free_prewhitened, yue_wang,
};

/// The test of which the others are variants.
fn plain(values: &mut Values, y: &[f64]) -> Result<MannKendall, String> {
    let test = told(mann_kendall(y))?;
    values.add("S", test.s as f64);
    values.add("Var S", test.var_s);
    values.add("z", test.z);
    values.add("p", test.p_value);
    values.add("tau-a", test.tau_a);
    Ok(test)
}

/// C6: the family of tests.
pub fn nile() -> Computed {
    let y = series::nile();
    let mut values = Values::default();
    let test = plain(&mut values, &y)?;
    values.add("tau-b", test.tau_b);
    values.add("Hamed-Rao, Var S", told(hamed_rao(&y, None, 0.05))?.var_s);
    values.add("Hamed-Rao, three lags, p", told(hamed_rao(&y, Some(3), 0.05))?.p_value);
    values.add("Yue-Wang, Var S", told(yue_wang(&y, None))?.var_s);
    values.add("prewhitened, p", told(prewhitened(&y))?.p_value);
    values.add("trend-free prewhitened, p", told(trend_free_prewhitened(&y))?.p_value);
    let times: Vec<f64> = (0..y.len()).map(|i| i as f64).collect();
    let line = told(theil_sen(&times, &y, 0.95))?;
    values.add("Sen's slope", line.slope);
    values.add("Sen's intercept", line.intercept);
    values.add("Sen's interval, low", line.low);
    values.add("Sen's interval, high", line.high);
    let cycles: Vec<f64> = (0..y.len()).map(|i| (i / 4) as f64).collect();
    let seasons: Vec<u32> = (0..y.len()).map(|i| (i % 4) as u32).collect();
    values.add(
        "seasonal, period 4, p",
        told(seasonal_mann_kendall(&cycles, &y, &seasons))?.test.p_value,
    );
    let columns: Vec<Vec<f64>> = (0..4).map(|s| y.iter().skip(s).step_by(4).copied().collect()).collect();
    let times: Vec<f64> = (0..y.len() / 4).map(|i| i as f64).collect();
    values.add(
        "correlated seasons, period 4, Var S",
        told(correlated_mann_kendall(&times, &columns))?.var_s,
    );
    values.done()
}

/// C6b: the same family on months of rainfall, many of them equal and seven missing.
pub fn rainfall() -> Computed {
    let months = series::rainfall();
    let known: Vec<(usize, f64)> = months
        .iter()
        .enumerate()
        .filter_map(|(i, v)| v.map(|v| (i, v)))
        .collect();
    let y: Vec<f64> = known.iter().map(|k| k.1).collect();
    let mut values = Values::default();
    plain(&mut values, &y)?;
    for (name, test) in [
        ("Hamed-Rao", hamed_rao(&y, None, 0.05)),
        ("Hamed-Rao, three lags", hamed_rao(&y, Some(3), 0.05)),
        ("Yue-Wang", yue_wang(&y, None)),
        ("Yue-Wang, one lag", yue_wang(&y, Some(1))),
        ("prewhitened", prewhitened(&y)),
    ] {
        let test = told(test)?;
        values.add(format!("{name}, Var S"), test.var_s);
        values.add(format!("{name}, p"), test.p_value);
    }
    let times: Vec<f64> = known.iter().map(|k| k.0 as f64).collect();
    let line = told(theil_sen(&times, &y, 0.95))?;
    values.add("Sen's slope", line.slope);
    values.add("Sen's intercept", line.intercept);
    let cycles: Vec<f64> = known.iter().map(|k| (k.0 / 12) as f64).collect();
    let seasons: Vec<u32> = known.iter().map(|k| (k.0 % 12) as u32).collect();
    let seasonal = told(seasonal_mann_kendall(&cycles, &y, &seasons))?.test;
    values.add("seasonal, S", seasonal.s as f64);
    values.add("seasonal, Var S", seasonal.var_s);
    values.add("seasonal, p", seasonal.p_value);
    let whole: Vec<(usize, &[Option<f64>])> = months
        .chunks(12)
        .enumerate()
        .filter(|(_, year)| year.iter().all(Option::is_some))
        .collect();
    let column = |month: usize| whole.iter().filter_map(|(_, year)| year[month]).collect();
    let columns: Vec<Vec<f64>> = (0..12).map(column).collect();
    let years: Vec<f64> = whole.iter().map(|(year, _)| *year as f64).collect();
    let correlated = told(correlated_mann_kendall(&years, &columns))?;
    values.add("correlated seasons, Var S", correlated.var_s);
    values.add("correlated seasons, p", correlated.p_value);
    values.done()
}
