use super::*;

fn world() -> Vec<Cell> {
    (0..4)
        .flat_map(|i| (0..4).filter(move |&j| j != i).map(move |j| (i, j)))
        .map(|(exporter, importer)| Cell {
            exporter,
            importer,
            export: Some(1e6 * (1.0 + exporter as f64)),
            import: Some(1e6 * (1.3 + importer as f64)),
            margin: 0.05,
            ..Cell::default()
        })
        .collect()
}

fn options(iterations: usize) -> CodedOptions {
    CodedOptions {
        min_partners: 1,
        iterations,
        ..CodedOptions::default()
    }
}

#[test]
fn one_iteration_by_hand() {
    let cells = world();
    let rule = GrowthLabCoded::new(&cells, options(1));
    // E_0 = n_0 / Σ D over the flows into 0, from 1, 2 and 3: M = 1.3e6·0.95.
    let m = 1.3 * 0.95;
    let d: f64 = [2.0, 3.0, 4.0].iter().map(|x| (x - m) / (x + m)).sum();
    assert!((rule.exporter_score(0).unwrap() - 3.0 / d).abs() < 1e-12);
    let found = rule.reconcile(&cells[0]).unwrap();
    let (e, i) = (rule.exporter_score(0).unwrap(), rule.importer_score(1).unwrap());
    let w = e.exp() / (e.exp() + i.exp());
    assert!((found.value / (w * 1e6 + (1.0 - w) * 2.3e6 * 0.95) - 1.0).abs() < 1e-12);
}

/// The published program's own arithmetic (pandas 2, labels aligned) on the same world.
#[test]
fn twenty_five_iterations_as_the_program_makes_them() {
    let rule = GrowthLabCoded::new(&world(), options(25));
    let exporters = [
        1.907413379431898,
        3.770815727625486,
        4.301799435569093,
        2.9721166782002086,
    ];
    let importers = [
        1.650912326029932,
        3.7020008501503185,
        4.862075334357821,
        3.3996527904518867,
    ];
    for i in 0..4 {
        assert!((rule.exporter_score(i).unwrap() / exporters[i] - 1.0).abs() < 1e-12);
        assert!((rule.importer_score(i).unwrap() / importers[i] - 1.0).abs() < 1e-12);
    }
}

/// The scale of the scores has period two: the weights of a "converged" run depend on whether
/// the number of iterations is even (methods, anchor C14).
#[test]
fn the_parity_of_the_iterations_matters() {
    let score = |n| GrowthLabCoded::new(&world(), options(n)).exporter_score(0).unwrap();
    assert!((score(24) - score(26)).abs() < 1e-6);
    assert!((score(25) / score(24) - 1.0).abs() > 0.1, "{} {}", score(24), score(25));
}

#[test]
fn unscored_countries_get_the_smaller_report() {
    let cells = world();
    let rule = GrowthLabCoded::new(&cells, CodedOptions::default());
    assert_eq!(rule.exporter_score(0), None);
    assert_eq!(rule.reconcile(&cells[0]), Some(Estimate::exporters(1e6)));
    // A pair below 10,000 dollars is dropped before anything is computed, as in the program.
    let trifle = |export, import| Cell {
        export,
        import,
        ..cells[0]
    };
    assert_eq!(rule.reconcile(&trifle(Some(9e3), Some(8e3))), None);
    assert_eq!(
        rule.reconcile(&trifle(Some(9e3), Some(2e4))),
        Some(Estimate::exporters(9e3))
    );
}

/// Two products among three countries that all agree but for country 2, whose exports nobody confirms:
/// scores by hand, flags, the margin of the exporter and the scaling to the pair's value.
#[test]
fn products_go_by_flags_and_are_scaled_to_their_pair() {
    let cell = |exporter, importer, product, x: f64, m: f64| Cell {
        exporter,
        importer,
        product,
        export: Some(x),
        import: Some(m),
        margin: 0.2,
        ..Cell::default()
    };
    // FOB as coded: 0.8 M. The exporter's mean margin is 1/0.8 - 1 = 0.25, capped at 0.2.
    let mut cells = Vec::new();
    for (i, j, agrees) in [
        (0, 1, true),
        (1, 0, true),
        (0, 2, true),
        (1, 2, true),
        (2, 0, false),
        (2, 1, false),
    ] {
        let m = if agrees { 1.1 } else { 9.0 };
        cells.push(cell(i, j, 0, 3e6, 3e6 * m / 0.8));
        cells.push(cell(i, j, 1, 1e6, 1e6 * m / 0.8));
    }
    let rule = GrowthLabCoded::new(&cells, options(1));
    let (good, bad) = (0.1 / 2.1, 8.0 / 10.0);
    // E_k = 2/(sum of D into k), I_k = 2/(sum of D out of k).
    let close = |a: Option<f64>, b: f64| assert!((a.unwrap() / b - 1.0).abs() < 1e-12, "{a:?} {b}");
    close(rule.exporter_score(0), 2.0 / (good + bad));
    close(rule.exporter_score(2), 1.0 / good);
    close(rule.importer_score(0), 1.0 / good);
    close(rule.importer_score(2), 1.0 / bad);
    // The 10th percentile of E (2.36, 2.36, 21) is 2.36, rounded to 2.36: 0 and 1 lie just above or below it.
    let e0: f64 = 2.0 / (good + bad);
    let threshold = (e0 * 1000.0).round() / 1000.0;
    assert_eq!(rule.flags(0).0, e0 > threshold);
    assert_eq!(rule.flags(2), (true, false));
    // 2 to 0: the exporter's flag is set, so its products are X, scaled from 4e6 to the softmax mean.
    let (e, i) = (1.0 / good, 1.0 / good);
    let w = e.exp() / (e.exp() + i.exp());
    let total = w * 4e6 + (1.0 - w) * 36e6;
    let found = rule.reconcile(&cells[8]).unwrap();
    assert!((found.value / (0.75 * total) - 1.0).abs() < 1e-12, "{}", found.value);
    assert_eq!(found.export_share, 1.0);
}
