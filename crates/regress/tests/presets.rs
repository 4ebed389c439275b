//! Presets against the packages they are named after. Reference figures were computed with statsmodels 0.15.0,
//! pyfixest 0.60.0 with fixest's defaults `ssc(k_fixef="nonnested", G_df="min")`, and linearmodels 7.1. pyfixest takes
//! the size of another effect than the nested one unless the effects are written `t + i`; so they are there.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use regress::absorb::{AbsorbedFit, Effect, Settling, absorbed_ols};
use regress::poisson::{PoissonFit, PoissonOptions, poisson};
use regress::{
    ClusterAdjustment, Convention, Covariance, CovarianceEstimate, Design, DriscollKraay, Family, Fit, Kernel, Lag,
    Preset, Request, Way, ols,
};

struct Panel {
    y: Vec<f64>,
    design: Design,
    effects: Vec<Effect>,
    unit: Way,
    pair: Way,
    time: Way,
}

/// Eight units over six periods; pairs are units two by two.
fn panel() -> Panel {
    let keys: Vec<(u32, u32)> = (0..8).flat_map(|i| (0..6).map(move |t| (i, t))).collect();
    let value = |f: &dyn Fn(u32, u32) -> f64| keys.iter().map(|&(i, t)| f(i, t)).collect::<Vec<f64>>();
    let way = |name: &str, f: &dyn Fn(u32, u32) -> u32| Way {
        name: name.to_owned(),
        groups: keys.iter().map(|&(i, t)| f(i, t)).collect(),
    };
    let x = value(&|i, t| f64::from((i * 7 + t * t * 3) % 11) / 10.0);
    let z = value(&|i, t| f64::from((i * i + 5 * t) % 6) - 2.0);
    let (unit, pair, time) = (way("i", &|i, _| i), way("g", &|i, _| i / 2), way("t", &|_, t| t));
    Panel {
        y: value(&|i, t| f64::from((3 * i + 5 * t * t + i * t) % 11) * 0.5),
        design: Design::new(48).term("x", x).unwrap().term("z", z).unwrap(),
        effects: vec![Effect::new("i", &unit.groups), Effect::new("t", &time.groups)],
        unit,
        pair,
        time,
    }
}

fn close(found: f64, expected: f64, what: &str) {
    assert!(
        (found / expected - 1.0).abs() < 1e-8,
        "{what}: {found} is not {expected}"
    );
}

/// Standard errors from `first` on, and the p-value of `b`, that of term `first`.
fn check(what: &str, estimate: &CovarianceEstimate, b: f64, at: usize, errors: &[f64], p: f64) {
    for (j, expected) in errors.iter().enumerate() {
        close(estimate.std_error(j).unwrap(), *expected, what);
    }
    close(estimate.reference.p_value(b / errors[at]), p, what);
}

fn plain(panel: &Panel) -> Fit {
    let design = Design::new(48).intercept().unwrap().join(&panel.design).unwrap();
    ols(&design, &panel.y).unwrap()
}

fn absorbed(panel: &Panel) -> AbsorbedFit {
    absorbed_ols(&panel.design, &panel.y, &panel.effects, None, Settling::default()).unwrap()
}

fn count(panel: &Panel) -> PoissonFit {
    poisson(
        &panel.design,
        &panel.y,
        &panel.effects,
        None,
        None,
        &PoissonOptions::default(),
    )
    .unwrap()
}

fn under(preset: Preset, request: Request, fit: &Fit) -> CovarianceEstimate {
    let convention = preset.convention(Family::Gaussian, request).unwrap();
    let moments = fit.moments(convention.covariance.needs_leverages());
    convention.estimate(&moments, &[]).unwrap()
}

