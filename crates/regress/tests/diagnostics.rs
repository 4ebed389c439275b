//! Diagnostics of the investment regression (Greene 1993, table 15.1) and of the flow of the
//! Nile, against statsmodels 0.15 on the same figures.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use regress::diagnostics::{
    Deterministic, LagChoice, LmTest, augmented_dickey_fuller, box_pierce, breusch_godfrey, breusch_pagan,
    durbin_watson, jarque_bera, koenker, kpss, ljung_box, reset, white,
};
use regress::{Design, Fit, ols};

fn close(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 1e-8, "{found} is not {expected}");
}

fn nile() -> Vec<f64> {
    let lines = include_str!("data/nile.txt").lines().filter(|l| !l.starts_with('#'));
    lines.flat_map(|l| l.split(' ').map(|v| v.parse().unwrap())).collect()
}

fn investment() -> (Fit, Design, Vec<f64>) {
    let rows: Vec<Vec<f64>> = include_str!("data/investment.csv")
        .lines()
        .filter(|l| !l.starts_with('#') && !l.starts_with("year"))
        .map(|l| l.split(',').map(|v| v.parse().unwrap()).collect())
        .collect();
    let real = |j: usize| rows[1..].iter().map(|r| r[j] / r[3]).collect::<Vec<f64>>();
    let rate = rows
        .windows(2)
        .map(|w| w[1][4] - 100.0 * (w[1][3] / w[0][3] - 1.0))
        .collect();
    let design = Design::new(19)
        .intercept()
        .unwrap()
        .term("gnp", real(1))
        .unwrap()
        .term("rate", rate)
        .unwrap();
    let y = real(2);
    (ols(&design, &y).unwrap(), design, y)
}

fn check(test: &LmTest, expected: [f64; 4]) {
    close(test.statistic, expected[0]);
    close(test.p_value, expected[1]);
    close(test.f.statistic, expected[2]);
    close(test.f.p_value, expected[3]);
}

#[test]
fn residuals_of_the_investment_regression() {
    let (fit, design, y) = investment();
    close(durbin_watson(&fit).unwrap(), 1.3215123982656183);
    let (bg1, bg4) = (
        breusch_godfrey(&fit, &design, 1).unwrap(),
        breusch_godfrey(&fit, &design, 4).unwrap(),
    );
    check(
        &bg1,
        [
            1.2816308216008632,
            0.25759603170584505,
            1.0850017927976094,
            0.3140799591871834,
        ],
    );
    check(
        &bg4,
        [
            12.069677290650912,
            0.01684057895497209,
            5.2247252242823174,
            0.01133124316644417,
        ],
    );
    let f = [2.2810268397539564, 0.13440887700160448];
    check(
        &koenker(&fit, &design).unwrap(),
        [4.215484564999188, 0.12151199673701706, f[0], f[1]],
    );
    check(
        &breusch_pagan(&fit, &design).unwrap(),
        [4.482698130144694, 0.10631498176178295, f[0], f[1]],
    );
    let squares = white(&fit, &design).unwrap();
    check(
        &squares,
        [
            13.054674831248569,
            0.02287175765170601,
            5.709049311490296,
            0.005300533126038905,
        ],
    );
    let powers = reset(&fit, &design, &y, 3).unwrap();
    close(powers.statistic, 0.6313370198583623);
    close(powers.p_value, 0.5463637097402265);
    let normal = jarque_bera(&fit.residuals).unwrap();
    close(normal.statistic, 1.1034029491586714);
    close(normal.p_value, 0.5759689796105093);
    close(normal.skewness, -0.5868772656752033);
    close(normal.kurtosis, 3.126777152673807);
}

#[test]
fn information_of_the_investment_regression() {
    let (fit, _, _) = investment();
    close(fit.log_lik.unwrap(), -79.39093590964359);
    // statsmodels does not count the variance, R does.
    close(fit.information_criterion(2.0, false).unwrap(), 164.78187181928718);
    close(fit.information_criterion(19f64.ln(), false).unwrap(), 167.6151887567865);
    close(fit.aic.unwrap(), 166.78187181928718);
    let f = fit.f_test.unwrap();
    close(f.statistic, 35.025074863593964);
    close(f.p_value, 1.4287189943038702e-06);
    close(fit.adj_r_squared.unwrap(), 0.7908196550840768);
}

