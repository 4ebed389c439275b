//! One public regression under many conventions: real investment on real output and the real
//! interest rate, United States 1964 to 1982 (Greene 1993, table 15.1 and example 15.4). The
//! values are those that R's sandwich prints for it, and recomputations of its formulas.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use regress::{Covariance, Design, Fit, Kernel, Lag, NeweyWest, ols};

fn investment() -> Fit {
    let rows: Vec<Vec<f64>> = include_str!("data/investment.csv")
        .lines()
        .filter(|l| !l.starts_with('#') && !l.starts_with("year"))
        .map(|l| l.split(',').map(|v| v.parse().unwrap()).collect())
        .collect();
    let pairs: Vec<_> = rows.windows(2).map(|w| (&w[0], &w[1])).collect();
    let real = |j: usize| pairs.iter().map(|(_, now)| now[j] / now[3]).collect::<Vec<f64>>();
    let rate = pairs
        .iter()
        .map(|(last, now)| now[4] - 100.0 * (now[3] / last[3] - 1.0))
        .collect();
    let design = Design::new(19)
        .intercept()
        .unwrap()
        .term("real_gnp", real(1))
        .unwrap()
        .term("real_int", rate)
        .unwrap();
    ols(&design, &real(2)).unwrap()
}

fn error_of_output(covariance: &Covariance) -> f64 {
    investment().covariance(covariance).unwrap().std_error(1).unwrap()
}

fn kernel(lag: Lag, kernel: Kernel, prewhitening: usize, adjust: bool) -> Covariance {
    Covariance::NeweyWest(NeweyWest {
        lag,
        kernel,
        prewhitening,
        adjust,
    })
}

fn close(found: f64, printed: f64, tolerance: f64) {
    assert!((found / printed - 1.0).abs() < tolerance, "{found} is not {printed}");
}

#[test]
fn independent_and_heteroskedastic_errors() {
    let fit = investment();
    close(fit.coefficient("real_gnp").unwrap(), 0.16914, 1e-4);
    for (covariance, printed) in [
        (Covariance::Iid, 0.020566),
        (Covariance::Hc0, 0.017512),
        (Covariance::Hc1, 0.019083),
        (Covariance::Hc2, 0.020035),
        (Covariance::Hc3, 0.023176),
    ] {
        close(error_of_output(&covariance), printed, 5e-5);
    }
}

#[test]
fn newey_west_with_a_stated_lag() {
    let variance = |c| error_of_output(&c).powi(2);
    close(
        variance(kernel(Lag::Fixed(4), Kernel::Bartlett, 0, false)),
        2.805888e-4,
        2e-7,
    );
    close(
        variance(kernel(Lag::Fixed(4), Kernel::Bartlett, 0, true)),
        3.331992e-4,
        2e-7,
    );
    close(
        variance(kernel(Lag::FourNinths, Kernel::Bartlett, 0, false)),
        4.146660e-4,
        2e-7,
    );
    close(
        variance(kernel(Lag::QuarterRoot, Kernel::Bartlett, 0, false)),
        4.146660e-4,
        2e-7,
    );
}

/// Standard errors that statsmodels 0.15 gives for the same figures.
#[test]
fn standard_errors_of_statsmodels() {
    use regress::Cluster;
    let fit = investment();
    let blocks: Vec<u32> = (0..19).map(|i| i / 4).collect();
    let thirds: Vec<u32> = (0..19).map(|i| i % 3).collect();
    let plain = Cluster {
        adjustment: regress::ClusterAdjustment::None,
        ..Cluster::by("block", blocks.clone())
    };
    let cases: [(Covariance, [f64; 3]); 8] = [
        (
            Covariance::Hc0,
            [18.746157402824128, 0.01751190155482901, 3.5946550588058725],
        ),
        (
            Covariance::Hc1,
            [20.428151424654317, 0.01908315229668311, 3.9171845345555134],
        ),
        (
            Covariance::Hc2,
            [21.403664520557186, 0.02003484764732737, 4.4942183802046145],
        ),
        (
            Covariance::Hc3,
            [24.713977765073125, 0.023175572155090692, 5.630913678304102],
        ),
        (
            kernel(Lag::Fixed(4), Kernel::Bartlett, 0, false),
            [18.958298131797026, 0.016750785860193417, 3.342375352682816],
        ),
        (
            kernel(Lag::Fixed(4), Kernel::Bartlett, 0, true),
            [20.659326424504794, 0.018253745697368286, 3.642269098431378],
        ),
        (
            Covariance::Cluster(Cluster::by("block", blocks.clone())),
            [29.96359856982203, 0.027289045056892412, 4.1048199771244125],
        ),
        (
            Covariance::Cluster(plain.clone()),
            [25.267524900160375, 0.02301214334686379, 3.4614881367129087],
        ),
    ];
    for (covariance, expected) in cases {
        let estimate = fit.covariance(&covariance).unwrap();
        for (j, error) in expected.iter().enumerate() {
            close(estimate.std_error(j).unwrap(), *error, 1e-10);
        }
    }
    let two_way = fit
        .covariance(&Covariance::Cluster(plain.and("third", thirds)))
        .unwrap();
    for (j, variance) in [323.05673132569274, 0.00026119549329071826, 8.94818340394635]
        .iter()
        .enumerate()
    {
        close(two_way.matrix[(j, j)], *variance, 1e-9);
    }
    assert_eq!(
        two_way.record.clusters,
        [("block".to_owned(), 5), ("third".to_owned(), 3)]
    );
    assert_eq!(two_way.record.df, Some(2.0));
}

