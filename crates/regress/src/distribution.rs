//! Tails and quantiles of the reference distributions, accurate in the far tails and for
//! degrees of freedom in the millions. Upper tails are computed as such, never as 1 - cdf.

use statrs::function::gamma::{gamma_ur, ln_gamma};

/// P(|Z| > |z|) for the standard normal, as the chi-squared tail of z squared.
pub fn normal_two_sided(z: f64) -> f64 {
    chi_squared_sf(z * z, 1.0)
}

/// P(Z > z) for the standard normal.
pub fn normal_sf(z: f64) -> f64 {
    let half = 0.5 * normal_two_sided(z);
    if z > 0.0 { half } else { 1.0 - half }
}

/// ln P(Z > z) for the standard normal, also where the probability itself underflows.
pub fn ln_normal_sf(z: f64) -> f64 {
    if z < 20.0 {
        return normal_sf(z).ln();
    }
    // The asymptotic series of Mills' ratio (DLMF 7.12.1): its sixth term is below 1e-15 here.
    let s = 1.0 / (z * z);
    let series = 1.0 - s * (1.0 - 3.0 * s * (1.0 - 5.0 * s * (1.0 - 7.0 * s * (1.0 - 9.0 * s * (1.0 - 11.0 * s)))));
    -0.5 * z * z - z.ln() - 0.5 * (2.0 * std::f64::consts::PI).ln() + series.ln()
}

/// P(X > x) for chi-squared with `df` > 0 degrees of freedom.
pub fn chi_squared_sf(x: f64, df: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    // Beyond this the tail is below the smallest double for any df in use.
    if x > 1e5 + 10.0 * df {
        0.0
    } else {
        gamma_ur(df / 2.0, x / 2.0)
    }
}

/// P(|T| > |t|) for Student's t with `df` > 0 degrees of freedom:
/// I(df / (df + t^2); df/2, 1/2).
pub fn t_two_sided(t: f64, df: f64) -> f64 {
    let square = t * t;
    if square.is_infinite() {
        return 0.0;
    }
    incomplete_beta(df / 2.0, 0.5, df / (df + square), square / (df + square))
}

/// P(F > f) for Fisher's F with `df1` and `df2` > 0 degrees of freedom:
/// I(df2 / (df2 + df1 f); df2/2, df1/2).
pub fn f_sf(f: f64, df1: f64, df2: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    if f.is_infinite() {
        return 0.0;
    }
    let total = df2 + df1 * f;
    incomplete_beta(df2 / 2.0, df1 / 2.0, df2 / total, df1 * f / total)
}

/// The x > 0 with P(|T| > x) = `alpha`, 0 < alpha < 1.
pub fn t_two_sided_quantile(alpha: f64, df: f64) -> f64 {
    quantile(alpha, |x| t_two_sided(x, df))
}

/// The x > 0 with P(|Z| > x) = `alpha`, 0 < alpha < 1.
pub fn normal_two_sided_quantile(alpha: f64) -> f64 {
    quantile(alpha, normal_two_sided)
}

/// Solves tail(x) = alpha for a decreasing tail by bracketing and the Illinois variant of
/// false position on logarithms.
fn quantile(alpha: f64, tail: impl Fn(f64) -> f64) -> f64 {
    let target = alpha.ln();
    let gap = |x: f64| tail(x).ln() - target;
    let (mut low, mut high) = (0.0, 1.0);
    while tail(high) > alpha && high < 1e300 {
        low = high;
        high *= 2.0;
    }
    let (mut gap_low, mut gap_high) = (gap(low), gap(high).max(-745.0));
    for _ in 0..200 {
        let middle = (low * gap_high - high * gap_low) / (gap_high - gap_low);
        let middle = if middle > low && middle < high {
            middle
        } else {
            0.5 * (low + high)
        };
        let gap_middle = gap(middle);
        if gap_middle.abs() < 1e-16 || high - low <= 2.0 * f64::EPSILON * high {
            return middle;
        }
        if gap_middle > 0.0 {
            (low, gap_low) = (middle, gap_middle);
            gap_high *= 0.5;
        } else {
            (high, gap_high) = (middle, gap_middle);
            gap_low *= 0.5;
        }
    }
    0.5 * (low + high)
}

/// The regularised incomplete beta function I(x; a, b), with `y` = 1 - x given so that
/// neither tail loses digits.
fn incomplete_beta(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    let log_of = |v: f64, rest: f64| if v > 0.5 { (-rest).ln_1p() } else { v.ln() };
    let front = (a * log_of(x, y) + b * log_of(y, x) - ln_beta(a, b)).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front / beta_fraction(a, b, x, y)
    } else {
        1.0 - front / beta_fraction(b, a, y, x)
    }
}

