use std::collections::BTreeMap;

/// The adjusted Rand index of two partitions of the same items: 1 when they agree, 0 on
/// average when they are unrelated. Hubert & Arabie 1985 (Journal of Classification 2).
///
/// The names of clusters do not matter. `None` for lists of different length or fewer than
/// two items. Two partitions that both put everything together, or everything apart, agree: 1.
pub fn adjusted_rand_index(a: &[usize], b: &[usize]) -> Option<f64> {
    if a.len() != b.len() || a.len() < 2 {
        return None;
    }
    let mut cells: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    let (mut rows, mut columns): (BTreeMap<usize, u64>, BTreeMap<usize, u64>) = Default::default();
    for (&x, &y) in a.iter().zip(b) {
        *cells.entry((x, y)).or_default() += 1;
        *rows.entry(x).or_default() += 1;
        *columns.entry(y).or_default() += 1;
    }
    let pairs = |n: u64| (n * n.saturating_sub(1) / 2) as f64;
    let together: f64 = cells.values().copied().map(pairs).sum();
    let (in_a, in_b): (f64, f64) = (
        rows.values().copied().map(pairs).sum(),
        columns.values().copied().map(pairs).sum(),
    );
    let expected = in_a * in_b / pairs(a.len() as u64);
    let most = (in_a + in_b) / 2.0;
    if most == expected {
        return Some(1.0);
    }
    Some((together - expected) / (most - expected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        assert_eq!(adjusted_rand_index(&[0, 0, 1, 1], &[5, 5, 2, 2]), Some(1.0));
        // Pairs together: 2 in a (each half), 2 in b, none in both; expected 4/6.
        let crossed = adjusted_rand_index(&[0, 0, 1, 1], &[0, 1, 0, 1]).unwrap();
        assert!((crossed - (0.0 - 4.0 / 6.0) / (2.0 - 4.0 / 6.0)).abs() < 1e-15);
        // (0,0,1,2) and (0,0,1,1): together 1, in a 1, in b 2, expected 1/3: (1 - 1/3)/(3/2 - 1/3).
        let near = adjusted_rand_index(&[0, 0, 1, 2], &[0, 0, 1, 1]).unwrap();
        assert!((near - 4.0 / 7.0).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn names_and_sides_do_not_matter(pairs in prop::collection::vec((0_usize..4, 0_usize..4), 2..40)) {
            let (a, b): (Vec<usize>, Vec<usize>) = pairs.into_iter().unzip();
            let index = adjusted_rand_index(&a, &b).unwrap();
            prop_assert!(index <= 1.0 + 1e-12);
            prop_assert_eq!(adjusted_rand_index(&a, &a), Some(1.0));
            let renamed: Vec<usize> = b.iter().map(|label| 10 - label).collect();
            prop_assert!((adjusted_rand_index(&a, &renamed).unwrap() - index).abs() < 1e-12);
            prop_assert!((adjusted_rand_index(&b, &a).unwrap() - index).abs() < 1e-12);
        }
    }

    #[test]
    fn trivial_partitions() {
        assert_eq!(adjusted_rand_index(&[0, 0, 0], &[1, 1, 1]), Some(1.0));
        assert_eq!(adjusted_rand_index(&[0, 1, 2], &[0, 0, 0]), Some(0.0));
        assert_eq!(adjusted_rand_index(&[0], &[0]), None);
        assert_eq!(adjusted_rand_index(&[0, 1], &[0]), None);
    }
}
