//! The wild cluster bootstrap against all 2^8 samples, refitted one by one with numpy (effects as dummies).
//! wildboottest 0.3.2 counts two more of the 256, the samples with all weights 1 or all -1, whose
//! statistics equal the statistic but for rounding.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use regress::absorb::{Effect, Settling};
use regress::{Design, Way, WildModel, WildOptions, WildTest, WildWeights, wild_cluster_bootstrap};

struct Panel {
    y: Vec<f64>,
    design: Design,
    effects: Vec<Effect>,
    unit: Way,
}

fn panel() -> Panel {
    let keys: Vec<(u32, u32)> = (0..8).flat_map(|i| (0..6).map(move |t| (i, t))).collect();
    let value = |f: &dyn Fn(u32, u32) -> f64| keys.iter().map(|&(i, t)| f(i, t)).collect::<Vec<f64>>();
    let x = value(&|i, t| f64::from((i * 7 + t * t * 3) % 11) / 10.0);
    let z = value(&|i, t| f64::from((i * i + 5 * t) % 6) - 2.0);
    let group = |f: &dyn Fn(u32, u32) -> u32| keys.iter().map(|&(i, t)| f(i, t)).collect::<Vec<u32>>();
    Panel {
        y: value(&|i, t| f64::from((3 * i + 5 * t * t + i * t) % 11) * 0.5),
        design: Design::new(48).term("x", x).unwrap().term("z", z).unwrap(),
        effects: vec![Effect::new("i", &group(&|i, _| i)), Effect::new("t", &group(&|_, t| t))],
        unit: Way {
            name: "i".to_owned(),
            groups: group(&|i, _| i),
        },
    }
}

fn test(panel: &Panel, absorb: bool, term: &str, value: f64, options: &WildOptions) -> WildTest {
    let constant = Design::new(48).intercept().unwrap().join(&panel.design).unwrap();
    let model = WildModel {
        design: if absorb { &panel.design } else { &constant },
        y: &panel.y,
        weights: None,
        effects: if absorb { &panel.effects } else { &[] },
        settling: Settling::default(),
    };
    wild_cluster_bootstrap(&model, term, value, &panel.unit, options).unwrap()
}

#[test]
fn every_sample_counted() {
    let panel = panel();
    let free = WildOptions {
        impose_null: false,
        ..WildOptions::default()
    };
    // Term, effects, t without factor, p of WCR and of WCU in 256ths.
    for (term, absorb, t, restricted, unrestricted) in [
        ("x", false, 1.8247555685377463, 32.0, 30.0),
        ("z", false, 0.5463871461371855, 158.0, 156.0),
        ("x", true, 1.520013642397692, 62.0, 54.0),
        ("z", true, 0.8374208936097435, 116.0, 130.0),
    ] {
        let k = if absorb { 15.0 } else { 3.0 };
        let factor: f64 = 8.0 / 7.0 * 47.0 / (48.0 - k);
        let found = test(&panel, absorb, term, 0.0, &WildOptions::default());
        assert!(
            (found.statistic * factor.sqrt() / t - 1.0).abs() < 1e-10,
            "{term} {absorb} {found:?}"
        );
        assert_eq!(found.p_value * 256.0, restricted, "{term} {absorb}");
        assert_eq!(
            test(&panel, absorb, term, 0.0, &free).p_value * 256.0,
            unrestricted,
            "{term} {absorb}"
        );
        assert!(found.enumerated && found.draws == 256 && found.clusters == 8);
    }
    assert_eq!(test(&panel, false, "x", 0.4, &WildOptions::default()).p_value, 0.25);
}

#[test]
fn the_interval_holds_what_is_not_rejected() {
    let panel = panel();
    for (absorb, impose_null, weights) in [
        (false, true, WildWeights::Rademacher),
        (true, true, WildWeights::Webb),
        (true, false, WildWeights::Mammen),
    ] {
        let options = WildOptions {
            impose_null,
            weights,
            draws: 999,
            level: 0.9,
            ..WildOptions::default()
        };
        let found = test(&panel, absorb, "x", 0.0, &options);
        let (low, high) = (found.conf_low.unwrap(), found.conf_high.unwrap());
        assert!(low < found.estimate && found.estimate < high);
        let width = high - low;
        let p = |value: f64| test(&panel, absorb, "x", value, &options).p_value;
        assert!(p(low + 1e-6 * width) >= 0.1 - 1e-12 && p(low - 1e-6 * width) < 0.1);
        assert!(p(high - 1e-6 * width) >= 0.1 - 1e-12 && p(high + 1e-6 * width) < 0.1);
        assert_eq!(found, test(&panel, absorb, "x", 0.0, &options));
    }
}

#[test]
fn weights_of_two_are_rows_twice() {
    let panel = panel();
    let constant = Design::new(48).intercept().unwrap().join(&panel.design).unwrap();
    let weights: Vec<f64> = (0..48).map(|i| if i % 5 == 0 { 2.0 } else { 1.0 }).collect();
    let twice: Vec<usize> = (0..48).flat_map(|i| vec![i; if i % 5 == 0 { 2 } else { 1 }]).collect();
    let repeated = Way {
        name: "i".to_owned(),
        groups: twice.iter().map(|&i| panel.unit.groups[i]).collect(),
    };
    let y: Vec<f64> = twice.iter().map(|&i| panel.y[i]).collect();
    let long = constant.select_rows(&twice);
    let model = |design, y, weights| WildModel {
        design,
        y,
        weights,
        effects: &[],
        settling: Settling::default(),
    };
    let options = WildOptions::default();
    let weighted = wild_cluster_bootstrap(
        &model(&constant, &panel.y, Some(&weights)),
        "x",
        0.0,
        &panel.unit,
        &options,
    )
    .unwrap();
    let plain = wild_cluster_bootstrap(&model(&long, &y, None), "x", 0.0, &repeated, &options).unwrap();
    assert!((weighted.estimate - plain.estimate).abs() < 1e-12);
    assert_eq!(weighted.p_value, plain.p_value);
    let refused = |term: &str, groups: Vec<u32>, draws: usize| {
        let way = Way {
            name: "w".to_owned(),
            groups,
        };
        let options = WildOptions { draws, ..options };
        wild_cluster_bootstrap(&model(&constant, &panel.y, None), term, 0.0, &way, &options).is_err()
    };
    assert!(refused("nobody", panel.unit.groups.clone(), 99));
    assert!(refused("x", vec![1; 48], 99));
    assert!(refused("x", vec![1; 4], 99));
    assert!(refused("x", panel.unit.groups.clone(), 0));
}