/// The continued fraction of x^a y^b / (B(a, b) I(x; a, b)) in the form of DiDonato & Morris
/// (1992, ACM TOMS 18, algorithm 708), evaluated by Lentz's method. It is written in
/// lambda = a - (a + b) x = (a + b) y - b, so that nothing cancels for a large parameter.
fn beta_fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let guard = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let lambda = if x < y { a - (a + b) * x } else { (a + b) * y - b };
    let mut h = guard(a / (a + 1.0) * (lambda + 1.0));
    let (mut c, mut d) = (h, 0.0);
    // The number of steps grows with the root of the larger parameter.
    let steps = 200 + 20 * a.max(b).sqrt() as usize;
    for n in 1..=steps {
        let n = n as f64;
        let odd = a + 2.0 * n - 1.0;
        let alpha = (a + n - 1.0) * (a + b + n - 1.0) * n * (b - n) * (x / odd) * (x / odd);
        let beta = n + n * (b - n) * x / odd + (a + n) / (odd + 2.0) * (lambda + 1.0 + n * (1.0 + y));
        d = 1.0 / guard(beta + alpha * d);
        c = guard(beta + alpha / c);
        h *= c * d;
        if (c * d - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    h
}

/// ln B(a, b). For a large parameter the difference of two large log-gammas is taken through
/// Stirling's series (DLMF 5.11.1), so that nothing cancels.
fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if large < 10.0 {
        return ln_gamma(small) + ln_gamma(large) - ln_gamma(small + large);
    }
    let sum = small + large;
    let difference =
        -(large - 0.5) * (small / large).ln_1p() - small * sum.ln() + small + stirling_rest(large) - stirling_rest(sum);
    if small < 10.0 {
        return ln_gamma(small) + difference;
    }
    let small_gamma =
        (small - 0.5) * small.ln() - small + 0.5 * (2.0 * std::f64::consts::PI).ln() + stirling_rest(small);
    small_gamma + difference
}

/// ln Gamma(z) - ((z - 1/2) ln z - z + 1/2 ln 2 pi) for z >= 10.
fn stirling_rest(z: f64) -> f64 {
    let s = 1.0 / (z * z);
    (1.0 / 12.0
        - s * (1.0 / 360.0 - s * (1.0 / 1260.0 - s * (1.0 / 1680.0 - s * (1.0 / 1188.0 - s * 691.0 / 360_360.0)))))
        / z
}

#[cfg(test)]
#[allow(clippy::excessive_precision)]
mod tests {
    use super::*;

    fn close(found: f64, exact: f64, tolerance: f64) {
        assert!((found / exact - 1.0).abs() < tolerance, "{found:e} is not {exact:e}");
    }

    // Exact values: arbitrary-precision evaluation of the defining integrals, 17 digits.
    #[test]
    fn student_tails() {
        for (t, df, exact) in [
            (0.1, 1.0, 0.936_548_965_138_892_86),
            (2.5, 3.0, 0.087_706_647_008_065_547),
            (180.9, 18.0, 8.507_295_347_730_036_6e-31),
            (1.96, 100.0, 0.052_778_901_366_229_662),
            (5.0, 5000.0, 5.928_947_459_121_319_8e-7),
            (1.0, 1e6, 0.317_310_749_833_578_13),
            (3.5, 1e6, 0.000_465_278_393_681_034_97),
            (0.01, 4e6, 0.992_021_287_869_439_56),
        ] {
            close(t_two_sided(t, df), exact, 2e-13);
        }
    }

    #[test]
    fn fisher_tails() {
        for (f, df1, df2, exact) in [
            (75.92977, 1.0, 98.0, 7.439_041_094_845_949_3e-14),
            (1.2, 3.0, 7.0, 0.377_434_925_117_227_92),
            (1e8, 2.0, 20.0, 9.999_990_000_005_5e-71),
            (1.01, 2.0, 3e6, 0.364_219_103_418_082_47),
            (0.5, 200.0, 300.0, 0.999_999_893_654_663_11),
            (4.5, 5.0, 12.0, 0.015_289_085_570_258_845),
        ] {
            close(f_sf(f, df1, df2), exact, 2e-13);
        }
    }

    #[test]
    fn normal_and_chi_squared_tails() {
        for (z, exact) in [
            (0.1, 0.920_344_325_445_942_04),
            (1.0, 0.317_310_507_862_914_1),
            (1.96, 0.049_995_790_296_440_868),
            (10.0, 1.523_970_604_832_105_2e-23),
            (30.0, 9.813_427_854_296_374_1e-198),
        ] {
            close(normal_two_sided(z), exact, 2e-13);
        }
        close(chi_squared_sf(10.0, 5.0), 0.075_235_246_146_512_179, 2e-13);
        close(chi_squared_sf(200.0, 3.0), 4.218_541_107_192_042_3e-43, 2e-13);
        close(chi_squared_sf(90.0, 100.0), 0.753_197_965_599_829_73, 2e-13);
        close(normal_sf(-1.0), 1.0 - 0.317_310_507_862_914_1 / 2.0, 1e-15);
    }

    #[test]
    fn quantiles() {
        close(t_two_sided_quantile(0.05, 1.0), 12.706_204_736_174_705, 1e-13);
        close(t_two_sided_quantile(0.05, 16.0), 2.119_905_299_221_254_7, 1e-13);
        close(t_two_sided_quantile(0.05, 5e6), 1.959_964_458_994_413_2, 1e-13);
        close(t_two_sided_quantile(1e-6, 7.0), 15.767_009_437_482_582, 1e-13);
        close(normal_two_sided_quantile(0.05), 1.959_963_984_540_054_2, 1e-13);
    }
}
