//! Mann-Kendall and Theil-Sen on the Nile.

use super::{Values, told};
use crate::Computed;
use crate::series;
use trend::{
    correlated_mann_kendall, hamed_rao, mann_kendall, prewhitened, seasonal_mann_kendall, theil_sen,
    trend_free_prewhitened, yue_wang,
};

/// C6: the family of tests.
pub fn nile() -> Computed {
    let y = series::nile();
    let mut values = Values::default();
    let test = told(mann_kendall(&y))?;
    values.add("S", test.s as f64);
    values.add("Var S", test.var_s);
    values.add("z", test.z);
    values.add("p", test.p_value);
    values.add("tau-a", test.tau_a);
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
