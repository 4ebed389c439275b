use super::*;

/// A full world of six in which the distance is exactly a_i + b_j.
fn world(a: [f64; 6], b: [f64; 6]) -> Vec<Cell> {
    (0..6)
        .flat_map(|i| (0..6).filter(move |&j| j != i).map(move |j| (i, j)))
        .map(|(exporter, importer)| Cell {
            exporter,
            importer,
            export: Some(1e6),
            import: Some(1e6 * (a[exporter] + b[importer]).exp()),
            margin: 0.0,
            ..Cell::default()
        })
        .collect()
}

#[test]
fn exact_effects_give_the_published_variances() {
    let (a, b) = ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.0, 0.1, 0.0, 0.2, 0.0, 0.3]);
    let rule = Baci::new(&world(a, b));
    // Without noise the standard errors are zero: σ_i = (π/2)(a_i − min a).
    for i in 0..6 {
        let square = (FRAC_PI_2 * (a[i] - 0.1)).powi(2);
        let expected = square.exp() * (square.exp() - 1.0);
        assert!((rule.variances(i).0.unwrap() - expected).abs() < 1e-6, "{i}");
        let square = (FRAC_PI_2 * b[i]).powi(2);
        assert!(
            (rule.variances(i).1.unwrap() - square.exp() * (square.exp() - 1.0)).abs() < 1e-6,
            "{i}"
        );
    }
    // The best exporter has all the weight, wherever it ships to an importer that errs.
    let cell = Cell {
        exporter: 0,
        importer: 5,
        export: Some(10.0),
        import: Some(20.0),
        margin: 0.0,
        ..Cell::default()
    };
    assert!((rule.reconcile(&cell).unwrap().value - 10.0).abs() < 1e-4);
}

/// Distances that are exactly a_i + b_j + g_k + l_t: the effects of products and years take nothing from
/// the reporters'.
#[test]
fn products_and_years_leave_the_reporters_variances_alone() {
    let (a, b) = ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.0, 0.1, 0.0, 0.2, 0.0, 0.3]);
    let mut cells = Vec::new();
    for (product, g) in [0.0, 0.4, 0.9].into_iter().enumerate() {
        for (period, l) in [0.0, 0.2].into_iter().enumerate() {
            for cell in world(a, b) {
                cells.push(Cell {
                    product: product as u32,
                    period: period as u32,
                    import: cell.import.map(|m| m * f64::exp(g + l)),
                    ..cell
                });
            }
        }
    }
    // Not every pair trades every product in every year.
    let cells: Vec<Cell> = cells
        .into_iter()
        .enumerate()
        .filter(|(i, _)| i % 7 != 3)
        .map(|(_, c)| c)
        .collect();
    let rule = Baci::new(&cells);
    for (i, own) in a.iter().enumerate() {
        let square = (FRAC_PI_2 * (own - 0.1)).powi(2);
        let expected = square.exp() * (square.exp() - 1.0);
        assert!((rule.variances(i).0.unwrap() - expected).abs() < 1e-6, "{i}");
    }
    assert_eq!(
        (rule.fit().products, rule.fit().periods, rule.fit().disconnected),
        (3, 2, 0)
    );
}

#[test]
fn reporters_whom_no_flow_connects_are_averaged() {
    let mut cells = world([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.0, 0.1, 0.0, 0.2, 0.0, 0.3]);
    let apart = Cell {
        exporter: 6,
        importer: 7,
        export: Some(10.0),
        import: Some(20.0),
        ..Cell::default()
    };
    cells.push(apart);
    let rule = Baci::new(&cells);
    assert_eq!((rule.fit().disconnected, rule.variances(6).0), (1, None));
    assert!(rule.variances(1).0.is_some());
    assert_eq!(rule.reconcile(&apart).unwrap().value, 15.0);
}

#[test]
fn without_an_equation_it_is_the_mean() {
    let cell = Cell {
        exporter: 0,
        importer: 1,
        export: Some(10.0),
        import: Some(20.0),
        margin: 0.0,
        ..Cell::default()
    };
    assert_eq!(Baci::new(&[cell]).reconcile(&cell).unwrap().value, 15.0);
}
