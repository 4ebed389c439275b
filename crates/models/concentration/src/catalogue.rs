use crate::convention::Convention;
use crate::shares::Shares;
use crate::uncertainty::Simulated;
use crate::undefined::Undefined;
use crate::{atkinson, entropy, gini, herfindahl, ratio, rosenbluth, theil};
use model::Interval;
use std::collections::BTreeMap;

/// One index of a list of values, with all that it depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// Its name in output, such as `hhi`.
    pub measure: &'static str,
    /// The number, or why there is none.
    pub estimate: Result<f64, Undefined>,
    /// Its interval, where one was asked for and exists.
    pub interval: Option<Interval>,
    /// What the simulation behind the interval found, where there was one.
    pub simulated: Option<Simulated>,
    /// The index of the observed part, where a part of the total is unknown and the index therefore undefined.
    pub observed: Option<f64>,
    /// The members of the universe; `None` for a list that was refused.
    pub n: Option<u64>,
    /// The convention by name: `universe`, `zeros`, `base`, `normalisation`, ...
    pub convention: BTreeMap<&'static str, String>,
}

/// A measure of the catalogue.
#[derive(Clone, Copy)]
struct Measure {
    name: &'static str,
    /// What was divided by what, or the parameter: name and value of the convention entry.
    detail: &'static [(&'static str, &'static str)],
    /// Whether the base of logarithms matters.
    log: bool,
    compute: fn(&Shares, Convention) -> Result<f64, Undefined>,
}

macro_rules! measures {
    ($($name:literal $detail:expr, $log:literal, |$shares:pat_param, $with:pat_param| $compute:expr;)+) => {
        &[$(Measure { name: $name, detail: &$detail, log: $log, compute: |$shares, $with| $compute },)+]
    };
}

/// Every measure, in the order of output.
const MEASURES: &[Measure] = measures! {
    "hhi" [], false, |s, _| Ok(herfindahl::herfindahl(s));
    "hhi_normalised" [("normalisation", "(hhi - 1/n) / (1 - 1/n)")], false, |s, _| herfindahl::normalised(s);
    "hhi_unctad" [("normalisation", "(sqrt(hhi) - sqrt(1/n)) / (1 - sqrt(1/n))")], false, |s, _| herfindahl::unctad(s);
    "effective_number_hhi" [("formula", "1/hhi")], false, |s, _| Ok(herfindahl::effective_number_hhi(s));
    "cr1" [("k", "1")], false, |s, _| ratio::concentration_ratio(s, 1).map(|r| r.value);
    "cr2" [("k", "2")], false, |s, _| ratio::concentration_ratio(s, 2).map(|r| r.value);
    "cr3" [("k", "3")], false, |s, _| ratio::concentration_ratio(s, 3).map(|r| r.value);
    "cr4" [("k", "4")], false, |s, _| ratio::concentration_ratio(s, 4).map(|r| r.value);
    "cr5" [("k", "5")], false, |s, _| ratio::concentration_ratio(s, 5).map(|r| r.value);
    "cr6" [("k", "6")], false, |s, _| ratio::concentration_ratio(s, 6).map(|r| r.value);
    "cr7" [("k", "7")], false, |s, _| ratio::concentration_ratio(s, 7).map(|r| r.value);
    "cr8" [("k", "8")], false, |s, _| ratio::concentration_ratio(s, 8).map(|r| r.value);
    "cr9" [("k", "9")], false, |s, _| ratio::concentration_ratio(s, 9).map(|r| r.value);
    "cr10" [("k", "10")], false, |s, _| ratio::concentration_ratio(s, 10).map(|r| r.value);
    "cr20" [("k", "20")], false, |s, _| ratio::concentration_ratio(s, 20).map(|r| r.value);
    "hall_tideman" [("rank 1", "largest")], false, |s, _| Ok(rosenbluth::hall_tideman(s));
    "gini" [("normalisation", "population form, at most (n - 1)/n")], false, |s, _| Ok(gini::gini(s));
    "gini_unbiased" [("normalisation", "times n/(n - 1)")], false, |s, _| gini::gini_unbiased(s);
    "theil_t" [], true, |s, with| Ok(theil::theil_t(s, with.base));
    "theil_t_intensive" [("formula", "theil_t of the active items")], true,
        |s, with| Ok(theil::theil_margins(s, with.base).intensive);
    "theil_t_extensive" [("formula", "log(n / active)")], true, |s, with| Ok(theil::theil_margins(s, with.base).extensive);
    "theil_l" [], true, |s, with| theil::theil_l(s, with.base);
    "shannon" [], true, |s, with| Ok(entropy::shannon(s, with.base));
    "effective_number" [("formula", "exp(shannon)")], false, |s, _| Ok(entropy::effective_number(s));
    "hannah_kay_0.5" [("alpha", "0.5")], false, |s, _| entropy::hannah_kay(s, 0.5);
    "hannah_kay_2" [("alpha", "2")], false, |s, _| entropy::hannah_kay(s, 2.0);
    "renyi_0.5" [("alpha", "0.5")], true, |s, with| entropy::renyi(s, 0.5, with.base);
    "renyi_2" [("alpha", "2")], true, |s, with| entropy::renyi(s, 2.0, with.base);
    "atkinson_0.5" [("epsilon", "0.5")], false, |s, _| atkinson::atkinson(s, 0.5);
    "atkinson_1" [("epsilon", "1")], false, |s, _| atkinson::atkinson(s, 1.0);
    "atkinson_2" [("epsilon", "2")], false, |s, _| atkinson::atkinson(s, 2.0);
};