/// The whole matrices that sandwich prints.
#[test]
fn printed_matrices() {
    let fit = investment();
    let stated = fit
        .covariance(&kernel(Lag::Fixed(4), Kernel::Bartlett, 0, false))
        .unwrap();
    close(stated.matrix[(0, 0)], 359.4170681, 1e-9);
    close(stated.matrix[(0, 1)], -0.3115505035, 1e-9);
    close(stated.matrix[(1, 2)], -0.005355931, 2e-7);
    close(stated.matrix[(2, 2)], 11.171472998, 1e-9);
    let automatic = fit
        .covariance(&kernel(Lag::NeweyWest1994Lag, Kernel::Bartlett, 1, false))
        .unwrap();
    close(automatic.matrix[(0, 0)], 594.1004817, 1e-9);
    close(automatic.matrix[(0, 2)], 36.04992496, 1e-9);
    close(automatic.matrix[(2, 2)], 13.24912546, 1e-9);
    let spectral = fit
        .covariance(&kernel(Lag::NeweyWest1994, Kernel::QuadraticSpectral, 1, true))
        .unwrap();
    close(spectral.matrix[(0, 0)], 794.986166, 1e-8);
    close(spectral.matrix[(0, 1)], -0.7562570101, 1e-9);
    close(spectral.matrix[(2, 2)], 17.58798679, 1e-9);
}

#[test]
fn automatic_bandwidth_after_prewhitening() {
    let fit = investment();
    // NeweyWest(fm): VAR(1), lag 0 after it.
    let estimate = fit
        .covariance(&kernel(Lag::NeweyWest1994Lag, Kernel::Bartlett, 1, false))
        .unwrap();
    close(estimate.matrix[(1, 1)], 5.563172e-4, 2e-7);
    assert_eq!(estimate.record.lag, Some(0));
    // kernHAC(fm, bw = bwNeweyWest), with its default factor n/(n-k).
    let spectral = fit
        .covariance(&kernel(Lag::NeweyWest1994, Kernel::QuadraticSpectral, 1, true))
        .unwrap();
    close(spectral.matrix[(1, 1)], 7.537517e-4, 2e-7);
    assert_eq!(spectral.record.lag, None);
}

/// kernHAC(fm): quadratic spectral, VAR(1), Andrews' bandwidth; and the Parzen window after VAR(2).
#[test]
fn printed_bandwidths() {
    let fit = investment();
    let andrews = fit
        .covariance(&kernel(Lag::Andrews1991, Kernel::QuadraticSpectral, 1, true))
        .unwrap();
    close(andrews.record.bandwidth.unwrap(), 1.744749, 5e-7);
    close(andrews.matrix[(0, 0)], 788.6120652, 1e-9);
    close(andrews.matrix[(1, 1)], 0.0007483977, 1e-7);
    close(andrews.matrix[(2, 2)], 17.71735491, 1e-9);
    let parzen = fit
        .covariance(&kernel(Lag::NeweyWest1994, Kernel::Parzen, 2, false))
        .unwrap();
    close(parzen.record.bandwidth.unwrap(), 2.814444, 5e-7);
    close(parzen.matrix[(0, 0)], 608.3101258, 1e-9);
    close(parzen.matrix[(0, 2)], -64.93690203, 1e-9);
    close(parzen.matrix[(2, 2)], 15.58251456, 1e-9);
}
