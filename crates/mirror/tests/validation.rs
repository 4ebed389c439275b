//! The rules on synthetic worlds with known truth: the order of their errors, and whether the
//! intervals cover what they promise. `cargo run --release -p mirror --example validation` prints
//! the whole table.
#![allow(clippy::unwrap_used)]

mod worlds;

use mirror::guards::{CodeSwap, ProductFlow, SwapTest};
use std::collections::BTreeMap;
use synth::{Errors, Parameters, World};
use trade::{Flow, Period};

#[test]
fn intervals_cover_where_their_model_holds() {
    let (name, parameters) = &worlds::error_models()[0];
    let scores: BTreeMap<_, _> = worlds::scores(parameters, worlds::WORLDS).into_iter().collect();
    // What docs/mirror-validation.md publishes is what is found here.
    let published = include_str!("../../../docs/mirror-validation.md");
    let section = published
        .split("\n## ")
        .find(|section| section.starts_with(name))
        .unwrap();
    for (rule, score) in &scores {
        let row = worlds::row(rule, score);
        assert!(
            section.lines().any(|line| line == row),
            "{row} does not stand in\n{section}"
        );
    }
    assert_eq!(scores.len(), 11);
    for (rule, score) in &scores {
        let (two, one) = (score.two_sided.cover().unwrap(), score.one_sided.cover().unwrap());
        assert!((0.93..=0.97).contains(&two), "{rule}: two-sided {two}");
        assert!((0.93..=0.97).contains(&one), "{rule}: one-sided {one}");
    }
    // Methods, anchor C13: weighing by variances beats the mean, the mean beats picking a side.
    let rmse = |rule: &str| scores[rule].rmse();
    assert!(rmse("variance-components") < rmse("mean"));
    assert!(rmse("mean") < rmse("gehlhar") && rmse("gehlhar") < rmse("exporter-first"));
    assert!((rmse("growth-lab-published") / rmse("mean") - 1.0).abs() < 0.1);
    assert!(scores["ots-1.08"].bias_percent() > 15.0);
    assert!(scores["variance-components"].bias_percent() < scores["mean"].bias_percent());
}

#[test]
fn intervals_do_not_cover_what_both_sides_get_wrong_together() {
    let parameters = Parameters {
        errors: Errors::Correlated(0.5),
        missing: 0.15,
        ..Parameters::default()
    };
    for (rule, score) in worlds::scores(&parameters, 4) {
        assert!(score.two_sided.cover().unwrap() < 0.92, "{rule}");
    }
}

/// In worlds of forty economies and twenty products, three reporters book the second economy's
/// goods as the third's: they are found, and of the others no more are flagged than was promised.
#[test]
fn swapped_codes_are_found_at_the_stated_rate_of_false_alarms() {
    let (mut found, mut swapped, mut alarms, mut innocent) = (0, 0, 0, 0);
    for seed in 1..=6 {
        let parameters = Parameters {
            economies: 40,
            products: 20,
            misattributed: 3,
            seed,
            ..Parameters::default()
        };
        let world = World::new(parameters).unwrap();
        let rows: Vec<ProductFlow> = world
            .records()
            .filter(|r| r.flow == Flow::Import)
            .map(|r| ProductFlow {
                reporter: r.reporter,
                partner: r.partner,
                product: r.product.to_string(),
                value: r.value.unwrap().to_f64(),
            })
            .collect();
        let codes = world.economies();
        let test = SwapTest::new(
            &rows,
            CodeSwap {
                min_value: 1.0,
                ..CodeSwap::default()
            },
        );
        let flags = test.flags(Period::annual(2003).unwrap(), codes[2], codes[1]).unwrap();
        for (i, code) in codes.iter().enumerate().filter(|(i, _)| *i != 1 && *i != 2) {
            let guilty = world.misattributions().iter().any(|m| m.reporter == i);
            // Guilty where most of what is booked under the name is the other's.
            let value = |from: usize| {
                (0..20)
                    .filter_map(|p| world.truth(0, from, i, p))
                    .map(|t| t.value)
                    .sum::<f64>()
            };
            let mostly = guilty && value(1) > 2.0 * value(2);
            let flagged = flags.iter().any(|f| f.subject == code.as_str());
            if mostly {
                swapped += 1;
                found += usize::from(flagged);
            } else if !guilty {
                innocent += 1;
                alarms += usize::from(flagged);
            }
        }
    }
    assert!(swapped >= 5 && found * 10 >= swapped * 8, "{found} of {swapped}");
    assert!(alarms * 50 <= innocent, "{alarms} of {innocent}");
}