#[test]
fn statsmodels() {
    let panel = panel();
    let fit = plain(&panel);
    let cases = [
        (
            Request::Iid,
            [0.4456107121555349, 0.7277268961444257, 0.13655848553109787],
            0.06978321949966511,
        ),
        (
            Request::Robust(Some(1)),
            [0.4505039711006956, 0.7218952344537094, 0.13860295255721633],
            0.0611290553164263,
        ),
        (
            Request::Robust(Some(3)),
            [0.47323649229582354, 0.7602973398357117, 0.14549814898772956],
            0.07540729718518806,
        ),
        (
            Request::NeweyWest(Some(3)),
            [0.39583381098382464, 0.6943453142853921, 0.11189598001973133],
            0.05155158748271426,
        ),
        (
            Request::Cluster(vec![panel.unit.clone()]),
            [0.46245207398889704, 0.8093643219849717, 0.11525024058574418],
            0.09488164630727938,
        ),
        (
            Request::Cluster(vec![panel.unit.clone(), panel.time.clone()]),
            [0.24520554665060418, 0.5660418484035942, 0.12289294154565135],
            0.016933437395497256,
        ),
        (
            Request::DriscollKraay(panel.time.clone(), Some(2)),
            [0.19188235696296504, 0.3167958164369128, 0.08295035191103435],
            1.98049153865586e-05,
        ),
    ];
    for (request, errors, p) in cases {
        let what = format!("{request:?}");
        check(
            &what,
            &under(Preset::Statsmodels, request, &fit),
            fit.coefficients[1],
            1,
            &errors,
            p,
        );
    }
    let p = Preset::Statsmodels.criterion_parameters(Family::Gaussian, 3, 0) as f64;
    close(-2.0 * fit.log_lik.unwrap() + 2.0 * p, 184.19474662177765, "aic");
    close(-2.0 * fit.log_lik.unwrap() + 48_f64.ln() * p, 189.80834965450134, "bic");
}

#[test]
fn statsmodels_poisson() {
    let panel = panel();
    let design = Design::new(48).intercept().unwrap().join(&panel.design).unwrap();
    let fit = poisson(&design, &panel.y, &[], None, None, &PoissonOptions::default()).unwrap();
    let cases = [
        (
            Request::Iid,
            [0.19101365806705028, 0.29033656188354584, 0.053759234893800543],
            0.06183646358187065,
        ),
        (
            Request::Robust(Some(1)),
            [0.20775349560210682, 0.293117295817893, 0.052944774543151225],
            0.06434954112298885,
        ),
        (
            Request::Cluster(vec![panel.unit.clone()]),
            [0.21658929528083642, 0.3408038481773529, 0.04612745004792402],
            0.11162615447019912,
        ),
        (
            Request::NeweyWest(Some(2)),
            [0.19190053673456306, 0.29507409959616476, 0.04356304671077488],
            0.06613853572651393,
        ),
    ];
    for (request, errors, p) in cases {
        let what = format!("{request:?}");
        let convention = Preset::Statsmodels.convention(Family::Poisson, request).unwrap();
        let estimate = convention.estimate(fit.moments(), &[]).unwrap();
        check(&what, &estimate, fit.coefficients[1], 1, &errors, p);
    }
}

