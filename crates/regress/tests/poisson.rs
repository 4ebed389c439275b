//! Poisson regressions: public separation cases of ppmlhdfe, and a panel against statsmodels.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use regress::absorb::Effect;
use regress::poisson::{PoissonFit, PoissonOptions, SeparationMethod, poisson, separated};
use regress::{Cluster, ClusterAdjustment, Covariance, Design};

/// Header, then rows of numbers.
fn table(text: &str) -> Vec<(String, Vec<f64>)> {
    let mut lines = text.lines().filter(|l| !l.starts_with('#'));
    let mut columns: Vec<(String, Vec<f64>)> = lines
        .next()
        .unwrap()
        .split(',')
        .map(|name| (name.to_owned(), Vec::new()))
        .collect();
    for line in lines {
        line.split(',')
            .zip(&mut columns)
            .for_each(|(v, column)| column.1.push(v.parse().unwrap()));
    }
    columns
}

fn inputs(text: &str) -> (Vec<f64>, Design, Vec<Effect>, Vec<usize>) {
    let columns = table(text);
    let column = |name: &str| columns.iter().find(|c| c.0 == name).map(|c| c.1.clone());
    let y = column("y").unwrap();
    let mut effects = Vec::new();
    for (name, values) in columns.iter().filter(|c| c.0.starts_with("id")) {
        effects.push(Effect::new(name, &values.iter().map(|v| *v as u32).collect::<Vec<_>>()));
    }
    let mut design = Design::new(y.len());
    if effects.is_empty() {
        design = design.intercept().unwrap();
    }
    for (name, values) in columns.iter().filter(|c| c.0.starts_with('x')) {
        design = design.term(name, values.clone()).unwrap();
    }
    let truth = column("separated").unwrap_or_default();
    let truth = truth
        .iter()
        .enumerate()
        .filter(|(_, v)| **v > 0.0)
        .map(|(i, _)| i)
        .collect();
    (y, design, effects, truth)
}

const METHODS: [SeparationMethod; 3] = [
    SeparationMethod::Exact,
    SeparationMethod::LinearProgramme,
    SeparationMethod::Rectifier,
];