#[test]
fn portmanteau_tests_of_the_nile() {
    for (lags, lb, lb_p, bp, bp_p) in [
        (
            1,
            25.59383155262615,
            4.213843058553135e-07,
            24.84107180107832,
            6.225672610922789e-07,
        ),
        (
            5,
            63.97171234813315,
            1.831145354350379e-12,
            61.31915993157882,
            6.486283892652669e-12,
        ),
        (
            10,
            88.12687155129981,
            1.258632767020588e-14,
            83.22911521032213,
            1.165537939602546e-13,
        ),
    ] {
        let (ljung, pierce) = (
            ljung_box(&nile(), lags, 0).unwrap(),
            box_pierce(&nile(), lags, 0).unwrap(),
        );
        close(ljung.statistic, lb);
        close(ljung.p_value, lb_p);
        close(pierce.statistic, bp);
        close(pierce.p_value, bp_p);
    }
    assert!(ljung_box(&nile(), 2, 2).is_err());
    assert!(ljung_box(&[1.0, 1.0, 1.0], 1, 0).is_err());
}

#[test]
fn unit_roots() {
    use Deterministic::{Constant, None, Trend};
    let mean = nile().iter().sum::<f64>() / 100.0;
    let mut sum = 0.0;
    let walk: Vec<f64> = nile()
        .iter()
        .map(|v| {
            sum += v - mean;
            sum
        })
        .collect();
    for (series, deterministic, lags, statistic, p) in [
        (
            nile(),
            None,
            LagChoice::Fixed(0),
            -1.1170486082378992,
            0.23955512502462684,
        ),
        (
            nile(),
            None,
            LagChoice::Fixed(2),
            -0.7956483177260376,
            0.3723456024118158,
        ),
        (
            nile(),
            Constant,
            LagChoice::Fixed(0),
            -5.664609694969192,
            9.212788656117925e-07,
        ),
        (
            nile(),
            Constant,
            LagChoice::Fixed(2),
            -3.1588208847048453,
            0.022495485891315146,
        ),
        (
            nile(),
            Trend,
            LagChoice::Fixed(2),
            -3.931305692943722,
            0.010982413885267512,
        ),
        (
            nile(),
            Constant,
            LagChoice::Aic(8),
            -4.048705096914342,
            0.0011758879503871243,
        ),
        (
            nile(),
            Trend,
            LagChoice::Bic(8),
            -6.607991420815022,
            1.0665007916483243e-07,
        ),
        (
            walk.clone(),
            Constant,
            LagChoice::Fixed(2),
            -0.7907500623905772,
            0.8218240779572054,
        ),
        (
            walk.clone(),
            Trend,
            LagChoice::Fixed(1),
            -2.9447850223043064,
            0.14817761978784333,
        ),
        (
            walk.clone(),
            None,
            LagChoice::Fixed(1),
            -0.5482067915773678,
            0.4762101518729193,
        ),
    ] {
        let test = augmented_dickey_fuller(&series, deterministic, lags).unwrap();
        close(test.statistic, statistic);
        close(test.p_value, p);
    }
    let test = augmented_dickey_fuller(&nile(), Constant, LagChoice::Fixed(2)).unwrap();
    for (found, expected) in
        test.critical_values
            .iter()
            .zip([-3.4996365338407074, -2.8918307730370025, -2.5829283377617176])
    {
        close(*found, expected);
    }
    assert_eq!(
        augmented_dickey_fuller(&nile(), Constant, LagChoice::Aic(8))
            .unwrap()
            .lags,
        1
    );
    assert!(augmented_dickey_fuller(&[1.0; 20], Constant, LagChoice::Fixed(0)).is_err());
}

#[test]
fn stationarity() {
    for (deterministic, lags, statistic) in [
        (Deterministic::Constant, 0, 2.5264564549208757),
        (Deterministic::Constant, 4, 0.96543490775266),
        (Deterministic::Trend, 0, 0.4941851734177734),
        (Deterministic::Trend, 4, 0.2375869759899708),
    ] {
        let test = kpss(&nile(), deterministic, lags).unwrap();
        close(test.statistic, statistic);
        assert_eq!((test.p_value, test.p_is_bound), (0.01, true));
    }
}