#[test]
fn fixest() {
    let panel = panel();
    let fit = absorbed(&panel);
    let cases = [
        (
            Request::Iid,
            [0.8699238595817841, 0.16277475889949494],
            0.18523751126829602,
        ),
        (
            Request::Robust(None),
            [0.7700207171946573, 0.15356272593242987],
            0.13589478336510186,
        ),
        (
            Request::Cluster(vec![panel.unit.clone()]),
            [0.8973505260865231, 0.11129937997255683],
            0.2310032125071042,
        ),
        // The unit is nested in pairs of units.
        (
            Request::Cluster(vec![panel.pair.clone()]),
            [1.0643331928625563, 0.06706616552780491],
            0.34948649138204835,
        ),
        (
            Request::Cluster(vec![panel.unit.clone(), panel.time.clone()]),
            [0.5670775939102732, 0.09566768690845727],
            0.09257336563313512,
        ),
        (
            Request::DriscollKraay(panel.time.clone(), None),
            [0.2546271573526369, 0.05375185529843373],
            0.00572173309232582,
        ),
        (
            Request::DriscollKraay(panel.time.clone(), Some(2)),
            [0.16353452754595496, 0.07620072036842256],
            0.000806315687598369,
        ),
    ];
    for (request, errors, p) in cases {
        let what = format!("{request:?}");
        let convention = Preset::Fixest.convention(Family::Gaussian, request).unwrap();
        let estimate = convention.estimate(&fit.moments(), &panel.effects).unwrap();
        check(&what, &estimate, fit.within.coefficients[0], 0, &errors, p);
    }
    for (lag, errors) in [
        (None, [0.8907173466910625, 0.14708548234061253]),
        (Some(2), [0.9557802304022903, 0.14848415680482727]),
    ] {
        let request = Request::PanelNeweyWest(panel.unit.clone(), panel.time.clone(), lag);
        let convention = Preset::Fixest.convention(Family::Gaussian, request).unwrap();
        let estimate = convention.estimate(&fit.moments(), &panel.effects).unwrap();
        close(estimate.std_error(0).unwrap(), errors[0], "newey-west within units");
        close(estimate.std_error(1).unwrap(), errors[1], "newey-west within units");
        assert_eq!(estimate.record.df, Some(5.0));
    }
    let twice = Request::PanelNeweyWest(panel.unit.clone(), panel.pair.clone(), None);
    let convention = Preset::Fixest.convention(Family::Gaussian, twice).unwrap();
    assert!(convention.estimate(&fit.moments(), &panel.effects).is_err());
    let series = under(Preset::Fixest, Request::NeweyWest(Some(3)), &plain(&panel));
    close(series.std_error(1).unwrap(), 0.7171167569985273, "newey-west");
    assert_eq!(series.record.df, Some(47.0));
}

#[test]
fn fixest_poisson() {
    let panel = panel();
    let fit = count(&panel);
    let cases = [
        (
            Request::Iid,
            [0.3646328006854598, 0.06805261977316608],
            0.18866265743609123,
        ),
        (
            Request::Robust(None),
            [0.3251421305823988, 0.061393226408104816],
            0.14042615951859183,
        ),
        (
            Request::Cluster(vec![panel.unit.clone()]),
            [0.3594993335102047, 0.04203177255464737],
            0.18242790927451535,
        ),
    ];
    for (request, errors, p) in cases {
        let what = format!("{request:?}");
        let convention = Preset::Fixest.convention(Family::Poisson, request).unwrap();
        let estimate = convention.estimate(fit.moments(), &panel.effects).unwrap();
        check(&what, &estimate, fit.coefficients[0], 0, &errors, p);
    }
}