/// The names of all measures, in the order of output.
pub fn measures() -> impl Iterator<Item = &'static str> {
    MEASURES.iter().map(|measure| measure.name)
}

/// Every measure of the catalogue for `values` (`None` = missing), each counted once or as
/// often as its frequency weight says. Formulas and sources stand with the function of each: [`herfindahl`](crate::herfindahl()),
/// [`normalised`](crate::normalised), [`unctad`](crate::unctad), [`concentration_ratio`](crate::concentration_ratio),
/// [`hall_tideman`](crate::hall_tideman), [`gini`](crate::gini()), [`theil_t`](crate::theil_t), [`theil_margins`](crate::theil_margins),
/// [`theil_l`](crate::theil_l), [`shannon`](crate::shannon), [`hannah_kay`](crate::hannah_kay), [`renyi`](crate::renyi),
/// [`atkinson`](crate::atkinson()).
///
/// An index that the values do not define carries the reason. A list that cannot be turned
/// into shares (empty, all zero, a missing, negative or infinite value) gives the reason
/// for each measure.
pub fn catalogue(values: &[Option<f64>], weights: Option<&[f64]>, convention: Convention) -> Vec<Index> {
    let shares = Shares::of_options(values, weights, convention.universe);
    MEASURES
        .iter()
        .map(|measure| index(measure, &shares, convention))
        .collect()
}

/// One measure of the catalogue by its name; `None` for a name that is not in it.
pub fn measure(name: &str, shares: &Result<Shares, Undefined>, convention: Convention) -> Option<Index> {
    MEASURES
        .iter()
        .find(|measure| measure.name == name)
        .map(|measure| index(measure, shares, convention))
}

/// The number alone, by the measure's name.
pub(crate) fn compute(name: &str, shares: &Shares, convention: Convention) -> Result<f64, Undefined> {
    MEASURES
        .iter()
        .find(|measure| measure.name == name)
        .map_or(Err(Undefined::Empty), |m| (m.compute)(shares, convention))
}