#[test]
fn separation_is_decided_as_published() {
    for (name, text) in [
        ("01", include_str!("separation/01.csv")),
        ("02", include_str!("separation/02.csv")),
        ("03", include_str!("separation/03.csv")),
        ("04", include_str!("separation/04.csv")),
        ("05", include_str!("separation/05.csv")),
        ("06", include_str!("separation/06.csv")),
        ("07", include_str!("separation/07.csv")),
        ("08", include_str!("separation/08.csv")),
        ("09", include_str!("separation/09.csv")),
        ("10", include_str!("separation/10.csv")),
        ("11", include_str!("separation/11.csv")),
        ("13", include_str!("separation/13.csv")),
        ("14", include_str!("separation/14.csv")),
        ("15", include_str!("separation/15.csv")),
        ("16", include_str!("separation/16.csv")),
        ("17", include_str!("separation/17.csv")),
        ("18", include_str!("separation/18.csv")),
    ] {
        let (y, design, effects, truth) = inputs(text);
        for method in METHODS {
            let found = separated(&design, &y, &effects, method);
            assert_eq!(found.as_deref(), Ok(truth.as_slice()), "set {name}, {method:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Small designs of small integers: collinear, with effects or without, often separated.
    #[test]
    fn all_methods_agree(
        seed in prop::collection::vec((0_u8..3, -2_i8..3, -1_i8..2, 0_u32..4, 0_u32..3), 6..24),
        effects in 0_usize..3,
    ) {
        let y: Vec<f64> = seed.iter().map(|r| f64::from(r.0.saturating_sub(1))).collect();
        let mut design = Design::new(y.len());
        if effects == 0 {
            design = design.intercept().unwrap();
        }
        design = design.term("x1", seed.iter().map(|r| f64::from(r.1)).collect()).unwrap();
        design = design.term("x2", seed.iter().map(|r| f64::from(r.2)).collect()).unwrap();
        let first: Vec<u32> = seed.iter().map(|r| r.3).collect();
        let second: Vec<u32> = seed.iter().map(|r| r.4).collect();
        let effects = &[Effect::new("a", &first), Effect::new("b", &second)][..effects];
        let found = METHODS.map(|method| separated(&design, &y, effects, method));
        prop_assert_eq!(&found[0], &found[1]);
        prop_assert_eq!(&found[0], &found[2]);
    }
}

#[test]
fn two_effects_alone_separate_a_row() {
    // Our own small case in the shape of a panel without terms: group 3 of b has no y above zero but is joined to a;
    // each of its rows lies in a group of a that has one.
    let a = Effect::new("a", &[1, 1, 2, 2, 1, 2]);
    let b = Effect::new("b", &[1, 2, 1, 2, 3, 3]);
    for method in METHODS {
        let found = separated(
            &Design::new(6),
            &[1.0, 2.0, 0.0, 4.0, 0.0, 0.0],
            &[a.clone(), b.clone()],
            method,
        );
        assert_eq!(found, Ok(vec![4, 5]), "{method:?}");
    }
}

#[test]
fn the_first_example_of_the_primer() {
    let (y, design, _, _) = inputs(include_str!("separation/example1.csv"));
    let fit = poisson(&design, &y, &[], None, None, &PoissonOptions::default()).unwrap();
    assert_eq!(fit.separated, [4]);
    // Once row 4 is out, x2 repeats x1.
    assert_eq!(fit.collinear[0].to_string(), "x2 = 1 x1");
    assert!((fit.coefficient("(Intercept)").unwrap() - 0.59095).abs() < 5e-6);
}

fn panel() -> (Vec<f64>, Design, Vec<Effect>) {
    let keys: Vec<(u32, u32)> = (0..8).flat_map(|i| (0..6).map(move |t| (i, t))).collect();
    let value = |f: &dyn Fn(u32, u32) -> f64| keys.iter().map(|&(i, t)| f(i, t)).collect::<Vec<f64>>();
    let y = value(&|i, t| f64::from((3 * i + 5 * t * t + i * t) % 11) * 0.5);
    let x = value(&|i, t| f64::from((i * 7 + t * t * 3) % 11) / 10.0);
    let z = value(&|i, t| f64::from((i * i + 5 * t) % 6) - 2.0);
    let effects = vec![
        Effect::new("i", &keys.iter().map(|k| k.0).collect::<Vec<_>>()),
        Effect::new("t", &keys.iter().map(|k| k.1).collect::<Vec<_>>()),
    ];
    (y, Design::new(48).term("x", x).unwrap().term("z", z).unwrap(), effects)
}

fn close(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 1e-8, "{found} is not {expected}");
}

fn errors(fit: &PoissonFit, kind: &Covariance) -> Vec<f64> {
    let estimate = fit.covariance(kind).unwrap();
    (0..fit.terms.len()).map(|j| estimate.std_error(j).unwrap()).collect()
}

#[test]
fn a_panel_as_statsmodels_fits_it() {
    let (y, design, effects) = panel();
    let fit = poisson(&design, &y, &effects, None, None, &PoissonOptions::default()).unwrap();
    assert!(fit.separated.is_empty() && fit.singletons.is_empty());
    close(fit.coefficients[0], PANEL_B[0]);
    close(fit.coefficients[1], PANEL_B[1]);
    close(fit.deviance, PANEL_FIT[0]);
    close(fit.log_lik, PANEL_FIT[1]);
    let groups = effects[0].groups().to_vec();
    let cluster = Cluster {
        adjustment: ClusterAdjustment::Groups,
        ..Cluster::by("i", groups)
    };
    for (kind, expected) in [
        (Covariance::Iid, PANEL_IID),
        (Covariance::Hc0, PANEL_HC0),
        (Covariance::Cluster(cluster), PANEL_CLUSTER),
    ] {
        for (found, expected) in errors(&fit, &kind).iter().zip(expected) {
            close(*found, expected);
        }
    }
    assert_eq!(fit.absorbed, 13);
}

#[test]
fn an_offset_and_a_constant() {
    let (y, design, _) = panel();
    let offset: Vec<f64> = (0..48).map(|i| f64::from(i % 5) * 0.2).collect();
    let design = Design::new(48).intercept().unwrap().join(&design).unwrap();
    let fit = poisson(&design, &y, &[], None, Some(&offset), &PoissonOptions::default()).unwrap();
    for (found, expected) in fit.coefficients.iter().zip(OFFSET_B) {
        close(*found, expected);
    }
    for (found, expected) in errors(&fit, &Covariance::Hc0).iter().zip(OFFSET_HC0) {
        close(*found, expected);
    }
    close(fit.pseudo_r_squared.unwrap(), OFFSET_R2);
    assert!(poisson(&design, &[0.0; 48], &[], None, None, &PoissonOptions::default()).is_err());
    let mut negative = y;
    negative[3] = -1.0;
    assert!(poisson(&design, &negative, &[], None, None, &PoissonOptions::default()).is_err());
}

const PANEL_B: [f64; 2] = [0.4793264500004156, 0.035811495448293526];
const PANEL_FIT: [f64; 2] = [53.46373108454053, -86.95641843088902];
const PANEL_IID: [f64; 2] = [0.30553697474748603, 0.05702337126568719];
const PANEL_HC0: [f64; 2] = [0.26959361267647036, 0.05090457416723186];
const PANEL_CLUSTER: [f64; 2] = [0.33164935443476656, 0.03877562191085438];
const OFFSET_B: [f64; 3] = [0.2675938503178945, 0.475970206949884, -0.037797377144848196];
const OFFSET_HC0: [f64; 3] = [0.22833223950788858, 0.3470190610779511, 0.06001282360268972];
const OFFSET_R2: f64 = 0.018210849604569534;

#[test]
fn a_row_that_only_a_combination_of_terms_separates() {
    // Found by the search above: c2 = 1, c1 = -1 is 2 on row 3 and 0 on all others.
    let design = Design::new(7)
        .term("x1", vec![-1.0, 0.0, 0.0, 0.0, 1.0, -1.0, -1.0])
        .unwrap()
        .term("x2", vec![0.0, -1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
        .unwrap();
    let effects = [
        Effect::new("a", &[3, 1, 0, 1, 1, 3, 0]),
        Effect::new("b", &[2, 1, 2, 1, 1, 2, 2]),
    ];
    for method in METHODS {
        let found = separated(&design, &[1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0], &effects, method);
        assert_eq!(found, Ok(vec![3]), "{method:?}");
    }
}

/// Weights 0.5, 1.5, 2.5, 3.5 in turn, as `GLM(..., freq_weights = w)` of statsmodels 0.15.0 has them; robust errors from
/// scores w (y - mu) x over powers of 1 - h, and with effects as pyfixest 0.60.0 (`fepois(weights = "w")`), too.
#[test]
fn weights_as_statsmodels_and_pyfixest_take_them() {
    let (y, design, effects) = panel();
    let weights: Vec<f64> = (0..48).map(|i| 0.5 + f64::from(i % 4)).collect();
    let plain = Design::new(48).intercept().unwrap().join(&design).unwrap();
    let options = PoissonOptions::default();
    let fit = poisson(&plain, &y, &[], Some(&weights), None, &options).unwrap();
    let compare = |found: &[f64], expected: &[f64]| found.iter().zip(expected).for_each(|(f, e)| close(*f, *e));
    compare(
        &fit.coefficients,
        &[0.6706057594284159, 0.4303506973961453, 0.07767431809628386],
    );
    compare(&[fit.deviance, fit.log_lik], &[109.20686902164886, -175.649331586642]);
    for (kind, expected) in [
        (
            Covariance::Iid,
            [0.13117498698306662, 0.20325243427989118, 0.04168018553794271],
        ),
        (
            Covariance::Hc0,
            [0.21288100097371915, 0.3105627584267123, 0.06174680328609552],
        ),
        (
            Covariance::Hc2,
            [0.22312664422313738, 0.32895023666748063, 0.06559023799146858],
        ),
        (
            Covariance::Hc3,
            [0.23398509255935893, 0.34877193631931414, 0.06978241853011051],
        ),
    ] {
        compare(&errors(&fit, &kind), &expected);
    }
    let fit = poisson(&design, &y, &effects, Some(&weights), None, &options).unwrap();
    compare(&fit.coefficients, &[0.2364039813805873, 0.0748762167513705]);
    compare(
        &errors(&fit, &Covariance::Hc0),
        &[0.25538862922192757, 0.06415948184629407],
    );
    assert!(fit.covariance(&Covariance::Hc3).is_err());
    for wrong in [0.0, -1.0, f64::NAN] {
        let mut weights = weights.clone();
        weights[7] = wrong;
        assert!(poisson(&design, &y, &effects, Some(&weights), None, &options).is_err());
    }
}
