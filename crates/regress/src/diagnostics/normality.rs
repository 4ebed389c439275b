use crate::design::check_series;
use crate::distribution::chi_squared_sf;
use crate::{Error, Result};

/// Jarque & Bera's test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JarqueBera {
    /// n / 6 (skewness^2 + (kurtosis - 3)^2 / 4).
    pub statistic: f64,
    /// The upper tail of chi-squared with two degrees of freedom.
    pub p_value: f64,
    /// The third central moment over the 3/2 power of the second, both with divisor n.
    pub skewness: f64,
    /// The fourth over the square of the second; 3 for the normal.
    pub kurtosis: f64,
}

/// Tests whether a series has the skewness and kurtosis of a normal distribution: n/6 (S^2 + (K - 3)^2/4), chi-squared with two
/// degrees of freedom.
///
/// *Source*: Jarque & Bera (1980), Economics Letters 6, 255-259.
///
/// # Errors
/// Fewer than two values, one that is not finite, no variation.
pub fn jarque_bera(series: &[f64]) -> Result<JarqueBera> {
    check_series("the series", series, series.len())?;
    let n = series.len() as f64;
    let mean = series.iter().sum::<f64>() / n;
    let moment = |p: i32| series.iter().map(|v| (v - mean).powi(p)).sum::<f64>() / n;
    let variance = moment(2);
    if series.len() < 2 || variance <= 0.0 {
        return Err(Error::Degenerate {
            what: "the skewness",
            reason: "the series does not vary".to_owned(),
        });
    }
    let (skewness, kurtosis) = (moment(3) / variance.powf(1.5), moment(4) / (variance * variance));
    let statistic = n / 6.0 * (skewness * skewness + (kurtosis - 3.0).powi(2) / 4.0);
    Ok(JarqueBera {
        statistic,
        p_value: chi_squared_sf(statistic, 2.0),
        skewness,
        kurtosis,
    })
}