#[test]
fn stata_and_ppmlhdfe_by_their_factors() {
    let panel = panel();
    let (fit, poisson) = (absorbed(&panel), count(&panel));
    let record = |preset: Preset, family, request| {
        let convention: Convention = preset.convention(family, request).unwrap();
        let moments = match family {
            Family::Gaussian => fit.moments(),
            Family::Poisson => poisson.moments().clone(),
        };
        let estimate = convention.estimate(&moments, &panel.effects).unwrap();
        (estimate.record.parameters, estimate.record.factor, estimate.record.df)
    };
    let unit = || Request::Cluster(vec![panel.unit.clone()]);
    // reghdfe with the unit nested: two terms, five further periods and the constant.
    let (k, factor, df) = record(Preset::Stata, Family::Gaussian, unit());
    assert_eq!((k, df), (8, Some(7.0)));
    close(factor, 8.0 / 7.0 * 47.0 / 40.0, "reghdfe");
    // Not nested: 8 + 6 - 1 of the effects.
    let (k, factor, _) = record(Preset::Stata, Family::Gaussian, Request::Robust(None));
    assert_eq!(k, 15);
    close(factor, 48.0 / 33.0, "reghdfe, robust");
    let (_, factor, df) = record(Preset::Ppmlhdfe, Family::Poisson, unit());
    close(factor, 8.0 / 7.0, "ppmlhdfe");
    assert_eq!(df, None);
    let two_way = Request::Cluster(vec![panel.unit.clone(), panel.time.clone()]);
    close(
        record(Preset::Ppmlhdfe, Family::Poisson, two_way).1,
        6.0 / 5.0,
        "ppmlhdfe, two ways",
    );
    for request in [Request::Iid, Request::Robust(None)] {
        close(
            record(Preset::Ppmlhdfe, Family::Poisson, request).1,
            48.0 / 47.0,
            "ppmlhdfe, robust",
        );
    }
    // R's vcovCL counts all dummies, takes G of each way, and coeftest refers to n - k.
    let (k, factor, df) = record(Preset::Sandwich, Family::Gaussian, unit());
    assert_eq!((k, df), (15, Some(33.0)));
    close(factor, 8.0 / 7.0 * 47.0 / 33.0, "sandwich");
    assert_eq!(record(Preset::Sandwich, Family::Poisson, Request::Robust(None)).1, 1.0);
}

#[test]
fn names_and_refusals() {
    for preset in Preset::ALL {
        assert_eq!(Preset::by_name(preset.name()).unwrap(), preset);
    }
    let unknown = Preset::by_name("spss").unwrap_err().to_string();
    assert_eq!(
        unknown,
        "the preset is expected to be one of sandwich, stata, statsmodels, fixest, ppmlhdfe, but is `spss`"
    );
    let refused = |preset: Preset, family, request| preset.convention(family, request).is_err();
    assert!(refused(Preset::Stata, Family::Gaussian, Request::NeweyWest(None)));
    assert!(refused(Preset::Statsmodels, Family::Gaussian, Request::Robust(None)));
    assert!(refused(Preset::Ppmlhdfe, Family::Gaussian, Request::Iid));
    assert!(refused(Preset::Sandwich, Family::Gaussian, Request::Robust(Some(7))));
    let panel = panel();
    let convention = Convention::new(Covariance::Hc1);
    let short = [Effect::new("short", &[1, 2])];
    assert!(convention.estimate(&plain(&panel).moments(false), &short).is_err());
}

#[test]
fn driscoll_kraay_kernels_as_linearmodels_has_them() {
    // PanelOLS(...).fit(cov_type="kernel", kernel=..., bandwidth=2, debiased=False).
    let panel = panel();
    let fit = plain(&panel);
    let cases = [
        (
            Kernel::Bartlett,
            Lag::Fixed(2),
            [0.1713964211288982, 0.2829737450868097, 0.07409432359473284],
        ),
        (
            Kernel::Parzen,
            Lag::Fixed(2),
            [0.19158317095034721, 0.35672251784029035, 0.06836413397628335],
        ),
        (
            Kernel::QuadraticSpectral,
            Lag::Bandwidth(2.0),
            [0.1919994779310715, 0.3353660439798215, 0.057371231184304115],
        ),
    ];
    for (kernel, lag, errors) in cases {
        let options = DriscollKraay {
            lag,
            kernel,
            adjustment: ClusterAdjustment::None,
            ..DriscollKraay::by("t", panel.time.groups.clone())
        };
        let estimate = fit.covariance(&Covariance::DriscollKraay(options)).unwrap();
        for (j, expected) in errors.iter().enumerate() {
            close(estimate.std_error(j).unwrap(), *expected, kernel.name());
        }
        assert_eq!(estimate.record.df, Some(5.0));
    }
    let long = DriscollKraay {
        lag: Lag::Fixed(6),
        ..DriscollKraay::by("t", panel.time.groups)
    };
    assert!(fit.covariance(&Covariance::DriscollKraay(long)).is_err());
}
