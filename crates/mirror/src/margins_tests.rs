use super::*;
use proptest::prelude::*;

/// Sixty flows on an exact line; contiguity lowers the margin.
fn flows(noise: impl Fn(u32) -> f64) -> Vec<Observation> {
    (0..60)
        .map(|i| {
            let distance_km = 400.0 + 170.0 * f64::from((i * 23) % 60);
            let contiguous = i % 7 == 0;
            let log_ratio = -0.1 + 0.02 * distance_km.ln() - if contiguous { 0.03 } else { 0.0 } + noise(i);
            Observation {
                log_ratio,
                distance_km,
                contiguous,
                landlocked_exporter: i % 5 == 0,
                landlocked_importer: i % 4 == 0,
                exporter: i % 8,
                importer: 8 + i % 9,
                year: 2003 + (i % 2) as i16,
                product: 0,
                weight: 1.0,
                unit_value: 1.0,
            }
        })
        .collect()
}

#[test]
fn an_exact_line_is_found_and_predicted() {
    let flows = flows(|_| 0.0);
    let specification = Specification {
        outliers: Outliers::Keep,
        ..Specification::gravity()
    };
    let margins = fit(&flows, &specification).unwrap();
    assert!((margins.coefficient("ln distance").unwrap().estimate - 0.02).abs() < 1e-12);
    assert!((margins.coefficient("contiguous").unwrap().estimate + 0.03).abs() < 1e-12);
    assert_eq!(
        (margins.observations, margins.economies, margins.components),
        (60, 17, 1)
    );
    let predicted = margins.margin(&flows[3]).unwrap();
    assert!((predicted - flows[3].log_ratio.exp_m1()).abs() < 1e-12);
    assert_eq!(
        margins.margin(&Observation {
            distance_km: 0.0,
            ..flows[3]
        }),
        None
    );
}

#[test]
fn influential_flows_are_left_out_and_counted() {
    let flows = flows(|i| if i == 30 { 3.0 } else { 0.002 * f64::from(i % 3) - 0.002 });
    let kept = fit(
        &flows,
        &Specification {
            outliers: Outliers::Keep,
            ..Specification::gravity()
        },
    )
    .unwrap();
    let cleaned = fit(&flows, &Specification::gravity()).unwrap();
    assert_eq!(kept.dropped, 0);
    assert!(cleaned.dropped >= 1 && cleaned.dropped < 12, "{}", cleaned.dropped);
    let slope = |m: &Margins| m.coefficient("ln distance").unwrap().estimate;
    assert!((slope(&cleaned) - 0.02).abs() < 0.003, "{}", slope(&cleaned));
    assert!((slope(&kept) - 0.02).abs() > 0.01);
    let cut = Specification {
        outliers: Outliers::LogRatio(1.0),
        ..Specification::gravity()
    };
    assert_eq!(fit(&flows, &cut).unwrap().dropped, 1);
}

#[test]
fn year_effects_and_the_square_of_distance() {
    let mut flows = flows(|_| 0.0);
    for flow in &mut flows {
        flow.log_ratio += 0.5 * f64::from(flow.year - 2003) + 0.01 * flow.distance_km.ln().powi(2);
    }
    let margins = fit(
        &flows,
        &Specification {
            outliers: Outliers::Keep,
            ..Specification::baci()
        },
    )
    .unwrap();
    assert!((margins.coefficient("year 2004").unwrap().estimate - 0.5).abs() < 1e-10);
    assert!((margins.coefficient("(ln distance)^2").unwrap().estimate - 0.01).abs() < 1e-10);
}

#[test]
fn weights_of_zero_take_no_part() {
    let mut flows = flows(|_| 0.0);
    flows[5].log_ratio = 50.0;
    flows[5].weight = 0.0;
    let margins = fit(
        &flows,
        &Specification {
            outliers: Outliers::Keep,
            ..Specification::gravity()
        },
    )
    .unwrap();
    assert_eq!((margins.observations, margins.dropped), (59, 1));
    assert!((margins.coefficient("ln distance").unwrap().estimate - 0.02).abs() < 1e-12);
}

#[test]
fn bad_flows_are_named() {
    let mut flows = flows(|_| 0.0);
    flows[7].distance_km = -1.0;
    let error = fit(&flows, &Specification::gravity()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "flow 7: the distance is not a positive number of kilometres"
    );
    assert!(matches!(
        fit(&[], &Specification::gravity()),
        Err(Unfitted::Regression(_))
    ));
}

proptest! {
    /// M/(1+τ) − M(1−τ) = τ²/(1+τ) of M (methods, anchor C11).
    #[test]
    fn removing_a_margin_is_a_division(cif in 1.0..1e9_f64, margin in 0.0..0.5_f64) {
        let difference = fob(cif, margin) - cif * (1.0 - margin);
        prop_assert!((difference / cif - margin * margin / (1.0 + margin)).abs() < 1e-12);
        prop_assert!((fob(cif * (1.0 + margin), margin) / cif - 1.0).abs() < 1e-14);
    }
}

/// BACI's published curve, Table 1 column I: −.178 ln d + .014 (ln d)² has its minimum at
/// ln d = .178/.028 = 6.357, some 577 km (CEPII WP 2010-23).
#[test]
fn bacis_curve_has_its_minimum_near_577_km() {
    let published: Vec<Observation> = (1..200)
        .map(|i| {
            let distance_km = 100.0 * f64::from(i);
            let log_ratio = 0.534 - 0.178 * distance_km.ln() + 0.014 * distance_km.ln().powi(2);
            Observation {
                log_ratio,
                distance_km,
                contiguous: false,
                ..flows(|_| 0.0)[i as usize % 60]
            }
        })
        .collect();
    let specification = Specification {
        squared_distance: true,
        contiguity: false,
        landlocked: false,
        outliers: Outliers::Keep,
        errors: Errors::Hc1,
        ..Specification::gravity()
    };
    let margins = fit(&published, &specification).unwrap();
    let at = |distance_km: f64| {
        margins
            .margin(&Observation {
                distance_km,
                ..published[0]
            })
            .unwrap()
    };
    assert!(at(577.0) < at(560.0) && at(577.0) < at(595.0));
}
