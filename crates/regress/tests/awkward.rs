//! Inputs that leave something undefined: each is refused with its reason, nothing panics and nothing is NaN.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use regress::absorb::{Effect, Settling, absorbed_ols};
use regress::breaks::{ols_cusum, ols_mosum};
use regress::diagnostics::{
    Deterministic, LagChoice, augmented_dickey_fuller, breusch_godfrey, breusch_pagan, durbin_watson, jarque_bera,
    koenker, kpss, ljung_box, reset, white,
};
use regress::poisson::{PoissonOptions, poisson};
use regress::{
    Cluster, Covariance, Design, DriscollKraay, Fit, NeweyWest, Way, WildModel, WildOptions, coefficient_table, ols,
    wild_cluster_bootstrap, wls,
};

fn kinds(n: u32) -> Vec<Covariance> {
    vec![
        Covariance::Iid,
        Covariance::Hc0,
        Covariance::Hc1,
        Covariance::Hc2,
        Covariance::Hc3,
        Covariance::Hc4,
        Covariance::NeweyWest(NeweyWest::default()),
        Covariance::Cluster(Cluster::by("g", (0..n).map(|i| i % 3).collect())),
        Covariance::DriscollKraay(DriscollKraay::by("t", (0..n).map(|i| i / 2).collect())),
    ]
}

/// Every figure of every table that is given is a number.
fn no_nan(fit: &Fit) -> usize {
    let mut given = 0;
    for kind in kinds(fit.residuals.len() as u32) {
        let Ok(estimate) = fit.covariance(&kind) else { continue };
        let Ok(table) = coefficient_table(fit, &estimate, 0.95) else {
            continue;
        };
        given += 1;
        for row in table {
            let p = row.p_value.unwrap_or(0.5);
            assert!((0.0..=1.0).contains(&p), "{kind:?} {row:?}");
            assert!(row.std_error.is_finite() && row.conf_low.is_finite() && row.conf_high.is_finite());
        }
    }
    for value in [
        fit.r_squared,
        fit.adj_r_squared,
        fit.sigma,
        fit.log_lik,
        fit.aic,
        fit.bic,
    ] {
        assert!(value.is_none_or(f64::is_finite));
    }
    given
}

fn line(n: usize) -> Design {
    let x = (0..n).map(|i| i as f64).collect();
    Design::new(n).intercept().unwrap().term("x", x).unwrap()
}

#[test]
fn a_constant_outcome() {
    let design = line(12);
    let fit = ols(&design, &[3.0; 12]).unwrap();
    assert!(fit.is_essentially_perfect() && fit.r_squared.is_none());
    no_nan(&fit);
    assert!(durbin_watson(&fit).is_err() && breusch_godfrey(&fit, &design, 1).is_err());
    assert!(breusch_pagan(&fit, &design).is_err() && koenker(&fit, &design).is_err() && white(&fit, &design).is_err());
    assert!(reset(&fit, &design, &[3.0; 12], 3).is_err());
    assert!(jarque_bera(&[3.0; 12]).is_err() && ljung_box(&[3.0; 12], 2, 0).is_err());
    assert!(augmented_dickey_fuller(&[3.0; 12], Deterministic::Constant, LagChoice::Fixed(1)).is_err());
    assert!(kpss(&[3.0; 12], Deterministic::Constant, 1).is_err());
    assert!(ols_cusum(&design, &[3.0; 12]).is_err() && ols_mosum(&design, &[3.0; 12], 0.25).is_err());
    let model = WildModel {
        design: &design,
        y: &[3.0; 12],
        weights: None,
        effects: &[],
        settling: Settling::default(),
    };
    let way = Way {
        name: "g".to_owned(),
        groups: (0..12).map(|i| i % 4).collect(),
    };
    let test = wild_cluster_bootstrap(&model, "x", 0.0, &way, &WildOptions::default());
    assert!(test.is_err(), "{test:?}");
}

#[test]
fn as_many_terms_as_observations() {
    let fit = ols(&line(2), &[1.0, 4.0]).unwrap();
    assert_eq!((fit.df_residual, fit.sigma, fit.adj_r_squared), (0, None, None));
    assert_eq!(no_nan(&fit), 0);
    let told = fit.covariance(&Covariance::Hc1).unwrap_err().to_string();
    assert_eq!(told, "a covariance needs at least 3 observations, but there are 2");
    assert!(durbin_watson(&fit).is_err());
}

#[test]
fn columns_of_zeros_and_of_unlike_size() {
    let design = line(9).term("zero", vec![0.0; 9]).unwrap();
    let y: Vec<f64> = (0..9).map(|i| f64::from(i * i % 7)).collect();
    let fit = ols(&design, &y).unwrap();
    assert_eq!(fit.collinear[0].to_string(), "zero = 0 everywhere");
    assert_eq!(no_nan(&fit), 9);
    for scale in [1e-150, 1e-12, 1e12, 1e150] {
        let design = line(9)
            .term("z", (0..9).map(|i| f64::from(i * 5 % 4) * scale).collect())
            .unwrap();
        let unit = line(9)
            .term("z", (0..9).map(|i| f64::from(i * 5 % 4)).collect())
            .unwrap();
        let (fit, plain) = (ols(&design, &y).unwrap(), ols(&unit, &y).unwrap());
        assert!(
            (fit.coefficients[2] * scale / plain.coefficients[2] - 1.0).abs() < 1e-10,
            "{scale}"
        );
        assert!(
            (fit.coefficients[1] / plain.coefficients[1] - 1.0).abs() < 1e-10,
            "{scale}"
        );
        let t = |fit: &Fit, kind: &Covariance| {
            let table = coefficient_table(fit, &fit.covariance(kind).unwrap(), 0.95).unwrap();
            table[2].statistic.unwrap()
        };
        for kind in kinds(9) {
            assert!(
                (t(&fit, &kind) / t(&plain, &kind) - 1.0).abs() < 1e-8,
                "{scale} {kind:?}"
            );
        }
    }
    // Beyond the range of squares: refused, or given without any NaN.
    for scale in [1e-200, 1e200] {
        let y: Vec<f64> = y.iter().map(|v| v * scale).collect();
        if let Ok(fit) = ols(&line(9), &y) {
            no_nan(&fit);
        }
    }
}

#[test]
fn figures_that_are_not_numbers() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let y = [1.0, bad, 3.0, 2.0];
        let told = "`y` is not a finite number in row 2: remove the row or mend the figure";
        assert_eq!(ols(&line(4), &y).unwrap_err().to_string(), told);
        assert!(Design::new(4).term("x", y.to_vec()).is_err());
        assert!(wls(&line(4), &[1.0, 2.0, 3.0, 4.0], &[1.0, bad, 1.0, 1.0]).is_err());
        assert!(poisson(&line(4), &y, &[], None, None, &PoissonOptions::default()).is_err());
        let effect = [Effect::new("g", &[1, 1, 2, 2])];
        let x = Design::new(4).term("x", vec![1.0, 2.0, 4.0, 3.0]).unwrap();
        assert!(absorbed_ols(&x, &y, &effect, None, Settling::default()).is_err());
        assert!(
            jarque_bera(&y).is_err() && ljung_box(&y, 1, 0).is_err() && kpss(&y, Deterministic::Constant, 1).is_err()
        );
        assert!(augmented_dickey_fuller(&y, Deterministic::None, LagChoice::Aic(1)).is_err());
    }
    assert!(ols(&Design::new(0), &[]).is_err());
    assert!(ols(&line(3), &[1.0, 2.0]).is_err());
}