fn index(measure: &Measure, shares: &Result<Shares, Undefined>, with: Convention) -> Index {
    let mut convention = BTreeMap::from([
        ("universe", with.universe.name().to_owned()),
        ("zeros", with.universe.zeros().to_owned()),
    ]);
    if measure.log {
        convention.insert("base", with.base.to_string());
    }
    convention.extend(measure.detail.iter().map(|&(name, value)| (name, value.to_owned())));
    if let Ok(shares) = shares {
        convention.insert("active", shares.active().to_string());
        let k = measure.name.strip_prefix("cr").and_then(|k| k.parse::<u64>().ok());
        if k.is_some_and(|k| k > shares.active()) {
            convention.insert("note", format!("fewer than k items are active ({})", shares.active()));
        }
    }
    Index {
        measure: measure.name,
        estimate: shares.clone().and_then(|shares| (measure.compute)(&shares, with)),
        interval: None,
        simulated: None,
        observed: None,
        n: shares.as_ref().ok().map(Shares::n),
        convention,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convention::Universe;
    use crate::testing::{INEQ, close, find, some};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_those_promised_are_there() {
        let names: BTreeSet<_> = measures().collect();
        assert_eq!(names.len(), MEASURES.len());
        for name in [
            "hhi",
            "hhi_normalised",
            "hhi_unctad",
            "cr1",
            "cr3",
            "cr4",
            "hall_tideman",
            "gini",
        ] {
            assert!(names.contains(name), "{name}");
        }
        for name in ["gini_unbiased", "theil_t", "theil_l", "shannon", "effective_number"] {
            assert!(names.contains(name), "{name}");
        }
    }

    #[test]
    fn the_convention_comes_back_with_the_number() {
        let convention = Convention {
            universe: Universe::Stated(15),
            base: crate::LogBase::Two,
        };
        let indices = catalogue(&some(&INEQ), None, convention);
        let theil = find(&indices, "theil_t");
        close(
            theil.estimate.unwrap(),
            0.767_806_350_452_059_4 / std::f64::consts::LN_2,
            1e-14,
        );
        assert_eq!(theil.n, Some(15));
        assert_eq!(theil.convention["universe"], "stated");
        assert_eq!(theil.convention["zeros"], "counted as members");
        assert_eq!(theil.convention["base"], "2");
        assert_eq!(theil.convention["active"], "10");
        assert!(!find(&indices, "hhi").convention.contains_key("base"));
        assert!(find(&indices, "theil_l").estimate.is_err());
    }

    #[test]
    fn a_refused_list_gives_its_reason_for_every_measure() {
        let indices = catalogue(&[Some(1.0), None], None, Convention::default());
        assert_eq!(indices.len(), MEASURES.len());
        assert!(
            indices
                .iter()
                .all(|i| i.estimate == Err(Undefined::Missing { item: 2 }) && i.n.is_none())
        );
        assert!(
            catalogue(&[], None, Convention::default())
                .iter()
                .all(|i| i.estimate == Err(Undefined::Empty))
        );
    }

    #[test]
    fn more_items_asked_than_there_are_is_said() {
        let indices = catalogue(&some(&[3.0, 1.0]), None, Convention::default());
        assert_eq!(find(&indices, "cr3").estimate, Ok(1.0));
        assert_eq!(
            find(&indices, "cr3").convention["note"],
            "fewer than k items are active (2)"
        );
        assert!(!find(&indices, "cr2").convention.contains_key("note"));
    }

    fn lists() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(prop_oneof![1 => Just(0.0), 4 => 0.001_f64..1e7], 1..50)
            .prop_filter("some trade", |list| list.iter().any(|&v| v > 0.0))
    }

    proptest! {
        #[test]
        fn order_and_unit_do_not_matter(mut list in lists(), turn in 0_usize..50) {
            let all = catalogue(&some(&list), None, Convention::default());
            let turn = turn % list.len();
            list.rotate_left(turn);
            list.reverse();
            prop_assert_eq!(&all, &catalogue(&some(&list), None, Convention::default()));
            let scaled: Vec<f64> = list.iter().map(|v| v * 3.7).collect();
            for (a, b) in all.iter().zip(catalogue(&some(&scaled), None, Convention::default())) {
                match (&a.estimate, &b.estimate) {
                    (Ok(a), Ok(b)) => prop_assert!((a - b).abs() <= 1e-11 * a.abs().max(1.0)),
                    (a, b) => prop_assert_eq!(a, b),
                }
            }
        }

        #[test]
        fn every_index_keeps_to_its_range(list in lists()) {
            let shares = Shares::new(&list, None, Universe::Listed).unwrap();
            let (n, active) = (shares.n() as f64, shares.active() as f64);
            let hhi = herfindahl::herfindahl(&shares);
            prop_assert!(hhi >= 1.0 / active - 1e-15 && hhi <= 1.0 + 1e-15);
            prop_assert!(entropy::effective_number(&shares) <= active * (1.0 + 1e-14));
            prop_assert!(gini::gini(&shares) >= -1e-15 && gini::gini(&shares) <= (n - 1.0) / n + 1e-15);
            prop_assert!(theil::theil_t(&shares, crate::LogBase::Natural) <= n.ln() + 1e-14);
            let ht = rosenbluth::hall_tideman(&shares);
            prop_assert!((ht - 1.0 / (n * (1.0 - gini::gini(&shares)))).abs() < 1e-9 * ht);
            let margins = theil::theil_margins(&shares, crate::LogBase::Natural);
            prop_assert!((margins.total - theil::theil_t(&shares, crate::LogBase::Natural)).abs() < 1e-13);
        }

        #[test]
        fn merging_two_items_never_lowers_the_hhi(list in lists()) {
            prop_assume!(list.len() > 1);
            let mut merged = list.clone();
            let last = merged.pop().unwrap();
            merged[0] += last;
            let hhi = |l: &[f64]| herfindahl::herfindahl(&Shares::new(l, None, Universe::Listed).unwrap());
            prop_assert!(hhi(&merged) >= hhi(&list) - 1e-14);
        }

        #[test]
        fn a_zero_changes_only_what_takes_n(list in lists()) {
            let mut longer = list.clone();
            longer.push(0.0);
            let (a, b) = (catalogue(&some(&list), None, Convention::default()),
                          catalogue(&some(&longer), None, Convention::default()));
            for (a, b) in a.iter().zip(&b) {
                let without_n = ["hhi", "effective_number_hhi", "hall_tideman", "shannon", "effective_number",
                                 "hannah_kay_0.5", "hannah_kay_2", "renyi_2", "theil_t_intensive"];
                if without_n.contains(&a.measure) || a.measure.starts_with("cr") {
                    prop_assert_eq!(&a.estimate, &b.estimate, "{}", a.measure);
                }
            }
        }
    }
}
